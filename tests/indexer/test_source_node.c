/*
 * A node as a source gives what the recorded chain gives, and says so when it cannot.
 */
#include "tests/indexer/check.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "indexer/source.h"
#include "tests/support/fakenode.h"

#define CHAIN_FILE "tests/chains/api3-seed1.chain.jsonl.gz"
#define POOL "0xe7f1725e7734ce288f8367e1bb143e90bb3f0512"
#define TOKEN "0x5fbdb2315678afecb367f032d93f642f64180aa3"

enum { BLOCKS = 309 };

static struct fake_chain *chain;
static struct fakenode *node;
static struct source *recorded;

static struct source *open_node(const struct fake_faults *faults)
{
	const struct source_options options = {.backoff_ms = 1, .attempts = 15};
	struct source *source = NULL;
	struct error err;

	fake_chain_set(chain, faults);
	check_ok(source_open(&source, fakenode_url(node), &options, NULL, &err), err);
	return source;
}

static void same_ref(const struct block_ref *a, const struct block_ref *b)
{
	assert_memory_equal(a, b, sizeof(*a));
}

static void simple_questions_are_answered(void **state)
{
	struct source *source = open_node(&(struct fake_faults){.percent = 30, .seed = 3});
	struct source *peer = NULL;
	struct error err;
	uint64_t id = 0;
	uint64_t first = 9;
	uint64_t last = 0;
	bool flag = true;
	struct block_ref block;
	struct block_ref want;

	(void)state;
	assert_string_equal(source_label(source), fakenode_url(node));
	assert_false(source_is_recorded(source));
	check_ok(source_peer(&peer, source, &err), err);
	check_ok(source_chain_id(&id, peer, &err), err);
	assert_int_equal(id, 31337);
	check_ok(source_is_syncing(&flag, source, &err), err);
	assert_false(flag);
	check_ok(source_extent(&first, &last, source, &err), err);
	assert_int_equal(first, 0);
	assert_int_equal(last, BLOCKS);
	check_ok(source_tagged_block(&block, source, BLOCK_LATEST, &err), err);
	check_ok(source_tagged_block(&want, recorded, BLOCK_LATEST, &err), err);
	same_ref(&block, &want);
	check_ok(source_tagged_block(&block, peer, BLOCK_FINALIZED, &err), err);
	source_close(source);
	source_close(peer);
}

static void headers_are_the_recorded_ones(void **state)
{
	struct source *source = open_node(&(struct fake_faults){
		.percent = 15, .batch_percent = 30, .batch_max = 50, .seed = 5});
	struct block_ref got[BLOCKS];
	struct block_ref want[BLOCKS];
	uint64_t numbers[BLOCKS];
	struct error err;

	(void)state;
	for (size_t i = 0; i < BLOCKS; i++)
		numbers[i] = BLOCKS - i;
	check_ok(source_headers(got, source, numbers, BLOCKS, &err), err);
	check_ok(source_headers(want, recorded, numbers, BLOCKS, &err), err);
	for (size_t i = 0; i < BLOCKS; i++)
		same_ref(&got[i], &want[i]);
	numbers[7] = 310;
	numbers[9] = 311;
	check_fails(source_headers(got, source, numbers, BLOCKS, &err), ERR_NOTFOUND, err,
		    "the node has no block 310");
	check_ok(source_headers(got, source, numbers, 0, &err), err);
	source_close(source);
}

static void block_logs_like_recorded(struct source *source)
{
	struct address addresses[2] = {address_of(POOL), address_of(TOKEN)};
	struct log_filter filters[2] = {{.addresses = addresses, .address_count = 2},
					{.addresses = addresses, .address_count = 1}};
	struct arena *arena = arena_new();
	size_t total = 0;

	for (uint64_t n = 1; n <= BLOCKS; n += 7) {
		struct block_ref block;
		struct event_log *got = NULL;
		struct event_log *want = NULL;
		size_t got_count = 0;
		size_t want_count = 0;
		struct error err;

		check_ok(source_headers(&block, recorded, &n, 1, &err), err);
		check_ok(source_block_logs(&got, &got_count, arena, source, &block, filters, 2,
					   &err),
			 err);
		check_ok(source_block_logs(&want, &want_count, arena, recorded, &block, filters, 2,
					   &err),
			 err);
		assert_int_equal(got_count, want_count);
		for (size_t i = 0; i < got_count; i++) {
			assert_true(slice_equal(got[i].data, want[i].data));
			got[i].data = want[i].data;
			assert_memory_equal(&got[i], &want[i], sizeof(got[i]));
		}
		total += got_count;
	}
	assert_true(total > 50);
	arena_free(arena);
}

