#include "protocols/check.h"

#include "tests/support/test.h"

struct heard {
	int failures;
	int resolutions;
	size_t check;
	bool is_standing;
	char expected[100];
	char actual[100];
	char difference[100];
	char field[40];
};

static void on_failure(void *context, const struct check_failure *failure)
{
	struct heard *heard = context;

	heard->failures++;
	heard->check = failure->check;
	heard->is_standing = failure->is_standing;
	(void)snprintf(heard->expected, sizeof(heard->expected), "%s", failure->expected);
	(void)snprintf(heard->actual, sizeof(heard->actual), "%s", failure->actual);
	(void)snprintf(heard->difference, sizeof(heard->difference), "%s", failure->difference);
	(void)snprintf(heard->field, sizeof(heard->field), "%s", failure->subject.field);
}

static void on_resolved(void *context, size_t check, const struct subject *subject)
{
	struct heard *heard = context;

	heard->resolutions++;
	heard->check = check;
	(void)snprintf(heard->field, sizeof(heard->field), "%s", subject->field);
}

static const struct subject subject = {.field = "figure"};

static struct checker checker_of(struct heard *heard)
{
	memset(heard, 0, sizeof(*heard));
	return (struct checker){.failed = on_failure, .resolved = on_resolved, .context = heard};
}

static void figures_that_are_equal_pass(void **state)
{
	struct heard heard;
	struct checker checker = checker_of(&heard);

	(void)state;
	assert_true(check_equal(&checker, 3, subject, u256_from(7), u256_from(7)));
	assert_true(check_equal_or_null(&checker, 3, subject, true, U256_MAX, true, U256_MAX));
	assert_true(check_equal_or_null(&checker, 3, subject, false, U256_ONE, false, U256_ZERO));
	assert_true(check_that(&checker, 3, subject, true, "this", "that"));
	assert_int_equal(checker.passed_count, 4);
	assert_int_equal(checker.failed_count, 0);
	assert_int_equal(heard.failures, 0);
}

static void figures_that_differ_fail_with_their_difference(void **state)
{
	struct heard heard;
	struct checker checker = checker_of(&heard);

	(void)state;
	assert_false(check_equal(&checker, 3, subject, u256_from(7), u256_from(5)));
	assert_int_equal(heard.failures, 1);
	assert_int_equal(heard.check, 3);
	assert_false(heard.is_standing);
	assert_string_equal(heard.expected, "7");
	assert_string_equal(heard.actual, "5");
	assert_string_equal(heard.difference, "-2");
	assert_string_equal(heard.field, "figure");
	assert_false(check_equal(&checker, 3, subject, U256_ZERO, U256_MAX));
	assert_string_equal(heard.difference, heard.actual);
	assert_int_equal(checker.failed_count, 2);
	assert_int_equal(checker.passed_count, 0);
}

static void what_is_not_computable_has_no_difference(void **state)
{
	struct heard heard;
	struct checker checker = checker_of(&heard);

	(void)state;
	assert_false(check_equal_or_null(&checker, 1, subject, false, U256_ZERO, true, U256_ZERO));
	assert_string_equal(heard.expected, "not computable");
	assert_string_equal(heard.actual, "0");
	assert_string_equal(heard.difference, "");
	assert_false(
		check_equal_or_null(&checker, 1, subject, true, u256_from(9), false, U256_ZERO));
	assert_string_equal(heard.expected, "9");
	assert_string_equal(heard.actual, "not computable");
}

static void words_are_passed_on(void **state)
{
	struct heard heard;
	struct checker checker = checker_of(&heard);

	(void)state;
	assert_false(check_that(&checker, 2, subject, false, "this", "that"));
	assert_string_equal(heard.expected, "this");
	assert_string_equal(heard.actual, "that");
	assert_string_equal(heard.difference, "");
}

static void only_standing_checks_are_resolved_and_only_while_some_are_open(void **state)
{
	struct heard heard;
	struct checker checker = checker_of(&heard);

	(void)state;
	assert_false(check_standing_equal(&checker, 4, subject, U256_ONE, U256_ZERO));
	assert_true(heard.is_standing);
	assert_false(check_standing_that(&checker, 4, subject, false, "", ""));
	assert_true(heard.is_standing);
	assert_false(check_standing_equal_or_null(&checker, 4, subject, true, U256_ONE, false,
						  U256_ONE));
	assert_true(heard.is_standing);
	assert_true(check_standing_equal(&checker, 4, subject, U256_ONE, U256_ONE));
	assert_int_equal(heard.resolutions, 0);
	checker.has_open_standing = true;
	assert_true(check_equal(&checker, 4, subject, U256_ONE, U256_ONE));
	assert_true(check_that(&checker, 4, subject, true, "", ""));
	assert_int_equal(heard.resolutions, 0);
	assert_true(check_standing_equal(&checker, 4, subject, U256_ONE, U256_ONE));
	assert_true(check_standing_that(&checker, 4, subject, true, "", ""));
	assert_true(check_standing_equal_or_null(&checker, 5, subject, false, U256_ONE, false,
						 U256_ONE));
	assert_int_equal(heard.resolutions, 3);
	assert_int_equal(heard.check, 5);
}

static void severities_and_levels_have_names(void **state)
{
	enum severity severity = SEVERITY_INFO;

	(void)state;
	for (int i = SEVERITY_INFO; i <= SEVERITY_ERROR; i++) {
		assert_true(severity_parse(&severity, severity_name((enum severity)i)));
		assert_int_equal(severity, i);
	}
	assert_false(severity_parse(&severity, "Error"));
	assert_false(severity_parse(&severity, ""));
	assert_string_equal(severity_name(SEVERITY_WARNING), "warning");
	for (int i = LEVEL_SOURCE; i <= LEVEL_RULES; i++)
		for (int k = LEVEL_SOURCE; k < i; k++)
			assert_string_not_equal(check_level_name((enum check_level)i),
						check_level_name((enum check_level)k));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_that_are_equal_pass),
		cmocka_unit_test(figures_that_differ_fail_with_their_difference),
		cmocka_unit_test(what_is_not_computable_has_no_difference),
		cmocka_unit_test(words_are_passed_on),
		cmocka_unit_test(only_standing_checks_are_resolved_and_only_while_some_are_open),
		cmocka_unit_test(severities_and_levels_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
