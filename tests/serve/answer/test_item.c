/*
 * A list's items as JSON: keys and figures by their kinds, pages, lists that there are not.
 */
#include "serve/answer/answer.h"
#include "tests/support/test.h"
#include "tests/support/toy.h"

struct fixture {
	struct toy toy;
	struct config config;
	struct moment moment;
};

static void lend(struct toy *toy, uint8_t lender, uint16_t number, const char *note)
{
	struct toy_loan *loan = toy_loan(toy, lender, number);

	loan->amount = u256_from(100U * number);
	loan->state = 1 + number % 3;
	memset(loan->paper.bytes, 0x77, HASH_BYTES);
	loan->note = slice_of((const uint8_t *)note, strlen(note));
}

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	toy_open(&f->toy);
	lend(&f->toy, 0x22, 1, "by hand");
	lend(&f->toy, 0x22, 300, "");
	lend(&f->toy, 0x11, 2, "\xff\xfe");
	toy_next(&f->toy);
	f->config.pools = &f->toy.pool;
	f->config.pool_count = 1;
	f->moment = (struct moment){.config = &f->config,
				    .txn = f->toy.txn,
				    .state = f->toy.state,
				    .arena = f->toy.arena,
				    .number = 1};
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;

	toy_close(&f->toy);
	free(f);
	return 0;
}

static json_t *items(struct fixture *f, const struct page *page)
{
	json_t *document = answer_items(&f->moment, &f->toy.pool, &toy_protocol.lists[TOY_LOANS],
					page, &f->toy.err);

	assert_non_null(document);
	return document;
}

static const char *text(const json_t *document, size_t i, const char *key)
{
	return json_string_value(
		json_object_get(json_array_get(json_object_get(document, "items"), i), key));
}

static void an_item_shows_its_key_and_its_figures_by_their_kinds(void **state)
{
	struct fixture *f = *state;
	json_t *document = items(f, &(struct page){0});
	char *item = json_dumps(json_array_get(json_object_get(document, "items"), 1),
				JSON_COMPACT | JSON_PRESERVE_ORDER);

	assert_string_equal(
		item, "{\"lender\":\"0x2222222222222222222222222222222222222222\",\"number\":\"1\","
		      "\"amount\":\"100\",\"state\":\"paid\",\"paper\":"
		      "\"0x7777777777777777777777777777777777777777777777777777777777777777\","
		      "\"debtor\":\"0x0000000000000000000000000000000000000000\","
		      "\"note\":\"by hand\"}");
	assert_int_equal(json_array_size(json_object_get(document, "items")), 3);
	assert_true(json_is_null(json_object_get(document, "next")));
	assert_int_equal(
		json_integer_value(json_object_get(json_object_get(document, "at"), "block")), 1);
	free(item);
	json_decref(document);
}

static void bytes_that_are_no_text_and_choices_without_a_name_are_shown_as_they_are(void **state)
{
	struct fixture *f = *state;
	json_t *document = items(f, &(struct page){0});

	assert_string_equal(text(document, 0, "note"), "0xfffe");
	assert_string_equal(text(document, 0, "state"), "3");
	assert_null(text(document, 2, "note"));
	json_decref(document);
}

static void pages_of_items_join_to_the_list(void **state)
{
	static const char *const numbers[] = {"2", "1", "300"};
	struct fixture *f = *state;
	struct page page = {.limit = 1};
	char cursor[128];

	for (size_t i = 0; i < 3; i++) {
		json_t *document = items(f, &page);
		const char *next = json_string_value(json_object_get(document, "next"));

		assert_int_equal(json_array_size(json_object_get(document, "items")), 1);
		assert_string_equal(text(document, 0, "number"), numbers[i]);
		assert_int_equal(next == NULL, i == 2);
		(void)snprintf(cursor, sizeof(cursor), "%s", next ? next : "");
		page = page_after(1, cursor, f->toy.arena);
		json_decref(document);
	}
}

static void a_cursor_that_is_none_is_refused(void **state)
{
	struct fixture *f = *state;
	struct page page = {.after = "7"};

	assert_null(answer_items(&f->moment, &f->toy.pool, &toy_protocol.lists[TOY_LOANS], &page,
				 &f->toy.err));
	assert_int_equal(f->toy.err.status, ERR_USAGE);
	assert_string_equal(f->toy.err.message,
			    "the cursor: \"7\" names no loan: expected lender:number");
}

static void an_unknown_list_names_those_that_there_are(void **state)
{
	struct fixture *f = *state;
	const struct item_list *list;
	struct protocol without = toy_protocol;
	struct pool pool = f->toy.pool;

	assert_ok(answer_list(&list, &pool, "loans", &f->toy.err), f->toy.err);
	assert_ptr_equal(list, &toy_protocol.lists[TOY_LOANS]);
	assert_int_equal(answer_list(&list, &pool, "policies", &f->toy.err), ERR_USAGE);
	assert_string_equal(f->toy.err.message,
			    "pool toy has no list \"policies\"; its lists are loans, lenders");
	without.list_count = 0;
	pool.protocol = &without;
	assert_int_equal(answer_list(&list, &pool, "loans", &f->toy.err), ERR_USAGE);
	assert_string_equal(f->toy.err.message, "pool toy: a pool of protocol toy has no lists");
}

#define ITEM_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ITEM_TEST(an_item_shows_its_key_and_its_figures_by_their_kinds),
		ITEM_TEST(bytes_that_are_no_text_and_choices_without_a_name_are_shown_as_they_are),
		ITEM_TEST(pages_of_items_join_to_the_list),
		ITEM_TEST(a_cursor_that_is_none_is_refused),
		ITEM_TEST(an_unknown_list_names_those_that_there_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
