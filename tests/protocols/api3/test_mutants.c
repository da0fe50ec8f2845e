/*
 * A broken rule must show as a finding.
 *
 * The adapter's arithmetic is compiled here a second time, under other names and with its
 * constants, roundings and comparisons replaced by what a struct says. Each test changes one of
 * them and lets the adapter follow the recorded chain of the real contracts, or a script whose
 * figures stand exactly at a limit: it must end in findings. Nothing changed, it must end in none.
 */
#include "tests/support/demo_chain.h"
#include "tests/support/pool_script.h"

/* ---- the second copy ---- */

#define api3_reward_amount mutant_reward_amount
#define api3_next_apr mutant_next_apr
#define api3_shares_of mutant_shares_of
#define api3_stake_of mutant_stake_of
#define api3_unstake_amount mutant_unstake_amount
#define api3_released mutant_released
#define api3_locked_part mutant_locked_part
#define api3_epoch mutant_epoch
#define api3_expect mutant_expect
#define api3_expect_sum mutant_expect_sum
#define api3_expect_difference mutant_expect_difference
#define api3_expect_words mutant_expect_words
#define api3_reward_step_ran mutant_reward_step_ran
#define api3_on_deposited mutant_on_deposited
#define api3_on_deposited_by_timelock_manager mutant_on_deposited_by_timelock_manager
#define api3_on_deposited_vesting mutant_on_deposited_vesting
#define api3_on_vested_timelock mutant_on_vested_timelock
#define api3_on_withdrawn mutant_on_withdrawn
#define api3_on_staked mutant_on_staked
#define api3_on_scheduled_unstake mutant_on_scheduled_unstake
#define api3_on_unstaked mutant_on_unstaked
#define api3_on_minted_reward mutant_on_minted_reward
#define api3_on_paid_out_claim mutant_on_paid_out_claim
#define api3_on_delegated mutant_on_delegated
#define api3_on_undelegated mutant_on_undelegated
#define api3_on_updated_delegation mutant_on_updated_delegation
#define api3_take_delegation_update mutant_take_delegation_update
#define api3_on_set_dao_apps mutant_on_set_dao_apps
#define api3_on_set_claims_manager_status mutant_on_set_claims_manager_status
#define api3_on_set_stake_target mutant_on_set_stake_target
#define api3_on_set_max_apr mutant_on_set_max_apr
#define api3_on_set_min_apr mutant_on_set_min_apr
#define api3_on_set_unstake_wait_period mutant_on_set_unstake_wait_period
#define api3_on_set_apr_update_step mutant_on_set_apr_update_step
#define api3_on_set_proposal_threshold mutant_on_set_proposal_threshold
#define api3_on_updated_last_proposal mutant_on_updated_last_proposal
#define api3_on_minter_status mutant_on_minter_status
#define api3_locked mutant_locked
#define api3_oldest_locked_epoch mutant_oldest_locked_epoch
#define api3_locked_in_epoch mutant_locked_in_epoch
#define api3_on_calculating_locked mutant_on_calculating_locked
#define api3_on_calculated_locked mutant_on_calculated_locked

/* The headers once more, for the names above; pool_script.h has brought internal.h, whose own
 * functions and tables stay what they are. */
#include "protocols/api3/handlers.h"
#include "protocols/api3/locked.h"
#include "protocols/api3/rules.h"

static struct mutation {
	uint64_t week;
	uint64_t year;
	uint64_t one;
	uint64_t vesting_epochs;
	uint64_t reward_extra;    /* added to a reward */
	uint64_t step_extra;      /* added to the APR's step */
	uint64_t wait_extra;      /* seconds that an unstake must wait beyond its time */
	uint64_t epoch_shift;     /* seconds between an epoch's begin and Thursday 00:00 UTC */
	unsigned product_bits;    /* of a locked part, beyond which the view reverts */
	bool rounds_rewards_up;   /* and all other divisions of rules.c */
	bool rounds_shares_up;    /* what a stake mints */
	bool rounds_stakes_up;    /* what shares are worth */
	bool is_target_inclusive; /* share >= target instead of share > target */
	bool pays_the_larger;     /* of the two figures of an unstake */
	uint64_t spacing;         /* seconds between two changes of a delegate */
	uint64_t least_wait;      /* of the parameter */
	uint64_t payout_extra;    /* taken from the total stake beside a payout */
} mutant;

static const struct mutation as_written = {
	.week = API3_WEEK,
	.year = API3_YEAR,
	.one = SCRIPT_ONE,
	.vesting_epochs = API3_REWARD_VESTING_EPOCHS,
	.product_bits = 224,
	.spacing = API3_WEEK,
	.least_wait = API3_WEEK,
};

