#include "serve/http/api.h"

enum { LIMIT = 100, LIMIT_MAX = 1000 };

const struct param_rule param_at = {
	.name = "at",
	.kind = PARAM_AT,
	.meaning = "as of this block: a number, a hash, latest or finalized"};

const struct param_rule param_fields = {
	.name = "fields",
	.kind = PARAM_FIELDS,
	.meaning = "only these members, names with commas between; of a list, of its items"};

const struct param_rule param_limit = {.name = "limit",
				       .kind = PARAM_LIMIT,
				       .meaning = "at most so many items",
				       .fallback = LIMIT,
				       .max = LIMIT_MAX};

const struct param_rule param_after = {.name = "after",
				       .kind = PARAM_CURSOR,
				       .meaning = "go on behind the page before: its \"next\""};

const struct param_rule param_name = {
	.name = "name", .kind = PARAM_POOL, .is_required = true, .meaning = "a configured pool"};

const struct param_rule param_pool = {
	.name = "pool", .kind = PARAM_POOL, .meaning = "only of this pool"};

const struct param_rule param_from = {
	.name = "from", .kind = PARAM_COUNT, .meaning = "first block"};

const struct param_rule param_to = {
	.name = "to", .kind = PARAM_COUNT, .meaning = "last block", .fallback = INT64_MAX};

const struct param_rule param_tx = {
	.name = "tx", .kind = PARAM_HASH, .is_required = true, .meaning = "the transaction"};

const struct param_rule param_log = {.name = "log",
				     .kind = PARAM_COUNT,
				     .is_required = true,
				     .meaning = "the log's index within its block",
				     .max = UINT32_MAX};

struct page api_page(const struct request *request)
{
	return page_after((size_t)request_param(request, "limit")->number,
			  api_text(request, "after"), request->arena);
}

const char *api_text(const struct request *request, const char *name)
{
	const struct param *param = request_param(request, name);

	return param->is_given ? param->text : NULL;
}
