/*
 * The pool's arithmetic against figures of the real pool, against figures worked out by hand, and
 * at its edges.
 */
#include "protocols/api3/rules.h"

#include "tests/support/test.h"

static u256 number(const char *digits)
{
	u256 value = U256_ZERO;

	assert_int_equal(u256_parse(&value, digits, strlen(digits), NULL), OK);
	return value;
}

static struct assets assets(const char *digits)
{
	return assets_of(number(digits));
}

static struct shares shares(const char *digits)
{
	return shares_of(number(digits));
}

static void assert_number(u256 value, const char *digits)
{
	char text[U256_DECIMAL_SIZE];

	assert_string_equal(u256_format(text, value), digits);
}

static u256 power_of_two(unsigned bits)
{
	return u256_shift_left(U256_ONE, bits);
}

/* ---- rewards ---- */

struct epoch {
	unsigned epoch;
	const char *total_stake;
	const char *apr;
	const char *minted;
};

/* Mainnet: 2689 was printed to the last unit; of the others the whole tokens were, which the last
 * column begins with. */
static const struct epoch epochs[] = {
	{2689, "35129025194755896953608802", "387500000000000000", "261061591344590056127846"},
	{2738, "54561752803218848496388759", "97500000000000000", "102023003529306476982973"},
	{2739, "54633377672433017640191880", "107500000000000000", "112634566297276289792450"},
	{2740, "55439147532702581409480247", "117500000000000000", "124927942042870885504924"},
	{2741, "55264909509553249422635937", "127500000000000000", "135134059554181575643020"},
};

static void the_rewards_of_mainnet_come_out_to_the_unit(void **state)
{
	struct assets reward;

	(void)state;
	for (size_t i = 0; i < sizeof(epochs) / sizeof(epochs[0]); i++) {
		assert_true(api3_reward_amount(&reward, NULL, assets(epochs[i].total_stake),
					       number(epochs[i].apr)));
		assert_number(reward.raw, epochs[i].minted);
	}
}

static void a_reward_known_in_whole_tokens_comes_out_to_them(void **state)
{
	struct assets reward;
	u256 tokens;

	(void)state;
	/* Epoch 2690: 42,437,593 tokens at 39.75 %, 323,513 were minted. */
	assert_true(api3_reward_amount(&reward, NULL, assets("42437593000000000000000000"),
				       number("397500000000000000")));
	assert_true(u256_div_ok(&tokens, reward.raw, API3_ONE));
	assert_number(tokens, "323513");
}

static void a_reward_is_rounded_down_once(void **state)
{
	struct assets reward;

	(void)state;
	/* 365 * 10^18 at 100 % earn exactly 7 * 10^18; one unit less earns one unit less. */
	assert_true(api3_reward_amount(&reward, NULL, assets("365000000000000000000"), API3_ONE));
	assert_number(reward.raw, "7000000000000000000");
	assert_true(api3_reward_amount(&reward, NULL, assets("364999999999999999999"), API3_ONE));
	assert_number(reward.raw, "6999999999999999999");
	assert_true(api3_reward_amount(&reward, NULL, assets("1"), API3_ONE));
	assert_number(reward.raw, "0");
	assert_true(api3_reward_amount(&reward, NULL, assets("365000000000000000000"), U256_ZERO));
	assert_number(reward.raw, "0");
}

static void a_reward_that_the_contract_would_revert_on_is_not_computable(void **state)
{
	struct assets reward;
	struct trace trace = {0};
	/* floor((2^256 - 1) / (387500000000000000 * 604800)) */
	u256 most = number("494077868396126452566867148867929287648361429704900853");
	u256 apr = number("387500000000000000");

	(void)state;
	assert_true(api3_reward_amount(&reward, &trace, assets_of(most), apr));
	assert_true(trace.figures[0].is_computable);
	trace_reset(&trace);
	assert_true(u256_add_ok(&most, most, U256_ONE));
	assert_false(api3_reward_amount(&reward, &trace, assets_of(most), apr));
	assert_int_equal(trace.count, 1);
	assert_false(trace.figures[0].is_computable);
}

static void an_epoch_begins_on_a_thursday_at_midnight(void **state)
{
	(void)state;
	assert_int_equal(api3_epoch(1626307200 - 1), 2688); /* 2021-07-14 23:59:59 UTC */
	assert_int_equal(api3_epoch(1626307200), 2689);
	assert_int_equal(api3_epoch(1626308153), 2689); /* the first reward, 00:15:53 */
	assert_int_equal(api3_epoch(1657152000), 2740); /* 2022-07-07 00:00:00 UTC */
}

