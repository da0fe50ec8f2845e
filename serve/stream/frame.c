/* Messages as text: the event stream format of the HTML standard. */
#include <stdlib.h>

#include "serve/stream/internal.h"

enum { BUFFER_BYTES = 64 * 1024, KEPT_BYTES = 8 * 1024 };

static size_t limit(const struct feed *feed)
{
	return feed->options.buffer_bytes ? feed->options.buffer_bytes : BUFFER_BYTES;
}

bool feed_is_full(const struct feed *feed)
{
	return feed->used >= limit(feed);
}

/* Most clients wait most of the time: what they do not need then is given back. */
void feed_clear(struct feed *feed)
{
	feed->used = 0;
	feed->messages = 0;
	if (feed->capacity <= KEPT_BYTES)
		return;
	free(feed->text);
	feed->text = NULL;
	feed->capacity = 0;
}

void feed_write(struct feed *feed, const char *text, size_t size)
{
	if (feed->capacity - feed->used < size) {
		feed->capacity = feed->capacity * 2 + size + 1024;
		feed->text = xrealloc(feed->text, feed->capacity);
	}
	memcpy(feed->text + feed->used, text, size);
	feed->used += size;
}

static void write_text(struct feed *feed, const char *text)
{
	feed_write(feed, text, strlen(text));
}

static int take(const char *bytes, size_t size, void *context)
{
	feed_write(context, bytes, size);
	return 0;
}

static void write_id(struct feed *feed)
{
	char id[POSITION_TEXT_SIZE];

	write_text(feed, "id: ");
	write_text(feed, position_format(id, &feed->at));
	write_text(feed, "\n");
}

void feed_tell_id(struct feed *feed)
{
	write_id(feed);
	write_text(feed, "\n");
}

void feed_tell(struct feed *feed, const char *event, json_t *data)
{
	feed->messages++;
	write_text(feed, "event: ");
	write_text(feed, event);
	write_text(feed, "\n");
	write_id(feed);
	write_text(feed, "data: ");
	if (json_dump_callback(data, take, feed, JSON_COMPACT) != 0)
		abort(); /* out of memory: what is dumped is valid */
	write_text(feed, "\n\n");
	json_decref(data);
}
