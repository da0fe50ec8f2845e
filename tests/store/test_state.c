/*
 * Records of a run of blocks: loaded once, changed in memory, written as versions, on a real store.
 */
#include "store/state.h"

#include "tests/support/scratch.h"
#include "tests/support/test.h"

#define RECORD_OWNER struct purse
#define PURSE_FIELDS(F)                                                                            \
	F(U64, coins, "")                                                                          \
	F(TEXT, owner, "")

struct purse {
	RECORD_STRUCT(PURSE_FIELDS)
};

RECORD_DEFINE(purse, PURSE_FIELDS)
#undef RECORD_OWNER

static const struct row_table purses = {1, 2, &record_purse};
static const struct row_table others = {2, 2, &record_purse};

struct fixture {
	char folder[SCRATCH_PATH_SIZE];
	struct store *store;
	struct store_txn *txn;
	struct state *state;
	struct arena *arena;
	uint64_t block;
	struct error err;
};

static int begin(void **state)
{
	static const struct store_identity identity = {.chain_id = 1, .pool_set = "test"};
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	scratch_make(f->folder);
	f->arena = arena_new();
	assert_ok(store_open(&f->store, f->folder, STORE_WRITE, &identity, &f->err), f->err);
	assert_ok(store_begin(&f->txn, f->store, STORE_WRITE, &f->err), f->err);
	f->block = 1;
	f->state = state_open(f->txn, 1);
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;

	state_close(f->state);
	store_abort(f->txn);
	store_close(f->store);
	scratch_remove(f->folder);
	arena_free(f->arena);
	free(f);
	return 0;
}

static struct purse *purse(struct fixture *f, const char *key)
{
	return state_row(f->state, &purses, 0, key);
}

/* Ends the block in hand; how many rows it wrote. */
static size_t next_block(struct fixture *f)
{
	struct block_write write = {.ref = {.number = f->block,
					    .hash = {{(uint8_t)f->block, 1}},
					    .parent_hash = {{(uint8_t)(f->block - 1), 1}}}};

	state_changes(&write.rows, &write.row_count, f->state);
	assert_ok(store_append(f->txn, NULL, &write, &f->err), f->err);
	state_next_block(f->state, ++f->block);
	assert_ok(state_status(f->state, &f->err), f->err);
	return write.row_count;
}

static struct purse purse_at(struct fixture *f, const char *key, uint64_t block)
{
	struct purse out;

	state_row_at(&out, f->state, &purses, 0, key, block);
	return out;
}

static void a_row_that_is_not_there_reads_as_nothing_and_writes_nothing(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(purse(f, "ab")->coins, 0);
	assert_string_equal(purse(f, "ab")->owner, "");
	assert_int_equal(next_block(f), 0);
}

static void a_new_row_is_written_once(void **state)
{
	struct fixture *f = *state;

	purse(f, "ab")->coins = 5;
	purse(f, "ab")->owner = "Ada";
	assert_int_equal(next_block(f), 1);
	assert_int_equal(next_block(f), 0);
	assert_int_equal(purse(f, "ab")->coins, 5);
	assert_int_equal(next_block(f), 0); /* asked for, not changed */
}

static void a_row_that_is_changed_and_changed_back_writes_nothing(void **state)
{
	struct fixture *f = *state;

	purse(f, "ab")->coins = 5;
	purse(f, "ab")->owner = "Ada";
	assert_int_equal(next_block(f), 1);
	purse(f, "ab")->coins = 6;
	purse(f, "ab")->coins = 5;
	assert_int_equal(next_block(f), 0);
	purse(f, "ab")->owner = arena_string(state_arena(f->state), "Ada"); /* the same text */
	assert_int_equal(next_block(f), 0);
	purse(f, "ab")->owner = "Bob";
	assert_int_equal(next_block(f), 1);
}

static void a_row_that_becomes_nothing_is_written_as_such(void **state)
{
	struct fixture *f = *state;

	purse(f, "ab")->coins = 5;
	(void)next_block(f);
	purse(f, "ab")->coins = 0;
	assert_int_equal(next_block(f), 1);
	assert_int_equal(purse_at(f, "ab", 1).coins, 5);
	assert_int_equal(purse_at(f, "ab", 2).coins, 0);
}

