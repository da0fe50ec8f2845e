#include "indexer/config.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "indexer/config_read.h"

/* Everything that comes in has a limit. */
enum {
	FILE_BYTES_MAX = 4 * 1024 * 1024,
	ENDPOINTS_MAX = 16,
	ALERTS_MAX = 16,
	ROLE_ADDRESSES_MAX = 256,
	POOL_NAME_MAX = 32,
	POLL_INTERVAL_MS = 2000,
};

#define LISTEN "127.0.0.1:8480"
#define POOL_NAME "a pool name (1 to 32 of a-z, 0-9 and -, not beginning with -)"
#define ADDRESS "an address (0x and 40 hexadecimal digits)"
#define WHATEVER_MAX INT64_MAX /* what JSON's integers reach in jansson */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define NUMBER(key, type_, member, min_, max_)                                                     \
	{                                                                                          \
		.name = (key), .type = JSON_INTEGER, .offset = offsetof(type_, member),            \
		.read = _Generic(((type_ *)0)->member, uint64_t                                    \
				 : config_read_u64, unsigned                                       \
				 : config_read_unsigned),                                          \
		.min = (min_), .max = (max_)                                                       \
	}

/* ---- chain ---- */

static bool begins_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* http or https and something behind it, in visible characters. */
static bool is_web_url(const char *url)
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
static enum status bad_url(struct config_reader *r, const struct config_place *at,
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
	if (!is_web_url(text.value) && !is_file_url(text.value))
		return bad_url(r, at, field);
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

	if (st == OK)
		config->endpoints = items;
	return st;
}

static const struct config_field chain_fields[] = {
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
};

/* ---- store, serve ---- */

static const struct config_field store_fields[] = {
	{.name = "path",
	 .type = JSON_STRING,
	 .is_required = true,
	 .expected = "the path of a directory",
	 .read = config_read_text,
	 .offset = offsetof(struct config, store_path)},
};

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

static const struct config_field serve_fields[] = {
	{.name = "listen",
	 .type = JSON_STRING,
	 .expected = "HOST:PORT or [IPV6]:PORT like \"" LISTEN "\"",
	 .read = read_listen,
	 .offset = offsetof(struct config, listen)},
};

/* ---- alerts ---- */

static enum status read_webhook(struct config_reader *r, const struct config_place *at,
				const struct config_field *field, json_t *value, void *out)
{
	struct config_text text;
	enum status st = config_text(&text, r, at, field, value);

	if (st != OK)
		return st;
	if (!is_web_url(text.value))
		return bad_url(r, at, field);
	*(const char **)out = text.value;
	return OK;
}

static enum status read_severity(struct config_reader *r, const struct config_place *at,
				 const struct config_field *field, json_t *value, void *out)
{
	struct config_text text;
	enum status st = config_text(&text, r, at, field, value);

	if (st != OK)
		return st;
	if (!severity_parse(out, text.value))
		return config_fault_text(r, at, field, &text);
	return OK;
}

static const struct config_field alert_fields[] = {
	{.name = "webhook",
	 .type = JSON_STRING,
	 .expected = "http://HOST… or https://HOST…",
	 .read = read_webhook,
	 .offset = offsetof(struct config_alert, webhook)},
	{.name = "command",
	 .type = JSON_STRING,
	 .expected = "a command",
	 .read = config_read_text,
	 .offset = offsetof(struct config_alert, command)},
	{.name = "min_severity",
	 .type = JSON_STRING,
	 .expected = "\"info\", \"warning\" or \"error\"",
	 .read = read_severity,
	 .offset = offsetof(struct config_alert, min_severity)},
};

static enum status read_alert(struct config_reader *r, const struct config_place *at,
			      const struct config_field *field, json_t *value, void *out)
{
	struct config_alert *alert = out;
	enum status st;

	alert->min_severity = SEVERITY_WARNING;
	st = config_read_object(r, at, field, value, out);
	if (st != OK)
		return st;
	if (!alert->webhook == !alert->command)
		return config_fault(r, at, "expected a \"webhook\" or a \"command\", got %s",
				    alert->webhook ? "both; make it two alerts" : "neither");
	return OK;
}

