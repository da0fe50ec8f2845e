/*
 * source.h - where blocks come from: an EVM JSON-RPC node or a recorded chain, through one
 * interface.
 *
 * Every function may block until its deadline and never longer; every answer is checked for form
 * and bounded in size before it is believed to be an answer at all. Results are allocated from the
 * caller's arena. Statuses: ERR_AGAIN (connection, timeout, rate limit, a node that is not there
 * yet: the request may be repeated; retries and backoff inside are already spent), ERR_BAD_DATA
 * (the answer is malformed or contradicts itself), ERR_NOTFOUND (no such block), ERR_SYSTEM (a file
 * that cannot be read), ERR_USAGE (a url that is none). Messages name the method, the node by its
 * label and what was expected; they never hold credentials.
 *
 * A source is used by one thread at a time; source_peer gives a second handle on the same chain for
 * another thread (for a recorded chain it shares the loaded data).
 */
#ifndef INDEXER_SOURCE_H
#define INDEXER_SOURCE_H

#include "base/clock.h"
#include "base/logger.h"
#include "base/pulse.h"
#include "chain/account_proof.h"
#include "chain/call.h"
#include "chain/types.h"
#include "indexer/fetched.h"
#include "indexer/witness.h"

struct source;

struct http_transport;

/*
 * What stands between a node's source and the world. Tests put a simulated world here, in which a
 * run repeats itself exactly: so with seams a backfill has no thread of its own but fetches
 * whenever its next batch is asked for, and nothing depends on where memory lies.
 */
struct source_seams {
	struct clock clock;                     /* of pauses and limits */
	const struct http_transport *transport; /* http.h; NULL: libcurl */
	uint64_t seed;                          /* of the pauses between tries; 0: any */
};

struct source_options {
	uint64_t timeout_ms;         /* of one HTTP request; 0: 20,000. Pauses between tries come on
					top: growing to 30 s, or what a node's Retry-After wants,
					60 s at most */
	uint64_t response_bytes_max; /* of one HTTP response, unpacked; 0: 64 MiB */
	unsigned attempts; /* tries of one request before ERR_AGAIN is given up to the caller; 0: 6
			    */
	uint64_t backoff_ms;              /* the shortest pause between tries (backoff.h); 0: 100 */
	uint64_t range_first;             /* blocks in the first eth_getLogs range; 0: 10,000 */
	uint64_t range_max;               /* never ask for more; 0: no limit of our own */
	unsigned in_flight;               /* eth_getLogs requests at once in a backfill; 0: 4 */
	unsigned batch_max;               /* JSON-RPC calls in one HTTP request; 0: 100 */
	unsigned requests_per_s;          /* JSON-RPC calls of all peers together; 0: any number */
	unsigned concurrent_max;          /* HTTP requests of all peers at once; 0: any number */
	struct witnesses *witnesses;      /* who keeps the record of this endpoint; NULL: nobody */
	size_t witness;                   /* which of them it is */
	struct pulse *pulse;              /* beats while an answer is waited for; NULL: nobody's */
	const struct source_seams *seams; /* outlive the source; NULL: the real world */
};

/*
 * `url`: "http://…", "https://…" or "file:PATH" of a recorded chain (gzipped JSON lines). Nothing
 * is asked of a node yet; a recorded chain is read here, and a truncated, foreign or contradicting
 * file is ERR_BAD_DATA with the line's number. `logger` must outlive the source.
 */
enum status source_open(struct source **out, const char *url, const struct source_options *options,
			const struct logger *logger, struct error *err) MUST_CHECK;
enum status source_peer(struct source **out, struct source *source, struct error *err) MUST_CHECK;
void source_close(struct source *source);

/*
 * A stop request from a signal handler or another thread: requests under way end with ERR_AGAIN,
 * and so does every later one. It holds for the source, all its peers and backfills on them.
 */
void source_interrupt(struct source *source);

/* Takes an interruption back. Nothing is under way on the source, and it has no peers. */
void source_resume(struct source *source);

/* How to name the source to people: scheme, host and port, or the file. Without user, password,
 * path and query, where keys of providers stand. Owned by the source. */
