#include "protocols/insuredao/premium_table.h"

#include "protocols/insuredao/premium.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum column {
	MODEL,
	BASE_RATE,
	SLOPE1,
	SLOPE2,
	OPTIMAL_UTILIZATION,
	AMOUNT,
	TERM_SECONDS,
	TOTAL_LIQUIDITY,
	LOCKED_AMOUNT,
};

enum model { FLAT, SLOPE };

static const char *const models[] = {[FLAT] = "flat", [SLOPE] = "slope"};

static const struct premium_column columns[] = {
	[MODEL] = {"model", models, COUNT(models)},
	[BASE_RATE] = {"base_rate", NULL, 0},
	[SLOPE1] = {"slope1", NULL, 0},
	[SLOPE2] = {"slope2", NULL, 0},
	[OPTIMAL_UTILIZATION] = {"optimal_utilization", NULL, 0},
	[AMOUNT] = {"amount", NULL, 0},
	[TERM_SECONDS] = {"term_seconds", NULL, 0},
	[TOTAL_LIQUIDITY] = {"total_liquidity", NULL, 0},
	[LOCKED_AMOUNT] = {"locked_amount", NULL, 0},
};

static const char *const results[] = {"premium"};

static bool is_flat(const u256 *row)
{
	return u256_equal(row[MODEL], u256_from(FLAT));
}

static bool needs(const u256 *row, size_t column)
{
	return !is_flat(row) ||
	       (column != SLOPE1 && column != SLOPE2 && column != OPTIMAL_UTILIZATION);
}

static bool compute(u256 *out, struct trace *trace, const u256 *row, const u256 *set)
{
	struct insuredao_cover cover = {
		.amount = assets_of(row[AMOUNT]),
		.term_seconds = row[TERM_SECONDS],
		.total_liquidity = assets_of(row[TOTAL_LIQUIDITY]),
		.locked = assets_of(row[LOCKED_AMOUNT]),
	};
	struct insuredao_rates rates = {
		.base = row[BASE_RATE],
		.slope1 = row[SLOPE1],
		.slope2 = row[SLOPE2],
		.optimal = row[OPTIMAL_UTILIZATION],
	};
	struct assets premium;

	(void)set;
	if (!(is_flat(row) ? insuredao_flat_premium(&premium, trace, rates.base, &cover)
			   : insuredao_slope_premium(&premium, trace, &rates, &cover)))
		return false;
	out[0] = premium.raw;
	return true;
}

const struct premium_model insuredao_premium_model = {
	.name = "insuredao",
	.title = "InsureDAO, FlatPremium and PremiumModelV3",
	.columns = columns,
	.column_count = COUNT(columns),
	.results = results,
	.result_count = COUNT(results),
	.needs = needs,
	.compute = compute,
};
