/*
 * Following a head that changes its mind, goes back, lags behind and has gaps: the mirror must end
 * as a straight run over the final chain, and nothing final may be undone.
 */
#include <inttypes.h>

#include "reconcile/withdrawn.h"
#include "tests/support/follow_stage.h"

enum { TRUNK = 100, HEAD = 90, DEPTH_MAX = 64 };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Made once: a chain, and branches of it. */
static struct sim_chain *trunk;

static struct sim_chain *branch_at(uint64_t fork, uint64_t depth, uint64_t seed)
{
	return sim_chain_fork(trunk, fork, depth, seed);
}

static int make_trunk(void **state)
{
	const struct sim_options options = {.noise_max = 1, .pool_percent = 60};

	(void)state;
	trunk = sim_chain_new(41, TRUNK + 1, &options);
	return 0;
}

static int free_trunk(void **state)
{
	(void)state;
	sim_chain_free(trunk);
	return 0;
}

static int begin(void **state)
{
	struct stage *s = xcalloc(1, sizeof(*s));

	stage_open(s, trunk);
	*state = s;
	return 0;
}

static int end(void **state)
{
	stage_close(*state);
	free(*state);
	return 0;
}

static void have_trunk(struct stage *s)
{
	stage_serve(s, trunk, HEAD, 200);
	assert_ok(stage_sync(s), s->m.err);
}

/* ---- reorgs ---- */

/* To the branch, and back to what was left. */
static void follow_branch(struct stage *s, uint64_t depth)
{
	struct sim_chain *branch = branch_at(HEAD - depth, depth + 2, 100 + depth);
	const struct stage_step there[] = {{.chain = branch, .head = HEAD + 1}};
	const struct stage_step back[] = {{.chain = trunk, .head = HEAD + 3}};

	have_trunk(s);
	stage_follow(s, there, 1);
	stage_expect(s, branch, HEAD + 1);
	assert_int_equal(s->reorg_count, 1);
	assert_int_equal(s->reorgs[0].fork.number, HEAD - depth);
	assert_int_equal(s->reorgs[0].old.number, HEAD);
	assert_int_equal(s->reorgs[0].dropped, depth);
	assert_true(hash_equal(s->reorgs[0].old.hash, sim_chain_block(trunk, HEAD)->hash));
	stage_follow(s, back, 1);
	stage_expect(s, trunk, HEAD + 3);
	assert_int_equal(s->reorg_count, 1);
	assert_int_equal(s->reorgs[0].dropped, depth + 1);
	sim_chain_free(branch);
}

static void reorgs_of_every_depth_are_followed(void **state)
{
	static const uint64_t depths[] = {1, 2, 3, 4, 7, 8, 9, 16, 17, 31, 33, 47, 63, DEPTH_MAX};

	(void)state;
	for (size_t i = 0; i < COUNT(depths); i++) {
		void *s;

		(void)begin(&s);
		follow_branch(s, depths[i]);
		(void)end(&s);
	}
}

static void a_deep_fork_is_found_with_few_requests(void **state)
{
	struct stage *s = *state;
	struct sim_chain *branch = branch_at(HEAD - DEPTH_MAX, DEPTH_MAX + 2, 7);
	const struct stage_step steps[] = {{.chain = branch, .head = HEAD + 1}};

	have_trunk(s);
	stage_follow(s, steps, 1);
	assert_int_equal(s->reorg_count, 1);
	/* Of these are two looks at the head with the finalized block, contracts that are looked
	 * for, the block whose parent does not fit; three at most search. */
	assert_true(s->reorg_requests[0] <= 16);
	sim_chain_free(branch);
}

static void a_reorg_of_a_reorg_is_followed(void **state)
{
	struct stage *s = *state;
	struct sim_chain *one = branch_at(HEAD - 5, 12, 11);
	struct sim_chain *two = sim_chain_fork(one, HEAD - 2, 9, 12);
	struct sim_chain *three = branch_at(HEAD - 20, 30, 13);
	const struct stage_step steps[] = {
		{.chain = one, .head = HEAD + 1},   {.chain = two, .head = HEAD + 2},
		{.chain = one, .head = HEAD + 3},   {.chain = three, .head = HEAD + 4},
		{.chain = trunk, .head = HEAD + 5}, {.chain = two, .head = HEAD + 6},
	};

	have_trunk(s);
	stage_follow(s, steps, COUNT(steps));
	stage_expect(s, two, HEAD + 6);
	assert_int_equal(s->reorg_count, COUNT(steps));
	sim_chain_free(one);
	sim_chain_free(two);
	sim_chain_free(three);
}

