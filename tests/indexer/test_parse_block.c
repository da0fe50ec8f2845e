/*
 * Whole blocks: those of the recorded chains parse and make their hashes and roots, every member
 * that is damaged is named, and transactions of all types come out as they were signed.
 */
#include "tests/indexer/check.h"

#include <jansson.h>
#include <zlib.h>

#include "indexer/parse_block.h"
#include "indexer/parse_transaction.h"

enum { LINE_MAX_SIZE = 8 * 1024 * 1024 };

/* ---- JSON in, material out ---- */

static struct arena *arena;
static char *line_text;

static struct json_reader reader_of(const char *text)
{
	struct json_reader r;

	jread_open(&r, slice_of(text, strlen(text)));
	return r;
}

static struct json_reader reader_of_json(const json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
	struct json_reader r = reader_of(arena_string(arena, text));

	free(text);
	return r;
}

static enum status block_of(struct block_material *out, const json_t *json, struct error *err)
{
	struct json_reader r = reader_of_json(json);

	return parse_block(out, arena, &r, err);
}

static enum status receipts_of(struct block_material *out, const json_t *json, struct error *err)
{
	struct json_reader r = reader_of_json(json);

	return parse_receipts(out, arena, &r, err);
}

/* The first block line of the chain that has a log, or NULL behind the last one. */
static json_t *next_block(gzFile file)
{
	while (gzgets(file, line_text, LINE_MAX_SIZE)) {
		json_t *line;

		if (strncmp(line_text, "{\"type\":\"block\"", 15) != 0)
			continue;
		line = json_loads(line_text, 0, NULL);
		assert_non_null(line);
		return line;
	}
	return NULL;
}

static json_t *block_with_log(void)
{
	gzFile file = gzopen("tests/chains/api3-seed1.chain.jsonl.gz", "rb");
	json_t *line;

	assert_non_null(file);
	while ((line = next_block(file))) {
		const json_t *receipt = json_array_get(json_object_get(line, "receipts"), 0);

		if (json_array_size(json_object_get(receipt, "logs")))
			break;
		json_decref(line);
	}
	assert_non_null(line);
	(void)gzclose(file);
	return line;
}

/* ---- recorded chains ---- */

static void prove(struct block_material *m)
{
	struct proof_failure failure;

	if (!prove_header(&failure, m, arena) || !prove_receipts(&failure, m, arena))
		fail_msg("block %llu: fault %d: expected %s, got %s",
			 (unsigned long long)m->header.number, (int)failure.fault, failure.expected,
			 failure.actual);
	if (m->has_transactions) {
		struct address *senders =
			arena_array(arena, m->transaction_count, sizeof(senders[0]));

		assert_true(prove_transactions(&failure, senders, m, NULL, arena));
	}
}

/* What the chain says of a log's place is what the proof worked out. */
static void same_places(const struct block_material *m, const json_t *receipts)
{
	const json_t *receipt;
	const json_t *log;
	size_t i;
	size_t j;

	json_array_foreach (receipts, i, receipt) {
		json_array_foreach (json_object_get(receipt, "logs"), j, log) {
			const struct event_log *got = &m->receipts[i].logs[j];
			const char *index = json_string_value(json_object_get(log, "logIndex"));
			struct hash hash =
				hash_of(json_string_value(json_object_get(log, "transactionHash")));

			assert_int_equal(got->log_index, strtoul(index, NULL, 16));
			assert_int_equal(got->transaction_index, i);
			assert_true(hash_equal(got->transaction_hash, hash));
			assert_true(hash_equal(got->block_hash, m->claimed_hash));
			assert_int_equal(got->block_number, m->header.number);
		}
	}
}

static void recorded_blocks_make_their_hashes_and_roots(void **state)
{
	static const char *const files[] = {"tests/chains/api3-seed1.chain.jsonl.gz",
					    "tests/chains/pool-edges.chain.jsonl.gz"};
	size_t blocks = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		gzFile file = gzopen(files[i], "rb");
		json_t *line;

		assert_non_null(file);
		while ((line = next_block(file))) {
			const json_t *receipts = json_object_get(line, "receipts");
			struct block_material m = {0};
			struct error err;

			arena_reset(arena);
			check_ok(block_of(&m, json_object_get(line, "block"), &err), err);
			check_ok(receipts_of(&m, receipts, &err), err);
			assert_true(m.header.fork >= HEADER_CANCUN);
			assert_string_equal(m.unknown_member, "");
			prove(&m);
			same_places(&m, receipts);
			json_decref(line);
			blocks++;
		}
		(void)gzclose(file);
	}
	assert_true(blocks >= 309 + 143);
}

