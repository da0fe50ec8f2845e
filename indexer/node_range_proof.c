/*
 * node_range_proof.c - the blocks of a range by their receipts, and where senders are wanted by
 * their transactions.
 *
 * Receipts are big (a megabyte for a full block), so they are fetched for a share of the open
 * blocks at a time and proved at once. How many blocks that are follows from their transactions,
 * whose number is known, and from what such a receipt took in the share before.
 */
#include <inttypes.h>

#include "indexer/node_range.h"
#include "indexer/parse_block.h"

enum {
	SHARE_MAX = 64, /* blocks whose receipts are under way */
	SHARE_BYTES = 4 * 1024 * 1024,
	RECEIPT_BYTES_FIRST = 8 * 1024, /* before their size is known */
	RECEIPT_BYTES_LEAST = 1024,
};

static const char *params_hash(struct arena *arena, struct hash hash)
{
	char text[HEX_SIZE(HASH_BYTES)];

	return arena_printf(arena, "[\"%s\"]", hash_format(text, hash));
}

static bool is_null(struct slice json)
{
	return json.size == 4 && memcmp(json.data, "null", 4) == 0;
}

static struct open_block *shared(struct node_range *range, size_t i)
{
	return &range->open[range->open_at + i];
}

/* ---- asking for receipts ---- */

static enum receipts_way known_way(const struct source_node *node)
{
	if (node_lacks(node->traits, TRAIT_BLOCK_RECEIPTS))
		return RECEIPTS_SINGLE;
	if (node_lacks(node->traits, TRAIT_RECEIPTS_BY_HASH))
		return RECEIPTS_BY_NUMBER;
	return RECEIPTS_BY_HASH;
}

static size_t share_size(const struct node_range *range)
{
	uint64_t each = range->receipt_bytes ? range->receipt_bytes : RECEIPT_BYTES_FIRST;
	size_t left = range->open_count - range->open_at;
	uint64_t bytes = 0;
	size_t size = 0;

	while (size < left && size < SHARE_MAX) {
		bytes += range->open[range->open_at + size].material.transaction_count * each;
		if (size && bytes > SHARE_BYTES)
			break;
		size++;
	}
	return size;
}

static void write_whole(struct node_range *range)
{
	range->call_count = 0;
	range->calls = arena_array(range->share, range->share_count, sizeof(range->calls[0]));
	for (size_t i = 0; i < range->share_count; i++) {
		const struct block_material *m = &shared(range, i)->material;
		struct rpc_call *call = &range->calls[range->call_count];

		if (!m->transaction_count)
			continue;
		range->call_count++;
		call->method = "eth_getBlockReceipts";
		call->params = range->way == RECEIPTS_BY_HASH
				       ? params_hash(range->share, m->claimed_hash)
				       : arena_printf(range->share, "[\"0x%" PRIx64 "\"]",
						      m->header.number);
	}
}

static void write_single(struct node_range *range)
{
	size_t count = 0;

	for (size_t i = 0; i < range->share_count; i++)
		count += shared(range, i)->material.transaction_count;
	range->calls = arena_array(range->share, count, sizeof(range->calls[0]));
	range->call_count = 0;
	for (size_t i = 0; i < range->share_count; i++) {
		const struct block_material *m = &shared(range, i)->material;

		for (size_t t = 0; t < m->transaction_count; t++) {
			struct rpc_call *call = &range->calls[range->call_count++];

			call->method = "eth_getTransactionReceipt";
			call->params = params_hash(range->share, m->transaction_hashes[t]);
		}
	}
}

static bool ask_share(struct source_node *node, struct node_range *range)
{
	if (range->way == RECEIPTS_SINGLE)
		write_single(range);
	else
		write_whole(range);
	if (range->call_count)
		range_ask(node, range, PHASE_RECEIPTS);
	return range->call_count > 0;
}

bool range_ask_receipts(struct source_node *node, struct node_range *range)
{
	arena_reset(range->share);
	range->way = known_way(node);
	range->is_other_way = false;
	range->share_count = share_size(range);
	return ask_share(node, range);
}

