/*
 * several_range.c - ranges of a backfill, each asked of one child and begun again on another where
 * it fails, or where the others name other hashes.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "indexer/several.h"

enum {
	STEP_MS = 10,   /* of one child where several have work */
	RELOST_MAX = 2, /* how often an answer may lose before the range is given up */
};

struct several_range {
	struct range_job job; /* what others see */
	struct several_range *next;
	struct range_job *asked; /* of the child */
	size_t index;
	uint64_t begun_at;
	uint64_t among;
	uint64_t tried;
	unsigned lost;
};

static void drop_asked(struct source_several *self, struct several_range *range)
{
	struct source *child = self->children[range->index];

	if (range->asked)
		child->ops->range_end(child, range->asked);
	range->asked = NULL;
}

static uint64_t width_of(const struct range_ask *ask)
{
	return ask->to - ask->from + 1;
}

/* The child is configured to be asked for less than the others. */
static bool is_too_wide(struct several_range *range, const struct source *child)
{
	struct range_job *job = &range->job;

	if (!child->options.range_max || width_of(&job->ask) <= child->options.range_max)
		return false;
	job->refusal = (struct rpc_error_info){.kind = RPC_RANGE_TOO_WIDE};
	job->state = RANGE_REFUSED;
	(void)error_set(&job->error, ERR_AGAIN, "%s: at most %" PRIu64 " blocks at once",
			child->label, child->options.range_max);
	return true;
}

/* False where there is nobody left to be asked: *why says so. */
static bool begin_on_next(struct source_several *self, struct several_range *range,
			  struct error *why)
{
	struct several_turn turn = several_turn(self, SEVERAL_BLOCK, range->among);

	turn.haste = SEVERAL_PATIENT; /* many requests, of which each has its deadline */
	turn.tried = range->tried;
	if (!several_next(&turn)) {
		why->status = several_end(&turn, why);
		return false;
	}
	range->index = turn.index;
	range->tried |= several_bit(turn.index);
	range->begun_at = clock_now_ms(&self->shared->clock);
	if (!is_too_wide(range, turn.child))
		range->asked = turn.child->ops->range_begin(turn.child, &range->job.ask);
	return true;
}

static bool is_stopped(struct source_several *self, struct several_range *range)
{
	if (!source_is_stopped(&self->base))
		return false;
	range->job.state = RANGE_FAILED;
	(void)error_set(&range->job.error, ERR_AGAIN, "%s: interrupted", self->base.label);
	return true;
}

/* ---- what came of asking a child ---- */

/* The failure of the child is that of the range, where no other can be asked. */
static void take_failure(struct source_several *self, struct several_range *range)
{
	struct range_job *job = &range->job;
	struct range_job *asked = range->asked;
	struct error unsaid;

	/* Of several failures the proof that failed last in the range tells most: what is before it
	 * can be had. */
	if (!job->is_unproved || (asked->is_unproved && asked->unproved > job->unproved)) {
		job->error = asked->error;
		job->is_unproved = asked->is_unproved;
		job->unproved = asked->unproved;
	}
	switch (asked->error.status) {
	case ERR_AGAIN:
	case ERR_BAD_DATA:
		if (!source_is_stopped(&self->base))
			several_trouble(self, range->index,
					clock_now_ms(&self->shared->clock) - range->begun_at,
					asked->error.message);
		break;
	case ERR_NOTFOUND:
		break;
	case OK:
	case ERR_REORG:
	case ERR_REVERT:
	case ERR_CORRUPT:
	case ERR_USAGE:
	case ERR_SYSTEM:
	case ERR_FULL:
	case ERR_DENIED:
		job->state = RANGE_FAILED;
		break;
	}
	drop_asked(self, range);
	if (job->state == RANGE_UNDER_WAY && !is_stopped(self, range) &&
	    !begin_on_next(self, range, &unsaid))
		job->state = RANGE_FAILED;
}

