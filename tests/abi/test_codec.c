#include "abi/codec.h"

#include "abi/keccak.h"
#include "tests/abi/check.h"

enum { WORD = 32, VALUES_MAX = 8 };

static int setup(void **state)
{
	*state = arena_new();
	return 0;
}

static int teardown(void **state)
{
	arena_free(*state);
	return 0;
}

/* Hexadecimal digits to bytes; blanks between them are for the reader. */
static struct slice bytes_of(struct arena *arena, const char *digits)
{
	struct buffer text = buffer_in(arena);
	struct slice out;
	struct error err;

	buffer_text(&text, "0x");
	for (; *digits; digits++)
		if (*digits != ' ')
			buffer_byte(&text, (uint8_t)*digits);
	must_succeed(hex_parse(&out, arena, buffer_string(&text), text.size, SIZE_MAX, &err), &err);
	return out;
}

/* Words in short: "20" is 0x00…20, "<61" is 0x61 and zeros behind it, "-" is all ones. */
static struct slice words_of(struct arena *arena, const char *text)
{
	struct buffer out = buffer_in(arena);

	while (*text) {
		char digits[2 * WORD + 1];
		size_t length = strcspn(text, " ");
		bool is_left = text[0] == '<';

		memset(digits, text[0] == '-' ? 'f' : '0', 2 * WORD);
		digits[2 * WORD] = '\0';
		assert_true(length - is_left <= 2 * WORD);
		if (text[0] != '-')
			memcpy(digits + (is_left ? 0 : 2 * WORD - length), text + is_left,
			       length - is_left);
		buffer_append(&out, bytes_of(arena, digits).data, WORD);
		text += length;
		text += strspn(text, " ");
	}
	return buffer_slice(&out);
}

static struct abi_item item_of(struct arena *arena, const char *text)
{
	struct abi_item item;
	struct error err;

	must_succeed(abi_item_parse(&item, arena, text, ABI_ITEM_FUNCTION, &err), &err);
	return item;
}

/* The values of a tuple's text, "(1, true)". */
static const struct abi_value *values_of(struct arena *arena, const struct abi_item *item,
					 const char *text)
{
	const struct abi_type type = {.kind = ABI_TUPLE,
				      .components = item->inputs,
				      .component_count = item->input_count};
	struct abi_value value;
	struct error err;

	must_succeed(abi_value_parse(&value, arena, &type, text, &err), &err);
	return value.list.items;
}

static char *text_of(struct arena *arena, const struct abi_item *item,
		     const struct abi_value *values)
{
	const struct abi_type type = {.kind = ABI_TUPLE};
	const struct abi_value whole = {.type = &type, .list = {values, item->input_count}};

	return abi_value_format(arena, &whole);
}

/* "f(…)" with these arguments is these bytes, and the bytes are the arguments. */
static void encodes(struct arena *arena, const char *function, const char *values,
		    const char *digits)
{
	struct abi_item item = item_of(arena, function);
	struct slice wanted = bytes_of(arena, digits);
	const struct abi_value *back;
	struct slice got;
	struct error err;

	must_succeed(abi_encode_call(&got, arena, &item, values_of(arena, &item, values), &err),
		     &err);
	assert_string_equal(hex_string(arena, got), hex_string(arena, wanted));
	must_succeed(abi_decode(&back, arena, item.inputs, item.input_count,
				slice_of(got.data + 4, got.size - 4), &err),
		     &err);
	assert_string_equal(text_of(arena, &item, back), values);
}

/* "(types)" and words in short, both ways. */
static void decodes(struct arena *arena, const char *types, const char *words, const char *values)
{
	struct abi_item item = item_of(arena, arena_printf(arena, "f%s", types));
	struct slice data = words_of(arena, words);
	const struct abi_value *got;
	struct slice again;
	struct error err;

	must_succeed(abi_decode(&got, arena, item.inputs, item.input_count, data, &err), &err);
	assert_string_equal(text_of(arena, &item, got), values);
	must_succeed(abi_encode(&again, arena, got, item.input_count, &err), &err);
	assert_true(slice_equal(again, data));
}

