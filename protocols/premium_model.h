/*
 * premium_model.h - premium formulas as tables: which columns go in, which come out, what is set
 * once for all rows. Whoever prices a table by them knows no protocol.
 *
 * A protocol with a formula that needs no chain adds one struct premium_model to its folder and one
 * line to premium_model.c.
 */
#ifndef PROTOCOLS_PREMIUM_MODEL_H
#define PROTOCOLS_PREMIUM_MODEL_H

#include "ledger/trace.h"

enum { PREMIUM_COLUMNS_MAX = 16, PREMIUM_PARAMETERS_MAX = 16, PREMIUM_RESULTS_MAX = 4 };

/* Every value is a number: of a choice, its place among the words. */
struct premium_column {
	const char *name;
	const char *const *choices; /* words that may stand there; NULL: a whole number */
	size_t choice_count;
};

struct premium_model {
	const char *name; /* as --model takes it */
	const char *title;
	/* In the order in which they are read: a column that decides on others before them. */
	const struct premium_column *columns;
	size_t column_count;
	const char *const *results;
	size_t result_count;
	/* Names of what all rows have in common; NULL where nothing is. */
	const char *const *parameters;
	size_t parameter_count;
	/* The parameters where none are given, and what they are; NULL where they must be. */
	void (*defaults)(u256 *parameters);
	const char *defaults_title;
	/* Whether a row needs that column, by the columns before it; NULL: always. */
	bool (*needs)(const u256 *columns, size_t column);
	/* One row; of columns that it does not need the value is 0. False where the contract
	 * reverts. */
	bool (*compute)(u256 *results, struct trace *trace, const u256 *columns,
			const u256 *parameters);
};

const struct premium_model *premium_model_find(const char *name); /* NULL if there is none */
size_t premium_model_count(void);
const struct premium_model *premium_model_at(size_t index);

#endif
