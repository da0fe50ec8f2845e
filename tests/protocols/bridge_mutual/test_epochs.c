/* The clock of weeks, by figures worked out by hand. */
#include "protocols/bridge_mutual/epochs.h"

#include "tests/support/test.h"

enum { START = 1700000000, WEEK = BRIDGE_WEEK };

static void epochs_are_weeks_from_the_creation_on(void **state)
{
	uint64_t epoch = 0;

	(void)state;
	assert_true(bridge_epoch(&epoch, START, START));
	assert_int_equal(epoch, 1);
	assert_true(bridge_epoch(&epoch, START, START + WEEK - 1));
	assert_int_equal(epoch, 1);
	assert_true(bridge_epoch(&epoch, START, START + WEEK));
	assert_int_equal(epoch, 2);
	assert_true(bridge_epoch(&epoch, START, START + 52 * (uint64_t)WEEK));
	assert_int_equal(epoch, 53);
	assert_false(bridge_epoch(&epoch, START, START - 1));
}

static void the_first_epoch_of_a_policy_is_what_is_left_of_it(void **state)
{
	struct trace trace = {0};
	uint64_t seconds = 0;

	(void)state;
	assert_true(bridge_policy_seconds(&seconds, &trace, START, START, 1));
	assert_int_equal(seconds, WEEK);
	assert_true(bridge_policy_seconds(&seconds, NULL, START, START + 1, 1));
	assert_int_equal(seconds, WEEK - 1);
	assert_true(bridge_policy_seconds(&seconds, NULL, START, START + WEEK - 1, 1));
	assert_int_equal(seconds, 1);
	assert_true(bridge_policy_seconds(&seconds, NULL, START, START + WEEK, 1));
	assert_int_equal(seconds, WEEK);
	assert_true(bridge_policy_seconds(&seconds, NULL, START, START + 100, 52));
	assert_int_equal(seconds, 52 * WEEK - 100);
	assert_int_equal(trace.count, 1);
	assert_string_equal(trace.figures[0].name, "seconds");
}

static void no_policy_is_for_no_week_or_from_before_the_book(void **state)
{
	uint64_t seconds;

	(void)state;
	assert_false(bridge_policy_seconds(&seconds, NULL, START, START, 0));
	assert_false(bridge_policy_seconds(&seconds, NULL, START, START - 1, 1));
	assert_false(bridge_policy_seconds(&seconds, NULL, START, START, UINT64_MAX));
}

static void books_had_two_virtual_epochs_before_their_upgrade(void **state)
{
	uint64_t old = BRIDGE_UPGRADE_TIME - 10 * (uint64_t)WEEK; /* the upgrade is in epoch 11 */
	uint64_t later = BRIDGE_UPGRADE_TIME;

	(void)state;
	assert_int_equal(bridge_virtual_epochs_at_sale(BRIDGE_UPGRADE_TIME - 1), 2);
	assert_int_equal(bridge_virtual_epochs_at_sale(BRIDGE_UPGRADE_TIME), 1);
	assert_int_equal(bridge_virtual_epochs(old, 11, later - 1), 2);
	assert_int_equal(bridge_virtual_epochs(old, 10, later), 2);
	assert_int_equal(bridge_virtual_epochs(old, 11, later), 1);
	assert_int_equal(bridge_virtual_epochs(old, 0, later), 1); /* no policy */
	assert_int_equal(bridge_virtual_epochs(BRIDGE_UPGRADE_TIME, 1, later), 1);
	assert_int_equal(bridge_virtual_epochs(BRIDGE_UPGRADE_TIME - 1, 1, later), 1);
}

static void an_update_and_the_view_end_differently_after_a_year(void **state)
{
	(void)state;
	assert_int_equal(bridge_update_end(1, 1), 1);
	assert_int_equal(bridge_update_end(1, 53), 53);
	assert_int_equal(bridge_update_end(1, 54), 53);
	assert_int_equal(bridge_update_end(50, 60), 60);
	assert_int_equal(bridge_update_end(50, 200), 102);
	assert_int_equal(bridge_update_end(7, 3), 3);
	assert_int_equal(bridge_view_end(51), 51);
	assert_int_equal(bridge_view_end(52), 52);
	assert_int_equal(bridge_view_end(200), 52);
}

/* Epoch i takes i out; the last one that was asked for. */
struct book {
	uint64_t last;
	uint64_t count;
};

static u256 amount_at(void *context, uint64_t epoch)
{
	struct book *book = context;

	book->last = epoch;
	book->count++;
	return u256_from(epoch);
}

static void ended_cover_is_taken_out_epoch_by_epoch(void **state)
{
	struct book book = {0};
	struct bridge_amounts amounts = {.at = amount_at, .context = &book};
	u256 left;

	(void)state;
	assert_true(bridge_cover_without(&left, NULL, "", u256_from(100), 3, 6, &amounts));
	assert_true(u256_equal(left, u256_from(100 - 3 - 4 - 5)));
	assert_int_equal(book.last, 5);
	assert_true(bridge_cover_without(&left, NULL, "", u256_from(12), 3, 6, &amounts));
	assert_true(u256_is_zero(left));
	assert_true(bridge_cover_without(&left, NULL, "", u256_from(7), 9, 9, &amounts));
	assert_true(u256_equal(left, u256_from(7)));
	assert_true(bridge_cover_without(&left, NULL, "", u256_from(7), 9, 2, &amounts));
	assert_true(u256_equal(left, u256_from(7)));
}

static void more_than_all_cover_cannot_end(void **state)
{
	struct book book = {0};
	struct bridge_amounts amounts = {.at = amount_at, .context = &book};
	struct trace trace = {0};
	u256 left;

	(void)state;
	assert_false(bridge_cover_without(&left, &trace, "cover", u256_from(11), 3, 6, &amounts));
	assert_false(trace.figures[0].is_computable);
}

static void no_more_than_52_epochs_are_walked(void **state)
{
	struct book book = {0};
	struct bridge_amounts amounts = {.at = amount_at, .context = &book};
	u256 left;

	(void)state;
	assert_true(bridge_cover_without(&left, NULL, "", U256_MAX, 1, UINT64_MAX, &amounts));
	assert_int_equal(book.count, 52);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(epochs_are_weeks_from_the_creation_on),
		cmocka_unit_test(the_first_epoch_of_a_policy_is_what_is_left_of_it),
		cmocka_unit_test(no_policy_is_for_no_week_or_from_before_the_book),
		cmocka_unit_test(books_had_two_virtual_epochs_before_their_upgrade),
		cmocka_unit_test(an_update_and_the_view_end_differently_after_a_year),
		cmocka_unit_test(ended_cover_is_taken_out_epoch_by_epoch),
		cmocka_unit_test(more_than_all_cover_cannot_end),
		cmocka_unit_test(no_more_than_52_epochs_are_walked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
