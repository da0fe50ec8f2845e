/*
 * rules.h - the API3 pool's arithmetic as pure functions, in the contract's own order of
 * operations and rounding (api3dao/api3-dao, packages/pool; restated in docs/protocols/api3.md).
 *
 * Each returns false where the contract would revert (256-bit overflow, underflow, division by
 * zero); the trace, which may be NULL, then says "not computable".
 */
#ifndef PROTOCOLS_API3_RULES_H
#define PROTOCOLS_API3_RULES_H

#include "ledger/amount.h"
#include "ledger/trace.h"

enum {
	API3_WEEK = 604800,              /* seconds in an epoch */
	API3_YEAR = 31536000,            /* seconds in 365 days */
	API3_REWARD_VESTING_EPOCHS = 52, /* rewards stay locked for that many epochs */
};

/* 10^18: 100 % on the contract's scale. */
#define API3_ONE (u256_from(UINT64_C(1000000000000000000)))

static inline uint64_t api3_epoch(uint64_t timestamp)
{
	return timestamp / API3_WEEK;
}

/* T * apr * WEEK // YEAR // ONE (RewardUtils: the products first). */
bool api3_reward_amount(struct assets *out, struct trace *trace, struct assets total_stake,
			u256 apr) MUST_CHECK;

/*
 * The APR after a reward: one step down if T * ONE // supply is above the target, else one step
 * up, then within [min, max], max first. `total_stake` and `supply` are those after the mint.
 */
bool api3_next_apr(u256 *out, struct trace *trace, u256 apr, struct assets total_stake,
		   struct assets supply, u256 stake_target, u256 step, u256 min_apr,
		   u256 max_apr) MUST_CHECK;

/* amount * S // T: shares that a stake mints or a scheduled unstake takes. */
bool api3_shares_of(struct shares *out, struct trace *trace, const char *name, struct assets amount,
		    struct shares total_shares, struct assets total_stake) MUST_CHECK;

/* shares * T // S: an account's stake, or what a pending unstake's shares are worth. */
bool api3_stake_of(struct assets *out, struct trace *trace, const char *name, struct shares shares,
		   struct assets total_stake, struct shares total_shares) MUST_CHECK;

/* min(unstakeAmount, unstakeShares * T // S): what an unstake pays. */
bool api3_unstake_amount(struct assets *out, struct trace *trace, struct assets scheduled,
			 struct shares shares, struct assets total_stake,
			 struct shares total_shares) MUST_CHECK;

/* What a timelock has released by `timestamp`: total if ts >= end, else linear, rounded down.
 * Requires start < timestamp. */
bool api3_released(struct assets *out, struct trace *trace, struct assets total, u256 start,
		   u256 end, u256 timestamp) MUST_CHECK;

/*
 * One epoch's part of an account's locked rewards: amount * shares // S then. With `is_view` the
 * product must fit 224 bits, as in userLocked(), which reverts beyond; precalculateUserLocked()
 * multiplies in 256 bits.
 */
bool api3_locked_part(struct assets *out, struct assets reward, struct shares shares,
		      struct shares total_shares_then, bool is_view) MUST_CHECK;

#endif
