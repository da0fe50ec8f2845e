/* What cover of the book would cost now. */
#include "protocols/quote.h"

#include "protocols/bridge_mutual/asked.h"
#include "protocols/bridge_mutual/clocks.h"
#include "protocols/bridge_mutual/handlers.h"

/* A ratio of 10^27 as one of 10^18. */
static u256 in_18(u256 ratio)
{
	u256 out = U256_ZERO;

	return u256_div_ok(&out, ratio, u256_from(1000000000)) ? out : U256_ZERO;
}

/* Why the contract would revert; NULL where the model itself does. */
static const char *refusal(const struct bridge_sale *sale, const struct bridge_model *model,
			   uint64_t seconds)
{
	u256 least = U256_ZERO;
	u256 sum = U256_ZERO;

	if (!model->is_known)
		return "the pricing model was not asked yet";
	if (seconds == 0 || seconds % BRIDGE_WEEK != 0 ||
	    seconds / BRIDGE_WEEK > BRIDGE_MAXIMUM_EPOCHS)
		return "cover is sold for 1 to 52 whole weeks, the one at hand being the first";
	if (!u256_mul_ok(&least, u256_from(100), u256_from(UINT64_C(1000000000000000000))) ||
	    u256_less(sale->cover_tokens.raw, least))
		return "cover is sold from 100 on";
	if (!u256_add_ok(&sum, sale->total_cover.raw, sale->cover_tokens.raw) ||
	    u256_less(sale->total_liquidity.raw, sum))
		return "the book's liquidity does not back so much cover";
	return NULL;
}

static void price(struct quote *out, const struct reading *r, const struct quote_request *request,
		  struct trace *trace)
{
	struct bridge_model model = bridge_model_kept(r->state, r->pool);
	const struct bridge_parameters *p = bridge_parameters(r->state, r->pool);
	struct bridge_sale sale = {.cover_tokens = assets_of(request->amount),
				   .is_safe = model.is_safe};
	struct bridge_pricing pricing;
	struct bridge_quote quote;
	uint64_t time = r->time_earliest;
	uint64_t seconds = 0;
	u256 before = U256_ZERO;
	bool ok = p->birth_block != 0 && time == r->time_latest &&
		  bridge_cover_at(&sale.total_cover, trace, r->state, r->pool, time) &&
		  bridge_liquidity_at(&sale.total_liquidity, trace, r->state, r->pool, time) &&
		  bridge_leveraged(&sale.leveraged.raw, r->state, r->pool);

	if (!ok) {
		out->reason = "the book's state at that block is not known";
		return;
	}
	out->reason = refusal(&sale, &model, request->seconds);
	ok = bridge_utilization(&before, NULL, sale.total_cover, sale.total_liquidity,
				sale.leveraged);
	out->utilization_before = figure_computed(ok, in_18(before));
	out->utilization_after = figure_null();
	out->rate = figure_null();
	if (out->reason)
		return;
	bridge_pricing_of(&pricing, &model);
	out->reason = "the pricing model cannot compute it";
	if (!bridge_policy_seconds(&seconds, trace, p->start_time, time,
				   request->seconds / BRIDGE_WEEK))
		return;
	sale.duration_seconds = u256_from(seconds);
	if (!bridge_quote(&quote, trace, &sale, &pricing))
		return;
	out->reason = "";
	out->is_priced = true;
	out->premium = quote.price;
	out->utilization_after = figure_number(in_18(quote.utilization));
	out->rate = figure_number(in_18(quote.annual_cost));
}

const struct quote_rules bridge_quotes = {.amount_unit = UNIT_ASSETS, .price = price};
