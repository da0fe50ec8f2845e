/* How far which blocks are proved: the "proved" of status. */
#include <stdlib.h>

#include "chain/block_proof.h"
#include "serve/answer/answer.h"
#include "store/proved.h"

/* The newest ranges so far, in a ring: a mirror may have many, the document has few. */
struct newest_ranges {
	struct proved_range *ring;
	size_t count; /* of all, those that fell out too */
};

static bool keep(void *context, const struct proved_range *range)
{
	struct newest_ranges *newest = context;

	if (range->level != PROOF_NONE)
		newest->ring[newest->count++ % PROVED_RANGES_MAX] = *range;
	return true;
}

static json_t *json_range(const struct proved_range *range)
{
	json_t *item = json_object();

	json_put(item, "from", json_integer((json_int_t)range->from));
	json_put(item, "to", json_integer((json_int_t)range->to));
	json_put(item, "level", json_string(proof_level_name((enum proof_level)range->level)));
	json_put(item, "blocks", json_integer((json_int_t)range->block_count));
	return item;
}

enum status proved_put(json_t *document, struct moment *m, struct error *err)
{
	struct newest_ranges newest = {
		.ring = arena_array(m->arena, PROVED_RANGES_MAX, sizeof(*newest.ring))};
	json_t *ranges = json_array();
	enum status st = store_proved_each(m->txn, m->number, keep, &newest, err);
	bool is_cut = newest.count > PROVED_RANGES_MAX;

	for (size_t i = is_cut ? newest.count - PROVED_RANGES_MAX : 0; i < newest.count; i++)
		if (json_array_append_new(ranges,
					  json_range(&newest.ring[i % PROVED_RANGES_MAX])) != 0)
			abort();
	json_put(document, "proved", ranges);
	if (is_cut)
		json_put(document, "proved_truncated", json_true());
	return st;
}
