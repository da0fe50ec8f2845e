/*
 * node_material.c - what proofs are made of, from a node: whole blocks, receipts, account proofs.
 *
 * Everything is asked for by the block's hash, so that a block that is replaced meanwhile cannot
 * mix with the one in its place. Where a node only takes numbers or transaction hashes, the header
 * of that number is asked for behind, and must be the block's: else what came would look like a lie
 * and is only a reorganisation.
 */
#include <inttypes.h>

#include "indexer/node.h"
#include "indexer/parse_block.h"

static const char *hash_text(struct arena *arena, struct hash hash)
{
	return hex_string(arena, slice_of(hash.bytes, HASH_BYTES));
}

static bool is_null(struct slice json)
{
	return json.size == 4 && memcmp(json.data, "null", 4) == 0;
}

static bool is_error(const struct rpc_call *call, enum rpc_error_kind kind)
{
	return call->outcome == RPC_ERROR && call->info.kind == kind;
}

static enum status no_block(const struct source_node *node, const char *method, uint64_t number,
			    struct hash hash, struct error *err)
{
	char text[HEX_SIZE(HASH_BYTES)];

	return error_set(err, ERR_NOTFOUND,
			 "%s: %s: the node has no block %" PRIu64 " with hash %s", node->base.label,
			 method, number, hash_format(text, hash));
}

/* The node does not have what it needs to answer. */
static enum status not_there(const struct source_node *node, const struct rpc_call *call,
			     const char *what, struct error *err)
{
	if (call->outcome == RPC_ERROR)
		return error_set(err, ERR_NOTFOUND,
				 "%s: %s: the node has no %s: error %" PRId64 ": %s",
				 node->base.label, call->method, what, call->code, call->message);
	return error_set(err, ERR_NOTFOUND, "%s: %s: the node has no %s", node->base.label,
			 call->method, what);
}

/* Asked behind an answer that names no block: the number must still be this block's. */
static enum status check_header(const struct source_node *node, const struct rpc_call *header,
				const char *method, uint64_t number, struct hash hash,
				struct error *err)
{
	struct block_ref ref;
	enum status st = node_header_of(&ref, number, node, header, err);

	if (st == ERR_NOTFOUND || (st == OK && !hash_equal(ref.hash, hash)))
		return no_block(node, method, number, hash, err);
	return st;
}

/* ---- the block ---- */

static enum status check_asked(const struct block_material *m, uint64_t number,
			       const struct hash *hash, struct error *err)
{
	char want[HEX_SIZE(HASH_BYTES)];
	char got[HEX_SIZE(HASH_BYTES)];

	if (m->header.number != number)
		return error_set(err, ERR_BAD_DATA,
				 "expected block %" PRIu64 ", got block %" PRIu64, number,
				 m->header.number);
	if (hash && !hash_equal(m->claimed_hash, *hash))
		return error_set(err, ERR_BAD_DATA, "expected the block with hash %s, got %s",
				 hash_format(want, *hash), hash_format(got, m->claimed_hash));
	return OK;
}

static enum status read_block(struct block_material *out, struct arena *arena,
			      const struct source_node *node, const struct rpc_call *call,
			      uint64_t number, const struct hash *hash, struct error *err)
{
	struct json_reader r;
	enum status st;

	if (call->outcome == RPC_ERROR)
		return node_error(node, call, err);
	if (is_null(call->result))
		return hash ? no_block(node, call->method, number, *hash, err)
			    : error_set(err, ERR_NOTFOUND, "%s: %s: the node has no block %" PRIu64,
					node->base.label, call->method, number);
	jread_open(&r, call->result);
	st = parse_block(out, arena, &r, err);
	if (st == OK)
		st = check_asked(out, number, hash, err);
	return st == OK ? OK : node_bad(node, call, err);
}

static void ask_block(struct rpc_call *call, struct arena *scratch, uint64_t number,
		      const struct hash *hash, bool with_bodies)
{
	const char *flag = with_bodies ? "true" : "false";

	call->method = hash ? "eth_getBlockByHash" : "eth_getBlockByNumber";
	call->params = hash ? arena_printf(scratch, "[\"%s\",%s]", hash_text(scratch, *hash), flag)
			    : arena_printf(scratch, "[\"0x%" PRIx64 "\",%s]", number, flag);
}

/* ---- receipts ---- */

