/*
 * The source's checks, and findings about blocks that are not in the mirror: notes of the store.
 */
#include "reconcile/source_check.h"

#include <stdio.h>

#include "store/notes.h"
#include "tests/support/room.h"

static const struct pool here = {.id = 0, .setup = {.name = "here"}};
static const struct pool there = {.id = 300, .setup = {.name = "there"}};

static struct proof_failure failure_of(enum proof_fault fault, uint64_t block)
{
	struct proof_failure failure = {.fault = fault,
					.block = block,
					.transaction = {{1, 2}},
					.has_log = true,
					.log_index = 4};

	(void)snprintf(failure.node, sizeof(failure.node), "http://127.0.0.1:8545");
	(void)snprintf(failure.expected, sizeof(failure.expected), "this");
	(void)snprintf(failure.actual, sizeof(failure.actual), "that");
	return failure;
}

static struct pending_finding pending_of(struct room *room, const struct pool *pool,
					 const struct proof_failure *failure)
{
	struct pending_finding pending = {.pool = pool->id};

	source_finding(pending.key, &pending.finding, room->arena, pool, failure);
	return pending;
}

/* ---- checks ---- */

static void every_fault_has_a_check_of_its_own(void **state)
{
	(void)state;
	assert_null(source_check(FAULT_NONE));
	assert_null(source_check(FAULT_COUNT));
	for (enum proof_fault fault = FAULT_NONE + 1; fault < FAULT_COUNT; fault++) {
		const struct check_rule *rule = source_check(fault);

		assert_non_null(rule);
		assert_int_equal(strncmp(rule->id, "source-", 7), 0);
		assert_true(strlen(rule->sentence) > 10);
		assert_int_equal(rule->level, LEVEL_SOURCE);
		assert_int_equal(rule->severity,
				 fault == FAULT_LOG_OMITTED ? SEVERITY_WARNING : SEVERITY_ERROR);
		assert_true(source_check_is(rule->id));
		for (enum proof_fault other = FAULT_NONE + 1; other < fault; other++)
			assert_string_not_equal(source_check(other)->id, rule->id);
	}
	assert_false(source_check_is("source-"));
	assert_false(source_check_is("shares-sum"));
	assert_false(source_check_is(""));
}

/* ---- findings ---- */

static void a_finding_says_what_the_failure_says(void **state)
{
	struct room *room = *state;
	struct proof_failure failure = failure_of(FAULT_LOG, 12);
	struct pending_finding pending = pending_of(room, &here, &failure);
	const struct finding *finding = &pending.finding;

	memset(failure.expected, 'x', 4); /* the finding has its own text */
	assert_string_equal(finding->check, "source-log");
	assert_int_equal(finding->severity, SEVERITY_ERROR);
	assert_int_equal(finding->block, 12);
	assert_int_equal(finding->first_seen, 12);
	assert_int_equal(finding->resolved_at, 0);
	assert_true(finding->has_log);
	assert_int_equal(finding->log_index, 4);
	assert_int_equal(finding->transaction.bytes[1], 2);
	assert_string_equal(finding->subject, "node http://127.0.0.1:8545");
	assert_string_equal(finding->expected, "this");
	assert_string_equal(finding->actual, "that");
	assert_string_equal(finding->state, "open");

	failure = failure_of(FAULT_RECEIPTS_ROOT, 12);
	failure.has_log = false;
	pending = pending_of(room, &here, &failure);
	assert_false(pending.finding.has_log);
	assert_int_equal(pending.finding.log_index, 0);
}

static void an_id_is_of_pool_check_place_and_node(void **state)
{
	struct room *room = *state;
	struct proof_failure failures[6];
	struct pending_finding pending[7];

	for (size_t i = 0; i < 6; i++)
		failures[i] = failure_of(FAULT_LOG, 12);
	failures[1].fault = FAULT_LOG_OMITTED;
	failures[2].block = 13;
	failures[3].log_index = 5;
	failures[4].has_log = false;
	failures[5].node[0] = 'H';
	for (size_t i = 0; i < 6; i++)
		pending[i] = pending_of(room, &here, &failures[i]);
	pending[6] = pending_of(room, &there, &failures[0]);
	for (size_t i = 0; i < 7; i++)
		for (size_t k = 0; k < i; k++)
			assert_memory_not_equal(pending[i].key, pending[k].key, FINDING_ID_BYTES);
	/* What was seen instead may be another thing each time: it is still the same question. */
	(void)snprintf(failures[0].actual, sizeof(failures[0].actual), "something else");
	pending[1] = pending_of(room, &here, &failures[0]);
	assert_memory_equal(pending[1].key, pending[0].key, FINDING_ID_BYTES);
}

/* ---- notes ---- */

static size_t read_all(struct room *room, struct pending_finding **items)
{
	size_t count = 99;

	assert_ok(pending_read(items, &count, room->arena, room->txn, &room->err), room->err);
	return count;
}

