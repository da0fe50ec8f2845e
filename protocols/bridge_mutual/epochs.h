/*
 * epochs.h - the clock of weeks: when cover begins, ends and leaves the book, as pure functions.
 *
 * Source: Bridge-Mutual/Bridgemutual-v2, PolicyBook (getEpoch, updateEpochsInfo,
 * getNewCoverAndLiquidity, getVirtualEpochs) and PolicyBookFacade (getPolicyPrice); restated in
 * docs/protocols/bridge-mutual.md. Epochs are numbered from 1, from the book's creation on.
 *
 * Each returns false where the contract would revert; a trace may be NULL.
 */
#ifndef PROTOCOLS_BRIDGE_MUTUAL_EPOCHS_H
#define PROTOCOLS_BRIDGE_MUTUAL_EPOCHS_H

#include "ledger/trace.h"

enum {
	BRIDGE_WEEK = 604800,       /* seconds in an epoch */
	BRIDGE_MAXIMUM_EPOCHS = 52, /* YEAR // WEEK: the longest policy, the longest catching up */
	BRIDGE_VIRTUAL_EPOCHS = 1,  /* epochs that cover stays booked after a policy's last one */
	BRIDGE_OLD_VIRTUAL_EPOCHS = 2, /* the same before the book's upgrade */
	BRIDGE_CLAIMABLE = 604800,     /* seconds after its end in which a policy may be claimed */
};

/* When the books were upgraded from two virtual epochs to one, in seconds since 1970. */
#define BRIDGE_UPGRADE_TIME UINT64_C(1655913114)

/* Where a walk over epochs finds what leaves the book with each. */
struct bridge_amounts {
	u256 (*at)(void *context, uint64_t epoch);
	void *context;
};

/* (time - start) // WEEK + 1. False where time is before the start. */
bool bridge_epoch(uint64_t *out, uint64_t start, uint64_t time) MUST_CHECK;

/*
 * How long a policy of `weeks` epochs bought at `time` lasts, in seconds: what is left of the epoch
 * at hand, and weeks - 1 whole ones. False for no week, or a time before the start.
 */
bool bridge_policy_seconds(uint64_t *out, struct trace *trace, uint64_t start, uint64_t time,
			   uint64_t weeks) MUST_CHECK;

/* Virtual epochs that the book took for a policy when it was sold at `time`. */
uint64_t bridge_virtual_epochs_at_sale(uint64_t time);

/*
 * Those that the book takes for it at `now`: 2 before the upgrade; after it, what
 * getVirtualEpochs() tells, which is 2 for policies begun in an epoch before that of the upgrade,
 * in a book that is older.
 */
uint64_t bridge_virtual_epochs(uint64_t start, uint64_t policy_start_epoch, uint64_t now);

/* Up to which epoch (excluded) an update at `epoch` takes cover out: at most 52 a call. */
uint64_t bridge_update_end(uint64_t last, uint64_t epoch);

/* The same for the view, whose limit is the 52nd epoch of the book's life, not 52 more. */
uint64_t bridge_view_end(uint64_t epoch);

/* cover - sum of the amounts of epochs from <= i < to; false where it would go below zero. */
bool bridge_cover_without(u256 *out, struct trace *trace, const char *name, u256 cover,
			  uint64_t from, uint64_t to,
			  const struct bridge_amounts *amounts) MUST_CHECK;

#endif
