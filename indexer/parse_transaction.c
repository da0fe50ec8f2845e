/*
 * parse_transaction.c - transactions of types 0 to 4 from JSON.
 *
 * Which members a type has is checked here by name, so that one that is missing is named; that they
 * are the right ones is shown by the transaction's hash and the block's root.
 */
#include "indexer/parse_transaction.h"

#include <inttypes.h>

#include "indexer/members.h"

enum { TYPE_LEGACY, TYPE_ACCESS_LIST, TYPE_DYNAMIC_FEE, TYPE_BLOB, TYPE_SET_CODE };

enum { V_LEGACY = 27, V_EIP155 = 35 };

/* ---- lists inside ---- */

static enum status read_slots(void *out, struct arena *arena, struct json_reader *r,
			      struct error *err)
{
	struct access_entry *entry = out;
	void *slots;
	enum status st = members_array(&slots, &entry->slot_count, sizeof(entry->slots[0]), "slot",
				       member_hash, arena, r, err);

	entry->slots = slots;
	return st;
}

static enum status read_access_entry(void *out, struct arena *arena, struct json_reader *r,
				     struct error *err)
{
	static const struct member list[] = {
		{"address", MEMBER_EXACT, offsetof(struct access_entry, address), ADDRESS_BYTES,
		 NULL, true},
		{"storageKeys", MEMBER_OWN, 0, 0, read_slots, true},
	};
	static const struct members form = {"an entry", list, sizeof(list) / sizeof(list[0])};
	struct members_seen seen;
	enum status st = members_read(out, &seen, &form, arena, r, err);

	return st == OK ? members_check(&seen, &form, err) : st;
}

static enum status read_access_list(void *out, struct arena *arena, struct json_reader *r,
				    struct error *err)
{
	struct transaction *t = out;
	void *entries;
	enum status st = members_array(&entries, &t->access_count, sizeof(t->access_list[0]),
				       "entry", read_access_entry, arena, r, err);

	t->access_list = entries;
	return st;
}

static enum status read_blob_hashes(void *out, struct arena *arena, struct json_reader *r,
				    struct error *err)
{
	struct transaction *t = out;
	void *hashes;
	enum status st = members_array(&hashes, &t->blob_count, sizeof(t->blob_hashes[0]), "hash",
				       member_hash, arena, r, err);

	t->blob_hashes = hashes;
	return st;
}

/* An authorization's parity may be any byte; what is none does not recover. */
static enum status read_authorization(void *out, struct arena *arena, struct json_reader *r,
				      struct error *err)
{
	struct reading {
		struct authorization authorization;
		uint64_t y_parity;
		uint64_t v;
	} reading = {0};
	enum { CHAIN_ID, ADDRESS, NONCE, Y_PARITY, V, R, S };
	static const struct member list[] = {
		{"chainId", MEMBER_WORD, offsetof(struct reading, authorization.chain_id), 0, NULL,
		 true},
		{"address", MEMBER_EXACT, offsetof(struct reading, authorization.address),
		 ADDRESS_BYTES, NULL, true},
		{"nonce", MEMBER_QUANTITY, offsetof(struct reading, authorization.nonce), 0, NULL,
		 true},
		{"yParity", MEMBER_QUANTITY, offsetof(struct reading, y_parity), 0, NULL, false},
		{"v", MEMBER_QUANTITY, offsetof(struct reading, v), 0, NULL, false},
		{"r", MEMBER_WORD, offsetof(struct reading, authorization.signature.r), 0, NULL,
		 true},
		{"s", MEMBER_WORD, offsetof(struct reading, authorization.signature.s), 0, NULL,
		 true},
	};
	static const struct members form = {"an authorization", list,
					    sizeof(list) / sizeof(list[0])};
	struct members_seen seen;
	enum status st = members_read(&reading, &seen, &form, arena, r, err);

	if (st == OK)
		st = members_check(&seen, &form, err);
	if (st == OK && !members_have(&seen, V))
		st = members_need(&seen, &form, Y_PARITY, err);
	if (st != OK)
		return st;
	if (!members_have(&seen, Y_PARITY))
		reading.y_parity = reading.v;
	if (reading.y_parity > UINT8_MAX)
		return error_set(err, ERR_BAD_DATA, "yParity: expected a byte");
	reading.authorization.signature.y_parity = (uint8_t)reading.y_parity;
	*(struct authorization *)out = reading.authorization;
	return OK;
}

