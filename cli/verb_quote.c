/* quote: prices a table by a premium model alone. */
#include <stdio.h>
#include <string.h>

#include "cli/input_file.h"
#include "cli/quote_params.h"
#include "cli/quote_table.h"
#include "cli/verb.h"

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
				 "quote needs --model MODEL --csv, with the table on standard "
				 "input: see covermirror quote --help");
	st = find_model(&model, name, command->arena, err);
	if (st == OK)
		st = read_parameters(parameters, command, model, err);
	if (st != OK)
		return st;
	return quote_table(stdout, stdin, "standard input", model, parameters, err);
}

int verb_quote(const struct command *command)
{
	struct error err;

	return quote_by_model(command, &err) == OK ? EXIT_FINE : report(&err);
}
