/*
 * backfill.c - the fetching thread.
 *
 * The blocks to fetch are a list of segments in block order. A segment is waiting (nobody has asked
 * for it), under way, or answered. At first there is one, with everything in it; to begin a range
 * means to cut as many blocks as the plan allows from the first waiting segment. A refused range
 * becomes a waiting segment again and is cut smaller the next time. Answers come in any order, but
 * only the first segment of the list is ever delivered, so batches are in order by construction.
 *
 * The first range goes alone: how wide a range may be is mostly learned from refusals, and several
 * of them at once would teach the same.
 *
 * Memory is bounded twice: the queue takes batches only below its limit, and while answers that
 * wait for their turn exceed the limit too, only the first segment may begin, since without it
 * nothing could be delivered.
 *
 * Who touches what: the segments and the source belong to the thread alone; the queue, its figures
 * and the end are shared under the mutex.
 */
#include "indexer/backfill.h"

#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "indexer/range.h"
#include "indexer/source_impl.h"

enum {
	DEFAULT_QUEUE_BYTES = 16 * 1024 * 1024,
	DEFAULT_BATCH_LOGS = 8192,
	STEP_MS = 100,  /* a stop request is seen at least so often */
	PULSE_MS = 200, /* and whether the thread still works */
};

struct segment {
	struct segment *next;
	uint64_t from;
	uint64_t to;
	struct range_job *job; /* NULL: waiting */
	bool counted;          /* its answer is in `held` */
	size_t block_at;       /* what of the answer has been delivered */
	uint64_t from_at;
};

struct queued {
	struct queued *next;
	struct block_batch *batch;
	size_t bytes;
};

struct backfill {
	struct source *source;
	const struct logger *logger;
	struct backfill_options options;
	struct block_wish wish;
	struct arena *arena; /* of the wish and the blocks that must be proved */
	pthread_t thread;
	bool is_threadless; /* see backfill.h */

	struct range_plan plan;
	struct segment *segments;
	unsigned under_way;
	unsigned under_way_max; /* one until the first answer, then doubling up to the option */
	uint64_t held;          /* bytes of answers that are not delivered */
	uint64_t told;          /* the range width that was logged last */

	pthread_mutex_t mutex;
	pthread_cond_t filled;  /* a batch or the end came */
	pthread_cond_t drained; /* a batch was taken, or stop */
	struct queued *first;
	struct queued *last;
	size_t queue_bytes;
	bool stop;
	bool ended;
	struct error end; /* why; ERR_NOTFOUND behind the last batch */
};

void block_batch_free(struct block_batch *batch)
{
	if (!batch)
		return;
	arena_free(batch->arena);
	free(batch);
}

/* ---- the queue ---- */

static bool stopping(struct backfill *bf)
{
	bool stop;

	(void)pthread_mutex_lock(&bf->mutex);
	stop = bf->stop;
	(void)pthread_mutex_unlock(&bf->mutex);
	return stop;
}

static bool queue_has_room(struct backfill *bf)
{
	bool room;

	(void)pthread_mutex_lock(&bf->mutex);
	room = bf->queue_bytes < bf->options.queue_bytes_max;
	(void)pthread_mutex_unlock(&bf->mutex);
	return room;
}

static void wait_for_room(struct backfill *bf)
{
	(void)pthread_mutex_lock(&bf->mutex);
	while (!bf->stop && bf->queue_bytes >= bf->options.queue_bytes_max)
		(void)pthread_cond_wait(&bf->drained, &bf->mutex);
	(void)pthread_mutex_unlock(&bf->mutex);
}

static void push(struct backfill *bf, struct block_batch *batch)
{
	struct queued *item = xcalloc(1, sizeof(*item));

	item->batch = batch;
	item->bytes = arena_used(batch->arena) + sizeof(*batch);
	(void)pthread_mutex_lock(&bf->mutex);
	if (bf->last)
		bf->last->next = item;
	else
		bf->first = item;
	bf->last = item;
	bf->queue_bytes += item->bytes;
	(void)pthread_cond_signal(&bf->filled);
	(void)pthread_mutex_unlock(&bf->mutex);
}

static void end_with(struct backfill *bf, const struct error *why)
{
	(void)pthread_mutex_lock(&bf->mutex);
	bf->ended = true;
	bf->end = *why;
	(void)pthread_cond_broadcast(&bf->filled);
	(void)pthread_mutex_unlock(&bf->mutex);
}

