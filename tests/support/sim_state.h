/*
 * sim_state.h - the state of a simulated block: the pool's storage as its layout says, its account
 * among a few others, and proofs of it.
 */
#ifndef TESTS_SUPPORT_SIM_STATE_H
#define TESTS_SUPPORT_SIM_STATE_H

#include "chain/account_proof.h"
#include "tests/support/sim_views.h"

/* The state at the end of block `number`, where the views are these. */
struct hash sim_state_root(const struct sim_views *views, const struct sim_names *names,
			   uint64_t number, struct arena *arena);

/* As a node that tells the truth proves it; in the arena. */
struct account_proof sim_state_prove(const struct sim_views *views, const struct sim_names *names,
				     uint64_t number, struct address address,
				     const struct hash *slots, size_t slot_count,
				     struct arena *arena);

/* One part of it altered, left out or claimed otherwise. */
void sim_state_forge(struct account_proof *proof, uint64_t seed, struct arena *arena);

#endif