static bool mutant_div_ok(u256 *out, u256 a, u256 b)
{
	u256 rest;

	if (!u256_div_ok(out, a, b))
		return false;
	if (mutant.rounds_rewards_up && u256_mod_ok(&rest, a, b) && !u256_is_zero(rest))
		*out = u256_add_wrap(*out, U256_ONE);
	return true;
}

static bool product_over(u256 *out, u256 a, u256 b, u256 divisor, bool is_up)
{
	u256 product;
	u256 rest;

	if (!u256_mul_ok(&product, a, b) || !u256_div_ok(out, product, divisor))
		return false;
	if (is_up && u256_mod_ok(&rest, product, divisor) && !u256_is_zero(rest))
		*out = u256_add_wrap(*out, U256_ONE);
	return true;
}

static bool mutant_shares_down(struct shares *out, struct assets amount, struct shares total_shares,
			       struct assets total_assets)
{
	return product_over(&out->raw, amount.raw, total_shares.raw, total_assets.raw,
			    mutant.rounds_shares_up);
}

static bool mutant_assets_down(struct assets *out, struct shares amount, struct assets total_assets,
			       struct shares total_shares)
{
	return product_over(&out->raw, amount.raw, total_assets.raw, total_shares.raw,
			    mutant.rounds_stakes_up);
}

static int mutant_compare(u256 a, u256 b)
{
	int order = u256_compare(a, b);

	return order == 0 && mutant.is_target_inclusive ? 1 : order;
}

static int mutant_assets_compare(struct assets a, struct assets b)
{
	return mutant.pays_the_larger ? -assets_compare(a, b) : assets_compare(a, b);
}

static unsigned mutant_bit_length(u256 a)
{
	unsigned length = u256_bit_length(a);

	return length > mutant.product_bits ? 225 : 224;
}

/* Later than it is, for the one comparison of an unstake's time. */
static bool mutant_less(u256 a, u256 b)
{
	return u256_less(u256_add_wrap(a, u256_from(mutant.wait_extra)), b);
}

#undef api3_epoch
#define api3_epoch(timestamp) (((timestamp)-mutant.epoch_shift) / mutant.week)
#undef API3_ONE
#define API3_ONE (u256_from(mutant.one))
#define API3_WEEK mutant.week
#define API3_YEAR mutant.year
#define API3_REWARD_VESTING_EPOCHS mutant.vesting_epochs

#define u256_div_ok mutant_div_ok
#define u256_compare mutant_compare
#define u256_bit_length mutant_bit_length
#define shares_from_assets_down mutant_shares_down
#define assets_from_shares_down mutant_assets_down
#define assets_compare mutant_assets_compare
#include "protocols/api3/rules.c"
#undef u256_div_ok
#undef u256_compare
#undef u256_bit_length
#undef assets_compare

/* What the handlers call stands between them and rules.c. */
static bool reward_with_extra(struct assets *out, struct trace *trace, struct assets total_stake,
			      u256 apr)
{
	bool ok = mutant_reward_amount(out, trace, total_stake, apr);

	out->raw = u256_add_wrap(out->raw, u256_from(mutant.reward_extra));
	return ok;
}

static bool apr_with_extra(u256 *out, struct trace *trace, u256 apr, struct assets total_stake,
			   struct assets supply, u256 target, u256 step, u256 least, u256 most)
{
	return mutant_next_apr(out, trace, apr, total_stake, supply, target,
			       u256_add_wrap(step, u256_from(mutant.step_extra)), least, most);
}

#include "protocols/api3/handlers.c"
#define u256_less mutant_less
#include "protocols/api3/staking.c"
#undef u256_less
#undef api3_reward_amount
#undef api3_next_apr
#define api3_reward_amount reward_with_extra
#define api3_next_apr apr_with_extra
#define nobody rewards_nobody
#include "protocols/api3/rewards.c"
#undef nobody
#undef API3_WEEK
#define API3_WEEK mutant.spacing
#include "protocols/api3/delegation.c"
#include "protocols/api3/locked.c"
#undef API3_WEEK
#define API3_WEEK mutant.least_wait
#include "protocols/api3/parameters.c"

#undef api3_on_paid_out_claim
#define api3_on_paid_out_claim payout_with_extra
static void payout_with_extra(struct applying *a, const struct pool_event *event)
{
	struct api3_totals *t = api3_totals(a->state, a->pool);

	mutant_on_paid_out_claim(a, event);
	if (!u256_sub_ok(&t->total_stake.raw, t->total_stake.raw, u256_from(mutant.payout_extra)))
		t->total_stake.raw = U256_ONE;
}

