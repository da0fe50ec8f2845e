/*
 * What alerts have to be told, as the mirror's thread writes it: in the transaction of the blocks.
 *
 * The store's change feed says which findings the new blocks opened or ended, block by block, and a
 * note says up to which block that was looked at. Where the mirror is not above that block any more
 * (it was rewound), or somebody wrote blocks without a noter, every note is compared with what the
 * mirror says now instead.
 *
 * An alert that is new to a mirror is not told of its history: until the mirror has come to the
 * head that the node had then, nothing is noted but refused blocks; and then all that is open.
 */
#include "serve/alert/outbox.h"

#include "store/notes.h"

static const char seen_key[] = "alert-seen";

enum { MARKS_WAIT_MAX = ALERT_MARKS_MAX / 4 };

#define RECORD_OWNER struct seen_row
#define SEEN_FIELDS(F)                                                                             \
	F(BOOL, is_any, "whether there is a block")                                                \
	F(U64, number, "the newest block that was looked at")                                      \
	F(HASH, hash, "of that block")

struct seen_row {
	RECORD_STRUCT(SEEN_FIELDS)
};

RECORD_DEFINE(seen_row, SEEN_FIELDS)
#undef RECORD_OWNER

/* ---- what was told ---- */

static enum status lay_told(struct outbox *box, const struct alert_told *told, struct error *err)
{
	struct alert_note note;
	enum status st = alert_note_get(&note, box->arena, box->txn, &told->about, err);

	if (st != OK)
		return st == ERR_NOTFOUND ? OK : st;
	return alert_note_lay(&note, told) ? alert_note_put(box->txn, &note, err)
					   : alert_note_remove(box->txn, &told->about, err);
}

static enum status put_marks(struct outbox *box, struct alert_channel *channel, struct error *err)
{
	struct alert_mark *marks;
	size_t count = alert_marks_of(&marks, box->arena, channel, NULL);
	uint64_t newest = count ? marks[count - 1].number : 0;
	enum status st = OK;

	for (size_t i = 0; st == OK && i < count; i++)
		st = marks[i].is_refusal ? alert_queue_put_off(box->txn, &marks[i].due, err)
					 : lay_told(box, &marks[i].told, err);
	(void)pthread_mutex_lock(&box->alerts->mutex);
	/* What came meanwhile is written the next time. */
	for (size_t i = 0; i < channel->mark_count; i++)
		channel->marks[i].is_written = channel->marks[i].number <= newest;
	(void)pthread_mutex_unlock(&box->alerts->mutex);
	return st;
}

static void put_figures(struct outbox *box, size_t channel)
{
	struct alert_figures *figures = &box->alerts->channels[channel].figures;
	struct alert_state *state = &box->states[channel];

	if (!box->alerts->is_telling)
		return;
	(void)pthread_mutex_lock(&box->alerts->mutex);
	figures->written = figures->version;
	if (figures->version != figures->kept) {
		state->told = figures->told;
		state->failed = figures->failed;
		state->told_ms = figures->told_ms;
		state->failed_ms = figures->failed_ms;
		state->failures = figures->failures;
		state->due_ms = figures->due_ms;
		state->trouble = arena_string(box->arena, figures->trouble);
		box->is_changed[channel] = true;
	}
	(void)pthread_mutex_unlock(&box->alerts->mutex);
}

/* ---- which of the two ---- */

static enum status read_seen(struct seen_row *out, struct outbox *box, struct error *err)
{
	struct slice value;
	enum status st =
		store_note_get(&value, box->txn, slice_of(seen_key, sizeof(seen_key) - 1), err);

	*out = (struct seen_row){0};
	if (st == OK)
		st = record_decode(out, box->arena, &record_seen_row, value, err);
	return st == ERR_NOTFOUND ? OK : st;
}

static enum status put_seen(struct outbox *box, struct error *err)
{
	struct seen_row row = {
		.is_any = true, .number = box->cursor.ref.number, .hash = box->cursor.ref.hash};
	struct slice value = slice_of(NULL, 0);

