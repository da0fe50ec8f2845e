#include "chain/bloom.h"

#include "abi/keccak.h"

/* ---- keys and bits (Yellow Paper, section 4.4.1: the function M3:2048) ---- */

enum { KEY_BITS = 3, BLOOM_BIT_MASK = 8 * BLOOM_BYTES - 1 };

struct bloom_key bloom_key_of(const void *data, size_t size)
{
	struct hash hash = keccak256(data, size);
	struct bloom_key key;

	for (size_t i = 0; i < KEY_BITS; i++) {
		unsigned pair = (unsigned)hash.bytes[2 * i] << 8 | hash.bytes[2 * i + 1];

		key.bits[i] = (uint16_t)(pair & BLOOM_BIT_MASK);
	}
	return key;
}

/* Bit 0 is the lowest of the last byte: the bloom is one big-endian number. */
static size_t byte_of(uint16_t bit)
{
	return BLOOM_BYTES - 1 - bit / 8;
}

void bloom_add(struct bloom *bloom, struct bloom_key key)
{
	for (unsigned i = 0; i < KEY_BITS; i++)
		bloom->bytes[byte_of(key.bits[i])] |= (uint8_t)(1u << key.bits[i] % 8);
}

bool bloom_may_hold(const struct bloom *bloom, struct bloom_key key)
{
	for (unsigned i = 0; i < KEY_BITS; i++) {
		if (!(bloom->bytes[byte_of(key.bits[i])] >> key.bits[i] % 8 & 1))
			return false;
	}
	return true;
}

void bloom_add_log(struct bloom *bloom, const struct event_log *log)
{
	bloom_add(bloom, bloom_key_of(log->address.bytes, ADDRESS_BYTES));
	for (uint32_t i = 0; i < log->topic_count; i++)
		bloom_add(bloom, bloom_key_of(log->topics[i].bytes, HASH_BYTES));
}

void bloom_merge(struct bloom *into, const struct bloom *from)
{
	for (size_t i = 0; i < BLOOM_BYTES; i++)
		into->bytes[i] |= from->bytes[i];
}

bool bloom_equal(const struct bloom *a, const struct bloom *b)
{
	return memcmp(a->bytes, b->bytes, BLOOM_BYTES) == 0;
}

unsigned bloom_bit_count(const struct bloom *bloom)
{
	unsigned count = 0;

	for (size_t i = 0; i < BLOOM_BYTES; i++) {
		for (unsigned byte = bloom->bytes[i]; byte; byte &= byte - 1)
			count++;
	}
	return count;
}

/* ---- keys that come again ---- */

/*
 * A place for each value, by a cheap mix of its bytes. Values that share a place cost a keccak each
 * time; nothing else depends on it.
 */
enum { CACHE_BITS = 11, CACHE_PLACES = 1 << CACHE_BITS };

struct bloom_cache {
	struct cached_key {
		uint8_t value[HASH_BYTES];
		uint8_t size; /* 0: free */
		struct bloom_key key;
	} places[CACHE_PLACES];
};

struct bloom_cache *bloom_cache_new(struct arena *arena)
{
	return arena_alloc(arena, sizeof(struct bloom_cache));
}

/* Both ends of the value: topics are often small numbers or padded addresses. */
static size_t place_of(const uint8_t *value, size_t size)
{
	uint64_t mix = get_be64(value) * UINT64_C(0x9e3779b97f4a7c15) ^ get_be64(value + size - 8);

	return (size_t)(mix * UINT64_C(0xbf58476d1ce4e5b9) >> (64 - CACHE_BITS));
}

/* Sizes are those of addresses and topics. */
static struct bloom_key cached_key(struct bloom_cache *cache, const uint8_t *value, size_t size)
{
	struct cached_key *place = &cache->places[place_of(value, size)];

	if (place->size != size || memcmp(place->value, value, size) != 0) {
		place->key = bloom_key_of(value, size);
		place->size = (uint8_t)size;
		memcpy(place->value, value, size);
	}
	return place->key;
}

void bloom_cache_add_log(struct bloom_cache *cache, struct bloom *bloom,
			 const struct event_log *log)
{
	bloom_add(bloom, cached_key(cache, log->address.bytes, ADDRESS_BYTES));
	for (uint32_t i = 0; i < log->topic_count; i++)
		bloom_add(bloom, cached_key(cache, log->topics[i].bytes, HASH_BYTES));
}

/* ---- filters ---- */

/* Any of these; none at all: anything. */
struct choice {
	struct bloom_key *keys;
	size_t count;
};

struct wanted {
	struct choice addresses;
	struct choice topics[LOG_TOPICS_MAX];
};

struct bloom_filter {
	struct wanted *wanted;
	size_t count;
};

static struct choice choice_of(struct arena *arena, const void *values, size_t size, size_t count)
{
	struct choice out = {.count = count};

	out.keys = arena_array(arena, count, sizeof(*out.keys));
	for (size_t i = 0; i < count; i++)
		out.keys[i] = bloom_key_of((const uint8_t *)values + i * size, size);
	return out;
}

struct bloom_filter *bloom_filter_new(struct arena *arena, const struct log_filter *filters,
				      size_t count)
{
	struct bloom_filter *out = arena_alloc(arena, sizeof(*out));

	out->wanted = arena_array(arena, count, sizeof(*out->wanted));
	out->count = count;
	for (size_t i = 0; i < count; i++) {
		struct wanted *wanted = &out->wanted[i];

		wanted->addresses = choice_of(arena, filters[i].addresses, sizeof(struct address),
					      filters[i].address_count);
		for (size_t t = 0; t < LOG_TOPICS_MAX; t++)
			wanted->topics[t] =
				choice_of(arena, filters[i].topics[t].values, sizeof(struct hash),
					  filters[i].topics[t].count);
	}
	return out;
}

static bool may_hold_any(const struct choice *choice, const struct bloom *bloom)
{
	for (size_t i = 0; i < choice->count; i++) {
		if (bloom_may_hold(bloom, choice->keys[i]))
			return true;
	}
	return choice->count == 0;
}

static bool may_match(const struct wanted *wanted, const struct bloom *bloom)
{
	if (!may_hold_any(&wanted->addresses, bloom))
		return false;
	for (size_t i = 0; i < LOG_TOPICS_MAX; i++) {
		if (!may_hold_any(&wanted->topics[i], bloom))
			return false;
	}
	return true;
}

bool bloom_filter_may_match(const struct bloom_filter *filter, const struct bloom *bloom)
{
	for (size_t i = 0; i < filter->count; i++) {
		if (may_match(&filter->wanted[i], bloom))
			return true;
	}
	return false;
}
