#include "ledger/amount.h"

bool assets_add_ok(struct assets *out, struct assets a, struct assets b)
{
	return u256_add_ok(&out->raw, a.raw, b.raw);
}

bool assets_sub_ok(struct assets *out, struct assets a, struct assets b)
{
	return u256_sub_ok(&out->raw, a.raw, b.raw);
}

bool shares_add_ok(struct shares *out, struct shares a, struct shares b)
{
	return u256_add_ok(&out->raw, a.raw, b.raw);
}

bool shares_sub_ok(struct shares *out, struct shares a, struct shares b)
{
	return u256_sub_ok(&out->raw, a.raw, b.raw);
}

/* The EVM's own steps: a checked 256-bit product, then a floor division. */
static bool product_over(u256 *out, u256 a, u256 b, u256 divisor)
{
	u256 product;

	return u256_mul_ok(&product, a, b) && u256_div_ok(out, product, divisor);
}

bool shares_from_assets_down(struct shares *out, struct assets amount, struct shares total_shares,
			     struct assets total_assets)
{
	return product_over(&out->raw, amount.raw, total_shares.raw, total_assets.raw);
}

bool assets_from_shares_down(struct assets *out, struct shares amount, struct assets total_assets,
			     struct shares total_shares)
{
	return product_over(&out->raw, amount.raw, total_assets.raw, total_shares.raw);
}

bool share_price_18(u256 *out, struct assets total_assets, struct shares total_shares)
{
	return u256_mul_div_ok(out, total_assets.raw, u256_from(UINT64_C(1000000000000000000)),
			       total_shares.raw);
}
