/*
 * What becomes of a block once it is fetched, stage by stage and on one core: found, decoded and
 * checked; rows and events as bytes; appended with its digest; committed. No network.
 *
 *   bench_stages FOLDER
 *
 * Leaves a mirror in FOLDER/stages. Fails where a check does: the history is valid.
 */
#include <stdio.h>
#include <stdlib.h>

#include "protocols/apply.h"
#include "store/state.h"
#include "tests/bench/synthetic.h"
#include "tests/bench/table.h"

enum { DEFAULT_EVENTS = 100000, DEFAULT_ACCOUNTS = 20000, RUN_BYTES = 20 * 1024 * 1024 };

enum stage {
	STAGE_GENERATE,
	STAGE_APPLY,
	STAGE_ROWS,
	STAGE_EVENTS,
	STAGE_APPEND,
	STAGE_COMMIT,
	STAGES
};

static const char *const stage_names[STAGES] = {
	[STAGE_APPLY] = "decode, apply and check", [STAGE_ROWS] = "changed rows to bytes",
	[STAGE_EVENTS] = "events to bytes",        [STAGE_APPEND] = "append to the store, digest",
	[STAGE_COMMIT] = "open runs, commit them",
};

static void must(enum status st, const struct error *err)
{
	if (st == OK)
		return;
	(void)fprintf(stderr, "bench_stages: %s\n", err->message);
	exit(1);
}

struct bench {
	struct pool pool;
	struct arena *arena; /* of the block */
	struct store *store;
	struct store_txn *txn;
	struct state *state;
	struct checker checker;
	struct trace trace;
	struct book book;
	struct chain_asker asker;
	struct applying applying;
	double seconds[STAGES];
	double last; /* when the stage at hand began */
	uint64_t events;
	uint64_t pool_events;
	uint64_t blocks;
	uint64_t rows;
	uint64_t runs;
};

static void lap(struct bench *b, enum stage stage)
{
	double now = seconds_now();

	b->seconds[stage] += now - b->last;
	b->last = now;
}

static void failed(void *context, const struct check_failure *failure)
{
	struct bench *b = context;

	(void)fprintf(stderr, "bench_stages: check %s %s at block %llu: expected %s, got %s\n",
		      b->pool.protocol->checks[failure->check].id, failure->subject.field,
		      (unsigned long long)b->applying.block->number, failure->expected,
		      failure->actual);
	exit(1);
}

static void resolved(void *context, size_t check, const struct subject *subject)
{
	(void)context;
	(void)check;
	(void)subject;
}

/* The token's supply; what the constructor set is known without asking. */
static enum status ask(void *context, struct chain_call *calls, size_t count, struct arena *arena,
		       const struct block_ref *at, struct error *err)
{
	static const uint8_t total_supply[4] = {0x18, 0x16, 0x0d, 0xdd};
	static const uint8_t balance_of[4] = {0x70, 0xa0, 0x82, 0x31};
	static const uint8_t minter_status[4] = {0xbb, 0xb3, 0x0c, 0x5d};

	(void)context;
	(void)at;
	(void)err;
	for (size_t i = 0; i < count; i++) {
		const uint8_t *selector = calls[i].data.data;
		uint8_t *word = arena_alloc(arena, 32);
		bool is_supply = memcmp(selector, total_supply, 4) == 0;

		if (is_supply)
			u256_to_be(word, synthetic_initial_supply());
		calls[i].result = slice_of(word, 32);
		calls[i].reason = "";
		calls[i].outcome = is_supply || memcmp(selector, balance_of, 4) == 0 ||
						   memcmp(selector, minter_status, 4) == 0
					   ? CALL_RETURNED
					   : CALL_UNAVAILABLE;
	}
	return OK;
}

static void open_run(struct bench *b, uint64_t block)
{
	struct error err;

	must(store_begin(&b->txn, b->store, STORE_WRITE, &err), &err);
	b->state = state_open(b->txn, block);
	b->book = book_open(b->state, 0);
	b->applying.state = b->state;
	b->runs++;
}

