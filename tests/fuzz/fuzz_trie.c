/*
 * Tries. The first byte says what the input is: the nodes of a proof, whose hashes are put where
 * the input wants them so that walks get deep; or items, whose trie must prove what it holds.
 */
#include <stdlib.h>

#include "abi/keccak.h"
#include "chain/trie.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { NODES_MAX = 8, ITEMS_MAX = 48, PROVED_MAX = 8 };

static void must(bool truth)
{
	if (!truth)
		abort();
}

/* Takes what the input still has of `size` bytes. */
static struct slice take(struct slice *input, size_t size)
{
	struct slice taken = slice_of(input->data, size < input->size ? size : input->size);

	if (taken.size)
		*input = slice_of(input->data + taken.size, input->size - taken.size);
	return taken;
}

static size_t take_number(struct slice *input, size_t below)
{
	struct slice byte = take(input, 1);

	return byte.size ? byte.data[0] % below : 0;
}

static size_t take_wide(struct slice *input)
{
	size_t high = take_number(input, 4);

	return high << 8 | take_number(input, 256);
}

static bool lies_within(struct slice part, const struct slice *nodes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (part.data >= nodes[i].data &&
		    part.data + part.size <= nodes[i].data + nodes[i].size)
			return true;
	return false;
}

/* Each node has its size, a place for its hash in the node before, and its bytes. */
static size_t take_nodes(struct slice *nodes, struct slice input, struct arena *arena)
{
	uint8_t *bytes[NODES_MAX];
	size_t places[NODES_MAX];
	size_t count = 0;

	while (count < NODES_MAX && input.size) {
		size_t size = take_wide(&input);
		struct slice node;

		places[count] = take_wide(&input);
		node = take(&input, size);
		bytes[count] = arena_copy(arena, node.data, node.size);
		nodes[count] = slice_of(bytes[count], node.size);
		count++;
	}
	for (size_t i = count; i-- > 1;) {
		struct hash hash = keccak256(nodes[i].data, nodes[i].size);

		if (places[i] + HASH_BYTES <= nodes[i - 1].size)
			memcpy(bytes[i - 1] + places[i], hash.bytes, HASH_BYTES);
	}
	return count;
}

static void walk_nodes(struct slice input, struct arena *arena)
{
	struct slice key = take(&input, take_number(&input, TRIE_KEY_MAX + 2));
	struct slice nodes[NODES_MAX + 1];
	size_t count = take_nodes(nodes, input, arena);
	struct hash root = trie_empty_root;
	struct slice value;

	if (count)
		root = keccak256(nodes[0].data, nodes[0].size);
	if (trie_verify(&value, root, key, nodes, count, NULL) != OK)
		return;
	must(key.size <= TRIE_KEY_MAX);
	must(!value.data == !value.size);
	must(!value.data || lies_within(value, nodes, count));
	nodes[count] = count ? nodes[0] : slice_of("", 0);
	must(trie_verify(&value, root, key, nodes, count + 1, NULL) == ERR_BAD_DATA);
	/* The empty trie is proved by its one node and by none. */
	if (count && !hash_equal(root, trie_empty_root))
		must(trie_verify(&value, root, key, nodes, count - 1, NULL) == ERR_BAD_DATA);
}

static struct slice value_of(const struct trie_item *items, size_t count, struct slice key)
{
	for (size_t i = 0; i < count; i++)
		if (slice_equal(items[i].key, key))
			return items[i].value;
	return slice_of(NULL, 0);
}

static void prove_key(struct trie_item *items, size_t count, struct hash root, struct slice key,
		      struct arena *arena)
{
	struct trie_proof proof;
	struct slice value;

	must(trie_prove(&proof, items, count, key, arena, NULL) == OK);
	must(proof.count <= TRIE_NODES_MAX);
	must(trie_verify(&value, root, key, proof.nodes, proof.count, NULL) == OK);
	must(slice_equal(value, value_of(items, count, key)));
}

static void build_items(struct slice input, struct arena *arena)
{
	struct slice absent = take(&input, take_number(&input, TRIE_KEY_MAX + 1));
	struct trie_item items[ITEMS_MAX];
	size_t count = 0;
	struct hash root;

	while (count < ITEMS_MAX && input.size) {
		items[count].key = take(&input, take_number(&input, TRIE_KEY_MAX + 1));
		items[count].value = take(&input, 1 + take_number(&input, 64));
		count++;
	}
	if (trie_root(&root, items, count, arena, NULL) != OK)
		return;
	prove_key(items, count, root, absent, arena);
	for (size_t i = 0; i < count && i < PROVED_MAX; i++)
		prove_key(items, count, root, items[i * count / PROVED_MAX % count].key, arena);
}

static void build_ordered(struct slice input, struct arena *arena)
{
	struct slice values[ITEMS_MAX] = {{0}};
	struct trie_proof proof;
	struct slice value;
	struct hash root;
	uint8_t key[9];
	size_t index = take_number(&input, 2 * ITEMS_MAX);
	size_t count = 0;

	while (count < ITEMS_MAX && input.size > 1)
		values[count++] = take(&input, 1 + take_number(&input, 64));
	root = trie_ordered_root(values, count, arena);
	trie_ordered_prove(&proof, values, count, index, arena);
	must(trie_verify(&value, root, slice_of(key, trie_ordered_key(key, index)), proof.nodes,
			 proof.count, NULL) == OK);
	must(slice_equal(value, index < count ? values[index] : slice_of(NULL, 0)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice input = slice_of(data, size);
	struct arena *arena = arena_new();

	switch (take_number(&input, 3)) {
	case 0:
		walk_nodes(input, arena);
		break;
	case 1:
		build_items(input, arena);
		break;
	default:
		build_ordered(input, arena);
		break;
	}
	arena_free(arena);
	return 0;
}
