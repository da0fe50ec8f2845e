/*
 * InsureDAO's premium models against the real contracts' answers, at every edge by name, and on
 * many points against a second writing of them in GMP.
 */
#include "protocols/insuredao/premium.h"

#include "tests/protocols/premium.h"

static const char LARGEST[] =
	"115792089237316195423570985008687907853269984665640564039457584007913"
	"129639935"; /* 2^256 - 1 */

static struct insuredao_rates rates_of(const char *base, const char *slope1, const char *slope2,
				       const char *optimal)
{
	return (struct insuredao_rates){number(base), number(slope1), number(slope2),
					number(optimal)};
}

static struct insuredao_cover cover_of(const char *amount, const char *term, const char *liquidity,
				       const char *locked)
{
	return (struct insuredao_cover){
		.amount = assets_of(number(amount)),
		.term_seconds = number(term),
		.total_liquidity = assets_of(number(liquidity)),
		.locked = assets_of(number(locked)),
	};
}

/* ---- the real contracts ---- */

static void check_vector(char *cells[VECTOR_CELLS_MAX])
{
	struct insuredao_cover cover = cover_of(cells[5], cells[6], cells[7], cells[8]);
	struct assets premium;
	bool ok;

	if (strcmp(cells[0], "flat") == 0) {
		ok = insuredao_flat_premium(&premium, NULL, number(cells[1]), &cover);
	} else {
		struct insuredao_rates rates = rates_of(cells[1], cells[2], cells[3], cells[4]);

		assert_string_equal(cells[0], "slope");
		ok = insuredao_slope_premium(&premium, NULL, &rates, &cover);
	}
	if (ok)
		assert_number(premium.raw, cells[9]);
	else
		assert_string_equal(cells[9], "revert");
}

static void the_real_contracts_answers_come_out_to_the_unit(void **state)
{
	(void)state;
	assert_int_equal(each_vector("tests/protocols/insuredao/premium.csv",
				     "model,base_rate,slope1,slope2,optimal_utilization,amount,"
				     "term_seconds,total_liquidity,locked_amount,premium",
				     check_vector),
			 474);
}

/* ---- edges ---- */

static bool flat_is(const char *rate, const char *amount, const char *term, const char *liquidity,
		    const char *locked, const char *premium)
{
	struct insuredao_cover cover = cover_of(amount, term, liquidity, locked);
	struct assets out;

	if (!insuredao_flat_premium(&out, NULL, number(rate), &cover))
		return false;
	assert_number(out.raw, premium);
	return true;
}

/* 2 %, 5 % up to 80 %, 20 % from there on. */
static bool slope_is(const char *amount, const char *term, const char *liquidity,
		     const char *locked, const char *premium)
{
	struct insuredao_rates rates = rates_of("20000", "50000", "200000", "800000");
	struct insuredao_cover cover = cover_of(amount, term, liquidity, locked);
	struct assets out;

	if (!insuredao_slope_premium(&out, NULL, &rates, &cover))
		return false;
	assert_number(out.raw, premium);
	return true;
}

static void a_flat_year_is_amount_times_rate(void **state)
{
	(void)state;
	assert_true(flat_is("20000", "1000000000", "31536000", "1000000000", "0", "20000000"));
	assert_true(flat_is("20000", "1000000000", "31449600", "1000000000", "0", "19945205"));
	assert_true(flat_is("20000", "1000000000", "604800", "1000000000", "0", "383561"));
}

static void one_second_of_flat_cover_is_rounded_down(void **state)
{
	(void)state;
	assert_true(flat_is("20000", "1576799999", "1", "2000000000", "0", "0"));
	assert_true(flat_is("20000", "1576800000", "1", "2000000000", "0", "1"));
}

static void flat_cover_of_nothing_costs_nothing(void **state)
{
	(void)state;
	assert_true(flat_is("20000", "0", "31536000", "0", "0", "0"));
	/* The contract returns before it multiplies. */
	assert_true(flat_is(LARGEST, "0", LARGEST, "5", "5", "0"));
}

static void flat_cover_may_take_the_last_unit_of_liquidity_and_no_more(void **state)
{
	(void)state;
	assert_true(flat_is("1000000", "40", "31536000", "100", "60", "40"));
	assert_false(flat_is("1000000", "41", "31536000", "100", "60", ""));
	assert_false(flat_is("1000000", "1", "31536000", "0", "0", ""));
	assert_false(flat_is("1000000", "0", "31536000", "0", "1", ""));
}