/* For a while, with the mutex. */
static void wait_for_batch(struct backfill *bf)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += PULSE_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	(void)pthread_cond_timedwait(&bf->filled, &bf->mutex, &until);
	pulse_wait(bf->options.pulse);
}

/* ---- segments ---- */

static void drop_job(struct backfill *bf, struct segment *segment)
{
	if (!segment->job)
		return;
	if (segment->counted)
		bf->held -= segment->job->bytes;
	else
		bf->under_way--;
	segment->counted = false;
	bf->source->ops->range_end(bf->source, segment->job);
	segment->job = NULL;
}

static void drop_first(struct backfill *bf)
{
	struct segment *segment = bf->segments;

	bf->segments = segment->next;
	drop_job(bf, segment);
	free(segment);
}

/* A refusal of a range that cannot be smaller becomes a failure that says so. */
static void refused(struct backfill *bf, struct segment *segment)
{
	struct range_job *job = segment->job;
	enum rpc_error_kind kind = job->refusal.kind;

	if (range_refused(&bf->plan, segment->from, segment->to, &job->refusal)) {
		log_debug(bf->logger,
			  "%s: blocks %" PRIu64 " to %" PRIu64 ": %s; asking for %" PRIu64
			  " at once",
			  bf->source->label, segment->from, segment->to, rpc_error_kind_name(kind),
			  bf->plan.width);
		drop_job(bf, segment);
		return;
	}
	job->state = RANGE_FAILED;
	job->error.status = kind == RPC_TIMED_OUT ? ERR_AGAIN : ERR_BAD_DATA;
	(void)error_wrap(&job->error,
			 "the logs of block %" PRIu64
			 " alone are refused, and less than a block cannot be asked for",
			 segment->from);
}

/* Looks at what came of the ranges under way. */
static void collect(struct backfill *bf)
{
	for (struct segment *segment = bf->segments; segment; segment = segment->next) {
		struct range_job *job = segment->job;

		if (!job || segment->counted || job->state == RANGE_UNDER_WAY)
			continue;
		if (job->state == RANGE_REFUSED) {
			refused(bf, segment);
			if (!segment->job)
				continue;
		}
		segment->counted = true;
		bf->under_way--;
		bf->held += job->bytes;
		if (job->state == RANGE_DONE) {
			range_accepted(&bf->plan, segment->to - segment->from + 1, job->bytes);
			if (bf->under_way_max < bf->source->options.in_flight)
				bf->under_way_max *= 2;
		}
	}
}

static void cut_segment(struct segment *segment, uint64_t width)
{
	struct segment *rest;

	if (segment->to - segment->from < width)
		return;
	rest = xcalloc(1, sizeof(*rest));
	rest->from = segment->from + width;
	rest->to = segment->to;
	rest->next = segment->next;
	segment->to = rest->from - 1;
	segment->next = rest;
}

