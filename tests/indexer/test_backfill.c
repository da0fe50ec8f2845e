/*
 * Backfills: whatever the ranges, limits and faults, what comes out is what the recorded chain
 * holds, in order, each block once.
 */
#include "tests/indexer/check.h"

#include <inttypes.h>
#include <unistd.h>

#include "base/clock.h"
#include "indexer/backfill.h"
#include "tests/support/fakenode.h"

#define CHAIN_FILE "tests/chains/api3-seed1.chain.jsonl.gz"
#define CHAIN "file:" CHAIN_FILE
#define POOL "0xe7f1725e7734ce288f8367e1bb143e90bb3f0512"
#define TOKEN "0x5fbdb2315678afecb367f032d93f642f64180aa3"

enum { BLOCKS = 309, LOGS_MAX = 4096 };

/* What a backfill should give, or gave: every log, and the headers that came. */
struct harvest {
	struct arena *arena;
	struct event_log logs[LOGS_MAX];
	size_t log_count;
	struct block_ref refs[BLOCKS + 1];
	bool has_ref[BLOCKS + 1];
	uint64_t covered; /* the last block of the last batch */
	size_t batches;
	size_t most_logs;
	enum proof_level levels[BLOCKS + 1];
	size_t omitted;
	size_t senders;
	bool has_musts; /* blocks that must be proved come without logs, too */
};

static struct log_filter filters[2];
static struct block_wish wish; /* as the test wants it */
static struct address addresses[2];

static void set_filters(void)
{
	addresses[0] = address_of(POOL);
	addresses[1] = address_of(TOKEN);
	filters[0] = (struct log_filter){.addresses = addresses, .address_count = 1};
	filters[1] = (struct log_filter){.addresses = addresses, .address_count = 2};
}

/* The first so many filters, proved so far. */
static const struct block_wish *wished(size_t filter_count, enum proof_wish proof)
{
	wish = (struct block_wish){
		.filters = filters, .filter_count = filter_count, .proof = proof};
	return &wish;
}

static struct harvest *new_harvest(void)
{
	struct harvest *harvest = xcalloc(1, sizeof(*harvest));

	harvest->arena = arena_new();
	return harvest;
}

static void free_harvest(struct harvest *harvest)
{
	arena_free(harvest->arena);
	free(harvest);
}

static void take_log(struct harvest *harvest, const struct event_log *log)
{
	assert_true(harvest->log_count < LOGS_MAX);
	harvest->logs[harvest->log_count] = *log;
	harvest->logs[harvest->log_count].input = slice_copy(harvest->arena, log->input);
	harvest->logs[harvest->log_count++].data = slice_copy(harvest->arena, log->data);
}

/* Block by block from the recorded chain itself. */
static struct harvest *recorded_harvest(struct source *source, size_t filter_count)
{
	struct error err;
	struct harvest *harvest = new_harvest();

	for (uint64_t n = 1; n <= BLOCKS; n++) {
		struct event_log *logs = NULL;
		size_t count = 0;

		check_ok(source_headers(&harvest->refs[n], source, &n, 1, &err), err);
		check_ok(source_block_logs(&logs, &count, harvest->arena, source, &harvest->refs[n],
					   filters, filter_count, &err),
			 err);
		for (size_t i = 0; i < count; i++)
			take_log(harvest, &logs[i]);
	}
	return harvest;
}

static struct source *recorded; /* open as long as the tests run */

static struct harvest *expected(size_t filter_count)
{
	return recorded_harvest(recorded, filter_count);
}

