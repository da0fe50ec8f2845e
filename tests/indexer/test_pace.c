/*
 * How fast an endpoint is asked, on a clock that stands still until it is moved.
 */
#include "tests/indexer/check.h"

#include <pthread.h>

#include "indexer/pace.h"

static uint64_t now;

static uint64_t read_now(void *context)
{
	(void)context;
	return now;
}

static void no_sleep(void *context, uint64_t sleep_ms)
{
	(void)context;
	(void)sleep_ms;
	fail_msg("nobody sleeps here");
}

static const struct clock still = {.now_ms = read_now, .sleep_ms = no_sleep};

static struct pace *new_pace(unsigned requests_per_s, unsigned concurrent_max)
{
	const struct pace_options options = {.requests_per_s = requests_per_s,
					     .concurrent_max = concurrent_max};

	now = 1000;
	return pace_new(&options, &still);
}

static void without_limits_everything_goes(void **state)
{
	struct pace *pace = new_pace(0, 0);

	(void)state;
	assert_true(pace_calls_max(pace) >= 1000000);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(pace_take(pace, 1000), 0);
	for (int i = 0; i < 1000; i++)
		pace_give(pace);
	pace_release(pace);
	pace_release(NULL);
}

static void calls_are_counted_and_not_requests(void **state)
{
	struct pace *pace = new_pace(80, 0);

	(void)state;
	assert_int_equal(pace_calls_max(pace), 10);
	assert_int_equal(pace_take(pace, 10), 0);
	/* The bucket is empty: 80 calls a second are one in 12.5 ms. */
	assert_int_equal(pace_take(pace, 1), 13);
	now += 12;
	assert_int_equal(pace_take(pace, 1), 1);
	now += 1;
	assert_int_equal(pace_take(pace, 10), 0); /* it owes nearly nine */
	assert_int_equal(pace_take(pace, 1), 125);
	now += 125;
	assert_int_equal(pace_take(pace, 1), 0);
	pace_release(pace);
}

static void a_full_bucket_is_an_eighth_of_a_second(void **state)
{
	struct pace *pace = new_pace(80, 0);
	unsigned sent = 0;

	(void)state;
	now += 86400000; /* however long nothing was asked */
	while (pace_take(pace, 1) == 0)
		sent++;
	assert_int_equal(sent, 10);
	pace_release(pace);
}

/* The most calls in any second of a minute in which as much as possible is asked. */
static uint64_t busiest_second(unsigned requests_per_s, size_t calls)
{
	enum { SECOND = 1000, MINUTE = 60 * SECOND };

	static unsigned sent[MINUTE];
	struct pace *pace = new_pace(requests_per_s, 0);
	uint64_t in_second = 0;
	uint64_t most = 0;
	uint64_t all = 0;

	if (calls > pace_calls_max(pace))
		calls = pace_calls_max(pace);
	for (size_t ms = 0; ms < MINUTE; ms++, now++) {
		sent[ms] = 0;
		while (pace_take(pace, calls) == 0)
			sent[ms] += (unsigned)calls;
		all += sent[ms];
		in_second += sent[ms];
		if (ms >= SECOND)
			in_second -= sent[ms - SECOND];
		most = in_second > most ? in_second : most;
	}
	/* Nor is less sent than is allowed. */
	assert_true(all >= (uint64_t)requests_per_s * 60 - calls);
	assert_true(all <= (uint64_t)requests_per_s * 60 + 2 * pace_calls_max(pace));
	pace_release(pace);
	return most;
}

static void no_second_has_much_more_than_the_limit(void **state)
{
	static const struct {
		unsigned limit;
		size_t calls;
		uint64_t most;
	} cases[] = {{1, 1, 3},     {3, 1, 5},       {10, 1, 12},      {10, 100, 12},
		     {25, 100, 31}, {100, 100, 125}, {1000, 100, 1250}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t most = busiest_second(cases[i].limit, cases[i].calls);

		if (most > cases[i].most)
			fail_msg("%u: %llu in a second", cases[i].limit, (unsigned long long)most);
	}
}

static void a_large_request_does_not_starve_beside_small_ones(void **state)
{
	struct pace *pace = new_pace(80, 0);
	unsigned large = 0;

	(void)state;
	/* Both ask each millisecond, and the small one always first. */
	for (int ms = 0; ms < 10000; ms++, now++) {
		if (ms & 1)
			(void)pace_take(pace, 1);
		large += pace_take(pace, 10) == 0;
	}
	assert_true(large > 10);
	pace_release(pace);
}

static void so_many_are_under_way_and_no_more(void **state)
{
	struct pace *pace = new_pace(0, 2);

	(void)state;
	assert_int_equal(pace_take(pace, 1), 0);
	assert_int_equal(pace_take(pace, 1), 0);
	assert_in_range(pace_take(pace, 1), 1, 50);
	now += 1000;
	assert_in_range(pace_take(pace, 1), 1, 50);
	pace_give(pace);
	assert_int_equal(pace_take(pace, 1), 0);
	assert_in_range(pace_take(pace, 1), 1, 50);
	pace_release(pace);
}

static void a_rest_holds_for_all_and_does_not_get_shorter(void **state)
{
	struct pace *pace = new_pace(0, 0);
	struct pace *shared = pace_share(pace);

	(void)state;
	pace_rest(pace, 500);
	pace_rest(shared, 100);
	assert_int_equal(pace_take(shared, 1), 500);
	now += 499;
	assert_int_equal(pace_take(pace, 1), 1);
	assert_true(pace_is_resting(shared));
	now += 1;
	assert_false(pace_is_resting(shared));
	assert_int_equal(pace_take(pace, 1), 0);
	pace_release(pace);
	pace_give(shared);
	pace_release(shared);
}

/* ---- threads ---- */

enum { THREADS = 4, ROUNDS = 20000 };

static void *take_and_give(void *context)
{
	struct pace *pace = context;

	for (int i = 0; i < ROUNDS; i++)
		if (pace_take(pace, 1) == 0)
			pace_give(pace);
	pace_release(pace);
	return NULL;
}

static void threads_share_it(void **state)
{
	struct pace *pace = new_pace(0, 2);
	pthread_t threads[THREADS];

	(void)state;
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, take_and_give, pace_share(pace)),
				 0);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(pace_take(pace, 1), 0);
	assert_int_equal(pace_take(pace, 1), 0);
	assert_true(pace_take(pace, 1) > 0);
	pace_release(pace);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_limits_everything_goes),
		cmocka_unit_test(calls_are_counted_and_not_requests),
		cmocka_unit_test(a_full_bucket_is_an_eighth_of_a_second),
		cmocka_unit_test(no_second_has_much_more_than_the_limit),
		cmocka_unit_test(a_large_request_does_not_starve_beside_small_ones),
		cmocka_unit_test(so_many_are_under_way_and_no_more),
		cmocka_unit_test(a_rest_holds_for_all_and_does_not_get_shorter),
		cmocka_unit_test(threads_share_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
