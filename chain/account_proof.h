/*
 * account_proof.h - what an account holds, proved from a state root (EIP-1186, eth_getProof).
 */
#ifndef CHAIN_ACCOUNT_PROOF_H
#define CHAIN_ACCOUNT_PROOF_H

#include "abi/types.h"
#include "abi/u256.h"

struct storage_proof {
	struct hash slot;
	u256 value; /* as claimed */
	struct slice *nodes;
	size_t node_count;
};

/* As a node gives it; nothing in it is proved. */
struct account_proof {
	struct address address;
	uint64_t nonce;
	u256 balance;
	struct hash storage_root;
	struct hash code_hash;
	struct slice *nodes;
	size_t node_count;
	struct storage_proof *storage;
	size_t storage_count;
};

/*
 * Proves all of it: the account under `state_root`, every slot under the account's storage root.
 * That there is no such account is proved too: it is claimed with zero nonce and balance, and with
 * the storage root and code hash of nothing or zeros, as nodes do the one or the other.
 * ERR_BAD_DATA names the account or the slot and what is wrong.
 */
enum status account_proof_verify(const struct account_proof *proof, struct hash state_root,
				 struct error *err) MUST_CHECK;

#endif
