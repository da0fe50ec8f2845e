/*
 * Single functions, on one core: nanoseconds each. Inputs vary a little from call to call, results
 * are used, so that nothing is computed beforehand or not at all.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "abi/codec.h"
#include "abi/keccak.h"
#include "indexer/rpc_parse.h"
#include "protocols/api3/internal.h"
#include "tests/bench/archive.h"
#include "tests/bench/micro.h"
#include "tests/bench/table.h"

enum { SAMPLE_EVENTS = 5000, SAMPLE_ACCOUNTS = 500, WORDS = 6 };

/* ---- words ---- */

static void hash_bytes(void *context, uint64_t rounds)
{
	uint8_t bytes[136] = {0};
	size_t size = *(size_t *)context;

	for (uint64_t i = 0; i < rounds; i++) {
		struct hash hash = keccak256(bytes, size);

		bytes[i % size] ^= hash.bytes[0];
		micro_sink += hash.bytes[31];
	}
}

struct factors {
	u256 a;
	u256 b;
	u256 divisor;
};

static void mul_div(void *context, uint64_t rounds)
{
	struct factors f = *(struct factors *)context;

	for (uint64_t i = 0; i < rounds; i++) {
		u256 out = U256_ZERO;

		f.a.word[0] += i;
		if (u256_mul_div_ok(&out, f.a, f.b, f.divisor))
			micro_sink += out.word[0];
	}
}

static void mul_then_div(void *context, uint64_t rounds)
{
	struct factors f = *(struct factors *)context;

	for (uint64_t i = 0; i < rounds; i++) {
		u256 out = U256_ZERO;

		f.a.word[0] += i;
		if (u256_mul_ok(&out, f.a, f.b) && u256_div_ok(&out, out, f.divisor))
			micro_sink += out.word[0];
	}
}

static void bench_words(void)
{
	struct factors money = {{{UINT64_C(0x123456789abcdef0), 0x51, 0, 0}},
				{{UINT64_C(0xfedcba9876543210), 0x2a51f3, 0, 0}},
				{{UINT64_C(0x0f1e2d3c4b5a6978), 0x29a1b2, 0, 0}}};
	struct factors wide = {{{1, 2, 3, UINT64_C(0x7000000000000000)}},
			       {{5, 6, 7, UINT64_C(0x1000000000000000)}},
			       {{9, 10, 11, UINT64_C(0x6000000000000000)}}};
	size_t size = 136;

	table_number("keccak256 of 136 bytes", micro_measure(hash_bytes, &size), "ns",
		     "two permutations");
	size = 64;
	table_number("keccak256 of 64 bytes", micro_measure(hash_bytes, &size), "ns", "one");
	table_number("u256 a * b / c, tokens and shares", micro_measure(mul_div, &money), "ns",
		     "512-bit product");
	table_number("u256 a * b, then / c, the same", micro_measure(mul_then_div, &money), "ns",
		     "as the contract computes it");
	table_number("u256 a * b / c, all 256 bits", micro_measure(mul_div, &wide), "ns",
		     "512-bit product");
}

/* ---- logs and records ---- */

struct staked {
	struct abi_item event;
	struct hash topics[2];
	uint8_t data[WORDS * 32];
	struct arena *arena;
};

static void decode_log(void *context, uint64_t rounds)
{
	struct staked *staked = context;
	const struct abi_value *values;
	struct error err;

	for (uint64_t i = 0; i < rounds; i++) {
		arena_reset(staked->arena);
		staked->data[31] = (uint8_t)i;
		micro_must(abi_decode_log(&values, staked->arena, &staked->event, staked->topics, 2,
					  slice_of(staked->data, sizeof(staked->data)), &err),
			   &err);
		micro_sink += values[1].number.word[0];
	}
}

static void bench_decode(void)
{
	struct staked staked = {.arena = arena_new()};
	struct arena *arena = arena_new();
	struct error err;

	micro_must(abi_item_parse(&staked.event, arena,
				  "event Staked(address indexed user, uint256 amount, uint256 "
				  "mintedShares, uint256 userUnstaked, uint256 userShares, uint256 "
				  "totalShares, uint256 totalStake)",
				  ABI_ITEM_EVENT, &err),
		   &err);
	staked.topics[0] = staked.event.signature_hash;
	address_to_word(staked.topics[1].bytes, synthetic_pool());
	table_number("decode a Staked log", micro_measure(decode_log, &staked), "ns",
		     "one topic and six words");
	arena_free(arena);
	arena_free(staked.arena);
}

