#include "chain/rlp.h"

#include "tests/abi/check.h"
#include "tests/abi/random.h"
#include "tests/chain/bytes.h"

enum { SEED = 20240613, ROUNDS = 400, CHILDREN_MAX = 6, DEPTH_MAX = 5 };

static int arena_make(void **state)
{
	*state = arena_new();
	return 0;
}

static int arena_drop(void **state)
{
	arena_free(*state);
	return 0;
}

/* Values are written so: "text", 0xbytes, #integer, and [ ] around a list's elements. */
#define WORDS "[\"asdf\" \"qwer\" \"zxcv\"] "
#define WORDS_4 WORDS WORDS WORDS WORDS
#define WORDS_RLP "cf84617364668471776572847a786376"
#define WORDS_RLP_4 WORDS_RLP WORDS_RLP WORDS_RLP WORDS_RLP

struct vector {
	const char *name;
	const char *value;
	const char *encoding;
};

/* ethereum/tests, RLPTests/rlptest.json. */
static const struct vector published[] = {
	{"emptystring", "\"\"", "0x80"},
	{"bytestring00", "0x00", "0x00"},
	{"bytestring01", "0x01", "0x01"},
	{"bytestring7F", "0x7f", "0x7f"},
	{"shortstring", "\"dog\"", "0x83646f67"},
	{"shortstring2", "\"Lorem ipsum dolor sit amet, consectetur adipisicing eli\"",
	 "0xb74c6f72656d20697073756d20646f6c6f722073697420616d65742c20636f6e73656374657475722061646"
	 "970"
	 "69736963696e6720656c69"},
	{"longstring", "\"Lorem ipsum dolor sit amet, consectetur adipisicing elit\"",
	 "0xb8384c6f72656d20697073756d20646f6c6f722073697420616d65742c20636f6e736563746574757220616"
	 "469"
	 "7069736963696e6720656c6974"},
	{"zero", "#0", "0x80"},
	{"smallint", "#1", "0x01"},
	{"smallint2", "#16", "0x10"},
	{"smallint3", "#79", "0x4f"},
	{"smallint4", "#127", "0x7f"},
	{"mediumint1", "#128", "0x8180"},
	{"mediumint2", "#1000", "0x8203e8"},
	{"mediumint3", "#100000", "0x830186a0"},
	{"mediumint4", "#83729609699884896815286331701780722",
	 "0x8f102030405060708090a0b0c0d0e0f2"},
	{"mediumint5", "#105315505618206987246253880190783558935785933862974822347068935681",
	 "0x9c0100020003000400050006000700080009000a000b000c000d000e01"},
	{"emptylist", "[]", "0xc0"},
	{"stringlist", "[\"dog\" \"god\" \"cat\"]", "0xcc83646f6783676f6483636174"},
	{"multilist", "[\"zw\" [#4] #1]", "0xc6827a77c10401"},
	{"shortListMax1",
	 "[\"asdf\" \"qwer\" \"zxcv\" \"asdf\" \"qwer\" \"zxcv\" \"asdf\" \"qwer\" \"zxcv\" "
	 "\"asdf\" "
	 "\"qwer\"]",
	 "0xf784617364668471776572847a78637684617364668471776572847a78637684617364668471776572847a7"
	 "863"
	 "7684617364668471776572"},
	{"longList1", "[" WORDS_4 "]", "0xf840" WORDS_RLP_4},
	{"longList2", "[" WORDS_4 WORDS_4 WORDS_4 WORDS_4 WORDS_4 WORDS_4 WORDS_4 WORDS_4 "]",
	 "0xf90200" WORDS_RLP_4 WORDS_RLP_4 WORDS_RLP_4 WORDS_RLP_4 WORDS_RLP_4 WORDS_RLP_4
		 WORDS_RLP_4 WORDS_RLP_4},
	{"listsoflists", "[[[] []] []]", "0xc4c2c0c0c0"},
	{"listsoflists2", "[[] [[]] [[] [[]]]]", "0xc7c0c1c0c3c0c1c0"},
	{"dictTest1",
	 "[[\"key1\" \"val1\"] [\"key2\" \"val2\"] [\"key3\" \"val3\"] [\"key4\" \"val4\"]]",
	 "0xecca846b6579318476616c31ca846b6579328476616c32ca846b6579338476616c33ca846b6579348476616"
	 "c3"
	 "4"},
	{"bigint", "0x010000000000000000000000000000000000000000000000000000000000000000",
	 "0xa1010000000000000000000000000000000000000000000000000000000000000000"},
};