static void take_batch(struct harvest *harvest, const struct block_batch *batch, bool all_headers)
{
	uint64_t before = batch->from - 1;
	size_t logs = 0;

	assert_int_equal(batch->from, harvest->covered + 1);
	assert_true(batch->to >= batch->from);
	assert_true(batch->block_count > 0);
	assert_int_equal(batch->blocks[batch->block_count - 1].ref.number, batch->to);
	for (size_t i = 0; i < batch->block_count; i++) {
		const struct fetched_block *block = &batch->blocks[i];

		assert_true(block->ref.number > before && block->ref.number <= batch->to);
		assert_true(all_headers || block->log_count || i + 1 == batch->block_count ||
			    harvest->has_musts);
		before = block->ref.number;
		assert_false(harvest->has_ref[before]);
		harvest->has_ref[before] = true;
		harvest->refs[before] = block->ref;
		harvest->levels[before] = block->level;
		harvest->omitted += block->omitted_count;
		assert_int_equal(hash_is_zero(block->state_root), block->level == PROOF_NONE);
		for (size_t k = 0; k < block->log_count; k++) {
			assert_int_equal(block->logs[k].block_number, before);
			take_log(harvest, &block->logs[k]);
			harvest->senders += block->logs[k].has_sender;
		}
		logs += block->log_count;
	}
	if (all_headers)
		assert_int_equal(batch->block_count, batch->to - batch->from + 1);
	if (logs > harvest->most_logs)
		harvest->most_logs = logs;
	harvest->covered = batch->to;
	harvest->batches++;
}

static struct harvest *fetch_all(struct source *source, const struct block_wish *wanted,
				 const struct backfill_options *options)
{
	struct error err;
	struct harvest *harvest = new_harvest();
	struct backfill *backfill = NULL;
	enum status st;

	harvest->covered = options->from - 1;
	harvest->has_musts = options->must_prove_count > 0;
	check_ok(backfill_start(&backfill, source, wanted, options, NULL, &err), err);
	for (;;) {
		struct block_batch *batch = NULL;

		st = backfill_next(&batch, backfill, &err);
		if (st != OK)
			break;
		take_batch(harvest, batch, options->all_headers || wanted->proof == PROVE_HEADERS);
		block_batch_free(batch);
	}
	if (st != ERR_NOTFOUND)
		fail_msg("%s: %s", status_name(st), err.message);
	assert_int_equal(harvest->covered, options->to);
	backfill_stop(backfill);
	return harvest;
}

static void same(const struct harvest *got, const struct harvest *want, bool all_headers)
{
	assert_int_equal(got->log_count, want->log_count);
	for (size_t i = 0; i < got->log_count; i++) {
		struct event_log a = got->logs[i];
		struct event_log b = want->logs[i];

		assert_true(slice_equal(a.data, b.data));
		assert_true(slice_equal(a.input, b.input));
		a.data = b.data = slice_of(NULL, 0);
		a.input = b.input = slice_of(NULL, 0);
		assert_memory_equal(&a, &b, sizeof(a));
		assert_true(got->has_ref[a.block_number]);
	}
	for (size_t n = 1; n <= BLOCKS; n++) {
		if (all_headers)
			assert_true(got->has_ref[n]);
		if (got->has_ref[n])
			assert_memory_equal(&got->refs[n], &want->refs[n], sizeof(got->refs[n]));
	}
}

static void a_recorded_chain_comes_whole_in_any_ranges(void **state)
{
	static const struct {
		uint64_t range;
		size_t queue;
		size_t logs;
		bool headers;
	} cases[] = {
		{0, 0, 0, false},   {1, 1, 1, false},     {7, 1, 3, true},
		{40, 1, 60, false}, {13, 5000, 10, true},
	};
	struct harvest *want[2] = {expected(1), expected(2)};

	(void)state;
	assert_true(want[1]->log_count > want[0]->log_count && want[0]->log_count > 500);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct source_options options = {.range_first = cases[i].range,
						 .range_max = cases[i].range};
		struct backfill_options what = {.from = 1,
						.to = BLOCKS,
						.all_headers = cases[i].headers,
						.queue_bytes_max = cases[i].queue,
						.batch_logs_max = cases[i].logs};
		struct error err;
		struct source *source = NULL;
		struct harvest *got;

		check_ok(source_open(&source, CHAIN, &options, NULL, &err), err);
		got = fetch_all(source, wished(i % 2 + 1, PROVE_OFF), &what);
		same(got, want[i % 2], what.all_headers);
		if (what.batch_logs_max > 30)
			assert_true(got->most_logs <= what.batch_logs_max);
		free_harvest(got);
		source_close(source);
	}
	free_harvest(want[0]);
	free_harvest(want[1]);
}

