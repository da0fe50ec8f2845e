/*
 * premium.h - what cover costs at Bridge Mutual V2, as pure functions in the contract's own order
 * of operations and rounding (Bridge-Mutual/Bridgemutual-v2, PolicyQuote; restated in
 * docs/protocols/bridge-mutual.md).
 *
 * Percentages have 25 decimals for one percent: 10^25 is 1 %, 10^27 is 100 %. Amounts have 18
 * decimals, whatever the stablecoin's. A function returns false where the contract reverts (one of
 * its conditions, 256-bit overflow, underflow, division by zero); *out is then not to be used, and
 * the trace, which may be NULL, says "not computable".
 */
#ifndef PROTOCOLS_BRIDGE_MUTUAL_PREMIUM_H
#define PROTOCOLS_BRIDGE_MUTUAL_PREMIUM_H

#include "ledger/amount.h"
#include "ledger/trace.h"

enum { BRIDGE_YEAR = 31536000 }; /* seconds in 365 days: the longest cover */

/* 10^25 and 10^27. */
#define BRIDGE_PERCENT ((u256){{UINT64_C(0x161401484a000000), UINT64_C(0x84595), 0, 0}})
#define BRIDGE_PERCENTAGE_100 ((u256){{UINT64_C(0x9fd0803ce8000000), UINT64_C(0x33b2e3c), 0, 0}})

/* One of the two curves of a year's cost over utilization. */
struct bridge_curve {
	u256 threshold;    /* the utilization from which the asset counts as risky: the kink */
	u256 minimum;      /* a year's cost at least */
	u256 maximum;      /* a year's cost at the threshold */
	u256 maximum_full; /* a year's cost at 100 % */
};

/* All that setupPricingModel() sets. It logs no event: read the nine views. */
struct bridge_pricing {
	struct bridge_curve risky;  /* highRisk…, riskyAssetThresholdPercentage, minimumCost… */
	struct bridge_curve safe;   /* lowRisk…: books with safePricingModel */
	struct assets minimum_cost; /* minimumInsuranceCost: a price at least */
};

/* One sale, or a question for its price. */
struct bridge_sale {
	u256 duration_seconds;
	struct assets cover_tokens;    /* asked for */
	struct assets total_cover;     /* sold so far, as getNewCoverAndLiquidity() tells it */
	struct assets total_liquidity; /* of the coverage pool, likewise */
	struct assets leveraged;       /* totalLeveragedLiquidity() of the facade */
	bool is_safe;                  /* safePricingModel() of the facade */
};

struct bridge_quote {
	u256 utilization;     /* with this cover */
	u256 annual_cost;     /* percentage a year */
	u256 cost_percentage; /* of the cover, for the duration */
	struct assets price;
};

/* The constants that the documentation names (85 %, 1.8 %, 10 %, 30 %), for both curves, and no
 * minimum cost. The contract's own may differ: what is deployed is read from the chain. */
struct bridge_pricing bridge_pricing_documented(void);

/* (cover * 10^27) // (liquidity + leveraged). */
bool bridge_utilization(u256 *out, struct trace *trace, struct assets cover,
			struct assets total_liquidity, struct assets leveraged) MUST_CHECK;

/* What a year costs at that utilization: below the threshold u * maximum // threshold, else
 * maximum + (10^25 * (u - threshold) // (10^27 - threshold)) * (maximum_full - maximum) // 10^25;
 * not below the minimum. */
bool bridge_annual_cost(u256 *out, struct trace *trace, u256 utilization,
			const struct bridge_curve *curve) MUST_CHECK;

/*
 * The price, as getQuotePredefined() gives it with the percentage. Requires 0 < duration <= YEAR,
 * cover > 0 and total cover + cover <= total liquidity, in which leverage does not count.
 */
bool bridge_quote(struct bridge_quote *out, struct trace *trace, const struct bridge_sale *sale,
		  const struct bridge_pricing *pricing) MUST_CHECK;

#endif
