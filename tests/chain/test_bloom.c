#include "chain/bloom.h"

#include <stdio.h>

#include "abi/keccak.h"
#include "tests/chain/bytes.h"

static void add_text(struct bloom *bloom, const char *text)
{
	bloom_add(bloom, bloom_key_of(text, strlen(text)));
}

static bool may_hold_text(const struct bloom *bloom, const char *text)
{
	return bloom_may_hold(bloom, bloom_key_of(text, strlen(text)));
}

/* The Yellow Paper's M3:2048: the low 11 bits of the first three pairs of bytes. */
static void bits_are_those_of_the_hash(void **unused)
{
	struct bloom bloom = {{0}};
	struct hash hash = keccak256("abc", 3); /* 4e03 657a ea45 … */
	struct bloom_key key = bloom_key_of("abc", 3);

	(void)unused;
	assert_int_equal(hash.bytes[0], 0x4e);
	assert_int_equal(key.bits[0], 0x603);
	assert_int_equal(key.bits[1], 0x57a);
	assert_int_equal(key.bits[2], 0x245);
	bloom_add(&bloom, key);
	assert_int_equal(bloom_bit_count(&bloom), 3);
	assert_int_equal(bloom.bytes[255 - 0x603 / 8], 1 << 3);
	assert_int_equal(bloom.bytes[255 - 0x57a / 8], 1 << 2);
	assert_int_equal(bloom.bytes[255 - 0x245 / 8], 1 << 5);
}

/* go-ethereum's figures: one hundred texts, and the hash of the bloom that they make. */
static void a_hundred_values_make_the_published_bloom(void **unused)
{
	struct bloom bloom = {{0}};
	char text[64];

	(void)unused;
	for (int i = 0; i < 100; i++) {
		(void)snprintf(text, sizeof(text), "xxxxxxxxxx data %d yyyyyyyyyyyyyy", i);
		add_text(&bloom, text);
	}
	assert_hash(keccak256(bloom.bytes, BLOOM_BYTES),
		    "0xc8d3ca65cdb4874300a9e39475508f23ed6da09fdbc487f89a2dcf50b09eb263");
	for (int i = 0; i < 100; i++) {
		(void)snprintf(text, sizeof(text), "xxxxxxxxxx data %d yyyyyyyyyyyyyy", i);
		assert_true(may_hold_text(&bloom, text));
	}
}

static void holds_what_was_added_and_little_else(void **unused)
{
	static const char *const in[] = {"testtest", "test", "hallo", "other"};
	static const char *const out[] = {"tes", "lo"};
	struct bloom bloom = {{0}};

	(void)unused;
	for (size_t i = 0; i < sizeof(in) / sizeof(in[0]); i++)
		add_text(&bloom, in[i]);
	for (size_t i = 0; i < sizeof(in) / sizeof(in[0]); i++)
		assert_true(may_hold_text(&bloom, in[i]));
	for (size_t i = 0; i < sizeof(out) / sizeof(out[0]); i++)
		assert_false(may_hold_text(&bloom, out[i]));
}

static void merging_is_the_union(void **unused)
{
	struct bloom one = {{0}};
	struct bloom two = {{0}};
	struct bloom both = {{0}};

	(void)unused;
	add_text(&one, "one");
	add_text(&two, "two");
	add_text(&both, "one");
	add_text(&both, "two");
	assert_false(bloom_equal(&one, &both));
	bloom_merge(&one, &two);
	assert_true(bloom_equal(&one, &both));
	bloom_merge(&one, &two);
	assert_true(bloom_equal(&one, &both));
}

static struct address address_of(uint8_t last)
{
	struct address out = {{0}};

	out.bytes[ADDRESS_BYTES - 1] = last;
	return out;
}

static struct hash topic_of(uint8_t last)
{
	struct hash out = {{0}};

	out.bytes[HASH_BYTES - 1] = last;
	return out;
}

/* A log of address `address` with `count` topics from `topic` on. */
static struct event_log log_of(uint8_t address, uint8_t topic, uint32_t count)
{
	struct event_log log = {.address = address_of(address), .topic_count = count};

	for (uint32_t i = 0; i < count; i++)
		log.topics[i] = topic_of((uint8_t)(topic + i));
	return log;
}

static void a_log_adds_its_address_and_its_topics(void **unused)
{
	struct event_log log = log_of(1, 10, 2);
	struct bloom bloom = {{0}};
	struct bloom by_hand = {{0}};

	(void)unused;
	log.topics[2] = topic_of(99); /* not counted */
	bloom_add_log(&bloom, &log);
	bloom_add(&by_hand, bloom_key_of(log.address.bytes, ADDRESS_BYTES));
	bloom_add(&by_hand, bloom_key_of(log.topics[0].bytes, HASH_BYTES));
	bloom_add(&by_hand, bloom_key_of(log.topics[1].bytes, HASH_BYTES));
	assert_true(bloom_equal(&bloom, &by_hand));
}

