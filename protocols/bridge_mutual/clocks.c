#include "protocols/bridge_mutual/clocks.h"

#include "protocols/bridge_mutual/handlers.h"

struct clock {
	struct state *state;
	const struct pool *pool;
};

static u256 amount_at(void *context, uint64_t epoch)
{
	const struct clock *clock = context;

	return bridge_epoch_amount(clock->state, clock->pool, epoch)->amount;
}

static u256 delta_at(void *context, uint64_t day)
{
	const struct clock *clock = context;
	const struct bridge_amount *row =
		bridge_numbered(clock->state, &bridge_table_day, clock->pool, day);

	return row->amount;
}

static bool flow_at(struct bridge_flow *out, struct trace *trace, struct state *state,
		    const struct pool *pool, uint64_t time)
{
	const struct bridge_totals *t = bridge_totals(state, pool);
	struct clock clock = {.state = state, .pool = pool};
	struct bridge_deltas deltas = {.at = delta_at, .context = &clock};
	struct bridge_flow from = {
		.liquidity = t->liquidity.raw, .daily = t->daily_premium, .day = t->last_day};

	return bridge_flow_to(out, trace, &from, bridge_day(time), &deltas);
}

bool bridge_liquidity_at(struct assets *out, struct trace *trace, struct state *state,
			 const struct pool *pool, uint64_t time)
{
	struct bridge_flow flow;
	bool ok = flow_at(&flow, trace, state, pool, time);

	*out = assets_of(flow.liquidity);
	return ok;
}

bool bridge_cover_at(struct assets *out, struct trace *trace, struct state *state,
		     const struct pool *pool, uint64_t time)
{
	const struct bridge_totals *t = bridge_totals(state, pool);
	struct clock clock = {.state = state, .pool = pool};
	struct bridge_amounts amounts = {.at = amount_at, .context = &clock};
	uint64_t epoch;

	*out = assets_of(U256_ZERO);
	return bridge_epoch(&epoch, bridge_parameters(state, pool)->start_time, time) &&
	       bridge_cover_without(&out->raw, trace, "cover at the epoch", t->cover.raw,
				    t->last_epoch, bridge_view_end(epoch), &amounts);
}

bool bridge_rate_at(u256 *out, struct trace *trace, struct state *state, const struct pool *pool,
		    struct shares supply, uint64_t time)
{
	struct assets liquidity;

	*out = U256_ZERO;
	return bridge_liquidity_at(&liquidity, trace, state, pool, time) &&
	       bridge_rate(out, trace, liquidity, supply);
}

void bridge_distribute_premiums(struct applying *a)
{
	struct bridge_totals *t = bridge_totals(a->state, a->pool);
	struct bridge_flow flow;
	bool ok = flow_at(&flow, a->trace, a->state, a->pool, a->block->timestamp);

	bridge_expect_words(a, BRIDGE_EVENT_FIGURES, "totalLiquidity", ok,
			    "premiums that can be distributed", "a sum beyond 256 bits");
	if (!ok)
		return;
	t->liquidity = assets_of(flow.liquidity);
	t->daily_premium = flow.daily;
	t->last_day = flow.day;
}

uint64_t bridge_virtual_of_sale(const struct applying *a)
{
	return bridge_is_v1(a->pool) ? BRIDGE_OLD_VIRTUAL_EPOCHS
				     : bridge_virtual_epochs_at_sale(a->block->timestamp);
}

uint64_t bridge_virtual_of(const struct applying *a, const struct bridge_policy *policy)
{
	if (bridge_is_v1(a->pool))
		return BRIDGE_OLD_VIRTUAL_EPOCHS;
	return bridge_virtual_epochs(bridge_parameters(a->state, a->pool)->start_time,
				     policy->start_epoch, a->block->timestamp);
}

uint64_t bridge_epoch_now(const struct applying *a)
{
	uint64_t epoch = 1; /* no block is before the book's creation */

	return bridge_epoch(&epoch, bridge_parameters(a->state, a->pool)->start_time,
			    a->block->timestamp)
		       ? epoch
		       : 1;
}

bool bridge_update_is_due(const struct applying *a)
{
	return bridge_totals(a->state, a->pool)->last_epoch < bridge_epoch_now(a);
}

void bridge_update_epochs(struct applying *a)
{
	struct bridge_totals *t = bridge_totals(a->state, a->pool);
	struct clock clock = {.state = a->state, .pool = a->pool};
	struct bridge_amounts amounts = {.at = amount_at, .context = &clock};
	uint64_t to = bridge_update_end(t->last_epoch, bridge_epoch_now(a));
	u256 left = U256_ZERO;
	bool ok = bridge_cover_without(&left, a->trace, "newTotalCoverTokens", t->cover.raw,
				       t->last_epoch, to, &amounts);

	if (ok)
		t->cover = assets_of(left);
	for (uint64_t i = t->last_epoch; i < to; i++) {
		struct bridge_amount *row = bridge_epoch_amount(a->state, a->pool, i);

		t->booked_cover.raw = u256_sub_wrap(t->booked_cover.raw, row->amount);
		row->amount = U256_ZERO;
	}
	t->last_epoch = to;
	bridge_expect_words(a, BRIDGE_EVENT_FIGURES, "newTotalCoverTokens", ok,
			    "ended cover within the total", "more than all of it");
}

/* One call takes at most 52 epochs into account: after it, more may be due all the same. */
void bridge_epochs_settled(struct applying *a)
{
	struct bridge_scratch *scratch = bridge_scratch(a);
	bool is_owed = !scratch->had_update && bridge_update_is_due(a);

	scratch->had_update = false;
	bridge_expect_words(a, BRIDGE_COVERAGE_CHANGED, "", !is_owed,
			    "a CoverageChanged of this epoch earlier in the transaction", "none");
	if (is_owed)
		bridge_update_epochs(a);
}

void bridge_book_cover(struct applying *a, uint64_t epoch, struct assets cover)
{
	struct bridge_totals *t = bridge_totals(a->state, a->pool);
	struct bridge_amount *row = bridge_epoch_amount(a->state, a->pool, epoch);

	row->amount = u256_add_wrap(row->amount, cover.raw);
	t->booked_cover.raw = u256_add_wrap(t->booked_cover.raw, cover.raw);
}

bool bridge_unbook_cover(struct applying *a, uint64_t epoch, struct assets cover)
{
	struct bridge_totals *t = bridge_totals(a->state, a->pool);
	struct bridge_amount *row = bridge_epoch_amount(a->state, a->pool, epoch);

	u256 left;

	if (!u256_sub_ok(&left, row->amount, cover.raw))
		return false;
	row->amount = left;
	t->booked_cover.raw = u256_sub_wrap(t->booked_cover.raw, cover.raw);
	return true;
}
