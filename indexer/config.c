#include "indexer/config.h"

#include <errno.h>
#include <stdio.h>

#include "indexer/config_parts.h"

/* Everything that comes in has a limit. */
enum {
	FILE_BYTES_MAX = 4 * 1024 * 1024,
	ALERTS_MAX = 16,
	POLL_INTERVAL_MS = 2000,
	WALK_HEADERS_BELOW = 100000,
	QUARANTINE_S = 300,
};

/* ---- store ---- */

static const struct config_field store_fields[] = {
	{.name = "path",
	 .type = JSON_STRING,
	 .is_required = true,
	 .expected = "the path of a directory",
	 .read = config_read_text,
	 .offset = offsetof(struct config, store_path)},
};

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
	 .fields = config_chain_fields,
	 .field_count = COUNT(config_chain_fields)},
	{.name = "proof",
	 .type = JSON_OBJECT,
	 .expected = "an object like {\"level\": \"receipts\"}",
	 .read = config_read_object,
	 .offset = offsetof(struct config, proof),
	 .fields = config_proof_fields,
	 .field_count = COUNT(config_proof_fields)},
	{.name = "checkpoint",
	 .type = JSON_OBJECT,
	 .expected = "an object like {\"number\": 15537394, \"hash\": \"0x…\"}",
	 .read = config_read_checkpoint,
	 .fields = config_checkpoint_fields,
	 .field_count = COUNT(config_checkpoint_fields)},
	{.name = "store",
	 .type = JSON_OBJECT,
	 .is_required = true,
	 .expected = "an object like {\"path\": \"mirror\"}",
	 .read = config_read_object,
	 .fields = store_fields,
	 .field_count = COUNT(store_fields)},
	{.name = "serve",
	 .type = JSON_OBJECT,
	 .expected = "an object like {\"listen\": \"127.0.0.1:8480\"}",
	 .read = config_read_serve,
	 .offset = offsetof(struct config, serve)},
	{.name = "log",
	 .type = JSON_OBJECT,
	 .expected = "an object like {\"format\": \"json\"}",
	 .read = config_read_object,
	 .offset = offsetof(struct config, log),
	 .fields = config_log_fields,
	 .field_count = COUNT(config_log_fields)},
	{.name = "alerts",
	 .type = JSON_ARRAY,
	 .expected = "an array of alerts like [{\"webhook\": \"…\"}]",
	 .read = config_read_alerts,
	 .max = ALERTS_MAX,
	 .element = &config_alert_element,
	 .element_size = sizeof(struct alert_draft)},
	{.name = "views",
	 .type = JSON_OBJECT,
	 .expected = "an object like {\"every_blocks\": 1000}",
	 .read = config_read_object,
	 .offset = offsetof(struct config, views),
	 .fields = config_views_fields,
	 .field_count = COUNT(config_views_fields)},
	{.name = "pools",
	 .type = JSON_ARRAY,
	 .is_required = true,
	 .expected = "an array of pools",
	 .read = config_read_pools,
	 .min = 1,
	 .max = POOLS_MAX,
	 .element = &config_pool_element,
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
		.serve = config_serve_defaults,
		.log = {.level = LOG_INFO},
		.views = {.at_head = true},
		.proof = {.level = PROVE_RECEIPTS,
			  .walk_headers_below = WALK_HEADERS_BELOW,
			  .quarantine_s = QUARANTINE_S},
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
		st = config_check_alerts(&r, out);
	if (st == OK)
		out->pool_set = config_pool_set(arena, out->pools, out->pool_count);
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
