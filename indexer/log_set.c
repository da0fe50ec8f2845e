#include "indexer/log_set.h"

#include <inttypes.h>
#include <stdlib.h>

static bool address_among(struct address address, const struct log_filter *filter)
{
	if (!filter->address_count)
		return true;
	for (size_t i = 0; i < filter->address_count; i++)
		if (address_equal(address, filter->addresses[i]))
			return true;
	return false;
}

static bool topics_match(const struct event_log *log, const struct log_filter *filter)
{
	for (size_t position = 0; position < LOG_TOPICS_MAX; position++) {
		size_t count = filter->topics[position].count;
		bool found = count == 0;

		if (count && position >= log->topic_count)
			return false;
		for (size_t i = 0; i < count && !found; i++)
			found = hash_equal(log->topics[position],
					   filter->topics[position].values[i]);
		if (!found)
			return false;
	}
	return true;
}

bool log_wanted(const struct event_log *log, const struct log_filter *filters, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (address_among(log->address, &filters[i]) && topics_match(log, &filters[i]))
			return true;
	return false;
}

static int compare_places(const struct event_log *a, const struct event_log *b)
{
	if (a->block_number != b->block_number)
		return a->block_number < b->block_number ? -1 : 1;
	if (a->log_index != b->log_index)
		return a->log_index < b->log_index ? -1 : 1;
	return 0;
}

enum status log_answer_check(const struct event_log *logs, size_t count, uint64_t from, uint64_t to,
			     const struct log_filter *filter, struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		const struct event_log *log = &logs[i];
		const char *problem = NULL;

		if (log->block_number < from || log->block_number > to)
			problem = "is outside of the blocks that were asked for";
		else if (i && compare_places(&logs[i - 1], log) == 0)
			problem = "is there twice";
		else if (i && compare_places(&logs[i - 1], log) > 0)
			problem = "is out of order";
		else if (!log_wanted(log, filter, 1))
			problem = "was not asked for";
		if (problem)
			return error_set(err, ERR_BAD_DATA,
					 "log %" PRIu32 " of block %" PRIu64 " %s", log->log_index,
					 log->block_number, problem);
	}
	return OK;
}

static int compare_for_sort(const void *a, const void *b)
{
	return compare_places(a, b);
}

static bool same_log(const struct event_log *a, const struct event_log *b)
{
	if (a->topic_count != b->topic_count)
		return false;
	for (uint32_t i = 0; i < a->topic_count; i++)
		if (!hash_equal(a->topics[i], b->topics[i]))
			return false;
	return address_equal(a->address, b->address) && slice_equal(a->data, b->data) &&
	       a->transaction_index == b->transaction_index &&
	       hash_equal(a->block_hash, b->block_hash) &&
	       hash_equal(a->transaction_hash, b->transaction_hash);
}

enum status log_list_merge(struct log_list *list, struct error *err)
{
	size_t kept = 0;

	if (list->count < 2)
		return OK;
	qsort(list->logs, list->count, sizeof(list->logs[0]), compare_for_sort);
	for (size_t i = 1; i < list->count; i++) {
		const struct event_log *last = &list->logs[kept];

		if (compare_places(last, &list->logs[i]) != 0)
			list->logs[++kept] = list->logs[i];
		else if (!same_log(last, &list->logs[i]))
			return error_set(err, ERR_BAD_DATA,
					 "log %" PRIu32 " of block %" PRIu64
					 " came in two different versions",
					 last->log_index, last->block_number);
	}
	list->count = kept + 1;
	return OK;
}
