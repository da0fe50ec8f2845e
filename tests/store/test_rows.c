#include "tests/store/mirror.h"

static void a_row_reads_as_it_was_at_any_block(void **state)
{
	struct mirror *m = *state;
	struct row_key key = test_key(1, 0, "alice");
	struct slice value;
	uint64_t written_at = 0;
	char text[64];

	mirror_begin(m);
	append_row(m, 10, "alice", "ten");
	append_row(m, 20, "alice", "twenty");
	append_row(m, 30, "alice", "");
	append_row(m, 40, "alice", "forty");
	assert_string_equal(row_at(text, m, key, 0), "-");
	assert_string_equal(row_at(text, m, key, 9), "-");
	assert_string_equal(row_at(text, m, key, 10), "ten");
	assert_string_equal(row_at(text, m, key, 19), "ten");
	assert_string_equal(row_at(text, m, key, 20), "twenty");
	assert_string_equal(row_at(text, m, key, 29), "twenty");
	assert_string_equal(row_at(text, m, key, 30), "-");
	assert_string_equal(row_at(text, m, key, 39), "-");
	assert_string_equal(row_at(text, m, key, 40), "forty");
	assert_string_equal(row_at(text, m, key, UINT64_MAX), "forty");
	assert_ok(store_row_get(&value, &written_at, m->txn, &key, 35 + 5, &m->err), m->err);
	assert_int_equal(written_at, 40);
	assert_ok(store_row_get(&value, &written_at, m->txn, &key, 25, &m->err), m->err);
	assert_int_equal(written_at, 20);
	mirror_commit(m);
	mirror_check(m);
}

static void block_zero_and_the_last_block_hold_rows_too(void **state)
{
	struct mirror *m = *state;
	struct row_key key = test_key(1, 0, "a");
	struct row_scan scan = {0};
	struct slice value;
	char text[64];

	mirror_begin(m);
	append_row(m, 0, "a", "first");
	append_row(m, UINT64_MAX, "a", "last");
	assert_string_equal(row_at(text, m, key, 0), "first");
	assert_string_equal(row_at(text, m, key, UINT64_MAX - 1), "first");
	assert_string_equal(row_at(text, m, key, UINT64_MAX), "last");
	for (int i = 0; i < 2; i++) {
		assert_ok(row_scan_open(&scan, m->txn, 1, 0, 1, i ? UINT64_MAX : 0, NULL, &m->err),
			  m->err);
		assert_ok(row_scan_next(&value, &scan, &m->err), m->err);
		assert_int_equal(row_scan_next(&value, &scan, &m->err), ERR_NOTFOUND);
		row_scan_close(&scan);
	}
	assert_ok(row_scan_open(&scan, m->txn, 1, 0, 1, 0, &key, &m->err), m->err);
	assert_int_equal(row_scan_next(&value, &scan, &m->err), ERR_NOTFOUND);
	row_scan_close(&scan);
	mirror_check(m);
	mirror_commit(m);
}

static void neighbours_are_not_mixed_up(void **state)
{
	struct mirror *m = *state;
	char text[64];
	struct row_version rows[] = {
		ROW(1, 0, "b", "1/0/b"),
		ROW(1, 0, "a", "1/0/a"),
		ROW(1, 1, "a", "1/1/a"),
		ROW(2, 0, "a", "2/0/a"),
		ROW(1, 256, "a", "1/256/a"),
		ROW(0, 0, "a", "0/0/a"),
		ROW(255, 65535, "", "255/65535"),
		ROW(3, 0, "", "3/0"),
		ROW(3, 1, "", "3/1"),
	};

	mirror_begin(m);
	append_rows(m, 5, rows, sizeof(rows) / sizeof(rows[0]));
	assert_string_equal(row_at(text, m, test_key(1, 0, "a"), 5), "1/0/a");
	assert_string_equal(row_at(text, m, test_key(1, 0, "b"), 5), "1/0/b");
	assert_string_equal(row_at(text, m, test_key(1, 1, "a"), 5), "1/1/a");
	assert_string_equal(row_at(text, m, test_key(2, 0, "a"), 5), "2/0/a");
	assert_string_equal(row_at(text, m, test_key(1, 256, "a"), 5), "1/256/a");
	assert_string_equal(row_at(text, m, test_key(0, 0, "a"), 5), "0/0/a");
	assert_string_equal(row_at(text, m, test_key(255, 65535, ""), 5), "255/65535");
	assert_string_equal(row_at(text, m, test_key(3, 0, ""), 5), "3/0");
	assert_string_equal(row_at(text, m, test_key(3, 1, ""), 5), "3/1");
	assert_string_equal(row_at(text, m, test_key(1, 0, "A"), 5), "-");
	assert_string_equal(row_at(text, m, test_key(1, 0, "c"), 5), "-");
	assert_string_equal(row_at(text, m, test_key(4, 0, "a"), 5), "-");
	assert_string_equal(row_at(text, m, test_key(3, 2, ""), 5), "-");
	mirror_commit(m);
	mirror_check(m);
}

