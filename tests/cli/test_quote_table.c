/* Tables of covers priced: what is kept, what is filled in, and what is refused. */
#include "cli/quote_table.h"

#include "tests/support/test.h"

static struct error err;

#define INSUREDAO                                                                                  \
	"model,base_rate,slope1,slope2,optimal_utilization,amount,term_seconds,total_liquidity,"   \
	"locked_amount"
#define FLAT "flat,20000,,,,1000000,31536000,2000000,0"
#define REVERTING "flat,20000,,,,1000000,31536000,2,0"

static enum status price(char **out, const char *model, const char *text)
{
	const struct premium_model *found = premium_model_find(model);
	u256 parameters[PREMIUM_PARAMETERS_MAX];
	FILE *in = tmpfile();
	size_t size;
	FILE *written = open_memstream(out, &size);
	enum status st;

	assert_non_null(found);
	assert_non_null(in);
	assert_non_null(written);
	assert_int_equal(fwrite(text, 1, strlen(text), in), strlen(text));
	rewind(in);
	if (found->defaults)
		found->defaults(parameters);
	st = quote_table(written, in, "the table", found, parameters, &err);
	(void)fclose(in);
	(void)fclose(written);
	return st;
}

static void assert_priced(const char *model, const char *text, const char *expected)
{
	char *out;

	assert_ok(price(&out, model, text), err);
	assert_string_equal(out, expected);
	free(out);
}

/* Refused with these words, after these lines were written. */
static void assert_refused(const char *text, const char *words, const char *written)
{
	char *out;

	assert_int_equal(price(&out, "insuredao", text), ERR_BAD_DATA);
	assert_string_equal(err.message, words);
	assert_string_equal(out, written);
	free(out);
}

static void results_go_behind_the_others_where_they_have_no_column(void **state)
{
	(void)state;
	assert_priced("insuredao", INSUREDAO "\n" FLAT "\n",
		      INSUREDAO ",premium\n" FLAT ",20000\n");
	assert_priced("bridge-mutual-v2",
		      "duration_seconds,cover_tokens,total_cover,total_liquidity,leveraged,safe\n"
		      "31536000,100,0,100,0,false\n",
		      "duration_seconds,cover_tokens,total_cover,total_liquidity,leveraged,safe,"
		      "price,cost_percentage\n"
		      "31536000,100,0,100,0,false,30,300000000000000000000000000\n");
}

static void results_go_where_their_columns_stand(void **state)
{
	(void)state;
	assert_priced("bridge-mutual-v2",
		      "cost_percentage,safe,leveraged,total_liquidity,total_cover,cover_tokens,"
		      "duration_seconds\n"
		      "old,true,0,100,0,100,31536000\n",
		      "cost_percentage,safe,leveraged,total_liquidity,total_cover,cover_tokens,"
		      "duration_seconds,price\n"
		      "300000000000000000000000000,true,0,100,0,100,31536000,30\n");
}

static void a_revert_empties_the_other_results(void **state)
{
	(void)state;
	assert_priced("bridge-mutual-v2",
		      "cost_percentage,price,duration_seconds,cover_tokens,total_cover,"
		      "total_liquidity,leveraged,safe\n"
		      "7,8,31536001,100,0,100,0,false\n",
		      "cost_percentage,price,duration_seconds,cover_tokens,total_cover,"
		      "total_liquidity,leveraged,safe\n"
		      ",revert,31536001,100,0,100,0,false\n");
	assert_priced("insuredao", INSUREDAO "\n" REVERTING "\n",
		      INSUREDAO ",premium\n" REVERTING ",revert\n");
}

static void what_is_not_the_models_is_kept_as_it_is(void **state)
{
	(void)state;
	assert_priced("insuredao",
		      "# first, \"\n"
		      "\xef\xbb\xbf" INSUREDAO ",\"a note\"\r\n"
		      "\r\n"
		      "#" FLAT "\r\n" FLAT ",\"x, \"\"y\"\"\"\n"
		      " \t\n" FLAT ", z ",
		      "# first, \"\n"
		      "\xef\xbb\xbf" INSUREDAO ",\"a note\",premium\r\n"
		      "\r\n"
		      "#" FLAT "\r\n" FLAT ",\"x, \"\"y\"\"\",20000\n"
		      " \t\n" FLAT ", z ,20000");
}

static void cells_may_be_quoted_and_have_blanks_around(void **state)
{
	(void)state;
	assert_priced("insuredao",
		      " \"model\" , base_rate,slope1,slope2,optimal_utilization,amount,"
		      "term_seconds,total_liquidity,locked_amount\n"
		      "\"flat\",\" 20000 \",,,, 1000000,31536000,2000000,0 \n",
		      " \"model\" , base_rate,slope1,slope2,optimal_utilization,amount,"
		      "term_seconds,total_liquidity,locked_amount,premium\n"
		      "\"flat\",\" 20000 \",,,, 1000000,31536000,2000000,0 ,20000\n");
}

static void a_row_may_leave_out_results_at_its_end(void **state)
{
	(void)state;
	assert_priced("insuredao", INSUREDAO ",premium\n" FLAT "\n",
		      INSUREDAO ",premium\n" FLAT ",20000\n");
	assert_refused(INSUREDAO ",premium,note\n" FLAT "\n",
		       "the table: line 2: expected 11 cells as in the header, got 9",
		       INSUREDAO ",premium,note\n");
}