const char *source_label(const struct source *source);

/* True for a recorded chain: it has an end, and all its blocks are at hand. */
bool source_is_recorded(const struct source *source);

enum status source_chain_id(uint64_t *out, struct source *source, struct error *err) MUST_CHECK;

/* Whether eth_syncing answers anything but false. */
enum status source_is_syncing(bool *out, struct source *source, struct error *err) MUST_CHECK;

enum block_tag { BLOCK_LATEST, BLOCK_FINALIZED };

/* ERR_NOTFOUND where the node knows no such tag. */
enum status source_tagged_block(struct block_ref *out, struct source *source, enum block_tag tag,
				struct error *err) MUST_CHECK;

/*
 * The first and last block that a recorded chain holds; a node answers 0 and its latest.
 */
enum status source_extent(uint64_t *first, uint64_t *last, struct source *source,
			  struct error *err) MUST_CHECK;

/* Headers by number, batched; ERR_NOTFOUND names the first that the node has not. */
enum status source_headers(struct block_ref *out, struct source *source, const uint64_t *numbers,
			   size_t count, struct error *err) MUST_CHECK;

/*
 * All logs of one block, named by its hash, that any of the filters lets through; by log index,
 * without duplicates. ERR_NOTFOUND: the node does not know that block (yet).
 */
enum status source_block_logs(struct event_log **out, size_t *count, struct arena *arena,
			      struct source *source, const struct block_ref *block,
			      const struct log_filter *filters, size_t filter_count,
			      struct error *err) MUST_CHECK;

/*
 * One block, by its hash, or (NULL) whichever the source has of that number: its wanted logs,
 * proved as far as the wish says. Its header's bloom decides whether its receipts are fetched;
 * `must_take_receipts` fetches them in any case. ERR_NOTFOUND: no such block (yet). ERR_BAD_DATA:
 * malformed, or the proof failed; a failed proof is also told to the source's witnesses. What
 * PROVE_OFF fetches is not proved and comes from eth_getLogs.
 */
enum status source_block(struct fetched_block *out, struct arena *arena, struct source *source,
			 uint64_t number, const struct hash *hash, const struct block_wish *wish,
			 bool must_take_receipts, struct error *err) MUST_CHECK;

/* Which parts of a block's material to fetch beside its header and transaction hashes. */
enum { MATERIAL_RECEIPTS = 1, MATERIAL_TRANSACTIONS = 2 };

/*
 * A block's material, unproved. Receipts are asked for by block hash (eth_getBlockReceipts; one by
 * one in batches where a node has no such method, remembered). Where the source has pruned
 * transaction bodies, has_transactions is false, which is no error. ERR_NOTFOUND: no such block.
 */
enum status source_material(struct block_material *out, struct arena *arena, struct source *source,
			    uint64_t number, const struct hash *hash, unsigned parts,
			    struct error *err) MUST_CHECK;

/*
 * eth_getProof, unproved. ERR_NOTFOUND: the node has no proofs, or none for a block that old; the
 * message says which.
 */
enum status source_account_proof(struct account_proof *out, struct arena *arena,
				 struct source *source, struct address address,
				 const struct hash *slots, size_t slot_count,
				 const struct block_ref *at, struct error *err) MUST_CHECK;

/*
 * eth_call of every element at the block's hash (EIP-1898; by number where the node refuses that,
 * remembered), batched. An answer to one call is its outcome, not an error of the function.
 * ERR_NOTFOUND: the source does not know that block (yet), so nothing could be asked.
 */
enum status source_calls(struct chain_call *calls, size_t count, struct arena *arena,
			 struct source *source, const struct block_ref *at,
			 struct error *err) MUST_CHECK;

/*
 * What the source said of a block turned out false by a check that is not the source's own: told to
 * the witness of the node in use, whose label the failure gets.
 */
void source_blame(struct source *source, const struct proof_failure *failure);

/* Whether there is code at the address at the end of block `number`. ERR_NOTFOUND: the node has no
 * state that old (the message says so). */
enum status source_has_code(bool *out, struct source *source, struct address address,
			    uint64_t number, struct error *err) MUST_CHECK;

#endif
