/*
 * reload.h - SIGHUP: the configuration is read again while the daemon runs.
 *
 * What may change without a restart is taken over: chain.rpc, chain.quorum, chain.poll_interval_ms
 * and alerts. Every other key that differs is told and stays as it was; a file that is broken, and
 * endpoints of which none can be used, are an error line and change nothing.
 */
#ifndef CLI_RELOAD_H
#define CLI_RELOAD_H

#include <jansson.h>
#include <signal.h>
#include <stdatomic.h>

#include "cli/verb.h"
#include "indexer/mirror.h"
#include "serve/alert/alert.h"
#include "serve/metrics/telemetry.h"

struct reload {
	const struct logger *logger;
	const struct config *config; /* what holds now */
	struct mirror *mirror;       /* set where it is open */
	struct alerts *alerts;       /* of now: the caller opens the first and closes the last */
	struct telemetry *telemetry; /* is told of what holds; NULL: nobody is */
	bool are_started;            /* whether the alerts are told */
	json_t *document;            /* the file as far as it holds */
	struct arena **arenas;       /* of what was taken over: as long as the process */
	size_t arena_count;
	atomic_bool is_wanted;
	volatile sig_atomic_t is_busy; /* endpoints are opened: a stop need not wait for them */
};

/* Reads the file that `command` was given; it was loaded before. */
enum status reload_open(struct reload *reload, const struct command *command,
			const struct logger *logger, struct error *err) MUST_CHECK;
void reload_close(struct reload *reload);

/* From a signal handler. */
void reload_request(struct reload *reload);

/* For mirror_options. */
struct mirror_break reload_break(struct reload *reload);

#endif
