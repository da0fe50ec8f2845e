/*
 * view_proof.h - figures beside the proved words of the contract's storage.
 */
#ifndef RECONCILE_VIEW_PROOF_H
#define RECONCILE_VIEW_PROOF_H

#include "reconcile/view_figure.h"

/* How many of the subject's figures can be proved. */
size_t view_proof_count(const struct protocol *protocol, const struct view_subject *subject);

/*
 * Compares all figures of the subjects that have a storage rule, STORAGE_SLOTS_MAX of them at most,
 * in two questions at most. Where the node has no proofs, `unproved` gets its words (in the block's
 * arena, never "") and nothing is compared; else it gets NULL. `scratch` is for the proofs, the
 * caller's to reset.
 */
enum status view_proof_compare(const char **unproved, struct applying *a,
			       const struct hash *state_root, const struct view_subject *subjects,
			       size_t count, struct arena *scratch, struct error *err) MUST_CHECK;

#endif
