/*
 * What proofs are made of: recorded chains give it, nodes give it in whatever way they know, and
 * both say so where they cannot.
 */
#include "tests/indexer/check.h"

#include <inttypes.h>
#include <jansson.h>
#include <zlib.h>

#include "indexer/node_traits.h"
#include "indexer/recorded_material.h"
#include "indexer/source.h"
#include "tests/support/fakenode.h"

#define CHAIN "tests/chains/api3-seed1.chain.jsonl.gz"

enum { LINE_MAX_SIZE = 8 * 1024 * 1024, BLOCKS = 309 };

static struct arena *arena;
static json_t *lines[BLOCKS + 1]; /* block lines by number */

/* ---- recorded chains ---- */

static void prove(struct block_material *m)
{
	struct proof_failure failure;

	if (!prove_header(&failure, m, arena) || !prove_receipts(&failure, m, arena))
		fail_msg("block %" PRIu64 ": fault %d: expected %s, got %s", m->header.number,
			 (int)failure.fault, failure.expected, failure.actual);
}

static void recorded_chains_give_what_proves_their_blocks(void **state)
{
	struct recorded *chain = NULL;
	struct error err;
	size_t logs = 0;

	(void)state;
	check_ok(recorded_read(&chain, CHAIN, &err), err);
	for (uint64_t n = 1; n <= BLOCKS; n++) {
		struct block_material m;
		size_t count = 0;

		check_ok(recorded_material(&m, arena, chain, n, &err), err);
		assert_true(m.has_receipts);
		assert_int_equal(m.header.number, n);
		assert_true(hash_equal(m.claimed_hash, recorded_block(chain, n)->hash));
		assert_string_equal(m.unknown_member, "");
		prove(&m);
		(void)recorded_logs(chain, n, &count);
		for (size_t i = 0; i < m.receipt_count; i++)
			logs += m.receipts[i].log_count;
		if (count)
			assert_true(m.receipts[m.receipt_count - 1].log_count <= count);
	}
	assert_true(logs > 0);
	check_fails(recorded_material(&(struct block_material){0}, arena, chain, BLOCKS + 1, &err),
		    ERR_NOTFOUND, err, "no block 310");
	recorded_release(chain);
}

static enum status read_lines(struct recorded **out, const char *text, struct error *err)
{
	struct recorded_builder *builder = recorded_begin("test.gz");

	while (*text) {
		size_t size = strcspn(text, "\n");

		if (recorded_line(builder, slice_of(text, size), err) != OK) {
			(void)recorded_end(NULL, builder, NULL);
			return err->status;
		}
		text += size + (text[size] == '\n');
	}
	return recorded_end(out, builder, err);
}

/* A chain of one block: line `number` of the recorded one, changed, and more lines behind it. */
static struct recorded *chain_of(json_t *line, const char *more)
{
	struct recorded *chain = NULL;
	char *text = json_dumps(line, JSON_COMPACT);
	const char *number =
		json_string_value(json_object_get(json_object_get(line, "block"), "number"));
	struct error err;

	check_ok(read_lines(&chain,
			    arena_printf(arena,
					 "{\"type\":\"meta\",\"chainId\":1,\"first\":\"%s\","
					 "\"last\":\"%s\"}\n%s\n%s",
					 number, number, text, more),
			    &err),
		 err);
	free(text);
	return chain;
}

static void lines_that_lack_something_are_blocks_without_proof(void **state)
{
	static const char *const names[] = {"stateRoot", "logsBloom", "mixHash", "transactions"};
	struct block_material m;
	struct recorded *chain;
	struct error err;
	json_t *line;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		line = json_deep_copy(lines[3]);
		(void)json_object_del(json_object_get(line, "block"), names[i]);
		chain = chain_of(line, "");
		assert_non_null(recorded_block(chain, 3));
		check_fails(recorded_material(&m, arena, chain, 3, &err), ERR_BAD_DATA, err,
			    names[i]);
		assert_non_null(strstr(err.message, "block 3: a block without"));
		assert_non_null(strstr(err.message, "proof.level"));
		recorded_release(chain);
		json_decref(line);
	}
	line = json_deep_copy(lines[3]);
	(void)json_object_del(json_array_get(json_object_get(line, "receipts"), 0), "status");
	chain = chain_of(line, "");
	check_fails(recorded_material(&m, arena, chain, 3, &err), ERR_BAD_DATA, err,
		    "block 3: receipt 0: a receipt with neither status nor root");
	recorded_release(chain);
	json_decref(line);
}

