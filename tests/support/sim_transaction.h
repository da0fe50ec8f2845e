/* sim_transaction.h - signed transactions of all types from a handful of keys. */
#ifndef TESTS_SUPPORT_SIM_TRANSACTION_H
#define TESTS_SUPPORT_SIM_TRANSACTION_H

#include "chain/transaction.h"
#include "tests/support/sim_random.h"

struct sim_signer {
	uint8_t key[32];
	struct address address;
	uint64_t nonce; /* of its next transaction */
};

struct sim_signer sim_signer_of(struct sim_random *random);

/* One with that type, signed; `to` NULL creates a contract, which types 3 and 4 cannot. Lists and
 * input are in the arena. */
struct transaction sim_transaction(struct sim_signer *signer, uint8_t type,
				   const struct address *to, struct sim_random *random,
				   struct arena *arena);

/* The address of a contract that the sender's transaction with that nonce creates. */
struct address sim_created_address(struct address sender, uint64_t nonce, struct arena *scratch);

#endif
