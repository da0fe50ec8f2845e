/*
 * feed.h - the stream's text: what of a mirror one client does not know yet, as server-sent events.
 *
 * A feed is a position in the mirror (position.h) that moves on. Each feed_next opens the mirror,
 * writes the messages that follow the position, as many whole ones as its buffer is meant for, and
 * closes the mirror again: nothing is held while the client reads. Everything that is told comes
 * from the store, so a feed that is opened with the id of any message goes on behind it, with the
 * same messages as if it had never ended: after a restart, too, and over reorganisations.
 *
 * Of a block: its events, the rows that it changed, the pools' states, findings, and "block" at
 * last: with it the block is complete. Where the position's block is not in the mirror any more,
 * "rewound" comes first: what was told of blocks above its `to` is void. It is sent whatever kinds
 * are wanted.
 */
#ifndef SERVE_STREAM_FEED_H
#define SERVE_STREAM_FEED_H

#include "serve/answer/answer.h"

enum feed_kind {
	FEED_BLOCK = 1,
	FEED_EVENT = 2,
	FEED_CHANGE = 4,
	FEED_FINDING = 8,
	FEED_STATUS = 16,
	FEED_ALL = 31,
};

/* Their names by bit, up to NULL: "block", "event", … */
extern const char *const feed_kind_names[];

/* Names with commas between; ERR_USAGE names those that there are. */
enum status feed_kinds_parse(unsigned *out, const char *text, struct error *err) MUST_CHECK;

struct feed_options {
	const struct config *config; /* outlives the feed */
	const struct pool *pool;     /* NULL: all; blocks are told of all */
	unsigned kinds;              /* of enum feed_kind, added up */
	size_t buffer_bytes;         /* a call ends behind the message that exceeds it; 0: 64 KiB */
};

struct feed;

/* From the mirror's newest block on: what comes. */
enum status feed_open_now(struct feed **out, const struct feed_options *options,
			  struct error *err) MUST_CHECK;
/* From that block on, with it. ERR_NOTFOUND: the mirror has not come so far. */
enum status feed_open_from(struct feed **out, const struct feed_options *options, uint64_t block,
			   struct error *err) MUST_CHECK;
/* Behind the message with that id. ERR_USAGE: it is none. */
enum status feed_open_after(struct feed **out, const struct feed_options *options, const char *id,
			    struct error *err) MUST_CHECK;
void feed_close(struct feed *feed);

/*
 * What follows, in `text`, which is good until the next call. Empty, and `is_at_end`: that was all
 * that the mirror holds; it may be asked again whenever the mirror has changed. Any error: the
 * mirror cannot be read; nothing is told and the position stays.
 */
enum status feed_next(struct slice *text, bool *is_at_end, struct feed *feed,
		      struct error *err) MUST_CHECK;

/*
 * A heartbeat: the id of the position, with "status" where that is wanted. The first one of a
 * connection also says after how many milliseconds a lost client should come again (0: it does
 * not).
 */
enum status feed_status(struct slice *text, struct feed *feed, unsigned retry_ms,
			struct error *err) MUST_CHECK;

/* The last message of a connection that the server ends. */
struct slice feed_dropped(struct feed *feed, const char *reason);

/* The newest block of which something was told; 0 before the first. */
uint64_t feed_block(const struct feed *feed);
/* How many messages the last text has. */
size_t feed_messages(const struct feed *feed);

#endif
