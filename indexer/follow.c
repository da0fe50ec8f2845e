/*
 * At the head: block by block, and back when the chain changes its mind.
 *
 * Behind one url may stand several nodes, which know of different heads. So a head that went back,
 * a block that is known by number and not by hash, or one without receipts, is a node that lags
 * behind: nothing is dropped for it, nothing is applied, and it is asked again. What shows a reorg
 * is another hash at a number that both sides have.
 */
#include <inttypes.h>

#include "indexer/mirror_impl.h"

enum {
	FOLLOW_GAP_MAX = 64, /* blocks behind from which on a backfill is the faster way */
	WAIT_SLICE_MS = 100, /* a stop is noticed this fast */
	TROUBLE_WAIT_MS_MAX = 30000,
	STILL_POLLS = 8,  /* looks at an unmoved head before the pauses between them grow */
	STILL_FACTOR = 4, /* to at most so many times poll_interval_ms */
	NOT_YET_MAX = 3,  /* times in a row that an announced block may be missing quietly */
};

/* How long to wait for what. */
struct pace {
	uint64_t trouble_ms; /* the pause after the last trouble in a row; 0: there was none */
	unsigned still;      /* looks in a row at which the head had not moved */
	uint64_t still_ms;   /* the pause after the last of them */
	unsigned not_yet;    /* times in a row that an announced block was missing */
};

static enum status wait_ms(struct mirror *m, uint64_t wait, struct error *err)
{
	uint64_t until = clock_now_ms(&m->clock) + wait;
	enum status st = OK;
	uint64_t now;

	while (st == OK && !mirror_is_stopping(m) && (now = clock_now_ms(&m->clock)) < until) {
		clock_sleep_ms(&m->clock,
			       until - now < WAIT_SLICE_MS ? until - now : WAIT_SLICE_MS);
		st = mirror_put_notes(m, err);
		if (st == ERR_AGAIN)
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
	if (is_empty || head.number > cursor.ref.number + FOLLOW_GAP_MAX) {
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
	return st == ERR_AGAIN || st == ERR_BAD_DATA;
}

/* Waits after something that passes, and says what it was. */
static enum status wait_out(struct mirror *m, struct pace *pace, struct error *err)
{
	if (m->is_not_yet && pace->not_yet++ < NOT_YET_MAX) {
		log_debug(m->logger, "%s", err->message);
		return wait_ms(m, m->config->poll_interval_ms, err);
	}
	pace->trouble_ms = pace->trouble_ms ? pace->trouble_ms * 2 : m->config->poll_interval_ms;
	if (pace->trouble_ms > TROUBLE_WAIT_MS_MAX)
		pace->trouble_ms = TROUBLE_WAIT_MS_MAX;
	log_warn(m->logger, "%s; trying again in %" PRIu64 " ms", err->message, pace->trouble_ms);
	return wait_ms(m, pace->trouble_ms, err);
}

/* Where the head stands still for longer than a block takes, it need not be asked for as often. */
static enum status wait_for_head(struct mirror *m, struct pace *pace, struct error *err)
{
	uint64_t interval = m->config->poll_interval_ms;

	if (pace->still < STILL_POLLS) {
		pace->still++;
		pace->still_ms = interval;
	} else {
		pace->still_ms += pace->still_ms / 2;
	}
	if (pace->still_ms > STILL_FACTOR * interval)
		pace->still_ms = STILL_FACTOR * interval;
	return wait_ms(m, pace->still_ms, err);
}

enum status mirror_follow(struct mirror *m, struct error *err)
{
	struct pace pace = {0};
	enum status st = OK;

	while (st == OK && !mirror_is_stopping(m)) {
		bool has_moved = false;

		if (source_is_recorded(m->source)) {
			/* a recorded chain does not grow */
			st = wait_ms(m, TROUBLE_WAIT_MS_MAX, err);
			continue;
		}
		m->is_not_yet = false;
		st = step(m, &has_moved, err);
		st = mirror_end_work(m, st, err);
		if (mirror_is_stopping(m))
			break;
		if (is_passing(st)) {
			st = wait_out(m, &pace, err);
			continue;
		}
		pace = has_moved || st != OK
			       ? (struct pace){0}
			       : (struct pace){.still = pace.still, .still_ms = pace.still_ms};
		if (st == OK && !has_moved)
			st = wait_for_head(m, &pace, err);
	}
	return mirror_is_stopping(m) ? OK : st;
}
