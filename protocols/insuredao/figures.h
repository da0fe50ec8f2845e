/*
 * figures.h - what people see: figures of the pool, its accounts and lists, views, payouts, quotes.
 */
#ifndef PROTOCOLS_INSUREDAO_FIGURES_H
#define PROTOCOLS_INSUREDAO_FIGURES_H

#include "protocols/payout.h"
#include "protocols/quote.h"

enum { INSUREDAO_POOL_FIGURE_COUNT = 30, INSUREDAO_ACCOUNT_FIGURE_COUNT = 4 };
extern const struct figure_rule insuredao_pool_figures[];
extern const struct figure_rule insuredao_account_figures[];

/* In the order of the table in lists.c. */
enum insuredao_list {
	INSUREDAO_LIST_POLICIES,
	INSUREDAO_LIST_MARKETS,
	INSUREDAO_LIST_INDICES,
	INSUREDAO_LIST_RESERVES,
	INSUREDAO_LIST_CREDITS,
	INSUREDAO_LIST_HOLDINGS,
	INSUREDAO_LIST_WITHDRAWALS,
	INSUREDAO_LIST_INCIDENTS,
	INSUREDAO_LIST_COUNT
};
extern const struct item_list insuredao_lists[INSUREDAO_LIST_COUNT];

enum { INSUREDAO_VIEW_COUNT = 70 };
extern const struct view_rule insuredao_views[];

extern const struct payout_rules insuredao_payouts;
extern const struct quote_rules insuredao_quote;

/* A figure that follows from the vault's value: null where it is not computable, and unknown where
 * a strategy manages tokens of the vault. */
struct figure insuredao_worth(const struct reading *r, bool is_computable, u256 value);

void insuredao_read_pool(struct figure *out, const struct reading *r);
void insuredao_read_account(struct figure *out, const struct reading *r, struct address account);

#endif
