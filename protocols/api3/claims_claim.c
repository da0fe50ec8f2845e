/* Claims: made, accepted, settled, disputed, resolved. */
#include "protocols/api3/claims_rules.h"

/* A step of a claim: the event's parties, and the rows that it is about. */
struct step {
	struct address manager_address;
	struct claims_manager *manager;
	struct address claimant;
	struct hash policy_hash;
	struct hash claim_hash;
	struct claims_policy *policy;
	struct claims_claim *claim;
};

static struct step read_step(struct applying *a, const struct pool_event *event)
{
	struct step s = {.manager_address = event->log->address,
			 .manager = claims_speaker(a, false),
			 .claimant = event->values[0].address};

	memcpy(s.policy_hash.bytes, event->values[1].bytes.data, HASH_BYTES);
	memcpy(s.claim_hash.bytes, event->values[2].bytes.data, HASH_BYTES);
	s.policy = claims_policy(a, s.manager_address, s.policy_hash);
	s.claim = claims_claim(a, s.manager_address, s.claim_hash);
	return s;
}

static bool rule(struct applying *a, size_t check, const struct step *s, const char *field,
		 bool holds, const char *expected, const char *actual)
{
	return check_that(a->checker, check,
			  claims_about_claim(a, s->manager_address, s->claim_hash, field), holds,
			  expected, actual);
}

static void check_hash(struct applying *a, const struct step *s, const char *field,
		       struct hash computed, struct hash told)
{
	char expected[HEX_SIZE(HASH_BYTES)];
	char actual[HEX_SIZE(HASH_BYTES)];

	(void)rule(a, CLAIMS_CHECK_HASH, s, field, hash_equal(computed, told),
		   hash_format(expected, computed), hash_format(actual, told));
}

/* The contract keeps times in 32 bits. */
static uint64_t now(const struct applying *a)
{
	return (uint32_t)a->block->timestamp;
}

/* ---- making a claim ---- */

static void check_terms(struct applying *a, const struct step *s, u256 amount, uint64_t from)
{
	const struct claims_policy *policy = s->policy;
	u256 time = u256_from(a->block->timestamp);

	TRACE(a->trace, "remaining cover", "of the policy, USD", true, policy->cover,
	      {"claimAmountInUsd", amount});
	TRACE(a->trace, "claimsAllowedUntil", "of the policy", true,
	      u256_from(policy->allowed_until), {"timestamp", time},
	      {"claimsAllowedFrom", u256_from(from)});
	(void)rule(a, CLAIMS_CHECK_CLAIM_TERMS, s, "", s->claim->status == CLAIMS_NONE,
		   "a hash that was never used", "a claim of it");
	(void)rule(a, CLAIMS_CHECK_CLAIM_TERMS, s, "claimAmountInUsd",
		   !u256_is_zero(amount) && u256_compare(amount, policy->cover) <= 0,
		   "more than 0, at most what the policy still covers", "0 or more than that");
	(void)rule(a, CLAIMS_CHECK_CLAIM_TERMS, s, "claimCreationTime",
		   policy->allowed_until && a->block->timestamp >= from &&
			   a->block->timestamp <= policy->allowed_until,
		   "a time within the policy's period",
		   !policy->allowed_until       ? "no such policy"
		   : a->block->timestamp < from ? "before it"
						: "after its end");
}

/* Both hashes follow from what the event tells. */
static void check_ingredients(struct applying *a, const struct step *s, uint64_t from, u256 amount)
{
	struct slice policy = a->event->values[4].bytes;
	struct slice evidence = a->event->values[6].bytes;
	struct hash policy_hash = claims_policy_hash(s->claimant, (uint32_t)from, policy);
	struct hash claim_hash = claims_claim_hash(s->policy_hash, s->claimant, amount, evidence);
	u256 claimant = claims_number_of_address(s->claimant);

	TRACE(a->trace, "policyHash", "keccak256(claimant . claimsAllowedFrom . policy)", true,
	      claims_number_of_hash(policy_hash), {"claimant", claimant},
	      {"claimsAllowedFrom", u256_from(from)}, {"bytes of policy", u256_from(policy.size)});
	check_hash(a, s, "policyHash", policy_hash, s->policy_hash);
	TRACE(a->trace, "claimHash",
	      "keccak256(policyHash . claimant . claimAmountInUsd . evidence)", true,
	      claims_number_of_hash(claim_hash),
	      {"policyHash", claims_number_of_hash(s->policy_hash)}, {"claimant", claimant},
	      {"claimAmountInUsd", amount}, {"bytes of evidence", u256_from(evidence.size)});
	check_hash(a, s, "claimHash", claim_hash, s->claim_hash);
}

