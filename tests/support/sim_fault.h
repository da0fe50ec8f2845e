/*
 * sim_fault.h - what a simulated node's answer looks like on the way, and all that goes wrong
 * there.
 */
#ifndef TESTS_SUPPORT_SIM_FAULT_H
#define TESTS_SUPPORT_SIM_FAULT_H

#include <jansson.h>

#include "indexer/http.h"
#include "tests/support/sim_random.h"

/* No fault tells anything false of the chain: see sim_attack.h for lies. */
enum sim_fault {
	SIM_FAULT_NONE,
	/* of the connection */
	SIM_FAULT_REFUSED,
	SIM_FAULT_HANG_UP,
	SIM_FAULT_CUT, /* in the middle of the body */
	SIM_FAULT_SILENT,
	SIM_FAULT_SLOW,
	SIM_FAULT_DRIP, /* a few bytes at a time, maybe longer than anybody waits */
	/* of HTTP */
	SIM_FAULT_RATE_LIMIT,
	SIM_FAULT_RATE_LIMIT_UNTIL, /* with Retry-After */
	SIM_FAULT_SERVER,
	SIM_FAULT_HTML,
	SIM_FAULT_EMPTY,
	SIM_FAULT_GIANT,
	/* of JSON */
	SIM_FAULT_HALF, /* with status 200 and all bytes that were announced */
	SIM_FAULT_DEEP,
	SIM_FAULT_BAD_UTF8,
	SIM_FAULT_TRAILING,
	/* of JSON-RPC */
	SIM_FAULT_MISSING,
	SIM_FAULT_DOUBLED,
	SIM_FAULT_WRONG_ID,
	SIM_FAULT_FOREIGN, /* an answer more, to nobody's question */
	SIM_FAULT_SHUFFLED,
	SIM_FAULT_ONE_ERROR, /* for the whole batch */
	SIM_FAULT_LIMIT_ERROR,
	SIM_FAULT_INTERNAL_ERROR,
	SIM_FAULT_NUMBERS, /* quantities as JSON numbers */
	SIM_FAULT_NULLS,
	SIM_FAULT_STRINGS, /* results that are text */
	SIM_FAULT_COUNT,
};

const char *sim_fault_name(enum sim_fault fault);

struct sim_answer {
	enum http_outcome outcome;
	unsigned status;
	uint64_t retry_after_ms;
	char *bytes; /* malloc'ed; NULL: none */
	size_t size;
	uint64_t pieces;   /* that the body comes in */
	uint64_t pause_ms; /* before each of them */
	const char *problem;
};

/* Takes the reply to `call` (an object or a batch) and spoils it. */
void sim_fault_answer(struct sim_answer *out, json_t *reply, enum sim_fault fault,
		      uint64_t timeout_ms, struct sim_random *random);

#endif
