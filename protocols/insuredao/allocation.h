/*
 * allocation.h - how an index divides its credit among markets, and what of its liquidity may leave
 * (InsureDAO/pool-contracts, IndexTemplate; restated in docs/protocols/insuredao.md).
 */
#ifndef PROTOCOLS_INSUREDAO_ALLOCATION_H
#define PROTOCOLS_INSUREDAO_ALLOCATION_H

#include "ledger/amount.h"
#include "ledger/trace.h"

enum { INSUREDAO_MARKETS_MAX = 256 };

/* One market as the index sees it, and what the index does there. */
struct insuredao_slice {
	struct assets credit;    /* lent by this index */
	struct assets available; /* availableBalance() of the market */
	u256 points;
	bool is_paused;
	bool is_paying; /* an incident is being paid */

	/* What adjustAlloc does: a call of allocateCredit or withdrawCredit, which may be one of
	 * nothing (then it only pays out premium, and logs nothing). */
	bool is_called;
	bool is_increase;
	struct assets amount;

	struct assets free;    /* between its steps */
	struct assets wanting; /* between its steps */
};

/* An index before it allocates. */
struct insuredao_index {
	struct assets liquidity; /* what to count with: its own, or that after a movement */
	u256 target_leverage;    /* 10^6 is 1 */
	u256 total_points;
	struct assets total_credit; /* totalAllocatedCredit */
};

/*
 * adjustAlloc: fills what is done in each slice, and the total credit after it. The aim is
 * liquidity * leverage // 10^6, of which credit in paying markets is taken off; by points, what is
 * locked staying where it is, and what is short being shared in proportion. False where the
 * contract reverts.
 */
bool insuredao_allocate(struct assets *total_after, struct trace *trace,
			struct insuredao_slice *slices, size_t count,
			const struct insuredao_index *index) MUST_CHECK;

/*
 * withdrawable: liquidity less the larger of (sum of locked credit) * 10^6 // leverage and the
 * largest locked credit; a market's locked credit is credit - available, where positive.
 */
bool insuredao_withdrawable(struct assets *out, struct trace *trace,
			    const struct insuredao_slice *slices, size_t count,
			    const struct insuredao_index *index) MUST_CHECK;

#endif