static void refuses_data(struct arena *arena, const char *types, struct slice data,
			 const char *message)
{
	struct abi_item item = item_of(arena, arena_printf(arena, "f%s", types));
	const struct abi_value *got;
	struct error err;

	must_fail(abi_decode(&got, arena, item.inputs, item.input_count, data, &err), &err,
		  ERR_BAD_DATA, message);
	assert_string_equal(err.message, message);
	assert_int_equal(abi_decode(&got, arena, item.inputs, item.input_count, data, NULL),
			 ERR_BAD_DATA);
}

static void refuses(struct arena *arena, const char *types, const char *words, const char *message)
{
	refuses_data(arena, types, words_of(arena, words), message);
}

/* docs.soliditylang.org, "Contract ABI Specification", Examples */
static void the_specifications_static_examples(void **state)
{
	encodes(*state, "baz(uint32,bool)", "(69, true)",
		"cdcd77c0"
		"0000000000000000000000000000000000000000000000000000000000000045"
		"0000000000000000000000000000000000000000000000000000000000000001");
	encodes(*state, "bar(bytes3[2])", "([0x616263, 0x646566])",
		"fce353f6"
		"6162630000000000000000000000000000000000000000000000000000000000"
		"6465660000000000000000000000000000000000000000000000000000000000");
}

static void the_specifications_dynamic_examples(void **state)
{
	encodes(*state, "sam(bytes,bool,uint256[])", "(0x64617665, true, [1, 2, 3])",
		"a5643bf2"
		"0000000000000000000000000000000000000000000000000000000000000060"
		"0000000000000000000000000000000000000000000000000000000000000001"
		"00000000000000000000000000000000000000000000000000000000000000a0"
		"0000000000000000000000000000000000000000000000000000000000000004"
		"6461766500000000000000000000000000000000000000000000000000000000"
		"0000000000000000000000000000000000000000000000000000000000000003"
		"0000000000000000000000000000000000000000000000000000000000000001"
		"0000000000000000000000000000000000000000000000000000000000000002"
		"0000000000000000000000000000000000000000000000000000000000000003");
	encodes(*state, "f(uint256,uint32[],bytes10,bytes)",
		"(291, [1110, 1929], 0x31323334353637383930, 0x48656c6c6f2c20776f726c6421)",
		"8be65246"
		"0000000000000000000000000000000000000000000000000000000000000123"
		"0000000000000000000000000000000000000000000000000000000000000080"
		"3132333435363738393000000000000000000000000000000000000000000000"
		"00000000000000000000000000000000000000000000000000000000000000e0"
		"0000000000000000000000000000000000000000000000000000000000000002"
		"0000000000000000000000000000000000000000000000000000000000000456"
		"0000000000000000000000000000000000000000000000000000000000000789"
		"000000000000000000000000000000000000000000000000000000000000000d"
		"48656c6c6f2c20776f726c642100000000000000000000000000000000000000");
}

static void the_specifications_nested_example(void **state)
{
	encodes(*state, "g(uint256[][],string[])", "([[1, 2], [3]], [\"one\", \"two\", \"three\"])",
		"2289b18c"
		"0000000000000000000000000000000000000000000000000000000000000040"
		"0000000000000000000000000000000000000000000000000000000000000140"
		"0000000000000000000000000000000000000000000000000000000000000002"
		"0000000000000000000000000000000000000000000000000000000000000040"
		"00000000000000000000000000000000000000000000000000000000000000a0"
		"0000000000000000000000000000000000000000000000000000000000000002"
		"0000000000000000000000000000000000000000000000000000000000000001"
		"0000000000000000000000000000000000000000000000000000000000000002"
		"0000000000000000000000000000000000000000000000000000000000000001"
		"0000000000000000000000000000000000000000000000000000000000000003"
		"0000000000000000000000000000000000000000000000000000000000000003"
		"0000000000000000000000000000000000000000000000000000000000000060"
		"00000000000000000000000000000000000000000000000000000000000000a0"
		"00000000000000000000000000000000000000000000000000000000000000e0"
		"0000000000000000000000000000000000000000000000000000000000000003"
		"6f6e650000000000000000000000000000000000000000000000000000000000"
		"0000000000000000000000000000000000000000000000000000000000000003"
		"74776f0000000000000000000000000000000000000000000000000000000000"
		"0000000000000000000000000000000000000000000000000000000000000005"
		"7468726565000000000000000000000000000000000000000000000000000000");
}

