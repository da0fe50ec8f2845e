/*
 * An account in every pool, and over blocks, on the recorded chain.
 */
#include "serve/answer/answer.h"
#include "tests/support/demo_chain.h"

enum { LAST = 309 };

static struct demo demo;

static int sync_once(void **state)
{
	static const struct demo_options options = {0};

	(void)state;
	demo_open(&demo, &options);
	return demo_sync(&demo, UINT64_MAX) == OK ? 0 : -1;
}

static int remove_it(void **state)
{
	(void)state;
	demo_close(&demo);
	return 0;
}

struct fixture {
	struct moment moment;
	struct arena *arena;
	json_t *document;
	const json_t *items;
	struct error err;
};

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	f->arena = arena_new();
	assert_ok(moment_open(&f->moment, &demo.config, NULL, f->arena, &f->err), f->err);
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;

	json_decref(f->document);
	moment_close(&f->moment);
	arena_free(f->arena);
	free(f);
	return 0;
}

static void move_to(struct fixture *f, const char *at)
{
	moment_close(&f->moment);
	assert_ok(moment_open(&f->moment, &demo.config, at, f->arena, &f->err), f->err);
}

static struct address address(const char *text)
{
	struct address out;
	struct error err;

	assert_ok(address_parse(&out, text, strlen(text), &err), err);
	return out;
}

/* It stakes from block 12 on. */
static struct address staker(void)
{
	return address("0xfabb0ac9d68b0b445fb7357272ff202c5651694a");
}

static size_t keep(struct fixture *f, json_t *document)
{
	json_decref(f->document);
	f->document = document;
	if (!document)
		fail_msg("%s", f->err.message);
	f->items = json_object_get(document, "items");
	return json_array_size(f->items);
}

static const char *text(const struct fixture *f, size_t i, const char *key)
{
	return json_string_value(json_object_get(json_array_get(f->items, i), key));
}

static void a_holding_is_the_pools_account_with_its_asset(void **state)
{
	struct fixture *f = *state;
	json_t *account = answer_account(&f->moment, &demo.config.pools[0], staker(), &f->err);
	const char *key;
	json_t *value;

	assert_non_null(account);
	assert_int_equal(keep(f, answer_holdings(&f->moment, staker(), &f->err)), 1);
	assert_string_equal(text(f, 0, "pool"), "api3");
	assert_string_equal(text(f, 0, "protocol"), "api3");
	assert_string_equal(
		json_string_value(json_object_get(
			json_object_get(json_array_get(f->items, 0), "asset"), "symbol")),
		"API3");
	assert_int_equal(json_object_del(account, "at"), 0);
	json_object_foreach (account, key, value)
		assert_true(json_equal(json_object_get(json_array_get(f->items, 0), key), value));
	json_decref(account);
}

static void who_was_never_seen_holds_nothing(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(keep(f, answer_holdings(&f->moment, (struct address){{0x12}}, &f->err)),
			 0);
	assert_int_equal(keep(f, answer_holdings(&f->moment, (struct address){{0}}, &f->err)), 0);
	move_to(f, "5"); /* before its first deposit */
	assert_int_equal(keep(f, answer_holdings(&f->moment, staker(), &f->err)), 0);
}

static size_t ask(struct fixture *f, uint64_t from, uint64_t to, size_t points)
{
	const struct history_query query = {.from_block = from,
					    .to_block = to,
					    .points = points,
					    .has_account = true,
					    .account = staker()};

	return keep(f, answer_history(&f->moment, &demo.config.pools[0], &query, &f->err));
}

/* Each point is what the account was as of that block, without its name. */
static void points_are_the_account_as_of_their_blocks(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(ask(f, 1, LAST, 12), 12);
	for (size_t i = 0; i < 12; i++) {
		const json_t *point = json_array_get(f->items, i);
		json_int_t block = json_integer_value(json_object_get(point, "block"));
		json_t *account;
		const char *key;
		json_t *value;

		move_to(f, arena_printf(f->arena, "%lld", (long long)block));
		account = answer_account(&f->moment, &demo.config.pools[0], staker(), &f->err);
		assert_non_null(account);
		assert_true(json_equal(json_object_get(point, "hash"),
				       json_object_get(json_object_get(account, "at"), "hash")));
		(void)json_object_del(account, "at");
		(void)json_object_del(account, "account");
		assert_int_equal(json_object_size(point), json_object_size(account) + 3);
		json_object_foreach (account, key, value)
			assert_true(json_equal(json_object_get(point, key), value));
		json_decref(account);
	}
	assert_null(text(f, 0, "shares")); /* before the pool's creation */
	assert_string_not_equal(text(f, 11, "shares"), "0");
}

static void the_moment_ends_the_history(void **state)
{
	struct fixture *f = *state;

	move_to(f, "100");
	assert_int_equal(ask(f, 90, UINT64_MAX, 0), 11);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_holding_is_the_pools_account_with_its_asset,
						begin, end),
		cmocka_unit_test_setup_teardown(who_was_never_seen_holds_nothing, begin, end),
		cmocka_unit_test_setup_teardown(points_are_the_account_as_of_their_blocks, begin,
						end),
		cmocka_unit_test_setup_teardown(the_moment_ends_the_history, begin, end),
	};

	return cmocka_run_group_tests(tests, sync_once, remove_it);
}
