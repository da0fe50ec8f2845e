/*
 * service.h - run and sync as their surroundings see them: the log and the progress on one side,
 * the service manager on the other, told by the mirror's own thread while it works.
 *
 * The manager is told READY=1 when the store is open, the source was reached and readers are
 * served: at the beginning of the first catch-up, not at its end, so that a first sync of hours is
 * no start that failed. STATUS= says how far it has come. WATCHDOG=1 comes from the loop that does
 * the work.
 */
#ifndef CLI_SERVICE_H
#define CLI_SERVICE_H

#include "cli/notify.h"
#include "cli/progress.h"
#include "serve/metrics/telemetry.h"

struct service {
	struct progress progress;
	struct notify notify; /* of sync: nobody */
	struct clock clock;
	struct telemetry *telemetry; /* of a daemon; of sync: NULL */
	const struct mirror *mirror; /* NULL before it is ready */
	uint64_t looked_ms;          /* at the log's limit */
	uint64_t said_ms;            /* the last STATUS= */
};

/* Stays where it is until service_close. `is_daemon`: there may be a manager. */
void service_open(struct service *service, const struct command *command, bool is_daemon);
void service_close(struct service *service);

/* What the mirror shall tell it. */
struct mirror_options service_options(struct service *service, const struct mirror_noter *noter);

/* `mirror` outlives the service's being told of it. */
void service_ready(struct service *service, const struct mirror *mirror);
/* It has caught up. */
void service_following(struct service *service);
/* It could not, and stays where it is. */
void service_degraded(struct service *service, const struct error *err);
void service_stopping(struct service *service);

#endif
