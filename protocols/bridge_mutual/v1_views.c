/* Which views of which contracts of V1 are asked, and which figures their words are. */
#include "protocols/bridge_mutual/v1.h"
#include "protocols/bridge_mutual/views.h"

const struct view_rule bridge_v1_views[] = {
	BOOK_VIEWS,
	POOL_VIEW(BRIDGE_BOOK, "whitelisted()", "whitelisted"),
	SHARE_PRICE_VIEW,
	{.role = BRIDGE_TOKEN,
	 .signature = "balanceOf(address)",
	 .argument = VIEW_CONTRACT,
	 .argument_role = BRIDGE_BOOK,
	 .check = BRIDGE_VIEW_POOL,
	 .figures = {"coin_balance"},
	 .count = 1},
	ACCOUNT_VIEW(BRIDGE_BOOK, "balanceOf(address)", "x_tokens"),
	ACCOUNT_VIEW(BRIDGE_BOOK, "withdrawalsInfo(address)", "withdrawal_amount",
		     "ready_to_withdraw_date", "withdrawal_allowed"),
	ACCOUNT_VIEW(BRIDGE_BOOK, "getWithdrawalStatus(address)", "withdrawal_status"),
	ACCOUNT_VIEW(BRIDGE_BOOK, "policyHolders(address)", "policy_cover", "policy_start_epoch",
		     "policy_end_epoch", "policy_paid"),
	POLICY_INFO_VIEW("policy_paid"),
	ITEM_VIEW(BRIDGE_CLAIMS, "claimStatus(uint256)", BRIDGE_CLAIM_LIST, "status"),
	ITEM_VIEW(BRIDGE_BOOK, "epochAmounts(uint256)", BRIDGE_EPOCH_LIST, "amount"),
	ITEM_VIEW(BRIDGE_BOOK, "premiumDistributionDeltas(uint256)", BRIDGE_DAY_LIST, "delta"),
};

_Static_assert(sizeof(bridge_v1_views) / sizeof(bridge_v1_views[0]) == BRIDGE_V1_VIEW_COUNT,
	       "count the views");
