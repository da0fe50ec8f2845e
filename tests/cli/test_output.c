#include "cli/output.h"

#include <unistd.h>

#include "tests/support/test.h"

static int begin(void **state)
{
	*state = arena_new();
	return 0;
}

static int end(void **state)
{
	arena_free(*state);
	return 0;
}

static struct style style(struct arena *arena, unsigned decimals, bool is_raw)
{
	return (struct style){
		.arena = arena, .decimals = decimals, .is_raw = is_raw, .symbol = "API3"};
}

static void assert_amount(struct arena *arena, unsigned decimals, const char *digits,
			  const char *wanted)
{
	struct style s = style(arena, decimals, false);
	json_t *value = json_string(digits);

	assert_string_equal(show_amount(&s, value), wanted);
	json_decref(value);
}

static void amounts_are_grouped_and_their_zeros_are_cut(void **state)
{
	assert_amount(*state, 18, "0", "0");
	assert_amount(*state, 18, "1", "0.000000000000000001");
	assert_amount(*state, 18, "1000000000000000000", "1");
	assert_amount(*state, 18, "1500000000000000000", "1.5");
	assert_amount(*state, 18, "999000000000000000000", "999");
	assert_amount(*state, 18, "1000000000000000000000", "1,000");
	assert_amount(*state, 18, "1234567890123456789012345", "1,234,567.890123456789012345");
	assert_amount(*state, 18, "123456000000000000000000", "123,456");
	assert_amount(*state, 18, "498300000000000000000", "498.3");
	assert_amount(*state, 0, "1234567", "1,234,567");
	assert_amount(*state, 0, "1000", "1,000");
	assert_amount(*state, 0, "100", "100");
	assert_amount(*state, 6, "1000001", "1.000001");
	assert_amount(*state, 18, "-1500000000000000000", "-1.5");
	assert_amount(*state, 0, "-123456", "-123,456");
	assert_amount(*state, 77,
		      "115792089237316195423570985008687907853269984665640564039457584007913129639"
		      "935",
		      "1."
		      "15792089237316195423570985008687907853269984665640564039457584007913129639"
		      "935");
}

static void raw_amounts_are_base_units(void **state)
{
	struct style raw = style(*state, 18, true);
	json_t *value = json_string("1234567890123456789012345");

	assert_string_equal(show_amount(&raw, value), "1234567890123456789012345");
	json_decref(value);
}

static void what_is_not_known_is_a_dash(void **state)
{
	struct style s = style(*state, 18, false);
	json_t *object = json_object();

	assert_string_equal(show_amount(&s, json_null()), "-");
	assert_string_equal(show_amount(&s, NULL), "-");
	assert_string_equal(show_plain(&s, json_null()), "-");
	assert_string_equal(show_plain(&s, object), "-");
	json_decref(object);
}

static void plain_values_are_shown_as_they_are(void **state)
{
	struct style s = style(*state, 18, false);
	json_t *text = json_string("0.5");
	json_t *number = json_integer(-7);

	assert_string_equal(show_plain(&s, text), "0.5");
	assert_string_equal(show_plain(&s, number), "-7");
	assert_string_equal(show_plain(&s, json_true()), "yes");
	assert_string_equal(show_plain(&s, json_false()), "no");
	json_decref(text);
	json_decref(number);
}

static void assert_figure(struct arena *arena, enum figure_unit unit, const char *digits,
			  const char *wanted, const char *wanted_raw)
{
	struct figure_rule rule = {.kind = FIGURE_NUMBER, .unit = unit};
	struct style s = style(arena, 18, false);
	json_t *value = json_string(digits);

	assert_string_equal(show_figure(&s, &rule, value), wanted);
	s.is_raw = true;
	assert_string_equal(show_figure(&s, &rule, value), wanted_raw);
	json_decref(value);
}

static void figures_are_shown_by_their_unit(void **state)
{
	struct arena *arena = *state;
	struct figure_rule ratio = {.kind = FIGURE_RATIO};
	struct style s = style(arena, 18, false);
	json_t *value = json_string("0.996600000000000000");

	assert_figure(arena, UNIT_ASSETS, "1500000000000000000", "1.5", "1500000000000000000");
	assert_figure(arena, UNIT_SHARES, "1500000000000000000", "1.5", "1500000000000000000");
	assert_figure(arena, UNIT_FIXED_18, "1500000000000000000", "1.5", "1500000000000000000");
	assert_figure(arena, UNIT_PERCENT_18, "387500000000000000", "38.75 %",
		      "387500000000000000");
	assert_figure(arena, UNIT_PERCENT_18, "1000000000000000000", "100 %",
		      "1000000000000000000");
	assert_figure(arena, UNIT_SECONDS, "604800", "604,800 s", "604800");
	assert_figure(arena, UNIT_TIME, "1626308153", "2021-07-15 00:15:53 UTC", "1626308153");
	assert_figure(arena, UNIT_TIME, "0", "-", "0");
	assert_figure(arena, UNIT_PLAIN, "2740", "2740", "2740");
	assert_string_equal(show_figure(&s, &ratio, value), "0.996600000000000000");
	assert_string_equal(show_figure(&s, &ratio, json_null()), "-");
	json_decref(value);
}

