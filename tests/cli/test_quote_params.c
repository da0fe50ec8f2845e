/* A premium model's parameters out of JSON. */
#include "cli/quote_params.h"

#include "tests/support/test.h"

static struct error err;

static enum status parse(u256 *out, const char *text)
{
	struct arena *arena = arena_new();
	enum status st = quote_params_parse(out, arena, premium_model_find("bridge-mutual-v2"),
					    "p.json", text, strlen(text), &err);

	arena_free(arena);
	return st;
}

static void assert_refused(const char *text, const char *words)
{
	u256 out[PREMIUM_PARAMETERS_MAX];

	assert_int_equal(parse(out, text), ERR_USAGE);
	assert_string_equal(err.message, words);
}

#define NINE(first)                                                                                \
	"{\"note\": \"a 1 and a \\\" -2\", \"risky_threshold\": " first                            \
	",\n\"safe_threshold\": 2, \"risky_minimum\": \"3\", \"safe_minimum\": 4, "                \
	"\"minimum_cost\": 5, \"safe_maximum\": 6, \"safe_maximum_full\":7,"                       \
	"\"risky_maximum\":8,\"risky_maximum_full\":9}"

static void numbers_are_read_with_quotation_marks_and_without(void **state)
{
	u256 out[PREMIUM_PARAMETERS_MAX];
	char digits[U256_DECIMAL_SIZE];

	(void)state;
	assert_ok(parse(out, NINE("850000000000000000000000000")), err);
	assert_string_equal(u256_format(digits, out[0]), "850000000000000000000000000");
	for (uint64_t i = 1; i < 9; i++)
		assert_true(u256_equal(out[i], u256_from(i + 1)));
	assert_ok(parse(out, NINE("\"115792089237316195423570985008687907853269984665640564039"
				  "457584007913129639935\"")),
		  err);
	assert_true(u256_equal(out[0], U256_MAX));
	assert_ok(parse(out, NINE("0")), err);
	assert_true(u256_is_zero(out[0]));
}

#define EXPECTED "expected a whole number of at most 256 bits, like \"850000000000000000000000000\""

static void what_is_no_whole_number_is_told(void **state)
{
	(void)state;
	assert_refused(NINE("-1"), "p.json: risky_threshold: " EXPECTED ", got \"-1\"");
	assert_refused(NINE("\"\""), "p.json: risky_threshold: " EXPECTED ", got \"\"");
	assert_refused(NINE("\"1e27\""), "p.json: risky_threshold: " EXPECTED ", got \"1e27\"");
	assert_refused(NINE("8.5e26"), "p.json: risky_threshold: " EXPECTED
				       ", got a number with a fraction or an exponent");
	assert_refused(NINE("true"), "p.json: risky_threshold: " EXPECTED ", got true");
	assert_refused(NINE("[1]"),
		       "p.json: risky_threshold: " EXPECTED ", got an array; write it without [ ]");
}

static void each_key_is_needed_and_no_other_is_known(void **state)
{
	(void)state;
	assert_refused("{}", "p.json: risky_threshold: is missing; " EXPECTED);
	assert_refused("{\"risky_treshold\": 1}",
		       "p.json: unknown key \"risky_treshold\" in the top object: did you mean "
		       "\"risky_threshold\"?");
}

static void what_is_no_json_is_told_with_its_line(void **state)
{
	u256 out[PREMIUM_PARAMETERS_MAX];

	(void)state;
	assert_refused("[]", "p.json: expected an object with the model's parameters, got an "
			     "array");
	assert_int_equal(parse(out, ""), ERR_USAGE);
	assert_non_null(strstr(err.message, "p.json: line 1: not valid JSON"));
	assert_int_equal(parse(out, "{\"risky_threshold\": 1,\n\"risky_threshold\": 2}"),
			 ERR_USAGE);
	assert_non_null(strstr(err.message, "p.json: line 2: not valid JSON: duplicate"));
	assert_int_equal(parse(out, "{\"risky_threshold\": 1"), ERR_USAGE);
	assert_int_equal(parse(out, "{\"risky_threshold\": 12x4}"), ERR_USAGE);
	assert_int_equal(parse(out, "{\"risky_threshold\": \"1"), ERR_USAGE);
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(numbers_are_read_with_quotation_marks_and_without),
		TEST(what_is_no_whole_number_is_told),
		TEST(each_key_is_needed_and_no_other_is_known),
		TEST(what_is_no_json_is_told_with_its_line),
	};

	return cmocka_run_group_tests_name("quote params", tests, NULL, NULL);
}
