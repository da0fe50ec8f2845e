#include "serve/metrics/routes.h"

#include <stdlib.h>
#include <string.h>

#include "serve/answer/schema_make.h"
#include "serve/http/problem.h"
#include "serve/http/reply.h"
#include "serve/http/server.h"
#include "serve/metrics/collect.h"
#include "serve/metrics/readiness.h"

enum { HTTP_UNAVAILABLE = 503, MS_PLACES = 3 };

static const struct telemetry *telemetry_of(const struct request *request)
{
	return server_options(request->server)->telemetry;
}

/* Whether the mirror's thread moves is known of a process that has one. */
static uint64_t silent_ms(const struct telemetry *telemetry)
{
	return telemetry ? vitals_silent_ms(&telemetry->vitals) : 0;
}

/* False where the mirror cannot be read, which the log then says. */
static bool open_view(struct mirror_view *out, const struct request *request)
{
	struct error err;
	const struct config *config = telemetry_config(telemetry_of(request), request->config);
	enum status st = mirror_view_open(out, config, request->arena, &err);

	if (st != OK)
		log_warn(server_options(request->server)->logger,
			 "%s: the mirror cannot be read: %s", request->route->path, err.message);
	return st == OK;
}

/* ---- /healthz, /readyz ---- */

static json_t *json_reasons(const struct verdict *verdict)
{
	json_t *reasons = json_array();

	for (size_t i = 0; i < verdict->count; i++) {
		json_t *reason = json_object();

		json_put(reason, "reason", json_string(verdict->reasons[i].id));
		json_put(reason, "detail", json_words(verdict->reasons[i].detail));
		if (json_array_append_new(reasons, reason) != 0)
			abort();
	}
	return reasons;
}

static const char *details_of(const struct verdict *verdict, struct arena *arena)
{
	struct buffer words = buffer_in(arena);

	for (size_t i = 0; i < verdict->count; i++)
		buffer_printf(&words, "%s%s", i ? "; " : "", verdict->reasons[i].detail);
	return buffer_string(&words);
}

/* {"status": good}, or a problem document with the reasons in it. */
static void answer_verdict(struct reply *out, const struct request *request,
			   const struct verdict *verdict, const char *good)
{
	json_t *document;
	char *text;

	if (verdict->count) {
		out->status = HTTP_UNAVAILABLE;
		out->content_type = PROBLEM_TYPE;
		document = problem_document(HTTP_UNAVAILABLE, details_of(verdict, request->arena),
					    request->route->path);
		json_put(document, "reasons", json_reasons(verdict));
	} else {
		out->content_type = "application/json";
		document = json_object();
		json_put(document, "status", json_string(good));
	}
	text = json_dumps(document, JSON_COMPACT);
	json_decref(document);
	if (!text)
		abort();
	out->body = slice_of(arena_string(request->arena, text), strlen(text));
	free(text);
}

static enum status get_health(struct reply *out, const struct request *request, struct error *err)
{
	struct verdict verdict = judge_health(&request->config->serve,
					      silent_ms(telemetry_of(request)), request->arena);

	(void)err;
	answer_verdict(out, request, &verdict, "ok");
	return OK;
}

static struct verdict readiness_of(const struct request *request, const struct mirror_view *view)
{
	return judge_readiness(&request->config->serve, view, silent_ms(telemetry_of(request)),
			       clock_wall_ms(), request->arena);
}

static enum status get_readiness(struct reply *out, const struct request *request,
				 struct error *err)
{
	struct mirror_view view;
	bool is_readable = open_view(&view, request);
	struct verdict verdict = readiness_of(request, is_readable ? &view : NULL);

	(void)err;
	if (is_readable)
		mirror_view_close(&view);
	answer_verdict(out, request, &verdict, "ready");
	return OK;
}

static json_t *schema_of_status(const char *status)
{
	json_t *schema = schema_object(NULL, 0);

	schema_put(schema, "status", schema_const(status), true);
	return schema;
}

static json_t *schema_of_health(const struct config *config)
{
	(void)config;
	return schema_of_status("ok");
}

static json_t *schema_of_readiness(const struct config *config)
{
	(void)config;
	return schema_of_status("ready");
}

/* ---- /metrics ---- */

static enum status collect(struct metrics_text *out, struct mirror_view *view, struct error *err)
{
	enum status st = collect_mirror(out, view, err);

	if (st == OK)
		st = collect_pools(out, view, err);
	if (st == OK)
		st = collect_nodes(out, view, err);
	return st == OK ? collect_alerts(out, view, err) : st;
}

static void write_gauge(struct metrics_text *out, const char *name, const char *help,
			uint64_t value)
{
	metrics_family(out, name, METRIC_GAUGE, help);
	metrics_number(out, NULL, value);
}

/* All of the mirror or nothing: half of it would look as if the rest were gone. */
static void write_mirror(struct metrics_text *out, const struct request *request)
{
	struct metrics_text mirror = metrics_text_in(request->arena);
	struct verdict verdict;
	struct mirror_view view;
	struct error err;
	bool is_readable = open_view(&view, request);

	verdict = readiness_of(request, is_readable ? &view : NULL);
	if (is_readable) {
		is_readable = collect(&mirror, &view, &err) == OK;
		mirror_view_close(&view);
		if (!is_readable)
			log_warn(server_options(request->server)->logger,
				 "/metrics: the mirror cannot be read: %s", err.message);
	}
	if (is_readable)
		buffer_append(&out->buffer, mirror.buffer.data, mirror.buffer.size);
	write_gauge(out, "covermirror_mirror_readable",
		    "Whether the mirror could be read; if not, what is known of it is left out.",
		    is_readable);
	write_gauge(out, "covermirror_ready", "Whether /readyz says so.",
		    is_readable && !verdict.count);
}

static enum status get_metrics(struct reply *out, const struct request *request, struct error *err)
{
	const struct telemetry *telemetry = telemetry_of(request);
	struct metrics_text text = metrics_text_in(request->arena);

	(void)err;
	collect_process(&text, telemetry ? telemetry->vitals.started_ms : 0);
	write_mirror(&text, request);
	if (telemetry) {
		metrics_family(&text, "covermirror_mirror_silent_seconds", METRIC_GAUGE,
			       "How long the mirror's thread has not moved.");
		metrics_decimal(&text, NULL, vitals_silent_ms(&telemetry->vitals), MS_PLACES);
		http_meter_write(&text, telemetry->http);
	}
	out->body = metrics_text_bytes(&text);
	return OK;
}

static const struct route routes[] = {
	{.path = "/metrics",
	 .id = "getMetrics",
	 .summary = "Measurements in Prometheus' text form.",
	 .freshness = FRESH_NOW,
	 .is_long = true,
	 .reply = get_metrics,
	 .content_type = METRICS_CONTENT_TYPE},
	{.path = "/healthz",
	 .id = "getHealth",
	 .summary = "Whether the mirror's thread moves: 200, or 503 with the reason.",
	 .freshness = FRESH_NOW,
	 .is_open = true,
	 .reply = get_health,
	 .schema = schema_of_health},
	{.path = "/readyz",
	 .id = "getReadiness",
	 .summary = "Whether answers are of the chain as it is now: 200, or 503 with the reasons.",
	 .freshness = FRESH_NOW,
	 .is_open = true,
	 .reply = get_readiness,
	 .schema = schema_of_readiness},
};

const struct route_table metrics_routes = {routes, sizeof(routes) / sizeof(routes[0])};
