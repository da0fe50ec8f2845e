/* Blocks into the store: applied to every pool, checked, appended, committed. */
#include "indexer/mirror_impl.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "protocols/apply.h"
#include "reconcile/view.h"

/*
 * One transaction takes blocks until this much is dirty: LMDB holds dirty pages in memory until the
 * commit, and the program shall stay small. Nor does it take longer than a second: readers and a
 * kill shall not be far behind.
 */
enum { RUN_BYTES = 48 * 1024 * 1024, RUN_STATE_BYTES = 8 * 1024 * 1024, RUN_MS = 1000 };

enum { THOROUGH_EVERY = 32 }; /* blocks at the head */

/* What a run keeps from block to block, for every pool. */
struct pool_work {
	struct applying applying;
	struct recorder recorder;
	struct book book;
	struct trace trace;
};

struct run {
	struct mirror *m;
	struct store_txn *txn;
	struct state *state;
	struct pool_work *work;
	struct block_record cursor;
	bool is_empty;
	uint64_t started_ms;
	uint64_t events;
	uint64_t block_count; /* appended and not yet committed */
};

static void close_run(struct mirror *m)
{
	struct run *run = m->run;

	m->run = NULL;
	if (!run)
		return;
	mirror_settled(m, false); /* what was committed is settled already */
	state_close(run->state);
	free(run->work);
	store_abort(run->txn);
	free(run);
}

static enum status open_run(struct mirror *m, uint64_t first_block, struct error *err)
{
	struct run *run = xcalloc(1, sizeof(*run));
	enum status st;

	m->run = run;
	run->m = m;
	run->started_ms = clock_now_ms(&m->clock);
	st = store_begin(&run->txn, m->store, STORE_WRITE, err);
	if (st == OK)
		st = store_cursor(&run->cursor, run->txn, err);
	run->is_empty = st == ERR_NOTFOUND;
	if (st != OK && st != ERR_NOTFOUND) {
		close_run(m);
		return st;
	}
	run->state = state_open(run->txn, first_block);
	run->work = xcalloc(m->config->pool_count, sizeof(*run->work));
	for (size_t i = 0; i < m->config->pool_count; i++) {
		struct pool_work *work = &run->work[i];

		work->book = book_open(run->state, (uint16_t)i);
		work->applying = (struct applying){.pool = &m->config->pools[i],
						   .state = run->state,
						   .arena = m->block_arena,
						   .checker = &work->recorder.checker,
						   .trace = &work->trace,
						   .book = &work->book,
						   .chain = &m->asker};
		recorder_init(&work->recorder, &work->applying);
	}
	return OK;
}

static enum status seed(struct run *run, struct applying *a, struct error *err)
{
	const struct protocol *protocol = a->pool->protocol;
	bool has_code[ROLES_MAX] = {false};
	struct block_ref before = {0};
	uint64_t number = a->block->number ? a->block->number - 1 : 0;
	bool is_any = false;
	enum status st = OK;

	for (size_t i = 0; i < protocol->role_count; i++) {
		if (protocol->roles[i].is_list || !a->pool->setup.contracts[i].count)
			continue;
		st = source_has_code(&has_code[i], run->m->source, pool_contract(a->pool, i),
				     number, err);
		if (st != OK)
			return st;
		is_any = is_any || has_code[i];
	}
	/* A recorded chain begins at its first block: what is below has no header, and no code. */
	if (is_any)
		st = source_headers(&before, run->m->source, &number, 1, err);
	return st == OK ? protocol->seed(a, &before, has_code, err) : st;
}

/* As configured, whether or not the block is the newest. */
static bool views_are_due_below_head(const struct run *run, size_t pool, uint64_t block)
{
	const struct config_views *views = &run->m->config->pool_views[pool];

	return (views->every_blocks && block % views->every_blocks == 0) ||
	       (views->at_head && block == run->m->target);
}

static bool views_are_due(const struct run *run, size_t pool, uint64_t block)
{
	return views_are_due_below_head(run, pool, block) ||
	       (run->m->config->pool_views[pool].at_head && run->m->is_at_head);
}

/*
 * Checks that walk all accounts take longer than all others together. What they compare follows
 * from the sums that are kept and compared at each block, but for rounding; so block by block at
 * the head they need not be made each time, but for what is open and may be resolved.
 */
