/*
 * internal.h - what the files of the feed share. Nobody else includes it.
 */
#ifndef SERVE_STREAM_INTERNAL_H
#define SERVE_STREAM_INTERNAL_H

#include "serve/stream/feed.h"
#include "serve/stream/position.h"

struct feed {
	struct feed_options options;
	struct position at;
	char *text;
	size_t used;
	size_t capacity;
	size_t messages; /* in the text */
};

/* One look at the mirror: of one read transaction. */
struct walk {
	struct feed *feed;
	struct moment m;
	struct arena *arena;   /* of the look */
	struct arena *scratch; /* of a message */
	uint64_t repairs;      /* so far */
	/* The block in hand. */
	struct block_record record;
	struct place next;   /* the first of it that is not told */
	struct state *state; /* as of it; NULL until somebody reads */
	/* Blocks that were passed since something was told. */
	size_t passed;
};

/* ---- frame.c ---- */

/* Whether a call's messages are enough. */
bool feed_is_full(const struct feed *feed);
/* Writes a message with the id of the feed's position; takes the reference. */
void feed_tell(struct feed *feed, const char *event, json_t *data);
/* Only the id. */
void feed_tell_id(struct feed *feed);
void feed_write(struct feed *feed, const char *text, size_t size);
/* Forgets what was written, and memory that a large message needed. */
void feed_clear(struct feed *feed);

/* ---- walk.c ---- */

enum status walk_open(struct walk *w, struct feed *feed, struct error *err) MUST_CHECK;
void walk_close(struct walk *w);

/* The position that has all of the block; what was told of refused blocks is `told`. */
enum status walk_position(struct position *out, struct walk *w, const struct block_record *record,
			  uint64_t told, struct error *err) MUST_CHECK;
static inline bool walk_wants(const struct walk *w, unsigned kind)
{
	return (w->feed->options.kinds & kind) != 0;
}
static inline bool walk_wants_pool(const struct walk *w, const struct pool *pool)
{
	return !w->feed->options.pool || w->feed->options.pool == pool;
}
/* Moves the feed's position to that place of the block in hand, and tells. */
enum status walk_tell(struct walk *w, struct place place, const char *event, json_t *data,
		      struct error *err) MUST_CHECK;
/* For reading a pool as of the block in hand. */
struct reading walk_reading(struct walk *w, const struct pool *pool);

/* ---- block.c ---- */

/* Tells the block in hand from its `next` place on. */
enum status walk_block(struct walk *w, struct error *err) MUST_CHECK;

/* ---- change.c ---- */

/* What the block in hand changed, and the pools' states. `is_done`: all of it was told. */
enum status walk_changes(bool *is_done, struct walk *w, struct error *err) MUST_CHECK;
enum status walk_pools(bool *is_done, struct walk *w, struct error *err) MUST_CHECK;
/* The error of a change list that a walk found damaged. */
enum status walk_bad_list(const struct walk *w, struct error *err) MUST_CHECK;

/* ---- rewound.c ---- */

/* Where the position's block is not in the mirror, goes back to what both have, and tells. */
enum status walk_settle(struct walk *w, struct error *err) MUST_CHECK;
/* Findings that went with blocks. */
enum status walk_withdrawn(struct walk *w, struct error *err) MUST_CHECK;

#endif
