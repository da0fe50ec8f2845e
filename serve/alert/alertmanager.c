#include "serve/alert/alertmanager.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "ledger/trace.h"
#include "serve/answer/answer.h"

enum { MS_A_SECOND = 1000, TIME_SIZE = 40, TEST_VALID_MS = 60 * 1000 };

const char *alertmanager_url(struct arena *arena, const char *configured)
{
	size_t length = strlen(configured);
	size_t path = sizeof(ALERTMANAGER_PATH) - 1;

	while (length && configured[length - 1] == '/')
		length--;
	if (length >= path && memcmp(configured + length - path, ALERTMANAGER_PATH, path) == 0)
		length -= path;
	return arena_printf(arena, "%.*s" ALERTMANAGER_PATH, (int)length, configured);
}

/* RFC 3339, to the millisecond: what ends in the second of its beginning is no mistake. */
static const char *time_text(struct arena *arena, uint64_t ms)
{
	time_t seconds = (time_t)(ms / MS_A_SECOND);
	char text[TIME_SIZE];
	struct tm parts;

	(void)gmtime_r(&seconds, &parts);
	(void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &parts);
	return arena_printf(arena, "%s.%03uZ", text, (unsigned)(ms % MS_A_SECOND));
}

/* When the finding's block was made; a chain's clock may be ahead of ours. */
static uint64_t start_of(const struct alert_message *message, uint64_t now_ms)
{
	uint64_t latest = message->episode < now_ms ? message->episode : now_ms;

	if (message->block_time && message->block_time < latest / MS_A_SECOND)
		return message->block_time * MS_A_SECOND;
	return latest;
}

static uint64_t end_of(const struct alert_letter *letter, uint64_t now_ms)
{
	const struct alert_message *message = letter->message;

	if (letter->is_test)
		return now_ms + TEST_VALID_MS;
	if (!message->is_end)
		return now_ms + ALERTMANAGER_VALID_MS;
	return message->over_ms < now_ms ? message->over_ms : now_ms;
}

/* Where the page shows findings; nothing where the configuration does not say where that is. */
static void put_source(json_t *item, struct arena *arena, const struct config *config)
{
	const char *listen = config->serve.listen;
	const char *port = strrchr(listen, ':');

	if (strncmp(listen, "0.0.0.0:", 8) != 0 && strncmp(listen, "[::]:", 5) != 0 && port &&
	    strcmp(port, ":0") != 0)
		json_put(item, "generatorURL",
			 json_string(arena_printf(arena, "http://%s/#/findings", listen)));
}

/* ---- labels: what the finding was when it opened, also at its end ---- */

static json_t *labels_of(const struct config *config, const struct config_alert *alert,
			 const struct alert_letter *letter)
{
	const struct finding *finding = letter->message->finding;
	char id[2 * FINDING_ID_BYTES + 1];
	json_t *labels = json_object();

	for (size_t i = 0; i < alert->label_count; i++)
		json_put(labels, alert->labels[i].name, json_string(alert->labels[i].value));
	json_put(labels, "alertname", json_string(finding->check));
	json_put(labels, "severity", json_string(severity_name((enum severity)finding->severity)));
	json_put(labels, "pool", json_string(letter->pool->setup.name));
	json_put(labels, "finding",
		 json_string(finding_id_format(id, letter->message->note->about.key)));
	json_put(labels, "chain_id", json_sprintf("%" PRIu64, config->chain_id));
	return labels;
}

/* ---- annotations ---- */

/* At most so long, cut at a character. */
static json_t *bounded(const char *text)
{
	size_t length = strlen(text);

	if (length > ALERTMANAGER_TEXT_MAX) {
		length = ALERTMANAGER_TEXT_MAX;
		while (length && ((uint8_t)text[length] & 0xc0) == 0x80)
			length--;
	}
	return json_words_n(text, length);
}

static void put_text(json_t *annotations, const char *name, const char *text)
{
	if (*text)
		json_put(annotations, name, bounded(text));
}

/* "mintedShares = amount * totalShares // totalStake = 8085…", a line each. */
static void put_trace(json_t *annotations, struct arena *arena, const char *text)
{
	struct buffer lines = buffer_in(arena);
	struct trace trace;

	if (trace_parse(&trace, arena, text, NULL) != OK)
		return;
	for (size_t i = 0; i < trace.count; i++) {
		const struct trace_figure *figure = &trace.figures[i];
		char value[U256_DECIMAL_SIZE];

		buffer_printf(&lines, "%s%s = %s = %s", i ? "\n" : "", figure->name,
			      figure->expression,
			      figure->is_computable ? u256_format(value, figure->value)
						    : "not computable");
	}
	put_text(annotations, "trace", buffer_string(&lines));
}

static json_t *annotations_of(struct arena *arena, const struct alert_letter *letter)
{
	const struct finding *finding = letter->message->finding;
	char hash[HEX_SIZE(HASH_BYTES)];
	json_t *annotations = json_object();

	put_text(annotations, "summary", letter->text);
	put_text(annotations, "state", finding->state);
	put_text(annotations, "block", arena_printf(arena, "%" PRIu64, finding->block));
	if (!hash_is_zero(finding->transaction))
		put_text(annotations, "transaction", hash_format(hash, finding->transaction));
	put_text(annotations, "subject", finding->subject);
	put_text(annotations, "expected", finding->expected);
	put_text(annotations, "actual", finding->actual);
	put_text(annotations, "difference", finding->difference);
	put_trace(annotations, arena, finding->trace);
	if (finding->resolved_at)
		put_text(annotations, "resolved_at",
			 arena_printf(arena, "%" PRIu64, finding->resolved_at));
	return annotations;
}

struct slice alertmanager_body(struct arena *arena, const struct config *config,
			       const struct config_alert *alert, const struct alert_letter *letters,
			       size_t count, uint64_t now_ms)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++) {
		const struct alert_letter *letter = &letters[i];
		uint64_t start = start_of(letter->message, now_ms);
		uint64_t end = end_of(letter, now_ms);
		json_t *item = json_object();

		json_put(item, "labels", labels_of(config, alert, letter));
		json_put(item, "annotations", annotations_of(arena, letter));
		json_put(item, "startsAt", json_string(time_text(arena, start)));
		json_put(item, "endsAt", json_string(time_text(arena, end > start ? end : start)));
		put_source(item, arena, config);
		if (json_array_append_new(list, item) != 0)
			abort();
	}
	return alert_json(arena, list, "");
}
