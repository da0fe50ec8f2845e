/*
 * internal.h - what the files of the alerts share. Nobody else includes it.
 *
 * What a channel told becomes a mark, in memory, at once; the mirror's thread turns marks into
 * notes (noter.c) and drops a mark when its note is committed. The channel's thread reads
 * marks first and notes then (task.c), so each thing it told is in one of them.
 */
#ifndef SERVE_ALERT_INTERNAL_H
#define SERVE_ALERT_INTERNAL_H

#include <pthread.h>

#include "serve/alert/alert.h"
#include "serve/alert/note.h"
#include "serve/alert/way.h"

/* What was told and is not yet in the notes. */
struct alert_mark {
	struct alert_about about;
	bool is_over;    /* the end was told: the note goes */
	bool is_written; /* in a transaction that is not known to be committed */
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
	size_t mark_capacity;
	/* The thread's own. */
	uint64_t pause_ms; /* after failures; 0: the last round had none */
	uint64_t due_ms;
};

struct alerts {
	const struct config *config;
	const struct logger *logger;
	struct alert_pace pace;
	struct clock clock;
	struct store *store; /* while the threads run */
	int stop_event;
	pthread_mutex_t mutex;
	struct alert_channel *channels;
	size_t channel_count;
};

/* A finding that a channel may have to be told of. */
struct alert_task {
	struct alert_note note; /* with the marks laid over it */
	bool is_open;
	struct finding end; /* where it is not open any more */
};

/* noter.c: remembers what was told. */
void alert_mark_add(struct alert_channel *channel, const struct alert_about *about, bool is_over);

/* task.c: what the channel does not know the end of, lowest block first, in the arena. */
enum status alert_tasks_read(struct alert_task **out, size_t *count,
			     const struct alert_channel *channel, struct arena *arena,
			     struct error *err) MUST_CHECK;

#endif