/* ---- damage ---- */

static const char *const header_names[] = {
	"number",
	"hash",
	"parentHash",
	"sha3Uncles",
	"miner",
	"stateRoot",
	"receiptsRoot",
	"transactionsRoot",
	"logsBloom",
	"difficulty",
	"gasLimit",
	"gasUsed",
	"timestamp",
	"extraData",
	"mixHash",
	"nonce",
	"baseFeePerGas",
	"withdrawalsRoot",
	"blobGasUsed",
	"excessBlobGas",
	"parentBeaconBlockRoot",
};

/* Another value of the same form. */
static json_t *altered(const json_t *value)
{
	char *text = arena_string(arena, json_string_value(value));
	size_t last = strlen(text) - 1;

	if (strcmp(text, "0x") == 0)
		return json_string("0x01");
	text[last] = text[last] == '1' ? '2' : '1';
	return json_string(text);
}

static void damaged_headers_are_refused_or_make_another_hash(void **state)
{
	static const char *const wrong[] = {"\"\"",
					    "\"12\"",
					    "\"0xg\"",
					    "7",
					    "[\"0x\"]",
					    "{}",
					    "true",
					    "\"0x1ffffffffffffffff"
					    "ffffffffffffffffffffffffffffffffffffffffffffffffffffff"
					    "fffffffffffffffff\""};
	json_t *line = block_with_log();
	json_t *block = json_object_get(line, "block");

	(void)state;
	for (size_t i = 0; i < sizeof(header_names) / sizeof(header_names[0]); i++) {
		const char *name = header_names[i];
		json_t *value = json_incref(json_object_get(block, name));
		struct block_material m = {0};
		struct proof_failure failure;
		struct error err;

		assert_non_null(value);
		for (size_t j = 0; j < sizeof(wrong) / sizeof(wrong[0]); j++) {
			if (j == 7 && strcmp(name, "extraData") == 0)
				continue;
			(void)json_object_set_new(block, name,
						  json_loads(wrong[j], JSON_DECODE_ANY, NULL));
			check_fails(block_of(&m, block, &err), ERR_BAD_DATA, err, name);
		}
		(void)json_object_set_new(block, name, json_null());
		check_fails(block_of(&m, block, &err), ERR_BAD_DATA, err, name);
		(void)json_object_del(block, name);
		check_fails(block_of(&m, block, &err), ERR_BAD_DATA, err, name);
		(void)json_object_set_new(block, name, altered(value));
		check_ok(block_of(&m, block, &err), err);
		assert_false(prove_header(&failure, &m, arena));
		assert_int_equal(failure.fault, FAULT_HEADER_HASH);
		(void)json_object_set_new(block, name, value);
		check_ok(block_of(&m, block, &err), err);
		assert_true(prove_header(&failure, &m, arena));
	}
	json_decref(line);
}

static void the_fork_follows_from_the_members(void **state)
{
	static const struct {
		const char *gone[8];
		enum header_fork fork;
		const char *words; /* NULL: no error */
	} cases[] = {
		{{0}, HEADER_PRAGUE, NULL},
		{{"requestsHash"}, HEADER_CANCUN, NULL},
		{{"requestsHash", "blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot"},
		 HEADER_SHANGHAI,
		 NULL},
		{{"requestsHash", "blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot",
		  "withdrawalsRoot"},
		 HEADER_LONDON,
		 NULL},
		{{"requestsHash", "blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot",
		  "withdrawalsRoot", "baseFeePerGas"},
		 HEADER_FRONTIER,
		 NULL},
		{{"blobGasUsed"}, HEADER_PRAGUE, "a block of Prague without blobGasUsed"},
		{{"requestsHash", "excessBlobGas"},
		 HEADER_CANCUN,
		 "a block of Cancun without excessBlobGas"},
		{{"requestsHash", "parentBeaconBlockRoot"},
		 HEADER_CANCUN,
		 "a block of Cancun without parentBeaconBlockRoot"},
		{{"withdrawalsRoot"}, HEADER_PRAGUE, "a block of Prague without withdrawalsRoot"},
		{{"requestsHash", "blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot",
		  "baseFeePerGas"},
		 HEADER_SHANGHAI,
		 "a block of Shanghai without baseFeePerGas"},
	};
	json_t *line = block_with_log();
	json_t *block = json_object_get(line, "block");

	(void)state;
	(void)json_object_set(block, "requestsHash", json_object_get(block, "stateRoot"));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *copy = json_copy(block);
		struct block_material m = {0};
		struct error err;

		for (size_t j = 0; cases[i].gone[j]; j++)
			(void)json_object_set_new(copy, cases[i].gone[j], json_null());
		if (cases[i].words) {
			check_fails(block_of(&m, copy, &err), ERR_BAD_DATA, err, cases[i].words);
		} else {
			check_ok(block_of(&m, copy, &err), err);
			assert_int_equal(m.header.fork, cases[i].fork);
		}
		json_decref(copy);
	}
	json_decref(line);
}

