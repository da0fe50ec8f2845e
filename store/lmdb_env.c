#include "store/internal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const db_names[DB_COUNT] = {
	"meta", "blocks", "rows", "changes", "events", "transactions", "hashes", "proved", "notes",
};

const struct store_options store_defaults = {
	.map_initial = (size_t)64 << 20,
	.map_step_max = (size_t)1 << 30,
	.wait_ms = 10000,
};

enum { MAX_READERS = STORE_READERS };

/* ---- words ---- */

const char *code_text(char *buffer, size_t size, int rc)
{
	return rc > 0 ? strerror_r(rc, buffer, size) : mdb_strerror(rc);
}

enum status env_failed(const struct store *store, int rc, const char *what, struct error *err)
{
	char text[128];
	const char *why = code_text(text, sizeof(text), rc);

	switch (rc) {
	case MDB_INVALID:
	case MDB_VERSION_MISMATCH:
	case MDB_INCOMPATIBLE:
		if (store->is_file)
			return error_set(err, ERR_DENIED,
					 "%s is no snapshot of a covermirror store (%s)",
					 store->path, why);
		return error_set(
			err, ERR_DENIED,
			"%s does not hold a covermirror store (%s): use another store.path",
			store->path, why);
	case MDB_CORRUPTED:
	case MDB_PAGE_NOTFOUND:
		return error_set(err, ERR_CORRUPT, "%s: cannot %s: %s", store->path, what, why);
	case EACCES:
	case EPERM:
		return error_set(err, ERR_SYSTEM, "no permission to %s %s", what, store->path);
	case EROFS:
		return error_set(err, ERR_SYSTEM,
				 "cannot %s %s: it lies on a read-only file system", what,
				 store->path);
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return error_set(err, ERR_FULL, "cannot %s %s: the disk is full (%s)", what,
				 store->path, why);
	case MDB_READERS_FULL:
		return error_set(err, ERR_AGAIN, "%s has %d readers already", store->path,
				 MAX_READERS);
	case MDB_MAP_RESIZED:
		return error_set(err, ERR_AGAIN, "%s keeps growing", store->path);
	default:
		return error_set(err, ERR_SYSTEM, "%s: cannot %s: %s", store->path, what, why);
	}
}

int seam_asked(const struct store *store, enum store_moment moment)
{
	const struct store_seam *seam = store->options.seam;

	switch (seam ? seam->ask(seam->context, moment) : STORE_FINE) {
	case STORE_DISK_FULL:
		return ENOSPC;
	case STORE_DISK_FAILS:
		return EIO;
	case STORE_MAP_FULL:
		return MDB_MAP_FULL;
	case STORE_GIVES_UP:
		return MDB_PANIC;
	case STORE_FINE:
		break;
	}
	return 0;
}

enum status path_in(char out[PATH_SIZE], const struct store *store, const char *name,
		    struct error *err)
{
	int length = snprintf(out, PATH_SIZE, "%s/%s", store->path, name);

	return length > 0 && length < PATH_SIZE
		       ? OK
		       : error_set(err, ERR_USAGE, "store.path is too long");
}

/* ---- the folder ---- */

enum status folder_ready(const struct store *store, struct error *err)
{
	char data[PATH_SIZE];
	struct stat info;
	enum status status;

	if (store->mode == STORE_WRITE && mkdir(store->path, 0777) && errno != EEXIST) {
		if (errno == ENOENT || errno == ENOTDIR)
			return error_set(
				err, ERR_SYSTEM,
				"cannot make the folder %s: the folder above it is missing",
				store->path);
		return env_failed(store, errno, "make the folder", err);
	}
	status = path_in(data, store, "data.mdb", err);
	if (status != OK)
		return status;
	if (stat(store->path, &info)) {
		if (errno != ENOENT)
			return env_failed(store, errno, "look at", err);
		info.st_mode = S_IFDIR; /* not there at all; told below */
	}
	if (!S_ISDIR(info.st_mode))
		return error_set(err, ERR_DENIED, "%s is not a folder: use another store.path",
				 store->path);
	if (store->mode == STORE_WRITE)
		return OK;
	if (stat(data, &info)) {
		if (errno != ENOENT)
			return env_failed(store, errno, "look into", err);
		info.st_size = 0;
	}
	if (info.st_size == 0)
		return error_set(err, ERR_NOTFOUND,
				 "there is no mirror in %s yet: run `covermirror sync` first",
				 store->path);
	return OK;
}

