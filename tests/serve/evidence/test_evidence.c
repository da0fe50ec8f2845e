/*
 * Evidence of the recorded chain's events: that it holds, what it shows, and that nothing holds
 * that was changed: not a byte, and not a member by somebody who seals the file again.
 */
#include "serve/evidence/internal.h"

#include <inttypes.h>

#include "abi/keccak.h"
#include "indexer/endpoints.h"
#include "indexer/source_impl.h"
#include "tests/support/demo_moment.h"

/* Next to the chain's end, so that the file is small: one header leads to the anchor. */
#define STAKED "0x6e3eb84ed41c914692f9dc3597b1e8d5e58edba76a24a76bcb4cc6f24795aae1"
enum { STAKED_BLOCK = 308, STAKED_LOG = 3 };
/* Three events of one transaction. */
#define THREE "0xbc058902be29a5ff697fffb9a29a0a4097f05b4e583f761d00465799d5aaeebe"
/* In the last block. */
#define LAST "0xfa05bafa292c607037d11af560d562d1e83634c1582298d760b6df822066e507"
/* In the first block, too far from the last for headers. */
#define FIRST "0xd8f939b9f2f972d545624e827e29b54a0226dac850d6b7711e008f844c0889e7"
/* Nobody has it. */
#define NOWHERE "0x1111111111111111111111111111111111111111111111111111111111111111"
#define PAYOUT "0x8a28a843889f054e860b3ea212eaf053537d6bd8ef4aea4dadc80cfed845c09b"

static struct source *source;
static const struct source_ops *honest;
static struct evidence_request asked; /* with what came of it */

static int sync_once(void **state)
{
	struct demo *demo;
	int st = demo_moment_sync(state);

	demo = *state;
	if (st ||
	    endpoints_open(&source, &demo->config, NULL, NULL, &demo->logger, &demo->err) != OK)
		return -1;
	honest = source->ops;
	return 0;
}

static int remove_it(void **state)
{
	source_close(source);
	return demo_moment_remove(state);
}

static int end(void **state)
{
	struct demo_moment *f = *state;

	source->ops = honest;
	f->demo->config.has_checkpoint = false;
	return demo_moment_end(state);
}

/* ---- helpers ---- */

static enum status make(struct slice *out, struct demo_moment *f, const char *transaction,
			int64_t log)
{
	asked = (struct evidence_request){.log_index = log, .program = "covermirror test"};
	assert_ok(hash_parse(&asked.transaction, transaction, strlen(transaction), &f->err),
		  f->err);
	return evidence_make(out, f->arena, &f->moment, source, &asked, &f->err);
}

static struct slice made(struct demo_moment *f, const char *transaction, int64_t log)
{
	struct slice file;

	assert_ok(make(&file, f, transaction, log), f->err);
	return file;
}

static enum status verify(struct evidence_verdict *verdict, struct demo_moment *f,
			  struct slice file)
{
	return evidence_verify(verdict, f->arena, file, &f->err);
}

static struct evidence_verdict verified(struct demo_moment *f, struct slice file)
{
	struct evidence_verdict verdict;

	assert_ok(verify(&verdict, f, file), f->err);
	return verdict;
}

/* The file does not hold, and the words begin with that part. */
static void refused(struct demo_moment *f, struct slice file, const char *words)
{
	struct evidence_verdict verdict;

	if (verify(&verdict, f, file) != ERR_BAD_DATA)
		fail_msg("it holds, expected: %s", words);
	if (!strstr(f->err.message, words))
		fail_msg("expected \"%s\" in \"%s\"", words, f->err.message);
}

static bool has_line(const struct evidence_line *lines, size_t count, const char *part,
		     const char *words)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(lines[i].part, part) == 0 && strstr(lines[i].text, words))
			return true;
	return false;
}

static void proves(const struct evidence_verdict *v, const char *part, const char *words)
{
	if (!has_line(v->proved, v->proved_count, part, words))
		fail_msg("not proved: %s: %s", part, words);
}

static void only_claims(const struct evidence_verdict *v, const char *part, const char *words)
{
	if (!has_line(v->claimed, v->claimed_count, part, words))
		fail_msg("not claimed: %s: %s", part, words);
}