static void a_flat_premium_beyond_256_bits_reverts(void **state)
{
	(void)state;
	assert_true(flat_is("1", LARGEST, "1", LARGEST, "0",
			    "3671743063080802746815416825491118336290905145409708398004109081"));
	assert_false(flat_is("2", LARGEST, "1", LARGEST, "0", ""));
	assert_false(flat_is("1", LARGEST, "2", LARGEST, "0", ""));
	assert_false(flat_is("1", LARGEST, "1", LARGEST, "1", ""));
}

static void up_to_the_kink_the_mean_rate_is_paid(void **state)
{
	(void)state;
	/* From 0 to 80 %: 2 to 7 %, mean 4.5 % of 800,000. */
	assert_true(slope_is("800000", "31536000", "1000000", "0", "36000"));
	/* From 0 to 40 %: 2 to 4.5 %, mean 3.25 % of 400,000. */
	assert_true(slope_is("400000", "31536000", "1000000", "0", "13000"));
	assert_true(slope_is("799999", "31536000", "1000000", "0", "35999"));
}

static void a_sale_over_the_kink_is_paid_in_two_parts(void **state)
{
	(void)state;
	/* From 80 to 100 %: 7 to 27 %, mean 17 % of 200,000. */
	assert_true(slope_is("200000", "31536000", "1000000", "800000", "34000"));
	assert_true(slope_is("1000000", "31536000", "1000000", "0", "70000"));
	assert_true(slope_is("200001", "31536000", "1000000", "799999", "34000"));
	assert_true(slope_is("100000", "31536000", "1000000", "900000", "22000"));
}

static void cover_too_small_for_six_digits_of_utilization_costs_nothing(void **state)
{
	(void)state;
	/* The second of them moves utilization by one millionth, which is a million units. */
	assert_true(slope_is("999999", "31536000", "1000000000000", "0", "0"));
	assert_true(slope_is("1000000", "31536000", "1000000000000", "0", "20000"));
}

static void one_second_of_slope_cover_is_rounded_down(void **state)
{
	(void)state;
	assert_true(slope_is("1000000000000", "1", "1000000000000", "0", "2219"));
	assert_true(slope_is("1000000", "1", "1000000", "0", "0"));
}

static void slope_cover_may_take_the_last_unit_of_liquidity_and_no_more(void **state)
{
	(void)state;
	assert_true(slope_is("1", "31536000", "1000000", "999999", "0"));
	assert_true(slope_is("0", "31536000", "1000000", "1000000", "0"));
	assert_false(slope_is("1", "31536000", "1000000", "1000000", ""));
	assert_false(slope_is("1", "31536000", "0", "0", ""));
}

static void slope_cover_of_nothing_needs_liquidity_all_the_same(void **state)
{
	(void)state;
	assert_false(slope_is("0", "31536000", "0", "0", ""));
	assert_true(slope_is("0", "31536000", "1", "0", "0"));
}

static void a_slope_premium_beyond_256_bits_reverts(void **state)
{
	/* (2^256 - 1) // 10^6: the largest that may be locked. */
	const char *largest =
		"115792089237316195423570985008687907853269984665640564039457584007913129";
	const char *above =
		"115792089237316195423570985008687907853269984665640564039457584007913130";

	(void)state;
	assert_true(slope_is(largest, "1", largest, "0",
			     "257022014415656192277079177784378283540363360178679587860287635"));
	assert_false(slope_is(above, "1", above, "0", ""));
	assert_false(slope_is(largest, "315360000000", largest, "0", ""));
}

static void an_optimal_utilization_of_nothing_or_of_all_is_a_kink_too(void **state)
{
	struct insuredao_rates all = rates_of("10000", "90000", "500000", "1000000");
	struct insuredao_rates none = rates_of("10000", "90000", "500000", "0");
	struct insuredao_cover first = cover_of("1000000", "31536000", "1000000", "0");
	struct insuredao_cover second = cover_of("500000", "31536000", "1000000", "500000");
	struct assets premium;

	(void)state;
	assert_true(insuredao_slope_premium(&premium, NULL, &all, &first));
	assert_number(premium.raw, "55000");
	/* Without anything locked the rate at the kink divides by it; above it does not. */
	assert_false(insuredao_slope_premium(&premium, NULL, &none, &first));
	assert_true(insuredao_slope_premium(&premium, NULL, &none, &second));
	assert_number(premium.raw, "237500");
}