void claims_on_created_claim(struct applying *a, const struct pool_event *event)
{
	struct step s = read_step(a, event);
	struct slice evidence = event->values[6].bytes;
	u256 amount = event->values[5].number;
	uint64_t from = claims_u64(event->values[3].number);

	check_ingredients(a, &s, from, amount);
	(void)check_equal(
		a->checker, API3_EVENT_FIGURES,
		claims_about_claim(a, s.manager_address, s.claim_hash, "claimCreationTime"),
		u256_from(now(a)), event->values[7].number);
	check_terms(a, &s, amount, from);
	(void)rule(a, CLAIMS_CHECK_CLAIM_TERMS, &s, "evidence", evidence.size > 0, "some text",
		   "none");
	if (s.claim->status == CLAIMS_NONE) {
		s.manager->claim_count++;
		s.policy->claim_count += s.policy->allowed_until != 0;
	}
	*s.claim = (struct claims_claim){.policy = s.policy_hash,
					 .claimant = s.claimant,
					 .amount = amount,
					 .status = CLAIMS_CREATED,
					 .created_at = now(a),
					 .updated_at = now(a),
					 .evidence = claims_text(a, evidence)};
}

/* ---- what happens to it ---- */

static const char *const status_words[] = {
	"no such claim",
	"a new claim",
	"an accepted claim",
	"a claim with a proposed settlement",
	"a claim with an accepted settlement",
	"a disputed claim",
	"a dispute resolved without payout",
	"a dispute resolved with the claim's payout",
	"a dispute resolved with the settlement's payout",
};

static const char *const state_wanted[CLAIMS_STEP_COUNT] = {
	[CLAIMS_STEP_ACCEPT] = "a new claim",
	[CLAIMS_STEP_PROPOSE] = "a new claim",
	[CLAIMS_STEP_ACCEPT_SETTLEMENT] = "a claim with a proposed settlement",
	[CLAIMS_STEP_DISPUTE] = "a new claim, or one with a proposed settlement",
	[CLAIMS_STEP_REJECT] = "a disputed claim",
	[CLAIMS_STEP_PAY_CLAIM] = "a disputed claim",
	[CLAIMS_STEP_PAY_SETTLEMENT] = "a disputed claim",
};

static void check_window(struct applying *a, const struct step *s, enum claims_step step)
{
	const struct claims_periods periods = {.mediator = s->manager->mediator_period,
					       .claimant = s->manager->claimant_period,
					       .arbitrator = s->manager->arbitrator_period};
	uint64_t time = a->block->timestamp;
	uint64_t opens;
	uint64_t closes;
	bool ok = claims_step_window(&opens, &closes, a->trace, step,
				     (enum claims_status)s->claim->status, s->claim->updated_at,
				     &periods);

	TRACE(a->trace, "timestamp", "of the block", true, u256_from(time),
	      {"status", u256_from(s->claim->status)});
	(void)rule(a, CLAIMS_CHECK_CLAIM_DEADLINE, s, "", ok && opens <= time && time < closes,
		   "a time within the response period",
		   !ok            ? "a period that passes 32 bits"
		   : time < opens ? "too early"
				  : "too late");
}

/* The claim takes the step: whether its state allows it, whether it is in time and of the same
 * parties; then it is in the step's state, whatever it was. */
static void take_step(struct applying *a, struct step *s, enum claims_step step)
{
	struct claims_claim *claim = s->claim;
	size_t status = claim->status <= CLAIMS_RESOLVED_WITH_SETTLEMENT ? claim->status : 0;

	if (rule(a, CLAIMS_CHECK_CLAIM_STATE, s, "",
		 claims_step_allowed(step, (enum claims_status)status), state_wanted[step],
		 status_words[status])) {
		check_window(a, s, step);
		check_hash(a, s, "policyHash", claim->policy, s->policy_hash);
		(void)rule(a, CLAIMS_CHECK_CLAIM_STATE, s, "claimant",
			   address_equal(claim->claimant, s->claimant), "who made the claim",
			   "somebody else");
	} else if (status == CLAIMS_NONE) {
		claim->policy = s->policy_hash;
		claim->claimant = s->claimant;
		claim->created_at = now(a);
		s->manager->claim_count++;
	}
	claim->status = claims_step_result(step);
	claim->updated_at = now(a);
}