static void rows_keep_their_place_in_memory(void **state)
{
	struct fixture *f = *state;
	struct purse *first = purse(f, "ab");

	for (unsigned i = 0; i < 5000; i++) { /* the table of rows grows several times */
		uint8_t key[2] = {(uint8_t)(i >> 8), (uint8_t)i};

		((struct purse *)state_row(f->state, &others, 0, key))->coins = i + 1;
	}
	assert_ptr_equal(purse(f, "ab"), first);
	assert_int_equal(next_block(f), 5000);
	assert_ptr_equal(purse(f, "ab"), first);
	for (unsigned i = 0; i < 5000; i++) {
		uint8_t key[2] = {(uint8_t)(i >> 8), (uint8_t)i};

		assert_int_equal(((struct purse *)state_row(f->state, &others, 0, key))->coins,
				 i + 1);
	}
}

static void tables_and_pools_are_apart(void **state)
{
	struct fixture *f = *state;

	((struct purse *)state_row(f->state, &purses, 0, "ab"))->coins = 1;
	((struct purse *)state_row(f->state, &others, 0, "ab"))->coins = 2;
	((struct purse *)state_row(f->state, &purses, 7, "ab"))->coins = 3;
	assert_int_equal(next_block(f), 3);
	state_close(f->state);
	f->state = state_open(f->txn, 2);
	assert_int_equal(((struct purse *)state_row(f->state, &purses, 0, "ab"))->coins, 1);
	assert_int_equal(((struct purse *)state_row(f->state, &others, 0, "ab"))->coins, 2);
	assert_int_equal(((struct purse *)state_row(f->state, &purses, 7, "ab"))->coins, 3);
}

static void what_a_block_began_with_stays_at_hand(void **state)
{
	struct fixture *f = *state;
	const struct purse *before;

	purse(f, "ab")->coins = 5;
	before = state_row_before(f->state, &purses, 0, "ab");
	assert_int_equal(before->coins, 0);
	(void)next_block(f);
	purse(f, "ab")->coins = 6;
	before = state_row_before(f->state, &purses, 0, "ab");
	assert_int_equal(before->coins, 5);
	assert_int_equal(
		((const struct purse *)state_row_before(f->state, &purses, 0, "xx"))->coins, 0);
	assert_int_equal(next_block(f), 1);
}

static void rows_as_of_earlier_blocks_are_those_of_then(void **state)
{
	struct fixture *f = *state;

	purse(f, "ab")->coins = 1;
	purse(f, "ab")->owner = "Ada";
	(void)next_block(f);
	(void)next_block(f);
	purse(f, "ab")->coins = 3;
	(void)next_block(f);
	purse(f, "ab")->coins = 4; /* the block in hand */
	assert_int_equal(purse_at(f, "ab", 0).coins, 0);
	assert_string_equal(purse_at(f, "ab", 0).owner, "");
	assert_int_equal(purse_at(f, "ab", 1).coins, 1);
	assert_int_equal(purse_at(f, "ab", 2).coins, 1);
	assert_string_equal(purse_at(f, "ab", 2).owner, "Ada");
	assert_int_equal(purse_at(f, "ab", 3).coins, 3);
	assert_int_equal(purse_at(f, "ab", 4).coins, 4);
	assert_int_equal(purse_at(f, "ab", 99).coins, 4);
	assert_int_equal(purse_at(f, "zz", 99).coins, 0);
}

static void a_state_opened_at_an_earlier_block_sees_nothing_later(void **state)
{
	struct fixture *f = *state;

	purse(f, "ab")->coins = 1;
	(void)next_block(f);
	purse(f, "ab")->coins = 2;
	purse(f, "cd")->coins = 9;
	(void)next_block(f);
	state_close(f->state);
	f->state = state_open(f->txn, 1);
	assert_int_equal(state_block(f->state), 1);
	assert_ptr_equal(state_txn(f->state), f->txn);
	assert_int_equal(purse(f, "ab")->coins, 1);
	assert_int_equal(purse(f, "cd")->coins, 0);
}

