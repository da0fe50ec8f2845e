/* /v1/status, /v1/pools and what is below a pool. */
#include <string.h>

#include "serve/answer/schema.h"
#include "serve/http/api.h"

enum { WEEK = 604800, LARGEST = 5, LARGEST_MAX = 1000 };

/* ---- the mirror ---- */

static const struct param_rule *const of_a_moment[] = {&param_at, &param_fields, NULL};

static json_t *get_status(const struct request *request, struct error *err)
{
	return answer_status(request->moment, err);
}

static json_t *get_pools(const struct request *request, struct error *err)
{
	return answer_pools(request->moment, err);
}

/* ---- a pool ---- */

static const struct param_rule *const of_a_pool[] = {&param_name, &param_at, &param_fields, NULL};

static json_t *get_pool(const struct request *request, struct error *err)
{
	return answer_pool(request->moment, request->pool, err);
}

/* ---- accounts ---- */

static const struct param_rule param_address = {
	.name = "address", .kind = PARAM_ADDRESS, .is_required = true, .meaning = "the account"};

static const struct param_rule *const of_accounts[] = {&param_name,  &param_at,     &param_limit,
						       &param_after, &param_fields, NULL};

static const struct param_rule *const of_an_account[] = {&param_name, &param_address, &param_at,
							 &param_fields, NULL};

static json_t *get_accounts(const struct request *request, struct error *err)
{
	struct page page = api_page(request);

	return answer_accounts(request->moment, request->pool, &page, err);
}

static json_t *get_account(const struct request *request, struct error *err)
{
	return answer_account(request->moment, request->pool,
			      request_param(request, "address")->address, err);
}

/* ---- lists ---- */

static const struct param_rule param_list = {
	.name = "list",
	.kind = PARAM_TEXT,
	.is_required = true,
	.meaning = "one of the lists that the pool's protocol has",
	.schema = schema_list_names};

static const struct param_rule *const of_items[] = {
	&param_name, &param_list, &param_at, &param_limit, &param_after, &param_fields, NULL};

static json_t *list_named(const struct request *request, const char *name, struct error *err)
{
	struct page page = api_page(request);
	const struct item_list *list;

	/* The path names what is not there. */
	if (answer_list(&list, request->pool, name, err) != OK) {
		err->status = ERR_NOTFOUND;
		return NULL;
	}
	return answer_items(request->moment, request->pool, list, &page, err);
}

static json_t *get_policies(const struct request *request, struct error *err)
{
	return list_named(request, "policies", err);
}

static json_t *get_items(const struct request *request, struct error *err)
{
	return list_named(request, request_param(request, "list")->text, err);
}

/* ---- a quote ---- */

static const struct param_rule param_amount = {
	.name = "amount",
	.kind = PARAM_AMOUNT,
	.is_required = true,
	.meaning = "the cover, in base units of what the pool measures cover in"};

static const struct param_rule param_weeks = {.name = "weeks",
					      .kind = PARAM_COUNT,
					      .meaning = "for how many weeks",
					      .max = (uint64_t)INT64_MAX / WEEK};

static const struct param_rule param_seconds = {
	.name = "seconds", .kind = PARAM_COUNT, .meaning = "for how many seconds, instead"};

static const struct param_rule param_market = {
	.name = "market",
	.kind = PARAM_ADDRESS,
	.meaning = "which of the pool's markets, where it has several"};

static const struct param_rule *const of_a_quote[] = {&param_name,    &param_amount, &param_weeks,
						      &param_seconds, &param_market, &param_at,
						      &param_fields,  NULL};

static json_t *get_quote(const struct request *request, struct error *err)
{
	const struct param *weeks = request_param(request, "weeks");
	const struct param *seconds = request_param(request, "seconds");
	const struct param *market = request_param(request, "market");
	struct quote_request wanted = {.amount = request_param(request, "amount")->amount,
				       .seconds = weeks->is_given ? weeks->number * WEEK
								  : seconds->number,
				       .has_market = market->is_given};

	if (weeks->is_given == seconds->is_given) {
		(void)error_set(err, ERR_USAGE, "a quote takes either weeks or seconds, got %s",
				weeks->is_given ? "both" : "neither");
		return NULL;
	}
	if (market->is_given)
		wanted.market = market->address;
	return answer_quote(request->moment, request->pool, &wanted, err);
}

/* ---- over blocks ---- */

static const struct param_rule param_points = {
	.name = "limit",
	.kind = PARAM_LIMIT,
	.meaning = "at most so many points, spread evenly over the blocks",
	.fallback = 100,
	.max = 1000};

