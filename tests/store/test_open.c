#include "tests/store/mirror.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

static int folder_setup(void **state)
{
	struct mirror *m = calloc(1, sizeof(*m));

	if (!m)
		return -1;
	folder_make(m->path);
	*state = m;
	return 0;
}

static enum status try_open(struct mirror *m, enum store_mode mode, uint64_t chain_id,
			    const char *pool_set)
{
	struct store_identity identity = {.chain_id = chain_id, .pool_set = pool_set};

	return store_open(&m->store, m->path, mode, &identity, &m->err);
}

static void close_again(struct mirror *m)
{
	store_close(m->store);
	m->store = NULL;
}

static void open_fine(struct mirror *m)
{
	assert_ok(try_open(m, STORE_WRITE, 1, "a\nb\n"), m->err);
}

/* ---- children ---- */

/* Runs in a child of its own; the child's word on it is its exit status. */
static int in_child(int (*work)(struct mirror *m), struct mirror *m)
{
	int status = 0;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0)
		_exit(work(m));
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

static int child_opens_writing(struct mirror *m)
{
	struct mirror own = *m;

	return (int)try_open(&own, STORE_WRITE, 1, "a\nb\n");
}

static int child_is_told_who_writes(struct mirror *m)
{
	struct mirror own = *m;
	char words[256];

	if (try_open(&own, STORE_WRITE, 1, "a\nb\n") != ERR_DENIED)
		return 1;
	(void)snprintf(words, sizeof(words),
		       "another covermirror (process %ld) is writing in %s: stop it first, or use "
		       "another store.path",
		       (long)getppid(), m->path);
	return strcmp(words, own.err.message) == 0 ? 0 : 2;
}

/* 0 if the child reads row a as of 9 with this value. */
static int read_row(struct mirror *m, const char *expected)
{
	struct store_txn *txn;
	struct row_key key = test_key(1, 0, "a");
	struct slice value;
	int result = 0;

	if (store_begin(&txn, m->store, STORE_READ, &m->err) != OK)
		return 2;
	if (store_row_get(&value, NULL, txn, &key, 9, &m->err) != OK)
		result = 3;
	else if (!slice_equal(value, text_slice(expected)))
		result = 4;
	store_abort(txn);
	return result;
}

static int child_reads(struct mirror *m)
{
	struct mirror own = *m;

	if (store_open(&own.store, own.path, STORE_READ, NULL, &own.err) != OK)
		return 1;
	return read_row(&own, "v");
}

static int child_reads_as_nobody(struct mirror *m)
{
	struct mirror own = *m;
	struct store_txn *txn;
	int result;

	if (setgid(65534) || setuid(65534))
		return 77;
	if (store_open(&own.store, own.path, STORE_READ, NULL, &own.err) != OK) {
		(void)fprintf(stderr, "# %s\n", own.err.message);
		return 1;
	}
	result = read_row(&own, "v");
	if (result == 0 && store_begin(&txn, own.store, STORE_WRITE, &own.err) != ERR_USAGE)
		result = 5;
	return result;
}

static int child_as_nobody_is_told_of_the_writer(struct mirror *m)
{
	struct mirror own = *m;

	if (setgid(65534) || setuid(65534))
		return 77;
	if (store_open(&own.store, own.path, STORE_READ, NULL, &own.err) != ERR_DENIED)
		return 1;
	return strstr(own.err.message, "needs write access to") ? 0 : 2;
}

static int child_writes_as_nobody(struct mirror *m)
{
	struct mirror own = *m;

	if (setgid(65534) || setuid(65534))
		return 77;
	if (try_open(&own, STORE_WRITE, 1, "a\nb\n") != ERR_SYSTEM)
		return 1;
	return strstr(own.err.message, "no permission to write in") ? 0 : 2;
}

static void write_row(struct mirror *m)
{
	mirror_begin(m);
	append_row(m, 1, "a", "v");
	mirror_commit(m);
}

/* ---- refusals ---- */

