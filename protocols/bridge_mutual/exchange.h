/*
 * exchange.h - x-tokens against stablecoin, and the coin's decimals, as pure functions.
 *
 * Source: Bridge-Mutual/Bridgemutual-v2, PolicyBook (_getSTBLToBMIXRatio, convertBMIXToSTBL,
 * convertSTBLToBMIX) and DecimalsConverter; restated in docs/protocols/bridge-mutual.md. Inside,
 * amounts have 18 decimals; only transfers are in the coin's own.
 *
 * Each returns false where the contract would revert; a trace may be NULL.
 */
#ifndef PROTOCOLS_BRIDGE_MUTUAL_EXCHANGE_H
#define PROTOCOLS_BRIDGE_MUTUAL_EXCHANGE_H

#include "protocols/bridge_mutual/premium.h"

/* Coin an x-token, 10^27 is 1: liquidity * 10^27 // supply, and 10^27 without any. */
bool bridge_rate(u256 *out, struct trace *trace, struct assets liquidity,
		 struct shares supply) MUST_CHECK;

/* amount * 10^27 // rate */
bool bridge_to_x(struct shares *out, struct trace *trace, const char *name, struct assets amount,
		 u256 rate) MUST_CHECK;

/* amount * rate // 10^27 */
bool bridge_to_coin(struct assets *out, struct trace *trace, const char *name, struct shares amount,
		    u256 rate) MUST_CHECK;

/* 18 decimals to the coin's (rounded down where it has fewer), and back. */
bool bridge_from_18(u256 *out, u256 amount, uint64_t decimals) MUST_CHECK;
bool bridge_to_18(u256 *out, u256 amount, uint64_t decimals) MUST_CHECK;

#endif
