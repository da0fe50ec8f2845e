/*
 * node_range.c - one range of a backfill, asked of a node.
 *
 * First the logs for every filter, together with the header of the last block (which shows a node
 * that does not have it yet: for blocks behind its head a node answers "no logs") and of all blocks
 * where they are wanted. Then the headers of the blocks that have logs. In the end each log must
 * carry the hash of its block's header and neighbouring headers must be parent and child; where
 * they are not, the chain changed in between, or the node is confused, and the range is asked
 * again.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "indexer/log_set.h"
#include "indexer/node.h"

enum { TRIES = 4 };

struct node_range {
	struct range_job job; /* what others see */
	struct node_range *next;
	struct rpc_job *rpc;
	struct arena *scratch; /* of one try: parameters and calls */
	struct rpc_call *calls;
	size_t call_count;
	bool has_logs; /* the first questions are answered */
	struct log_list list;
	unsigned tries;
};

static void fail(struct node_range *range)
{
	range->job.state = RANGE_FAILED;
}

/* How many headers are asked for with the logs. */
static uint64_t first_headers(const struct range_ask *ask)
{
	return ask->all_headers ? ask->to - ask->from + 1 : 1;
}

static void clear_try(struct node_range *range)
{
	rpc_end(range->rpc);
	range->rpc = NULL;
	log_list_clear(&range->list);
	arena_reset(range->scratch);
	range->call_count = 0;
}

static void ask_logs(struct source_node *node, struct node_range *range)
{
	const struct range_ask *ask = &range->job.ask;
	uint64_t header_count = first_headers(ask);
	size_t count = ask->filter_count + (size_t)header_count;
	struct rpc_call *calls;

	clear_try(range);
	arena_reset(range->job.arena);
	range->tries++;
	range->has_logs = false;
	range->list.arena = range->job.arena;
	range->calls = calls = arena_array(range->scratch, count, sizeof(calls[0]));
	range->call_count = count;
	for (size_t i = 0; i < ask->filter_count; i++) {
		calls[i].method = "eth_getLogs";
		calls[i].params =
			params_logs_range(range->scratch, &ask->filters[i], ask->from, ask->to);
		calls[i].can_ask_less = true;
	}
	for (uint64_t i = 0; i < header_count; i++) {
		struct rpc_call *call = &calls[ask->filter_count + i];

		call->method = "eth_getBlockByNumber";
		call->params = params_block_number(range->scratch, ask->to - header_count + 1 + i);
	}
	range->rpc = rpc_begin(node->rpc, calls, count);
}

/* Asks again, or gives up with the error that is there. */
static void again(struct source_node *node, struct node_range *range)
{
	struct error *error = &range->job.error;

	if (range->tries < TRIES) {
		log_debug(node->base.logger, "%s; asking again", error->message);
		ask_logs(node, range);
		return;
	}
	(void)error_wrap(error, "blocks %" PRIu64 " to %" PRIu64 " after %u tries",
			 range->job.ask.from, range->job.ask.to, range->tries);
	fail(range);
}

/* A log's answer that is an error: less must be asked, or the range fails. True: it was none. */
static bool logs_are_answered(struct source_node *node, struct node_range *range)
{
	struct range_job *job = &range->job;
	const struct rpc_call *bad = NULL;

	for (size_t i = 0; i < job->ask.filter_count; i++) {
		const struct rpc_call *call = &range->calls[i];

		if (call->outcome == RPC_ERROR && (!bad || rpc_error_wants_less(call->info.kind)))
			bad = call;
	}
	if (!bad)
		return true;
	(void)node_error(node, bad, &job->error);
	/* History that was pruned will not come back. */
	if (bad->info.kind == RPC_NO_STATE)
		job->error.status = ERR_BAD_DATA;
	job->refusal = bad->info;
	job->state = rpc_error_wants_less(bad->info.kind) ? RANGE_REFUSED : RANGE_FAILED;
	return false;
}

/* Puts the headers of some calls behind those that are there. False: it failed or asks again. */
static bool read_headers(struct source_node *node, struct node_range *range, size_t first_call)
{
	struct range_job *job = &range->job;

	for (size_t i = first_call; i < range->call_count; i++) {
		enum status st = node_header(&job->refs[job->ref_count], node, &range->calls[i],
					     &job->error);

		if (st == ERR_BAD_DATA && range->calls[i].outcome == RPC_RESULT)
			again(node, range);
		else if (st != OK)
			fail(range);
		if (st != OK)
			return false;
		job->ref_count++;
	}
	return true;
}

static int compare_refs(const void *a, const void *b)
{
	uint64_t x = ((const struct block_ref *)a)->number;
	uint64_t y = ((const struct block_ref *)b)->number;

	return x < y ? -1 : x > y;
}

static const struct block_ref *find_ref(const struct range_job *job, uint64_t number)
{
	const struct block_ref key = {.number = number};

	return bsearch(&key, job->refs, job->ref_count, sizeof(job->refs[0]), compare_refs);
}

/* Asks for the headers of blocks with logs that are not there yet. False where none is missing. */
static bool ask_headers(struct source_node *node, struct node_range *range)
{
	const struct log_list *list = &range->list;
	struct rpc_call *calls = arena_array(range->scratch, list->count, sizeof(calls[0]));
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++) {
		uint64_t number = list->logs[i].block_number;

		if ((i && number == list->logs[i - 1].block_number) ||
		    find_ref(&range->job, number))
			continue;
		calls[count].method = "eth_getBlockByNumber";
		calls[count++].params = params_block_number(range->scratch, number);
	}
	range->job.bytes += rpc_bytes(range->rpc);
	rpc_end(range->rpc);
	range->rpc = NULL;
	range->calls = calls;
	range->call_count = count;
	if (count)
		range->rpc = rpc_begin(node->rpc, calls, count);
	return count > 0;
}

