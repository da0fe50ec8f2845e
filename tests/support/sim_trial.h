/* sim_trial.h - a drawn run under way: the mirror, the nodes, and what to say where it fails. */
#ifndef TESTS_SUPPORT_SIM_TRIAL_H
#define TESTS_SUPPORT_SIM_TRIAL_H

#include "tests/support/sim_draw.h"

struct sim_trial {
	struct lab *lab;
	bool is_verbose;
	const struct sim_run *run;
	struct lab_mirror m;
	enum status st; /* of the last sync */
	struct lab_sight sight;
	unsigned warnings; /* times that following ran into trouble */
};

/* Where it is verbose: says which run it is. */
void sim_trial_tell(const struct sim_trial *t);

/* Ends the test: says what is wrong, which run it was, and how to repeat it. */
void sim_trial_fail(const struct sim_trial *t, const char *format, ...) PRINTF_LIKE(2, 3);

#define sim_expect(t, condition, ...)                                                              \
	do {                                                                                       \
		if (!(condition))                                                                  \
			sim_trial_fail(t, __VA_ARGS__);                                            \
	} while (0)

/* Opens the mirror, and syncs what is there before anything is lied about. */
void sim_trial_begin(struct sim_trial *t);
/* Serves the run's chain; catches up with it, or follows it block by block. */
void sim_trial_go(struct sim_trial *t);
/* Once more; and a restart of the program. */
void sim_trial_sync(struct sim_trial *t);
void sim_trial_restart(struct sim_trial *t);
/* Every node's head is that block. */
void sim_trial_serve(struct sim_trial *t, uint64_t head);

/* The mirror is what a straight run is at its cursor: of the run's chain, or the one before. */
bool sim_trial_is_true(const struct sim_trial *t);
bool sim_trial_is_at_head(const struct sim_trial *t);

/* A finding about a block from `first` to `last` and the node that lies, whose check begins so. */
bool sim_trial_has(const struct sim_trial *t, const struct finding *findings, size_t count,
		   const char *check, uint64_t first, uint64_t last);

#endif
