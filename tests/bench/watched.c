/*
 * Runs programs and looks at them from outside, through /proc.
 */
#include "tests/bench/watched.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/table.h"

enum { LINE_MAX_BYTES = 512, PATH_BYTES = 512 };

void die(const char *what)
{
	(void)fprintf(stderr, "bench_sync: %s: %s\n", what, strerror(errno));
	exit(1);
}

pid_t start_program(char *const *arguments, int output)
{
	pid_t child = fork();

	if (child < 0)
		die("fork");
	if (child == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
		(void)dup2(output, STDOUT_FILENO);
		(void)dup2(output, STDERR_FILENO);
		(void)execv(arguments[0], arguments);
		(void)fprintf(stderr, "%s: %s\n", arguments[0], strerror(errno));
		_exit(127);
	}
	return child;
}

/* ---- /proc ---- */

static FILE *open_proc(pid_t process, const char *file)
{
	char path[PATH_BYTES + 32];

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)process, file);
	return fopen(path, "re");
}

/* User and system seconds of a stat file of /proc, whose program name may hold anything. */
static double stat_seconds(FILE *file, char *name, size_t name_size)
{
	char line[LINE_MAX_BYTES];
	unsigned long user = 0;
	unsigned long kernel = 0;
	char *open_paren;
	char *close_paren;

	if (!fgets(line, sizeof(line), file))
		return 0;
	open_paren = strchr(line, '(');
	close_paren = strrchr(line, ')');
	if (!open_paren || !close_paren ||
	    sscanf(close_paren + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
		   &kernel) != 2)
		return 0;
	if (name)
		(void)snprintf(name, name_size, "%.*s", (int)(close_paren - open_paren - 1),
			       open_paren + 1);
	return (double)(user + kernel) / (double)sysconf(_SC_CLK_TCK);
}

double process_seconds(pid_t process)
{
	FILE *file = open_proc(process, "stat");
	double seconds = file ? stat_seconds(file, NULL, 0) : 0;

	if (file)
		(void)fclose(file);
	return seconds;
}

static void raise_to(struct peak *peak, const struct seen *seen, uint64_t value)
{
	if (value > peak->value)
		*peak = (struct peak){.value = value, .at = seconds_now() - seen->begun};
}

static void sample_status(struct seen *seen, pid_t process)
{
	FILE *file = open_proc(process, "status");
	char line[LINE_MAX_BYTES];
	uint64_t value;

	if (!file)
		return;
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "RssAnon: %" SCNu64, &value) == 1)
			raise_to(&seen->anonymous, seen, value);
		else if (sscanf(line, "VmHWM: %" SCNu64, &value) == 1)
			raise_to(&seen->high_water, seen, value);
	}
	(void)fclose(file);
}

/* Resident pages of every mapping but the store's own file. */
static void sample_maps(struct seen *seen, pid_t process)
{
	FILE *file = open_proc(process, "smaps");
	char line[LINE_MAX_BYTES];
	uint64_t sum = 0;
	bool is_map = false;

	if (!file)
		return;
	while (fgets(line, sizeof(line), file)) {
		uint64_t value;

		/* A mapping's first line begins with its addresses in lower-case hexadecimal. */
		if (isdigit((unsigned char)line[0]) || islower((unsigned char)line[0]))
			is_map = strstr(line, "/data.mdb") != NULL;
		else if (!is_map && sscanf(line, "Rss: %" SCNu64, &value) == 1)
			sum += value;
	}
	(void)fclose(file);
	raise_to(&seen->besides_map, seen, sum);
}

static void sample_threads(struct seen *seen, pid_t process)
{
	char path[PATH_BYTES];
	DIR *folder;

	(void)snprintf(path, sizeof(path), "/proc/%d/task", (int)process);
	folder = opendir(path);
	for (struct dirent *entry; folder && (entry = readdir(folder)) != NULL;) {
		int id = atoi(entry->d_name);
		size_t i = 0;
		FILE *file;

		if (id <= 0)
			continue;
		while (i < seen->thread_count && seen->threads[i].id != id)
			i++;
		(void)snprintf(path, sizeof(path), "task/%d/stat", id);
		file = i < THREADS_MAX ? open_proc(process, path) : NULL;
		if (!file)
			continue;
		if (i == seen->thread_count)
			seen->thread_count++;
		seen->threads[i].id = id;
		seen->threads[i].seconds =
			stat_seconds(file, seen->threads[i].name, sizeof(seen->threads[i].name));
		(void)fclose(file);
	}
	if (folder)
		(void)closedir(folder);
}

static void sample_io(struct seen *seen, pid_t process)
{
	FILE *file = open_proc(process, "io");
	char line[LINE_MAX_BYTES];
	uint64_t value;

	if (!file)
		return;
	while (fgets(line, sizeof(line), file))
		/* Not write_bytes: that counts the kernel's large folios, not what was written. */
		if (sscanf(line, "wchar: %" SCNu64, &value) == 1)
			raise_to(&seen->written, seen, value);
	(void)fclose(file);
}

void watch_program(struct seen *seen, char *const *arguments, const char *log_path)
{
	int log = open(log_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	pid_t process;

	*seen = (struct seen){.begun = seconds_now()};
	if (log < 0)
		die(log_path);
	process = start_program(arguments, log);
	(void)close(log);
	for (unsigned sample = 0;; sample++) {
		const struct timespec pause = {.tv_nsec = SAMPLE_MS * 1000000L};
		pid_t ended = wait4(process, &seen->status, WNOHANG, &seen->usage);

		if (ended == process)
			break;
		sample_status(seen, process);
		sample_threads(seen, process);
		sample_io(seen, process);
		if (sample % SMAPS_EVERY == 0)
			sample_maps(seen, process);
		(void)nanosleep(&pause, NULL);
	}
	seen->seconds = seconds_now() - seen->begun;
}

double seen_cpu(const struct seen *seen)
{
	const struct timeval user = seen->usage.ru_utime;
	const struct timeval kernel = seen->usage.ru_stime;

	return (double)(user.tv_sec + kernel.tv_sec) +
	       (double)(user.tv_usec + kernel.tv_usec) / 1e6;
}

double seen_beside_main(const struct seen *seen)
{
	double sum = 0;

	for (size_t i = 1; i < seen->thread_count; i++)
		sum += seen->threads[i].seconds;
	return sum;
}
