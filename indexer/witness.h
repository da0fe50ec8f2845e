/*
 * witness.h - what each endpoint has shown itself to be: its latency, its head, its lies and gaps.
 *
 * A node is a witness: what it says is checked, and what came of the checks is kept here, for the
 * choice among several nodes, for findings and for `status`. One record for all endpoints of a
 * mirror, shared by all its threads; every function locks, and takes NULL for "nobody keeps a
 * record".
 */
#ifndef INDEXER_WITNESS_H
#define INDEXER_WITNESS_H

#include "base/clock.h"
#include "chain/block_proof.h"
#include "indexer/latency.h"

struct witnesses;

enum { WITNESS_LABEL_SIZE = FAULT_NODE_SIZE };

/* Why a request failed. */
enum node_trouble {
	TROUBLE_CONNECTION, /* none, hang-up, a truncated or garbled reply */
	TROUBLE_TIMEOUT,    /* no whole reply in time */
	TROUBLE_RATE_LIMIT, /* HTTP 429 */
	TROUBLE_REFUSED,    /* another HTTP status below 500 */
	TROUBLE_SERVER,     /* HTTP 5xx */
	TROUBLE_NO_ANSWER,  /* HTTP 200, and no JSON-RPC */
	TROUBLES,
};

/* "connection", "timeout", ...; static storage. */
const char *node_trouble_name(enum node_trouble trouble);

struct witness_record {
	char label[WITNESS_LABEL_SIZE];
	bool has_head;
	uint64_t head;       /* newest block that it told of */
	uint64_t latency_ms; /* of an HTTP request, a moving average */
	uint64_t answers;
	uint64_t troubles; /* requests that failed */
	uint64_t troubles_by_kind[TROUBLES];
	uint64_t troubles_in_a_row;  /* since it answered */
	struct latency latency;      /* of requests that were answered */
	uint64_t rate_limited;       /* of them, and of answers, those that said "too often" */
	uint64_t hedges;             /* questions that went to another since it was slow */
	uint64_t paused_left_ms;     /* it is left alone after trouble for so long; 0: it is not */
	uint64_t lies;               /* answers that failed their proof */
	uint64_t omissions;          /* logs that it left out */
	enum proof_fault last_fault; /* of its last lie */
	bool is_quarantined;
	uint64_t quarantine_left_ms;
};

/* `quarantine_ms`: how long a node that lied is left alone. `clock` is copied. */
struct witnesses *witnesses_new(size_t count, const struct clock *clock, uint64_t quarantine_ms);
void witnesses_free(struct witnesses *witnesses);
size_t witnesses_count(struct witnesses *witnesses);

void witness_named(struct witnesses *witnesses, size_t node, const char *label);
void witness_answered(struct witnesses *witnesses, size_t node, uint64_t latency_ms);
void witness_troubled(struct witnesses *witnesses, size_t node, enum node_trouble trouble);
void witness_rate_limited(struct witnesses *witnesses, size_t node);
void witness_hedged(struct witnesses *witnesses, size_t node);
/* It is left alone after trouble for so long from now on; 0: it works again. */
void witness_paused(struct witnesses *witnesses, size_t node, uint64_t pause_ms);
void witness_told_head(struct witnesses *witnesses, size_t node, uint64_t number);

/* An answer failed its proof: counted, the node quarantined (not for a header of a fork that this
 * version does not know), the failure queued with its label.
 * At most 64 failures wait; more of the same block and fault are one. */
void witness_lied(struct witnesses *witnesses, size_t node, const struct proof_failure *failure);

/* Left out logs that the receipts hold; counted. */
void witness_omitted(struct witnesses *witnesses, size_t node, uint64_t logs);

bool witness_is_quarantined(struct witnesses *witnesses, size_t node);
struct witness_record witness_read(struct witnesses *witnesses, size_t node);

/* Takes the oldest failure that was not taken; false where there is none. */
bool witnesses_next_failure(struct proof_failure *out, struct witnesses *witnesses);

#endif
