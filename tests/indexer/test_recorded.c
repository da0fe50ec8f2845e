/*
 * Recorded chains: the demo chain as it is, and files of a few lines with one thing wrong.
 */
#include "tests/indexer/check.h"

#include <inttypes.h>
#include <unistd.h>
#include <zlib.h>

#include "indexer/recorded_read.h"
#include "indexer/source.h"

#define CHAIN "tests/chains/api3-seed1.chain.jsonl.gz"

static const char pool_text[] = "0xe7f1725e7734ce288f8367e1bb143e90bb3f0512";

/* ---- small chains as text ---- */

#define HASH_A "0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HASH_B "0xbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define HASH_C "0xcccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
#define ADDRESS_1 "0x1111111111111111111111111111111111111111"
#define ADDRESS_2 "0x2222222222222222222222222222222222222222"

#define META(first, last)                                                                          \
	"{\"type\":\"meta\",\"chainId\":\"0x7a69\",\"first\":" first ",\"last\":" last "}\n"
#define BLOCK(number, hash, parent, receipts)                                                      \
	"{\"type\":\"block\",\"block\":{\"number\":\"" number "\",\"hash\":\"" hash                \
	"\",\"parentHash\":\"" parent "\",\"timestamp\":\"0x10\"},\"receipts\":[" receipts "]}\n"
#define LOG(number, hash, transaction, index)                                                      \
	"{\"address\":\"" ADDRESS_1 "\",\"topics\":[\"" HASH_C                                     \
	"\"],\"data\":\"0x0102\",\"blockNumber\":\"" number "\",\"blockHash\":\"" hash             \
	"\",\"transactionHash\":\"" HASH_C "\",\"transactionIndex\":\"" transaction                \
	"\",\"logIndex\":\"" index "\",\"removed\":false}"
#define RECEIPT(logs) "{\"status\":\"0x1\",\"logs\":[" logs "]}"
#define CALL(to, data, block, answer)                                                              \
	"{\"type\":\"call\",\"to\":\"" to "\",\"data\":\"" data "\",\"block\":" block "," answer   \
	"}\n"

#define TWO_BLOCKS                                                                                 \
	META("1", "2")                                                                             \
	BLOCK("0x1", HASH_A, HASH_C,                                                               \
	      RECEIPT(LOG("0x1", HASH_A, "0x0", "0x0") "," LOG("0x1", HASH_A, "0x0", "0x1")))      \
	BLOCK("0x2", HASH_B, HASH_A, "")

static enum status read_text(struct recorded **out, const char *text, struct error *err)
{
	struct recorded_builder *builder = recorded_begin("small");
	enum status st = OK;

	while (*text && st == OK) {
		size_t length = strcspn(text, "\n");

		st = recorded_line(builder, slice_of(text, length), err);
		text += length + (text[length] == '\n');
	}
	if (st == OK)
		return recorded_end(out, builder, err);
	(void)recorded_end(NULL, builder, NULL);
	return st;
}

static void a_small_chain_gives_its_blocks_and_logs(void **state)
{
	struct error err;
	struct recorded *chain = NULL;
	const struct recorded_log *logs;
	struct event_log log;
	size_t count;

	(void)state;
	check_ok(read_text(&chain, TWO_BLOCKS, &err), err);
	assert_int_equal(recorded_chain_id(chain), 31337);
	assert_int_equal(recorded_first(chain), 1);
	assert_int_equal(recorded_last(chain), 2);
	assert_null(recorded_block(chain, 0));
	assert_null(recorded_block(chain, 3));
	assert_int_equal(recorded_block(chain, 2)->timestamp, 16);
	logs = recorded_logs(chain, 1, &count);
	assert_int_equal(count, 2);
	recorded_log_expand(&log, &logs[1], recorded_block(chain, 1));
	assert_int_equal(log.log_index, 1);
	assert_int_equal(log.topic_count, 1);
	assert_int_equal(log.topics[0].bytes[31], 0xcc);
	assert_int_equal(log.block_hash.bytes[0], 0xaa);
	assert_int_equal(log.data.size, 2);
	assert_int_equal(log.data.data[1], 2);
	assert_null(recorded_logs(chain, 2, &count));
	assert_int_equal(count, 0);
	assert_null(recorded_logs(chain, 9, &count));
	recorded_release(chain);
}