static void unknown_members_and_bodies_are_kept(void **state)
{
	json_t *line = json_deep_copy(lines[3]);
	json_t *block = json_object_get(line, "block");
	struct recorded *chain;
	struct block_material m;
	struct error err;

	(void)state;
	(void)json_object_set_new(block, "l1BlockNumber", json_string("0x1"));
	(void)json_object_set_new(
		block, "transactions",
		json_pack("[{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}]", "from",
			  "0xa1e4380a3b1f749673e270229993ee55f35663b4", "gas", "0x5208", "gasPrice",
			  "0x2d79883d2000", "hash",
			  "0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060",
			  "input", "0x", "nonce", "0x0", "to",
			  "0x5df9b87991262f6ba471f09758cde1c0fc1de734", "value", "0x7a69", "v",
			  "0x1c", "r",
			  "0x88ff6cf0fefd94db46111149ae4bfc179e9b94721fffd821d38d16464b3f71d0", "s",
			  "0x45e0aff800961cfce805daef7016b9b675c137a6a41a548f7b60a3484c06a33a"));
	chain = chain_of(line, "");
	check_ok(recorded_material(&m, arena, chain, 3, &err), err);
	recorded_release(chain);
	/* Nothing points into the chain. */
	assert_string_equal(m.unknown_member, "l1BlockNumber");
	assert_true(m.has_transactions);
	assert_int_equal(m.transaction_count, 1);
	assert_true(
		hash_equal(transaction_hash(&m.transactions[0], arena), m.transaction_hashes[0]));
	assert_int_equal(m.claimed_senders[0].bytes[0], 0xa1);
	assert_int_equal(m.receipt_count, 1);
	json_decref(line);
}

#define ADDRESS_1 "0x1111111111111111111111111111111111111111"
#define HASH_2 "0x2222222222222222222222222222222222222222222222222222222222222222"
#define HASH_5 "0x0000000000000000000000000000000000000000000000000000000000000005"
#define PROOF_OF(address, key)                                                                     \
	"{\"address\":\"" address "\",\"accountProof\":[\"0xf8\"],\"balance\":\"0x10\","           \
	"\"codeHash\":\"" HASH_2 "\",\"nonce\":\"0x3\",\"storageHash\":\"" HASH_2                  \
	"\",\"storageProof\":[{\"key\":\"" key "\",\"value\":\"0xff\",\"proof\":[]}]}"
#define PROOF_LINE(slot, block, result)                                                            \
	"{\"type\":\"proof\",\"address\":\"" ADDRESS_1 "\",\"slots\":[\"" slot                     \
	"\"],\"block\":" block ",\"result\":" result "}\n"

static void recorded_proofs_are_found_by_address_slots_and_block(void **state)
{
	static const char more[] = PROOF_LINE("0x5", "3", PROOF_OF(ADDRESS_1, "0x5")) PROOF_LINE(
		HASH_5, "\"0x3\"",
		PROOF_OF(ADDRESS_1,
			 "0x5")) "{\"type\":\"proof\",\"address\":\"0x\",\"slots\":[]}\n";
	struct recorded *chain = chain_of(lines[3], more);
	struct address who = address_of(ADDRESS_1);
	struct hash slots[2] = {hash_of(HASH_5), hash_of(HASH_5)};
	struct account_proof proof;
	struct error err;

	(void)state;
	check_ok(recorded_account_proof(&proof, arena, chain, who, slots, 1, 3, &err), err);
	assert_int_equal(proof.nonce, 3);
	assert_true(hash_equal(proof.storage[0].slot, slots[0]));
	check_fails(recorded_account_proof(&proof, arena, chain, who, slots, 0, 3, &err),
		    ERR_NOTFOUND, err, "no proof of " ADDRESS_1 " at block 3");
	check_fails(recorded_account_proof(&proof, arena, chain, who, slots, 2, 3, &err),
		    ERR_NOTFOUND, err, "no proof");
	check_fails(recorded_account_proof(&proof, arena, chain, who, slots, 1, 4, &err),
		    ERR_NOTFOUND, err, "at block 4");
	who.bytes[0]++;
	check_fails(recorded_account_proof(&proof, arena, chain, who, slots, 1, 3, &err),
		    ERR_NOTFOUND, err, "no proof");
	recorded_release(chain);
}

