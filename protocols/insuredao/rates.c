/*
 * What the premium models charge. Their rates change without a log, so they are asked: at each
 * sale, to compare its premium; and once an hour at blocks that are looked at anyway, for quotes.
 * What they answer is kept undigested and decides nothing but that check.
 */
#include "protocols/insuredao/handlers.h"

static const uint8_t selector_get_rate[4] = {0x37, 0xce, 0xf7, 0x91}; /* getRate(address) */

static struct address model_of(const struct applying *a, struct address market)
{
	return insuredao_setting(a->state, a->pool, market).premium_model;
}

static struct slice call_data(struct arena *arena, struct address market)
{
	uint8_t *data = arena_alloc(arena, 36);

	memcpy(data, selector_get_rate, 4);
	address_to_word(data + 4, market);
	return slice_of(data, 36);
}

/* A flat model answers one rate, a slope model four. */
static bool read_answer(struct insuredao_rates_row *out, const struct chain_call *call)
{
	u256 words[4] = {U256_ZERO, U256_ZERO, U256_ZERO, U256_ZERO};

	*out = (struct insuredao_rates_row){.model = call->to};
	if (call->outcome != CALL_RETURNED ||
	    (call->result.size != 32 && call->result.size != sizeof(words) / sizeof(words[0]) * 32))
		return false;
	for (size_t i = 0; i < call->result.size / 32; i++)
		words[i] = u256_from_be(call->result.data + 32 * i);
	out->kind = call->result.size == 32 ? MODEL_FLAT : MODEL_SLOPE;
	out->base = words[0];
	out->slope1 = words[1];
	out->slope2 = words[2];
	out->optimal = words[3];
	return true;
}

bool insuredao_premium(struct assets *out, struct trace *trace,
		       const struct insuredao_rates_row *rates, const struct insuredao_cover *cover)
{
	struct insuredao_rates slope = {.base = rates->base,
					.slope1 = rates->slope1,
					.slope2 = rates->slope2,
					.optimal = rates->optimal};

	*out = assets_of(U256_ZERO);
	switch ((enum insuredao_model)rates->kind) {
	case MODEL_FLAT:
		return insuredao_flat_premium(out, trace, rates->base, cover);
	case MODEL_SLOPE:
		return insuredao_slope_premium(out, trace, &slope, cover);
	case MODEL_UNKNOWN:
		break;
	}
	return false;
}

bool insuredao_premium_rate(u256 *out, const struct insuredao_rates_row *rates, struct state *state,
			    const struct pool *pool, struct address market)
{
	struct insuredao_rates slope = {.base = rates->base,
					.slope1 = rates->slope1,
					.slope2 = rates->slope2,
					.optimal = rates->optimal};
	struct insuredao_liquidity l;
	u256 used = U256_ZERO;

	*out = rates->base;
	if (rates->kind != MODEL_SLOPE)
		return rates->kind == MODEL_FLAT;
	return insuredao_market_liquidity(&l, NULL, state, pool, market) &&
	       insuredao_ratio(&used, insuredao_market_at(state, pool, market).locked_amount.raw,
			       l.total.raw) &&
	       insuredao_slope_rate(out, NULL, used, &slope);
}

static struct insuredao_rates_row *kept(struct applying *a, struct address market)
{
	return state_row(a->state, &insuredao_table_rates, a->pool->id, market.bytes);
}

/* As the store has them at the end of that block, which a replay's state does not read. */
static bool kept_at(struct insuredao_rates_row *out, struct applying *a, struct address market,
		    uint64_t block)
{
	struct row_key key = {
		.table = insuredao_table_rates.table, .pool = a->pool->id, .size = ADDRESS_BYTES};
	struct slice value;
	struct error err;

	memcpy(key.bytes, market.bytes, ADDRESS_BYTES);
	return store_row_get(&value, NULL, state_txn(a->state), &key, block, &err) == OK &&
	       record_decode(out, a->arena, insuredao_table_rates.record, value, &err) == OK;
}

