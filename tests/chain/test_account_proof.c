#include "chain/account_proof.h"

#include "abi/keccak.h"
#include "chain/rlp.h"
#include "chain/trie.h"
#include "tests/abi/check.h"
#include "tests/abi/random.h"
#include "tests/chain/bytes.h"

enum { SEED = 1186, STATES = 20, ACCOUNTS_MAX = 40, SLOTS_MAX = 30, ASKED_MAX = 6 };

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

/*
 * An account of a public test chain as its node gave it, without slot 1; and the same after slot 1
 * was set to 7, worked out by hand. Source: perama-v/archors, crates/multiproof, PROOF_1.
 */
#define SIBLING_A "a0a2bd2175aed7ed88ed854c914fab94115c092ffb3c3c2ef647b70b7e73e33458"
#define SIBLING_B "a0c4bdbdbb240f8343b7f84bc83d4b7426e803a914138792d1e369907be8098b2d"
#define LEAF_HEAD                                                                                  \
	"0xf869a0335649db80be637d281db0cc5896b0ff9869d08379a80fdc38dd073bba633949b846f8440101a0"
#define CODE_HASH "ce92c756baff35fa740c3557c1a971fd24d2d35b7c8e067880d50cd86bb0bc99"
#define SLOT_SIBLINGS                                                                              \
	"808080a0ce028e108cf5c832b0a9afd3ed101183857b3b9ddaea5670c4f09b62e4d38d05a0de3ecad66628a5" \
	"743ed089e3a35ebeedc25a922fb0ac346304613403911c18e0a0128c5f7abac505794cda09bde44d143e4736" \
	"b50b1c42d6807a989c10af51e8d18080808080"

struct published {
	const char *state_root;
	const char *storage_root;
	const char *account_nodes[2];
	const char *slot_nodes[2];
	size_t slot_node_count;
	uint64_t value;
};

static const struct published before = {
	.state_root = "0x61effbbcca94f0d3e02e5bd22e986ad57142acabf0cb3d129a6ad8d0f8752e94",
	.storage_root = "0x8afc95b7d18a226944b9c2070b6bda1c3a36afcc3730429d47579c94b9fe5850",
	.account_nodes =
		{"0xf8718080808080" SIBLING_A
		 "80a0457ae8d978cd387f5332f978f5653226588b6cc76a355fc5977cd4325ffcff78" SIBLING_B
		 "8080808080808080",
		 LEAF_HEAD "8afc95b7d18a226944b9c2070b6bda1c3a36afcc3730429d47579c94b9fe5850"
			   "a0" CODE_HASH},
	.slot_nodes = {"0xf871" SLOT_SIBLINGS "808080808080"},
	.slot_node_count = 1,
};

static const struct published after = {
	.state_root = "0x388e66d9a17f8ac62cc95d24d5842e587fd92b55fd31ccb67b0e16a96adc746f",
	.storage_root = "0x41d1b06c8a131d1ba094d9157054358df40085906ef614437cbad8a5cd233fe2",
	.account_nodes =
		{"0xf8718080808080" SIBLING_A
		 "80a0fad62b0aae498bcbac391cfb2ae7283eb9ec8f8c2bc283d26063bfa216e6207a" SIBLING_B
		 "8080808080808080",
		 LEAF_HEAD "41d1b06c8a131d1ba094d9157054358df40085906ef614437cbad8a5cd233fe2"
			   "a0" CODE_HASH},
	.slot_nodes = {"0xf891" SLOT_SIBLINGS
		       "a04784fb4f62cc58a00b3ae50ff62c0a3672be2328c21840707284bb09a77ca21a"
		       "8080808080",
		       "0xe2a0310e2d527612073b26eecdfd717e6a320cf44b4afac2b0732d9fcbe2b7fa0cf607"},
	.slot_node_count = 2,
	.value = 7,
};

static struct slice *nodes_of(struct arena *arena, const char *const *texts, size_t count)
{
	struct slice *nodes = arena_array(arena, count, sizeof(*nodes));

