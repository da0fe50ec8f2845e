#include "serve/metrics/http_meter.h"

#include <assert.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

/* What the server answers with; anything else is counted as "other", a client that went as "none".
 */
static const unsigned statuses[] = {200, 204, 206, 301, 304, 400, 401, 403, 404, 405, 406, 408,
				    409, 410, 411, 413, 414, 415, 422, 429, 431, 500, 501, 503};

enum {
	STATUSES = sizeof(statuses) / sizeof(statuses[0]),
	STATUS_OTHER = STATUSES,
	STATUS_NONE,
	STATUS_SLOTS,
	ROUTE_SLOTS = METER_ROUTES_MAX + 1,
};

/* Microseconds: reads of one row take tens of them, walks over all accounts tens of thousands. */
static const uint64_t bounds_us[] = {50,     100,     250,     500,     1000,   2500,
				     5000,   10000,   25000,   50000,   100000, 250000,
				     500000, 1000000, 2500000, 10000000};

enum { BOUNDS = sizeof(bounds_us) / sizeof(bounds_us[0]) };

struct route_counts {
	atomic_ullong by_status[STATUS_SLOTS];
	atomic_ullong buckets[BOUNDS + 1];
	atomic_ullong sum_us;
	atomic_ullong bytes;
};

struct http_meter {
	const char *paths[METER_ROUTES_MAX];
	size_t path_count;
	struct route_counts routes[ROUTE_SLOTS];
	atomic_ullong connections_opened;
	atomic_ullong connections_closed;
	atomic_ullong refused[METER_REFUSALS];
	atomic_ullong begun;
	atomic_ullong done;
	atomic_ullong streams_opened;
	atomic_ullong streams_closed[METER_STREAM_ENDS];
	atomic_ullong stream_events;
	atomic_ullong stream_bytes;
};

struct http_meter *http_meter_new(const char *const *paths, size_t count)
{
	/* Zeros are what atomics begin with. */
	struct http_meter *meter = xcalloc(1, sizeof(*meter));

	assert(count <= METER_ROUTES_MAX);
	for (size_t i = 0; i < count; i++)
		meter->paths[i] = paths[i];
	meter->path_count = count;
	return meter;
}

void http_meter_free(struct http_meter *meter)
{
	free(meter);
}

/* ---- counting ---- */

static void add(atomic_ullong *count, uint64_t more)
{
	(void)atomic_fetch_add_explicit(count, more, memory_order_relaxed);
}

void http_meter_connected(struct http_meter *meter)
{
	if (meter)
		add(&meter->connections_opened, 1);
}

void http_meter_disconnected(struct http_meter *meter)
{
	if (meter)
		add(&meter->connections_closed, 1);
}

void http_meter_refused(struct http_meter *meter, enum meter_refusal reason)
{
	if (meter)
		add(&meter->refused[reason], 1);
}

void http_meter_begun(struct http_meter *meter)
{
	if (meter)
		add(&meter->begun, 1);
}

static size_t status_slot(unsigned status)
{
	if (!status)
		return STATUS_NONE;
	for (size_t i = 0; i < STATUSES; i++)
		if (statuses[i] == status)
			return i;
	return STATUS_OTHER;
}

static size_t bucket_of(uint64_t duration_us)
{
	size_t i = 0;

	while (i < BOUNDS && duration_us > bounds_us[i])
		i++;
	return i;
}

void http_meter_done(struct http_meter *meter, size_t route, unsigned status, uint64_t duration_us,
		     uint64_t bytes)
{
	struct route_counts *counts;

	if (!meter)
		return;
	counts = &meter->routes[route < meter->path_count ? route : METER_NO_ROUTE];
	add(&counts->by_status[status_slot(status)], 1);
	add(&counts->buckets[bucket_of(duration_us)], 1);
	add(&counts->sum_us, duration_us);
	add(&counts->bytes, bytes);
	add(&meter->done, 1);
}

void http_meter_stream_opened(struct http_meter *meter)
{
	if (meter)
		add(&meter->streams_opened, 1);
}

void http_meter_stream_closed(struct http_meter *meter, enum meter_stream_end reason)
{
	if (meter)
		add(&meter->streams_closed[reason], 1);
}

void http_meter_stream_sent(struct http_meter *meter, uint64_t events, uint64_t bytes)
{
	if (!meter)
		return;
	add(&meter->stream_events, events);
	add(&meter->stream_bytes, bytes);
}

/* ---- writing ---- */

static uint64_t count_of(const atomic_ullong *count)
{
	return atomic_load_explicit(count, memory_order_relaxed);
}

/* The end may be counted before the beginning is seen. */
static uint64_t between(uint64_t opened, uint64_t closed)
{
	return opened > closed ? opened - closed : 0;
}

static const char *path_of(const struct http_meter *meter, size_t route)
{
	return route < meter->path_count ? meter->paths[route] : "none";
}

static bool was_asked(const struct route_counts *route)
{
	for (size_t i = 0; i <= BOUNDS; i++)
		if (count_of(&route->buckets[i]))
			return true;
	return false;
}

static const char *status_text(char text[16], size_t slot)
{
	if (slot == STATUS_NONE)
		return "none";
	if (slot == STATUS_OTHER)
		return "other";
	(void)snprintf(text, 16, "%u", statuses[slot]);
	return text;
}

