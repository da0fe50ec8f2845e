/*
 * A pool's figures over blocks, on the recorded chain: which blocks, and what of them.
 */
#include "serve/answer/answer.h"
#include "tests/support/demo_chain.h"
#include "tests/support/toy.h"

enum { LAST = 309 };

static struct demo demo;

static int sync_once(void **state)
{
	static const struct demo_options options = {.views_every = 1};

	(void)state;
	demo_open(&demo, &options);
	return demo_sync(&demo, UINT64_MAX) == OK ? 0 : -1;
}

static int remove_it(void **state)
{
	(void)state;
	demo_close(&demo);
	return 0;
}

struct fixture {
	struct moment moment;
	struct arena *arena;
	json_t *document;
	const json_t *items;
	struct error err;
};

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	f->arena = arena_new();
	assert_ok(moment_open(&f->moment, &demo.config, NULL, f->arena, &f->err), f->err);
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;

	json_decref(f->document);
	moment_close(&f->moment);
	arena_free(f->arena);
	free(f);
	return 0;
}

static size_t ask(struct fixture *f, uint64_t from, uint64_t to, size_t points)
{
	const struct history_query query = {.from_block = from, .to_block = to, .points = points};

	json_decref(f->document);
	f->document = answer_history(&f->moment, &demo.config.pools[0], &query, &f->err);
	if (!f->document)
		fail_msg("%s", f->err.message);
	f->items = json_object_get(f->document, "items");
	return json_array_size(f->items);
}

static json_int_t block(const struct fixture *f, size_t i)
{
	return json_integer_value(json_object_get(json_array_get(f->items, i), "block"));
}

static void points_are_spread_evenly_with_both_ends(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ask(f, 0, UINT64_MAX, 5), 5);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(block(f, i), 1 + 77 * i);
	assert_int_equal(ask(f, 10, 20, 3), 3);
	assert_int_equal(block(f, 0), 10);
	assert_int_equal(block(f, 1), 15);
	assert_int_equal(block(f, 2), 20);
	assert_int_equal(ask(f, 10, 20, 1), 1);
	assert_int_equal(block(f, 0), 20);
}

static void no_block_comes_twice(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ask(f, 100, 104, 1000), 5);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(block(f, i), 100 + i);
	assert_int_equal(ask(f, LAST, LAST, 7), 1);
}

static void zero_points_are_every_block(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ask(f, 0, UINT64_MAX, 0), LAST);
	assert_int_equal(ask(f, 300, 305, 0), 6);
}

static void a_range_without_blocks_is_empty(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ask(f, LAST + 1, UINT64_MAX, 10), 0);
	assert_int_equal(ask(f, LAST + 1, UINT64_MAX, 0), 0);
	assert_int_equal(ask(f, 9, 8, 3), 0);
}

static void it_ends_at_the_moment(void **state)
{
	struct fixture *f = *state;

	moment_close(&f->moment);
	assert_ok(moment_open(&f->moment, &demo.config, "78", f->arena, &f->err), f->err);
	assert_int_equal(ask(f, 0, UINT64_MAX, 2), 2);
	assert_int_equal(block(f, 1), 78);
	assert_string_equal(
		json_string_value(json_object_get(json_array_get(f->items, 1), "liquidity")),
		"9282932590604206620726671");
	assert_true(json_is_null(json_object_get(json_array_get(f->items, 1), "cover")));
	assert_null(json_object_get(json_array_get(f->items, 1), "premium_rate"));
}

/* Where the mirror has not each block, a point stands at the newest one at or below it. */
static void a_sparse_mirror_has_fewer_points(void **state)
{
	static const json_int_t expected[] = {1, 9, 20};
	struct fixture *f = *state;
	struct history_query query = {.to_block = 24, .points = 24};
	struct toy toy;

	moment_close(&f->moment);
	toy_open(&toy);
	for (size_t i = 0; i < 3; i++) {
		toy.block.number = (uint64_t)expected[i];
		state_next_block(toy.state, toy.block.number);
		toy_next(&toy);
	}
	f->moment.txn = toy.txn;
	f->moment.number = 24;
	for (int is_each = 0; is_each < 2; is_each++) {
		json_decref(f->document);
		f->document = answer_history(&f->moment, &toy.pool, &query, &f->err);
		f->items = json_object_get(f->document, "items");
		assert_int_equal(json_array_size(f->items), 3);
		for (size_t i = 0; i < 3; i++)
			assert_int_equal(block(f, i), expected[i]);
		query.points = 0;
	}
	f->moment.txn = NULL;
	toy_close(&toy);
}

#define HISTORY_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		HISTORY_TEST(points_are_spread_evenly_with_both_ends),
		HISTORY_TEST(no_block_comes_twice),
		HISTORY_TEST(zero_points_are_every_block),
		HISTORY_TEST(a_range_without_blocks_is_empty),
		HISTORY_TEST(it_ends_at_the_moment),
		HISTORY_TEST(a_sparse_mirror_has_fewer_points),
	};

	return cmocka_run_group_tests_name("serve/history", tests, sync_once, remove_it);
}
