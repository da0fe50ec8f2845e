/* What is kept of claims managers by differences, added up again from policies and claims. */
#include "protocols/api3/claims.h"
#include "protocols/audit.h"

struct sums {
	struct audit *audit;
	struct address manager;
	uint64_t time; /* the open cover's */
	struct claims_manager computed;
};

static bool is_of(const struct sums *sums, const uint8_t *key)
{
	return memcmp(key, sums->manager.bytes, ADDRESS_BYTES) == 0;
}

/* Rows are few against the managers' own number, which the configuration holds small. */
static bool add_policy(void *context, const uint8_t *key, const void *row)
{
	struct sums *sums = context;
	struct claims_manager *c = &sums->computed;
	const struct claims_policy *p = row;

	if (!is_of(sums, key))
		return true;
	c->policy_count += p->allowed_until != 0;
	c->paid_usd = u256_add_wrap(c->paid_usd, p->paid_usd);
	c->paid.raw = u256_add_wrap(c->paid.raw, p->paid.raw);
	if (u256_is_zero(p->cover) || sums->time < p->allowed_from || sums->time > p->allowed_until)
		return true;
	c->open_cover = u256_add_wrap(c->open_cover, p->cover);
	c->open_count++;
	return true;
}

static bool count_claim(void *context, const uint8_t *key, const void *row)
{
	struct sums *sums = context;
	const struct claims_claim *claim = row;

	sums->computed.claim_count += is_of(sums, key) && claim->status != CLAIMS_NONE;
	return true;
}

static void compare(struct sums *sums, const struct claims_manager *kept)
{
	const struct claims_manager *c = &sums->computed;
	const struct address *whose = &sums->manager;
	struct audit *audit = sums->audit;

	audit_equal(audit, "policy_count", whose, u256_from(kept->policy_count),
		    u256_from(c->policy_count));
	audit_equal(audit, "claim_count", whose, u256_from(kept->claim_count),
		    u256_from(c->claim_count));
	audit_equal(audit, "open_cover", whose, kept->open_cover, c->open_cover);
	audit_equal(audit, "open_count", whose, u256_from(kept->open_count),
		    u256_from(c->open_count));
	audit_equal(audit, "paid_usd", whose, kept->paid_usd, c->paid_usd);
	audit_equal(audit, "paid", whose, kept->paid.raw, c->paid.raw);
}

void claims_audit(struct audit *audit)
{
	struct applying *a = audit->applying;
	const struct pool_setup *setup = &a->pool->setup;

	for (size_t i = 0; i < setup->contracts[API3_CLAIMS_MANAGERS].count; i++) {
		struct sums sums = {.audit = audit,
				    .manager = setup->contracts[API3_CLAIMS_MANAGERS].addresses[i]};
		const struct claims_manager kept =
			claims_manager_now(a->state, a->pool, sums.manager);

		if (!kept.speaks)
			continue;
		sums.time = kept.swept_at;
		state_each(a->state, &claims_table_policy, a->pool->id, add_policy, &sums);
		state_each(a->state, &claims_table_claim, a->pool->id, count_claim, &sums);
		compare(&sums, &kept);
	}
}
