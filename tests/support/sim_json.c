#include "tests/support/sim_json.h"

#include <inttypes.h>

#include "tests/support/sim_transaction.h"

json_t *sim_json_bytes(const void *data, size_t size)
{
	char *text = xmalloc(HEX_SIZE(size));
	json_t *out = json_string(hex_format(text, slice_of(data, size)));

	free(text);
	return out;
}

json_t *sim_json_quantity(uint64_t value)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "0x%" PRIx64, value);
	return json_string(text);
}

static json_t *number(u256 value)
{
	char text[U256_HEX_SIZE];

	return json_string(u256_format_hex(text, value));
}

static json_t *hash(const struct hash *value)
{
	return sim_json_bytes(value->bytes, HASH_BYTES);
}

static json_t *address(const struct address *value)
{
	return sim_json_bytes(value->bytes, ADDRESS_BYTES);
}

static void set(json_t *object, const char *name, json_t *value)
{
	(void)json_object_set_new(object, name, value);
}

/* ---- logs and receipts ---- */

json_t *sim_json_log(const struct event_log *log, uint64_t timestamp)
{
	json_t *out = json_object();
	json_t *topics = json_array();

	for (uint32_t i = 0; i < log->topic_count; i++)
		(void)json_array_append_new(topics, hash(&log->topics[i]));
	set(out, "address", address(&log->address));
	set(out, "topics", topics);
	set(out, "data", sim_json_bytes(log->data.data, log->data.size));
	set(out, "blockHash", hash(&log->block_hash));
	set(out, "blockNumber", sim_json_quantity(log->block_number));
	set(out, "blockTimestamp", sim_json_quantity(timestamp));
	set(out, "transactionHash", hash(&log->transaction_hash));
	set(out, "transactionIndex", sim_json_quantity(log->transaction_index));
	set(out, "logIndex", sim_json_quantity(log->log_index));
	set(out, "removed", json_false());
	return out;
}

/* The base fee and the lesser of the tip and what is left of the maximum. */
static u256 effective_price(const struct sim_block *block, const struct transaction *t)
{
	u256 tip;

	if (t->type < 2)
		return t->gas_price;
	tip = u256_sub_wrap(t->max_fee, block->header.base_fee);
	if (u256_less(t->max_priority_fee, tip))
		tip = t->max_priority_fee;
	return u256_add_wrap(block->header.base_fee, tip);
}

static json_t *created_contract(const struct sim_block *block, size_t index)
{
	const struct transaction *t = &block->transactions[index];
	struct arena *arena;
	struct address created;

	if (t->has_to)
		return json_null();
	arena = arena_new();
	created = sim_created_address(block->senders[index], t->nonce, arena);
	arena_free(arena);
	return address(&created);
}

static void set_outcome(json_t *out, const struct receipt *receipt)
{
	json_t *logs = json_array();

	set(out, "type", sim_json_quantity(receipt->type));
	if (receipt->has_post_state)
		set(out, "root", hash(&receipt->post_state));
	else
		set(out, "status", sim_json_quantity(receipt->is_success));
	set(out, "cumulativeGasUsed", sim_json_quantity(receipt->cumulative_gas_used));
	set(out, "logsBloom", sim_json_bytes(receipt->bloom.bytes, BLOOM_BYTES));
	set(out, "logs", logs);
}

json_t *sim_json_receipt(const struct sim_told_receipt *told)
{
	const struct sim_block *block = told->block;
	const struct transaction *t = &block->transactions[told->index];
	json_t *out = json_object();

	set_outcome(out, &told->receipt);
	for (size_t i = 0; i < told->receipt.log_count; i++)
		(void)json_array_append_new(
			json_object_get(out, "logs"),
			sim_json_log(&told->receipt.logs[i], block->header.timestamp));
	set(out, "transactionHash", hash(&block->transaction_hashes[told->index]));
	set(out, "transactionIndex", sim_json_quantity(told->index));
	set(out, "blockHash", hash(&told->block_hash));
	set(out, "blockNumber", sim_json_quantity(block->header.number));
	set(out, "gasUsed", sim_json_quantity(block->gas_used[told->index]));
	set(out, "effectiveGasPrice", number(effective_price(block, t)));
	set(out, "from", address(&told->from));
	set(out, "to", t->has_to ? address(&t->to) : json_null());
	set(out, "contractAddress", created_contract(block, told->index));
	if (t->type == 3) {
		set(out, "blobGasUsed", sim_json_quantity(131072 * t->blob_count));
		set(out, "blobGasPrice", sim_json_quantity(1));
	}
	return out;
}

