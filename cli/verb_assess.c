/* assess: what a policy pays for a stated loss, by InsureDAO's payout guideline. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/input_file.h"
#include "cli/loss_statement.h"
#include "cli/output.h"

static const char *const kinds[] = {
	[GUIDELINE_LOST] = "lost",
	[GUIDELINE_HELD] = "held",
	[GUIDELINE_LENT] = "lent",
	[GUIDELINE_BORROWED] = "borrowed",
};

/* ---- the document ---- */

static json_t *number(uint64_t value)
{
	return json_integer((json_int_t)value);
}

static json_t *known_time(uint64_t value)
{
	return value ? number(value) : json_null();
}

static json_t *known_amount(bool is_known, struct assets amount)
{
	return is_known ? json_u256(amount.raw) : json_null();
}

static void append(json_t *array, json_t *item)
{
	if (json_array_append_new(array, item) != 0)
		abort();
}

static json_t *tokens_json(const struct loss_statement *statement,
			   const struct guideline_token *tokens)
{
	json_t *items = json_array();

	for (size_t i = 0; i < statement->terms.loss_count; i++) {
		const struct guideline_loss *loss = &statement->losses[i];
		const struct guideline_price *price = &loss->price;
		json_t *item = json_object();

		json_put(item, "token", json_string(loss->token));
		json_put(item, "decimals", number(loss->decimals));
		json_put(item, "kind", json_string(kinds[loss->kind]));
		json_put(item, "amount", json_u256(loss->amount));
		json_put(item, "price", price->is_known ? json_u256(price->lowest) : json_null());
		json_put(item, "price_decimals",
			 loss->is_asset ? json_null() : number(loss->price_decimals));
		json_put(item, "price_at",
			 price->is_known ? number(price->lowest_at) : json_null());
		json_put(item, "prices_before", number(price->before));
		json_put(item, "prices_after", number(price->after));
		json_put(item, "value", known_amount(tokens[i].is_computable, tokens[i].value));
		json_put(item, "trace", json_trace(&tokens[i].trace));
		append(items, item);
	}
	return items;
}

static json_t *exclusions_json(const struct guideline_verdict *verdict)
{
	json_t *items = json_array();

	for (size_t i = 0; i < GUIDELINE_EXCLUSIONS; i++) {
		const struct guideline_finding *finding = &verdict->exclusions[i];
		json_t *item = json_object();

		json_put(item, "id", json_string(finding->id));
		json_put(item, "title", json_string(finding->title));
		json_put(item, "state", json_string(guideline_answer_name(finding->applies)));
		json_put(item, "reason", json_string(finding->reason));
		append(items, item);
	}
	return items;
}

static json_t *reporting_json(const struct guideline_verdict *verdict)
{
	json_t *items = json_array();

	for (size_t i = 0; i < GUIDELINE_STEPS; i++) {
		const struct guideline_deadline *step = &verdict->deadlines[i];
		json_t *item = json_object();

		json_put(item, "step", json_string(step->name));
		json_put(item, "within_seconds", number(step->limit));
		json_put(item, "due", known_time(step->due));
		json_put(item, "done", known_time(step->done));
		json_put(item, "state", json_string(guideline_step_state_name(step->state)));
		append(items, item);
	}
	return items;
}

static json_t *document_of(const struct loss_statement *statement,
			   const struct guideline_verdict *verdict,
			   const struct guideline_token *tokens, const struct trace *trace)
{
	const struct guideline_statement *terms = &statement->terms;
	json_t *document = json_object();
	json_t *asset = json_object();
	json_t *window = json_object();

	json_put(asset, "symbol", json_string(statement->symbol));
	json_put(asset, "decimals", number(terms->asset_decimals));
	/* A window that would begin before 1970 begins there. */
	json_put(window, "from",
		 number(terms->incident > GUIDELINE_PRICE_WINDOW
				? terms->incident - GUIDELINE_PRICE_WINDOW
				: 0));
	json_put(window, "to", number(terms->incident + GUIDELINE_PRICE_WINDOW));
	json_put(document, "decision", json_string(guideline_decision_name(verdict->decision)));
	json_put(document, "payable", known_amount(verdict->is_payable_known, verdict->payable));
	json_put(document, "payout", known_amount(verdict->is_computable, verdict->payout));
	json_put(document, "asset", asset);
	json_put(document, "cover", json_u256(terms->cover.raw));
	json_put(document, "liquidity", json_u256(terms->liquidity.raw));
	json_put(document, "incident", number(terms->incident));
	json_put(document, "price_window", window);
	json_put(document, "losses", tokens_json(statement, tokens));
	json_put(document, "trace", json_trace(trace));
	json_put(document, "exclusions", exclusions_json(verdict));
	json_put(document, "reporting", reporting_json(verdict));
	return document;
}

/* ---- for people ---- */