static void batches_before_a_failure_are_given_first(void **state)
{
	struct source_options options = {.range_first = 10};
	struct backfill_options what = {.from = 1, .to = BLOCKS + 5};
	struct backfill *backfill = NULL;
	struct block_batch *batch = NULL;
	struct source *source = NULL;
	struct error err;
	uint64_t covered = 0;
	enum status st;

	(void)state;
	options.range_max = 10;
	check_ok(source_open(&source, CHAIN, &options, NULL, &err), err);
	check_ok(backfill_start(&backfill, source, wished(1, PROVE_OFF), &what, NULL, &err), err);
	while ((st = backfill_next(&batch, backfill, &err)) == OK) {
		covered = batch->to;
		block_batch_free(batch);
	}
	assert_int_equal(st, ERR_AGAIN);
	assert_non_null(strstr(err.message, "no block 310"));
	assert_int_equal(covered, 300);
	assert_int_equal(backfill_next(&batch, backfill, &err), ERR_AGAIN);
	backfill_stop(backfill);
	backfill_stop(NULL);
	source_close(source);
}

static void a_backfill_can_be_stopped_at_any_time(void **state)
{
	struct source_options options = {.range_first = 3, .range_max = 3};
	struct backfill_options what = {.from = 1, .to = BLOCKS, .queue_bytes_max = 1};
	struct source *source = NULL;
	struct error err;

	(void)state;
	check_ok(source_open(&source, CHAIN, &options, NULL, &err), err);
	for (int taken = 0; taken < 12; taken++) {
		struct backfill *backfill = NULL;

		check_ok(backfill_start(&backfill, source, wished(1, PROVE_OFF), &what, NULL, &err),
			 err);
		for (int i = 0; i < taken; i++) {
			struct block_batch *batch = NULL;

			check_ok(backfill_next(&batch, backfill, &err), err);
			block_batch_free(batch);
		}
		backfill_stop(backfill);
	}
	source_close(source);
}

static void nothing_to_fetch_is_no_error(void **state)
{
	struct backfill_options what = {.from = 5, .to = 4};
	struct backfill *backfill = NULL;
	struct block_batch *batch = NULL;
	struct source *source = NULL;
	struct error err;

	(void)state;
	check_ok(source_open(&source, CHAIN, NULL, NULL, &err), err);
	check_ok(backfill_start(&backfill, source, wished(1, PROVE_OFF), &what, NULL, &err), err);
	assert_int_equal(backfill_next(&batch, backfill, &err), ERR_NOTFOUND);
	backfill_stop(backfill);
	source_close(source);
}

static void an_interrupt_ends_a_backfill(void **state)
{
	struct source_options options = {.range_first = 1, .range_max = 1};
	struct backfill_options what = {.from = 1, .to = BLOCKS, .queue_bytes_max = 1};
	struct backfill *backfill = NULL;
	struct block_batch *batch = NULL;
	struct source *source = NULL;
	struct source *peer = NULL;
	struct error err;
	enum status st;

	(void)state;
	check_ok(source_open(&source, CHAIN, &options, NULL, &err), err);
	check_ok(source_peer(&peer, source, &err), err);
	check_ok(backfill_start(&backfill, peer, wished(1, PROVE_OFF), &what, NULL, &err), err);
	check_ok(backfill_next(&batch, backfill, &err), err);
	block_batch_free(batch);
	source_interrupt(source);
	while ((st = backfill_next(&batch, backfill, &err)) == OK)
		block_batch_free(batch);
	assert_int_equal(st, ERR_AGAIN);
	backfill_stop(backfill);
	source_close(peer);
	source_close(source);
}

/* ---- over HTTP ---- */

static struct fake_chain *chain;
static struct fakenode *node;

