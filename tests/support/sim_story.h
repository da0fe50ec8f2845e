/*
 * sim_story.h - what happens in one simulated run, drawn from its seed: chains and their reorgs,
 * how heads move, how nodes behave and fail, when the program is killed, when the disk is full.
 */
#ifndef TESTS_SUPPORT_SIM_STORY_H
#define TESTS_SUPPORT_SIM_STORY_H

#include "store/store.h"
#include "tests/support/sim_net.h"

enum {
	STORY_CHAINS = 3,
	STORY_FAMILY_SEEDS = 16, /* so many seeds share their chains, which take longer to make */
	STORY_DEPTH_MAX = 64,
	STORY_MOVES_MAX = 32,
	STORY_LAST_BLOCKS = 3, /* come when it is quiet: a chain that stands still is no chain */
	STORY_KILLS_MAX = 4,
	STORY_TROUBLES_MAX = 3,
	STORY_HEAD_MIN = 12, /* the pool is there, and behind a node that lags, too */
};

/* A chain with what a straight run makes of it. */
struct story_chain {
	struct sim_chain *chain;
	uint64_t head;
	uint64_t fork;        /* the newest block that it has from the chain before it */
	struct hash *digests; /* of the mirror after each block; NULL: not known yet */
};

/* A trunk and branches, each longer than the one that it leaves, up to 64 blocks deep. */
struct story_family {
	uint64_t index;
	struct story_chain chains[STORY_CHAINS];
	size_t count;
	uint64_t lowest_fork;
};

struct story_family *story_family_new(uint64_t seed);
void story_family_free(struct story_family *family);
bool story_family_has(const struct story_family *family, uint64_t seed);

/* The nodes hold this, each after its own delay. */
struct story_move {
	uint64_t time;
	size_t chain;
	uint64_t head;
	uint64_t delays[SIM_NET_NODES];
};

enum story_kill_kind {
	STORY_KILL_AT_REQUEST,
	STORY_KILL_BEFORE_COMMIT,
	STORY_KILL_IN_COMMIT, /* its pages are written, and not yet what makes them count */
	STORY_KILL_AFTER_COMMIT,
	STORY_STOP_AT_REQUEST, /* a signal that the program obeys */
	STORY_KILL_COUNT,
};

struct story_kill {
	enum story_kill_kind kind;
	uint64_t at; /* the n-th request or commit of the run */
};

struct story_trouble {
	enum store_trouble kind;
	uint64_t at;    /* the n-th commit (of STORE_GIVES_UP: transaction) … */
	uint64_t times; /* … and so many in all */
};

enum story_mode { STORY_DENSE, STORY_SPARSE, STORY_HEADERS, STORY_MODE_COUNT };

struct story {
	uint64_t seed;
	const struct story_family *family;
	size_t last_chain; /* what is there in the end */

	enum story_mode mode;
	uint64_t views_every;
	bool views_at_head;
	bool all_accounts;
	bool by_proof;
	bool syncs_first; /* begins each life with a sync */
	unsigned attempts;
	uint64_t timeout_ms;
	uint64_t poll_ms;
	uint64_t map_initial;

	size_t node_count;
	struct sim_manners manners[SIM_NET_NODES];      /* until it is quiet */
	struct sim_manners last_manners[SIM_NET_NODES]; /* then; one node at least is honest */
	uint64_t last_lag[SIM_NET_NODES];               /* how far behind the head it stays */

	struct story_move moves[STORY_MOVES_MAX];
	size_t move_count;
	uint64_t quiet_ms; /* from then on nothing happens but a few more blocks */
	bool has_detours;  /* heads go back, or an abandoned branch returns */
	uint64_t finality; /* blocks below the head: no reorg goes that deep */

	struct story_kill kills[STORY_KILLS_MAX];
	size_t kill_count;
	struct story_trouble troubles[STORY_TROUBLES_MAX];
	size_t trouble_count;
};

struct story story_draw(uint64_t seed, const struct story_family *family);

/* A line about it, for people. */
void story_describe(char *out, size_t size, const struct story *story);

#endif
