#include "serve/metrics/alert_meter.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Its name and kind are written under the meter's lock, before it is shown. */
struct alert_line {
	char name[ALERT_LINE_NAME_SIZE];
	const char *kind;
	atomic_bool is_shown;
	atomic_ullong sent;
	atomic_ullong failed;
	atomic_ullong waiting;
	atomic_ullong waiting_since;
};

struct alert_meter {
	pthread_mutex_t mutex;
	struct alert_line lines[ALERT_LINES_MAX];
	size_t count; /* ever used */
};

struct alert_meter *alert_meter_new(void)
{
	struct alert_meter *meter = xcalloc(1, sizeof(*meter));

	(void)pthread_mutex_init(&meter->mutex, NULL);
	return meter;
}

void alert_meter_free(struct alert_meter *meter)
{
	if (!meter)
		return;
	(void)pthread_mutex_destroy(&meter->mutex);
	free(meter);
}

/* The line of that channel, else one that nobody used, else one that is shown no longer. */
static struct alert_line *find(struct alert_meter *meter, const char *name, const char *kind)
{
	struct alert_line *unused = NULL;

	for (size_t i = 0; i < meter->count; i++) {
		struct alert_line *line = &meter->lines[i];

		if (strncmp(line->name, name, sizeof(line->name) - 1) == 0 &&
		    strcmp(line->kind, kind) == 0)
			return line;
		if (!unused && !atomic_load(&line->is_shown))
			unused = line;
	}
	if (meter->count < ALERT_LINES_MAX)
		return &meter->lines[meter->count++];
	return unused;
}

static void begin(struct alert_line *line, const char *name, const char *kind)
{
	(void)snprintf(line->name, sizeof(line->name), "%s", name);
	line->kind = kind;
	atomic_store(&line->sent, 0);
	atomic_store(&line->failed, 0);
}

struct alert_line *alert_meter_line(struct alert_meter *meter, const char *name, const char *kind)
{
	struct alert_line *line;

	if (!meter)
		return NULL;
	(void)pthread_mutex_lock(&meter->mutex);
	line = find(meter, name, kind);
	if (line) {
		if (!line->kind || strncmp(line->name, name, sizeof(line->name) - 1) != 0 ||
		    strcmp(line->kind, kind) != 0)
			begin(line, name, kind);
		atomic_store(&line->waiting, 0);
		atomic_store(&line->waiting_since, 0);
		atomic_store(&line->is_shown, true);
	}
	(void)pthread_mutex_unlock(&meter->mutex);
	return line;
}

void alert_line_close(struct alert_line *line)
{
	if (line)
		atomic_store(&line->is_shown, false);
}

void alert_line_sent(struct alert_line *line)
{
	if (line)
		(void)atomic_fetch_add(&line->sent, 1);
}

void alert_line_failed(struct alert_line *line)
{
	if (line)
		(void)atomic_fetch_add(&line->failed, 1);
}

void alert_line_waits(struct alert_line *line, uint64_t messages, uint64_t since)
{
	if (!line)
		return;
	atomic_store(&line->waiting, messages);
	atomic_store(&line->waiting_since, since);
}

/* ---- writing ---- */

/* With `result` where it is not NULL. */
static struct metric_labels labels_of(const struct alert_line *line, const char *result)
{
	return (struct metric_labels){{{"channel", line->name},
				       {"kind", line->kind},
				       {result ? "result" : NULL, result}}};
}

static void write_deliveries(struct metrics_text *out, struct alert_meter *meter)
{
	metrics_family(
		out, "covermirror_alert_deliveries_total", METRIC_COUNTER,
		"Messages of alerts by channel: sent, or a try that failed and is repeated.");
	for (size_t i = 0; i < meter->count; i++) {
		const struct alert_line *line = &meter->lines[i];
		struct metric_labels sent = labels_of(line, "sent");
		struct metric_labels failed = labels_of(line, "failed");

		if (!atomic_load(&line->is_shown))
			continue;
		metrics_number(out, &sent, atomic_load(&line->sent));
		metrics_number(out, &failed, atomic_load(&line->failed));
	}
}

static void write_waiting(struct metrics_text *out, struct alert_meter *meter)
{
	metrics_family(out, "covermirror_alert_waiting", METRIC_GAUGE,
		       "Messages of alerts that are not delivered yet, by channel.");
	for (size_t i = 0; i < meter->count; i++) {
		const struct alert_line *line = &meter->lines[i];
		struct metric_labels labels = labels_of(line, NULL);

		if (atomic_load(&line->is_shown))
			metrics_number(out, &labels, atomic_load(&line->waiting));
	}
	metrics_family(out, "covermirror_alert_waiting_since_timestamp_seconds", METRIC_GAUGE,
		       "Since when the oldest message of a channel waits.");
	for (size_t i = 0; i < meter->count; i++) {
		const struct alert_line *line = &meter->lines[i];
		struct metric_labels labels = labels_of(line, NULL);
		uint64_t since = atomic_load(&line->waiting_since);

		if (atomic_load(&line->is_shown) && since)
			metrics_number(out, &labels, since);
	}
}

void alert_meter_write(struct metrics_text *out, struct alert_meter *meter)
{
	if (!meter)
		return;
	(void)pthread_mutex_lock(&meter->mutex);
	write_deliveries(out, meter);
	write_waiting(out, meter);
	(void)pthread_mutex_unlock(&meter->mutex);
}
