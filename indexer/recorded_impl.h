/*
 * recorded_impl.h - the inside of a recorded chain; for recorded*.c and gzip_lines.c only.
 */
#ifndef INDEXER_RECORDED_IMPL_H
#define INDEXER_RECORDED_IMPL_H

#include <stdatomic.h>

#include "indexer/intern.h"
#include "indexer/recorded_read.h"

enum {
	CALL_DATA_MAX = 1024 * 1024,
	NAME_MAX_CHARS = 300, /* of a path in a message */
};

/* One recorded call: (address, calldata) by its number, block, result by its number. */
struct entry {
	uint32_t question;
	uint32_t block; /* from the first on */
	uint32_t result;
};

struct block_parts {
	size_t logs_end;     /* the number of logs up to and with the block's */
	struct slice packed; /* what its proof is made of, see recorded_material.c */
	const char *lack;    /* why nothing is packed; NULL: something is */
};

struct recorded {
	atomic_uint owners;
	struct arena *arena;
	uint64_t chain_id;
	uint64_t first;
	uint64_t last;
	struct block_ref *blocks;
	size_t block_count;
	size_t block_capacity;
	struct block_parts *parts; /* by block */
	size_t parts_capacity;
	struct recorded_log *logs;
	size_t log_count;
	size_t log_capacity;

	struct intern questions; /* 20 bytes of address, then calldata */
	struct intern results;   /* one byte of outcome, then the bytes */
	struct intern addresses;
	uint64_t *births; /* by address */
	size_t birth_capacity;
	struct entry *entries;
	size_t entry_count;
	size_t entry_capacity;
	uint32_t *slots; /* of entries: index + 1 */
	size_t slot_count;

	struct intern proof_keys; /* eight bytes of block, address, slots */
	struct slice *proofs;     /* by key: the result as JSON */
	size_t proof_capacity;
};

struct recorded_builder {
	struct recorded *recorded;
	struct arena *scratch; /* of one line */
	char *name;
	uint64_t line;
	bool has_meta;
};

/* The slot of the entry, or the free one where it belongs. */
uint32_t *recorded_entry_slot(const struct recorded *recorded, uint32_t question, uint32_t block);

#endif
