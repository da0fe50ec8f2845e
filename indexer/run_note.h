/*
 * run_note.h - how the work goes, as the store keeps it for `status`: written by whoever writes the
 * mirror, with each commit of blocks and every few seconds between them.
 */
#ifndef INDEXER_RUN_NOTE_H
#define INDEXER_RUN_NOTE_H

#include "store/notes.h"

struct run_note {
	uint64_t pid; /* of the writer, and since when it writes: as store/writer.h has them */
	uint64_t since_ms;
	uint64_t noted_ms; /* milliseconds since 1970 */
	bool has_head;
	struct block_ref head; /* what the source said last; without its parent */
	uint64_t head_seen_ms; /* when, milliseconds since 1970 */
	uint64_t span_ms;      /* of the rate: the last minute, or what there is of it */
	uint64_t span_blocks;  /* applied in it */
	uint64_t span_events;
	uint64_t blocks_done; /* applied by the writer since since_ms; what a reorg drops counts */
	uint64_t events_done;
};

enum status run_note_put(struct store_txn *txn, const struct run_note *note,
			 struct error *err) MUST_CHECK;

/* ERR_NOTFOUND where nobody has written one. */
enum status run_note_get(struct run_note *out, struct store_txn *txn, struct error *err) MUST_CHECK;

#endif
