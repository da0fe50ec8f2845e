/*
 * recorded_read.h - a recorded chain in memory.
 *
 * Read once, then never changed: any number of threads may ask at the same time. References and
 * logs are at hand; the rest of a block, which only its proof needs, is kept packed and taken apart
 * when it is asked for (recorded_material.h). (address, calldata) pairs and results of calls are
 * stored once however often they occur.
 */
#ifndef INDEXER_RECORDED_READ_H
#define INDEXER_RECORDED_READ_H

#include "chain/call.h"
#include "chain/types.h"

struct recorded;

/*
 * ERR_SYSTEM: the file cannot be opened or read. ERR_BAD_DATA: it is not a gzipped recorded chain,
 * it is cut off, or it contradicts itself; the message has the file, the line and what was
 * expected there.
 */
enum status recorded_read(struct recorded **out, const char *path, struct error *err) MUST_CHECK;

/* Another owner; recorded_release by each. */
struct recorded *recorded_share(struct recorded *recorded);
void recorded_release(struct recorded *recorded);

/* The same from lines that are already unpacked. `name` stands in messages. */
struct recorded_builder;

struct recorded_builder *recorded_begin(const char *name);
enum status recorded_line(struct recorded_builder *builder, struct slice line,
			  struct error *err) MUST_CHECK;
/* Ends the builder, also where it fails; `out` NULL only drops it. */
enum status recorded_end(struct recorded **out, struct recorded_builder *builder,
			 struct error *err);

uint64_t recorded_chain_id(const struct recorded *recorded);
uint64_t recorded_first(const struct recorded *recorded);
uint64_t recorded_last(const struct recorded *recorded);

/* NULL for a number that the chain does not hold. */
const struct block_ref *recorded_block(const struct recorded *recorded, uint64_t number);

/* A log as it is stored. */
struct recorded_log {
	uint32_t log_index;
	uint32_t transaction_index;
	uint32_t topic_count;
	uint32_t data_size;
	const uint8_t *bytes; /* address, transaction hash, topics, data */
};

/* The block's logs by log index; NULL and 0 where there are none. */
const struct recorded_log *recorded_logs(const struct recorded *recorded, uint64_t number,
					 size_t *count);

/* As everybody else has it; `data` points into the recorded chain. */
void recorded_log_expand(struct event_log *out, const struct recorded_log *log,
			 const struct block_ref *block);

struct recorded_result {
	enum call_outcome outcome;
	struct slice bytes; /* the result, or the words of the error */
};

/* False for a call that was not recorded. `block` is in the chain. */
bool recorded_call(struct recorded_result *out, const struct recorded *recorded, struct address to,
		   struct slice data, uint64_t block);

/* The first block of a recorded call to the address; false where there is none. */
bool recorded_birth(uint64_t *block, const struct recorded *recorded, struct address address);

#endif