static void logs_of_a_block_are_the_recorded_ones(void **state)
{
	struct source *source = open_node(&(struct fake_faults){.percent = 15, .seed = 6});

	(void)state;
	block_logs_like_recorded(source);
	source_close(source);
	source = open_node(&(struct fake_faults){.no_hash_logs = true, .percent = 5, .seed = 7});
	block_logs_like_recorded(source);
	source_close(source);
}

static void logs_of_a_block_that_is_not_there_are_not_found(void **state)
{
	struct address pool = address_of(POOL);
	struct log_filter filter = {.addresses = &pool, .address_count = 1};
	struct arena *arena = arena_new();
	struct block_ref block;
	struct error err;

	(void)state;
	check_ok(source_headers(&block, recorded, (const uint64_t[]){4}, 1, &err), err);
	for (int by_number = 0; by_number < 2; by_number++)
		for (int behind = 0; behind < 2; behind++) {
			struct source *source = open_node(&(struct fake_faults){
				.no_hash_logs = by_number == 1, .head = behind ? 3 : 0});
			struct block_ref other = block;
			struct event_log *logs = NULL;
			size_t count = 0;

			if (!behind)
				other.hash.bytes[9] ^= 1;
			check_fails(source_block_logs(&logs, &count, arena, source, &other, &filter,
						      1, &err),
				    ERR_NOTFOUND, err, "the node has no block 4 with hash 0x");
			source_close(source);
		}
	arena_free(arena);
}

/* ---- proved blocks ---- */

static struct address watched[2];
static struct log_filter watched_filter;

static struct block_wish wish_of(enum proof_wish proof)
{
	watched[0] = address_of(POOL);
	watched[1] = address_of(TOKEN);
	watched_filter = (struct log_filter){.addresses = watched, .address_count = 2};
	return (struct block_wish){.filters = &watched_filter,
				   .filter_count = 1,
				   .proof = proof,
				   .sender_filters = &watched_filter,
				   .sender_filter_count = proof == PROVE_OFF ? 0 : 1};
}

static void same_block(const struct fetched_block *got, const struct fetched_block *want)
{
	same_ref(&got->ref, &want->ref);
	assert_int_equal(got->level, want->level);
	assert_memory_equal(&got->state_root, &want->state_root, sizeof(got->state_root));
	assert_int_equal(got->log_count, want->log_count);
	for (size_t i = 0; i < got->log_count; i++) {
		struct event_log a = got->logs[i];
		struct event_log b = want->logs[i];

		assert_true(slice_equal(a.data, b.data));
		a.data = b.data = slice_of(NULL, 0);
		assert_true(slice_equal(a.input, b.input));
		a.input = b.input = slice_of(NULL, 0);
		assert_memory_equal(&a, &b, sizeof(a));
	}
	assert_int_equal(got->omitted_count, 0);
}

static void blocks_like_recorded(struct source *source, enum proof_wish proof)
{
	const struct block_wish wish = wish_of(proof);
	struct arena *arena = arena_new();
	size_t levels[4] = {0};

	for (uint64_t n = 1; n <= BLOCKS; n += 9) {
		struct fetched_block got;
		struct fetched_block want;
		struct error err;

		check_ok(source_block(&want, arena, recorded, n, NULL, &wish, false, &err), err);
		check_ok(source_block(&got, arena, source, n, NULL, &wish, false, &err), err);
		same_block(&got, &want);
		assert_string_equal(got.node, source_label(source));
		check_ok(source_block(&got, arena, source, n, &want.ref.hash, &wish, n % 2 == 0,
				      &err),
			 err);
		same_block(&got, &want);
		levels[got.level]++;
	}
	if (proof == PROVE_OFF)
		assert_true(levels[PROOF_NONE] > 30);
	else
		assert_true(levels[PROOF_RECEIPTS] && levels[PROOF_TRANSACTIONS]);
	arena_free(arena);
}

static void blocks_are_proved_like_recorded_ones(void **state)
{
	static const struct fake_faults faults[] = {
		{.percent = 10, .seed = 3},
		{.no_block_receipts = true},
		{.no_hash_receipts = true, .gzip = true},
	};

	(void)state;
	for (int i = 0; i < 6; i++) {
		struct source *source = open_node(&faults[i % 3]);

		blocks_like_recorded(source, (enum proof_wish)(i / 2));
		source_close(source);
	}
}

