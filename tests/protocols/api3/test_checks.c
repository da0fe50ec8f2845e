/*
 * Every check of the adapter, made to fail by a contract, a log or a book that is wrong in one way.
 *
 * The tests name all checks that must fail: mostly one. Where books are wrong several say so, since
 * each compares the same figure with another one.
 */
#include "tests/support/pool_script.h"

#include <inttypes.h>

static bool has_failed[API3_CHECK_COUNT];

static bool note_check(void *context, const uint8_t *key, const struct finding *finding)
{
	const struct protocol *protocol = context;

	(void)key;
	for (size_t i = 0; i < protocol->check_count; i++)
		if (strcmp(protocol->checks[i].id, finding->check) == 0)
			has_failed[i] = true;
	return true;
}

static int begin(void **state)
{
	struct script *s = calloc(1, sizeof(*s));

	if (!s)
		return -1;
	script_open(s, NULL);
	*state = s;
	return 0;
}

static int end(void **state)
{
	struct script *s = *state;
	struct reading reading = script_reading(s);
	struct protocol protocol = *s->pool.protocol;

	findings_each(&reading, note_check, &protocol);
	script_close(s);
	free(s);
	return 0;
}

/* Alice and Bob stake, in the first week after the creation. */
static struct script *staked(void **state)
{
	struct script *s = *state;

	script_deposit_and_stake(s, ALICE, 1000000);
	script_deposit_and_stake(s, BOB, 500000);
	script_next(s, 60);
	return s;
}

/* ---- nothing wrong ---- */

static void a_season_without_mistakes_has_no_finding(void **state)
{
	struct script *s = *state;
	struct reading reading;
	struct tally tally;

	script_season(s);
	script_expect(s, NULL);
	reading = script_reading(s);
	tally = tally_read(&reading);
	assert_true(tally.events > 80);
	assert_true(tally.passed > 300);
	assert_int_equal(tally.failed, 0);
	assert_ok(store_check(s->txn, &s->err), s->err);
}

static void the_mirror_ends_the_season_with_the_contracts_figures(void **state)
{
	struct script *s = *state;
	const struct script_contract *c = &s->contract;
	const struct api3_totals *t;

	script_season(s);
	t = script_totals(s);
	assert_true(u256_equal(t->total_stake.raw, u256_from(c->total_stake)));
	assert_true(u256_equal(t->total_shares.raw, u256_from(c->total_shares)));
	assert_true(u256_equal(t->apr, u256_from(c->apr)));
	assert_true(u256_equal(t->token_total_supply.raw, u256_from(c->supply)));
	for (int i = 0; i < SCRIPT_USERS; i++) {
		const struct script_user *u = &c->users[i];
		const struct api3_account *account = script_account(s, i);

		assert_true(u256_equal(account->unstaked.raw, u256_from(u->unstaked)));
		assert_true(u256_equal(account->vesting.raw, u256_from(u->vesting)));
		assert_true(u256_equal(account->shares.raw, u256_from(u->shares)));
		assert_true(u256_equal(account->delegated_to.raw, u256_from(u->delegated_to)));
		assert_int_equal(address_is_zero(account->delegate), u->delegate < 0);
	}
}

/* ---- events ---- */

static void minted_shares_that_do_not_follow_are_found(void **state)
{
	struct script *s = staked(state);

	script_deposit_and_stake(s, ALICE, 100);
	script_put(s, script_last(s, "Staked"), 1, 99);
	script_apply(s);
	script_expect(s, "event-figures", NULL);
	assert_int_equal(script_count(s, NULL),
			 1); /* later figures follow from the computed ones */
}

static void a_reward_for_another_epoch_is_found(void **state)
{
	struct script *s = staked(state);

	script_next(s, SCRIPT_WEEK);
	script_deposit(s, ALICE, 5);
	u256_to_be(script_last(s, "MintedReward")->topics[1].bytes,
		   u256_from(s->block.timestamp / SCRIPT_WEEK - 1));
	script_apply(s);
	script_expect(s, "reward-epoch", NULL);
}

static void a_second_reward_in_one_epoch_is_found(void **state)
{
	struct script *s = staked(state);

	script_next(s, SCRIPT_WEEK);
	script_deposit(s, ALICE, 5);
	s->contract.reward_epoch--;
	script_deposit(s, ALICE, 5);
	script_apply(s);
	script_expect(s, "reward-epoch", NULL);
	assert_int_equal(script_count(s, NULL), 1);
}

