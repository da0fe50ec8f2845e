/*
 * Any text as a model's parameters: they are read, or refused as ERR_USAGE in one line.
 */
#include <assert.h>
#include <string.h>

#include "cli/quote_params.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	u256 out[PREMIUM_PARAMETERS_MAX];
	struct error err;
	enum status st = quote_params_parse(out, arena, premium_model_find("bridge-mutual-v2"),
					    "fuzz.json", (const char *)data, size, &err);

	if (st != OK) {
		assert(st == ERR_USAGE && err.status == st);
		assert(strncmp(err.message, "fuzz.json: ", 11) == 0);
		for (const char *at = err.message; *at; at++)
			assert((unsigned char)*at >= 0x20);
	}
	arena_free(arena);
	return 0;
}
