/*
 * notes.h - small values beside the mirror: what is known that no block of it can hold.
 *
 * Findings are rows and live in blocks; a block that is refused is not in the mirror, and neither
 * is what the endpoints were like. Such things are notes: a key, a value, no versions, no digest,
 * not undone by a rewind. Whoever writes a note removes it.
 */
#ifndef STORE_NOTES_H
#define STORE_NOTES_H

#include "store/store.h"

enum { NOTE_KEY_MAX = 64 };

/* `value` replaces what was there; an empty one removes the note. */
enum status store_note_put(struct store_txn *txn, struct slice key, struct slice value,
			   struct error *err) MUST_CHECK;
/* Points into the map, as rows do. ERR_NOTFOUND. */
enum status store_note_get(struct slice *value, struct store_txn *txn, struct slice key,
			   struct error *err) MUST_CHECK;

/* Notes whose keys begin with `prefix`, in key order; returning false ends the walk. Nothing is
 * written meanwhile. */
enum status store_note_each(struct store_txn *txn, struct slice prefix,
			    bool (*visit)(void *context, struct slice key, struct slice value),
			    void *context, struct error *err) MUST_CHECK;

#endif