static void members_of_a_later_fork_are_named(void **state)
{
	json_t *line = block_with_log();
	json_t *block = json_object_get(line, "block");
	struct block_material m = {0};
	struct error err;
	char name[200];

	(void)state;
	(void)json_object_set_new(block, "author", json_string("0x"));
	(void)json_object_set_new(block, "sealFields", json_array());
	(void)json_object_set_new(block, "newThing", json_null());
	check_ok(block_of(&m, block, &err), err);
	assert_string_equal(m.unknown_member, "");
	(void)json_object_set_new(block, "l1BlockNumber", json_string("0x1"));
	(void)json_object_set_new(block, "another", json_string("0x1"));
	check_ok(block_of(&m, block, &err), err);
	assert_string_equal(m.unknown_member, "l1BlockNumber");
	(void)json_object_del(block, "l1BlockNumber");
	(void)json_object_del(block, "another");
	memset(name, 'x', sizeof(name));
	memcpy(name + 63, "\xc3\xa4", 2);
	name[sizeof(name) - 1] = '\0';
	(void)json_object_set_new(block, name, json_string("0x1"));
	check_ok(block_of(&m, block, &err), err);
	assert_int_equal(strlen(m.unknown_member), 63);
	json_decref(line);
}

static void long_extra_data_is_refused(void **state)
{
	json_t *line = block_with_log();
	json_t *block = json_object_get(line, "block");
	struct block_material m = {0};
	char text[2 + 2 * (HEADER_EXTRA_MAX + 1) + 1];
	struct error err;

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text, "0x", 2);
	text[sizeof(text) - 1] = '\0';
	(void)json_object_set_new(block, "extraData", json_string(text));
	check_fails(block_of(&m, block, &err), ERR_BAD_DATA, err, "extraData");
	text[sizeof(text) - 3] = '\0';
	(void)json_object_set_new(block, "extraData", json_string(text));
	check_ok(block_of(&m, block, &err), err);
	assert_int_equal(m.header.extra.size, HEADER_EXTRA_MAX);
	json_decref(line);
}

static void blocks_that_are_none_are_refused(void **state)
{
	static const struct {
		const char *text;
		const char *words;
	} cases[] = {
		{"null", "expected an object"},
		{"[]", "expected an object"},
		{"{}", "a block without number"},
		{"{\"number\":\"0x1\",\"number\":\"0x1\"}", "a block with number twice"},
		{"{\"number\":null,\"number\":\"0x1\"}", "a block with number twice"},
		{"{\"transactions\":{}}", "transactions: not the JSON expected"},
		{"{\"transactions\":[7]}", "transaction 0: not the JSON expected"},
		{"{\"transactions\":[\"0x12\"]}", "transaction 0: expected 0x and 64"},
		{"{\"transactions\":[{}]}", "transaction 0: a transaction without from"},
		{"{\"transactions\":[\"" /* a hash, then a body */
		 "0x1111111111111111111111111111111111111111111111111111111111111111\",{}]}",
		 "transaction 1: not the JSON expected"},
		{"{\"transactions\":[", "not the JSON expected"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct json_reader r = reader_of(cases[i].text);
		struct block_material m = {0};
		struct error err;

		check_fails(parse_block(&m, arena, &r, &err), ERR_BAD_DATA, err, cases[i].words);
		r = reader_of(cases[i].text);
		assert_int_equal(parse_block(&m, arena, &r, NULL), ERR_BAD_DATA);
	}
}

/* ---- receipts ---- */

static void damaged_receipts_are_refused_or_make_another_root(void **state)
{
	static const struct {
		const char *name;
		const char *wrong;
		const char *words;
	} cases[] = {
		{"type", "\"0x5\"", "type 0x5: this version does not know that receipt type"},
		{"type", "\"0x7e\"", "type 0x7e"},
		{"type", "2", "type"},
		{"status", "\"0x2\"", "status: expected 0 or 1, got 2"},
		{"status", "null", "a receipt with neither status nor root"},
		{"root", "\"0x12\"", "root: expected 32 bytes, got 1"},
		{"cumulativeGasUsed", "null", "a receipt without cumulativeGasUsed"},
		{"cumulativeGasUsed", "\"0x\"", "cumulativeGasUsed"},
		{"logsBloom", "\"0x00\"", "logsBloom"},
		{"logs", "null", "a receipt without logs"},
		{"logs", "[{}]", "logs: log 0: a log without address"},
		{"logs", "{}", "logs"},
		{"transactionHash", "\"0x\"", "transactionHash"},
		{"transactionHash", "null", "a receipt without transactionHash"},
		{"from", "null", "a receipt without from"},
		{"from", "\"0x12\"", "from"},
	};
	json_t *line = block_with_log();
	json_t *receipts = json_object_get(line, "receipts");
	json_t *receipt = json_array_get(receipts, 0);
	struct block_material m = {0};
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *before = json_incref(json_object_get(receipt, cases[i].name));

		(void)json_object_set_new(receipt, cases[i].name,
					  json_loads(cases[i].wrong, JSON_DECODE_ANY, NULL));
		check_fails(receipts_of(&m, receipts, &err), ERR_BAD_DATA, err, cases[i].words);
		check_fails(receipts_of(&m, receipts, &err), ERR_BAD_DATA, err, "receipt 0");
		if (before)
			(void)json_object_set_new(receipt, cases[i].name, before);
		else
			(void)json_object_del(receipt, cases[i].name);
		check_ok(receipts_of(&m, receipts, &err), err);
	}
	json_decref(line);
}

