/*
 * Schemas of the answers, for every protocol that there is: made of the descriptions, complete,
 * nothing twice, every reference to something. What really is answered is held against them in
 * tests/serve/openapi.test.mjs.
 */
#include "serve/answer/schema.h"

#include "base/slice.h"
#include "protocols/payout.h"
#include "serve/answer/answer.h"
#include "tests/support/test.h"

struct fixture {
	struct arena *arena;
	struct config config;
	struct error err;
};

static const char *own_address(struct arena *arena, size_t pool, size_t role)
{
	return arena_printf(arena, "0x%038zx%02zx", pool + 1, role + 1);
}

static json_t *contracts_of(struct arena *arena, const struct protocol *protocol, size_t pool)
{
	json_t *contracts = json_object();

	for (size_t i = 0; i < protocol->role_count; i++) {
		const struct contract_role *role = &protocol->roles[i];
		const char *address = own_address(arena, pool, i);

		if (!role->is_optional)
			json_put(contracts, role->name,
				 json_pack(role->is_list ? "[s]" : "s", address));
	}
	return contracts;
}

/* A pool of each of those protocols, up to NULL. */
static void configure(struct fixture *f, const struct protocol *const *protocols)
{
	json_t *pools = json_array();
	json_t *document;
	char *text;

	for (size_t i = 0; protocols[i]; i++)
		assert_int_equal(
			json_array_append_new(
				pools, json_pack("{s:s, s:s, s:i, s:o}", "name",
						 arena_printf(f->arena, "pool-%zu", i), "protocol",
						 protocols[i]->name, "start_block", 1, "contracts",
						 contracts_of(f->arena, protocols[i], i))),
			0);
	document = json_pack("{s:{s:i, s:[{s:s}]}, s:{s:s}, s:o}", "chain", "id", 1, "rpc", "url",
			     "http://127.0.0.1:8545", "store", "path", "mirror", "pools", pools);
	text = json_dumps(document, JSON_COMPACT);
	assert_ok(config_parse(&f->config, f->arena, "a test", text, strlen(text), &f->err),
		  f->err);
	free(text);
	json_decref(document);
}

/* A pool of each protocol that there is, and one more of the first. */
static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	const struct protocol *protocols[POOLS_MAX] = {0};
	size_t count = protocol_count();

	if (!f || count + 2 > POOLS_MAX)
		return -1;
	f->arena = arena_new();
	for (size_t i = 0; i < count; i++)
		protocols[i] = protocol_at(i);
	protocols[count] = protocol_at(0);
	configure(f, protocols);
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;

	arena_free(f->arena);
	free(f);
	return 0;
}

/* ---- every reference ---- */

static void follow(const json_t *components, const json_t *schema, json_t *seen)
{
	const char *prefix = SCHEMA_COMPONENTS;
	const char *ref = json_string_value(json_object_get(schema, "$ref"));
	const char *key;
	json_t *value;
	size_t i;

	if (ref) {
		const json_t *target;

		assert_int_equal(strncmp(ref, prefix, strlen(prefix)), 0);
		ref += strlen(prefix);
		target = json_object_get(components, ref);
		if (!target)
			fail_msg("nothing is called %s", ref);
		if (!json_object_get(seen, ref)) {
			json_put(seen, ref, json_true());
			follow(components, target, seen);
		}
	}
	if (json_is_object(schema)) {
		json_t *object = json_incref((json_t *)(uintptr_t)schema);

		json_object_foreach (object, key, value)
			follow(components, value, seen);
		json_decref(object);
	}
	json_array_foreach (schema, i, value)
		follow(components, value, seen);
}

static json_t *(*const documents[])(const struct config *) = {
	schema_status,   schema_pools,           schema_pool,     schema_accounts, schema_account,
	schema_policies, schema_items,           schema_payouts,  schema_quote,    schema_events,
	schema_findings, schema_explain,         schema_solvency, schema_history,  schema_protocols,
	schema_evidence, schema_account_history, schema_holdings, schema_stream};

static void every_reference_is_to_a_component_and_every_component_is_used(void **state)
{
	struct fixture *f = *state;
	json_t *components = schema_components(&f->config);
	json_t *seen = json_object();
	const char *name;
	json_t *schema;

	for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++) {
		json_t *document = documents[i](&f->config);

		follow(components, document, seen);
		json_decref(document);
	}
	json_object_foreach (components, name, schema)
		if (!json_object_get(seen, name))
			fail_msg("no document has a %s", name);
	json_decref(seen);
	json_decref(components);
}

