#include "indexer/range.h"

enum { DEFAULT_WIDTH = 10000 };

void range_plan_init(struct range_plan *plan, uint64_t first, uint64_t limit)
{
	plan->width = first ? first : DEFAULT_WIDTH;
	plan->limit = limit ? limit : UINT64_MAX;
	plan->refused = UINT64_MAX;
	plan->good = 0;
	if (plan->width > plan->limit)
		plan->width = plan->limit;
}

/*
 * By half; towards a width that was refused only half of the way, and not at all for little: else
 * every few answers one request would be spent on hearing the same refusal.
 */
static uint64_t growth(const struct range_plan *plan)
{
	uint64_t more = plan->width / 2 ? plan->width / 2 : 1;
	uint64_t room = plan->limit - plan->width;

	if (plan->refused - 1 - plan->width < more) {
		more = (plan->refused - plan->width) / 2;
		if (more < plan->width / 8)
			return 0;
	}
	return more < room ? more : room;
}

void range_accepted(struct range_plan *plan, uint64_t width, uint64_t bytes)
{
	if (bytes > 2 * (uint64_t)RANGE_BYTES_AIM) {
		if (width / 2 && width / 2 < plan->width)
			plan->width = width / 2;
		plan->good = 0;
		return;
	}
	/* An answer to less than is asked for now proves nothing. */
	if (width < plan->width || bytes > RANGE_BYTES_AIM)
		return;
	if (++plan->good < RANGE_GOOD_BEFORE_GROWTH)
		return;
	plan->good = 0;
	plan->width += growth(plan);
}

/* What the refusal suggests for a range that began at `from`; 0 where it says nothing useful. */
static uint64_t suggested(uint64_t from, uint64_t tried, const struct rpc_error_info *why)
{
	uint64_t width = 0;

	if (why->has_range && why->from <= from && why->to >= from)
		width = why->to - from + 1;
	if (why->blocks_max > width)
		width = why->blocks_max;
	return width < tried ? width : 0;
}

bool range_refused(struct range_plan *plan, uint64_t from, uint64_t to,
		   const struct rpc_error_info *why)
{
	uint64_t tried = to - from + 1;
	uint64_t width = suggested(from, tried, why);

	plan->good = 0;
	if (tried == 1)
		return false;
	if (why->kind == RPC_RANGE_TOO_WIDE) {
		if (width && why->blocks_max && why->blocks_max < plan->limit)
			plan->limit = why->blocks_max;
		if (tried < plan->refused)
			plan->refused = tried;
	}
	if (!width)
		width = tried / 2;
	/* Several ranges of the old width are under way: their refusals do not halve again. */
	if (width < plan->width)
		plan->width = width;
	return true;
}
