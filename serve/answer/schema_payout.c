/* payouts, and with what each cost every account in explain. */
#include <stdlib.h>

#include "protocols/payout.h"
#include "serve/answer/answer.h"
#include "serve/answer/schema_make.h"

static const struct schema_member payout_members[] = {
	SCHEMA_MEMBER("block", COUNT, NULL),
	SCHEMA_MEMBER("transaction", HASH, NULL),
	SCHEMA_MEMBER("log_index", COUNT, "in the block"),
	SCHEMA_MEMBER("sender", ADDRESS, "who signed the transaction, where it is proved",
		      .is_nullable = true),
	SCHEMA_MEMBER("recipient", ADDRESS, "who was paid"),
	SCHEMA_MEMBER("amount", AMOUNT, "base units of the asset"),
};

/* Where the accounts' shares bear payouts. */
static const struct schema_member share_members[] = {
	SCHEMA_MEMBER("total_shares", AMOUNT, "the payout does not change them"),
	SCHEMA_MEMBER("share_price_before", RATIO, NULL, .is_nullable = true),
	SCHEMA_MEMBER("share_price_after", RATIO, NULL, .is_nullable = true),
	SCHEMA_MEMBER("accounts_slashed", COUNT, "accounts that lost something"),
	SCHEMA_MEMBER("slash_sum", AMOUNT, "what they lost together", .is_nullable = true),
	SCHEMA_MEMBER("unclaimed_loss", AMOUNT,
		      "borne by shares of pending unstakes above their amount",
		      .is_nullable = true),
	SCHEMA_MEMBER("rounding", SIGNED, "amount - slash_sum - unclaimed_loss",
		      .is_nullable = true),
	SCHEMA_MEMBER("largest_slash", REF, "null: nobody has shares", .of = "Slash",
		      .is_nullable = true),
};

static const struct schema_member slash_members[] = {
	SCHEMA_MEMBER("account", ADDRESS, NULL),
	SCHEMA_MEMBER("stake_before", AMOUNT, "base units of the asset, as those below",
		      .is_nullable = true),
	SCHEMA_MEMBER("stake_after", AMOUNT, NULL, .is_nullable = true),
	SCHEMA_MEMBER("stake_loss", AMOUNT, NULL, .is_nullable = true),
	SCHEMA_MEMBER("pending_unstake_loss", AMOUNT, NULL, .is_nullable = true),
	SCHEMA_MEMBER("loss", AMOUNT, "stake_loss + pending_unstake_loss", .is_nullable = true),
	SCHEMA_MEMBER("unclaimed_loss", AMOUNT, "no loss of the account", .is_nullable = true),
};

/* All of them or none: each wants the next. */
static json_t *together(const struct figure_rule *figures, size_t count)
{
	json_t *wants = json_object();

	for (size_t i = 0; i < count; i++)
		json_put(wants, figures[i].name, json_pack("[s]", figures[(i + 1) % count].name));
	return wants;
}

static json_t *payout_of(const struct config *config, const struct protocol *protocol)
{
	const struct payout_rules *rules = protocol->payouts;
	json_t *payout = schema_object(SCHEMA_MEMBERS(payout_members));

	schema_open(payout);
	schema_put(payout, "pool", schema_pool_names(config, protocol), true);
	schema_put(payout, rules->before_name, schema_value(SCHEMA_AMOUNT), true);
	schema_put(payout, rules->after_name, schema_value(SCHEMA_AMOUNT), true);
	schema_put_figures(payout, rules->figures, rules->figure_count, false);
	if (rules->figure_count)
		json_put(payout, "dependentRequired",
			 together(rules->figures, rules->figure_count));
	for (size_t i = 0;
	     rules->each_slash && i < sizeof(share_members) / sizeof(share_members[0]); i++)
		schema_add(payout, &share_members[i]);
	return payout;
}

static json_t *explained_of(const struct protocol *protocol)
{
	static const struct schema_member slashes = SCHEMA_MEMBER(
		"slashes", LIST_OF,
		"of every account with shares or a pending unstake, the largest loss first",
		.of = "Slash");
	char name[SCHEMA_NAME_MAX];
	json_t *schema = json_object();
	json_t *more = schema_object(NULL, 0);
	json_t *parts = json_array();

	schema_open(more);
	if (protocol->payouts->each_slash)
		schema_add(more, &slashes);
	if (json_array_append_new(
		    parts, schema_ref(schema_name(name, protocol->name, "Payout", ""))) != 0 ||
	    json_array_append_new(parts, more) != 0)
		abort();
	json_put(schema, "allOf", parts);
	return schema;
}

void schema_add_payouts(json_t *components, const struct config *config)
{
	const struct protocol *protocol = NULL;

	schema_component(components, "Slash", schema_object(SCHEMA_MEMBERS(slash_members)));
	while ((protocol = schema_next_protocol(config, protocol))) {
		char name[SCHEMA_NAME_MAX];

		if (!protocol->payouts)
			continue;
		schema_component(components, schema_name(name, protocol->name, "Payout", ""),
				 payout_of(config, protocol));
		schema_component(components,
				 schema_name(name, protocol->name, "ExplainedPayout", ""),
				 explained_of(protocol));
	}
	schema_component_any(components, config, "Payout", "Payout", NULL);
	schema_component(components, "PayoutList", schema_page(schema_closed("Payout"), false));
}
