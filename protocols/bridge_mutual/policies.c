/* Cover that is sold, ends and is taken back. */
#include "protocols/bridge_mutual/clocks.h"
#include "protocols/bridge_mutual/handlers.h"
#include "protocols/bridge_mutual/sale.h"

void bridge_on_coverage_changed(struct applying *a, const struct pool_event *event)
{
	struct bridge_totals *t = bridge_totals(a->state, a->pool);
	struct bridge_scratch *scratch = bridge_scratch(a);
	u256 new_total = event->values[0].number;
	struct address nobody = {{0}};
	bool is_update = bridge_update_is_due(a);

	bridge_expect_words(a, BRIDGE_COVERAGE_CHANGED, "", is_update || scratch->owes_drop,
			    "an epoch that ended, or a lost appeal", "neither");
	if (is_update) {
		bridge_update_epochs(a);
		scratch->owes_update = false;
		scratch->had_update = true;
	} else if (scratch->owes_drop) {
		t->cover.raw = u256_sub_wrap(t->cover.raw, scratch->drop.raw);
		scratch->owes_drop = false;
	}
	bridge_expect(a, nobody, "newTotalCoverTokens", true, t->cover.raw, new_total);
	t->cover = assets_of(new_total);
}

void bridge_on_policy_added(struct applying *a, const struct pool_event *event)
{
	struct bridge_scratch *scratch = bridge_scratch(a);

	if (!bridge_is_ours(a, event->values[1].address))
		return;
	scratch->has_added = true;
	scratch->added_holder = event->values[0].address;
	scratch->added_cover = event->values[2].number;
}

/* An ended policy that its holder buys another one after: it leaves the book before its time. */
static void end_active(struct applying *a, struct bridge_policy *policy)
{
	struct bridge_totals *t = bridge_totals(a->state, a->pool);
	bool ok = policy->out_epoch != 0 && policy->lock_count == 0 &&
		  a->block->timestamp >= policy->end_time &&
		  bridge_unbook_cover(a, policy->out_epoch, policy->cover);

	bridge_expect_words_of(a, BRIDGE_POLICY_SINGLE, policy->holder, "", ok,
			       "an ended policy, not under a claim, is replaced", "another one");
	if (!ok)
		return;
	t->cover.raw = u256_sub_wrap(t->cover.raw, policy->cover.raw);
	policy->out_epoch = 0;
}

/*
 * A claim was withdrawn, or given up: the book takes off the cover of the holder's policy of now,
 * which need not be the one that the claim was for (then the claim's cover stays for ever).
 */
static void settle(struct applying *a, struct bridge_policy *policy, uint64_t number)
{
	struct bridge_totals *t = bridge_totals(a->state, a->pool);
	uint64_t index = bridge_settled_claim(a, policy->holder);
	struct bridge_claim *claim = bridge_claim(a->state, a->pool, index);
	bool is_its_own = index != 0 && claim->policy == number;

	bridge_distribute_premiums(a);
	bridge_epochs_settled(a);
	bridge_expect_words_of(a, BRIDGE_CLAIM_POLICY, policy->holder, "", is_its_own,
			       "the policy that an accepted claim was for is removed",
			       "another one");
	t->cover.raw = u256_sub_wrap(t->cover.raw, policy->cover.raw);
	if (index == 0)
		return;
	if (is_its_own)
		bridge_release_cover(a, claim);
	claim->is_committed = true;
	/* Given up, where nothing is paid; ClaimWithdrawn comes after this otherwise. */
	if (!bridge_scratch(a)->has_loss)
		claim->ready = 0;
}

void bridge_on_policy_removed(struct applying *a, const struct pool_event *event)
{
	struct address holder = event->values[0].address;
	struct bridge_account *account = bridge_account(a->state, a->pool, holder);
	struct bridge_policy *policy;
	bool is_replaced;

	if (!bridge_is_ours(a, event->values[1].address))
		return;
	bridge_expect_words_of(a, BRIDGE_POLICY_TERMS, holder, "", account->policy != 0,
			       "a policy to be removed", "none");
	if (account->policy == 0)
		return;
	policy = bridge_policy(a->state, a->pool, account->policy);
	/* A policy that may still be claimed is removed by a payment or for a new one. */
	is_replaced = !bridge_scratch(a)->has_loss &&
		      (a->block->timestamp < policy->end_time ||
		       a->block->timestamp - policy->end_time < BRIDGE_CLAIMABLE);
	policy->removal = is_replaced ? BRIDGE_REPLACED : BRIDGE_SETTLED;
	if (is_replaced)
		end_active(a, policy);
	else
		settle(a, policy, account->policy);
	account->policy = 0;
}

