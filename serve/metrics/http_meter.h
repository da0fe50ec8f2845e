/*
 * http_meter.h - what the HTTP server counts: requests by route and status, how long they took,
 * connections, bytes, streams.
 *
 * Counts are atomics of a fixed size: any thread adds, any thread reads, nobody waits. What is read
 * while others add may lack their last steps.
 */
#ifndef SERVE_METRICS_HTTP_METER_H
#define SERVE_METRICS_HTTP_METER_H

#include "serve/metrics/text.h"

struct http_meter;

enum { METER_ROUTES_MAX = 64 };

/* A request that no route matches, or that was refused before it was looked for. */
enum { METER_NO_ROUTE = METER_ROUTES_MAX };

/* `paths` are the routes' templates ("/v1/pools/{name}"), METER_ROUTES_MAX at most; the texts
 * outlive the meter. */
struct http_meter *http_meter_new(const char *const *paths, size_t count);
void http_meter_free(struct http_meter *meter);

/* All that follow accept NULL for "nobody counts". */

void http_meter_connected(struct http_meter *meter);
void http_meter_disconnected(struct http_meter *meter);

enum meter_refusal {
	METER_TOO_MANY,         /* connections in all */
	METER_TOO_MANY_OF_ONE,  /* connections of one address */
	METER_STREAMS_TOO_MANY, /* streams in all */
	METER_REFUSALS,
};

/* A connection, or a stream, that was refused for the number of those that are there. */
void http_meter_refused(struct http_meter *meter, enum meter_refusal reason);

/* A request's headers are there. Each one that began is done once, also where its client went. */
void http_meter_begun(struct http_meter *meter);

/*
 * It was answered. `route`: index of its path, or METER_NO_ROUTE. `status`: of the answer; 0: its
 * client went before there was one. `duration_us`: from its headers to its answer being ready to
 * send (of a stream: to its beginning). `bytes`: of the body as sent, after gzip.
 */
void http_meter_done(struct http_meter *meter, size_t route, unsigned status, uint64_t duration_us,
		     uint64_t bytes);

enum meter_stream_end {
	METER_STREAM_LEFT,    /* the client closed it */
	METER_STREAM_SLOW,    /* it did not read fast enough */
	METER_STREAM_STOPPED, /* the server ends */
	METER_STREAM_FAILED,  /* the store could not be read, ... */
	METER_STREAM_ENDS,
};

void http_meter_stream_opened(struct http_meter *meter);
void http_meter_stream_closed(struct http_meter *meter, enum meter_stream_end reason);
/* So many events, in so many bytes, were handed to a stream's connection. */
void http_meter_stream_sent(struct http_meter *meter, uint64_t events, uint64_t bytes);

/* Every family of it. Accepts NULL: nothing. */
void http_meter_write(struct metrics_text *out, const struct http_meter *meter);

#endif