static void put_integer(struct buffer *out, const char *digits, size_t length)
{
	struct error err;
	u256 value;
	uint64_t word;

	assert_ok(u256_parse(&value, digits, length, &err), err);
	rlp_put_u256(out, value);
	if (u256_to_u64(&word, value)) {
		struct buffer again = buffer_in(out->arena);
		struct buffer first = buffer_in(out->arena);

		rlp_put_u64(&again, word);
		rlp_put_u256(&first, value);
		assert_true(slice_equal(buffer_slice(&again), buffer_slice(&first)));
	}
}

static void put_written(struct buffer *out, const char *at)
{
	size_t begins[DEPTH_MAX];
	size_t depth = 0;

	while (*at) {
		size_t length = strcspn(at + 1, *at == '"' ? "\"" : " []");

		if (*at == '[') {
			begins[depth++] = rlp_list_begin(out);
			length = 0;
		} else if (*at == ']') {
			rlp_list_end(out, begins[--depth]);
			length = 0;
		} else if (*at == '"') {
			rlp_put_bytes(out, slice_of(at + 1, length));
			length++;
		} else if (*at == '#') {
			put_integer(out, at + 1, length);
		} else if (*at == '0') {
			rlp_put_bytes(out, bytes_of(out->arena,
						    arena_string_n(out->arena, at, length + 1)));
		} else {
			length = 0;
		}
		at += length + 1;
	}
}

/* Reads an item and writes what was read. */
static void put_again(struct buffer *out, const struct rlp_item *item)
{
	struct rlp_reader r;
	struct rlp_item element;
	struct error err;
	size_t begin;

	if (!item->is_list) {
		rlp_put_bytes(out, item->payload);
		return;
	}
	rlp_open(&r, item);
	begin = rlp_list_begin(out);
	while (rlp_next(&element, &r))
		put_again(out, &element);
	assert_ok(rlp_close(&r, &err), err);
	rlp_list_end(out, begin);
}

static void comes_back(struct arena *arena, struct slice encoding)
{
	struct buffer again = buffer_in(arena);
	struct rlp_item item;
	struct error err;

	assert_ok(rlp_check(encoding, &err), err);
	assert_ok(rlp_decode(&item, encoding, &err), err);
	assert_true(slice_equal(item.encoding, encoding));
	put_again(&again, &item);
	assert_true(slice_equal(buffer_slice(&again), encoding));
}

static void published_values(void **state)
{
	struct arena *arena = *state;

	for (size_t i = 0; i < sizeof(published) / sizeof(published[0]); i++) {
		struct buffer out = buffer_in(arena);

		put_written(&out, published[i].value);
		assert_string_equal(hex_string(arena, buffer_slice(&out)), published[i].encoding);
		comes_back(arena, buffer_slice(&out));
	}
}

/* As long as "longstring2" of that file, and with its prefix. */
static void a_long_string(void **state)
{
	char text[1024];
	struct buffer out = buffer_in(*state);

	memset(text, 'L', sizeof(text));
	rlp_put_bytes(&out, slice_of(text, sizeof(text)));
	assert_int_equal(out.size, 3 + sizeof(text));
	assert_memory_equal(out.data, "\xb9\x04\x00", 3);
	assert_memory_equal(out.data + 3, text, sizeof(text));
	comes_back(*state, buffer_slice(&out));
}

struct refusal {
	const char *name;
	const char *encoding;
	const char *words;
};