static void notes_come_back_as_they_were(void **state)
{
	struct room *room = *state;
	struct pending_finding written[20];
	struct pending_finding *items;

	assert_int_equal(read_all(room, &items), 0);
	for (uint64_t i = 0; i < 20; i++) {
		struct proof_failure failure = failure_of(FAULT_LOG, i);

		written[i] = pending_of(room, i % 2 ? &there : &here, &failure);
		assert_ok(pending_put(room->txn, &written[i], &room->err), room->err);
	}
	assert_int_equal(read_all(room, &items), 20);
	for (size_t i = 0; i < 20; i++) {
		const struct pending_finding *want = NULL;

		for (size_t k = 0; k < 20; k++)
			if (memcmp(written[k].key, items[i].key, FINDING_ID_BYTES) == 0)
				want = &written[k];
		assert_non_null(want);
		assert_int_equal(items[i].pool, want->pool);
		assert_int_equal(items[i].finding.block, want->finding.block);
		assert_int_equal(items[i].finding.log_index, 4);
		assert_true(items[i].finding.has_log);
		assert_true(hash_equal(items[i].finding.transaction, want->finding.transaction));
		assert_string_equal(items[i].finding.check, "source-log");
		assert_string_equal(items[i].finding.expected, "this");
		assert_string_equal(items[i].finding.state, "open");
	}
}

static void a_note_is_replaced_and_removed_by_its_key(void **state)
{
	struct room *room = *state;
	struct proof_failure failure = failure_of(FAULT_LOG, 7);
	struct pending_finding one = pending_of(room, &here, &failure);
	struct pending_finding two = pending_of(room, &there, &failure);
	struct pending_finding *items;

	assert_ok(pending_put(room->txn, &one, &room->err), room->err);
	assert_ok(pending_put(room->txn, &two, &room->err), room->err);
	one.finding.actual = "another thing";
	assert_ok(pending_put(room->txn, &one, &room->err), room->err);
	assert_int_equal(read_all(room, &items), 2);
	assert_ok(pending_remove(room->txn, &two, &room->err), room->err);
	assert_int_equal(read_all(room, &items), 1);
	assert_int_equal(items[0].pool, 0);
	assert_string_equal(items[0].finding.actual, "another thing");
	assert_ok(pending_remove(room->txn, &one, &room->err), room->err);
	assert_int_equal(read_all(room, &items), 0);
}

static void each_gets_the_next_number_and_keeps_it(void **state)
{
	struct room *room = *state;
	struct proof_failure first = failure_of(FAULT_LOG, 7);
	struct proof_failure second = failure_of(FAULT_LOG, 8);
	struct pending_finding one = pending_of(room, &here, &first);
	struct pending_finding two = pending_of(room, &here, &second);
	struct pending_finding *items;
	uint64_t count;

	assert_ok(pending_count(&count, room->txn, &room->err), room->err);
	assert_int_equal(count, 0);
	assert_ok(pending_put(room->txn, &one, &room->err), room->err);
	assert_ok(pending_put(room->txn, &one, &room->err), room->err);
	assert_ok(pending_remove(room->txn, &one, &room->err), room->err);
	assert_ok(pending_put(room->txn, &two, &room->err), room->err);
	assert_ok(pending_put(room->txn, &two, &room->err), room->err);
	assert_int_equal(read_all(room, &items), 1);
	assert_int_equal(items[0].finding.ordinal, 2);
	assert_ok(pending_count(&count, room->txn, &room->err), room->err);
	assert_int_equal(count, 2);
}

static void notes_of_others_are_passed_over(void **state)
{
	struct room *room = *state;
	struct pending_finding *items;

	assert_ok(store_note_put(room->txn, slice_of("nodes/0", 7), slice_of("x", 1), &room->err),
		  room->err);
	assert_int_equal(read_all(room, &items), 0);
}

static void damaged_notes_are_refused(void **state)
{
	static const uint8_t key[8 + 2 + FINDING_ID_BYTES] = "finding/";
	struct room *room = *state;
	struct pending_finding *items;
	size_t count;

	assert_ok(store_note_put(room->txn, slice_of("finding/short", 13), slice_of("x", 1),
				 &room->err),
		  room->err);
	assert_int_equal(pending_read(&items, &count, room->arena, room->txn, &room->err),
			 ERR_CORRUPT);
	assert_ok(store_note_put(room->txn, slice_of("finding/short", 13), slice_of(NULL, 0),
				 &room->err),
		  room->err);
	assert_ok(
		store_note_put(room->txn, slice_of(key, sizeof(key)), slice_of("x", 1), &room->err),
		room->err);
	assert_int_equal(pending_read(&items, &count, room->arena, room->txn, &room->err),
			 ERR_CORRUPT);
}

#define CHECK_TEST(name) cmocka_unit_test_setup_teardown(name, room_begin, room_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_fault_has_a_check_of_its_own),
		CHECK_TEST(a_finding_says_what_the_failure_says),
		CHECK_TEST(an_id_is_of_pool_check_place_and_node),
		CHECK_TEST(notes_come_back_as_they_were),
		CHECK_TEST(a_note_is_replaced_and_removed_by_its_key),
		CHECK_TEST(each_gets_the_next_number_and_keeps_it),
		CHECK_TEST(notes_of_others_are_passed_over),
		CHECK_TEST(damaged_notes_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
