/*
 * explain.h - why: an event's figures with their formulas, found by applying its block once more.
 *
 * Nothing of it is stored: rows as of the block before, and the block's own logs, give the same
 * formulas, inputs and postings again, in the middle of the block too.
 */
#ifndef RECONCILE_EXPLAIN_H
#define RECONCILE_EXPLAIN_H

#include "protocols/payout.h"

struct explained {
	const struct pool *pool;
	struct event_log log;
	size_t rule;
	const struct abi_value *values;
	struct trace trace;
	struct posting postings[BOOK_POSTINGS_MAX];
	size_t posting_count;
	uint64_t checks_passed; /* of this event */
	uint64_t checks_failed;
	bool is_payout;
	struct payout payout;
	bool has_more; /* the protocol's further figures of it, by payout_rules.figures */
	struct figure figures[FIGURES_MAX];
	/* Of what follows nothing is filled where no account's shares bear payouts. */
	struct payout_slash *slashes; /* largest loss first, then by address */
	size_t slash_count;
	size_t loser_count;     /* those that lose anything, or whose loss is not computable */
	bool is_sum_computable; /* false where a view reverts, so that some loss has no figure */
	/* amount = slash_sum + unclaimed_sum + rounding */
	struct assets slash_sum;
	struct assets unclaimed_sum;
	struct assets rounding; /* in size */
	bool is_rounding_negative;
};

/*
 * Explains the pool's event at `log_index` of the block; memory in the arena. ERR_NOTFOUND where
 * the block has no such event of the pool.
 */
enum status explain_event(struct explained *out, struct arena *arena, struct store_txn *txn,
			  const struct pool *pool, uint64_t block, uint32_t log_index,
			  struct error *err) MUST_CHECK;

/* The stored logs of one block, in the arena. */
enum status stored_logs(struct event_log **out, size_t *count, struct arena *arena,
			struct store_txn *txn, const struct block_ref *block,
			struct error *err) MUST_CHECK;

#endif