static void check_mediator(struct applying *a, const struct step *s, struct address sender)
{
	(void)rule(a, CLAIMS_CHECK_CLAIM_PARTY, s, "sender",
		   claims_may_mediate(a, s->manager_address, sender), "a mediator, or an admin",
		   "neither");
}

static bool add_paid(struct step *s, u256 usd, struct assets api3)
{
	s->claim->paid_usd = usd;
	s->claim->paid = api3;
	return u256_add_ok(&s->policy->paid_usd, s->policy->paid_usd, usd) &&
	       assets_add_ok(&s->policy->paid, s->policy->paid, api3) &&
	       u256_add_ok(&s->manager->paid_usd, s->manager->paid_usd, usd) &&
	       assets_add_ok(&s->manager->paid, s->manager->paid, api3);
}

/* The policy's cover falls by what is paid, as the event tells it. */
static void take_cover(struct applying *a, const struct step *s, u256 usd)
{
	u256 left = U256_ZERO;
	bool ok = u256_sub_ok(&left, s->policy->cover, usd);

	TRACE(a->trace, "remaining cover", "remaining cover - clippedAmountInUsd", ok, left,
	      {"remaining cover", s->policy->cover}, {"clippedAmountInUsd", usd});
	claims_cover_take(a, s->manager_address, s->policy);
	s->policy->cover = ok ? left : U256_ZERO;
	claims_cover_put(a, s->manager_address, s->policy);
}

static void trace_price(struct applying *a, u256 usd, u256 api3)
{
	u256 low = U256_ZERO;
	u256 high = U256_ZERO;
	bool ok = claims_implied_price(&low, &high, usd, api3);

	TRACE(a->trace, "lowest price", "amountInUsd * 10^18 // (amountInApi3 + 1) + 1", ok, low,
	      {"amountInUsd", usd}, {"amountInApi3", api3});
	TRACE(a->trace, "highest price", "amountInUsd * 10^18 // amountInApi3", ok, high,
	      {"amountInUsd", usd}, {"amountInApi3", api3});
}

static struct claims_rate check_rate(struct applying *a, const struct step *s, const char *field,
				     u256 usd, u256 api3)
{
	struct subject subject = claims_about_claim(a, s->manager_address, s->claim_hash, field);
	struct claims_rate rate = claims_ask_rate(a, s->manager_address, usd);

	claims_check_rate(a, &subject, &rate, usd, api3);
	return rate;
}

/* `amount` is what is owed, in USD; the event's values 3 and 4 are what is paid. */
static void pay(struct applying *a, struct step *s, u256 amount)
{
	u256 usd = a->event->values[3].number;
	struct assets api3 = assets_of(a->event->values[4].number);
	u256 clipped = claims_clipped(a->trace, amount, s->policy->cover);
	struct claims_rate *rate;
	struct claims_pending pending = {.is_set = true,
					 .manager = s->manager_address,
					 .policy = s->policy_hash,
					 .claim = s->claim_hash,
					 .recipient = s->claimant,
					 .amount = api3};

	(void)check_equal(
		a->checker, CLAIMS_CHECK_PAYOUT,
		claims_about_claim(a, s->manager_address, s->claim_hash, "clippedAmountInUsd"),
		clipped, usd);
	take_cover(a, s, usd);
	trace_price(a, usd, api3.raw);
	if (!add_paid(s, usd, api3)) {
		struct error err;

		error_fill(&err, ERR_BAD_DATA, "the payouts of a policy pass 256 bits in all");
		applying_fail(a, ERR_BAD_DATA, &err);
		return;
	}
	TRACE(a->trace, "paid in all", "at most the cover granted", true, s->policy->paid_usd,
	      {"cover granted", s->policy->granted});
	(void)check_that(a->checker, CLAIMS_CHECK_COVERED,
			 claims_about_policy(a, s->manager_address, s->policy_hash, "paid_usd"),
			 u256_compare(s->policy->paid_usd, s->policy->granted) <= 0,
			 "at most the cover that it was granted in all", "more");
	rate = state_row(a->state, &claims_table_rate, a->pool->id,
			 claims_key_hash(s->manager_address, s->claim_hash).bytes);
	*rate = check_rate(a, s, "clippedAmountInApi3", usd, api3.raw);
	pending.payout = (struct claims_payout){.manager = s->manager_address,
						.policy = s->policy_hash,
						.claim = s->claim_hash,
						.claimed = amount,
						.paid_usd = usd,
						.cover_after = s->policy->cover,
						.exists = true};
	claims_expect_payout(a, &pending);
}

