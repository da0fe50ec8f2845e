/* The clock of days, by figures worked out by hand. */
#include "protocols/bridge_mutual/days.h"

#include "protocols/bridge_mutual/epochs.h"
#include "tests/support/test.h"

enum { DAYS = 600 };

struct book {
	u256 deltas[DAYS];
	uint64_t asked;
};

static u256 delta_at(void *context, uint64_t day)
{
	struct book *book = context;

	book->asked++;
	return day < DAYS ? book->deltas[day] : U256_ZERO;
}

static void sell(struct book *book, uint64_t premium, uint64_t seconds, uint64_t today)
{
	struct bridge_spread s;

	assert_true(bridge_spread(&s, NULL, u256_from(premium), seconds, 1, today));
	book->deltas[s.first_day] = u256_add_wrap(book->deltas[s.first_day], s.daily);
	book->deltas[s.end_day] = u256_sub_wrap(book->deltas[s.end_day], s.daily);
}

static struct bridge_flow flow(struct book *book, struct bridge_flow from, uint64_t to)
{
	struct bridge_deltas deltas = {.at = delta_at, .context = book};
	struct bridge_flow out;

	assert_true(bridge_flow_to(&out, NULL, &from, to, &deltas));
	return out;
}

static void a_premium_is_spread_over_the_policy_and_its_virtual_epoch(void **state)
{
	struct bridge_spread s;

	(void)state;
	/* One whole week: 14 days and a second, which is 14. */
	assert_true(bridge_spread(&s, NULL, u256_from(1000), BRIDGE_WEEK, 1, 100));
	assert_true(u256_equal(s.daily, u256_from(71))); /* 6 are never distributed */
	assert_int_equal(s.first_day, 101);
	assert_int_equal(s.end_day, 115);
	/* A day less a second is a whole day for the contract: it adds one. */
	assert_true(bridge_spread(&s, NULL, u256_from(1000), BRIDGE_DAY - 1, 1, 100));
	assert_int_equal(s.end_day - s.first_day, 8);
	assert_true(bridge_spread(&s, NULL, u256_from(1000), BRIDGE_DAY - 2, 1, 100));
	assert_int_equal(s.end_day - s.first_day, 7);
	/* Before the upgrade, two virtual epochs. */
	assert_true(bridge_spread(&s, NULL, u256_from(1000), BRIDGE_WEEK, 2, 100));
	assert_int_equal(s.end_day - s.first_day, 21);
	assert_true(bridge_spread(&s, NULL, u256_from(7), 1, 0, 0)); /* never less than a day */
	assert_int_equal(s.end_day, 2);
	assert_true(u256_equal(s.daily, u256_from(7)));
}

static void premium_flows_from_the_next_day_on_and_ends(void **state)
{
	struct book book = {0};
	struct bridge_flow start = {.liquidity = u256_from(10000), .day = 100};

	(void)state;
	sell(&book, 1400, BRIDGE_WEEK, 100);
	assert_true(u256_equal(flow(&book, start, 100).liquidity, u256_from(10000)));
	assert_true(u256_equal(flow(&book, start, 101).liquidity, u256_from(10100)));
	assert_true(u256_equal(flow(&book, start, 101).daily, u256_from(100)));
	assert_true(u256_equal(flow(&book, start, 114).liquidity, u256_from(11400)));
	assert_true(u256_equal(flow(&book, start, 115).liquidity, u256_from(11400)));
	assert_true(u256_is_zero(flow(&book, start, 115).daily));
	assert_true(u256_equal(flow(&book, start, 190).liquidity, u256_from(11400)));
}

static void catching_up_in_steps_is_catching_up_at_once(void **state)
{
	struct book book = {0};
	struct bridge_flow at_once = {.liquidity = u256_from(5), .day = 10};
	struct bridge_flow steps = at_once;

	(void)state;
	sell(&book, 90000, 20 * BRIDGE_WEEK, 10);
	sell(&book, 777, 2 * BRIDGE_WEEK, 13);
	sell(&book, 12345, 3 * BRIDGE_WEEK + 5000, 40);
	at_once = flow(&book, at_once, 90);
	for (uint64_t day = 11; day <= 90; day += 1 + day % 7)
		steps = flow(&book, steps, day);
	steps = flow(&book, steps, 90);
	assert_true(u256_equal(at_once.liquidity, steps.liquidity));
	assert_true(u256_equal(at_once.daily, steps.daily));
	assert_int_equal(steps.day, 90);
}

static void one_call_catches_up_on_91_days(void **state)
{
	struct book book = {0};
	struct bridge_flow start = {.liquidity = U256_ZERO, .day = 100};
	struct bridge_flow next;

	(void)state;
	sell(&book, 40000, 50 * BRIDGE_WEEK, 100); /* 357 days, 112 each */
	next = flow(&book, start, 500);
	assert_int_equal(next.day, 191);
	assert_int_equal(book.asked, 91);
	assert_true(u256_equal(next.liquidity, u256_from(91 * 112)));
	next = flow(&book, next, 500);
	assert_int_equal(next.day, 282);
	next = flow(&book, next, 282);
	assert_int_equal(next.day, 282);
	next = flow(&book, next, 100); /* never back */
	assert_int_equal(next.day, 282);
}

static void liquidity_beyond_256_bits_is_not_computable(void **state)
{
	struct book book = {0};
	struct bridge_deltas deltas = {.at = delta_at, .context = &book};
	struct bridge_flow from = {.liquidity = U256_MAX, .day = 1};
	struct trace trace = {0};
	struct bridge_flow out;

	(void)state;
	book.deltas[2] = U256_ONE;
	assert_false(bridge_flow_to(&out, &trace, &from, 2, &deltas));
	assert_false(trace.figures[0].is_computable);
	/* A flow below zero is a huge number to the contract, too. */
	book.deltas[2] = u256_sub_wrap(U256_ZERO, U256_ONE);
	assert_false(bridge_flow_to(&out, NULL, &from, 2, &deltas));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_premium_is_spread_over_the_policy_and_its_virtual_epoch),
		cmocka_unit_test(premium_flows_from_the_next_day_on_and_ends),
		cmocka_unit_test(catching_up_in_steps_is_catching_up_at_once),
		cmocka_unit_test(one_call_catches_up_on_91_days),
		cmocka_unit_test(liquidity_beyond_256_bits_is_not_computable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
