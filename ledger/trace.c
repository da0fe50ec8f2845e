#include "ledger/trace.h"

#include <string.h>

void trace_add(struct trace *trace, const char *name, const char *expression, bool is_computable,
	       u256 value, const struct trace_input *inputs, size_t input_count)
{
	struct trace_figure *figure;

	if (!trace)
		return;
	if (trace->count == TRACE_FIGURES_MAX) {
		trace->is_cut = true;
		return;
	}
	if (input_count > TRACE_INPUTS_MAX)
		input_count = TRACE_INPUTS_MAX;
	figure = &trace->figures[trace->count++];
	figure->name = name;
	figure->expression = expression;
	figure->is_computable = is_computable;
	figure->value = value;
	figure->input_count = input_count;
	if (input_count)
		memcpy(figure->inputs, inputs, input_count * sizeof(*inputs));
}

char *trace_format(struct arena *arena, const struct trace *trace)
{
	struct buffer text = buffer_in(arena);
	char digits[U256_DECIMAL_SIZE];

	for (size_t i = 0; i < trace->count; i++) {
		const struct trace_figure *figure = &trace->figures[i];

		buffer_printf(&text, "%s%s\t%s\t%s", i ? "\n" : "", figure->name,
			      figure->expression,
			      figure->is_computable ? u256_format(digits, figure->value) : "-");
		for (size_t k = 0; k < figure->input_count; k++)
			buffer_printf(&text, "\t%s=%s", figure->inputs[k].name,
				      u256_format(digits, figure->inputs[k].value));
	}
	return arena_string(arena, buffer_string(&text));
}

/* The next piece up to `stop`, which is stepped over; false at the end of the text. */
static bool next_piece(char **piece, char **rest, char stop)
{
	char *end;

	if (!*rest)
		return false;
	*piece = *rest;
	end = strchr(*rest, stop);
	*rest = end ? end + 1 : NULL;
	if (end)
		*end = '\0';
	return true;
}

static bool parse_figure(struct trace_figure *figure, char *line)
{
	char *name;
	char *expression;
	char *value;
	char *input;

	memset(figure, 0, sizeof(*figure));
	if (!next_piece(&name, &line, '\t') || !next_piece(&expression, &line, '\t') ||
	    !next_piece(&value, &line, '\t'))
		return false;
	figure->name = name;
	figure->expression = expression;
	figure->is_computable = strcmp(value, "-") != 0;
	if (figure->is_computable && u256_parse(&figure->value, value, strlen(value), NULL) != OK)
		return false;
	while (next_piece(&input, &line, '\t')) {
		char *equals = strrchr(input, '=');

		if (!equals || figure->input_count == TRACE_INPUTS_MAX)
			return false;
		*equals = '\0';
		figure->inputs[figure->input_count].name = input;
		if (u256_parse(&figure->inputs[figure->input_count++].value, equals + 1,
			       strlen(equals + 1), NULL) != OK)
			return false;
	}
	return true;
}

enum status trace_parse(struct trace *out, struct arena *arena, const char *text, struct error *err)
{
	char *rest = *text ? arena_string(arena, text) : NULL;
	char *line;

	trace_reset(out);
	while (next_piece(&line, &rest, '\n')) {
		if (out->count == TRACE_FIGURES_MAX ||
		    !parse_figure(&out->figures[out->count], line))
			return error_set(err, ERR_CORRUPT, "line %zu of a trace is damaged",
					 out->count + 1);
		out->count++;
	}
	return OK;
}

bool trace_sum(u256 *out, struct trace *trace, const char *name, const char *expression,
	       struct trace_input x, struct trace_input y)
{
	u256 sum = U256_ZERO;
	bool ok = u256_add_ok(&sum, x.value, y.value);

	TRACE(trace, name, expression, ok, sum, x, y);
	*out = ok ? sum : U256_ZERO;
	return ok;
}

bool trace_difference(u256 *out, struct trace *trace, const char *name, const char *expression,
		      struct trace_input x, struct trace_input y)
{
	u256 difference = U256_ZERO;
	bool ok = u256_sub_ok(&difference, x.value, y.value);

	TRACE(trace, name, expression, ok, difference, x, y);
	*out = ok ? difference : U256_ZERO;
	return ok;
}
