#include "serve/stream/streams.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

enum {
	LOOK_MS = 50,
	CHECK_MS = 1000,  /* between two looks whether clients are still there */
	RETRY_MS = 2000,  /* what clients are told to wait before they come again */
	BEHIND_MS = 2000, /* so long may a client take over what it was sent, in any case */
	ADDRESS_SIZE = 64,
};

struct stream {
	struct streams *streams;
	struct feed *feed;
	char address[ADDRESS_SIZE];
	/* The reading thread's own. */
	struct slice text; /* of the feed, as far as it is not taken yet */
	uint64_t messages; /* in it, not counted yet */
	bool is_greeted;
	bool is_over; /* the last words are in the text */
	bool has_failed;
	/* Under the streams' mutex. */
	struct waker *waker; /* NULL: not begun */
	bool is_stopping;
	bool is_behind; /* and is being cut off for it */
	bool wants_beat;
	bool is_unread;  /* something was put that is not known to be taken */
	uint64_t put_ms; /* when something was put last */
	uint64_t block;  /* of the feed */
	uint64_t commit; /* at which the feed said all; 0: it has more to say */
	struct stream *next;
	struct stream *previous;
};

struct streams {
	struct streams_options options;
	struct clock clock;
	struct store *store; /* from the start to the stop */
	pthread_t thread;
	bool is_running;
	pthread_mutex_t mutex;
	pthread_cond_t changed; /* the first stream came, or it is to stop */
	bool is_stopping;
	uint64_t checked_ms;
	struct stream *first;
	size_t count;
};

/* ---- what a stream says ---- */

static void fail(struct stream *stream, const struct error *err)
{
	log_warn(stream->streams->options.logger, "a stream to %s ends: %s", stream->address,
		 err->message);
	stream->text = feed_dropped(stream->feed, "the mirror could not be read; come again");
	stream->has_failed = true;
	stream->is_over = true;
}

/* What follows in the mirror, unless it has not changed since all was told. */
static enum status read_on(struct stream *stream, struct error *err)
{
	struct streams *streams = stream->streams;
	uint64_t commit = store_last_commit(streams->store);
	bool is_at_end = false;
	bool is_idle;
	enum status st;

	pthread_mutex_lock(&streams->mutex);
	is_idle = stream->commit && stream->commit == commit;
	pthread_mutex_unlock(&streams->mutex);
	if (is_idle)
		return OK;
	st = feed_next(&stream->text, &is_at_end, stream->feed, err);
	pthread_mutex_lock(&streams->mutex);
	stream->commit = st == OK && is_at_end ? commit : 0;
	stream->block = feed_block(stream->feed);
	pthread_mutex_unlock(&streams->mutex);
	return st;
}

static bool take_beat(struct stream *stream)
{
	bool wants;

	pthread_mutex_lock(&stream->streams->mutex);
	wants = stream->wants_beat;
	stream->wants_beat = false;
	pthread_mutex_unlock(&stream->streams->mutex);
	return wants;
}

/* Fills the empty text, if there is anything to say. */
static void speak(struct stream *stream, bool is_stopping)
{
	struct error err;
	enum status st = OK;

	if (is_stopping) {
		stream->text = feed_dropped(stream->feed, "the server ends; come again");
		stream->is_over = true;
		return;
	}
	if (!stream->is_greeted) {
		st = feed_status(&stream->text, stream->feed, RETRY_MS, &err);
		stream->is_greeted = st == OK;
	} else {
		st = read_on(stream, &err);
		if (st == OK && !stream->text.size && take_beat(stream))
			st = feed_status(&stream->text, stream->feed, 0, &err);
	}
	stream->messages = feed_messages(stream->feed);
	/* The map grows, say: the next look wakes it. */
	if (st != OK && st != ERR_AGAIN)
		fail(stream, &err);
}

static ssize_t hand_over(struct stream *stream, char *buffer, size_t size)
{
	size_t part = stream->text.size < size ? stream->text.size : size;

	memcpy(buffer, stream->text.data, part);
	stream->text = slice_of(stream->text.data + part, stream->text.size - part);
	http_meter_stream_sent(stream->streams->options.meter, stream->messages, part);
	stream->messages = 0;
	return (ssize_t)part;
}

static ssize_t stream_read(void *context, char *buffer, size_t size)
{
	struct stream *stream = context;
	struct streams *streams = stream->streams;
	bool is_stopping;

	pthread_mutex_lock(&streams->mutex);
	is_stopping = stream->is_stopping;
	stream->is_unread = false;
	pthread_mutex_unlock(&streams->mutex);
	if (!stream->text.size && !stream->is_over)
		speak(stream, is_stopping);
	if (!stream->text.size)
		return stream->is_over ? -1 : 0;
	pthread_mutex_lock(&streams->mutex);
	stream->is_unread = true;
	stream->put_ms = clock_now_ms(&streams->clock);
	pthread_mutex_unlock(&streams->mutex);
	return hand_over(stream, buffer, size);
}

