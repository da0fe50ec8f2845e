/*
 * What is measured of a mirror of the recorded chain, held against the store; of a mirror without a
 * block, and of one that a reorganisation took back.
 */
#include <inttypes.h>
#include <unistd.h>

#include "reconcile/finding.h"
#include "serve/metrics/collect.h"
#include "tests/support/demo_chain.h"

static struct demo demo;
static struct arena *arena;

static int begin(void **state)
{
	static const struct demo_options options = {
		.views_every = 1,
		.views_of_all = true,
		.more = "\"alerts\": [{\"webhook\": \"http://u:secret@127.0.0.1:9/secret\"}],"};

	(void)state;
	arena = arena_new();
	demo_open(&demo, &options);
	return 0;
}

static int end(void **state)
{
	(void)state;
	demo_close(&demo);
	arena_free(arena);
	return 0;
}

/* All families of the mirror, with a line break in front. */
static const char *collected(void)
{
	struct metrics_text out = metrics_text_in(arena);
	struct mirror_view view;

	buffer_text(&out.buffer, "\n");
	assert_ok(mirror_view_open(&view, &demo.config, arena, &demo.err), demo.err);
	assert_ok(collect_mirror(&out, &view, &demo.err), demo.err);
	assert_ok(collect_pools(&out, &view, &demo.err), demo.err);
	assert_ok(collect_nodes(&out, &view, &demo.err), demo.err);
	assert_ok(collect_alerts(&out, &view, &demo.err), demo.err);
	mirror_view_close(&view);
	return buffer_string(&out.buffer);
}

static void assert_line(const char *text, const char *format, ...) PRINTF_LIKE(2, 3);

static void assert_line(const char *text, const char *format, ...)
{
	char line[300];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(line + 1, sizeof(line) - 2, format, arguments);
	va_end(arguments);
	line[0] = '\n';
	(void)strcat(line, "\n");
	if (!strstr(text, line))
		fail_msg("there is no line%s", line);
}

/* The sum of a family's samples whose labels end like this. */
static uint64_t sum_of(const char *text, const char *family, const char *labels_end)
{
	uint64_t sum = 0;

	for (const char *at = text; (at = strstr(at, family)); at++) {
		const char *brace = strchr(at, '}');
		const char *line_end = strchr(at, '\n');

		if (at[-1] != '\n' || !brace || brace > line_end)
			continue;
		if (strncmp(brace + 1 - strlen(labels_end), labels_end, strlen(labels_end)) == 0)
			sum += strtoull(brace + 1, NULL, 10);
	}
	return sum;
}

static struct tally tally(void)
{
	struct moment m;
	struct reading r;
	struct tally row;

	assert_ok(moment_open(&m, &demo.config, NULL, arena, &demo.err), demo.err);
	r = moment_reading(&m, &demo.config.pools[0]);
	row = tally_read(&r);
	moment_close(&m);
	return row;
}

static void a_mirror_tells_what_it_holds(void **state)
{
	struct mirror_view view;
	struct store_stats stats;
	const char *text;

	(void)state;
	assert_ok(demo_sync(&demo, UINT64_MAX), demo.err);
	text = collected();
	assert_line(text, "covermirror_chain_id 31337");
	assert_line(text, "covermirror_chain_recorded 1");
	assert_line(text, "covermirror_head_block 309");
	assert_line(text, "covermirror_indexed_block 309");
	assert_line(text, "covermirror_indexed_timestamp_seconds 1674983112");
	assert_line(text, "covermirror_finalized_block 309");
	assert_line(text, "covermirror_lag_blocks 0");
	assert_line(text, "covermirror_lag_seconds 0");
	assert_line(text, "covermirror_events 847");
	assert_line(text, "covermirror_blocks 309");
	assert_line(text, "covermirror_applied_blocks_total 309");
	assert_line(text, "covermirror_applied_events_total 847");
	assert_line(text, "covermirror_degraded 0");
	assert_line(text, "covermirror_writer_up 0"); /* it has ended */
	assert_line(text, "covermirror_reorgs_total 0");
	assert_line(text,
		    "covermirror_pool_info{pool=\"api3\",protocol=\"api3\",asset=\"API3\"} 1");
	assert_line(text, "covermirror_pool_events{pool=\"api3\"} 847");
	assert_line(text, "covermirror_pool_share_price{pool=\"api3\"} 0.001189810791961149");
	assert_line(text, "covermirror_pool_liquidity{pool=\"api3\"} 10352611.904835454275431881");
	assert_line(text, "covermirror_findings_open{pool=\"api3\",severity=\"error\"} 0");
	assert_null(strstr(text, "covermirror_pool_cover{")); /* not known: no sample */
	assert_line(text, "covermirror_alert_waiting{channel=\"alerts[0] (http://127.0.0.1:9)\","
			  "kind=\"webhook\"} 0");
	assert_line(text, "covermirror_alert_deliveries_total{channel=\"alerts[0] "
			  "(http://127.0.0.1:9)\",kind=\"webhook\",result=\"failed\"} 0");
	assert_null(strstr(text, "covermirror_alert_waiting_since_timestamp_seconds{"));
	assert_null(strstr(text, "secret"));
	assert_int_equal(sum_of(text, "covermirror_proved_blocks{", "\"}"), 309);
	assert_ok(mirror_view_open(&view, &demo.config, arena, &demo.err), demo.err);
	assert_ok(store_stats(&stats, view.txn, &demo.err), demo.err);
	mirror_view_close(&view);
	assert_line(text, "covermirror_row_versions %" PRIu64, stats.row_version_count);
	assert_line(text, "covermirror_store_bytes %" PRIu64, stats.bytes_used);
}

