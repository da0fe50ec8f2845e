/* alert test: sends each configured alert, or one, a message that says that it is a test. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli/output.h"
#include "cli/verb.h"
#include "serve/alert/alert.h"

struct trial {
	size_t index;
	const char *label;
	const char *kind;
	bool is_told;
	uint64_t took_ms;
	const char *problem; /* NULL: none */
};

/* All of them, or the one that is named. */
static enum status choose(size_t *first, size_t *count, const struct command *command,
			  struct error *err)
{
	const struct config *config = command->config;
	const struct args *args = command->args;
	const char *text = args->argument_count > 1 ? args->arguments[1] : NULL;
	uint64_t index = 0;

	if (strcmp(args->arguments[0], "test") != 0)
		return error_set(err, ERR_USAGE, "alert %s: expected alert test",
				 args->arguments[0]);
	if (!config->alert_count)
		return error_set(err, ERR_USAGE,
				 "%s: there are no alerts to test; see docs/configuration.md",
				 config->path);
	*first = 0;
	*count = config->alert_count;
	if (!text)
		return OK;
	for (const char *at = text; *at && index < config->alert_count; at++) {
		if (*at < '0' || *at > '9')
			return error_set(err, ERR_USAGE,
					 "alert test: expected an alert's number, from 0 to %zu, "
					 "got \"%s\"",
					 config->alert_count - 1, text);
		index = index * 10 + (uint64_t)(*at - '0');
	}
	if (!*text || index >= config->alert_count)
		return error_set(
			err, ERR_USAGE,
			"alert test: expected an alert's number, from 0 to %zu, got \"%s\"",
			config->alert_count - 1, text);
	*first = (size_t)index;
	*count = 1;
	return OK;
}

static struct trial try_one(const struct command *command, size_t index)
{
	const struct alert_pace pace = alert_pace();
	const struct clock clock = clock_real();
	uint64_t began = clock_now_ms(&clock);
	struct error err;
	enum status st = alert_try(command->config, index, &pace, &err);

	return (struct trial){.index = index,
			      .label = alert_label(command->arena, command->config, index),
			      .kind = alert_kind_name(command->config->alerts[index].kind),
			      .is_told = st == OK,
			      .took_ms = clock_now_ms(&clock) - began,
			      .problem =
				      st == OK ? NULL : arena_string(command->arena, err.message)};
}

static json_t *trial_json(const struct trial *trial)
{
	json_t *item = json_object();

	json_put(item, "alert", json_integer((json_int_t)trial->index));
	json_put(item, "kind", json_string(trial->kind));
	json_put(item, "label", json_words(trial->label));
	json_put(item, "told", json_boolean(trial->is_told));
	json_put(item, "took_ms", json_integer((json_int_t)trial->took_ms));
	json_put(item, "problem", trial->problem ? json_words(trial->problem) : json_null());
	return item;
}

int verb_alert(const struct command *command)
{
	json_t *items = json_array();
	bool is_json = args_has(command->args, OPTION_JSON);
	bool are_told = true;
	int status = EXIT_FINE;
	struct error err;
	size_t first;
	size_t count;

	if (choose(&first, &count, command, &err) != OK) {
		json_decref(items);
		return report(&err);
	}
	(void)signal(SIGPIPE, SIG_IGN);
	for (size_t i = first; i < first + count; i++) {
		const struct trial trial = try_one(command, i);

		are_told = are_told && trial.is_told;
		if (is_json)
			(void)json_array_append_new(items, trial_json(&trial));
		else if (trial.is_told)
			(void)printf("%s: told, in %" PRIu64 " ms\n", trial.label, trial.took_ms);
		else
			(void)printf("%s: not told: %s\n", trial.label, trial.problem);
		(void)fflush(stdout);
	}
	if (is_json)
		status = print_json(json_list(items, NULL));
	else
		json_decref(items);
	return are_told ? status : EXIT_COULD_NOT;
}