/* ---- APR ---- */

static const char target[] = "500000000000000000";
static const char step[] = "10000000000000000";
static const char min_apr[] = "25000000000000000";
static const char max_apr[] = "750000000000000000";

static void assert_next_apr(const char *apr, const char *stake, const char *supply,
			    const char *wanted)
{
	u256 next;

	assert_true(api3_next_apr(&next, NULL, number(apr), assets(stake), assets(supply),
				  number(target), number(step), number(min_apr), number(max_apr)));
	assert_number(next, wanted);
}

static void the_apr_steps_up_while_too_little_is_staked(void **state)
{
	(void)state;
	/* The first three weeks of mainnet: 38.75, 39.75, 40.75 %. */
	assert_next_apr("387500000000000000", "35390086786100487009736648",
			"100261061591344590056127846", "397500000000000000");
	assert_next_apr("397500000000000000", "42761106000000000000000000",
			"100584574000000000000000000", "407500000000000000");
}

static void the_apr_steps_down_only_above_the_target(void **state)
{
	(void)state;
	assert_next_apr("387500000000000000", "50", "100", "397500000000000000");
	assert_next_apr("387500000000000000", "51", "100", "377500000000000000");
	/* The share is rounded down first: 10^18 / 2 + 0.99… is the target itself. */
	assert_next_apr("387500000000000000", "1000000000000000001", "2000000000000000000",
			"397500000000000000");
	assert_next_apr("387500000000000000", "1000000000000000002", "2000000000000000000",
			"377500000000000000");
}

static void the_apr_stays_within_its_limits(void **state)
{
	(void)state;
	assert_next_apr("745000000000000000", "0", "100", "750000000000000000");
	assert_next_apr("750000000000000000", "0", "100", "750000000000000000");
	assert_next_apr("900000000000000000", "100", "100", "750000000000000000");
	assert_next_apr("30000000000000000", "100", "100", "25000000000000000");
	assert_next_apr("25000000000000000", "100", "100", "25000000000000000");
	assert_next_apr("35000000000000000", "100", "100", "25000000000000000");
	/* Below the step it would be negative: zero, then the minimum. */
	assert_next_apr("9999999999999999", "100", "100", "25000000000000000");
}

static void an_apr_of_zero_is_possible_without_a_minimum(void **state)
{
	u256 next;

	(void)state;
	assert_true(api3_next_apr(&next, NULL, number("10000000000000000"), assets("9"),
				  assets("10"), number(target), number(step), U256_ZERO, API3_ONE));
	assert_number(next, "0");
	assert_true(api3_next_apr(&next, NULL, number("9999999999999999"), assets("9"),
				  assets("10"), number(target), number(step), U256_ZERO, API3_ONE));
	assert_number(next, "0");
}

static void the_maximum_goes_before_the_minimum(void **state)
{
	u256 next;

	(void)state;
	/* The contract never lets the minimum pass the maximum; the order is its own all the same.
	 */
	assert_true(api3_next_apr(&next, NULL, number("500"), assets("1"), assets("10"),
				  number(target), number("1"), number("300"), number("200")));
	assert_number(next, "200");
}

static void without_a_supply_or_beyond_256_bits_there_is_no_apr(void **state)
{
	u256 next;
	struct trace trace = {0};

	(void)state;
	assert_false(api3_next_apr(&next, &trace, number("1"), assets("1"), assets("0"),
				   number(target), number(step), U256_ZERO, U256_MAX));
	assert_false(trace.figures[0].is_computable);
	assert_false(api3_next_apr(&next, NULL, number("1"), assets_of(U256_MAX), assets("10"),
				   number(target), number(step), U256_ZERO, U256_MAX));
	assert_false(api3_next_apr(&next, NULL, U256_MAX, assets("1"), assets("10"), number(target),
				   number(step), U256_ZERO, U256_MAX));
}

/* ---- stakes and shares ---- */

static void shares_and_stakes_are_rounded_down(void **state)
{
	struct shares minted;
	struct assets stake;

	(void)state;
	assert_true(api3_shares_of(&minted, NULL, "", assets("10"), shares("7"), assets("3")));
	assert_number(minted.raw, "23"); /* 70 / 3 */
	assert_true(api3_stake_of(&stake, NULL, "", shares("23"), assets("3"), shares("7")));
	assert_number(stake.raw, "9"); /* 69 / 7 */
}

