#include "serve/stream/internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

const char *const feed_kind_names[] = {"block", "event", "change", "finding", "status", NULL};

static enum status no_kind(const char *text, int length, struct error *err)
{
	return error_set(err, ERR_USAGE,
			 "\"%.*s\" is no kind of message: there are block, event, change, finding "
			 "and status, with commas between",
			 length, text);
}

enum status feed_kinds_parse(unsigned *out, const char *text, struct error *err)
{
	const char *at = text;

	*out = 0;
	for (;; at++) {
		size_t length = strcspn(at, ",");
		size_t i = 0;

		while (feed_kind_names[i] && (strlen(feed_kind_names[i]) != length ||
					      strncmp(at, feed_kind_names[i], length) != 0))
			i++;
		if (!feed_kind_names[i])
			return no_kind(at, (int)(length < 40 ? length : 40), err);
		*out |= 1U << i;
		at += length;
		if (!*at)
			return OK;
	}
}

/* ---- where it begins ---- */

static struct feed *feed_new(const struct feed_options *options)
{
	struct feed *feed = xcalloc(1, sizeof(*feed));

	feed->options = *options;
	feed->at = (struct position){.is_start = true, .has_told = true, .place.part = PLACE_WHOLE};
	return feed;
}

void feed_close(struct feed *feed)
{
	if (!feed)
		return;
	free(feed->text);
	free(feed);
}

/* Behind the newest block, or where there is none before the first; what is open about refused
 * blocks counts as told. */
static enum status place_now(struct walk *w, struct error *err)
{
	struct feed *feed = w->feed;
	uint64_t told;
	enum status st = pending_count(&told, w->m.txn, err);

	if (st != OK)
		return st;
	feed->at.told = told;
	return w->m.is_empty ? OK : walk_position(&feed->at, w, &w->m.cursor, told, err);
}

static enum status place_from(struct walk *w, uint64_t block, struct error *err)
{
	struct block_record below;
	enum status st;

	if (!w->m.is_empty && block > w->m.cursor.ref.number)
		return error_set(err, ERR_NOTFOUND,
				 "the mirror has come to block %" PRIu64 ", not yet to %" PRIu64,
				 w->m.cursor.ref.number, block);
	if (!block)
		return OK;
	st = store_block_below(&below, w->m.txn, block - 1, err);
	if (st == ERR_NOTFOUND)
		return OK; /* the mirror begins there */
	return st == OK ? walk_position(&w->feed->at, w, &below, 0, err) : st;
}

/* Places a feed with a look at the mirror; `block` NULL: at its end. */
static enum status place(struct feed *feed, const uint64_t *block, struct error *err)
{
	struct walk w;
	enum status st = walk_open(&w, feed, err);

	if (st == ERR_NOTFOUND && (!block || !*block)) /* nothing yet: all that comes */
		return OK;
	if (st != OK)
		return st;
	st = block ? place_from(&w, *block, err) : place_now(&w, err);
	walk_close(&w);
	return st;
}

static enum status open_placed(struct feed **out, const struct feed_options *options,
			       const uint64_t *block, struct error *err)
{
	struct feed *feed = feed_new(options);
	enum status st = place(feed, block, err);

	*out = st == OK ? feed : NULL;
	if (st != OK)
		feed_close(feed);
	return st;
}

enum status feed_open_now(struct feed **out, const struct feed_options *options, struct error *err)
{
	return open_placed(out, options, NULL, err);
}

enum status feed_open_from(struct feed **out, const struct feed_options *options, uint64_t block,
			   struct error *err)
{
	return open_placed(out, options, &block, err);
}

enum status feed_open_after(struct feed **out, const struct feed_options *options, const char *id,
			    struct error *err)
{
	struct position at;
	enum status st = position_parse(&at, id, err);

	*out = NULL;
	if (st != OK)
		return st;
	/* A block out of an answer does not say which findings about refused blocks it knows. */
	st = feed_open_now(out, options, err);
	if (st != OK)
		return st;
	if (!at.has_told)
		at.told = (*out)->at.told;
	at.has_told = true;
	(*out)->at = at;
	return OK;
}

/* ---- besides the walk ---- */

uint64_t feed_block(const struct feed *feed)
{
	return feed->at.number;
}

size_t feed_messages(const struct feed *feed)
{
	return feed->messages;
}

static json_t *status_of(const struct walk *w)
{
	json_t *status = json_object();

	json_put(status, "indexed", w->m.is_empty ? json_null() : json_block(&w->m.cursor.ref));
	state_put(status, &w->m);
	return status;
}

static json_t *status_of_nothing(void)
{
	json_t *status = json_object();

	json_put(status, "indexed", json_null());
	json_put(status, "state", json_string("ok"));
	json_put(status, "reason", json_null());
	return status;
}

enum status feed_status(struct slice *text, struct feed *feed, unsigned retry_ms, struct error *err)
{
	char retry[32];
	struct walk w;
	enum status st;

	feed_clear(feed);
	*text = slice_of(NULL, 0);
	if (retry_ms) {
		int n = snprintf(retry, sizeof(retry), "retry: %u\n", retry_ms);

		feed_write(feed, retry, (size_t)n);
	}
	if (feed->options.kinds & FEED_STATUS) {
		st = walk_open(&w, feed, err);
		if (st != OK && st != ERR_NOTFOUND)
			return st;
		feed_tell(feed, "status", st == OK ? status_of(&w) : status_of_nothing());
		if (st == OK)
			walk_close(&w);
	} else {
		feed_tell_id(feed);
	}
	*text = slice_of(feed->text, feed->used);
	return OK;
}

struct slice feed_dropped(struct feed *feed, const char *reason)
{
	json_t *dropped = json_object();

	json_put(dropped, "reason", json_string(reason));
	feed_clear(feed);
	feed_tell(feed, "dropped", dropped);
	return slice_of(feed->text, feed->used);
}
