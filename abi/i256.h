/*
 * i256.h - signed 256-bit integers: two's complement in a u256's 32 bytes.
 *
 * Same suffixes as u256.h. Division truncates towards zero, the remainder has the dividend's sign,
 * as in the EVM (SDIV, SMOD) and Solidity; MIN / -1 overflows.
 */
#ifndef ABI_I256_H
#define ABI_I256_H

#include "abi/u256.h"

typedef struct {
	u256 bits; /* two's complement */
} i256;

enum { I256_DECIMAL_SIZE = 80 /* sign, 78 digits, NUL */ };

i256 i256_from(int64_t value);
/* False where the magnitude needs the sign bit. */
bool i256_from_u256(i256 *out, u256 value) MUST_CHECK;
/* False where the value is negative. */
bool i256_to_u256(u256 *out, i256 value) MUST_CHECK;
bool i256_is_negative(i256 a);
/* The magnitude; 2^255 for the smallest value. */
u256 i256_magnitude(i256 a);
int i256_compare(i256 a, i256 b);

bool i256_neg_ok(i256 *out, i256 a) MUST_CHECK;
bool i256_add_ok(i256 *out, i256 a, i256 b) MUST_CHECK;
bool i256_sub_ok(i256 *out, i256 a, i256 b) MUST_CHECK;
bool i256_mul_ok(i256 *out, i256 a, i256 b) MUST_CHECK;
bool i256_div_ok(i256 *out, i256 a, i256 b) MUST_CHECK;
bool i256_mod_ok(i256 *out, i256 a, i256 b) MUST_CHECK;
/* Arithmetic shift (SAR). */
i256 i256_shift_right(i256 a, unsigned bits);

/* The signed difference a - b of two unsigned figures as text: "-12", "0", "7". Always fits. */
char *u256_format_difference(char out[I256_DECIMAL_SIZE], u256 a, u256 b);

/* Decimal text with '-' where negative to `out` (I256_DECIMAL_SIZE bytes); returns `out`. */
char *i256_format(char *out, i256 value);
/* Strict as u256_parse, with one leading '-' allowed ("-0" is refused). */
enum status i256_parse(i256 *out, const char *text, size_t length, struct error *err) MUST_CHECK;

#endif
