/* What policies, claims, quotas, managers and Kleros disputes show. */
#include "protocols/api3/claims_rules.h"

#define FIGURE_RULE(member, kind, unit, meaning)                                                   \
	{#member, FIGURE_##kind, UNIT_##unit, meaning, NULL},
#define FIGURE_COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* A time that the block's time decides; where that is not known well enough, nothing is told. */
static bool is_time_known(const struct reading *r)
{
	return r->time_earliest == r->time_latest;
}

static struct address part_address(const uint8_t *key)
{
	struct address out;

	memcpy(out.bytes, key, ADDRESS_BYTES);
	return out;
}

static struct figure text(struct slice bytes)
{
	return bytes.size ? figure_text(bytes) : figure_null();
}

/* ---- policies ---- */

enum { PRICE_DECIMALS = 18 }; /* of claims_worth.price */

#define POLICY_FIGURES(F)                                                                          \
	F(claimant, ADDRESS, PLAIN, "who is covered, and paid")                                    \
	F(claims_allowed_from, NUMBER, TIME, "claims from then on")                                \
	F(claims_allowed_until, NUMBER, TIME, "and up to then")                                    \
	F(coverage_amount_in_usd, NUMBER, FIXED_18, "cover that remains, USD")                     \
	F(is_open, FLAG, PLAIN, "whether a claim could be made at the block's time")               \
	F(open_cover, NUMBER, ASSETS, "the cover of an open one, at the manager's price")          \
	F(granted_usd, NUMBER, FIXED_18, "the first cover and all that upgrades added")            \
	F(reduced_usd, NUMBER, FIXED_18, "what downgrades took away")                              \
	F(paid_usd, NUMBER, FIXED_18, "what its claims were paid")                                 \
	F(paid, NUMBER, ASSETS, "the same, as it was paid")                                        \
	F(claims, NUMBER, PLAIN, "claims made")                                                    \
	F(policy, TEXT, PLAIN, "its text or address; null where longer than 1,024 bytes")          \
	F(metadata, TEXT, PLAIN, "as announced last")

#define POLICY_ENUM(member, kind, unit, meaning) POLICY_##member,
enum { POLICY_FIGURES(POLICY_ENUM) POLICY_COUNT };
static const struct figure_rule policy_figures[] = {POLICY_FIGURES(FIGURE_RULE)};

static const struct item_part policy_parts[] = {
	{"manager", FIGURE_ADDRESS, ADDRESS_BYTES, "the contract that keeps it"},
	{"policy_hash", FIGURE_HASH, HASH_BYTES, "its name in the contract"},
};

static const char *const policy_columns[] = {
	"claimant", "claims_allowed_until", "coverage_amount_in_usd", "is_open", "paid_usd", NULL};

static bool is_policy(const void *row)
{
	const struct claims_policy *policy = row;

	return policy->allowed_until != 0;
}

/* In API3, where the manager's converter told a price of that very block. */
static struct figure open_cover(const struct reading *r, const uint8_t *key,
				const struct claims_policy *p, const struct figure *is_open)
{
	struct claims_worth w;
	u256 cover = U256_ZERO;
	bool ok;

	if (is_open->is_null)
		return figure_null();
	if (!is_open->flag)
		return figure_number(U256_ZERO);
	state_row_at(&w, r->state, &claims_table_worth, r->pool->id, key, r->block);
	ok = w.block == r->block && w.has_price &&
	     claims_api3_of_usd(&cover, NULL, p->cover, w.price, PRICE_DECIMALS);
	return figure_computed(ok, cover);
}

static void read_policy(struct figure *out, const struct reading *r, const uint8_t *key)
{
	struct claims_policy p;
	bool is_begun;
	bool is_over;

	state_row_at(&p, r->state, &claims_table_policy, r->pool->id, key, r->block);
	is_begun = p.allowed_from <= r->time_earliest;
	is_over = p.allowed_until < r->time_latest;
	out[POLICY_claimant] = figure_address(p.claimant);
	out[POLICY_claims_allowed_from] = figure_number(u256_from(p.allowed_from));
	out[POLICY_claims_allowed_until] = figure_number(u256_from(p.allowed_until));
	out[POLICY_coverage_amount_in_usd] = figure_number(p.cover);
	out[POLICY_is_open] = figure_flag(is_begun && !is_over && !u256_is_zero(p.cover));
	if (!is_time_known(r) && (is_begun != (p.allowed_from <= r->time_latest) ||
				  is_over != (p.allowed_until < r->time_earliest)))
		out[POLICY_is_open] = figure_null();
	out[POLICY_open_cover] = open_cover(r, key, &p, &out[POLICY_is_open]);
	out[POLICY_granted_usd] = figure_number(p.granted);
	out[POLICY_reduced_usd] = figure_number(p.reduced);
	out[POLICY_paid_usd] = figure_number(p.paid_usd);
	out[POLICY_paid] = figure_number(p.paid.raw);
	out[POLICY_claims] = figure_number(u256_from(p.claim_count));
	out[POLICY_policy] = text(p.text);
	out[POLICY_metadata] = text(p.metadata);
}

/* ---- claims ---- */

static const char *const status_names[] = {
	"none",
	"claim_created",
	"claim_accepted",
	"settlement_proposed",
	"settlement_accepted",
	"dispute_created",
	"dispute_resolved_without_payout",
	"dispute_resolved_with_claim_payout",
	"dispute_resolved_with_settlement_payout",
	NULL,
};

#define CLAIM_FIGURES(F)                                                                           \
	F(policy_hash, HASH, PLAIN, "the policy that it is made under")                            \
	F(claimant, ADDRESS, PLAIN, "who made it, and is paid")                                    \
	F(claim_amount_in_usd, NUMBER, FIXED_18, "USD claimed")                                    \
	F(status, CHOICE, PLAIN, "where it stands")                                                \
	F(created_at, NUMBER, TIME, "")                                                            \
	F(update_time, NUMBER, TIME, "of its last step")                                           \
	F(deadline, NUMBER, TIME, "from then on nothing can be done about it; null: decided")      \
	F(is_expired, FLAG, PLAIN, "whether that has passed at the block's time")                  \
	F(settlement_amount_in_usd, NUMBER, FIXED_18, "proposed settlement, 0: none")              \
	F(arbitrator, ADDRESS, PLAIN, "of its dispute")                                            \
	F(dispute_id, NUMBER, PLAIN, "at the arbitrator, where that is a Kleros proxy")            \
	F(paid_usd, NUMBER, FIXED_18, "what it was paid, clipped to the cover left")               \
	F(paid, NUMBER, ASSETS, "the same, as it was paid")                                        \
	F(payout_block, NUMBER, PLAIN, "block of the pool's PaidOutClaim")                         \
	F(payout_log, NUMBER, PLAIN, "and its log index")                                          \
	F(evidence, TEXT, PLAIN, "its text or address; null where longer than 1,024 bytes")

#define CLAIM_ENUM(member, kind, unit, meaning) CLAIM_##member,
enum { CLAIM_FIGURES(CLAIM_ENUM) CLAIM_COUNT };

#define CLAIM_RULE(member, figure_kind, figure_unit, words)                                        \
	[CLAIM_##member] = {.name = #member,                                                       \
			    .kind = FIGURE_##figure_kind,                                          \
			    .unit = UNIT_##figure_unit,                                            \
			    .meaning = words,                                                      \
			    .choices = CLAIM_##member == CLAIM_status ? status_names : NULL},
static const struct figure_rule claim_figures[] = {CLAIM_FIGURES(CLAIM_RULE)};

static const struct item_part claim_parts[] = {
	{"manager", FIGURE_ADDRESS, ADDRESS_BYTES, "the contract that keeps it"},
	{"claim_hash", FIGURE_HASH, HASH_BYTES, "its name in the contract"},
};

static const char *const claim_columns[] = {"claimant",   "claim_amount_in_usd",
					    "status",     "update_time",
					    "is_expired", "paid_usd",
					    "paid",       NULL};

static bool is_claim(const void *row)
{
	const struct claims_claim *claim = row;

	return claim->status != CLAIMS_NONE;
}

static void read_deadline(struct figure *out, const struct reading *r, const uint8_t *key,
			  const struct claims_claim *claim)
{
	const struct claims_manager m = claims_manager_now(r->state, r->pool, part_address(key));
	const struct claims_periods periods = {.mediator = m.mediator_period,
					       .claimant = m.claimant_period,
					       .arbitrator = m.arbitrator_period};
	bool is_final;
	uint64_t deadline;
	bool ok = claims_deadline(&deadline, &is_final, (enum claims_status)claim->status,
				  claim->updated_at, &periods);

	out[CLAIM_deadline] = ok ? figure_number(u256_from(deadline)) : figure_null();
	out[CLAIM_is_expired] = figure_flag(!is_final && (!ok || deadline <= r->time_earliest));
	if (ok && (deadline <= r->time_earliest) != (deadline <= r->time_latest))
		out[CLAIM_is_expired] = figure_null();
}

static void read_claim(struct figure *out, const struct reading *r, const uint8_t *key)
{
	struct claims_claim c;

	state_row_at(&c, r->state, &claims_table_claim, r->pool->id, key, r->block);
	out[CLAIM_policy_hash] = figure_hash(c.policy);
	out[CLAIM_claimant] = figure_address(c.claimant);
	out[CLAIM_claim_amount_in_usd] = figure_number(c.amount);
	out[CLAIM_status] = figure_choice(c.status);
	out[CLAIM_created_at] = figure_number(u256_from(c.created_at));
	out[CLAIM_update_time] = figure_number(u256_from(c.updated_at));
	read_deadline(out, r, key, &c);
	out[CLAIM_settlement_amount_in_usd] = figure_number(c.settlement);
	out[CLAIM_arbitrator] = figure_address(c.arbitrator);
	out[CLAIM_dispute_id] = figure_computed(c.has_dispute, c.dispute_id);
	out[CLAIM_paid_usd] = figure_number(c.paid_usd);
	out[CLAIM_paid] = figure_number(c.paid.raw);
	out[CLAIM_payout_block] = figure_computed(c.has_payout, u256_from(c.payout_block));
	out[CLAIM_payout_log] = figure_computed(c.has_payout, u256_from(c.payout_log));
	out[CLAIM_evidence] = text(c.evidence);
}

/* ---- quotas ---- */

#define QUOTA_FIGURES(F)                                                                           \
	F(period, NUMBER, SECONDS, "0: no quota")                                                  \
	F(amount_in_api3, NUMBER, ASSETS, "what may be charged within the period; 0: no quota")    \
	F(usage, NUMBER, ASSETS, "charged within the period up to the block's time")               \
	F(charges, NUMBER, PLAIN, "charges in all")

#define QUOTA_ENUM(member, kind, unit, meaning) QUOTA_##member,
enum { QUOTA_FIGURES(QUOTA_ENUM) QUOTA_COUNT };
static const struct figure_rule quota_figures[] = {QUOTA_FIGURES(FIGURE_RULE)};

static const struct item_part quota_parts[] = {
	{"manager", FIGURE_ADDRESS, ADDRESS_BYTES, "the contract that keeps it"},
	{"account", FIGURE_ADDRESS, ADDRESS_BYTES, "who decides payouts"},
};

static bool is_quota(const void *row)
{
	const struct claims_quota *quota = row;

	return quota->period || quota->charge_count;
}

static void read_quota(struct figure *out, const struct reading *r, const uint8_t *key)
{
	struct claims_usage usage =
		claims_usage(r->state, r->pool, part_address(key),
			     part_address(key + ADDRESS_BYTES), r->time_earliest);
	struct claims_quota q;

	state_row_at(&q, r->state, &claims_table_quota, r->pool->id, key, r->block);
	out[QUOTA_period] = figure_number(u256_from(q.period));
	out[QUOTA_amount_in_api3] = figure_number(q.amount);
	out[QUOTA_usage] = figure_computed(usage.is_computable, usage.usage);
	if (!is_time_known(r) || (usage.is_computable && !usage.is_known))
		out[QUOTA_usage] = figure_unknown();
	out[QUOTA_charges] = figure_number(u256_from(q.charge_count));
}

/* ---- managers ---- */

#define MANAGER_FIGURES(F)                                                                         \
	F(is_empowered, FLAG, PLAIN, "whether it may make the pool pay")                           \
	F(api3_pool, ADDRESS, PLAIN, "whom it makes pay")                                          \
	F(api3_usd_amount_converter, ADDRESS, PLAIN, "who turns USD into API3")                    \
	F(mediator_response_period, NUMBER, SECONDS, "to accept a claim or propose a settlement")  \
	F(claimant_response_period, NUMBER, SECONDS, "to accept a settlement or bring a dispute")  \
	F(arbitrator_response_period, NUMBER, SECONDS, "to resolve a dispute")                     \
	F(policies, NUMBER, PLAIN, "policies created")                                             \
	F(open_policies, NUMBER, PLAIN, "open at the block's time, with any cover")                \
	F(claims, NUMBER, PLAIN, "claims made")                                                    \
	F(cover_usd, NUMBER, FIXED_18, "remaining cover of its open policies")                     \
	F(cover, NUMBER, ASSETS, "what its converter gives for that; null where not asked")        \
	F(price, NUMBER, FIXED_18, "USD for one API3, by its converter; null where not asked")     \
	F(paid_usd, NUMBER, FIXED_18, "what claims were paid")                                     \
	F(paid, NUMBER, ASSETS, "the same, as it was paid")

#define MANAGER_ENUM(member, kind, unit, meaning) MANAGER_##member,
enum { MANAGER_FIGURES(MANAGER_ENUM) MANAGER_COUNT };
static const struct figure_rule manager_figures[] = {MANAGER_FIGURES(FIGURE_RULE)};

static const struct item_part manager_parts[] = {
	{"manager", FIGURE_ADDRESS, ADDRESS_BYTES, "the contract"},
};

static const char *const manager_columns[] = {"is_empowered", "policies", "open_policies", "claims",
					      "cover_usd",    "cover",    "paid_usd",      NULL};

static bool is_manager(const void *row)
{
	const struct claims_manager *manager = row;

	return manager->speaks;
}

static void read_manager(struct figure *out, const struct reading *r, const uint8_t *key)
{
	struct address address = part_address(key);
	struct claims_manager m;
	struct claims_worth w;
	struct api3_manager status;
	u256 cover = U256_ZERO;
	uint64_t open = 0;
	bool ok;

	state_row_at(&m, r->state, &claims_table_manager, r->pool->id, key, r->block);
	state_row_at(&w, r->state, &claims_table_worth, r->pool->id, key, r->block);
	state_row_at(&status, r->state, &api3_table_manager, r->pool->id, key, r->block);
	ok = claims_cover_at(&cover, &open, r->state, r->pool, address, r->time_earliest,
			     r->time_latest);
	out[MANAGER_is_empowered] = figure_flag(status.is_active);
	out[MANAGER_api3_pool] = figure_address(m.api3_pool);
	out[MANAGER_api3_usd_amount_converter] = figure_address(m.converter);
	out[MANAGER_mediator_response_period] = figure_number(u256_from(m.mediator_period));
	out[MANAGER_claimant_response_period] = figure_number(u256_from(m.claimant_period));
	out[MANAGER_arbitrator_response_period] = figure_number(u256_from(m.arbitrator_period));
	out[MANAGER_policies] = figure_number(u256_from(m.policy_count));
	out[MANAGER_open_policies] = figure_computed(ok, u256_from(open));
	out[MANAGER_claims] = figure_number(u256_from(m.claim_count));
	out[MANAGER_cover_usd] = figure_computed(ok, cover);
	out[MANAGER_cover] =
		figure_computed(ok && (u256_is_zero(cover) || (w.block == r->block && w.has_api3)),
				u256_is_zero(cover) ? U256_ZERO : w.api3);
	out[MANAGER_price] = figure_computed(w.block == r->block && w.has_price, w.price);
	out[MANAGER_paid_usd] = figure_number(m.paid_usd);
	out[MANAGER_paid] = figure_number(m.paid.raw);
}

/* ---- disputes at Kleros proxies ---- */

static const char *const ruling_names[] = {"do_not_pay", "pay_claim", "pay_settlement", NULL};

#define DISPUTE_FIGURES(F)                                                                         \
	F(manager, ADDRESS, PLAIN, "whose claim")                                                  \
	F(policy_hash, HASH, PLAIN, "")                                                            \
	F(claim_hash, HASH, PLAIN, "")                                                             \
	F(claimant, ADDRESS, PLAIN, "")                                                            \
	F(claim_amount_in_usd, NUMBER, FIXED_18, "USD claimed")                                    \
	F(created_at, NUMBER, TIME, "")                                                            \
	F(evidence, NUMBER, PLAIN, "submissions of mediators")                                     \
	F(appeals, NUMBER, PLAIN, "")                                                              \
	F(ruling, CHOICE, PLAIN, "null while there is none")

#define DISPUTE_ENUM(member, kind, unit, meaning) DISPUTE_##member,
enum { DISPUTE_FIGURES(DISPUTE_ENUM) DISPUTE_COUNT };

#define DISPUTE_RULE(member, figure_kind, figure_unit, words)                                      \
	[DISPUTE_##                                                                                \
		member] = {.name = #member,                                                        \
			   .kind = FIGURE_##figure_kind,                                           \
			   .unit = UNIT_##figure_unit,                                             \
			   .meaning = words,                                                       \
			   .choices = DISPUTE_##member == DISPUTE_ruling ? ruling_names : NULL},
static const struct figure_rule dispute_figures[] = {DISPUTE_FIGURES(DISPUTE_RULE)};

static const struct item_part dispute_parts[] = {
	{"proxy", FIGURE_ADDRESS, ADDRESS_BYTES, "the arbitrator"},
	{"dispute_id", FIGURE_NUMBER, HASH_BYTES, "counted by Kleros"},
};

static bool is_dispute(const void *row)
{
	const struct claims_dispute *dispute = row;

	return dispute->exists;
}

static void read_dispute(struct figure *out, const struct reading *r, const uint8_t *key)
{
	struct claims_dispute d;

	state_row_at(&d, r->state, &claims_table_dispute, r->pool->id, key, r->block);
	out[DISPUTE_manager] = figure_address(d.manager);
	out[DISPUTE_policy_hash] = figure_hash(d.policy);
	out[DISPUTE_claim_hash] = figure_hash(d.claim);
	out[DISPUTE_claimant] = figure_address(d.claimant);
	out[DISPUTE_claim_amount_in_usd] = figure_number(d.amount);
	out[DISPUTE_created_at] = figure_number(u256_from(d.created_at));
	out[DISPUTE_evidence] = figure_number(u256_from(d.evidence_count));
	out[DISPUTE_appeals] = figure_number(u256_from(d.appeal_count));
	out[DISPUTE_ruling] = figure_computed(d.is_ruled, d.ruling);
}

/* ---- the lists ---- */

#define LIST(list_name, one_name, list_title, prefix, list_columns, rows)                          \
	{                                                                                          \
		.name = list_name, .one = one_name, .title = list_title, .parts = prefix##_parts,  \
		.part_count = FIGURE_COUNT(prefix##_parts), .figures = prefix##_figures,           \
		.figure_count = FIGURE_COUNT(prefix##_figures), .columns = list_columns,           \
		.table = rows, .exists = is_##prefix, .read = read_##prefix                        \
	}

const struct item_list claims_lists[CLAIMS_LIST_COUNT] = {
	[CLAIMS_POLICIES] = LIST("policies", "policy", "policies of the claims managers", policy,
				 policy_columns, &claims_table_policy),
	[CLAIMS_CLAIMS] = LIST("claims", "claim", "claims under policies", claim, claim_columns,
			       &claims_table_claim),
	[CLAIMS_QUOTAS] = LIST("quotas", "quota", "quotas of those who decide payouts", quota, NULL,
			       &claims_table_quota),
	[CLAIMS_MANAGERS] = LIST("managers", "manager", "claims managers that log what they do",
				 manager, manager_columns, &claims_table_manager),
	[CLAIMS_DISPUTES] = LIST("disputes", "dispute", "disputes at Kleros proxies", dispute, NULL,
				 &claims_table_dispute),
};

_Static_assert(FIGURE_COUNT(policy_figures) == POLICY_COUNT &&
		       FIGURE_COUNT(claim_figures) == CLAIM_COUNT &&
		       FIGURE_COUNT(quota_figures) == QUOTA_COUNT &&
		       FIGURE_COUNT(manager_figures) == MANAGER_COUNT &&
		       FIGURE_COUNT(dispute_figures) == DISPUTE_COUNT,
	       "each figure has its rule");
