#include "store/internal.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/*
 * The map may change only while this process has no transaction at all, readers included. So every
 * transaction passes a gate, and whoever wants to change the map shuts it and waits for the ones
 * inside. Waiting has an end: a thread that holds a reader and begins a writer that must grow the
 * map would otherwise wait for itself.
 */
enum {
	POLITE_WAIT_MS = 100, /* where there is still room: growing can wait for a better moment */
	FILE_SLACK_BYTES = 1 << 20,
	TOUCH_SHIFT = 16,
};

static void gate_enter(struct store *store)
{
	pthread_mutex_lock(&store->mutex);
	while (store->is_closed)
		pthread_cond_wait(&store->changed, &store->mutex);
	store->active++;
	pthread_mutex_unlock(&store->mutex);
}

static void gate_leave(struct store *store)
{
	pthread_mutex_lock(&store->mutex);
	assert(store->active > 0);
	store->active--;
	pthread_cond_broadcast(&store->changed);
	pthread_mutex_unlock(&store->mutex);
}

/* True: nobody is inside, and nobody enters until gate_open. */
static bool gate_shut(struct store *store, unsigned wait_ms)
{
	struct timespec until;
	bool is_alone;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += wait_ms / 1000;
	until.tv_nsec += (long)(wait_ms % 1000) * 1000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	pthread_mutex_lock(&store->mutex);
	while (store->is_closed)
		pthread_cond_wait(&store->changed, &store->mutex);
	store->is_closed = true;
	while (store->active > 0 &&
	       pthread_cond_timedwait(&store->changed, &store->mutex, &until) != ETIMEDOUT)
		;
	is_alone = store->active == 0;
	if (!is_alone) {
		store->is_closed = false;
		pthread_cond_broadcast(&store->changed);
	}
	pthread_mutex_unlock(&store->mutex);
	return is_alone;
}

static void gate_open(struct store *store)
{
	pthread_mutex_lock(&store->mutex);
	store->is_closed = false;
	pthread_cond_broadcast(&store->changed);
	pthread_mutex_unlock(&store->mutex);
}

bool store_is_awaited(struct store *store)
{
	bool is_closed;

	pthread_mutex_lock(&store->mutex);
	is_closed = store->is_closed;
	pthread_mutex_unlock(&store->mutex);
	return is_closed;
}

static void want_growth(struct store *store)
{
	pthread_mutex_lock(&store->mutex);
	store->needs_growth = true;
	pthread_mutex_unlock(&store->mutex);
}

/* Bytes of the file that the last commit uses, and of the map. Inside the gate. */
static void map_figures(uint64_t *used, uint64_t *mapped, const struct store *store)
{
	MDB_envinfo info = {0};
	MDB_stat stat = {0};

	(void)mdb_env_info(store->env, &info);
	(void)mdb_env_stat(store->env, &stat);
	*used = ((uint64_t)info.me_last_pgno + 1) * stat.ms_psize;
	*mapped = info.me_mapsize;
}

static bool is_tight(uint64_t used, uint64_t mapped)
{
	return used > mapped - mapped / 4;
}

static uint64_t grown(uint64_t mapped, const struct store_options *options)
{
	return mapped + (mapped < options->map_step_max ? mapped : options->map_step_max);
}

/* Alone behind the gate. Where the system gives no larger map, the old one comes back. */
static enum status grow_map(struct store *store, struct error *err)
{
	char text[128];
	uint64_t used;
	uint64_t mapped;
	uint64_t wanted;
	struct error ignored;
	int rc;

	if (!store->is_unlocked)
		(void)mdb_reader_check(store->env, NULL); /* dead ones keep pages from reuse */
	map_figures(&used, &mapped, store);
	wanted = mapped;
	if (store->needs_growth)
		wanted = grown(wanted, &store->options);
	while (is_tight(used, wanted))
		wanted = grown(wanted, &store->options);
	if (wanted == mapped)
		return OK;
	rc = seam_asked(store, STORE_GROWS);
	if (!rc)
		rc = mdb_env_set_mapsize(store->env, wanted);
	if (rc) {
		env_close(store);
		(void)!env_open(store, NULL, &ignored);
		return error_set(err, ERR_FULL,
				 "the map of %s is full and cannot grow to %" PRIu64 " bytes: %s",
				 store->path, wanted, code_text(text, sizeof(text), rc));
	}
	store->needs_growth = false;
	return OK;
}

static enum status reader_in_the_way(const struct store *store, struct error *err)
{
	return error_set(err, ERR_AGAIN,
			 "the map of %s has to grow, but a reader of this program has held it for "
			 "%u ms",
			 store->path, store->options.wait_ms);
}

