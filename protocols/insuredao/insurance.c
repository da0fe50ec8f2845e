/* Insurances: sold, unlocked when they are over, paid. */
#include "protocols/insuredao/handlers.h"
#include "protocols/insuredao/redeem_call.h"

/* ---- sales ---- */

static void check_terms(struct applying *a, struct address market, const struct pool_event *event,
			const struct insuredao_setting *setting)
{
	u256 now = u256_from(a->block->timestamp);
	u256 start = event->values[3].number;
	u256 end = event->values[4].number;
	struct address insured = event->values[5].address;
	u256 span = U256_ZERO;
	bool ok = u256_sub_ok(&span, end, now);

	TRACE(a->trace, "span", "endTime - timestamp", ok, span, {"endTime", end},
	      {"timestamp", now}, {"minInsureSpan", setting->min_insure_span},
	      {"maxInsureSpan", setting->max_insure_span});
	insuredao_expect_words(a, INSUREDAO_INSURE_SPAN, insured, "startTime",
			       u256_equal(start, now), "the block's time", "another time");
	insuredao_expect_words(a, INSUREDAO_INSURE_SPAN, insured, "endTime",
			       ok && u256_compare(span, setting->min_insure_span) >= 0 &&
				       u256_compare(span, setting->max_insure_span) <= 0,
			       "a span within the market's settings", "a shorter or longer one");
	insuredao_expect_words(
		a, INSUREDAO_MARKET_STATE, market, "insure",
		insuredao_market(a->state, a->pool, market)->status == INSUREDAO_TRADING &&
			!insuredao_market(a->state, a->pool, market)->is_paused,
		"a market that trades and is not paused", "one that pays out or is paused");
}

/* The premium's attributions, and what of the market's the indices have earned. */
static void divide(struct applying *a, struct address market, struct assets premium, u256 fee_rate,
		   const struct insuredao_liquidity *before, bool is_known)
{
	struct insuredao_market *m = insuredao_market(a->state, a->pool, market);
	struct shares credited;
	struct shares part = shares_of(U256_ZERO);
	u256 step = U256_ZERO;
	bool ok;

	insuredao_vault_add_batch(a, market, premium, fee_rate, &credited);
	if (!is_known)
		return;
	ok = insuredao_lenders_part(&part, a->trace, credited, m->total_credit, before->total) &&
	     insuredao_reward_step(&step, a->trace, part, m->total_credit);
	insuredao_expect_words(a, INSUREDAO_VAULT_RULE, market, "rewardPerCredit", ok,
			       "a part for the indices", "a figure beyond 256 bits");
	insuredao_add(&m->attribution_debt.raw, part.raw);
	insuredao_add(&m->reward_per_credit, step);
}

static void keep_policy(struct applying *a, const struct pool_event *event, u256 fee_rate)
{
	struct address market = event->log->address;
	struct insuredao_market *m = insuredao_market(a->state, a->pool, market);
	struct assets amount = assets_of(event->values[1].number);
	struct insuredao_policy *p;
	uint64_t id;

	insuredao_expect(a, INSUREDAO_EVENT_FIGURES, market, "id", true,
			 u256_from(m->insurance_count), event->values[0].number);
	if (!u256_to_u64(&id, event->values[0].number) || id == UINT64_MAX)
		return;
	p = insuredao_policy(a->state, a->pool, market, id);
	insuredao_expect_words(a, INSUREDAO_POLICY_ACTIVE, event->values[5].address, "new",
			       p->state == POLICY_NONE, "an id that was not given before",
			       "one that was");
	if (p->state == POLICY_ACTIVE)
		insuredao_totals(a->state, a->pool)->active_count--;
	*p = (struct insuredao_policy){.state = POLICY_ACTIVE,
				       .amount = amount,
				       .premium = assets_of(event->values[7].number),
				       .fee_rate = fee_rate,
				       .start = insuredao_u64(event->values[3].number),
				       .end = insuredao_u64(event->values[4].number),
				       .insured = event->values[5].address,
				       .agent = event->values[6].address,
				       .block = a->block->number};
	memcpy(p->target.bytes, event->values[2].bytes.data, HASH_BYTES);
	m->insurance_count = id + 1;
	insuredao_totals(a->state, a->pool)->active_count++;
}

