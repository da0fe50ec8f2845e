/*
 * pace.h - how fast and how densely one endpoint is asked; shared by all handles on it.
 *
 * JSON-RPC calls are counted, not HTTP requests: providers bill a batch by its calls. The count is
 * a bucket that holds an eighth of a second's calls, at least one. A request may be sent while
 * anything is in the bucket and takes out all its calls, so that the bucket may owe some; as no
 * request has more calls than the bucket holds, at most 5/4 of the limit go in any one second (or
 * two calls above it). Nobody starves: a large request needs no fuller a bucket than a small one.
 *
 * Every function locks. Times are of the clock that it was opened with.
 */
#ifndef INDEXER_PACE_H
#define INDEXER_PACE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"

struct pace;

enum { PACE_REQUESTS_MAX = 1000000 };

struct pace_options {
	unsigned requests_per_s; /* JSON-RPC calls, at most PACE_REQUESTS_MAX; 0: any number */
	unsigned concurrent_max; /* HTTP requests under way at once; 0: any number */
};

/* `clock` is copied. One owner; each further one is told by pace_share(). */
struct pace *pace_new(const struct pace_options *options, const struct clock *clock);
struct pace *pace_share(struct pace *pace);
void pace_release(struct pace *pace); /* accepts NULL */

/* The most calls that one request may have. */
size_t pace_calls_max(const struct pace *pace);

/*
 * 0: the request with so many calls may go now, and pace_give() follows when it came to its end.
 * Else for how many milliseconds it is of no use to ask again.
 */
uint64_t pace_take(struct pace *pace, size_t calls);
void pace_give(struct pace *pace);

/* The endpoint wants no request for so long. */
void pace_rest(struct pace *pace, uint64_t rest_ms);
bool pace_is_resting(struct pace *pace);

#endif