/* A copy that somebody sealed again. */
static struct slice resealed(struct demo_moment *f, struct slice file)
{
	struct slice copy = slice_copy(f->arena, file);
	size_t sealed = file.size - SEAL_LINE_SIZE;
	char text[HEX_SIZE(HASH_BYTES)];
	uint8_t *bytes = arena_copy(f->arena, copy.data, copy.size);

	hash_format(text, keccak256(bytes, sealed));
	memcpy(bytes + sealed + strlen(" \"seal\": \""), text, strlen(text));
	return slice_of(bytes, file.size);
}

/* The first `from` behind `after` replaced, and sealed again. */
static struct slice replaced(struct demo_moment *f, struct slice file, const char *after,
			     const char *from, const char *to)
{
	const char *text = arena_string_n(f->arena, (const char *)file.data, file.size);
	const char *begin = strstr(text, after);
	const char *at = begin ? strstr(begin, from) : NULL;
	struct buffer out = buffer_in(f->arena);

	if (!at)
		fail_msg("no '%s' behind '%s'", from, after);
	buffer_append(&out, text, (size_t)(at - text));
	buffer_text(&out, to);
	buffer_text(&out, at + strlen(from));
	return resealed(f, buffer_slice(&out));
}

static uint64_t random_word(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* ---- what holds ---- */

static void a_file_holds_and_says_what_it_proves(void **state)
{
	struct demo_moment *f = *state;
	struct slice file = made(f, STAKED, STAKED_LOG);
	struct evidence_verdict v = verified(f, file);

	assert_int_equal(asked.event_count, 1);
	assert_false(asked.lacks_transaction);
	assert_int_equal(v.block, STAKED_BLOCK);
	assert_int_equal(v.chain_id, DEMO_CHAIN_ID);
	proves(&v, "header", "of block 308");
	proves(&v, "receipt", "the transaction succeeded");
	proves(&v, "transaction", "hash " STAKED);
	proves(&v, "transaction", "for chain 31337");
	proves(&v, "log", DEMO_POOL_TEXT ": Staked(");
	proves(&v, "anchor", "an ancestor of block 309");
	only_claims(&v, "anchor", "that block 309 is finalized");
	only_claims(&v, "log index", "logs of the block stand before");
	only_claims(&v, "explanation", "formulas");
	assert_non_null(strstr(v.advice, "compare it"));
	for (size_t i = 0; i < file.size; i++)
		assert_true(file.data[i] < 0x80);
	/* The same again. */
	assert_true(slice_equal(file, made(f, STAKED, STAKED_LOG)));
}

static void every_event_of_the_transaction_stands_in_one_file(void **state)
{
	struct demo_moment *f = *state;
	struct evidence_verdict v = verified(f, made(f, THREE, -1));

	assert_true(asked.event_count >= 3);
	proves(&v, "log", ": Deposited(");
	proves(&v, "log", ": UpdatedDelegation(");
	proves(&v, "log", ": Staked(");
	(void)verified(f, made(f, THREE, 4));
	assert_int_equal(asked.event_count, 1);
}

static void the_verdict_is_a_document_too(void **state)
{
	struct demo_moment *f = *state;
	struct evidence_verdict v = verified(f, made(f, PAYOUT, -1));
	json_t *document = evidence_verdict_json(&v);

	assert_string_equal(json_string_value(json_object_get(document, "transaction")), PAYOUT);
	assert_int_equal(json_integer_value(json_object_get(document, "block")), 110);
	assert_int_equal(json_array_size(json_object_get(document, "proved")), v.proved_count);
	assert_int_equal(json_array_size(json_object_get(document, "claimed")), v.claimed_count);
	assert_true(json_is_string(json_object_get(document, "advice")));
	json_decref(document);
}

static void the_anchor_may_be_above_below_the_block_itself_or_far(void **state)
{
	struct demo_moment *f = *state;
	struct slice payout = made(f, PAYOUT, -1);
	struct evidence_verdict v = verified(f, payout);
	struct block_record record;

	proves(&v, "anchor", "an ancestor of block 309");
	v = verified(f, made(f, LAST, -1));
	proves(&v, "anchor", "the block itself");
	v = verified(f, made(f, FIRST, -1));
	only_claims(&v, "anchor", "too far away");

	assert_ok(store_block(&record, f->moment.txn, 100, &f->err), f->err);
	f->demo->config.has_checkpoint = true;
	f->demo->config.checkpoint_number = 100;
	f->demo->config.checkpoint_hash = record.ref.hash;
	v = verified(f, made(f, PAYOUT, -1));
	proves(&v, "anchor", "a descendant of block 100");
	only_claims(&v, "anchor", "that block 100 is the checkpoint of its maker");
	/* That one is far from here, so the finalized block serves. */
	v = verified(f, made(f, LAST, -1));
	proves(&v, "anchor", "a descendant of block 100");
	f->demo->config.checkpoint_number = 1;
	v = verified(f, made(f, LAST, -1));
	proves(&v, "anchor", "the block itself");

	/* Another chain's checkpoint. */
	f->demo->config.checkpoint_number = 100;
	f->demo->config.checkpoint_hash.bytes[0] ^= 1;
	assert_int_equal(make(&payout, f, PAYOUT, -1), ERR_BAD_DATA);
	assert_non_null(strstr(f->err.message, "not on one chain with the checkpoint"));
}

static void what_the_mirror_does_not_hold_is_said(void **state)
{
	struct demo_moment *f = *state;
	struct slice file;

	assert_int_equal(make(&file, f, STAKED, 77), ERR_NOTFOUND);
	assert_int_equal(make(&file, f, NOWHERE, -1), ERR_NOTFOUND);
}

/* ---- sources that lie or lack ---- */

static enum status pruned_material(struct block_material *out, struct arena *arena,
				   struct source *from, uint64_t number, const struct hash *hash,
				   unsigned parts, struct error *err)
{
	enum status st = honest->material(out, arena, from, number, hash, parts, err);

	out->has_transactions = false;
	out->transactions = NULL;
	return st;
}

static enum status other_data(struct block_material *out, struct arena *arena, struct source *from,
			      uint64_t number, const struct hash *hash, unsigned parts,
			      struct error *err)
{
	enum status st = honest->material(out, arena, from, number, hash, parts, err);

	for (size_t i = 0; st == OK && i < out->receipt_count; i++)
		for (size_t k = 0; k < out->receipts[i].log_count; k++) {
			struct event_log *log = &out->receipts[i].logs[k];

			if (log->data.size) {
				uint8_t *data = arena_copy(arena, log->data.data, log->data.size);

				data[log->data.size - 1] ^= 1;
				log->data = slice_of(data, log->data.size);
			}
		}
	return st;
}

static enum status other_time(struct block_material *out, struct arena *arena, struct source *from,
			      uint64_t number, const struct hash *hash, unsigned parts,
			      struct error *err)
{
	enum status st = honest->material(out, arena, from, number, hash, parts, err);

	out->header.timestamp++;
	return st;
}

static enum status other_value(struct block_material *out, struct arena *arena, struct source *from,
			       uint64_t number, const struct hash *hash, unsigned parts,
			       struct error *err)
{
	enum status st = honest->material(out, arena, from, number, hash, parts, err);

	if (st == OK && out->has_transactions && out->transaction_count)
		out->transactions[0].value = u256_from(1);
	return st;
}

static enum status no_block(struct block_material *out, struct arena *arena, struct source *from,
			    uint64_t number, const struct hash *hash, unsigned parts,
			    struct error *err)
{
	(void)out, (void)arena, (void)from, (void)number, (void)hash, (void)parts;
	return error_set(err, ERR_NOTFOUND, "gone");
}

typedef enum status material_function(struct block_material *out, struct arena *arena,
				      struct source *from, uint64_t number, const struct hash *hash,
				      unsigned parts, struct error *err);

static struct source_ops with_material(material_function *material)
{
	struct source_ops ops = *honest;

	ops.material = material;
	return ops;
}

static void a_source_without_bodies_gives_a_file_without_the_transaction(void **state)
{
	struct demo_moment *f = *state;
	struct source_ops ops = with_material(pruned_material);
	struct evidence_verdict v;
	struct slice file;

	source->ops = &ops;
	file = made(f, STAKED, -1);
	assert_true(asked.lacks_transaction);
	v = verified(f, file);
	only_claims(&v, "transaction", "neither hash nor sender is proved");
	only_claims(&v, "chain", "chain id 31337");
	for (size_t i = 0; i < v.proved_count; i++)
		assert_string_not_equal(v.proved[i].part, "transaction");
	/* Then nothing shows another hash to be wrong; the file says that it is only claimed. */
	refused(f, replaced(f, file, "transaction_missing", "pruned", "burned"),
		"transaction_missing");
}

static void what_is_not_proved_is_not_written(void **state)
{
	static const struct {
		material_function *material;
		enum status status;
		const char *words;
	} cases[] = {
		{other_data, ERR_BAD_DATA, "the receipts do not make the header's root"},
		{other_time, ERR_BAD_DATA, "the header does not make the block's hash"},
		{other_value, ERR_BAD_DATA, "the transactions do not make the header's root"},
		{no_block, ERR_NOTFOUND, "does not hold block 308"},
	};
	struct demo_moment *f = *state;
	struct slice file;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct source_ops ops = with_material(cases[i].material);

		source->ops = &ops;
		assert_int_equal(make(&file, f, STAKED, -1), cases[i].status);
		if (!strstr(f->err.message, cases[i].words))
			fail_msg("expected \"%s\" in \"%s\"", cases[i].words, f->err.message);
	}
}