/* ---- reading receipts ---- */

/* A refusal of the way, not of the blocks: the next way is tried at once. */
static bool other_way(struct source_node *node, struct node_range *range,
		      const struct rpc_call *call)
{
	if (range->way == RECEIPTS_SINGLE)
		return false;
	if (call->info.kind == RPC_BAD_PARAMS && range->way == RECEIPTS_BY_HASH)
		range->way = RECEIPTS_BY_NUMBER;
	else if (call->info.kind == RPC_METHOD_MISSING || call->info.kind == RPC_DENIED ||
		 call->info.kind == RPC_BAD_PARAMS)
		range->way = RECEIPTS_SINGLE;
	else
		return false;
	range->is_other_way = true;
	return ask_share(node, range);
}

/* What was refused is remembered once the other way has brought receipts that are proved. */
static void remember_way(struct source_node *node, const struct node_range *range)
{
	if (!range->is_other_way || range->way == known_way(node))
		return;
	if (range->way == RECEIPTS_BY_NUMBER)
		node_remember_lack(node, TRAIT_RECEIPTS_BY_HASH,
				   "refuses eth_getBlockReceipts by block hash; asking by number");
	else
		node_remember_lack(node, TRAIT_BLOCK_RECEIPTS,
				   "has no eth_getBlockReceipts; asking for receipts one by one");
}

/* No answer that could be read: the range is over, asks again, or asks in another way. */
static void no_receipts(struct source_node *node, struct node_range *range,
			const struct rpc_call *call, const struct block_material *m)
{
	struct error *err = &range->job.error;

	if (call->outcome == RPC_ERROR) {
		if (other_way(node, range, call))
			return;
		(void)node_error(node, call, err);
		/* History that was pruned will not come back. */
		if (call->info.kind == RPC_NO_STATE)
			err->status = ERR_BAD_DATA;
		(void)error_wrap(err, "block %" PRIu64, m->header.number);
		range_fail(range);
		return;
	}
	(void)error_set(err, ERR_AGAIN, "%s: %s: the node has no receipts of block %" PRIu64,
			node->base.label, call->method, m->header.number);
	range_again(node, range);
}

/* The receipts of one block out of the calls from *at on. */
static bool read_receipts(struct source_node *node, struct node_range *range,
			  struct block_material *m, size_t *at)
{
	const struct rpc_call *call = &range->calls[*at];
	struct error *err = &range->job.error;
	struct json_reader r;

	/* Without transactions there are none, as the root will show. */
	m->has_receipts = true;
	m->receipt_count = 0;
	if (!m->transaction_count)
		return true;
	*at += 1;
	if (call->outcome == RPC_ERROR || is_null(call->result)) {
		no_receipts(node, range, call, m);
		return false;
	}
	jread_open(&r, call->result);
	if (parse_receipts(m, range->share, &r, err) != OK) {
		(void)node_bad(node, call, err);
		range_again(node, range);
		return false;
	}
	/* An empty answer is that of a node that has dropped the receipts. */
	if (!m->receipt_count) {
		no_receipts(node, range, call, m);
		return false;
	}
	return true;
}

static bool read_single(struct source_node *node, struct node_range *range,
			struct block_material *m, size_t *at)
{
	struct error *err = &range->job.error;
	size_t count = m->transaction_count;

	m->receipts = arena_array(range->share, count, sizeof(m->receipts[0]));
	m->receipt_claims = arena_array(range->share, count, sizeof(m->receipt_claims[0]));
	for (size_t i = 0; i < count; i++) {
		const struct rpc_call *call = &range->calls[(*at)++];
		struct json_reader r;

		if (call->outcome == RPC_ERROR || is_null(call->result)) {
			no_receipts(node, range, call, m);
			return false;
		}
		jread_open(&r, call->result);
		if (parse_receipt(&m->receipts[i], &m->receipt_claims[i], range->share, &r, err) !=
		    OK) {
			(void)node_bad(node, call, err);
			range_again(node, range);
			return false;
		}
	}
	m->receipt_count = count;
	m->has_receipts = true;
	parse_block_settle(m);
	return true;
}

