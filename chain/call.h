/*
 * call.h - a question to a contract (eth_call) and what came of it.
 */
#ifndef CHAIN_CALL_H
#define CHAIN_CALL_H

#include "chain/types.h"

enum call_outcome {
	CALL_RETURNED,    /* data holds what the contract returned */
	CALL_REVERTED,    /* the contract reverts: the figure is not computable */
	CALL_UNAVAILABLE, /* the node cannot tell (no state that old, call not recorded) */
};

struct chain_call {
	struct address to;
	struct slice data; /* selector and arguments */
	enum call_outcome outcome;
	struct slice result; /* in the arena */
	const char *reason;  /* of a revert or unavailability, in the arena; "" else */
};

/*
 * Whoever can put such questions, as a value: layers below the network ask through it. All calls
 * are asked at the end of block `at`. An answer to one call is its outcome; the function itself
 * fails only where nothing could be asked (ERR_AGAIN) or the answers made no sense (ERR_BAD_DATA).
 */
struct chain_asker {
	enum status (*ask)(void *context, struct chain_call *calls, size_t count,
			   struct arena *arena, const struct block_ref *at, struct error *err);
	void *context;
};

#endif
