/* The contracts' views, and which figures they tell. */
#include "protocols/insuredao/figures.h"
#include "protocols/insuredao/internal.h"

#define OF_POOL(of, text, figure)                                                                  \
	{                                                                                          \
		.role = of, .signature = text, .check = INSUREDAO_VIEW_POOL, .figures = {figure},  \
		.count = 1                                                                         \
	}
/* Of the zero address: the default of all pools, the debt of nobody. */
#define OF_NOBODY(of, text, figure)                                                                \
	{                                                                                          \
		.role = of, .signature = text, .check = INSUREDAO_VIEW_POOL,                       \
		.words = {{VIEW_WORD_NUMBER, 0}}, .word_count = 1, .figures = {figure}, .count = 1 \
	}
#define OF_ACCOUNT(text, figure)                                                                   \
	{                                                                                          \
		.role = INSUREDAO_VAULT, .signature = text, .argument = VIEW_ACCOUNT,              \
		.check = INSUREDAO_VIEW_ACCOUNT, .figures = {figure}, .count = 1                   \
	}
/* Asked of the item itself: the contract in its key's first part. */
#define OF_ITEM(of, in, text, figure)                                                              \
	{                                                                                          \
		.role = of, .signature = text, .argument = VIEW_ITEM, .list = in,                  \
		.contract_part = 1, .check = INSUREDAO_VIEW_ITEM, .figures = {figure}, .count = 1  \
	}
#define OF_MARKET(text, figure) OF_ITEM(INSUREDAO_MARKETS, INSUREDAO_LIST_MARKETS, text, figure)
#define OF_INDEX(text, figure) OF_ITEM(INSUREDAO_INDICES, INSUREDAO_LIST_INDICES, text, figure)
#define OF_RESERVE(text, figure) OF_ITEM(INSUREDAO_RESERVES, INSUREDAO_LIST_RESERVES, text, figure)
/* What the parameters say of the item. */
#define SETTING_OF(in, text, figure)                                                               \
	{                                                                                          \
		.role = INSUREDAO_PARAMETERS, .signature = text, .argument = VIEW_ITEM,            \
		.list = in, .words = {{VIEW_WORD_KEY, 0}}, .word_count = 1,                        \
		.check = INSUREDAO_VIEW_ITEM, .figures = {figure}, .count = 1                      \
	}

