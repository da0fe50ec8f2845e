#include "base/clock.h"

#include "tests/support/test.h"

static void the_real_clock_goes_forward_by_what_was_slept(void **state)
{
	struct clock clock = clock_real();
	uint64_t before = clock_now_ms(&clock);
	uint64_t after;

	(void)state;
	clock_sleep_ms(&clock, 20);
	after = clock_now_ms(&clock);
	assert_true(after >= before + 19);
	clock_sleep_ms(&clock, 0);
	assert_true(clock_now_ms(&clock) >= after);
}

struct fake {
	uint64_t now;
};

static uint64_t fake_now(void *context)
{
	return ((struct fake *)context)->now;
}

static void fake_sleep(void *context, uint64_t sleep_ms)
{
	((struct fake *)context)->now += sleep_ms;
}

static void a_tests_clock_takes_its_place(void **state)
{
	struct fake fake = {.now = 5};
	struct clock clock = {.now_ms = fake_now, .sleep_ms = fake_sleep, .context = &fake};

	(void)state;
	clock_sleep_ms(&clock, 3600000);
	assert_true(clock_now_ms(&clock) == 3600005);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_real_clock_goes_forward_by_what_was_slept),
		cmocka_unit_test(a_tests_clock_takes_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
