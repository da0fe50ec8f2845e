/* Which route a path is, and what its parameters may be. */
#include "serve/http/param.h"

#include "tests/support/test.h"

static const char *const colours[] = {"red", "green", NULL};

#define RULE(name_, kind_, ...)                                                                    \
	static const struct param_rule rule_##name_ = {                                            \
		.name = #name_, .kind = kind_, .meaning = "some " #name_, __VA_ARGS__}

RULE(name, PARAM_POOL, .is_required = true);
RULE(who, PARAM_ADDRESS, .is_required = true);
RULE(count, PARAM_COUNT, .fallback = 7, .max = 20);
RULE(any, PARAM_COUNT, .fallback = 0);
RULE(limit, PARAM_LIMIT, .fallback = 100, .max = 1000);
RULE(amount, PARAM_AMOUNT, .is_required = true);
RULE(tx, PARAM_HASH, .is_required = false);
RULE(colour, PARAM_CHOICE, .choices = colours);
RULE(deep, PARAM_FLAG, .is_required = false);
RULE(at, PARAM_AT, .is_required = false);
RULE(after, PARAM_CURSOR, .is_required = false);
RULE(text, PARAM_TEXT, .is_required = false);

static const struct param_rule *const of_a[] = {&rule_name, &rule_who, NULL};
static const struct param_rule *const of_all[] = {
	&rule_name,   &rule_count, &rule_any, &rule_limit, &rule_amount, &rule_tx,
	&rule_colour, &rule_deep,  &rule_at,  &rule_after, &rule_text,   NULL};

static const struct route routes[] = {
	{.path = "/"},
	{.path = "/v1"},
	{.path = "/v1/{name}/who/{who}", .params = of_a},
	{.path = "/v1/{name}/{what}"},
	{.path = "/v1/{name}/all", .params = of_all},
};
static const struct route_table table = {routes, sizeof(routes) / sizeof(routes[0])};
static const struct route_table *const tables[] = {&table};

struct fixture {
	struct arena *arena;
	struct config config;
	struct pool pools[2];
	struct target target;
	struct match match;
	struct request request;
	struct error err;
};

static int setup(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	f->arena = arena_new();
	f->pools[0].setup.name = "alpha";
	f->pools[1].setup.name = "beta";
	f->config.pools = f->pools;
	f->config.pool_count = 2;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	arena_free(f->arena);
	free(f);
	return 0;
}

static const struct route *find(struct fixture *f, const char *text)
{
	assert_ok(target_parse(&f->target, f->arena, text, strlen(text), &f->err), f->err);
	f->match = route_match(tables, 1, &f->target);
	return f->match.route;
}

static enum status reads(struct fixture *f, const char *text)
{
	if (!find(f, text))
		fail_msg("no route: %s", text);
	f->request =
		(struct request){.config = &f->config, .arena = f->arena, .route = f->match.route};
	return params_read(&f->request, &f->match, &f->target, 500, &f->err);
}

static void takes(struct fixture *f, const char *text)
{
	assert_ok(reads(f, text), f->err);
}

static void refuses(struct fixture *f, enum status wanted, const char *text, const char *words)
{
	enum status st = reads(f, text);

	if (st != wanted || !strstr(f->err.message, words))
		fail_msg("%s: %s, not \"%s\"", text, st == OK ? "taken" : f->err.message, words);
}

static const struct param *param(struct fixture *f, const char *name)
{
	return request_param(&f->request, name);
}

static void a_path_is_its_route(void **state)
{
	struct fixture *f = *state;

	assert_ptr_equal(find(f, "/"), &routes[0]);
	assert_ptr_equal(find(f, "/v1"), &routes[1]);
	assert_ptr_equal(find(f, "/v1?x=1"), &routes[1]);
	assert_ptr_equal(find(f, "/v1/a/who/b"), &routes[2]);
	assert_int_equal(f->match.value_count, 2);
	assert_string_equal(f->match.values[0], "a");
	assert_string_equal(f->match.values[1], "b");
	assert_ptr_equal(find(f, "/v1/a/other"), &routes[3]);
	assert_null(find(f, "/v1/"));
	assert_null(find(f, "/v"));
	assert_null(find(f, "/v11"));
	assert_null(find(f, "//v1"));
	assert_null(find(f, "/v1//who/b"));
	assert_null(find(f, "/v1/a/who/"));
	assert_null(find(f, "/v1/a/who/b/c"));
	assert_null(find(f, "/v1%2Fa%2Fwho%2Fb"));
	assert_int_equal(route_path_params(&routes[2]), 2);
	assert_int_equal(route_path_params(&routes[0]), 0);
}

