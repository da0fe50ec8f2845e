/*
 * write.c - gathers a file's parts from the mirror and its source.
 *
 * The mirror says which events there are and explains them; the source gives the block again, by
 * its hash, and all of it is proved before anything is made of it. At last the file is checked as
 * its reader will check it.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "indexer/fetched.h"
#include "reconcile/explain.h"
#include "serve/answer/answer.h"
#include "serve/evidence/internal.h"

/* What is at work. */
struct making {
	struct arena *arena;
	struct moment *m;
	struct source *source;
	struct evidence_request *request;
	json_t *explanation;
	struct block_record record;
	struct event_log *logs; /* of the block, as the mirror has them */
	size_t log_count;
	struct block_material material;
	struct evidence e;
	struct error *err;
};

/* ---- the mirror ---- */

/* All that is wanted of it. */
static enum status read_mirror(struct making *w)
{
	const struct evidence_request *request = w->request;
	uint64_t number;
	enum status st;

	w->explanation = answer_explain(w->m, request->transaction, request->log_index, w->err);
	if (!w->explanation)
		return w->err->status;
	/* It is of the event's block, whichever the mirror had come to when it was asked. */
	if (json_object_del(w->explanation, "at") != 0)
		abort();
	number = (uint64_t)json_integer_value(json_object_get(w->explanation, "block"));
	st = store_block(&w->record, w->m->txn, number, w->err);
	if (st == OK)
		st = stored_logs(&w->logs, &w->log_count, w->arena, w->m->txn, &w->record.ref,
				 w->err);
	return st;
}

/* ---- the block ---- */

static enum status fetch_block(struct making *w)
{
	const struct block_ref *ref = &w->record.ref;

	return evidence_fetch(&w->material, w->arena, w->source, ref->number, ref->hash,
			      MATERIAL_RECEIPTS | MATERIAL_TRANSACTIONS, &w->request->transaction,
			      w->err);
}

static enum status find_transaction(size_t *index, const struct making *w)
{
	const struct block_material *m = &w->material;
	char text[HEX_SIZE(HASH_BYTES)];

	for (*index = 0; *index < m->transaction_count; ++*index)
		if (hash_equal(m->transaction_hashes[*index], w->request->transaction))
			return OK;
	return error_set(w->err, ERR_BAD_DATA,
			 "%s: block %" PRIu64 " does not hold transaction %s, which the mirror has "
			 "events of",
			 source_label(w->source), m->header.number,
			 hash_format(text, w->request->transaction));
}

static struct evidence_element element_of(const struct slice *encodings, size_t count, size_t index,
					  struct arena *arena)
{
	struct trie_proof proof;

	trie_ordered_prove(&proof, encodings, count, index, arena);
	return (struct evidence_element){.index = index,
					 .encoding = encodings[index],
					 .nodes = proof.nodes,
					 .node_count = proof.count};
}

static void take_block(struct making *w, size_t index)
{
	const struct block_material *m = &w->material;
	struct evidence *e = &w->e;
	struct buffer header = buffer_in(w->arena);

	e->chain_id = w->m->config->chain_id;
	e->block = m->header.number;
	e->block_hash = m->claimed_hash;
	e->transaction_hash = w->request->transaction;
	header_encode(&header, &m->header);
	e->header_encoding = buffer_slice(&header);
	e->receipt_element = element_of(receipts_encode(m->receipts, m->receipt_count, w->arena),
					m->receipt_count, index, w->arena);
	for (size_t i = 0; i < index; i++)
		e->logs_before += m->receipts[i].log_count;
	e->has_transaction = m->has_transactions;
	if (e->has_transaction)
		e->transaction_element = element_of(
			transactions_encode(m->transactions, m->transaction_count, w->arena),
			m->transaction_count, index, w->arena);
}

/* ---- its logs ---- */

/* The first pool's event that the log is. */
static const struct abi_item *event_of(const struct config *config, const struct event_log *log)
{
	for (size_t i = 0; i < config->pool_count; i++) {
		int rule = pool_match(&config->pools[i], log);

		if (rule >= 0 && log->block_number >= config->pools[i].setup.start_block)
			return &config->pools[i].events[rule];
	}
	return NULL;
}

static bool is_explained(const struct making *w, uint32_t log_index)
{
	json_t *event;
	size_t i;

	json_array_foreach (json_object_get(w->explanation, "events"), i, event)
		if (json_integer_value(json_object_get(event, "log_index")) == log_index)
			return true;
	return false;
}

static bool same_log(const struct event_log *a, const struct event_log *b)
{
	return address_equal(a->address, b->address) && a->topic_count == b->topic_count &&
	       memcmp(a->topics, b->topics, a->topic_count * sizeof(a->topics[0])) == 0 &&
	       slice_equal(a->data, b->data);
}