static void a_reward_of_one_unit_too_much_is_found(void **state)
{
	struct script *s = staked(state);

	s->contract.reward_too_much = 1;
	script_next(s, SCRIPT_WEEK);
	script_deposit(s, ALICE, 5);
	script_apply(s);
	script_expect(s, "reward-amount", NULL);
}

static void an_apr_one_unit_too_high_is_found(void **state)
{
	struct script *s = staked(state);

	s->contract.apr_too_high = 1;
	script_next(s, SCRIPT_WEEK);
	script_deposit(s, ALICE, 5);
	script_apply(s);
	script_expect(s, "reward-apr", NULL);
}

static void a_missing_reward_is_found_at_whatever_call_comes_first(void **state)
{
	struct script *s = staked(state);

	s->contract.skips_rewards = true;
	script_next(s, SCRIPT_WEEK);
	script_deposit(s, ALICE, 5);
	script_next(s, SCRIPT_WEEK);
	script_stake(s, ALICE, 5);
	script_next(s, SCRIPT_WEEK);
	script_schedule(s, ALICE, 5);
	script_next(s, SCRIPT_WEEK + 1);
	script_unstake(s, ALICE);
	script_next(s, SCRIPT_WEEK);
	script_withdraw(s, ALICE, 1);
	script_next(s, SCRIPT_WEEK);
	script_delegate(s, ALICE, BOB);
	script_next(s, 2 * SCRIPT_WEEK);
	script_undelegate(s, ALICE);
	script_next(s, SCRIPT_WEEK);
	script_payout(s, SCRIPT_MANAGER_TEXT, 5);
	script_next(s, SCRIPT_WEEK);
	script_precalculate(s, ALICE, 1);
	script_next(s, SCRIPT_WEEK);
	script_precalculate(s, ALICE, 100);
	script_apply(s);
	script_expect(s, "reward-present", NULL);
	assert_int_equal(script_count(s, NULL), 10);
}

static void calls_that_run_no_reward_step_need_none(void **state)
{
	struct script *s = staked(state);

	script_next(s, SCRIPT_WEEK);
	script_manager_deposit(s, ALICE, 5);
	script_vesting_deposit(s, BOB, 5, s->block.timestamp, s->block.timestamp + 100);
	script_set(s, "SetStakeTarget", 5);
	script_propose(s, ALICE);
	script_set_manager(s, true);
	script_next(s, 50);
	script_vest(s, BOB);
	script_apply(s);
	script_expect(s, NULL);
}

static void a_reward_while_the_pool_is_no_minter_is_found(void **state)
{
	struct script *s = staked(state);

	script_set_minter(s, false);
	s->contract.is_minter = true; /* the token says one thing and does another */
	script_next(s, SCRIPT_WEEK);
	script_deposit(s, ALICE, 5);
	script_apply(s);
	script_expect(s, "reward-present", NULL);
}

static void a_deposit_without_its_transfer_is_found(void **state)
{
	struct script *s = staked(state);

	script_deposit(s, ALICE, 0);
	script_drop(s, script_last(s, "Transfer"));
	script_apply(s);
	script_expect(s, "token-transfer", NULL);
	script_next(s, 1);
	script_deposit(s, ALICE, 7);
	script_drop(s, script_last(s, "Transfer"));
	script_apply(s);
	script_expect(s, "token-transfer", "pool-solvent", "ledger-balance", NULL);
}

static void each_event_that_moves_tokens_wants_its_own_transfer(void **state)
{
	struct script *s = staked(state);

	script_deposit(s, ALICE, 1000);
	script_next(s, SCRIPT_WEEK);
	/* One transaction with one transfer and two events of it. */
	script_deposit(s, ALICE, 0);
	script_emit(s, API3_POOL, "Deposited", script_user(s, ALICE), "0", "1000", NULL);
	script_apply(s);
	script_expect(s, "token-transfer", NULL);
	assert_int_equal(script_count(s, NULL), 1);
}

static void a_transfer_from_somebody_else_is_no_match(void **state)
{
	struct script *s = staked(state);

	script_deposit(s, ALICE, 0);
	address_to_word(script_last(s, "Transfer")->topics[1].bytes, script_address(CAROL));
	script_apply(s);
	script_expect(s, "token-transfer", NULL);
}

