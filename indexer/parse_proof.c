/*
 * parse_proof.c - the answer to eth_getProof.
 */
#include "indexer/members.h"
#include "indexer/parse_block.h"

static enum status read_nodes(struct slice **nodes, size_t *count, struct arena *arena,
			      struct json_reader *r, struct error *err)
{
	void *list;
	enum status st = members_array(&list, count, sizeof(struct slice), "node", member_bytes,
				       arena, r, err);

	*nodes = list;
	return st;
}

static enum status read_slot_nodes(void *out, struct arena *arena, struct json_reader *r,
				   struct error *err)
{
	struct storage_proof *proof = out;

	return read_nodes(&proof->nodes, &proof->node_count, arena, r, err);
}

/* The slot comes as 32 bytes or as a quantity, as it was asked for or as the node likes. */
static enum status read_slot(void *out, struct arena *arena, struct json_reader *r,
			     struct error *err)
{
	struct reading {
		struct storage_proof proof;
		u256 slot;
	} reading = {0};
	static const struct member list[] = {
		{"key", MEMBER_WORD, offsetof(struct reading, slot), 0, NULL, true},
		{"value", MEMBER_WORD, offsetof(struct reading, proof.value), 0, NULL, true},
		{"proof", MEMBER_OWN, offsetof(struct reading, proof), 0, read_slot_nodes, true},
	};
	static const struct members form = {"a slot's proof", list, sizeof(list) / sizeof(list[0])};
	struct members_seen seen;
	enum status st = members_read(&reading, &seen, &form, arena, r, err);

	if (st == OK)
		st = members_check(&seen, &form, err);
	u256_to_be(reading.proof.slot.bytes, reading.slot);
	*(struct storage_proof *)out = reading.proof;
	return st;
}

static enum status read_slots(void *out, struct arena *arena, struct json_reader *r,
			      struct error *err)
{
	struct account_proof *proof = out;
	void *list;
	enum status st = members_array(&list, &proof->storage_count, sizeof(proof->storage[0]),
				       "slot", read_slot, arena, r, err);

	proof->storage = list;
	return st;
}

static enum status read_account_nodes(void *out, struct arena *arena, struct json_reader *r,
				      struct error *err)
{
	struct account_proof *proof = out;

	return read_nodes(&proof->nodes, &proof->node_count, arena, r, err);
}

#define AT(field) offsetof(struct account_proof, field)

enum status parse_account_proof(struct account_proof *out, struct arena *arena,
				struct json_reader *r, struct error *err)
{
	static const struct member list[] = {
		{"address", MEMBER_EXACT, AT(address), ADDRESS_BYTES, NULL, true},
		{"accountProof", MEMBER_OWN, 0, 0, read_account_nodes, true},
		{"balance", MEMBER_WORD, AT(balance), 0, NULL, true},
		{"codeHash", MEMBER_EXACT, AT(code_hash), HASH_BYTES, NULL, true},
		{"nonce", MEMBER_QUANTITY, AT(nonce), 0, NULL, true},
		{"storageHash", MEMBER_EXACT, AT(storage_root), HASH_BYTES, NULL, true},
		{"storageProof", MEMBER_OWN, 0, 0, read_slots, true},
	};
	static const struct members form = {"a proof", list, sizeof(list) / sizeof(list[0])};
	struct error own;
	struct members_seen seen;

	if (!err)
		err = &own;
	*out = (struct account_proof){0};
	if (members_read(out, &seen, &form, arena, r, err) != OK)
		return error_wrap(err, "proof");
	return members_check(&seen, &form, err);
}