	if (!box->is_empty)
		value = record_encode(box->arena, &record_seen_row, &row);
	return store_note_put(box->txn, slice_of(seen_key, sizeof(seen_key) - 1), value, err);
}

/* Whether the mirror has only grown since that block. */
static enum status has_grown(bool *out, struct outbox *box, const struct seen_row *seen,
			     struct error *err)
{
	struct block_record record;
	enum status st;

	*out = false;
	if (!seen->is_any || box->is_empty || seen->number > box->cursor.ref.number)
		return OK;
	st = store_block(&record, box->txn, seen->number, err);
	*out = st == OK && hash_equal(record.ref.hash, seen->hash);
	return st == ERR_NOTFOUND ? OK : st;
}

static enum status put_blocks(struct outbox *box, const struct pending_finding *pending,
			      size_t pending_count, struct error *err)
{
	struct seen_row seen;
	bool is_grown = false;
	bool is_any_new = false;
	bool is_whole;
	bool is_same;
	enum status st = read_seen(&seen, box, err);

	if (st == OK)
		st = has_grown(&is_grown, box, &seen, err);
	if (st != OK)
		return st;
	is_same = is_grown ? seen.number == box->cursor.ref.number : !seen.is_any && box->is_empty;
	if (is_grown)
		st = outbox_feed(box, seen.number, err);
	/* Behind the feed: a channel that begins here is told of what is open, and not how that
	 * came. */
	for (size_t i = 0; i < box->alerts->channel_count; i++) {
		struct alert_state *state = &box->states[i];
		const struct hash filter = alert_filter(&box->alerts->config->alerts[i]);
		bool begins = !box->is_empty && !state->is_begun &&
			      box->cursor.ref.number >= state->since;

		box->is_new[i] = begins || !hash_equal(state->filter, filter);
		box->is_changed[i] = box->is_changed[i] || box->is_new[i];
		is_any_new = is_any_new || box->is_new[i];
		state->is_begun = state->is_begun || begins;
		state->filter = filter;
	}
	/* Also once in each process, whoever wrote in the mirror before. */
	is_whole = (!is_grown && !is_same) || !box->alerts->is_settled;
	if (st == OK && (is_any_new || is_whole))
		st = outbox_compare(box, is_whole, pending, pending_count, err);
	return st == OK && !is_same ? put_seen(box, err) : st;
}

/* ---- put ---- */

/* Of alerts that are new to the mirror: up to where it is history. */
static enum status read_since(struct outbox *box, struct error *err)
{
	struct chain_seen seen = {0};
	enum status st = OK;

	if (box->is_empty)
		return OK;
	for (size_t i = 0; st == OK && i < box->alerts->channel_count; i++) {
		if (box->states[i].has_since)
			continue;
		if (!seen.head.number) {
			struct state *state = state_open(box->txn, box->cursor.ref.number);

			seen = chain_seen_read(state);
			st = state_status(state, err);
			state_close(state);
		}
		box->states[i].has_since = true;
		box->states[i].since = box->cursor.ref.number > seen.head.number
					       ? box->cursor.ref.number
					       : seen.head.number;
		box->is_changed[i] = true;
	}
	return st;
}

static enum status put_pending(struct outbox *box, const struct pending_finding *pending,
			       size_t count, struct error *err)
{
	enum status st = OK;

	for (size_t i = 0; st == OK && i < count; i++)
		for (size_t k = 0; st == OK && k < box->alerts->channel_count; k++) {
			const struct alert_about about =
				outbox_about(box, k, pending[i].pool, pending[i].key);
			struct alert_note note;

			if (pending[i].pool >= box->alerts->config->pool_count ||
			    !outbox_wants(box, k, pending[i].pool, pending[i].finding.severity))
				continue;
			st = outbox_find(&note, box, &about, err);
			if (st == OK)
				st = outbox_open(box, &note, &pending[i].finding, err);
		}
	return st;
}

static enum status put_channels(struct outbox *box, struct error *err)
{
	struct alerts *alerts = box->alerts;
	struct pending_finding *pending;
	size_t pending_count;
	enum status st = OK;

