/* The reading verbs of pools: status, pools, pool, accounts, account. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/reading.h"

/* ---- status ---- */

static void print_block(const struct command *command, const char *name, const json_t *block)
{
	if (json_is_null(block)) {
		(void)printf("%-10s none\n", name);
		return;
	}
	(void)printf("%-10s block %s, %s, %s\n", name,
		     show_count(command->arena, number_of(block, "number")),
		     show_time(command->arena, number_of(block, "timestamp")),
		     text_of(block, "hash"));
}

/* Where there are any. */
static void print_count(const json_t *node, const char *key, const char *what)
{
	if (number_of(node, key))
		(void)printf(", %" PRIu64 " %s", number_of(node, key), what);
}

static void print_nodes(const json_t *status)
{
	const json_t *nodes = json_object_get(status, "nodes");
	const json_t *node;
	size_t i;

	(void)printf("%-10s %s%s%s\n", "state", text_of(status, "state"),
		     json_is_string(json_object_get(status, "reason")) ? ": " : "",
		     json_is_string(json_object_get(status, "reason")) ? text_of(status, "reason")
								       : "");
	json_array_foreach (nodes, i, node) {
		(void)printf("%-10s %s, %" PRIu64 " ms, %" PRIu64 " troubles, %" PRIu64
			     " lies, %" PRIu64 " logs left out",
			     "node", text_of(node, "node"), number_of(node, "latency_ms"),
			     number_of(node, "troubles"), number_of(node, "lies"),
			     number_of(node, "omissions"));
		print_count(node, "rate_limited", "rate limits");
		print_count(node, "hedges", "slow answers");
		(void)printf("%s%s\n",
			     json_is_true(json_object_get(node, "quarantined")) ? ", quarantined"
										: "",
			     number_of(node, "paused_ms") ? ", paused" : "");
	}
}

/* Of now, whatever --at says. */
static void print_work(const struct command *command, const json_t *status)
{
	const json_t *daemon = json_object_get(status, "daemon");
	const json_t *head = json_object_get(status, "node_head");
	const json_t *lag = json_object_get(status, "lag");
	const json_t *rate = json_object_get(status, "rate");

	if (json_is_object(daemon))
		(void)printf("%-10s process %" PRIu64 ", since %s\n", "daemon",
			     number_of(daemon, "pid"),
			     show_time(command->arena, number_of(daemon, "since")));
	else
		(void)printf("%-10s none\n", "daemon");
	if (json_is_object(head))
		(void)printf("%-10s block %s, as of %s\n", "node head",
			     show_count(command->arena, number_of(head, "number")),
			     show_time(command->arena, number_of(head, "seen")));
	if (json_is_object(lag))
		(void)printf("%-10s %s blocks, %s s\n", "lag",
			     show_count(command->arena, number_of(lag, "blocks")),
			     show_count(command->arena, number_of(lag, "seconds")));
	if (json_is_object(rate))
		(void)printf("%-10s %s blocks/s, %s events/s, over %" PRIu64 " s\n", "rate",
			     text_of(rate, "blocks_per_s"), text_of(rate, "events_per_s"),
			     number_of(rate, "seconds"));
}

static void print_reorgs(const struct command *command, const json_t *status)
{
	const json_t *reorgs = json_object_get(status, "reorgs");
	const json_t *last = json_array_get(json_object_get(reorgs, "items"), 0);

	if (!last)
		return;
	(void)printf("%-10s %s, the last one of %" PRIu64 " blocks down to block %s\n", "reorgs",
		     show_count(command->arena, number_of(reorgs, "count")),
		     number_of(last, "depth"),
		     show_count(command->arena, number_of(json_object_get(last, "old"), "number") -
							number_of(last, "depth")));
}

