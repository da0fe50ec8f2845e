/*
 * remote.h - the node, for the one request at a time that wants it.
 */
#ifndef SERVE_HTTP_REMOTE_H
#define SERVE_HTTP_REMOTE_H

#include "indexer/source.h"

struct config;
struct remote;

/* `logger` outlives it. */
struct remote *remote_new(const struct logger *logger);
void remote_free(struct remote *remote); /* nothing is open */

/* The configured endpoints as one source, of which nothing is asked yet: what it tells is to be
 * proved. `config` outlives it. ERR_AGAIN: it was stopped. Whatever it gives, remote_close
 * follows. */
enum status remote_open(struct source **out, struct remote *remote, const struct config *config,
			struct error *err) MUST_CHECK;
void remote_close(struct remote *remote);

/* From any thread: what is under way ends soon, with ERR_AGAIN. */
void remote_interrupt(struct remote *remote);
/* The same, and nothing is opened any more. */
void remote_stop(struct remote *remote);

#endif
