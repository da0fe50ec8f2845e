/*
 * node_range.c - one range of a backfill, asked of a node.
 *
 * First the logs for every filter, together with the header of the last block (which shows a node
 * that does not have it yet: for blocks behind its head a node answers "no logs"). Then, a portion
 * of blocks at a time, the headers of the blocks that have logs (of all where they are wanted), and
 * where the wish is to prove, the receipts of those that need them, a share of the portion at a
 * time, and the bodies of those whose senders are wanted. So what is under way is bounded, however
 * wide the range is; only what is wanted is kept.
 *
 * In the end, and where a proof fails, the anchor is looked at, if there is one: whether all of
 * that was one chain.
 *
 * Each log must carry the hash of its block's header, and neighbouring headers must be parent and
 * child; where they are not, or a proof fails, the chain changed in between, or the node is
 * confused, or it lies, and all of the range is asked again. A proof that fails each time is told
 * to the witnesses.
 */
#include "indexer/node_range.h"

#include <inttypes.h>
#include <stdio.h>

#include "indexer/log_set.h"

enum { TRIES = 4 };

void range_fail(struct node_range *range)
{
	range->job.state = RANGE_FAILED;
}

static void end_rpc(struct node_range *range)
{
	rpc_end(range->rpc);
	range->rpc = NULL;
}

void range_ask(struct source_node *node, struct node_range *range, enum range_phase phase)
{
	end_rpc(range);
	range->phase = phase;
	range->rpc = rpc_begin(node->rpc, range->calls, range->call_count);
}

static void clear_try(struct node_range *range)
{
	end_rpc(range);
	log_list_clear(&range->list);
	arena_reset(range->scratch);
	arena_reset(range->portion);
	arena_reset(range->share);
	arena_reset(range->job.arena);
	range->job.bytes = 0;
	range->has_failed = false;
	range->asked_to = range->log_at = range->must_at = 0;
	range->open_count = range->open_at = 0;
	range->omitted = 0;
}

static void ask_logs(struct source_node *node, struct node_range *range)
{
	const struct range_ask *ask = &range->job.ask;
	const struct block_wish *wish = ask->wish;
	struct rpc_call *calls;

	clear_try(range);
	range->tries++;
	range->list.arena = range_proves(range) ? range->scratch : range->job.arena;
	range->call_count = wish->filter_count + 1;
	range->calls = calls = arena_array(range->scratch, range->call_count, sizeof(calls[0]));
	for (size_t i = 0; i < wish->filter_count; i++) {
		calls[i].method = "eth_getLogs";
		calls[i].params =
			params_logs_range(range->scratch, &wish->filters[i], ask->from, ask->to);
		calls[i].can_ask_less = true;
	}
	calls[wish->filter_count].method = "eth_getBlockByNumber";
	calls[wish->filter_count].params = params_block_number(range->scratch, ask->to);
	range_ask(node, range, PHASE_LOGS);
}

void range_again(struct source_node *node, struct node_range *range)
{
	struct error *error = &range->job.error;

	if (range->tries < TRIES) {
		log_debug(node->base.logger, "%s; asking again", error->message);
		ask_logs(node, range);
		return;
	}
	(void)error_wrap(error, "blocks %" PRIu64 " to %" PRIu64 " after %u tries",
			 range->job.ask.from, range->job.ask.to, range->tries);
	range_fail(range);
}

/* The anchor as it is now. */
static void ask_anchor(struct source_node *node, struct node_range *range)
{
	range->call_count = 1;
	range->calls = arena_array(range->scratch, 1, sizeof(range->calls[0]));
	range->calls[0].method = "eth_getBlockByNumber";
	range->calls[0].params = params_block_number(range->scratch, range->job.ask.anchor.number);
	range_ask(node, range, PHASE_ANCHOR);
}

/* The chain is the one that it was: the node has no excuse. */
static void is_unproved(struct source_node *node, struct node_range *range)
{
	struct range_job *job = &range->job;

	range->has_failed = false;
	(void)proof_error(&job->error, &range->failure);
	range_again(node, range);
	if (job->state != RANGE_FAILED)
		return;
	job->is_unproved = true;
	job->unproved = range->failure.block;
	witness_lied(node->base.options.witnesses, node->base.options.witness, &range->failure);
}

