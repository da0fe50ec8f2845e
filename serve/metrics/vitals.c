#include "serve/metrics/vitals.h"

void vitals_init(struct vitals *vitals, const struct clock *clock)
{
	vitals->clock = *clock;
	vitals->started_ms = clock_wall_ms();
	atomic_init(&vitals->beaten_ms, clock_now_ms(clock));
}

void vitals_beat(struct vitals *vitals)
{
	if (vitals)
		atomic_store_explicit(&vitals->beaten_ms, clock_now_ms(&vitals->clock),
				      memory_order_relaxed);
}

uint64_t vitals_silent_ms(const struct vitals *vitals)
{
	uint64_t beaten = atomic_load_explicit(&vitals->beaten_ms, memory_order_relaxed);
	uint64_t now = clock_now_ms(&vitals->clock);

	return now > beaten ? now - beaten : 0;
}
