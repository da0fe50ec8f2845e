/* The alerts: what they were told, and what waits, as the writing process noted it. */
#include "serve/alert/alert.h"
#include "serve/metrics/collect.h"

enum { MS_PLACES = 3 };

/* With `result` where it is not NULL. */
static struct metric_labels labels_of(const struct alert_count *alert, const char *result)
{
	return (struct metric_labels){{{"channel", alert->label},
				       {"kind", alert->kind},
				       {result ? "result" : NULL, result}}};
}

static void write_deliveries(struct metrics_text *out, const struct alert_count *alerts,
			     size_t count)
{
	metrics_family(
		out, "covermirror_alert_deliveries_total", METRIC_COUNTER,
		"Messages of alerts by channel: sent, and tries that failed and are repeated.");
	for (size_t i = 0; i < count; i++) {
		struct metric_labels sent = labels_of(&alerts[i], "sent");
		struct metric_labels failed = labels_of(&alerts[i], "failed");

		metrics_number(out, &sent, alerts[i].told);
		metrics_number(out, &failed, alerts[i].failed);
	}
}

static void write_waiting(struct metrics_text *out, const struct alert_count *alerts, size_t count)
{
	metrics_family(out, "covermirror_alert_waiting", METRIC_GAUGE,
		       "Findings of which a channel is to be told.");
	for (size_t i = 0; i < count; i++) {
		struct metric_labels labels = labels_of(&alerts[i], NULL);

		metrics_number(out, &labels, alerts[i].waiting);
	}
	metrics_family(out, "covermirror_alert_waiting_since_timestamp_seconds", METRIC_GAUGE,
		       "Since when the first of them waits.");
	for (size_t i = 0; i < count; i++) {
		struct metric_labels labels = labels_of(&alerts[i], NULL);

		if (alerts[i].waiting_ms)
			metrics_decimal(out, &labels, alerts[i].waiting_ms, MS_PLACES);
	}
}

enum status collect_alerts(struct metrics_text *out, const struct mirror_view *view,
			   struct error *err)
{
	size_t count = view->config->alert_count;
	struct alert_count *alerts;
	enum status st = alerts_counts(&alerts, view->config, view->arena, view->txn, err);

	if (st != OK)
		return st;
	write_deliveries(out, alerts, count);
	write_waiting(out, alerts, count);
	return OK;
}
