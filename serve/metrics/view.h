/*
 * view.h - the mirror as one look at it sees it, for metrics and readiness: one read transaction,
 * also of a mirror that holds no block yet.
 */
#ifndef SERVE_METRICS_VIEW_H
#define SERVE_METRICS_VIEW_H

#include "indexer/run_note.h"
#include "serve/reader.h"
#include "store/writer.h"

struct mirror_view {
	const struct config *config;
	struct arena *arena;
	struct store_txn *txn;
	bool has_moment; /* else the mirror holds no block, and none was refused */
	struct moment moment;
	bool has_run;
	struct run_note run;        /* of the process that writes, or wrote last */
	struct store_writer writer; /* zeros where it cannot be looked at */
	struct store *store;        /* where there is no moment */
};

/* ERR_NOTFOUND: there is no mirror yet. Others as moment_open. */
enum status mirror_view_open(struct mirror_view *out, const struct config *config,
			     struct arena *arena, struct error *err) MUST_CHECK;
void mirror_view_close(struct mirror_view *view);

/* Whether it has a block. */
bool mirror_view_has_block(const struct mirror_view *view);

/* How many blocks, and seconds by their timestamps, it is behind the node's head; false where
 * either is not known. */
bool mirror_view_lag(uint64_t *blocks, uint64_t *seconds, const struct mirror_view *view);

/* Why it does not go on: a refused block, or what keeps the writer from writing; NULL: it does. In
 * the arena. */
const char *mirror_view_degraded(const struct mirror_view *view);

/* Whether all its endpoints are recorded chains, whose head never moves. */
bool mirror_view_is_recorded(const struct mirror_view *view);

#endif