static void write_requests(struct metrics_text *out, const struct http_meter *meter)
{
	char text[16];

	metrics_family(out, "covermirror_http_requests_total", METRIC_COUNTER,
		       "Requests that were answered, by route and status; status none: the client "
		       "went before.");
	for (size_t i = 0; i < ROUTE_SLOTS; i++)
		for (size_t k = 0; k < STATUS_SLOTS; k++) {
			uint64_t count = count_of(&meter->routes[i].by_status[k]);
			struct metric_labels labels = {
				{{"route", path_of(meter, i)}, {"status", status_text(text, k)}}};

			if (count)
				metrics_number(out, &labels, count);
		}
	metrics_family(out, "covermirror_http_response_bytes_total", METRIC_COUNTER,
		       "Bytes of answers' bodies as they were sent, by route.");
	for (size_t i = 0; i < ROUTE_SLOTS; i++) {
		struct metric_labels labels = {{{"route", path_of(meter, i)}}};

		if (was_asked(&meter->routes[i]))
			metrics_number(out, &labels, count_of(&meter->routes[i].bytes));
	}
}

static void write_durations(struct metrics_text *out, const struct http_meter *meter)
{
	static const struct metric_buckets buckets = {bounds_us, BOUNDS, 6};

	metrics_family(out, "covermirror_http_request_duration_seconds", METRIC_HISTOGRAM,
		       "From a request's headers to its answer being ready, by route.");
	for (size_t i = 0; i < ROUTE_SLOTS; i++) {
		const struct route_counts *route = &meter->routes[i];
		struct metric_labels labels = {{{"route", path_of(meter, i)}}};
		uint64_t counts[BOUNDS + 1];

		if (!was_asked(route))
			continue;
		for (size_t k = 0; k <= BOUNDS; k++)
			counts[k] = count_of(&route->buckets[k]);
		metrics_histogram(out, &labels, &buckets, counts, count_of(&route->sum_us));
	}
}

static void write_connections(struct metrics_text *out, const struct http_meter *meter)
{
	static const char *const reasons[METER_REFUSALS] = {[METER_TOO_MANY] = "connections",
							    [METER_TOO_MANY_OF_ONE] =
								    "connections_of_one_address",
							    [METER_STREAMS_TOO_MANY] = "streams"};
	uint64_t closed = count_of(&meter->connections_closed);
	uint64_t done = count_of(&meter->done);

	metrics_family(out, "covermirror_http_connections", METRIC_GAUGE, "Connections open now.");
	metrics_number(out, NULL, between(count_of(&meter->connections_opened), closed));
	metrics_family(out, "covermirror_http_connections_total", METRIC_COUNTER,
		       "Connections that were opened.");
	metrics_number(out, NULL, count_of(&meter->connections_opened));
	metrics_family(out, "covermirror_http_requests_in_flight", METRIC_GAUGE,
		       "Requests that are not answered yet.");
	metrics_number(out, NULL, between(count_of(&meter->begun), done));
	metrics_family(out, "covermirror_http_refused_total", METRIC_COUNTER,
		       "Connections and streams that were refused, by the limit that they met.");
	for (size_t i = 0; i < METER_REFUSALS; i++) {
		struct metric_labels labels = {{{"limit", reasons[i]}}};

		metrics_number(out, &labels, count_of(&meter->refused[i]));
	}
}

static void write_streams(struct metrics_text *out, const struct http_meter *meter)
{
	static const char *const reasons[METER_STREAM_ENDS] = {[METER_STREAM_LEFT] = "left",
							       [METER_STREAM_SLOW] = "slow",
							       [METER_STREAM_STOPPED] = "stopped",
							       [METER_STREAM_FAILED] = "failed"};
	uint64_t closed = 0;

	for (size_t i = 0; i < METER_STREAM_ENDS; i++)
		closed += count_of(&meter->streams_closed[i]);
	metrics_family(out, "covermirror_http_streams", METRIC_GAUGE, "Streams open now.");
	metrics_number(out, NULL, between(count_of(&meter->streams_opened), closed));
	metrics_family(out, "covermirror_http_streams_closed_total", METRIC_COUNTER,
		       "Streams that ended, by reason; slow: the client did not read fast enough "
		       "and was dropped.");
	for (size_t i = 0; i < METER_STREAM_ENDS; i++) {
		struct metric_labels labels = {{{"reason", reasons[i]}}};

		metrics_number(out, &labels, count_of(&meter->streams_closed[i]));
	}
	metrics_family(out, "covermirror_http_stream_events_total", METRIC_COUNTER,
		       "Events that were sent to streams.");
	metrics_number(out, NULL, count_of(&meter->stream_events));
	metrics_family(out, "covermirror_http_stream_bytes_total", METRIC_COUNTER,
		       "Bytes that were sent to streams.");
	metrics_number(out, NULL, count_of(&meter->stream_bytes));
}

void http_meter_write(struct metrics_text *out, const struct http_meter *meter)
{
	if (!meter)
		return;
	write_requests(out, meter);
	write_durations(out, meter);
	write_connections(out, meter);
	write_streams(out, meter);
}
