/* evidence: a file that proves events to whoever trusts their block's hash. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/verb.h"
#include "indexer/endpoints.h"
#include "serve/evidence/evidence.h"

enum { MS_A_SECOND = 1000, FILE_MODE = 0666 };

/* ---- the file ---- */

static enum status no_write(struct error *err, const char *path)
{
	return error_set(err, ERR_SYSTEM, "cannot write %s: %s", path, strerror(errno));
}

static enum status write_all(int fd, const char *path, struct slice bytes, struct error *err)
{
	size_t done = 0;

	while (done < bytes.size) {
		ssize_t n = write(fd, bytes.data + done, bytes.size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return no_write(err, path);
		done += (size_t)n;
	}
	return OK;
}

/* Devices and pipes cannot be replaced by a file of that name; they are written to. */
static enum status write_through(const char *path, struct slice bytes, struct error *err)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	enum status st;

	if (fd < 0)
		return no_write(err, path);
	st = write_all(fd, path, bytes, err);
	if (close(fd) != 0 && st == OK)
		st = no_write(err, path);
	return st;
}

/* The name lasts, too. A file system that cannot do that has the file all the same. */
static void sync_folder(const char *path, struct arena *arena)
{
	const char *slash = strrchr(path, '/');
	const char *folder = !slash          ? "."
			     : slash == path ? "/"
					     : arena_string_n(arena, path, (size_t)(slash - path));
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)fsync(fd);
	(void)close(fd);
}

/* All of it or nothing: written beside, made durable, and then renamed. */
static enum status write_whole(const char *path, struct slice bytes, struct arena *arena,
			       struct error *err)
{
	const char *beside = arena_printf(arena, "%s.tmp", path);
	int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, FILE_MODE);
	enum status st;

	if (fd < 0)
		return no_write(err, beside);
	st = write_all(fd, beside, bytes, err);
	if (st == OK && fsync(fd) != 0)
		st = no_write(err, beside);
	if (close(fd) != 0 && st == OK)
		st = no_write(err, beside);
	if (st == OK && rename(beside, path) != 0)
		st = no_write(err, path);
	if (st == OK)
		sync_folder(path, arena);
	else
		(void)unlink(beside);
	return st;
}

static enum status write_file(const char *path, struct slice bytes, struct arena *arena,
			      struct error *err)
{
	struct stat stat_of;

	if (strcmp(path, "-") == 0) {
		if (fwrite(bytes.data, 1, bytes.size, stdout) == bytes.size && fflush(stdout) == 0)
			return OK;
		return error_set(err, ERR_SYSTEM, "writing to standard output failed");
	}
	if (stat(path, &stat_of) != 0 || S_ISREG(stat_of.st_mode))
		return write_whole(path, bytes, arena, err);
	if (S_ISDIR(stat_of.st_mode))
		return error_set(err, ERR_USAGE, "-o %s: that is a folder", path);
	return write_through(path, bytes, err);
}

/* ---- the verb ---- */

static enum status make(struct slice *out, const struct command *command, struct moment *m,
			struct evidence_request *request, struct error *err)
{
	const struct config *config = command->config;
	struct clock clock = clock_real();
	struct witnesses *witnesses = witnesses_new(config->endpoint_count, &clock,
						    config->proof.quarantine_s * MS_A_SECOND);
	struct source *source;
	enum status st = endpoints_open(&source, config, witnesses, NULL, &command->logger, err);

	if (st == OK)
		st = evidence_make(out, command->arena, m, source, request, err);
	source_close(source);
	witnesses_free(witnesses);
	return st;
}

static void tell(const char *path, struct slice bytes, const struct evidence_request *request)
{
	(void)printf("%s: %u event%s, %zu bytes; check it with: covermirror verify %s\n", path,
		     request->event_count, request->event_count == 1 ? "" : "s", bytes.size, path);
	if (request->lacks_transaction)
		(void)puts("without the transaction: the source has pruned transaction bodies");
}

int verb_evidence(const struct command *command)
{
	const char *path = command->args->values[OPTION_OUTPUT];
	struct evidence_request request = {.program = "covermirror " COVERMIRROR_VERSION};
	struct slice bytes;
	struct moment m;
	struct error err;
	enum status st = args_event(&request.transaction, &request.log_index,
				    command->args->arguments[0], &err);

	if (st == OK && (!path || !*path))
		st = error_set(&err, ERR_USAGE,
			       "evidence needs -o FILE (or -o - for standard output)");
	if (st != OK)
		return report_logged(command, &err);
	st = moment_open(&m, command->config, NULL, command->arena, &err);
	if (st != OK)
		return report_logged(command, &err);
	st = make(&bytes, command, &m, &request, &err);
	moment_close(&m);
	if (st == OK)
		st = write_file(path, bytes, command->arena, &err);
	if (st != OK)
		return report_logged(command, &err);
	if (strcmp(path, "-") != 0 && !args_has(command->args, OPTION_QUIET))
		tell(path, bytes, &request);
	return EXIT_FINE;
}
