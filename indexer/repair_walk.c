/*
 * A log that was left out and changed nothing that a view shows can still make a later event fail.
 * Then every header that the sparse backfill passed over is looked at: a bloom does not lie.
 */
#include <stdlib.h>
#include <string.h>

#include "indexer/repair.h"
#include "protocols/protocol.h"
#include "reconcile/explain.h"

enum { QUEUE_BYTES = 4 << 20 };

static enum status read_stored(struct event_log **out, size_t *count, struct mirror *m,
			       struct arena *arena, const struct block_ref *block,
			       struct error *err)
{
	struct store_txn *txn;
	enum status st = store_begin(&txn, m->store, STORE_READ, err);

	*count = 0;
	if (st != OK)
		return st;
	st = stored_logs(out, count, arena, txn, block, err);
	store_abort(txn);
	return st == ERR_NOTFOUND ? OK : st;
}

static bool is_stored(const struct event_log *logs, size_t count, uint32_t log_index)
{
	for (size_t i = 0; i < count; i++)
		if (logs[i].log_index == log_index)
			return true;
	return false;
}

static bool is_event(const struct mirror *m, const struct event_log *log)
{
	for (size_t i = 0; i < m->config->pool_count; i++)
		if (log->block_number >= m->config->pools[i].setup.start_block &&
		    pool_match(&m->config->pools[i], log) >= 0)
			return true;
	return false;
}

enum status repair_missing(size_t *out, struct mirror *m, struct arena *arena,
			   const struct fetched_block *block, struct error *err)
{
	struct event_log *stored;
	size_t count;
	enum status st = read_stored(&stored, &count, m, arena, &block->ref, err);

	*out = 0;
	for (size_t i = 0; st == OK && i < block->log_count; i++) {
		if (!is_event(m, &block->logs[i]) ||
		    is_stored(stored, count, block->logs[i].log_index))
			continue;
		mirror_remember_omission(m, &block->ref, block->logs[i].log_index, block->node);
		*out += 1;
	}
	return st;
}

void repair_must_prove(struct mirror *m, uint64_t number)
{
	size_t at = m->must_prove_count;

	while (at && m->must_prove[at - 1] > number)
		at--;
	if (at && m->must_prove[at - 1] == number)
		return;
	if (m->must_prove_count == m->must_prove_capacity) {
		m->must_prove_capacity = m->must_prove_capacity ? m->must_prove_capacity * 2 : 64;
		m->must_prove =
			xrealloc(m->must_prove, m->must_prove_capacity * sizeof(*m->must_prove));
	}
	memmove(m->must_prove + at + 1, m->must_prove + at,
		(m->must_prove_count - at) * sizeof(*m->must_prove));
	m->must_prove[at] = number;
	m->must_prove_count++;
}

static enum status look_at(struct repair_walk *walk, struct mirror *m,
			   const struct block_batch *batch, struct error *err)
{
	enum status st = OK;

	for (size_t i = 0; st == OK && i < batch->block_count; i++) {
		const struct fetched_block *block = &batch->blocks[i];
		size_t missing = 0;

		if (block->log_count)
			st = repair_missing(&missing, m, batch->arena, block, err);
		if (!missing)
			continue;
		repair_must_prove(m, block->ref.number);
		if (walk->missing)
			continue;
		walk->first = block->ref.number;
		walk->missing = missing;
	}
	return st;
}

static enum status look_at_all(struct repair_walk *walk, struct mirror *m,
			       struct backfill *backfill, struct error *err)
{
	enum status st = OK;

	walk->bad = walk->from;
	while (st == OK && !mirror_is_stopping(m)) {
		struct block_batch *batch;

		st = backfill_next(&batch, backfill, err);
		if (st != OK)
			break;
		st = look_at(walk, m, batch, err);
		walk->bad = batch->to + 1;
		block_batch_free(batch);
	}
	return st == ERR_NOTFOUND || mirror_is_stopping(m) ? OK : st;
}

enum status repair_walk(struct repair_walk *walk, struct mirror *m, struct error *err)
{
	const struct backfill_options options = {.from = walk->from,
						 .to = walk->to,
						 .all_headers = true,
						 .queue_bytes_max = QUEUE_BYTES};
	struct backfill *backfill = NULL;
	struct source *peer = NULL;
	enum status st = source_peer(&peer, m->source, err);

	walk->missing = 0;
	if (st == OK)
		st = backfill_start(&backfill, peer, &m->wish, &options, m->logger, err);
	if (st == OK)
		st = look_at_all(walk, m, backfill, err);
	backfill_stop(backfill);
	source_close(peer);
	return st;
}
