/*
 * made.h - a mirror written block by block without a node: branches of made-up blocks, with events,
 * changed rows and findings of two pools of a toy protocol, and what reorganisations leave behind.
 *
 * A block's content follows from its seed and from the rows before it. A branch can be left and
 * come back to: the same blocks then give the same digests.
 */
#ifndef TESTS_SUPPORT_MADE_H
#define TESTS_SUPPORT_MADE_H

#include "indexer/config.h"
#include "tests/support/scratch.h"
#include "tests/support/sim_random.h"

enum { MADE_BLOCKS_MAX = 600, MADE_POOLS = 2, MADE_CHAIN_ID = 7 };

struct made_block {
	struct block_ref ref;
	uint64_t seed;
	/* So often an event of it, with its effect, was left out before and taken in by a repair.
	 */
	unsigned repaired;
};

struct made_branch {
	struct made_block blocks[MADE_BLOCKS_MAX];
	size_t count;
};

struct made {
	char folder[SCRATCH_PATH_SIZE];
	struct arena *arena;
	struct config config;
	struct pool pools[MADE_POOLS];
	struct store *store;
	struct error err;
	/* What the store holds: so many blocks of that branch. */
	const struct made_branch *branch;
	size_t count;
	unsigned refusals; /* ever noted */
	/* How much is in a block. */
	unsigned rows_max;
	unsigned events_max;
};

void made_open(struct made *m);
void made_close(struct made *m);
/* As after a restart of the program. */
void made_reopen(struct made *m);

/* One block more, `gap` numbers above the last (1: the next one). */
void made_extend(struct made_branch *branch, uint64_t seed, uint64_t gap);
/* The blocks that both begin with. */
size_t made_common(const struct made_branch *a, const struct made_branch *b);

/* Writes the branch's blocks up to `count`; above what the store holds of it. */
void made_write(struct made *m, const struct made_branch *branch, size_t count);
/* Leaves the branch for another, whose first `kept` blocks it has, as the indexer does: with notes
 * of it. */
void made_reorg(struct made *m, const struct made_branch *to, size_t kept);
/* Takes blocks back without a word, as a repair does. */
void made_drop(struct made *m, size_t kept);

/* A finding about a block that was refused; all of them are settled. */
void made_refuse(struct made *m);
void made_settle(struct made *m);

/* An account's row in a block of its own, above the others: an amount of 0 removes it. */
void made_account(struct made *m, struct made_branch *branch, uint8_t account, uint64_t amount);

#endif
