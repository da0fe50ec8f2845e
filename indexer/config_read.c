#include "indexer/config_read.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"

/* TEXT_MAX bounds a string with its variables put in; the others, what a message shows. */
enum { TEXT_MAX = 64 * 1024, QUOTE_MAX = 72 };

static const struct config_field note = {
	.name = "note",
	.type = JSON_STRING,
	.expected = "a string",
	.read = config_read_nothing,
};

/* ---- errors ---- */

static void append_path(struct buffer *path, const struct config_place *at)
{
	if (!at || !at->parent)
		return;
	append_path(path, at->parent);
	if (at->key)
		buffer_printf(path, "%s%s", path->size ? "." : "", at->key);
	else
		buffer_printf(path, "[%zu]", at->index);
}

const char *config_path(struct config_reader *r, const struct config_place *at)
{
	struct buffer path = buffer_in(r->arena);

	append_path(&path, at);
	return buffer_string(&path);
}

enum status config_fault(struct config_reader *r, const struct config_place *at, const char *format,
			 ...)
{
	const char *path = config_path(r, at);
	char message[ERROR_MESSAGE_SIZE];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	return error_set(r->err, ERR_USAGE, "%s: %s%s%s", r->name, path, *path ? ": " : "",
			 message);
}

/* On one line, cut where it is longer than `size_max`. */
static void append_line(struct buffer *line, const char *text, size_t size_max)
{
	for (const unsigned char *at = (const unsigned char *)text; *at; at++) {
		bool begins_character = (*at & 0xc0) != 0x80;

		if (begins_character && line->size > size_max) {
			buffer_text(line, "…");
			break;
		}
		if (*at < 0x20 || *at == 0x7f)
			buffer_printf(line, "\\u%04x", *at);
		else
			buffer_byte(line, *at);
	}
}

const char *config_line(struct config_reader *r, const char *text)
{
	struct buffer line = buffer_in(r->arena);

	append_line(&line, text, SIZE_MAX);
	return buffer_string(&line);
}

const char *config_quote(struct config_reader *r, const char *text)
{
	struct buffer quoted = buffer_in(r->arena);

	if (strstr(text, "://"))
		return "a url";
	buffer_byte(&quoted, '"');
	append_line(&quoted, text, QUOTE_MAX);
	buffer_byte(&quoted, '"');
	return buffer_string(&quoted);
}

/* What a message says that the field takes. */
static const char *expectation(struct config_reader *r, const struct config_field *field)
{
	if (field->type != JSON_INTEGER)
		return field->expected;
	return arena_printf(r->arena, "a whole number from %" PRIu64 " to %" PRIu64, field->min,
			    field->max);
}

enum status config_fault_text(struct config_reader *r, const struct config_place *at,
			      const struct config_field *field, const struct config_text *text)
{
	return config_fault(r, at, "expected %s, got %s", expectation(r, field),
			    config_quote(r, text->raw));
}

static const char *type_name(json_type type)
{
	switch (type) {
	case JSON_OBJECT:
		return "an object";
	case JSON_ARRAY:
		return "an array";
	case JSON_STRING:
		return "a string";
	case JSON_INTEGER:
		return "a number";
	case JSON_REAL:
		return "a number with a fraction or an exponent";
	case JSON_TRUE:
		return "true";
	case JSON_FALSE:
		return "false";
	case JSON_NULL:
		return "null";
	}
	return "nothing";
}

static const char *type_advice(json_type wanted, json_type got)
{
	if (wanted == JSON_INTEGER && got == JSON_STRING)
		return "; write it without quotes";
	if (wanted == JSON_ARRAY && (got == JSON_STRING || got == JSON_OBJECT))
		return "; put it in [ ]";
	if (wanted == JSON_STRING && got == JSON_INTEGER)
		return "; write it in quotation marks";
	if (wanted == JSON_STRING && got == JSON_ARRAY)
		return "; write it without [ ]";
	return "";
}

enum status config_value(struct config_reader *r, const struct config_place *at,
			 const struct config_field *field, json_t *value, void *out)
{
	json_type got = json_typeof(value);

	if (got != field->type && !(field->type == JSON_TRUE && got == JSON_FALSE))
		return config_fault(r, at, "expected %s, got %s%s", expectation(r, field),
				    type_name(got), type_advice(field->type, got));
	return field->read(r, at, field, value, out);
}

/* ---- objects ---- */

/* The known keys, by number; the last is "note". */
static const struct config_field *field_at(const struct config_field *object, size_t i)
{
	return i < object->field_count ? &object->fields[i] : &note;
}

static const struct config_field *find_field(const struct config_field *object, const char *key)
{
	for (size_t i = 0; i <= object->field_count; i++)
		if (strcmp(field_at(object, i)->name, key) == 0)
			return field_at(object, i);
	return NULL;
}

static enum status unknown_key(struct config_reader *r, const struct config_place *at,
			       const struct config_field *object, const char *key)
{
	struct buffer known = buffer_in(r->arena);
	const char *path = config_path(r, at);
	struct nearest nearest = nearest_to(key);

	for (size_t i = 0; i <= object->field_count; i++) {
		const char *name = field_at(object, i)->name;

		buffer_printf(&known, "%s%s", i ? ", " : "", name);
		nearest_offer(&nearest, name);
	}
	key = config_quote(r, key);
	if (!*path)
		path = "the top object";
	if (nearest.name)
		return error_set(r->err, ERR_USAGE,
				 "%s: unknown key %s in %s: did you mean \"%s\"?", r->name, key,
				 path, nearest.name);
	return error_set(r->err, ERR_USAGE, "%s: unknown key %s in %s: the known keys are %s",
			 r->name, key, path, buffer_string(&known));
}

