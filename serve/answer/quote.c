/* What cover costs, from the mirror. */
#include "protocols/asset.h"
#include "serve/answer/answer.h"

/* A quote of what is not there: no formula is asked. */
static bool is_there(struct quote *quote, const struct reading *r)
{
	if (r->pool->protocol->is_born(r))
		return true;
	quote->reason = "the pool's contract does not exist yet at that block";
	quote->utilization_before = quote->utilization_after = quote->rate = figure_null();
	return false;
}

static json_t *ratio(const struct figure *figure, struct arena *arena)
{
	const struct figure_rule rule = {.kind = FIGURE_RATIO};

	return json_figure(&rule, figure, arena);
}

static json_t *document_of(struct moment *m, const struct reading *r,
			   const struct quote_request *request, const struct quote *quote,
			   const struct trace *trace)
{
	const struct quote_rules *rules = r->pool->protocol->quote;
	json_t *document = json_object();
	json_t *asset = json_asset(r);
	json_t *decimals = rules->amount_unit == UNIT_ASSETS
				   ? json_incref(json_object_get(asset, "decimals"))
				   : json_integer((json_int_t)rules->amount_decimals);

	json_put(document, "name", json_string(r->pool->setup.name));
	json_put(document, "protocol", json_string(r->pool->protocol->name));
	json_put(document, "at", json_at(m));
	json_put(document, "asset", asset);
	json_put(document, "market",
		 request->has_market ? json_address(request->market) : json_null());
	json_put(document, "amount", json_u256(request->amount));
	json_put(document, "amount_decimals", decimals);
	json_put(document, "seconds", json_integer((json_int_t)request->seconds));
	json_put(document, "premium",
		 quote->is_priced ? json_u256(quote->premium.raw) : json_null());
	json_put(document, "reason", quote->is_priced ? json_null() : json_string(quote->reason));
	json_put(document, "rate", ratio(&quote->rate, m->arena));
	json_put(document, "utilization_before", ratio(&quote->utilization_before, m->arena));
	json_put(document, "utilization_after", ratio(&quote->utilization_after, m->arena));
	json_put(document, "trace", json_trace(trace));
	return document;
}

json_t *answer_quote(struct moment *m, const struct pool *pool, const struct quote_request *request,
		     struct error *err)
{
	const struct quote_rules *rules = pool->protocol->quote;
	struct reading r = moment_reading(m, pool);
	struct trace *trace = arena_alloc(m->arena, sizeof(*trace));
	struct quote quote = {.reason = ""};
	json_t *document;

	if (!rules) {
		(void)error_set(err, ERR_USAGE,
				"pool %s: protocol %s sells no cover by a formula, so there is "
				"nothing to quote",
				pool->setup.name, pool->protocol->name);
		return NULL;
	}
	if (rules->takes_market != request->has_market) {
		(void)error_set(err, ERR_USAGE,
				rules->takes_market
					? "pool %s has several markets: say which one's cover"
					: "pool %s has no markets to choose from",
				pool->setup.name);
		return NULL;
	}
	if (is_there(&quote, &r))
		rules->price(&quote, &r, request, trace);
	document = document_of(m, &r, request, &quote, trace);
	if (moment_status(m, err) == OK)
		return document;
	json_decref(document);
	return NULL;
}
