/*
 * Every check of the adapter, made to fail by a contract, a log or a book that is wrong in one way.
 */
#include "tests/support/pool_script.h"

static void a_season_without_mistakes_has_no_finding(void **state)
{
	struct script s;
	struct tally tally;
	struct reading reading;

	(void)state;
	script_open(&s, NULL);
	script_season(&s);
	script_expect(&s, NULL);
	reading = script_reading(&s);
	tally = tally_read(&reading);
	assert_true(tally.events > 80);
	assert_true(tally.passed > 300);
	assert_int_equal(tally.failed, 0);
	script_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_season_without_mistakes_has_no_finding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
