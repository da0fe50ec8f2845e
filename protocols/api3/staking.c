/* Deposits, stakes, unstakes, withdrawals and vesting timelocks. */
#include "protocols/api3/handlers.h"
#include "protocols/api3/locked.h"
#include "protocols/api3/rules.h"

/* Every deposit adds to `unstaked`, which the event carries as it is afterwards. */
static struct api3_account *deposit(struct applying *a, struct address user, struct assets amount,
				    u256 unstaked_after)
{
	struct api3_account *account = api3_account(a->state, a->pool, user);

	api3_expect_sum(a, user, "userUnstaked", "unstaked + amount",
			(struct trace_input){"unstaked", account->unstaked.raw},
			(struct trace_input){"amount", amount.raw}, unstaked_after);
	account->unstaked = assets_of(unstaked_after);
	api3_post(a, LEDGER_DEPOSITORS, LEDGER_UNSTAKED, amount, user);
	return account;
}

void api3_on_deposited(struct applying *a, const struct pool_event *event)
{
	struct address user = event->values[0].address;
	struct assets amount = assets_of(event->values[1].number);

	api3_reward_step_ran(a);
	api3_take_transfer(a, true, &user, amount);
	(void)deposit(a, user, amount, event->values[2].number);
}

void api3_on_deposited_by_timelock_manager(struct applying *a, const struct pool_event *event)
{
	struct assets amount = assets_of(event->values[1].number);

	api3_take_transfer(a, true, NULL, amount); /* from the manager or the source it names */
	(void)deposit(a, event->values[0].address, amount, event->values[2].number);
}

void api3_on_deposited_vesting(struct applying *a, const struct pool_event *event)
{
	struct address user = event->values[0].address;
	struct assets amount = assets_of(event->values[1].number);
	u256 start = event->values[2].number;
	u256 end = event->values[3].number;
	u256 vesting_after = event->values[5].number;
	struct api3_account *account;

	api3_take_transfer(a, true, NULL, amount);
	account = deposit(a, user, amount, event->values[4].number);
	api3_expect_words(a, API3_TIMELOCK, user, "remaining",
			  u256_is_zero(account->timelock_remaining.raw),
			  "no earlier timelock still holds tokens", "one does");
	api3_expect_words(a, API3_TIMELOCK, user, "schedule",
			  u256_less(start, end) && !u256_is_zero(amount.raw),
			  "an amount, and an end after the start", "none, or an end before it");
	api3_expect_sum(a, user, "userVesting", "vesting + amount",
			(struct trace_input){"vesting", account->vesting.raw},
			(struct trace_input){"amount", amount.raw}, vesting_after);
	account->vesting = assets_of(vesting_after);
	account->timelock_total = amount;
	account->timelock_remaining = amount;
	account->timelock_start = start;
	account->timelock_end = end;
}

void api3_on_vested_timelock(struct applying *a, const struct pool_event *event)
{
	struct address user = event->values[0].address;
	struct api3_account *account = api3_account(a->state, a->pool, user);
	struct assets amount = assets_of(event->values[1].number);
	u256 now = u256_from(a->block->timestamp);
	struct assets unlocked = assets_of(U256_ZERO);
	struct assets earlier = assets_of(U256_ZERO);
	struct assets newly = assets_of(U256_ZERO);
	bool ok;

	api3_expect_words(a, API3_TIMELOCK, user, "release",
			  u256_less(account->timelock_start, now) &&
				  !u256_is_zero(account->timelock_remaining.raw),
			  "a timelock that has begun and still holds tokens", "none");
	ok = api3_released(&unlocked, a->trace, account->timelock_total, account->timelock_start,
			   account->timelock_end, now) &&
	     assets_sub_ok(&earlier, account->timelock_total, account->timelock_remaining) &&
	     assets_sub_ok(&newly, unlocked, earlier);
	TRACE(a->trace, "newly unlocked", "unlocked - (total - remaining)", ok, newly.raw,
	      {"unlocked", unlocked.raw}, {"total", account->timelock_total.raw},
	      {"remaining", account->timelock_remaining.raw});
	api3_expect(a, user, "amount", ok, newly.raw, amount.raw);
	api3_expect_difference(a, user, "userVesting", "vesting - amount",
			       (struct trace_input){"vesting", account->vesting.raw},
			       (struct trace_input){"amount", amount.raw}, event->values[2].number);
	account->vesting = assets_of(event->values[2].number);
	if (!assets_sub_ok(&account->timelock_remaining, account->timelock_remaining, amount))
		account->timelock_remaining = assets_of(U256_ZERO);
}

