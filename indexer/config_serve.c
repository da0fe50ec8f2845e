/*
 * config_serve.c - the configuration's "serve": where requests are answered, whose, and how many.
 */
#include <ctype.h>

#include "indexer/config_parts.h"

enum {
	TOKEN_MIN = 16,
	ORIGINS_MAX = 32,
	CONNECTIONS = 1000,
	CONNECTIONS_PER_ADDRESS = 500,
	HEADER_BYTES = 16 * 1024,
	TARGET_BYTES = 4096,
	DEADLINE_MS = 10000,
	IDLE_MS = 30000,
	PAGE_MAX = 1000,
	CACHE_BYTES = 16 * 1024 * 1024,
	STREAMS = 200,
	STREAMS_PER_ADDRESS = 50,
	STREAM_HEARTBEAT_MS = 15000,
	STREAM_BEHIND_BLOCKS = 1000,
	READY_LAG_BLOCKS = 16,
	READY_HEAD_AGE_S = 60,
	HEALTH_SILENCE_S = 60,
	DAY_S = 86400,
	HOUR_MS = 3600000,
};

#define LISTEN "127.0.0.1:8480"

const struct config_serve config_serve_defaults = {
	.listen = LISTEN,
	.threads = 2,
	.connections = CONNECTIONS,
	.connections_per_address = CONNECTIONS_PER_ADDRESS,
	.header_bytes = HEADER_BYTES,
	.target_bytes = TARGET_BYTES,
	.deadline_ms = DEADLINE_MS,
	.idle_ms = IDLE_MS,
	.page_max = PAGE_MAX,
	.cache_bytes = CACHE_BYTES,
	.streams = STREAMS,
	.streams_per_address = STREAMS_PER_ADDRESS,
	.stream_heartbeat_ms = STREAM_HEARTBEAT_MS,
	.stream_behind_blocks = STREAM_BEHIND_BLOCKS,
	.ready_lag_blocks = READY_LAG_BLOCKS,
	.ready_head_age_s = READY_HEAD_AGE_S,
	.health_silence_s = HEALTH_SILENCE_S,
};

/* ---- listen ---- */

/* HOST or [IPV6], a colon, a port. */
static bool is_listen(const char *text)
{
	const char *colon = strrchr(text, ':');
	size_t host_length = colon ? (size_t)(colon - text) : 0;
	bool is_bracketed = host_length > 2 && text[0] == '[' && colon[-1] == ']';
	unsigned port = 0;

	if (host_length == 0 || !colon[1])
		return false;
	for (size_t i = 0; i < host_length; i++) {
		bool is_inside = is_bracketed && i > 0 && i + 1 < host_length;

		if (!isgraph((unsigned char)text[i]) || text[i] == '/' || text[i] == '@')
			return false;
		if (strchr(":[]", text[i]) && !(is_bracketed && (!is_inside || text[i] == ':')))
			return false;
	}
	for (const char *digit = colon + 1; *digit; digit++) {
		if (!isdigit((unsigned char)*digit))
			return false;
		port = port * 10 + (unsigned)(*digit - '0');
		if (port > UINT16_MAX)
			return false;
	}
	return true;
}

static enum status read_listen(struct config_reader *r, const struct config_place *at,
			       const struct config_field *field, json_t *value, void *out)
{
	struct config_text text;
	enum status st = config_text(&text, r, at, field, value);

	if (st != OK)
		return st;
	if (!is_listen(text.value))
		return config_fault_text(r, at, field, &text);
	*(const char **)out = text.value;
	return OK;
}

/* By its words: what a name will be resolved to is not known here. */
static bool is_loopback(const char *listen)
{
	static const char *const names[] = {"localhost:", "[::1]:"};
	const char *host = listen;
	unsigned dots = 0;

	for (size_t i = 0; i < COUNT(names); i++)
		if (strncmp(listen, names[i], strlen(names[i])) == 0)
			return true;
	if (strncmp(host, "127.", 4) != 0)
		return false;
	for (; *host && *host != ':'; host++) {
		if (*host != '.' && !isdigit((unsigned char)*host))
			return false;
		dots += *host == '.';
	}
	return dots == 3;
}

/* ---- token, origins ---- */

/* What stands there is never shown. */
static enum status read_token(struct config_reader *r, const struct config_place *at,
			      const struct config_field *field, json_t *value, void *out)
{
	struct config_text text;
	size_t length = 0;
	enum status st = config_text(&text, r, at, field, value);

	if (st != OK)
		return st;
	while (isgraph((unsigned char)text.value[length]))
		length++;
	if (text.value[length] || length < TOKEN_MIN)
		return config_fault(r, at,
				    "expected %s, got something else (not shown: it is a secret)",
				    field->expected);
	*(const char **)out = text.value;
	return OK;
}

