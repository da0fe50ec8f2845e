#include "serve/answer/schema_make.h"

#include <stdlib.h>

#include "serve/answer/answer.h"

static const char *const patterns[] = {
	[SCHEMA_AMOUNT] = "^(0|[1-9][0-9]{0,77})$",
	[SCHEMA_SIGNED] = "^(0|-?[1-9][0-9]{0,77})$",
	[SCHEMA_RATIO] = "^(0|[1-9][0-9]{0,59})\\.[0-9]{18}$",
	[SCHEMA_RATE] = "^(0|[1-9][0-9]*)\\.[0-9]{3}$",
	[SCHEMA_ADDRESS] = "^0x[0-9a-f]{40}$",
	[SCHEMA_HASH] = "^0x[0-9a-f]{64}$",
	[SCHEMA_BYTES] = "^0x([0-9a-f]{2})*$",
};

static json_t *typed(const char *type)
{
	json_t *schema = json_object();

	json_put(schema, "type", json_string(type));
	return schema;
}

json_t *schema_value(enum schema_kind kind)
{
	json_t *schema;

	switch (kind) {
	case SCHEMA_AMOUNT:
	case SCHEMA_SIGNED:
	case SCHEMA_RATIO:
	case SCHEMA_RATE:
	case SCHEMA_ADDRESS:
	case SCHEMA_HASH:
	case SCHEMA_BYTES:
		schema = typed("string");
		json_put(schema, "pattern", json_string(patterns[kind]));
		return schema;
	case SCHEMA_COUNT:
		schema = typed("integer");
		json_put(schema, "minimum", json_integer(0));
		return schema;
	case SCHEMA_TEXT:
		return typed("string");
	case SCHEMA_FLAG:
		return typed("boolean");
	case SCHEMA_NAMES:
		return schema_list_of(typed("string"));
	case SCHEMA_COUNTS:
		return schema_list_of(schema_value(SCHEMA_COUNT));
	case SCHEMA_ALL_BYTES:
		return schema_list_of(schema_value(SCHEMA_BYTES));
	case SCHEMA_NULL:
		return typed("null");
	case SCHEMA_REF:
	case SCHEMA_LIST_OF:
		break;
	}
	abort(); /* schema_ref */
}

json_t *schema_ref(const char *component)
{
	json_t *schema = json_object();

	json_put(schema, "$ref", json_sprintf(SCHEMA_COMPONENTS "%s", component));
	return schema;
}

json_t *schema_list_of(json_t *items)
{
	json_t *schema = typed("array");

	json_put(schema, "items", items);
	return schema;
}

static void append(json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) != 0)
		abort();
}

json_t *schema_enum(const char *const *values, size_t count)
{
	json_t *schema = typed("string");
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		append(list, json_string(values[i]));
	json_put(schema, "enum", list);
	return schema;
}

json_t *schema_const(const char *value)
{
	json_t *schema = typed("string");

	json_put(schema, "const", json_string(value));
	return schema;
}

json_t *schema_nullable(json_t *schema)
{
	const json_t *type = json_object_get(schema, "type");
	json_t *either = json_array();
	json_t *any;

	if (json_is_string(type) && !json_object_get(schema, "enum")) {
		append(either, json_string(json_string_value(type)));
		append(either, json_string("null"));
		json_put(schema, "type", either);
		return schema;
	}
	any = json_object();
	append(either, schema);
	append(either, typed("null"));
	json_put(any, "anyOf", either);
	return any;
}

json_t *schema_described(json_t *schema, const char *meaning)
{
	if (meaning && *meaning)
		json_put(schema, "description", json_string(meaning));
	return schema;
}

json_t *schema_object(const struct schema_member *members, size_t count)
{
	json_t *object = typed("object");

	json_put(object, "properties", json_object());
	json_put(object, "required", json_array());
	json_put(object, "additionalProperties", json_false());
	for (size_t i = 0; i < count; i++)
		schema_add(object, &members[i]);
	return object;
}

void schema_add(json_t *object, const struct schema_member *member)
{
	json_t *schema;

	if (member->kind == SCHEMA_REF)
		schema = schema_ref(member->of);
	else if (member->kind == SCHEMA_LIST_OF)
		schema = schema_list_of(schema_ref(member->of));
	else
		schema = schema_value(member->kind);
	if (member->is_nullable)
		schema = schema_nullable(schema);
	schema_put(object, member->name, schema_described(schema, member->meaning),
		   !member->is_optional);
}

void schema_put(json_t *object, const char *name, json_t *schema, bool is_required)
{
	json_put(json_object_get(object, "properties"), name, schema);
	if (is_required)
		append(json_object_get(object, "required"), json_string(name));
}

