/*
 * transaction.h - transactions of types 0 to 4: encoding, hash, signing hash, sender.
 */
#ifndef CHAIN_TRANSACTION_H
#define CHAIN_TRANSACTION_H

#include "chain/receipt.h"
#include "chain/signature.h"

struct access_entry {
	struct address address;
	struct hash *slots;
	size_t slot_count;
};

struct authorization { /* EIP-7702 */
	u256 chain_id;
	struct address address;
	uint64_t nonce;
	struct signature signature;
};

struct transaction {
	uint8_t type;
	bool has_chain_id; /* false: a legacy transaction from before EIP-155 */
	u256 chain_id;
	uint64_t nonce;
	u256 gas_price;        /* types 0 and 1 */
	u256 max_priority_fee; /* types 2 to 4 */
	u256 max_fee;
	uint64_t gas_limit;
	bool has_to; /* false: creates a contract */
	struct address to;
	u256 value;
	struct slice input;
	struct access_entry *access_list;
	size_t access_count;
	u256 max_blob_fee; /* type 3 */
	struct hash *blob_hashes;
	size_t blob_count;
	struct authorization *authorizations; /* type 4 */
	size_t authorization_count;
	struct signature signature;
};

/* The consensus encoding (type byte and RLP; legacy: RLP alone, v by EIP-155 or 27/28). */
void transaction_encode(struct buffer *out, const struct transaction *transaction);

/* keccak256 of the encoding. */
struct hash transaction_hash(const struct transaction *transaction, struct arena *scratch);

/* What was signed. */
struct hash transaction_signing_hash(const struct transaction *transaction, struct arena *scratch);

/* The inverse of encode; lists go to the arena, bytes point into the input. ERR_BAD_DATA names the
 * field; an unknown type is said to be one. */
enum status transaction_decode(struct transaction *out, struct arena *arena, struct slice bytes,
			       struct error *err) MUST_CHECK;

/* Recovered from the signature. */
enum status transaction_sender(struct address *out, const struct transaction *transaction,
			       struct arena *scratch, struct error *err) MUST_CHECK;

/* Who signed an authorization: keccak256(0x05 ‖ rlp([chain_id, address, nonce])). */
enum status authorization_authority(struct address *out, const struct authorization *authorization,
				    struct arena *scratch, struct error *err) MUST_CHECK;

/* The encodings of a block's transactions in order, in the arena; and their root. */
struct slice *transactions_encode(const struct transaction *transactions, size_t count,
				  struct arena *arena);
struct hash transactions_root(const struct transaction *transactions, size_t count,
			      struct arena *arena);

#endif
