/* Logs that mean nothing, for a vault with its pools. */
#include "protocols/insuredao/internal.h"
#include "protocols/insuredao/premium.h"
#include "tests/support/nonsense.h"
#include "tests/support/test.h"

static void nonsense_neither_crashes_nor_loses_count(void **state)
{
	/* Three markets, two indices, two reserves. */
	static const size_t counts[] = {1, 1, 1, 1, 3, 2, 2, 1};
	struct nonsense_plan plan = {.protocol = "insuredao",
				     .counts = counts,
				     .blocks = 150,
				     .runs = 4,
				     .unit = u256_from(INSUREDAO_ONE),
				     .likes = LIKES_NOBODY,
				     .market = INSUREDAO_MARKETS};

	(void)state;
	nonsense_run(&plan);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nonsense_neither_crashes_nor_loses_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
