/*
 * The payout guideline: each figure of the documentation by name, and every edge.
 */
#include "protocols/insuredao/guideline.h"

#include "tests/protocols/premium.h"

enum { INCIDENT = 1655000000, HOUR = 3600, DAY = 86400 };

static struct trace trace;

static struct assets assets(const char *digits)
{
	return assets_of(number(digits));
}

/* ---- amounts ---- */

static struct assets payout(const char *cover, const char *loss, const char *liquidity)
{
	trace_reset(&trace);
	return guideline_payout(&trace, assets(cover), assets(loss), assets(liquidity));
}

static void the_payout_is_the_lesser_of_cover_and_actual_loss(void **state)
{
	(void)state;
	assert_number(payout("1000", "999", "5000").raw, "999");
	assert_number(payout("1000", "1000", "5000").raw, "1000");
	assert_number(payout("1000", "1001", "5000").raw, "1000");
	assert_number(payout("1000", "0", "5000").raw, "0");
}

static void liability_ends_with_the_pools_liquidity(void **state)
{
	(void)state;
	assert_number(payout("1000", "800", "700").raw, "700");
	assert_number(payout("1000", "800", "800").raw, "800");
	assert_number(payout("1000", "800", "0").raw, "0");
}

static void one_million_lost_of_five_is_twenty_percent(void **state)
{
	struct assets loss;

	(void)state;
	assert_true(guideline_partial_loss(&loss, NULL, assets("1000000"), number("1000000"),
					   number("5000000")));
	assert_number(loss.raw, "200000");
	assert_true(guideline_partial_loss(&loss, NULL, assets("5000000"), number("1000000"),
					   number("5000000")));
	assert_number(loss.raw, "1000000");
	/* Rounded down. */
	assert_true(guideline_partial_loss(&loss, NULL, assets("9"), number("1000000"),
					   number("5000000")));
	assert_number(loss.raw, "1");
}

static void two_million_lent_and_one_borrowed_is_one_million(void **state)
{
	(void)state;
	assert_number(guideline_net_lending(NULL, assets("2000000"), assets("1000000")).raw,
		      "1000000");
	assert_number(guideline_net_lending(NULL, assets("1000000"), assets("1000000")).raw, "0");
	assert_number(guideline_net_lending(NULL, assets("1000000"), assets("1000001")).raw, "0");
}

static void a_partial_loss_of_everything_needs_512_bits_and_has_them(void **state)
{
	struct assets loss;

	(void)state;
	assert_true(guideline_partial_loss(&loss, NULL, assets_of(U256_MAX), U256_MAX, U256_MAX));
	assert_true(u256_equal(loss.raw, U256_MAX));
}

/* ---- prices ---- */

static void the_price_is_the_lowest_of_the_three_days_before_and_after(void **state)
{
	struct guideline_price price = {.is_known = false};

	(void)state;
	guideline_price_look(&price, INCIDENT, INCIDENT - 2 * DAY, u256_from(100));
	guideline_price_look(&price, INCIDENT, INCIDENT, u256_from(90));
	guideline_price_look(&price, INCIDENT, INCIDENT + 2 * DAY, u256_from(80));
	guideline_price_look(&price, INCIDENT, INCIDENT + DAY, u256_from(70));
	assert_true(price.is_known);
	assert_number(price.lowest, "70");
	assert_int_equal(price.lowest_at, INCIDENT + DAY);
	assert_int_equal(price.before, 2);
	assert_int_equal(price.after, 3);
}

static void both_ends_of_the_window_belong_to_it(void **state)
{
	struct guideline_price price = {.is_known = false};

	(void)state;
	guideline_price_look(&price, INCIDENT, INCIDENT - 3 * DAY - 1, u256_from(1));
	guideline_price_look(&price, INCIDENT, INCIDENT + 3 * DAY + 1, u256_from(1));
	assert_false(price.is_known);
	assert_int_equal(price.before + price.after, 0);
	guideline_price_look(&price, INCIDENT, INCIDENT + 3 * DAY, u256_from(8));
	assert_number(price.lowest, "8");
	guideline_price_look(&price, INCIDENT, INCIDENT - 3 * DAY, u256_from(7));
	assert_number(price.lowest, "7");
	assert_int_equal(price.before, 1);
	assert_int_equal(price.after, 1);
}

