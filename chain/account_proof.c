#include "chain/account_proof.h"

#include "abi/keccak.h"
#include "chain/rlp.h"
#include "chain/trie.h"

/* What a state trie holds of an account. */
struct account {
	uint64_t nonce;
	u256 balance;
	struct hash storage_root;
	struct hash code_hash;
};

static enum status account_decode(struct account *out, struct slice bytes, struct error *err)
{
	struct rlp_reader whole = rlp_reader_of(bytes);
	struct rlp_reader r;
	struct rlp_item list;

	if (!rlp_list(&list, &whole) || rlp_more(&whole))
		return rlp_close(&whole, err);
	rlp_open(&r, &list);
	(void)rlp_u64(&out->nonce, &r);
	(void)rlp_u256(&out->balance, &r);
	(void)rlp_fixed(out->storage_root.bytes, HASH_BYTES, &r);
	(void)rlp_fixed(out->code_hash.bytes, HASH_BYTES, &r);
	return rlp_close(&r, err);
}

static enum status compare_hash(const char *name, struct hash claimed, struct hash proved,
				struct error *err)
{
	char claimed_text[HEX_SIZE(HASH_BYTES)];
	char proved_text[HEX_SIZE(HASH_BYTES)];

	if (hash_equal(claimed, proved))
		return OK;
	return error_set(err, ERR_BAD_DATA, "%s is claimed to be %s and proved to be %s", name,
			 hash_format(claimed_text, claimed), hash_format(proved_text, proved));
}

static enum status compare_u256(const char *name, u256 claimed, u256 proved, struct error *err)
{
	char claimed_text[U256_DECIMAL_SIZE];
	char proved_text[U256_DECIMAL_SIZE];

	if (u256_equal(claimed, proved))
		return OK;
	return error_set(err, ERR_BAD_DATA, "%s is claimed to be %s and proved to be %s", name,
			 u256_format(claimed_text, claimed), u256_format(proved_text, proved));
}

/* Nodes write the hashes of an account that is not there as those of nothing, or as zeros. */
static void absent_account(struct account *out, const struct account_proof *claim)
{
	*out = (struct account){.storage_root = trie_empty_root, .code_hash = keccak256(NULL, 0)};
	if (hash_is_zero(claim->storage_root))
		out->storage_root = claim->storage_root;
	if (hash_is_zero(claim->code_hash))
		out->code_hash = claim->code_hash;
}

/* Sets whose slots are to be proved, and under which root. */
static enum status verify_account(struct hash *storage_root, const struct account_proof *claim,
				  struct hash state_root, struct error *err)
{
	struct hash key = keccak256(claim->address.bytes, ADDRESS_BYTES);
	struct account account = {0};
	struct slice value;
	enum status st = trie_verify(&value, state_root, slice_of(key.bytes, HASH_BYTES),
				     claim->nodes, claim->node_count, err);

	if (st == OK && !value.data)
		absent_account(&account, claim);
	else if (st == OK)
		st = account_decode(&account, value, err);
	if (st != OK)
		return st;
	*storage_root = value.data ? account.storage_root : trie_empty_root;
	st = compare_u256("the nonce", u256_from(claim->nonce), u256_from(account.nonce), err);
	if (st == OK)
		st = compare_u256("the balance", claim->balance, account.balance, err);
	if (st == OK)
		st = compare_hash("the storage root", claim->storage_root, account.storage_root,
				  err);
	if (st == OK)
		st = compare_hash("the code hash", claim->code_hash, account.code_hash, err);
	return st;
}

/*
 * A slot's value as its trie holds it. Ethereum holds no zero; development nodes (anvil) do where a
 * slot was cleared, and their roots vouch for it as for any other value.
 */
static enum status slot_decode(u256 *out, struct slice bytes, struct error *err)
{
	struct rlp_reader r = rlp_reader_of(bytes);

	*out = U256_ZERO;
	if (!bytes.data)
		return OK;
	(void)rlp_u256(out, &r);
	return rlp_close(&r, err);
}

static enum status verify_slot(const struct storage_proof *claim, struct hash storage_root,
			       struct error *err)
{
	struct hash key = keccak256(claim->slot.bytes, HASH_BYTES);
	struct slice bytes;
	u256 value;
	enum status st = trie_verify(&bytes, storage_root, slice_of(key.bytes, HASH_BYTES),
				     claim->nodes, claim->node_count, err);

	if (st == OK)
		st = slot_decode(&value, bytes, err);
	if (st == OK)
		st = compare_u256("the value", claim->value, value, err);
	return st;
}

enum status account_proof_verify(const struct account_proof *proof, struct hash state_root,
				 struct error *err)
{
	char address[HEX_SIZE(ADDRESS_BYTES)];
	char slot[HEX_SIZE(HASH_BYTES)];
	struct hash storage_root;
	struct error unwanted;

	if (!err)
		err = &unwanted;
	(void)address_format(address, proof->address);
	if (verify_account(&storage_root, proof, state_root, err) != OK)
		return error_wrap(err, "account %s", address);
	for (size_t i = 0; i < proof->storage_count; i++) {
		const struct storage_proof *claim = &proof->storage[i];

		if (verify_slot(claim, storage_root, err) != OK)
			return error_wrap(err, "account %s: slot %s", address,
					  hash_format(slot, claim->slot));
	}
	return OK;
}
