/* Names that a query may ask for: one of what the configured protocols have. */
#include <stdlib.h>
#include <string.h>

#include "reconcile/source_check.h"
#include "serve/answer/schema_make.h"

static void add(json_t *names, const char *name)
{
	json_t *known;
	size_t i;

	json_array_foreach (names, i, known)
		if (strcmp(json_string_value(known), name) == 0)
			return;
	if (json_array_append_new(names, json_string(name)) != 0)
		abort();
}

/* Text that is one of those; nothing at all where there are none. Takes them. */
static json_t *one_of(json_t *names)
{
	json_t *schema;

	if (!json_array_size(names)) {
		json_decref(names);
		return json_false();
	}
	schema = schema_value(SCHEMA_TEXT);
	if (json_object_set_new(schema, "enum", names) != 0)
		abort();
	return schema;
}

json_t *schema_list_names(const struct config *config)
{
	const struct protocol *protocol = NULL;
	json_t *names = json_array();

	while ((protocol = schema_next_protocol(config, protocol)))
		for (size_t i = 0; i < protocol->list_count; i++)
			add(names, protocol->lists[i].name);
	return one_of(names);
}

json_t *schema_event_names(const struct config *config)
{
	json_t *names = json_array();

	for (size_t i = 0; i < config->pool_count; i++)
		for (size_t k = 0; k < config->pools[i].protocol->event_count; k++)
			add(names, config->pools[i].events[k].name);
	return one_of(names);
}

json_t *schema_check_ids(const struct config *config)
{
	const struct protocol *protocol = NULL;
	json_t *names = json_array();

	while ((protocol = schema_next_protocol(config, protocol)))
		for (size_t i = 0; i < protocol->check_count; i++)
			add(names, protocol->checks[i].id);
	for (int fault = 0; fault < FAULT_COUNT; fault++) {
		const struct check_rule *rule = source_check((enum proof_fault)fault);

		if (rule && rule->id)
			add(names, rule->id);
	}
	return one_of(names);
}
