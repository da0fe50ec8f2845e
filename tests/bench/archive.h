/*
 * archive.h - what a node knows of the synthetic chain: its logs, headers and receipts as JSON, and
 * the few views that a mirror asks for when it begins.
 *
 * All logs are rendered once, when the archive is made, so that answering a question is looking up
 * and copying. Nothing here allocates but archive_open and the growing of a text.
 *
 * A chain that can be proved has headers that make its hashes, receipts that make their roots, and
 * transactions by their hashes only, as of a node that has pruned them. Any other has made-up
 * hashes and no receipts.
 */
#ifndef TESTS_BENCH_ARCHIVE_H
#define TESTS_BENCH_ARCHIVE_H

#include "chain/types.h"
#include "tests/bench/synthetic.h"
#include "tests/bench/text.h"

struct archive;

struct archive_options {
	struct synthetic_options history;
	bool can_be_proved;
	uint32_t foreign; /* other people's transactions in each block with events; where it can be
			     proved */
};

struct archive *archive_open(const struct archive_options *options);
void archive_close(struct archive *archive);

struct archive_figures {
	uint64_t first; /* block with events */
	uint64_t last;  /* the head */
	uint64_t blocks;
	uint64_t pool_events;
	uint64_t logs;         /* all, also those that no filter wants, but no foreign ones */
	uint64_t transactions; /* of blocks with events; foreign ones, too */
	uint64_t bytes;
};

struct archive_figures archive_figures(const struct archive *archive);

/* The block's header object, or null. */
void archive_header(struct text *out, const struct archive *archive, uint64_t number);
/* The array of the block's receipts, or null; false where this chain has none. */
bool archive_receipts(struct text *out, const struct archive *archive, uint64_t number);
/* The number of the block with this hash; false where there is none. */
bool archive_find(uint64_t *number, const struct archive *archive, struct hash hash);

/*
 * Appends the array of logs of the blocks from … to that the filter lets through, in the chain's
 * order. False, with nothing appended, where they are more than `max` (0: no limit).
 */
bool archive_logs(struct text *out, const struct archive *archive, const struct log_filter *filter,
		  uint64_t from, uint64_t to, uint64_t max);

bool archive_has_code(struct address address, uint64_t number);

/* eth_call's result; false where this archive does not hold that state. */
bool archive_call(struct text *out, const struct archive *archive, struct address to,
		  struct slice data, uint64_t number);

#endif
