/*
 * At the head: block by block, and back when the chain changes its mind.
 *
 * Behind one url may stand several nodes, which know of different heads. So a head that went back,
 * a block that is known by number and not by hash, or one without receipts, is a node that lags
 * behind: nothing is dropped for it, nothing is applied, and it is asked again. What shows a reorg
 * is another hash at a number that both sides have.
 */
#include <inttypes.h>

#include "indexer/follow_pace.h"
#include "indexer/mirror_impl.h"

enum {
	FOLLOW_GAP_MAX = 64, /* blocks behind from which on a backfill is the faster way */
	WAIT_SLICE_MS = 100, /* a stop is noticed this fast */
	RECORDED_WAIT_MS = 30000,
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
	m->is_not_yet = st == ERR_NOTFOUND;
	if (st == ERR_NOTFOUND)
		st = error_set(err, ERR_AGAIN, "%s has not got block %" PRIu64 " yet",
			       source_label(m->source), number);
	if (st == OK && !mirror_is_stopping(m) && m->options.on_block)
		m->options.on_block(m->options.context, &block.ref, m->events_done - events);
	arena_free(arena);
	return st;
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
		st = mirror_is_on_chain(&is_there, m, &cursor, &head, err);
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

/* Waits after something that passes, and says what it was. */
static enum status wait_out(struct mirror *m, struct follow_pace *pace, enum status trouble,
			    struct error *err)
{
	uint64_t wait;

	if (m->is_not_yet && follow_pace_is_early(pace)) {
		log_debug(m->logger, "%s", err->message);
		return wait_ms(m, m->config->poll_interval_ms, err);
	}
	wait = follow_pace_after_trouble(pace, m->config->poll_interval_ms);
	if (trouble == ERR_FULL)
		mirror_tell_full(m, err);
	else
		log_warn(m->logger, "%s; trying again in %" PRIu64 " ms", err->message, wait);
	return wait_ms(m, wait, err);
}

enum status mirror_follow(struct mirror *m, struct error *err)
{
	struct follow_pace pace = {0};
	enum status st = OK;

	while (st == OK && !mirror_is_stopping(m)) {
		bool has_moved = false;

		if (mirror_wants_break(m)) {
			mirror_take_break(m);
			continue;
		}
		if (source_is_recorded(m->source)) {
			/* a recorded chain does not grow */
			st = wait_ms(m, RECORDED_WAIT_MS, err);
			continue;
		}
		m->is_not_yet = false;
		st = step(m, &has_moved, err);
		st = mirror_end_work(m, st, err);
		if (mirror_is_stopping(m))
			break;
		if (st == ERR_AGAIN && mirror_wants_break(m)) {
			st = OK;
			continue;
		}
		if (is_passing(st)) {
			st = wait_out(m, &pace, st, err);
			continue;
		}
		if (st == OK)
			mirror_has_room(m);
		if (has_moved)
			follow_pace_moved(&pace);
		else if (st == OK)
			st = wait_ms(m, follow_pace_at_rest(&pace, m->config->poll_interval_ms),
				     err);
	}
	return mirror_is_stopping(m) ? OK : st;
}