static void the_same_configuration_gives_the_same_text(void **state)
{
	struct fixture *f = *state;
	json_t *components[] = {schema_components(&f->config), schema_components(&f->config)};
	char *texts[] = {json_dumps(components[0], JSON_PRESERVE_ORDER),
			 json_dumps(components[1], JSON_PRESERVE_ORDER)};

	assert_string_equal(texts[0], texts[1]);
	for (int i = 0; i < 2; i++) {
		free(texts[i]);
		json_decref(components[i]);
	}
}

/* ---- what a component says ---- */

static const json_t *property(const json_t *components, const char *component, const char *name)
{
	const json_t *property = json_object_get(
		json_object_get(json_object_get(components, component), "properties"), name);

	if (!property)
		fail_msg("%s has no %s", component, name);
	return property;
}

static bool is_required(const json_t *components, const char *component, const char *name)
{
	const json_t *list = json_object_get(json_object_get(components, component), "required");
	const json_t *value;
	size_t i;

	json_array_foreach (list, i, value)
		if (strcmp(json_string_value(value), name) == 0)
			return true;
	return false;
}

static const char *text(const json_t *schema, const char *key)
{
	return json_string_value(json_object_get(schema, key));
}

static void a_figure_is_told_with_its_meaning_and_its_unit_and_may_be_null(void **state)
{
	struct fixture *f = *state;
	json_t *components = schema_components(&f->config);
	const json_t *stake = property(components, "Api3PoolState", "total_stake");
	const json_t *price = property(components, "Api3PoolState", "share_price");
	const json_t *time = property(components, "Api3Account", "unstake_scheduled_for");

	assert_non_null(strstr(text(stake, "description"), "base units of the pool's asset"));
	assert_string_equal(text(stake, "x-unit"), "assets");
	assert_string_equal(text(stake, "pattern"), "^(0|[1-9][0-9]{0,77})$");
	assert_string_equal(json_string_value(json_array_get(json_object_get(stake, "type"), 1)),
			    "null");
	assert_string_equal(text(price, "x-kind"), "ratio");
	assert_non_null(strstr(text(price, "pattern"), "\\.[0-9]{18}$"));
	assert_string_equal(text(time, "x-unit"), "time");
	json_decref(components);
}

static void figures_of_every_protocol_are_all_there(void **state)
{
	struct fixture *f = *state;
	json_t *components = schema_components(&f->config);
	static const char *const names[] = {"Api3PoolState", "BridgeMutualV2PoolState",
					    "InsuredaoPoolState"};
	static const char *const protocols[] = {"api3", "bridge-mutual-v2", "insuredao"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct protocol *protocol = protocol_find(protocols[i]);
		const json_t *properties =
			json_object_get(json_object_get(components, names[i]), "properties");

		assert_int_equal(json_object_size(properties), protocol->pool_figure_count);
		for (size_t k = 0; k < protocol->pool_figure_count; k++) {
			(void)property(components, names[i], protocol->pool_figures[k].name);
			assert_true(
				is_required(components, names[i], protocol->pool_figures[k].name));
		}
	}
	json_decref(components);
}

static void a_choice_takes_its_names_and_numbers_that_have_none(void **state)
{
	struct fixture *f = *state;
	json_t *components = schema_components(&f->config);
	const json_t *kind = property(components, "InsuredaoAccount", "kind");

	assert_string_equal(text(kind, "pattern"),
			    "^(other|market|index|reserve|owner|0|[1-9][0-9]{0,77})$");
	json_decref(components);
}

static void contracts_that_need_not_be_configured_need_not_be_there(void **state)
{
	struct fixture *f = *state;
	json_t *components = schema_components(&f->config);

	assert_true(is_required(components, "Api3Contracts", "pool"));
	assert_false(is_required(components, "Api3Contracts", "timelock_manager"));
	assert_true(is_required(components, "Api3Contracts", "claims_managers")); /* a list */
	json_decref(components);
}

