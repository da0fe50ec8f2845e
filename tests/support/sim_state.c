#include "tests/support/sim_state.h"

#include "abi/keccak.h"
#include "chain/rlp.h"
#include "chain/trie.h"
#include "protocols/storage.h"
#include "tests/support/sim_random.h"

enum {
	SLOTS_MAX = 256,
	ACCOUNTS_MAX = SCRIPT_USERS + 1,
	BLOCK_BITS = 32, /* of a checkpoint's word; the rest is its value */
	POOL_NONCE = 1,
};

struct storage {
	uint64_t number;
	struct trie_item items[SLOTS_MAX];
	struct hash slots[SLOTS_MAX];
	u256 words[SLOTS_MAX];
	size_t count;
};

/* ---- the pool's storage ---- */

/* A word of zero is a slot that is not there. */
static void put(struct storage *storage, struct hash slot, u256 word)
{
	if (u256_is_zero(word))
		return;
	assert_true(storage->count < SLOTS_MAX);
	storage->slots[storage->count] = slot;
	storage->words[storage->count++] = word;
}

/* A figure that is kept in checkpoints has as many as suits the block. */
static void put_figure(struct storage *storage, const struct storage_rule *rule,
		       const struct address *account, u256 value)
{
	struct hash slot = storage_slot(rule, account);
	u256 length = u256_from(1 + storage->number % 3);
	u256 element = u256_or(u256_shift_left(value, BLOCK_BITS), u256_from(storage->number));

	if (!storage_is_array(rule)) {
		put(storage, slot, value);
		return;
	}
	if (u256_is_zero(value))
		return;
	put(storage, slot, length);
	put(storage, storage_last_element(slot, length), element);
}

static u256 word_of_address(struct address address)
{
	uint8_t word[U256_BYTES];

	address_to_word(word, address);
	return u256_from_be(word);
}

struct named {
	const char *figure;
	u256 value;
};

static u256 value_of(const struct named *list, size_t count, const char *figure)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].figure, figure) == 0)
			return list[i].value;
	fail_msg("the simulated pool has no figure %s", figure);
	return U256_ZERO;
}

static void put_pool(struct storage *storage, const struct sim_views *v,
		     const struct sim_names *names)
{
	const struct named list[] = {
		{"total_stake", u256_from(v->total_stake)},
		{"total_shares", u256_from(v->total_shares)},
		{"apr", u256_from(v->apr)},
		{"min_apr", u256_from(v->min_apr)},
		{"max_apr", u256_from(v->max_apr)},
		{"apr_update_step", u256_from(v->apr_step)},
		{"stake_target", u256_from(v->target)},
		{"unstake_wait_period", u256_from(v->wait)},
		{"proposal_voting_power_threshold", u256_from(v->threshold)},
		{"epoch_index_of_last_reward", u256_from(v->reward_epoch)},
		{"agent_app_primary", word_of_address(names->manager)},
		{"agent_app_secondary", word_of_address(names->manager)},
		{"voting_app_primary", word_of_address(names->timelock)},
		{"voting_app_secondary", word_of_address(names->timelock)},
	};

	for (size_t i = 0; i < api3_storage.pool_count; i++) {
		const struct storage_rule *rule = &api3_storage.pool[i];

		put_figure(storage, rule, NULL,
			   value_of(list, sizeof(list) / sizeof(list[0]), rule->figure));
	}
}

static void put_user(struct storage *storage, const struct sim_user *u, struct address address)
{
	const struct named list[] = {
		{"shares", u256_from(u->shares)},
		{"delegated_to", u256_from(u->delegated_to)},
		{"delegate", word_of_address(u->delegate)},
		{"unstaked", u256_from(u->unstaked)},
		{"vesting", u256_from(u->vesting)},
		{"unstake_amount", u256_from(u->unstake_amount)},
		{"unstake_shares", u256_from(u->unstake_shares)},
		{"unstake_scheduled_for", u256_from(u->scheduled_for)},
		{"last_delegation_update_timestamp", u256_from(u->delegated_at)},
		{"last_proposal_timestamp", u256_from(u->proposed_at)},
		{"timelock_total", u256_from(u->timelock_total)},
		{"timelock_remaining", u256_from(u->timelock_remaining)},
		{"timelock_start", u256_from(u->timelock_start)},
		{"timelock_end", u256_from(u->timelock_end)},
	};

	for (size_t i = 0; i < api3_storage.account_count; i++) {
		const struct storage_rule *rule = &api3_storage.account[i];

		put_figure(storage, rule, &address,
			   value_of(list, sizeof(list) / sizeof(list[0]), rule->figure));
	}
}

/* ---- tries ---- */

static struct trie_item hashed(const void *key, size_t size, struct slice value,
			       struct arena *arena)
{
	struct hash hash = keccak256(key, size);

	return (struct trie_item){slice_of(arena_copy(arena, hash.bytes, HASH_BYTES), HASH_BYTES),
				  value};
}

static struct storage *storage_of(const struct sim_views *views, const struct sim_names *names,
				  uint64_t number, struct arena *arena)
{
	struct storage *storage = arena_array(arena, 1, sizeof(*storage));

	storage->number = number;
	if (!views->has_code)
		return storage;
	put_pool(storage, views, names);
	for (size_t i = 0; i < SCRIPT_USERS; i++)
		put_user(storage, &views->users[i], names->users[i]);
	for (size_t i = 0; i < storage->count; i++) {
		struct buffer value = buffer_in(arena);

		rlp_put_u256(&value, storage->words[i]);
		storage->items[i] =
			hashed(storage->slots[i].bytes, HASH_BYTES, buffer_slice(&value), arena);
	}
	return storage;
}

