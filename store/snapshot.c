#include "store/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/internal.h"

enum { ATTEMPTS = 4 };

static enum status no_write(const char *path, int rc, struct error *err)
{
	char text[128];
	const char *why = code_text(text, sizeof(text), rc);

	/* EIO is LMDB's code for a write that was cut short, too. */
	if (rc == ENOSPC || rc == EDQUOT || rc == EFBIG || rc == EIO)
		return error_set(err, ERR_FULL,
				 "cannot write %s: the disk is full%s (%s); nothing of it is kept",
				 path, rc == EIO ? " or failing" : "", why);
	return error_set(err, ERR_SYSTEM, "cannot write %s: %s", path, why);
}

static enum status is_there(const char *path, struct error *err)
{
	return error_set(err, ERR_DENIED,
			 "%s is there already: a snapshot overwrites nothing; name another file",
			 path);
}

/* ---- taking ---- */

/* A kill may have left one behind; somebody who writes it just now holds its lock. */
static enum status open_partial(int *fd, const char *partial, struct error *err)
{
	*fd = open(partial, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (*fd < 0)
		return no_write(partial, errno, err);
	if (flock(*fd, LOCK_EX | LOCK_NB)) {
		(void)close(*fd);
		*fd = -1;
		return error_set(err, ERR_DENIED, "somebody writes %s just now", partial);
	}
	return ftruncate(*fd, 0) ? no_write(partial, errno, err) : OK;
}

/*
 * LMDB's copy begins a transaction of its own. Ours is open around it, because that adopts a map
 * that the writer has made larger, and keeps it as it is meanwhile.
 */
static enum status copy_commit(struct store *store, int fd, const char *partial, struct error *err)
{
	int rc = MDB_MAP_RESIZED;

	for (int attempt = 0; rc == MDB_MAP_RESIZED && attempt < ATTEMPTS; attempt++) {
		struct store_txn *txn;
		enum status status = store_begin(&txn, store, STORE_READ, err);

		if (status != OK)
			return status;
		rc = mdb_env_copyfd2(store->env, fd, MDB_CP_COMPACT);
		store_abort(txn);
		if (rc == MDB_MAP_RESIZED && ftruncate(fd, 0))
			return no_write(partial, errno, err);
	}
	switch (rc) {
	case 0:
		return OK;
	case MDB_CORRUPTED:
	case MDB_PAGE_NOTFOUND:
	case MDB_INCOMPATIBLE: /* the tree has not the pages that it should have */
	case MDB_MAP_RESIZED:
	case MDB_READERS_FULL:
		return rc == MDB_INCOMPATIBLE
			       ? error_set(err, ERR_CORRUPT,
					   "%s cannot be copied: pages of it are in no tree; see "
					   "`covermirror check-store`",
					   store->path)
			       : env_failed(store, rc, "copy", err);
	default:
		return no_write(partial, rc, err);
	}
}

/* The name lasts, too. A file system that cannot do that has the file all the same. */
static void sync_folder_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_SIZE];
	int length = slash ? snprintf(folder, sizeof(folder), "%.*s",
				      slash == path ? 1 : (int)(slash - path), path)
			   : snprintf(folder, sizeof(folder), ".");
	int fd = length > 0 && length < PATH_SIZE ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
						  : -1;

	if (fd < 0)
		return;
	(void)fsync(fd);
	(void)close(fd);
}

/* A link overwrites nothing, whoever else makes that name; where there are no links, renaming has
 * to do. */
static enum status give_name(const char *partial, const char *path, struct error *err)
{
	struct stat info;

	if (link(partial, path) == 0) {
		(void)unlink(partial);
		return OK;
	}
	if (errno == EEXIST)
		return is_there(path, err);
	if (errno != EPERM && errno != EOPNOTSUPP && errno != EMLINK && errno != ENOSYS)
		return no_write(path, errno, err);
	if (lstat(path, &info) == 0)
		return is_there(path, err);
	return rename(partial, path) ? no_write(path, errno, err) : OK;
}