/* ---- changed bytes ---- */

/* Every place with a flipped bit and with random other bytes. */
static void no_byte_can_be_changed(void **state)
{
	enum { OTHER_BYTES = 2 };
	struct demo_moment *f = *state;
	struct slice file = made(f, STAKED, STAKED_LOG);
	uint8_t *bytes = arena_copy(f->arena, file.data, file.size);
	struct arena *arena = arena_new();
	struct evidence_verdict verdict;
	uint64_t seed = 20261121;
	uint64_t tried = 0;

	for (size_t at = 0; at < file.size; at++) {
		for (int i = 0; i <= OTHER_BYTES; i++) {
			uint8_t change = i ? (uint8_t)(1 + random_word(&seed) % 255)
					   : (uint8_t)(1u << random_word(&seed) % 8);

			bytes[at] ^= change;
			if (evidence_verify(&verdict, arena, slice_of(bytes, file.size), &f->err) !=
				    ERR_BAD_DATA ||
			    !f->err.message[0])
				fail_msg("byte %zu as %02x holds (seed 20261121)", at, bytes[at]);
			bytes[at] ^= change;
			tried++;
			arena_reset(arena);
		}
	}
	assert_true(tried > 30000);
	assert_ok(evidence_verify(&verdict, arena, slice_of(bytes, file.size), &f->err), f->err);
	arena_free(arena);
}

