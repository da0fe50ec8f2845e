/* Proved ranges: what appends and rewinds make of them, and what the check says of damaged ones. */
#include "store/proved.h"
#include "tests/store/mirror.h"

static enum status try_level(struct mirror *m, uint64_t number, uint8_t level)
{
	struct block_write block = {.ref = test_ref(number), .proof_level = level};

	return store_append(m->txn, NULL, &block, &m->err);
}

static void append_levels(struct mirror *m, uint64_t from, uint64_t to, uint8_t level)
{
	for (uint64_t number = from; number <= to; number++)
		assert_ok(try_level(m, number, level), m->err);
}

struct walk {
	char text[256];
	unsigned left;
};

static bool take(void *context, const struct proved_range *range)
{
	struct walk *walk = context;
	size_t length = strlen(walk->text);

	(void)snprintf(walk->text + length, sizeof(walk->text) - length,
		       "%" PRIu64 "-%" PRIu64 ":%" PRIu64 "@%u ", range->from, range->to,
		       range->block_count, range->level);
	return --walk->left > 0;
}

/* Each as from-to:blocks@level. */
static void expect(struct mirror *m, uint64_t at, const char *ranges)
{
	struct walk walk = {.left = 99};

	assert_ok(store_proved_each(m->txn, at, take, &walk, &m->err), m->err);
	assert_string_equal(walk.text, ranges);
}

static void an_empty_mirror_has_no_ranges(void **state)
{
	struct mirror *m = *state;

	mirror_begin(m);
	expect(m, 0, "");
	expect(m, UINT64_MAX, "");
	mirror_commit(m);
	mirror_check(m);
}

static void a_run_of_one_level_is_one_range(void **state)
{
	struct mirror *m = *state;

	mirror_begin(m);
	append_levels(m, 0, 9, 2);
	expect(m, UINT64_MAX, "0-9:10@2 ");
	mirror_commit(m);
	mirror_begin(m); /* goes on in another transaction */
	append_levels(m, 10, 12, 2);
	expect(m, UINT64_MAX, "0-12:13@2 ");
	append_levels(m, 13, 13, 0);
	append_levels(m, 14, 15, 3);
	mirror_commit(m);
	mirror_begin(m);
	append_levels(m, 16, 16, 3);
	append_levels(m, 17, 17, 2);
	expect(m, UINT64_MAX, "0-12:13@2 13-13:1@0 14-16:3@3 17-17:1@2 ");
	mirror_commit(m);
	mirror_check(m);
}

static void a_sparse_run_counts_its_blocks(void **state)
{
	struct mirror *m = *state;

	mirror_begin(m);
	append_levels(m, 100, 100, 2);
	append_levels(m, 5000, 5001, 2);
	append_levels(m, 90000, 90000, 2);
	expect(m, UINT64_MAX, "100-90000:4@2 ");
	mirror_commit(m);
	mirror_check(m);
}

static void a_walk_is_cut_at_a_block(void **state)
{
	struct mirror *m = *state;

	mirror_begin(m);
	append_levels(m, 10, 19, 1);
	append_levels(m, 30, 31, 2);
	append_levels(m, 40, 49, 2);
	append_levels(m, 60, 60, 2);
	mirror_commit(m);
	assert_ok(store_begin(&m->txn, m->store, STORE_READ, &m->err), m->err);
	expect(m, 9, "");
	expect(m, 10, "10-10:1@1 ");
	expect(m, 15, "10-15:6@1 ");
	expect(m, 19, "10-19:10@1 ");
	expect(m, 29, "10-19:10@1 ");
	expect(m, 30, "10-19:10@1 30-30:1@2 ");
	expect(m, 35, "10-19:10@1 30-31:2@2 ");
	expect(m, 40, "10-19:10@1 30-40:3@2 ");
	expect(m, 48, "10-19:10@1 30-48:11@2 "); /* counted from behind */
	expect(m, 59, "10-19:10@1 30-49:12@2 ");
	expect(m, 60, "10-19:10@1 30-60:13@2 ");
	expect(m, UINT64_MAX, "10-19:10@1 30-60:13@2 ");
}