static void a_stake_of_a_few_units_mints_no_shares_when_shares_are_dear(void **state)
{
	struct shares minted;

	(void)state;
	assert_true(api3_shares_of(&minted, NULL, "", assets("2"), shares("1000"), assets("3000")));
	assert_number(minted.raw, "0");
	assert_true(api3_shares_of(&minted, NULL, "", assets("3"), shares("1000"), assets("3000")));
	assert_number(minted.raw, "1");
	assert_true(api3_shares_of(&minted, NULL, "", assets("0"), shares("1000"), assets("3000")));
	assert_number(minted.raw, "0");
}

static void the_product_is_formed_in_256_bits(void **state)
{
	struct shares minted;
	struct assets stake;
	struct trace trace = {0};
	struct assets half = assets_of(power_of_two(128));

	(void)state;
	/* 2^128 * 2^127 fits, 2^128 * 2^128 does not, although the quotient would. */
	assert_true(api3_shares_of(&minted, NULL, "", half, shares_of(power_of_two(127)),
				   assets_of(power_of_two(127))));
	assert_true(u256_equal(minted.raw, half.raw));
	assert_false(api3_shares_of(&minted, &trace, "minted", half, shares_of(power_of_two(128)),
				    assets_of(power_of_two(128))));
	assert_false(trace.figures[0].is_computable);
	assert_false(
		api3_stake_of(&stake, NULL, "", shares_of(power_of_two(128)), half, shares("1")));
	assert_false(api3_stake_of(&stake, NULL, "", shares("1"), half, shares("0")));
}

static void an_unstake_pays_the_smaller_of_the_two(void **state)
{
	struct assets amount;
	struct trace trace = {0};

	(void)state;
	/* Grown while it waited: what was asked for. */
	assert_true(api3_unstake_amount(&amount, &trace, assets("100"), shares("100"),
					assets("2200"), shares("2000")));
	assert_number(amount.raw, "100");
	assert_int_equal(trace.count, 2);
	/* Shrunk by a payout: what the shares are worth. */
	assert_true(api3_unstake_amount(&amount, NULL, assets("100"), shares("100"), assets("1999"),
					shares("2000")));
	assert_number(amount.raw, "99");
	assert_true(api3_unstake_amount(&amount, NULL, assets("100"), shares("100"), assets("2000"),
					shares("2000")));
	assert_number(amount.raw, "100");
	assert_false(api3_unstake_amount(&amount, NULL, assets("100"), shares("100"),
					 assets_of(U256_MAX), shares("2000")));
}

/* The example of the documentation: X and Y stake 500 each, 3.4 are paid out, both hold 498.3. */
static void the_documented_example_comes_out_to_the_unit(void **state)
{
	static const char five_hundred[] = "500000000000000000000";
	struct shares total_shares = shares("1"); /* the phantom share and its unit */
	struct assets total_stake = assets("1");
	struct shares x;
	struct shares y;
	struct assets worth;

	(void)state;
	assert_true(api3_shares_of(&x, NULL, "", assets(five_hundred), total_shares, total_stake));
	assert_number(x.raw, five_hundred);
	assert_true(shares_add_ok(&total_shares, total_shares, x));
	assert_true(assets_add_ok(&total_stake, total_stake, assets(five_hundred)));
	assert_true(api3_shares_of(&y, NULL, "", assets(five_hundred), total_shares, total_stake));
	assert_number(y.raw, five_hundred);
	assert_true(shares_add_ok(&total_shares, total_shares, y));
	assert_true(assets_add_ok(&total_stake, total_stake, assets(five_hundred)));
	assert_number(total_stake.raw, "1000000000000000000001");
	assert_number(total_shares.raw, "1000000000000000000001");

	assert_true(assets_sub_ok(&total_stake, total_stake, assets("3400000000000000000")));
	/*
	 * 5 * 10^20 * (996.6 * 10^18 + 1) // (1000 * 10^18 + 1) = 498.3 * 10^18 + 0.0016… // 1:
	 * what the phantom unit takes from the loss is less than one unit, so it is 498.3 exactly.
	 */
	assert_true(api3_stake_of(&worth, NULL, "", x, total_stake, total_shares));
	assert_number(worth.raw, "498300000000000000000");
	assert_true(api3_stake_of(&worth, NULL, "", y, total_stake, total_shares));
	assert_number(worth.raw, "498300000000000000000");
}

/* ---- timelocks ---- */

static void assert_released(const char *total, uint64_t start, uint64_t end, uint64_t now,
			    const char *wanted)
{
	struct assets released;

	assert_true(api3_released(&released, NULL, assets(total), u256_from(start), u256_from(end),
				  u256_from(now)));
	assert_number(released.raw, wanted);
}

