/*
 * A mirror behind nodes of which one lies: what it keeps of that, and that the books never see it.
 */
#include "indexer/node_note.h"
#include "reconcile/source_check.h"
#include "tests/support/demo_chain.h"
#include "tests/support/fakenode.h"

enum { NODES = 2, LIE_BLOCK = 101 };

static struct fake_chain *chains[NODES];

struct scene {
	struct fakenode *nodes[NODES];
	struct demo demo;
};

/* `count` nodes, the first of which lies. */
static void open_scene(struct scene *s, size_t count, enum fake_lie lie, unsigned lie_times)
{
	struct demo_options options = {0};

	memset(s, 0, sizeof(*s));
	for (size_t i = 0; i < count; i++) {
		struct fake_faults faults = {
			.lie = i ? LIE_NONE : lie, .lie_block = LIE_BLOCK, .lie_times = lie_times};

		fake_chain_set(chains[i], &faults);
		s->nodes[i] = fakenode_start(fake_chain_answer, chains[i]);
	}
	options.url = fakenode_url(s->nodes[0]);
	options.other_url = count > 1 ? fakenode_url(s->nodes[1]) : NULL;
	demo_open(&s->demo, &options);
}

static void close_scene(struct scene *s)
{
	demo_close(&s->demo);
	for (size_t i = 0; i < NODES; i++)
		if (s->nodes[i])
			fakenode_stop(s->nodes[i]);
}

static struct hash honest_digest(uint64_t to)
{
	static const struct demo_options recorded = {0};
	struct hash digest;
	struct demo demo;

	demo_open(&demo, &recorded);
	assert_ok(demo_sync(&demo, to), demo.err);
	digest = demo_cursor(&demo).digest;
	demo_close(&demo);
	return digest;
}

static void assert_stands(struct demo *demo, uint64_t number)
{
	struct block_record cursor = demo_cursor(demo);

	assert_int_equal(cursor.ref.number, number);
	assert_true(hash_equal(cursor.digest, honest_digest(number)));
}

/* ---- what the store knows ---- */

struct told {
	size_t nodes;
	struct witness_record records[NODES];
	size_t pending;
	struct pending_finding first;
	size_t findings; /* of the source, in the rows */
	size_t resolved;
};

static bool take_node(void *context, const struct witness_record *record)
{
	struct told *told = context;

	assert_true(told->nodes < NODES);
	told->records[told->nodes++] = *record;
	return true;
}

static bool take_finding(void *context, const uint8_t *key, const struct finding *finding)
{
	struct told *told = context;

	(void)key;
	if (!source_check_is(finding->check))
		return true;
	told->findings++;
	told->resolved += strcmp(finding->state, "resolved") == 0;
	return true;
}

static struct told look(struct demo *demo)
{
	struct reading reading = {.pool = &demo->config.pools[0], .arena = demo->arena};
	struct pending_finding *items;
	struct told told = {0};
	struct store *store;
	struct store_txn *txn;

	assert_ok(store_open(&store, demo->folder, STORE_READ, NULL, &demo->err), demo->err);
	assert_ok(store_begin(&txn, store, STORE_READ, &demo->err), demo->err);
	assert_ok(node_note_each(txn, take_node, &told, &demo->err), demo->err);
	assert_ok(pending_read(&items, &told.pending, demo->arena, txn, &demo->err), demo->err);
	if (told.pending)
		told.first = items[0];
	reading.block = demo_cursor(demo).ref.number;
	reading.state = state_open(txn, reading.block);
	findings_each(&reading, take_finding, &told);
	state_close(reading.state);
	store_abort(txn);
	store_close(store);
	return told;
}

/* ---- one node ---- */

