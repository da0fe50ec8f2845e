#include "abi/u256.h"

#include "tests/abi/check.h"
#include "tests/abi/random.h"

enum { TRIPLES = 200000 };

static const uint64_t seed = UINT64_C(0x5eed0001);

static u256 number(const char *text)
{
	struct error err;
	u256 value;

	must_succeed(u256_parse(&value, text, strlen(text), &err), &err);
	return value;
}

static u256 hex(const char *text)
{
	struct error err;
	u256 value;

	must_succeed(u256_parse_hex(&value, text, strlen(text), &err), &err);
	return value;
}

/* One triple, the same as GMP's numbers, and GMP's answer. */
struct trial {
	uint64_t state; /* the generator's before this trial */
	u256 a, b, c;
	mpz_t x, y, z, want, rest;
};

static void complain(const struct trial *t, const char *operation)
{
	char a[U256_HEX_SIZE];
	char b[U256_HEX_SIZE];
	char c[U256_HEX_SIZE];

	print_message("seed 0x%llx, state 0x%llx: %s of %s, %s, %s\n", (unsigned long long)seed,
		      (unsigned long long)t->state, operation, u256_format_hex(a, t->a),
		      u256_format_hex(b, t->b), u256_format_hex(c, t->c));
	fail();
}

/* t->want must be what came out, and not ok exactly where it does not fit or `is_defined` isn't. */
static void expect_ok(const struct trial *t, const char *operation, bool ok, u256 got,
		      bool is_defined)
{
	bool fits = is_defined && mpz_sgn(t->want) >= 0 && mpz_sizeinbase(t->want, 2) <= 256;

	if (ok != fits || (ok && !u256_equal(got, from_mpz(t->want))))
		complain(t, operation);
}

static void expect_wrap(const struct trial *t, const char *operation, u256 got)
{
	if (!u256_equal(got, from_mpz(t->want)))
		complain(t, operation);
}

static void expect_true(const struct trial *t, const char *operation, bool truth)
{
	if (!truth)
		complain(t, operation);
}

static void try_sums(struct trial *t)
{
	u256 got = U256_ZERO;
	bool ok;

	mpz_add(t->want, t->x, t->y);
	ok = u256_add_ok(&got, t->a, t->b);
	expect_ok(t, "add", ok, got, true);
	expect_wrap(t, "add_wrap", u256_add_wrap(t->a, t->b));
	mpz_sub(t->want, t->x, t->y);
	ok = u256_sub_ok(&got, t->a, t->b);
	expect_ok(t, "sub", ok, got, true);
	expect_wrap(t, "sub_wrap", u256_sub_wrap(t->a, t->b));
}

static void try_products(struct trial *t)
{
	u256 got = U256_ZERO;
	u256 high;
	u256 low;
	bool ok;

	mpz_mul(t->want, t->x, t->y);
	ok = u256_mul_ok(&got, t->a, t->b);
	expect_ok(t, "mul", ok, got, true);
	expect_wrap(t, "mul_wrap", u256_mul_wrap(t->a, t->b));
	u256_mul_full(&high, &low, t->a, t->b);
	expect_wrap(t, "mul_full low", low);
	mpz_fdiv_q_2exp(t->want, t->want, 256);
	expect_wrap(t, "mul_full high", high);
}

static void try_quotients(struct trial *t)
{
	bool is_defined = !u256_is_zero(t->b);
	u256 got = U256_ZERO;
	bool ok;

	if (is_defined)
		mpz_fdiv_qr(t->want, t->rest, t->x, t->y);
	ok = u256_div_ok(&got, t->a, t->b);
	expect_ok(t, "div", ok, got, is_defined);
	mpz_swap(t->want, t->rest);
	ok = u256_mod_ok(&got, t->a, t->b);
	expect_ok(t, "mod", ok, got, is_defined);
}