static void a_replay_begins_where_its_block_began(void **state)
{
	struct fixture *f = *state;

	purse(f, "ab")->coins = 1;
	(void)next_block(f);
	purse(f, "ab")->coins = 2;
	(void)next_block(f);
	state_close(f->state);
	f->state = state_open_replay(f->txn, 2);
	assert_int_equal(state_block(f->state), 2);
	assert_int_equal(purse(f, "ab")->coins, 1);
	assert_int_equal(purse_at(f, "ab", 2).coins, 1); /* as it is now */
	purse(f, "ab")->coins = 7;
	assert_int_equal(purse_at(f, "ab", 2).coins, 7);
	assert_int_equal(purse_at(f, "ab", 1).coins, 1);
}

/* ---- walks ---- */

struct walk {
	char text[400];
	size_t stop_after;
	size_t count;
};

static bool note(void *context, const uint8_t *key, const void *row)
{
	struct walk *walk = context;
	const struct purse *p = row;
	size_t used = strlen(walk->text);

	(void)snprintf(walk->text + used, sizeof(walk->text) - used, "%c%c=%d ", key[0], key[1],
		       (int)p->coins);
	return !walk->stop_after || ++walk->count < walk->stop_after;
}

static const char *each(struct fixture *f, struct walk *walk)
{
	state_each(f->state, &purses, 0, note, walk);
	return walk->text;
}

static void a_walk_sees_stored_changed_and_new_rows(void **state)
{
	struct fixture *f = *state;
	struct walk walk = {0};
	struct walk first_two = {.stop_after = 2};
	struct walk first_three = {.stop_after = 3};

	purse(f, "cc")->coins = 3;
	purse(f, "aa")->coins = 1;
	purse(f, "bb")->coins = 2;
	((struct purse *)state_row(f->state, &others, 0, "xx"))->coins = 9;
	((struct purse *)state_row(f->state, &purses, 1, "yy"))->coins = 9;
	(void)next_block(f);
	state_close(f->state); /* as another run would find it */
	f->state = state_open(f->txn, 2);
	purse(f, "bb")->coins = 20;
	purse(f, "zz")->coins = 26;
	purse(f, "ab")->coins = 12;
	assert_string_equal(each(f, &walk), "aa=1 bb=20 cc=3 zz=26 ab=12 ");
	assert_string_equal(each(f, &first_two), "aa=1 bb=20 ");
	assert_string_equal(each(f, &first_three), "aa=1 bb=20 cc=3 ");
}

static void new_rows_stand_in_key_order_once_they_are_stored(void **state)
{
	struct fixture *f = *state;
	struct walk walk = {0};

	purse(f, "cc")->coins = 3;
	purse(f, "aa")->coins = 1;
	(void)next_block(f);
	assert_string_equal(each(f, &walk), "aa=1 cc=3 ");
}

static void a_walk_may_begin_above_a_key(void **state)
{
	struct fixture *f = *state;
	struct walk after_aa = {0};
	struct walk after_ab = {0};
	struct walk after_all = {0};

	purse(f, "cc")->coins = 3;
	purse(f, "aa")->coins = 1;
	(void)next_block(f);
	purse(f, "ac")->coins = 2;
	purse(f, "a0")->coins = 4;
	state_each_after(f->state, &purses, 0, "aa", note, &after_aa);
	assert_string_equal(after_aa.text, "cc=3 ac=2 ");
	state_each_after(f->state, &purses, 0, "ab", note, &after_ab);
	assert_string_equal(after_ab.text, "cc=3 ac=2 ");
	state_each_after(f->state, &purses, 0, "cc", note, &after_all);
	assert_string_equal(after_all.text, "");
}

static void a_walk_in_a_replay_sees_what_the_block_began_with(void **state)
{
	struct fixture *f = *state;
	struct walk walk = {0};

	purse(f, "aa")->coins = 1;
	(void)next_block(f);
	purse(f, "aa")->coins = 2;
	purse(f, "bb")->coins = 2;
	(void)next_block(f);
	state_close(f->state);
	f->state = state_open_replay(f->txn, 2);
	assert_string_equal(each(f, &walk), "aa=1 ");
	purse(f, "bb")->coins = 5; /* stored by block 2, new in its replay */
	walk.text[0] = '\0';
	assert_string_equal(each(f, &walk), "aa=1 bb=5 ");
}

