/*
 * figures.h - short words for amounts, for the tests of InsureDAO's rules.
 */
#ifndef TESTS_PROTOCOLS_INSUREDAO_FIGURES_H
#define TESTS_PROTOCOLS_INSUREDAO_FIGURES_H

#include "ledger/amount.h"
#include "tests/support/test.h"

static inline struct assets tokens(uint64_t amount)
{
	return assets_of(u256_from(amount));
}

static inline struct shares parts(uint64_t amount)
{
	return shares_of(u256_from(amount));
}

static inline u256 power_of_two(unsigned bits)
{
	return u256_shift_left(U256_ONE, bits);
}

static inline void assert_number(u256 value, uint64_t expected)
{
	char text[U256_DECIMAL_SIZE];
	char wanted[U256_DECIMAL_SIZE];

	assert_string_equal(u256_format(text, value), u256_format(wanted, u256_from(expected)));
}

#endif