static void print_alerts(const json_t *status)
{
	const json_t *alert;
	size_t i;

	json_array_foreach (json_object_get(status, "alerts"), i, alert) {
		const json_t *trouble = json_object_get(alert, "trouble");

		(void)printf("%-10s %s: told %" PRIu64 " times, %" PRIu64 " wait%s%s\n", "alert",
			     text_of(alert, "alert"), number_of(alert, "told"),
			     number_of(alert, "waiting"), json_is_string(trouble) ? ": " : "",
			     json_is_string(trouble) ? text_of(alert, "trouble") : "");
	}
}

static void print_status(const struct command *command, const json_t *status)
{
	const json_t *checks = json_object_get(status, "checks");
	const json_t *findings = json_object_get(status, "findings");
	const json_t *finalized = json_object_get(status, "finalized");

	(void)printf("%-10s %" PRIu64 "\n", "chain", number_of(status, "chain_id"));
	print_block(command, "head", json_object_get(status, "head"));
	print_block(command, "indexed", json_object_get(status, "indexed"));
	if (json_is_integer(finalized))
		(void)printf("%-10s block %s\n", "finalized",
			     show_count(command->arena, number_of(status, "finalized")));
	(void)printf("%-10s %s\n", "proved", show_proved(command->arena, status));
	print_nodes(status);
	print_work(command, status);
	print_reorgs(command, status);
	print_alerts(status);
	(void)printf("%-10s %s\n", "events",
		     show_count(command->arena, number_of(status, "events")));
	(void)printf("%-10s %s passed, %s failed\n", "checks",
		     show_count(command->arena, number_of(checks, "passed")),
		     show_count(command->arena, number_of(checks, "failed")));
	(void)printf("%-10s open: %" PRIu64 " error, %" PRIu64 " warning, %" PRIu64 " info\n",
		     "findings", number_of(findings, "error"), number_of(findings, "warning"),
		     number_of(findings, "info"));
	(void)printf("%-10s %s bytes\n", "store",
		     show_count(command->arena, number_of(status, "store_bytes")));
	(void)printf("%-10s %s\n", "digest", text_of(status, "digest"));
}

static json_t *ask_status(const struct query *query, struct error *err)
{
	return answer_status(query->moment, err);
}

static void show_status(const struct query *query, const json_t *document)
{
	print_status(query->command, document);
}

int verb_status(const struct command *command)
{
	return run_findings_query(command, NULL, ask_status, show_status);
}

/* ---- pools ---- */

static json_t *ask_pools(const struct query *query, struct error *err)
{
	return answer_pools(query->moment, err);
}

static void show_pools(const struct query *query, const json_t *document)
{
	const struct config *config = query->command->config;
	struct table *table = table_new(query->command->arena, 6);
	json_t *item;
	size_t i;

	TABLE_ROW(table, "POOL", "PROTOCOL", "ASSET", "LIQUIDITY", "SHARE PRICE", "UTILIZATION");
	json_array_foreach (json_object_get(document, "items"), i, item) {
		struct style style = style_of(query->command, query->moment, &config->pools[i]);

		TABLE_ROW(table, text_of(item, "name"), text_of(item, "protocol"), style.symbol,
			  show_amount(&style, json_object_get(item, "liquidity")),
			  show_plain(&style, json_object_get(item, "share_price")),
			  show_plain(&style, json_object_get(item, "utilization")));
	}
	table_right(table, 3);
	table_print(table);
}

int verb_pools(const struct command *command)
{
	return run_query(command, NULL, ask_pools, show_pools);
}

/* ---- pool ---- */

static json_t *ask_pool(const struct query *query, struct error *err)
{
	return answer_pool(query->moment, query->pool, err);
}

