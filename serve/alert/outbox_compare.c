/* The outbox, by comparing its notes with what the mirror says now. */
#include "reconcile/withdrawn.h"
#include "serve/alert/outbox.h"

static bool is_pending(const struct pending_finding *pending, size_t count,
		       const struct alert_about *about)
{
	for (size_t i = 0; i < count; i++)
		if (pending[i].pool == about->pool &&
		    memcmp(pending[i].key, about->key, FINDING_ID_BYTES) == 0)
			return true;
	return false;
}

/* No block says anything of it any more. */
static enum status end_vanished(struct outbox *box, struct alert_note *note, struct error *err)
{
	struct finding end = note->is_over ? note->end : note->finding;
	struct withdrawn_finding withdrawn;
	enum status st = withdrawn_get(&withdrawn, box->arena, box->txn, note->about.pool,
				       note->about.key, err);

	/* A refused block that is refused no more was accepted, in a block that was undone. */
	end.state = st == OK || !source_check_is(end.check) ? "withdrawn" : "resolved";
	if (st != OK && st != ERR_NOTFOUND)
		return st;
	if (note->is_over && strcmp(note->end.state, end.state) == 0)
		return OK;
	return outbox_end(box, note, &end, err);
}

/* A note against the row of its finding. */
static enum status compare(struct outbox *box, struct alert_note *note, const struct finding *row,
			   struct error *err)
{
	if (!row || !*row->state)
		return end_vanished(box, note, err);
	if (strcmp(row->state, "open") == 0)
		return outbox_open(box, note, row, err);
	if (row->block < note->finding.block) /* what stands is what was before */
		return end_vanished(box, note, err);
	return note->is_over ? OK : outbox_end(box, note, row, err);
}

static enum status compare_channel(struct outbox *box, size_t channel, struct state *state,
				   const struct pending_finding *pending, size_t pending_count,
				   struct error *err)
{
	struct alert_note *notes;
	size_t count;
	enum status st = alert_notes_read(&notes, &count, box->arena, box->txn,
					  &box->alerts->channels[channel].tag, err);

	for (size_t i = 0; st == OK && i < count; i++) {
		struct alert_note *note = &notes[i];
		const struct alert_about *about = &note->about;

		if (about->pool >= box->alerts->config->pool_count)
			continue;
		if (!note->is_told && !note->former &&
		    !outbox_wants(box, channel, about->pool, note->finding.severity))
			st = alert_note_remove(box->txn, about, err);
		else if (!is_pending(pending, pending_count, about))
			st = compare(
				box, note,
				state ? state_row(state, &table_finding, about->pool, about->key)
				      : NULL,
				err);
	}
	return st;
}

struct open_row {
	uint16_t pool;
	uint8_t key[FINDING_ID_BYTES];
	struct finding finding;
	struct open_row *next;
};

struct open_rows {
	struct arena *arena;
	uint16_t pool;
	struct open_row *first;
};

/* They are written behind the walk: it reads the same transaction. */
static bool take_open(void *context, const uint8_t *key, const struct finding *finding)
{
	struct open_rows *rows = context;
	struct open_row *row;

	if (strcmp(finding->state, "open") != 0)
		return true;
	row = arena_array(rows->arena, 1, sizeof(*row));
	row->pool = rows->pool;
	memcpy(row->key, key, FINDING_ID_BYTES);
	row->finding = *finding;
	/* The walk's memory is its own: keep the text. */
	row->finding.check = arena_string(rows->arena, finding->check);
	row->finding.subject = arena_string(rows->arena, finding->subject);
	row->finding.expected = arena_string(rows->arena, finding->expected);
	row->finding.actual = arena_string(rows->arena, finding->actual);
	row->finding.difference = arena_string(rows->arena, finding->difference);
	row->finding.trace = arena_string(rows->arena, finding->trace);
	row->finding.state = "open";
	row->next = rows->first;
	rows->first = row;
	return true;
}

static enum status put_all_open(struct outbox *box, struct state *state, bool is_whole,
				struct error *err)
{
	const struct config *config = box->alerts->config;
	struct open_rows rows = {.arena = box->arena};
	enum status st;

	for (size_t i = 0; i < config->pool_count; i++) {
		struct reading reading = {.pool = &config->pools[i],
					  .state = state,
					  .arena = box->arena,
					  .block = box->cursor.ref.number};

		rows.pool = (uint16_t)i;
		findings_each(&reading, take_open, &rows);
	}
	st = state_status(state, err);
	for (const struct open_row *row = rows.first; st == OK && row; row = row->next)
		for (size_t i = 0; st == OK && i < box->alerts->channel_count; i++) {
			const struct alert_about about = outbox_about(box, i, row->pool, row->key);
			struct alert_note note;

			if (!box->states[i].is_begun || !(is_whole || box->is_new[i]) ||
			    !outbox_wants(box, i, row->pool, row->finding.severity))
				continue;
			st = outbox_find(&note, box, &about, err);
			if (st == OK)
				st = outbox_open(box, &note, &row->finding, err);
		}
	return st;
}

enum status outbox_compare(struct outbox *box, bool is_whole, const struct pending_finding *pending,
			   size_t pending_count, struct error *err)
{
	struct state *state = box->is_empty ? NULL : state_open(box->txn, box->cursor.ref.number);
	enum status st = OK;

	for (size_t i = 0; st == OK && i < box->alerts->channel_count; i++)
		if (is_whole || box->is_new[i])
			st = compare_channel(box, i, state, pending, pending_count, err);
	if (state && st == OK)
		st = put_all_open(box, state, is_whole, err);
	if (state)
		state_close(state);
	return st;
}
