#include "protocols/api3/claims_rules.h"

#include "abi/keccak.h"
#include "protocols/api3/rules.h"

enum { USD_BYTES = 28, TIME_BYTES = 4 };

struct hash claims_policy_hash(struct address claimant, uint32_t allowed_from, struct slice policy)
{
	uint8_t from[TIME_BYTES];
	struct keccak k;

	put_be32(from, allowed_from);
	keccak_init(&k);
	keccak_update(&k, claimant.bytes, ADDRESS_BYTES);
	keccak_update(&k, from, sizeof(from));
	keccak_update(&k, policy.data, policy.size);
	return keccak_final(&k);
}

struct hash claims_claim_hash(struct hash policy, struct address claimant, u256 amount_usd,
			      struct slice evidence)
{
	uint8_t amount[32];
	struct keccak k;

	u256_to_be(amount, amount_usd);
	keccak_init(&k);
	keccak_update(&k, policy.bytes, HASH_BYTES);
	keccak_update(&k, claimant.bytes, ADDRESS_BYTES);
	keccak_update(&k, amount + 32 - USD_BYTES, USD_BYTES);
	keccak_update(&k, evidence.data, evidence.size);
	return keccak_final(&k);
}

u256 claims_clipped(struct trace *trace, u256 amount_usd, u256 cover)
{
	u256 clipped = u256_compare(amount_usd, cover) > 0 ? cover : amount_usd;

	TRACE(trace, "clippedAmountInUsd", "min(amount, remaining cover)", true, clipped,
	      {"amount", amount_usd}, {"remaining cover", cover});
	return clipped;
}

/* The word of an int224 above zero: no bit from the sign on. */
static bool is_positive(u256 price)
{
	return !u256_is_zero(price) && u256_bit_length(price) < 224;
}

bool claims_api3_of_usd(u256 *out, struct trace *trace, u256 usd, u256 price, uint64_t decimals)
{
	u256 scale = U256_ZERO;
	u256 product = U256_ZERO;
	u256 quotient = U256_ZERO;
	bool ok = is_positive(price) && decimals <= UINT8_MAX &&
		  u256_pow_ok(&scale, u256_from(10), (unsigned)decimals) &&
		  u256_mul_ok(&product, usd, scale) && u256_div_ok(&quotient, product, price);

	*out = u256_shift_right(u256_shift_left(quotient, 32), 32);
	TRACE(trace, "amountInApi3", "amountInUsd * 10^decimals // price", ok, *out,
	      {"amountInUsd", usd}, {"decimals", u256_from(decimals)}, {"price", price});
	return ok;
}

bool claims_implied_price(u256 *low, u256 *high, u256 usd, u256 api3)
{
	u256 scaled;
	u256 next;

	/* p > usd * 10^18 / (api3 + 1), p <= usd * 10^18 / api3 */
	return !u256_is_zero(api3) && u256_mul_ok(&scaled, usd, API3_ONE) &&
	       u256_div_ok(high, scaled, api3) && u256_add_ok(&next, api3, U256_ONE) &&
	       u256_div_ok(low, scaled, next) && u256_add_ok(low, *low, U256_ONE);
}

/* ---- the steps of a claim ---- */

bool claims_step_allowed(enum claims_step step, enum claims_status status)
{
	switch (step) {
	case CLAIMS_STEP_ACCEPT:
	case CLAIMS_STEP_PROPOSE:
		return status == CLAIMS_CREATED;
	case CLAIMS_STEP_ACCEPT_SETTLEMENT:
		return status == CLAIMS_SETTLEMENT_PROPOSED;
	case CLAIMS_STEP_DISPUTE:
		return status == CLAIMS_CREATED || status == CLAIMS_SETTLEMENT_PROPOSED;
	case CLAIMS_STEP_REJECT:
	case CLAIMS_STEP_PAY_CLAIM:
	case CLAIMS_STEP_PAY_SETTLEMENT:
		return status == CLAIMS_DISPUTED;
	case CLAIMS_STEP_COUNT:
		break;
	}
	return false;
}

