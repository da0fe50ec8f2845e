#include "serve/reader.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "indexer/mirror.h"
#include "indexer/reorg_note.h"

/* A reader that is younger does not keep the store from growing for long. */
enum { POLITE_MS = 1000 };

struct reader {
	const struct config *config;
	struct store *store;
	struct clock clock;
	atomic_bool is_stopped;
	pthread_mutex_t mutex;
	uint64_t repairs;        /* as of */
	uint64_t repairs_commit; /* 0: not looked yet */
};

enum status moment_pool(const struct pool **out, const struct config *config, const char *name,
			struct error *err)
{
	char known[256] = "";
	size_t used = 0;

	for (size_t i = 0; i < config->pool_count; i++) {
		if (strcmp(config->pools[i].setup.name, name) == 0) {
			*out = &config->pools[i];
			return OK;
		}
		if (used < sizeof(known)) {
			int n = snprintf(known + used, sizeof(known) - used, "%s%s", i ? ", " : "",
					 config->pools[i].setup.name);

			used += n > 0 ? (size_t)n : 0;
		}
	}
	return error_set(err, ERR_USAGE, "no pool \"%s\" in %s; it has: %s", name, config->path,
			 known);
}

static enum status check_identity(struct store *store, const struct config *config,
				  struct arena *arena, struct error *err)
{
	struct store_identity identity;
	enum status st = store_read_identity(&identity, arena, store, err);

	if (st != OK)
		return st;
	if (identity.chain_id != config->chain_id)
		return error_set(err, ERR_DENIED,
				 "the mirror in %s is of chain %" PRIu64
				 ", the configuration says chain.id %" PRIu64,
				 config->store_path, identity.chain_id, config->chain_id);
	if (strcmp(identity.pool_set, config->pool_set) != 0)
		return error_set(err, ERR_DENIED,
				 "the mirror in %s is of other pools than those in %s: use the "
				 "configuration that it was made with, or another store.path",
				 config->store_path, config->path);
	return OK;
}

static enum status parse_number(uint64_t *out, const char *text, struct error *err)
{
	u256 value;

	if (u256_parse(&value, text, strlen(text), NULL) != OK || !u256_to_u64(out, value))
		return error_set(err, ERR_USAGE,
				 "\"%s\" is no block: give a number, a block hash, latest or "
				 "finalized",
				 text);
	return OK;
}

static enum status resolve(struct moment *m, const char *at, struct error *err)
{
	struct block_record record;
	struct chain_seen seen;
	struct state *state;
	struct hash hash;
	enum status st;

	m->number = m->cursor.ref.number;
	if (!at || strcmp(at, "latest") == 0)
		return OK;
	if (strcmp(at, "finalized") == 0) {
		state = state_open(m->txn, m->number);
		seen = chain_seen_read(state);
		st = state_status(state, err);
		state_close(state);
		if (st == OK && !seen.has_finalized)
			return error_set(err, ERR_NOTFOUND, "the node told no finalized block");
		if (seen.finalized < m->number)
			m->number = seen.finalized;
		return st;
	}
	if (at[0] == '0' && (at[1] == 'x' || at[1] == 'X')) {
		st = hash_parse(&hash, at, strlen(at), err);
		if (st != OK)
			return error_set(err, ERR_USAGE, "\"%s\" is no block hash", at);
		st = store_block_by_hash(&record, m->txn, hash, err);
		if (st == ERR_NOTFOUND)
			return error_set(err, ERR_NOTFOUND, "the mirror has no block %s", at);
		m->number = record.ref.number;
		return st;
	}
	return parse_number(&m->number, at, err);
}

/* The block's record, or the times between which it stands. */
static enum status locate(struct moment *m, struct error *err)
{
	struct block_record near;
	enum status st;