const struct view_rule insuredao_views[] = {
	OF_POOL(INSUREDAO_VAULT, "valueAll()", "value_all"),
	OF_POOL(INSUREDAO_VAULT, "balance()", "balance"),
	OF_POOL(INSUREDAO_VAULT, "totalDebt()", "total_debt"),
	OF_POOL(INSUREDAO_VAULT, "available()", "available"),
	OF_POOL(INSUREDAO_VAULT, "totalAttributions()", "total_attributions"),
	OF_POOL(INSUREDAO_VAULT, "controller()", "controller"),
	OF_NOBODY(INSUREDAO_VAULT, "debts(address)", "system_debt"),
	OF_POOL(INSUREDAO_OWNERSHIP, "owner()", "owner"),
	OF_NOBODY(INSUREDAO_PARAMETERS, "getFeeRate(address)", "fee_rate"),
	OF_NOBODY(INSUREDAO_PARAMETERS, "getRequestDuration(address)", "request_duration"),
	OF_NOBODY(INSUREDAO_PARAMETERS, "getWithdrawableDuration(address)",
		  "withdrawable_duration"),
	OF_NOBODY(INSUREDAO_PARAMETERS, "getUnlockGracePeriod(address)", "unlock_grace_period"),
	OF_NOBODY(INSUREDAO_PARAMETERS, "getMaxInsureSpan(address)", "max_insure_span"),
	OF_NOBODY(INSUREDAO_PARAMETERS, "getMinInsureSpan(address)", "min_insure_span"),
	OF_NOBODY(INSUREDAO_PARAMETERS, "getUpperSlack(address)", "upper_slack"),
	OF_NOBODY(INSUREDAO_PARAMETERS, "getLowerSlack(address)", "lower_slack"),
	OF_NOBODY(INSUREDAO_PARAMETERS, "getPremiumModel(address)", "premium_model"),
	{.role = INSUREDAO_TOKEN,
	 .signature = "balanceOf(address)",
	 .argument = VIEW_CONTRACT,
	 .argument_role = INSUREDAO_VAULT,
	 .check = INSUREDAO_VIEW_POOL,
	 .figures = {"token_balance"},
	 .count = 1},
	OF_ACCOUNT("attributions(address)", "attributions"),
	OF_ACCOUNT("underlyingValue(address)", "underlying_value"),
	OF_ACCOUNT("debts(address)", "debts"),
	OF_MARKET("marketStatus()", "market_status"),
	OF_MARKET("totalLiquidity()", "total_liquidity"),
	OF_MARKET("originalLiquidity()", "original_liquidity"),
	OF_MARKET("totalCredit()", "total_credit"),
	OF_MARKET("lockedAmount()", "locked_amount"),
	OF_MARKET("availableBalance()", "available_balance"),
	OF_MARKET("utilizationRate()", "utilization_rate"),
	OF_MARKET("rate()", "rate"),
	OF_MARKET("totalSupply()", "total_supply"),
	OF_MARKET("attributionDebt()", "attribution_debt"),
	OF_MARKET("rewardPerCredit()", "reward_per_credit"),
	OF_MARKET("paused()", "paused"),
	OF_MARKET("openDeposit()", "open_deposit"),
	OF_MARKET("allInsuranceCount()", "all_insurance_count"),
	OF_MARKET("pendingEnd()", "pending_end"),
	{.role = INSUREDAO_MARKETS,
	 .signature = "incident()",
	 .argument = VIEW_ITEM,
	 .list = INSUREDAO_LIST_MARKETS,
	 .contract_part = 1,
	 .check = INSUREDAO_VIEW_ITEM,
	 .figures = {"payout_numerator", "payout_denominator", "incident_timestamp", "merkle_root"},
	 .count = 4},
	SETTING_OF(INSUREDAO_LIST_MARKETS, "getFeeRate(address)", "fee_rate"),
	SETTING_OF(INSUREDAO_LIST_MARKETS, "getRequestDuration(address)", "request_duration"),
	SETTING_OF(INSUREDAO_LIST_MARKETS, "getWithdrawableDuration(address)",
		   "withdrawable_duration"),
	SETTING_OF(INSUREDAO_LIST_MARKETS, "getUnlockGracePeriod(address)", "unlock_grace_period"),
	SETTING_OF(INSUREDAO_LIST_MARKETS, "getMaxInsureSpan(address)", "max_insure_span"),
	SETTING_OF(INSUREDAO_LIST_MARKETS, "getMinInsureSpan(address)", "min_insure_span"),
	SETTING_OF(INSUREDAO_LIST_MARKETS, "getPremiumModel(address)", "premium_model"),
	OF_INDEX("totalLiquidity()", "total_liquidity"),
	OF_INDEX("accruedPremiums()", "accrued_premiums"),
	OF_INDEX("totalSupply()", "total_supply"),
	OF_INDEX("rate()", "rate"),
	OF_INDEX("totalAllocatedCredit()", "total_allocated_credit"),
	OF_INDEX("leverage()", "leverage"),
	OF_INDEX("targetLev()", "target_lev"),
	OF_INDEX("totalAllocPoint()", "total_alloc_point"),
	OF_INDEX("withdrawable()", "withdrawable"),
	OF_INDEX("locked()", "locked"),
	OF_INDEX("paused()", "paused"),
	SETTING_OF(INSUREDAO_LIST_INDICES, "getUpperSlack(address)", "upper_slack"),
	SETTING_OF(INSUREDAO_LIST_INDICES, "getLowerSlack(address)", "lower_slack"),
	OF_RESERVE("totalLiquidity()", "total_liquidity"),
	OF_RESERVE("crowdPool()", "crowd_pool"),
	OF_RESERVE("surplusPool()", "surplus_pool"),
	OF_RESERVE("totalSupply()", "total_supply"),
	OF_RESERVE("rate()", "rate"),
	OF_RESERVE("paused()", "paused"),
	{.role = INSUREDAO_MARKETS,
	 .signature = "insurances(uint256)",
	 .argument = VIEW_ITEM,
	 .list = INSUREDAO_LIST_POLICIES,
	 .contract_part = 1,
	 .words = {{VIEW_WORD_KEY, 1}},
	 .word_count = 1,
	 .check = INSUREDAO_VIEW_ITEM,
	 .figures = {"id_there", "start_time", "end_time", "amount", "target", "insured", "agent",
		     "is_active"},
	 .count = 8},
	{.role = INSUREDAO_MARKETS,
	 .signature = "indices(address)",
	 .argument = VIEW_ITEM,
	 .list = INSUREDAO_LIST_CREDITS,
	 .contract_part = 1,
	 .words = {{VIEW_WORD_KEY, 1}},
	 .word_count = 1,
	 .check = INSUREDAO_VIEW_ITEM,
	 .figures = {"credit", "reward_debt", "slot"},
	 .count = 3},
	{.role = INSUREDAO_MARKETS,
	 .signature = "pendingPremium(address)",
	 .argument = VIEW_ITEM,
	 .list = INSUREDAO_LIST_CREDITS,
	 .contract_part = 1,
	 .words = {{VIEW_WORD_KEY, 1}},
	 .word_count = 1,
	 .check = INSUREDAO_VIEW_ITEM,
	 .figures = {"pending_premium"},
	 .count = 1},
	{.role = INSUREDAO_INDICES,
	 .signature = "allocPoints(address)",
	 .argument = VIEW_ITEM,
	 .list = INSUREDAO_LIST_CREDITS,
	 .contract_part = 2,
	 .words = {{VIEW_WORD_KEY, 0}},
	 .word_count = 1,
	 .check = INSUREDAO_VIEW_ITEM,
	 .figures = {"alloc_points"},
	 .count = 1},
#define OF_HOLDING(text)                                                                           \
	.role = INSUREDAO_MARKETS, .signature = text, .argument = VIEW_ITEM,                       \
	.list = INSUREDAO_LIST_HOLDINGS, .contract_part = 2, .words = {{VIEW_WORD_KEY, 0}},        \
	.word_count = 1, .check = INSUREDAO_VIEW_ITEM
	{OF_HOLDING("balanceOf(address)"), .figures = {"balance"}, .count = 1},
	{OF_HOLDING("valueOfUnderlying(address)"), .figures = {"value"}, .count = 1},
	{OF_HOLDING("withdrawalReq(address)"), .figures = {"unlocks_at", "requested"}, .count = 2},
#undef OF_HOLDING
};
_Static_assert(sizeof(insuredao_views) / sizeof(insuredao_views[0]) == INSUREDAO_VIEW_COUNT,
	       "count the views");