static void wrong_proof_lines_are_refused(void **state)
{
	static const struct {
		const char *line;
		const char *words;
	} cases[] = {
		{PROOF_LINE("0x5", "4", PROOF_OF(ADDRESS_1, "0x5")), "expected one from 3 to 3"},
		{PROOF_LINE("x", "3", PROOF_OF(ADDRESS_1, "0x5")), "proof's \"slots\": slot 0"},
		{PROOF_LINE("0x5", "3", "7"), "proof's \"result\""},
		{PROOF_LINE("0x5", "3", "{}"), "a proof without address"},
		{"{\"type\":\"proof\",\"result\":{}}\n", "expected \"address\" in a proof line"},
		{"{\"type\":\"proof\",\"result\":{},\"address\":\"0x\"}\n", "\"slots\""},
		{"{\"type\":\"proof\",\"result\":{},\"address\":\"0x\",\"slots\":[]}\n",
		 "\"block\""},
		{"{\"type\":\"proof\",\"result\":{},\"address\":\"0x\",\"slots\":[],\"block\":3}\n",
		 "proof's \"address\""},
		{PROOF_LINE("0x5", "3", PROOF_OF(ADDRESS_1, "0x5"))
			 PROOF_LINE("0x5", "3", PROOF_OF(ADDRESS_1, "0x05")),
		 "with another result before"},
	};
	char *block = json_dumps(lines[3], JSON_COMPACT);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct recorded *chain = NULL;
		struct error err;

		check_fails(read_lines(&chain,
				       arena_printf(arena,
						    "{\"type\":\"meta\",\"chainId\":1,\"first\":3,"
						    "\"last\":3}\n%s\n%s",
						    block, cases[i].line),
				       &err),
			    ERR_BAD_DATA, err, cases[i].words);
	}
	free(block);
}

/* ---- nodes ---- */

enum proof_answer { PROOF_GIVEN, PROOF_NO_METHOD, PROOF_NO_STATE, PROOF_NULL, PROOF_OTHER };

/* What the node is like, and how often it was asked for what. */
static struct {
	bool no_block_receipts;
	bool denies_block_receipts;
	bool no_hashes; /* as parameter of eth_getBlockReceipts and eth_getProof */
	bool null_receipts;
	bool empty_receipts;
	bool prunes_bodies;
	bool has_moved; /* asked by number, the block is another one */
	bool is_other;  /* asked for one block, it gives another */
	enum proof_answer proof;
	unsigned receipts_asked;
	unsigned singles_asked;
	unsigned blocks_asked;
	unsigned requests;
} like;

static struct fakenode *node;

static const char *text_at(const json_t *params, size_t i)
{
	const char *text = json_string_value(json_array_get(params, i));

	return text ? text : "";
}

/* The line of a block by its hash or number; NULL for none. */
static json_t *line_of(const char *text)
{
	uint64_t number = strlen(text) < 66 ? strtoull(text, NULL, 16) : 0;

	for (uint64_t n = 1; n <= BLOCKS && !number; n++)
		if (strcmp(json_string_value(
				   json_object_get(json_object_get(lines[n], "block"), "hash")),
			   text) == 0)
			number = n;
	return number <= BLOCKS ? lines[number] : NULL;
}

