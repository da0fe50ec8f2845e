#include "serve/http/cache.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "abi/keccak.h"

enum {
	BUCKETS = 4096,
	OVERHEAD = 1024, /* of an entry and its response, reckoned */
	PARTS = 8,       /* no entry is larger than the whole divided by it */
};

struct entry {
	struct cached cached;
	struct cache_key key;
	enum cache_hold hold;
	struct cache_age made;
	size_t size;
	unsigned users; /* the cache itself is one */
	char *tag;
	struct entry *chain;
	struct entry *newer;
	struct entry *older;
};

struct cache {
	pthread_mutex_t mutex;
	size_t bytes_max;
	size_t bytes;
	struct entry *buckets[BUCKETS];
	struct entry *newest; /* asked for last */
	struct entry *oldest;
};

struct cache_key cache_key_of(const char *text)
{
	struct hash hash = keccak256(text, strlen(text));
	struct cache_key key;

	memcpy(key.bytes, hash.bytes, sizeof(key.bytes));
	return key;
}

struct cache *cache_new(size_t bytes_max)
{
	struct cache *cache = xcalloc(1, sizeof(*cache));

	cache->bytes_max = bytes_max;
	(void)pthread_mutex_init(&cache->mutex, NULL);
	return cache;
}

static struct entry **bucket_of(struct cache *cache, const struct cache_key *key)
{
	return &cache->buckets[(key->bytes[0] | key->bytes[1] << 8) % BUCKETS];
}

static struct entry *find(struct cache *cache, const struct cache_key *key)
{
	struct entry *entry = *bucket_of(cache, key);

	while (entry && memcmp(&entry->key, key, sizeof(*key)) != 0)
		entry = entry->chain;
	return entry;
}

/* ---- the order of use ---- */

static void unlink_order(struct cache *cache, struct entry *entry)
{
	if (entry->newer)
		entry->newer->older = entry->older;
	else
		cache->newest = entry->older;
	if (entry->older)
		entry->older->newer = entry->newer;
	else
		cache->oldest = entry->newer;
}

static void link_newest(struct cache *cache, struct entry *entry)
{
	entry->newer = NULL;
	entry->older = cache->newest;
	if (cache->newest)
		cache->newest->newer = entry;
	else
		cache->oldest = entry;
	cache->newest = entry;
}

/* ---- entries ---- */

static void let_go(struct entry *entry)
{
	if (--entry->users)
		return;
	MHD_destroy_response(entry->cached.response);
	free(entry->tag);
	free(entry);
}

static void forget(struct cache *cache, struct entry *entry)
{
	struct entry **at = bucket_of(cache, &entry->key);

	while (*at != entry)
		at = &(*at)->chain;
	*at = entry->chain;
	unlink_order(cache, entry);
	cache->bytes -= entry->size;
	let_go(entry);
}

/* By how much of what it depends on the mirror has gone on; below 0: it is behind. */
static int age_of(const struct entry *entry, const struct cache_age *now)
{
	uint64_t then = 0;
	uint64_t today = 0;

	if (entry->hold == HOLDS_TO_COMMIT) {
		then = entry->made.commit;
		today = now->commit;
	} else if (entry->hold == HOLDS_TO_REPAIR) {
		then = entry->made.repairs;
		today = now->repairs;
	}
	return (today > then) - (today < then);
}

const struct cached *cache_take(struct cache *cache, const struct cache_key *key,
				const struct cache_age *now)
{
	struct entry *entry;

	pthread_mutex_lock(&cache->mutex);
	entry = find(cache, key);
	if (entry && age_of(entry, now) != 0) {
		/* An answer of a later commit may be asked for by one who saw an earlier. */
		if (age_of(entry, now) > 0)
			forget(cache, entry);
		entry = NULL;
	}
	if (entry) {
		entry->users++;
		unlink_order(cache, entry);
		link_newest(cache, entry);
	}
	pthread_mutex_unlock(&cache->mutex);
	return entry ? &entry->cached : NULL;
}

void cache_give_back(struct cache *cache, const struct cached *cached)
{
	struct entry *entry;

	memcpy(&entry, &cached, sizeof(cached)); /* its first member, which was given as const */
	pthread_mutex_lock(&cache->mutex);
	let_go(entry);
	pthread_mutex_unlock(&cache->mutex);
}

bool cache_keep(struct cache *cache, const struct cache_key *key, const struct cached *cached,
		enum cache_hold hold, const struct cache_age *made)
{
	size_t size = (size_t)cached->bytes + OVERHEAD;
	struct entry *newer;
	struct entry *entry;

	if (size > cache->bytes_max / PARTS)
		return false;
	entry = xcalloc(1, sizeof(*entry));
	entry->key = *key;
	entry->hold = hold;
	entry->made = *made;
	entry->size = size;
	entry->users = 1;
	entry->tag = xstrdup(cached->tag);
	entry->cached = *cached;
	entry->cached.tag = entry->tag;
	pthread_mutex_lock(&cache->mutex);
	if (find(cache, key))
		forget(cache, find(cache, key));
	for (struct entry *oldest = cache->oldest; oldest && cache->bytes + size > cache->bytes_max;
	     oldest = newer) {
		newer = oldest->newer;
		forget(cache, oldest);
	}
	entry->chain = *bucket_of(cache, key);
	*bucket_of(cache, key) = entry;
	link_newest(cache, entry);
	cache->bytes += size;
	pthread_mutex_unlock(&cache->mutex);
	return true;
}

void cache_free(struct cache *cache)
{
	struct entry *older;

	if (!cache)
		return;
	for (struct entry *entry = cache->newest; entry; entry = older) {
		older = entry->older;
		let_go(entry);
	}
	(void)pthread_mutex_destroy(&cache->mutex);
	free(cache);
}
