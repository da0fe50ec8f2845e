/*
 * market.h - the rules of markets, reserves and the shares of any pool, as pure functions
 * (InsureDAO/pool-contracts, MarketTemplate, IndexTemplate, ReserveTemplate; restated in
 * docs/protocols/insuredao.md).
 *
 * Shares are a pool's own ERC-20; credit is liquidity that an index lends without moving tokens.
 * Ratios have six decimals. A function returns false where the contract reverts; *out is then zero.
 */
#ifndef PROTOCOLS_INSUREDAO_MARKET_H
#define PROTOCOLS_INSUREDAO_MARKET_H

#include "ledger/amount.h"
#include "ledger/trace.h"

/* What a deposit mints: amount without supply, amount * supply without liquidity, else amount *
 * supply // liquidity; both before the deposit. */
bool insuredao_minted(struct shares *out, struct trace *trace, struct assets amount,
		      struct shares supply, struct assets liquidity) MUST_CHECK;

/* What shares pay at a withdrawal: shares * liquidity // supply. Requires supply. */
bool insuredao_shares_worth(struct assets *out, struct trace *trace, const char *name,
			    struct shares shares, struct assets liquidity,
			    struct shares supply) MUST_CHECK;

/* totalLiquidity - lockedAmount; 0 without liquidity. Reverts where more is locked. */
bool insuredao_available(struct assets *out, struct trace *trace, struct assets liquidity,
			 struct assets locked) MUST_CHECK;

/* part * 10^6 // whole: utilization, rate and leverage. 0 where the contract answers 0 without
 * asking: without a whole. */
bool insuredao_ratio(u256 *out, u256 part, u256 whole) MUST_CHECK;

/* ---- credit and its premium ---- */

/* The lenders' part of a premium: attributions of the market's * totalCredit // totalLiquidity. */
bool insuredao_lenders_part(struct shares *out, struct trace *trace, struct shares attributions,
			    struct assets total_credit, struct assets liquidity) MUST_CHECK;

/* What that adds to rewardPerCredit: part * 10^6 // totalCredit. */
bool insuredao_reward_step(u256 *out, struct trace *trace, struct shares part,
			   struct assets total_credit) MUST_CHECK;

/* credit * rewardPerCredit // 10^6. */
bool insuredao_reward_debt(u256 *out, struct assets credit, u256 reward_per_credit) MUST_CHECK;

/* What an index has earned in attributions: the same less rewardDebt, not below 0. */
bool insuredao_pending_premium(struct shares *out, struct trace *trace, struct assets credit,
			       u256 reward_per_credit, u256 reward_debt) MUST_CHECK;

/* ---- incident ---- */

/* The lesser of the cover and loss * numerator // denominator. */
bool insuredao_payout(struct assets *out, struct trace *trace, struct assets cover,
		      struct assets loss, u256 numerator, u256 denominator) MUST_CHECK;

/* Of a market's debt, what its lenders bear: debt * totalCredit // totalLiquidity, 0 without
 * liquidity. Requires that it is no more than the debt. */
bool insuredao_lenders_debt(struct assets *out, struct trace *trace, struct assets debt,
			    struct assets total_credit, struct assets liquidity) MUST_CHECK;

/* Of that, what one of them is asked for: debt * (credit * 10^6 // totalCredit) // 10^6. */
bool insuredao_lender_asked(struct assets *out, struct trace *trace, struct assets lenders_debt,
			    struct assets credit, struct assets total_credit) MUST_CHECK;

/* What a reserve gives to an index that is worth less than it is asked for: min(asked - worth, the
 * reserve's worth). Requires that the index is worth less. */
bool insuredao_reserve_gives(struct assets *out, struct trace *trace, struct assets asked,
			     struct assets worth, struct assets reserve) MUST_CHECK;

/* Of the attributions that a reserve gives away, the crowd's: crowd * lost // (crowd + surplus).
 * The surplus bears the rest. */
bool insuredao_crowd_loss(struct shares *out, struct trace *trace, struct shares lost,
			  struct shares crowd, struct shares surplus) MUST_CHECK;

#endif
