/*
 * writer.h - who writes in a mirror just now.
 *
 * A writer holds two locks on the folder's "writer" file as long as it lives, and its end, of
 * whatever kind, gives both free. The first (flock) keeps other writers out. The second (a byte
 * range) is there to be looked at: looking takes no lock, so it stands in nobody's way.
 */
#ifndef STORE_WRITER_H
#define STORE_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum { STORE_TROUBLE_SIZE = 1024 };

struct store_writer {
	bool is_there;
	long pid;          /* as its own process numbers it; 0: it has just begun */
	uint64_t since_ms; /* when it opened the mirror, milliseconds since 1970: the file's time */
	char trouble[STORE_TROUBLE_SIZE]; /* what keeps it from writing; "": nothing */
};

/* ERR_SYSTEM: it cannot be told, without permission to read that file. A folder without that file
 * has no writer. */
enum status store_writer_look(struct store_writer *out, const char *store_path,
			      struct error *err) MUST_CHECK;

/* For the writer: `fd` is its file, locked with flock; 0 or -1 with errno. */
int store_writer_sign(int fd);

/* What keeps the writer from writing, for readers, while nothing can be written to the mirror
 * itself; "": nothing does. Cut where it is long. On a full disk it may not be told: -1 with errno.
 */
int store_writer_tell(int fd, const char *trouble);

#endif