static void a_deleted_row_is_no_part_of_a_walk(void **state)
{
	struct fixture *f = *state;
	struct walk walk = {0};
	struct row_version deletion = {.key = {.table = 1, .size = 2, .bytes = "aa"}};
	struct block_write write = {.ref = {.number = 2}, .rows = &deletion, .row_count = 1};

	purse(f, "aa")->coins = 1;
	purse(f, "bb")->coins = 2;
	(void)next_block(f);
	assert_ok(store_append(f->txn, NULL, &write, &f->err), f->err);
	state_close(f->state);
	f->state = state_open(f->txn, 3);
	assert_string_equal(each(f, &walk), "bb=2 ");
	assert_int_equal(purse(f, "aa")->coins, 0);
	assert_int_equal(purse_at(f, "aa", 1).coins, 1);
}

struct touched {
	struct fixture *f;
	char text[400];
	bool is_touching;
};

static void note_touched(void *context, const uint8_t *key, const void *before, const void *now)
{
	struct touched *touched = context;
	size_t used = strlen(touched->text);

	(void)snprintf(touched->text + used, sizeof(touched->text) - used, "%c%c:%d-%d ", key[0],
		       key[1], (int)((const struct purse *)before)->coins,
		       (int)((const struct purse *)now)->coins);
	if (touched->is_touching) {
		char fresh[3];

		(void)snprintf(fresh, sizeof(fresh), "%c%c", key[1], key[0]);
		purse(touched->f, fresh)->coins = 8;
	}
}

static const char *touched_rows(struct fixture *f, struct touched *touched)
{
	touched->f = f;
	state_each_touched(f->state, &purses, 0, note_touched, touched);
	return touched->text;
}

static void touched_rows_are_told_in_the_order_of_asking(void **state)
{
	struct fixture *f = *state;
	struct touched touched = {0};

	purse(f, "cd")->coins = 3;
	purse(f, "ab")->coins = 1;
	purse(f, "cd")->coins = 4;
	(void)state_row(f->state, &others, 0, "xx");
	(void)state_row_before(f->state, &purses, 0, "ef");
	(void)purse_at(f, "gh", 9);
	assert_string_equal(touched_rows(f, &touched), "cd:0-4 ab:0-1 ");
	(void)next_block(f);
	touched.text[0] = '\0';
	assert_string_equal(touched_rows(f, &touched), "");
	(void)purse(f, "ab"); /* asked for is touched */
	assert_string_equal(touched_rows(f, &touched), "ab:1-1 ");
}

static void rows_that_are_touched_on_the_way_are_not_told(void **state)
{
	struct fixture *f = *state;
	struct touched touched = {.is_touching = true};

	purse(f, "ab")->coins = 1;
	purse(f, "cd")->coins = 2;
	assert_string_equal(touched_rows(f, &touched), "ab:0-1 cd:0-2 ");
	assert_int_equal(next_block(f), 4);
}

/* ---- damage ---- */

static void put_damaged_row(struct fixture *f)
{
	static const uint8_t damaged[] = {0xff};
	struct row_version row = {.key = {.table = 1, .size = 2, .bytes = "bb"},
				  .value = slice_of(damaged, 1)};
	struct block_write write = {.ref = {.number = 2}, .rows = &row, .row_count = 1};

	purse(f, "aa")->coins = 1;
	purse(f, "bb")->coins = 2;
	(void)next_block(f);
	assert_ok(store_append(f->txn, NULL, &write, &f->err), f->err);
	state_close(f->state);
	f->state = state_open(f->txn, 3);
}

static void a_damaged_row_fails_the_state_and_reads_as_nothing(void **state)
{
	struct fixture *f = *state;
	struct walk walk = {0};

	put_damaged_row(f);
	assert_int_equal(purse(f, "aa")->coins, 1);
	assert_ok(state_status(f->state, &f->err), f->err);
	(void)purse(f, "bb");
	assert_int_equal(state_status(f->state, &f->err), ERR_CORRUPT);
	assert_non_null(strstr(f->err.message, "record purse"));
	assert_int_equal(purse(f, "aa")->coins, 1);
	assert_int_equal(state_status(f->state, NULL), ERR_CORRUPT); /* for good */
	(void)each(f, &walk);
	assert_int_equal(state_status(f->state, &f->err), ERR_CORRUPT);
}

