/*
 * Records as bytes: one value has one encoding, and what is not an encoding is refused.
 */
#include "store/record.h"

#include "tests/support/test.h"

#define RECORD_OWNER struct all_kinds
#define ALL_FIELDS(F)                                                                              \
	F(U256, amount, "")                                                                        \
	F(U64, block, "")                                                                          \
	F(BOOL, is_open, "")                                                                       \
	F(ADDRESS, who, "")                                                                        \
	F(HASH, transaction, "")                                                                   \
	F(TEXT, text, "")                                                                          \
	F(BYTES, bytes, "")                                                                        \
	F(BOOL, is_last, "")                                                                       \
	F(U256, ninth, "in the second byte of the bitmap")

struct all_kinds {
	RECORD_STRUCT(ALL_FIELDS)
};

RECORD_DEFINE(all_kinds, ALL_FIELDS)
#undef RECORD_OWNER

static int begin(void **state)
{
	*state = arena_new();
	return 0;
}

static int end(void **state)
{
	arena_free(*state);
	return 0;
}

static struct slice encode(struct arena *arena, const struct all_kinds *value)
{
	return record_encode(arena, &record_all_kinds, value);
}

static void assert_same(const struct all_kinds *a, const struct all_kinds *b)
{
	assert_true(u256_equal(a->amount, b->amount));
	assert_true(a->block == b->block);
	assert_int_equal(a->is_open, b->is_open);
	assert_true(address_equal(a->who, b->who));
	assert_true(hash_equal(a->transaction, b->transaction));
	assert_string_equal(a->text ? a->text : "", b->text);
	assert_true(slice_equal(a->bytes, b->bytes));
	assert_int_equal(a->is_last, b->is_last);
	assert_true(u256_equal(a->ninth, b->ninth));
}

static void round_trip(struct arena *arena, const struct all_kinds *value)
{
	struct slice bytes = encode(arena, value);
	struct all_kinds back;
	struct error err;

	memset(&back, 0xff, sizeof(back)); /* nothing may be left of what was there */
	assert_ok(record_decode(&back, arena, &record_all_kinds, bytes, &err), err);
	assert_same(value, &back);
	assert_true(slice_equal(encode(arena, &back), bytes));
}

static void every_kind_of_field_comes_back(void **state)
{
	const struct all_kinds value = {.amount = u256_from(1000),
					.block = 12786500,
					.is_open = true,
					.who = {{1, 2, 3}},
					.transaction = {{9, 8, 7}},
					.text = "words, 5 €",
					.bytes = slice_of("a\0b", 3),
					.is_last = true,
					.ninth = U256_MAX};

	round_trip(*state, &value);
}

static void integers_of_every_length_come_back(void **state)
{
	for (unsigned bits = 0; bits <= 256; bits++) {
		struct all_kinds value = {.amount = u256_shift_left(U256_ONE, bits)};
		struct all_kinds below = {.ninth = u256_sub_wrap(value.amount, U256_ONE)};

		round_trip(*state, &value);
		round_trip(*state, &below);
		value.block = bits < 64 ? UINT64_C(1) << bits : UINT64_MAX;
		round_trip(*state, &value);
		value.block--;
		round_trip(*state, &value);
	}
}

static void each_field_alone_comes_back(void **state)
{
	const struct all_kinds values[] = {
		{.amount = U256_ONE},
		{.block = 1},
		{.is_open = true},
		{.who = {{0, 1}}},
		{.transaction = {{0, 1}}},
		{.text = "x"},
		{.bytes = slice_of("\0", 1)},
		{.is_last = true},
		{.ninth = U256_ONE},
	};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		round_trip(*state, &values[i]);
}

static void nothing_is_a_bitmap_of_zeros(void **state)
{
	struct all_kinds nothing = {0};
	struct all_kinds empty = {.text = "", .bytes = slice_of("x", 0)};
	struct slice bytes = encode(*state, &nothing);

	assert_int_equal(bytes.size, 2);
	assert_int_equal(bytes.data[0] | bytes.data[1], 0);
	assert_true(slice_equal(encode(*state, &empty), bytes));
	round_trip(*state, &nothing);
}

