#include "protocols/bridge_mutual/exchange.h"

bool bridge_rate(u256 *out, struct trace *trace, struct assets liquidity, struct shares supply)
{
	u256 rate = BRIDGE_PERCENTAGE_100;
	bool ok = true;

	if (!u256_is_zero(supply.raw))
		ok = u256_mul_ok(&rate, liquidity.raw, BRIDGE_PERCENTAGE_100) &&
		     u256_div_ok(&rate, rate, supply.raw);
	TRACE(trace, "rate", "supply = 0 ? 10^27 : liquidity * 10^27 // supply", ok, rate,
	      {"liquidity", liquidity.raw}, {"supply", supply.raw});
	*out = rate;
	return ok;
}

bool bridge_to_x(struct shares *out, struct trace *trace, const char *name, struct assets amount,
		 u256 rate)
{
	u256 x = U256_ZERO;
	bool ok = u256_mul_ok(&x, amount.raw, BRIDGE_PERCENTAGE_100) && u256_div_ok(&x, x, rate);

	TRACE(trace, name, "amount * 10^27 // rate", ok, x, {"amount", amount.raw}, {"rate", rate});
	*out = shares_of(x);
	return ok;
}

bool bridge_to_coin(struct assets *out, struct trace *trace, const char *name, struct shares amount,
		    u256 rate)
{
	u256 x = U256_ZERO;
	bool ok = u256_mul_ok(&x, amount.raw, rate) && u256_div_ok(&x, x, BRIDGE_PERCENTAGE_100);

	TRACE(trace, name, "x-tokens * rate // 10^27", ok, x, {"x-tokens", amount.raw},
	      {"rate", rate});
	*out = assets_of(x);
	return ok;
}

enum { DECIMALS = 18 };

/* 10^(difference of the decimals); false where it is beyond 256 bits. */
static bool factor(u256 *out, uint64_t decimals)
{
	uint64_t exponent = decimals > DECIMALS ? decimals - DECIMALS : DECIMALS - decimals;

	return exponent < 78 && u256_pow_ok(out, u256_from(10), (unsigned)exponent);
}

bool bridge_from_18(u256 *out, u256 amount, uint64_t decimals)
{
	u256 f = U256_ZERO;

	return factor(&f, decimals) &&
	       (decimals > DECIMALS ? u256_mul_ok(out, amount, f) : u256_div_ok(out, amount, f));
}

bool bridge_to_18(u256 *out, u256 amount, uint64_t decimals)
{
	u256 f = U256_ZERO;

	return factor(&f, decimals) &&
	       (decimals > DECIMALS ? u256_div_ok(out, amount, f) : u256_mul_ok(out, amount, f));
}
