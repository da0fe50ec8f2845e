/*
 * What pools could pay: the heaviest open covers in their order, and what each leaves.
 */
#include "serve/answer/answer.h"
#include "tests/support/test.h"
#include "tests/support/toy.h"

enum { LIQUIDITY = 1000 };

static const struct figure_rule pool_figures[] = {
	{.name = "liquidity", .kind = FIGURE_NUMBER, .unit = UNIT_ASSETS, .meaning = ""},
	{.name = "locked_withdrawals", .kind = FIGURE_NUMBER, .unit = UNIT_ASSETS, .meaning = ""},
};

static const struct figure_rule policy_figures[] = {
	{.name = "open_cover", .kind = FIGURE_NUMBER, .unit = UNIT_ASSETS, .meaning = ""},
};

static void read_pool(struct figure *out, const struct reading *r)
{
	(void)r;
	out[0] = figure_number(u256_from(LIQUIDITY));
	out[1] = figure_number(u256_from(70));
}

static void read_poor_pool(struct figure *out, const struct reading *r)
{
	read_pool(out, r);
	out[0] = figure_null();
}

/* A loan is a policy here; of state 2 it is one whose cover nobody knows. */
static void read_policy(struct figure *out, const struct reading *r, const uint8_t *key)
{
	struct toy_loan loan;

	state_row_at(&loan, r->state, &toy_loans, r->pool->id, key, r->block);
	out[0] = figure_computed(loan.state != 2, loan.amount);
}

struct fixture {
	struct toy toy;
	struct protocol protocol;
	struct item_list lists[TOY_LIST_COUNT];
	struct config config;
	struct moment moment;
	json_t *document;
	const json_t *item;
};

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	toy_open(&f->toy);
	f->protocol = toy_protocol;
	memcpy(f->lists, toy_protocol.lists, sizeof(f->lists));
	f->lists[TOY_LOANS].name = "policies";
	f->lists[TOY_LOANS].figures = policy_figures;
	f->lists[TOY_LOANS].figure_count = 1;
	f->lists[TOY_LOANS].read = read_policy;
	f->protocol.lists = f->lists;
	f->protocol.pool_figures = pool_figures;
	f->protocol.pool_figure_count = 2;
	f->protocol.read_pool = read_pool;
	f->toy.pool.protocol = &f->protocol;
	f->config.pools = &f->toy.pool;
	f->config.pool_count = 1;
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;

	json_decref(f->document);
	toy_close(&f->toy);
	free(f);
	return 0;
}

static void have_policy(struct fixture *f, uint16_t number, uint64_t cover, bool is_known)
{
	struct toy_loan *loan = toy_loan(&f->toy, 0x11, number);

	loan->amount = u256_from(cover);
	loan->state = is_known ? 1 : 2;
}

static void ask(struct fixture *f, size_t largest)
{
	json_decref(f->document);
	f->moment = (struct moment){.config = &f->config,
				    .txn = f->toy.txn,
				    .state = f->toy.state,
				    .arena = f->toy.arena,
				    .number = 1};
	f->document = answer_solvency(&f->moment, NULL, largest, &f->toy.err);
	if (!f->document)
		fail_msg("%s", f->toy.err.message);
	f->item = json_array_get(json_object_get(f->document, "items"), 0);
}

static void expect_claim(const struct fixture *f, size_t i, const char *number, const char *cover,
			 const char *remaining, const char *missing)
{
	const char *const expected[] = {number, cover, remaining, missing};
	static const char *const keys[] = {"number", "open_cover", "remaining", "missing"};
	const json_t *claim = json_array_get(json_object_get(f->item, "largest"), i);

	for (size_t k = 0; k < 4; k++) {
		const char *text = json_string_value(json_object_get(claim, keys[k]));

		if (expected[k])
			assert_string_equal(text, expected[k]);
		else
			assert_null(text);
	}
}

