/*
 * reply.h - what a route answers that is no JSON document: text, the page's files, a stream.
 *
 * A route gets a zeroed reply and fills it. Bytes live in the request's arena, or are part of the
 * program (`is_static`).
 */
#ifndef SERVE_HTTP_REPLY_H
#define SERVE_HTTP_REPLY_H

#include <sys/types.h>

#include "base/slice.h"

/* What ends a stream's sleep; lives from its `begin` to its `end`. */
struct waker;

/* From any thread, any number of times; never waits. */
void waker_wake(struct waker *waker);
/* From any thread: the connection is shut down now; `end` comes soon. */
void waker_cut(struct waker *waker);
/* From any thread: a sleeping stream does not notice that its client goes; this ends it where that
 * is so. */
void waker_check(struct waker *waker);

enum stream_end {
	STREAM_END_CLIENT,  /* it has gone */
	STREAM_END_ALL,     /* `read` gave -1 */
	STREAM_END_STALLED, /* it did not take what was put in time, or was cut */
	STREAM_END_STOPPED, /* the server ends */
};

/* A body that is made while it is sent. All but waker_wake is called by one thread at a time. */
struct reply_stream {
	/* Before the first `read`; where the reply is not sent after all, only `end` is called. */
	void (*begin)(void *context, struct waker *waker);
	/*
	 * Puts at most `size` bytes at `buffer` and gives how many. 0: nothing now; it is asked
	 * again after the next waker_wake (also one that came meanwhile). -1: that was all; the
	 * connection is closed. Must not wait. A client that does not take what was put within the
	 * server's deadline is cut off: then `end` comes next.
	 */
	ssize_t (*read)(void *context, char *buffer, size_t size);
	/* The server ends: the next `read` may give last words, then -1. It is called from another
	 * thread, while `read` may run. May be NULL. */
	void (*stop)(void *context);
	/* The connection is gone. No waker_wake afterwards. */
	void (*end)(void *context, enum stream_end why);
	void *context;
};

enum { REPLY_HEADERS_MAX = 8 };

struct reply_header {
	const char *name;
	const char *value;
};

struct reply {
	unsigned status;          /* 0: 200 */
	const char *content_type; /* NULL: the route's */
	struct slice body;
	bool is_static;  /* the body is part of the program, and never changes */
	bool is_lasting; /* the answer stays right: it may be kept after the store's next commit,
			    up to the next repair */
	bool is_gzip;    /* the body is compressed already, and sent to those only who take it; */
	struct slice plain; /* the others get this */
	bool has_stream;
	struct reply_stream stream;
	struct reply_header headers[REPLY_HEADERS_MAX];
	size_t header_count;
};

/* The text must live as long as the reply. */
void reply_header(struct reply *reply, const char *name, const char *value);

#endif
