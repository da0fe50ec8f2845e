/*
 * Bridge Mutual's quote against the real contract's answers, against the documentation's constants,
 * at every edge by name, and on many points against a second writing of it in GMP.
 */
#include "protocols/bridge_mutual/premium.h"

#include "tests/protocols/premium.h"

#define FOLDER "tests/protocols/bridge_mutual/"

/* As beside the table of the contract's answers. */
static struct bridge_pricing recorded_pricing(void)
{
	return (struct bridge_pricing){
		.risky = {.threshold = number("850000000000000000000000000"),
			  .minimum = number("18000000000000000000000000"),
			  .maximum = number("100000000000000000000000000"),
			  .maximum_full = number("300000000000000000000000000")},
		.safe = {.threshold = number("700000000000000000000000000"),
			 .minimum = number("12000000000000000000000000"),
			 .maximum = number("75000000000000000000000000"),
			 .maximum_full = number("200000000000000000000000000")},
		.minimum_cost = assets_of(number("10000000000000000000")),
	};
}

static struct bridge_sale sale_of(const char *seconds, const char *cover, const char *total_cover,
				  const char *liquidity, const char *leveraged, bool is_safe)
{
	return (struct bridge_sale){
		.duration_seconds = number(seconds),
		.cover_tokens = assets_of(number(cover)),
		.total_cover = assets_of(number(total_cover)),
		.total_liquidity = assets_of(number(liquidity)),
		.leveraged = assets_of(number(leveraged)),
		.is_safe = is_safe,
	};
}

/* ---- the real contract ---- */

static void check_vector(char *cells[VECTOR_CELLS_MAX])
{
	struct bridge_pricing pricing = recorded_pricing();
	struct bridge_sale sale = sale_of(cells[0], cells[1], cells[2], cells[3], cells[4],
					  strcmp(cells[5], "true") == 0);
	struct bridge_quote quote;

	if (!bridge_quote(&quote, NULL, &sale, &pricing)) {
		assert_string_equal(cells[6], "revert");
		return;
	}
	assert_number(quote.price.raw, cells[6]);
	assert_number(quote.cost_percentage, cells[7]);
}

static void the_real_contract_s_answers_come_out_to_the_unit(void **state)
{
	(void)state;
	assert_int_equal(each_vector(FOLDER "quote.csv",
				     "duration_seconds,cover_tokens,total_cover,total_liquidity,"
				     "leveraged,safe,price,cost_percentage",
				     check_vector),
			 374);
}

/* ---- the documentation ---- */

struct worked {
	const char *utilization; /* cover of 1,000 tokens, in hundredths of one */
	const char *weeks[3];    /* cost of 1, 26 and 52 weeks, in 10^25ths of one percent */
};

/*
 * 10 % costs less than the minimum of 1.8 %; 50 % costs 5.88…; just below the threshold it is
 * nearly 10 %, at it 10 %, at 90 % a third of the way from 10 to 30 %, at 100 % 30 %. A week is
 * 604,800 of 31,536,000 seconds, so 52 weeks cost a little less than a year.
 */
static const struct worked worked[] = {
	{"10000",
	 {"345205479452054794520547", "8975342465753424657534246", "17950684931506849315068493"}},
	{"50000",
	 {"1128122481869460112812248", "29331184528605962933118452", "58662369057211925866236905"}},
	{"84900",
	 {"1915551974214343271555197", "49804351329572925060435132", "99608702659145850120870265"}},
	{"85000",
	 {"1917808219178082191780821", "49863013698630136986301369", "99726027397260273972602739"}},
	{"90000",
	 {"3196347031963470319634703", "83105022831050228310502279",
	  "166210045662100456621004559"}},
	{"100000",
	 {"5753424657534246575342465", "149589041095890410958904109",
	  "299178082191780821917808219"}},
};

static void the_documentation_s_constants_give_the_worked_table(void **state)
{
	static const char *const seconds[] = {"604800", "15724800", "31449600"};
	struct bridge_pricing pricing = bridge_pricing_documented();
	struct bridge_quote quote;

	(void)state;
	for (size_t i = 0; i < sizeof(worked) / sizeof(worked[0]); i++)
		for (size_t k = 0; k < 3; k++) {
			struct bridge_sale sale = sale_of(seconds[k], worked[i].utilization, "0",
							  "100000", "0", k == 1);

			assert_true(bridge_quote(&quote, NULL, &sale, &pricing));
			assert_number(quote.cost_percentage, worked[i].weeks[k]);
		}
}

