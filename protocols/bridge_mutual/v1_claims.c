/*
 * Results of claims on a V1 book. An accepted claim is paid by the call that decides it. What was
 * granted is in no event: it is what CoverageChanged takes off the total cover, and the coin's
 * Transfer says the same, cut to its decimals.
 *
 * The whole cover left its epoch's amount when the claim was submitted, but only what was granted
 * leaves the total; the rest stays there for ever, stranded. A lost appeal whose epoch has passed
 * does the same with the average of the votes.
 */
#include "protocols/bridge_mutual/clocks.h"
#include "protocols/bridge_mutual/v1.h"

void bridge_v1_on_claim_accepted(struct applying *a, const struct pool_event *event)
{
	struct bridge_scratch *scratch = bridge_scratch(a);
	uint64_t index = bridge_claim_index(event->values[3].number);
	const struct bridge_claim *claim;

	if (!bridge_is_ours(a, event->values[1].address))
		return;
	claim = bridge_decide(a, index, event->values[0].address, BRIDGE_AWAITING_CALCULATION,
			      BRIDGE_ACCEPTED);
	bridge_expect(a, event->values[0].address, "claimAmount", true, claim->amount.raw,
		      event->values[2].number);
	scratch->owes_payment = true;
	scratch->accepted = index;
}

void bridge_v1_on_appeal_rejected(struct applying *a, const struct pool_event *event)
{
	const struct bridge_totals *t = bridge_totals(a->state, a->pool);
	struct bridge_scratch *scratch = bridge_scratch(a);
	uint64_t index = bridge_claim_index(event->values[2].number);
	struct bridge_claim *claim;
	uint64_t end;

	if (!bridge_is_ours(a, event->values[1].address))
		return;
	claim = bridge_decide(a, index, event->values[0].address, BRIDGE_AWAITING_CALCULATION,
			      BRIDGE_REJECTED);
	end = bridge_virtual_end(a, bridge_policy(a->state, a->pool, claim->policy));
	if (bridge_update_end(t->last_epoch, bridge_epoch_now(a)) <= end) {
		bridge_give_back(a, claim, end);
	} else {
		scratch->owes_drop = true;
		scratch->lost = index;
	}
	bridge_account(a->state, a->pool, claim->claimer)->claim = 0;
}

/* The claim holds its cover no longer, of which only `taken` leaves the total. */
static void strand(struct applying *a, struct bridge_claim *claim, u256 taken)
{
	struct bridge_v1 *v1 = bridge_v1(a->state, a->pool);
	u256 rest = U256_ZERO;

	if (!claim->holds_cover)
		return;
	bridge_release_cover(a, claim);
	if (u256_sub_ok(&rest, claim->amount.raw, taken))
		v1->stranded_cover.raw = u256_add_wrap(v1->stranded_cover.raw, rest);
	TRACE(a->trace, "stranded cover", "cover - what is taken off the total", true, rest,
	      {"cover", claim->amount.raw}, {"taken off the total", taken});
}

static void expect_claim(struct applying *a, enum bridge_check check, uint64_t index,
			 const char *field, bool holds, const char *expected, const char *actual)
{
	(void)check_that(a->checker, check, bridge_of_claim(a, index, field), holds, expected,
			 actual);
}

static void keep_payout(struct applying *a, const struct bridge_claim *claim, uint64_t index,
			struct assets granted)
{
	const struct bridge_totals *t = bridge_totals(a->state, a->pool);
	struct bridge_payout *payout;
	uint8_t key[PAYOUT_KEY];

	payout_key(key, a->block->number, a->event->log->log_index);
	payout = state_row(a->state, &bridge_table_payout, a->pool->id, key);
	*payout = (struct bridge_payout){.transaction = a->event->log->transaction_hash,
					 .recipient = claim->claimer,
					 .amount = granted,
					 .paid = granted,
					 .liquidity_before = t->liquidity,
					 .supply = t->supply,
					 .claim = index,
					 .policy = claim->policy};
	if (!assets_sub_ok(&payout->liquidity_after, t->liquidity, granted))
		payout->liquidity_after = assets_of(U256_ZERO);
}

