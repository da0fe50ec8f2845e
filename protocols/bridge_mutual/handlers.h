/*
 * handlers.h - what the event handlers share: what is remembered between the events of one
 * transaction, and comparing an event's figures.
 */
#ifndef PROTOCOLS_BRIDGE_MUTUAL_HANDLERS_H
#define PROTOCOLS_BRIDGE_MUTUAL_HANDLERS_H

#include "protocols/bridge_mutual/internal.h"

/* A transfer of the transaction at hand: of the coin, or of x-tokens. */
struct bridge_transfer {
	struct address from;
	struct address to;
	u256 amount;
	bool is_matched;
};

struct bridge_transfers {
	struct bridge_transfer *items;
	size_t count;
	size_t capacity;
};

/* Between the events of one transaction; zeroed when a block begins. */
struct bridge_scratch {
	struct bridge_transfers coins;    /* into or out of the capital pool, or to a distributor */
	struct bridge_transfers x_tokens; /* mints, burns, and what touches the book itself */
	/* A PolicyAdded that waits for its PolicyBought. */
	bool has_added;
	struct address added_holder;
	u256 added_cover;
	/* The reinsurance pool's PremiumAdded, and how many of the leverage pools came with it. */
	bool has_premium;
	u256 premium;
	/* The claims registry's WithdrawalRequested that waits for its ClaimAccepted. */
	bool has_request;
	struct address request_claimer;
	u256 request_amount;
	u256 request_ready;
	uint64_t rest_ready; /* of a claim's rest, asked for again; 0: none */
	/* A loss that waits for its ClaimWithdrawn. */
	bool has_loss;
	uint32_t loss_log;
	struct assets loss_claim; /* what was paid for it, 18 decimals */
	/* A CoverageChanged that took ended epochs into account waits for the event of its call. */
	bool had_update;
	/* A claim's result whose call takes ended epochs into account later. */
	bool owes_update;
	/* Cover that a lost appeal takes out, which a CoverageChanged must tell. */
	bool owes_drop;
	struct assets drop;
	bool had_loss; /* in this block */
	/* V1: a claim that was accepted, whose payment comes, and then its policy's end. */
	bool owes_payment;
	bool owes_removal;
	uint64_t accepted;
	uint64_t lost; /* the claim that owes_drop is of */
};

static inline struct bridge_scratch *bridge_scratch(struct applying *a)
{
	return a->scratch;
}

/* The event's figure must be the computed one (check event-figures). */
void bridge_expect(struct applying *a, struct address user, const char *field, bool is_computable,
		   u256 computed, u256 in_event);
/* The same for another check. */
void bridge_expect_of(struct applying *a, enum bridge_check check, struct address user,
		      const char *field, bool is_computable, u256 computed, u256 in_event);
/* x + y and x - y with their trace. */
void bridge_expect_sum(struct applying *a, struct address user, const char *field,
		       const char *expression, struct trace_input x, struct trace_input y,
		       u256 in_event);
void bridge_expect_difference(struct applying *a, struct address user, const char *field,
			      const char *expression, struct trace_input x, struct trace_input y,
			      u256 in_event);
/* A rule that is no figure: of the pool, or of an account. */
void bridge_expect_words(struct applying *a, enum bridge_check check, const char *field, bool holds,
			 const char *expected, const char *actual);
void bridge_expect_words_of(struct applying *a, enum bridge_check check, struct address user,
			    const char *field, bool holds, const char *expected,
			    const char *actual);

/* An event's time; one that no 64 bits hold is kept as the latest. */
uint64_t bridge_time_of(u256 value);

/* Whether the event's book is this one. */
bool bridge_is_ours(const struct applying *a, struct address book);

/* Keeps a system failure of a book posting; coin amounts. */
void bridge_post(struct applying *a, enum ledger_account from, enum ledger_account to, u256 coin,
		 struct address subject);

/* transfers.c */
void bridge_on_x_transfer(struct applying *a, const struct pool_event *event);
void bridge_on_coin_transfer(struct applying *a, const struct pool_event *event);
/* The newest unmatched transfer between the two (NULL: anybody), which is matched by it. */
struct bridge_transfer *bridge_take(struct bridge_transfers *list, const struct address *from,
				    const struct address *to, const u256 *amount);
/* One transfer of the coin of that amount into the capital pool, or out of it to `other`; 0 needs
 * none. Reports coin-transfer. */
void bridge_take_coin(struct applying *a, const struct address *from, const struct address *to,
		      struct address subject, const char *field, bool is_computable, u256 amount);
/* At the end of a transaction: x-tokens that no event answers for. */
void bridge_settle_x_tokens(struct applying *a);
void bridge_begin_transaction(struct applying *a, const struct hash *transaction);
void bridge_end_transaction(struct applying *a);

