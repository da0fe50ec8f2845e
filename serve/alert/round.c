/*
 * A look of one channel at what it is to be told, and the telling.
 *
 * Two kinds of failure: where nobody listens, the channel waits as a whole, longer each time; a
 * message that is refused waits for itself, and the others go on. Many refusals in a row are the
 * first kind. Both pauses are kept in the store and last over restarts.
 */
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>

#include "reconcile/source_check.h"
#include "serve/alert/alertmanager.h"
#include "serve/alert/internal.h"

enum {
	REFUSALS_MAX = 8,                /* in a row */
	WAIT_ASKED_MAX_MS = 3600 * 1000, /* of what a receiver asks for */
	SHIFT_MAX = 20,
};

static bool is_stopped(const struct alerts *alerts)
{
	struct pollfd stop = {.fd = alerts->stop_event, .events = POLLIN};

	return poll(&stop, 1, 0) > 0;
}

static uint64_t pause_after(const struct alert_pace *pace, uint64_t failures)
{
	uint64_t shift = failures - 1 < SHIFT_MAX ? failures - 1 : SHIFT_MAX;
	uint64_t pause = pace->retry_ms << shift;

	return pause < pace->retry_ms_max ? pause : pace->retry_ms_max;
}

/* ---- how it goes ---- */

static void count_told(struct alert_channel *channel)
{
	struct alert_figures *figures = &channel->figures;

	(void)pthread_mutex_lock(&channel->alerts->mutex);
	figures->told++;
	figures->told_ms = clock_wall_ms();
	figures->failures = 0;
	figures->due_ms = 0;
	figures->trouble[0] = '\0';
	figures->version++;
	(void)pthread_mutex_unlock(&channel->alerts->mutex);
}

static void count_failure(struct alert_channel *channel, const struct error *err)
{
	struct alert_figures *figures = &channel->figures;

	(void)pthread_mutex_lock(&channel->alerts->mutex);
	figures->failed++;
	figures->failed_ms = clock_wall_ms();
	(void)snprintf(figures->trouble, sizeof(figures->trouble), "%s", err->message);
	figures->version++;
	(void)pthread_mutex_unlock(&channel->alerts->mutex);
}

static void log_failure(const struct alert_channel *channel, const struct error *err,
			uint64_t pause)
{
	log_warn(channel->alerts->logger, "%s was not told: %s; trying again in %" PRIu64 " ms",
		 alert_way_label(channel->way), err->message, pause);
}

static void postpone_all(struct alert_channel *channel, uint64_t asked_ms, const struct error *err)
{
	struct alert_figures *figures = &channel->figures;
	uint64_t pause;

	if (asked_ms > WAIT_ASKED_MAX_MS)
		asked_ms = WAIT_ASKED_MAX_MS;
	(void)pthread_mutex_lock(&channel->alerts->mutex);
	pause = pause_after(&channel->alerts->pace, ++figures->failures);
	if (pause < asked_ms)
		pause = asked_ms;
	figures->due_ms = clock_wall_ms() + pause;
	figures->version++;
	(void)pthread_mutex_unlock(&channel->alerts->mutex);
	log_failure(channel, err, pause);
}

static void postpone_one(struct alert_channel *channel, const struct alert_due *due,
			 const struct error *err)
{
	struct alert_due later = *due;
	uint64_t pause = pause_after(&channel->alerts->pace, ++later.refusals);

	later.due_ms = clock_wall_ms() + pause;
	alert_mark_refusal(channel, &later);
	log_failure(channel, err, pause);
}

/* A clock that was set back must not keep it waiting for longer than any pause. */
static bool is_due(uint64_t due_ms, uint64_t most)
{
	uint64_t now = clock_wall_ms();

	return due_ms <= now || due_ms - now > most;
}