/* The claim that was accepted is paid: of the total cover, the liquidity and the book's coin. */
static void pay(struct applying *a, struct assets granted)
{
	struct bridge_scratch *scratch = bridge_scratch(a);
	struct bridge_totals *t = bridge_totals(a->state, a->pool);
	struct bridge_claim *claim = bridge_claim(a->state, a->pool, scratch->accepted);
	struct address book = pool_contract(a->pool, BRIDGE_BOOK);
	struct assets left = assets_of(U256_ZERO);
	u256 coin = U256_ZERO;
	bool ok =
		bridge_from_18(&coin, granted.raw, bridge_parameters(a->state, a->pool)->decimals);

	TRACE(a->trace, "granted", "what is taken off the total cover, by the vote", true,
	      granted.raw, {"cover", claim->amount.raw});
	bridge_take_coin(a, &book, &claim->claimer, claim->claimer, "claim", ok, coin);
	expect_claim(a, BRIDGE_CLAIM_COVERED, scratch->accepted, "paid",
		     assets_compare(granted, claim->amount) <= 0, "at most the cover",
		     "more than it");
	keep_payout(a, claim, scratch->accepted, granted);
	expect_claim(a, BRIDGE_CLAIM_PAID, scratch->accepted, "liquidity",
		     assets_sub_ok(&left, t->liquidity, granted), "liquidity for what is paid",
		     "less");
	t->liquidity = left;
	t->coverage_coin = u256_sub_wrap(t->coverage_coin, coin);
	bridge_post(a, LEDGER_STAKED, LEDGER_CLAIMS, coin, claim->claimer);
	claim->granted = granted;
	claim->paid = granted;
	strand(a, claim, granted.raw);
	scratch->had_loss = true;
	scratch->owes_payment = false;
	scratch->owes_removal = true;
}

static void drop(struct applying *a, struct assets dropped)
{
	struct bridge_scratch *scratch = bridge_scratch(a);
	struct bridge_claim *claim = bridge_claim(a->state, a->pool, scratch->lost);

	expect_claim(a, BRIDGE_CLAIM_COVERED, scratch->lost, "newTotalCoverTokens",
		     assets_compare(dropped, claim->amount) <= 0,
		     "at most the cover taken off the total", "more than it");
	strand(a, claim, dropped.raw);
	scratch->owes_drop = false;
}

/* What a claim's result takes off the total cover. */
static struct assets taken_off(struct applying *a, u256 new_total)
{
	struct bridge_totals *t = bridge_totals(a->state, a->pool);
	struct assets taken = assets_of(U256_ZERO);
	bool ok = assets_sub_ok(&taken, t->cover, assets_of(new_total));

	bridge_expect_words(a, BRIDGE_EVENT_FIGURES, "newTotalCoverTokens", ok,
			    "no more cover than before", "more");
	return taken;
}

void bridge_v1_on_coverage_changed(struct applying *a, const struct pool_event *event)
{
	struct bridge_scratch *scratch = bridge_scratch(a);
	struct bridge_totals *t = bridge_totals(a->state, a->pool);
	u256 new_total = event->values[0].number;
	struct address nobody = {{0}};
	bool is_result = scratch->owes_payment || scratch->owes_drop;
	/* A result's call takes ended epochs into account first. */
	bool is_update = bridge_update_is_due(a) && (!is_result || scratch->owes_update);

	bridge_expect_words(a, BRIDGE_COVERAGE_CHANGED, "", is_update || is_result,
			    "an epoch that ended, or a claim's result", "neither");
	if (is_update) {
		bridge_update_epochs(a);
		scratch->owes_update = false;
		scratch->had_update = true;
		bridge_expect(a, nobody, "newTotalCoverTokens", true, t->cover.raw, new_total);
	} else if (scratch->owes_payment) {
		pay(a, taken_off(a, new_total));
	} else if (scratch->owes_drop) {
		drop(a, taken_off(a, new_total));
	}
	t->cover = assets_of(new_total);
}

void bridge_v1_on_policy_removed(struct applying *a, const struct pool_event *event)
{
	struct bridge_scratch *scratch = bridge_scratch(a);
	struct address holder = event->values[0].address;
	struct bridge_account *account = bridge_account(a->state, a->pool, holder);
	const struct bridge_claim *claim;

	if (!bridge_is_ours(a, event->values[1].address))
		return;
	claim = bridge_claim(a->state, a->pool, scratch->accepted);
	bridge_expect_words_of(a, BRIDGE_CLAIM_POLICY, holder, "",
			       scratch->owes_removal && account->policy != 0 &&
				       claim->policy == account->policy,
			       "the policy whose claim was paid", "another one");
	scratch->owes_removal = false;
	if (account->policy)
		bridge_policy(a->state, a->pool, account->policy)->removal = BRIDGE_SETTLED;
	account->policy = 0;
}

void bridge_v1_settle_results(struct applying *a)
{
	const struct bridge_scratch *scratch = bridge_scratch(a);

	bridge_settle_results(a);
	if (scratch->owes_payment)
		expect_claim(a, BRIDGE_CLAIM_PAID, scratch->accepted, "", false,
			     "a CoverageChanged that takes what was granted off the total cover",
			     "none in the transaction");
	if (scratch->owes_removal)
		expect_claim(a, BRIDGE_CLAIM_POLICY, scratch->accepted, "", false,
			     "a PolicyRemoved after the payment", "none in the transaction");
}
