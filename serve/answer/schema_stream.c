/* Messages of the event stream: each is an event, its id and its data. */
#include <stdlib.h>

#include "serve/answer/answer.h"
#include "serve/answer/schema_make.h"

static const struct schema_member block_members[] = {
	SCHEMA_MEMBER("number", COUNT, NULL),
	SCHEMA_MEMBER("hash", HASH, NULL),
	SCHEMA_MEMBER("timestamp", COUNT, "seconds since 1970"),
	SCHEMA_MEMBER("digest", HASH, "of every row of the mirror, after the block"),
	SCHEMA_MEMBER("events", COUNT, "logs of the block that are kept"),
	SCHEMA_MEMBER("changes", COUNT, "rows of the digest that it changed"),
};

static const struct schema_member rewound_members[] = {
	SCHEMA_MEMBER("to", REF, "what was told of blocks above it is void; null: all of it",
		      .of = "Block", .is_nullable = true),
	SCHEMA_MEMBER("from", REF, "the block that is not there any more", .of = "AbandonedBlock"),
};

static const struct schema_member abandoned_members[] = {
	SCHEMA_MEMBER("number", COUNT, NULL),
	SCHEMA_MEMBER("hash", HASH, NULL),
};

static const struct schema_member status_members[] = {
	SCHEMA_MEMBER("indexed", REF, "the mirror's newest block; null: none yet", .of = "Block",
		      .is_nullable = true),
	SCHEMA_MEMBER("reason", TEXT, "why the state is degraded", .is_nullable = true),
};

static const struct schema_member dropped_members[] = {
	SCHEMA_MEMBER("reason", TEXT,
		      "why the server ends the stream; come again with the last id"),
};

static void append(json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) != 0)
		abort();
}

/* One change: of that table, its key and its item. Takes both. */
static json_t *change_of(const struct config *config, const struct protocol *protocol,
			 const char *table, json_t *key, json_t *item)
{
	static const struct schema_member block = SCHEMA_MEMBER("block", COUNT, NULL);
	json_t *change = schema_object(&block, 1);

	schema_put(change, "pool", schema_pool_names(config, protocol), true);
	schema_put(change, "table", schema_const(table), true);
	schema_put(change, "key", key, true);
	schema_put(change, "item", item, true);
	return change;
}

static json_t *changes_of(const struct config *config, const struct protocol *protocol)
{
	char name[SCHEMA_NAME_MAX];
	json_t *schema = json_object();
	json_t *list = json_array();

	append(list, change_of(config, protocol, "pool", schema_value(SCHEMA_NULL),
			       schema_ref(schema_name(name, protocol->name, "PoolState", ""))));
	append(list, change_of(config, protocol, "accounts", schema_value(SCHEMA_ADDRESS),
			       schema_ref(schema_name(name, protocol->name, "Account", ""))));
	for (size_t i = 0; i < protocol->list_count; i++) {
		json_t *item =
			schema_ref(schema_name(name, protocol->name, protocol->lists[i].one, ""));

		append(list,
		       change_of(
			       config, protocol, protocol->lists[i].name,
			       schema_described(schema_value(SCHEMA_TEXT), "as the list's cursor"),
			       schema_described(schema_nullable(item), "null: it is gone")));
	}
	json_put(schema, "anyOf", list);
	return schema;
}

static void add_message(json_t *messages, const char *event, json_t *data)
{
	static const struct schema_member id = SCHEMA_MEMBER(
		"id", TEXT, "go on behind this message: Last-Event-ID, or the parameter `after`");
	json_t *message = schema_object(&id, 1);

	schema_put(message, "event", schema_const(event), true);
	schema_put(message, "data", data, true);
	append(messages, message);
}

void schema_add_stream(json_t *components, const struct config *config)
{
	static const char *const states[] = {"ok", "degraded"};
	const struct protocol *protocol = NULL;
	json_t *status = schema_object(SCHEMA_MEMBERS(status_members));
	json_t *messages = json_array();
	json_t *any = json_object();

	while ((protocol = schema_next_protocol(config, protocol))) {
		char name[SCHEMA_NAME_MAX];

		schema_component(components, schema_name(name, protocol->name, "Change", ""),
				 changes_of(config, protocol));
	}
	schema_component_any(components, config, "Change", "Change", NULL);
	schema_put(status, "state", schema_enum(SCHEMA_MEMBERS(states)), true);
	schema_component(components, "StreamBlock", schema_object(SCHEMA_MEMBERS(block_members)));
	schema_component(components, "AbandonedBlock",
			 schema_object(SCHEMA_MEMBERS(abandoned_members)));
	schema_component(components, "Rewound", schema_object(SCHEMA_MEMBERS(rewound_members)));
	schema_component(components, "StreamStatus", status);
	schema_component(components, "Dropped", schema_object(SCHEMA_MEMBERS(dropped_members)));
	add_message(messages, "event", schema_closed("Event"));
	add_message(messages, "change", schema_ref("Change"));
	add_message(messages, "finding", schema_ref("Finding"));
	add_message(messages, "block", schema_ref("StreamBlock"));
	add_message(messages, "rewound", schema_ref("Rewound"));
	add_message(messages, "status", schema_ref("StreamStatus"));
	add_message(messages, "dropped", schema_ref("Dropped"));
	json_put(any, "oneOf", messages);
	schema_component(components, "StreamMessage",
			 schema_described(any, "A message of the stream, its data parsed."));
}
