#include "protocols/insuredao/premium.h"

enum { RATE_BITS = 64 };

static u256 or_default(u256 own, u256 fallback)
{
	return u256_is_zero(own) ? fallback : own;
}

struct insuredao_rates insuredao_rates_or_default(const struct insuredao_rates *market,
						  const struct insuredao_rates *fallback)
{
	return (struct insuredao_rates){
		.base = or_default(market->base, fallback->base),
		.slope1 = or_default(market->slope1, fallback->slope1),
		.slope2 = or_default(market->slope2, fallback->slope2),
		.optimal = or_default(market->optimal, fallback->optimal),
	};
}

/* What both models require; *after is what would be locked then. */
static bool fits(struct assets *after, struct trace *trace, const struct insuredao_cover *cover)
{
	bool ok;

	*after = assets_of(U256_ZERO);
	ok = assets_add_ok(after, cover->amount, cover->locked) &&
	     assets_compare(*after, cover->total_liquidity) <= 0;

	TRACE(trace, "locked after", "amount + lockedAmount, required: <= totalLiquidity", ok,
	      after->raw, {"amount", cover->amount.raw}, {"lockedAmount", cover->locked.raw},
	      {"totalLiquidity", cover->total_liquidity.raw});
	return ok;
}

bool insuredao_flat_premium(struct assets *out, struct trace *trace, u256 rate,
			    const struct insuredao_cover *cover)
{
	struct assets after;
	u256 x = U256_ZERO;
	bool ok;

	if (!fits(&after, trace, cover))
		return false;
	/* The contract returns 0 for no amount before it multiplies, which comes to the same. */
	ok = u256_mul_ok(&x, cover->amount.raw, rate) && u256_mul_ok(&x, x, cover->term_seconds) &&
	     u256_div_ok(&x, x, u256_from(INSUREDAO_YEAR)) &&
	     u256_div_ok(&x, x, u256_from(INSUREDAO_ONE));
	TRACE(trace, "premium", "amount * rate * term // 31536000 // 10^6", ok, x,
	      {"amount", cover->amount.raw}, {"rate", rate}, {"term", cover->term_seconds});
	*out = assets_of(x);
	return ok;
}

bool insuredao_utilization(u256 *out, struct trace *trace, struct assets locked,
			   struct assets total_liquidity)
{
	u256 x = U256_ZERO;
	bool ok = u256_mul_ok(&x, locked.raw, u256_from(INSUREDAO_ONE)) &&
		  u256_div_ok(&x, x, total_liquidity.raw);

	TRACE(trace, "utilization", "locked * 10^6 // totalLiquidity", ok, x,
	      {"locked", locked.raw}, {"totalLiquidity", total_liquidity.raw});
	*out = x;
	return ok;
}

static bool is_kept(const struct insuredao_rates *rates)
{
	return u256_bit_length(rates->base) <= RATE_BITS &&
	       u256_bit_length(rates->slope1) <= RATE_BITS &&
	       u256_bit_length(rates->slope2) <= RATE_BITS &&
	       u256_bit_length(rates->optimal) <= RATE_BITS;
}

bool insuredao_slope_rate(u256 *out, struct trace *trace, u256 utilization,
			  const struct insuredao_rates *rates)
{
	u256 x = U256_ZERO;
	u256 room = U256_ZERO;
	/* The room above the optimal utilization is taken first, used or not. */
	bool ok = is_kept(rates) && u256_sub_ok(&room, u256_from(INSUREDAO_ONE), rates->optimal);

	if (u256_compare(utilization, rates->optimal) > 0) {
		ok = ok && u256_sub_ok(&x, utilization, rates->optimal) &&
		     u256_mul_ok(&x, rates->slope2, x) && u256_div_ok(&x, x, room) &&
		     u256_add_ok(&x, rates->slope1, x) && u256_add_ok(&x, rates->base, x);
		TRACE(trace, "rate",
		      "base + slope1 + slope2 * (utilization - optimal) // (10^6 - optimal)", ok, x,
		      {"base", rates->base}, {"slope1", rates->slope1}, {"slope2", rates->slope2},
		      {"utilization", utilization}, {"optimal", rates->optimal});
	} else {
		ok = ok && u256_mul_ok(&x, rates->slope1, utilization) &&
		     u256_div_ok(&x, x, rates->optimal) && u256_add_ok(&x, rates->base, x);
		TRACE(trace, "rate", "base + slope1 * utilization // optimal", ok, x,
		      {"base", rates->base}, {"slope1", rates->slope1},
		      {"utilization", utilization}, {"optimal", rates->optimal});
	}
	*out = x;
	return ok;
}

