/* /v1/evidence: what the `evidence` verb writes. */
#include "base/version.h"
#include "serve/answer/schema.h"
#include "serve/evidence/evidence.h"
#include "serve/http/api.h"
#include "serve/http/remote.h"
#include "serve/http/reply.h"
#include "serve/http/server.h"

static const struct param_rule *const of_a_transaction[] = {&param_tx, NULL};
static const struct param_rule *const of_a_log[] = {&param_tx, &param_log, NULL};

static enum status get(struct reply *out, const struct request *request, int64_t log_index,
		       struct error *err)
{
	struct evidence_request wanted = {.transaction = request_param(request, "tx")->hash,
					  .log_index = log_index,
					  .program = "covermirror " COVERMIRROR_VERSION,
					  .ends_moment = true};
	struct remote *remote = server_remote(request->server);
	uint64_t finalized = moment_finalized(request->moment);
	struct source *source;
	enum status st;

	st = remote_open(&source, remote, request->config, err);
	if (st == OK)
		st = evidence_make(&out->body, request->arena, request->moment, source, &wanted,
				   err);
	remote_close(remote);
	/* Of a block that was final the file stays as good as it is. */
	out->is_lasting = st == OK && wanted.block <= finalized;
	/* What the node says is not the reader's fault. */
	return st == ERR_BAD_DATA
		       ? error_set(err, ERR_AGAIN, "%s", arena_string(request->arena, err->message))
		       : st;
}

static enum status get_transaction(struct reply *out, const struct request *request,
				   struct error *err)
{
	return get(out, request, -1, err);
}

static enum status get_log(struct reply *out, const struct request *request, struct error *err)
{
	return get(out, request, (int64_t)request_param(request, "log")->number, err);
}

static const struct route routes[] = {
	{.path = "/v1/evidence/{tx}",
	 .id = "getTransactionEvidence",
	 .summary =
		 "a file that proves the transaction's events to whoever trusts the block's hash",
	 .params = of_a_transaction,
	 .is_remote = true,
	 .needs = NEEDS_MOMENT,
	 .reply = get_transaction,
	 .schema = schema_evidence,
	 .content_type = "application/json"},
	{.path = "/v1/evidence/{tx}/{log}",
	 .id = "getLogEvidence",
	 .summary = "the same of one event",
	 .params = of_a_log,
	 .is_remote = true,
	 .needs = NEEDS_MOMENT,
	 .reply = get_log,
	 .schema = schema_evidence,
	 .content_type = "application/json"},
};

const struct route_table api_evidence_routes = {routes, sizeof(routes) / sizeof(routes[0])};
