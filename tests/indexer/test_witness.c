/*
 * What is remembered of endpoints, with a clock that the test turns.
 */
#include "tests/indexer/check.h"

#include <pthread.h>

#include "indexer/witness.h"

static uint64_t now;

static uint64_t tell_time(void *context)
{
	(void)context;
	return now;
}

static struct witnesses *new_witnesses(size_t count)
{
	const struct clock clock = {.now_ms = tell_time};

	now = 1000;
	return witnesses_new(count, &clock, 60000);
}

static struct proof_failure failure_at(uint64_t block, enum proof_fault fault)
{
	struct proof_failure failure = {.fault = fault, .block = block};

	(void)snprintf(failure.node, sizeof(failure.node), "http://one");
	return failure;
}

static void nobody_keeps_no_record(void **state)
{
	struct proof_failure failure = failure_at(1, FAULT_LOG);

	(void)state;
	witness_named(NULL, 0, "x");
	witness_answered(NULL, 0, 1);
	witness_troubled(NULL, 0, TROUBLE_SERVER);
	witness_told_head(NULL, 0, 1);
	witness_lied(NULL, 0, &failure);
	witness_omitted(NULL, 0, 1);
	witness_rate_limited(NULL, 0);
	witness_hedged(NULL, 0);
	witness_paused(NULL, 0, 1);
	assert_false(witness_is_quarantined(NULL, 0));
	assert_int_equal(witness_read(NULL, 0).answers, 0);
	assert_false(witnesses_next_failure(&failure, NULL));
	assert_int_equal(witnesses_count(NULL), 0);
	witnesses_free(NULL);
}

static void each_endpoint_has_its_own_record(void **state)
{
	struct witnesses *witnesses = new_witnesses(2);
	struct witness_record record;

	(void)state;
	assert_int_equal(witnesses_count(witnesses), 2);
	witness_named(witnesses, 1, "http://two");
	witness_troubled(witnesses, 1, TROUBLE_TIMEOUT);
	witness_told_head(witnesses, 1, 50);
	witness_told_head(witnesses, 1, 49);
	witness_omitted(witnesses, 1, 3);
	witness_omitted(witnesses, 1, 4);
	witness_troubled(witnesses, 2, TROUBLE_TIMEOUT); /* there is no such endpoint */
	record = witness_read(witnesses, 1);
	assert_string_equal(record.label, "http://two");
	assert_int_equal(record.troubles, 1);
	assert_true(record.has_head);
	assert_int_equal(record.head, 50);
	assert_int_equal(record.omissions, 7);
	assert_int_equal(record.lies, 0);
	assert_int_equal(record.rate_limited, 0);
	witness_rate_limited(witnesses, 1);
	witness_hedged(witnesses, 1);
	witness_hedged(witnesses, 1);
	record = witness_read(witnesses, 1);
	assert_int_equal(record.rate_limited, 1);
	assert_int_equal(record.hedges, 2);
	record = witness_read(witnesses, 0);
	assert_false(record.has_head);
	assert_int_equal(record.troubles, 0);
	witnesses_free(witnesses);
}

static void latency_is_a_moving_average(void **state)
{
	struct witnesses *witnesses = new_witnesses(1);

	(void)state;
	witness_answered(witnesses, 0, 100);
	assert_int_equal(witness_read(witnesses, 0).latency_ms, 100);
	witness_answered(witnesses, 0, 200);
	assert_int_equal(witness_read(witnesses, 0).latency_ms, 150);
	for (int i = 0; i < 14; i++)
		witness_answered(witnesses, 0, 150);
	assert_int_equal(witness_read(witnesses, 0).latency_ms, 150);
	assert_int_equal(witness_read(witnesses, 0).answers, 16);
	/* One slow answer moves it by a sixteenth, a hundred of them all the way. */
	witness_answered(witnesses, 0, 150 + 1600);
	assert_int_equal(witness_read(witnesses, 0).latency_ms, 250);
	for (int i = 0; i < 100; i++)
		witness_answered(witnesses, 0, 20);
	assert_in_range(witness_read(witnesses, 0).latency_ms, 20, 21);
	assert_int_equal(witness_read(witnesses, 0).answers, 117);
	witnesses_free(witnesses);
}

