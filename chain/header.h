/*
 * header.h - block headers from Frontier to Prague, and their hash.
 */
#ifndef CHAIN_HEADER_H
#define CHAIN_HEADER_H

#include "abi/u256.h"
#include "chain/bloom.h"

enum { HEADER_EXTRA_MAX = 1024 };

/* Which fields stand behind the fifteen that every header has; each fork adds to the end. */
enum header_fork {
	HEADER_FRONTIER, /* 15 fields */
	HEADER_LONDON,   /* base_fee */
	HEADER_SHANGHAI, /* withdrawals_root */
	HEADER_CANCUN,   /* blob_gas_used, excess_blob_gas, parent_beacon_root */
	HEADER_PRAGUE,   /* requests_hash */
};

struct block_header {
	enum header_fork fork;
	struct hash parent_hash;
	struct hash uncles_hash;
	struct address beneficiary;
	struct hash state_root;
	struct hash transactions_root;
	struct hash receipts_root;
	struct bloom bloom;
	u256 difficulty;
	uint64_t number;
	uint64_t gas_limit;
	uint64_t gas_used;
	uint64_t timestamp;   /* seconds */
	struct slice extra;   /* owned by whoever made the header */
	struct hash mix_hash; /* prev_randao since the merge */
	uint8_t nonce[8];
	u256 base_fee; /* wei a gas */
	struct hash withdrawals_root;
	uint64_t blob_gas_used;
	uint64_t excess_blob_gas;
	struct hash parent_beacon_root;
	struct hash requests_hash;
};

/* The consensus encoding, and its keccak256: the block's hash. */
void header_encode(struct buffer *out, const struct block_header *header);
struct hash header_hash(const struct block_header *header, struct arena *scratch);

/*
 * The inverse; `extra` points into `bytes`. ERR_BAD_DATA names the field; where there are more
 * fields than Prague has, it says that a later fork changed the header and that this version does
 * not know it.
 */
enum status header_decode(struct block_header *out, struct slice bytes,
			  struct error *err) MUST_CHECK;

/* "Frontier", "London", ... */
const char *header_fork_name(enum header_fork fork);

#endif
