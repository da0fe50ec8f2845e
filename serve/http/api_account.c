/* Accounts beyond one pool and one block. */
#include "serve/answer/schema.h"
#include "serve/http/api.h"

static const struct param_rule param_address = {
	.name = "address", .kind = PARAM_ADDRESS, .is_required = true, .meaning = "the account"};

static const struct param_rule param_points = {
	.name = "limit",
	.kind = PARAM_LIMIT,
	.meaning = "at most so many points, spread evenly over the blocks",
	.fallback = 100,
	.max = 1000};

static const struct param_rule *const of_holdings[] = {&param_address, &param_at, &param_fields,
						       NULL};

static const struct param_rule *const of_history[] = {
	&param_name,   &param_address, &param_from,   &param_to,
	&param_points, &param_at,      &param_fields, NULL};

static json_t *get_holdings(const struct request *request, struct error *err)
{
	return answer_holdings(request->moment, request_param(request, "address")->address, err);
}

static json_t *get_history(const struct request *request, struct error *err)
{
	const struct history_query wanted = {
		.from_block = request_param(request, "from")->number,
		.to_block = request_param(request, "to")->number,
		.points = (size_t)request_param(request, "limit")->number,
		.has_account = true,
		.account = request_param(request, "address")->address};

	if (wanted.from_block > wanted.to_block) {
		(void)error_set(err, ERR_USAGE, "\"from\" is above \"to\"");
		return NULL;
	}
	return answer_history(request->moment, request->pool, &wanted, err);
}

static const struct route routes[] = {
	{.path = "/v1/accounts/{address}",
	 .id = "getHoldings",
	 .summary = "an account in every pool that knows it",
	 .params = of_holdings,
	 .needs = NEEDS_MOMENT,
	 .answer = get_holdings,
	 .schema = schema_holdings},
	{.path = "/v1/pools/{name}/accounts/{address}/history",
	 .is_long = true,
	 .id = "getAccountHistory",
	 .summary = "an account's figures over blocks",
	 .params = of_history,
	 .needs = NEEDS_MOMENT,
	 .answer = get_history,
	 .schema = schema_account_history},
};

const struct route_table api_account_routes = {routes, sizeof(routes) / sizeof(routes[0])};
