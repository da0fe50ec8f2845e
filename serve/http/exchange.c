#include <stdlib.h>
#include <string.h>

#include "serve/http/accept.h"
#include "serve/http/fields.h"
#include "serve/http/guard.h"
#include "serve/http/internal.h"
#include "serve/http/param.h"
#include "serve/http/problem.h"

static const char methods[] = "GET, HEAD, OPTIONS";

struct exchange *exchange_new(struct server *server, const char *target)
{
	struct arena *arena = arena_new();
	struct exchange *x = arena_alloc(arena, sizeof(*x));

	x->server = server;
	x->arena = arena;
	x->target = arena_string(arena, target);
	x->instance = "";
	x->request = (struct request){
		.server = server,
		/* As it holds now: it may have been read again since the server began. */
		.config = telemetry_config(server->options.telemetry, server->options.config),
		.arena = arena,
		.exchange = x};
	return x;
}

void exchange_free(struct exchange *x)
{
	json_decref(x->document);
	free(x->made);
	arena_free(x->arena);
}

static const char *header_of(const struct exchange *x, const char *name)
{
	return MHD_lookup_connection_value(x->connection, MHD_HEADER_KIND, name);
}

const char *request_header(const struct request *request, const char *name)
{
	return header_of(request->exchange, name);
}

const char *request_address(const struct request *request)
{
	char text[ORIGIN_TEXT];

	return arena_string(request->arena,
			    net_origin_format(text, &request->exchange->watched->origin));
}

void reply_header(struct reply *reply, const char *name, const char *value)
{
	if (reply->header_count == REPLY_HEADERS_MAX)
		abort();
	reply->headers[reply->header_count++] = (struct reply_header){name, value};
}

/* ---- what went wrong ---- */

static void put_problem(struct exchange *x, unsigned status, const char *detail)
{
	json_decref(x->document);
	x->document = problem_document(status, detail, x->instance);
	x->reply.status = status;
	x->reply.content_type = PROBLEM_TYPE;
}

/* What is wrong with this machine, and where things lie on it, is its operator's to know. */
static void put_error(struct exchange *x, const struct error *err)
{
	const struct server_options *options = &x->server->options;
	unsigned status = problem_status(err->status);
	bool is_ours = status != 400 && status != 404;
	bool is_secret = strstr(err->message, options->config->store_path) ||
			 strstr(err->message, options->config->path);

	x->reply = (struct reply){0};
	if (status == 503)
		reply_header(&x->reply, "Retry-After", "1");
	/* What passes is no line for each client that asks meanwhile. */
	if (is_ours)
		log_line(options->logger, err->status == ERR_AGAIN ? LOG_DEBUG : LOG_WARN,
			 "%s was not answered: %s", x->instance, err->message);
	if ((is_ours && err->status != ERR_AGAIN) || is_secret)
		put_problem(x, status, "the mirror could not be read; the server's log says more");
	else
		put_problem(x, status, err->message);
}

/* ---- finding out what is wanted ---- */

/* A page elsewhere asks whether it may. */
static void put_options(struct exchange *x)
{
	x->reply.status = 204;
	reply_header(&x->reply, "Allow", methods);
	if (!x->origin)
		return;
	reply_header(&x->reply, "Access-Control-Allow-Methods", methods);
	reply_header(&x->reply, "Access-Control-Allow-Headers",
		     "Authorization, If-None-Match, Last-Event-ID, Cache-Control");
	reply_header(&x->reply, "Access-Control-Max-Age", "600");
}

static bool check_method(struct exchange *x, const char *method)
{
	x->is_head = strcmp(method, "HEAD") == 0;
	if (strcmp(method, "OPTIONS") == 0) {
		put_options(x);
		return false;
	}
	if (x->is_head || strcmp(method, "GET") == 0)
		return true;
	reply_header(&x->reply, "Allow", methods);
	put_problem(x, 405, "this server is read only: GET and HEAD");
	return false;
}

static bool check_reader(struct exchange *x, const struct route *route)
{
	if (route->is_open || guard_admits(x->server->limits, header_of(x, "Authorization")))
		return true;
	reply_header(&x->reply, "WWW-Authenticate", "Bearer realm=\"covermirror\"");
	put_problem(x, 401, "this server wants its token: Authorization: Bearer …");
	return false;
}

static bool check_params(struct exchange *x, const struct match *match, const struct target *target)
{
	struct error err;

	x->request.route = match->route;
	if (params_read(&x->request, match, target, x->server->limits->page_max, &err) == OK)
		return true;
	put_error(x, &err);
	return false;
}