/* More values than the cache has places, some again and again, some zero. */
static void the_cache_changes_nothing(void **unused)
{
	struct arena *arena = arena_new();
	struct bloom_cache *cache = bloom_cache_new(arena);
	uint64_t state = 1;

	(void)unused;
	for (unsigned i = 0; i < 5000; i++) {
		struct event_log log = log_of((uint8_t)(i % 7), (uint8_t)(i % 5), i % 5);
		struct bloom cached = {{0}};
		struct bloom plain = {{0}};

		state = state * 6364136223846793005u + 1442695040888963407u;
		if (i % 3 == 0)
			put_be64(log.topics[0].bytes + 24, state >> 40);
		if (i % 4 == 0)
			put_be64(log.address.bytes, state);
		bloom_cache_add_log(cache, &cached, &log);
		bloom_add_log(&plain, &log);
		assert_true(bloom_equal(&cached, &plain));
	}
	arena_free(arena);
}

/* An address is not the topic whose first bytes it is. */
static void the_cache_tells_sizes_apart(void **unused)
{
	struct arena *arena = arena_new();
	struct bloom_cache *cache = bloom_cache_new(arena);
	struct event_log log = {.topic_count = 1}; /* all zero, both */
	struct bloom cached = {{0}};
	struct bloom plain = {{0}};

	(void)unused;
	bloom_cache_add_log(cache, &cached, &log);
	bloom_cache_add_log(cache, &cached, &log);
	bloom_add_log(&plain, &log);
	assert_true(bloom_equal(&cached, &plain));
	arena_free(arena);
}

static bool wants(const struct log_filter *filters, size_t count, const struct bloom *bloom)
{
	struct arena *arena = arena_new();
	struct bloom_filter *filter = bloom_filter_new(arena, filters, count);
	bool out = bloom_filter_may_match(filter, bloom);

	arena_free(arena);
	return out;
}

static void a_filter_finds_what_it_wants(void **unused)
{
	const struct address addresses[] = {address_of(50), address_of(1)};
	const struct hash first[] = {topic_of(60), topic_of(10)};
	const struct hash second[] = {topic_of(11)};
	const struct hash absent[] = {topic_of(61), topic_of(62)};
	struct event_log log = log_of(1, 10, 2);
	struct bloom none = {{0}};
	struct bloom bloom = {{0}};
	struct log_filter filter = {.addresses = addresses, .address_count = 2};

	(void)unused;
	bloom_add_log(&bloom, &log);
	assert_true(wants(&filter, 1, &bloom));
	assert_false(wants(&filter, 1, &none));
	filter.topics[0].values = first;
	filter.topics[0].count = 2;
	filter.topics[1].values = second;
	filter.topics[1].count = 1;
	assert_true(wants(&filter, 1, &bloom));
	filter.topics[3].values = absent;
	filter.topics[3].count = 2;
	assert_false(wants(&filter, 1, &bloom));
	filter.topics[3].count = 0;
	filter.address_count = 1; /* only the one that is not there */
	assert_false(wants(&filter, 1, &bloom));
	filter.address_count = 0; /* any */
	assert_true(wants(&filter, 1, &bloom));
}

static void one_filter_of_several_is_enough(void **unused)
{
	const struct address here = address_of(1);
	const struct address elsewhere = address_of(50);
	struct event_log log = log_of(1, 10, 1);
	struct bloom bloom = {{0}};
	struct log_filter filters[2] = {{.addresses = &elsewhere, .address_count = 1},
					{.addresses = &here, .address_count = 1}};

	(void)unused;
	bloom_add_log(&bloom, &log);
	assert_true(wants(filters, 2, &bloom));
	assert_false(wants(filters, 1, &bloom));
	assert_false(wants(filters, 0, &bloom));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bits_are_those_of_the_hash),
		cmocka_unit_test(a_hundred_values_make_the_published_bloom),
		cmocka_unit_test(holds_what_was_added_and_little_else),
		cmocka_unit_test(merging_is_the_union),
		cmocka_unit_test(a_log_adds_its_address_and_its_topics),
		cmocka_unit_test(the_cache_changes_nothing),
		cmocka_unit_test(the_cache_tells_sizes_apart),
		cmocka_unit_test(a_filter_finds_what_it_wants),
		cmocka_unit_test(one_filter_of_several_is_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
