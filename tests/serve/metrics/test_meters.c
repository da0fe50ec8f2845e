/*
 * What the server counts, by several threads at once, and the mirror's signs of life.
 */
#include <pthread.h>
#include <stdio.h>

#include "serve/metrics/telemetry.h"
#include "tests/support/test.h"

static const char *const paths[] = {"/v1/status", "/v1/pools/{name}"};

static uint64_t now;

static uint64_t tell_time(void *context)
{
	(void)context;
	return now;
}

static const struct clock test_clock = {.now_ms = tell_time};

/* Whether the line is among those that the meters write. */
static bool shows(const struct telemetry *telemetry, const char *line)
{
	struct arena *arena = arena_new();
	struct metrics_text out = metrics_text_in(arena);
	const char *wanted = arena_printf(arena, "\n%s\n", line);
	bool is_there;

	http_meter_write(&out, telemetry->http);
	is_there = strstr(buffer_string(&out.buffer), wanted) != NULL;
	if (!is_there)
		print_message("%s\nhas no %s\n", buffer_string(&out.buffer), line);
	arena_free(arena);
	return is_there;
}

static void requests_are_counted_by_route_and_status(void **state)
{
	struct telemetry *telemetry = telemetry_new(&test_clock, paths, 2);
	struct http_meter *meter = telemetry->http;

	(void)state;
	for (int i = 0; i < 8; i++)
		http_meter_begun(meter);
	http_meter_done(meter, 0, 200, 40, 100);
	http_meter_done(meter, 0, 200, 50, 100);
	http_meter_done(meter, 1, 404, 51, 10);
	http_meter_done(meter, 1, 0, 20000000, 0);
	http_meter_done(meter, METER_NO_ROUTE, 404, 1, 7);
	http_meter_done(meter, 2, 418, 1, 7); /* there is no such route, and no such status */
	assert_true(shows(telemetry, "covermirror_http_requests_total{route=\"/v1/status\","
				     "status=\"200\"} 2"));
	assert_true(shows(telemetry, "covermirror_http_requests_total{route=\"/v1/pools/{name}\","
				     "status=\"404\"} 1"));
	assert_true(shows(telemetry, "covermirror_http_requests_total{route=\"/v1/pools/{name}\","
				     "status=\"none\"} 1"));
	assert_true(shows(telemetry,
			  "covermirror_http_requests_total{route=\"none\",status=\"404\"} 1"));
	assert_true(shows(telemetry,
			  "covermirror_http_requests_total{route=\"none\",status=\"other\"} 1"));
	assert_true(shows(telemetry, "covermirror_http_requests_in_flight 2"));
	assert_true(shows(telemetry,
			  "covermirror_http_response_bytes_total{route=\"/v1/status\"} 200"));
	assert_true(shows(telemetry, "covermirror_http_request_duration_seconds_bucket{route=\"/v1/"
				     "status\",le=\"0.00005\"} 2"));
	assert_true(shows(telemetry, "covermirror_http_request_duration_seconds_sum{route=\"/v1/"
				     "status\"} 0.00009"));
	assert_true(shows(telemetry, "covermirror_http_request_duration_seconds_bucket{route=\"/v1/"
				     "pools/{name}\",le=\"10\"} 1"));
	assert_true(shows(telemetry, "covermirror_http_request_duration_seconds_bucket{route=\"/v1/"
				     "pools/{name}\",le=\"+Inf\"} 2"));
	telemetry_free(telemetry);
}