static void the_documented_constants_are_these(void **state)
{
	struct bridge_pricing pricing = bridge_pricing_documented();

	(void)state;
	assert_number(pricing.risky.threshold, "850000000000000000000000000");
	assert_number(pricing.risky.minimum, "18000000000000000000000000");
	assert_number(pricing.risky.maximum, "100000000000000000000000000");
	assert_number(pricing.risky.maximum_full, "300000000000000000000000000");
	assert_number(BRIDGE_PERCENT, "10000000000000000000000000");
	assert_number(BRIDGE_PERCENTAGE_100, "1000000000000000000000000000");
}

static void a_year_costs_what_the_documentation_says_at_its_corners(void **state)
{
	struct bridge_pricing pricing = bridge_pricing_documented();
	struct bridge_curve *curve = &pricing.risky;
	u256 cost;

	(void)state;
	assert_true(bridge_annual_cost(&cost, NULL, U256_ZERO, curve));
	assert_number(cost, "18000000000000000000000000");
	assert_true(bridge_annual_cost(&cost, NULL, number("153000000000000000000000000"), curve));
	assert_number(cost, "18000000000000000000000000");
	assert_true(bridge_annual_cost(&cost, NULL, number("153000000000000000000000009"), curve));
	assert_number(cost, "18000000000000000000000001");
	assert_true(bridge_annual_cost(&cost, NULL, number("849999999999999999999999999"), curve));
	assert_number(cost, "99999999999999999999999999");
	assert_true(bridge_annual_cost(&cost, NULL, number("850000000000000000000000000"), curve));
	assert_number(cost, "100000000000000000000000000");
	assert_true(bridge_annual_cost(&cost, NULL, number("1000000000000000000000000000"), curve));
	assert_number(cost, "300000000000000000000000000");
}

/* ---- edges ---- */

static bool price_is(const char *seconds, const char *cover, const char *total_cover,
		     const char *liquidity, const char *leveraged, const char *price)
{
	struct bridge_pricing pricing = recorded_pricing();
	struct bridge_sale sale = sale_of(seconds, cover, total_cover, liquidity, leveraged, false);
	struct bridge_quote quote;

	if (!bridge_quote(&quote, NULL, &sale, &pricing))
		return false;
	assert_number(quote.price.raw, price);
	return true;
}

static void one_second_costs_the_minimum(void **state)
{
	(void)state;
	assert_true(price_is("1", "1000000000000000000000", "0", "1000000000000000000000", "0",
			     "10000000000000000000"));
}

static void the_minimum_cost_gives_way_where_the_price_passes_it(void **state)
{
	(void)state;
	/* 30 % of 33.333… tokens for a year: just below and at 10. */
	assert_true(price_is("31536000", "33333333333333333333", "0", "33333333333333333333", "0",
			     "10000000000000000000"));
	assert_true(price_is("31536000", "33333333333333333337", "0", "33333333333333333337", "0",
			     "10000000000000000001"));
}

static void no_time_and_more_than_a_year_revert(void **state)
{
	(void)state;
	assert_false(price_is("0", "1", "0", "1", "0", ""));
	assert_true(price_is("31536000", "1", "0", "1", "0", "10000000000000000000"));
	assert_false(price_is("31536001", "1", "0", "1", "0", ""));
}

static void no_cover_reverts(void **state)
{
	(void)state;
	assert_false(price_is("604800", "0", "1", "2", "0", ""));
}

static void no_liquidity_reverts(void **state)
{
	(void)state;
	assert_false(price_is("604800", "1", "0", "0", "0", ""));
	assert_false(price_is("604800", "1", "0", "0", "5", ""));
}

static void cover_may_take_the_last_unit_of_liquidity_and_no_more(void **state)
{
	(void)state;
	assert_true(price_is("604800", "40", "60", "100", "0", "10000000000000000000"));
	assert_false(price_is("604800", "41", "60", "100", "0", ""));
}