static void try_mul_div(struct trial *t)
{
	bool is_defined = !u256_is_zero(t->c);
	u256 got = U256_ZERO;
	bool ok;

	if (is_defined) {
		mpz_mul(t->want, t->x, t->y);
		mpz_fdiv_q(t->want, t->want, t->z);
	}
	ok = u256_mul_div_ok(&got, t->a, t->b, t->c);
	expect_ok(t, "mul_div", ok, got, is_defined);
	if (is_defined) {
		mpz_mul(t->want, t->x, t->y);
		mpz_cdiv_q(t->want, t->want, t->z);
	}
	ok = u256_mul_div_up_ok(&got, t->a, t->b, t->c);
	expect_ok(t, "mul_div_up", ok, got, is_defined);
}

static void try_bits(struct trial *t)
{
	unsigned bits = (unsigned)(t->c.word[0] % 300);

	mpz_mul_2exp(t->want, t->x, bits);
	expect_wrap(t, "shift_left", u256_shift_left(t->a, bits));
	mpz_fdiv_q_2exp(t->want, t->x, bits);
	expect_wrap(t, "shift_right", u256_shift_right(t->a, bits));
	mpz_and(t->want, t->x, t->y);
	expect_wrap(t, "and", u256_and(t->a, t->b));
	mpz_ior(t->want, t->x, t->y);
	expect_wrap(t, "or", u256_or(t->a, t->b));
	mpz_xor(t->want, t->x, t->y);
	expect_wrap(t, "xor", u256_xor(t->a, t->b));
	mpz_com(t->want, t->x);
	expect_wrap(t, "not", u256_not(t->a));
	expect_true(t, "bit_length",
		    u256_bit_length(t->a) == (mpz_sgn(t->x) ? mpz_sizeinbase(t->x, 2) : 0));
}

static void try_power(struct trial *t)
{
	unsigned exponent = (unsigned)(t->c.word[0] % 20);
	u256 got = U256_ZERO;
	bool ok;

	mpz_pow_ui(t->want, t->x, exponent);
	ok = u256_pow_ok(&got, t->a, exponent);
	expect_ok(t, "pow", ok, got, true);
}

static void try_order(struct trial *t)
{
	int want = mpz_cmp(t->x, t->y);
	uint64_t small = 0;

	want = (want > 0) - (want < 0);
	expect_true(t, "compare", u256_compare(t->a, t->b) == want);
	expect_true(t, "less", u256_less(t->a, t->b) == (want < 0));
	expect_true(t, "equal", u256_equal(t->a, t->b) == (want == 0));
	expect_true(t, "is_zero", u256_is_zero(t->a) == (mpz_sgn(t->x) == 0));
	if (u256_to_u64(&small, t->a))
		expect_true(t, "to_u64", mpz_cmp_ui(t->x, small) == 0);
	else
		expect_true(t, "to_u64", mpz_sizeinbase(t->x, 2) > 64);
}

static void try_text(struct trial *t)
{
	char text[U256_DECIMAL_SIZE];
	char wanted[U256_DECIMAL_SIZE + 1];
	char digits[U256_HEX_SIZE];
	uint8_t bytes[U256_BYTES];

	expect_true(t, "format",
		    strcmp(u256_format(text, t->a), mpz_get_str(wanted, 10, t->x)) == 0);
	expect_true(t, "parse", u256_equal(number(text), t->a));
	expect_true(t, "format_hex",
		    strcmp(u256_format_hex(digits, t->a) + 2, mpz_get_str(wanted, 16, t->x)) == 0);
	expect_true(t, "parse_hex", u256_equal(hex(digits), t->a));
	u256_to_be(bytes, t->a);
	expect_true(t, "bytes", u256_equal(u256_from_be(bytes), t->a));
	mpz_import(t->want, sizeof(bytes), 1, 1, 0, 0, bytes);
	expect_wrap(t, "to_be", t->a);
}

