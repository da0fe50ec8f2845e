/*
 * clocks.h - the two clocks on the pool's rows: cover that leaves by weeks, premium that comes in
 * by days. The formulas are epochs.h's and days.h's.
 */
#ifndef PROTOCOLS_BRIDGE_MUTUAL_CLOCKS_H
#define PROTOCOLS_BRIDGE_MUTUAL_CLOCKS_H

#include "protocols/bridge_mutual/internal.h"

/* The view's liquidity and cover at a time (getNewCoverAndLiquidity); nothing is changed. False
 * where the view reverts. */
bool bridge_liquidity_at(struct assets *out, struct trace *trace, struct state *state,
			 const struct pool *pool, uint64_t time) MUST_CHECK;
bool bridge_cover_at(struct assets *out, struct trace *trace, struct state *state,
		     const struct pool *pool, uint64_t time) MUST_CHECK;

/* Coin an x-token at a time, by the view's liquidity; 10^27 is 1. */
bool bridge_rate_at(u256 *out, struct trace *trace, struct state *state, const struct pool *pool,
		    struct shares supply, uint64_t time) MUST_CHECK;

/* Called by the handler of every event whose call began with the premiums' distribution. */
void bridge_distribute_premiums(struct applying *a);

/* Whether an epoch ended that the book has not taken into account. */
bool bridge_update_is_due(const struct applying *a);

/* Takes the cover of ended epochs out; `a` has it due. */
void bridge_update_epochs(struct applying *a);

/*
 * Called by the handler of every event whose call ran the epochs' update first: that of a new epoch
 * must have been told (check coverage-changed). Where it was not, it is done now.
 */
void bridge_epochs_settled(struct applying *a);

/* Virtual epochs of a policy sold in the block at hand, and those that the book takes for one that
 * it has: always two in V1. */
uint64_t bridge_virtual_of_sale(const struct applying *a);
uint64_t bridge_virtual_of(const struct applying *a, const struct bridge_policy *policy);

/* The epoch of the block at hand. */
uint64_t bridge_epoch_now(const struct applying *a);

/* Books cover in an epoch's amount or takes it from there (false where it is not in it). */
void bridge_book_cover(struct applying *a, uint64_t epoch, struct assets cover);
bool bridge_unbook_cover(struct applying *a, uint64_t epoch, struct assets cover) MUST_CHECK;

#endif
