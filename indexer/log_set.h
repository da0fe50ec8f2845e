/*
 * log_set.h - which logs were asked for, and several answers as one.
 */
#ifndef INDEXER_LOG_SET_H
#define INDEXER_LOG_SET_H

#include "indexer/rpc_parse.h"

/* Whether any of the filters lets the log through. */
bool log_wanted(const struct event_log *log, const struct log_filter *filters, size_t count);

/*
 * One answer, `logs`, to a question for one filter's logs of the blocks from … to: rising, within
 * the range, none that was not asked for. ERR_BAD_DATA names the first that is wrong.
 */
enum status log_answer_check(const struct event_log *logs, size_t count, uint64_t from, uint64_t to,
			     const struct log_filter *filter, struct error *err) MUST_CHECK;

/*
 * Brings the answers for several filters, each of which was checked, into one order. A log that
 * came more than once is kept once; two different ones in the same place are ERR_BAD_DATA.
 */
enum status log_list_merge(struct log_list *list, struct error *err) MUST_CHECK;

#endif
