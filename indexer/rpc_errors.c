#include "indexer/rpc_errors.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { MESSAGE_MAX = 2000 }; /* no more of an error's words is looked at */

/*
 * First match wins. What a contract says comes first: its revert reason is foreign text and may
 * hold any of the other words. Wordings are lower case; both parts must occur (the second may be
 * missing).
 */
static const struct {
	enum rpc_error_kind kind;
	const char *words;
	const char *and_words;
} wordings[] = {
	/* contracts: geth, erigon, reth, anvil; nethermind and OpenEthereum "VM execution error" */
	{RPC_REVERTED, "execution reverted", NULL},
	{RPC_REVERTED, "vm execution error", NULL},
	{RPC_REVERTED, "transaction reverted", NULL},
	{RPC_REVERTED, "reverted with", NULL},
	{RPC_REVERTED, "revert", NULL},
	{RPC_REVERTED, "invalid opcode", NULL},
	{RPC_REVERTED, "invalidopcode", NULL},
	{RPC_REVERTED, "opcode not found", NULL},
	{RPC_REVERTED, "badinstruction", NULL},
	{RPC_REVERTED, "out of gas", NULL},
	{RPC_REVERTED, "outofgas", NULL},
	{RPC_REVERTED, "gas required exceeds allowance", NULL},
	{RPC_REVERTED, "stack underflow", NULL},
	{RPC_REVERTED, "stack overflow", NULL},
	{RPC_REVERTED, "stackunderflow", NULL},
	{RPC_REVERTED, "stackoverflow", NULL},
	{RPC_REVERTED, "invalid jump", NULL},
	{RPC_REVERTED, "invalidjump", NULL},
	{RPC_REVERTED, "write protection", NULL},
	{RPC_REVERTED, "panic", NULL},

	/* methods; their names hold "block" and "logs" */
	{RPC_METHOD_MISSING, "does not exist/is not available", NULL},
	{RPC_METHOD_MISSING, "method not found", NULL},
	{RPC_METHOD_MISSING, "unsupported method", NULL},
	{RPC_METHOD_MISSING, "method", "not supported"},
	{RPC_METHOD_MISSING, "method", "not enabled"},
	{RPC_METHOD_MISSING, "method", "not allowed"},
	{RPC_METHOD_MISSING, "method", "not whitelisted"},

	/* batches: geth, besu, reth (jsonrpsee), Chainstack, QuickNode */
	{RPC_BATCH_REFUSED, "batch response was too large", NULL},
	{RPC_BATCH_REFUSED, "batch too large", NULL},
	{RPC_BATCH_REFUSED, "batch request", NULL},
	{RPC_BATCH_REFUSED, "batched request", NULL},
	{RPC_BATCH_REFUSED, "batch size", NULL},
	{RPC_BATCH_REFUSED, "requests in batch", NULL},
	{RPC_BATCH_REFUSED, "items in batch", NULL},
	{RPC_BATCH_REFUSED, "calls in batch", NULL},
	{RPC_BATCH_REFUSED, "batching", "not"},
	{RPC_BATCH_REFUSED, "batch", "not supported"},
	{RPC_BATCH_REFUSED, "batch", "not allowed"},
	{RPC_BATCH_REFUSED, "batch", "disabled"},

	/* no such block; before the ranges, whose words "out of range" they share */
	{RPC_NO_SUCH_BLOCK, "header not found", NULL},
	{RPC_NO_SUCH_BLOCK, "header for hash not found", NULL},
	{RPC_NO_SUCH_BLOCK, "unknown block", NULL},
	{RPC_NO_SUCH_BLOCK, "block not found", NULL},
	{RPC_NO_SUCH_BLOCK, "cannot find block", NULL},
	{RPC_NO_SUCH_BLOCK, "could not find block", NULL},
	{RPC_NO_SUCH_BLOCK, "block", "is not found"},
	{RPC_NO_SUCH_BLOCK, "block", "could not be found"},
	{RPC_NO_SUCH_BLOCK, "block", "does not exist"},
	{RPC_NO_SUCH_BLOCK, "blockoutofrange", NULL},
	{RPC_NO_SUCH_BLOCK, "block is out of range", NULL},
	{RPC_NO_SUCH_BLOCK, "block height", "but requested"},
	{RPC_NO_SUCH_BLOCK, "not yet imported", NULL},
	{RPC_NO_SUCH_BLOCK, "extends beyond current head", NULL},
	{RPC_NO_SUCH_BLOCK, "after last accepted block", NULL},
	{RPC_NO_SUCH_BLOCK, "beyond the head", NULL},

	/* state and history that is gone */
	{RPC_NO_STATE, "missing trie node", NULL},
	{RPC_NO_STATE, "missingtrienode", NULL},
	{RPC_NO_STATE, "historical state", NULL},
	{RPC_NO_STATE, "state histor", NULL},
	{RPC_NO_STATE, "state", "pruned"},
	{RPC_NO_STATE, "history", "pruned"},
	{RPC_NO_STATE, "pruned history", NULL},
	{RPC_NO_STATE, "due to pruning", NULL},
	{RPC_NO_STATE, "has been pruned", NULL},
	{RPC_NO_STATE, "state", "not available"},
	{RPC_NO_STATE, "state unavailable", NULL},
	{RPC_NO_STATE, "no state available", NULL},
	{RPC_NO_STATE, "archive", NULL},
	{RPC_NO_STATE, "distance to target block exceeds", NULL},
	{RPC_NO_STATE, "proof window", NULL},

	/* the node's own time */
	{RPC_TIMED_OUT, "query timeout", NULL},
	{RPC_TIMED_OUT, "query timed out", NULL},
	{RPC_TIMED_OUT, "request timed out", NULL},
	{RPC_TIMED_OUT, "request timeout", NULL},
	{RPC_TIMED_OUT, "execution timeout", NULL},
	{RPC_TIMED_OUT, "execution aborted", "timeout"},
	{RPC_TIMED_OUT, "context deadline exceeded", NULL},
	{RPC_TIMED_OUT, "timeout expired", NULL},
	{RPC_TIMED_OUT, "took too long", NULL},
	{RPC_TIMED_OUT, "consider reducing your block range", NULL},

	/* too many logs: Infura, geth forks, reth, nethermind, Alchemy */
	{RPC_TOO_MANY_RESULTS, "query returned more than", NULL},
	{RPC_TOO_MANY_RESULTS, "query returns too many", NULL},
	{RPC_TOO_MANY_RESULTS, "exceeds max results", NULL},
	{RPC_TOO_MANY_RESULTS, "too many logs", NULL},
	{RPC_TOO_MANY_RESULTS, "max logs per response", NULL},
	{RPC_TOO_MANY_RESULTS, "logs per response", NULL},
	{RPC_TOO_MANY_RESULTS, "logs matched by query exceeds", NULL},
	{RPC_TOO_MANY_RESULTS, "too many results", NULL},
	{RPC_TOO_MANY_RESULTS, "result set too large", NULL},
	{RPC_TOO_MANY_RESULTS, "log response size exceeded", NULL},

	/* too many bytes: geth, jsonrpsee, BlockPI, Blast, Base */
	{RPC_RESPONSE_TOO_BIG, "response too large", NULL},
	{RPC_RESPONSE_TOO_BIG, "response is too big", NULL},
	{RPC_RESPONSE_TOO_BIG, "response size", NULL},
	{RPC_RESPONSE_TOO_BIG, "response exceed", NULL},
	{RPC_RESPONSE_TOO_BIG, "response body exceed", NULL},
	{RPC_RESPONSE_TOO_BIG, "exceeds the maximum response", NULL},

	/* too many blocks */
	{RPC_RANGE_TOO_WIDE, "block range", NULL},
	{RPC_RANGE_TOO_WIDE, "blocks range", NULL},
	{RPC_RANGE_TOO_WIDE, "range of blocks", NULL},
	{RPC_RANGE_TOO_WIDE, "ranges over", NULL},
	{RPC_RANGE_TOO_WIDE, "range is too", NULL},
	{RPC_RANGE_TOO_WIDE, "range too", NULL},
	{RPC_RANGE_TOO_WIDE, "range exceeds", NULL},
	{RPC_RANGE_TOO_WIDE, "range limit", NULL},
	{RPC_RANGE_TOO_WIDE, "max range", NULL},
	{RPC_RANGE_TOO_WIDE, "maximum range", NULL},
	{RPC_RANGE_TOO_WIDE, "range", "exceeds limit"},
	{RPC_RANGE_TOO_WIDE, "limited to", "range"},
	{RPC_RANGE_TOO_WIDE, "too many blocks", NULL},
	{RPC_RANGE_TOO_WIDE, "at most", "blocks"},

	/* too often */
	{RPC_RATE_LIMITED, "rate limit", NULL},
	{RPC_RATE_LIMITED, "rate-limit", NULL},
	{RPC_RATE_LIMITED, "ratelimit", NULL},
	{RPC_RATE_LIMITED, "request rate exceeded", NULL},
	{RPC_RATE_LIMITED, "request count exceeded", NULL},
	{RPC_RATE_LIMITED, "request limit reached", NULL},
	{RPC_RATE_LIMITED, "too many requests", NULL},
	{RPC_RATE_LIMITED, "compute units", NULL},
	{RPC_RATE_LIMITED, "capacity", "exceeded"},
	{RPC_RATE_LIMITED, "rps limit", NULL},
	{RPC_RATE_LIMITED, "credits", NULL},
	{RPC_RATE_LIMITED, "quota", NULL},
	{RPC_RATE_LIMITED, "throttl", NULL},
	{RPC_RATE_LIMITED, "limit exceeded", NULL},

	{RPC_BUSY, "try again", NULL},
	{RPC_BUSY, "temporar", NULL},
	{RPC_BUSY, "service unavailable", NULL},
	{RPC_BUSY, "overloaded", NULL},
	{RPC_BUSY, "server is busy", NULL},
	{RPC_BUSY, "server busy", NULL},
	{RPC_BUSY, "no backend", NULL},
	{RPC_BUSY, "no available", NULL},
	{RPC_BUSY, "bad gateway", NULL},
	{RPC_BUSY, "connection re", NULL},

	{RPC_DENIED, "unauthorized", NULL},
	{RPC_DENIED, "must be authenticated", NULL},
	{RPC_DENIED, "api key", NULL},
	{RPC_DENIED, "project id", NULL},
	{RPC_DENIED, "forbidden", NULL},
	{RPC_DENIED, "current plan", NULL},

	{RPC_BAD_PARAMS, "invalid argument", NULL},
	{RPC_BAD_PARAMS, "invalid params", NULL},
	{RPC_BAD_PARAMS, "invalid block", NULL},
	{RPC_BAD_PARAMS, "cannot unmarshal", NULL},
	{RPC_BAD_PARAMS, "invalid type", NULL},
	{RPC_BAD_PARAMS, "hex string", NULL},
	{RPC_BAD_PARAMS, "invalid request", NULL},
};