static void no_byte_can_be_added_or_left_out(void **state)
{
	enum { STEP = 7 };
	struct demo_moment *f = *state;
	struct slice file = made(f, STAKED, STAKED_LOG);
	uint8_t *bytes = arena_alloc(f->arena, file.size + 1);
	struct arena *arena = arena_new();
	struct evidence_verdict verdict;

	for (size_t at = 0; at < file.size; at += STEP) {
		struct slice shorter = slice_of(file.data, at);
		struct slice without = slice_of(bytes, file.size - 1);
		struct slice with = slice_of(bytes, file.size + 1);

		assert_int_equal(evidence_verify(&verdict, arena, shorter, &f->err), ERR_BAD_DATA);
		memcpy(bytes, file.data, at);
		memcpy(bytes + at, file.data + at + 1, file.size - at - 1);
		assert_int_equal(evidence_verify(&verdict, arena, without, &f->err), ERR_BAD_DATA);
		bytes[at] = ' ';
		memcpy(bytes + at + 1, file.data + at, file.size - at);
		assert_int_equal(evidence_verify(&verdict, arena, with, &f->err), ERR_BAD_DATA);
		arena_reset(arena);
	}
	arena_free(arena);
}

/* ---- changed and sealed again ---- */

static bool is_hex_digit(uint8_t byte)
{
	return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f');
}

