#include "cli/quote_params.h"

#include <ctype.h>
#include <string.h>

#include "indexer/config_read.h"

#define EXPECTED "a whole number of at most 256 bits, like \"850000000000000000000000000\""

static enum status read_number(struct config_reader *r, const struct config_place *at,
			       const struct config_field *field, json_t *value, void *out)
{
	const char *text = json_string_value(value);

	if (u256_parse(out, text, strlen(text), NULL) != OK)
		return config_fault(r, at, "expected %s, got %s", field->expected,
				    config_quote(r, text));
	return OK;
}

/*
 * Whole numbers put in quotation marks: a JSON number of 256 bits is nothing that jansson knows.
 * All else stays, so that what is wrong is still told by jansson, on the same line.
 */
static const char *quote_numbers(struct arena *arena, const char *text, size_t length,
				 size_t *length_out)
{
	struct buffer out = buffer_in(arena);
	bool is_string = false;

	for (size_t i = 0; i < length;) {
		size_t n = 1;
		bool is_whole = false;

		if (!is_string && (isdigit((unsigned char)text[i]) || text[i] == '-')) {
			is_whole = true;
			while (i + n < length && (isalnum((unsigned char)text[i + n]) ||
						  strchr(".+-", text[i + n]))) {
				is_whole = is_whole && isdigit((unsigned char)text[i + n]);
				n++;
			}
		} else if (is_string && text[i] == '\\' && i + 1 < length) {
			n = 2;
		} else if (text[i] == '"') {
			is_string = !is_string;
		}
		buffer_text(&out, is_whole ? "\"" : "");
		buffer_append(&out, text + i, n);
		buffer_text(&out, is_whole ? "\"" : "");
		i += n;
	}
	*length_out = out.size;
	return out.size ? (const char *)out.data : "";
}

static enum status bad_json(struct config_reader *r, const json_error_t *json_error)
{
	return error_set(r->err, ERR_USAGE, "%s: line %d: not valid JSON: %s", r->name,
			 json_error->line, config_line(r, json_error->text));
}

enum status quote_params_parse(u256 *out, struct arena *arena, const struct premium_model *model,
			       const char *name, const char *text, size_t length, struct error *err)
{
	struct config_field fields[PREMIUM_PARAMETERS_MAX];
	struct config_field top = {
		.type = JSON_OBJECT,
		.expected = "an object with the model's parameters",
		.read = config_read_object,
		.fields = fields,
		.field_count = model->parameter_count,
	};
	struct config_reader r = {.name = arena_string(arena, name), .arena = arena, .err = err};
	json_error_t json_error;
	json_t *json;
	enum status st;

	for (size_t i = 0; i < model->parameter_count; i++)
		fields[i] = (struct config_field){
			.name = model->parameters[i],
			.type = JSON_STRING,
			.is_required = true,
			.expected = EXPECTED,
			.offset = i * sizeof(u256),
			.read = read_number,
		};
	text = quote_numbers(arena, text, length, &length);
	json = json_loadb(text, length, JSON_REJECT_DUPLICATES, &json_error);
	if (!json)
		return bad_json(&r, &json_error);
	st = config_value(&r, &(struct config_place){0}, &top, json, out);
	json_decref(json);
	return st;
}