static void fetch_from_node(const struct fake_faults *faults, const struct source_options *options,
			    const struct backfill_options *what, const struct block_wish *wanted,
			    const struct harvest *want)
{
	struct error err;
	struct source *source = NULL;
	struct harvest *got;

	fake_chain_set(chain, faults);
	check_ok(source_open(&source, fakenode_url(node), options, NULL, &err), err);
	got = fetch_all(source, wanted, what);
	same(got, want, what->all_headers);
	free_harvest(got);
	source_close(source);
}

static void a_node_gives_what_the_recorded_chain_holds(void **state)
{
	struct source_options options = {.backoff_ms = 2};
	struct backfill_options what = {.from = 1, .to = BLOCKS};
	struct fake_faults faults = {0};
	struct harvest *want = expected(2);

	(void)state;
	fetch_from_node(&faults, &options, &what, wished(2, PROVE_OFF), want);
	what.all_headers = true;
	faults.gzip = true;
	fetch_from_node(&faults, &options, &what, wished(2, PROVE_OFF), want);
	free_harvest(want);
}

static void faults_and_limits_change_nothing(void **state)
{
	struct harvest *want[2] = {expected(1), expected(2)};
	const char *seed_text = getenv("SEED");
	uint64_t seed = seed_text ? strtoull(seed_text, NULL, 10) : 1;

	(void)state;
	for (uint64_t round = 0; round < 12; round++, seed++) {
		struct source_options options = {
			.backoff_ms = 1,
			.attempts = 20,
			.range_first = 1 + seed * 37 % 400,
			.in_flight = 1 + (unsigned)seed % 6,
			.batch_max = seed % 3 ? 0 : 1 + (unsigned)seed * 7 % 50,
		};
		struct backfill_options what = {
			.from = 1,
			.to = BLOCKS,
			.all_headers = seed % 4 == 0,
			.queue_bytes_max = seed % 5 ? 0 : 10000,
			.batch_logs_max = seed % 2 ? 0 : 1 + seed * 13 % 100,
		};
		struct fake_faults faults = {
			.seed = seed,
			.percent = 16,
			.batch_percent = 10,
			.wrong_log_percent = seed % 2 ? 5 : 0,
			.range_max = seed % 3 == 1 ? 1 + (unsigned)seed * 11 % 60 : 0,
			.logs_max = seed % 3 != 2 ? 40 + (unsigned)seed * 5 % 60 : 0,
			.batch_max = seed % 4 == 3 ? 1 + (unsigned)seed % 10 : 0,
			.gzip = seed % 7 == 0,
			.no_block_receipts = seed % 5 == 1,
			.no_hash_receipts = seed % 5 == 2,
		};
		enum proof_wish proof = (enum proof_wish)(seed % 3);

		print_message("seed %" PRIu64 "\n", seed);
		fetch_from_node(&faults, &options, &what, wished(seed % 2 + 1, proof),
				want[seed % 2]);
	}
	free_harvest(want[0]);
	free_harvest(want[1]);
}

/* The error in which a backfill from the node ends. */
static enum status error_of(const struct fake_faults *faults, const struct source_options *options,
			    const struct block_wish *wanted, uint64_t to, uint64_t *covered,
			    struct error *err)
{
	struct backfill_options what = {.from = 1, .to = to};
	struct backfill *backfill = NULL;
	struct block_batch *batch = NULL;
	struct source *source = NULL;
	enum status st;

	fake_chain_set(chain, faults);
	check_ok(source_open(&source, fakenode_url(node), options, NULL, err), *err);
	check_ok(backfill_start(&backfill, source, wanted, &what, NULL, err), *err);
	*covered = 0;
	while ((st = backfill_next(&batch, backfill, err)) == OK) {
		*covered = batch->to;
		block_batch_free(batch);
	}
	backfill_stop(backfill);
	source_close(source);
	return st;
}

static enum status backfill_error(const struct fake_faults *faults,
				  const struct source_options *options, uint64_t to,
				  uint64_t *covered, struct error *err)
{
	return error_of(faults, options, wished(2, PROVE_OFF), to, covered, err);
}

