/* bloom.h - the 2048-bit filter of a header or receipt: which addresses and topics may be in it. */
#ifndef CHAIN_BLOOM_H
#define CHAIN_BLOOM_H

#include "chain/types.h"

enum { BLOOM_BYTES = 256 };

struct bloom {
	uint8_t bytes[BLOOM_BYTES];
};

/* The three bits of an address or topic, ready to be set or looked for again and again. */
struct bloom_key {
	uint16_t bits[3];
};

struct bloom_key bloom_key_of(const void *data, size_t size);
void bloom_add(struct bloom *bloom, struct bloom_key key);
bool bloom_may_hold(const struct bloom *bloom, struct bloom_key key);

void bloom_add_log(struct bloom *bloom, const struct event_log *log);
void bloom_merge(struct bloom *into, const struct bloom *from);
bool bloom_equal(const struct bloom *a, const struct bloom *b);

/* How many of its bits are set. */
unsigned bloom_bit_count(const struct bloom *bloom);

/*
 * The keys of addresses and topics that were seen, so that what comes again and again in a block
 * (a token, Transfer's topic) is hashed once. Of fixed size: a newer value takes an older one's
 * place. In the arena.
 */
struct bloom_cache;

struct bloom_cache *bloom_cache_new(struct arena *arena);
/* bloom_add_log, with the keys from the cache where it has them. */
void bloom_cache_add_log(struct bloom_cache *cache, struct bloom *bloom,
			 const struct event_log *log);

/*
 * Whether a block or receipt with this bloom can hold a log that one of the filters wants: false is
 * a proof that it does not. A filter made ready keeps the keys of all its values; in the arena.
 */
struct bloom_filter;

struct bloom_filter *bloom_filter_new(struct arena *arena, const struct log_filter *filters,
				      size_t count);
bool bloom_filter_may_match(const struct bloom_filter *filter, const struct bloom *bloom);

#endif