static void calls_are_found_by_address_data_and_block(void **state)
{
	struct error err;
	struct recorded *chain = NULL;
	struct recorded_result result;
	struct address one = address_of(ADDRESS_1);
	struct address two = address_of(ADDRESS_2);
	uint64_t birth = 0;

	(void)state;
	check_ok(read_text(&chain,
			   TWO_BLOCKS CALL(ADDRESS_1, "0x01", "2", "\"result\":\"0xff\"") CALL(
				   ADDRESS_1, "0x02", "1",
				   "\"error\":{\"code\":3,\"message\":\"no \\u0041\"}")
				   CALL(ADDRESS_2, "0x", "2",
					"\"error\":{\"code\":-32000,\"message\":\"busy\"}")
					   CALL(ADDRESS_1, "0x01", "2", "\"result\":\"0xff\""),
			   &err),
		 err);
	assert_true(recorded_call(&result, chain, one, slice_of("\1", 1), 2));
	assert_int_equal(result.outcome, CALL_RETURNED);
	assert_int_equal(result.bytes.size, 1);
	assert_int_equal(result.bytes.data[0], 0xff);
	assert_true(recorded_call(&result, chain, one, slice_of("\2", 1), 1));
	assert_int_equal(result.outcome, CALL_REVERTED);
	assert_memory_equal(result.bytes.data, "no A", 4);
	assert_true(recorded_call(&result, chain, two, slice_of(NULL, 0), 2));
	assert_int_equal(result.outcome, CALL_UNAVAILABLE);
	assert_false(recorded_call(&result, chain, one, slice_of("\1", 1), 1));
	assert_false(recorded_call(&result, chain, one, slice_of("\1", 1), 9));
	assert_false(recorded_call(&result, chain, two, slice_of("\1", 1), 2));
	assert_true(recorded_birth(&birth, chain, one));
	assert_int_equal(birth, 1);
	assert_true(recorded_birth(&birth, chain, two));
	assert_int_equal(birth, 2);
	assert_false(recorded_birth(&birth, chain, (struct address){{9}}));
	recorded_release(chain);
}