static void blocks_that_are_not_there_are_not_found(void **state)
{
	const struct block_wish wishes[2] = {wish_of(PROVE_OFF), wish_of(PROVE_RECEIPTS)};
	struct source *sources[2] = {open_node(&(struct fake_faults){.head = 200}), recorded};
	const struct hash other = {{1}};
	struct arena *arena = arena_new();
	struct fetched_block block;
	struct error err;

	(void)state;
	for (int i = 0; i < 4; i++) {
		check_fails(source_block(&block, arena, sources[i / 2], 310, NULL, &wishes[i % 2],
					 false, &err),
			    ERR_NOTFOUND, err, "310");
		check_fails(source_block(&block, arena, sources[i / 2], 100, &other, &wishes[i % 2],
					 true, &err),
			    ERR_NOTFOUND, err, "100");
	}
	arena_free(arena);
	source_close(sources[0]);
}

static void a_block_that_stays_unproved_is_told(void **state)
{
	static const struct {
		enum fake_lie lie;
		enum proof_fault fault;
	} cases[] = {
		{LIE_HEADER, FAULT_HEADER_HASH},         {LIE_RECEIPT, FAULT_RECEIPTS_ROOT},
		{LIE_RECEIPT_GONE, FAULT_RECEIPTS_ROOT}, {LIE_RECEIPT_LOG, FAULT_RECEIPTS_ROOT},
		{LIE_BODY, FAULT_TRANSACTIONS_ROOT},     {LIE_SENDER, FAULT_SENDER},
	};
	const struct block_wish wish = wish_of(PROVE_RECEIPTS);
	const struct clock clock = clock_real();

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
		bool passes = i % 2;
		struct fake_faults faults = {
			.lie = cases[i / 2].lie, .lie_block = 100, .lie_times = passes ? 1 : 0};
		struct witnesses *witnesses = witnesses_new(1, &clock, 60000);
		const struct source_options options = {.backoff_ms = 1, .witnesses = witnesses};
		struct arena *arena = arena_new();
		struct source *source = NULL;
		struct proof_failure failure;
		struct fetched_block block;
		struct error err;

		fake_chain_set(chain, &faults);
		check_ok(source_open(&source, fakenode_url(node), &options, NULL, &err), err);
		if (passes) {
			check_ok(source_block(&block, arena, source, 100, NULL, &wish, false, &err),
				 err);
			assert_int_equal(block.level, PROOF_TRANSACTIONS);
		} else {
			check_fails(
				source_block(&block, arena, source, 100, NULL, &wish, false, &err),
				ERR_BAD_DATA, err, ": block 100: ");
		}
		assert_int_equal(witness_read(witnesses, 0).lies, passes ? 0 : 1);
		assert_int_equal(witnesses_next_failure(&failure, witnesses), !passes);
		if (!passes) {
			assert_int_equal(failure.fault, cases[i / 2].fault);
			assert_string_equal(failure.node, fakenode_url(node));
		}
		arena_free(arena);
		source_close(source);
		witnesses_free(witnesses);
	}
}

static void pruned_bodies_are_no_error(void **state)
{
	const struct block_wish wish = wish_of(PROVE_RECEIPTS);
	struct source *source = open_node(&(struct fake_faults){.no_bodies = true});
	struct arena *arena = arena_new();
	struct fetched_block block;
	struct error err;

	(void)state;
	check_ok(source_block(&block, arena, source, 100, NULL, &wish, false, &err), err);
	assert_int_equal(block.level, PROOF_RECEIPTS);
	assert_int_equal(block.log_count, 1);
	assert_false(block.logs[0].has_sender);
	arena_free(arena);
	source_close(source);
}

