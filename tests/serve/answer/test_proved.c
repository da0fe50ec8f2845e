/*
 * The "proved" of status, over blocks without anything in them.
 */
#include "serve/answer/answer.h"

#include <stdlib.h>

#include "tests/support/scratch.h"
#include "tests/support/test.h"

struct fixture {
	char path[SCRATCH_PATH_SIZE];
	struct moment moment;
	struct error err;
};

static int set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	static const struct store_identity identity = {.chain_id = 1, .pool_set = "p\n"};

	scratch_make(f->path);
	f->moment.arena = arena_new();
	assert_ok(store_open(&f->moment.store, f->path, STORE_WRITE, &identity, &f->err), f->err);
	assert_ok(store_begin(&f->moment.txn, f->moment.store, STORE_WRITE, &f->err), f->err);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	store_abort(f->moment.txn);
	store_close(f->moment.store);
	scratch_remove(f->path);
	arena_free(f->moment.arena);
	free(f);
	return 0;
}

static void append(struct fixture *f, uint64_t from, uint64_t to, enum proof_level level)
{
	for (uint64_t number = from; number <= to; number++) {
		struct block_write block = {.ref = {.number = number},
					    .proof_level = (uint8_t)level};

		put_be64(block.ref.hash.bytes, number);
		assert_ok(store_append(f->moment.txn, NULL, &block, &f->err), f->err);
	}
}

static json_t *document_at(struct fixture *f, uint64_t at)
{
	json_t *document = json_object();

	f->moment.number = at;
	assert_ok(proved_put(document, &f->moment, &f->err), f->err);
	return document;
}

static void expect(struct fixture *f, uint64_t at, const char *text)
{
	json_t *document = document_at(f, at);
	char *printed = json_dumps(document, JSON_COMPACT);

	assert_string_equal(printed, text);
	free(printed);
	json_decref(document);
}

static void nothing_is_proved_of_an_empty_mirror(void **state)
{
	expect(*state, 0, "{\"proved\":[]}");
	expect(*state, UINT64_MAX, "{\"proved\":[]}");
}

static void ranges_have_levels_by_name_and_end_where_the_moment_is(void **state)
{
	struct fixture *f = *state;

	append(f, 1, 4, PROOF_NONE);
	append(f, 5, 7, PROOF_HEADER);
	append(f, 100, 101, PROOF_RECEIPTS);
	append(f, 200, 200, PROOF_RECEIPTS);
	append(f, 201, 201, PROOF_NONE);
	append(f, 202, 202, PROOF_TRANSACTIONS);
	expect(f, 202,
	       "{\"proved\":[{\"from\":5,\"to\":7,\"level\":\"header\",\"blocks\":3},"
	       "{\"from\":100,\"to\":200,\"level\":\"receipts\",\"blocks\":3},"
	       "{\"from\":202,\"to\":202,\"level\":\"transactions\",\"blocks\":1}]}");
	expect(f, 150,
	       "{\"proved\":[{\"from\":5,\"to\":7,\"level\":\"header\",\"blocks\":3},"
	       "{\"from\":100,\"to\":101,\"level\":\"receipts\",\"blocks\":2}]}");
	expect(f, 6, "{\"proved\":[{\"from\":5,\"to\":6,\"level\":\"header\",\"blocks\":2}]}");
	expect(f, 4, "{\"proved\":[]}");
}

/* The list has the newest `count` of the ranges: one a block. */
static void expect_newest(struct fixture *f, uint64_t at, size_t count, bool is_cut)
{
	json_t *document = document_at(f, at);
	const json_t *proved = json_object_get(document, "proved");

	assert_int_equal(json_array_size(proved), count);
	assert_int_equal(json_is_true(json_object_get(document, "proved_truncated")), is_cut);
	assert_int_equal(json_object_size(document), is_cut ? 2 : 1);
	for (size_t i = 0; i < count; i++) {
		const json_t *range = json_array_get(proved, i);
		json_int_t number = json_integer_value(json_object_get(range, "from"));

		assert_int_equal(number, (json_int_t)(at - count + 1 + i));
		assert_int_equal(json_integer_value(json_object_get(range, "to")), number);
	}
	json_decref(document);
}

static void only_the_newest_thousand_are_listed(void **state)
{
	struct fixture *f = *state;

	for (uint64_t number = 1; number <= 2500; number++)
		append(f, number, number, number % 2 ? PROOF_HEADER : PROOF_RECEIPTS);
	expect_newest(f, 999, 999, false);
	expect_newest(f, 1000, 1000, false);
	expect_newest(f, 1001, 1000, true);
	expect_newest(f, 2500, 1000, true);
}

static void ranges_that_prove_nothing_do_not_count(void **state)
{
	struct fixture *f = *state;
	json_t *document;

	for (uint64_t number = 1; number <= 1999; number++)
		append(f, number, number, number % 2 ? PROOF_RECEIPTS : PROOF_NONE);
	document = document_at(f, 1999);
	assert_int_equal(json_array_size(json_object_get(document, "proved")), 1000);
	assert_null(json_object_get(document, "proved_truncated"));
	json_decref(document);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(nothing_is_proved_of_an_empty_mirror),
		TEST(ranges_have_levels_by_name_and_end_where_the_moment_is),
		TEST(only_the_newest_thousand_are_listed),
		TEST(ranges_that_prove_nothing_do_not_count),
	};

	return cmocka_run_group_tests_name("serve/proved", tests, NULL, NULL);
}