enum claims_status claims_step_result(enum claims_step step)
{
	switch (step) {
	case CLAIMS_STEP_ACCEPT:
		return CLAIMS_ACCEPTED;
	case CLAIMS_STEP_PROPOSE:
		return CLAIMS_SETTLEMENT_PROPOSED;
	case CLAIMS_STEP_ACCEPT_SETTLEMENT:
		return CLAIMS_SETTLEMENT_ACCEPTED;
	case CLAIMS_STEP_DISPUTE:
		return CLAIMS_DISPUTED;
	case CLAIMS_STEP_REJECT:
		return CLAIMS_RESOLVED_WITHOUT_PAYOUT;
	case CLAIMS_STEP_PAY_CLAIM:
		return CLAIMS_RESOLVED_WITH_CLAIM;
	case CLAIMS_STEP_PAY_SETTLEMENT:
		return CLAIMS_RESOLVED_WITH_SETTLEMENT;
	case CLAIMS_STEP_COUNT:
		break;
	}
	return CLAIMS_NONE;
}

/* Both summands are 32 bits wide in the contract, and so is the sum. */
static bool add_time(uint64_t *out, uint64_t time, uint64_t period)
{
	if (time > UINT32_MAX || period > UINT32_MAX - time)
		return false;
	*out = time + period;
	return true;
}

static bool dispute_window(uint64_t *opens, uint64_t *closes, enum claims_status status,
			   uint64_t updated_at, const struct claims_periods *periods)
{
	*opens = updated_at;
	if (status == CLAIMS_SETTLEMENT_PROPOSED)
		return add_time(closes, updated_at, periods->claimant);
	return add_time(opens, updated_at, periods->mediator) &&
	       add_time(closes, *opens, periods->claimant);
}

bool claims_step_window(uint64_t *opens, uint64_t *closes, struct trace *trace,
			enum claims_step step, enum claims_status status, uint64_t updated_at,
			const struct claims_periods *periods)
{
	uint64_t period = 0;
	bool ok;

	*opens = updated_at;
	*closes = 0;
	switch (step) {
	case CLAIMS_STEP_ACCEPT:
	case CLAIMS_STEP_PROPOSE:
		period = periods->mediator;
		break;
	case CLAIMS_STEP_ACCEPT_SETTLEMENT:
		period = periods->claimant;
		break;
	case CLAIMS_STEP_DISPUTE:
		ok = dispute_window(opens, closes, status, updated_at, periods);
		if (status != CLAIMS_SETTLEMENT_PROPOSED)
			TRACE(trace, "first second", "updateTime + mediatorResponsePeriod", ok,
			      u256_from(*opens), {"updateTime", u256_from(updated_at)},
			      {"mediatorResponsePeriod", u256_from(periods->mediator)});
		TRACE(trace, "last second + 1", "first second + claimantResponsePeriod", ok,
		      u256_from(*closes), {"first second", u256_from(*opens)},
		      {"claimantResponsePeriod", u256_from(periods->claimant)});
		return ok;
	case CLAIMS_STEP_REJECT:
	case CLAIMS_STEP_PAY_CLAIM:
	case CLAIMS_STEP_PAY_SETTLEMENT:
		period = periods->arbitrator;
		break;
	case CLAIMS_STEP_COUNT:
		return false;
	}
	ok = add_time(closes, updated_at, period);
	TRACE(trace, "last second + 1", "updateTime + period", ok, u256_from(*closes),
	      {"updateTime", u256_from(updated_at)}, {"period", u256_from(period)});
	return ok;
}

bool claims_deadline(uint64_t *out, bool *is_final, enum claims_status status, uint64_t updated_at,
		     const struct claims_periods *periods)
{
	uint64_t opens;

	*is_final = false;
	switch (status) {
	case CLAIMS_CREATED:
		if (dispute_window(&opens, out, status, updated_at, periods))
			return true;
		/* No dispute is possible then; the mediator may still act. */
		return add_time(out, updated_at, periods->mediator);
	case CLAIMS_SETTLEMENT_PROPOSED:
		return dispute_window(&opens, out, status, updated_at, periods);
	case CLAIMS_DISPUTED:
		return add_time(out, updated_at, periods->arbitrator);
	case CLAIMS_NONE:
	case CLAIMS_ACCEPTED:
	case CLAIMS_SETTLEMENT_ACCEPTED:
	case CLAIMS_RESOLVED_WITHOUT_PAYOUT:
	case CLAIMS_RESOLVED_WITH_CLAIM:
	case CLAIMS_RESOLVED_WITH_SETTLEMENT:
		break;
	}
	*is_final = true;
	return false;
}
