/*
 * synthetic.h - a made-up but valid history of an API3 pool, block by block, from a seed.
 *
 * Thousands of accounts deposit, stake, unstake, withdraw, delegate and vest; rewards are minted
 * weekly, claims are paid now and then, parameters are set. Every figure in every event follows
 * from the pool's rules (protocols/api3/rules.h and docs/protocols/api3.md), so a mirror that
 * checks them must find nothing. Besides the pool's events there are the token logs that belong to
 * them, and others that no filter should let through: approvals and transfers between strangers.
 *
 * Hashes are made up: unique, the same for the same seed, and a block's hash ends in its number.
 * The chain is sparse where options.every is above 1: only every so many blocks hold events.
 */
#ifndef TESTS_BENCH_SYNTHETIC_H
#define TESTS_BENCH_SYNTHETIC_H

#include "abi/u256.h"
#include "chain/types.h"

enum { SYNTHETIC_BIRTH = 1000 }; /* the pool's deployment; the token exists from block 1 on */

struct synthetic_options {
	uint64_t seed;
	uint64_t events;       /* pool events at least; the last transaction is not cut */
	uint32_t accounts;     /* stakers */
	uint32_t weeks;        /* that the whole history takes, about; 0: 208 */
	uint64_t every;        /* block numbers from one block with events to the next; 0: 1 */
	uint64_t block_events; /* pool events in a block at least; 0: drawn, 6 to 7 on average */
};

struct synthetic_block {
	struct block_ref ref;
	const struct event_log *logs; /* good until the next block */
	size_t log_count;
	const struct hash *transactions;
	size_t transaction_count;
	size_t pool_event_count;
};

struct synthetic;

struct synthetic *synthetic_open(const struct synthetic_options *options);
void synthetic_close(struct synthetic *synthetic);

/* The next block with events, rising by number; false behind the last. */
bool synthetic_next(struct synthetic_block *out, struct synthetic *synthetic);

/* Any block of the chain, with or without events. */
struct block_ref synthetic_ref(const struct synthetic_options *options, uint64_t number);

/* The address of staker `index`. */
struct address synthetic_account(const struct synthetic_options *options, uint32_t index);

struct address synthetic_pool(void);
struct address synthetic_token(void);
struct address synthetic_timelock_manager(void);

/* The token's supply before the pool's first block. */
u256 synthetic_initial_supply(void);

/* splitmix64: the next pseudo-random number of a sequence. */
uint64_t synthetic_random(uint64_t *state);

#endif
