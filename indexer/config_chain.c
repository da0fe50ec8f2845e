/*
 * config_chain.c - the configuration's "chain": its id and its endpoints, and what a url is.
 */
#include "indexer/config_parts.h"
#include "indexer/pace.h"

#include <ctype.h>

enum { ENDPOINTS_MAX = 16 };

static bool begins_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* http or https and something behind it, in visible characters. */
bool config_is_web_url(const char *url)
{
	const char *host = strstr(url, "://");

	if (!begins_with(url, "http://") && !begins_with(url, "https://"))
		return false;
	host += strlen("://");
	if (!*host || *host == '/')
		return false;
	for (; *url; url++)
		if (!isgraph((unsigned char)*url))
			return false;
	return true;
}

static bool is_file_url(const char *url)
{
	return begins_with(url, "file:") && url[strlen("file:")] != '\0';
}

/* Says nothing of what stands there: it may hold credentials, even where it is no url. */
enum status config_bad_url(struct config_reader *r, const struct config_place *at,
			   const struct config_field *field)
{
	return config_fault(r, at,
			    "expected %s, got something else (not shown: urls may hold "
			    "credentials)",
			    field->expected);
}

static enum status read_rpc_url(struct config_reader *r, const struct config_place *at,
				const struct config_field *field, json_t *value, void *out)
{
	struct config_text text;
	enum status st = config_text(&text, r, at, field, value);

	if (st != OK)
		return st;
	if (!config_is_web_url(text.value) && !is_file_url(text.value))
		return config_bad_url(r, at, field);
	*(const char **)out = text.value;
	return OK;
}

static const struct config_field endpoint_fields[] = {
	{.name = "url",
	 .type = JSON_STRING,
	 .is_required = true,
	 .expected = "http://HOST…, https://HOST… or file:PATH of a recorded chain",
	 .read = read_rpc_url,
	 .offset = offsetof(struct config_endpoint, url)},
	NUMBER("timeout_ms", struct config_endpoint, options.timeout_ms, 1, 600000),
	NUMBER("max_response_bytes", struct config_endpoint, options.response_bytes_max, 1024,
	       1 << 30),
	NUMBER("attempts", struct config_endpoint, options.attempts, 1, 100),
	NUMBER("backoff_ms", struct config_endpoint, options.backoff_ms, 1, 60000),
	NUMBER("first_range", struct config_endpoint, options.range_first, 1, 1000000000),
	NUMBER("max_range", struct config_endpoint, options.range_max, 1, 1000000000),
	NUMBER("max_in_flight", struct config_endpoint, options.in_flight, 1, 64),
	NUMBER("max_batch", struct config_endpoint, options.batch_max, 1, 1000),
	NUMBER("requests_per_s", struct config_endpoint, options.requests_per_s, 0,
	       PACE_REQUESTS_MAX),
	NUMBER("max_concurrent", struct config_endpoint, options.concurrent_max, 0, 1000),
};

static const struct config_field endpoint = {
	.type = JSON_OBJECT,
	.expected = "an object like {\"url\": \"…\"}",
	.read = config_read_object,
	.fields = endpoint_fields,
	.field_count = COUNT(endpoint_fields),
};

static enum status read_endpoints(struct config_reader *r, const struct config_place *at,
				  const struct config_field *field, json_t *value, void *out)
{
	struct config *config = out;
	void *items;
	enum status st = config_list(&items, &config->endpoint_count, r, at, field, value);

	if (st != OK)
		return st;
	config->endpoints = items;
	config->quorum = config->endpoint_count / 2 + 1;
	return OK;
}

static enum status read_quorum(struct config_reader *r, const struct config_place *at,
			       const struct config_field *field, json_t *value, void *out)
{
	struct config *config = out;
	json_int_t number = json_integer_value(value);

	(void)field;
	if (number < 1 || (uint64_t)number > config->endpoint_count)
		return config_fault(r, at,
				    "expected a whole number from 1 to %zu, the number of "
				    "endpoints in chain.rpc, got %" JSON_INTEGER_FORMAT,
				    config->endpoint_count, number);
	config->quorum = (uint64_t)number;
	return OK;
}

/* A key is read after those above it: the quorum needs the endpoints. */
const struct config_field config_chain_fields[] = {
	{.name = "id",
	 .type = JSON_INTEGER,
	 .is_required = true,
	 .read = config_read_u64,
	 .offset = offsetof(struct config, chain_id),
	 .min = 1,
	 .max = WHATEVER_MAX},
	{.name = "rpc",
	 .type = JSON_ARRAY,
	 .is_required = true,
	 .expected = "an array of endpoints like [{\"url\": \"…\"}]",
	 .read = read_endpoints,
	 .min = 1,
	 .max = ENDPOINTS_MAX,
	 .element = &endpoint,
	 .element_size = sizeof(struct config_endpoint)},
	NUMBER("poll_interval_ms", struct config, poll_interval_ms, 1, 86400000),
	{.name = "quorum",
	 .type = JSON_INTEGER,
	 .read = read_quorum,
	 .min = 1,
	 .max = ENDPOINTS_MAX},
};