/* Where the words say nothing. */
static const struct {
	int64_t code;
	enum rpc_error_kind kind;
} codes[] = {
	{3, RPC_REVERTED},
	{-32015, RPC_REVERTED},
	{429, RPC_RATE_LIMITED},
	{-32005, RPC_RATE_LIMITED} /* EIP-1474: limit exceeded */,
	{-32007, RPC_RATE_LIMITED},
	{-32016, RPC_RATE_LIMITED},
	{-32029, RPC_RATE_LIMITED},
	{-32097, RPC_RATE_LIMITED},
	{-32601, RPC_METHOD_MISSING},
	{-32004, RPC_METHOD_MISSING},
	{-32602, RPC_BAD_PARAMS},
	{-32600, RPC_BAD_PARAMS},
	{-32001, RPC_NO_SUCH_BLOCK},
	{-39001, RPC_NO_SUCH_BLOCK},
	{-32014, RPC_NO_SUCH_BLOCK},
	{4444, RPC_NO_STATE},
	{-32002, RPC_TIMED_OUT},
	{-32008, RPC_RESPONSE_TOO_BIG},
	{-32020, RPC_RESPONSE_TOO_BIG},
	{-32702, RPC_RESPONSE_TOO_BIG},
	{-32003, RPC_RESPONSE_TOO_BIG},
	{-32010, RPC_BATCH_REFUSED},
	{-32011, RPC_BATCH_REFUSED},
	{-32012, RPC_RANGE_TOO_WIDE},
	{-32047, RPC_RANGE_TOO_WIDE},
	{-32062, RPC_RANGE_TOO_WIDE},
	{-32614, RPC_RANGE_TOO_WIDE},
	{-32615, RPC_RANGE_TOO_WIDE},
	{-32701, RPC_RANGE_TOO_WIDE},
};

