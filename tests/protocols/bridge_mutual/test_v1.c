/* What is V1's own: the pricing model in its code, and who gets a price. */
#include "protocols/bridge_mutual/v1.h"

#include "protocols/bridge_mutual/asked.h"
#include "tests/protocols/premium.h"

/* The cost of a year at a utilization in percent, by the curve of books that are (not)
 * whitelisted. */
static u256 year_at(unsigned utilization, bool is_whitelisted)
{
	struct bridge_model model = bridge_v1_model(is_whitelisted);
	struct bridge_pricing pricing;
	u256 u = U256_ZERO;
	u256 cost = U256_ZERO;

	assert_true(model.is_known);
	assert_int_equal(model.is_safe, is_whitelisted);
	bridge_pricing_of(&pricing, &model);
	assert_true(u256_mul_ok(&u, BRIDGE_PERCENT, u256_from(utilization)));
	assert_true(
		bridge_annual_cost(&cost, NULL, u, model.is_safe ? &pricing.safe : &pricing.risky));
	return cost;
}

static void a_year_costs_2_to_25_to_100_percent(void **state)
{
	(void)state;
	assert_number(year_at(1, false), "20000000000000000000000000");
	assert_number(year_at(40, false), "125000000000000000000000000");
	assert_number(year_at(80, false), "250000000000000000000000000");
	assert_number(year_at(90, false), "625000000000000000000000000");
	assert_number(year_at(100, false), "1000000000000000000000000000");
}

static void in_a_whitelisted_book_2_to_10_to_50_percent(void **state)
{
	(void)state;
	assert_number(year_at(1, true), "20000000000000000000000000");
	assert_number(year_at(40, true), "50000000000000000000000000");
	assert_number(year_at(80, true), "100000000000000000000000000");
	assert_number(year_at(90, true), "300000000000000000000000000");
	assert_number(year_at(100, true), "500000000000000000000000000");
}

static struct assets price_of(const char *cover, const char *sold, const char *liquidity)
{
	struct bridge_model model = bridge_v1_model(false);
	struct bridge_sale sale = {.duration_seconds = u256_from(604800),
				   .cover_tokens = assets_of(number(cover)),
				   .total_cover = assets_of(number(sold)),
				   .total_liquidity = assets_of(number(liquidity))};
	struct bridge_quote quote;
	struct bridge_pricing pricing;

	bridge_pricing_of(&pricing, &model);
	assert_true(bridge_quote(&quote, NULL, &sale, &pricing));
	return quote.price;
}

static void no_policy_costs_less_than_10(void **state)
{
	(void)state;
	assert_number(price_of("100000000000000000000", "0", "1000000000000000000000").raw,
		      "10000000000000000000");
	/* A week of 25 % a year, of 100000. */
	assert_number(price_of("100000000000000000000000", "700000000000000000000000",
			       "1000000000000000000000000")
			      .raw,
		      "479452054794520547945");
}

static void a_fifth_of_a_price_is_the_protocols(void **state)
{
	struct bridge_v1_split s;

	(void)state;
	assert_true(bridge_v1_split(&s, NULL, number("123456789123456789123"), 6));
	assert_number(s.protocol, "24691357824691357824");
	assert_number(s.premium, "98765431298765431299"); /* uncut, other than in V2 */
	assert_number(s.protocol_coin, "24691357");
	assert_number(s.premium_coin, "98765431");
	assert_true(bridge_v1_split(&s, NULL, U256_ONE, 18));
	assert_number(s.protocol, "0");
	assert_number(s.premium, "1");
	assert_false(bridge_v1_split(&s, NULL, U256_MAX, 6));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_year_costs_2_to_25_to_100_percent),
		cmocka_unit_test(in_a_whitelisted_book_2_to_10_to_50_percent),
		cmocka_unit_test(no_policy_costs_less_than_10),
		cmocka_unit_test(a_fifth_of_a_price_is_the_protocols),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