void insuredao_on_insured(struct applying *a, const struct pool_event *event)
{
	struct address market = event->log->address;
	struct address insured = event->values[5].address;
	struct assets amount = assets_of(event->values[1].number);
	struct assets premium = assets_of(event->values[7].number);
	struct insuredao_setting setting = insuredao_setting(a->state, a->pool, market);
	struct insuredao_market *m = insuredao_market(a->state, a->pool, market);
	struct insuredao_cover cover = {.amount = amount, .locked = m->locked_amount};
	struct insuredao_liquidity before;
	bool is_known;

	insuredao_meet(a, market);
	is_known = insuredao_market_liquidity(&before, a->trace, a->state, a->pool, market);
	check_terms(a, market, event, &setting);
	if (is_known)
		insuredao_expect_words(a, INSUREDAO_COVER_AVAILABLE, insured, "amount",
				       before.is_available_known &&
					       assets_compare(amount, before.available) <= 0,
				       "no more than the market has available", "more");
	insuredao_take_transfer(a, true, NULL, premium); /* from whoever pays */
	cover.total_liquidity = before.total;
	if (is_known && u256_sub_ok(&cover.term_seconds, event->values[4].number,
				    u256_from(a->block->timestamp)))
		insuredao_check_premium(a, market, &cover, premium);
	divide(a, market, premium, setting.fee_rate, &before, is_known);
	insuredao_add(&m->locked_amount.raw, amount.raw);
	keep_policy(a, event, setting.fee_rate);
	insuredao_post(a, LEDGER_PREMIUMS, LEDGER_STAKED, premium, insured);
}

/* ---- their end ---- */

/* The policy of an event, if it is active; its cover is no longer locked then. */
static struct insuredao_policy *end_policy(struct applying *a, struct address market, u256 id,
					   struct assets amount, enum insuredao_policy_state state)
{
	struct insuredao_market *m = insuredao_market(a->state, a->pool, market);
	struct insuredao_policy *p = NULL;
	uint64_t number;
	bool is_active;

	if (u256_to_u64(&number, id))
		p = insuredao_policy(a->state, a->pool, market, number);
	is_active = p && p->state == POLICY_ACTIVE;
	insuredao_expect_words(a, INSUREDAO_POLICY_ACTIVE, market, "status", is_active,
			       "an insurance that is active",
			       p && p->state != POLICY_NONE ? "one that is over" : "none");
	if (!p || p->state == POLICY_NONE)
		return NULL;
	insuredao_expect(a, INSUREDAO_EVENT_FIGURES, p->insured, "amount", true, p->amount.raw,
			 amount.raw);
	if (!is_active)
		return p;
	insuredao_take(&m->locked_amount.raw, p->amount.raw);
	p->state = state;
	p->ended_at = a->block->timestamp;
	insuredao_totals(a->state, a->pool)->active_count--;
	return p;
}

void insuredao_on_unlocked(struct applying *a, const struct pool_event *event)
{
	struct address market = event->log->address;
	/* A bounty unlocks whatever insurances it names, at any time. */
	bool is_bounty = insuredao_ahead(a, &market, "BountyPaid", NULL) != NULL;
	struct insuredao_policy *p =
		end_policy(a, market, event->values[0].number, assets_of(event->values[1].number),
			   POLICY_UNLOCKED);
	u256 grace = insuredao_setting(a->state, a->pool, market).unlock_grace_period;
	u256 now = u256_from(a->block->timestamp);
	u256 from = U256_ZERO;
	bool ok;

	insuredao_meet(a, market);
	if (!p || is_bounty)
		return;
	ok = u256_add_ok(&from, u256_from(p->end), grace);
	TRACE(a->trace, "unlockable after", "endTime + grace period", ok, from,
	      {"endTime", u256_from(p->end)}, {"grace period", grace}, {"timestamp", now});
	insuredao_expect_words(a, INSUREDAO_UNLOCK_TIME, p->insured, "", ok && u256_less(from, now),
			       "after the insurance's end and the grace period", "before");
	insuredao_expect_words(a, INSUREDAO_MARKET_STATE, market, "unlock",
			       insuredao_market(a->state, a->pool, market)->status ==
				       INSUREDAO_TRADING,
			       "a market that trades", "one that pays out");
}

/* ---- payouts ---- */

static void check_redemption(struct applying *a, struct address market,
			     const struct insuredao_policy *p, const struct pool_event *event)
{
	const struct insuredao_market *m = insuredao_market(a->state, a->pool, market);
	/* The contract looks at 48 bits of it. */
	u256 incident = u256_and(m->incident_timestamp, u256_from((UINT64_C(1) << 48) - 1));
	u256 start = u256_from(p->start);
	u256 end = u256_from(p->end);
	struct hash target;

	TRACE(a->trace, "incident", "startTime <= incidentTimestamp <= endTime", true, incident,
	      {"startTime", start}, {"endTime", end});
	insuredao_expect_words(a, INSUREDAO_PAYOUT_INCIDENT, p->insured, "incidentTimestamp",
			       u256_compare(start, incident) <= 0 &&
				       u256_compare(incident, end) <= 0,
			       "an incident while the insurance ran", "one before or after it");
	memcpy(target.bytes, event->values[2].bytes.data, HASH_BYTES);
	insuredao_expect_words(a, INSUREDAO_EVENT_FIGURES, p->insured, "insured",
			       address_equal(p->insured, event->values[1].address),
			       "the insured of the sale", "another address");
	insuredao_expect_words(a, INSUREDAO_EVENT_FIGURES, p->insured, "target",
			       hash_equal(p->target, target), "the target of the sale",
			       "another one");
}

