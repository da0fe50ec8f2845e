/*
 * handlers.h - what the event handlers share: comparing an event's figures, and the reward step.
 */
#ifndef PROTOCOLS_API3_HANDLERS_H
#define PROTOCOLS_API3_HANDLERS_H

#include "protocols/api3/internal.h"

/* The event's figure must be the computed one (check event-figures). */
void api3_expect(struct applying *a, struct address user, const char *field, bool is_computable,
		 u256 computed, u256 in_event);

/* The same for x + y and x - y, with their trace: the commonest formulas. */
void api3_expect_sum(struct applying *a, struct address user, const char *field,
		     const char *expression, struct trace_input x, struct trace_input y,
		     u256 in_event);
void api3_expect_difference(struct applying *a, struct address user, const char *field,
			    const char *expression, struct trace_input x, struct trace_input y,
			    u256 in_event);

/* A rule about an account that is no figure. */
void api3_expect_words(struct applying *a, enum api3_check check, struct address user,
		       const char *field, bool holds, const char *expected, const char *actual);

/*
 * Called by the handler of every event whose transaction ran the reward step first: where the epoch
 * is new, its reward must have been minted (check reward-present); while the pool is no minter the
 * step leaves no trace but the epoch.
 */
void api3_reward_step_ran(struct applying *a);

/* staking.c, delegation.c, parameters.c, rewards.c */
void api3_on_deposited(struct applying *a, const struct pool_event *event);
void api3_on_deposited_by_timelock_manager(struct applying *a, const struct pool_event *event);
void api3_on_deposited_vesting(struct applying *a, const struct pool_event *event);
void api3_on_vested_timelock(struct applying *a, const struct pool_event *event);
void api3_on_withdrawn(struct applying *a, const struct pool_event *event);
void api3_on_staked(struct applying *a, const struct pool_event *event);
void api3_on_scheduled_unstake(struct applying *a, const struct pool_event *event);
void api3_on_unstaked(struct applying *a, const struct pool_event *event);
void api3_on_minted_reward(struct applying *a, const struct pool_event *event);
void api3_on_paid_out_claim(struct applying *a, const struct pool_event *event);
void api3_on_delegated(struct applying *a, const struct pool_event *event);
void api3_on_undelegated(struct applying *a, const struct pool_event *event);
void api3_on_updated_delegation(struct applying *a, const struct pool_event *event);
/* A Staked or ScheduledUnstake of a delegator takes the UpdatedDelegation before it. */
void api3_take_delegation_update(struct applying *a, struct address user, bool is_increase,
				 struct shares shares);
void api3_on_set_dao_apps(struct applying *a, const struct pool_event *event);
void api3_on_set_claims_manager_status(struct applying *a, const struct pool_event *event);
void api3_on_set_stake_target(struct applying *a, const struct pool_event *event);
void api3_on_set_max_apr(struct applying *a, const struct pool_event *event);
void api3_on_set_min_apr(struct applying *a, const struct pool_event *event);
void api3_on_set_unstake_wait_period(struct applying *a, const struct pool_event *event);
void api3_on_set_apr_update_step(struct applying *a, const struct pool_event *event);
void api3_on_set_proposal_threshold(struct applying *a, const struct pool_event *event);
void api3_on_updated_last_proposal(struct applying *a, const struct pool_event *event);
void api3_on_minter_status(struct applying *a, const struct pool_event *event);

#endif
