/*
 * latency.h - how long a node's requests took, as a histogram: buckets of fixed bounds.
 */
#ifndef INDEXER_LATENCY_H
#define INDEXER_LATENCY_H

#include <stddef.h>
#include <stdint.h>

enum { LATENCY_BOUNDS = 13 };

/* Milliseconds, rising; a request that took just that long is in its bucket. */
extern const uint64_t latency_bounds_ms[LATENCY_BOUNDS];

/* Zeros are an empty one. */
struct latency {
	uint64_t counts[LATENCY_BOUNDS + 1]; /* of each bucket by itself; the last has no bound */
	uint64_t sum_ms;
};

void latency_add(struct latency *latency, uint64_t duration_ms);

#endif
