/* Claims: asked for, decided by a vote, and withdrawn. */
#include "protocols/bridge_mutual/clocks.h"
#include "protocols/bridge_mutual/handlers.h"
#include "protocols/bridge_mutual/withdrawal.h"

enum {
	VOTING = 14 * BRIDGE_DAY,   /* from submitting on: the claim awaits its calculation */
	VALIDITY = 24 * BRIDGE_DAY, /* from submitting on: it has expired */
	APPEAL = BRIDGE_WEEK,       /* from its rejection on */
	PAYABLE = 8 * BRIDGE_DAY,   /* from being ready on */
};

static bool has_passed(uint64_t now, uint64_t since, uint64_t seconds)
{
	return now >= since && now - since >= seconds;
}

uint64_t bridge_claim_status_at(struct state *state, const struct pool *pool,
				const struct bridge_claim *claim, uint64_t time)
{
	bool is_v1 = bridge_is_v1(pool);
	uint64_t voting = is_v1 ? bridge_v1(state, pool)->voting_seconds : VOTING;

	if (claim->status == BRIDGE_REJECTED_CAN_APPEAL && has_passed(time, claim->ended, APPEAL))
		return BRIDGE_REJECTED;
	if (!is_v1 && claim->status == BRIDGE_PENDING &&
	    has_passed(time, claim->submitted, VALIDITY))
		return BRIDGE_EXPIRED;
	if (claim->status == BRIDGE_PENDING && has_passed(time, claim->submitted, voting))
		return BRIDGE_AWAITING_CALCULATION;
	return claim->status;
}

static uint64_t status_now(const struct applying *a, const struct bridge_claim *claim)
{
	return bridge_claim_status_at(a->state, a->pool, claim, a->block->timestamp);
}

static void expect_claim(struct applying *a, enum bridge_check check, uint64_t index,
			 const char *field, bool holds, const char *expected, const char *actual)
{
	(void)check_that(a->checker, check, bridge_of_claim(a, index, field), holds, expected,
			 actual);
}

uint64_t bridge_claim_index(u256 value)
{
	uint64_t index;

	return u256_to_u64(&index, value) ? index : UINT64_MAX;
}

/* ---- submitting ---- */

uint64_t bridge_virtual_end(const struct applying *a, const struct bridge_policy *policy)
{
	return policy->end_epoch + bridge_virtual_of(a, policy);
}

/* The epoch after the one of `time`, and not before the policy's virtual end. */
static uint64_t later_end(const struct applying *a, const struct bridge_policy *policy,
			  uint64_t time)
{
	uint64_t end = bridge_virtual_end(a, policy);
	uint64_t epoch = 0;

	if (!bridge_epoch(&epoch, bridge_parameters(a->state, a->pool)->start_time, time))
		return end;
	return epoch + 1 > end ? epoch + 1 : end;
}

/*
 * Takes the cover out of an epoch's amount until there is a result. The contract reckons the epoch
 * anew; where the policy's cover is not in it, it takes others', or reverts.
 */
static bool hold(struct applying *a, struct bridge_claim *claim, struct bridge_policy *policy,
		 uint64_t epoch)
{
	struct bridge_totals *t = bridge_totals(a->state, a->pool);
	bool is_its_own = policy->lock_count == 0 && policy->out_epoch == epoch;

	TRACE(a->trace, "cover to hold", "from the amount of the policy's last epoch in the book",
	      true, policy->cover.raw, {"epoch", u256_from(epoch)},
	      {"the cover's epoch", u256_from(policy->out_epoch)},
	      {"claims that hold it", u256_from(policy->lock_count)});
	if (!bridge_unbook_cover(a, epoch, policy->cover))
		return false;
	claim->holds_cover = true;
	policy->out_epoch = 0;
	policy->lock_count++;
	t->locked_cover.raw = u256_add_wrap(t->locked_cover.raw, claim->amount.raw);
	return is_its_own;
}

void bridge_release_cover(struct applying *a, struct bridge_claim *claim)
{
	struct bridge_totals *t = bridge_totals(a->state, a->pool);
	struct bridge_policy *policy = bridge_policy(a->state, a->pool, claim->policy);

	if (!claim->holds_cover)
		return;
	claim->holds_cover = false;
	policy->lock_count--;
	t->locked_cover.raw = u256_sub_wrap(t->locked_cover.raw, claim->amount.raw);
}

/* Whether a new claim may follow the holder's last one. */
static bool may_follow(const struct applying *a, const struct bridge_claim *last,
		       const struct bridge_policy *policy)
{
	uint64_t status = status_now(a, last);

	return status == BRIDGE_CAN_CLAIM || status == BRIDGE_EXPIRED ||
	       status == BRIDGE_REJECTED ||
	       (status == BRIDGE_ACCEPTED &&
		(policy->start_time > last->submitted || last->ready == 0));
}

