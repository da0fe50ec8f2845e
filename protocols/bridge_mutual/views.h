/*
 * views.h - rules of views, and the views that books of both versions have.
 */
#ifndef PROTOCOLS_BRIDGE_MUTUAL_VIEWS_H
#define PROTOCOLS_BRIDGE_MUTUAL_VIEWS_H

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

/* What a book keeps. */
#define BOOK_VIEWS                                                                                 \
	POOL_VIEW(BRIDGE_BOOK, "totalLiquidity()", "total_liquidity"),                             \
		POOL_VIEW(BRIDGE_BOOK, "totalCoverTokens()", "total_cover_tokens"),                \
		POOL_VIEW(BRIDGE_BOOK, "getNewCoverAndLiquidity()", "cover", "liquidity"),         \
		POOL_VIEW(BRIDGE_BOOK, "totalSupply()", "total_supply"),                           \
		POOL_VIEW(BRIDGE_BOOK, "epochStartTime()", "epoch_start_time"),                    \
		POOL_VIEW(BRIDGE_BOOK, "lastDistributionEpoch()", "last_distribution_epoch"),      \
		POOL_VIEW(BRIDGE_BOOK, "lastPremiumDistributionEpoch()",                           \
			  "last_premium_distribution_epoch"),                                      \
		POOL_VIEW(BRIDGE_BOOK, "lastPremiumDistributionAmount()",                          \
			  "last_premium_distribution_amount"),                                     \
		POOL_VIEW(BRIDGE_BOOK, "stblDecimals()", "stbl_decimals")

#define SHARE_PRICE_VIEW                                                                           \
	{                                                                                          \
		.role = BRIDGE_BOOK, .signature = "convertBMIXToSTBL(uint256)",                    \
		.words = {{VIEW_WORD_NUMBER, UINT64_C(1000000000000000000)}}, .word_count = 1,     \
		.check = BRIDGE_VIEW_POOL, .figures = {"share_price"}, .count = 1                  \
	}

/* `premium` is the figure that the registry has for one. */
#define POLICY_INFO_VIEW(premium)                                                                  \
	{                                                                                          \
		.role = BRIDGE_REGISTRY, .signature = "policyInfos(address,address)",              \
		.argument = VIEW_ACCOUNT,                                                          \
		.words = {{VIEW_WORD_ACCOUNT, 0}, {VIEW_WORD_CONTRACT, BRIDGE_BOOK}},              \
		.word_count = 2, .check = BRIDGE_VIEW_ACCOUNT,                                     \
		.figures = {"policy_cover", premium, "policy_start_time", "policy_end_time"},      \
		.count = 4                                                                         \
	}

#endif
