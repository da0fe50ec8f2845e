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
 *   (3) a block is applied only as far proved as the configuration asks; one that fails its proof
 * is not applied, and neither is any after it (4) every pool's start block and creation block are
 * applied, whether they have logs or not
 */
#ifndef INDEXER_MIRROR_IMPL_H
#define INDEXER_MIRROR_IMPL_H

#include <stdatomic.h>

#include "indexer/backfill.h"
#include "indexer/mirror.h"
#include "indexer/rate.h"
#include "reconcile/source_check.h"

/* What the run knows of a pool beside its configuration. */
struct pool_run {
	uint64_t birth; /* block of its creation; 0 until it is looked for */
	bool is_born_in_store;
	bool has_told_unavailable; /* views that the node cannot answer are told once */
	bool has_told_unproved;    /* and so are state proofs that it cannot give */
	unsigned fruitless;        /* searches for a log that was left out, without one */
	uint64_t walked_to;        /* up to there all headers were looked at in a search */
};

/* A finding about a block that was refused, until a block is accepted in its place. */
struct refusal {
	struct pending_finding pending;
	bool is_noted;   /* the store has it */
	bool is_settled; /* the run under way holds the block that was accepted */
};

/* A log that a node left out. */
struct omission {
	uint64_t block;
	struct hash block_hash;
	uint32_t log_index;
	const char *node;
};

