/*
 * The life of a finding: opened once, resolved, opened again; one of an event stays.
 */
#include "protocols/apply.h"
#include "tests/support/pool_script.h"

struct seen {
	struct arena *arena;
	size_t count;
	char id[2 * FINDING_ID_BYTES + 1];
	struct finding finding;
};

static bool see(void *context, const uint8_t *key, const struct finding *finding)
{
	struct seen *seen = context;

	if (!*finding->state)
		return true;
	seen->count++;
	(void)finding_id_format(seen->id, key);
	seen->finding = *finding;
	seen->finding.check = arena_string(seen->arena, finding->check);
	seen->finding.subject = arena_string(seen->arena, finding->subject);
	seen->finding.expected = arena_string(seen->arena, finding->expected);
	seen->finding.actual = arena_string(seen->arena, finding->actual);
	seen->finding.difference = arena_string(seen->arena, finding->difference);
	seen->finding.trace = arena_string(seen->arena, finding->trace);
	seen->finding.state = arena_string(seen->arena, finding->state);
	return true;
}

static struct seen look(struct script *s)
{
	struct seen seen = {.arena = s->arena};
	struct reading reading = script_reading(s);

	findings_each(&reading, see, &seen);
	return seen;
}

static struct tally tally(struct script *s)
{
	struct reading reading = script_reading(s);

	return tally_read(&reading);
}

static int begin(void **state)
{
	struct script *s = calloc(1, sizeof(*s));

	if (!s)
		return -1;
	script_open(s, NULL);
	*state = s;
	return 0;
}

static int end(void **state)
{
	struct script *s = *state;

	script_close(s);
	free(s);
	return 0;
}

/* shares-sum fails with this many shares too many, and holds with none. */
static void set_wrong_shares(struct script *s, uint64_t too_many)
{
	script_totals(s)->total_shares = shares_of(u256_from(s->contract.total_shares + too_many));
}

static void a_finding_of_an_event_says_what_was_wrong_and_where(void **state)
{
	struct script *s = *state;
	struct event_log *log;
	struct seen seen;

	script_deposit(s, BOB, 3);
	script_deposit(s, ALICE, 100);
	log = script_last(s, "Deposited");
	script_put(s, log, 1, 99);
	/* Brief, and the books put right, so that it is the only finding. */
	script_apply(s);
	seen = look(s);
	assert_int_equal(script_count(s, "event-figures"), 1);
	assert_string_equal(seen.finding.state, "open");
	script_restart(s, SIZE_MAX, 0);
	script_deposit_and_stake(s, ALICE, 100);
	script_schedule(s, ALICE, 10);
	log = script_last(s, "ScheduledUnstake");
	script_put(s, log, 2, s->contract.users[ALICE].scheduled_for + 7);
	script_apply(s);
	seen = look(s);
	assert_int_equal(seen.count, 1);
	assert_string_equal(seen.finding.check, "event-figures");
	assert_int_equal(seen.finding.severity, SEVERITY_ERROR);
	assert_int_equal(seen.finding.block, 2);
	assert_true(hash_equal(seen.finding.transaction, log->transaction_hash));
	assert_true(seen.finding.has_log);
	assert_int_equal(seen.finding.log_index, log->log_index);
	assert_string_equal(seen.finding.subject,
			    "0xa1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1 scheduledFor");
	assert_string_equal(seen.finding.expected,
			    script_number(s, s->contract.users[ALICE].scheduled_for));
	assert_string_equal(seen.finding.actual,
			    script_number(s, s->contract.users[ALICE].scheduled_for + 7));
	assert_string_equal(seen.finding.difference, "7");
	assert_non_null(strstr(seen.finding.trace, "scheduledFor\ttimestamp + unstakeWaitPeriod"));
	assert_string_equal(seen.finding.state, "open");
	assert_int_equal(seen.finding.first_seen, 2);
	assert_int_equal(seen.finding.resolved_at, 0);
}

