#include "tests/store/mirror.h"

static struct stored_event test_event(uint32_t log_index, uint64_t transaction, const char *text)
{
	return (struct stored_event){.log_index = log_index,
				     .transaction_hash = test_hash(transaction, 2),
				     .value = text_slice(text)};
}

static struct hash digest_now(struct mirror *m)
{
	struct block_record record;

	assert_ok(store_cursor(&record, m->txn, &m->err), m->err);
	return record.digest;
}

/* Three blocks with rows and events. */
static void append_three(struct mirror *m)
{
	for (uint64_t number = 10; number <= 30; number += 10) {
		struct row_version rows[] = {ROW(1, 0, "a", "one"), ROW(2, 3, "bb", "two"),
					     ROW(0x80, 0, "c", "three")};
		struct stored_event events[] = {test_event(1, number, "x"),
						test_event(2, number, "y"),
						test_event(7, number + 1, "")};

		assert_ok(try_append(m, number, rows, 3, events, 3), m->err);
	}
}

static void an_empty_store_has_no_cursor(void **state)
{
	struct mirror *m = *state;
	struct block_record record;

	mirror_begin(m);
	assert_int_equal(store_cursor(&record, m->txn, &m->err), ERR_NOTFOUND);
	assert_int_equal(store_block(&record, m->txn, 1, &m->err), ERR_NOTFOUND);
	assert_int_equal(store_block_above(&record, m->txn, 0, &m->err), ERR_NOTFOUND);
	assert_int_equal(store_block_below(&record, m->txn, UINT64_MAX, &m->err), ERR_NOTFOUND);
	assert_int_equal(store_block_by_hash(&record, m->txn, test_hash(1, 1), &m->err),
			 ERR_NOTFOUND);
	assert_ok(store_rewind(m->txn, 0, &m->err), m->err);
	assert_ok(store_check(m->txn, &m->err), m->err);
	mirror_commit(m);
}

static void a_block_record_comes_back_whole(void **state)
{
	struct mirror *m = *state;
	struct block_record record;
	struct block_ref ref = test_ref(20);

	mirror_begin(m);
	append_three(m);
	mirror_commit(m);
	mirror_begin(m);
	assert_ok(store_block(&record, m->txn, 20, &m->err), m->err);
	assert_int_equal(record.ref.number, 20);
	assert_true(hash_equal(record.ref.hash, ref.hash));
	assert_true(hash_equal(record.ref.parent_hash, ref.parent_hash));
	assert_int_equal(record.ref.timestamp, ref.timestamp);
	assert_int_equal(record.row_count, 3);
	assert_int_equal(record.event_count, 3);
	assert_int_equal(record.proof_level, 0);
	assert_ok(store_block_by_hash(&record, m->txn, ref.hash, &m->err), m->err);
	assert_int_equal(record.ref.number, 20);
	assert_ok(store_cursor(&record, m->txn, &m->err), m->err);
	assert_int_equal(record.ref.number, 30);
	mirror_commit(m);
}

static void hashes_that_begin_alike_are_told_apart(void **state)
{
	struct mirror *m = *state;
	struct block_record record;
	struct hash hash = test_hash(1, 1);
	struct block_write block = {.ref = {.hash = hash}};

	mirror_begin(m);
	for (uint64_t number = 1; number <= 3; number++) {
		block.ref.number = number;
		block.ref.parent_hash = block.ref.hash;
		block.ref.hash.bytes[31] = (uint8_t)number;
		assert_ok(store_append(m->txn, NULL, &block, &m->err), m->err);
	}
	hash.bytes[31] = 2;
	assert_ok(store_block_by_hash(&record, m->txn, hash, &m->err), m->err);
	assert_int_equal(record.ref.number, 2);
	hash.bytes[31] = 9;
	assert_int_equal(store_block_by_hash(&record, m->txn, hash, &m->err), ERR_NOTFOUND);
	assert_ok(store_check(m->txn, &m->err), m->err);
	mirror_commit(m);
}

