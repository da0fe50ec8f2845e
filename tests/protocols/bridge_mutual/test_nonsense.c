/* Logs and answers that mean nothing, for books of V2 and of V1. */
#include "protocols/bridge_mutual/internal.h"
#include "tests/support/nonsense.h"
#include "tests/support/test.h"

/* Views are not asked here; an accepted claim takes more luck. tests/e2e/bridge-misuse.test.mjs has
 * these. */
static bool is_out_of_reach(size_t check)
{
	return check == BRIDGE_VIEW_POOL || check == BRIDGE_VIEW_ACCOUNT ||
	       check == BRIDGE_VIEW_ITEM || check == BRIDGE_CLAIM_COVERED ||
	       check == BRIDGE_CLAIM_VOTE;
}

/* What must be told: the terms of a policy, the coin's decimals. */
#define POLICY_HOLDERS(count)                                                                      \
	{                                                                                          \
		.selector = {0x70, 0xb6, 0x8a, 0x2a}, .words = count                               \
	}
#define POLICY_INFOS                                                                               \
	{                                                                                          \
		.selector = {0x4f, 0xab, 0x31, 0x34}, .words = 4                                   \
	}
#define SIX_DECIMALS                                                                               \
	{                                                                                          \
		.selector = {0x31, 0x3c, 0xe5, 0x67}, .words = 1, .is_fixed = true, .fixed = 6     \
	}

static void nonsense_neither_crashes_nor_loses_count(void **state)
{
	/* Two leverage pools, two distributors. */
	static const size_t counts[BRIDGE_ROLE_COUNT] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 1};
	static const struct nonsense_view views[] = {POLICY_HOLDERS(5), POLICY_INFOS, SIX_DECIMALS};
	struct nonsense_plan plan = {.protocol = "bridge-mutual-v2",
				     .counts = counts,
				     .blocks = 300,
				     .runs = 12,
				     .unit = BRIDGE_PERCENTAGE_100,
				     .likes = BRIDGE_CAPITAL, /* losses come from it */
				     .views = views,
				     .view_count = sizeof(views) / sizeof(views[0]),
				     .quote_weeks = 53,
				     .is_out_of_reach = is_out_of_reach};

	(void)state;
	nonsense_run(&plan);
}

static void nonsense_neither_crashes_nor_loses_count_in_v1(void **state)
{
	static const size_t counts[BRIDGE_V1_ROLE_COUNT] = {1, 1, 1, 1, 1, 1};
	static const struct nonsense_view views[] = {
		POLICY_HOLDERS(4),
		POLICY_INFOS,
		SIX_DECIMALS,
		{.selector = {0xcb, 0x2e, 0xf6, 0xf7}, .words = 1}, /* contractType() */
		{.selector = {0x70, 0xa0, 0x82, 0x31}, .words = 1, .is_fixed = true, .fixed = 5},
	};
	struct nonsense_plan plan = {.protocol = "bridge-mutual-v1",
				     .counts = counts,
				     .blocks = 300,
				     .runs = 12,
				     .unit = BRIDGE_PERCENTAGE_100,
				     .likes = BRIDGE_BOOK,
				     .views = views,
				     .view_count = sizeof(views) / sizeof(views[0]),
				     .quote_weeks = 53,
				     .is_out_of_reach = is_out_of_reach};

	(void)state;
	nonsense_run(&plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nonsense_neither_crashes_nor_loses_count),
		cmocka_unit_test(nonsense_neither_crashes_nor_loses_count_in_v1),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