#define api3_events mutant_events
#include "protocols/api3/events.c"

#define api3_read_pool mutant_read_pool
#define api3_read_account mutant_read_account
#define api3_pool_figures mutant_pool_figures
#define api3_account_figures mutant_account_figures
#define api3_views mutant_views
void mutant_read_pool(struct figure *out, const struct reading *r);
void mutant_read_account(struct figure *out, const struct reading *r, struct address account);
#include "protocols/api3/figures.c"

static struct protocol mutant_protocol(const struct mutation *mutation)
{
	struct protocol protocol = protocol_api3;

	mutant = *mutation;
	protocol.events = mutant_events;
	protocol.read_pool = mutant_read_pool;
	protocol.read_account = mutant_read_account;
	return protocol;
}

/* ---- the recorded chain ---- */

static uint64_t failures_on_chain(const struct mutation *mutation)
{
	struct protocol protocol = mutant_protocol(mutation);
	struct demo_options options = {.views_every = 1, .views_of_all = true};
	struct demo demo;
	uint64_t failed;

	demo_open(&demo, &options);
	demo.config.pools[0].protocol = &protocol;
	assert_ok(demo_sync(&demo, UINT64_MAX), demo.err);
	assert_int_equal(demo_cursor(&demo).ref.number, DEMO_LAST_BLOCK);
	failed = demo_failed_checks(&demo);
	demo_close(&demo);
	return failed;
}

static void the_copy_as_it_is_written_agrees_with_the_chain(void **state)
{
	(void)state;
	assert_int_equal(failures_on_chain(&as_written), 0);
}

#define CAUGHT_ON_CHAIN(test_name, change)                                                         \
	static void test_name(void **state)                                                        \
	{                                                                                          \
		struct mutation m = as_written;                                                    \
		(void)state;                                                                       \
		change;                                                                            \
		assert_true(failures_on_chain(&m) > 0);                                            \
	}

CAUGHT_ON_CHAIN(a_week_of_one_second_more_is_caught, m.week++)
CAUGHT_ON_CHAIN(a_week_of_one_second_less_is_caught, m.week--)
CAUGHT_ON_CHAIN(a_leap_year_is_caught, m.year = 31622400)
CAUGHT_ON_CHAIN(a_year_of_one_second_less_is_caught, m.year--)
CAUGHT_ON_CHAIN(a_hundred_percent_of_one_unit_more_is_caught, m.one++)
CAUGHT_ON_CHAIN(weeks_that_begin_on_another_day_are_caught, m.epoch_shift = 86400)
CAUGHT_ON_CHAIN(rewards_locked_for_51_epochs_are_caught, m.vesting_epochs--)
CAUGHT_ON_CHAIN(rewards_locked_for_53_epochs_are_caught, m.vesting_epochs++)
CAUGHT_ON_CHAIN(a_reward_of_one_unit_too_much_is_caught, m.reward_extra = 1)
CAUGHT_ON_CHAIN(rewards_and_releases_rounded_up_are_caught, m.rounds_rewards_up = true)
CAUGHT_ON_CHAIN(minted_shares_rounded_up_are_caught, m.rounds_shares_up = true)
CAUGHT_ON_CHAIN(stakes_rounded_up_are_caught, m.rounds_stakes_up = true)
CAUGHT_ON_CHAIN(an_apr_step_of_one_unit_too_much_is_caught, m.step_extra = 1)
CAUGHT_ON_CHAIN(the_larger_of_an_unstakes_figures_is_caught, m.pays_the_larger = true)
CAUGHT_ON_CHAIN(a_payout_that_takes_one_unit_too_much_is_caught, m.payout_extra = 1)
CAUGHT_ON_CHAIN(a_narrower_product_in_the_locked_view_is_caught, m.product_bits = 100)

/* ---- figures that stand exactly at a limit ---- */

static size_t findings_in_script(const struct mutation *mutation, void (*play)(struct script *s))
{
	struct protocol protocol = mutant_protocol(mutation);
	static struct script s;
	size_t count;

	script_open(&s, &protocol);
	play(&s);
	script_apply(&s);
	assert_ok(s.status, s.err);
	count = script_count(&s, NULL);
	script_close(&s);
	return count;
}

static void caught_in_script(const struct mutation *mutation, void (*play)(struct script *s))
{
	assert_int_equal(findings_in_script(&as_written, play), 0);
	assert_true(findings_in_script(mutation, play) > 0);
}