static void damaged_logs_are_refused(void **state)
{
	static const struct {
		const char *name;
		const char *wrong;
	} cases[] = {
		{"address", "\"0x12\""},  {"address", "null"}, {"data", "\"0x1\""},
		{"data", "null"},         {"topics", "null"},  {"topics", "\"0x\""},
		{"topics", "[\"0x12\"]"},
	};
	json_t *line = block_with_log();
	json_t *receipts = json_object_get(line, "receipts");
	json_t *log = json_array_get(json_object_get(json_array_get(receipts, 0), "logs"), 0);
	json_t *topics = json_array();
	struct block_material m = {0};
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *before = json_incref(json_object_get(log, cases[i].name));

		(void)json_object_set_new(log, cases[i].name,
					  json_loads(cases[i].wrong, JSON_DECODE_ANY, NULL));
		check_fails(receipts_of(&m, receipts, &err), ERR_BAD_DATA, err, cases[i].name);
		(void)json_object_set_new(log, cases[i].name, before);
	}
	for (unsigned i = 0; i < 5; i++)
		(void)json_array_append(topics, json_array_get(json_object_get(log, "topics"), 0));
	(void)json_object_set_new(log, "topics", topics);
	check_fails(receipts_of(&m, receipts, &err), ERR_BAD_DATA, err, "more than four");
	/* What a log says of its own place is not looked at. */
	(void)json_array_remove(topics, 4);
	(void)json_object_set_new(log, "logIndex", json_string("nonsense"));
	(void)json_object_del(log, "blockHash");
	check_ok(receipts_of(&m, receipts, &err), err);
	assert_int_equal(m.receipts[0].logs[0].topic_count, 4);
	json_decref(line);
}

static struct receipt receipt_of(const char *outcome)
{
	char *text = arena_alloc(arena, 4096);
	char bloom[2 * BLOOM_BYTES + 1];
	struct receipt receipt;
	struct receipt_claim claim;
	struct json_reader r;
	struct error err;

	memset(bloom, '0', sizeof(bloom));
	bloom[sizeof(bloom) - 1] = '\0';
	(void)snprintf(text, 4096,
		       "{%s,\"cumulativeGasUsed\":\"0x5208\",\"logs\":[],\"logsBloom\":\"0x%s\","
		       "\"transactionHash\":\"0x%064d\",\"from\":\"0x%040d\"}",
		       outcome, bloom, 7, 8);
	r = reader_of(text);
	check_ok(parse_receipt(&receipt, &claim, arena, &r, &err), err);
	assert_int_equal(claim.transaction_hash.bytes[31], 7);
	assert_int_equal(claim.from.bytes[19], 8);
	return receipt;
}

#define ROOT_32 "\"root\":\"0x1111111111111111111111111111111111111111111111111111111111111111\""

