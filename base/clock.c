#include "base/clock.h"

#include <time.h>

static uint64_t real_now_ms(void *context)
{
	struct timespec now;

	(void)context;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void real_sleep_ms(void *context, uint64_t sleep_ms)
{
	struct timespec time = {.tv_sec = (time_t)(sleep_ms / 1000),
				.tv_nsec = (long)(sleep_ms % 1000) * 1000000L};

	(void)context;
	(void)nanosleep(&time, NULL);
}

struct clock clock_real(void)
{
	return (struct clock){.now_ms = real_now_ms, .sleep_ms = real_sleep_ms};
}

uint64_t clock_wall_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}
