/* What happened: payouts, events, findings, and why. */
#include <string.h>

#include "serve/answer/schema.h"
#include "serve/http/api.h"

/* ---- payouts ---- */

static const struct param_rule *const of_payouts[] = {&param_name,  &param_at,     &param_limit,
						      &param_after, &param_fields, NULL};

static json_t *get_payouts(const struct request *request, struct error *err)
{
	struct page page = api_page(request);

	return answer_payouts(request->moment, request->pool, &page, err);
}

/* ---- events ---- */

static const struct param_rule param_event = {.name = "event",
					      .kind = PARAM_TEXT,
					      .meaning = "only events of this name",
					      .schema = schema_event_names};

static const struct param_rule param_account = {
	.name = "account", .kind = PARAM_ADDRESS, .meaning = "only events that name this account"};

static const char *const orders[] = {"oldest", "newest", NULL};

static const struct param_rule param_order = {.name = "order",
					      .kind = PARAM_CHOICE,
					      .meaning = "which come first; oldest where it is not "
							 "given",
					      .choices = orders};

static const struct param_rule *const of_events[] = {
	&param_order, &param_pool,  &param_event, &param_account, &param_from, &param_to,
	&param_at,    &param_limit, &param_after, &param_fields,  NULL};

static json_t *get_events(const struct request *request, struct error *err)
{
	const struct param *account = request_param(request, "account");
	struct page page = api_page(request);
	struct event_query wanted = {.pool = request->pool,
				     .event = api_text(request, "event"),
				     .has_account = account->is_given,
				     .from_block = request_param(request, "from")->number,
				     .to_block = request_param(request, "to")->number,
				     .is_newest_first =
					     request_param(request, "order")->number == 1};

	if (account->is_given)
		wanted.account = account->address;
	return answer_events(request->moment, &wanted, &page, err);
}

/* ---- findings ---- */

static const char *const severities[] = {"info", "warning", "error", NULL};
static const char *const states[] = {"open", "resolved", "withdrawn", NULL};

static const struct param_rule param_severity = {.name = "severity",
						 .kind = PARAM_CHOICE,
						 .meaning = "only those at least so severe",
						 .choices = severities};

static const struct param_rule param_check = {.name = "check",
					      .kind = PARAM_TEXT,
					      .meaning = "only findings of this check",
					      .schema = schema_check_ids};

static const struct param_rule param_state = {.name = "state",
					      .kind = PARAM_CHOICE,
					      .meaning = "only findings in this state",
					      .choices = states};

static const struct param_rule *const of_findings[] = {&param_pool,  &param_severity, &param_check,
						       &param_state, &param_at,       &param_limit,
						       &param_after, &param_fields,   NULL};

static json_t *get_findings(const struct request *request, struct error *err)
{
	struct page page = api_page(request);
	struct finding_query wanted = {.pool = request->pool,
				       .check = api_text(request, "check"),
				       .state = api_text(request, "state")};
	const char *severity = api_text(request, "severity");

	wanted.has_severity = severity && severity_parse(&wanted.severity, severity);
	return answer_findings(request->moment, &wanted, &page, err);
}

/* ---- explain ---- */

static const struct param_rule *const of_a_transaction[] = {&param_tx, &param_at, &param_fields,
							    NULL};

static const struct param_rule *const of_a_log[] = {&param_tx, &param_log, &param_at, &param_fields,
						    NULL};

static json_t *get_transaction(const struct request *request, struct error *err)
{
	return answer_explain(request->moment, request_param(request, "tx")->hash, -1, err);
}

static json_t *get_log(const struct request *request, struct error *err)
{
	return answer_explain(request->moment, request_param(request, "tx")->hash,
			      (int64_t)request_param(request, "log")->number, err);
}

/* ---- the table ---- */

static const struct route routes[] = {
	{.path = "/v1/pools/{name}/payouts",
	 .is_long = true,
	 .id = "getPayouts",
	 .summary = "claims that the pool paid, and what they cost its accounts",
	 .params = of_payouts,
	 .needs = NEEDS_MOMENT,
	 .answer = get_payouts,
	 .schema = schema_payouts},
	{.path = "/v1/events",
	 .is_long = true,
	 .id = "getEvents",
	 .summary = "the pools' events, oldest first",
	 .params = of_events,
	 .needs = NEEDS_MOMENT,
	 .answer = get_events,
	 .schema = schema_events},
	{.path = "/v1/findings",
	 .is_long = true,
	 .id = "getFindings",
	 .summary = "where the chain and the arithmetic disagree",
	 .params = of_findings,
	 .needs = NEEDS_FINDINGS,
	 .freshness = FRESH_NOW,
	 .answer = get_findings,
	 .schema = schema_findings},
	{.path = "/v1/explain/{tx}",
	 .is_long = true,
	 .id = "explainTransaction",
	 .summary = "every event of a transaction, with the formulas and their figures",
	 .params = of_a_transaction,
	 .needs = NEEDS_MOMENT,
	 .answer = get_transaction,
	 .schema = schema_explain},
	{.path = "/v1/explain/{tx}/{log}",
	 .is_long = true,
	 .id = "explainLog",
	 .summary = "one event of a transaction, with the formulas and their figures",
	 .params = of_a_log,
	 .needs = NEEDS_MOMENT,
	 .answer = get_log,
	 .schema = schema_explain},
};

const struct route_table api_event_routes = {routes, sizeof(routes) / sizeof(routes[0])};