static void outcomes_are_status_or_root(void **state)
{
	struct receipt receipt = receipt_of("\"status\":\"0x1\"");
	struct block_material m = {.receipts = &receipt, .receipt_count = 1};

	(void)state;
	assert_true(receipt.is_success && !receipt.has_post_state);
	receipt = receipt_of("\"status\":\"0x0\",\"root\":\"0x\",\"type\":\"0x2\"");
	assert_true(!receipt.is_success && !receipt.has_post_state);
	receipt = receipt_of("\"status\":\"0x1\",\"type\":\"0x2\"," ROOT_32);
	assert_true(receipt.is_success && !receipt.has_post_state);
	receipt = receipt_of("\"status\":null,\"type\":\"0x0\"," ROOT_32);
	assert_true(!receipt.is_success && receipt.has_post_state);
	assert_int_equal(receipt.post_state.bytes[0], 0x11);
	/* Both: by the fork of the block. */
	receipt = receipt_of("\"status\":\"0x1\"," ROOT_32);
	assert_true(receipt.has_post_state);
	m.header.fork = HEADER_FRONTIER;
	parse_block_settle(&m);
	assert_true(receipt.has_post_state);
	m.header.fork = HEADER_LONDON;
	parse_block_settle(&m);
	assert_true(receipt.is_success && !receipt.has_post_state);
}

/* ---- transactions ---- */

static void the_first_transaction_of_mainnet_makes_its_hash(void **state)
{
	struct json_reader r = reader_of(
		"{\"blockHash\":"
		"\"0x4e3a3754410177e6937ef1f84bba68ea139e8d1a2258c5f85db9f1cd715a1bdd"
		"\",\"blockNumber\":\"0xb443\",\"from\":"
		"\"0xa1e4380a3b1f749673e270229993ee55f35663b4\",\"gas\":\"0x5208\",\"gasPrice\":"
		"\"0x2d79883d2000\",\"hash\":"
		"\"0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060\","
		"\"input\":\"0x\",\"nonce\":\"0x0\",\"to\":"
		"\"0x5df9b87991262f6ba471f09758cde1c0fc1de734\",\"transactionIndex\":\"0x0\","
		"\"value\":\"0x7a69\",\"type\":\"0x0\",\"v\":\"0x1c\",\"r\":"
		"\"0x88ff6cf0fefd94db46111149ae4bfc179e9b94721fffd821d38d16464b3f71d0\",\"s\":"
		"\"0x45e0aff800961cfce805daef7016b9b675c137a6a41a548f7b60a3484c06a33a\"}");
	struct transaction_body body;
	struct address sender;
	struct error err;

	(void)state;
	check_ok(parse_transaction(&body, arena, &r, &err), err);
	assert_false(body.transaction.has_chain_id);
	assert_true(hash_equal(transaction_hash(&body.transaction, arena), body.hash));
	check_ok(transaction_sender(&sender, &body.transaction, arena, &err), err);
	assert_true(address_equal(sender, body.from));
}

static json_t *word_json(u256 value)
{
	char text[U256_HEX_SIZE];

	return json_string(u256_format_hex(text, value));
}

static json_t *number_json(uint64_t value)
{
	return word_json(u256_from(value));
}

static json_t *bytes_json(const void *bytes, size_t size)
{
	return json_string(hex_string(arena, slice_of(bytes, size)));
}

static json_t *hashes_json(const struct hash *hashes, size_t count)
{
	json_t *out = json_array();

	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(out, bytes_json(hashes[i].bytes, HASH_BYTES));
	return out;
}

static void set_lists(json_t *out, const struct transaction *t)
{
	json_t *access = json_array();
	json_t *authorizations = json_array();

	for (size_t i = 0; i < t->access_count; i++)
		(void)json_array_append_new(
			access,
			json_pack("{s:o,s:o}", "address",
				  bytes_json(t->access_list[i].address.bytes, ADDRESS_BYTES),
				  "storageKeys",
				  hashes_json(t->access_list[i].slots,
					      t->access_list[i].slot_count)));
	for (size_t i = 0; i < t->authorization_count; i++) {
		const struct authorization *a = &t->authorizations[i];

		(void)json_array_append_new(
			authorizations,
			json_pack("{s:o,s:o,s:o,s:o,s:o,s:o}", "chainId", word_json(a->chain_id),
				  "address", bytes_json(a->address.bytes, ADDRESS_BYTES), "nonce",
				  number_json(a->nonce), i ? "yParity" : "v",
				  number_json(a->signature.y_parity), "r",
				  word_json(a->signature.r), "s", word_json(a->signature.s)));
	}
	(void)json_object_set_new(out, "accessList", access);
	(void)json_object_set_new(out, "authorizationList", authorizations);
	(void)json_object_set_new(out, "blobVersionedHashes",
				  hashes_json(t->blob_hashes, t->blob_count));
}

