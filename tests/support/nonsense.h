/*
 * nonsense.h - logs and answers that mean nothing, for a protocol of the caller's: events of every
 * kind with random words, in random order, and random words for every view. Nothing of it may
 * crash, hang, or lose count of what the rows say; most of it must be findings.
 */
#ifndef TESTS_SUPPORT_NONSENSE_H
#define TESTS_SUPPORT_NONSENSE_H

#include "protocols/protocol.h"

/* A view that is answered otherwise than by one random word, or none. */
struct nonsense_view {
	uint8_t selector[4];
	size_t words;
	bool is_fixed; /* it tells `fixed` */
	uint64_t fixed;
};

struct nonsense_plan {
	const char *protocol;
	const size_t *counts; /* contracts of each role */
	size_t blocks;        /* of a run */
	size_t runs;
	u256 unit; /* a word that means something: 100 % */
	/* A contract that stands in many events; LIKES_NOBODY: none does. */
	size_t likes;
	/* NULL: there is nobody to ask. */
	const struct nonsense_view *views;
	size_t view_count;
	/* A quote of that many weeks at most, beginning with 0; 0: always of one. */
	uint64_t quote_weeks;
	/* The role whose first contract is the quote's market; 0: it has none. */
	size_t market;
	/* Checks that need not fail in all runs together; NULL: none need to. */
	bool (*is_out_of_reach)(size_t check);
};

#define LIKES_NOBODY SIZE_MAX

/* Asserts all of it. SEED=N in the environment repeats one run. */
void nonsense_run(const struct nonsense_plan *plan);

#endif