/*
 * What the call says of the loss: known where the transaction itself called the market and was
 * proved. One that came through another contract says nothing here.
 */
static void check_loss(struct applying *a, const struct insuredao_policy *p,
		       const struct pool_event *event, struct assets paid)
{
	const struct event_log *log = event->log;
	const struct insuredao_market *m = insuredao_market(a->state, a->pool, log->address);
	struct redeem_call call;
	struct assets payout;
	bool ok;

	if (!log->has_sender || !address_equal(log->called, log->address) ||
	    !redeem_call_parse(&call, log->input) || !u256_equal(call.id, event->values[0].number))
		return;
	ok = redeem_payout(&payout, a->trace, call.loss, m->payout_numerator, m->payout_denominator,
			   p->amount);
	insuredao_expect(a, INSUREDAO_PAYOUT_LOSS, p->insured, "payout", ok, payout.raw, paid.raw);
	insuredao_expect_words(a, INSUREDAO_PAYOUT_LOSS, p->insured, "loss",
			       redeem_call_proves(&call, m->merkle_root, p->target, p->insured),
			       "a loss that the incident's Merkle root proves", "another one");
	insuredao_expect_words(a, INSUREDAO_PAYOUT_LOSS, p->insured, "sender",
			       address_equal(log->sender, p->insured) ||
				       address_equal(log->sender, p->agent),
			       "the insured or its agent", "somebody else");
}

static void keep_payout(struct applying *a, const struct pool_event *event, struct assets cover,
			struct assets before, struct assets after)
{
	struct address market = event->log->address;
	struct insuredao_market *m = insuredao_market(a->state, a->pool, market);
	struct insuredao_incident *incident =
		insuredao_incident(a->state, a->pool, market, m->incident_count);
	uint8_t key[PAYOUT_KEY];
	struct insuredao_payout_row *row;

	payout_key(key, a->block->number, event->log->log_index);
	row = state_row(a->state, &insuredao_table_payout, a->pool->id, key);
	*row = (struct insuredao_payout_row){.transaction = event->log->transaction_hash,
					     .recipient = event->values[1].address,
					     .market = market,
					     .policy = insuredao_u64(event->values[0].number),
					     .incident = m->incident_count,
					     .amount = assets_of(event->values[4].number),
					     .cover = cover,
					     .available_before = before,
					     .available_after = after};
	if (!incident->is_there)
		return;
	incident->payout_count++;
	insuredao_add(&incident->paid.raw, row->amount.raw);
}

void insuredao_on_redeemed(struct applying *a, const struct pool_event *event)
{
	struct address market = event->log->address;
	struct address insured = event->values[1].address;
	struct assets amount = assets_of(event->values[3].number);
	struct assets paid = assets_of(event->values[4].number);
	const struct insuredao_totals *t = insuredao_totals(a->state, a->pool);
	struct assets before = t->balance;
	struct assets after = t->balance;
	struct insuredao_policy *p;

	insuredao_meet(a, market);
	insuredao_expect_words(a, INSUREDAO_PAYOUT_WINDOW, insured, "",
			       insuredao_market(a->state, a->pool, market)->status ==
				       INSUREDAO_PAYINGOUT,
			       "a market that pays out an incident", "one that trades");
	p = end_policy(a, market, event->values[0].number, amount, POLICY_REDEEMED);
	if (p) {
		check_redemption(a, market, p, event);
		check_loss(a, p, event, paid);
		amount = p->amount;
		insuredao_add(&p->payout.raw, paid.raw);
	}
	TRACE(a->trace, "payout at most", "the insurance's cover", true, amount.raw,
	      {"cover", amount.raw});
	insuredao_expect_words(a, INSUREDAO_PAYOUT_COVERED, insured, "payout",
			       assets_compare(paid, amount) <= 0, "at most the cover", "more");
	if (!u256_is_zero(paid.raw))
		insuredao_take_transfer(a, false, &insured, paid);
	insuredao_take(&before.raw, t->total_debt.raw);
	insuredao_vault_borrow(a, market, paid);
	insuredao_take(&after.raw, t->total_debt.raw);
	keep_payout(a, event, amount, before, after);
	insuredao_post(a, LEDGER_STAKED, LEDGER_CLAIMS, paid, insured);
}