static void a_walk_over_a_damaged_row_fails_the_state(void **state)
{
	struct fixture *f = *state;
	struct walk walk = {0};

	put_damaged_row(f);
	assert_string_equal(each(f, &walk), "aa=1 ");
	assert_int_equal(state_status(f->state, &f->err), ERR_CORRUPT);
}

static void a_damaged_version_of_then_fails_the_state(void **state)
{
	struct fixture *f = *state;

	put_damaged_row(f);
	assert_int_equal(purse_at(f, "bb", 1).coins, 2);
	assert_ok(state_status(f->state, &f->err), f->err);
	(void)purse_at(f, "bb", 2);
	assert_int_equal(state_status(f->state, &f->err), ERR_CORRUPT);
}

static void memory_is_counted(void **state)
{
	struct fixture *f = *state;
	size_t before = state_memory(f->state);

	(void)purse(f, "ab");
	assert_true(state_memory(f->state) > before);
	state_close(NULL);
}

/* ---- a run against an array ---- */

enum { SEED = 7, KEYS = 12, BLOCKS = 300 };

static uint64_t random_word(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static void a_random_run_reads_like_an_array(void **state)
{
	struct fixture *f = *state;
	static uint64_t model[BLOCKS + 2][KEYS];
	uint64_t random = SEED;

	print_message("# seed %d\n", SEED);
	for (uint64_t block = 1; block <= BLOCKS; block++) {
		memcpy(model[block], model[block - 1], sizeof(model[block]));
		for (uint64_t n = random_word(&random) % 6; n > 0; n--) {
			char key[3] = {'k', (char)('a' + random_word(&random) % KEYS), '\0'};
			uint64_t value = random_word(&random) % 3;

			purse(f, key)->coins = value;
			model[block][key[1] - 'a'] = value;
		}
		for (int i = 0; i < 8; i++) {
			char key[3] = {'k', (char)('a' + random_word(&random) % KEYS), '\0'};
			uint64_t at = random_word(&random) % (block + 1);

			assert_int_equal(purse_at(f, key, at).coins, model[at][key[1] - 'a']);
		}
		(void)next_block(f);
		if (random_word(&random) % 10 == 0) { /* a new run */
			state_close(f->state);
			f->state = state_open(f->txn, f->block);
		}
	}
	assert_ok(store_check(f->txn, &f->err), f->err);
}

#define STATE_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STATE_TEST(a_row_that_is_not_there_reads_as_nothing_and_writes_nothing),
		STATE_TEST(a_new_row_is_written_once),
		STATE_TEST(a_row_that_is_changed_and_changed_back_writes_nothing),
		STATE_TEST(a_row_that_becomes_nothing_is_written_as_such),
		STATE_TEST(rows_keep_their_place_in_memory),
		STATE_TEST(tables_and_pools_are_apart),
		STATE_TEST(what_a_block_began_with_stays_at_hand),
		STATE_TEST(rows_as_of_earlier_blocks_are_those_of_then),
		STATE_TEST(a_state_opened_at_an_earlier_block_sees_nothing_later),
		STATE_TEST(a_replay_begins_where_its_block_began),
		STATE_TEST(a_walk_sees_stored_changed_and_new_rows),
		STATE_TEST(new_rows_stand_in_key_order_once_they_are_stored),
		STATE_TEST(a_walk_may_begin_above_a_key),
		STATE_TEST(a_walk_in_a_replay_sees_what_the_block_began_with),
		STATE_TEST(a_deleted_row_is_no_part_of_a_walk),
		STATE_TEST(touched_rows_are_told_in_the_order_of_asking),
		STATE_TEST(rows_that_are_touched_on_the_way_are_not_told),
		STATE_TEST(a_damaged_row_fails_the_state_and_reads_as_nothing),
		STATE_TEST(a_walk_over_a_damaged_row_fails_the_state),
		STATE_TEST(a_damaged_version_of_then_fails_the_state),
		STATE_TEST(memory_is_counted),
		STATE_TEST(a_random_run_reads_like_an_array),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