static void every_kind_of_value(void **state)
{
	decodes(*state, "(uint8,int8,int256)", "ff - 7", "(255, -1, 7)");
	decodes(*state, "(int16)",
		"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff8000", "(-32768)");
	decodes(*state, "(address,bool)", "5aaeb6053f3e94c9b9a09f33669435e7ef1beaed 0",
		"(0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed, false)");
	decodes(*state, "(bytes32,bytes1,function)",
		"- <ff <0102030405060708090a0b0c0d0e0f101112131415161718",
		"(0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff, 0xff, "
		"0x0102030405060708090a0b0c0d0e0f101112131415161718)");
	decodes(*state, "(string,bytes)", "40 60 0 0", "(\"\", 0x)");
	decodes(*state, "(string)", "20 3 <e282ac", "(\"\xe2\x82\xac\")");
	decodes(*state, "((uint8,bool)[2],uint8)", "1 0 2 1 3", "([(1, false), (2, true)], 3)");
	decodes(*state, "((uint8,string),uint8)", "40 5 7 40 2 <6869", "((7, \"hi\"), 5)");
	decodes(*state, "(string[2])", "20 40 80 1 <61 1 <62", "([\"a\", \"b\"])");
	decodes(*state, "(uint8[2][])", "20 2 1 2 3 4", "([[1, 2], [3, 4]])");
	decodes(*state, "(uint8[][2])", "20 40 80 1 9 0", "([[9], []])");
}

static void values_without_bytes(void **state)
{
	decodes(*state, "()", "", "()");
	decodes(*state, "(())", "", "(())");
	decodes(*state, "(uint8[0],uint8)", "5", "([], 5)");
	decodes(*state, "(string[0])", "20", "([])");
	decodes(*state, "(()[])", "20 3", "([(), (), ()])");
	decodes(*state, "(uint8[0][2])", "", "([[], []])");
}