static struct hash root_of(struct trie_item *items, size_t count, struct arena *arena)
{
	struct hash root;
	struct error err;

	assert_ok(trie_root(&root, items, count, arena, &err), err);
	return root;
}

static void prove_key(struct slice **nodes, size_t *node_count, struct trie_item *items,
		      size_t count, const void *key, size_t size, struct arena *arena)
{
	struct hash hash = keccak256(key, size);
	struct trie_proof proof;
	struct error err;

	assert_ok(trie_prove(&proof, items, count, slice_of(hash.bytes, HASH_BYTES), arena, &err),
		  err);
	*nodes = proof.nodes;
	*node_count = proof.count;
}

static struct slice encode_account(const struct account_proof *account, struct arena *arena)
{
	struct buffer out = buffer_in(arena);
	size_t list = rlp_list_begin(&out);

	rlp_put_u64(&out, account->nonce);
	rlp_put_u256(&out, account->balance);
	rlp_put_bytes(&out, slice_of(account->storage_root.bytes, HASH_BYTES));
	rlp_put_bytes(&out, slice_of(account->code_hash.bytes, HASH_BYTES));
	rlp_list_end(&out, list);
	return buffer_slice(&out);
}

/* The pool where it is there, else a user's account; nobody else has one. */
static struct account_proof account_of(struct storage *storage, const struct sim_views *views,
				       const struct sim_names *names, struct address address,
				       struct arena *arena)
{
	static const uint8_t code = 0xfe;
	struct account_proof out = {
		.address = address, .storage_root = trie_empty_root, .code_hash = keccak256("", 0)};

	for (size_t i = 0; i < SCRIPT_USERS; i++)
		if (address_equal(names->users[i], address)) {
			out.nonce = storage->number;
			out.balance = u256_from(1000 + i);
		}
	if (views->has_code && address_equal(names->pool, address)) {
		out.nonce = POOL_NONCE;
		out.storage_root = root_of(storage->items, storage->count, arena);
		out.code_hash = keccak256(&code, 1);
	}
	return out;
}

static size_t accounts_of(struct trie_item *items, struct storage *storage,
			  const struct sim_views *views, const struct sim_names *names,
			  struct arena *arena)
{
	size_t count = 0;

	for (size_t i = 0; i <= SCRIPT_USERS; i++) {
		struct address address = i < SCRIPT_USERS ? names->users[i] : names->pool;
		struct account_proof account = account_of(storage, views, names, address, arena);

		if (i == SCRIPT_USERS && !views->has_code)
			continue;
		items[count++] = hashed(address.bytes, ADDRESS_BYTES,
					encode_account(&account, arena), arena);
	}
	return count;
}

struct hash sim_state_root(const struct sim_views *views, const struct sim_names *names,
			   uint64_t number, struct arena *arena)
{
	struct storage *storage = storage_of(views, names, number, arena);
	struct trie_item items[ACCOUNTS_MAX];

	return root_of(items, accounts_of(items, storage, views, names, arena), arena);
}

struct account_proof sim_state_prove(const struct sim_views *views, const struct sim_names *names,
				     uint64_t number, struct address address,
				     const struct hash *slots, size_t slot_count,
				     struct arena *arena)
{
	struct storage *storage = storage_of(views, names, number, arena);
	bool is_pool = views->has_code && address_equal(address, names->pool);
	struct account_proof out = account_of(storage, views, names, address, arena);
	struct trie_item items[ACCOUNTS_MAX];
	size_t count = accounts_of(items, storage, views, names, arena);

	prove_key(&out.nodes, &out.node_count, items, count, address.bytes, ADDRESS_BYTES, arena);
	out.storage_count = slot_count;
	out.storage = arena_array(arena, slot_count, sizeof(out.storage[0]));
	for (size_t i = 0; i < slot_count; i++) {
		struct storage_proof *proof = &out.storage[i];

		proof->slot = slots[i];
		for (size_t k = 0; is_pool && k < storage->count; k++)
			if (hash_equal(storage->slots[k], slots[i]))
				proof->value = storage->words[k];
		prove_key(&proof->nodes, &proof->node_count, storage->items,
			  is_pool ? storage->count : 0, slots[i].bytes, HASH_BYTES, arena);
	}
	return out;
}

/* ---- lies ---- */

static void spoil_node(struct slice *nodes, size_t count, struct sim_random *random,
		       struct arena *arena)
{
	struct slice *node = &nodes[sim_below(random, count)];
	uint8_t *bytes = arena_copy(arena, node->data, node->size);

	bytes[sim_below(random, node->size)] ^= (uint8_t)(1 + sim_below(random, 255));
	node->data = bytes;
}

void sim_state_forge(struct account_proof *proof, uint64_t seed, struct arena *arena)
{
	struct sim_random random = sim_random_of(seed, 3);
	struct storage_proof *slot =
		proof->storage_count ? &proof->storage[sim_below(&random, proof->storage_count)]
				     : NULL;

	switch (sim_below(&random, 6)) {
	case 0:
		spoil_node(proof->nodes, proof->node_count, &random, arena);
		return;
	case 1:
		proof->node_count--;
		return;
	case 2:
		proof->storage_root.bytes[sim_below(&random, HASH_BYTES)] ^= 1;
		return;
	case 3:
		proof->balance = u256_add_wrap(proof->balance, U256_ONE);
		return;
	case 4:
		if (slot && slot->node_count) {
			spoil_node(slot->nodes, slot->node_count, &random, arena);
			return;
		}
		break;
	default:
		break;
	}
	if (slot)
		slot->value = u256_add_wrap(slot->value, U256_ONE);
	else
		proof->nonce++;
}
