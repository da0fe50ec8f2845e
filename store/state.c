#include "store/state.h"

#include <stdlib.h>

/* One row in memory. `before` and `stored` are what the block began with. */
struct entry {
	const struct row_table *table;
	uint16_t pool;
	uint8_t key[ROW_KEY_MAX];
	void *now;
	void *before;
	struct slice stored; /* its encoding in the store; size 0 where the store has no such row */
	bool is_touched;
	struct entry *next_in_bucket;
};

struct state {
	struct store_txn *txn;
	struct arena *arena;
	uint64_t block;
	uint64_t read_at; /* rows are loaded as of this block: `block`, or in a replay the one
			     before */
	struct entry **buckets;
	size_t bucket_count; /* a power of two */
	size_t entry_count;
	struct entry **touched;
	size_t touched_count;
	size_t touched_capacity;
	enum status status;
	struct error error;
};

enum { FIRST_BUCKETS = 256 };

struct state *state_open(struct store_txn *txn, uint64_t block)
{
	struct state *state = xcalloc(1, sizeof(*state));

	state->txn = txn;
	state->arena = arena_new();
	state->block = block;
	state->read_at = block;
	state->bucket_count = FIRST_BUCKETS;
	state->buckets = xcalloc(FIRST_BUCKETS, sizeof(struct entry *));
	return state;
}

struct state *state_open_replay(struct store_txn *txn, uint64_t block)
{
	struct state *state = state_open(txn, block);

	state->read_at = block ? block - 1 : 0;
	return state;
}

void state_close(struct state *state)
{
	if (!state)
		return;
	arena_free(state->arena);
	free(state->buckets);
	free(state->touched);
	free(state);
}

struct store_txn *state_txn(struct state *state)
{
	return state->txn;
}

uint64_t state_block(const struct state *state)
{
	return state->block;
}

size_t state_memory(const struct state *state)
{
	return arena_used(state->arena);
}

struct arena *state_arena(struct state *state)
{
	return state->arena;
}

enum status state_status(const struct state *state, struct error *err)
{
	if (state->status != OK && err)
		*err = state->error;
	return state->status;
}

static void fail(struct state *state, const struct error *err, enum status status)
{
	if (state->status != OK)
		return;
	state->status = status;
	state->error = *err;
}

void state_fail(struct state *state, const struct error *err)
{
	fail(state, err, err->status);
}

/* FNV-1a; keys are addresses and hashes, so nothing stronger is needed within one run. */
static size_t bucket_of(const struct state *state, const struct row_table *table, uint16_t pool,
			const uint8_t *key)
{
	uint64_t h = UINT64_C(14695981039346656037) ^ table->table ^ (uint64_t)pool << 8;

	for (size_t i = 0; i < table->key_size; i++)
		h = (h ^ key[i]) * UINT64_C(1099511628211);
	return (size_t)(h ^ h >> 32) & (state->bucket_count - 1);
}

static void grow(struct state *state)
{
	size_t old_count = state->bucket_count;
	struct entry **old = state->buckets;

	state->bucket_count *= 4;
	state->buckets = xcalloc(state->bucket_count, sizeof(struct entry *));
	for (size_t i = 0; i < old_count; i++) {
		struct entry *entry = old[i];

		while (entry) {
			struct entry *next = entry->next_in_bucket;
			size_t b = bucket_of(state, entry->table, entry->pool, entry->key);

			entry->next_in_bucket = state->buckets[b];
			state->buckets[b] = entry;
			entry = next;
		}
	}
	free(old);
}

static struct entry *find(struct state *state, const struct row_table *table, uint16_t pool,
			  const uint8_t *key)
{
	struct entry *entry = state->buckets[bucket_of(state, table, pool, key)];

	for (; entry; entry = entry->next_in_bucket)
		if (entry->table->table == table->table && entry->pool == pool &&
		    memcmp(entry->key, key, table->key_size) == 0)
			return entry;
	return NULL;
}

static struct row_key make_key(const struct row_table *table, uint16_t pool, const uint8_t *key)
{
	struct row_key row_key = {.table = table->table, .pool = pool, .size = table->key_size};

	memcpy(row_key.bytes, key, table->key_size);
	return row_key;
}

static void decode_into(void *out, struct state *state, const struct row_table *table,
			struct slice bytes)
{
	struct error err;
	enum status st = record_decode(out, state->arena, table->record, bytes, &err);

	if (st != OK)
		fail(state, &err, st);
}

/* Reads a version; an absent row is zeros with empty bytes. */
static struct slice load(void *out, uint64_t *since, struct state *state,
			 const struct row_table *table, uint16_t pool, const uint8_t *key,
			 uint64_t at)
{
	struct row_key row_key = make_key(table, pool, key);
	struct slice bytes = {0};
	struct error err;
	enum status st;

	*since = 0;
	st = store_row_get(&bytes, since, state->txn, &row_key, at, &err);
	if (st == OK) {
		decode_into(out, state, table, bytes);
		return bytes;
	}
	if (st != ERR_NOTFOUND)
		fail(state, &err, st);
	/* An absent row reads like a decoded empty one: text fields are "", not NULL. */
	decode_into(out, state, table,
		    slice_of((const uint8_t[(RECORD_FIELDS_MAX + 7) / 8]){0},
			     (table->record->field_count + 7) / 8));
	return (struct slice){0};
}

