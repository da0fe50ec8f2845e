#include "indexer/mirror.h"

#include <inttypes.h>
#include <stdlib.h>

#include "indexer/mirror_impl.h"
#include "protocols/tables.h"

enum {
	FILTERS_A_POOL = 8,
	MS_A_SECOND = 1000,
	PROGRESS_MS = 250,
	REFETCHES_MAX = 64,
	CHANGES_MAX = 16, /* of the chain in one sync, before somebody else has to try again */
	QUEUE_BYTES = 2 * 1024 * 1024, /* fetched ahead: applying is the slower side */
};

#define RECORD_OWNER struct chain_row
#define CHAIN_FIELDS(F)                                                                            \
	F(BOOL, has_finalized, "whether the node knows the finalized tag")                         \
	F(U64, finalized, "the finalized block")                                                   \
	F(U64, head_number, "the node's head")                                                     \
	F(HASH, head_hash, "")                                                                     \
	F(U64, head_timestamp, "seconds")

struct chain_row {
	RECORD_STRUCT(CHAIN_FIELDS)
};

RECORD_DEFINE(chain_row, CHAIN_FIELDS)
#undef RECORD_OWNER

static const struct row_table table_chain = {TABLE_CHAIN, 1, &record_chain_row};

void mirror_put_seen(struct mirror *m, struct state *state)
{
	struct chain_row *row = state_row(state, &table_chain, 0, "");

	row->has_finalized = m->seen.has_finalized;
	row->finalized = m->seen.finalized;
	row->head_number = m->seen.head.number;
	row->head_hash = m->seen.head.hash;
	row->head_timestamp = m->seen.head.timestamp;
}

struct chain_seen chain_seen_read(struct state *state)
{
	const struct chain_row *row = state_row(state, &table_chain, 0, "");

	return (struct chain_seen){.has_finalized = row->has_finalized,
				   .finalized = row->finalized,
				   .head = {.number = row->head_number,
					    .hash = row->head_hash,
					    .timestamp = row->head_timestamp}};
}

struct chain_seen mirror_seen(const struct mirror *m)
{
	return m->seen;
}

static size_t sender_event_count(const struct protocol *protocol)
{
	size_t count = 0;

	while (protocol->sender_events && protocol->sender_events[count])
		count++;
	return count;
}

/* The logs of payouts and claims: contract and topic0. */
static void add_sender_filters(struct mirror *m, struct log_filter *filters,
			       const struct pool *pool)
{
	const struct protocol *protocol = pool->protocol;

	for (size_t i = 0; i < sender_event_count(protocol); i++)
		for (size_t k = 0; k < protocol->event_count; k++) {
			size_t role = protocol->events[k].role;

			if (strcmp(pool->events[k].name, protocol->sender_events[i]) != 0)
				continue;
			filters[m->wish.sender_filter_count++] = (struct log_filter){
				.addresses = pool->setup.contracts[role].addresses,
				.address_count = pool->setup.contracts[role].count,
				.topics = {{&pool->events[k].signature_hash, 1}}};
			break;
		}
}

static enum status make_wish(struct mirror *m, struct error *err)
{
	struct log_filter *filters =
		arena_array(m->arena, m->config->pool_count * FILTERS_A_POOL, sizeof(*filters));
	struct log_filter *sender_filters;
	size_t sender_count = 0;

	m->wish.proof = m->config->proof.level;
	m->wish.filters = filters;
	for (size_t i = 0; i < m->config->pool_count; i++) {
		const struct pool *pool = &m->config->pools[i];
		size_t count = pool->protocol->filters(filters + m->wish.filter_count,
						       FILTERS_A_POOL, m->arena, pool);

		if (count == 0)
			return error_set(err, ERR_CORRUPT, "protocol %s names no logs",
					 pool->protocol->name);
		m->wish.filter_count += count;
		sender_count += sender_event_count(pool->protocol);
	}
	sender_filters = arena_array(m->arena, sender_count, sizeof(*sender_filters));
	m->wish.sender_filters = sender_filters;
	for (size_t i = 0; i < m->config->pool_count; i++)
		add_sender_filters(m, sender_filters, &m->config->pools[i]);
	return OK;
}

enum status mirror_read_births(struct mirror *m, struct error *err)
{
	struct block_record cursor;
	struct store_txn *txn;
	struct state *state;
	bool is_empty = true;
	enum status st = mirror_cursor(&cursor, &is_empty, m, err);