/* The keys of table 1, pool `pool` as of `at`, a page of `limit` at a time: "a=1 b=2 ". */
static const char *scan_text(char *out, size_t size, struct mirror *m, uint16_t pool, uint64_t at,
			     size_t limit)
{
	struct row_key last = {0};
	bool has_last = false;
	size_t used = 0;

	out[0] = '\0';
	for (;;) {
		struct row_scan scan = {0};
		struct slice value;
		enum status status;
		size_t given = 0;

		assert_ok(row_scan_open(&scan, m->txn, 1, pool, 1, at, has_last ? &last : NULL,
					&m->err),
			  m->err);
		while (given < limit &&
		       (status = row_scan_next(&value, &scan, &m->err)) != ERR_NOTFOUND) {
			assert_ok(status, m->err);
			used += (size_t)snprintf(out + used, size - used, "%c=%.*s ",
						 scan.key.bytes[0], (int)value.size,
						 (const char *)value.data);
			last = scan.key;
			has_last = true;
			given++;
		}
		row_scan_close(&scan);
		if (given < limit)
			return out;
	}
}

static void a_scan_gives_the_rows_of_one_pool_in_key_order(void **state)
{
	struct mirror *m = *state;
	char text[256];

	mirror_begin(m);
	for (uint64_t block = 1; block <= 20; block++) {
		char number[8];
		struct row_version rows[] = {
			{.key = test_key(1, 7, "b")},
			ROW(1, 6, "b", "other"),
			ROW(1, 8, "b", "other"),
			ROW(1, 7, block % 2 ? "c" : "a", "x"),
		};

		(void)snprintf(number, sizeof(number), "%d", (int)block);
		rows[0].value = block == 15 ? slice_of(NULL, 0) : text_slice(number);
		append_rows(m, block, rows, 4);
	}
	for (size_t limit = 1; limit < 4; limit++) {
		assert_string_equal(scan_text(text, sizeof(text), m, 7, 0, limit), "");
		assert_string_equal(scan_text(text, sizeof(text), m, 7, 1, limit), "b=1 c=x ");
		assert_string_equal(scan_text(text, sizeof(text), m, 7, 2, limit), "a=x b=2 c=x ");
		assert_string_equal(scan_text(text, sizeof(text), m, 7, 14, limit),
				    "a=x b=14 c=x ");
		assert_string_equal(scan_text(text, sizeof(text), m, 7, 15, limit), "a=x c=x ");
		assert_string_equal(scan_text(text, sizeof(text), m, 7, 99, limit),
				    "a=x b=20 c=x ");
		assert_string_equal(scan_text(text, sizeof(text), m, 9, 99, limit), "");
	}
	mirror_commit(m);
}

static void a_scan_ends_quietly_more_than_once(void **state)
{
	struct mirror *m = *state;
	struct row_scan scan = {0};
	struct slice value;

	row_scan_close(&scan); /* never opened */
	mirror_begin(m);
	append_row(m, 1, "a", "1");
	assert_ok(row_scan_open(&scan, m->txn, 1, 0, 1, 9, NULL, &m->err), m->err);
	assert_ok(row_scan_next(&value, &scan, &m->err), m->err);
	assert_int_equal(row_scan_next(&value, &scan, &m->err), ERR_NOTFOUND);
	assert_int_equal(row_scan_next(&value, &scan, &m->err), ERR_NOTFOUND);
	row_scan_close(&scan);
	row_scan_close(&scan);
	mirror_commit(m);
}