static void witnesses_learn_of_latency_trouble_and_head(void **state)
{
	const struct clock clock = clock_real();
	struct witnesses *witnesses = witnesses_new(3, &clock, 60000);
	const struct source_options options = {
		.backoff_ms = 1, .attempts = 15, .witnesses = witnesses, .witness = 2};
	struct source *source = NULL;
	struct block_ref block;
	struct witness_record record;
	struct error err;
	uint64_t id;

	(void)state;
	fake_chain_set(chain, &(struct fake_faults){.percent = 60, .seed = 4});
	check_ok(source_open(&source, fakenode_url(node), &options, NULL, &err), err);
	assert_string_equal(witness_read(witnesses, 2).label, fakenode_url(node));
	for (int i = 0; i < 10; i++)
		check_ok(source_chain_id(&id, source, &err), err);
	record = witness_read(witnesses, 2);
	assert_int_equal(record.answers, 10);
	assert_true(record.troubles > 3);
	assert_false(record.has_head);
	check_ok(source_headers(&block, source, (const uint64_t[]){7}, 1, &err), err);
	assert_int_equal(witness_read(witnesses, 2).head, 7);
	check_ok(source_tagged_block(&block, source, BLOCK_LATEST, &err), err);
	assert_int_equal(witness_read(witnesses, 2).head, BLOCKS);
	assert_int_equal(witness_read(witnesses, 0).answers, 0);
	source_close(source);
	witnesses_free(witnesses);
}

static void calls_like_recorded(struct source *source)
{
	static const char *const data[] = {"8b0e9f3f", "3a98ef39", "57ded9c9", "12345678"};
	struct arena *arena = arena_new();

	for (uint64_t n = 1; n <= BLOCKS; n += 44) {
		struct chain_call got[12];
		struct chain_call want[12];
		struct block_ref block;
		struct error err;

		memset(got, 0, sizeof(got));
		for (size_t i = 0; i < 12; i++) {
			uint8_t *selector = arena_alloc(arena, 4);
			char text[16];

			(void)snprintf(text, sizeof(text), "0x%s", data[i % 4]);
			assert_int_equal(hex_parse_exact(selector, 4, text, 10, NULL), OK);
			got[i].to = address_of(i % 3 ? POOL : TOKEN);
			got[i].data = slice_of(selector, 4);
		}
		memcpy(want, got, sizeof(got));
		check_ok(source_headers(&block, recorded, &n, 1, &err), err);
		check_ok(source_calls(got, 12, arena, source, &block, &err), err);
		check_ok(source_calls(want, 12, arena, recorded, &block, &err), err);
		for (size_t i = 0; i < 12; i++) {
			assert_int_equal(got[i].outcome, want[i].outcome);
			assert_true(slice_equal(got[i].result, want[i].result));
			assert_int_equal(*got[i].reason != 0, *want[i].reason != 0);
		}
	}
	arena_free(arena);
}

static void calls_give_what_was_recorded(void **state)
{
	struct source *source =
		open_node(&(struct fake_faults){.percent = 10, .batch_percent = 10, .seed = 11});

	(void)state;
	calls_like_recorded(source);
	source_close(source);
}

static void nodes_that_refuse_block_hashes_are_asked_by_number(void **state)
{
	struct source *source = open_node(&(struct fake_faults){.no_hash_calls = true});
	struct source *peer = NULL;
	struct error err;
	unsigned before;

	(void)state;
	calls_like_recorded(source);
	check_ok(source_peer(&peer, source, &err), err);
	before = fakenode_requests(node);
	calls_like_recorded(peer);
	assert_int_equal(fakenode_requests(node) - before, 8); /* remembered: no second tries */
	source_close(peer);
	source_close(source);
}

static void calls_at_a_block_that_is_not_there_are_not_found(void **state)
{
	struct arena *arena = arena_new();
	struct chain_call call = {.to = address_of(POOL), .data = slice_of("\x8b\x0e\x9f\x3f", 4)};
	struct block_ref block;
	struct error err;

	(void)state;
	check_ok(source_headers(&block, recorded, (const uint64_t[]){40}, 1, &err), err);
	block.hash.bytes[3] ^= 1;
	for (int by_number = 0; by_number < 2; by_number++) {
		struct source *source =
			open_node(&(struct fake_faults){.no_hash_calls = by_number == 1});

		check_fails(source_calls(&call, 1, arena, source, &block, &err), ERR_NOTFOUND, err,
			    "the node has no block 40 with hash 0x");
		check_ok(source_calls(&call, 0, arena, source, &block, &err), err);
		source_close(source);
	}
	arena_free(arena);
}

static void code_is_there_from_the_first_view_on(void **state)
{
	struct source *source = open_node(&(struct fake_faults){.percent = 20, .seed = 2});

	(void)state;
	for (uint64_t n = 0; n < 6; n++) {
		bool got = false;
		bool want = true;
		struct error err;

		check_ok(source_has_code(&got, source, address_of(POOL), n, &err), err);
		check_ok(source_has_code(&want, recorded, address_of(POOL), n, &err), err);
		assert_int_equal(got, want);
	}
	source_close(source);
}

/* ---- scripted answers ---- */

