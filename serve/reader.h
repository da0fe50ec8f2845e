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
