/*
 * Positions: what is written is read back, and nothing else is read.
 */
#include "serve/stream/position.h"

#include "tests/support/sim_random.h"
#include "tests/support/test.h"

#define HASH "0x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define MARKS "-0123456789abcdef-fedcba9876543210-"

static void refuse(const char *text)
{
	struct position position;
	struct error err = {.status = OK};

	if (position_parse(&position, text, &err) != ERR_USAGE || err.status != ERR_USAGE)
		fail_msg("\"%s\" was read", text);
}

static struct position read_back(const char *text)
{
	char again[POSITION_TEXT_SIZE];
	struct position position;
	struct error err;

	assert_ok(position_parse(&position, text, &err), err);
	assert_string_equal(position_format(again, &position), text);
	return position;
}

static void a_position_is_read_as_it_was_written(void **state)
{
	struct position p;

	(void)state;
	p = read_back("309-" HASH MARKS "-2-5-c17.2");
	assert_int_equal(p.number, 309);
	assert_int_equal(p.hash.bytes[1], 0x11);
	assert_int_equal(p.mark[0], 0x01);
	assert_true(p.bases[0].is_given);
	assert_int_equal(p.bases[0].mark[7], 0x10);
	assert_false(p.bases[1].is_given);
	assert_int_equal(p.repairs, 2);
	assert_int_equal(p.told, 5);
	assert_int_equal(p.place.part, PLACE_CHANGES);
	assert_int_equal(p.place.index, 17);
	assert_int_equal(p.place.sub, 2);
	assert_false(p.withdrawing.is_going);
	p = read_back("0-" HASH "-0123456789abcdef---2-0-b");
	assert_int_equal(p.place.part, PLACE_WHOLE);
	assert_false(p.bases[0].is_given);
	p = read_back("18446744073709551615-" HASH MARKS
		      "-2-18446744073709551615-e4294967295.65535");
	assert_true(p.number == UINT64_MAX);
	p = read_back("7-" HASH MARKS "-2-0-p3");
	assert_int_equal(p.place.part, PLACE_POOLS);
	p = read_back("7-" HASH MARKS "-2-0-f0");
	assert_int_equal(p.place.part, PLACE_FINDINGS);
	p = read_back("7-" HASH MARKS "-2-0-b-w12.3.1.000102030405060708090a0b0c0d0e0f");
	assert_true(p.withdrawing.is_going);
	assert_int_equal(p.withdrawing.top, 12);
	assert_int_equal(p.withdrawing.reorg, 3);
	assert_int_equal(p.withdrawing.pool, 1);
	assert_int_equal(p.withdrawing.key[15], 15);
}

static void the_beginning_is_a_position(void **state)
{
	struct position p = read_back("start-0");

	(void)state;
	assert_true(p.is_start);
	p = read_back("start-4-w9.0.65535.ffffffffffffffffffffffffffffffff");
	assert_int_equal(p.told, 4);
	assert_int_equal(p.withdrawing.top, 9);
}

static void a_block_of_an_answer_is_a_position(void **state)
{
	struct position p = read_back("309-" HASH);

	(void)state;
	assert_false(p.has_mark);
	assert_false(p.has_told);
	assert_int_equal(p.place.part, PLACE_WHOLE);
}

