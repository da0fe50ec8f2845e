#include "abi/keccak.h"

#include "tests/abi/api3_signatures.h"
#include "tests/abi/check.h"

enum { LONGEST = 4096, MILLION = 1000000 };

static void has_hash(const void *data, size_t size, const char *wanted)
{
	char text[HEX_SIZE(HASH_BYTES)];

	assert_string_equal(hash_format(text, keccak256(data, size)), wanted);
}

static void published_vectors(void **unused)
{
	char *many = malloc(MILLION);

	(void)unused;
	has_hash(NULL, 0, "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
	has_hash("abc", 3, "0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
	has_hash("The quick brown fox jumps over the lazy dog", 43,
		 "0x4d741b6f1eb29cb2a9b9911c82f56fa8d73b04959d3d9d222895df6c0b28aa15");
	assert_non_null(many);
	memset(many, 'a', MILLION);
	has_hash(many, MILLION,
		 "0xfadae6b49f129bbb812be8407b7b2894f34aecf6dbd1f9b0f0c7e9853098fc96");
	free(many);
}

/* Byte i of a message of n bytes is 7 i + n; the hashes are those of @noble/hashes 1.3. */
struct sized {
	size_t size;
	const char *hash;
};

static const struct sized sized[] = {
	{0, "0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"},
	{1, "0x5fe7f977e71dba2ea1a68e21057beebb9be2ac30c6410aa38d4f3fbe41dcffd2"},
	{31, "0xf2edf8e57f5f8acb78dac9a80285ed8d829840361fdc4d99698e7ab6685d82ea"},
	{32, "0x75ddc22689ac5cfab91ff4f11af7f47658c89f63dcb005c00824017d8081c7e8"},
	{33, "0xc6054684b0825b997510f120321a58f8488803992923926fcda6db5405ec35c9"},
	{55, "0x546a7fe6ccfdaf2fb18c8725219ad2041f386774722f4f2dcb3b2793bfa58b7e"},
	{56, "0x0cdb8fcd4763c8d9f8b6c398744ab4424b90653a7f12c33ee1c2d1a07537b799"},
	{71, "0xad89939b62ad68d3486ddcf0afb76f5005e548ecb5be0b539977e9972a9d1473"},
	{72, "0x76f26b049572c8817894cecfcb21c080480ed822a9d1a1192ed1dc6390f39db7"},
	{73, "0x5b8593efc3b6f78d9c17a2d82784ff5a519f83bbb727453c4938c6d7508d7041"},
	{127, "0x360624fdc6aaf93c47d59120537140e83f396adf69a00f1f5a2d0be944be6ad0"},
	{128, "0x341903dfc532312b44e06a38076b6339ff973201b69d4ba6bbde1158906e8413"},
	{134, "0x8884d266ac61dea6a59234e679bb56fd1bf116a05634f2e8de1b7224302bc122"},
	{135, "0x8ab570337c9a3a773c3605160ca58e3f0546d92d217c908669cc4f35a31933bc"},
	{136, "0x16b30a6be318a7acbcba7a2194789f628abf68dfbbf55a4d840f22f6a4d29efd"},
	{137, "0x6a7e8293441d51be41bf4994995b35981f90c07866c7fd0465f405e2b7a8f8dd"},
	{138, "0x30f0d8366a3b76471b5276b364f6f74cd5718e98625c6cdbdde882eb0bbbe3b8"},
	{271, "0xbb02bca6be57f42d131406260c6f1a81fd9922af8bd1c96d78f454b19ae10add"},
	{272, "0x443464c0c3ac8036d14a6f8647fc93b592d514adefbe88683cbbda3b4b2c4553"},
	{273, "0x73d5960773e36742ead7c872d84d535f35e75b9517ccb1023491276013f88890"},
	{407, "0x8d761ff83dde45e5088e430b4f011a7453de7a7b38036650ea43cf3620d9b294"},
	{408, "0x199ffed10ac2e6d847e422e9f64113fd5384a21320d7c6be84f82defd3863007"},
	{409, "0x75f85e42c02aa11926f03992928953060a37a8c5fc0f0370ab0dc8047752703b"},
	{1000, "0x5cab097db1a529f5b1a15428cc494df950671bc3824340aad89941fa68e151bc"},
	{4096, "0x6e8e59a43f8d57c8c233464330056609579a3cfeb41fc1b5d83e58ad787c8246"},
};

static void fill(uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(7 * i + size);
}

static void lengths_around_every_boundary(void **unused)
{
	uint8_t bytes[LONGEST];

	(void)unused;
	for (size_t i = 0; i < sizeof(sized) / sizeof(sized[0]); i++) {
		fill(bytes, sized[i].size);
		has_hash(bytes, sized[i].size, sized[i].hash);
	}
}

static void data_need_not_be_aligned(void **unused)
{
	uint8_t bytes[8 + 137];

	(void)unused;
	for (size_t shift = 0; shift < 8; shift++) {
		fill(bytes + shift, 137);
		has_hash(bytes + shift, 137,
			 "0x6a7e8293441d51be41bf4994995b35981f90c07866c7fd0465f405e2b7a8f8dd");
	}
}

static void any_split_gives_the_same_hash(void **unused)
{
	uint8_t bytes[409];
	struct hash whole;

	(void)unused;
	fill(bytes, sizeof(bytes));
	whole = keccak256(bytes, sizeof(bytes));
	for (size_t step = 1; step <= sizeof(bytes); step++) {
		struct keccak k;

		keccak_init(&k);
		for (size_t at = 0; at < sizeof(bytes); at += step)
			keccak_update(&k, bytes + at,
				      sizeof(bytes) - at < step ? sizeof(bytes) - at : step);
		assert_true(hash_equal(keccak_final(&k), whole));
	}
}

static void an_empty_update_changes_nothing(void **unused)
{
	struct keccak k;

	(void)unused;
	keccak_init(&k);
	keccak_update(&k, NULL, 0);
	keccak_update(&k, "abc", 3);
	keccak_update(&k, NULL, 0);
	assert_true(hash_equal(keccak_final(&k), keccak256("abc", 3)));
}

static void deployed_contracts_topics(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(api3_events) / sizeof(api3_events[0]); i++)
		has_hash(api3_events[i].signature, strlen(api3_events[i].signature),
			 api3_events[i].topic);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_vectors),
		cmocka_unit_test(lengths_around_every_boundary),
		cmocka_unit_test(data_need_not_be_aligned),
		cmocka_unit_test(any_split_gives_the_same_hash),
		cmocka_unit_test(an_empty_update_changes_nothing),
		cmocka_unit_test(deployed_contracts_topics),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