static void a_branch_that_is_shorter_than_ours_is_followed(void **state)
{
	struct stage *s = *state;
	struct sim_chain *branch = branch_at(HEAD - 10, 20, 21);
	const struct stage_step steps[] = {
		{.chain = branch, .head = HEAD - 6},
		{.chain = branch, .head = HEAD - 5},
		{.chain = branch, .head = HEAD + 4},
	};

	have_trunk(s);
	stage_follow(s, steps, COUNT(steps));
	stage_expect(s, branch, HEAD + 4);
	assert_int_equal(s->reorg_count, 1);
	assert_int_equal(s->reorgs[0].fork.number, HEAD - 10);
	sim_chain_free(branch);
}

static void a_reorg_while_nobody_looked_is_followed(void **state)
{
	struct stage *s = *state;
	struct sim_chain *branch = branch_at(HEAD - 30, 32, 31);

	have_trunk(s);
	stage_serve(s, branch, HEAD - 3, 200);
	assert_ok(stage_sync(s), s->m.err);
	stage_expect(s, branch, HEAD - 3);
	stage_serve(s, trunk, HEAD, 200);
	assert_ok(stage_sync(s), s->m.err);
	stage_expect(s, trunk, HEAD);
	sim_chain_free(branch);
}

/* The chain changes its mind behind a request of the catch-up, an early or a late one. */
static void a_reorg_during_a_catch_up_is_followed(void **state)
{
	struct sim_chain *branch = branch_at(HEAD - 40, 44, 51);

	(void)state;
	for (unsigned looks = 1; looks <= 2; looks++)
		for (int sparse = 0; sparse < 2; sparse++) {
			const struct stage_step steps[] = {
				{.chain = trunk, .head = HEAD, .looks = looks},
				{.chain = branch, .head = HEAD + 3},
			};
			struct stage *s = xcalloc(1, sizeof(*s));

			s->is_sparse = sparse;
			stage_open(s, trunk);
			stage_serve(s, trunk, HEAD - 35, 200);
			assert_ok(stage_sync(s), s->m.err);
			stage_follow(s, steps, COUNT(steps));
			stage_expect(s, branch, HEAD + 3);
			stage_close(s);
			free(s);
		}
	sim_chain_free(branch);
}

/* Its records are not consecutive: those that it has are compared. */
static void a_sparse_mirror_finds_the_fork_among_its_blocks(void **state)
{
	const struct sim_options options = {.noise_max = 1, .pool_percent = 8};
	struct sim_chain *sparse = sim_chain_new(43, TRUNK + 1, &options);

	(void)state;
	for (uint64_t fork = 20; fork < HEAD; fork += 13) {
		struct sim_chain *branch = sim_chain_fork(sparse, fork, HEAD - fork + 2, fork);
		struct stage *s = xcalloc(1, sizeof(*s));

		s->is_sparse = true;
		stage_open(s, sparse);
		stage_serve(s, sparse, HEAD, 200);
		assert_ok(stage_sync(s), s->m.err);
		stage_serve(s, branch, HEAD + 1, 200);
		assert_ok(stage_sync(s), s->m.err);
		stage_expect(s, branch, HEAD + 1);
		assert_true(s->reorgs[0].fork.number <= fork);
		assert_true(s->reorgs[0].dropped <= HEAD - s->reorgs[0].fork.number);
		stage_close(s);
		free(s);
		sim_chain_free(branch);
	}
	sim_chain_free(sparse);
}

/* ---- nodes that lag behind ---- */

static void a_head_that_goes_back_on_the_same_chain_drops_nothing(void **state)
{
	struct stage *s = *state;
	const struct stage_step steps[] = {
		{.chain = trunk, .head = HEAD - 20, .looks = 4},
		{.chain = trunk, .head = HEAD, .looks = 2},
		{.chain = trunk, .head = HEAD - 1, .looks = 4},
		{.chain = trunk, .head = HEAD + 2},
	};

	have_trunk(s);
	stage_follow(s, steps, COUNT(steps));
	stage_expect(s, trunk, HEAD + 2);
	assert_int_equal(s->reorg_count, 0);
	assert_int_equal(s->warnings, 0);
}

