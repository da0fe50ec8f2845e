/* fetched.h - a block as a source gives it to be applied: its logs, and how far they are proved. */
#ifndef INDEXER_FETCHED_H
#define INDEXER_FETCHED_H

#include "chain/block_proof.h"

struct fetched_block {
	struct block_ref ref;
	enum proof_level level;
	struct hash state_root; /* zero below PROOF_HEADER */
	struct event_log *logs; /* those that are wanted, by log index */
	size_t log_count;
	/* Log indexes of those that eth_getLogs left out and the receipts hold, and who did. */
	uint32_t *omitted;
	size_t omitted_count;
	const char *node; /* label of the source; "" where nobody asked */
};

enum proof_wish {
	PROVE_OFF,      /* what a node says is believed */
	PROVE_RECEIPTS, /* blocks with events by their receipts; at the head every header */
	PROVE_HEADERS,  /* in a backfill, too, every header */
};

/* What is wanted of blocks, and how far it must be proved. What it points to outlives its use. */
struct block_wish {
	const struct log_filter *filters;
	size_t filter_count;
	enum proof_wish proof;
	/* Logs (of those above) whose transactions are proved, too, and their senders recovered. */
	const struct log_filter *sender_filters;
	size_t sender_filter_count;
};

/* Copies with all that they point to, but for a block's `node`; the arena owns them. */
struct fetched_block fetched_block_copy(struct arena *arena, const struct fetched_block *block);
struct block_wish block_wish_copy(struct arena *arena, const struct block_wish *wish);

#endif