static void a_block_that_alone_is_too_much_says_so(void **state)
{
	struct source_options options = {.backoff_ms = 1};
	struct error err;
	uint64_t covered;

	(void)state;
	check_fails(backfill_error(&(struct fake_faults){.logs_max = 1}, &options, BLOCKS, &covered,
				   &err),
		    ERR_BAD_DATA, err, "alone are refused");
	assert_non_null(strstr(err.message, "query returned more than 1 results"));
	assert_true(covered < 50);
	options.response_bytes_max = 5000;
	check_fails(backfill_error(&(struct fake_faults){0}, &options, BLOCKS, &covered, &err),
		    ERR_BAD_DATA, err, "alone are refused");
	assert_non_null(strstr(err.message, "more than 5000 bytes"));
}

static void a_node_that_is_behind_is_asked_again_later(void **state)
{
	struct source_options options = {.backoff_ms = 1, .range_first = 50, .range_max = 50};
	struct error err;
	uint64_t covered;

	(void)state;
	check_fails(backfill_error(&(struct fake_faults){.head = 130}, &options, BLOCKS, &covered,
				   &err),
		    ERR_AGAIN, err, "no such block");
	assert_int_equal(covered, 100);
}

static void logs_that_stay_wrong_are_refused_in_the_end(void **state)
{
	struct source_options options = {.backoff_ms = 1, .range_first = 100};
	struct error err;
	uint64_t covered;

	(void)state;
	check_fails(backfill_error(&(struct fake_faults){.wrong_log_percent = 100}, &options,
				   BLOCKS, &covered, &err),
		    ERR_BAD_DATA, err, "blocks 1 to 100 after 4 tries: http://127.0.0.1:");
	assert_int_equal(covered, 0);
}

static void a_dead_node_ends_a_backfill_with_again(void **state)
{
	struct source_options options = {.backoff_ms = 1, .attempts = 3, .in_flight = 1};
	struct error err;
	uint64_t covered;

	(void)state;
	check_fails(backfill_error(&(struct fake_faults){.percent = 100}, &options, BLOCKS,
				   &covered, &err),
		    ERR_AGAIN, err, "3 tries");
}

static void a_backfill_from_a_node_can_be_stopped(void **state)
{
	struct source_options options = {.backoff_ms = 60000, .range_first = 5, .range_max = 5};
	struct backfill_options what = {.from = 1, .to = BLOCKS, .queue_bytes_max = 20000};
	struct source *source = NULL;
	struct error err;

	(void)state;
	fake_chain_set(chain, &(struct fake_faults){0});
	check_ok(source_open(&source, fakenode_url(node), &options, NULL, &err), err);
	for (unsigned taken = 0; taken < 8; taken++) {
		struct backfill *backfill = NULL;

		/* In the later rounds everything waits for its next try, a minute away. */
		fake_chain_set(chain, &(struct fake_faults){.percent = taken > 4 ? 100 : 0});
		check_ok(backfill_start(&backfill, source, wished(2, PROVE_OFF), &what, NULL, &err),
			 err);
		for (unsigned i = 0; i < taken && taken <= 4; i++) {
			struct block_batch *batch = NULL;

			check_ok(backfill_next(&batch, backfill, &err), err);
			block_batch_free(batch);
		}
		if (taken > 4)
			(void)usleep(20000);
		backfill_stop(backfill);
	}
	source_close(source);
}

/* ---- proofs ---- */

/* Blocks of the recorded chain: with logs of the pool, and without any. */
enum { WITH_LOGS = 100, WITHOUT_LOGS = 30 };

static struct clock fixed_clock;

static uint64_t no_time(void *context)
{
	(void)context;
	return 1000;
}

static void check_levels(const struct harvest *got, enum proof_level logs, bool all)
{
	for (size_t n = 1; n <= BLOCKS; n++) {
		if (all)
			assert_int_equal(got->levels[n] >= PROOF_RECEIPTS, got->has_ref[n]);
		else
			assert_true(got->levels[n] == (got->has_ref[n] ? logs : PROOF_NONE) ||
				    got->levels[n] == PROOF_RECEIPTS);
	}
}

