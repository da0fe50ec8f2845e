/*
 * An incident and its end: the market pays out, and when it is resumed (or a bounty was paid) its
 * debt is borne by its own liquidity, the indices that lend to it, and the reserves behind them.
 *
 * What the market itself bears, and what nobody does, is logged by nothing. It follows when the
 * last of the indices has paid; where none lends, when the market says that it trades again.
 */
#include "protocols/insuredao/handlers.h"

void insuredao_on_cover_applied(struct applying *a, const struct pool_event *event)
{
	struct address market = event->log->address;
	struct insuredao_market *m = insuredao_market(a->state, a->pool, market);
	u256 now = u256_from(a->block->timestamp);
	u256 end = U256_ZERO;
	struct insuredao_incident *incident;
	bool ok = u256_add_ok(&end, now, event->values[0].number);

	insuredao_meet(a, market);
	TRACE(a->trace, "pendingEnd", "timestamp + pending", ok, end, {"timestamp", now},
	      {"pending", event->values[0].number});
	insuredao_expect_words(a, INSUREDAO_INCIDENT_TIME, market, "incidentTimestamp",
			       u256_less(event->values[3].number, now), "a time before the block",
			       "a later one");
	m->status = INSUREDAO_PAYINGOUT;
	m->pending_end = end;
	m->payout_numerator = event->values[1].number;
	m->payout_denominator = event->values[2].number;
	m->incident_timestamp = event->values[3].number;
	memcpy(m->merkle_root.bytes, event->values[4].bytes.data, HASH_BYTES);
	for (size_t i = 0; i < a->pool->setup.contracts[INSUREDAO_INDICES].count; i++) {
		struct address index = a->pool->setup.contracts[INSUREDAO_INDICES].addresses[i];

		if (u256_is_zero(insuredao_credit_at(a->state, a->pool, market, index).credit.raw))
			continue;
		insuredao_expect_words(a, INSUREDAO_MARKET_STATE, index, "locked",
				       insuredao_index_at(a->state, a->pool, index).is_locked,
				       "an index that lends to a paying market is locked",
				       "it is not");
	}
	incident = insuredao_incident(a->state, a->pool, market, ++m->incident_count);
	*incident = (struct insuredao_incident){.is_there = true,
						.block = a->block->number,
						.incident_timestamp = m->incident_timestamp,
						.pending_end = m->pending_end,
						.payout_numerator = m->payout_numerator,
						.payout_denominator = m->payout_denominator,
						.merkle_root = m->merkle_root};
}

/* ---- bearing the debt ---- */

static void finish(struct applying *a)
{
	struct insuredao_scratch *s = insuredao_scratch(a);
	struct address market = s->settling_market;
	struct insuredao_market *m = insuredao_market(a->state, a->pool, market);
	struct insuredao_incident *incident;
	struct assets own = assets_of(U256_ZERO);
	struct assets shortage = assets_of(U256_ZERO);
	bool ok = assets_sub_ok(&own, s->debt, s->lenders_debt) &&
		  assets_sub_ok(&shortage, s->lenders_debt, s->lenders_paid);

	TRACE(a->trace, "borne by the market", "debt - indices' part", ok, own.raw,
	      {"debt", s->debt.raw}, {"indices' part", s->lenders_debt.raw});
	TRACE(a->trace, "borne by nobody", "indices' part - what they paid", ok, shortage.raw,
	      {"indices' part", s->lenders_debt.raw}, {"paid", s->lenders_paid.raw});
	insuredao_expect_words(a, INSUREDAO_COMPENSATION, market, "shortage", ok,
			       "no more paid than was asked", "more");
	if (!u256_is_zero(own.raw))
		insuredao_vault_offset(a, market, market, own);
	if (!u256_is_zero(shortage.raw))
		insuredao_vault_transfer_debt(a, market, shortage);
	if (s->is_bounty)
		m->incident_count++;
	incident = insuredao_incident(a->state, a->pool, market, m->incident_count);
	incident->is_there = true;
	incident->is_bounty = s->is_bounty;
	if (s->is_bounty) {
		incident->block = a->block->number;
		incident->payout_count = 1;
		incident->paid = s->bounty;
	}
	incident->is_unknown = !insuredao_vault_is_known(a->state, a->pool);
	incident->debt = s->debt;
	incident->from_market = own;
	incident->from_indices = s->lenders_paid;
	incident->from_reserves = s->reserves_paid;
	incident->shortage = shortage;
	incident->resumed_at = a->block->timestamp;
	s->is_settling = false;
	s->is_settled = true;
	s->settled_market = market;
	if (s->is_bounty)
		return;
	m->status = INSUREDAO_TRADING;
	/* Each index that is registered allocates, in the order of their places. */
	for (uint64_t slot = 1; slot <= m->lender_count; slot++)
		for (size_t i = 0; i < a->pool->setup.contracts[INSUREDAO_INDICES].count; i++) {
			struct address index =
				a->pool->setup.contracts[INSUREDAO_INDICES].addresses[i];

			if (insuredao_credit_at(a->state, a->pool, market, index).slot == slot)
				insuredao_allocate_own(a, index);
		}
}

