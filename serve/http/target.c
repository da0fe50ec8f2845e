#include "serve/http/target.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "abi/utf8.h"
#include "base/hex.h"

static bool is_visible(char c)
{
	return c > ' ' && c < 0x7f;
}

/* Control characters have no business in a name, an address or a number. */
static bool is_text(const char *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return false;
	return utf8_valid_size(slice_of(text, size)) == size;
}

/* Decodes `length` characters; a plus is a space in a query. */
static enum status decode(const char **out, struct arena *arena, const char *text, size_t length,
			  bool is_query, struct error *err)
{
	char *decoded = arena_alloc(arena, length + 1);
	size_t size = 0;

	for (size_t i = 0; i < length; i++) {
		int high;
		int low;

		if (text[i] != '%') {
			decoded[size++] = (char)(is_query && text[i] == '+' ? ' ' : text[i]);
			continue;
		}
		high = i + 2 < length ? hex_digit(text[i + 1]) : -1;
		low = i + 2 < length ? hex_digit(text[i + 2]) : -1;
		if (high < 0 || low < 0)
			return error_set(err, ERR_USAGE,
					 "a percent sign in the %s is not followed by two "
					 "hexadecimal digits; write a percent sign itself as %%25",
					 is_query ? "query" : "path");
		decoded[size++] = (char)(high * 16 + low);
		i += 2;
	}
	decoded[size] = '\0';
	if (!is_text(decoded, size))
		return error_set(err, ERR_USAGE, "the %s holds control characters, or is not UTF-8",
				 is_query ? "query" : "path");
	*out = decoded;
	return OK;
}

static enum status add_segment(struct target *out, struct arena *arena, const char *text,
			       size_t length, struct error *err)
{
	if (out->segment_count == TARGET_SEGMENTS_MAX)
		return error_set(err, ERR_USAGE, "the path has more than %d parts",
				 TARGET_SEGMENTS_MAX);
	return decode(&out->segments[out->segment_count++], arena, text, length, false, err);
}

static enum status add_pair(struct target *out, struct arena *arena, const char *text,
			    size_t length, struct error *err)
{
	const char *equals = memchr(text, '=', length);
	size_t name_length = equals ? (size_t)(equals - text) : length;
	struct target_pair *pair;
	enum status st;

	if (!length)
		return OK;
	if (out->pair_count == TARGET_PAIRS_MAX)
		return error_set(err, ERR_USAGE, "the query has more than %d parameters",
				 TARGET_PAIRS_MAX);
	pair = &out->pairs[out->pair_count++];
	pair->value = "";
	st = decode(&pair->name, arena, text, name_length, true, err);
	if (st == OK && equals)
		st = decode(&pair->value, arena, equals + 1, length - name_length - 1, true, err);
	return st;
}

static enum status split(struct target *out, struct arena *arena, const char *text, size_t length,
			 char separator,
			 enum status (*add)(struct target *out, struct arena *arena,
					    const char *text, size_t length, struct error *err),
			 struct error *err)
{
	enum status st = OK;

	for (;;) {
		const char *end = memchr(text, separator, length);
		size_t part = end ? (size_t)(end - text) : length;

		st = add(out, arena, text, part, err);
		if (st != OK || !end)
			return st;
		text += part + 1;
		length -= part + 1;
	}
}

/* "http://host/path", as a proxy is asked: what is before the path is not ours to judge. */
static void skip_authority(const char **text, size_t *length)
{
	static const char scheme[] = "http://";
	size_t skipped = sizeof(scheme) - 1;

	if (*length < skipped || strncasecmp(*text, scheme, skipped) != 0)
		return;
	while (skipped < *length && (*text)[skipped] != '/' && (*text)[skipped] != '?')
		skipped++;
	*text += skipped;
	*length -= skipped;
}

enum status target_parse(struct target *out, struct arena *arena, const char *text, size_t length,
			 struct error *err)
{
	const char *query;
	size_t path_length;
	enum status st;

	*out = (struct target){.path = ""};
	for (size_t i = 0; i < length; i++)
		if (!is_visible(text[i]) || text[i] == '#')
			return error_set(err, ERR_USAGE,
					 "character %zu of the target must be percent-encoded",
					 i + 1);
	skip_authority(&text, &length);
	if (!length || text[0] != '/')
		return error_set(err, ERR_USAGE,
				 "the target must be a path that begins with a slash, as "
				 "/v1/status");
	query = memchr(text, '?', length);
	path_length = query ? (size_t)(query - text) : length;
	out->path = arena_string_n(arena, text, path_length);
	st = split(out, arena, text + 1, path_length - 1, '/', add_segment, err);
	if (st == OK && query)
		st = split(out, arena, query + 1, length - path_length - 1, '&', add_pair, err);
	return st;
}
