#include "abi/u256.h"

#include "abi/word.h"

u256 u256_from_be(const uint8_t bytes[32])
{
	return (u256){
		{get_be64(bytes + 24), get_be64(bytes + 16), get_be64(bytes + 8), get_be64(bytes)}};
}

void u256_to_be(uint8_t bytes[32], u256 value)
{
	put_be64(bytes, value.word[3]);
	put_be64(bytes + 8, value.word[2]);
	put_be64(bytes + 16, value.word[1]);
	put_be64(bytes + 24, value.word[0]);
}

int u256_compare(u256 a, u256 b)
{
	for (int i = 3; i >= 0; i--)
		if (a.word[i] != b.word[i])
			return a.word[i] < b.word[i] ? -1 : 1;
	return 0;
}

unsigned u256_bit_length(u256 a)
{
	for (unsigned i = 4; i-- > 0;)
		if (a.word[i])
			return 64 * i + 64 - (unsigned)__builtin_clzll(a.word[i]);
	return 0;
}

bool u256_to_u64(uint64_t *out, u256 a)
{
	*out = a.word[0];
	return (a.word[1] | a.word[2] | a.word[3]) == 0;
}

/* a + b modulo 2^256; returns the carry. */
static inline uint64_t add_words(u256 *out, u256 a, u256 b)
{
	u128 sum = 0;

	for (int i = 0; i < 4; i++) {
		sum += (u128)a.word[i] + b.word[i];
		out->word[i] = (uint64_t)sum;
		sum >>= 64;
	}
	return (uint64_t)sum;
}

/* a - b modulo 2^256; returns the borrow. */
static inline uint64_t subtract_words(u256 *out, u256 a, u256 b)
{
	uint64_t borrow = 0;

	for (int i = 0; i < 4; i++) {
		u128 difference = (u128)a.word[i] - b.word[i] - borrow;

		out->word[i] = (uint64_t)difference;
		borrow = (uint64_t)(difference >> 64) & 1;
	}
	return borrow;
}

/* a * b + more + carry, whose high half becomes the new carry: it always fits into 128 bits. */
static inline uint64_t multiply_step(uint64_t a, uint64_t b, uint64_t more, uint64_t *carry)
{
	u128 sum = (u128)a * b + more + *carry;

	*carry = (uint64_t)(sum >> 64);
	return (uint64_t)sum;
}

/* The four words of row * factor + accumulator; returns the fifth. Unrolled: loops cost twice. */
static inline uint64_t multiply_row(uint64_t out[4], const uint64_t row[4], uint64_t factor,
				    const uint64_t accumulator[4])
{
	uint64_t carry = 0;

	out[0] = multiply_step(row[0], factor, accumulator[0], &carry);
	out[1] = multiply_step(row[1], factor, accumulator[1], &carry);
	out[2] = multiply_step(row[2], factor, accumulator[2], &carry);
	out[3] = multiply_step(row[3], factor, accumulator[3], &carry);
	return carry;
}

/* The whole product of two values below 2^128. */
static inline u256 multiply_halves(const u256 *a, const u256 *b)
{
	u256 out;
	uint64_t carry = 0;

	out.word[0] = multiply_step(a->word[0], b->word[0], 0, &carry);
	out.word[1] = multiply_step(a->word[1], b->word[0], 0, &carry);
	out.word[2] = carry;
	carry = 0;
	out.word[1] = multiply_step(a->word[0], b->word[1], out.word[1], &carry);
	out.word[2] = multiply_step(a->word[1], b->word[1], out.word[2], &carry);
	out.word[3] = carry;
	return out;
}

/* Amounts of money are the usual case: their product cannot overflow. */
static inline bool both_halves(const u256 *a, const u256 *b)
{
	return (a->word[2] | a->word[3] | b->word[2] | b->word[3]) == 0;
}

bool u256_add_ok(u256 *out, u256 a, u256 b)
{
	return add_words(out, a, b) == 0;
}

bool u256_sub_ok(u256 *out, u256 a, u256 b)
{
	return subtract_words(out, a, b) == 0;
}

bool u256_mul_ok(u256 *out, u256 a, u256 b)
{
	u256 high;

	if (both_halves(&a, &b)) {
		*out = multiply_halves(&a, &b);
		return true;
	}
	u256_mul_full(&high, out, a, b);
	return u256_is_zero(high);
}

bool u256_pow_ok(u256 *out, u256 a, unsigned exponent)
{
	u256 result = U256_ONE;

	for (;;) {
		if (exponent & 1 && !u256_mul_ok(&result, result, a))
			return false;
		exponent >>= 1;
		if (!exponent)
			break;
		/* The square is a factor of the result, so its overflow is the result's. */
		if (!u256_mul_ok(&a, a, a))
			return false;
	}
	*out = result;
	return true;
}

u256 u256_add_wrap(u256 a, u256 b)
{
	u256 sum;

	(void)add_words(&sum, a, b);
	return sum;
}

u256 u256_sub_wrap(u256 a, u256 b)
{
	u256 difference;

	(void)subtract_words(&difference, a, b);
	return difference;
}

u256 u256_mul_wrap(u256 a, u256 b)
{
	u256 high;
	u256 low;

	u256_mul_full(&high, &low, a, b);
	return low;
}

u256 u256_shift_left(u256 a, unsigned bits)
{
	u256 out = U256_ZERO;
	unsigned words = bits / 64;
	unsigned rest = bits % 64;

	for (unsigned i = words; i < 4; i++) {
		out.word[i] = a.word[i - words] << rest;
		if (rest && i > words)
			out.word[i] |= a.word[i - words - 1] >> (64 - rest);
	}
	return out;
}

u256 u256_shift_right(u256 a, unsigned bits)
{
	u256 out = U256_ZERO;
	unsigned words = bits / 64;
	unsigned rest = bits % 64;

	for (unsigned i = 0; words < 4 && i < 4 - words; i++) {
		out.word[i] = a.word[i + words] >> rest;
		if (rest && i + words < 3)
			out.word[i] |= a.word[i + words + 1] << (64 - rest);
	}
	return out;
}

u256 u256_and(u256 a, u256 b)
{
	for (int i = 0; i < 4; i++)
		a.word[i] &= b.word[i];
	return a;
}

u256 u256_or(u256 a, u256 b)
{
	for (int i = 0; i < 4; i++)
		a.word[i] |= b.word[i];
	return a;
}

u256 u256_xor(u256 a, u256 b)
{
	for (int i = 0; i < 4; i++)
		a.word[i] ^= b.word[i];
	return a;
}

u256 u256_not(u256 a)
{
	for (int i = 0; i < 4; i++)
		a.word[i] = ~a.word[i];
	return a;
}

void u256_mul_full(u256 *high, u256 *low, u256 a, u256 b)
{
	uint64_t product[8] = {0};

	if (both_halves(&a, &b)) {
		*low = multiply_halves(&a, &b);
		*high = U256_ZERO;
		return;
	}
	product[4] = multiply_row(product, a.word, b.word[0], product);
	product[5] = multiply_row(product + 1, a.word, b.word[1], product + 1);
	product[6] = multiply_row(product + 2, a.word, b.word[2], product + 2);
	product[7] = multiply_row(product + 3, a.word, b.word[3], product + 3);
	*low = (u256){{product[0], product[1], product[2], product[3]}};
	*high = (u256){{product[4], product[5], product[6], product[7]}};
}