/* ethereum/tests, RLPTests/invalidRLPTest.json. */
static const struct refusal invalid[] = {
	{"int32Overflow", "0xbf0f000000000000021111", "byte 0: cut off within an item"},
	{"int32Overflow2", "0xff0f000000000000021111", "byte 0: cut off within an item"},
	{"wrongSizeList", "0xf80180", "byte 0: a long form"},
	{"wrongSizeList2", "0xf80100", "byte 0: a long form"},
	{"incorrectLengthInArray",
	 "0xb9002100dc2b275d0f74e8a53e6f4ec61b27f24278820be3f82ea2110e582081b0565df0",
	 "byte 0: a length with leading zeros"},
	{"randomRLP",
	 "0xf861f83eb9002100dc2b275d0f74e8a53e6f4ec61b27f24278820be3f82ea2110e582081b0565df027b9001"
	 "500"
	 "2d5ef8325ae4d034df55d4b58d0dfba64d61ddd17be00000b9001a00dae30907045a2f66fa36f2bb8aa9029cb"
	 "b0b"
	 "8a7b3b5c435ab331",
	 "byte 4: a length with leading zeros"},
	{"bytesShouldBeSingleByte00", "0x8100", "byte 0: a single byte"},
	{"bytesShouldBeSingleByte01", "0x8101", "byte 0: a single byte"},
	{"bytesShouldBeSingleByte7F", "0x817F", "byte 0: a single byte"},
	{"leadingZerosInLongLengthArray1",
	 "0xb90040000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223242526272"
	 "829"
	 "2a2b2c2d2e2f303132333435363738393a3b3c3d3e3f",
	 "byte 0: a length with leading zeros"},
	{"leadingZerosInLongLengthArray2", "0xb800", "byte 0: a length with leading zeros"},
	{"leadingZerosInLongLengthList1",
	 "0xfb00000040000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021222324252"
	 "627"
	 "28292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f",
	 "byte 0: a length with leading zeros"},
	{"leadingZerosInLongLengthList2", "0xf800", "byte 0: a length with leading zeros"},
	{"nonOptimalLongLengthArray1", "0xb81000112233445566778899aabbccddeeff",
	 "byte 0: a long form"},
	{"nonOptimalLongLengthArray2", "0xb801ff", "byte 0: a long form"},
	{"nonOptimalLongLengthList1", "0xf810000102030405060708090a0b0c0d0e0f",
	 "byte 0: a long form"},
	{"nonOptimalLongLengthList2", "0xf803112233", "byte 0: a long form"},
	/* Not published: */
	{"nothing", "0x", "byte 0: no item"},
	{"two items", "0x0101", "byte 1: more bytes follow"},
	{"no length", "0xb8", "byte 0: cut off within a length"},
	{"half a length", "0xf901", "byte 0: cut off within a length"},
	{"largest string", "0xbfffffffffffffffff00", "byte 0: cut off within an item"},
	{"largest list", "0xffffffffffffffffff00", "byte 0: cut off within an item"},
	{"an element past its list", "0xc3c18101", "byte 2: cut off within an item"},
	{"an element past a list within", "0xc4c282010101", "byte 5: more bytes follow"},
	{"a wrong last element", "0xc3c08101", "byte 2: a single byte"},
};

static void published_mistakes(void **state)
{
	for (size_t i = 0; i < sizeof(invalid) / sizeof(invalid[0]); i++) {
		struct error err = {0};

		must_fail(rlp_check(bytes_of(*state, invalid[i].encoding), &err), &err,
			  ERR_BAD_DATA, invalid[i].words);
	}
}

/* Every size at which the prefix changes. */
static void sizes_around_every_boundary(void **state)
{
	static const struct {
		size_t size;
		const char *string;
		const char *list;
	} sizes[] = {
		{0, "0x80", "0xc0"},
		{2, "0x82", "0xc2"},
		{55, "0xb7", "0xf7"},
		{56, "0xb838", "0xf838"},
		{255, "0xb8ff", "0xf8ff"},
		{256, "0xb90100", "0xf90100"},
		{65535, "0xb9ffff", "0xf9ffff"},
		{65536, "0xba010000", "0xfa010000"},
		{1 << 24, "0xbb01000000", "0xfb01000000"},
	};
	struct arena *arena = *state;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct buffer string = buffer_in(arena);
		struct buffer list = buffer_in(arena);
		struct slice bytes = slice_of(arena_array(arena, sizes[i].size, 1), sizes[i].size);
		size_t begin = rlp_list_begin(&list);
		struct error err;

		rlp_put_bytes(&string, bytes);
		buffer_append(&list, bytes.data, bytes.size);
		rlp_list_end(&list, begin);
		assert_string_equal(
			hex_string(arena, slice_of(string.data, string.size - bytes.size)),
			sizes[i].string);
		assert_string_equal(hex_string(arena, slice_of(list.data, list.size - bytes.size)),
				    sizes[i].list);
		assert_ok(rlp_check(buffer_slice(&string), &err), err);
		assert_ok(rlp_check(buffer_slice(&list), &err), err);
		assert_int_equal(rlp_check(slice_of(string.data, string.size - 1), &err),
				 ERR_BAD_DATA);
		assert_int_equal(rlp_check(slice_of(list.data, list.size - 1), &err), ERR_BAD_DATA);
	}
}

static struct slice nested(struct arena *arena, unsigned depth)
{
	struct buffer out = buffer_in(arena);

	for (unsigned i = depth; i; i--)
		buffer_byte(&out, (uint8_t)(0xc0 + i - 1));
	return buffer_slice(&out);
}

