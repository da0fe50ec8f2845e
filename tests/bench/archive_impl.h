/* archive_impl.h - how an archive keeps a chain; for archive*.c only. */
#ifndef TESTS_BENCH_ARCHIVE_IMPL_H
#define TESTS_BENCH_ARCHIVE_IMPL_H

#include "chain/header.h"
#include "tests/bench/archive.h"
#include "tests/bench/foreign.h"

enum { SOURCES = 3 };

struct entry {
	uint64_t offset;
	uint32_t log_index;
	uint32_t transaction_index;
	uint32_t topics[LOG_TOPICS_MAX]; /* as numbers, see struct topic_set; 0: none */
};

/* Everything that one address logged. */
struct source_logs {
	struct address address;
	struct bloom_key key;
	struct text text;
	struct entry *entries;
	size_t count;
	size_t capacity;
	uint32_t *starts; /* by block with events: its first entry; one more behind the last */
};

/* Numbers for topics, from 1 on: an open-addressing table. */
struct topic_set {
	struct hash *values;
	uint32_t *numbers;
	size_t size; /* a power of two */
	uint32_t count;
	struct bloom_key *keys; /* by number */
	size_t key_capacity;
};

/* The chain's hashes by number, and the other way round; where it can be proved. */
struct hash_list {
	struct hash *hashes;
	size_t count;
	size_t capacity;
	uint32_t *table; /* number + 1; 0: free */
	size_t size;     /* a power of two */
};

struct archive {
	struct archive_options options;
	struct arena *arena;   /* of the foreign */
	struct arena *scratch; /* of a block being made */
	struct foreign foreign;
	struct source_logs sources[SOURCES];
	struct topic_set topics;
	struct hash_list chain;
	struct archive_figures figures;
	uint32_t *transaction_starts; /* by block with events, one more behind the last; ours */
	struct hash *roots;           /* of receipts, by block with events */
	struct hash *transactions;
	size_t transaction_capacity;
	size_t block_capacity;
};

/* How many blocks with events there are below `number`; also the index of that block. */
size_t archive_index(const struct archive *a, uint64_t number);
/* The topic's number; 0 where nobody logged it. */
uint32_t archive_topic(const struct archive *a, const struct hash *topic);
/* Where the text of a source's entry ends. */
uint64_t archive_entry_end(const struct source_logs *source, size_t i);

/* One block's entries of some sources, by log index. */
struct block_entries {
	const struct archive *archive;
	size_t at[SOURCES];
	size_t end[SOURCES];
};

/* Where `asked` is false for a source, its entries are left out. */
struct block_entries archive_entries(const struct archive *a, size_t block,
				     const bool asked[SOURCES]);
/* The next entry: its source, and its place there. NULL: there is none. */
const struct source_logs *archive_next_entry(size_t *at, struct block_entries *entries);

#endif
