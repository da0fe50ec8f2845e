/*
 * rpc_parse.h - what a node or a recorded chain writes as JSON, as structs: headers and logs.
 *
 * Pure functions over bytes. Everything is checked for form: each member that is used must be there
 * once, of the right type, with the right number of digits; what is missing or wrong is named.
 * Members that are not used are skipped (but must be JSON).
 */
#ifndef INDEXER_RPC_PARSE_H
#define INDEXER_RPC_PARSE_H

#include "chain/types.h"
#include "indexer/json_read.h"

/* A block as in eth_getBlockByNumber: number, hash, parentHash, timestamp. The reader stands at
 * its value; null is an error here. */
enum status parse_block_ref(struct block_ref *out, struct json_reader *r,
			    struct error *err) MUST_CHECK;

/* A log as in eth_getLogs. ERR_BAD_DATA for one that is pending (null members) or removed. */
enum status parse_log(struct event_log *out, struct arena *arena, struct json_reader *r,
		      struct error *err) MUST_CHECK;

/* A growing list of logs; the elements live in malloc'ed memory, their data in `arena`. */
struct log_list {
	struct arena *arena;
	struct event_log *logs;
	size_t count;
	size_t capacity;
};

void log_list_clear(struct log_list *list);

/* An array of logs, appended. */
enum status parse_logs(struct log_list *list, struct json_reader *r, struct error *err) MUST_CHECK;

/* A quantity in a string: "0x1b4". */
enum status parse_quantity(uint64_t *out, struct json_reader *r, struct error *err) MUST_CHECK;

/* Bytes in a string: "0x…", into the arena. */
enum status parse_bytes(struct slice *out, struct arena *arena, struct json_reader *r,
			struct error *err) MUST_CHECK;

#endif
