/*
 * batch_limit.h - how many JSON-RPC calls a node takes in one request; shared by its handles.
 *
 * Lowered when a node refuses a batch, and remembered. After a while it is raised again step by
 * step, each to the double: a node may have been upgraded. One refused request is what a wrong
 * guess costs.
 */
#ifndef INDEXER_BATCH_LIMIT_H
#define INDEXER_BATCH_LIMIT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	BATCH_LIMIT_KEPT_MS = 600000, /* after a refusal */
	BATCH_LIMIT_STEP_MS = 10000,  /* after a step up */
};

struct batch_limit {
	atomic_uint limit;
	unsigned max;              /* never more; 0 counts as 1 */
	atomic_ullong raise_at_ms; /* 0: it stands at its maximum */
};

void batch_limit_init(struct batch_limit *limit, unsigned max);

/* How many calls may go in one request now. */
size_t batch_limit_get(struct batch_limit *limit, uint64_t now_ms);

/* A larger batch was refused. True where that is lower than it was. */
bool batch_limit_lower(struct batch_limit *limit, size_t calls, uint64_t now_ms);

#endif