/* ---- proving ---- */

static void learn_size(struct node_range *range)
{
	uint64_t count = 0;

	for (size_t i = 0; i < range->share_count; i++)
		count += shared(range, i)->material.receipt_count;
	if (!count)
		return;
	range->receipt_bytes = rpc_bytes(range->rpc) / count;
	if (range->receipt_bytes < RECEIPT_BYTES_LEAST)
		range->receipt_bytes = RECEIPT_BYTES_LEAST;
}

static bool prove_share(struct source_node *node, struct node_range *range)
{
	for (size_t i = 0; i < range->share_count; i++) {
		struct open_block *open = shared(range, i);
		struct fetched_block *block = &range->job.blocks[open->index];
		struct proof_failure failure;

		arena_reset(range->proof);
		if (!prove_block_logs(&failure, &open->needs_bodies, block, &range->prover,
				      &open->material, &open->reported, range->job.arena,
				      range->proof)) {
			range_unproved(node, range, &failure);
			return false;
		}
		range->omitted += block->omitted_count;
	}
	return true;
}

static void end_share(struct node_range *range)
{
	range->open_at += range->share_count;
	range->share_count = 0;
}

/* Asks for the bodies of the blocks of the share that need them. False: none does. */
static bool ask_bodies(struct source_node *node, struct node_range *range)
{
	char text[HEX_SIZE(HASH_BYTES)];
	size_t count = 0;

	range->calls = arena_array(range->share, range->share_count, sizeof(range->calls[0]));
	for (size_t i = 0; i < range->share_count; i++) {
		const struct open_block *open = shared(range, i);

		if (!open->needs_bodies)
			continue;
		range->calls[count].method = "eth_getBlockByHash";
		range->calls[count++].params =
			arena_printf(range->share, "[\"%s\",true]",
				     hash_format(text, open->material.claimed_hash));
	}
	range->call_count = count;
	if (count)
		range_ask(node, range, PHASE_BODIES);
	return count > 0;
}

bool range_take_receipts(struct source_node *node, struct node_range *range)
{
	size_t at = 0;

	for (size_t i = 0; i < range->share_count; i++) {
		struct block_material *m = &shared(range, i)->material;

		if (!(range->way == RECEIPTS_SINGLE ? read_single(node, range, m, &at)
						    : read_receipts(node, range, m, &at)))
			return false;
	}
	learn_size(range);
	if (!prove_share(node, range))
		return false;
	remember_way(node, range);
	if (ask_bodies(node, range))
		return false;
	end_share(range);
	return true;
}

/* Bodies that the node does not have are no error. False: the range is over, or asks again. */
static bool take_body(struct source_node *node, struct node_range *range, struct open_block *open,
		      const struct rpc_call *call)
{
	struct fetched_block *block = &range->job.blocks[open->index];
	struct block_material bodies = {0};
	struct error *err = &range->job.error;
	struct proof_failure failure;
	struct json_reader r;

	if (call->outcome == RPC_ERROR && call->info.kind != RPC_NO_STATE &&
	    call->info.kind != RPC_NO_SUCH_BLOCK) {
		(void)node_error(node, call, err);
		range_fail(range);
		return false;
	}
	if (call->outcome == RPC_ERROR || is_null(call->result))
		return true;
	jread_open(&r, call->result);
	if (parse_block(&bodies, range->share, &r, err) != OK) {
		(void)node_bad(node, call, err);
		range_again(node, range);
		return false;
	}
	arena_reset(range->proof);
	if (prove_block_bodies(&failure, &open->material, &bodies) &&
	    prove_block_senders(&failure, block, &range->prover, &open->material, range->job.arena,
				range->proof))
		return true;
	range_unproved(node, range, &failure);
	return false;
}

bool range_take_bodies(struct source_node *node, struct node_range *range)
{
	size_t call = 0;

	for (size_t i = 0; i < range->share_count; i++) {
		struct open_block *open = shared(range, i);

		if (open->needs_bodies && !take_body(node, range, open, &range->calls[call++]))
			return false;
	}
	end_share(range);
	return true;
}
