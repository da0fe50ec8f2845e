/*
 * Range plans: what refusals and answers do to the width.
 */
#include "tests/indexer/check.h"

#include "indexer/range.h"

static const struct rpc_error_info too_wide = {.kind = RPC_RANGE_TOO_WIDE};
static const struct rpc_error_info too_many = {.kind = RPC_TOO_MANY_RESULTS};

static void a_plan_begins_wide_and_within_its_limit(void **state)
{
	struct range_plan plan;

	(void)state;
	range_plan_init(&plan, 0, 0);
	assert_int_equal(plan.width, 10000);
	range_plan_init(&plan, 0, 300);
	assert_int_equal(plan.width, 300);
	range_plan_init(&plan, 50, 300);
	assert_int_equal(plan.width, 50);
}

static void a_refusal_halves(void **state)
{
	struct range_plan plan;

	(void)state;
	range_plan_init(&plan, 1000, 0);
	assert_true(range_refused(&plan, 1, 1000, &too_many));
	assert_int_equal(plan.width, 500);
	/* ranges of the old width that were under way do not halve again */
	assert_true(range_refused(&plan, 1001, 2000, &too_many));
	assert_true(range_refused(&plan, 2001, 3000, &too_many));
	assert_int_equal(plan.width, 500);
	assert_true(range_refused(&plan, 1, 3, &too_many));
	assert_int_equal(plan.width, 1);
	assert_true(range_refused(&plan, 1, 2, &too_many));
	assert_int_equal(plan.width, 1);
}

static void a_single_block_cannot_be_halved(void **state)
{
	struct range_plan plan;

	(void)state;
	range_plan_init(&plan, 1, 0);
	assert_false(range_refused(&plan, 7, 7, &too_many));
	assert_int_equal(plan.width, 1);
}

static void a_suggestion_is_taken(void **state)
{
	struct range_plan plan;
	struct rpc_error_info info = too_many;

	(void)state;
	info.has_range = true;
	info.from = 100;
	info.to = 349;
	range_plan_init(&plan, 1000, 0);
	assert_true(range_refused(&plan, 100, 1099, &info));
	assert_int_equal(plan.width, 250);
	/* one for another place, or no smaller than what was asked, is none */
	range_plan_init(&plan, 1000, 0);
	assert_true(range_refused(&plan, 1000, 1999, &info));
	assert_int_equal(plan.width, 500);
	info.to = 5000;
	range_plan_init(&plan, 1000, 0);
	assert_true(range_refused(&plan, 100, 1099, &info));
	assert_int_equal(plan.width, 500);
	info = too_wide;
	info.blocks_max = 40;
	range_plan_init(&plan, 1000, 0);
	assert_true(range_refused(&plan, 100, 1099, &info));
	assert_int_equal(plan.width, 40);
	assert_int_equal(plan.limit, 40);
	info.blocks_max = 2000;
	assert_true(range_refused(&plan, 100, 139, &info));
	assert_int_equal(plan.width, 20);
}

static void eight_answers_grow_by_half(void **state)
{
	struct range_plan plan;

	(void)state;
	range_plan_init(&plan, 100, 0);
	for (int i = 0; i < 7; i++)
		range_accepted(&plan, 100, 1000);
	range_accepted(&plan, 30, 1000); /* less than the width proves nothing */
	assert_int_equal(plan.width, 100);
	range_accepted(&plan, 100, 1000);
	assert_int_equal(plan.width, 150);
	for (int i = 0; i < 7; i++)
		range_accepted(&plan, 150, 1000);
	assert_true(range_refused(&plan, 1, 150, &too_many));
	assert_int_equal(plan.width, 75);
	for (int i = 0; i < 7; i++)
		range_accepted(&plan, 75, 1000);
	assert_int_equal(plan.width, 75);
}

static void large_answers_do_not_grow(void **state)
{
	struct range_plan plan;

	(void)state;
	range_plan_init(&plan, 100, 0);
	for (int i = 0; i < 100; i++)
		range_accepted(&plan, 100, RANGE_BYTES_AIM + 1);
	assert_int_equal(plan.width, 100);
	range_accepted(&plan, 100, 5 * (uint64_t)RANGE_BYTES_AIM);
	assert_int_equal(plan.width, 50);
	range_plan_init(&plan, 1, 0);
	range_accepted(&plan, 1, 5 * (uint64_t)RANGE_BYTES_AIM);
	assert_int_equal(plan.width, 1);
}

/* A node that allows `allowed` blocks without saying so: how often is it asked for too much? */
static unsigned refusals_in(uint64_t first, uint64_t allowed, unsigned requests, uint64_t *width)
{
	struct range_plan plan;
	unsigned refusals = 0;

	range_plan_init(&plan, first, 0);
	for (unsigned i = 0; i < requests; i++) {
		assert_true(plan.width >= 1);
		if (plan.width > allowed) {
			assert_true(range_refused(&plan, 1, plan.width, &too_wide));
			refusals++;
		} else {
			range_accepted(&plan, plan.width, 100);
		}
	}
	*width = plan.width;
	return refusals;
}

static void an_unspoken_limit_is_found_and_kept(void **state)
{
	(void)state;
	for (uint64_t allowed = 1; allowed < 6000; allowed = allowed * 5 / 4 + 1) {
		uint64_t width;
		unsigned refusals = refusals_in(10000, allowed, 1000, &width);

		assert_true(refusals < 25);
		assert_true(width <= allowed && width >= allowed / 2);
	}
}

static void growth_stops_at_the_limit(void **state)
{
	struct range_plan plan;

	(void)state;
	range_plan_init(&plan, 1, 1000);
	for (int i = 0; i < 1000; i++)
		range_accepted(&plan, plan.width, 1);
	assert_int_equal(plan.width, 1000);
	range_plan_init(&plan, UINT64_MAX - 1, 0);
	for (int i = 0; i < 20; i++)
		range_accepted(&plan, plan.width, 1);
	assert_true(plan.width >= UINT64_MAX - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_plan_begins_wide_and_within_its_limit),
		cmocka_unit_test(a_refusal_halves),
		cmocka_unit_test(a_single_block_cannot_be_halved),
		cmocka_unit_test(a_suggestion_is_taken),
		cmocka_unit_test(eight_answers_grow_by_half),
		cmocka_unit_test(large_answers_do_not_grow),
		cmocka_unit_test(an_unspoken_limit_is_found_and_kept),
		cmocka_unit_test(growth_stops_at_the_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