static void two_nodes_behind_one_url_with_different_heads_are_followed(void **state)
{
	struct stage *s = *state;
	const struct stage_step steps[] = {
		{.chain = trunk, .head = HEAD + 1, .other = trunk, .other_head = HEAD - 3},
		{.chain = trunk, .head = HEAD + 4, .other = trunk, .other_head = HEAD + 1},
		{.chain = trunk,
		 .head = HEAD + 4,
		 .other = trunk,
		 .other_head = HEAD - 9,
		 .looks = 9},
		{.chain = trunk, .head = HEAD + 9, .other = trunk, .other_head = HEAD + 8},
	};

	have_trunk(s);
	stage_follow(s, steps, COUNT(steps));
	stage_expect(s, trunk, HEAD + 9);
	assert_int_equal(s->reorg_count, 0);
}

static void two_nodes_behind_one_url_on_different_branches_end_well(void **state)
{
	struct stage *s = *state;
	struct sim_chain *branch = branch_at(HEAD - 4, 14, 61);
	const struct stage_step steps[] = {
		{.chain = branch,
		 .head = HEAD + 1,
		 .other = trunk,
		 .other_head = HEAD,
		 .looks = 12},
		{.chain = branch,
		 .head = HEAD - 1,
		 .other = trunk,
		 .other_head = HEAD + 2,
		 .looks = 12},
		{.chain = branch, .head = HEAD + 8, .other = branch, .other_head = HEAD + 7},
	};

	have_trunk(s);
	stage_follow(s, steps, COUNT(steps));
	stage_expect(s, branch, HEAD + 8);
	sim_chain_free(branch);
}

/* ---- blocks that are not there yet ---- */

/* Blocks with logs: of others the receipts are not asked for. */
static void expect_patience(struct stage *s, int twist)
{
	const struct hash any = {{0}};
	uint64_t one = sim_find_wanted(trunk, HEAD + 1, any);
	uint64_t two = sim_find_wanted(trunk, one + 1, any);
	const struct stage_step steps[] = {
		{.chain = trunk, .head = one, .twist = twist, .twist_times = 3},
		{.chain = trunk, .head = two, .twist = twist, .twist_times = 5},
	};

	have_trunk(s);
	stage_follow(s, steps, COUNT(steps));
	stage_expect(s, trunk, two);
	assert_int_equal(s->twisted, 5);
	assert_int_equal(s->reorg_count, 0);
}

static void a_block_that_is_announced_and_null_is_waited_for(void **state)
{
	expect_patience(*state, TWIST_NULL_BY_NUMBER);
}

static void a_block_that_is_known_by_number_and_not_by_hash_is_waited_for(void **state)
{
	expect_patience(*state, TWIST_NULL_BY_HASH);
}

static void no_logs_of_a_block_that_is_not_there_are_not_believed(void **state)
{
	struct stage *s = xcalloc(1, sizeof(*s));

	(void)state;
	s->is_believed = true;
	stage_open(s, trunk);
	expect_patience(s, TWIST_NO_LOGS);
	stage_close(s);
	free(s);
}

/* ---- finality ---- */

static void expect_untouched(struct stage *s, const char *words)
{
	struct block_record straight = stage_straight(trunk, HEAD);
	struct lab_sight sight = stage_look(s);

	if (!strstr(s->m.err.message, words))
		fail_msg("%s (expected: %s)", s->m.err.message, words);
	assert_int_equal(sight.cursor.ref.number, HEAD);
	assert_true(hash_equal(sight.cursor.digest, straight.digest));
	assert_int_equal(sight.pending_count, 1);
	assert_string_equal(sight.pending[0].check, "source-disagreement");
	assert_string_equal(sight.pending[0].state, "open");
	assert_int_equal(sight.pending[0].block, HEAD + 1);
	assert_int_equal(sight.nodes[0].lies, 1);
}

static void what_was_final_is_not_undone(void **state)
{
	struct stage *s = *state;
	struct sim_chain *branch = branch_at(HEAD - 9, 12, 71);

	stage_serve(s, trunk, HEAD, 8); /* block HEAD - 8 is final */
	assert_ok(stage_sync(s), s->m.err);
	stage_serve(s, branch, HEAD + 2, 200);
	assert_int_equal(stage_sync(s), ERR_BAD_DATA);
	expect_untouched(s, "wants to undo block 82, which was final (finalized: 82)");
	/* And not after it has been tried again; nor does the daemon end. */
	assert_int_equal(stage_sync(s), ERR_BAD_DATA);
	expect_untouched(s, "nothing was changed");
	/* A node of our chain: it goes on, and the finding has an end. */
	stage_serve(s, trunk, HEAD + 1, 8);
	assert_ok(stage_sync(s), s->m.err);
	assert_int_equal(stage_look(s).cursor.ref.number, HEAD + 1);
	assert_int_equal(stage_look(s).pending_count, 0);
	assert_string_equal(stage_look(s).findings[0].state, "resolved");
	sim_chain_free(branch);
}

