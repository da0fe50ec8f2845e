/* What cover costs: the market's model, at the rates that it answered last. */
#include "protocols/insuredao/figures.h"
#include "protocols/insuredao/handlers.h"

static const char *refusal(const struct reading *r, const struct quote_request *request,
			   const struct insuredao_market *m,
			   const struct insuredao_setting *setting)
{
	u256 span = u256_from(request->seconds);

	if (!insuredao_vault_is_known(r->state, r->pool))
		return "the vault has a strategy, so that the market's liquidity is not known";
	if (m->status != INSUREDAO_TRADING)
		return "the market pays out an incident";
	if (m->is_paused)
		return "the market is paused";
	if (u256_less(setting->max_insure_span, span))
		return "longer than the market's longest span";
	if (u256_less(span, setting->min_insure_span))
		return "shorter than the market's shortest span";
	return NULL;
}

static struct figure ratio_of(struct assets part, struct assets whole)
{
	u256 x = U256_ZERO;
	bool ok = share_price_18(&x, part, shares_of(whole.raw));

	return figure_computed(ok, x);
}

/* premium * year / seconds / amount, for people. */
static struct figure rate_of(const struct quote *quote, const struct quote_request *request)
{
	u256 year = U256_ZERO;
	u256 x = U256_ZERO;
	bool ok = u256_mul_div_ok(&year, quote->premium.raw, u256_from(INSUREDAO_YEAR),
				  u256_from(request->seconds)) &&
		  share_price_18(&x, assets_of(year), shares_of(request->amount));

	return figure_computed(ok, x);
}

static void price_cover(struct quote *out, const struct reading *r,
			const struct quote_request *request, const struct insuredao_market *m,
			const struct insuredao_liquidity *l, struct trace *trace)
{
	struct insuredao_cover cover = {.amount = assets_of(request->amount),
					.term_seconds = u256_from(request->seconds),
					.total_liquidity = l->total,
					.locked = m->locked_amount};
	struct insuredao_rates_row rates;
	struct assets after = assets_of(U256_ZERO);

	state_row_at(&rates, r->state, &insuredao_table_rates, r->pool->id, request->market.bytes,
		     UINT64_MAX);
	out->utilization_before = ratio_of(m->locked_amount, l->total);
	out->utilization_after = assets_add_ok(&after, m->locked_amount, cover.amount)
					 ? ratio_of(after, l->total)
					 : figure_null();
	if (rates.kind == MODEL_UNKNOWN)
		out->reason = "the market's premium model has not been asked for its rates";
	else if (!l->is_available_known || assets_compare(cover.amount, l->available) > 0)
		out->reason = "more than the market has available";
	else if (!insuredao_premium(&out->premium, trace, &rates, &cover))
		out->reason = "the premium model would revert";
	else
		out->is_priced = true;
	if (out->is_priced)
		out->rate = rate_of(out, request);
}

static void price(struct quote *out, const struct reading *r, const struct quote_request *request,
		  struct trace *trace)
{
	struct insuredao_market m = insuredao_market_at(r->state, r->pool, request->market);
	struct insuredao_setting setting = insuredao_setting(r->state, r->pool, request->market);
	struct insuredao_liquidity l;

	out->reason = "";
	out->utilization_before = figure_null();
	out->utilization_after = figure_null();
	out->rate = figure_null();
	if (!m.is_there) {
		out->reason = "not a market of this vault";
		return;
	}
	out->reason = refusal(r, request, &m, &setting);
	if (!out->reason) {
		out->reason = "";
		if (insuredao_market_liquidity(&l, trace, r->state, r->pool, request->market))
			price_cover(out, r, request, &m, &l, trace);
		else
			out->reason = "the market's liquidity is not computable";
	}
}

const struct quote_rules insuredao_quote = {
	.amount_unit = UNIT_ASSETS,
	.takes_market = true,
	.price = price,
};
