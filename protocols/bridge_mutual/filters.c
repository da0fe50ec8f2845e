/* Which logs a book needs: all of its contracts, and few of the coin, which has millions. */
#include "protocols/bridge_mutual/internal.h"

enum { FILTER_COUNT = 3 }; /* the contracts'; the coin's by who sends, by who receives */

static const struct hash *transfer_topic(const struct pool *pool)
{
	for (size_t i = 0; i < pool->protocol->event_count; i++)
		if (strcmp(pool->events[i].name, "Transfer") == 0)
			return &pool->events[i].signature_hash;
	return NULL;
}

static void of_contracts(struct log_filter *out, struct arena *arena, const struct pool *pool,
			 const struct bridge_heard *heard)
{
	struct address *addresses;
	size_t count = 0;

	for (size_t i = 0; i < heard->whole_count; i++)
		count += pool->setup.contracts[heard->whole[i]].count;
	addresses = arena_array(arena, count, sizeof(*addresses));
	out->addresses = addresses;
	out->address_count = count;
	for (size_t i = 0; i < heard->whole_count; i++)
		for (size_t k = 0; k < pool->setup.contracts[heard->whole[i]].count; k++)
			*addresses++ = pool->setup.contracts[heard->whole[i]].addresses[k];
}

size_t bridge_filters(struct log_filter *out, size_t out_max, struct arena *arena,
		      const struct pool *pool, const struct bridge_heard *heard)
{
	if (out_max < FILTER_COUNT)
		return 0;
	memset(out, 0, FILTER_COUNT * sizeof(*out));
	of_contracts(&out[0], arena, pool, heard);
	for (size_t i = 1; i < FILTER_COUNT; i++) { /* from, then to */
		out[i].addresses = pool->setup.contracts[BRIDGE_TOKEN].addresses;
		out[i].address_count = 1;
		out[i].topics[0].values = transfer_topic(pool);
		out[i].topics[0].count = 1;
		out[i].topics[i].values = heard->ends;
		out[i].topics[i].count = i == 1 ? 1 : heard->end_count;
	}
	return FILTER_COUNT;
}
