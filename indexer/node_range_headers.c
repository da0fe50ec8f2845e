/*
 * node_range_headers.c - the blocks of a range by their headers: which there are, and which logs
 * were reported for them.
 */
#include <inttypes.h>
#include <stdio.h>

#include "indexer/node_range.h"
#include "indexer/parse_block.h"

/* Whole headers with the hashes of their transactions; so many are held at once for proofs. */
enum { PROVED_AT_ONCE = 128 };

/* Reads one header: for a proof all of it. */
static enum status read_header(struct block_ref *ref, struct block_material *m,
			       struct node_range *range, struct arena *arena,
			       const struct source_node *node, const struct rpc_call *call)
{
	struct error *err = &range->job.error;
	struct json_reader r;
	enum status st;

	if (!range_proves(range))
		return node_header(ref, node, call, err);
	st = node_block_json(&r, node, call, err);
	if (st != OK)
		return st;
	*m = (struct block_material){0};
	if (parse_block(m, arena, &r, err) != OK)
		return node_bad(node, call, err);
	ref->number = m->header.number;
	return OK;
}

/* The header that was asked for. False: the range is over, or asks again. */
static bool take_header(struct block_ref *ref, struct block_material *m, struct node_range *range,
			struct arena *arena, struct source_node *node, const struct rpc_call *call,
			uint64_t number)
{
	struct error *err = &range->job.error;
	enum status st = read_header(ref, m, range, arena, node, call);

	if (st == OK && ref->number != number)
		st = error_set(err, ERR_BAD_DATA,
			       "%s: the header of block %" PRIu64
			       " came in the place of that of block %" PRIu64,
			       node->base.label, ref->number, number);
	if (st == OK)
		return true;
	if (st == ERR_BAD_DATA && call->outcome == RPC_RESULT)
		range_again(node, range);
	else
		range_fail(range);
	return false;
}

bool range_take_last(struct source_node *node, struct node_range *range,
		     const struct rpc_call *call)
{
	return take_header(&range->last, &range->last_material, range, range->scratch, node, call,
			   range->job.ask.to);
}

bool range_ask_headers(struct source_node *node, struct node_range *range)
{
	size_t before_last = range->job.block_count - 1;
	size_t from = range->asked_to;
	size_t to = before_last;

	arena_reset(range->portion);
	if (range_proves(range) && to - from > PROVED_AT_ONCE)
		to = from + PROVED_AT_ONCE;
	range->call_count = to - from;
	range->calls = arena_array(range->portion, to - from, sizeof(range->calls[0]));
	for (size_t i = 0; i < range->call_count; i++) {
		range->calls[i].method = "eth_getBlockByNumber";
		range->calls[i].params =
			params_block_number(range->portion, range->numbers[from + i]);
	}
	range->asked_from = from;
	/* The last one is there already. */
	range->asked_to = to == before_last ? to + 1 : to;
	range->open_count = range->open_at = 0;
	if (range_proves(range))
		range->open =
			arena_array(range->portion, range->asked_to - from, sizeof(range->open[0]));
	if (!range->call_count)
		return false;
	range_ask(node, range, PHASE_HEADERS);
	return true;
}

static void blame_hash(struct proof_failure *failure, const struct event_log *log, uint64_t number,
		       struct hash hash)
{
	char text[HEX_SIZE(HASH_BYTES)];

	*failure = (struct proof_failure){.fault = FAULT_LOG,
					  .block = number,
					  .block_hash = hash,
					  .has_log = true,
					  .log_index = log->log_index,
					  .transaction = log->transaction_hash};
	(void)snprintf(failure->expected, sizeof(failure->expected), "block hash %s",
		       hash_format(text, hash));
	(void)snprintf(failure->actual, sizeof(failure->actual), "block hash %s",
		       hash_format(text, log->block_hash));
}

/* The next block's reported logs, all of which must name this hash. False: it asks again. */
static bool take_reported(struct reported_logs *out, struct source_node *node,
			  struct node_range *range, uint64_t number, struct hash hash)
{
	size_t at = range->log_at;
	struct proof_failure failure;

	*out = (struct reported_logs){.was_asked = true, .logs = range->logs + at};
	for (; at < range->log_count && range->logs[at].block_number == number; at++) {
		if (hash_equal(range->logs[at].block_hash, hash))
			continue;
		blame_hash(&failure, &range->logs[at], number, hash);
		range_unproved(node, range, &failure);
		return false;
	}
	out->count = at - range->log_at;
	range->log_at = at;
	return true;
}

static bool must_prove(struct node_range *range, uint64_t number)
{
	const struct range_ask *ask = &range->job.ask;

	while (range->must_at < ask->must_prove_count && ask->must_prove[range->must_at] < number)
		range->must_at++;
	return range->must_at < ask->must_prove_count && ask->must_prove[range->must_at] == number;
}

/* Without a proof: the block is what was said of it. */
static bool believe(struct source_node *node, struct node_range *range, size_t index,
		    const struct block_ref *ref)
{
	struct fetched_block *block;
	struct reported_logs reported;

	if (!take_reported(&reported, node, range, ref->number, ref->hash))
		return false;
	block = &range->job.blocks[index];
	if (index && block[-1].ref.number + 1 == ref->number &&
	    !hash_equal(block[-1].ref.hash, ref->parent_hash)) {
		(void)error_set(&range->job.error, ERR_BAD_DATA,
				"%s: block %" PRIu64 " is not the child of block %" PRIu64,
				node->base.label, ref->number, block[-1].ref.number);
		range_again(node, range);
		return false;
	}
	*block = (struct fetched_block){.ref = *ref,
					.logs = range->logs + range->log_at - reported.count,
					.log_count = reported.count,
					.node = node->base.label};
	return true;
}

static bool prove(struct source_node *node, struct node_range *range, size_t index,
		  const struct block_material *m)
{
	struct fetched_block *block = &range->job.blocks[index];
	struct open_block *open = &range->open[range->open_count];
	struct proof_failure failure;
	bool needs_receipts = false;

	if (!take_reported(&open->reported, node, range, m->header.number, m->claimed_hash))
		return false;
	arena_reset(range->proof);
	if (!prove_block_header(&failure, block, m, range->proof) ||
	    (index && !prove_block_parent(&failure, &block[-1].ref, &block->ref)) ||
	    !prove_block_bloom(&failure, &needs_receipts, block, &range->prover, m, &open->reported,
			       must_prove(range, m->header.number))) {
		range_unproved(node, range, &failure);
		return false;
	}
	block->node = node->base.label;
	if (needs_receipts) {
		open->index = index;
		open->material = *m;
		range->open_count++;
	}
	return true;
}

bool range_take_headers(struct source_node *node, struct node_range *range)
{
	bool proves = range_proves(range);

	for (size_t i = range->asked_from; i < range->asked_to; i++) {
		struct block_ref ref = range->last;
		struct block_material m = range->last_material;

		if (i + 1 < range->job.block_count &&
		    !take_header(&ref, &m, range, range->portion, node,
				 &range->calls[i - range->asked_from], range->numbers[i]))
			return false;
		if (!(proves ? prove(node, range, i, &m) : believe(node, range, i, &ref)))
			return false;
	}
	if (!proves && range->call_count)
		range->job.bytes += rpc_bytes(range->rpc);
	return true;
}
