/*
 * quote_table.h - prices a table: rows in, the same rows with the premium out, a line at a time.
 */
#ifndef CLI_QUOTE_TABLE_H
#define CLI_QUOTE_TABLE_H

#include <stdio.h>

#include "protocols/premium_model.h"

/*
 * Reads comma-separated rows from `in`, called `name` in messages, whose first line is the header,
 * and writes them to `out` with the model's results: in the columns of their names, or behind the
 * others where there are none. Where the contract reverts the first result is "revert" and the
 * others are empty. Columns may stand in any order; what is not the model's is kept as it is, and
 * so are lines that begin with # or are blank, the ends of lines, and blanks and quotation marks
 * around cells.
 *
 * Ends at the first line that is wrong; those before it are written. ERR_BAD_DATA names line,
 * column and what was expected, ERR_SYSTEM that reading or writing failed. `out` is flushed.
 */
enum status quote_table(FILE *out, FILE *in, const char *name, const struct premium_model *model,
			const u256 *parameters, struct error *err) MUST_CHECK;

#endif
