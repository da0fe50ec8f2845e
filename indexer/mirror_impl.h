/*
 * mirror_impl.h - what the files of the mirror share. Nobody else includes it.
 *
 *     START ──► CATCH UP ──► FOLLOW ◄──► REWIND
 *                  │            │           │
 *                  └────────────┴─► STOP ◄──┘
 *
 * Invariants:
 *   (1) the store's cursor is the last applied block; nothing above it is in the store
 *   (2) a block is applied only on its parent, where the mirror holds the block below it
 *   (3) every pool's start block and creation block are applied, whether they have logs or not
 */
#ifndef INDEXER_MIRROR_IMPL_H
#define INDEXER_MIRROR_IMPL_H

#include <stdatomic.h>

#include "indexer/backfill.h"
#include "indexer/mirror.h"
#include "reconcile/finding.h"

/* What the run knows of a pool beside its configuration. */
struct pool_run {
	uint64_t birth; /* block of its creation; 0 until it is looked for */
	bool is_born_in_store;
	bool has_told_unavailable; /* views that the node cannot answer are told once */
};

struct mirror {
	const struct config *config;
	const struct logger *logger;
	struct mirror_options options;
	struct clock clock;
	struct store *store;
	struct source *source; /* for calls and single headers; backfills get a peer */
	struct chain_asker asker;
	struct arena *arena;       /* as long as the mirror */
	struct arena *block_arena; /* reset for each block */
	struct pool_run *pools;
	struct log_filter *filters;
	size_t filter_count;
	uint64_t target; /* of the sync under way: views are asked there */
	bool is_at_head; /* following: views are asked at each block */
	struct chain_seen seen;
	struct run *run;      /* the transaction under way, see apply_run.c; NULL between runs */
	bool must_refetch;    /* the map was full and grows: what was not committed comes again */
	uint64_t events_done; /* committed since mirror_open */
	atomic_bool is_stopping;
};

/* Which pools the store holds from their creation on, as of its newest block. */
enum status mirror_read_births(struct mirror *m, struct error *err) MUST_CHECK;

/* births.c: checks each pool's contracts at `head` and finds the block of its creation. */
enum status mirror_find_births(struct mirror *m, uint64_t head, struct error *err) MUST_CHECK;

/*
 * apply_run.c: applies blocks (rising, above the cursor) in a run that stays open from call to call
 * and is committed when it is large or old enough; mirror_flush commits what is open. ERR_REORG:
 * a block's parent is not the one below it; the blocks before it are committed. With
 * m->must_refetch nothing since the last commit is kept: fetch again from the cursor.
 */
enum status mirror_apply(struct mirror *m, const struct fetched_block *blocks, size_t count,
			 struct error *err) MUST_CHECK;
enum status mirror_flush(struct mirror *m, struct error *err) MUST_CHECK;
/* Events applied since mirror_open, with those of the open run. */
uint64_t mirror_events(const struct mirror *m);

/* rewind.c: after a parent that does not match, drops blocks until the chain agrees. */
enum status mirror_rewind_to_fork(struct mirror *m, struct error *err) MUST_CHECK;

/* Asks the node for its head and its finalized block, and keeps both in m->seen. */
enum status mirror_look(struct block_ref *head, struct mirror *m, struct error *err) MUST_CHECK;

/* The cursor; *is_empty where nothing was applied yet. */
enum status mirror_cursor(struct block_record *out, bool *is_empty, struct mirror *m,
			  struct error *err) MUST_CHECK;

/* Keeps m->seen with the block in hand. */
void mirror_put_seen(struct mirror *m, struct state *state);

#endif
