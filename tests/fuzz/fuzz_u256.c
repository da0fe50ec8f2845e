/*
 * Identities of the arithmetic: 96 bytes are three operands.
 */
#include <stdlib.h>
#include <string.h>

#include "abi/i256.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { OPERANDS_SIZE = 96 };

static void must(bool truth)
{
	if (!truth)
		abort();
}

/* a == quotient * b + rest, rest < b */
static void check_division(u256 a, u256 b)
{
	u256 quotient;
	u256 rest;
	u256 back;

	if (!u256_div_ok(&quotient, a, b)) {
		must(u256_is_zero(b));
		return;
	}
	must(u256_mod_ok(&rest, a, b));
	must(u256_less(rest, b));
	must(u256_mul_ok(&back, quotient, b));
	must(u256_add_ok(&back, back, rest));
	must(u256_equal(back, a));
}

/* 0 <= a b - quotient c < c, on 512 bits. */
static void check_mul_div(u256 a, u256 b, u256 c)
{
	u256 high, low, back_high, back_low, rest, quotient, up;

	u256_mul_full(&high, &low, a, b);
	if (!u256_mul_div_ok(&quotient, a, b, c)) {
		must(!u256_less(high, c));
		return;
	}
	u256_mul_full(&back_high, &back_low, quotient, c);
	rest = u256_sub_wrap(low, back_low);
	must(u256_less(rest, c));
	if (u256_less(low, back_low))
		back_high = u256_add_wrap(back_high, U256_ONE);
	must(u256_equal(high, back_high));
	if (!u256_mul_div_up_ok(&up, a, b, c))
		must(u256_equal(quotient, U256_MAX) && !u256_is_zero(rest));
	else
		must(u256_equal(u256_sub_wrap(up, quotient),
				u256_is_zero(rest) ? U256_ZERO : U256_ONE));
}

static void check_sums(u256 a, u256 b)
{
	u256 sum = u256_add_wrap(a, b);
	u256 checked;

	must(u256_equal(u256_sub_wrap(sum, b), a));
	must(u256_add_ok(&checked, a, b) == !u256_less(sum, a));
	must(u256_sub_ok(&checked, a, b) == !u256_less(a, b));
	must(u256_equal(u256_xor(u256_and(a, b), u256_or(a, b)), u256_xor(a, b)));
}

static void check_shifts(u256 a, unsigned bits)
{
	u256 power;
	u256 quotient;

	if (!u256_pow_ok(&power, u256_from(2), bits)) {
		must(bits > 255 && u256_is_zero(u256_shift_left(a, bits)) &&
		     u256_is_zero(u256_shift_right(a, bits)));
		return;
	}
	must(u256_equal(u256_shift_left(a, bits), u256_mul_wrap(a, power)));
	must(u256_div_ok(&quotient, a, power));
	must(u256_equal(u256_shift_right(a, bits), quotient));
}

static void check_text(u256 a)
{
	char text[I256_DECIMAL_SIZE];
	uint8_t bytes[U256_BYTES];
	u256 back;
	i256 signed_back;

	(void)u256_format(text, a);
	must(u256_parse(&back, text, strlen(text), NULL) == OK && u256_equal(a, back));
	(void)u256_format_hex(text, a);
	must(u256_parse_hex(&back, text, strlen(text), NULL) == OK && u256_equal(a, back));
	(void)i256_format(text, (i256){a});
	must(i256_parse(&signed_back, text, strlen(text), NULL) == OK &&
	     u256_equal(a, signed_back.bits));
	u256_to_be(bytes, a);
	must(u256_equal(u256_from_be(bytes), a));
}

static void check_signed(i256 a, i256 b)
{
	i256 quotient;
	i256 rest;
	i256 back;

	if (!i256_div_ok(&quotient, a, b))
		return;
	must(i256_mod_ok(&rest, a, b));
	must(i256_mul_ok(&back, quotient, b));
	must(i256_add_ok(&back, back, rest));
	must(i256_compare(back, a) == 0);
	must(u256_less(i256_magnitude(rest), i256_magnitude(b)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t bytes[OPERANDS_SIZE] = {0};
	struct {
		u256 a, b, c;
	} n;

	if (size)
		memcpy(bytes, data, size < sizeof(bytes) ? size : sizeof(bytes));
	n.a = u256_from_be(bytes);
	n.b = u256_from_be(bytes + U256_BYTES);
	n.c = u256_from_be(bytes + 2 * U256_BYTES);
	check_division(n.a, n.b);
	check_mul_div(n.a, n.b, n.c);
	check_sums(n.a, n.b);
	check_shifts(n.a, (unsigned)(n.c.word[0] % 300));
	check_text(n.a);
	check_signed((i256){n.a}, (i256){n.b});
	return 0;
}