static void leverage_lowers_utilization_but_does_not_carry_cover(void **state)
{
	struct bridge_pricing pricing = recorded_pricing();
	struct bridge_sale sale = sale_of("31536000", "50", "50", "100", "100", false);
	struct bridge_quote quote;

	(void)state;
	assert_true(bridge_quote(&quote, NULL, &sale, &pricing));
	assert_number(quote.utilization, "500000000000000000000000000");
	sale.cover_tokens = assets_of(u256_from(51));
	assert_false(bridge_quote(&quote, NULL, &sale, &pricing));
}

static void a_safe_book_has_its_own_curve(void **state)
{
	struct bridge_pricing pricing = recorded_pricing();
	struct bridge_sale sale = sale_of("31536000", "100", "0", "100", "0", true);
	struct bridge_quote quote;

	(void)state;
	assert_true(bridge_quote(&quote, NULL, &sale, &pricing));
	assert_number(quote.cost_percentage, "200000000000000000000000000");
	sale.is_safe = false;
	assert_true(bridge_quote(&quote, NULL, &sale, &pricing));
	assert_number(quote.cost_percentage, "300000000000000000000000000");
}

static void what_256_bits_do_not_hold_reverts(void **state)
{
	/* (2^256 - 1) // 10^27: the largest cover whose product fits. */
	const char *largest = "115792089237316195423570985008687907853269984665640";
	const char *above = "115792089237316195423570985008687907853269984665641";

	(void)state;
	assert_true(price_is("31536000", largest, "0", largest, "0",
			     "34737626771194858627071295502606372355980995399692"));
	assert_false(price_is("31536000", above, "0", above, "0", ""));
	assert_false(price_is("31536000", "1",
			      "11579208923731619542357098500868790785326998466564056403945758400791"
			      "3129639935",
			      "11579208923731619542357098500868790785326998466564056403945758400791"
			      "3129639935",
			      "0", ""));
	assert_false(price_is("31536000", "1", "0",
			      "11579208923731619542357098500868790785326998466564056403945758400791"
			      "3129639935",
			      "1", ""));
}

static void a_threshold_of_a_hundred_percent_divides_by_nothing(void **state)
{
	struct bridge_pricing pricing = recorded_pricing();
	struct bridge_sale sale = sale_of("604800", "99", "0", "100", "0", false);
	struct bridge_quote quote;

	(void)state;
	pricing.risky.threshold = BRIDGE_PERCENTAGE_100;
	assert_true(bridge_quote(&quote, NULL, &sale, &pricing));
	sale.cover_tokens = assets_of(u256_from(100));
	assert_false(bridge_quote(&quote, NULL, &sale, &pricing));
}

static void a_curve_that_falls_reverts_from_its_threshold_on(void **state)
{
	struct bridge_pricing pricing = recorded_pricing();
	struct bridge_sale sale = sale_of("604800", "84", "0", "100", "0", false);
	struct bridge_quote quote;

	(void)state;
	pricing.risky.maximum_full = number("99999999999999999999999999");
	assert_true(bridge_quote(&quote, NULL, &sale, &pricing));
	sale.cover_tokens = assets_of(u256_from(85));
	assert_false(bridge_quote(&quote, NULL, &sale, &pricing));
}

static void the_trace_ends_in_the_price_or_says_what_reverts(void **state)
{
	struct bridge_pricing pricing = recorded_pricing();
	struct bridge_sale sale = sale_of("604800", "10", "0", "100", "0", false);
	struct trace trace;
	struct bridge_quote quote;

	(void)state;
	trace_reset(&trace);
	assert_true(bridge_quote(&quote, &trace, &sale, &pricing));
	assert_false(trace.is_cut);
	assert_string_equal(trace.figures[trace.count - 1].name, "price");
	assert_true(u256_equal(trace.figures[trace.count - 1].value, quote.price.raw));

	sale.duration_seconds = U256_ZERO;
	trace_reset(&trace);
	assert_false(bridge_quote(&quote, &trace, &sale, &pricing));
	assert_int_equal(trace.count, 1);
	assert_string_equal(trace.figures[0].name, "duration");
	assert_false(trace.figures[0].is_computable);
}

/* ---- the judge ---- */

/* Seconds, cover, sold, liquidity, leveraged; threshold, minimum, maximum, full; minimum cost. */
enum {
	SECONDS,
	COVER,
	SOLD,
	LIQUIDITY,
	LEVERAGED,
	THRESHOLD,
	MINIMUM,
	MAXIMUM,
	FULL,
	COST,
	INPUTS
};