static json_t *transaction_json(const struct transaction *t, struct address from)
{
	struct hash hash = transaction_hash(t, arena);
	u256 v = u256_from(t->signature.y_parity);
	json_t *out =
		json_pack("{s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o,s:o}", "type",
			  number_json(t->type), "hash", bytes_json(hash.bytes, HASH_BYTES), "from",
			  bytes_json(from.bytes, ADDRESS_BYTES), "nonce", number_json(t->nonce),
			  "gas", number_json(t->gas_limit), "gasPrice", word_json(t->gas_price),
			  "to", t->has_to ? bytes_json(t->to.bytes, ADDRESS_BYTES) : json_null(),
			  "value", word_json(t->value), "input",
			  bytes_json(t->input.data, t->input.size), "r", word_json(t->signature.r),
			  "s", word_json(t->signature.s), "chainId", word_json(t->chain_id));

	if (t->type == 0)
		v = t->has_chain_id ? u256_add_wrap(u256_shift_left(t->chain_id, 1),
						    u256_from(35 + (uint64_t)t->signature.y_parity))
				    : u256_from(27 + (uint64_t)t->signature.y_parity);
	(void)json_object_set_new(out, "v", word_json(v));
	if (t->type == 0)
		return out;
	set_lists(out, t);
	(void)json_object_set_new(out, "maxFeePerGas", word_json(t->max_fee));
	(void)json_object_set_new(out, "maxPriorityFeePerGas", word_json(t->max_priority_fee));
	(void)json_object_set_new(out, "maxFeePerBlobGas", word_json(t->max_blob_fee));
	if (t->type > 1) /* the effective price, which nodes add */
		(void)json_object_set_new(out, "gasPrice", json_string("0x123456789"));
	return out;
}

static const uint8_t key[32] = {[31] = 7, [0] = 0x42};

static struct transaction signed_transaction(uint8_t type, bool has_chain_id, bool has_to)
{
	static const uint8_t input[] = {1, 2, 3};
	static struct hash hashes[3] = {{{1}}, {{2}}, {{3}}};
	static struct access_entry access[2] = {
		{.address = {{1}}, .slots = hashes, .slot_count = 2}, {.address = {{2}}}};
	static struct authorization authorizations[2] = {
		{.address = {{5}}, .nonce = 9, .signature = {.y_parity = 1}},
		{.address = {{6}}, .signature = {.y_parity = 0}}};
	struct transaction t = {.type = type,
				.has_chain_id = has_chain_id,
				.nonce = 300,
				.gas_limit = 21000,
				.has_to = has_to,
				.value = u256_from(1000),
				.input = {input, sizeof(input)}};
	struct error err;

	if (has_to)
		t.to.bytes[3] = 9;
	if (has_chain_id)
		t.chain_id = u256_from(31337);
	if (type <= 1)
		t.gas_price = u256_from(77);
	else
		t.max_fee = t.max_priority_fee = u256_from(88);
	if (type >= 1) {
		t.access_list = access;
		t.access_count = 2;
	}
	if (type == 3) {
		t.max_blob_fee = u256_from(5);
		t.blob_hashes = hashes;
		t.blob_count = 3;
	}
	if (type == 4) {
		authorizations[0].signature.r = authorizations[0].signature.s = u256_from(12);
		t.authorizations = authorizations;
		t.authorization_count = 2;
	}
	check_ok(signature_sign(&t.signature, transaction_signing_hash(&t, arena), key, &err), err);
	return t;
}

static void check_transaction(const struct transaction *t, const json_t *json, struct address from)
{
	struct json_reader r = reader_of_json(json);
	struct transaction_body body;
	struct buffer want = buffer_in(arena);
	struct buffer got = buffer_in(arena);
	struct address sender;
	struct error err;

	check_ok(parse_transaction(&body, arena, &r, &err), err);
	transaction_encode(&want, t);
	transaction_encode(&got, &body.transaction);
	assert_true(slice_equal(buffer_slice(&want), buffer_slice(&got)));
	assert_true(hash_equal(transaction_hash(&body.transaction, arena), body.hash));
	check_ok(transaction_sender(&sender, &body.transaction, arena, &err), err);
	assert_true(address_equal(sender, from));
	assert_true(address_equal(sender, body.from));
}

