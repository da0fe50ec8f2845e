/*
 * alert.h - tells the configured alerts of findings: webhooks, Alertmanagers, Slack, commands.
 *
 * Each alert is told of every finding that it wants (its severity, its pools): that it is open, and
 * then that it is resolved, or withdrawn by a reorganisation; in this order for each finding, and
 * at least once. What is told and how: document.h, alertmanager.h, slack.h, sign.h.
 *
 * What is to be told stands in the store (note.h), written in the transaction of the block that
 * opened or ended the finding (outbox.c). It goes when the alert was told. So a kill loses nothing,
 * and repeats only what was told in the last moments before it.
 *
 * Each alert has a thread: one that hangs does not hold up another, nor the mirror. The threads
 * only read the store; their notes are written by its one writer, the mirror, which knows this as
 * its struct mirror_noter.
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
	uint64_t note_ms;      /* between two transactions that note what was told */
	uint64_t figures_ms;   /* and of how it goes, where nothing was told */
	uint64_t resend_ms;    /* an Alertmanager is told again of what is open */
};

/* What `run` uses. */
struct alert_pace alert_pace(void);

/* `config` and `logger` must outlive the alerts. ERR_USAGE: a receiver that is no url. */
enum status alerts_open(struct alerts **out, const struct config *config,
			const struct alert_pace *pace, const struct logger *logger,
			struct error *err) MUST_CHECK;
/* After alerts_stop, and after the mirror that has the noter was closed. */
void alerts_close(struct alerts *alerts);

/* For the mirror's options. Without alerts_start what is to be told is noted, and nobody told. */
struct mirror_noter alerts_noter(struct alerts *alerts);

/* Begins to tell; what the configuration does not name any more is forgotten. The mirror is open:
 * its store is read. */
enum status alerts_start(struct alerts *alerts, struct error *err) MUST_CHECK;
/* Ends what is under way, within a second. The mirror is still open, and should write what it is
 * owed (mirror_put_notes), so that it is not told again. */
void alerts_stop(struct alerts *alerts);

/* How it goes with one alert. */
struct alert_count {
	const char *label;   /* "alerts[0] (http://host:port)": without secrets */
	const char *kind;    /* a key of the configuration */
	uint64_t waiting;    /* findings of which it is to be told */
	uint64_t waiting_ms; /* since when the first waits, milliseconds since 1970; 0: none */
	uint64_t told;       /* messages, ever */
	uint64_t failed;     /* attempts, ever */
	uint64_t told_ms;    /* the last time, milliseconds since 1970; 0: never */
	uint64_t failed_ms;
	uint64_t next_ms; /* it is tried again, milliseconds since 1970; 0: nothing failed last */
	const char *trouble; /* the last failure; "" where it was told something since */
};

/* As the store has it, for any process: every configured alert, in the arena. */
enum status alerts_counts(struct alert_count **out, const struct config *config,
			  struct arena *arena, struct store_txn *txn, struct error *err) MUST_CHECK;

/* Sends the alert of that index a message that says that it is a test; nothing of it is kept.
 * Errors say what came of it, without secrets. */
enum status alert_try(const struct config *config, size_t index, const struct alert_pace *pace,
		      struct error *err) MUST_CHECK;
/* Its name in messages, in the arena: as in struct alert_count. */
const char *alert_label(struct arena *arena, const struct config *config, size_t index);

#endif