static void requests_are_counted_by_how_long_they_took(void **state)
{
	struct witnesses *witnesses = new_witnesses(1);
	struct witness_record record;

	(void)state;
	assert_int_equal(latency_bounds_ms[0], 1);
	for (size_t i = 1; i < LATENCY_BOUNDS; i++)
		assert_true(latency_bounds_ms[i] > latency_bounds_ms[i - 1]);
	witness_answered(witnesses, 0, 0);
	witness_answered(witnesses, 0, 1);
	witness_answered(witnesses, 0, 2);
	for (size_t i = 0; i < LATENCY_BOUNDS; i++)
		witness_answered(witnesses, 0, latency_bounds_ms[i]);
	witness_answered(witnesses, 0, 30001);
	witness_answered(witnesses, 0, 1000000);
	record = witness_read(witnesses, 0);
	assert_int_equal(record.latency.counts[0], 3);
	assert_int_equal(record.latency.counts[1], 2);
	for (size_t i = 2; i < LATENCY_BOUNDS; i++)
		assert_int_equal(record.latency.counts[i], 1);
	assert_int_equal(record.latency.counts[LATENCY_BOUNDS], 2);
	assert_int_equal(record.latency.sum_ms, 3 + 49441 + 30001 + 1000000);
	witnesses_free(witnesses);
}

static void failures_are_counted_by_kind_and_in_a_row(void **state)
{
	struct witnesses *witnesses = new_witnesses(1);
	struct witness_record record;

	(void)state;
	witness_troubled(witnesses, 0, TROUBLE_TIMEOUT);
	witness_troubled(witnesses, 0, TROUBLE_SERVER);
	witness_troubled(witnesses, 0, TROUBLE_TIMEOUT);
	record = witness_read(witnesses, 0);
	assert_int_equal(record.troubles, 3);
	assert_int_equal(record.troubles_in_a_row, 3);
	assert_int_equal(record.troubles_by_kind[TROUBLE_TIMEOUT], 2);
	assert_int_equal(record.troubles_by_kind[TROUBLE_SERVER], 1);
	assert_int_equal(record.troubles_by_kind[TROUBLE_CONNECTION], 0);
	assert_int_equal(record.latency.sum_ms, 0);
	witness_answered(witnesses, 0, 5);
	witness_troubled(witnesses, 0, TROUBLE_CONNECTION);
	record = witness_read(witnesses, 0);
	assert_int_equal(record.troubles, 4);
	assert_int_equal(record.troubles_in_a_row, 1);
	for (int i = 0; i < TROUBLES; i++)
		for (int k = 0; k < i; k++)
			assert_string_not_equal(node_trouble_name((enum node_trouble)i),
						node_trouble_name((enum node_trouble)k));
	witnesses_free(witnesses);
}

static void a_pause_is_told_as_what_is_left_of_it(void **state)
{
	struct witnesses *witnesses = new_witnesses(2);

	(void)state;
	assert_int_equal(witness_read(witnesses, 0).paused_left_ms, 0);
	witness_paused(witnesses, 0, 2000);
	now += 500;
	assert_int_equal(witness_read(witnesses, 0).paused_left_ms, 1500);
	assert_int_equal(witness_read(witnesses, 1).paused_left_ms, 0);
	assert_false(witness_read(witnesses, 0).is_quarantined);
	now += 1500;
	assert_int_equal(witness_read(witnesses, 0).paused_left_ms, 0);
	witness_paused(witnesses, 0, 2000);
	witness_paused(witnesses, 0, 0);
	assert_int_equal(witness_read(witnesses, 0).paused_left_ms, 0);
	witnesses_free(witnesses);
}

static void a_liar_is_left_alone_for_a_while(void **state)
{
	struct witnesses *witnesses = new_witnesses(2);
	struct proof_failure failure = failure_at(7, FAULT_LOG);

	(void)state;
	witness_lied(witnesses, 0, &failure);
	assert_true(witness_is_quarantined(witnesses, 0));
	assert_false(witness_is_quarantined(witnesses, 1));
	now += 59999;
	assert_true(witness_read(witnesses, 0).is_quarantined);
	assert_int_equal(witness_read(witnesses, 0).quarantine_left_ms, 1);
	now += 1;
	assert_false(witness_is_quarantined(witnesses, 0));
	assert_int_equal(witness_read(witnesses, 0).quarantine_left_ms, 0);
	assert_int_equal(witness_read(witnesses, 0).lies, 1);
	witness_lied(witnesses, 0, &failure);
	assert_int_equal(witness_read(witnesses, 0).quarantine_left_ms, 60000);
	assert_int_equal(witness_read(witnesses, 0).lies, 2);
	witnesses_free(witnesses);
}

