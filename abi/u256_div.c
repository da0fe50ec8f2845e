/*
 * Division: Knuth's algorithm D (The Art of Computer Programming 2, 4.3.1) on 64-bit words, up to
 * eight words by four. Each quotient word is guessed from the dividend's highest words and the
 * divisor's highest one, corrected with the divisor's second word, and is then at most one too
 * large, which the subtraction shows; the divisor is added back in that rare case.
 */
#include <string.h>

#include "abi/u256.h"
#include "abi/word.h"

enum { WORDS_MAX = 8, DIVISOR_WORDS_MAX = 4 };

static unsigned significant(const uint64_t *words, unsigned count)
{
	while (count && !words[count - 1])
		count--;
	return count;
}

/* The word that stands `shift` (0 to 63) bits higher, filled up from the word below it. */
static inline uint64_t shifted(uint64_t word, uint64_t below, unsigned shift)
{
	return word << shift | below >> 1 >> (63 - shift);
}

static uint64_t divide_by_word(uint64_t *quotient, const uint64_t *dividend, unsigned count,
			       uint64_t divisor)
{
	unsigned shift = (unsigned)__builtin_clzll(divisor);
	uint64_t normal = divisor << shift;
	uint64_t reciprocal = word_reciprocal(normal);
	uint64_t rest = dividend[count - 1] >> 1 >> (63 - shift);

	for (unsigned i = count; i-- > 0;) {
		uint64_t word = shifted(dividend[i], i ? dividend[i - 1] : 0, shift);

		quotient[i] = word_divide(&rest, rest, word, normal, reciprocal);
	}
	return rest >> shift;
}

/* One quotient word from the dividend's three words at and below top[0]; at most one too large. */
static inline uint64_t guess_word(const uint64_t *top, const uint64_t *divisor, unsigned count,
				  uint64_t reciprocal)
{
	uint64_t first = divisor[count - 1];
	uint64_t second = divisor[count - 2];
	uint64_t guess;
	uint64_t rest;

	if (top[0] >= first) { /* equal: a larger one would have been subtracted before */
		guess = UINT64_MAX;
		rest = top[-1] + first;
		if (rest < first)
			return guess;
	} else {
		guess = word_divide(&rest, top[0], top[-1], first, reciprocal);
	}
	while ((u128)guess * second > ((u128)rest << 64 | top[-2])) {
		guess--;
		rest += first;
		if (rest < first)
			break;
	}
	return guess;
}

/* dividend -= divisor * factor on count + 1 words; returns the borrow. */
static inline uint64_t subtract_product(uint64_t *dividend, const uint64_t *divisor, unsigned count,
					uint64_t factor)
{
	uint64_t carry = 0;
	uint64_t last = dividend[count];

	for (unsigned i = 0; i < count; i++) {
		u128 product = (u128)divisor[i] * factor + carry;
		uint64_t low = (uint64_t)product;

		carry = (uint64_t)(product >> 64) + (dividend[i] < low);
		dividend[i] -= low;
	}
	dividend[count] = last - carry;
	return last < carry;
}

static void add_back(uint64_t *dividend, const uint64_t *divisor, unsigned count)
{
	u128 sum = 0;

	for (unsigned i = 0; i < count; i++) {
		sum += (u128)dividend[i] + divisor[i];
		dividend[i] = (uint64_t)sum;
		sum >>= 64;
	}
	dividend[count] += (uint64_t)sum;
}

/* Two or more divisor words, dividend_count >= divisor_count. */
static void divide_long(uint64_t *quotient, uint64_t *remainder, const uint64_t *dividend,
			unsigned dividend_count, const uint64_t *divisor, unsigned divisor_count)
{
	unsigned shift = (unsigned)__builtin_clzll(divisor[divisor_count - 1]);
	uint64_t rest[WORDS_MAX + 1];
	uint64_t normal[DIVISOR_WORDS_MAX];
	uint64_t reciprocal;

	for (unsigned i = divisor_count; i-- > 0;)
		normal[i] = shifted(divisor[i], i ? divisor[i - 1] : 0, shift);
	rest[dividend_count] = dividend[dividend_count - 1] >> 1 >> (63 - shift);
	for (unsigned i = dividend_count; i-- > 0;)
		rest[i] = shifted(dividend[i], i ? dividend[i - 1] : 0, shift);
	reciprocal = word_reciprocal(normal[divisor_count - 1]);
	for (unsigned i = dividend_count - divisor_count + 1; i-- > 0;) {
		uint64_t guess =
			guess_word(rest + i + divisor_count, normal, divisor_count, reciprocal);

		if (subtract_product(rest + i, normal, divisor_count, guess)) {
			add_back(rest + i, normal, divisor_count);
			guess--;
		}
		quotient[i] = guess;
	}
	for (unsigned i = 0; i < divisor_count; i++) /* the word above is 0 where i is the last */
		remainder[i] = rest[i] >> shift | rest[i + 1] << 1 << (63 - shift);
}

/*
 * The dividend's lowest `count` words by a divisor that is not 0. The quotient must fit into 256
 * bits; u256_mul_div_ok looks before.
 */
static void divide(u256 *quotient, u256 *remainder, const uint64_t *dividend, unsigned count,
		   const u256 *divisor)
{
	unsigned divisor_count = significant(divisor->word, 4);
	uint64_t words[WORDS_MAX] = {0};

	count = significant(dividend, count);
	*remainder = U256_ZERO;
	if (count < divisor_count) {
		memcpy(remainder->word, dividend, count * sizeof(*dividend));
	} else if (divisor_count > 1) {
		divide_long(words, remainder->word, dividend, count, divisor->word, divisor_count);
	} else if (count == 1) {
		words[0] = dividend[0] / divisor->word[0];
		remainder->word[0] = dividend[0] % divisor->word[0];
	} else if (count > 1) {
		remainder->word[0] = divide_by_word(words, dividend, count, divisor->word[0]);
	}
	memcpy(quotient->word, words, sizeof(quotient->word));
}

bool u256_div_ok(u256 *out, u256 a, u256 b)
{
	u256 remainder;

	if (u256_is_zero(b))
		return false;
	divide(out, &remainder, a.word, 4, &b);
	return true;
}

bool u256_mod_ok(u256 *out, u256 a, u256 b)
{
	u256 quotient;

	if (u256_is_zero(b))
		return false;
	divide(&quotient, out, a.word, 4, &b);
	return true;
}

static bool mul_div(u256 *quotient, u256 *remainder, const u256 *a, const u256 *b,
		    const u256 *divisor)
{
	u256 product[2]; /* low, high: eight words in a row */
	uint64_t words[WORDS_MAX];

	u256_mul_full(&product[1], &product[0], *a, *b);
	/* floor(product / divisor) < 2^256 exactly when high < divisor; refuses 0 as well. */
	if (!u256_less(product[1], *divisor))
		return false;
	memcpy(words, product[0].word, sizeof(product[0].word));
	memcpy(words + 4, product[1].word, sizeof(product[1].word));
	divide(quotient, remainder, words, WORDS_MAX, divisor);
	return true;
}

bool u256_mul_div_ok(u256 *out, u256 a, u256 b, u256 divisor)
{
	u256 remainder;

	return mul_div(out, &remainder, &a, &b, &divisor);
}

bool u256_mul_div_up_ok(u256 *out, u256 a, u256 b, u256 divisor)
{
	u256 remainder;

	if (!mul_div(out, &remainder, &a, &b, &divisor))
		return false;
	return u256_is_zero(remainder) || u256_add_ok(out, *out, U256_ONE);
}
