#include "base/pulse.h"
#include "tests/support/test.h"

static void count(void *context)
{
	(*(int *)context)++;
}

static void the_owner_beats(void **state)
{
	struct pulse pulse;
	int beats = 0;

	(void)state;
	pulse_init(&pulse, count, &beats);
	pulse_beat(&pulse);
	pulse_beat(&pulse);
	assert_int_equal(beats, 2);
}

static void nobody_need_listen(void **state)
{
	struct pulse pulse;

	(void)state;
	pulse_beat(NULL);
	pulse_wait(NULL);
	pulse_init(&pulse, NULL, NULL);
	pulse_beat(&pulse);
	pulse_wait(&pulse);
}

static void *help(void *context)
{
	pulse_beat(context);
	pulse_beat(context);
	return NULL;
}

static void helped(struct pulse *pulse)
{
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, help, pulse), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
}

static void another_thread_beats_only_through_the_owner(void **state)
{
	struct pulse pulse;
	int beats = 0;

	(void)state;
	pulse_init(&pulse, count, &beats);
	pulse_wait(&pulse); /* it waits for one that hangs */
	assert_int_equal(beats, 0);
	helped(&pulse);
	assert_int_equal(beats, 0); /* the owner hangs */
	pulse_wait(&pulse);
	assert_int_equal(beats, 1);
	pulse_wait(&pulse); /* now the other one hangs */
	assert_int_equal(beats, 1);
	helped(&pulse);
	pulse_wait(&pulse);
	assert_int_equal(beats, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_owner_beats),
		cmocka_unit_test(nobody_need_listen),
		cmocka_unit_test(another_thread_beats_only_through_the_owner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
