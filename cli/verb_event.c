/* The reading verbs of events: events, payouts, findings, explain. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/reading.h"
#include "protocols/payout.h"

static struct style plain_style(const struct query *query)
{
	return (struct style){.arena = query->command->arena, .is_raw = true, .symbol = ""};
}

/* ---- events ---- */

static json_t *ask_events(const struct query *query, struct error *err)
{
	const struct args *args = query->command->args;
	struct event_query wanted = {.pool = query->pool, .event = args->values[OPTION_EVENT]};
	const char *account = args->values[OPTION_ACCOUNT];
	struct page page = query->page;

	if (args_number(&wanted.from_block, args, OPTION_FROM, 0, err) != OK ||
	    args_number(&wanted.to_block, args, OPTION_TO, UINT64_MAX, err) != OK)
		return NULL;
	if (account) {
		wanted.has_account = true;
		if (address_parse(&wanted.account, account, strlen(account), err) != OK) {
			err->status = ERR_USAGE;
			(void)error_wrap(err, "--account \"%s\"", account);
			return NULL;
		}
	}
	if (!args_has(args, OPTION_LIMIT))
		page.limit = 100;
	return answer_events(query->moment, &wanted, &page, err);
}

static void show_events(const struct query *query, const json_t *document)
{
	struct style style = plain_style(query);
	struct table *table = table_new(style.arena, 5);
	json_t *item;
	size_t i;

	TABLE_ROW(table, "BLOCK", "LOG", "TRANSACTION", "EVENT", "ARGUMENTS");
	json_array_foreach (json_object_get(document, "items"), i, item) {
		struct buffer text = buffer_in(style.arena);
		const char *name;
		json_t *value;

		json_object_foreach (json_object_get(item, "arguments"), name, value)
			buffer_printf(&text, "%s%s=%s", text.size ? " " : "", name,
				      show_plain(&style, value));
		TABLE_ROW(table, show_plain(&style, json_object_get(item, "block")),
			  show_plain(&style, json_object_get(item, "log_index")),
			  show_short(&style, json_object_get(item, "transaction")),
			  text_of(item, "event"), buffer_string(&text));
	}
	table_right(table, 0);
	table_right(table, 1);
	table_print(table);
	print_next(document);
}

int verb_events(const struct command *command)
{
	return run_query(command, command->args->arguments[0], ask_events, show_events);
}

/* ---- payouts ---- */

static json_t *ask_payouts(const struct query *query, struct error *err)
{
	return answer_payouts(query->moment, query->pool, &query->page, err);
}

/* Where accounts' shares bear payouts. */
static struct table *slashed_payouts(const struct style *style, const json_t *document)
{
	struct table *table = table_new(style->arena, 7);
	json_t *item;
	size_t i;

	TABLE_ROW(table, "BLOCK", "TRANSACTION", "RECIPIENT", "AMOUNT", "PRICE BEFORE",
		  "PRICE AFTER", "ACCOUNTS");
	json_array_foreach (json_object_get(document, "items"), i, item)
		TABLE_ROW(table, show_plain(style, json_object_get(item, "block")),
			  text_of(item, "transaction"),
			  show_short(style, json_object_get(item, "recipient")),
			  show_amount(style, json_object_get(item, "amount")),
			  show_plain(style, json_object_get(item, "share_price_before")),
			  show_plain(style, json_object_get(item, "share_price_after")),
			  show_plain(style, json_object_get(item, "accounts_slashed")));
	for (i = 3; i < 7; i++)
		table_right(table, i);
	return table;
}

static struct table *plain_payouts(const struct style *style, const struct payout_rules *rules,
				   const json_t *document)
{
	struct table *table = table_new(style->arena, 6);
	json_t *item;
	size_t i;

	TABLE_ROW(table, "BLOCK", "TRANSACTION", "RECIPIENT", "AMOUNT",
		  show_heading(style->arena, rules->before_name),
		  show_heading(style->arena, rules->after_name));
	json_array_foreach (json_object_get(document, "items"), i, item)
		TABLE_ROW(table, show_plain(style, json_object_get(item, "block")),
			  text_of(item, "transaction"),
			  show_short(style, json_object_get(item, "recipient")),
			  show_amount(style, json_object_get(item, "amount")),
			  show_amount(style, json_object_get(item, rules->before_name)),
			  show_amount(style, json_object_get(item, rules->after_name)));
	for (i = 3; i < 6; i++)
		table_right(table, i);
	return table;
}

