/*
 * follow_stage.h - a mirror that follows a url behind which the chain changes, step by step.
 *
 * Behind the url stand one or two simulated nodes, which take turns in answering. A step says what
 * they serve, and when the next one begins: when the mirror has a block, or when the head has been
 * looked at so often. After the last one the mirror is stopped.
 */
#ifndef TESTS_SUPPORT_FOLLOW_STAGE_H
#define TESTS_SUPPORT_FOLLOW_STAGE_H

#include <pthread.h>

#include "indexer/reorg_note.h"
#include "tests/support/sim_lab.h"

enum { STAGE_STEPS_MAX = 16, STAGE_REORGS_MAX = 32 };

struct stage_step {
	const struct sim_chain *chain;
	uint64_t head;
	unsigned
		looks; /* the step ends after so many looks at the head; 0: with its head applied */
	/* A second node, which answers about every other request; NULL: there is none. */
	const struct sim_chain *other;
	uint64_t other_head;
	uint64_t finality; /* blocks below the head; 0: 200 */
	/* What the node has of its head block, for its first `twist_times` answers about it. */
	enum { TWIST_NONE, TWIST_NULL_BY_NUMBER, TWIST_NULL_BY_HASH, TWIST_NO_LOGS } twist;
	unsigned twist_times;
};

struct stage {
	struct sim_node *nodes[2];
	struct fakenode *server;
	struct lab_mirror m; /* its own, as the lab's */
	bool is_believed;    /* proof.level off */
	bool is_sparse;
	bool views_at_head;

	pthread_mutex_t mutex;
	const struct stage_step *steps;
	size_t step_count;
	size_t step;
	unsigned looks;
	unsigned twisted;
	unsigned requests;
	unsigned requests_before; /* when the last step began */

	struct mirror_reorg reorgs[STAGE_REORGS_MAX];
	unsigned reorg_requests[STAGE_REORGS_MAX]; /* from the step's begin until it was told */
	size_t reorg_count;                        /* all; the first STAGE_REORGS_MAX are kept */
	unsigned warnings;                         /* "trying again" */
};

void stage_open(struct stage *s, const struct sim_chain *chain);
void stage_close(struct stage *s);

/* Serves one chain, honestly. */
void stage_serve(struct stage *s, const struct sim_chain *chain, uint64_t head, uint64_t finality);
/* One catch-up, in a mirror that is opened for it. */
enum status stage_sync(struct stage *s);
/* Follows until the last step is over. */
void stage_follow(struct stage *s, const struct stage_step *steps, size_t count);

struct lab_sight stage_look(struct stage *s);
/* The mirror is what a straight run of the chain is at that block, it is whole, and no check of it
 * has failed. */
void stage_expect(struct stage *s, const struct sim_chain *chain, uint64_t head);
/* A straight run's record of the block. */
struct block_record stage_straight(const struct sim_chain *chain, uint64_t head);

#endif
