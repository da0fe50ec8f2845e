#include "chain/trie.h"

#include <stdlib.h>

#include "abi/keccak.h"
#include "chain/rlp.h"
#include "chain/trie_path.h"

enum {
	BRANCH_SLOTS = 16,
	REFERENCE_MAX = 1 + HASH_BYTES, /* a hash with its prefix; an embedded node is shorter */
	EMPTY_STRING = 0x80,
	HEAD_MAX = RLP_PREFIX_MAX + BRANCH_SLOTS * REFERENCE_MAX + RLP_PREFIX_MAX,
	ORDERED_KEY_MAX = 9,
	FIRST_WITH_PREFIX = 0x80, /* from this index on rlp(i) has a prefix */
};

const struct hash trie_empty_root = {{0x56, 0xe8, 0x1f, 0x17, 0x1b, 0xcc, 0x55, 0xa6,
				      0xff, 0x83, 0x45, 0xe6, 0x92, 0xc0, 0xf8, 0x6e,
				      0x5b, 0x48, 0xe0, 0x1b, 0x99, 0x6c, 0xad, 0xc0,
				      0x01, 0x62, 0x2f, 0xb5, 0xe3, 0x63, 0xb4, 0x21}};

/* A trie being built from sorted items, and the nodes on the way to one key where those are asked
 * for. */
struct builder {
	const struct trie_item *items;
	struct arena *arena;
	struct trie_proof *proof; /* NULL: only the root; filled from the deepest node upwards */
	struct slice key;         /* that is proved */
};

/* The part of a trie below one node: these items, which agree in their first `depth` nibbles. */
struct part {
	size_t begin;
	size_t end;
	size_t depth;
	bool on_path; /* to the key that is proved */
};

/*
 * A node about to be encoded: a head that is put together here, and the value at its end, which
 * stays where it is. The head's payload leaves room for the list's prefix before it.
 */
struct node {
	size_t head_size;
	struct slice value; /* may be empty: the head is all of it */
	uint8_t head[HEAD_MAX];
};

static void node_begin(struct node *node)
{
	node->head_size = 0;
	node->value = slice_of(NULL, 0);
}

static uint8_t *head_end(struct node *node)
{
	return node->head + RLP_PREFIX_MAX + node->head_size;
}

static void put_value(struct node *node, struct slice value)
{
	node->value = value;
	if (value.size != 1 || value.data[0] >= EMPTY_STRING)
		node->head_size += rlp_prefix(head_end(node), false, value.size);
}

/* What a parent has of a node: itself where it is shorter than a hash, else its hash. Writes at
 * most REFERENCE_MAX bytes to `out`; the root is always hashed. */
static size_t refer(struct builder *b, uint8_t *out, struct node *node, const struct part *part)
{
	uint8_t prefix[RLP_PREFIX_MAX];
	size_t prefix_size = rlp_prefix(prefix, true, node->head_size + node->value.size);
	uint8_t *head = node->head + RLP_PREFIX_MAX - prefix_size;
	size_t head_size = prefix_size + node->head_size;
	struct keccak k;
	struct hash hash;

	memcpy(head, prefix, prefix_size);
	if (head_size + node->value.size < HASH_BYTES && part->depth) {
		memcpy(out, head, head_size);
		if (node->value.size)
			memcpy(out + head_size, node->value.data, node->value.size);
		return head_size + node->value.size;
	}
	keccak_init(&k);
	keccak_update(&k, head, head_size);
	keccak_update(&k, node->value.data, node->value.size);
	hash = keccak_final(&k);
	out[0] = EMPTY_STRING + HASH_BYTES;
	memcpy(out + 1, hash.bytes, HASH_BYTES);
	if (b->proof && part->on_path) {
		struct buffer copy = buffer_in(b->arena);

		buffer_append(&copy, head, head_size);
		buffer_append(&copy, node->value.data, node->value.size);
		b->proof->nodes[b->proof->count++] = buffer_slice(&copy);
	}
	return REFERENCE_MAX;
}

static size_t build_leaf(struct builder *b, uint8_t *out, const struct part *part)
{
	const struct trie_item *item = &b->items[part->begin];
	struct node node;

	node_begin(&node);
	node.head_size =
		path_encode(head_end(&node), item->key, part->depth, path_length(item->key), true);
	put_value(&node, item->value);
	return refer(b, out, &node, part);
}

static size_t build(struct builder *b, uint8_t *out, const struct part *part);

/* The items that go on with this nibble, from `begin` on. */
static struct part slot_part(const struct builder *b, const struct part *part, size_t begin,
			     unsigned nibble)
{
	struct part slot = {.begin = begin, .end = begin, .depth = part->depth + 1};

	while (slot.end < part->end && path_nibble(b->items[slot.end].key, part->depth) == nibble)
		slot.end++;
	slot.on_path = part->on_path && part->depth < path_length(b->key) &&
		       path_nibble(b->key, part->depth) == nibble;
	return slot;
}

static size_t build_branch(struct builder *b, uint8_t *out, const struct part *part)
{
	struct slice own = {0}; /* the value of the key that ends here, which is sorted first */
	size_t at = part->begin;
	struct node node;

	node_begin(&node);
	if (path_length(b->items[at].key) == part->depth)
		own = b->items[at++].value;
	for (unsigned nibble = 0; nibble < BRANCH_SLOTS; nibble++) {
		struct part slot = slot_part(b, part, at, nibble);

		if (slot.begin == slot.end) {
			*head_end(&node) = EMPTY_STRING;
			node.head_size++;
			continue;
		}
		node.head_size += build(b, head_end(&node), &slot);
		at = slot.end;
	}
	put_value(&node, own);
	return refer(b, out, &node, part);
}