/* The registry counts the claims of all books. */
static void expect_next(struct applying *a, uint64_t index)
{
	struct bridge_totals *t = bridge_totals(a->state, a->pool);
	struct address nobody = {{0}};

	if (t->last_claim)
		bridge_expect(a, nobody, "claimIndex", true, u256_from(t->last_claim + 1),
			      u256_from(index));
	t->last_claim = index;
}

static void submit(struct applying *a, const struct pool_event *event, bool is_appeal)
{
	struct address claimer = event->values[0].address;
	uint64_t index = bridge_claim_index(event->values[2].number);
	struct bridge_account *account = bridge_account(a->state, a->pool, claimer);
	struct bridge_totals *t = bridge_totals(a->state, a->pool);
	uint64_t now = a->block->timestamp;
	struct bridge_policy *policy;
	struct bridge_claim *claim;
	struct bridge_claim *last;
	uint64_t epoch;
	bool is_allowed;

	expect_next(a, index);
	if (!bridge_is_ours(a, event->values[1].address))
		return;
	policy = bridge_policy(a->state, a->pool, account->policy);
	last = bridge_claim(a->state, a->pool, account->claim);
	if (is_appeal)
		is_allowed = status_now(a, last) == BRIDGE_REJECTED_CAN_APPEAL;
	else
		is_allowed = !has_passed(now, policy->end_time, BRIDGE_CLAIMABLE) &&
			     may_follow(a, last, policy);
	TRACE(a->trace, "claimable until", "endTime + 604800", true,
	      u256_from(policy->end_time + BRIDGE_CLAIMABLE),
	      {"endTime", u256_from(policy->end_time)}, {"now", u256_from(now)},
	      {"last claim", u256_from(account->claim)},
	      {"its status", u256_from(status_now(a, last))});
	expect_claim(
		a, BRIDGE_CLAIM_ALLOWED, index, "", account->policy != 0 && is_allowed,
		is_appeal ? "a claim rejected less than a week ago"
			  : "a policy that ended less than a week ago or runs, and no open claim",
		"none");
	if (account->policy == 0)
		return;
	claim = bridge_claim(a->state, a->pool, index);
	bridge_release_cover(a, claim); /* of an index that was there before */
	*claim = (struct bridge_claim){.claimer = claimer,
				       .policy = account->policy,
				       .amount = policy->cover,
				       .submitted = now,
				       .is_appeal = is_appeal,
				       .status = BRIDGE_PENDING};
	epoch = is_appeal ? later_end(a, policy, last->ended) : bridge_virtual_end(a, policy);
	expect_claim(a, BRIDGE_CLAIM_ALLOWED, index, "cover", hold(a, claim, policy, epoch),
		     "a policy whose cover is in the amount of its last epoch", "one whose is not");
	if (is_appeal)
		last->status = BRIDGE_REJECTED;
	account->claim = index;
	t->claim_count++;
}

void bridge_on_claim_pending(struct applying *a, const struct pool_event *event)
{
	submit(a, event, false);
}

void bridge_on_appeal_pending(struct applying *a, const struct pool_event *event)
{
	submit(a, event, true);
}

/* ---- results ---- */

/*
 * Every result commits the claim to the book: premiums, then ended epochs, whose CoverageChanged
 * comes after the result's own event.
 */
struct bridge_claim *bridge_decide(struct applying *a, uint64_t index, struct address claimer,
				   uint64_t due, uint64_t status)
{
	struct bridge_claim *claim = bridge_claim(a->state, a->pool, index);

	TRACE(a->trace, "open for",
	      bridge_is_v1(a->pool) ? "now - submitted; 14 days of votes, 97 for an exchange"
				    : "now - submitted; 14 days of votes, 24 until it expires",
	      true, u256_from(a->block->timestamp - claim->submitted),
	      {"now", u256_from(a->block->timestamp)}, {"submitted", u256_from(claim->submitted)},
	      {"status", u256_from(claim->status)});
	expect_claim(a, BRIDGE_EVENT_FIGURES, index, "claimer",
		     address_equal(claim->claimer, claimer), "who submitted the claim",
		     "another account");
	expect_claim(a, BRIDGE_CLAIM_TIMING, index, "status",
		     claim->status == BRIDGE_PENDING && status_now(a, claim) == due,
		     bridge_is_v1(a->pool)   ? "a claim whose votes are over"
		     : due == BRIDGE_EXPIRED ? "a claim that has been open for 24 days"
					     : "a claim that has been open for 14 to 24 days",
		     "another one");
	bridge_distribute_premiums(a);
	bridge_scratch(a)->owes_update = bridge_update_is_due(a);
	claim->status = status;
	claim->ended = a->block->timestamp;
	return claim;
}

