/* Every event of a V1 book and of the contracts around it, and what it does. */
#include "protocols/bridge_mutual/v1.h"

const struct event_rule bridge_v1_events[] = {
	{BRIDGE_BOOK,
	 "event LiquidityAdded(address liquidityHolder, uint256 liquidityAmount, "
	 "uint256 newTotalLiquidity)",
	 bridge_on_liquidity_added},
	{BRIDGE_BOOK,
	 "event WithdrawalRequested(address liquidityHolder, uint256 tokensToWithdraw, "
	 "uint256 readyToWithdrawDate)",
	 bridge_v1_on_withdrawal_requested},
	{BRIDGE_BOOK,
	 "event LiquidityWithdrawn(address liquidityHolder, uint256 tokensToWithdraw, "
	 "uint256 newTotalLiquidity)",
	 bridge_v1_on_liquidity_withdrawn},
	{BRIDGE_BOOK,
	 "event PolicyBought(address policyHolder, uint256 coverTokens, uint256 price, "
	 "uint256 newTotalCoverTokens)",
	 bridge_v1_on_policy_bought},
	{BRIDGE_BOOK, "event CoverageChanged(uint256 newTotalCoverTokens)",
	 bridge_v1_on_coverage_changed},
	{BRIDGE_BOOK, "event Transfer(address indexed from, address indexed to, uint256 value)",
	 bridge_on_x_transfer},
	{BRIDGE_REGISTRY,
	 "event PolicyAdded(address userAddr, address policyBook, uint256 coverAmount)",
	 bridge_v1_on_policy_added},
	{BRIDGE_REGISTRY, "event PolicyRemoved(address userAddr, address policyBook)",
	 bridge_v1_on_policy_removed},
	{BRIDGE_CLAIMS,
	 "event ClaimPending(address claimer, address policyBookAddress, uint256 claimIndex)",
	 bridge_on_claim_pending},
	{BRIDGE_CLAIMS,
	 "event AppealPending(address claimer, address policyBookAddress, uint256 claimIndex)",
	 bridge_on_appeal_pending},
	{BRIDGE_CLAIMS,
	 "event ClaimAccepted(address claimer, address policyBookAddress, uint256 claimAmount, "
	 "uint256 claimIndex)",
	 bridge_v1_on_claim_accepted},
	{BRIDGE_CLAIMS,
	 "event ClaimRejected(address claimer, address policyBookAddress, uint256 claimIndex)",
	 bridge_on_claim_rejected},
	{BRIDGE_CLAIMS,
	 "event AppealRejected(address claimer, address policyBookAddress, uint256 claimIndex)",
	 bridge_v1_on_appeal_rejected},
	{BRIDGE_TOKEN, "event Transfer(address indexed from, address indexed to, uint256 value)",
	 bridge_v1_on_coin_transfer},
	{BRIDGE_ADMIN, "event PolicyBookWhitelisted(address policyBookAddress, bool trigger)",
	 bridge_v1_on_whitelisted},
};

_Static_assert(sizeof(bridge_v1_events) / sizeof(bridge_v1_events[0]) == BRIDGE_V1_EVENT_COUNT,
	       "count the events");
