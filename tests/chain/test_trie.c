#include "chain/trie.h"

#include "abi/keccak.h"
#include "chain/rlp.h"
#include "tests/abi/check.h"
#include "tests/abi/random.h"
#include "tests/chain/bytes.h"
#include "tests/chain/trie_vectors.h"

enum { SEED = 1186, TRIES = 120, ITEMS_MAX = 90, VALUE_MAX = 70, ORDERED_MAX = 300 };

static int arena_make(void **state)
{
	*state = arena_new();
	return 0;
}

static int arena_drop(void **state)
{
	arena_free(*state);
	return 0;
}

/* A trie's items, and what a proof from it should show. */
struct model {
	struct trie_item items[ORDERED_MAX];
	size_t count;
	struct hash root;
};

static struct slice model_value(const struct model *m, struct slice key)
{
	for (size_t i = 0; i < m->count; i++)
		if (slice_equal(m->items[i].key, key))
			return m->items[i].value;
	return slice_of(NULL, 0);
}

static void model_put(struct model *m, struct slice key, struct slice value)
{
	size_t at = 0;

	while (at < m->count && !slice_equal(m->items[at].key, key))
		at++;
	if (!value.size) {
		assert_true(at < m->count);
		m->items[at] = m->items[--m->count];
		return;
	}
	assert_true(at < ORDERED_MAX);
	m->items[at] = (struct trie_item){.key = key, .value = value};
	if (at == m->count)
		m->count++;
}

static void model_seal(struct model *m, struct arena *arena)
{
	struct error err;

	assert_ok(trie_root(&m->root, m->items, m->count, arena, &err), err);
}

static struct trie_proof prove(struct model *m, struct slice key, struct arena *arena)
{
	struct trie_proof proof;
	struct error err;

	assert_ok(trie_prove(&proof, m->items, m->count, key, arena, &err), err);
	assert_true(proof.count <= TRIE_NODES_MAX);
	return proof;
}

/* The proof shows what the model has, there or not. */
static void shows_the_truth(struct model *m, struct slice key, struct arena *arena)
{
	struct trie_proof proof = prove(m, key, arena);
	struct slice wanted = model_value(m, key);
	struct slice value;
	struct error err;

	assert_ok(trie_verify(&value, m->root, key, proof.nodes, proof.count, &err), err);
	assert_true(slice_equal(value, wanted));
	assert_true((value.data == NULL) == (wanted.data == NULL));
}

static struct slice secure(struct arena *arena, struct slice key)
{
	struct hash hash = keccak256(key.data, key.size);

	return slice_copy(arena, slice_of(hash.bytes, HASH_BYTES));
}

static void has_published_root(const struct trie_vector *vector, bool is_secure,
			       struct arena *arena)
{
	struct model m = {.count = 0};

	for (size_t i = 0; i < VECTOR_PAIRS_MAX && vector->pairs[i].key; i++) {
		struct slice key = bytes_of(arena, vector->pairs[i].key);
		const char *value = vector->pairs[i].value;

		model_put(&m, is_secure ? secure(arena, key) : key,
			  value ? bytes_of(arena, value) : slice_of(NULL, 0));
	}
	model_seal(&m, arena);
	assert_hash(m.root, is_secure ? vector->secure_root : vector->root);
	for (size_t i = 0; i < VECTOR_PAIRS_MAX && vector->pairs[i].key; i++) {
		struct slice key = bytes_of(arena, vector->pairs[i].key);

		shows_the_truth(&m, key, arena);
		shows_the_truth(&m, secure(arena, key), arena);
	}
}

static void published_roots(void **state)
{
	for (size_t i = 0; i < TRIE_VECTORS_COUNT; i++) {
		if (trie_vectors[i].root)
			has_published_root(&trie_vectors[i], false, *state);
		if (trie_vectors[i].secure_root)
			has_published_root(&trie_vectors[i], true, *state);
	}
}

static void nothing_has_the_empty_root(void **state)
{
	struct slice key = slice_of("key", 3);
	struct slice empty = slice_of("\x80", 1);
	struct trie_proof proof;
	struct hash root;
	struct slice value = key;
	struct error err;

	assert_hash(keccak256("\x80", 1), EMPTY_ROOT);
	assert_hash(trie_empty_root, EMPTY_ROOT);
	assert_hash(trie_ordered_root(NULL, 0, *state), EMPTY_ROOT);
	assert_ok(trie_root(&root, NULL, 0, *state, &err), err);
	assert_hash(root, EMPTY_ROOT);
	assert_ok(trie_prove(&proof, NULL, 0, key, *state, &err), err);
	assert_int_equal(proof.count, 0);
	assert_ok(trie_verify(&value, root, key, NULL, 0, &err), err);
	assert_null(value.data);
	value = key;
	assert_ok(trie_verify(&value, root, key, &empty, 1, &err), err);
	assert_null(value.data);
}

