/*
 * Counts by check: their bytes there and back, and bytes that nobody wrote.
 */
#include "reconcile/check_counts.h"
#include "reconcile/source_check.h"
#include "tests/support/test.h"

static struct arena *arena;

static int begin(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

static struct check_count of(uint64_t passed, uint64_t failed)
{
	return (struct check_count){.passed = passed, .failed = failed};
}

static void assert_count(const struct check_counts *counts, uint16_t tag, uint64_t passed,
			 uint64_t failed)
{
	struct check_count count = check_counts_of(counts, tag);

	assert_int_equal(count.passed, passed);
	assert_int_equal(count.failed, failed);
}

static void each_check_is_counted_by_itself(void **state)
{
	struct check_counts counts = {0};

	(void)state;
	check_counts_add(&counts, 7, of(3, 0));
	check_counts_add(&counts, 2, of(0, 1));
	check_counts_add(&counts, 7, of(4, 2));
	check_counts_add(&counts, 9, of(0, 0));
	assert_int_equal(counts.size, 2);
	assert_count(&counts, 7, 7, 2);
	assert_count(&counts, 2, 0, 1);
	assert_count(&counts, 9, 0, 0);
}

static void they_are_packed_and_read_back(void **state)
{
	static const struct check_count values[] = {
		{1, 0},   {63, 0},  {64, 0},        {0, 1},
		{127, 1}, {0, 127}, {1000000, 128}, {UINT64_MAX >> 1, UINT64_MAX},
	};
	enum { VALUES = sizeof(values) / sizeof(values[0]) };
	struct check_counts counts = {0};
	struct check_counts read;
	struct slice order;
	struct slice bytes;
	struct error err;

	(void)state;
	for (uint16_t i = 0; i < VALUES; i++)
		check_counts_add(&counts, (uint16_t)(60000 - 1000 * i), values[i]);
	order = check_order_encode(arena, &counts);
	bytes = check_counts_encode(arena, &counts);
	assert_int_equal(order.size, 2 * VALUES);
	assert_int_equal(bytes.size, 1 + 1 + 2 + 2 + 3 + 2 + 3 + 2 + 10 + 10);
	assert_int_equal(check_counts_decode(&read, order, bytes, &err), OK);
	assert_int_equal(read.size, VALUES);
	for (uint16_t i = 0; i < VALUES; i++)
		assert_count(&read, (uint16_t)(60000 - 1000 * i), values[i].passed,
			     values[i].failed);
	assert_int_equal(check_counts_decode(&read, slice_of(NULL, 0), slice_of(NULL, 0), &err),
			 OK);
	assert_int_equal(read.size, 0);
}

static void checks_without_end_are_not_all_told_apart(void **state)
{
	struct check_counts counts = {0};
	struct check_counts read;
	struct error err;

	(void)state;
	for (uint16_t i = 0; i < CHECK_COUNTS_MAX + 10; i++)
		check_counts_add(&counts, i, of(1, 0));
	assert_int_equal(counts.size, CHECK_COUNTS_MAX);
	check_counts_add(&counts, 3, of(1, 0));
	assert_count(&counts, 3, 2, 0);
	assert_int_equal(check_counts_decode(&read, check_order_encode(arena, &counts),
					     check_counts_encode(arena, &counts), &err),
			 OK);
	assert_int_equal(read.size, CHECK_COUNTS_MAX);
}

static void what_nobody_wrote_is_damage(void **state)
{
	static const struct {
		struct slice order;
		struct slice counts;
	} cases[] = {
#define BYTES(text) {(const uint8_t *)(text), sizeof(text) - 1}
		{BYTES("\1\2"), BYTES("")},           /* no counts */
		{BYTES(""), BYTES("\2")},             /* of whom? */
		{BYTES("\1"), BYTES("\2")},           /* half a check */
		{BYTES("\1\2"), BYTES("\0")},         /* a check that was never made */
		{BYTES("\1\2"), BYTES("\1")},         /* it failed: how often? */
		{BYTES("\1\2"), BYTES("\3\0")},       /* never */
		{BYTES("\1\2"), BYTES("\2\2")},       /* counts of nobody */
		{BYTES("\1\2\1\2"), BYTES("\2\2")},   /* the same check twice */
		{BYTES("\1\2"), BYTES("\x82")},       /* cut off */
		{BYTES("\1\2"), BYTES("\x80\0")},     /* a zero at the end */
		{BYTES("\1\2"), BYTES("\x82\x80\0")}, /* the same */
		{BYTES("\1\2"), BYTES("\xfe\xff\xff\xff\xff\xff\xff\xff\xff\2")}, /* too large */
		{BYTES("\1\2"), BYTES("\xfe\xff\xff\xff\xff\xff\xff\xff\xff\xff\1")},
#undef BYTES
	};
	struct check_counts read;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (check_counts_decode(&read, cases[i].order, cases[i].counts, &err) !=
			    ERR_CORRUPT ||
		    !strstr(err.message, "damaged"))
			fail_msg("case %zu was read", i);
}

static void no_two_checks_of_a_pool_have_the_same_tag(void **state)
{
	(void)state;
	for (size_t i = 0; i < protocol_count(); i++) {
		const struct protocol *protocol = protocol_at(i);
		uint16_t tags[CHECKS_MAX + FAULT_COUNT];
		size_t count = 0;

		for (size_t k = 0; k < protocol->check_count; k++)
			tags[count++] = check_tag(protocol->checks[k].id);
		for (int fault = FAULT_NONE + 1; fault < FAULT_COUNT; fault++)
			tags[count++] = check_tag(source_check((enum proof_fault)fault)->id);
		for (size_t k = 0; k < count; k++)
			for (size_t n = 0; n < k; n++)
				assert_int_not_equal(tags[k], tags[n]);
	}
}

#define COUNTS_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		COUNTS_TEST(each_check_is_counted_by_itself),
		COUNTS_TEST(they_are_packed_and_read_back),
		COUNTS_TEST(checks_without_end_are_not_all_told_apart),
		COUNTS_TEST(what_nobody_wrote_is_damage),
		COUNTS_TEST(no_two_checks_of_a_pool_have_the_same_tag),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
