/*
 * What proving is made of: headers, receipts of a full block, blooms, tries, signatures.
 */
#include <stdio.h>
#include <stdlib.h>

#include "chain/block_proof.h"
#include "chain/trie.h"
#include "indexer/parse_block.h"
#include "tests/bench/archive.h"
#include "tests/bench/foreign.h"
#include "tests/bench/micro.h"
#include "tests/bench/table.h"

enum { RECEIPTS = 300, SAMPLE_EVENTS = 2000, SAMPLE_ACCOUNTS = 500, HEADER_BLOCK = 1100 };

/* A block with many receipts, and its text. */
struct full_block {
	struct arena *arena;
	struct arena *scratch;
	struct foreign foreign;
	struct block_material m;
	struct text receipts;
	struct text header;
};

static void make_header_text(struct text *out)
{
	struct archive_options options = {
		.history = {.seed = 1, .events = SAMPLE_EVENTS, .accounts = SAMPLE_ACCOUNTS},
		.can_be_proved = true};
	struct archive *archive = archive_open(&options);

	archive_header(out, archive, HEADER_BLOCK);
	archive_close(archive);
}

static void make_block(struct full_block *b)
{
	struct json_reader r;
	struct error err;

	*b = (struct full_block){.arena = arena_new(), .scratch = arena_new()};
	make_header_text(&b->header);
	jread_open(&r, slice_of(b->header.data, b->header.size));
	micro_must(parse_block(&b->m, b->arena, &r, &err), &err);
	foreign_make(&b->foreign, b->arena, 1, RECEIPTS);
	TEXT_LITERAL(&b->receipts, "[");
	foreign_render(&b->receipts, &b->foreign, b->m.header.number, b->m.claimed_hash);
	b->receipts.size--;
	TEXT_LITERAL(&b->receipts, "]");
	b->m.has_receipts = true;
	b->m.receipts = b->foreign.receipts;
	b->m.receipt_count = b->m.transaction_count = RECEIPTS;
	b->m.transaction_hashes = b->foreign.transactions;
	b->m.header.receipts_root = receipts_root(b->m.receipts, RECEIPTS, b->arena);
	b->m.header.bloom = b->foreign.bloom;
	b->m.header.gas_used = (uint64_t)RECEIPTS * GAS_A_TRANSACTION;
}

static void free_block(struct full_block *b)
{
	foreign_clear(&b->foreign);
	free(b->receipts.data);
	free(b->header.data);
	arena_free(b->arena);
	arena_free(b->scratch);
}

static void read_header(void *context, uint64_t rounds)
{
	struct full_block *b = context;

	for (uint64_t i = 0; i < rounds; i++) {
		struct block_material m = {0};
		struct json_reader r;
		struct error err;

		arena_reset(b->scratch);
		jread_open(&r, slice_of(b->header.data, b->header.size));
		micro_must(parse_block(&m, b->scratch, &r, &err), &err);
		micro_sink += m.header.number;
	}
}

static void hash_header(void *context, uint64_t rounds)
{
	struct full_block *b = context;
	struct block_header header = b->m.header;

	for (uint64_t i = 0; i < rounds; i++) {
		arena_reset(b->scratch);
		header.timestamp = UINT64_C(1700000000) + i % 1000000;
		micro_sink += header_hash(&header, b->scratch).bytes[0];
	}
}

static void read_receipts(void *context, uint64_t rounds)
{
	struct full_block *b = context;

	for (uint64_t i = 0; i < rounds; i++) {
		struct block_material m = b->m;
		struct json_reader r;
		struct error err;

		arena_reset(b->scratch);
		jread_open(&r, slice_of(b->receipts.data, b->receipts.size));
		micro_must(parse_receipts(&m, b->scratch, &r, &err), &err);
		micro_sink += m.receipt_count;
	}
}

/* As every answer is before anybody reads it. */
static void skip_receipts(void *context, uint64_t rounds)
{
	struct full_block *b = context;

	for (uint64_t i = 0; i < rounds; i++) {
		struct json_reader r;

		jread_open(&r, slice_of(b->receipts.data, b->receipts.size));
		micro_sink += jread_skip(&r, NULL);
	}
}

static void root_receipts(void *context, uint64_t rounds)
{
	struct full_block *b = context;

	for (uint64_t i = 0; i < rounds; i++) {
		arena_reset(b->scratch);
		micro_sink += receipts_root(b->m.receipts, RECEIPTS, b->scratch).bytes[0];
	}
}

