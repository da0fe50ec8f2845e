#include "cli/quote_table.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_text.h"
#include "cli/csv_line.h"

enum { NO_COLUMN = CSV_CELLS_MAX, SHOWN_MAX = 48 };

struct table {
	FILE *out;
	const struct premium_model *model;
	const u256 *parameters;
	struct csv_line line;
	struct csv_row row;
	/* Of the header. */
	bool has_header;
	size_t width;
	size_t columns[PREMIUM_COLUMNS_MAX]; /* where the model's columns stand */
	size_t results[PREMIUM_RESULTS_MAX]; /* NO_COLUMN: behind the others */
	struct error *err;
};

static bool slice_is(struct slice text, const char *word)
{
	return slice_equal(text, slice_of(word, strlen(word)));
}

static void put(const struct table *t, const void *bytes, size_t size)
{
	/* A failure stays in the stream, and is asked for once a line. */
	(void)fwrite(bytes, 1, size, t->out);
}

static void put_text(const struct table *t, const char *text)
{
	put(t, text, strlen(text));
}

static void put_end(const struct table *t)
{
	put(t, t->line.end, t->line.end_length);
}

/* A cell for a message: on one line, quoted, cut where it is long. */
static const char *shown(char out[JSON_TEXT_SIZE(SHOWN_MAX) + 8], struct slice text)
{
	char part[SHOWN_MAX + 1];
	size_t length = text.size < SHOWN_MAX ? text.size : SHOWN_MAX;
	size_t used;

	if (!text.size)
		return "nothing";
	memcpy(part, text.data, length);
	part[length] = '\0';
	out[0] = '"';
	used = 1 + json_text(out + 1, JSON_TEXT_SIZE(SHOWN_MAX), part);
	memcpy(out + used, text.size > length ? "…\"" : "\"",
	       text.size > length ? sizeof("…\"") : sizeof("\""));
	return out;
}

/* ---- the header ---- */

static size_t find_column(const struct csv_row *row, const char *name)
{
	for (size_t i = 0; i < row->count; i++)
		if (slice_is(row->cells[i].value, name))
			return i;
	return NO_COLUMN;
}

static bool is_known(const struct premium_model *model, struct slice name)
{
	for (size_t i = 0; i < model->column_count; i++)
		if (slice_is(name, model->columns[i].name))
			return true;
	for (size_t i = 0; i < model->result_count; i++)
		if (slice_is(name, model->results[i]))
			return true;
	return false;
}

/* Which one is missing, what is needed, and what stands there that nobody knows: a misspelt one is
 * among these. */
static enum status missing_column(const struct table *t, const char *name)
{
	char unknown[256] = "";
	char needed[256] = "";
	char text[JSON_TEXT_SIZE(SHOWN_MAX) + 8];
	size_t length = 0;

	for (size_t i = 0; i < t->model->column_count; i++) {
		int n = snprintf(needed + length, sizeof(needed) - length, "%s%s", i ? "," : "",
				 t->model->columns[i].name);

		length += n > 0 && (size_t)n < sizeof(needed) - length ? (size_t)n : 0;
	}
	for (size_t i = 0; i < t->row.count && !*unknown; i++)
		if (!is_known(t->model, t->row.cells[i].value))
			(void)snprintf(unknown, sizeof(unknown), "; %s is none of them",
				       shown(text, t->row.cells[i].value));
	return error_set(t->err, ERR_BAD_DATA,
			 "line %" PRIu64 ": the header has no column \"%s\"; %s needs %s%s",
			 t->line.number, name, t->model->name, needed, unknown);
}

static enum status check_twice(const struct table *t)
{
	char text[JSON_TEXT_SIZE(SHOWN_MAX) + 8];

	for (size_t i = 0; i < t->row.count; i++)
		for (size_t k = 0; k < i; k++)
			if (slice_equal(t->row.cells[i].value, t->row.cells[k].value) &&
			    is_known(t->model, t->row.cells[i].value))
				return error_set(t->err, ERR_BAD_DATA,
						 "line %" PRIu64
						 ": the header has the column %s twice, as "
						 "cells %zu and %zu",
						 t->line.number, shown(text, t->row.cells[i].value),
						 k + 1, i + 1);
	return OK;
}

static void skip_byte_order_mark(struct csv_cell *cell)
{
	if (cell->value.size >= 3 && memcmp(cell->value.data, "\xef\xbb\xbf", 3) == 0)
		cell->value = slice_of(cell->value.data + 3, cell->value.size - 3);
}

static enum status header(struct table *t)
{
	enum status st;

	skip_byte_order_mark(&t->row.cells[0]);
	st = check_twice(t);
	if (st != OK)
		return st;
	for (size_t i = 0; i < t->model->column_count; i++) {
		t->columns[i] = find_column(&t->row, t->model->columns[i].name);
		if (t->columns[i] == NO_COLUMN)
			return missing_column(t, t->model->columns[i].name);
	}
	t->has_header = true;
	t->width = t->row.count;
	put(t, t->line.text, t->line.length);
	for (size_t i = 0; i < t->model->result_count; i++) {
		t->results[i] = find_column(&t->row, t->model->results[i]);
		if (t->results[i] == NO_COLUMN) {
			put_text(t, ",");
			put_text(t, t->model->results[i]);
		}
	}
	put_end(t);
	return OK;
}