static const struct param_rule *const of_history[] = {
	&param_name, &param_from, &param_to, &param_points, &param_at, &param_fields, NULL};

static json_t *get_history(const struct request *request, struct error *err)
{
	const struct history_query wanted = {
		.from_block = request_param(request, "from")->number,
		.to_block = request_param(request, "to")->number,
		.points = (size_t)request_param(request, "limit")->number};

	if (wanted.from_block > wanted.to_block) {
		(void)error_set(err, ERR_USAGE, "\"from\" is above \"to\"");
		return NULL;
	}
	return answer_history(request->moment, request->pool, &wanted, err);
}

/* ---- solvency ---- */

static const struct param_rule param_largest = {
	.name = "limit",
	.kind = PARAM_LIMIT,
	.meaning = "how many of the largest open covers are shown",
	.fallback = LARGEST,
	.max = LARGEST_MAX};

static const struct param_rule *const of_solvency[] = {&param_largest, &param_at, &param_fields,
						       NULL};

static const struct param_rule *const of_a_pools_solvency[] = {&param_name, &param_largest,
							       &param_at, &param_fields, NULL};

static json_t *get_solvency(const struct request *request, struct error *err)
{
	return answer_solvency(request->moment, request->pool,
			       (size_t)request_param(request, "limit")->number, err);
}

/* ---- the table ---- */

static const struct route routes[] = {
	{.path = "/v1/status",
	 .is_long = true,
	 .id = "getStatus",
	 .summary = "how far the mirror is, what was checked, what was found",
	 .params = of_a_moment,
	 .needs = NEEDS_FINDINGS,
	 .freshness = FRESH_NOW,
	 .answer = get_status,
	 .schema = schema_status},
	{.path = "/v1/pools",
	 .id = "getPools",
	 .summary = "the configured pools",
	 .params = of_a_moment,
	 .needs = NEEDS_MOMENT,
	 .answer = get_pools,
	 .schema = schema_pools},
	{.path = "/v1/pools/{name}",
	 .id = "getPool",
	 .summary = "a pool and all its figures",
	 .params = of_a_pool,
	 .needs = NEEDS_MOMENT,
	 .answer = get_pool,
	 .schema = schema_pool},
	{.path = "/v1/pools/{name}/accounts",
	 .is_long = true,
	 .id = "getAccounts",
	 .summary = "the pool's accounts, by address",
	 .params = of_accounts,
	 .needs = NEEDS_MOMENT,
	 .answer = get_accounts,
	 .schema = schema_accounts},
	{.path = "/v1/pools/{name}/accounts/{address}",
	 .id = "getAccount",
	 .summary = "one account; one that the pool has never seen has zeros",
	 .params = of_an_account,
	 .needs = NEEDS_MOMENT,
	 .answer = get_account,
	 .schema = schema_account},
	{.path = "/v1/pools/{name}/policies",
	 .is_long = true,
	 .id = "getPolicies",
	 .summary = "the cover that was sold",
	 .params = of_accounts,
	 .needs = NEEDS_MOMENT,
	 .answer = get_policies,
	 .schema = schema_policies},
	{.path = "/v1/pools/{name}/items/{list}",
	 .is_long = true,
	 .id = "getItems",
	 .summary = "a list that the pool's protocol keeps beside the accounts",
	 .params = of_items,
	 .needs = NEEDS_MOMENT,
	 .answer = get_items,
	 .schema = schema_items},
	{.path = "/v1/pools/{name}/quote",
	 .id = "getQuote",
	 .summary = "what cover costs, and the figures that lead to it",
	 .params = of_a_quote,
	 .needs = NEEDS_MOMENT,
	 .answer = get_quote,
	 .schema = schema_quote},
	{.path = "/v1/pools/{name}/history",
	 .is_long = true,
	 .id = "getHistory",
	 .summary = "the pool's common figures over blocks",
	 .params = of_history,
	 .needs = NEEDS_MOMENT,
	 .answer = get_history,
	 .schema = schema_history},
	{.path = "/v1/solvency",
	 .is_long = true,
	 .id = "getSolvency",
	 .summary = "what each pool could pay if its largest covers were claimed at once",
	 .params = of_solvency,
	 .needs = NEEDS_MOMENT,
	 .answer = get_solvency,
	 .schema = schema_solvency},
	{.path = "/v1/pools/{name}/solvency",
	 .is_long = true,
	 .id = "getPoolSolvency",
	 .summary = "the same of one pool",
	 .params = of_a_pools_solvency,
	 .needs = NEEDS_MOMENT,
	 .answer = get_solvency,
	 .schema = schema_solvency},
};

const struct route_table api_pool_routes = {routes, sizeof(routes) / sizeof(routes[0])};
