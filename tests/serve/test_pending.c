/*
 * Findings about a block that is not in the mirror, since it was refused: status and the list of
 * findings tell of them as of now.
 */
#include "reconcile/source_check.h"
#include "serve/answer.h"
#include "tests/support/demo_chain.h"

#include <stdio.h>

enum { LAST = 60 };

struct fixture {
	struct demo demo;
	struct arena *arena;
	struct moment moment;
	struct error err;
};

static int begin(void **state)
{
	static const struct demo_options options = {0};
	struct fixture *f = xcalloc(1, sizeof(*f));

	demo_open(&f->demo, &options);
	f->arena = arena_new();
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;

	arena_free(f->arena);
	demo_close(&f->demo);
	free(f);
	return 0;
}

/* A refused block, as the daemon notes it. */
static void note(struct fixture *f, uint16_t pool, uint64_t block, enum proof_fault fault)
{
	const struct store_identity identity = {.chain_id = DEMO_CHAIN_ID,
						.pool_set = f->demo.config.pool_set};
	struct proof_failure failure = {.fault = fault, .block = block};
	struct pending_finding pending = {.pool = pool};
	struct store *store;
	struct store_txn *txn;

	(void)snprintf(failure.node, sizeof(failure.node), "http://127.0.0.1:1");
	(void)snprintf(failure.expected, sizeof(failure.expected), "this");
	(void)snprintf(failure.actual, sizeof(failure.actual), "that");
	source_finding(pending.key, &pending.finding, f->arena, &f->demo.config.pools[0], &failure);
	assert_ok(store_open(&store, f->demo.folder, STORE_WRITE, &identity, &f->err), f->err);
	assert_ok(store_begin(&txn, store, STORE_WRITE, &f->err), f->err);
	assert_ok(pending_put(txn, &pending, &f->err), f->err);
	assert_ok(store_commit(txn, &f->err), f->err);
	store_close(store);
}

static void open_at(struct fixture *f, const char *at)
{
	assert_ok(moment_open(&f->moment, &f->demo.config, at, f->arena, &f->err), f->err);
}

static void expect_status(struct fixture *f, const char *state, json_int_t errors)
{
	json_t *status = answer_status(&f->moment, &f->err);

	assert_non_null(status);
	assert_string_equal(json_string_value(json_object_get(status, "state")), state);
	assert_int_equal(
		json_integer_value(json_object_get(json_object_get(status, "findings"), "error")),
		errors);
	json_decref(status);
}

static size_t count_findings(struct fixture *f, const struct finding_query *query)
{
	const struct page page = {0};
	json_t *document = answer_findings(&f->moment, query, &page, &f->err);
	size_t count;

	assert_non_null(document);
	count = json_array_size(json_object_get(document, "items"));
	json_decref(document);
	return count;
}

static void a_refused_block_degrades_the_mirror(void **state)
{
	struct fixture *f = *state;
	struct finding_query query = {0};
	const struct page page = {0};
	const json_t *item;
	json_t *document;

	assert_ok(demo_sync(&f->demo, LAST), f->demo.err);
	open_at(f, NULL);
	expect_status(f, "ok", 0);
	moment_close(&f->moment);
	note(f, 0, LAST + 1, FAULT_RECEIPTS_ROOT);
	open_at(f, NULL);
	expect_status(f, "degraded", 1);
	document = answer_findings(&f->moment, &query, &page, &f->err);
	assert_non_null(document);
	item = json_array_get(json_object_get(document, "items"), 0);
	assert_string_equal(json_string_value(json_object_get(item, "check")),
			    "source-receipts-root");
	assert_string_equal(json_string_value(json_object_get(item, "pool")), "api3");
	assert_string_equal(json_string_value(json_object_get(item, "state")), "open");
	assert_string_equal(json_string_value(json_object_get(item, "subject")),
			    "node http://127.0.0.1:1");
	assert_string_equal(json_string_value(json_object_get(item, "expected")), "this");
	assert_int_equal(json_integer_value(json_object_get(item, "block")), LAST + 1);
	assert_true(json_is_null(json_object_get(item, "transaction")));
	assert_true(json_is_null(json_object_get(item, "log_index")));
	json_decref(document);
	moment_close(&f->moment);
}

static void queries_hold_for_pending_findings(void **state)
{
	struct fixture *f = *state;
	struct finding_query query = {0};

	assert_ok(demo_sync(&f->demo, LAST), f->demo.err);
	note(f, 0, LAST + 1, FAULT_RECEIPTS_ROOT);
	note(f, 0, LAST + 1, FAULT_LOG_OMITTED);
	note(f, 9, LAST + 1, FAULT_BLOOM); /* a pool that the configuration has no more */
	open_at(f, NULL);
	assert_int_equal(count_findings(f, &query), 2);
	query.check = "source-receipts-root";
	assert_int_equal(count_findings(f, &query), 1);
	query.check = "source-parent";
	assert_int_equal(count_findings(f, &query), 0);
	query.check = NULL;
	query.state = "open";
	assert_int_equal(count_findings(f, &query), 2);
	query.state = "resolved";
	assert_int_equal(count_findings(f, &query), 0);
	query.state = NULL;
	query.has_severity = true;
	query.severity = SEVERITY_ERROR;
	assert_int_equal(count_findings(f, &query), 1);
	moment_close(&f->moment);
}

static void an_earlier_moment_does_not_know_of_it(void **state)
{
	struct fixture *f = *state;
	struct finding_query query = {0};

	assert_ok(demo_sync(&f->demo, LAST), f->demo.err);
	note(f, 0, LAST + 1, FAULT_RECEIPTS_ROOT);
	open_at(f, "59");
	expect_status(f, "ok", 0);
	assert_int_equal(count_findings(f, &query), 0);
	moment_close(&f->moment);
	open_at(f, "60");
	expect_status(f, "degraded", 1);
	moment_close(&f->moment);
}

static void what_was_refused_below_the_mirror_degrades_nothing(void **state)
{
	struct fixture *f = *state;

	assert_ok(demo_sync(&f->demo, LAST), f->demo.err);
	note(f, 0, LAST, FAULT_RECEIPTS_ROOT);
	open_at(f, NULL);
	expect_status(f, "ok", 1);
	moment_close(&f->moment);
}

/* The very first block may be the one that is refused. */
static void a_mirror_without_blocks_says_why(void **state)
{
	struct fixture *f = *state;
	struct finding_query query = {0};

	note(f, 0, 1, FAULT_HEADER_HASH);
	assert_int_equal(moment_open(&f->moment, &f->demo.config, NULL, f->arena, &f->err),
			 ERR_NOTFOUND);
	assert_non_null(strstr(f->err.message, "block 1 was refused (source-header-hash)"));
	assert_ok(moment_open_findings(&f->moment, &f->demo.config, NULL, f->arena, &f->err),
		  f->err);
	assert_int_equal(count_findings(f, &query), 1);
	moment_close(&f->moment);
}

#define PENDING_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PENDING_TEST(a_refused_block_degrades_the_mirror),
		PENDING_TEST(queries_hold_for_pending_findings),
		PENDING_TEST(an_earlier_moment_does_not_know_of_it),
		PENDING_TEST(what_was_refused_below_the_mirror_degrades_nothing),
		PENDING_TEST(a_mirror_without_blocks_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
