#include "ledger/trace.h"

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

static void fill(struct trace *trace)
{
	trace_reset(trace);
	TRACE(trace, "reward", "totalStake * apr", true, u256_from(12),
	      {"totalStake", u256_from(3)}, {"apr", u256_from(4)});
	TRACE(trace, "newApr", "apr + step = more", false, U256_ZERO, {"a=b", U256_MAX});
	trace_add(trace, "nothing", "", true, U256_ZERO, NULL, 0);
}

static void a_figure_keeps_its_formula_and_inputs(void **state)
{
	struct trace trace;

	(void)state;
	fill(&trace);
	assert_int_equal(trace.count, 3);
	assert_string_equal(trace.figures[0].name, "reward");
	assert_string_equal(trace.figures[0].expression, "totalStake * apr");
	assert_int_equal(trace.figures[0].input_count, 2);
	assert_string_equal(trace.figures[0].inputs[1].name, "apr");
	assert_true(u256_equal(trace.figures[0].inputs[1].value, u256_from(4)));
	assert_true(trace.figures[0].is_computable);
	assert_false(trace.figures[1].is_computable);
	trace_reset(&trace);
	assert_int_equal(trace.count, 0);
}

static void a_trace_is_a_line_a_figure(void **state)
{
	struct trace trace;

	fill(&trace);
	assert_string_equal(
		trace_format(*state, &trace),
		"reward\ttotalStake * apr\t12\ttotalStake=3\tapr=4\n"
		"newApr\tapr + step = more\t-\ta=b="
		"11579208923731619542357098500868790785326998466564056403945758400791312963993"
		"5\nnothing\t\t0");
	trace_reset(&trace);
	assert_string_equal(trace_format(*state, &trace), "");
}

static void text_becomes_the_same_trace_again(void **state)
{
	struct trace trace;
	struct trace back;
	struct error err;
	const char *text;

	fill(&trace);
	text = trace_format(*state, &trace);
	assert_ok(trace_parse(&back, *state, text, &err), err);
	assert_int_equal(back.count, 3);
	for (size_t i = 0; i < back.count; i++) {
		const struct trace_figure *a = &trace.figures[i];
		const struct trace_figure *b = &back.figures[i];

		assert_string_equal(a->name, b->name);
		assert_string_equal(a->expression, b->expression);
		assert_int_equal(a->is_computable, b->is_computable);
		if (a->is_computable)
			assert_true(u256_equal(a->value, b->value));
		assert_int_equal(a->input_count, b->input_count);
		for (size_t k = 0; k < a->input_count; k++) {
			assert_string_equal(a->inputs[k].name, b->inputs[k].name);
			assert_true(u256_equal(a->inputs[k].value, b->inputs[k].value));
		}
	}
	assert_string_equal(trace_format(*state, &back), text);
	assert_ok(trace_parse(&back, *state, "", &err), err);
	assert_int_equal(back.count, 0);
}

static void what_is_no_trace_is_refused_with_its_line(void **state)
{
	static const struct {
		const char *text;
		const char *words;
	} bad[] = {
		{"name", "line 1"},
		{"name\texpression", "line 1"},
		{"name\texpression\t", "line 1"},
		{"name\texpression\t12x", "line 1"},
		{"name\texpression\t-1", "line 1"},
		{"name\texpression\t1\tinput", "line 1"},
		{"name\texpression\t1\tinput=", "line 1"},
		{"name\texpression\t1\tinput=x", "line 1"},
		{"name\texpression\t1\ta=1\tb=2\tc=3\td=4\te=5\tf=6\tg=7", "line 1"},
		{"a\tb\t1\n", "line 2"},
		{"a\tb\t1\n\nc\td\t2", "line 2"},
		{"a\tb\t1\nc\td\t2\ne", "line 3"},
	};
	struct trace trace;
	struct error err;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(trace_parse(&trace, *state, bad[i].text, &err), ERR_CORRUPT);
		if (!strstr(err.message, bad[i].words))
			fail_msg("\"%s\": %s", bad[i].text, err.message);
	}
}

static void more_figures_than_there_is_room_for_are_cut(void **state)
{
	struct trace trace = {0};
	struct trace back;
	struct error err;
	struct buffer text = buffer_in(*state);

	for (unsigned i = 0; i < TRACE_FIGURES_MAX; i++)
		TRACE(&trace, "x", "y", true, u256_from(i), {"z", U256_ONE});
	assert_false(trace.is_cut);
	assert_ok(trace_parse(&back, *state, trace_format(*state, &trace), &err), err);
	TRACE(&trace, "x", "y", true, U256_ONE, {"z", U256_ONE});
	assert_true(trace.is_cut);
	assert_int_equal(trace.count, TRACE_FIGURES_MAX);
	buffer_text(&text, trace_format(*state, &trace));
	buffer_text(&text, "\nx\ty\t1");
	assert_int_equal(trace_parse(&back, *state, buffer_string(&text), &err), ERR_CORRUPT);
	trace_reset(&trace);
	assert_false(trace.is_cut);
}

static void more_inputs_than_there_is_room_for_are_left_out(void **state)
{
	struct trace trace = {0};

	(void)state;
	TRACE(&trace, "x", "y", true, U256_ONE, {"1", U256_ONE}, {"2", U256_ONE}, {"3", U256_ONE},
	      {"4", U256_ONE}, {"5", U256_ONE}, {"6", U256_ONE}, {"7", U256_ONE});
	assert_int_equal(trace.figures[0].input_count, TRACE_INPUTS_MAX);
}

static void without_a_trace_nothing_is_kept(void **state)
{
	(void)state;
	TRACE(NULL, "x", "y", true, U256_ONE, {"z", U256_ONE});
}

#define TRACE_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

static void sums_and_differences_have_their_figure(void **state)
{
	struct trace trace = {.count = 0};
	struct trace_input three = {"a", u256_from(3)};
	struct trace_input five = {"b", u256_from(5)};
	struct trace_input most = {"c", U256_MAX};
	u256 out;

	(void)state;
	assert_true(trace_sum(&out, &trace, "s", "a + b", three, five));
	assert_true(u256_equal(out, u256_from(8)));
	assert_true(trace_difference(&out, &trace, "d", "b - a", five, three));
	assert_true(u256_equal(out, u256_from(2)));
	assert_false(trace_sum(&out, &trace, "s", "a + c", three, most));
	assert_true(u256_is_zero(out));
	assert_false(trace_difference(&out, NULL, "d", "a - b", three, five));
	assert_int_equal(trace.count, 3);
	assert_true(trace.figures[0].is_computable && trace.figures[1].is_computable);
	assert_true(u256_equal(trace.figures[1].value, u256_from(2)));
	assert_false(trace.figures[2].is_computable);
	assert_int_equal(trace.figures[0].input_count, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TRACE_TEST(a_figure_keeps_its_formula_and_inputs),
		TRACE_TEST(a_trace_is_a_line_a_figure),
		TRACE_TEST(text_becomes_the_same_trace_again),
		TRACE_TEST(what_is_no_trace_is_refused_with_its_line),
		TRACE_TEST(more_figures_than_there_is_room_for_are_cut),
		TRACE_TEST(more_inputs_than_there_is_room_for_are_left_out),
		TRACE_TEST(without_a_trace_nothing_is_kept),
		cmocka_unit_test(sums_and_differences_have_their_figure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