static void of_equal_prices_the_first_is_told_in_any_order(void **state)
{
	struct guideline_price price = {.is_known = false};

	(void)state;
	guideline_price_look(&price, INCIDENT, INCIDENT + 5, u256_from(7));
	guideline_price_look(&price, INCIDENT, INCIDENT - 5, u256_from(7));
	guideline_price_look(&price, INCIDENT, INCIDENT + 1, u256_from(7));
	assert_int_equal(price.lowest_at, INCIDENT - 5);
}

static void an_incident_near_the_beginning_of_time_is_no_trouble(void **state)
{
	struct guideline_price price = {.is_known = false};

	(void)state;
	guideline_price_look(&price, 10, 0, u256_from(7));
	guideline_price_look(&price, 10, UINT64_MAX, u256_from(1));
	assert_number(price.lowest, "7");
}

static struct guideline_loss loss_of(enum guideline_kind kind, const char *amount,
				     unsigned decimals, const char *price, unsigned price_decimals)
{
	return (struct guideline_loss){
		.kind = kind,
		.token = "TKN",
		.decimals = decimals,
		.amount = number(amount),
		.price = {.is_known = true,
			  .lowest = number(price),
			  .lowest_at = INCIDENT,
			  .before = 1,
			  .after = 1},
		.price_decimals = price_decimals,
	};
}

static void a_value_is_in_base_units_of_the_markets_token(void **state)
{
	struct assets value;
	struct guideline_loss loss =
		loss_of(GUIDELINE_LOST, "1500000000000000000", 18, "120000000000", 8);

	(void)state;
	assert_true(guideline_value(&value, NULL, &loss, 6));
	assert_number(value.raw, "1800000000");
	/* Fewer decimals than the market's token: 1.5 of something at 2. */
	loss = loss_of(GUIDELINE_LOST, "15", 1, "2", 0);
	assert_true(guideline_value(&value, NULL, &loss, 18));
	assert_number(value.raw, "3000000000000000000");
	/* Rounded down. */
	loss = loss_of(GUIDELINE_LOST, "999999999999", 18, "99999999", 8);
	assert_true(guideline_value(&value, NULL, &loss, 6));
	assert_number(value.raw, "0");
}

static void the_markets_own_token_counts_as_it_is(void **state)
{
	struct guideline_loss loss = {.is_asset = true, .amount = u256_from(77), .decimals = 6};
	struct assets value;

	(void)state;
	assert_true(guideline_value(&value, NULL, &loss, 6));
	assert_number(value.raw, "77");
}

static void without_a_price_or_beyond_256_bits_there_is_no_value(void **state)
{
	struct guideline_loss loss = loss_of(GUIDELINE_LOST, "1", 0, "1", 0);
	struct assets value;

	(void)state;
	loss.price.is_known = false;
	trace_reset(&trace);
	assert_false(guideline_value(&value, &trace, &loss, 6));
	assert_false(trace.figures[0].is_computable);
	loss.price.is_known = true;
	loss.amount = U256_MAX;
	assert_false(guideline_value(&value, NULL, &loss, 6));
	assert_true(guideline_value(&value, NULL, &loss, 0));
	loss.price.lowest = U256_MAX;
	loss.amount = U256_ONE;
	assert_false(guideline_value(&value, NULL, &loss, 36));
}

/* ---- deadlines ---- */

static struct guideline_deadline deadlines[GUIDELINE_STEPS];

static void the_steps_take_48_hours_and_3_4_3_and_2_days_14_in_all(void **state)
{
	struct guideline_process process = {{0}, 0};
	uint64_t last = INCIDENT;

	(void)state;
	/* Each done at the last second. */
	for (size_t i = 0; i < GUIDELINE_STEPS; i++) {
		guideline_deadlines(deadlines, INCIDENT, &process);
		process.done[i] = deadlines[i].due;
	}
	guideline_deadlines(deadlines, INCIDENT, &process);
	assert_int_equal(deadlines[STEP_REQUEST].due, INCIDENT + 48 * HOUR);
	assert_int_equal(deadlines[STEP_ACCEPT].limit, 3 * DAY);
	assert_int_equal(deadlines[STEP_REPORT].limit, 4 * DAY);
	assert_int_equal(deadlines[STEP_VOTE].limit, 3 * DAY);
	assert_int_equal(deadlines[STEP_EXECUTE].limit, 2 * DAY);
	for (size_t i = 0; i < GUIDELINE_STEPS; i++) {
		assert_int_equal(deadlines[i].due, last + deadlines[i].limit);
		assert_int_equal(deadlines[i].state, STEP_IN_TIME);
		last = deadlines[i].due;
	}
	assert_int_equal(last, INCIDENT + 14 * DAY);
}

