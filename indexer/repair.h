/*
 * repair.h - the parts of the search for logs that were left out; for repair*.c only.
 */
#ifndef INDEXER_REPAIR_H
#define INDEXER_REPAIR_H

#include "indexer/mirror_impl.h"

/* How many events of a proved block the mirror does not hold; they are remembered as left out. The
 * arena gives scratch space. */
enum status repair_missing(size_t *out, struct mirror *m, struct arena *arena,
			   const struct fetched_block *block, struct error *err) MUST_CHECK;

/* From now on a backfill fetches the block's receipts, whatever eth_getLogs says. */
void repair_must_prove(struct mirror *m, uint64_t number);

struct repair_walk {
	uint64_t from; /* the blocks to look at: from … to, all of them below the mirror's newest */
	uint64_t to;
	/* What came of it. */
	uint64_t first; /* block with something that the mirror does not hold, where missing */
	size_t missing; /* events in it */
	uint64_t bad;   /* block that cannot be proved, where the status is ERR_BAD_DATA */
};

/*
 * Every header of from … to is fetched and proved; where its bloom matches, its receipts too. All
 * blocks in which events are missing must be proved from then on. Ends early, and OK, where the
 * mirror is to stop.
 */
enum status repair_walk(struct repair_walk *walk, struct mirror *m, struct error *err) MUST_CHECK;

#endif