static void every_operation_agrees_with_gmp(void **unused)
{
	uint64_t state = seed;
	struct trial t;

	(void)unused;
	mpz_inits(t.x, t.y, t.z, t.want, t.rest, NULL);
	for (unsigned i = 0; i < TRIPLES; i++) {
		t.state = state;
		t.a = random_u256(&state);
		t.b = random_word(&state) % 16 ? random_u256(&state) : t.a;
		t.c = random_u256(&state);
		to_mpz(t.x, t.a);
		to_mpz(t.y, t.b);
		to_mpz(t.z, t.c);
		try_sums(&t);
		try_products(&t);
		try_quotients(&t);
		try_mul_div(&t);
		try_bits(&t);
		try_power(&t);
		try_order(&t);
		try_text(&t);
	}
	mpz_clears(t.x, t.y, t.z, t.want, t.rest, NULL);
}

/* Quotients one below a whole multiple make the guess too large by one more than usual. */
static void divisions_near_multiples_agree_with_gmp(void **unused)
{
	uint64_t state = seed + 1;
	struct trial t;

	(void)unused;
	mpz_inits(t.x, t.y, t.z, t.want, t.rest, NULL);
	for (unsigned i = 0; i < TRIPLES; i++) {
		t.state = state;
		t.b = random_u256(&state);
		t.c = random_u256(&state);
		t.a = u256_sub_wrap(u256_mul_wrap(t.b, t.c), u256_from(random_word(&state) % 3));
		to_mpz(t.x, t.a);
		to_mpz(t.y, t.b);
		to_mpz(t.z, t.c);
		try_quotients(&t);
		try_mul_div(&t);
	}
	mpz_clears(t.x, t.y, t.z, t.want, t.rest, NULL);
}

static void knuths_add_back_step_is_right(void **unused)
{
	/* The guess 2^64-1 survives the test with the second word, which is 0, and is too large. */
	u256 a = {{0, 0, UINT64_C(1) << 63, UINT64_C(0x7fffffffffffffff)}};
	u256 b = {{1, 0, UINT64_C(1) << 63, 0}};
	u256 quotient;
	u256 rest;
	u256 back;

	(void)unused;
	assert_true(u256_div_ok(&quotient, a, b));
	assert_true(u256_equal(quotient, u256_from(UINT64_C(0xfffffffffffffffe))));
	assert_true(u256_mod_ok(&rest, a, b));
	assert_true(u256_less(rest, b));
	back = u256_add_wrap(u256_mul_wrap(quotient, b), rest);
	assert_true(u256_equal(back, a));
}

static void mul_div_rounds_up_only_where_something_is_left(void **unused)
{
	u256 out;

	(void)unused;
	assert_true(u256_mul_div_ok(&out, u256_from(7), u256_from(3), u256_from(2)));
	assert_true(u256_equal(out, u256_from(10)));
	assert_true(u256_mul_div_up_ok(&out, u256_from(7), u256_from(3), u256_from(2)));
	assert_true(u256_equal(out, u256_from(11)));
	assert_true(u256_mul_div_up_ok(&out, u256_from(8), u256_from(3), u256_from(2)));
	assert_true(u256_equal(out, u256_from(12)));
	assert_true(u256_mul_div_ok(&out, U256_MAX, U256_MAX, U256_MAX));
	assert_true(u256_equal(out, U256_MAX));
	assert_false(u256_mul_div_ok(&out, U256_MAX, u256_from(2), U256_ONE));
	assert_false(u256_mul_div_ok(&out, U256_MAX, U256_MAX, U256_ZERO));
}

static void mul_div_up_refuses_what_rounding_carries_out_of_range(void **unused)
{
	u256 a = u256_sub_wrap(U256_MAX, U256_ONE);
	u256 c = u256_shift_left(U256_ONE, 255);
	u256 b = u256_add_wrap(c, U256_ONE);
	u256 out;

	(void)unused;
	/* a b / c = 2^256 - 1 and a rest. */
	assert_true(u256_mul_div_ok(&out, a, b, c));
	assert_true(u256_equal(out, U256_MAX));
	assert_false(u256_mul_div_up_ok(&out, a, b, c));
	/* Without a rest nothing is rounded. */
	assert_true(u256_mul_div_up_ok(&out, U256_MAX, c, c));
	assert_true(u256_equal(out, U256_MAX));
}