static void a_second_more_is_late(void **state)
{
	(void)state;
	for (size_t late = 0; late < GUIDELINE_STEPS; late++) {
		struct guideline_process process = {{0}, 0};

		for (size_t i = 0; i <= late; i++) {
			guideline_deadlines(deadlines, INCIDENT, &process);
			process.done[i] = deadlines[i].due + (i == late);
		}
		guideline_deadlines(deadlines, INCIDENT, &process);
		for (size_t i = 0; i < late; i++)
			assert_int_equal(deadlines[i].state, STEP_IN_TIME);
		assert_int_equal(deadlines[late].state, STEP_LATE);
	}
}

static void what_is_not_done_is_open_until_its_time_is_over(void **state)
{
	struct guideline_process process = {{INCIDENT + HOUR}, 0};
	uint64_t due = INCIDENT + HOUR + 3 * DAY;

	(void)state;
	guideline_deadlines(deadlines, INCIDENT, &process);
	assert_int_equal(deadlines[STEP_ACCEPT].due, due);
	assert_int_equal(deadlines[STEP_ACCEPT].state, STEP_OPEN);
	assert_int_equal(deadlines[STEP_REPORT].state, STEP_WAITING);
	assert_int_equal(deadlines[STEP_REPORT].due, 0);
	process.as_of = due;
	guideline_deadlines(deadlines, INCIDENT, &process);
	assert_int_equal(deadlines[STEP_ACCEPT].state, STEP_OPEN);
	process.as_of = due + 1;
	guideline_deadlines(deadlines, INCIDENT, &process);
	assert_int_equal(deadlines[STEP_ACCEPT].state, STEP_MISSED);
	assert_int_equal(deadlines[STEP_REPORT].state, STEP_WAITING);
}

/* ---- the whole ---- */

static struct guideline_loss losses[4];
static struct guideline_token tokens[4];
static struct guideline_verdict verdict;

/* Nothing excludes it: a cover of 1,000, a loss of 800, a pool of 5,000. */
static struct guideline_statement sound(void)
{
	losses[0] = (struct guideline_loss){.kind = GUIDELINE_LOST,
					    .token = "USDC",
					    .decimals = 6,
					    .amount = u256_from(800),
					    .is_asset = true};
	return (struct guideline_statement){
		.cover = assets("1000"),
		.start = INCIDENT - 10,
		.end = INCIDENT + 10,
		.buyer = {{1}},
		.victim = {{1}},
		.incident = INCIDENT,
		.funds_lost = U256_ONE,
		.funds_before = U256_ONE,
		.liquidity = assets("5000"),
		.asset_decimals = 6,
		.losses = losses,
		.loss_count = 1,
		.process = {{INCIDENT + HOUR}, 0},
		.facts = {GUIDELINE_YES, GUIDELINE_YES, GUIDELINE_YES, GUIDELINE_NO},
	};
}

static void assess(const struct guideline_statement *statement)
{
	trace_reset(&trace);
	guideline_assess(&verdict, tokens, &trace, statement);
	assert_false(trace.is_cut);
}

/* Only that exclusion has that answer, all others do not apply. */
static void assert_only(enum guideline_exclusion exclusion, enum guideline_answer answer)
{
	for (size_t i = 0; i < GUIDELINE_EXCLUSIONS; i++)
		assert_int_equal(verdict.exclusions[i].applies,
				 i == exclusion ? answer : GUIDELINE_NO);
	assert_int_equal(verdict.decision,
			 answer == GUIDELINE_YES ? DECISION_EXCLUDED : DECISION_HUMAN);
	assert_true(verdict.is_computable);
	assert_number(verdict.payout.raw, "800");
	assert_number(verdict.payable.raw, answer == GUIDELINE_YES ? "0" : "800");
}

static void a_sound_claim_is_payable(void **state)
{
	struct guideline_statement s = sound();

	(void)state;
	assess(&s);
	assert_int_equal(verdict.decision, DECISION_PAYABLE);
	assert_number(verdict.payable.raw, "800");
	assert_string_equal(trace.figures[trace.count - 1].name, "payout");
	assert_number(trace.figures[trace.count - 1].value, "800");
}

