/*
 * Any text as a Last-Event-ID: it is refused as ERR_USAGE in one line that does not repeat it, or
 * it is a position, and then it is the very text that the position is written as.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "serve/stream/position.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = xmalloc(size + 1);
	char again[POSITION_TEXT_SIZE];
	struct position position;
	struct error err;

	memcpy(text, data, size);
	text[size] = '\0';
	if (position_parse(&position, text, &err) == OK) {
		assert(strcmp(position_format(again, &position), text) == 0);
		for (size_t i = 0; i < POSITION_BASES; i++) {
			uint64_t round;

			if (position_base(&round, position.number, i))
				assert(round < position.number);
		}
	} else {
		assert(err.status == ERR_USAGE);
		for (const char *at = err.message; *at; at++)
			assert((unsigned char)*at >= 0x20 && (unsigned char)*at < 0x7f);
	}
	free(text);
	return 0;
}
