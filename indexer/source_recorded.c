/*
 * source_recorded.c - a recorded chain as a source. It answers as a node would that has pruned
 * everything but what was recorded: calls that nobody recorded are unavailable.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "indexer/log_set.h"
#include "indexer/recorded_read.h"
#include "indexer/source_impl.h"

struct source_recorded {
	struct source base;
	struct recorded *chain;
};

static const struct recorded *chain_of(const struct source *source)
{
	return ((const struct source_recorded *)source)->chain;
}

static void close_recorded(struct source *source)
{
	struct source_recorded *self = (struct source_recorded *)source;

	recorded_release(self->chain);
	source_clear(source);
	free(self);
}

static enum status chain_id(uint64_t *out, struct source *source, struct error *err)
{
	(void)err;
	*out = recorded_chain_id(chain_of(source));
	return OK;
}

static enum status is_syncing(bool *out, struct source *source, struct error *err)
{
	(void)source;
	(void)err;
	*out = false;
	return OK;
}

static enum status no_block(const struct source *source, uint64_t number, struct error *err)
{
	return error_set(err, ERR_NOTFOUND,
			 "%s: no block %" PRIu64 "; the recorded chain holds %" PRIu64
			 " to %" PRIu64,
			 source->label, number, recorded_first(chain_of(source)),
			 recorded_last(chain_of(source)));
}

static enum status tagged_block(struct block_ref *out, struct source *source, enum block_tag tag,
				struct error *err)
{
	const struct recorded *chain = chain_of(source);

	(void)tag; /* the end of a recorded chain is as final as anything */
	(void)err;
	*out = *recorded_block(chain, recorded_last(chain));
	return OK;
}

static enum status extent(uint64_t *first, uint64_t *last, struct source *source, struct error *err)
{
	(void)err;
	*first = recorded_first(chain_of(source));
	*last = recorded_last(chain_of(source));
	return OK;
}

static enum status headers(struct block_ref *out, struct source *source, const uint64_t *numbers,
			   size_t count, struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		const struct block_ref *block = recorded_block(chain_of(source), numbers[i]);

		if (!block)
			return no_block(source, numbers[i], err);
		out[i] = *block;
	}
	return OK;
}

/* The block's logs that are wanted, appended; their data still points into the chain. */
static void wanted_logs(struct log_list *list, const struct recorded *chain,
			const struct block_ref *block, const struct log_filter *filters,
			size_t filter_count)
{
	size_t count;
	const struct recorded_log *logs = recorded_logs(chain, block->number, &count);

	for (size_t i = 0; i < count; i++) {
		struct event_log log;

		recorded_log_expand(&log, &logs[i], block);
		if (!log_wanted(&log, filters, filter_count))
			continue;
		if (list->count == list->capacity) {
			list->capacity = list->capacity ? list->capacity * 2 : 64;
			list->logs = xrealloc(list->logs, list->capacity * sizeof(list->logs[0]));
		}
		list->logs[list->count++] = log;
	}
}

/* The list as an array in the arena, with the data. */
static struct event_log *keep_logs(struct log_list *list, struct arena *arena)
{
	struct event_log *logs = arena_copy(arena, list->logs, list->count * sizeof(list->logs[0]));

	for (size_t i = 0; i < list->count; i++)
		logs[i].data = slice_copy(arena, logs[i].data);
	log_list_clear(list);
	return logs;
}

/* Whether the chain holds exactly this block. */
static bool holds(const struct recorded *chain, const struct block_ref *block)
{
	const struct block_ref *own = recorded_block(chain, block->number);

	return own && hash_equal(own->hash, block->hash);
}

static enum status block_logs(struct event_log **out, size_t *count, struct arena *arena,
			      struct source *source, const struct block_ref *block,
			      const struct log_filter *filters, size_t filter_count,
			      struct error *err)
{
	struct log_list list = {0};

	if (!holds(chain_of(source), block))
		return no_block(source, block->number, err);
	wanted_logs(&list, chain_of(source), block, filters, filter_count);
	*count = list.count;
	*out = keep_logs(&list, arena);
	return OK;
}

static bool is_born(const struct recorded *chain, struct address address, uint64_t number)
{
	uint64_t birth;

	return number >= recorded_first(chain) && recorded_birth(&birth, chain, address) &&
	       number >= birth;
}

static void one_call(struct chain_call *call, struct arena *arena, const struct recorded *chain,
		     uint64_t number)
{
	struct recorded_result result;
	uint64_t birth;

	call->result = slice_of(NULL, 0);
	call->reason = "";
	call->outcome = CALL_RETURNED;
	if (number < recorded_first(chain) ||
	    (recorded_birth(&birth, chain, call->to) && number < birth))
		return; /* no code yet: a call to nothing returns nothing */
	if (!recorded_call(&result, chain, call->to, call->data, number)) {
		call->outcome = CALL_UNAVAILABLE;
		call->reason = "the call was not recorded";
		return;
	}
	call->outcome = result.outcome;
	if (result.outcome == CALL_RETURNED)
		call->result = slice_copy(arena, result.bytes);
	else
		call->reason =
			arena_string_n(arena, (const char *)result.bytes.data, result.bytes.size);
}

