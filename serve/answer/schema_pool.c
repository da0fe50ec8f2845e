/* pools, pool. */
#include <stdlib.h>

#include "serve/answer/answer.h"
#include "serve/answer/schema_make.h"

static json_t *contracts_of(const struct protocol *protocol)
{
	json_t *contracts = schema_object(NULL, 0);

	for (size_t i = 0; i < protocol->role_count; i++) {
		const struct contract_role *role = &protocol->roles[i];
		json_t *schema = schema_value(SCHEMA_ADDRESS);

		/* A list is there where it is empty, too. */
		if (role->is_list)
			schema = schema_list_of(schema);
		schema_put(contracts, role->name, schema, role->is_list || !role->is_optional);
	}
	return contracts;
}

static json_t *pool_figure(const struct protocol *protocol, const char *name)
{
	return schema_figure_of(protocol->pool_figures, protocol->pool_figure_count, name);
}

static json_t *summary_of(const struct config *config, const struct protocol *protocol,
			  const char *contracts)
{
	static const char *const common[] = {"share_price", "liquidity", "cover", "utilization"};
	static const struct schema_member members[] = {
		SCHEMA_MEMBER("start_block", COUNT, "where the mirror of the pool begins"),
		SCHEMA_MEMBER("asset", REF, NULL, .of = "Asset"),
		SCHEMA_MEMBER("at", REF, NULL, .of = "At"),
	};
	json_t *item = schema_object(SCHEMA_MEMBERS(members));

	schema_put(item, "name", schema_pool_names(config, protocol), true);
	schema_put(item, "protocol", schema_const(protocol->name), true);
	schema_put(item, "contracts", schema_ref(contracts), true);
	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		schema_put(item, common[i], pool_figure(protocol, common[i]), true);
	return item;
}

static json_t *pool_of(const struct config *config, const struct protocol *protocol,
		       const char *contracts, const char *state)
{
	static const struct schema_member members[] = {
		SCHEMA_MEMBER("at", REF, NULL, .of = "At"),
		SCHEMA_MEMBER("asset", REF, NULL, .of = "Asset"),
		SCHEMA_MEMBER("checks", REF, "up to the block", .of = "Checks"),
		SCHEMA_MEMBER("provenance", NAMES,
			      "where each figure comes from that no event told: \"figure = value: "
			      "source\""),
	};
	json_t *pool = schema_object(SCHEMA_MEMBERS(members));

	schema_put(pool, "name", schema_pool_names(config, protocol), true);
	schema_put(pool, "protocol", schema_const(protocol->name), true);
	schema_put(pool, "contracts", schema_ref(contracts), true);
	schema_put(pool, "state", schema_ref(state), true);
	return pool;
}

static json_t *state_of(const struct protocol *protocol)
{
	json_t *state = schema_object(NULL, 0);

	schema_put_figures(state, protocol->pool_figures, protocol->pool_figure_count, true);
	return state;
}

static void add_protocol(json_t *components, const struct config *config,
			 const struct protocol *protocol)
{
	char contracts[SCHEMA_NAME_MAX];
	char state[SCHEMA_NAME_MAX];
	char name[SCHEMA_NAME_MAX];

	(void)schema_name(contracts, protocol->name, "Contracts", "");
	(void)schema_name(state, protocol->name, "PoolState", "");
	schema_component(components, contracts, contracts_of(protocol));
	schema_component(components, state, state_of(protocol));
	schema_component(components, schema_name(name, protocol->name, "PoolSummary", ""),
			 summary_of(config, protocol, contracts));
	schema_component(
		components, schema_name(name, protocol->name, "Pool", ""),
		schema_described(pool_of(config, protocol, contracts, state), protocol->title));
}

void schema_add_pools(json_t *components, const struct config *config)
{
	const struct protocol *protocol = NULL;

	while ((protocol = schema_next_protocol(config, protocol)))
		add_protocol(components, config, protocol);
	schema_component_any(components, config, "PoolSummary", "PoolSummary", "protocol");
	schema_component_any(components, config, "Pool", "Pool", "protocol");
	schema_component(components, "PoolList", schema_page(schema_ref("PoolSummary"), false));
}