static void a_missing_mirror_is_said_to_be_missing(void **state)
{
	struct mirror *m = *state;
	char words[256];
	char data[96];
	int fd;

	(void)snprintf(words, sizeof(words),
		       "there is no mirror in %s yet: run `covermirror sync` first", m->path);
	assert_int_equal(store_open(&m->store, m->path, STORE_READ, NULL, &m->err), ERR_NOTFOUND);
	assert_string_equal(m->err.message, words);
	(void)snprintf(data, sizeof(data), "%s/data.mdb", m->path);
	fd = open(data, O_CREAT | O_WRONLY, 0644); /* a writer was killed in its first moment */
	assert_true(fd >= 0);
	(void)close(fd);
	assert_int_equal(store_open(&m->store, m->path, STORE_READ, NULL, &m->err), ERR_NOTFOUND);
	open_fine(m);
	close_again(m);
	folder_remove(m->path);
	assert_int_equal(store_open(&m->store, m->path, STORE_READ, NULL, &m->err), ERR_NOTFOUND);
	assert_string_equal(m->err.message, words);
	assert_null(m->store);
}

static void the_folder_is_made_but_not_the_one_above(void **state)
{
	struct mirror *m = *state;
	struct mirror below = {0};

	(void)snprintf(below.path, sizeof(below.path), "%.40s/a/b", m->path);
	assert_int_equal(try_open(&below, STORE_WRITE, 1, "x"), ERR_SYSTEM);
	assert_non_null(strstr(below.err.message, "the folder above it is missing"));
	(void)snprintf(below.path, sizeof(below.path), "%.40s/a", m->path);
	assert_ok(try_open(&below, STORE_WRITE, 1, "x"), below.err);
	close_again(&below);
	folder_remove(below.path);
}

static void a_file_is_not_a_folder(void **state)
{
	struct mirror *m = *state;
	struct mirror file = {0};

	(void)snprintf(file.path, sizeof(file.path), "%.40s/file", m->path);
	(void)close(open(file.path, O_CREAT | O_WRONLY, 0644));
	assert_int_equal(try_open(&file, STORE_WRITE, 1, "x"), ERR_DENIED);
	assert_non_null(strstr(file.err.message, "is not a folder"));
	assert_int_equal(try_open(&file, STORE_READ, 1, "x"), ERR_DENIED);
	assert_null(file.store);
}

static void the_identity_comes_back(void **state)
{
	struct mirror *m = *state;
	struct store_identity identity = {0};
	struct arena *arena = arena_new();

	open_fine(m);
	assert_ok(store_read_identity(&identity, arena, m->store, &m->err), m->err);
	assert_int_equal(identity.chain_id, 1);
	assert_string_equal(identity.pool_set, "a\nb\n");
	close_again(m);
	assert_ok(store_open(&m->store, m->path, STORE_READ, NULL, &m->err), m->err);
	assert_ok(store_read_identity(&identity, arena, m->store, &m->err), m->err);
	assert_string_equal(identity.pool_set, "a\nb\n");
	close_again(m);
	arena_free(arena);
}

static void keep_a_block(struct mirror *m)
{
	mirror_begin(m);
	append_row(m, 1, "k", "v");
	mirror_commit(m);
}

static void a_mirror_without_a_block_may_be_taken_over(void **state)
{
	struct mirror *m = *state;
	struct store_identity identity;
	struct arena *arena = arena_new();

	open_fine(m);
	close_again(m);
	assert_ok(try_open(m, STORE_WRITE, 31337, "c\n"), m->err);
	assert_ok(store_read_identity(&identity, arena, m->store, &m->err), m->err);
	assert_int_equal(identity.chain_id, 31337);
	assert_string_equal(identity.pool_set, "c\n");
	close_again(m);
	arena_free(arena);
}

static void another_chain_is_refused(void **state)
{
	struct mirror *m = *state;
	char words[256];

	open_fine(m);
	keep_a_block(m);
	close_again(m);
	assert_int_equal(try_open(m, STORE_WRITE, 31337, "a\nb\n"), ERR_DENIED);
	(void)snprintf(words, sizeof(words),
		       "the mirror in %s is of chain 1, the configuration says 31337: use another "
		       "store.path, or remove the folder to start again",
		       m->path);
	assert_string_equal(m->err.message, words);
	open_fine(m); /* the refused opening left no lock */
	close_again(m);
}

