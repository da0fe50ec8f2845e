#include "tests/support/sim_transaction.h"

#include "abi/keccak.h"
#include "chain/rlp.h"
#include "tests/support/sim_chain.h"
#include "tests/support/test.h"

enum { INPUT_MAX = 200, LIST_MAX = 3, GWEI = 1000000000, BASE_FEE_MAX = 60 };

struct sim_signer sim_signer_of(struct sim_random *random)
{
	struct sim_signer signer = {.nonce = sim_below(random, 200)};
	struct error err;

	sim_bytes(random, signer.key, sizeof(signer.key));
	signer.key[0] &= 0x7f; /* below the curve's order */
	assert_ok(signature_address(&signer.address, signer.key, &err), err);
	return signer;
}

static void add_access_list(struct transaction *t, struct sim_random *random, struct arena *arena)
{
	t->access_count = sim_below(random, LIST_MAX);
	t->access_list = arena_array(arena, t->access_count, sizeof(t->access_list[0]));
	for (size_t i = 0; i < t->access_count; i++) {
		struct access_entry *entry = &t->access_list[i];

		sim_bytes(random, &entry->address, sizeof(entry->address));
		entry->slot_count = sim_below(random, LIST_MAX);
		entry->slots = arena_array(arena, entry->slot_count, sizeof(entry->slots[0]));
		sim_bytes(random, entry->slots, entry->slot_count * sizeof(entry->slots[0]));
	}
}

static void add_blobs(struct transaction *t, struct sim_random *random, struct arena *arena)
{
	t->max_blob_fee = u256_from(1 + sim_below(random, GWEI));
	t->blob_count = 1 + sim_below(random, LIST_MAX);
	t->blob_hashes = arena_array(arena, t->blob_count, sizeof(t->blob_hashes[0]));
	sim_bytes(random, t->blob_hashes, t->blob_count * sizeof(t->blob_hashes[0]));
	for (size_t i = 0; i < t->blob_count; i++)
		t->blob_hashes[i].bytes[0] = 1;
}

/* Signatures of nobody: such an authorization is skipped by the chain, and encoded all the same. */
static void add_authorizations(struct transaction *t, struct sim_random *random,
			       struct arena *arena)
{
	t->authorization_count = 1 + sim_below(random, LIST_MAX);
	t->authorizations =
		arena_array(arena, t->authorization_count, sizeof(t->authorizations[0]));
	for (size_t i = 0; i < t->authorization_count; i++) {
		struct authorization *a = &t->authorizations[i];

		a->chain_id = u256_from(sim_below(random, 2) ? SIM_CHAIN_ID : 0);
		sim_bytes(random, &a->address, sizeof(a->address));
		a->nonce = sim_below(random, 9);
		sim_bytes(random, &a->signature.r, sizeof(a->signature.r));
		sim_bytes(random, &a->signature.s, sizeof(a->signature.s));
		a->signature.y_parity = (uint8_t)sim_below(random, 2);
	}
}

static void add_fees(struct transaction *t, struct sim_random *random)
{
	uint64_t price = (BASE_FEE_MAX + 1 + sim_below(random, 30)) * (uint64_t)GWEI;

	if (t->type < 2) {
		t->gas_price = u256_from(price);
	} else {
		t->max_fee = u256_from(price);
		t->max_priority_fee = u256_from(sim_below(random, 3 * (uint64_t)GWEI));
	}
}

struct transaction sim_transaction(struct sim_signer *signer, uint8_t type,
				   const struct address *to, struct sim_random *random,
				   struct arena *arena)
{
	size_t input_size = sim_below(random, INPUT_MAX);
	uint8_t *input = arena_alloc(arena, input_size);
	struct transaction t = {
		.type = type,
		.has_chain_id = type != 0 || sim_percent(random, 80),
		.nonce = signer->nonce++,
		.gas_limit = 500000 + sim_below(random, 500000),
		.has_to = to != NULL,
		.value = u256_from(sim_percent(random, 70) ? 0 : sim_word(random)),
		.input = slice_of(input, input_size),
	};
	struct error err;

	sim_bytes(random, input, input_size);
	if (to)
		t.to = *to;
	if (t.has_chain_id)
		t.chain_id = u256_from(SIM_CHAIN_ID);
	add_fees(&t, random);
	if (type >= 1)
		add_access_list(&t, random, arena);
	if (type == 3)
		add_blobs(&t, random, arena);
	if (type == 4)
		add_authorizations(&t, random, arena);
	assert_ok(signature_sign(&t.signature, transaction_signing_hash(&t, arena), signer->key,
				 &err),
		  err);
	return t;
}

struct address sim_created_address(struct address sender, uint64_t nonce, struct arena *scratch)
{
	struct buffer bytes = buffer_in(scratch);
	struct address out;
	struct hash hash;
	size_t list = rlp_list_begin(&bytes);

	rlp_put_bytes(&bytes, slice_of(sender.bytes, ADDRESS_BYTES));
	rlp_put_u64(&bytes, nonce);
	rlp_list_end(&bytes, list);
	hash = keccak256(bytes.data, bytes.size);
	memcpy(out.bytes, hash.bytes + HASH_BYTES - ADDRESS_BYTES, ADDRESS_BYTES);
	return out;
}