static bool is_thorough(const struct run *run, size_t pool, uint64_t block)
{
	return views_are_due_below_head(run, pool, block) || block % THOROUGH_EVERY == 0 ||
	       run->work[pool].recorder.checker.has_open_standing;
}

static enum status check_views(struct run *run, size_t pool, struct applying *a,
			       const struct fetched_block *block, struct error *err)
{
	const struct config_views *views = &run->m->config->pool_views[pool];
	struct pool_run *pool_run = &run->m->pools[pool];
	struct view_wish wish = {
		.accounts = views->all_accounts ? VIEW_ACCOUNTS_ALL : VIEW_ACCOUNTS_TOUCHED,
		.mode = views->by_proof ? VIEW_MODE_PROOF : VIEW_MODE_CALL,
		.state_root = block->level >= PROOF_HEADER ? &block->state_root : NULL};
	struct view_answers answers;
	enum status st = views_check(&answers, a, &wish, err);

	if (st == OK && answers.unavailable && !pool_run->has_told_unavailable) {
		pool_run->has_told_unavailable = true;
		log_line(run->m->logger, source_is_recorded(run->m->source) ? LOG_INFO : LOG_WARN,
			 "pool %s: %s does not answer %zu views at block %" PRIu64
			 " (%s): they are not compared there",
			 a->pool->setup.name, source_label(run->m->source), answers.unavailable,
			 a->block->number, answers.reason);
	}
	if (st == OK && *answers.unproved && !pool_run->has_told_unproved) {
		pool_run->has_told_unproved = true;
		log_warn(run->m->logger,
			 "pool %s: no state proofs at block %" PRIu64
			 " (%s): what has none is compared by eth_call",
			 a->pool->setup.name, a->block->number, answers.unproved);
	}
	return st;
}

static bool has_event(const struct pool *pool, const struct fetched_block *block)
{
	for (size_t i = 0; i < block->log_count; i++)
		if (pool_match(pool, &block->logs[i]) >= 0)
			return true;
	return false;
}

/*
 * A check that fails where not every header was seen may fail because a log was left out before:
 * the first such block is where repair.c begins to look.
 */
static void suspect(struct run *run, size_t pool, const struct fetched_block *block)
{
	struct mirror *m = run->m;

	if (!m->is_sparse || m->is_suspicious || mirror_is_beyond_repair(m, pool) ||
	    !run->work[pool].recorder.checker.failed_count)
		return;
	m->is_suspicious = true;
	m->suspect_pool = pool;
	m->suspect_block = block->ref.number;
}

static const struct event_log *log_at(const struct fetched_block *block, uint32_t log_index)
{
	for (size_t i = 0; i < block->log_count; i++)
		if (block->logs[i].log_index == log_index)
			return &block->logs[i];
	return NULL;
}

static void tell_omission(struct run *run, size_t pool, const struct fetched_block *block,
			  uint32_t log_index, const char *node)
{
	const struct pool *own = &run->m->config->pools[pool];
	const struct event_log *log = log_at(block, log_index);
	struct proof_failure failure = {.fault = FAULT_LOG_OMITTED,
					.block = block->ref.number,
					.block_hash = block->ref.hash,
					.has_log = true,
					.log_index = log_index};
	uint8_t key[FINDING_ID_BYTES];
	struct finding finding;
	int rule = log ? pool_match(own, log) : -1;

	if (rule < 0)
		return;
	failure.transaction = log->transaction_hash;
	(void)snprintf(failure.expected, sizeof(failure.expected), "%s", own->events[rule].name);
	(void)snprintf(failure.actual, sizeof(failure.actual),
		       "not in the node's answer; taken from the proved receipts");
	(void)snprintf(failure.node, sizeof(failure.node), "%s", node);
	source_finding(key, &finding, run->m->block_arena, own, &failure);
	recorder_add(&run->work[pool].recorder, key, &finding);
}

/* The pool's logs that a node left out, now or before the backfill went back, and that came from
 * the receipts. */
static void tell_omissions(struct run *run, size_t pool, const struct fetched_block *block)
{
	const struct omission *known;
	size_t count;

	for (size_t i = 0; i < block->omitted_count; i++) {
		tell_omission(run, pool, block, block->omitted[i], block->node);
		if (run->m->is_sparse)
			mirror_remember_omission(run->m, &block->ref, block->omitted[i],
						 block->node);
	}
	count = mirror_omissions_of(&known, run->m, &block->ref);
	for (size_t i = 0; i < count; i++)
		tell_omission(run, pool, block, known[i].log_index, known[i].node);
}