/* Two receipts of a published block (ethereum/execution-spec-tests): legacy, without logs, with
 * 0x5b74 and 0xb6e8 gas. */
static void receipts_of_a_published_block(void **state)
{
	static const uint64_t gas[] = {0x5b74, 0xb6e8};
	static const uint8_t bloom[256];
	struct slice receipts[2];

	for (size_t i = 0; i < 2; i++) {
		struct buffer out = buffer_in(*state);
		size_t begin = rlp_list_begin(&out);

		rlp_put_u64(&out, 1);
		rlp_put_u64(&out, gas[i]);
		rlp_put_bytes(&out, slice_of(bloom, sizeof(bloom)));
		rlp_list_end(&out, rlp_list_begin(&out));
		rlp_list_end(&out, begin);
		receipts[i] = buffer_slice(&out);
	}
	assert_hash(trie_ordered_root(receipts, 2, *state),
		    "0x8f668f8b9d0cafee86ca26ba619eda34bef9f00e8694ee97efa8d363bda58fe3");
}

static void ordered_keys_are_rlp(void **state)
{
	static const uint64_t indexes[] = {0,   1,     127,   128,        255,
					   256, 65535, 65536, 1ull << 32, UINT64_MAX};

	for (size_t i = 0; i < sizeof(indexes) / sizeof(indexes[0]); i++) {
		struct buffer out = buffer_in(*state);
		uint8_t key[9];

		rlp_put_u64(&out, indexes[i]);
		assert_true(slice_equal(slice_of(key, trie_ordered_key(key, indexes[i])),
					buffer_slice(&out)));
	}
}

static struct slice random_bytes(struct arena *arena, uint64_t *seed, size_t size)
{
	uint8_t *bytes = arena_alloc(arena, size);

	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)random_word(seed);
	return slice_of(bytes, size);
}

static void an_ordered_trie_is_one_of_rlp_keys(void **state)
{
	struct arena *arena = *state;
	uint64_t seed = SEED;

	for (size_t count = 0; count <= ORDERED_MAX; count += count < 20 || count > 120 ? 1 : 7) {
		static struct slice values[ORDERED_MAX];
		static struct model m;
		size_t absent[] = {count, count + 1, 1000, 70000};

		m.count = 0;
		for (size_t i = 0; i < count; i++) {
			uint8_t key[9];
			size_t size = trie_ordered_key(key, i);

			values[i] = random_bytes(arena, &seed, 1 + random_word(&seed) % VALUE_MAX);
			m.items[m.count++] = (struct trie_item){
				.key = slice_copy(arena, slice_of(key, size)), .value = values[i]};
		}
		model_seal(&m, arena);
		assert_true(hash_equal(m.root, trie_ordered_root(values, count, arena)));
		for (size_t i = 0; i < 8; i++) {
			size_t index = i < 4 ? absent[i] : count ? random_word(&seed) % count : 0;
			struct slice value;
			struct trie_proof proof;
			struct error err;
			uint8_t key[9];
			size_t size = trie_ordered_key(key, index);

			trie_ordered_prove(&proof, values, count, index, arena);
			assert_ok(trie_verify(&value, m.root, slice_of(key, size), proof.nodes,
					      proof.count, &err),
				  err);
			assert_true(slice_equal(value,
						index < count ? values[index] : slice_of(NULL, 0)));
		}
		arena_reset(arena);
	}
}

/* Keys of 0 to 3 bytes with few different nibbles share beginnings and end within one another; of
 * 32 bytes they are like hashes, or differ at their ends only. */
static struct slice random_key(struct arena *arena, uint64_t *seed, unsigned kind)
{
	static const uint8_t dense[] = {0x00, 0x01, 0x10, 0x11, 0xf0, 0x1f};
	size_t size = kind == 0 ? random_word(seed) % 4 : TRIE_KEY_MAX;
	uint8_t *key = arena_alloc(arena, size);

	for (size_t i = 0; i < size; i++) {
		if (kind == 0 || (kind == 1 && i > size - 3))
			key[i] = dense[random_word(seed) % sizeof(dense)];
		else if (kind == 2)
			key[i] = (uint8_t)random_word(seed);
	}
	return slice_of(key, size);
}