/* An empty answer for a block with transactions is that of a node that has dropped its receipts. */
static enum status read_receipts(struct block_material *m, struct arena *arena,
				 const struct source_node *node, const struct rpc_call *call,
				 struct error *err)
{
	struct json_reader r;

	if (call->outcome == RPC_ERROR)
		return node_error(node, call, err);
	if (is_null(call->result))
		return not_there(node, call, "receipts of that block", err);
	jread_open(&r, call->result);
	if (parse_receipts(m, arena, &r, err) != OK)
		return node_bad(node, call, err);
	if (!m->receipt_count && m->transaction_count)
		return not_there(node, call, "receipts of that block", err);
	return OK;
}

static void ask_receipts(struct rpc_call *call, struct arena *scratch, struct hash hash)
{
	call->method = "eth_getBlockReceipts";
	call->params = arena_printf(scratch, "[\"%s\"]", hash_text(scratch, hash));
}

static enum status read_single(struct block_material *m, size_t i, struct arena *arena,
			       const struct source_node *node, const struct rpc_call *call,
			       struct error *err)
{
	struct json_reader r;

	if (call->outcome == RPC_ERROR)
		return node_error(node, call, err);
	if (is_null(call->result))
		return not_there(node, call, "receipt of a transaction of that block", err);
	jread_open(&r, call->result);
	return parse_receipt(&m->receipts[i], &m->receipt_claims[i], arena, &r, err) == OK
		       ? OK
		       : node_bad(node, call, err);
}

static enum status single_receipts(struct block_material *m, struct arena *arena,
				   struct source_node *node, struct error *err)
{
	struct arena *scratch = arena_new();
	size_t count = m->transaction_count;
	struct rpc_call *calls = arena_array(scratch, count + 1, sizeof(calls[0]));
	struct rpc_job *job;
	enum status st;

	for (size_t i = 0; i < count; i++) {
		calls[i].method = "eth_getTransactionReceipt";
		calls[i].params = arena_printf(scratch, "[\"%s\"]",
					       hash_text(scratch, m->transaction_hashes[i]));
	}
	ask_block(&calls[count], scratch, m->header.number, NULL, false);
	m->receipts = arena_array(arena, count, sizeof(m->receipts[0]));
	m->receipt_claims = arena_array(arena, count, sizeof(m->receipt_claims[0]));
	job = rpc_begin(node->rpc, calls, count + 1);
	st = rpc_wait(job, err);
	if (st == OK)
		st = check_header(node, &calls[count], calls[0].method, m->header.number,
				  m->claimed_hash, err);
	for (size_t i = 0; i < count && st == OK; i++)
		st = read_single(m, i, arena, node, &calls[i], err);
	if (st == OK) {
		m->has_receipts = true;
		m->receipt_count = count;
		parse_block_settle(m);
	}
	rpc_end(job);
	arena_free(scratch);
	return st;
}

/* For nodes whose eth_getBlockReceipts takes numbers and tags only. */
static enum status receipts_by_number(struct block_material *m, struct arena *arena,
				      struct source_node *node, struct error *err)
{
	struct arena *scratch = arena_new();
	struct rpc_call calls[2] = {0};
	struct rpc_job *job;
	enum status st;

	calls[0].method = "eth_getBlockReceipts";
	calls[0].params = arena_printf(scratch, "[\"0x%" PRIx64 "\"]", m->header.number);
	ask_block(&calls[1], scratch, m->header.number, NULL, false);
	job = rpc_begin(node->rpc, calls, 2);
	st = rpc_wait(job, err);
	if (st == OK)
		st = check_header(node, &calls[1], calls[0].method, m->header.number,
				  m->claimed_hash, err);
	if (st == OK)
		st = read_receipts(m, arena, node, &calls[0], err);
	rpc_end(job);
	arena_free(scratch);
	return st;
}

/* What was refused is remembered once the other way has brought receipts. */
static enum status other_receipts(struct block_material *m, struct arena *arena,
				  struct source_node *node, enum rpc_error_kind refusal,
				  struct error *err)
{
	bool by_number = refusal == RPC_BAD_PARAMS;
	enum status st = by_number ? receipts_by_number(m, arena, node, err)
				   : single_receipts(m, arena, node, err);