/* The documentation's sentences, not the program's functions: first all conditions, then the parts
 * of the formula by themselves. */
static bool judge_price(mpz_t price, mpz_t percentage, mpz_t in[INPUTS])
{
	struct judge j;
	mpz_t hundred, one, u, cost, x, y;

	judge_init(&j);
	mpz_inits(hundred, one, u, cost, x, y, NULL);
	mpz_ui_pow_ui(one, 10, 25);
	mpz_mul_ui(hundred, one, 100);

	judge_require(&j, mpz_sgn(in[SECONDS]) > 0 && mpz_cmp_ui(in[SECONDS], 365UL * 86400) <= 0);
	judge_require(&j, mpz_sgn(in[COVER]) > 0);
	judge_add(&j, x, in[SOLD], in[COVER]);
	judge_require(&j, mpz_cmp(x, in[LIQUIDITY]) <= 0);
	judge_mul(&j, u, x, hundred);
	judge_add(&j, y, in[LIQUIDITY], in[LEVERAGED]);
	judge_div(&j, u, u, y);

	if (mpz_cmp(u, in[THRESHOLD]) < 0) {
		judge_mul(&j, cost, u, in[MAXIMUM]);
		judge_div(&j, cost, cost, in[THRESHOLD]);
	} else {
		judge_sub(&j, x, u, in[THRESHOLD]);
		judge_mul(&j, x, x, one);
		judge_sub(&j, y, hundred, in[THRESHOLD]);
		judge_div(&j, x, x, y);
		judge_sub(&j, y, in[FULL], in[MAXIMUM]);
		judge_mul(&j, x, x, y);
		judge_div(&j, x, x, one);
		judge_add(&j, cost, x, in[MAXIMUM]);
	}
	if (mpz_cmp(cost, in[MINIMUM]) < 0)
		mpz_set(cost, in[MINIMUM]);
	judge_mul(&j, percentage, cost, in[SECONDS]);
	mpz_fdiv_q_ui(percentage, percentage, 365UL * 86400);
	judge_mul(&j, price, percentage, in[COVER]);
	judge_div(&j, price, price, hundred);
	if (mpz_cmp(price, in[COST]) < 0)
		mpz_set(price, in[COST]);

	mpz_clears(hundred, one, u, cost, x, y, NULL);
	judge_clear(&j);
	return !j.is_reverted;
}

static u256 random_scale(uint64_t *state)
{
	unsigned bits = (unsigned)(random_word(state) % 4);

	if (bits == 0)
		return random_u256(state);
	return u256_shift_right(random_u256(state), 256 - 60 * bits);
}

/* Mostly cover that can be sold, near the threshold, near all of it; sometimes anything. */
static void random_sale(u256 in[INPUTS], uint64_t *state)
{
	u256 x = U256_ZERO;

	in[SECONDS] = random_word(state) % 8 ? random_up_to(state, u256_from(BRIDGE_YEAR))
					     : random_near(state, u256_from(BRIDGE_YEAR));
	in[LIQUIDITY] = random_scale(state);
	in[LEVERAGED] = random_word(state) % 2 ? U256_ZERO : random_scale(state);
	in[SOLD] = random_up_to(state, in[LIQUIDITY]);
	in[COVER] = random_up_to(state, u256_sub_wrap(in[LIQUIDITY], in[SOLD]));
	switch (random_word(state) % 8) {
	case 0: /* all that is left, or a unit more or less */
		in[COVER] = random_near(state, u256_sub_wrap(in[LIQUIDITY], in[SOLD]));
		break;
	case 1: /* up to the threshold, or a unit beside it */
		in[SOLD] = U256_ZERO;
		in[LEVERAGED] = U256_ZERO;
		if (u256_mul_div_ok(&x, in[LIQUIDITY], in[THRESHOLD], BRIDGE_PERCENTAGE_100))
			in[COVER] = random_near(state, x);
		break;
	case 2:
		in[COVER] = random_scale(state);
		break;
	default:
		break;
	}
}

