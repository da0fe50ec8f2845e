/*
 * progress.h - what run and sync say about the work: their log, with its floods kept off, and the
 * progress line, which is rewritten on a terminal and else a plain line now and then. With JSON
 * lines it is one of them.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <pthread.h>

#include "base/log_limit.h"
#include "cli/verb.h"
#include "indexer/mirror.h"

struct progress {
	struct logger logger; /* ends the rewritten line before it says something else */
	struct logger below;
	struct log_limit *limit;
	pthread_mutex_t mutex; /* of the terminal's line: alerts speak from threads of their own */
	bool is_terminal;
	bool is_json;
	bool is_line_open;
	uint64_t told_ms;
};

/* Stays where it is until progress_close, which tells what the limit has still to tell. */
void progress_init(struct progress *progress, const struct command *command);
void progress_close(struct progress *progress);
/* Whether progress and blocks are told at all. */
bool progress_is_wanted(const struct progress *progress);
void progress_show(void *context, const struct mirror_progress *p);
void progress_block(void *context, const struct block_ref *block, uint64_t events);
void progress_reorg(void *context, const struct mirror_reorg *reorg);
void progress_end(struct progress *progress);

#endif
