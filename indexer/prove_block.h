/*
 * prove_block.h - what a source says of a block, proved as far as a mirror wishes.
 *
 * Pure, step by step over fetched material, and shared by everything that fetches: ranges of a
 * backfill, single blocks, recorded chains. For each block: the header; whether its receipts are
 * needed; the logs out of the receipts; the senders out of the transactions. Each step returns
 * whether the proof holds and fills *failure where it does not.
 */
#ifndef INDEXER_PROVE_BLOCK_H
#define INDEXER_PROVE_BLOCK_H

#include "indexer/fetched.h"

/* A wish with what its proofs need again and again. */
struct prover {
	const struct block_wish *wish;
	struct bloom_filter *bloom;
	struct bloom_cache *keys;
};

/* The logs of one block that eth_getLogs gave, rising, each of them wanted. */
struct reported_logs {
	bool was_asked; /* false: nobody asked, so none can be altered or left out */
	const struct event_log *logs;
	size_t count;
};

/* `wish`, and what it points to, outlives the prover; the rest is in the arena. */
struct prover prover_of(const struct block_wish *wish, struct arena *arena);

/* Proves the header; fills ref, state root and level, and empties the rest. */
bool prove_block_header(struct proof_failure *failure, struct fetched_block *out,
			const struct block_material *m, struct arena *scratch);

/* `block` is the child of `below`, where they are neighbours. Where it is not, one of the two is
 * false and nobody can say which: the failure is about the lower one. */
bool prove_block_parent(struct proof_failure *failure, const struct block_ref *below,
			const struct block_ref *block);

/*
 * What the proved header's bloom says of wanted logs: whether receipts are needed. Where it
 * excludes them and none was reported, their absence is proved and the level says so.
 */
bool prove_block_bloom(struct proof_failure *failure, bool *needs_receipts,
		       struct fetched_block *out, const struct prover *prover,
		       const struct block_material *m, const struct reported_logs *reported,
		       bool must_take_receipts);

/*
 * Proves the receipts of a proved header and takes the wanted logs out of them, into `arena`;
 * compares them with the reported ones. Says whether the transactions are needed, too.
 */
bool prove_block_logs(struct proof_failure *failure, bool *needs_transactions,
		      struct fetched_block *out, const struct prover *prover,
		      struct block_material *m, const struct reported_logs *reported,
		      struct arena *arena, struct arena *scratch);

/*
 * Proves the transactions, and the senders of those whose logs the wish's sender filters want;
 * what such a transaction called goes with the log, its bytes into `arena`.
 * Where the bodies are not there (the source pruned them) the level stays as it is.
 */
bool prove_block_senders(struct proof_failure *failure, struct fetched_block *out,
			 const struct prover *prover, const struct block_material *m,
			 struct arena *arena, struct arena *scratch);

/*
 * Moves the bodies of the same block, fetched on their own, to the material that its receipts were
 * proved with. False: they are not that block's.
 */
bool prove_block_bodies(struct proof_failure *failure, struct block_material *m,
			const struct block_material *bodies);

/* The failure as an error: "NODE: block 12: the header … : expected …, got …". ERR_BAD_DATA. */
enum status proof_error(struct error *err, const struct proof_failure *failure);

#endif
