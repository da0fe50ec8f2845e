/*
 * internal.h - what the files of the alerts share. Nobody else includes it, but tests.
 *
 * What a channel did becomes a mark, in memory, at once; the mirror's thread turns marks into notes
 * (outbox.c) and drops a mark when its note is committed. The channel's thread reads marks first
 * and notes then (round.c), so each thing it did is in one of them.
 */
#ifndef SERVE_ALERT_INTERNAL_H
#define SERVE_ALERT_INTERNAL_H

#include <pthread.h>

#include "serve/alert/alert.h"
#include "serve/alert/channel.h"
#include "serve/alert/note.h"
#include "serve/alert/way.h"

enum {
	ALERT_MARKS_MAX = 1024, /* then nobody is told before some are noted */
	ALERT_TROUBLE_SIZE = ERROR_MESSAGE_SIZE,
};

/* What a channel did and is not yet in the notes. */
struct alert_mark {
	uint64_t number; /* rising, from 1 */
	bool is_refusal; /* else it was told */
	struct alert_told told;
	struct alert_due due; /* where is_refusal */
	bool is_written;      /* in a transaction that is not known to be committed */
};

/* How it goes, as struct alert_state has it. */
struct alert_figures {
	uint64_t told;
	uint64_t failed;
	uint64_t told_ms;
	uint64_t failed_ms;
	uint64_t failures;
	uint64_t due_ms;
	char trouble[ALERT_TROUBLE_SIZE];
	uint64_t version; /* rises with each change */
	uint64_t written; /* the version in a transaction that is not known to be committed */
	uint64_t kept;    /* the version that is committed */
};

/* One configured alert and its thread. */
struct alert_channel {
	struct alerts *alerts;
	const struct config_alert *config;
	struct alert_tag tag;
	struct alert_way *way;
	pthread_t thread;
	bool is_running;
	/* Under the alerts' mutex; only the thread adds. */
	struct alert_mark *marks;
	size_t mark_count;
	uint64_t mark_number; /* of the newest */
	struct alert_figures figures;
	/* The thread's own. */
	uint64_t resend_ms; /* when what is open is told again */
};

struct alerts {
	const struct config *config;
	const struct logger *logger;
	struct alert_pace pace;
	struct clock clock;
	struct store *store; /* while it is told */
	int stop_event;
	pthread_mutex_t mutex;
	bool is_stopping; /* under the mutex */
	struct alert_channel *channels;
	size_t channel_count;
	/* The mirror's thread's own. */
	bool is_telling; /* from alerts_start on */
	bool is_settled; /* a first transaction was committed */
	uint64_t kept_ms;
};

/* round.c: everything that the channel is to be told now. */
void alert_round(struct alert_channel *channel);

/* marks.c: remembers; ALERT_MARKS_MAX at most. */
void alert_mark_told(struct alert_channel *channel, const struct alert_told *told);
void alert_mark_refusal(struct alert_channel *channel, const struct alert_due *due);
bool alert_marks_are_full(struct alert_channel *channel);
/* Copies of those about one finding, or (NULL) of all. */
size_t alert_marks_of(struct alert_mark **out, struct arena *arena, struct alert_channel *channel,
		      const struct alert_about *about);

#endif
