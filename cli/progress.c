#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PLAIN_LINE_MS = 2000, FIRST_LINE_MS = 500 };

static void end_line(struct progress *progress)
{
	if (progress->is_line_open)
		(void)fputc('\n', stderr);
	progress->is_line_open = false;
}

void progress_end(struct progress *progress)
{
	(void)pthread_mutex_lock(&progress->mutex);
	end_line(progress);
	(void)pthread_mutex_unlock(&progress->mutex);
}

static void write_line(void *context, enum log_level level, const char *line)
{
	struct progress *progress = context;

	(void)pthread_mutex_lock(&progress->mutex);
	end_line(progress);
	progress->below.write(progress->below.context, level, line);
	(void)pthread_mutex_unlock(&progress->mutex);
}

void progress_init(struct progress *progress, const struct command *command)
{
	struct clock clock = clock_real();
	struct logger behind = {
		.least = command->logger.least, .write = write_line, .context = progress};

	memset(progress, 0, sizeof(*progress));
	(void)pthread_mutex_init(&progress->mutex, NULL);
	progress->below = command->logger;
	progress->limit = log_limit_new(&behind, &clock);
	progress->logger = log_limit_logger(progress->limit);
	progress->is_json = command->config->log.is_json;
	progress->is_terminal = !progress->is_json && isatty(STDERR_FILENO) == 1;
}

void progress_close(struct progress *progress)
{
	progress_end(progress);
	log_limit_free(progress->limit);
	progress->limit = NULL;
	(void)pthread_mutex_destroy(&progress->mutex);
}

bool progress_is_wanted(const struct progress *progress)
{
	return progress->logger.least <= LOG_INFO;
}

static void format_eta(char *out, size_t size, const struct mirror_progress *p)
{
	uint64_t done = p->block >= p->from ? p->block - p->from + 1 : 0;
	uint64_t left = p->to - p->block;
	uint64_t seconds;

	if (p->is_last || done == 0) {
		(void)snprintf(out, size, "%s", p->is_last ? "done" : "ETA -");
		return;
	}
	seconds = (uint64_t)((unsigned __int128)p->elapsed_ms * left / done / 1000);
	(void)snprintf(out, size, "ETA %" PRIu64 ":%02" PRIu64 ":%02" PRIu64, seconds / 3600,
		       seconds / 60 % 60, seconds % 60);
}

void progress_show(void *context, const struct mirror_progress *p)
{
	struct progress *progress = context;
	uint64_t rate = p->elapsed_ms ? p->events * 1000 / p->elapsed_ms : p->events;
	char eta[48];
	char line[256];

	if (p->to < p->from && p->is_last)
		return; /* nothing was to do */
	if (!p->is_last && p->elapsed_ms < FIRST_LINE_MS)
		return; /* a rate of nothing yet */
	if (!progress->is_terminal && !p->is_last && progress->told_ms &&
	    p->elapsed_ms - progress->told_ms < PLAIN_LINE_MS)
		return;
	progress->told_ms = p->elapsed_ms;
	format_eta(eta, sizeof(eta), p);
	(void)snprintf(line, sizeof(line),
		       "block %" PRIu64 " of %" PRIu64 ", %" PRIu64 " events, %" PRIu64
		       " events/s, %s",
		       p->block, p->to, p->events, rate, eta);
	if (!progress->is_terminal) {
		log_info(&progress->logger, "%s", line);
		return;
	}
	(void)pthread_mutex_lock(&progress->mutex);
	(void)fprintf(stderr, "\r\033[K%s", line);
	progress->is_line_open = true;
	(void)fflush(stderr);
	(void)pthread_mutex_unlock(&progress->mutex);
}

void progress_block(void *context, const struct block_ref *block, uint64_t events)
{
	struct progress *progress = context;
	char hash[HEX_SIZE(HASH_BYTES)];

	log_info(&progress->logger, "block %" PRIu64 " %s: %" PRIu64 " events", block->number,
		 hash_format(hash, block->hash), events);
}

void progress_reorg(void *context, const struct mirror_reorg *reorg)
{
	struct progress *progress = context;
	char withdrawn[64] = "";

	if (reorg->withdrawn)
		(void)snprintf(withdrawn, sizeof(withdrawn), "; %" PRIu64 " findings are withdrawn",
			       reorg->withdrawn);
	log_warn(&progress->logger, "reorg: rewound from block %" PRIu64 " to block %" PRIu64 "%s",
		 reorg->old.number, reorg->fork.number, withdrawn);
}
