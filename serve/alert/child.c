#include "serve/alert/child.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	CHILD_LOOK_MS = 20,
	CHILD_FAREWELL_MS = 300, /* from SIGTERM to SIGKILL */
};

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
static int spawn(pid_t *child, const char *line, int input)
{
	char name[] = "sh";
	char option[] = "-c";
	char *command = xstrdup(line);
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

static void end_child(const struct clock *clock, pid_t child)
{
	uint64_t until = clock_now_ms(clock) + CHILD_FAREWELL_MS;

	(void)kill(-child, SIGTERM);
	while (!has_ended(child) && clock_now_ms(clock) < until)
		clock_sleep_ms(clock, CHILD_LOOK_MS);
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

/* Waits so long, or until the stop event. */
static bool is_stopped(int stop_event, int wait_ms)
{
	struct pollfd stop = {.fd = stop_event, .events = POLLIN};

	return poll(&stop, 1, wait_ms) > 0;
}

static enum status await(pid_t child, uint64_t limit_ms, int stop_event, struct error *err)
{
	const struct clock clock = clock_real();
	uint64_t until = clock_now_ms(&clock) + limit_ms;

	while (!has_ended(child)) {
		if (is_stopped(stop_event, CHILD_LOOK_MS)) {
			end_child(&clock, child);
			return error_set(err, ERR_AGAIN, "stopped");
		}
		if (clock_now_ms(&clock) >= until) {
			end_child(&clock, child);
			return error_set(err, ERR_AGAIN,
					 "the command has not ended within %" PRIu64 " ms",
					 limit_ms);
		}
	}
	return judge_end(take_end(child), err);
}

enum status child_run(const char *command, struct slice document, uint64_t limit_ms, int stop_event,
		      struct error *err)
{
	int input = document_file(document);
	pid_t child;
	int problem;

	if (input < 0)
		return error_set(err, ERR_AGAIN, "no file for the command's input: %s",
				 strerror(errno));
	problem = spawn(&child, command, input);
	(void)close(input);
	if (problem)
		return error_set(err, ERR_AGAIN, "the command cannot be started: %s",
				 strerror(problem));
	return await(child, limit_ms, stop_event, err);
}