static void a_transfer_of_another_transaction_is_no_match(void **state)
{
	struct script *s = staked(state);

	script_deposit(s, ALICE, 0);
	script_last(s, "Transfer")->transaction_hash.bytes[0] ^= 1;
	script_apply(s);
	script_expect(s, "token-transfer", NULL);
}

static void tokens_that_leave_the_pool_without_an_event_are_found(void **state)
{
	struct script *s = staked(state);

	script_transfer(s, SCRIPT_POOL_TEXT, script_user(s, BOB), 0);
	script_apply(s);
	script_expect(s, "token-outflow", NULL);
	script_next(s, 1);
	script_transfer(s, SCRIPT_POOL_TEXT, script_user(s, CAROL), 9);
	script_apply(s);
	script_expect(s, "token-outflow", "pool-solvent", "ledger-balance", "stray-grows", NULL);
}

static void a_burn_of_more_than_the_supply_is_found(void **state)
{
	struct script *s = staked(state);

	script_transaction(s);
	script_emit(s, API3_TOKEN, "Transfer", script_user(s, BOB), SCRIPT_NOBODY_TEXT,
		    script_number(s, UINT64_C(1) << 60), NULL);
	script_apply(s);
	script_expect(s, "token-supply", NULL);
}

static void a_transfer_of_more_than_the_pool_holds_is_found(void **state)
{
	struct script *s = staked(state);

	script_transfer(s, SCRIPT_POOL_TEXT, script_user(s, BOB), 1500001);
	script_apply(s);
	script_expect(s, "token-supply", "token-outflow", "pool-solvent", "ledger-balance",
		      "stray-grows", NULL);
}

static void a_stake_of_a_delegator_wants_its_updated_delegation(void **state)
{
	struct script *s = staked(state);

	script_delegate(s, BOB, ALICE);
	script_stake(s, BOB, 0);
	script_drop(s, script_last(s, "UpdatedDelegation"));
	script_apply(s);
	script_expect(s, "delegation-shares", NULL);
}

static void an_updated_delegation_in_the_wrong_direction_is_found(void **state)
{
	struct script *s = staked(state);

	script_delegate(s, BOB, ALICE);
	script_stake(s, BOB, 0);
	script_put(s, script_last(s, "UpdatedDelegation"), 0, false);
	script_apply(s);
	script_expect(s, "delegation-shares", NULL);
}

static void an_updated_delegation_without_a_stake_is_found(void **state)
{
	struct script *s = staked(state);

	script_delegate(s, BOB, ALICE);
	script_stake(s, BOB, 0);
	script_drop(s, script_last(s, "Staked"));
	script_apply(s);
	script_expect(s, "delegation-shares", NULL);
}

/* ---- rules ---- */

static void a_payout_without_a_claims_manager_is_found(void **state)
{
	struct script *s = staked(state);

	script_set_manager(s, false);
	script_payout(s, script_user(s, CAROL), 10);
	script_apply(s);
	script_expect(s, "claims-manager", NULL);
}

static void a_manager_that_is_told_twice_counts_once(void **state)
{
	struct script *s = staked(state);

	script_set_manager(s, true);
	script_set_manager(s, false);
	script_set_manager(s, false);
	script_next(s, 1);
	script_payout(s, script_user(s, CAROL), 10);
	script_apply(s);
	script_expect(s, "claims-manager", NULL);
	script_next(s, 1);
	script_set_manager(s, true);
	script_payout(s, script_user(s, CAROL), 10);
	script_apply(s);
	assert_int_equal(script_count(s, NULL), 1);
}

static void a_payout_of_all_of_the_stake_is_found(void **state)
{
	struct script *s = staked(state);

	script_deposit(s, ALICE, 5);
	script_payout(s, script_user(s, CAROL), s->contract.total_stake);
	script_apply(s);
	script_expect(s, "payout-covered", "totals-positive", "pool-solvent", "ledger-balance",
		      NULL);
}

static void a_payout_of_all_but_one_unit_is_fine(void **state)
{
	struct script *s = staked(state);

	script_payout(s, script_user(s, CAROL), s->contract.total_stake - 1);
	script_apply(s);
	script_expect(s, NULL);
}

