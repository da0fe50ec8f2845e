/*
 * amount.h - money as types: assets (a token's base units) and shares never mix.
 *
 * Every operation that can fail says so and must be checked. Conversions between the two name
 * their rounding and keep the contracts' order of operations: the product is formed first, in 256
 * bits, and where it does not fit the contract reverts, so the conversion fails.
 */
#ifndef LEDGER_AMOUNT_H
#define LEDGER_AMOUNT_H

#include "abi/u256.h"
#include "store/record.h"

struct assets {
	u256 raw; /* base units, e.g. wei */
};

struct shares {
	u256 raw;
};

#define RECORD_TYPE_ASSETS struct assets
#define RECORD_TYPE_SHARES struct shares
#define RECORD_KIND_ASSETS FIELD_U256
#define RECORD_KIND_SHARES FIELD_U256

static inline struct assets assets_of(u256 raw)
{
	return (struct assets){raw};
}

static inline struct shares shares_of(u256 raw)
{
	return (struct shares){raw};
}

bool assets_add_ok(struct assets *out, struct assets a, struct assets b) MUST_CHECK;
bool assets_sub_ok(struct assets *out, struct assets a, struct assets b) MUST_CHECK;
bool shares_add_ok(struct shares *out, struct shares a, struct shares b) MUST_CHECK;
bool shares_sub_ok(struct shares *out, struct shares a, struct shares b) MUST_CHECK;

static inline int assets_compare(struct assets a, struct assets b)
{
	return u256_compare(a.raw, b.raw);
}

/* floor(amount * total_shares / total_assets): what a deposit mints. */
bool shares_from_assets_down(struct shares *out, struct assets amount, struct shares total_shares,
			     struct assets total_assets) MUST_CHECK;

/* floor(amount * total_assets / total_shares): what shares are worth. */
bool assets_from_shares_down(struct assets *out, struct shares amount, struct assets total_assets,
			     struct shares total_shares) MUST_CHECK;

/*
 * Assets a share in 10^18ths, rounded down, with the full 512-bit product: a figure for people,
 * no contract computes it. False without shares or where it needs more than 256 bits.
 */
bool share_price_18(u256 *out, struct assets total_assets, struct shares total_shares) MUST_CHECK;

#endif
