/*
 * What the store reads back from a file that may be damaged: change lists, row keys, block records.
 * Whatever is accepted must be in order and must encode to the same bytes again.
 */
#include <stdlib.h>

#include "store/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
	if (!holds)
		abort();
}

static void read_row_key(const uint8_t *data, size_t size)
{
	uint8_t again[ROW_DB_KEY_MAX];
	struct row_key key = {0};
	uint64_t block;

	if (!row_db_key_read(&key, &block, val_of(data, size)))
		return;
	require(row_db_key(again, &key, block) == size);
	require(memcmp(again, data, size) == 0);
}

static void read_block(const uint8_t *data, size_t size)
{
	uint8_t again[BLOCK_VALUE_BYTES];
	struct block_record record;

	if (!block_value_read(&record, 7, val_of(data, size)))
		return;
	require(record.ref.number == 7);
	block_value(again, &record);
	require(memcmp(again, data, size) == 0);
}

static void read_changes(const uint8_t *data, size_t size)
{
	struct change_walk walk = change_walk_of(slice_of(data, size));
	struct row_key before = {0};
	size_t bytes = 0;

	for (size_t count = 0; change_walk_next(&walk); count++) {
		char text[ROW_TEXT_SIZE];

		require(walk.key.size <= ROW_KEY_MAX);
		require(count == 0 || row_key_compare(&before, &walk.key) < 0);
		require(strlen(row_text(text, &walk.key)) < sizeof(text));
		bytes += walk.key.size;
		before = walk.key;
	}
	require(bytes <= size);
	require(walk.at == walk.end && !walk.left);
	require(!change_walk_next(&walk));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *exact = malloc(size ? size : 1); /* so that a byte too far is noticed */

	if (!exact)
		return 0;
	memcpy(exact, data, size);
	read_row_key(exact, size);
	read_block(exact, size);
	read_changes(exact, size);
	free(exact);
	return 0;
}
