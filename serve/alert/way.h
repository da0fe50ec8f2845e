/*
 * way.h - how one alert is told: a POST to its webhook, or its command's standard input.
 *
 * Nothing that comes from here, labels and messages, holds a part of a url that may be secret, or
 * of a command.
 */
#ifndef SERVE_ALERT_WAY_H
#define SERVE_ALERT_WAY_H

#include "serve/alert/alert.h"

struct alert_way;

/* `index` is the alert's place in the configuration, `stop_event` a descriptor that ends every wait
 * once it is readable. ERR_USAGE: a webhook that is no url. */
enum status alert_way_open(struct alert_way **out, const struct config_alert *alert, size_t index,
			   int stop_event, const struct alert_pace *pace,
			   struct error *err) MUST_CHECK;
void alert_way_close(struct alert_way *way);

/* "alerts[0] (http://host:port)", "alerts[1] (command)" */
const char *alert_way_label(const struct alert_way *way);

/*
 * ERR_AGAIN: nobody was there, no answer or end in time, or the stop event; ERR_DENIED: it was
 * answered otherwise than with 2xx, or the command ended otherwise than with 0.
 */
enum status alert_way_tell(struct alert_way *way, struct slice document,
			   struct error *err) MUST_CHECK;

#endif
