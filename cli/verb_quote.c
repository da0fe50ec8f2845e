/* quote: what cover of a pool costs, or of a whole table by a premium model alone. */
#include <stdio.h>
#include <string.h>

#include "cli/configure.h"
#include "cli/input_file.h"
#include "cli/quote_params.h"
#include "cli/quote_table.h"
#include "cli/reading.h"

static enum status find_model(const struct premium_model **out, const char *name,
			      struct arena *arena, struct error *err)
{
	struct buffer known = buffer_in(arena);

	*out = premium_model_find(name);
	if (*out)
		return OK;
	for (size_t i = 0; i < premium_model_count(); i++)
		buffer_printf(&known, "%s\"%s\"", i ? ", " : "", premium_model_at(i)->name);
	return error_set(err, ERR_USAGE, "--model: expected a model that is known (%s), got \"%s\"",
			 buffer_string(&known), name);
}

static enum status read_parameters(u256 *out, const struct command *command,
				   const struct premium_model *model, struct error *err)
{
	const char *path = command->args->values[OPTION_PARAMS];
	struct slice text;
	enum status st;

	if (path && !model->parameter_count)
		return error_set(err, ERR_USAGE,
				 "--params: the model %s has none, all of it stands in columns",
				 model->name);
	if (!model->parameter_count)
		return OK;
	if (!path && !model->defaults)
		return error_set(err, ERR_USAGE, "the model %s needs --params FILE", model->name);
	if (!path) {
		(void)fprintf(stderr, "covermirror: no --params: %s\n", model->defaults_title);
		model->defaults(out);
		return OK;
	}
	st = input_file(&text, command->arena, path, QUOTE_PARAMS_BYTES_MAX, err);
	if (st != OK)
		return error_set(err, ERR_USAGE, "--params: %s",
				 arena_string(command->arena, err->message));
	return quote_params_parse(out, command->arena, model, path, (const char *)text.data,
				  text.size, err);
}

static enum status quote_by_model(const struct command *command, struct error *err)
{
	u256 parameters[PREMIUM_PARAMETERS_MAX] = {U256_ZERO};
	const char *name = command->args->values[OPTION_MODEL];
	const struct premium_model *model;
	enum status st;

	if (!name || !args_has(command->args, OPTION_CSV))
		return error_set(err, ERR_USAGE,
				 "quote needs a pool's NAME, or --model MODEL --csv with a table "
				 "on standard input: see covermirror quote --help");
	st = find_model(&model, name, command->arena, err);
	if (st == OK)
		st = read_parameters(parameters, command, model, err);
	if (st != OK)
		return st;
	return quote_table(stdout, stdin, "standard input", model, parameters, err);
}

/* ---- of a pool ---- */

enum { WEEK = 604800 };

static enum status read_request(struct quote_request *out, const struct args *args,
				struct error *err)
{
	const char *amount = args->values[OPTION_AMOUNT];
	const char *market = args->values[OPTION_MARKET];
	uint64_t weeks;
	enum status st;

	*out = (struct quote_request){.has_market = args_has(args, OPTION_MARKET)};
	if (!amount || !args_has(args, OPTION_WEEKS))
		return error_set(err, ERR_USAGE, "quote NAME needs --amount AMOUNT and --weeks N");
	if (u256_parse(&out->amount, amount, strlen(amount), NULL) != OK)
		return error_set(err, ERR_USAGE,
				 "--amount %s: expected a whole number of base units, of at most "
				 "256 bits",
				 amount);
	st = args_number(&weeks, args, OPTION_WEEKS, 0, err);
	if (st != OK)
		return st;
	if (weeks > (uint64_t)INT64_MAX / WEEK)
		return error_set(err, ERR_USAGE, "--weeks %s: that is too long",
				 args->values[OPTION_WEEKS]);
	out->seconds = weeks * WEEK;
	if (market && address_parse(&out->market, market, strlen(market), err) != OK) {
		err->status = ERR_USAGE;
		return error_wrap(err, "--market %s", market);
	}
	return OK;
}

