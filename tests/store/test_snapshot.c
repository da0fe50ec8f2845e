/*
 * Snapshots: taken beside a writer, read, put back, and refused where they do not fit.
 */
#include "store/snapshot.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "tests/store/chain.h"

struct place {
	struct mirror m;
	char folder[64]; /* of the files */
	char file[96];
	char other[96]; /* a store that is restored */
};

static int place_setup(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	if (!p)
		return -1;
	folder_make(p->m.path);
	folder_make(p->folder);
	(void)snprintf(p->file, sizeof(p->file), "%s/snap", p->folder);
	(void)snprintf(p->other, sizeof(p->other), "%s/mirror", p->folder);
	assert_ok(store_open(&p->m.store, p->m.path, STORE_WRITE, &test_identity, &p->m.err),
		  p->m.err);
	assert_ok(chain_extend(p->m.store, 200, 50, &p->m.err), p->m.err);
	*state = p;
	return 0;
}

static int place_teardown(void **state)
{
	struct place *p = *state;

	store_close(p->m.store);
	folder_remove(p->m.path);
	folder_remove(p->other);
	folder_remove(p->folder);
	free(p);
	return 0;
}

static size_t files_in(const char *path)
{
	DIR *folder = opendir(path);
	size_t count = 0;

	while (folder && readdir(folder))
		count++;
	if (folder)
		(void)closedir(folder);
	return count ? count - 2 : 0;
}

static struct block_record cursor_of_file(const char *path)
{
	struct store *store;
	struct block_record record;
	struct error err;

	assert_ok(store_open_file(&store, path, &err), err);
	record = chain_cursor(store); /* checks the structure, too */
	store_close(store);
	return record;
}

static void put_back(struct place *p)
{
	struct store_restore *restore;

	assert_ok(store_restore_begin(&restore, p->other, p->file, &p->m.err), p->m.err);
	assert_int_equal(cursor_of_file(store_restore_copy(restore)).ref.number, 200);
	assert_ok(store_restore_finish(restore, &p->m.err), p->m.err);
	store_restore_end(restore);
}

static void a_snapshot_is_the_newest_commit(void **state)
{
	struct place *p = *state;
	struct block_record record;

	assert_ok(store_snapshot(p->m.store, p->file, &p->m.err), p->m.err);
	record = cursor_of_file(p->file);
	assert_int_equal(record.ref.number, 200);
	assert_true(hash_equal(record.digest, chain_straight(200)));
	assert_int_equal(files_in(p->folder), 1);
}

static void a_snapshot_is_put_back_and_continued(void **state)
{
	struct place *p = *state;
	struct store *store;

	assert_ok(store_snapshot(p->m.store, p->file, &p->m.err), p->m.err);
	put_back(p);
	assert_ok(store_open(&store, p->other, STORE_WRITE, &test_identity, &p->m.err), p->m.err);
	assert_int_equal(chain_cursor(store).ref.number, 200);
	assert_ok(chain_extend(store, 400, 7, &p->m.err), p->m.err);
	assert_true(hash_equal(chain_cursor(store).digest, chain_straight(400)));
	store_close(store);
}

/* ---- beside a writer ---- */

struct writing {
	struct store *store;
	uint64_t to;
	struct error err;
	enum status status;
};

static void *write_on(void *context)
{
	struct writing *w = context;

	w->status = chain_extend(w->store, w->to, 3, &w->err);
	return NULL;
}

static void snapshots_beside_a_writer_are_whole_commits(void **state)
{
	static const struct store_options small = {
		.map_initial = 64 * 4096, .map_step_max = 64 * 4096, .wait_ms = 10000};
	struct place *p = *state;
	struct writing w = {.to = 1500};
	char path[64];
	pthread_t thread;

	folder_make(path);
	assert_ok(store_open_with(&w.store, path, STORE_WRITE, &test_identity, &small, &w.err),
		  w.err);
	assert_int_equal(pthread_create(&thread, NULL, write_on, &w), 0);
	for (int i = 0; i < 12; i++) {
		struct block_record record;

		assert_ok(store_snapshot(w.store, p->file, &p->m.err), p->m.err);
		record = cursor_of_file(p->file);
		if (record.ref.number)
			assert_true(hash_equal(record.digest, chain_straight(record.ref.number)));
		assert_int_equal(unlink(p->file), 0);
	}
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_ok(w.status, w.err);
	store_close(w.store);
	folder_remove(path);
}

/* ---- refused ---- */

static void a_file_is_never_overwritten(void **state)
{
	struct place *p = *state;
	int fd = open(p->file, O_WRONLY | O_CREAT, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, "mine", 4), 4);
	(void)close(fd);
	assert_int_equal(store_snapshot(p->m.store, p->file, &p->m.err), ERR_DENIED);
	assert_non_null(strstr(p->m.err.message, "is there already"));
	assert_int_equal(files_in(p->folder), 1);
}

static void what_a_kill_left_behind_is_written_over(void **state)
{
	struct place *p = *state;
	char partial[128];
	int fd;

	(void)snprintf(partial, sizeof(partial), "%s.partial", p->file);
	fd = open(partial, O_WRONLY | O_CREAT, 0600);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, 5 << 20), 0);
	(void)close(fd);
	assert_ok(store_snapshot(p->m.store, p->file, &p->m.err), p->m.err);
	assert_int_equal(cursor_of_file(p->file).ref.number, 200);
	assert_int_equal(files_in(p->folder), 1);
}