static void other_pools_are_refused_with_the_first_difference(void **state)
{
	struct mirror *m = *state;
	static const struct {
		const char *pool_set;
		const char *words;
	} cases[] = {
		{"a\nc\n", "at pool b it has \"b\" where the configuration has \"c\":"},
		{"x\nb\n", "at pool a it has \"a\" where the configuration has \"x\":"},
		{"a\n", "at pool b it has \"b\" where the configuration has nothing:"},
		{"a\nb\nc\n", "at pool c it has nothing where the configuration has \"c\":"},
		{"", "at pool a it has \"a\" where the configuration has nothing:"},
		{"a\nb 1 x=2\n", "at pool b it has nothing where the configuration has \"1\":"},
		{"a\nb", "of other pools"},
	};

	open_fine(m);
	keep_a_block(m);
	close_again(m);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(try_open(m, STORE_WRITE, 1, cases[i].pool_set), ERR_DENIED);
		if (!strstr(m->err.message, cases[i].words))
			fail_msg("case %zu: %s", i, m->err.message);
	}
	assert_int_equal(store_open(&m->store, m->path, STORE_WRITE, NULL, &m->err), ERR_USAGE);
}

static void raw_meta(struct mirror *m, const char *name, const void *value, size_t size)
{
	MDB_val k = val_of(name, strlen(name));
	MDB_val v = val_of(value, size);

	open_fine(m);
	mirror_begin(m);
	if (value)
		assert_int_equal(mdb_put(m->txn->txn, m->store->dbi[DB_META], &k, &v, 0), 0);
	else
		assert_int_equal(mdb_del(m->txn->txn, m->store->dbi[DB_META], &k, NULL), 0);
	mirror_commit(m);
	close_again(m);
}

static void another_schema_is_refused(void **state)
{
	struct mirror *m = *state;

	raw_meta(m, "schema", "\0\0\0\7", 4);
	for (int mode = 0; mode < 2; mode++) {
		assert_int_equal(try_open(m, mode ? STORE_READ : STORE_WRITE, 1, "a\nb\n"),
				 ERR_DENIED);
		assert_non_null(strstr(m->err.message,
				       "has store schema 7, this program writes 2: rebuild with "
				       "`covermirror sync` in a new folder"));
	}
}

static void a_damaged_identity_is_corrupt(void **state)
{
	struct mirror *m = *state;

	raw_meta(m, "chain_id", "\0", 1);
	assert_int_equal(try_open(m, STORE_WRITE, 1, "a\nb\n"), ERR_CORRUPT);
	assert_int_equal(try_open(m, STORE_READ, 1, "a\nb\n"), ERR_CORRUPT);
}

static void another_format_is_refused(void **state)
{
	struct mirror *m = *state;

	raw_meta(m, "format", NULL, 0);
	assert_int_equal(try_open(m, STORE_READ, 1, "a\nb\n"), ERR_DENIED);
	assert_non_null(strstr(m->err.message, "LMDB database of another program"));
}

