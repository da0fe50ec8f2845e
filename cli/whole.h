/*
 * whole.h - is a mirror on disk, or a snapshot of one, whole?
 *
 * LMDB believes the pages that it reads, so a damaged file can end the process that reads it. The
 * look is taken by a child process, and whatever ends that is an answer, too.
 */
#ifndef CLI_WHOLE_H
#define CLI_WHOLE_H

#include "cli/verb.h"
#include "reconcile/audit.h"

struct whole {
	struct audit_counts counts;
	struct store_stats stats;
	struct block_record cursor;
};

/*
 * The configured store, or the snapshot `file` where it is not NULL, called `name` in messages. It
 * must be of the configured chain and pools. ERR_CORRUPT: it is damaged; ERR_NOTFOUND: it holds no
 * block; ERR_DENIED: it is another one's.
 */
enum status check_whole(struct whole *out, const struct command *command, const char *file,
			const char *name, struct error *err) MUST_CHECK;

/* The same of a snapshot, without a look at more than its identity and its newest block. */
enum status check_snapshot(struct whole *out, const struct command *command, const char *file,
			   const char *name, struct error *err) MUST_CHECK;

/* "block N, TIME, HASH", "digest HASH", "N bytes" on three lines. */
void print_whole(const struct command *command, const struct whole *whole);

#endif
