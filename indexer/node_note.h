/*
 * node_note.h - what the endpoints were last seen to be like, as the store keeps it for `status`.
 */
#ifndef INDEXER_NODE_NOTE_H
#define INDEXER_NODE_NOTE_H

#include "indexer/witness.h"
#include "store/notes.h"

enum { NODE_NOTES_MAX = 64 };

enum status node_note_put(struct store_txn *txn, size_t node, const struct witness_record *record,
			  struct error *err) MUST_CHECK;

enum status node_note_remove(struct store_txn *txn, size_t node, struct error *err) MUST_CHECK;

/* In the order of the configuration; returning false ends the walk. quarantine_left_ms and
 * paused_left_ms are what was left when the note was written. */
enum status node_note_each(struct store_txn *txn,
			   bool (*visit)(void *context, const struct witness_record *record),
			   void *context, struct error *err) MUST_CHECK;

#endif