static void what_is_wrong_with_a_chain_is_told_with_its_line(void **state)
{
	static const struct {
		const char *text;
		const char *words;
	} cases[] = {
		{"", "the file is empty"},
		{"hello\n", "line 1: not the JSON expected: expected an object"},
		{"{\"jsonrpc\":\"2.0\"}\n", "line 1: expected \"type\""},
		{"{\"type\":\"meta\"}\n", "line 1: expected \"chainId\" in a meta line"},
		{"{\"type\":7}\n", "line 1: not the JSON expected: expected a string"},
		{META("2", "1"), "line 1: expected \"first\" not above \"last\""},
		{META("\"x\"", "1"), "line 1: meta's \"first\""},
		{META("-1", "1"), "line 1: meta's \"first\""},
		{META("1", "1.5"), "line 1: meta's \"last\""},
		{META("1", "99999999999999999999"), "line 1: meta's \"last\""},
		{META("1", "2") META("1", "2"), "line 2: a second meta line"},
		{META("0", "9999999999"), "line 1"},
		{BLOCK("0x1", HASH_A, HASH_B, ""), "line 1: expected the meta line"},
		{META("1", "2") BLOCK("0x2", HASH_A, HASH_B, ""), "line 2: expected block 1, got"},
		{TWO_BLOCKS BLOCK("0x3", HASH_C, HASH_B, ""), "line 4: block 3 behind the last"},
		{META("1", "3") BLOCK("0x1", HASH_A, HASH_B, "") BLOCK("0x1", HASH_A, HASH_B, ""),
		 "line 3: expected block 2, got block 1"},
		{META("1", "2") BLOCK("0x1", HASH_A, HASH_C, "") BLOCK("0x2", HASH_B, HASH_C, ""),
		 "line 3: block 2: expected the parent hash " HASH_A ", got " HASH_C},
		{META("1", "2") BLOCK("0x1", HASH_A, HASH_C, ""),
		 "line 2: the file ends before block 2"},
		{META("1", "1") "{\"type\":\"block\",\"receipts\":[]}\n",
		 "line 2: expected \"block\""},
		{META("1", "1") "{\"type\":\"block\",\"block\":{},\"receipts\":[]}\n",
		 "line 2: a block without number"},
		{META("1", "1") "{\"type\":\"block\",\"block\":null,\"receipts\":[]}\n",
		 "line 2: not the JSON expected: expected an object"},
		{META("1", "1") BLOCK("0x1", HASH_A, HASH_C, "{}"), "a receipt without logs"},
		{META("1", "1") BLOCK("0x01", HASH_A, HASH_C, ""),
		 "line 2: block's number: a quantity has no leading zeros"},
		{META("1", "1") BLOCK("0x1", "0xaa", HASH_C, ""), "line 2: block's hash: expected"},
		{META("1", "1")
			 BLOCK("0x1", HASH_A, HASH_C, RECEIPT(LOG("0x1", HASH_B, "0x0", "0x0"))),
		 "log 0 names another block"},
		{META("1", "1")
			 BLOCK("0x1", HASH_A, HASH_C, RECEIPT(LOG("0x2", HASH_A, "0x0", "0x0"))),
		 "log 0 names another block"},
		{META("1", "1") BLOCK("0x1", HASH_A, HASH_C,
				      RECEIPT(LOG("0x1", HASH_A, "0x0", "0x1")) "," RECEIPT(
					      LOG("0x1", HASH_A, "0x1", "0x1"))),
		 "expected logs in order, got log 1 behind log 1"},
		{META("1", "1") BLOCK("0x1", HASH_A, HASH_C,
				      RECEIPT(LOG("0x1", HASH_A, "0x1", "0x1")) "," RECEIPT(
					      LOG("0x1", HASH_A, "0x0", "0x2"))),
		 "expected logs in order, got log 2 behind log 1"},
		{TWO_BLOCKS CALL("0x11", "0x", "1", "\"result\":\"0x\""), "line 4: call's \"to\""},
		{TWO_BLOCKS CALL(ADDRESS_1, "0x1", "1", "\"result\":\"0x\""), "call's \"data\""},
		{TWO_BLOCKS CALL(ADDRESS_1, "7", "1", "\"result\":\"0x\""), "call's \"data\""},
		{TWO_BLOCKS CALL(ADDRESS_1, "0x", "3", "\"result\":\"0x\""),
		 "call's \"block\": expected one from 1 to 2, got 3"},
		{TWO_BLOCKS CALL(ADDRESS_1, "0x", "null", "\"result\":\"0x\""), "call's \"block\""},
		{TWO_BLOCKS CALL(ADDRESS_1, "0x", "1", "\"result\":7"), "call's \"result\""},
		{TWO_BLOCKS CALL(ADDRESS_1, "0x", "1", "\"x\":7"), "either \"result\" or"},
		{TWO_BLOCKS CALL(ADDRESS_1, "0x", "1", "\"error\":\"no\""), "call's \"error\""},
		{TWO_BLOCKS CALL(ADDRESS_1, "0x", "1", "\"result\":\"0x\",\"result\":\"0x\""),
		 "\"result\" twice"},
		{TWO_BLOCKS CALL(ADDRESS_1, "0x", "1", "\"result\":\"0x01\"")
			 CALL(ADDRESS_1, "0x", "1", "\"result\":\"0x02\""),
		 "line 5: the same call at the same block with another result"},
		{TWO_BLOCKS "{\"type\":\"dance\"}\n", "line 4: expected \"type\" to be meta"},
		{TWO_BLOCKS "{\"type\":\"proof\"\n", "line 4: not the JSON expected"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error err = {.message = "nothing"};
		struct recorded *chain = NULL;
		enum status st = read_text(&chain, cases[i].text, &err);

		if (st != ERR_BAD_DATA || !strstr(err.message, cases[i].words) ||
		    strncmp(err.message, "small: ", 7) != 0)
			fail_msg("case %zu: %s: %s (wanted: %s)", i, status_name(st), err.message,
				 cases[i].words);
		assert_null(chain);
	}
}

static void proofs_and_empty_lines_are_passed_over(void **state)
{
	struct error err;
	struct recorded *chain = NULL;

	(void)state;
	check_ok(read_text(&chain,
			   TWO_BLOCKS "\n{\"type\":\"proof\",\"address\":\"0x\",\"slots\":[]}\n",
			   &err),
		 err);
	recorded_release(chain);
}

/* ---- files ---- */

static char path[64];

static void write_file(const void *bytes, size_t size)
{
	FILE *file;
	int fd;

	(void)snprintf(path, sizeof(path), "/tmp/covermirror-test-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	file = fdopen(fd, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static void read_bad_file(enum status wanted, const char *words)
{
	struct error err = {.message = "nothing"};
	struct recorded *chain = NULL;
	enum status st = recorded_read(&chain, path, &err);

	if (st != wanted || !strstr(err.message, words) || !strstr(err.message, path))
		fail_msg("%s: %s (wanted: %s)", status_name(st), err.message, words);
}

static void files_that_are_not_gzipped_or_cut_off_are_refused(void **state)
{
	static unsigned char demo[2 * 1024 * 1024];
	FILE *file = fopen(CHAIN, "rb");
	size_t size;

	(void)state;
	assert_non_null(file);
	size = fread(demo, 1, sizeof(demo), file);
	(void)fclose(file);
	assert_true(size > 1000 && size < sizeof(demo));

	write_file(TWO_BLOCKS, strlen(TWO_BLOCKS));
	read_bad_file(ERR_BAD_DATA, "the file is not gzipped");
	(void)unlink(path);
	write_file("", 0);
	read_bad_file(ERR_BAD_DATA, "line 1");
	(void)unlink(path);
	for (size_t cut = 1; cut < 6; cut++) {
		write_file(demo, size - size * cut / 6 - (cut == 1));
		read_bad_file(ERR_BAD_DATA, "line ");
		(void)unlink(path);
	}
	demo[size / 2] ^= 0x55;
	write_file(demo, size);
	read_bad_file(ERR_BAD_DATA, "line ");
	(void)unlink(path);
	read_bad_file(ERR_SYSTEM, "No such file");
	(void)snprintf(path, sizeof(path), "/tmp");
	read_bad_file(ERR_SYSTEM, "directory");
}

/* ---- as a source ---- */

static struct source *open_demo(void)
{
	struct error err;
	struct source *source = NULL;

	check_ok(source_open(&source, "file:" CHAIN, NULL, NULL, &err), err);
	return source;
}

static void the_demo_chain_answers_as_a_source(void **state)
{
	struct error err;
	struct source *source = open_demo();
	struct source *peer = NULL;
	struct block_ref blocks[3];
	const uint64_t numbers[] = {309, 1, 4};
	uint64_t first = 0;
	uint64_t last = 0;
	uint64_t id = 0;
	bool flag = true;

	(void)state;
	assert_true(source_is_recorded(source));
	assert_string_equal(source_label(source), "file:" CHAIN);
	check_ok(source_peer(&peer, source, &err), err);
	source_close(source);
	check_ok(source_chain_id(&id, peer, &err), err);
	assert_int_equal(id, 31337);
	check_ok(source_is_syncing(&flag, peer, &err), err);
	assert_false(flag);
	check_ok(source_extent(&first, &last, peer, &err), err);
	assert_int_equal(first, 1);
	assert_int_equal(last, 309);
	check_ok(source_tagged_block(&blocks[0], peer, BLOCK_FINALIZED, &err), err);
	assert_int_equal(blocks[0].number, 309);
	check_ok(source_headers(blocks, peer, numbers, 3, &err), err);
	assert_int_equal(blocks[0].number, 309);
	assert_int_equal(blocks[2].number, 4);
	assert_int_equal(blocks[2].timestamp, 0x60e8f3c6);
	assert_int_equal(source_headers(blocks, peer, (const uint64_t[]){1, 310}, 2, &err),
			 ERR_NOTFOUND);
	assert_non_null(strstr(err.message, "no block 310"));
	source_close(peer);
}

static void logs_are_filtered_by_address_and_topics(void **state)
{
	struct error err;
	struct source *source = open_demo();
	struct arena *arena = arena_new();
	struct address pool = address_of(pool_text);
	struct log_filter filter = {.addresses = &pool, .address_count = 1};
	struct log_filter both[2];
	struct block_ref block;
	struct event_log *logs = NULL;
	struct event_log *some = NULL;
	size_t all = 0;
	size_t count = 0;

	(void)state;
	check_ok(source_headers(&block, source, (const uint64_t[]){4}, 1, &err), err);
	check_ok(source_block_logs(&logs, &all, arena, source, &block, &filter, 1, &err), err);
	assert_int_equal(all, 1);
	assert_int_equal(logs[0].data.size, 128);
	filter.topics[0].values = logs[0].topics;
	filter.topics[0].count = 1;
	both[0] = both[1] = filter;
	check_ok(source_block_logs(&some, &count, arena, source, &block, both, 2, &err), err);
	assert_int_equal(count, 1);
	filter.topics[3].values = logs[0].topics;
	filter.topics[3].count = 1;
	check_ok(source_block_logs(&some, &count, arena, source, &block, &filter, 1, &err), err);
	assert_int_equal(count, 0);
	block.hash.bytes[0] ^= 1;
	assert_int_equal(source_block_logs(&some, &count, arena, source, &block, &filter, 1, &err),
			 ERR_NOTFOUND);
	arena_free(arena);
	source_close(source);
}

static void calls_before_a_contract_exists_return_nothing(void **state)
{
	static const uint8_t total_stake[] = {0x8b, 0x0e, 0x9f, 0x3f};
	struct error err;
	struct source *source = open_demo();
	struct arena *arena = arena_new();
	struct chain_call calls[] = {
		{.to = address_of(pool_text), .data = slice_of(total_stake, 4)},
		{.to = address_of(pool_text), .data = slice_of("nope", 4)},
		{.to = address_of(ADDRESS_1), .data = slice_of(total_stake, 4)},
	};
	struct block_ref blocks[2];
	bool flag = true;

	(void)state;
	check_ok(source_headers(blocks, source, (const uint64_t[]){2, 3}, 2, &err), err);
	check_ok(source_calls(calls, 3, arena, source, &blocks[0], &err), err);
	assert_int_equal(calls[0].outcome, CALL_RETURNED);
	assert_int_equal(calls[0].result.size, 0);
	check_ok(source_calls(calls, 3, arena, source, &blocks[1], &err), err);
	assert_int_equal(calls[0].outcome, CALL_RETURNED);
	assert_int_equal(calls[0].result.size, 32);
	assert_int_equal(calls[0].result.data[31], 1);
	assert_string_equal(calls[0].reason, "");
	assert_int_equal(calls[1].outcome, CALL_UNAVAILABLE);
	assert_string_equal(calls[1].reason, "the call was not recorded");
	assert_int_equal(calls[2].outcome, CALL_UNAVAILABLE);
	blocks[1].hash.bytes[5] ^= 1;
	assert_int_equal(source_calls(calls, 3, arena, source, &blocks[1], &err), ERR_NOTFOUND);
	check_ok(source_calls(calls, 1, arena, source, &(struct block_ref){0}, &err), err);
	assert_int_equal(calls[0].outcome, CALL_RETURNED);

	check_ok(source_has_code(&flag, source, address_of(pool_text), 2, &err), err);
	assert_false(flag);
	check_ok(source_has_code(&flag, source, address_of(pool_text), 3, &err), err);
	assert_true(flag);
	check_ok(source_has_code(&flag, source, address_of(pool_text), 0, &err), err);
	assert_false(flag);
	check_ok(source_has_code(&flag, source, address_of(ADDRESS_1), 300, &err), err);
	assert_false(flag);
	assert_int_equal(source_has_code(&flag, source, address_of(ADDRESS_1), 310, &err),
			 ERR_NOTFOUND);
	arena_free(arena);
	source_close(source);
}

static void an_interrupt_ends_everything_on_every_peer(void **state)
{
	struct error err;
	struct source *source = open_demo();
	struct source *peer = NULL;
	uint64_t id;

	(void)state;
	check_ok(source_peer(&peer, source, &err), err);
	source_interrupt(source);
	assert_int_equal(source_chain_id(&id, peer, &err), ERR_AGAIN);
	assert_non_null(strstr(err.message, "interrupted"));
	source_close(peer);
	source_close(source);
}

static void urls_that_are_none_are_refused_without_being_shown(void **state)
{
	static const char *const urls[] = {
		"",      "x",        "/tmp/key", "ftp://user:secret@host/", "user:secret@host",
		"file:", "//secret",
	};
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		struct source *source = NULL;

		assert_int_equal(source_open(&source, urls[i], NULL, NULL, &err), ERR_USAGE);
		assert_null(source);
		assert_null(strstr(err.message, "secret"));
		assert_non_null(strstr(err.message, "file:"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_small_chain_gives_its_blocks_and_logs),
		cmocka_unit_test(calls_are_found_by_address_data_and_block),
		cmocka_unit_test(what_is_wrong_with_a_chain_is_told_with_its_line),
		cmocka_unit_test(proofs_and_empty_lines_are_passed_over),
		cmocka_unit_test(files_that_are_not_gzipped_or_cut_off_are_refused),
		cmocka_unit_test(the_demo_chain_answers_as_a_source),
		cmocka_unit_test(logs_are_filtered_by_address_and_topics),
		cmocka_unit_test(calls_before_a_contract_exists_return_nothing),
		cmocka_unit_test(an_interrupt_ends_everything_on_every_peer),
		cmocka_unit_test(urls_that_are_none_are_refused_without_being_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
