#include "tests/support/sim_node.h"

#include <pthread.h>
#include <stdlib.h>
#include <strings.h>

#include "tests/support/sim_json.h"
#include "tests/support/sim_state.h"

enum {
	FINALITY_DEFAULT = 8,
	INVALID_PARAMS = -32602,
	NO_METHOD = -32601,
	SERVER_ERROR = -32000,
	REVERTED = 3,
	CALL_DATA_MAX = 1024,
	CHANNELS = 6,
	PROOF_SLOTS_MAX = 1024,
};

struct sim_node {
	pthread_mutex_t mutex;
	const struct sim_chain *chain;
	unsigned number;
	uint64_t head;
	uint64_t finality;
	bool has_attack;
	struct sim_attack attack;
	uint64_t lies_told;
	uint64_t asked[CHANNELS]; /* about the attacked block */
};

struct sim_node *sim_node_new(const struct sim_chain *chain, unsigned number)
{
	struct sim_node *node = xcalloc(1, sizeof(*node));

	(void)pthread_mutex_init(&node->mutex, NULL);
	node->chain = chain;
	node->number = number;
	node->head = chain ? sim_chain_count(chain) - 1 : 0;
	node->finality = FINALITY_DEFAULT;
	return node;
}

void sim_node_free(struct sim_node *node)
{
	(void)pthread_mutex_destroy(&node->mutex);
	free(node);
}

void sim_node_follow(struct sim_node *node, const struct sim_chain *chain, uint64_t head)
{
	(void)pthread_mutex_lock(&node->mutex);
	if (chain)
		node->chain = chain;
	assert_true(head < sim_chain_count(node->chain));
	node->head = head;
	(void)pthread_mutex_unlock(&node->mutex);
}

void sim_node_attack(struct sim_node *node, const struct sim_attack *attack)
{
	(void)pthread_mutex_lock(&node->mutex);
	node->has_attack = attack && attack->node == node->number;
	if (node->has_attack)
		node->attack = *attack;
	node->lies_told = 0;
	memset(node->asked, 0, sizeof(node->asked));
	(void)pthread_mutex_unlock(&node->mutex);
}

uint64_t sim_node_lies_told(struct sim_node *node)
{
	uint64_t told;

	(void)pthread_mutex_lock(&node->mutex);
	told = node->lies_told;
	(void)pthread_mutex_unlock(&node->mutex);
	return told;
}

uint64_t sim_node_asked(struct sim_node *node, unsigned channels)
{
	uint64_t asked = 0;

	(void)pthread_mutex_lock(&node->mutex);
	for (unsigned i = 0; i < CHANNELS; i++)
		if (channels & 1U << i)
			asked += node->asked[i];
	(void)pthread_mutex_unlock(&node->mutex);
	return asked;
}

void sim_node_finality(struct sim_node *node, uint64_t depth)
{
	(void)pthread_mutex_lock(&node->mutex);
	node->finality = depth;
	(void)pthread_mutex_unlock(&node->mutex);
}

/* ---- blocks as told ---- */

/* One request's view of the node; the mutex is held. */
struct serving {
	struct sim_node *node;
	struct arena *arena;
};

static const struct sim_attack *attack_of(const struct serving *s)
{
	return s->node->has_attack ? &s->node->attack : NULL;
}

static void count_lie(const struct serving *s, uint64_t number, unsigned channels)
{
	const struct sim_attack *attack = attack_of(s);

	if (!attack || attack->block != number)
		return;
	for (unsigned i = 0; i < CHANNELS; i++)
		s->node->asked[i] += (channels & 1U << i) != 0;
	if ((sim_lie_channels(attack->kind) & channels) &&
	    sim_attack_is_possible(s->node->chain, attack))
		s->node->lies_told++;
}

static struct sim_told told_block(const struct serving *s, uint64_t number, unsigned channels)
{
	count_lie(s, number, channels);
	return sim_tell(s->node->chain, number, attack_of(s), s->arena);
}

static bool find_hash(const struct serving *s, uint64_t *out, const char *text)
{
	const struct sim_attack *attack = attack_of(s);
	const struct sim_block *block;
	struct hash hash;

	if (hash_parse(&hash, text, strlen(text), NULL) != OK)
		return false;
	block = sim_chain_by_hash(s->node->chain, hash);
	if (block) {
		*out = block->header.number;
		return *out <= s->node->head;
	}
	/* A forged header's own hash is answered, too. */
	if (!attack || attack->block > s->node->head)
		return false;
	*out = attack->block;
	return hash_equal(sim_tell(s->node->chain, attack->block, attack, s->arena).block.hash,
			  hash);
}

