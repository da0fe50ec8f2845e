#include "cli/reading.h"

#include <stdio.h>

void print_next(const json_t *document)
{
	const char *next = json_string_value(json_object_get(document, "next"));

	if (next)
		(void)printf("more: --after %s\n", next);
}

void print_at(const struct query *query)
{
	const struct moment *m = query->moment;

	(void)printf("as of block %s, %s\n", show_count(query->command->arena, m->number),
		     m->has_record ? show_time(query->command->arena, m->record.ref.timestamp)
				   : "of which the mirror has no header");
}

int findings_exit_status(const struct command *command, const char *at)
{
	struct moment moment;
	struct error err;
	int status;

	if (moment_open_findings(&moment, command->config, at, command->arena, &err) != OK)
		return err.status == ERR_NOTFOUND ? EXIT_FINE : report(&err);
	status = open_findings(&moment).error ? EXIT_FINDINGS : EXIT_FINE;
	moment_close(&moment);
	return status;
}

static int answer(const struct query *query,
		  json_t *(*ask)(const struct query *query, struct error *err),
		  void (*show)(const struct query *query, const json_t *document))
{
	struct error err;
	json_t *document = ask(query, &err);

	if (!document)
		return report(&err);
	if (args_has(query->command->args, OPTION_JSON))
		return print_json(document);
	show(query, document);
	json_decref(document);
	return fflush(stdout) == 0 ? EXIT_FINE : EXIT_COULD_NOT;
}

typedef enum status opener(struct moment *out, const struct config *config, const char *at,
			   struct arena *arena, struct error *err);

static int run(const struct command *command, const char *pool, opener *open,
	       json_t *(*ask)(const struct query *query, struct error *err),
	       void (*show)(const struct query *query, const json_t *document))
{
	const struct args *args = command->args;
	struct moment moment;
	struct query query = {.command = command, .moment = &moment};
	uint64_t limit;
	struct error err;
	int status;

	if (args_number(&limit, args, OPTION_LIMIT, 0, &err) != OK)
		return report(&err);
	query.page = page_after((size_t)limit, args->values[OPTION_AFTER], command->arena);
	if (pool && moment_pool(&query.pool, command->config, pool, &err) != OK)
		return report(&err);
	if (open(&moment, command->config, page_at(&query.page, args->values[OPTION_AT]),
		 command->arena, &err) != OK)
		return report(&err);
	status = answer(&query, ask, show);
	moment_close(&moment);
	return status;
}

int run_query(const struct command *command, const char *pool,
	      json_t *(*ask)(const struct query *query, struct error *err),
	      void (*show)(const struct query *query, const json_t *document))
{
	return run(command, pool, moment_open, ask, show);
}

int run_findings_query(const struct command *command, const char *pool,
		       json_t *(*ask)(const struct query *query, struct error *err),
		       void (*show)(const struct query *query, const json_t *document))
{
	return run(command, pool, moment_open_findings, ask, show);
}
