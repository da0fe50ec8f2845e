/*
 * One moment of a mirror: as of a number, a hash, the newest or the finalized block.
 */
#include "serve/reader.h"

#include "serve/answer/answer.h"
#include "tests/support/demo_chain.h"
#include "tests/support/made.h"

static struct demo demo;

static int sync_once(void **state)
{
	static const struct demo_options options = {0};

	(void)state;
	demo_open(&demo, &options);
	return demo_sync(&demo, 200) == OK ? 0 : -1;
}

static int remove_it(void **state)
{
	(void)state;
	demo_close(&demo);
	return 0;
}

/* The block that `at` is, or the failed test. */
static struct moment open_at(struct arena *arena, const char *at)
{
	struct moment moment;
	struct error err;

	assert_ok(moment_open(&moment, &demo.config, at, arena, &err), err);
	return moment;
}

static void refuse(const char *at, enum status wanted, const char *words)
{
	struct arena *arena = arena_new();
	struct moment moment;
	struct error err;
	enum status st = moment_open(&moment, &demo.config, at, arena, &err);

	if (st != wanted || !strstr(err.message, words))
		fail_msg("%s: %s: %s (expected %s)", at, status_name(st), err.message, words);
	arena_free(arena);
}

static void a_moment_is_the_newest_block_unless_another_is_named(void **state)
{
	static const char *const names[] = {NULL, "latest", "200"};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct moment moment = open_at(arena, names[i]);

		assert_int_equal(moment.number, 200);
		assert_true(moment.has_record);
		assert_int_equal(moment.cursor.ref.number, 200);
		assert_true(moment.time_earliest == moment.record.ref.timestamp);
		assert_true(moment.time_latest == moment.time_earliest);
		moment_close(&moment);
	}
	arena_free(arena);
}

static void a_moment_is_named_by_number_or_hash(void **state)
{
	struct arena *arena = arena_new();
	struct moment by_number = open_at(arena, "57");
	char text[HEX_SIZE(HASH_BYTES)];
	struct moment by_hash;

	(void)state;
	by_hash = open_at(arena, hash_format(text, by_number.record.ref.hash));
	assert_int_equal(by_hash.number, 57);
	assert_true(hash_equal(by_hash.record.digest, by_number.record.digest));
	assert_int_equal(moment_reading(&by_hash, &demo.config.pools[0]).block, 57);
	moment_close(&by_hash);
	moment_close(&by_number);
	arena_free(arena);
}

static void the_finalized_block_is_never_above_the_mirror(void **state)
{
	struct arena *arena = arena_new();
	struct moment moment;
	struct error err;
	enum status st = moment_open(&moment, &demo.config, "finalized", arena, &err);

	(void)state;
	/* A recorded chain may know no such tag. */
	if (st == ERR_NOTFOUND) {
		assert_non_null(strstr(err.message, "finalized"));
	} else {
		assert_ok(st, err);
		assert_true(moment.number <= 200);
		moment_close(&moment);
	}
	arena_free(arena);
}

static void blocks_that_are_not_there_are_refused(void **state)
{
	(void)state;
	refuse("201", ERR_NOTFOUND, "has come to block 200, not yet to 201");
	refuse("18446744073709551615", ERR_NOTFOUND, "has come to block 200");
	refuse("0", ERR_NOTFOUND, "begins at block 1");
	refuse("0x0123456789012345678901234567890123456789012345678901234567890123", ERR_NOTFOUND,
	       "the mirror has no block 0x0123");
}

