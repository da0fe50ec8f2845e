/*
 * reader.h - a mirror opened for reading, and one moment of it.
 *
 * Works beside a running daemon and without one. A moment is one read transaction as of one block:
 * everything that is read through it belongs together.
 */
#ifndef SERVE_READER_H
#define SERVE_READER_H

#include "indexer/config.h"
#include "reconcile/source_check.h"

struct moment {
	const struct config *config;
	struct arena *arena;
	struct store *store;
	struct store_txn *txn;
	struct state *state;
	uint64_t number;
	/* The block's own record, where the mirror has one; else only its number is known. */
	bool has_record;
	struct block_record record;
	struct block_record
		newest; /* the newest block record not above `number`: its digest holds */
	struct block_record cursor; /* the newest block of the mirror */
	uint64_t time_earliest;
	uint64_t time_latest;
	/* Findings about blocks that were refused, where the moment is the mirror's newest. */
	struct pending_finding *pending;
	size_t pending_count;
	bool is_empty; /* no block yet, see moment_open_findings */
	/* Of a server's request: it gives up where it takes too long. */
	struct reader *reader; /* the store is its own; NULL: the moment's */
	uint64_t begun_ms;     /* by the monotonic clock */
	uint64_t deadline_ms;  /* 0: none */
};

/*
 * Opens the configured store as of `at`: NULL or "latest", "finalized", a block number or a block
 * hash. ERR_NOTFOUND: no mirror there yet, or no such block in it (the message says what there is);
 * ERR_USAGE: `at` is none of these; ERR_DENIED: the store is of other pools or another chain.
 */
enum status moment_open(struct moment *out, const struct config *config, const char *at,
			struct arena *arena, struct error *err) MUST_CHECK;
/* The same; but where the mirror holds no block yet and its first was refused, the moment is an
 * empty one, of block 0, whose findings and status can be read. */
enum status moment_open_findings(struct moment *out, const struct config *config, const char *at,
				 struct arena *arena, struct error *err) MUST_CHECK;
void moment_close(struct moment *moment);

/*
 * For moment after moment: the store stays open, and is known to be the configuration's. The
 * moments may be in several threads; all are closed before it is.
 */
struct reader;

/* As moment_open. `config` outlives it. */
enum status reader_open(struct reader **out, const struct config *config,
			struct error *err) MUST_CHECK;
void reader_close(struct reader *reader); /* accepts NULL */

/* From any thread: its moments are over, see moment_goes_on. */
void reader_stop(struct reader *reader);

/* The store's last commit: what moments read is the same as long as this is. 0: not known. */
uint64_t reader_commit(const struct reader *reader);

/*
 * How many repairs there had been at that commit, or a later one. A repair takes blocks back and
 * applies them with what a node had left out: what was read of them before, final or not, does not
 * hold any more. From any thread; the store is looked into once a commit. UINT64_MAX: not known.
 */
uint64_t reader_repairs(struct reader *reader, uint64_t commit);

/* As moment_open, or as moment_open_findings where it `may_be_empty`. It is over at `deadline_ms`,
 * by the monotonic clock: see moment_goes_on. */
enum status moment_begin(struct moment *out, struct reader *reader, const char *at,
			 bool may_be_empty, uint64_t deadline_ms, struct arena *arena,
			 struct error *err) MUST_CHECK;

/*
 * Asked by walks that may be long, for each thing they visit. ERR_AGAIN: the moment's time is over,
 * or it has been open for a while and keeps the store from growing. A moment that was opened by
 * moment_open may take as long as it likes.
 */
enum status moment_goes_on(const struct moment *moment, struct error *err) MUST_CHECK;

/* The commit that the moment sees. */
uint64_t moment_commit(const struct moment *moment);

/* How many repairs there had been by then, see reader_repairs. */
enum status moment_repairs(uint64_t *out, const struct moment *moment,
			   struct error *err) MUST_CHECK;

/* The newest block that was final when the mirror's newest was applied; 0: none is known. */
uint64_t moment_finalized(const struct moment *moment);
/* Whether the moment's block is at or below it. */
bool moment_is_final(const struct moment *moment);

/* Whether a refused block keeps the mirror from going on. */
bool moment_is_degraded(const struct moment *moment);

/* For reading one pool. */
struct reading moment_reading(const struct moment *moment, const struct pool *pool);

/* The configured pool of that name; ERR_USAGE names the nearest ones. */
enum status moment_pool(const struct pool **out, const struct config *config, const char *name,
			struct error *err) MUST_CHECK;

/* OK, or what went wrong while rows were read. */
enum status moment_status(const struct moment *moment, struct error *err) MUST_CHECK;

#endif
