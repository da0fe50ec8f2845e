/*
 * Notes of repairs: how many there were, and up to where nothing changed since.
 */
#include "indexer/reorg_note.h"

#include "tests/support/room.h"

static void add(struct room *room, uint64_t kept)
{
	assert_ok(repair_note_add(room->txn, kept, &room->err), room->err);
}

static uint64_t count(struct room *room)
{
	uint64_t out;

	assert_ok(repair_note_count(&out, room->txn, &room->err), room->err);
	return out;
}

static uint64_t lowest(struct room *room, uint64_t since)
{
	uint64_t out;

	assert_ok(repair_notes_lowest(&out, room->txn, since, &room->err), room->err);
	return out;
}

static void without_repairs_all_stays(void **state)
{
	struct room *room = *state;

	assert_int_equal(count(room), 0);
	assert_true(lowest(room, 0) == UINT64_MAX);
	assert_true(lowest(room, 7) == UINT64_MAX);
}

static void the_lowest_repair_since_counts(void **state)
{
	struct room *room = *state;

	add(room, 300);
	add(room, 100);
	add(room, 200);
	assert_int_equal(count(room), 3);
	assert_int_equal(lowest(room, 0), 100);
	assert_int_equal(lowest(room, 1), 100);
	assert_int_equal(lowest(room, 2), 200);
	assert_true(lowest(room, 3) == UINT64_MAX);
	/* Of another mirror, which had more of them. */
	assert_true(lowest(room, 4) == UINT64_MAX);
}

static void what_is_too_long_ago_is_not_known(void **state)
{
	struct room *room = *state;
	uint64_t out;

	for (uint64_t i = 0; i <= REPAIR_NOTES_MAX + 3; i++)
		add(room, 1000 + i);
	assert_int_equal(count(room), REPAIR_NOTES_MAX + 4);
	assert_int_equal(repair_notes_lowest(&out, room->txn, 3, &room->err), ERR_NOTFOUND);
	assert_int_equal(lowest(room, 4), 1004);
	assert_int_equal(lowest(room, REPAIR_NOTES_MAX + 3), 1000 + REPAIR_NOTES_MAX + 3);
}

static void a_damaged_note_is_told(void **state)
{
	struct room *room = *state;
	static const char key[] = "repairs";
	uint64_t out;

	assert_ok(store_note_put(room->txn, slice_of(key, sizeof(key) - 1), slice_of("x", 1),
				 &room->err),
		  room->err);
	assert_int_equal(repair_note_count(&out, room->txn, &room->err), ERR_CORRUPT);
	assert_int_equal(repair_note_add(room->txn, 1, &room->err), ERR_CORRUPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(without_repairs_all_stays, room_begin, room_end),
		cmocka_unit_test_setup_teardown(the_lowest_repair_since_counts, room_begin,
						room_end),
		cmocka_unit_test_setup_teardown(what_is_too_long_ago_is_not_known, room_begin,
						room_end),
		cmocka_unit_test_setup_teardown(a_damaged_note_is_told, room_begin, room_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
