#include "abi/type.h"

#include "base/slice.h"

#include "tests/abi/check.h"

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

static const struct abi_type *parse(struct arena *arena, const char *text)
{
	const struct abi_type *type;
	struct error err;

	must_succeed(abi_type_parse(&type, arena, text, &err), &err);
	return type;
}

static void reads_as(struct arena *arena, const char *text, const char *canonical)
{
	assert_string_equal(abi_type_format(arena, parse(arena, text)), canonical);
}

static void refuses(struct arena *arena, const char *text, const char *words)
{
	const struct abi_type *type;
	struct error err;

	must_fail(abi_type_parse(&type, arena, text, &err), &err, ERR_BAD_DATA, words);
	assert_int_equal(abi_type_parse(&type, arena, text, NULL), ERR_BAD_DATA);
}

static void canonical_text_stays_as_it_is(void **state)
{
	static const char *const texts[] = {
		"uint8",
		"uint256",
		"int8",
		"int136",
		"int256",
		"address",
		"bool",
		"bytes1",
		"bytes32",
		"bytes",
		"string",
		"function",
		"uint256[]",
		"bytes32[4][]",
		"string[][3]",
		"()",
		"(address)",
		"(address,(uint8,string)[])",
		"((((uint256))))[1][2][][]",
		"uint8[0]",
		"uint8[1099511627]",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		reads_as(*state, texts[i], texts[i]);
}

static void other_spellings_become_canonical(void **state)
{
	reads_as(*state, "uint", "uint256");
	reads_as(*state, "int", "int256");
	reads_as(*state, "uint[]", "uint256[]");
	reads_as(*state, "tuple(uint,bool)", "(uint256,bool)");
	reads_as(*state, " ( address , tuple ( uint8 a ) [ 2 ] b ) ", "(address,(uint8)[2])");
	reads_as(*state, "(address payable to,uint256[] memory amounts)", "(address,uint256[])");
}

static void every_width_of_integers_and_bytes(void **state)
{
	char text[16];

	for (unsigned width = 0; width <= 300; width++) {
		bool is_integer = width && width <= 256 && width % 8 == 0;

		(void)snprintf(text, sizeof(text), "uint%u", width);
		if (is_integer)
			assert_int_equal(parse(*state, text)->bits, width);
		else
			refuses(*state, text, "unknown type");
		(void)snprintf(text, sizeof(text), "int%u", width);
		if (is_integer)
			assert_int_equal(parse(*state, text)->bits, width);
		else
			refuses(*state, text, "unknown type");
		(void)snprintf(text, sizeof(text), "bytes%u", width);
		if (width && width <= 32)
			assert_int_equal(parse(*state, text)->bits, width);
		else
			refuses(*state, text, "unknown type");
	}
}

static void what_is_no_type_is_refused(void **state)
{
	refuses(*state, "", "expected a type");
	refuses(*state, " ", "expected a type");
	refuses(*state, "uint08", "unknown type \"uint08\"");
	refuses(*state, "uint0256", "unknown type");
	refuses(*state, "uint-8", "unexpected text at character 4");
	refuses(*state, "uint+8", "unexpected text");
	refuses(*state, "uint8x", "unknown type");
	refuses(*state, "bytes032", "unknown type");
	refuses(*state, "Uint256", "unknown type");
	refuses(*state, "fixed128x18", "unknown type");
	refuses(*state, "mapping", "unknown type");
	refuses(*state, "tuple", "unknown type");
	refuses(*state, "byte", "unknown type");
	refuses(*state, "8uint", "no type name");
	refuses(*state, "uint256 amount", "unexpected text");
	refuses(*state, "uint256]", "unexpected text");
	refuses(*state, "uint256)", "unexpected text");
	refuses(*state, "uint256,uint256", "unexpected text");
	refuses(*state, "uint256;", "unexpected text");
	refuses(*state, "\xc3\xbcint", "expected a type at character 0");
	refuses(*state,
		"anextremelylongnamethatnobodywouldevergivetoatypebutthatmightstillcomeinfromoutsid"
		"e",
		"\"anextremelylongnamethatnobodywouldevergi\"");
}

static void broken_arrays_are_refused(void **state)
{
	refuses(*state, "uint256[", "expected an array length or ']'");
	refuses(*state, "uint256[2", "expected ']'");
	refuses(*state, "uint256[2]]", "unexpected text");
	refuses(*state, "uint256[-1]", "expected an array length");
	refuses(*state, "uint256[02]", "leading zeros");
	refuses(*state, "uint256[00]", "leading zeros");
	refuses(*state, "uint256[0x2]", "leading zeros");
	refuses(*state, "uint256[x]", "no number");
	refuses(*state, "uint256[2x]", "no number");
	refuses(*state, "uint256[18446744073709551616]", "64 bits");
	refuses(*state, "uint256[99999999999999999999]", "64 bits");
	refuses(*state, "uint256[18446744073709551615]", "larger than any data");
	refuses(*state, "uint256[576460752303423488]", "larger than any data");
	refuses(*state, "uint256[1000000][1000000]", "larger than any data");
	refuses(*state, "[]", "expected a type");
}

static void broken_tuples_are_refused(void **state)
{
	refuses(*state, "(", "expected a type");
	refuses(*state, ")", "expected a type");
	refuses(*state, "(uint256", "expected ',' or ')'");
	refuses(*state, "(uint256,", "expected a type");
	refuses(*state, "(uint256,)", "expected a type");
	refuses(*state, "(,uint256)", "expected a type");
	refuses(*state, "(uint256 uint256 x)", "behind a parameter's name");
	refuses(*state, "(uint256 indexed x)", "\"indexed\" out of place at character 9");
	refuses(*state, "(uint256 9x)", "bad parameter name");
	refuses(*state, "(uint256 payable x)", "\"payable\" out of place");
	refuses(*state, "(address payable payable x)", "\"payable\" out of place");
	refuses(*state, "(bytes memory calldata x)", "two data locations");
	refuses(*state, "pair(uint256,bool)", "unknown type \"pair\"");
}

/* `before` and `after` so many times around "uint256". */
static const char *nested(struct arena *arena, const char *before, const char *after, size_t times)
{
	struct buffer text = buffer_in(arena);

	for (size_t i = 0; i < times; i++)
		buffer_text(&text, before);
	buffer_text(&text, "uint256");
	for (size_t i = 0; i < times; i++)
		buffer_text(&text, after);
	return buffer_string(&text);
}

static void nesting_has_a_limit(void **state)
{
	struct arena *arena = *state;

	assert_int_equal(parse(arena, nested(arena, "(", ")", ABI_DEPTH_MAX))->depth,
			 ABI_DEPTH_MAX);
	assert_int_equal(parse(arena, nested(arena, "", "[]", ABI_DEPTH_MAX))->depth,
			 ABI_DEPTH_MAX);
	assert_int_equal(parse(arena, nested(arena, "(", ")[]", ABI_DEPTH_MAX / 2))->depth,
			 ABI_DEPTH_MAX);
	refuses(arena, nested(arena, "(", ")", ABI_DEPTH_MAX + 1), "deeper than 32");
	refuses(arena, nested(arena, "", "[]", ABI_DEPTH_MAX + 1), "deeper than 32");
	refuses(arena, nested(arena, "", "[1]", ABI_DEPTH_MAX + 1), "deeper than 32");
	refuses(arena, nested(arena, "(", ")[]", ABI_DEPTH_MAX / 2 + 1), "deeper than 32");
	refuses(arena, nested(arena, "(", ")", 30000), "deeper than 32");
}

static void components_and_text_have_limits(void **state)
{
	struct arena *arena = *state;
	struct buffer text = buffer_in(arena);
	char *longest = arena_alloc(arena, ABI_TYPE_TEXT_MAX + 2);

	buffer_text(&text, "(bool");
	for (unsigned i = 1; i < ABI_PARAMS_MAX; i++)
		buffer_text(&text, ",bool");
	assert_int_equal(
		parse(arena, arena_printf(arena, "%s)", buffer_string(&text)))->component_count,
		ABI_PARAMS_MAX);
	refuses(arena, arena_printf(arena, "%s,bool)", buffer_string(&text)),
		"more than 256 parameters");
	memset(longest, ' ', ABI_TYPE_TEXT_MAX);
	memcpy(longest, "bool", 4);
	(void)parse(arena, longest);
	longest[ABI_TYPE_TEXT_MAX] = ' ';
	refuses(arena, longest, "more than 65536 characters");
}

static void heads_and_dynamic_types_are_derived(void **state)
{
	struct arena *arena = *state;

	assert_int_equal(parse(arena, "uint8")->head_size, 32);
	assert_int_equal(parse(arena, "bytes")->head_size, 32);
	assert_true(parse(arena, "bytes")->is_dynamic);
	assert_true(parse(arena, "string")->is_dynamic);
	assert_false(parse(arena, "bytes32")->is_dynamic);
	assert_false(parse(arena, "function")->is_dynamic);
	assert_int_equal(parse(arena, "uint8[3]")->head_size, 96);
	assert_false(parse(arena, "uint8[3]")->is_dynamic);
	assert_int_equal(parse(arena, "(uint8,bool[2])[3]")->head_size, 288);
	assert_true(parse(arena, "uint8[]")->is_dynamic);
	assert_true(parse(arena, "uint8[][3]")->is_dynamic);
	assert_int_equal(parse(arena, "uint8[][3]")->head_size, 32);
	assert_true(parse(arena, "string[0]")->is_dynamic);
	assert_true(parse(arena, "(uint8,(bool,string))")->is_dynamic);
	assert_int_equal(parse(arena, "(uint8,string)")->head_size, 32);
	assert_int_equal(parse(arena, "()")->head_size, 0);
	assert_int_equal(parse(arena, "uint8[0]")->head_size, 0);
}

static void components_keep_their_names(void **state)
{
	const struct abi_type *type = parse(*state, "(uint256 a, bytes memory, (bool c$_9) b)");

	assert_int_equal(type->component_count, 3);
	assert_string_equal(type->components[0].name, "a");
	assert_string_equal(type->components[1].name, "");
	assert_string_equal(type->components[2].name, "b");
	assert_string_equal(type->components[2].type->components[0].name, "c$_9");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(canonical_text_stays_as_it_is),
		TEST(other_spellings_become_canonical),
		TEST(every_width_of_integers_and_bytes),
		TEST(what_is_no_type_is_refused),
		TEST(broken_arrays_are_refused),
		TEST(broken_tuples_are_refused),
		TEST(nesting_has_a_limit),
		TEST(components_and_text_have_limits),
		TEST(heads_and_dynamic_types_are_derived),
		TEST(components_keep_their_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