	if (m->number > m->cursor.ref.number)
		return error_set(err, ERR_NOTFOUND,
				 "the mirror has come to block %" PRIu64 ", not yet to %" PRIu64,
				 m->cursor.ref.number, m->number);
	st = store_block_below(&near, m->txn, m->number, err);
	if (st == ERR_NOTFOUND) {
		st = store_block_above(&near, m->txn, m->number, err);
		return st == OK ? error_set(err, ERR_NOTFOUND,
					    "the mirror begins at block %" PRIu64
					    ", above block %" PRIu64,
					    near.ref.number, m->number)
				: st;
	}
	if (st != OK)
		return st;
	m->newest = near;
	m->time_earliest = near.ref.timestamp;
	m->time_latest = near.ref.timestamp;
	m->has_record = near.ref.number == m->number;
	if (m->has_record) {
		m->record = near;
		return OK;
	}
	st = store_block_above(&near, m->txn, m->number, err);
	if (st == OK)
		m->time_latest = near.ref.timestamp;
	return st;
}

static enum status open_store(struct store **out, const struct config *config, struct arena *arena,
			      struct error *err)
{
	enum status st = store_open(out, config->store_path, STORE_READ, NULL, err);

	return st == OK ? check_identity(*out, config, arena, err) : st;
}

static enum status begin(struct moment *m, struct error *err)
{
	enum status st = store_begin(&m->txn, m->store, STORE_READ, err);

	return st == OK ? pending_read(&m->pending, &m->pending_count, m->arena, m->txn, err) : st;
}

/* What is pending is of now: an earlier moment does not know it. */
static enum status place(struct moment *m, const char *at, struct error *err)
{
	enum status st = resolve(m, at, err);

	if (st == OK)
		st = locate(m, err);
	if (st == OK && m->number != m->cursor.ref.number)
		m->pending_count = 0;
	return st;
}

static enum status no_block_yet(const struct moment *m, struct error *err)
{
	if (m->pending_count)
		return error_set(err, ERR_NOTFOUND,
				 "the mirror in %s holds no block yet: block %" PRIu64
				 " was refused (%s); see `covermirror findings`",
				 m->config->store_path, m->pending[0].finding.block,
				 m->pending[0].finding.check);
	return error_set(err, ERR_NOTFOUND,
			 "the mirror in %s holds no block yet: run `covermirror sync` first",
			 m->config->store_path);
}

/* The store is open. */
static enum status open_moment(struct moment *out, const char *at, bool may_be_empty,
			       struct error *err)
{
	enum status st = begin(out, err);

	if (st == OK) {
		st = store_cursor(&out->cursor, out->txn, err);
		if (st == OK) {
			st = place(out, at, err);
		} else if (st == ERR_NOTFOUND) {
			out->is_empty = true;
			st = may_be_empty && out->pending_count ? OK : no_block_yet(out, err);
		}
	}
	if (st == OK)
		out->state = state_open(out->txn, out->number);
	return st;
}

static enum status open_whole(struct moment *out, const struct config *config, const char *at,
			      bool may_be_empty, struct arena *arena, struct error *err)
{
	enum status st;

	*out = (struct moment){.config = config, .arena = arena};
	st = open_store(&out->store, config, arena, err);
	if (st == OK)
		st = open_moment(out, at, may_be_empty, err);
	if (st != OK)
		moment_close(out);
	return st;
}

enum status moment_open(struct moment *out, const struct config *config, const char *at,
			struct arena *arena, struct error *err)
{
	return open_whole(out, config, at, false, arena, err);
}

enum status moment_open_findings(struct moment *out, const struct config *config, const char *at,
				 struct arena *arena, struct error *err)
{
	return open_whole(out, config, at, true, arena, err);
}

enum status reader_open(struct reader **out, const struct config *config, struct error *err)
{
	struct reader *reader = xcalloc(1, sizeof(*reader));
	struct arena *arena = arena_new();
	enum status st;

	reader->config = config;
	reader->clock = clock_real();
	atomic_init(&reader->is_stopped, false);
	(void)pthread_mutex_init(&reader->mutex, NULL);
	st = open_store(&reader->store, config, arena, err);
	arena_free(arena);
	if (st != OK) {
		reader_close(reader);
		reader = NULL;
	}
	*out = reader;
	return st;
}

void reader_close(struct reader *reader)
{
	if (!reader)
		return;
	store_close(reader->store);
	(void)pthread_mutex_destroy(&reader->mutex);
	free(reader);
}

