#include "indexer/follow_pace.h"

void follow_pace_moved(struct follow_pace *pace)
{
	*pace = (struct follow_pace){0};
}

uint64_t follow_pace_after_trouble(struct follow_pace *pace, uint64_t interval_ms)
{
	pace->trouble_ms = pace->trouble_ms ? pace->trouble_ms * 2 : interval_ms;
	if (pace->trouble_ms > FOLLOW_TROUBLE_MS_MAX)
		pace->trouble_ms = FOLLOW_TROUBLE_MS_MAX;
	return pace->trouble_ms;
}

uint64_t follow_pace_at_rest(struct follow_pace *pace, uint64_t interval_ms)
{
	uint64_t most = FOLLOW_STILL_FACTOR * interval_ms;

	pace->trouble_ms = 0;
	pace->not_yet = 0;
	if (pace->still < FOLLOW_STILL_LOOKS) {
		pace->still++;
		pace->still_ms = interval_ms;
	} else {
		pace->still_ms += pace->still_ms / 2 + pace->still_ms % 2;
	}
	if (pace->still_ms > most)
		pace->still_ms = most;
	return pace->still_ms;
}

bool follow_pace_is_early(struct follow_pace *pace)
{
	return pace->not_yet++ < FOLLOW_NOT_YET_MAX;
}