/* Its answer lost: one of the winners is asked, which may be the same after a reorganisation. */
static void take_loss(struct source_several *self, struct several_range *range, uint64_t winners)
{
	struct range_job *job = &range->job;

	drop_asked(self, range);
	range->among = winners;
	range->tried = 0;
	if (++range->lost > RELOST_MAX) {
		job->state = RANGE_FAILED;
		(void)error_set(&job->error, ERR_AGAIN,
				"blocks %" PRIu64 " to %" PRIu64
				": the nodes changed their minds %u times",
				job->ask.from, job->ask.to, range->lost);
	} else if (!begin_on_next(self, range, &job->error)) {
		job->state = RANGE_FAILED;
	}
}

static void take_answer(struct source_several *self, struct several_range *range)
{
	struct range_job *job = &range->job;
	struct range_job *asked = range->asked;
	uint64_t winners;
	enum status st;

	several_works(self, range->index);
	st = several_compare(&winners, self, range->index, asked->blocks, asked->block_count,
			     &job->error);
	if (st != OK) {
		job->error.status = st == ERR_NOTFOUND ? ERR_AGAIN : st;
		job->state = RANGE_FAILED;
		drop_asked(self, range);
		return;
	}
	if (winners) {
		take_loss(self, range, winners);
		return;
	}
	several_spoke(self, range->index);
	arena_free(job->arena);
	job->arena = asked->arena;
	asked->arena = NULL;
	job->blocks = asked->blocks;
	job->block_count = asked->block_count;
	job->bytes = asked->bytes;
	job->state = RANGE_DONE;
	drop_asked(self, range);
}

static void take_refusal(struct source_several *self, struct several_range *range)
{
	struct range_job *job = &range->job;

	several_works(self, range->index);
	job->refusal = range->asked->refusal;
	job->error = range->asked->error;
	job->state = RANGE_REFUSED;
	drop_asked(self, range);
}

/* True where the range changed its state. */
static bool advance(struct source_several *self, struct several_range *range)
{
	if (range->job.state != RANGE_UNDER_WAY)
		return false;
	switch (range->asked->state) {
	case RANGE_UNDER_WAY:
		break;
	case RANGE_DONE:
		take_answer(self, range);
		break;
	case RANGE_REFUSED:
		take_refusal(self, range);
		break;
	case RANGE_FAILED:
		take_failure(self, range);
		break;
	}
	return range->job.state != RANGE_UNDER_WAY;
}

static bool advance_all(struct source_several *self)
{
	bool is_news = false;

	for (struct several_range *range = self->ranges; range; range = range->next)
		is_news |= advance(self, range);
	return is_news;
}

/* ---- the interface ---- */

struct range_job *several_range_begin(struct source *source, const struct range_ask *ask)
{
	struct source_several *self = several_of(source);
	struct several_range *range = xcalloc(1, sizeof(*range));

	range->job.ask = *ask;
	range->job.arena = arena_new();
	range->among = SEVERAL_ALL;
	range->next = self->ranges;
	self->ranges = range;
	if (!is_stopped(self, range) && !begin_on_next(self, range, &range->job.error))
		range->job.state = RANGE_FAILED;
	return &range->job;
}

void several_range_step(struct source *source, uint64_t wait_ms)
{
	struct source_several *self = several_of(source);
	uint64_t busy = 0;

	if (advance_all(self))
		return;
	for (struct several_range *range = self->ranges; range; range = range->next)
		if (range->job.state == RANGE_UNDER_WAY)
			busy |= several_bit(range->index);
	/* All work is with one child, as a rule. Else the waits are short: a wake or an answer for
	 * one must not wait long for another. */
	if ((busy & (busy - 1)) && wait_ms > STEP_MS)
		wait_ms = STEP_MS;
	for (size_t i = 0; i < self->count; i++)
		if (busy & several_bit(i))
			self->children[i]->ops->range_step(self->children[i], wait_ms);
	(void)advance_all(self);
}

void several_range_wake(struct source *source)
{
	struct source_several *self = several_of(source);

	for (size_t i = 0; i < self->count; i++)
		self->children[i]->ops->range_wake(self->children[i]);
}

void several_range_end(struct source *source, struct range_job *job)
{
	struct source_several *self = several_of(source);
	struct several_range *range = (struct several_range *)job;
	struct several_range **at = &self->ranges;

	while (*at != range)
		at = &(*at)->next;
	*at = range->next;
	drop_asked(self, range);
	range_job_free(job);
}