static enum status apply_to_pool(struct run *run, size_t index, const struct fetched_block *block,
				 struct error *err)
{
	const struct pool *pool = &run->m->config->pools[index];
	struct pool_work *work = &run->work[index];
	struct applying *a = &work->applying;
	struct pool_run *pool_run = &run->m->pools[index];
	uint64_t number = block->ref.number;
	bool is_new = number == pool->setup.start_block || number == pool_run->birth;
	bool is_due = false;
	size_t event_count = 0;
	enum status st = OK;

	if (number < pool->setup.start_block)
		return OK;
	a->block = &block->ref;
	a->status = OK;
	apply_begin_block(a);
	if (number == pool->setup.start_block)
		st = seed(run, a, err);
	if (st == OK && number == pool_run->birth && !pool_run->is_born_in_store)
		st = pool->protocol->birth(a, err);
	if (st != OK)
		return st;
	if (pool_run->is_born_in_store || (pool_run->birth && number >= pool_run->birth))
		is_due = views_are_due(run, index, number);
	if (is_new || is_due || has_event(pool, block)) {
		struct apply_options options = {.is_thorough =
							is_due && is_thorough(run, index, number)};

		st = apply_block(&event_count, a, block->logs, block->log_count, &options, err);
		suspect(run, index, block);
	} else {
		pool->protocol->idle_block(a);
		if (a->status != OK) {
			*err = a->error;
			st = a->status;
		}
	}
	if (st == OK && is_due) {
		st = check_views(run, index, a, block, err);
		suspect(run, index, block);
	}
	if (st == OK) {
		tell_omissions(run, index, block);
		st = mirror_settle(run->m, run->txn, &work->recorder, number, err);
	}
	if (st == OK)
		recorder_end_block(&work->recorder, event_count);
	run->events += event_count;
	return st;
}

static enum status append(struct run *run, const struct fetched_block *block, struct error *err)
{
	struct mirror *m = run->m;
	struct stored_event *events =
		arena_array(m->block_arena, block->log_count, sizeof(*events));
	struct block_write write = {
		.ref = block->ref, .proof_level = (uint8_t)block->level, .events = events};
	enum status st;

	for (size_t i = 0; i < block->log_count; i++) {
		bool is_ours = false;

		for (size_t p = 0; p < m->config->pool_count && !is_ours; p++)
			is_ours = block->ref.number >= m->config->pools[p].setup.start_block &&
				  pool_match(&m->config->pools[p], &block->logs[i]) >= 0;
		if (is_ours)
			events[write.event_count++] = (struct stored_event){
				.log_index = block->logs[i].log_index,
				.transaction_hash = block->logs[i].transaction_hash,
				.value = event_encode(m->block_arena, &block->logs[i])};
	}
	state_changes(&write.rows, &write.row_count, run->state);
	st = store_append(run->txn, NULL, &write, err);
	m->must_refetch = st == ERR_AGAIN; /* the map was full */
	return st;
}

/* A block of ours that had a child on another parent must show one of its own before it is taken
 * again. */
static enum status check_distrust(struct mirror *m, const struct block_ref *block,
				  struct error *err)
{
	uint64_t number = block->number + 1;
	struct block_ref child;
	enum status st;

	if (hash_is_zero(m->distrusted) || !hash_equal(block->hash, m->distrusted))
		return OK;
	st = source_headers(&child, m->source, &number, 1, err);
	if (st == ERR_NOTFOUND)
		return error_set(err, ERR_AGAIN,
				 "%s has not shown a child of this block, which is needed after "
				 "one that stood on another parent",
				 source_label(m->source));
	if (st == OK && !hash_equal(child.parent_hash, block->hash))
		st = error_set(err, ERR_BAD_DATA,
			       "%s: block %" PRIu64 " is not the child of this block",
			       source_label(m->source), number);
	if (st == OK)
		m->distrusted = (struct hash){{0}};
	return st;
}

static enum status apply_one(struct run *run, const struct fetched_block *block, struct error *err)
{
	enum status st = OK;