static void the_books_stop_before_the_block_that_fails(void **state)
{
	static const enum fake_lie lies[] = {LIE_RECEIPT, LIE_HEADER, LIE_LOG_ALTERED};

	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct scene s;
		struct told told;

		open_scene(&s, 1, lies[i], 0);
		if (demo_sync(&s.demo, UINT64_MAX) != ERR_BAD_DATA)
			fail_msg("lie %d: %s", lies[i], s.demo.err.message);
		assert_stands(&s.demo, LIE_BLOCK - 1);
		told = look(&s.demo);
		assert_int_equal(told.findings, 0);
		assert_int_equal(told.pending, 1);
		assert_int_equal(told.first.finding.block, LIE_BLOCK);
		assert_string_equal(told.first.finding.state, "open");
		assert_int_equal(told.nodes, 1);
		assert_true(told.records[0].lies > 0);
		/* It says the truth from now on: the block is taken, and its finding with it. */
		fake_chain_set(chains[0], &(struct fake_faults){0});
		assert_ok(demo_sync(&s.demo, LIE_BLOCK), s.demo.err);
		told = look(&s.demo);
		assert_int_equal(told.pending, 0);
		assert_int_equal(told.findings, 1);
		assert_int_equal(told.resolved, 1);
		assert_ok(demo_sync(&s.demo, UINT64_MAX), s.demo.err);
		assert_stands(&s.demo, DEMO_LAST_BLOCK);
		close_scene(&s);
	}
}

static void a_lie_that_is_told_once_is_asked_again(void **state)
{
	struct scene s;
	struct told told;

	(void)state;
	open_scene(&s, 1, LIE_RECEIPT, 1);
	assert_ok(demo_sync(&s.demo, UINT64_MAX), s.demo.err);
	assert_stands(&s.demo, DEMO_LAST_BLOCK);
	told = look(&s.demo);
	assert_int_equal(told.pending, 0);
	assert_int_equal(told.findings, 0);
	assert_int_equal(told.records[0].lies, 0);
	close_scene(&s);
}

/* ---- what is told of nodes ---- */

static void notes_tell_how_requests_went(void **state)
{
	struct witness_record record;
	struct scene s;
	uint64_t sum = 0;

	(void)state;
	open_scene(&s, 1, LIE_NONE, 0);
	fake_chain_set(chains[0], &(struct fake_faults){.percent = 20, .seed = 4});
	assert_ok(demo_sync(&s.demo, UINT64_MAX), s.demo.err);
	record = look(&s.demo).records[0];
	assert_true(record.answers > 10);
	for (size_t i = 0; i <= LATENCY_BOUNDS; i++)
		sum += record.latency.counts[i];
	assert_int_equal(sum, record.answers);
	assert_true(record.troubles > 0);
	sum = 0;
	for (size_t i = 0; i < TROUBLES; i++)
		sum += record.troubles_by_kind[i];
	assert_int_equal(sum, record.troubles);
	close_scene(&s);
}

/* ---- two nodes ---- */

static void the_other_node_takes_over(void **state)
{
	static const enum fake_lie lies[] = {LIE_RECEIPT_LOG, LIE_LOG_INVENTED};

	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		struct scene s;
		struct told told;

		open_scene(&s, NODES, lies[i], 0);
		assert_ok(demo_sync(&s.demo, UINT64_MAX), s.demo.err);
		assert_stands(&s.demo, DEMO_LAST_BLOCK);
		told = look(&s.demo);
		assert_int_equal(told.pending, 0);
		assert_true(told.findings > 0);
		assert_int_equal(told.resolved, told.findings);
		assert_int_equal(told.nodes, NODES);
		assert_true(told.records[0].lies > 0);
		assert_true(told.records[0].is_quarantined);
		assert_int_equal(told.records[1].lies, 0);
		assert_false(told.records[1].is_quarantined);
		close_scene(&s);
	}
}

static int load_chains(void **state)
{
	(void)state;
	for (size_t i = 0; i < NODES; i++)
		chains[i] = fake_chain_load(DEMO_CHAIN);
	return 0;
}

static int free_chains(void **state)
{
	(void)state;
	for (size_t i = 0; i < NODES; i++)
		fake_chain_free(chains[i]);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_books_stop_before_the_block_that_fails),
		cmocka_unit_test(a_lie_that_is_told_once_is_asked_again),
		cmocka_unit_test(notes_tell_how_requests_went),
		cmocka_unit_test(the_other_node_takes_over),
	};

	return cmocka_run_group_tests(tests, load_chains, free_chains);
}