static void close_run(struct bench *b)
{
	struct error err;

	state_close(b->state);
	must(store_commit(b->txn, &err), &err);
	b->txn = NULL;
}

static void append(struct bench *b, const struct block_ref *ref, const struct event_log *logs,
		   size_t log_count)
{
	struct stored_event *events = arena_array(b->arena, log_count, sizeof(*events));
	struct block_write write = {.ref = *ref, .events = events};
	struct error err;

	state_changes(&write.rows, &write.row_count, b->state);
	lap(b, STAGE_ROWS);
	for (size_t i = 0; i < log_count; i++)
		if (pool_match(&b->pool, &logs[i]) >= 0)
			events[write.event_count++] =
				(struct stored_event){.log_index = logs[i].log_index,
						      .transaction_hash = logs[i].transaction_hash,
						      .value = event_encode(b->arena, &logs[i])};
	lap(b, STAGE_EVENTS);
	b->rows += write.row_count;
	must(store_append(b->txn, NULL, &write, &err), &err);
	lap(b, STAGE_APPEND);
}

static void begin_block(struct bench *b, const struct block_ref *ref)
{
	arena_reset(b->arena);
	state_next_block(b->state, ref->number);
	b->applying.block = ref;
	apply_begin_block(&b->applying);
}

static void apply(struct bench *b, const struct block_ref *ref, const struct event_log *logs,
		  size_t count)
{
	struct apply_options options = {.is_thorough = false};
	size_t event_count;
	struct error err;

	must(apply_block(&event_count, &b->applying, logs, count, &options, &err), &err);
	b->events += event_count;
	lap(b, STAGE_APPLY);
	append(b, ref, logs, count);
	b->blocks++;
}

/* The pool's first block: what no event tells. */
static void be_born(struct bench *b, const struct synthetic_options *options)
{
	struct block_ref before = synthetic_ref(options, SYNTHETIC_BIRTH - 1);
	struct block_ref ref = synthetic_ref(options, SYNTHETIC_BIRTH);
	bool has_code[ROLES_MAX] = {false};
	struct error err;

	for (size_t i = 0; i < b->pool.protocol->role_count; i++)
		has_code[i] = strcmp(b->pool.protocol->roles[i].name, "token") == 0;
	open_run(b, ref.number);
	begin_block(b, &ref);
	must(b->pool.protocol->seed(&b->applying, &before, has_code, &err), &err);
	must(b->pool.protocol->birth(&b->applying, &err), &err);
	apply(b, &ref, NULL, 0);
}

/* The logs that the protocol's filters let through, moved to the front. */
static size_t wanted(struct bench *b, struct event_log *out, const struct synthetic_block *block)
{
	struct hash pool_word;
	size_t count = 0;

	address_to_word(pool_word.bytes, synthetic_pool());
	for (size_t i = 0; i < block->log_count; i++) {
		const struct event_log *log = &block->logs[i];
		bool is_ours = address_equal(log->address, synthetic_pool());

		for (size_t t = 1; t < log->topic_count && !is_ours; t++)
			is_ours = pool_match(&b->pool, log) >= 0 &&
				  (hash_equal(log->topics[t], pool_word) ||
				   hash_is_zero(log->topics[t]));
		if (is_ours)
			out[count++] = *log;
	}
	return count;
}

static void make_pool(struct pool *pool, struct arena *arena)
{
	static struct address addresses[2];
	static const char *const roles[] = {"pool", "token"};
	struct pool_setup setup = {
		.name = "api3", .protocol = "api3", .start_block = SYNTHETIC_BIRTH};
	const struct protocol *protocol = protocol_find("api3");
	struct error err;

	addresses[0] = synthetic_pool();
	addresses[1] = synthetic_token();
	for (size_t r = 0; r < protocol->role_count; r++)
		for (size_t i = 0; i < 2; i++)
			if (strcmp(protocol->roles[r].name, roles[i]) == 0) {
				setup.contracts[r].addresses = &addresses[i];
				setup.contracts[r].count = 1;
			}
	must(pool_init(pool, arena, &setup, 0, &err), &err);
}

