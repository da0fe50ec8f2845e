/*
 * parse_receipt.c - receipts and their logs.
 *
 * Of a log only what is encoded is read: address, topics, data. Where it stands is worked out from
 * its place among the receipts, so what the node says of that is not even looked at.
 */
#include <inttypes.h>

#include "indexer/members.h"
#include "indexer/parse_block.h"

static enum status read_topics(void *out, struct arena *arena, struct json_reader *r,
			       struct error *err)
{
	struct event_log *log = out;

	if (!jread_array(r))
		return jread_error(r, err);
	while (jread_element(r)) {
		enum status st;

		if (log->topic_count == LOG_TOPICS_MAX)
			return error_set(err, ERR_BAD_DATA, "more than four");
		st = member_hash(&log->topics[log->topic_count], arena, r, err);
		if (st != OK)
			return st;
		log->topic_count++;
	}
	return jread_failed(r) ? jread_error(r, err) : OK;
}

static enum status read_log(void *out, struct arena *arena, struct json_reader *r,
			    struct error *err)
{
	static const struct member list[] = {
		{"address", MEMBER_EXACT, offsetof(struct event_log, address), ADDRESS_BYTES, NULL,
		 true},
		{"topics", MEMBER_OWN, 0, 0, read_topics, true},
		{"data", MEMBER_BYTES, offsetof(struct event_log, data), 0, NULL, true},
	};
	static const struct members log_form = {"a log", list, sizeof(list) / sizeof(list[0])};
	struct members_seen seen;
	enum status st = members_read(out, &seen, &log_form, arena, r, err);

	return st == OK ? members_check(&seen, &log_form, err) : st;
}

static enum status read_logs(void *out, struct arena *arena, struct json_reader *r,
			     struct error *err)
{
	struct receipt *receipt = out;
	void *logs;
	enum status st = members_array(&logs, &receipt->log_count, sizeof(receipt->logs[0]), "log",
				       read_log, arena, r, err);

	receipt->logs = logs;
	return st;
}

struct reading {
	struct receipt receipt;
	struct receipt_claim claim;
	uint64_t type;
	uint64_t status;
	struct slice root;
};

enum { TYPE, ROOT, STATUS, CUMULATIVE_GAS, BLOOM, LOGS, TRANSACTION_HASH, FROM };

#define AT(field) offsetof(struct reading, field)

static const struct member members[] = {
	[TYPE] = {"type", MEMBER_QUANTITY, AT(type), 0, NULL, false},
	[ROOT] = {"root", MEMBER_BYTES, AT(root), HASH_BYTES, NULL, false},
	[STATUS] = {"status", MEMBER_QUANTITY, AT(status), 0, NULL, false},
	[CUMULATIVE_GAS] = {"cumulativeGasUsed", MEMBER_QUANTITY, AT(receipt.cumulative_gas_used),
			    0, NULL, true},
	[BLOOM] = {"logsBloom", MEMBER_EXACT, AT(receipt.bloom), BLOOM_BYTES, NULL, true},
	[LOGS] = {"logs", MEMBER_OWN, AT(receipt), 0, read_logs, true},
	[TRANSACTION_HASH] = {"transactionHash", MEMBER_EXACT, AT(claim.transaction_hash),
			      HASH_BYTES, NULL, true},
	[FROM] = {"from", MEMBER_EXACT, AT(claim.from), ADDRESS_BYTES, NULL, true},
};

static const struct members form = {"a receipt", members, sizeof(members) / sizeof(members[0])};

/*
 * The status, or before Byzantium the state root. Some nodes write an empty root beside the status,
 * some a status beside the root, and some a root of no meaning: where both are there, a receipt of
 * a later kind than the legacy one has a status.
 */
static enum status take_outcome(struct reading *reading, const struct members_seen *seen,
				struct error *err)
{
	struct receipt *receipt = &reading->receipt;

	if (reading->root.size && reading->root.size != HASH_BYTES)
		return error_set(err, ERR_BAD_DATA, "root: expected 32 bytes, got %zu",
				 reading->root.size);
	if (!reading->root.size && !members_have(seen, STATUS))
		return error_set(err, ERR_BAD_DATA, "a receipt with neither status nor root");
	if (reading->status > 1)
		return error_set(err, ERR_BAD_DATA, "status: expected 0 or 1, got %" PRIu64,
				 reading->status);
	receipt->is_success = reading->status == 1;
	receipt->has_post_state =
		reading->root.size && (!receipt->type || !members_have(seen, STATUS));
	if (receipt->has_post_state)
		memcpy(receipt->post_state.bytes, reading->root.data, HASH_BYTES);
	return OK;
}

static enum status read_receipt(struct reading *reading, struct arena *arena, struct json_reader *r,
				struct error *err)
{
	struct members_seen seen;
	enum status st = members_read(reading, &seen, &form, arena, r, err);

	if (st != OK)
		return st;
	if (reading->type > TRANSACTION_TYPE_MAX)
		return error_set(err, ERR_BAD_DATA,
				 "type 0x%" PRIx64 ": this version does not know that receipt type",
				 reading->type);
	st = members_check(&seen, &form, err);
	if (st != OK)
		return st;
	reading->receipt.type = (uint8_t)reading->type;
	return take_outcome(reading, &seen, err);
}

struct pair {
	struct receipt receipt;
	struct receipt_claim claim;
};

static enum status read_pair(void *out, struct arena *arena, struct json_reader *r,
			     struct error *err)
{
	struct pair *pair = out;
	struct reading reading = {0};
	enum status st = read_receipt(&reading, arena, r, err);

	pair->receipt = reading.receipt;
	pair->claim = reading.claim;
	return st;
}

enum status parse_receipt(struct receipt *out, struct receipt_claim *claim, struct arena *arena,
			  struct json_reader *r, struct error *err)
{
	struct error own;
	struct pair pair;

	if (!err)
		err = &own;
	if (read_pair(&pair, arena, r, err) != OK)
		return error_wrap(err, "receipt");
	*out = pair.receipt;
	*claim = pair.claim;
	return OK;
}

void parse_block_settle(struct block_material *m)
{
	if (m->header.fork >= HEADER_LONDON)
		for (size_t i = 0; i < m->receipt_count; i++)
			m->receipts[i].has_post_state = false;
}

enum status parse_receipts(struct block_material *out, struct arena *arena, struct json_reader *r,
			   struct error *err)
{
	struct error own;
	void *list;
	const struct pair *pairs;
	size_t count;
	enum status st;

	if (!err)
		err = &own;
	st = members_array(&list, &count, sizeof(*pairs), "receipt", read_pair, arena, r, err);
	if (st != OK)
		return st;
	pairs = list;
	out->has_receipts = true;
	out->receipt_count = count;
	out->receipts = arena_array(arena, count, sizeof(out->receipts[0]));
	out->receipt_claims = arena_array(arena, count, sizeof(out->receipt_claims[0]));
	for (size_t i = 0; i < count; i++) {
		out->receipts[i] = pairs[i].receipt;
		out->receipt_claims[i] = pairs[i].claim;
	}
	parse_block_settle(out);
	return OK;
}