static const struct config_field alert = {
	.type = JSON_OBJECT,
	.expected = "an object like {\"webhook\": \"…\", \"min_severity\": \"warning\"}",
	.read = read_alert,
	.fields = alert_fields,
	.field_count = COUNT(alert_fields),
};

static enum status read_alerts(struct config_reader *r, const struct config_place *at,
			       const struct config_field *field, json_t *value, void *out)
{
	struct config *config = out;
	void *items;
	enum status st = config_list(&items, &config->alert_count, r, at, field, value);

	if (st == OK)
		config->alerts = items;
	return st;
}

/* ---- views ---- */

static enum status read_accounts(struct config_reader *r, const struct config_place *at,
				 const struct config_field *field, json_t *value, void *out)
{
	struct config_text text;
	enum status st = config_text(&text, r, at, field, value);
	bool is_all;

	if (st != OK)
		return st;
	is_all = strcmp(text.value, "all") == 0;
	if (!is_all && strcmp(text.value, "touched") != 0)
		return config_fault_text(r, at, field, &text);
	*(bool *)out = is_all;
	return OK;
}

static const struct config_field views_fields[] = {
	NUMBER("every_blocks", struct config_views, every_blocks, 0, WHATEVER_MAX),
	{.name = "at_head",
	 .type = JSON_TRUE,
	 .expected = "true or false",
	 .read = config_read_bool,
	 .offset = offsetof(struct config_views, at_head)},
	{.name = "accounts",
	 .type = JSON_STRING,
	 .expected = "\"touched\" or \"all\"",
	 .read = read_accounts,
	 .offset = offsetof(struct config_views, all_accounts)},
};

/* ---- pools ---- */

struct address_list {
	struct address *addresses;
	size_t count;
};

/* What a pool's object says, before its protocol is compiled. */
struct pool_draft {
	struct pool_setup setup;
	struct config_views views;
	const char *raw_name; /* as the file has it, for messages */
};

static bool is_pool_name(const char *name)
{
	size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return length >= 1 && length <= POOL_NAME_MAX && !name[length] && name[0] != '-';
}

static enum status read_pool_name(struct config_reader *r, const struct config_place *at,
				  const struct config_field *field, json_t *value, void *out)
{
	struct pool_draft *draft = out;
	struct config_text text;
	enum status st = config_text(&text, r, at, field, value);

	if (st != OK)
		return st;
	if (!is_pool_name(text.value))
		return config_fault_text(r, at, field, &text);
	draft->setup.name = text.value;
	draft->raw_name = text.raw;
	return OK;
}

static enum status read_protocol(struct config_reader *r, const struct config_place *at,
				 const struct config_field *field, json_t *value, void *out)
{
	struct buffer known = buffer_in(r->arena);
	struct config_text text;
	enum status st = config_text(&text, r, at, field, value);

	if (st != OK)
		return st;
	*(const char **)out = text.value;
	if (protocol_find(text.value))
		return OK;
	for (size_t i = 0; i < protocol_count(); i++)
		buffer_printf(&known, "%s\"%s\"", i ? ", " : "", protocol_at(i)->name);
	return config_fault(r, at, "expected %s that is known (%s), got %s", field->expected,
			    buffer_string(&known), config_quote(r, text.raw));
}

static enum status read_address(struct config_reader *r, const struct config_place *at,
				const struct config_field *field, json_t *value, void *out)
{
	struct address *address = out;
	struct config_text text;
	struct error why;
	enum status st = config_text(&text, r, at, field, value);

	if (st != OK)
		return st;
	/* The reason may quote a character of the text. */
	if (address_parse(address, text.value, strlen(text.value), &why) != OK)
		return text.is_expanded
			       ? config_fault_text(r, at, field, &text)
			       : config_fault(r, at, "expected %s, got %s: %s", field->expected,
					      config_quote(r, text.raw), why.message);
	if (address_is_zero(*address))
		return config_fault(r, at, "expected a contract's address, got the zero address");
	return OK;
}

static const struct config_field address_element = {
	.type = JSON_STRING,
	.expected = ADDRESS,
	.read = read_address,
};

static enum status read_one_address(struct config_reader *r, const struct config_place *at,
				    const struct config_field *field, json_t *value, void *out)
{
	struct address_list *list = out;

	list->count = 1;
	list->addresses = arena_array(r->arena, 1, sizeof(*list->addresses));
	return read_address(r, at, field, value, list->addresses);
}