static json_t *block_answer(const json_t *call, const json_t *params, bool by_number)
{
	json_t *line = line_of(text_at(params, 0));
	json_t *block;

	like.blocks_asked++;
	if (like.prunes_bodies && json_is_true(json_array_get(params, 1)))
		return fake_error(call, 4444, "pruned history unavailable");
	if (!line)
		return fake_result(call, json_null());
	if (like.is_other)
		line = lines[1];
	block = json_copy(json_object_get(line, "block"));
	if (by_number && like.has_moved)
		(void)json_object_set(block, "hash", json_object_get(block, "parentHash"));
	return fake_result(call, block);
}

static json_t *receipts_answer(const json_t *call, const json_t *params)
{
	const char *text = text_at(params, 0);
	json_t *line = line_of(text);

	like.receipts_asked++;
	if (like.no_block_receipts)
		return fake_error(call, -32601,
				  "the method eth_getBlockReceipts does not exist/is not "
				  "available");
	if (like.denies_block_receipts)
		return fake_error(call, -32000, "not available on your current plan");
	if (like.no_hashes && strlen(text) == 66)
		return fake_error(call, -32602, "invalid argument 0: hex string of length 64");
	if (like.null_receipts || !line)
		return fake_result(call, json_null());
	if (like.empty_receipts)
		return fake_result(call, json_array());
	return fake_result(call, json_incref(json_object_get(line, "receipts")));
}

static json_t *single_answer(const json_t *call, const json_t *params)
{
	const char *hash = text_at(params, 0);

	like.singles_asked++;
	for (uint64_t n = 1; n <= BLOCKS && !like.null_receipts; n++) {
		json_t *receipt;
		size_t i;

		json_array_foreach (json_object_get(lines[n], "receipts"), i, receipt)
			if (strcmp(json_string_value(json_object_get(receipt, "transactionHash")),
				   hash) == 0)
				return fake_result(call, json_incref(receipt));
	}
	return fake_result(call, json_null());
}

static json_t *proof_answer(const json_t *call, const json_t *params)
{
	const char *address = text_at(params, 0);
	const json_t *slots = json_array_get(params, 1);
	json_t *storage = json_array();
	const json_t *slot;
	size_t i;

	if (like.no_hashes && json_is_object(json_array_get(params, 2))) {
		json_decref(storage);
		return fake_error(call, -32602, "invalid argument 2: cannot unmarshal object");
	}
	json_array_foreach (slots, i, slot)
		(void)json_array_append_new(
			storage, json_pack("{s:O,s:s,s:[]}", "key", slot, "value", "0x7", "proof"));
	if (like.proof == PROOF_GIVEN || like.proof == PROOF_OTHER)
		return fake_result(call, json_pack("{s:s,s:[s],s:s,s:s,s:s,s:s,s:o}", "address",
						   like.proof == PROOF_OTHER ? ADDRESS_1 : address,
						   "accountProof", "0xf8", "balance", "0x1",
						   "codeHash", HASH_2, "nonce", "0x1",
						   "storageHash", HASH_2, "storageProof", storage));
	json_decref(storage);
	if (like.proof == PROOF_NO_METHOD)
		return fake_error(call, -32601, "the method does not exist/is not available");
	if (like.proof == PROOF_NO_STATE)
		return fake_error(call, -32000,
				  "distance to target block exceeds maximum proof "
				  "window");
	return fake_result(call, json_null());
}

static json_t *one_answer(const json_t *call)
{
	const char *method = json_string_value(json_object_get(call, "method"));
	const json_t *params = json_object_get(call, "params");

	if (strcmp(method, "eth_getBlockByHash") == 0)
		return block_answer(call, params, false);
	if (strcmp(method, "eth_getBlockByNumber") == 0)
		return block_answer(call, params, true);
	if (strcmp(method, "eth_getBlockReceipts") == 0)
		return receipts_answer(call, params);
	if (strcmp(method, "eth_getTransactionReceipt") == 0)
		return single_answer(call, params);
	if (strcmp(method, "eth_getProof") == 0)
		return proof_answer(call, params);
	return fake_error(call, -32601, "the method does not exist/is not available");
}

