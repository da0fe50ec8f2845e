/*
 * Whole backfills: starts the node of a synthetic chain, lets the program catch up with it over
 * HTTP with every check on, and watches both from outside. What proving costs is seen from two
 * mirrors of one history, one that believes the node and one that proves what it says.
 *
 *   bench_sync PROGRAM SERVER FOLDER
 *
 * Leaves the mirror of the whole history, with proof off, in FOLDER/mirror, and beside it the
 * others, the configurations and the program's words. Fails where the program fails, or finds
 * anything, or two mirrors differ: the chain is valid.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "store/store.h"
#include "tests/bench/serving.h"
#include "tests/bench/synthetic.h"
#include "tests/bench/table.h"
#include "tests/bench/watched.h"

enum {
	DEFAULT_EVENTS = 1000000,
	PATH_BYTES = 512,
	RESIDENT_LIMIT_MB = 64,
	EVENTS_A_SECOND_AIM = 50000,
	STATUS_FINDINGS = 3, /* done, and there are open error findings */
	SPARSE_PART = 20,    /* of the whole history's events */
	SPARSE_EVERY = 10,
	CROWDED_PART = 20,
};

struct bench {
	char *program;
	char *server;
	char *folder;
};

/* One backfill, and what came of it. */
struct run {
	const char *level; /* of proof */
	char mirror[PATH_BYTES];
	char config[PATH_BYTES];
	struct seen seen;
	double server_seconds;
	uint64_t checks;
	uint64_t findings;
	uint64_t proved; /* blocks */
	char digest[HEX_SIZE(HASH_BYTES)];
	bool is_good;
};

/* ---- configuration and outcome ---- */