/* ---- transactions ---- */

static json_t *access_list(const struct transaction *t)
{
	json_t *out = json_array();

	for (size_t i = 0; i < t->access_count; i++) {
		const struct access_entry *entry = &t->access_list[i];
		json_t *keys = json_array();
		json_t *one = json_object();

		for (size_t j = 0; j < entry->slot_count; j++)
			(void)json_array_append_new(keys, hash(&entry->slots[j]));
		set(one, "address", address(&entry->address));
		set(one, "storageKeys", keys);
		(void)json_array_append_new(out, one);
	}
	return out;
}

static json_t *authorizations(const struct transaction *t)
{
	json_t *out = json_array();

	for (size_t i = 0; i < t->authorization_count; i++) {
		const struct authorization *a = &t->authorizations[i];
		json_t *one = json_object();

		set(one, "chainId", number(a->chain_id));
		set(one, "address", address(&a->address));
		set(one, "nonce", sim_json_quantity(a->nonce));
		set(one, "yParity", sim_json_quantity(a->signature.y_parity));
		set(one, "r", number(a->signature.r));
		set(one, "s", number(a->signature.s));
		(void)json_array_append_new(out, one);
	}
	return out;
}

static void set_signature(json_t *out, const struct transaction *t)
{
	uint64_t v = t->signature.y_parity;

	if (t->type == 0)
		v += t->has_chain_id ? 35 + 2 * t->chain_id.word[0] : 27;
	else
		set(out, "yParity", sim_json_quantity(t->signature.y_parity));
	set(out, "v", sim_json_quantity(v));
	set(out, "r", number(t->signature.r));
	set(out, "s", number(t->signature.s));
}

static void set_lists(json_t *out, const struct transaction *t)
{
	if (t->type >= 1)
		set(out, "accessList", access_list(t));
	if (t->type == 3) {
		json_t *blobs = json_array();

		for (size_t i = 0; i < t->blob_count; i++)
			(void)json_array_append_new(blobs, hash(&t->blob_hashes[i]));
		set(out, "blobVersionedHashes", blobs);
		set(out, "maxFeePerBlobGas", number(t->max_blob_fee));
	}
	if (t->type == 4)
		set(out, "authorizationList", authorizations(t));
}

json_t *sim_json_transaction(const struct sim_block *block, size_t index)
{
	const struct transaction *t = &block->transactions[index];
	json_t *out = json_object();

	set(out, "type", sim_json_quantity(t->type));
	if (t->has_chain_id)
		set(out, "chainId", number(t->chain_id));
	set(out, "nonce", sim_json_quantity(t->nonce));
	set(out, "gas", sim_json_quantity(t->gas_limit));
	set(out, "gasPrice", number(effective_price(block, t)));
	if (t->type >= 2) {
		set(out, "maxFeePerGas", number(t->max_fee));
		set(out, "maxPriorityFeePerGas", number(t->max_priority_fee));
	}
	set(out, "to", t->has_to ? address(&t->to) : json_null());
	set(out, "value", number(t->value));
	set(out, "input", sim_json_bytes(t->input.data, t->input.size));
	set_lists(out, t);
	set_signature(out, t);
	set(out, "hash", hash(&block->transaction_hashes[index]));
	set(out, "from", address(&block->senders[index]));
	set(out, "blockHash", hash(&block->hash));
	set(out, "blockNumber", sim_json_quantity(block->header.number));
	set(out, "transactionIndex", sim_json_quantity(index));
	return out;
}

