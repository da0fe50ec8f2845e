#include "indexer/rate.h"
#include "tests/support/test.h"

static struct rate_sample at(uint64_t at_ms, uint64_t blocks, uint64_t events)
{
	return (struct rate_sample){.at_ms = at_ms, .blocks = blocks, .events = events};
}

static void keep(struct rate *rate, uint64_t at_ms, uint64_t blocks, uint64_t events)
{
	struct rate_sample now = at(at_ms, blocks, events);

	rate_keep(rate, &now);
}

static void is_span(const struct rate *rate, struct rate_sample now, struct rate_sample expected)
{
	struct rate_sample span = rate_span(rate, &now);

	assert_int_equal(span.at_ms, expected.at_ms);
	assert_int_equal(span.blocks, expected.blocks);
	assert_int_equal(span.events, expected.events);
}

static void it_begins_with_the_first_sample(void **state)
{
	struct rate rate = {0};

	(void)state;
	is_span(&rate, at(500, 7, 7), at(0, 0, 0));
	keep(&rate, 1000, 5, 50);
	is_span(&rate, at(1000, 5, 50), at(0, 0, 0));
	is_span(&rate, at(3000, 8, 90), at(2000, 3, 40));
}

static void it_spans_a_minute(void **state)
{
	struct rate rate = {0};

	(void)state;
	/* a block of three events each second, told ten times a second */
	for (uint64_t ms = 0; ms <= 300000; ms += 100) {
		struct rate_sample now = at(ms, ms / 1000, ms / 1000 * 3);
		struct rate_sample span;

		keep(&rate, ms, now.blocks, now.events);
		span = rate_span(&rate, &now);
		assert_true(span.at_ms <= RATE_SPAN_MS);
		if (ms >= RATE_SPAN_MS)
			assert_true(span.at_ms > RATE_SPAN_MS - RATE_STEP_MS - 100);
		else
			assert_int_equal(span.at_ms, ms);
		assert_int_equal(span.blocks, now.blocks - (ms - span.at_ms) / 1000);
		assert_int_equal(span.events, 3 * span.blocks);
	}
}

static void after_a_silence_it_is_since_the_last_sample(void **state)
{
	struct rate rate = {0};

	(void)state;
	keep(&rate, 1000, 1, 1);
	keep(&rate, 7000, 2, 2);
	is_span(&rate, at(1000000, 12, 22), at(993000, 10, 20));
	keep(&rate, 1000000, 12, 22);
	is_span(&rate, at(1001000, 13, 22), at(1000, 1, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_begins_with_the_first_sample),
		cmocka_unit_test(it_spans_a_minute),
		cmocka_unit_test(after_a_silence_it_is_since_the_last_sample),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
