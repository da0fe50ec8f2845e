/*
 * call.h - questions to a contract: what a view says (eth_call), and what its storage holds
 * (eth_getProof).
 */
#ifndef CHAIN_CALL_H
#define CHAIN_CALL_H

#include "abi/u256.h"
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
 * Whoever can put such questions, as a value: layers below the network ask through it. All are
 * about the end of block `at`. An answer to one call is its outcome; the functions themselves fail
 * only where nothing could be asked (ERR_AGAIN) or the answers made no sense (ERR_BAD_DATA).
 */
struct chain_asker {
	enum status (*ask)(void *context, struct chain_call *calls, size_t count,
			   struct arena *arena, const struct block_ref *at, struct error *err);
	/*
	 * May be NULL: then nothing can be proved. `words` gets what stands in the slots of
	 * `contract`, each proved against the block's state root before this returns; a proof that
	 * fails is ERR_BAD_DATA. Where no proofs are to be had for that block, `is_available` is
	 * false and `reason` gets the node's words; both are set in either case, `reason` in the
	 * arena or static. At most STORAGE_SLOTS_MAX slots at once.
	 */
	enum status (*prove)(void *context, u256 *words, bool *is_available, const char **reason,
			     struct address contract, const struct hash *slots, size_t count,
			     struct arena *arena, const struct block_ref *at,
			     const struct hash *state_root, struct error *err);
	void *context;
};

enum { STORAGE_SLOTS_MAX = 200 };

#endif
