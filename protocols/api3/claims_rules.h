/*
 * claims_rules.h - the ClaimsManager's and its converter's rules as pure functions, in the
 * contracts' own order of operations and width (api3dao/claims-manager: ClaimsManager,
 * CurrencyConverterWithDapi, QuotaEnforcer; restated in docs/protocols/api3-claims-manager.md).
 *
 * Where a function returns false the contract reverts; the trace, which may be NULL, then says "not
 * computable".
 */
#ifndef PROTOCOLS_API3_CLAIMS_RULES_H
#define PROTOCOLS_API3_CLAIMS_RULES_H

#include "ledger/trace.h"
#include "protocols/api3/claims.h"

/* keccak256(claimant ‖ claimsAllowedFrom, 4 bytes ‖ policy): packed. */
struct hash claims_policy_hash(struct address claimant, uint32_t allowed_from, struct slice policy);

/* keccak256(policyHash ‖ claimant ‖ claimAmountInUsd, 28 bytes ‖ evidence). */
struct hash claims_claim_hash(struct hash policy, struct address claimant, u256 amount_usd,
			      struct slice evidence);

/* What a claim takes from its policy: min(amount, what remains). */
u256 claims_clipped(struct trace *trace, u256 amount_usd, u256 cover);

/*
 * floor(usd * 10^decimals / price), cut to 224 bits: API3 for so much USD. The product is 256 bits
 * wide. `price` is the feed's int224 as a word: where it is not positive, the converter reverts.
 */
bool claims_api3_of_usd(u256 *out, struct trace *trace, u256 usd, u256 price,
			uint64_t decimals) MUST_CHECK;

/*
 * What a payout tells of the price: floor(usd * 10^18 / p) = api3 for low <= p <= high, in USD with
 * 18 decimals for one API3. False where it tells nothing: nothing was paid out, or the product
 * passes 256 bits.
 */
bool claims_implied_price(u256 *low, u256 *high, u256 usd, u256 api3) MUST_CHECK;

/* What can happen to a claim after its creation. */
enum claims_step {
	CLAIMS_STEP_ACCEPT,
	CLAIMS_STEP_PROPOSE,
	CLAIMS_STEP_ACCEPT_SETTLEMENT,
	CLAIMS_STEP_DISPUTE,
	CLAIMS_STEP_REJECT,
	CLAIMS_STEP_PAY_CLAIM,
	CLAIMS_STEP_PAY_SETTLEMENT,
	CLAIMS_STEP_COUNT,
};

/* Whether a claim in that state may take the step, and the state that it leads to. */
bool claims_step_allowed(enum claims_step step, enum claims_status status);
enum claims_status claims_step_result(enum claims_step step);

struct claims_periods {
	uint64_t mediator;
	uint64_t claimant;
	uint64_t arbitrator;
};

/*
 * When: opens <= time < closes. From a state that does not allow the step the one that the step is
 * mostly taken from decides. False where the contract's sum of 32-bit times overflows: then the
 * step reverts for ever.
 */
bool claims_step_window(uint64_t *opens, uint64_t *closes, struct trace *trace,
			enum claims_step step, enum claims_status status, uint64_t updated_at,
			const struct claims_periods *periods) MUST_CHECK;

/* When nobody can do anything more about the claim; false where it is decided, or where a sum
 * overflows (`is_final` tells which). */
bool claims_deadline(uint64_t *out, bool *is_final, enum claims_status status, uint64_t updated_at,
		     const struct claims_periods *periods) MUST_CHECK;

#endif
