/*
 * trie_path.h - keys of a trie as runs of nibbles, and their hex-prefix form in nodes (the Yellow
 * Paper, appendix C). Internal to the tries.
 */
#ifndef CHAIN_TRIE_PATH_H
#define CHAIN_TRIE_PATH_H

#include "base/slice.h"

static inline size_t path_length(struct slice key)
{
	return 2 * key.size;
}

static inline unsigned path_nibble(struct slice key, size_t at)
{
	uint8_t byte = key.data[at / 2];

	return at % 2 ? byte & 0x0f : byte >> 4;
}

/* Where two keys that agree before `at` part: the count of nibbles that they share. */
size_t path_shared(struct slice a, struct slice b, size_t at);

/* Writes the nibbles from `begin` to `end` with their RLP prefix to `out`; returns the size, which
 * is at most 2 + the key's size. */
size_t path_encode(uint8_t *out, struct slice key, size_t begin, size_t end, bool is_leaf);

/* A node's part of a path. */
struct path_part {
	struct slice nibbles; /* read with path_nibble */
	size_t begin;         /* of its nibbles, behind the flags */
	size_t length;
	bool is_leaf;
};

/* The inverse, without the RLP prefix; false where the flags or the padding are wrong. */
bool path_decode(struct path_part *out, struct slice bytes);

/* How many nibbles of the part are the key's from `at` on. */
size_t path_match(const struct path_part *part, struct slice key, size_t at);

#endif