static void random_curve(u256 in[INPUTS], uint64_t *state)
{
	in[THRESHOLD] = random_up_to(state, BRIDGE_PERCENTAGE_100);
	in[MINIMUM] = random_up_to(state, u256_mul_wrap(BRIDGE_PERCENT, u256_from(5)));
	in[MAXIMUM] = random_up_to(state, BRIDGE_PERCENTAGE_100);
	in[FULL] = u256_add_wrap(in[MAXIMUM], random_up_to(state, BRIDGE_PERCENTAGE_100));
	in[COST] = random_up_to(state, number("20000000000000000000"));
	if (random_word(state) % 16 == 0)
		in[THRESHOLD + random_word(state) % 5] = random_u256(state);
}

static bool ours(struct bridge_quote *quote, const u256 in[INPUTS], bool is_safe)
{
	struct bridge_curve curve = {in[THRESHOLD], in[MINIMUM], in[MAXIMUM], in[FULL]};
	struct bridge_curve other = {U256_ZERO, U256_ZERO, U256_ZERO, U256_ZERO};
	struct bridge_pricing pricing = {.risky = is_safe ? other : curve,
					 .safe = is_safe ? curve : other,
					 .minimum_cost = assets_of(in[COST])};
	struct bridge_sale sale = {.duration_seconds = in[SECONDS],
				   .cover_tokens = assets_of(in[COVER]),
				   .total_cover = assets_of(in[SOLD]),
				   .total_liquidity = assets_of(in[LIQUIDITY]),
				   .leveraged = assets_of(in[LEVERAGED]),
				   .is_safe = is_safe};

	return bridge_quote(quote, NULL, &sale, &pricing);
}

static void twenty_thousand_points_agree_with_a_second_writing(void **state)
{
	enum { POINTS = 20000 };
	uint64_t seed = 1;
	size_t priced = 0;
	mpz_t numbers[INPUTS];
	mpz_t price;
	mpz_t percentage;

	(void)state;
	for (size_t i = 0; i < INPUTS; i++)
		mpz_init(numbers[i]);
	mpz_inits(price, percentage, NULL);
	for (size_t n = 0; n < POINTS; n++) {
		u256 in[INPUTS];
		struct bridge_quote quote;
		bool is_priced;

		random_curve(in, &seed);
		random_sale(in, &seed);
		for (size_t i = 0; i < INPUTS; i++)
			to_mpz(numbers[i], in[i]);
		is_priced = ours(&quote, in, n % 2);
		if (is_priced != judge_price(price, percentage, numbers))
			fail_msg("point %zu: %s", n, is_priced ? "should revert" : "reverts");
		if (!is_priced)
			continue;
		priced++;
		if (!u256_equal(quote.price.raw, from_mpz(price)) ||
		    !u256_equal(quote.cost_percentage, from_mpz(percentage)))
			fail_msg("point %zu: another price", n);
	}
	/* Both kinds must have come in numbers, or nothing was compared. */
	assert_in_range(priced, POINTS / 4, POINTS - POINTS / 10);
	for (size_t i = 0; i < INPUTS; i++)
		mpz_clear(numbers[i]);
	mpz_clears(price, percentage, NULL);
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(the_real_contract_s_answers_come_out_to_the_unit),
		TEST(the_documentation_s_constants_give_the_worked_table),
		TEST(the_documented_constants_are_these),
		TEST(a_year_costs_what_the_documentation_says_at_its_corners),
		TEST(one_second_costs_the_minimum),
		TEST(the_minimum_cost_gives_way_where_the_price_passes_it),
		TEST(no_time_and_more_than_a_year_revert),
		TEST(no_cover_reverts),
		TEST(no_liquidity_reverts),
		TEST(cover_may_take_the_last_unit_of_liquidity_and_no_more),
		TEST(leverage_lowers_utilization_but_does_not_carry_cover),
		TEST(a_safe_book_has_its_own_curve),
		TEST(what_256_bits_do_not_hold_reverts),
		TEST(a_threshold_of_a_hundred_percent_divides_by_nothing),
		TEST(a_curve_that_falls_reverts_from_its_threshold_on),
		TEST(the_trace_ends_in_the_price_or_says_what_reverts),
		TEST(twenty_thousand_points_agree_with_a_second_writing),
	};

	return cmocka_run_group_tests_name("bridge mutual premium", tests, NULL, NULL);
}
