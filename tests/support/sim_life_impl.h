/*
 * sim_life_impl.h - what a simulated run holds; for sim_life*.c only.
 */
#ifndef TESTS_SUPPORT_SIM_LIFE_IMPL_H
#define TESTS_SUPPORT_SIM_LIFE_IMPL_H

#include "indexer/mirror.h"
#include "tests/support/scratch.h"
#include "tests/support/sim_life.h"

enum { META_BYTES = 2 * 4096 }; /* LMDB's two first pages say which commit counts */

struct life {
	const struct story *story;
	bool is_verbose;
	struct sim_world *world;
	struct sim_net *net;
	struct source_seams seams[SIM_NET_NODES];
	struct clock clock;
	struct store_seam disk;
	char folder[SCRATCH_PATH_SIZE];
	struct arena *arena;
	struct config config;
	struct logger logger;
	struct mirror_options options;
	struct mirror *mirror; /* NULL while it is opened, and between lives */
	struct error err;
	enum status st;
	bool is_dead;
	bool is_looking; /* the test reads, not the program */
	bool is_quiet;
	uint64_t last_blocks; /* of those that come then */
	bool has_torn;        /* a commit's pages are written, and `metas` are those before it */
	bool had_trouble;     /* of the disk, in this life */
	uint8_t metas[META_BYTES];
	uint64_t begins;
	size_t next_move[SIM_NET_NODES];
	struct sim_outcome outcome;
};

/* sim_life_judge.c: ends the test, with the seed. */
void life_fail(const struct life *l, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A macro, so that the compiler sees that nothing follows. */
#define EXPECT(life, holds, ...)                                                                   \
	do {                                                                                       \
		if (!(holds))                                                                      \
			life_fail(life, __VA_ARGS__);                                              \
	} while (0)

const struct story_chain *life_last_chain(const struct life *l);
/* The newest block; false where there is none. */
bool life_cursor(struct block_record *out, struct life *l);
bool life_is_at_head(struct life *l);

/* What a life may end with; what the store's newest block must hold; all of it, in the end. */
void life_judge_end(struct life *l);
void life_judge_rows(struct life *l, struct store_txn *txn, uint64_t block);
void life_judge(struct life *l);

#endif
