#include "abi/item.h"

#include "abi/keccak.h"
#include "base/slice.h"
#include "tests/abi/api3_signatures.h"
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

static struct abi_item parse(struct arena *arena, const char *text)
{
	struct abi_item item;
	struct error err;

	must_succeed(abi_item_parse(&item, arena, text, ABI_ITEM_FUNCTION, &err), &err);
	return item;
}

static void refuses(struct arena *arena, const char *text, const char *words)
{
	struct abi_item item;
	struct error err;

	must_fail(abi_item_parse(&item, arena, text, ABI_ITEM_FUNCTION, &err), &err, ERR_BAD_DATA,
		  words);
	assert_int_equal(abi_item_parse(&item, arena, text, ABI_ITEM_FUNCTION, NULL), ERR_BAD_DATA);
}

static void signature_is(struct arena *arena, const char *text, const char *signature)
{
	struct abi_item item = parse(arena, text);

	assert_string_equal(abi_item_signature(arena, &item), signature);
	assert_true(hash_equal(item.signature_hash, keccak256(signature, strlen(signature))));
}

static void every_deployed_event_has_its_topic(void **state)
{
	for (size_t i = 0; i < sizeof(api3_events) / sizeof(api3_events[0]); i++) {
		char text[HEX_SIZE(HASH_BYTES)];
		struct abi_item item;
		struct error err;

		must_succeed(
			abi_item_parse(&item, *state, api3_events[i].text, ABI_ITEM_EVENT, &err),
			&err);
		assert_int_equal(item.kind, ABI_ITEM_EVENT);
		assert_string_equal(abi_item_signature(*state, &item), api3_events[i].signature);
		assert_string_equal(hash_format(text, item.signature_hash), api3_events[i].topic);
	}
}

static void every_deployed_function_has_its_selector(void **state)
{
	for (size_t i = 0; i < sizeof(api3_functions) / sizeof(api3_functions[0]); i++) {
		struct abi_item item = parse(*state, api3_functions[i].text);
		char text[HEX_SIZE(4)];
		uint8_t selector[4];

		assert_int_equal(item.kind, ABI_ITEM_FUNCTION);
		abi_item_selector(selector, &item);
		assert_string_equal(hex_format(text, slice_of(selector, 4)),
				    api3_functions[i].selector);
		assert_string_equal(item.state_mutability, api3_functions[i].mutability);
	}
}

static void events_keep_names_and_indexed(void **state)
{
	struct abi_item item =
		parse(*state, "event Staked(address indexed user, uint256 amount, bytes);");

	assert_int_equal(item.kind, ABI_ITEM_EVENT);
	assert_string_equal(item.name, "Staked");
	assert_int_equal(item.input_count, 3);
	assert_true(item.inputs[0].is_indexed);
	assert_string_equal(item.inputs[0].name, "user");
	assert_false(item.inputs[1].is_indexed);
	assert_string_equal(item.inputs[1].name, "amount");
	assert_string_equal(item.inputs[2].name, "");
	assert_false(item.is_anonymous);
	assert_true(parse(*state, "event A(bool indexed x) anonymous;").is_anonymous);
	assert_true(parse(*state, "event A(bool memory indexed) anonymous").inputs[0].is_indexed);
}

static void functions_keep_outputs_and_mutability(void **state)
{
	struct abi_item item = parse(*state, "function get(uint a) external view virtual returns "
					     "(uint256 x, string memory) ;");

	assert_int_equal(item.kind, ABI_ITEM_FUNCTION);
	assert_string_equal(item.state_mutability, "view");
	assert_int_equal(item.output_count, 2);
	assert_string_equal(item.outputs[0].name, "x");
	assert_string_equal(parse(*state, "function f()").state_mutability, "nonpayable");
	assert_string_equal(parse(*state, "f() pure").state_mutability, "pure");
	assert_string_equal(parse(*state, "f() payable public").state_mutability, "payable");
	assert_string_equal(parse(*state, "f() constant").state_mutability, "view");
	assert_int_equal(parse(*state, "f() returns ()").output_count, 0);
}

static void bare_lines_take_the_callers_kind(void **state)
{
	struct abi_item item;
	struct error err;

	must_succeed(abi_item_parse(&item, *state, "Staked(address,uint256)", ABI_ITEM_EVENT, &err),
		     &err);
	assert_int_equal(item.kind, ABI_ITEM_EVENT);
	must_succeed(abi_item_parse(&item, *state, "Bad(uint256)", ABI_ITEM_ERROR, &err), &err);
	assert_int_equal(item.kind, ABI_ITEM_ERROR);
	must_succeed(abi_item_parse(&item, *state, "function f()", ABI_ITEM_EVENT, &err), &err);
	assert_int_equal(item.kind, ABI_ITEM_FUNCTION);
	must_succeed(
		abi_item_parse(&item, *state, "constructor(uint x) payable", ABI_ITEM_EVENT, &err),
		&err);
	assert_int_equal(item.kind, ABI_ITEM_CONSTRUCTOR);
	assert_true(hash_is_zero(item.signature_hash));
	must_fail(abi_item_parse(&item, *state, "f()", ABI_ITEM_CONSTRUCTOR, &err), &err,
		  ERR_BAD_DATA, "expected \"constructor\"");
	must_fail(abi_item_parse(&item, *state, "f(bool indexed x)", ABI_ITEM_FUNCTION, &err), &err,
		  ERR_BAD_DATA, "\"indexed\" out of place at character 7");
}

