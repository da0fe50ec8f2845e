/*
 * watched.h - a program that is run, and what could be seen of it from outside.
 */
#ifndef TESTS_BENCH_WATCHED_H
#define TESTS_BENCH_WATCHED_H

#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

enum {
	SAMPLE_MS = 10,
	SMAPS_EVERY = 20, /* samples: the kernel walks all pages for these */
	THREADS_MAX = 32,
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

/* Memory in kilobytes. */
struct seen {
	double begun;
	struct peak anonymous;   /* RssAnon */
	struct peak high_water;  /* VmHWM: the map's pages, too */
	struct peak besides_map; /* Rss of all but the store's file */
	struct peak written; /* bytes given to write(): requests, and all that the store writes */
	struct thread_time threads[THREADS_MAX]; /* the program's own is the first */
	size_t thread_count;
	struct rusage usage;
	double seconds;
	int status; /* as of wait */
};

/* Says what failed, with errno, and ends the program. */
_Noreturn void die(const char *what);

/* Output goes to `output`; the child dies with us. */
pid_t start_program(char *const *arguments, int output);

/* Runs it to its end; its words go to the file. */
void watch_program(struct seen *seen, char *const *arguments, const char *log_path);

/* User and kernel seconds: of a process that runs, and of what was seen. */
double process_seconds(pid_t process);
double seen_cpu(const struct seen *seen);
/* Of all threads but the first. */
double seen_beside_main(const struct seen *seen);

#endif
