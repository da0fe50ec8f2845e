#include "tests/bench/serving.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/bench/table.h"
#include "tests/bench/watched.h"

enum { ARGUMENTS_MAX = 24, NUMBER_BYTES = 24, LINE_MAX_BYTES = 512, DEFAULT_MAX_LOGS = 10000 };

struct serving start_server(char *program, const struct history *history)
{
	const struct {
		const char *flag;
		uint64_t value;
	} flags[] = {
		{"--events", history->events},
		{"--every", history->every},
		{"--foreign", history->foreign},
		{"--block-events", history->block_events},
		{"--behind", history->behind},
		{"--proof", 1},
		{"--accounts", number_from_environment("BENCH_ACCOUNTS", 20000)},
		{"--seed", number_from_environment("BENCH_SEED", 1)},
		{"--max-logs", number_from_environment("BENCH_MAX_LOGS", DEFAULT_MAX_LOGS)},
	};
	char *arguments[ARGUMENTS_MAX] = {program};
	char values[ARGUMENTS_MAX][NUMBER_BYTES];
	size_t count = 1;
	struct serving serving = {0};
	char line[LINE_MAX_BYTES];
	int ends[2];

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		(void)snprintf(values[i], sizeof(values[i]), "%" PRIu64, flags[i].value);
		/* execv changes nothing that it is given. */
		arguments[count++] = (char *)(uintptr_t)flags[i].flag;
		arguments[count++] = values[i];
	}
	if (pipe2(ends, O_CLOEXEC) != 0)
		die("pipe");
	serving.process = start_program(arguments, ends[1]);
	(void)close(ends[1]);
	serving.words = fdopen(ends[0], "r");
	if (!serving.words || !fgets(line, sizeof(line), serving.words) ||
	    sscanf(line,
		   "serving %" SCNu64 " pool events, %" SCNu64 " logs, %" SCNu64 " MB in %" SCNu64
		   " of blocks %" SCNu64 " to %" SCNu64 " with %" SCNu64
		   " transactions at http://127.0.0.1:%" SCNu64,
		   &serving.events, &serving.logs, &serving.megabytes, &serving.blocks,
		   &serving.first, &serving.last, &serving.transactions, &serving.port) != 8) {
		(void)fprintf(stderr, "the server of the bench does not serve\n");
		exit(1);
	}
	return serving;
}

void stop_server(struct serving *serving)
{
	(void)kill(serving->process, SIGTERM);
	(void)waitpid(serving->process, NULL, 0);
	(void)fclose(serving->words);
}
