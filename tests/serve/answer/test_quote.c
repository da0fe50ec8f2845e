/*
 * A quote as JSON: the price with its reasons, no price with why, and what cannot be asked.
 */
#include "serve/answer/answer.h"
#include "tests/support/test.h"
#include "tests/support/toy.h"

enum { YEAR = 31536000 };

struct fixture {
	struct toy toy;
	struct config config;
	struct moment moment;
	struct protocol protocol; /* the toy's, selling cover */
	struct quote_rules rules;
};

/* 2 % a year of the amount; nothing for no time. */
static void price(struct quote *out, const struct reading *r, const struct quote_request *request,
		  struct trace *trace)
{
	u256 x = U256_ZERO;

	(void)r;
	out->utilization_before = figure_number(U256_ZERO);
	out->utilization_after = figure_null();
	out->rate = figure_number(u256_from(UINT64_C(20000000000000000)));
	out->is_priced = request->seconds &&
			 u256_mul_ok(&x, request->amount, u256_from(request->seconds * 2)) &&
			 u256_div_ok(&x, x, u256_from(UINT64_C(100) * YEAR));
	out->premium = assets_of(x);
	out->reason = out->is_priced ? "" : "there is no time to cover";
	TRACE(trace, "premium", "amount * seconds * 2 // 3153600000", out->is_priced, x,
	      {"amount", request->amount});
}

static bool is_unborn(const struct reading *r)
{
	(void)r;
	return false;
}

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	toy_open(&f->toy);
	toy_next(&f->toy);
	f->rules = (struct quote_rules){.amount_unit = UNIT_ASSETS, .price = price};
	f->protocol = toy_protocol;
	f->protocol.quote = &f->rules;
	f->toy.pool.protocol = &f->protocol;
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

static json_t *quote(struct fixture *f, uint64_t amount, uint64_t seconds)
{
	struct quote_request request = {.amount = u256_from(amount), .seconds = seconds};
	json_t *document = answer_quote(&f->moment, &f->toy.pool, &request, &f->toy.err);

	if (!document)
		fail_msg("%s", f->toy.err.message);
	return document;
}

static const char *text_at(const json_t *document, const char *key)
{
	const char *text = json_string_value(json_object_get(document, key));

	if (!text)
		fail_msg("\"%s\" is no string", key);
	return text;
}

static void a_price_comes_with_what_leads_to_it(void **state)
{
	struct fixture *f = *state;
	json_t *document = quote(f, 1000000, YEAR);
	const json_t *asset = json_object_get(document, "asset");
	const json_t *trace = json_object_get(document, "trace");

	assert_string_equal(text_at(document, "name"), "toy");
	assert_string_equal(text_at(document, "protocol"), "toy");
	assert_int_equal(
		json_integer_value(json_object_get(json_object_get(document, "at"), "block")), 1);
	assert_string_equal(text_at(document, "amount"), "1000000");
	assert_int_equal(json_integer_value(json_object_get(document, "seconds")), YEAR);
	assert_true(json_equal(json_object_get(document, "amount_decimals"),
			       json_object_get(asset, "decimals")));
	assert_string_equal(text_at(document, "premium"), "20000");
	assert_true(json_is_null(json_object_get(document, "reason")));
	assert_true(json_is_null(json_object_get(document, "market")));
	assert_string_equal(text_at(document, "rate"), "0.020000000000000000");
	assert_string_equal(text_at(document, "utilization_before"), "0.000000000000000000");
	assert_true(json_is_null(json_object_get(document, "utilization_after")));
	assert_int_equal(json_array_size(trace), 1);
	assert_string_equal(text_at(json_array_get(trace, 0), "value"), "20000");
	json_decref(document);
}

static void no_price_comes_with_why(void **state)
{
	struct fixture *f = *state;
	json_t *document = quote(f, 1000000, 0);

	assert_true(json_is_null(json_object_get(document, "premium")));
	assert_string_equal(text_at(document, "reason"), "there is no time to cover");
	assert_true(json_is_null(
		json_object_get(json_array_get(json_object_get(document, "trace"), 0), "value")));
	json_decref(document);
}

static void before_its_creation_a_pool_has_no_price(void **state)
{
	struct fixture *f = *state;
	json_t *document;

	f->protocol.is_born = is_unborn;
	document = quote(f, 1000000, YEAR);
	assert_true(json_is_null(json_object_get(document, "premium")));
	assert_true(json_is_null(json_object_get(document, "rate")));
	assert_non_null(strstr(text_at(document, "reason"), "does not exist yet"));
	assert_int_equal(json_array_size(json_object_get(document, "trace")), 0);
	json_decref(document);
}

static void cover_in_another_unit_has_its_own_decimals(void **state)
{
	struct fixture *f = *state;
	json_t *document;

	f->rules.amount_unit = UNIT_PLAIN;
	f->rules.amount_decimals = 11;
	document = quote(f, 5, YEAR);
	assert_int_equal(json_integer_value(json_object_get(document, "amount_decimals")), 11);
	json_decref(document);
}

static void assert_refused(struct fixture *f, const struct quote_request *request,
			   const char *words)
{
	assert_null(answer_quote(&f->moment, &f->toy.pool, request, &f->toy.err));
	assert_int_equal(f->toy.err.status, ERR_USAGE);
	assert_string_equal(f->toy.err.message, words);
}

static void a_market_is_named_where_there_are_several_and_only_there(void **state)
{
	struct fixture *f = *state;
	struct quote_request request = {
		.amount = U256_ONE, .seconds = YEAR, .has_market = true, .market = {{0x12}}};
	json_t *document;

	assert_refused(f, &request, "pool toy has no markets to choose from");
	f->rules.takes_market = true;
	document = answer_quote(&f->moment, &f->toy.pool, &request, &f->toy.err);
	assert_non_null(document);
	assert_string_equal(text_at(document, "market"),
			    "0x1200000000000000000000000000000000000000");
	json_decref(document);
	request.has_market = false;
	assert_refused(f, &request, "pool toy has several markets: say which one's cover");
}

static void a_protocol_that_sells_none_by_a_formula_says_so(void **state)
{
	struct fixture *f = *state;
	struct quote_request request = {.amount = U256_ONE, .seconds = YEAR};

	f->protocol.quote = NULL;
	assert_refused(f, &request,
		       "pool toy: protocol toy sells no cover by a formula, so there is nothing to "
		       "quote");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_price_comes_with_what_leads_to_it),
		TEST(no_price_comes_with_why),
		TEST(before_its_creation_a_pool_has_no_price),
		TEST(cover_in_another_unit_has_its_own_decimals),
		TEST(a_market_is_named_where_there_are_several_and_only_there),
		TEST(a_protocol_that_sells_none_by_a_formula_says_so),
	};

	return cmocka_run_group_tests_name("quote", tests, NULL, NULL);
}