/* Before a write transaction: a quarter of the map is free, as far as readers let us. */
static enum status make_room(struct store *store, struct error *err)
{
	uint64_t used = 0;
	uint64_t mapped = 1;
	bool must;
	enum status status;

	gate_enter(store);
	if (store->env)
		map_figures(&used, &mapped, store);
	gate_leave(store);
	pthread_mutex_lock(&store->mutex);
	must = store->needs_growth;
	pthread_mutex_unlock(&store->mutex);
	if (!must && !is_tight(used, mapped))
		return OK;
	must = must || used > mapped - mapped / 16;
	if (!gate_shut(store, must ? store->options.wait_ms : POLITE_WAIT_MS))
		return must ? reader_in_the_way(store, err) : OK;
	status = store->env ? grow_map(store, err) : OK;
	gate_open(store);
	return status;
}

/* Another process has grown the map. */
static enum status adopt_map(struct store *store, struct error *err)
{
	struct error ignored;
	int rc;

	if (!gate_shut(store, store->options.wait_ms))
		return reader_in_the_way(store, err);
	rc = store->env ? mdb_env_set_mapsize(store->env, 0) : 0;
	if (rc) {
		(void)env_failed(store, rc, "map it in its new size", err);
		env_close(store);
		(void)!env_open(store, NULL, &ignored);
	}
	gate_open(store);
	return rc ? ERR_SYSTEM : OK;
}

/* The environment has given itself up (a commit could not write its last page). */
static enum status open_again(struct store *store, struct error *err)
{
	enum status status;

	if (!gate_shut(store, store->options.wait_ms))
		return reader_in_the_way(store, err);
	env_close(store);
	status = env_open(store, NULL, err);
	gate_open(store);
	return status;
}

/*
 * LMDB leaves pages that it took and gave back at the end of the file unwritten. The file is made
 * to reach over them, so that a file which is too short is known to be cut off and is refused
 * instead of touched (env_open).
 */
static void reach_over_pages(const struct store *store, uint64_t slack)
{
	struct stat file;
	uint64_t used;
	uint64_t mapped;
	int fd;

	if (mdb_env_get_fd(store->env, &fd) || fstat(fd, &file))
		return;
	map_figures(&used, &mapped, store);
	if ((uint64_t)file.st_size < used + slack / 2)
		(void)!ftruncate(fd, (off_t)(used + slack)); /* helps or does not */
}

static enum status begin_failed(struct store *store, int rc, struct error *err)
{
	switch (rc) {
	case MDB_MAP_RESIZED:
		return adopt_map(store, err);
	case MDB_PANIC:
		return open_again(store, err);
	case MDB_READERS_FULL:
		gate_enter(store);
		if (store->env && !store->is_unlocked)
			(void)mdb_reader_check(store->env, NULL);
		gate_leave(store);
		return OK;
	default:
		return env_failed(store, rc, "begin a transaction", err);
	}
}

static void note_sizes(struct store_txn *txn)
{
	for (unsigned db = 0; db < DB_COUNT; db++) {
		MDB_stat stat;

		if (mdb_stat(txn->txn, txn->store->dbi[db], &stat))
			continue;
		txn->leaves_before[db] = stat.ms_leaf_pages;
		txn->pages_before[db] =
			stat.ms_leaf_pages + stat.ms_branch_pages + stat.ms_overflow_pages;
	}
}

static enum status prepare_writer(struct store_txn *txn, struct error *err)
{
	enum status status = newest_block(&txn->head, txn, err);

	if (status != OK && status != ERR_NOTFOUND)
		return status;
	txn->has_head = status == OK;
	txn->had_head = txn->has_head;
	txn->head_before = txn->head.ref.number;
	reach_over_pages(txn->store, FILE_SLACK_BYTES);
	note_sizes(txn);
	return OK;
}

enum status store_begin(struct store_txn **out, struct store *store, enum store_mode mode,
			struct error *err)
{
	struct store_txn *txn;
	enum status status = OK;
	MDB_txn *begun = NULL;
	int rc;