/* In a child: the limit holds for the whole process. */
static int snapshot_without_room(const struct place *p)
{
	struct rlimit limit = {.rlim_cur = 20000, .rlim_max = RLIM_INFINITY};
	struct store *store;
	struct store_restore *restore;
	struct error err;

	(void)signal(SIGXFSZ, SIG_IGN);
	if (store_open(&store, p->m.path, STORE_READ, NULL, &err) != OK)
		return 1;
	if (getrlimit(RLIMIT_FSIZE, &limit))
		return 2;
	limit.rlim_cur = 20000;
	if (setrlimit(RLIMIT_FSIZE, &limit))
		return 2;
	if (store_snapshot(store, p->file, &err) != ERR_FULL ||
	    !strstr(err.message, "disk is full"))
		return 3;
	if (files_in(p->folder) != 0)
		return 4;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_FSIZE, &limit) || store_snapshot(store, p->file, &err) != OK)
		return 5;
	limit.rlim_cur = 20000;
	if (setrlimit(RLIMIT_FSIZE, &limit))
		return 6;
	if (store_restore_begin(&restore, p->other, p->file, &err) != ERR_FULL)
		return 7;
	return files_in(p->folder) == 1 ? 0 : 8;
}

static void a_full_disk_leaves_nothing(void **state)
{
	struct place *p = *state;
	int status = 0;
	pid_t child;

	store_close(p->m.store); /* handles do not go through a fork */
	p->m.store = NULL;
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(snapshot_without_room(p));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_ok(store_open(&p->m.store, p->m.path, STORE_WRITE, &test_identity, &p->m.err),
		  p->m.err);
}

static void files_that_are_no_snapshots_are_refused(void **state)
{
	struct place *p = *state;
	struct store *store;
	struct stat info;
	char prose[8192];
	int fd;

	assert_int_equal(store_open_file(&store, p->file, &p->m.err), ERR_NOTFOUND);
	assert_int_equal(store_open_file(&store, p->folder, &p->m.err), ERR_DENIED);
	fd = open(p->file, O_WRONLY | O_CREAT, 0600);
	assert_true(fd >= 0);
	assert_int_equal(store_open_file(&store, p->file, &p->m.err), ERR_DENIED);
	memset(prose, 'x', sizeof(prose));
	assert_int_equal(write(fd, prose, sizeof(prose)), sizeof(prose));
	(void)close(fd);
	assert_int_equal(store_open_file(&store, p->file, &p->m.err), ERR_DENIED);
	assert_non_null(strstr(p->m.err.message, "no snapshot"));
	assert_int_equal(unlink(p->file), 0);
	assert_ok(store_snapshot(p->m.store, p->file, &p->m.err), p->m.err);
	assert_int_equal(stat(p->file, &info), 0);
	assert_int_equal(truncate(p->file, info.st_size - 4096), 0);
	assert_int_equal(store_open_file(&store, p->file, &p->m.err), ERR_CORRUPT);
	assert_non_null(strstr(p->m.err.message, "cut off"));
}

static void a_restore_that_is_not_finished_leaves_the_folder(void **state)
{
	struct place *p = *state;
	struct store_restore *restore;
	size_t before;

	assert_ok(store_snapshot(p->m.store, p->file, &p->m.err), p->m.err);
	assert_ok(store_restore_begin(&restore, p->other, p->file, &p->m.err), p->m.err);
	store_restore_end(restore);
	assert_int_not_equal(access(p->other, F_OK), 0);
	assert_int_equal(mkdir(p->other, 0700), 0);
	before = files_in(p->other);
	assert_ok(store_restore_begin(&restore, p->other, p->file, &p->m.err), p->m.err);
	store_restore_end(restore);
	assert_int_equal(files_in(p->other), before);
}

static void a_mirror_is_never_restored_over(void **state)
{
	struct place *p = *state;
	struct store_restore *restore;

	assert_ok(store_snapshot(p->m.store, p->file, &p->m.err), p->m.err);
	assert_int_equal(store_restore_begin(&restore, p->m.path, p->file, &p->m.err), ERR_DENIED);
	assert_non_null(strstr(p->m.err.message, "another covermirror"));
	store_close(p->m.store);
	p->m.store = NULL;
	assert_int_equal(store_restore_begin(&restore, p->m.path, p->file, &p->m.err), ERR_DENIED);
	assert_non_null(strstr(p->m.err.message, "as of block 200: move it away"));
	assert_ok(store_open(&p->m.store, p->m.path, STORE_WRITE, &test_identity, &p->m.err),
		  p->m.err);
	assert_int_equal(chain_cursor(p->m.store).ref.number, 200);
}

static void a_store_without_blocks_is_nobodys_and_replaced(void **state)
{
	static const struct store_identity theirs = {.chain_id = 5, .pool_set = "theirs\n"};
	struct place *p = *state;
	struct store *store;

	assert_ok(store_snapshot(p->m.store, p->file, &p->m.err), p->m.err);
	assert_ok(store_open(&store, p->other, STORE_WRITE, &theirs, &p->m.err), p->m.err);
	store_close(store);
	put_back(p);
	assert_ok(store_open(&store, p->other, STORE_WRITE, &test_identity, &p->m.err), p->m.err);
	assert_int_equal(chain_cursor(store).ref.number, 200);
	assert_ok(chain_extend(store, 210, 1, &p->m.err), p->m.err);
	store_close(store);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_snapshot_is_the_newest_commit),
		TEST(a_snapshot_is_put_back_and_continued),
		TEST(snapshots_beside_a_writer_are_whole_commits),
		TEST(a_file_is_never_overwritten),
		TEST(what_a_kill_left_behind_is_written_over),
		TEST(a_full_disk_leaves_nothing),
		TEST(files_that_are_no_snapshots_are_refused),
		TEST(a_restore_that_is_not_finished_leaves_the_folder),
		TEST(a_mirror_is_never_restored_over),
		TEST(a_store_without_blocks_is_nobodys_and_replaced),
	};

	return cmocka_run_group_tests_name("store/snapshot", tests, NULL, NULL);
}