/* ---- its life ---- */

static void stream_begin(void *context, struct waker *waker)
{
	struct stream *stream = context;
	struct streams *streams = stream->streams;

	pthread_mutex_lock(&streams->mutex);
	stream->waker = waker;
	pthread_mutex_unlock(&streams->mutex);
}

static void stream_stop(void *context)
{
	struct stream *stream = context;

	pthread_mutex_lock(&stream->streams->mutex);
	stream->is_stopping = true;
	pthread_mutex_unlock(&stream->streams->mutex);
}

static enum meter_stream_end reason_of(const struct stream *stream, enum stream_end why)
{
	if (stream->is_behind || why == STREAM_END_STALLED)
		return METER_STREAM_SLOW;
	if (stream->has_failed)
		return METER_STREAM_FAILED;
	return why == STREAM_END_CLIENT ? METER_STREAM_LEFT : METER_STREAM_STOPPED;
}

static void tell_slow(const struct stream *stream)
{
	log_info(stream->streams->options.logger,
		 stream->is_behind ? "a stream to %s is dropped at block %" PRIu64
				     ": its client reads too slowly, and is too far behind"
				   : "a stream to %s is dropped at block %" PRIu64
				     ": its client does not read what it was sent",
		 stream->address, stream->block);
}

static void unlink_stream(struct streams *streams, struct stream *stream)
{
	if (stream->next)
		stream->next->previous = stream->previous;
	if (stream->previous)
		stream->previous->next = stream->next;
	else
		streams->first = stream->next;
	streams->count--;
}

static void stream_end(void *context, enum stream_end why)
{
	struct stream *stream = context;
	struct streams *streams = stream->streams;
	enum meter_stream_end reason;

	pthread_mutex_lock(&streams->mutex);
	unlink_stream(streams, stream);
	pthread_mutex_unlock(&streams->mutex);
	reason = reason_of(stream, why);
	if (reason == METER_STREAM_SLOW)
		tell_slow(stream);
	http_meter_stream_closed(streams->options.meter, reason);
	feed_close(stream->feed);
	free(stream);
}

static size_t count_of(const struct streams *streams, const char *address)
{
	size_t count = 0;

	for (const struct stream *s = streams->first; s; s = s->next)
		count += strcmp(s->address, address) == 0;
	return count;
}

static enum status link_stream(struct streams *streams, struct stream *stream, struct error *err)
{
	const struct config_serve *limits = &streams->options.config->serve;
	enum status st = OK;

	pthread_mutex_lock(&streams->mutex);
	if (streams->count >= limits->streams)
		st = error_set(err, ERR_AGAIN,
			       "there are %zu streams, as many as there may be (serve.streams); "
			       "come again later",
			       streams->count);
	else if (count_of(streams, stream->address) >= limits->streams_per_address)
		st = error_set(err, ERR_AGAIN,
			       "your address, %s, has %" PRIu64
			       " streams, as many as one may have (serve.streams_per_address); "
			       "close one first",
			       stream->address, limits->streams_per_address);
	if (st == OK) {
		stream->next = streams->first;
		if (stream->next)
			stream->next->previous = stream;
		streams->first = stream;
		streams->count++;
		pthread_cond_signal(&streams->changed);
	}
	pthread_mutex_unlock(&streams->mutex);
	return st;
}

enum status streams_add(struct reply *reply, struct streams *streams, struct feed *feed,
			const char *address, struct error *err)
{
	struct stream *stream = xcalloc(1, sizeof(*stream));
	enum status st;

	stream->streams = streams;
	stream->feed = feed;
	stream->put_ms = clock_now_ms(&streams->clock);
	stream->block = feed_block(feed);
	(void)snprintf(stream->address, sizeof(stream->address), "%s", address);
	st = link_stream(streams, stream, err);
	if (st != OK) {
		http_meter_refused(streams->options.meter, METER_STREAMS_TOO_MANY);
		feed_close(feed);
		free(stream);
		return st;
	}
	http_meter_stream_opened(streams->options.meter);
	reply->has_stream = true;
	reply->stream = (struct reply_stream){.begin = stream_begin,
					      .read = stream_read,
					      .stop = stream_stop,
					      .end = stream_end,
					      .context = stream};
	return OK;
}

/* ---- looking ---- */

