/*
 * What a node sends: the body is taken apart as the answer to a few calls, and everything in it is
 * read as everything that it could be. What is read as a log or header must be whole, what the
 * reader takes as JSON jansson must take too.
 */
#include <jansson.h>
#include <stdlib.h>

#include "indexer/log_set.h"
#include "indexer/rpc_errors.h"
#include "indexer/rpc_parse.h"
#include "indexer/rpc_reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CALLS = 4 };

static void must(bool truth)
{
	if (!truth)
		abort();
}

static bool inside(struct slice part, struct slice whole)
{
	return !part.size ||
	       (part.data >= whole.data && part.data + part.size <= whole.data + whole.size);
}

static void try_logs(struct arena *arena, struct slice text)
{
	const struct log_filter all = {0};
	struct log_list list = {.arena = arena};
	struct json_reader r;

	jread_open(&r, text);
	if (parse_logs(&list, &r, NULL) == OK) {
		must(!jread_failed(&r));
		for (size_t i = 0; i < list.count; i++)
			must(list.logs[i].topic_count <= LOG_TOPICS_MAX &&
			     list.logs[i].data.size < text.size);
		if (log_answer_check(list.logs, list.count, 0, UINT64_MAX, &all, NULL) == OK) {
			size_t count = list.count;

			must(log_list_merge(&list, NULL) == OK && list.count == count);
		}
		must(log_list_merge(&list, NULL) != ERR_SYSTEM);
	}
	log_list_clear(&list);
}

static void try_error(struct arena *arena, struct slice text)
{
	struct rpc_error_text error;
	struct rpc_error_info info;

	if (rpc_error_parse(&error, arena, text, NULL) != OK)
		return;
	info = rpc_error_classify(error.code, error.message, error.message_size, 200);
	must(!info.has_range || info.from <= info.to);
	must(*rpc_error_kind_name(info.kind) != 'u');
}

static void try_all(struct arena *arena, struct slice text)
{
	struct json_reader r;
	struct block_ref block;
	struct slice bytes;
	uint64_t value;

	try_logs(arena, text);
	try_error(arena, text);
	jread_open(&r, text);
	must(parse_block_ref(&block, &r, NULL) != OK || !jread_failed(&r));
	jread_open(&r, text);
	must(parse_quantity(&value, &r, NULL) != OK || !jread_failed(&r));
	jread_open(&r, text);
	must(parse_bytes(&bytes, arena, &r, NULL) != OK || 2 * bytes.size < text.size);
}

static void check_json(struct slice text)
{
	json_error_t problem;
	struct json_reader r;
	json_t *judged;
	bool own;

	jread_open(&r, text);
	(void)jread_skip(&r, NULL);
	own = jread_close(&r);
	must(own != jread_failed(&r));
	if (!own)
		return;
	judged = json_loadb((const char *)text.data, text.size, JSON_DECODE_ANY | JSON_ALLOW_NUL,
			    &problem);
	/* jansson reads values too: numbers that do not fit, halves of surrogate pairs. */
	must(judged || json_error_code(&problem) == json_error_numeric_overflow ||
	     memmem(text.data, text.size, "\\u", 2));
	json_decref(judged);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice body = slice_of(data, size);
	struct arena *arena = arena_new();
	struct rpc_answer answers[CALLS];
	struct rpc_reply reply;
	size_t answered = 0;

	check_json(body);
	try_all(arena, body);
	if (rpc_reply_parse(&reply, answers, CALLS, 1, body, NULL) == OK) {
		must(inside(reply.whole, body));
		try_error(arena, reply.whole);
		for (size_t i = 0; i < CALLS; i++) {
			if (!answers[i].is_there)
				continue;
			answered++;
			must(inside(answers[i].result, body) && inside(answers[i].error, body));
			must(!answers[i].result.size != !answers[i].error.size);
			try_all(arena, answers[i].result);
			try_error(arena, answers[i].error);
		}
		must(answered == reply.answered);
	}
	arena_free(arena);
	return 0;
}