static void a_daemon_stays_degraded_until_the_chain_is_ours_again(void **state)
{
	struct stage *s = *state;
	struct sim_chain *branch = branch_at(HEAD - 20, 30, 72);
	const struct stage_step steps[] = {
		{.chain = branch, .head = HEAD + 2, .looks = 4, .finality = 9},
		{.chain = trunk, .head = HEAD + 3, .finality = 9},
	};

	stage_serve(s, trunk, HEAD, 8);
	assert_ok(stage_sync(s), s->m.err);
	stage_follow(s, steps, COUNT(steps));
	assert_true(s->warnings > 0);
	assert_int_equal(s->reorg_count, 0);
	assert_int_equal(stage_look(s).cursor.ref.number, HEAD + 3);
	assert_int_equal(stage_look(s).pending_count, 0);
	sim_chain_free(branch);
}

static void all_that_is_not_final_may_go(void **state)
{
	struct stage *s = *state;
	struct sim_chain *branch = branch_at(HEAD - 8, 20, 73);
	struct sim_chain *deeper = branch_at(HEAD - 10, 20, 74);

	stage_serve(s, trunk, HEAD, 8);
	assert_ok(stage_sync(s), s->m.err);
	/* What the other branch calls final was not final here. */
	stage_serve(s, branch, HEAD + 2, 1);
	assert_ok(stage_sync(s), s->m.err);
	stage_expect(s, branch, HEAD + 2);
	/* The border is known still, though the blocks that told of it are gone. */
	stage_serve(s, deeper, HEAD + 3, 200);
	assert_int_equal(stage_sync(s), ERR_BAD_DATA);
	assert_non_null(strstr(s->m.err.message, "was final (finalized: 91)"));
	sim_chain_free(branch);
	sim_chain_free(deeper);
}

static void the_border_outlives_the_rows_that_told_of_it(void **state)
{
	struct stage *s = *state;
	struct sim_chain *branch = branch_at(HEAD - 8, 9, 75);
	struct sim_chain *deeper = branch_at(HEAD - 9, 20, 76);

	have_trunk(s);
	stage_serve(s, trunk, HEAD + 4, 12); /* only now block HEAD - 8 is final */
	assert_ok(stage_sync(s), s->m.err);
	stage_serve(s, branch, HEAD + 1, 200);
	assert_ok(stage_sync(s), s->m.err);
	stage_expect(s, branch, HEAD + 1);
	stage_serve(s, deeper, HEAD + 3, 200);
	assert_int_equal(stage_sync(s), ERR_BAD_DATA);
	assert_non_null(strstr(s->m.err.message, "was final (finalized: 82)"));
	sim_chain_free(branch);
	sim_chain_free(deeper);
}

static void without_finality_every_block_may_go(void **state)
{
	struct stage *s = *state;
	struct sim_chain *branch = branch_at(SIM_BIRTH_BLOCK + 1, HEAD, 77);

	have_trunk(s);
	stage_serve(s, branch, HEAD + 1, 200);
	assert_ok(stage_sync(s), s->m.err);
	stage_expect(s, branch, HEAD + 1);
	assert_int_equal(s->reorgs[0].fork.number, SIM_BIRTH_BLOCK + 1);
	sim_chain_free(branch);
}

/* ---- what is left of an abandoned block ---- */

struct left {
	struct withdrawn_finding *withdrawn;
	size_t count;
	struct mirror_reorg reorgs[REORG_NOTES_MAX];
	size_t reorg_count;
};

static struct left look_at_notes(struct stage *s)
{
	struct left left;
	struct store *store;
	struct store_txn *txn;

	assert_ok(store_open(&store, s->m.folder, STORE_READ, NULL, &s->m.err), s->m.err);
	assert_ok(store_begin(&txn, store, STORE_READ, &s->m.err), s->m.err);
	assert_ok(withdrawn_read(&left.withdrawn, &left.count, s->m.arena, txn, &s->m.err),
		  s->m.err);
	assert_ok(reorg_notes_read(left.reorgs, &left.reorg_count, txn, &s->m.err), s->m.err);
	store_abort(txn);
	store_close(store);
	return left;
}

