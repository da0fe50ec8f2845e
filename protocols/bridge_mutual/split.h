/*
 * split.h - who gets a price, and who bears a claim, as pure functions.
 *
 * Source: Bridge-Mutual/Bridgemutual-v2, PolicyBook (_buyPolicy), CapitalPool
 * (addPolicyHoldersHardSTBL, _calcPremiumForAllPools, _dispatchLiquidities) and
 * LeveragePortfolioView (calcM); restated in docs/protocols/bridge-mutual.md.
 *
 * Each returns false where the contract would revert; a trace may be NULL.
 */
#ifndef PROTOCOLS_BRIDGE_MUTUAL_SPLIT_H
#define PROTOCOLS_BRIDGE_MUTUAL_SPLIT_H

#include "protocols/bridge_mutual/exchange.h"

/* A policy's price, parted. Amounts have 18 decimals, those named coin the coin's own. */
struct bridge_split {
	u256 distributor_fee; /* price * fee // 10^27 */
	u256 protocol;        /* price * 20 % // 10^27 - distributor_fee */
	u256 pools;           /* price - distributor_fee: also what the capital pool receives */
	u256 distributor_coin;
	u256 protocol_coin;
	u256 pools_coin;
	u256 premium_coin; /* pools_coin - protocol_coin: shared by who provides liquidity */
};

/* `fee` is the distributor's, 10^27 is 100 %, 0 without one. */
bool bridge_split(struct bridge_split *out, struct trace *trace, u256 price, u256 fee,
		  uint64_t decimals) MUST_CHECK;

/* V1: 20 % go to the reinsurance pool, the rest to the book; each is cut by itself. */
struct bridge_v1_split {
	u256 protocol; /* price * 20 % // 10^27 */
	u256 premium;  /* price - protocol, with 18 decimals */
	u256 protocol_coin;
	u256 premium_coin;
};

bool bridge_v1_split(struct bridge_v1_split *out, struct trace *trace, u256 price,
		     uint64_t decimals) MUST_CHECK;

/* What a premium is shared by; all in the coin's decimals. */
struct bridge_shared {
	u256 premium;      /* to be shared */
	u256 coverage;     /* the book's balance with the capital pool */
	u256 reinsurance;  /* virtual liquidity that the reinsurance pool deployed */
	u256 participated; /* the user leverage pools' together, each with its multiplier */
};

/* The coverage pool's part and the reinsurance pool's. */
bool bridge_share_premium(u256 *coverage, u256 *reinsurance, struct trace *trace,
			  const struct bridge_shared *shared) MUST_CHECK;

/* A user leverage pool's constants, 10^27 is 1. */
struct bridge_multiplier {
	u256 target;
	u256 d;
	u256 a;
	u256 max;
};

/* min(d * 10^27 // |target - utilization| * 10^27 // a, max), and 0 at the target itself. */
bool bridge_multiplier(u256 *out, const struct bridge_multiplier *constants,
		       u256 utilization) MUST_CHECK;

/*
 * The part of a claim that falls on the book: claim * (liquidity * 10^27 // (liquidity +
 * leveraged)) // 10^27, all with 18 decimals.
 */
bool bridge_loss(u256 *out, struct trace *trace, u256 claim, u256 liquidity,
		 u256 leveraged) MUST_CHECK;

#endif
