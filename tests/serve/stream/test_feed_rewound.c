/*
 * What comes where the client's block is gone, and findings that no block of the mirror holds.
 */
#include "tests/serve/stream/feeding.h"

/* A mirror of so many blocks; a client's place at the newest. */
static char *written(struct fixture *f, size_t blocks)
{
	extend(&f->trunk, blocks, 100);
	made_write(&f->m, &f->trunk, blocks);
	return newest_id(f);
}

/* Another branch above `fork`, not written yet. */
static void fork_off(struct fixture *f, size_t fork, size_t blocks, uint64_t seed)
{
	f->branch = f->trunk;
	f->branch.count = fork;
	extend(&f->branch, blocks, seed);
	made_reorg(&f->m, &f->branch, fork);
}

/* Blocks above `kept` are taken back and written again, the first of them repaired. */
static void repair(struct fixture *f, size_t kept, size_t newest)
{
	made_drop(&f->m, kept);
	f->trunk.blocks[kept].repaired = 1;
	made_write(&f->m, &f->trunk, newest);
}

/* The client at that place is rewound to `to` and told `blocks` from there. */
static void expect_rewound(struct fixture *f, const char *id, json_int_t to, size_t blocks)
{
	struct heard_list heard = read_after(f, id, FEED_BLOCK);

	assert_int_equal(rewound_to(&heard.items[0]), to);
	assert_int_equal(heard.count, 1 + blocks);
	if (to >= 0)
		assert_int_equal(number_of(&heard.items[1], "number"), to + 1);
	heard_free(&heard);
}

static void a_reorg_rewinds_to_its_fork(void **state)
{
	struct fixture *f = *state;
	char *id = written(f, 20);

	fork_off(f, 17, 6, 500);
	made_write(&f->m, &f->branch, 23);
	expect_rewound(f, id, 17, 6);
	free(id);
}

/* Of a reorg that the mirror has no note of any more, or of a client that was not at its newest
 * block, a base tells enough. */
static void a_branch_that_nobody_remembers_is_left_at_a_base(void **state)
{
	struct fixture *f = *state;
	char *id = written(f, 400);

	for (size_t i = 0; i < 20; i++) {
		fork_off(f, 398, 3, 1000 + 10 * i);
		made_write(&f->m, &f->branch, 401);
		f->trunk = f->branch;
		f->m.branch = &f->trunk;
	}
	expect_rewound(f, id, 320, 401 - 320);
	free(id);
}

static void another_mirror_is_told_from_its_beginning(void **state)
{
	struct fixture *f = *state;
	char *id = written(f, 200);

	made_close(&f->m);
	made_open(&f->m);
	extend(&f->branch, 150, 7000);
	made_write(&f->m, &f->branch, 150);
	expect_rewound(f, id, -1, 150);
	free(id);
}

/* What was left out had no effect but its event: nothing but the note of the repair shows it. */
static void a_repair_rewinds_to_what_it_kept(void **state)
{
	struct fixture *f = *state;
	char *id;

	f->m.rows_max = 0;
	extend(&f->trunk, 20, 100);
	f->trunk.blocks[8].repaired = 1; /* its effect is that of the other one */
	made_write(&f->m, &f->trunk, 20);
	id = newest_id(f);
	repair(f, 12, 20);
	expect_rewound(f, id, 12, 8);
	free(id);
}

static void a_repair_that_changes_the_digest_rewinds_to_a_base(void **state)
{
	struct fixture *f = *state;
	char *id = written(f, 400);

	repair(f, 350, 400);
	expect_rewound(f, id, 320, 80);
	repair(f, 100, 400);
	expect_rewound(f, id, -1, 400);
	free(id);
}