/* unstaked + stake >= locked + vesting + amount. */
static bool covers(const struct api3_account *account, struct assets stake, struct assets locked,
		   struct assets amount)
{
	struct assets have;
	struct assets need;

	return assets_add_ok(&have, account->unstaked, stake) &&
	       assets_add_ok(&need, locked, account->vesting) &&
	       assets_add_ok(&need, need, amount) && assets_compare(have, need) >= 0;
}

/*
 * withdrawRegular computes the locked rewards, withdrawPrecalculated takes the sum that was
 * computed in slices in the same epoch; the event does not tell which one was called.
 */
static bool withdrawal_is_covered(struct applying *a, const struct api3_account *account,
				  struct address user, struct assets amount)
{
	const struct api3_totals *t = api3_totals(a->state, a->pool);
	const struct api3_parameters *p = api3_parameters(a->state, a->pool);
	uint64_t epoch = api3_epoch(a->block->timestamp);
	struct assets stake;
	struct assets locked = assets_of(U256_ZERO);
	bool ok;

	if (!api3_stake_of(&stake, a->trace, "userStake", account->shares, t->total_stake,
			   t->total_shares))
		return false;
	if (account->precalculated_initial_epoch == epoch &&
	    account->precalculated_next_epoch < api3_oldest_locked_epoch(p, epoch) &&
	    covers(account, stake, account->precalculated_locked, amount))
		return true;
	ok = api3_locked(&locked, a->state, a->pool, user, a->block->number, epoch);
	TRACE(a->trace, "userLocked",
	      "sum over 52 epochs of reward * shares at its block // totalShares then", ok,
	      locked.raw, {"epoch", u256_from(epoch)});
	return ok && covers(account, stake, locked, amount);
}

void api3_on_withdrawn(struct applying *a, const struct pool_event *event)
{
	struct address user = event->values[0].address;
	struct assets amount = assets_of(event->values[1].number);
	struct api3_account *account = api3_account(a->state, a->pool, user);

	api3_reward_step_ran(a);
	api3_take_transfer(a, false, &user, amount);
	api3_expect_words(a, API3_WITHDRAWAL_COVERED, user, "",
			  withdrawal_is_covered(a, account, user, amount),
			  "unstaked + stake at least locked + vesting + amount", "less");
	api3_expect_difference(a, user, "userUnstaked", "unstaked - amount",
			       (struct trace_input){"unstaked", account->unstaked.raw},
			       (struct trace_input){"amount", amount.raw}, event->values[2].number);
	account->unstaked = assets_of(event->values[2].number);
	api3_post(a, LEDGER_UNSTAKED, LEDGER_DEPOSITORS, amount, user);
}

void api3_on_staked(struct applying *a, const struct pool_event *event)
{
	struct address user = event->values[0].address;
	struct assets amount = assets_of(event->values[1].number);
	struct shares minted = shares_of(event->values[2].number);
	struct api3_totals *t = api3_totals(a->state, a->pool);
	struct api3_account *account = api3_account(a->state, a->pool, user);
	struct shares computed;
	bool ok;

	api3_reward_step_ran(a);
	ok = api3_shares_of(&computed, a->trace, "mintedShares", amount, t->total_shares,
			    t->total_stake);
	api3_expect(a, user, "mintedShares", ok, computed.raw, minted.raw);
	/* What follows is held against our own figure, so that one wrong word is one finding. */
	if (!ok)
		computed = minted;
	api3_expect_difference(a, user, "userUnstaked", "unstaked - amount",
			       (struct trace_input){"unstaked", account->unstaked.raw},
			       (struct trace_input){"amount", amount.raw}, event->values[3].number);
	api3_expect_sum(a, user, "userShares", "shares + mintedShares",
			(struct trace_input){"shares", account->shares.raw},
			(struct trace_input){"mintedShares", computed.raw},
			event->values[4].number);
	api3_expect_sum(a, user, "totalShares", "totalShares + mintedShares",
			(struct trace_input){"totalShares", t->total_shares.raw},
			(struct trace_input){"mintedShares", computed.raw},
			event->values[5].number);
	api3_expect_sum(a, user, "totalStake", "totalStake + amount",
			(struct trace_input){"totalStake", t->total_stake.raw},
			(struct trace_input){"amount", amount.raw}, event->values[6].number);
	api3_take_delegation_update(a, user, true, minted);
	account->unstaked = assets_of(event->values[3].number);
	account->shares = shares_of(event->values[4].number);
	t->total_shares = shares_of(event->values[5].number);
	t->total_stake = assets_of(event->values[6].number);
	api3_post(a, LEDGER_UNSTAKED, LEDGER_STAKED, amount, user);
}