struct row {
	const struct record *record;
	struct api3_account account;
	struct slice bytes;
	struct arena *arena;
};

static void encode_row(void *context, uint64_t rounds)
{
	struct row *row = context;

	for (uint64_t i = 0; i < rounds; i++) {
		arena_reset(row->arena);
		row->account.unstaked.raw.word[0] = i; /* raw: any number will do */
		micro_sink += record_encode(row->arena, row->record, &row->account).size;
	}
}

static void decode_row(void *context, uint64_t rounds)
{
	struct row *row = context;
	struct api3_account out;
	struct error err;

	for (uint64_t i = 0; i < rounds; i++) {
		arena_reset(row->arena);
		micro_must(record_decode(&out, row->arena, row->record, row->bytes, &err), &err);
		micro_sink += out.last_delegation_update_timestamp;
	}
}

static void bench_records(void)
{
	struct arena *arena = arena_new();
	u256 money = {{UINT64_C(0x123456789abcdef0), 0x51, 0, 0}};
	struct row row = {
		.record = api3_table_account.record,
		.account = {.unstaked = assets_of(money),
			    .shares = shares_of(money),
			    .delegate = synthetic_token(),
			    .delegated_to = shares_of(money),
			    .delegators_shares = shares_of(money),
			    .last_delegation_update_timestamp = UINT64_C(1700000000)},
		.arena = arena_new(),
	};

	row.bytes = record_encode(arena, row.record, &row.account);
	table_number("encode an account's row", micro_measure(encode_row, &row), "ns",
		     "%zu of %zu fields set, %zu bytes", (size_t)6, row.record->field_count,
		     row.bytes.size);
	table_number("decode an account's row", micro_measure(decode_row, &row), "ns", "%s", "");
	arena_free(row.arena);
	arena_free(arena);
}

/* ---- JSON ---- */

struct answer {
	struct text text;
	struct log_list list;
	size_t count;
};

static void parse_answer(void *context, uint64_t rounds)
{
	struct answer *answer = context;

	for (uint64_t i = 0; i < rounds; i++) {
		struct json_reader reader;
		struct error err;

		arena_reset(answer->list.arena);
		answer->list.count = 0;
		jread_open(&reader, slice_of(answer->text.data, answer->text.size));
		micro_must(parse_logs(&answer->list, &reader, &err), &err);
		answer->count = answer->list.count;
	}
}

static void load_answer(void *context, uint64_t rounds)
{
	struct answer *answer = context;

	for (uint64_t i = 0; i < rounds; i++) {
		json_t *tree = json_loadb(answer->text.data, answer->text.size, 0, NULL);

		micro_sink += json_array_size(tree);
		json_decref(tree);
	}
}

static void bench_json(void)
{
	struct archive_options options = {
		.history = {.seed = 1, .events = SAMPLE_EVENTS, .accounts = SAMPLE_ACCOUNTS}};
	struct archive *archive = archive_open(&options);
	struct address pool = synthetic_pool();
	struct log_filter filter = {.addresses = &pool, .address_count = 1};
	struct answer answer = {.list = {.arena = arena_new()}};
	double ours;
	double tree;

	(void)archive_logs(&answer.text, archive, &filter, 0, UINT64_MAX, 0);
	ours = micro_measure(parse_answer, &answer) / (double)answer.count;
	tree = micro_measure(load_answer, &answer) / (double)answer.count;
	table_number("parse a log's JSON", ours, "ns", "%.2f million/s, %.0f MB/s", 1e3 / ours,
		     (double)answer.text.size * 1e3 / ours / (double)answer.count);
	table_number("the same with jansson, into a tree only", tree, "ns", "%.1f times as long",
		     tree / ours);
	free(answer.text.data);
	log_list_clear(&answer.list);
	arena_free(answer.list.arena);
	archive_close(archive);
}

int main(void)
{
	table_title("Single functions, one core");
	bench_words();
	bench_decode();
	bench_records();
	bench_json();
	micro_proofs();
	return 0;
}
