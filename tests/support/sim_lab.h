/*
 * sim_lab.h - simulated chains, the nodes that serve them, and mirrors of them: made once, used in
 * thousands of runs.
 */
#ifndef TESTS_SUPPORT_SIM_LAB_H
#define TESTS_SUPPORT_SIM_LAB_H

#include "indexer/mirror.h"
#include "tests/support/scratch.h"
#include "tests/support/sim_node.h"
#include "tests/support/test.h"

enum { LAB_NODES = 3, LAB_PAIRS = 48 };

/* A chain with what a straight run of an honest node makes of it. */
struct lab_chain {
	struct sim_chain *chain;
	uint64_t head;
	struct hash *digests; /* of the mirror after each block */
};

/* A chain, and a longer branch that leaves it near its head. */
struct lab_pair {
	struct lab_chain trunk;
	struct lab_chain branch;
	uint64_t fork; /* the newest block of both */
};

struct lab {
	struct sim_node *nodes[LAB_NODES];
	struct fakenode *servers[LAB_NODES];
	struct lab_pair *pairs[LAB_PAIRS]; /* made when they are first asked for */
};

struct lab *lab_new(void);
void lab_free(struct lab *lab);

const struct lab_pair *lab_pair(struct lab *lab, size_t index);

/* All nodes serve the chain up to `head`, honestly. */
void lab_serve(struct lab *lab, const struct lab_chain *chain, uint64_t head);

enum lab_mode { LAB_DENSE, LAB_SPARSE, LAB_HEADERS, LAB_MODE_COUNT };

struct lab_options {
	enum lab_mode mode;
	uint64_t views_every;
	bool views_at_head;
	bool by_proof; /* views by eth_getProof, as far as that goes */
	unsigned node_count;
	struct logger logger; /* zeros: silent */
	struct mirror_options mirror;
};

struct lab_mirror {
	char folder[SCRATCH_PATH_SIZE];
	struct arena *arena;
	struct config config;
	struct logger logger;
	struct mirror_options options;
	struct mirror *mirror;
	struct error err;
};

/* A mirror in a new folder, from the first nodes of the lab. ERR_…: see mirror_open. */
enum status lab_open(struct lab_mirror *m, struct lab *lab, const struct sim_chain *chain,
		     const struct lab_options *options) MUST_CHECK;
/* Ends the mirror and begins it again, as after a restart of the program. */
enum status lab_reopen(struct lab_mirror *m) MUST_CHECK;
/* Also after lab_open failed; removes the folder. */
void lab_close(struct lab_mirror *m);

/* What a store says, in the arena of the mirror. */
struct lab_sight {
	bool is_empty;
	struct block_record cursor;
	struct finding *pending; /* about blocks that are not in the mirror */
	size_t pending_count;
	struct finding *findings;
	size_t finding_count;
	uint64_t failed; /* comparisons that did not hold */
	struct witness_record nodes[LAB_NODES];
	size_t node_count;
	struct error broken; /* what store_check says; OK where it finds nothing */
};

struct lab_sight lab_look(struct lab_mirror *m);

#endif