static void an_honest_chain_is_the_same_however_it_is_proved(void **state)
{
	static const uint64_t must[] = {1, WITHOUT_LOGS, 31, 308};
	struct harvest *want = expected(2);

	(void)state;
	for (int round = 0; round < 2 * 3 * 3; round++) {
		struct source_options options = {.backoff_ms = 1,
						 .range_first = round % 2 ? 37 : 10000};
		struct backfill_options what = {.from = 1,
						.to = BLOCKS,
						.must_prove = must,
						.must_prove_count = 4,
						.batch_logs_max = round % 3 ? 0 : 9};
		enum proof_wish proof = (enum proof_wish)(round / 6);
		const struct block_wish *wanted = wished(2, proof);
		struct fake_faults faults = {.no_block_receipts = round / 2 % 3 == 1,
					     .no_hash_receipts = round / 2 % 3 == 2};
		struct harvest *got;
		struct source *source = NULL;
		struct error err;

		fake_chain_set(chain, &faults);
		check_ok(source_open(&source, round % 2 ? fakenode_url(node) : CHAIN, &options,
				     NULL, &err),
			 err);
		got = fetch_all(source, wanted, &what);
		same(got, want, proof == PROVE_HEADERS);
		check_levels(got, proof == PROVE_OFF ? PROOF_NONE : PROOF_RECEIPTS,
			     proof != PROVE_OFF);
		for (size_t i = 0; i < 4; i++)
			assert_true(got->has_ref[must[i]]);
		assert_int_equal(got->omitted, 0);
		free_harvest(got);
		source_close(source);
	}
	free_harvest(want);
}

static void senders_are_recovered_where_they_are_wanted(void **state)
{
	struct harvest *want = expected(1);

	(void)state;
	for (int round = 0; round < 3; round++) {
		struct source_options options = {.backoff_ms = 1};
		struct backfill_options what = {.from = 1, .to = BLOCKS};
		const struct block_wish *wanted = wished(1, PROVE_RECEIPTS);
		struct harvest *got;
		struct source *source = NULL;
		struct error err;

		wish.sender_filters = filters;
		wish.sender_filter_count = 1;
		fake_chain_set(chain, &(struct fake_faults){.no_bodies = round == 2});
		check_ok(source_open(&source, round ? fakenode_url(node) : CHAIN, &options, NULL,
				     &err),
			 err);
		got = fetch_all(source, wanted, &what);
		assert_int_equal(got->log_count, want->log_count);
		assert_int_equal(got->senders, round == 2 ? 0 : want->log_count);
		for (size_t i = 0; i < got->log_count; i++)
			assert_int_equal(got->levels[got->logs[i].block_number],
					 round == 2 ? PROOF_RECEIPTS : PROOF_TRANSACTIONS);
		free_harvest(got);
		source_close(source);
	}
	free_harvest(want);
}

