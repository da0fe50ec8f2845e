#include "indexer/pace.h"

void pace_moved(struct pace *pace)
{
	*pace = (struct pace){0};
}

uint64_t pace_after_trouble(struct pace *pace, uint64_t interval_ms)
{
	pace->trouble_ms = pace->trouble_ms ? pace->trouble_ms * 2 : interval_ms;
	if (pace->trouble_ms > PACE_TROUBLE_MS_MAX)
		pace->trouble_ms = PACE_TROUBLE_MS_MAX;
	return pace->trouble_ms;
}

uint64_t pace_at_rest(struct pace *pace, uint64_t interval_ms)
{
	uint64_t most = PACE_STILL_FACTOR * interval_ms;

	pace->trouble_ms = 0;
	pace->not_yet = 0;
	if (pace->still < PACE_STILL_LOOKS) {
		pace->still++;
		pace->still_ms = interval_ms;
	} else {
		pace->still_ms += pace->still_ms / 2 + pace->still_ms % 2;
	}
	if (pace->still_ms > most)
		pace->still_ms = most;
	return pace->still_ms;
}

bool pace_is_early(struct pace *pace)
{
	return pace->not_yet++ < PACE_NOT_YET_MAX;
}