static enum status calls(struct chain_call *list, size_t count, struct arena *arena,
			 struct source *source, const struct block_ref *at, struct error *err)
{
	const struct recorded *chain = chain_of(source);

	if (at->number >= recorded_first(chain) && !holds(chain, at))
		return no_block(source, at->number, err);
	for (size_t i = 0; i < count; i++)
		one_call(&list[i], arena, chain, at->number);
	return OK;
}

static enum status has_code(bool *out, struct source *source, struct address address,
			    uint64_t number, struct error *err)
{
	if (number > recorded_last(chain_of(source)))
		return no_block(source, number, err);
	*out = is_born(chain_of(source), address, number);
	return OK;
}

static bool has_logs(const struct log_list *list, uint64_t number)
{
	return list->count && list->logs[list->count - 1].block_number == number;
}

static void answer_range(struct range_job *job, const struct recorded *chain)
{
	const struct range_ask *ask = &job->ask;
	struct log_list list = {0};
	struct block_ref *refs = NULL;
	size_t count = 0;
	size_t capacity = 0;

	for (uint64_t n = ask->from;; n++) {
		const struct block_ref *block = recorded_block(chain, n);

		wanted_logs(&list, chain, block, ask->filters, ask->filter_count);
		if (ask->all_headers || n == ask->to || has_logs(&list, n)) {
			if (count == capacity) {
				capacity = capacity ? capacity * 2 : 64;
				refs = xrealloc(refs, capacity * sizeof(refs[0]));
			}
			refs[count++] = *block;
		}
		if (n == ask->to)
			break;
	}
	job->refs = arena_copy(job->arena, refs, count * sizeof(refs[0]));
	job->ref_count = count;
	free(refs);
	job->log_count = list.count;
	job->logs = keep_logs(&list, job->arena);
	job->bytes = arena_used(job->arena);
	job->state = RANGE_DONE;
}

static struct range_job *range_begin(struct source *source, const struct range_ask *ask)
{
	const struct recorded *chain = chain_of(source);
	struct range_job *job = xcalloc(1, sizeof(*job));

	job->ask = *ask;
	job->arena = arena_new();
	job->state = RANGE_FAILED;
	if (source_is_stopped(source))
		(void)error_set(&job->error, ERR_AGAIN, "%s: interrupted", source->label);
	else if (!recorded_block(chain, ask->from))
		(void)no_block(source, ask->from, &job->error);
	else if (!recorded_block(chain, ask->to))
		(void)no_block(source, ask->to, &job->error);
	else
		answer_range(job, chain);
	return job;
}

static void range_step(struct source *source, uint64_t wait_ms)
{
	(void)source;
	(void)wait_ms;
}

static void range_wake(struct source *source)
{
	(void)source;
}

static void range_end(struct source *source, struct range_job *job)
{
	(void)source;
	range_job_free(job);
}

static enum status peer(struct source **out, struct source *source, struct error *err);

static const struct source_ops recorded_ops = {
	.close = close_recorded,
	.peer = peer,
	.chain_id = chain_id,
	.is_syncing = is_syncing,
	.tagged_block = tagged_block,
	.extent = extent,
	.headers = headers,
	.block_logs = block_logs,
	.calls = calls,
	.has_code = has_code,
	.range_begin = range_begin,
	.range_step = range_step,
	.range_wake = range_wake,
	.range_end = range_end,
	.is_recorded = true,
};

static enum status open_on(struct source **out, struct recorded *chain, const char *label,
			   const struct source_options *options, const struct logger *logger,
			   struct source_stop *stop, struct error *err)
{
	struct source_recorded *self = xcalloc(1, sizeof(*self));
	enum status st = source_init(&self->base, &recorded_ops, label, options, logger, stop, err);

	self->chain = chain;
	if (st != OK) {
		recorded_release(chain);
		free(self);
		return st;
	}
	*out = &self->base;
	return OK;
}

static enum status peer(struct source **out, struct source *source, struct error *err)
{
	struct source_recorded *self = (struct source_recorded *)source;

	return open_on(out, recorded_share(self->chain), source->label, &source->options,
		       source->logger, source->stop, err);
}

enum status source_recorded_open(struct source **out, const char *url, const char *path,
				 const struct source_options *options, const struct logger *logger,
				 struct error *err)
{
	struct recorded *chain = NULL;
	enum status st = recorded_read(&chain, path, err);

	return st == OK ? open_on(out, chain, url, options, logger, NULL, err) : st;
}