static void a_name_is_one_of_the_protocols_pools(void **state)
{
	struct fixture *f = *state;
	json_t *components = schema_components(&f->config);
	const json_t *names = json_object_get(property(components, "Api3Pool", "name"), "enum");

	assert_int_equal(json_array_size(names), 2);
	assert_string_equal(json_string_value(json_array_get(names, 0)), "pool-0");
	assert_int_equal(
		json_array_size(json_object_get(json_object_get(components, "PoolName"), "enum")),
		f->config.pool_count);
	json_decref(components);
}

/* CreatedDispute is an event of claims managers and of Kleros proxies, with other parameters. */
static void events_of_one_name_are_told_together(void **state)
{
	struct fixture *f = *state;
	json_t *components = schema_components(&f->config);
	const json_t *either = json_object_get(
		property(components, "Api3CreatedDisputeEvent", "arguments"), "anyOf");
	const json_t *ids = json_object_get(
		json_object_get(property(components, "InsuredaoBountyPaidEvent", "arguments"),
				"properties"),
		"ids");

	assert_int_equal(json_array_size(either), 2);
	assert_string_equal(text(ids, "type"), "array");
	assert_string_equal(text(ids, "description"), "uint256[]");
	json_decref(components);
}

static void arguments_have_names_and_none_twice(void **state)
{
	struct fixture *f = *state;

	for (size_t p = 0; p < f->config.pool_count; p++) {
		const struct pool *pool = &f->config.pools[p];

		for (size_t i = 0; i < pool->protocol->event_count; i++)
			for (size_t k = 0; k < pool->events[i].input_count; k++) {
				assert_string_not_equal(pool->events[i].inputs[k].name, "");
				for (size_t n = 0; n < k; n++)
					assert_string_not_equal(pool->events[i].inputs[k].name,
								pool->events[i].inputs[n].name);
			}
	}
}

static void only_configured_protocols_occur(void **state)
{
	struct fixture *f = *state;
	const struct protocol *const one[] = {protocol_find("insuredao"), NULL};
	json_t *components;
	const char *name;
	json_t *schema;
	char *written;

	configure(f, one);
	components = schema_components(&f->config);
	written = json_dumps(components, JSON_COMPACT);
	assert_null(strstr(written, "Api3"));
	assert_null(strstr(written, "BridgeMutual"));
	json_object_foreach (components, name, schema)
		assert_false(strncmp(name, "Api3", 4) == 0);
	free(written);
	json_decref(components);
}

/* A protocol without lists: then there are no items at all. */
static void without_lists_there_are_no_items(void **state)
{
	struct fixture *f = *state;
	struct protocol bare = *protocol_find("api3");
	struct pool pool = f->config.pools[0];
	json_t *components;

	bare.lists = NULL;
	bare.list_count = 0;
	pool.protocol = &bare;
	f->config.pools = &pool;
	f->config.pool_count = 1;
	components = schema_components(&f->config);
	assert_true(json_is_false(json_object_get(components, "Item")));
	assert_true(json_is_false(json_object_get(components, "Policy")));
	assert_true(json_is_false(
		json_object_get(property(components, "Api3Solvency", "largest"), "items")));
	json_decref(components);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			every_reference_is_to_a_component_and_every_component_is_used, begin, end),
		cmocka_unit_test_setup_teardown(the_same_configuration_gives_the_same_text, begin,
						end),
		cmocka_unit_test_setup_teardown(
			a_figure_is_told_with_its_meaning_and_its_unit_and_may_be_null, begin, end),
		cmocka_unit_test_setup_teardown(figures_of_every_protocol_are_all_there, begin,
						end),
		cmocka_unit_test_setup_teardown(a_choice_takes_its_names_and_numbers_that_have_none,
						begin, end),
		cmocka_unit_test_setup_teardown(
			contracts_that_need_not_be_configured_need_not_be_there, begin, end),
		cmocka_unit_test_setup_teardown(a_name_is_one_of_the_protocols_pools, begin, end),
		cmocka_unit_test_setup_teardown(events_of_one_name_are_told_together, begin, end),
		cmocka_unit_test_setup_teardown(arguments_have_names_and_none_twice, begin, end),
		cmocka_unit_test_setup_teardown(only_configured_protocols_occur, begin, end),
		cmocka_unit_test_setup_teardown(without_lists_there_are_no_items, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
