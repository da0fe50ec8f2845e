/*
 * text.h - measurements in Prometheus' text form (version 0.0.4).
 *
 * A family is begun, then its samples follow, each with other labels. Values are integers, or
 * decimal text that was computed from integers: no floating point stands between what is measured
 * and what is written. A family of counters has a name that ends in "_total"; what may fall (a
 * reorganisation takes blocks back) is a gauge.
 */
#ifndef SERVE_METRICS_TEXT_H
#define SERVE_METRICS_TEXT_H

#include "base/slice.h"

#define METRICS_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

enum metric_kind { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

struct metrics_text {
	struct buffer buffer;
	const char *family; /* the one that was begun last; NULL: none */
	enum metric_kind kind;
};

/* The value is any text: it is escaped, and what is no UTF-8 becomes U+FFFD. */
struct metric_label {
	const char *name;
	const char *value;
};

enum { METRIC_LABELS_MAX = 4 };

/* Unused ones have no name; they stand behind the others. */
struct metric_labels {
	struct metric_label label[METRIC_LABELS_MAX];
};

/* Bounds of a histogram's buckets, rising, in units of 10^-decimals seconds; the bucket above the
 * last has no bound. */
struct metric_buckets {
	const uint64_t *bounds;
	size_t count; /* of the bounds: there is one bucket more */
	unsigned decimals;
};

struct metrics_text metrics_text_in(struct arena *arena);

/* `name` and `help` are the program's own; each name is begun once. */
void metrics_family(struct metrics_text *out, const char *name, enum metric_kind kind,
		    const char *help);

/* One sample of the family; `labels` may be NULL. */
void metrics_number(struct metrics_text *out, const struct metric_labels *labels, uint64_t value);
/* value / 10^decimals, exactly. */
void metrics_decimal(struct metrics_text *out, const struct metric_labels *labels, uint64_t value,
		     unsigned decimals);
/* Decimal text as u256_format_fixed writes it. */
void metrics_figure(struct metrics_text *out, const struct metric_labels *labels,
		    const char *decimal);

/* `counts`: one more than the bounds, of each bucket by itself. `sum` in the buckets' units. */
void metrics_histogram(struct metrics_text *out, const struct metric_labels *labels,
		       const struct metric_buckets *buckets, const uint64_t *counts, uint64_t sum);

/* All that was written. */
struct slice metrics_text_bytes(const struct metrics_text *out);

#endif
