/*
 * config_log.c - the configuration's "log": how much is said, and in which form.
 */
#include "indexer/config_parts.h"

static enum status read_format(struct config_reader *r, const struct config_place *at,
			       const struct config_field *field, json_t *value, void *out)
{
	struct config_text text;
	enum status st = config_text(&text, r, at, field, value);

	if (st != OK)
		return st;
	if (strcmp(text.value, "text") != 0 && strcmp(text.value, "json") != 0)
		return config_fault_text(r, at, field, &text);
	*(bool *)out = strcmp(text.value, "json") == 0;
	return OK;
}

static enum status read_level(struct config_reader *r, const struct config_place *at,
			      const struct config_field *field, json_t *value, void *out)
{
	struct config_text text;
	enum status st = config_text(&text, r, at, field, value);

	if (st != OK)
		return st;
	if (!log_level_parse(out, text.value))
		return config_fault_text(r, at, field, &text);
	return OK;
}

const struct config_field config_log_fields[] = {
	{.name = "format",
	 .type = JSON_STRING,
	 .expected = "\"text\" or \"json\"",
	 .read = read_format,
	 .offset = offsetof(struct config_log, is_json)},
	{.name = "level",
	 .type = JSON_STRING,
	 .expected = "\"debug\", \"info\", \"warn\" or \"error\"",
	 .read = read_level,
	 .offset = offsetof(struct config_log, level)},
};