static void rates_that_the_contract_cannot_keep_revert(void **state)
{
	struct insuredao_rates wide = rates_of("18446744073709551616", "0", "0", "500000");
	struct insuredao_rates fits = rates_of("18446744073709551615", "0", "0", "500000");
	struct insuredao_rates above = rates_of("1", "1", "1", "1000001");
	struct insuredao_cover cover = cover_of("1", "31536000", "1", "0");
	struct assets premium;

	(void)state;
	assert_true(insuredao_slope_premium(&premium, NULL, &fits, &cover));
	assert_number(premium.raw, "0");
	assert_false(insuredao_slope_premium(&premium, NULL, &wide, &cover));
	assert_false(insuredao_slope_premium(&premium, NULL, &above, &cover));
}

static void a_market_s_zero_rates_are_the_default_s(void **state)
{
	struct insuredao_rates market = rates_of("0", "7", "0", "9");
	struct insuredao_rates fallback = rates_of("1", "2", "3", "4");
	struct insuredao_rates rates = insuredao_rates_or_default(&market, &fallback);

	(void)state;
	assert_number(rates.base, "1");
	assert_number(rates.slope1, "7");
	assert_number(rates.slope2, "3");
	assert_number(rates.optimal, "9");
}

static void the_rate_at_a_utilization_bends_at_the_kink(void **state)
{
	struct insuredao_rates rates = rates_of("20000", "50000", "200000", "800000");
	u256 rate;

	(void)state;
	assert_true(insuredao_slope_rate(&rate, NULL, U256_ZERO, &rates));
	assert_number(rate, "20000");
	assert_true(insuredao_slope_rate(&rate, NULL, u256_from(799999), &rates));
	assert_number(rate, "69999");
	assert_true(insuredao_slope_rate(&rate, NULL, u256_from(800000), &rates));
	assert_number(rate, "70000");
	assert_true(insuredao_slope_rate(&rate, NULL, u256_from(800001), &rates));
	assert_number(rate, "70001");
	assert_true(insuredao_slope_rate(&rate, NULL, u256_from(1000000), &rates));
	assert_number(rate, "270000");
}

static void the_trace_ends_in_the_premium_or_says_what_reverts(void **state)
{
	struct insuredao_rates rates = rates_of("20000", "50000", "200000", "800000");
	struct insuredao_cover cover = cover_of("1000000", "31536000", "1000000", "0");
	struct assets premium;
	struct trace trace;

	(void)state;
	trace_reset(&trace);
	assert_true(insuredao_slope_premium(&premium, &trace, &rates, &cover));
	assert_false(trace.is_cut);
	assert_string_equal(trace.figures[trace.count - 1].name, "premium");
	assert_number(trace.figures[trace.count - 1].value, "70000");

	cover.locked = assets_of(U256_ONE);
	trace_reset(&trace);
	assert_false(insuredao_slope_premium(&premium, &trace, &rates, &cover));
	assert_int_equal(trace.count, 1);
	assert_false(trace.figures[0].is_computable);
}

/* ---- the judge ---- */

enum { BASE, SLOPE1, SLOPE2, OPTIMAL, AMOUNT, TERM, LIQUIDITY, LOCKED, INPUTS };

static void judge_rate(struct judge *j, mpz_t rate, const mpz_t u, mpz_t in[INPUTS])
{
	mpz_t one, room;

	mpz_init_set_ui(one, 1000000);
	mpz_init(room);
	judge_sub(j, room, one, in[OPTIMAL]);
	if (mpz_cmp(u, in[OPTIMAL]) <= 0) {
		judge_mul(j, rate, u, in[SLOPE1]);
		judge_div(j, rate, rate, in[OPTIMAL]);
	} else {
		judge_sub(j, rate, u, in[OPTIMAL]);
		judge_mul(j, rate, rate, in[SLOPE2]);
		judge_div(j, rate, rate, room);
		judge_add(j, rate, rate, in[SLOPE1]);
	}
	judge_add(j, rate, rate, in[BASE]);
	mpz_clears(one, room, NULL);
}