static void the_bytes_are_those_that_the_header_describes(void **state)
{
	const struct all_kinds value = {.amount = u256_from(0x102),
					.block = 7,
					.is_open = true,
					.text = "ab",
					.ninth = u256_from(255)};
	static const uint8_t wanted[] = {
		0x27, 0x01,                    /* fields 0, 1, 2, 5 and 8 */
		2,    0x01, 0x02,              /* amount */
		1,    7,                       /* block */
		0,    0,    0,    2, 'a', 'b', /* text */
		1,    0xff,                    /* ninth */
	};

	assert_true(slice_equal(encode(*state, &value), slice_of(wanted, sizeof(wanted))));
}

static void refuse(struct arena *arena, const void *bytes, size_t size, const char *words)
{
	struct all_kinds value;
	struct error err;

	assert_int_equal(
		record_decode(&value, arena, &record_all_kinds, slice_of(bytes, size), &err),
		ERR_CORRUPT);
	if (!strstr(err.message, words) || !strstr(err.message, "record all_kinds"))
		fail_msg("\"%s\" does not say \"%s\"", err.message, words);
}

#define REFUSE(words, ...)                                                                         \
	refuse(arena, (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}), words)

static void what_the_encoder_would_not_write_is_refused(void **state)
{
	struct arena *arena = *state;

	refuse(arena, "", 0, "0 bytes are too few");
	REFUSE("1 bytes are too few", 0);
	REFUSE("unknown fields", 0, 2);
	REFUSE("unknown fields", 0, 0x80);
	REFUSE("1 bytes behind", 0, 0, 0);
	REFUSE("1 bytes behind", 4, 0, 1);          /* true is its bit */
	REFUSE("field amount is damaged", 1, 0);    /* no length */
	REFUSE("field amount is damaged", 1, 0, 0); /* zero is left out */
	REFUSE("field amount is damaged", 1, 0, 2, 1);
	REFUSE("field amount is damaged", 1, 0, 2, 0, 1); /* a leading zero */
	REFUSE("field amount is damaged", 1, 0, 33, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	       0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	REFUSE("field block is damaged", 2, 0, 9, 1, 0, 0, 0, 0, 0, 0, 0, 0);
	REFUSE("field who is damaged", 8, 0, 1, 2, 3);
	REFUSE("field who is a written zero", 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	       0, 0, 0, 0);
	REFUSE("field transaction is damaged", 16, 0, 1, 2, 3);
	REFUSE("field text is damaged", 32, 0, 0, 0, 0, 0);
	REFUSE("field text is damaged", 32, 0, 0, 0, 0, 2, 'a');
	REFUSE("field text is damaged", 32, 0, 0, 0, 0, 2, 'a', 0); /* a NUL inside */
	REFUSE("field text is damaged", 32, 0, 0, 0, 0);
	REFUSE("field text is damaged", 32, 0, 0xff, 0xff, 0xff, 0xff, 'a');
	REFUSE("field bytes is damaged", 64, 0, 0, 0, 0, 0);
}

static void text_beyond_its_limit_is_refused(void **state)
{
	struct arena *arena = *state;
	uint8_t *bytes = arena_alloc(arena, 6 + RECORD_TEXT_MAX + 1);
	struct all_kinds value;
	struct error err;

	bytes[0] = 32;
	memset(bytes + 6, 'x', RECORD_TEXT_MAX + 1);
	put_be32(bytes + 2, RECORD_TEXT_MAX);
	assert_ok(record_decode(&value, arena, &record_all_kinds,
				slice_of(bytes, 6 + RECORD_TEXT_MAX), &err),
		  err);
	assert_int_equal(strlen(value.text), RECORD_TEXT_MAX);
	put_be32(bytes + 2, RECORD_TEXT_MAX + 1);
	refuse(arena, bytes, 6 + RECORD_TEXT_MAX + 1, "field text is damaged");
}

static void every_shorter_piece_of_an_encoding_is_refused(void **state)
{
	const struct all_kinds value = {.amount = u256_from(1000),
					.block = 12786500,
					.is_open = true,
					.who = {{1, 2, 3}},
					.transaction = {{9, 8, 7}},
					.text = "words",
					.bytes = slice_of("bytes", 5),
					.ninth = U256_MAX};
	struct slice bytes = encode(*state, &value);
	struct all_kinds out;

	for (size_t size = 0; size < bytes.size; size++)
		assert_int_equal(record_decode(&out, *state, &record_all_kinds,
					       slice_of(bytes.data, size), NULL),
				 ERR_CORRUPT);
}

static void decoded_text_and_bytes_are_copies(void **state)
{
	const struct all_kinds value = {.text = "words", .bytes = slice_of("bytes", 5)};
	struct slice bytes = encode(*state, &value);
	uint8_t *shared = arena_copy(*state, bytes.data, bytes.size);
	struct all_kinds out;

	assert_int_equal(
		record_decode(&out, *state, &record_all_kinds, slice_of(shared, bytes.size), NULL),
		OK);
	memset(shared, 0, bytes.size);
	assert_string_equal(out.text, "words");
	assert_memory_equal(out.bytes.data, "bytes", 5);
}

/* ---- random ---- */

enum { SEED = 20261121, ROUNDS = 20000 };

static uint64_t random_word(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static u256 random_number(uint64_t *random)
{
	u256 value = {{random_word(random), random_word(random), random_word(random),
		       random_word(random)}};

	return u256_shift_right(value, (unsigned)(random_word(random) % 257));
}

static struct all_kinds random_value(uint64_t *random, struct arena *arena)
{
	struct all_kinds value = {0};
	uint64_t present = random_word(random);
	size_t length = random_word(random) % 20;
	char *text = arena_alloc(arena, length + 1);

	for (size_t i = 0; i < length; i++)
		text[i] = (char)(1 + random_word(random) % 255);
	if (present & 1)
		value.amount = random_number(random);
	if (present & 2)
		value.block = random_word(random) >> random_word(random) % 64;
	value.is_open = present & 4;
	if (present & 8)
		value.who.bytes[random_word(random) % ADDRESS_BYTES] = (uint8_t)random_word(random);
	if (present & 16)
		value.transaction.bytes[random_word(random) % HASH_BYTES] =
			(uint8_t)random_word(random);
	if (present & 32)
		value.text = text;
	if (present & 64)
		value.bytes = slice_of(text, length);
	value.is_last = present & 128;
	if (present & 256)
		value.ninth = random_number(random);
	return value;
}

static void random_records_come_back(void **state)
{
	uint64_t random = SEED;

	for (int i = 0; i < ROUNDS; i++) {
		struct all_kinds value = random_value(&random, *state);

		round_trip(*state, &value);
		arena_reset(*state);
	}
}

/* Damaged bytes are refused, or they are the encoding of what they decode to. */
static void damaged_bytes_are_refused_or_are_an_encoding(void **state)
{
	uint64_t random = SEED;
	unsigned accepted = 0;

	print_message("# seed %d\n", SEED);
	for (int i = 0; i < ROUNDS; i++) {
		struct all_kinds value = random_value(&random, *state);
		struct slice bytes = encode(*state, &value);
		uint8_t *damaged = malloc(bytes.size); /* its own block, so that a sanitizer sees
							  a byte too far */
		size_t size = bytes.size;
		struct all_kinds out;

		assert_non_null(damaged);
		memcpy(damaged, bytes.data, size);
		for (uint64_t n = random_word(&random) % 3; n < 3; n++)
			damaged[random_word(&random) % size] ^=
				(uint8_t)(1u << random_word(&random) % 8);
		if (random_word(&random) % 4 == 0)
			size = 1 + random_word(&random) % size;
		if (record_decode(&out, *state, &record_all_kinds, slice_of(damaged, size), NULL) ==
		    OK) {
			accepted++;
			if (!slice_equal(encode(*state, &out), slice_of(damaged, size)))
				fail_msg("round %d of seed %d has two encodings", i, SEED);
		}
		free(damaged);
		arena_reset(*state);
	}
	assert_true(accepted > 1000 && accepted < ROUNDS);
}

#define RECORD_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RECORD_TEST(every_kind_of_field_comes_back),
		RECORD_TEST(integers_of_every_length_come_back),
		RECORD_TEST(each_field_alone_comes_back),
		RECORD_TEST(nothing_is_a_bitmap_of_zeros),
		RECORD_TEST(the_bytes_are_those_that_the_header_describes),
		RECORD_TEST(what_the_encoder_would_not_write_is_refused),
		RECORD_TEST(text_beyond_its_limit_is_refused),
		RECORD_TEST(every_shorter_piece_of_an_encoding_is_refused),
		RECORD_TEST(decoded_text_and_bytes_are_copies),
		RECORD_TEST(random_records_come_back),
		RECORD_TEST(damaged_bytes_are_refused_or_are_an_encoding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
