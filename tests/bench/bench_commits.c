/*
 * What durability costs: blocks of a busy pool, so many a commit, with the disk flushed at each
 * commit (as the program does, always) and without (as it never does), on one core.
 *
 *   bench_commits FOLDER
 *
 * Writes FOLDER/commits, anew for each line.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/internal.h"
#include "tests/bench/table.h"

enum {
	BLOCKS = 4000,
	BLOCKS_ONE_BY_ONE = 400,
	ROWS = 60, /* a block with 50 events changes about so many rows */
	EVENTS = 50,
	ROW_BYTES = 90,
	EVENT_BYTES = 200,
	ACCOUNTS = 20000,
	PATH_BYTES = 512,
};

static void must(enum status st, const struct error *err)
{
	if (st == OK)
		return;
	(void)fprintf(stderr, "bench_commits: %s\n", err->message);
	exit(1);
}

static struct hash hash_of(uint64_t number, uint64_t salt)
{
	uint8_t bytes[16];

	put_be64(bytes, number);
	put_be64(bytes + 8, salt);
	return keccak256(bytes, sizeof(bytes));
}

static enum status append(struct store_txn *txn, uint64_t number, struct error *err)
{
	static uint8_t bytes[EVENT_BYTES];
	struct row_version rows[ROWS];
	struct stored_event events[EVENTS];
	struct block_write block = {.ref = {.number = number,
					    .hash = hash_of(number, 0),
					    .parent_hash = hash_of(number - 1, 0)},
				    .rows = rows,
				    .events = events,
				    .event_count = EVENTS};
	uint64_t account = number * 7919;

	for (size_t i = 0; i < ROWS; i++) {
		struct row_version *row = &rows[block.row_count++];

		*row = (struct row_version){.key = {.table = 18, .size = 20},
					    .value = slice_of(bytes, ROW_BYTES)};
		account += 331;
		memcpy(row->key.bytes, hash_of(account % ACCOUNTS, 1).bytes, 20);
	}
	for (size_t i = 0; i < EVENTS; i++)
		events[i] = (struct stored_event){.log_index = (uint32_t)i,
						  .transaction_hash = hash_of(number, 2 + i),
						  .value = slice_of(bytes, EVENT_BYTES)};
	return store_append(txn, NULL, &block, err);
}

static void remove_store(const char *path)
{
	static const char *const files[] = {"data.mdb", "lock.mdb", "writer"};
	char name[PATH_BYTES + 16];

	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(name, sizeof(name), "%s/%s", path, files[i]);
		(void)unlink(name);
	}
	(void)rmdir(path);
}

static void measure(const char *path, uint64_t a_commit, bool is_durable)
{
	static const struct store_identity identity = {.chain_id = 1, .pool_set = "bench\n"};
	uint64_t blocks = a_commit == 1 ? BLOCKS_ONE_BY_ONE : BLOCKS;
	struct store *store;
	struct store_txn *txn;
	struct error err;
	char what[64];
	double commits = 0;
	double started;
	double took;

	remove_store(path);
	must(store_open(&store, path, STORE_WRITE, &identity, &err), &err);
	if (!is_durable && mdb_env_set_flags(store->env, MDB_NOSYNC, 1) != 0)
		exit(1);
	started = seconds_now();
	for (uint64_t done = 0; done < blocks;) {
		enum status st = OK;
		uint64_t next = done;
		double at;

		must(store_begin(&txn, store, STORE_WRITE, &err), &err);
		for (uint64_t i = 0; st == OK && i < a_commit && next < blocks; i++)
			st = append(txn, ++next, &err);
		at = seconds_now();
		st = store_commit(txn, &err);
		if (st == ERR_AGAIN) /* the map was full, and grows */
			continue;
		must(st, &err);
		commits += seconds_now() - at;
		done = next;
	}
	took = seconds_now() - started;
	(void)snprintf(what, sizeof(what), "%" PRIu64 " block%s a commit, %s", a_commit,
		       a_commit == 1 ? "" : "s", is_durable ? "flushed" : "not flushed");
	table_number(what, (double)blocks / took, "blocks/s", "%.2f ms a commit",
		     commits * 1000 / (double)((blocks + a_commit - 1) / a_commit));
	store_close(store);
	remove_store(path);
}

int main(int argc, char **argv)
{
	static const uint64_t counts[] = {1, 10, 100, 1000};
	char path[PATH_BYTES];

	if (argc != 2) {
		(void)fputs("usage: bench_commits FOLDER\n", stderr);
		return 2;
	}
	(void)snprintf(path, sizeof(path), "%s/commits", argv[1]);
	table_title("Commits: blocks with 50 events and 60 rows");
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		measure(path, counts[i], true);
		measure(path, counts[i], false);
	}
	return 0;
}
