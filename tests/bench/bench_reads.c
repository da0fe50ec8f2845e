/*
 * Reads from a mirror as it was: random accounts at random blocks, on one core, each read in a
 * transaction of its own as a request would be.
 *
 *   bench_reads MIRROR
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "protocols/protocol.h"
#include "store/state.h"
#include "tests/bench/synthetic.h"
#include "tests/bench/table.h"

enum { DEFAULT_READS = 100000, DEFAULT_ACCOUNTS = 20000 };

static void must(enum status st, const struct error *err)
{
	if (st == OK)
		return;
	(void)fprintf(stderr, "bench_reads: %s\n", err->message);
	exit(1);
}

static void make_pool(struct pool *pool, struct arena *arena)
{
	static struct address addresses[3];
	static const char *const roles[] = {"pool", "token", "timelock_manager"};
	struct pool_setup setup = {
		.name = "api3", .protocol = "api3", .start_block = SYNTHETIC_BIRTH};
	const struct protocol *protocol = protocol_find("api3");
	struct error err;

	addresses[0] = synthetic_pool();
	addresses[1] = synthetic_token();
	addresses[2] = synthetic_timelock_manager();
	for (size_t r = 0; r < protocol->role_count; r++)
		for (size_t i = 0; i < 3; i++)
			if (strcmp(protocol->roles[r].name, roles[i]) == 0) {
				setup.contracts[r].addresses = &addresses[i];
				setup.contracts[r].count = 1;
			}
	must(pool_init(pool, arena, &setup, 0, &err), &err);
}

struct bench {
	struct store *store;
	struct pool pool;
	struct synthetic_options options;
	uint64_t first;
	uint64_t last;
	struct arena *arena;
	uint64_t known; /* figures that were not null or zero: so that the work is not in vain */
};

static struct reading begin_reading(struct bench *b, struct store_txn **txn, uint64_t block)
{
	struct block_record record;
	struct reading reading = {.pool = &b->pool, .arena = b->arena, .block = block};
	struct error err;

	arena_reset(b->arena);
	must(store_begin(txn, b->store, STORE_READ, &err), &err);
	must(store_block_below(&record, *txn, block, &err), &err);
	reading.time_earliest = record.ref.timestamp;
	reading.time_latest = record.ref.timestamp;
	reading.state = state_open(*txn, block);
	return reading;
}

static void end_reading(struct reading *reading, struct store_txn *txn)
{
	struct error err;

	must(state_status(reading->state, &err), &err);
	state_close(reading->state);
	store_abort(txn);
}

static void read_account(struct bench *b, struct address account, uint64_t block)
{
	struct figure figures[FIGURES_MAX];
	struct store_txn *txn;
	struct reading reading = begin_reading(b, &txn, block);

	b->pool.protocol->read_account(figures, &reading, account);
	b->known += !figures[0].is_null && !u256_is_zero(figures[0].number);
	end_reading(&reading, txn);
}

static void read_pool(struct bench *b, uint64_t block)
{
	struct figure figures[FIGURES_MAX];
	struct store_txn *txn;
	struct reading reading = begin_reading(b, &txn, block);

	b->pool.protocol->read_pool(figures, &reading);
	b->known += !figures[0].is_null && !u256_is_zero(figures[0].number);
	end_reading(&reading, txn);
}

enum what { ACCOUNT_AT_RANDOM, ACCOUNT_NOW, POOL_AT_RANDOM };

static void measure(struct bench *b, enum what what, const char *title, uint64_t count)
{
	uint64_t random = b->options.seed;
	double begun;
	double seconds;

	b->known = 0;
	begun = seconds_now();
	for (uint64_t i = 0; i < count; i++) {
		uint32_t index = (uint32_t)(synthetic_random(&random) % b->options.accounts);
		uint64_t block = b->first + synthetic_random(&random) % (b->last - b->first + 1);

		if (what == POOL_AT_RANDOM)
			read_pool(b, block);
		else
			read_account(b, synthetic_account(&b->options, index),
				     what == ACCOUNT_NOW ? b->last : block);
	}
	seconds = seconds_now() - begun;
	table_number(title, (double)count / seconds, "/s", "%.2f us each; %.0f %% with a figure",
		     seconds * 1e6 / (double)count, 100 * (double)b->known / (double)count);
}

int main(int argc, char **argv)
{
	uint64_t count = number_from_environment("BENCH_READS", DEFAULT_READS);
	struct arena *arena = arena_new();
	struct bench b = {.arena = arena_new()};
	struct block_record record;
	struct store_txn *txn;
	struct error err;

	if (argc != 2) {
		(void)fputs("usage: bench_reads MIRROR\n", stderr);
		return 2;
	}
	b.options.seed = number_from_environment("BENCH_SEED", 1);
	b.options.accounts = (uint32_t)number_from_environment("BENCH_ACCOUNTS", DEFAULT_ACCOUNTS);
	make_pool(&b.pool, arena);
	must(store_open(&b.store, argv[1], STORE_READ, NULL, &err), &err);
	must(store_begin(&txn, b.store, STORE_READ, &err), &err);
	must(store_cursor(&record, txn, &err), &err);
	b.last = record.ref.number;
	must(store_block_above(&record, txn, 0, &err), &err);
	b.first = record.ref.number;
	store_abort(txn);

	table_title("Reads as of any block, one core");
	measure(&b, ACCOUNT_AT_RANDOM, "an account at a random block", count);
	measure(&b, ACCOUNT_NOW, "an account at the newest block", count);
	measure(&b, POOL_AT_RANDOM, "the pool at a random block", count);
	store_close(b.store);
	arena_free(b.arena);
	arena_free(arena);
	return 0;
}
