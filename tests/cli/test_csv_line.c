/* Lines and cells of comma-separated text. */
#include "cli/csv_line.h"

#include "tests/support/test.h"

static struct csv_line line;
static struct csv_row row;
static struct error err;

static FILE *input(const char *bytes, size_t size)
{
	FILE *file = tmpfile();

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	rewind(file);
	return file;
}

static void split(const char *bytes)
{
	FILE *file = input(bytes, strlen(bytes));

	line.number = 0;
	assert_ok(csv_line_read(&line, file, &err), err);
	(void)fclose(file);
	assert_ok(csv_line_split(&row, &line, &err), err);
}

static void assert_cell(size_t i, const char *whole, const char *value)
{
	assert_int_equal(row.cells[i].whole.size, strlen(whole));
	assert_memory_equal(row.cells[i].whole.data, whole, strlen(whole));
	assert_int_equal(row.cells[i].value.size, strlen(value));
	assert_memory_equal(row.cells[i].value.data, value, strlen(value));
}

static void each_end_of_line_is_kept(void **state)
{
	static const char *const ends[] = {"\n", "\r\n", "\n", "\r"};
	FILE *file = input("a\nb\r\n\nc\r", 8);

	(void)state;
	line.number = 0;
	for (size_t i = 0; i < 4; i++) {
		assert_ok(csv_line_read(&line, file, &err), err);
		assert_int_equal(line.number, i + 1);
		assert_int_equal(line.end_length, strlen(ends[i]));
		assert_memory_equal(line.end, ends[i], line.end_length);
		assert_int_equal(line.length, i == 2 ? 0 : 1);
	}
	assert_int_equal(csv_line_read(&line, file, &err), ERR_NOTFOUND);
	(void)fclose(file);
}

static void the_last_line_needs_no_end(void **state)
{
	FILE *file = input("a", 1);

	(void)state;
	line.number = 0;
	assert_ok(csv_line_read(&line, file, &err), err);
	assert_int_equal(line.end_length, 0);
	assert_int_equal(csv_line_read(&line, file, &err), ERR_NOTFOUND);
	(void)fclose(file);
}

static void a_line_as_long_as_may_be_is_read_and_one_byte_more_is_not(void **state)
{
	static char bytes[CSV_LINE_MAX + 2];
	FILE *file;

	(void)state;
	memset(bytes, 'a', sizeof(bytes));
	bytes[CSV_LINE_MAX] = '\n';
	file = input(bytes, CSV_LINE_MAX + 1);
	line.number = 0;
	assert_ok(csv_line_read(&line, file, &err), err);
	assert_int_equal(line.length, CSV_LINE_MAX);
	(void)fclose(file);

	bytes[CSV_LINE_MAX] = 'a';
	file = input(bytes, sizeof(bytes));
	line.number = 6;
	assert_int_equal(csv_line_read(&line, file, &err), ERR_BAD_DATA);
	assert_string_equal(err.message, "line 7 is longer than 65536 bytes");
	(void)fclose(file);
}

static void a_stream_that_cannot_be_read_is_told(void **state)
{
	FILE *file = fopen("/", "r");

	(void)state;
	assert_non_null(file);
	line.number = 0;
	assert_int_equal(csv_line_read(&line, file, &err), ERR_SYSTEM);
	assert_non_null(strstr(err.message, "line 1 cannot be read"));
	(void)fclose(file);
}

static void blanks_and_quotation_marks_are_no_part_of_the_value(void **state)
{
	(void)state;
	split(" 1 ,\"2, two\", \" 3\t\" ,\"\",,\"say \"\"x\"\"\",5\" pipe\n");
	assert_int_equal(row.count, 7);
	assert_cell(0, " 1 ", "1");
	assert_cell(1, "\"2, two\"", "2, two");
	assert_cell(2, " \" 3\t\" ", "3");
	assert_cell(3, "\"\"", "");
	assert_cell(4, "", "");
	assert_cell(5, "\"say \"\"x\"\"\"", "say \"\"x\"\"");
	assert_cell(6, "5\" pipe", "5\" pipe");
}

static void a_comma_at_the_end_begins_an_empty_cell(void **state)
{
	(void)state;
	split("a,\n");
	assert_int_equal(row.count, 2);
	assert_cell(1, "", "");
	split("\"a\",");
	assert_int_equal(row.count, 2);
	assert_cell(1, "", "");
}

static void assert_unsplit(const char *bytes, const char *words)
{
	FILE *file = input(bytes, strlen(bytes));

	line.number = 0;
	assert_ok(csv_line_read(&line, file, &err), err);
	(void)fclose(file);
	assert_int_equal(csv_line_split(&row, &line, &err), ERR_BAD_DATA);
	assert_string_equal(err.message, words);
}

static void quotation_marks_that_do_not_fit_are_told(void **state)
{
	(void)state;
	assert_unsplit("a,\"b\nc\"\n",
		       "line 1: cell 2 has an opening quotation mark that nothing closes on this "
		       "line");
	assert_unsplit("\"a\"\"",
		       "line 1: cell 1 has an opening quotation mark that nothing closes on this "
		       "line");
	assert_unsplit("\"a\"b,c", "line 1: cell 1 has text behind its closing quotation mark");
}

static void too_many_cells_are_told(void **state)
{
	char commas[CSV_CELLS_MAX + 1];

	(void)state;
	memset(commas, ',', sizeof(commas));
	commas[CSV_CELLS_MAX] = '\0';
	assert_unsplit(commas, "line 1 has more than 256 cells");
	commas[CSV_CELLS_MAX - 1] = '\0';
	split(commas);
	assert_int_equal(row.count, CSV_CELLS_MAX);
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(each_end_of_line_is_kept),
		TEST(the_last_line_needs_no_end),
		TEST(a_line_as_long_as_may_be_is_read_and_one_byte_more_is_not),
		TEST(a_stream_that_cannot_be_read_is_told),
		TEST(blanks_and_quotation_marks_are_no_part_of_the_value),
		TEST(a_comma_at_the_end_begins_an_empty_cell),
		TEST(quotation_marks_that_do_not_fit_are_told),
		TEST(too_many_cells_are_told),
	};

	return cmocka_run_group_tests_name("csv line", tests, NULL, NULL);
}
