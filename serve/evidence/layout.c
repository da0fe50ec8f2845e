/* Is a text laid out as text.h says? One pass, without recursion. */
#include <stdlib.h>

#include "serve/evidence/text.h"

enum { LEVELS_MAX = 32, UTF16_DIGITS = 4 };

struct layout {
	const uint8_t *begin;
	const uint8_t *at;
	const uint8_t *end;
	const char *problem;
	struct {
		bool is_object;
		size_t first_name; /* of `names` */
	} levels[LEVELS_MAX];
	unsigned depth;
	/* Names of the members of all open objects, in a stack. */
	struct slice *names;
	size_t name_count;
	size_t name_capacity;
};

static bool wrong(struct layout *l, const char *problem)
{
	if (!l->problem)
		l->problem = problem;
	return false;
}

static bool is_next(const struct layout *l, uint8_t byte)
{
	return l->at < l->end && *l->at == byte;
}

static bool take(struct layout *l, uint8_t byte, const char *problem)
{
	if (!is_next(l, byte))
		return wrong(l, problem);
	l->at++;
	return true;
}

static bool take_text(struct layout *l, const char *text, const char *problem)
{
	size_t size = strlen(text);

	if ((size_t)(l->end - l->at) < size || memcmp(l->at, text, size) != 0)
		return wrong(l, problem);
	l->at += size;
	return true;
}

static bool take_line(struct layout *l, unsigned depth)
{
	if (!take(l, '\n', "expected a new line"))
		return false;
	for (unsigned i = 0; i < depth; i++)
		if (!take(l, ' ', "expected one space a level"))
			return false;
	if (is_next(l, ' '))
		return wrong(l, "expected one space a level");
	return true;
}

/* ---- scalars ---- */

static bool take_utf16(struct layout *l, unsigned *unit)
{
	*unit = 0;
	for (unsigned i = 0; i < UTF16_DIGITS; i++) {
		int digit = l->at < l->end ? hex_digit((char)*l->at) : -1;

		if (digit < 0 || (*l->at >= 'a' && *l->at <= 'f'))
			return wrong(l, "expected four digits, upper case, behind \\u");
		*unit = *unit << 4 | (unsigned)digit;
		l->at++;
	}
	return true;
}

/* Only what has no shorter form stands behind \u. */
static bool take_code_point(struct layout *l)
{
	unsigned unit;

	if (!take_utf16(l, &unit))
		return false;
	if (unit < 0x20)
		return strchr("\b\t\n\f\r", (int)unit) && unit
			       ? wrong(l, "expected the short form of an escape")
			       : true;
	if (unit < 0x80 || (unit >= 0xdc00 && unit <= 0xdfff))
		return wrong(l, "expected no escape where none is needed");
	if (unit < 0xd800 || unit > 0xdbff)
		return true;
	if (!take_text(l, "\\u", "expected the second half of a pair") || !take_utf16(l, &unit))
		return false;
	return (unit >= 0xdc00 && unit <= 0xdfff) || wrong(l, "expected the second half of a pair");
}

static bool take_escape(struct layout *l)
{
	uint8_t escape;

	if (l->at == l->end)
		return wrong(l, "expected an escape");
	escape = *l->at++;
	if (escape == 'u')
		return take_code_point(l);
	return (escape && strchr("\"\\bfnrt", escape)) || wrong(l, "expected an escape");
}

static bool take_string(struct layout *l, struct slice *out)
{
	const uint8_t *begin;

	if (!take(l, '"', "expected a string"))
		return false;
	begin = l->at;
	while (l->at < l->end && *l->at != '"') {
		uint8_t byte = *l->at++;

		if (byte < 0x20 || byte > 0x7f) {
			l->at--;
			return wrong(l, "expected ASCII");
		}
		if (byte == '\\' && !take_escape(l))
			return false;
	}
	*out = slice_of(begin, (size_t)(l->at - begin));
	return take(l, '"', "expected the string's end");
}

static bool is_digit(const struct layout *l)
{
	return l->at < l->end && *l->at >= '0' && *l->at <= '9';
}

