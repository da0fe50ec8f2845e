/*
 * The client's block is not in the mirror any more: how far back the two are one.
 *
 * A hash decides its block's ancestors, whoever tells it. So where the mirror has a note of
 * dropping just this block, the fork of that note, or a deeper one since, is exact. Else there are
 * the position's bases: blocks that the client's branch had for certain. If those are gone, too,
 * the client starts anew.
 */
#include "serve/stream/internal.h"

#include <stdlib.h>

#include "indexer/reorg_note.h"

/* Where both are one; `record` where that is a block. */
struct shared {
	bool is_start;
	struct block_record record;
	uint64_t reorg; /* which took the client's block; 0: not known */
};

/* ERR_NOTFOUND: the mirror has no such block, or it came about otherwise. */
static enum status find_same(struct block_record *out, struct walk *w, const struct position *at,
			     struct error *err)
{
	uint8_t mark[POSITION_MARK_BYTES];
	enum status st = store_block(out, w->m.txn, at->number, err);

	if (st != OK)
		return st;
	position_mark(mark, out);
	if (hash_equal(out->ref.hash, at->hash) &&
	    (!at->has_mark || memcmp(mark, at->mark, sizeof(mark)) == 0))
		return OK;
	return ERR_NOTFOUND;
}

/* Whether the base is the mirror's, too; `out` is it. */
static enum status find_base(struct block_record *out, struct walk *w, const struct position *at,
			     size_t base, struct error *err)
{
	uint8_t mark[POSITION_MARK_BYTES];
	uint64_t round;
	enum status st;

	if (!at->bases[base].is_given || !position_base(&round, at->number, base))
		return ERR_NOTFOUND;
	st = store_block_below(out, w->m.txn, round, err);
	if (st != OK)
		return st;
	position_base_mark(mark, out);
	return memcmp(mark, at->bases[base].mark, sizeof(mark)) == 0 ? OK : ERR_NOTFOUND;
}

/* The lowest fork from the reorganisation on that dropped the position's block. */
static const struct mirror_reorg *find_note(const struct mirror_reorg *reorgs, size_t count,
					    const struct position *at, uint64_t *which)
{
	const struct mirror_reorg *lowest = NULL;

	for (size_t i = count; i-- > 0;) {
		if (!lowest || reorgs[i].fork.number < lowest->fork.number)
			lowest = &reorgs[i];
		if (reorgs[i].old.number == at->number &&
		    hash_equal(reorgs[i].old.hash, at->hash)) {
			*which = reorgs[i].number;
			return lowest;
		}
	}
	return NULL;
}

static enum status by_note(struct shared *out, struct walk *w, const struct position *at,
			   struct error *err)
{
	struct mirror_reorg reorgs[REORG_NOTES_MAX];
	const struct mirror_reorg *note;
	uint64_t reorg = 0;
	size_t count;
	enum status st = reorg_notes_read(reorgs, &count, w->m.txn, err);
	if (st != OK)
		return st;
	note = find_note(reorgs, count, at, &reorg);
	if (!note)
		return ERR_NOTFOUND;
	*out = (struct shared){.is_start = hash_is_zero(note->fork.hash), .reorg = reorg};
	if (out->is_start)
		return OK;
	st = store_block(&out->record, w->m.txn, note->fork.number, err);
	if (st == OK && !hash_equal(out->record.ref.hash, note->fork.hash))
		return ERR_NOTFOUND;
	return st;
}

static enum status find_shared(struct shared *out, struct walk *w, const struct position *at,
			       struct error *err)
{
	enum status st = by_note(out, w, at, err);

	for (size_t i = 0; st == ERR_NOTFOUND && i < POSITION_BASES; i++) {
		*out = (struct shared){0};
		st = find_base(&out->record, w, at, i, err);
	}
	if (st != ERR_NOTFOUND)
		return st;
	*out = (struct shared){.is_start = true};
	return OK;
}

/* Above `lowest` the mirror was repaired since. */
static enum status clip(struct shared *shared, struct walk *w, uint64_t lowest, struct error *err)
{
	enum status st;

	if (shared->is_start || shared->record.ref.number <= lowest)
		return OK;
	st = store_block_below(&shared->record, w->m.txn, lowest, err);
	if (st != ERR_NOTFOUND)
		return st;
	shared->is_start = true;
	return OK;
}

/* Where the position's mirror and this one are one; `is_same`: at the position. */
static enum status compare_with(struct shared *out, bool *is_same, struct walk *w,
				const struct position *at, struct error *err)
{
	uint64_t lowest = UINT64_MAX;
	enum status st = OK;

	*out = (struct shared){0};
	*is_same = false;
	if (at->has_mark)
		st = repair_notes_lowest(&lowest, w->m.txn, at->repairs, err);
	if (st == ERR_NOTFOUND) {
		out->is_start = true;
		return OK;
	}
	if (st != OK)
		return st;
	st = find_same(&out->record, w, at, err);
	*is_same = st == OK && at->number <= lowest;
	if (st == ERR_NOTFOUND)
		st = find_shared(out, w, at, err);
	return st == OK ? clip(out, w, lowest, err) : st;
}

