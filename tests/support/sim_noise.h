/*
 * sim_noise.h - logs that a mirror of the simulated pool does not want, and must not take for its
 * own: of strangers, with the pool's topics at other addresses, with its address as a topic
 * elsewhere, and of its own token between others.
 */
#ifndef TESTS_SUPPORT_SIM_NOISE_H
#define TESTS_SUPPORT_SIM_NOISE_H

#include "tests/support/sim_random.h"
#include "tests/support/sim_views.h"

struct sim_noise {
	struct sim_names names;
	struct hash transfer; /* topic0 */
	struct hash approval;
	struct hash minter;
	struct hash burner;
	struct hash staked;
	struct hash deposited;
};

struct sim_noise sim_noise_of(const struct sim_names *names);

/* Without a place; its data is in the arena. */
struct event_log sim_noise_log(const struct sim_noise *noise, struct sim_random *random,
			       struct arena *arena);

/* The log is one that the filters of protocols/api3 ask for. */
bool sim_noise_is_wanted(const struct sim_noise *noise, const struct event_log *log);

#endif