static bool channel_is_due(struct alert_channel *channel)
{
	uint64_t due_ms;

	(void)pthread_mutex_lock(&channel->alerts->mutex);
	due_ms = channel->figures.due_ms;
	(void)pthread_mutex_unlock(&channel->alerts->mutex);
	return is_due(due_ms, channel->alerts->pace.retry_ms_max > WAIT_ASKED_MAX_MS
				      ? channel->alerts->pace.retry_ms_max
				      : WAIT_ASKED_MAX_MS);
}

/* ---- one finding ---- */

/* The note as it is with all that was told, and whose messages the store has first. ERR_NOTFOUND:
 * there is nothing to tell. */
static enum status read_note(struct alert_note *out, uint64_t *head, struct alert_channel *channel,
			     struct arena *arena, const struct alert_about *about,
			     struct error *err)
{
	struct alert_mark *marks;
	struct store_txn *txn;
	/* Before the store: what is no mark any more is in the note by then. */
	size_t count = alert_marks_of(&marks, arena, channel, about);
	enum status st = store_begin(&txn, channel->alerts->store, STORE_READ, err);

	if (st != OK)
		return st;
	st = alert_note_get(out, arena, txn, about, err);
	store_abort(txn);
	*head = alert_note_head(out);
	for (size_t i = 0; st == OK && i < count; i++)
		if (!marks[i].is_refusal && !alert_note_lay(out, &marks[i].told))
			st = ERR_NOTFOUND;
	return st;
}

static enum status tell_one(struct alert_channel *channel, struct arena *arena,
			    const struct alert_message *message, uint64_t *wait_ms,
			    struct error *err)
{
	const struct alerts *alerts = channel->alerts;
	const struct alert_about *about = &message->note->about;
	struct alert_told told = {
		.about = *about, .episode = message->episode, .is_end = message->is_end};
	struct alert_letter letter;
	char id[2 * FINDING_ID_BYTES + 1];
	enum status st;

	alert_letter_write(&letter, arena, &alerts->config->pools[about->pool], message, false);
	(void)finding_id_format(id, about->key);
	st = alert_way_tell(channel->way, &letter, wait_ms, err);
	if (st != OK)
		return error_wrap(err, "finding %s, %s", id, message->finding->state);
	alert_mark_told(channel, &told);
	count_told(channel);
	log_info(alerts->logger, "%s was told of finding %s, %s", alert_way_label(channel->way), id,
		 message->finding->state);
	return OK;
}

/*
 * All that the channel has to be told of it, in order. The note is read anew for each message:
 * meanwhile the finding may have ended, or opened again. An episode is begun when the store knows
 * that the one before is done with, so whatever a kill forgets, no opening stays without its end.
 */
static enum status tell_finding(struct alert_channel *channel, const struct alert_about *about,
				uint64_t *wait_ms, struct error *err)
{
	struct arena *arena = arena_new();
	struct alert_message message;
	struct alert_note note;
	uint64_t head;
	enum status st = OK;

	while (st == OK && !is_stopped(channel->alerts) && !alert_marks_are_full(channel)) {
		arena_reset(arena);
		st = read_note(&note, &head, channel, arena, about, err);
		if (st != OK || !alert_note_next(&message, &note) || message.episode != head)
			break;
		st = tell_one(channel, arena, &message, wait_ms, err);
	}
	arena_free(arena);
	return st == ERR_NOTFOUND ? OK : st;
}

/* ---- all that waits ---- */

static enum status read_queue(struct alert_due **out, size_t *count, struct alert_channel *channel,
			      struct arena *arena, struct error *err)
{
	struct alert_mark *marks;
	struct store_txn *txn;
	size_t mark_count = alert_marks_of(&marks, arena, channel, NULL);
	enum status st = store_begin(&txn, channel->alerts->store, STORE_READ, err);

	if (st != OK)
		return st;
	st = alert_queue_read(out, count, arena, txn, &channel->tag, err);
	store_abort(txn);
	for (size_t i = 0; st == OK && i < mark_count; i++)
		for (size_t k = 0; marks[i].is_refusal && k < *count; k++)
			if (alert_about_is_same(&(*out)[k].about, &marks[i].due.about)) {
				(*out)[k].refusals = marks[i].due.refusals;
				(*out)[k].due_ms = marks[i].due.due_ms;
			}
	return st;
}

