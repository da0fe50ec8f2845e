/*
 * account.h - the accounts of a pool: the rows of its protocol's table of them.
 */
#ifndef PROTOCOLS_ACCOUNT_H
#define PROTOCOLS_ACCOUNT_H

#include "protocols/protocol.h"

/* Every account that has a row, in order of address, those after `after` (may be NULL); returning
 * false ends the walk. The reading must be one of finished blocks, or the order is not kept. */
void account_each(const struct reading *r, const struct address *after,
		  bool (*visit)(void *context, struct address account), void *context);

/* Whether the account has a row; the same holds for the reading. */
bool account_is_known(const struct reading *r, struct address account);

/* Accounts that the block at hand touched. */
void account_each_touched(struct applying *a, void (*visit)(void *context, struct address account),
			  void *context);

#endif
