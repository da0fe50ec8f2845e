/* The alerts' notes, as the mirror's thread writes them. */
#include <stdlib.h>

#include "reconcile/source_check.h"
#include "serve/alert/internal.h"

void alert_mark_add(struct alert_channel *channel, const struct alert_about *about, bool is_over)
{
	struct alerts *alerts = channel->alerts;

	(void)pthread_mutex_lock(&alerts->mutex);
	if (channel->mark_count == channel->mark_capacity) {
		channel->mark_capacity = channel->mark_capacity ? channel->mark_capacity * 2 : 8;
		channel->marks =
			xrealloc(channel->marks, channel->mark_capacity * sizeof(*channel->marks));
	}
	channel->marks[channel->mark_count++] =
		(struct alert_mark){.about = *about, .is_over = is_over};
	(void)pthread_mutex_unlock(&alerts->mutex);
}

static bool has_news(void *context)
{
	struct alerts *alerts = context;
	bool has = false;

	(void)pthread_mutex_lock(&alerts->mutex);
	for (size_t i = 0; i < alerts->channel_count; i++)
		has = has || alerts->channels[i].mark_count;
	(void)pthread_mutex_unlock(&alerts->mutex);
	return has;
}

struct notes {
	struct alert_note *items;
	size_t count;
};

static struct alert_note *find(const struct notes *notes, const struct alert_about *about)
{
	for (size_t i = 0; i < notes->count; i++)
		if (alert_about_is_same(&notes->items[i].about, about))
			return &notes->items[i];
	return NULL;
}

static enum status drop(struct notes *notes, struct store_txn *txn, struct alert_note *note,
			struct error *err)
{
	enum status st = alert_note_remove(txn, &note->about, err);

	*note = notes->items[--notes->count];
	return st;
}

static enum status put_marks(struct alerts *alerts, struct store_txn *txn, struct notes *notes,
			     struct error *err)
{
	enum status st = OK;

	(void)pthread_mutex_lock(&alerts->mutex);
	for (size_t i = 0; i < alerts->channel_count; i++)
		for (size_t k = 0; st == OK && k < alerts->channels[i].mark_count; k++) {
			struct alert_mark *mark = &alerts->channels[i].marks[k];
			struct alert_note *note = find(notes, &mark->about);

			mark->is_written = true;
			if (!note)
				continue;
			note->is_told = true;
			st = mark->is_over ? drop(notes, txn, note, err)
					   : alert_note_put(txn, note, err);
		}
	(void)pthread_mutex_unlock(&alerts->mutex);
	return st;
}

/* Open findings of which an alert has no note yet. */
static enum status put_open(const struct alerts *alerts, struct store_txn *txn,
			    const struct notes *notes, struct arena *arena, struct error *err)
{
	struct pending_finding *pending;
	size_t count;
	enum status st = pending_read(&pending, &count, arena, txn, err);

	for (size_t i = 0; st == OK && i < count; i++)
		for (size_t k = 0; st == OK && k < alerts->channel_count; k++) {
			const struct alert_channel *channel = &alerts->channels[k];
			struct alert_note note = {
				.about = {.tag = channel->tag, .pool = pending[i].pool},
				.finding = pending[i].finding};

			memcpy(note.about.key, pending[i].key, FINDING_ID_BYTES);
			if (note.finding.severity >= (uint64_t)channel->config->min_severity &&
			    !find(notes, &note.about))
				st = alert_note_put(txn, &note, err);
		}
	return st;
}

static bool is_configured(const struct alerts *alerts, const struct alert_tag *tag)
{
	for (size_t i = 0; i < alerts->channel_count; i++)
		if (memcmp(alerts->channels[i].tag.bytes, tag->bytes, ALERT_TAG_BYTES) == 0)
			return true;
	return false;
}

/* Of alerts that the configuration had before. */
static enum status remove_foreign(const struct alerts *alerts, struct store_txn *txn,
				  struct notes *notes, struct error *err)
{
	enum status st = OK;

	for (size_t i = 0; st == OK && i < notes->count;)
		if (is_configured(alerts, &notes->items[i].about.tag))
			i++;
		else
			st = drop(notes, txn, &notes->items[i], err);
	return st;
}

static enum status put(void *context, struct store_txn *txn, struct error *err)
{
	struct alerts *alerts = context;
	struct arena *arena = arena_new();
	struct notes notes = {0};
	enum status st = alert_notes_read(&notes.items, &notes.count, arena, txn, NULL, err);

	if (st == OK)
		st = remove_foreign(alerts, txn, &notes, err);
	if (st == OK)
		st = put_marks(alerts, txn, &notes, err);
	if (st == OK)
		st = put_open(alerts, txn, &notes, arena, err);
	arena_free(arena);
	return st;
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
	}
	(void)pthread_mutex_unlock(&alerts->mutex);
}

struct mirror_noter alerts_noter(struct alerts *alerts)
{
	return (struct mirror_noter){
		.has_news = has_news, .put = put, .kept = kept, .context = alerts};
}
