#include "protocols/bridge_mutual/split.h"

bool bridge_split(struct bridge_split *out, struct trace *trace, u256 price, u256 fee,
		  uint64_t decimals)
{
	struct bridge_split s = {.protocol = U256_ZERO};
	u256 twenty = U256_ZERO;
	bool ok = u256_mul_ok(&s.distributor_fee, price, fee) &&
		  u256_div_ok(&s.distributor_fee, s.distributor_fee, BRIDGE_PERCENTAGE_100);

	TRACE(trace, "distributor's fee", "price * fee // 10^27", ok, s.distributor_fee,
	      {"price", price}, {"fee", fee});
	ok = ok && u256_mul_ok(&twenty, BRIDGE_PERCENT, u256_from(20)) &&
	     u256_mul_ok(&s.protocol, price, twenty) &&
	     u256_div_ok(&s.protocol, s.protocol, BRIDGE_PERCENTAGE_100) &&
	     u256_sub_ok(&s.protocol, s.protocol, s.distributor_fee);
	TRACE(trace, "protocol's part", "price * 20 * 10^25 // 10^27 - distributor's fee", ok,
	      s.protocol, {"price", price}, {"distributor's fee", s.distributor_fee});
	ok = ok && u256_sub_ok(&s.pools, price, s.distributor_fee) &&
	     bridge_from_18(&s.distributor_coin, s.distributor_fee, decimals) &&
	     bridge_from_18(&s.protocol_coin, s.protocol, decimals) &&
	     bridge_from_18(&s.pools_coin, s.pools, decimals) &&
	     u256_sub_ok(&s.premium_coin, s.pools_coin, s.protocol_coin);
	TRACE(trace, "premium to share",
	      "cut(price - distributor's fee) - cut(protocol's part), in the coin's decimals", ok,
	      s.premium_coin, {"price", price}, {"distributor's fee", s.distributor_fee},
	      {"protocol's part", s.protocol}, {"decimals", u256_from(decimals)});
	*out = s;
	return ok;
}

bool bridge_v1_split(struct bridge_v1_split *out, struct trace *trace, u256 price,
		     uint64_t decimals)
{
	struct bridge_v1_split s = {.protocol = U256_ZERO};
	u256 twenty = U256_ZERO;
	bool ok = u256_mul_ok(&twenty, BRIDGE_PERCENT, u256_from(20)) &&
		  u256_mul_ok(&s.protocol, price, twenty) &&
		  u256_div_ok(&s.protocol, s.protocol, BRIDGE_PERCENTAGE_100);

	TRACE(trace, "protocol's part", "price * 20 * 10^25 // 10^27", ok, s.protocol,
	      {"price", price});
	ok = ok && u256_sub_ok(&s.premium, price, s.protocol) &&
	     bridge_from_18(&s.protocol_coin, s.protocol, decimals) &&
	     bridge_from_18(&s.premium_coin, s.premium, decimals);
	TRACE(trace, "premium", "price - protocol's part", ok, s.premium, {"price", price},
	      {"protocol's part", s.protocol});
	*out = s;
	return ok;
}

bool bridge_share_premium(u256 *coverage, u256 *reinsurance, struct trace *trace,
			  const struct bridge_shared *shared)
{
	u256 total = U256_ZERO;
	u256 each = U256_ZERO;
	u256 c = U256_ZERO;
	u256 r = U256_ZERO;
	bool ok = u256_add_ok(&total, shared->coverage, shared->reinsurance) &&
		  u256_add_ok(&total, total, shared->participated) &&
		  u256_mul_ok(&each, shared->premium, BRIDGE_PERCENT) &&
		  u256_div_ok(&each, each, total);

	TRACE(trace, "premium a unit deployed",
	      "premium * 10^25 // (coverage + reinsurance + leverage)", ok, each,
	      {"premium", shared->premium}, {"coverage", shared->coverage},
	      {"reinsurance", shared->reinsurance}, {"leverage", shared->participated});
	ok = ok && u256_mul_ok(&c, each, shared->coverage) && u256_div_ok(&c, c, BRIDGE_PERCENT) &&
	     u256_mul_ok(&r, each, shared->reinsurance) && u256_div_ok(&r, r, BRIDGE_PERCENT);
	TRACE(trace, "coverage pool's premium", "premium a unit deployed * coverage // 10^25", ok,
	      c, {"premium a unit deployed", each}, {"coverage", shared->coverage});
	*coverage = c;
	*reinsurance = r;
	return ok;
}

bool bridge_multiplier(u256 *out, const struct bridge_multiplier *constants, u256 utilization)
{
	u256 distance;
	u256 m = U256_ZERO;

	*out = U256_ZERO;
	if (u256_equal(utilization, constants->target))
		return true;
	if (!u256_sub_ok(&distance, utilization, constants->target) &&
	    !u256_sub_ok(&distance, constants->target, utilization))
		return false;
	if (!u256_mul_ok(&m, constants->d, BRIDGE_PERCENTAGE_100) ||
	    !u256_div_ok(&m, m, distance) || !u256_mul_ok(&m, m, BRIDGE_PERCENTAGE_100) ||
	    !u256_div_ok(&m, m, constants->a))
		return false;
	*out = u256_less(m, constants->max) ? m : constants->max;
	return true;
}

bool bridge_loss(u256 *out, struct trace *trace, u256 claim, u256 liquidity, u256 leveraged)
{
	u256 total = U256_ZERO;
	u256 part = U256_ZERO;
	u256 loss = U256_ZERO;
	bool ok = u256_add_ok(&total, liquidity, leveraged) &&
		  u256_mul_ok(&part, liquidity, BRIDGE_PERCENTAGE_100) &&
		  u256_div_ok(&part, part, total);

	TRACE(trace, "coverage contribution", "liquidity * 10^27 // (liquidity + leveraged)", ok,
	      part, {"liquidity", liquidity}, {"leveraged", leveraged});
	ok = ok && u256_mul_ok(&loss, claim, part) &&
	     u256_div_ok(&loss, loss, BRIDGE_PERCENTAGE_100);
	TRACE(trace, "loss of the book", "claim * coverage contribution // 10^27", ok, loss,
	      {"claim", claim}, {"coverage contribution", part});
	*out = loss;
	return ok;
}
