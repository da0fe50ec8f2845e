#include "indexer/backoff.h"

struct backoff backoff_new(uint64_t base_ms, uint64_t cap_ms, uint64_t seed)
{
	/* Seeds that differ little shall give pauses that differ much. */
	uint64_t random = (seed + 1) * 0x9e3779b97f4a7c15;

	random ^= random >> 29;
	return (struct backoff){.base_ms = base_ms,
				.cap_ms = cap_ms < base_ms ? base_ms : cap_ms,
				.random = random ? random : 1};
}

static uint64_t draw(struct backoff *backoff)
{
	backoff->random ^= backoff->random << 13;
	backoff->random ^= backoff->random >> 7;
	backoff->random ^= backoff->random << 17;
	return backoff->random >> 11;
}

uint64_t backoff_next(struct backoff *backoff, uint64_t previous_ms)
{
	uint64_t top = previous_ms > backoff->base_ms ? previous_ms : backoff->base_ms;
	uint64_t pause;

	if (top > backoff->cap_ms)
		top = backoff->cap_ms;
	top *= BACKOFF_FACTOR;
	pause = backoff->base_ms + draw(backoff) % (top - backoff->base_ms + 1);
	return pause < backoff->cap_ms ? pause : backoff->cap_ms;
}
