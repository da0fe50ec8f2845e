/*
 * A writer is killed at moments that it does not choose. COVERMIRROR_SEED repeats the delays (not
 * what the machine makes of them).
 */
#include "tests/store/chain.h"

#include <signal.h>
#include <sys/wait.h>

enum { KILLS = 50, DELAY_MAX_US = 30000 };

static const struct store_options small = {
	.map_initial = 64 * 4096, .map_step_max = 512 * 4096, .wait_ms = 1000};

/* Appends, now and then takes a few blocks back, until it is killed. */
static int write_until_killed(const char *path, uint64_t seed)
{
	struct store *store;
	struct error err;

	if (store_open_with(&store, path, STORE_WRITE, &test_identity, &small, &err) != OK)
		return 1;
	for (uint64_t round = 0;; round++) {
		struct hash random = test_hash(seed, round);
		struct block_record record = {0};
		struct store_txn *txn;
		enum status status = store_begin(&txn, store, STORE_WRITE, &err);
		uint64_t number;

		if (status != OK)
			return 2;
		number = store_cursor(&record, txn, &err) == OK ? record.ref.number : 0;
		status = OK;
		if (random.bytes[0] % 8 == 0) {
			number -= number < random.bytes[1] ? number : random.bytes[1];
			status = store_rewind(txn, number, &err);
		}
		for (unsigned i = 0; status == OK && i < random.bytes[2] % 64; i++)
			status = chain_append(txn, ++number, &err);
		if (status != OK && status != ERR_AGAIN)
			return 3;
		status = store_commit(txn, &err);
		if (status != OK && status != ERR_AGAIN)
			return 4;
	}
}

static void a_killed_writer_loses_nothing_that_was_committed(void **state)
{
	const char *chosen = getenv("COVERMIRROR_SEED");
	uint64_t seed = chosen ? strtoull(chosen, NULL, 10) : 7;
	struct mirror m = {0};
	struct block_record record;
	uint64_t newest = 0;

	(void)state;
	print_message("# COVERMIRROR_SEED=%" PRIu64 "\n", seed);
	folder_make(m.path);
	for (uint64_t kill_number = 0; kill_number < KILLS; kill_number++) {
		struct hash random = test_hash(seed, kill_number);
		int status = 0;
		pid_t child = fork();

		assert_true(child >= 0);
		if (child == 0)
			_exit(write_until_killed(m.path, seed * 1000 + kill_number));
		(void)usleep(get_be32(random.bytes) % DELAY_MAX_US);
		assert_int_equal(kill(child, SIGKILL), 0);
		assert_int_equal(waitpid(child, &status, 0), child);
		if (!WIFSIGNALED(status))
			fail_msg("the writer ended with %d", WEXITSTATUS(status));
		assert_ok(store_open(&m.store, m.path, STORE_WRITE, &test_identity, &m.err), m.err);
		record = chain_cursor(m.store); /* checks the structure, too */
		newest = record.ref.number > newest ? record.ref.number : newest;
		store_close(m.store);
	}
	print_message("# block %" PRIu64 " after %d kills, newest seen %" PRIu64 "\n",
		      record.ref.number, KILLS, newest);
	assert_true(newest > 100);
	assert_ok(store_open(&m.store, m.path, STORE_WRITE, &test_identity, &m.err), m.err);
	assert_ok(chain_extend(m.store, newest + 50, 16, &m.err), m.err);
	record = chain_cursor(m.store);
	store_close(m.store);
	folder_remove(m.path);
	assert_int_equal(record.ref.number, newest + 50);
	assert_true(hash_equal(record.digest, chain_straight(newest + 50)));
}

static void a_reader_sees_whole_blocks_while_the_writer_dies(void **state)
{
	struct mirror m = {0};
	struct block_record record = {0};

	(void)state;
	folder_make(m.path);
	assert_ok(store_open(&m.store, m.path, STORE_WRITE, &test_identity, &m.err), m.err);
	assert_ok(chain_extend(m.store, 20, 20, &m.err), m.err);
	store_close(m.store);
	assert_ok(store_open_with(&m.store, m.path, STORE_READ, NULL, &small, &m.err), m.err);
	for (uint64_t round = 0; round < 10; round++) {
		pid_t child = fork();

		assert_true(child >= 0);
		if (child == 0)
			_exit(write_until_killed(m.path, 100 + round));
		for (int i = 0; i < 5; i++) {
			(void)usleep(1000);
			record = chain_cursor(m.store);
		}
		assert_int_equal(kill(child, SIGKILL), 0);
		assert_int_equal(waitpid(child, NULL, 0), child);
		record = chain_cursor(m.store);
	}
	store_close(m.store);
	folder_remove(m.path);
	if (record.ref.number)
		assert_true(hash_equal(record.digest, chain_straight(record.ref.number)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_killed_writer_loses_nothing_that_was_committed),
		cmocka_unit_test(a_reader_sees_whole_blocks_while_the_writer_dies),
	};

	return cmocka_run_group_tests_name("store/crash", tests, NULL, NULL);
}