static void keywords_before_a_bracket_are_names(void **state)
{
	signature_is(*state, "error(string)", "error(string)");
	signature_is(*state, "event(uint)", "event(uint256)");
	signature_is(*state, "function function(uint)", "function(uint256)");
	assert_int_equal(parse(*state, "error Error(string)").kind, ABI_ITEM_ERROR);
	assert_int_equal(parse(*state, "event error(string)").kind, ABI_ITEM_EVENT);
	assert_int_equal(parse(*state, "error(string)").kind, ABI_ITEM_FUNCTION);
}

static void signatures_are_canonical(void **state)
{
	signature_is(*state, "function f(tuple(uint a, (bool b, string[] c)[4] d) memory x, int y)",
		     "f((uint256,(bool,string[])[4]),int256)");
	signature_is(*state, "\tfunction\n f (\r\n) ;", "f()");
	signature_is(*state, "$_a9(address payable)", "$_a9(address)");
}

static void broken_items_are_refused(void **state)
{
	refuses(*state, "", "expected a name");
	refuses(*state, "event", "expected '('");
	refuses(*state, "event A", "expected '('");
	refuses(*state, "event A(", "expected a type");
	refuses(*state, "event A(uint256", "expected ',' or ')'");
	refuses(*state, "event A(uint256))", "unexpected text");
	refuses(*state, "event A();;", "unexpected text");
	refuses(*state, "event A() B", "unknown word");
	refuses(*state, "event A() view", "unknown word");
	refuses(*state, "event A() anonymous anonymous", "unexpected text");
	refuses(*state, "event A(uint256 indexed indexed a)", "\"indexed\" out of place");
	refuses(*state, "event A((uint256 indexed a) b)", "\"indexed\" out of place");
	refuses(*state, "event 9A()", "expected a name");
	refuses(*state, "event A B()", "expected '('");
	refuses(*state, "modifier A()", "expected '('");
	refuses(*state, "function f() anonymous", "unknown word");
	refuses(*state, "function f() view pure", "two words of state mutability");
	refuses(*state, "function f() public external", "two words of visibility");
	refuses(*state, "function f() returns", "expected '('");
	refuses(*state, "function f() returns (uint256 indexed x)", "\"indexed\" out of place");
	refuses(*state, "function f() returns (uint) view", "unexpected text at character 28");
	refuses(*state, "error E() view", "unknown word");
	refuses(*state, "error E(uint indexed x)", "\"indexed\" out of place");
	refuses(*state, "constructor() returns (uint)", "unknown word");
	refuses(*state, "function f(\x01)", "expected a type at character 11");
}

static void indexed_parameters_have_a_limit(void **state)
{
	(void)parse(*state, "event A(bool indexed, bool indexed, bool indexed, bool)");
	(void)parse(*state,
		    "event A(bool indexed,bool indexed,bool indexed,bool indexed) anonymous");
	refuses(*state, "event A(bool indexed, bool indexed, bool indexed, bool indexed)",
		"4 indexed parameters, at most 3");
	refuses(*state,
		"event A(bool indexed,bool indexed,bool indexed,bool indexed,bool indexed) "
		"anonymous",
		"5 indexed parameters, at most 4");
}

/* JSON */

static struct abi_item *parse_json(struct arena *arena, const char *text, size_t expected)
{
	struct abi_item *items;
	struct error err;
	size_t count;

	must_succeed(abi_items_parse_json(&items, &count, arena, text, strlen(text), &err), &err);
	assert_int_equal(count, expected);
	return items;
}

static void refuses_json(struct arena *arena, const char *text, const char *words)
{
	struct abi_item *items;
	struct error err;
	size_t count;

	must_fail(abi_items_parse_json(&items, &count, arena, text, strlen(text), &err), &err,
		  ERR_BAD_DATA, words);
	assert_int_equal(abi_items_parse_json(&items, &count, arena, text, strlen(text), NULL),
			 ERR_BAD_DATA);
}

