/* How an index divides its credit: one case for each of its turns. */
#include "protocols/insuredao/allocation.h"

#include "protocols/insuredao/premium.h"
#include "tests/protocols/insuredao/figures.h"

/* A market to which the index lends `credit`, of which `free` could be taken back. */
static struct insuredao_slice market(uint64_t points, uint64_t credit, uint64_t free)
{
	return (struct insuredao_slice){
		.points = u256_from(points), .credit = tokens(credit), .available = tokens(free)};
}

static struct insuredao_index index_of(uint64_t liquidity, uint64_t leverage, uint64_t points,
				       uint64_t credit)
{
	return (struct insuredao_index){.liquidity = tokens(liquidity),
					.target_leverage = u256_from(leverage),
					.total_points = u256_from(points),
					.total_credit = tokens(credit)};
}

static void assert_step(const struct insuredao_slice *slice, bool is_increase, uint64_t amount)
{
	assert_true(slice->is_called);
	assert_int_equal(slice->is_increase, is_increase);
	assert_number(slice->amount.raw, amount);
}

static void allocate(struct insuredao_slice *slices, size_t count,
		     const struct insuredao_index *index, uint64_t total)
{
	struct assets after;

	assert_true(insuredao_allocate(&after, NULL, slices, count, index));
	assert_number(after.raw, total);
}

static void credit_is_divided_by_points(void **state)
{
	struct insuredao_slice slices[] = {market(100, 0, 500), market(200, 0, 0)};
	struct insuredao_index index = index_of(1000, 2000000, 300, 0);

	(void)state;
	allocate(slices, 2, &index, 1999); /* 666 + 1333: each is cut */
	assert_step(&slices[0], true, 666);
	assert_step(&slices[1], true, 1333);
}

static void what_is_there_already_counts(void **state)
{
	struct insuredao_slice slices[] = {market(1, 900, 5000), market(1, 100, 5000)};
	struct insuredao_index index = index_of(1000, 1000000, 2, 1000);

	(void)state;
	allocate(slices, 2, &index, 1000);
	assert_step(&slices[0], false, 400);
	assert_step(&slices[1], true, 400);
}

static void a_step_of_nothing_is_a_call_all_the_same(void **state)
{
	struct insuredao_slice slices[] = {market(1, 500, 5000), market(1, 500, 5000)};
	struct insuredao_index index = index_of(1000, 1000000, 2, 1000);

	(void)state;
	allocate(slices, 2, &index, 1000);
	assert_step(&slices[0], true, 0);
	assert_step(&slices[1], true, 0);
}

static void what_is_locked_stays_and_the_rest_is_shared(void **state)
{
	/* 800 of the first are locked, more than its goal of 500: what is free of it goes. */
	struct insuredao_slice slices[] = {market(1, 900, 100), market(1, 100, 100),
					   market(2, 0, 0)};
	struct insuredao_index index = index_of(2000, 1000000, 4, 1000);

	(void)state;
	/* Wanted: 500 and 1000; to share 2000 - 800 = 1200: 400 and 800. */
	allocate(slices, 3, &index, 2000);
	assert_step(&slices[0], false, 100);
	assert_step(&slices[1], true, 300);
	assert_step(&slices[2], true, 800);
}

static void with_more_locked_than_the_aim_all_that_is_free_is_withdrawn(void **state)
{
	struct insuredao_slice slices[] = {market(1, 900, 100), market(1, 300, 300),
					   market(1, 50, 0)};
	struct insuredao_index index = index_of(850, 1000000, 3, 1250);

	(void)state;
	allocate(slices, 3, &index, 850); /* 800 and 50 stay, as much as the aim */
	assert_step(&slices[0], false, 100);
	assert_step(&slices[1], false, 300);
	assert_false(slices[2].is_called);
}

static void a_paying_market_is_left_alone(void **state)
{
	struct insuredao_slice slices[] = {market(1, 400, 1000), market(1, 0, 1000)};
	struct insuredao_index index = index_of(1000, 1000000, 2, 400);

	(void)state;
	slices[0].is_paying = true;
	allocate(slices, 2, &index,
		 1000); /* its 400 come off the aim; all points are the other's */
	assert_false(slices[0].is_called);
	assert_step(&slices[1], true, 600);
}

