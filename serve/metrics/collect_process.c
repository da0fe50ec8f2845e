/* What this process takes of the machine, by the names that Prometheus' own libraries have. */
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/version.h"
#include "serve/metrics/collect.h"

enum { STAT_SIZE = 1024, MS_PLACES = 3, MICRO_PLACES = 6, MICROS = 1000000 };

/* /proc/self/stat, behind the name of the program, which may hold anything. */
struct process_stat {
	uint64_t threads;
	uint64_t virtual_bytes;
	uint64_t resident_pages;
};

static bool read_stat(struct process_stat *out)
{
	FILE *file = fopen("/proc/self/stat", "re");
	char text[STAT_SIZE];
	size_t length;
	const char *rest;

	if (!file)
		return false;
	length = fread(text, 1, sizeof(text) - 1, file);
	(void)fclose(file);
	text[length] = '\0';
	rest = strrchr(text, ')');
	/* state, ppid, pgrp, session, tty_nr, tpgid, flags, minflt, cminflt, majflt, cmajflt,
	 * utime, stime, cutime, cstime, priority, nice; then what is wanted. */
	return rest && sscanf(rest + 1,
			      " %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s"
			      " %" SCNu64 " %*s %*s %" SCNu64 " %" SCNu64,
			      &out->threads, &out->virtual_bytes, &out->resident_pages) == 3;
}

static void write_memory(struct metrics_text *out)
{
	struct process_stat stat;
	long page = sysconf(_SC_PAGESIZE);

	if (!read_stat(&stat) || page <= 0)
		return;
	metrics_family(out, "process_resident_memory_bytes", METRIC_GAUGE,
		       "Memory in use, with the pages of the store that are in it.");
	metrics_number(out, NULL, stat.resident_pages * (uint64_t)page);
	metrics_family(out, "process_virtual_memory_bytes", METRIC_GAUGE,
		       "Address space in use, with the store's map.");
	metrics_number(out, NULL, stat.virtual_bytes);
	metrics_family(out, "process_threads", METRIC_GAUGE, "Threads.");
	metrics_number(out, NULL, stat.threads);
}

static void write_descriptors(struct metrics_text *out)
{
	DIR *folder = opendir("/proc/self/fd");
	struct rlimit limit;
	uint64_t count = 0;
	const struct dirent *entry;

	if (folder) {
		while ((entry = readdir(folder)))
			count += entry->d_name[0] != '.';
		(void)closedir(folder);
		metrics_family(out, "process_open_fds", METRIC_GAUGE, "Open file descriptors.");
		metrics_number(out, NULL, count ? count - 1 : 0); /* the folder's own */
	}
	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	metrics_family(out, "process_max_fds", METRIC_GAUGE,
		       "How many file descriptors it may have open.");
	if (limit.rlim_cur == RLIM_INFINITY)
		metrics_figure(out, NULL, "+Inf");
	else
		metrics_number(out, NULL, limit.rlim_cur);
}

static uint64_t micros_of(struct timeval time)
{
	return (uint64_t)time.tv_sec * MICROS + (uint64_t)time.tv_usec;
}

static void write_times(struct metrics_text *out, uint64_t started_ms)
{
	struct rusage usage;

	if (started_ms) {
		metrics_family(out, "process_start_time_seconds", METRIC_GAUGE,
			       "When it began, seconds since 1970.");
		metrics_decimal(out, NULL, started_ms, MS_PLACES);
	}
	if (getrusage(RUSAGE_SELF, &usage))
		return;
	metrics_family(out, "process_cpu_seconds_total", METRIC_COUNTER,
		       "Processor time, of the program and of the system for it.");
	metrics_decimal(out, NULL, micros_of(usage.ru_utime) + micros_of(usage.ru_stime),
			MICRO_PLACES);
}

void collect_process(struct metrics_text *out, uint64_t started_ms)
{
	static const struct metric_labels version = {{{"version", COVERMIRROR_VERSION}}};

	metrics_family(out, "covermirror_build_info", METRIC_GAUGE, "Which covermirror this is.");
	metrics_number(out, &version, 1);
	write_times(out, started_ms);
	write_memory(out);
	write_descriptors(out);
}