/* Words behind which the widest allowed range stands. */
static const char *const before_maximum[] = {
	"max block range", "maximum block range",
	"limit of",        "limited to a",
	"limited to",      "up to a",
	"(maximum",        "is set to",
	"filter",          "max range",
	"ranges over",     "range limit",
	"not exceed",      "at most",
	"range limit is",
};

static enum rpc_error_kind kind_of(int64_t code, const char *text, unsigned http_status)
{
	if (code == 3)
		return RPC_REVERTED;
	for (size_t i = 0; i < sizeof(wordings) / sizeof(wordings[0]); i++)
		if (strstr(text, wordings[i].words) &&
		    (!wordings[i].and_words || strstr(text, wordings[i].and_words)))
			return wordings[i].kind;
	if (http_status == 429)
		return RPC_RATE_LIMITED;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].code == code)
			return codes[i].kind;
	if (http_status == 401 || http_status == 403)
		return RPC_DENIED;
	if (http_status == 413)
		return RPC_RESPONSE_TOO_BIG;
	return RPC_OTHER;
}

/* Reads "0x1f" or "31"; moves `at` behind it. */
static bool read_number(const char **at, uint64_t *value)
{
	bool hex = strncmp(*at, "0x", 2) == 0;
	unsigned base = hex ? 16 : 10;
	const char *digit = hex ? *at + 2 : *at;
	uint64_t sum = 0;
	size_t count = 0;

	for (;; digit++) {
		unsigned d;

		if (*digit >= '0' && *digit <= '9')
			d = (unsigned)(*digit - '0');
		else if (hex && *digit >= 'a' && *digit <= 'f')
			d = (unsigned)(*digit - 'a') + 10;
		else if (!hex && *digit == ',' && count && isdigit((unsigned char)digit[1]))
			continue; /* 10,000 */
		else
			break;
		if (sum > (UINT64_MAX - d) / base)
			return false;
		sum = sum * base + d;
		count++;
	}
	if (!count)
		return false;
	if (!hex && *digit == 'k') {
		if (sum > UINT64_MAX / 1000)
			return false;
		sum *= 1000;
		digit++;
	}
	*at = digit;
	*value = sum;
	return true;
}

