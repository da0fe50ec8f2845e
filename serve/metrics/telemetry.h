/*
 * telemetry.h - what a running daemon shows of itself beside its store: whether its mirror's thread
 * moves, and what its server and its alerts count.
 *
 * Made before the mirror, the alerts and the server, and freed after all of them. Every member may
 * be touched from any thread, as its header says.
 */
#ifndef SERVE_METRICS_TELEMETRY_H
#define SERVE_METRICS_TELEMETRY_H

#include "serve/metrics/alert_meter.h"
#include "serve/metrics/http_meter.h"
#include "serve/metrics/vitals.h"

struct telemetry {
	struct vitals vitals;
	struct http_meter *http;
	struct alert_meter *alerts;
};

/* `paths`: as http_meter_new takes them. */
struct telemetry *telemetry_new(const struct clock *clock, const char *const *paths, size_t count);
void telemetry_free(struct telemetry *telemetry); /* accepts NULL */

#endif
