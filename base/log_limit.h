/*
 * log_limit.h - a logger before another one, which keeps a flood of warnings off it.
 *
 * Of one kind of warning or error, LOG_LIMIT_LINES pass within a minute, which begins with the
 * first of them. Those after that are dropped, and told once, when the minute is over: "… and 34
 * more like it within a minute, the last: …". Two lines are of one kind when they are of the same
 * level and differ in nothing but digits and 0x…: block numbers, hashes, counts, ports. Quieter
 * lines pass.
 *
 * Thread-safe, as far as the logger below is, which gets one line at a time. Nothing is told behind
 * anybody's back: the end of a minute is noticed with the next line, by log_limit_look, or at the
 * end.
 */
#ifndef BASE_LOG_LIMIT_H
#define BASE_LOG_LIMIT_H

#include "base/clock.h"
#include "base/logger.h"

enum {
	LOG_LIMIT_LINES = 20,
	LOG_LIMIT_MS = 60000,
	LOG_LIMIT_KINDS = 64, /* at once; a further one takes the place of the oldest */
};

struct log_limit;

/* `below` and the clock are copied; what they point to outlives the limit. */
struct log_limit *log_limit_new(const struct logger *below, const struct clock *clock);
/* Tells what is still to be told. Accepts NULL. */
void log_limit_free(struct log_limit *limit);

/* The logger that is limited; good until log_limit_free. */
struct logger log_limit_logger(struct log_limit *limit);

/* Tells of the minutes that are over. */
void log_limit_look(struct log_limit *limit);

#endif
