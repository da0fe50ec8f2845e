#include "abi/i256.h"

static const uint64_t sign_bit = UINT64_C(1) << 63;

static u256 negate(u256 bits)
{
	return u256_sub_wrap(U256_ZERO, bits);
}

/* The value with this magnitude and sign; false where it does not fit. */
static bool from_magnitude(i256 *out, u256 magnitude, bool is_negative)
{
	out->bits = is_negative ? negate(magnitude) : magnitude;
	/* 0 has no sign, and 2^255 only a negative one. */
	return u256_is_zero(magnitude) || i256_is_negative(*out) == is_negative;
}

i256 i256_from(int64_t value)
{
	uint64_t above = value < 0 ? UINT64_MAX : 0;

	return (i256){{{(uint64_t)value, above, above, above}}};
}

bool i256_from_u256(i256 *out, u256 value)
{
	out->bits = value;
	return !i256_is_negative(*out);
}

bool i256_to_u256(u256 *out, i256 value)
{
	*out = value.bits;
	return !i256_is_negative(value);
}

bool i256_is_negative(i256 a)
{
	return (a.bits.word[3] & sign_bit) != 0;
}

u256 i256_magnitude(i256 a)
{
	return i256_is_negative(a) ? negate(a.bits) : a.bits;
}

int i256_compare(i256 a, i256 b)
{
	/* With the sign bits turned over, two's complement sorts like unsigned. */
	a.bits.word[3] ^= sign_bit;
	b.bits.word[3] ^= sign_bit;
	return u256_compare(a.bits, b.bits);
}

bool i256_neg_ok(i256 *out, i256 a)
{
	return from_magnitude(out, i256_magnitude(a), !i256_is_negative(a));
}

bool i256_add_ok(i256 *out, i256 a, i256 b)
{
	bool sign = i256_is_negative(a);
	bool may_overflow = sign == i256_is_negative(b);

	out->bits = u256_add_wrap(a.bits, b.bits);
	return !may_overflow || i256_is_negative(*out) == sign;
}

bool i256_sub_ok(i256 *out, i256 a, i256 b)
{
	bool sign = i256_is_negative(a);
	bool may_overflow = sign != i256_is_negative(b);

	out->bits = u256_sub_wrap(a.bits, b.bits);
	return !may_overflow || i256_is_negative(*out) == sign;
}

bool i256_mul_ok(i256 *out, i256 a, i256 b)
{
	u256 magnitude;

	return u256_mul_ok(&magnitude, i256_magnitude(a), i256_magnitude(b)) &&
	       from_magnitude(out, magnitude, i256_is_negative(a) != i256_is_negative(b));
}

bool i256_div_ok(i256 *out, i256 a, i256 b)
{
	u256 magnitude;

	return u256_div_ok(&magnitude, i256_magnitude(a), i256_magnitude(b)) &&
	       from_magnitude(out, magnitude, i256_is_negative(a) != i256_is_negative(b));
}

bool i256_mod_ok(i256 *out, i256 a, i256 b)
{
	u256 magnitude;

	return u256_mod_ok(&magnitude, i256_magnitude(a), i256_magnitude(b)) &&
	       from_magnitude(out, magnitude, i256_is_negative(a));
}

i256 i256_shift_right(i256 a, unsigned bits)
{
	if (!i256_is_negative(a))
		return (i256){u256_shift_right(a.bits, bits)};
	/* Zeros shifted into the complement are ones in the value. */
	return (i256){u256_not(u256_shift_right(u256_not(a.bits), bits))};
}

static char *format_signed(char *out, u256 magnitude, bool is_negative)
{
	if (is_negative)
		*out = '-';
	(void)u256_format(out + is_negative, magnitude);
	return out;
}

char *u256_format_difference(char out[I256_DECIMAL_SIZE], u256 a, u256 b)
{
	bool is_negative = u256_less(a, b);

	return format_signed(out, is_negative ? u256_sub_wrap(b, a) : u256_sub_wrap(a, b),
			     is_negative);
}

char *i256_format(char *out, i256 value)
{
	return format_signed(out, i256_magnitude(value), i256_is_negative(value));
}

enum status i256_parse(i256 *out, const char *text, size_t length, struct error *err)
{
	bool is_negative = length > 0 && text[0] == '-';
	u256 magnitude;
	enum status st;

	st = u256_parse(&magnitude, text + is_negative, length - is_negative, err);
	if (st != OK)
		return st;
	if (is_negative && u256_is_zero(magnitude))
		return error_set(err, ERR_BAD_DATA, "zero has no sign");
	if (!from_magnitude(out, magnitude, is_negative))
		return error_set(err, ERR_BAD_DATA, "number outside the signed 256-bit range");
	return OK;
}