static void the_route_with_most_parts_spelled_out_wins(void **state)
{
	struct fixture *f = *state;

	assert_ptr_equal(find(f, "/v1/a/all"), &routes[4]);
	assert_int_equal(f->match.value_count, 1);
}

#define ALL "/v1/beta/all?amount=5"

static void each_kind_is_read(void **state)
{
	struct fixture *f = *state;

	takes(f, ALL);
	assert_ptr_equal(f->request.pool, &f->pools[1]);
	assert_int_equal(param(f, "count")->number, 7);
	assert_false(param(f, "count")->is_given);
	assert_int_equal(param(f, "limit")->number, 100);
	assert_true(u256_equal(param(f, "amount")->amount, u256_from(5)));
	assert_false(param(f, "text")->is_given);
	assert_string_equal(param(f, "text")->text, "");
	takes(f, ALL "&count=20&any=9223372036854775807&limit=500&colour=green&deep=true&at=x"
		     "&after=y&text=&tx=0x" /* */
		     "00000000000000000000000000000000000000000000000000000000000000ff");
	assert_int_equal(param(f, "count")->number, 20);
	assert_int_equal(param(f, "any")->number, INT64_MAX);
	assert_int_equal(param(f, "limit")->number, 500);
	assert_int_equal(param(f, "colour")->number, 1);
	assert_true(param(f, "deep")->flag);
	assert_int_equal(param(f, "tx")->hash.bytes[31], 255);
	assert_true(param(f, "text")->is_given);
	takes(f, ALL "&deep=false&count=0");
	assert_false(param(f, "deep")->flag);
	takes(f, "/v1/alpha/who/0x00000000000000000000000000000000000000FF");
	assert_int_equal(param(f, "who")->address.bytes[19], 255);
}

static void what_is_no_such_thing_is_refused(void **state)
{
	struct fixture *f = *state;

	refuses(f, ERR_USAGE, ALL "&count=21", "count=21: expected a whole number from 0 to 20");
	refuses(f, ERR_USAGE, ALL "&count=", "count=: expected a whole number");
	refuses(f, ERR_USAGE, ALL "&count=007", "expected a whole number");
	refuses(f, ERR_USAGE, ALL "&count=%2B1", "expected a whole number");
	refuses(f, ERR_USAGE, ALL "&any=9223372036854775808", "to 9223372036854775807");
	refuses(f, ERR_USAGE, ALL "&any=99999999999999999999999", "to 9223372036854775807");
	refuses(f, ERR_USAGE, ALL "&limit=0", "limit=0: expected a whole number from 1 to 500");
	refuses(f, ERR_USAGE, ALL "&limit=501", "from 1 to 500");
	refuses(f, ERR_USAGE, ALL "&colour=blue", "colour=blue: expected red or green");
	refuses(f, ERR_USAGE, ALL "&deep=1", "deep=1: expected true or false");
	refuses(f, ERR_USAGE, ALL "&tx=0x12", "tx=0x12: expected a hash");
	refuses(f, ERR_USAGE, ALL "&at=", "expected a number, a block hash, latest or finalized");
	refuses(f, ERR_USAGE, ALL "&after=", "of the page before");
	refuses(f, ERR_USAGE, "/v1/beta/all?amount=1.5", "base units");
	refuses(f, ERR_USAGE, "/v1/alpha/who/me", "who=me: expected an address");
}

static void names_are_checked(void **state)
{
	struct fixture *f = *state;

	refuses(f, ERR_USAGE, "/v1/beta/all", "parameter \"amount\" is missing: some amount");
	refuses(f, ERR_USAGE, ALL "&cuont=1",
		"unknown parameter \"cuont\": did you mean \"count\"?");
	refuses(f, ERR_USAGE, ALL "&zzzzzzz=1",
		"unknown parameter \"zzzzzzz\": the known ones are count, any, limit");
	refuses(f, ERR_USAGE, ALL "&name=alpha", "unknown parameter \"name\"");
	refuses(f, ERR_USAGE, ALL "&count=1&count=1", "parameter \"count\" is given twice");
	refuses(f, ERR_USAGE, "/v1?x=1", "unknown parameter \"x\": /v1 takes none");
	refuses(f, ERR_NOTFOUND, "/v1/alfa/all?amount=1", "no pool \"alfa\": did you mean");
	refuses(f, ERR_NOTFOUND, "/v1/gamma/all?amount=1", "no pool \"gamma\"");
}

#define PARAM_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PARAM_TEST(a_path_is_its_route),
		PARAM_TEST(the_route_with_most_parts_spelled_out_wins),
		PARAM_TEST(each_kind_is_read),
		PARAM_TEST(what_is_no_such_thing_is_refused),
		PARAM_TEST(names_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
