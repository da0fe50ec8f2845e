/*
 * archive.h - what a node knows of the synthetic chain: its logs and headers as ready JSON, and the
 * few views that a mirror asks for when it begins.
 *
 * All logs are rendered once, when the archive is made, so that answering a question is looking up
 * and copying. Nothing here allocates but archive_open and the growing of a text.
 */
#ifndef TESTS_BENCH_ARCHIVE_H
#define TESTS_BENCH_ARCHIVE_H

#include "chain/types.h"
#include "tests/bench/synthetic.h"

struct archive;

/* A growing run of bytes in malloc'ed memory; free .data. */
struct text {
	char *data;
	size_t size;
	size_t capacity;
};

void text_append(struct text *text, const char *data, size_t size);
void text_string(struct text *text, const char *string);

struct archive *archive_open(const struct synthetic_options *options);
void archive_close(struct archive *archive);

struct archive_figures {
	uint64_t first; /* block with events */
	uint64_t last;  /* the head */
	uint64_t blocks;
	uint64_t pool_events;
	uint64_t logs; /* all, also those that no filter wants */
	uint64_t bytes;
};

struct archive_figures archive_figures(const struct archive *archive);

/* The block's header object, or null. */
void archive_header(struct text *out, const struct archive *archive, uint64_t number);
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