	for (size_t i = 0; i < m->config->pool_count; i++)
		m->pools[i].is_born_in_store = false;
	if (st != OK || is_empty)
		return st;
	st = store_begin(&txn, m->store, STORE_READ, err);
	if (st != OK)
		return st;
	state = state_open(txn, cursor.ref.number);
	for (size_t i = 0; i < m->config->pool_count; i++) {
		struct reading reading = {.pool = &m->config->pools[i],
					  .state = state,
					  .arena = m->block_arena,
					  .block = cursor.ref.number};

		m->pools[i].is_born_in_store = reading.pool->protocol->is_born(&reading);
	}
	st = state_status(state, err);
	state_close(state);
	store_abort(txn);
	return st;
}

enum status mirror_open(struct mirror **out, const struct config *config,
			const struct mirror_options *options, const struct logger *logger,
			struct error *err)
{
	struct store_identity identity = {.chain_id = config->chain_id,
					  .pool_set = config->pool_set};
	struct mirror *m = xcalloc(1, sizeof(*m));
	enum status st;

	*out = NULL;
	m->config = config;
	m->logger = logger;
	m->options = *options;
	m->clock = options->clock ? *options->clock : clock_real();
	pulse_init(&m->pulse, options->on_alive, options->context);
	m->arena = arena_new();
	m->block_arena = arena_new();
	m->pools = arena_array(m->arena, config->pool_count, sizeof(*m->pools));
	m->refusal_arena = arena_new();
	m->refetch_arena = arena_new();
	m->target = UINT64_MAX;
	m->witnesses = witnesses_new(config->endpoint_count, &m->clock,
				     config->proof.quarantine_s * MS_A_SECOND);
	st = make_wish(m, err);
	if (st == OK) /* the node first: a wrong one must not leave an empty store behind */
		st = mirror_open_source(m, err);
	if (st == OK)
		st = store_open_seamed(&m->store, config->store_path, &identity, options->disk,
				       err);
	if (st == OK)
		st = mirror_know_writer(m, err);
	if (st == OK)
		st = mirror_read_births(m, err);
	if (st == OK)
		st = mirror_load_border(m, err);
	if (st == OK)
		st = mirror_load_refusals(m, err);
	if (st != OK) {
		mirror_close(m);
		return st;
	}
	*out = m;
	return OK;
}

void mirror_close(struct mirror *m)
{
	if (!m)
		return;
	source_close(m->source);
	store_close(m->store);
	witnesses_free(m->witnesses);
	free(m->refusals);
	free(m->must_prove);
	free(m->omissions);
	arena_free(m->refetch_arena);
	arena_free(m->refusal_arena);
	arena_free(m->block_arena);
	arena_free(m->arena);
	free(m);
}

void mirror_stop(struct mirror *m)
{
	atomic_store(&m->is_stopping, true);
	source_interrupt(m->source);
}

void mirror_interrupt(struct mirror *m)
{
	source_interrupt(m->source);
}

bool mirror_is_stopping(const struct mirror *m)
{
	return atomic_load(&m->is_stopping);
}

const char *mirror_source_label(const struct mirror *m)
{
	return source_label(m->source);
}

bool mirror_is_recorded(const struct mirror *m)
{
	return source_is_recorded(m->source);
}

enum status mirror_cursor(struct block_record *out, bool *is_empty, struct mirror *m,
			  struct error *err)
{
	struct store_txn *txn;
	enum status st = store_begin(&txn, m->store, STORE_READ, err);

	if (st != OK)
		return st;
	st = store_cursor(out, txn, err);
	store_abort(txn);
	*is_empty = st != OK;
	return st == ERR_NOTFOUND ? OK : st;
}

static uint64_t first_start(const struct mirror *m)
{
	uint64_t first = UINT64_MAX;

	for (size_t i = 0; i < m->config->pool_count; i++)
		if (m->config->pools[i].setup.start_block < first)
			first = m->config->pools[i].setup.start_block;
	return first;
}

/*
 * The end of the segment that begins at `from`: a block that must be applied whether it has logs or
 * not (a pool's first, its creation, one at which views are due), or `to`.
 */
static uint64_t segment_end(const struct mirror *m, uint64_t from, uint64_t to, bool is_dense)
{
	uint64_t end = to;

	for (size_t i = 0; i < m->config->pool_count; i++) {
		uint64_t start = m->config->pools[i].setup.start_block;
		uint64_t birth = m->pools[i].birth;
		/* Where every block is fetched, those at which views are due come anyway. */
		uint64_t every = is_dense ? 0 : m->config->pool_views[i].every_blocks;
		uint64_t past = every ? from % every : 0;

		if (every && end - from > (past ? every - past : 0))
			end = from + (past ? every - past : 0);
		if (start >= from && start < end)
			end = start;
		if (birth >= from && birth < end)
			end = birth;
	}
	return end;
}

