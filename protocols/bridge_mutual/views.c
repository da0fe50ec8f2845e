/* Which views of which contracts are asked, and which figures their words are. */
#include "protocols/bridge_mutual/internal.h"

#define POOL_VIEW(contract, text, ...)                                                             \
	{                                                                                          \
		.role = contract, .signature = text, .check = BRIDGE_VIEW_POOL,                    \
		.figures = {__VA_ARGS__},                                                          \
		.count = sizeof((const char *[]){__VA_ARGS__}) / sizeof(const char *)              \
	}
#define ACCOUNT_VIEW(contract, text, ...)                                                          \
	{                                                                                          \
		.role = contract, .signature = text, .argument = VIEW_ACCOUNT,                     \
		.check = BRIDGE_VIEW_ACCOUNT, .figures = {__VA_ARGS__},                            \
		.count = sizeof((const char *[]){__VA_ARGS__}) / sizeof(const char *)              \
	}
#define ITEM_VIEW(contract, text, which, ...)                                                      \
	{                                                                                          \
		.role = contract, .signature = text, .argument = VIEW_ITEM, .list = which,         \
		.words = {{VIEW_WORD_KEY, 0}}, .word_count = 1, .check = BRIDGE_VIEW_ITEM,         \
		.figures = {__VA_ARGS__},                                                          \
		.count = sizeof((const char *[]){__VA_ARGS__}) / sizeof(const char *)              \
	}

const struct view_rule bridge_views[] = {
	POOL_VIEW(BRIDGE_BOOK, "totalLiquidity()", "total_liquidity"),
	POOL_VIEW(BRIDGE_BOOK, "totalCoverTokens()", "total_cover_tokens"),
	POOL_VIEW(BRIDGE_BOOK, "getNewCoverAndLiquidity()", "cover", "liquidity"),
	POOL_VIEW(BRIDGE_BOOK, "totalSupply()", "total_supply"),
	POOL_VIEW(BRIDGE_BOOK, "epochStartTime()", "epoch_start_time"),
	POOL_VIEW(BRIDGE_BOOK, "lastDistributionEpoch()", "last_distribution_epoch"),
	POOL_VIEW(BRIDGE_BOOK, "lastPremiumDistributionEpoch()", "last_premium_distribution_epoch"),
	POOL_VIEW(BRIDGE_BOOK, "lastPremiumDistributionAmount()",
		  "last_premium_distribution_amount"),
	POOL_VIEW(BRIDGE_BOOK, "stblDecimals()", "stbl_decimals"),
	{.role = BRIDGE_BOOK,
	 .signature = "convertBMIXToSTBL(uint256)",
	 .words = {{VIEW_WORD_NUMBER, UINT64_C(1000000000000000000)}},
	 .word_count = 1,
	 .check = BRIDGE_VIEW_POOL,
	 .figures = {"share_price"},
	 .count = 1},
	POOL_VIEW(BRIDGE_FACADE, "totalLeveragedLiquidity()", "total_leveraged_liquidity"),
	POOL_VIEW(BRIDGE_FACADE, "VUreinsurnacePool()", "virtual_reinsurance"),
	POOL_VIEW(BRIDGE_FACADE, "LUreinsurnacePool()", "leveraged_reinsurance"),
	POOL_VIEW(BRIDGE_FACADE, "countUserLeveragePools()", "user_leverage_pools"),
	{.role = BRIDGE_CAPITAL,
	 .signature = "regularCoverageBalance(address)",
	 .argument = VIEW_CONTRACT,
	 .argument_role = BRIDGE_BOOK,
	 .check = BRIDGE_VIEW_POOL,
	 .figures = {"coverage_balance"},
	 .count = 1},
	POOL_VIEW(BRIDGE_REINSURANCE, "totalLiquidity()", "reinsurance_liquidity"),
	ACCOUNT_VIEW(BRIDGE_BOOK, "balanceOf(address)", "x_tokens"),
	ACCOUNT_VIEW(BRIDGE_BOOK, "withdrawalsInfo(address)", "withdrawal_amount",
		     "ready_to_withdraw_date"),
	ACCOUNT_VIEW(BRIDGE_BOOK, "getWithdrawalStatus(address)", "withdrawal_status"),
	ACCOUNT_VIEW(BRIDGE_BOOK, "policyHolders(address)", "policy_cover", "policy_start_epoch",
		     "policy_end_epoch", "policy_paid", "policy_protocol_part"),
	{.role = BRIDGE_REGISTRY,
	 .signature = "policyInfos(address,address)",
	 .argument = VIEW_ACCOUNT,
	 .words = {{VIEW_WORD_ACCOUNT, 0}, {VIEW_WORD_CONTRACT, BRIDGE_BOOK}},
	 .word_count = 2,
	 .check = BRIDGE_VIEW_ACCOUNT,
	 .figures = {"policy_cover", "policy_premium", "policy_start_time", "policy_end_time"},
	 .count = 4},
	ITEM_VIEW(BRIDGE_CLAIMS, "claimStatus(uint256)", BRIDGE_CLAIM_LIST, "status"),
	ITEM_VIEW(BRIDGE_CLAIMS, "claimWithdrawalInfo(uint256)", BRIDGE_CLAIM_LIST,
		  "ready_to_withdraw_date", "committed"),
	ITEM_VIEW(BRIDGE_BOOK, "epochAmounts(uint256)", BRIDGE_EPOCH_LIST, "amount"),
	ITEM_VIEW(BRIDGE_BOOK, "premiumDistributionDeltas(uint256)", BRIDGE_DAY_LIST, "delta"),
	ITEM_VIEW(BRIDGE_FACADE, "LUuserLeveragePool(address)", BRIDGE_LENDER_LIST, "deployed"),
};

_Static_assert(sizeof(bridge_views) / sizeof(bridge_views[0]) == BRIDGE_VIEW_COUNT,
	       "count the views");
