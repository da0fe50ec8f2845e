/* x-tokens against coin, who gets a price and who bears a claim, by figures worked out by hand. */
#include "protocols/bridge_mutual/exchange.h"

#include "protocols/bridge_mutual/split.h"
#include "tests/support/test.h"

static u256 number(const char *digits)
{
	u256 value = U256_ZERO;

	assert_int_equal(u256_parse(&value, digits, strlen(digits), NULL), OK);
	return value;
}

static void assert_number(u256 value, const char *digits)
{
	char text[U256_DECIMAL_SIZE];

	assert_string_equal(u256_format(text, value), digits);
}

static void the_rate_without_supply_is_one(void **state)
{
	u256 rate;

	(void)state;
	assert_true(bridge_rate(&rate, NULL, assets_of(u256_from(77)), shares_of(U256_ZERO)));
	assert_number(rate, "1000000000000000000000000000");
	assert_true(bridge_rate(&rate, NULL, assets_of(u256_from(10)), shares_of(u256_from(3))));
	assert_number(rate, "3333333333333333333333333333");
	assert_true(bridge_rate(&rate, NULL, assets_of(U256_ZERO), shares_of(u256_from(3))));
	assert_number(rate, "0");
}

static void two_roundings_stand_between_coin_and_x_tokens(void **state)
{
	struct assets coin;
	struct shares x;
	u256 rate;

	(void)state;
	assert_true(bridge_rate(&rate, NULL, assets_of(u256_from(10)), shares_of(u256_from(3))));
	assert_true(bridge_to_coin(&coin, NULL, "", shares_of(u256_from(3)), rate));
	assert_number(coin.raw, "9"); /* not 10: the rate was cut first */
	assert_true(bridge_to_x(&x, NULL, "", assets_of(u256_from(10)), rate));
	assert_number(x.raw, "3");
	/* One wei more liquidity than x-tokens: the rate hides it. */
	assert_true(bridge_rate(&rate, NULL, assets_of(number("1000000000000000000000000000001")),
				shares_of(number("1000000000000000000000000000000"))));
	assert_number(rate, "1000000000000000000000000000");
}

static void a_book_without_liquidity_mints_nothing(void **state)
{
	struct trace trace = {0};
	struct shares x;

	(void)state;
	assert_false(bridge_to_x(&x, &trace, "minted", assets_of(U256_ONE), U256_ZERO));
	assert_false(trace.figures[0].is_computable);
}

static void products_beyond_256_bits_are_not_computable(void **state)
{
	struct assets coin;
	struct shares x;
	u256 rate;

	(void)state;
	assert_false(bridge_rate(&rate, NULL, assets_of(U256_MAX), shares_of(U256_ONE)));
	assert_false(bridge_to_x(&x, NULL, "", assets_of(U256_MAX), U256_ONE));
	assert_false(bridge_to_coin(&coin, NULL, "", shares_of(U256_MAX), u256_from(2)));
}

static void amounts_are_cut_to_the_coins_decimals(void **state)
{
	u256 out;

	(void)state;
	assert_true(bridge_from_18(&out, number("1999999999999"), 6));
	assert_number(out, "1");
	assert_true(bridge_to_18(&out, u256_from(1), 6));
	assert_number(out, "1000000000000");
	assert_true(bridge_from_18(&out, u256_from(5), 18));
	assert_number(out, "5");
	assert_true(bridge_from_18(&out, u256_from(5), 20));
	assert_number(out, "500");
	assert_true(bridge_to_18(&out, u256_from(599), 20));
	assert_number(out, "5");
	assert_false(bridge_to_18(&out, U256_MAX, 6));
	assert_false(bridge_from_18(&out, u256_from(1), UINT64_MAX));
}

static void a_price_is_parted_20_to_80_without_a_distributor(void **state)
{
	struct bridge_split s;

	(void)state;
	/* 123.456789123456789123 of a coin with six decimals. */
	assert_true(bridge_split(&s, NULL, number("123456789123456789123"), U256_ZERO, 6));
	assert_number(s.distributor_fee, "0");
	assert_number(s.protocol, "24691357824691357824");
	assert_number(s.pools_coin, "123456789");
	assert_number(s.protocol_coin, "24691357");
	assert_number(s.premium_coin, "98765432"); /* cut, then subtracted */
}

static void a_distributors_fee_comes_out_of_the_protocols_part(void **state)
{
	u256 five = U256_ZERO;
	struct bridge_split s;

	(void)state;
	assert_true(u256_mul_ok(&five, BRIDGE_PERCENT, u256_from(5)));
	assert_true(bridge_split(&s, NULL, number("123456789123456789123"), five, 6));
	assert_number(s.distributor_fee, "6172839456172839456");
	assert_number(s.protocol, "18518518368518518368");
	assert_number(s.pools, "117283949667283949667");
	assert_number(s.distributor_coin, "6172839");
	assert_number(s.pools_coin, "117283949");
	assert_number(s.protocol_coin, "18518518");
	assert_number(s.premium_coin, "98765431");
}