struct sync {
	uint64_t from;
	uint64_t to;
	uint64_t started_ms;
	uint64_t told_ms;
	uint64_t events_before;
};

static void tell(struct mirror *m, struct sync *sync, uint64_t block, bool is_last)
{
	struct mirror_progress progress;
	uint64_t now = clock_now_ms(&m->clock);

	if (!m->options.on_progress || (!is_last && now - sync->told_ms < PROGRESS_MS))
		return;
	sync->told_ms = now;
	progress = (struct mirror_progress){.from = sync->from,
					    .to = sync->to,
					    .block = block,
					    .events = mirror_events(m) - sync->events_before,
					    .elapsed_ms = now - sync->started_ms,
					    .is_last = is_last};
	m->options.on_progress(m->options.context, &progress);
}

static enum status run_backfill(struct mirror *m, struct sync *sync, struct backfill *backfill,
				struct error *err)
{
	struct error flush_error;
	enum status st = OK;

	while (st == OK && !mirror_is_stopping(m) && !mirror_wants_break(m) && !m->is_suspicious) {
		struct block_batch *batch;

		st = backfill_next(&batch, backfill, err);
		if (st == ERR_NOTFOUND) { /* behind the last batch */
			st = OK;
			break;
		}
		m->has_chain_changed = st == ERR_REORG;
		if (st != OK)
			break;
		st = mirror_apply(m, batch->blocks, batch->block_count, err);
		if (st == OK)
			tell(m, sync, batch->to, false);
		if (st == OK && !m->run) /* between runs: status shall know how the nodes are */
			st = mirror_keep_notes(m, err);
		block_batch_free(batch);
	}
	if (mirror_is_stopping(m) || (st == ERR_AGAIN && mirror_wants_break(m)))
		st = OK;
	/* Also after an error of the source: what was applied is good. */
	if (m->run && mirror_flush(m, &flush_error) != OK) {
		*err = flush_error;
		st = err->status;
	}
	return st;
}

static bool is_dense(const struct mirror *m, const struct sync *sync)
{
	return source_is_recorded(m->source) || m->wish.proof == PROVE_HEADERS ||
	       sync->to - sync->from < m->config->proof.walk_headers_below;
}

static enum status fetch_segment(struct mirror *m, struct sync *sync, uint64_t from, uint64_t to,
				 struct error *err)
{
	struct backfill_options options = {
		.from = from,
		.to = to,
		/* Every block's time makes every as-of figure exact; over a long history only
		 * blocks with events are worth a header. */
		.all_headers = is_dense(m, sync),
		.anchor = m->seen.head,
		.queue_bytes_max = QUEUE_BYTES,
		.pulse = &m->pulse,
		.must_prove = m->must_prove,
		.must_prove_count = m->must_prove_count,
	};
	struct backfill *backfill = NULL;
	struct source *peer = NULL;
	enum status st = source_peer(&peer, m->source, err);

	m->is_sparse = m->wish.proof == PROVE_RECEIPTS && !options.all_headers;
	if (st == OK)
		st = backfill_start(&backfill, peer, &m->wish, &options, m->logger, err);
	if (st == OK)
		st = run_backfill(m, sync, backfill, err);
	backfill_stop(backfill);
	source_close(peer);
	return st;
}

/* Where the next block to apply stands. */
static enum status next_block(uint64_t *out, struct mirror *m, struct error *err)
{
	struct block_record cursor;
	bool is_empty;
	enum status st = mirror_cursor(&cursor, &is_empty, m, err);

	if (st == OK)
		*out = is_empty ? first_start(m) : cursor.ref.number + 1;
	return st;
}

enum status mirror_look(struct block_ref *head, struct mirror *m, struct error *err)
{
	struct block_ref finalized;
	enum status st = source_tagged_block(head, m->source, BLOCK_LATEST, err);

	if (st == ERR_NOTFOUND) /* every chain has a newest block */
		st = error_set(err, ERR_AGAIN, "%s has no newest block to show just now",
			       source_label(m->source));
	if (st != OK)
		return st;
	m->seen.head = *head;
	m->seen_ms = clock_wall_ms();
	st = source_tagged_block(&finalized, m->source, BLOCK_FINALIZED, err);

	if (st == OK) {
		m->seen.has_finalized = true;
		m->seen.finalized = finalized.number;
		st = mirror_note_final(m, &finalized, err);
	}
	return st == ERR_NOTFOUND ? OK : st;
}