static void answer(void *context, const struct fake_request *request, struct fake_reply *reply)
{
	json_t *answers;
	const json_t *call;
	size_t i;

	(void)context;
	like.requests++;
	if (json_is_object(request->json)) {
		fake_reply_json(reply, one_answer(request->json));
		return;
	}
	answers = json_array();
	json_array_foreach (request->json, i, call)
		(void)json_array_append_new(answers, one_answer(call));
	fake_reply_json(reply, answers);
}

/* The clock of the sources: the real one, put forward. */
static atomic_ullong ahead_ms;

static uint64_t read_clock(void *context)
{
	const struct clock real = clock_real();

	(void)context;
	return clock_now_ms(&real) + atomic_load(&ahead_ms);
}

static const struct clock ahead = {.now_ms = read_clock};

static void let_lacks_expire(void)
{
	(void)atomic_fetch_add(&ahead_ms, TRAIT_KEPT_MS);
}

static struct source *open_node(void)
{
	static struct source_seams seams;
	const struct source_options options = {.backoff_ms = 1, .attempts = 2, .seams = &seams};
	struct source *source = NULL;
	struct error err;

	memset(&like, 0, sizeof(like));
	seams.clock = ahead;
	check_ok(source_open(&source, fakenode_url(node), &options, NULL, &err), err);
	return source;
}

static struct hash hash_at(uint64_t number)
{
	return hash_of(json_string_value(
		json_object_get(json_object_get(lines[number], "block"), "hash")));
}

static enum status ask(struct block_material *out, struct source *source, uint64_t number,
		       bool by_hash, struct error *err)
{
	struct hash hash = hash_at(number);

	return source_material(out, arena, source, number, by_hash ? &hash : NULL,
			       MATERIAL_RECEIPTS, err);
}

/* All the ways to the receipts lead to what proves the block. */
static void check_material(struct source *source, bool by_hash)
{
	for (uint64_t n = 1; n <= BLOCKS; n += 11) {
		struct block_material m;
		struct error err;

		check_ok(ask(&m, source, n, by_hash, &err), err);
		assert_true(m.has_receipts);
		assert_int_equal(m.receipt_count, m.transaction_count);
		prove(&m);
	}
}

static void receipts_come_with_the_block(void **state)
{
	struct source *source = open_node();

	(void)state;
	check_material(source, true);
	assert_int_equal(like.requests, like.blocks_asked);
	assert_int_equal(like.singles_asked, 0);
	check_material(source, false);
	source_close(source);
}

static void without_the_method_receipts_come_one_by_one(void **state)
{
	for (unsigned i = 0; i < 4; i++) {
		struct source *source = open_node();
		bool by_hash = i % 2;

		(void)state;
		like.no_block_receipts = i / 2;
		like.denies_block_receipts = !like.no_block_receipts;
		check_material(source, by_hash);
		assert_true(like.singles_asked > 0);
		assert_int_equal(like.receipts_asked, 1); /* remembered */
		source_close(source);
	}
}

static void where_hashes_are_refused_receipts_come_by_number(void **state)
{
	for (unsigned by_hash = 0; by_hash < 2; by_hash++) {
		struct source *source = open_node();
		unsigned blocks;

		(void)state;
		like.no_hashes = true;
		check_material(source, by_hash);
		assert_int_equal(like.singles_asked, 0);
		blocks = like.blocks_asked / 2; /* each asked for, and again behind its receipts */
		assert_true(like.receipts_asked <= blocks + 1);
		source_close(source);
	}
}

static void a_block_that_is_replaced_meanwhile_is_not_found(void **state)
{
	for (unsigned i = 0; i < 2; i++) {
		struct source *source = open_node();
		struct block_material m;
		struct error err;

		(void)state;
		like.no_hashes = i;
		like.no_block_receipts = !i;
		like.has_moved = true;
		check_fails(ask(&m, source, 3, true, &err), ERR_NOTFOUND, err,
			    "the node has no block 3 with hash");
		source_close(source);
	}
}