static void blocks_that_do_not_fit_are_refused_and_change_nothing(void **state)
{
	struct mirror *m = *state;
	struct row_version twice[] = {ROW(1, 0, "a", "1"), ROW(1, 0, "b", "2"),
				      ROW(1, 0, "a", "3")};
	struct row_version sizes[] = {ROW(1, 0, "a", "1"), ROW(1, 0, "bb", "2")};
	struct stored_event same[] = {test_event(4, 1, "x"), test_event(4, 2, "y")};
	struct stored_event falling[] = {test_event(4, 1, "x"), test_event(3, 2, "y")};
	struct hash before;

	mirror_begin(m);
	append_three(m);
	before = digest_now(m);
	assert_int_equal(try_append(m, 30, NULL, 0, NULL, 0), ERR_CORRUPT);
	assert_int_equal(try_append(m, 29, NULL, 0, NULL, 0), ERR_CORRUPT);
	assert_int_equal(try_append(m, 31, twice, 3, NULL, 0), ERR_CORRUPT);
	assert_non_null(
		strstr(m->err.message, "block 31: row 0x61 of table 1, pool 0 comes twice"));
	assert_int_equal(try_append(m, 31, sizes, 2, NULL, 0), ERR_CORRUPT);
	assert_int_equal(try_append(m, 31, NULL, 0, same, 2), ERR_CORRUPT);
	assert_int_equal(try_append(m, 31, NULL, 0, falling, 2), ERR_CORRUPT);
	assert_true(hash_equal(before, digest_now(m)));
	append_row(m, 31, "a", "1");
	assert_ok(store_check(m->txn, &m->err), m->err);
	mirror_commit(m);
	mirror_check(m);
}

static void readers_may_not_write(void **state)
{
	struct mirror *m = *state;
	struct store_txn *reader;
	struct block_write block = {.ref = test_ref(1)};

	assert_ok(store_begin(&reader, m->store, STORE_READ, &m->err), m->err);
	assert_int_equal(store_append(reader, NULL, &block, &m->err), ERR_USAGE);
	assert_int_equal(store_rewind(reader, 0, &m->err), ERR_USAGE);
	assert_int_equal(store_txn_bytes(reader), 0);
	store_abort(reader);
	store_abort(NULL);
	assert_ok(store_commit(NULL, &m->err), m->err);
}

static void the_digest_is_as_the_header_says(void **state)
{
	struct mirror *m = *state;
	struct row_version rows[] = {ROW(2, 258, "k", "later"), ROW(1, 0, "zz", ""),
				     ROW(0x80, 0, "k", "kept out")};
	struct block_write block = {.ref = test_ref(9), .rows = rows, .row_count = 3};
	uint8_t bytes[256] = {0};
	size_t size = 32;
	struct hash digest;

	memcpy(bytes + size, block.ref.hash.bytes, 32);
	size += 32;
	memcpy(bytes + size, "\0\0\0\5\1\0\0zz\0\0\0\0", 13);
	size += 13;
	memcpy(bytes + size, "\0\0\0\4\2\1\2k\0\0\0\5later", 17);
	size += 17;
	mirror_begin(m);
	assert_ok(store_append(m->txn, &digest, &block, &m->err), m->err);
	assert_true(hash_equal(digest, keccak256(bytes, size)));
	assert_true(hash_equal(digest, digest_now(m)));
	assert_int_equal(rows[0].key.table, 1); /* sorted in place */
	assert_int_equal(rows[2].key.table, 0x80);
	mirror_commit(m);
}

static void blocks_without_digested_rows_leave_the_digest(void **state)
{
	struct mirror *m = *state;
	struct row_version undigested = ROW(0x80, 0, "a", "1");
	struct stored_event event = test_event(1, 1, "x");
	struct hash before;

	mirror_begin(m);
	append_three(m);
	before = digest_now(m);
	assert_ok(try_append(m, 31, NULL, 0, NULL, 0), m->err);
	assert_ok(try_append(m, 32, &undigested, 1, &event, 1), m->err);
	assert_true(hash_equal(before, digest_now(m)));
	append_row(m, 33, "a", "");
	assert_false(hash_equal(before, digest_now(m)));
	assert_ok(store_check(m->txn, &m->err), m->err);
	mirror_commit(m);
}

