/* Figures, keys of items and parameters of events: each by its own description. */
#include <stdlib.h>

#include "serve/answer/answer.h"
#include "serve/answer/schema_make.h"

/* What a figure counts, in words. */
static const char *const unit_words[] = {
	[UNIT_PLAIN] = "",
	[UNIT_ASSETS] = "base units of the pool's asset",
	[UNIT_SHARES] = "base units of the pool's shares",
	[UNIT_FIXED_18] = "10^18 is one",
	[UNIT_PERCENT_18] = "10^18 is 100 %",
	[UNIT_SECONDS] = "seconds",
	[UNIT_TIME] = "seconds since 1970, 0: none",
};

/* A number beyond the names is shown as it is. */
static json_t *choice(const struct figure_rule *rule)
{
	json_t *schema = schema_value(SCHEMA_TEXT);
	struct arena *arena = arena_new();
	struct buffer pattern = buffer_in(arena);
	json_t *names = json_array();

	buffer_printf(&pattern, "^(");
	for (size_t i = 0; rule->choices && rule->choices[i]; i++) {
		buffer_printf(&pattern, "%s|", rule->choices[i]);
		if (json_array_append_new(names, json_string(rule->choices[i])) != 0)
			abort();
	}
	buffer_printf(&pattern, "0|[1-9][0-9]{0,77})$");
	json_put(schema, "pattern", json_string(buffer_string(&pattern)));
	json_put(schema, "examples", names);
	arena_free(arena);
	return schema;
}

static json_t *of_kind(const struct figure_rule *rule)
{
	switch (rule->kind) {
	case FIGURE_NUMBER:
		return schema_value(SCHEMA_AMOUNT);
	case FIGURE_RATIO:
		return schema_value(SCHEMA_RATIO);
	case FIGURE_ADDRESS:
		return schema_value(SCHEMA_ADDRESS);
	case FIGURE_FLAG:
		return schema_value(SCHEMA_FLAG);
	case FIGURE_HASH:
		return schema_value(SCHEMA_HASH);
	case FIGURE_CHOICE:
		return choice(rule);
	case FIGURE_TEXT:
		return schema_value(SCHEMA_TEXT);
	}
	abort();
}

json_t *schema_figure(const struct figure_rule *rule)
{
	json_t *schema = schema_nullable(of_kind(rule));
	const char *words = unit_words[rule->unit];

	if (*words && *rule->meaning)
		json_put(schema, "description", json_sprintf("%s (%s)", rule->meaning, words));
	else
		schema = schema_described(schema, *words ? words : rule->meaning);
	/* For programs that show figures without knowing them, as /v1/protocols tells them. */
	json_put(schema, "x-kind", json_string(figure_kind_name(rule->kind)));
	json_put(schema, "x-unit", json_string(figure_unit_name(rule->unit)));
	return schema;
}

json_t *schema_part(const struct item_part *part)
{
	const struct figure_rule rule = {.kind = part->kind};

	return schema_described(of_kind(&rule), part->meaning);
}

json_t *schema_figure_of(const struct figure_rule *rules, size_t count, const char *name)
{
	int index = figure_find(rules, count, name);

	return index < 0 ? schema_value(SCHEMA_NULL) : schema_figure(&rules[index]);
}

void schema_put_figures(json_t *object, const struct figure_rule *rules, size_t count,
			bool is_required)
{
	for (size_t i = 0; i < count; i++)
		schema_put(object, rules[i].name, schema_figure(&rules[i]), is_required);
}

void schema_put_key(json_t *object, const struct item_list *list)
{
	for (size_t i = 0; i < list->part_count; i++)
		schema_put(object, list->parts[i].name, schema_part(&list->parts[i]), true);
}

/* ---- parameters of events ---- */

static json_t *bytes_of(const struct abi_type *type)
{
	json_t *schema = schema_value(SCHEMA_TEXT);

	if (type->kind == ABI_FIXED_BYTES)
		json_put(schema, "pattern", json_sprintf("^0x[0-9a-f]{%u}$", 2 * type->bits));
	else if (type->kind == ABI_FUNCTION)
		json_put(schema, "pattern", json_string("^0x[0-9a-f]{48}$"));
	else
		json_put(schema, "pattern", json_string("^0x([0-9a-f]{2})*$"));
	return schema;
}

static json_t *of_type(const struct abi_type *type);

static json_t *array_of(const struct abi_type *type)
{
	json_t *schema = schema_list_of(of_type(type->element));

	if (type->kind == ABI_ARRAY) {
		json_put(schema, "minItems", json_integer((json_int_t)type->length));
		json_put(schema, "maxItems", json_integer((json_int_t)type->length));
	}
	return schema;
}

/* Its components by their places. */
static json_t *tuple_of(const struct abi_type *type)
{
	json_t *schema = schema_list_of(json_false());
	json_t *parts = json_array();

	for (size_t i = 0; i < type->component_count; i++)
		if (json_array_append_new(parts, of_type(type->components[i].type)) != 0)
			abort();
	json_put(schema, "prefixItems", parts);
	json_put(schema, "minItems", json_integer((json_int_t)type->component_count));
	return schema;
}

static json_t *of_type(const struct abi_type *type)
{
	switch (type->kind) {
	case ABI_UINT:
		return schema_value(SCHEMA_AMOUNT);
	case ABI_INT:
		return schema_value(SCHEMA_SIGNED);
	case ABI_ADDRESS:
		return schema_value(SCHEMA_ADDRESS);
	case ABI_BOOL:
		return schema_value(SCHEMA_FLAG);
	case ABI_FIXED_BYTES:
	case ABI_FUNCTION:
	case ABI_BYTES:
		return bytes_of(type);
	case ABI_STRING:
		return schema_value(SCHEMA_TEXT);
	case ABI_ARRAY:
	case ABI_VECTOR:
		return array_of(type);
	case ABI_TUPLE:
		return tuple_of(type);
	}
	abort();
}

json_t *schema_parameter(const struct abi_param *parameter)
{
	const struct abi_type *type = parameter->type;
	struct arena *arena;
	json_t *schema;

	/* Of what does not fit a topic, the log has only the hash. */
	if (parameter->is_indexed &&
	    (type->is_dynamic || type->kind == ABI_ARRAY || type->kind == ABI_TUPLE))
		schema = schema_value(SCHEMA_HASH);
	else
		schema = of_type(type);
	arena = arena_new();
	schema = schema_described(schema, abi_type_format(arena, type));
	arena_free(arena);
	return schema;
}
