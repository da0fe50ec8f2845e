#include "protocols/bridge_mutual/premium_table.h"

#include "protocols/bridge_mutual/premium.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum column { DURATION_SECONDS, COVER_TOKENS, TOTAL_COVER, TOTAL_LIQUIDITY, LEVERAGED, SAFE };

static const char *const truth[] = {"false", "true"};

static const struct premium_column columns[] = {
	[DURATION_SECONDS] = {"duration_seconds", NULL, 0},
	[COVER_TOKENS] = {"cover_tokens", NULL, 0},
	[TOTAL_COVER] = {"total_cover", NULL, 0},
	[TOTAL_LIQUIDITY] = {"total_liquidity", NULL, 0},
	[LEVERAGED] = {"leveraged", NULL, 0},
	[SAFE] = {"safe", truth, COUNT(truth)},
};

static const char *const results[] = {"price", "cost_percentage"};

enum parameter {
	RISKY_THRESHOLD,
	SAFE_THRESHOLD,
	RISKY_MINIMUM,
	SAFE_MINIMUM,
	MINIMUM_COST,
	SAFE_MAXIMUM,
	SAFE_MAXIMUM_FULL,
	RISKY_MAXIMUM,
	RISKY_MAXIMUM_FULL,
};

static const char *const parameters[] = {
	[RISKY_THRESHOLD] = "risky_threshold",
	[SAFE_THRESHOLD] = "safe_threshold",
	[RISKY_MINIMUM] = "risky_minimum",
	[SAFE_MINIMUM] = "safe_minimum",
	[MINIMUM_COST] = "minimum_cost",
	[SAFE_MAXIMUM] = "safe_maximum",
	[SAFE_MAXIMUM_FULL] = "safe_maximum_full",
	[RISKY_MAXIMUM] = "risky_maximum",
	[RISKY_MAXIMUM_FULL] = "risky_maximum_full",
};

static void documented(u256 *out)
{
	struct bridge_pricing pricing = bridge_pricing_documented();

	out[RISKY_THRESHOLD] = pricing.risky.threshold;
	out[RISKY_MINIMUM] = pricing.risky.minimum;
	out[RISKY_MAXIMUM] = pricing.risky.maximum;
	out[RISKY_MAXIMUM_FULL] = pricing.risky.maximum_full;
	out[SAFE_THRESHOLD] = pricing.safe.threshold;
	out[SAFE_MINIMUM] = pricing.safe.minimum;
	out[SAFE_MAXIMUM] = pricing.safe.maximum;
	out[SAFE_MAXIMUM_FULL] = pricing.safe.maximum_full;
	out[MINIMUM_COST] = pricing.minimum_cost.raw;
}

static bool compute(u256 *out, struct trace *trace, const u256 *row, const u256 *set)
{
	struct bridge_pricing pricing = {
		.risky = {.threshold = set[RISKY_THRESHOLD],
			  .minimum = set[RISKY_MINIMUM],
			  .maximum = set[RISKY_MAXIMUM],
			  .maximum_full = set[RISKY_MAXIMUM_FULL]},
		.safe = {.threshold = set[SAFE_THRESHOLD],
			 .minimum = set[SAFE_MINIMUM],
			 .maximum = set[SAFE_MAXIMUM],
			 .maximum_full = set[SAFE_MAXIMUM_FULL]},
		.minimum_cost = assets_of(set[MINIMUM_COST]),
	};
	struct bridge_sale sale = {
		.duration_seconds = row[DURATION_SECONDS],
		.cover_tokens = assets_of(row[COVER_TOKENS]),
		.total_cover = assets_of(row[TOTAL_COVER]),
		.total_liquidity = assets_of(row[TOTAL_LIQUIDITY]),
		.leveraged = assets_of(row[LEVERAGED]),
		.is_safe = !u256_is_zero(row[SAFE]),
	};
	struct bridge_quote quote;

	if (!bridge_quote(&quote, trace, &sale, &pricing))
		return false;
	out[0] = quote.price.raw;
	out[1] = quote.cost_percentage;
	return true;
}

const struct premium_model bridge_premium_model = {
	.name = "bridge-mutual-v2",
	.title = "Bridge Mutual V2, PolicyQuote",
	.columns = columns,
	.column_count = COUNT(columns),
	.results = results,
	.result_count = COUNT(results),
	.parameters = parameters,
	.parameter_count = COUNT(parameters),
	.defaults = documented,
	.defaults_title = "the documentation's constants: threshold 85 %, minimum 1.8 %, maximum "
			  "10 %, at full utilization 30 %, no minimum cost, safe or not",
	.compute = compute,
};