static void a_walk_ends_where_it_is_told(void **state)
{
	struct mirror *m = *state;
	struct walk walk = {.left = 2};

	mirror_begin(m);
	append_levels(m, 1, 1, 1);
	append_levels(m, 2, 2, 2);
	append_levels(m, 3, 3, 1);
	assert_ok(store_proved_each(m->txn, UINT64_MAX, take, &walk, &m->err), m->err);
	assert_string_equal(walk.text, "1-1:1@1 2-2:1@2 ");
	mirror_commit(m);
}

static void a_rewind_takes_blocks_off_the_newest_range(void **state)
{
	struct mirror *m = *state;

	mirror_begin(m);
	append_levels(m, 1, 3, 2);
	append_levels(m, 7, 7, 2);
	append_levels(m, 8, 9, 1);
	mirror_commit(m);
	mirror_begin(m);
	assert_ok(store_rewind(m->txn, 8, &m->err), m->err);
	expect(m, UINT64_MAX, "1-7:4@2 8-8:1@1 ");
	assert_ok(store_rewind(m->txn, 7, &m->err), m->err);
	expect(m, UINT64_MAX, "1-7:4@2 ");
	assert_ok(store_rewind(m->txn, 5, &m->err), m->err);
	expect(m, UINT64_MAX, "1-3:3@2 ");
	append_levels(m, 4, 4, 2); /* goes on with what is left */
	expect(m, UINT64_MAX, "1-4:4@2 ");
	mirror_commit(m);
	mirror_check(m);
	mirror_begin(m);
	append_levels(m, 5, 6, 0);
	append_levels(m, 7, 7, 3);
	assert_ok(store_rewind(m->txn, 4, &m->err), m->err);
	append_levels(m, 8, 8, 2);
	expect(m, UINT64_MAX, "1-8:5@2 ");
	mirror_check(m);
	assert_ok(store_rewind(m->txn, 0, &m->err), m->err);
	expect(m, UINT64_MAX, "");
	append_levels(m, 2, 2, 1);
	expect(m, UINT64_MAX, "2-2:1@1 ");
	mirror_commit(m);
	mirror_check(m);
}

static void an_aborted_transaction_leaves_the_ranges(void **state)
{
	struct mirror *m = *state;

	mirror_begin(m);
	append_levels(m, 1, 3, 2);
	mirror_commit(m);
	mirror_begin(m);
	append_levels(m, 4, 5, 2);
	append_levels(m, 6, 6, 1);
	assert_ok(store_rewind(m->txn, 1, &m->err), m->err);
	store_abort(m->txn);
	m->txn = NULL;
	mirror_begin(m);
	expect(m, UINT64_MAX, "1-3:3@2 ");
	append_levels(m, 4, 4, 2);
	expect(m, UINT64_MAX, "1-4:4@2 ");
	mirror_commit(m);
}

static void many_ranges_are_kept_and_taken_back(void **state)
{
	enum { RANGES = 2000 };
	struct mirror *m = *state;
	MDB_stat entries;

	mirror_begin(m);
	for (uint64_t number = 1; number <= RANGES; number++)
		assert_ok(try_level(m, number, (uint8_t)(number % 2)), m->err);
	mirror_commit(m);
	mirror_check(m);
	mirror_begin(m);
	assert_int_equal(mdb_stat(m->txn->txn, m->store->dbi[DB_PROVED], &entries), 0);
	assert_int_equal(entries.ms_entries, RANGES);
	assert_ok(store_rewind(m->txn, 3, &m->err), m->err);
	expect(m, UINT64_MAX, "1-1:1@1 2-2:1@0 3-3:1@1 ");
	mirror_commit(m);
	mirror_check(m);
}

static void appending_to_a_range_costs_one_page_a_transaction(void **state)
{
	struct mirror *m = *state;
	uint64_t touched;

	mirror_begin(m);
	for (uint64_t number = 1; number <= 2000; number++) /* several pages of ranges */
		assert_ok(try_level(m, number, (uint8_t)(number % 2)), m->err);
	mirror_commit(m);
	mirror_begin(m);
	append_levels(m, 3000, 3000, 0);
	touched = m->txn->touched[DB_PROVED];
	assert_true(touched > 0);
	append_levels(m, 3001, 4000, 0);
	assert_int_equal(m->txn->touched[DB_PROVED], touched);
	mirror_commit(m);
}

/* ---- damage ---- */