static void an_unstake_at_the_very_second_is_too_early(void **state)
{
	struct script *s = staked(state);

	script_schedule(s, ALICE, 500);
	script_next(s, SCRIPT_WEEK);
	script_unstake(s, ALICE);
	script_apply(s);
	script_expect(s, "unstake-waited", NULL);
}

static void an_unstake_one_second_later_is_fine(void **state)
{
	struct script *s = staked(state);

	script_schedule(s, ALICE, 500);
	script_next(s, SCRIPT_WEEK + 1);
	script_unstake(s, ALICE);
	script_apply(s);
	script_expect(s, NULL);
}

static void an_unstake_that_was_never_scheduled_is_found(void **state)
{
	struct script *s = staked(state);

	script_unstake(s, ALICE);
	script_apply(s);
	script_expect(s, "unstake-waited", NULL);
}

static void a_second_pending_unstake_is_found(void **state)
{
	struct script *s = staked(state);

	script_schedule(s, ALICE, 500);
	script_schedule(s, ALICE, 600);
	script_apply(s);
	/* The first one's shares are lost. */
	script_expect(s, "unstake-single", "shares-sum", "stake-sum", NULL);
}

static void an_unstake_of_no_shares_is_found(void **state)
{
	struct script *s = staked(state);

	script_schedule(s, ALICE, 0);
	script_apply(s);
	script_expect(s, "unstake-covered", NULL);
}

static void an_unstake_of_more_than_the_stake_is_found(void **state)
{
	struct script *s = staked(state);

	script_schedule(s, BOB, 500001);
	script_apply(s);
	assert_int_equal(script_count(s, "unstake-covered"), 1);
}

static void a_withdrawal_of_vesting_tokens_is_found(void **state)
{
	struct script *s = staked(state);
	uint64_t now = s->block.timestamp;

	script_vesting_deposit(s, DAVE, 100, now, now + 100);
	script_deposit(s, DAVE, 10);
	script_withdraw(s, DAVE, 10);
	script_apply(s);
	script_expect(s, NULL);
	script_next(s, 10);
	script_withdraw(s, DAVE, 1);
	script_apply(s);
	script_expect(s, "withdrawal-covered", NULL);
}

static void a_withdrawal_of_locked_rewards_is_found(void **state)
{
	struct script *s = staked(state);
	uint64_t all;

	script_next(s, SCRIPT_WEEK);
	script_deposit(s, ALICE, 1); /* the reward, for Bob's shares as they are */
	script_next(s, 1);
	script_schedule(s, BOB, 503000);
	script_next(s, SCRIPT_WEEK + 1);
	script_unstake(s, BOB);
	script_precalculate(s, BOB, 100);
	script_apply(s);
	script_expect(s, NULL);
	all = s->contract.users[BOB].unstaked;
	script_next(s, 1);
	/* Bob keeps a little stake: together with what stays it must cover what is locked. */
	script_withdraw(s, BOB, all - s->contract.users[BOB].locked);
	script_apply(s);
	script_expect(s, NULL);
	script_next(s, 1);
	script_withdraw(s, BOB, s->contract.users[BOB].unstaked);
	script_apply(s);
	script_expect(s, "withdrawal-covered", NULL);
}

static void rewards_of_52_epochs_are_locked_and_older_ones_are_not(void **state)
{
	struct script *s = staked(state);

	script_next(s, SCRIPT_WEEK);
	script_deposit(s, ALICE, 1); /* the only reward */
	script_next(s, 51 * SCRIPT_WEEK);
	s->contract.skips_rewards = true;
	s->contract.is_minter = false;
	script_set_minter(s, false);
	script_precalculate(s, ALICE, 100);
	assert_true(s->contract.users[ALICE].locked > 0);
	script_next(s, SCRIPT_WEEK);
	script_precalculate(s, ALICE, 100);
	assert_int_equal(s->contract.users[ALICE].locked, 0);
	script_apply(s);
	script_expect(s, NULL);
}

static void a_change_of_delegate_within_a_week_is_found(void **state)
{
	struct script *s = staked(state);

	script_delegate(s, BOB, ALICE);
	script_next(s, SCRIPT_WEEK);
	script_delegate(s, BOB, CAROL);
	script_apply(s);
	script_expect(s, "delegation-spacing", NULL);
}

