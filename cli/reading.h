/*
 * reading.h - what every reading verb does: open the mirror as of --at, ask, print or show.
 */
#ifndef CLI_READING_H
#define CLI_READING_H

#include "cli/output.h"

struct query {
	const struct command *command;
	struct moment *moment;
	const struct pool *pool; /* NULL where the verb asks for none */
	struct page page;        /* --limit and --after */
};

/*
 * Opens the moment, finds the pool (where `pool` is not NULL), asks, and prints the document: as
 * JSON with --json, else through `show`. Gives the exit status.
 */
int run_query(const struct command *command, const char *pool,
	      json_t *(*ask)(const struct query *query, struct error *err),
	      void (*show)(const struct query *query, const json_t *document));

/* The same for what can be asked of a mirror whose first block was refused, too. */
int run_findings_query(const struct command *command, const char *pool,
		       json_t *(*ask)(const struct query *query, struct error *err),
		       void (*show)(const struct query *query, const json_t *document));

/* EXIT_FINDINGS where there are open error findings as of `at` (NULL: the newest block); a mirror
 * without a block has none. */
int findings_exit_status(const struct command *command, const char *at);

/* "as of block …, <time>" */
void print_at(const struct query *query);

/* "more: --after CURSOR" where the document has a next page. */
void print_next(const json_t *document);

#endif
