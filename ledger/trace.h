/*
 * trace.h - every figure has a reason: its name, its formula, what went in and what came out.
 *
 * Formulas write into a trace while they compute; `explain` prints it and a finding carries it.
 * Writing is cheap (no text is made, nothing allocated), so it is always on.
 */
#ifndef LEDGER_TRACE_H
#define LEDGER_TRACE_H

#include "abi/u256.h"

enum { TRACE_FIGURES_MAX = 24, TRACE_INPUTS_MAX = 6 };

struct trace_input {
	const char *name;
	u256 value;
};

struct trace_figure {
	const char *name;
	const char *expression; /* in the inputs' names */
	struct trace_input inputs[TRACE_INPUTS_MAX];
	size_t input_count;
	bool is_computable; /* false: the contract would revert here */
	u256 value;
};

struct trace {
	size_t count;
	bool is_cut; /* more figures than there is room for */
	struct trace_figure figures[TRACE_FIGURES_MAX];
};

static inline void trace_reset(struct trace *trace)
{
	trace->count = 0;
	trace->is_cut = false;
}

/* Names and expressions are static text. A NULL trace is allowed and keeps nothing. */
void trace_add(struct trace *trace, const char *name, const char *expression, bool is_computable,
	       u256 value, const struct trace_input *inputs, size_t input_count);

#define TRACE(trace, name, expression, ok, value, ...)                                             \
	trace_add((trace), (name), (expression), (ok), (value),                                    \
		  (const struct trace_input[]){__VA_ARGS__},                                       \
		  sizeof((const struct trace_input[]){__VA_ARGS__}) / sizeof(struct trace_input))

/* x + y and x - y with their figure; false, and zero, where they do not fit 256 bits. */
bool trace_sum(u256 *out, struct trace *trace, const char *name, const char *expression,
	       struct trace_input x, struct trace_input y) MUST_CHECK;
bool trace_difference(u256 *out, struct trace *trace, const char *name, const char *expression,
		      struct trace_input x, struct trace_input y) MUST_CHECK;

/*
 * As text, a line a figure: name, expression, value ("-" where not computable), then name=value for
 * each input, all parted by tabs. In the arena.
 */
char *trace_format(struct arena *arena, const struct trace *trace);

/* The inverse; names are in the arena. ERR_CORRUPT where the text is not a trace. */
enum status trace_parse(struct trace *out, struct arena *arena, const char *text,
			struct error *err) MUST_CHECK;

#endif
