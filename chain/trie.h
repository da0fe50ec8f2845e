/*
 * trie.h - Ethereum's Merkle-Patricia tries: roots, proofs, and checking them.
 *
 * Keys are taken as they are; for the state's "secure" tries the caller hashes them first. Source
 * of the rules: the Yellow Paper, appendix D.
 */
#ifndef CHAIN_TRIE_H
#define CHAIN_TRIE_H

#include "abi/types.h"

/* keccak256(0x80): the root of a trie with nothing in it. */
extern const struct hash trie_empty_root;

/* Longest key, and so the most nodes of a proof: 32 bytes are 64 nibbles. */
enum { TRIE_KEY_MAX = 32, TRIE_NODES_MAX = 2 * TRIE_KEY_MAX + 1 };

struct trie_item {
	struct slice key;
	struct slice value; /* not empty */
};

/*
 * The root of a trie with these items; `items` is sorted in place. Memory of `arena` is used for
 * scratch. ERR_BAD_DATA: two equal keys, an empty value, a key that is too long.
 */
enum status trie_root(struct hash *out, struct trie_item *items, size_t count, struct arena *arena,
		      struct error *err) MUST_CHECK;

/* The root where item i has the key rlp(i), as transactions, receipts and withdrawals do. */
struct hash trie_ordered_root(const struct slice *values, size_t count, struct arena *arena);

/* The encoded nodes from the root to a key, whether it is there or not. In the arena. */
struct trie_proof {
	struct slice *nodes;
	size_t count;
};

enum status trie_prove(struct trie_proof *out, struct trie_item *items, size_t count,
		       struct slice key, struct arena *arena, struct error *err) MUST_CHECK;
void trie_ordered_prove(struct trie_proof *out, const struct slice *values, size_t count,
			uint64_t index, struct arena *arena);
/* rlp(index) to `out` (9 bytes); returns its size. */
size_t trie_ordered_key(uint8_t out[9], uint64_t index);

/*
 * What the trie with that root holds under the key: `value` points into `nodes`, or is empty (data
 * NULL) where the proof shows that nothing is there. ERR_BAD_DATA where the nodes prove neither: a
 * node of another hash, of wrong form, missing, or more nodes than the path has.
 */
enum status trie_verify(struct slice *value, struct hash root, struct slice key,
			const struct slice *nodes, size_t count, struct error *err) MUST_CHECK;

#endif