/* ---- the environment ---- */

static enum status open_tables(struct store *store, MDB_txn *txn, unsigned flags, struct error *err)
{
	for (unsigned db = 0; db < DB_COUNT; db++) {
		int rc = mdb_dbi_open(txn, db_names[db], flags, &store->dbi[db]);

		if (rc == MDB_NOTFOUND)
			return error_set(err, ERR_CORRUPT, "%s: the store has no %s", store->path,
					 db_names[db]);
		if (rc)
			return env_failed(store, rc, "open", err);
	}
	return OK;
}

/* What was noted of another chain's nodes, or for other pools, is nothing to the next owner. */
static int take_over(struct store *store, MDB_txn *txn, const struct store_identity *identity)
{
	struct error ignored;
	int rc = 0;

	if (check_identity(store, txn, identity, &ignored) != OK)
		rc = mdb_drop(txn, store->dbi[DB_NOTES], 0);
	return rc ? rc : write_identity(store, txn, identity);
}

/*
 * A mirror without a block is nobody's yet: a first run that was refused leaves one, and the
 * corrected configuration may take it over.
 */
static enum status open_existing(struct store *store, MDB_txn *txn,
				 const struct store_identity *identity, struct error *err)
{
	MDB_stat stat;
	enum status status = check_identity(store, txn, NULL, err);
	int rc;

	if (status == OK)
		status = open_tables(store, txn, 0, err);
	if (status != OK || !identity)
		return status;
	rc = mdb_stat(txn, store->dbi[DB_BLOCKS], &stat);
	if (!rc && store->mode == STORE_WRITE && stat.ms_entries == 0)
		rc = take_over(store, txn, identity);
	else if (!rc)
		return check_identity(store, txn, identity, err);
	return rc ? env_failed(store, rc, "open", err) : OK;
}

/* The sub-databases of an existing store, or a new one's. */
static enum status open_content(struct store *store, MDB_txn *txn,
				const struct store_identity *identity, struct error *err)
{
	MDB_dbi root;
	MDB_stat stat;
	enum status status;
	int rc = mdb_dbi_open(txn, db_names[DB_META], 0, &store->dbi[DB_META]);

	if (!rc)
		return open_existing(store, txn, identity, err);
	if (rc == MDB_INCOMPATIBLE)
		return not_a_store(store, err);
	if (rc != MDB_NOTFOUND)
		return env_failed(store, rc, "open", err);
	rc = mdb_dbi_open(txn, NULL, 0, &root);
	if (!rc)
		rc = mdb_stat(txn, root, &stat);
	if (rc)
		return env_failed(store, rc, "open", err);
	if (stat.ms_entries > 0)
		return not_a_store(store, err);
	if (store->mode == STORE_READ || !identity)
		return error_set(err, ERR_NOTFOUND,
				 "there is no mirror in %s yet: run `covermirror sync` first",
				 store->path);
	status = open_tables(store, txn, MDB_CREATE, err);
	if (status != OK)
		return status;
	rc = write_identity(store, txn, identity);
	return rc ? env_failed(store, rc, "write in", err) : OK;
}

/* A file that was cut off would end the program at the first touch of what is missing. */
static enum status check_length(const struct store *store, struct error *err)
{
	MDB_envinfo info;
	MDB_stat stat;
	struct stat file;
	uint64_t used;
	int fd;

	if (mdb_env_info(store->env, &info) || mdb_env_stat(store->env, &stat) ||
	    mdb_env_get_fd(store->env, &fd) || fstat(fd, &file))
		return error_set(err, ERR_SYSTEM, "%s: cannot look at data.mdb", store->path);
	used = ((uint64_t)info.me_last_pgno + 1) * stat.ms_psize;
	if ((uint64_t)file.st_size < used)
		return error_set(err, ERR_CORRUPT,
				 "%s%s is cut off: it has %" PRIu64 " of %" PRIu64 " bytes",
				 store->path, store->is_file ? "" : "/data.mdb",
				 (uint64_t)file.st_size, used);
	return OK;
}

