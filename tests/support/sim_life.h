/*
 * sim_life.h - one simulated run of a mirror: a story told to the program, and what came of it.
 *
 * The program lives, is killed or ends, and is started again, as systemd does, until the world is
 * quiet and it has come to the head. Then it must be what a straight run is, which compared every
 * account with the pool's own views.
 *
 * A kill is that from some instant on no commit and no request comes through any more; the store is
 * then opened anew as the kill left it. A kill within a commit also puts back the pages that say
 * which commit counts: the last that LMDB writes. What a kill cannot show here is what the system
 * itself loses with the power; for that there are LMDB's flushes.
 */
#ifndef TESTS_SUPPORT_SIM_LIFE_H
#define TESTS_SUPPORT_SIM_LIFE_H

#include "tests/support/sim_story.h"

struct sim_outcome {
	uint64_t hash;  /* of all requests, answers and commits, with their times */
	uint64_t time;  /* ms that went by in the simulated world */
	uint64_t lives; /* how often the program was started */
	uint64_t kills[STORY_KILL_COUNT];
	uint64_t requests;
	uint64_t commits;
	uint64_t reorgs;                       /* that the program noticed */
	uint64_t depth;                        /* of the deepest */
	uint64_t troubles[STORE_GIVES_UP + 1]; /* of the disk, that came about */
	uint64_t faults[SIM_FAULT_COUNT];
};

/* The straight runs of a family: an honest node, every header, nothing in the way. */
void sim_life_straight(struct story_family *family);

struct sim_outcome sim_life_run(const struct story *story, bool is_verbose);

#endif
