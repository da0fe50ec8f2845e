/*
 * clock.h - time as a seam: the real clock, or a test's.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

struct clock {
	uint64_t (*now_ms)(void *context);                  /* monotonic, milliseconds */
	void (*sleep_ms)(void *context, uint64_t sleep_ms); /* may return early on a signal */
	void *context;
};

/* The machine's monotonic clock. */
struct clock clock_real(void);

/* The time of day for people and other programs, milliseconds since 1970; it may jump. Nothing is
 * decided by it. */
uint64_t clock_wall_ms(void);

static inline uint64_t clock_now_ms(const struct clock *clock)
{
	return clock->now_ms(clock->context);
}

static inline void clock_sleep_ms(const struct clock *clock, uint64_t sleep_ms)
{
	clock->sleep_ms(clock->context, sleep_ms);
}

#endif
