/*
 * node_calls.c - eth_call at a block, named by its hash (EIP-1898) or, for nodes that refuse that,
 * by its number with a look at the block's hash afterwards.
 */
#include <inttypes.h>

#include "indexer/node.h"

static const char *call_params(struct arena *arena, const struct chain_call *call,
			       const struct block_ref *at, bool by_hash)
{
	struct buffer out = buffer_in(arena);
	char to[HEX_SIZE(ADDRESS_BYTES)];
	char hash[HEX_SIZE(HASH_BYTES)];

	buffer_printf(&out, "[{\"to\":\"%s\",\"data\":\"%s\"},",
		      hex_format(to, slice_of(call->to.bytes, ADDRESS_BYTES)),
		      hex_string(arena, call->data));
	if (by_hash)
		buffer_printf(&out, "{\"blockHash\":\"%s\"}]",
			      hex_format(hash, slice_of(at->hash.bytes, HASH_BYTES)));
	else
		buffer_printf(&out, "\"0x%" PRIx64 "\"]", at->number);
	return buffer_string(&out);
}

/* Whether the error means that there is no such block, so that nothing could be asked. */
static bool lacks_block(const struct rpc_call *call)
{
	return call->outcome == RPC_ERROR && call->info.kind == RPC_NO_SUCH_BLOCK;
}

static enum status settle_call(struct chain_call *out, struct arena *arena,
			       const struct source_node *node, const struct rpc_call *call,
			       struct error *err)
{
	struct json_reader r;

	out->result = slice_of(NULL, 0);
	out->reason = "";
	if (call->outcome == RPC_RESULT) {
		out->outcome = CALL_RETURNED;
		jread_open(&r, call->result);
		if (parse_bytes(&out->result, arena, &r, err) != OK)
			return node_bad(node, call, err);
		return OK;
	}
	if (call->info.kind == RPC_TIMED_OUT)
		return node_error(node, call, err);
	out->outcome = call->info.kind == RPC_REVERTED ? CALL_REVERTED : CALL_UNAVAILABLE;
	out->reason = arena_string(arena, call->message);
	return OK;
}

/* True where the node does not take {"blockHash":…}; its other errors are answers. */
static bool refuses_hash(const struct source_node *node, const struct rpc_call *calls, size_t count)
{
	if (node_has(node->traits, TRAIT_CALLS_BY_HASH))
		return false;
	for (size_t i = 0; i < count; i++)
		if (calls[i].outcome != RPC_ERROR || calls[i].info.kind != RPC_BAD_PARAMS)
			return false;
	return count > 0;
}

static enum status no_block(const struct source_node *node, const struct block_ref *at,
			    struct error *err)
{
	char text[HEX_SIZE(HASH_BYTES)];

	return error_set(err, ERR_NOTFOUND,
			 "%s: eth_call: the node has no block %" PRIu64 " with hash %s",
			 node->base.label, at->number,
			 hex_format(text, slice_of(at->hash.bytes, HASH_BYTES)));
}

/* By number: the header that was asked for behind the calls must be the block's. */
static enum status check_header(const struct source_node *node, const struct rpc_call *call,
				const struct block_ref *at, struct error *err)
{
	struct block_ref header;
	enum status st = node_header(&header, node, call, err);

	if (st == ERR_NOTFOUND || (st == OK && !hash_equal(header.hash, at->hash)))
		return no_block(node, at, err);
	return st;
}

static enum status read_answers(struct chain_call *calls, size_t count, struct arena *arena,
				const struct source_node *node, const struct rpc_call *answers,
				const struct block_ref *at, bool by_hash, struct error *err)
{
	enum status st = by_hash ? OK : check_header(node, &answers[count], at, err);

	for (size_t i = 0; i < count && st == OK; i++)
		st = lacks_block(&answers[i])
			     ? no_block(node, at, err)
			     : settle_call(&calls[i], arena, node, &answers[i], err);
	return st;
}

static enum status try_calls(struct chain_call *calls, size_t count, struct arena *arena,
			     struct source_node *node, const struct block_ref *at, bool by_hash,
			     bool *refused, struct error *err)
{
	struct arena *scratch = arena_new();
	size_t asked = count + (by_hash ? 0 : 1);
	struct rpc_call *questions = arena_array(scratch, asked, sizeof(questions[0]));
	struct rpc_job *job;
	enum status st;

	for (size_t i = 0; i < count; i++) {
		questions[i].method = "eth_call";
		questions[i].params = call_params(scratch, &calls[i], at, by_hash);
	}
	if (!by_hash) {
		questions[count].method = "eth_getBlockByNumber";
		questions[count].params = params_block_number(scratch, at->number);
	}
	job = rpc_begin(node->rpc, questions, asked);
	st = rpc_wait(job, err);
	*refused = st == OK && by_hash && refuses_hash(node, questions, count);
	if (st == OK && !*refused)
		st = read_answers(calls, count, arena, node, questions, at, by_hash, err);
	rpc_end(job);
	arena_free(scratch);
	return st;
}

/* Whether any call got further than its parameters. */
static bool any_was_understood(const struct chain_call *calls, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (calls[i].outcome != CALL_UNAVAILABLE)
			return true;
	return false;
}

enum status node_calls(struct chain_call *calls, size_t count, struct arena *arena,
		       struct source *source, const struct block_ref *at, struct error *err)
{
	struct source_node *node = node_of(source);
	bool by_hash = !node_lacks(node->traits, TRAIT_CALLS_BY_HASH);
	bool refused = false;
	enum status st;

	if (!count)
		return OK;
	st = try_calls(calls, count, arena, node, at, by_hash, &refused, err);
	if (refused) {
		st = try_calls(calls, count, arena, node, at, false, &refused, err);
		if (st == OK && any_was_understood(calls, count))
			node_remember_lack(node, TRAIT_CALLS_BY_HASH,
					   "refuses eth_call by block hash; asking by number");
	} else if (st == OK && by_hash && any_was_understood(calls, count)) {
		node_learned_has(node->traits, TRAIT_CALLS_BY_HASH);
	}
	return st;
}
