/* The feeds of a loss statement: where its prices come from files of their own. */
#include <errno.h>
#include <string.h>

#include "cli/loss_statement.h"
#include "cli/price_feed.h"

static const char *beside(struct arena *arena, const char *path, const char *statement)
{
	const char *slash = strrchr(statement, '/');

	if (*path == '/' || !slash)
		return path;
	return arena_printf(arena, "%.*s/%s", (int)(slash - statement), statement, path);
}

enum status loss_statement_feeds(struct loss_statement *statement, struct arena *arena,
				 const char *path, struct error *err)
{
	for (size_t i = 0; i < statement->feed_count; i++) {
		const struct loss_feed *feed = &statement->feeds[i];
		const char *name = beside(arena, feed->path, path);
		struct guideline_price price = {.is_known = false};
		FILE *file = fopen(name, "rbe");
		enum status st;

		if (!file)
			return error_set(err, ERR_SYSTEM, "%s: %s: cannot open %s: %s", path,
					 feed->key, name, strerror(errno));
		st = price_feed_read(&price, file, name, statement->terms.incident, err);
		(void)fclose(file);
		if (st != OK)
			return st;
		for (size_t k = 0; k < feed->count; k++)
			statement->losses[feed->first + k].price = price;
	}
	return OK;
}