static enum status read_addresses(struct config_reader *r, const struct config_place *at,
				  const struct config_field *field, json_t *value, void *out)
{
	struct address_list *list = out;
	void *items;
	enum status st = config_list(&items, &list->count, r, at, field, value);

	if (st == OK)
		list->addresses = items;
	return st;
}

/* A role as a key of "contracts". */
static struct config_field role_field(const struct contract_role *role, size_t index)
{
	return (struct config_field){
		.name = role->name,
		.type = role->is_list ? JSON_ARRAY : JSON_STRING,
		.is_required = !role->is_optional,
		.expected = role->is_list ? "an array of addresses" : ADDRESS,
		.read = role->is_list ? read_addresses : read_one_address,
		.offset = index * sizeof(struct address_list),
		.min = role->is_optional ? 0 : 1,
		.max = ROLE_ADDRESSES_MAX,
		.element = &address_element,
		.element_size = sizeof(struct address),
	};
}

/* The path of an address under "contracts". */
static const char *address_path(struct config_reader *r, const struct config_place *contracts,
				const struct contract_role *role, size_t index)
{
	struct config_place place = {.parent = contracts, .key = role->name};
	struct config_place element = {.parent = &place, .index = index};

	return config_path(r, role->is_list ? &element : &place);
}

/* ERR_USAGE where the address stands before [role][index] already. */
static enum status check_first_use(struct config_reader *r, const struct config_place *at,
				   const struct protocol *protocol,
				   const struct address_list *lists, size_t role, size_t index)
{
	struct address address = lists[role].addresses[index];

	for (size_t i = 0; i <= role; i++) {
		size_t count = i < role ? lists[i].count : index;

		for (size_t k = 0; k < count; k++)
			if (address_equal(lists[i].addresses[k], address))
				return error_set(
					r->err, ERR_USAGE,
					"%s: %s: expected another address than %s, got the "
					"same; each contract of a pool has one role",
					r->name, address_path(r, at, &protocol->roles[role], index),
					address_path(r, at, &protocol->roles[i], k));
	}
	return OK;
}

/* Its keys are the roles of the protocol, which was read before. */
static enum status read_contracts(struct config_reader *r, const struct config_place *at,
				  const struct config_field *field, json_t *value, void *out)
{
	struct pool_setup *setup = out;
	const struct protocol *protocol = protocol_find(setup->protocol);
	struct config_field roles[ROLES_MAX];
	struct address_list lists[ROLES_MAX] = {{0}};
	struct config_field contracts = *field;
	enum status st;

	for (size_t i = 0; i < protocol->role_count; i++)
		roles[i] = role_field(&protocol->roles[i], i);
	contracts.fields = roles;
	contracts.field_count = protocol->role_count;
	st = config_read_object(r, at, &contracts, value, lists);
	for (size_t i = 0; st == OK && i < protocol->role_count; i++) {
		setup->contracts[i].addresses = lists[i].addresses;
		setup->contracts[i].count = lists[i].count;
		for (size_t k = 0; st == OK && k < lists[i].count; k++)
			st = check_first_use(r, at, protocol, lists, i, k);
	}
	return st;
}

/* A key is read after those above it: contracts need the protocol. */
static const struct config_field pool_fields[] = {
	{.name = "name",
	 .type = JSON_STRING,
	 .is_required = true,
	 .expected = POOL_NAME,
	 .read = read_pool_name},
	{.name = "protocol",
	 .type = JSON_STRING,
	 .is_required = true,
	 .expected = "a protocol",
	 .read = read_protocol,
	 .offset = offsetof(struct pool_draft, setup.protocol)},
	{.name = "start_block",
	 .type = JSON_INTEGER,
	 .is_required = true,
	 .read = config_read_u64,
	 .offset = offsetof(struct pool_draft, setup.start_block),
	 .max = WHATEVER_MAX},
	{.name = "contracts",
	 .type = JSON_OBJECT,
	 .is_required = true,
	 .expected = "an object with the addresses of the pool's contracts",
	 .read = read_contracts,
	 .offset = offsetof(struct pool_draft, setup)},
	{.name = "views",
	 .type = JSON_OBJECT,
	 .expected = "an object like {\"every_blocks\": 1000}",
	 .read = config_read_object,
	 .offset = offsetof(struct pool_draft, views),
	 .fields = views_fields,
	 .field_count = COUNT(views_fields)},
};

