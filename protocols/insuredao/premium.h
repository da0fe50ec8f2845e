/*
 * premium.h - what cover costs at InsureDAO, as pure functions in the contracts' own order of
 * operations and rounding (InsureDAO/pool-contracts, FlatPremium and PremiumModelV3; restated in
 * docs/protocols/insuredao.md).
 *
 * Rates and ratios have six decimals: 10^6 is 100 %. Amounts are base units of the market's token.
 * A function returns false where the contract reverts (one of its conditions, 256-bit overflow,
 * underflow, division by zero); *out is then not to be used, and the trace, which may be NULL, says
 * "not computable".
 */
#ifndef PROTOCOLS_INSUREDAO_PREMIUM_H
#define PROTOCOLS_INSUREDAO_PREMIUM_H

#include "ledger/amount.h"
#include "ledger/trace.h"

enum {
	INSUREDAO_ONE = 1000000,   /* 10^6: 100 % */
	INSUREDAO_YEAR = 31536000, /* seconds in 365 days */
};

/* Rates of the slope model. The contract keeps each in 64 bits, and setRate() reverts beyond. */
struct insuredao_rates {
	u256 base;    /* a year's rate of an unused market */
	u256 slope1;  /* what is added up to the optimal utilization */
	u256 slope2;  /* and from there to 100 % */
	u256 optimal; /* optimalUtilizeRatio: the kink */
};

/* A sale, or a question for its premium. All figures before the sale. */
struct insuredao_cover {
	struct assets amount;
	u256 term_seconds;
	struct assets total_liquidity; /* own and lent, totalLiquidity() of the market */
	struct assets locked;          /* lockedAmount() */
};

/* A market's own rates, each zero among them replaced by the default's (that of address zero). */
struct insuredao_rates insuredao_rates_or_default(const struct insuredao_rates *market,
						  const struct insuredao_rates *fallback);

/* Flat: amount * rate * term // 31536000 // 10^6. Requires amount + locked <= total liquidity.
 * `rate` is the market's own, or where that is zero the default's. */
bool insuredao_flat_premium(struct assets *out, struct trace *trace, u256 rate,
			    const struct insuredao_cover *cover) MUST_CHECK;

/* locked * 10^6 // total liquidity; requires liquidity. */
bool insuredao_utilization(u256 *out, struct trace *trace, struct assets locked,
			   struct assets total_liquidity) MUST_CHECK;

/* The slope model's rate a year at a utilization u: base + slope1 * u // optimal up to the optimal
 * one, else base + slope1 + slope2 * (u - optimal) // (10^6 - optimal). */
bool insuredao_slope_rate(u256 *out, struct trace *trace, u256 utilization,
			  const struct insuredao_rates *rates) MUST_CHECK;

/*
 * Slope: the mean rate of the utilization before and after, on what the cover adds in utilization
 * (which is cut to six digits, so little cover of a deep market may cost nothing), in two parts
 * where the optimal utilization lies between; then times term // 31536000. Requires amount + locked
 * <= total liquidity, and liquidity.
 */
bool insuredao_slope_premium(struct assets *out, struct trace *trace,
			     const struct insuredao_rates *rates,
			     const struct insuredao_cover *cover) MUST_CHECK;

#endif