void insuredao_settle_begin(struct applying *a, struct address market, bool is_bounty,
			    struct assets bounty)
{
	struct insuredao_scratch *s = insuredao_scratch(a);
	const struct insuredao_market *m = insuredao_market(a->state, a->pool, market);
	struct insuredao_liquidity l;
	bool ok;

	if (is_bounty)
		insuredao_vault_borrow(a, market, bounty);
	s->is_settling = true;
	s->is_bounty = is_bounty;
	s->bounty = bounty;
	s->settling_market = market;
	s->debt = insuredao_account(a->state, a->pool, market)->debts;
	s->lenders_paid = assets_of(U256_ZERO);
	s->reserves_paid = assets_of(U256_ZERO);
	s->has_reserve_paid = false;
	ok = insuredao_market_liquidity(&l, a->trace, a->state, a->pool, market) &&
	     insuredao_lenders_debt(&s->lenders_debt, a->trace, s->debt, m->total_credit, l.total);
	if (!ok)
		s->lenders_debt = assets_of(U256_ZERO);
	insuredao_expect(a, INSUREDAO_COMPENSATION, market, "indices' part", ok,
			 s->lenders_debt.raw, s->lenders_debt.raw);
	s->outstanding = 0;
	for (size_t i = 0; i < a->pool->setup.contracts[INSUREDAO_INDICES].count; i++) {
		struct address index = a->pool->setup.contracts[INSUREDAO_INDICES].addresses[i];

		s->outstanding += !u256_is_zero(
			insuredao_credit_at(a->state, a->pool, market, index).credit.raw);
	}
	if (!s->outstanding)
		finish(a);
}

/* Begins where the event at hand is the first word of it. A market that trades pays a bounty, which
 * is said after all. */
static void begin_for(struct applying *a, struct address market)
{
	struct insuredao_scratch *s = insuredao_scratch(a);
	const struct abi_value *values = NULL;
	bool is_bounty;

	if (s->is_settling && address_equal(s->settling_market, market))
		return;
	is_bounty = insuredao_market(a->state, a->pool, market)->status == INSUREDAO_TRADING;
	if (is_bounty)
		(void)insuredao_ahead(a, &market, "BountyPaid", &values);
	insuredao_settle_begin(a, market, is_bounty,
			       assets_of(values ? values[0].number : U256_ZERO));
}

/* What the market that settles asks of the index. */
static bool asked_of(struct assets *out, struct applying *a, struct address index)
{
	const struct insuredao_scratch *s = insuredao_scratch(a);
	const struct insuredao_market *m = insuredao_market(a->state, a->pool, s->settling_market);

	return insuredao_lender_asked(
		out, a->trace, s->lenders_debt,
		insuredao_credit_at(a->state, a->pool, s->settling_market, index).credit,
		m->total_credit);
}

void insuredao_on_index_compensated(struct applying *a, const struct pool_event *event)
{
	struct insuredao_scratch *s = insuredao_scratch(a);
	struct address index = event->log->address;
	struct address market = event->values[0].address;
	struct assets amount = assets_of(event->values[1].number);
	struct assets asked = assets_of(U256_ZERO);
	struct assets value = assets_of(U256_ZERO);
	struct assets pays;
	bool ok;

	insuredao_meet(a, index);
	if (insuredao_kind(a->pool, market) != INSUREDAO_MARKETS) {
		insuredao_expect_words(a, INSUREDAO_COMPENSATION, market, "market", false,
				       "a market of the pool", "another address");
		return;
	}
	begin_for(a, market);
	ok = asked_of(&asked, a, index) &&
	     insuredao_underlying(&value, a->trace, "underlyingValue", a->state, a->pool, index);
	pays = asked;
	/* With a reserve's help it pays all that it is worth then. */
	if ((s->has_reserve_paid && address_equal(s->reserve_paid_index, index)) ||
	    assets_compare(value, asked) < 0)
		pays = value;
	TRACE(a->trace, "pays", "asked, or all that it is worth", ok, pays.raw,
	      {"asked", asked.raw}, {"underlyingValue", value.raw});
	insuredao_expect(a, INSUREDAO_COMPENSATION, index, "amount", ok, pays.raw, amount.raw);
	s->has_reserve_paid = false;
	insuredao_vault_offset(a, index, market, amount);
	insuredao_add(&s->lenders_paid.raw, amount.raw);
	if (s->is_settling && s->outstanding && --s->outstanding == 0)
		finish(a);
}

