/*
 * cache.h - answers that are kept, ready to be sent.
 *
 * What is kept follows from the store as of one commit, and is forgotten with the next; or from
 * blocks that are final, and holds until a repair takes blocks back and applies them anew; or from
 * the program alone. Bounded by bytes: what was not asked for longest goes first.
 */
#ifndef SERVE_HTTP_CACHE_H
#define SERVE_HTTP_CACHE_H

#include <microhttpd.h>

#include <stdbool.h>

#include "serve/http/tag.h"

struct cache;

struct cached {
	struct MHD_Response *response;
	const char *tag; /* "": none */
	uint64_t bytes;  /* of the body as sent */
};

enum cache_hold {
	HOLDS_TO_COMMIT,
	HOLDS_TO_REPAIR,
	HOLDS_FOR_EVER,
};

/* What the mirror had come to when an answer was made, or is asked for. */
struct cache_age {
	uint64_t commit;
	uint64_t repairs; /* how many there had been */
};

struct cache_key {
	uint8_t bytes[32];
};

/* Of all that the answer depends on beside the store. */
struct cache_key cache_key_of(const char *text);

struct cache *cache_new(size_t bytes_max);
void cache_free(struct cache *cache); /* every entry was given back */

/* The entry, to be given back; NULL: none that holds now. */
const struct cached *cache_take(struct cache *cache, const struct cache_key *key,
				const struct cache_age *now);
void cache_give_back(struct cache *cache, const struct cached *cached);

/* Takes the caller's reference of the response, and a copy of the tag. False: nothing is taken,
 * it is larger than a part of the whole. */
bool cache_keep(struct cache *cache, const struct cache_key *key, const struct cached *cached,
		enum cache_hold hold, const struct cache_age *made);

#endif