static void a_finding_of_an_event_stays_open(void **state)
{
	struct script *s = *state;

	script_schedule(s, ALICE, 0); /* no shares */
	script_next(s, 10);
	assert_int_equal(script_count_open(s, "unstake-covered"), 1);
	script_deposit_and_stake(s, ALICE, 100);
	script_next(s, 2 * SCRIPT_WEEK);
	script_unstake(s, ALICE);
	script_schedule(s, ALICE, 10); /* right this time */
	script_next(s, 10);
	assert_int_equal(script_count_open(s, "unstake-covered"), 1);
	assert_int_equal(tally(s).open_error, 1);
	assert_int_equal(tally(s).open_standing, 0);
}

static void the_same_failure_of_two_events_makes_two_findings(void **state)
{
	struct script *s = *state;

	script_schedule(s, ALICE, 0);
	script_next(s, 10);
	script_schedule(s, ALICE, 0);
	script_next(s, 10);
	assert_int_equal(script_count(s, "unstake-covered"), 2);
	assert_int_equal(tally(s).open_error, script_count_open(s, NULL));
}

static void a_standing_finding_is_opened_once(void **state)
{
	struct script *s = *state;
	struct seen seen;

	set_wrong_shares(s, 5);
	script_next(s, 10);
	script_next(s, 10);
	script_next(s, 10);
	seen = look(s);
	assert_int_equal(seen.count, 1);
	assert_string_equal(seen.finding.check, "shares-sum");
	assert_int_equal(seen.finding.block, 2);
	assert_false(seen.finding.has_log);
	assert_true(hash_is_zero(seen.finding.transaction));
	assert_string_equal(seen.finding.expected, "1");
	assert_string_equal(seen.finding.actual, "6");
	assert_string_equal(seen.finding.difference, "5");
	assert_int_equal(tally(s).open_error, 1);
	assert_int_equal(tally(s).open_standing, 1);
	assert_int_equal(tally(s).failed, 3);
}

static void a_standing_finding_is_resolved_by_the_block_at_which_it_holds(void **state)
{
	struct script *s = *state;
	struct seen seen;

	set_wrong_shares(s, 5);
	script_next(s, 10);
	script_next(s, 10);
	set_wrong_shares(s, 0);
	script_next(s, 10);
	script_next(s, 10);
	seen = look(s);
	assert_int_equal(seen.count, 1);
	assert_string_equal(seen.finding.state, "resolved");
	assert_int_equal(seen.finding.resolved_at, 4);
	assert_int_equal(seen.finding.first_seen, 2);
	assert_int_equal(tally(s).open_error, 0);
	assert_int_equal(tally(s).open_standing, 0);
	assert_false(s->recorder.checker.has_open_standing);
}

static void a_standing_finding_that_comes_back_is_the_same_one(void **state)
{
	struct script *s = *state;
	struct seen first;
	struct seen again;

	set_wrong_shares(s, 5);
	script_next(s, 10);
	first = look(s);
	set_wrong_shares(s, 0);
	script_next(s, 10);
	set_wrong_shares(s, 6);
	script_next(s, 10);
	again = look(s);
	assert_int_equal(again.count, 1);
	assert_string_equal(again.id, first.id);
	assert_string_equal(again.finding.state, "open");
	assert_int_equal(again.finding.first_seen, 2);
	assert_int_equal(again.finding.block, 4);
	assert_int_equal(again.finding.resolved_at, 0);
	assert_string_equal(again.finding.difference, "6");
	assert_int_equal(tally(s).open_error, 1);
}

static void a_new_run_knows_what_the_last_one_left_open(void **state)
{
	struct script *s = *state;
	struct recorder fresh;

	recorder_init(&fresh, &s->applying);
	assert_false(fresh.checker.has_open_standing);
	set_wrong_shares(s, 5);
	script_next(s, 10);
	recorder_init(&fresh, &s->applying);
	assert_true(fresh.checker.has_open_standing);
}

static void ids_are_the_same_in_every_mirror(void **state)
{
	struct script *s = *state;
	char standing[2 * FINDING_ID_BYTES + 1];

	set_wrong_shares(s, 5);
	script_next(s, 10);
	memcpy(standing, look(s).id, sizeof(standing));
	/* Another block and other figures: still the same question. */
	script_restart(s, SIZE_MAX, 0);
	script_next(s, 500);
	script_next(s, 500);
	set_wrong_shares(s, 77);
	script_next(s, 10);
	assert_string_equal(look(s).id, standing);
	/* keccak256("script\0" "shares-sum\0" "\0"), the first 16 bytes: a promise to who keeps
	 * findings by their ids. */
	assert_string_equal(standing, "c63abb375ac8f4a7f9f8103d32088359");
}