static void checks_of_all_kinds_are_those_of_the_tally(void **state)
{
	const struct protocol *protocol = demo.config.pools[0].protocol;
	const char *text;

	(void)state;
	assert_ok(demo_sync(&demo, UINT64_MAX), demo.err);
	text = collected();
	assert_int_equal(tally().passed, 94145);
	assert_int_equal(sum_of(text, "covermirror_checks{", "result=\"passed\"}"), 94145);
	assert_int_equal(sum_of(text, "covermirror_checks{", "result=\"failed\"}"), 0);
	for (size_t i = 0; i < protocol->check_count; i++)
		if (!strstr(text, arena_printf(arena,
					       "\ncovermirror_checks{pool=\"api3\",check="
					       "\"%s\",result=\"passed\"} ",
					       protocol->checks[i].id)))
			fail_msg("there is no sample of check %s", protocol->checks[i].id);
	assert_null(strstr(text, "check=\"others\""));
}

static void a_rewind_takes_back_what_was_counted(void **state)
{
	uint64_t passed;
	uint64_t shares;
	const char *text;

	(void)state;
	assert_ok(demo_sync(&demo, 200), demo.err);
	text = collected();
	passed = sum_of(text, "covermirror_checks{", "result=\"passed\"}");
	shares = sum_of(text, "covermirror_checks{pool=\"api3\",check=\"shares-sum\"",
			"result=\"passed\"}");
	assert_true(shares > 0);
	assert_int_equal(passed, tally().passed);
	assert_ok(demo_sync(&demo, UINT64_MAX), demo.err);
	assert_true(sum_of(collected(), "covermirror_checks{", "result=\"passed\"}") > passed);
	demo_rewind(&demo, 200);
	text = collected();
	assert_int_equal(sum_of(text, "covermirror_checks{", "result=\"passed\"}"), passed);
	assert_int_equal(sum_of(text, "covermirror_checks{pool=\"api3\",check=\"shares-sum\"",
				"result=\"passed\"}"),
			 shares);
	assert_line(text, "covermirror_indexed_block 200");
	assert_line(text, "covermirror_lag_blocks 109");
	/* Going on from there ends in the same counts. */
	assert_ok(demo_sync(&demo, UINT64_MAX), demo.err);
	assert_int_equal(sum_of(collected(), "covermirror_checks{", "result=\"passed\"}"), 94145);
}

/* An empty mirror, as it is before the first commit of a catch-up. */
static void a_mirror_without_a_block_tells_what_it_can(void **state)
{
	struct store_identity identity = {.chain_id = demo.config.chain_id,
					  .pool_set = demo.config.pool_set};
	struct store *store;
	const char *text;

	(void)state;
	assert_ok(store_open(&store, demo.folder, STORE_WRITE, &identity, &demo.err), demo.err);
	store_close(store);
	text = collected();
	assert_line(text, "covermirror_chain_id 31337");
	assert_line(text, "covermirror_blocks 0");
	assert_line(text, "covermirror_reorgs_total 0");
	assert_null(strstr(text, "covermirror_indexed_block"));
	assert_null(strstr(text, "covermirror_lag_blocks"));
	assert_null(strstr(text, "covermirror_checks{"));
}

static void where_there_is_no_mirror_it_is_said(void **state)
{
	struct mirror_view view;
	struct config nowhere = demo.config;

	(void)state;
	nowhere.store_path = "/nonexistent/mirror";
	assert_int_equal(mirror_view_open(&view, &nowhere, arena, &demo.err), ERR_NOTFOUND);
}

static uint64_t number_of(const char *text, const char *name)
{
	const char *at = strstr(text, arena_printf(arena, "\n%s ", name));

	if (!at)
		fail_msg("there is no %s", name);
	return strtoull(at + strlen(name) + 2, NULL, 10);
}

static void the_process_is_this_one(void **state)
{
	struct metrics_text out = metrics_text_in(arena);
	long page = sysconf(_SC_PAGESIZE);
	const char *text;
	int descriptor;
	uint64_t open;

	(void)state;
	collect_process(&out, 1700000000123U);
	text = buffer_string(&out.buffer);
	assert_line(text, "process_start_time_seconds 1700000000.123");
	assert_int_equal(number_of(text, "process_resident_memory_bytes") % (uint64_t)page, 0);
	assert_true(number_of(text, "process_resident_memory_bytes") > 1000000);
	assert_true(number_of(text, "process_virtual_memory_bytes") >
		    number_of(text, "process_resident_memory_bytes"));
	assert_int_equal(number_of(text, "process_max_fds"), sysconf(_SC_OPEN_MAX));
	assert_true(number_of(text, "process_threads") >= 1);
	open = number_of(text, "process_open_fds");
	descriptor = dup(0);
	assert_true(descriptor >= 0);
	out = metrics_text_in(arena);
	collect_process(&out, 0);
	text = buffer_string(&out.buffer);
	assert_int_equal(number_of(text, "process_open_fds"), open + 1);
	assert_null(strstr(text, "process_start_time_seconds"));
	(void)close(descriptor);
}

#define COLLECT_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		COLLECT_TEST(a_mirror_tells_what_it_holds),
		COLLECT_TEST(checks_of_all_kinds_are_those_of_the_tally),
		COLLECT_TEST(a_rewind_takes_back_what_was_counted),
		COLLECT_TEST(a_mirror_without_a_block_tells_what_it_can),
		COLLECT_TEST(where_there_is_no_mirror_it_is_said),
		COLLECT_TEST(the_process_is_this_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