/* How many of the blocks that must be proved are below `number`. */
static size_t must_prove_below(const struct backfill *bf, uint64_t number)
{
	size_t low = 0;
	size_t high = bf->options.must_prove_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (bf->options.must_prove[middle] < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void begin(struct backfill *bf, struct segment *segment)
{
	struct range_ask ask = {.wish = &bf->wish,
				.all_headers = bf->options.all_headers,
				.anchor = bf->options.anchor};
	size_t below;

	cut_segment(segment, bf->plan.width);
	ask.from = segment->from;
	ask.to = segment->to;
	below = must_prove_below(bf, ask.from);
	ask.must_prove = bf->options.must_prove + below;
	ask.must_prove_count = must_prove_below(bf, ask.to + 1) - below;
	segment->from_at = segment->from;
	segment->block_at = 0;
	segment->counted = false;
	segment->job = bf->source->ops->range_begin(bf->source, &ask);
	bf->under_way++;
}

static void begin_some(struct backfill *bf)
{
	for (struct segment *segment = bf->segments; segment; segment = segment->next) {
		if (bf->under_way >= bf->under_way_max ||
		    bf->under_way >= bf->source->options.in_flight)
			return;
		if (segment != bf->segments && bf->held >= bf->options.queue_bytes_max)
			return;
		if (!segment->job)
			begin(bf, segment);
		if (segment->job->state == RANGE_DONE)
			collect(bf); /* a recorded chain answers at once */
	}
}

/* ---- batches ---- */

/* The next batch of the segment's answer; the answer's own arena where all of it is one batch. */
static struct block_batch *cut_batch(struct backfill *bf, struct segment *segment)
{
	struct range_job *job = segment->job;
	struct block_batch *batch = xcalloc(1, sizeof(*batch));
	const struct fetched_block *first = &job->blocks[segment->block_at];
	size_t left = job->block_count - segment->block_at;
	size_t count = 0;
	size_t log_count = 0;

	while (count < left) {
		size_t more = first[count].log_count;

		if (log_count && log_count + more > bf->options.batch_logs_max)
			break;
		log_count += more;
		count++;
	}
	batch->from = segment->from_at;
	batch->to = first[count - 1].ref.number;
	batch->block_count = count;
	if (count == job->block_count) {
		batch->arena = job->arena;
		batch->blocks = job->blocks;
		job->arena = NULL;
	} else {
		batch->arena = arena_new();
		batch->blocks = arena_array(batch->arena, count, sizeof(batch->blocks[0]));
		for (size_t i = 0; i < count; i++)
			batch->blocks[i] = fetched_block_copy(batch->arena, &first[i]);
	}
	segment->block_at += count;
	segment->from_at = batch->to + 1;
	return batch;
}

/* A block that cannot be proved ends the fetching, but those before it are good: they are asked for
 * again without it. False where there are none. */
static bool cut_unproved(struct backfill *bf, struct segment *segment)
{
	const struct range_job *job = segment->job;
	uint64_t width;

	if (!job->is_unproved || job->unproved <= segment->from)
		return false;
	width = job->unproved - segment->from;
	log_debug(bf->logger, "%s; first the blocks before it", job->error.message);
	drop_job(bf, segment);
	cut_segment(segment, width);
	return true;
}

/* Moves what is answered from the first segments to the queue. False where a failure is first. */
static bool deliver(struct backfill *bf)
{
	while (bf->segments) {
		struct segment *segment = bf->segments;

		if (!segment->job || !segment->counted)
			return true;
		if (segment->job->state == RANGE_FAILED) {
			if (cut_unproved(bf, segment))
				return true;
			/* Not found means the end here; a block that is not there yet is not. */
			if (segment->job->error.status == ERR_NOTFOUND)
				segment->job->error.status = ERR_AGAIN;
			end_with(bf, &segment->job->error);
			return false;
		}
		while (segment->block_at < segment->job->block_count) {
			if (!queue_has_room(bf))
				return true;
			push(bf, cut_batch(bf, segment));
		}
		drop_first(bf);
	}
	return true;
}

static void tell_width(struct backfill *bf)
{
	if (bf->plan.width == bf->told)
		return;
	bf->told = bf->plan.width;
	log_debug(bf->logger, "%s: asking for the logs of %" PRIu64 " blocks at once",
		  bf->source->label, bf->plan.width);
}

/* One step. False at the end, which is told to whoever waits. */
static bool fetch_step(struct backfill *bf)
{
	struct error done;

	if (bf->segments) {
		pulse_beat(bf->options.pulse);
		begin_some(bf);
		if (bf->under_way)
			bf->source->ops->range_step(bf->source, STEP_MS);
		collect(bf);
		tell_width(bf);
		if (!deliver(bf))
			return false;
	}
	if (bf->segments)
		return true;
	(void)error_set(&done, ERR_NOTFOUND, "no block behind %" PRIu64 " was asked for",
			bf->options.to);
	end_with(bf, &done);
	return false;
}

static void *fetch(void *context)
{
	struct backfill *bf = context;

	while (!stopping(bf) && fetch_step(bf))
		if (!bf->under_way && bf->segments->counted)
			wait_for_room(bf);
	return NULL;
}

/* Without a thread: until there is a batch, or the end. */
static void fetch_one(struct backfill *bf)
{
	while (!bf->first && !bf->ended && fetch_step(bf))
		;
}

enum status backfill_next(struct block_batch **out, struct backfill *bf, struct error *err)
{
	struct queued *item;
	enum status st = OK;
	bool was_full;

	*out = NULL;
	if (bf->is_threadless)
		fetch_one(bf);
	(void)pthread_mutex_lock(&bf->mutex);
	while (!bf->first && !bf->ended)
		wait_for_batch(bf);
	item = bf->first;
	was_full = bf->queue_bytes >= bf->options.queue_bytes_max;
	if (item) {
		bf->first = item->next;
		if (!bf->first)
			bf->last = NULL;
		bf->queue_bytes -= item->bytes;
		(void)pthread_cond_signal(&bf->drained);
	} else {
		st = error_set(err, bf->end.status, "%s", bf->end.message);
	}
	(void)pthread_mutex_unlock(&bf->mutex);
	if (!item)
		return st;
	if (was_full)
		bf->source->ops->range_wake(bf->source);
	*out = item->batch;
	free(item);
	return OK;
}

/* ---- beginning and end ---- */

static void copy_wish(struct backfill *bf, const struct block_wish *wish)
{
	struct backfill_options *options = &bf->options;

	bf->arena = arena_new();
	bf->wish = block_wish_copy(bf->arena, wish);
	options->must_prove =
		arena_copy(bf->arena, options->must_prove,
			   options->must_prove_count * sizeof(options->must_prove[0]));
}

static void free_backfill(struct backfill *bf)
{
	while (bf->segments) {
		struct segment *segment = bf->segments;

		bf->segments = segment->next;
		free(segment);
	}
	(void)pthread_cond_destroy(&bf->filled);
	(void)pthread_cond_destroy(&bf->drained);
	(void)pthread_mutex_destroy(&bf->mutex);
	arena_free(bf->arena);
	free(bf);
}

/* A condition that is waited for by the monotonic clock. */
static void init_timed(pthread_cond_t *condition)
{
	pthread_condattr_t attributes;

	(void)pthread_condattr_init(&attributes);
	(void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	(void)pthread_cond_init(condition, &attributes);
	(void)pthread_condattr_destroy(&attributes);
}

/* Signals are for the program's own thread. */
static int start_thread(struct backfill *bf)
{
	sigset_t all;
	sigset_t old;
	int problem;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	problem = pthread_create(&bf->thread, NULL, fetch, bf);
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	return problem;
}

enum status backfill_start(struct backfill **out, struct source *source,
			   const struct block_wish *wish, const struct backfill_options *options,
			   const struct logger *logger, struct error *err)
{
	struct backfill *bf = xcalloc(1, sizeof(*bf));
	int problem;

	*out = NULL;
	bf->source = source;
	bf->logger = logger;
	bf->options = *options;
	if (!bf->options.queue_bytes_max)
		bf->options.queue_bytes_max = DEFAULT_QUEUE_BYTES;
	if (!bf->options.batch_logs_max)
		bf->options.batch_logs_max = DEFAULT_BATCH_LOGS;
	if (wish->proof == PROVE_HEADERS)
		bf->options.all_headers = true;
	copy_wish(bf, wish);
	range_plan_init(&bf->plan, source->options.range_first, source->options.range_max);
	bf->told = bf->plan.width;
	bf->under_way_max = 1;
	(void)pthread_mutex_init(&bf->mutex, NULL);
	init_timed(&bf->filled);
	(void)pthread_cond_init(&bf->drained, NULL);
	if (options->from <= options->to) {
		bf->segments = xcalloc(1, sizeof(*bf->segments));
		bf->segments->from = options->from;
		bf->segments->to = options->to;
	}
	bf->is_threadless = source->options.seams != NULL;
	problem = bf->is_threadless ? 0 : start_thread(bf);
	if (problem) {
		free_backfill(bf);
		return error_set(err, ERR_SYSTEM, "cannot start the fetching thread: %s",
				 strerror(problem));
	}
	*out = bf;
	return OK;
}

static void join_thread(struct backfill *bf)
{
	(void)pthread_mutex_lock(&bf->mutex);
	bf->stop = true;
	(void)pthread_cond_signal(&bf->drained);
	(void)pthread_mutex_unlock(&bf->mutex);
	bf->source->ops->range_wake(bf->source);
	(void)pthread_join(bf->thread, NULL);
}

void backfill_stop(struct backfill *bf)
{
	if (!bf)
		return;
	if (!bf->is_threadless)
		join_thread(bf);
	while (bf->segments)
		drop_first(bf);
	while (bf->first) {
		struct queued *item = bf->first;

		bf->first = item->next;
		block_batch_free(item->batch);
		free(item);
	}
	free_backfill(bf);
}
