/*
 * state.h - the records that a run of blocks works on: decoded once, changed in memory, written
 * back as row versions block by block.
 *
 * A state belongs to one transaction. state_row gives a pointer that stays good until state_close;
 * a row that the mirror does not hold is all zeros, and is written only if it becomes something
 * else. A damaged row makes the state fail: its rows then read as zeros, and state_status, which
 * must be asked before anything is kept, tells the error (so callers write straight lines).
 */
#ifndef STORE_STATE_H
#define STORE_STATE_H

#include "store/record.h"
#include "store/store.h"

struct state;

/* Where records of one kind are kept. */
struct row_table {
	uint8_t table;
	uint8_t key_size;
	const struct record *record;
};

/*
 * Reads as of `block` and writes versions at `block`, which state_next_block moves on. Memory comes
 * from an arena of its own.
 */
struct state *state_open(struct store_txn *txn, uint64_t block);

/*
 * To apply `block` once more, as explain does: rows are read as of the block before it, and nothing
 * of what is changed is ever written (do not call state_next_block).
 */
struct state *state_open_replay(struct store_txn *txn, uint64_t block);
void state_close(struct state *state);

struct store_txn *state_txn(struct state *state);
uint64_t state_block(const struct state *state);

/* Bytes of memory in use, to choose when to end a run. */
size_t state_memory(const struct state *state);

/* Memory that lives as long as the state: for text that is put into rows. */
struct arena *state_arena(struct state *state);

/* OK, or the first error; sticky. */
enum status state_status(const struct state *state, struct error *err) MUST_CHECK;

/* What a row holds turned out damaged to the layer above: state_status tells it from now on, where
 * nothing was wrong before. */
void state_fail(struct state *state, const struct error *err);

/* The row as it is now, for reading and changing in place; `key` has table->key_size bytes. */
void *state_row(struct state *state, const struct row_table *table, uint16_t pool, const void *key);

/* The same row as it was when the block began. Call after state_row. */
const void *state_row_before(struct state *state, const struct row_table *table, uint16_t pool,
			     const void *key);

/*
 * The row as of the end of block `at` into `out` (the record's size), zeros where there was none;
 * a block at or above the state's own is the row as it is now.
 */
void state_row_at(void *out, struct state *state, const struct row_table *table, uint16_t pool,
		  const void *key, uint64_t at);

/*
 * The same, and a block from which on the row has been so (the one that wrote it, 0 where there was
 * none, or `at` where that is not known): asking for an earlier time needs no second look.
 */
void state_row_since(void *out, uint64_t *since, struct state *state, const struct row_table *table,
		     uint16_t pool, const void *key, uint64_t at);

/*
 * Calls `visit` for every row of a table as it is now, in key order for those in the store, then
 * those that this block made. Returning false ends the walk.
 */
void state_each(struct state *state, const struct row_table *table, uint16_t pool,
		bool (*visit)(void *context, const uint8_t *key, const void *row), void *context);

/* The same for the rows whose keys are above `after` (NULL: all). */
void state_each_after(struct state *state, const struct row_table *table, uint16_t pool,
		      const void *after,
		      bool (*visit)(void *context, const uint8_t *key, const void *row),
		      void *context);

/* Rows of a table that were asked for in this block (state_row), in the order of first asking. */
void state_each_touched(struct state *state, const struct row_table *table, uint16_t pool,
			void (*visit)(void *context, const uint8_t *key, const void *before,
				      const void *now),
			void *context);

/* The versions that this block writes: touched rows that differ from what the store holds. */
void state_changes(struct row_version **rows, size_t *count, struct state *state);

/* The block's versions were appended: what is now is what was before; the next block begins. */
void state_next_block(struct state *state, uint64_t block);

#endif
