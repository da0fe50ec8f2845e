/*
 * fork.c - the newest of our blocks that the source's chain still has.
 *
 * Blocks below the fork are the chain's and blocks above it are not, so a few of them tell where it
 * is: the newest block, those 1, 2, 4, 8, ... numbers below it, until one is the chain's; then, in
 * the gap that is left, some that lie evenly in it. Several headers are asked for in one batch, so
 * that a fork 64 blocks deep takes two requests, and one a million blocks deep six or so. A sparse
 * mirror has no record of most numbers: only blocks that it has are compared.
 *
 * A block above the source's head is not compared. It may be gone, or the node may lag behind: that
 * alone is no reason to drop anything.
 */
#include <inttypes.h>

#include "indexer/mirror_impl.h"

enum {
	FIRST_SHIFTS = 8,  /* the first batch goes back 2^(8 - 2) blocks */
	OTHER_SHIFTS = 14, /* each other one as many times as far */
	PROBES_MAX = 16,
};

struct search {
	struct mirror *m;
	struct store_txn *txn;
	uint64_t first; /* what the source can be asked for */
	uint64_t last;
	bool has_common;
	struct block_record common; /* the newest block that both have, as far as is known */
	uint64_t floor;             /* no block of ours stands between `common` and this number */
	uint64_t ceiling;           /* no block of ours from here on is the chain's */
	bool differs;               /* a block that both sides have is another one */
	struct block_record probes[PROBES_MAX]; /* falling */
	size_t probe_count;
};

/* Our newest block not above `number`, if it is worth asking for. */
static enum status add_probe(struct search *s, uint64_t number, struct error *err)
{
	struct block_record record;
	enum status st = store_block_below(&record, s->txn, number, err);

	if (st == ERR_NOTFOUND ||
	    (st == OK && (record.ref.number < s->first || record.ref.number > s->last)))
		return OK;
	if (st != OK)
		return st;
	if (s->has_common && record.ref.number <= s->common.ref.number) {
		if (number > s->floor)
			s->floor = number;
		return OK;
	}
	if (!s->probe_count || record.ref.number < s->probes[s->probe_count - 1].ref.number)
		s->probes[s->probe_count++] = record;
	return OK;
}

/* Which of the probes are the chain's. */
static enum status ask(struct search *s, struct error *err)
{
	uint64_t numbers[PROBES_MAX];
	struct block_ref there[PROBES_MAX];
	enum status st;

	if (!s->probe_count)
		return OK;
	for (size_t i = 0; i < s->probe_count; i++)
		numbers[i] = s->probes[s->probe_count - 1 - i].ref.number;
	st = source_headers(there, s->m->source, numbers, s->probe_count, err);
	if (st == ERR_NOTFOUND) /* it told of a head above: two nodes behind one url */
		return error_set(err, ERR_AGAIN,
				 "%s told of block %" PRIu64
				 " and does not have all blocks below it, which are needed to find "
				 "where the chains part",
				 source_label(s->m->source), s->last);
	for (size_t i = 0; st == OK && i < s->probe_count; i++) {
		const struct block_record *probe = &s->probes[i];

		if (hash_equal(there[s->probe_count - 1 - i].hash, probe->ref.hash)) {
			s->has_common = true;
			s->common = *probe;
			s->floor = probe->ref.number;
			break;
		}
		s->differs = true;
		s->ceiling = probe->ref.number;
	}
	s->probe_count = 0;
	return st;
}

/* Back by powers of two from the newest block that can be compared, until one is the chain's. */
static enum status walk_back(struct search *s, uint64_t newest, struct error *err)
{
	unsigned shift = 0;
	unsigned end = FIRST_SHIFTS;
	bool is_end = false;
	enum status st = add_probe(s, newest, err);

	while (st == OK && !s->has_common && !is_end) {
		for (; st == OK && shift + 1 < end && !is_end; shift++) {
			uint64_t back = (uint64_t)1 << shift;

			is_end = shift >= 63 || back >= newest - s->first;
			st = add_probe(s, is_end ? s->first : newest - back, err);
		}
		end += OTHER_SHIFTS;
		if (st == OK && is_end) { /* a sparse mirror's oldest block stands above that */
			struct block_record oldest;

			st = store_block_above(&oldest, s->txn, s->first, err);
			if (st == OK)
				st = add_probe(s, oldest.ref.number, err);
		}
		if (st == OK)
			st = ask(s, err);
	}
	return st;
}

/* Between the newest known common block and the oldest that is known to be another one. */
static enum status narrow(struct search *s, struct error *err)
{
	enum status st = OK;

	while (st == OK && s->floor + 1 < s->ceiling) {
		uint64_t gap = s->ceiling - 1 - s->floor;
		uint64_t count = gap < PROBES_MAX ? gap : PROBES_MAX;

		for (uint64_t i = 0; st == OK && i < count; i++)
			st = add_probe(s,
				       s->ceiling - 1 - (gap / count * i + gap % count * i / count),
				       err);
		if (!s->probe_count) /* a sparse mirror has no block in between */
			break;
		if (st == OK)
			st = ask(s, err);
	}
	return st;
}

static enum status search(struct search *s, const struct block_record *cursor, struct error *err)
{
	uint64_t newest = cursor->ref.number < s->last ? cursor->ref.number : s->last;
	enum status st;

	s->ceiling = cursor->ref.number + 1;
	if (newest < s->first)
		return OK;
	st = walk_back(s, newest, err);
	if (st == OK && s->has_common)
		st = narrow(s, err);
	return st;
}

/* Of several nodes, the head that they have together. */
static enum status extent(struct search *s, struct error *err)
{
	struct block_ref head;
	enum status st;

	if (source_is_recorded(s->m->source))
		return source_extent(&s->first, &s->last, s->m->source, err);
	st = source_tagged_block(&head, s->m->source, BLOCK_LATEST, err);
	if (st == ERR_NOTFOUND) /* which is not that nothing is common */
		return error_set(err, ERR_AGAIN, "%s has no newest block to show just now",
				 source_label(s->m->source));
	s->last = head.number;
	return st;
}

enum status mirror_find_fork(struct block_record *out, struct mirror *m,
			     const struct block_record *cursor, struct error *err)
{
	struct search s = {.m = m};
	enum status st = extent(&s, err);

	if (st != OK)
		return st;
	st = store_begin(&s.txn, m->store, STORE_READ, err);
	if (st == OK)
		st = search(&s, cursor, err);
	store_abort(s.txn);
	if (st != OK)
		return st;
	*out = s.common;
	if (!s.has_common)
		return error_set(err, ERR_NOTFOUND, "no common block");
	if (!s.differs && s.common.ref.number != cursor->ref.number)
		return error_set(err, ERR_AGAIN,
				 "the head of %s went back to block %" PRIu64
				 " on the same chain, below block %" PRIu64 " of the mirror",
				 source_label(m->source), s.last, cursor->ref.number);
	return OK;
}
