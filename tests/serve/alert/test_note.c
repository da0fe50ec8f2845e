/*
 * What an alert is to be told of one finding: which messages, in which order, whatever came about
 * while one of them was under way.
 */
#include "serve/alert/note.h"

#include "tests/support/test.h"

static struct finding open_at(uint64_t block)
{
	return (struct finding){.check = "c", .state = "open", .block = block, .first_seen = block};
}

static struct finding over_at(const struct alert_note *note, const char *state)
{
	struct finding end = note->finding;

	end.state = state;
	return end;
}

static void opens(struct alert_note *note, uint64_t block, uint64_t now)
{
	struct finding finding = open_at(block);

	alert_note_open(note, &finding, now, 0);
}

static void ends(struct alert_note *note, const char *state, uint64_t now)
{
	struct finding end = over_at(note, state);

	alert_note_end(note, &end, now);
}

/* The next message is that of the block, and its mark. */
static struct alert_told next_is(const struct alert_note *note, uint64_t block, const char *state)
{
	struct alert_message message;

	assert_true(alert_note_next(&message, note));
	assert_int_equal(message.finding->block, block);
	assert_string_equal(message.finding->state, state);
	assert_int_equal(message.is_end, strcmp(state, "open") != 0);
	return (struct alert_told){.episode = message.episode, .is_end = message.is_end};
}

static void is_quiet(const struct alert_note *note)
{
	struct alert_message message;

	assert_false(alert_note_next(&message, note));
}

static void a_finding_is_told_open_and_then_over(void **state)
{
	struct alert_note note = {.episode = 0};
	struct alert_told told;

	(void)state;
	opens(&note, 5, 1000);
	told = next_is(&note, 5, "open");
	assert_true(alert_note_lay(&note, &told));
	is_quiet(&note);
	opens(&note, 6, 1001); /* it is open already */
	is_quiet(&note);
	ends(&note, "resolved", 1002);
	told = next_is(&note, 5, "resolved");
	assert_false(alert_note_lay(&note, &told));
}

static void both_are_told_where_it_ended_first(void **state)
{
	struct alert_note note = {.episode = 0};
	struct alert_told told;

	(void)state;
	opens(&note, 5, 1000);
	ends(&note, "withdrawn", 1001);
	told = next_is(&note, 5, "open");
	assert_true(alert_note_lay(&note, &told));
	told = next_is(&note, 5, "withdrawn");
	assert_false(alert_note_lay(&note, &told));
}

static void the_end_of_what_was_told_comes_before_the_next(void **state)
{
	struct alert_note note = {.episode = 0};
	struct alert_told told;

	(void)state;
	opens(&note, 5, 1000);
	told = next_is(&note, 5, "open");
	assert_true(alert_note_lay(&note, &told));
	ends(&note, "resolved", 1001);
	for (uint64_t block = 6; block < 20; block++) { /* nobody listens */
		opens(&note, block, 1000 + block);
		ends(&note, "resolved", 1000 + block);
	}
	opens(&note, 20, 1020);
	told = next_is(&note, 5, "resolved");
	assert_true(alert_note_lay(&note, &told));
	told = next_is(&note, 20, "open");
	assert_true(alert_note_lay(&note, &told));
	is_quiet(&note);
}

static void of_what_nobody_heard_the_first_and_the_last_are_told(void **state)
{
	struct alert_note note = {.episode = 0};
	struct alert_told told;

	(void)state;
	for (uint64_t block = 5; block < 20; block++) {
		opens(&note, block, 1000 + block);
		ends(&note, "resolved", 1000 + block);
	}
	told = next_is(&note, 5, "open");
	assert_int_equal(told.episode, alert_note_head(&note));
	assert_true(alert_note_lay(&note, &told));
	told = next_is(&note, 5, "resolved");
	assert_true(alert_note_lay(&note, &told));
	told = next_is(&note, 19, "open");
	assert_int_equal(told.episode, alert_note_head(&note));
	assert_true(alert_note_lay(&note, &told));
	told = next_is(&note, 19, "resolved");
	assert_false(alert_note_lay(&note, &told));
}

/* While the message that it is open is under way, it ends and opens again. */
static void what_was_under_way_is_ended_too(void **state)
{
	struct alert_note note = {.episode = 0};
	struct alert_told told;

	(void)state;
	opens(&note, 5, 1000);
	told = next_is(&note, 5, "open");
	ends(&note, "resolved", 1001);
	opens(&note, 7, 1002);
	assert_true(alert_note_lay(&note, &told));
	told = next_is(&note, 5, "resolved");
	assert_true(alert_note_lay(&note, &told));
	told = next_is(&note, 7, "open");
	assert_true(alert_note_lay(&note, &told));
	is_quiet(&note);
}

/* And while that it is over is. */
static void an_end_that_was_under_way_is_not_the_next_ones(void **state)
{
	struct alert_note note = {.episode = 0};
	struct alert_told told;

	(void)state;
	opens(&note, 5, 1000);
	told = next_is(&note, 5, "open");
	assert_true(alert_note_lay(&note, &told));
	ends(&note, "resolved", 1001);
	told = next_is(&note, 5, "resolved");
	opens(&note, 7, 1001);
	assert_true(alert_note_lay(&note, &told));
	told = next_is(&note, 7, "open");
	assert_true(alert_note_lay(&note, &told));
	is_quiet(&note);
}

static void episodes_have_names_of_their_own_whatever_the_clock_says(void **state)
{
	struct alert_note note = {.episode = 0};
	uint64_t before = 0;

	(void)state;
	for (uint64_t i = 0; i < 10; i++) {
		opens(&note, i, 5000 - i);
		assert_true(note.episode > before);
		before = note.episode;
		ends(&note, "resolved", 10);
		assert_true(note.over_ms >= note.episode);
	}
}

/* What was told of an episode that nobody knows any more changes nothing. */
static void foreign_marks_are_passed_over(void **state)
{
	struct alert_note note = {.episode = 0};
	struct alert_told told = {.episode = 77, .is_end = true};

	(void)state;
	opens(&note, 5, 1000);
	assert_true(alert_note_lay(&note, &told));
	(void)next_is(&note, 5, "open");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_finding_is_told_open_and_then_over),
		cmocka_unit_test(both_are_told_where_it_ended_first),
		cmocka_unit_test(the_end_of_what_was_told_comes_before_the_next),
		cmocka_unit_test(of_what_nobody_heard_the_first_and_the_last_are_told),
		cmocka_unit_test(what_was_under_way_is_ended_too),
		cmocka_unit_test(an_end_that_was_under_way_is_not_the_next_ones),
		cmocka_unit_test(episodes_have_names_of_their_own_whatever_the_clock_says),
		cmocka_unit_test(foreign_marks_are_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