/* ---- a row ---- */

static enum status bad_cell(const struct table *t, const struct premium_column *column,
			    struct slice value, const char *expected)
{
	char text[JSON_TEXT_SIZE(SHOWN_MAX) + 8];

	return error_set(t->err, ERR_BAD_DATA,
			 "line %" PRIu64 ", column \"%s\": expected %s, got %s", t->line.number,
			 column->name, expected, shown(text, value));
}

static enum status read_choice(u256 *out, const struct table *t,
			       const struct premium_column *column, struct slice value)
{
	char expected[256] = "";
	size_t length = 0;

	for (size_t i = 0; i < column->choice_count; i++) {
		int n;

		if (slice_is(value, column->choices[i])) {
			*out = u256_from(i);
			return OK;
		}
		n = snprintf(expected + length, sizeof(expected) - length, "%s\"%s\"",
			     i ? " or " : "", column->choices[i]);
		length += n > 0 && (size_t)n < sizeof(expected) - length ? (size_t)n : 0;
	}
	return bad_cell(t, column, value, expected);
}

static enum status read_cell(u256 *out, const struct table *t, const struct premium_column *column,
			     struct slice value)
{
	if (column->choices)
		return read_choice(out, t, column, value);
	if (u256_parse(out, (const char *)value.data, value.size, NULL) != OK)
		return bad_cell(t, column, value,
				"a whole number of at most 256 bits (digits only, no leading "
				"zeros)");
	return OK;
}

static bool is_result(const struct table *t, size_t cell, size_t *result)
{
	for (*result = 0; *result < t->model->result_count; ++*result)
		if (t->results[*result] == cell)
			return true;
	return false;
}

/* A row may end before the header does, if only results are left out. */
static enum status check_width(const struct table *t)
{
	size_t result;

	for (size_t i = t->row.count; i < t->width; i++)
		if (!is_result(t, i, &result))
			return error_set(t->err, ERR_BAD_DATA,
					 "line %" PRIu64 ": expected %zu cells as in the header, "
					 "got %zu",
					 t->line.number, t->width, t->row.count);
	if (t->row.count > t->width)
		return error_set(t->err, ERR_BAD_DATA,
				 "line %" PRIu64 ": expected %zu cells as in the header, got %zu",
				 t->line.number, t->width, t->row.count);
	return OK;
}

static void put_result(const struct table *t, const u256 *results, size_t result, bool is_revert)
{
	char digits[U256_DECIMAL_SIZE];

	if (!is_revert)
		put_text(t, u256_format(digits, results[result]));
	else if (result == 0)
		put_text(t, "revert");
}

static enum status row(struct table *t)
{
	u256 columns[PREMIUM_COLUMNS_MAX] = {U256_ZERO};
	u256 results[PREMIUM_RESULTS_MAX] = {U256_ZERO};
	enum status st = check_width(t);
	size_t result;
	bool is_revert;

	for (size_t i = 0; st == OK && i < t->model->column_count; i++)
		if (!t->model->needs || t->model->needs(columns, i))
			st = read_cell(&columns[i], t, &t->model->columns[i],
				       t->row.cells[t->columns[i]].value);
	if (st != OK)
		return st;
	is_revert = !t->model->compute(results, NULL, columns, t->parameters);
	for (size_t i = 0; i < t->width; i++) {
		if (i)
			put_text(t, ",");
		if (is_result(t, i, &result))
			put_result(t, results, result, is_revert);
		else
			put(t, t->row.cells[i].whole.data, t->row.cells[i].whole.size);
	}
	for (size_t i = 0; i < t->model->result_count; i++) {
		if (t->results[i] != NO_COLUMN)
			continue;
		put_text(t, ",");
		put_result(t, results, i, is_revert);
	}
	put_end(t);
	return OK;
}

static enum status one_line(struct table *t)
{
	enum status st;

	if ((t->line.length && t->line.text[0] == '#') || csv_line_is_blank(&t->line)) {
		put(t, t->line.text, t->line.length);
		put_end(t);
		return OK;
	}
	st = csv_line_split(&t->row, &t->line, t->err);
	if (st != OK)
		return st;
	return t->has_header ? row(t) : header(t);
}

enum status quote_table(FILE *out, FILE *in, const char *name, const struct premium_model *model,
			const u256 *parameters, struct error *err)
{
	struct table *t = xcalloc(1, sizeof(*t));
	enum status st = OK;
	bool has_header;
	bool is_full = false;

	t->out = out;
	t->model = model;
	t->parameters = parameters;
	t->err = err;
	while (st == OK && !is_full) {
		st = csv_line_read(&t->line, in, err);
		if (st == OK)
			st = one_line(t);
		is_full = st == OK && ferror(out);
	}
	has_header = t->has_header;
	free(t);
	if (fflush(out) != 0 || is_full)
		return error_set(err, ERR_SYSTEM, "cannot write the priced table: %s",
				 strerror(errno));
	if (st == ERR_NOTFOUND && !has_header)
		return error_set(err, ERR_BAD_DATA,
				 "%s: there is no header; expected a first line with the names of "
				 "the columns",
				 name);
	return st == ERR_NOTFOUND ? OK : error_wrap(err, "%s", name);
}
