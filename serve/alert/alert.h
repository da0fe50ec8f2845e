/*
 * alert.h - tells the configured webhooks and commands of findings about refused blocks.
 *
 * What is told is a JSON document and a line end:
 *
 *	{ "version": 1, "kind": "finding", "state": "open", "resolved" or "withdrawn",
 *	  "text": one line for people, "finding": an item of answer_findings }
 *
 * Each alert is told of an open finding whose severity is at least its min_severity, and of its
 * end: in this order, and at least once. What is still to be told follows from the store. In the
 * transaction in which a finding is noted, a note for each alert is written with it
 * (serve/alert/note.h). It remembers whether the alert was told, and goes when the alert knows of
 * the end. So a kill loses nothing, and repeats only what was told in the last moments before it.
 *
 * Each alert has a thread: one that hangs does not hold up another, nor the mirror. What cannot be
 * told is tried again after pauses that double. The threads only read the store; their notes are
 * written by its one writer, the mirror, which knows this as its struct mirror_noter.
 */
#ifndef SERVE_ALERT_ALERT_H
#define SERVE_ALERT_ALERT_H

#include "indexer/mirror.h"

struct alerts;

struct alert_pace {
	uint64_t look_ms;      /* between two looks at the store */
	uint64_t retry_ms;     /* the first pause after a failure; each next is twice as long */
	uint64_t retry_ms_max; /* and at most this */
	uint64_t webhook_ms;   /* for an answer */
	uint64_t command_ms;   /* for its end; then it is killed */
};

/* What `run` uses. */
struct alert_pace alert_pace(void);

/* `config` and `logger` must outlive the alerts. ERR_USAGE: a webhook that is no url. */
enum status alerts_open(struct alerts **out, const struct config *config,
			const struct alert_pace *pace, const struct logger *logger,
			struct error *err) MUST_CHECK;
/* After alerts_stop, and after the mirror that has the noter was closed. */
void alerts_close(struct alerts *alerts);

/* For the mirror's options. */
struct mirror_noter alerts_noter(struct alerts *alerts);

/* Begins to tell. The mirror is open: its store is read. Nothing is started for no alert. */
enum status alerts_start(struct alerts *alerts, struct error *err) MUST_CHECK;
/* Ends what is under way, within a second. The mirror is still open, and should write what it is
 * owed (mirror_put_notes), so that it is not told again. */
void alerts_stop(struct alerts *alerts);

#endif
