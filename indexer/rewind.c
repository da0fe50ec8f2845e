/*
 * The chain has another block where ours stands: drop ours down to where both agree.
 *
 * How deep is limited by finality alone. The border is the newest block of ours that was final: the
 * node called it so, or one above it, while it stood on the same chain. It is kept with each block
 * (m->seen in a row), with each reorg (whose rewind takes those rows back), and in memory; what a
 * node of another branch calls final does not move it. Whoever wants to undo a block at or below
 * the border contradicts finality: that is a lie, nothing is changed, and the mirror is degraded
 * until some node shows a chain that goes on from here.
 */
#include "indexer/mirror_impl.h"

#include <inttypes.h>
#include <stdio.h>

#include "indexer/reorg_note.h"
#include "reconcile/withdrawn.h"

enum { ORPHANS_MAX = 3 };

/* ---- finality ---- */

static void raise_border(struct mirror *m, uint64_t number)
{
	if (m->has_border && m->border >= number)
		return;
	m->has_border = true;
	m->border = number;
}

enum status mirror_note_final(struct mirror *m, const struct block_ref *finalized,
			      struct error *err)
{
	struct block_record record;
	struct store_txn *txn;
	enum status st;

	if (m->has_border && m->border >= finalized->number)
		return OK;
	st = store_begin(&txn, m->store, STORE_READ, err);
	if (st != OK)
		return st;
	st = store_block(&record, txn, finalized->number, err);
	store_abort(txn);
	if (st == OK && hash_equal(record.ref.hash, finalized->hash))
		raise_border(m, finalized->number);
	return st == ERR_NOTFOUND ? OK : st;
}

/* What was final when the newest block was applied. */
static enum status read_border(struct mirror *m, struct store_txn *txn, struct error *err)
{
	struct block_record cursor;
	struct chain_seen seen;
	struct state *state;
	enum status st = store_cursor(&cursor, txn, err);

	if (st != OK)
		return st == ERR_NOTFOUND ? OK : st;
	state = state_open(txn, cursor.ref.number);
	seen = chain_seen_read(state);
	st = state_status(state, err);
	state_close(state);
	if (st == OK && seen.has_finalized)
		raise_border(m, seen.finalized < cursor.ref.number ? seen.finalized
								   : cursor.ref.number);
	return st;
}

enum status mirror_load_border(struct mirror *m, struct error *err)
{
	struct mirror_reorg reorgs[REORG_NOTES_MAX];
	struct store_txn *txn;
	size_t count;
	enum status st = store_begin(&txn, m->store, STORE_READ, err);

	if (st != OK)
		return st;
	st = reorg_notes_read(reorgs, &count, txn, err);
	if (st == OK && count && reorgs[count - 1].has_border)
		raise_border(m, reorgs[count - 1].border);
	if (st == OK)
		st = read_border(m, txn, err);
	store_abort(txn);
	return st;
}

/* ---- dropping blocks ---- */

struct dropping {
	struct mirror *mirror;
	uint64_t number;
};

static enum status drop(void *context, struct store_txn *txn, struct error *err)
{
	const struct dropping *dropping = context;
	enum status st = store_rewind(txn, dropping->number, err);

	if (st == OK)
		st = repair_note_add(txn, dropping->number, err);
	return st == OK ? mirror_noter_put(dropping->mirror, txn, err) : st;
}

enum status mirror_drop_above(struct mirror *m, uint64_t number, struct error *err)
{
	struct dropping dropping = {.mirror = m, .number = number};
	enum status st = store_change(m->store, drop, &dropping, err);

	if (st == OK)
		mirror_noter_kept(m);
	return st;
}

/* Whether a block at or below the border would go. */
static enum status drops_final(bool *out, struct mirror *m, uint64_t fork, struct error *err)
{
	struct block_record lowest;
	struct store_txn *txn;
	enum status st;

	*out = false;
	if (source_is_recorded(m->source)) /* chosen by hand; it calls all of itself final */
		return OK;
	st = store_begin(&txn, m->store, STORE_READ, err);
	if (st != OK)
		return st;
	st = read_border(m, txn, err);
	if (st == OK)
		st = store_block_above(&lowest, txn, fork + 1, err);
	store_abort(txn);
	/* A sparse mirror's fork may lie below the border, where all blocks above are not final. */
	*out = st == OK && m->has_border && lowest.ref.number <= m->border;
	return st == ERR_NOTFOUND ? OK : st;
}

static enum status refuse_checkpoint(struct mirror *m, uint64_t fork, uint64_t cursor,
				     struct error *err)
{
	if (m->config->has_checkpoint && fork < m->config->checkpoint_number &&
	    m->config->checkpoint_number <= cursor)
		return error_set(err, ERR_DENIED,
				 "%s wants to undo the configured checkpoint, block %" PRIu64
				 ": nothing was changed; check the node",
				 source_label(m->source), m->config->checkpoint_number);
	return OK;
}

/* A finding, about the block that this node cannot give: the one that would go on from ours. */
static enum status refuse_final(struct mirror *m, uint64_t fork, const struct block_record *cursor,
				struct error *err)
{
	struct proof_failure failure = {.fault = FAULT_DISAGREEMENT,
					.block = cursor->ref.number + 1};
	enum status st;

	(void)snprintf(failure.expected, sizeof(failure.expected),
		       "a chain with block %" PRIu64 " of the mirror, which was final", m->border);
	(void)snprintf(failure.actual, sizeof(failure.actual), "another block %" PRIu64 " or none",
		       fork + 1);
	st = mirror_refuse(m, &failure, err);
	if (st != ERR_BAD_DATA)
		return st;
	return error_set(err, ERR_BAD_DATA,
			 "%s wants to undo block %" PRIu64 ", which was final (finalized: %" PRIu64
			 "): nothing was changed; check the node",
			 source_label(m->source), fork + 1, m->border);
}

