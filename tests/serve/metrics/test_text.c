/*
 * The text form of measurements: names, labels, values and histograms, letter by letter.
 */
#include "serve/metrics/text.h"
#include "tests/support/test.h"

static struct arena *arena;
static struct metrics_text out;

static int begin(void **state)
{
	(void)state;
	arena = arena_new();
	out = metrics_text_in(arena);
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static void assert_text(const char *expected)
{
	assert_string_equal(buffer_string(&out.buffer), expected);
}

static void a_family_has_its_help_type_and_samples(void **state)
{
	struct metric_labels first = {{{"pool", "one"}, {"check", "books"}}};
	struct metric_labels second = {{{"pool", "two"}}};

	(void)state;
	metrics_family(&out, "things_total", METRIC_COUNTER, "Things \"so far\".");
	metrics_number(&out, &first, 18446744073709551615U);
	metrics_number(&out, &second, 0);
	metrics_family(&out, "height", METRIC_GAUGE, "How high.");
	metrics_number(&out, NULL, 7);
	assert_text("# HELP things_total Things \"so far\".\n"
		    "# TYPE things_total counter\n"
		    "things_total{pool=\"one\",check=\"books\"} 18446744073709551615\n"
		    "things_total{pool=\"two\"} 0\n"
		    "# HELP height How high.\n"
		    "# TYPE height gauge\n"
		    "height 7\n");
}

static void label_values_are_escaped(void **state)
{
	struct metric_labels labels = {{{"a", "back\\slash \"quote\"\nline"}, {"b", ""}}};

	(void)state;
	out.family = "x";
	out.kind = METRIC_GAUGE;
	metrics_number(&out, &labels, 1);
	assert_text("x{a=\"back\\\\slash \\\"quote\\\"\\nline\",b=\"\"} 1\n");
}

static void assert_label(const char *value, const char *expected)
{
	struct metric_labels labels = {{{"l", value}}};

	out = metrics_text_in(arena);
	out.family = "x";
	out.kind = METRIC_GAUGE;
	metrics_number(&out, &labels, 1);
	assert_text(arena_printf(arena, "x{l=\"%s\"} 1\n", expected));
}

#define BAD "\xef\xbf\xbd"

static void what_is_no_utf8_is_replaced(void **state)
{
	(void)state;
	assert_label("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80",
		     "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80");
	assert_label("\xff", BAD);
	assert_label("a\xc3", "a" BAD);                    /* cut off */
	assert_label("\xe2\x82", BAD BAD);                 /* cut off */
	assert_label("\xc0\xaf", BAD BAD);                 /* a longer way to write / */
	assert_label("\xe0\x80\xaf", BAD BAD BAD);         /* another one */
	assert_label("\xed\xa0\x80", BAD BAD BAD);         /* half of a pair of UTF-16 */
	assert_label("\xf4\x90\x80\x80", BAD BAD BAD BAD); /* above the last character */
	assert_label("\xf0\x90\x80", BAD BAD BAD);
	assert_label("\x80z", BAD "z");
}

static void decimals_are_exact(void **state)
{
	(void)state;
	out.family = "x";
	out.kind = METRIC_GAUGE;
	metrics_decimal(&out, NULL, 0, 3);
	metrics_decimal(&out, NULL, 5, 3);
	metrics_decimal(&out, NULL, 1500, 3);
	metrics_decimal(&out, NULL, 2000, 3);
	metrics_decimal(&out, NULL, 100, 0);
	metrics_decimal(&out, NULL, 18446744073709551615U, 6);
	metrics_decimal(&out, NULL, 1, 18);
	metrics_figure(&out, NULL, "0.123456789012345678");
	assert_text("x 0\nx 0.005\nx 1.5\nx 2\nx 100\nx 18446744073709.551615\n"
		    "x 0.000000000000000001\nx 0.123456789012345678\n");
}

static void a_histogram_adds_its_buckets_up(void **state)
{
	static const uint64_t bounds[] = {5, 250, 1000};
	static const struct metric_buckets buckets = {bounds, 3, 3};
	const uint64_t counts[] = {1, 0, 2, 4};
	struct metric_labels labels = {{{"node", "n"}}};

	(void)state;
	metrics_family(&out, "t_seconds", METRIC_HISTOGRAM, "Times.");
	metrics_histogram(&out, &labels, &buckets, counts, 12345);
	metrics_histogram(&out, NULL, &buckets, counts, 1000);
	assert_text("# HELP t_seconds Times.\n# TYPE t_seconds histogram\n"
		    "t_seconds_bucket{node=\"n\",le=\"0.005\"} 1\n"
		    "t_seconds_bucket{node=\"n\",le=\"0.25\"} 1\n"
		    "t_seconds_bucket{node=\"n\",le=\"1\"} 3\n"
		    "t_seconds_bucket{node=\"n\",le=\"+Inf\"} 7\n"
		    "t_seconds_sum{node=\"n\"} 12.345\n"
		    "t_seconds_count{node=\"n\"} 7\n"
		    "t_seconds_bucket{le=\"0.005\"} 1\n"
		    "t_seconds_bucket{le=\"0.25\"} 1\n"
		    "t_seconds_bucket{le=\"1\"} 3\n"
		    "t_seconds_bucket{le=\"+Inf\"} 7\n"
		    "t_seconds_sum 1\n"
		    "t_seconds_count 7\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_family_has_its_help_type_and_samples, begin, end),
		cmocka_unit_test_setup_teardown(label_values_are_escaped, begin, end),
		cmocka_unit_test_setup_teardown(what_is_no_utf8_is_replaced, begin, end),
		cmocka_unit_test_setup_teardown(decimals_are_exact, begin, end),
		cmocka_unit_test_setup_teardown(a_histogram_adds_its_buckets_up, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
