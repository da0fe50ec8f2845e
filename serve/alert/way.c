#include "serve/alert/way.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "indexer/http.h"
#include "serve/alert/alertmanager.h"
#include "serve/alert/child.h"
#include "serve/alert/sign.h"
#include "serve/alert/slack.h"

enum { REPLY_BYTES_MAX = 1024 * 1024, STEP_MS = 1000, LABEL_SIZE = 300, MS_A_SECOND = 1000 };

struct alert_way {
	const struct config *config;
	const struct config_alert *alert;
	struct alert_pace pace;
	int stop_event;
	struct http *http; /* NULL: a command */
	char label[LABEL_SIZE];
};

enum status alert_way_open(struct alert_way **out, const struct config *config, size_t index,
			   int stop_event, const struct alert_pace *pace, struct error *err)
{
	const struct config_alert *alert = &config->alerts[index];
	struct http_options options = {.timeout_ms = pace->webhook_ms,
				       .body_bytes_max = REPLY_BYTES_MAX,
				       .connections_max = 1,
				       .stop_event = stop_event};
	struct alert_way *way = xcalloc(1, sizeof(*way));
	struct arena *arena = arena_new();
	const char *url = alert->kind == ALERT_ALERTMANAGER ? alertmanager_url(arena, alert->target)
							    : alert->target;
	enum status st = OK;

	*out = NULL;
	way->config = config;
	way->alert = alert;
	way->pace = *pace;
	way->stop_event = stop_event;
	if (alert->kind != ALERT_COMMAND)
		st = http_open(&way->http, url, &options, NULL);
	arena_free(arena);
	if (st != OK) { /* its own words are about endpoints */
		alert_way_close(way);
		return error_set(err, ERR_USAGE,
				 "alerts[%zu].%s: expected http://HOST… or https://HOST…, got "
				 "something else (not shown: urls may hold credentials)",
				 index, alert_kind_name(alert->kind));
	}
	(void)snprintf(way->label, sizeof(way->label), "alerts[%zu] (%s)", index,
		       way->http ? http_label(way->http) : "command");
	*out = way;
	return OK;
}

void alert_way_close(struct alert_way *way)
{
	if (!way)
		return;
	http_close(way->http);
	free(way);
}

const char *alert_way_label(const struct alert_way *way)
{
	return way->label;
}

static bool is_stopped(const struct alert_way *way)
{
	struct pollfd stop = {.fd = way->stop_event, .events = POLLIN};

	return poll(&stop, 1, 0) > 0;
}

static enum status judge_reply(const struct http_reply *reply, uint64_t *wait_ms, struct error *err)
{
	if (reply->outcome != HTTP_ANSWERED)
		return error_set(err, ERR_AGAIN, "%s", reply->problem);
	if (reply->status >= 200 && reply->status <= 299)
		return OK;
	*wait_ms = reply->retry_after_ms;
	switch (reply->status) {
	case 400:
	case 413:
	case 422:
		return error_set(err, ERR_DENIED, "HTTP status %u", reply->status);
	default:
		return error_set(err, ERR_AGAIN, "HTTP status %u", reply->status);
	}
}

/* The configured header lines, and those that sign. */
static enum status post(struct alert_way *way, struct arena *arena, struct slice body,
			const struct alert_lines *signs, uint64_t *wait_ms, struct error *err)
{
	const struct config_alert *alert = way->alert;
	const char **lines =
		arena_array(arena, alert->header_count + ALERT_LINES_MAX, sizeof(*lines));
	struct http_request *request;
	size_t count = 0;
	enum status st;

	for (size_t i = 0; i < alert->header_count; i++)
		lines[count++] = arena_printf(arena, "%s: %s", alert->headers[i].name,
					      alert->headers[i].value);
	for (size_t i = 0; i < signs->count; i++)
		lines[count++] = signs->lines[i];
	request = http_post_with(way->http, body, lines, count);
	while (!http_reply(request) && !is_stopped(way))
		http_step(way->http, STEP_MS);
	st = http_reply(request) ? judge_reply(http_reply(request), wait_ms, err)
				 : error_set(err, ERR_AGAIN, "stopped");
	http_release(way->http, request);
	return st;
}

static enum status tell(struct alert_way *way, struct arena *arena,
			const struct alert_letter *letters, size_t count, uint64_t *wait_ms,
			struct error *err)
{
	struct alert_lines signs = {.count = 0};
	uint64_t now_ms = clock_wall_ms();
	struct slice body;
	enum status st;

	switch (way->alert->kind) {
	case ALERT_COMMAND:
		return child_run(way->alert->target, alert_document(arena, letters),
				 way->pace.command_ms, way->stop_event, err);
	case ALERT_ALERTMANAGER:
		body = alertmanager_body(arena, way->config, way->alert, letters, count, now_ms);
		return post(way, arena, body, &signs, wait_ms, err);
	case ALERT_SLACK:
		return post(way, arena, slack_body(arena, letters), &signs, wait_ms, err);
	case ALERT_WEBHOOK:
		break;
	}
	body = alert_document(arena, letters);
	st = alert_sign(&signs, arena, way->alert, letters->id, now_ms / MS_A_SECOND, body, err);
	return st == OK ? post(way, arena, body, &signs, wait_ms, err) : st;
}

enum status alert_way_tell_all(struct alert_way *way, const struct alert_letter *letters,
			       size_t count, uint64_t *wait_ms, struct error *err)
{
	struct arena *arena = arena_new();
	enum status st;

	*wait_ms = 0;
	st = tell(way, arena, letters, count, wait_ms, err);
	arena_free(arena);
	return st;
}

enum status alert_way_tell(struct alert_way *way, const struct alert_letter *letter,
			   uint64_t *wait_ms, struct error *err)
{
	return alert_way_tell_all(way, letter, 1, wait_ms, err);
}
