#include "cli/args.h"

#include "tests/support/test.h"

enum { WORDS_MAX = 16 };

/* The command line of these words, parted by spaces; the words stay. */
static enum status parse(struct args *out, const char *line, struct error *err)
{
	static char text[400];
	static char *words[WORDS_MAX];
	int count = 0;

	(void)snprintf(text, sizeof(text), "covermirror %s", line);
	for (char *word = strtok(text, " "); word; word = strtok(NULL, " ")) {
		assert_true(count < WORDS_MAX);
		words[count++] = word;
	}
	return args_parse(out, count, words, err);
}

static void refuse(const char *line, const char *words)
{
	struct args args;
	struct error err;
	enum status st = parse(&args, line, &err);

	if (st != ERR_USAGE || !strstr(err.message, words))
		fail_msg("\"%s\": %s: %s (expected %s)", line, status_name(st),
			 st == OK ? "" : err.message, words);
}

static void no_words_are_no_verb(void **state)
{
	struct args args;
	struct error err;

	(void)state;
	assert_ok(parse(&args, "", &err), err);
	assert_null(args.verb);
	assert_int_equal(args.argument_count, 0);
	assert_int_equal(args.given, 0);
}

static void the_first_word_is_the_verb_and_the_others_its_arguments(void **state)
{
	struct args args;
	struct error err;

	(void)state;
	assert_ok(parse(&args, "account api3 0xabc", &err), err);
	assert_string_equal(args.verb, "account");
	assert_int_equal(args.argument_count, 2);
	assert_string_equal(args.arguments[0], "api3");
	assert_string_equal(args.arguments[1], "0xabc");
}

static void options_may_stand_anywhere(void **state)
{
	static const char *const lines[] = {
		"--json --at 5 pool api3",     "pool --json api3 --at=5",
		"pool api3 --at 5 --json",     "-c x pool api3 --at=5 --json",
		"pool api3 --json --at 5 -cx",
	};
	struct args args;
	struct error err;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		assert_ok(parse(&args, lines[i], &err), err);
		assert_string_equal(args.verb, "pool");
		assert_string_equal(args.arguments[0], "api3");
		assert_true(args_has(&args, OPTION_JSON));
		assert_true(args_has(&args, OPTION_AT));
		assert_false(args_has(&args, OPTION_RAW));
		assert_string_equal(args.values[OPTION_AT], "5");
	}
	refuse(lines[4], "unknown option -cx");
}

static void short_and_long_forms_are_the_same(void **state)
{
	struct args args;
	struct error err;

	(void)state;
	assert_ok(parse(&args, "-c file -q -h -V", &err), err);
	assert_string_equal(args.values[OPTION_CONFIG], "file");
	assert_true(args_has(&args, OPTION_QUIET));
	assert_true(args_has(&args, OPTION_HELP));
	assert_true(args_has(&args, OPTION_VERSION));
	assert_ok(parse(&args, "--config file --quiet --help --version", &err), err);
	assert_string_equal(args.values[OPTION_CONFIG], "file");
	assert_true(args_has(&args, OPTION_QUIET));
	assert_true(args_has(&args, OPTION_HELP));
	assert_true(args_has(&args, OPTION_VERSION));
}

static void every_option_is_known_by_the_text_that_help_shows(void **state)
{
	(void)state;
	for (int i = 0; i < OPTION_COUNT; i++) {
		const char *text = option_text((enum option)i);
		const char *name = strstr(text, "--");
		char line[100];
		struct args args;
		struct error err;

		assert_true(strlen(option_help((enum option)i)) > 3);
		assert_non_null(name);
		(void)snprintf(line, sizeof(line), "%s", name); /* "--at BLOCK" */
		assert_ok(parse(&args, line, &err), err);
		assert_true(args_has(&args, (enum option)i));
		assert_null(args.verb); /* its value's name was taken as the value */
		assert_int_equal(args.given, OPTION_BIT(i));
	}
}

static void a_value_may_be_empty_or_look_like_an_option(void **state)
{
	struct args args;
	struct error err;

	(void)state;
	assert_ok(parse(&args, "events --event= --after --json", &err), err);
	assert_string_equal(args.values[OPTION_EVENT], "");
	assert_string_equal(args.values[OPTION_AFTER], "--json");
	assert_false(args_has(&args, OPTION_JSON));
	assert_ok(parse(&args, "decode --signature=a=b", &err), err);
	assert_string_equal(args.values[OPTION_SIGNATURE], "a=b");
}

