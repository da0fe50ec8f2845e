/* Notes: small values beside the mirror. */
#include "store/notes.h"
#include "tests/store/mirror.h"

static void put(struct mirror *m, const char *key, const char *value)
{
	assert_ok(store_note_put(m->txn, text_slice(key), text_slice(value), &m->err), m->err);
}

/* The note's text, or "-". */
static const char *note(char out[64], struct mirror *m, const char *key)
{
	struct slice value;
	enum status status = store_note_get(&value, m->txn, text_slice(key), &m->err);

	if (status == ERR_NOTFOUND)
		return "-";
	assert_ok(status, m->err);
	assert_true(value.size < 64);
	memcpy(out, value.data, value.size);
	out[value.size] = '\0';
	return out;
}

static void a_note_is_replaced_and_removed(void **state)
{
	struct mirror *m = *state;
	char text[64];

	mirror_begin(m);
	assert_string_equal(note(text, m, "a"), "-");
	put(m, "a", "first");
	assert_string_equal(note(text, m, "a"), "first");
	put(m, "a", "a longer second");
	mirror_commit(m);
	mirror_begin(m);
	assert_string_equal(note(text, m, "a"), "a longer second");
	put(m, "a", "");
	put(m, "a", ""); /* it need not be there */
	mirror_commit(m);
	mirror_begin(m);
	assert_string_equal(note(text, m, "a"), "-");
	assert_string_equal(m->err.message, "there is no such note");
	mirror_commit(m);
	mirror_check(m);
}

static void an_aborted_note_never_was(void **state)
{
	struct mirror *m = *state;
	char text[64];

	mirror_begin(m);
	put(m, "kept", "1");
	mirror_commit(m);
	mirror_begin(m);
	put(m, "kept", "");
	put(m, "new", "2");
	store_abort(m->txn);
	m->txn = NULL;
	mirror_begin(m);
	assert_string_equal(note(text, m, "kept"), "1");
	assert_string_equal(note(text, m, "new"), "-");
	mirror_commit(m);
}

static void blocks_come_and_go_beside_notes(void **state)
{
	struct mirror *m = *state;
	struct block_record record;
	struct block_record again;
	char text[64];

	mirror_begin(m);
	append_row(m, 1, "a", "1");
	assert_ok(store_cursor(&record, m->txn, &m->err), m->err);
	put(m, "n", "of block 1");
	assert_ok(store_rewind(m->txn, 0, &m->err), m->err);
	assert_string_equal(note(text, m, "n"), "of block 1");
	append_row(m, 1, "a", "1");
	assert_ok(store_cursor(&again, m->txn, &m->err), m->err);
	assert_true(hash_equal(record.digest, again.digest));
	assert_string_equal(note(text, m, "n"), "of block 1");
	mirror_commit(m);
	mirror_check(m);
}

/* ---- walks ---- */

struct walk {
	char keys[128];
	unsigned left;
};

static bool take(void *context, struct slice key, struct slice value)
{
	struct walk *walk = context;
	size_t length = strlen(walk->keys);

	(void)snprintf(walk->keys + length, sizeof(walk->keys) - length, "%.*s=%.*s ",
		       (int)key.size, (const char *)key.data, (int)value.size,
		       (const char *)value.data);
	return --walk->left > 0;
}

static void expect_walk(struct mirror *m, const char *prefix, unsigned left, const char *keys)
{
	struct walk walk = {.left = left};

	assert_ok(store_note_each(m->txn, text_slice(prefix), take, &walk, &m->err), m->err);
	assert_string_equal(walk.keys, keys);
}

static void a_walk_gives_the_keys_of_a_prefix_in_order(void **state)
{
	struct mirror *m = *state;
	char long_prefix[NOTE_KEY_MAX + 2];

	memset(long_prefix, 'n', sizeof(long_prefix));
	long_prefix[NOTE_KEY_MAX + 1] = '\0';
	mirror_begin(m);
	expect_walk(m, "", 9, "");
	expect_walk(m, "n", 9, "");
	put(m, "node/2", "b");
	put(m, "node/10", "c");
	put(m, "node/1", "a");
	put(m, "nod", "x");
	put(m, "nodf", "y");
	put(m, "m", "z");
	expect_walk(m, "node/", 9, "node/1=a node/10=c node/2=b ");
	expect_walk(m, "node/1", 9, "node/1=a node/10=c ");
	expect_walk(m, "node/", 2, "node/1=a node/10=c ");
	expect_walk(m, "", 9, "m=z nod=x node/1=a node/10=c node/2=b nodf=y ");
	expect_walk(m, "o", 9, "");
	expect_walk(m, "node/3", 9, "");
	expect_walk(m, long_prefix, 9, "");
	mirror_commit(m);
	assert_ok(store_begin(&m->txn, m->store, STORE_READ, &m->err), m->err);
	expect_walk(m, "nodf", 9, "nodf=y ");
}

/* ---- refusals ---- */

