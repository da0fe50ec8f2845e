/*
 * Bodies that are made while they are sent.
 *
 * A stream that has nothing to say is suspended: no thread waits for it. Between its "nothing now"
 * and the suspension it may be woken; so a wake that finds no suspended stream is remembered.
 */
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "serve/http/internal.h"

enum {
	BLOCK_BYTES = 16 * 1024,
	/* What the system keeps for a client that does not read; it takes twice as much. Else that
	 * would be some MiB for each. */
	UNREAD_BYTES = 64 * 1024,
	LAST_WORDS_MS = 200,
};

struct waker {
	struct server *server;
	struct watched *watched;
	struct MHD_Connection *connection;
	struct reply_stream stream;
	bool is_begun;
	bool is_done; /* it gave -1 */
	pthread_mutex_t mutex;
	bool is_suspended;
	bool is_due;
	bool has_left;      /* the client */
	struct waker *next; /* in the server's list */
	struct waker *previous;
};

void waker_wake(struct waker *waker)
{
	pthread_mutex_lock(&waker->mutex);
	if (waker->is_suspended) {
		waker->is_suspended = false;
		MHD_resume_connection(waker->connection);
	} else {
		waker->is_due = true;
	}
	pthread_mutex_unlock(&waker->mutex);
}

void waker_cut(struct waker *waker)
{
	watchdog_cut(waker->server->watchdog, waker->watched);
	waker_wake(waker); /* one that sleeps would not notice */
}

/* Nobody sends anything behind a request for a stream: what can be read is the end. */
void waker_check(struct waker *waker)
{
	char byte;

	pthread_mutex_lock(&waker->mutex);
	if (waker->is_suspended &&
	    recv(waker->watched->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0) {
		waker->has_left = true;
		waker->is_suspended = false;
		MHD_resume_connection(waker->connection);
	}
	pthread_mutex_unlock(&waker->mutex);
}

static bool has_left(struct waker *waker)
{
	bool has;

	pthread_mutex_lock(&waker->mutex);
	waker->is_due = false;
	has = waker->has_left;
	pthread_mutex_unlock(&waker->mutex);
	return has;
}

static void begin(struct waker *waker)
{
	int bytes = UNREAD_BYTES;

	waker->is_begun = true;
	(void)setsockopt(waker->watched->fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
	waker->stream.begin(waker->stream.context, waker);
}

/* True: the connection sleeps. */
static bool sleep_until_woken(struct waker *waker)
{
	bool sleeps;

	/* What is not asked for is not late. */
	watchdog_expect(waker->server->watchdog, waker->watched, 0);
	pthread_mutex_lock(&waker->mutex);
	sleeps = !waker->is_due && !atomic_load(&waker->server->is_stopping);
	if (sleeps) {
		waker->is_suspended = true;
		MHD_suspend_connection(waker->connection);
	}
	pthread_mutex_unlock(&waker->mutex);
	return sleeps;
}

static ssize_t read_stream(void *context, uint64_t position, char *buffer, size_t size)
{
	struct waker *waker = context;
	struct server *server = waker->server;
	ssize_t count;

	(void)position;
	if (!waker->is_begun)
		begin(waker);
	do {
		bool is_last = atomic_load(&server->is_stopping);

		if (has_left(waker))
			return MHD_CONTENT_READER_END_WITH_ERROR;
		count = waker->stream.read(waker->stream.context, buffer, size);
		if (count < 0 || (count == 0 && is_last)) {
			waker->is_done = count < 0;
			return MHD_CONTENT_READER_END_OF_STREAM;
		}
	} while (count == 0 && !sleep_until_woken(waker));
	if (count > 0)
		watchdog_expect(server->watchdog, waker->watched,
				clock_now_ms(&server->clock) + server->limits->deadline_ms);
	return count;
}

static void end_stream(void *context)
{
	struct waker *waker = context;
	struct server *server = waker->server;
	enum stream_end why = STREAM_END_CLIENT;

	pthread_mutex_lock(&server->mutex);
	if (waker->next)
		waker->next->previous = waker->previous;
	if (waker->previous)
		waker->previous->next = waker->next;
	else
		server->wakers = waker->next;
	pthread_cond_broadcast(&server->changed);
	pthread_mutex_unlock(&server->mutex);
	if (atomic_load(&server->is_stopping))
		why = STREAM_END_STOPPED;
	else if (waker->is_done)
		why = STREAM_END_ALL;
	else if (watchdog_has_cut(server->watchdog, waker->watched))
		why = STREAM_END_STALLED;
	waker->stream.end(waker->stream.context, why);
	(void)pthread_mutex_destroy(&waker->mutex);
	free(waker);
}

struct MHD_Response *streaming_response(struct server *server, struct exchange *x)
{
	struct waker *waker = xcalloc(1, sizeof(*waker));
	struct MHD_Response *response;

	waker->server = server;
	waker->watched = x->watched;
	waker->connection = x->connection;
	waker->stream = x->reply.stream;
	(void)pthread_mutex_init(&waker->mutex, NULL);
	pthread_mutex_lock(&server->mutex);
	waker->next = server->wakers;
	if (waker->next)
		waker->next->previous = waker;
	server->wakers = waker;
	pthread_mutex_unlock(&server->mutex);
	response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK_BYTES, read_stream,
						     waker, end_stream);
	if (!response)
		end_stream(waker);
	return response;
}

/* Those whose clients take their last words at once may say them; the others are cut off. */
void streaming_stop(struct server *server)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += LAST_WORDS_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	pthread_mutex_lock(&server->mutex);
	for (struct waker *w = server->wakers; w; w = w->next) {
		if (w->stream.stop)
			w->stream.stop(w->stream.context);
		waker_wake(w);
	}
	while (server->wakers &&
	       pthread_cond_timedwait(&server->changed, &server->mutex, &until) == 0)
		;
	pthread_mutex_unlock(&server->mutex);
}
