/*
 * api.h - the JSON routes under /v1, and the parameters that they share.
 */
#ifndef SERVE_HTTP_API_H
#define SERVE_HTTP_API_H

#include "serve/http/route.h"

/* api_pool.c: status, pools, accounts, lists. api_account.c: accounts beyond one pool and one
 * block. api_event.c: payouts, events, findings, explain. */
extern const struct route_table api_account_routes;
extern const struct route_table api_pool_routes;
extern const struct route_table api_event_routes;
/* api_evidence.c */
extern const struct route_table api_evidence_routes;

extern const struct param_rule param_at;
extern const struct param_rule param_fields;
extern const struct param_rule param_limit; /* 100, at most 1000 */
extern const struct param_rule param_after;
extern const struct param_rule param_name; /* of a pool, in the path */
extern const struct param_rule param_pool; /* the same in the query */
extern const struct param_rule param_from; /* a block */
extern const struct param_rule param_to;
extern const struct param_rule param_tx;  /* in the path */
extern const struct param_rule param_log; /* a log's index within its block, in the path */

/* Where a request's parameters "limit" and "after" say. */
struct page api_page(const struct request *request);

/* A query's text; NULL where it is not given. */
const char *api_text(const struct request *request, const char *name);

#endif