enum status store_snapshot(struct store *store, const char *path, struct error *err)
{
	char partial[PATH_SIZE];
	int length = snprintf(partial, sizeof(partial), "%s.partial", path);
	struct stat info;
	enum status status;
	int fd = -1;

	if (length < 0 || length >= PATH_SIZE)
		return error_set(err, ERR_USAGE, "the snapshot's path is too long");
	if (lstat(path, &info) == 0)
		return is_there(path, err);
	status = open_partial(&fd, partial, err);
	if (fd < 0)
		return status;
	if (status == OK)
		status = copy_commit(store, fd, partial, err);
	if (status == OK && fsync(fd))
		status = no_write(partial, errno, err);
	if (status == OK)
		status = give_name(partial, path, err);
	if (status == OK)
		sync_folder_of(path);
	else
		(void)unlink(partial);
	(void)close(fd);
	return status;
}

/* ---- reading ---- */

enum status store_open_file(struct store **out, const char *path, struct error *err)
{
	struct store *store;
	struct stat info;
	enum status status;

	*out = NULL;
	if (stat(path, &info))
		return error_set(err, errno == ENOENT ? ERR_NOTFOUND : ERR_SYSTEM,
				 "cannot read %s: %s", path, strerror(errno));
	if (!S_ISREG(info.st_mode) || info.st_size == 0)
		return error_set(err, ERR_DENIED,
				 "%s is no snapshot of a covermirror store: it is %s", path,
				 S_ISREG(info.st_mode) ? "empty" : "no file");
	store = store_new(path, STORE_READ, &store_defaults);
	store->is_file = true;
	store->is_unlocked = true;
	status = env_open(store, NULL, err);
	if (status != OK) {
		store_free(store);
		return status;
	}
	*out = store;
	return OK;
}

/* ---- putting back ---- */

enum { COPY_BYTES = 1 << 20 };

struct store_restore {
	struct store *place; /* the folder, with the writer's lock */
	char copy[PATH_SIZE];
	bool made_folder;
	bool made_writer;
	bool made_lock;
	bool is_finished;
};

static bool exists_in(const struct store *place, const char *name)
{
	char path[PATH_SIZE];
	struct stat info;

	return path_in(path, place, name, NULL) == OK && lstat(path, &info) == 0;
}

static void remove_in(const struct store *place, const char *name)
{
	char path[PATH_SIZE];

	if (path_in(path, place, name, NULL) == OK)
		(void)unlink(path);
}

/* Nothing that anybody may want back is overwritten. */
static enum status is_free(const struct store *place, struct error *err)
{
	struct block_record cursor;
	struct store *there;
	struct store_txn *txn;
	enum status status;

	if (!exists_in(place, "data.mdb"))
		return OK;
	status = store_open(&there, place->path, STORE_READ, NULL, err);
	if (status == ERR_NOTFOUND) /* an empty file */
		return OK;
	if (status == OK) {
		status = store_begin(&txn, there, STORE_READ, err);
		if (status == OK)
			status = store_cursor(&cursor, txn, err);
		store_abort(txn);
		store_close(there);
		if (status == ERR_NOTFOUND)
			return OK;
		if (status == OK)
			return error_set(err, ERR_DENIED,
					 "%s holds a mirror already, as of block %llu: move it "
					 "away, or use another store.path",
					 place->path, (unsigned long long)cursor.ref.number);
	}
	(void)error_wrap(err, "there is something in %s already: move it away", place->path);
	return err->status;
}

static enum status copy_bytes(int to, int from, const char *copy, const char *file,
			      struct error *err)
{
	uint8_t *buffer = xmalloc(COPY_BYTES);
	enum status status = OK;
	ssize_t n = 0;

