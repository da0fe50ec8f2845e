/* Items of lists: policies, claims, markets … */
#include <stdlib.h>
#include <string.h>

#include "serve/answer/answer.h"
#include "serve/answer/schema_make.h"

static json_t *item_of(const struct item_list *list)
{
	json_t *item = schema_object(NULL, 0);

	schema_put_key(item, list);
	schema_put_figures(item, list->figures, list->figure_count, true);
	return schema_described(item, list->title);
}

static json_t *any_of(json_t *references)
{
	json_t *schema;

	if (!json_array_size(references)) { /* no such list has an item, ever */
		json_decref(references);
		return json_false();
	}
	schema = json_object();
	json_put(schema, "anyOf", references);
	return schema;
}

void schema_add_items(json_t *components, const struct config *config)
{
	const struct protocol *protocol = NULL;
	json_t *policies = json_array();
	json_t *items = json_array();

	while ((protocol = schema_next_protocol(config, protocol))) {
		for (size_t i = 0; i < protocol->list_count; i++) {
			const struct item_list *list = &protocol->lists[i];
			char name[SCHEMA_NAME_MAX];

			(void)schema_name(name, protocol->name, list->one, "");
			schema_component(components, name, item_of(list));
			if (json_array_append_new(items, schema_ref(name)) != 0)
				abort();
			if (strcmp(list->name, "policies") == 0 &&
			    json_array_append_new(policies, schema_ref(name)) != 0)
				abort();
		}
	}
	schema_component(components, "Policy", any_of(policies));
	schema_component(components, "Item", any_of(items));
	schema_component(components, "PolicyList", schema_page(schema_ref("Policy"), false));
	schema_component(components, "ItemList", schema_page(schema_ref("Item"), false));
}
