/*
 * withdrawn.h - findings of blocks that the chain abandoned: notes of what a reorg took back.
 *
 * Findings are rows, so a rewind takes them back with their blocks. What was found there was told
 * to people all the same, so it stays as a note (store/notes.h): the finding, in state "withdrawn",
 * with the reorg that took it. Of one finding the newest withdrawal is kept, and of all the newest
 * WITHDRAWN_MAX. They are counted nowhere, and are no part of the mirror as of an earlier block.
 */
#ifndef RECONCILE_WITHDRAWN_H
#define RECONCILE_WITHDRAWN_H

#include "reconcile/finding.h"

enum { WITHDRAWN_MAX = 256 };

struct withdrawn_finding {
	uint16_t pool;
	uint8_t key[FINDING_ID_BYTES];
	struct finding finding; /* state "withdrawn" */
	uint64_t reorg;         /* which of the mirror's reorgs, counted from 1 */
	uint64_t fork;          /* the newest block that was kept */
	struct hash
		block_hash; /* of the abandoned block; zero where the mirror had no record of it */
};

/*
 * To be called in the transaction that rewinds to `fork`, before it does: notes every finding of
 * the pool that was opened above `fork`. `count` gets how many are added to it.
 */
enum status withdrawn_put(uint64_t *count, struct store_txn *txn, const struct pool *pool,
			  uint64_t fork, uint64_t reorg, struct error *err) MUST_CHECK;
/* Drops the oldest of more than WITHDRAWN_MAX; once after all pools. */
enum status withdrawn_trim(struct store_txn *txn, struct error *err) MUST_CHECK;

/* All of them, in the arena. */
enum status withdrawn_read(struct withdrawn_finding **out, size_t *count, struct arena *arena,
			   struct store_txn *txn, struct error *err) MUST_CHECK;
/* The one of that pool and key; ERR_NOTFOUND. */
enum status withdrawn_get(struct withdrawn_finding *out, struct arena *arena, struct store_txn *txn,
			  uint16_t pool, const uint8_t key[FINDING_ID_BYTES],
			  struct error *err) MUST_CHECK;

#endif
