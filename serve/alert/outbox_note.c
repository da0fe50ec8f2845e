/* One note of the outbox. */
#include "serve/alert/outbox.h"

bool outbox_wants(const struct outbox *box, size_t channel, uint16_t pool, uint64_t severity)
{
	const struct config *config = box->alerts->config;

	return alert_wants(&config->alerts[channel], &config->pools[pool], severity);
}

struct alert_about outbox_about(const struct outbox *box, size_t channel, uint16_t pool,
				const uint8_t *key)
{
	struct alert_about about = {.tag = box->alerts->channels[channel].tag, .pool = pool};

	memcpy(about.key, key, FINDING_ID_BYTES);
	return about;
}

static enum status time_of(uint64_t *out, struct outbox *box, uint64_t block, struct error *err)
{
	struct block_record record;
	enum status st = store_block(&record, box->txn, block, err);

	*out = st == OK ? record.ref.timestamp : 0;
	return st == ERR_NOTFOUND ? OK : st;
}

enum status outbox_find(struct alert_note *note, struct outbox *box,
			const struct alert_about *about, struct error *err)
{
	enum status st = alert_note_get(note, box->arena, box->txn, about, err);

	if (st == ERR_NOTFOUND)
		*note = (struct alert_note){.about = *about};
	return st == ERR_NOTFOUND ? OK : st;
}

enum status outbox_open(struct outbox *box, struct alert_note *note, const struct finding *finding,
			struct error *err)
{
	struct finding end;
	uint64_t time;
	enum status st;

	if (note->episode && !note->is_over) {
		if (note->finding.block == finding->block)
			return OK;
		/* It ended and opened again within one block, or where nobody looked. */
		end = note->finding;
		end.state = "resolved";
		end.resolved_at = finding->block;
		alert_note_end(note, &end, box->now_ms);
	}
	st = time_of(&time, box, finding->block, err);
	if (st != OK)
		return st;
	alert_note_open(note, finding, box->now_ms, time);
	return alert_note_put(box->txn, note, err);
}

enum status outbox_end(struct outbox *box, struct alert_note *note, const struct finding *end,
		       struct error *err)
{
	alert_note_end(note, end, box->now_ms);
	return alert_note_put(box->txn, note, err);
}