/* The cover goes back to an epoch's amount. */
void bridge_give_back(struct applying *a, struct bridge_claim *claim, uint64_t epoch)
{
	struct bridge_policy *policy = bridge_policy(a->state, a->pool, claim->policy);

	if (!claim->holds_cover)
		return;
	bridge_release_cover(a, claim);
	policy->out_epoch = epoch;
	bridge_book_cover(a, epoch, policy->cover);
}

/* Rejected for the first time, or expired: the cover stays at least for the coming epoch. */
static void fail(struct applying *a, struct bridge_claim *claim)
{
	bridge_give_back(
		a, claim,
		later_end(a, bridge_policy(a->state, a->pool, claim->policy), a->block->timestamp));
}

void bridge_on_claim_accepted(struct applying *a, const struct pool_event *event)
{
	struct bridge_scratch *scratch = bridge_scratch(a);
	struct address claimer = event->values[0].address;
	uint64_t index = bridge_claim_index(event->values[3].number);
	struct bridge_claim *claim;
	bool is_requested;

	if (!bridge_is_ours(a, event->values[1].address))
		return;
	claim = bridge_decide(a, index, claimer, BRIDGE_AWAITING_CALCULATION, BRIDGE_ACCEPTED);
	bridge_expect(a, claimer, "claimAmount", true, claim->amount.raw, event->values[2].number);
	is_requested = scratch->has_request && address_equal(scratch->request_claimer, claimer);
	expect_claim(a, BRIDGE_CLAIM_PAID, index, "withdrawal", is_requested,
		     "a WithdrawalRequested for it before this event", "none");
	if (!is_requested)
		return;
	claim->granted = assets_of(scratch->request_amount);
	claim->refund = claim->granted;
	claim->ready = bridge_time_of(scratch->request_ready);
	scratch->has_request = false;
	TRACE(a->trace, "granted", "by the vote, at most the cover", true, claim->granted.raw,
	      {"cover", claim->amount.raw});
	expect_claim(a, BRIDGE_CLAIM_COVERED, index, "granted",
		     assets_compare(claim->granted, claim->amount) <= 0, "at most the cover",
		     "more than it");
	bridge_check_votes(a, index, claim->granted);
}

void bridge_on_claim_rejected(struct applying *a, const struct pool_event *event)
{
	if (bridge_is_ours(a, event->values[1].address))
		fail(a, bridge_decide(a, bridge_claim_index(event->values[2].number),
				      event->values[0].address, BRIDGE_AWAITING_CALCULATION,
				      BRIDGE_REJECTED_CAN_APPEAL));
}

/* The contract puts another address where the book's should stand, so the index tells. */
void bridge_on_claim_expired(struct applying *a, const struct pool_event *event)
{
	uint64_t index = bridge_claim_index(event->values[2].number);

	if (bridge_claim(a->state, a->pool, index)->status != BRIDGE_CAN_CLAIM)
		fail(a, bridge_decide(a, index, event->values[0].address, BRIDGE_EXPIRED,
				      BRIDGE_EXPIRED));
}

/* A lost appeal: the cover goes back to where it was, or leaves at once where that has passed. */
void bridge_on_appeal_rejected(struct applying *a, const struct pool_event *event)
{
	const struct bridge_totals *t = bridge_totals(a->state, a->pool);
	struct bridge_scratch *scratch = bridge_scratch(a);
	struct bridge_policy *policy;
	struct bridge_claim *claim;
	uint64_t last;
	uint64_t end;

	if (!bridge_is_ours(a, event->values[1].address))
		return;
	claim = bridge_decide(a, bridge_claim_index(event->values[2].number),
			      event->values[0].address, BRIDGE_AWAITING_CALCULATION,
			      BRIDGE_REJECTED);
	policy = bridge_policy(a->state, a->pool, claim->policy);
	end = bridge_virtual_end(a, policy);
	last = bridge_update_end(t->last_epoch, bridge_epoch_now(a));
	if (last <= end) {
		bridge_give_back(a, claim, end);
	} else if (claim->holds_cover) {
		scratch->owes_drop = true;
		scratch->drop = policy->cover;
		bridge_release_cover(a, claim);
	}
	bridge_account(a->state, a->pool, claim->claimer)->claim = 0;
}

/* ---- payment ---- */

/* The registry's WithdrawalRequested: for a claim that is about to be accepted, for one whose time
 * has passed, for the rest of one that could not be paid whole, or for a voter's reward. */