/* Up to where the mirror is kept without its newest block: to the record below, or all of it goes.
 * ERR_NOTFOUND: there is nothing below block 0. */
static enum status number_below(struct block_ref *out, struct mirror *m, uint64_t number,
				struct error *err)
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
	if (st == OK)
		*out = below.ref;
	else
		out->number = number - 1;
	return st == ERR_NOTFOUND ? OK : st;
}

static enum status rewind_counting(uint64_t *dropped, struct store_txn *txn, uint64_t to,
				   struct error *err)
{
	struct store_stats before;
	struct store_stats after;
	enum status st = store_stats(&before, txn, err);

	if (st == OK)
		st = store_rewind(txn, to, err);
	if (st == OK)
		st = store_stats(&after, txn, err);
	if (st == OK)
		*dropped = before.block_count - after.block_count;
	return st;
}

struct leaving {
	struct mirror *mirror;
	struct mirror_reorg reorg;
};

/* Findings of blocks above the fork become notes, in the transaction that drops the blocks. */
static enum status put_branch(void *context, struct store_txn *txn, struct error *err)
{
	struct leaving *leaving = context;
	struct mirror *m = leaving->mirror;
	struct mirror_reorg *reorg = &leaving->reorg;
	enum status st = reorg_note_count(&reorg->number, txn, err);

	reorg->number++;
	reorg->withdrawn = 0;
	for (size_t i = 0; st == OK && i < m->config->pool_count; i++)
		st = withdrawn_put(&reorg->withdrawn, txn, &m->config->pools[i], reorg->fork.number,
				   reorg->number, err);
	if (st == OK && reorg->withdrawn)
		st = withdrawn_trim(txn, err);
	if (st == OK)
		st = rewind_counting(&reorg->dropped, txn, reorg->fork.number, err);
	if (st == OK)
		st = reorg_note_put(txn, reorg, err);
	return st == OK ? mirror_noter_put(m, txn, err) : st;
}

/* The blocks above the fork are not the chain's. */
static enum status leave_branch(struct mirror *m, const struct block_ref *fork,
				const struct block_record *cursor, struct error *err)
{
	struct leaving leaving = {.mirror = m,
				  .reorg = {.fork = *fork,
					    .old = cursor->ref,
					    .head = m->seen.head,
					    .has_border = m->has_border,
					    .border = m->border}};
	enum status st = store_change(m->store, put_branch, &leaving, err);

	if (st != OK)
		return st;
	mirror_noter_kept(m);
	for (size_t i = 0; i < m->config->pool_count; i++)
		m->pools[i].birth = 0; /* of the branch that is gone, if it is above the fork */
	st = mirror_read_births(m, err);
	if (st == OK && m->options.on_reorg)
		m->options.on_reorg(m->options.context, &leaving.reorg);
	return st;
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
	struct block_ref fork = {0};
	bool is_final = false;
	enum status st;

	if (++m->orphans < ORPHANS_MAX)
		return OK;
	m->orphans = 0;
	st = number_below(&fork, m, cursor->ref.number, err);
	if (st == OK)
		st = drops_final(&is_final, m, fork.number, err);
	if (st == OK && !is_final &&
	    refuse_checkpoint(m, fork.number, cursor->ref.number, NULL) == OK) {
		st = leave_branch(m, &fork, cursor, err);
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
	bool is_final = false;
	enum status st = mirror_cursor(&cursor, &is_empty, m, err);

	if (st != OK || is_empty)
		return st;
	st = mirror_find_fork(&fork, m, &cursor, err);
	if (st == ERR_NOTFOUND)
		return error_set(err, ERR_DENIED,
				 "%s has none of this mirror's blocks: it is another chain. Use "
				 "another node, or another store.path",
				 source_label(m->source));
	if (st != OK)
		return st;
	if (fork.ref.number == cursor.ref.number)
		return drop_orphan(m, &cursor, err);
	st = refuse_checkpoint(m, fork.ref.number, cursor.ref.number, err);
	if (st == OK)
		st = drops_final(&is_final, m, fork.ref.number, err);
	if (st == OK && is_final)
		return refuse_final(m, fork.ref.number, &cursor, err);
	return st == OK ? leave_branch(m, &fork.ref, &cursor, err) : st;
}

enum status mirror_is_on_chain(bool *out, struct mirror *m, const struct block_record *cursor,
			       const struct block_ref *head, struct error *err)
{
	struct block_record ours;
	struct store_txn *txn;
	struct block_ref there;
	enum status st;

	*out = true;
	if (head->number == cursor->ref.number) {
		*out = hash_equal(head->hash, cursor->ref.hash);
		return OK;
	}
	if (head->number > cursor->ref.number) {
		st = source_headers(&there, m->source, &cursor->ref.number, 1, err);
		*out = st != OK || hash_equal(there.hash, cursor->ref.hash);
		return st == ERR_NOTFOUND ? OK : st; /* a node that lags behind the one before */
	}
	/* A head below our cursor: a node that lags behind, or a shorter branch. */
	st = store_begin(&txn, m->store, STORE_READ, err);
	if (st != OK)
		return st;
	st = store_block(&ours, txn, head->number, err);
	store_abort(txn);
	if (st == OK)
		*out = hash_equal(head->hash, ours.ref.hash);
	return st == ERR_NOTFOUND ? OK : st;
}