static struct entry *insert(struct state *state, const struct row_table *table, uint16_t pool,
			    const uint8_t *key)
{
	struct entry *entry = arena_alloc(state->arena, sizeof(*entry));
	size_t size = table->record->size;
	uint64_t since;
	size_t b;

	if (state->entry_count++ > state->bucket_count * 2)
		grow(state);
	entry->table = table;
	entry->pool = pool;
	memcpy(entry->key, key, table->key_size);
	entry->now = arena_alloc(state->arena, size);
	entry->stored = slice_copy(
		state->arena, load(entry->now, &since, state, table, pool, key, state->read_at));
	entry->before = arena_copy(state->arena, entry->now, size);
	b = bucket_of(state, table, pool, key);
	entry->next_in_bucket = state->buckets[b];
	state->buckets[b] = entry;
	return entry;
}

static void touch(struct state *state, struct entry *entry)
{
	if (entry->is_touched)
		return;
	entry->is_touched = true;
	if (state->touched_count == state->touched_capacity) {
		state->touched_capacity =
			state->touched_capacity ? state->touched_capacity * 2 : 64;
		state->touched =
			xrealloc(state->touched, state->touched_capacity * sizeof(struct entry *));
	}
	state->touched[state->touched_count++] = entry;
}

void *state_row(struct state *state, const struct row_table *table, uint16_t pool, const void *key)
{
	struct entry *entry = find(state, table, pool, key);

	if (!entry)
		entry = insert(state, table, pool, key);
	touch(state, entry);
	return entry->now;
}

const void *state_row_before(struct state *state, const struct row_table *table, uint16_t pool,
			     const void *key)
{
	struct entry *entry = find(state, table, pool, key);

	if (!entry)
		entry = insert(state, table, pool, key);
	return entry->before;
}

void state_row_since(void *out, uint64_t *since, struct state *state, const struct row_table *table,
		     uint16_t pool, const void *key, uint64_t at)
{
	struct entry *entry;

	if (at < state->block) {
		(void)load(out, since, state, table, pool, key, at);
		return;
	}
	entry = find(state, table, pool, key);
	if (!entry)
		entry = insert(state, table, pool, key);
	memcpy(out, entry->now, table->record->size);
	*since = at;
}

void state_row_at(void *out, struct state *state, const struct row_table *table, uint16_t pool,
		  const void *key, uint64_t at)
{
	uint64_t since;

	state_row_since(out, &since, state, table, pool, key, at);
}

void state_each(struct state *state, const struct row_table *table, uint16_t pool,
		bool (*visit)(void *context, const uint8_t *key, const void *row), void *context)
{
	state_each_after(state, table, pool, NULL, visit, context);
}

void state_each_after(struct state *state, const struct row_table *table, uint16_t pool,
		      const void *after,
		      bool (*visit)(void *context, const uint8_t *key, const void *row),
		      void *context)
{
	struct row_key first = after ? make_key(table, pool, after) : (struct row_key){0};
	struct arena *scratch = arena_new();
	void *row = arena_alloc(scratch, table->record->size);
	struct arena *decoded = arena_new();
	struct row_scan scan = {0};
	struct slice bytes;
	struct error err;
	bool is_going = true;
	enum status st;

	st = row_scan_open(&scan, state->txn, table->table, pool, table->key_size, state->read_at,
			   after ? &first : NULL, &err);
	while (st == OK && is_going) {
		struct entry *entry;

		st = row_scan_next(&bytes, &scan, &err);
		if (st != OK)
			break;
		entry = find(state, table, pool, scan.key.bytes);
		if (entry) {
			is_going = visit(context, scan.key.bytes, entry->now);
			continue;
		}
		arena_reset(decoded);
		st = record_decode(row, decoded, table->record, bytes, &err);
		if (st == OK)
			is_going = visit(context, scan.key.bytes, row);
	}
	row_scan_close(&scan);
	if (st != OK && st != ERR_NOTFOUND)
		fail(state, &err, st);
	for (size_t i = 0; is_going && i < state->touched_count; i++) {
		struct entry *entry = state->touched[i];

		if (entry->table->table == table->table && entry->pool == pool &&
		    entry->stored.size == 0 &&
		    (!after || memcmp(entry->key, after, table->key_size) > 0))
			is_going = visit(context, entry->key, entry->now);
	}
	arena_free(decoded);
	arena_free(scratch);
}

void state_each_touched(struct state *state, const struct row_table *table, uint16_t pool,
			void (*visit)(void *context, const uint8_t *key, const void *before,
				      const void *now),
			void *context)
{
	/* By index and with the count taken once: `visit` may touch further rows. */
	for (size_t i = 0, count = state->touched_count; i < count; i++) {
		struct entry *entry = state->touched[i];

		if (entry->table->table == table->table && entry->pool == pool)
			visit(context, entry->key, entry->before, entry->now);
	}
}

void state_changes(struct row_version **rows, size_t *count, struct state *state)
{
	struct row_version *versions =
		arena_array(state->arena, state->touched_count, sizeof(*versions));
	size_t used = 0;

	for (size_t i = 0; i < state->touched_count; i++) {
		struct entry *entry = state->touched[i];
		const struct record *record = entry->table->record;
		struct slice bytes;

		if (memcmp(entry->now, entry->before, record->size) == 0)
			continue;
		bytes = record_encode(state->arena, record, entry->now);
		if (slice_equal(bytes, entry->stored))
			continue;
		entry->stored = bytes;
		versions[used].key = make_key(entry->table, entry->pool, entry->key);
		versions[used].value = bytes;
		used++;
	}
	*rows = versions;
	*count = used;
}

void state_next_block(struct state *state, uint64_t block)
{
	for (size_t i = 0; i < state->touched_count; i++) {
		struct entry *entry = state->touched[i];

		memcpy(entry->before, entry->now, entry->table->record->size);
		entry->is_touched = false;
	}
	state->touched_count = 0;
	state->block = block;
	state->read_at = block;
}