static void transactions_of_all_types_come_out_as_signed(void **state)
{
	struct address from;
	struct error err;

	(void)state;
	check_ok(signature_address(&from, key, &err), err);
	for (uint8_t type = 0; type <= TRANSACTION_TYPE_MAX; type++) {
		for (unsigned variant = 0; variant < 2; variant++) {
			struct transaction t =
				signed_transaction(type, type || variant, type > 2 || variant);
			json_t *json = transaction_json(&t, from);

			check_transaction(&t, json, from);
			/* As others write it. */
			(void)json_object_set(json, "data", json_object_get(json, "input"));
			(void)json_object_del(json, "input");
			(void)json_object_set_new(json, "other", json_object());
			if (type)
				(void)json_object_set_new(json, "yParity",
							  number_json(t.signature.y_parity));
			if (type)
				(void)json_object_del(json, "v");
			else
				(void)json_object_del(json, "type");
			check_transaction(&t, json, from);
			json_decref(json);
		}
	}
}

static enum status transaction_of(const json_t *json, struct error *err)
{
	struct json_reader r = reader_of_json(json);
	struct transaction_body body;

	return parse_transaction(&body, arena, &r, err);
}

static void damaged_transactions_are_refused(void **state)
{
	static const struct {
		uint8_t type;
		const char *name;
		const char *wrong;
		const char *words;
	} cases[] = {
		{0, "v", "\"0x1d\"", "v: expected 27, 28 or 35 and more, got 29"},
		{0, "v", "\"0x0\"", "v: expected"},
		{0, "v", "null", "a transaction without v"},
		{0, "gasPrice", "null", "a transaction without gasPrice"},
		{0, "type", "\"0x7e\"", "type 0x7e: this version does not know that transaction"},
		{0, "r", "\"0x\"", "r: a number needs"},
		{0, "s", "null", "a transaction without s"},
		{0, "nonce", "\"0x01\"", "nonce: a quantity has no leading zeros"},
		{0, "gas", "null", "a transaction without gas"},
		{0, "value", "null", "a transaction without value"},
		{0, "input", "\"0x1\"", "input"},
		{0, "input", "null", "a transaction without input"},
		{0, "from", "null", "a transaction without from"},
		{0, "hash", "null", "a transaction without hash"},
		{0, "to", "\"0x12\"", "to: expected 0x and 40"},
		{1, "accessList", "{}", "accessList"},
		{1, "accessList", "[{}]", "accessList: entry 0: an entry without address"},
		{1, "chainId", "null", "a transaction without chainId"},
		{1, "gasPrice", "null", "a transaction without gasPrice"},
		{2, "maxFeePerGas", "null", "a transaction without maxFeePerGas"},
		{2, "maxPriorityFeePerGas", "null", "a transaction without maxPriorityFeePerGas"},
		{2, "yParity", "\"0x2\"", "yParity: expected 0 or 1"},
		{2, "v", "\"0x1b\"", "yParity: expected 0 or 1"},
		{2, "v", "null", "a transaction without v"},
		{3, "maxFeePerBlobGas", "null", "a transaction without maxFeePerBlobGas"},
		{3, "blobVersionedHashes", "null", "a transaction without blobVersionedHashes"},
		{3, "blobVersionedHashes", "[\"0x\"]", "blobVersionedHashes: hash 0"},
		{4, "authorizationList", "null", "a transaction without authorizationList"},
		{4, "authorizationList", "[{}]",
		 "authorization 0: an authorization without chainId"},
	};
	struct address from = {{0}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct transaction t = signed_transaction(cases[i].type, true, true);
		json_t *json = transaction_json(&t, from);
		struct error err;

		(void)json_object_set_new(json, cases[i].name,
					  json_loads(cases[i].wrong, JSON_DECODE_ANY, NULL));
		check_fails(transaction_of(json, &err), ERR_BAD_DATA, err, cases[i].words);
		json_decref(json);
	}
}

/* A block of our own with bodies of all types, from the header to the senders. */
static void blocks_with_bodies_are_proved_whole(void **state)
{
	enum { COUNT = TRANSACTION_TYPE_MAX + 1 };
	json_t *line = block_with_log();
	json_t *block = json_object_get(line, "block");
	struct transaction transactions[COUNT];
	struct address senders[COUNT];
	json_t *bodies = json_array();
	struct block_material m = {0};
	struct proof_failure failure;
	struct address from;
	struct hash root;
	struct error err;

	(void)state;
	check_ok(signature_address(&from, key, &err), err);
	for (uint8_t i = 0; i < COUNT; i++) {
		transactions[i] = signed_transaction(i, true, true);
		(void)json_array_append_new(bodies, transaction_json(&transactions[i], from));
	}
	root = transactions_root(transactions, COUNT, arena);
	(void)json_object_set_new(block, "transactionsRoot", bytes_json(root.bytes, HASH_BYTES));
	(void)json_object_set_new(block, "transactions", bodies);
	check_ok(block_of(&m, block, &err), err);
	assert_true(m.has_transactions);
	assert_int_equal(m.transaction_count, COUNT);
	assert_true(prove_transactions(&failure, senders, &m, NULL, arena));
	for (size_t i = 0; i < COUNT; i++)
		assert_true(address_equal(senders[i], from));
	/* No transactions are all there. */
	(void)json_object_set_new(block, "transactions", json_array());
	check_ok(block_of(&m, block, &err), err);
	assert_true(m.has_transactions);
	assert_int_equal(m.transaction_count, 0);
	json_decref(line);
}