void insuredao_on_reserve_compensated(struct applying *a, const struct pool_event *event)
{
	struct insuredao_scratch *s = insuredao_scratch(a);
	struct address reserve = event->log->address;
	struct address index = event->values[0].address;
	struct assets amount = assets_of(event->values[1].number);
	struct insuredao_reserve *row = insuredao_reserve(a->state, a->pool, reserve);
	const struct abi_value *values = NULL;
	struct assets asked = assets_of(U256_ZERO);
	struct assets value = assets_of(U256_ZERO);
	struct assets has = assets_of(U256_ZERO);
	struct assets lacks = assets_of(U256_ZERO);
	struct shares lost;
	struct shares crowd = shares_of(U256_ZERO);
	struct shares rest = shares_of(U256_ZERO);
	bool ok;

	insuredao_meet(a, reserve);
	if (insuredao_ahead(a, &index, "Compensated", &values) &&
	    insuredao_kind(a->pool, values[0].address) == INSUREDAO_MARKETS)
		begin_for(a, values[0].address);
	ok = s->is_settling && asked_of(&asked, a, index) &&
	     insuredao_underlying(&value, a->trace, "the index's value", a->state, a->pool,
				  index) &&
	     insuredao_underlying(&has, a->trace, "the reserve's value", a->state, a->pool,
				  reserve) &&
	     insuredao_reserve_gives(&lacks, a->trace, asked, value, has);
	insuredao_expect(a, INSUREDAO_COMPENSATION, reserve, "amount", ok, lacks.raw, amount.raw);
	lost = insuredao_vault_transfer_value(a, reserve, index, amount);
	ok = insuredao_crowd_loss(&crowd, a->trace, lost, row->crowd_pool, row->surplus_pool) &&
	     shares_sub_ok(&rest, lost, crowd);
	insuredao_expect_words(a, INSUREDAO_COMPENSATION, reserve, "crowd", ok,
			       "a loss that crowd and surplus can bear", "more");
	insuredao_take(&row->crowd_pool.raw, crowd.raw);
	insuredao_take(&row->surplus_pool.raw, rest.raw);
	insuredao_add(&s->reserves_paid.raw, amount.raw);
	s->has_reserve_paid = true;
	s->reserve_paid_index = index;
}

/* ---- what the market says of itself ---- */

void insuredao_on_status_changed(struct applying *a, const struct pool_event *event)
{
	struct insuredao_scratch *s = insuredao_scratch(a);
	struct address market = event->log->address;
	struct insuredao_market *m = insuredao_market(a->state, a->pool, market);
	uint64_t status = insuredao_u64(event->values[0].number);
	u256 now = u256_from(a->block->timestamp);
	bool is_settled = s->is_settled && address_equal(s->settled_market, market);

	insuredao_meet(a, market);
	if (status == INSUREDAO_TRADING) {
		TRACE(a->trace, "pendingEnd", "resume after it", true, m->pending_end,
		      {"timestamp", now});
		insuredao_expect_words(a, INSUREDAO_RESUME_TIME, market, "",
				       u256_less(m->pending_end, now), "after the pending time",
				       "before its end");
		if (!is_settled && m->status == INSUREDAO_PAYINGOUT && !s->is_settling) {
			insuredao_settle_begin(a, market, false, assets_of(U256_ZERO));
			is_settled = true;
		}
	}
	insuredao_expect_words(a, INSUREDAO_MARKET_STATE, market, "marketStatus",
			       m->status == status && (is_settled || status != INSUREDAO_TRADING),
			       "paying out after CoverApplied, trading after a debt was borne",
			       "another state");
	m->status = status;
}

void insuredao_on_bounty_paid(struct applying *a, const struct pool_event *event)
{
	struct insuredao_scratch *s = insuredao_scratch(a);
	struct address market = event->log->address;
	struct assets amount = assets_of(event->values[0].number);
	struct address to = event->values[1].address;
	const struct insuredao_totals *t = insuredao_totals(a->state, a->pool);
	struct insuredao_payout_row *row;
	uint8_t key[PAYOUT_KEY];

	insuredao_meet(a, market);
	insuredao_expect_words(a, INSUREDAO_MARKET_STATE, market, "bounty",
			       insuredao_market(a->state, a->pool, market)->status ==
				       INSUREDAO_TRADING,
			       "a market that trades", "one that pays out");
	if (!u256_is_zero(amount.raw))
		insuredao_take_transfer(a, false, &to, amount);
	if (!(s->is_settled && address_equal(s->settled_market, market)) && !s->is_settling)
		insuredao_settle_begin(a, market, true, amount);
	payout_key(key, a->block->number, event->log->log_index);
	row = state_row(a->state, &insuredao_table_payout, a->pool->id, key);
	*row = (struct insuredao_payout_row){
		.transaction = event->log->transaction_hash,
		.recipient = to,
		.market = market,
		.is_bounty = true,
		.incident = insuredao_market(a->state, a->pool, market)->incident_count,
		.amount = amount};
	/* Who bears it has borne it by now. */
	row->available_after = t->balance;
	insuredao_take(&row->available_after.raw, t->total_debt.raw);
	row->available_before = row->available_after;
	insuredao_add(&row->available_before.raw, amount.raw);
	insuredao_post(a, LEDGER_STAKED, LEDGER_CLAIMS, amount, to);
}
