/*
 * proved.h - how far which blocks are proved, as ranges.
 *
 * Kept while blocks are appended and rewound, so that nobody has to walk all block records: a run
 * of blocks that were appended one after the other with the same proof level is one range. Where
 * the mirror holds only some blocks of it (a sparse backfill), block_count is less than its width:
 * then just those are proved.
 */
#ifndef STORE_PROVED_H
#define STORE_PROVED_H

#include "store/store.h"

struct proved_range {
	uint64_t from;
	uint64_t to;
	uint64_t block_count; /* block records in it */
	uint8_t level;        /* enum proof_level; 0 too */
};

/* Ranges up to block `at`, oldest first, the last one cut there (its block_count then counted);
 * returning false ends the walk. */
enum status store_proved_each(struct store_txn *txn, uint64_t at,
			      bool (*visit)(void *context, const struct proved_range *range),
			      void *context, struct error *err) MUST_CHECK;

#endif