static void a_page_key_of_another_table_is_refused(void **state)
{
	struct mirror *m = *state;
	struct row_scan scan = {0};
	struct row_key other = test_key(2, 0, "a");
	struct row_key longer = test_key(1, 0, "aa");

	mirror_begin(m);
	assert_int_equal(row_scan_open(&scan, m->txn, 1, 0, 1, 9, &other, &m->err), ERR_USAGE);
	row_scan_close(&scan);
	assert_int_equal(row_scan_open(&scan, m->txn, 1, 0, 1, 9, &longer, &m->err), ERR_USAGE);
	row_scan_close(&scan);
	mirror_commit(m);
}

static void keys_of_64_bytes_and_large_values_come_back(void **state)
{
	struct mirror *m = *state;
	struct row_version row = {.key = {.table = 9, .pool = 1, .size = ROW_KEY_MAX}};
	struct slice value;
	uint8_t *large = malloc(100000);

	assert_non_null(large);
	memset(row.key.bytes, 0xff, ROW_KEY_MAX);
	for (size_t i = 0; i < 100000; i++)
		large[i] = (uint8_t)(i * 7);
	row.value = slice_of(large, 100000);
	mirror_begin(m);
	append_rows(m, 1, &row, 1);
	mirror_commit(m);
	mirror_begin(m);
	assert_ok(store_row_get(&value, NULL, m->txn, &row.key, 1, &m->err), m->err);
	assert_true(slice_equal(value, slice_of(large, 100000)));
	mirror_check(m);
	mirror_commit(m);
	free(large);
}

static void a_key_of_another_size_is_corrupt(void **state)
{
	struct mirror *m = *state;
	struct row_key longer = test_key(1, 0, "ab");
	struct slice value;
	struct store_txn *txn;

	mirror_begin(m);
	append_row(m, 1, "b", "1");
	assert_int_equal(store_row_get(&value, NULL, m->txn, &longer, 5, &m->err), ERR_CORRUPT);
	append_row(m, 2, "abc", "1");
	mirror_commit(m);
	assert_ok(store_begin(&txn, m->store, STORE_READ, &m->err), m->err);
	assert_int_equal(store_check(txn, &m->err), ERR_CORRUPT);
	store_abort(txn);
}

static void readers_see_what_was_committed_when_they_began(void **state)
{
	struct mirror *m = *state;
	struct row_key key = test_key(1, 0, "a");
	struct store_txn *reader;
	struct slice value;

	mirror_begin(m);
	append_row(m, 1, "a", "old");
	mirror_commit(m);
	assert_ok(store_begin(&reader, m->store, STORE_READ, &m->err), m->err);
	mirror_begin(m);
	append_row(m, 2, "a", "new");
	assert_ok(store_row_get(&value, NULL, reader, &key, 9, &m->err), m->err);
	assert_true(slice_equal(value, text_slice("old")));
	mirror_commit(m);
	assert_ok(store_row_get(&value, NULL, reader, &key, 9, &m->err), m->err);
	assert_true(slice_equal(value, text_slice("old")));
	assert_ok(store_commit(reader, &m->err), m->err);
	assert_ok(store_begin(&reader, m->store, STORE_READ, &m->err), m->err);
	assert_ok(store_row_get(&value, NULL, reader, &key, 9, &m->err), m->err);
	assert_true(slice_equal(value, text_slice("new")));
	store_abort(reader);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, mirror_setup, mirror_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_row_reads_as_it_was_at_any_block),
		TEST(block_zero_and_the_last_block_hold_rows_too),
		TEST(neighbours_are_not_mixed_up),
		TEST(a_scan_gives_the_rows_of_one_pool_in_key_order),
		TEST(a_scan_ends_quietly_more_than_once),
		TEST(a_page_key_of_another_table_is_refused),
		TEST(keys_of_64_bytes_and_large_values_come_back),
		TEST(a_key_of_another_size_is_corrupt),
		TEST(readers_see_what_was_committed_when_they_began),
	};

	return cmocka_run_group_tests_name("store/rows", tests, NULL, NULL);
}
