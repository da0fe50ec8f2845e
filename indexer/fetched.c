#include "indexer/fetched.h"

static void copy_bytes(struct event_log *log, struct arena *arena)
{
	log->data = slice_copy(arena, log->data);
	log->input = slice_copy(arena, log->input);
}

struct fetched_block fetched_block_copy(struct arena *arena, const struct fetched_block *block)
{
	struct fetched_block copy = *block;

	copy.logs = arena_copy(arena, block->logs, block->log_count * sizeof(block->logs[0]));
	for (size_t i = 0; i < copy.log_count; i++)
		copy_bytes(&copy.logs[i], arena);
	copy.omitted =
		arena_copy(arena, block->omitted, block->omitted_count * sizeof(block->omitted[0]));
	return copy;
}

static const struct log_filter *copy_filters(struct arena *arena, const struct log_filter *filters,
					     size_t count)
{
	struct log_filter *copies = arena_copy(arena, filters, count * sizeof(filters[0]));

	for (size_t i = 0; i < count; i++) {
		struct log_filter *filter = &copies[i];

		filter->addresses =
			arena_copy(arena, filter->addresses,
				   filter->address_count * sizeof(filter->addresses[0]));
		for (size_t t = 0; t < LOG_TOPICS_MAX; t++)
			filter->topics[t].values =
				arena_copy(arena, filter->topics[t].values,
					   filter->topics[t].count * sizeof(struct hash));
	}
	return copies;
}

struct block_wish block_wish_copy(struct arena *arena, const struct block_wish *wish)
{
	struct block_wish copy = *wish;

	copy.filters = copy_filters(arena, wish->filters, wish->filter_count);
	copy.sender_filters = copy_filters(arena, wish->sender_filters, wish->sender_filter_count);
	return copy;
}
