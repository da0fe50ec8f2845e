/* At the head: block by block, by hash, and back when the chain changes its mind. */
#include <inttypes.h>

#include "indexer/mirror_impl.h"

enum {
	FOLLOW_GAP_MAX = 64, /* blocks behind from which on a backfill is the faster way */
	WAIT_SLICE_MS = 100, /* a stop is noticed this fast */
	TROUBLE_WAIT_MS_MAX = 30000,
};

static enum status wait_ms(struct mirror *m, uint64_t wait, struct error *err)
{
	uint64_t until = clock_now_ms(&m->clock) + wait;
	enum status st = OK;
	uint64_t now;

	while (st == OK && !mirror_is_stopping(m) && !mirror_wants_break(m) &&
	       (now = clock_now_ms(&m->clock)) < until) {
		clock_sleep_ms(&m->clock,
			       until - now < WAIT_SLICE_MS ? until - now : WAIT_SLICE_MS);
		pulse_beat(&m->pulse);
		st = m->is_full ? OK : mirror_put_notes(m, err);
		if (st == ERR_FULL)
			mirror_tell_full(m, err);
		if (st == ERR_AGAIN || st == ERR_FULL)
			st = OK;
	}
	return st;
}

static enum status apply_at_head(struct mirror *m, uint64_t number, struct error *err)
{
	struct arena *arena = arena_new();
	struct fetched_block block = {0};
	uint64_t events = m->events_done;
	enum status st = source_block(&block, arena, m->source, number, NULL, &m->wish, false, err);

	if (st == OK)
		st = mirror_apply(m, &block, 1, err);
	if (st == OK)
		st = mirror_flush(m, err);
	/* A block that the node has announced and not yet got is passing trouble. */
	if (st == ERR_NOTFOUND)
		st = error_set(err, ERR_AGAIN, "%s has not got block %" PRIu64 " yet",
			       source_label(m->source), number);
	if (st == OK && !mirror_is_stopping(m) && m->options.on_block)
		m->options.on_block(m->options.context, &block.ref, m->events_done - events);
	arena_free(arena);
	return st;
}

/* Whether our newest block is still the chain's, where the head has not risen above it. */
static enum status is_still_there(bool *out, struct mirror *m, const struct block_record *cursor,
				  const struct block_ref *head, struct error *err)
{
	struct block_record ours;
	struct store_txn *txn;
	enum status st;

	*out = true;
	if (head->number == cursor->ref.number) {
		*out = hash_equal(head->hash, cursor->ref.hash);
		return OK;
	}
	/* A head below our cursor: a node that lags behind, or a shorter branch. */
	st = store_begin(&txn, m->store, STORE_READ, err);
	if (st != OK)
		return st;
	st = store_block(&ours, txn, head->number, err);
	store_abort(txn);
	if (st == OK)
		*out = hash_equal(head->hash, ours.ref.hash);
	return st == ERR_NOTFOUND ? OK : st;
}

/* One look at the head; *has_moved where something was done. */
static enum status step(struct mirror *m, bool *has_moved, struct error *err)
{
	struct block_record cursor;
	struct block_ref head;
	bool is_empty;
	bool is_there = true;
	enum status st = mirror_look(&head, m, err);

	*has_moved = false;
	if (st == OK)
		st = mirror_cursor(&cursor, &is_empty, m, err);
	if (st != OK)
		return st;
	if (is_empty || m->is_suspicious || head.number > cursor.ref.number + FOLLOW_GAP_MAX) {
		*has_moved = true;
		m->is_at_head = false;
		return mirror_sync(m, UINT64_MAX, err);
	}
	if (head.number <= cursor.ref.number) {
		st = is_still_there(&is_there, m, &cursor, &head, err);
		if (st == OK && !is_there) {
			*has_moved = true;
			st = mirror_rewind_to_fork(m, err);
		}
		return st;
	}
	m->is_at_head = true;
	m->is_sparse = false; /* every header is seen */
	*has_moved = true;
	st = mirror_find_births(m, head.number, err);
	for (uint64_t n = cursor.ref.number + 1;
	     st == OK && n <= head.number && !mirror_is_stopping(m); n++)
		st = apply_at_head(m, n, err);
	if (st == ERR_REORG)
		st = mirror_rewind_to_fork(m, err);
	return st;
}

static bool is_passing(enum status st)
{
	return st == ERR_AGAIN || st == ERR_BAD_DATA || st == ERR_FULL;
}

enum status mirror_follow(struct mirror *m, struct error *err)
{
	uint64_t trouble_ms = 0;
	enum status st = OK;

	while (st == OK && !mirror_is_stopping(m)) {
		bool has_moved = false;

		if (mirror_wants_break(m)) {
			mirror_take_break(m);
			continue;
		}
		if (source_is_recorded(m->source)) {
			/* a recorded chain does not grow */
			st = wait_ms(m, TROUBLE_WAIT_MS_MAX, err);
			continue;
		}
		st = step(m, &has_moved, err);
		st = mirror_end_work(m, st, err);
		if (mirror_is_stopping(m))
			break;
		if (st == ERR_AGAIN && mirror_wants_break(m)) {
			st = OK;
			continue;
		}
		if (is_passing(st)) {
			trouble_ms = trouble_ms ? trouble_ms * 2 : m->config->poll_interval_ms;
			if (trouble_ms > TROUBLE_WAIT_MS_MAX)
				trouble_ms = TROUBLE_WAIT_MS_MAX;
			if (st == ERR_FULL)
				mirror_tell_full(m, err);
			else
				log_warn(m->logger, "%s; trying again in %" PRIu64 " ms",
					 err->message, trouble_ms);
			st = wait_ms(m, trouble_ms, err);
			continue;
		}
		if (st != OK)
			return st;
		trouble_ms = 0;
		mirror_has_room(m);
		if (!has_moved)
			st = wait_ms(m, m->config->poll_interval_ms, err);
	}
	return mirror_is_stopping(m) ? OK : st;
}