static void changes_name_the_rows_of_a_block_in_order(void **state)
{
	struct mirror *m = *state;
	static struct row_version rows[600];
	struct arena *arena = arena_new();
	struct row_key *changes;
	size_t count;

	for (size_t i = 0; i < 600; i++) {
		char name[8];

		(void)snprintf(name, sizeof(name), "%03d", (int)(599 - i));
		rows[i] =
			(struct row_version){.key = test_key(1, 0, name), .value = text_slice("v")};
	}
	mirror_begin(m);
	assert_ok(try_append(m, 1, NULL, 0, NULL, 0), m->err);
	append_rows(m, 2, rows, 600);
	assert_ok(store_changes(&changes, &count, arena, m->txn, 1, &m->err), m->err);
	assert_int_equal(count, 0);
	assert_ok(store_changes(&changes, &count, arena, m->txn, 2, &m->err), m->err);
	assert_int_equal(count, 600);
	for (size_t i = 0; i < 600; i++) {
		char name[8];

		(void)snprintf(name, sizeof(name), "%03d", (int)i);
		assert_memory_equal(changes[i].bytes, name, 3);
	}
	assert_int_equal(store_changes(&changes, &count, arena, m->txn, 3, &m->err), ERR_NOTFOUND);
	mirror_commit(m);
	arena_free(arena);
}

static void a_rewind_takes_back_everything_above(void **state)
{
	struct mirror *m = *state;
	struct block_record record;
	struct store_stats stats;
	struct hash digest;
	uint64_t block;

	mirror_begin(m);
	append_three(m);
	assert_ok(store_block(&record, m->txn, 20, &m->err), m->err);
	digest = record.digest;
	assert_ok(store_rewind(m->txn, 30, &m->err), m->err);
	assert_ok(store_cursor(&record, m->txn, &m->err), m->err);
	assert_int_equal(record.ref.number, 30);
	assert_ok(store_rewind(m->txn, 25, &m->err), m->err);
	assert_ok(store_cursor(&record, m->txn, &m->err), m->err);
	assert_int_equal(record.ref.number, 20);
	assert_true(hash_equal(record.digest, digest));
	assert_int_equal(store_block_by_hash(&record, m->txn, test_ref(30).hash, &m->err),
			 ERR_NOTFOUND);
	assert_int_equal(
		store_transaction_block(&block, m->txn, test_hash(30, 2), NULL, NULL, &m->err),
		ERR_NOTFOUND);
	assert_ok(store_check(m->txn, &m->err), m->err);
	mirror_commit(m);
	mirror_begin(m);
	assert_ok(store_rewind(m->txn, 0, &m->err), m->err);
	assert_int_equal(store_cursor(&record, m->txn, &m->err), ERR_NOTFOUND);
	mirror_commit(m);
	mirror_begin(m);
	assert_ok(store_stats(&stats, m->txn, &m->err), m->err);
	assert_int_equal(stats.block_count + stats.event_count + stats.row_version_count, 0);
	for (unsigned db = DB_BLOCKS; db < DB_COUNT; db++) {
		MDB_stat entries;

		assert_int_equal(mdb_stat(m->txn->txn, m->store->dbi[db], &entries), 0);
		assert_int_equal(entries.ms_entries, 0);
	}
	mirror_commit(m);
}

static void aborted_blocks_never_were(void **state)
{
	struct mirror *m = *state;
	struct block_record record;

	mirror_begin(m);
	append_row(m, 1, "a", "1");
	mirror_commit(m);
	mirror_begin(m);
	append_row(m, 2, "a", "2");
	assert_true(store_txn_bytes(m->txn) > 0);
	store_abort(m->txn);
	m->txn = NULL;
	mirror_begin(m);
	assert_ok(store_cursor(&record, m->txn, &m->err), m->err);
	assert_int_equal(record.ref.number, 1);
	mirror_commit(m);
	mirror_check(m);
}

static void the_figures_count_what_is_there(void **state)
{
	struct mirror *m = *state;
	struct store_stats stats;

	mirror_begin(m);
	append_three(m);
	mirror_commit(m);
	mirror_begin(m);
	assert_ok(store_stats(&stats, m->txn, &m->err), m->err);
	assert_int_equal(stats.block_count, 3);
	assert_int_equal(stats.event_count, 9);
	assert_int_equal(stats.row_version_count, 9);
	assert_true(stats.bytes_used >= 8 * 4096 && stats.bytes_used < 64 * 4096);
	assert_int_equal(stats.bytes_map, store_defaults.map_initial);
	mirror_commit(m);
}

/* ---- damage ---- */

static void raw_put(struct mirror *m, enum store_db db, const void *key, size_t key_size,
		    const void *value, size_t size)
{
	MDB_val k = val_of(key, key_size);
	MDB_val v = val_of(value, size);

	assert_int_equal(mdb_put(m->txn->txn, m->store->dbi[db], &k, &v, 0), 0);
}