static void connections_and_streams_are_counted(void **state)
{
	struct telemetry *telemetry = telemetry_new(&test_clock, paths, 2);
	struct http_meter *meter = telemetry->http;

	(void)state;
	assert_true(shows(telemetry, "covermirror_http_connections 0"));
	for (int i = 0; i < 3; i++)
		http_meter_connected(meter);
	http_meter_disconnected(meter);
	http_meter_refused(meter, METER_TOO_MANY_OF_ONE);
	for (int i = 0; i < 4; i++)
		http_meter_stream_opened(meter);
	http_meter_stream_closed(meter, METER_STREAM_SLOW);
	http_meter_stream_closed(meter, METER_STREAM_LEFT);
	http_meter_stream_sent(meter, 5, 600);
	http_meter_stream_sent(meter, 1, 60);
	assert_true(shows(telemetry, "covermirror_http_connections 2"));
	assert_true(shows(telemetry, "covermirror_http_connections_total 3"));
	assert_true(shows(telemetry, "covermirror_http_refused_total{limit=\"connections_of_one_"
				     "address\"} 1"));
	assert_true(shows(telemetry, "covermirror_http_refused_total{limit=\"connections\"} 0"));
	assert_true(shows(telemetry, "covermirror_http_streams 2"));
	assert_true(shows(telemetry, "covermirror_http_streams_closed_total{reason=\"slow\"} 1"));
	assert_true(shows(telemetry, "covermirror_http_stream_events_total 6"));
	assert_true(shows(telemetry, "covermirror_http_stream_bytes_total 660"));
	telemetry_free(telemetry);
}

static void nobody_need_count(void **state)
{
	(void)state;
	http_meter_begun(NULL);
	http_meter_done(NULL, 0, 200, 1, 1);
	http_meter_connected(NULL);
	http_meter_disconnected(NULL);
	http_meter_refused(NULL, METER_TOO_MANY);
	http_meter_stream_opened(NULL);
	http_meter_stream_closed(NULL, METER_STREAM_SLOW);
	http_meter_stream_sent(NULL, 1, 1);
	http_meter_write(NULL, NULL);
	vitals_beat(NULL);
	telemetry_free(NULL);
}

static void a_thread_that_hangs_falls_silent(void **state)
{
	struct vitals vitals;

	(void)state;
	now = 5000;
	vitals_init(&vitals, &test_clock);
	assert_int_equal(vitals_silent_ms(&vitals), 0);
	now = 7500;
	assert_int_equal(vitals_silent_ms(&vitals), 2500);
	vitals_beat(&vitals);
	assert_int_equal(vitals_silent_ms(&vitals), 0);
	now = 7400; /* seen by a thread that was a little later */
	assert_int_equal(vitals_silent_ms(&vitals), 0);
}

static void the_configuration_that_was_read_again_holds(void **state)
{
	struct telemetry *telemetry = telemetry_new(&test_clock, paths, 2);
	/* Nobody looks into them. */
	const struct config *first = (const struct config *)(const void *)&paths[0];
	const struct config *second = (const struct config *)(const void *)&paths[1];

	(void)state;
	assert_ptr_equal(telemetry_config(NULL, first), first);
	assert_ptr_equal(telemetry_config(telemetry, first), first);
	telemetry_set_config(telemetry, second);
	assert_ptr_equal(telemetry_config(telemetry, first), second);
	telemetry_set_config(NULL, second);
	telemetry_free(telemetry);
}

enum { THREADS = 4, ROUNDS = 2000 };

static void *work(void *context)
{
	struct telemetry *telemetry = context;

	for (int i = 0; i < ROUNDS; i++) {
		http_meter_begun(telemetry->http);
		http_meter_done(telemetry->http, 0, 200, (uint64_t)i, 2);
		vitals_beat(&telemetry->vitals);
	}
	return NULL;
}

static void threads_lose_nothing(void **state)
{
	struct telemetry *telemetry = telemetry_new(&test_clock, paths, 2);
	pthread_t threads[THREADS];

	(void)state;
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, work, telemetry), 0);
	(void)shows(telemetry, "covermirror_http_connections 0"); /* read meanwhile */
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_true(shows(telemetry, "covermirror_http_requests_total{route=\"/v1/status\","
				     "status=\"200\"} 8000"));
	assert_true(shows(telemetry, "covermirror_http_requests_in_flight 0"));
	telemetry_free(telemetry);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_counted_by_route_and_status),
		cmocka_unit_test(connections_and_streams_are_counted),
		cmocka_unit_test(nobody_need_count),
		cmocka_unit_test(a_thread_that_hangs_falls_silent),
		cmocka_unit_test(the_configuration_that_was_read_again_holds),
		cmocka_unit_test(threads_lose_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