	for (size_t i = 0; st == OK && i < alerts->channel_count; i++)
		st = alert_state_read(&box->states[i], box->arena, box->txn,
				      &alerts->channels[i].tag, err);
	for (size_t i = 0; st == OK && i < alerts->channel_count; i++)
		st = put_marks(box, &alerts->channels[i], err);
	if (st == OK)
		st = read_since(box, err);
	if (st == OK)
		st = pending_read(&pending, &pending_count, box->arena, box->txn, err);
	if (st == OK)
		st = put_blocks(box, pending, pending_count, err);
	if (st == OK)
		st = put_pending(box, pending, pending_count, err);
	for (size_t i = 0; st == OK && i < alerts->channel_count; i++) {
		put_figures(box, i);
		if (box->is_changed[i])
			st = alert_state_put(box->txn, &alerts->channels[i].tag, &box->states[i],
					     err);
	}
	return st;
}

static bool is_configured(const void *context, const struct alert_tag *tag)
{
	const struct alerts *alerts = context;

	for (size_t i = 0; i < alerts->channel_count; i++)
		if (memcmp(alerts->channels[i].tag.bytes, tag->bytes, ALERT_TAG_BYTES) == 0)
			return true;
	return false;
}

static enum status put(void *context, struct store_txn *txn, struct error *err)
{
	struct alerts *alerts = context;
	struct outbox box = {
		.alerts = alerts, .txn = txn, .arena = arena_new(), .now_ms = clock_wall_ms()};
	enum status st = OK;

	box.states = arena_array(box.arena, alerts->channel_count, sizeof(*box.states));
	box.is_changed = arena_array(box.arena, alerts->channel_count, sizeof(bool));
	box.is_new = arena_array(box.arena, alerts->channel_count, sizeof(bool));
	if (alerts->is_telling && !alerts->is_settled)
		st = alert_notes_forget(txn, is_configured, alerts, err);
	if (st == OK && alerts->channel_count) {
		st = store_cursor(&box.cursor, txn, err);
		box.is_empty = st == ERR_NOTFOUND;
		if (st == OK || st == ERR_NOTFOUND)
			st = put_channels(&box, err);
	}
	arena_free(box.arena);
	return st;
}

/* ---- when ---- */

static bool has_news(void *context)
{
	struct alerts *alerts = context;
	uint64_t since_ms = clock_now_ms(&alerts->clock) - alerts->kept_ms;
	bool has = !alerts->is_settled && (alerts->channel_count || alerts->is_telling);

	(void)pthread_mutex_lock(&alerts->mutex);
	for (size_t i = 0; i < alerts->channel_count; i++) {
		const struct alert_channel *channel = &alerts->channels[i];
		bool is_due = alerts->is_stopping || since_ms >= alerts->pace.note_ms ||
			      channel->mark_count >= MARKS_WAIT_MAX;
		bool are_due = alerts->is_stopping || since_ms >= alerts->pace.figures_ms;

		has = has || (channel->mark_count && is_due) ||
		      (channel->figures.version != channel->figures.kept && are_due);
	}
	(void)pthread_mutex_unlock(&alerts->mutex);
	return has;
}

static void kept(void *context)
{
	struct alerts *alerts = context;

	(void)pthread_mutex_lock(&alerts->mutex);
	for (size_t i = 0; i < alerts->channel_count; i++) {
		struct alert_channel *channel = &alerts->channels[i];
		size_t left = 0;

		for (size_t k = 0; k < channel->mark_count; k++)
			if (!channel->marks[k].is_written)
				channel->marks[left++] = channel->marks[k];
		channel->mark_count = left;
		if (alerts->is_telling)
			channel->figures.kept = channel->figures.written;
	}
	(void)pthread_mutex_unlock(&alerts->mutex);
	alerts->is_settled = true;
	alerts->kept_ms = clock_now_ms(&alerts->clock);
}

struct mirror_noter alerts_noter(struct alerts *alerts)
{
	return (struct mirror_noter){
		.has_news = has_news, .put = put, .kept = kept, .context = alerts};
}