static void findings_of_abandoned_blocks_are_withdrawn(void **state)
{
	struct sim_chain *branch = branch_at(HEAD - 1, 6, 81);
	const struct stage_step there[] = {{.chain = branch, .head = HEAD + 2}};
	const struct sim_attack lie = {
		.kind = SIM_VIEW_FORGED, .block = HEAD, .index = SIM_ALL_VIEWS};
	struct stage *s = xcalloc(1, sizeof(*s));
	struct lab_sight sight;
	struct left left;

	(void)state;
	s->views_at_head = true;
	stage_open(s, trunk);
	sim_node_attack(s->nodes[0], &lie);
	have_trunk(s);
	sim_node_attack(s->nodes[0], NULL);
	sight = stage_look(s);
	assert_true(sight.finding_count > 0);
	stage_follow(s, there, 1);
	assert_int_equal(stage_look(s).finding_count, 0);
	assert_int_equal(stage_look(s).failed, 0);
	left = look_at_notes(s);
	assert_int_equal(left.count, sight.finding_count);
	assert_int_equal(s->reorgs[0].withdrawn, sight.finding_count);
	for (size_t i = 0; i < left.count; i++) {
		assert_string_equal(left.withdrawn[i].finding.state, "withdrawn");
		assert_int_equal(left.withdrawn[i].finding.block, HEAD);
		assert_int_equal(left.withdrawn[i].reorg, 1);
		assert_int_equal(left.withdrawn[i].fork, HEAD - 1);
		assert_true(hash_equal(left.withdrawn[i].block_hash,
				       sim_chain_block(trunk, HEAD)->hash));
	}
	stage_close(s);
	free(s);
	sim_chain_free(branch);
}

static void the_last_reorgs_are_kept(void **state)
{
	enum { TIMES = REORG_NOTES_MAX + 3 };
	struct stage *s = *state;
	struct sim_chain *branch = branch_at(HEAD - 1, 2, 91);
	struct left left;

	have_trunk(s);
	for (int i = 0; i < TIMES; i++) {
		stage_serve(s, i % 2 ? trunk : branch, HEAD, 200);
		assert_ok(stage_sync(s), s->m.err);
	}
	left = look_at_notes(s);
	assert_int_equal(left.reorg_count, REORG_NOTES_MAX);
	assert_int_equal(left.reorgs[0].number, TIMES - REORG_NOTES_MAX + 1);
	assert_int_equal(left.reorgs[REORG_NOTES_MAX - 1].number, TIMES);
	for (size_t i = 0; i < left.reorg_count; i++) {
		assert_int_equal(left.reorgs[i].fork.number, HEAD - 1);
		assert_int_equal(left.reorgs[i].old.number, HEAD);
		assert_int_equal(left.reorgs[i].head.number, HEAD);
		assert_int_equal(left.reorgs[i].dropped, 1);
	}
	stage_expect(s, branch, HEAD);
	sim_chain_free(branch);
}

#define STAGE_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reorgs_of_every_depth_are_followed),
		STAGE_TEST(a_deep_fork_is_found_with_few_requests),
		STAGE_TEST(a_reorg_of_a_reorg_is_followed),
		STAGE_TEST(a_branch_that_is_shorter_than_ours_is_followed),
		STAGE_TEST(a_reorg_while_nobody_looked_is_followed),
		cmocka_unit_test(a_reorg_during_a_catch_up_is_followed),
		cmocka_unit_test(a_sparse_mirror_finds_the_fork_among_its_blocks),
		STAGE_TEST(a_head_that_goes_back_on_the_same_chain_drops_nothing),
		STAGE_TEST(two_nodes_behind_one_url_with_different_heads_are_followed),
		STAGE_TEST(two_nodes_behind_one_url_on_different_branches_end_well),
		STAGE_TEST(a_block_that_is_announced_and_null_is_waited_for),
		STAGE_TEST(a_block_that_is_known_by_number_and_not_by_hash_is_waited_for),
		cmocka_unit_test(no_logs_of_a_block_that_is_not_there_are_not_believed),
		STAGE_TEST(what_was_final_is_not_undone),
		STAGE_TEST(a_daemon_stays_degraded_until_the_chain_is_ours_again),
		STAGE_TEST(all_that_is_not_final_may_go),
		STAGE_TEST(the_border_outlives_the_rows_that_told_of_it),
		STAGE_TEST(without_finality_every_block_may_go),
		cmocka_unit_test(findings_of_abandoned_blocks_are_withdrawn),
		STAGE_TEST(the_last_reorgs_are_kept),
	};

	return cmocka_run_group_tests(tests, make_trunk, free_trunk);
}