/* OK: nobody failed but for messages of their own. */
static enum status tell_waiting(struct alert_channel *channel, struct arena *arena,
				uint64_t *wait_ms, struct error *err)
{
	const struct alerts *alerts = channel->alerts;
	struct alert_due *dues;
	size_t count;
	unsigned refusals = 0;
	enum status st = read_queue(&dues, &count, channel, arena, err);

	for (size_t i = 0; st == OK && i < count && !is_stopped(alerts); i++) {
		if (dues[i].about.pool >= alerts->config->pool_count ||
		    !is_due(dues[i].due_ms, alerts->pace.retry_ms_max) ||
		    alert_marks_are_full(channel))
			continue;
		st = tell_finding(channel, &dues[i].about, wait_ms, err);
		if (st != OK)
			count_failure(channel, err);
		if (st == ERR_DENIED && !alert_marks_are_full(channel)) {
			postpone_one(channel, &dues[i], err);
			st = ++refusals < REFUSALS_MAX ? OK : ERR_AGAIN;
		} else if (st == OK) {
			refusals = 0;
		}
	}
	return st;
}

/* ---- what an Alertmanager would forget ---- */

static enum status resend(struct alert_channel *channel, struct arena *arena, uint64_t *wait_ms,
			  struct error *err)
{
	const struct alerts *alerts = channel->alerts;
	struct alert_letter letters[ALERTMANAGER_BATCH_MAX];
	struct alert_message messages[ALERTMANAGER_BATCH_MAX];
	struct alert_note *notes;
	struct store_txn *txn;
	size_t note_count;
	size_t count = 0;
	enum status st = store_begin(&txn, alerts->store, STORE_READ, err);

	if (st != OK)
		return st;
	st = alert_notes_read(&notes, &note_count, arena, txn, &channel->tag, err);
	store_abort(txn);
	for (size_t i = 0; st == OK && i < note_count; i++) {
		const struct alert_note *note = &notes[i];

		if (note->is_told && !note->is_over &&
		    note->about.pool < alerts->config->pool_count) {
			messages[count] = (struct alert_message){
				.note = note, .finding = &note->finding, .episode = note->episode};
			alert_letter_write(&letters[count], arena,
					   &alerts->config->pools[note->about.pool],
					   &messages[count], false);
			count++;
		}
		if (count == ALERTMANAGER_BATCH_MAX || (count && i + 1 == note_count)) {
			if (is_stopped(alerts))
				return OK;
			st = alert_way_tell_all(channel->way, letters, count, wait_ms, err);
			count = 0;
		}
	}
	return st;
}

static enum status resend_if_due(struct alert_channel *channel, struct arena *arena,
				 uint64_t *wait_ms, struct error *err)
{
	const struct alerts *alerts = channel->alerts;
	uint64_t now = clock_now_ms(&alerts->clock);
	enum status st;

	if (channel->config->kind != ALERT_ALERTMANAGER || now < channel->resend_ms)
		return OK;
	st = resend(channel, arena, wait_ms, err);
	if (st != OK)
		count_failure(channel, err);
	if (st == ERR_DENIED) { /* news are told all the same */
		log_failure(channel, err, alerts->pace.resend_ms);
		st = OK;
	}
	if (st == OK)
		channel->resend_ms = now + alerts->pace.resend_ms;
	return st;
}

void alert_round(struct alert_channel *channel)
{
	struct arena *arena;
	uint64_t wait_ms = 0;
	struct error err;
	enum status st;

	if (!channel_is_due(channel))
		return;
	arena = arena_new();
	st = resend_if_due(channel, arena, &wait_ms, &err);
	if (st == OK)
		st = tell_waiting(channel, arena, &wait_ms, &err);
	if (st != OK && !is_stopped(channel->alerts))
		postpone_all(channel, wait_ms, &err);
	arena_free(arena);
}
