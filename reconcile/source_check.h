/*
 * source_check.h - the source's question: is this block what the chain says, and are these all of
 * its logs? Its checks are the same for every protocol; the proofs are chain/block_proof.h's.
 *
 * A block that fails its proof is not in the mirror, so its finding cannot be a row of it: it waits
 * as a note (store/notes.h), open, and becomes a row, resolved, with the block that is accepted in
 * its place. A log that was left out and taken in is a finding of its block like any other.
 */
#ifndef RECONCILE_SOURCE_CHECK_H
#define RECONCILE_SOURCE_CHECK_H

#include "chain/block_proof.h"
#include "reconcile/finding.h"

/* "source-header-hash", … with severity and sentence; NULL for FAULT_NONE. */
const struct check_rule *source_check(enum proof_fault fault);

/* Whether an id is one of theirs. */
bool source_check_is(const char *id);

/* An open finding of one pool out of a failure, and its id; text in the arena. */
void source_finding(uint8_t key[FINDING_ID_BYTES], struct finding *out, struct arena *arena,
		    const struct pool *pool, const struct proof_failure *failure);

/* ---- findings about blocks that are not in the mirror ---- */

struct pending_finding {
	uint16_t pool;
	uint8_t key[FINDING_ID_BYTES];
	struct finding finding;
};

/* The finding's ordinal becomes its number among all that were ever put, from 1; one that is there
 * keeps its number. */
enum status pending_put(struct store_txn *txn, const struct pending_finding *pending,
			struct error *err) MUST_CHECK;
enum status pending_remove(struct store_txn *txn, const struct pending_finding *pending,
			   struct error *err) MUST_CHECK;

/* How many were ever put. */
enum status pending_count(uint64_t *out, struct store_txn *txn, struct error *err) MUST_CHECK;

/* All of them, in the arena. */
enum status pending_read(struct pending_finding **out, size_t *count, struct arena *arena,
			 struct store_txn *txn, struct error *err) MUST_CHECK;

#endif