static void prove_all(void *context, uint64_t rounds)
{
	struct full_block *b = context;
	struct proof_failure failure;

	for (uint64_t i = 0; i < rounds; i++) {
		arena_reset(b->scratch);
		if (!prove_receipts(&failure, &b->m, b->scratch)) {
			(void)fprintf(stderr, "bench_micro: %s: expected %s, got %s\n",
				      proof_fault_name(failure.fault), failure.expected,
				      failure.actual);
			exit(1);
		}
	}
}

static void bloom_log(void *context, uint64_t rounds)
{
	struct event_log log = *(struct event_log *)context;
	struct bloom bloom = {{0}};

	for (uint64_t i = 0; i < rounds; i++) {
		log.topics[1].bytes[31] = (uint8_t)i;
		bloom_add_log(&bloom, &log);
	}
	micro_sink += bloom.bytes[0];
}

static void bench_blocks(void)
{
	struct full_block b;
	struct event_log transfer = {.topic_count = 3};
	double reading;
	double proving;

	make_block(&b);
	table_number("parse a header's JSON", micro_measure(read_header, &b), "ns",
		     "%zu bytes, with hashes of transactions", b.header.size);
	table_number("hash of a header", micro_measure(hash_header, &b), "ns", "%s", "");
	reading = micro_measure(read_receipts, &b) / 1000;
	table_number("parse the JSON of 300 receipts", reading, "us", "%zu logs, %.0f MB/s",
		     b.foreign.log_count, (double)b.receipts.size / reading);
	table_number("walk over the same JSON", micro_measure(skip_receipts, &b) / 1000, "us",
		     "as rpc_reply.c does before");
	table_number("root of 300 receipts", micro_measure(root_receipts, &b) / 1000, "us", "%s",
		     "");
	proving = micro_measure(prove_all, &b) / 1000;
	table_number("prove 300 receipts", proving, "us",
		     "root, blooms, gas; with parsing %.0f blocks/s", 1e6 / (reading + proving));
	table_number("bloom of a log", micro_measure(bloom_log, &transfer), "ns",
		     "address and three topics");
	free_block(&b);
}

/* ---- tries and signatures ---- */

enum { ACCOUNTS = 100000 };

struct proved_value {
	struct hash root;
	struct slice key;
	struct trie_proof proof;
};

static void verify_value(void *context, uint64_t rounds)
{
	struct proved_value *p = context;

	for (uint64_t i = 0; i < rounds; i++) {
		struct slice value;
		struct error err;

		micro_must(
			trie_verify(&value, p->root, p->key, p->proof.nodes, p->proof.count, &err),
			&err);
		micro_sink += value.size;
	}
}

static void bench_trie(void)
{
	struct synthetic_options options = {.seed = 1};
	struct arena *arena = arena_new();
	struct trie_item *items = arena_array(arena, ACCOUNTS, sizeof(items[0]));
	struct proved_value p;
	struct error err;

	/* Addresses are hashes already, so the trie is as even as the state's. */
	for (uint32_t i = 0; i < ACCOUNTS; i++) {
		struct address address = synthetic_account(&options, i);

		items[i].key = slice_copy(arena, slice_of(address.bytes, ADDRESS_BYTES));
		items[i].value = slice_of(arena_alloc(arena, 70), 70);
	}
	p.key = items[ACCOUNTS / 2].key;
	micro_must(trie_root(&p.root, items, ACCOUNTS, arena, &err), &err);
	micro_must(trie_prove(&p.proof, items, ACCOUNTS, p.key, arena, &err), &err);
	table_number("verify a value of a trie", micro_measure(verify_value, &p) / 1000, "us",
		     "%zu nodes, %d values", p.proof.count, ACCOUNTS);
	arena_free(arena);
}

static void recover(void *context, uint64_t rounds)
{
	const struct signature *signature = context;
	struct hash digest = {{1}};

	for (uint64_t i = 0; i < rounds; i++) {
		struct address sender;
		struct error err;

		micro_must(signature_recover(&sender, digest, signature, true, &err), &err);
		micro_sink += sender.bytes[0];
	}
}

static void bench_signature(void)
{
	static const uint8_t key[32] = {[31] = 7};
	struct hash digest = {{1}};
	struct signature signature;
	struct error err;

	micro_must(signature_sign(&signature, digest, key, &err), &err);
	table_number("recover a sender", micro_measure(recover, &signature) / 1000, "us", "%s", "");
}

void micro_proofs(void)
{
	bench_blocks();
	bench_trie();
	bench_signature();
}
