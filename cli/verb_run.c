/* run and sync: the verbs that write the mirror. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/progress.h"
#include "cli/reading.h"
#include "cli/summary.h"
#include "indexer/mirror.h"
#include "serve/alert.h"

/* What a signal handler may touch. */
static struct mirror *volatile running;

static void on_signal(int number)
{
	int saved = errno;

	(void)number;
	if (running)
		mirror_stop(running);
	errno = saved;
}

static void catch_signals(struct mirror *mirror)
{
	struct sigaction action = {.sa_handler = on_signal};

	running = mirror;
	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
	action.sa_handler = SIG_IGN;
	(void)sigaction(SIGPIPE, &action, NULL);
	(void)sigaction(SIGXFSZ, &action, NULL); /* a file size limit is a full disk: an error */
	action.sa_handler = SIG_DFL;
	(void)sigaction(SIGCHLD, &action, NULL); /* how an alert's command ends is wanted */
}

static void uncatch_signals(void)
{
	struct sigaction action = {.sa_handler = SIG_DFL};

	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
	running = NULL;
}

static enum status open_with_progress(struct mirror **mirror, const struct command *command,
				      struct progress *progress, const struct mirror_noter *noter,
				      struct error *err)
{
	struct mirror_options options = {
		.on_reorg = progress_reorg, .context = progress, .noter = *noter};

	if (!args_has(command->args, OPTION_QUIET)) {
		options.on_progress = progress_show;
		options.on_block = progress_block;
	}
	return mirror_open(mirror, command->config, &options, &progress->logger, err);
}

static int finish(const struct command *command, struct mirror *mirror, enum status st,
		  const struct error *err)
{
	uncatch_signals();
	mirror_close(mirror);
	/* Findings decide the exit status of a finished run. */
	return st == OK ? findings_exit_status(command, NULL) : report(err);
}

int verb_sync(const struct command *command)
{
	static const struct mirror_noter nobody;
	struct progress progress;
	struct mirror *mirror;
	struct error err;
	uint64_t to;
	enum status st;

	if (args_number(&to, command->args, OPTION_TO, UINT64_MAX, &err) != OK)
		return report(&err);
	progress_init(&progress, command);
	st = open_with_progress(&mirror, command, &progress, &nobody, &err);
	if (st != OK)
		return report(&err);
	catch_signals(mirror);
	st = mirror_sync(mirror, to, &err);
	progress_end(&progress);
	if (st == OK && !mirror_is_stopping(mirror) && !args_has(command->args, OPTION_QUIET))
		st = summary_print(command, stdout, &err);
	if (st == OK && mirror_is_stopping(mirror))
		st = error_set(&err, ERR_AGAIN,
			       "stopped before the end; the mirror is whole, go on with sync");
	return finish(command, mirror, st, &err);
}

static void say_what_follows(const struct command *command, const struct mirror *mirror,
			     const struct progress *progress, bool is_degraded)
{
	if (is_degraded)
		log_info(&progress->logger, "the mirror stays open for readers");
	else if (mirror_is_recorded(mirror))
		log_info(&progress->logger,
			 "the end of the recorded chain %s is reached; the mirror stays open for "
			 "readers. Look at it from another terminal, e.g.: %s -c %s status; stop "
			 "with Ctrl-C",
			 mirror_source_label(mirror), program_invocation_name,
			 command->config->path);
	else
		log_info(&progress->logger, "following the head of %s",
			 mirror_source_label(mirror));
}

static enum status sync_and_follow(const struct command *command, struct mirror *mirror,
				   struct progress *progress, struct error *err)
{
	bool is_degraded = false;
	enum status st = mirror_sync(mirror, UINT64_MAX, err);

	progress_end(progress);
	if (st == OK && !mirror_is_stopping(mirror) && !args_has(command->args, OPTION_QUIET)) {
		st = summary_print(command, stdout, err);
		(void)fflush(stdout);
	}
	/* A daemon does not end where its node is wrong or away: it stays at the block before, says
	 * so, and goes on when it can. */
	if ((st == ERR_AGAIN || st == ERR_BAD_DATA) && !mirror_is_stopping(mirror)) {
		log_error(&progress->logger, "degraded: %s", err->message);
		st = OK;
		is_degraded = true;
	}
	if (st != OK || mirror_is_stopping(mirror))
		return st;
	say_what_follows(command, mirror, progress, is_degraded);
	return mirror_follow(mirror, err);
}

static enum status run_with_alerts(const struct command *command, struct mirror *mirror,
				   struct alerts *alerts, struct progress *progress,
				   struct error *err)
{
	struct error note_error;
	enum status st = alerts_start(alerts, err);

	if (st != OK)
		return st;
	st = sync_and_follow(command, mirror, progress, err);
	alerts_stop(alerts);
	if (mirror_put_notes(mirror, &note_error) != OK && st == OK) {
		*err = note_error;
		st = err->status;
	}
	return st;
}

int verb_run(const struct command *command)
{
	struct progress progress;
	struct alert_pace pace = alert_pace();
	struct mirror_noter noter;
	struct alerts *alerts;
	struct mirror *mirror;
	struct error err;
	enum status st;
	int status;

	progress_init(&progress, command);
	if (alerts_open(&alerts, command->config, &pace, &progress.logger, &err) != OK)
		return report(&err);
	noter = alerts_noter(alerts);
	st = open_with_progress(&mirror, command, &progress, &noter, &err);
	if (st != OK) {
		alerts_close(alerts);
		return report(&err);
	}
	catch_signals(mirror);
	st = run_with_alerts(command, mirror, alerts, &progress, &err);
	if (st == OK && mirror_is_stopping(mirror)) {
		/* Being stopped is how a daemon ends: fine, whatever it has found. */
		uncatch_signals();
		mirror_close(mirror);
		status = EXIT_FINE;
	} else {
		status = finish(command, mirror, st, &err);
	}
	alerts_close(alerts);
	return status;
}
