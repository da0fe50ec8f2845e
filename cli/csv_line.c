#include "cli/csv_line.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

static void take_end(struct csv_line *line, bool has_newline)
{
	line->end_length = 0;
	if (line->length && line->text[line->length - 1] == '\r') {
		line->length--;
		line->end[line->end_length++] = '\r';
	}
	if (has_newline)
		line->end[line->end_length++] = '\n';
}

enum status csv_line_read(struct csv_line *line, FILE *in, struct error *err)
{
	int c;

	line->number++;
	line->length = 0;
	errno = 0;
	while ((c = getc_unlocked(in)) != EOF && c != '\n') {
		if (line->length == CSV_LINE_MAX)
			return error_set(err, ERR_BAD_DATA,
					 "line %" PRIu64 " is longer than %d bytes", line->number,
					 (int)CSV_LINE_MAX);
		line->text[line->length++] = (char)c;
	}
	if (ferror(in))
		return error_set(err, ERR_SYSTEM, "line %" PRIu64 " cannot be read: %s",
				 line->number, strerror(errno));
	if (c == EOF && line->length == 0)
		return ERR_NOTFOUND;
	take_end(line, c == '\n');
	return OK;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

bool csv_line_is_blank(const struct csv_line *line)
{
	for (size_t i = 0; i < line->length; i++)
		if (!is_blank(line->text[i]))
			return false;
	return true;
}

static struct slice trimmed(const char *from, const char *to)
{
	while (from < to && is_blank(*from))
		from++;
	while (to > from && is_blank(to[-1]))
		to--;
	return slice_of(from, (size_t)(to - from));
}

/* The cell at `at`; gives where it ends: at a comma or at the line's end. NULL: *wrong says why. */
static const char *take_cell(struct csv_cell *out, const char *at, const char *end,
			     const char **wrong)
{
	const char *begin = at;
	const char *inside;

	while (at < end && is_blank(*at))
		at++;
	if (at == end || *at != '"') {
		const char *comma = memchr(begin, ',', (size_t)(end - begin));

		at = comma ? comma : end;
		out->whole = slice_of(begin, (size_t)(at - begin));
		out->value = trimmed(begin, at);
		return at;
	}
	inside = ++at;
	while (at < end && (*at != '"' || (at + 1 < end && at[1] == '"')))
		at += *at == '"' ? 2 : 1;
	if (at == end) {
		*wrong = "has an opening quotation mark that nothing closes on this line";
		return NULL;
	}
	out->value = trimmed(inside, at);
	for (at++; at < end && is_blank(*at);)
		at++;
	if (at < end && *at != ',') {
		*wrong = "has text behind its closing quotation mark";
		return NULL;
	}
	out->whole = slice_of(begin, (size_t)(at - begin));
	return at;
}

enum status csv_line_split(struct csv_row *out, const struct csv_line *line, struct error *err)
{
	const char *end = line->text + line->length;
	const char *at = line->text;
	const char *wrong = "";

	for (out->count = 0; out->count < CSV_CELLS_MAX; at++) {
		at = take_cell(&out->cells[out->count], at, end, &wrong);
		if (!at)
			return error_set(err, ERR_BAD_DATA, "line %" PRIu64 ": cell %zu %s",
					 line->number, out->count + 1, wrong);
		out->count++;
		if (at == end)
			return OK;
	}
	return error_set(err, ERR_BAD_DATA, "line %" PRIu64 " has more than %d cells", line->number,
			 (int)CSV_CELLS_MAX);
}
