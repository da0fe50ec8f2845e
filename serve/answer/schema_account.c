/* accounts, account, an account in every pool, and over blocks. */
#include "serve/answer/answer.h"
#include "serve/answer/schema_make.h"

static const struct schema_member account_member = SCHEMA_MEMBER("account", ADDRESS, NULL);
static const struct schema_member at_member = SCHEMA_MEMBER("at", REF, NULL, .of = "At");

static void put_figures(json_t *schema, const struct protocol *protocol)
{
	schema_put_figures(schema, protocol->account_figures, protocol->account_figure_count, true);
}

static json_t *account_of(const struct protocol *protocol)
{
	json_t *schema = schema_object(&account_member, 1);

	put_figures(schema, protocol);
	return schema;
}

static json_t *account_at_of(const struct protocol *protocol)
{
	json_t *schema = account_of(protocol);

	schema_add(schema, &at_member);
	return schema_described(schema, "An account alone.");
}

static json_t *holding_of(const struct config *config, const struct protocol *protocol)
{
	static const struct schema_member asset = SCHEMA_MEMBER("asset", REF, NULL, .of = "Asset");
	json_t *schema = schema_object(&asset, 1);

	schema_put(schema, "pool", schema_pool_names(config, protocol), true);
	schema_put(schema, "protocol", schema_const(protocol->name), true);
	schema_add(schema, &account_member);
	put_figures(schema, protocol);
	return schema_described(schema, "An account in one of the pools.");
}

static json_t *point_of(const struct protocol *protocol)
{
	static const struct schema_member members[] = {
		SCHEMA_MEMBER("block", COUNT, NULL),
		SCHEMA_MEMBER("hash", HASH, NULL),
		SCHEMA_MEMBER("timestamp", COUNT, "seconds since 1970"),
	};
	json_t *schema = schema_object(SCHEMA_MEMBERS(members));

	put_figures(schema, protocol);
	return schema_described(schema, "An account as of one block.");
}

static void add_protocol(json_t *components, const struct config *config,
			 const struct protocol *protocol)
{
	char name[SCHEMA_NAME_MAX];

	schema_component(components, schema_name(name, protocol->name, "Account", ""),
			 account_of(protocol));
	schema_component(components, schema_name(name, protocol->name, "AccountAt", ""),
			 account_at_of(protocol));
	schema_component(components, schema_name(name, protocol->name, "AccountHolding", ""),
			 holding_of(config, protocol));
	schema_component(components, schema_name(name, protocol->name, "AccountPoint", ""),
			 point_of(protocol));
}

void schema_add_accounts(json_t *components, const struct config *config)
{
	const struct protocol *protocol = NULL;

	while ((protocol = schema_next_protocol(config, protocol)))
		add_protocol(components, config, protocol);
	schema_component_any(components, config, "Account", "Account", NULL);
	schema_component_any(components, config, "AccountAt", "AccountAt", NULL);
	schema_component_any(components, config, "AccountHolding", "AccountHolding", "protocol");
	schema_component_any(components, config, "AccountPoint", "AccountPoint", NULL);
	schema_component(components, "AccountList", schema_page(schema_ref("Account"), false));
	schema_component(components, "HoldingList",
			 schema_page(schema_ref("AccountHolding"), false));
	schema_component(components, "AccountHistory",
			 schema_page(schema_ref("AccountPoint"), false));
}