static void what_is_no_block_is_refused(void **state)
{
	static const char *const bad[] = {
		"", "-1", "1.5", "ten", "1 ", " 1", "007", "18446744073709551616", "LATEST"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refuse(bad[i], ERR_USAGE, "is no block");
	refuse("0x12", ERR_USAGE, "is no block hash");
	refuse("0x", ERR_USAGE, "is no block hash");
}

static void a_pool_is_found_by_its_name(void **state)
{
	const struct pool *pool = NULL;
	struct error err;

	(void)state;
	assert_ok(moment_pool(&pool, &demo.config, "api3", &err), err);
	assert_ptr_equal(pool, &demo.config.pools[0]);
	assert_int_equal(moment_pool(&pool, &demo.config, "API3", &err), ERR_USAGE);
	assert_non_null(strstr(err.message, "no pool \"API3\" in demo; it has: api3"));
	assert_int_equal(moment_pool(&pool, &demo.config, "", &err), ERR_USAGE);
}

static void a_mirror_of_something_else_is_refused(void **state)
{
	static const struct demo_options renamed = {.pool_name = "other"};
	static const struct demo_options elsewhere = {.chain_id = 1};
	struct arena *arena = arena_new();
	struct moment moment;
	struct demo other;
	struct error err;

	(void)state;
	demo_open(&other, &renamed);
	assert_int_equal(moment_open(&moment, &other.config, NULL, arena, &err), ERR_NOTFOUND);
	other.config.store_path = demo.config.store_path;
	assert_int_equal(moment_open(&moment, &other.config, NULL, arena, &err), ERR_DENIED);
	assert_non_null(strstr(err.message, "is of other pools"));
	demo_close(&other);
	demo_open(&other, &elsewhere);
	other.config.store_path = demo.config.store_path;
	assert_int_equal(moment_open(&moment, &other.config, NULL, arena, &err), ERR_DENIED);
	assert_non_null(strstr(err.message, "is of chain 31337"));
	demo_close(&other);
	arena_free(arena);
}

static void an_empty_mirror_says_what_to_do(void **state)
{
	static const struct demo_options options = {0};
	struct store_identity identity;
	struct arena *arena = arena_new();
	struct moment moment;
	struct demo other;
	struct store *store;
	struct error err;

	(void)state;
	demo_open(&other, &options);
	identity = (struct store_identity){.chain_id = other.config.chain_id,
					   .pool_set = other.config.pool_set};
	assert_ok(store_open(&store, other.folder, STORE_WRITE, &identity, &err), err);
	store_close(store);
	assert_int_equal(moment_open(&moment, &other.config, NULL, arena, &err), ERR_NOTFOUND);
	assert_non_null(strstr(err.message, "holds no block yet"));
	demo_close(&other);
	arena_free(arena);
}

static void a_moment_stays_while_the_mirror_goes_on(void **state)
{
	static const struct demo_options options = {0};
	struct arena *arena = arena_new();
	struct moment moment;
	struct moment later;
	struct demo other;
	struct error err;

	(void)state;
	demo_open(&other, &options);
	assert_ok(demo_sync(&other, 100), other.err);
	assert_ok(moment_open(&moment, &other.config, NULL, arena, &err), err);
	assert_ok(moment_status(&moment, &err), err);
	assert_int_equal(moment.number, 100);
	moment_close(&moment);
	assert_ok(demo_sync(&other, 110), other.err);
	assert_ok(moment_open(&later, &other.config, "100", arena, &err), err);
	assert_int_equal(later.number, 100);
	assert_int_equal(later.cursor.ref.number, 110);
	assert_true(hash_equal(later.record.digest, moment.record.digest));
	moment_close(&later);
	demo_close(&other);
	arena_free(arena);
}

/* ---- moment after moment ---- */

static struct moment begin_at(struct reader *reader, struct arena *arena, const char *at,
			      uint64_t deadline_ms)
{
	struct moment moment;
	struct error err;

	assert_ok(moment_begin(&moment, reader, at, false, deadline_ms, arena, &err), err);
	return moment;
}

static struct reader *open_reader(void)
{
	struct reader *reader;
	struct error err;

	assert_ok(reader_open(&reader, &demo.config, &err), err);
	return reader;
}

static void a_readers_moments_are_what_others_are(void **state)
{
	struct reader *reader = open_reader();
	struct arena *arena = arena_new();
	struct moment own = open_at(arena, "57");
	struct moment one = begin_at(reader, arena, "57", 0);
	struct moment other = begin_at(reader, arena, NULL, 0);
	struct error err;

	(void)state;
	assert_int_equal(one.number, 57);
	assert_int_equal(other.number, 200);
	assert_true(hash_equal(one.record.digest, own.record.digest));
	assert_int_equal(moment_commit(&one), reader_commit(reader));
	assert_int_equal(moment_commit(&own), reader_commit(reader));
	assert_ok(moment_goes_on(&own, &err), err);
	assert_ok(moment_goes_on(&one, &err), err);
	assert_true(moment_is_final(&one));
	moment_close(&own);
	moment_close(&one);
	moment_close(&other);
	assert_int_equal(moment_begin(&one, reader, "201", false, 0, arena, &err), ERR_NOTFOUND);
	one = begin_at(reader, arena, "1", 0);
	moment_close(&one);
	reader_close(reader);
	arena_free(arena);
}

static void a_reader_hears_of_repairs(void **state)
{
	struct made_branch *branch = xcalloc(1, sizeof(*branch));
	struct arena *arena = arena_new();
	struct reader *reader;
	struct moment before;
	struct made made;
	struct error err;
	uint64_t repairs;
	uint64_t commit;

	(void)state;
	made_open(&made);
	for (uint64_t i = 0; i < 8; i++)
		made_extend(branch, i + 1, 1);
	made_write(&made, branch, 6);
	assert_ok(reader_open(&reader, &made.config, &err), err);
	commit = reader_commit(reader);
	assert_int_equal(reader_repairs(reader, commit), 0);
	assert_ok(moment_begin(&before, reader, NULL, false, 0, arena, &err), err);
	made_write(&made, branch, 8);
	assert_int_equal(reader_repairs(reader, reader_commit(reader)), 0);
	made_drop(&made, 5);
	assert_int_equal(reader_repairs(reader, reader_commit(reader)), 1);
	made_write(&made, branch, 8);
	assert_int_equal(reader_repairs(reader, reader_commit(reader)), 1);
	assert_int_equal(reader_repairs(reader, commit), 1); /* whoever is late hears the newest */
	assert_int_equal(reader_repairs(reader, 0), UINT64_MAX);
	assert_ok(moment_repairs(&repairs, &before, &err), err);
	assert_int_equal(repairs, 0); /* but what was begun is of then */
	moment_close(&before);
	reader_close(reader);
	made_close(&made);
	arena_free(arena);
	free(branch);
}

static bool is_over(const struct moment *moment, const char *words)
{
	struct error err;

	return moment_goes_on(moment, &err) == ERR_AGAIN && strstr(err.message, words);
}

static void walks_end_when_the_moment_is_over(void **state)
{
	struct reader *reader = open_reader();
	struct arena *arena = arena_new();
	struct moment late = begin_at(reader, arena, NULL, 1);
	struct moment soon = begin_at(reader, arena, NULL, UINT64_MAX);
	const struct pool *pool = &demo.config.pools[0];
	const struct event_query events = {.to_block = UINT64_MAX};
	const struct finding_query findings = {0};
	const struct history_query history = {.to_block = UINT64_MAX, .points = 10};
	struct page page = {.limit = 10};
	json_t *answers[6];
	struct error err;

	(void)state;
	assert_true(is_over(&late, "takes longer than a request may"));
	answers[0] = answer_accounts(&late, pool, &page, &err);
	assert_int_equal(err.status, ERR_AGAIN);
	answers[1] = answer_payouts(&late, pool, &page, &err);
	assert_int_equal(err.status, ERR_AGAIN);
	answers[2] = answer_events(&late, &events, &page, &err);
	assert_int_equal(err.status, ERR_AGAIN);
	answers[3] = answer_history(&late, pool, &history, &err);
	assert_int_equal(err.status, ERR_AGAIN);
	for (int i = 0; i < 4; i++)
		assert_null(answers[i]);
	answers[4] = answer_findings(&soon, &findings, &page, &err);
	answers[5] = answer_accounts(&soon, pool, &page, &err);
	assert_non_null(answers[4]);
	assert_non_null(answers[5]);
	json_decref(answers[4]);
	json_decref(answers[5]);
	reader_stop(reader);
	assert_true(is_over(&soon, "the server ends"));
	assert_null(answer_accounts(&soon, pool, &page, &err));
	moment_close(&late);
	moment_close(&soon);
	reader_close(reader);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_moment_is_the_newest_block_unless_another_is_named),
		cmocka_unit_test(a_moment_is_named_by_number_or_hash),
		cmocka_unit_test(the_finalized_block_is_never_above_the_mirror),
		cmocka_unit_test(blocks_that_are_not_there_are_refused),
		cmocka_unit_test(what_is_no_block_is_refused),
		cmocka_unit_test(a_pool_is_found_by_its_name),
		cmocka_unit_test(a_mirror_of_something_else_is_refused),
		cmocka_unit_test(an_empty_mirror_says_what_to_do),
		cmocka_unit_test(a_moment_stays_while_the_mirror_goes_on),
		cmocka_unit_test(a_readers_moments_are_what_others_are),
		cmocka_unit_test(a_reader_hears_of_repairs),
		cmocka_unit_test(walks_end_when_the_moment_is_over),
	};

	return cmocka_run_group_tests(tests, sync_once, remove_it);
}
