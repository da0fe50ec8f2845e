#include "protocols/insuredao/guideline.h"

/* ---- prices ---- */

void guideline_price_look(struct guideline_price *price, uint64_t incident, uint64_t timestamp,
			  u256 value)
{
	uint64_t distance = timestamp > incident ? timestamp - incident : incident - timestamp;

	if (distance > GUIDELINE_PRICE_WINDOW)
		return;
	price->before += timestamp <= incident;
	price->after += timestamp >= incident;
	if (price->is_known) {
		int order = u256_compare(value, price->lowest);

		if (order > 0 || (order == 0 && timestamp >= price->lowest_at))
			return;
	}
	price->is_known = true;
	price->lowest = value;
	price->lowest_at = timestamp;
}

/* ---- losses ---- */

bool guideline_value(struct assets *out, struct trace *trace, const struct guideline_loss *loss,
		     unsigned asset_decimals)
{
	unsigned below = loss->decimals + loss->price_decimals;
	u256 scaled = loss->price.lowest;
	u256 divisor = U256_ONE;
	bool ok = loss->price.is_known;

	*out = assets_of(loss->amount);
	if (loss->is_asset) {
		TRACE(trace, "value", "amount, in the market's own token", true, loss->amount,
		      {"amount", loss->amount});
		return true;
	}
	if (below >= asset_decimals) {
		ok = ok && u256_pow_ok(&divisor, u256_from(10), below - asset_decimals);
	} else {
		u256 factor = U256_ONE;

		ok = ok && u256_pow_ok(&factor, u256_from(10), asset_decimals - below) &&
		     u256_mul_ok(&scaled, scaled, factor);
	}
	*out = assets_of(U256_ZERO);
	ok = ok && u256_mul_div_ok(&out->raw, loss->amount, scaled, divisor);
	TRACE(trace, "value",
	      "amount * lowestPrice * 10^assetDecimals // 10^(tokenDecimals + priceDecimals)", ok,
	      out->raw, {"amount", loss->amount}, {"lowestPrice", loss->price.lowest},
	      {"assetDecimals", u256_from(asset_decimals)},
	      {"tokenDecimals", u256_from(loss->decimals)},
	      {"priceDecimals", u256_from(loss->price_decimals)});
	return ok;
}

struct assets guideline_net_lending(struct trace *trace, struct assets lent, struct assets borrowed)
{
	struct assets net = assets_of(U256_ZERO);

	if (!assets_sub_ok(&net, lent, borrowed))
		net = assets_of(U256_ZERO);
	TRACE(trace, "net lending", "max(lent - borrowed, 0)", true, net.raw, {"lent", lent.raw},
	      {"borrowed", borrowed.raw});
	return net;
}

bool guideline_partial_loss(struct assets *out, struct trace *trace, struct assets exposure,
			    u256 funds_lost, u256 funds_before)
{
	bool ok;

	*out = assets_of(U256_ZERO);
	ok = u256_mul_div_ok(&out->raw, exposure.raw, funds_lost, funds_before);
	TRACE(trace, "partial loss", "exposure * fundsLost // fundsBefore", ok, out->raw,
	      {"exposure", exposure.raw}, {"fundsLost", funds_lost}, {"fundsBefore", funds_before});
	return ok;
}

static struct assets lesser(struct assets a, struct assets b)
{
	return assets_compare(a, b) < 0 ? a : b;
}

struct assets guideline_payout(struct trace *trace, struct assets cover, struct assets loss,
			       struct assets liquidity)
{
	struct assets insured = lesser(cover, loss);
	struct assets payout = lesser(insured, liquidity);

	TRACE(trace, "insured loss", "min(cover, actualLoss)", true, insured.raw,
	      {"cover", cover.raw}, {"actualLoss", loss.raw});
	TRACE(trace, "payout", "min(insuredLoss, poolLiquidity)", true, payout.raw,
	      {"insuredLoss", insured.raw}, {"poolLiquidity", liquidity.raw});
	return payout;
}

/* ---- the whole ---- */

static bool add_value(struct assets sums[], enum guideline_kind kind, struct assets value)
{
	return assets_add_ok(&sums[kind], sums[kind], value);
}

static bool payout_of(struct assets *out, struct guideline_token *tokens, struct trace *trace,
		      const struct guideline_statement *s)
{
	struct assets sums[GUIDELINE_BORROWED + 1] = {{U256_ZERO}};
	struct assets exposure = assets_of(U256_ZERO);
	struct assets partial;
	struct assets loss = assets_of(U256_ZERO);
	struct assets net;
	bool ok = true;

	/* All of them, so that each tells its own value where another has none. */
	for (size_t i = 0; i < s->loss_count; i++) {
		struct guideline_token *token = &tokens[i];

		trace_reset(&token->trace);
		token->is_computable = guideline_value(&token->value, &token->trace, &s->losses[i],
						       s->asset_decimals);
		ok = ok && token->is_computable && add_value(sums, s->losses[i].kind, token->value);
	}
	if (!ok) {
		TRACE(trace, "actual loss", "a token's value is not known, or their sum too large",
		      false, U256_ZERO, {"cover", s->cover.raw});
		return false;
	}
	net = guideline_net_lending(trace, sums[GUIDELINE_LENT], sums[GUIDELINE_BORROWED]);
	ok = assets_add_ok(&exposure, sums[GUIDELINE_HELD], net);
	TRACE(trace, "exposure", "held + netLending", ok, exposure.raw,
	      {"held", sums[GUIDELINE_HELD].raw}, {"netLending", net.raw});
	if (!ok ||
	    !guideline_partial_loss(&partial, trace, exposure, s->funds_lost, s->funds_before))
		return false;
	ok = assets_add_ok(&loss, sums[GUIDELINE_LOST], partial);
	TRACE(trace, "actual loss", "lost + partialLoss", ok, loss.raw,
	      {"lost", sums[GUIDELINE_LOST].raw}, {"partialLoss", partial.raw});
	if (!ok)
		return false;
	*out = guideline_payout(trace, s->cover, loss, s->liquidity);
	return true;
}

void guideline_assess(struct guideline_verdict *out, struct guideline_token *tokens,
		      struct trace *trace, const struct guideline_statement *s)
{
	bool is_excluded = false;
	bool needs_human = false;

	out->payout = assets_of(U256_ZERO);
	out->is_computable = payout_of(&out->payout, tokens, trace, s);
	guideline_deadlines(out->deadlines, s->incident, &s->process);
	guideline_exclusions(out->exclusions, out->deadlines, s);
	for (size_t i = 0; i < GUIDELINE_EXCLUSIONS; i++) {
		is_excluded = is_excluded || out->exclusions[i].applies == GUIDELINE_YES;
		needs_human = needs_human || out->exclusions[i].applies == GUIDELINE_HUMAN;
	}
	/* What is excluded pays nothing, whatever it would come to. */
	out->is_payable_known = is_excluded || out->is_computable;
	out->payable = is_excluded ? assets_of(U256_ZERO) : out->payout;
	out->decision = is_excluded                             ? DECISION_EXCLUDED
			: needs_human || !out->is_payable_known ? DECISION_HUMAN
								: DECISION_PAYABLE;
}

const char *guideline_decision_name(enum guideline_decision decision)
{
	switch (decision) {
	case DECISION_PAYABLE:
		return "payable";
	case DECISION_EXCLUDED:
		return "excluded";
	case DECISION_HUMAN:
		return "needs_human";
	}
	return "";
}