	for (size_t i = 0; i < count; i++)
		nodes[i] = bytes_of(arena, texts[i]);
	return nodes;
}

static struct account_proof *published_proof(struct arena *arena, const struct published *p)
{
	struct account_proof *proof = arena_alloc(arena, sizeof(*proof));

	*proof = (struct account_proof){
		.address = {{0xaa}},
		.nonce = 1,
		.balance = U256_ONE,
		.storage_root = hash_of(p->storage_root),
		.code_hash = hash_of("0x" CODE_HASH),
		.nodes = nodes_of(arena, p->account_nodes, 2),
		.node_count = 2,
		.storage = arena_alloc(arena, sizeof(*proof->storage)),
		.storage_count = 1,
	};
	*proof->storage = (struct storage_proof){
		.slot.bytes[HASH_BYTES - 1] = 1,
		.value = u256_from(p->value),
		.nodes = nodes_of(arena, p->slot_nodes, p->slot_node_count),
		.node_count = p->slot_node_count,
	};
	return proof;
}

static void holds(const struct account_proof *proof, struct hash state_root)
{
	struct error err;

	assert_ok(account_proof_verify(proof, state_root, &err), err);
}

static void is_refused(const struct account_proof *proof, struct hash state_root, const char *words)
{
	struct error err = {0};

	must_fail(account_proof_verify(proof, state_root, &err), &err, ERR_BAD_DATA, words);
	assert_int_equal(account_proof_verify(proof, state_root, NULL), ERR_BAD_DATA);
}

static void published_accounts(void **state)
{
	holds(published_proof(*state, &before), hash_of(before.state_root));
	holds(published_proof(*state, &after), hash_of(after.state_root));
	is_refused(published_proof(*state, &before), hash_of(after.state_root),
		   "account 0xaa00000000000000000000000000000000000000: proof node 0: its hash");
}

static void forge_nonce(struct account_proof *proof)
{
	proof->nonce = 2;
}

static void forge_balance(struct account_proof *proof)
{
	proof->balance = u256_from(1000000);
}

static void forge_storage_root(struct account_proof *proof)
{
	proof->storage_root = trie_empty_root;
}

static void forge_code_hash(struct account_proof *proof)
{
	proof->code_hash.bytes[31] ^= 1;
}

static void forge_address(struct account_proof *proof)
{
	proof->address.bytes[19] ^= 1;
}

static void forge_absence(struct account_proof *proof)
{
	proof->node_count = 1;
}

static void forge_value(struct account_proof *proof)
{
	proof->storage->value = u256_from(8);
}

static void forge_zero(struct account_proof *proof)
{
	proof->storage->value = U256_ZERO;
}

static void forge_slot(struct account_proof *proof)
{
	proof->storage->slot.bytes[31] = 2;
}

static void forge_no_slot_nodes(struct account_proof *proof)
{
	proof->storage->node_count = 0;
}

static void forge_one_slot_node(struct account_proof *proof)
{
	proof->storage->node_count = 1;
}

static void forge_slot_by_account(struct account_proof *proof)
{
	proof->storage->nodes = proof->nodes;
}

