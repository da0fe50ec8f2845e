#include "chain/trie_path.h"

enum { FLAG_ODD = 0x10, FLAG_LEAF = 0x20, FLAGS_UNKNOWN = 0xc0, RLP_STRING = 0x80 };

size_t path_shared(struct slice a, struct slice b, size_t at)
{
	size_t length = path_length(a.size < b.size ? a : b);

	while (at < length && path_nibble(a, at) == path_nibble(b, at))
		at++;
	return at;
}

size_t path_encode(uint8_t *out, struct slice key, size_t begin, size_t end, bool is_leaf)
{
	uint8_t *first = out;
	size_t size = 1 + (end - begin) / 2;

	/* The flags' byte is below 0x80: alone it is its own encoding. */
	if (size > 1)
		*out++ = (uint8_t)(RLP_STRING + size);
	*out = is_leaf ? FLAG_LEAF : 0;
	if ((end - begin) % 2)
		*out |= (uint8_t)(FLAG_ODD | path_nibble(key, begin++));
	out++;
	for (; begin < end; begin += 2)
		*out++ = (uint8_t)(path_nibble(key, begin) << 4 | path_nibble(key, begin + 1));
	return (size_t)(out - first);
}

bool path_decode(struct path_part *out, struct slice bytes)
{
	uint8_t flags;

	if (!bytes.size)
		return false;
	flags = bytes.data[0];
	if (flags & FLAGS_UNKNOWN || (!(flags & FLAG_ODD) && flags & 0x0f))
		return false;
	out->nibbles = bytes;
	out->begin = flags & FLAG_ODD ? 1 : 2;
	out->length = path_length(bytes) - out->begin;
	out->is_leaf = flags & FLAG_LEAF;
	return true;
}

size_t path_match(const struct path_part *part, struct slice key, size_t at)
{
	size_t left = path_length(key) - at;
	size_t length = part->length < left ? part->length : left;
	size_t i = 0;

	while (i < length &&
	       path_nibble(part->nibbles, part->begin + i) == path_nibble(key, at + i))
		i++;
	return i;
}
