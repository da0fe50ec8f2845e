/*
 * progress.h - one line about the work: rewritten on a terminal, a plain line now and then else.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "cli/verb.h"
#include "indexer/mirror.h"

struct progress {
	struct logger logger; /* ends the rewritten line before it says something else */
	struct logger below;
	bool is_terminal;
	bool is_line_open;
	uint64_t told_ms;
};

void progress_init(struct progress *progress, const struct command *command);
void progress_show(void *context, const struct mirror_progress *p);
void progress_block(void *context, const struct block_ref *block, uint64_t events);
void progress_reorg(void *context, const struct mirror_reorg *reorg);
void progress_end(struct progress *progress);

#endif
