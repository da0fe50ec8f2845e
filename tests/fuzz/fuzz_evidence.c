/*
 * An evidence file from foreign bytes, as it is and sealed again: whatever holds shows at least a
 * header, a receipt and a log, has one text only, and is refused with any other seal. No more
 * memory is taken than in proportion to the bytes.
 */
#include <stdlib.h>

#include "abi/keccak.h"
#include "serve/evidence/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TIMES_MAX = 400, ROOM = 1 << 20 };

static void require(bool holds)
{
	if (!holds)
		abort();
}

static bool has_part(const struct evidence_verdict *verdict, const char *part)
{
	for (size_t i = 0; i < verdict->proved_count; i++)
		if (strcmp(verdict->proved[i].part, part) == 0)
			return true;
	return false;
}

static void check(struct slice file)
{
	struct arena *arena = arena_new();
	struct evidence_verdict verdict;
	struct error err;
	enum status st = evidence_verify(&verdict, arena, file, &err);

	require(arena_used(arena) <= TIMES_MAX * file.size + ROOM);
	if (st == OK) {
		uint8_t *other = arena_copy(arena, file.data, file.size);

		require(has_part(&verdict, "header") && has_part(&verdict, "receipt") &&
			has_part(&verdict, "log"));
		require(verdict.claimed_count > 0 && verdict.advice[0]);
		json_decref(evidence_verdict_json(&verdict));
		/* A digit of the seal. */
		other[file.size - 5] = other[file.size - 5] == '0' ? '1' : '0';
		require(evidence_verify(&verdict, arena, slice_of(other, file.size), &err) ==
			ERR_BAD_DATA);
	} else {
		require(st == ERR_BAD_DATA && err.status == st && err.message[0]);
	}
	arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char begin[] = " \"seal\": \"";
	struct slice file = slice_of(data, size);
	char text[HEX_SIZE(HASH_BYTES)];
	struct arena *arena;
	uint8_t *sealed;

	check(file);
	if (size <= SEAL_LINE_SIZE)
		return 0;
	arena = arena_new();
	sealed = arena_copy(arena, data, size);
	hash_format(text, keccak256(data, size - SEAL_LINE_SIZE));
	memcpy(sealed + size - SEAL_LINE_SIZE + sizeof(begin) - 1, text, strlen(text));
	check(slice_of(sealed, size));
	arena_free(arena);
	return 0;
}