void range_unproved(struct source_node *node, struct node_range *range,
		    struct proof_failure *failure)
{
	(void)snprintf(failure->node, sizeof(failure->node), "%s", node->base.label);
	range->failure = *failure;
	range->has_failed = true;
	if (hash_is_zero(range->job.ask.anchor.hash))
		is_unproved(node, range);
	else
		ask_anchor(node, range);
}

/* A log's answer that is an error: less must be asked, or the range fails. True: it was none. */
static bool logs_are_answered(struct source_node *node, struct node_range *range)
{
	struct range_job *job = &range->job;
	const struct rpc_call *bad = NULL;

	for (size_t i = 0; i < job->ask.wish->filter_count; i++) {
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

/* The numbers of the blocks to be given: with logs, must-prove, the last; or all. */
static void list_blocks(struct node_range *range)
{
	const struct range_ask *ask = &range->job.ask;
	uint64_t all = ask->to - ask->from + 1;
	size_t most = range->log_count + ask->must_prove_count + 1;
	size_t count = 0;
	size_t log = 0;
	size_t must = 0;

	if (ask->all_headers || most > all)
		most = (size_t)all;
	range->numbers = arena_array(range->scratch, most, sizeof(range->numbers[0]));
	for (uint64_t next = ask->from; count < most; next++) {
		while (log < range->log_count && range->logs[log].block_number < next)
			log++;
		while (must < ask->must_prove_count && ask->must_prove[must] < next)
			must++;
		if (!ask->all_headers) {
			uint64_t nearest = ask->to;

			if (log < range->log_count && range->logs[log].block_number < nearest)
				nearest = range->logs[log].block_number;
			if (must < ask->must_prove_count && ask->must_prove[must] < nearest)
				nearest = ask->must_prove[must];
			next = nearest;
		}
		range->numbers[count++] = next;
		if (next == ask->to)
			break;
	}
	range->job.block_count = count;
	range->job.blocks = arena_array(range->job.arena, count, sizeof(range->job.blocks[0]));
}

static void blame_unasked(struct proof_failure *failure, const struct event_log *log)
{
	char address[HEX_SIZE(ADDRESS_BYTES)];
	char topic[HEX_SIZE(HASH_BYTES)] = "without topics";

	*failure = (struct proof_failure){.fault = FAULT_LOG,
					  .block = log->block_number,
					  .block_hash = log->block_hash,
					  .has_log = true,
					  .log_index = log->log_index,
					  .transaction = log->transaction_hash};
	if (log->topic_count)
		(void)hash_format(topic, log->topics[0]);
	(void)snprintf(failure->expected, sizeof(failure->expected),
		       "a log of the addresses and topics that were asked for");
	(void)snprintf(failure->actual, sizeof(failure->actual), "a log of %s, %s",
		       address_format(address, log->address), topic);
}

/*
 * The logs from `begin` on, which shall be proved, are of the blocks and of the filter that were
 * asked for. Whether each is there, and once, and in which order, the receipts say.
 */
static bool are_asked_for(struct source_node *node, struct node_range *range, size_t begin,
			  const struct rpc_call *call, const struct log_filter *filter)
{
	const struct range_ask *ask = &range->job.ask;
	struct proof_failure failure;

	for (size_t i = begin; i < range->list.count; i++) {
		const struct event_log *log = &range->list.logs[i];

		if (log->block_number < ask->from || log->block_number > ask->to) {
			(void)error_set(&range->job.error, ERR_BAD_DATA,
					"log %" PRIu32 " of block %" PRIu64
					" is outside of the blocks that were asked for",
					log->log_index, log->block_number);
			(void)node_bad(node, call, &range->job.error);
			range_again(node, range);
			return false;
		}
		if (log_wanted(log, filter, 1))
			continue;
		blame_unasked(&failure, log);
		range_unproved(node, range, &failure);
		return false;
	}
	return true;
}

/* Appends the answer for one filter. False: the range is over, or asks again. */
static bool take_filter(struct source_node *node, struct node_range *range, size_t index)
{
	const struct range_ask *ask = &range->job.ask;
	const struct log_filter *filter = &ask->wish->filters[index];
	const struct rpc_call *call = &range->calls[index];
	bool proves = range_proves(range);
	size_t begin = range->list.count;

	if (node_logs(&range->list, node, call, ask->from, ask->to, proves ? NULL : filter,
		      &range->job.error) != OK) {
		range_again(node, range);
		return false;
	}
	return !proves || are_asked_for(node, range, begin, call, filter);
}

/* The first answers are there: logs and the last header. */
static bool take_logs(struct source_node *node, struct node_range *range)
{
	struct range_job *job = &range->job;
	const struct block_wish *wish = job->ask.wish;
	struct log_list *list = &range->list;

	if (!logs_are_answered(node, range))
		return false;
	job->bytes = rpc_bytes(range->rpc);
	for (size_t i = 0; i < wish->filter_count; i++)
		if (!take_filter(node, range, i))
			return false;
	if ((wish->filter_count > 1 || range_proves(range)) &&
	    log_list_merge(list, &job->error) != OK) {
		(void)node_bad(node, &range->calls[0], &job->error);
		range_again(node, range);
		return false;
	}
	if (!range_take_last(node, range, &range->calls[wish->filter_count]))
		return false;
	range->log_count = list->count;
	range->logs = arena_copy(list->arena, list->logs, list->count * sizeof(list->logs[0]));
	log_list_clear(list);
	list_blocks(range);
	return true;
}

static void finish(struct source_node *node, struct node_range *range)
{
	witness_omitted(node->base.options.witnesses, node->base.options.witness, range->omitted);
	arena_reset(range->scratch);
	arena_reset(range->portion);
	arena_reset(range->share);
	range->job.state = RANGE_DONE;
}

void range_go_on(struct source_node *node, struct node_range *range)
{
	for (;;) {
		if (range->open_at < range->open_count) {
			if (range_ask_receipts(node, range) || !range_take_receipts(node, range))
				return;
			continue;
		}
		if (range->asked_to == range->job.block_count) {
			if (hash_is_zero(range->job.ask.anchor.hash))
				finish(node, range);
			else
				ask_anchor(node, range);
			return;
		}
		if (range_ask_headers(node, range) || !range_take_headers(node, range))
			return;
	}
}

static void take_anchor(struct source_node *node, struct node_range *range)
{
	const struct block_ref *anchor = &range->job.ask.anchor;
	struct error *err = &range->job.error;
	struct block_ref there;
	enum status st = node_header(&there, node, &range->calls[0], err);

	if (st == OK && there.number == anchor->number && hash_equal(there.hash, anchor->hash)) {
		if (range->has_failed)
			is_unproved(node, range);
		else
			finish(node, range);
		return;
	}
	if (st == OK)
		(void)error_set(err, ERR_REORG,
				"%s: block %" PRIu64 " is another one than before blocks %" PRIu64
				" to %" PRIu64 " were asked for",
				node->base.label, anchor->number, range->job.ask.from,
				range->job.ask.to);
	range_fail(range);
}

/* What was asked for is there. False: the range is over, or asks for something already. */
static bool take(struct source_node *node, struct node_range *range)
{
	switch (range->phase) {
	case PHASE_LOGS:
		return take_logs(node, range);
	case PHASE_HEADERS:
		return range_take_headers(node, range);
	case PHASE_RECEIPTS:
		return range_take_receipts(node, range);
	case PHASE_BODIES:
		return range_take_bodies(node, range);
	case PHASE_ANCHOR:
		take_anchor(node, range);
		return false;
	}
	return false;
}

static void advance(struct source_node *node, struct node_range *range)
{
	struct range_job *job = &range->job;

	if (job->state != RANGE_UNDER_WAY || !rpc_is_over(range->rpc))
		return;
	if (rpc_status(range->rpc, &job->error) != OK)
		range_fail(range);
	else if (take(node, range))
		range_go_on(node, range);
	if (job->state != RANGE_UNDER_WAY)
		end_rpc(range);
}

struct range_job *node_range_begin(struct source *source, const struct range_ask *ask)
{
	struct source_node *node = node_of(source);
	struct node_range *range = xcalloc(1, sizeof(*range));

	range->job.ask = *ask;
	range->job.arena = arena_new();
	range->own = arena_new();
	range->scratch = arena_new();
	range->portion = arena_new();
	range->share = arena_new();
	range->proof = arena_new();
	if (range_proves(range))
		range->prover = prover_of(ask->wish, range->own);
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
	end_rpc(range);
	log_list_clear(&range->list);
	arena_free(range->own);
	arena_free(range->scratch);
	arena_free(range->portion);
	arena_free(range->share);
	arena_free(range->proof);
	range_job_free(job);
}
