#include "protocols/check.h"

#include "abi/i256.h"

const char *severity_name(enum severity severity)
{
	switch (severity) {
	case SEVERITY_INFO:
		return "info";
	case SEVERITY_WARNING:
		return "warning";
	case SEVERITY_ERROR:
		return "error";
	}
	return "error";
}

bool severity_parse(enum severity *out, const char *text)
{
	for (int i = SEVERITY_INFO; i <= SEVERITY_ERROR; i++)
		if (strcmp(text, severity_name((enum severity)i)) == 0) {
			*out = (enum severity)i;
			return true;
		}
	return false;
}

const char *check_level_name(enum check_level level)
{
	switch (level) {
	case LEVEL_SOURCE:
		return "source";
	case LEVEL_EVENT:
		return "event";
	case LEVEL_BOOKS:
		return "books";
	case LEVEL_STATE:
		return "state";
	case LEVEL_RULES:
		return "rules";
	}
	return "event";
}

static bool passes(struct checker *checker, size_t check, struct subject subject, bool is_standing)
{
	checker->passed_count++;
	checker->of_check[check].passed++;
	if (is_standing && checker->has_open_standing)
		checker->resolved(checker->context, check, &subject);
	return true;
}

static bool fails(struct checker *checker, const struct check_failure *failure)
{
	checker->failed_count++;
	checker->of_check[failure->check].failed++;
	checker->failed(checker->context, failure);
	return false;
}

static bool compare(struct checker *checker, size_t check, struct subject subject, bool is_standing,
		    bool is_expected_computable, u256 expected, bool is_actual_computable,
		    u256 actual)
{
	char expected_text[U256_DECIMAL_SIZE];
	char actual_text[U256_DECIMAL_SIZE];
	char difference[I256_DECIMAL_SIZE] = "";
	struct check_failure failure = {
		.check = check, .subject = subject, .is_standing = is_standing};

	if (is_expected_computable == is_actual_computable &&
	    (!is_expected_computable || u256_equal(expected, actual)))
		return passes(checker, check, subject, is_standing);
	failure.expected =
		is_expected_computable ? u256_format(expected_text, expected) : "not computable";
	failure.actual = is_actual_computable ? u256_format(actual_text, actual) : "not computable";
	if (is_expected_computable && is_actual_computable)
		(void)u256_format_difference(difference, actual, expected);
	failure.difference = difference;
	return fails(checker, &failure);
}

static bool hold(struct checker *checker, size_t check, struct subject subject, bool is_standing,
		 bool holds, const char *expected, const char *actual)
{
	struct check_failure failure = {.check = check,
					.subject = subject,
					.is_standing = is_standing,
					.expected = expected,
					.actual = actual,
					.difference = ""};

	return holds ? passes(checker, check, subject, is_standing) : fails(checker, &failure);
}

bool check_equal(struct checker *checker, size_t check, struct subject subject, u256 expected,
		 u256 actual)
{
	return compare(checker, check, subject, false, true, expected, true, actual);
}

bool check_equal_or_null(struct checker *checker, size_t check, struct subject subject,
			 bool is_expected_computable, u256 expected, bool is_actual_computable,
			 u256 actual)
{
	return compare(checker, check, subject, false, is_expected_computable, expected,
		       is_actual_computable, actual);
}

bool check_that(struct checker *checker, size_t check, struct subject subject, bool holds,
		const char *expected, const char *actual)
{
	return hold(checker, check, subject, false, holds, expected, actual);
}

bool check_standing_equal(struct checker *checker, size_t check, struct subject subject,
			  u256 expected, u256 actual)
{
	return compare(checker, check, subject, true, true, expected, true, actual);
}

bool check_standing_that(struct checker *checker, size_t check, struct subject subject, bool holds,
			 const char *expected, const char *actual)
{
	return hold(checker, check, subject, true, holds, expected, actual);
}

bool check_standing_equal_or_null(struct checker *checker, size_t check, struct subject subject,
				  bool is_expected_computable, u256 expected,
				  bool is_actual_computable, u256 actual)
{
	return compare(checker, check, subject, true, is_expected_computable, expected,
		       is_actual_computable, actual);
}
