/*
 * A whole backfill: starts the node of a synthetic chain, lets the program catch up with it over
 * HTTP with every check on, and watches both from outside.
 *
 *   bench_sync PROGRAM SERVER FOLDER
 *
 * Leaves the mirror in FOLDER/mirror, the configuration and the program's words beside it. Fails
 * where the program fails, or finds anything: the chain is valid.
 */
#include <assert.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "store/store.h"
#include "tests/bench/synthetic.h"
#include "tests/bench/table.h"

enum {
	SAMPLE_MS = 10,
	SMAPS_EVERY = 20, /* samples: the kernel walks all pages for these */
	THREADS_MAX = 32,
	LINE_MAX_BYTES = 512,
	PATH_BYTES = 512,
	ARGUMENTS_MAX = 16,
	RESIDENT_LIMIT_MB = 64,
	EVENTS_A_SECOND_AIM = 50000,
	STATUS_FINDINGS = 3, /* done, and there are open error findings */
};

struct serving {
	pid_t process;
	FILE *words;
	uint64_t events;
	uint64_t logs;
	uint64_t megabytes;
	uint64_t blocks;
	uint64_t first;
	uint64_t last;
	uint64_t port;
};

struct thread_time {
	int id;
	char name[32];
	double seconds;
};

/* The highest value of many, and when it was. */
struct peak {
	uint64_t value;
	double at; /* seconds from the program's start */
};

/* What was seen of the program while it ran. Memory in kilobytes. */
struct seen {
	double begun;
	struct peak anonymous;   /* RssAnon */
	struct peak high_water;  /* VmHWM: the map's pages, too */
	struct peak besides_map; /* Rss of all but the store's file */
	struct peak written; /* bytes given to write(): requests, and all that the store writes */
	struct thread_time threads[THREADS_MAX];
	size_t thread_count;
	struct rusage usage;
	double seconds;
	int status;
};

