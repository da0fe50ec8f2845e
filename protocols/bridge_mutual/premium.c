#include "protocols/bridge_mutual/premium.h"

struct bridge_pricing bridge_pricing_documented(void)
{
	struct bridge_pricing pricing = {.minimum_cost = assets_of(U256_ZERO)};

	/* Small factors, whose products cannot overflow. */
	pricing.risky.threshold = u256_mul_wrap(u256_from(85), BRIDGE_PERCENT);
	pricing.risky.minimum =
		u256_mul_wrap(u256_from(1800000), u256_from(UINT64_C(10000000000000000000)));
	pricing.risky.maximum = u256_mul_wrap(u256_from(10), BRIDGE_PERCENT);
	pricing.risky.maximum_full = u256_mul_wrap(u256_from(30), BRIDGE_PERCENT);
	pricing.safe = pricing.risky;
	return pricing;
}

bool bridge_utilization(u256 *out, struct trace *trace, struct assets cover,
			struct assets total_liquidity, struct assets leveraged)
{
	u256 x = U256_ZERO;
	u256 capital = U256_ZERO;
	bool ok = u256_mul_ok(&x, cover.raw, BRIDGE_PERCENTAGE_100) &&
		  u256_add_ok(&capital, total_liquidity.raw, leveraged.raw) &&
		  u256_div_ok(&x, x, capital);

	TRACE(trace, "utilization", "cover * 10^27 // (totalLiquidity + totalLeveragedLiquidity)",
	      ok, x, {"cover", cover.raw}, {"totalLiquidity", total_liquidity.raw},
	      {"totalLeveragedLiquidity", leveraged.raw});
	*out = x;
	return ok;
}

static bool cost_below_threshold(u256 *out, struct trace *trace, u256 utilization,
				 const struct bridge_curve *curve)
{
	u256 x = U256_ZERO;
	bool ok = u256_mul_ok(&x, utilization, curve->maximum) &&
		  u256_div_ok(&x, x, curve->threshold);

	TRACE(trace, "annual cost below the threshold", "utilization * maximum // threshold", ok, x,
	      {"utilization", utilization}, {"maximum", curve->maximum},
	      {"threshold", curve->threshold});
	*out = x;
	return ok;
}

static bool cost_from_threshold(u256 *out, struct trace *trace, u256 utilization,
				const struct bridge_curve *curve)
{
	u256 relation = U256_ZERO;
	u256 room = U256_ZERO;
	u256 rise = U256_ZERO;
	u256 x = U256_ZERO;
	bool ok = u256_sub_ok(&relation, utilization, curve->threshold) &&
		  u256_mul_ok(&relation, BRIDGE_PERCENT, relation) &&
		  u256_sub_ok(&room, BRIDGE_PERCENTAGE_100, curve->threshold) &&
		  u256_div_ok(&relation, relation, room);

	TRACE(trace, "risky relation", "10^25 * (utilization - threshold) // (10^27 - threshold)",
	      ok, relation, {"utilization", utilization}, {"threshold", curve->threshold});
	if (!ok)
		return false;
	ok = u256_sub_ok(&rise, curve->maximum_full, curve->maximum) &&
	     u256_mul_ok(&x, relation, rise) && u256_div_ok(&x, x, BRIDGE_PERCENT) &&
	     u256_add_ok(&x, curve->maximum, x);
	TRACE(trace, "annual cost from the threshold",
	      "maximum + relation * (maximumFull - maximum) // 10^25", ok, x,
	      {"maximum", curve->maximum}, {"relation", relation},
	      {"maximumFull", curve->maximum_full});
	*out = x;
	return ok;
}

bool bridge_annual_cost(u256 *out, struct trace *trace, u256 utilization,
			const struct bridge_curve *curve)
{
	u256 cost = U256_ZERO;

	if (u256_less(utilization, curve->threshold)) {
		if (!cost_below_threshold(&cost, trace, utilization, curve))
			return false;
	} else if (!cost_from_threshold(&cost, trace, utilization, curve)) {
		return false;
	}
	*out = u256_less(cost, curve->minimum) ? curve->minimum : cost;
	TRACE(trace, "annual cost", "max(cost, minimum)", true, *out, {"cost", cost},
	      {"minimum", curve->minimum});
	return true;
}

/* The contract's conditions; *cover is what would be sold then. */
static bool is_sellable(struct assets *cover, struct trace *trace, const struct bridge_sale *sale)
{
	bool ok = !u256_is_zero(sale->duration_seconds) &&
		  u256_compare(sale->duration_seconds, u256_from(BRIDGE_YEAR)) <= 0;

	if (!ok)
		TRACE(trace, "duration", "required: 0 < duration <= 31536000", false, U256_ZERO,
		      {"duration", sale->duration_seconds});
	if (ok && u256_is_zero(sale->cover_tokens.raw)) {
		ok = false;
		TRACE(trace, "cover asked for", "required: coverTokens > 0", false, U256_ZERO,
		      {"coverTokens", sale->cover_tokens.raw});
	}
	if (!ok)
		return false;
	ok = assets_add_ok(cover, sale->total_cover, sale->cover_tokens) &&
	     assets_compare(*cover, sale->total_liquidity) <= 0;
	TRACE(trace, "cover", "totalCoverTokens + coverTokens, required: <= totalLiquidity", ok,
	      cover->raw, {"totalCoverTokens", sale->total_cover.raw},
	      {"coverTokens", sale->cover_tokens.raw},
	      {"totalLiquidity", sale->total_liquidity.raw});
	return ok;
}

bool bridge_quote(struct bridge_quote *out, struct trace *trace, const struct bridge_sale *sale,
		  const struct bridge_pricing *pricing)
{
	struct assets cover = assets_of(U256_ZERO);
	u256 x = U256_ZERO;
	bool ok;

	if (!is_sellable(&cover, trace, sale) ||
	    !bridge_utilization(&out->utilization, trace, cover, sale->total_liquidity,
				sale->leveraged) ||
	    !bridge_annual_cost(&out->annual_cost, trace, out->utilization,
				sale->is_safe ? &pricing->safe : &pricing->risky))
		return false;

	ok = u256_mul_ok(&x, sale->duration_seconds, out->annual_cost) &&
	     u256_div_ok(&x, x, u256_from(BRIDGE_YEAR));
	TRACE(trace, "cost for the duration", "duration * annualCost // 31536000", ok, x,
	      {"duration", sale->duration_seconds}, {"annualCost", out->annual_cost});
	out->cost_percentage = x;

	ok = ok && u256_mul_ok(&x, sale->cover_tokens.raw, x) &&
	     u256_div_ok(&x, x, BRIDGE_PERCENTAGE_100);
	if (ok && u256_less(x, pricing->minimum_cost.raw))
		x = pricing->minimum_cost.raw;
	TRACE(trace, "price", "max(coverTokens * cost // 10^27, minimumInsuranceCost)", ok, x,
	      {"coverTokens", sale->cover_tokens.raw}, {"cost", out->cost_percentage},
	      {"minimumInsuranceCost", pricing->minimum_cost.raw});
	out->price = assets_of(x);
	return ok;
}