static json_t *ask_quote(const struct query *query, struct error *err)
{
	struct quote_request request;

	if (read_request(&request, query->command->args, err) != OK)
		return NULL;
	return answer_quote(query->moment, query->pool, &request, err);
}

static const char *percent(const struct style *style, const json_t *document, const char *key)
{
	static const struct figure_rule rule = {.kind = FIGURE_NUMBER, .unit = UNIT_PERCENT_18};
	const char *text = json_string_value(json_object_get(document, key));
	struct buffer digits = buffer_in(style->arena);
	json_t *value;
	const char *shown;

	if (!text)
		return "-";
	/* A ratio has 18 places: without its point it is a number of 10^18ths. */
	for (; *text; text++)
		if (*text != '.' && (*text != '0' || digits.size || !text[1]))
			buffer_byte(&digits, (uint8_t)*text);
	value = json_string(buffer_string(&digits));
	shown = show_figure(style, &rule, value);
	json_decref(value);
	return shown;
}

static void show_quote(const struct query *query, const json_t *document)
{
	struct style style = style_of(query->command, query->moment, query->pool);
	struct style cover = style;
	struct style raw = {.arena = style.arena, .is_raw = true, .symbol = ""};
	const char *reason = json_string_value(json_object_get(document, "reason"));
	uint64_t weeks = number_of(document, "seconds") / WEEK;

	cover.decimals = (unsigned)number_of(document, "amount_decimals");
	(void)printf("%s: cover of %s for %s week%s\n", query->pool->setup.name,
		     show_amount(&cover, json_object_get(document, "amount")),
		     show_count(style.arena, weeks), weeks == 1 ? "" : "s");
	print_at(query);
	if (reason)
		(void)printf("premium      none: %s\n", reason);
	else
		(void)printf("premium      %s %s\n",
			     show_amount(&style, json_object_get(document, "premium")),
			     style.symbol);
	(void)printf("a year       %s\nutilization  %s -> %s\n", percent(&style, document, "rate"),
		     percent(&style, document, "utilization_before"),
		     percent(&style, document, "utilization_after"));
	if (json_array_size(json_object_get(document, "trace"))) {
		(void)printf("\nhow, in base units:\n");
		print_trace(&raw, json_object_get(document, "trace"), "  ");
	}
}

/* ---- the verb ---- */

/* The options of the two forms do not go together. */
static enum status check_form(const struct args *args, struct error *err)
{
	static const enum option of_pools[] = {OPTION_AMOUNT, OPTION_WEEKS, OPTION_MARKET,
					       OPTION_AT,     OPTION_JSON,  OPTION_RAW};
	static const enum option of_models[] = {OPTION_MODEL, OPTION_CSV, OPTION_PARAMS};
	bool is_named = args->argument_count > 0;
	const enum option *others = is_named ? of_models : of_pools;
	size_t count = is_named ? sizeof(of_models) / sizeof(of_models[0])
				: sizeof(of_pools) / sizeof(of_pools[0]);

	for (size_t i = 0; i < count; i++)
		if (args_has(args, others[i]))
			return error_set(
				err, ERR_USAGE,
				is_named ? "quote NAME does not take %s: that is for tables"
					 : "quote takes %s with a pool's NAME only",
				option_text(others[i]) + strspn(option_text(others[i]), " "));
	return OK;
}

/* Only a pool needs the configuration: main.c loads none for this verb. */
static int quote_of_pool(const struct command *command)
{
	struct command configured = *command;
	struct quote_request request;
	struct config config;
	struct error err;

	if (read_request(&request, command->args, &err) != OK ||
	    configure(&configured, &config, &err) != OK)
		return report(&err);
	return run_query(&configured, command->args->arguments[0], ask_quote, show_quote);
}

int verb_quote(const struct command *command)
{
	struct error err;

	if (check_form(command->args, &err) != OK)
		return report(&err);
	if (command->args->argument_count)
		return quote_of_pool(command);
	return quote_by_model(command, &err) == OK ? EXIT_FINE : report(&err);
}
