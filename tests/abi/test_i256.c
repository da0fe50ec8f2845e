#include "abi/i256.h"

#include "tests/abi/check.h"
#include "tests/abi/random.h"

enum { PAIRS = 200000 };

static const uint64_t seed = UINT64_C(0x5eed0002);

struct trial {
	uint64_t state;
	i256 a, b;
	mpz_t x, y, want;
};

static void complain(const struct trial *t, const char *operation)
{
	char a[I256_DECIMAL_SIZE];
	char b[I256_DECIMAL_SIZE];

	print_message("seed 0x%llx, state 0x%llx: %s of %s, %s\n", (unsigned long long)seed,
		      (unsigned long long)t->state, operation, i256_format(a, t->a),
		      i256_format(b, t->b));
	fail();
}

static void signed_to_mpz(mpz_t out, i256 value)
{
	to_mpz(out, value.bits);
	if (i256_is_negative(value)) {
		mpz_t wrap;

		mpz_init_set_ui(wrap, 1);
		mpz_mul_2exp(wrap, wrap, 256);
		mpz_sub(out, out, wrap);
		mpz_clear(wrap);
	}
}

/* -2^255 to 2^255 - 1 */
static bool fits(const mpz_t value)
{
	mpz_t folded;
	bool answer;

	mpz_init(folded);
	if (mpz_sgn(value) < 0)
		mpz_com(folded, value);
	else
		mpz_set(folded, value);
	answer = mpz_sgn(folded) == 0 || mpz_sizeinbase(folded, 2) <= 255;
	mpz_clear(folded);
	return answer;
}

static void expect_ok(const struct trial *t, const char *operation, bool ok, i256 got,
		      bool is_defined)
{
	if (ok != (is_defined && fits(t->want)) || (ok && !u256_equal(got.bits, from_mpz(t->want))))
		complain(t, operation);
}

static void try_arithmetic(struct trial *t)
{
	bool is_defined = !u256_is_zero(t->b.bits);
	i256 got = {U256_ZERO};
	bool ok;

	mpz_add(t->want, t->x, t->y);
	ok = i256_add_ok(&got, t->a, t->b);
	expect_ok(t, "add", ok, got, true);
	mpz_sub(t->want, t->x, t->y);
	ok = i256_sub_ok(&got, t->a, t->b);
	expect_ok(t, "sub", ok, got, true);
	mpz_mul(t->want, t->x, t->y);
	ok = i256_mul_ok(&got, t->a, t->b);
	expect_ok(t, "mul", ok, got, true);
	mpz_neg(t->want, t->x);
	ok = i256_neg_ok(&got, t->a);
	expect_ok(t, "neg", ok, got, true);
	if (is_defined)
		mpz_tdiv_q(t->want, t->x, t->y);
	ok = i256_div_ok(&got, t->a, t->b);
	expect_ok(t, "div", ok, got, is_defined);
	if (is_defined)
		mpz_tdiv_r(t->want, t->x, t->y);
	ok = i256_mod_ok(&got, t->a, t->b);
	expect_ok(t, "mod", ok, got, is_defined);
}

static void try_views(struct trial *t, unsigned bits)
{
	int want = mpz_cmp(t->x, t->y);
	u256 magnitude;
	i256 back;

	want = (want > 0) - (want < 0);
	if (i256_compare(t->a, t->b) != want)
		complain(t, "compare");
	if (i256_is_negative(t->a) != (mpz_sgn(t->x) < 0))
		complain(t, "is_negative");
	mpz_abs(t->want, t->x);
	if (!u256_equal(i256_magnitude(t->a), from_mpz(t->want)))
		complain(t, "magnitude");
	mpz_fdiv_q_2exp(t->want, t->x, bits);
	if (!u256_equal(i256_shift_right(t->a, bits).bits, from_mpz(t->want)))
		complain(t, "shift_right");
	if (i256_to_u256(&magnitude, t->a) == i256_is_negative(t->a))
		complain(t, "to_u256");
	if (i256_from_u256(&back, t->a.bits) == i256_is_negative(t->a))
		complain(t, "from_u256");
}

static void try_text(struct trial *t)
{
	char text[I256_DECIMAL_SIZE];
	char wanted[I256_DECIMAL_SIZE + 2];
	struct error err;
	i256 back;

	if (strcmp(i256_format(text, t->a), mpz_get_str(wanted, 10, t->x)) != 0)
		complain(t, "format");
	must_succeed(i256_parse(&back, text, strlen(text), &err), &err);
	if (!u256_equal(back.bits, t->a.bits))
		complain(t, "parse");
	to_mpz(t->want, t->a.bits);
	to_mpz(t->y, t->b.bits);
	mpz_sub(t->want, t->want, t->y);
	if (strcmp(u256_format_difference(text, t->a.bits, t->b.bits),
		   mpz_get_str(wanted, 10, t->want)) != 0)
		complain(t, "format_difference");
}

static void every_operation_agrees_with_gmp(void **unused)
{
	uint64_t state = seed;
	struct trial t;

	(void)unused;
	mpz_inits(t.x, t.y, t.want, NULL);
	for (unsigned i = 0; i < PAIRS; i++) {
		uint64_t dice = random_word(&state);

		t.state = state;
		t.a.bits = random_u256(&state);
		t.b.bits = random_u256(&state);
		if (dice & 1)
			t.a.bits = u256_not(t.a.bits);
		if (dice & 2)
			t.b.bits = u256_not(t.b.bits);
		signed_to_mpz(t.x, t.a);
		signed_to_mpz(t.y, t.b);
		try_arithmetic(&t);
		try_views(&t, (unsigned)(dice >> 8) % 300);
		try_text(&t);
	}
	mpz_clears(t.x, t.y, t.want, NULL);
}

