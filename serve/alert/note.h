/*
 * note.h - what an alert was told of a finding: a note (store/notes.h) as long as the alert
 * does not know of the finding's end.
 */
#ifndef SERVE_ALERT_NOTE_H
#define SERVE_ALERT_NOTE_H

#include "reconcile/finding.h"

enum { ALERT_TAG_BYTES = 8 };

/* An alert, as notes name it: by what it is, not by its place in the configuration. */
struct alert_tag {
	uint8_t bytes[ALERT_TAG_BYTES];
};

/* An alert and a finding. */
struct alert_about {
	struct alert_tag tag;
	uint16_t pool;
	uint8_t key[FINDING_ID_BYTES];
};

bool alert_about_is_same(const struct alert_about *a, const struct alert_about *b);

struct alert_note {
	struct alert_about about;
	bool is_told;           /* that the finding is open */
	struct finding finding; /* as it was when it was opened */
};

enum status alert_note_put(struct store_txn *txn, const struct alert_note *note,
			   struct error *err) MUST_CHECK;
enum status alert_note_remove(struct store_txn *txn, const struct alert_about *about,
			      struct error *err) MUST_CHECK;

/* All of them, of one alert (NULL: of all), in the arena. */
enum status alert_notes_read(struct alert_note **out, size_t *count, struct arena *arena,
			     struct store_txn *txn, const struct alert_tag *tag,
			     struct error *err) MUST_CHECK;

#endif