static void show_payouts(const struct query *query, const json_t *document)
{
	const struct payout_rules *rules = query->pool->protocol->payouts;
	struct style style = style_of(query->command, query->moment, query->pool);
	struct table *table = !rules || rules->each_slash ? slashed_payouts(&style, document)
							  : plain_payouts(&style, rules, document);

	table_right(table, 0);
	table_print(table);
	print_next(document);
}

int verb_payouts(const struct command *command)
{
	return run_query(command, command->args->arguments[0], ask_payouts, show_payouts);
}

/* ---- findings ---- */

static json_t *ask_findings(const struct query *query, struct error *err)
{
	const struct args *args = query->command->args;
	const char *severity = args->values[OPTION_SEVERITY];
	const char *state = args->values[OPTION_STATE];
	struct finding_query wanted = {
		.pool = query->pool, .check = args->values[OPTION_CHECK], .state = state};

	if (severity) {
		wanted.has_severity = true;
		if (!severity_parse(&wanted.severity, severity)) {
			(void)error_set(err, ERR_USAGE,
					"--severity %s: expected info, warning or error", severity);
			return NULL;
		}
	}
	if (state && strcmp(state, "open") != 0 && strcmp(state, "resolved") != 0 &&
	    strcmp(state, "withdrawn") != 0) {
		(void)error_set(err, ERR_USAGE, "--state %s: expected open, resolved or withdrawn",
				state);
		return NULL;
	}
	return answer_findings(query->moment, &wanted, &query->page, err);
}

/* ":7", or "" where the finding is about no log. */
static const char *log_suffix(struct arena *arena, const json_t *item)
{
	if (!json_is_integer(json_object_get(item, "log_index")))
		return "";
	return arena_printf(arena, ":%" PRIu64, number_of(item, "log_index"));
}

static const char *state_suffix(struct arena *arena, const json_t *item)
{
	const char *state = text_of(item, "state");

	if (strcmp(state, "open") == 0)
		return "";
	return arena_printf(arena, " (%s%s)", state,
			    strcmp(state, "withdrawn") == 0 ? " by a reorg" : "");
}

static void show_findings(const struct query *query, const json_t *document)
{
	const json_t *items = json_object_get(document, "items");
	struct style style = plain_style(query);
	json_t *item;
	size_t i;

	if (json_array_size(items) == 0)
		(void)puts("no findings");
	json_array_foreach (items, i, item) {
		const json_t *transaction = json_object_get(item, "transaction");

		(void)printf("%s %s: pool %s, block %" PRIu64 "%s\n", text_of(item, "severity"),
			     text_of(item, "check"), text_of(item, "pool"),
			     number_of(item, "block"), state_suffix(style.arena, item));
		if (json_is_string(transaction))
			(void)printf("  transaction  %s%s\n", json_string_value(transaction),
				     log_suffix(style.arena, item));
		(void)printf("  subject      %s\n", text_of(item, "subject"));
		(void)printf("  expected     %s\n", text_of(item, "expected"));
		(void)printf("  actual       %s\n", text_of(item, "actual"));
		if (json_is_string(json_object_get(item, "difference")))
			(void)printf("  difference   %s\n", text_of(item, "difference"));
		print_trace(&style, json_object_get(item, "trace"), "    ");
	}
	print_next(document);
}

int verb_findings(const struct command *command)
{
	int status = run_findings_query(command, command->args->arguments[0], ask_findings,
					show_findings);

	return status == EXIT_FINE ? findings_exit_status(command, command->args->values[OPTION_AT])
				   : status;
}

/* ---- explain ---- */

static json_t *ask_explain(const struct query *query, struct error *err)
{
	struct hash transaction;
	int64_t log_index;

	if (args_event(&transaction, &log_index, query->command->args->arguments[0], err) != OK)
		return NULL;
	return answer_explain(query->moment, transaction, log_index, err);
}

static const char *with_unit(const struct style *style, const json_t *value)
{
	return arena_printf(style->arena, "%s %s", show_amount(style, value), style->symbol);
}

