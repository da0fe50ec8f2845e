/*
 * view.h - the state's question: do the contract's own views say what the mirror says?
 */
#ifndef RECONCILE_VIEW_H
#define RECONCILE_VIEW_H

#include "protocols/protocol.h"

enum view_accounts { VIEW_ACCOUNTS_TOUCHED, VIEW_ACCOUNTS_ALL };

/*
 * Asks the pool's views, and those of the accounts that the block touched or of all, at the end of
 * the block in hand (a->block), and reports each comparison as a standing check. Must be called
 * after end_block and before the block's rows are taken. `unavailable` gets the number of answers
 * that the node could not give (no state that old); `reason` (may be NULL) the node's words, in
 * the block's arena. ERR_AGAIN where the node cannot be reached.
 */
enum status views_check(size_t *unavailable, const char **reason, struct applying *a,
			enum view_accounts accounts, struct error *err) MUST_CHECK;

#endif