/* What the event says of itself, before anything is asked. */
void bridge_check_cover(struct applying *a, const struct bridge_sold *sold, u256 new_total)
{
	const struct bridge_totals *t = bridge_totals(a->state, a->pool);
	struct assets pending = assets_of(U256_ZERO);
	u256 needed = U256_ZERO;
	u256 least = U256_ZERO;
	bool ok;

	bridge_expect_sum(a, sold->holder, "newTotalCoverTokens", "totalCoverTokens + coverTokens",
			  (struct trace_input){"totalCoverTokens", t->cover.raw},
			  (struct trace_input){"coverTokens", sold->cover.raw}, new_total);
	ok = u256_mul_ok(&least, u256_from(100), u256_from(UINT64_C(1000000000000000000)));
	bridge_expect_words_of(a, BRIDGE_COVER_MINIMUM, sold->holder, "coverTokens",
			       ok && u256_compare(sold->cover.raw, least) >= 0,
			       "100 * 10^18 or more", "less");
	ok = (bridge_is_v1(a->pool) ||
	      bridge_pending(&pending, a->state, a->pool, a->block->timestamp, NULL)) &&
	     u256_add_ok(&needed, t->cover.raw, sold->cover.raw) &&
	     u256_add_ok(&needed, needed, pending.raw);
	TRACE(a->trace, "needed", "totalCoverTokens + coverTokens + pending withdrawals", ok,
	      needed, {"totalCoverTokens", t->cover.raw}, {"coverTokens", sold->cover.raw},
	      {"pending withdrawals", pending.raw});
	bridge_expect_words_of(a, BRIDGE_COVER_BACKED, sold->holder, "",
			       ok && u256_compare(t->liquidity.raw, needed) >= 0,
			       "liquidity for all cover and withdrawals", "less");
}

static void check_registered(struct applying *a, const struct bridge_sold *sold)
{
	struct bridge_scratch *scratch = bridge_scratch(a);

	bridge_expect_words_of(
		a, BRIDGE_POLICY_REGISTERED, sold->holder, "coverTokens",
		scratch->has_added && address_equal(scratch->added_holder, sold->holder) &&
			u256_equal(scratch->added_cover, sold->cover.raw),
		"a PolicyAdded of the same holder and cover before this event", "none");
	scratch->has_added = false;
}

/* A holder's earlier policy is over; one that nobody removed stays until its epoch. */
void bridge_check_single(struct applying *a, const struct bridge_sold *sold)
{
	const struct bridge_account *account = bridge_account(a->state, a->pool, sold->holder);
	const struct bridge_policy *old;
	bool is_over = true;

	if (account->policy) {
		old = bridge_policy(a->state, a->pool, account->policy);
		is_over = a->block->timestamp >= old->end_time &&
			  (!bridge_is_v1(a->pool) ||
			   a->block->timestamp - old->end_time >= BRIDGE_CLAIMABLE);
	}
	bridge_expect_words_of(a, BRIDGE_POLICY_SINGLE, sold->holder, "", is_over,
			       "no active policy of the holder", "one that has not ended");
}

static void spread(struct applying *a, const struct bridge_policy *policy)
{
	uint64_t now = a->block->timestamp;
	uint64_t seconds = policy->end_time > now ? policy->end_time - now : 0;
	struct bridge_spread s;
	struct bridge_amount *row;

	if (!bridge_spread(&s, a->trace, policy->premium.raw, seconds, bridge_virtual_of_sale(a),
			   bridge_day(now)))
		return;
	row = bridge_numbered(a->state, &bridge_table_day, a->pool, s.first_day);
	row->amount = u256_add_wrap(row->amount, s.daily);
	row = bridge_numbered(a->state, &bridge_table_day, a->pool, s.end_day);
	row->amount = u256_sub_wrap(row->amount, s.daily);
}

void bridge_keep_policy(struct applying *a, const struct bridge_policy *policy, uint64_t number,
			u256 new_total)
{
	struct bridge_totals *t = bridge_totals(a->state, a->pool);

	*bridge_policy(a->state, a->pool, number) = *policy;
	bridge_account(a->state, a->pool, policy->holder)->policy = number;
	t->policy_count = number;
	t->cover = assets_of(new_total);
	bridge_book_cover(a, policy->out_epoch, policy->cover);
	spread(a, policy);
}

void bridge_on_policy_bought(struct applying *a, const struct pool_event *event)
{
	struct bridge_sold sold = {.holder = event->values[0].address,
				   .cover = assets_of(event->values[1].number),
				   .price = assets_of(event->values[2].number),
				   .distributor = event->values[4].address};
	uint64_t number = bridge_totals(a->state, a->pool)->policy_count + 1;
	u256 new_total = event->values[3].number;
	struct bridge_policy policy;

	bridge_distribute_premiums(a);
	bridge_epochs_settled(a);
	bridge_check_cover(a, &sold, new_total);
	check_registered(a, &sold);
	bridge_check_single(a, &sold);
	if (!bridge_check_sale(&policy, a, &sold, number))
		return;
	bridge_keep_policy(a, &policy, number, new_total);
}