static void a_paused_market_gives_back_what_is_free(void **state)
{
	struct insuredao_slice slices[] = {market(1, 400, 300), market(1, 0, 1000)};
	struct insuredao_index index = index_of(1000, 1000000, 2, 400);

	(void)state;
	slices[0].is_paused = true;
	allocate(slices, 2, &index, 1000); /* 100 stay frozen */
	assert_step(&slices[0], false, 300);
	assert_step(&slices[1], true, 900);
}

static void a_market_without_points_gives_back_what_is_free(void **state)
{
	struct insuredao_slice slices[] = {market(0, 400, 0), market(1, 0, 1000)};
	struct insuredao_index index = index_of(300, 1000000, 1, 400);

	(void)state;
	/* Nothing is free: it is called, for nothing; 400 frozen are above the aim of 300. */
	allocate(slices, 2, &index, 400);
	assert_step(&slices[0], false, 0);
	assert_false(slices[1].is_called);
}

static void an_index_without_markets_has_nothing_to_do(void **state)
{
	struct insuredao_index index = index_of(1000, 2000000, 0, 0);

	(void)state;
	allocate(NULL, 0, &index, 0);
}

static void what_cannot_be_subtracted_reverts(void **state)
{
	struct insuredao_slice slices[] = {market(1, 500, 500)};
	struct insuredao_index index = index_of(1000, 1000000, 1, 400); /* less than is lent */
	struct insuredao_index points = index_of(1000, 1000000, 0, 500);
	struct trace trace = {0};
	struct assets after;

	(void)state;
	assert_false(insuredao_allocate(&after, &trace, slices, 1, &index));
	assert_number(after.raw, 400); /* as it was */
	assert_false(trace.figures[trace.count - 1].is_computable);
	slices[0].is_paying = true;
	assert_false(insuredao_allocate(&after, NULL, slices, 1, &points));
}

/* ---- what may leave ---- */

static void withdraw(uint64_t expected, const struct insuredao_slice *slices, size_t count,
		     uint64_t liquidity, uint64_t leverage)
{
	struct insuredao_index index = index_of(liquidity, leverage, 0, 0);
	struct assets out;

	assert_true(insuredao_withdrawable(&out, NULL, slices, count, &index));
	assert_number(out.raw, expected);
}

static void all_may_leave_where_nothing_is_locked(void **state)
{
	struct insuredao_slice slices[] = {market(1, 500, 500), market(1, 500, 600)};

	(void)state;
	withdraw(1000, slices, 2, 1000, 2000000);
}

static void locked_credit_binds_its_part_by_leverage(void **state)
{
	struct insuredao_slice slices[] = {market(1, 500, 200), market(1, 500, 100)};

	(void)state;
	withdraw(600, slices, 2, 1000, 1750000); /* 700 / 1.75 = 400, which is the largest, too */
	withdraw(300, slices, 2, 1000, 1000000); /* 700 */
	withdraw(600, slices, 2, 1000, 5000000); /* 140 is less than the largest of 400 */
	withdraw(0, slices, 2, 300, 1000000);
}

static void without_leverage_nothing_that_is_locked_can_be_divided(void **state)
{
	struct insuredao_slice slices[] = {market(1, 500, 200)};
	struct insuredao_index index = index_of(1000, 0, 1, 500);
	struct assets out;

	(void)state;
	assert_false(insuredao_withdrawable(&out, NULL, slices, 1, &index));
	assert_number(out.raw, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(credit_is_divided_by_points),
		cmocka_unit_test(what_is_there_already_counts),
		cmocka_unit_test(a_step_of_nothing_is_a_call_all_the_same),
		cmocka_unit_test(what_is_locked_stays_and_the_rest_is_shared),
		cmocka_unit_test(with_more_locked_than_the_aim_all_that_is_free_is_withdrawn),
		cmocka_unit_test(a_paying_market_is_left_alone),
		cmocka_unit_test(a_paused_market_gives_back_what_is_free),
		cmocka_unit_test(a_market_without_points_gives_back_what_is_free),
		cmocka_unit_test(an_index_without_markets_has_nothing_to_do),
		cmocka_unit_test(what_cannot_be_subtracted_reverts),
		cmocka_unit_test(all_may_leave_where_nothing_is_locked),
		cmocka_unit_test(locked_credit_binds_its_part_by_leverage),
		cmocka_unit_test(without_leverage_nothing_that_is_locked_can_be_divided),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