	while (status == OK && (n = read(from, buffer, COPY_BYTES)) != 0) {
		ssize_t done = 0;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			status = error_set(err, ERR_SYSTEM, "cannot read %s: %s", file,
					   strerror(errno));
		while (status == OK && done < n) {
			ssize_t written = write(to, buffer + done, (size_t)(n - done));

			if (written < 0 && errno == EINTR)
				continue;
			if (written <= 0)
				status = no_write(copy, written < 0 ? errno : EIO, err);
			else
				done += written;
		}
	}
	free(buffer);
	return status;
}

static enum status copy_in(const struct store_restore *restore, const char *file, struct error *err)
{
	int from = open(file, O_RDONLY | O_CLOEXEC);
	enum status status;
	int to;

	if (from < 0)
		return error_set(err, errno == ENOENT ? ERR_NOTFOUND : ERR_SYSTEM,
				 "cannot read %s: %s", file, strerror(errno));
	to = open(restore->copy, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (to < 0) {
		status = no_write(restore->copy, errno, err);
	} else {
		status = copy_bytes(to, from, restore->copy, file, err);
		if (status == OK && fsync(to))
			status = no_write(restore->copy, errno, err);
		if (close(to) && status == OK)
			status = no_write(restore->copy, errno, err);
	}
	(void)close(from);
	return status;
}

enum status store_restore_begin(struct store_restore **out, const char *folder, const char *file,
				struct error *err)
{
	struct store_restore *restore = xcalloc(1, sizeof(*restore));
	struct stat info;
	enum status status;

	*out = NULL;
	restore->place = store_new(folder, STORE_WRITE, &store_defaults);
	restore->made_folder = lstat(folder, &info) != 0;
	restore->made_writer = !exists_in(restore->place, "writer");
	restore->made_lock = !exists_in(restore->place, "lock.mdb");
	status = path_in(restore->copy, restore->place, "data.mdb.restore", err);
	if (status == OK)
		status = folder_ready(restore->place, err);
	if (status == OK)
		status = guard_for_writing(restore->place, err);
	if (status == OK)
		status = is_free(restore->place, err);
	if (status == OK)
		status = copy_in(restore, file, err);
	if (status != OK) {
		store_restore_end(restore);
		return status;
	}
	*out = restore;
	return OK;
}

const char *store_restore_copy(const struct store_restore *restore)
{
	return restore->copy;
}

/* LMDB's readers hold a lock on its lock file. One that has a store without blocks open would go on
 * with the old file and the new one's table of readers. */
static enum status is_unread(const struct store *place, struct error *err)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	char path[PATH_SIZE];
	enum status status = path_in(path, place, "lock.mdb", err);
	bool is_held;
	int fd;

	if (status != OK)
		return status;
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? OK : env_failed(place, errno, "look into", err);
	is_held = fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
	(void)close(fd);
	return is_held ? error_set(err, ERR_DENIED,
				   "process %ld reads the empty mirror in %s: let it end first",
				   (long)lock.l_pid, place->path)
		       : OK;
}

enum status store_restore_finish(struct store_restore *restore, struct error *err)
{
	char data[PATH_SIZE];
	enum status status = path_in(data, restore->place, "data.mdb", err);

	if (status == OK)
		status = is_unread(restore->place, err);
	if (status == OK && rename(restore->copy, data))
		status = no_write(data, errno, err);
	if (status != OK)
		return status;
	restore->is_finished = true;
	sync_folder_of(data);
	if (restore->made_folder)
		sync_folder_of(restore->place->path);
	return OK;
}

void store_restore_end(struct store_restore *restore)
{
	const struct store *place;

	if (!restore)
		return;
	place = restore->place;
	if (!restore->is_finished && place->guard_fd >= 0) {
		(void)unlink(restore->copy);
		if (restore->made_lock)
			remove_in(place, "lock.mdb");
		if (restore->made_writer)
			remove_in(place, "writer");
	}
	if (!restore->is_finished && restore->made_folder)
		(void)rmdir(place->path);
	store_free(restore->place);
	free(restore);
}
