#include "serve/http/tag.h"

#include <stdio.h>
#include <string.h>

#include "abi/keccak.h"

#define COMPRESSED "-gz"

enum { TAG_BYTES = 16 };

void tag_of(char out[TAG_SIZE], struct slice body)
{
	struct hash hash = keccak256(body.data, body.size);
	char hex[HEX_SIZE(TAG_BYTES)];

	(void)snprintf(out, TAG_SIZE, "\"%s\"",
		       hex_format(hex, slice_of(hash.bytes, TAG_BYTES)) + 2);
}

const char *tag_compressed(struct arena *arena, const char *tag)
{
	size_t length = strlen(tag);

	if (length < 2 || tag[length - 1] != '"')
		return tag;
	return arena_printf(arena, "%.*s" COMPRESSED "\"", (int)length - 1, tag);
}

/* Between the quotation marks. */
static struct slice opaque(const char *tag, size_t length)
{
	const char *open = memchr(tag, '"', length);
	size_t inside;

	if (!open || length < 2 || tag[length - 1] != '"' || open == tag + length - 1)
		return slice_of("", 0);
	inside = (size_t)(tag + length - 1 - (open + 1));
	if (inside >= strlen(COMPRESSED) &&
	    memcmp(open + 1 + inside - strlen(COMPRESSED), COMPRESSED, strlen(COMPRESSED)) == 0)
		inside -= strlen(COMPRESSED);
	return slice_of(open + 1, inside);
}

bool tag_is_named(const char *header, const char *tag)
{
	struct slice wanted = opaque(tag, strlen(tag));

	while (header && *header) {
		size_t length;

		header += strspn(header, " \t,");
		if (*header == '*')
			return true;
		/* A comma may stand inside the quotation marks. */
		length = strcspn(header, "\"");
		if (header[length])
			length += 1 + strcspn(header + length + 1, "\"");
		if (!header[length])
			return false;
		length++;
		if (slice_equal(opaque(header, length), wanted))
			return true;
		header += length;
	}
	return false;
}
