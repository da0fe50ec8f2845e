/*
 * rate.h - how fast the work was within the last minute.
 */
#ifndef INDEXER_RATE_H
#define INDEXER_RATE_H

#include <stdint.h>

enum { RATE_STEP_MS = 5000, RATE_SPAN_MS = 60000, RATE_SAMPLES = RATE_SPAN_MS / RATE_STEP_MS + 2 };

struct rate_sample {
	uint64_t at_ms;
	uint64_t blocks; /* done in all */
	uint64_t events;
};

/* Zeros are an empty one. */
struct rate {
	struct rate_sample samples[RATE_SAMPLES]; /* a ring, at least RATE_STEP_MS apart */
	unsigned count;
};

/* `now` becomes a sample, if it is time for one. Times and counts never fall. */
void rate_keep(struct rate *rate, const struct rate_sample *now);

/*
 * What was done since a minute before `now`, or since the first sample where that is younger; at_ms
 * is how long that was, 0 without a sample. Where nothing was kept for more than a minute, it is
 * since the last one.
 */
struct rate_sample rate_span(const struct rate *rate, const struct rate_sample *now);

#endif
