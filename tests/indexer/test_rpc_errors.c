/*
 * Errors as nodes and providers word them.
 */
#include "tests/indexer/check.h"

#include "indexer/rpc_errors.h"

struct wording {
	const char *who;
	int64_t code;
	unsigned http;
	const char *words;
	enum rpc_error_kind kind;
	uint64_t from; /* of a suggested range; to 0: none */
	uint64_t to;
	uint64_t blocks_max;
};

static const struct wording wordings[] = {
	/* too many blocks */
	{"geth", -32602, 200, "exceed maximum block range: 5000", RPC_RANGE_TOO_WIDE, 0, 0, 5000},
	{"erigon", -32602, 200, "query block range exceeds server limit, narrow your filter: 1000",
	 RPC_RANGE_TOO_WIDE, 0, 0, 1000},
	{"reth", -32602, 200, "query exceeds max block range 100000", RPC_RANGE_TOO_WIDE, 0, 0,
	 100000},
	{"besu", -32005, 200, "Requested range exceeds maximum RPC range limit", RPC_RANGE_TOO_WIDE,
	 0, 0, 0},
	{"besu", -32005, 200, "Requested range exceeds maximum range limit", RPC_RANGE_TOO_WIDE, 0,
	 0, 0},
	{"Alchemy", -32600, 400,
	 "Under the Free tier plan, you can make eth_getLogs requests with up to a 10 block range. "
	 "Based on your parameters, this block range should work: [0x1180fca, 0x1180fd3]. Upgrade "
	 "to PAYG for expanded block range.",
	 RPC_RANGE_TOO_WIDE, 0x1180fca, 0x1180fd3, 10},
	{"Alchemy", -32600, 400,
	 "You can make eth_getLogs requests with up to a 500 block range. Based on your "
	 "parameters, this block range should work: [0x123c9b2, 0x123cba5]",
	 RPC_RANGE_TOO_WIDE, 0x123c9b2, 0x123cba5, 500},
	{"Infura", -32602, 200, "range 1000000 exceeds limit of 10000", RPC_RANGE_TOO_WIDE, 0, 0,
	 10000},
	{"QuickNode", -32614, 413, "eth_getLogs is limited to a 10,000 range", RPC_RANGE_TOO_WIDE,
	 0, 0, 10000},
	{"QuickNode", -32615, 413, "eth_getLogs and eth_newFilter are limited to a 5 blocks range",
	 RPC_RANGE_TOO_WIDE, 0, 0, 5},
	{"Ankr", -32000, 200, "block range is too wide", RPC_RANGE_TOO_WIDE, 0, 0, 0},
	{"Ankr", -32062, 200, "Block range is too large", RPC_RANGE_TOO_WIDE, 0, 0, 0},
	{"Chainstack", -32602, 200,
	 "Block range limit exceeded. See more details at "
	 "https://docs.chainstack.com/docs/limits#evm-range-limits",
	 RPC_RANGE_TOO_WIDE, 0, 0, 0},
	{"moonbeam", -32603, 200, "block range is too wide (maximum 1024)", RPC_RANGE_TOO_WIDE, 0,
	 0, 1024},
	{"BSC", -32701, 200, "exceed maximum block range: 50000", RPC_RANGE_TOO_WIDE, 0, 0, 50000},
	{"avalanche", -32000, 200,
	 "requested too many blocks from 0 to 5000000, maximum is set to 1024", RPC_RANGE_TOO_WIDE,
	 0, 0, 1024},
	{"dRPC", 35, 400, "ranges over 10000 blocks are not supported on freetier",
	 RPC_RANGE_TOO_WIDE, 0, 0, 10000},
	{"1RPC", -32602, 200, "eth_getLogs is limited to 0 - 50 blocks range", RPC_RANGE_TOO_WIDE,
	 0, 0, 50},
	{"Cloudflare", -32047, 200,
	 "Invalid eth_getLogs request. 'fromBlock'-'toBlock' range too "
	 "large. Max range: 800",
	 RPC_RANGE_TOO_WIDE, 0, 0, 800},
	{"morph", -32000, 200,
	 "block range is larger than max block range, block range = 5120, max block range = 5000",
	 RPC_RANGE_TOO_WIDE, 0, 0, 5000},
	{"Arc", -32012, 200, "requested range too large", RPC_RANGE_TOO_WIDE, 0, 0, 0},
	{"unknown words", -32614, 200, "no", RPC_RANGE_TOO_WIDE, 0, 0, 0},

	/* too many logs */
	{"Infura", -32005, 200,
	 "query returned more than 10000 results. Try with this block range [0x6E3C6C, 0x6E3FFF].",
	 RPC_TOO_MANY_RESULTS, 0x6e3c6c, 0x6e3fff, 0},
	{"geth forks", -32005, 200, "query returned more than 10000 results", RPC_TOO_MANY_RESULTS,
	 0, 0, 0},
	{"reth", -32602, 200,
	 "query exceeds max results 20000, retry with the range 22382105-22382515",
	 RPC_TOO_MANY_RESULTS, 22382105, 22382515, 0},
	{"erigon", -32602, 200, "query exceeds max results 20000, retry with the range 0x1-0x2",
	 RPC_TOO_MANY_RESULTS, 1, 2, 0},
	{"nethermind", -32005, 200, "Too many logs requested. Max logs per response is 20000.",
	 RPC_TOO_MANY_RESULTS, 0, 0, 0},
	{"Alchemy", -32602, 400,
	 "Log response size exceeded. You can make eth_getLogs requests with up to a 2K block "
	 "range and no limit on the response size, or you can request any block range with a cap "
	 "of 10K logs in the response. Based on your parameters and the response size limit, this "
	 "block range should work: [0x0, 0x133333]",
	 RPC_TOO_MANY_RESULTS, 0, 0x133333, 2000},
	{"dRPC", -32602, 200, "query returns too many logs, narrow your filter",
	 RPC_TOO_MANY_RESULTS, 0, 0, 0},

	/* too many bytes */
	{"geth", -32003, 200, "response too large", RPC_RESPONSE_TOO_BIG, 0, 0, 0},
	{"reth", -32008, 200, "Response is too big", RPC_RESPONSE_TOO_BIG, 0, 0, 0},
	{"jsonrpsee", -32702, 200, "no", RPC_RESPONSE_TOO_BIG, 0, 0, 0},
	{"BlockPI", -32602, 200, "response size should not greater than 10000000 bytes",
	 RPC_RESPONSE_TOO_BIG, 0, 0, 0},
	{"Base", -32020, 503, "backend response too large", RPC_RESPONSE_TOO_BIG, 0, 0, 0},
	{"nginx", 0, 413, "", RPC_RESPONSE_TOO_BIG, 0, 0, 0},

	/* time */
	{"Alchemy", -32000, 400,
	 "Query timeout exceeded. Consider reducing your block range. Based on your parameters and "
	 "the response size limit, this block range should work: [0x5223c98, 0x5223e80]",
	 RPC_TIMED_OUT, 0x5223c98, 0x5223e80, 0},
	{"geth", -32002, 200, "request timed out", RPC_TIMED_OUT, 0, 0, 0},
	{"geth", -32000, 200, "execution aborted (timeout = 5s)", RPC_TIMED_OUT, 0, 0, 0},
	{"besu", -32000, 200, "Timeout expired", RPC_TIMED_OUT, 0, 0, 0},
	{"proxies", -32000, 200, "context deadline exceeded", RPC_TIMED_OUT, 0, 0, 0},

	/* too often */
	{"Alchemy", 429, 429,
	 "Your app has exceeded its compute units per second capacity. If you have retries "
	 "enabled, you can safely ignore this message.",
	 RPC_RATE_LIMITED, 0, 0, 0},
	{"Infura", -32005, 429, "project ID request rate exceeded", RPC_RATE_LIMITED, 0, 0, 0},
	{"Infura", -32005, 429, "daily request count exceeded, request rate limited",
	 RPC_RATE_LIMITED, 0, 0, 0},
	{"QuickNode", -32007, 429,
	 "50/second request limit reached - reduce calls per second or upgrade your account at "
	 "quicknode.com",
	 RPC_RATE_LIMITED, 0, 0, 0},
	{"Ankr", -32029, 429, "Too many requests, please try again later", RPC_RATE_LIMITED, 0, 0,
	 0},
	{"Chainstack", -32005, 429, "You've exceeded the RPS limit available on the current plan.",
	 RPC_RATE_LIMITED, 0, 0, 0},
	{"Base", -32016, 429, "over rate limit", RPC_RATE_LIMITED, 0, 0, 0},
	{"EIP-1474", -32005, 200, "Limit exceeded", RPC_RATE_LIMITED, 0, 0, 0},
	{"anybody", 0, 429, "", RPC_RATE_LIMITED, 0, 0, 0},
	{"Alchemy", -32000, 200, "Unable to complete request at this time, try again", RPC_BUSY, 0,
	 0, 0},
	{"erigon", -32000, 503, "service unavailable", RPC_BUSY, 0, 0, 0},

	/* batches */
	{"geth", -32600, 200, "batch too large", RPC_BATCH_REFUSED, 0, 0, 0},
	{"besu", -32005, 200, "Number of requests in batch exceeds maximum batch size",
	 RPC_BATCH_REFUSED, 0, 0, 0},
	{"reth", -32005, 200, "Batched requests are not supported by this server",
	 RPC_BATCH_REFUSED, 0, 0, 0},
	{"reth", -32010, 200, "The batch request was too large", RPC_BATCH_REFUSED, 0, 0, 0},
	{"reth", -32011, 200, "The batch response was too large", RPC_BATCH_REFUSED, 0, 0, 0},

	/* no such block */
	{"geth", -32000, 200, "header not found", RPC_NO_SUCH_BLOCK, 0, 0, 0},
	{"geth", -32000, 200, "unknown block", RPC_NO_SUCH_BLOCK, 0, 0, 0},
	{"geth", -32000, 200, "header for hash not found", RPC_NO_SUCH_BLOCK, 0, 0, 0},
	{"geth", -39001, 200, "Unknown block", RPC_NO_SUCH_BLOCK, 0, 0, 0},
	{"geth", -32000, 200, "finalized block not found", RPC_NO_SUCH_BLOCK, 0, 0, 0},
	{"geth", -32602, 200, "block range extends beyond current head block", RPC_NO_SUCH_BLOCK, 0,
	 0, 0},
	{"reth", -32001, 200, "block not found: hash 0x12", RPC_NO_SUCH_BLOCK, 0, 0, 0},
	{"besu", -32000, 200, "Block not found", RPC_NO_SUCH_BLOCK, 0, 0, 0},
	{"nethermind", -32001, 200, "0x12 could not be found: block", RPC_NO_SUCH_BLOCK, 0, 0, 0},
	{"anvil", -32602, 200, "BlockOutOfRangeError: block height is 5 but requested was 10",
	 RPC_NO_SUCH_BLOCK, 0, 0, 0},
	{"optimism", -32019, 200, "block is out of range", RPC_NO_SUCH_BLOCK, 0, 0, 0},

	/* no state */
	{"geth", -32000, 200,
	 "missing trie node 0fe1 (path ) state 0x0fe1 is not available, not found", RPC_NO_STATE, 0,
	 0, 0},
	{"geth", -32000, 200, "required historical state unavailable (reexec=128)", RPC_NO_STATE, 0,
	 0, 0},
	{"geth", -32000, 200, "historical state 0x12 is not available", RPC_NO_STATE, 0, 0, 0},
	{"geth", 4444, 200, "pruned history unavailable", RPC_NO_STATE, 0, 0, 0},
	{"erigon", -32000, 200, "old data not available due to pruning", RPC_NO_STATE, 0, 0, 0},
	{"reth", -32000, 200, "state at block #12 is pruned", RPC_NO_STATE, 0, 0, 0},
	{"nethermind", -32002, 200, "No state available for block 12", RPC_NO_STATE, 0, 0, 0},
	{"besu", -32000, 200, "World state unavailable", RPC_NO_STATE, 0, 0, 0},
	{"Infura", -32002, 200, "project ID does not have access to archive state", RPC_NO_STATE, 0,
	 0, 0},
	{"Chainstack", -32002, 200,
	 "Archive, Debug and Trace requests are not available on your current plan.", RPC_NO_STATE,
	 0, 0, 0},

	/* methods and parameters */
	{"geth", -32601, 200, "the method eth_getBlockReceipts does not exist/is not available",
	 RPC_METHOD_MISSING, 0, 0, 0},
	{"besu", -32604, 200, "Method not enabled", RPC_METHOD_MISSING, 0, 0, 0},
	{"Alchemy", -32601, 200, "Unsupported method: eth_x on ETH_MAINNET.", RPC_METHOD_MISSING, 0,
	 0, 0},
	{"geth", -32602, 200,
	 "invalid argument 1: json: cannot unmarshal object into Go value of type string",
	 RPC_BAD_PARAMS, 0, 0, 0},
	{"besu", -32602, 200, "Invalid params", RPC_BAD_PARAMS, 0, 0, 0},
	{"Infura", -32600, 401, "invalid project id", RPC_DENIED, 0, 0, 0},
	{"Alchemy", -32600, 401, "Must be authenticated!", RPC_DENIED, 0, 0, 0},

	/* contracts */
	{"geth", 3, 200, "execution reverted: Pool: Unauthorized", RPC_REVERTED, 0, 0, 0},
	{"geth", -32000, 200, "execution reverted", RPC_REVERTED, 0, 0, 0},
	{"geth", -32000, 200, "invalid opcode: opcode 0xfe not defined", RPC_REVERTED, 0, 0, 0},
	{"geth", -32000, 200, "out of gas: gas required exceeds: 50000000", RPC_REVERTED, 0, 0, 0},
	{"geth", -32000, 200, "invalid jump destination", RPC_REVERTED, 0, 0, 0},
	{"besu", -32000, 200, "Execution reverted", RPC_REVERTED, 0, 0, 0},
	{"nethermind", -32015, 200, "VM execution error.", RPC_REVERTED, 0, 0, 0},
	{"nethermind", -32015, 200, "StackUnderflow", RPC_REVERTED, 0, 0, 0},
	{"anvil", 3, 200, "execution reverted: panic: arithmetic underflow or overflow (0x11)",
	 RPC_REVERTED, 0, 0, 0},
	{"hardhat", -32603, 200,
	 "VM Exception while processing transaction: reverted with reason string 'no'",
	 RPC_REVERTED, 0, 0, 0},
	/* a contract's words are its own */
	{"contract", 3, 200, "execution reverted: too many requests, block range 7, rate limit",
	 RPC_REVERTED, 0, 0, 0},
	{"contract", -32000, 200, "execution reverted: header not found", RPC_REVERTED, 0, 0, 0},

	{"anybody", -32603, 200, "Internal error", RPC_OTHER, 0, 0, 0},
	{"anybody", -32000, 200, "", RPC_OTHER, 0, 0, 0},
	{"anybody", 0, 403, "", RPC_DENIED, 0, 0, 0},
};

