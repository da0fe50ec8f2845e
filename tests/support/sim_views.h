/*
 * sim_views.h - what the simulated contracts' views answer at the end of a block.
 */
#ifndef TESTS_SUPPORT_SIM_VIEWS_H
#define TESTS_SUPPORT_SIM_VIEWS_H

#include "tests/support/pool_script.h"

struct sim_names {
	struct address pool;
	struct address token;
	struct address timelock;
	struct address manager; /* of claims; also the DAO's agent */
	struct address users[SCRIPT_USERS];
};

struct sim_user {
	uint64_t unstaked;
	uint64_t vesting;
	uint64_t shares;
	uint64_t stake;
	uint64_t unstake_amount;
	uint64_t unstake_shares;
	uint64_t scheduled_for;
	uint64_t delegated_at;
	uint64_t proposed_at;
	uint64_t delegated_to;
	uint64_t voting_power;
	uint64_t locked;
	uint64_t timelock_total;
	uint64_t timelock_remaining;
	uint64_t timelock_start;
	uint64_t timelock_end;
	struct address delegate; /* zero: none */
};

struct sim_views {
	bool has_code; /* false before the contracts' creation; then nothing else counts */
	uint64_t total_stake;
	uint64_t total_shares;
	uint64_t apr;
	uint64_t min_apr;
	uint64_t max_apr;
	uint64_t apr_step;
	uint64_t target;
	uint64_t wait;
	uint64_t threshold;
	uint64_t reward_epoch;
	uint64_t genesis_epoch;
	uint64_t supply;
	uint64_t balance; /* the pool's */
	bool is_minter;
	struct sim_user users[SCRIPT_USERS];
};

struct sim_views sim_views_of(const struct script *s, const struct sim_names *names);

enum { SIM_WORDS_MAX = 7, SIM_VIEW_COUNT = 26 };

/*
 * The answer to a call: how many words, 0 where the contract reverts (no such view). `view` gets
 * the view's number, below SIM_VIEW_COUNT. The contracts are there.
 */
size_t sim_view_answer(u256 out[SIM_WORDS_MAX], size_t *view, const struct sim_views *views,
		       const struct sim_names *names, struct address to, struct slice data);

/* The number of the view with that signature, "totalStake()". */
size_t sim_view_number(const char *signature);

#endif