static void zero_is_no_divisor(void **unused)
{
	u256 out;

	(void)unused;
	assert_false(u256_div_ok(&out, U256_ONE, U256_ZERO));
	assert_false(u256_mod_ok(&out, U256_ONE, U256_ZERO));
	assert_false(u256_mul_div_ok(&out, U256_ONE, U256_ONE, U256_ZERO));
	assert_false(u256_mul_div_up_ok(&out, U256_ZERO, U256_ZERO, U256_ZERO));
}

static void powers_are_checked(void **unused)
{
	u256 out;

	(void)unused;
	assert_true(u256_pow_ok(&out, U256_ZERO, 0));
	assert_true(u256_equal(out, U256_ONE));
	assert_true(u256_pow_ok(&out, U256_ZERO, UINT32_MAX));
	assert_true(u256_is_zero(out));
	assert_true(u256_pow_ok(&out, U256_ONE, UINT32_MAX));
	assert_true(u256_equal(out, U256_ONE));
	assert_true(u256_pow_ok(&out, u256_from(10), 77));
	assert_true(u256_equal(out, number("1000000000000000000000000000000000000000000000000000000"
					   "00000000000000000000000")));
	assert_false(u256_pow_ok(&out, u256_from(10), 78));
	assert_true(u256_pow_ok(&out, u256_from(2), 255));
	assert_false(u256_pow_ok(&out, u256_from(2), 256));
	assert_true(u256_pow_ok(&out, U256_MAX, 1));
	assert_false(u256_pow_ok(&out, U256_MAX, 2));
}

static void known_numbers_have_their_texts(void **unused)
{
	static const char *const texts[] = {
		"0",
		"9",
		"10",
		"99",
		"100",
		"9999999999999999999",
		"10000000000000000000",
		"18446744073709551615",
		"18446744073709551616",
		"100000000000000000000000000000000000000",
		"340282366920938463463374607431768211456",
		"115792089237316195423570985008687907853269984665640564039457584007913129639935",
	};
	char text[U256_DECIMAL_SIZE];

	(void)unused;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_string_equal(u256_format(text, number(texts[i])), texts[i]);
	assert_true(u256_equal(number(texts[11]), U256_MAX));
}

static void powers_of_ten_have_their_texts(void **unused)
{
	char text[U256_DECIMAL_SIZE];
	u256 value = U256_ONE;

	(void)unused;
	for (unsigned zeros = 0; zeros <= 77; zeros++) {
		assert_int_equal(strlen(u256_format(text, value)), zeros + 1);
		assert_int_equal(text[0], '1');
		assert_int_equal(strspn(text + 1, "0"), zeros);
		if (zeros < 77)
			assert_true(u256_mul_ok(&value, value, u256_from(10)));
	}
}

static void refuses(const char *text, const char *message)
{
	struct error err = {0};
	u256 value;

	assert_int_equal(u256_parse(&value, text, strlen(text), &err), ERR_BAD_DATA);
	assert_non_null(strstr(err.message, message));
	assert_int_equal(u256_parse(&value, text, strlen(text), NULL), ERR_BAD_DATA);
}

static void decimal_text_is_strict(void **unused)
{
	struct error err;
	u256 value;

	(void)unused;
	refuses("", "at least one digit");
	refuses("00", "leading zeros");
	refuses("01", "leading zeros");
	refuses("-1", "character 0");
	refuses("+1", "character 0");
	refuses(" 1", "character 0");
	refuses("1 ", "character 1");
	refuses("1_000", "character 1");
	refuses("1.0", "character 1");
	refuses("0x10", "character 1");
	refuses("1e18", "character 1");
	refuses("115792089237316195423570985008687907853269984665640564039457584007913129639936",
		"256 bits");
	refuses("999999999999999999999999999999999999999999999999999999999999999999999999999999",
		"256 bits");
	refuses("1000000000000000000000000000000000000000000000000000000000000000000000000000000",
		"256 bits");
	/* The length counts, not the NUL. */
	must_succeed(u256_parse(&value, "123", 2, &err), &err);
	assert_true(u256_equal(value, u256_from(12)));
	assert_int_equal(u256_parse(&value, "1\0002", 3, &err), ERR_BAD_DATA);
}