static void a_flat_row_needs_no_slopes_and_a_slope_row_does(void **state)
{
	(void)state;
	assert_priced("insuredao",
		      INSUREDAO "\nflat,20000,not,read,here,1000000,31536000,2000000,0\n",
		      INSUREDAO ",premium\nflat,20000,not,read,here,1000000,31536000,2000000,0,"
				"20000\n");
	assert_refused(INSUREDAO "\nslope,20000,1,,800000,1000000,31536000,2000000,0\n",
		       "the table: line 2, column \"slope2\": expected a whole number of at most "
		       "256 bits (digits only, no leading zeros), got nothing",
		       INSUREDAO ",premium\n");
}

static void a_header_alone_is_a_table(void **state)
{
	(void)state;
	assert_priced("insuredao", INSUREDAO, INSUREDAO ",premium");
}

static void no_header_is_told(void **state)
{
	static const char words[] = "the table: there is no header; expected a first line with the "
				    "names of the columns";

	(void)state;
	assert_refused("", words, "");
	assert_refused("# nothing\n\n", words, "# nothing\n\n");
}

static void a_missing_column_is_told_with_what_stands_there_instead(void **state)
{
	(void)state;
	assert_refused("model,base_rate,slope1,slope2,optimal_utilization,amount,term,"
		       "total_liquidity,locked_amount\n",
		       "the table: line 1: the header has no column \"term_seconds\"; insuredao "
		       "needs model,base_rate,slope1,slope2,optimal_utilization,amount,"
		       "term_seconds,total_liquidity,locked_amount; \"term\" is none of them",
		       "");
}

static void a_column_that_stands_twice_is_told(void **state)
{
	(void)state;
	assert_refused(INSUREDAO ",premium,\"amount\"\n",
		       "the table: line 1: the header has the column \"amount\" twice, as cells 6 "
		       "and 11",
		       "");
	assert_priced("insuredao", "x,x," INSUREDAO "\n", "x,x," INSUREDAO ",premium\n");
}

static void a_wrong_cell_is_told_after_the_rows_before_it(void **state)
{
	(void)state;
	assert_refused(INSUREDAO "\n" FLAT "\n" FLAT "x\n",
		       "the table: line 3, column \"locked_amount\": expected a whole number of at "
		       "most 256 bits (digits only, no leading zeros), got \"0x\"",
		       INSUREDAO ",premium\n" FLAT ",20000\n");
	assert_refused(INSUREDAO "\nround,20000,,,,1,1,1,0\n",
		       "the table: line 2, column \"model\": expected \"flat\" or \"slope\", got "
		       "\"round\"",
		       INSUREDAO ",premium\n");
}

static void cells_too_many_and_too_few_are_told(void **state)
{
	(void)state;
	assert_refused(INSUREDAO "\n" FLAT ",\n",
		       "the table: line 2: expected 9 cells as in the header, got 10",
		       INSUREDAO ",premium\n");
	assert_refused(INSUREDAO "\nflat\n",
		       "the table: line 2: expected 9 cells as in the header, got 1",
		       INSUREDAO ",premium\n");
}

static void no_number_but_a_plain_one_is_taken(void **state)
{
	static const char above[] = "11579208923731619542357098500868790785326998466564056403945758"
				    "4007913129639936"; /* 2^256 */
	static const char *const wrong[] = {"-1",   "+1",  "01",    "1.0", "1e18",
					    "0x10", "1 0", "1_000", above};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char text[512];
		char *out;

		(void)snprintf(text, sizeof(text), INSUREDAO "\nflat,%s,,,,1,1,1,0\n", wrong[i]);
		assert_int_equal(price(&out, "insuredao", text), ERR_BAD_DATA);
		assert_non_null(strstr(err.message, "line 2, column \"base_rate\""));
		free(out);
	}
}

static void a_long_cell_and_control_characters_are_cut_in_the_message(void **state)
{
	char text[4096];
	char *out;
	int length = snprintf(text, sizeof(text), INSUREDAO "\nflat,\x1b%02000d,,,,1,1,1,0\n", 0);

	(void)state;
	assert_in_range(length, 2000, sizeof(text) - 1);
	assert_int_equal(price(&out, "insuredao", text), ERR_BAD_DATA);
	assert_in_range(strlen(err.message), 100, 250);
	for (const char *at = err.message; *at; at++)
		assert_true((unsigned char)*at >= 0x20);
	free(out);
}

static void an_output_that_takes_nothing_is_told(void **state)
{
	FILE *full = fopen("/dev/full", "w");
	FILE *in = tmpfile();

	(void)state;
	assert_non_null(full);
	assert_non_null(in);
	(void)fputs(INSUREDAO "\n" FLAT "\n", in);
	rewind(in);
	assert_int_equal(
		quote_table(full, in, "the table", premium_model_find("insuredao"), NULL, &err),
		ERR_SYSTEM);
	assert_non_null(strstr(err.message, "cannot write the priced table"));
	(void)fclose(in);
	(void)fclose(full);
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(results_go_behind_the_others_where_they_have_no_column),
		TEST(results_go_where_their_columns_stand),
		TEST(a_revert_empties_the_other_results),
		TEST(what_is_not_the_models_is_kept_as_it_is),
		TEST(cells_may_be_quoted_and_have_blanks_around),
		TEST(a_row_may_leave_out_results_at_its_end),
		TEST(a_flat_row_needs_no_slopes_and_a_slope_row_does),
		TEST(a_header_alone_is_a_table),
		TEST(no_header_is_told),
		TEST(a_missing_column_is_told_with_what_stands_there_instead),
		TEST(a_column_that_stands_twice_is_told),
		TEST(a_wrong_cell_is_told_after_the_rows_before_it),
		TEST(cells_too_many_and_too_few_are_told),
		TEST(no_number_but_a_plain_one_is_taken),
		TEST(a_long_cell_and_control_characters_are_cut_in_the_message),
		TEST(an_output_that_takes_nothing_is_told),
	};

	return cmocka_run_group_tests_name("quote table", tests, NULL, NULL);
}