static void headings_are_names_in_capitals(void **state)
{
	assert_string_equal(show_heading(*state, "voting_power"), "VOTING POWER");
	assert_string_equal(show_heading(*state, "stake"), "STAKE");
	assert_string_equal(show_heading(*state, ""), "");
}

static void times_are_utc(void **state)
{
	assert_string_equal(show_time(*state, 0), "-");
	assert_string_equal(show_time(*state, 1), "1970-01-01 00:00:01 UTC");
	assert_string_equal(show_time(*state, 951782400), "2000-02-29 00:00:00 UTC");
	assert_string_equal(show_time(*state, UINT64_MAX), "18446744073709551615");
}

static void counts_are_grouped(void **state)
{
	assert_string_equal(show_count(*state, 0), "0");
	assert_string_equal(show_count(*state, 999), "999");
	assert_string_equal(show_count(*state, 1000), "1,000");
	assert_string_equal(show_count(*state, 1234567), "1,234,567");
	assert_string_equal(show_count(*state, UINT64_MAX), "18,446,744,073,709,551,615");
}

static void long_values_are_shortened_in_the_middle(void **state)
{
	struct style s = style(*state, 18, false);
	json_t *address = json_string("0x1234567890123456789012345678901234567890");
	json_t *word = json_string("0x12345678901234567");

	assert_string_equal(show_short(&s, address), "0x1234…7890");
	assert_string_equal(show_short(&s, word), "0x12345678901234567");
	json_decref(address);
	json_decref(word);
}

/* ---- what goes to standard output ---- */

static int kept_output;
static FILE *caught;

static void catch_output(void)
{
	(void)fflush(stdout);
	caught = tmpfile();
	kept_output = dup(STDOUT_FILENO);
	assert_non_null(caught);
	assert_true(kept_output >= 0 && dup2(fileno(caught), STDOUT_FILENO) >= 0);
}

static const char *caught_output(void)
{
	static char text[4000];
	size_t length;

	(void)fflush(stdout);
	assert_true(dup2(kept_output, STDOUT_FILENO) >= 0);
	(void)close(kept_output);
	rewind(caught);
	length = fread(text, 1, sizeof(text) - 1, caught);
	text[length] = '\0';
	(void)fclose(caught);
	return text;
}

static void a_table_is_as_wide_as_it_must_be(void **state)
{
	struct table *table = table_new(*state, 3);

	TABLE_ROW(table, "NAME", "AMOUNT", "X");
	TABLE_ROW(table, "a", "1,234.5", "y");
	TABLE_ROW(table, "longer", "2", "");
	table_right(table, 1);
	catch_output();
	table_print(table);
	assert_string_equal(caught_output(), "NAME     AMOUNT  X\n"
					     "a       1,234.5  y\n"
					     "longer        2  \n");
}

static void characters_count_and_not_bytes(void **state)
{
	struct table *table = table_new(*state, 3);

	TABLE_ROW(table, "0x12…ab", "5 €", "x");
	TABLE_ROW(table, "0x1234567", "12345", "y");
	TABLE_ROW(table, "日本", "ü", "z");
	table_right(table, 1);
	catch_output();
	table_print(table);
	assert_string_equal(caught_output(), "0x12…ab      5 €  x\n"
					     "0x1234567  12345  y\n"
					     "日本             ü  z\n");
}

static void the_last_column_is_not_padded_unless_it_stands_right(void **state)
{
	struct table *left = table_new(*state, 1);
	struct table *right = table_new(*state, 2);

	TABLE_ROW(left, "a");
	TABLE_ROW(left, "bbb");
	TABLE_ROW(right, "a", "1");
	TABLE_ROW(right, "b", "100");
	table_right(right, 1);
	catch_output();
	table_print(left);
	table_print(right);
	assert_string_equal(caught_output(), "a\nbbb\na    1\nb  100\n");
}

static void a_table_without_rows_prints_nothing(void **state)
{
	struct table *table = table_new(*state, 4);

	catch_output();
	table_print(table);
	assert_string_equal(caught_output(), "");
}

static void json_ends_with_a_line_end(void **state)
{
	json_t *document = json_object();
	int status;

	(void)state;
	assert_int_equal(json_object_set_new(document, "a", json_integer(5)), 0);
	catch_output();
	status = print_json(document);
	assert_string_equal(caught_output(), "{\n \"a\": 5\n}\n");
	assert_int_equal(status, EXIT_FINE);
}

#define OUTPUT_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		OUTPUT_TEST(amounts_are_grouped_and_their_zeros_are_cut),
		OUTPUT_TEST(raw_amounts_are_base_units),
		OUTPUT_TEST(what_is_not_known_is_a_dash),
		OUTPUT_TEST(plain_values_are_shown_as_they_are),
		OUTPUT_TEST(figures_are_shown_by_their_unit),
		OUTPUT_TEST(times_are_utc),
		OUTPUT_TEST(headings_are_names_in_capitals),
		OUTPUT_TEST(counts_are_grouped),
		OUTPUT_TEST(long_values_are_shortened_in_the_middle),
		OUTPUT_TEST(a_table_is_as_wide_as_it_must_be),
		OUTPUT_TEST(characters_count_and_not_bytes),
		OUTPUT_TEST(the_last_column_is_not_padded_unless_it_stands_right),
		OUTPUT_TEST(a_table_without_rows_prints_nothing),
		OUTPUT_TEST(json_ends_with_a_line_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
