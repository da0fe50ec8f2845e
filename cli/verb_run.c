/* run and sync: the verbs that write the mirror. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/reading.h"
#include "cli/reload.h"
#include "cli/service.h"
#include "cli/summary.h"
#include "indexer/mirror.h"
#include "serve/alert/alert.h"
#include "serve/http/server.h"
#include "serve/stream/streams.h"

/* What a signal handler may touch. */
static struct mirror *volatile running;
static struct reload *volatile reloading; /* NULL in `sync` */

static void on_signal(int number)
{
	int saved = errno;

	(void)number;
	/* New endpoints are looked for, which may take long: nothing else is under way then, and
	 * the mirror is at its last commit. */
	if (reloading && reloading->is_busy)
		_exit(EXIT_FINE);
	if (running)
		mirror_stop(running);
	errno = saved;
}

static void on_hangup(int number)
{
	int saved = errno;

	(void)number;
	if (reloading) {
		reload_request(reloading);
		if (running)
			mirror_interrupt(running);
	}
	errno = saved;
}

/* Before anything is written: a file size limit is a full disk, which is an error and no end. */
static void ignore_signals(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN);
}

static void catch_signals(struct mirror *mirror)
{
	struct sigaction action = {.sa_handler = on_signal};

	running = mirror;
	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
	action.sa_handler = SIG_DFL;
	(void)sigaction(SIGCHLD, &action, NULL); /* how an alert's command ends is wanted */
}

/* From the beginning on: a daemon that is told to read its file again must not end by it. */
static void catch_hangup(struct reload *reload)
{
	struct sigaction action = {.sa_handler = on_hangup};

	reloading = reload;
	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(SIGHUP, &action, NULL);
}

static void uncatch_signals(void)
{
	struct sigaction action = {.sa_handler = SIG_DFL};

	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
	action.sa_handler = SIG_IGN;
	if (reloading)
		(void)sigaction(SIGHUP, &action, NULL);
	running = NULL;
	reloading = NULL;
}

static enum status open_mirror(struct mirror **mirror, const struct command *command,
			       struct service *service, const struct mirror_noter *noter,
			       const struct mirror_break *pause, struct error *err)
{
	struct mirror_options options = service_options(service, noter);

	options.pause = *pause;
	return mirror_open(mirror, command->config, &options, &service->progress.logger, err);
}

static int finish(const struct command *command, struct mirror *mirror, enum status st,
		  const struct error *err)
{
	uncatch_signals();
	mirror_close(mirror);
	/* Findings decide the exit status of a finished run. */
	return st == OK ? findings_exit_status(command, NULL) : report_logged(command, err);
}

/* It could not even begin. */
static int give_up(const struct command *command, struct service *service, const struct error *err)
{
	service_close(service);
	return report_logged(command, err);
}

int verb_sync(const struct command *command)
{
	static const struct mirror_break never;
	const struct alert_pace pace = alert_pace();
	struct mirror_noter noter = {0};
	struct alerts *alerts;
	struct service service;
	struct mirror *mirror;
	struct error err;
	uint64_t to;
	enum status st;
	int status;

	if (args_number(&to, command->args, OPTION_TO, UINT64_MAX, &err) != OK)
		return report_logged(command, &err);
	service_open(&service, command, false);
	ignore_signals();
	/* What alerts are to be told is noted with the blocks, for `run` to tell. */
	st = alerts_open(&alerts, command->config, &pace, &service.progress.logger, &err);
	if (st == OK && command->config->alert_count)
		noter = alerts_noter(alerts);
	if (st == OK)
		st = open_mirror(&mirror, command, &service, &noter, &never, &err);
	if (st != OK) {
		alerts_close(alerts);
		return give_up(command, &service, &err);
	}
	catch_signals(mirror);
	st = mirror_sync(mirror, to, &err);
	progress_end(&service.progress);
	if (st == OK && !mirror_is_stopping(mirror) && progress_is_wanted(&service.progress))
		st = summary_print(command, stdout, &err);
	if (st == OK && mirror_is_stopping(mirror))
		st = error_set(&err, ERR_AGAIN,
			       "stopped before the end; the mirror is whole, go on with sync");
	status = finish(command, mirror, st, &err);
	alerts_close(alerts);
	service_close(&service);
	return status;
}

static void say_what_follows(const struct command *command, const struct mirror *mirror,
			     struct service *service, const char *url, bool is_degraded)
{
	const struct logger *logger = &service->progress.logger;