static void behind_two_dashes_nothing_is_an_option(void **state)
{
	struct args args;
	struct error err;

	(void)state;
	assert_ok(parse(&args, "account -- --json -- -", &err), err);
	assert_int_equal(args.argument_count, 3);
	assert_string_equal(args.arguments[0], "--json");
	assert_string_equal(args.arguments[1], "--");
	assert_string_equal(args.arguments[2], "-");
	assert_false(args_has(&args, OPTION_JSON));
	assert_ok(parse(&args, "decode -", &err), err); /* a single dash is a word */
	assert_string_equal(args.arguments[0], "-");
}

static void what_is_no_option_is_refused_by_name(void **state)
{
	(void)state;
	refuse("pool --no-such", "unknown option --no-such");
	refuse("pool --no-such=5", "unknown option --no-such=5");
	refuse("pool -x", "unknown option -x");
	refuse("pool -qq", "unknown option -qq");
	refuse("pool --jso", "unknown option --jso");
	refuse("pool --jsonx", "unknown option --jsonx");
	refuse("pool ---json", "unknown option ---json");
	refuse("pool --JSON", "unknown option --JSON");
	refuse("pool --=5", "unknown option --=5");
}

static void values_that_are_missing_or_too_many_are_refused(void **state)
{
	(void)state;
	refuse("pool --at", "--at needs a value: BLOCK");
	refuse("pool -c", "-c needs a value: FILE");
	refuse("pool --json=yes", "--json takes no value");
	refuse("pool --quiet=", "--quiet takes no value");
}

static void options_given_twice_are_refused(void **state)
{
	(void)state;
	refuse("pool --at 5 --at 6", "--at is given twice");
	refuse("pool --json --json", "--json is given twice");
	refuse("-c a pool --config b", "--config is given twice");
}

static void topics_are_taken_in_order_up_to_four(void **state)
{
	struct args args;
	struct error err;

	(void)state;
	assert_ok(parse(&args, "decode --topic a --topic=b --topic c --topic d", &err), err);
	assert_int_equal(args.topic_count, 4);
	assert_string_equal(args.topics[0], "a");
	assert_string_equal(args.topics[3], "d");
	refuse("decode --topic a --topic b --topic c --topic d --topic e", "at most four topics");
}

static void too_many_arguments_are_refused(void **state)
{
	struct args args;
	struct error err;

	(void)state;
	assert_ok(parse(&args, "verb 1 2 3 4 5 6 7 8", &err), err);
	assert_int_equal(args.argument_count, ARGUMENTS_MAX);
	refuse("verb 1 2 3 4 5 6 7 8 9", "too many arguments");
}

static void numbers_are_whole_and_have_64_bits(void **state)
{
	static const char *const bad[] = {"-1",  "1.5", "x", "0x10", "1e3", "18446744073709551616",
					  "007", "+1",  "5x"};
	struct args args;
	struct error err;
	uint64_t value;
	char line[100];

	(void)state;
	assert_ok(parse(&args, "sync --to 309", &err), err);
	assert_ok(args_number(&value, &args, OPTION_TO, 7, &err), err);
	assert_true(value == 309);
	assert_ok(args_number(&value, &args, OPTION_FROM, 7, &err), err); /* not given */
	assert_true(value == 7);
	assert_ok(parse(&args, "sync --to 18446744073709551615", &err), err);
	assert_ok(args_number(&value, &args, OPTION_TO, 7, &err), err);
	assert_true(value == UINT64_MAX);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)snprintf(line, sizeof(line), "sync --to=%s", bad[i]);
		assert_ok(parse(&args, line, &err), err);
		assert_int_equal(args_number(&value, &args, OPTION_TO, 7, &err), ERR_USAGE);
		(void)snprintf(line, sizeof(line), "--to %s: expected a whole number", bad[i]);
		assert_string_equal(err.message, line);
	}
	assert_ok(parse(&args, "sync --to=", &err), err);
	assert_int_equal(args_number(&value, &args, OPTION_TO, 7, &err), ERR_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_words_are_no_verb),
		cmocka_unit_test(the_first_word_is_the_verb_and_the_others_its_arguments),
		cmocka_unit_test(options_may_stand_anywhere),
		cmocka_unit_test(short_and_long_forms_are_the_same),
		cmocka_unit_test(every_option_is_known_by_the_text_that_help_shows),
		cmocka_unit_test(a_value_may_be_empty_or_look_like_an_option),
		cmocka_unit_test(behind_two_dashes_nothing_is_an_option),
		cmocka_unit_test(what_is_no_option_is_refused_by_name),
		cmocka_unit_test(values_that_are_missing_or_too_many_are_refused),
		cmocka_unit_test(options_given_twice_are_refused),
		cmocka_unit_test(topics_are_taken_in_order_up_to_four),
		cmocka_unit_test(too_many_arguments_are_refused),
		cmocka_unit_test(numbers_are_whole_and_have_64_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