enum status moment_begin(struct moment *out, struct reader *reader, const char *at,
			 bool may_be_empty, uint64_t deadline_ms, struct arena *arena,
			 struct error *err)
{
	enum status st;

	*out = (struct moment){.config = reader->config,
			       .arena = arena,
			       .store = reader->store,
			       .reader = reader,
			       .begun_ms = clock_now_ms(&reader->clock),
			       .deadline_ms = deadline_ms};
	st = open_moment(out, at, may_be_empty, err);
	if (st != OK)
		moment_close(out);
	return st;
}

void moment_close(struct moment *m)
{
	state_close(m->state);
	store_abort(m->txn);
	if (!m->reader)
		store_close(m->store);
	m->state = NULL;
	m->txn = NULL;
	m->store = NULL;
}

bool moment_is_degraded(const struct moment *m)
{
	for (size_t i = 0; i < m->pending_count; i++)
		if (m->pending[i].finding.severity == SEVERITY_ERROR &&
		    m->pending[i].finding.block > m->cursor.ref.number)
			return true;
	return false;
}

struct reading moment_reading(const struct moment *m, const struct pool *pool)
{
	return (struct reading){.pool = pool,
				.state = m->state,
				.arena = m->arena,
				.block = m->number,
				.time_earliest = m->time_earliest,
				.time_latest = m->time_latest};
}

enum status moment_status(const struct moment *m, struct error *err)
{
	return state_status(m->state, err);
}

enum status moment_goes_on(const struct moment *m, struct error *err)
{
	uint64_t now;

	if (!m->reader)
		return OK;
	now = clock_now_ms(&m->reader->clock);
	if (atomic_load_explicit(&m->reader->is_stopped, memory_order_relaxed))
		return error_set(err, ERR_AGAIN, "the server ends");
	if (m->deadline_ms && now >= m->deadline_ms)
		return error_set(err, ERR_AGAIN,
				 "this takes longer than a request may; ask for less at once");
	if (now >= m->begun_ms + POLITE_MS && store_is_awaited(m->store))
		return error_set(err, ERR_AGAIN, "the store has to grow; try again");
	return OK;
}

void reader_stop(struct reader *reader)
{
	atomic_store(&reader->is_stopped, true);
}

uint64_t reader_commit(const struct reader *reader)
{
	return store_last_commit(reader->store);
}

static enum status look_for_repairs(struct reader *reader, struct error *err)
{
	struct store_txn *txn;
	uint64_t repairs;
	enum status st = store_begin(&txn, reader->store, STORE_READ, err);

	if (st != OK)
		return st;
	st = repair_note_count(&repairs, txn, err);
	if (st == OK) {
		pthread_mutex_lock(&reader->mutex);
		if (store_txn_number(txn) > reader->repairs_commit) {
			reader->repairs = repairs;
			reader->repairs_commit = store_txn_number(txn);
		}
		pthread_mutex_unlock(&reader->mutex);
	}
	store_abort(txn);
	return st;
}

uint64_t reader_repairs(struct reader *reader, uint64_t commit)
{
	struct error ignored;
	uint64_t repairs;
	bool is_known;

	for (int tries = 0;; tries++) {
		pthread_mutex_lock(&reader->mutex);
		is_known = commit && reader->repairs_commit >= commit;
		repairs = reader->repairs;
		pthread_mutex_unlock(&reader->mutex);
		if (is_known)
			return repairs;
		if (tries || look_for_repairs(reader, &ignored) != OK)
			return UINT64_MAX;
	}
}

enum status moment_repairs(uint64_t *out, const struct moment *m, struct error *err)
{
	return repair_note_count(out, m->txn, err);
}

uint64_t moment_commit(const struct moment *m)
{
	return store_txn_number(m->txn);
}

uint64_t moment_finalized(const struct moment *m)
{
	struct state *state = state_open(m->txn, m->cursor.ref.number);
	struct chain_seen seen = chain_seen_read(state);
	bool is_sound = state_status(state, NULL) == OK;

	state_close(state);
	return is_sound && seen.has_finalized ? seen.finalized : 0;
}

bool moment_is_final(const struct moment *m)
{
	return m->number && m->number <= moment_finalized(m);
}
