/*
 * days.h - the clock of days: how a sale's premium becomes liquidity, as pure functions.
 *
 * Source: Bridge-Mutual/Bridgemutual-v2, PolicyBook (_addPolicyPremiumToDistributions,
 * _getPremiumsDistribution); restated in docs/protocols/bridge-mutual.md. A day is
 * timestamp // 86400. What flows in a day, and its changes, are int256 in the contract and are kept
 * here as the same 256 bits (two's complement); they are added modulo 2^256 as solc 0.7 does.
 *
 * Each returns false where the contract would revert; a trace may be NULL.
 */
#ifndef PROTOCOLS_BRIDGE_MUTUAL_DAYS_H
#define PROTOCOLS_BRIDGE_MUTUAL_DAYS_H

#include "ledger/trace.h"

enum {
	BRIDGE_DAY = 86400,        /* seconds */
	BRIDGE_CATCH_UP_DAYS = 91, /* days that one call makes up for */
};

/* Where a walk over days finds how the daily flow changes. */
struct bridge_deltas {
	u256 (*at)(void *context, uint64_t day);
	void *context;
};

/* How far premium has flowed. */
struct bridge_flow {
	u256 liquidity; /* 18 decimals */
	u256 daily;     /* what flowed in on the last day, int256 */
	uint64_t day;   /* the last one that was added */
};

static inline uint64_t bridge_day(uint64_t timestamp)
{
	return timestamp / BRIDGE_DAY;
}

/*
 * A premium spread over days: from first_day on `daily` more each day, from end_day on as much
 * less. The division's remainder is never distributed.
 */
struct bridge_spread {
	u256 daily;
	uint64_t first_day;
	uint64_t end_day;
};

/* `seconds` is the policy's length without its virtual epochs, `virtual_epochs` those of its sale.
 */
bool bridge_spread(struct bridge_spread *out, struct trace *trace, u256 premium, uint64_t seconds,
		   uint64_t virtual_epochs, uint64_t today) MUST_CHECK;

/* One catching up to `today`, of at most 91 days; a flow of today or later stays as it is. */
bool bridge_flow_to(struct bridge_flow *out, struct trace *trace, const struct bridge_flow *from,
		    uint64_t today, const struct bridge_deltas *deltas) MUST_CHECK;

#endif