static void raw_delete(struct mirror *m, enum store_db db, const void *key, size_t key_size)
{
	MDB_val k = val_of(key, key_size);

	assert_int_equal(mdb_del(m->txn->txn, m->store->dbi[db], &k, NULL), 0);
}

static void row_bytes(uint8_t out[ROW_DB_KEY_MAX], size_t *size, const char *name, uint64_t block)
{
	struct row_key key = test_key(1, 0, name);

	*size = row_db_key(out, &key, block);
}

static void change_a_value(struct mirror *m)
{
	uint8_t key[ROW_DB_KEY_MAX];
	size_t size;

	row_bytes(key, &size, "a", 20);
	raw_put(m, DB_ROWS, key, size, "One", 3);
}

static void lose_a_row(struct mirror *m)
{
	uint8_t key[ROW_DB_KEY_MAX];
	size_t size;

	row_bytes(key, &size, "a", 20);
	raw_delete(m, DB_ROWS, key, size);
}

static void add_a_row(struct mirror *m)
{
	uint8_t key[ROW_DB_KEY_MAX];
	size_t size;

	row_bytes(key, &size, "q", 20);
	raw_put(m, DB_ROWS, key, size, "x", 1);
}

static void add_a_row_above(struct mirror *m)
{
	uint8_t key[ROW_DB_KEY_MAX];
	size_t size;

	row_bytes(key, &size, "q", 31);
	raw_put(m, DB_ROWS, key, size, "x", 1);
}

static void shorten_a_row_key(struct mirror *m)
{
	raw_put(m, DB_ROWS, "abc", 3, "x", 1);
}

static void swap_a_row(struct mirror *m)
{
	lose_a_row(m);
	add_a_row(m);
}

static void lose_a_change_list(struct mirror *m)
{
	raw_delete(m, DB_CHANGES, "\0\0\0\0\0\0\0\24", 8);
}

static void damage_a_change_list(struct mirror *m)
{
	raw_put(m, DB_CHANGES, "\0\0\0\0\0\0\0\24", 8, "\1\0\0\1\2a", 6);
}

static void add_a_change_list(struct mirror *m)
{
	raw_put(m, DB_CHANGES, "\0\0\0\0\0\0\0\25", 8, "\1\0\0\1\1a", 6);
}

static void shorten_a_block(struct mirror *m)
{
	raw_put(m, DB_BLOCKS, "\0\0\0\0\0\0\0\24", 8, "short", 5);
}

static void shorten_a_block_key(struct mirror *m)
{
	raw_put(m, DB_BLOCKS, "\0\0\0\0\0\0\0\24\1", 9, "short", 5);
}

static void change_a_digest(struct mirror *m)
{
	struct block_record record;
	uint8_t value[BLOCK_VALUE_BYTES];

	assert_ok(store_block(&record, m->txn, 20, &m->err), m->err);
	record.digest.bytes[5] ^= 1;
	block_value(value, &record);
	raw_put(m, DB_BLOCKS, "\0\0\0\0\0\0\0\24", 8, value, sizeof(value));
}

static void lose_a_block(struct mirror *m)
{
	raw_delete(m, DB_BLOCKS, "\0\0\0\0\0\0\0\24", 8);
}

static void lose_an_event(struct mirror *m)
{
	raw_delete(m, DB_EVENTS, "\0\0\0\0\0\0\0\24\0\0\0\2", 12);
}

static void add_an_event(struct mirror *m)
{
	raw_put(m, DB_EVENTS, "\0\0\0\0\0\0\0\24\0\0\0\3", 12, "12345678", 8);
}

static void add_an_event_above(struct mirror *m)
{
	raw_put(m, DB_EVENTS, "\0\0\0\0\0\0\0\37\0\0\0\3", 12, "12345678", 8);
}

static void shorten_an_event(struct mirror *m)
{
	raw_put(m, DB_EVENTS, "\0\0\0\0\0\0\0\24\0\0\0\2", 12, "1234567", 7);
}

static void lose_a_transaction(struct mirror *m)
{
	uint8_t key[INDEX_KEY_BYTES];

	index_key(key, test_hash(21, 2).bytes, 20);
	raw_delete(m, DB_TRANSACTIONS, key, sizeof(key));
}

static void add_a_transaction(struct mirror *m)
{
	uint8_t key[INDEX_KEY_BYTES];

	index_key(key, test_hash(21, 2).bytes, 10);
	raw_put(m, DB_TRANSACTIONS, key, sizeof(key), "", 0);
}

