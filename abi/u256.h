/*
 * u256.h - unsigned 256-bit integers as 32-byte values, the EVM's word.
 *
 * Three families, told apart by their suffix:
 *   _ok    checked, as Solidity 0.8: false on overflow, underflow or a zero divisor; *out is then
 *          unspecified and must not be used.
 *   _wrap  modulo 2^256.
 *   none   cannot fail.
 * No heap, no floating point. Tests compare every operation with GMP.
 */
#ifndef ABI_U256_H
#define ABI_U256_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"

typedef struct {
	uint64_t word[4]; /* least significant first */
} u256;

enum {
	U256_BYTES = 32,
	U256_DECIMAL_SIZE = 79, /* 78 digits and the NUL */
	U256_HEX_SIZE = 67,     /* "0x", 64 digits, NUL */
};

#define U256_ZERO ((u256){{0, 0, 0, 0}})
#define U256_ONE ((u256){{1, 0, 0, 0}})
#define U256_MAX ((u256){{UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX}})

static inline u256 u256_from(uint64_t value)
{
	return (u256){{value, 0, 0, 0}};
}

/* 32 bytes, big-endian, as in calldata and storage. */
u256 u256_from_be(const uint8_t bytes[32]);
void u256_to_be(uint8_t bytes[32], u256 value);

static inline bool u256_is_zero(u256 a)
{
	return (a.word[0] | a.word[1] | a.word[2] | a.word[3]) == 0;
}

static inline bool u256_equal(u256 a, u256 b)
{
	return ((a.word[0] ^ b.word[0]) | (a.word[1] ^ b.word[1]) | (a.word[2] ^ b.word[2]) |
		(a.word[3] ^ b.word[3])) == 0;
}

/* -1, 0 or 1. */
int u256_compare(u256 a, u256 b);

static inline bool u256_less(u256 a, u256 b)
{
	return u256_compare(a, b) < 0;
}

/* Number of bits up to the highest set one; 0 for zero. */
unsigned u256_bit_length(u256 a);

/* False where the value does not fit. */
bool u256_to_u64(uint64_t *out, u256 a) MUST_CHECK;

bool u256_add_ok(u256 *out, u256 a, u256 b) MUST_CHECK;
bool u256_sub_ok(u256 *out, u256 a, u256 b) MUST_CHECK;
bool u256_mul_ok(u256 *out, u256 a, u256 b) MUST_CHECK;
bool u256_div_ok(u256 *out, u256 a, u256 b) MUST_CHECK; /* rounds down */
bool u256_mod_ok(u256 *out, u256 a, u256 b) MUST_CHECK;

/* floor(a * b / divisor) with the full 512-bit product; false if divisor is 0 or the quotient
 * needs more than 256 bits. */
bool u256_mul_div_ok(u256 *out, u256 a, u256 b, u256 divisor) MUST_CHECK;
/* The same, rounded up. */
bool u256_mul_div_up_ok(u256 *out, u256 a, u256 b, u256 divisor) MUST_CHECK;

/* a ^ exponent, checked. */
bool u256_pow_ok(u256 *out, u256 a, unsigned exponent) MUST_CHECK;

u256 u256_add_wrap(u256 a, u256 b);
u256 u256_sub_wrap(u256 a, u256 b);
u256 u256_mul_wrap(u256 a, u256 b);

u256 u256_shift_left(u256 a, unsigned bits);  /* 0 for bits >= 256 */
u256 u256_shift_right(u256 a, unsigned bits); /* 0 for bits >= 256 */
u256 u256_and(u256 a, u256 b);
u256 u256_or(u256 a, u256 b);
u256 u256_xor(u256 a, u256 b);
u256 u256_not(u256 a);

/* The whole product: high * 2^256 + low. */
void u256_mul_full(u256 *high, u256 *low, u256 a, u256 b);

/* Decimal digits and a NUL to `out` (U256_DECIMAL_SIZE bytes); returns `out`. */
char *u256_format(char *out, u256 value);
/* "0x" and the shortest digits (zero is "0x0") to `out` (U256_HEX_SIZE bytes); returns `out`. */
char *u256_format_hex(char *out, u256 value);

/*
 * Strict: digits only, no sign, no spaces, no leading zero but "0" itself, at most 2^256-1.
 * `length` is the text's length.
 */
enum status u256_parse(u256 *out, const char *text, size_t length, struct error *err) MUST_CHECK;
/* "0x" and 1 to 64 digits; leading zeros allowed (as calldata words have them). */
enum status u256_parse_hex(u256 *out, const char *text, size_t length,
			   struct error *err) MUST_CHECK;

/*
 * A value as a fixed-point decimal: value / 10^decimals with all `decimals` places
 * ("1.000000000000000000"); decimals at most 77. Into the arena.
 */
char *u256_format_fixed(struct arena *arena, u256 value, unsigned decimals);

#endif