struct mirror {
	const struct config *config;
	const struct logger *logger;
	struct mirror_options options;
	struct clock clock;
	struct pulse pulse;
	struct store *store;
	struct source *source; /* for calls and single headers; backfills get a peer */
	struct chain_asker asker;
	struct arena *arena;       /* as long as the mirror */
	struct arena *block_arena; /* reset for each block */
	struct pool_run *pools;
	struct block_wish wish;
	struct witnesses *witnesses;
	uint64_t nodes_noted_ms;
	uint64_t accusations_noted; /* lies and omissions of all nodes, as the notes have them */
	struct refusal *refusals;
	size_t refusal_count;
	size_t refusal_capacity;
	struct arena *refusal_arena; /* text of all of them; reset when there is none */
	unsigned orphans; /* times in a row that a block stood on another parent and no reorg was */
	bool has_border;  /* see rewind.c */
	uint64_t border;
	struct hash distrusted; /* a block of ours whose child did not stand on it */
	uint64_t target;        /* of the sync under way: views are asked there */
	bool is_at_head;        /* following: views are asked at each block */
	bool is_not_yet;        /* following: what failed was to get an announced block */
	struct chain_seen seen;
	uint64_t seen_ms; /* when the head was, since 1970; 0: not yet */
	struct rate rate;
	uint64_t writer_pid; /* as the store's lock has it */
	uint64_t writer_since_ms;
	struct run *run; /* the transaction under way, see apply_run.c; NULL between runs */
	bool is_sparse;  /* this backfill does not see every header: logs could be left out */
	/* A check failed in a sparse backfill: maybe because a log was left out before. */
	bool is_suspicious;
	uint64_t suspect_block;
	size_t suspect_pool;
	/* Blocks whose receipts a backfill must fetch, whatever eth_getLogs says; rising. */
	uint64_t *must_prove;
	size_t must_prove_count;
	size_t must_prove_capacity;
	struct omission *omissions; /* by place */
	size_t omission_count;
	size_t omission_capacity;
	struct arena *refetch_arena; /* of their text */
	bool is_full;                /* no room on the disk, which was told; see pause.c */
	bool has_chain_changed;      /* while a backfill asked; nothing of that was applied */
	bool must_refetch;    /* the map was full and grows: what was not committed comes again */
	uint64_t blocks_done; /* committed since mirror_open */
	uint64_t events_done;
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

/* rewind.c: drops every block above `number`, whatever the chain says. */
enum status mirror_drop_above(struct mirror *m, uint64_t number, struct error *err) MUST_CHECK;

/*
 * rewind.c: after a parent or a hash that does not match, drops the blocks that the chain has not
 * any more, and notes the reorg. ERR_BAD_DATA, with a pending finding of the source: it wants to
 * undo a final block; nothing was changed. ERR_DENIED: the configured checkpoint, or all blocks.
 * ERR_AGAIN: what the source says now does not show that anything must go.
 */
enum status mirror_rewind_to_fork(struct mirror *m, struct error *err) MUST_CHECK;

/* rewind.c: keeps what is known to be final, out of what a node said of a final block. */
enum status mirror_note_final(struct mirror *m, const struct block_ref *finalized,
			      struct error *err) MUST_CHECK;
enum status mirror_load_border(struct mirror *m, struct error *err) MUST_CHECK;

/* rewind.c: false where the source has another block at our newest one's number, or, where its head
 * is lower, at its head's. */
enum status mirror_is_on_chain(bool *out, struct mirror *m, const struct block_record *cursor,
			       const struct block_ref *head, struct error *err) MUST_CHECK;

/* fork.c: the newest of our blocks that the source's chain has. ERR_NOTFOUND: none. ERR_AGAIN: its
 * head went back, and nothing of ours is known to be gone. */
enum status mirror_find_fork(struct block_record *out, struct mirror *m,
			     const struct block_record *cursor, struct error *err) MUST_CHECK;

/* mirror_nodes.c: the configured endpoints as one source; see mirror_open. */
enum status mirror_open_source(struct mirror *m, struct error *err) MUST_CHECK;
/* The configured checkpoint is on the source's chain; ERR_DENIED where it is not. */
enum status mirror_check_checkpoint(struct mirror *m, const struct block_ref *head,
				    struct error *err) MUST_CHECK;

/*
 * mirror_refusals.c: findings about blocks that are not in the mirror. mirror_take_failures makes
 * them of what the witnesses saw; mirror_settle gives those about blocks up to the one in hand to
 * it, resolved; mirror_keep_notes (between runs) writes what is new to the store, and how the nodes
 * are.
 */
enum status mirror_load_refusals(struct mirror *m, struct error *err) MUST_CHECK;
void mirror_take_failures(struct mirror *m);
enum status mirror_settle(struct mirror *m, struct store_txn *txn, struct recorder *recorder,
			  uint64_t block, struct error *err) MUST_CHECK;
void mirror_settled(struct mirror *m, bool is_committed);
enum status mirror_keep_notes(struct mirror *m, struct error *err) MUST_CHECK;
/* How the nodes are: written every few seconds, by a commit of blocks too; told that it is
 * committed. */
bool mirror_nodes_are_due(const struct mirror *m);
enum status mirror_note_nodes(struct mirror *m, struct store_txn *txn,
			      struct error *err) MUST_CHECK;
void mirror_nodes_are_noted(struct mirror *m);

/* mirror_noter.c: the noter's part of a transaction, and that it is committed. */
enum status mirror_noter_put(struct mirror *m, struct store_txn *txn, struct error *err) MUST_CHECK;
void mirror_noter_kept(struct mirror *m);
bool mirror_noter_has_news(const struct mirror *m);

/* mirror_note.c: who writes, once the store is open; and how the work goes, in a
 * transaction, with what that commits besides: so many blocks and events. */
enum status mirror_know_writer(struct mirror *m, struct error *err) MUST_CHECK;
enum status mirror_note_run(struct mirror *m, struct store_txn *txn, uint64_t blocks,
			    uint64_t events, struct error *err) MUST_CHECK;

/* Whatever came of a piece of work (`st`, `err`): what was learned of the source is kept. Returns
 * `st`, or the error of keeping it. */
enum status mirror_end_work(struct mirror *m, enum status st, struct error *err);

/* A block of the source is not what it says: told to its witness, and an error of ours. */
enum status mirror_refuse(struct mirror *m, const struct proof_failure *failure, struct error *err);

/*
 * omissions.c: logs that a node left out, while a backfill may still go back. `node` is copied.
 * mirror_omissions_of gives those of a block, by log index, until the next one is remembered;
 * mirror_forget_omissions forgets them all, and the blocks that must be proved.
 */
void mirror_remember_omission(struct mirror *m, const struct block_ref *block, uint32_t log_index,
			      const char *node);
size_t mirror_omissions_of(const struct omission **out, const struct mirror *m,
			   const struct block_ref *block);
void mirror_forget_omissions(struct mirror *m);

/*
 * repair.c: after a check failed in a sparse backfill, looks by bisection over the contracts'
 * views, then by walking the headers, for a log that was left out; where there is one, its block is
 * added to must_prove and the mirror rewound to before it. Nothing is changed where there is none.
 */
enum status mirror_repair(struct mirror *m, struct error *err) MUST_CHECK;
/* Whether another search would be too many for this pool. */
bool mirror_is_beyond_repair(const struct mirror *m, size_t pool);

/* Asks the node for its head and its finalized block, and keeps both in m->seen. */
enum status mirror_look(struct block_ref *head, struct mirror *m, struct error *err) MUST_CHECK;

/* The cursor; *is_empty where nothing was applied yet. */
enum status mirror_cursor(struct block_record *out, bool *is_empty, struct mirror *m,
			  struct error *err) MUST_CHECK;

/*
 * pause.c: what keeps the work from going on for a while. No room on the disk is told once, to the
 * log and to readers, until there is some again; a break is taken where somebody wants one.
 */
void mirror_tell_full(struct mirror *m, const struct error *err);
void mirror_has_room(struct mirror *m);
bool mirror_wants_break(const struct mirror *m);
void mirror_take_break(struct mirror *m);

/* Keeps m->seen with the block in hand. */
void mirror_put_seen(struct mirror *m, struct state *state);

#endif
