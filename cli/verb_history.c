/* history: a pool's common figures over blocks. */
#include <stdio.h>

#include "cli/reading.h"

enum { DEFAULT_POINTS = 100 };

static json_t *ask_history(const struct query *query, struct error *err)
{
	const struct args *args = query->command->args;
	struct history_query wanted = {.points = DEFAULT_POINTS};

	if (args_number(&wanted.from_block, args, OPTION_FROM, 0, err) != OK ||
	    args_number(&wanted.to_block, args, OPTION_TO, UINT64_MAX, err) != OK)
		return NULL;
	if (wanted.from_block > wanted.to_block) {
		(void)error_set(err, ERR_USAGE, "--from is above --to");
		return NULL;
	}
	if (args_has(args, OPTION_LIMIT))
		wanted.points = query->page.limit;
	return answer_history(query->moment, query->pool, &wanted, err);
}

/* The columns are those that the items have behind block, hash and timestamp. */
static void show_history(const struct query *query, const json_t *document)
{
	struct style style = style_of(query->command, query->moment, query->pool);
	const struct protocol *protocol = query->pool->protocol;
	json_t *items = json_object_get(document, "items");
	const json_t *first = json_array_get(items, 0);
	const struct figure_rule *shown[FIGURES_MAX];
	const char *cells[2 + FIGURES_MAX] = {"BLOCK", "TIME"};
	struct table *table;
	size_t count = 0;
	json_t *item;
	size_t i;

	for (i = 0; i < protocol->pool_figure_count; i++)
		if (json_object_get(first, protocol->pool_figures[i].name))
			shown[count++] = &protocol->pool_figures[i];
	table = table_new(style.arena, 2 + count);
	table_right(table, 0);
	for (i = 0; i < count; i++) {
		cells[2 + i] = show_heading(style.arena, shown[i]->name);
		table_right(table, 2 + i);
	}
	table_row(table, cells);
	json_array_foreach (items, i, item) {
		cells[0] = show_plain(&style, json_object_get(item, "block"));
		cells[1] = show_time(style.arena, number_of(item, "timestamp"));
		for (size_t k = 0; k < count; k++)
			cells[2 + k] = show_figure(&style, shown[k],
						   json_object_get(item, shown[k]->name));
		table_row(table, cells);
	}
	(void)printf("%s: history\n", query->pool->setup.name);
	table_print(table);
}

int verb_history(const struct command *command)
{
	return run_query(command, command->args->arguments[0], ask_history, show_history);
}
