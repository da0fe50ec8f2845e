/*
 * readiness.h - whether to go on with this process, and whether to send readers to it.
 *
 * Healthy: its mirror's thread moves. A process that is not should be started again. Ready: what it
 * answers is of the chain as it is now, within the configured limits. One that is not ready may be
 * as it should be: it catches up, or its node is away.
 */
#ifndef SERVE_METRICS_READINESS_H
#define SERVE_METRICS_READINESS_H

#include "serve/metrics/view.h"

enum { REASONS_MAX = 8 };

struct reason {
	const char *id;     /* "lagging", ...: static */
	const char *detail; /* for people, in the arena; names no secret and no path */
};

struct verdict {
	struct reason reasons[REASONS_MAX];
	size_t count; /* 0: healthy, or ready */
};

struct verdict judge_health(const struct config_serve *limits, uint64_t silent_ms,
			    struct arena *arena);

/* `view`: NULL where the mirror cannot be read. `now_ms`: since 1970. */
struct verdict judge_readiness(const struct config_serve *limits, const struct mirror_view *view,
			       uint64_t silent_ms, uint64_t now_ms, struct arena *arena);

#endif
