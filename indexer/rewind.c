/* The chain has another block where ours stands: drop ours until both agree. */
#include "indexer/mirror_impl.h"

#include <inttypes.h>

static enum status is_canonical(bool *out, struct mirror *m, const struct block_record *record,
				struct error *err)
{
	struct block_ref there;
	uint64_t number = record->ref.number;
	enum status st = source_headers(&there, m->source, &number, 1, err);

	if (st == ERR_NOTFOUND) { /* the new branch is shorter so far */
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

static enum status drop_above(struct mirror *m, uint64_t number, struct error *err)
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
	if (st != OK || fork.ref.number == cursor.ref.number)
		return st;
	if (m->seen.has_finalized && fork.ref.number < m->seen.finalized &&
	    m->seen.finalized <= cursor.ref.number)
		return error_set(err, ERR_DENIED,
				 "%s wants to undo block %" PRIu64 ", which was final (finalized: "
				 "%" PRIu64 "): nothing was changed; check the node",
				 source_label(m->source), fork.ref.number + 1, m->seen.finalized);
	st = drop_above(m, fork.ref.number, err);
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