static void findings_that_go_with_blocks_are_told_as_withdrawn(void **state)
{
	struct fixture *f = *state;
	struct heard_list before;
	struct heard_list heard;
	size_t open = 0;
	size_t withdrawn = 0;
	char *id = written(f, 30);

	before = read_from(f, 16, FEED_FINDING);
	fork_off(f, 15, 1, 900);
	heard = read_after(f, id, FEED_FINDING);
	assert_int_equal(rewound_to(&heard.items[0]), 15);
	for (size_t i = 1; i < heard.count; i++) {
		json_t *data = data_of(&heard.items[i]);

		assert_string_equal(json_string_value(json_object_get(data, "state")), "withdrawn");
		assert_true(json_integer_value(json_object_get(data, "block")) > 15);
		assert_int_equal(json_integer_value(json_object_get(
					 json_object_get(data, "withdrawn"), "fork")),
				 15);
		json_decref(data);
		withdrawn++;
	}
	for (size_t i = 0; i < before.count; i++)
		open += strstr(before.items[i].data, "\"state\":\"open\"") != NULL;
	assert_true(withdrawn > 0 && withdrawn <= open);
	heard_free(&before);
	heard_free(&heard);
	free(id);
}

/* The newest block of the findings in these messages. */
static uint64_t newest_finding(const struct heard_list *heard)
{
	uint64_t newest = 0;

	for (size_t i = 0; i < heard->count; i++)
		if (strcmp(heard->items[i].event, "finding") == 0 &&
		    strstr(heard->items[i].data, "\"state\":\"withdrawn\"") &&
		    (uint64_t)number_of(&heard->items[i], "block") > newest)
			newest = (uint64_t)number_of(&heard->items[i], "block");
	return newest;
}

static void findings_of_blocks_that_a_client_never_knew_are_not_withdrawn_for_it(void **state)
{
	struct fixture *f = *state;
	struct heard_list heard;
	char *early;
	char *late;

	extend(&f->trunk, 40, 100);
	made_write(&f->m, &f->trunk, 20);
	early = newest_id(f);
	made_write(&f->m, &f->trunk, 40);
	late = newest_id(f);
	fork_off(f, 5, 1, 900);
	heard = read_after(f, late, FEED_FINDING);
	assert_true(newest_finding(&heard) > 20);
	heard_free(&heard);
	heard = read_after(f, early, FEED_FINDING);
	assert_true(newest_finding(&heard) > 5 && newest_finding(&heard) <= 20);
	heard_free(&heard);
	free(early);
	free(late);
}

static void a_refused_block_is_told_once(void **state)
{
	struct feed_options options = wanting(*state, FEED_FINDING);
	struct fixture *f = *state;
	struct heard_list heard;
	struct feed *feed;
	char *id;

	extend(&f->trunk, 4, 100);
	made_write(&f->m, &f->trunk, 4);
	assert_ok(feed_open_now(&feed, &options, &f->err), f->err);
	made_refuse(&f->m);
	made_refuse(&f->m);
	read_all(&heard, f, feed);
	assert_int_equal(heard.count, 2);
	assert_non_null(strstr(heard.items[0].data, "source-receipts-root"));
	id = xstrdup(heard.items[0].id);
	heard_free(&heard);
	read_all(&heard, f, feed);
	assert_int_equal(heard.count, 0);
	heard = read_after(f, id, FEED_FINDING);
	assert_int_equal(heard.count, 1);
	heard_free(&heard);
	/* Settled, and another one: which is not taken for one that was told. */
	made_settle(&f->m);
	made_refuse(&f->m);
	read_all(&heard, f, feed);
	assert_int_equal(heard.count, 1);
	heard_free(&heard);
	feed_close(feed);
	free(id);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_reorg_rewinds_to_its_fork, begin, end),
		cmocka_unit_test_setup_teardown(a_branch_that_nobody_remembers_is_left_at_a_base,
						begin, end),
		cmocka_unit_test_setup_teardown(another_mirror_is_told_from_its_beginning, begin,
						end),
		cmocka_unit_test_setup_teardown(a_repair_rewinds_to_what_it_kept, begin, end),
		cmocka_unit_test_setup_teardown(a_repair_that_changes_the_digest_rewinds_to_a_base,
						begin, end),
		cmocka_unit_test_setup_teardown(findings_that_go_with_blocks_are_told_as_withdrawn,
						begin, end),
		cmocka_unit_test_setup_teardown(
			findings_of_blocks_that_a_client_never_knew_are_not_withdrawn_for_it, begin,
			end),
		cmocka_unit_test_setup_teardown(a_refused_block_is_told_once, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