/* Begins with the views of the whole configuration, which were read before. */
static enum status read_draft(struct config_reader *r, const struct config_place *at,
			      const struct config_field *field, json_t *value, void *out)
{
	const struct config *config = r->context;
	struct pool_draft *draft = out;

	draft->views = config->views;
	return config_read_object(r, at, field, value, draft);
}

static const struct config_field pool_element = {
	.type = JSON_OBJECT,
	.expected = "an object that describes a pool",
	.read = read_draft,
	.fields = pool_fields,
	.field_count = COUNT(pool_fields),
};

static enum status check_name_is_new(struct config_reader *r, const struct config_place *at,
				     const struct pool_draft *drafts, size_t index)
{
	struct config_place pool = {.parent = at, .index = index};
	struct config_place name = {.parent = &pool, .key = "name"};

	for (size_t i = 0; i < index; i++)
		if (strcmp(drafts[i].setup.name, drafts[index].setup.name) == 0)
			return config_fault(r, &name,
					    "expected another name than that of pools[%zu], got "
					    "%s again",
					    i, config_quote(r, drafts[index].raw_name));
	return OK;
}

static enum status read_pools(struct config_reader *r, const struct config_place *at,
			      const struct config_field *field, json_t *value, void *out)
{
	struct config *config = out;
	struct pool_draft *drafts;
	void *items;
	enum status st = config_list(&items, &config->pool_count, r, at, field, value);

	if (st != OK)
		return st;
	drafts = items;
	config->pools = arena_array(r->arena, config->pool_count, sizeof(*config->pools));
	config->pool_views = arena_array(r->arena, config->pool_count, sizeof(*config->pool_views));
	for (size_t i = 0; st == OK && i < config->pool_count; i++) {
		/* A genesis block has no logs, and there is no block before it to seed from. */
		if (drafts[i].setup.start_block == 0)
			drafts[i].setup.start_block = 1;
		config->pool_views[i] = drafts[i].views;
		st = check_name_is_new(r, at, drafts, i);
		if (st == OK)
			st = pool_init(&config->pools[i], r->arena, &drafts[i].setup, (uint16_t)i,
				       r->err);
	}
	return st;
}

static const char *pool_set(struct arena *arena, const struct pool *pools, size_t count)
{
	struct buffer text = buffer_in(arena);
	char address[HEX_SIZE(ADDRESS_BYTES)];

	for (size_t i = 0; i < count; i++) {
		const struct pool_setup *setup = &pools[i].setup;
		const struct protocol *protocol = pools[i].protocol;

		buffer_printf(&text, "%s %s start_block=%" PRIu64, setup->name, setup->protocol,
			      setup->start_block);
		for (size_t k = 0; k < protocol->role_count; k++)
			for (size_t n = 0; n < setup->contracts[k].count; n++) {
				if (n == 0)
					buffer_printf(&text, " %s=", protocol->roles[k].name);
				buffer_printf(
					&text, "%s%s", n ? "," : "",
					address_format(address, setup->contracts[k].addresses[n]));
			}
		buffer_byte(&text, '\n');
	}
	return buffer_string(&text);
}

/* ---- the whole ---- */