static void a_change_of_delegate_after_a_week_is_fine(void **state)
{
	struct script *s = staked(state);

	script_delegate(s, BOB, ALICE);
	script_next(s, SCRIPT_WEEK + 1);
	script_delegate(s, BOB, CAROL);
	script_apply(s);
	script_expect(s, NULL);
	assert_true(u256_is_zero(script_account(s, ALICE)->delegated_to.raw));
}

static void a_delegation_to_oneself_is_found(void **state)
{
	struct script *s = staked(state);

	script_delegate(s, BOB, BOB);
	script_apply(s);
	script_expect(s, "delegation-allowed", NULL);
}

static void a_delegation_to_a_delegator_is_found(void **state)
{
	struct script *s = staked(state);

	script_delegate(s, BOB, ALICE);
	script_deposit_and_stake(s, CAROL, 100);
	script_delegate(s, CAROL, BOB);
	script_apply(s);
	script_expect(s, "delegation-allowed", NULL);
}

static void a_delegation_of_no_shares_is_found(void **state)
{
	struct script *s = staked(state);

	script_delegate(s, DAVE, ALICE);
	script_apply(s);
	script_expect(s, "delegation-allowed", NULL);
}

static void a_delegation_to_the_present_delegate_is_found(void **state)
{
	struct script *s = staked(state);

	script_delegate(s, BOB, ALICE);
	script_next(s, 2 * SCRIPT_WEEK);
	script_delegate(s, BOB, ALICE);
	script_apply(s);
	script_expect(s, "delegation-allowed", NULL);
}

static void a_timelock_that_ends_before_it_begins_is_found(void **state)
{
	struct script *s = staked(state);

	script_vesting_deposit(s, ALICE, 10, 200, 100);
	script_apply(s);
	script_expect(s, "timelock", NULL);
}

static void a_timelock_over_one_that_still_holds_tokens_is_found(void **state)
{
	struct script *s = staked(state);
	uint64_t now = s->block.timestamp;

	script_vesting_deposit(s, ALICE, 10, now, now + 100);
	script_vesting_deposit(s, ALICE, 20, now, now + 100);
	script_apply(s);
	script_expect(s, "timelock", "vesting-sum", NULL);
}

static void a_release_of_an_empty_timelock_is_found(void **state)
{
	struct script *s = staked(state);

	script_vest(s, ALICE);
	script_apply(s);
	script_expect(s, "timelock", NULL);
}

static void a_release_before_the_timelocks_start_is_found(void **state)
{
	struct script *s = staked(state);
	uint64_t now = s->block.timestamp;

	script_vesting_deposit(s, ALICE, 10, now, now + 100);
	script_vest(s, ALICE); /* the start's own second */
	script_apply(s);
	script_expect(s, "timelock", NULL);
}

struct limit {
	const char *event;
	uint64_t within;
	uint64_t beyond;
};

static void parameters_beyond_their_limits_are_found(void **state)
{
	static const struct limit limits[] = {
		{"SetStakeTarget", SCRIPT_ONE, SCRIPT_ONE + 1},
		{"SetStakeTarget", 0, UINT64_MAX},
		{"SetMaxApr", UINT64_C(25000000000000000), UINT64_C(24999999999999999)},
		{"SetMinApr", UINT64_C(24999999999999999), UINT64_C(25000000000000001)},
		{"SetUnstakeWaitPeriod", SCRIPT_WEEK, SCRIPT_WEEK - 1},
		{"SetProposalVotingPowerThreshold", UINT64_C(1000000000000000),
		 UINT64_C(999999999999999)},
		{"SetProposalVotingPowerThreshold", UINT64_C(100000000000000000),
		 UINT64_C(100000000000000001)},
	};
	struct script *s = staked(state);
	size_t count = sizeof(limits) / sizeof(limits[0]);

	for (size_t i = 0; i < count; i++) {
		script_set(s, limits[i].event, limits[i].within);
		script_next(s, 1);
		assert_int_equal(script_count(s, NULL), i);
		script_set(s, limits[i].event, limits[i].beyond);
		script_next(s, 1);
		assert_int_equal(script_count(s, NULL), i + 1);
		script_set(s, limits[i].event, limits[i].within); /* as if nothing had been */
		script_next(s, 1);
	}
	script_expect(s, "parameter-limits", NULL);
}