/* "[0x1, 0x2]", or "with the range 1-2". */
static bool read_range(const char *at, char separator, uint64_t *from, uint64_t *to)
{
	if (!read_number(&at, from))
		return false;
	at += strspn(at, " ");
	if (*at != separator)
		return false;
	at++;
	at += strspn(at, " ");
	return read_number(&at, to) && *from <= *to;
}

static bool suggested_range(const char *text, uint64_t *from, uint64_t *to)
{
	static const char decimal[] = "with the range ";

	for (const char *at = strchr(text, '['); at; at = strchr(at + 1, '['))
		if (read_range(at + 1, ',', from, to))
			return true;
	for (const char *at = strstr(text, decimal); at; at = strstr(at + 1, decimal))
		if (read_range(at + strlen(decimal), '-', from, to))
			return true;
	return false;
}

static uint64_t allowed_blocks(const char *text)
{
	for (size_t i = 0; i < sizeof(before_maximum) / sizeof(before_maximum[0]); i++) {
		const char *words = before_maximum[i];

		for (const char *at = strstr(text, words); at; at = strstr(at + 1, words)) {
			const char *next = at + strlen(words);
			uint64_t value;

			next += strspn(next, " :=");
			if (!read_number(&next, &value))
				continue;
			if (!value && strncmp(next, " - ", 3) == 0) { /* "limited to 0 - 50" */
				next += 3;
				if (!read_number(&next, &value))
					continue;
			}
			if (value)
				return value;
		}
	}
	return 0;
}

struct rpc_error_info rpc_error_classify(int64_t code, const char *message, size_t length,
					 unsigned http_status)
{
	char text[MESSAGE_MAX + 1];
	struct rpc_error_info info = {0};

	if (length > MESSAGE_MAX)
		length = MESSAGE_MAX;
	for (size_t i = 0; i < length; i++)
		text[i] = message[i] ? (char)tolower((unsigned char)message[i]) : ' ';
	text[length] = '\0';
	info.kind = kind_of(code, text, http_status);
	if (!rpc_error_wants_less(info.kind))
		return info;
	info.has_range = suggested_range(text, &info.from, &info.to);
	if (info.kind == RPC_RANGE_TOO_WIDE || strstr(text, "block range"))
		info.blocks_max = allowed_blocks(text);
	return info;
}

const char *rpc_error_kind_name(enum rpc_error_kind kind)
{
	switch (kind) {
	case RPC_OTHER:
		return "other";
	case RPC_RANGE_TOO_WIDE:
		return "range too wide";
	case RPC_TOO_MANY_RESULTS:
		return "too many results";
	case RPC_RESPONSE_TOO_BIG:
		return "response too big";
	case RPC_TIMED_OUT:
		return "timed out";
	case RPC_RATE_LIMITED:
		return "rate limited";
	case RPC_BUSY:
		return "busy";
	case RPC_BATCH_REFUSED:
		return "batch refused";
	case RPC_NO_SUCH_BLOCK:
		return "no such block";
	case RPC_NO_STATE:
		return "no state";
	case RPC_METHOD_MISSING:
		return "method missing";
	case RPC_BAD_PARAMS:
		return "bad parameters";
	case RPC_REVERTED:
		return "reverted";
	case RPC_DENIED:
		return "denied";
	}
	return "unknown";
}