static const char json[] =
	"[{\"type\":\"event\",\"name\":\"Moved\",\"anonymous\":false,\"inputs\":["
	"{\"name\":\"who\",\"type\":\"address\",\"indexed\":true,\"internalType\":\"address\"},"
	"{\"name\":\"what\",\"type\":\"tuple[2][]\",\"indexed\":false,"
	"\"internalType\":\"struct Pool.What[2][]\",\"components\":["
	"{\"name\":\"a\",\"type\":\"uint256\"},"
	"{\"name\":\"b\",\"type\":\"tuple\",\"components\":[{\"name\":\"\",\"type\":\"string\"}]}]}"
	"]},"
	"{\"type\":\"function\",\"name\":\"get\",\"stateMutability\":\"view\",\"inputs\":[],"
	"\"outputs\":[{\"name\":\"x\",\"type\":\"uint256\"}]},"
	"{\"type\":\"receive\",\"stateMutability\":\"payable\"},"
	"{\"type\":\"fallback\"},"
	"{\"type\":\"constructor\",\"inputs\":[{\"name\":\"_x\",\"type\":\"bool\"}]},"
	"{\"type\":\"error\",\"name\":\"Bad\",\"inputs\":[{\"name\":\"code\",\"type\":\"uint8\"}]},"
	"{\"name\":\"old\",\"constant\":true,\"inputs\":[],\"payable\":false},"
	"{\"name\":\"pay\",\"payable\":true}]";

static void json_items_are_read(void **state)
{
	struct arena *arena = *state;
	struct abi_item *items = parse_json(arena, json, 6);

	assert_int_equal(items[0].kind, ABI_ITEM_EVENT);
	assert_string_equal(abi_item_signature(arena, &items[0]),
			    "Moved(address,(uint256,(string))[2][])");
	assert_true(items[0].inputs[0].is_indexed);
	assert_string_equal(items[0].inputs[1].type->element->element->components[1].name, "b");
	assert_int_equal(items[1].kind, ABI_ITEM_FUNCTION);
	assert_string_equal(items[1].state_mutability, "view");
	assert_string_equal(items[1].outputs[0].name, "x");
	assert_int_equal(items[2].kind, ABI_ITEM_CONSTRUCTOR);
	assert_string_equal(items[2].inputs[0].name, "_x");
	assert_int_equal(items[3].kind, ABI_ITEM_ERROR);
	assert_string_equal(abi_item_signature(arena, &items[3]), "Bad(uint8)");
	assert_string_equal(items[4].name, "old");
	assert_string_equal(items[4].state_mutability, "view");
	assert_string_equal(items[5].state_mutability, "payable");
}

static void artifacts_and_single_entries_are_read(void **state)
{
	struct arena *arena = *state;

	(void)parse_json(arena,
			 arena_printf(arena,
				      "{\"contractName\":\"Pool\",\"abi\":%s,"
				      "\"bytecode\":\"0x60\",\"metadata\":{\"x\":[1,2.5]}}",
				      json),
			 6);
	assert_string_equal(parse_json(arena, "{\"type\":\"function\",\"name\":\"f\"}", 1)[0].name,
			    "f");
	(void)parse_json(arena, "[]", 0);
	(void)parse_json(arena, "{\"abi\":[]}", 0);
	(void)parse_json(arena, "{\"type\":\"fallback\"}", 0);
	(void)parse_json(arena, "[{\"type\":\"hook\",\"name\":5}]", 0);
}

/* One entry with this text for its inputs. */
static void refuses_inputs(struct arena *arena, const char *inputs, const char *words)
{
	refuses_json(
		arena,
		arena_printf(arena, "[{\"type\":\"event\",\"name\":\"E\",\"inputs\":%s}]", inputs),
		words);
}

static void broken_json_is_refused(void **state)
{
	refuses_json(*state, "", "line 1");
	refuses_json(*state, "[", "line 1");
	refuses_json(*state, "[] []", "end of file expected");
	refuses_json(*state, "[{\"type\":\"event\",\"type\":\"event\"}]", "duplicate");
	refuses_json(*state, "\"event\"", "line 1");
	refuses_json(*state, "[5]", "entry 0: not an object");
	refuses_json(*state, "[[]]", "entry 0: not an object");
	refuses_json(*state, "{\"abi\":5}", "\"abi\" is not an array");
	refuses_json(*state, "{\"abi\":{}}", "\"abi\" is not an array");
	refuses_json(*state, "[{\"type\":5}]", "\"type\" is not a string");
	refuses_json(*state, "[{}]", "no \"name\"");
	refuses_json(*state, "[{\"type\":\"event\"}]", "no \"name\"");
	refuses_json(*state, "[{\"type\":\"event\",\"name\":\"\"}]", "no \"name\"");
	refuses_json(*state, "[{\"type\":\"event\",\"name\":\"a b\"}]", "no identifier");
	refuses_json(*state, "[{\"type\":\"event\",\"name\":\"f(uint)\"}]", "no identifier");
	refuses_json(*state, "[{\"type\":\"event\",\"name\":7}]", "\"name\" is not a string");
	refuses_json(*state, "[{\"type\":\"event\",\"name\":\"E\",\"anonymous\":1}]",
		     "entry 0 (E): \"anonymous\" is not true or false");
	refuses_json(*state, "[{\"name\":\"f\",\"stateMutability\":\"maybe\"}]",
		     "unknown \"stateMutability\"");
	refuses_json(*state, "[{\"name\":\"f\",\"outputs\":[{\"type\":\"x\"}]}]",
		     "entry 0 (f): outputs[0]: unknown type \"x\"");
	refuses_json(*state, "[{\"type\":\"event\",\"name\":\"A\\u0000\"}]", "line 1");
	refuses_json(*state, "[\"\x01\x1b[31m\"]", "line 1");
}

