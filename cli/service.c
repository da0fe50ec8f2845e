#include "cli/service.h"

#include <inttypes.h>
#include <stdio.h>

#include "serve/http/route.h"

enum { LOOK_MS = 1000, SAY_MS = 1000, STATUS_SIZE = 700 };

static struct telemetry *new_telemetry(const struct clock *clock)
{
	const char *paths[METER_ROUTES_MAX];
	size_t count = route_paths(paths, METER_ROUTES_MAX);

	return telemetry_new(clock, paths, count);
}

void service_open(struct service *service, const struct command *command, bool is_daemon)
{
	progress_init(&service->progress, command);
	service->clock = clock_real();
	service->telemetry = is_daemon ? new_telemetry(&service->clock) : NULL;
	service->mirror = NULL;
	service->looked_ms = service->said_ms = 0;
	service->notify = (struct notify){.fd = -1};
	if (is_daemon)
		notify_open(&service->notify, &service->clock, &service->progress.logger);
}

void service_close(struct service *service)
{
	notify_close(&service->notify);
	telemetry_free(service->telemetry);
	progress_close(&service->progress);
}

/* ---- what the mirror tells ---- */

static void on_alive(void *context)
{
	struct service *service = context;
	uint64_t now = clock_now_ms(&service->clock);

	notify_alive(&service->notify);
	if (service->telemetry)
		vitals_beat(&service->telemetry->vitals);
	if (now - service->looked_ms < LOOK_MS)
		return;
	service->looked_ms = now;
	log_limit_look(service->progress.limit);
}

/* Whether somebody wants a STATUS= now; a manager is not told of every block of a catch-up. */
static bool is_due(struct service *service, bool is_last)
{
	uint64_t now = clock_now_ms(&service->clock);

	if (!notify_is_wanted(&service->notify))
		return false;
	if (!is_last && service->said_ms && now - service->said_ms < SAY_MS)
		return false;
	service->said_ms = now ? now : 1;
	return true;
}

static void on_progress(void *context, const struct mirror_progress *p)
{
	struct service *service = context;
	uint64_t rate = p->elapsed_ms ? p->events * 1000 / p->elapsed_ms : p->events;
	char status[STATUS_SIZE];

	if (progress_is_wanted(&service->progress))
		progress_show(&service->progress, p);
	if (p->to < p->from || !is_due(service, p->is_last))
		return;
	(void)snprintf(status, sizeof(status),
		       "catching up: block %" PRIu64 " of %" PRIu64 ", %" PRIu64
		       " blocks behind, %" PRIu64 " events/s",
		       p->block, p->to, p->to - p->block, rate);
	notify_status(&service->notify, status);
}

static void say_where(struct service *service, uint64_t block)
{
	uint64_t head = mirror_seen(service->mirror).head.number;
	char status[STATUS_SIZE];

	(void)snprintf(status, sizeof(status),
		       "following the head: block %" PRIu64 " of %" PRIu64 ", %" PRIu64
		       " blocks behind",
		       block, head, head > block ? head - block : 0);
	notify_status(&service->notify, status);
}

static void on_block(void *context, const struct block_ref *block, uint64_t events)
{
	struct service *service = context;

	if (progress_is_wanted(&service->progress))
		progress_block(&service->progress, block, events);
	if (service->mirror && is_due(service, true))
		say_where(service, block->number);
}

static void on_reorg(void *context, const struct mirror_reorg *reorg)
{
	struct service *service = context;

	progress_reorg(&service->progress, reorg);
}

struct mirror_options service_options(struct service *service, const struct mirror_noter *noter)
{
	return (struct mirror_options){.on_progress = on_progress,
				       .on_block = on_block,
				       .on_alive = on_alive,
				       .on_reorg = on_reorg,
				       .context = service,
				       .noter = *noter};
}

/* ---- the manager ---- */

void service_ready(struct service *service, const struct mirror *mirror)
{
	char status[STATUS_SIZE];

	service->mirror = mirror;
	(void)snprintf(status, sizeof(status), "catching up with %s", mirror_source_label(mirror));
	notify_ready(&service->notify, status);
	notify_alive(&service->notify);
}

void service_following(struct service *service)
{
	const struct mirror *mirror = service->mirror;
	uint64_t head = mirror_seen(mirror).head.number;
	char status[STATUS_SIZE];

	if (mirror_is_recorded(mirror))
		(void)snprintf(status, sizeof(status),
			       "at the end of the recorded chain, block %" PRIu64, head);
	else
		(void)snprintf(status, sizeof(status),
			       "following the head of %s: block %" PRIu64 ", 0 blocks behind",
			       mirror_source_label(mirror), head);
	notify_status(&service->notify, status);
}

void service_degraded(struct service *service, const struct error *err)
{
	char status[STATUS_SIZE];

	(void)snprintf(status, sizeof(status), "degraded: %s", err->message);
	notify_status(&service->notify, status);
}

void service_stopping(struct service *service)
{
	notify_stopping(&service->notify);
}
