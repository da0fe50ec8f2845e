/* What protocols are made of: the descriptions of the descriptions. */
#include <stdlib.h>

#include "serve/answer/answer.h"
#include "serve/answer/schema_make.h"

enum { NAMES_MAX = 32 };

static const struct schema_member protocol_members[] = {
	SCHEMA_MEMBER("title", TEXT, "for people"),
	SCHEMA_MEMBER("pool", LIST_OF, "figures of a pool", .of = "FigureRule"),
	SCHEMA_MEMBER("account", LIST_OF, "figures of an account", .of = "FigureRule"),
	SCHEMA_MEMBER("account_columns", NAMES, "figures for a table of accounts; null: all",
		      .is_nullable = true),
	SCHEMA_MEMBER("lists", LIST_OF, NULL, .of = "ListRule"),
	SCHEMA_MEMBER("payouts", REF, "null: it has none", .of = "PayoutRule", .is_nullable = true),
	SCHEMA_MEMBER("quote", REF, "null: it sells no cover by a formula", .of = "QuoteRule",
		      .is_nullable = true),
	SCHEMA_MEMBER("checks", LIST_OF, "of its own, and of the source", .of = "CheckRule"),
};

static const struct schema_member list_members[] = {
	SCHEMA_MEMBER("name", TEXT, "in the path: items/{list}"),
	SCHEMA_MEMBER("one", TEXT, "one of its items"),
	SCHEMA_MEMBER("title", TEXT, "for people"),
	SCHEMA_MEMBER("key", LIST_OF, "what names an item", .of = "FigureRule"),
	SCHEMA_MEMBER("figures", LIST_OF, NULL, .of = "FigureRule"),
	SCHEMA_MEMBER("columns", NAMES, "figures for a table; null: all", .is_nullable = true),
};

static const struct schema_member payout_members[] = {
	SCHEMA_MEMBER("before", TEXT, "name of the total before a payout"),
	SCHEMA_MEMBER("after", TEXT, "name of the total after it"),
	SCHEMA_MEMBER("slashes", FLAG, "whether the accounts' shares bear payouts"),
	SCHEMA_MEMBER("figures", LIST_OF, "what else may be told", .of = "FigureRule"),
};

static const struct schema_member quote_members[] = {
	SCHEMA_MEMBER("amount_decimals", COUNT, "of the cover's amount; null: the asset's",
		      .is_nullable = true),
	SCHEMA_MEMBER("takes_market", FLAG, "whether a market must be named"),
};

static json_t *figure_rule(void)
{
	static const struct schema_member members[] = {
		SCHEMA_MEMBER("name", TEXT, NULL),
		SCHEMA_MEMBER("meaning", TEXT, NULL),
		SCHEMA_MEMBER("choices", NAMES, "of a choice: its names, by number",
			      .is_optional = true),
	};
	const char *names[NAMES_MAX];
	size_t count = 0;
	json_t *rule = schema_object(SCHEMA_MEMBERS(members));

	while (count < NAMES_MAX && (names[count] = figure_kind_name((enum figure_kind)count)))
		count++;
	schema_put(rule, "kind", schema_enum(names, count), true);
	count = 0;
	while (count < NAMES_MAX && (names[count] = figure_unit_name((enum figure_unit)count)))
		count++;
	schema_put(rule, "unit", schema_enum(names, count), true);
	return rule;
}

static json_t *check_rule(void)
{
	static const struct schema_member members[] = {
		SCHEMA_MEMBER("id", TEXT, "what findings call it"),
		SCHEMA_MEMBER("sentence", TEXT, "what holds when it passes"),
	};
	const char *severities[] = {severity_name(SEVERITY_INFO), severity_name(SEVERITY_WARNING),
				    severity_name(SEVERITY_ERROR)};
	const char *levels[] = {check_level_name(LEVEL_SOURCE), check_level_name(LEVEL_EVENT),
				check_level_name(LEVEL_BOOKS), check_level_name(LEVEL_STATE),
				check_level_name(LEVEL_RULES)};
	json_t *rule = schema_object(SCHEMA_MEMBERS(members));

	schema_put(rule, "severity", schema_enum(SCHEMA_MEMBERS(severities)), true);
	schema_put(rule, "level", schema_enum(SCHEMA_MEMBERS(levels)), true);
	return rule;
}

/* Part of the program: of no block. */
static json_t *list_of_protocols(void)
{
	static const struct schema_member members[] = {
		SCHEMA_MEMBER("items", LIST_OF, NULL, .of = "Protocol"),
		SCHEMA_MEMBER("next", NULL, "there is one page"),
		SCHEMA_MEMBER("page_max", COUNT, "items that a page of any list may have"),
	};

	return schema_object(SCHEMA_MEMBERS(members));
}

void schema_add_protocols(json_t *components, const struct config *config)
{
	json_t *protocol = schema_object(SCHEMA_MEMBERS(protocol_members));

	schema_put(protocol, "name", schema_protocol_names(config), true);
	schema_component(components, "FigureRule", figure_rule());
	schema_component(components, "ListRule", schema_object(SCHEMA_MEMBERS(list_members)));
	schema_component(components, "PayoutRule", schema_object(SCHEMA_MEMBERS(payout_members)));
	schema_component(components, "QuoteRule", schema_object(SCHEMA_MEMBERS(quote_members)));
	schema_component(components, "CheckRule", check_rule());
	schema_component(components, "Protocol", protocol);
	schema_component(components, "ProtocolList", list_of_protocols());
}
