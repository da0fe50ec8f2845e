/*
 * rpc.h - JSON-RPC 2.0 calls to one node: batched, several batches under way, retried.
 *
 * A job is a list of calls. It is cut into batches of as many calls as the node takes (a node that
 * refuses a batch gets smaller ones from then on, single calls in the end), every batch is one HTTP
 * request, and passing trouble (no connection, hang-up, truncated reply, HTML, HTTP 429 and 5xx,
 * missing or foreign ids, errors that mean "later") is met by asking again for what is missing,
 * with growing pauses and not before the time that Retry-After names. What is left in the end for
 * each call is a result or the node's error.
 *
 * Every HTTP request has a deadline, and so has every batch with all its tries: `attempts` times
 * the deadline of a request and a minute. Waits that the endpoint's pace asks for before the first
 * try do not count.
 */
#ifndef INDEXER_RPC_H
#define INDEXER_RPC_H

#include <stdatomic.h>

#include "base/logger.h"
#include "base/pulse.h"
#include "indexer/batch_limit.h"
#include "indexer/http.h"
#include "indexer/pace.h"
#include "indexer/rpc_errors.h"
#include "indexer/witness.h"

struct rpc;
struct rpc_job;

struct rpc_options {
	const char *url;
	uint64_t timeout_ms;
	uint64_t response_bytes_max;
	unsigned attempts;
	uint64_t backoff_ms;
	unsigned in_flight;              /* HTTP requests at once */
	struct batch_limit *batch_limit; /* shared with peers, lowered here */
	struct pace *pace;               /* shared with peers; NULL: no limit of our own */
	const struct clock *clock;       /* copied; NULL: the real one */
	uint64_t seed;                   /* of the pauses; 0: any */
	int stop_event;
	const atomic_bool *stop;
	const struct logger *logger;
	struct witnesses *witnesses; /* told of every HTTP request's end; or NULL */
	size_t witness;
	struct pulse *pulse;                    /* beats with every step; or NULL */
	const struct http_transport *transport; /* http.h; NULL: libcurl */
};

enum rpc_outcome { RPC_PENDING, RPC_RESULT, RPC_ERROR };

struct rpc_call {
	const char *method;
	const char *params; /* a JSON array; lives as long as the job */
	bool can_ask_less;  /* a timeout or too large a reply is given back as an error */

	enum rpc_outcome outcome;
	struct slice result; /* JSON text, lives as long as the job */
	struct rpc_error_info info;
	int64_t code;
	const char *message; /* of an error, scrubbed; lives as long as the job */
	const char *data;    /* of an error, as text; "" where there is none */
};

enum status rpc_open(struct rpc **out, const struct rpc_options *options,
		     struct error *err) MUST_CHECK;
void rpc_close(struct rpc *rpc); /* every job has been ended */
const char *rpc_label(const struct rpc *rpc);

/* Begins; never blocks. `calls` belong to the caller and outlive the job. */
struct rpc_job *rpc_begin(struct rpc *rpc, struct rpc_call *calls, size_t count);

/* Drives all jobs; returns when something happened, after rpc_wake, or after `wait_ms`. */
void rpc_step(struct rpc *rpc, uint64_t wait_ms);
void rpc_wake(struct rpc *rpc); /* from any thread */

/* Whether every call has its outcome, or the job failed. */
bool rpc_is_over(const struct rpc_job *job);

/* OK where every call has its outcome, else why the job failed: ERR_AGAIN or ERR_BAD_DATA. */
enum status rpc_status(const struct rpc_job *job, struct error *err);

/*
 * From now on, and until another call of this, all waits together may take so long: what is not
 * over by then fails with ERR_AGAIN and is cancelled. What we wait for our own limits is not
 * counted. 0: as long as it takes. True where the limit before this one was reached.
 */
bool rpc_hurry(struct rpc *rpc, uint64_t patience_ms);

/* Steps until the job is over. */
enum status rpc_wait(struct rpc_job *job, struct error *err) MUST_CHECK;

/* Bytes of all replies so far. */
uint64_t rpc_bytes(const struct rpc_job *job);

/* Frees results and messages; ends what is under way. Accepts NULL. */
void rpc_end(struct rpc_job *job);

#endif