void bridge_on_claim_request(struct applying *a, const struct pool_event *event)
{
	struct bridge_scratch *scratch = bridge_scratch(a);
	struct address claimer = event->values[0].address;
	const struct bridge_account *account = bridge_account(a->state, a->pool, claimer);
	struct bridge_claim *claim = bridge_claim(a->state, a->pool, account->claim);
	u256 amount = event->values[1].number;
	uint64_t ready = bridge_time_of(event->values[2].number);

	if (scratch->has_loss) {
		scratch->rest_ready = ready;
		return;
	}
	if (account->claim && claim->status == BRIDGE_ACCEPTED &&
	    u256_equal(claim->refund.raw, amount) &&
	    (claim->ready == 0 || has_passed(a->block->timestamp, claim->ready, PAYABLE))) {
		claim->ready = ready;
		return;
	}
	scratch->has_request = true;
	scratch->request_claimer = claimer;
	scratch->request_amount = amount;
	scratch->request_ready = event->values[2].number;
}

struct search {
	struct address claimer;
	uint64_t now;
	bool is_late;   /* one whose time to be withdrawn has passed */
	uint64_t index; /* 0: none */
};

static bool is_wanted(void *context, const uint8_t *key, const void *row)
{
	struct search *search = context;
	const struct bridge_claim *claim = row;

	if (claim->status == BRIDGE_ACCEPTED && claim->ready != 0 && claim->ready <= search->now &&
	    has_passed(search->now, claim->ready, PAYABLE) == search->is_late &&
	    address_equal(claim->claimer, search->claimer))
		search->index = get_be64(key);
	return search->index == 0;
}

/* The claimer's first claim that may be paid now, or that can be no more. */
static uint64_t find_claim(struct applying *a, struct address claimer, bool is_late)
{
	struct search search = {.claimer = claimer, .now = a->block->timestamp, .is_late = is_late};

	state_each(a->state, &bridge_table_claim, a->pool->id, is_wanted, &search);
	return search.index;
}

uint64_t bridge_settled_claim(struct applying *a, struct address claimer)
{
	return find_claim(a, claimer, !bridge_scratch(a)->has_loss);
}

static void settle_payment(struct applying *a, struct bridge_claim *claim, uint64_t index,
			   struct assets amount)
{
	uint64_t decimals = bridge_parameters(a->state, a->pool)->decimals;
	struct assets paid = claim->paid;
	struct assets rest = assets_of(U256_ZERO);
	bool ok = bridge_owed_after(&rest, a->trace, claim->refund, amount, decimals) &&
		  assets_add_ok(&paid, paid, amount);

	expect_claim(a, BRIDGE_CLAIM_PAID, index, "amount", ok, "at most what is still owed",
		     "more than it");
	expect_claim(a, BRIDGE_CLAIM_COVERED, index, "paid",
		     ok && assets_compare(paid, claim->amount) <= 0, "at most the cover",
		     "more than it");
	claim->paid = paid;
	claim->refund = ok ? rest : assets_of(U256_ZERO);
	claim->ready = u256_is_zero(claim->refund.raw) ? 0 : bridge_scratch(a)->rest_ready;
}

void bridge_on_claim_withdrawn(struct applying *a, const struct pool_event *event)
{
	struct bridge_scratch *scratch = bridge_scratch(a);
	struct address claimer = event->values[0].address;
	struct assets amount = assets_of(event->values[1].number);
	uint8_t key[PAYOUT_KEY];
	struct bridge_payout *payout;
	struct bridge_claim *claim;
	uint64_t index;

	if (!scratch->has_loss)
		return; /* of another book */
	bridge_expect(a, claimer, "claimRefundAmount", true, scratch->loss_claim.raw, amount.raw);
	index = find_claim(a, claimer, false);
	bridge_expect_words_of(a, BRIDGE_CLAIM_PAID, claimer, "", index != 0,
			       "an accepted claim of the recipient, ready less than eight days ago",
			       "none");
	scratch->has_loss = false;
	if (index == 0)
		return;
	claim = bridge_claim(a->state, a->pool, index);
	payout_key(key, a->block->number, scratch->loss_log);
	payout = state_row(a->state, &bridge_table_payout, a->pool->id, key);
	payout->claim = index;
	payout->policy = claim->policy;
	settle_payment(a, claim, index, amount);
	scratch->rest_ready = 0;
}

void bridge_settle_results(struct applying *a)
{
	const struct bridge_scratch *scratch = bridge_scratch(a);

	if (scratch->owes_update)
		bridge_expect_words(a, BRIDGE_COVERAGE_CHANGED, "", false,
				    "a CoverageChanged after the claim's result", "none");
	if (scratch->owes_drop)
		bridge_expect_words(a, BRIDGE_COVERAGE_CHANGED, "", false,
				    "a CoverageChanged for the lost appeal's cover", "none");
}