/* Each letter and digit before the claims: another one in its place, and a new seal. */
static void no_member_can_be_forged(void **state)
{
	struct demo_moment *f = *state;
	struct slice file = made(f, STAKED, STAKED_LOG);
	const uint8_t *claims = memmem(file.data, file.size, "\n \"claims\"", 10);
	uint8_t *bytes = arena_copy(f->arena, file.data, file.size);
	uint8_t *seal = bytes + file.size - SEAL_LINE_SIZE + strlen(" \"seal\": \"");
	struct arena *arena = arena_new();
	struct evidence_verdict verdict;
	char text[HEX_SIZE(HASH_BYTES)];
	uint64_t seed = 7;

	assert_non_null(claims);
	for (size_t at = 0; at < (size_t)(claims - file.data); at++) {
		uint8_t was = bytes[at];

		do
			bytes[at] = is_hex_digit(was)
					    ? (uint8_t) "0123456789abcdef"[random_word(&seed) % 16]
					    : (uint8_t)(' ' + random_word(&seed) % 95);
		while (bytes[at] == was);
		memcpy(seal, hash_format(text, keccak256(bytes, file.size - SEAL_LINE_SIZE)),
		       strlen(text));
		if (evidence_verify(&verdict, arena, slice_of(bytes, file.size), &f->err) !=
		    ERR_BAD_DATA)
			fail_msg("byte %zu as '%c' holds with a new seal", at, bytes[at]);
		if (strncmp(f->err.message, "seal", 4) == 0)
			fail_msg("byte %zu as '%c' is found by the seal only", at, bytes[at]);
		bytes[at] = was;
		arena_reset(arena);
	}
	arena_free(arena);
}

static void what_is_wrong_is_named(void **state)
{
	static const struct {
		const char *after;
		const char *from;
		const char *to;
		const char *words;
	} cases[] = {
		{"format", "covermirror-evidence", "covermirror-evidences", "format: expected"},
		{"version", "1", "2", "version: expected 1"},
		{"about", "31337", "1", "transaction: chain that it was signed for: expected 1"},
		{"about", "308", "307", "header: block number: expected 307, got 308"},
		{"about", "0x", "0x0", "about: block_hash"},
		{"log_indexes", "3", "4", "about: line"},
		{"header", "number\": 308", "number\": 309", "header: line"},
		{"header", "timestamp\": 1", "timestamp\": 2", "header: line"},
		{"header", "0xf9", "0xf8", "header: "},
		{"receipt\": {", "index\": 1", "index\": 0", "receipt: proof of index 0"},
		{"receipt\": {", "status\": 1", "status\": 0", "receipt: line"},
		{"receipt\": {", "type\": 2", "type\": 0", "receipt: line"},
		{"transaction\": {", "index\": 1", "index\": 0", "transaction: index"},
		{"transaction\": {", "sender\": \"0x", "sender\": \"0x0", "transaction: line"},
		{"transaction\": {", "value\": \"0", "value\": \"1", "transaction: line"},
		{"logs\": [", "index_in_receipt\": 0", "index_in_receipt\": 1",
		 "logs: log 1 of the receipt"},
		{"logs\": [", "event Staked(address", "event Staked(uint160",
		 "topic 0 is not that"},
		{"logs\": [", "event Staked(address indexed", "event Staked(address",
		 "logs: log 0 of the receipt"},
		{"logs\": [", "event Staked(address", "event Staked( address",
		 "signature: expected"},
		{"logs\": [", "contract\": \"0xe", "contract\": \"0xf", "logs: line"},
		{"anchor", "kind\": \"finalized", "kind\": \"final", "anchor: kind"},
		{"anchor", "number\": 309", "number\": 310", "anchor: number of headers"},
		{"anchor", "number\": 309", "number\": 9309", "anchor: headers"},
		{"anchor", "hash\": \"0x", "hash\": \"0x0", "anchor: hash"},
		{"claims", "logs_before\": ", "logs_before\": 1", "claims: explanation: events[0]"},
		{"explanation", "block\": 308", "block\": 307", "claims: explanation: block"},
		{"explanation", "log_index\": 3", "log_index\": 2", "log_index: expected"},
		{"explanation", "event\": \"Staked", "event\": \"Unstaked", "event: expected"},
		{"explanation", "amount\": \"", "amount\": \"1", "arguments: expected"},
		{"explanation", "contract\": \"0xe", "contract\": \"0xf", "contract: expected"},
		{"claims", "program", "Program", "claims: expected the member \"program\""},
		{"claims", "\"mirror\"", "\"program\"", "every member once"},
		{"about", "\"chain_id\"", "\"chain-id\"", "about: expected the member"},
		{"about", " \"chain_id\"", "\"chain_id\"", "one space a level"},
		{"about", "31337", "031337", "needless zeros"},
		{"about", "31337", "31337.0", "layout"},
		{"claims", "test", "test\\u0041", "no escape where none is needed"},
	};
	struct demo_moment *f = *state;
	struct slice file = made(f, STAKED, STAKED_LOG);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		refused(f, replaced(f, file, cases[i].after, cases[i].from, cases[i].to),
			cases[i].words);
	/* Claims may say anything, as long as they are what was sealed. */
	(void)verified(f, replaced(f, file, "claims", "covermirror test", "covermirror best"));
}