static enum status read_authorizations(void *out, struct arena *arena, struct json_reader *r,
				       struct error *err)
{
	struct transaction *t = out;
	void *list;
	enum status st = members_array(&list, &t->authorization_count, sizeof(t->authorizations[0]),
				       "authorization", read_authorization, arena, r, err);

	t->authorizations = list;
	return st;
}

/* ---- the transaction ---- */

struct reading {
	struct transaction_body body;
	uint64_t type;
	struct slice data; /* some call the input so */
	u256 y_parity;
	u256 v;
};

enum {
	BLOCK_HASH,
	BLOCK_NUMBER,
	FROM,
	GAS,
	GAS_PRICE,
	MAX_FEE,
	MAX_PRIORITY_FEE,
	MAX_BLOB_FEE,
	HASH,
	INPUT,
	DATA,
	NONCE,
	TO,
	TRANSACTION_INDEX,
	VALUE,
	TYPE,
	ACCESS_LIST,
	CHAIN_ID,
	BLOB_HASHES,
	AUTHORIZATIONS,
	V,
	R,
	S,
	Y_PARITY,
};

#define AT(field) offsetof(struct reading, field)
#define BODY(field) offsetof(struct reading, body.transaction.field)
#define HERE offsetof(struct reading, body.transaction)

static const struct member members[] = {
	[BLOCK_HASH] = {"blockHash", MEMBER_IGNORED, 0, 0, NULL, false},
	[BLOCK_NUMBER] = {"blockNumber", MEMBER_IGNORED, 0, 0, NULL, false},
	[FROM] = {"from", MEMBER_EXACT, AT(body.from), ADDRESS_BYTES, NULL, true},
	[GAS] = {"gas", MEMBER_QUANTITY, BODY(gas_limit), 0, NULL, true},
	[GAS_PRICE] = {"gasPrice", MEMBER_WORD, BODY(gas_price), 0, NULL, false},
	[MAX_FEE] = {"maxFeePerGas", MEMBER_WORD, BODY(max_fee), 0, NULL, false},
	[MAX_PRIORITY_FEE] = {"maxPriorityFeePerGas", MEMBER_WORD, BODY(max_priority_fee), 0, NULL,
			      false},
	[MAX_BLOB_FEE] = {"maxFeePerBlobGas", MEMBER_WORD, BODY(max_blob_fee), 0, NULL, false},
	[HASH] = {"hash", MEMBER_EXACT, AT(body.hash), HASH_BYTES, NULL, true},
	[INPUT] = {"input", MEMBER_BYTES, BODY(input), 0, NULL, false},
	[DATA] = {"data", MEMBER_BYTES, AT(data), 0, NULL, false},
	[NONCE] = {"nonce", MEMBER_QUANTITY, BODY(nonce), 0, NULL, true},
	[TO] = {"to", MEMBER_EXACT, BODY(to), ADDRESS_BYTES, NULL, false},
	[TRANSACTION_INDEX] = {"transactionIndex", MEMBER_IGNORED, 0, 0, NULL, false},
	[VALUE] = {"value", MEMBER_WORD, BODY(value), 0, NULL, true},
	[TYPE] = {"type", MEMBER_QUANTITY, AT(type), 0, NULL, false},
	[ACCESS_LIST] = {"accessList", MEMBER_OWN, HERE, 0, read_access_list, false},
	[CHAIN_ID] = {"chainId", MEMBER_WORD, BODY(chain_id), 0, NULL, false},
	[BLOB_HASHES] = {"blobVersionedHashes", MEMBER_OWN, HERE, 0, read_blob_hashes, false},
	[AUTHORIZATIONS] = {"authorizationList", MEMBER_OWN, HERE, 0, read_authorizations, false},
	[V] = {"v", MEMBER_WORD, AT(v), 0, NULL, false},
	[R] = {"r", MEMBER_WORD, BODY(signature.r), 0, NULL, true},
	[S] = {"s", MEMBER_WORD, BODY(signature.s), 0, NULL, true},
	[Y_PARITY] = {"yParity", MEMBER_WORD, AT(y_parity), 0, NULL, false},
};

static const struct members form = {"a transaction", members, sizeof(members) / sizeof(members[0])};