static i256 number(const char *text)
{
	struct error err;
	i256 value;

	must_succeed(i256_parse(&value, text, strlen(text), &err), &err);
	return value;
}

static const char smallest[] =
	"-57896044618658097711785492504343953926634992332820282019728792003956564819968";
static const char largest[] =
	"57896044618658097711785492504343953926634992332820282019728792003956564819967";

static void the_range_has_exact_ends(void **unused)
{
	i256 low = number(smallest);
	i256 high = number(largest);
	char text[I256_DECIMAL_SIZE];
	i256 out;
	u256 magnitude;

	(void)unused;
	assert_string_equal(i256_format(text, low), smallest);
	assert_string_equal(i256_format(text, high), largest);
	assert_false(i256_neg_ok(&out, low));
	assert_false(i256_div_ok(&out, low, i256_from(-1)));
	assert_true(i256_mod_ok(&out, low, i256_from(-1)));
	assert_true(u256_is_zero(out.bits));
	assert_false(i256_add_ok(&out, high, i256_from(1)));
	assert_false(i256_sub_ok(&out, low, i256_from(1)));
	assert_false(i256_mul_ok(&out, low, i256_from(-1)));
	assert_true(i256_mul_ok(&out, low, i256_from(1)));
	assert_true(u256_equal(i256_magnitude(low), low.bits));
	assert_false(i256_to_u256(&magnitude, low));
	assert_false(i256_from_u256(&out, low.bits));
	assert_true(i256_compare(low, high) < 0);
}

static void division_truncates_towards_zero(void **unused)
{
	i256 out;

	(void)unused;
	assert_true(i256_div_ok(&out, i256_from(-7), i256_from(2)));
	assert_true(u256_equal(out.bits, i256_from(-3).bits));
	assert_true(i256_mod_ok(&out, i256_from(-7), i256_from(2)));
	assert_true(u256_equal(out.bits, i256_from(-1).bits));
	assert_true(i256_mod_ok(&out, i256_from(7), i256_from(-2)));
	assert_true(u256_equal(out.bits, i256_from(1).bits));
	assert_false(i256_div_ok(&out, i256_from(1), i256_from(0)));
	assert_false(i256_mod_ok(&out, i256_from(1), i256_from(0)));
	/* The shift rounds down instead. */
	assert_true(u256_equal(i256_shift_right(i256_from(-7), 1).bits, i256_from(-4).bits));
	assert_true(u256_equal(i256_shift_right(i256_from(-7), 256).bits, i256_from(-1).bits));
	assert_true(u256_equal(i256_shift_right(i256_from(7), 999).bits, U256_ZERO));
}

static void small_values_keep_their_sign(void **unused)
{
	char text[I256_DECIMAL_SIZE];

	(void)unused;
	assert_string_equal(i256_format(text, i256_from(0)), "0");
	assert_string_equal(i256_format(text, i256_from(-1)), "-1");
	assert_string_equal(i256_format(text, i256_from(INT64_MIN)), "-9223372036854775808");
	assert_string_equal(i256_format(text, i256_from(INT64_MAX)), "9223372036854775807");
	assert_true(u256_equal(i256_from(-1).bits, U256_MAX));
}

static void differences_of_unsigned_figures_always_fit(void **unused)
{
	char text[I256_DECIMAL_SIZE];

	(void)unused;
	assert_string_equal(u256_format_difference(text, u256_from(3), u256_from(15)), "-12");
	assert_string_equal(u256_format_difference(text, u256_from(3), u256_from(3)), "0");
	assert_string_equal(u256_format_difference(text, u256_from(10), u256_from(3)), "7");
	assert_string_equal(
		u256_format_difference(text, U256_ZERO, U256_MAX),
		"-115792089237316195423570985008687907853269984665640564039457584007913129639935");
}

static void refuses(const char *text, const char *message)
{
	struct error err = {0};
	i256 value;

	assert_int_equal(i256_parse(&value, text, strlen(text), &err), ERR_BAD_DATA);
	assert_non_null(strstr(err.message, message));
}

static void text_is_strict(void **unused)
{
	(void)unused;
	refuses("", "at least one digit");
	refuses("-", "at least one digit");
	refuses("-0", "zero has no sign");
	refuses("--1", "bad decimal digit");
	refuses("+1", "bad decimal digit");
	refuses("- 1", "bad decimal digit");
	refuses("-01", "leading zeros");
	refuses("57896044618658097711785492504343953926634992332820282019728792003956564819968",
		"range");
	refuses("-57896044618658097711785492504343953926634992332820282019728792003956564819969",
		"range");
	refuses("-115792089237316195423570985008687907853269984665640564039457584007913129639935",
		"range");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_operation_agrees_with_gmp),
		cmocka_unit_test(the_range_has_exact_ends),
		cmocka_unit_test(division_truncates_towards_zero),
		cmocka_unit_test(small_values_keep_their_sign),
		cmocka_unit_test(differences_of_unsigned_figures_always_fit),
		cmocka_unit_test(text_is_strict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
