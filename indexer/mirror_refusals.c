/* Findings about blocks that were refused, and what the nodes were like: notes in the store. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "indexer/mirror_impl.h"
#include "indexer/node_note.h"
#include "indexer/prove_block.h"

enum { NODES_NOTED_MS = 5000 };

static struct refusal *add(struct mirror *m)
{
	if (m->refusal_count == m->refusal_capacity) {
		m->refusal_capacity = m->refusal_capacity ? m->refusal_capacity * 2 : 8;
		m->refusals = xrealloc(m->refusals, m->refusal_capacity * sizeof(*m->refusals));
	}
	m->refusals[m->refusal_count] = (struct refusal){0};
	return &m->refusals[m->refusal_count++];
}

static bool is_known(const struct mirror *m, uint16_t pool, const uint8_t *key)
{
	for (size_t i = 0; i < m->refusal_count; i++)
		if (m->refusals[i].pending.pool == pool &&
		    memcmp(m->refusals[i].pending.key, key, FINDING_ID_BYTES) == 0)
			return true;
	return false;
}

enum status mirror_load_refusals(struct mirror *m, struct error *err)
{
	struct pending_finding *items;
	struct store_txn *txn;
	size_t count;
	enum status st = store_begin(&txn, m->store, STORE_READ, err);

	if (st != OK)
		return st;
	st = pending_read(&items, &count, m->refusal_arena, txn, err);
	store_abort(txn);
	for (size_t i = 0; st == OK && i < count; i++) {
		struct refusal *refusal = add(m);

		refusal->pending = items[i];
		refusal->is_noted = true;
	}
	return st;
}

static void tell(const struct mirror *m, const struct proof_failure *failure)
{
	log_error(m->logger, "%s: block %" PRIu64 ": %s: expected %s, got %s", failure->node,
		  failure->block, source_check(failure->fault)->id, failure->expected,
		  failure->actual);
}

void mirror_take_failures(struct mirror *m)
{
	struct proof_failure failure;

	while (witnesses_next_failure(&failure, m->witnesses)) {
		bool is_new = false;

		for (size_t i = 0; i < m->config->pool_count; i++) {
			const struct pool *pool = &m->config->pools[i];
			struct pending_finding pending = {.pool = pool->id};

			if (failure.block < pool->setup.start_block)
				continue;
			source_finding(pending.key, &pending.finding, m->refusal_arena, pool,
				       &failure);
			if (is_known(m, pool->id, pending.key))
				continue;
			add(m)->pending = pending;
			is_new = true;
		}
		if (is_new)
			tell(m, &failure);
	}
}

enum status mirror_settle(struct mirror *m, struct store_txn *txn, struct recorder *recorder,
			  uint64_t block, struct error *err)
{
	uint16_t pool = recorder->applying->pool->id;
	enum status st = OK;

	for (size_t i = 0; st == OK && i < m->refusal_count; i++) {
		struct refusal *refusal = &m->refusals[i];
		struct finding finding = refusal->pending.finding;

		if (refusal->is_settled || refusal->pending.pool != pool || finding.block > block)
			continue;
		finding.state = "resolved";
		finding.resolved_at = block;
		recorder_add(recorder, refusal->pending.key, &finding);
		refusal->is_settled = true;
		if (refusal->is_noted)
			st = pending_remove(txn, &refusal->pending, err);
	}
	return st;
}

void mirror_settled(struct mirror *m, bool is_committed)
{
	size_t kept = 0;

	for (size_t i = 0; i < m->refusal_count; i++) {
		if (is_committed && m->refusals[i].is_settled)
			continue;
		m->refusals[i].is_settled = false;
		m->refusals[kept++] = m->refusals[i];
	}
	m->refusal_count = kept;
	if (!kept)
		arena_reset(m->refusal_arena);
}

static uint64_t count_accusations(const struct mirror *m)
{
	uint64_t count = 0;

	for (size_t i = 0; i < witnesses_count(m->witnesses); i++) {
		struct witness_record record = witness_read(m->witnesses, i);

		count += record.lies + record.omissions;
	}
	return count;
}

static bool has_news(const struct mirror *m)
{
	if (mirror_noter_has_news(m))
		return true;
	if (count_accusations(m) != m->accusations_noted)
		return true;
	for (size_t i = 0; i < m->refusal_count; i++)
		if (!m->refusals[i].is_noted)
			return true;
	return false;
}

bool mirror_nodes_are_due(const struct mirror *m)
{
	return !m->nodes_noted_ms || clock_now_ms(&m->clock) - m->nodes_noted_ms >= NODES_NOTED_MS;
}

enum status mirror_note_nodes(struct mirror *m, struct store_txn *txn, struct error *err)
{
	enum status st = OK;

	for (size_t i = 0; st == OK && i < witnesses_count(m->witnesses); i++) {
		struct witness_record record = witness_read(m->witnesses, i);

		st = node_note_put(txn, i, &record, err);
	}
	/* Endpoints that the configuration had before. */
	for (size_t i = witnesses_count(m->witnesses); st == OK && i < NODE_NOTES_MAX; i++)
		st = node_note_remove(txn, i, err);
	return st;
}

void mirror_nodes_are_noted(struct mirror *m)
{
	uint64_t now = clock_now_ms(&m->clock);

	m->nodes_noted_ms = now ? now : 1;
}

static enum status write_notes(void *context, struct store_txn *txn, struct error *err)
{
	struct mirror *m = context;
	enum status st = OK;

	for (size_t i = 0; st == OK && i < m->refusal_count; i++)
		if (!m->refusals[i].is_noted)
			st = pending_put(txn, &m->refusals[i].pending, err);
	if (st == OK)
		st = mirror_note_nodes(m, txn, err);
	if (st == OK)
		st = mirror_note_run(m, txn, 0, 0, err);
	return st == OK ? mirror_noter_put(m, txn, err) : st;
}

enum status mirror_keep_notes(struct mirror *m, struct error *err)
{
	uint64_t accusations = count_accusations(m);
	enum status st;

	if (!has_news(m) && !mirror_nodes_are_due(m))
		return OK;
	st = store_change(m->store, write_notes, m, err);
	if (st != OK)
		return st;
	mirror_nodes_are_noted(m);
	m->accusations_noted = accusations;
	for (size_t i = 0; i < m->refusal_count; i++)
		m->refusals[i].is_noted = true;
	mirror_noter_kept(m);
	return OK;
}

enum status mirror_put_notes(struct mirror *m, struct error *err)
{
	return mirror_noter_has_news(m) ? mirror_keep_notes(m, err) : OK;
}

enum status mirror_refuse(struct mirror *m, const struct proof_failure *failure, struct error *err)
{
	struct proof_failure named = *failure;

	source_blame(m->source, failure);
	mirror_take_failures(m);
	(void)snprintf(named.node, sizeof(named.node), "%s", source_label(m->source));
	return proof_error(err, &named);
}
