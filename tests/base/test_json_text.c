#include "base/json_text.h"
#include "tests/support/test.h"

static void is_written(const char *text, const char *expected)
{
	char out[200];

	assert_int_equal(json_text(out, sizeof(out), text), strlen(expected));
	assert_string_equal(out, expected);
}

static void plain_text_stays(void **state)
{
	(void)state;
	is_written("", "");
	is_written("block 7 of 9, 100 %", "block 7 of 9, 100 %");
	is_written("0x12…ab, 5 €, 🂡, \xf4\x8f\xbf\xbf", "0x12…ab, 5 €, 🂡, \xf4\x8f\xbf\xbf");
	is_written("\xed\x9f\xbf \xee\x80\x80",
		   "\xed\x9f\xbf \xee\x80\x80"); /* beside surrogates */
	is_written("a/b", "a/b");
}

static void what_JSON_forbids_is_escaped(void **state)
{
	char text[2] = "";
	char expected[8];

	(void)state;
	is_written("say \"no\"", "say \\\"no\\\"");
	is_written("C:\\x", "C:\\\\x");
	is_written("\b\f\n\r\t", "\\b\\f\\n\\r\\t");
	for (text[0] = 1; text[0] < 0x20; text[0]++) {
		if (strchr("\b\f\n\r\t", text[0]))
			continue;
		(void)snprintf(expected, sizeof(expected), "\\u%04x", (unsigned)text[0]);
		is_written(text, expected);
	}
	is_written("\x7f", "\\u007f");
}

#define FFFD "\xef\xbf\xbd"

static void what_is_not_UTF8_is_replaced(void **state)
{
	(void)state;
	is_written("a\x80z", "a" FFFD "z"); /* a continuation alone */
	is_written("a\xffz\xfe", "a" FFFD "z" FFFD);
	is_written("\xc0\xaf", FFFD FFFD); /* overlong "/" */
	is_written("\xe0\x9f\xbf", FFFD FFFD FFFD);
	is_written("\xf0\x8f\xbf\xbf", FFFD FFFD FFFD FFFD);
	is_written("\xed\xa0\x80", FFFD FFFD FFFD); /* a surrogate */
	is_written("\xf4\x90\x80\x80", FFFD FFFD FFFD FFFD);
	is_written("\xf5", FFFD);
	is_written("\xe2\x82", FFFD); /* cut short: one mistake */
	is_written("\xf0\x9f\x82", FFFD);
	is_written("\xe2\x82\"", FFFD "\\\""); /* swallows nothing */
	is_written("\xc3(", FFFD "(");
}

static void it_is_cut_at_a_whole_character(void **state)
{
	char out[6];

	(void)state;
	assert_int_equal(json_text(out, sizeof(out), "abcdefg"), 5);
	assert_string_equal(out, "abcde");
	assert_int_equal(json_text(out, sizeof(out), "abcd\n"), 4);
	assert_string_equal(out, "abcd");
	assert_int_equal(json_text(out, sizeof(out), "abc€"), 3);
	assert_string_equal(out, "abc");
	assert_int_equal(json_text(out, 1, "x"), 0);
	assert_string_equal(out, "");
}

static void the_room_for_the_worst_is_enough(void **state)
{
	char text[51];
	char out[JSON_TEXT_SIZE(50)];

	(void)state;
	memset(text, 1, 50);
	text[50] = '\0';
	assert_int_equal(json_text(out, sizeof(out), text), 300);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_text_stays),
		cmocka_unit_test(what_JSON_forbids_is_escaped),
		cmocka_unit_test(what_is_not_UTF8_is_replaced),
		cmocka_unit_test(it_is_cut_at_a_whole_character),
		cmocka_unit_test(the_room_for_the_worst_is_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
