/*
 * Several nodes as one, over the wire: a recorded chain from nodes of which one lies, breaks or is
 * not there comes out as it is.
 */
#include "tests/indexer/check.h"

#include <inttypes.h>

#include "indexer/backfill.h"
#include "indexer/source_several.h"
#include "tests/support/fakenode.h"

#define CHAIN_FILE "tests/chains/api3-seed1.chain.jsonl.gz"
#define CHAIN "file:" CHAIN_FILE
#define POOL "0xe7f1725e7734ce288f8367e1bb143e90bb3f0512"

enum { NODES = 2, BLOCKS = 309, LIE_BLOCK = 100, QUARANTINE_MS = 300000 };

struct scene {
	struct fakenode *nodes[NODES]; /* NULL: its url is the recorded chain's own */
	struct clock clock;
	struct witnesses *witnesses;
	struct source *source;
};

/* Open as long as the tests run. */
static struct source *recorded;
static struct fake_chain *chains[NODES];

static void open_scene(struct scene *s)
{
	const struct several_options options = {.quorum = NODES, .witnesses = s->witnesses};
	struct source *children[NODES];
	struct error err;

	for (size_t i = 0; i < NODES; i++) {
		const struct source_options own = {.attempts = 1,
						   .backoff_ms = 1,
						   .range_first = 15,
						   .witnesses = s->witnesses,
						   .witness = i};

		check_ok(source_open(&children[i], s->nodes[i] ? fakenode_url(s->nodes[i]) : CHAIN,
				     &own, NULL, &err),
			 err);
	}
	check_ok(source_several_open(&s->source, children, NODES, &options, NULL, &err), err);
}

static struct scene *new_scene(size_t nodes)
{
	struct scene *s = xcalloc(1, sizeof(*s));

	s->clock = clock_real();
	s->witnesses = witnesses_new(NODES, &s->clock, QUARANTINE_MS);
	for (size_t i = 0; i < nodes; i++) {
		fake_chain_set(chains[i], &(struct fake_faults){0});
		s->nodes[i] = fakenode_start(fake_chain_answer, chains[i]);
	}
	open_scene(s);
	return s;
}

static void stop_node(struct scene *s, size_t node)
{
	if (!s->nodes[node])
		return;
	fakenode_stop(s->nodes[node]);
	s->nodes[node] = NULL;
}

static void free_scene(struct scene *s)
{
	source_close(s->source);
	for (size_t i = 0; i < NODES; i++)
		stop_node(s, i);
	witnesses_free(s->witnesses);
	free(s);
}

static void check_logs(const struct fetched_block *block, const struct log_filter *filter)
{
	struct arena *arena = arena_new();
	struct event_log *logs;
	struct block_ref ref;
	struct error err;
	size_t count;

	check_ok(source_headers(&ref, recorded, &block->ref.number, 1, &err), err);
	assert_true(hash_equal(ref.hash, block->ref.hash));
	check_ok(source_block_logs(&logs, &count, arena, recorded, &ref, filter, 1, &err), err);
	assert_int_equal(block->log_count, count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(block->logs[i].log_index, logs[i].log_index);
		assert_true(slice_equal(block->logs[i].data, logs[i].data));
	}
	arena_free(arena);
}

/* Some of the chain, proved, through a peer; the first node stops after so many batches (0: never).
 */
static uint64_t fetch(struct scene *s, uint64_t from, uint64_t to, enum proof_wish proof,
		      size_t stop_after)
{
	const struct address pool = address_of(POOL);
	const struct log_filter filter = {.addresses = &pool, .address_count = 1};
	const struct block_wish wish = {.filters = &filter,
					.filter_count = 1,
					.proof = proof,
					.sender_filters = &filter,
					.sender_filter_count = 1};
	const struct backfill_options options = {.from = from, .to = to, .queue_bytes_max = 1};
	struct backfill *backfill = NULL;
	struct source *peer = NULL;
	struct block_batch *batch = NULL;
	struct error err;
	uint64_t logs = 0;
	uint64_t covered = from - 1;
	enum status st;

	check_ok(source_peer(&peer, s->source, &err), err);
	check_ok(backfill_start(&backfill, peer, &wish, &options, NULL, &err), err);
	while ((st = backfill_next(&batch, backfill, &err)) == OK) {
		assert_int_equal(batch->from, covered + 1);
		covered = batch->to;
		for (size_t i = 0; i < batch->block_count; i++) {
			check_logs(&batch->blocks[i], &filter);
			logs += batch->blocks[i].log_count;
		}
		block_batch_free(batch);
		if (stop_after && !--stop_after)
			stop_node(s, 0);
	}
	if (st != ERR_NOTFOUND)
		fail_msg("%s: %s", status_name(st), err.message);
	assert_int_equal(covered, to);
	backfill_stop(backfill);
	source_close(peer);
	return logs;
}

static uint64_t expected_logs(uint64_t from, uint64_t to)
{
	struct scene *s = new_scene(0);
	uint64_t logs = fetch(s, from, to, PROVE_OFF, 0);

	assert_true(source_is_recorded(s->source));
	free_scene(s);
	return logs;
}

