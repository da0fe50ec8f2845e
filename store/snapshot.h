/*
 * snapshot.h - the mirror as one file: copied while the writer works, and put back.
 *
 * A snapshot is the database of one commit without its free pages, so it is smaller than the
 * store's own file. It holds the identity, so that it is never put back where it does not belong.
 */
#ifndef STORE_SNAPSHOT_H
#define STORE_SNAPSHOT_H

#include "store/store.h"

/*
 * Copies the newest commit to the new file `path`: written beside it as "PATH.partial", made
 * durable, then named. The writer of this or another process goes on meanwhile; pages that the copy
 * still needs are not reused, so the store's file may grow. The thread must have no transaction.
 * ERR_DENIED: there is such a file already, or somebody is writing it just now; ERR_FULL,
 * ERR_SYSTEM: it cannot be written, and nothing of it is left.
 */
enum status store_snapshot(struct store *store, const char *path, struct error *err) MUST_CHECK;

/*
 * Opens such a file for reading; store_close closes it. ERR_NOTFOUND: no such file; ERR_DENIED:
 * another kind of file, another schema; ERR_CORRUPT: it is cut off. What it holds may still be
 * damaged: see store_check.
 */
enum status store_open_file(struct store **out, const char *path, struct error *err) MUST_CHECK;

/*
 * Putting a snapshot back, in three steps, so that somebody can look at the copy before it becomes
 * the store: store_restore_begin takes the writer's place in `folder` (made where it is missing)
 * and copies the file into it; store_restore_finish makes the copy the store; store_restore_end
 * gives the place back, and where the restore was not finished leaves the folder as it was.
 * ERR_DENIED: a store with blocks, or another database, is there already, or somebody writes or
 * reads there.
 */
struct store_restore;

enum status store_restore_begin(struct store_restore **out, const char *folder, const char *file,
				struct error *err) MUST_CHECK;
/* Where the copy stands until it is the store. */
const char *store_restore_copy(const struct store_restore *restore);
enum status store_restore_finish(struct store_restore *restore, struct error *err) MUST_CHECK;
void store_restore_end(struct store_restore *restore); /* accepts NULL */

#endif