static void print(const struct bench *b)
{
	double all = 0;
	double checks = (double)b->checker.passed_count;
	double events = (double)b->pool_events;

	for (size_t i = STAGE_APPLY; i < STAGES; i++)
		all += b->seconds[i];
	for (size_t i = STAGE_APPLY; i < STAGES; i++)
		table_number(stage_names[i], b->seconds[i] * 1e9 / events, "ns", "%4.1f %%",
			     100 * b->seconds[i] / all);
	table_number("all", all * 1e9 / events, "ns", "%.0f pool events/s", events / all);
	table_number("a block with its events", all * 1e9 / (double)b->blocks, "ns",
		     "%.1f events, %.1f rows", (double)b->events / (double)b->blocks,
		     (double)b->rows / (double)b->blocks);
	table_number("checks passed", checks, "", "%.1f a pool event", checks / events);
	table_number("commits", (double)b->runs, "", "%s", "");
}

int main(int argc, char **argv)
{
	struct synthetic_options options = {
		.seed = number_from_environment("BENCH_SEED", 1),
		.events = number_from_environment("BENCH_STAGE_EVENTS", DEFAULT_EVENTS),
		.accounts = (uint32_t)number_from_environment("BENCH_ACCOUNTS", DEFAULT_ACCOUNTS)};
	struct store_identity identity = {.chain_id = 1, .pool_set = "bench\n"};
	struct synthetic *synthetic = synthetic_open(&options);
	struct arena *arena = arena_new();
	struct bench b = {.arena = arena_new()};
	struct synthetic_block block;
	struct event_log *logs = NULL;
	char path[512];
	char title[128];
	struct error err;

	if (argc != 2) {
		(void)fputs("usage: bench_stages FOLDER\n", stderr);
		return 2;
	}
	(void)snprintf(path, sizeof(path), "%s/stages", argv[1]);
	make_pool(&b.pool, arena);
	must(store_open(&b.store, path, STORE_WRITE, &identity, &err), &err);
	b.checker = (struct checker){.failed = failed, .resolved = resolved, .context = &b};
	b.asker.ask = ask;
	b.applying = (struct applying){.pool = &b.pool,
				       .arena = b.arena,
				       .checker = &b.checker,
				       .trace = &b.trace,
				       .book = &b.book,
				       .chain = &b.asker};
	b.last = seconds_now();
	be_born(&b, &options);
	memset(b.seconds, 0, sizeof(b.seconds));
	while (synthetic_next(&block, synthetic)) {
		size_t count;

		logs = xrealloc(logs, block.log_count * sizeof(*logs));
		count = wanted(&b, logs, &block);
		lap(&b, STAGE_GENERATE);
		if (!b.txn)
			open_run(&b, block.ref.number);
		lap(&b, STAGE_COMMIT);
		begin_block(&b, &block.ref);
		apply(&b, &block.ref, logs, count);
		b.pool_events += block.pool_event_count;
		if (store_txn_bytes(b.txn) > RUN_BYTES)
			close_run(&b);
		lap(&b, STAGE_COMMIT);
	}
	if (b.txn)
		close_run(&b);
	lap(&b, STAGE_COMMIT);
	(void)snprintf(
		title, sizeof(title),
		"A block's way into the store, one core: %llu pool events, time a pool event",
		(unsigned long long)b.pool_events);
	table_title(title);
	print(&b);
	store_close(b.store);
	synthetic_close(synthetic);
	free(logs);
	arena_free(b.arena);
	arena_free(arena);
	return 0;
}
