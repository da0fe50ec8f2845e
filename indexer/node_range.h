/*
 * node_range.h - the inside of a range that is asked of a node; for node_range*.c only.
 */
#ifndef INDEXER_NODE_RANGE_H
#define INDEXER_NODE_RANGE_H

#include "indexer/node.h"
#include "indexer/prove_block.h"

enum range_phase { PHASE_LOGS, PHASE_HEADERS, PHASE_RECEIPTS, PHASE_BODIES, PHASE_ANCHOR };

enum receipts_way { RECEIPTS_BY_HASH, RECEIPTS_BY_NUMBER, RECEIPTS_SINGLE };

/* A block whose header is proved and whose logs are not. */
struct open_block {
	size_t index; /* among the job's blocks */
	struct block_material material;
	struct reported_logs reported;
	bool needs_bodies;
};

struct node_range {
	struct range_job job; /* what others see */
	struct node_range *next;
	struct rpc_job *rpc;
	struct prover prover;
	struct arena *own;      /* of the prover */
	struct arena *scratch;  /* of one try: what was reported, the last block's header */
	struct arena *portion;  /* headers under way, and what is open */
	struct arena *share;    /* receipts and bodies under way */
	struct arena *proof;    /* of one proof */
	struct rpc_call *calls; /* of the phase */
	size_t call_count;
	enum range_phase phase;
	bool has_failed; /* a proof, with `failure`; the anchor is asked for */
	struct proof_failure failure;
	unsigned tries;

	struct log_list list;   /* as they come */
	struct event_log *logs; /* where nothing is proved, in the job's arena */
	size_t log_count;
	size_t log_at; /* the first log of the next block */

	uint64_t *numbers; /* of the job's blocks */
	struct block_ref last;
	struct block_material last_material; /* where it is proved */

	size_t asked_from; /* the blocks whose headers are under way: from … to - 1 */
	size_t asked_to;
	size_t must_at; /* the first must-prove block that was not reached */

	struct open_block *open;
	size_t open_count;
	size_t open_at; /* those before are proved */
	size_t share_count;
	enum receipts_way way;
	bool is_other_way;      /* the one that was known was refused */
	uint64_t receipt_bytes; /* that a receipt took; 0: unknown */
	uint64_t omitted;
};

static inline bool range_proves(const struct node_range *range)
{
	return range->job.ask.wish->proof != PROVE_OFF;
}

/* node_range.c */

/* The error that is there ends the range. */
void range_fail(struct node_range *range);
/* Asks for everything again, or gives up with the error that is there. */
void range_again(struct source_node *node, struct node_range *range);
/* The same for a proof that failed; given up, it is told to the witnesses. */
void range_unproved(struct source_node *node, struct node_range *range,
		    struct proof_failure *failure);
/* Asks for the calls that are ready. */
void range_ask(struct source_node *node, struct node_range *range, enum range_phase phase);
/* What comes next where no answer is awaited. */
void range_go_on(struct source_node *node, struct node_range *range);

/* node_range_headers.c */

/* The header of the last block, which was asked for together with the logs. False: over. */
bool range_take_last(struct source_node *node, struct node_range *range,
		     const struct rpc_call *call);
/* Begins the next blocks. False: there is nothing to ask for, range_take_headers can go on. */
bool range_ask_headers(struct source_node *node, struct node_range *range);
/* False: the range is over, or asks again. */
bool range_take_headers(struct source_node *node, struct node_range *range);

/* node_range_proof.c */

/* Begins the next open blocks. False: nothing to ask for, range_take_receipts can go on. */
bool range_ask_receipts(struct source_node *node, struct node_range *range);
/* Both: false where the range is over, or asks for something. */
bool range_take_receipts(struct source_node *node, struct node_range *range);
bool range_take_bodies(struct source_node *node, struct node_range *range);

#endif