static void share_at_the_target(struct script *s)
{
	/* A pool of 1,000,000 of 10,000,000 tokens, and no reward in it: a tenth exactly. */
	script_deposit_and_stake(s, ALICE, 999999);
	script_set(s, "SetMinApr", 0);
	script_set(s, "SetAprUpdateStep", SCRIPT_ONE);
	script_set(s, "SetStakeTarget", 0);
	script_next(s, SCRIPT_WEEK);
	script_deposit(s, ALICE, 1); /* the APR falls to nothing: later rewards are 0 */
	script_next(s, SCRIPT_WEEK);
	script_set(s, "SetAprUpdateStep", 1);
	script_set(s, "SetStakeTarget",
		   (uint64_t)((unsigned __int128)s->contract.total_stake * SCRIPT_ONE /
			      s->contract.supply));
	script_deposit(s, ALICE, 1);
}

static void a_target_that_counts_as_passed_when_it_is_met_is_caught(void **state)
{
	struct mutation m = as_written;

	(void)state;
	m.is_target_inclusive = true;
	caught_in_script(&m, share_at_the_target);
}

static void unstake_as_soon_as_allowed(struct script *s)
{
	script_deposit_and_stake(s, ALICE, 1000);
	script_schedule(s, ALICE, 10);
	script_next(s, SCRIPT_WEEK + 1);
	script_unstake(s, ALICE);
}

static void an_unstake_that_must_wait_a_second_more_is_caught(void **state)
{
	struct mutation m = as_written;

	(void)state;
	m.wait_extra = 1;
	caught_in_script(&m, unstake_as_soon_as_allowed);
}

static void delegate_as_soon_as_allowed(struct script *s)
{
	script_deposit_and_stake(s, ALICE, 1000);
	script_delegate(s, ALICE, BOB);
	script_next(s, SCRIPT_WEEK + 1);
	script_delegate(s, ALICE, CAROL);
}

static void a_delegation_that_must_wait_a_second_more_is_caught(void **state)
{
	struct mutation m = as_written;

	(void)state;
	m.spacing++;
	caught_in_script(&m, delegate_as_soon_as_allowed);
}

static void set_the_shortest_wait(struct script *s)
{
	script_set(s, "SetUnstakeWaitPeriod", SCRIPT_WEEK);
	script_set(s, "SetStakeTarget", SCRIPT_ONE);
}

static void a_higher_limit_of_the_wait_is_caught(void **state)
{
	struct mutation m = as_written;

	(void)state;
	m.least_wait++;
	caught_in_script(&m, set_the_shortest_wait);
}

static void a_lower_limit_of_the_target_is_caught(void **state)
{
	struct mutation m = as_written;

	(void)state;
	m.one--;
	caught_in_script(&m, set_the_shortest_wait);
}

static void a_whole_season_with_the_copy_is_clean(void **state)
{
	(void)state;
	assert_int_equal(findings_in_script(&as_written, script_season), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_copy_as_it_is_written_agrees_with_the_chain),
		cmocka_unit_test(a_week_of_one_second_more_is_caught),
		cmocka_unit_test(a_week_of_one_second_less_is_caught),
		cmocka_unit_test(a_leap_year_is_caught),
		cmocka_unit_test(a_year_of_one_second_less_is_caught),
		cmocka_unit_test(a_hundred_percent_of_one_unit_more_is_caught),
		cmocka_unit_test(weeks_that_begin_on_another_day_are_caught),
		cmocka_unit_test(rewards_locked_for_51_epochs_are_caught),
		cmocka_unit_test(rewards_locked_for_53_epochs_are_caught),
		cmocka_unit_test(a_reward_of_one_unit_too_much_is_caught),
		cmocka_unit_test(rewards_and_releases_rounded_up_are_caught),
		cmocka_unit_test(minted_shares_rounded_up_are_caught),
		cmocka_unit_test(stakes_rounded_up_are_caught),
		cmocka_unit_test(an_apr_step_of_one_unit_too_much_is_caught),
		cmocka_unit_test(the_larger_of_an_unstakes_figures_is_caught),
		cmocka_unit_test(a_payout_that_takes_one_unit_too_much_is_caught),
		cmocka_unit_test(a_narrower_product_in_the_locked_view_is_caught),
		cmocka_unit_test(a_whole_season_with_the_copy_is_clean),
		cmocka_unit_test(a_target_that_counts_as_passed_when_it_is_met_is_caught),
		cmocka_unit_test(an_unstake_that_must_wait_a_second_more_is_caught),
		cmocka_unit_test(a_delegation_that_must_wait_a_second_more_is_caught),
		cmocka_unit_test(a_higher_limit_of_the_wait_is_caught),
		cmocka_unit_test(a_lower_limit_of_the_target_is_caught),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
