/*
 * mirror.h - the daemon's work: from a source's blocks to a committed mirror.
 *
 * Blocks are applied in order, each as a whole: rows, events, findings, digest and cursor move in
 * one transaction, several blocks in one while catching up. A kill at any instant leaves exactly
 * some block's state, and going on from there ends in the same digest as a straight run.
 */
#ifndef INDEXER_MIRROR_H
#define INDEXER_MIRROR_H

#include "base/clock.h"
#include "indexer/config.h"

struct mirror;
struct store_seam;

struct mirror_progress {
	uint64_t from;
	uint64_t to;
	uint64_t block; /* done up to here */
	uint64_t events;
	uint64_t elapsed_ms;
	bool is_last;
};

/* The chain had another branch: blocks were dropped, and what stood in them. */
struct mirror_reorg {
	uint64_t number;       /* which of the mirror's reorgs, counted from 1 */
	struct block_ref fork; /* the newest block that was kept; zeros where none was */
	struct block_ref old;  /* the newest that was dropped */
	struct block_ref head; /* the node's head when it was noticed: its time says when */
	uint64_t dropped;      /* blocks of the mirror; a sparse one has fewer than the chain */
	uint64_t withdrawn;    /* findings */
	bool has_border;       /* whether a block of the mirror was final then */
	uint64_t border;       /* the newest that was */
};

/*
 * Somebody else who keeps notes in the mirror's store (store/notes.h), which has one writer. Called
 * by the mirror's thread. All members NULL: nobody.
 */
struct mirror_noter {
	/* Whether `put` has something to write that no block brings; may be asked often. */
	bool (*has_news)(void *context);
	/*
	 * The last thing in each transaction that appends blocks, drops some or writes notes; again
	 * where that has to be repeated. So what it notes of the blocks stands or falls with them.
	 */
	enum status (*put)(void *context, struct store_txn *txn, struct error *err);
	/* What `put` wrote last is committed. */
	void (*kept)(void *context);
	void *context;
};

/*
 * Somebody who wants the mirror's thread for himself now and then: `take` is called between runs of
 * blocks, when no transaction and no request is under way. Both NULL: nobody.
 */
struct mirror_break {
	bool (*is_wanted)(void *context); /* may be asked often */
	void (*take)(void *context);
	void *context;
};

struct mirror_options {
	/* Told about the work, at most a few times a second while catching up; may be NULL. */
	void (*on_progress)(void *context, const struct mirror_progress *progress);
	/* Told about each block that was applied at the head; may be NULL. */
	void (*on_block)(void *context, const struct block_ref *block, uint64_t events);
	/* It works, or waits as it should: called by the thread that opened the mirror, many times
	 * a second, and not while it hangs (base/pulse.h); may be NULL. */
	void (*on_alive)(void *context);
	/* Told about each reorganisation, when it is committed; may be NULL. */
	void (*on_reorg)(void *context, const struct mirror_reorg *reorg);
	void *context;
	struct mirror_noter noter;
	struct mirror_break pause;
	/* For tests: the mirror's own clock (each endpoint's is in its seams; NULL: the real one),
	 * and what the disk does (NULL: what it does). They outlive the mirror. */
	const struct clock *clock;
	const struct store_seam *disk;
};

/*
 * Opens the store for writing and the first endpoint that answers; verifies chain id and that the
 * node is not syncing itself. `config` and `logger` must outlive the mirror. ERR_AGAIN: no endpoint
 * answers; ERR_DENIED: another chain, another store; ERR_SYSTEM.
 */
enum status mirror_open(struct mirror **out, const struct config *config,
			const struct mirror_options *options, const struct logger *logger,
			struct error *err) MUST_CHECK;
void mirror_close(struct mirror *mirror);

/* From a signal handler or another thread: the work ends at the next block boundary. */
void mirror_stop(struct mirror *mirror);
bool mirror_is_stopping(const struct mirror *mirror);

/* The same places: requests under way end, so that a break that is wanted is taken soon. */
void mirror_interrupt(struct mirror *mirror);

/*
 * In a break: the mirror goes on with this configuration, which differs from the one before in its
 * endpoints, quorum and poll interval only and outlives the mirror. With `has_other_endpoints` they
 * are opened as by mirror_open; where that fails nothing has changed.
 */
enum status mirror_reconfigure(struct mirror *mirror, const struct config *config,
			       bool has_other_endpoints, struct error *err) MUST_CHECK;
/* In a break, or where no work is under way: somebody else keeps notes from now on. */
void mirror_set_noter(struct mirror *mirror, const struct mirror_noter *noter);

/*
 * Catches up to block `to`, or to the head as it is now where `to` is UINT64_MAX. ERR_USAGE where
 * `to` is above the head; ERR_NOTFOUND where a contract has no code at the head. OK too when
 * stopped: see mirror_is_stopping.
 */
enum status mirror_sync(struct mirror *mirror, uint64_t to, struct error *err) MUST_CHECK;

/*
 * Follows the head until stopped. Passing trouble of the node, and a full disk, is logged and
 * waited out; an error that waiting cannot mend is returned. On a recorded chain it waits at the
 * end.
 */
enum status mirror_follow(struct mirror *mirror, struct error *err) MUST_CHECK;

/* Commits what the noter has to write, if anything; between the calls above. */
enum status mirror_put_notes(struct mirror *mirror, struct error *err) MUST_CHECK;

/* The source's label, for messages. */
const char *mirror_source_label(const struct mirror *mirror);
bool mirror_is_recorded(const struct mirror *mirror);

/* What the node was last seen to say of its chain; kept in a row beside the pools', undigested. */
struct chain_seen {
	bool has_finalized;
	uint64_t finalized;
	struct block_ref head; /* zeros before the first block was applied */
};

struct chain_seen chain_seen_read(struct state *state);

/* The same as the mirror at work has it; zeros before the node was asked. */
struct chain_seen mirror_seen(const struct mirror *mirror);

#endif
