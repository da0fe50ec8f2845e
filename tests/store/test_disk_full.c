/*
 * Disks that fill up: a limit on the file's size, as the kernel enforces it, and /dev/full in the
 * place of LMDB's descriptors.
 */
#include "tests/store/chain.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

static void limit_files(uint64_t bytes)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_FSIZE, &limit))
		_exit(90);
	limit.rlim_cur = bytes ? bytes : limit.rlim_max;
	if (setrlimit(RLIMIT_FSIZE, &limit))
		_exit(91);
}

static uint64_t file_size(const char *path)
{
	char data[96];
	struct stat info;

	(void)snprintf(data, sizeof(data), "%s/data.mdb", path);
	return stat(data, &info) ? 0 : (uint64_t)info.st_size;
}

/* 0 if the structure is sound and the cursor is at `number`. */
static int look(struct store *store, uint64_t number)
{
	struct block_record record = {0};
	struct store_txn *txn;
	struct error err;
	int result = 0;

	if (store_begin(&txn, store, STORE_READ, &err) != OK)
		return 10;
	if (store_check(txn, &err) != OK)
		result = 11;
	else if (store_cursor(&record, txn, &err) != OK || record.ref.number != number)
		result = 12;
	store_abort(txn);
	return result;
}

/*
 * Fills a file that may have `room` more bytes, a block a commit; then nothing may be lost, reading
 * goes on, writing is refused in words, and once there is room it goes on.
 */
static int fill(const char *path, uint64_t room)
{
	struct store *store;
	struct error err = {0};
	struct block_record record = {0};
	char words[96];
	struct store_txn *txn;
	int result;

	(void)signal(SIGXFSZ, SIG_IGN);
	if (store_open(&store, path, STORE_WRITE, &test_identity, &err) != OK)
		return 1;
	if (chain_extend(store, 40, 4, &err) != OK)
		return 2;
	limit_files(file_size(path) - (1 << 20) + room);
	if (chain_extend(store, 4000, 2, &err) != ERR_FULL)
		return 3;
	if (store_begin(&txn, store, STORE_READ, &err) != OK)
		return 4;
	if (store_cursor(&record, txn, &err) != OK)
		return 5;
	store_abort(txn);
	for (int i = 0; i < 3; i++) {
		if (chain_extend(store, 4000, 100, &err) != ERR_FULL)
			return 6;
		(void)snprintf(words, sizeof(words), "the mirror stays at block %" PRIu64,
			       record.ref.number);
		if (!strstr(err.message, "disk full") || !strstr(err.message, words))
			return 7;
		result = look(store, record.ref.number);
		if (result)
			return result;
	}
	limit_files(0);
	if (chain_extend(store, 4000, 100, &err) != OK)
		return 8;
	result = look(store, 4000);
	store_close(store);
	return result;
}

static void a_full_disk_loses_nothing_and_is_told(void **state)
{
	struct hash straight = chain_straight(4000);

	(void)state;
	for (uint64_t i = 0; i < 24; i++) {
		struct mirror m = {0};
		int status = 0;
		pid_t child;

		folder_make(m.path);
		child = fork();
		assert_true(child >= 0);
		if (child == 0)
			_exit(fill(m.path, i * 4096 * 3 + i * 700));
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
		assert_ok(store_open(&m.store, m.path, STORE_WRITE, &test_identity, &m.err), m.err);
		assert_true(hash_equal(chain_cursor(m.store).digest, straight));
		store_close(m.store);
		folder_remove(m.path);
	}
}

/* LMDB has the data file open twice: for pages, and for the last page of a commit. */
static int other_descriptor(struct store *store)
{
	struct stat data;
	struct stat info;
	int fd;

	assert_int_equal(mdb_env_get_fd(store->env, &fd), 0);
	assert_int_equal(fstat(fd, &data), 0);
	for (int other = 3; other < 64; other++)
		if (other != fd && fstat(other, &info) == 0 && info.st_dev == data.st_dev &&
		    info.st_ino == data.st_ino)
			return other;
	fail_msg("LMDB has the data file open only once");
	return -1;
}

static void a_full_disk_at_the_last_page_makes_lmdb_give_up_but_not_the_store(void **state)
{
	struct mirror *m = *state;
	struct store_txn *reader;
	struct block_record record;
	int fd;
	int full = open("/dev/full", O_RDWR | O_CLOEXEC);

	if (full < 0)
		skip();
	assert_ok(chain_extend(m->store, 40, 10, &m->err), m->err);
	for (uint64_t round = 0; round < 3; round++) {
		struct mirror saved = *m;

		assert_ok(store_begin(&reader, m->store, STORE_READ, &m->err), m->err);
		fd = other_descriptor(m->store);
		assert_int_equal(dup2(full, fd), fd);
		assert_int_equal(chain_extend(m->store, 50 + round * 10, 10, &m->err), ERR_FULL);
		assert_non_null(strstr(m->err.message, "disk full while committing"));
		assert_ok(store_cursor(&record, reader, &m->err), m->err);
		assert_int_equal(record.ref.number, 40 + round * 10);
		store_abort(reader);
		assert_int_equal(chain_cursor(m->store).ref.number, 40 + round * 10);
		assert_ptr_equal(m->store, saved.store);
		assert_ok(chain_extend(m->store, 50 + round * 10, 10, &m->err), m->err);
	}
	assert_true(hash_equal(chain_cursor(m->store).digest, chain_straight(70)));
	(void)close(full);
}

static void a_full_disk_at_any_page_is_told_and_survived(void **state)
{
	struct mirror *m = *state;
	int full = open("/dev/full", O_RDWR | O_CLOEXEC);
	int kept;
	int fd;

	if (full < 0)
		skip();
	assert_int_equal(mdb_env_get_fd(m->store->env, &fd), 0);
	kept = dup(fd);
	assert_true(kept >= 0);
	assert_int_equal(dup2(full, fd), fd);
	assert_int_equal(chain_extend(m->store, 10, 10, &m->err), ERR_FULL);
	assert_non_null(strstr(m->err.message, "disk full while committing"));
	assert_non_null(strstr(m->err.message, "the mirror stays empty"));
	assert_int_equal(dup2(kept, fd), fd);
	assert_ok(chain_extend(m->store, 10, 10, &m->err), m->err);
	assert_int_equal(dup2(full, fd), fd);
	assert_int_equal(chain_extend(m->store, 20, 10, &m->err), ERR_FULL);
	assert_non_null(strstr(m->err.message, "the mirror stays at block 10"));
	assert_int_equal(dup2(kept, fd), fd);
	assert_ok(chain_extend(m->store, 30, 10, &m->err), m->err);
	assert_true(hash_equal(chain_cursor(m->store).digest, chain_straight(30)));
	(void)close(kept);
	(void)close(full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_disk_loses_nothing_and_is_told),
		cmocka_unit_test_setup_teardown(
			a_full_disk_at_the_last_page_makes_lmdb_give_up_but_not_the_store,
			mirror_setup, mirror_teardown),
		cmocka_unit_test_setup_teardown(a_full_disk_at_any_page_is_told_and_survived,
						mirror_setup, mirror_teardown),
	};

	return cmocka_run_group_tests_name("store/disk_full", tests, NULL, NULL);
}