static void refuses_hex(const char *text, const char *message)
{
	struct error err = {0};
	u256 value;

	assert_int_equal(u256_parse_hex(&value, text, strlen(text), &err), ERR_BAD_DATA);
	assert_non_null(strstr(err.message, message));
}

static void hexadecimal_text_is_strict(void **unused)
{
	char text[U256_HEX_SIZE];

	(void)unused;
	refuses_hex("", "begin with 0x");
	refuses_hex("10", "begin with 0x");
	refuses_hex("0X10", "begin with 0x");
	refuses_hex("0x", "at least one digit");
	refuses_hex("0xg", "character 2");
	refuses_hex("0x1 ", "character 3");
	refuses_hex("0x-1", "character 2");
	refuses_hex("0x00000000000000000000000000000000000000000000000000000000000000001",
		    "64 hexadecimal digits");
	assert_true(u256_equal(
		hex("0x0000000000000000000000000000000000000000000000000000000000000001"),
		U256_ONE));
	assert_true(u256_equal(hex("0xFf"), u256_from(255)));
	assert_string_equal(u256_format_hex(text, U256_ZERO), "0x0");
	assert_string_equal(u256_format_hex(text, u256_from(0xabc)), "0xabc");
	assert_string_equal(u256_format_hex(text, U256_MAX),
			    "0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
}

static void fixed_point_text_has_all_places(void **unused)
{
	struct arena *arena = arena_new();
	u256 one = number("1000000000000000000");

	(void)unused;
	assert_string_equal(u256_format_fixed(arena, one, 18), "1.000000000000000000");
	assert_string_equal(u256_format_fixed(arena, U256_ONE, 18), "0.000000000000000001");
	assert_string_equal(u256_format_fixed(arena, U256_ZERO, 2), "0.00");
	assert_string_equal(u256_format_fixed(arena, u256_from(12345), 0), "12345");
	assert_string_equal(u256_format_fixed(arena, u256_from(12345), 2), "123.45");
	assert_string_equal(u256_format_fixed(arena, u256_from(12345), 5), "0.12345");
	assert_string_equal(u256_format_fixed(arena, u256_from(12345), 6), "0.012345");
	assert_string_equal(u256_format_fixed(arena, U256_MAX, 77),
			    "1.15792089237316195423570985008687907853269984665640564039457584007913"
			    "129639935");
	arena_free(arena);
}

static void bytes_are_big_endian(void **unused)
{
	uint8_t bytes[U256_BYTES] = {1, 2, [7] = 8, [31] = 32};
	uint8_t back[U256_BYTES];
	u256 value = u256_from_be(bytes);

	(void)unused;
	assert_true(value.word[3] == UINT64_C(0x0102000000000008));
	assert_true(value.word[0] == 32);
	u256_to_be(back, value);
	assert_memory_equal(back, bytes, sizeof(bytes));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_operation_agrees_with_gmp),
		cmocka_unit_test(divisions_near_multiples_agree_with_gmp),
		cmocka_unit_test(knuths_add_back_step_is_right),
		cmocka_unit_test(mul_div_rounds_up_only_where_something_is_left),
		cmocka_unit_test(mul_div_up_refuses_what_rounding_carries_out_of_range),
		cmocka_unit_test(zero_is_no_divisor),
		cmocka_unit_test(powers_are_checked),
		cmocka_unit_test(known_numbers_have_their_texts),
		cmocka_unit_test(powers_of_ten_have_their_texts),
		cmocka_unit_test(decimal_text_is_strict),
		cmocka_unit_test(hexadecimal_text_is_strict),
		cmocka_unit_test(fixed_point_text_has_all_places),
		cmocka_unit_test(bytes_are_big_endian),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
