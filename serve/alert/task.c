/* What an alert has to be told, read from the store. */
#include <stdlib.h>

#include "reconcile/source_check.h"
#include "reconcile/withdrawn.h"
#include "serve/alert/internal.h"

static bool is_pending(const struct pending_finding *pending, size_t count,
		       const struct alert_about *about)
{
	for (size_t i = 0; i < count; i++)
		if (pending[i].pool == about->pool &&
		    memcmp(pending[i].key, about->key, FINDING_ID_BYTES) == 0)
			return true;
	return false;
}

/* What became of a finding that does not wait any more; *is_open where it is open as a row. */
static enum status read_end(struct finding *out, bool *is_open, const struct alert_note *note,
			    struct state *state, struct arena *arena, struct store_txn *txn,
			    struct error *err)
{
	const struct alert_about *about = &note->about;
	struct withdrawn_finding withdrawn;
	const struct finding *row = NULL;
	enum status st;

	*out = note->finding;
	out->state = "resolved";
	if (state)
		row = state_row(state, &table_finding, about->pool, about->key);
	*is_open = row && strcmp(row->state, "open") == 0;
	if (row && strcmp(row->state, "resolved") == 0)
		out->resolved_at = row->resolved_at;
	if (row && *row->state)
		return OK;
	/* Without a row, the block that resolved it was undone meanwhile. */
	st = withdrawn_get(&withdrawn, arena, txn, about->pool, about->key, err);
	if (st == OK)
		out->state = "withdrawn";
	return st == ERR_NOTFOUND ? OK : st;
}

static enum status read_ends(struct alert_task *tasks, size_t count, struct arena *arena,
			     struct store_txn *txn, struct error *err)
{
	struct pending_finding *pending;
	size_t pending_count;
	struct block_record cursor;
	struct state *state = NULL;
	enum status st = pending_read(&pending, &pending_count, arena, txn, err);

	if (st != OK)
		return st;
	st = store_cursor(&cursor, txn, err);
	if (st == OK)
		state = state_open(txn, cursor.ref.number);
	else if (st != ERR_NOTFOUND) /* no block yet */
		return st;
	st = OK;
	for (size_t i = 0; st == OK && i < count; i++) {
		tasks[i].is_open = is_pending(pending, pending_count, &tasks[i].note.about);
		if (!tasks[i].is_open)
			st = read_end(&tasks[i].end, &tasks[i].is_open, &tasks[i].note, state,
				      arena, txn, err);
	}
	if (st == OK && state)
		st = state_status(state, err);
	if (state)
		state_close(state);
	return st;
}

static bool is_known_over(struct alert_note *note, const struct alert_mark *marks, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (alert_about_is_same(&marks[i].about, &note->about)) {
			if (marks[i].is_over)
				return true;
			note->is_told = true;
		}
	return false;
}

static int by_place(const void *a, const void *b)
{
	const struct alert_note *x = &((const struct alert_task *)a)->note;
	const struct alert_note *y = &((const struct alert_task *)b)->note;

	if (x->finding.block != y->finding.block)
		return x->finding.block < y->finding.block ? -1 : 1;
	if (x->about.pool != y->about.pool)
		return x->about.pool < y->about.pool ? -1 : 1;
	return memcmp(x->about.key, y->about.key, FINDING_ID_BYTES);
}

static enum status read_notes(struct alert_task **out, size_t *count,
			      const struct alert_channel *channel, const struct alert_mark *marks,
			      size_t mark_count, struct arena *arena, struct store_txn *txn,
			      struct error *err)
{
	struct alert_note *notes;
	size_t note_count;
	enum status st = alert_notes_read(&notes, &note_count, arena, txn, &channel->tag, err);

	if (st != OK)
		return st;
	*out = arena_array(arena, note_count, sizeof(**out));
	for (size_t i = 0; i < note_count; i++)
		if (notes[i].about.pool < channel->alerts->config->pool_count &&
		    !is_known_over(&notes[i], marks, mark_count))
			(*out)[(*count)++].note = notes[i];
	if (!*count)
		return OK;
	qsort(*out, *count, sizeof(**out), by_place);
	return read_ends(*out, *count, arena, txn, err);
}

enum status alert_tasks_read(struct alert_task **out, size_t *count,
			     const struct alert_channel *channel, struct arena *arena,
			     struct error *err)
{
	struct alerts *alerts = channel->alerts;
	struct alert_mark *marks;
	struct store_txn *txn;
	size_t mark_count;
	enum status st;

	*out = NULL;
	*count = 0;
	/* Before the store: what is no mark any more is a note by then. */
	(void)pthread_mutex_lock(&alerts->mutex);
	mark_count = channel->mark_count;
	marks = arena_copy(arena, channel->marks, mark_count * sizeof(*marks));
	(void)pthread_mutex_unlock(&alerts->mutex);
	st = store_begin(&txn, alerts->store, STORE_READ, err);
	if (st != OK)
		return st;
	st = read_notes(out, count, channel, marks, mark_count, arena, txn, err);
	store_abort(txn);
	return st;
}
