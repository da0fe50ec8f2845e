/* Policies: created, upgraded, downgraded, described. */
#include "protocols/api3/claims_rules.h"

/* What the three events of a policy say, in the same order. */
struct terms {
	struct address manager;
	struct address claimant;
	struct hash hash;
	u256 cover;
	uint64_t from; /* 32 bits, by the ABI */
	uint64_t until;
	struct slice text;
	struct address sender;
};

static void check_hash(struct applying *a, const struct terms *t)
{
	struct hash computed = claims_policy_hash(t->claimant, (uint32_t)t->from, t->text);
	char expected[HEX_SIZE(HASH_BYTES)];
	char actual[HEX_SIZE(HASH_BYTES)];

	TRACE(a->trace, "policyHash", "keccak256(claimant . claimsAllowedFrom . policy)", true,
	      claims_number_of_hash(computed), {"claimant", claims_number_of_address(t->claimant)},
	      {"claimsAllowedFrom", u256_from(t->from)},
	      {"bytes of policy", u256_from(t->text.size)});
	(void)check_that(a->checker, CLAIMS_CHECK_HASH,
			 claims_about_policy(a, t->manager, t->hash, "policyHash"),
			 hash_equal(computed, t->hash), hash_format(expected, computed),
			 hash_format(actual, t->hash));
}

static struct terms read_terms(struct applying *a, const struct pool_event *event)
{
	const struct abi_value *v = event->values;
	struct terms t = {.manager = event->log->address,
			  .claimant = v[0].address,
			  .cover = v[2].number,
			  .from = claims_u64(v[3].number),
			  .until = claims_u64(v[4].number),
			  .text = v[5].bytes,
			  .sender = v[6].address};

	memcpy(t.hash.bytes, v[1].bytes.data, HASH_BYTES);
	check_hash(a, &t);
	return t;
}

static void rule(struct applying *a, const struct terms *t, const char *field, bool holds,
		 const char *expected, const char *actual)
{
	(void)check_that(a->checker, CLAIMS_CHECK_POLICY_TERMS,
			 claims_about_policy(a, t->manager, t->hash, field), holds, expected,
			 actual);
}

static void rule_exists(struct applying *a, const struct terms *t,
			const struct claims_policy *policy)
{
	rule(a, t, "", policy->allowed_until != 0, "a policy that was created before",
	     "no such policy");
}

static void rule_not_below(struct applying *a, const struct terms *t, const char *field, u256 least,
			   u256 value)
{
	TRACE(a->trace, field, "at least what it is", true, value, {"present", least});
	rule(a, t, field, u256_compare(value, least) >= 0, "at least what it is", "less");
}

static void rule_not_above(struct applying *a, const struct terms *t, const char *field, u256 most,
			   u256 value)
{
	TRACE(a->trace, field, "at most what it is", true, value, {"present", most});
	rule(a, t, field, u256_compare(value, most) <= 0, "at most what it is", "more");
}

/* The policy takes the event's terms; what was granted and reduced is kept beside. */
static void take_over(struct applying *a, const struct terms *t, struct claims_policy *policy)
{
	struct claims_manager *m = claims_manager(a->state, a->pool, t->manager);
	u256 difference;
	bool ok;

	claims_cover_take(a, t->manager, policy);
	if (u256_sub_ok(&difference, t->cover, policy->cover)) {
		ok = u256_add_ok(&policy->granted, policy->granted, difference);
	} else {
		ok = u256_sub_ok(&difference, policy->cover, t->cover) &&
		     u256_add_ok(&policy->reduced, policy->reduced, difference);
	}
	if (!ok) {
		struct error err;

		error_fill(&err, ERR_BAD_DATA, "the cover of a policy passes 256 bits in all");
		applying_fail(a, ERR_BAD_DATA, &err);
	}
	if (!policy->allowed_until) {
		policy->claimant = t->claimant;
		policy->allowed_from = t->from;
		policy->text = claims_text(a, t->text);
		m->policy_count++;
	}
	m->policy_count -= t->until == 0; /* an event that makes it none */
	policy->cover = t->cover;
	policy->allowed_until = t->until;
	claims_cover_put(a, t->manager, policy);
}

void claims_on_created_policy(struct applying *a, const struct pool_event *event)
{
	struct terms t = read_terms(a, event);
	struct claims_policy *policy = claims_policy(a, t.manager, t.hash);

	(void)claims_speaker(a, false);
	rule(a, &t, "", !policy->allowed_until, "a hash that was never used", "a policy of it");
	rule(a, &t, "claimant", !address_is_zero(t.claimant), "an address other than zero",
	     "the zero address");
	rule(a, &t, "coverageAmountInUsd", !u256_is_zero(t.cover), "more than 0", "0");
	rule(a, &t, "claimsAllowedFrom", t.from != 0, "a time other than 0", "0");
	rule(a, &t, "claimsAllowedUntil", t.until > t.from, "later than claimsAllowedFrom",
	     "not later");
	rule(a, &t, "policy", t.text.size > 0, "some text", "none");
	take_over(a, &t, policy);
}

void claims_on_upgraded_policy(struct applying *a, const struct pool_event *event)
{
	struct terms t = read_terms(a, event);
	struct claims_policy *policy = claims_policy(a, t.manager, t.hash);

	(void)claims_speaker(a, false);
	rule_exists(a, &t, policy);
	rule_not_below(a, &t, "coverageAmountInUsd", policy->cover, t.cover);
	rule_not_below(a, &t, "claimsAllowedUntil", u256_from(policy->allowed_until),
		       u256_from(t.until));
	take_over(a, &t, policy);
}

void claims_on_downgraded_policy(struct applying *a, const struct pool_event *event)
{
	struct terms t = read_terms(a, event);
	struct claims_policy *policy = claims_policy(a, t.manager, t.hash);

	(void)claims_speaker(a, false);
	rule_exists(a, &t, policy);
	rule_not_above(a, &t, "coverageAmountInUsd", policy->cover, t.cover);
	rule_not_above(a, &t, "claimsAllowedUntil", u256_from(policy->allowed_until),
		       u256_from(t.until));
	rule(a, &t, "claimsAllowedUntil", t.until > t.from, "later than claimsAllowedFrom",
	     "not later");
	(void)check_that(a->checker, CLAIMS_CHECK_POLICY_PARTY,
			 claims_about_policy(a, t.manager, t.hash, "sender"),
			 address_equal(t.sender, t.claimant) ||
				 claims_may_mediate(a, t.manager, t.sender),
			 "the claimant, or an admin", "neither");
	take_over(a, &t, policy);
}

void claims_on_announced_metadata(struct applying *a, const struct pool_event *event)
{
	struct terms t = {.manager = event->log->address};
	struct claims_policy *policy;

	memcpy(t.hash.bytes, event->values[1].bytes.data, HASH_BYTES);
	policy = claims_policy(a, t.manager, t.hash);
	(void)claims_speaker(a, false);
	rule_exists(a, &t, policy);
	if (policy->allowed_until)
		policy->metadata = claims_text(a, event->values[2].bytes);
}