static void the_period_includes_its_first_and_last_second(void **state)
{
	struct guideline_statement s = sound();

	(void)state;
	s.start = s.end = INCIDENT;
	assess(&s);
	assert_int_equal(verdict.decision, DECISION_PAYABLE);
	s.end = INCIDENT - 1;
	s.start = INCIDENT - 9;
	assess(&s);
	assert_only(EXCLUDED_PERIOD, GUIDELINE_YES);
	s.start = INCIDENT + 1;
	s.end = INCIDENT + 9;
	assess(&s);
	assert_only(EXCLUDED_PERIOD, GUIDELINE_YES);
}

static void buyer_and_victim_must_be_the_same_address(void **state)
{
	struct guideline_statement s = sound();

	(void)state;
	s.victim.bytes[19] = 2;
	assess(&s);
	assert_only(EXCLUDED_ADDRESS, GUIDELINE_YES);
}

static void a_request_after_48_hours_excludes(void **state)
{
	struct guideline_statement s = sound();

	(void)state;
	s.process.done[0] = INCIDENT + 48 * HOUR;
	assess(&s);
	assert_int_equal(verdict.decision, DECISION_PAYABLE);
	s.process.done[0]++;
	assess(&s);
	assert_only(EXCLUDED_LATE_REQUEST, GUIDELINE_YES);
	s.process.done[0] = 0;
	assess(&s);
	assert_only(EXCLUDED_LATE_REQUEST, GUIDELINE_HUMAN);
	s.process.as_of = INCIDENT + 48 * HOUR + 1;
	assess(&s);
	assert_only(EXCLUDED_LATE_REQUEST, GUIDELINE_YES);
}

static void a_late_step_after_the_request_is_a_humans_to_judge(void **state)
{
	struct guideline_statement s = sound();

	(void)state;
	s.process.done[STEP_ACCEPT] = INCIDENT + HOUR + 3 * DAY + 1;
	assess(&s);
	assert_only(EXCLUDED_PROCESS, GUIDELINE_HUMAN);
	s.process.done[STEP_ACCEPT] = 0;
	s.process.as_of = INCIDENT + HOUR + 3 * DAY + 1;
	assess(&s);
	assert_only(EXCLUDED_PROCESS, GUIDELINE_HUMAN);
}

static void prices_on_one_side_only_are_a_humans_to_judge(void **state)
{
	struct guideline_statement s = sound();

	(void)state;
	losses[0] = loss_of(GUIDELINE_LOST, "800", 6, "1", 0);
	assess(&s);
	assert_int_equal(verdict.decision, DECISION_PAYABLE);
	losses[0].price.after = 0;
	assess(&s);
	assert_only(EXCLUDED_PRICES, GUIDELINE_HUMAN);
	losses[0].price.after = 1;
	losses[0].price.before = 0;
	assess(&s);
	assert_only(EXCLUDED_PRICES, GUIDELINE_HUMAN);
}

static void a_window_that_is_not_over_is_a_humans_to_judge(void **state)
{
	struct guideline_statement s = sound();

	(void)state;
	losses[0] = loss_of(GUIDELINE_LOST, "800", 6, "1", 0);
	s.process.as_of = INCIDENT + 3 * DAY - 1;
	assess(&s);
	assert_only(EXCLUDED_PRICES, GUIDELINE_HUMAN);
	s.process.as_of++;
	assess(&s);
	assert_int_equal(verdict.decision, DECISION_PAYABLE);
}

static void facts_exclude_where_they_are_said_and_ask_where_not(void **state)
{
	static const enum guideline_exclusion exclusions[] = {EXCLUDED_CAUSE, EXCLUDED_CODE,
							      EXCLUDED_IMMATERIAL, EXCLUDED_OTHER};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct guideline_statement s = sound();
		enum guideline_answer *facts[] = {&s.facts.covered_cause, &s.facts.investigable,
						  &s.facts.material_loss, &s.facts.other_exclusion};

		*facts[i] = i == 3 ? GUIDELINE_YES : GUIDELINE_NO;
		assess(&s);
		assert_only(exclusions[i], GUIDELINE_YES);
		*facts[i] = GUIDELINE_HUMAN;
		assess(&s);
		assert_only(exclusions[i], GUIDELINE_HUMAN);
	}
}

