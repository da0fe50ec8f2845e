#include "serve/stream/route.h"

#include "serve/answer/schema.h"
#include "serve/http/api.h"
#include "serve/http/server.h"
#include "serve/stream/streams.h"

static const struct param_rule param_kinds = {
	.name = "kinds",
	.kind = PARAM_TEXT,
	.meaning = "only these messages, names with commas between: block, event, change, finding, "
		   "status"};

static const struct param_rule param_begin = {
	.name = "from",
	.kind = PARAM_COUNT,
	.meaning = "from that block of the mirror on, with it; else from now on"};

static const struct param_rule param_id = {
	.name = "after",
	.kind = PARAM_TEXT,
	.meaning = "go on behind the message with that id, or behind a block, as NUMBER-HASH; a "
		   "Last-Event-ID header comes first"};

/* What the client has, as it says; NULL: nothing. */
static const char *known_id(const struct request *request)
{
	const char *id = request_header(request, "Last-Event-ID");

	return id && *id ? id : api_text(request, "after");
}

static enum status open_feed(struct feed **out, const struct request *request, struct error *err)
{
	struct feed_options options = {
		.config = request->config, .pool = request->pool, .kinds = FEED_ALL};
	const struct param *from = request_param(request, "from");
	const char *kinds = api_text(request, "kinds");
	const char *id = known_id(request);

	if (kinds && feed_kinds_parse(&options.kinds, kinds, err) != OK)
		return ERR_USAGE;
	if (id)
		return feed_open_after(out, &options, id, err);
	if (from->is_given)
		return feed_open_from(out, &options, from->number, err);
	return feed_open_now(out, &options, err);
}

static enum status stream(struct reply *out, const struct request *request, struct error *err)
{
	struct streams *streams = server_options(request->server)->streams;
	struct feed *feed;
	enum status st;

	if (!streams)
		return error_set(err, ERR_NOTFOUND, "this server has no streams");
	st = open_feed(&feed, request, err);
	if (st == OK)
		st = streams_add(out, streams, feed, request_address(request), err);
	if (st != OK)
		return st;
	reply_header(out, "Cache-Control", "no-store");
	reply_header(out, "X-Accel-Buffering", "no"); /* a proxy's */
	return OK;
}

static const struct param_rule *const params[] = {&param_pool, &param_kinds, &param_begin,
						  &param_id, NULL};

static const struct route routes[] = {
	{.path = "/v1/stream",
	 .id = "getStream",
	 .summary =
		 "What happens, as server-sent events: blocks, events, changed rows, findings and "
		 "reorganisations",
	 .params = params,
	 .freshness = FRESH_NOW,
	 .reply = stream,
	 .schema = schema_stream,
	 .content_type = "text/event-stream"},
};

const struct route_table stream_routes = {routes, sizeof(routes) / sizeof(routes[0])};
