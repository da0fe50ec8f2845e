/*
 * loss_statement.h - a statement of a loss, as `assess` reads it (docs/assess.md has its keys).
 */
#ifndef CLI_LOSS_STATEMENT_H
#define CLI_LOSS_STATEMENT_H

#include "protocols/insuredao/guideline.h"

enum { LOSS_STATEMENT_BYTES_MAX = 4 * 1024 * 1024, LOSSES_MAX = 64, PRICES_MAX = 100000 };

/* A file of prices that some of the losses take theirs from. */
struct loss_feed {
	const char *path; /* as the statement says it */
	const char *key;  /* where it says so: "losses[2].feed" */
	size_t first;     /* of the losses ... */
	size_t count;     /* ... that it is for */
};

struct loss_statement {
	const char *symbol; /* of the market's token */
	struct guideline_statement terms;
	struct guideline_loss *losses; /* terms.losses, to write prices into */
	struct loss_feed *feeds;
	size_t feed_count;
};

/*
 * Reads a statement, all of it in the arena; opens no feed. ERR_USAGE names the file, the key, what
 * was expected, and the nearest known key where one is not known.
 */
enum status loss_statement_parse(struct loss_statement *out, struct arena *arena, const char *name,
				 const char *text, size_t length, struct error *err) MUST_CHECK;

/*
 * Reads the prices of its feeds: comma-separated, with the columns timestamp and price, in any
 * order. Paths are relative to the folder of the statement at `path`. ERR_SYSTEM, ERR_BAD_DATA.
 */
enum status loss_statement_feeds(struct loss_statement *statement, struct arena *arena,
				 const char *path, struct error *err) MUST_CHECK;

#endif