static void failures_wait_in_order_and_once(void **state)
{
	struct witnesses *witnesses = new_witnesses(1);
	struct proof_failure failure;

	(void)state;
	witness_named(witnesses, 0, "http://named");
	assert_false(witnesses_next_failure(&failure, witnesses));
	for (uint64_t block = 1; block <= 100; block++) {
		failure = failure_at(block, FAULT_LOG);
		witness_lied(witnesses, 0, &failure);
		witness_lied(witnesses, 0, &failure);
	}
	assert_int_equal(witness_read(witnesses, 0).lies, 100);
	for (uint64_t block = 1; block <= 10; block++) {
		assert_true(witnesses_next_failure(&failure, witnesses));
		assert_int_equal(failure.block, block);
		assert_string_equal(failure.node, "http://one");
	}
	/* Another fault of the same block is another failure; the endpoint's name is filled in. */
	failure = failure_at(11, FAULT_BLOOM);
	failure.node[0] = '\0';
	witness_lied(witnesses, 0, &failure);
	for (uint64_t block = 11; block <= 64; block++) {
		assert_true(witnesses_next_failure(&failure, witnesses));
		assert_int_equal(failure.block, block);
	}
	assert_true(witnesses_next_failure(&failure, witnesses));
	assert_int_equal(failure.fault, FAULT_BLOOM);
	assert_string_equal(failure.node, "http://named");
	assert_false(witnesses_next_failure(&failure, witnesses));
	witnesses_free(witnesses);
}

/* Each of blocks of its own: what is waiting already is one lie, whoever tells it. */
struct teller {
	struct witnesses *witnesses;
	uint64_t first;
};

static void *tell_much(void *context)
{
	const struct teller *teller = context;

	for (uint64_t i = 0; i < 2000; i++) {
		struct proof_failure failure = failure_at(teller->first + i, FAULT_LOG);

		witness_answered(teller->witnesses, 0, 5);
		witness_told_head(teller->witnesses, 0, i);
		witness_lied(teller->witnesses, 0, &failure);
	}
	return NULL;
}

static void threads_may_tell_at_the_same_time(void **state)
{
	struct witnesses *witnesses = new_witnesses(1);
	struct proof_failure failure;
	const struct teller tellers[3] = {{witnesses, 0}, {witnesses, 10000}, {witnesses, 20000}};
	pthread_t threads[3];
	size_t taken = 0;

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, tell_much,
						(void *)(uintptr_t)&tellers[i]),
				 0);
	for (int i = 0; i < 5000; i++)
		taken += witnesses_next_failure(&failure, witnesses);
	for (int i = 0; i < 3; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	while (witnesses_next_failure(&failure, witnesses))
		taken++;
	assert_true(taken > 0);
	assert_int_equal(witness_read(witnesses, 0).answers, 6000);
	assert_int_equal(witness_read(witnesses, 0).lies, 6000);
	assert_int_equal(witness_read(witnesses, 0).head, 1999);
	assert_int_equal(witness_read(witnesses, 0).latency_ms, 5);
	witnesses_free(witnesses);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_keeps_no_record),
		cmocka_unit_test(each_endpoint_has_its_own_record),
		cmocka_unit_test(latency_is_a_moving_average),
		cmocka_unit_test(requests_are_counted_by_how_long_they_took),
		cmocka_unit_test(failures_are_counted_by_kind_and_in_a_row),
		cmocka_unit_test(a_pause_is_told_as_what_is_left_of_it),
		cmocka_unit_test(a_liar_is_left_alone_for_a_while),
		cmocka_unit_test(failures_wait_in_order_and_once),
		cmocka_unit_test(threads_may_tell_at_the_same_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
