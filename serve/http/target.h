/*
 * target.h - a request's target, "/v1/pools/api3?at=latest", taken apart.
 *
 * Strict: what is not allowed in a target must be percent-encoded, what is decoded must be UTF-8
 * without control characters, and there are limits. Anything else is ERR_USAGE, and says what.
 */
#ifndef SERVE_HTTP_TARGET_H
#define SERVE_HTTP_TARGET_H

#include "base/slice.h"

enum { TARGET_SEGMENTS_MAX = 12, TARGET_PAIRS_MAX = 32 };

struct target_pair {
	const char *name;
	const char *value; /* "" where it has none */
};

struct target {
	const char *path; /* as it was sent, without the query */
	/* Decoded; "/" is one empty segment. */
	const char *segments[TARGET_SEGMENTS_MAX];
	size_t segment_count;
	struct target_pair pairs[TARGET_PAIRS_MAX]; /* in their order, names may be there twice */
	size_t pair_count;
};

/* What it points to comes from the arena. */
enum status target_parse(struct target *out, struct arena *arena, const char *text, size_t length,
			 struct error *err) MUST_CHECK;

#endif
