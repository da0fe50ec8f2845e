/* quote, solvency, history. */
#include <stdlib.h>

#include "serve/answer/answer.h"
#include "serve/answer/schema_make.h"

/* ---- quote ---- */

static json_t *quote(const struct config *config)
{
	static const struct schema_member members[] = {
		SCHEMA_MEMBER("name", REF, NULL, .of = "PoolName"),
		SCHEMA_MEMBER("at", REF, NULL, .of = "At"),
		SCHEMA_MEMBER("asset", REF, NULL, .of = "Asset"),
		SCHEMA_MEMBER("market", ADDRESS, "null: the pool has none to choose from",
			      .is_nullable = true),
		SCHEMA_MEMBER("amount", AMOUNT, "the cover, with amount_decimals"),
		SCHEMA_MEMBER("amount_decimals", COUNT, NULL),
		SCHEMA_MEMBER("seconds", COUNT, "how long it is covered"),
		SCHEMA_MEMBER(
			"premium", AMOUNT,
			"all that the buyer pays, base units of the asset; null: there is no price",
			.is_nullable = true),
		SCHEMA_MEMBER("reason", TEXT, "why there is no price", .is_nullable = true),
		SCHEMA_MEMBER("rate", RATIO, "the premium of a year for that cover",
			      .is_nullable = true),
		SCHEMA_MEMBER("utilization_before", RATIO, "without that cover",
			      .is_nullable = true),
		SCHEMA_MEMBER("utilization_after", RATIO, "with it", .is_nullable = true),
		SCHEMA_MEMBER("trace", LIST_OF, "the figures that lead to the price",
			      .of = "TraceFigure"),
	};
	json_t *schema = schema_object(SCHEMA_MEMBERS(members));

	schema_put(schema, "protocol", schema_protocol_names(config), true);
	return schema;
}

/* ---- solvency ---- */

static json_t *open_cover_of(const struct item_list *list)
{
	static const struct schema_member members[] = {
		SCHEMA_MEMBER("open_cover", AMOUNT, "base units of the asset"),
		SCHEMA_MEMBER("remaining", AMOUNT,
			      "of the liquidity, when this and all heavier ones are paid",
			      .is_nullable = true),
		SCHEMA_MEMBER("missing", AMOUNT, "what could not be paid of them",
			      .is_nullable = true),
	};
	json_t *schema = schema_object(SCHEMA_MEMBERS(members));

	schema_put_key(schema, list);
	return schema;
}

static json_t *solvency_of(const struct config *config, const struct protocol *protocol)
{
	static const char *const shown[] = {"liquidity", "cover", "utilization",
					    "locked_withdrawals", "locked_claims"};
	static const struct schema_member members[] = {
		SCHEMA_MEMBER("asset", REF, NULL, .of = "Asset"),
		SCHEMA_MEMBER("policies_open", COUNT,
			      "policies with any open cover; null: the protocol knows no policies",
			      .is_nullable = true),
		SCHEMA_MEMBER("policies_unknown", COUNT, "policies whose cover is not computable",
			      .is_nullable = true),
	};
	const struct item_list *policies = protocol_list(protocol, "policies");
	json_t *schema = schema_object(SCHEMA_MEMBERS(members));

	schema_put(schema, "pool", schema_pool_names(config, protocol), true);
	schema_put(schema, "protocol", schema_const(protocol->name), true);
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
		schema_put(schema, shown[i],
			   schema_figure_of(protocol->pool_figures, protocol->pool_figure_count,
					    shown[i]),
			   true);
	schema_put(
		schema, "largest",
		schema_described(schema_list_of(policies ? open_cover_of(policies) : json_false()),
				 "the heaviest open covers, the heaviest first"),
		true);
	return schema;
}

/* ---- history ---- */

/* Required where every configured protocol has the figure, absent where none has. */
static void put_common_figure(json_t *point, const struct config *config, const char *name)
{
	const struct protocol *protocol = NULL;
	const struct figure_rule *rule = NULL;
	bool is_required = true;

	while ((protocol = schema_next_protocol(config, protocol))) {
		int index = figure_find(protocol->pool_figures, protocol->pool_figure_count, name);

		if (index < 0)
			is_required = false;
		else if (!rule)
			rule = &protocol->pool_figures[index];
	}
	if (rule)
		schema_put(point, name, schema_figure(rule), is_required);
}

static json_t *point(const struct config *config)
{
	static const struct schema_member members[] = {
		SCHEMA_MEMBER("block", COUNT, NULL),
		SCHEMA_MEMBER("hash", HASH, NULL),
		SCHEMA_MEMBER("timestamp", COUNT, "seconds since 1970"),
	};
	static const char *const shown[] = {"share_price", "liquidity", "cover", "utilization",
					    "premium_rate"};
	json_t *schema = schema_object(SCHEMA_MEMBERS(members));

	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
		put_common_figure(schema, config, shown[i]);
	return schema;
}

void schema_add_cover(json_t *components, const struct config *config)
{
	const struct protocol *protocol = NULL;

	schema_component(components, "Quote", quote(config));
	while ((protocol = schema_next_protocol(config, protocol))) {
		char name[SCHEMA_NAME_MAX];

		schema_component(components, schema_name(name, protocol->name, "Solvency", ""),
				 solvency_of(config, protocol));
	}
	schema_component_any(components, config, "Solvency", "Solvency", "protocol");
	schema_component(components, "SolvencyList", schema_page(schema_ref("Solvency"), false));
	schema_component(components, "HistoryPoint", point(config));
	schema_component(components, "History", schema_page(schema_ref("HistoryPoint"), false));
}
