/*
 * serving.h - bench_server as a process: started with a history, stopped when it is not needed.
 */
#ifndef TESTS_BENCH_SERVING_H
#define TESTS_BENCH_SERVING_H

#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

struct history {
	uint64_t events;
	uint64_t every;
	uint64_t foreign;
	uint64_t block_events; /* 0: drawn */
	uint64_t behind;       /* how many blocks the head still has to grow */
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
	uint64_t transactions;
	uint64_t port;
};

/* Accounts, seed and the most logs of an answer are the environment's. Ends the program where the
 * server does not serve. */
struct serving start_server(char *program, const struct history *history);
void stop_server(struct serving *serving);

#endif
