/*
 * parse_block.c - blocks: the header's members, and the transactions as hashes or bodies.
 */
#include "indexer/parse_block.h"

#include "indexer/members.h"
#include "indexer/parse_transaction.h"

enum { UNKNOWN_NAME_MAX = 64 };

static enum status read_transactions(void *out, struct arena *arena, struct json_reader *r,
				     struct error *err);

enum {
	NUMBER,
	HASH,
	MIX_HASH,
	PARENT_HASH,
	NONCE,
	UNCLES_HASH,
	BLOOM,
	TRANSACTIONS_ROOT,
	STATE_ROOT,
	RECEIPTS_ROOT,
	BENEFICIARY,
	DIFFICULTY,
	EXTRA,
	GAS_LIMIT,
	GAS_USED,
	TIMESTAMP,
	TRANSACTIONS,
	BASE_FEE,
	WITHDRAWALS_ROOT,
	BLOB_GAS_USED,
	EXCESS_BLOB_GAS,
	PARENT_BEACON_ROOT,
	REQUESTS_HASH,
	KNOWN_COUNT,
};

#define AT(field) offsetof(struct block_material, header.field)

static const struct member members[] = {
	[NUMBER] = {"number", MEMBER_QUANTITY, AT(number), 0, NULL, true},
	[HASH] = {"hash", MEMBER_EXACT, offsetof(struct block_material, claimed_hash), HASH_BYTES,
		  NULL, true},
	[MIX_HASH] = {"mixHash", MEMBER_EXACT, AT(mix_hash), HASH_BYTES, NULL, true},
	[PARENT_HASH] = {"parentHash", MEMBER_EXACT, AT(parent_hash), HASH_BYTES, NULL, true},
	[NONCE] = {"nonce", MEMBER_EXACT, AT(nonce), 8, NULL, true},
	[UNCLES_HASH] = {"sha3Uncles", MEMBER_EXACT, AT(uncles_hash), HASH_BYTES, NULL, true},
	[BLOOM] = {"logsBloom", MEMBER_EXACT, AT(bloom), BLOOM_BYTES, NULL, true},
	[TRANSACTIONS_ROOT] = {"transactionsRoot", MEMBER_EXACT, AT(transactions_root), HASH_BYTES,
			       NULL, true},
	[STATE_ROOT] = {"stateRoot", MEMBER_EXACT, AT(state_root), HASH_BYTES, NULL, true},
	[RECEIPTS_ROOT] = {"receiptsRoot", MEMBER_EXACT, AT(receipts_root), HASH_BYTES, NULL, true},
	[BENEFICIARY] = {"miner", MEMBER_EXACT, AT(beneficiary), ADDRESS_BYTES, NULL, true},
	[DIFFICULTY] = {"difficulty", MEMBER_WORD, AT(difficulty), 0, NULL, true},
	[EXTRA] = {"extraData", MEMBER_BYTES, AT(extra), HEADER_EXTRA_MAX, NULL, true},
	[GAS_LIMIT] = {"gasLimit", MEMBER_QUANTITY, AT(gas_limit), 0, NULL, true},
	[GAS_USED] = {"gasUsed", MEMBER_QUANTITY, AT(gas_used), 0, NULL, true},
	[TIMESTAMP] = {"timestamp", MEMBER_QUANTITY, AT(timestamp), 0, NULL, true},
	[TRANSACTIONS] = {"transactions", MEMBER_OWN, 0, 0, read_transactions, true},
	[BASE_FEE] = {"baseFeePerGas", MEMBER_WORD, AT(base_fee), 0, NULL, false},
	[WITHDRAWALS_ROOT] = {"withdrawalsRoot", MEMBER_EXACT, AT(withdrawals_root), HASH_BYTES,
			      NULL, false},
	[BLOB_GAS_USED] = {"blobGasUsed", MEMBER_QUANTITY, AT(blob_gas_used), 0, NULL, false},
	[EXCESS_BLOB_GAS] = {"excessBlobGas", MEMBER_QUANTITY, AT(excess_blob_gas), 0, NULL, false},
	[PARENT_BEACON_ROOT] = {"parentBeaconBlockRoot", MEMBER_EXACT, AT(parent_beacon_root),
				HASH_BYTES, NULL, false},
	[REQUESTS_HASH] = {"requestsHash", MEMBER_EXACT, AT(requests_hash), HASH_BYTES, NULL,
			   false},
	/* What nodes write beside the header, or made of it. */
	[KNOWN_COUNT] = {"size", MEMBER_IGNORED, 0, 0, NULL, false},
	{"totalDifficulty", MEMBER_IGNORED, 0, 0, NULL, false},
	{"uncles", MEMBER_IGNORED, 0, 0, NULL, false},
	{"withdrawals", MEMBER_IGNORED, 0, 0, NULL, false},
	{"requests", MEMBER_IGNORED, 0, 0, NULL, false},
	{"author", MEMBER_IGNORED, 0, 0, NULL, false},
	{"sealFields", MEMBER_IGNORED, 0, 0, NULL, false},
	{"prevRandao", MEMBER_IGNORED, 0, 0, NULL, false},
	{"transactionCount", MEMBER_IGNORED, 0, 0, NULL, false},
	{"milliTimestamp", MEMBER_IGNORED, 0, 0, NULL, false},
};

