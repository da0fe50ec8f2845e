/*
 * What is remembered of a node, and that it is looked at again: lacks, and the size of batches.
 */
#include "tests/indexer/check.h"

#include "indexer/node_traits.h"

enum { BATCH = 100 };

static uint64_t now;

static uint64_t read_now(void *context)
{
	(void)context;
	return now;
}

static const struct clock still = {.now_ms = read_now};

static struct node_traits *new_traits(void)
{
	now = 5000;
	return node_traits_new(BATCH, &(struct pace_options){0}, &still);
}

static void a_lack_is_believed_for_a_while(void **state)
{
	struct node_traits *traits = new_traits();
	struct node_traits *peer = node_traits_share(traits);

	(void)state;
	for (int i = 0; i < TRAIT_COUNT; i++)
		assert_false(node_lacks(traits, (enum node_trait)i));
	assert_true(node_learned_lack(peer, TRAIT_FINALIZED_TAG));
	assert_true(node_lacks(traits, TRAIT_FINALIZED_TAG));
	assert_false(node_lacks(traits, TRAIT_BLOCK_RECEIPTS));
	now += TRAIT_KEPT_MS - 1;
	assert_true(node_lacks(traits, TRAIT_FINALIZED_TAG));
	now += 1;
	assert_false(node_lacks(traits, TRAIT_FINALIZED_TAG));
	/* Asked again, and still not there: no news. */
	assert_false(node_learned_lack(traits, TRAIT_FINALIZED_TAG));
	assert_true(node_lacks(traits, TRAIT_FINALIZED_TAG));
	node_traits_release(traits);
	assert_true(node_lacks(peer, TRAIT_FINALIZED_TAG));
	node_traits_release(peer);
	node_traits_release(NULL);
}

static void what_was_seen_is_known_until_it_is_gone(void **state)
{
	struct node_traits *traits = new_traits();

	(void)state;
	assert_false(node_has(traits, TRAIT_CALLS_BY_HASH));
	node_learned_has(traits, TRAIT_CALLS_BY_HASH);
	assert_true(node_has(traits, TRAIT_CALLS_BY_HASH));
	assert_true(node_learned_lack(traits, TRAIT_CALLS_BY_HASH));
	assert_false(node_has(traits, TRAIT_CALLS_BY_HASH));
	node_learned_has(traits, TRAIT_CALLS_BY_HASH);
	assert_true(node_has(traits, TRAIT_CALLS_BY_HASH));
	assert_false(node_lacks(traits, TRAIT_CALLS_BY_HASH));
	node_traits_release(traits);
}

static void a_refused_batch_is_remembered_and_tried_again_later(void **state)
{
	struct batch_limit limit;

	(void)state;
	batch_limit_init(&limit, BATCH);
	assert_int_equal(batch_limit_get(&limit, 0), BATCH);
	assert_true(batch_limit_lower(&limit, 20, 1000));
	assert_false(batch_limit_lower(&limit, 20, 1000));
	assert_false(batch_limit_lower(&limit, 50, 1000));
	assert_int_equal(batch_limit_get(&limit, 1000 + BATCH_LIMIT_KEPT_MS - 1), 20);
	assert_int_equal(batch_limit_get(&limit, 1000 + BATCH_LIMIT_KEPT_MS), 40);
	assert_int_equal(batch_limit_get(&limit, 1000 + BATCH_LIMIT_KEPT_MS + 1), 40);
	/* Nobody refused it: the next step follows soon. */
	assert_int_equal(batch_limit_get(&limit, 1000 + BATCH_LIMIT_KEPT_MS + BATCH_LIMIT_STEP_MS),
			 80);
	/* This one is refused: half of it, for a while. */
	now = 2000 + BATCH_LIMIT_KEPT_MS + BATCH_LIMIT_STEP_MS;
	assert_true(batch_limit_lower(&limit, 40, now));
	assert_int_equal(batch_limit_get(&limit, now + BATCH_LIMIT_KEPT_MS - 1), 40);
	assert_int_equal(batch_limit_get(&limit, now + BATCH_LIMIT_KEPT_MS), 80);
	assert_int_equal(batch_limit_get(&limit, now + BATCH_LIMIT_KEPT_MS + BATCH_LIMIT_STEP_MS),
			 BATCH);
	assert_int_equal(batch_limit_get(&limit, UINT64_MAX), BATCH);
}

static void batches_are_never_of_no_call(void **state)
{
	struct batch_limit limit;

	(void)state;
	batch_limit_init(&limit, 0);
	assert_int_equal(batch_limit_get(&limit, 0), 1);
	batch_limit_init(&limit, 3);
	assert_true(batch_limit_lower(&limit, 0, 0));
	assert_int_equal(batch_limit_get(&limit, 1), 1);
	assert_int_equal(batch_limit_get(&limit, BATCH_LIMIT_KEPT_MS), 2);
	assert_int_equal(batch_limit_get(&limit, BATCH_LIMIT_KEPT_MS + BATCH_LIMIT_STEP_MS), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lack_is_believed_for_a_while),
		cmocka_unit_test(what_was_seen_is_known_until_it_is_gone),
		cmocka_unit_test(a_refused_batch_is_remembered_and_tried_again_later),
		cmocka_unit_test(batches_are_never_of_no_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
