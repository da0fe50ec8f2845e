#include "indexer/run_note.h"

#include "store/record.h"

#define KEY "run"

#define RECORD_OWNER struct run_row
#define RUN_FIELDS(F)                                                                              \
	F(U64, pid, "of the writer")                                                               \
	F(U64, since_ms, "when it opened the mirror, since 1970")                                  \
	F(U64, noted_ms, "when this was written, since 1970")                                      \
	F(BOOL, has_head, "whether the source has told of its head")                               \
	F(U64, head_number, "the source's head")                                                   \
	F(HASH, head_hash, "")                                                                     \
	F(U64, head_timestamp, "seconds")                                                          \
	F(U64, head_seen_ms, "when it was asked for, since 1970")                                  \
	F(U64, span_ms, "of the rate")                                                             \
	F(U64, span_blocks, "applied in it")                                                       \
	F(U64, span_events, "applied in it")                                                       \
	F(U64, blocks_done, "applied since since_ms")                                              \
	F(U64, events_done, "applied since since_ms")

struct run_row {
	RECORD_STRUCT(RUN_FIELDS)
};

RECORD_DEFINE(run_row, RUN_FIELDS)
#undef RECORD_OWNER

enum status run_note_put(struct store_txn *txn, const struct run_note *note, struct error *err)
{
	struct run_row row = {.pid = note->pid,
			      .since_ms = note->since_ms,
			      .noted_ms = note->noted_ms,
			      .has_head = note->has_head,
			      .head_number = note->head.number,
			      .head_hash = note->head.hash,
			      .head_timestamp = note->head.timestamp,
			      .head_seen_ms = note->head_seen_ms,
			      .span_ms = note->span_ms,
			      .span_blocks = note->span_blocks,
			      .span_events = note->span_events,
			      .blocks_done = note->blocks_done,
			      .events_done = note->events_done};
	struct arena *arena = arena_new();
	enum status st = store_note_put(txn, slice_of(KEY, sizeof(KEY) - 1),
					record_encode(arena, &record_run_row, &row), err);

	arena_free(arena);
	return st;
}

enum status run_note_get(struct run_note *out, struct store_txn *txn, struct error *err)
{
	struct arena *arena = arena_new();
	struct slice value;
	struct run_row row;
	enum status st = store_note_get(&value, txn, slice_of(KEY, sizeof(KEY) - 1), err);

	if (st == OK)
		st = record_decode(&row, arena, &record_run_row, value, err);
	if (st == OK)
		*out = (struct run_note){.pid = row.pid,
					 .since_ms = row.since_ms,
					 .noted_ms = row.noted_ms,
					 .has_head = row.has_head,
					 .head = {.number = row.head_number,
						  .hash = row.head_hash,
						  .timestamp = row.head_timestamp},
					 .head_seen_ms = row.head_seen_ms,
					 .span_ms = row.span_ms,
					 .span_blocks = row.span_blocks,
					 .span_events = row.span_events,
					 .blocks_done = row.blocks_done,
					 .events_done = row.events_done};
	arena_free(arena);
	return st;
}
