#include "serve/http/accept.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

/* Of an item "gzip;q=0.5", in thousandths. */
struct wish {
	bool is_given;
	unsigned weight;
};

static const char *skip_space(const char *c)
{
	return c + strspn(c, " \t");
}

/* "1", "0.5": at most three places; 0 where it is none. */
static unsigned read_weight(const char *text, const char *end)
{
	unsigned weight;
	unsigned place = 100;

	if (text == end || (*text != '0' && *text != '1'))
		return 0;
	weight = *text++ == '1' ? 1000 : 0;
	if (text == end)
		return weight;
	if (*text++ != '.' || end - text > 3)
		return 0;
	for (; text < end; text++, place /= 10) {
		if (!isdigit((unsigned char)*text))
			return 0;
		weight += (unsigned)(*text - '0') * place;
	}
	return weight <= 1000 ? weight : 0;
}

/* Behind the name; other parameters than q are nothing that an encoding has. */
static unsigned read_parameters(const char *text, const char *end)
{
	text = skip_space(text);
	if (text >= end)
		return 1000;
	text = skip_space(text + 1);
	if (*text != 'q' && *text != 'Q')
		return 0;
	text = skip_space(text + 1);
	if (*text != '=')
		return 0;
	text = skip_space(text + 1);
	while (end > text && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	return text <= end ? read_weight(text, end) : 0;
}

static bool is_named(const char *name, const char *text, size_t length)
{
	return strlen(name) == length && strncasecmp(name, text, length) == 0;
}

bool accepts_gzip(const char *header)
{
	struct wish gzip = {0};
	struct wish plain = {0};
	struct wish other = {0};

	for (const char *item = header; item && *item;) {
		const char *end = item + strcspn(item, ",");
		const char *name = skip_space(item);
		size_t length = strcspn(name, " \t;,");
		struct wish wish = {.is_given = true};

		wish.weight = read_parameters(name + length, end);
		if (is_named("gzip", name, length) || is_named("x-gzip", name, length))
			gzip = wish;
		else if (is_named("identity", name, length))
			plain = wish;
		else if (is_named("*", name, length))
			other = wish;
		item = *end ? end + 1 : end;
	}
	if (!gzip.is_given)
		gzip = other;
	return gzip.weight && gzip.weight >= plain.weight;
}
