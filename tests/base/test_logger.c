#include <unistd.h>

#include "base/logger.h"
#include "tests/support/test.h"

struct heard {
	int count;
	enum log_level level;
	char line[2000];
};

static void hear(void *context, enum log_level level, const char *line)
{
	struct heard *heard = context;

	heard->count++;
	heard->level = level;
	(void)snprintf(heard->line, sizeof(heard->line), "%s", line);
}

static void quieter_lines_are_dropped(void **state)
{
	struct heard heard = {0};
	struct logger logger = {.least = LOG_WARN, .write = hear, .context = &heard};

	(void)state;
	log_debug(&logger, "%d", 1);
	log_info(&logger, "%d", 2);
	assert_int_equal(heard.count, 0);
	log_warn(&logger, "%d", 3);
	assert_int_equal(heard.count, 1);
	assert_int_equal(heard.level, LOG_WARN);
	assert_string_equal(heard.line, "3");
	log_error(&logger, "four %s", "words");
	assert_int_equal(heard.level, LOG_ERROR);
	assert_string_equal(heard.line, "four words");
}

static void foreign_text_forges_no_line(void **state)
{
	struct heard heard = {0};
	struct logger logger = {.least = LOG_DEBUG, .write = hear, .context = &heard};
	char text[40];

	(void)state;
	log_info(&logger, "node said: %s", "oops\nerror: all is lost\r\t\x1b[31mred\x7f");
	assert_string_equal(heard.line, "node said: oops error: all is lost   [31mred ");
	for (char c = 1; c < 0x20; c++) {
		(void)snprintf(text, sizeof(text), "a%cb", c);
		log_info(&logger, "%s", text);
		assert_string_equal(heard.line, "a b");
	}
	log_info(&logger, "%s", "0x12…ab, 5 €"); /* UTF-8 stays */
	assert_string_equal(heard.line, "0x12…ab, 5 €");
}

static void a_line_that_is_too_long_is_cut(void **state)
{
	struct heard heard = {0};
	struct logger logger = {.least = LOG_DEBUG, .write = hear, .context = &heard};

	(void)state;
	log_info(&logger, "begin%0*d", 100000, 1);
	assert_true(strlen(heard.line) > 1000 && strlen(heard.line) < 1999);
	assert_true(strncmp(heard.line, "begin000", 8) == 0);
}

static void silence_and_no_logger_say_nothing(void **state)
{
	struct logger silent = logger_silent();

	(void)state;
	log_error(&silent, "nothing");
	log_error(NULL, "nothing");
}

/* What was written to standard error while `act` ran. */
static void capture(char *out, size_t size, void (*act)(void))
{
	FILE *file = tmpfile();
	int kept = dup(STDERR_FILENO);
	size_t length;

	assert_non_null(file);
	assert_true(kept >= 0 && dup2(fileno(file), STDERR_FILENO) >= 0);
	act();
	(void)fflush(stderr);
	assert_true(dup2(kept, STDERR_FILENO) >= 0);
	(void)close(kept);
	rewind(file);
	length = fread(out, 1, size - 1, file);
	out[length] = '\0';
	(void)fclose(file);
}

static void speak(void)
{
	struct logger logger = logger_stderr(LOG_INFO);

	log_debug(&logger, "not this");
	log_info(&logger, "a fact");
	log_warn(&logger, "look out");
	log_error(&logger, "100%% %s", "wrong");
}

static void standard_error_gets_a_line_a_fact(void **state)
{
	char text[200];

	(void)state;
	capture(text, sizeof(text), speak);
	assert_string_equal(text, "a fact\nwarning: look out\nerror: 100% wrong\n");
}

static void speak_json(void)
{
	struct logger logger = logger_json(LOG_INFO);

	log_debug(&logger, "not this");
	log_info(&logger, "a \"fact\"\n\\ 5 €");
	log_warn(&logger, "cut \xe2\x82");
	log_error(&logger, "%0*d", 100000, 1);
}

/* "2026-01-31T12:00:00.123Z", with digits as D */
static void assert_time(const char *text)
{
	static const char pattern[] = "DDDD-DD-DDTDD:DD:DD.DDDZ";

	for (size_t i = 0; pattern[i]; i++)
		if (pattern[i] == 'D')
			assert_true(text[i] >= '0' && text[i] <= '9');
		else
			assert_int_equal(text[i], pattern[i]);
}

static void JSON_lines_have_time_level_and_message(void **state)
{
	static const char begin[] = "{\"time\":\"";
	static const char *const rest[] = {
		"\",\"level\":\"info\",\"message\":\"a \\\"fact\\\" \\\\ 5 €\"}",
		"\",\"level\":\"warn\",\"message\":\"cut \xef\xbf\xbd\"}",
		"\",\"level\":\"error\",\"message\":\"0000"};
	enum { TIME_LENGTH = 24 };
	char text[8000];
	const char *line = text;

	(void)state;
	capture(text, sizeof(text), speak_json);
	for (size_t i = 0; i < sizeof(rest) / sizeof(rest[0]); i++) {
		assert_true(strncmp(line, begin, strlen(begin)) == 0);
		line += strlen(begin);
		assert_time(line);
		line += TIME_LENGTH;
		assert_true(strncmp(line, rest[i], strlen(rest[i])) == 0);
		line = strchr(line, '\n');
		assert_non_null(line);
		assert_memory_equal(line - 2, "\"}", 2);
		line++;
	}
	assert_string_equal(line, "");
}

static void levels_have_names(void **state)
{
	enum log_level level = LOG_INFO;

	(void)state;
	for (int i = LOG_DEBUG; i <= LOG_ERROR; i++) {
		assert_true(log_level_parse(&level, log_level_name((enum log_level)i)));
		assert_int_equal(level, i);
	}
	assert_false(log_level_parse(&level, "warning"));
	assert_false(log_level_parse(&level, ""));
	assert_int_equal(level, LOG_ERROR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quieter_lines_are_dropped),
		cmocka_unit_test(foreign_text_forges_no_line),
		cmocka_unit_test(a_line_that_is_too_long_is_cut),
		cmocka_unit_test(silence_and_no_logger_say_nothing),
		cmocka_unit_test(standard_error_gets_a_line_a_fact),
		cmocka_unit_test(JSON_lines_have_time_level_and_message),
		cmocka_unit_test(levels_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
