/* events and explain: an event's arguments are those of its ABI. */
#include <stdlib.h>
#include <string.h>

#include "protocols/payout.h"
#include "serve/answer/answer.h"
#include "serve/answer/schema_make.h"

static const struct schema_member event_members[] = {
	SCHEMA_MEMBER("block", COUNT, NULL),
	SCHEMA_MEMBER("transaction", HASH, NULL),
	SCHEMA_MEMBER("log_index", COUNT, "in the block"),
	SCHEMA_MEMBER("contract", ADDRESS, "whose log it is"),
	SCHEMA_MEMBER("sender", ADDRESS, "who signed the transaction; told of payouts only",
		      .is_nullable = true),
};

static void append(json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) != 0)
		abort();
}

static json_t *all_of(json_t *first, json_t *second)
{
	json_t *schema = json_object();
	json_t *parts = json_array();

	append(parts, first);
	append(parts, second);
	json_put(schema, "allOf", parts);
	return schema;
}

static json_t *arguments_of(const struct abi_item *item)
{
	json_t *arguments = schema_object(NULL, 0);

	for (size_t i = 0; i < item->input_count; i++)
		schema_put(arguments, item->inputs[i].name, schema_parameter(&item->inputs[i]),
			   true);
	return arguments;
}

/* Whether no event before it has its name. */
static bool is_first(const struct pool *pool, size_t rule)
{
	for (size_t i = 0; i < rule; i++)
		if (strcmp(pool->events[i].name, pool->events[rule].name) == 0)
			return false;
	return true;
}

/* Contracts of different roles may have events of one name, with other parameters. */
static json_t *arguments_of_all(const struct pool *pool, size_t rule)
{
	json_t *variants = json_array();
	json_t *schema;

	for (size_t i = rule; i < pool->protocol->event_count; i++) {
		json_t *arguments;
		bool is_known = false;

		if (strcmp(pool->events[i].name, pool->events[rule].name) != 0)
			continue;
		arguments = arguments_of(&pool->events[i]);
		for (size_t k = 0; k < json_array_size(variants); k++)
			is_known = is_known || json_equal(json_array_get(variants, k), arguments);
		if (!is_known)
			append(variants, json_incref(arguments));
		json_decref(arguments);
	}
	if (json_array_size(variants) == 1) {
		schema = json_incref(json_array_get(variants, 0));
		json_decref(variants);
		return schema;
	}
	schema = json_object();
	json_put(schema, "anyOf", variants);
	return schema;
}

static json_t *event_of(const struct pool *pool, size_t rule)
{
	json_t *event = schema_object(NULL, 0);

	schema_open(event);
	schema_put(event, "event", schema_const(pool->events[rule].name), true);
	schema_put(event, "arguments", arguments_of_all(pool, rule), true);
	return event;
}

/* EventOf the protocol: what all events have, its pools, and one of its events. */
static json_t *any_event_of(json_t *components, const struct config *config,
			    const struct pool *pool)
{
	const struct protocol *protocol = pool->protocol;
	json_t *members = schema_object(SCHEMA_MEMBERS(event_members));
	json_t *events = json_array();
	json_t *any = json_object();

	for (size_t i = 0; i < protocol->event_count; i++) {
		char name[SCHEMA_NAME_MAX];

		if (!is_first(pool, i))
			continue;
		(void)schema_name(name, protocol->name, pool->events[i].name, "Event");
		schema_component(components, name, event_of(pool, i));
		append(events, schema_ref(name));
	}
	schema_open(members);
	schema_put(members, "pool", schema_pool_names(config, protocol), true);
	json_put(any, "anyOf", events);
	return all_of(members, any);
}

/* Any of its pools: all have the protocol's events. */
static const struct pool *pool_of(const struct config *config, const struct protocol *protocol)
{
	for (size_t i = 0; i < config->pool_count; i++)
		if (config->pools[i].protocol == protocol)
			return &config->pools[i];
	abort();
}

void schema_add_events(json_t *components, const struct config *config)
{
	const struct protocol *protocol = NULL;

	while ((protocol = schema_next_protocol(config, protocol))) {
		char name[SCHEMA_NAME_MAX];
		json_t *event = any_event_of(components, config, pool_of(config, protocol));

		schema_component(components, schema_name(name, protocol->name, "Event", ""), event);
	}
	schema_component_any(components, config, "Event", "Event", NULL);
	schema_component(components, "EventList", schema_page(schema_closed("Event"), false));
}

/* ---- explain ---- */

static json_t *posting(void)
{
	static const struct schema_member members[] = {
		SCHEMA_MEMBER("amount", AMOUNT, "base units of the asset's token"),
		SCHEMA_MEMBER("decimals", COUNT,
			      "of the token: the pool's figures may have others"),
		SCHEMA_MEMBER("subject", ADDRESS, "whose tokens; null: nobody's",
			      .is_nullable = true),
	};
	const char *names[LEDGER_ACCOUNT_COUNT];
	json_t *schema = schema_object(SCHEMA_MEMBERS(members));

	for (int i = 0; i < LEDGER_ACCOUNT_COUNT; i++)
		names[i] = ledger_account_name((enum ledger_account)i);
	schema_put(schema, "from", schema_enum(names, LEDGER_ACCOUNT_COUNT), true);
	schema_put(schema, "to", schema_enum(names, LEDGER_ACCOUNT_COUNT), true);
	return schema;
}

static json_t *explained_of(const struct protocol *protocol)
{
	static const struct schema_member members[] = {
		SCHEMA_MEMBER("figures", LIST_OF,
			      "how the event's figures follow from the state before",
			      .of = "TraceFigure"),
		SCHEMA_MEMBER("postings", LIST_OF, "what it did to the books", .of = "Posting"),
		SCHEMA_MEMBER("checks", REF, "of this event", .of = "Checks"),
	};
	static const struct schema_member rounding = SCHEMA_MEMBER(
		"rounding_is", TEXT, "what the payout's rounding is made of", .is_optional = true);
	char event[SCHEMA_NAME_MAX];
	char payout[SCHEMA_NAME_MAX];
	json_t *more = schema_object(SCHEMA_MEMBERS(members));

	(void)schema_name(event, protocol->name, "Event", "");
	schema_open(more);
	if (protocol->payouts)
		schema_put(
			more, "payout",
			schema_closed(schema_name(payout, protocol->name, "ExplainedPayout", "")),
			false);
	if (protocol->payouts && protocol->payouts->each_slash)
		schema_add(more, &rounding);
	return all_of(schema_ref(event), more);
}

void schema_add_explained(json_t *components, const struct config *config)
{
	static const struct schema_member members[] = {
		SCHEMA_MEMBER("transaction", HASH, NULL),
		SCHEMA_MEMBER("block", COUNT, NULL),
	};
	const struct protocol *protocol = NULL;
	json_t *explanation = schema_object(SCHEMA_MEMBERS(members));

	schema_component(components, "Posting", posting());
	while ((protocol = schema_next_protocol(config, protocol))) {
		char name[SCHEMA_NAME_MAX];

		schema_component(components,
				 schema_name(name, protocol->name, "ExplainedEvent", ""),
				 explained_of(protocol));
	}
	schema_component_any(components, config, "ExplainedEvent", "ExplainedEvent", NULL);
	schema_put(explanation, "at", schema_ref("At"), true);
	schema_put(explanation, "events", schema_list_of(schema_closed("ExplainedEvent")), true);
	schema_component(components, "Explanation", explanation);
}
