#include "indexer/rate.h"

static const struct rate_sample *sample(const struct rate *rate, unsigned number)
{
	return &rate->samples[number % RATE_SAMPLES];
}

/* The oldest within the span; else the newest of all. */
static const struct rate_sample *begin_of_span(const struct rate *rate,
					       const struct rate_sample *now)
{
	unsigned first = rate->count > RATE_SAMPLES ? rate->count - RATE_SAMPLES : 0;

	while (first + 1 < rate->count && now->at_ms - sample(rate, first)->at_ms > RATE_SPAN_MS)
		first++;
	return sample(rate, first);
}

void rate_keep(struct rate *rate, const struct rate_sample *now)
{
	if (!rate->count || now->at_ms - sample(rate, rate->count - 1)->at_ms >= RATE_STEP_MS)
		rate->samples[rate->count++ % RATE_SAMPLES] = *now;
}

struct rate_sample rate_span(const struct rate *rate, const struct rate_sample *now)
{
	const struct rate_sample *begin;

	if (!rate->count)
		return (struct rate_sample){0};
	begin = begin_of_span(rate, now);
	return (struct rate_sample){.at_ms = now->at_ms - begin->at_ms,
				    .blocks = now->blocks - begin->blocks,
				    .events = now->events - begin->events};
}