/* ---- books: what the mirror holds is made wrong ---- */

static void add(u256 *figure, uint64_t amount)
{
	assert_true(u256_add_ok(figure, *figure, u256_from(amount)));
}

static void take(u256 *figure, uint64_t amount)
{
	assert_true(u256_sub_ok(figure, *figure, u256_from(amount)));
}

static void shares_that_nobody_has_are_found_once_and_resolved(void **state)
{
	struct script *s = staked(state);

	add(&script_totals(s)->total_shares.raw, 1);
	script_next(s, 1);
	script_expect(s, "shares-sum", NULL);
	script_next(s, 1);
	script_next(s, 1);
	assert_int_equal(script_count(s, NULL), 1);
	assert_int_equal(script_count_open(s, NULL), 1);
	take(&script_totals(s)->total_shares.raw, 1);
	script_next(s, 1);
	assert_int_equal(script_count(s, NULL), 1);
	assert_int_equal(script_count_open(s, NULL), 0);
}

static void tokens_that_the_pool_should_hold_and_does_not_are_found(void **state)
{
	struct script *s = staked(state);

	take(&script_totals(s)->token_balance.raw, 1);
	script_next(s, 1);
	script_expect(s, "pool-solvent", "ledger-balance", NULL);
	add(&script_totals(s)->token_balance.raw, 1);
	script_next(s, 1);
	assert_int_equal(script_count_open(s, NULL), 0);
}

static void a_ledger_that_holds_tokens_in_the_wrong_account_is_found(void **state)
{
	struct script *s = staked(state);
	struct assets one = assets_of(U256_ONE);

	assert_ok(book_transfer(&s->book, LEDGER_STAKED, LEDGER_UNSTAKED, one,
				script_address(ALICE), &s->err),
		  s->err);
	script_next(s, 1);
	script_expect(s, "ledger-balance", NULL);
	assert_ok(book_transfer(&s->book, LEDGER_UNSTAKED, LEDGER_STAKED, one,
				script_address(ALICE), &s->err),
		  s->err);
	script_next(s, 1);
	assert_int_equal(script_count_open(s, NULL), 0);
}

static void stray_tokens_that_leave_are_found_for_ever(void **state)
{
	struct script *s = staked(state);
	struct assets one = assets_of(U256_ONE);

	assert_ok(book_transfer(&s->book, LEDGER_DONORS, LEDGER_STRAY, one, script_address(ALICE),
				&s->err),
		  s->err);
	assert_ok(book_transfer(&s->book, LEDGER_STRAY, LEDGER_DONORS, one, script_address(ALICE),
				&s->err),
		  s->err);
	script_next(s, 1);
	script_expect(s, "stray-grows", NULL);
	script_next(s, 1);
	assert_int_equal(script_count_open(s, NULL), 1);
}

static void vesting_that_no_timelock_holds_is_found(void **state)
{
	struct script *s = staked(state);

	add(&script_totals(s)->sum_vesting.raw, 1);
	script_next(s, 1);
	script_expect(s, "vesting-sum", NULL);
}

static void delegated_shares_that_no_delegator_has_are_found(void **state)
{
	struct script *s = staked(state);

	add(&script_account(s, ALICE)->delegated_to.raw, 1);
	script_next(s, 1);
	script_expect(s, "delegation-sum", NULL);
	take(&script_account(s, ALICE)->delegated_to.raw, 1);
	script_next(s, 1);
	assert_int_equal(script_count_open(s, NULL), 0);
}

static void stakes_above_the_total_are_found_by_the_thorough_check(void **state)
{
	struct script *s = staked(state);

	/* The sum of all shares does not show it, each account's stake does. */
	add(&script_account(s, ALICE)->shares.raw, 1000);
	take(&script_totals(s)->sum_shares.raw, 1000);
	s->is_brief = true;
	script_next(s, 1);
	script_expect(s, NULL);
	s->is_brief = false;
	script_next(s, 1);
	script_expect(s, "stake-sum", NULL);
}

static void a_payout_asks_for_the_thorough_check(void **state)
{
	struct script *s = staked(state);

	s->is_brief = true;
	take(&script_account(s, ALICE)->shares.raw, 1000);
	add(&script_totals(s)->sum_shares.raw, 1000);
	script_payout(s, script_user(s, CAROL), 1);
	script_apply(s);
	script_expect(s, "stake-sum", NULL);
}

