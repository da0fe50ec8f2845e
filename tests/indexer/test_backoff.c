/*
 * Pauses between tries: their bounds, that they grow, that a seed repeats them.
 */
#include "tests/indexer/check.h"

#include "indexer/backoff.h"

enum { BASE = 250, CAP = 30000, DRAWS = 2000 };

static void a_pause_lies_between_the_base_and_three_times_the_one_before(void **state)
{
	struct backoff backoff = backoff_new(BASE, CAP, 7);
	uint64_t lowest = CAP;
	uint64_t highest = 0;

	(void)state;
	for (int i = 0; i < DRAWS; i++) {
		uint64_t first = backoff_next(&backoff, 0);
		uint64_t second = backoff_next(&backoff, 1000);

		assert_in_range(first, BASE, 3 * BASE);
		assert_in_range(second, BASE, 3000);
		lowest = second < lowest ? second : lowest;
		highest = second > highest ? second : highest;
		assert_in_range(backoff_next(&backoff, CAP), BASE, CAP);
		assert_in_range(backoff_next(&backoff, UINT64_MAX), BASE, CAP);
	}
	/* All of the span is used. */
	assert_true(lowest < BASE + 50);
	assert_true(highest > 2950);
}

static void pauses_in_a_row_come_up_to_the_cap_and_not_above(void **state)
{
	bool is_capped = false;

	(void)state;
	for (uint64_t seed = 0; seed < 50; seed++) {
		struct backoff backoff = backoff_new(BASE, CAP, seed);
		uint64_t pause = 0;

		for (int i = 0; i < 60; i++) {
			pause = backoff_next(&backoff, pause);
			assert_in_range(pause, BASE, CAP);
			is_capped |= pause == CAP;
		}
	}
	assert_true(is_capped);
}

static void a_seed_repeats_its_pauses_and_another_does_not(void **state)
{
	struct backoff one = backoff_new(BASE, CAP, 1);
	struct backoff same = backoff_new(BASE, CAP, 1);
	struct backoff other = backoff_new(BASE, CAP, 2);
	unsigned equal = 0;

	(void)state;
	for (int i = 0; i < 100; i++) {
		uint64_t pause = backoff_next(&one, CAP);

		assert_int_equal(backoff_next(&same, CAP), pause);
		equal += backoff_next(&other, CAP) == pause;
	}
	assert_true(equal < 80); /* the cap itself is drawn in two of three */
}

static void a_base_above_the_cap_raises_it(void **state)
{
	struct backoff backoff = backoff_new(60000, CAP, 3);
	struct backoff none = backoff_new(0, 0, 3);

	(void)state;
	assert_int_equal(backoff_next(&backoff, 0), 60000);
	assert_int_equal(backoff_next(&backoff, 60000), 60000);
	assert_int_equal(backoff_next(&none, 0), 0);
	assert_int_equal(backoff_next(&none, 5), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pause_lies_between_the_base_and_three_times_the_one_before),
		cmocka_unit_test(pauses_in_a_row_come_up_to_the_cap_and_not_above),
		cmocka_unit_test(a_seed_repeats_its_pauses_and_another_does_not),
		cmocka_unit_test(a_base_above_the_cap_raises_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
