/* Findings of abandoned blocks: which become notes, what is read back, how many are kept. */
#include "reconcile/withdrawn.h"

#include "tests/store/mirror.h"

enum { MANY = WITHDRAWN_MAX + 40 };

static const struct pool pools[] = {{.id = 0}, {.id = 1}};

static struct finding finding_of(uint64_t block, const char *state)
{
	return (struct finding){.check = "event-figures",
				.severity = SEVERITY_ERROR,
				.block = block,
				.subject = "shares",
				.expected = "1",
				.actual = "2",
				.difference = "1",
				.trace = "",
				.state = state,
				.first_seen = block,
				.resolved_at = strcmp(state, "open") == 0 ? 0 : block};
}

/* Appends a block with `count` findings of a pool, whose ids count up from `first`. */
static void append(struct mirror *m, uint64_t number, uint16_t pool, const struct finding *finding,
		   uint32_t first, uint32_t count)
{
	struct arena *arena = arena_new();
	struct row_version *rows = arena_array(arena, count ? count : 1, sizeof(*rows));
	struct block_write block = {.ref = test_ref(number), .rows = rows, .row_count = count};

	for (uint32_t i = 0; i < count; i++) {
		rows[i].key = (struct row_key){
			.table = table_finding.table, .pool = pool, .size = FINDING_ID_BYTES};
		put_be32(rows[i].key.bytes, first + i);
		rows[i].value = record_encode(arena, &record_finding, finding);
	}
	mirror_begin(m);
	assert_ok(store_append(m->txn, NULL, &block, &m->err), m->err);
	mirror_commit(m);
	arena_free(arena);
}

static uint64_t withdraw(struct mirror *m, uint64_t fork, uint64_t reorg)
{
	uint64_t count = 0;

	mirror_begin(m);
	for (size_t i = 0; i < 2; i++)
		assert_ok(withdrawn_put(&count, m->txn, &pools[i], fork, reorg, &m->err), m->err);
	assert_ok(withdrawn_trim(m->txn, &m->err), m->err);
	assert_ok(store_rewind(m->txn, fork, &m->err), m->err);
	mirror_commit(m);
	mirror_check(m);
	return count;
}

static size_t read_all(struct withdrawn_finding **out, struct arena *arena, struct mirror *m)
{
	size_t count;

	mirror_begin(m);
	assert_ok(withdrawn_read(out, &count, arena, m->txn, &m->err), m->err);
	store_abort(m->txn);
	m->txn = NULL;
	return count;
}

static void what_was_found_above_the_fork_is_noted(void **state)
{
	struct mirror *m = *state;
	struct arena *arena = arena_new();
	struct withdrawn_finding *items;
	struct finding below = finding_of(1, "open");
	struct finding open = finding_of(2, "open");
	struct finding resolved = finding_of(3, "resolved");

	append(m, 1, 0, &below, 10, 1);
	append(m, 2, 0, &open, 20, 1);
	append(m, 3, 1, &resolved, 30, 1);
	assert_int_equal(withdraw(m, 1, 7), 2);
	assert_int_equal(read_all(&items, arena, m), 2);
	assert_int_equal(items[0].pool, 0);
	assert_int_equal(items[0].key[3], 20);
	assert_int_equal(items[0].finding.block, 2);
	assert_string_equal(items[0].finding.state, "withdrawn");
	assert_string_equal(items[0].finding.check, "event-figures");
	assert_string_equal(items[0].finding.expected, "1");
	assert_int_equal(items[0].reorg, 7);
	assert_int_equal(items[0].fork, 1);
	assert_true(hash_equal(items[0].block_hash, test_ref(2).hash));
	assert_int_equal(items[1].pool, 1);
	assert_int_equal(items[1].finding.resolved_at, 3);
	assert_string_equal(items[1].finding.state, "withdrawn");
	arena_free(arena);
}

/* It was opened before, and is open again. */
static void an_end_that_is_taken_back_withdraws_nothing(void **state)
{
	struct mirror *m = *state;
	struct arena *arena = arena_new();
	struct withdrawn_finding *items;
	struct finding finding = finding_of(1, "open");

	append(m, 1, 0, &finding, 10, 1);
	finding.state = "resolved";
	finding.resolved_at = 2;
	append(m, 2, 0, &finding, 10, 1);
	assert_int_equal(withdraw(m, 1, 1), 0);
	assert_int_equal(read_all(&items, arena, m), 0);
	arena_free(arena);
}

static void of_one_finding_the_newest_withdrawal_is_kept(void **state)
{
	struct mirror *m = *state;
	struct arena *arena = arena_new();
	struct withdrawn_finding *items;
	struct withdrawn_finding one;
	struct finding finding = finding_of(2, "open");
	uint8_t key[FINDING_ID_BYTES] = {0, 0, 0, 10};

	append(m, 1, 0, NULL, 0, 0);
	for (uint64_t i = 1; i <= 3; i++) {
		append(m, 2, 0, &finding, 10, 1);
		assert_int_equal(withdraw(m, 1, i), 1);
	}
	assert_int_equal(read_all(&items, arena, m), 1);
	assert_int_equal(items[0].reorg, 3);
	mirror_begin(m);
	assert_ok(withdrawn_get(&one, arena, m->txn, 0, key, &m->err), m->err);
	assert_int_equal(one.reorg, 3);
	assert_int_equal(withdrawn_get(&one, arena, m->txn, 1, key, &m->err), ERR_NOTFOUND);
	arena_free(arena);
}

static void the_newest_of_very_many_are_kept(void **state)
{
	struct mirror *m = *state;
	struct arena *arena = arena_new();
	struct withdrawn_finding *items;
	struct finding finding = finding_of(2, "open");
	uint32_t of_last = 0;

	append(m, 1, 0, NULL, 0, 0);
	append(m, 2, 0, &finding, 1000, MANY);
	assert_int_equal(withdraw(m, 1, 1), MANY);
	assert_int_equal(read_all(&items, arena, m), WITHDRAWN_MAX);
	append(m, 2, 0, &finding, 5000, 3);
	assert_int_equal(withdraw(m, 1, 2), 3);
	assert_int_equal(read_all(&items, arena, m), WITHDRAWN_MAX);
	for (size_t i = 0; i < WITHDRAWN_MAX; i++)
		of_last += items[i].reorg == 2;
	assert_int_equal(of_last, 3);
	arena_free(arena);
}

static void an_empty_mirror_has_nothing_to_withdraw(void **state)
{
	struct mirror *m = *state;

	assert_int_equal(withdraw(m, 0, 1), 0);
}

#define MIRROR_TEST(name) cmocka_unit_test_setup_teardown(name, mirror_setup, mirror_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		MIRROR_TEST(what_was_found_above_the_fork_is_noted),
		MIRROR_TEST(an_end_that_is_taken_back_withdraws_nothing),
		MIRROR_TEST(of_one_finding_the_newest_withdrawal_is_kept),
		MIRROR_TEST(the_newest_of_very_many_are_kept),
		MIRROR_TEST(an_empty_mirror_has_nothing_to_withdraw),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