static size_t build_extension(struct builder *b, uint8_t *out, const struct part *part,
			      size_t depth)
{
	struct slice key = b->items[part->begin].key;
	struct part branch = *part;
	struct node node;

	branch.depth = depth;
	branch.on_path = part->on_path && path_shared(b->key, key, part->depth) >= depth;
	node_begin(&node);
	node.head_size = path_encode(head_end(&node), key, part->depth, depth, false);
	node.head_size += build_branch(b, head_end(&node), &branch);
	return refer(b, out, &node, part);
}

/* The node above these items, of which there is at least one. */
static size_t build(struct builder *b, uint8_t *out, const struct part *part)
{
	size_t shared;

	if (part->end - part->begin == 1)
		return build_leaf(b, out, part);
	/* The items are sorted: what the first and the last share is shared by all. */
	shared = path_shared(b->items[part->begin].key, b->items[part->end - 1].key, part->depth);
	if (shared > part->depth)
		return build_extension(b, out, part, shared);
	return build_branch(b, out, part);
}

static struct hash build_root(struct builder *b, size_t count)
{
	uint8_t reference[REFERENCE_MAX];
	struct hash root;

	if (b->proof) {
		b->proof->nodes = arena_array(b->arena, TRIE_NODES_MAX, sizeof(*b->proof->nodes));
		b->proof->count = 0;
	}
	if (!count)
		return trie_empty_root;
	(void)build(b, reference, &(struct part){.end = count, .on_path = b->proof != NULL});
	memcpy(root.bytes, reference + 1, HASH_BYTES);
	return root;
}

/* From the root downwards, as proofs are handed around. */
static void reverse(struct trie_proof *proof)
{
	for (size_t i = 0; i < proof->count / 2; i++) {
		struct slice node = proof->nodes[i];

		proof->nodes[i] = proof->nodes[proof->count - 1 - i];
		proof->nodes[proof->count - 1 - i] = node;
	}
}

static int by_key(const void *a, const void *b)
{
	const struct slice *x = &((const struct trie_item *)a)->key;
	const struct slice *y = &((const struct trie_item *)b)->key;
	size_t shared = x->size < y->size ? x->size : y->size;
	int order = shared ? memcmp(x->data, y->data, shared) : 0;

	return order ? order : (x->size > y->size) - (x->size < y->size);
}

static enum status sort_items(struct trie_item *items, size_t count, struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		if (items[i].key.size > TRIE_KEY_MAX)
			return error_set(err, ERR_BAD_DATA, "a trie's key of %zu bytes",
					 items[i].key.size);
		if (!items[i].value.size)
			return error_set(err, ERR_BAD_DATA, "an empty value in a trie");
	}
	if (count > 1)
		qsort(items, count, sizeof(*items), by_key);
	for (size_t i = 1; i < count; i++)
		if (slice_equal(items[i - 1].key, items[i].key))
			return error_set(err, ERR_BAD_DATA, "two values for one key of a trie");
	return OK;
}

enum status trie_root(struct hash *out, struct trie_item *items, size_t count, struct arena *arena,
		      struct error *err)
{
	struct builder b = {.items = items, .arena = arena};
	enum status st = sort_items(items, count, err);

	if (st == OK)
		*out = build_root(&b, count);
	return st;
}

enum status trie_prove(struct trie_proof *out, struct trie_item *items, size_t count,
		       struct slice key, struct arena *arena, struct error *err)
{
	struct builder b = {.items = items, .arena = arena, .proof = out, .key = key};
	enum status st = sort_items(items, count, err);

	if (st != OK)
		return st;
	(void)build_root(&b, count);
	reverse(out);
	return OK;
}

size_t trie_ordered_key(uint8_t out[9], uint64_t index)
{
	size_t size = 0;

	if (index && index < FIRST_WITH_PREFIX) {
		out[0] = (uint8_t)index;
		return 1;
	}
	for (uint64_t rest = index; rest; rest >>= 8)
		size++;
	out[0] = (uint8_t)(EMPTY_STRING + size);
	for (size_t i = size; i; i--, index >>= 8)
		out[i] = (uint8_t)index;
	return 1 + size;
}

/*
 * The items of an ordered trie, sorted as they come: rlp(0) is 0x80, which stands behind rlp(127)
 * and before rlp(128) with its prefix; all others stand in the order of their indexes.
 */
static struct trie_item *ordered_items(const struct slice *values, size_t count,
				       struct arena *arena)
{
	struct trie_item *items = arena_array(arena, count, sizeof(*items));
	uint8_t *keys = arena_array(arena, count, ORDERED_KEY_MAX);
	size_t zero_at = count < FIRST_WITH_PREFIX ? count - 1 : FIRST_WITH_PREFIX - 1;

	for (size_t i = 0; i < count; i++) {
		size_t index = i < zero_at ? i + 1 : i == zero_at ? 0 : i;

		items[i].key = slice_of(keys, trie_ordered_key(keys, index));
		items[i].value = values[index];
		keys += items[i].key.size;
	}
	return items;
}

struct hash trie_ordered_root(const struct slice *values, size_t count, struct arena *arena)
{
	struct builder b = {.arena = arena};

	if (count)
		b.items = ordered_items(values, count, arena);
	return build_root(&b, count);
}

void trie_ordered_prove(struct trie_proof *out, const struct slice *values, size_t count,
			uint64_t index, struct arena *arena)
{
	uint8_t key[ORDERED_KEY_MAX];
	struct builder b = {.arena = arena, .proof = out};

	b.key = slice_of(key, trie_ordered_key(key, index));
	if (count)
		b.items = ordered_items(values, count, arena);
	(void)build_root(&b, count);
	reverse(out);
}
