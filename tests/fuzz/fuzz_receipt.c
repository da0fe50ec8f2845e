/*
 * A receipt from foreign bytes: whatever is accepted is encoded to the same bytes again, its bloom
 * is the same by either way, and no more memory is taken than in proportion to the bytes.
 */
#include <stdlib.h>

#include "chain/receipt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void check_bloom(const struct receipt *receipt, struct arena *arena)
{
	struct bloom_cache *cache = bloom_cache_new(arena);
	struct bloom whole = receipt_bloom(receipt);
	struct bloom bloom = {{0}};

	for (size_t i = 0; i < receipt->log_count; i++) {
		require(receipt->logs[i].topic_count <= LOG_TOPICS_MAX);
		bloom_cache_add_log(cache, &bloom, &receipt->logs[i]);
	}
	require(bloom_equal(&bloom, &whole));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum { TIMES_MAX = 16, ROOM = 1024 };
	struct arena *arena = arena_new();
	struct buffer again = buffer_in(arena);
	struct receipt receipt;
	struct error err;
	enum status st = receipt_decode(&receipt, arena, slice_of(data, size), &err);

	require(arena_used(arena) <= TIMES_MAX * size + ROOM);
	if (st == OK) {
		receipt_encode(&again, &receipt);
		require(slice_equal(buffer_slice(&again), slice_of(data, size)));
		require(slice_equal(receipts_encode(&receipt, 1, arena)[0], slice_of(data, size)));
		check_bloom(&receipt, arena);
	} else {
		require(st == ERR_BAD_DATA && err.status == st && err.message[0]);
	}
	arena_free(arena);
	return 0;
}