static enum status map_at_least(struct store *store, struct error *err)
{
	MDB_envinfo info;
	int rc = mdb_env_info(store->env, &info);

	if (!rc && info.me_mapsize < store->options.map_initial)
		rc = mdb_env_set_mapsize(store->env, store->options.map_initial);
	return rc ? env_failed(store, rc, "map", err) : OK;
}

static enum status open_env(struct store *store, struct error *err)
{
	unsigned flags = MDB_NOTLS;
	int rc = mdb_env_create(&store->env);

	if (rc)
		return env_failed(store, rc, "open", err);
	if (store->mode == STORE_READ)
		flags |= MDB_RDONLY;
	if (store->is_unlocked)
		flags |= MDB_NOLOCK;
	if (store->is_file)
		flags |= MDB_NOSUBDIR;
	rc = mdb_env_set_maxdbs(store->env, DB_COUNT);
	if (!rc)
		rc = mdb_env_set_maxreaders(store->env, MAX_READERS);
	if (!rc)
		rc = mdb_env_open(store->env, store->path, flags, 0666);
	if (rc)
		return env_failed(store, rc, "open", err);
	if (!store->is_unlocked)
		(void)mdb_reader_check(store->env, NULL); /* dead processes' readers */
	return store->mode == STORE_WRITE ? map_at_least(store, err) : OK;
}

enum status env_open(struct store *store, const struct store_identity *identity, struct error *err)
{
	MDB_txn *txn;
	enum status status = open_env(store, err);
	int rc;

	if (status == OK)
		status = check_length(store, err);
	if (status != OK) {
		env_close(store);
		return status;
	}
	rc = mdb_txn_begin(store->env, NULL, store->mode == STORE_READ ? MDB_RDONLY : 0, &txn);
	if (rc) {
		status = env_failed(store, rc, "begin a transaction", err);
		env_close(store);
		return status;
	}
	status = open_content(store, txn, identity, err);
	if (status != OK) {
		mdb_txn_abort(txn);
		env_close(store);
		return status;
	}
	rc = store->mode == STORE_WRITE ? seam_asked(store, STORE_COMMITS) : 0;
	if (rc)
		mdb_txn_abort(txn);
	else
		rc = mdb_txn_commit(txn);
	if (rc) {
		status = env_failed(store, rc, "write in", err);
		env_close(store);
	}
	return status;
}

void env_close(struct store *store)
{
	if (store->env)
		mdb_env_close(store->env);
	store->env = NULL;
}

/* ---- handles ---- */

/*
 * Every store that this process has open. LMDB's locks belong to the process and are lost when any
 * of its descriptors of the lock file is closed, so a file must not be opened twice: a second
 * store_open for reading gets the first handle again.
 *
 * Two locks, taken in this order: opening_mutex is held while a file is opened or closed for good,
 * which may wait for another process; registry_mutex guards the list and the counts of handles,
 * and nothing waits under it. So whoever is in a write transaction may still get and give back
 * handles of its store.
 */
static pthread_mutex_t opening_mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t registry_mutex = PTHREAD_MUTEX_INITIALIZER;
static struct store *registry;

static struct store *find_open(const char *path)
{
	char data[PATH_SIZE];
	struct stat file;
	int length = snprintf(data, sizeof(data), "%s/data.mdb", path);

	if (length < 0 || length >= PATH_SIZE || stat(data, &file))
		return NULL;
	for (struct store *store = registry; store; store = store->next)
		if (store->device == file.st_dev && store->inode == file.st_ino &&
		    store->process == getpid())
			return store;
	return NULL;
}

static void remember(struct store *store)
{
	struct stat file;
	int fd;

	if (mdb_env_get_fd(store->env, &fd) == 0 && fstat(fd, &file) == 0) {
		store->device = file.st_dev;
		store->inode = file.st_ino;
	}
	store->process = getpid();
	store->next = registry;
	registry = store;
}

static void forget(const struct store *store)
{
	for (struct store **at = &registry; *at; at = &(*at)->next) {
		if (*at == store) {
			*at = store->next;
			return;
		}
	}
}

struct store *store_new(const char *path, enum store_mode mode, const struct store_options *options)
{
	struct store *store = xcalloc(1, sizeof(*store));
	pthread_condattr_t monotonic;

