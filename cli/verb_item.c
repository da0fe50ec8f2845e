/* The verbs of a pool's lists: policies, items. */
#include <stdio.h>
#include <string.h>

#include "cli/reading.h"

/* "items NAME LIST"; `policies NAME` is the list of that name. */
static enum status find_list(const struct item_list **out, const struct query *query,
			     struct error *err)
{
	const struct args *args = query->command->args;
	const char *name = args->argument_count > 1 ? args->arguments[1] : "policies";

	return answer_list(out, query->pool, name, err);
}

static json_t *ask_items(const struct query *query, struct error *err)
{
	const struct item_list *list;

	if (find_list(&list, query, err) != OK)
		return NULL;
	return answer_items(query->moment, query->pool, list, &query->page, err);
}

static bool is_column(const struct item_list *list, const char *figure)
{
	if (!list->columns)
		return true;
	for (size_t i = 0; list->columns[i]; i++)
		if (strcmp(list->columns[i], figure) == 0)
			return true;
	return false;
}

/* Numbers to the right, texts to the left. */
static bool is_to_the_right(const struct figure_rule *rule)
{
	return rule->kind == FIGURE_NUMBER || rule->kind == FIGURE_RATIO;
}

static void show_items(const struct query *query, const json_t *document)
{
	struct style style = style_of(query->command, query->moment, query->pool);
	const char *cells[ITEM_PARTS_MAX + FIGURES_MAX];
	const struct figure_rule *shown[FIGURES_MAX];
	const struct item_list *list;
	struct table *table;
	size_t columns;
	size_t count = 0;
	json_t *item;
	size_t i;

	if (find_list(&list, query, NULL) != OK)
		return;
	for (i = 0; i < list->figure_count; i++)
		if (is_column(list, list->figures[i].name))
			shown[count++] = &list->figures[i];
	columns = list->part_count + count;
	table = table_new(style.arena, columns);
	for (i = 0; i < list->part_count; i++)
		cells[i] = show_heading(style.arena, list->parts[i].name);
	for (i = 0; i < count; i++) {
		cells[list->part_count + i] = show_heading(style.arena, shown[i]->name);
		if (is_to_the_right(shown[i]))
			table_right(table, list->part_count + i);
	}
	table_row(table, cells);
	json_array_foreach (json_object_get(document, "items"), i, item) {
		for (size_t k = 0; k < list->part_count; k++)
			cells[k] = show_plain(&style, json_object_get(item, list->parts[k].name));
		for (size_t k = 0; k < count; k++)
			cells[list->part_count + k] = show_figure(
				&style, shown[k], json_object_get(item, shown[k]->name));
		table_row(table, cells);
	}
	(void)printf("%s: %s\n", query->pool->setup.name, list->title);
	print_at(query);
	table_print(table);
	print_next(document);
}

int verb_policies(const struct command *command)
{
	return run_query(command, command->args->arguments[0], ask_items, show_items);
}

int verb_items(const struct command *command)
{
	return run_query(command, command->args->arguments[0], ask_items, show_items);
}