void schema_open(json_t *object)
{
	if (json_object_del(object, "additionalProperties") != 0)
		abort();
}

json_t *schema_closed(const char *component)
{
	json_t *schema = schema_ref(component);

	json_put(schema, "unevaluatedProperties", json_false());
	return schema;
}

json_t *schema_page(json_t *items, bool may_be_empty)
{
	static const struct schema_member next = SCHEMA_MEMBER(
		"next", TEXT, "the cursor of the next page; null: this is the last one",
		.is_nullable = true);
	static const struct schema_member at = SCHEMA_MEMBER("at", REF, NULL, .of = "At");
	static const struct schema_member at_or_null = SCHEMA_MEMBER(
		"at", REF, "null: the mirror holds no block", .of = "At", .is_nullable = true);
	json_t *page = schema_object(NULL, 0);

	schema_put(page, "items", schema_list_of(items), true);
	schema_add(page, &next);
	schema_add(page, may_be_empty ? &at_or_null : &at);
	return page;
}

/* Letters and digits; what stands behind anything else begins with a capital. */
static size_t capitalised(char *out, size_t room, const char *name)
{
	bool is_first = true;
	size_t length = 0;

	for (; *name && length < room; name++) {
		bool is_lower = *name >= 'a' && *name <= 'z';
		bool is_upper = *name >= 'A' && *name <= 'Z';

		if (!is_lower && !is_upper && !(*name >= '0' && *name <= '9')) {
			is_first = true;
			continue;
		}
		out[length++] = is_lower && is_first ? (char)(*name - 'a' + 'A') : *name;
		is_first = false;
	}
	return length;
}

const char *schema_name(char out[SCHEMA_NAME_MAX], const char *protocol, const char *what,
			const char *suffix)
{
	size_t length = capitalised(out, SCHEMA_NAME_MAX - 1, protocol);

	length += capitalised(out + length, SCHEMA_NAME_MAX - 1 - length, what);
	length += capitalised(out + length, SCHEMA_NAME_MAX - 1 - length, suffix);
	out[length] = '\0';
	return out;
}

void schema_component(json_t *components, const char *name, json_t *schema)
{
	if (json_object_get(components, name))
		abort(); /* two descriptions of one name: tests/serve/answer/test_schema.c */
	json_put(components, name, schema);
}

/* Whether no pool before it is of the same protocol. */
static bool is_first(const struct config *config, size_t pool)
{
	for (size_t i = 0; i < pool; i++)
		if (config->pools[i].protocol == config->pools[pool].protocol)
			return false;
	return true;
}

const struct protocol *schema_next_protocol(const struct config *config,
					    const struct protocol *before)
{
	size_t i = 0;

	while (before && config->pools[i++].protocol != before)
		continue;
	while (i < config->pool_count && !is_first(config, i))
		i++;
	return i < config->pool_count ? config->pools[i].protocol : NULL;
}

json_t *schema_pool_names(const struct config *config, const struct protocol *protocol)
{
	const char *names[POOLS_MAX];
	size_t count = 0;

	for (size_t i = 0; i < config->pool_count && count < POOLS_MAX; i++)
		if (!protocol || config->pools[i].protocol == protocol)
			names[count++] = config->pools[i].setup.name;
	return schema_enum(names, count);
}

json_t *schema_protocol_names(const struct config *config)
{
	const struct protocol *protocol = NULL;
	const char *names[POOLS_MAX];
	size_t count = 0;

	while ((protocol = schema_next_protocol(config, protocol)) && count < POOLS_MAX)
		names[count++] = protocol->name;
	return schema_enum(names, count);
}

void schema_component_any(json_t *components, const struct config *config, const char *name,
			  const char *each, const char *selector)
{
	const struct protocol *protocol = NULL;
	json_t *schema = json_object();
	json_t *mapping = json_object();
	json_t *list = json_array();
	char component[SCHEMA_NAME_MAX];

	while ((protocol = schema_next_protocol(config, protocol))) {
		(void)schema_name(component, protocol->name, each, "");
		if (!json_object_get(components, component))
			continue;
		append(list, schema_ref(component));
		json_put(mapping, protocol->name, json_sprintf(SCHEMA_COMPONENTS "%s", component));
	}
	if (!json_array_size(list)) { /* none of them has any: nothing is one */
		json_decref(list);
		json_decref(mapping);
		json_decref(schema);
		schema = json_false();
	} else if (selector) {
		json_t *discriminator = json_object();

		json_put(discriminator, "propertyName", json_string(selector));
		json_put(discriminator, "mapping", mapping);
		json_put(schema, "oneOf", list);
		json_put(schema, "discriminator", discriminator);
	} else {
		json_decref(mapping);
		json_put(schema, "anyOf", list);
	}
	schema_component(components, name, schema);
}
