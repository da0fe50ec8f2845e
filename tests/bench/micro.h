/* micro.h - how bench_micro's parts measure single functions. */
#ifndef TESTS_BENCH_MICRO_H
#define TESTS_BENCH_MICRO_H

#include <stdint.h>

#include "base/error.h"

/* Results go here, so that nothing is left out as unused. */
extern volatile uint64_t micro_sink;

/* Ends the program where the status is not OK. */
void micro_must(enum status st, const struct error *err);

/* Runs `work` with growing counts until it takes long enough, and then some times more; gives the
 * best of these in nanoseconds of processor time a round. */
double micro_measure(void (*work)(void *context, uint64_t rounds), void *context);

/* What proving a block is made of. */
void micro_proofs(void);

#endif
