/*
 * Who is healthy, and who is ready: each limit, and each reason by itself.
 */
#include "serve/metrics/readiness.h"
#include "tests/support/test.h"

enum { NOW_MS = 1700000000, SECOND = 1000 };

static const struct config_serve limits = {
	.ready_lag_blocks = 16, .ready_head_age_s = 60, .health_silence_s = 5};

static struct arena *arena;
static struct config_endpoint endpoint;
static struct config config;
static struct mirror_view view;

/* A mirror that is at the head, which it has just seen. */
static int begin(void **state)
{
	(void)state;
	arena = arena_new();
	endpoint = (struct config_endpoint){.url = "http://127.0.0.1:8545"};
	config = (struct config){
		.endpoints = &endpoint, .endpoint_count = 1, .poll_interval_ms = 2000};
	view = (struct mirror_view){
		.config = &config,
		.arena = arena,
		.has_moment = true,
		.moment = {.number = 100, .cursor = {.ref = {.number = 100, .timestamp = 1000}}},
		.has_run = true,
		.run = {.has_head = true,
			.head = {.number = 100, .timestamp = 1000},
			.head_seen_ms = NOW_MS},
		.writer = {.is_there = true}};
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* The one reason against it, with these words in it; NULL: it is ready. */
static void assert_reason(const char *id, const char *words)
{
	struct verdict verdict = judge_readiness(&limits, &view, 0, NOW_MS, arena);

	if (!id) {
		assert_int_equal(verdict.count, 0);
		return;
	}
	assert_int_equal(verdict.count, 1);
	assert_string_equal(verdict.reasons[0].id, id);
	if (!strstr(verdict.reasons[0].detail, words))
		fail_msg("%s: %s (expected %s)", id, verdict.reasons[0].detail, words);
}

static void a_mirror_at_the_head_is_ready(void **state)
{
	(void)state;
	assert_reason(NULL, NULL);
}

static void a_thread_that_hangs_is_neither_healthy_nor_ready(void **state)
{
	struct verdict verdict;

	(void)state;
	assert_int_equal(judge_health(&limits, 5 * SECOND, arena).count, 0);
	verdict = judge_health(&limits, 5 * SECOND + 1, arena);
	assert_int_equal(verdict.count, 1);
	assert_string_equal(verdict.reasons[0].id, "hanging");
	assert_non_null(strstr(verdict.reasons[0].detail, "for 5 s, allowed are 5"));
	verdict = judge_readiness(&limits, &view, 5 * SECOND + 1, NOW_MS, arena);
	assert_int_equal(verdict.count, 1);
	assert_string_equal(verdict.reasons[0].id, "hanging");
}

static void the_lag_has_a_limit(void **state)
{
	(void)state;
	view.run.head.number = 116;
	assert_reason(NULL, NULL);
	view.run.head.number = 117;
	assert_reason("lagging", "17 blocks behind the node's head, allowed are 16");
	view.run.head.number = 90; /* the node lags behind */
	assert_reason(NULL, NULL);
}

static void the_head_must_be_young(void **state)
{
	(void)state;
	view.run.head_seen_ms = NOW_MS - 60 * SECOND;
	assert_reason(NULL, NULL);
	view.run.head_seen_ms = NOW_MS - 61 * SECOND;
	assert_reason("head_stale", "for 61 s, allowed are 60");
	view.run.head_seen_ms = NOW_MS + 5 * SECOND; /* the clock was put back */
	assert_reason(NULL, NULL);
	view.run.has_head = false;
	assert_reason("head_unknown", "no node has told");
	view.has_run = false;
	assert_reason("head_unknown", "no node has told");
}

static void who_seldom_looks_may_see_an_older_head(void **state)
{
	(void)state;
	config.poll_interval_ms = 60 * SECOND;
	view.run.head_seen_ms = NOW_MS - 480 * SECOND;
	assert_reason(NULL, NULL);
	view.run.head_seen_ms = NOW_MS - 481 * SECOND;
	assert_reason("head_stale", "for 481 s, allowed are 480");
}

static void a_recorded_chain_has_a_head_for_ever(void **state)
{
	(void)state;
	view.run.head_seen_ms = 1;
	endpoint.url = "file:chain.jsonl.gz";
	assert_reason(NULL, NULL);
	view.run.head.number = 200;
	assert_reason("lagging", "100 blocks");
}

static void a_refused_block_is_told(void **state)
{
	struct pending_finding pending = {
		.finding = {.check = "source-bloom", .severity = SEVERITY_ERROR, .block = 101}};

	(void)state;
	view.moment.pending = &pending;
	view.moment.pending_count = 1;
	assert_reason("refused_block", "block 101 is refused: source-bloom");
	pending.finding.severity = SEVERITY_WARNING;
	assert_reason(NULL, NULL);
}

static void a_full_disk_is_told_without_its_place(void **state)
{
	struct verdict verdict;

	(void)state;
	(void)snprintf(view.writer.trouble, sizeof(view.writer.trouble),
		       "disk full at /var/secret");
	assert_reason("disk", "full");
	verdict = judge_readiness(&limits, &view, 0, NOW_MS, arena);
	assert_null(strstr(verdict.reasons[0].detail, "secret"));
}

static void without_a_writer_nothing_is_new(void **state)
{
	(void)state;
	view.writer.is_there = false;
	assert_reason("no_writer", "nobody");
}

static void a_mirror_without_a_block_is_not_ready(void **state)
{
	(void)state;
	view.has_moment = false;
	assert_reason("empty", "no block yet");
	view.has_moment = true;
	view.moment.is_empty = true;
	assert_reason("empty", "no block yet");
}

static void what_cannot_be_read_is_not_ready(void **state)
{
	struct verdict verdict = judge_readiness(&limits, NULL, 0, NOW_MS, arena);

	(void)state;
	assert_int_equal(verdict.count, 1);
	assert_string_equal(verdict.reasons[0].id, "unreadable");
}

static void all_reasons_are_told_at_once(void **state)
{
	struct pending_finding pending = {
		.finding = {.check = "source-bloom", .severity = SEVERITY_ERROR, .block = 101}};
	struct verdict verdict;

	(void)state;
	view.moment.pending = &pending;
	view.moment.pending_count = 1;
	view.run.head.number = 200;
	view.run.head_seen_ms = 0;
	view.writer.is_there = false;
	(void)snprintf(view.writer.trouble, sizeof(view.writer.trouble), "full");
	verdict = judge_readiness(&limits, &view, 6 * SECOND, NOW_MS, arena);
	assert_int_equal(verdict.count, 6);
	for (size_t i = 0; i < verdict.count; i++)
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(verdict.reasons[i].id, verdict.reasons[k].id);
}

#define READINESS_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		READINESS_TEST(a_mirror_at_the_head_is_ready),
		READINESS_TEST(a_thread_that_hangs_is_neither_healthy_nor_ready),
		READINESS_TEST(the_lag_has_a_limit),
		READINESS_TEST(the_head_must_be_young),
		READINESS_TEST(who_seldom_looks_may_see_an_older_head),
		READINESS_TEST(a_recorded_chain_has_a_head_for_ever),
		READINESS_TEST(a_refused_block_is_told),
		READINESS_TEST(a_full_disk_is_told_without_its_place),
		READINESS_TEST(without_a_writer_nothing_is_new),
		READINESS_TEST(a_mirror_without_a_block_is_not_ready),
		READINESS_TEST(what_cannot_be_read_is_not_ready),
		READINESS_TEST(all_reasons_are_told_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