/* ---- blocks ---- */

static void set_later_fields(json_t *out, const struct block_header *h)
{
	if (h->fork >= HEADER_LONDON)
		set(out, "baseFeePerGas", number(h->base_fee));
	if (h->fork >= HEADER_SHANGHAI) {
		set(out, "withdrawalsRoot", hash(&h->withdrawals_root));
		set(out, "withdrawals", json_array());
	}
	if (h->fork >= HEADER_CANCUN) {
		set(out, "blobGasUsed", sim_json_quantity(h->blob_gas_used));
		set(out, "excessBlobGas", sim_json_quantity(h->excess_blob_gas));
		set(out, "parentBeaconBlockRoot", hash(&h->parent_beacon_root));
	}
	if (h->fork >= HEADER_PRAGUE)
		set(out, "requestsHash", hash(&h->requests_hash));
}

static void set_header(json_t *out, const struct block_header *h)
{
	set(out, "parentHash", hash(&h->parent_hash));
	set(out, "sha3Uncles", hash(&h->uncles_hash));
	set(out, "miner", address(&h->beneficiary));
	set(out, "stateRoot", hash(&h->state_root));
	set(out, "transactionsRoot", hash(&h->transactions_root));
	set(out, "receiptsRoot", hash(&h->receipts_root));
	set(out, "logsBloom", sim_json_bytes(h->bloom.bytes, BLOOM_BYTES));
	set(out, "difficulty", number(h->difficulty));
	set(out, "number", sim_json_quantity(h->number));
	set(out, "gasLimit", sim_json_quantity(h->gas_limit));
	set(out, "gasUsed", sim_json_quantity(h->gas_used));
	set(out, "timestamp", sim_json_quantity(h->timestamp));
	set(out, "extraData", sim_json_bytes(h->extra.data, h->extra.size));
	set(out, "mixHash", hash(&h->mix_hash));
	set(out, "nonce", sim_json_bytes(h->nonce, sizeof(h->nonce)));
	set_later_fields(out, h);
}

json_t *sim_json_block(const struct sim_block *block, bool is_full)
{
	json_t *out = json_object();
	json_t *transactions = json_array();

	set(out, "hash", hash(&block->hash));
	set_header(out, &block->header);
	for (size_t i = 0; i < block->count; i++)
		(void)json_array_append_new(transactions,
					    is_full ? sim_json_transaction(block, i)
						    : hash(&block->transaction_hashes[i]));
	set(out, "totalDifficulty", sim_json_quantity(0));
	set(out, "size", sim_json_quantity(600 + 200 * block->count));
	set(out, "uncles", json_array());
	set(out, "transactions", transactions);
	return out;
}

/* ---- proofs ---- */

static json_t *proof_nodes(const struct slice *nodes, size_t count)
{
	json_t *out = json_array();

	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(out, sim_json_bytes(nodes[i].data, nodes[i].size));
	return out;
}

json_t *sim_json_proof(const struct account_proof *proof)
{
	json_t *out = json_object();
	json_t *slots = json_array();

	for (size_t i = 0; i < proof->storage_count; i++) {
		const struct storage_proof *slot = &proof->storage[i];
		json_t *one = json_object();

		set(one, "key", hash(&slot->slot));
		set(one, "value", number(slot->value));
		set(one, "proof", proof_nodes(slot->nodes, slot->node_count));
		(void)json_array_append_new(slots, one);
	}
	set(out, "address", address(&proof->address));
	set(out, "accountProof", proof_nodes(proof->nodes, proof->node_count));
	set(out, "balance", number(proof->balance));
	set(out, "codeHash", hash(&proof->code_hash));
	set(out, "nonce", sim_json_quantity(proof->nonce));
	set(out, "storageHash", hash(&proof->storage_root));
	set(out, "storageProof", slots);
	return out;
}