static void numbers_beyond_their_bits_are_refused(void **state)
{
	refuses(*state, "(uint8 a)", "100", "a: byte 0: number of more than 8 bits");
	refuses(*state, "(bool,uint248 a)", "1 -", "a: byte 32: number of more than 248 bits");
	refuses(*state, "(int8 a)", "80", "a: byte 0: number that is no sign-extended int8");
	refuses(*state, "(int8 a)", "ff", "a: byte 0: number that is no sign-extended int8");
	refuses(*state, "(int8 a)",
		"ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"a: byte 0: number that is no sign-extended int8");
	refuses(*state, "(int248 a)",
		"ff7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		"a: byte 0: number that is no sign-extended int248");
	refuses(*state, "(address)", "10000000000000000000000000000000000000000",
		"parameter 0: byte 0: address of more than 20 bytes");
	refuses(*state, "(bool)", "2", "parameter 0: byte 0: boolean that is neither 0 nor 1");
	refuses(*state, "(bool)", "101", "parameter 0: byte 0: boolean that is neither 0 nor 1");
	refuses(*state, "(bool)", "-", "parameter 0: byte 0: boolean that is neither 0 nor 1");
	refuses(*state, "(bool)",
		"8000000000000000000000000000000000000000000000000000000000000001",
		"parameter 0: byte 0: boolean that is neither 0 nor 1");
}

static void dirty_padding_is_refused(void **state)
{
	refuses(*state, "(bytes4 a)", "<0102030405", "a: byte 4: padding that is not zero");
	refuses(*state, "(bytes31 a)", "-", "a: byte 31: padding that is not zero");
	refuses(*state, "(function a)", "1", "a: byte 31: padding that is not zero");
	refuses(*state, "(bytes a)", "20 1 <6101", "a: byte 65: padding that is not zero");
	refuses(*state, "(string a)", "20 2 <61620000000001",
		"a: byte 70: padding that is not zero");
}

static void offsets_out_of_order_are_refused(void **state)
{
	refuses(*state, "(string a)", "0 0", "a: byte 0: offset 0 where 32 belongs");
	refuses(*state, "(string a)", "40 0 0", "a: byte 0: offset 64 where 32 belongs");
	refuses(*state, "(string a)", "21 0", "a: byte 0: offset 33 where 32 belongs");
	refuses(*state, "(string a)", "-", "a: byte 0: an offset beyond 64 bits");
	refuses(*state, "(string a)", "ffffffffffffffe0",
		"a: byte 0: offset 18446744073709551584 where 32 belongs");
	/* Both to one tail; tails in the other order; a gap between them. */
	refuses(*state, "(string a,string b)", "40 40 0", "b: byte 32: offset 64 where 96 belongs");
	refuses(*state, "(string a,string b)", "60 40 0 0",
		"a: byte 0: offset 96 where 64 belongs");
	refuses(*state, "(string a,string b)", "40 80 0 0 0",
		"b: byte 32: offset 128 where 96 belongs");
	/* Offsets count from their own sequence. */
	refuses(*state, "(string[] a)", "20 1 40 0", "a[0]: byte 64: offset 64 where 32 belongs");
}

static void lengths_beyond_the_data_are_refused(void **state)
{
	refuses(*state, "(bytes a)", "20", "a: byte 32: a length behind the end of 32 bytes");
	refuses(*state, "(bytes a)", "20 1", "a: byte 32: length 1 where 0 bytes are left");
	refuses(*state, "(bytes a)", "20 21 -", "a: byte 32: length 33 where 32 bytes are left");
	refuses(*state, "(bytes a)", "20 -", "a: byte 32: a length beyond 64 bits");
	refuses(*state, "(bytes a)", "20 ffffffffffffffff",
		"a: byte 32: length 18446744073709551615 where 0 bytes are left");
	refuses_data(*state, "(bytes a)",
		     slice_of(words_of(*state, "20 1 <61").data, 2 * WORD + 31),
		     "a: byte 65: padding cut off");
	refuses(*state, "(uint256[] a)", "20 2 1",
		"a: byte 64: 2 elements do not fit into 32 bytes");
	refuses(*state, "(uint256[] a)", "20 ffffffffffffffff 1",
		"a: byte 64: 18446744073709551615 elements do not fit into 32 bytes");
	refuses(*state, "(uint256[] a)", "20 800000000000001 1",
		"a: byte 64: 576460752303423489 elements do not fit into 32 bytes");
	refuses(*state, "(string[1000000000] a)", "20 0",
		"a: byte 32: 1000000000 elements do not fit into 32 bytes");
	refuses(*state, "(uint256[1000000000] a)", "20",
		"byte 0: 32000000000 bytes expected, 32 left");
}

static void wrong_sizes_are_refused(void **state)
{
	refuses(*state, "(uint256)", "", "byte 0: 32 bytes expected, 0 left");
	refuses_data(*state, "(uint256)", slice_of(words_of(*state, "1").data, 31),
		     "byte 0: 32 bytes expected, 31 left");
	refuses_data(*state, "(uint256)", slice_of(words_of(*state, "1 2").data, 33),
		     "byte 32: 1 bytes too many");
	refuses(*state, "()", "1", "byte 0: 32 bytes too many");
	refuses(*state, "(string)", "20 1 <61 0", "byte 96: 32 bytes too many");
	refuses(*state, "((uint8,string) a)", "20 1", "a: byte 32: 64 bytes expected, 32 left");
}

static void strings_must_be_utf8(void **state)
{
	refuses(*state, "(string a)", "20 1 <ff", "a: byte 64: string that is not UTF-8");
	refuses(*state, "(string a)", "20 3 <61e282", "a: byte 65: string that is not UTF-8");
	refuses(*state, "(string a)", "20 2 <c080", "a: byte 64: string that is not UTF-8");
	refuses(*state, "(string a)", "20 2 <c1bf", "a: byte 64: string that is not UTF-8");
	refuses(*state, "(string a)", "20 3 <e09fbf", "a: byte 64: string that is not UTF-8");
	refuses(*state, "(string a)", "20 3 <eda080", "a: byte 64: string that is not UTF-8");
	refuses(*state, "(string a)", "20 4 <f08fbfbf", "a: byte 64: string that is not UTF-8");
	refuses(*state, "(string a)", "20 4 <f4908080", "a: byte 64: string that is not UTF-8");
	refuses(*state, "(string a)", "20 1 <80", "a: byte 64: string that is not UTF-8");
	decodes(*state, "(string)", "20 4 <f48fbfbf", "(\"\xf4\x8f\xbf\xbf\")");
	decodes(*state, "(string)", "20 3 <ed9fbf", "(\"\xed\x9f\xbf\")");
	decodes(*state, "(bytes)", "20 1 <ff", "(0xff)");
}

static void errors_name_the_path(void **state)
{
	refuses(*state, "(uint8,(uint8[] list, bool)[2][] pairs)",
		"1 40 1 20 40 c0 40 1 1 5 40 1 1 100",
		"pairs[0][1].list[0]: byte 416: number of more than 8 bits");
	refuses(*state, "((bool,(address))[] x)", "20 1 1 -",
		"x[0].1.0: byte 96: address of more than 20 bytes");
}

static void values_without_bytes_have_a_limit(void **state)
{
	struct arena *arena = *state;
	size_t before;

	refuses(arena, "(()[] a)", "20 401", "a: byte 64: more than 1024 values without bytes");
	refuses(arena, "(uint8[0][] a)", "20 ffffffffffffffff",
		"a: byte 64: more than 1024 values without bytes");
	before = arena_used(arena);
	refuses(arena, "(()[1024][1024] a)", "", "a: byte 0: more than 1024 values without bytes");
	refuses(arena, "(uint8[0][1000][] a)", "20 400",
		"a[0]: byte 64: more than 1024 values without bytes");
	assert_true(arena_used(arena) - before < 1024 * 1024);
}

static void memory_is_bounded_by_the_data(void **state)
{
	struct arena *arena = arena_new();
	struct abi_item item = item_of(*state, "f(uint256[][][][][][] a)");
	struct slice data = words_of(*state, "20 ffffff 20 ffffff 20 ffffff 20 ffffff 20 1 1");
	const struct abi_value *got;

	assert_int_equal(abi_decode(&got, arena, item.inputs, 1, data, NULL), ERR_BAD_DATA);
	assert_true(arena_used(arena) < 64 * data.size);
	arena_free(arena);
}

/* Logs */

struct log {
	struct abi_item event;
	struct hash topics[4];
	size_t topic_count;
	struct slice data;
};

static struct log log_of(struct arena *arena, const char *event, const char *topics,
			 const char *data)
{
	struct log log = {.event = item_of(arena, event)};
	struct slice words = words_of(arena, topics);
	size_t first = log.event.is_anonymous ? 0 : 1;

	log.topics[0] = log.event.signature_hash;
	log.topic_count = first + words.size / WORD;
	assert_true(log.topic_count <= 4);
	if (words.size)
		memcpy(&log.topics[first], words.data, words.size);
	log.data = words_of(arena, data);
	return log;
}

static enum status decode_log(const struct abi_value **out, struct arena *arena,
			      const struct log *log, struct error *err)
{
	return abi_decode_log(out, arena, &log->event, log->topics, log->topic_count, log->data,
			      err);
}

static void decodes_log(struct arena *arena, const char *event, const char *topics,
			const char *data, const char *values)
{
	struct log log = log_of(arena, event, topics, data);
	const struct abi_value *got;
	struct error err;

	must_succeed(decode_log(&got, arena, &log, &err), &err);
	assert_string_equal(text_of(arena, &log.event, got), values);
}

static void refuses_log(struct arena *arena, const char *event, const char *topics,
			const char *data, const char *message)
{
	struct log log = log_of(arena, event, topics, data);
	const struct abi_value *got;
	struct error err;

	must_fail(decode_log(&got, arena, &log, &err), &err, ERR_BAD_DATA, message);
	assert_int_equal(decode_log(&got, arena, &log, NULL), ERR_BAD_DATA);
}

static void logs_join_topics_and_data(void **state)
{
	decodes_log(*state, "event Staked(address indexed user, uint256 amount)",
		    "5aaeb6053f3e94c9b9a09f33669435e7ef1beaed", "7",
		    "(0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed, 7)");
	decodes_log(*state, "event A(uint8 a, bool indexed b, string c, int8 indexed d)", "1 -",
		    "9 40 2 <6869", "(9, true, \"hi\", -1)");
	decodes_log(*state, "event A()", "", "", "()");
	decodes_log(*state, "event A(bytes2 indexed a, function indexed b)",
		    "<0102 <0102030405060708090a0b0c0d0e0f101112131415161718", "",
		    "(0x0102, 0x0102030405060708090a0b0c0d0e0f101112131415161718)");
	decodes_log(*state,
		    "event A(bool indexed a,bool indexed b,bool indexed c,bool indexed d,"
		    "uint8 e) anonymous",
		    "1 0 1 0", "5", "(true, false, true, false, 5)");
	decodes_log(*state, "event A(uint8 e) anonymous", "", "5", "(5)");
}

static void a_string_in_a_log_may_be_any_bytes(void **state)
{
	struct log log = log_of(*state, "event A(string a, uint8 b)", "", "40 7 2 <68ff");
	const struct abi_value *got;
	struct error err;

	must_succeed(decode_log(&got, *state, &log, &err), &err);
	assert_int_equal(got[0].bytes.size, 2);
	assert_memory_equal(got[0].bytes.data, "h\xff", 2);
	assert_true(u256_equal(got[1].number, u256_from(7)));
	assert_string_equal(text_of(*state, &log.event, got), "(\"h\\ufffd\", 7)");
}

static void indexed_dynamic_values_are_hashes(void **state)
{
	struct arena *arena = *state;
	struct hash hi = keccak256("hi", 2);
	char hash[HEX_SIZE(HASH_BYTES)];
	const char *text = hash_format(hash, hi) + 2;

	decodes_log(arena, "event A(string indexed a, uint8 b, bytes indexed c)",
		    arena_printf(arena, "%s %s", text, text), "3",
		    arena_printf(arena, "(keccak256:0x%s, 3, keccak256:0x%s)", text, text));
	decodes_log(arena, "event A(uint8[] indexed a, uint8[2] indexed b, (bool) indexed c)",
		    arena_printf(arena, "%s %s %s", text, text, text), "",
		    arena_printf(arena, "(keccak256:0x%s, keccak256:0x%s, keccak256:0x%s)", text,
				 text, text));
}

static void hashed_values_cannot_be_encoded(void **state)
{
	struct log log = log_of(*state, "event A(string indexed a)", "1", "");
	const struct abi_value *got;
	struct slice out;
	struct error err;

	must_succeed(decode_log(&got, *state, &log, &err), &err);
	assert_true(got[0].is_hashed);
	must_fail(abi_encode(&out, *state, got, 1, &err), &err, ERR_USAGE, "only the hash");
}

static void broken_logs_are_refused(void **state)
{
	struct log log = log_of(*state, "event A(uint8 a)", "", "1");
	const struct abi_value *got;
	struct error err;

	refuses_log(*state, "event A(uint8 indexed a)", "", "", "1 topics where A has 2");
	refuses_log(*state, "event A(uint8 indexed a)", "1 2", "", "3 topics where A has 2");
	refuses_log(*state, "event A(uint8 indexed a) anonymous", "", "", "0 topics where A has 1");
	refuses_log(*state, "event A(uint8 indexed a)", "100", "",
		    "a: topic 1: byte 0: number of more than 8 bits");
	refuses_log(*state, "event A(bool indexed)", "2", "",
		    "parameter 0: topic 1: byte 0: boolean");
	refuses_log(*state, "event A(bytes2 indexed a)", "<010203", "",
		    "a: topic 1: byte 2: padding that is not zero");
	refuses_log(*state, "event A(uint8 indexed a, uint8 b)", "1", "",
		    "byte 0: 32 bytes expected, 0 left");
	refuses_log(*state, "event A(uint8 indexed a, uint8 b)", "1", "100", "b: byte 0: number");
	refuses_log(*state, "event A(uint8 indexed a, uint8 b)", "1", "1 1", "32 bytes too many");
	refuses_log(*state, "event A(uint8 indexed a)", "1", "1", "byte 0: 32 bytes too many");
	log.topics[0].bytes[31] ^= 1;
	must_fail(decode_log(&got, *state, &log, &err), &err, ERR_BAD_DATA,
		  "topic 0 is not that of A");
	log.event = item_of(*state, "function f(uint8)");
	must_fail(decode_log(&got, *state, &log, &err), &err, ERR_USAGE, "no event");
}

/* Values as text */

static const struct abi_type *type_of(struct arena *arena, const char *text)
{
	const struct abi_type *type;
	struct error err;

	must_succeed(abi_type_parse(&type, arena, text, &err), &err);
	return type;
}

static void reads(struct arena *arena, const char *type, const char *text, const char *canonical)
{
	struct abi_value value;
	struct error err;

	must_succeed(abi_value_parse(&value, arena, type_of(arena, type), text, &err), &err);
	assert_string_equal(abi_value_format(arena, &value), canonical);
}

static void refuses_text(struct arena *arena, const char *type, const char *text, const char *words)
{
	struct abi_value value;
	struct error err;

	must_fail(abi_value_parse(&value, arena, type_of(arena, type), text, &err), &err,
		  ERR_BAD_DATA, words);
	assert_int_equal(abi_value_parse(&value, arena, type_of(arena, type), text, NULL),
			 ERR_BAD_DATA);
}

static void text_is_read_with_any_blanks(void **state)
{
	reads(*state, "uint8", " 12 ", "12");
	reads(*state, "uint256", "0xff", "255");
	reads(*state, "int8", "-128", "-128");
	reads(*state, "bool[]", "[true,false\t,\ntrue]", "[true, false, true]");
	reads(*state, "(uint8,(string,bytes)[])", "( 1 , [ ( \"a\" , 0x ) ] )",
	      "(1, [(\"a\", 0x)])");
	reads(*state, "uint8[]", "[ ]", "[]");
	reads(*state, "()", "( )", "()");
	reads(*state, "address", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
	      "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed");
	reads(*state, "string",
	      "keccak256:0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef",
	      "keccak256:0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef");
}

static void strings_have_jsons_escapes(void **state)
{
	reads(*state, "string", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\\"\\\\/\\b\\f\\n\\r\\t\"");
	reads(*state, "string", "\"\\u0041\\u00e9\\u20ac\\ud83d\\ude00\"",
	      "\"A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"");
	reads(*state, "string", "\"\\u0000\\u001b\\u007f\"", "\"\\u0000\\u001b\\u007f\"");
	refuses_text(*state, "string", "\"\\u12\"", "hexadecimal digit at character 5");
	refuses_text(*state, "string", "\"\\ud83d\"", "pair of surrogates");
	refuses_text(*state, "string", "\"\\ud83d\\u0041\"", "pair of surrogates");
	refuses_text(*state, "string", "\"\\ude00\"", "pair of surrogates");
	refuses_text(*state, "string", "\"\\ude00\\ude00\"", "pair of surrogates");
	refuses_text(*state, "string", "\"\\x41\"", "an escape of JSON at character 2");
	refuses_text(*state, "string", "\"\\", "an escape of JSON");
	refuses_text(*state, "string", "\"abc", "expected '\"' at character 4");
	refuses_text(*state, "string", "abc", "expected '\"' at character 0");
	refuses_text(*state, "string", "\"a\nb\"", "control character at character 2");
	refuses_text(*state, "string", "\"\xff\"", "not UTF-8");
	refuses_text(*state, "string", "\"a\"b", "unexpected text at character 3");
}

static void broken_value_text_is_refused(void **state)
{
	refuses_text(*state, "uint8", "256", "\"256\" at character 0: number of more than 8 bits");
	refuses_text(*state, "uint8", "0x100", "more than 8 bits");
	refuses_text(*state, "uint8", "", "at least one digit");
	refuses_text(*state, "uint8", "-1", "bad decimal digit");
	refuses_text(*state, "uint8", "1 2", "unexpected text at character 2");
	refuses_text(*state, "int8", "128", "more than 8 bits");
	refuses_text(*state, "int8", "-129", "more than 8 bits");
	refuses_text(*state, "int8", "0x1", "bad decimal digit");
	refuses_text(*state, "bool", "1", "neither true nor false");
	refuses_text(*state, "bool", "True", "neither true nor false");
	refuses_text(*state, "address", "0x12", "40 hexadecimal digits");
	refuses_text(*state, "address", "0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "checksum");
	refuses_text(*state, "bytes2", "0x010203", "4 hexadecimal digits");
	refuses_text(*state, "bytes", "0x1", "odd number");
	refuses_text(*state, "bytes", "01", "begin with 0x");
	refuses_text(*state, "function", "0x00", "48 hexadecimal digits");
	refuses_text(*state, "uint8[]", "(1)", "expected '['");
	refuses_text(*state, "uint8[]", "[1", "expected ',' or ']'");
	refuses_text(*state, "uint8[]", "[1,]", "at least one digit");
	refuses_text(*state, "uint8[]", "[1;2]", "expected ',' or ']' at character 2");
	refuses_text(*state, "uint8[2]", "[1]", "1 elements for an array of 2");
	refuses_text(*state, "uint8[2]", "[1,2,3]", "3 elements for an array of 2");
	refuses_text(*state, "(bool,bool)", "(true)", "1 components for a tuple of 2");
	refuses_text(*state, "(bool)", "(true,true)", "more than 1 components at character 6");
	refuses_text(*state, "()", "(1)", "more than 0 components");
	refuses_text(*state, "(bool)", "[true]", "expected '('");
	refuses_text(*state, "string", "keccak256:0x12", "64 hexadecimal digits");
	refuses_text(*state, "uint8",
		     "keccak256:0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef",
		     "bad decimal digit");
}

static void a_made_value_with_bad_utf8_is_still_text(void **state)
{
	struct abi_value value = {.type = type_of(*state, "string"),
				  .bytes = slice_of("a\xff"
						    "b",
						    3)};
	struct slice out;
	struct error err;

	assert_string_equal(abi_value_format(*state, &value), "\"a\\ufffdb\"");
	must_fail(abi_encode(&out, *state, &value, 1, &err), &err, ERR_USAGE, "not UTF-8");
}

/* What abi_encode refuses */

static void refuses_value(struct arena *arena, const struct abi_value *value, const char *words)
{
	struct slice out;
	struct error err;

	must_fail(abi_encode(&out, arena, value, 1, &err), &err, ERR_USAGE, words);
}

static void values_that_do_not_fit_cannot_be_encoded(void **state)
{
	struct arena *arena = *state;
	struct abi_value value = {.type = type_of(arena, "uint8"), .number = u256_from(256)};
	struct abi_value element = {.type = type_of(arena, "bool"), .boolean = true};

	refuses_value(arena, &value, "more than 8 bits");
	value.type = type_of(arena, "int8");
	value.integer = i256_from(128);
	refuses_value(arena, &value, "more than 8 bits");
	value.integer = i256_from(-129);
	refuses_value(arena, &value, "more than 8 bits");
	value.type = type_of(arena, "bytes4");
	value.bytes = slice_of("abc", 3);
	refuses_value(arena, &value, "3 bytes where the type has 4");
	value.type = type_of(arena, "function");
	refuses_value(arena, &value, "3 bytes where the type has 24");
	value.type = type_of(arena, "bool[2]");
	value.list.items = &element;
	value.list.count = 1;
	refuses_value(arena, &value, "1 elements for an array of 2");
	value.type = type_of(arena, "(bool,bool)");
	refuses_value(arena, &value, "1 components for a tuple of 2");
	value.type = type_of(arena, "uint8[]");
	refuses_value(arena, &value, "element 0 has another type");
	value.type = NULL;
	refuses_value(arena, &value, "without a type");
}

static void calls_need_a_function_and_its_types(void **state)
{
	struct abi_item event = item_of(*state, "event A(uint8)");
	struct abi_item function = item_of(*state, "f(uint8)");
	const struct abi_value *values = values_of(*state, &function, "(1)");
	struct abi_value wrong = {.type = type_of(*state, "uint16"), .number = U256_ONE};
	struct slice out;
	struct error err;

	must_succeed(abi_encode_call(&out, *state, &function, values, &err), &err);
	assert_int_equal(out.size, 4 + WORD);
	must_fail(abi_encode_call(&out, *state, &event, values, &err), &err, ERR_USAGE,
		  "A is no function");
	must_fail(abi_encode_call(&out, *state, &function, &wrong, &err), &err, ERR_USAGE,
		  "argument 0 of f has another type");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_specifications_static_examples),
		TEST(the_specifications_dynamic_examples),
		TEST(the_specifications_nested_example),
		TEST(every_kind_of_value),
		TEST(values_without_bytes),
		TEST(numbers_beyond_their_bits_are_refused),
		TEST(dirty_padding_is_refused),
		TEST(offsets_out_of_order_are_refused),
		TEST(lengths_beyond_the_data_are_refused),
		TEST(wrong_sizes_are_refused),
		TEST(strings_must_be_utf8),
		TEST(errors_name_the_path),
		TEST(values_without_bytes_have_a_limit),
		TEST(memory_is_bounded_by_the_data),
		TEST(logs_join_topics_and_data),
		TEST(a_string_in_a_log_may_be_any_bytes),
		TEST(indexed_dynamic_values_are_hashes),
		TEST(hashed_values_cannot_be_encoded),
		TEST(broken_logs_are_refused),
		TEST(text_is_read_with_any_blanks),
		TEST(strings_have_jsons_escapes),
		TEST(broken_value_text_is_refused),
		TEST(a_made_value_with_bad_utf8_is_still_text),
		TEST(values_that_do_not_fit_cannot_be_encoded),
		TEST(calls_need_a_function_and_its_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