/* A year's premium from one utilization to another on the same side of the kink. */
static bool segment(u256 *out, struct trace *trace, u256 from, u256 to,
		    struct assets total_liquidity, const struct insuredao_rates *rates)
{
	u256 rate_from;
	u256 rate_to;
	u256 mean = U256_ZERO;
	u256 amount = U256_ZERO;
	u256 x = U256_ZERO;
	bool ok;

	if (!insuredao_slope_rate(&rate_from, trace, from, rates) ||
	    !insuredao_slope_rate(&rate_to, trace, to, rates))
		return false;
	ok = u256_add_ok(&mean, rate_from, rate_to) && u256_div_ok(&mean, mean, u256_from(2));
	TRACE(trace, "mean rate", "(rateBefore + rateAfter) // 2", ok, mean,
	      {"rateBefore", rate_from}, {"rateAfter", rate_to});
	ok = ok && u256_sub_ok(&amount, to, from) &&
	     u256_mul_ok(&amount, amount, total_liquidity.raw) &&
	     u256_div_ok(&amount, amount, u256_from(INSUREDAO_ONE));
	TRACE(trace, "amount by utilization", "(after - before) * totalLiquidity // 10^6", ok,
	      amount, {"before", from}, {"after", to}, {"totalLiquidity", total_liquidity.raw});
	ok = ok && u256_mul_ok(&x, amount, mean) && u256_div_ok(&x, x, u256_from(INSUREDAO_ONE));
	TRACE(trace, "premium of the segment", "amount * meanRate // 10^6", ok, x,
	      {"amount", amount}, {"meanRate", mean});
	*out = x;
	return ok;
}

static bool year_premium(u256 *out, struct trace *trace, u256 before, u256 after,
			 struct assets total_liquidity, const struct insuredao_rates *rates)
{
	u256 lower;
	u256 upper;
	bool ok;

	if (u256_compare(after, rates->optimal) <= 0 || u256_compare(rates->optimal, before) <= 0)
		return segment(out, trace, before, after, total_liquidity, rates);
	if (!segment(&lower, trace, before, rates->optimal, total_liquidity, rates) ||
	    !segment(&upper, trace, rates->optimal, after, total_liquidity, rates))
		return false;
	*out = U256_ZERO;
	ok = u256_add_ok(out, lower, upper);
	TRACE(trace, "premium of a year", "belowOptimal + aboveOptimal", ok, *out,
	      {"belowOptimal", lower}, {"aboveOptimal", upper});
	return ok;
}

bool insuredao_slope_premium(struct assets *out, struct trace *trace,
			     const struct insuredao_rates *rates,
			     const struct insuredao_cover *cover)
{
	struct assets locked_after;
	u256 before;
	u256 after;
	u256 year;
	u256 x = U256_ZERO;
	bool ok;

	if (!fits(&locked_after, trace, cover) ||
	    !insuredao_utilization(&before, trace, cover->locked, cover->total_liquidity) ||
	    !insuredao_utilization(&after, trace, locked_after, cover->total_liquidity) ||
	    !year_premium(&year, trace, before, after, cover->total_liquidity, rates))
		return false;
	ok = u256_mul_ok(&x, year, cover->term_seconds) &&
	     u256_div_ok(&x, x, u256_from(INSUREDAO_YEAR));
	TRACE(trace, "premium", "premiumOfAYear * term // 31536000", ok, x,
	      {"premiumOfAYear", year}, {"term", cover->term_seconds});
	*out = assets_of(x);
	return ok;
}