static void ids_of_events_depend_on_the_event(void **state)
{
	struct script *s = *state;
	char first[2 * FINDING_ID_BYTES + 1];

	script_schedule(s, ALICE, 0);
	script_next(s, 10);
	assert_int_equal(look(s).count, 1);
	memcpy(first, look(s).id, sizeof(first));
	script_restart(s, SIZE_MAX, 0);
	script_schedule(s, ALICE, 0);
	script_next(s, 10);
	assert_string_equal(look(s).id, first);
	script_restart(s, SIZE_MAX, 0);
	script_schedule(s, BOB, 0);
	script_next(s, 10);
	assert_string_not_equal(look(s).id, first);
	script_restart(s, SIZE_MAX, 0);
	script_next(s, 10);
	script_schedule(s, ALICE, 0);
	script_next(s, 10);
	assert_string_not_equal(look(s).id, first);
}

static void the_tally_counts_comparisons_and_events(void **state)
{
	struct script *s = *state;
	struct tally before = tally(s);
	struct tally after;

	script_next(s, 10); /* nothing in it: eight questions about the books, none of an event */
	after = tally(s);
	assert_int_equal(after.events, before.events);
	assert_true(after.passed > before.passed);
	before = after;
	script_deposit(s, ALICE, 5); /* MintedReward, Deposited, and their two Transfers */
	script_next(s, 10);
	after = tally(s);
	assert_int_equal(after.events, before.events + 4);
	assert_true(after.passed > before.passed + 8);
	assert_int_equal(after.failed, 0);
}

static void findings_of_each_severity_are_counted_apart(void **state)
{
	struct script *s = *state;
	struct check_rule checks[API3_CHECK_COUNT];
	struct protocol protocol = *protocol_find("api3");

	memcpy(checks, protocol.checks, sizeof(checks));
	checks[API3_UNSTAKE_COVERED].severity = SEVERITY_WARNING;
	checks[API3_SHARES_SUM].severity = SEVERITY_INFO;
	protocol.checks = checks;
	script_close(s);
	script_open(s, &protocol);
	script_schedule(s, ALICE, 0);
	set_wrong_shares(s, 1);
	script_next(s, 10);
	assert_int_equal(tally(s).open_warning, 1);
	assert_int_equal(tally(s).open_info, 1);
	assert_int_equal(tally(s).open_error, 0);
	set_wrong_shares(s, 0);
	script_next(s, 10);
	assert_int_equal(tally(s).open_warning, 1);
	assert_int_equal(tally(s).open_info, 0);
}

static void a_mirror_as_of_an_earlier_block_has_the_findings_of_then(void **state)
{
	struct script *s = *state;
	struct seen seen = {.arena = s->arena};
	struct reading reading;

	set_wrong_shares(s, 5);
	script_next(s, 10);
	set_wrong_shares(s, 0);
	script_next(s, 10);
	reading = script_reading(s);
	reading.block = 2;
	reading.state = state_open(s->txn, 2);
	findings_each(&reading, see, &seen);
	assert_int_equal(tally_read(&reading).open_error, 1);
	state_close(reading.state);
	assert_int_equal(seen.count, 1);
	assert_string_equal(seen.finding.state, "open");
}

/* ---- by check ---- */

static struct check_counts by_check(struct script *s)
{
	struct reading reading = script_reading(s);
	struct check_counts counts;

	assert_ok(tally_by_check(&counts, &reading, &s->err), s->err);
	return counts;
}

static struct check_count of_check(struct script *s, const char *id)
{
	struct check_counts counts = by_check(s);

	return check_counts_of(&counts, check_tag(id));
}

static void assert_sums(struct script *s)
{
	struct check_counts counts = by_check(s);
	struct check_count sum = {0};

	for (size_t i = 0; i < counts.size; i++) {
		sum.passed += counts.counts[i].passed;
		sum.failed += counts.counts[i].failed;
	}
	assert_int_equal(sum.passed, tally(s).passed);
	assert_int_equal(sum.failed, tally(s).failed);
}