static void a_fee_above_the_protocols_part_is_not_computable(void **state)
{
	u256 fee = U256_ZERO;
	struct bridge_split s;

	(void)state;
	assert_true(u256_mul_ok(&fee, BRIDGE_PERCENT, u256_from(20)));
	assert_true(bridge_split(&s, NULL, number("1000"), fee, 6));
	assert_number(s.protocol, "0");
	assert_true(u256_add_ok(&fee, fee, BRIDGE_PERCENT));
	assert_false(bridge_split(&s, NULL, number("1000"), fee, 6));
}

static void a_premium_is_shared_by_what_each_deployed(void **state)
{
	struct bridge_shared shared = {.premium = u256_from(1000000),
				       .coverage = u256_from(2000000),
				       .reinsurance = u256_from(700000),
				       .participated = u256_from(300000)};
	u256 coverage;
	u256 reinsurance;

	(void)state;
	/* 1000000 * 10^25 // 3000000 = 3333333333333333333333333 a unit */
	assert_true(bridge_share_premium(&coverage, &reinsurance, NULL, &shared));
	assert_number(coverage, "666666"); /* 666666.66…, rounded down twice */
	assert_number(reinsurance, "233333");
	shared = (struct bridge_shared){.premium = u256_from(5)};
	assert_false(bridge_share_premium(&coverage, &reinsurance, NULL, &shared));
}

static void a_leverage_pool_counts_more_the_nearer_it_is_to_its_target(void **state)
{
	struct bridge_multiplier c = {.max = BRIDGE_PERCENTAGE_100, .a = BRIDGE_PERCENTAGE_100};
	u256 ur = U256_ZERO;
	u256 m;

	(void)state;
	assert_true(u256_mul_ok(&c.target, BRIDGE_PERCENT, u256_from(45)));
	assert_true(u256_mul_ok(&c.d, BRIDGE_PERCENT, u256_from(5)));
	assert_true(u256_mul_ok(&ur, BRIDGE_PERCENT, u256_from(20)));
	assert_true(bridge_multiplier(&m, &c, ur)); /* 5 // 25 */
	assert_number(m, "200000000000000000000000000");
	assert_true(u256_mul_ok(&ur, BRIDGE_PERCENT, u256_from(70)));
	assert_true(bridge_multiplier(&m, &c, ur)); /* the same distance above */
	assert_number(m, "200000000000000000000000000");
	assert_true(u256_mul_ok(&ur, BRIDGE_PERCENT, u256_from(44)));
	assert_true(bridge_multiplier(&m, &c, ur)); /* 5, but at most 1 */
	assert_number(m, "1000000000000000000000000000");
	assert_true(bridge_multiplier(&m, &c, c.target)); /* the contract's formula has a hole */
	assert_number(m, "0");
	c.a = U256_ZERO;
	assert_false(bridge_multiplier(&m, &c, ur));
}

static void a_claim_is_borne_by_what_each_deployed(void **state)
{
	u256 loss;

	(void)state;
	assert_true(bridge_loss(&loss, NULL, u256_from(1000), u256_from(300), U256_ZERO));
	assert_number(loss, "1000");
	assert_true(bridge_loss(&loss, NULL, u256_from(1000), u256_from(2), u256_from(1)));
	assert_number(loss, "666"); /* the rest is nobody's: each part is rounded down */
	assert_true(bridge_loss(&loss, NULL, u256_from(1000), U256_ZERO, u256_from(1)));
	assert_number(loss, "0");
	assert_false(bridge_loss(&loss, NULL, u256_from(1000), U256_ZERO, U256_ZERO));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rate_without_supply_is_one),
		cmocka_unit_test(two_roundings_stand_between_coin_and_x_tokens),
		cmocka_unit_test(a_book_without_liquidity_mints_nothing),
		cmocka_unit_test(products_beyond_256_bits_are_not_computable),
		cmocka_unit_test(amounts_are_cut_to_the_coins_decimals),
		cmocka_unit_test(a_price_is_parted_20_to_80_without_a_distributor),
		cmocka_unit_test(a_distributors_fee_comes_out_of_the_protocols_part),
		cmocka_unit_test(a_fee_above_the_protocols_part_is_not_computable),
		cmocka_unit_test(a_premium_is_shared_by_what_each_deployed),
		cmocka_unit_test(a_leverage_pool_counts_more_the_nearer_it_is_to_its_target),
		cmocka_unit_test(a_claim_is_borne_by_what_each_deployed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