	if (st != OK)
		return st;
	if (by_number) {
		node_remember_lack(node, TRAIT_RECEIPTS_BY_HASH,
				   "refuses eth_getBlockReceipts by block hash; asking by number");
	} else {
		node_remember_lack(node, TRAIT_BLOCK_RECEIPTS,
				   "has no eth_getBlockReceipts; asking for receipts one by one");
	}
	return OK;
}

static bool is_refusal(const struct rpc_call *call)
{
	return is_error(call, RPC_METHOD_MISSING) || is_error(call, RPC_DENIED) ||
	       is_error(call, RPC_BAD_PARAMS);
}

/* What to make of the answer to ask_receipts. */
static enum status settle_receipts(struct block_material *m, struct arena *arena,
				   struct source_node *node, const struct rpc_call *call,
				   struct error *err)
{
	if (is_refusal(call))
		return other_receipts(m, arena, node, call->info.kind, err);
	return read_receipts(m, arena, node, call, err);
}

static enum status fetch_receipts(struct block_material *m, struct arena *arena,
				  struct source_node *node, struct error *err)
{
	struct arena *scratch;
	struct rpc_call call = {0};
	struct rpc_job *job;
	enum status st;

	if (node_lacks(node->traits, TRAIT_BLOCK_RECEIPTS))
		return single_receipts(m, arena, node, err);
	if (node_lacks(node->traits, TRAIT_RECEIPTS_BY_HASH))
		return receipts_by_number(m, arena, node, err);
	scratch = arena_new();
	ask_receipts(&call, scratch, m->claimed_hash);
	job = rpc_begin(node->rpc, &call, 1);
	st = rpc_wait(job, err);
	if (st == OK)
		st = settle_receipts(m, arena, node, &call, err);
	rpc_end(job);
	arena_free(scratch);
	return st;
}

/* ---- material ---- */

/* Receipts can be asked for in the same request as the block where its hash is known. */
static bool can_ask_both(const struct source_node *node, const struct hash *hash, unsigned parts)
{
	return hash && (parts & MATERIAL_RECEIPTS) &&
	       !node_lacks(node->traits, TRAIT_BLOCK_RECEIPTS) &&
	       !node_lacks(node->traits, TRAIT_RECEIPTS_BY_HASH);
}

static enum status try_material(struct block_material *out, bool *lacks_bodies, struct arena *arena,
				struct source_node *node, uint64_t number, const struct hash *hash,
				unsigned parts, struct error *err)
{
	bool with_bodies = parts & MATERIAL_TRANSACTIONS;
	bool both = can_ask_both(node, hash, parts);
	struct arena *scratch = arena_new();
	struct rpc_call calls[2] = {0};
	struct rpc_job *job;
	enum status st;

	*out = (struct block_material){0};
	ask_block(&calls[0], scratch, number, hash, with_bodies);
	if (both)
		ask_receipts(&calls[1], scratch, *hash);
	job = rpc_begin(node->rpc, calls, both ? 2 : 1);
	st = rpc_wait(job, err);
	*lacks_bodies = st == OK && with_bodies && is_error(&calls[0], RPC_NO_STATE);
	if (st == OK)
		st = read_block(out, arena, node, &calls[0], number, hash, err);
	if (st == OK && (parts & MATERIAL_RECEIPTS)) {
		if (!out->transaction_count)
			out->has_receipts = true; /* none, as the root will show */
		else if (both)
			st = settle_receipts(out, arena, node, &calls[1], err);
		else
			st = fetch_receipts(out, arena, node, err);
	}
	rpc_end(job);
	arena_free(scratch);
	return st;
}

enum status node_material(struct block_material *out, struct arena *arena, struct source *source,
			  uint64_t number, const struct hash *hash, unsigned parts,
			  struct error *err)
{
	bool lacks_bodies = false;
	struct error own;
	enum status st;

	if (!err)
		err = &own;
	st = try_material(out, &lacks_bodies, arena, node_of(source), number, hash, parts, err);
	if (lacks_bodies)
		st = try_material(out, &lacks_bodies, arena, node_of(source), number, hash,
				  parts & ~(unsigned)MATERIAL_TRANSACTIONS, err);
	return st;
}

/* ---- account proofs ---- */