static void comparisons_are_counted_by_check(void **state)
{
	struct script *s = *state;
	struct check_count figures;
	struct check_count shares;

	script_deposit_and_stake(s, ALICE, 100);
	script_next(s, 10);
	figures = of_check(s, "event-figures");
	shares = of_check(s, "shares-sum");
	assert_true(figures.passed > 0);
	assert_true(shares.passed > 0);
	assert_int_equal(figures.failed + shares.failed, 0);
	assert_int_equal(of_check(s, "unstake-waited").passed, 0);
	assert_sums(s);
	set_wrong_shares(s, 5);
	script_next(s, 10);
	assert_int_equal(of_check(s, "shares-sum").passed, shares.passed);
	assert_int_equal(of_check(s, "shares-sum").failed, 1);
	assert_int_equal(of_check(s, "event-figures").failed, 0);
	assert_sums(s);
}

static void a_new_run_goes_on_counting_by_check(void **state)
{
	struct script *s = *state;
	struct check_count before;

	script_deposit_and_stake(s, ALICE, 100);
	script_next(s, 10);
	before = of_check(s, "shares-sum");
	recorder_init(&s->recorder, &s->applying);
	script_next(s, 10);
	assert_true(of_check(s, "shares-sum").passed > before.passed);
	assert_sums(s);
}

/* As a store of an earlier version has them: counts in all, and none by check. */
static void what_was_not_counted_by_check_stays_uncounted(void **state)
{
	struct script *s = *state;
	struct tally *row;
	struct check_count sum = {0};
	struct check_counts counts;
	uint64_t before;

	script_deposit_and_stake(s, ALICE, 100);
	script_next(s, 10);
	row = state_row(s->state, &table_tally, 0, "");
	row->by_check = slice_of(NULL, 0);
	((struct check_order *)state_row(s->state, &table_check_order, 0, ""))->tags =
		slice_of(NULL, 0);
	before = tally(s).passed;
	recorder_init(&s->recorder, &s->applying);
	script_next(s, 10);
	counts = by_check(s);
	for (size_t i = 0; i < counts.size; i++)
		sum.passed += counts.counts[i].passed;
	assert_true(sum.passed > 0);
	assert_int_equal(sum.passed, tally(s).passed - before);
}

static void damaged_counts_are_an_error_of_the_run(void **state)
{
	struct script *s = *state;
	struct reading reading;
	struct check_counts counts;
	struct tally *row;

	script_deposit_and_stake(s, ALICE, 100);
	script_next(s, 10);
	row = state_row(s->state, &table_tally, 0, "");
	row->by_check = slice_of("\1", 1);
	reading = script_reading(s);
	assert_int_equal(tally_by_check(&counts, &reading, &s->err), ERR_CORRUPT);
	assert_non_null(
		strstr(s->err.message, "pool script: the counts of its checks are damaged"));
	recorder_init(&s->recorder, &s->applying);
	assert_int_equal(state_status(s->state, &s->err), ERR_CORRUPT);
	assert_non_null(
		strstr(s->err.message, "pool script: the counts of its checks are damaged"));
}

/* ---- findings that are ready, of the source ---- */

/* The block in hand is applied, and these findings are added to it. */
static void add_in_block(struct script *s, const struct finding *findings, size_t count)
{
	struct apply_options options = {0};
	size_t events;

	assert_ok(apply_block(&events, &s->applying, s->logs, s->log_count, &options, &s->err),
		  s->err);
	for (size_t i = 0; i < count; i++) {
		uint8_t key[FINDING_ID_BYTES] = {(uint8_t)findings[i].log_index};

		recorder_add(&s->recorder, key, &findings[i]);
	}
	recorder_end_block(&s->recorder, events);
}

static struct finding ready(uint32_t log_index, uint64_t severity, const char *state)
{
	return (struct finding){.check = "source-log-omitted",
				.severity = severity,
				.block = 1,
				.transaction = {{3}},
				.has_log = true,
				.log_index = log_index,
				.subject = "node http://127.0.0.1:1",
				.expected = "Staked",
				.actual = "not there",
				.difference = "",
				.trace = "",
				.state = state,
				.first_seen = 1};
}

