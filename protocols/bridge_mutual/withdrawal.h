/*
 * withdrawal.h - what may be asked back of a book, what a withdrawal takes and what a payment
 * leaves owing, as pure functions.
 *
 * Source: Bridge-Mutual/Bridgemutual-v2, PolicyBook (requestWithdrawal, withdrawLiquidity) and
 * ClaimingRegistry (withdrawClaim); restated in docs/protocols/bridge-mutual.md.
 *
 * Each returns false where the contract would revert; a trace may be NULL.
 */
#ifndef PROTOCOLS_BRIDGE_MUTUAL_WITHDRAWAL_H
#define PROTOCOLS_BRIDGE_MUTUAL_WITHDRAWAL_H

#include "protocols/bridge_mutual/exchange.h"

/* cover + asked for + pending: the liquidity that a request requires. `asked` and `pending` are
 * what their x-tokens are worth. */
bool bridge_needed(struct assets *out, struct trace *trace, struct assets cover,
		   struct assets asked, struct assets pending) MUST_CHECK;

/* A withdrawal at hand. */
struct bridge_taking {
	u256 rate;               /* coin an x-token before it, 10^27 is 1 */
	struct assets liquidity; /* the stored one, both clocks run up */
	struct assets cover;
	struct shares asked;   /* x-tokens under the request */
	const u256 *paid_coin; /* what the capital pool paid, in the coin's decimals; NULL: all */
	uint64_t decimals;
};

/*
 * x-tokens: min(asked, x-tokens for (liquidity - cover)), and what they are worth. Where less than
 * that was paid, what was paid decides: it is the worth, and x-tokens are as many as that buys.
 */
bool bridge_taken(struct shares *x_tokens, struct assets *worth, struct trace *trace,
		  const struct bridge_taking *taking) MUST_CHECK;

/* What a claim is still owed after a payment: cut(owed before) - cut(paid), with 18 decimals. */
bool bridge_owed_after(struct assets *out, struct trace *trace, struct assets owed,
		       struct assets paid, uint64_t decimals) MUST_CHECK;

#endif
