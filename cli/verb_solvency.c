/* solvency: what each pool could pay. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/reading.h"

enum { DEFAULT_LARGEST = 5, LARGEST_MAX = 10000 };

static json_t *ask_solvency(const struct query *query, struct error *err)
{
	const struct args *args = query->command->args;
	size_t largest = args_has(args, OPTION_LIMIT) ? query->page.limit : (size_t)DEFAULT_LARGEST;

	if (largest > LARGEST_MAX) {
		(void)error_set(err, ERR_USAGE, "--limit: at most %d covers", LARGEST_MAX);
		return NULL;
	}
	return answer_solvency(query->moment, query->pool, largest, err);
}

static void show_largest(const struct query *query, const struct style *style,
			 const struct pool *pool, const json_t *largest)
{
	const struct item_list *list = protocol_list(pool->protocol, "policies");
	const char *cells[ITEM_PARTS_MAX + 3];
	struct table *table;
	json_t *claim;
	size_t i;

	if (!list || !json_array_size(largest))
		return;
	table = table_new(query->command->arena, list->part_count + 3);
	for (i = 0; i < list->part_count; i++)
		cells[i] = show_heading(style->arena, list->parts[i].name);
	cells[i] = "OPEN COVER";
	cells[i + 1] = "REMAINING";
	cells[i + 2] = "MISSING";
	for (i = 0; i < 3; i++)
		table_right(table, list->part_count + i);
	table_row(table, cells);
	json_array_foreach (largest, i, claim) {
		size_t k;

		for (k = 0; k < list->part_count; k++)
			cells[k] = show_plain(style, json_object_get(claim, list->parts[k].name));
		cells[k] = show_amount(style, json_object_get(claim, "open_cover"));
		cells[k + 1] = show_amount(style, json_object_get(claim, "remaining"));
		cells[k + 2] = show_amount(style, json_object_get(claim, "missing"));
		table_row(table, cells);
	}
	(void)puts("  the largest open covers, and what remains if they and all above them are "
		   "paid:");
	table_print(table);
}

static void show_pool(const struct query *query, const json_t *item)
{
	const struct pool *pool;
	struct style style;

	if (moment_pool(&pool, query->command->config, text_of(item, "pool"), NULL) != OK)
		return;
	style = style_of(query->command, query->moment, pool);
	(void)printf("%s: %s, in %s\n", pool->setup.name, pool->protocol->title, style.symbol);
	(void)printf("  liquidity           %s\n",
		     show_amount(&style, json_object_get(item, "liquidity")));
	(void)printf("  locked, withdrawals %s\n",
		     show_amount(&style, json_object_get(item, "locked_withdrawals")));
	(void)printf("  locked, claims      %s\n",
		     show_amount(&style, json_object_get(item, "locked_claims")));
	(void)printf("  open cover          %s\n",
		     show_amount(&style, json_object_get(item, "cover")));
	(void)printf("  utilization         %s\n",
		     show_plain(&style, json_object_get(item, "utilization")));
	(void)printf("  open policies       %s\n",
		     show_plain(&style, json_object_get(item, "policies_open")));
	if (number_of(item, "policies_unknown"))
		(void)printf("  policies whose cover is not known: %" PRIu64 "\n",
			     number_of(item, "policies_unknown"));
	show_largest(query, &style, pool, json_object_get(item, "largest"));
}

static void show_solvency(const struct query *query, const json_t *document)
{
	json_t *item;
	size_t i;

	print_at(query);
	json_array_foreach (json_object_get(document, "items"), i, item)
		show_pool(query, item);
}

int verb_solvency(const struct command *command)
{
	const char *pool = command->args->argument_count ? command->args->arguments[0] : NULL;

	return run_query(command, pool, ask_solvency, show_solvency);
}