/* The new branch may have another head, and create a contract in another block. */
static enum status take_other_branch(struct mirror *m, struct error *err)
{
	struct block_ref head;
	enum status st = mirror_rewind_to_fork(m, err);

	if (st == OK)
		st = mirror_look(&head, m, err);
	return st == OK ? mirror_find_births(m, head.number, err) : st;
}

/* While nobody looked, the chain may have dropped the block on which the next one would be built.
 */
static enum status check_cursor(struct mirror *m, const struct block_ref *head, struct error *err)
{
	struct block_record cursor;
	bool is_there;
	bool is_empty;
	enum status st = mirror_cursor(&cursor, &is_empty, m, err);

	if (st != OK || is_empty)
		return st;
	st = mirror_is_on_chain(&is_there, m, &cursor, head, err);
	return st == OK && !is_there ? mirror_rewind_to_fork(m, err) : st;
}

/* What was fetched last is of more than one chain, so nothing of it was applied. */
static enum status look_again(struct mirror *m, struct error *err)
{
	struct block_ref head;
	enum status st = mirror_look(&head, m, err);

	if (st == OK)
		st = check_cursor(m, &head, err);
	return st == OK ? mirror_find_births(m, head.number, err) : st;
}

static enum status sync_segments(struct mirror *m, struct sync *sync, struct error *err)
{
	uint64_t from = sync->from;
	int changes = 0;
	int refetches = 0; /* each doubles the map or so: more than a few mean something else */
	enum status st = OK;

	if (m->is_suspicious) { /* a search that the node's trouble ended */
		st = mirror_repair(m, err);
		if (st == OK)
			st = next_block(&from, m, err);
	}
	while (st == OK && from <= sync->to && !mirror_is_stopping(m) && !mirror_wants_break(m)) {
		m->has_chain_changed = false;
		st = fetch_segment(m, sync, from, segment_end(m, from, sync->to, is_dense(m, sync)),
				   err);
		if (st == ERR_REORG && m->has_chain_changed && changes++ == CHANGES_MAX)
			st = err->status = ERR_AGAIN;
		if (st == ERR_REORG)
			st = m->has_chain_changed ? look_again(m, err) : take_other_branch(m, err);
		if (st == OK && m->is_suspicious)
			st = mirror_repair(m, err);
		if (st == ERR_AGAIN && m->must_refetch && refetches++ < REFETCHES_MAX)
			st = OK;
		if (st == OK)
			st = next_block(&from, m, err);
	}
	return st;
}

enum status mirror_end_work(struct mirror *m, enum status st, struct error *err)
{
	struct error note_error;

	mirror_take_failures(m);
	if (mirror_keep_notes(m, &note_error) != OK && st == OK) {
		*err = note_error;
		st = err->status;
	}
	return st;
}

static enum status sync_to(struct mirror *m, uint64_t to, struct error *err)
{
	struct sync sync = {.events_before = mirror_events(m)};
	struct block_ref head;
	enum status st = mirror_look(&head, m, err);

	if (st != OK)
		return mirror_is_stopping(m) ? OK : st;
	if (to == UINT64_MAX)
		to = head.number;
	if (to > head.number)
		return error_set(err, ERR_USAGE,
				 "block %" PRIu64 " is above the head of %s, block %" PRIu64, to,
				 source_label(m->source), head.number);
	st = mirror_check_checkpoint(m, &head, err);
	if (st == OK)
		st = check_cursor(m, &head, err);
	if (st == OK)
		st = mirror_find_births(m, head.number, err);
	if (st == OK)
		st = next_block(&sync.from, m, err);
	if (st != OK) {
		st = mirror_end_work(m, st, err);
		return mirror_is_stopping(m) ? OK : st;
	}
	m->target = to;
	sync.to = to;
	sync.started_ms = clock_now_ms(&m->clock);
	st = sync_segments(m, &sync, err);
	if (st == OK && !mirror_is_stopping(m) && !mirror_wants_break(m))
		tell(m, &sync, to, true);
	m->target = UINT64_MAX;
	mirror_forget_omissions(m);
	m->nodes_noted_ms = 0; /* the end of a catch-up is noted, whatever was just before */
	st = mirror_end_work(m, st, err);
	return mirror_is_stopping(m) ? OK : st;
}

/* A break interrupts what is under way; it is taken up again. */
enum status mirror_sync(struct mirror *m, uint64_t to, struct error *err)
{
	for (;;) {
		enum status st = sync_to(m, to, err);

		if (mirror_is_stopping(m) || !mirror_wants_break(m))
			return st;
		mirror_take_break(m);
		if (st != OK && st != ERR_AGAIN)
			return st;
	}
}