static void the_heaviest_covers_are_paid_one_after_the_other(void **state)
{
	struct fixture *f = *state;

	have_policy(f, 1, 300, true);
	have_policy(f, 2, 0, true); /* not open */
	have_policy(f, 3, 600, true);
	have_policy(f, 4, 250, true);
	have_policy(f, 5, 300, true);
	have_policy(f, 6, 1, true);
	toy_next(&f->toy);
	ask(f, 4);
	assert_int_equal(json_integer_value(json_object_get(f->item, "policies_open")), 5);
	assert_int_equal(json_integer_value(json_object_get(f->item, "policies_unknown")), 0);
	assert_int_equal(json_array_size(json_object_get(f->item, "largest")), 4);
	expect_claim(f, 0, "3", "600", "400", "0");
	expect_claim(f, 1, "1", "300", "100", "0"); /* among equals as in the list */
	expect_claim(f, 2, "5", "300", "0", "200");
	expect_claim(f, 3, "4", "250", "0", "450");
	assert_string_equal(json_string_value(json_object_get(f->item, "locked_withdrawals")),
			    "70");
	assert_true(json_is_null(json_object_get(f->item, "locked_claims")));
	assert_true(json_is_null(json_object_get(f->item, "cover")));
}

static void more_may_be_asked_for_than_there_are_and_none(void **state)
{
	struct fixture *f = *state;

	have_policy(f, 9, 5, true);
	toy_next(&f->toy);
	ask(f, 100);
	assert_int_equal(json_array_size(json_object_get(f->item, "largest")), 1);
	expect_claim(f, 0, "9", "5", "995", "0");
	ask(f, 0);
	assert_int_equal(json_array_size(json_object_get(f->item, "largest")), 0);
	assert_int_equal(json_integer_value(json_object_get(f->item, "policies_open")), 1);
}

static void what_is_not_computable_is_null_and_counted(void **state)
{
	struct fixture *f = *state;

	have_policy(f, 1, 10, true);
	have_policy(f, 2, 10, false);
	toy_next(&f->toy);
	f->protocol.read_pool = read_poor_pool;
	ask(f, 5);
	assert_int_equal(json_integer_value(json_object_get(f->item, "policies_open")), 1);
	assert_int_equal(json_integer_value(json_object_get(f->item, "policies_unknown")), 1);
	expect_claim(f, 0, "1", "10", NULL, NULL);
}

static void sums_beyond_256_bits_are_not_computable(void **state)
{
	struct fixture *f = *state;

	have_policy(f, 1, 1, true);
	have_policy(f, 2, 1, true);
	toy_loan(&f->toy, 0x11, 1)->amount = U256_MAX;
	toy_loan(&f->toy, 0x11, 2)->amount = U256_MAX;
	have_policy(f, 3, 1, true);
	toy_next(&f->toy);
	ask(f, 3);
	assert_string_equal(
		json_string_value(json_object_get(
			json_array_get(json_object_get(f->item, "largest"), 0), "remaining")),
		"0");
	expect_claim(f, 2, "3", "1", NULL, NULL);
}

static void a_pool_without_policies_has_null(void **state)
{
	struct fixture *f = *state;

	f->lists[TOY_LOANS].name = "loans";
	toy_next(&f->toy);
	ask(f, 5);
	assert_true(json_is_null(json_object_get(f->item, "policies_open")));
	assert_int_equal(json_array_size(json_object_get(f->item, "largest")), 0);
	assert_string_equal(json_string_value(json_object_get(f->item, "liquidity")), "1000");
}

static void one_pool_may_be_asked_for(void **state)
{
	struct fixture *f = *state;
	struct pool pools[2] = {f->toy.pool, f->toy.pool};

	pools[1].setup.name = "other";
	pools[1].id = 1;
	f->config.pools = pools;
	f->config.pool_count = 2;
	toy_next(&f->toy);
	ask(f, 5);
	assert_int_equal(json_array_size(json_object_get(f->document, "items")), 2);
	json_decref(f->document);
	f->document = answer_solvency(&f->moment, &pools[1], 5, &f->toy.err);
	assert_int_equal(json_array_size(json_object_get(f->document, "items")), 1);
	f->item = json_array_get(json_object_get(f->document, "items"), 0);
	assert_string_equal(json_string_value(json_object_get(f->item, "pool")), "other");
}

#define SOLVENCY_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SOLVENCY_TEST(the_heaviest_covers_are_paid_one_after_the_other),
		SOLVENCY_TEST(more_may_be_asked_for_than_there_are_and_none),
		SOLVENCY_TEST(what_is_not_computable_is_null_and_counted),
		SOLVENCY_TEST(sums_beyond_256_bits_are_not_computable),
		SOLVENCY_TEST(a_pool_without_policies_has_null),
		SOLVENCY_TEST(one_pool_may_be_asked_for),
	};

	return cmocka_run_group_tests_name("serve/solvency", tests, NULL, NULL);
}
