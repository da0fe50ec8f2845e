/*
 * backfill.h - fetches a long run of blocks ahead of whoever applies them.
 *
 * A thread of its own plans ranges, keeps several eth_getLogs requests in flight, fetches the
 * headers that are needed, parses all of it and queues finished batches in block order, a bounded
 * number of bytes ahead. Ranges adapt: they begin at options.range_first, halve on a provider's
 * range or size error (or take the range that it suggests), and grow again by half after eight
 * answers without one.
 *
 * Every log carries its block's hash: where it is not the hash of the header that was fetched for
 * it, where an answer repeats or disorders logs, holds one that was not asked for or outside the
 * range, or is marked removed, the range is asked again and in the end ERR_BAD_DATA names it.
 *
 * A source with seams (source.h) gets no thread: backfill_next fetches until a batch is there. The
 * steps are the same, so what a simulation finds holds for the thread too; what it cannot find is a
 * race, for which there is the thread sanitizer.
 *
 * Where the wish is to prove, every block that has a log (and every block at hand whose bloom says
 * that it may have one) is proved by its receipts, and the logs are those of the receipts; the
 * blocks before one that cannot be proved are given first.
 */
#ifndef INDEXER_BACKFILL_H
#define INDEXER_BACKFILL_H

#include "indexer/source.h"

struct backfill;

/* Owns an arena; free with block_batch_free. */
struct block_batch {
	struct arena *arena;
	uint64_t from; /* the batch covers every block from … to */
	uint64_t to;
	/* Rising by number: blocks with logs, always block `to`, and every block of the range where
	 * all headers were asked for. */
	struct fetched_block *blocks;
	size_t block_count;
};

struct backfill_options {
	uint64_t from;
	uint64_t to;
	bool all_headers; /* give every block's header, also without logs */
	/*
	 * A block at or above `to` that was seen before. Once a range is answered it must be there
	 * still, or what was asked one after the other is of different chains, which nothing else
	 * shows where not every header is seen: ERR_REORG, and nothing of the range is given. Nor
	 * is a node accused of a proof that failed before the anchor was seen again. A hash of
	 * zeros: nobody looks. (A recorded chain has one branch.)
	 */
	struct block_ref anchor;
	/* Blocks from … to, rising, whose receipts are fetched in any case. Copied. */
	const uint64_t *must_prove;
	size_t must_prove_count;
	struct pulse *pulse;    /* the thread and who waits for it beat it; or NULL; outlives the
				   backfill */
	size_t queue_bytes_max; /* finished batches waiting; 0: 16 MiB */
	size_t batch_logs_max; /* cut batches so that none of several blocks has more logs; 0: 8,192
				*/
};

/*
 * Starts fetching from the source (not used by anybody else until backfill_stop: give it a peer).
 * The wish is copied, with all it points to. `from` behind `to` is allowed: then there is no batch.
 * Memory stays near queue_bytes_max for finished batches, as much again for answers that wait for
 * an earlier one, and the answers under way.
 */
enum status backfill_start(struct backfill **out, struct source *source,
			   const struct block_wish *wish, const struct backfill_options *options,
			   const struct logger *logger, struct error *err) MUST_CHECK;

/*
 * The next batch in order, waiting for it; the caller owns it. ERR_NOTFOUND behind the last one,
 * and then only: a block that the source does not have (yet) is ERR_AGAIN. Errors of the source
 * come in order too: every batch before the failing range is given first. After an error nothing
 * more is fetched and every further call gives the same error.
 */
enum status backfill_next(struct block_batch **out, struct backfill *backfill,
			  struct error *err) MUST_CHECK;
void block_batch_free(struct block_batch *batch);

/* Ends the thread, drops what was not taken. Accepts NULL. */
void backfill_stop(struct backfill *backfill);

#endif
