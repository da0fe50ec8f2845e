/* A disk that is full, that fails, or whose map is too small, at chosen moments. */
#include "tests/store/mirror.h"

struct disk {
	enum store_moment moment;
	enum store_trouble trouble;
	unsigned times;
	unsigned asked[STORE_GROWS + 1];
};

static enum store_trouble ask(void *context, enum store_moment moment)
{
	struct disk *disk = context;

	disk->asked[moment]++;
	if (moment != disk->moment || !disk->times)
		return STORE_FINE;
	disk->times--;
	return disk->trouble;
}

/* With block 1 in it; the map has room for not much more. */
static void open_on(struct mirror *m, struct disk *disk, struct store_seam *seam)
{
	*seam = (struct store_seam){.ask = ask, .context = disk, .map_initial = 32 * 4096};
	store_close(m->store);
	m->store = NULL;
	folder_remove(m->path);
	assert_ok(store_open_seamed(&m->store, m->path, &test_identity, seam, &m->err), m->err);
	mirror_begin(m);
	append_row(m, 1, "a", "first");
	mirror_commit(m);
}

static void expect_newest(struct mirror *m, uint64_t number)
{
	struct block_record record;
	struct store_txn *txn;

	assert_ok(store_begin(&txn, m->store, STORE_READ, &m->err), m->err);
	assert_ok(store_cursor(&record, txn, &m->err), m->err);
	assert_int_equal(record.ref.number, number);
	store_abort(txn);
	mirror_check(m);
}

static enum status try_commit(struct mirror *m)
{
	struct store_txn *txn = m->txn;

	m->txn = NULL;
	return store_commit(txn, &m->err);
}

static void append_second(struct mirror *m)
{
	mirror_begin(m);
	append_row(m, 2, "a", "second");
	mirror_commit(m);
	expect_newest(m, 2);
}

static void a_commit_that_fails_leaves_the_block_before(void **state)
{
	static const struct {
		enum store_trouble trouble;
		enum status status;
		const char *words;
	} cases[] = {
		{STORE_DISK_FULL, ERR_FULL, "stays at block 1"},
		{STORE_DISK_FAILS, ERR_FULL, "stays at block 1"},
		{STORE_MAP_FULL, ERR_AGAIN, "run the transaction again"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct mirror *m = *state;
		struct disk disk = {0};
		struct store_seam seam;

		open_on(m, &disk, &seam);
		disk = (struct disk){STORE_COMMITS, cases[i].trouble, 1, {0}};
		mirror_begin(m);
		append_row(m, 2, "a", "second");
		assert_int_equal(try_commit(m), cases[i].status);
		assert_non_null(strstr(m->err.message, cases[i].words));
		assert_int_equal(disk.asked[STORE_COMMITTED], 0);
		expect_newest(m, 1);
		append_second(m);
		assert_int_equal(disk.asked[STORE_COMMITTED], 1);
		assert_int_equal(disk.asked[STORE_GROWS] > 0, cases[i].status == ERR_AGAIN);
		store_close(m->store);
		m->store = NULL;
	}
}

static void an_environment_that_gave_up_is_opened_again(void **state)
{
	struct mirror *m = *state;
	struct disk disk = {0};
	struct store_seam seam;

	open_on(m, &disk, &seam);
	disk = (struct disk){STORE_BEGINS, STORE_GIVES_UP, 1, {0}};
	append_second(m);
	store_close(m->store);
	m->store = NULL;
}

static void a_map_that_cannot_grow_fails_and_the_old_one_stays(void **state)
{
	struct mirror *m = *state;
	struct disk disk = {0};
	struct store_seam seam;

	open_on(m, &disk, &seam);
	disk = (struct disk){STORE_COMMITS, STORE_MAP_FULL, 1, {0}};
	mirror_begin(m);
	append_row(m, 2, "a", "second");
	assert_int_equal(try_commit(m), ERR_AGAIN);
	disk = (struct disk){STORE_GROWS, STORE_DISK_FULL, 1, {0}};
	assert_int_equal(store_begin(&m->txn, m->store, STORE_WRITE, &m->err), ERR_FULL);
	m->txn = NULL;
	expect_newest(m, 1);
	append_second(m);
	store_close(m->store);
	m->store = NULL;
}

static void a_store_that_cannot_be_begun_is_not_opened(void **state)
{
	struct mirror *m = *state;
	struct disk disk = {STORE_COMMITS, STORE_DISK_FULL, 1, {0}};
	struct store_seam seam = {.ask = ask, .context = &disk};

	store_close(m->store);
	m->store = NULL;
	folder_remove(m->path);
	assert_int_equal(store_open_seamed(&m->store, m->path, &test_identity, &seam, &m->err),
			 ERR_FULL);
	assert_non_null(strstr(m->err.message, "the disk is full"));
	assert_ok(store_open_seamed(&m->store, m->path, &test_identity, &seam, &m->err), m->err);
	store_close(m->store);
	m->store = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_commit_that_fails_leaves_the_block_before,
						mirror_setup, mirror_teardown),
		cmocka_unit_test_setup_teardown(an_environment_that_gave_up_is_opened_again,
						mirror_setup, mirror_teardown),
		cmocka_unit_test_setup_teardown(a_map_that_cannot_grow_fails_and_the_old_one_stays,
						mirror_setup, mirror_teardown),
		cmocka_unit_test_setup_teardown(a_store_that_cannot_be_begun_is_not_opened,
						mirror_setup, mirror_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
