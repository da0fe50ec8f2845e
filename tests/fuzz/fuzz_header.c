/*
 * A header from foreign bytes: whatever is accepted is encoded to the same bytes again, and its
 * hash is theirs.
 */
#include <stdlib.h>

#include "abi/keccak.h"
#include "chain/header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct buffer again = buffer_in(arena);
	struct block_header header;
	struct error err;
	enum status st = header_decode(&header, slice_of(data, size), &err);

	if (st == OK) {
		header_encode(&again, &header);
		require(slice_equal(buffer_slice(&again), slice_of(data, size)));
		require(hash_equal(header_hash(&header, arena), keccak256(data, size)));
		require(header.extra.size <= HEADER_EXTRA_MAX);
	} else {
		require(st == ERR_BAD_DATA && err.status == st && err.message[0]);
	}
	arena_free(arena);
	return 0;
}
