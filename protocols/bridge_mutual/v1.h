/*
 * v1.h - what is different in a Bridge Mutual V1 book (Bridge-Mutual/bridgemutual-public; restated
 * in docs/protocols/bridge-mutual.md): the book itself holds the coin, nobody lends, the pricing
 * model is fixed in the code, cover stays two virtual epochs, and a claim is paid at its result.
 */
#ifndef PROTOCOLS_BRIDGE_MUTUAL_V1_H
#define PROTOCOLS_BRIDGE_MUTUAL_V1_H

#include "protocols/bridge_mutual/handlers.h"

/* PolicyQuote's constants: 80 %, 2 %, 25 % and 100 % (whitelisted books 10 % and 50 %), 10. */
struct bridge_model bridge_v1_model(bool is_whitelisted);

/* v1_events.c */
enum { BRIDGE_V1_EVENT_COUNT = 15 };
extern const struct event_rule bridge_v1_events[BRIDGE_V1_EVENT_COUNT];

/* v1_figures.c, v1_views.c */
enum {
	BRIDGE_V1_POOL_FIGURE_COUNT = 24,
	BRIDGE_V1_ACCOUNT_FIGURE_COUNT = 15,
	BRIDGE_V1_VIEW_COUNT = 20,
};
extern const struct figure_rule bridge_v1_pool_figures[BRIDGE_V1_POOL_FIGURE_COUNT];
extern const struct figure_rule bridge_v1_account_figures[BRIDGE_V1_ACCOUNT_FIGURE_COUNT];
extern const struct view_rule bridge_v1_views[BRIDGE_V1_VIEW_COUNT];
void bridge_v1_read_pool(struct figure *out, const struct reading *r);
void bridge_v1_read_account(struct figure *out, const struct reading *r, struct address account);

/* v1_liquidity.c */
void bridge_v1_on_withdrawal_requested(struct applying *a, const struct pool_event *event);
void bridge_v1_on_liquidity_withdrawn(struct applying *a, const struct pool_event *event);
void bridge_v1_on_coin_transfer(struct applying *a, const struct pool_event *event);
/* At the end of a transaction: coin that no event answers for. */
void bridge_v1_settle_coins(struct applying *a);

/* v1_policies.c */
void bridge_v1_on_policy_bought(struct applying *a, const struct pool_event *event);
void bridge_v1_on_policy_added(struct applying *a, const struct pool_event *event);
void bridge_v1_on_whitelisted(struct applying *a, const struct pool_event *event);

/* v1_claims.c */
void bridge_v1_on_claim_accepted(struct applying *a, const struct pool_event *event);
void bridge_v1_on_appeal_rejected(struct applying *a, const struct pool_event *event);
void bridge_v1_on_coverage_changed(struct applying *a, const struct pool_event *event);
void bridge_v1_on_policy_removed(struct applying *a, const struct pool_event *event);
/* At the end of a transaction: what a claim's result still owes. */
void bridge_v1_settle_results(struct applying *a);

#endif
