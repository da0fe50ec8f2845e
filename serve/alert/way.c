#include "serve/alert/way.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "indexer/http.h"

enum {
	REPLY_BYTES_MAX = 1024 * 1024,
	STEP_MS = 1000,
	CHILD_LOOK_MS = 20,
	CHILD_FAREWELL_MS = 300, /* from SIGTERM to SIGKILL */
	LABEL_SIZE = 300,
};

struct alert_way {
	const struct config_alert *alert;
	struct alert_pace pace;
	int stop_event;
	struct http *http; /* NULL: a command */
	struct clock clock;
	char label[LABEL_SIZE];
};

enum status alert_way_open(struct alert_way **out, const struct config_alert *alert, size_t index,
			   int stop_event, const struct alert_pace *pace, struct error *err)
{
	struct http_options options = {.timeout_ms = pace->webhook_ms,
				       .body_bytes_max = REPLY_BYTES_MAX,
				       .connections_max = 1,
				       .stop_event = stop_event};
	struct alert_way *way = xcalloc(1, sizeof(*way));

	*out = NULL;
	way->alert = alert;
	way->pace = *pace;
	way->stop_event = stop_event;
	way->clock = clock_real();
	/* Its own words are about endpoints. */
	if (alert->webhook && http_open(&way->http, alert->webhook, &options, NULL) != OK) {
		alert_way_close(way);
		return error_set(err, ERR_USAGE,
				 "alerts[%zu].webhook: expected http://HOST… or https://HOST…, got "
				 "something else (not shown: urls may hold credentials)",
				 index);
	}
	(void)snprintf(way->label, sizeof(way->label), "alerts[%zu] (%s)", index,
		       way->http ? http_label(way->http) : "command");
	*out = way;
	return OK;
}

void alert_way_close(struct alert_way *way)
{
	if (!way)
		return;
	http_close(way->http);
	free(way);
}

const char *alert_way_label(const struct alert_way *way)
{
	return way->label;
}

/* Waits so long, or until the stop event. */
static bool is_stopped(const struct alert_way *way, int wait_ms)
{
	struct pollfd stop = {.fd = way->stop_event, .events = POLLIN};

	return poll(&stop, 1, wait_ms) > 0;
}

static enum status stopped(struct error *err)
{
	return error_set(err, ERR_AGAIN, "stopped");
}

/* ---- webhook ---- */

static enum status judge_reply(const struct http_reply *reply, struct error *err)
{
	if (reply->outcome != HTTP_ANSWERED)
		return error_set(err, ERR_AGAIN, "%s", reply->problem);
	if (reply->status < 200 || reply->status > 299)
		return error_set(err, ERR_DENIED, "HTTP status %u", reply->status);
	return OK;
}

static enum status post(struct alert_way *way, struct slice document, struct error *err)
{
	struct http_request *request = http_post(way->http, document);
	enum status st;

	while (!http_reply(request) && !is_stopped(way, 0))
		http_step(way->http, STEP_MS);
	st = http_reply(request) ? judge_reply(http_reply(request), err) : stopped(err);
	http_release(way->http, request);
	return st;
}

/* ---- command ---- */

/* The document as a file without a name: a command may read it as slowly as it likes, or not. */
static int document_file(struct slice document)
{
	int fd = memfd_create("alert", MFD_CLOEXEC);
	size_t done = 0;

	while (fd >= 0 && done < document.size) {
		ssize_t n = write(fd, document.data + done, document.size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			(void)close(fd);
			return -1;
		}
		done += (size_t)n;
	}
	if (fd >= 0)
		(void)lseek(fd, 0, SEEK_SET);
	return fd;
}

/* A process group of its own, so that all of it can be ended; signals as a shell expects them. */
static void set_attributes(posix_spawnattr_t *attributes)
{
	sigset_t set;

	(void)posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
							   POSIX_SPAWN_SETSIGDEF);
	(void)posix_spawnattr_setpgroup(attributes, 0);
	(void)sigemptyset(&set);
	(void)posix_spawnattr_setsigmask(attributes, &set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGPIPE);
	(void)sigaddset(&set, SIGXFSZ);
	(void)posix_spawnattr_setsigdefault(attributes, &set);
}

/* What it prints goes nowhere: it may hold what the configuration keeps secret. */
static int spawn(pid_t *child, const struct alert_way *way, int input)
{
	char name[] = "sh";
	char option[] = "-c";
	char *command = xstrdup(way->alert->command);
	char *const arguments[] = {name, option, command, NULL};
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	int problem;

	(void)posix_spawn_file_actions_init(&files);
	(void)posix_spawnattr_init(&attributes);
	set_attributes(&attributes);
	(void)posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
	(void)posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	(void)posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	(void)posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
	problem = posix_spawn(child, "/bin/sh", &files, &attributes, arguments, environ);
	(void)posix_spawnattr_destroy(&attributes);
	(void)posix_spawn_file_actions_destroy(&files);
	free(command);
	return problem;
}

/* It stays a zombie, so that its process group is nobody else's. */
static bool has_ended(pid_t child)
{
	siginfo_t info = {0};

	if (waitid(P_PID, (id_t)child, &info, WEXITED | WNOHANG | WNOWAIT) != 0)
		return errno == ECHILD;
	return info.si_pid != 0;
}

static int take_end(pid_t child)
{
	int how = 0;

	while (waitpid(child, &how, 0) < 0 && errno == EINTR)
		;
	return how;
}

static void end_child(const struct alert_way *way, pid_t child)
{
	uint64_t until = clock_now_ms(&way->clock) + CHILD_FAREWELL_MS;

	(void)kill(-child, SIGTERM);
	while (!has_ended(child) && clock_now_ms(&way->clock) < until)
		clock_sleep_ms(&way->clock, CHILD_LOOK_MS);
	(void)kill(-child, SIGKILL); /* also what the shell started and did not wait for */
	(void)take_end(child);
}

static enum status judge_end(int how, struct error *err)
{
	if (WIFSIGNALED(how))
		return error_set(err, ERR_DENIED, "the command was ended by signal %d",
				 WTERMSIG(how));
	if (WEXITSTATUS(how) != 0)
		return error_set(err, ERR_DENIED, "the command's exit status is %d",
				 WEXITSTATUS(how));
	return OK;
}

static enum status await(const struct alert_way *way, pid_t child, struct error *err)
{
	uint64_t until = clock_now_ms(&way->clock) + way->pace.command_ms;

	while (!has_ended(child)) {
		if (is_stopped(way, CHILD_LOOK_MS)) {
			end_child(way, child);
			return stopped(err);
		}
		if (clock_now_ms(&way->clock) >= until) {
			end_child(way, child);
			return error_set(err, ERR_AGAIN,
					 "the command has not ended within %" PRIu64 " ms",
					 way->pace.command_ms);
		}
	}
	return judge_end(take_end(child), err);
}

static enum status run_command(const struct alert_way *way, struct slice document,
			       struct error *err)
{
	int input = document_file(document);
	pid_t child;
	int problem;

	if (input < 0)
		return error_set(err, ERR_AGAIN, "no file for the command's input: %s",
				 strerror(errno));
	problem = spawn(&child, way, input);
	(void)close(input);
	if (problem)
		return error_set(err, ERR_AGAIN, "the command cannot be started: %s",
				 strerror(problem));
	return await(way, child, err);
}

enum status alert_way_tell(struct alert_way *way, struct slice document, struct error *err)
{
	return way->http ? post(way, document, err) : run_command(way, document, err);
}