void claims_on_accepted_claim(struct applying *a, const struct pool_event *event)
{
	struct step s = read_step(a, event);
	struct address sender = event->values[5].address;

	take_step(a, &s, CLAIMS_STEP_ACCEPT);
	check_mediator(a, &s, sender);
	claims_charge(a, s.manager_address, sender, event->values[4].number);
	pay(a, &s, s.claim->amount);
}

void claims_on_proposed_settlement(struct applying *a, const struct pool_event *event)
{
	struct step s = read_step(a, event);
	u256 settlement = event->values[3].number;
	struct address sender = event->values[4].address;
	u256 charged;

	take_step(a, &s, CLAIMS_STEP_PROPOSE);
	check_mediator(a, &s, sender);
	TRACE(a->trace, "settlementAmountInUsd", "above 0 and below the claim", true, settlement,
	      {"claimAmountInUsd", s.claim->amount});
	(void)rule(a, CLAIMS_CHECK_SETTLEMENT, &s, "settlementAmountInUsd",
		   !u256_is_zero(settlement) && u256_less(settlement, s.claim->amount),
		   "more than 0, less than the claim", "0, or not less");
	s.claim->settlement = settlement;
	if (claims_charge_settlement(&charged, a, s.manager_address, sender, settlement))
		(void)check_rate(a, &s, "charged for the settlement", settlement, charged);
}

void claims_on_accepted_settlement(struct applying *a, const struct pool_event *event)
{
	struct step s = read_step(a, event);

	take_step(a, &s, CLAIMS_STEP_ACCEPT_SETTLEMENT);
	pay(a, &s, s.claim->settlement);
}

void claims_on_created_dispute(struct applying *a, const struct pool_event *event)
{
	struct step s = read_step(a, event);

	take_step(a, &s, CLAIMS_STEP_DISPUTE);
	s.claim->arbitrator = event->values[3].address;
	claims_take_dispute(a, s.manager_address, s.claim_hash, s.claim->arbitrator);
}

/* The arbitrator that the dispute was brought to; an admin may resolve it, too. */
static void check_arbitrator(struct applying *a, const struct step *s, struct address sender)
{
	(void)rule(a, CLAIMS_CHECK_CLAIM_PARTY, s, "arbitrator",
		   address_equal(s->claim->arbitrator, sender) ||
			   claims_may_mediate(a, s->manager_address, sender),
		   "the arbitrator of the dispute, or an admin", "neither");
}

void claims_on_rejected(struct applying *a, const struct pool_event *event)
{
	struct step s = read_step(a, event);
	struct address sender = event->values[3].address;

	take_step(a, &s, CLAIMS_STEP_REJECT);
	check_arbitrator(a, &s, sender);
	claims_take_ruling(a, s.manager_address, s.claim_hash, sender,
			   CLAIMS_RESOLVED_WITHOUT_PAYOUT);
}

void claims_on_resolved_with_claim(struct applying *a, const struct pool_event *event)
{
	struct step s = read_step(a, event);
	struct address sender = event->values[5].address;

	take_step(a, &s, CLAIMS_STEP_PAY_CLAIM);
	check_arbitrator(a, &s, sender);
	claims_take_ruling(a, s.manager_address, s.claim_hash, sender, CLAIMS_RESOLVED_WITH_CLAIM);
	claims_charge(a, s.manager_address, sender, event->values[4].number);
	pay(a, &s, s.claim->amount);
}

void claims_on_resolved_with_settlement(struct applying *a, const struct pool_event *event)
{
	struct step s = read_step(a, event);
	struct address sender = event->values[5].address;

	take_step(a, &s, CLAIMS_STEP_PAY_SETTLEMENT);
	check_arbitrator(a, &s, sender);
	(void)rule(a, CLAIMS_CHECK_SETTLEMENT, &s, "settlementAmountInUsd",
		   !u256_is_zero(s.claim->settlement), "a settlement that was proposed", "none");
	claims_take_ruling(a, s.manager_address, s.claim_hash, sender,
			   CLAIMS_RESOLVED_WITH_SETTLEMENT);
	claims_charge(a, s.manager_address, sender, event->values[4].number);
	pay(a, &s, s.claim->settlement);
}