enum status config_read_object(struct config_reader *r, const struct config_place *at,
			       const struct config_field *field, json_t *value, void *out)
{
	const char *key;
	json_t *member;

	json_object_foreach (value, key, member)
		if (!find_field(field, key))
			return unknown_key(r, at, field, key);
	for (size_t i = 0; i <= field->field_count; i++) {
		const struct config_field *wanted = field_at(field, i);
		struct config_place place = {.parent = at, .key = wanted->name};
		enum status st;

		member = json_object_get(value, wanted->name);
		if (!member && wanted->is_required)
			return config_fault(r, &place, "is missing; expected %s",
					    expectation(r, wanted));
		if (!member)
			continue;
		st = config_value(r, &place, wanted, member, (char *)out + wanted->offset);
		if (st != OK)
			return st;
	}
	return OK;
}

/* ---- lists ---- */

enum status config_list(void **items, size_t *count, struct config_reader *r,
			const struct config_place *at, const struct config_field *field,
			json_t *value)
{
	size_t size = json_array_size(value);

	if (size < field->min)
		return config_fault(r, at, "expected %s, at least %" PRIu64 ", got %zu",
				    field->expected, field->min, size);
	if (size > field->max)
		return config_fault(r, at, "expected %s, at most %" PRIu64 ", got %zu",
				    field->expected, field->max, size);
	*items = arena_array(r->arena, size, field->element_size);
	*count = size;
	for (size_t i = 0; i < size; i++) {
		struct config_place place = {.parent = at, .index = i};
		enum status st = config_value(r, &place, field->element, json_array_get(value, i),
					      (char *)*items + i * field->element_size);

		if (st != OK)
			return st;
	}
	return OK;
}

/* ---- scalars ---- */

enum status config_read_u64(struct config_reader *r, const struct config_place *at,
			    const struct config_field *field, json_t *value, void *out)
{
	json_int_t number = json_integer_value(value);

	if (number < 0 || (uint64_t)number < field->min || (uint64_t)number > field->max)
		return config_fault(r, at, "expected %s, got %" JSON_INTEGER_FORMAT,
				    expectation(r, field), number);
	*(uint64_t *)out = (uint64_t)number;
	return OK;
}

enum status config_read_unsigned(struct config_reader *r, const struct config_place *at,
				 const struct config_field *field, json_t *value, void *out)
{
	uint64_t number = 0;
	enum status st = config_read_u64(r, at, field, value, &number);

	if (st == OK)
		*(unsigned *)out = (unsigned)number;
	return st;
}

enum status config_read_bool(struct config_reader *r, const struct config_place *at,
			     const struct config_field *field, json_t *value, void *out)
{
	(void)r;
	(void)at;
	(void)field;
	*(bool *)out = json_is_true(value);
	return OK;
}

enum status config_read_text(struct config_reader *r, const struct config_place *at,
			     const struct config_field *field, json_t *value, void *out)
{
	struct config_text text;
	enum status st = config_text(&text, r, at, field, value);

	if (st == OK)
		*(const char **)out = text.value;
	return st;
}

enum status config_read_nothing(struct config_reader *r, const struct config_place *at,
				const struct config_field *field, json_t *value, void *out)
{
	(void)r;
	(void)at;
	(void)field;
	(void)value;
	(void)out;
	return OK;
}

/* ---- ${NAME} ---- */

/* The length of the variable's name that stands before a "}", or 0. */
static size_t variable_name(const char *text)
{
	size_t length = 0;

	if (isdigit((unsigned char)*text))
		return 0;
	while (isalnum((unsigned char)text[length]) || text[length] == '_')
		length++;
	return text[length] == '}' ? length : 0;
}

/* Puts the variables' values in; `text` is at a "${" first. */
static enum status expand(struct buffer *out, struct config_reader *r,
			  const struct config_place *at, const char *text)
{
	const char *dollar;

	for (; (dollar = strstr(text, "${")) != NULL && out->size <= TEXT_MAX;) {
		size_t length = variable_name(dollar + 2);
		const char *name;
		const char *value;

		if (!length)
			return config_fault(r, at,
					    "expected ${NAME} with a name of letters, digits and _ "
					    "for an environment variable");
		name = arena_string_n(r->arena, dollar + 2, length);
		value = getenv(name);
		if (!value)
			return config_fault(r, at,
					    "the environment variable %s is not set; export it, "
					    "or write its value here",
					    name);
		buffer_append(out, text, (size_t)(dollar - text));
		buffer_text(out, value);
		text = dollar + 2 + length + 1;
	}
	buffer_text(out, text);
	return OK;
}

enum status config_text(struct config_text *out, struct config_reader *r,
			const struct config_place *at, const struct config_field *field,
			json_t *value)
{
	const char *raw = json_string_value(value);
	struct buffer expanded = buffer_in(r->arena);
	enum status st = expand(&expanded, r, at, raw);

	*out = (struct config_text){.raw = "", .value = ""};
	if (st != OK)
		return st;
	if (expanded.size == 0)
		return config_fault(r, at, "expected %s, got an empty string", field->expected);
	if (expanded.size > TEXT_MAX)
		return config_fault(r, at, "expected %s of at most %d bytes, got more",
				    field->expected, (int)TEXT_MAX);
	*out = (struct config_text){
		.raw = arena_string(r->arena, raw),
		.value = buffer_string(&expanded),
		.is_expanded = strstr(raw, "${") != NULL,
	};
	return OK;
}