static void make_file(const struct mirror *m, const char *name, const void *bytes, size_t size)
{
	char path[96];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", m->path, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

static void foreign_files_are_refused(void **state)
{
	struct mirror *m = *state;
	static char text[20000];

	memset(text, 'x', sizeof(text));
	for (int mode = 0; mode < 2; mode++) {
		make_file(m, "data.mdb", text, mode ? 100 : sizeof(text));
		for (int again = 0; again < 2; again++) {
			assert_int_equal(try_open(m, again ? STORE_READ : STORE_WRITE, 1, "a\nb\n"),
					 ERR_DENIED);
			assert_non_null(
				strstr(m->err.message, "does not hold a covermirror store"));
		}
	}
}

static void another_programs_database_is_refused(void **state)
{
	struct mirror *m = *state;
	MDB_env *env;
	MDB_txn *txn;
	MDB_dbi dbi;
	MDB_val k = val_of("meta", 4);
	MDB_val v = val_of("value", 5);

	for (int named = 0; named < 2; named++) {
		assert_int_equal(mdb_env_create(&env), 0);
		assert_int_equal(mdb_env_set_maxdbs(env, 2), 0);
		assert_int_equal(mdb_env_open(env, m->path, 0, 0644), 0);
		assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
		if (named)
			assert_int_equal(mdb_drop(txn, dbi, 0), 0);
		assert_int_equal(mdb_dbi_open(txn, named ? "other" : NULL, MDB_CREATE, &dbi), 0);
		assert_int_equal(mdb_put(txn, dbi, &k, &v, 0), 0);
		assert_int_equal(mdb_dbi_open(txn, NULL, 0, &dbi), 0);
		assert_int_equal(mdb_txn_commit(txn), 0);
		mdb_env_close(env);
		for (int mode = 0; mode < 2; mode++) {
			assert_int_equal(try_open(m, mode ? STORE_READ : STORE_WRITE, 1, "a\nb\n"),
					 ERR_DENIED);
			assert_non_null(strstr(m->err.message, "LMDB database of another program"));
		}
	}
}

static void a_file_that_was_cut_off_is_refused(void **state)
{
	struct mirror *m = *state;
	char path[96];

	open_fine(m);
	write_row(m);
	close_again(m);
	(void)snprintf(path, sizeof(path), "%s/data.mdb", m->path);
	assert_int_equal(truncate(path, 3 * 4096), 0);
	for (int mode = 0; mode < 2; mode++) {
		assert_int_equal(try_open(m, mode ? STORE_READ : STORE_WRITE, 1, "a\nb\n"),
				 ERR_CORRUPT);
		assert_non_null(strstr(m->err.message, "data.mdb is cut off: it has 12288 of"));
	}
}

/* ---- who is let in ---- */

static void a_second_writer_is_told_who_writes(void **state)
{
	struct mirror *m = *state;
	struct mirror second = *m;
	struct stat file;
	char path[96];

	open_fine(m);
	assert_int_equal(try_open(&second, STORE_WRITE, 1, "a\nb\n"), ERR_DENIED);
	assert_int_equal(in_child(child_is_told_who_writes, m), 0);
	write_row(m);
	(void)snprintf(path, sizeof(path), "%s/writer", m->path);
	assert_int_equal(stat(path, &file), 0);
	assert_true(file.st_size > 0);
	close_again(m);
	assert_int_equal(stat(path, &file), 0);
	assert_int_equal(file.st_size, 1); /* no id: an empty line, which keeps the file's block */
	assert_int_equal(in_child(child_opens_writing, m), OK);
	open_fine(m); /* its end left no lock either */
	close_again(m);
}

static void a_killed_writer_leaves_no_lock(void **state)
{
	struct mirror *m = *state;
	int ready[2];
	char byte;
	pid_t child;

	assert_int_equal(pipe(ready), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		if (try_open(m, STORE_WRITE, 1, "a\nb\n") != OK ||
		    store_begin(&m->txn, m->store, STORE_WRITE, &m->err) != OK)
			_exit(1);
		(void)!write(ready[1], "x", 1);
		for (;;)
			(void)pause();
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	(void)close(ready[0]);
	(void)close(ready[1]);
	open_fine(m); /* and the transaction that it held is forgotten */
	write_row(m);
	close_again(m);
}

static void another_process_reads_beside_the_writer(void **state)
{
	struct mirror *m = *state;
	int go[2];
	int status = 0;
	char byte;
	pid_t child;

	assert_int_equal(pipe(go), 0);
	child = fork(); /* before there is a transaction that it would inherit */
	assert_true(child >= 0);
	if (child == 0)
		_exit(read(go[0], &byte, 1) == 1 ? child_reads(m) : 9);
	open_fine(m);
	write_row(m);
	mirror_begin(m);
	append_row(m, 2, "a", "uncommitted");
	assert_int_equal(write(go[1], "x", 1), 1);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	mirror_commit(m);
	close_again(m);
	(void)close(go[0]);
	(void)close(go[1]);
}

static void one_process_shares_its_handle(void **state)
{
	struct mirror *m = *state;
	struct mirror reader = *m;

	open_fine(m);
	write_row(m);
	assert_ok(store_open(&reader.store, m->path, STORE_READ, NULL, &reader.err), reader.err);
	assert_int_equal(read_row(&reader, "v"), 0);
	close_again(m);
	assert_int_equal(read_row(&reader, "v"), 0);
	close_again(&reader);
	assert_ok(store_open(&reader.store, m->path, STORE_READ, NULL, &reader.err), reader.err);
	assert_int_equal(try_open(m, STORE_WRITE, 1, "a\nb\n"), ERR_DENIED);
	assert_non_null(strstr(m->err.message, "open for reading already"));
	close_again(&reader);
	open_fine(m);
	close_again(m);
	store_close(NULL);
}

static bool is_root(void)
{
	if (geteuid() == 0)
		return true;
	print_message("# skipped: only root can become somebody without permissions\n");
	return false;
}

static void a_folder_without_write_permission_is_read(void **state)
{
	struct mirror *m = *state;

	if (!is_root())
		skip();
	assert_int_equal(chmod(m->path, 0755), 0);
	open_fine(m);
	write_row(m);
	assert_int_equal(in_child(child_as_nobody_is_told_of_the_writer, m), 0);
	close_again(m);
	assert_int_equal(in_child(child_reads_as_nobody, m), 0);
	assert_int_equal(in_child(child_writes_as_nobody, m), 0);
	open_fine(m);
	close_again(m);
}

static void a_reader_without_lmdbs_lock_keeps_writers_out(void **state)
{
	struct mirror *m = *state;
	int ready[2];
	char byte = 0;
	pid_t child;

	if (!is_root())
		skip();
	assert_int_equal(chmod(m->path, 0755), 0);
	open_fine(m);
	close_again(m);
	assert_int_equal(pipe(ready), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		if (setgid(65534) || setuid(65534) ||
		    store_open(&m->store, m->path, STORE_READ, NULL, &m->err) != OK)
			_exit(1);
		(void)!write(ready[1], "x", 1);
		for (;;)
			(void)pause();
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(try_open(m, STORE_WRITE, 1, "a\nb\n"), ERR_DENIED);
	assert_non_null(strstr(m->err.message, "somebody without permission to write reads"));
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	(void)close(ready[0]);
	(void)close(ready[1]);
	open_fine(m);
	close_again(m);
}

/* ---- the map ---- */

static const struct store_options tiny = {
	.map_initial = 16 * 4096, .map_step_max = 64 * 4096, .wait_ms = 300};

static void open_tiny(struct mirror *m)
{
	assert_ok(store_open_with(&m->store, m->path, STORE_WRITE, &test_identity, &tiny, &m->err),
		  m->err);
}

static struct row_version large_row(uint64_t number)
{
	static uint8_t bytes[3000];
	struct row_version row = ROW(1, 0, "a", "");

	memset(bytes, (int)number, sizeof(bytes));
	row.value = slice_of(bytes, sizeof(bytes));
	return row;
}

/* Blocks `from`..`to`, the whole transaction again as often as the map is full. */
static unsigned append_until_it_fits(struct mirror *m, uint64_t from, uint64_t to)
{
	unsigned again = 0;

	for (;;) {
		enum status status = OK;
		struct block_record record;

		mirror_begin(m);
		for (uint64_t number = from; number <= to && status == OK; number++) {
			struct row_version row = large_row(number);

			status = try_append(m, number, &row, 1, NULL, 0);
		}
		if (status == ERR_AGAIN) { /* sticky: nothing goes on in this transaction */
			struct row_version row = large_row(to + 1);

			assert_int_equal(try_append(m, to + 1, &row, 1, NULL, 0), ERR_AGAIN);
			assert_int_equal(store_cursor(&record, m->txn, &m->err), ERR_AGAIN);
			assert_int_equal(store_rewind(m->txn, 0, &m->err), ERR_AGAIN);
			assert_int_equal(store_commit(m->txn, &m->err), ERR_AGAIN);
			assert_non_null(strstr(m->err.message, "run the transaction again"));
		} else {
			assert_ok(status, m->err);
			status = store_commit(m->txn, &m->err);
		}
		m->txn = NULL;
		if (status == OK)
			return again;
		assert_int_equal(status, ERR_AGAIN);
		assert_true(++again < 20);
	}
}

static void the_map_grows_as_blocks_come(void **state)
{
	struct mirror *m = *state;
	struct block_record record;
	unsigned again = 0;

	open_tiny(m);
	for (uint64_t number = 1; number <= 400; number++)
		again += append_until_it_fits(m, number, number);
	print_message("# %u times again\n", again);
	assert_true(again <= 2); /* only where a quarter of it is less than one block needs */
	mirror_begin(m);
	assert_ok(store_cursor(&record, m->txn, &m->err), m->err);
	assert_int_equal(record.ref.number, 400);
	mirror_commit(m);
	mirror_check(m);
	close_again(m);
	open_tiny(m); /* smaller than what it has become: LMDB keeps the larger */
	mirror_check(m);
	(void)append_until_it_fits(m, 401, 401);
	close_again(m);
}

static void a_transaction_that_runs_into_the_end_is_run_again(void **state)
{
	struct mirror *m = *state;

	open_tiny(m);
	assert_true(append_until_it_fits(m, 1, 300) > 0);
	mirror_check(m);
	assert_true(append_until_it_fits(m, 301, 900) > 0);
	mirror_check(m);
	close_again(m);
}

static void an_aborted_transaction_has_the_map_grown_too(void **state)
{
	struct mirror *m = *state;
	enum status status = OK;
	unsigned again = 0;

	open_tiny(m);
	do {
		mirror_begin(m);
		status = OK;
		for (uint64_t number = 1; number <= 200 && status == OK; number++) {
			struct row_version row = large_row(number);

			status = try_append(m, number, &row, 1, NULL, 0);
		}
		if (status == OK)
			mirror_commit(m);
		else
			store_abort(m->txn);
		m->txn = NULL;
		assert_true(++again < 20);
	} while (status == ERR_AGAIN);
	assert_ok(status, m->err);
	mirror_check(m);
	close_again(m);
}

static void a_reader_of_the_same_thread_does_not_block_for_ever(void **state)
{
	struct mirror *m = *state;
	struct store_txn *reader;
	enum status status = OK;

	open_tiny(m);
	(void)append_until_it_fits(m, 1, 1);
	assert_ok(store_begin(&reader, m->store, STORE_READ, &m->err), m->err);
	for (uint64_t number = 2; status == OK && number < 100; number++) {
		struct row_version row = large_row(number);

		status = store_begin(&m->txn, m->store, STORE_WRITE, &m->err);
		if (status != OK)
			break;
		if (try_append(m, number, &row, 1, NULL, 0) == OK)
			status = store_commit(m->txn, &m->err);
		else
			store_abort(m->txn);
		m->txn = NULL;
	}
	assert_int_equal(status, ERR_AGAIN);
	assert_non_null(strstr(m->err.message, "a reader of this program has held it"));
	store_abort(reader);
	(void)append_until_it_fits(m, 100, 300);
	mirror_check(m);
	close_again(m);
}

struct reading {
	struct mirror *m;
	_Atomic bool is_over;
	_Atomic unsigned rounds;
	_Atomic int failures;
};

static void *keep_reading(void *context)
{
	struct reading *reading = context;
	struct error err;

	while (!reading->is_over) {
		struct store_txn *txn;
		struct row_scan scan = {0};
		struct slice value = {0};
		struct block_record record;
		enum status status = store_begin(&txn, reading->m->store, STORE_READ, &err);

		if (status == ERR_AGAIN)
			continue;
		if (status != OK) {
			reading->failures++;
			break;
		}
		status = store_cursor(&record, txn, &err);
		if (status == OK)
			status = row_scan_open(&scan, txn, 1, 0, 1, record.ref.number, NULL, &err);
		if (status == OK)
			status = row_scan_next(&value, &scan, &err);
		if (status != OK || value.size != 3000 ||
		    value.data[2999] != (uint8_t)record.ref.number)
			reading->failures++;
		row_scan_close(&scan);
		store_abort(txn);
		reading->rounds++;
	}
	return NULL;
}

static void the_map_grows_under_readers_in_other_threads(void **state)
{
	struct mirror *m = *state;
	struct reading reading = {.m = m};
	pthread_t threads[3];

	open_tiny(m);
	(void)append_until_it_fits(m, 1, 1);
	for (int i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, keep_reading, &reading), 0);
	for (uint64_t number = 2; number <= 600; number += 3)
		(void)append_until_it_fits(m, number, number + 2);
	while (reading.rounds < 10)
		(void)usleep(1000);
	reading.is_over = true;
	for (int i = 0; i < 3; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(reading.failures, 0);
	mirror_check(m);
	close_again(m);
}

/* Holds a reader for as long as nobody wants it gone. */
static void *hold_until_awaited(void *context)
{
	struct reading *reading = context;
	struct store_txn *txn;
	struct error err;

	if (store_begin(&txn, reading->m->store, STORE_READ, &err) != OK) {
		reading->failures++;
		return NULL;
	}
	reading->rounds++;
	while (!store_is_awaited(reading->m->store) && !reading->is_over)
		(void)usleep(1000);
	if (reading->is_over)
		reading->failures++;
	store_abort(txn);
	return NULL;
}

static void a_long_reader_hears_that_the_map_has_to_grow(void **state)
{
	struct mirror *m = *state;
	struct reading reading = {.m = m};
	pthread_t thread;

	open_tiny(m);
	(void)append_until_it_fits(m, 1, 1);
	assert_false(store_is_awaited(m->store));
	assert_int_equal(pthread_create(&thread, NULL, hold_until_awaited, &reading), 0);
	while (!reading.rounds)
		(void)usleep(1000);
	for (uint64_t number = 2; number <= 600; number += 3)
		(void)append_until_it_fits(m, number, number + 2);
	reading.is_over = true;
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(reading.failures, 0);
	assert_false(store_is_awaited(m->store));
	mirror_check(m);
	close_again(m);
}

static void the_last_commit_is_what_a_reader_sees(void **state)
{
	struct mirror *m = *state;
	struct store_txn *txn;
	uint64_t first;

	open_tiny(m);
	first = store_last_commit(m->store);
	assert_ok(store_begin(&txn, m->store, STORE_READ, &m->err), m->err);
	assert_int_equal(store_txn_number(txn), first);
	(void)append_until_it_fits(m, 1, 1);
	assert_int_equal(store_txn_number(txn), first);
	assert_int_equal(store_last_commit(m->store), first + 1);
	store_abort(txn);
	assert_ok(store_begin(&txn, m->store, STORE_READ, &m->err), m->err);
	assert_int_equal(store_txn_number(txn), first + 1);
	store_abort(txn);
	close_again(m);
}

/* Reads the row again and again while its parent makes the map grow; ends when block 600 is there.
 */
static int child_follows(struct mirror *m)
{
	struct mirror own = *m;

	if (store_open_with(&own.store, own.path, STORE_READ, NULL, &tiny, &own.err) != OK)
		return 1;
	for (;;) {
		struct store_txn *txn;
		struct row_key key = test_key(1, 0, "a");
		struct block_record record;
		struct slice value;

		if (store_begin(&txn, own.store, STORE_READ, &own.err) != OK)
			return 2;
		if (store_cursor(&record, txn, &own.err) != OK ||
		    store_row_get(&value, NULL, txn, &key, UINT64_MAX, &own.err) != OK ||
		    value.data[0] != (uint8_t)record.ref.number)
			return 3;
		store_abort(txn);
		if (record.ref.number == 600)
			return 0;
	}
}

static void a_reader_in_another_process_follows_the_growing_map(void **state)
{
	struct mirror *m = *state;
	int status = 0;
	pid_t child;

	open_tiny(m);
	(void)append_until_it_fits(m, 1, 1);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		_exit(child_follows(m));
	(void)usleep(20000);
	for (uint64_t number = 2; number <= 600; number++)
		(void)append_until_it_fits(m, number, number);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	close_again(m);
}

static int child_holds_readers(struct mirror *m)
{
	struct mirror own = *m;
	struct store_txn *txn;

	if (store_open(&own.store, own.path, STORE_READ, NULL, &own.err) != OK)
		return 1;
	for (int i = 0; i < 200; i++)
		if (store_begin(&txn, own.store, STORE_READ, &own.err) != OK)
			return 2;
	(void)raise(SIGKILL);
	return 3;
}

static void readers_of_dead_processes_give_their_places_back(void **state)
{
	struct mirror *m = *state;
	struct store_txn *readers[200];
	struct store_txn *more[60];
	unsigned count = 0;
	enum status status = OK;

	open_fine(m);
	for (int i = 0; i < 3; i++)
		assert_int_equal(in_child(child_holds_readers, m), 256 + SIGKILL);
	for (int i = 0; i < 200; i++)
		assert_ok(store_begin(&readers[i], m->store, STORE_READ, &m->err), m->err);
	while (count < 60 && status == OK) {
		status = store_begin(&more[count], m->store, STORE_READ, &m->err);
		count += status == OK;
	}
	assert_int_equal(status, ERR_AGAIN);
	assert_non_null(strstr(m->err.message, "readers already"));
	while (count)
		store_abort(more[--count]);
	for (int i = 0; i < 200; i++)
		store_abort(readers[i]);
	write_row(m);
	close_again(m);
}

/* Opens, looks and closes: all threads at once, so that the last handle is often anybody's. */
static void *open_and_close(void *context)
{
	struct reading *reading = context;
	struct mirror own = *reading->m;

	while (reading->rounds < 400) {
		reading->rounds++;
		if (store_open(&own.store, own.path, STORE_READ, NULL, &own.err) != OK ||
		    read_row(&own, "v") != 0)
			reading->failures++;
		close_again(&own);
	}
	return NULL;
}

static void open_in_threads(struct mirror *m)
{
	struct reading reading = {.m = m};
	pthread_t threads[3];

	for (int i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, open_and_close, &reading), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(reading.failures, 0);
}

static void threads_share_handles_beside_a_write_transaction(void **state)
{
	struct mirror *m = *state;

	open_fine(m);
	write_row(m);
	mirror_begin(m);
	append_row(m, 2, "a", "w");
	open_in_threads(m); /* would not end if getting a handle waited for the writer */
	mirror_commit(m);
	close_again(m);
}

static void threads_open_and_close_the_last_handle(void **state)
{
	struct mirror *m = *state;

	open_fine(m);
	write_row(m);
	close_again(m);
	open_in_threads(m);
	open_fine(m); /* nobody has it open any more */
	close_again(m);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, mirror_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_missing_mirror_is_said_to_be_missing),
		TEST(the_folder_is_made_but_not_the_one_above),
		TEST(a_file_is_not_a_folder),
		TEST(the_identity_comes_back),
		TEST(a_mirror_without_a_block_may_be_taken_over),
		TEST(another_chain_is_refused),
		TEST(other_pools_are_refused_with_the_first_difference),
		TEST(another_schema_is_refused),
		TEST(a_damaged_identity_is_corrupt),
		TEST(another_format_is_refused),
		TEST(foreign_files_are_refused),
		TEST(another_programs_database_is_refused),
		TEST(a_file_that_was_cut_off_is_refused),
		TEST(a_second_writer_is_told_who_writes),
		TEST(a_killed_writer_leaves_no_lock),
		TEST(another_process_reads_beside_the_writer),
		TEST(one_process_shares_its_handle),
		TEST(a_folder_without_write_permission_is_read),
		TEST(a_reader_without_lmdbs_lock_keeps_writers_out),
		TEST(the_map_grows_as_blocks_come),
		TEST(a_transaction_that_runs_into_the_end_is_run_again),
		TEST(an_aborted_transaction_has_the_map_grown_too),
		TEST(a_reader_of_the_same_thread_does_not_block_for_ever),
		TEST(the_map_grows_under_readers_in_other_threads),
		TEST(a_long_reader_hears_that_the_map_has_to_grow),
		TEST(the_last_commit_is_what_a_reader_sees),
		TEST(threads_share_handles_beside_a_write_transaction),
		TEST(threads_open_and_close_the_last_handle),
		TEST(a_reader_in_another_process_follows_the_growing_map),
		TEST(readers_of_dead_processes_give_their_places_back),
	};

	return cmocka_run_group_tests_name("store/open", tests, NULL, NULL);
}
