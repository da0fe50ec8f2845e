#include <stdlib.h>
#include <string.h>

#include "serve/http/internal.h"
#include "serve/http/param.h"
#include "serve/http/problem.h"

enum { LIMIT_MAX = 1000 };

static const char methods[] = "GET, HEAD";

struct exchange *exchange_new(struct server *server, const char *target)
{
	struct arena *arena = arena_new();
	struct exchange *x = arena_alloc(arena, sizeof(*x));

	x->server = server;
	x->arena = arena;
	x->target = arena_string(arena, target);
	x->request = (struct request){
		.server = server, .config = server->options.config, .arena = arena, .exchange = x};
	return x;
}

void exchange_free(struct exchange *x)
{
	arena_free(x->arena);
}

const char *request_header(const struct request *request, const char *name)
{
	return MHD_lookup_connection_value(request->exchange->connection, MHD_HEADER_KIND, name);
}

void reply_header(struct reply *reply, const char *name, const char *value)
{
	if (reply->header_count == REPLY_HEADERS_MAX)
		abort();
	reply->headers[reply->header_count++] = (struct reply_header){name, value};
}

/* ---- what went wrong ---- */

static void answer_json(struct exchange *x, unsigned status, const char *type, json_t *document)
{
	x->document = document ? json_dumps(document, JSON_COMPACT) : NULL;
	json_decref(document);
	if (!x->document)
		abort();
	x->reply.status = status;
	x->reply.content_type = type;
	x->reply.body = slice_of(x->document, strlen(x->document));
}

static void answer_problem(struct exchange *x, const char *instance, unsigned status,
			   const char *detail)
{
	answer_json(x, status, PROBLEM_TYPE, problem_document(status, detail, instance));
}

/* What is wrong with this machine, and where things lie on it, is its operator's to know. */
static void answer_error(struct exchange *x, const struct target *target, const struct error *err)
{
	const struct server_options *options = &x->server->options;
	unsigned status = problem_status(err->status);
	bool is_ours = status != 400 && status != 404;
	bool is_secret = strstr(err->message, options->config->store_path) != NULL;

	if (status == 503)
		reply_header(&x->reply, "Retry-After", "1");
	if (is_ours)
		log_warn(options->logger, "%s was not answered: %s", target->path, err->message);
	if ((is_ours && err->status != ERR_AGAIN) || is_secret)
		answer_problem(x, target->path, status,
			       "the mirror could not be read; the server's log says more");
	else
		answer_problem(x, target->path, status, err->message);
}

/* ---- the answer ---- */

static const char *at_of(const struct request *request)
{
	const struct param_rule *const *rules = request->route->params;

	for (size_t i = 0; rules && rules[i]; i++)
		if (rules[i]->kind == PARAM_AT && request->params[i].is_given)
			return request->params[i].text;
	return NULL;
}

static enum status open_moment(struct exchange *x, struct error *err)
{
	struct request *request = &x->request;
	enum route_needs needs = request->route->needs;
	enum status st;

	if (needs == NEEDS_NOTHING)
		return OK;
	st = (needs == NEEDS_FINDINGS ? moment_open_findings : moment_open)(
		&x->moment, request->config, at_of(request), x->arena, err);
	if (st == OK)
		request->moment = &x->moment;
	else if (st == ERR_NOTFOUND && x->moment.is_empty)
		st = error_set(err, ERR_AGAIN,
			       "the mirror holds no block yet: it is catching up; try again soon");
	return st;
}

static enum status ask(struct exchange *x, json_t **document, struct error *err)
{
	const struct route *route = x->request.route;
	enum status st = open_moment(x, err);

	if (st != OK)
		return st;
	if (route->answer) {
		*document = route->answer(&x->request, err);
		st = *document ? OK : err->status;
	} else {
		st = route->reply(&x->reply, &x->request, err);
	}
	if (x->request.moment)
		moment_close(x->request.moment);
	x->request.moment = NULL;
	return st;
}

static void answer_route(struct exchange *x, const struct target *target, struct match *match)
{
	struct error err = {.status = OK};
	json_t *document = NULL;
	enum status st;

	x->request.route = match->route;
	x->request.deadline_ms = clock_now_ms(&x->server->clock) + DEADLINE_MS;
	st = params_read(&x->request, match, target, LIMIT_MAX, &err);
	if (st == OK)
		st = ask(x, &document, &err);
	if (st != OK) {
		x->reply = (struct reply){0};
		answer_error(x, target, &err);
	} else if (document) {
		answer_json(x, 200, "application/json", document);
	} else if (!x->reply.content_type) {
		x->reply.content_type = match->route->content_type;
	}
}

void exchange_answer(struct exchange *x, const char *method)
{
	struct target target;
	struct match match;
	struct error err;

	if (target_parse(&target, x->arena, x->target, strlen(x->target), &err) != OK) {
		answer_problem(x, target.path, 400, err.message);
		return;
	}
	match = route_match(route_tables, route_table_count, &target);
	if (!match.route) {
		answer_problem(x, target.path, 404,
			       "there is nothing at this path; /openapi.json lists what there is");
		return;
	}
	if (strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0) {
		reply_header(&x->reply, "Allow", methods);
		answer_problem(x, target.path, 405, "this server is read only: GET and HEAD");
		return;
	}
	if (x->has_body) {
		answer_problem(x, target.path, 413, "a request has no body here");
		return;
	}
	answer_route(x, &target, &match);
}
