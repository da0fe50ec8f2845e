/*
 * telemetry.h - what a running daemon shows of itself beside its store: whether its mirror's thread
 * moves, and what its server counts.
 *
 * Made before the mirror and the server, and freed after both. Every member may be touched from any
 * thread, as its header says.
 */
#ifndef SERVE_METRICS_TELEMETRY_H
#define SERVE_METRICS_TELEMETRY_H

#include "serve/metrics/http_meter.h"
#include "serve/metrics/vitals.h"

struct config;

struct telemetry {
	struct vitals vitals;
	struct http_meter *http;
	_Atomic(const struct config *) config; /* what holds now, see telemetry_set_config */
};

/* `paths`: as http_meter_new takes them. */
struct telemetry *telemetry_new(const struct clock *clock, const char *const *paths, size_t count);
void telemetry_free(struct telemetry *telemetry); /* accepts NULL */

/*
 * From the mirror's thread, when it has read its configuration again: endpoints, poll interval and
 * alerts may be others. `config` outlives whoever reads by it. Accepts NULL.
 */
void telemetry_set_config(struct telemetry *telemetry, const struct config *config);

/* What was set last; `fallback` where nothing was, or there is no telemetry. */
const struct config *telemetry_config(const struct telemetry *telemetry,
				      const struct config *fallback);

#endif
