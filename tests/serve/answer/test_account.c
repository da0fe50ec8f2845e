/*
 * An account in every pool, and over blocks, on the recorded chain.
 */
#include "serve/answer/answer.h"
#include "tests/support/demo_moment.h"

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

static const char *text(const struct demo_moment *f, size_t i, const char *key)
{
	return json_string_value(json_object_get(json_array_get(f->items, i), key));
}

static void a_holding_is_the_pools_account_with_its_asset(void **state)
{
	struct demo_moment *f = *state;
	json_t *account = answer_account(&f->moment, f->pool, staker(), &f->err);
	const char *key;
	json_t *value;

	assert_non_null(account);
	assert_int_equal(demo_moment_keep(f, answer_holdings(&f->moment, staker(), &f->err)), 1);
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
	struct demo_moment *f = *state;

	assert_int_equal(
		demo_moment_keep(f, answer_holdings(&f->moment, (struct address){{0x12}}, &f->err)),
		0);
	assert_int_equal(
		demo_moment_keep(f, answer_holdings(&f->moment, (struct address){{0}}, &f->err)),
		0);
	demo_moment_move(f, "5"); /* before its first deposit */
	assert_int_equal(demo_moment_keep(f, answer_holdings(&f->moment, staker(), &f->err)), 0);
}

static size_t ask(struct demo_moment *f, uint64_t from, uint64_t to, size_t points)
{
	const struct history_query query = {.from_block = from,
					    .to_block = to,
					    .points = points,
					    .has_account = true,
					    .account = staker()};

	return demo_moment_keep(f, answer_history(&f->moment, f->pool, &query, &f->err));
}

/* Each point is what the account was as of that block, without its name. */
static void points_are_the_account_as_of_their_blocks(void **state)
{
	struct demo_moment *f = *state;

	assert_int_equal(ask(f, 1, DEMO_LAST_BLOCK, 12), 12);
	for (size_t i = 0; i < 12; i++) {
		const json_t *point = json_array_get(f->items, i);
		json_int_t block = json_integer_value(json_object_get(point, "block"));
		json_t *account;
		const char *key;
		json_t *value;

		demo_moment_move(f, arena_printf(f->arena, "%lld", (long long)block));
		account = answer_account(&f->moment, f->pool, staker(), &f->err);
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
	struct demo_moment *f = *state;

	demo_moment_move(f, "100");
	assert_int_equal(ask(f, 90, UINT64_MAX, 0), 11);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_holding_is_the_pools_account_with_its_asset,
						demo_moment_begin, demo_moment_end),
		cmocka_unit_test_setup_teardown(who_was_never_seen_holds_nothing, demo_moment_begin,
						demo_moment_end),
		cmocka_unit_test_setup_teardown(points_are_the_account_as_of_their_blocks,
						demo_moment_begin, demo_moment_end),
		cmocka_unit_test_setup_teardown(the_moment_ends_the_history, demo_moment_begin,
						demo_moment_end),
	};

	return cmocka_run_group_tests(tests, demo_moment_sync, demo_moment_remove);
}