static void random_model(struct model *m, struct arena *arena, uint64_t *seed, unsigned kind)
{
	size_t wanted = random_word(seed) % ITEMS_MAX;

	m->count = 0;
	for (size_t i = 0; i < wanted; i++)
		model_put(
			m, random_key(arena, seed, kind),
			random_bytes(arena, seed, 1 + random_word(seed) % (i % 2 ? 3 : VALUE_MAX)));
	model_seal(m, arena);
}

static struct slice near(struct arena *arena, uint64_t *seed, struct slice key)
{
	uint8_t *copy = arena_copy(arena, key.data, key.size);
	size_t size = key.size;

	if (size && random_word(seed) % 2)
		copy[random_word(seed) % size] ^= (uint8_t)(1u << random_word(seed) % 8);
	else if (size)
		size -= 1 + random_word(seed) % size;
	return slice_of(copy, size);
}

static void random_tries_prove_what_they_hold(void **state)
{
	static struct model m;
	struct arena *arena = *state;
	uint64_t seed = SEED;

	for (unsigned i = 0; i < TRIES; i++) {
		random_model(&m, arena, &seed, i % 3);
		for (size_t k = 0; k < m.count; k++) {
			shows_the_truth(&m, m.items[k].key, arena);
			shows_the_truth(&m, near(arena, &seed, m.items[k].key), arena);
			shows_the_truth(&m, random_key(arena, &seed, i % 3), arena);
		}
		arena_reset(arena);
	}
}

static void is_refused(const struct trie_proof *proof, struct hash root, struct slice key,
		       const char *words)
{
	struct error err = {0};
	struct slice value;

	must_fail(trie_verify(&value, root, key, proof->nodes, proof->count, &err), &err,
		  ERR_BAD_DATA, words);
}