static void a_lie_is_found_and_what_is_before_it_given(void **state)
{
	static const struct {
		enum fake_lie lie;
		enum proof_fault fault;
		const char *words;
	} cases[] = {
		{LIE_LOG_ALTERED, FAULT_LOG, "expected data of"},
		{LIE_LOG_INVENTED, FAULT_LOG, "no log of this index"},
		{LIE_LOG_MOVED, FAULT_LOG, "got transaction 7 0x"},
		{LIE_RECEIPT, FAULT_RECEIPTS_ROOT, "receipts"},
		{LIE_RECEIPT_GONE, FAULT_RECEIPTS_ROOT, "receipts"},
		{LIE_RECEIPT_LOG, FAULT_RECEIPTS_ROOT, "receipts"},
		{LIE_HEADER, FAULT_HEADER_HASH, "the header does not make the block's hash"},
		{LIE_PARENT, FAULT_HEADER_HASH, "the header does not make the block's hash"},
		{LIE_BODY, FAULT_TRANSACTIONS_ROOT, "transactions"},
		{LIE_SENDER, FAULT_SENDER, "signature"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct witnesses *witnesses = witnesses_new(2, &fixed_clock, 60000);
		struct source_options options = {.backoff_ms = 1,
						 .range_first = 200,
						 .range_max = 200,
						 .witnesses = witnesses,
						 .witness = 1};
		struct fake_faults faults = {
			.lie = cases[i].lie, .lie_block = WITH_LOGS, .no_block_receipts = false};
		const struct block_wish *wanted = wished(1, PROVE_RECEIPTS);
		struct proof_failure failure;
		struct error err;
		uint64_t covered;

		wish.sender_filters = filters;
		wish.sender_filter_count = 1;
		check_fails(error_of(&faults, &options, wanted, BLOCKS, &covered, &err),
			    ERR_BAD_DATA, err, cases[i].words);
		assert_non_null(strstr(err.message, "block 100"));
		assert_int_equal(covered, WITH_LOGS - 1);
		assert_true(witness_read(witnesses, 1).lies > 0);
		assert_true(witness_is_quarantined(witnesses, 1));
		assert_true(witnesses_next_failure(&failure, witnesses));
		assert_int_equal(failure.fault, cases[i].fault);
		assert_int_equal(failure.block, WITH_LOGS);
		assert_string_equal(failure.node, fakenode_url(node));
		assert_false(witnesses_next_failure(&failure, witnesses));
		witnesses_free(witnesses);
	}
}

static void what_passes_is_no_lie(void **state)
{
	static const enum fake_lie lies[] = {LIE_LOG_ALTERED, LIE_RECEIPT, LIE_HEADER, LIE_BODY};
	struct harvest *want = expected(1);

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct witnesses *witnesses = witnesses_new(1, &fixed_clock, 60000);
		struct source_options options = {.backoff_ms = 1, .witnesses = witnesses};
		struct backfill_options what = {.from = 1, .to = BLOCKS};
		struct fake_faults faults = {.lie = lies[i], .lie_times = 2};
		const struct block_wish *wanted = wished(1, PROVE_HEADERS);

		fetch_from_node(&faults, &options, &what, wanted, want);
		assert_int_equal(witness_read(witnesses, 0).lies, 0);
		assert_false(witness_is_quarantined(witnesses, 0));
		witnesses_free(witnesses);
	}
	free_harvest(want);
}

static void what_was_left_out_is_put_in_and_named(void **state)
{
	struct harvest *want = expected(1);
	struct witnesses *witnesses = witnesses_new(1, &fixed_clock, 60000);
	struct source_options options = {.backoff_ms = 1, .witnesses = witnesses};
	struct backfill_options what = {.from = 1, .to = BLOCKS};
	struct source *source = NULL;
	struct harvest *got;
	struct error err;

	(void)state;
	fake_chain_set(chain, &(struct fake_faults){.lie = LIE_LOG_OMITTED});
	check_ok(source_open(&source, fakenode_url(node), &options, NULL, &err), err);
	got = fetch_all(source, wished(1, PROVE_HEADERS), &what);
	same(got, want, true);
	assert_true(got->omitted > 100);
	assert_int_equal(witness_read(witnesses, 0).omissions, got->omitted);
	assert_int_equal(witness_read(witnesses, 0).lies, 0);
	free_harvest(got);
	/* Believed, they are missing. */
	got = fetch_all(source, wished(1, PROVE_OFF), &what);
	assert_true(got->log_count < want->log_count);
	free_harvest(got);
	source_close(source);
	witnesses_free(witnesses);
	free_harvest(want);
}

/* What came of asking for all blocks, with this anchor; lies of the node are counted. */
static enum status ends_on_anchor(const struct block_ref *anchor, enum fake_lie lie, uint64_t *lies,
				  struct error *err)
{
	struct witnesses *witnesses = witnesses_new(1, &fixed_clock, 60000);
	struct source_options options = {.backoff_ms = 1, .witnesses = witnesses};
	struct backfill_options what = {.from = 1, .to = BLOCKS, .anchor = *anchor};
	struct backfill *backfill = NULL;
	struct block_batch *batch = NULL;
	struct source *source = NULL;
	enum status st;

