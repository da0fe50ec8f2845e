/*
 * redeem_call.h - what a call of the market's redeem(uint256 id, uint256 loss, bytes32[] proof)
 * says, as pure functions (InsureDAO/pool-contracts, MarketTemplate.redeem; OpenZeppelin's
 * MerkleProof). The loss is in no log.
 */
#ifndef PROTOCOLS_INSUREDAO_REDEEM_CALL_H
#define PROTOCOLS_INSUREDAO_REDEEM_CALL_H

#include "abi/types.h"
#include "abi/u256.h"
#include "base/slice.h"
#include "ledger/amount.h"
#include "ledger/trace.h"

struct redeem_call {
	u256 id;
	u256 loss;
	struct slice proof; /* 32 bytes a node, within the input */
};

/* False where the input is no such call, or one that the contract could not decode. */
bool redeem_call_parse(struct redeem_call *out, struct slice input) MUST_CHECK;

/* Whether the proof climbs from keccak256(target . insured . loss) to the root, or from the same
 * with address zero: a loss of whoever is insured for that target. */
bool redeem_call_proves(const struct redeem_call *call, struct hash root, struct hash target,
			struct address insured);

/* min(cover, loss * numerator // denominator). False where the contract reverts: a product beyond
 * 256 bits, or a denominator of zero. */
bool redeem_payout(struct assets *out, struct trace *trace, u256 loss, u256 numerator,
		   u256 denominator, struct assets cover) MUST_CHECK;

#endif