/* Adds what the utilization from one point to another costs in a year. */
static void judge_piece(struct judge *j, mpz_t sum, const mpz_t from, const mpz_t to,
			mpz_t in[INPUTS])
{
	mpz_t a, b, part;

	mpz_inits(a, b, part, NULL);
	judge_rate(j, a, from, in);
	judge_rate(j, b, to, in);
	judge_add(j, a, a, b);
	mpz_fdiv_q_2exp(a, a, 1);
	judge_sub(j, part, to, from);
	judge_mul(j, part, part, in[LIQUIDITY]);
	mpz_fdiv_q_ui(part, part, 1000000);
	judge_mul(j, part, part, a);
	mpz_fdiv_q_ui(part, part, 1000000);
	judge_add(j, sum, sum, part);
	mpz_clears(a, b, part, NULL);
}

static bool judge_slope(mpz_t premium, mpz_t in[INPUTS])
{
	struct judge j;
	mpz_t one, u0, u1, after;

	judge_init(&j);
	mpz_init_set_ui(one, 1000000);
	mpz_inits(u0, u1, after, NULL);
	mpz_set_ui(premium, 0);
	for (size_t i = BASE; i <= OPTIMAL; i++)
		judge_require(&j, mpz_sizeinbase(in[i], 2) <= 64);
	judge_add(&j, after, in[AMOUNT], in[LOCKED]);
	judge_require(&j, mpz_cmp(after, in[LIQUIDITY]) <= 0 && mpz_sgn(in[LIQUIDITY]));
	judge_mul(&j, u0, in[LOCKED], one);
	judge_div(&j, u0, u0, in[LIQUIDITY]);
	judge_mul(&j, u1, after, one);
	judge_div(&j, u1, u1, in[LIQUIDITY]);
	if (mpz_cmp(u0, in[OPTIMAL]) < 0 && mpz_cmp(in[OPTIMAL], u1) < 0) {
		judge_piece(&j, premium, u0, in[OPTIMAL], in);
		judge_piece(&j, premium, in[OPTIMAL], u1, in);
	} else {
		judge_piece(&j, premium, u0, u1, in);
	}
	judge_mul(&j, premium, premium, in[TERM]);
	mpz_fdiv_q_ui(premium, premium, 365UL * 86400);
	mpz_clears(one, u0, u1, after, NULL);
	judge_clear(&j);
	return !j.is_reverted;
}

static bool judge_flat(mpz_t premium, mpz_t in[INPUTS])
{
	struct judge j;
	mpz_t after;

	judge_init(&j);
	mpz_init(after);
	judge_add(&j, after, in[AMOUNT], in[LOCKED]);
	judge_require(&j, mpz_cmp(after, in[LIQUIDITY]) <= 0);
	mpz_set_ui(premium, 0);
	if (mpz_sgn(in[AMOUNT])) {
		judge_mul(&j, premium, in[AMOUNT], in[BASE]);
		judge_mul(&j, premium, premium, in[TERM]);
		/* floor(floor(x / a) / b) = floor(x / ab) */
		mpz_fdiv_q_ui(premium, premium, 365UL * 86400 * 1000000);
	}
	mpz_clear(after);
	judge_clear(&j);
	return !j.is_reverted;
}

static u256 random_scale(uint64_t *state)
{
	unsigned bits = 40 + (unsigned)(random_word(state) % 200);

	return random_word(state) % 8 ? u256_shift_right(random_u256(state), 256 - bits)
				      : random_u256(state);
}

static void random_point(u256 in[INPUTS], uint64_t *state)
{
	u256 x = U256_ZERO;

	for (size_t i = BASE; i <= SLOPE2; i++)
		in[i] = random_up_to(state, u256_from(2000000));
	in[OPTIMAL] = random_up_to(state, u256_from(INSUREDAO_ONE));
	if (random_word(state) % 16 == 0)
		in[random_word(state) % 4] = random_u256(state);
	in[TERM] = random_up_to(state, u256_from(INSUREDAO_YEAR));
	in[LIQUIDITY] = random_scale(state);
	in[LOCKED] = random_up_to(state, in[LIQUIDITY]);
	in[AMOUNT] = random_up_to(state, u256_sub_wrap(in[LIQUIDITY], in[LOCKED]));
	switch (random_word(state) % 8) {
	case 0: /* all that is left, or a unit more or less */
		in[AMOUNT] = random_near(state, u256_sub_wrap(in[LIQUIDITY], in[LOCKED]));
		break;
	case 1: /* up to the kink, or a unit beside it */
		if (u256_mul_div_ok(&x, in[LIQUIDITY], in[OPTIMAL], u256_from(INSUREDAO_ONE)))
			in[AMOUNT] = random_near(state, u256_sub_wrap(x, in[LOCKED]));
		break;
	case 2: /* from the kink, or a unit beside it */
		if (u256_mul_div_ok(&x, in[LIQUIDITY], in[OPTIMAL], u256_from(INSUREDAO_ONE)))
			in[LOCKED] = random_near(state, x);
		break;
	case 3:
		in[TERM] = random_u256(state);
		break;
	case 4:
		in[AMOUNT] = random_near(state, U256_ZERO);
		break;
	default:
		break;
	}
}

