/*
 * alert_meter.h - what is counted of alerts: deliveries that succeeded and failed, and what waits.
 *
 * A line is one channel's. It belongs to the meter, which lives as long as the process, so that
 * counts survive a configuration that is read again: a channel of the same name goes on counting in
 * the same line. Counts are atomics; looking for a line takes a lock.
 */
#ifndef SERVE_METRICS_ALERT_METER_H
#define SERVE_METRICS_ALERT_METER_H

#include "serve/metrics/text.h"

struct alert_meter;
struct alert_line;

enum { ALERT_LINES_MAX = 64, ALERT_LINE_NAME_SIZE = 128 };

struct alert_meter *alert_meter_new(void);
void alert_meter_free(struct alert_meter *meter);

/*
 * The line of that channel, which is shown from now on. `name` tells it from the others and holds
 * no secret ("alerts[0] webhook http://127.0.0.1:9000"); `kind` is what sort of channel it is
 * ("webhook", "command"; static). Both are labels. NULL where the meter is NULL, or has
 * ALERT_LINES_MAX other channels that are shown: then nobody counts.
 */
struct alert_line *alert_meter_line(struct alert_meter *meter, const char *name, const char *kind);

/* The channel is not configured any more: its line is shown no longer. The following accept NULL.
 */
void alert_line_close(struct alert_line *line);

void alert_line_sent(struct alert_line *line);
/* A try that failed; it will be tried again. */
void alert_line_failed(struct alert_line *line);
/* How many messages the channel has to tell, and since when (seconds since 1970) the oldest of them
 * waits; 0: none does, or not known. */
void alert_line_waits(struct alert_line *line, uint64_t messages, uint64_t since);

/* Every family of it. Accepts NULL: nothing. */
void alert_meter_write(struct metrics_text *out, struct alert_meter *meter);

#endif
