/*
 * csv_line.h - comma-separated text a line at a time, in a fixed room however long the input is.
 *
 * Cells are as RFC 4180 has them, but for one thing: a quoted cell ends on its own line.
 */
#ifndef CLI_CSV_LINE_H
#define CLI_CSV_LINE_H

#include <stdio.h>

#include "base/slice.h"

enum { CSV_LINE_MAX = 65536, CSV_CELLS_MAX = 256 };

/* One line of input, without its end. */
struct csv_line {
	uint64_t number; /* from 1 */
	char text[CSV_LINE_MAX];
	size_t length;
	char end[2]; /* what ended it: "\n", "\r\n", "\r" or nothing */
	size_t end_length;
};

/* Cells point into the line. */
struct csv_cell {
	struct slice whole; /* as it stands there */
	/* Without blanks around and quotation marks; doubled ones inside stay doubled. */
	struct slice value;
};

struct csv_row {
	struct csv_cell cells[CSV_CELLS_MAX];
	size_t count;
};

/*
 * The next line; `line->number` is counted up from what it was. ERR_NOTFOUND at the end of the
 * input, ERR_BAD_DATA for a line longer than CSV_LINE_MAX, ERR_SYSTEM where reading fails.
 */
enum status csv_line_read(struct csv_line *line, FILE *in, struct error *err) MUST_CHECK;

/* Takes the line apart. ERR_BAD_DATA: too many cells, or quotation marks that do not fit. */
enum status csv_line_split(struct csv_row *out, const struct csv_line *line,
			   struct error *err) MUST_CHECK;

/* Whether the line has nothing but blanks. */
bool csv_line_is_blank(const struct csv_line *line);

#endif
