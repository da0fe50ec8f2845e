#include "tests/bench/micro.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { REPEATS = 4 };

static const double target_seconds = 0.05;

volatile uint64_t micro_sink;

void micro_must(enum status st, const struct error *err)
{
	if (st == OK)
		return;
	(void)fprintf(stderr, "bench_micro: %s\n", err->message);
	exit(1);
}

/* Of this thread: others share the machine. */
static double processor_seconds(void)
{
	struct timespec at;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
	return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static double seconds_of(void (*work)(void *context, uint64_t rounds), void *context,
			 uint64_t rounds)
{
	double begun = processor_seconds();

	work(context, rounds);
	return processor_seconds() - begun;
}

double micro_measure(void (*work)(void *context, uint64_t rounds), void *context)
{
	uint64_t rounds = 16;
	double best = seconds_of(work, context, rounds);

	while (best < target_seconds) {
		rounds *= 2;
		best = seconds_of(work, context, rounds);
	}
	for (unsigned i = 1; i < REPEATS; i++) {
		double again = seconds_of(work, context, rounds);

		if (again < best)
			best = again;
	}
	return best * 1e9 / (double)rounds;
}
