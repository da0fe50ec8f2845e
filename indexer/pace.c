#include "indexer/pace.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/arena.h"

enum {
	BURST_PART = 8,      /* of a second */
	LOOK_MS = 5,         /* until another look whether a request came to its end */
	CALL = 1000,         /* parts of a call, so that calls/s are parts/ms */
	IDLE_MS_MAX = 60000, /* no bucket takes longer to fill up; keeps products small */
};

struct pace {
	pthread_mutex_t mutex;
	struct clock clock;
	struct pace_options options;
	unsigned owners;
	unsigned under_way;
	uint64_t not_before_ms;
	int64_t level; /* of the bucket, in parts of a call; below zero: owed */
	uint64_t level_at_ms;
};

static int64_t capacity(const struct pace *pace)
{
	unsigned calls = pace->options.requests_per_s / BURST_PART;

	return (int64_t)(calls ? calls : 1) * CALL;
}

struct pace *pace_new(const struct pace_options *options, const struct clock *clock)
{
	struct pace *pace = xcalloc(1, sizeof(*pace));

	assert(options->requests_per_s <= PACE_REQUESTS_MAX);
	(void)pthread_mutex_init(&pace->mutex, NULL);
	pace->clock = *clock;
	pace->options = *options;
	pace->owners = 1;
	pace->level = capacity(pace);
	pace->level_at_ms = clock_now_ms(&pace->clock);
	return pace;
}

static void lock(struct pace *pace)
{
	(void)pthread_mutex_lock(&pace->mutex);
}

static void unlock(struct pace *pace)
{
	(void)pthread_mutex_unlock(&pace->mutex);
}

struct pace *pace_share(struct pace *pace)
{
	lock(pace);
	pace->owners++;
	unlock(pace);
	return pace;
}

void pace_release(struct pace *pace)
{
	unsigned left;

	if (!pace)
		return;
	lock(pace);
	left = --pace->owners;
	unlock(pace);
	if (left)
		return;
	(void)pthread_mutex_destroy(&pace->mutex);
	free(pace);
}

size_t pace_calls_max(const struct pace *pace)
{
	return pace->options.requests_per_s ? (size_t)(capacity(pace) / CALL) : SIZE_MAX;
}

/* All that flowed in since the last look. */
static void fill(struct pace *pace, uint64_t now)
{
	uint64_t passed = now > pace->level_at_ms ? now - pace->level_at_ms : 0;

	if (passed > IDLE_MS_MAX)
		passed = IDLE_MS_MAX;
	pace->level += (int64_t)(passed * pace->options.requests_per_s);
	if (pace->level > capacity(pace))
		pace->level = capacity(pace);
	pace->level_at_ms = now;
}

/* Until there is a whole call in the bucket. */
static uint64_t until_filled(const struct pace *pace)
{
	uint64_t missing = (uint64_t)(CALL - pace->level);
	uint64_t rate = pace->options.requests_per_s;

	return (missing + rate - 1) / rate;
}

uint64_t pace_take(struct pace *pace, size_t calls)
{
	uint64_t wait = 0;
	uint64_t now;

	lock(pace);
	now = clock_now_ms(&pace->clock);
	if (pace->options.requests_per_s)
		fill(pace, now);
	if (now < pace->not_before_ms)
		wait = pace->not_before_ms - now;
	else if (pace->options.concurrent_max && pace->under_way >= pace->options.concurrent_max)
		wait = LOOK_MS;
	else if (pace->options.requests_per_s && pace->level < CALL)
		wait = until_filled(pace);
	if (!wait) {
		pace->under_way++;
		if (pace->options.requests_per_s)
			pace->level -= (int64_t)calls * CALL;
	}
	unlock(pace);
	return wait;
}

void pace_give(struct pace *pace)
{
	lock(pace);
	assert(pace->under_way > 0);
	pace->under_way--;
	unlock(pace);
}

void pace_rest(struct pace *pace, uint64_t rest_ms)
{
	uint64_t until;

	lock(pace);
	until = clock_now_ms(&pace->clock) + rest_ms;
	if (until > pace->not_before_ms)
		pace->not_before_ms = until;
	unlock(pace);
}

bool pace_is_resting(struct pace *pace)
{
	bool is_resting;

	lock(pace);
	is_resting = clock_now_ms(&pace->clock) < pace->not_before_ms;
	unlock(pace);
	return is_resting;
}
