/*
 * The ClaimsManager's arithmetic: hashes and conversions of the real contracts, many random points
 * against GMP, and every step of a claim at the edges of its time.
 */
#include "protocols/api3/claims_rules.h"

#include "tests/abi/random.h"
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

static struct slice bytes(const char *text)
{
	return slice_of((const uint8_t *)text, strlen(text));
}

/* ---- hashes ---- */

static const char claimant_text[] = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
static const char policy_text[] = "/ipfs/Qmf7Nn9xwSqUQGsBPKDpMzqx8jnnK8v9CsfTMNm1MKKgGB";

static void policies_and_claims_have_the_contracts_hashes(void **state)
{
	char text[HEX_SIZE(HASH_BYTES)];
	struct address claimant;
	struct hash policy;

	(void)state;
	assert_int_equal(address_parse(&claimant, claimant_text, 42, NULL), OK);
	policy = claims_policy_hash(claimant, 1700000000, bytes(policy_text));
	assert_string_equal(hash_format(text, policy),
			    "0x01a4fe73cfa7daedff604eefb2b6a6ac5a83fab1d744fc1925c4fd58257956ba");
	assert_string_equal(hash_format(text, claims_claim_hash(policy, claimant,
								number("123450000000000000000000"),
								bytes("ipfs evidence"))),
			    "0xc5b18dce639108a2d5111ef8fbc6b7510a70146bf37aaedf5f03f8f690cd8d5e");
}

/* ---- conversion ---- */

