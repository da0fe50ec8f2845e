/* follow_pace.h - how long following waits before it looks at the head again. Milliseconds; no
 * clock. */
#ifndef INDEXER_FOLLOW_PACE_H
#define INDEXER_FOLLOW_PACE_H

#include <stdbool.h>
#include <stdint.h>

enum {
	FOLLOW_TROUBLE_MS_MAX = 30000,
	FOLLOW_STILL_LOOKS = 8,  /* at an unmoved head, before the pauses between them grow */
	FOLLOW_STILL_FACTOR = 4, /* to at most so many times the interval */
	FOLLOW_NOT_YET_MAX = 3,  /* times in a row that an announced block may be missing quietly */
};

/* Zeros to begin with. */
struct follow_pace {
	uint64_t trouble_ms; /* the pause after the last trouble in a row; 0: there was none */
	unsigned still;      /* looks in a row at which the head had not moved */
	uint64_t still_ms;   /* the pause after the last of them */
	unsigned not_yet;    /* times in a row that an announced block was missing */
};

/* The head moved: it is looked at again at once, and everything begins anew. */
void follow_pace_moved(struct follow_pace *pace);

/* After trouble that passes: the interval, doubling. */
uint64_t follow_pace_after_trouble(struct follow_pace *pace, uint64_t interval_ms);

/* The head has not moved: the interval, and where it stands still for longer, half as much again
 * each time. */
uint64_t follow_pace_at_rest(struct follow_pace *pace, uint64_t interval_ms);

/* A block that was announced is not there yet: true while that is nothing to talk about, and the
 * interval is long enough a pause. */
bool follow_pace_is_early(struct follow_pace *pace);

#endif