/* liquidity.c */
void bridge_on_liquidity_added(struct applying *a, const struct pool_event *event);
void bridge_on_withdrawal_requested(struct applying *a, const struct pool_event *event);
void bridge_on_liquidity_withdrawn(struct applying *a, const struct pool_event *event);
/* What all requests that have not lapsed are worth at a time, `but` one account's (may be NULL). */
bool bridge_pending(struct assets *out, struct state *state, const struct pool *pool, uint64_t time,
		    const struct address *but) MUST_CHECK;
void bridge_set_withdrawal(struct applying *a, struct address user, struct shares x_tokens,
			   uint64_t ready);
/* Whether the two days of a request are over; the rest of a V1 withdrawal, which is allowed, never
 * lapses. */
bool bridge_has_lapsed(const struct bridge_withdrawal *w, bool is_allowed, uint64_t time);
/* A request's x-tokens: the difference to what is locked moves, and what is asked for is free. */
void bridge_request(struct applying *a, struct address user, struct shares x_tokens);
/* A withdrawal's figures, coin and x-tokens; a rest stays asked for. */
void bridge_withdraw(struct applying *a, struct address user, struct assets amount, u256 new_total);

/* losses.c */
void bridge_on_loss(struct applying *a, struct assets amount, struct assets new_total);

/* policies.c */
void bridge_on_coverage_changed(struct applying *a, const struct pool_event *event);
void bridge_on_policy_added(struct applying *a, const struct pool_event *event);
void bridge_on_policy_removed(struct applying *a, const struct pool_event *event);
void bridge_on_policy_bought(struct applying *a, const struct pool_event *event);

/* claims.c */
void bridge_on_claim_pending(struct applying *a, const struct pool_event *event);
void bridge_on_appeal_pending(struct applying *a, const struct pool_event *event);
void bridge_on_claim_accepted(struct applying *a, const struct pool_event *event);
void bridge_on_claim_rejected(struct applying *a, const struct pool_event *event);
void bridge_on_claim_expired(struct applying *a, const struct pool_event *event);
void bridge_on_appeal_rejected(struct applying *a, const struct pool_event *event);
void bridge_on_claim_request(struct applying *a, const struct pool_event *event);
void bridge_on_claim_withdrawn(struct applying *a, const struct pool_event *event);
/* The claim for whose withdrawal, or as whose claimer gives it up, a policy is removed in the
 * transaction at hand; 0: none. The events do not say which. */
uint64_t bridge_settled_claim(struct applying *a, struct address claimer);
/* The claim holds its policy's cover no longer; where the cover is now is the caller's to say. */
void bridge_release_cover(struct applying *a, struct bridge_claim *claim);
/* What claimStatus() tells at a time. */
uint64_t bridge_claim_status_at(struct state *state, const struct pool *pool,
				const struct bridge_claim *claim, uint64_t time);
/* An event's claim index; one that no 64 bits hold is kept as the last. */
uint64_t bridge_claim_index(u256 value);
/* The epoch with whose end a policy's cover leaves the book: its last one and the virtual ones. */
uint64_t bridge_virtual_end(const struct applying *a, const struct bridge_policy *policy);
/*
 * A claim's result: it must be the claimer's and `due` at the block (check claim-timing) and is
 * `status` from then on. Premiums are distributed; whether ended epochs are still to be told is in
 * the scratch.
 */
struct bridge_claim *bridge_decide(struct applying *a, uint64_t index, struct address claimer,
				   uint64_t due, uint64_t status);
/* At the end of a transaction: a CoverageChanged that a claim's result still owes. */
void bridge_settle_results(struct applying *a);
/* The cover that a claim held goes back to an epoch's amount. */
void bridge_give_back(struct applying *a, struct bridge_claim *claim, uint64_t epoch);

/* votes.c */
void bridge_on_vote(struct applying *a, const struct pool_event *event);
/* What is granted against what was voted, where the voting contract is configured. */
void bridge_check_votes(struct applying *a, uint64_t index, struct assets granted);

/* leverage.c */
void bridge_on_virtual_deployed(struct applying *a, const struct pool_event *event);
void bridge_on_leverage_deployed(struct applying *a, const struct pool_event *event);
void bridge_on_lender_deployed(struct applying *a, const struct pool_event *event);
void bridge_on_premium_added(struct applying *a, const struct pool_event *event);
void bridge_on_reinsurance_loss(struct applying *a, const struct pool_event *event);
void bridge_on_interest_added(struct applying *a, const struct pool_event *event);
void bridge_on_distributor(struct applying *a, const struct pool_event *event);
void bridge_on_no_distributor(struct applying *a, const struct pool_event *event);
/* totalLeveragedLiquidity of the facade, as events tell it. */
bool bridge_leveraged(u256 *out, struct state *state, const struct pool *pool) MUST_CHECK;

/* A claim, a policy as the subject of a finding. */
struct subject bridge_of_policy(struct applying *a, uint64_t number, const char *field);
struct subject bridge_of_claim(struct applying *a, uint64_t index, const char *field);

#endif