/* The members that a type has beside those of all types. The access list may be missing: some
 * nodes leave out an empty one. */
static enum status check_members(const struct members_seen *seen, uint64_t type, struct error *err)
{
	uint64_t wanted = UINT64_C(1) << (members_have(seen, DATA) ? DATA : INPUT);
	enum status st = members_check(seen, &form, err);

	if (type <= TYPE_ACCESS_LIST)
		wanted |= UINT64_C(1) << GAS_PRICE;
	else
		wanted |= UINT64_C(1) << MAX_FEE | UINT64_C(1) << MAX_PRIORITY_FEE;
	if (type != TYPE_LEGACY)
		wanted |= UINT64_C(1) << CHAIN_ID;
	if (type == TYPE_LEGACY || !members_have(seen, Y_PARITY))
		wanted |= UINT64_C(1) << V;
	if (type == TYPE_BLOB)
		wanted |= UINT64_C(1) << MAX_BLOB_FEE | UINT64_C(1) << BLOB_HASHES;
	if (type == TYPE_SET_CODE)
		wanted |= UINT64_C(1) << AUTHORIZATIONS;
	for (unsigned i = 0; i < form.count && st == OK; i++)
		if (wanted >> i & 1)
			st = members_need(seen, &form, i, err);
	return st;
}

/* 27 or 28; or with a chain id (EIP-155) 35 + 2 * chain_id + parity. */
static enum status legacy_signature(struct transaction *t, u256 v, struct error *err)
{
	u256 low = u256_and(v, U256_ONE);
	u256 above;

	t->has_chain_id = u256_sub_ok(&above, v, u256_from(V_EIP155));
	if (t->has_chain_id) {
		t->chain_id = u256_shift_right(above, 1);
		t->signature.y_parity = (uint8_t)(1 - low.word[0]);
		return OK;
	}
	if (v.word[0] != V_LEGACY && v.word[0] != V_LEGACY + 1)
		return error_set(err, ERR_BAD_DATA,
				 "v: expected 27, 28 or 35 and more, got %" PRIu64, v.word[0]);
	t->chain_id = U256_ZERO;
	t->signature.y_parity = (uint8_t)(1 - low.word[0]);
	return OK;
}

static enum status typed_signature(struct transaction *t, u256 parity, struct error *err)
{
	if (u256_compare(parity, U256_ONE) > 0)
		return error_set(err, ERR_BAD_DATA, "yParity: expected 0 or 1");
	t->has_chain_id = true;
	t->signature.y_parity = (uint8_t)parity.word[0];
	return OK;
}

/* What one type has and another's JSON may name as well is taken out again. */
static void drop_foreign(struct transaction *t)
{
	if (t->type == TYPE_LEGACY)
		t->access_count = 0;
	if (t->type <= TYPE_ACCESS_LIST)
		t->max_fee = t->max_priority_fee = U256_ZERO;
	else
		t->gas_price = U256_ZERO; /* the effective price */
	if (t->type != TYPE_BLOB) {
		t->max_blob_fee = U256_ZERO;
		t->blob_count = 0;
	}
	if (t->type != TYPE_SET_CODE)
		t->authorization_count = 0;
}

enum status parse_transaction(struct transaction_body *out, struct arena *arena,
			      struct json_reader *r, struct error *err)
{
	struct reading reading = {0};
	struct transaction *t = &reading.body.transaction;
	struct members_seen seen;
	enum status st = members_read(&reading, &seen, &form, arena, r, err);

	if (st != OK)
		return st;
	if (reading.type > TRANSACTION_TYPE_MAX)
		return error_set(err, ERR_BAD_DATA,
				 "type 0x%" PRIx64 ": this version does not know that transaction "
				 "type",
				 reading.type);
	st = check_members(&seen, reading.type, err);
	if (st != OK)
		return st;
	t->type = (uint8_t)reading.type;
	t->has_to = members_have(&seen, TO);
	if (!members_have(&seen, INPUT))
		t->input = reading.data;
	if (t->type == TYPE_LEGACY)
		st = legacy_signature(t, reading.v, err);
	else
		st = typed_signature(
			t, members_have(&seen, Y_PARITY) ? reading.y_parity : reading.v, err);
	drop_foreign(t);
	*out = reading.body;
	return st;
}