static void forged_claims(void **state)
{
	static const struct {
		void (*forge)(struct account_proof *proof);
		const char *words;
	} cases[] = {
		{forge_nonce, "the nonce is claimed to be 2 and proved to be 1"},
		{forge_balance, "the balance is claimed to be 1000000 and proved to be 1"},
		{forge_storage_root, "the storage root is claimed to be 0x56e8"},
		{forge_code_hash, "the code hash is claimed to be 0xce92"},
		{forge_address, "account 0xaa00000000000000000000000000000000000001: "},
		{forge_absence, "proof node 0: the node below it is missing"},
		{forge_value,
		 "slot 0x0000000000000000000000000000000000000000000000000000000000000001: the "
		 "value is claimed to be 8 and proved to be 7"},
		{forge_zero, "the value is claimed to be 0 and proved to be 7"},
		{forge_slot,
		 "slot 0x0000000000000000000000000000000000000000000000000000000000000002: "},
		{forge_no_slot_nodes, "a proof without nodes"},
		{forge_one_slot_node, "the node below it is missing"},
		{forge_slot_by_account, "proof node 0: its hash is not the root"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct account_proof *proof = published_proof(*state, &after);

		cases[i].forge(proof);
		is_refused(proof, hash_of(after.state_root), cases[i].words);
	}
}

static void every_flipped_bit_is_noticed(void **state)
{
	struct account_proof *proof = published_proof(*state, &after);
	struct hash root = hash_of(after.state_root);
	struct slice *nodes[] = {&proof->nodes[0], &proof->nodes[1], &proof->storage->nodes[0],
				 &proof->storage->nodes[1]};

	for (size_t n = 0; n < 4; n++) {
		uint8_t *copy = arena_copy(*state, nodes[n]->data, nodes[n]->size);

		nodes[n]->data = copy;
		for (size_t bit = 0; bit < 8 * nodes[n]->size; bit++) {
			copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
			is_refused(proof, root, "proof node ");
			copy[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	}
	holds(proof, root);
}

/* A state of one's own: accounts with slots, and what a node would say of them. */
struct slot {
	struct hash key;
	u256 value; /* not zero */
};

struct account {
	struct address address;
	uint64_t nonce;
	u256 balance;
	struct hash code_hash;
	struct slot slots[SLOTS_MAX];
	size_t slot_count;
};

struct world {
	struct account accounts[ACCOUNTS_MAX];
	size_t count;
	struct hash root;
};

static struct slice hashed(struct arena *arena, const void *data, size_t size)
{
	struct hash hash = keccak256(data, size);

	return slice_copy(arena, slice_of(hash.bytes, HASH_BYTES));
}

static struct trie_item *slot_items(struct arena *arena, const struct account *account)
{
	struct trie_item *items = arena_array(arena, SLOTS_MAX, sizeof(*items));

	for (size_t i = 0; i < account->slot_count; i++) {
		struct buffer value = buffer_in(arena);

		rlp_put_u256(&value, account->slots[i].value);
		items[i].key = hashed(arena, account->slots[i].key.bytes, HASH_BYTES);
		items[i].value = buffer_slice(&value);
	}
	return items;
}

static struct hash storage_root(struct arena *arena, const struct account *account)
{
	struct hash root;
	struct error err;

	assert_ok(trie_root(&root, slot_items(arena, account), account->slot_count, arena, &err),
		  err);
	return root;
}

static struct trie_item *account_items(struct arena *arena, const struct world *w)
{
	struct trie_item *items = arena_array(arena, ACCOUNTS_MAX, sizeof(*items));

	for (size_t i = 0; i < w->count; i++) {
		struct hash root = storage_root(arena, &w->accounts[i]);
		struct buffer value = buffer_in(arena);
		size_t begin = rlp_list_begin(&value);

		rlp_put_u64(&value, w->accounts[i].nonce);
		rlp_put_u256(&value, w->accounts[i].balance);
		rlp_put_bytes(&value, slice_of(root.bytes, HASH_BYTES));
		rlp_put_bytes(&value, slice_of(w->accounts[i].code_hash.bytes, HASH_BYTES));
		rlp_list_end(&value, begin);
		items[i].key = hashed(arena, w->accounts[i].address.bytes, ADDRESS_BYTES);
		items[i].value = buffer_slice(&value);
	}
	return items;
}

static void random_bytes(void *out, size_t size, uint64_t *seed)
{
	for (size_t i = 0; i < size; i++)
		((uint8_t *)out)[i] = (uint8_t)random_word(seed);
}

static void random_world(struct world *w, struct arena *arena, uint64_t *seed)
{
	struct error err;

	memset(w, 0, sizeof(*w));
	w->count = random_word(seed) % ACCOUNTS_MAX;
	for (size_t i = 0; i < w->count; i++) {
		struct account *a = &w->accounts[i];

		random_bytes(a->address.bytes, ADDRESS_BYTES, seed);
		a->nonce = random_edge_word(seed);
		a->balance = random_u256(seed);
		random_bytes(a->code_hash.bytes, HASH_BYTES, seed);
		a->slot_count = i % 3 ? random_word(seed) % SLOTS_MAX : 0;
		for (size_t s = 0; s < a->slot_count; s++) {
			a->slots[s].key.bytes[HASH_BYTES - 1] = (uint8_t)s;
			a->slots[s].value = u256_or(random_u256(seed), U256_ONE);
		}
	}
	assert_ok(trie_root(&w->root, account_items(arena, w), w->count, arena, &err), err);
}

/* What an honest node says of an account that is there (with slots that are and are not). */
static struct account_proof *honest(struct world *w, struct arena *arena, struct address address,
				    uint64_t *seed)
{
	static const struct account nobody;
	const struct account *account = &nobody;
	struct account_proof *proof = arena_alloc(arena, sizeof(*proof));
	struct trie_proof path;
	struct error err;

	for (size_t i = 0; i < w->count; i++)
		if (address_equal(w->accounts[i].address, address))
			account = &w->accounts[i];
	assert_ok(trie_prove(&path, account_items(arena, w), w->count,
			     hashed(arena, address.bytes, ADDRESS_BYTES), arena, &err),
		  err);
	*proof = (struct account_proof){
		.address = address,
		.nonce = account->nonce,
		.balance = account->balance,
		.storage_root = storage_root(arena, account),
		.code_hash = account == &nobody ? keccak256(NULL, 0) : account->code_hash,
		.nodes = path.nodes,
		.node_count = path.count,
		.storage = arena_array(arena, ASKED_MAX, sizeof(*proof->storage)),
		.storage_count = ASKED_MAX,
	};
	for (size_t i = 0; i < ASKED_MAX; i++) {
		struct storage_proof *slot = &proof->storage[i];
		size_t number = random_word(seed) % (SLOTS_MAX + 5);

		slot->slot.bytes[HASH_BYTES - 1] = (uint8_t)number;
		if (number < account->slot_count)
			slot->value = account->slots[number].value;
		assert_ok(trie_prove(&path, slot_items(arena, account), account->slot_count,
				     hashed(arena, slot->slot.bytes, HASH_BYTES), arena, &err),
			  err);
		slot->nodes = path.nodes;
		slot->node_count = path.count;
	}
	return proof;
}

static void honest_nodes_are_believed(void **state)
{
	static struct world w;
	struct arena *arena = *state;
	uint64_t seed = SEED;

	for (unsigned i = 0; i < STATES; i++) {
		random_world(&w, arena, &seed);
		for (size_t k = 0; k < w.count; k++)
			holds(honest(&w, arena, w.accounts[k].address, &seed), w.root);
		for (unsigned k = 0; k < 5; k++) {
			struct account_proof *proof;
			struct address address;

			random_bytes(address.bytes, ADDRESS_BYTES, &seed);
			proof = honest(&w, arena, address, &seed);
			holds(proof, w.root);
			proof->code_hash = (struct hash){{0}};
			holds(proof, w.root);
			proof->storage_root = (struct hash){{0}};
			holds(proof, w.root);
		}
		arena_reset(arena);
	}
}

static void lying_nodes_are_not(void **state)
{
	static struct world w;
	struct arena *arena = *state;
	uint64_t seed = SEED + 1;

	for (unsigned i = 0; i < STATES; i++) {
		random_world(&w, arena, &seed);
		for (size_t k = 0; k < w.count; k++) {
			struct account_proof *proof =
				honest(&w, arena, w.accounts[k].address, &seed);
			size_t slot = random_word(&seed) % ASKED_MAX;
			u256 *value = &proof->storage[slot].value;

			*value = u256_add_wrap(*value, U256_ONE);
			is_refused(proof, w.root, "the value is claimed to be");
			*value = u256_sub_wrap(*value, U256_ONE);
			proof->nonce++;
			is_refused(proof, w.root, "the nonce is claimed to be");
			proof->nonce--;
			proof->storage_root = (struct hash){{0}};
			is_refused(proof, w.root, "the storage root is claimed to be");
		}
		arena_reset(arena);
	}
}

/* An account that is there is said not to be, and one that is not is said to hold something. */
static void presence_and_absence_are_not_taken_on_trust(void **state)
{
	static struct world w;
	uint64_t seed = SEED + 2;
	struct address nowhere = {{0xde, 0xad}};
	struct account_proof *proof;

	do
		random_world(&w, *state, &seed);
	while (w.count < 20);
	proof = honest(&w, *state, w.accounts[4].address, &seed);
	proof->nonce = 0;
	proof->balance = U256_ZERO;
	proof->storage_root = trie_empty_root;
	proof->code_hash = keccak256(NULL, 0);
	proof->storage_count = 0;
	is_refused(proof, w.root, "is claimed to be");
	proof->node_count--;
	is_refused(proof, w.root, "the node below it is missing");
	proof->node_count = 0;
	is_refused(proof, w.root, "a proof without nodes");

	proof = honest(&w, *state, nowhere, &seed);
	proof->balance = U256_ONE;
	is_refused(proof, w.root, "the balance is claimed to be 1 and proved to be 0");
	proof->balance = U256_ZERO;
	proof->code_hash = w.accounts[0].code_hash;
	is_refused(proof, w.root, "the code hash is claimed");
	proof->code_hash = (struct hash){{0}};
	proof->storage_root = storage_root(*state, &w.accounts[1]);
	is_refused(proof, w.root, "the storage root is claimed");
	proof->storage_root = (struct hash){{0}};
	holds(proof, w.root);
	proof->storage->value = U256_ONE;
	is_refused(proof, w.root, "the value is claimed to be 1 and proved to be 0");
}

/* Nodes write the proof of an empty trie as no node or as the empty string. */
static void storage_of_nothing(void **state)
{
	static struct world w;
	struct slice empty = slice_of("\x80", 1);
	uint64_t seed = SEED + 3;
	struct account_proof *proof;

	do
		random_world(&w, *state, &seed);
	while (!w.count);
	assert_int_equal(w.accounts[0].slot_count, 0);
	proof = honest(&w, *state, w.accounts[0].address, &seed);
	assert_int_equal(proof->storage->node_count, 0);
	holds(proof, w.root);
	proof->storage->nodes = &empty;
	proof->storage->node_count = 1;
	holds(proof, w.root);
	proof->storage->nodes = proof->nodes;
	is_refused(proof, w.root, "its hash is not the root");
}

/* Tries of one leaf, with a right hash, whose value is none of an account or a slot. */
static void values_of_a_wrong_form(void **state)
{
	static const struct {
		const char *account; /* NULL: an account with the slot's value below */
		const char *slot;
		const char *words;
	} cases[] = {
		{"0x01", NULL, "account 0xaa00000000000000000000000000000000000000: bad RLP"},
		{"0xc0", NULL, "an element is missing"},
		{"0xc20101", NULL, "an element is missing"},
		{"0xc4010101c0", NULL, "another size"},
		{"0xc3000180", NULL, "an integer with leading zeros"},
		{"0xc20101c0", NULL, "more elements"},
		{NULL, "0x01", "the value is claimed to be 0 and proved to be 1"},
		{NULL, "0x820001", "an integer with leading zeros"},
		{NULL, "0x8101", "a single byte"},
		{NULL, "0x0101", "more elements"},
		{NULL, "0xc101", "a list where a string should be"},
		{NULL, "0xa1010000000000000000000000000000000000000000000000000000000000000000",
		 "an integer that is too large"},
	};
	struct arena *arena = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct account_proof proof = {.address = {{0xaa}}, .storage_root = trie_empty_root};
		struct storage_proof slot = {.value = U256_ZERO};
		struct trie_item item = {.key = hashed(arena, slot.slot.bytes, HASH_BYTES)};
		struct buffer value = buffer_in(arena);
		struct trie_proof path;
		struct hash root;
		struct error err;
		size_t begin;

		if (cases[i].slot) {
			item.value = bytes_of(arena, cases[i].slot);
			assert_ok(trie_root(&proof.storage_root, &item, 1, arena, &err), err);
			assert_ok(trie_prove(&path, &item, 1, item.key, arena, &err), err);
			slot.nodes = path.nodes;
			slot.node_count = path.count;
			proof.storage = &slot;
			proof.storage_count = 1;
		}
		begin = rlp_list_begin(&value);
		rlp_put_u64(&value, 0);
		rlp_put_u64(&value, 0);
		rlp_put_bytes(&value, slice_of(proof.storage_root.bytes, HASH_BYTES));
		rlp_put_bytes(&value, slice_of(proof.code_hash.bytes, HASH_BYTES));
		rlp_list_end(&value, begin);
		item.key = hashed(arena, proof.address.bytes, ADDRESS_BYTES);
		item.value =
			cases[i].account ? bytes_of(arena, cases[i].account) : buffer_slice(&value);
		assert_ok(trie_root(&root, &item, 1, arena, &err), err);
		assert_ok(trie_prove(&path, &item, 1, item.key, arena, &err), err);
		proof.nodes = path.nodes;
		proof.node_count = path.count;
		is_refused(&proof, root, cases[i].words);
	}
}

/* Ethereum stores no zero; anvil does where a slot was cleared. */
static void a_zero_that_is_stored(void **state)
{
	struct arena *arena = *state;
	struct account_proof proof = {.address = {{0xaa}}};
	struct storage_proof slot = {.value = U256_ZERO};
	struct trie_item item = {.key = hashed(arena, slot.slot.bytes, HASH_BYTES),
				 .value = bytes_of(arena, "0x80")};
	struct buffer value = buffer_in(arena);
	struct trie_proof path;
	struct hash root;
	struct error err;
	size_t begin;

	assert_ok(trie_root(&proof.storage_root, &item, 1, arena, &err), err);
	assert_ok(trie_prove(&path, &item, 1, item.key, arena, &err), err);
	slot.nodes = path.nodes;
	slot.node_count = path.count;
	proof.storage = &slot;
	proof.storage_count = 1;
	begin = rlp_list_begin(&value);
	rlp_put_u64(&value, 0);
	rlp_put_u64(&value, 0);
	rlp_put_bytes(&value, slice_of(proof.storage_root.bytes, HASH_BYTES));
	rlp_put_bytes(&value, slice_of(proof.code_hash.bytes, HASH_BYTES));
	rlp_list_end(&value, begin);
	item.key = hashed(arena, proof.address.bytes, ADDRESS_BYTES);
	item.value = buffer_slice(&value);
	assert_ok(trie_root(&root, &item, 1, arena, &err), err);
	assert_ok(trie_prove(&path, &item, 1, item.key, arena, &err), err);
	proof.nodes = path.nodes;
	proof.node_count = path.count;
	holds(&proof, root);
	slot.value = U256_ONE;
	is_refused(&proof, root, "the value is claimed to be 1 and proved to be 0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_accounts),
		cmocka_unit_test(forged_claims),
		cmocka_unit_test(every_flipped_bit_is_noticed),
		cmocka_unit_test(honest_nodes_are_believed),
		cmocka_unit_test(lying_nodes_are_not),
		cmocka_unit_test(presence_and_absence_are_not_taken_on_trust),
		cmocka_unit_test(storage_of_nothing),
		cmocka_unit_test(values_of_a_wrong_form),
		cmocka_unit_test(a_zero_that_is_stored),
	};

	return cmocka_run_group_tests(tests, arena_make, arena_drop);
}
