/* Which views of which contracts of V2 are asked, and which figures their words are. */
#include "protocols/bridge_mutual/views.h"

const struct view_rule bridge_views[] = {
	BOOK_VIEWS,
	SHARE_PRICE_VIEW,
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
	POLICY_INFO_VIEW("policy_premium"),
	ITEM_VIEW(BRIDGE_CLAIMS, "claimStatus(uint256)", BRIDGE_CLAIM_LIST, "status"),
	ITEM_VIEW(BRIDGE_CLAIMS, "claimWithdrawalInfo(uint256)", BRIDGE_CLAIM_LIST,
		  "ready_to_withdraw_date", "committed"),
	ITEM_VIEW(BRIDGE_BOOK, "epochAmounts(uint256)", BRIDGE_EPOCH_LIST, "amount"),
	ITEM_VIEW(BRIDGE_BOOK, "premiumDistributionDeltas(uint256)", BRIDGE_DAY_LIST, "delta"),
	ITEM_VIEW(BRIDGE_FACADE, "LUuserLeveragePool(address)", BRIDGE_LENDER_LIST, "deployed"),
};

_Static_assert(sizeof(bridge_views) / sizeof(bridge_views[0]) == BRIDGE_VIEW_COUNT,
	       "count the views");