static void totals_of_zero_are_found(void **state)
{
	struct script *s = staked(state);

	s->is_brief = true;
	script_totals(s)->total_shares = shares_of(U256_ZERO);
	script_next(s, 1);
	script_expect(s, "totals-positive", "shares-sum", NULL);
}

/* ---- all of it ---- */

/* What nothing follows from, so that nobody can tell: a name, a limit that no figure stands at,
 * tokens that come from anywhere, the slices of a sum that is made at its end. */
static bool is_free(const char *event, size_t word)
{
	static const struct {
		const char *event;
		int word; /* -1: all, and the event as a whole */
	} free_words[] = {
		{"SetDaoApps", -1},
		{"SetStakeTarget", 0},
		{"SetProposalVotingPowerThreshold", -1},
		{"BurnerStatusUpdated", -1},
		{"WithdrawnToPool", -1},
		{"UpdatedLastProposalTimestamp", 0},
		{"UpdatedLastProposalTimestamp", 2},
		{"UpdatedLastProposalTimestamp", SCRIPT_DROP},
		{"DepositedByTimelockManager", 0}, /* the beneficiary is the manager's to name */
		{"SetClaimsManagerStatus", -1},    /* no payout comes behind it */
		{"CalculatingUserLocked", -1},
		{"CalculatedUserLocked", SCRIPT_DROP},
		{"VestedTimelock", SCRIPT_DROP}, /* vesting tokens that nobody withdraws */
		{"bare Transfer", -1},
		{"timelock manager's Transfer", 0},
	};

	for (size_t i = 0; i < sizeof(free_words) / sizeof(free_words[0]); i++)
		if (strcmp(free_words[i].event, event) == 0 &&
		    (free_words[i].word < 0 || (size_t)free_words[i].word == word))
			return true;
	return false;
}

/* 1 where the season with this log spoiled looks like a good one. */
static size_t is_missed(struct script *s, size_t log, size_t word)
{
	script_restart(s, log, word);
	script_season(s);
	if (!s->was_spoiled || is_free(s->spoiled_event, word) || s->status != OK ||
	    script_count(s, NULL) > 0)
		return 0;
	print_error("log %zu, %s, word %zu: unnoticed\n", log, s->spoiled_event, word);
	return 1;
}

static void no_figure_of_any_event_can_be_changed_unnoticed(void **state)
{
	struct script *s = *state;
	size_t log_count;
	size_t changed = 0;
	size_t missed = 0;

	script_season(s);
	log_count = s->emitted;
	for (size_t log = 0; log < log_count; log++)
		for (size_t word = 0; word < 7; word++) {
			missed += is_missed(s, log, word);
			changed += s->was_spoiled;
			if (!s->was_spoiled)
				break;
		}
	assert_true(changed > 250);
	assert_int_equal(missed, 0);
}

static void no_event_that_counts_can_be_left_out_unnoticed(void **state)
{
	struct script *s = *state;
	size_t log_count;
	size_t missed = 0;

	script_season(s);
	log_count = s->emitted;
	for (size_t log = 0; log < log_count; log++)
		missed += is_missed(s, log, SCRIPT_DROP);
	assert_int_equal(missed, 0);
}

static void every_check_was_seen_to_fail(void **state)
{
	const struct protocol *protocol = protocol_find("api3");

	(void)state;
	/* Those of claims managers are in test_claims.c. */
	for (size_t i = 0; i < CLAIMS_CHECK_HISTORY; i++) {
		/* The views have a test of their own: tests/reconcile/test_view.c. */
		if (i == API3_VIEW_POOL || i == API3_VIEW_ACCOUNT)
			continue;
		if (!has_failed[i])
			fail_msg("no test makes %s fail", protocol->checks[i].id);
	}
}