static void show_slashes(const struct style *style, const json_t *payout)
{
	struct table *table = table_new(style->arena, 5);
	json_t *slash;
	size_t i;

	TABLE_ROW(table, "  ACCOUNT", "STAKE BEFORE", "STAKE AFTER", "PENDING UNSTAKE", "LOSS");
	json_array_foreach (json_object_get(payout, "slashes"), i, slash)
		TABLE_ROW(table, arena_printf(style->arena, "  %s", text_of(slash, "account")),
			  show_amount(style, json_object_get(slash, "stake_before")),
			  show_amount(style, json_object_get(slash, "stake_after")),
			  show_amount(style, json_object_get(slash, "pending_unstake_loss")),
			  show_amount(style, json_object_get(slash, "loss")));
	for (i = 1; i < 5; i++)
		table_right(table, i);
	table_print(table);
}

static void show_payout(const struct style *style, const struct payout_rules *rules,
			const json_t *event)
{
	const json_t *payout = json_object_get(event, "payout");

	if (!payout)
		return;
	(void)printf("\npayout of %s to %s\n", with_unit(style, json_object_get(payout, "amount")),
		     text_of(payout, "recipient"));
	for (size_t i = 0; i < rules->figure_count; i++) {
		const json_t *value = json_object_get(payout, rules->figures[i].name);

		if (value)
			(void)printf("  %s: %s\n", rules->figures[i].name,
				     show_figure(style, &rules->figures[i], value));
	}
	if (!rules->each_slash) {
		(void)printf("  %s %s -> %s\n", rules->before_name,
			     with_unit(style, json_object_get(payout, rules->before_name)),
			     with_unit(style, json_object_get(payout, rules->after_name)));
		return;
	}
	(void)printf("share price %s -> %s\n",
		     show_plain(style, json_object_get(payout, "share_price_before")),
		     show_plain(style, json_object_get(payout, "share_price_after")));
	(void)printf("what it cost each account:\n");
	show_slashes(style, payout);
	(void)printf("  sum of the losses                  %s\n"
		     "  borne by pending unstakes' growth  %s (above their scheduled amounts)\n"
		     "  rounding                           %s (%s)\n",
		     with_unit(style, json_object_get(payout, "slash_sum")),
		     with_unit(style, json_object_get(payout, "unclaimed_loss")),
		     with_unit(style, json_object_get(payout, "rounding")),
		     text_of(event, "rounding_is"));
}

static void show_explain(const struct query *query, const json_t *document)
{
	const struct config *config = query->command->config;
	struct style raw = plain_style(query);
	json_t *event;
	size_t i;

	(void)printf("transaction %s, block %" PRIu64 "\n", text_of(document, "transaction"),
		     number_of(document, "block"));
	json_array_foreach (json_object_get(document, "events"), i, event) {
		const json_t *checks = json_object_get(event, "checks");
		const struct pool *pool;
		struct style style;
		const char *name;
		json_t *value;
		size_t k;

		if (moment_pool(&pool, config, text_of(event, "pool"), NULL) != OK)
			continue;
		style = style_of(query->command, query->moment, pool);
		(void)printf("\nlog %" PRIu64 ": %s of pool %s; %" PRIu64 " checks passed, %" PRIu64
			     " failed\n",
			     number_of(event, "log_index"), text_of(event, "event"),
			     text_of(event, "pool"), number_of(checks, "passed"),
			     number_of(checks, "failed"));
		json_object_foreach (json_object_get(event, "arguments"), name, value)
			(void)printf("  %s: %s\n", name, show_plain(&raw, value));
		print_trace(&raw, json_object_get(event, "figures"), "    ");
		json_array_foreach (json_object_get(event, "postings"), k, value) {
			struct style coin = style;

			coin.decimals = (unsigned)number_of(value, "decimals");
			(void)printf("  ledger: %s -> %s %s\n", text_of(value, "from"),
				     text_of(value, "to"),
				     with_unit(&coin, json_object_get(value, "amount")));
		}
		show_payout(&style, pool->protocol->payouts, event);
	}
}

int verb_explain(const struct command *command)
{
	return run_query(command, NULL, ask_explain, show_explain);
}