/* The mirror's newest block; 0 where it cannot be read now: then nobody is too far behind. */
static uint64_t newest_block(struct streams *streams)
{
	struct block_record cursor = {0};
	struct store_txn *txn;

	if (store_begin(&txn, streams->store, STORE_READ, NULL) != OK)
		return 0;
	if (store_cursor(&cursor, txn, NULL) != OK)
		cursor.ref.number = 0;
	store_abort(txn);
	return cursor.ref.number;
}

struct sight {
	uint64_t now;
	uint64_t commit;
	uint64_t newest;
	uint64_t beat_ms;
	uint64_t behind_max;
	bool is_check;
};

static void look_at(struct stream *stream, const struct sight *sight)
{
	uint64_t quiet = sight->now > stream->put_ms ? sight->now - stream->put_ms : 0;

	if (!stream->waker || stream->is_behind)
		return;
	if (stream->is_unread) {
		stream->is_behind =
			quiet >= BEHIND_MS && sight->newest > stream->block + sight->behind_max;
		if (stream->is_behind)
			waker_cut(stream->waker);
		return;
	}
	stream->wants_beat = stream->wants_beat || quiet >= sight->beat_ms;
	if (stream->wants_beat || stream->commit != sight->commit)
		waker_wake(stream->waker);
	else if (sight->is_check)
		waker_check(stream->waker);
}

/* Under the mutex, which it gives up while it reads. */
static void look(struct streams *streams)
{
	const struct config_serve *serve = &streams->options.config->serve;
	struct sight sight = {.now = clock_now_ms(&streams->clock),
			      .beat_ms = serve->stream_heartbeat_ms,
			      .behind_max = serve->stream_behind_blocks};
	bool has_unread = false;

	for (const struct stream *s = streams->first; s; s = s->next)
		has_unread = has_unread || s->is_unread;
	pthread_mutex_unlock(&streams->mutex);
	sight.commit = store_last_commit(streams->store);
	sight.newest = has_unread ? newest_block(streams) : 0;
	pthread_mutex_lock(&streams->mutex);
	sight.is_check = sight.now - streams->checked_ms >= CHECK_MS;
	if (sight.is_check)
		streams->checked_ms = sight.now;
	for (struct stream *s = streams->first; s; s = s->next)
		look_at(s, &sight);
}

static void wait_a_moment(struct streams *streams)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += LOOK_MS * 1000000L;
	if (until.tv_nsec >= 1000000000L) {
		until.tv_nsec -= 1000000000L;
		until.tv_sec++;
	}
	(void)pthread_cond_timedwait(&streams->changed, &streams->mutex, &until);
}

static void *work(void *context)
{
	struct streams *streams = context;

	pthread_mutex_lock(&streams->mutex);
	while (!streams->is_stopping) {
		if (!streams->first) {
			(void)pthread_cond_wait(&streams->changed, &streams->mutex);
			continue;
		}
		look(streams);
		wait_a_moment(streams);
	}
	pthread_mutex_unlock(&streams->mutex);
	return NULL;
}

struct streams *streams_new(const struct streams_options *options)
{
	struct streams *streams = xcalloc(1, sizeof(*streams));
	pthread_condattr_t monotonic;

	streams->options = *options;
	streams->clock = clock_real();
	(void)pthread_mutex_init(&streams->mutex, NULL);
	(void)pthread_condattr_init(&monotonic);
	(void)pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&streams->changed, &monotonic);
	(void)pthread_condattr_destroy(&monotonic);
	return streams;
}

void streams_free(struct streams *streams)
{
	if (!streams)
		return;
	streams_stop(streams);
	(void)pthread_cond_destroy(&streams->changed);
	(void)pthread_mutex_destroy(&streams->mutex);
	free(streams);
}

/* Signals are the main thread's. */
enum status streams_start(struct streams *streams, struct error *err)
{
	enum status st = store_open(&streams->store, streams->options.config->store_path,
				    STORE_READ, NULL, err);
	sigset_t all;
	sigset_t old;
	int problem;

	if (st != OK)
		return st;
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	problem = pthread_create(&streams->thread, NULL, work, streams);
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	streams->is_running = problem == 0;
	return problem ? error_set(err, ERR_SYSTEM, "cannot start a thread: %s", strerror(problem))
		       : OK;
}

void streams_stop(struct streams *streams)
{
	if (!streams)
		return;
	pthread_mutex_lock(&streams->mutex);
	streams->is_stopping = true;
	pthread_cond_signal(&streams->changed);
	pthread_mutex_unlock(&streams->mutex);
	if (streams->is_running)
		(void)pthread_join(streams->thread, NULL);
	streams->is_running = false;
	store_close(streams->store);
	streams->store = NULL;
}
