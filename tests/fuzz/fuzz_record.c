/*
 * A record of every kind of field: bytes that are accepted encode to themselves again.
 */
#include <stdlib.h>

#include "store/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define RECORD_OWNER struct sample
#define SAMPLE_FIELDS(F)                                                                           \
	F(U256, amount, "")                                                                        \
	F(U64, block, "")                                                                          \
	F(BOOL, is_open, "")                                                                       \
	F(ADDRESS, who, "")                                                                        \
	F(HASH, transaction, "")                                                                   \
	F(TEXT, text, "")                                                                          \
	F(BYTES, bytes, "")                                                                        \
	F(BOOL, is_last, "")                                                                       \
	F(U64, ninth, "")

struct sample {
	RECORD_STRUCT(SAMPLE_FIELDS)
};

RECORD_DEFINE(sample, SAMPLE_FIELDS)
#undef RECORD_OWNER

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct sample sample;

	if (record_decode(&sample, arena, &record_sample, slice_of(data, size), NULL) == OK &&
	    !slice_equal(record_encode(arena, &record_sample, &sample), slice_of(data, size)))
		abort();
	arena_free(arena);
	return 0;
}