	*out = NULL;
	if (mode == STORE_WRITE && store->mode != STORE_WRITE)
		return error_set(err, ERR_USAGE, "%s is open for reading only", store->path);
	for (int attempt = 0; status == OK; attempt++) {
		if (mode == STORE_WRITE)
			status = make_room(store, err);
		if (status != OK)
			return status;
		gate_enter(store);
		rc = seam_asked(store, STORE_BEGINS);
		if (!rc)
			rc = store->env ? mdb_txn_begin(store->env, NULL,
							mode == STORE_READ ? MDB_RDONLY : 0, &begun)
					: MDB_PANIC;
		if (!rc)
			break;
		gate_leave(store);
		if (attempt == 3)
			return env_failed(store, rc, "begin a transaction", err);
		status = begin_failed(store, rc, err);
	}
	if (status != OK)
		return status;
	txn = xcalloc(1, sizeof(*txn));
	txn->store = store;
	txn->txn = begun;
	txn->mode = mode;
	if (mode == STORE_WRITE)
		status = prepare_writer(txn, err);
	if (status != OK) {
		store_abort(txn);
		return status;
	}
	*out = txn;
	return OK;
}

uint64_t store_last_commit(struct store *store)
{
	MDB_envinfo info = {0};

	gate_enter(store);
	if (store->env)
		(void)mdb_env_info(store->env, &info);
	gate_leave(store);
	return info.me_last_txnid;
}

uint64_t store_txn_number(const struct store_txn *txn)
{
	return mdb_txn_id(txn->txn);
}

/* Everything but LMDB's transaction itself. */
static void end(struct store_txn *txn)
{
	struct store *store = txn->store;

	free(txn->scratch);
	free(txn);
	gate_leave(store);
}

void store_abort(struct store_txn *txn)
{
	if (!txn)
		return;
	assert(txn->scans == 0); /* close scans first: their cursors die with the transaction */
	txn_drop_cursors(txn);
	mdb_txn_abort(txn->txn);
	end(txn);
}

/* EIO is LMDB's code for a write that was cut short, too. A failed commit left nothing behind that
 * the next one relies on: every page of it is written again. */
static bool is_no_room(int rc)
{
	return rc == ENOSPC || rc == EDQUOT || rc == EFBIG || rc == EIO;
}

static enum status commit_failed(const struct store_txn *txn, int rc, struct error *err)
{
	char text[128];
	char stays[64] = "stays empty";
	const char *why = code_text(text, sizeof(text), rc);

	if (rc == MDB_MAP_FULL)
		return error_set(err, ERR_AGAIN,
				 "the map of %s is full: it grows, run the transaction again",
				 txn->store->path);
	if (txn->had_head)
		(void)snprintf(stays, sizeof(stays), "stays at block %" PRIu64, txn->head_before);
	if (is_no_room(rc))
		return error_set(err, ERR_FULL,
				 "disk full%s while committing to %s (%s); the mirror %s: make "
				 "room, and it goes on from there",
				 rc == EIO ? " or failing" : "", txn->store->path, why, stays);
	return error_set(err, ERR_SYSTEM, "cannot commit to %s: %s; the mirror %s",
			 txn->store->path, why, stays);
}

enum status store_commit(struct store_txn *txn, struct error *err)
{
	enum status status;
	int rc;

	if (!txn)
		return OK;
	status = txn_usable(txn, err);
	if (txn->mode == STORE_READ || status != OK) {
		store_abort(txn);
		return status;
	}
	assert(txn->scans == 0);
	txn_drop_cursors(txn);
	rc = seam_asked(txn->store, STORE_COMMITS);
	if (rc)
		mdb_txn_abort(txn->txn);
	else
		rc = mdb_txn_commit(txn->txn);
	if (rc) {
		status = commit_failed(txn, rc, err);
		if (status == ERR_AGAIN)
			want_growth(txn->store);
	} else {
		(void)seam_asked(txn->store, STORE_COMMITTED);
		reach_over_pages(txn->store, 0);
	}
	end(txn);
	return status;
}

/* ---- what is put ---- */

/*
 * LMDB keeps every page that a transaction changes in memory until it commits. How many is not
 * told, but can be reckoned: the pages by which a tree has grown, and for puts at random places
 * the expected number of different leaves hit, which rises by (1 - hit/all) with each.
 */
void txn_touch(struct store_txn *txn, enum store_db db)
{
	uint64_t all = (uint64_t)txn->leaves_before[db] << TOUCH_SHIFT;

	if (txn->touched[db] < all)
		txn->touched[db] += (all - txn->touched[db]) / txn->leaves_before[db];
}

size_t store_txn_bytes(const struct store_txn *txn)
{
	MDB_stat stat = {0};
	size_t pages = 0;

	if (txn->mode != STORE_WRITE)
		return 0;
	for (unsigned db = 0; db < DB_COUNT; db++) {
		size_t now;

		if (mdb_stat(txn->txn, txn->store->dbi[db], &stat))
			continue;
		now = stat.ms_leaf_pages + stat.ms_branch_pages + stat.ms_overflow_pages;
		if (now > txn->pages_before[db])
			pages += now - txn->pages_before[db];
		pages += (size_t)(txn->touched[db] >> TOUCH_SHIFT);
	}
	return pages * (stat.ms_psize + sizeof(void *) * 2);
}

