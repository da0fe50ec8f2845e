/*
 * vitals.h - whether the mirror's thread moves, for those who serve beside it.
 *
 * The mirror beats (mirror_options.on_alive, base/pulse.h) many times a second while it works or
 * waits as it should, and falls silent when it hangs.
 */
#ifndef SERVE_METRICS_VITALS_H
#define SERVE_METRICS_VITALS_H

#include <stdatomic.h>

#include "base/clock.h"

struct vitals {
	struct clock clock;
	atomic_ullong beaten_ms; /* by the clock */
	uint64_t started_ms;     /* since 1970 */
};

/* `clock` is copied. That it begins counts as a beat. */
void vitals_init(struct vitals *vitals, const struct clock *clock);

/* From the mirror's thread; accepts NULL. */
void vitals_beat(struct vitals *vitals);

/* How long it has been silent, from any thread. */
uint64_t vitals_silent_ms(const struct vitals *vitals);

#endif