void api3_on_scheduled_unstake(struct applying *a, const struct pool_event *event)
{
	struct address user = event->values[0].address;
	struct assets amount = assets_of(event->values[1].number);
	struct shares shares = shares_of(event->values[2].number);
	struct api3_totals *t = api3_totals(a->state, a->pool);
	const struct api3_parameters *p = api3_parameters(a->state, a->pool);
	struct api3_account *account = api3_account(a->state, a->pool, user);
	struct shares computed;
	struct assets stake;
	bool ok;

	api3_reward_step_ran(a);
	api3_expect_words(a, API3_UNSTAKE_SINGLE, user, "",
			  u256_is_zero(account->unstake_scheduled_for), "no unstake is pending",
			  "one is");
	ok = api3_stake_of(&stake, a->trace, "userStake", account->shares, t->total_stake,
			   t->total_shares);
	api3_expect_words(a, API3_UNSTAKE_COVERED, user, "",
			  ok && assets_compare(stake, amount) >= 0 && !u256_is_zero(shares.raw),
			  "at most the account's stake, and more than no shares",
			  "more than its stake, or no shares");
	ok = api3_shares_of(&computed, a->trace, "shares", amount, t->total_shares, t->total_stake);
	api3_expect(a, user, "shares", ok, computed.raw, shares.raw);
	if (!ok)
		computed = shares;
	api3_expect_sum(a, user, "scheduledFor", "timestamp + unstakeWaitPeriod",
			(struct trace_input){"timestamp", u256_from(a->block->timestamp)},
			(struct trace_input){"unstakeWaitPeriod", p->unstake_wait_period},
			event->values[3].number);
	api3_expect_difference(a, user, "userShares", "userShares - shares",
			       (struct trace_input){"userShares", account->shares.raw},
			       (struct trace_input){"shares", computed.raw},
			       event->values[4].number);
	api3_take_delegation_update(a, user, false, shares);
	account->unstake_amount = amount;
	account->unstake_shares = shares;
	account->unstake_scheduled_for = event->values[3].number;
	account->shares = shares_of(event->values[4].number);
}

void api3_on_unstaked(struct applying *a, const struct pool_event *event)
{
	struct address user = event->values[0].address;
	struct assets amount = assets_of(event->values[1].number);
	struct api3_totals *t = api3_totals(a->state, a->pool);
	struct api3_account *account = api3_account(a->state, a->pool, user);
	u256 scheduled_for = account->unstake_scheduled_for;
	struct assets computed = assets_of(U256_ZERO);
	bool ok;

	api3_reward_step_ran(a);
	api3_expect_words(a, API3_UNSTAKE_WAITED, user, "",
			  !u256_is_zero(scheduled_for) &&
				  u256_less(scheduled_for, u256_from(a->block->timestamp)),
			  "a pending unstake whose time has passed", "none, or too early");
	ok = api3_unstake_amount(&computed, a->trace, account->unstake_amount,
				 account->unstake_shares, t->total_stake, t->total_shares);
	api3_expect(a, user, "amount", ok, computed.raw, amount.raw);
	if (!ok)
		computed = amount;
	api3_expect_sum(a, user, "userUnstaked", "unstaked + amount",
			(struct trace_input){"unstaked", account->unstaked.raw},
			(struct trace_input){"amount", computed.raw}, event->values[2].number);
	api3_expect_difference(a, user, "totalShares", "totalShares - unstakeShares",
			       (struct trace_input){"totalShares", t->total_shares.raw},
			       (struct trace_input){"unstakeShares", account->unstake_shares.raw},
			       event->values[3].number);
	api3_expect_difference(a, user, "totalStake", "totalStake - amount",
			       (struct trace_input){"totalStake", t->total_stake.raw},
			       (struct trace_input){"amount", amount.raw}, event->values[4].number);
	account->unstaked = assets_of(event->values[2].number);
	account->unstake_amount = assets_of(U256_ZERO);
	account->unstake_shares = shares_of(U256_ZERO);
	account->unstake_scheduled_for = U256_ZERO;
	t->total_shares = shares_of(event->values[3].number);
	t->total_stake = assets_of(event->values[4].number);
	api3_post(a, LEDGER_STAKED, LEDGER_UNSTAKED, amount, user);
}
