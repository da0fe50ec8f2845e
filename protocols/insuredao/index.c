/* What indices do beside their shares, and the reserve's fund. */
#include "protocols/insuredao/handlers.h"

void insuredao_on_locked(struct applying *a, const struct pool_event *event)
{
	insuredao_meet(a, event->log->address);
	insuredao_index(a->state, a->pool, event->log->address)->is_locked = true;
}

void insuredao_on_resumed(struct applying *a, const struct pool_event *event)
{
	struct address index = event->log->address;
	bool is_paying = false;

	insuredao_meet(a, index);
	for (size_t i = 0; i < a->pool->setup.contracts[INSUREDAO_MARKETS].count; i++) {
		struct address market = a->pool->setup.contracts[INSUREDAO_MARKETS].addresses[i];

		is_paying =
			is_paying || (insuredao_credit_at(a->state, a->pool, market, index).slot &&
				      insuredao_market_at(a->state, a->pool, market).status ==
					      INSUREDAO_PAYINGOUT);
	}
	insuredao_expect_words(a, INSUREDAO_MARKET_STATE, index, "resume",
			       !is_paying && insuredao_index(a->state, a->pool, index)->is_locked,
			       "a locked index none of whose markets pays out",
			       "one that is not locked, or with a paying market");
	if (!insuredao_was_early(a, index))
		insuredao_allocate_own(a, index);
	insuredao_index(a->state, a->pool, index)->is_locked = false;
}

void insuredao_on_leverage_set(struct applying *a, const struct pool_event *event)
{
	struct address index = event->log->address;

	insuredao_meet(a, index);
	if (insuredao_was_early(a, index))
		return;
	insuredao_index(a->state, a->pool, index)->target_lev = event->values[0].number;
	insuredao_allocate_own(a, index);
}

/* The market's last index takes the place of the one that leaves. */
static void leave(struct applying *a, struct address market, struct insuredao_credit *c)
{
	struct insuredao_market *m = insuredao_market(a->state, a->pool, market);

	for (size_t i = 0; i < a->pool->setup.contracts[INSUREDAO_INDICES].count; i++) {
		struct address index = a->pool->setup.contracts[INSUREDAO_INDICES].addresses[i];

		if (insuredao_credit_at(a->state, a->pool, market, index).slot == m->lender_count)
			insuredao_credit(a->state, a->pool, market, index)->slot = c->slot;
	}
	c->slot = 0;
	c->reward_debt = U256_ZERO;
	if (m->lender_count)
		m->lender_count--;
}

/* Whether the next log is the allocation of the market that takes the place of a removed one. */
static bool is_replaced(struct applying *a, struct address index)
{
	const struct event_log *next = insuredao_ahead(a, &index, "newAllocation", NULL);

	return next && next->log_index == a->event->log->log_index + 1;
}

void insuredao_on_new_allocation(struct applying *a, const struct pool_event *event)
{
	struct address index = event->log->address;
	struct address market = event->values[0].address;
	u256 points = event->values[1].number;
	struct insuredao_index_row *row = insuredao_index(a->state, a->pool, index);
	struct insuredao_credit *c;
	bool is_removed;

	insuredao_meet(a, index);
	insuredao_expect_words(a, INSUREDAO_POOL_KNOWN, market, "market",
			       insuredao_kind(a->pool, market) == INSUREDAO_MARKETS,
			       "a market that is configured", "another address");
	if (insuredao_kind(a->pool, market) != INSUREDAO_MARKETS)
		return;
	insuredao_meet(a, market);
	c = insuredao_credit(a->state, a->pool, market, index);
	/*
	 * A market without credit that gets no points is removed; its last allocation, without
	 * points, came before. To set the points of one without credit to 0 looks the same: it
	 * matters to the order among the market's indices only. Where that came first, it leaves
	 * once.
	 */
	is_removed = c->slot && u256_is_zero(points) && u256_is_zero(c->credit.raw);
	if (!c->slot && u256_is_zero(points)) {
		if (!is_replaced(a, index))
			insuredao_allocate_own(a, index);
		return;
	}
	if (!c->slot)
		c->slot = ++insuredao_market(a->state, a->pool, market)->lender_count;
	insuredao_take(&row->total_alloc_point, c->points);
	insuredao_add(&row->total_alloc_point, points);
	c->points = points;
	if (is_removed) {
		if (!insuredao_was_early(a, index))
			insuredao_allocate_own(a, index);
		leave(a, market, c);
		if (is_replaced(a, index))
			return;
	}
	insuredao_allocate_own(a, index);
}

/* ---- the reserve's fund ---- */

void insuredao_on_fund(struct applying *a, const struct pool_event *event)
{
	struct address reserve = event->log->address;
	struct address who = event->values[0].address;
	struct assets amount = assets_of(event->values[1].number);
	struct shares n;

	insuredao_meet(a, reserve);
	insuredao_take_transfer(a, true, &who, amount);
	n = insuredao_vault_add(a, reserve, amount);
	insuredao_expect(a, INSUREDAO_EVENT_FIGURES, who, "attribution",
			 insuredao_vault_is_known(a->state, a->pool), n.raw,
			 event->values[2].number);
	insuredao_add(&insuredao_reserve(a->state, a->pool, reserve)->surplus_pool.raw,
		      event->values[2].number);
	insuredao_post(a, LEDGER_DEPOSITORS, LEDGER_STAKED, amount, who);
}

void insuredao_on_defund(struct applying *a, const struct pool_event *event)
{
	struct address reserve = event->log->address;
	struct address to = event->values[0].address;
	struct assets amount = assets_of(event->values[1].number);
	struct shares n;

	insuredao_meet(a, reserve);
	insuredao_take_transfer(a, false, &to, amount);
	n = insuredao_vault_withdraw(a, reserve, amount);
	insuredao_expect(a, INSUREDAO_EVENT_FIGURES, to, "attribution",
			 insuredao_vault_is_known(a->state, a->pool), n.raw,
			 event->values[2].number);
	insuredao_take(&insuredao_reserve(a->state, a->pool, reserve)->surplus_pool.raw,
		       event->values[2].number);
	insuredao_post(a, LEDGER_STAKED, LEDGER_DEPOSITORS, amount, to);
}
