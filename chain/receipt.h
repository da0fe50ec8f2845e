/*
 * receipt.h - transaction receipts of every type, their encoding and the receipts root.
 */
#ifndef CHAIN_RECEIPT_H
#define CHAIN_RECEIPT_H

#include "chain/bloom.h"

/* EIP-2718 types that are known: 0 legacy, 1 EIP-2930, 2 EIP-1559, 3 EIP-4844, 4 EIP-7702. */
enum { TRANSACTION_TYPE_MAX = 4 };

struct receipt {
	uint8_t type;
	bool has_post_state; /* before Byzantium: the state root instead of the status */
	struct hash post_state;
	bool is_success;
	uint64_t cumulative_gas_used;
	struct bloom bloom;
	struct event_log *logs; /* address, topics and data are what is encoded */
	size_t log_count;
};

/* The consensus encoding: for types 1 to 4 the type byte and the RLP list. The bloom is encoded as
 * it stands in the struct, right or wrong. */
void receipt_encode(struct buffer *out, const struct receipt *receipt);

/*
 * The inverse. Logs go to the arena, their data points into `bytes`; block, transaction and log
 * index are the caller's to fill. ERR_BAD_DATA: an unknown type (said to be one), a wrong form.
 */
enum status receipt_decode(struct receipt *out, struct arena *arena, struct slice bytes,
			   struct error *err) MUST_CHECK;

/* The bloom that the logs make. */
struct bloom receipt_bloom(const struct receipt *receipt);

/* The root of a block's receipts in order. */
struct hash receipts_root(const struct receipt *receipts, size_t count, struct arena *arena);

/* The encodings of a block's receipts in order; in the arena. */
struct slice *receipts_encode(const struct receipt *receipts, size_t count, struct arena *arena);

#endif