static void a_timelock_releases_evenly_and_rounds_down(void **state)
{
	(void)state;
	assert_released("1000", 100, 400, 101, "3"); /* 3.33 */
	assert_released("1000", 100, 400, 399, "996");
	assert_released("1000", 100, 400, 250, "500");
	assert_released("1000", 100, 400, 400, "1000");
	assert_released("1000", 100, 400, 5000, "1000");
	assert_released("1", 100, 400, 399, "0");
	assert_released("0", 100, 400, 399, "0");
	assert_released("1000", 100, 101, 101, "1000");
}

static void before_its_start_a_timelock_releases_nothing_computable(void **state)
{
	struct assets released;

	(void)state;
	assert_false(api3_released(&released, NULL, assets("1000"), u256_from(100), u256_from(400),
				   u256_from(99)));
	assert_false(api3_released(&released, NULL, assets_of(U256_MAX), u256_from(100),
				   u256_from(400), u256_from(102)));
	/* A schedule that ends before it begins is over at once. */
	assert_true(api3_released(&released, NULL, assets("1000"), u256_from(400), u256_from(100),
				  u256_from(200)));
	assert_number(released.raw, "1000");
}

/* ---- locked rewards ---- */

static void the_locked_part_of_a_mainnet_holder_comes_out_to_the_unit(void **state)
{
	struct assets part;

	(void)state;
	/* Epoch 2689, 7,500,000 shares; shares were still worth 1, so total shares = total stake.
	 */
	assert_true(api3_locked_part(&part, assets("261061591344590056127846"),
				     shares("7500000000000000000000000"),
				     shares("35129025194755896953608802"), true));
	assert_number(part.raw, "55736301369863013698630");
}

static void the_view_reverts_where_the_product_takes_more_than_224_bits(void **state)
{
	struct assets part;
	u256 least = power_of_two(224);
	u256 most;

	(void)state;
	assert_true(u256_sub_ok(&most, least, U256_ONE));
	assert_true(api3_locked_part(&part, assets_of(most), shares("1"), shares("1"), true));
	assert_true(u256_equal(part.raw, most));
	assert_false(api3_locked_part(&part, assets_of(least), shares("1"), shares("1"), true));
	assert_false(api3_locked_part(&part, assets_of(power_of_two(112)),
				      shares_of(power_of_two(112)), shares("1"), true));
	/* precalculateUserLocked multiplies in 256 bits. */
	assert_true(api3_locked_part(&part, assets_of(least), shares("2"), shares("2"), false));
	assert_true(u256_equal(part.raw, least));
	assert_false(api3_locked_part(&part, assets_of(power_of_two(128)),
				      shares_of(power_of_two(128)), shares("2"), false));
	assert_false(api3_locked_part(&part, assets("1"), shares("1"), shares("0"), true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rewards_of_mainnet_come_out_to_the_unit),
		cmocka_unit_test(a_reward_known_in_whole_tokens_comes_out_to_them),
		cmocka_unit_test(a_reward_is_rounded_down_once),
		cmocka_unit_test(a_reward_that_the_contract_would_revert_on_is_not_computable),
		cmocka_unit_test(an_epoch_begins_on_a_thursday_at_midnight),
		cmocka_unit_test(the_apr_steps_up_while_too_little_is_staked),
		cmocka_unit_test(the_apr_steps_down_only_above_the_target),
		cmocka_unit_test(the_apr_stays_within_its_limits),
		cmocka_unit_test(an_apr_of_zero_is_possible_without_a_minimum),
		cmocka_unit_test(the_maximum_goes_before_the_minimum),
		cmocka_unit_test(without_a_supply_or_beyond_256_bits_there_is_no_apr),
		cmocka_unit_test(shares_and_stakes_are_rounded_down),
		cmocka_unit_test(a_stake_of_a_few_units_mints_no_shares_when_shares_are_dear),
		cmocka_unit_test(the_product_is_formed_in_256_bits),
		cmocka_unit_test(an_unstake_pays_the_smaller_of_the_two),
		cmocka_unit_test(the_documented_example_comes_out_to_the_unit),
		cmocka_unit_test(a_timelock_releases_evenly_and_rounds_down),
		cmocka_unit_test(before_its_start_a_timelock_releases_nothing_computable),
		cmocka_unit_test(the_locked_part_of_a_mainnet_holder_comes_out_to_the_unit),
		cmocka_unit_test(the_view_reverts_where_the_product_takes_more_than_224_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