static void lose_a_hash(struct mirror *m)
{
	uint8_t key[INDEX_KEY_BYTES];

	index_key(key, test_ref(20).hash.bytes, 20);
	raw_delete(m, DB_HASHES, key, sizeof(key));
}

static void add_a_hash(struct mirror *m)
{
	uint8_t key[INDEX_KEY_BYTES];

	index_key(key, test_ref(20).hash.bytes, 10);
	raw_put(m, DB_HASHES, key, sizeof(key), "", 0);
}

static const struct damage {
	const char *name;
	void (*make)(struct mirror *m);
	const char *words; /* that the check finds */
} damages[] = {
	{"change a value", change_a_value, "block 20: its digest is 0x"},
	{"lose a row", lose_a_row, "block 20: its change list names row 0x61 of table 1, pool 0"},
	{"add a row", add_a_row, "block 20: there is a version of row 0x71 of table 1, pool 0"},
	{"add a row above", add_a_row_above, "block 31: row 0x71 of table 1, pool 0 is above"},
	{"shorten a row key", shorten_a_row_key, "a key of 3 bytes among the rows"},
	{"swap a row", swap_a_row, "block 20: its change list names row 0x61"},
	{"lose a change list", lose_a_change_list, "block 20: its change list names 0 rows"},
	{"damage a change list", damage_a_change_list, "block 20: its change list is damaged"},
	{"add a change list", add_a_change_list, "block 21: it has a change list, but no record"},
	{"shorten a block", shorten_a_block, "block 20: its record has 5 bytes"},
	{"shorten a block key", shorten_a_block_key, "of 4 keys among the blocks only 3 are sound"},
	{"change a digest", change_a_digest, "block 20: its digest is 0x"},
	{"lose a block", lose_a_block, "block 20: there are events of it"},
	{"lose an event", lose_an_event, "block 20: it has 2 events"},
	{"add an event", add_an_event, "block 20: an event's transaction is not in the index"},
	{"add an event above", add_an_event_above, "block 31: there are events of it"},
	{"shorten an event", shorten_an_event, "block 20: one of its events is damaged"},
	{"lose a transaction", lose_a_transaction, "block 20: an event's transaction is not"},
	{"add a transaction", add_a_transaction, "block 10: the index names a transaction"},
	{"lose a hash", lose_a_hash, "block 20: its hash is not in the index"},
	{"add a hash", add_a_hash, "block 10: the index names a block hash"},
};

