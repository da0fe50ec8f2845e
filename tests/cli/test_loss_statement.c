/* Loss statements: what is read, and what is refused in which words. */
#include "cli/loss_statement.h"

#include "cli/price_feed.h"
#include "tests/support/scratch.h"
#include "tests/support/test.h"

static struct error err;
static struct arena *arena;

#define ASSET "'asset': {'symbol': 'USDC', 'decimals': 6}"
#define POLICY                                                                                     \
	"'policy': {'cover': '1000', 'start': 1650000000, 'end': 1660000000, "                     \
	"'buyer': '0x14dc79964da2c08b23698b3d3cc7ca32193d9955'}"
#define VICTIM "'victim': '0x14dc79964da2c08b23698b3d3cc7ca32193d9955'"
#define INCIDENT "'incident': {'timestamp': 1655000000}"
#define LOSSES "'losses': [{'token': 'USDC', 'lost': '800'}]"
#define POOL "'pool': {'liquidity': '5000'}"

#define STATEMENT(incident, losses, more)                                                          \
	"{" ASSET ", " POLICY ", " VICTIM ", " incident ", " losses ", " POOL more "}"

static int set_up(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* With the quotation marks that C makes hard to read. */
static enum status parse(struct loss_statement *out, const char *text)
{
	char *json = arena_string(arena, text);

	for (char *at = json; *at; at++)
		if (*at == '\'')
			*at = '"';
	return loss_statement_parse(out, arena, "s.json", json, strlen(json), &err);
}

static void assert_refused(const char *text, const char *words)
{
	struct loss_statement statement;

	assert_int_equal(parse(&statement, text), ERR_USAGE);
	assert_string_equal(err.message, words);
}

static void the_least_statement_is_read(void **state)
{
	struct loss_statement s;

	(void)state;
	assert_ok(parse(&s, STATEMENT(INCIDENT, LOSSES, "")), err);
	assert_string_equal(s.symbol, "USDC");
	assert_true(u256_equal(s.terms.cover.raw, u256_from(1000)));
	assert_int_equal(s.terms.start, 1650000000);
	assert_int_equal(s.terms.end, 1660000000);
	assert_true(address_equal(s.terms.buyer, s.terms.victim));
	assert_int_equal(s.terms.incident, 1655000000);
	assert_true(u256_equal(s.terms.funds_lost, s.terms.funds_before));
	assert_true(u256_equal(s.terms.liquidity.raw, u256_from(5000)));
	assert_int_equal(s.terms.loss_count, 1);
	assert_true(s.terms.losses[0].is_asset);
	assert_int_equal(s.terms.losses[0].decimals, 6);
	assert_int_equal(s.terms.losses[0].kind, GUIDELINE_LOST);
	assert_int_equal(s.terms.facts.covered_cause, GUIDELINE_HUMAN);
	assert_int_equal(s.terms.facts.other_exclusion, GUIDELINE_HUMAN);
	assert_int_equal(s.feed_count, 0);
	assert_int_equal(s.terms.process.done[STEP_REQUEST], 0);
}

static void everything_that_may_be_said_is_read(void **state)
{
	struct loss_statement s;

	(void)state;
	assert_ok(
		parse(&s,
		      STATEMENT("'incident': {'timestamp': 1655000000, 'funds_lost': '1', "
				"'funds_before': '5'}",
				"'losses': [{'token': 'WETH', 'decimals': 18, 'lent': '2', "
				"'borrowed': '1', 'price_decimals': 8, 'feed': 'a/b.csv'}, "
				"{'note': 'x', 'token': 'DAI', 'decimals': 18, 'held': '3', "
				"'price_decimals': 0, 'prices': [{'timestamp': 1655000001, "
				"'price': '9'}, {'timestamp': 1655000000, 'price': '8'}]}]",
				", 'reporting': {'requested': 1655000001, 'accepted': 1655000002, "
				"'reported': 1655000003, 'voted': 1655000004, 'executed': "
				"1655000005}, 'as_of': 1655000006, 'facts': {'covered_cause': "
				"true, 'investigable': false, 'material_loss': true, "
				"'other_exclusion': false}, 'note': 'all of it'")),
		err);
	assert_true(u256_equal(s.terms.funds_before, u256_from(5)));
	assert_int_equal(s.terms.loss_count, 3);
	assert_int_equal(s.losses[0].kind, GUIDELINE_LENT);
	assert_int_equal(s.losses[1].kind, GUIDELINE_BORROWED);
	assert_int_equal(s.losses[2].kind, GUIDELINE_HELD);
	assert_int_equal(s.feed_count, 1);
	assert_string_equal(s.feeds[0].path, "a/b.csv");
	assert_string_equal(s.feeds[0].key, "losses[0].feed");
	assert_int_equal(s.feeds[0].first, 0);
	assert_int_equal(s.feeds[0].count, 2);
	assert_false(s.losses[0].price.is_known);
	assert_true(u256_equal(s.losses[2].price.lowest, u256_from(8)));
	assert_int_equal(s.losses[2].price.before, 1);
	assert_int_equal(s.losses[2].price.after, 2);
	for (size_t i = 0; i < GUIDELINE_STEPS; i++)
		assert_int_equal(s.terms.process.done[i], 1655000001 + i);
	assert_int_equal(s.terms.process.as_of, 1655000006);
	assert_int_equal(s.terms.facts.covered_cause, GUIDELINE_YES);
	assert_int_equal(s.terms.facts.investigable, GUIDELINE_NO);
	assert_int_equal(s.terms.facts.other_exclusion, GUIDELINE_NO);
}

#define AMOUNT "an amount in base units, as digits in quotation marks"

static void keys_and_types_are_checked(void **state)
{
	(void)state;
	assert_refused("{}",
		       "s.json: asset: is missing; expected an object with symbol and decimals");
	assert_refused("[]", "s.json: expected a loss statement, an object, got an array");
	assert_refused("{'assets': 1}",
		       "s.json: unknown key \"assets\" in the top object: did you mean \"asset\"?");
	assert_refused(STATEMENT(INCIDENT, "'losses': []", ""),
		       "s.json: losses: expected an array of losses, at least 1, got 0");
	assert_refused(STATEMENT(INCIDENT, "'losses': [{'token': 'USDC', 'lost': 800}]", ""),
		       "s.json: losses[0].lost: expected " AMOUNT
		       ", got a number; write it in quotation marks");
	assert_refused(STATEMENT(INCIDENT, "'losses': [{'token': 'USDC', 'lost': '8e2'}]", ""),
		       "s.json: losses[0].lost: expected " AMOUNT ", got \"8e2\"");
	assert_refused(STATEMENT("'incident': {'timestamp': '1655000000'}", LOSSES, ""),
		       "s.json: incident.timestamp: expected a whole number from 1 to "
		       "1099511627776, got a string; write it without quotes");
	assert_refused(STATEMENT(INCIDENT, LOSSES, ", 'facts': {'investigable': 'yes'}"),
		       "s.json: facts.investigable: expected true or false, got a string");
	assert_refused(STATEMENT(INCIDENT, "'losses': [{'token': 'US\\u001bDC', 'lost': '1'}]", ""),
		       "s.json: losses[0].token: expected a token, like \"WETH\", of 1 to 32 "
		       "printable ASCII characters");
	assert_refused("{" ASSET ", " POLICY ", 'victim': '0x14dc'}",
		       "s.json: victim: expected an address (0x and 40 hexadecimal digits), got "
		       "\"0x14dc\": expected 0x and 40 hexadecimal digits, got 4 digits");
}

static void what_is_no_json_is_told_with_its_place(void **state)
{
	struct loss_statement s;

	(void)state;
	assert_int_equal(parse(&s, "{\n 'asset': }"), ERR_USAGE);
	assert_non_null(strstr(err.message, "s.json: line 2, column "));
	assert_int_equal(parse(&s, ""), ERR_USAGE);
	assert_int_equal(parse(&s, "{'as_of': 1, 'as_of': 2}"), ERR_USAGE);
	assert_non_null(strstr(err.message, "duplicate"));
}

#define ONE_LOSS(members) STATEMENT(INCIDENT, "'losses': [{" members "}]", "")

static void what_a_loss_needs_is_told(void **state)
{
	(void)state;
	assert_refused(ONE_LOSS("'token': 'USDC'"),
		       "s.json: losses[0]: expected lost, held, lent or borrowed, got none");
	assert_refused(ONE_LOSS("'token': 'DAI', 'lost': '1', 'decimals': 18"),
		       "s.json: losses[0]: expected prices or a feed, got neither");
	assert_refused(ONE_LOSS("'token': 'DAI', 'lost': '1', 'decimals': 18, 'prices': [], "
				"'feed': 'x'"),
		       "s.json: losses[0]: expected prices or a feed, got both");
	assert_refused(ONE_LOSS("'token': 'DAI', 'lost': '1', 'feed': 'x'"),
		       "s.json: losses[0]: decimals is missing; expected the token's decimals");
	assert_refused(ONE_LOSS("'token': 'DAI', 'lost': '1', 'feed': 'x', 'decimals': 18"),
		       "s.json: losses[0]: price_decimals is missing; expected the decimals of the "
		       "prices");
	assert_refused(ONE_LOSS("'token': 'USDC', 'lost': '1', 'decimals': 18"),
		       "s.json: losses[0]: expected the decimals of asset.decimals, got others");
	assert_refused(ONE_LOSS("'token': 'USDC', 'lost': '1', 'feed': 'x'"),
		       "s.json: losses[0]: expected no prices: \"USDC\" is the market's own token "
		       "and counts as it is");
	assert_refused(ONE_LOSS("'token': 'DAI', 'lost': '1', 'decimals': 37"),
		       "s.json: losses[0].decimals: expected a whole number from 0 to 36, got 37");
}

static void the_incidents_part_is_checked(void **state)
{
	(void)state;
	assert_refused(STATEMENT("'incident': {'timestamp': 1, 'funds_lost': '1'}", LOSSES, ""),
		       "s.json: incident.funds_before: is missing; expected funds_lost and "
		       "funds_before, or neither");
	assert_refused(STATEMENT("'incident': {'timestamp': 1, 'funds_before': '1'}", LOSSES, ""),
		       "s.json: incident.funds_lost: is missing; expected funds_lost and "
		       "funds_before, or neither");
	assert_refused(STATEMENT("'incident': {'timestamp': 1, 'funds_lost': '0', "
				 "'funds_before': '0'}",
				 LOSSES, ""),
		       "s.json: incident.funds_before: expected at least 1, got 0");
	assert_refused(STATEMENT("'incident': {'timestamp': 1, 'funds_lost': '6', "
				 "'funds_before': '5'}",
				 LOSSES, ""),
		       "s.json: incident.funds_lost: expected at most funds_before, got more");
}

static void times_stand_in_their_order(void **state)
{
	(void)state;
	assert_refused(STATEMENT(INCIDENT, LOSSES, ", 'reporting': {'requested': 1654999999}"),
		       "s.json: reporting.requested: expected a time not before the incident");
	assert_refused(STATEMENT(INCIDENT, LOSSES,
				 ", 'reporting': {'requested': 1655000009, 'accepted': "
				 "1655000008}"),
		       "s.json: reporting.accepted: expected a time not before requested");
	assert_refused(STATEMENT(INCIDENT, LOSSES, ", 'reporting': {'voted': 1655000008}"),
		       "s.json: reporting.voted: expected reported too, which comes before it");
	assert_refused(STATEMENT(INCIDENT, LOSSES, ", 'as_of': 1654999999"),
		       "s.json: as_of: expected a time not before the incident and the last step");
	assert_refused("{" ASSET ", 'policy': {'cover': '1', 'start': 2, 'end': 1, 'buyer': "
		       "'0x14dc79964da2c08b23698b3d3cc7ca32193d9955'}, " VICTIM ", " INCIDENT
		       ", " LOSSES ", " POOL "}",
		       "s.json: policy.end: expected a time not before start");
}

/* ---- feeds ---- */

static enum status feed(struct guideline_price *price, const char *text)
{
	FILE *file = tmpfile();
	enum status st;

	assert_non_null(file);
	(void)fputs(text, file);
	rewind(file);
	*price = (struct guideline_price){.is_known = false};
	st = price_feed_read(price, file, "feed.csv", 1655000000, &err);
	(void)fclose(file);
	return st;
}

static void a_feed_is_read_by_the_names_of_its_columns(void **state)
{
	struct guideline_price price;

	(void)state;
	assert_ok(feed(&price, "# from nowhere\nround,price,timestamp\r\n1,5,1655000005\r\n\n"
			       "2,\"4\",1655000004\n3,6,1655000006"),
		  err);
	assert_true(u256_equal(price.lowest, u256_from(4)));
	assert_int_equal(price.lowest_at, 1655000004);
	assert_int_equal(price.after, 3);
	assert_ok(feed(&price, "timestamp,price"), err);
	assert_false(price.is_known);
}

static void assert_feed_refused(const char *text, const char *words)
{
	struct guideline_price price;

	assert_int_equal(feed(&price, text), ERR_BAD_DATA);
	assert_string_equal(err.message, words);
}

static void what_is_wrong_in_a_feed_is_told(void **state)
{
	(void)state;
	assert_feed_refused("", "feed.csv: expected a header with the columns timestamp and price, "
				"got an empty file");
	assert_feed_refused("time,price\n",
			    "feed.csv: line 1: expected a header with the columns timestamp and "
			    "price");
	assert_feed_refused("timestamp,price\n1,2\n1\n",
			    "feed.csv: line 3, column \"price\": expected a whole number");
	assert_feed_refused("timestamp,price\n1.5,2\n",
			    "feed.csv: line 2, column \"timestamp\": expected a whole number");
	assert_feed_refused("timestamp,price\n18446744073709551616,2\n",
			    "feed.csv: line 2, column \"timestamp\": expected seconds since 1970");
}

static void a_feed_stands_beside_its_statement(void **state)
{
	char folder[SCRATCH_PATH_SIZE];
	struct loss_statement s;
	const char *path;
	FILE *file;

	(void)state;
	scratch_make(folder);
	path = arena_printf(arena, "%s/s.json", folder);
	file = fopen(arena_printf(arena, "%s/p.csv", folder), "w");
	assert_non_null(file);
	(void)fputs("timestamp,price\n1655000000,7\n", file);
	(void)fclose(file);
	assert_ok(parse(&s, ONE_LOSS("'token': 'DAI', 'lost': '1', 'held': '2', 'feed': 'p.csv', "
				     "'decimals': 18, 'price_decimals': 0")),
		  err);
	assert_ok(loss_statement_feeds(&s, arena, path, &err), err);
	assert_true(u256_equal(s.losses[0].price.lowest, u256_from(7)));
	assert_true(u256_equal(s.losses[1].price.lowest, u256_from(7)));
	s.feeds[0].path = "q.csv";
	assert_int_equal(loss_statement_feeds(&s, arena, path, &err), ERR_SYSTEM);
	assert_non_null(strstr(err.message, "losses[0].feed: cannot open"));
	assert_non_null(strstr(err.message, "/q.csv"));
	scratch_remove(folder);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(the_least_statement_is_read),
		TEST(everything_that_may_be_said_is_read),
		TEST(keys_and_types_are_checked),
		TEST(what_is_no_json_is_told_with_its_place),
		TEST(what_a_loss_needs_is_told),
		TEST(the_incidents_part_is_checked),
		TEST(times_stand_in_their_order),
		TEST(a_feed_is_read_by_the_names_of_its_columns),
		TEST(what_is_wrong_in_a_feed_is_told),
		TEST(a_feed_stands_beside_its_statement),
	};

	return cmocka_run_group_tests_name("loss statement", tests, NULL, NULL);
}
