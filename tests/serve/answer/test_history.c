/*
 * A pool's figures over blocks, on the recorded chain: which blocks, and what of them.
 */
#include "serve/answer/answer.h"
#include "tests/support/demo_moment.h"
#include "tests/support/toy.h"

static int sync_once(void **state)
{
	static const struct demo_options options = {.views_every = 1};

	return demo_moment_sync_with(state, &options);
}

static size_t ask(struct demo_moment *f, uint64_t from, uint64_t to, size_t points)
{
	const struct history_query query = {.from_block = from, .to_block = to, .points = points};

	return demo_moment_keep(f, answer_history(&f->moment, f->pool, &query, &f->err));
}

static json_int_t block(const struct demo_moment *f, size_t i)
{
	return json_integer_value(json_object_get(json_array_get(f->items, i), "block"));
}

static void points_are_spread_evenly_with_both_ends(void **state)
{
	struct demo_moment *f = *state;

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
	struct demo_moment *f = *state;

	assert_int_equal(ask(f, 100, 104, 1000), 5);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(block(f, i), 100 + i);
	assert_int_equal(ask(f, DEMO_LAST_BLOCK, DEMO_LAST_BLOCK, 7), 1);
}

static void zero_points_are_every_block(void **state)
{
	struct demo_moment *f = *state;

	assert_int_equal(ask(f, 0, UINT64_MAX, 0), DEMO_LAST_BLOCK);
	assert_int_equal(ask(f, 300, 305, 0), 6);
}

static void a_range_without_blocks_is_empty(void **state)
{
	struct demo_moment *f = *state;

	assert_int_equal(ask(f, DEMO_LAST_BLOCK + 1, UINT64_MAX, 10), 0);
	assert_int_equal(ask(f, DEMO_LAST_BLOCK + 1, UINT64_MAX, 0), 0);
	assert_int_equal(ask(f, 9, 8, 3), 0);
}

static void it_ends_at_the_moment(void **state)
{
	struct demo_moment *f = *state;

	demo_moment_move(f, "78");
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
	struct demo_moment *f = *state;
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
		assert_int_equal(
			demo_moment_keep(f, answer_history(&f->moment, &toy.pool, &query, &f->err)),
			3);
		for (size_t i = 0; i < 3; i++)
			assert_int_equal(block(f, i), expected[i]);
		query.points = 0;
	}
	f->moment.txn = NULL;
	toy_close(&toy);
}

#define HISTORY_TEST(name) cmocka_unit_test_setup_teardown(name, demo_moment_begin, demo_moment_end)

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

	return cmocka_run_group_tests_name("serve/history", tests, sync_once, demo_moment_remove);
}