static void anything_else_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"0",
		"-",
		"309",
		"309-",
		"309-0x",
		"309-" HASH "-",
		"309-" HASH "f",
		"0309-" HASH,
		"+309-" HASH,
		"18446744073709551616-" HASH,
		"99999999999999999999-" HASH,
		"309-" HASH "-w1.1.1.000102030405060708090a0b0c0d0e0f",
		"309-" HASH MARKS,
		"309-" HASH MARKS "-2-5",
		"309-" HASH MARKS "-5-b",
		"309-" HASH MARKS "-2-5-",
		"309-" HASH MARKS "-2-5-x",
		"309-" HASH MARKS "-2-5-b1",
		"309-" HASH MARKS "-2-5-e",
		"309-" HASH MARKS "-2-5-e1",
		"309-" HASH MARKS "-2-5-e1.",
		"309-" HASH MARKS "-2-5-e1.65536",
		"309-" HASH MARKS "-2-5-e4294967296.0",
		"309-" HASH MARKS "-2-5-p1.1",
		"309-" HASH MARKS "-02-5-b",
		"309-" HASH MARKS "-2-05-b",
		"309-" HASH MARKS "-2-5-b ",
		"309-" HASH MARKS "-2-5-b\n",
		"309-" HASH MARKS "-2-5-b-w",
		"309-" HASH MARKS "-2-5-b-w1.1.1.",
		"309-" HASH MARKS "-2-5-b-w1.1.1.000102030405060708090a0b0c0d0e0F",
		"309-" HASH MARKS "-2-5-b-w1.1.65536.000102030405060708090a0b0c0d0e0f",
		"309-" HASH MARKS "-2-5-b-w1.1.1.000102030405060708090a0b0c0d0e0f0",
		"309-" HASH "-0123456789abcde-fedcba9876543210--2-5-b",
		"start",
		"start-",
		"start-x",
		"start-1-b",
		"START-1",
		"null",
		"\xff\xff",
	};
	char *longer = malloc(2 * POSITION_TEXT_SIZE);

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refuse(bad[i]);
	memset(longer, '1', 2 * POSITION_TEXT_SIZE);
	longer[2 * POSITION_TEXT_SIZE - 1] = '\0';
	refuse(longer);
	free(longer);
}

static void any_position_fits_and_comes_back(void **state)
{
	struct sim_random random = sim_random_of(1, 1);

	(void)state;
	for (int i = 0; i < 2000; i++) {
		char text[POSITION_TEXT_SIZE];
		struct position p = {.has_mark = true,
				     .has_told = true,
				     .told = UINT64_MAX,
				     .repairs = UINT64_MAX};

		p.number = i % 2 ? UINT64_MAX : sim_word(&random);
		sim_bytes(&random, p.hash.bytes, HASH_BYTES);
		sim_bytes(&random, p.mark, sizeof(p.mark));
		for (size_t k = 0; k < POSITION_BASES; k++) {
			p.bases[k].is_given = sim_percent(&random, 80);
			if (p.bases[k].is_given)
				sim_bytes(&random, p.bases[k].mark, POSITION_MARK_BYTES);
		}
		p.place.part = (enum place_part)sim_below(&random, PLACE_WHOLE + 1);
		p.place.index = p.place.part == PLACE_WHOLE ? 0 : UINT32_MAX;
		if (p.place.part == PLACE_EVENTS || p.place.part == PLACE_CHANGES)
			p.place.sub = UINT16_MAX;
		p.withdrawing.is_going = true;
		p.withdrawing.top = UINT64_MAX;
		p.withdrawing.reorg = UINT64_MAX;
		p.withdrawing.pool = UINT16_MAX;
		sim_bytes(&random, p.withdrawing.key, FINDING_ID_BYTES);
		assert_true(strlen(position_format(text, &p)) < POSITION_TEXT_SIZE - 1);
		(void)read_back(text);
	}
}

static void bases_stand_well_below_and_are_the_same_for_neighbours(void **state)
{
	uint64_t round;

	(void)state;
	assert_false(position_base(&round, 0, 0));
	assert_false(position_base(&round, 127, 0));
	assert_true(position_base(&round, 128, 0));
	assert_int_equal(round, 64);
	assert_true(position_base(&round, 191, 0));
	assert_int_equal(round, 64);
	assert_true(position_base(&round, 192, 0));
	assert_int_equal(round, 128);
	assert_false(position_base(&round, 8191, 1));
	assert_true(position_base(&round, UINT64_MAX, 1));
	assert_true(round < UINT64_MAX - 4096);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_position_is_read_as_it_was_written),
		cmocka_unit_test(the_beginning_is_a_position),
		cmocka_unit_test(a_block_of_an_answer_is_a_position),
		cmocka_unit_test(anything_else_is_refused),
		cmocka_unit_test(any_position_fits_and_comes_back),
		cmocka_unit_test(bases_stand_well_below_and_are_the_same_for_neighbours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
