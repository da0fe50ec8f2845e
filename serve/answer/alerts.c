/* How it goes with the configured alerts. */
#include <stdlib.h>

#include "serve/alert/alert.h"
#include "serve/answer/answer.h"

enum { MS_A_SECOND = 1000 };

static json_t *json_time(uint64_t ms)
{
	return ms ? json_integer((json_int_t)(ms / MS_A_SECOND)) : json_null();
}

static json_t *json_alert(const struct alert_count *count)
{
	json_t *item = json_object();

	json_put(item, "alert", json_words(count->label));
	json_put(item, "kind", json_string(count->kind));
	json_put(item, "waiting", json_integer((json_int_t)count->waiting));
	json_put(item, "waiting_since", json_time(count->waiting_ms));
	json_put(item, "told", json_integer((json_int_t)count->told));
	json_put(item, "failed", json_integer((json_int_t)count->failed));
	json_put(item, "last_told", json_time(count->told_ms));
	json_put(item, "last_failed", json_time(count->failed_ms));
	json_put(item, "trouble", *count->trouble ? json_words(count->trouble) : json_null());
	return item;
}

enum status alerts_put(json_t *status, const struct moment *m, struct error *err)
{
	struct alert_count *counts;
	json_t *items = json_array();
	enum status st = alerts_counts(&counts, m->config, m->arena, m->txn, err);

	for (size_t i = 0; st == OK && i < m->config->alert_count; i++)
		if (json_array_append_new(items, json_alert(&counts[i])) != 0)
			abort();
	json_put(status, "alerts", items);
	return st;
}
