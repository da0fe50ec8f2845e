/*
 * types.h - what a chain is made of, as far as the books need it: block references and logs.
 */
#ifndef CHAIN_TYPES_H
#define CHAIN_TYPES_H

#include "abi/types.h"

struct block_ref {
	uint64_t number;
	struct hash hash;
	struct hash parent_hash;
	uint64_t timestamp; /* seconds */
};

enum { LOG_TOPICS_MAX = 4 };

struct event_log {
	struct address address;
	struct hash topics[LOG_TOPICS_MAX];
	uint32_t topic_count;
	uint32_t log_index; /* within the block */
	uint32_t transaction_index;
	struct slice data; /* owned by whoever made the log, usually an arena */
	uint64_t block_number;
	struct hash block_hash;
	struct hash transaction_hash;
	/* Who sent the transaction, recovered from its signature; where that was asked for. */
	bool has_sender;
	struct address sender;
	/* With it: what the transaction called (zero: it made a contract), and with what data; like
	 * `data` owned by whoever made the log. Of now, not kept: what is read back has none. */
	struct address called;
	struct slice input;
};

/* Logs that a mirror wants: any of `addresses`, and for each topic position any of its values
 * (count 0: anything). */
struct log_filter {
	const struct address *addresses;
	size_t address_count;
	struct {
		const struct hash *values;
		size_t count;
	} topics[LOG_TOPICS_MAX];
};

#endif