/* SCHEME://HOST or SCHEME://HOST:PORT, as a browser says it; "*" is every one. */
static bool is_origin(const char *text)
{
	const char *host = strstr(text, "://");

	if (strcmp(text, "*") == 0)
		return true;
	if (!host || host == text || !host[3])
		return false;
	for (const char *c = text; *c; c++)
		if (!isgraph((unsigned char)*c) || isupper((unsigned char)*c) ||
		    (c >= host + 3 && strchr("/?#@", *c)))
			return false;
	return true;
}

static enum status read_origin(struct config_reader *r, const struct config_place *at,
			       const struct config_field *field, json_t *value, void *out)
{
	struct config_text text;
	enum status st = config_text(&text, r, at, field, value);

	if (st != OK)
		return st;
	if (!is_origin(text.value))
		return config_fault_text(r, at, field, &text);
	*(const char **)out = text.value;
	return OK;
}

static const struct config_field origin = {
	.type = JSON_STRING,
	.expected = "an origin like \"https://app.example\" in lower case, or \"*\" for every one",
	.read = read_origin,
};

static enum status read_origins(struct config_reader *r, const struct config_place *at,
				const struct config_field *field, json_t *value, void *out)
{
	struct config_serve *serve = out;
	void *items;
	enum status st = config_list(&items, &serve->origin_count, r, at, field, value);

	if (st == OK)
		serve->origins = items;
	return st;
}

/* ---- the whole ---- */

static const struct config_field fields[] = {
	{.name = "listen",
	 .type = JSON_STRING,
	 .expected = "HOST:PORT or [IPV6]:PORT like \"" LISTEN "\"",
	 .read = read_listen,
	 .offset = offsetof(struct config_serve, listen)},
	{.name = "token",
	 .type = JSON_STRING,
	 .expected = "a secret of at least 16 visible characters, as \"${SERVE_TOKEN}\"",
	 .read = read_token,
	 .offset = offsetof(struct config_serve, token)},
	{.name = "public",
	 .type = JSON_TRUE,
	 .expected = "true or false",
	 .read = config_read_bool,
	 .offset = offsetof(struct config_serve, is_public)},
	{.name = "origins",
	 .type = JSON_ARRAY,
	 .expected = "an array of origins like [\"https://app.example\"]",
	 .read = read_origins,
	 .max = ORIGINS_MAX,
	 .element = &origin,
	 .element_size = sizeof(const char *)},
	NUMBER("threads", struct config_serve, threads, 1, 64),
	NUMBER("connections", struct config_serve, connections, 1, 100000),
	NUMBER("connections_per_address", struct config_serve, connections_per_address, 1, 100000),
	NUMBER("header_bytes", struct config_serve, header_bytes, 4096, 1048576),
	NUMBER("target_bytes", struct config_serve, target_bytes, 64, 65536),
	NUMBER("deadline_ms", struct config_serve, deadline_ms, 100, HOUR_MS),
	NUMBER("idle_ms", struct config_serve, idle_ms, 100, HOUR_MS),
	NUMBER("page_max", struct config_serve, page_max, 1, PAGE_MAX),
	NUMBER("cache_bytes", struct config_serve, cache_bytes, 0, 1073741824),
	NUMBER("streams", struct config_serve, streams, 0, 100000),
	NUMBER("streams_per_address", struct config_serve, streams_per_address, 1, 100000),
	NUMBER("stream_heartbeat_ms", struct config_serve, stream_heartbeat_ms, 100, HOUR_MS),
	NUMBER("stream_behind_blocks", struct config_serve, stream_behind_blocks, 1, 1000000),
	NUMBER("ready_lag_blocks", struct config_serve, ready_lag_blocks, 0, 1000000),
	NUMBER("ready_head_age_s", struct config_serve, ready_head_age_s, 1, DAY_S),
	NUMBER("health_silence_s", struct config_serve, health_silence_s, 1, 3600),
};

const struct config_field config_serve_object = {
	.type = JSON_OBJECT,
	.expected = "an object like {\"listen\": \"" LISTEN "\"}",
	.read = config_read_object,
	.fields = fields,
	.field_count = COUNT(fields),
};

enum status config_read_serve(struct config_reader *r, const struct config_place *at,
			      const struct config_field *field, json_t *value, void *out)
{
	struct config_serve *serve = out;
	enum status st = config_read_object(r, at, &config_serve_object, value, out);

	(void)field;
	if (st != OK || serve->token || serve->is_public || is_loopback(serve->listen))
		return st;
	return config_fault(r, at,
			    "others than this machine can reach the \"listen\" there, and there is "
			    "no \"token\": set one, or \"public\": true if everybody may read, or "
			    "listen at " LISTEN);
}
