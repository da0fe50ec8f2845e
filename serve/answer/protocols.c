/* What the figures, lists and checks of each protocol are: the record descriptions themselves. */
#include "protocols/payout.h"
#include "reconcile/source_check.h"
#include "serve/answer/answer.h"

static json_t *words(const char *const *texts)
{
	json_t *array;

	if (!texts)
		return json_null();
	array = json_array();
	for (; *texts; texts++)
		(void)json_array_append_new(array, json_string(*texts));
	return array;
}

static json_t *figures(const struct figure_rule *rules, size_t count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < count; i++) {
		json_t *figure = json_object();

		json_put(figure, "name", json_string(rules[i].name));
		json_put(figure, "kind", json_string(figure_kind_name(rules[i].kind)));
		json_put(figure, "unit", json_string(figure_unit_name(rules[i].unit)));
		json_put(figure, "meaning", json_string(rules[i].meaning));
		if (rules[i].kind == FIGURE_CHOICE)
			json_put(figure, "choices", words(rules[i].choices));
		(void)json_array_append_new(array, figure);
	}
	return array;
}

static json_t *key_parts(const struct item_list *list)
{
	json_t *array = json_array();

	for (size_t i = 0; i < list->part_count; i++) {
		json_t *part = json_object();

		json_put(part, "name", json_string(list->parts[i].name));
		json_put(part, "kind", json_string(figure_kind_name(list->parts[i].kind)));
		json_put(part, "unit", json_string(figure_unit_name(UNIT_PLAIN)));
		json_put(part, "meaning", json_string(list->parts[i].meaning));
		(void)json_array_append_new(array, part);
	}
	return array;
}

static json_t *lists(const struct protocol *protocol)
{
	json_t *array = json_array();

	for (size_t i = 0; i < protocol->list_count; i++) {
		const struct item_list *list = &protocol->lists[i];
		json_t *object = json_object();

		json_put(object, "name", json_string(list->name));
		json_put(object, "one", json_string(list->one));
		json_put(object, "title", json_string(list->title));
		json_put(object, "key", key_parts(list));
		json_put(object, "figures", figures(list->figures, list->figure_count));
		json_put(object, "columns", words(list->columns));
		(void)json_array_append_new(array, object);
	}
	return array;
}

static void add_check(json_t *array, const struct check_rule *rule)
{
	json_t *check = json_object();

	json_put(check, "id", json_string(rule->id));
	json_put(check, "severity", json_string(severity_name(rule->severity)));
	json_put(check, "level", json_string(check_level_name(rule->level)));
	json_put(check, "sentence", json_string(rule->sentence));
	(void)json_array_append_new(array, check);
}

static json_t *checks(const struct protocol *protocol)
{
	json_t *array = json_array();

	for (int fault = FAULT_NONE + 1; fault < FAULT_COUNT; fault++)
		add_check(array, source_check((enum proof_fault)fault));
	for (size_t i = 0; i < protocol->check_count; i++)
		add_check(array, &protocol->checks[i]);
	return array;
}

static json_t *payouts(const struct payout_rules *rules)
{
	json_t *object;

	if (!rules)
		return json_null();
	object = json_object();
	json_put(object, "before", json_string(rules->before_name));
	json_put(object, "after", json_string(rules->after_name));
	json_put(object, "slashes", json_boolean(rules->each_slash != NULL));
	json_put(object, "figures", figures(rules->figures, rules->figure_count));
	return object;
}

static json_t *quote(const struct quote_rules *rules)
{
	json_t *object;

	if (!rules)
		return json_null();
	object = json_object();
	/* Null: the asset's own. */
	json_put(object, "amount_decimals",
		 rules->amount_unit == UNIT_ASSETS
			 ? json_null()
			 : json_integer((json_int_t)rules->amount_decimals));
	json_put(object, "takes_market", json_boolean(rules->takes_market));
	return object;
}

static bool is_configured(const struct config *config, const struct protocol *protocol)
{
	for (size_t i = 0; i < config->pool_count; i++)
		if (config->pools[i].protocol == protocol)
			return true;
	return false;
}

json_t *answer_protocols(const struct config *config)
{
	json_t *items = json_array();
	json_t *document;

	for (size_t i = 0; i < protocol_count(); i++) {
		const struct protocol *protocol = protocol_at(i);
		json_t *object;

		if (!is_configured(config, protocol))
			continue;
		object = json_object();
		json_put(object, "name", json_string(protocol->name));
		json_put(object, "title", json_string(protocol->title));
		json_put(object, "pool",
			 figures(protocol->pool_figures, protocol->pool_figure_count));
		json_put(object, "account",
			 figures(protocol->account_figures, protocol->account_figure_count));
		json_put(object, "account_columns", words(protocol->account_columns));
		json_put(object, "lists", lists(protocol));
		json_put(object, "payouts", payouts(protocol->payouts));
		json_put(object, "quote", quote(protocol->quote));
		json_put(object, "checks", checks(protocol));
		(void)json_array_append_new(items, object);
	}
	document = json_list(items, NULL);
	json_put(document, "page_max", json_integer((json_int_t)config->serve.page_max));
	return document;
}