	if (is_degraded)
		log_info(logger, "the mirror stays open for readers: %s", url);
	else if (mirror_is_recorded(mirror))
		log_info(logger,
			 "the end of the recorded chain %s is reached; the mirror stays open for "
			 "readers. Look at it in a browser: %s or from another terminal, e.g.: "
			 "%s -c %s status; stop with Ctrl-C",
			 mirror_source_label(mirror), url, program_invocation_name,
			 command->config->path);
	else
		log_info(logger, "following the head of %s", mirror_source_label(mirror));
	if (!is_degraded)
		service_following(service);
}

static enum status sync_and_follow(const struct command *command, struct mirror *mirror,
				   struct service *service, const char *url, struct error *err)
{
	struct progress *progress = &service->progress;
	bool is_degraded = false;
	enum status st = mirror_sync(mirror, UINT64_MAX, err);

	progress_end(progress);
	/* A daemon whose log programs read has no reader of summaries. */
	if (st == OK && !mirror_is_stopping(mirror) && progress_is_wanted(progress) &&
	    !progress->is_json) {
		st = summary_print(command, stdout, err);
		(void)fflush(stdout);
	}
	/* A daemon does not end where its node is wrong or away: it stays at the block before, says
	 * so, and goes on when it can. */
	if ((st == ERR_AGAIN || st == ERR_BAD_DATA || st == ERR_FULL) &&
	    !mirror_is_stopping(mirror)) {
		if (st != ERR_FULL) /* mirror_follow meets it again at once, and tells it once */
			log_error(&progress->logger, "degraded: %s", err->message);
		service_degraded(service, err);
		st = OK;
		is_degraded = true;
	}
	if (st != OK || mirror_is_stopping(mirror))
		return st;
	say_what_follows(command, mirror, service, url, is_degraded);
	return mirror_follow(mirror, err);
}

static enum status run_with_alerts(const struct command *command, struct reload *reload,
				   struct server *server, struct service *service,
				   struct error *err)
{
	struct streams *streams = server_options(server)->streams;
	struct error note_error;
	enum status st = alerts_start(reload->alerts, err);
	enum status note;

	if (st != OK)
		return st;
	reload->are_started = true;
	st = streams_start(streams, err);
	if (st == OK)
		st = server_start(server, err);
	if (st == OK) {
		service_ready(service, reload->mirror);
		st = sync_and_follow(command, reload->mirror, service, server_url(server), err);
	}
	service_stopping(service);
	server_stop(server);
	streams_stop(streams);
	alerts_stop(reload->alerts);
	note = mirror_put_notes(reload->mirror, &note_error);
	if (note == ERR_FULL) {
		log_warn(&service->progress.logger,
			 "alerts may be told again, as that is not noted: %s", note_error.message);
	} else if (note != OK && st == OK) {
		*err = note_error;
		st = note;
	}
	return st;
}

static int run_until_stopped(const struct command *command, struct reload *reload,
			     struct service *service)
{
	const struct streams_options streaming = {.config = command->config,
						  .logger = &service->progress.logger,
						  .meter = service->telemetry->http};
	const struct server_options serving = {.config = command->config,
					       .logger = &service->progress.logger,
					       .telemetry = service->telemetry,
					       .streams = streams_new(&streaming)};
	struct server *server;
	struct error err;
	enum status st;

	catch_signals(reload->mirror);
	st = server_open(&server, &serving, &err);
	if (st == OK)
		st = run_with_alerts(command, reload, server, service, &err);
	server_close(server);
	streams_free(serving.streams);
	if (st != OK || !mirror_is_stopping(reload->mirror))
		return finish(command, reload->mirror, st, &err);
	/* Being stopped is how a daemon ends: fine, whatever it has found. */
	uncatch_signals();
	mirror_close(reload->mirror);
	return EXIT_FINE;
}

int verb_run(const struct command *command)
{
	struct service service;
	struct alert_pace pace = alert_pace();
	struct mirror_noter noter;
	struct mirror_break pause;
	struct reload reload;
	struct error err;
	enum status st;
	int status;

	service_open(&service, command, true);
	ignore_signals();
	if (reload_open(&reload, command, &service.progress.logger, &err) != OK)
		return give_up(command, &service, &err);
	reload.telemetry = service.telemetry;
	st = alerts_open(&reload.alerts, command->config, &pace, &service.progress.logger, &err);
	if (st == OK) {
		catch_hangup(&reload);
		noter = alerts_noter(reload.alerts);
		pause = reload_break(&reload);
		st = open_mirror(&reload.mirror, command, &service, &noter, &pause, &err);
	}
	status = st == OK ? run_until_stopped(command, &reload, &service)
			  : report_logged(command, &err);
	uncatch_signals();
	alerts_close(reload.alerts);
	reload_close(&reload);
	service_close(&service);
	return status;
}