struct fixed {
	const char *method; /* others are served from the chain */
	const char *result; /* JSON text, or NULL for the error */
	int code;
	const char *message;
};

static struct fixed fixed;
static pthread_mutex_t fixed_mutex = PTHREAD_MUTEX_INITIALIZER;

static void answer_fixed(void *context, const struct fake_request *request,
			 struct fake_reply *reply)
{
	const char *method = json_string_value(json_object_get(request->json, "method"));
	struct fixed now;

	(void)pthread_mutex_lock(&fixed_mutex);
	now = fixed;
	(void)pthread_mutex_unlock(&fixed_mutex);
	if (!method || strcmp(method, now.method) != 0)
		fake_chain_answer(context, request, reply);
	else if (now.result)
		fake_reply_json(reply, fake_result(request->json,
						   json_loads(now.result, JSON_DECODE_ANY, NULL)));
	else
		fake_reply_json(reply, fake_error(request->json, now.code, now.message));
}

static void set_fixed(struct fixed how)
{
	(void)pthread_mutex_lock(&fixed_mutex);
	fixed = how;
	(void)pthread_mutex_unlock(&fixed_mutex);
}

static void strange_answers_are_named(void **state)
{
	const struct source_options options = {.backoff_ms = 1, .attempts = 2};
	struct fakenode *strange = fakenode_start(answer_fixed, chain);
	struct source *source = NULL;
	struct block_ref block;
	struct error err;
	uint64_t id;
	unsigned asked;
	bool flag = false;

	(void)state;
	fake_chain_set(chain, &(struct fake_faults){0});
	check_ok(source_open(&source, fakenode_url(strange), &options, NULL, &err), err);
	set_fixed((struct fixed){"eth_chainId", "1", 0, NULL});
	check_fails(source_chain_id(&id, source, &err), ERR_BAD_DATA, err,
		    ": eth_chainId: not the JSON expected: expected a string");
	set_fixed((struct fixed){"eth_chainId", "\"0x01\"", 0, NULL});
	check_fails(source_chain_id(&id, source, &err), ERR_BAD_DATA, err, "no leading zeros");
	set_fixed((struct fixed){"eth_chainId", NULL, -32601, "the method does not exist"});
	check_fails(source_chain_id(&id, source, &err), ERR_BAD_DATA, err,
		    ": eth_chainId: error -32601: the method does not exist");
	set_fixed((struct fixed){"eth_chainId", NULL, -32005, "daily request count exceeded"});
	check_fails(source_chain_id(&id, source, &err), ERR_AGAIN, err, "daily request count");

	set_fixed((struct fixed){"eth_syncing", "{\"currentBlock\":\"0x1\"}", 0, NULL});
	check_ok(source_is_syncing(&flag, source, &err), err);
	assert_true(flag);
	set_fixed((struct fixed){"eth_syncing", NULL, -32601, "method not found"});
	check_ok(source_is_syncing(&flag, source, &err), err);
	assert_false(flag);

	set_fixed((struct fixed){"eth_getBlockByNumber", "null", 0, NULL});
	check_fails(source_tagged_block(&block, source, BLOCK_FINALIZED, &err), ERR_NOTFOUND, err,
		    "finalized");
	set_fixed((struct fixed){"eth_getBlockByNumber", NULL, -39001, "Unknown block"});
	check_fails(source_tagged_block(&block, source, BLOCK_FINALIZED, &err), ERR_NOTFOUND, err,
		    "Unknown block");
	set_fixed((struct fixed){"eth_getBlockByNumber", NULL, -32602,
				 "invalid argument 0: hex string without 0x prefix"});
	check_fails(source_tagged_block(&block, source, BLOCK_FINALIZED, &err), ERR_NOTFOUND, err,
		    "hex string");
	asked = fakenode_requests(strange);
	check_fails(source_tagged_block(&block, source, BLOCK_FINALIZED, &err), ERR_NOTFOUND, err,
		    "does not know \"finalized\"");
	assert_int_equal(fakenode_requests(strange), asked); /* remembered */
	set_fixed((struct fixed){"eth_getBlockByNumber", "{\"number\":\"0x1\"}", 0, NULL});
	check_fails(source_tagged_block(&block, source, BLOCK_LATEST, &err), ERR_BAD_DATA, err,
		    "eth_getBlockByNumber: a block without hash");
	set_fixed((struct fixed){
		"eth_getBlockByNumber",
		"{\"number\":\"0x1\",\"timestamp\":\"0x1\",\"hash\":\"0xaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\","
		"\"parentHash\":\"0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaa\"}",
		0, NULL});
	check_fails(source_headers(&block, source, (const uint64_t[]){2}, 1, &err), ERR_BAD_DATA,
		    err, "expected block 2, got block 1");
	set_fixed((struct fixed){"eth_getCode", NULL, -32000, "missing trie node 12 (path )"});
	check_fails(source_has_code(&flag, source, address_of(POOL), 2, &err), ERR_NOTFOUND, err,
		    "missing trie node");
	source_close(source);
	fakenode_stop(strange);
}