static void keys_have_a_size(void **state)
{
	struct mirror *m = *state;
	uint8_t key[NOTE_KEY_MAX + 1] = {0};
	struct slice value;

	mirror_begin(m);
	for (size_t i = 0; i < 2; i++) {
		struct slice bad = slice_of(key, i ? sizeof(key) : 0);

		assert_int_equal(store_note_put(m->txn, bad, text_slice("v"), &m->err),
				 ERR_CORRUPT);
		assert_string_equal(m->err.message, i ? "a note's key has 1 to 64 bytes, not 65"
						      : "a note's key has 1 to 64 bytes, not 0");
		assert_int_equal(store_note_get(&value, m->txn, bad, &m->err), ERR_CORRUPT);
	}
	/* that was refused before anything was written */
	assert_ok(store_note_put(m->txn, slice_of(key, NOTE_KEY_MAX), text_slice("v"), &m->err),
		  m->err);
	assert_ok(store_note_get(&value, m->txn, slice_of(key, NOTE_KEY_MAX), &m->err), m->err);
	assert_true(slice_equal(value, text_slice("v")));
	mirror_commit(m);
}

static void a_reader_writes_no_notes(void **state)
{
	struct mirror *m = *state;

	assert_ok(store_begin(&m->txn, m->store, STORE_READ, &m->err), m->err);
	assert_int_equal(store_note_put(m->txn, text_slice("k"), text_slice("v"), &m->err),
			 ERR_USAGE);
	assert_string_equal(m->err.message, "a note needs a write transaction");
}

static void a_note_that_finds_the_map_full_is_written_again(void **state)
{
	struct mirror *m = *state;
	const struct store_options small = {
		.map_initial = 1 << 20, .map_step_max = 1 << 20, .wait_ms = 1000};
	static uint8_t bytes[40000];
	unsigned again = 0;
	enum status status;

	store_close(m->store);
	folder_remove(m->path); /* a map never shrinks */
	folder_make(m->path);
	assert_ok(store_open_with(&m->store, m->path, STORE_WRITE, &test_identity, &small, &m->err),
		  m->err);
	do {
		status = OK;
		mirror_begin(m);
		for (uint8_t i = 0; i < 60 && status == OK; i++)
			status = store_note_put(m->txn, slice_of(&i, 1),
						slice_of(bytes, sizeof(bytes)), &m->err);
		if (status != OK) { /* sticky */
			struct slice value;
			uint8_t first = 0;

			assert_int_equal(status, ERR_AGAIN);
			assert_int_equal(
				store_note_put(m->txn, text_slice("k"), text_slice("v"), &m->err),
				ERR_AGAIN);
			assert_int_equal(
				store_note_get(&value, m->txn, slice_of(&first, 1), &m->err),
				ERR_AGAIN);
			assert_int_equal(
				store_note_each(m->txn, text_slice(""), NULL, NULL, &m->err),
				ERR_AGAIN);
		}
		status = store_commit(m->txn, &m->err);
		m->txn = NULL;
		assert_true(++again < 20);
	} while (status == ERR_AGAIN);
	assert_ok(status, m->err);
	assert_true(again > 1);
	mirror_check(m);
}

/* ---- identity, check ---- */

static void open_again(struct mirror *m, const struct store_identity *identity)
{
	store_close(m->store);
	m->store = NULL;
	assert_ok(store_open(&m->store, m->path, STORE_WRITE, identity, &m->err), m->err);
}

static void the_next_owner_of_an_empty_mirror_inherits_no_notes(void **state)
{
	struct mirror *m = *state;
	const struct store_identity other = {.chain_id = 1, .pool_set = test_identity.pool_set};
	char text[64];

	mirror_begin(m);
	put(m, "n", "1");
	mirror_commit(m);
	open_again(m, &test_identity);
	mirror_begin(m);
	assert_string_equal(note(text, m, "n"), "1");
	mirror_commit(m);
	open_again(m, &other);
	mirror_begin(m);
	assert_string_equal(note(text, m, "n"), "-");
	mirror_commit(m);
}

static void the_check_reads_over_the_notes(void **state)
{
	struct mirror *m = *state;
	uint8_t key[NOTE_KEY_MAX + 1] = {0};

	for (int i = 0; i < 2; i++) {
		MDB_val k = val_of(key, i ? sizeof(key) : 1);
		MDB_val v = val_of("v", i ? 1 : 0);

		mirror_begin(m);
		put(m, "z", "fine");
		assert_ok(store_check(m->txn, &m->err), m->err);
		assert_int_equal(mdb_put(m->txn->txn, m->store->dbi[DB_NOTES], &k, &v, 0), 0);
		assert_int_equal(store_check(m->txn, &m->err), ERR_CORRUPT);
		assert_string_equal(m->err.message, i ? "a note's key has 1 to 64 bytes, not 65"
						      : "there is a note without a value");
		store_abort(m->txn);
		m->txn = NULL;
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, mirror_setup, mirror_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_note_is_replaced_and_removed),
		TEST(an_aborted_note_never_was),
		TEST(blocks_come_and_go_beside_notes),
		TEST(a_walk_gives_the_keys_of_a_prefix_in_order),
		TEST(keys_have_a_size),
		TEST(a_reader_writes_no_notes),
		TEST(a_note_that_finds_the_map_full_is_written_again),
		TEST(the_next_owner_of_an_empty_mirror_inherits_no_notes),
		TEST(the_check_reads_over_the_notes),
	};

	return cmocka_run_group_tests_name("store/notes", tests, NULL, NULL);
}