static void usd_become_api3_as_the_converter_gives_them(void **state)
{
	static const struct {
		const char *usd;
		const char *price;
		const char *api3;
	} vectors[] = {
		{"1000000000000000000000", "2500000000000000000", "400000000000000000000"},
		{"1000000000000000000000", "3000000000000000000", "333333333333333333333"},
		{"1", "2000000000000000000", "0"},
		{"123456789123456789", "1234567890123456789", "100000000089999999"},
		{"5000000000000000000", "1", "5000000000000000000000000000000000000"},
		{"7000000000000000000", "7000000000000000001", "999999999999999999"},
		{"0", "2000000000000000000", "0"},
		{"1000000000000000000", "3", "333333333333333333333333333333333333"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		u256 api3;

		assert_true(claims_api3_of_usd(&api3, NULL, number(vectors[i].usd),
					       number(vectors[i].price), 18));
		assert_number(api3, vectors[i].api3);
	}
}

static void a_price_that_is_not_positive_reverts(void **state)
{
	u256 most = u256_sub_wrap(u256_shift_left(U256_ONE, 223), U256_ONE);
	u256 api3;

	(void)state;
	assert_false(claims_api3_of_usd(&api3, NULL, U256_ONE, U256_ZERO, 18));
	/* -1, and the lowest int224 */
	assert_false(claims_api3_of_usd(&api3, NULL, U256_ONE, U256_MAX, 18));
	assert_false(claims_api3_of_usd(&api3, NULL, U256_ONE, u256_shift_left(U256_ONE, 223), 18));
	assert_true(claims_api3_of_usd(&api3, NULL, U256_ONE, most, 18));
	assert_number(api3, "0");
}

static void a_product_beyond_256_bits_reverts_and_a_quotient_beyond_224_is_cut(void **state)
{
	u256 largest = u256_sub_wrap(u256_shift_left(U256_ONE, 224), U256_ONE);
	u256 api3;

	(void)state;
	/* 2^224 * 10^18 needs 284 bits; 10^77 fits 256 bits, 10^78 does not. */
	assert_false(claims_api3_of_usd(&api3, NULL, largest, U256_ONE, 18));
	assert_true(claims_api3_of_usd(&api3, NULL, U256_ONE, U256_ONE, 77));
	assert_false(claims_api3_of_usd(&api3, NULL, U256_ZERO, U256_ONE, 78));
	/* 2^226 / 2 = 2^225, whose low 224 bits are 0. */
	assert_true(
		claims_api3_of_usd(&api3, NULL, u256_shift_left(U256_ONE, 226), u256_from(2), 0));
	assert_number(api3, "0");
	assert_true(claims_api3_of_usd(&api3, NULL,
				       u256_add_wrap(u256_shift_left(U256_ONE, 225), u256_from(6)),
				       u256_from(2), 0));
	assert_true(u256_equal(api3, u256_from(3)));
}

static void a_payout_is_clipped_to_what_the_policy_covers(void **state)
{
	struct trace trace = {0};

	(void)state;
	assert_number(claims_clipped(NULL, u256_from(5), u256_from(7)), "5");
	assert_number(claims_clipped(NULL, u256_from(7), u256_from(7)), "7");
	assert_number(claims_clipped(&trace, u256_from(9), u256_from(7)), "7");
	assert_number(claims_clipped(NULL, u256_from(9), U256_ZERO), "0");
	assert_int_equal(trace.count, 1);
	assert_string_equal(trace.figures[0].expression, "min(amount, remaining cover)");
}

/* ---- many points, judged by GMP ---- */

enum { POINTS = 6000 };

static void assert_mpz(const mpz_t wanted, u256 value)
{
	char digits[U256_DECIMAL_SIZE];
	char theirs[128];

	assert_true(mpz_sizeinbase(wanted, 10) < sizeof(theirs));
	assert_string_equal(u256_format(digits, value), mpz_get_str(theirs, 10, wanted));
}

/* A number of up to `bits` bits, small ones as likely as large ones. */
static u256 draw(uint64_t *random, unsigned bits)
{
	return u256_shift_right(random_u256(random),
				256 - bits + (unsigned)(random_word(random) % (bits + 1)));
}

/* One payout judged: clipped, converted, cut; and what it tells of the price. */
static void judge(uint64_t *random, mpz_t *z, unsigned *reverted)
{
	u256 amount = draw(random, 224);
	u256 cover = draw(random, 224);
	u256 price = draw(random, 223);
	uint64_t decimals = random_word(random) % 4 ? 18 : random_word(random) % 80;
	u256 usd = claims_clipped(NULL, amount, cover);
	u256 api3;
	u256 low;
	u256 high;
	bool ok = claims_api3_of_usd(&api3, NULL, usd, price, decimals);

	to_mpz(z[0], amount);
	to_mpz(z[1], cover);
	if (mpz_cmp(z[0], z[1]) > 0)
		mpz_set(z[0], z[1]);
	assert_mpz(z[0], usd);
	mpz_ui_pow_ui(z[1], 10, decimals);
	mpz_mul(z[2], z[0], z[1]);
	to_mpz(z[3], price);
	if (mpz_sgn(z[3]) == 0 || mpz_sizeinbase(z[1], 2) > 256 || mpz_sizeinbase(z[2], 2) > 256) {
		assert_false(ok);
		(*reverted)++;
		return;
	}
	assert_true(ok);
	mpz_fdiv_q(z[2], z[2], z[3]);
	mpz_fdiv_r_2exp(z[2], z[2], 224);
	assert_mpz(z[2], api3);
	if (!claims_implied_price(&low, &high, usd, api3))
		return;
	/* floor(usd * 10^18 / p) = api3 at both ends, and not one step beyond them. */
	mpz_ui_pow_ui(z[1], 10, 18);
	mpz_mul(z[0], z[0], z[1]);
	for (int end = 0; end < 2; end++) {
		to_mpz(z[3], end ? high : low);
		if (mpz_cmp(z[3], z[0]) > 0 || u256_compare(low, high) > 0)
			continue; /* no whole price gives it: the feed has other decimals */
		mpz_fdiv_q(z[4], z[0], z[3]);
		assert_int_equal(mpz_cmp(z[4], z[2]), 0);
		if (end)
			mpz_add_ui(z[3], z[3], 1);
		else
			mpz_sub_ui(z[3], z[3], 1);
		if (mpz_sgn(z[3]) == 0)
			continue;
		mpz_fdiv_q(z[4], z[0], z[3]);
		assert_int_not_equal(mpz_cmp(z[4], z[2]), 0);
	}
}

static void payouts_agree_with_gmp(void **state)
{
	uint64_t random = 20251121;
	unsigned reverted = 0;
	mpz_t z[5];

	(void)state;
	for (size_t i = 0; i < 5; i++)
		mpz_init(z[i]);
	for (int i = 0; i < POINTS; i++)
		judge(&random, z, &reverted);
	for (size_t i = 0; i < 5; i++)
		mpz_clear(z[i]);
	/* Both kinds are among the points. */
	assert_in_range(reverted, POINTS / 100, POINTS * 2 / 3);
}

static void a_payout_of_nothing_tells_no_price(void **state)
{
	u256 low;
	u256 high;

	(void)state;
	assert_false(claims_implied_price(&low, &high, u256_from(1), U256_ZERO));
	assert_true(claims_implied_price(&low, &high, number("1000000000000000000000"),
					 number("333333333333333333333")));
	assert_number(low, "3000000000000000000");
	assert_number(high, "3000000000000000000");
}

/* ---- the steps of a claim ---- */

static void each_state_allows_its_steps_and_no_others(void **state)
{
	static const bool allowed[CLAIMS_STEP_COUNT][9] = {
		[CLAIMS_STEP_ACCEPT][CLAIMS_CREATED] = true,
		[CLAIMS_STEP_PROPOSE][CLAIMS_CREATED] = true,
		[CLAIMS_STEP_ACCEPT_SETTLEMENT][CLAIMS_SETTLEMENT_PROPOSED] = true,
		[CLAIMS_STEP_DISPUTE][CLAIMS_CREATED] = true,
		[CLAIMS_STEP_DISPUTE][CLAIMS_SETTLEMENT_PROPOSED] = true,
		[CLAIMS_STEP_REJECT][CLAIMS_DISPUTED] = true,
		[CLAIMS_STEP_PAY_CLAIM][CLAIMS_DISPUTED] = true,
		[CLAIMS_STEP_PAY_SETTLEMENT][CLAIMS_DISPUTED] = true,
	};
	static const int results[CLAIMS_STEP_COUNT] = {2, 3, 4, 5, 6, 7, 8};

	(void)state;
	for (int step = 0; step < CLAIMS_STEP_COUNT; step++) {
		for (int status = 0; status < 9; status++)
			assert_int_equal(claims_step_allowed((enum claims_step)step,
							     (enum claims_status)status),
					 allowed[step][status]);
		assert_int_equal(claims_step_result((enum claims_step)step), results[step]);
	}
}

static const struct claims_periods periods = {.mediator = 10, .claimant = 20, .arbitrator = 30};

static void each_step_has_its_window(void **state)
{
	static const struct {
		enum claims_step step;
		enum claims_status from;
		uint64_t opens;
		uint64_t closes;
	} windows[] = {
		{CLAIMS_STEP_ACCEPT, CLAIMS_CREATED, 100, 110},
		{CLAIMS_STEP_PROPOSE, CLAIMS_CREATED, 100, 110},
		{CLAIMS_STEP_ACCEPT_SETTLEMENT, CLAIMS_SETTLEMENT_PROPOSED, 100, 120},
		{CLAIMS_STEP_DISPUTE, CLAIMS_CREATED, 110, 130},
		{CLAIMS_STEP_DISPUTE, CLAIMS_SETTLEMENT_PROPOSED, 100, 120},
		{CLAIMS_STEP_REJECT, CLAIMS_DISPUTED, 100, 130},
		{CLAIMS_STEP_PAY_CLAIM, CLAIMS_DISPUTED, 100, 130},
		{CLAIMS_STEP_PAY_SETTLEMENT, CLAIMS_DISPUTED, 100, 130},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(windows) / sizeof(windows[0]); i++) {
		struct trace trace = {0};
		uint64_t opens;
		uint64_t closes;

		assert_true(claims_step_window(&opens, &closes, &trace, windows[i].step,
					       windows[i].from, 100, &periods));
		assert_int_equal(opens, windows[i].opens);
		assert_int_equal(closes, windows[i].closes);
		assert_true(trace.count > 0);
	}
}

static void a_window_that_passes_32_bits_never_opens(void **state)
{
	struct claims_periods long_ones = {
		.mediator = UINT32_MAX - 100, .claimant = 1, .arbitrator = UINT32_MAX};
	uint64_t opens;
	uint64_t closes;

	(void)state;
	assert_true(claims_step_window(&opens, &closes, NULL, CLAIMS_STEP_ACCEPT, CLAIMS_CREATED,
				       100, &long_ones));
	assert_int_equal(closes, UINT32_MAX);
	assert_false(claims_step_window(&opens, &closes, NULL, CLAIMS_STEP_DISPUTE, CLAIMS_CREATED,
					100, &long_ones));
	assert_false(claims_step_window(&opens, &closes, NULL, CLAIMS_STEP_ACCEPT, CLAIMS_CREATED,
					101, &long_ones));
	assert_false(claims_step_window(&opens, &closes, NULL, CLAIMS_STEP_REJECT, CLAIMS_DISPUTED,
					1, &long_ones));
}

static void a_deadline_is_when_nothing_more_can_happen(void **state)
{
	static const struct {
		enum claims_status status;
		bool is_final;
		uint64_t deadline;
	} deadlines[] = {
		{CLAIMS_NONE, true, 0},
		{CLAIMS_CREATED, false, 130},
		{CLAIMS_ACCEPTED, true, 0},
		{CLAIMS_SETTLEMENT_PROPOSED, false, 120},
		{CLAIMS_SETTLEMENT_ACCEPTED, true, 0},
		{CLAIMS_DISPUTED, false, 130},
		{CLAIMS_RESOLVED_WITHOUT_PAYOUT, true, 0},
		{CLAIMS_RESOLVED_WITH_CLAIM, true, 0},
		{CLAIMS_RESOLVED_WITH_SETTLEMENT, true, 0},
	};
	struct claims_periods no_dispute = {.mediator = 10, .claimant = UINT32_MAX};
	uint64_t deadline;
	bool is_final;

	(void)state;
	for (size_t i = 0; i < sizeof(deadlines) / sizeof(deadlines[0]); i++) {
		assert_int_equal(
			claims_deadline(&deadline, &is_final, deadlines[i].status, 100, &periods),
			!deadlines[i].is_final);
		assert_int_equal(is_final, deadlines[i].is_final);
		if (!is_final)
			assert_int_equal(deadline, deadlines[i].deadline);
	}
	/* The mediator may still act where the sum for a dispute overflows. */
	assert_true(claims_deadline(&deadline, &is_final, CLAIMS_CREATED, 100, &no_dispute));
	assert_int_equal(deadline, 110);
	assert_false(claims_deadline(&deadline, &is_final, CLAIMS_SETTLEMENT_PROPOSED, 100,
				     &no_dispute));
	assert_false(is_final);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(policies_and_claims_have_the_contracts_hashes),
		cmocka_unit_test(usd_become_api3_as_the_converter_gives_them),
		cmocka_unit_test(a_price_that_is_not_positive_reverts),
		cmocka_unit_test(
			a_product_beyond_256_bits_reverts_and_a_quotient_beyond_224_is_cut),
		cmocka_unit_test(a_payout_is_clipped_to_what_the_policy_covers),
		cmocka_unit_test(payouts_agree_with_gmp),
		cmocka_unit_test(a_payout_of_nothing_tells_no_price),
		cmocka_unit_test(each_state_allows_its_steps_and_no_others),
		cmocka_unit_test(each_step_has_its_window),
		cmocka_unit_test(a_window_that_passes_32_bits_never_opens),
		cmocka_unit_test(a_deadline_is_when_nothing_more_can_happen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
