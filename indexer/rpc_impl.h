/*
 * rpc_impl.h - what jobs and posts are; for rpc.c and rpc_settle.c only.
 */
#ifndef INDEXER_RPC_IMPL_H
#define INDEXER_RPC_IMPL_H

#include "base/clock.h"
#include "indexer/backoff.h"
#include "indexer/rpc.h"

enum { RETRY_AFTER_MS_MAX = 60000 };

struct post {
	struct post *next;
	struct rpc_call **calls;
	size_t count;
	uint64_t first_id;
	unsigned tries;
	bool had_passing_trouble; /* in any try: then it is not the node's nature in the end */
	uint64_t pause_ms;        /* before this try; 0: none */
	uint64_t due_ms;
	uint64_t begun_ms; /* its first try; 0: not yet */
	uint64_t sent_ms;
	char *body;
	struct http_request *request; /* NULL: waiting */
};

struct body {
	struct body *next;
	uint8_t *bytes;
	size_t capacity;
};

struct rpc_job {
	struct rpc *rpc;
	struct rpc_job *next;
	struct post *posts;
	struct body *bodies; /* that results point into */
	struct arena *arena;
	uint64_t bytes;
	enum status status;
	struct error error;
};

struct rpc {
	struct rpc_options options;
	struct http *http;
	struct rpc_job *jobs; /* in the order in which they began */
	struct clock clock;
	uint64_t next_id;
	struct backoff backoff;
	struct pace *pace; /* never NULL */
	uint64_t patience_ms;
	uint64_t patience_end_ms; /* 0: no end */
	uint64_t paced_until_ms;  /* waits of our own limits up to here were added to it */
	bool ran_out;             /* of patience */
	unsigned under_way;
};

/* rpc.c: cuts a waiting post that holds more calls than `limit`. */
void rpc_cut_post(struct post *post, size_t limit);

/* rpc_settle.c: takes the reply of a post that came to its end. */
void rpc_settle_reply(struct rpc_job *job, struct post *post);

#endif