#define SCRIPT_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRIPT_TEST(a_season_without_mistakes_has_no_finding),
		SCRIPT_TEST(the_mirror_ends_the_season_with_the_contracts_figures),
		SCRIPT_TEST(minted_shares_that_do_not_follow_are_found),
		SCRIPT_TEST(a_reward_for_another_epoch_is_found),
		SCRIPT_TEST(a_second_reward_in_one_epoch_is_found),
		SCRIPT_TEST(a_reward_of_one_unit_too_much_is_found),
		SCRIPT_TEST(an_apr_one_unit_too_high_is_found),
		SCRIPT_TEST(a_missing_reward_is_found_at_whatever_call_comes_first),
		SCRIPT_TEST(calls_that_run_no_reward_step_need_none),
		SCRIPT_TEST(a_reward_while_the_pool_is_no_minter_is_found),
		SCRIPT_TEST(a_deposit_without_its_transfer_is_found),
		SCRIPT_TEST(each_event_that_moves_tokens_wants_its_own_transfer),
		SCRIPT_TEST(a_transfer_from_somebody_else_is_no_match),
		SCRIPT_TEST(a_transfer_of_another_transaction_is_no_match),
		SCRIPT_TEST(tokens_that_leave_the_pool_without_an_event_are_found),
		SCRIPT_TEST(a_burn_of_more_than_the_supply_is_found),
		SCRIPT_TEST(a_transfer_of_more_than_the_pool_holds_is_found),
		SCRIPT_TEST(a_stake_of_a_delegator_wants_its_updated_delegation),
		SCRIPT_TEST(an_updated_delegation_in_the_wrong_direction_is_found),
		SCRIPT_TEST(an_updated_delegation_without_a_stake_is_found),
		SCRIPT_TEST(a_payout_without_a_claims_manager_is_found),
		SCRIPT_TEST(a_manager_that_is_told_twice_counts_once),
		SCRIPT_TEST(a_payout_of_all_of_the_stake_is_found),
		SCRIPT_TEST(a_payout_of_all_but_one_unit_is_fine),
		SCRIPT_TEST(an_unstake_at_the_very_second_is_too_early),
		SCRIPT_TEST(an_unstake_one_second_later_is_fine),
		SCRIPT_TEST(an_unstake_that_was_never_scheduled_is_found),
		SCRIPT_TEST(a_second_pending_unstake_is_found),
		SCRIPT_TEST(an_unstake_of_no_shares_is_found),
		SCRIPT_TEST(an_unstake_of_more_than_the_stake_is_found),
		SCRIPT_TEST(a_withdrawal_of_vesting_tokens_is_found),
		SCRIPT_TEST(a_withdrawal_of_locked_rewards_is_found),
		SCRIPT_TEST(rewards_of_52_epochs_are_locked_and_older_ones_are_not),
		SCRIPT_TEST(a_change_of_delegate_within_a_week_is_found),
		SCRIPT_TEST(a_change_of_delegate_after_a_week_is_fine),
		SCRIPT_TEST(a_delegation_to_oneself_is_found),
		SCRIPT_TEST(a_delegation_to_a_delegator_is_found),
		SCRIPT_TEST(a_delegation_of_no_shares_is_found),
		SCRIPT_TEST(a_delegation_to_the_present_delegate_is_found),
		SCRIPT_TEST(a_timelock_that_ends_before_it_begins_is_found),
		SCRIPT_TEST(a_timelock_over_one_that_still_holds_tokens_is_found),
		SCRIPT_TEST(a_release_of_an_empty_timelock_is_found),
		SCRIPT_TEST(a_release_before_the_timelocks_start_is_found),
		SCRIPT_TEST(parameters_beyond_their_limits_are_found),
		SCRIPT_TEST(shares_that_nobody_has_are_found_once_and_resolved),
		SCRIPT_TEST(tokens_that_the_pool_should_hold_and_does_not_are_found),
		SCRIPT_TEST(a_ledger_that_holds_tokens_in_the_wrong_account_is_found),
		SCRIPT_TEST(stray_tokens_that_leave_are_found_for_ever),
		SCRIPT_TEST(vesting_that_no_timelock_holds_is_found),
		SCRIPT_TEST(delegated_shares_that_no_delegator_has_are_found),
		SCRIPT_TEST(stakes_above_the_total_are_found_by_the_thorough_check),
		SCRIPT_TEST(a_payout_asks_for_the_thorough_check),
		SCRIPT_TEST(totals_of_zero_are_found),
		SCRIPT_TEST(no_figure_of_any_event_can_be_changed_unnoticed),
		SCRIPT_TEST(no_event_that_counts_can_be_left_out_unnoticed),
		cmocka_unit_test(every_check_was_seen_to_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