static void die(const char *what)
{
	(void)fprintf(stderr, "bench_sync: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* ---- processes ---- */

/* Output goes to `file`; the child dies with us. */
static pid_t start(char *const *arguments, int output)
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

static struct serving start_server(char *program)
{
	static const char *const knobs[][2] = {{"BENCH_EVENTS", "--events"},
					       {"BENCH_ACCOUNTS", "--accounts"},
					       {"BENCH_SEED", "--seed"},
					       {"BENCH_EVERY", "--every"},
					       {"BENCH_MAX_LOGS", "--max-logs"}};
	char *arguments[ARGUMENTS_MAX] = {program};
	size_t count = 1;
	struct serving serving = {0};
	char line[LINE_MAX_BYTES];
	char most[] = "10000";
	int ends[2];

	for (size_t i = 0; i < sizeof(knobs) / sizeof(knobs[0]); i++) {
		char *value = getenv(knobs[i][0]);

		if (!value && strcmp(knobs[i][0], "BENCH_MAX_LOGS") == 0)
			value = most;
		if (!value || !*value)
			continue;
		arguments[count] = strdup(knobs[i][1]);
		arguments[count + 1] = value;
		count += 2;
	}
	if (pipe2(ends, O_CLOEXEC) != 0)
		die("pipe");
	serving.process = start(arguments, ends[1]);
	(void)close(ends[1]);
	for (size_t i = 1; i < count; i += 2)
		free(arguments[i]);
	serving.words = fdopen(ends[0], "r");
	if (!serving.words || !fgets(line, sizeof(line), serving.words) ||
	    sscanf(line,
		   "serving %" SCNu64 " pool events, %" SCNu64 " logs, %" SCNu64 " MB in %" SCNu64
		   " of blocks %" SCNu64 " to %" SCNu64 " at http://127.0.0.1:%" SCNu64,
		   &serving.events, &serving.logs, &serving.megabytes, &serving.blocks,
		   &serving.first, &serving.last, &serving.port) != 7) {
		(void)fprintf(stderr, "bench_sync: the server does not serve\n");
		exit(1);
	}
	return serving;
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

static double process_seconds(pid_t process)
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

static void run_program(struct seen *seen, char *program, char *config, const char *log_path)
{
	char flag[] = "-c";
	char verb[] = "sync";
	char *arguments[] = {program, flag, config, verb, NULL};
	int log = open(log_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	pid_t process;

	seen->begun = seconds_now();
	if (log < 0)
		die(log_path);
	process = start(arguments, log);
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

/* ---- configuration and outcome ---- */

static void write_config(const char *path, const char *folder, uint64_t port)
{
	FILE *file = fopen(path, "we");
	char pool[HEX_SIZE(ADDRESS_BYTES)];
	char token[HEX_SIZE(ADDRESS_BYTES)];
	char manager[HEX_SIZE(ADDRESS_BYTES)];

	if (!file)
		die(path);
	(void)fprintf(file,
		      "{ \"chain\": { \"id\": 1, \"rpc\": [ { \"url\": \"http://127.0.0.1:%" PRIu64
		      "\" } ] },\n"
		      "  \"store\": { \"path\": \"%s/mirror\" },\n"
		      "  \"pools\": [ { \"name\": \"api3\", \"protocol\": \"api3\", "
		      "\"start_block\": %d,\n"
		      "    \"contracts\": { \"pool\": \"%s\", \"token\": \"%s\",\n"
		      "      \"timelock_manager\": \"%s\" } } ] }\n",
		      port, folder, SYNTHETIC_BIRTH, address_format(pool, synthetic_pool()),
		      address_format(token, synthetic_token()),
		      address_format(manager, synthetic_timelock_manager()));
	if (fclose(file) != 0)
		die(path);
}

static json_t *read_status(const char *program, const char *config)
{
	char command[3 * PATH_BYTES];
	FILE *pipe;
	json_t *status;

	(void)snprintf(command, sizeof(command), "'%s' -c '%s' status --json", program, config);
	pipe = popen(command, "re");
	status = pipe ? json_loadf(pipe, 0, NULL) : NULL;
	if (pipe)
		(void)pclose(pipe);
	return status;
}

static json_int_t member(const json_t *status, const char *object, const char *name)
{
	return json_integer_value(json_object_get(json_object_get(status, object), name));
}

static void show_log(const char *path)
{
	char command[PATH_BYTES + 32];

	(void)snprintf(command, sizeof(command), "tail -n 30 '%s' >&2", path);
	(void)!system(command);
}

static double seconds_of(struct timeval time)
{
	return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

static void print_speed(const struct serving *serving, const struct seen *seen,
			double server_seconds)
{
	double events = (double)serving->events;
	double user = seconds_of(seen->usage.ru_utime);
	double kernel = seconds_of(seen->usage.ru_stime);
	double all = user + kernel;

	table_number("pool events", events / seen->seconds, "/s", "%.2f of the aim of %d/s",
		     events / seen->seconds / EVENTS_A_SECOND_AIM, EVENTS_A_SECOND_AIM);
	table_number("blocks with events", (double)serving->blocks / seen->seconds, "/s",
		     "%.1f pool events a block", events / (double)serving->blocks);
	table_number("wall time", seen->seconds, "s", "%s", "");
	table_number("CPU time, program", all, "s", "%.1f us a pool event; %.2f cores",
		     all * 1e6 / events, all / seen->seconds);
	table_number("  user", user, "s", "%.0f %%", 100 * user / all);
	table_number("  kernel", kernel, "s", "%.0f %%", 100 * kernel / all);
	for (size_t i = 0; i < seen->thread_count; i++) {
		char what[64];

		(void)snprintf(what, sizeof(what), "  thread %zu (%.20s)", i + 1,
			       seen->threads[i].name);
		table_number(what, seen->threads[i].seconds, "s", "busy %.0f %% of the wall time",
			     100 * seen->threads[i].seconds / seen->seconds);
	}
	table_number("CPU time, server", server_seconds, "s", "%.0f %% of the program's",
		     100 * server_seconds / all);
}

static double share_of_time(const struct seen *seen, const struct peak *peak)
{
	return 100 * peak->at / seen->seconds;
}

static void print_memory(const struct seen *seen)
{
	table_number("RssAnon, peak", (double)seen->anonymous.value / 1024, "MB",
		     "every %d ms; when %.0f %% of the time had passed", SAMPLE_MS,
		     share_of_time(seen, &seen->anonymous));
	table_number("resident besides the map, peak", (double)seen->besides_map.value / 1024, "MB",
		     "every %d ms; at %.0f %%; aim: below %d MB", SAMPLE_MS * SMAPS_EVERY,
		     share_of_time(seen, &seen->besides_map), RESIDENT_LIMIT_MB);
	table_number("VmHWM", (double)seen->high_water.value / 1024, "MB",
		     "with the map's pages, which the kernel may take back");
}

static void print_store(const struct serving *serving, const struct seen *seen, const char *folder)
{
	char path[PATH_BYTES];
	struct store *store = NULL;
	struct store_txn *txn = NULL;
	struct store_stats stats;
	struct error err;
	double events = (double)serving->events;

	(void)snprintf(path, sizeof(path), "%s/mirror", folder);
	if (store_open(&store, path, STORE_READ, NULL, &err) != OK ||
	    store_begin(&txn, store, STORE_READ, &err) != OK ||
	    store_stats(&stats, txn, &err) != OK) {
		(void)fprintf(stderr, "bench_sync: %s\n", err.message);
		exit(1);
	}
	table_number("store", (double)stats.bytes_used / 1e6, "MB", "%.0f bytes a pool event",
		     (double)stats.bytes_used / events);
	table_number("written", (double)seen->written.value / 1e6, "MB",
		     "%.1f times the store's size",
		     (double)seen->written.value / (double)stats.bytes_used);
	table_number("events kept", (double)stats.event_count, "", "with the token's");
	table_number("row versions", (double)stats.row_version_count, "", "%.2f a pool event",
		     (double)stats.row_version_count / events);
	table_number("block records", (double)stats.block_count, "", "%s", "");
	store_abort(txn);
	store_close(store);
}

/* Whether nothing was found and all of it was there. */
static bool print_outcome(const struct serving *serving, const json_t *status)
{
	json_int_t found = member(status, "findings", "error") +
			   member(status, "findings", "warning") +
			   member(status, "findings", "info");
	json_int_t indexed = member(status, "indexed", "number");

	table_number("checks passed", (double)member(status, "checks", "passed"), "",
		     "%.1f a pool event",
		     (double)member(status, "checks", "passed") / (double)serving->events);
	table_number("findings", (double)found, "", "%s", found ? "MUST BE NONE" : "");
	if ((uint64_t)indexed != serving->last)
		(void)fprintf(stderr, "bench_sync: indexed up to %lld, the head is %" PRIu64 "\n",
			      (long long)indexed, serving->last);
	return found == 0 && (uint64_t)indexed == serving->last;
}

int main(int argc, char **argv)
{
	char config[PATH_BYTES];
	char log_path[PATH_BYTES];
	struct serving serving;
	struct seen seen = {0};
	json_t *status;
	double server_before;
	double server_seconds;
	char title[200];
	bool is_good;

	if (argc != 4) {
		(void)fputs("usage: bench_sync PROGRAM SERVER FOLDER\n", stderr);
		return 2;
	}
	(void)snprintf(config, sizeof(config), "%.400s/config.json", argv[3]);
	(void)snprintf(log_path, sizeof(log_path), "%.400s/sync.log", argv[3]);
	serving = start_server(argv[2]);
	write_config(config, argv[3], serving.port);
	server_before = process_seconds(serving.process);
	run_program(&seen, argv[1], config, log_path);
	server_seconds = process_seconds(serving.process) - server_before;

	(void)snprintf(title, sizeof(title),
		       "Backfill over HTTP: %" PRIu64 " pool events, %" PRIu64 " logs in %" PRIu64
		       " blocks (%" PRIu64 " MB of JSON)",
		       serving.events, serving.logs, serving.blocks, serving.megabytes);
	table_title(title);
	is_good = WIFEXITED(seen.status) && WEXITSTATUS(seen.status) == 0;
	if (!is_good) {
		show_log(log_path);
		(void)fprintf(stderr, "bench_sync: the program ended with %s %d\n",
			      WIFEXITED(seen.status) ? "exit status" : "signal",
			      WIFEXITED(seen.status) ? WEXITSTATUS(seen.status)
						     : WTERMSIG(seen.status));
		if (!WIFEXITED(seen.status) || WEXITSTATUS(seen.status) != STATUS_FINDINGS)
			goto out;
	}
	print_speed(&serving, &seen, server_seconds);
	print_memory(&seen);
	print_store(&serving, &seen, argv[3]);
	status = read_status(argv[1], config);
	is_good = print_outcome(&serving, status) && is_good;
	json_decref(status);
out:
	(void)kill(serving.process, SIGTERM);
	(void)waitpid(serving.process, NULL, 0);
	(void)fclose(serving.words);
	return is_good ? 0 : 1;
}