static void nesting_has_a_limit(void **state)
{
	struct error err = {0};

	assert_ok(rlp_check(nested(*state, RLP_DEPTH_MAX), &err), err);
	must_fail(rlp_check(nested(*state, RLP_DEPTH_MAX + 1), &err), &err, ERR_BAD_DATA,
		  "byte 16: nested too deep");
}

static struct rlp_reader read_list(struct arena *arena, const char *encoding)
{
	struct rlp_reader r;
	struct rlp_item list;
	struct error err;

	assert_ok(rlp_decode(&list, bytes_of(arena, encoding), &err), err);
	rlp_open(&r, &list);
	return r;
}

static void elements_of_every_form(void **state)
{
	struct rlp_reader r = read_list(*state, "0xd083646f6782030082ffff81ffc101c001");
	struct rlp_item list;
	struct slice bytes;
	struct error err;
	uint8_t fixed[2];
	uint64_t word;
	u256 value;

	assert_true(rlp_bytes(&bytes, &r));
	assert_true(slice_equal(bytes, slice_of("dog", 3)));
	assert_true(rlp_u64(&word, &r));
	assert_int_equal(word, 0x300);
	assert_true(rlp_fixed(fixed, sizeof(fixed), &r));
	assert_memory_equal(fixed, "\xff\xff", 2);
	assert_true(rlp_u256(&value, &r));
	assert_true(u256_equal(value, u256_from(0xff)));
	assert_true(rlp_list(&list, &r));
	assert_true(rlp_list(&list, &r));
	assert_int_equal(list.payload.size, 0);
	assert_true(rlp_more(&r));
	assert_true(rlp_u64(&word, &r));
	assert_int_equal(word, 1);
	assert_false(rlp_more(&r));
	assert_ok(rlp_close(&r, &err), err);
	assert_false(rlp_next(&list, &r));
	assert_ok(rlp_close(&r, &err), err);
}

static bool take_bytes(struct rlp_reader *r)
{
	struct slice bytes;

	return rlp_bytes(&bytes, r);
}

static bool take_word(struct rlp_reader *r)
{
	uint64_t word;

	return rlp_u64(&word, r);
}

static bool take_u256(struct rlp_reader *r)
{
	u256 value;

	return rlp_u256(&value, r);
}

static bool take_pair(struct rlp_reader *r)
{
	uint8_t pair[2];

	return rlp_fixed(pair, sizeof(pair), r);
}

static bool take_list(struct rlp_reader *r)
{
	struct rlp_item list;

	return rlp_list(&list, r);
}

static bool take_nothing(struct rlp_reader *r)
{
	return !r->problem;
}

