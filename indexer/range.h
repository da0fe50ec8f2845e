/*
 * range.h - how many blocks to ask for at once: wide while it works, narrower when it does not.
 *
 * Pure. A plan begins at the first width. A refusal takes what the node suggests, else half of what
 * was asked; eight answers in a row at the full width let it grow by half. What a node says about
 * the number of blocks is remembered as a limit for good; what it says about the number of logs or
 * bytes is not, since that depends on where in the chain one reads.
 */
#ifndef INDEXER_RANGE_H
#define INDEXER_RANGE_H

#include "base/error.h"
#include "indexer/rpc_errors.h"

enum { RANGE_GOOD_BEFORE_GROWTH = 8 };

/* Answers of this size are big enough: wider ranges would only cost memory. */
enum { RANGE_BYTES_AIM = 1024 * 1024 };

struct range_plan {
	uint64_t width;   /* blocks to ask for now; at least 1 */
	uint64_t limit;   /* never more than this: configured, or in a node's words */
	uint64_t refused; /* the narrowest that was refused for its blocks; growth stays below */
	unsigned good;    /* answers since the last change */
};

/* `first` and `limit` of 0 mean 10,000 and no limit. */
void range_plan_init(struct range_plan *plan, uint64_t first, uint64_t limit);

/* A range of `width` blocks was answered with so many bytes. */
void range_accepted(struct range_plan *plan, uint64_t width, uint64_t bytes);

/* The range from … to was refused. False where it was a single block: less cannot be asked. */
bool range_refused(struct range_plan *plan, uint64_t from, uint64_t to,
		   const struct rpc_error_info *why) MUST_CHECK;

#endif