static void the_check_finds_every_damage(void **state)
{
	struct mirror *m = *state;

	mirror_begin(m);
	append_three(m);
	mirror_commit(m);
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
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

/* A hash that no digest holds, as its block wrote no row. */
static void the_check_finds_a_parent_that_is_none(void **state)
{
	struct mirror *m = *state;
	struct block_record record;
	uint8_t value[BLOCK_VALUE_BYTES];

	mirror_begin(m);
	for (uint64_t number = 20; number <= 22; number++)
		append_rows(m, number, NULL, 0);
	append_rows(m, 25, NULL, 0); /* nobody knows its parent */
	assert_ok(store_check(m->txn, &m->err), m->err);
	assert_ok(store_block(&record, m->txn, 20, &m->err), m->err);
	record.ref.hash.bytes[20] ^= 1;
	block_value(value, &record);
	raw_put(m, DB_BLOCKS, "\0\0\0\0\0\0\0\24", 8, value, sizeof(value));
	assert_int_equal(store_check(m->txn, &m->err), ERR_CORRUPT);
	assert_non_null(strstr(m->err.message, "block 21: its parent is 0x"));
	store_abort(m->txn);
	m->txn = NULL;
}

/* Every question to every damaged store ends in a status. */
static void a_damaged_store_is_read_without_a_crash(void **state)
{
	struct mirror *m = *state;
	struct arena *arena = arena_new();

	mirror_begin(m);
	append_three(m);
	mirror_commit(m);
	for (size_t i = 0; i < sizeof(damages) / sizeof(damages[0]); i++) {
		struct block_record record;
		struct row_scan rows = {0};
		struct event_scan events = {0};
		struct event_at at;
		struct row_key *changes;
		struct slice value;
		size_t count;
		uint64_t block;
		enum status status;

		mirror_begin(m);
		damages[i].make(m);
		for (uint64_t number = 5; number <= 35; number += 5) {
			struct row_key key = test_key(1, 0, "a");

			(void)!store_block(&record, m->txn, number, &m->err);
			(void)!store_block_below(&record, m->txn, number, &m->err);
			(void)!store_block_above(&record, m->txn, number, &m->err);
			(void)!store_block_by_hash(&record, m->txn, test_ref(number).hash, &m->err);
			(void)!store_changes(&changes, &count, arena, m->txn, number, &m->err);
			(void)!store_row_get(&value, NULL, m->txn, &key, number, &m->err);
			(void)!store_transaction_block(&block, m->txn, test_hash(number, 2), NULL,
						       NULL, &m->err);
		}
		assert_ok(row_scan_open(&rows, m->txn, 1, 0, 1, 99, NULL, &m->err), m->err);
		while ((status = row_scan_next(&value, &rows, &m->err)) == OK)
			;
		row_scan_close(&rows);
		assert_ok(event_scan_open(&events, m->txn, (struct event_at){0, 0}, 99, false,
					  &m->err),
			  m->err);
		while ((status = event_scan_next(&at, &value, &events, &m->err)) == OK)
			;
		event_scan_close(&events);
		status = store_rewind(m->txn, 0, &m->err);
		if (status == OK) {
			mirror_commit(m);
			mirror_begin(m);
			assert_ok(store_rewind(m->txn, 0, &m->err), m->err);
			for (unsigned db = DB_BLOCKS; db < DB_COUNT; db++)
				assert_int_equal(mdb_drop(m->txn->txn, m->store->dbi[db], 0), 0);
			append_three(m);
			mirror_commit(m);
			continue;
		}
		/* half a rewind is never committed */
		assert_int_equal(status, ERR_CORRUPT);
		assert_int_equal(store_cursor(&record, m->txn, &m->err), ERR_CORRUPT);
		assert_int_equal(store_commit(m->txn, &m->err), ERR_CORRUPT);
		m->txn = NULL;
		mirror_check(m);
	}
	arena_free(arena);
}

static void change_lists_are_read_with_suspicion(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
		unsigned keys;
		bool is_bad;
	} lists[] = {
		{"", 0, 0, false},
		{"\1\0\0\1\1a", 6, 1, false},
		{"\1\0\0\1\2ab", 7, 2, false},
		{"\1\0\0\1\1a\1\0\1\0\1", 11, 2, false},
		{"\1\0\0\1\1a\1\0\0\1\1b", 12, 2, false},
		{"\1\0\0\1", 4, 0, true},
		{"\1\0\0\1\1", 5, 0, true},
		{"\1\0\0\1\0a", 6, 0, true},
		{"\1\0\0\1\2aa", 7, 1, true},
		{"\1\0\0\1\2ba", 7, 1, true},
		{"\1\0\0\0\2", 5, 1, true},
		{"\1\0\0\1\1b\1\0\0\1\1a", 12, 1, true},
		{"\2\0\0\1\1b\1\0\0\1\1c", 12, 1, true},
		{"\1\0\0\101\1aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
		 70, 0, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct change_walk walk = change_walk_of(slice_of(lists[i].bytes, lists[i].size));
		unsigned keys = 0;

		while (change_walk_next(&walk))
			keys++;
		assert_int_equal(keys, lists[i].keys);
		assert_int_equal(walk.is_bad, lists[i].is_bad);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, mirror_setup, mirror_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_empty_store_has_no_cursor),
		TEST(a_block_record_comes_back_whole),
		TEST(hashes_that_begin_alike_are_told_apart),
		TEST(blocks_that_do_not_fit_are_refused_and_change_nothing),
		TEST(readers_may_not_write),
		TEST(the_digest_is_as_the_header_says),
		TEST(blocks_without_digested_rows_leave_the_digest),
		TEST(changes_name_the_rows_of_a_block_in_order),
		TEST(a_rewind_takes_back_everything_above),
		TEST(aborted_blocks_never_were),
		TEST(the_figures_count_what_is_there),
		TEST(the_check_finds_every_damage),
		TEST(the_check_finds_a_parent_that_is_none),
		TEST(a_damaged_store_is_read_without_a_crash),
		cmocka_unit_test(change_lists_are_read_with_suspicion),
	};

	return cmocka_run_group_tests_name("store/blocks", tests, NULL, NULL);
}