static void null_is_no_list_of_logs(void **state)
{
	const struct source_options options = {.backoff_ms = 1, .attempts = 2, .batch_max = 1};
	const struct address pool = address_of(POOL);
	const struct log_filter filter = {.addresses = &pool, .address_count = 1};
	struct fakenode *strange = fakenode_start(answer_fixed, chain);
	struct arena *arena = arena_new();
	struct source *source = NULL;
	struct event_log *logs = NULL;
	struct block_ref block;
	struct error err;
	size_t count = 0;

	(void)state;
	fake_chain_set(chain, &(struct fake_faults){0});
	check_ok(source_open(&source, fakenode_url(strange), &options, NULL, &err), err);
	check_ok(source_headers(&block, source, (const uint64_t[]){4}, 1, &err), err);
	set_fixed((struct fixed){"eth_getLogs", "null", 0, NULL});
	check_fails(source_block_logs(&logs, &count, arena, source, &block, &filter, 1, &err),
		    ERR_BAD_DATA, err, "null for a list of logs");
	source_close(source);
	arena_free(arena);
	fakenode_stop(strange);
}

/* ---- interrupts ---- */

static struct source *interrupted;

static void on_alarm(int number)
{
	(void)number;
	source_interrupt(interrupted);
}

static void never(void *context, const struct fake_request *request, struct fake_reply *reply)
{
	(void)context;
	(void)request;
	reply->delay_ms = 10000;
}

static void a_signal_ends_a_wait_at_once(void **state)
{
	const struct clock clock = clock_real();
	struct fakenode *silent = fakenode_start(never, NULL);
	struct sigaction action = {.sa_handler = on_alarm};
	uint64_t begin = clock_now_ms(&clock);
	struct error err;
	uint64_t id;

	(void)state;
	check_ok(source_open(&interrupted, fakenode_url(silent), NULL, NULL, &err), err);
	assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
	assert_int_equal(ualarm(50000, 0), 0);
	check_fails(source_chain_id(&id, interrupted, &err), ERR_AGAIN, err, "interrupted");
	assert_true(clock_now_ms(&clock) - begin < 1500);
	check_fails(source_chain_id(&id, interrupted, &err), ERR_AGAIN, err, "interrupted");
	source_close(interrupted);
	fakenode_stop(silent);
}

static int begin(void **state)
{
	struct error err;

	(void)state;
	chain = fake_chain_load(CHAIN_FILE);
	node = fakenode_start(fake_chain_answer, chain);
	check_ok(source_open(&recorded, "file:" CHAIN_FILE, NULL, NULL, &err), err);
	return 0;
}

static int end(void **state)
{
	(void)state;
	source_close(recorded);
	fakenode_stop(node);
	fake_chain_free(chain);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(simple_questions_are_answered),
		cmocka_unit_test(headers_are_the_recorded_ones),
		cmocka_unit_test(logs_of_a_block_are_the_recorded_ones),
		cmocka_unit_test(logs_of_a_block_that_is_not_there_are_not_found),
		cmocka_unit_test(blocks_are_proved_like_recorded_ones),
		cmocka_unit_test(blocks_that_are_not_there_are_not_found),
		cmocka_unit_test(a_block_that_stays_unproved_is_told),
		cmocka_unit_test(pruned_bodies_are_no_error),
		cmocka_unit_test(witnesses_learn_of_latency_trouble_and_head),
		cmocka_unit_test(calls_give_what_was_recorded),
		cmocka_unit_test(nodes_that_refuse_block_hashes_are_asked_by_number),
		cmocka_unit_test(calls_at_a_block_that_is_not_there_are_not_found),
		cmocka_unit_test(code_is_there_from_the_first_view_on),
		cmocka_unit_test(strange_answers_are_named),
		cmocka_unit_test(null_is_no_list_of_logs),
		cmocka_unit_test(a_signal_ends_a_wait_at_once),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