static void whatever_one_node_lies_the_chain_comes_out_as_it_is(void **state)
{
	static const enum fake_lie lies[] = {
		LIE_LOG_ALTERED, LIE_LOG_INVENTED, LIE_LOG_OMITTED, LIE_LOG_MOVED,
		LIE_RECEIPT,     LIE_RECEIPT_GONE, LIE_RECEIPT_LOG, LIE_HEADER,
		LIE_PARENT,      LIE_BODY,         LIE_SENDER,
	};
	const uint64_t from = LIE_BLOCK - 20;
	const uint64_t to = LIE_BLOCK + 20;
	uint64_t want = expected_logs(from, to);

	(void)state;
	assert_true(want > 20);
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		const struct fake_faults faults = {.lie = lies[i], .lie_block = LIE_BLOCK};
		struct scene *s = new_scene(NODES);
		/* Only its header tells of a block whose one log is left out. */
		enum proof_wish proof = lies[i] == LIE_LOG_OMITTED ? PROVE_HEADERS : PROVE_RECEIPTS;
		struct witness_record liar;

		fake_chain_set(chains[0], &faults);
		assert_int_equal(fetch(s, from, to, proof, 0), want);
		liar = witness_read(s->witnesses, 0);
		if (lies[i] == LIE_LOG_OMITTED ? !liar.omissions : !liar.is_quarantined)
			fail_msg("lie %d was not told", lies[i]);
		assert_int_equal(witness_read(s->witnesses, 1).lies, 0);
		free_scene(s);
	}
}

static void a_block_at_the_head_comes_from_the_node_that_does_not_lie(void **state)
{
	static const enum fake_lie lies[] = {LIE_RECEIPT, LIE_HEADER, LIE_PARENT};
	const struct address pool = address_of(POOL);
	const struct log_filter filter = {.addresses = &pool, .address_count = 1};
	const struct block_wish wish = {
		.filters = &filter, .filter_count = 1, .proof = PROVE_RECEIPTS};

	(void)state;
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		const struct fake_faults faults = {.lie = lies[i], .lie_block = LIE_BLOCK};
		struct scene *s = new_scene(NODES);
		struct arena *arena = arena_new();
		struct fetched_block block;
		struct proof_failure told;
		struct error err;

		fake_chain_set(chains[0], &faults);
		check_ok(source_block(&block, arena, s->source, LIE_BLOCK, NULL, &wish, true, &err),
			 err);
		check_logs(&block, &filter);
		assert_string_equal(source_label(s->source), fakenode_url(s->nodes[1]));
		assert_true(witnesses_next_failure(&told, s->witnesses));
		assert_string_equal(told.node, fakenode_url(s->nodes[0]));
		assert_int_equal(told.block, LIE_BLOCK);
		arena_free(arena);
		free_scene(s);
	}
}

static void a_node_that_goes_down_hands_over(void **state)
{
	struct scene *s = new_scene(NODES);
	uint64_t want = expected_logs(1, BLOCKS);

	(void)state;
	assert_int_equal(fetch(s, 1, BLOCKS, PROVE_RECEIPTS, 2), want);
	assert_int_equal(fetch(s, 1, BLOCKS, PROVE_OFF, 0), want);
	assert_int_equal(witness_read(s->witnesses, 1).lies, 0);
	free_scene(s);
}

/* It neither fails nor answers: what it does not say in time, the other does. */
static void a_node_that_hangs_holds_nothing_up(void **state)
{
	static const struct fake_faults faults[] = {
		{.delay_ms = 300000},           {.endless = ENDLESS_DRIP},
		{.endless = ENDLESS_HEAD_DRIP}, {.endless = ENDLESS_STALL},
		{.endless = ENDLESS_DEAF},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct scene *s = new_scene(NODES);
		struct error err;
		bool has_code = false;
		uint64_t begin;

		for (unsigned k = 0; k < 5; k++)
			check_ok(source_has_code(&has_code, s->source, address_of(POOL), 100, &err),
				 err);
		assert_true(has_code);
		assert_string_equal(source_label(s->source), fakenode_url(s->nodes[0]));
		fake_chain_set(chains[0], &faults[i]);
		begin = clock_now_ms(&s->clock);
		has_code = false;
		check_ok(source_has_code(&has_code, s->source, address_of(POOL), 100, &err), err);
		assert_true(has_code);
		/* A request may take 20 seconds, and is tried again; its usual time is
		 * milliseconds.
		 */
		assert_true(clock_now_ms(&s->clock) - begin < 15000);
		assert_int_equal(witness_read(s->witnesses, 0).hedges, 1);
		assert_int_equal(witness_read(s->witnesses, 1).hedges, 0);
		free_scene(s);
	}
}

static void a_recorded_chain_may_be_one_of_them(void **state)
{
	struct scene *s = new_scene(1);
	struct block_ref head;
	struct error err;
	uint64_t want = expected_logs(1, BLOCKS);

	(void)state;
	assert_false(source_is_recorded(s->source));
	check_ok(source_tagged_block(&head, s->source, BLOCK_LATEST, &err), err);
	assert_int_equal(head.number, BLOCKS);
	assert_int_equal(fetch(s, 1, BLOCKS, PROVE_HEADERS, 2), want);
	check_ok(source_tagged_block(&head, s->source, BLOCK_FINALIZED, &err), err);
	free_scene(s);
}

static int open_recorded(void **state)
{
	struct error err;

	(void)state;
	for (size_t i = 0; i < NODES; i++)
		chains[i] = fake_chain_load(CHAIN_FILE);
	return source_open(&recorded, CHAIN, NULL, NULL, &err) == OK ? 0 : -1;
}

static int close_recorded(void **state)
{
	(void)state;
	for (size_t i = 0; i < NODES; i++)
		fake_chain_free(chains[i]);
	source_close(recorded);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_one_node_lies_the_chain_comes_out_as_it_is),
		cmocka_unit_test(a_block_at_the_head_comes_from_the_node_that_does_not_lie),
		cmocka_unit_test(a_node_that_goes_down_hands_over),
		cmocka_unit_test(a_node_that_hangs_holds_nothing_up),
		cmocka_unit_test(a_recorded_chain_may_be_one_of_them),
	};

	return cmocka_run_group_tests(tests, open_recorded, close_recorded);
}