static enum status take_log(struct making *w, const struct receipt *receipt,
			    const struct event_log *stored)
{
	struct evidence *e = &w->e;
	uint64_t index = (uint64_t)stored->log_index - e->logs_before;
	struct event_log place = *stored;
	const struct abi_item *event;

	if (stored->log_index < e->logs_before || index >= receipt->log_count ||
	    !same_log(stored, &receipt->logs[index]))
		return error_set(w->err, ERR_BAD_DATA,
				 "log %" PRIu32 " of block %" PRIu64
				 " stands otherwise in the mirror than in the block's receipts",
				 stored->log_index, e->block);
	place.block_number = e->block;
	event = event_of(w->m->config, &place);
	if (!event)
		return error_set(w->err, ERR_CORRUPT, "log %" PRIu32 " is no pool's event",
				 stored->log_index);
	e->logs[e->log_count++] = (struct evidence_log){
		.index = index, .signature = evidence_signature(w->arena, event)};
	return OK;
}

static enum status take_logs(struct making *w, const struct receipt *receipt)
{
	enum status st = OK;

	w->e.logs = arena_array(w->arena, w->log_count, sizeof(*w->e.logs));
	for (size_t i = 0; st == OK && i < w->log_count; i++)
		if (hash_equal(w->logs[i].transaction_hash, w->request->transaction) &&
		    is_explained(w, w->logs[i].log_index))
			st = take_log(w, receipt, &w->logs[i]);
	return st;
}

/* ---- claims ---- */

static json_t *contracts_of(const struct pool *pool)
{
	json_t *contracts = json_object();

	for (size_t r = 0; r < pool->protocol->role_count; r++) {
		const struct contract_role *role = &pool->protocol->roles[r];
		json_t *addresses = json_array();

		for (size_t i = 0; i < pool->setup.contracts[r].count; i++)
			if (json_array_append_new(
				    addresses,
				    json_address(pool->setup.contracts[r].addresses[i])) != 0)
				abort();
		json_put(contracts, role->name, addresses);
	}
	return contracts;
}

static bool is_named(const json_t *explanation, const char *pool)
{
	json_t *event;
	size_t i;

	json_array_foreach (json_object_get(explanation, "events"), i, event)
		if (strcmp(json_string_value(json_object_get(event, "pool")), pool) == 0)
			return true;
	return false;
}

static json_t *pools_of(const struct making *w)
{
	json_t *pools = json_array();

	for (size_t i = 0; i < w->m->config->pool_count; i++) {
		const struct pool *pool = &w->m->config->pools[i];
		json_t *item;

		if (!is_named(w->explanation, pool->setup.name))
			continue;
		item = json_object();
		json_put(item, "name", json_string(pool->setup.name));
		json_put(item, "protocol", json_string(pool->setup.protocol));
		json_put(item, "start_block", json_integer((json_int_t)pool->setup.start_block));
		json_put(item, "contracts", contracts_of(pool));
		if (json_array_append_new(pools, item) != 0)
			abort();
	}
	return pools;
}

static void make_claims(struct making *w)
{
	json_t *claims = json_object();
	json_t *mirror = json_object();

	json_put(mirror, "digest", json_hash(w->record.digest));
	json_put(mirror, "block", json_integer((json_int_t)w->record.ref.number));
	json_put(mirror, "proof_level",
		 json_string(proof_level_name((enum proof_level)w->record.proof_level)));
	json_put(claims, "logs_before", json_integer((json_int_t)w->e.logs_before));
	json_put(claims, "program", json_string(w->request->program));
	json_put(claims, "mirror", mirror);
	json_put(claims, "pools", pools_of(w));
	json_put(claims, "explanation", json_incref(w->explanation));
	w->e.claims = text_of_json(w->arena, claims, 1);
}

/* ---- all ---- */

static enum status gather(struct making *w)
{
	size_t index = 0;
	enum status st = fetch_block(w);

	if (st == OK)
		st = find_transaction(&index, w);
	if (st != OK)
		return st;
	take_block(w, index);
	st = take_logs(w, &w->material.receipts[index]);
	if (st == OK)
		st = evidence_find_anchor(&w->e.anchor, w->arena, w->m->config, w->source,
					  &w->material.header, w->e.block_hash, w->err);
	if (st == OK)
		make_claims(w);
	return st;
}

enum status evidence_make(struct slice *out, struct arena *arena, struct moment *m,
			  struct source *source, struct evidence_request *request,
			  struct error *err)
{
	struct making w = {
		.arena = arena, .m = m, .source = source, .request = request, .err = err};
	struct evidence_verdict verdict;
	struct arena *scratch;
	enum status st;

	st = read_mirror(&w);
	if (request->ends_moment)
		moment_close(m);
	if (st == OK)
		st = gather(&w);
	json_decref(w.explanation);
	if (st == OK)
		st = evidence_prove(&w.e, arena, err);
	if (st != OK)
		return st;
	*out = evidence_render(&w.e, arena);
	request->block = w.e.block;
	request->event_count = (unsigned)w.e.log_count;
	request->lacks_transaction = !w.e.has_transaction;
	scratch = arena_new();
	st = evidence_verify(&verdict, scratch, *out, err);
	arena_free(scratch);
	if (st != OK)
		(void)error_wrap(err, "the file that was made does not hold");
	return st;
}
