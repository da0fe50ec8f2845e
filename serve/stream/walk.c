/* A look at the mirror: from the position to its newest block, or until the buffer is full. */
#include "serve/stream/internal.h"

#include <inttypes.h>
#include <stdlib.h>

#include "indexer/reorg_note.h"

/* So many blocks in which nothing is wanted, and a call ends: it holds a transaction and a thread
 * of the server. */
enum { PASSED_MAX = 500 };

enum status walk_open(struct walk *w, struct feed *feed, struct error *err)
{
	enum status st;

	*w = (struct walk){.feed = feed, .arena = arena_new(), .scratch = arena_new()};
	st = moment_open_findings(&w->m, feed->options.config, NULL, w->arena, err);
	if (st == OK)
		st = repair_note_count(&w->repairs, w->m.txn, err);
	if (st != OK)
		walk_close(w);
	return st;
}

void walk_close(struct walk *w)
{
	state_close(w->state);
	moment_close(&w->m);
	arena_free(w->scratch);
	arena_free(w->arena);
	*w = (struct walk){.feed = w->feed};
}

static enum status read_base(struct base *out, struct walk *w, uint64_t round, struct error *err)
{
	struct block_record record;
	enum status st = store_block_below(&record, w->m.txn, round, err);

	*out = (struct base){.is_given = st == OK};
	if (st == OK)
		position_base_mark(out->mark, &record);
	return st == ERR_NOTFOUND ? OK : st;
}

enum status walk_position(struct position *out, struct walk *w, const struct block_record *record,
			  uint64_t told, struct error *err)
{
	const struct position *before = &w->feed->at;
	struct position at = {.number = record->ref.number,
			      .hash = record->ref.hash,
			      .has_mark = true,
			      .repairs = w->repairs,
			      .has_told = true,
			      .told = told,
			      .place.part = PLACE_WHOLE};
	enum status st = OK;

	position_mark(at.mark, record);
	for (size_t i = 0; st == OK && i < POSITION_BASES; i++) {
		uint64_t round;
		uint64_t round_before;

		if (!position_base(&round, at.number, i))
			continue;
		/* Those of the position before hold on, as long as it goes up. */
		if (before->has_mark && before->number <= at.number &&
		    position_base(&round_before, before->number, i) && round == round_before)
			at.bases[i] = before->bases[i];
		else
			st = read_base(&at.bases[i], w, round, err);
	}
	*out = at;
	return st;
}

enum status walk_tell(struct walk *w, struct place place, const char *event, json_t *data,
		      struct error *err)
{
	struct feed *feed = w->feed;
	struct position at = feed->at;
	enum status st = OK;

	if (at.is_start || at.number != w->record.ref.number)
		st = walk_position(&at, w, &w->record, feed->at.told, err);
	if (st != OK) {
		json_decref(data);
		return st;
	}
	at.place = place;
	feed->at = at;
	feed_tell(feed, event, data);
	w->passed = 0;
	arena_reset(w->scratch);
	return OK;
}

struct reading walk_reading(struct walk *w, const struct pool *pool)
{
	if (!w->state)
		w->state = state_open(w->m.txn, w->record.ref.number);
	return (struct reading){.pool = pool,
				.state = w->state,
				.arena = w->scratch,
				.block = w->record.ref.number,
				.time_earliest = w->record.ref.timestamp,
				.time_latest = w->record.ref.timestamp};
}

/* What follows a place in its block. */
static struct place place_behind(struct place place)
{
	if (place.part == PLACE_EVENTS || place.part == PLACE_CHANGES)
		place.sub++; /* beyond the last pool or list: nothing, and the next log or row */
	else if (place.index < UINT32_MAX)
		place.index++;
	else
		place = (struct place){.part = PLACE_WHOLE};
	return place;
}

/* The block in hand becomes the one that the position is in, or the next one. ERR_NOTFOUND: there
 * is none. */
static enum status take_block(struct walk *w, struct error *err)
{
	const struct position *at = &w->feed->at;

	state_close(w->state);
	w->state = NULL;
	if (!at->is_start && at->place.part != PLACE_WHOLE) {
		w->next = place_behind(at->place);
		return store_block(&w->record, w->m.txn, at->number, err);
	}
	w->next = (struct place){.part = PLACE_EVENTS};
	if (!at->is_start && at->number == UINT64_MAX)
		return ERR_NOTFOUND;
	return store_block_above(&w->record, w->m.txn, at->is_start ? 0 : at->number + 1, err);
}

static int by_number(const void *a, const void *b)
{
	const struct pending_finding *x = a;
	const struct pending_finding *y = b;

	return (x->finding.ordinal > y->finding.ordinal) -
	       (x->finding.ordinal < y->finding.ordinal);
}

/* Of now: behind the newest block. */
static void tell_pending(struct walk *w)
{
	struct feed *feed = w->feed;
	const struct config *config = feed->options.config;

	if (w->m.pending_count)
		qsort(w->m.pending, w->m.pending_count, sizeof(*w->m.pending), by_number);
	for (size_t i = 0; i < w->m.pending_count && !feed_is_full(feed); i++) {
		const struct pending_finding *pending = &w->m.pending[i];

		if (pending->finding.ordinal <= feed->at.told)
			continue;
		feed->at.told = pending->finding.ordinal;
		if (pending->pool < config->pool_count && walk_wants(w, FEED_FINDING) &&
		    walk_wants_pool(w, &config->pools[pending->pool]))
			feed_tell(feed, "finding",
				  json_finding(&config->pools[pending->pool], pending->key,
					       &pending->finding, w->scratch));
		arena_reset(w->scratch);
	}
}

/* One block, or what comes instead of it; `is_end`: the mirror holds no more. */
static enum status step(bool *is_end, struct walk *w, struct error *err)
{
	struct feed *feed = w->feed;
	enum status st;

	if (feed->at.withdrawing.is_going)
		return walk_withdrawn(w, err);
	st = take_block(w, err);
	*is_end = st == ERR_NOTFOUND;
	if (st == OK) {
		w->passed++;
		return walk_block(w, err);
	}
	if (st != ERR_NOTFOUND)
		return st;
	tell_pending(w);
	return OK;
}

static enum status go(bool *is_end, struct walk *w, struct error *err)
{
	struct feed *feed = w->feed;
	enum status st = walk_settle(w, err);

	while (st == OK && !*is_end && !feed_is_full(feed) && w->passed < PASSED_MAX)
		st = step(is_end, w, err);
	*is_end = *is_end && !feed_is_full(feed);
	/* So that a client for whom nothing comes need not look at those blocks again. */
	if (st == OK && !*is_end && !feed->used)
		feed_tell_id(feed);
	return st;
}

enum status feed_next(struct slice *text, bool *is_at_end, struct feed *feed, struct error *err)
{
	struct position before = feed->at;
	struct walk w;
	enum status st = walk_open(&w, feed, err);

	*is_at_end = false;
	*text = slice_of(NULL, 0);
	feed_clear(feed);
	if (st == ERR_NOTFOUND) { /* no mirror, or no block yet */
		*is_at_end = true;
		return OK;
	}
	if (st != OK)
		return st;
	st = go(is_at_end, &w, err);
	walk_close(&w);
	if (st != OK) {
		feed->at = before;
		feed_clear(feed);
		return st;
	}
	*text = slice_of(feed->text, feed->used);
	return OK;
}