static const char *proof_params(struct arena *arena, struct address address,
				const struct hash *slots, size_t slot_count,
				const struct block_ref *at, bool by_hash)
{
	struct buffer out = buffer_in(arena);
	char text[HEX_SIZE(HASH_BYTES)];

	buffer_printf(&out, "[\"%s\",[", address_format(text, address));
	for (size_t i = 0; i < slot_count; i++)
		buffer_printf(&out, "%s\"%s\"", i ? "," : "", hash_format(text, slots[i]));
	if (by_hash)
		buffer_printf(&out, "],{\"blockHash\":\"%s\"}]", hash_format(text, at->hash));
	else
		buffer_printf(&out, "],\"0x%" PRIx64 "\"]", at->number);
	return buffer_string(&out);
}

static enum status check_proof(const struct account_proof *proof, struct address address,
			       const struct hash *slots, size_t slot_count, struct error *err)
{
	char text[HEX_SIZE(HASH_BYTES)];

	if (!address_equal(proof->address, address))
		return error_set(err, ERR_BAD_DATA, "expected a proof of %s",
				 address_format(text, address));
	if (proof->storage_count != slot_count)
		return error_set(err, ERR_BAD_DATA, "expected %zu slots, got %zu", slot_count,
				 proof->storage_count);
	for (size_t i = 0; i < slot_count; i++)
		if (!hash_equal(proof->storage[i].slot, slots[i]))
			return error_set(err, ERR_BAD_DATA, "expected slot %s at place %zu",
					 hash_format(text, slots[i]), i);
	return OK;
}

static enum status read_proof(struct account_proof *out, struct arena *arena,
			      const struct source_node *node, const struct rpc_call *call,
			      struct error *err)
{
	struct json_reader r;

	if (is_error(call, RPC_METHOD_MISSING)) {
		(void)node_learned_lack(node->traits, TRAIT_PROOFS);
		return not_there(node, call, "proofs", err);
	}
	if (is_error(call, RPC_NO_STATE) || is_error(call, RPC_NO_SUCH_BLOCK))
		return not_there(node, call, "proofs of that block", err);
	if (call->outcome == RPC_ERROR)
		return node_error(node, call, err);
	if (is_null(call->result))
		return not_there(node, call, "proofs of that block", err);
	jread_open(&r, call->result);
	return parse_account_proof(out, arena, &r, err) == OK ? OK : node_bad(node, call, err);
}

static enum status try_proof(struct account_proof *out, bool *refused, struct arena *arena,
			     struct source_node *node, struct address address,
			     const struct hash *slots, size_t slot_count,
			     const struct block_ref *at, bool by_hash, struct error *err)
{
	struct arena *scratch = arena_new();
	struct rpc_call calls[2] = {0};
	struct rpc_job *job;
	enum status st;

	calls[0].method = "eth_getProof";
	calls[0].params = proof_params(scratch, address, slots, slot_count, at, by_hash);
	ask_block(&calls[1], scratch, at->number, NULL, false);
	job = rpc_begin(node->rpc, calls, by_hash ? 1 : 2);
	st = rpc_wait(job, err);
	*refused = st == OK && by_hash && is_error(&calls[0], RPC_BAD_PARAMS);
	if (st == OK && !by_hash)
		st = check_header(node, &calls[1], calls[0].method, at->number, at->hash, err);
	if (st == OK)
		st = read_proof(out, arena, node, &calls[0], err);
	if (st == OK && check_proof(out, address, slots, slot_count, err) != OK)
		st = node_bad(node, &calls[0], err);
	rpc_end(job);
	arena_free(scratch);
	return st;
}

enum status node_account_proof(struct account_proof *out, struct arena *arena,
			       struct source *source, struct address address,
			       const struct hash *slots, size_t slot_count,
			       const struct block_ref *at, struct error *err)
{
	struct source_node *node = node_of(source);
	bool by_hash = !node_lacks(node->traits, TRAIT_PROOFS_BY_HASH);
	bool refused = false;
	struct error own;
	enum status st;

	if (!err)
		err = &own;
	if (node_lacks(node->traits, TRAIT_PROOFS))
		return error_set(err, ERR_NOTFOUND, "%s: eth_getProof: the node has no proofs",
				 source->label);
	st = try_proof(out, &refused, arena, node, address, slots, slot_count, at, by_hash, err);
	if (!refused)
		return st;
	st = try_proof(out, &refused, arena, node, address, slots, slot_count, at, false, err);
	if (st == OK)
		node_remember_lack(node, TRAIT_PROOFS_BY_HASH,
				   "refuses eth_getProof by block hash; asking by number");
	return st;
}