static const struct members form = {"a block", members, sizeof(members) / sizeof(members[0])};

static enum status read_body(void *out, struct arena *arena, struct json_reader *r,
			     struct error *err)
{
	return parse_transaction(out, arena, r, err);
}

static enum status read_bodies(struct block_material *out, struct arena *arena,
			       struct json_reader *r, struct error *err)
{
	void *list;
	const struct transaction_body *bodies;
	size_t count;
	enum status st = members_array(&list, &count, sizeof(*bodies), "transaction", read_body,
				       arena, r, err);

	if (st != OK)
		return st;
	bodies = list;
	out->has_transactions = true;
	out->transaction_count = count;
	out->transactions = arena_array(arena, count, sizeof(out->transactions[0]));
	out->transaction_hashes = arena_array(arena, count, sizeof(out->transaction_hashes[0]));
	out->claimed_senders = arena_array(arena, count, sizeof(out->claimed_senders[0]));
	for (size_t i = 0; i < count; i++) {
		out->transactions[i] = bodies[i].transaction;
		out->transaction_hashes[i] = bodies[i].hash;
		out->claimed_senders[i] = bodies[i].from;
	}
	return OK;
}

/* All hashes or all bodies; a block without transactions lacks nothing. */
static enum status read_transactions(void *out, struct arena *arena, struct json_reader *r,
				     struct error *err)
{
	struct block_material *m = out;
	struct json_reader ahead = *r;
	void *hashes;
	enum status st;

	if (!jread_array(&ahead) || !jread_element(&ahead) ||
	    jread_peek(&ahead) != JSON_READ_STRING)
		return read_bodies(m, arena, r, err);
	st = members_array(&hashes, &m->transaction_count, sizeof(m->transaction_hashes[0]),
			   "transaction", member_hash, arena, r, err);
	m->transaction_hashes = hashes;
	return st;
}

/* The last field that is there names the fork; all before it must be there, too. */
static enum status find_fork(enum header_fork *out, const struct members_seen *seen,
			     struct error *err)
{
	static const enum header_fork forks[KNOWN_COUNT] = {
		[BASE_FEE] = HEADER_LONDON,           [WITHDRAWALS_ROOT] = HEADER_SHANGHAI,
		[BLOB_GAS_USED] = HEADER_CANCUN,      [EXCESS_BLOB_GAS] = HEADER_CANCUN,
		[PARENT_BEACON_ROOT] = HEADER_CANCUN, [REQUESTS_HASH] = HEADER_PRAGUE,
	};

	*out = HEADER_FRONTIER;
	for (unsigned i = BASE_FEE; i < KNOWN_COUNT; i++)
		if (members_have(seen, i))
			*out = forks[i];
	for (unsigned i = BASE_FEE; i < KNOWN_COUNT; i++)
		if (forks[i] <= *out && !members_have(seen, i))
			return error_set(err, ERR_BAD_DATA, "a block of %s without %s",
					 header_fork_name(*out), members[i].name);
	return OK;
}

/* The name, cut before a character that does not fit. */
static const char *short_name(struct arena *arena, struct slice name)
{
	size_t size = name.size;

	if (size > UNKNOWN_NAME_MAX)
		for (size = UNKNOWN_NAME_MAX; size && (name.data[size] & 0xc0) == 0x80;)
			size--;
	return arena_string_n(arena, (const char *)name.data, size);
}

enum status parse_block(struct block_material *out, struct arena *arena, struct json_reader *r,
			struct error *err)
{
	struct error own;
	struct members_seen seen;
	enum status st;

	if (!err)
		err = &own;
	out->header = (struct block_header){0};
	out->unknown_member = "";
	out->has_transactions = false;
	out->transactions = NULL;
	out->transaction_hashes = NULL;
	out->claimed_senders = NULL;
	out->transaction_count = 0;
	st = members_read(out, &seen, &form, arena, r, err);
	if (st != OK)
		return error_wrap(err, "block");
	st = members_check(&seen, &form, err);
	if (st == OK)
		st = find_fork(&out->header.fork, &seen, err);
	if (st == OK && seen.unknown.data)
		out->unknown_member = short_name(arena, seen.unknown);
	return st;
}