/* ---- forgers who write the whole file anew ---- */

static struct evidence read_back(struct demo_moment *f, struct slice file)
{
	struct evidence e;

	assert_ok(evidence_read(&e, f->arena, file, &f->err), f->err);
	assert_ok(evidence_prove(&e, f->arena, &f->err), f->err);
	return e;
}

static void forged(struct demo_moment *f, const struct evidence *e, const char *words)
{
	refused(f, evidence_render(e, f->arena), words);
}

/* The last byte of a run that ends in both, changed in both. */
static struct slice with_other_end(struct demo_moment *f, struct slice bytes, size_t back)
{
	uint8_t *copy = arena_copy(f->arena, bytes.data, bytes.size);

	copy[bytes.size - back] ^= 1;
	return slice_of(copy, bytes.size);
}

/* The element's bytes and the leaf that holds them. */
static void forge_element(struct demo_moment *f, struct evidence_element *element, size_t back)
{
	struct slice *nodes =
		arena_copy(f->arena, element->nodes, element->node_count * sizeof(*nodes));

	element->encoding = with_other_end(f, element->encoding, back);
	nodes[element->node_count - 1] = with_other_end(f, nodes[element->node_count - 1], back);
	element->nodes = nodes;
}

static void forged_elements_do_not_lead_to_the_roots(void **state)
{
	struct demo_moment *f = *state;
	const struct evidence good = read_back(f, made(f, STAKED, STAKED_LOG));
	struct evidence e = good;

	forge_element(f, &e.receipt_element, 1);
	assert_ok(receipt_decode(&e.receipt, f->arena, e.receipt_element.encoding, &f->err),
		  f->err);
	e.logs[0].log = &e.receipt.logs[e.logs[0].index];
	forged(f, &e, "receipt: proof of index");
	e = good;
	e.logs[0].log = &e.receipt.logs[e.logs[0].index];

	forge_element(f, &e.transaction_element, 1);
	forged(f, &e, "transaction: proof of index");

	/* The true transaction, under another index. */
	e = good;
	e.transaction_element.index = e.receipt_element.index = 0;
	forged(f, &e, "receipt: proof of index 0");

	/* The receipt in the transaction's place. */
	e = good;
	e.transaction_element = e.receipt_element;
	forged(f, &e, "transaction: proof of index");
}

static void derived_members_cannot_be_forged(void **state)
{
	struct demo_moment *f = *state;
	const struct evidence good = read_back(f, made(f, STAKED, STAKED_LOG));
	struct evidence e = good;

	e.sender.bytes[7] ^= 1;
	forged(f, &e, "transaction: line");
	e = good;
	e.header.timestamp++;
	forged(f, &e, "header: line");
	e = good;
	e.transaction.value = u256_from(5);
	forged(f, &e, "transaction: line");
	e = good;
	e.transaction_hash.bytes[31] ^= 1;
	forged(f, &e, "transaction: hash: expected");
	e = good;
	e.block_hash.bytes[31] ^= 1;
	forged(f, &e, "header: its encoding does not make the block's hash");
	e = good;
	e.log_count = 0;
	forged(f, &e, "logs: expected at least one");
}

/* A header of another time, and the block's hash made to fit: the anchor's links tell. */
static void another_block_does_not_fit_the_anchor(void **state)
{
	struct demo_moment *f = *state;
	const struct evidence good = read_back(f, made(f, STAKED, STAKED_LOG));
	struct evidence e = good;
	struct buffer encoding = buffer_in(f->arena);

	e.header.timestamp++;
	header_encode(&encoding, &e.header);
	e.header_encoding = buffer_slice(&encoding);
	e.block_hash = keccak256(e.header_encoding.data, e.header_encoding.size);
	forged(f, &e, "anchor: header 0: parent hash");
}

