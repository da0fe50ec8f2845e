/*
 * way.h - how one alert is told: a POST to its url, or its command's standard input.
 *
 * Nothing that comes from here, labels and messages, holds a part of a url that may be secret, or
 * of a command.
 */
#ifndef SERVE_ALERT_WAY_H
#define SERVE_ALERT_WAY_H

#include "serve/alert/alert.h"
#include "serve/alert/document.h"

struct alert_way;

/* `index` is the alert's place in the configuration, `stop_event` a descriptor that ends every wait
 * once it is readable (-1: none). ERR_USAGE: a receiver that is no url. */
enum status alert_way_open(struct alert_way **out, const struct config *config, size_t index,
			   int stop_event, const struct alert_pace *pace,
			   struct error *err) MUST_CHECK;
void alert_way_close(struct alert_way *way);

/* "alerts[0] (http://host:port)", "alerts[1] (command)" */
const char *alert_way_label(const struct alert_way *way);

/*
 * ERR_AGAIN: nobody was there, no answer or end in time, the stop event, or a status that is about
 * the receiver rather than the message; *wait_ms is what it asks for (0: nothing). ERR_DENIED: it
 * does not take this message: HTTP status 400, 413 or 422, or a command that ended otherwise than
 * with 0.
 */
enum status alert_way_tell(struct alert_way *way, const struct alert_letter *letter,
			   uint64_t *wait_ms, struct error *err) MUST_CHECK;
/* Several at once, of an Alertmanager. */
enum status alert_way_tell_all(struct alert_way *way, const struct alert_letter *letters,
			       size_t count, uint64_t *wait_ms, struct error *err) MUST_CHECK;

#endif
