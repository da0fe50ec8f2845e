/*
 * figures.h - the figures of a book and of an account, by name: what both versions show, and V2.
 */
#ifndef PROTOCOLS_BRIDGE_MUTUAL_FIGURES_H
#define PROTOCOLS_BRIDGE_MUTUAL_FIGURES_H

#include "protocols/bridge_mutual/internal.h"

/* F(name, kind, unit, meaning). Of a book of either version: */
#define KEPT_FIGURES(F)                                                                            \
	F(total_liquidity, NUMBER, ASSETS, "as the book keeps it: premium up to its last call")    \
	F(total_cover_tokens, NUMBER, ASSETS, "as the book keeps it: with cover that ended since") \
	F(total_supply, NUMBER, SHARES, "x-tokens")                                                \
	F(epoch_start_time, NUMBER, TIME, "the book's creation")                                   \
	F(epoch, NUMBER, PLAIN, "week since then, from 1")                                         \
	F(last_distribution_epoch, NUMBER, PLAIN, "up to which cover was taken out")               \
	F(last_premium_distribution_epoch, NUMBER, PLAIN, "day up to which premium came in")       \
	F(last_premium_distribution_amount, NUMBER, ASSETS, "premium of that day")                 \
	F(stbl_decimals, NUMBER, PLAIN, "decimals of the stablecoin; figures have 18")

#define HELD_FIGURES(F)                                                                            \
	F(locked_x_tokens, NUMBER, SHARES, "under withdrawal requests")                            \
	F(locked_claims, NUMBER, ASSETS, "cover under claims")                                     \
	F(policies_sold, NUMBER, PLAIN, "since the book's creation")                               \
	F(claims, NUMBER, PLAIN, "appeals included")

#define WORTH_FIGURES(F)                                                                           \
	F(share_price, RATIO, PLAIN, "coin an x-token")                                            \
	F(liquidity, NUMBER, ASSETS, "with the premium up to this day")                            \
	F(cover, NUMBER, ASSETS, "without what ended before this epoch")

#define PRICE_FIGURES(F)                                                                           \
	F(premium_rate, RATIO, PLAIN, "what cover costs a year at this utilization")               \
	F(locked_withdrawals, NUMBER, ASSETS, "worth of the requests that have not lapsed")

/* Of a V2 book. */
#define POOL_FIGURES(F)                                                                            \
	KEPT_FIGURES(F)                                                                            \
	F(coverage_balance, NUMBER, PLAIN, "with the capital pool, in the coin's decimals")        \
	HELD_FIGURES(F)                                                                            \
	F(total_leveraged_liquidity, NUMBER, ASSETS, "lent by other pools, as events tell")        \
	F(virtual_reinsurance, NUMBER, ASSETS, "of that: virtual, by the reinsurance pool")        \
	F(leveraged_reinsurance, NUMBER, ASSETS, "of that: leverage, by the reinsurance pool")     \
	F(user_leverage_pools, NUMBER, PLAIN, "user leverage pools that lend")                     \
	F(reinsurance_liquidity, NUMBER, ASSETS, "totalLiquidity of the reinsurance pool")         \
	F(safe_pricing_model, FLAG, PLAIN, "which of the two curves, when last asked")             \
	F(risky_threshold, NUMBER, PLAIN, "10^27 is 100 %; when last asked, as those below")       \
	F(risky_minimum, NUMBER, PLAIN, "cost a year at least")                                    \
	F(risky_maximum, NUMBER, PLAIN, "cost a year at the threshold")                            \
	F(risky_maximum_full, NUMBER, PLAIN, "cost a year at full utilization")                    \
	F(safe_threshold, NUMBER, PLAIN, "the same four of books that count as safe")              \
	F(safe_minimum, NUMBER, PLAIN, "cost a year at least")                                     \
	F(safe_maximum, NUMBER, PLAIN, "cost a year at the threshold")                             \
	F(safe_maximum_full, NUMBER, PLAIN, "cost a year at full utilization")                     \
	F(minimum_cost, NUMBER, ASSETS, "of any policy")                                           \
	F(pricing_known, FLAG, PLAIN, "whether the pricing model was asked")                       \
	WORTH_FIGURES(F)                                                                           \
	F(utilization, RATIO, PLAIN, "cover over liquidity and leverage")                          \
	PRICE_FIGURES(F)

/* Of an account in either. */
#define ACCOUNT_FIGURES(F)                                                                         \
	F(x_tokens, NUMBER, SHARES, "the book's own ERC-20")                                       \
	F(worth, NUMBER, ASSETS, "of the x-tokens")                                                \
	F(withdrawal_amount, NUMBER, SHARES, "x-tokens asked to be withdrawn")                     \
	F(ready_to_withdraw_date, NUMBER, TIME, "when that may be done")                           \
	F(withdrawal_status, CHOICE, PLAIN, "of that")                                             \
	F(policy, NUMBER, PLAIN, "number of the latest policy; 0: none, or it was removed")        \
	F(policy_cover, NUMBER, ASSETS, "of that")                                                 \
	F(policy_start_epoch, NUMBER, PLAIN, "week of the book")                                   \
	F(policy_end_epoch, NUMBER, PLAIN, "its last one")                                         \
	F(policy_paid, NUMBER, ASSETS, "its whole price")                                          \
	F(policy_protocol_part, NUMBER, ASSETS, "of the price")                                    \
	F(policy_premium, NUMBER, ASSETS, "of the price, what the book gets")                      \
	F(policy_start_time, NUMBER, TIME, "the sale")                                             \
	F(policy_end_time, NUMBER, TIME, "the end of its last epoch")

#define CHOICES_NUMBER NULL
#define CHOICES_RATIO NULL
#define CHOICES_FLAG NULL
#define CHOICES_CHOICE bridge_withdrawal_states
#define FIGURE_RULE(member, kind, unit, meaning)                                                   \
	{#member, FIGURE_##kind, UNIT_##unit, meaning, CHOICES_##kind},

#define POOL_ENUM(member, kind, unit, meaning) POOL_##member,
#define ACCOUNT_ENUM(member, kind, unit, meaning) ACCOUNT_##member,

enum { POOL_FIGURES(POOL_ENUM) POOL_FIGURE_COUNT };
enum { ACCOUNT_FIGURES(ACCOUNT_ENUM) ACCOUNT_FIGURE_COUNT };

#endif
