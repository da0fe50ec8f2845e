/*
 * rpc_reply.h - takes a JSON-RPC 2.0 response apart: which call got which answer.
 *
 * Pure. Results stay JSON text inside the response, for whoever knows their form.
 */
#ifndef INDEXER_RPC_REPLY_H
#define INDEXER_RPC_REPLY_H

#include "indexer/json_read.h"

/* The answer to one call. */
struct rpc_answer {
	bool is_there;
	struct slice result; /* JSON text; empty where `error` is not */
	struct slice error;
};

struct rpc_reply {
	size_t answered;    /* of the calls */
	struct slice whole; /* the error object that answers the request as a whole; else empty */
};

/*
 * `body` answers the calls with the ids first_id … first_id + count - 1, as one object or as an
 * array in any order. ERR_BAD_DATA: no JSON, no JSON-RPC, an id that was not sent, or one that is
 * answered twice. Calls without an answer are no error here.
 */
enum status rpc_reply_parse(struct rpc_reply *reply, struct rpc_answer *answers, size_t count,
			    uint64_t first_id, struct slice body, struct error *err) MUST_CHECK;

/* The members of an error object; message and data as text in the arena. */
struct rpc_error_text {
	int64_t code;
	const char *message;
	size_t message_size;
	const char *data; /* a string, or ""; some hide a revert's bytes or the real words there */
};

enum status rpc_error_parse(struct rpc_error_text *out, struct arena *arena, struct slice error,
			    struct error *err) MUST_CHECK;

#endif