static json_t *rewound_of(const struct shared *to, const struct position *from)
{
	json_t *rewound = json_object();
	json_t *block = json_object();

	json_put(block, "number", json_integer((json_int_t)from->number));
	json_put(block, "hash", json_hash(from->hash));
	json_put(rewound, "to", to->is_start ? json_null() : json_block(&to->record.ref));
	json_put(rewound, "from", block);
	return rewound;
}

/* What is still to be told of a rewinding before goes on. */
static struct withdrawing begin_withdrawing(const struct position *from, uint64_t reorg)
{
	struct withdrawing going = {.is_going = true,
				    .top = from->number,
				    .reorg = reorg ? reorg - 1 : 0,
				    .pool = UINT16_MAX};

	memset(going.key, 0xff, sizeof(going.key));
	if (!from->withdrawing.is_going)
		return going;
	going = from->withdrawing;
	if (going.top < from->number)
		going.top = from->number;
	return going;
}

/* ---- findings that went with the blocks ---- */

static int compare(uint64_t reorg, uint16_t pool, const uint8_t *key,
		   const struct withdrawn_finding *other)
{
	if (reorg != other->reorg)
		return reorg < other->reorg ? -1 : 1;
	if (pool != other->pool)
		return pool < other->pool ? -1 : 1;
	return memcmp(key, other->key, FINDING_ID_BYTES);
}

static int by_reorg(const void *a, const void *b)
{
	const struct withdrawn_finding *x = a;

	return compare(x->reorg, x->pool, x->key, b);
}

static bool is_due(const struct walk *w, const struct withdrawn_finding *finding)
{
	const struct position *at = &w->feed->at;
	const struct withdrawing *going = &at->withdrawing;

	return finding->pool < w->feed->options.config->pool_count &&
	       finding->finding.block <= going->top &&
	       (at->is_start || finding->finding.block > at->number) &&
	       compare(going->reorg, going->pool, going->key, finding) < 0;
}

/* Those that the client is not told of yet, in the order of telling; wanted or not. */
static enum status read_due(struct withdrawn_finding **out, size_t *count, struct walk *w,
			    struct error *err)
{
	size_t all = 0;
	enum status st = withdrawn_read(out, &all, w->arena, w->m.txn, err);

	*count = 0;
	for (size_t i = 0; st == OK && i < all; i++)
		if (is_due(w, &(*out)[i]))
			(*out)[(*count)++] = (*out)[i];
	if (*count)
		qsort(*out, *count, sizeof(**out), by_reorg);
	return st;
}

/* The id of the last one says that there are no more. */
static void tell_withdrawn(struct walk *w, const struct withdrawn_finding *finding, bool is_last)
{
	const struct pool *pool = &w->feed->options.config->pools[finding->pool];
	struct withdrawing *going = &w->feed->at.withdrawing;

	going->is_going = !is_last;
	going->reorg = finding->reorg;
	going->pool = finding->pool;
	memcpy(going->key, finding->key, FINDING_ID_BYTES);
	if (walk_wants(w, FEED_FINDING) && walk_wants_pool(w, pool))
		feed_tell(w->feed, "finding", json_withdrawn(pool, finding, w->scratch));
	arena_reset(w->scratch);
}

enum status walk_withdrawn(struct walk *w, struct error *err)
{
	struct withdrawn_finding *items = NULL;
	size_t count = 0;
	enum status st = read_due(&items, &count, w, err);

	for (size_t i = 0; st == OK && i < count; i++) {
		if (feed_is_full(w->feed))
			return OK;
		tell_withdrawn(w, &items[i], i + 1 == count);
	}
	if (st == OK)
		w->feed->at.withdrawing = (struct withdrawing){0};
	return st;
}

/* ---- all of it ---- */

enum status walk_settle(struct walk *w, struct error *err)
{
	struct feed *feed = w->feed;
	struct position from = feed->at;
	struct position to = {
		.is_start = true, .has_told = true, .told = from.told, .place.part = PLACE_WHOLE};
	struct withdrawn_finding *due;
	struct shared shared;
	bool is_same;
	size_t count = 0;
	enum status st;

	if (from.is_start)
		return OK;
	st = compare_with(&shared, &is_same, w, &from, err);
	feed->at.repairs = w->repairs;
	if (st != OK || is_same)
		return st;
	if (!shared.is_start)
		st = walk_position(&to, w, &shared.record, from.told, err);
	if (st != OK)
		return st;
	to.withdrawing = begin_withdrawing(&from, shared.reorg);
	feed->at = to;
	st = read_due(&due, &count, w, err);
	if (!count)
		feed->at.withdrawing = (struct withdrawing){0};
	if (st == OK)
		feed_tell(feed, "rewound", rewound_of(&shared, &from));
	return st;
}