static bool take_number(struct layout *l)
{
	bool is_negative = is_next(l, '-');

	l->at += is_negative;
	if (!is_digit(l))
		return wrong(l, "expected a value");
	if (is_next(l, '0')) {
		l->at++;
		return (!is_negative && !is_digit(l)) ||
		       wrong(l, "expected a number without needless zeros");
	}
	while (is_digit(l))
		l->at++;
	return true;
}

static bool take_scalar(struct layout *l)
{
	struct slice string;

	if (is_next(l, '"'))
		return take_string(l, &string);
	if (is_next(l, 't'))
		return take_text(l, "true", "expected true");
	if (is_next(l, 'f'))
		return take_text(l, "false", "expected false");
	if (is_next(l, 'n'))
		return take_text(l, "null", "expected null");
	return take_number(l);
}

/* ---- objects and arrays ---- */

static bool take_name(struct layout *l)
{
	if (l->name_count == l->name_capacity) {
		l->name_capacity = l->name_capacity ? 2 * l->name_capacity : 64;
		l->names = xrealloc(l->names, l->name_capacity * sizeof(l->names[0]));
	}
	return take_string(l, &l->names[l->name_count++]) &&
	       take_text(l, ": ", "expected a colon and a space");
}

static int compare_names(const void *a, const void *b)
{
	const struct slice *x = a;
	const struct slice *y = b;
	size_t shorter = x->size < y->size ? x->size : y->size;
	int order = memcmp(x->data, y->data, shorter);

	return order ? order : (x->size > y->size) - (x->size < y->size);
}

static bool close_names(struct layout *l, size_t first)
{
	size_t count = l->name_count - first;

	if (count > 1)
		qsort(l->names + first, count, sizeof(l->names[0]), compare_names);
	for (size_t i = 1; i < count; i++)
		if (slice_equal(l->names[first + i - 1], l->names[first + i]))
			return wrong(l, "expected every member once in the object that ends");
	l->name_count = first;
	return true;
}

/* Behind the bracket that opened it: the first entry's place, or its end. */
static bool open_level(struct layout *l, bool is_object, bool *has_entry)
{
	*has_entry = !is_next(l, is_object ? '}' : ']');
	if (!*has_entry) {
		l->at++;
		return true;
	}
	if (l->depth == LEVELS_MAX)
		return wrong(l, "expected fewer levels of nesting");
	l->levels[l->depth].is_object = is_object;
	l->levels[l->depth].first_name = l->name_count;
	l->depth++;
	return take_line(l, l->depth) && (!is_object || take_name(l));
}

/* Behind an entry: the next one's place, or the end of this and of what ends with it. */
static bool go_on(struct layout *l)
{
	while (l->depth) {
		bool is_object = l->levels[l->depth - 1].is_object;

		if (is_next(l, ',')) {
			l->at++;
			return take_line(l, l->depth) && (!is_object || take_name(l));
		}
		l->depth--;
		if (!take_line(l, l->depth) ||
		    !take(l, is_object ? '}' : ']', "expected a comma or the closing bracket") ||
		    (is_object && !close_names(l, l->levels[l->depth].first_name)))
			return false;
	}
	return true;
}

static bool take_value(struct layout *l)
{
	do {
		bool is_object = is_next(l, '{');
		bool has_entry = false;

		if (is_object || is_next(l, '[')) {
			l->at++;
			if (!open_level(l, is_object, &has_entry))
				return false;
		} else if (!take_scalar(l)) {
			return false;
		}
		if (!has_entry && !go_on(l))
			return false;
	} while (l->depth);
	return true;
}

enum status text_check(struct slice text, struct error *err)
{
	static const uint8_t nothing[1];
	struct layout l = {.begin = text.size ? text.data : nothing};
	size_t line = 1;
	bool is_good;

	l.at = l.begin;
	l.end = l.begin + text.size;
	is_good = take_value(&l) && take(&l, '\n', "expected a new line at the end") &&
		  (l.at == l.end || wrong(&l, "expected the end"));
	free(l.names);
	if (is_good)
		return OK;
	for (const uint8_t *at = l.begin; at < l.at; at++)
		line += *at == '\n';
	return error_set(err, ERR_BAD_DATA, "line %zu, byte %zu: %s", line,
			 (size_t)(l.at - l.begin), l.problem);
}
