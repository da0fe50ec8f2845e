/*
 * outbox.h - what the files that write the outbox share (outbox.c says what it is). Nobody else
 * includes it.
 */
#ifndef SERVE_ALERT_OUTBOX_H
#define SERVE_ALERT_OUTBOX_H

#include "reconcile/source_check.h"
#include "serve/alert/internal.h"

/* One call of put. */
struct outbox {
	struct alerts *alerts;
	struct store_txn *txn;
	struct arena *arena;
	uint64_t now_ms;
	bool is_empty; /* the mirror has no block */
	struct block_record cursor;
	struct alert_state *states; /* of each channel */
	bool *is_changed;           /* and whether it is to be written */
	bool *is_new;               /* the channel begins, or wants other findings than before */
};

/* outbox_note.c: one note. Whether the channel wants such findings; who and what it is about. */
bool outbox_wants(const struct outbox *box, size_t channel, uint16_t pool, uint64_t severity);
struct alert_about outbox_about(const struct outbox *box, size_t channel, uint16_t pool,
				const uint8_t *key);
/* The note, or a new one that is not in the store yet: its episode is 0. */
enum status outbox_find(struct alert_note *note, struct outbox *box,
			const struct alert_about *about, struct error *err) MUST_CHECK;
/* The finding is open: nothing is written where the note says so. */
enum status outbox_open(struct outbox *box, struct alert_note *note, const struct finding *finding,
			struct error *err) MUST_CHECK;
enum status outbox_end(struct outbox *box, struct alert_note *note, const struct finding *end,
		       struct error *err) MUST_CHECK;

/* outbox_feed.c: what the blocks above `seen` opened and ended, in their order. */
enum status outbox_feed(struct outbox *box, uint64_t seen, struct error *err) MUST_CHECK;

/* outbox_compare.c: every note against what the mirror says; and a note of each finding that is
 * open. Of all channels, or only of those that are new. */
enum status outbox_compare(struct outbox *box, bool is_whole, const struct pending_finding *pending,
			   size_t pending_count, struct error *err) MUST_CHECK;

#endif
