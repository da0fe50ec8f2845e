/* sim_draw.h - one random run of a mirror against simulated nodes, out of a seed. */
#ifndef TESTS_SUPPORT_SIM_DRAW_H
#define TESTS_SUPPORT_SIM_DRAW_H

#include "tests/support/sim_lab.h"

struct sim_run {
	uint64_t seed;
	const struct lab_pair *pair;
	const struct lab_chain *chain; /* what is served in the end, and what is lied about */
	struct lab_options options;
	bool is_reorg;            /* the mirror has the trunk when the branch is served */
	bool is_following;        /* the head moves block by block; else the mirror catches up */
	uint64_t first_head;      /* what is there before anything is lied about; 0: nothing */
	bool restarts;            /* before the truth is told again */
	struct sim_attack attack; /* SIM_NONE: an honest run */
};

struct sim_run sim_draw_honest(struct lab *lab, uint64_t seed);

/* The attack can be told of the chain; that somebody asks for what it is told in is not said. */
struct sim_run sim_draw_attack(struct lab *lab, uint64_t seed);

/* What the logs that eth_getLogs tells of the attacked block are, of those that are wanted. */
enum sim_telling {
	SIM_TELLS_TRUTH,
	SIM_TELLS_UNTIDILY, /* the truth, out of order or twice */
	SIM_TELLS_LESS,
	SIM_TELLS_OTHERWISE,
};

enum sim_telling sim_reported(const struct sim_run *run);

/* Whether the told receipts are others than the block's. */
bool sim_receipts_are_false(const struct sim_run *run);

/* Whether somebody's right to be paid hangs on who sent the transaction. */
bool sim_sender_matters(const struct sim_run *run, size_t transaction);

#endif
