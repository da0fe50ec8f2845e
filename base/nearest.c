#include "base/nearest.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

/* Names that are longer are not compared. */
enum { NAME_MAX_LENGTH = 40 };

static char folded(char c)
{
	return (char)(c == '-' ? '_' : tolower((unsigned char)c));
}

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment). */
static size_t edit_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	/* Of the prefixes of a: two before, one before, this. */
	size_t rows[3][NAME_MAX_LENGTH + 1];

	for (size_t k = 0; k <= b_length; k++)
		rows[0][k] = k;
	for (size_t i = 1; i <= a_length; i++) {
		size_t *row = rows[i % 3];
		const size_t *above = rows[(i + 2) % 3];
		const size_t *two_above = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t k = 1; k <= b_length; k++) {
			char x = folded(a[i - 1]);
			char y = folded(b[k - 1]);

			row[k] = least(least(row[k - 1], above[k]) + 1, above[k - 1] + (x != y));
			if (i > 1 && k > 1 && x == folded(b[k - 2]) && folded(a[i - 2]) == y)
				row[k] = least(row[k], two_above[k - 2] + 1);
		}
	}
	return rows[a_length % 3][b_length];
}

/* SIZE_MAX where they have too little in common. */
static size_t distance(const char *wanted, const char *known)
{
	enum { PREFIX_MIN = 3 };
	size_t wanted_length = strlen(wanted);
	size_t known_length = strlen(known);
	size_t shorter = least(wanted_length, known_length);
	size_t edits;

	if (wanted_length > NAME_MAX_LENGTH || known_length > NAME_MAX_LENGTH)
		return SIZE_MAX;
	if (shorter >= PREFIX_MIN && strncmp(wanted, known, shorter) == 0)
		return 1;
	edits = edit_distance(wanted, wanted_length, known, known_length);
	return 2 * edits <= wanted_length + known_length - shorter ? edits : SIZE_MAX;
}

struct nearest nearest_to(const char *wanted)
{
	return (struct nearest){.wanted = wanted, .distance = SIZE_MAX};
}

void nearest_offer(struct nearest *nearest, const char *name)
{
	size_t d = distance(nearest->wanted, name);

	if (d < nearest->distance) {
		nearest->distance = d;
		nearest->name = name;
	}
}