	if (!run->is_empty && block->ref.number == run->cursor.ref.number + 1 &&
	    !hash_equal(block->ref.parent_hash, run->cursor.ref.hash))
		return error_set(err, ERR_REORG, "block %" PRIu64 " stands on another parent",
				 block->ref.number);
	st = check_distrust(run->m, &block->ref, err);
	if (st != OK)
		return error_wrap(err, "block %" PRIu64, block->ref.number);
	if (run->m->config->has_checkpoint &&
	    block->ref.number == run->m->config->checkpoint_number &&
	    !hash_equal(block->ref.hash, run->m->config->checkpoint_hash))
		return error_set(err, ERR_DENIED,
				 "block %" PRIu64 " of %s is not the configured checkpoint",
				 block->ref.number, source_label(run->m->source));
	arena_reset(run->m->block_arena);
	state_next_block(run->state, block->ref.number);
	for (size_t i = 0; st == OK && i < run->m->config->pool_count; i++) {
		st = apply_to_pool(run, i, block, err);
		if (st != OK)
			(void)error_wrap(err, "pool %s", run->m->config->pools[i].setup.name);
	}
	if (st == OK) {
		mirror_put_seen(run->m, run->state);
		st = state_status(run->state, err);
	}
	if (st == OK)
		st = append(run, block, err);
	if (st != OK)
		return error_wrap(err, "block %" PRIu64, block->ref.number);
	run->cursor.ref = block->ref;
	run->is_empty = false;
	return OK;
}

static bool is_full(const struct run *run)
{
	return store_txn_bytes(run->txn) > RUN_BYTES ||
	       state_memory(run->state) > RUN_STATE_BYTES ||
	       clock_now_ms(&run->m->clock) - run->started_ms > RUN_MS;
}

uint64_t mirror_events(const struct mirror *m)
{
	return m->events_done + (m->run ? m->run->events : 0);
}

enum status mirror_flush(struct mirror *m, struct error *err)
{
	struct run *run = m->run;
	bool nodes_are_due;
	uint64_t last;
	enum status st;

	if (!run || !run->block_count) {
		close_run(m);
		return OK;
	}
	last = run->cursor.ref.number;
	nodes_are_due = mirror_nodes_are_due(m);
	st = mirror_note_run(m, run->txn, run->block_count, run->events, err);
	if (st == OK && nodes_are_due)
		st = mirror_note_nodes(m, run->txn, err);
	if (st == OK)
		st = mirror_noter_put(m, run->txn, err);
	if (st == OK) {
		st = store_commit(run->txn, err);
		run->txn = NULL;
	}
	if (st == OK) {
		mirror_has_room(m);
		mirror_noter_kept(m);
		mirror_settled(m, true);
		m->orphans = 0;
		m->blocks_done += run->block_count;
		m->events_done += run->events;
		if (nodes_are_due)
			mirror_nodes_are_noted(m);
		for (size_t i = 0; i < m->config->pool_count; i++)
			if (m->pools[i].birth && last >= m->pools[i].birth)
				m->pools[i].is_born_in_store = true;
	}
	m->must_refetch = st == ERR_AGAIN;
	close_run(m);
	return st;
}

/* The run cannot go on: keeps the blocks before the failing one, and that one's error. */
static enum status end_run(struct mirror *m, enum status failed, struct error *err)
{
	struct error commit_error;
	enum status st;

	if (failed == ERR_SYSTEM || failed == ERR_FULL || m->must_refetch) {
		close_run(m);
		return failed;
	}
	st = mirror_flush(m, &commit_error);
	if (st == OK)
		return failed;
	*err = commit_error;
	return st;
}

enum status mirror_apply(struct mirror *m, const struct fetched_block *blocks, size_t count,
			 struct error *err)
{
	enum status st = OK;

	m->must_refetch = false;
	mirror_take_failures(m);
	for (size_t i = 0; st == OK && i < count && !mirror_is_stopping(m) && !m->is_suspicious;
	     i++) {
		pulse_beat(&m->pulse);
		if (!m->run)
			st = open_run(m, blocks[i].ref.number, err);
		if (st == OK)
			st = apply_one(m->run, &blocks[i], err);
		if (st != OK)
			return m->run ? end_run(m, st, err) : st;
		m->run->block_count++;
		if (is_full(m->run))
			st = mirror_flush(m, err);
	}
	return st;
}
