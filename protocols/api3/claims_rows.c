/* Where what is known of claims is kept. */
#include "protocols/api3/claims.h"

#define RECORD_OWNER struct claims_manager
RECORD_DEFINE(claims_manager, CLAIMS_MANAGER_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct claims_policy
RECORD_DEFINE(claims_policy, CLAIMS_POLICY_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct claims_claim
RECORD_DEFINE(claims_claim, CLAIMS_CLAIM_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct claims_boundary
RECORD_DEFINE(claims_boundary, CLAIMS_BOUNDARY_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct claims_quota
RECORD_DEFINE(claims_quota, CLAIMS_QUOTA_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct claims_charge
RECORD_DEFINE(claims_charge, CLAIMS_CHARGE_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct claims_total
RECORD_DEFINE(claims_total, CLAIMS_TOTAL_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct claims_asked
RECORD_DEFINE(claims_asked, CLAIMS_ASKED_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct claims_payout
RECORD_DEFINE(claims_payout, CLAIMS_PAYOUT_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct claims_rate
RECORD_DEFINE(claims_rate, CLAIMS_RATE_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct claims_worth
RECORD_DEFINE(claims_worth, CLAIMS_WORTH_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct claims_dispute
RECORD_DEFINE(claims_dispute, CLAIMS_DISPUTE_FIELDS)
#undef RECORD_OWNER

/* Behind the pool's own tables (api3.c). */
enum { FIRST = TABLE_PROTOCOL_FIRST + 6, UNDIGESTED = TABLE_PROTOCOL_UNDIGESTED + 1 };

const struct row_table claims_table_manager = {FIRST, CLAIMS_MANAGER_KEY, &record_claims_manager};
const struct row_table claims_table_policy = {FIRST + 1, CLAIMS_HASH_KEY, &record_claims_policy};
const struct row_table claims_table_claim = {FIRST + 2, CLAIMS_HASH_KEY, &record_claims_claim};
const struct row_table claims_table_boundary = {FIRST + 3, CLAIMS_BOUNDARY_KEY,
						&record_claims_boundary};
const struct row_table claims_table_quota = {FIRST + 4, CLAIMS_QUOTA_KEY, &record_claims_quota};
const struct row_table claims_table_charge = {FIRST + 5, CLAIMS_CHARGE_KEY, &record_claims_charge};
const struct row_table claims_table_payout = {FIRST + 6, PAYOUT_KEY, &record_claims_payout};
const struct row_table claims_table_dispute = {FIRST + 7, CLAIMS_DISPUTE_KEY,
					       &record_claims_dispute};
const struct row_table claims_table_total = {UNDIGESTED, CLAIMS_CHARGE_KEY, &record_claims_total};
const struct row_table claims_table_asked = {UNDIGESTED + 1, CLAIMS_QUOTA_KEY,
					     &record_claims_asked};
const struct row_table claims_table_rate = {UNDIGESTED + 2, CLAIMS_HASH_KEY, &record_claims_rate};
const struct row_table claims_table_worth = {UNDIGESTED + 3, CLAIMS_MANAGER_KEY,
					     &record_claims_worth};

static struct claims_key key_of(struct address first, const void *rest, size_t size)
{
	struct claims_key key = {{0}};

	memcpy(key.bytes, first.bytes, ADDRESS_BYTES);
	memcpy(key.bytes + ADDRESS_BYTES, rest, size);
	return key;
}

struct claims_key claims_key_hash(struct address manager, struct hash hash)
{
	return key_of(manager, hash.bytes, HASH_BYTES);
}

struct claims_key claims_key_time(struct address manager, uint64_t time)
{
	uint8_t bytes[8];

	put_be64(bytes, time);
	return key_of(manager, bytes, sizeof(bytes));
}

struct claims_key claims_key_account(struct address manager, struct address account)
{
	return key_of(manager, account.bytes, ADDRESS_BYTES);
}

struct claims_key claims_key_charge(struct address manager, struct address account, uint64_t number)
{
	struct claims_key key = claims_key_account(manager, account);

	put_be64(key.bytes + CLAIMS_QUOTA_KEY, number);
	return key;
}

struct claims_key claims_key_dispute(struct address proxy, u256 dispute_id)
{
	uint8_t id[32];

	u256_to_be(id, dispute_id);
	return key_of(proxy, id, sizeof(id));
}

struct claims_manager *claims_manager(struct state *state, const struct pool *pool,
				      struct address manager)
{
	return state_row(state, &claims_table_manager, pool->id, manager.bytes);
}

struct claims_manager claims_manager_now(struct state *state, const struct pool *pool,
					 struct address manager)
{
	struct claims_manager out;

	state_row_at(&out, state, &claims_table_manager, pool->id, manager.bytes, UINT64_MAX);
	return out;
}

struct claims_policy *claims_policy(struct applying *a, struct address manager, struct hash policy)
{
	return state_row(a->state, &claims_table_policy, a->pool->id,
			 claims_key_hash(manager, policy).bytes);
}

struct claims_claim *claims_claim(struct applying *a, struct address manager, struct hash claim)
{
	return state_row(a->state, &claims_table_claim, a->pool->id,
			 claims_key_hash(manager, claim).bytes);
}

struct slice claims_text(struct applying *a, struct slice text)
{
	if (text.size > CLAIMS_TEXT_MAX)
		return (struct slice){0};
	return slice_copy(state_arena(a->state), text);
}

static struct subject about(struct applying *a, size_t list, const struct claims_key *key,
			    const char *field)
{
	return (struct subject){.list = &claims_lists[list],
				.key = arena_copy(a->arena, key->bytes, sizeof(key->bytes)),
				.field = field};
}

struct subject claims_about_policy(struct applying *a, struct address manager, struct hash policy,
				   const char *field)
{
	struct claims_key key = claims_key_hash(manager, policy);

	return about(a, CLAIMS_POLICIES, &key, field);
}

struct subject claims_about_claim(struct applying *a, struct address manager, struct hash claim,
				  const char *field)
{
	struct claims_key key = claims_key_hash(manager, claim);

	return about(a, CLAIMS_CLAIMS, &key, field);
}

struct subject claims_about_quota(struct applying *a, struct address manager,
				  struct address account, const char *field)
{
	struct claims_key key = claims_key_account(manager, account);

	return about(a, CLAIMS_QUOTAS, &key, field);
}

struct subject claims_about_dispute(struct applying *a, struct address proxy, u256 dispute_id,
				    const char *field)
{
	struct claims_key key = claims_key_dispute(proxy, dispute_id);

	return about(a, CLAIMS_DISPUTES, &key, field);
}