static void raw_range(struct mirror *m, uint64_t from, uint64_t to, uint64_t blocks, uint8_t level)
{
	uint8_t key[8];
	uint8_t value[17];
	MDB_val k = val_of(key, sizeof(key));
	MDB_val v = val_of(value, sizeof(value));

	put_be64(key, from);
	put_be64(value, to);
	put_be64(value + 8, blocks);
	value[16] = level;
	assert_int_equal(mdb_put(m->txn->txn, m->store->dbi[DB_PROVED], &k, &v, 0), 0);
}

static void raw_entry(struct mirror *m, size_t key_size, size_t size)
{
	uint8_t key[16] = {0, 0, 0, 0, 0, 0, 0, 20};
	uint8_t value[32] = {0};
	MDB_val k = val_of(key, key_size);
	MDB_val v = val_of(value, size);

	assert_int_equal(mdb_put(m->txn->txn, m->store->dbi[DB_PROVED], &k, &v, 0), 0);
}

static void raw_loss(struct mirror *m, uint64_t from)
{
	uint8_t key[8];
	MDB_val k = val_of(key, sizeof(key));

	put_be64(key, from);
	assert_int_equal(mdb_del(m->txn->txn, m->store->dbi[DB_PROVED], &k, NULL), 0);
}

static void lose_the_first(struct mirror *m)
{
	raw_loss(m, 10);
}

static void lose_the_last(struct mirror *m)
{
	raw_loss(m, 20);
}

static void change_the_level(struct mirror *m)
{
	raw_range(m, 20, 30, 3, 3);
}

static void end_too_early(struct mirror *m)
{
	raw_range(m, 20, 29, 3, 2);
}

static void end_too_late(struct mirror *m)
{
	raw_range(m, 20, 31, 3, 2);
}

static void count_too_few(struct mirror *m)
{
	raw_range(m, 20, 30, 2, 2);
}

static void count_too_many(struct mirror *m)
{
	raw_range(m, 20, 30, 4, 2);
}

static void reach_above(struct mirror *m)
{
	raw_range(m, 20, 40, 4, 2);
}

static void add_one_above(struct mirror *m)
{
	raw_range(m, 40, 40, 1, 1);
}

static void cut_one_in_two(struct mirror *m)
{
	raw_range(m, 20, 25, 2, 2);
	raw_range(m, 30, 30, 1, 2);
}

static void begin_too_early(struct mirror *m)
{
	raw_loss(m, 20);
	raw_range(m, 19, 30, 3, 2);
}

static void overlap(struct mirror *m)
{
	raw_range(m, 25, 30, 2, 2);
}

static void be_empty(struct mirror *m)
{
	raw_range(m, 20, 30, 0, 2);
}

static void end_before_it_begins(struct mirror *m)
{
	raw_range(m, 20, 19, 3, 2);
}

static void have_more_blocks_than_numbers(struct mirror *m)
{
	raw_range(m, 20, 21, 3, 2);
}

static void shorten_the_value(struct mirror *m)
{
	raw_entry(m, 8, 16);
}

static void lengthen_a_key(struct mirror *m)
{
	raw_entry(m, 9, 17);
}

static const struct damage {
	const char *name;
	void (*make)(struct mirror *m);
	const char *words; /* that the check finds */
} damages[] = {
	{"lose the first", lose_the_first, "block 10: no proved range holds it"},
	{"lose the last", lose_the_last, "block 20: no proved range holds it"},
	{"change the level", change_the_level,
	 "block 20: its proof level is 2, its proved range's 3"},
	{"end too early", end_too_early,
	 "block 30: it is number 3 of its proved range, which has 3 blocks up to 29"},
	{"end too late", end_too_late,
	 "block 30: it is number 3 of its proved range, which has 3 blocks up to 31"},
	{"count too few", count_too_few,
	 "block 25: it is number 2 of its proved range, which has 2 blocks up to 30"},
	{"count too many", count_too_many,
	 "block 30: it is number 3 of its proved range, which has 4 blocks up to 30"},
	{"reach above", reach_above,
	 "block 20: the proved range that begins there ends above the newest block"},
	{"add one above", add_one_above, "block 40: a proved range begins there, but no block"},
	{"cut one in two", cut_one_in_two,
	 "block 30: the proved range that begins there should go on the one before"},
	{"begin too early", begin_too_early, "block 20: no proved range holds it"},
	{"overlap", overlap, "block 25: a proved range begins there, but no block"},
	{"be empty", be_empty, "block 20: the proved range that begins there is damaged"},
	{"end before it begins", end_before_it_begins,
	 "block 20: the proved range that begins there is damaged"},
	{"have more blocks than numbers", have_more_blocks_than_numbers,
	 "block 20: the proved range that begins there is damaged"},
	{"shorten the value", shorten_the_value,
	 "block 20: the proved range that begins there is damaged"},
	{"lengthen a key", lengthen_a_key, "a key of 9 bytes among the proved ranges"},
};

