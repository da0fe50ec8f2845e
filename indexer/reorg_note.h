/*
 * reorg_note.h - the mirror's last reorganisations, as notes (store/notes.h), and how often it was
 * repaired.
 */
#ifndef INDEXER_REORG_NOTE_H
#define INDEXER_REORG_NOTE_H

#include "indexer/mirror.h"
#include "store/notes.h"

enum { REORG_NOTES_MAX = 16 };

/* Adds the mirror's next one and drops the oldest of more than REORG_NOTES_MAX. The number has been
 * taken from reorg_note_count. */
enum status reorg_note_put(struct store_txn *txn, const struct mirror_reorg *reorg,
			   struct error *err) MUST_CHECK;

/* How many there have been, all together. */
enum status reorg_note_count(uint64_t *out, struct store_txn *txn, struct error *err) MUST_CHECK;

/* The last ones, oldest first; at most REORG_NOTES_MAX. */
enum status reorg_notes_read(struct mirror_reorg out[REORG_NOTES_MAX], size_t *count,
			     struct store_txn *txn, struct error *err) MUST_CHECK;

/*
 * Repairs: blocks above `kept` are taken back without a reorganisation, to be applied again with
 * what a node had left out. They are counted, and the last REPAIR_NOTES_MAX kept.
 */
enum { REPAIR_NOTES_MAX = 32 };

/* In the transaction that takes the blocks back. */
enum status repair_note_add(struct store_txn *txn, uint64_t kept, struct error *err) MUST_CHECK;
enum status repair_note_count(uint64_t *out, struct store_txn *txn, struct error *err) MUST_CHECK;
/*
 * Up to which block everything has stayed as it was since there had been `since` repairs;
 * UINT64_MAX: nothing was repaired. ERR_NOTFOUND: that is not known any more.
 */
enum status repair_notes_lowest(uint64_t *out, struct store_txn *txn, uint64_t since,
				struct error *err) MUST_CHECK;

#endif
