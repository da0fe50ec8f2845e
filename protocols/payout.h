/*
 * payout.h - payouts of any pool: what was paid, to whom, and what it cost each account.
 */
#ifndef PROTOCOLS_PAYOUT_H
#define PROTOCOLS_PAYOUT_H

#include "protocols/protocol.h"

enum { PAYOUT_KEY = 12 }; /* be64 block, be32 log index */

struct payout {
	uint64_t block;
	uint32_t log_index;
	struct hash transaction;
	struct address recipient;
	struct assets amount;
	/* What payouts are made of, before and after: the rules say its name. */
	struct assets total_before;
	struct assets total_after;
	struct shares total_shares; /* where shares bear payouts; the payout does not change them */
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
	/* Names in JSON of total_before and total_after. */
	const char *before_name;
	const char *after_name;
	/* Its rows are the payouts, by block and log index (PAYOUT_KEY bytes); `fill` takes from
	 * one what a payout has, but for its place. A row without a transaction is none. */
	const struct row_table *table;
	void (*fill)(struct payout *out, const void *row);
	/* What else is known of a payout: why it was made ("policy", "claim", "claimed_amount"),
	 * and by the protocol's own measures. `read` fills the figures in the order of the rules,
	 * and returns false where there is nothing to tell: then they are left out. May be NULL. */
	const struct figure_rule *figures;
	size_t figure_count;
	bool (*read)(struct figure *out, const struct reading *r, const struct payout *payout);
	/* Every account's slash; the reading's state stands right after the payout. NULL where no
	 * account's shares bear it: then nothing is said of shares and slashes. */
	void (*each_slash)(const struct reading *r, const struct payout *payout,
			   void (*visit)(void *context, const struct payout_slash *slash),
			   void *context);
	/* What is left when accounts and unclaimed worth are taken off. */
	const char *rounding_text;
};

/* Payouts up to the reading's block, oldest first, beginning after `after` (may be NULL); returning
 * false ends the walk. */
void payout_each(const struct reading *r, const struct event_at *after,
		 bool (*visit)(void *context, const struct payout *payout), void *context);

/* False where the event of that log is no payout. */
bool payout_find(struct payout *out, const struct reading *r, uint64_t block,
		 uint32_t log_index) MUST_CHECK;

/* The key of a payout's row. */
void payout_key(uint8_t out[PAYOUT_KEY], uint64_t block, uint32_t log_index);

#endif