	fake_chain_set(chain, &(struct fake_faults){.lie = lie, .lie_block = WITH_LOGS});
	check_ok(source_open(&source, fakenode_url(node), &options, NULL, err), *err);
	check_ok(backfill_start(&backfill, source, wished(1, PROVE_RECEIPTS), &what, NULL, err),
		 *err);
	while ((st = backfill_next(&batch, backfill, err)) == OK)
		block_batch_free(batch);
	backfill_stop(backfill);
	source_close(source);
	*lies = witness_read(witnesses, 0).lies;
	witnesses_free(witnesses);
	return st;
}

static void a_chain_that_changed_meanwhile_is_told_and_accuses_nobody(void **state)
{
	struct harvest *want = expected(1);
	struct block_ref anchor = want->refs[BLOCKS];
	struct error err;
	uint64_t lies;

	(void)state;
	assert_int_equal(ends_on_anchor(&anchor, LIE_NONE, &lies, &err), ERR_NOTFOUND);
	assert_int_equal(ends_on_anchor(&anchor, LIE_LOG_ALTERED, &lies, &err), ERR_BAD_DATA);
	assert_int_equal(lies, 1);
	anchor.hash.bytes[0] ^= 1;
	check_fails(ends_on_anchor(&anchor, LIE_NONE, &lies, &err), ERR_REORG, err,
		    "block 309 is another one than before");
	assert_int_equal(ends_on_anchor(&anchor, LIE_LOG_ALTERED, &lies, &err), ERR_REORG);
	assert_int_equal(lies, 0);
	anchor.number = BLOCKS + 1;
	check_fails(ends_on_anchor(&anchor, LIE_NONE, &lies, &err), ERR_AGAIN, err,
		    "no such block");
	free_harvest(want);
}

static int start_node(void **state)
{
	struct error err;

	(void)state;
	check_ok(source_open(&recorded, CHAIN, NULL, NULL, &err), err);
	chain = fake_chain_load(CHAIN_FILE);
	node = fakenode_start(fake_chain_answer, chain);
	return 0;
}

static int stop_node(void **state)
{
	(void)state;
	fakenode_stop(node);
	fake_chain_free(chain);
	source_close(recorded);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_recorded_chain_comes_whole_in_any_ranges),
		cmocka_unit_test(batches_before_a_failure_are_given_first),
		cmocka_unit_test(a_backfill_can_be_stopped_at_any_time),
		cmocka_unit_test(nothing_to_fetch_is_no_error),
		cmocka_unit_test(an_interrupt_ends_a_backfill),
		cmocka_unit_test(a_node_gives_what_the_recorded_chain_holds),
		cmocka_unit_test(faults_and_limits_change_nothing),
		cmocka_unit_test(a_block_that_alone_is_too_much_says_so),
		cmocka_unit_test(a_node_that_is_behind_is_asked_again_later),
		cmocka_unit_test(logs_that_stay_wrong_are_refused_in_the_end),
		cmocka_unit_test(a_dead_node_ends_a_backfill_with_again),
		cmocka_unit_test(a_backfill_from_a_node_can_be_stopped),
		cmocka_unit_test(an_honest_chain_is_the_same_however_it_is_proved),
		cmocka_unit_test(senders_are_recovered_where_they_are_wanted),
		cmocka_unit_test(a_lie_is_found_and_what_is_before_it_given),
		cmocka_unit_test(what_passes_is_no_lie),
		cmocka_unit_test(what_was_left_out_is_put_in_and_named),
		cmocka_unit_test(a_chain_that_changed_meanwhile_is_told_and_accuses_nobody),
	};

	fixed_clock = clock_real();
	fixed_clock.now_ms = no_time;
	set_filters();
	return cmocka_run_group_tests(tests, start_node, stop_node);
}
