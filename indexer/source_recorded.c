/*
 * source_recorded.c - a recorded chain as a source. It answers as a node would that has pruned
 * everything but what was recorded: calls that nobody recorded are unavailable.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "indexer/log_set.h"
#include "indexer/prove_block.h"
#include "indexer/recorded_material.h"
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
static struct event_log *keep_logs(const struct log_list *list, struct arena *arena)
{
	struct event_log *logs = arena_copy(arena, list->logs, list->count * sizeof(list->logs[0]));

	for (size_t i = 0; i < list->count; i++)
		logs[i].data = slice_copy(arena, logs[i].data);
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
	log_list_clear(&list);
	return OK;
}

static enum status material(struct block_material *out, struct arena *arena, struct source *source,
			    uint64_t number, const struct hash *hash, unsigned parts,
			    struct error *err)
{
	const struct block_ref *block = recorded_block(chain_of(source), number);

	(void)parts; /* all of it is at hand */
	if (!block || (hash && !hash_equal(block->hash, *hash)))
		return no_block(source, number, err);
	if (recorded_material(out, arena, chain_of(source), number, err) != OK)
		return error_wrap(err, "%s", source->label);
	return OK;
}

static enum status account_proof(struct account_proof *out, struct arena *arena,
				 struct source *source, struct address address,
				 const struct hash *slots, size_t slot_count,
				 const struct block_ref *at, struct error *err)
{
	if (!holds(chain_of(source), at))
		return no_block(source, at->number, err);
	if (recorded_account_proof(out, arena, chain_of(source), address, slots, slot_count,
				   at->number, err) != OK)
		return error_wrap(err, "%s", source->label);
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

/* ---- ranges ---- */

/* One range while it is answered. */
struct answering {
	struct source *source;
	const struct recorded *chain;
	struct range_job *job;
	struct prover prover;
	struct arena *scratch; /* of one block */
	struct log_list logs;  /* of one block */
	struct fetched_block *blocks;
	size_t capacity;
	size_t must_at; /* of the blocks that must be proved */
};

static struct fetched_block *next_block(struct answering *a)
{
	struct range_job *job = a->job;

	if (job->block_count == a->capacity) {
		a->capacity = a->capacity ? a->capacity * 2 : 64;
		a->blocks = xrealloc(a->blocks, a->capacity * sizeof(a->blocks[0]));
	}
	return &a->blocks[job->block_count++];
}

static bool unproved(struct answering *a, struct proof_failure *failure)
{
	struct source *source = a->source;
	struct range_job *job = a->job;

	(void)snprintf(failure->node, sizeof(failure->node), "%s", source->label);
	(void)proof_error(&job->error, failure);
	job->is_unproved = true;
	job->unproved = failure->block;
	witness_lied(source->options.witnesses, source->options.witness, failure);
	return false;
}

/* What is reported is what the receipts hold: there is only one file. */
static bool prove(struct answering *a, uint64_t number, bool must_take_receipts)
{
	const struct reported_logs none = {.was_asked = false};
	struct fetched_block *block = next_block(a);
	struct arena *scratch = a->scratch;
	struct proof_failure failure;
	struct block_material m;
	bool needs_receipts = false;
	bool needs_transactions = false;

	arena_reset(scratch);
	if (material(&m, scratch, a->source, number, NULL, 0, &a->job->error) != OK)
		return false;
	if (!prove_block_header(&failure, block, &m, scratch) ||
	    (a->job->block_count > 1 &&
	     !prove_block_parent(&failure, &block[-1].ref, &block->ref)) ||
	    !prove_block_bloom(&failure, &needs_receipts, block, &a->prover, &m, &none,
			       must_take_receipts))
		return unproved(a, &failure);
	block->node = a->source->label;
	if (!needs_receipts)
		return true;
	if (!prove_block_logs(&failure, &needs_transactions, block, &a->prover, &m, &none,
			      a->job->arena, scratch) ||
	    (needs_transactions &&
	     !prove_block_senders(&failure, block, &a->prover, &m, a->job->arena, scratch)))
		return unproved(a, &failure);
	return true;
}

static void believe(struct answering *a, const struct block_ref *ref)
{
	struct fetched_block *block = next_block(a);

	*block = (struct fetched_block){
		.ref = *ref, .node = a->source->label, .log_count = a->logs.count};
	block->logs = keep_logs(&a->logs, a->job->arena);
}

static bool must_prove(struct answering *a, uint64_t number)
{
	const struct range_ask *ask = &a->job->ask;

	while (a->must_at < ask->must_prove_count && ask->must_prove[a->must_at] < number)
		a->must_at++;
	return a->must_at < ask->must_prove_count && ask->must_prove[a->must_at] == number;
}

static bool answer_block(struct answering *a, uint64_t number)
{
	const struct range_ask *ask = &a->job->ask;
	const struct block_ref *ref = recorded_block(a->chain, number);
	bool must = must_prove(a, number);

	a->logs.count = 0;
	wanted_logs(&a->logs, a->chain, ref, ask->wish->filters, ask->wish->filter_count);
	if (!must && !ask->all_headers && number != ask->to && !a->logs.count)
		return true;
	if (ask->wish->proof != PROVE_OFF)
		return prove(a, number, must);
	believe(a, ref);
	return true;
}

static void answer_range(struct range_job *job, struct source *source)
{
	struct arena *own = arena_new();
	struct answering a = {
		.source = source, .chain = chain_of(source), .job = job, .scratch = arena_new()};
	uint64_t n = job->ask.from;
	bool is_good;

	if (job->ask.wish->proof != PROVE_OFF)
		a.prover = prover_of(job->ask.wish, own);
	do
		is_good = answer_block(&a, n);
	while (is_good && n++ < job->ask.to);
	if (is_good) {
		job->blocks =
			arena_copy(job->arena, a.blocks, job->block_count * sizeof(a.blocks[0]));
		job->bytes = arena_used(job->arena);
		job->state = RANGE_DONE;
	}
	free(a.blocks);
	log_list_clear(&a.logs);
	arena_free(a.scratch);
	arena_free(own);
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
		answer_range(job, source);
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
	.material = material,
	.account_proof = account_proof,
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
