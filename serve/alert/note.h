/*
 * note.h - what one alert still has to be told of one finding, and what it was told: a note of the
 * store (store/notes.h), as long as the alert does not know of the finding's end.
 *
 * A finding may open and end more than once; each time is an *episode*. Of an episode two messages
 * are told: that the finding is open, and that it is over. The note holds the newest episode, and
 * the one before it that the alert may have heard of: the first that waits. It is told to its end
 * before the newest is begun. Episodes in between, of which the alert cannot have heard, are left
 * out. So a note is at most four messages, and what waits is bounded by the number of findings
 * however long nobody listens.
 *
 * Beside each note that has a message to tell stands a small one in the queue, which says when it
 * is due: whoever delivers reads the queue, not all that is open.
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

/* Episodes are named by when they were noticed: milliseconds since 1970, rising for a finding. */
struct alert_note {
	struct alert_about about;
	/* An episode before, to be told first; 0: none. */
	uint64_t former;
	bool is_former_told; /* that it was open */
	struct finding former_finding;
	struct finding former_end; /* state "resolved" or "withdrawn" */
	uint64_t former_over_ms;   /* when the end was noticed, since 1970 */
	uint64_t former_time;      /* as block_time */
	/* The newest. */
	uint64_t episode;
	bool is_told;           /* that it is open */
	bool is_over;           /* it has ended, and the alert was not told */
	struct finding finding; /* as it was when it opened; state "open" */
	struct finding end;     /* where is_over; state "resolved" or "withdrawn" */
	uint64_t over_ms;       /* when the end was noticed, since 1970 */
	uint64_t block_time;    /* of finding.block, seconds; 0: the mirror has no header of it */
};

/* One of a note's messages. */
struct alert_message {
	const struct alert_note *note;
	const struct finding *finding; /* its state is the message's */
	uint64_t episode;
	bool is_end;
	uint64_t over_ms;    /* where is_end */
	uint64_t block_time; /* of the episode's */
};

/* The next message to tell; false: there is none. */
bool alert_note_next(struct alert_message *out, const struct alert_note *note);
/* Whose messages are told first, as far as the note knows. */
uint64_t alert_note_head(const struct alert_note *note);

/* That an alert was told a message of an episode. */
struct alert_told {
	struct alert_about about;
	uint64_t episode;
	bool is_end;
};

/* Lays it over the note; false: nothing is left, the note goes. What was told of an episode that
 * the note does not know any more is passed over. */
bool alert_note_lay(struct alert_note *note, const struct alert_told *told);

/* The finding is open (again): an episode begins, unless one is open. */
void alert_note_open(struct alert_note *note, const struct finding *finding, uint64_t now_ms,
		     uint64_t block_time);
/* It is over, as `end` says. Text in the notes stays the caller's. */
void alert_note_end(struct alert_note *note, const struct finding *end, uint64_t now_ms);

/* ---- in the store ---- */

/* Writes or replaces the note, and its place in the queue, due at once. */
enum status alert_note_put(struct store_txn *txn, const struct alert_note *note,
			   struct error *err) MUST_CHECK;
enum status alert_note_remove(struct store_txn *txn, const struct alert_about *about,
			      struct error *err) MUST_CHECK;
/* In the arena. ERR_NOTFOUND. */
enum status alert_note_get(struct alert_note *out, struct arena *arena, struct store_txn *txn,
			   const struct alert_about *about, struct error *err) MUST_CHECK;
/* All of them, of one alert (NULL: of all), in the arena. */
enum status alert_notes_read(struct alert_note **out, size_t *count, struct arena *arena,
			     struct store_txn *txn, const struct alert_tag *tag,
			     struct error *err) MUST_CHECK;

/* A place in the queue. */
struct alert_due {
	struct alert_about about;
	uint64_t block;    /* of the newest episode: the order of telling */
	uint64_t since_ms; /* when it began to wait, since 1970 */
	uint64_t refusals; /* in a row */
	uint64_t due_ms;   /* not before, since 1970; 0: at once */
};

/* Of one alert, in the arena, in the order of telling. */
enum status alert_queue_read(struct alert_due **out, size_t *count, struct arena *arena,
			     struct store_txn *txn, const struct alert_tag *tag,
			     struct error *err) MUST_CHECK;
/* How many wait, and since when the first (0: none does). */
enum status alert_queue_count(uint64_t *count, uint64_t *since_ms, struct store_txn *txn,
			      const struct alert_tag *tag, struct error *err) MUST_CHECK;
/* Puts off what waits; nothing where it does not. */
enum status alert_queue_put_off(struct store_txn *txn, const struct alert_due *due,
				struct error *err) MUST_CHECK;

/* Everything in the store that begins with `prefix` and goes on with the tag of an alert for which
 * `is_kept` says no goes. */
enum status alert_notes_forget(struct store_txn *txn,
			       bool (*is_kept)(const void *context, const struct alert_tag *tag),
			       const void *context, struct error *err) MUST_CHECK;

#endif
