#include "abi/keccak.h"
#include "chain/rlp.h"
#include "chain/trie.h"
#include "chain/trie_path.h"

enum {
	BRANCH_ITEMS = 17,
	SLOTS = BRANCH_ITEMS - 1,
	PAIR_ITEMS = 2,
	NIBBLES_MAX = 2 * TRIE_KEY_MAX,
};

/* A walk from the root towards a key, through the nodes of a proof. */
struct walk {
	struct slice key;
	size_t at; /* nibbles of the key that are behind */
	const struct slice *nodes;
	size_t count;
	size_t next;          /* of `nodes` */
	struct rlp_item node; /* where the walk stands */
	bool must_branch;     /* it stands below an extension */
	bool is_over;
	struct slice value;  /* then; empty where there is none */
	const char *problem; /* what is wrong with the node */
};

static bool wrong(struct walk *w, const char *problem)
{
	w->problem = problem;
	return false;
}

static bool arrive(struct walk *w, struct slice value)
{
	w->is_over = true;
	w->value = value.size ? value : slice_of(NULL, 0);
	return true;
}

static bool hash_fits(struct slice node, const uint8_t hash[HASH_BYTES])
{
	struct hash own = keccak256(node.data, node.size);

	return memcmp(own.bytes, hash, HASH_BYTES) == 0;
}

/* Empty, a hash, or a node that is shorter than a hash: all that may stand for a child. */
static bool is_reference(const struct rlp_item *item)
{
	if (item->is_list)
		return item->encoding.size < HASH_BYTES;
	return item->payload.size == 0 || item->payload.size == HASH_BYTES;
}

/* Goes to the child that this stands for; it is not empty. */
static bool descend(struct walk *w, const struct rlp_item *reference)
{
	struct slice node;
	struct error err;

	if (reference->is_list) {
		w->node = *reference;
		return true;
	}
	if (w->next == w->count)
		return wrong(w, "the node below it is missing");
	node = w->nodes[w->next];
	if (!hash_fits(node, reference->payload.data))
		return wrong(w, "the node below it has another hash");
	w->next++;
	if (node.size < HASH_BYTES)
		return wrong(w, "it is so short that it must stand within its parent");
	if (rlp_check(node, &err) != OK || rlp_decode(&w->node, node, &err) != OK)
		return wrong(w, "not canonical RLP");
	return true;
}

static bool walk_branch(struct walk *w, const struct rlp_item items[BRANCH_ITEMS])
{
	const struct rlp_item *value = &items[SLOTS];
	unsigned used = 0;
	const struct rlp_item *slot;

	for (size_t i = 0; i < SLOTS; i++) {
		if (!is_reference(&items[i]))
			return wrong(w, "a branch's slot that is no reference");
		used += items[i].payload.size != 0;
	}
	if (value->is_list)
		return wrong(w, "a branch's value that is a list");
	if (used + (value->payload.size != 0) < 2)
		return wrong(w, "a branch that does not branch");
	w->must_branch = false;
	if (w->at == path_length(w->key))
		return arrive(w, value->payload);
	slot = &items[path_nibble(w->key, w->at)];
	if (slot->payload.size == 0)
		return arrive(w, slot->payload);
	w->at++;
	return descend(w, slot);
}

static bool walk_pair(struct walk *w, const struct rlp_item items[PAIR_ITEMS])
{
	const struct rlp_item *second = &items[1];
	struct path_part part;
	size_t matching;

	if (w->must_branch)
		return wrong(w, "no branch below an extension");
	if (items[0].is_list || !path_decode(&part, items[0].payload))
		return wrong(w, "a path that is no hex-prefix form");
	if (part.length > NIBBLES_MAX - w->at)
		return wrong(w, "a path that is longer than a key");
	matching = path_match(&part, w->key, w->at);
	if (part.is_leaf) {
		if (second->is_list || second->payload.size == 0)
			return wrong(w, "a leaf without a value");
		if (matching < part.length || w->at + matching < path_length(w->key))
			return arrive(w, slice_of(NULL, 0));
		return arrive(w, second->payload);
	}
	if (part.length == 0)
		return wrong(w, "an extension without a path");
	if (!is_reference(second) || second->payload.size == 0)
		return wrong(w, "an extension to nothing");
	if (matching < part.length)
		return arrive(w, slice_of(NULL, 0));
	w->at += part.length;
	w->must_branch = true;
	return descend(w, second);
}

/* One node further, or to the answer. */
static bool step(struct walk *w)
{
	struct rlp_item items[BRANCH_ITEMS];
	struct rlp_reader r;
	size_t count = 0;

	rlp_open(&r, &w->node);
	while (count < BRANCH_ITEMS && rlp_next(&items[count], &r))
		count++;
	if (rlp_close(&r, NULL) != OK || (count != BRANCH_ITEMS && count != PAIR_ITEMS))
		return wrong(w, "neither a list of 17 nor of 2 items");
	return count == BRANCH_ITEMS ? walk_branch(w, items) : walk_pair(w, items);
}

static bool begin(struct walk *w, struct hash root)
{
	struct slice node = w->nodes[0];
	struct error err;

	if (!hash_fits(node, root.bytes))
		return wrong(w, "its hash is not the root");
	w->next = 1;
	if (rlp_check(node, &err) != OK || rlp_decode(&w->node, node, &err) != OK)
		return wrong(w, "not canonical RLP");
	if (hash_equal(root, trie_empty_root))
		return arrive(w, slice_of(NULL, 0));
	return true;
}

enum status trie_verify(struct slice *value, struct hash root, struct slice key,
			const struct slice *nodes, size_t count, struct error *err)
{
	struct walk w = {.key = key, .nodes = nodes, .count = count};
	bool is_good;

	if (key.size > TRIE_KEY_MAX)
		return error_set(err, ERR_BAD_DATA, "a trie's key of %zu bytes", key.size);
	*value = slice_of(NULL, 0);
	if (count == 0 && hash_equal(root, trie_empty_root))
		return OK;
	if (count == 0)
		return error_set(err, ERR_BAD_DATA, "a proof without nodes");
	is_good = begin(&w, root);
	while (is_good && !w.is_over)
		is_good = step(&w);
	if (!is_good)
		return error_set(err, ERR_BAD_DATA, "proof node %zu: %s", w.next ? w.next - 1 : 0,
				 w.problem);
	if (w.next != count)
		return error_set(err, ERR_BAD_DATA, "%zu proof nodes where the path has %zu", count,
				 w.next);
	*value = w.value;
	return OK;
}