static void show_pool(const struct query *query, const json_t *document)
{
	const struct protocol *protocol = query->pool->protocol;
	struct style style = style_of(query->command, query->moment, query->pool);
	struct table *table = table_new(query->command->arena, 3);
	const json_t *state = json_object_get(document, "state");
	const json_t *line;
	size_t i;

	(void)printf("%s: %s, in %s\n", query->pool->setup.name, protocol->title, style.symbol);
	print_at(query);
	for (i = 0; i < protocol->pool_figure_count; i++) {
		const struct figure_rule *rule = &protocol->pool_figures[i];

		TABLE_ROW(table, rule->name,
			  show_figure(&style, rule, json_object_get(state, rule->name)),
			  rule->meaning);
	}
	table_right(table, 1);
	table_print(table);
	json_array_foreach (json_object_get(document, "provenance"), i, line)
		(void)printf("%s%s\n", i ? "" : "seeded, base units:\n", json_string_value(line));
}

int verb_pool(const struct command *command)
{
	return run_query(command, command->args->arguments[0], ask_pool, show_pool);
}

/* ---- accounts ---- */

static json_t *ask_accounts(const struct query *query, struct error *err)
{
	return answer_accounts(query->moment, query->pool, &query->page, err);
}

/* The figures that the protocol shows in a table; of all that it has where it names none. */
static size_t account_columns(const struct figure_rule **out, const struct protocol *protocol)
{
	size_t count = 0;

	for (size_t i = 0; !protocol->account_columns && i < protocol->account_figure_count; i++)
		out[count++] = &protocol->account_figures[i];
	if (!protocol->account_columns)
		return count;
	for (; protocol->account_columns[count]; count++)
		out[count] = &protocol->account_figures[figure_find(
			protocol->account_figures, protocol->account_figure_count,
			protocol->account_columns[count])];
	return count;
}

static void show_accounts(const struct query *query, const json_t *document)
{
	const struct figure_rule *columns[FIGURES_MAX];
	size_t count = account_columns(columns, query->pool->protocol);
	struct style style = style_of(query->command, query->moment, query->pool);
	struct table *table = table_new(query->command->arena, 1 + count);
	const char *cells[1 + FIGURES_MAX] = {"ACCOUNT"};
	json_t *item;
	size_t i;

	print_at(query);
	for (i = 0; i < count; i++) {
		cells[1 + i] = show_heading(style.arena, columns[i]->name);
		table_right(table, 1 + i);
	}
	table_row(table, cells);
	json_array_foreach (json_object_get(document, "items"), i, item) {
		cells[0] = text_of(item, "account");
		for (size_t k = 0; k < count; k++)
			cells[1 + k] = show_figure(&style, columns[k],
						   json_object_get(item, columns[k]->name));
		table_row(table, cells);
	}
	table_print(table);
	print_next(document);
}

int verb_accounts(const struct command *command)
{
	return run_query(command, command->args->arguments[0], ask_accounts, show_accounts);
}

/* ---- account ---- */

static json_t *ask_account(const struct query *query, struct error *err)
{
	const char *text = query->command->args->arguments[1];
	struct address account;

	if (address_parse(&account, text, strlen(text), err) != OK) {
		err->status = ERR_USAGE;
		(void)error_wrap(err, "account \"%s\"", text);
		return NULL;
	}
	return answer_account(query->moment, query->pool, account, err);
}

static void show_account(const struct query *query, const json_t *document)
{
	const struct protocol *protocol = query->pool->protocol;
	struct style style = style_of(query->command, query->moment, query->pool);
	struct table *table = table_new(query->command->arena, 3);

	(void)printf("%s in %s, in %s\n", text_of(document, "account"), query->pool->setup.name,
		     style.symbol);
	print_at(query);
	for (size_t i = 0; i < protocol->account_figure_count; i++) {
		const struct figure_rule *rule = &protocol->account_figures[i];

		TABLE_ROW(table, rule->name,
			  show_figure(&style, rule, json_object_get(document, rule->name)),
			  rule->meaning);
	}
	table_right(table, 1);
	table_print(table);
}

int verb_account(const struct command *command)
{
	return run_query(command, command->args->arguments[0], ask_account, show_account);
}
