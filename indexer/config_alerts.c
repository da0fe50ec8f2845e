/*
 * config_alerts.c - the configuration's "alerts": who is told of findings, of which, and with what
 * proof of who tells.
 */
#include <ctype.h>
#include <strings.h>

#include "chain/signature.h"
#include "indexer/config_parts.h"

enum { PAIRS_MAX = 32 };

static const char *const kind_names[ALERT_KINDS] = {
	[ALERT_WEBHOOK] = "webhook",
	[ALERT_ALERTMANAGER] = "alertmanager",
	[ALERT_SLACK] = "slack",
	[ALERT_COMMAND] = "command",
};

const char *alert_kind_name(enum alert_kind kind)
{
	return kind_names[kind];
}

/* ---- values ---- */

static enum status read_url(struct config_reader *r, const struct config_place *at,
			    const struct config_field *field, json_t *value, void *out)
{
	struct config_text text;
	enum status st = config_text(&text, r, at, field, value);

	if (st != OK)
		return st;
	if (!config_is_web_url(text.value))
		return config_bad_url(r, at, field);
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

static enum status read_key(struct config_reader *r, const struct config_place *at,
			    const struct config_field *field, json_t *value, void *out)
{
	struct config_alert *alert = out;
	struct config_text text;
	enum status st = config_text(&text, r, at, field, value);

	if (st != OK)
		return st;
	if (hex_parse_exact(alert->signing_key, sizeof(alert->signing_key), text.value,
			    strlen(text.value), NULL) != OK ||
	    signature_address(&alert->signer, alert->signing_key, NULL) != OK)
		return config_fault(r, at,
				    "expected %s, got something else (not shown: it is a "
				    "secret)",
				    field->expected);
	alert->has_signing_key = true;
	return OK;
}

static enum status read_pools(struct config_reader *r, const struct config_place *at,
			      const struct config_field *field, json_t *value, void *out)
{
	struct config_alert *alert = out;
	void *items;
	enum status st = config_list(&items, &alert->pool_count, r, at, field, value);

	if (st == OK)
		alert->pools = items;
	return st;
}

/* ---- headers and labels: objects of the user's own keys ---- */

static bool is_token(const char *name)
{
	for (const char *at = name; *at; at++)
		if (!isalnum((unsigned char)*at) && !strchr("!#$%&'*+-.^_`|~", *at))
			return false;
	return *name != '\0';
}

static bool is_header(const char *name)
{
	static const char *const ours[] = {"Content-Type", "Content-Length", "Transfer-Encoding",
					   "Host", "Expect"};

	for (size_t i = 0; i < COUNT(ours); i++)
		if (strcasecmp(name, ours[i]) == 0)
			return false;
	return is_token(name) && strncasecmp(name, "X-Covermirror-", 14) != 0;
}

static bool is_label(const char *name)
{
	static const char *const ours[] = {"alertname", "severity", "pool", "finding", "chain_id"};

	for (size_t i = 0; i < COUNT(ours); i++)
		if (strcmp(name, ours[i]) == 0)
			return false;
	for (const char *at = name; *at; at++)
		if (!isalnum((unsigned char)*at) && *at != '_')
			return false;
	return *name && !isdigit((unsigned char)*name);
}

/* Without control characters, and UTF-8: an environment variable may be anything. */
static bool is_visible(const char *value)
{
	json_t *text = json_string(value);

	if (!text)
		return false;
	json_decref(text);
	for (const char *at = value; *at; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			return false;
	return true;
}

static enum status read_pairs(struct config_pair **out, size_t *count, struct config_reader *r,
			      const struct config_place *at, json_t *value,
			      bool (*is_name)(const char *name), const char *names)
{
	static const struct config_field text = {.type = JSON_STRING,
						 .expected = "a string in visible characters",
						 .read = config_read_text};
	const char *key;
	json_t *member;

	if (json_object_size(value) > PAIRS_MAX)
		return config_fault(r, at, "expected at most %d of them, got %zu", (int)PAIRS_MAX,
				    json_object_size(value));
	*out = arena_array(r->arena, json_object_size(value), sizeof(**out));
	json_object_foreach (value, key, member) {
		struct config_pair *pair = &(*out)[*count];
		struct config_place place = {.parent = at, .key = key};
		enum status st;

		if (!is_name(key))
			return config_fault(r, at, "expected %s, got %s", names,
					    config_quote(r, key));
		st = config_value(r, &place, &text, member, &pair->value);
		if (st != OK)
			return st;
		if (!is_visible(pair->value))
			return config_fault(r, &place, "expected %s, got others (not shown)",
					    text.expected);
		pair->name = arena_string(r->arena, key);
		(*count)++;
	}
	return OK;
}

static enum status read_headers(struct config_reader *r, const struct config_place *at,
				const struct config_field *field, json_t *value, void *out)
{
	struct config_alert *alert = out;

	(void)field;
	return read_pairs(&alert->headers, &alert->header_count, r, at, value, is_header,
			  "names of headers other than Content-Type, Content-Length, Host and "
			  "X-Covermirror-…");
}

static enum status read_labels(struct config_reader *r, const struct config_place *at,
			       const struct config_field *field, json_t *value, void *out)
{
	struct config_alert *alert = out;

	(void)field;
	return read_pairs(&alert->labels, &alert->label_count, r, at, value, is_label,
			  "names of labels (letters, digits and _, not beginning with a digit) "
			  "other than alertname, severity, pool, finding and chain_id");
}

/* ---- an alert ---- */

#define URL(key, kind)                                                                             \
	{                                                                                          \
		.name = (key), .type = JSON_STRING, .expected = "http://HOST… or https://HOST…",   \
		.read = read_url, .offset = offsetof(struct alert_draft, targets[kind])            \
	}

static const struct config_field pool_name = {
	.type = JSON_STRING, .expected = "the name of a pool", .read = config_read_text};

static const struct config_field alert_fields[] = {
	URL("webhook", ALERT_WEBHOOK),
	URL("alertmanager", ALERT_ALERTMANAGER),
	URL("slack", ALERT_SLACK),
	{.name = "command",
	 .type = JSON_STRING,
	 .expected = "a command",
	 .read = config_read_text,
	 .offset = offsetof(struct alert_draft, targets[ALERT_COMMAND])},
	{.name = "min_severity",
	 .type = JSON_STRING,
	 .expected = "\"info\", \"warning\" or \"error\"",
	 .read = read_severity,
	 .offset = offsetof(struct alert_draft, alert.min_severity)},
	{.name = "pools",
	 .type = JSON_ARRAY,
	 .expected = "an array of pools' names",
	 .read = read_pools,
	 .min = 1,
	 .max = POOLS_MAX,
	 .element = &pool_name,
	 .element_size = sizeof(const char *),
	 .offset = offsetof(struct alert_draft, alert)},
	{.name = "headers",
	 .type = JSON_OBJECT,
	 .expected = "an object like {\"Authorization\": \"Bearer ${TOKEN}\"}",
	 .read = read_headers,
	 .offset = offsetof(struct alert_draft, alert)},
	{.name = "labels",
	 .type = JSON_OBJECT,
	 .expected = "an object like {\"team\": \"treasury\"}",
	 .read = read_labels,
	 .offset = offsetof(struct alert_draft, alert)},
	{.name = "hmac_secret",
	 .type = JSON_STRING,
	 .expected = "a secret",
	 .read = config_read_text,
	 .offset = offsetof(struct alert_draft, alert.hmac_secret)},
	{.name = "signing_key",
	 .type = JSON_STRING,
	 .expected = "a private key of secp256k1 (0x and 64 hexadecimal digits)",
	 .read = read_key,
	 .offset = offsetof(struct alert_draft, alert)},
};

/* A key that means nothing with this kind of alert. */
static enum status check_kind(struct config_reader *r, const struct config_place *at,
			      const struct config_alert *alert)
{
	const char *key = NULL;
	const char *kinds = "a webhook";

	if (alert->hmac_secret && alert->kind != ALERT_WEBHOOK)
		key = "hmac_secret";
	else if (alert->has_signing_key && alert->kind != ALERT_WEBHOOK)
		key = "signing_key";
	else if (alert->labels && alert->kind != ALERT_ALERTMANAGER) {
		key = "labels";
		kinds = "an alertmanager";
	} else if (alert->headers && alert->kind == ALERT_COMMAND) {
		key = "headers";
		kinds = "a webhook, an alertmanager or slack";
	}
	return key ? config_fault(r, at, "\"%s\" stands with %s only, not with \"%s\"", key, kinds,
				  kind_names[alert->kind])
		   : OK;
}

static enum status read_alert(struct config_reader *r, const struct config_place *at,
			      const struct config_field *field, json_t *value, void *out)
{
	struct alert_draft *draft = out;
	struct config_alert *alert = &draft->alert;
	size_t count = 0;
	enum status st;

	alert->min_severity = SEVERITY_WARNING;
	st = config_read_object(r, at, field, value, out);
	if (st != OK)
		return st;
	for (size_t i = 0; i < ALERT_KINDS; i++)
		if (draft->targets[i]) {
			alert->kind = (enum alert_kind)i;
			alert->target = draft->targets[i];
			count++;
		}
	if (count != 1)
		return config_fault(r, at,
				    "expected one of \"webhook\", \"alertmanager\", \"slack\" and "
				    "\"command\", got %s",
				    count ? "several; make it several alerts" : "none");
	return check_kind(r, at, alert);
}

const struct config_field config_alert_element = {
	.type = JSON_OBJECT,
	.expected = "an object like {\"webhook\": \"…\", \"min_severity\": \"warning\"}",
	.read = read_alert,
	.fields = alert_fields,
	.field_count = COUNT(alert_fields),
};

enum status config_read_alerts(struct config_reader *r, const struct config_place *at,
			       const struct config_field *field, json_t *value, void *out)
{
	struct config *config = out;
	const struct alert_draft *drafts;
	void *items;
	enum status st = config_list(&items, &config->alert_count, r, at, field, value);

	if (st != OK)
		return st;
	drafts = items;
	config->alerts = arena_array(r->arena, config->alert_count, sizeof(*config->alerts));
	for (size_t i = 0; i < config->alert_count; i++)
		config->alerts[i] = drafts[i].alert;
	return OK;
}

enum status config_check_alerts(struct config_reader *r, const struct config *config)
{
	struct config_place top = {0};
	struct config_place alerts = {.parent = &top, .key = "alerts"};

	for (size_t i = 0; i < config->alert_count; i++) {
		const struct config_alert *alert = &config->alerts[i];
		struct config_place at = {.parent = &alerts, .index = i};
		struct config_place pools = {.parent = &at, .key = "pools"};

		for (size_t k = 0; k < alert->pool_count; k++) {
			struct config_place name = {.parent = &pools, .index = k};
			size_t p = 0;

			while (p < config->pool_count &&
			       strcmp(config->pools[p].setup.name, alert->pools[k]) != 0)
				p++;
			if (p == config->pool_count)
				return config_fault(r, &name,
						    "expected the name of a pool of \"pools\", "
						    "got another");
		}
	}
	return OK;
}