static void a_ready_finding_is_a_failed_check_of_its_block(void **state)
{
	struct script *s = *state;
	const struct finding findings[] = {ready(1, SEVERITY_WARNING, "open"),
					   ready(2, SEVERITY_ERROR, "open"),
					   ready(3, SEVERITY_ERROR, "resolved")};
	struct tally before = tally(s);
	struct seen seen;

	add_in_block(s, findings, 3);
	assert_int_equal(tally(s).failed, before.failed + 3);
	assert_int_equal(tally(s).open_warning, before.open_warning + 1);
	assert_int_equal(tally(s).open_error, before.open_error + 1);
	assert_int_equal(tally(s).open_standing, before.open_standing);
	assert_false(s->recorder.checker.has_open_standing);
	assert_int_equal(script_count(s, "source-log-omitted"), 3);
	assert_int_equal(script_count_open(s, "source-log-omitted"), 2);
	seen = look(s);
	assert_string_equal(seen.finding.subject, "node http://127.0.0.1:1");
	assert_string_equal(seen.finding.expected, "Staked");
	assert_string_equal(seen.finding.actual, "not there");
	assert_int_equal(seen.finding.severity, SEVERITY_ERROR);
	assert_int_equal(seen.finding.log_index, 3);
	assert_int_equal(seen.finding.ordinal, before.failed + 3);
	assert_int_equal(of_check(s, "source-log-omitted").failed, 3);
	assert_sums(s);
}

static void a_ready_finding_that_is_open_stays_as_it_is(void **state)
{
	struct script *s = *state;
	struct finding findings[] = {ready(1, SEVERITY_ERROR, "open"),
				     ready(1, SEVERITY_WARNING, "resolved")};
	struct tally before = tally(s);

	findings[1].expected = "Unstaked";
	add_in_block(s, findings, 2);
	assert_int_equal(tally(s).failed, before.failed + 1);
	assert_int_equal(tally(s).open_error, before.open_error + 1);
	assert_string_equal(look(s).finding.state, "open");
	assert_string_equal(look(s).finding.expected, "Staked");
}

static void a_ready_finding_that_was_resolved_may_come_again(void **state)
{
	struct script *s = *state;
	const struct finding findings[] = {ready(1, SEVERITY_ERROR, "resolved"),
					   ready(1, SEVERITY_ERROR, "open")};
	struct tally before = tally(s);

	add_in_block(s, findings, 2);
	assert_int_equal(tally(s).failed, before.failed + 2);
	assert_int_equal(tally(s).open_error, before.open_error + 1);
	assert_int_equal(look(s).count, 1);
	assert_string_equal(look(s).finding.state, "open");
}

#define FINDING_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FINDING_TEST(a_finding_of_an_event_says_what_was_wrong_and_where),
		FINDING_TEST(a_finding_of_an_event_stays_open),
		FINDING_TEST(the_same_failure_of_two_events_makes_two_findings),
		FINDING_TEST(a_standing_finding_is_opened_once),
		FINDING_TEST(a_standing_finding_is_resolved_by_the_block_at_which_it_holds),
		FINDING_TEST(a_standing_finding_that_comes_back_is_the_same_one),
		FINDING_TEST(a_new_run_knows_what_the_last_one_left_open),
		FINDING_TEST(ids_are_the_same_in_every_mirror),
		FINDING_TEST(ids_of_events_depend_on_the_event),
		FINDING_TEST(the_tally_counts_comparisons_and_events),
		FINDING_TEST(findings_of_each_severity_are_counted_apart),
		FINDING_TEST(a_mirror_as_of_an_earlier_block_has_the_findings_of_then),
		FINDING_TEST(comparisons_are_counted_by_check),
		FINDING_TEST(a_new_run_goes_on_counting_by_check),
		FINDING_TEST(what_was_not_counted_by_check_stays_uncounted),
		FINDING_TEST(damaged_counts_are_an_error_of_the_run),
		FINDING_TEST(a_ready_finding_is_a_failed_check_of_its_block),
		FINDING_TEST(a_ready_finding_that_is_open_stays_as_it_is),
		FINDING_TEST(a_ready_finding_that_was_resolved_may_come_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
