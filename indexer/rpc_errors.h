/*
 * rpc_errors.h - what a node or provider means by an error.
 *
 * JSON-RPC has five error codes of its own and Ethereum nodes agree on few more, so the same
 * trouble comes in dozens of wordings. This is the one place that knows them: a table of words and
 * codes of geth, erigon, nethermind, reth, besu, anvil, Alchemy, Infura, QuickNode, Ankr,
 * Chainstack and their like. Pure.
 */
#ifndef INDEXER_RPC_ERRORS_H
#define INDEXER_RPC_ERRORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum rpc_error_kind {
	RPC_OTHER,
	RPC_RANGE_TOO_WIDE,   /* eth_getLogs over more blocks than the node allows */
	RPC_TOO_MANY_RESULTS, /* more logs than it gives at once */
	RPC_RESPONSE_TOO_BIG, /* more bytes than it gives at once */
	RPC_TIMED_OUT,        /* the node gave up on its own answer; a smaller question may do */
	RPC_RATE_LIMITED,
	RPC_BUSY, /* passing trouble that the node admits */
	RPC_BATCH_REFUSED,
	RPC_NO_SUCH_BLOCK,
	RPC_NO_STATE, /* pruned, or no archive */
	RPC_METHOD_MISSING,
	RPC_BAD_PARAMS,
	RPC_REVERTED, /* the contract's doing */
	RPC_DENIED,   /* key, plan or permission */
};

struct rpc_error_info {
	enum rpc_error_kind kind;
	bool has_range; /* the error suggests this range instead */
	uint64_t from;
	uint64_t to;
	uint64_t blocks_max; /* the widest range that the error says is allowed; 0: it does not */
};

/* `http_status` is 0 where it does not matter; `message` need not end in NUL. */
struct rpc_error_info rpc_error_classify(int64_t code, const char *message, size_t length,
					 unsigned http_status);

/* "range too wide", …; static storage. */
const char *rpc_error_kind_name(enum rpc_error_kind kind);

/* A smaller range, or fewer logs in it, is the remedy. */
static inline bool rpc_error_wants_less(enum rpc_error_kind kind)
{
	return kind == RPC_RANGE_TOO_WIDE || kind == RPC_TOO_MANY_RESULTS ||
	       kind == RPC_RESPONSE_TOO_BIG || kind == RPC_TIMED_OUT;
}

/* The same request may succeed a little later. */
static inline bool rpc_error_passes(enum rpc_error_kind kind)
{
	return kind == RPC_RATE_LIMITED || kind == RPC_BUSY;
}

#endif
