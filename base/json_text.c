#include "base/json_text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

enum { ESCAPE_SIZE = 8 };

static bool is_within(uint8_t byte, uint8_t least, uint8_t most)
{
	return byte >= least && byte <= most;
}

/*
 * How many bytes from `at` on are one character of more than a byte, as table 3-7 of Unicode has
 * them. Where they are none, *is_whole is false, and it is how many of them stand for one mistake.
 */
static size_t sequence(bool *is_whole, const uint8_t *at)
{
	uint8_t least = 0x80;
	uint8_t most = 0xbf;
	size_t size;

	*is_whole = false;
	if (is_within(at[0], 0xc2, 0xdf))
		size = 2;
	else if (is_within(at[0], 0xe0, 0xef))
		size = 3;
	else if (is_within(at[0], 0xf0, 0xf4))
		size = 4;
	else
		return 1;
	if (at[0] == 0xe0)
		least = 0xa0;
	else if (at[0] == 0xed)
		most = 0x9f;
	else if (at[0] == 0xf0)
		least = 0x90;
	else if (at[0] == 0xf4)
		most = 0x8f;
	for (size_t i = 1; i < size; i++) { /* the NUL at the end is within no limits */
		if (!is_within(at[i], least, most))
			return i;
		least = 0x80;
		most = 0xbf;
	}
	*is_whole = true;
	return size;
}

/* What stands for an ASCII character; "" where it stands for itself. */
static void escape(char out[ESCAPE_SIZE], uint8_t c)
{
	static const char named[] = "\"\\\b\f\n\r\t";
	static const char letters[] = "\"\\bfnrt";
	const char *at = strchr(named, c);

	out[0] = '\0';
	if (at)
		(void)snprintf(out, ESCAPE_SIZE, "\\%c", letters[at - named]);
	else if (c < 0x20 || c == 0x7f)
		(void)snprintf(out, ESCAPE_SIZE, "\\u%04x", (unsigned)c);
}

size_t json_text(char *out, size_t size, const char *text)
{
	const uint8_t *at = (const uint8_t *)text;
	size_t length = 0;

	while (*at) {
		char escaped[ESCAPE_SIZE];
		const char *piece = (const char *)at;
		size_t piece_size = 1;
		size_t step = 1;
		bool is_whole = true;

		if (*at < 0x80) {
			escape(escaped, *at);
			if (*escaped) {
				piece = escaped;
				piece_size = strlen(escaped);
			}
		} else {
			step = piece_size = sequence(&is_whole, at);
		}
		if (!is_whole) {
			piece = REPLACEMENT;
			piece_size = strlen(REPLACEMENT);
		}
		if (length + piece_size >= size)
			break;
		memcpy(out + length, piece, piece_size);
		length += piece_size;
		at += step;
	}
	out[length] = '\0';
	return length;
}
