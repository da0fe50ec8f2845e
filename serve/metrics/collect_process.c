/* What this process takes of the machine, by the names that Prometheus' own libraries have. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/version.h"
#include "serve/metrics/collect.h"

enum { STATM_SIZE = 256, MS_PLACES = 3, MICRO_PLACES = 6, MICROS = 1000000 };

/* Pages: the whole, and what of it is in memory; as /proc/self/statm begins. */
static bool read_pages(uint64_t pages[2])
{
	FILE *file = fopen("/proc/self/statm", "re");
	char text[STATM_SIZE];
	char *rest = text;
	size_t length;

	if (!file)
		return false;
	length = fread(text, 1, sizeof(text) - 1, file);
	(void)fclose(file);
	text[length] = '\0';
	for (int i = 0; i < 2; i++) {
		const char *from = rest;

		pages[i] = strtoull(from, &rest, 10);
		if (rest == from)
			return false;
	}
	return true;
}

static void write_memory(struct metrics_text *out)
{
	long page = sysconf(_SC_PAGESIZE);
	uint64_t pages[2];

	if (!read_pages(pages) || page <= 0)
		return;
	metrics_family(out, "process_resident_memory_bytes", METRIC_GAUGE,
		       "Memory in use, with the pages of the store that are in it.");
	metrics_number(out, NULL, pages[1] * (uint64_t)page);
	metrics_family(out, "process_virtual_memory_bytes", METRIC_GAUGE,
		       "Address space in use, with the store's map.");
	metrics_number(out, NULL, pages[0] * (uint64_t)page);
}

/* Entries of a folder of /proc; false where it cannot be read. */
static bool count_entries(uint64_t *count, const char *path)
{
	DIR *folder = opendir(path);
	const struct dirent *entry;

	*count = 0;
	if (!folder)
		return false;
	while ((entry = readdir(folder)))
		*count += entry->d_name[0] != '.';
	(void)closedir(folder);
	return true;
}

static void write_parts(struct metrics_text *out)
{
	struct rlimit limit;
	uint64_t count;

	if (count_entries(&count, "/proc/self/task")) {
		metrics_family(out, "process_threads", METRIC_GAUGE, "Threads.");
		metrics_number(out, NULL, count);
	}
	if (count_entries(&count, "/proc/self/fd") && count) {
		metrics_family(out, "process_open_fds", METRIC_GAUGE, "Open file descriptors.");
		metrics_number(out, NULL, count - 1); /* without the one that counted */
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
	write_parts(out);
}
