/*
 * table.h - figures for people: what, how much, and what to compare it with, in aligned columns.
 */
#ifndef TESTS_BENCH_TABLE_H
#define TESTS_BENCH_TABLE_H

#include "base/error.h"

void table_title(const char *title);

/* A line: `what`, the value with its unit, a remark ("" for none). */
void table_row(const char *what, const char *value, const char *remark);

/* The same for a number, with thousands apart and as many places as its size needs. */
void table_number(const char *what, double value, const char *unit, const char *remark, ...)
	PRINTF_LIKE(4, 5);

/* Monotonic seconds. */
double seconds_now(void);

/* The environment's number of that name, or `fallback`. */
unsigned long long number_from_environment(const char *name, unsigned long long fallback);

#endif