/* The first mistake sticks, whatever is asked for afterwards. */
static void elements_of_the_wrong_form(void **state)
{
	static const struct {
		const char *encoding;
		bool (*take)(struct rlp_reader *r);
		const char *words;
	} cases[] = {
		{"0xc1c0", take_bytes, "byte 1: a list where a string should be"},
		{"0xc1c0", take_word, "byte 1: a list where a string should be"},
		{"0xc101", take_list, "byte 1: a string where a list should be"},
		{"0x83010203", take_bytes, "byte 0: a string where a list should be"},
		{"0xc0", take_bytes, "byte 1: an element is missing"},
		{"0xc0", take_list, "byte 1: an element is missing"},
		{"0xc100", take_word, "byte 1: an integer with leading zeros"},
		{"0xc3820001", take_word, "byte 1: an integer with leading zeros"},
		{"0xc3820001", take_u256, "byte 1: an integer with leading zeros"},
		{"0xca89010000000000000000", take_word, "byte 1: an integer that is too large"},
		{"0xe2a1010000000000000000000000000000000000000000000000000000000000000000",
		 take_u256, "byte 1: an integer that is too large"},
		{"0xc101", take_pair, "byte 1: a string of another size"},
		{"0xc483010203", take_pair, "byte 1: a string of another size"},
		{"0xc28101", take_word, "byte 1: a single byte"},
		{"0xc20101", take_nothing, "byte 1: more elements"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rlp_reader r = read_list(*state, cases[i].encoding);
		struct error err = {0};
		bool took = cases[i].take(&r);

		assert_true(took == (cases[i].take == take_nothing));
		must_fail(rlp_close(&r, &err), &err, ERR_BAD_DATA, cases[i].words);
		if (took)
			continue;
		assert_false(rlp_more(&r));
		assert_false(take_bytes(&r) || take_word(&r) || take_u256(&r) || take_pair(&r) ||
			     take_list(&r));
		must_fail(rlp_close(&r, &err), &err, ERR_BAD_DATA, cases[i].words);
	}
}

static void the_largest_integers(void **state)
{
	struct buffer out = buffer_in(*state);
	size_t begin = rlp_list_begin(&out);
	struct rlp_reader r;
	struct error err;
	uint64_t word;
	u256 value;

	rlp_put_u64(&out, UINT64_MAX);
	rlp_put_u256(&out, U256_MAX);
	rlp_put_u64(&out, 0);
	rlp_list_end(&out, begin);
	r = read_list(*state, hex_string(*state, buffer_slice(&out)));
	assert_true(rlp_u64(&word, &r) && word == UINT64_MAX);
	assert_true(rlp_u256(&value, &r) && u256_equal(value, U256_MAX));
	assert_true(rlp_u64(&word, &r) && word == 0);
	assert_ok(rlp_close(&r, &err), err);
}

static void items_without_a_list(void **state)
{
	struct rlp_reader r = rlp_reader_of(bytes_of(*state, "0x0282ffff"));
	struct error err = {0};
	uint64_t word;

	assert_true(rlp_u64(&word, &r) && word == 2);
	assert_true(rlp_u64(&word, &r) && word == 0xffff);
	assert_ok(rlp_close(&r, &err), err);
	r = rlp_reader_of(slice_of(NULL, 0));
	assert_false(rlp_u64(&word, &r));
	must_fail(rlp_close(&r, &err), &err, ERR_BAD_DATA, "an element is missing");
}

static void put_random(struct buffer *out, uint64_t *seed, unsigned depth)
{
	size_t begin;

	if (depth == 0 || random_word(seed) % 3 == 0) {
		uint8_t bytes[300];
		size_t size = random_word(seed) % 8 ? random_word(seed) % 60
						    : random_word(seed) % sizeof(bytes);

		for (size_t i = 0; i < size; i++)
			bytes[i] = (uint8_t)random_word(seed);
		rlp_put_bytes(out, slice_of(bytes, size));
		return;
	}
	begin = rlp_list_begin(out);
	for (size_t count = random_word(seed) % CHILDREN_MAX; count; count--)
		put_random(out, seed, depth - 1);
	rlp_list_end(out, begin);
}

/* What is cut off or has something behind it is none; and a flipped bit never is another encoding
 * of the same: either it is refused or it comes back as it is. */
static void random_values_and_their_damage(void **state)
{
	struct arena *arena = *state;
	uint64_t seed = SEED;

	for (unsigned i = 0; i < ROUNDS; i++) {
		struct buffer out = buffer_in(arena);
		struct error err;
		size_t at;

		put_random(&out, &seed, DEPTH_MAX);
		comes_back(arena, buffer_slice(&out));
		at = random_word(&seed) % out.size;
		assert_int_equal(rlp_check(slice_of(out.data, at), &err), ERR_BAD_DATA);
		out.data[at] ^= (uint8_t)(1u << random_word(&seed) % 8);
		if (rlp_check(buffer_slice(&out), &err) == OK)
			comes_back(arena, buffer_slice(&out));
		arena_reset(arena);
	}
}

static void a_byte_behind_is_refused(void **state)
{
	for (size_t i = 0; i < sizeof(published) / sizeof(published[0]); i++) {
		struct buffer out = buffer_in(*state);
		struct rlp_item item;
		struct error err = {0};

		put_written(&out, published[i].value);
		buffer_byte(&out, 0x01);
		must_fail(rlp_check(buffer_slice(&out), &err), &err, ERR_BAD_DATA,
			  "more bytes follow");
		must_fail(rlp_decode(&item, buffer_slice(&out), &err), &err, ERR_BAD_DATA,
			  "more bytes follow");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_values),
		cmocka_unit_test(a_long_string),
		cmocka_unit_test(published_mistakes),
		cmocka_unit_test(sizes_around_every_boundary),
		cmocka_unit_test(nesting_has_a_limit),
		cmocka_unit_test(elements_of_every_form),
		cmocka_unit_test(elements_of_the_wrong_form),
		cmocka_unit_test(the_largest_integers),
		cmocka_unit_test(items_without_a_list),
		cmocka_unit_test(random_values_and_their_damage),
		cmocka_unit_test(a_byte_behind_is_refused),
	};

	return cmocka_run_group_tests(tests, arena_make, arena_drop);
}
