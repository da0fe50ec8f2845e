/*
 * evidence.h - a file that shows one transaction's events to whoever trusts the block's hash, and
 * nothing and nobody else (docs/evidence.md).
 *
 * Made from the mirror and its source; checked from its bytes alone: without configuration, store
 * or network.
 */
#ifndef SERVE_EVIDENCE_EVIDENCE_H
#define SERVE_EVIDENCE_EVIDENCE_H

#include <jansson.h>

#include "indexer/source.h"
#include "serve/reader.h"

enum { EVIDENCE_SIZE_MAX = 64 * 1024 * 1024 };

struct evidence_request {
	struct hash transaction;
	int64_t log_index;   /* within the block; negative: every event of the transaction */
	const char *program; /* who makes it: "covermirror 1.2.3" */
	bool ends_moment;    /* the moment is closed before the source is asked, which takes time */
	uint64_t block;      /* filled: of the transaction */
	unsigned event_count;   /* filled: logs that the file holds */
	bool lacks_transaction; /* filled: the source has pruned the body */
};

/*
 * The file's bytes, in the arena. Everything that it will be checked for is proved first.
 * ERR_NOTFOUND: the mirror has no such event, or the source not (any more) its block. ERR_BAD_DATA:
 * what the source gives is not proved by the block's hash, and which part; or the anchor is not on
 * one chain with the block.
 */
enum status evidence_make(struct slice *out, struct arena *arena, struct moment *m,
			  struct source *source, struct evidence_request *request,
			  struct error *err) MUST_CHECK;

struct evidence_line {
	const char *part; /* "header", "receipt", ... */
	const char *text;
};

/* What a file that holds shows; everything in the arena that it was checked with. */
struct evidence_verdict {
	uint64_t chain_id;
	uint64_t block;
	struct hash block_hash;
	struct hash transaction;
	struct evidence_line *proved;
	size_t proved_count;
	struct evidence_line *claimed;
	size_t claimed_count;
	const char *advice;
};

/*
 * Checks a file. ERR_BAD_DATA names the part that fails, and what was expected instead of what is
 * there. Memory and time are bounded by the size of the file, of at most EVIDENCE_SIZE_MAX bytes.
 */
enum status evidence_verify(struct evidence_verdict *out, struct arena *arena, struct slice file,
			    struct error *err) MUST_CHECK;

/* The verdict as a document. */
json_t *evidence_verdict_json(const struct evidence_verdict *verdict);

#endif
