/*
 * block_proof.h - how far a block is what its hash says: header, receipts, transactions.
 *
 * Pure: material in, verdict out. The block's hash commits to its header, the header to the parent,
 * the receipts and the transactions. What is proved here is that the material belongs to that hash;
 * that the hash belongs to the chain is shown by parent links, by other nodes and by a checkpoint.
 */
#ifndef CHAIN_BLOCK_PROOF_H
#define CHAIN_BLOCK_PROOF_H

#include "chain/header.h"
#include "chain/transaction.h"

/* How far a block is proved; kept by the store for each block. Each level includes those before. */
enum proof_level {
	PROOF_NONE,
	PROOF_HEADER,       /* its header makes its hash */
	PROOF_RECEIPTS,     /* its logs, or that it has none of ours, follow from the header */
	PROOF_TRANSACTIONS, /* also its transactions, and the senders of those that matter */
};

/* "none", "header", "receipts", "transactions" */
const char *proof_level_name(enum proof_level level);

/* A block as a source gives it; nothing in it is proved. Everything in one arena. */
struct block_material {
	struct hash claimed_hash;
	struct block_header header;
	/* A member of the header's JSON that no known fork has; "" where there is none. */
	const char *unknown_member;
	bool has_receipts;
	struct receipt *receipts;
	size_t receipt_count;
	/* What receipts say of themselves and consensus does not encode: transaction hash, sender;
	 * parallel to `receipts`. */
	struct receipt_claim {
		struct hash transaction_hash;
		struct address from;
	} * receipt_claims;
	struct hash *transaction_hashes; /* as claimed */
	size_t transaction_count;
	bool has_transactions; /* bodies; false where the source pruned them */
	struct transaction *transactions;
	struct address *claimed_senders;
};

enum proof_fault {
	FAULT_NONE,
	FAULT_HEADER_HASH,       /* the header does not make the claimed hash */
	FAULT_HEADER_UNKNOWN,    /* the same, and the header has members of a later fork */
	FAULT_PARENT,            /* not the child of the block below */
	FAULT_RECEIPTS_ROOT,     /* the receipts do not make the header's root */
	FAULT_BLOOM,             /* the receipts' logs do not make the header's bloom */
	FAULT_TRANSACTIONS_ROOT, /* the transactions do not make the header's root, or not those
				    hashes */
	FAULT_SENDER,            /* a signature does not recover the sender that was claimed */
	FAULT_LOG,               /* eth_getLogs altered, invented or moved a log */
	FAULT_LOG_OMITTED,       /* eth_getLogs left out a log */
	FAULT_STATE,             /* a state proof does not fit the state root */
	FAULT_DISAGREEMENT,      /* nodes name different hashes for one block */
	FAULT_COUNT,
};

/* The fault's id in findings: "header-hash", "header-unknown", "parent", ... ("none"). */
const char *proof_fault_name(enum proof_fault fault);

enum { FAULT_TEXT_SIZE = 160, FAULT_NODE_SIZE = 128 };

/* What is wrong, in words for a finding. */
struct proof_failure {
	enum proof_fault fault;
	uint64_t block;
	struct hash block_hash;
	bool has_log;
	uint32_t log_index;
	struct hash transaction; /* zero where none is to blame */
	char expected[FAULT_TEXT_SIZE];
	char actual[FAULT_TEXT_SIZE];
	char node[FAULT_NODE_SIZE]; /* who said so; filled by the indexer */
};

/*
 * The header makes the claimed hash. These functions return whether the proof holds; only where it
 * does not is *failure touched, and then all of it is set (the node to ""). `expected` is what the
 * block commits to, `actual` is what the material makes. `scratch` is used and not reset.
 */
bool prove_header(struct proof_failure *failure, const struct block_material *m,
		  struct arena *scratch);

/*
 * The receipts (as many as transactions are named) make the header's receipts root and bloom, each
 * receipt's bloom is its logs', and the gas adds up. The header has been proved. Then fills the
 * logs' block, transaction, transaction index and log index, by position: nothing that a node says
 * of them is used. A receipt's claimed transaction hash must be the one the block names at its
 * place (that these are the block's transactions is proved by prove_transactions only).
 *
 * FAULT_RECEIPTS_ROOT: their number, the root, the gas. FAULT_BLOOM: a receipt's bloom (which then
 * the root has, so the block is no block of Ethereum's) or the header's. FAULT_TRANSACTIONS_ROOT: a
 * receipt of another transaction than the block names.
 */
bool prove_receipts(struct proof_failure *failure, struct block_material *m, struct arena *scratch);
/* The same with blooms' keys that the caller keeps from block to block. */
bool prove_receipts_with(struct proof_failure *failure, struct block_material *m,
			 struct bloom_cache *keys, struct arena *scratch);

/*
 * The transactions make the header's root, their hashes are the claimed ones, and where
 * `wanted[i]` (NULL: all) transaction i's signature recovers the claimed sender (of the body, and
 * of the receipt where there is one), which goes to senders[i]. The header has been proved.
 * Senders that are not wanted are left as they are; where `senders` is NULL none is kept.
 */
bool prove_transactions(struct proof_failure *failure, struct address *senders,
			const struct block_material *m, const bool *wanted, struct arena *scratch);

#endif
