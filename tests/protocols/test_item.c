/*
 * Lists of a pool: what an item is called, which items there are, in which order.
 */
#include "protocols/item.h"

#include "tests/support/test.h"
#include "tests/support/toy.h"

static int begin(void **state)
{
	struct toy *toy = calloc(1, sizeof(*toy));

	if (!toy)
		return -1;
	toy_open(toy);
	*state = toy;
	return 0;
}

static int end(void **state)
{
	toy_close(*state);
	free(*state);
	return 0;
}

static const struct item_list *loans(void)
{
	return protocol_list(&toy_protocol, "loans");
}

static void a_list_is_found_by_its_name(void **state)
{
	(void)state;
	assert_ptr_equal(protocol_list(&toy_protocol, "loans"), &toy_protocol.lists[TOY_LOANS]);
	assert_ptr_equal(protocol_list(&toy_protocol, "lenders"), &toy_protocol.lists[TOY_LENDERS]);
	assert_null(protocol_list(&toy_protocol, "loan"));
	assert_null(protocol_list(&toy_protocol, ""));
}

static void a_key_is_its_parts_joined_by_colons(void **state)
{
	struct toy *toy = *state;
	uint8_t key[TOY_KEY];
	uint8_t back[ITEM_KEY_MAX] = {0};
	const char *text = item_key_format(toy->arena, loans(), toy_key(key, 0xab, 513));

	assert_string_equal(text, "0xabababababababababababababababababababab:513");
	assert_ok(item_key_parse(back, loans(), text, &toy->err), toy->err);
	assert_memory_equal(back, key, TOY_KEY);
	assert_int_equal(item_part_offset(loans(), 1), ADDRESS_BYTES);
	assert_memory_equal(item_part_read(loans(), 0, key).address.bytes, key, ADDRESS_BYTES);
	assert_true(u256_equal(item_part_read(loans(), 1, key).number, u256_from(513)));
}

static void a_part_is_a_word_of_call_data(void **state)
{
	uint8_t key[TOY_KEY];
	uint8_t word[32];
	uint8_t wanted[32] = {0};

	(void)state;
	memset(wanted + 12, 0x11, ADDRESS_BYTES);
	item_part_word(word, loans(), 0, toy_key(key, 0x11, 258));
	assert_memory_equal(word, wanted, 32);
	memset(wanted, 0, 32);
	wanted[30] = 1;
	wanted[31] = 2;
	item_part_word(word, loans(), 1, key);
	assert_memory_equal(word, wanted, 32);
}

static void a_text_that_is_no_key_is_refused(void **state)
{
	static const char *const wrong[] = {
		"",
		":",
		"7",
		"0xabababababababababababababababababababab",
		"0xabababababababababababababababababababab:",
		"0xabababababababababababababababababababab:65536",
		"0xabababababababababababababababababababab:-1",
		"0xabababababababababababababababababababab:1:",
		"0xabababababababababababababababababababab:1:2",
		"0xababababababababababababababababababab:1",
		"1:0xabababababababababababababababababababab",
	};
	struct toy *toy = *state;
	uint8_t key[ITEM_KEY_MAX];

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		char words[256];

		assert_int_equal(item_key_parse(key, loans(), wrong[i], &toy->err), ERR_USAGE);
		(void)snprintf(words, sizeof(words), "\"%s\" names no loan: expected lender:number",
			       wrong[i]);
		assert_string_equal(toy->err.message, words);
	}
	assert_ok(item_key_parse(key, loans(), "0xabababababababababababababababababababab:65535",
				 &toy->err),
		  toy->err);
}

struct walk {
	char text[256];
	size_t most; /* 0: all */
	size_t count;
};

static bool note(void *context, const uint8_t *key)
{
	struct walk *walk = context;
	size_t used = strlen(walk->text);

	(void)snprintf(walk->text + used, sizeof(walk->text) - used, "%x:%d ", key[0],
		       key[20] << 8 | key[21]);
	return !walk->most || ++walk->count < walk->most;
}

static void note_touched(void *context, const uint8_t *key)
{
	(void)note(context, key);
}

static void items_come_in_order_of_their_keys(void **state)
{
	struct toy *toy = *state;
	struct walk all = {0};
	struct walk two = {.most = 2};
	struct walk rest = {0};
	uint8_t key[TOY_KEY];
	struct reading reading;

	toy_loan(toy, 9, 1)->state = 1;
	toy_loan(toy, 3, 300)->state = 1;
	toy_loan(toy, 3, 2)->state = 1;
	toy_loan(toy, 3, 5)->amount = U256_ONE; /* no loan: its state is none */
	toy_next(toy);
	reading = toy_reading(toy);
	item_each(&reading, loans(), NULL, note, &all);
	assert_string_equal(all.text, "3:2 3:300 9:1 ");
	item_each(&reading, loans(), NULL, note, &two);
	assert_string_equal(two.text, "3:2 3:300 ");
	item_each(&reading, loans(), toy_key(key, 3, 300), note, &rest);
	assert_string_equal(rest.text, "9:1 ");
	rest = (struct walk){0};
	item_each(&reading, loans(), toy_key(key, 3, 299), note, &rest); /* need not be one */
	assert_string_equal(rest.text, "3:300 9:1 ");
	rest = (struct walk){0};
	item_each(&reading, loans(), toy_key(key, 9, 1), note, &rest);
	assert_string_equal(rest.text, "");
}

static void touched_items_are_those_of_the_block_that_are_any(void **state)
{
	struct toy *toy = *state;
	struct applying a = {.pool = &toy->pool, .state = toy->state};
	struct walk first = {0};
	struct walk second = {0};

	toy_loan(toy, 9, 1)->state = 1;
	toy_loan(toy, 1, 1)->state = 1;
	(void)toy_loan(toy, 4, 4); /* only looked for */
	item_each_touched(&a, loans(), note_touched, &first);
	assert_string_equal(first.text, "9:1 1:1 ");
	toy_next(toy);
	(void)toy_loan(toy, 1, 1);
	item_each_touched(&a, loans(), note_touched, &second);
	assert_string_equal(second.text, "1:1 ");
}

static void a_choice_has_the_name_of_its_number(void **state)
{
	const struct figure_rule *rule = &loans()->figures[1];
	static const struct figure_rule plain = {.kind = FIGURE_CHOICE};

	(void)state;
	assert_string_equal(figure_choice_name(rule, U256_ZERO), "none");
	assert_string_equal(figure_choice_name(rule, u256_from(2)), "paid");
	assert_null(figure_choice_name(rule, u256_from(3)));
	assert_null(figure_choice_name(rule, U256_MAX));
	assert_null(figure_choice_name(&plain, U256_ZERO));
}

#define ITEM_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_is_found_by_its_name),
		ITEM_TEST(a_key_is_its_parts_joined_by_colons),
		cmocka_unit_test(a_part_is_a_word_of_call_data),
		ITEM_TEST(a_text_that_is_no_key_is_refused),
		ITEM_TEST(items_come_in_order_of_their_keys),
		ITEM_TEST(touched_items_are_those_of_the_block_that_are_any),
		cmocka_unit_test(a_choice_has_the_name_of_its_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