/* ---- proofs ---- */

static const char proof_text[] =
	"{\"address\":\"0x1111111111111111111111111111111111111111\",\"accountProof\":[\"0xf8\","
	"\"0x\"],\"balance\":\"0x10\",\"codeHash\":"
	"\"0x2222222222222222222222222222222222222222222222222222222222222222\",\"nonce\":\"0x3\","
	"\"storageHash\":\"0x3333333333333333333333333333333333333333333333333333333333333333\","
	"\"storageProof\":[{\"key\":\"0x5\",\"value\":\"0x00ff\",\"proof\":[]},{\"key\":"
	"\"0x4444444444444444444444444444444444444444444444444444444444444444\",\"value\":\"0x0\","
	"\"proof\":[\"0x0102\"]}]}";

static void account_proofs_are_read(void **state)
{
	struct json_reader r = reader_of(proof_text);
	struct account_proof proof;
	struct error err;

	(void)state;
	check_ok(parse_account_proof(&proof, arena, &r, &err), err);
	assert_int_equal(proof.address.bytes[19], 0x11);
	assert_int_equal(proof.nonce, 3);
	assert_true(u256_equal(proof.balance, u256_from(16)));
	assert_int_equal(proof.node_count, 2);
	assert_int_equal(proof.nodes[0].size, 1);
	assert_int_equal(proof.nodes[1].size, 0);
	assert_int_equal(proof.storage_count, 2);
	assert_int_equal(proof.storage[0].slot.bytes[31], 5);
	assert_int_equal(proof.storage[0].slot.bytes[0], 0);
	assert_true(u256_equal(proof.storage[0].value, u256_from(255)));
	assert_int_equal(proof.storage[1].slot.bytes[0], 0x44);
	assert_int_equal(proof.storage[1].nodes[0].size, 2);
}

static void damaged_proofs_are_refused(void **state)
{
	static const char *const names[] = {"address", "accountProof", "balance",     "codeHash",
					    "nonce",   "storageHash",  "storageProof"};
	json_t *json = json_loads(proof_text, 0, NULL);
	struct account_proof proof;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		json_t *copy = json_copy(json);
		struct json_reader r;

		(void)json_object_set_new(copy, names[i], json_string("zzz"));
		r = reader_of_json(copy);
		check_fails(parse_account_proof(&proof, arena, &r, &err), ERR_BAD_DATA, err,
			    names[i]);
		(void)json_object_del(copy, names[i]);
		r = reader_of_json(copy);
		check_fails(parse_account_proof(&proof, arena, &r, &err), ERR_BAD_DATA, err,
			    names[i]);
		json_decref(copy);
	}
	json_decref(json);
}

static int set_up(void **state)
{
	(void)state;
	arena = arena_new();
	line_text = malloc(LINE_MAX_SIZE);
	return line_text ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	free(line_text);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_blocks_make_their_hashes_and_roots),
		cmocka_unit_test(damaged_headers_are_refused_or_make_another_hash),
		cmocka_unit_test(the_fork_follows_from_the_members),
		cmocka_unit_test(members_of_a_later_fork_are_named),
		cmocka_unit_test(long_extra_data_is_refused),
		cmocka_unit_test(blocks_that_are_none_are_refused),
		cmocka_unit_test(damaged_receipts_are_refused_or_make_another_root),
		cmocka_unit_test(damaged_logs_are_refused),
		cmocka_unit_test(outcomes_are_status_or_root),
		cmocka_unit_test(the_first_transaction_of_mainnet_makes_its_hash),
		cmocka_unit_test(transactions_of_all_types_come_out_as_signed),
		cmocka_unit_test(damaged_transactions_are_refused),
		cmocka_unit_test(blocks_with_bodies_are_proved_whole),
		cmocka_unit_test(account_proofs_are_read),
		cmocka_unit_test(damaged_proofs_are_refused),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