int txn_put(struct store_txn *txn, enum store_db db, MDB_val *key, MDB_val *value, unsigned flags)
{
	if (!txn->cursors[db]) {
		int rc = mdb_cursor_open(txn->txn, txn->store->dbi[db], &txn->cursors[db]);

		if (rc)
			return rc;
	}
	if (!(flags & MDB_APPEND))
		txn_touch(txn, db);
	return mdb_cursor_put(txn->cursors[db], key, value, flags);
}

/* ---- cursors and errors ---- */

enum status txn_cursor(MDB_cursor **out, struct store_txn *txn, enum store_db db, struct error *err)
{
	enum status status = txn_usable(txn, err);

	if (status != OK)
		return status;
	if (!txn->cursors[db]) {
		int rc = mdb_cursor_open(txn->txn, txn->store->dbi[db], &txn->cursors[db]);

		if (rc)
			return txn_failed(txn, rc, "open a cursor", err);
	}
	*out = txn->cursors[db];
	return OK;
}

void txn_drop_cursors(struct store_txn *txn)
{
	for (unsigned db = 0; db < DB_COUNT; db++) {
		if (txn->cursors[db])
			mdb_cursor_close(txn->cursors[db]);
		txn->cursors[db] = NULL;
	}
}

enum status txn_open_scan(void **cursor, struct store_txn *txn, enum store_db db, struct error *err)
{
	enum status status = txn_usable(txn, err);
	MDB_cursor *opened;
	int rc;

	*cursor = NULL;
	if (status != OK)
		return status;
	rc = mdb_cursor_open(txn->txn, txn->store->dbi[db], &opened);
	if (rc)
		return txn_failed(txn, rc, "open a cursor", err);
	*cursor = opened;
	txn->scans++;
	return OK;
}

void txn_close_scan(struct store_txn *txn, void **cursor)
{
	if (!*cursor)
		return;
	mdb_cursor_close(*cursor);
	*cursor = NULL;
	txn->scans--;
}

uint8_t *txn_scratch(struct store_txn *txn, size_t size)
{
	if (txn->scratch_size < size) {
		txn->scratch_size = size + size / 2;
		txn->scratch = xrealloc(txn->scratch, txn->scratch_size);
	}
	return txn->scratch;
}

enum status txn_usable(const struct store_txn *txn, struct error *err)
{
	if (txn->failure.status != OK && err)
		*err = txn->failure;
	return txn->failure.status;
}

enum status txn_doom(struct store_txn *txn, enum status status, const struct error *err)
{
	if (txn->mode == STORE_WRITE && txn->failure.status == OK && status != OK) {
		if (err && err->status == status)
			txn->failure = *err;
		else
			(void)error_set(&txn->failure, status, "the transaction failed before");
	}
	return status;
}

enum status txn_failed(struct store_txn *txn, int rc, const char *what, struct error *err)
{
	char text[128];
	struct error words = {0};
	const char *path = txn->store->path;
	enum status status;

	switch (rc) {
	case MDB_MAP_FULL:
		want_growth(txn->store);
		status = error_set(&words, ERR_AGAIN,
				   "the map of %s is full: it grows, run the transaction again",
				   path);
		break;
	case ENOSPC:
	case EDQUOT:
	case EFBIG: /* pages that a large transaction had to write before its end */
		status = error_set(&words, ERR_FULL, "disk full: cannot %s of %s (%s)", what, path,
				   code_text(text, sizeof(text), rc));
		break;
	case MDB_TXN_FULL:
		status = error_set(&words, ERR_SYSTEM,
				   "%s: cannot %s: the transaction is too large", path, what);
		break;
	case MDB_CORRUPTED:
	case MDB_PAGE_NOTFOUND:
	case MDB_INVALID:
	case MDB_INCOMPATIBLE:
	case MDB_BAD_VALSIZE:
	case MDB_CURSOR_FULL:
	case MDB_PAGE_FULL:
		status = error_set(&words, ERR_CORRUPT, "%s: cannot %s: %s", path, what,
				   code_text(text, sizeof(text), rc));
		break;
	default:
		status = error_set(&words, ERR_SYSTEM, "%s: cannot %s: %s", path, what,
				   code_text(text, sizeof(text), rc));
		break;
	}
	(void)txn_doom(txn, status, &words);
	if (err)
		*err = words;
	return status;
}
