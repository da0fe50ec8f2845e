/*
 * audit.h - is a mirror on disk whole? Its structure, its digests, and what its rows say of one
 * another.
 */
#ifndef RECONCILE_AUDIT_H
#define RECONCILE_AUDIT_H

#include "protocols/protocol.h"

struct audit_counts {
	uint64_t figures; /* sums and counts that were computed anew */
	uint64_t events;  /* stored logs that were read */
};

/*
 * store_check; then for every pool, as of the newest block: each kept sum and count is that of its
 * rows, the books balance, a standing check that fails has its open finding, the tally is that of
 * the findings and of the stored logs, each of which can be read. ERR_CORRUPT names the first that
 * is not so. An empty store passes.
 */
enum status audit_mirror(struct audit_counts *out, struct store_txn *txn, const struct pool *pools,
			 size_t pool_count, struct error *err) MUST_CHECK;

#endif
