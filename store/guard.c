/* Who writes in the folder, and what keeps him from it: the file "writer". */
#include "store/internal.h"
#include "store/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

enum { LOCK_FILE_BYTES = 128 + STORE_READERS * 64 };

static long holder_of(int fd)
{
	char text[32] = {0};

	return pread(fd, text, sizeof(text) - 1, 0) > 0 ? strtol(text, NULL, 10) : 0;
}

/*
 * LMDB makes its lock file without any blocks and then writes through a map: on a full disk that
 * ends the program. So the blocks are taken before. It holds a head and 64 bytes a reader.
 */
static enum status reserve_lock_file(const struct store *store, struct error *err)
{
	char path[PATH_SIZE];
	enum status status = path_in(path, store, "lock.mdb", err);
	int fd;
	int problem = 0;

	if (status != OK)
		return status;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		return env_failed(store, errno, "write in", err);
	if (fallocate(fd, 0, 0, LOCK_FILE_BYTES) && errno != EOPNOTSUPP && errno != ENOSYS)
		problem = errno;
	(void)close(fd);
	return problem ? env_failed(store, problem, "write in", err) : OK;
}

/* The file is locked: by a writer, or by readers that keep writers out. */
static enum status somebody_is_there(const struct store *store, struct error *err)
{
	if (flock(store->guard_fd, LOCK_SH | LOCK_NB) == 0)
		return error_set(err, ERR_DENIED,
				 "somebody without permission to write reads %s just now: let them "
				 "end, or give them write access to it",
				 store->path);
	return error_set(err, ERR_DENIED,
			 "another covermirror (process %ld) is writing in %s: stop it first, or "
			 "use another store.path",
			 holder_of(store->guard_fd), store->path);
}

enum status guard_for_writing(struct store *store, struct error *err)
{
	char path[PATH_SIZE];
	enum status status = path_in(path, store, "writer", err);

	if (status != OK)
		return status;
	store->guard_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (store->guard_fd < 0)
		return env_failed(store, errno, "write in", err);
	if (flock(store->guard_fd, LOCK_EX | LOCK_NB)) {
		status = errno == EWOULDBLOCK ? somebody_is_there(store, err)
					      : env_failed(store, errno, "lock", err);
		(void)close(store->guard_fd); /* it is not ours to empty */
		store->guard_fd = -1;
		return status;
	}
	/* The lock is what counts: on a full disk it is held all the same, without words. */
	if (store_writer_sign(store->guard_fd) && errno != ENOSPC && errno != EDQUOT &&
	    errno != EFBIG)
		return env_failed(store, errno, "write in", err);
	return reserve_lock_file(store, err);
}

/*
 * LMDB's readers write too: into the lock file, where the writer sees which pages they still need.
 * Where that is not possible (another user's folder, a read-only mount) a reader may go without,
 * but then nobody may write: it holds the writer file shared as long as it is open.
 */
enum status guard_for_reading(struct store *store, struct error *err)
{
	char path[PATH_SIZE];
	enum status status = path_in(path, store, "lock.mdb", err);

	if (status != OK)
		return status;
	if (faccessat(AT_FDCWD, path, R_OK | W_OK, AT_EACCESS) == 0)
		return OK;
	if (errno == ENOENT && faccessat(AT_FDCWD, store->path, W_OK | X_OK, AT_EACCESS) == 0)
		return reserve_lock_file(store, err);
	store->is_unlocked = true;
	status = path_in(path, store, "writer", err);
	if (status != OK)
		return status;
	store->guard_fd = open(path, O_RDONLY | O_CLOEXEC);
	if (store->guard_fd < 0) /* a copy without that file: nobody writes in it */
		return errno == ENOENT ? OK : env_failed(store, errno, "read in", err);
	if (flock(store->guard_fd, LOCK_SH | LOCK_NB) == 0)
		return OK;
	return error_set(err, ERR_DENIED,
			 "covermirror (process %ld) is writing in %s, and reading beside it needs "
			 "write access to %s/lock.mdb",
			 holder_of(store->guard_fd), store->path, store->path);
}

void guard_release(struct store *store)
{
	if (store->guard_fd < 0)
		return;
	/* Not emptied: its block on the disk is kept for the next writer, who may find no other. */
	if (store->mode == STORE_WRITE && pwrite(store->guard_fd, "\n", 1, 0) == 1)
		(void)!ftruncate(store->guard_fd, 1);
	(void)flock(store->guard_fd, LOCK_UN);
	(void)close(store->guard_fd);
	store->guard_fd = -1;
}

void store_tell_trouble(struct store *store, const char *words)
{
	if (store->mode == STORE_WRITE && store->guard_fd >= 0)
		(void)store_writer_tell(store->guard_fd, words);
}
