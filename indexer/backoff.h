/*
 * backoff.h - pauses between tries: decorrelated jitter.
 *
 * Each pause is drawn evenly between the base and three times the pause before it, and is never
 * longer than the cap. So pauses grow, and clients that failed together do not come back together.
 * Pure: the same seed gives the same pauses.
 */
#ifndef INDEXER_BACKOFF_H
#define INDEXER_BACKOFF_H

#include <stdint.h>

enum { BACKOFF_FACTOR = 3 };

struct backoff {
	uint64_t base_ms;
	uint64_t cap_ms; /* at least base_ms */
	uint64_t random; /* never 0 */
};

/* Any seed will do. A cap below the base is raised to it. */
struct backoff backoff_new(uint64_t base_ms, uint64_t cap_ms, uint64_t seed);

/* `previous_ms`: the pause before this one; 0 where there was none. */
uint64_t backoff_next(struct backoff *backoff, uint64_t previous_ms);

#endif