static bool ask(struct insuredao_rates_row *out, struct applying *a, struct address market,
		const struct block_ref *at)
{
	struct chain_call call = {.to = model_of(a, market), .data = call_data(a->arena, market)};
	struct error err;
	enum status st;

	if (address_is_zero(call.to))
		return false;
	st = a->chain->ask(a->chain->context, &call, 1, a->arena, at, &err);
	if (st != OK) {
		applying_fail(a, st, &err);
		return false;
	}
	return read_answer(out, &call);
}

/*
 * The rates at the end of the sale's block, and at the end of the one before: setRate may stand
 * behind the sale in its block.
 */
static bool rates_of_sale(struct insuredao_rates_row *out, struct applying *a,
			  struct address market, bool is_earlier)
{
	struct block_ref before = {.number = a->block->number - 1, .hash = a->block->parent_hash};

	if (!a->chain)
		return kept_at(out, a, market, a->block->number - is_earlier);
	if (is_earlier)
		return ask(out, a, market, &before);
	if (!ask(out, a, market, a->block))
		return false;
	*kept(a, market) = *out;
	return true;
}

void insuredao_check_premium(struct applying *a, struct address market,
			     const struct insuredao_cover *cover, struct assets premium)
{
	struct insuredao_rates_row rates;
	struct insuredao_rates_row earlier;
	struct assets computed;
	bool ok;

	/* Nobody knows them: the node has no such old state, or the model is of another kind. */
	if (!rates_of_sale(&rates, a, market, false))
		return;
	ok = insuredao_premium(&computed, NULL, &rates, cover);
	if ((!ok || !u256_equal(computed.raw, premium.raw)) && a->block->number &&
	    rates_of_sale(&earlier, a, market, true) &&
	    insuredao_premium(&computed, NULL, &earlier, cover) &&
	    u256_equal(computed.raw, premium.raw))
		rates = earlier;
	ok = insuredao_premium(&computed, a->trace, &rates, cover);
	insuredao_expect(a, INSUREDAO_PREMIUM, market, "premium", ok, computed.raw, premium.raw);
}

/* So often a long history of empty blocks may ask, and so old a quote's rates may be. */
enum { ASK_EVERY_SECONDS = 3600 };

void insuredao_follow_rates(struct applying *a, bool is_urgent)
{
	size_t count = a->pool->setup.contracts[INSUREDAO_MARKETS].count;
	struct chain_call *calls = arena_array(a->arena, count, sizeof(*calls));
	struct address *markets = arena_array(a->arena, count, sizeof(*markets));
	static const struct address everybody;
	size_t asked = 0;
	struct error err;
	enum status st;

	if (!a->chain ||
	    (!is_urgent && a->block->timestamp < kept(a, everybody)->asked_at + ASK_EVERY_SECONDS))
		return;
	for (size_t i = 0; i < count; i++) {
		struct address market = a->pool->setup.contracts[INSUREDAO_MARKETS].addresses[i];
		struct address model = model_of(a, market);

		if (address_is_zero(model) ||
		    !insuredao_market_at(a->state, a->pool, market).is_there)
			continue;
		markets[asked] = market;
		calls[asked++] = (struct chain_call){
			.to = model, .data = call_data(a->arena, market), .reason = ""};
	}
	if (!asked)
		return;
	kept(a, everybody)->asked_at = a->block->timestamp;
	st = a->chain->ask(a->chain->context, calls, asked, a->arena, a->block, &err);
	if (st != OK) {
		applying_fail(a, st, &err);
		return;
	}
	for (size_t i = 0; i < asked; i++) {
		struct insuredao_rates_row rates;

		/* A node without that state leaves what was known. */
		if (read_answer(&rates, &calls[i]))
			*kept(a, markets[i]) = rates;
	}
}