static uint64_t below_head(const struct serving *s, uint64_t depth)
{
	return s->node->head > depth ? s->node->head - depth : 0;
}

static const char *member(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

/* What a tag, quantity, hash or {"blockHash":…} means; false where there is no such block. */
static bool find_block(const struct serving *s, uint64_t *out, const json_t *tag)
{
	const char *text = json_string_value(tag);

	if (json_is_object(tag) && json_object_get(tag, "blockHash"))
		return find_hash(s, out, member(tag, "blockHash"));
	if (json_is_object(tag))
		text = member(tag, "blockNumber");
	if (!text || strcmp(text, "latest") == 0 || strcmp(text, "pending") == 0)
		*out = s->node->head;
	else if (strcmp(text, "finalized") == 0)
		*out = below_head(s, s->node->finality);
	else if (strcmp(text, "safe") == 0)
		*out = below_head(s, s->node->finality / 2);
	else if (strcmp(text, "earliest") == 0)
		*out = 0;
	else if (strlen(text) == HEX_SIZE(HASH_BYTES) - 1)
		return find_hash(s, out, text);
	else if (hex_parse_quantity(out, text, strlen(text), NULL) != OK)
		return false;
	return *out <= s->node->head;
}

static const json_t *param(const json_t *call, size_t index)
{
	return json_array_get(json_object_get(call, "params"), index);
}

static json_t *get_block(const struct serving *s, const json_t *call)
{
	bool is_full = json_is_true(param(call, 1));
	struct sim_told told;
	uint64_t number;

	if (!find_block(s, &number, param(call, 0)))
		return fake_result(call, json_null());
	told = told_block(s, number, is_full ? SIM_BLOCKS | SIM_BODIES : SIM_BLOCKS);
	return fake_result(call, sim_json_block(&told.block, is_full));
}

static json_t *get_block_receipts(const struct serving *s, const json_t *call)
{
	struct sim_told told;
	uint64_t number;
	json_t *out;

	if (!find_block(s, &number, param(call, 0)))
		return fake_result(call, json_null());
	told = told_block(s, number, SIM_RECEIPTS);
	if (told.are_receipts_null)
		return fake_result(call, json_null());
	out = json_array();
	for (size_t i = 0; i < told.receipt_count; i++)
		(void)json_array_append_new(out, sim_json_receipt(&told.receipts[i]));
	return fake_result(call, out);
}

/* ---- transactions ---- */

static bool find_transaction(const struct serving *s, uint64_t *number, size_t *index,
			     const json_t *call)
{
	const char *text = json_string_value(param(call, 0));
	struct hash hash;

	if (!text || hash_parse(&hash, text, strlen(text), NULL) != OK)
		return false;
	for (uint64_t n = 0; n <= s->node->head; n++) {
		const struct sim_block *block = sim_chain_block(s->node->chain, n);

		for (size_t i = 0; i < block->count; i++)
			if (hash_equal(block->transaction_hashes[i], hash)) {
				*number = n;
				*index = i;
				return true;
			}
	}
	return false;
}

static json_t *get_transaction(const struct serving *s, const json_t *call)
{
	struct sim_told told;
	uint64_t number;
	size_t index;

	if (!find_transaction(s, &number, &index, call))
		return fake_result(call, json_null());
	told = told_block(s, number, SIM_BODIES);
	return fake_result(call, sim_json_transaction(&told.block, index));
}

/* What stands in that place of the block's receipts as told. */
static json_t *get_receipt(const struct serving *s, const json_t *call)
{
	struct sim_told told;
	uint64_t number;
	size_t index;

	if (!find_transaction(s, &number, &index, call))
		return fake_result(call, json_null());
	told = told_block(s, number, SIM_RECEIPTS);
	if (told.are_receipts_null || index >= told.receipt_count)
		return fake_result(call, json_null());
	return fake_result(call, sim_json_receipt(&told.receipts[index]));
}

/* ---- logs ---- */

static bool is_among(const json_t *wanted, const uint8_t *value, size_t size)
{
	char text[HEX_SIZE(HASH_BYTES)];
	const json_t *one;
	size_t i;

	if (!wanted || json_is_null(wanted))
		return true;
	(void)hex_format(text, slice_of(value, size));
	if (json_is_string(wanted))
		return strcasecmp(json_string_value(wanted), text) == 0;
	json_array_foreach (wanted, i, one)
		if (json_is_string(one) && strcasecmp(json_string_value(one), text) == 0)
			return true;
	return json_array_size(wanted) == 0;
}

static bool passes(const json_t *filter, const struct event_log *log)
{
	const json_t *topics = json_object_get(filter, "topics");
	const json_t *wanted;
	size_t i;

	if (!is_among(json_object_get(filter, "address"), log->address.bytes, ADDRESS_BYTES))
		return false;
	json_array_foreach (topics, i, wanted)
		if (!json_is_null(wanted) &&
		    (i >= log->topic_count || !is_among(wanted, log->topics[i].bytes, HASH_BYTES)))
			return false;
	return true;
}

static void append_logs(const struct serving *s, json_t *out, const json_t *filter, uint64_t number)
{
	struct sim_told told = told_block(s, number, SIM_LOGS);

	for (size_t i = 0; i < told.log_count; i++)
		if (passes(filter, &told.logs[i].truth))
			(void)json_array_append_new(
				out, sim_json_log(&told.logs[i].told, told.block.header.timestamp));
}

static json_t *get_logs(const struct serving *s, const json_t *call)
{
	const json_t *filter = param(call, 0);
	uint64_t from;
	uint64_t to;
	json_t *out;

	if (json_object_get(filter, "blockHash")) {
		if (!find_hash(s, &from, member(filter, "blockHash")))
			return fake_error(call, SERVER_ERROR, "unknown block");
		to = from;
	} else {
		if (!find_block(s, &from, json_object_get(filter, "fromBlock")))
			return fake_error(call, INVALID_PARAMS, "invalid block range params");
		if (!find_block(s, &to, json_object_get(filter, "toBlock")))
			to = s->node->head;
	}
	out = json_array();
	for (uint64_t n = from; n <= to; n++)
		append_logs(s, out, filter, n);
	return fake_result(call, out);
}

/* ---- contracts ---- */

static bool is_contract(const struct serving *s, const char *text)
{
	const struct sim_names *names = sim_chain_names(s->node->chain);
	struct address address;

	return address_parse(&address, text, strlen(text), NULL) == OK &&
	       (address_equal(address, names->pool) || address_equal(address, names->token) ||
		address_equal(address, names->timelock));
}

static json_t *get_code(const struct serving *s, const json_t *call)
{
	const char *text = json_string_value(param(call, 0));
	uint64_t number;
	bool is_there;

	if (!text || !find_block(s, &number, param(call, 1)))
		return fake_error(call, SERVER_ERROR, "header not found");
	is_there = sim_chain_block(s->node->chain, number)->views.has_code && is_contract(s, text);
	return fake_result(call, json_string(is_there ? "0xfe" : "0x"));
}

static void forge_view(const struct serving *s, uint64_t number, size_t view, u256 *words,
		       size_t count)
{
	const struct sim_attack *attack = attack_of(s);

	if (!attack || attack->kind != SIM_VIEW_FORGED || attack->block != number ||
	    (attack->index != SIM_ALL_VIEWS && attack->index != view))
		return;
	words[attack->seed % count] = u256_add_wrap(words[attack->seed % count], U256_ONE);
	s->node->lies_told++;
}

static json_t *call_view(const struct serving *s, const json_t *call)
{
	const json_t *what = param(call, 0);
	const char *to_text = member(what, "to");
	const char *data_text =
		*member(what, "data") ? member(what, "data") : member(what, "input");
	const struct sim_block *block;
	u256 words[SIM_WORDS_MAX];
	uint8_t bytes[SIM_WORDS_MAX * U256_BYTES];
	struct address to;
	struct slice data;
	uint64_t number;
	size_t count;
	size_t view;

	if (address_parse(&to, to_text, strlen(to_text), NULL) != OK ||
	    hex_parse(&data, s->arena, data_text, strlen(data_text), CALL_DATA_MAX, NULL) != OK)
		return fake_error(call, INVALID_PARAMS, "invalid argument 0");
	if (!find_block(s, &number, param(call, 1)))
		return fake_error(call, SERVER_ERROR, "header not found");
	block = sim_chain_block(s->node->chain, number);
	if (!block->views.has_code || !is_contract(s, to_text))
		return fake_result(call, json_string("0x"));
	count = sim_view_answer(words, &view, &block->views, sim_chain_names(s->node->chain), to,
				data);
	if (!count)
		return fake_error(call, REVERTED, "execution reverted");
	forge_view(s, number, view, words, count);
	for (size_t i = 0; i < count; i++)
		u256_to_be(bytes + i * U256_BYTES, words[i]);
	return fake_result(call, sim_json_bytes(bytes, count * U256_BYTES));
}

/* The state of the block, or under an attack sometimes that of the block below. */
static struct account_proof told_proof(const struct serving *s, uint64_t number,
				       struct address account, const struct hash *slots,
				       size_t count)
{
	const struct sim_attack *attack = attack_of(s);
	bool is_lie = attack && attack->kind == SIM_PROOF_FORGED && attack->block == number;
	uint64_t of = is_lie && attack->seed % 5 == 0 ? number - 1 : number;
	struct account_proof proof = sim_state_prove(&sim_chain_block(s->node->chain, of)->views,
						     sim_chain_names(s->node->chain), of, account,
						     slots, count, s->arena);

	count_lie(s, number, SIM_PROOFS);
	if (is_lie && of == number)
		sim_state_forge(&proof, attack->seed, s->arena);
	return proof;
}

static json_t *get_proof(const struct serving *s, const json_t *call)
{
	const char *text = json_string_value(param(call, 0));
	const json_t *list = param(call, 1);
	struct hash slots[PROOF_SLOTS_MAX];
	struct account_proof proof;
	struct address account;
	uint64_t number;
	const json_t *slot;
	size_t i;

	if (!text || address_parse(&account, text, strlen(text), NULL) != OK ||
	    json_array_size(list) > PROOF_SLOTS_MAX)
		return fake_error(call, INVALID_PARAMS, "invalid argument 0");
	json_array_foreach (list, i, slot)
		if (hash_parse(&slots[i], json_string_value(slot), json_string_length(slot),
			       NULL) != OK)
			return fake_error(call, INVALID_PARAMS, "invalid argument 1");
	if (!find_block(s, &number, param(call, 2)))
		return fake_error(call, SERVER_ERROR, "header not found");
	proof = told_proof(s, number, account, slots, json_array_size(list));
	return fake_result(call, sim_json_proof(&proof));
}

/* ---- methods ---- */

static json_t *chain_id(const struct serving *s, const json_t *call)
{
	(void)s;
	return fake_result(call, sim_json_quantity(SIM_CHAIN_ID));
}

static json_t *syncing(const struct serving *s, const json_t *call)
{
	(void)s;
	return fake_result(call, json_false());
}

static json_t *block_number(const struct serving *s, const json_t *call)
{
	return fake_result(call, sim_json_quantity(s->node->head));
}

static const struct {
	const char *name;
	json_t *(*answer)(const struct serving *s, const json_t *call);
} methods[] = {
	{"eth_chainId", chain_id},
	{"eth_syncing", syncing},
	{"eth_blockNumber", block_number},
	{"eth_getBlockByNumber", get_block},
	{"eth_getBlockByHash", get_block},
	{"eth_getBlockReceipts", get_block_receipts},
	{"eth_getTransactionByHash", get_transaction},
	{"eth_getTransactionReceipt", get_receipt},
	{"eth_getLogs", get_logs},
	{"eth_getCode", get_code},
	{"eth_call", call_view},
	{"eth_getProof", get_proof},
};

static json_t *one_call(const struct serving *s, const json_t *call)
{
	const char *method = member(call, "method");

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strcmp(methods[i].name, method) == 0)
			return methods[i].answer(s, call);
	return fake_error(call, NO_METHOD, "the method does not exist/is not available");
}

json_t *sim_node_call(struct sim_node *node, const json_t *call)
{
	struct serving s = {.node = node, .arena = arena_new()};
	json_t *answer;

	(void)pthread_mutex_lock(&node->mutex);
	answer = one_call(&s, call);
	(void)pthread_mutex_unlock(&node->mutex);
	arena_free(s.arena);
	return answer;
}

void sim_node_answer(void *context, const struct fake_request *request, struct fake_reply *reply)
{
	struct sim_node *node = context;
	const json_t *call;
	json_t *answers;
	size_t i;

	if (json_is_object(request->json)) {
		fake_reply_json(reply, sim_node_call(node, request->json));
		return;
	}
	if (!json_is_array(request->json)) {
		fake_reply_json(reply, fake_error(NULL, -32700, "parse error"));
		return;
	}
	answers = json_array();
	json_array_foreach (request->json, i, call)
		(void)json_array_append_new(answers, sim_node_call(node, call));
	fake_reply_json(reply, answers);
}
