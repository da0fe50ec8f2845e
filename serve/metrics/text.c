#include "serve/metrics/text.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { DECIMAL_SIZE = 64 };

struct metrics_text metrics_text_in(struct arena *arena)
{
	return (struct metrics_text){.buffer = buffer_in(arena)};
}

struct slice metrics_text_bytes(const struct metrics_text *out)
{
	return buffer_slice(&out->buffer);
}

static const char *kind_name(enum metric_kind kind)
{
	switch (kind) {
	case METRIC_COUNTER:
		return "counter";
	case METRIC_GAUGE:
		return "gauge";
	case METRIC_HISTOGRAM:
		return "histogram";
	}
	return "untyped";
}

static bool ends_in(const char *text, const char *end)
{
	size_t length = strlen(text);
	size_t size = strlen(end);

	return length > size && strcmp(text + length - size, end) == 0;
}

void metrics_family(struct metrics_text *out, const char *name, enum metric_kind kind,
		    const char *help)
{
	assert(ends_in(name, "_total") == (kind == METRIC_COUNTER));
	out->family = name;
	out->kind = kind;
	/* The program's own words, so there is nothing to escape. */
	assert(!strpbrk(help, "\\\n"));
	buffer_printf(&out->buffer, "# HELP %s %s\n# TYPE %s %s\n", name, help, name,
		      kind_name(kind));
}

/* ---- labels ---- */

/* How many bytes the UTF-8 character at `at` has; 0 where it is none. */
static size_t character_size(const unsigned char *at)
{
	static const struct {
		unsigned char first;
		unsigned char last;
		unsigned char size;
		unsigned char second_first; /* shorter ways to write it, and surrogates, are none */
		unsigned char second_last;
	} forms[] = {
		{0x01, 0x7f, 1, 0, 0},       {0xc2, 0xdf, 2, 0x80, 0xbf},
		{0xe0, 0xe0, 3, 0xa0, 0xbf}, {0xe1, 0xec, 3, 0x80, 0xbf},
		{0xed, 0xed, 3, 0x80, 0x9f}, {0xee, 0xef, 3, 0x80, 0xbf},
		{0xf0, 0xf0, 4, 0x90, 0xbf}, {0xf1, 0xf3, 4, 0x80, 0xbf},
		{0xf4, 0xf4, 4, 0x80, 0x8f},
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		if (*at < forms[i].first || *at > forms[i].last)
			continue;
		if (forms[i].size > 1 &&
		    (at[1] < forms[i].second_first || at[1] > forms[i].second_last))
			return 0;
		for (size_t k = 2; k < forms[i].size; k++)
			if (at[k] < 0x80 || at[k] > 0xbf)
				return 0;
		return forms[i].size;
	}
	return 0;
}

static void put_value(struct buffer *buffer, const char *value)
{
	const unsigned char *at = (const unsigned char *)value;

	while (*at) {
		size_t size = character_size(at);

		if (*at == '\n')
			buffer_text(buffer, "\\n");
		else if (*at == '"' || *at == '\\')
			buffer_printf(buffer, "\\%c", *at);
		else if (size)
			buffer_append(buffer, at, size);
		else
			buffer_text(buffer, "\xef\xbf\xbd");
		at += size ? size : 1;
	}
}

/* With `bound` as one label more, where it is not NULL. */
static void put_labels(struct buffer *buffer, const struct metric_labels *labels, const char *bound)
{
	const char *before = "{";

	for (size_t i = 0; labels && i < METRIC_LABELS_MAX && labels->label[i].name; i++) {
		buffer_printf(buffer, "%s%s=\"", before, labels->label[i].name);
		put_value(buffer, labels->label[i].value);
		buffer_byte(buffer, '"');
		before = ",";
	}
	if (bound) {
		buffer_printf(buffer, "%sle=\"%s\"", before, bound);
		before = ",";
	}
	if (*before == ',')
		buffer_byte(buffer, '}');
}

/* ---- samples ---- */

/* Without zeros at the end. */
static const char *format_decimal(char out[DECIMAL_SIZE], uint64_t value, unsigned decimals)
{
	uint64_t one = 1;
	size_t length;

	assert(decimals <= 18);
	for (unsigned i = 0; i < decimals; i++)
		one *= 10;
	if (value % one == 0) {
		(void)snprintf(out, DECIMAL_SIZE, "%" PRIu64, value / one);
		return out;
	}
	(void)snprintf(out, DECIMAL_SIZE, "%" PRIu64 ".%0*" PRIu64, value / one, (int)decimals,
		       value % one);
	for (length = strlen(out); out[length - 1] == '0'; length--)
		out[length - 1] = '\0';
	return out;
}

void metrics_figure(struct metrics_text *out, const struct metric_labels *labels,
		    const char *decimal)
{
	assert(out->family && out->kind != METRIC_HISTOGRAM);
	buffer_text(&out->buffer, out->family);
	put_labels(&out->buffer, labels, NULL);
	buffer_printf(&out->buffer, " %s\n", decimal);
}

void metrics_number(struct metrics_text *out, const struct metric_labels *labels, uint64_t value)
{
	metrics_decimal(out, labels, value, 0);
}

void metrics_decimal(struct metrics_text *out, const struct metric_labels *labels, uint64_t value,
		     unsigned decimals)
{
	char text[DECIMAL_SIZE];

	metrics_figure(out, labels, format_decimal(text, value, decimals));
}

static void put_part(struct metrics_text *out, const char *suffix,
		     const struct metric_labels *labels, const char *bound, const char *value)
{
	buffer_printf(&out->buffer, "%s%s", out->family, suffix);
	put_labels(&out->buffer, labels, bound);
	buffer_printf(&out->buffer, " %s\n", value);
}

void metrics_histogram(struct metrics_text *out, const struct metric_labels *labels,
		       const struct metric_buckets *buckets, const uint64_t *counts, uint64_t sum)
{
	char bound[DECIMAL_SIZE];
	char value[DECIMAL_SIZE];
	uint64_t all = 0;

	assert(out->family && out->kind == METRIC_HISTOGRAM);
	for (size_t i = 0; i < buckets->count; i++) {
		all += counts[i];
		put_part(out, "_bucket", labels,
			 format_decimal(bound, buckets->bounds[i], buckets->decimals),
			 format_decimal(value, all, 0));
	}
	all += counts[buckets->count];
	(void)format_decimal(value, all, 0);
	put_part(out, "_bucket", labels, "+Inf", value);
	put_part(out, "_sum", labels, NULL, format_decimal(bound, sum, buckets->decimals));
	put_part(out, "_count", labels, NULL, value);
}
