/*
 * payout.h - payouts of any pool: what was paid, to whom, and what it cost each account.
 */
#ifndef PROTOCOLS_PAYOUT_H
#define PROTOCOLS_PAYOUT_H

#include "protocols/protocol.h"

struct payout {
	uint64_t block;
	uint32_t log_index;
	struct hash transaction;
	struct address recipient;
	struct assets amount;
	struct assets total_before; /* liquidity before and after */
	struct assets total_after;
	struct shares total_shares;
};

/* What one account lost by it; amounts as the contract's own views would show them. */
struct payout_slash {
	struct address account;
	bool is_computable; /* false where the contract's view reverts before or after */
	struct assets staked_before;
	struct assets staked_after;
	struct assets staked_loss;
	/* What the pending unstake will pay less: min(scheduled amount, worth of its shares). */
	struct assets pending_loss;
	struct assets loss; /* the sum */
	/* Worth that the pending shares lost above the scheduled amount: nobody could have claimed
	 * it, so it is no loss of the account, but it bears a part of the payout. */
	struct assets unclaimed_loss;
};

struct payout_rules {
	/* Payouts up to the reading's block, oldest first, beginning after `after` (may be NULL).
	 */
	void (*each)(const struct reading *r, const struct event_at *after,
		     bool (*visit)(void *context, const struct payout *payout), void *context);
	/* False where the event of that log is no payout. */
	bool (*find)(struct payout *out, const struct reading *r, uint64_t block,
		     uint32_t log_index);
	/* Every account's slash; the reading's state stands right after the payout. */
	void (*each_slash)(const struct reading *r, const struct payout *payout,
			   void (*visit)(void *context, const struct payout_slash *slash),
			   void *context);
	/* What is left when accounts and unclaimed worth are taken off. */
	const char *rounding_text;
};

#endif
