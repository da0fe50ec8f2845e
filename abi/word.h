/*
 * word.h - 64-bit steps that the u256 files share. Private to abi/u256*.c.
 */
#ifndef ABI_WORD_H
#define ABI_WORD_H

#include <stdint.h>

__extension__ typedef unsigned __int128 u128;

/*
 * floor((2^128 - 1) / divisor) - 2^64 for a divisor with its highest bit set: what word_divide
 * needs. One slow division here replaces one for each word of the dividend.
 */
static inline uint64_t word_reciprocal(uint64_t divisor)
{
	return (uint64_t)(((u128)~divisor << 64 | UINT64_MAX) / divisor);
}

/*
 * (high * 2^64 + low) / divisor for high < divisor, by multiplication: Möller and Granlund,
 * "Improved division by invariant integers", algorithm 4. The divisor's highest bit is set.
 */
static inline uint64_t word_divide(uint64_t *remainder, uint64_t high, uint64_t low,
				   uint64_t divisor, uint64_t reciprocal)
{
	u128 guess = (u128)reciprocal * high + ((u128)high << 64 | low);
	uint64_t quotient = (uint64_t)(guess >> 64) + 1;
	uint64_t rest = low - quotient * divisor;

	if (rest > (uint64_t)guess) {
		quotient--;
		rest += divisor;
	}
	if (__builtin_expect(rest >= divisor, 0)) {
		quotient++;
		rest -= divisor;
	}
	*remainder = rest;
	return quotient;
}

#endif