enum { DAMAGES = sizeof(damages) / sizeof(damages[0]) };

static void append_two_ranges(struct mirror *m)
{
	mirror_begin(m);
	append_levels(m, 10, 11, 1);
	append_levels(m, 20, 20, 2);
	append_levels(m, 25, 25, 2);
	append_levels(m, 30, 30, 2);
	mirror_commit(m);
}

static void the_check_finds_every_damage(void **state)
{
	struct mirror *m = *state;

	append_two_ranges(m);
	for (size_t i = 0; i < DAMAGES; i++) {
		mirror_begin(m);
		assert_ok(store_check(m->txn, &m->err), m->err);
		damages[i].make(m);
		if (store_check(m->txn, &m->err) != ERR_CORRUPT)
			fail_msg("%s is not found", damages[i].name);
		if (!strstr(m->err.message, damages[i].words))
			fail_msg("%s: %s", damages[i].name, m->err.message);
		store_abort(m->txn);
		m->txn = NULL;
	}
}

static void end_transaction(struct mirror *m, enum status status)
{
	if (status == OK) {
		store_abort(m->txn);
	} else { /* half a block is never committed */
		assert_int_equal(status, ERR_CORRUPT);
		assert_int_equal(store_commit(m->txn, &m->err), ERR_CORRUPT);
	}
	m->txn = NULL;
}

static void damaged_ranges_are_read_and_written_without_a_crash(void **state)
{
	struct mirror *m = *state;

	append_two_ranges(m);
	for (size_t i = 0; i < DAMAGES; i++) {
		mirror_begin(m);
		damages[i].make(m);
		for (uint64_t at = 0; at <= 45; at++) {
			struct walk walk = {.left = 99};
			enum status status = store_proved_each(m->txn, at, take, &walk, &m->err);

			assert_true(status == OK || status == ERR_CORRUPT);
		}
		end_transaction(m, try_level(m, 41, 2));
		mirror_begin(m);
		damages[i].make(m);
		end_transaction(m, store_rewind(m->txn, 0, &m->err));
		mirror_check(m);
	}
}

static void a_newest_range_that_does_not_end_in_the_newest_block_stops_writing(void **state)
{
	struct mirror *m = *state;
	static const char words[] = "block 30: the newest proved range does not end in it";

	append_two_ranges(m);
	for (int is_rewind = 0; is_rewind < 2; is_rewind++) {
		mirror_begin(m);
		lose_the_last(m);
		assert_int_equal(is_rewind ? store_rewind(m->txn, 20, &m->err)
					   : try_level(m, 31, 2),
				 ERR_CORRUPT);
		assert_string_equal(m->err.message, words);
		assert_int_equal(store_commit(m->txn, &m->err), ERR_CORRUPT);
		m->txn = NULL;
	}
	mirror_begin(m);
	append_levels(m, 31, 31, 2);
	expect(m, UINT64_MAX, "10-11:2@1 20-31:4@2 ");
	mirror_commit(m);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, mirror_setup, mirror_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_empty_mirror_has_no_ranges),
		TEST(a_run_of_one_level_is_one_range),
		TEST(a_sparse_run_counts_its_blocks),
		TEST(a_walk_is_cut_at_a_block),
		TEST(a_walk_ends_where_it_is_told),
		TEST(a_rewind_takes_blocks_off_the_newest_range),
		TEST(an_aborted_transaction_leaves_the_ranges),
		TEST(many_ranges_are_kept_and_taken_back),
		TEST(appending_to_a_range_costs_one_page_a_transaction),
		TEST(the_check_finds_every_damage),
		TEST(damaged_ranges_are_read_and_written_without_a_crash),
		TEST(a_newest_range_that_does_not_end_in_the_newest_block_stops_writing),
	};

	return cmocka_run_group_tests_name("store/proved", tests, NULL, NULL);
}
