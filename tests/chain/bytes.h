/*
 * bytes.h - bytes as Ethereum's published vectors write them: "0x…" is hexadecimal, all else text.
 */
#ifndef TESTS_CHAIN_BYTES_H
#define TESTS_CHAIN_BYTES_H

#include "abi/types.h"
#include "tests/support/test.h"

static inline struct slice bytes_of(struct arena *arena, const char *text)
{
	struct error err;
	struct slice bytes;
	size_t length = strlen(text);

	if (strncmp(text, "0x", 2) != 0)
		return slice_copy(arena, slice_of(text, length));
	assert_ok(hex_parse(&bytes, arena, text, length, length, &err), err);
	return bytes;
}

static inline struct hash hash_of(const char *text)
{
	struct error err;
	struct hash hash;

	assert_ok(hash_parse(&hash, text, strlen(text), &err), err);
	return hash;
}

static inline void assert_hash(struct hash got, const char *wanted)
{
	char text[HEX_SIZE(HASH_BYTES)];

	assert_string_equal(hash_format(text, got), wanted);
}

#endif