static void a_token_without_a_price_leaves_the_payout_open(void **state)
{
	struct guideline_statement s = sound();

	(void)state;
	losses[1] = loss_of(GUIDELINE_HELD, "5", 6, "1", 0);
	losses[1].price = (struct guideline_price){.is_known = false};
	s.loss_count = 2;
	assess(&s);
	assert_false(verdict.is_computable);
	assert_false(verdict.is_payable_known);
	assert_int_equal(verdict.decision, DECISION_HUMAN);
	assert_true(tokens[0].is_computable);
	assert_false(tokens[1].is_computable);
	assert_false(trace.figures[trace.count - 1].is_computable);
	/* What is excluded pays nothing all the same. */
	s.victim.bytes[0] = 9;
	assess(&s);
	assert_int_equal(verdict.decision, DECISION_EXCLUDED);
	assert_true(verdict.is_payable_known);
	assert_number(verdict.payable.raw, "0");
}

static void lending_is_netted_over_all_tokens_then_the_part_is_taken(void **state)
{
	struct guideline_statement s = sound();

	(void)state;
	/* (600 held + 2,000 lent - 1,000 borrowed) * 1 // 5 + 30 lost */
	losses[0] = loss_of(GUIDELINE_HELD, "300", 6, "2", 0);
	losses[1] = loss_of(GUIDELINE_LENT, "2000", 6, "1", 0);
	losses[2] = loss_of(GUIDELINE_BORROWED, "500", 6, "2", 0);
	losses[3] = loss_of(GUIDELINE_LOST, "30", 6, "1", 0);
	s.loss_count = 4;
	s.funds_before = u256_from(5);
	assess(&s);
	assert_number(verdict.payout.raw, "350");
	assert_int_equal(verdict.decision, DECISION_PAYABLE);
}

static void sums_beyond_256_bits_leave_the_payout_open(void **state)
{
	struct guideline_statement s = sound();

	(void)state;
	losses[0].amount = U256_MAX;
	losses[1] = losses[0];
	losses[1].amount = U256_ONE;
	s.loss_count = 2;
	assess(&s);
	assert_false(verdict.is_computable);
	assert_int_equal(verdict.decision, DECISION_HUMAN);
	losses[1].kind = GUIDELINE_HELD;
	assess(&s);
	assert_false(verdict.is_computable);
	losses[1].amount = U256_ZERO;
	assess(&s);
	assert_true(verdict.is_computable);
	assert_number(verdict.payout.raw, "1000");
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(the_payout_is_the_lesser_of_cover_and_actual_loss),
		TEST(liability_ends_with_the_pools_liquidity),
		TEST(one_million_lost_of_five_is_twenty_percent),
		TEST(two_million_lent_and_one_borrowed_is_one_million),
		TEST(a_partial_loss_of_everything_needs_512_bits_and_has_them),
		TEST(the_price_is_the_lowest_of_the_three_days_before_and_after),
		TEST(both_ends_of_the_window_belong_to_it),
		TEST(of_equal_prices_the_first_is_told_in_any_order),
		TEST(an_incident_near_the_beginning_of_time_is_no_trouble),
		TEST(a_value_is_in_base_units_of_the_markets_token),
		TEST(the_markets_own_token_counts_as_it_is),
		TEST(without_a_price_or_beyond_256_bits_there_is_no_value),
		TEST(the_steps_take_48_hours_and_3_4_3_and_2_days_14_in_all),
		TEST(a_second_more_is_late),
		TEST(what_is_not_done_is_open_until_its_time_is_over),
		TEST(a_sound_claim_is_payable),
		TEST(the_period_includes_its_first_and_last_second),
		TEST(buyer_and_victim_must_be_the_same_address),
		TEST(a_request_after_48_hours_excludes),
		TEST(a_late_step_after_the_request_is_a_humans_to_judge),
		TEST(prices_on_one_side_only_are_a_humans_to_judge),
		TEST(a_window_that_is_not_over_is_a_humans_to_judge),
		TEST(facts_exclude_where_they_are_said_and_ask_where_not),
		TEST(a_token_without_a_price_leaves_the_payout_open),
		TEST(lending_is_netted_over_all_tokens_then_the_part_is_taken),
		TEST(sums_beyond_256_bits_leave_the_payout_open),
	};

	return cmocka_run_group_tests_name("insuredao guideline", tests, NULL, NULL);
}
