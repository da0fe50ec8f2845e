/*
 * locked.h - rewards that an account may not withdraw yet.
 */
#ifndef PROTOCOLS_API3_LOCKED_H
#define PROTOCOLS_API3_LOCKED_H

#include "protocols/api3/internal.h"

/*
 * What userLocked(account) returns at block `block` in epoch `epoch`: the account's parts of the
 * rewards of the last 52 epochs, each by the shares it held at the end of the reward's block.
 * False where the view reverts.
 */
bool api3_locked(struct assets *out, struct state *state, const struct pool *pool,
		 struct address account, uint64_t block, uint64_t epoch) MUST_CHECK;

/* The oldest epoch whose reward is still locked in `epoch`. */
uint64_t api3_oldest_locked_epoch(const struct api3_parameters *parameters, uint64_t epoch);

/* CalculatingUserLocked and CalculatedUserLocked: the sum in slices, over several calls. */
void api3_on_calculating_locked(struct applying *a, const struct pool_event *event);
void api3_on_calculated_locked(struct applying *a, const struct pool_event *event);

#endif
