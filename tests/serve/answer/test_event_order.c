/*
 * Events from the newest down: the same ones, page by page, on the recorded chain.
 */
#include "serve/answer/answer.h"
#include "tests/support/demo_moment.h"

/* Every page of `limit` events (0: one page), joined. */
static json_t *events(struct demo_moment *f, const struct event_query *query, size_t limit)
{
	json_t *all = json_array();
	struct page page = {.limit = limit};

	for (;;) {
		json_t *document = answer_events(&f->moment, query, &page, &f->err);
		const char *next;

		if (!document)
			fail_msg("%s", f->err.message);
		if (limit)
			assert_true(json_array_size(json_object_get(document, "items")) <= limit);
		assert_int_equal(json_array_extend(all, json_object_get(document, "items")), 0);
		next = json_string_value(json_object_get(document, "next"));
		page = page_after(limit, next ? arena_string(f->arena, next) : NULL, f->arena);
		json_decref(document);
		if (!page.after)
			return all;
	}
}

static void assert_reversed(json_t *oldest, json_t *newest)
{
	size_t count = json_array_size(oldest);

	assert_int_equal(json_array_size(newest), count);
	for (size_t i = 0; i < count; i++)
		assert_true(json_equal(json_array_get(oldest, i),
				       json_array_get(newest, count - 1 - i)));
	json_decref(oldest);
	json_decref(newest);
}

static void newest_first_is_oldest_first_turned_round(void **state)
{
	struct demo_moment *f = *state;
	struct event_query query = {.to_block = UINT64_MAX};
	static const size_t limits[] = {0, 1, 7, 100};
	json_t *oldest = events(f, &query, 0);

	assert_true(json_array_size(oldest) > 500);
	query.is_newest_first = true;
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		assert_reversed(json_incref(oldest), events(f, &query, limits[i]));
	json_decref(oldest);
}

static void so_it_is_between_two_blocks_and_of_one_kind(void **state)
{
	struct demo_moment *f = *state;
	static const struct event_query queries[] = {
		{.from_block = 100, .to_block = 150},
		{.from_block = 110, .to_block = 110},
		{.event = "MintedReward", .to_block = UINT64_MAX},
		{.from_block = 200, .to_block = 199},
		{.from_block = 400, .to_block = UINT64_MAX},
		{.to_block = 0},
	};

	for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
		struct event_query newest = queries[i];

		newest.is_newest_first = true;
		assert_reversed(events(f, &queries[i], 0), events(f, &newest, 3));
	}
}

/* Nothing is before the first log of block 0, and nothing behind the last one. */
static void a_cursor_at_the_end_has_nothing_behind_it(void **state)
{
	struct demo_moment *f = *state;
	static const struct {
		bool is_newest_first;
		const char *after;
	} ends[] = {{true, "0:0"},
		    {false, "18446744073709551615:4294967295"},
		    {true, "3:0"},
		    {false, "400:0"}};

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		const struct event_query query = {.to_block = UINT64_MAX,
						  .is_newest_first = ends[i].is_newest_first};
		const struct page page = {.limit = 10, .after = ends[i].after};
		json_t *document = answer_events(&f->moment, &query, &page, &f->err);

		assert_non_null(document);
		if (i != 2)
			assert_int_equal(json_array_size(json_object_get(document, "items")), 0);
		assert_true(json_is_null(json_object_get(document, "next")));
		json_decref(document);
	}
}

/* A client that asks for what nobody did reads the whole store, and must not fill the memory with
 * it. */
static void events_that_are_not_wanted_cost_no_memory(void **state)
{
	struct demo_moment *f = *state;
	const struct event_query nobodys = {
		.to_block = UINT64_MAX, .has_account = true, .account = {{0xde, 0xad}}};
	struct page page = {.limit = 1};
	size_t before = arena_used(f->arena);
	json_t *document = answer_events(&f->moment, &nobodys, &page, &f->err);

	assert_non_null(document);
	assert_int_equal(json_array_size(json_object_get(document, "items")), 0);
	json_decref(document);
	assert_in_range(arena_used(f->arena) - before, 0, 1024);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(newest_first_is_oldest_first_turned_round,
						demo_moment_begin, demo_moment_end),
		cmocka_unit_test_setup_teardown(so_it_is_between_two_blocks_and_of_one_kind,
						demo_moment_begin, demo_moment_end),
		cmocka_unit_test_setup_teardown(a_cursor_at_the_end_has_nothing_behind_it,
						demo_moment_begin, demo_moment_end),
		cmocka_unit_test_setup_teardown(events_that_are_not_wanted_cost_no_memory,
						demo_moment_begin, demo_moment_end),
	};

	return cmocka_run_group_tests(tests, demo_moment_sync, demo_moment_remove);
}