static bool find_route(struct exchange *x, struct target *target, struct match *match)
{
	struct error err;
	size_t length = strlen(x->target);

	if (length > x->server->limits->target_bytes) {
		put_problem(x, 414, "the path and query are too long");
		return false;
	}
	if (target_parse(target, x->arena, x->target, length, &err) != OK) {
		x->instance = target->path;
		put_problem(x, 400, err.message);
		return false;
	}
	x->instance = target->path;
	*match = route_match(route_tables, route_table_count, target);
	if (match->route)
		return true;
	put_problem(x, 404, "there is nothing at this path; /openapi.json lists what there is");
	return false;
}

bool exchange_open(struct exchange *x, const char *method)
{
	struct target target;
	struct match match;

	x->origin = guard_origin(x->server->limits, header_of(x, "Origin"));
	x->takes_gzip = accepts_gzip(header_of(x, "Accept-Encoding"));
	x->if_none_match = header_of(x, "If-None-Match");
	x->request.deadline_ms = clock_now_ms(&x->server->clock) + x->server->limits->deadline_ms;
	if (find_route(x, &target, &match) && check_method(x, method)) {
		if (x->has_body)
			put_problem(x, 413, "a request has no body here");
		else if (check_reader(x, match.route) && check_params(x, &match, &target))
			return true;
	}
	body_make(x);
	return false;
}

/* ---- asking ---- */

static const struct param *param_of(const struct request *request, enum param_kind kind)
{
	const struct param_rule *const *rules = request->route->params;

	for (size_t i = 0; rules && rules[i]; i++)
		if (rules[i]->kind == kind && request->params[i].is_given)
			return &request->params[i];
	return NULL;
}

static const char *text_of(const struct param *param)
{
	return param ? param->text : NULL;
}

/* Whether the request says which block, and means that one for ever. */
static bool is_fixed(const char *at)
{
	return at && strcmp(at, "latest") != 0 && strcmp(at, "finalized") != 0;
}

/* What does not say how old it is is not kept. */
static void find_age(struct exchange *x)
{
	struct error ignored;

	if (!x->server->cache || x->request.route->freshness == FRESH_NOW)
		return;
	if (moment_repairs(&x->age.repairs, &x->moment, &ignored) == OK)
		x->age.commit = moment_commit(&x->moment);
}

static enum status open_moment(struct exchange *x, struct error *err)
{
	struct request *request = &x->request;
	enum route_needs needs = request->route->needs;
	struct page page = page_after(0, text_of(param_of(request, PARAM_CURSOR)), request->arena);
	const char *at = page_at(&page, text_of(param_of(request, PARAM_AT)));
	enum status st;

	if (needs == NEEDS_NOTHING)
		return OK;
	/* It may have waited for its turn. */
	if (request->route->is_remote)
		request->deadline_ms =
			clock_now_ms(&x->server->clock) + x->server->limits->deadline_ms;
	st = moment_begin(&x->moment, x->server->reader, at, needs == NEEDS_FINDINGS,
			  request->deadline_ms, x->arena, err);
	if (st == OK) {
		x->moment.config = request->config;
		request->moment = &x->moment;
		find_age(x);
		x->is_final = request->route->freshness == FRESH_AS_OF && is_fixed(at) &&
			      moment_is_final(&x->moment);
	} else if (st == ERR_NOTFOUND && x->moment.is_empty) {
		st = error_set(err, ERR_AGAIN,
			       "the mirror holds no block yet: it is catching up; try again soon");
	} else if (st == ERR_NOTFOUND && page.of && at == page.of) {
		st = error_wrap(err, "the cursor's block is gone, begin with the first page");
	}
	return st;
}

static enum status ask(struct exchange *x, struct error *err)
{
	const struct route *route = x->request.route;
	const struct param *fields = param_of(&x->request, PARAM_FIELDS);
	enum status st = open_moment(x, err);

	if (st != OK)
		return st;
	if (route->answer) {
		x->document = route->answer(&x->request, err);
		st = x->document ? OK : err->status;
	} else {
		st = route->reply(&x->reply, &x->request, err);
	}
	if (x->request.moment)
		moment_close(x->request.moment);
	x->request.moment = NULL;
	if (x->document && fields) {
		x->document = fields_pick(x->document, fields->text, x->arena, err);
		st = x->document ? OK : err->status;
	}
	return st;
}

void exchange_ask(struct exchange *x)
{
	struct error err = {.status = OK};

	if (ask(x, &err) != OK)
		put_error(x, &err);
	body_make(x);
}

void exchange_refuse(struct exchange *x)
{
	struct error err;

	error_fill(&err, ERR_AGAIN, "the server has too much to do; try again");
	put_error(x, &err);
	body_make(x);
}