/* What does not fit together, in the job's error; false where all does. */
static bool contradicts(const struct source_node *node, struct node_range *range)
{
	struct range_job *job = &range->job;
	const struct log_list *list = &range->list;
	const struct block_ref *ref = NULL;

	for (size_t i = 1; i < job->ref_count; i++) {
		const struct block_ref *before = &job->refs[i - 1];

		if (before->number == job->refs[i].number) {
			(void)error_set(&job->error, ERR_BAD_DATA,
					"%s: the header of block %" PRIu64
					" came in the place of another",
					node->base.label, before->number);
			return true;
		}
		if (before->number + 1 == job->refs[i].number &&
		    !hash_equal(before->hash, job->refs[i].parent_hash)) {
			(void)error_set(&job->error, ERR_BAD_DATA,
					"%s: block %" PRIu64 " is not the child of block %" PRIu64,
					node->base.label, job->refs[i].number, before->number);
			return true;
		}
	}
	for (size_t i = 0; i < list->count; i++) {
		const struct event_log *log = &list->logs[i];

		if (!ref || ref->number != log->block_number)
			ref = find_ref(job, log->block_number);
		if (!ref || !hash_equal(ref->hash, log->block_hash)) {
			(void)error_set(&job->error, ERR_BAD_DATA,
					"%s: log %" PRIu32 " of block %" PRIu64
					" names another block hash than its header",
					node->base.label, log->log_index, log->block_number);
			return true;
		}
	}
	return false;
}

static void finish(struct source_node *node, struct node_range *range)
{
	struct range_job *job = &range->job;

	/* A header that is not one of those asked for shows as a missing or a doubled one. */
	qsort(job->refs, job->ref_count, sizeof(job->refs[0]), compare_refs);
	if (!find_ref(job, job->ask.to) || job->refs[0].number < job->ask.from ||
	    job->refs[job->ref_count - 1].number != job->ask.to) {
		(void)error_set(&job->error, ERR_BAD_DATA,
				"%s: headers that were not asked for in the blocks %" PRIu64
				" to %" PRIu64,
				node->base.label, job->ask.from, job->ask.to);
		again(node, range);
		return;
	}
	if (contradicts(node, range)) {
		again(node, range);
		return;
	}
	job->log_count = range->list.count;
	job->logs = arena_copy(job->arena, range->list.logs,
			       range->list.count * sizeof(range->list.logs[0]));
	log_list_clear(&range->list);
	arena_reset(range->scratch);
	job->state = RANGE_DONE;
}

/* The first answers are there: logs and the first headers. */
static void take_logs(struct source_node *node, struct node_range *range)
{
	struct range_job *job = &range->job;
	const struct range_ask *ask = &job->ask;

	if (!logs_are_answered(node, range))
		return;
	for (size_t i = 0; i < ask->filter_count; i++)
		if (node_logs(&range->list, node, &range->calls[i], ask->from, ask->to,
			      &ask->filters[i], &job->error) != OK) {
			again(node, range);
			return;
		}
	if (ask->filter_count > 1 && log_list_merge(&range->list, &job->error) != OK) {
		(void)node_bad(node, &range->calls[0], &job->error);
		again(node, range);
		return;
	}
	job->refs = arena_array(job->arena, (size_t)first_headers(ask) + range->list.count,
				sizeof(job->refs[0]));
	job->ref_count = 0;
	if (!read_headers(node, range, ask->filter_count))
		return;
	qsort(job->refs, job->ref_count, sizeof(job->refs[0]), compare_refs);
	range->has_logs = true;
	if (!ask_headers(node, range))
		finish(node, range);
}

static void advance(struct source_node *node, struct node_range *range)
{
	struct range_job *job = &range->job;

	if (job->state != RANGE_UNDER_WAY || !rpc_is_over(range->rpc))
		return;
	if (rpc_status(range->rpc, &job->error) != OK) {
		fail(range);
	} else if (!range->has_logs) {
		take_logs(node, range);
	} else if (read_headers(node, range, 0)) {
		job->bytes += rpc_bytes(range->rpc);
		finish(node, range);
	}
	if (job->state != RANGE_UNDER_WAY) {
		rpc_end(range->rpc);
		range->rpc = NULL;
	}
}

struct range_job *node_range_begin(struct source *source, const struct range_ask *ask)
{
	struct source_node *node = node_of(source);
	struct node_range *range = xcalloc(1, sizeof(*range));

	range->job.ask = *ask;
	range->job.arena = arena_new();
	range->scratch = arena_new();
	range->next = node->ranges;
	node->ranges = range;
	ask_logs(node, range);
	return &range->job;
}

void node_range_step(struct source *source, uint64_t wait_ms)
{
	struct source_node *node = node_of(source);

	rpc_step(node->rpc, wait_ms);
	for (struct node_range *range = node->ranges; range; range = range->next)
		advance(node, range);
}

void node_range_wake(struct source *source)
{
	rpc_wake(node_of(source)->rpc);
}

void node_range_end(struct source *source, struct range_job *job)
{
	struct source_node *node = node_of(source);
	struct node_range *range = (struct node_range *)job;
	struct node_range **at = &node->ranges;

	while (*at != range)
		at = &(*at)->next;
	*at = range->next;
	rpc_end(range->rpc);
	log_list_clear(&range->list);
	arena_free(range->scratch);
	range_job_free(job);
}