static void missing_blocks_and_receipts_are_not_found(void **state)
{
	struct source *source = open_node();
	struct hash none = {{1}};
	struct block_material m;
	struct error err;

	(void)state;
	check_fails(source_material(&m, arena, source, 3, &none, MATERIAL_RECEIPTS, &err),
		    ERR_NOTFOUND, err, "the node has no block 3 with hash 0x01");
	check_fails(source_material(&m, arena, source, 900, NULL, 0, &err), ERR_NOTFOUND, err,
		    "the node has no block 900");
	like.null_receipts = true;
	check_fails(ask(&m, source, 3, true, &err), ERR_NOTFOUND, err,
		    "eth_getBlockReceipts: the node has no receipts of that block");
	like.null_receipts = false;
	like.empty_receipts = true;
	check_fails(ask(&m, source, 3, false, &err), ERR_NOTFOUND, err,
		    "eth_getBlockReceipts: the node has no receipts of that block");
	like.null_receipts = like.no_block_receipts = true;
	check_fails(ask(&m, source, 3, true, &err), ERR_NOTFOUND, err,
		    "eth_getTransactionReceipt: the node has no receipt");
	/* What did not help is not remembered. */
	like.null_receipts = like.no_block_receipts = like.empty_receipts = false;
	like.singles_asked = 0;
	check_ok(ask(&m, source, 3, true, &err), err);
	assert_int_equal(like.singles_asked, 0);
	source_close(source);
}

static void another_block_than_asked_is_bad_data(void **state)
{
	struct source *source = open_node();
	struct block_material m;
	struct error err;

	(void)state;
	like.is_other = true;
	check_fails(ask(&m, source, 3, false, &err), ERR_BAD_DATA, err,
		    "eth_getBlockByNumber: expected block 3, got block 1");
	check_fails(ask(&m, source, 3, true, &err), ERR_BAD_DATA, err,
		    "eth_getBlockByHash: expected block 3, got block 1");
	like.is_other = false;
	like.has_moved = true;
	check_ok(ask(&m, source, 3, true, &err), err);
	source_close(source);
}

static void bodies_that_are_gone_are_no_error(void **state)
{
	struct source *source = open_node();
	struct hash hash = hash_at(3);
	struct block_material m;
	struct error err;

	(void)state;
	check_ok(source_material(&m, arena, source, 3, &hash,
				 MATERIAL_RECEIPTS | MATERIAL_TRANSACTIONS, &err),
		 err);
	assert_false(m.has_transactions);
	assert_int_equal(m.transaction_count, 1);
	like.prunes_bodies = true;
	check_ok(source_material(&m, arena, source, 3, NULL,
				 MATERIAL_RECEIPTS | MATERIAL_TRANSACTIONS, &err),
		 err);
	assert_false(m.has_transactions);
	assert_true(m.has_receipts);
	prove(&m);
	check_ok(source_material(&m, arena, source, 3, NULL, 0, &err), err);
	assert_false(m.has_receipts);
	source_close(source);
}

static enum status ask_proof(struct account_proof *out, struct source *source, struct error *err)
{
	struct hash slots[2] = {hash_of(HASH_5), hash_of(HASH_2)};
	struct address who = {{7}};
	struct block_ref at = {.number = 3, .hash = hash_at(3)};

	return source_account_proof(out, arena, source, who, slots, 2, &at, err);
}

static void account_proofs_come_by_hash_or_number(void **state)
{
	struct source *source = open_node();
	struct account_proof proof;
	struct error err;

	(void)state;
	check_ok(ask_proof(&proof, source, &err), err);
	assert_int_equal(proof.address.bytes[0], 7);
	assert_int_equal(proof.storage_count, 2);
	assert_int_equal(proof.storage[1].slot.bytes[0], 0x22);
	assert_int_equal(like.blocks_asked, 0);
	like.no_hashes = true;
	check_ok(ask_proof(&proof, source, &err), err);
	assert_int_equal(like.requests, 3);
	assert_int_equal(like.blocks_asked, 1);
	check_ok(ask_proof(&proof, source, &err), err); /* remembered */
	assert_int_equal(like.requests, 4);
	like.has_moved = true;
	check_fails(ask_proof(&proof, source, &err), ERR_NOTFOUND, err,
		    "eth_getProof: the node has no block 3 with hash");
	source_close(source);
}

