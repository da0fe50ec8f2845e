/* The chain has another block where ours stands: drop ours until both agree. */
#include "indexer/mirror_impl.h"

#include <inttypes.h>
#include <stdio.h>

enum { ORPHANS_MAX = 3 };

static enum status is_canonical(bool *out, struct mirror *m, const struct block_record *record,
				struct error *err)
{
	struct block_ref there;
	uint64_t number = record->ref.number;
	enum status st = source_headers(&there, m->source, &number, 1, err);

	/* Above the head the new branch is shorter so far. What is below it and not shown is there
	 * all the same: to walk back over it could lead below the fork, down to what is final. */
	if (st == ERR_NOTFOUND && number <= m->seen.head.number)
		return error_set(err, ERR_AGAIN,
				 "%s does not show block %" PRIu64 ", though its head is block "
				 "%" PRIu64,
				 source_label(m->source), number, m->seen.head.number);
	if (st == ERR_NOTFOUND) {
		*out = false;
		return OK;
	}
	*out = st == OK && hash_equal(there.hash, record->ref.hash);
	return st;
}

/* The newest of our blocks that the chain still has; ERR_NOTFOUND where it has none of them. */
static enum status find_fork(struct block_record *out, struct mirror *m, struct error *err)
{
	struct store_txn *txn;
	struct block_record record;
	bool is_ours = false;
	enum status st = store_begin(&txn, m->store, STORE_READ, err);

	if (st != OK)
		return st;
	st = store_cursor(&record, txn, err);
	while (st == OK) {
		st = is_canonical(&is_ours, m, &record, err);
		if (st != OK || is_ours)
			break;
		if (record.ref.number == 0) {
			st = error_set(err, ERR_NOTFOUND, "no common block");
			break;
		}
		st = store_block_below(&record, txn, record.ref.number - 1, err);
	}
	store_abort(txn);
	*out = record;
	return st;
}

enum status mirror_drop_above(struct mirror *m, uint64_t number, struct error *err)
{
	struct store_txn *txn;
	enum status st;

	do {
		st = store_begin(&txn, m->store, STORE_WRITE, err);
		if (st != OK)
			return st;
		st = store_rewind(txn, number, err);
		if (st != OK && st != ERR_AGAIN) {
			store_abort(txn);
			return st;
		}
		st = store_commit(txn, err);
	} while (st == ERR_AGAIN);
	return st;
}

/* The oldest block that a rewind would drop: a sparse mirror has none right above the fork. */
static enum status first_dropped(uint64_t *out, struct mirror *m, uint64_t fork, struct error *err)
{
	struct block_record above;
	struct store_txn *txn;
	enum status st = store_begin(&txn, m->store, STORE_READ, err);

	if (st != OK)
		return st;
	st = store_block_above(&above, txn, fork + 1, err);
	store_abort(txn);
	*out = st == OK ? above.ref.number : fork + 1;
	return st == ERR_NOTFOUND ? OK : st;
}

static enum status refuse_if_final(struct mirror *m, uint64_t fork, uint64_t cursor,
				   struct error *err)
{
	uint64_t dropped = fork + 1;
	enum status st = first_dropped(&dropped, m, fork, err);

	if (st != OK)
		return st;
	if (m->seen.has_finalized && dropped <= m->seen.finalized && m->seen.finalized <= cursor)
		return error_set(err, ERR_DENIED,
				 "%s wants to undo block %" PRIu64 ", which was final (finalized: "
				 "%" PRIu64 "): nothing was changed; check the node",
				 source_label(m->source), dropped, m->seen.finalized);
	if (m->config->has_checkpoint && fork < m->config->checkpoint_number &&
	    m->config->checkpoint_number <= cursor)
		return error_set(err, ERR_DENIED,
				 "%s wants to undo the configured checkpoint, block %" PRIu64
				 ": nothing was changed; check the node",
				 source_label(m->source), m->config->checkpoint_number);
	return OK;
}

/* Up to where the mirror is kept without its newest block: to the record below, or all of it goes.
 * ERR_NOTFOUND: there is nothing below block 0. */
static enum status number_below(uint64_t *out, struct mirror *m, uint64_t number, struct error *err)
{
	struct block_record below;
	struct store_txn *txn;
	enum status st;

	if (!number)
		return error_set(err, ERR_NOTFOUND, "no block below the first");
	st = store_begin(&txn, m->store, STORE_READ, err);
	if (st != OK)
		return st;
	st = store_block_below(&below, txn, number - 1, err);
	store_abort(txn);
	*out = st == OK ? below.ref.number : number - 1;
	return st == ERR_NOTFOUND ? OK : st;
}

/*
 * The source still has our newest block, and yet gives a block above it that stands on another
 * parent. Once or twice that is a reorg in the making. Then one of the two is false, and nobody can
 * say which: neither is kept.
 */
static enum status drop_orphan(struct mirror *m, const struct block_record *cursor,
			       struct error *err)
{
	struct proof_failure failure = {
		.fault = FAULT_PARENT, .block = cursor->ref.number, .block_hash = cursor->ref.hash};
	uint64_t below;
	enum status st;

	if (++m->orphans < ORPHANS_MAX)
		return OK;
	m->orphans = 0;
	st = number_below(&below, m, cursor->ref.number, err);
	if (st == OK && refuse_if_final(m, below, cursor->ref.number, err) == OK) {
		st = mirror_drop_above(m, below, err);
		if (st == OK)
			st = mirror_read_births(m, err);
		m->distrusted = cursor->ref.hash;
	}
	if (st != OK && st != ERR_NOTFOUND)
		return st;
	(void)snprintf(failure.expected, sizeof(failure.expected),
		       "a child of this block as block %" PRIu64, cursor->ref.number + 1);
	(void)snprintf(failure.actual, sizeof(failure.actual), "one of another parent");
	return mirror_refuse(m, &failure, err);
}

enum status mirror_rewind_to_fork(struct mirror *m, struct error *err)
{
	struct block_record cursor;
	struct block_record fork;
	bool is_empty;
	enum status st = mirror_cursor(&cursor, &is_empty, m, err);

	if (st != OK || is_empty)
		return st;
	st = find_fork(&fork, m, err);
	if (st == ERR_NOTFOUND)
		return error_set(err, ERR_DENIED,
				 "%s has none of this mirror's blocks: it is another chain. Use "
				 "another node, or another store.path",
				 source_label(m->source));
	if (st != OK)
		return st;
	if (fork.ref.number == cursor.ref.number)
		return drop_orphan(m, &cursor, err);
	st = refuse_if_final(m, fork.ref.number, cursor.ref.number, err);
	if (st != OK)
		return st;
	st = mirror_drop_above(m, fork.ref.number, err);
	if (st != OK)
		return st;
	for (size_t i = 0; i < m->config->pool_count; i++)
		m->pools[i].birth = 0; /* of the branch that is gone, if it is above the fork */
	st = mirror_read_births(m, err);
	if (st != OK)
		return st;
	log_warn(m->logger, "reorg: rewound from block %" PRIu64 " to block %" PRIu64,
		 cursor.ref.number, fork.ref.number);
	return OK;
}
