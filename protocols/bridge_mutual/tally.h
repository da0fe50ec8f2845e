/*
 * tally.h - votes on a claim counted, as pure functions.
 *
 * Source: Bridge-Mutual/Bridgemutual-v2, ClaimVoting (_calculateAverages,
 * calculateVotingResultBatch); restated in docs/protocols/bridge-mutual.md. A vote's power is its
 * voter's reputation times stake; a vote for nothing is one against the claim.
 *
 * Each returns false where the contract would revert; a trace may be NULL.
 */
#ifndef PROTOCOLS_BRIDGE_MUTUAL_TALLY_H
#define PROTOCOLS_BRIDGE_MUTUAL_TALLY_H

#include "protocols/bridge_mutual/premium.h"

struct bridge_tally {
	u256 yes;              /* power of the votes for an amount */
	u256 no;               /* power of the votes for none */
	struct assets average; /* of the amounts, by power: what is granted */
};

/* One vote more: the average rounds down at each. A vote without power changes nothing; it reverts
 * where it is the first one for an amount. */
bool bridge_tally_add(struct bridge_tally *tally, struct assets amount, u256 power) MUST_CHECK;

/* yes * 10^27 // (yes + no), and whether that is 66 % or more. Reverts without any power. */
bool bridge_tally_share(u256 *out, bool *is_accepted, struct trace *trace,
			const struct bridge_tally *tally) MUST_CHECK;

#endif
