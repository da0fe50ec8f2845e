/*
 * view.h - the state's question: does the contract say what the mirror says? Its own views are
 * asked by eth_call, or its storage is read and proved, as far as its layout is known.
 */
#ifndef RECONCILE_VIEW_H
#define RECONCILE_VIEW_H

#include "protocols/protocol.h"

/* Accounts, and with them the items of the lists (protocols/item.h). */
enum view_accounts {
	VIEW_ACCOUNTS_TOUCHED,
	VIEW_ACCOUNTS_ALL,
	VIEW_ACCOUNTS_GIVEN, /* those of the wish */
};

enum view_mode {
	VIEW_MODE_CALL,
	/* Figures with a storage rule by proof, the others by call. A view all of whose figures
	 * are proved is not called. */
	VIEW_MODE_PROOF,
};

/* One item, by value. */
struct view_item {
	const struct item_list *list;
	uint8_t key[ITEM_KEY_MAX];
};

struct view_wish {
	enum view_accounts accounts;
	const struct address *given; /* VIEW_ACCOUNTS_GIVEN */
	size_t given_count;
	const struct view_item *items; /* VIEW_ACCOUNTS_GIVEN */
	size_t item_count;
	enum view_mode mode;
	const struct hash *state_root; /* of the block in hand; NULL: nothing can be proved */
};

/* What came of it; texts are static or in the block's arena. */
struct view_answers {
	size_t proved;        /* figures that were compared with a proved word */
	size_t unavailable;   /* answers of views that the node could not give */
	const char *reason;   /* the node's words for that; "" else */
	const char *unproved; /* why figures that could be proved were asked by call; "" else */
};

/*
 * Compares the figures of the pool, and of the accounts and items that the block touched or of
 * all, at the end of the block in hand (a->block), and reports each comparison as a standing check.
 * Must be called after end_block and before the block's rows are taken. ERR_AGAIN where the node
 * cannot be reached, ERR_BAD_DATA where a proof fails.
 */
enum status views_check(struct view_answers *out, struct applying *a, const struct view_wish *wish,
			struct error *err) MUST_CHECK;

#endif