static void write_config(const struct run *run, uint64_t port)
{
	FILE *file = fopen(run->config, "we");
	char pool[HEX_SIZE(ADDRESS_BYTES)];
	char token[HEX_SIZE(ADDRESS_BYTES)];
	char manager[HEX_SIZE(ADDRESS_BYTES)];

	if (!file)
		die(run->config);
	(void)fprintf(file,
		      "{ \"chain\": { \"id\": 1, \"rpc\": [ { \"url\": \"http://127.0.0.1:%" PRIu64
		      "\" } ] },\n"
		      "  \"proof\": { \"level\": \"%s\" },\n"
		      "  \"store\": { \"path\": \"%s\" },\n"
		      "  \"pools\": [ { \"name\": \"api3\", \"protocol\": \"api3\", "
		      "\"start_block\": %d,\n"
		      "    \"contracts\": { \"pool\": \"%s\", \"token\": \"%s\",\n"
		      "      \"timelock_manager\": \"%s\" } } ] }\n",
		      port, run->level, run->mirror, SYNTHETIC_BIRTH,
		      address_format(pool, synthetic_pool()),
		      address_format(token, synthetic_token()),
		      address_format(manager, synthetic_timelock_manager()));
	if (fclose(file) != 0)
		die(run->config);
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

static void print_speed(const struct serving *serving, const struct run *run)
{
	const struct seen *seen = &run->seen;
	double events = (double)serving->events;
	double all = seen_cpu(seen);
	double kernel =
		(double)seen->usage.ru_stime.tv_sec + (double)seen->usage.ru_stime.tv_usec / 1e6;
	double user = all - kernel;

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
	table_number("CPU time, server", run->server_seconds, "s", "%.0f %% of the program's",
		     100 * run->server_seconds / all);
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

static void print_store(const struct serving *serving, const struct run *run)
{
	const struct seen *seen = &run->seen;
	struct store *store = NULL;
	struct store_txn *txn = NULL;
	struct store_stats stats;
	struct error err;
	double events = (double)serving->events;

	if (store_open(&store, run->mirror, STORE_READ, NULL, &err) != OK ||
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
static bool print_outcome(const struct serving *serving, const struct run *run)
{
	table_number("checks passed", (double)run->checks, "", "%.1f a pool event",
		     (double)run->checks / (double)serving->events);
	table_number("findings", (double)run->findings, "", "%s",
		     run->findings ? "MUST BE NONE" : "");
	return run->is_good;
}

/* ---- a run ---- */

static void read_outcome(struct run *run, const char *program, const struct serving *serving)
{
	json_t *status = read_status(program, run->config);
	const json_t *proved = json_object_get(status, "proved");
	const char *digest = json_string_value(json_object_get(status, "digest"));
	uint64_t indexed = (uint64_t)member(status, "indexed", "number");

	run->findings = (uint64_t)(member(status, "findings", "error") +
				   member(status, "findings", "warning") +
				   member(status, "findings", "info"));
	run->checks = (uint64_t)member(status, "checks", "passed");
	(void)snprintf(run->digest, sizeof(run->digest), "%s", digest ? digest : "none");
	for (size_t i = 0; i < json_array_size(proved); i++)
		run->proved += (uint64_t)json_integer_value(
			json_object_get(json_array_get(proved, i), "blocks"));
	json_decref(status);
	if (indexed != serving->last)
		(void)fprintf(stderr,
			      "bench_sync: indexed up to %" PRIu64 ", the head is %" PRIu64 "\n",
			      indexed, serving->last);
	run->is_good = run->is_good && !run->findings && indexed == serving->last;
}

/* One backfill; the mirror is NAME in the folder, all else beside it. */
static struct run backfill(const struct bench *bench, const struct serving *serving,
			   const char *name, const char *level)
{
	struct run run = {.level = level};
	char flag[] = "-c";
	char verb[] = "sync";
	char *arguments[] = {bench->program, flag, run.config, verb, NULL};
	char log_path[PATH_BYTES];
	double before;
	int status;

	(void)snprintf(run.mirror, sizeof(run.mirror), "%.400s/%s", bench->folder, name);
	(void)snprintf(run.config, sizeof(run.config), "%.400s/%s.json", bench->folder, name);
	(void)snprintf(log_path, sizeof(log_path), "%.400s/%s.log", bench->folder, name);
	write_config(&run, serving->port);
	before = process_seconds(serving->process);
	watch_program(&run.seen, arguments, log_path);
	run.server_seconds = process_seconds(serving->process) - before;
	status = run.seen.status;
	run.is_good = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	if (!run.is_good) {
		show_log(log_path);
		(void)fprintf(stderr, "bench_sync: the program ended with %s %d\n",
			      WIFEXITED(status) ? "exit status" : "signal",
			      WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	}
	if (run.is_good || (WIFEXITED(status) && WEXITSTATUS(status) == STATUS_FINDINGS))
		read_outcome(&run, bench->program, serving);
	return run;
}

/* ---- what proving costs ---- */

static double kilobytes(struct peak peak)
{
	return (double)peak.value / 1024;
}

static bool print_proof(const struct serving *serving, const struct run *off, const struct run *on,
			const char *aim)
{
	double events = (double)serving->events;
	double without = off->seen.seconds;
	double with = on->seen.seconds;
	double cpu_without = seen_cpu(&off->seen);
	double cpu_with = seen_cpu(&on->seen);
	bool is_same = strcmp(off->digest, on->digest) == 0;
	bool is_all = on->proved >= serving->blocks;

	table_number("pool events, proof off", events / without, "/s", "%.2f s", without);
	table_number("pool events, proved", events / with, "/s", "%.2f s", with);
	table_number("blocks proved", (double)on->proved / with, "/s", "%" PRIu64 " blocks%s",
		     on->proved, is_all ? "" : ": NOT ALL");
	table_number("share of the backfill's time", 100 * (with - without) / with, "%", "%s", aim);
	table_number("share of its CPU time", 100 * (cpu_with - cpu_without) / cpu_with, "%",
		     "a thread of its own fetches and proves");
	table_number("CPU time, program", cpu_with, "s", "%.2f s with proof off", cpu_without);
	table_number("  fetching thread", seen_beside_main(&on->seen), "s",
		     "busy %.0f %% of the wall time; %.2f s with proof off",
		     100 * seen_beside_main(&on->seen) / with, seen_beside_main(&off->seen));
	table_number("CPU time, server", on->server_seconds, "s", "%.2f s with proof off",
		     off->server_seconds);
	table_number("RssAnon, peak", kilobytes(on->seen.anonymous), "MB", "%.0f MB with proof off",
		     kilobytes(off->seen.anonymous));
	table_row("digests of both mirrors", is_same ? "equal" : "DIFFERENT", "");
	return is_same && is_all && on->is_good;
}

static void title(const char *what, const struct serving *serving)
{
	char text[200];

	(void)snprintf(text, sizeof(text),
		       "%s: %" PRIu64 " pool events in %" PRIu64 " of %" PRIu64 " blocks, %" PRIu64
		       " transactions",
		       what, serving->events, serving->blocks, serving->last - serving->first + 1,
		       serving->transactions);
	table_title(text);
}

/* The whole history, proof off and by receipts. */
static bool bench_whole(const struct bench *bench)
{
	struct history history = {.events = number_from_environment("BENCH_EVENTS", DEFAULT_EVENTS),
				  .every = number_from_environment("BENCH_EVERY", 1),
				  .foreign = number_from_environment("BENCH_FOREIGN", 0)};
	struct serving serving = start_server(bench->server, &history);
	struct run off = backfill(bench, &serving, "mirror", "off");
	struct run on;
	bool is_good = off.is_good;

	title("Backfill over HTTP", &serving);
	if (is_good) {
		print_speed(&serving, &off);
		print_memory(&off.seen);
		print_store(&serving, &off);
		is_good = print_outcome(&serving, &off);
		on = backfill(bench, &serving, "mirror-proved", "receipts");
		table_title("What proving costs, by the receipts of every block");
		is_good = print_proof(&serving, &off, &on, "aim: at most 30 %") && is_good;
	}
	stop_server(&serving);
	return is_good;
}

/* A shorter history, proof off and at that level. */
static bool bench_short(const struct bench *bench, const struct history *history, const char *name,
			const char *level, const char *what)
{
	struct serving serving = start_server(bench->server, history);
	char other[64];
	struct run off;
	struct run on;
	bool is_good;

	(void)snprintf(other, sizeof(other), "%s-off", name);
	off = backfill(bench, &serving, other, "off");
	on = backfill(bench, &serving, name, level);
	title(what, &serving);
	is_good = print_proof(&serving, &off, &on, "") && off.is_good;
	stop_server(&serving);
	return is_good;
}

int main(int argc, char **argv)
{
	struct bench bench;
	uint64_t events = number_from_environment("BENCH_EVENTS", DEFAULT_EVENTS);
	struct history sparse = {.events = events / SPARSE_PART + 1, .every = SPARSE_EVERY};
	struct history crowded = {.events = events / CROWDED_PART + 1,
				  .every = 1,
				  .foreign = number_from_environment("BENCH_CROWD", 100)};
	char what[100];
	bool is_good;

	if (argc != 4) {
		(void)fputs("usage: bench_sync PROGRAM SERVER FOLDER\n", stderr);
		return 2;
	}
	bench = (struct bench){.program = argv[1], .server = argv[2], .folder = argv[3]};
	is_good = bench_whole(&bench);
	is_good =
		bench_short(&bench, &sparse, "sparse", "headers", "Every header proved") && is_good;
	(void)snprintf(what, sizeof(what), "%" PRIu64 " foreign receipts in each block",
		       crowded.foreign);
	return bench_short(&bench, &crowded, "crowded", "receipts", what) && is_good ? 0 : 1;
}
