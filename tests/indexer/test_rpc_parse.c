/*
 * JSON as it comes in: the reader itself, headers and logs, and replies taken apart.
 */
#include "tests/indexer/check.h"

#include <jansson.h>

#include "indexer/log_set.h"
#include "indexer/rpc_parse.h"
#include "indexer/rpc_reply.h"

static struct slice text_of(const char *text)
{
	return slice_of(text, strlen(text));
}

/* ---- the reader ---- */

static bool is_json(struct slice text)
{
	struct json_reader r;

	jread_open(&r, text);
	(void)jread_skip(&r, NULL);
	return jread_close(&r);
}

static void the_reader_takes_what_is_json(void **state)
{
	static const char *const good[] = {
		"{}",
		"[]",
		" [ ] ",
		"0",
		"-0",
		"10.5e+3",
		"1E9",
		"\"\"",
		"\"\\u00e9\\n\\\"\"",
		"\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"",
		"true",
		"false",
		"null",
		"{\"a\":[1,2,{\"b\":null}],\"c\":{}}",
		"[[[[[[1]]]]],[]]",
		"\t\r\n{\"a\" : 1 , \"b\" : [ ] }\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!is_json(text_of(good[i])))
			fail_msg("refused: %s", good[i]);
}

static void the_reader_refuses_what_is_not(void **state)
{
	static const char *const bad[] = {
		"",
		" ",
		"{",
		"}",
		"[",
		"]",
		"[1",
		"[1,",
		"[1,]",
		"[,1]",
		"[1 2]",
		"{\"a\"}",
		"{\"a\":}",
		"{\"a\":1,}",
		"{,\"a\":1}",
		"{a:1}",
		"{\"a\":1 \"b\":2}",
		"{\"a\":1]",
		"[1}",
		"01",
		"-",
		"1.",
		".1",
		"1e",
		"1e+",
		"+1",
		"0x1",
		"NaN",
		"tru",
		"truth",
		"nul",
		"'a'",
		"\"",
		"\"a",
		"\"\\",
		"\"\\x\"",
		"\"\\u12g4\"",
		"\"\\u12",
		"\"\n\"",
		"\"12345678\x01\"",
		"\"\xff\"",
		"\"\x80\"",
		"\"\xc0\x80\"",
		"\"\xc3\"",
		"\"\xe0\x80\x80\"",
		"\"\xed\xa0\x80\"",
		"\"\xf4\x90\x80\x80\"",
		"\"\xf0\x80\x80\x80\"",
		"\"\xe2\x82",
		"1 2",
		"{} {}",
		"[]]",
		"<html>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (is_json(text_of(bad[i])))
			fail_msg("taken: %s", bad[i]);
	assert_false(is_json(slice_of("\"a\0b\"", 5)));
}

/* Several characters are read at once, and then the rest: one of each kind at each place of strings
 * of each length, with the memory ending behind them. jansson is the judge. */
static void every_place_of_a_string_is_looked_at(void **state)
{
	enum { LENGTH_MAX = 40 };
	static const char *const kinds[] = {"a",    "\x7f", "\"",       "\\",   "\\n",     "\x1f",
					    "\x01", "\x80", "\xc3\xa9", "\xff", "\\u00e9", " "};

	(void)state;
	for (size_t length = 0; length <= LENGTH_MAX; length++)
		for (size_t at = 0; at <= length; at++)
			for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
				size_t more = strlen(kinds[k]);
				size_t size = 1 + length + more + 1;
				char *text = xmalloc(size);
				json_t *judge;
				struct json_reader r;
				struct slice string;
				bool is_good;

				memset(text, 'x', size);
				text[0] = text[size - 1] = '"';
				memcpy(text + 1 + at, kinds[k], more);
				judge = json_loadb(text, size, JSON_DECODE_ANY, NULL);
				jread_open(&r, slice_of(text, size));
				is_good = jread_string(&r, &string) && jread_close(&r);
				assert_int_equal(is_good, judge != NULL);
				if (is_good)
					assert_int_equal(string.size, size - 2);
				jread_open(&r, slice_of(text, size));
				assert_int_equal(jread_skip(&r, NULL) && jread_close(&r), is_good);
				json_decref(judge);
				free(text);
			}
}

static void nesting_is_bounded(void **state)
{
	char text[2 * (JSON_DEPTH_MAX + 1)];

	(void)state;
	for (size_t depth = JSON_DEPTH_MAX; depth <= JSON_DEPTH_MAX + 1; depth++) {
		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		assert_int_equal(is_json(slice_of(text, 2 * depth)), depth == JSON_DEPTH_MAX);
	}
}

/* jansson is the judge: random texts near JSON are taken by both or by none. */
static void the_reader_agrees_with_jansson(void **state)
{
	static const char *const pieces[] = {
		"{",         "}",       "[",        "]",     ",",       ":",
		"\"",        "\"a\"",   "\"key\":", "0",     "12",      "-1",
		"1.5",       "1e3",     "true",     "false", "null",    " ",
		"\\",        "\\u0041", "\xc3\xa9", "\xc3",  "[]",      "{}",
		"{\"a\":1}", "[1,2]",   "\n",       "x",     "\"\\n\"", "\"12345678\"",
	};
	uint64_t random = 88172645463325252;
	unsigned taken = 0;

	(void)state;
	for (int round = 0; round < 200000; round++) {
		char text[256] = "";
		size_t size = 0;
		unsigned count;
		json_error_t problem;
		json_t *judged;
		bool own;

		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		count = 1 + (unsigned)(random >> 60) % 7;
		for (unsigned i = 0; i < count; i++) {
			const char *piece = pieces[(random >> (8 * i)) % 30];

			memcpy(text + size, piece, strlen(piece));
			size += strlen(piece);
		}
		judged = json_loadb(text, size, JSON_DECODE_ANY, &problem);
		own = is_json(slice_of(text, size));
		if (!judged && json_error_code(&problem) == json_error_numeric_overflow)
			continue; /* JSON, but more than a C double holds */
		if (own != (judged != NULL))
			fail_msg("round %d: %s: own %d", round, text, own);
		taken += own;
		json_decref(judged);
	}
	assert_true(taken > 1000);
}

static void whole_numbers_are_bounded(void **state)
{
	struct json_reader r;
	uint64_t value = 0;

	(void)state;
	jread_open(&r, text_of(" 18446744073709551615"));
	assert_true(jread_uint(&r, &value));
	assert_true(value == UINT64_MAX);
	assert_true(jread_close(&r));
	for (size_t i = 0; i < 6; i++) {
		static const char *const bad[] = {
			"18446744073709551616",   "-1", "1.0", "1e1", "\"1\"",
			"99999999999999999999999"};

		jread_open(&r, text_of(bad[i]));
		assert_false(jread_uint(&r, &value));
		assert_true(jread_failed(&r));
	}
}

/* ---- headers and logs ---- */

#define HASH_A "0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HASH_B "0xBBbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static const char good_header[] =
	"{\"number\":\"0x10\",\"hash\":\"" HASH_A "\",\"parentHash\":\"" HASH_B
	"\",\"timestamp\":\"0x60e8f3c6\",\"transactions\":[\"0x12\"],"
	"\"extra\":{\"hash\":1}}";

static const char good_log[] =
	"{\"address\":\"0x1111111111111111111111111111111111111111\",\"topics\":[\"" HASH_A
	"\",\"" HASH_B "\"],\"data\":\"0x0102\",\"blockNumber\":\"0x10\",\"blockHash\":\"" HASH_A
	"\",\"transactionHash\":\"" HASH_B "\",\"transactionIndex\":\"0x2\",\"logIndex\":\"0x3\","
	"\"blockTimestamp\":\"0x1\",\"removed\":false}";

/* `text` with its first `what` replaced. */
static char *with(const char *text, const char *what, const char *instead)
{
	const char *at = strstr(text, what);
	char *out = xcalloc(1, strlen(text) + strlen(instead) + 1);

	assert_non_null(at);
	memcpy(out, text, (size_t)(at - text));
	strcat(out, instead);
	strcat(out, at + strlen(what));
	return out;
}

static void a_header_is_read(void **state)
{
	struct error err;
	struct json_reader r;
	struct block_ref block;

	(void)state;
	jread_open(&r, text_of(good_header));
	check_ok(parse_block_ref(&block, &r, &err), err);
	assert_int_equal(block.number, 16);
	assert_int_equal(block.timestamp, 0x60e8f3c6);
	assert_int_equal(block.hash.bytes[0], 0xaa);
	assert_int_equal(block.parent_hash.bytes[31], 0xbb);
	assert_true(jread_close(&r));
}

static void what_is_wrong_with_a_header_is_named(void **state)
{
	static const struct {
		const char *what;
		const char *instead;
		const char *words;
	} cases[] = {
		{"number", "numbre", "a block without number"},
		{"\"hash\"", "\"hush\"", "a block without hash"},
		{"parentHash", "parenthash", "a block without parentHash"},
		{"timestamp", "time", "a block without timestamp"},
		{"\"0x10\"", "null", "block's number: not the JSON expected: expected a string"},
		{"\"0x10\"", "16", "block's number"},
		{"\"0x10\"", "\"16\"", "block's number: hexadecimal text must begin with 0x"},
		{"\"0x10\"", "\"0x\"", "block's number: a quantity needs"},
		{"\"0x10\"", "\"0x11111111111111111\"", "block's number: a quantity of more"},
		{HASH_A, "0xaa", "block's hash: expected 0x and 64 hexadecimal digits, got 2"},
		{"aaaa", "aaga", "block's hash: bad hexadecimal digit at character 4"},
		{"{\"number\"", "{\"number\":\"0x1\",\"number\"", "a block with number twice"},
		{"{\"number\"", "[\"number\"", "not the JSON expected: expected an object"},
		{"\"extra\"", "extra", "not the JSON expected: expected a string"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = with(good_header, cases[i].what, cases[i].instead);
		struct error err;
		struct json_reader r;
		struct block_ref block;

		jread_open(&r, text_of(text));
		check_fails(parse_block_ref(&block, &r, &err), ERR_BAD_DATA, err, cases[i].words);
		jread_open(&r, text_of(text));
		assert_int_equal(parse_block_ref(&block, &r, NULL), ERR_BAD_DATA);
		free(text);
	}
}

static void a_log_is_read(void **state)
{
	struct error err;
	struct json_reader r;
	struct event_log log;
	struct arena *arena = arena_new();

	(void)state;
	jread_open(&r, text_of(good_log));
	check_ok(parse_log(&log, arena, &r, &err), err);
	assert_int_equal(log.address.bytes[19], 0x11);
	assert_int_equal(log.topic_count, 2);
	assert_int_equal(log.topics[1].bytes[0], 0xbb);
	assert_int_equal(log.data.size, 2);
	assert_int_equal(log.data.data[0], 1);
	assert_int_equal(log.block_number, 16);
	assert_int_equal(log.transaction_index, 2);
	assert_int_equal(log.log_index, 3);
	assert_int_equal(log.block_hash.bytes[31], 0xaa);
	assert_int_equal(log.transaction_hash.bytes[31], 0xbb);
	arena_free(arena);
}

static void what_is_wrong_with_a_log_is_named(void **state)
{
	static const struct {
		const char *what;
		const char *instead;
		const char *words;
	} cases[] = {
		{"address", "adress", "a log without address"},
		{"topics", "tropics", "a log without topics"},
		{"\"data\"", "\"date\"", "a log without data"},
		{"blockHash", "blockhash", "a log without blockHash"},
		{"blockNumber", "number", "a log without blockNumber"},
		{"transactionHash", "hash", "a log without transactionHash"},
		{"transactionIndex", "index", "a log without transactionIndex"},
		{"logIndex", "index", "a log without logIndex"},
		{"\"0x3\"", "null", "log's logIndex"},
		{"\"0x3\"", "\"0x100000000\"", "log's logIndex: expected a quantity below 2^32"},
		{"\"0x0102\"", "\"0x012\"", "log's data: odd number"},
		{"\"0x0102\"", "\"0102\"", "log's data"},
		{"\"0x0102\"", "\"\"", "log's data"},
		{"\"0x0102\"", "\"0x\\u0030102\"", "log's data"},
		{"[\"" HASH_A, "[[],\"" HASH_A, "log's topics"},
		{"[\"" HASH_A, "[\"" HASH_A "\",\"" HASH_A "\",\"" HASH_A "\",\"" HASH_A,
		 "log's topics: more than four"},
		{"[\"" HASH_A "\"", "null,\"x\":[\"\"", "log's topics"},
		{"11\"", "\"", "log's address: expected 0x and 40 hexadecimal digits, got 38"},
		{"false", "true", "log's removed: true"},
		{"false", "\"false\"", "log's removed"},
		{"\"removed\":false", "\"data\":\"0x\"", "a log with data twice"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = with(good_log, cases[i].what, cases[i].instead);
		struct arena *arena = arena_new();
		struct error err;
		struct json_reader r;
		struct event_log log;

		jread_open(&r, text_of(text));
		check_fails(parse_log(&log, arena, &r, &err), ERR_BAD_DATA, err, cases[i].words);
		jread_open(&r, text_of(text));
		assert_int_equal(parse_log(&log, arena, &r, NULL), ERR_BAD_DATA);
		arena_free(arena);
		free(text);
	}
}

/* ---- sets of logs ---- */

static struct event_log log_at(uint64_t block, uint32_t index)
{
	return (struct event_log){.block_number = block, .log_index = index};
}

static void answers_are_checked(void **state)
{
	const struct log_filter all = {0};
	struct address own = {{1}};
	const struct log_filter mine = {.addresses = &own, .address_count = 1};
	struct event_log logs[3] = {log_at(5, 1), log_at(5, 2), log_at(6, 0)};
	struct error err;

	(void)state;
	check_ok(log_answer_check(logs, 3, 5, 6, &all, &err), err);
	check_ok(log_answer_check(logs, 0, 5, 6, &all, &err), err);
	check_fails(log_answer_check(logs, 3, 6, 6, &all, &err), ERR_BAD_DATA, err,
		    "log 1 of block 5 is outside");
	check_fails(log_answer_check(logs, 3, 5, 5, &all, &err), ERR_BAD_DATA, err,
		    "log 0 of block 6 is outside");
	check_fails(log_answer_check(logs, 3, 5, 6, &mine, &err), ERR_BAD_DATA, err,
		    "log 1 of block 5 was not asked for");
	logs[1] = logs[0];
	check_fails(log_answer_check(logs, 3, 5, 6, &all, &err), ERR_BAD_DATA, err,
		    "is there twice");
	logs[1] = log_at(5, 0);
	check_fails(log_answer_check(logs, 3, 5, 6, &all, &err), ERR_BAD_DATA, err, "out of order");
}

static void several_answers_become_one(void **state)
{
	struct log_list list = {0};
	struct error err;

	(void)state;
	list.logs = xcalloc(5, sizeof(list.logs[0]));
	list.count = 5;
	list.logs[0] = log_at(7, 0);
	list.logs[1] = log_at(9, 4);
	list.logs[2] = log_at(7, 0);
	list.logs[3] = log_at(8, 1);
	list.logs[4] = log_at(9, 4);
	check_ok(log_list_merge(&list, &err), err);
	assert_int_equal(list.count, 3);
	assert_int_equal(list.logs[1].block_number, 8);
	assert_int_equal(list.logs[2].log_index, 4);
	list.logs[0] = list.logs[1];
	list.logs[0].topic_count = 1;
	check_fails(log_list_merge(&list, &err), ERR_BAD_DATA, err,
		    "log 1 of block 8 came in two different versions");
	log_list_clear(&list);
}

/* ---- replies ---- */

static void a_reply_is_taken_apart(void **state)
{
	struct rpc_reply reply;
	struct rpc_answer answers[3];
	struct error err;

	(void)state;
	check_ok(rpc_reply_parse(&reply, answers, 3, 7,
				 text_of("[{\"id\":9,\"result\":[1]},{\"jsonrpc\":\"2.0\","
					 "\"id\":7,\"error\":{\"code\":1}}]"),
				 &err),
		 err);
	assert_int_equal(reply.answered, 2);
	assert_true(answers[0].is_there && answers[0].error.size == 10);
	assert_false(answers[1].is_there);
	assert_true(slice_equal(answers[2].result, text_of("[1]")));
	check_ok(rpc_reply_parse(&reply, answers, 1, 1,
				 text_of("{\"id\":1,\"result\":null,\"error\":null}"), &err),
		 err);
	assert_true(slice_equal(answers[0].result, text_of("null")));
	/* one error for the whole request */
	check_ok(rpc_reply_parse(&reply, answers, 3, 7,
				 text_of("{\"id\":7,\"error\":{\"code\":1}}"), &err),
		 err);
	assert_int_equal(reply.answered, 0);
	assert_int_equal(reply.whole.size, 10);
	check_ok(
		rpc_reply_parse(&reply, answers, 1, 7, text_of("{\"id\":null,\"error\":{}}"), &err),
		err);
	assert_int_equal(reply.whole.size, 2);
}

static void replies_that_are_none_are_refused(void **state)
{
	static const struct {
		const char *text;
		const char *words;
	} cases[] = {
		{"", "expected an object"},
		{"<html>", "expected an object"},
		{"7", "expected an object"},
		{"{}", "neither result nor error"},
		{"{\"id\":7}", "neither result nor error"},
		{"{\"id\":7,\"error\":null}", "neither result nor error"},
		{"{\"result\":1}", "a result without an id"},
		{"{\"id\":\"7\",\"result\":1}", "expected a whole number"},
		{"{\"id\":6,\"result\":1}", "an answer to id 6, which was not sent"},
		{"{\"id\":10,\"result\":1}", "an answer to id 10, which was not sent"},
		{"[{\"id\":7,\"result\":1},{\"id\":7,\"result\":1}]", "two answers to id 7"},
		{"{\"id\":7,\"id\":8,\"result\":1}", "with id twice"},
		{"{\"id\":7,\"result\":1} x", "expected the end"},
		{"[{\"id\":7,\"result\":1}", "expected , or ]"},
		{"[{\"id\":7,\"result\":[[[}]", "expected a value"},
		{"[[]]", "expected an object"},
	};
	struct rpc_reply reply;
	struct rpc_answer answers[3];
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_fails(rpc_reply_parse(&reply, answers, 3, 7, text_of(cases[i].text), &err),
			    ERR_BAD_DATA, err, cases[i].words);
}

static void errors_are_read(void **state)
{
	struct arena *arena = arena_new();
	struct rpc_error_text text;
	struct error err;

	(void)state;
	check_ok(rpc_error_parse(
			 &text, arena,
			 text_of("{\"code\":-32000,\"message\":\"a\\u0041\",\"data\":\"0x\"}"),
			 &err),
		 err);
	assert_int_equal(text.code, -32000);
	assert_string_equal(text.message, "aA");
	assert_string_equal(text.data, "0x");
	check_ok(rpc_error_parse(&text, arena, text_of("\"words\""), &err), err);
	assert_string_equal(text.message, "words");
	check_ok(rpc_error_parse(&text, arena, text_of("{\"data\":{}}"), &err), err);
	assert_string_equal(text.message, "");
	check_fails(rpc_error_parse(&text, arena, text_of("7"), &err), ERR_BAD_DATA, err,
		    "expected an error object");
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_reader_takes_what_is_json),
		cmocka_unit_test(the_reader_refuses_what_is_not),
		cmocka_unit_test(every_place_of_a_string_is_looked_at),
		cmocka_unit_test(nesting_is_bounded),
		cmocka_unit_test(the_reader_agrees_with_jansson),
		cmocka_unit_test(whole_numbers_are_bounded),
		cmocka_unit_test(a_header_is_read),
		cmocka_unit_test(what_is_wrong_with_a_header_is_named),
		cmocka_unit_test(a_log_is_read),
		cmocka_unit_test(what_is_wrong_with_a_log_is_named),
		cmocka_unit_test(answers_are_checked),
		cmocka_unit_test(several_answers_become_one),
		cmocka_unit_test(a_reply_is_taken_apart),
		cmocka_unit_test(replies_that_are_none_are_refused),
		cmocka_unit_test(errors_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
