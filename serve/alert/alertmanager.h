/*
 * alertmanager.h - findings as Prometheus' Alertmanager takes them: POST /api/v2/alerts.
 *
 * A finding is one alert: its labels name it, and are the same from its opening to its end. While
 * it is open, its end is ALERTMANAGER_VALID_MS away, so it has to be told again before that.
 */
#ifndef SERVE_ALERT_ALERTMANAGER_H
#define SERVE_ALERT_ALERTMANAGER_H

#include "indexer/config.h"
#include "serve/alert/document.h"

enum {
	ALERTMANAGER_VALID_MS = 5 * 60 * 1000,
	ALERTMANAGER_BATCH_MAX = 64,  /* alerts a request */
	ALERTMANAGER_TEXT_MAX = 2000, /* bytes of an annotation */
};

/* The url's path where only the Alertmanager's is configured. */
#define ALERTMANAGER_PATH "/api/v2/alerts"

/* What is configured, with that path behind, in the arena. */
const char *alertmanager_url(struct arena *arena, const char *configured);

/* A list of alerts, in the arena; `now_ms` since 1970. */
struct slice alertmanager_body(struct arena *arena, const struct config *config,
			       const struct config_alert *alert, const struct alert_letter *letters,
			       size_t count, uint64_t now_ms);

#endif