static void links_of_the_anchor_cannot_be_forged(void **state)
{
	struct demo_moment *f = *state;
	const struct evidence good = read_back(f, made(f, THREE, -1));
	struct slice *headers = arena_array(f->arena, 8, sizeof(*headers));
	struct evidence e = good;

	assert_int_equal(good.anchor.header_count, 4);
	e.anchor.header_count--;
	forged(f, &e, "anchor: number of headers: expected 4, got 3");
	e.anchor.number--;
	forged(f, &e, "anchor: hash of the last header");
	e = good;
	e.anchor.headers = headers;
	memcpy(headers, good.anchor.headers, 4 * sizeof(*headers));
	headers[1] = good.anchor.headers[2];
	forged(f, &e, "anchor: header 1: block number");
	headers[1] = with_other_end(f, good.anchor.headers[1], 20);
	forged(f, &e, "anchor: header 2: parent hash");
	e = good;
	e.anchor.has_headers = false;
	forged(f, &e, "anchor: headers: expected them");
	e = good;
	e.anchor.hash.bytes[0] ^= 1;
	forged(f, &e, "anchor: hash of the last header");
}

static void links_to_an_anchor_below_cannot_be_forged(void **state)
{
	struct demo_moment *f = *state;
	struct slice *headers = arena_array(f->arena, 8, sizeof(*headers));
	struct block_record record;
	struct evidence good;
	struct evidence e;

	assert_ok(store_block(&record, f->moment.txn, STAKED_BLOCK - 3, &f->err), f->err);
	f->demo->config.has_checkpoint = true;
	f->demo->config.checkpoint_number = record.ref.number;
	f->demo->config.checkpoint_hash = record.ref.hash;
	good = read_back(f, made(f, STAKED, STAKED_LOG));
	assert_int_equal(good.anchor.header_count, 3);
	assert_int_equal(good.anchor.kind, ANCHOR_CHECKPOINT);
	e = good;
	e.anchor.hash.bytes[0] ^= 1;
	forged(f, &e, "anchor: header 0: hash");
	e = good;
	e.anchor.headers = headers;
	memcpy(headers, good.anchor.headers, 3 * sizeof(*headers));
	headers[2] = with_other_end(f, headers[2], 20);
	forged(f, &e, "anchor: the block's parent hash, by the last header");
	headers[2] = good.anchor.headers[1];
	forged(f, &e, "anchor: header 2: block number");
}

static void before_the_first_receipt_there_are_no_logs(void **state)
{
	struct demo_moment *f = *state;
	struct slice file = made(f, LAST, -1);
	struct evidence_verdict v = verified(f, file);

	for (size_t i = 0; i < v.claimed_count; i++)
		assert_string_not_equal(v.claimed[i].part, "log index");
	refused(f, replaced(f, file, "claims", "logs_before\": 0", "logs_before\": 1"),
		"claims: logs_before, of the block's first receipt: expected 0, got 1");
}

/* A block of one transaction, made up around a receipt; its own anchor. */
static void make_up(struct demo_moment *f, struct evidence *e, struct slice receipt)
{
	struct slice transaction = e->transaction_element.encoding;
	struct buffer header = buffer_in(f->arena);
	struct trie_proof proof;

	trie_ordered_prove(&proof, &receipt, 1, 0, f->arena);
	e->receipt_element = (struct evidence_element){
		.encoding = receipt, .nodes = proof.nodes, .node_count = proof.count};
	trie_ordered_prove(&proof, &transaction, 1, 0, f->arena);
	e->transaction_element = (struct evidence_element){
		.encoding = transaction, .nodes = proof.nodes, .node_count = proof.count};
	assert_ok(receipt_decode(&e->receipt, f->arena, receipt, &f->err), f->err);
	for (size_t i = 0; i < e->log_count; i++)
		e->logs[i].log = &e->receipt.logs[e->logs[i].index];
	e->header.timestamp++;
	e->header.receipts_root = trie_ordered_root(&receipt, 1, f->arena);
	e->header.transactions_root = trie_ordered_root(&transaction, 1, f->arena);
	header_encode(&header, &e->header);
	e->header_encoding = buffer_slice(&header);
	e->block_hash = keccak256(header.data, header.size);
	e->anchor.hash = e->block_hash;
}