/* A node that was upgraded is found out, and one that was not costs a request now and then. */
static void what_a_node_lacked_is_asked_again_later(void **state)
{
	struct source *source = open_node();
	struct block_material m;
	struct error err;
	unsigned singles;

	(void)state;
	like.no_block_receipts = true;
	check_ok(ask(&m, source, 3, true, &err), err);
	check_ok(ask(&m, source, 3, true, &err), err);
	singles = like.singles_asked;
	assert_true(singles >= 2);
	let_lacks_expire();
	check_ok(ask(&m, source, 3, true, &err), err);
	assert_int_equal(like.singles_asked, singles / 2 * 3); /* still missing */
	let_lacks_expire();
	like.no_block_receipts = false;
	singles = like.singles_asked;
	check_ok(ask(&m, source, 3, true, &err), err);
	check_ok(ask(&m, source, 3, true, &err), err);
	assert_int_equal(like.singles_asked, singles);
	source_close(source);
}

static void nodes_without_proofs_say_so(void **state)
{
	struct source *source = open_node();
	struct account_proof proof;
	struct error err;

	(void)state;
	like.proof = PROOF_NO_METHOD;
	check_fails(ask_proof(&proof, source, &err), ERR_NOTFOUND, err, "the node has no proofs");
	assert_int_equal(like.requests, 1);
	check_fails(ask_proof(&proof, source, &err), ERR_NOTFOUND, err, "the node has no proofs");
	assert_int_equal(like.requests, 1); /* remembered */
	let_lacks_expire();
	like.proof = PROOF_NO_STATE;
	check_fails(ask_proof(&proof, source, &err), ERR_NOTFOUND, err,
		    "the node has no proofs of that block");
	like.proof = PROOF_NULL;
	check_fails(ask_proof(&proof, source, &err), ERR_NOTFOUND, err,
		    "the node has no proofs of that block");
	like.proof = PROOF_OTHER;
	check_fails(ask_proof(&proof, source, &err), ERR_BAD_DATA, err,
		    "eth_getProof: expected a proof of 0x07");
	source_close(source);
}

/* ---- all of it ---- */

static int set_up(void **state)
{
	gzFile file = gzopen(CHAIN, "rb");
	char *text = malloc(LINE_MAX_SIZE);
	uint64_t n = 0;

	(void)state;
	if (!file || !text)
		return -1;
	while (n < BLOCKS && gzgets(file, text, LINE_MAX_SIZE))
		if (strncmp(text, "{\"type\":\"block\"", 15) == 0)
			lines[++n] = json_loads(text, 0, NULL);
	(void)gzclose(file);
	free(text);
	arena = arena_new();
	node = fakenode_start(answer, NULL);
	return n == BLOCKS ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	fakenode_stop(node);
	for (uint64_t n = 1; n <= BLOCKS; n++)
		json_decref(lines[n]);
	arena_free(arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_chains_give_what_proves_their_blocks),
		cmocka_unit_test(lines_that_lack_something_are_blocks_without_proof),
		cmocka_unit_test(unknown_members_and_bodies_are_kept),
		cmocka_unit_test(recorded_proofs_are_found_by_address_slots_and_block),
		cmocka_unit_test(wrong_proof_lines_are_refused),
		cmocka_unit_test(receipts_come_with_the_block),
		cmocka_unit_test(without_the_method_receipts_come_one_by_one),
		cmocka_unit_test(where_hashes_are_refused_receipts_come_by_number),
		cmocka_unit_test(a_block_that_is_replaced_meanwhile_is_not_found),
		cmocka_unit_test(missing_blocks_and_receipts_are_not_found),
		cmocka_unit_test(another_block_than_asked_is_bad_data),
		cmocka_unit_test(bodies_that_are_gone_are_no_error),
		cmocka_unit_test(account_proofs_come_by_hash_or_number),
		cmocka_unit_test(what_a_node_lacked_is_asked_again_later),
		cmocka_unit_test(nodes_without_proofs_say_so),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
