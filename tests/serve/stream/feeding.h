/*
 * feeding.h - a made-up mirror, and what feeds of it tell.
 */
#ifndef TESTS_SERVE_STREAM_FEEDING_H
#define TESTS_SERVE_STREAM_FEEDING_H

#include <inttypes.h>

#include "serve/stream/feed.h"
#include "tests/support/listener.h"
#include "tests/support/made.h"
#include "tests/support/test.h"

struct fixture {
	struct made m;
	struct made_branch trunk;
	struct made_branch branch;
	struct error err;
};

static inline int begin(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	made_open(&f->m);
	*state = f;
	return 0;
}

static inline int end(void **state)
{
	struct fixture *f = *state;

	made_close(&f->m);
	free(f);
	return 0;
}

static inline void extend(struct made_branch *branch, size_t blocks, uint64_t seed)
{
	for (size_t i = 0; i < blocks; i++)
		made_extend(branch, seed + i, 1);
}

static inline struct feed_options wanting(struct fixture *f, unsigned kinds)
{
	return (struct feed_options){.config = &f->m.config, .kinds = kinds};
}

static inline void read_all(struct heard_list *out, struct fixture *f, struct feed *feed)
{
	bool is_at_end = false;

	*out = (struct heard_list){0};
	while (!is_at_end) {
		struct slice text;

		assert_ok(feed_next(&text, &is_at_end, feed, &f->err), f->err);
		heard_add(out, text);
	}
}

static inline struct heard_list read_from(struct fixture *f, uint64_t block, unsigned kinds)
{
	struct feed_options options = wanting(f, kinds);
	struct heard_list heard;
	struct feed *feed;

	assert_ok(feed_open_from(&feed, &options, block, &f->err), f->err);
	read_all(&heard, f, feed);
	feed_close(feed);
	return heard;
}

static inline struct heard_list read_after(struct fixture *f, const char *id, unsigned kinds)
{
	struct feed_options options = wanting(f, kinds);
	struct heard_list heard;
	struct feed *feed;

	assert_ok(feed_open_after(&feed, &options, id, &f->err), f->err);
	read_all(&heard, f, feed);
	feed_close(feed);
	return heard;
}

static inline json_t *data_of(const struct heard *message)
{
	json_error_t error;
	json_t *data = json_loads(message->data, 0, &error);

	assert_non_null(data);
	return data;
}

static inline json_int_t number_of(const struct heard *message, const char *name)
{
	json_t *data = data_of(message);
	json_int_t number = json_integer_value(json_object_get(data, name));

	json_decref(data);
	return number;
}

/* The "number" of `to`; -1: null. */
static inline json_int_t rewound_to(const struct heard *message)
{
	json_t *data;
	const json_t *to;
	json_int_t number;

	assert_string_equal(message->event, "rewound");
	data = data_of(message);
	to = json_object_get(data, "to");
	number = json_is_null(to) ? -1 : json_integer_value(json_object_get(to, "number"));
	json_decref(data);
	return number;
}

static inline char *newest_id(struct fixture *f)
{
	struct heard_list heard =
		read_from(f, f->m.branch->blocks[f->m.count - 1].ref.number, FEED_BLOCK);
	char *id = xstrdup(heard.items[heard.count - 1].id);

	heard_free(&heard);
	return id;
}

#endif