/* What the reader's comparison of the hash is for; and what not even such a block may be. */
static void a_block_that_is_made_up_has_another_hash(void **state)
{
	struct demo_moment *f = *state;
	const struct evidence good = read_back(f, made(f, LAST, -1));
	struct slice receipt = good.receipt_element.encoding;
	uint8_t *other = arena_copy(f->arena, receipt.data, receipt.size);
	struct evidence e = good;
	struct evidence_verdict v;

	make_up(f, &e, receipt);
	v = verified(f, evidence_render(&e, f->arena));
	assert_false(hash_equal(v.block_hash, good.block_hash));
	assert_true(hash_equal(v.transaction, good.transaction_hash));

	other[0] = 1; /* the receipt's type; the transaction is of type 2 */
	e = good;
	make_up(f, &e, slice_of(other, receipt.size));
	forged(f, &e, "transaction: type, that of the receipt: expected 1, got 2");
}

/* ---- bounds ---- */

static void what_is_no_such_file_is_refused(void **state)
{
	static const char *const texts[] = {
		"",     "\n",  "{}\n",         "[]\n",  "null\n", "{",
		"\"\n", "[\n", "{\n \"a\": 1", "0.5\n", "nul\n",  "{\n \"format\": 1\n}\n",
	};
	struct demo_moment *f = *state;
	struct buffer deep = buffer_in(f->arena);
	struct evidence_verdict verdict;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(verify(&verdict, f, slice_of(texts[i], strlen(texts[i]))),
				 ERR_BAD_DATA);
	assert_int_equal(verify(&verdict, f, slice_of(NULL, 0)), ERR_BAD_DATA);
	for (unsigned i = 0; i < 100; i++) {
		buffer_text(&deep, "[\n");
		for (unsigned k = 0; k <= i; k++)
			buffer_byte(&deep, ' ');
	}
	refused(f, buffer_slice(&deep), "fewer levels");
	refused(f, slice_of(deep.data, (size_t)EVIDENCE_SIZE_MAX + 1), "more than 67108864 bytes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_file_holds_and_says_what_it_proves,
						demo_moment_begin, end),
		cmocka_unit_test_setup_teardown(every_event_of_the_transaction_stands_in_one_file,
						demo_moment_begin, end),
		cmocka_unit_test_setup_teardown(the_verdict_is_a_document_too, demo_moment_begin,
						end),
		cmocka_unit_test_setup_teardown(
			the_anchor_may_be_above_below_the_block_itself_or_far, demo_moment_begin,
			end),
		cmocka_unit_test_setup_teardown(what_the_mirror_does_not_hold_is_said,
						demo_moment_begin, end),
		cmocka_unit_test_setup_teardown(
			a_source_without_bodies_gives_a_file_without_the_transaction,
			demo_moment_begin, end),
		cmocka_unit_test_setup_teardown(what_is_not_proved_is_not_written,
						demo_moment_begin, end),
		cmocka_unit_test_setup_teardown(no_byte_can_be_changed, demo_moment_begin, end),
		cmocka_unit_test_setup_teardown(no_byte_can_be_added_or_left_out, demo_moment_begin,
						end),
		cmocka_unit_test_setup_teardown(no_member_can_be_forged, demo_moment_begin, end),
		cmocka_unit_test_setup_teardown(what_is_wrong_is_named, demo_moment_begin, end),
		cmocka_unit_test_setup_teardown(forged_elements_do_not_lead_to_the_roots,
						demo_moment_begin, end),
		cmocka_unit_test_setup_teardown(derived_members_cannot_be_forged, demo_moment_begin,
						end),
		cmocka_unit_test_setup_teardown(another_block_does_not_fit_the_anchor,
						demo_moment_begin, end),
		cmocka_unit_test_setup_teardown(links_of_the_anchor_cannot_be_forged,
						demo_moment_begin, end),
		cmocka_unit_test_setup_teardown(links_to_an_anchor_below_cannot_be_forged,
						demo_moment_begin, end),
		cmocka_unit_test_setup_teardown(before_the_first_receipt_there_are_no_logs,
						demo_moment_begin, end),
		cmocka_unit_test_setup_teardown(a_block_that_is_made_up_has_another_hash,
						demo_moment_begin, end),
		cmocka_unit_test_setup_teardown(what_is_no_such_file_is_refused, demo_moment_begin,
						end),
	};

	return cmocka_run_group_tests(tests, sync_once, remove_it);
}
