/*
 * random.h - seeded, edge-weighted operands for the tests of u256 and i256.
 */
#ifndef TESTS_ABI_RANDOM_H
#define TESTS_ABI_RANDOM_H

#include <gmp.h>

#include "abi/i256.h"

static inline uint64_t random_word(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* Words of all ones, all zeros, one bit or near them, where carries and guesses go wrong. */
static inline uint64_t random_edge_word(uint64_t *state)
{
	uint64_t r = random_word(state);

	switch (r % 8) {
	case 0:
		return 0;
	case 1:
		return UINT64_MAX;
	case 2:
		return UINT64_C(1) << (r >> 8) % 64;
	case 3:
		return UINT64_C(1) << 63 | (r >> 8) % 4;
	case 4:
		return UINT64_MAX - (r >> 8) % 4;
	case 5:
		return (r >> 8) % 4;
	default:
		return random_word(state);
	}
}

static inline u256 random_u256(uint64_t *state)
{
	unsigned words = 1 + (unsigned)(random_word(state) % 4);
	bool is_plain = random_word(state) % 4 == 0;
	u256 value = U256_ZERO;

	for (unsigned i = 0; i < words; i++)
		value.word[i] = is_plain ? random_word(state) : random_edge_word(state);
	return u256_shift_right(value,
				(unsigned)(random_word(state) % 8 ? 0 : random_word(state) % 64));
}

static inline void to_mpz(mpz_t out, u256 value)
{
	mpz_import(out, 4, -1, sizeof(uint64_t), 0, 0, value.word);
}

/* The low 256 bits, two's complement where it is negative. */
static inline u256 from_mpz(const mpz_t value)
{
	u256 out = U256_ZERO;
	mpz_t low;

	mpz_init(low);
	mpz_fdiv_r_2exp(low, value, 256);
	(void)mpz_export(out.word, NULL, -1, sizeof(uint64_t), 0, 0, low);
	mpz_clear(low);
	return out;
}

#endif