/* A key is read after those above it: pools need the views. */
static const struct config_field top_fields[] = {
	{.name = "$schema",
	 .type = JSON_STRING,
	 .expected = "a string",
	 .read = config_read_nothing},
	{.name = "chain",
	 .type = JSON_OBJECT,
	 .is_required = true,
	 .expected = "an object like {\"id\": 1, \"rpc\": [{\"url\": \"…\"}]}",
	 .read = config_read_object,
	 .fields = chain_fields,
	 .field_count = COUNT(chain_fields)},
	{.name = "store",
	 .type = JSON_OBJECT,
	 .is_required = true,
	 .expected = "an object like {\"path\": \"mirror\"}",
	 .read = config_read_object,
	 .fields = store_fields,
	 .field_count = COUNT(store_fields)},
	{.name = "serve",
	 .type = JSON_OBJECT,
	 .expected = "an object like {\"listen\": \"" LISTEN "\"}",
	 .read = config_read_object,
	 .fields = serve_fields,
	 .field_count = COUNT(serve_fields)},
	{.name = "alerts",
	 .type = JSON_ARRAY,
	 .expected = "an array of alerts like [{\"webhook\": \"…\"}]",
	 .read = read_alerts,
	 .max = ALERTS_MAX,
	 .element = &alert,
	 .element_size = sizeof(struct config_alert)},
	{.name = "views",
	 .type = JSON_OBJECT,
	 .expected = "an object like {\"every_blocks\": 1000}",
	 .read = config_read_object,
	 .offset = offsetof(struct config, views),
	 .fields = views_fields,
	 .field_count = COUNT(views_fields)},
	{.name = "pools",
	 .type = JSON_ARRAY,
	 .is_required = true,
	 .expected = "an array of pools",
	 .read = read_pools,
	 .min = 1,
	 .max = POOLS_MAX,
	 .element = &pool_element,
	 .element_size = sizeof(struct pool_draft)},
};

static const struct config_field top = {
	.type = JSON_OBJECT,
	.expected = "an object",
	.read = config_read_object,
	.fields = top_fields,
	.field_count = COUNT(top_fields),
};

/*
 * jansson ends its words with " near '…'". A string there may be a url or a secret, and is left
 * out, unless it is a key that stands twice.
 */
static enum status bad_json(struct config_reader *r, json_error_t *json_error)
{
	enum json_error_code code = json_error_code(json_error);
	const char *words;
	char *near =
		strstr(json_error->text, code == json_error_duplicate_key ? "://" : " near '\"");

	if (near)
		*near = '\0';
	words = code == json_error_null_character ? "\\u0000 cannot stand in a string"
						  : config_line(r, json_error->text);
	return error_set(r->err, ERR_USAGE, "%s: line %d, column %d: not valid JSON: %s%s", r->name,
			 json_error->line, json_error->column, words,
			 code == json_error_duplicate_key ? "; keep one of the two" : "");
}

static enum status too_large(const char *name, struct error *err)
{
	return error_set(err, ERR_USAGE, "%s: expected a configuration of at most %d MiB, got more",
			 name, (int)FILE_BYTES_MAX >> 20);
}

enum status config_parse(struct config *out, struct arena *arena, const char *name,
			 const char *text, size_t length, struct error *err)
{
	struct config_reader r = {.arena = arena, .err = err, .context = out};
	json_error_t json_error;
	json_t *json;
	enum status st;

	*out = (struct config){
		.path = arena_string(arena, name),
		.poll_interval_ms = POLL_INTERVAL_MS,
		.listen = LISTEN,
		.views = {.at_head = true},
	};
	r.name = out->path;
	if (length > FILE_BYTES_MAX)
		return too_large(out->path, err);
	json = json_loadb(text, length, JSON_REJECT_DUPLICATES, &json_error);
	if (!json)
		return bad_json(&r, &json_error);
	st = config_value(&r, &(struct config_place){0}, &top, json, out);
	json_decref(json);
	if (st == OK)
		out->pool_set = pool_set(arena, out->pools, out->pool_count);
	return st;
}

static enum status unreadable(const char *path, int cause, struct error *err)
{
	if (cause == ENOENT)
		return error_set(err, ERR_USAGE,
				 "%s: expected a configuration, there is no such file; name one "
				 "with -c FILE",
				 path);
	return error_set(err, ERR_USAGE,
			 "%s: expected a configuration, cannot read it: %s; name one with -c FILE",
			 path, strerror(cause));
}

enum status config_load(struct config *out, struct arena *arena, const char *path,
			struct error *err)
{
	FILE *file = fopen(path, "rbe");
	struct arena *scratch;
	size_t size;
	char *text;
	enum status st;

	if (!file)
		return unreadable(path, errno, err);
	scratch = arena_new();
	text = arena_alloc(scratch, FILE_BYTES_MAX + 1);
	size = fread(text, 1, FILE_BYTES_MAX + 1, file);
	if (ferror(file))
		st = unreadable(path, errno, err);
	else
		st = config_parse(out, arena, path, text, size, err);
	(void)fclose(file);
	arena_free(scratch);
	return st;
}