	store->path = xstrdup(path);
	store->mode = mode;
	store->options = *options;
	store->guard_fd = -1;
	store->handles = 1;
	(void)pthread_mutex_init(&store->mutex, NULL);
	(void)pthread_condattr_init(&monotonic);
	(void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&store->changed, &monotonic);
	(void)pthread_condattr_destroy(&monotonic);
	return store;
}

void store_free(struct store *store)
{
	env_close(store);
	guard_release(store);
	(void)pthread_cond_destroy(&store->changed);
	(void)pthread_mutex_destroy(&store->mutex);
	free(store->path);
	free(store);
}

static enum status open_new(struct store *store, const struct store_identity *identity,
			    struct error *err)
{
	enum status status = folder_ready(store, err);

	if (status == OK)
		status = store->mode == STORE_WRITE ? guard_for_writing(store, err)
						    : guard_for_reading(store, err);
	return status == OK ? env_open(store, identity, err) : status;
}

/* A handle more of a store that is open already, for a reader; whether it is open for reading only.
 */
static struct store *share(const char *path, enum store_mode mode, bool *is_read_only)
{
	struct store *store;

	pthread_mutex_lock(&registry_mutex);
	store = find_open(path);
	*is_read_only = store && store->mode == STORE_READ;
	if (store && mode == STORE_READ)
		store->handles++;
	else
		store = NULL;
	pthread_mutex_unlock(&registry_mutex);
	return store;
}

/* Under opening_mutex. */
static enum status share_or_open(struct store **out, const char *path, enum store_mode mode,
				 const struct store_identity *identity,
				 const struct store_options *options, struct error *err)
{
	struct store *store;
	bool is_read_only;
	enum status status;

	*out = share(path, mode, &is_read_only);
	if (*out)
		return OK;
	if (is_read_only)
		return error_set(err, ERR_DENIED, "this program has %s open for reading already",
				 path);
	store = store_new(path, mode, options);
	status = open_new(store, identity, err);
	if (status != OK) {
		store_free(store);
		return status;
	}
	pthread_mutex_lock(&registry_mutex);
	remember(store);
	pthread_mutex_unlock(&registry_mutex);
	*out = store;
	return OK;
}

enum status store_open_with(struct store **out, const char *path, enum store_mode mode,
			    const struct store_identity *identity,
			    const struct store_options *options, struct error *err)
{
	bool is_read_only;
	enum status status;

	*out = NULL;
	if (mode == STORE_WRITE && (!identity || !identity->pool_set))
		return error_set(err, ERR_USAGE, "a store to write in needs an identity");
	*out = share(path, mode, &is_read_only);
	if (*out)
		return OK;
	pthread_mutex_lock(&opening_mutex);
	status = share_or_open(out, path, mode, identity, options, err);
	pthread_mutex_unlock(&opening_mutex);
	return status;
}

enum status store_open(struct store **out, const char *path, enum store_mode mode,
		       const struct store_identity *identity, struct error *err)
{
	return store_open_with(out, path, mode, identity, &store_defaults, err);
}

enum status store_open_seamed(struct store **out, const char *path,
			      const struct store_identity *identity, const struct store_seam *seam,
			      struct error *err)
{
	struct store_options options = store_defaults;

	options.seam = seam;
	if (seam && seam->map_initial)
		options.map_initial = seam->map_initial;
	return store_open_with(out, path, STORE_WRITE, identity, &options, err);
}

/* Gives a handle back that is not the last. */
static bool release_shared(struct store *store)
{
	bool is_shared;

	pthread_mutex_lock(&registry_mutex);
	is_shared = store->handles > 1;
	if (is_shared)
		store->handles--;
	pthread_mutex_unlock(&registry_mutex);
	return is_shared;
}

void store_close(struct store *store)
{
	bool is_last;

	if (!store || release_shared(store))
		return;
	pthread_mutex_lock(&opening_mutex);
	pthread_mutex_lock(&registry_mutex);
	is_last = --store->handles == 0;
	if (is_last)
		forget(store);
	pthread_mutex_unlock(&registry_mutex);
	if (is_last)
		store_free(store);
	pthread_mutex_unlock(&opening_mutex);
}
