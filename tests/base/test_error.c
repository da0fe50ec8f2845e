#include "tests/support/test.h"

static void an_error_holds_its_status_and_words(void **state)
{
	struct error err;

	(void)state;
	assert_int_equal(error_set(&err, ERR_BAD_DATA, "block %d: %s", 19, "bad"), ERR_BAD_DATA);
	assert_int_equal(err.status, ERR_BAD_DATA);
	assert_string_equal(err.message, "block 19: bad");
	assert_int_equal(error_set(&err, ERR_AGAIN, "%s", ""), ERR_AGAIN);
	assert_string_equal(err.message, "");
}

static void without_an_error_only_the_status_is_told(void **state)
{
	(void)state;
	assert_int_equal(error_set(NULL, ERR_DENIED, "nobody %s", "listens"), ERR_DENIED);
	assert_int_equal(error_wrap(NULL, "nothing to wrap"), ERR_CORRUPT);
}

static void a_message_that_is_too_long_is_cut_at_the_end(void **state)
{
	struct error err;

	(void)state;
	(void)error_set(&err, ERR_SYSTEM, "begin%0*d", 5 * ERROR_MESSAGE_SIZE, 7);
	assert_int_equal(strlen(err.message), ERROR_MESSAGE_SIZE - 1);
	assert_true(strncmp(err.message, "begin000", 8) == 0);
}

static void context_goes_before_the_message(void **state)
{
	struct error err;

	(void)state;
	(void)error_set(&err, ERR_REORG, "bad RLP at 41");
	assert_int_equal(error_wrap(&err, "receipts"), ERR_REORG);
	assert_int_equal(error_wrap(&err, "block %d", 19), ERR_REORG);
	assert_string_equal(err.message, "block 19: receipts: bad RLP at 41");
}

static void context_cuts_the_old_words_never_itself(void **state)
{
	struct error err;

	(void)state;
	(void)error_set(&err, ERR_SYSTEM, "%0*d", 5 * ERROR_MESSAGE_SIZE, 7);
	assert_int_equal(error_wrap(&err, "context"), ERR_SYSTEM);
	assert_int_equal(strlen(err.message), ERROR_MESSAGE_SIZE - 1);
	assert_true(strncmp(err.message, "context: 000", 12) == 0);
	/* A context that fills the message alone. */
	(void)error_set(&err, ERR_SYSTEM, "old");
	assert_int_equal(error_wrap(&err, "%0*d", 5 * ERROR_MESSAGE_SIZE, 7), ERR_SYSTEM);
	assert_true(strlen(err.message) < ERROR_MESSAGE_SIZE);
	assert_non_null(strstr(err.message, ": "));
}

static void every_length_of_context_and_message_is_ended(void **state)
{
	struct error err;

	(void)state;
	for (int context = 0; context < ERROR_MESSAGE_SIZE + 3; context++) {
		size_t wanted;

		(void)error_set(&err, ERR_AGAIN, "%0*d", 100, 1);
		(void)error_wrap(&err, "%.*s%0*d", 0, "", context, 1);
		wanted = (context ? (size_t)context : 1) + 2 + 100;
		if (wanted > ERROR_MESSAGE_SIZE - 1)
			wanted = ERROR_MESSAGE_SIZE - 1;
		assert_int_equal(strlen(err.message), wanted);
	}
}

static void foreign_text_cannot_begin_a_line_or_move_the_cursor(void **state)
{
	struct error err;

	(void)state;
	(void)error_set(&err, ERR_BAD_DATA, "node: %s", "a\nok\r\t\x1b[31mred\x7f, 5 €");
	assert_string_equal(err.message, "node: a ok   [31mred , 5 €");
	(void)error_wrap(&err, "%s", "x\ny");
	assert_string_equal(err.message, "x y: node: a ok   [31mred , 5 €");
}

static void every_status_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (int i = OK; i <= ERR_DENIED; i++) {
		assert_string_not_equal(status_name((enum status)i), "unknown");
		for (int k = OK; k < i; k++)
			assert_string_not_equal(status_name((enum status)i),
						status_name((enum status)k));
	}
	assert_string_equal(status_name(ERR_BAD_DATA), "bad data");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_error_holds_its_status_and_words),
		cmocka_unit_test(without_an_error_only_the_status_is_told),
		cmocka_unit_test(a_message_that_is_too_long_is_cut_at_the_end),
		cmocka_unit_test(context_goes_before_the_message),
		cmocka_unit_test(context_cuts_the_old_words_never_itself),
		cmocka_unit_test(every_length_of_context_and_message_is_ended),
		cmocka_unit_test(foreign_text_cannot_begin_a_line_or_move_the_cursor),
		cmocka_unit_test(every_status_has_a_name_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
