/* What other pools lend to the book, as their events tell it, and distributors' fees. */
#include "protocols/bridge_mutual/handlers.h"

bool bridge_leveraged(u256 *out, struct state *state, const struct pool *pool)
{
	const struct bridge_totals *t = bridge_totals(state, pool);

	return u256_add_ok(out, t->virtual_reinsurance.raw, t->leveraged_reinsurance.raw) &&
	       u256_add_ok(out, *out, t->leveraged_users.raw);
}

void bridge_on_virtual_deployed(struct applying *a, const struct pool_event *event)
{
	if (bridge_is_ours(a, event->values[0].address))
		bridge_totals(a->state, a->pool)->virtual_reinsurance =
			assets_of(event->values[1].number);
}

void bridge_on_leverage_deployed(struct applying *a, const struct pool_event *event)
{
	if (bridge_is_ours(a, event->values[0].address))
		bridge_totals(a->state, a->pool)->leveraged_reinsurance =
			assets_of(event->values[1].number);
}

void bridge_on_lender_deployed(struct applying *a, const struct pool_event *event)
{
	struct bridge_totals *t = bridge_totals(a->state, a->pool);
	struct bridge_lender *lender =
		state_row(a->state, &bridge_table_lender, a->pool->id, event->log->address.bytes);
	u256 deployed = event->values[1].number;

	if (!bridge_is_ours(a, event->values[0].address))
		return;
	t->lender_count += !u256_is_zero(deployed);
	t->lender_count -= !u256_is_zero(lender->deployed.raw);
	t->leveraged_users.raw = u256_sub_wrap(u256_add_wrap(t->leveraged_users.raw, deployed),
					       lender->deployed.raw);
	lender->deployed = assets_of(deployed);
}

static void add_to_reinsurance(struct applying *a, const char *field, u256 amount)
{
	struct bridge_totals *t = bridge_totals(a->state, a->pool);
	u256 now;
	bool ok = u256_add_ok(&now, t->reinsurance_liquidity.raw, amount);

	bridge_expect_words(a, BRIDGE_EVENT_FIGURES, field, ok, "a liquidity below 2^256",
			    "one beyond it");
	if (ok)
		t->reinsurance_liquidity = assets_of(now);
}

/* Of any book's premium; PolicyBought takes it. */
void bridge_on_premium_added(struct applying *a, const struct pool_event *event)
{
	struct bridge_scratch *scratch = bridge_scratch(a);

	scratch->has_premium = true;
	scratch->premium = event->values[0].number;
	add_to_reinsurance(a, "premiumAmount", scratch->premium);
}

void bridge_on_reinsurance_loss(struct applying *a, const struct pool_event *event)
{
	struct bridge_totals *t = bridge_totals(a->state, a->pool);
	struct address nobody = {{0}};

	bridge_expect_difference(
		a, nobody, "reinsurance newTotalLiquidity", "totalLiquidity - tokensToWithdraw",
		(struct trace_input){"totalLiquidity", t->reinsurance_liquidity.raw},
		(struct trace_input){"tokensToWithdraw", event->values[1].number},
		event->values[2].number);
	t->reinsurance_liquidity = assets_of(event->values[2].number);
}

void bridge_on_interest_added(struct applying *a, const struct pool_event *event)
{
	add_to_reinsurance(a, "interestAmount", event->values[0].number);
}

static void set_fee(struct applying *a, struct address distributor, u256 fee)
{
	struct bridge_fee *row =
		state_row(a->state, &bridge_table_fee, a->pool->id, distributor.bytes);

	row->fee = fee;
	row->is_known = true;
}

void bridge_on_distributor(struct applying *a, const struct pool_event *event)
{
	set_fee(a, event->values[0].address, event->values[1].number);
}

void bridge_on_no_distributor(struct applying *a, const struct pool_event *event)
{
	set_fee(a, event->values[0].address, U256_ZERO);
}