static bool ours(struct assets *out, const u256 in[INPUTS], bool is_flat)
{
	struct insuredao_rates rates = {in[BASE], in[SLOPE1], in[SLOPE2], in[OPTIMAL]};
	struct insuredao_cover cover = {.amount = assets_of(in[AMOUNT]),
					.term_seconds = in[TERM],
					.total_liquidity = assets_of(in[LIQUIDITY]),
					.locked = assets_of(in[LOCKED])};

	return is_flat ? insuredao_flat_premium(out, NULL, rates.base, &cover)
		       : insuredao_slope_premium(out, NULL, &rates, &cover);
}

static void compare_points(bool is_flat, size_t points)
{
	uint64_t seed = is_flat ? 1 : 2;
	size_t priced = 0;
	mpz_t numbers[INPUTS];
	mpz_t premium;

	for (size_t i = 0; i < INPUTS; i++)
		mpz_init(numbers[i]);
	mpz_init(premium);
	for (size_t n = 0; n < points; n++) {
		u256 in[INPUTS];
		struct assets out;
		bool is_priced;

		random_point(in, &seed);
		for (size_t i = 0; i < INPUTS; i++)
			to_mpz(numbers[i], in[i]);
		is_priced = ours(&out, in, is_flat);
		if (is_priced !=
		    (is_flat ? judge_flat(premium, numbers) : judge_slope(premium, numbers)))
			fail_msg("point %zu: %s", n, is_priced ? "should revert" : "reverts");
		if (is_priced && !u256_equal(out.raw, from_mpz(premium)))
			fail_msg("point %zu: another premium", n);
		priced += is_priced;
	}
	/* Both kinds must have come in numbers, or nothing was compared. */
	assert_in_range(priced, points / 4, points - points / 20);
	for (size_t i = 0; i < INPUTS; i++)
		mpz_clear(numbers[i]);
	mpz_clear(premium);
}

static void twenty_thousand_slope_premiums_agree_with_a_second_writing(void **state)
{
	(void)state;
	compare_points(false, 20000);
}

static void ten_thousand_flat_premiums_agree_with_a_second_writing(void **state)
{
	(void)state;
	compare_points(true, 10000);
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(the_real_contracts_answers_come_out_to_the_unit),
		TEST(a_flat_year_is_amount_times_rate),
		TEST(one_second_of_flat_cover_is_rounded_down),
		TEST(flat_cover_of_nothing_costs_nothing),
		TEST(flat_cover_may_take_the_last_unit_of_liquidity_and_no_more),
		TEST(a_flat_premium_beyond_256_bits_reverts),
		TEST(up_to_the_kink_the_mean_rate_is_paid),
		TEST(a_sale_over_the_kink_is_paid_in_two_parts),
		TEST(cover_too_small_for_six_digits_of_utilization_costs_nothing),
		TEST(one_second_of_slope_cover_is_rounded_down),
		TEST(slope_cover_may_take_the_last_unit_of_liquidity_and_no_more),
		TEST(slope_cover_of_nothing_needs_liquidity_all_the_same),
		TEST(a_slope_premium_beyond_256_bits_reverts),
		TEST(an_optimal_utilization_of_nothing_or_of_all_is_a_kink_too),
		TEST(rates_that_the_contract_cannot_keep_revert),
		TEST(a_market_s_zero_rates_are_the_default_s),
		TEST(the_rate_at_a_utilization_bends_at_the_kink),
		TEST(the_trace_ends_in_the_premium_or_says_what_reverts),
		TEST(twenty_thousand_slope_premiums_agree_with_a_second_writing),
		TEST(ten_thousand_flat_premiums_agree_with_a_second_writing),
	};

	return cmocka_run_group_tests_name("insuredao premium", tests, NULL, NULL);
}