static void every_wording_is_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(wordings) / sizeof(wordings[0]); i++) {
		const struct wording *w = &wordings[i];
		struct rpc_error_info info =
			rpc_error_classify(w->code, w->words, strlen(w->words), w->http);

		if (info.kind != w->kind || info.blocks_max != w->blocks_max ||
		    info.has_range != (w->to != 0) ||
		    (w->to && (info.from != w->from || info.to != w->to)))
			fail_msg("%s: %s: %s, range %d %llu-%llu, at most %llu", w->who, w->words,
				 rpc_error_kind_name(info.kind), info.has_range,
				 (unsigned long long)info.from, (unsigned long long)info.to,
				 (unsigned long long)info.blocks_max);
	}
}

static void odd_texts_do_no_harm(void **state)
{
	static const char *const texts[] = {
		"block range [",
		"block range [0x",
		"block range [0x1",
		"block range [0x1,",
		"block range [0x2, 0x1]",
		"block range [0x11111111111111111, 0x1]",
		"max block range 99999999999999999999999",
		"max block range 18446744073709551615k",
		"block range limited to 0 - ",
		"retry with the range 1-, too many logs",
		"block range limit of ,,,",
		"[[[[[[[[[[ block range ]]]]",
	};
	static char huge[1 << 20];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct rpc_error_info info = rpc_error_classify(0, texts[i], strlen(texts[i]), 200);

		assert_false(info.has_range);
		assert_int_equal(info.blocks_max, 0);
	}
	memset(huge, '[', sizeof(huge));
	assert_int_equal(rpc_error_classify(0, huge, sizeof(huge), 0).kind, RPC_OTHER);
	assert_int_equal(rpc_error_classify(0, "\0revert", 7, 0).kind, RPC_REVERTED);
}

static void every_kind_has_a_name(void **state)
{
	(void)state;
	for (int kind = RPC_OTHER; kind <= RPC_DENIED; kind++)
		assert_string_not_equal(rpc_error_kind_name((enum rpc_error_kind)kind), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_wording_is_known),
		cmocka_unit_test(odd_texts_do_no_harm),
		cmocka_unit_test(every_kind_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
