/*
 * sim_chain.h - a whole chain made from a seed, for tests of what lies can be told about it.
 *
 * Every block is true: headers make their hashes and name their parents, signed transactions of all
 * types make the transactions root, receipts theirs, blooms and gas add up. Some transactions are
 * of an API3 pool (pool_script.h plays its contracts), most are noise: other contracts' logs, also
 * with the pool's topics at other addresses and with the pool's address as a topic elsewhere.
 * The same seed and options give the same chain.
 *
 * What is simulated is what logs and views show. Of the state there is the pool's storage, as the
 * views say, and a few accounts: see sim_state.h.
 */
#ifndef TESTS_SUPPORT_SIM_CHAIN_H
#define TESTS_SUPPORT_SIM_CHAIN_H

#include "chain/block_proof.h"
#include "tests/support/sim_views.h"

enum { SIM_CHAIN_ID = 1337, SIM_BIRTH_BLOCK = 3 };

struct sim_options {
	unsigned noise_max;    /* transactions of others in a block; 0: 5 */
	unsigned pool_percent; /* of the blocks that the pool has transactions in; 0: 50 */
	bool crosses_forks;    /* headers from Frontier to Prague; else all of Prague */
};

struct sim_block {
	struct block_header header;
	struct hash hash;
	struct transaction *transactions;
	struct address *senders;
	struct hash *transaction_hashes;
	struct receipt *receipts;
	uint64_t *gas_used; /* of each transaction alone */
	size_t count;
	struct event_log *logs; /* the receipts' own, in order, with their places */
	size_t log_count;
	struct sim_views views; /* at the block's end */
};

struct sim_chain;

/* Blocks 0 to block_count - 1; the pool is created in block SIM_BIRTH_BLOCK. NULL: defaults. */
struct sim_chain *sim_chain_new(uint64_t seed, uint64_t block_count,
				const struct sim_options *options);
void sim_chain_free(struct sim_chain *chain);

/*
 * Another branch: blocks up to `at` as they are (at least the birth block), then `depth` others
 * made from that seed. A chain of its own.
 */
struct sim_chain *sim_chain_fork(const struct sim_chain *chain, uint64_t at, uint64_t depth,
				 uint64_t seed);

uint64_t sim_chain_count(const struct sim_chain *chain);
const struct sim_block *sim_chain_block(const struct sim_chain *chain, uint64_t number);
/* NULL where there is none. */
const struct sim_block *sim_chain_by_hash(const struct sim_chain *chain, struct hash hash);

/* What a source that tells the truth would give of it. Arrays are copies in the arena. */
struct block_material sim_material(const struct sim_block *block, struct arena *arena);

/* The pool's contracts and users. */
const struct sim_names *sim_chain_names(const struct sim_chain *chain);

/* Whether a mirror of the pool wants the log (as the filters of protocols/api3 say). */
bool sim_is_wanted(const struct sim_chain *chain, const struct event_log *log);
/* The block's logs that are wanted: how many, and the place of the n-th among all (n in range). */
size_t sim_wanted_count(const struct sim_chain *chain, const struct sim_block *block);
size_t sim_wanted(const struct sim_chain *chain, const struct sim_block *block, size_t n);
/* A block from `from` on with a wanted log whose topic0 is that (zero: any); UINT64_MAX: none. */
uint64_t sim_find_wanted(const struct sim_chain *chain, uint64_t from, struct hash topic0);

#endif
