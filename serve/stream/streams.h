/*
 * streams.h - the live streams of a server: who listens, and what keeps them fed.
 *
 * A stream sleeps while its client knows all that the mirror holds. One thread looks for commits
 * and wakes those who sleep; each then reads on by itself (feed.h), in the server's threads. A
 * stream holds one buffer of text and no transaction, however far its client is behind.
 *
 * A client that does not take what it was sent is dropped: by the server's deadline, or earlier
 * where the mirror runs away from it.
 */
#ifndef SERVE_STREAM_STREAMS_H
#define SERVE_STREAM_STREAMS_H

#include "base/logger.h"
#include "serve/http/reply.h"
#include "serve/metrics/http_meter.h"
#include "serve/stream/feed.h"

struct streams;

struct streams_options {
	const struct config *config; /* its "serve" says how many streams; outlives them */
	const struct logger *logger; /* the same */
	struct http_meter *meter;    /* the same; NULL: nobody counts */
};

struct streams *streams_new(const struct streams_options *options);
/* Accepts NULL. */
void streams_free(struct streams *streams);

/* The mirror is open. Looks for commits from now on. */
enum status streams_start(struct streams *streams, struct error *err) MUST_CHECK;
/* After the last stream's end. */
void streams_stop(struct streams *streams);

/*
 * Fills the reply with a stream of the feed, which it takes. `address`: whom it counts for.
 * ERR_AGAIN: there are as many as there may be; the feed is closed then.
 */
enum status streams_add(struct reply *reply, struct streams *streams, struct feed *feed,
			const char *address, struct error *err) MUST_CHECK;

#endif
