#include "indexer/latency.h"

const uint64_t latency_bounds_ms[LATENCY_BOUNDS] = {1,   5,    10,   25,   50,    100,  250,
						    500, 1000, 2500, 5000, 10000, 30000};

void latency_add(struct latency *latency, uint64_t duration_ms)
{
	size_t bucket = 0;

	while (bucket < LATENCY_BOUNDS && duration_ms > latency_bounds_ms[bucket])
		bucket++;
	latency->counts[bucket]++;
	latency->sum_ms += duration_ms;
}