static void broken_parameters_are_refused(void **state)
{
	refuses_inputs(*state, "5", "\"inputs\" is not an array");
	refuses_inputs(*state, "[5]", "inputs[0]: not an object");
	refuses_inputs(*state, "[{}]", "no \"type\"");
	refuses_inputs(*state, "[{\"type\":7}]", "\"type\" is not a string");
	refuses_inputs(*state, "[{\"type\":\"bool\",\"name\":\"9\"}]", "no identifier");
	refuses_inputs(*state, "[{\"type\":\"bool\",\"indexed\":\"yes\"}]", "true or false");
	refuses_inputs(*state, "[{\"type\":\"uint256 a\"}]", "unexpected text");
	refuses_inputs(*state, "[{\"type\":\"(uint256)\"}]", "no type name");
	refuses_inputs(*state, "[{\"type\":\"tuple\"}]", "without \"components\"");
	refuses_inputs(*state, "[{\"type\":\"tuple\",\"components\":{}}]", "is not an array");
	refuses_inputs(*state, "[{\"type\":\"bool\",\"components\":[{\"type\":\"bool\"}]}]",
		       "the type is no tuple");
	refuses_inputs(*state,
		       "[{\"type\":\"bool\"},{\"type\":\"tuple[]\",\"components\":["
		       "{\"type\":\"bool\"},{\"type\":\"uint9\"}]}]",
		       "entry 0 (E): inputs[1]: components[1]: unknown type \"uint9\"");
	refuses_inputs(
		*state,
		"[{\"type\":\"tuple\",\"components\":[{\"type\":\"bool\",\"indexed\":true}]}]",
		"\"indexed\" out of place");
	refuses_json(*state, "[{\"name\":\"f\",\"inputs\":[{\"type\":\"bool\",\"indexed\":true}]}]",
		     "\"indexed\" out of place");
	refuses_inputs(*state,
		       "[{\"type\":\"bool\",\"indexed\":true},{\"type\":\"bool\",\"indexed\":true},"
		       "{\"type\":\"bool\",\"indexed\":true},{\"type\":\"bool\",\"indexed\":true}]",
		       "4 indexed parameters");
}

static void nested_components_have_a_limit(void **state)
{
	struct buffer text = buffer_in(*state);
	unsigned levels = 40;

	for (unsigned i = 0; i < levels; i++)
		buffer_text(&text, "[{\"type\":\"tuple\",\"components\":");
	buffer_text(&text, "[]");
	for (unsigned i = 0; i < levels; i++)
		buffer_text(&text, "}]");
	refuses_inputs(*state, buffer_string(&text), "deeper than 32 levels");
}

static void nested_json_has_a_limit(void **state)
{
	struct buffer text = buffer_in(*state);

	for (unsigned i = 0; i < 100000; i++)
		buffer_byte(&text, '[');
	refuses_json(*state, buffer_string(&text), "depth");
}

static void the_whole_length_is_read(void **state)
{
	struct abi_item *items;
	struct error err;
	size_t count;

	must_succeed(abi_items_parse_json(&items, &count, *state, "[]garbage", 2, &err), &err);
	must_fail(abi_items_parse_json(&items, &count, *state, "[]\0", 3, &err), &err, ERR_BAD_DATA,
		  "line 1");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_deployed_event_has_its_topic),
		TEST(every_deployed_function_has_its_selector),
		TEST(events_keep_names_and_indexed),
		TEST(functions_keep_outputs_and_mutability),
		TEST(bare_lines_take_the_callers_kind),
		TEST(keywords_before_a_bracket_are_names),
		TEST(signatures_are_canonical),
		TEST(broken_items_are_refused),
		TEST(indexed_parameters_have_a_limit),
		TEST(json_items_are_read),
		TEST(artifacts_and_single_entries_are_read),
		TEST(broken_json_is_refused),
		TEST(broken_parameters_are_refused),
		TEST(nested_components_have_a_limit),
		TEST(nested_json_has_a_limit),
		TEST(the_whole_length_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