static void every_flipped_bit_is_noticed(void **state)
{
	static struct model m;
	struct arena *arena = *state;
	uint64_t seed = SEED + 1;

	for (unsigned i = 0; i < 12; i++) {
		struct trie_proof proof;
		struct slice key;

		random_model(&m, arena, &seed, i % 3);
		key = m.count && i % 2 ? m.items[random_word(&seed) % m.count].key
				       : random_key(arena, &seed, i % 3);
		proof = prove(&m, key, arena);
		for (size_t n = 0; n < proof.count; n++) {
			uint8_t *copy = arena_copy(arena, proof.nodes[n].data, proof.nodes[n].size);

			proof.nodes[n].data = copy;
			for (size_t bit = 0; bit < 8 * proof.nodes[n].size; bit++) {
				copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
				is_refused(&proof, m.root, key, n ? "another hash" : "the root");
				copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
			}
		}
		for (size_t bit = 0; bit < 8 * sizeof(m.root.bytes) && proof.count; bit++) {
			m.root.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
			is_refused(&proof, m.root, key, "the root");
			m.root.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
		arena_reset(arena);
	}
}

static void nodes_too_few_too_many_or_in_disorder(void **state)
{
	static struct model m;
	struct arena *arena = *state;
	uint64_t seed = SEED + 2;

	for (unsigned i = 0; i < 30; i++) {
		struct trie_proof proof;
		struct slice key;
		struct slice *more;

		random_model(&m, arena, &seed, 1 + i % 2);
		if (m.count < 3)
			continue;
		key = m.items[random_word(&seed) % m.count].key;
		proof = prove(&m, key, arena);
		more = arena_array(arena, proof.count + 1, sizeof(*more));
		memcpy(more, proof.nodes, proof.count * sizeof(*more));
		more[proof.count] = proof.nodes[0];
		is_refused(&(struct trie_proof){more, proof.count + 1}, m.root, key,
			   "proof nodes where the path has");
		more[proof.count] = slice_of("", 0);
		is_refused(&(struct trie_proof){more, proof.count + 1}, m.root, key,
			   "proof nodes where the path has");
		is_refused(&(struct trie_proof){more, proof.count - 1}, m.root, key,
			   proof.count > 1 ? "missing" : "without nodes");
		if (proof.count < 2)
			continue;
		more[0] = proof.nodes[1];
		more[1] = proof.nodes[0];
		is_refused(&(struct trie_proof){more, proof.count}, m.root, key, "the root");
		is_refused(&(struct trie_proof){proof.nodes + 1, proof.count - 1}, m.root, key,
			   "the root");
		arena_reset(arena);
	}
}

/* A proof for one key says the truth of any other key, or nothing. */
static void a_proof_for_another_key(void **state)
{
	static struct model m;
	struct arena *arena = *state;
	uint64_t seed = SEED + 3;

	for (unsigned i = 0; i < 30; i++) {
		random_model(&m, arena, &seed, i % 3);
		for (size_t k = 0; k < m.count; k++) {
			struct trie_proof proof = prove(&m, m.items[k].key, arena);
			struct slice other = k % 2 ? m.items[random_word(&seed) % m.count].key
						   : near(arena, &seed, m.items[k].key);
			struct slice value;

			if (trie_verify(&value, m.root, other, proof.nodes, proof.count, NULL) ==
			    OK)
				assert_true(slice_equal(value, model_value(&m, other)));
		}
		arena_reset(arena);
	}
}

static void items_that_make_no_trie(void **state)
{
	static const uint8_t long_key[TRIE_KEY_MAX + 1];
	struct slice value = slice_of("v", 1);
	struct trie_item twice[] = {
		{slice_of("a", 1), value}, {slice_of("b", 1), value}, {slice_of("a", 1), value}};
	struct trie_item empty[] = {{slice_of("a", 1), slice_of("", 0)}};
	struct trie_item too_long[] = {{slice_of(long_key, sizeof(long_key)), value}};
	struct error err = {0};
	struct hash root;

	must_fail(trie_root(&root, twice, 3, *state, &err), &err, ERR_BAD_DATA, "two values");
	must_fail(trie_root(&root, empty, 1, *state, &err), &err, ERR_BAD_DATA, "empty value");
	must_fail(trie_root(&root, too_long, 1, *state, &err), &err, ERR_BAD_DATA,
		  "key of 33 bytes");
	must_fail(trie_verify(&value, trie_empty_root, too_long[0].key, NULL, 0, &err), &err,
		  ERR_BAD_DATA, "key of 33 bytes");
}

/* The deepest trie that there is: 64 branches, each with a leaf beside the path. */
static void the_deepest_trie(void **state)
{
	static struct model m;
	static uint8_t keys[2 * TRIE_KEY_MAX + 1][TRIE_KEY_MAX];
	struct slice value = slice_of("a value of more than the thirty-two bytes of a hash", 51);

	m.count = 0;
	for (size_t i = 0; i <= 2 * TRIE_KEY_MAX; i++) {
		if (i)
			keys[i][(i - 1) / 2] = i % 2 ? 0x10 : 0x01;
		model_put(&m, slice_of(keys[i], TRIE_KEY_MAX), value);
	}
	model_seal(&m, *state);
	for (size_t i = 0; i <= 2 * TRIE_KEY_MAX; i++)
		shows_the_truth(&m, slice_of(keys[i], TRIE_KEY_MAX), *state);
	assert_int_equal(prove(&m, slice_of(keys[0], TRIE_KEY_MAX), *state).count, TRIE_NODES_MAX);
}

/* Nodes that have the right hash and a wrong form. */
#define HASH_32 "a0" EMPTY_CODE
#define BYTES_28 "00000000000000000000000000000000000000000000000000000000"
#define LEAF_31 "de209c" BYTES_28
#define LEAF_32 "df209d00" BYTES_28
#define SLOTS_14 "8080808080808080808080808080"

static struct hash root_of(struct slice node)
{
	return keccak256(node.data, node.size);
}

static void nodes_that_are_no_lists(void **state)
{
	static const char *const nodes[] = {"0x",   "0x00",       "0x8100",
					    "0xc1", "0xc20101c0", "0x83646f67"};

	for (size_t i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++) {
		struct slice node = bytes_of(*state, nodes[i]);
		struct trie_proof proof = {&node, 1};

		is_refused(&proof, root_of(node), slice_of("k", 1), "proof node 0: ");
	}
}

static void nodes_of_a_wrong_form(void **state)
{
	/* The elements of a node, which stands alone; "k" is the nibbles 6 and b. */
	static const struct {
		const char *elements;
		const char *words;
	} cases[] = {
		{"0x", "neither a list of 17 nor of 2 items"},
		{"0x20", "neither a list of 17 nor of 2 items"},
		{"0x206161", "neither a list of 17 nor of 2 items"},
		{"0x8080" SLOTS_14, "neither a list of 17 nor of 2 items"},
		{"0x8080" SLOTS_14 "8080", "neither a list of 17 nor of 2 items"},
		{"0x812061", "not canonical RLP"},
		{"0xb8012061", "not canonical RLP"},
		{"0x2082", "not canonical RLP"},
		{"0x20c281", "not canonical RLP"},
		{"0xc02061", "neither a list of 17 nor of 2 items"},
		/* paths */
		{"0x8061", "no hex-prefix form"},
		{"0xc061", "no hex-prefix form"},
		{"0x4061", "no hex-prefix form"},
		{"0x81c061", "no hex-prefix form"},
		{"0x2161", "no hex-prefix form"},
		{"0x82016b61", "no hex-prefix form"},
		{"0xa22000000000000000000000000000000000000000000000000000000000000000000061",
		 "longer than a key"},
		/* leaves */
		{"0x2080", "a leaf without a value"},
		{"0x20c0", "a leaf without a value"},
		{"0x82206b80", "a leaf without a value"},
		{"0x82206bc101", "a leaf without a value"},
		/* extensions */
		{"0x00" HASH_32, "an extension without a path"},
		{"0x00c0", "an extension without a path"},
		{"0x1680", "an extension to nothing"},
		{"0x1661", "an extension to nothing"},
		{"0x16c0", "an extension to nothing"},
		{"0x16" LEAF_32, "an extension to nothing"},
		{"0x16" LEAF_31, "no branch below an extension"},
		{"0x16c23b61", "no branch below an extension"},
		{"0x16c21bc0", "no branch below an extension"},
		{"0x16c3206161", "neither a list of 17 nor of 2 items"},
		{"0x16" HASH_32, "the node below it is missing"},
		/* branches */
		{"0x8080" SLOTS_14 "80", "a branch that does not branch"},
		{"0x8080" SLOTS_14 "61", "a branch that does not branch"},
		{"0x" LEAF_31 "80" SLOTS_14 "80", "a branch that does not branch"},
		{"0x" HASH_32 "80" SLOTS_14 "80", "a branch that does not branch"},
		{"0xc0c0" SLOTS_14 "80", "a branch that does not branch"},
		{"0x" LEAF_31 "80" SLOTS_14 "c22061", "a branch's value that is a list"},
		{"0x6161" SLOTS_14 "80", "a branch's slot that is no reference"},
		{"0x" HASH_32 "61" SLOTS_14 "80", "a branch's slot that is no reference"},
		{"0x" HASH_32 "a100" EMPTY_CODE SLOTS_14 "80",
		 "a branch's slot that is no reference"},
		{"0x" HASH_32 "9f000000" BYTES_28 SLOTS_14 "80",
		 "a branch's slot that is no reference"},
		{"0x" LEAF_32 LEAF_31 SLOTS_14 "80", "a branch's slot that is no reference"},
		{"0x808080808080" HASH_32 "80808080808080808061", "the node below it is missing"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct slice elements = bytes_of(*state, cases[i].elements);
		struct buffer out = buffer_in(*state);
		struct trie_proof proof = {&(struct slice){0}, 1};

		buffer_append(&out, elements.data, elements.size);
		rlp_list_end(&out, 0);
		proof.nodes[0] = buffer_slice(&out);
		is_refused(&proof, root_of(proof.nodes[0]), slice_of("k", 1), cases[i].words);
	}
}

/* A node of less than 32 bytes stands in its parent; under its hash it is refused. */
static void a_short_node_under_its_hash(void **state)
{
	struct slice nodes[2];
	struct buffer out = buffer_in(*state);
	struct trie_proof proof = {nodes, 2};
	struct hash child;
	size_t begin;

	nodes[1] = bytes_of(*state, "0xc23b61");
	child = root_of(nodes[1]);
	begin = rlp_list_begin(&out);
	for (unsigned i = 0; i < 17; i++) {
		bool is_used = i == 6 || i == 7;

		rlp_put_bytes(&out, slice_of(child.bytes, is_used ? HASH_BYTES : 0));
	}
	rlp_list_end(&out, begin);
	nodes[0] = buffer_slice(&out);
	is_refused(&proof, root_of(nodes[0]), slice_of("k", 1), "must stand within its parent");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_roots),
		cmocka_unit_test(nothing_has_the_empty_root),
		cmocka_unit_test(receipts_of_a_published_block),
		cmocka_unit_test(ordered_keys_are_rlp),
		cmocka_unit_test(an_ordered_trie_is_one_of_rlp_keys),
		cmocka_unit_test(random_tries_prove_what_they_hold),
		cmocka_unit_test(every_flipped_bit_is_noticed),
		cmocka_unit_test(nodes_too_few_too_many_or_in_disorder),
		cmocka_unit_test(a_proof_for_another_key),
		cmocka_unit_test(items_that_make_no_trie),
		cmocka_unit_test(the_deepest_trie),
		cmocka_unit_test(nodes_that_are_no_lists),
		cmocka_unit_test(nodes_of_a_wrong_form),
		cmocka_unit_test(a_short_node_under_its_hash),
	};

	return cmocka_run_group_tests(tests, arena_make, arena_drop);
}
