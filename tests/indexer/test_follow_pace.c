#include "indexer/follow_pace.h"

#include "tests/support/test.h"

static void a_head_that_stands_still_is_asked_for_less_often(void **state)
{
	struct follow_pace pace = {0};

	(void)state;
	for (int i = 0; i < FOLLOW_STILL_LOOKS; i++)
		assert_int_equal(follow_pace_at_rest(&pace, 2000), 2000);
	assert_int_equal(follow_pace_at_rest(&pace, 2000), 3000);
	assert_int_equal(follow_pace_at_rest(&pace, 2000), 4500);
	assert_int_equal(follow_pace_at_rest(&pace, 2000), 6750);
	for (int i = 0; i < 100; i++)
		assert_int_equal(follow_pace_at_rest(&pace, 2000), 8000);
}

static void the_shortest_interval_grows_too(void **state)
{
	struct follow_pace pace = {0};
	uint64_t last = 0;

	(void)state;
	for (int i = 0; i < 3 * FOLLOW_STILL_LOOKS; i++)
		last = follow_pace_at_rest(&pace, 1);
	assert_int_equal(last, FOLLOW_STILL_FACTOR);
}

static void a_head_that_moves_is_asked_for_at_the_interval_again(void **state)
{
	struct follow_pace pace = {0};

	(void)state;
	for (int i = 0; i < 100; i++)
		(void)follow_pace_at_rest(&pace, 500);
	follow_pace_moved(&pace);
	for (int i = 0; i < FOLLOW_STILL_LOOKS; i++)
		assert_int_equal(follow_pace_at_rest(&pace, 500), 500);
	assert_int_equal(follow_pace_at_rest(&pace, 500), 750);
}

static void pauses_after_trouble_double_up_to_a_limit(void **state)
{
	struct follow_pace pace = {0};

	(void)state;
	for (uint64_t ms = 2000; ms < FOLLOW_TROUBLE_MS_MAX; ms *= 2)
		assert_int_equal(follow_pace_after_trouble(&pace, 2000), ms);
	for (int i = 0; i < 100; i++)
		assert_int_equal(follow_pace_after_trouble(&pace, 2000), FOLLOW_TROUBLE_MS_MAX);
	(void)follow_pace_at_rest(&pace, 2000); /* an answer that says nothing new is no trouble */
	assert_int_equal(follow_pace_after_trouble(&pace, 2000), 2000);
}

static void a_block_may_be_missing_quietly_a_few_times(void **state)
{
	struct follow_pace pace = {0};

	(void)state;
	for (int i = 0; i < FOLLOW_NOT_YET_MAX; i++)
		assert_true(follow_pace_is_early(&pace));
	assert_false(follow_pace_is_early(&pace));
	follow_pace_moved(&pace);
	assert_true(follow_pace_is_early(&pace));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_head_that_stands_still_is_asked_for_less_often),
		cmocka_unit_test(the_shortest_interval_grows_too),
		cmocka_unit_test(a_head_that_moves_is_asked_for_at_the_interval_again),
		cmocka_unit_test(pauses_after_trouble_double_up_to_a_limit),
		cmocka_unit_test(a_block_may_be_missing_quietly_a_few_times),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