static const char *sentence(const char *decision)
{
	if (strcmp(decision, "payable") == 0)
		return "nothing excludes it";
	if (strcmp(decision, "excluded") == 0)
		return "an exclusion applies";
	return "a human has to judge what is marked so below";
}

static void show_losses(const struct style *style, const json_t *losses)
{
	json_t *loss;
	size_t i;

	(void)printf("\nlosses, at the lowest price of the window:\n");
	json_array_foreach (losses, i, loss) {
		struct style token = *style;
		struct style price = *style;
		bool has_price = !json_is_null(json_object_get(loss, "price"));

		token.decimals = (unsigned)number_of(loss, "decimals");
		price.decimals = (unsigned)number_of(loss, "price_decimals");
		(void)printf("  %s %s %s", text_of(loss, "kind"),
			     show_amount(&token, json_object_get(loss, "amount")),
			     text_of(loss, "token"));
		if (has_price)
			(void)printf(" at %s of %s",
				     show_amount(&price, json_object_get(loss, "price")),
				     show_time(style->arena, number_of(loss, "price_at")));
		else if (!json_is_null(json_object_get(loss, "price_decimals")))
			(void)printf(", without a price in the window");
		(void)printf(" = %s %s\n", show_amount(style, json_object_get(loss, "value")),
			     style->symbol);
	}
}

static void show_exclusions(const json_t *exclusions)
{
	static const char *const states[][2] = {{"applies", "APPLIES"},
						{"needs_human", "a human's to judge"},
						{"does_not_apply", "does not apply"}};
	json_t *item;
	size_t i;

	(void)printf("\nexclusions:\n");
	for (size_t k = 0; k < sizeof(states) / sizeof(states[0]); k++)
		json_array_foreach (exclusions, i, item)
			if (strcmp(text_of(item, "state"), states[k][0]) == 0)
				(void)printf("  %-18s  %s: %s\n", states[k][1],
					     text_of(item, "title"), text_of(item, "reason"));
}

static void show_reporting(struct arena *arena, const json_t *steps)
{
	struct table *table = table_new(arena, 4);
	json_t *step;
	size_t i;

	(void)printf("\nreporting process:\n");
	TABLE_ROW(table, "  STEP", "DUE", "DONE", "STATE");
	json_array_foreach (steps, i, step)
		TABLE_ROW(table, arena_printf(arena, "  %s", text_of(step, "step")),
			  show_time(arena, number_of(step, "due")),
			  show_time(arena, number_of(step, "done")), text_of(step, "state"));
	table_print(table);
}

static void show(const struct command *command, const json_t *document)
{
	const json_t *asset = json_object_get(document, "asset");
	struct style style = {.arena = command->arena,
			      .is_raw = args_has(command->args, OPTION_RAW),
			      .decimals = (unsigned)number_of(asset, "decimals"),
			      .symbol = text_of(asset, "symbol")};
	struct style raw = {.arena = command->arena, .is_raw = true, .symbol = ""};
	const char *decision = text_of(document, "decision");

	(void)printf("payable: %s %s: %s\n",
		     show_amount(&style, json_object_get(document, "payable")), style.symbol,
		     sentence(decision));
	if (strcmp(decision, "excluded") == 0)
		(void)printf("without it: %s %s\n",
			     show_amount(&style, json_object_get(document, "payout")),
			     style.symbol);
	show_losses(&style, json_object_get(document, "losses"));
	(void)printf("\nhow, in base units of %s:\n", style.symbol);
	print_trace(&raw, json_object_get(document, "trace"), "  ");
	show_exclusions(json_object_get(document, "exclusions"));
	show_reporting(command->arena, json_object_get(document, "reporting"));
}

/* ---- the verb ---- */

static enum status read_statement(struct loss_statement *out, const struct command *command,
				  const char *path, struct error *err)
{
	struct slice text;
	enum status st = input_file(&text, command->arena, path, LOSS_STATEMENT_BYTES_MAX, err);

	if (st == OK)
		st = loss_statement_parse(out, command->arena, path, (const char *)text.data,
					  text.size, err);
	return st == OK ? loss_statement_feeds(out, command->arena, path, err) : st;
}

int verb_assess(const struct command *command)
{
	struct loss_statement statement;
	struct guideline_verdict verdict;
	struct guideline_token *tokens;
	struct trace *trace = arena_alloc(command->arena, sizeof(*trace));
	struct error err;
	json_t *document;

	if (read_statement(&statement, command, command->args->arguments[0], &err) != OK)
		return report(&err);
	tokens = arena_array(command->arena, statement.terms.loss_count, sizeof(*tokens));
	trace_reset(trace);
	guideline_assess(&verdict, tokens, trace, &statement.terms);
	document = document_of(&statement, &verdict, tokens, trace);
	if (args_has(command->args, OPTION_JSON))
		return print_json(document);
	show(command, document);
	json_decref(document);
	if (fflush(stdout) == 0)
		return EXIT_FINE;
	(void)fputs("covermirror: writing to standard output failed\n", stderr);
	return EXIT_COULD_NOT;
}
