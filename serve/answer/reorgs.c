/* The mirror's last reorganisations. */
#include <stdlib.h>

#include "indexer/reorg_note.h"
#include "serve/answer/answer.h"

static json_t *json_reorg(const struct mirror_reorg *reorg)
{
	json_t *item = json_object();

	json_put(item, "number", json_integer((json_int_t)reorg->number));
	json_put(item, "fork",
		 hash_is_zero(reorg->fork.hash) ? json_null() : json_block(&reorg->fork));
	json_put(item, "old", json_block(&reorg->old));
	json_put(item, "head", json_block(&reorg->head));
	json_put(item, "depth", json_integer((json_int_t)(reorg->old.number - reorg->fork.number)));
	json_put(item, "dropped", json_integer((json_int_t)reorg->dropped));
	json_put(item, "withdrawn", json_integer((json_int_t)reorg->withdrawn));
	return item;
}

enum status reorgs_put(json_t *status, const struct moment *m, struct error *err)
{
	struct mirror_reorg reorgs[REORG_NOTES_MAX];
	json_t *document = json_object();
	json_t *items = json_array();
	size_t count = 0;
	enum status st = reorg_notes_read(reorgs, &count, m->txn, err);

	for (size_t i = count; i-- > 0;)
		if (json_array_append_new(items, json_reorg(&reorgs[i])) != 0)
			abort();
	json_put(document, "count", json_integer(count ? (json_int_t)reorgs[count - 1].number : 0));
	json_put(document, "items", items);
	json_put(status, "reorgs", document);
	return st;
}
