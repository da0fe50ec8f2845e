/* Lists beside the accounts: policies, claims, the two clocks' books, and who lends. */
#include "protocols/bridge_mutual/handlers.h"

/* ---- policies ---- */

/* In the order of policy_state(). */
static const char *const policy_states[] = {"active",   "claimable", "ended", "under_claim",
					    "replaced", "settled",   NULL};
static const char *const bases[] = {"none", "both", "block", "block_before", "mixed", NULL};

#define NUMBER(name, unit, meaning)                                                                \
	{                                                                                          \
		name, FIGURE_NUMBER, UNIT_##unit, meaning, NULL                                    \
	}
#define FLAG(name, meaning)                                                                        \
	{                                                                                          \
		name, FIGURE_FLAG, UNIT_PLAIN, meaning, NULL                                       \
	}
#define ADDRESS(name, meaning)                                                                     \
	{                                                                                          \
		name, FIGURE_ADDRESS, UNIT_PLAIN, meaning, NULL                                    \
	}
#define CHOICE(name, choices, meaning)                                                             \
	{                                                                                          \
		name, FIGURE_CHOICE, UNIT_PLAIN, meaning, choices                                  \
	}

enum { POLICY_FIGURE_COUNT = 17 };

static const struct figure_rule policy_figures[POLICY_FIGURE_COUNT] = {
	ADDRESS("holder", "whose cover"),
	NUMBER("cover", ASSETS, "tokens covered"),
	NUMBER("open_cover", ASSETS, "the cover, until it can be claimed no more or was settled"),
	CHOICE("state", policy_states, "claimable: ended less than a week ago"),
	NUMBER("start_epoch", PLAIN, "week of the book, from 1"),
	NUMBER("end_epoch", PLAIN, "the last one"),
	NUMBER("start_time", TIME, "the sale"),
	NUMBER("end_time", TIME, "the end of the last epoch"),
	NUMBER("paid", ASSETS, "the whole price"),
	NUMBER("protocol_part", ASSETS, "of the price, without the distributor's fee"),
	NUMBER("premium", ASSETS, "of the price, what the book's liquidity gets"),
	ADDRESS("distributor", "zero: none"),
	FLAG("is_in_cover", "whether the book's total cover counts it"),
	NUMBER("block", PLAIN, "of the sale"),
	{"transaction", FIGURE_HASH, UNIT_PLAIN, "of the sale", NULL},
	NUMBER("price_recomputed", ASSETS, "null where the pricing model could not be asked"),
	CHOICE("price_basis", bases, "with the pricing model and leverage of which block it fits"),
};

static const char *const policy_columns[] = {"holder",   "cover", "state", "start_time",
					     "end_time", "paid",  NULL};

static uint64_t policy_state(const struct bridge_policy *p, uint64_t time)
{
	if (p->removal == BRIDGE_REPLACED)
		return 4;
	if (p->removal == BRIDGE_SETTLED)
		return 5;
	if (p->lock_count)
		return 3;
	if (time < p->end_time)
		return 0;
	return time - p->end_time < BRIDGE_CLAIMABLE ? 1 : 2;
}

/* A choice that depends on the time; null where the mirror cannot tell it. */
static struct figure timed(uint64_t earliest, uint64_t latest)
{
	return earliest == latest ? figure_choice(earliest) : figure_null();
}

/* The cover, while the policy may be claimed or is. */
static u256 open_cover(const struct bridge_policy *p, uint64_t time)
{
	return policy_state(p, time) == 2 || p->removal != BRIDGE_IN_BOOK ? U256_ZERO
									  : p->cover.raw;
}

static void read_policy(struct figure *out, const struct reading *r, const uint8_t *key)
{
	const struct bridge_totals *t = bridge_totals(r->state, r->pool);
	struct bridge_policy p;
	struct bridge_priced priced;
	size_t i = 0;

	state_row_at(&p, r->state, &bridge_table_policy, r->pool->id, key, r->block);
	state_row_at(&priced, r->state, &bridge_table_priced, r->pool->id, key, r->block);
	out[i++] = figure_address(p.holder);
	out[i++] = figure_number(p.cover.raw);
	out[i++] = figure_computed(
		u256_equal(open_cover(&p, r->time_earliest), open_cover(&p, r->time_latest)),
		open_cover(&p, r->time_earliest));
	out[i++] = timed(policy_state(&p, r->time_earliest), policy_state(&p, r->time_latest));
	out[i++] = figure_number(u256_from(p.start_epoch));
	out[i++] = figure_number(u256_from(p.end_epoch));
	out[i++] = figure_number(u256_from(p.start_time));
	out[i++] = figure_number(u256_from(p.end_time));
	out[i++] = figure_number(p.price.raw);
	out[i++] = figure_number(p.protocol_part.raw);
	out[i++] = figure_number(p.premium.raw);
	out[i++] = figure_address(p.distributor);
	out[i++] = figure_flag(p.lock_count > 0 || p.out_epoch >= t->last_epoch);
	out[i++] = figure_number(u256_from(p.block));
	out[i++] = figure_hash(p.transaction);
	out[i++] = figure_computed(priced.is_computable, priced.price.raw);
	out[i] = figure_choice(priced.basis);
}

static bool is_policy(const void *row)
{
	const struct bridge_policy *p = row;

	return p->block != 0;
}

static const struct item_part policy_parts[] = {
	{"policy", FIGURE_NUMBER, BRIDGE_NUMBER_KEY, "counted from 1 in the order of sale"}};

/* ---- claims ---- */

static const char *const claim_states[] = {"can_claim",
					   "unclaimable",
					   "pending",
					   "awaiting_calculation",
					   "rejected_can_appeal",
					   "rejected",
					   "accepted",
					   "expired",
					   NULL};

enum { CLAIM_FIGURE_COUNT = 15 };

static const struct figure_rule claim_figures[CLAIM_FIGURE_COUNT] = {
	ADDRESS("claimer", "the policy's holder"),
	NUMBER("policy", PLAIN, "its number"),
	CHOICE("status", claim_states, "as the registry's claimStatus() tells it"),
	FLAG("is_appeal", "after a rejected claim"),
	NUMBER("amount", ASSETS, "asked for: the whole cover"),
	NUMBER("granted", ASSETS, "by the vote"),
	NUMBER("refund", ASSETS, "of that, not paid yet"),
	NUMBER("paid", ASSETS, "so far"),
	NUMBER("submitted", TIME, "votes are taken from then on"),
	NUMBER("ended", TIME, "its result"),
	NUMBER("ready_to_withdraw_date", TIME, "for eight days from then on"),
	FLAG("committed", "paid in part: the policy is gone"),
	NUMBER("voted_yes", PLAIN, "power of the votes for an amount; null where it was not asked"),
	NUMBER("voted_no", PLAIN, "power of the votes for none"),
	NUMBER("voted_average", ASSETS, "of the amounts, by power"),
};

static const char *const claim_columns[] = {"claimer", "policy", "status",    "amount",
					    "granted", "paid",   "submitted", NULL};

static void read_claim(struct figure *out, const struct reading *r, const uint8_t *key)
{
	bool has_votes = r->pool->setup.contracts[BRIDGE_VOTING].count > 0;
	struct bridge_votes votes;
	struct bridge_claim c;
	size_t i = 0;

	state_row_at(&c, r->state, &bridge_table_claim, r->pool->id, key, r->block);
	out[i++] = figure_address(c.claimer);
	out[i++] = figure_number(u256_from(c.policy));
	out[i++] = timed(bridge_claim_status_at(r->state, r->pool, &c, r->time_earliest),
			 bridge_claim_status_at(r->state, r->pool, &c, r->time_latest));
	out[i++] = figure_flag(c.is_appeal);
	out[i++] = figure_number(c.amount.raw);
	out[i++] = figure_number(c.granted.raw);
	out[i++] = figure_number(c.refund.raw);
	out[i++] = figure_number(c.paid.raw);
	out[i++] = figure_number(u256_from(c.submitted));
	out[i++] = figure_number(u256_from(c.ended));
	out[i++] = figure_number(u256_from(c.ready));
	out[i++] = figure_flag(c.is_committed && c.ready != 0);
	state_row_at(&votes, r->state, &bridge_table_votes, r->pool->id, key, r->block);
	has_votes = has_votes && !votes.is_unknown;
	out[i++] = figure_computed(has_votes, votes.yes);
	out[i++] = figure_computed(has_votes, votes.no);
	out[i] = figure_computed(has_votes, votes.average.raw);
}

static bool is_claim(const void *row)
{
	const struct bridge_claim *c = row;

	return c->submitted != 0;
}

static const struct item_part claim_parts[] = {
	{"claim", FIGURE_NUMBER, BRIDGE_NUMBER_KEY, "the registry's index"}};

/* ---- clocks ---- */

static const struct figure_rule epoch_figures[] = {
	NUMBER("amount", ASSETS, "cover that leaves the book with this epoch"),
};
static const struct figure_rule day_figures[] = {
	NUMBER("delta", PLAIN, "change of the premium a day, 18 decimals, int256"),
};
static const struct item_part epoch_parts[] = {
	{"epoch", FIGURE_NUMBER, BRIDGE_NUMBER_KEY, "week of the book, from 1"}};
static const struct item_part day_parts[] = {
	{"day", FIGURE_NUMBER, BRIDGE_NUMBER_KEY, "since 1970"}};

static void read_amount(struct figure *out, const struct reading *r, const struct row_table *table,
			const uint8_t *key)
{
	struct bridge_amount row;

	state_row_at(&row, r->state, table, r->pool->id, key, r->block);
	out[0] = figure_number(row.amount);
}

static void read_epoch(struct figure *out, const struct reading *r, const uint8_t *key)
{
	read_amount(out, r, &bridge_table_epoch, key);
}

static void read_day(struct figure *out, const struct reading *r, const uint8_t *key)
{
	read_amount(out, r, &bridge_table_day, key);
}

static bool is_amount(const void *row)
{
	const struct bridge_amount *amount = row;

	return !u256_is_zero(amount->amount);
}

/* ---- who lends ---- */

static const struct figure_rule lender_figures[] = {
	NUMBER("deployed", ASSETS, "to this book"),
	NUMBER("target_ur", PLAIN, "targetUR when first asked, 10^27 is 100 %"),
	NUMBER("d_protocol_constant", PLAIN, ""),
	NUMBER("a_protocol_constant", PLAIN, ""),
	NUMBER("max_protocol_constant", PLAIN, ""),
};
static const struct item_part lender_parts[] = {
	{"pool", FIGURE_ADDRESS, ADDRESS_BYTES, "a user leverage pool"}};

static void read_lender(struct figure *out, const struct reading *r, const uint8_t *key)
{
	struct bridge_lender row;

	state_row_at(&row, r->state, &bridge_table_lender, r->pool->id, key, r->block);
	out[0] = figure_number(row.deployed.raw);
	out[1] = figure_number(row.target);
	out[2] = figure_number(row.d);
	out[3] = figure_number(row.a);
	out[4] = figure_number(row.max);
}

#define LIST(plural, single, words, tag, rows, ...)                                                \
	{                                                                                          \
		.name = plural, .one = single, .title = words, .parts = tag##_parts,               \
		.part_count = 1, .figures = tag##_figures,                                         \
		.figure_count = sizeof(tag##_figures) / sizeof(tag##_figures[0]),                  \
		.table = &(rows), .read = read_##tag, __VA_ARGS__                                  \
	}

const struct item_list bridge_lists[BRIDGE_LIST_COUNT] = {
	[BRIDGE_POLICIES] = LIST("policies", "policy", "Policies", policy, bridge_table_policy,
				 .exists = is_policy, .columns = policy_columns),
	[BRIDGE_CLAIM_LIST] = LIST("claims", "claim", "Claims", claim, bridge_table_claim,
				   .exists = is_claim, .columns = claim_columns),
	[BRIDGE_EPOCH_LIST] = LIST("epochs", "epoch", "Cover that ends", epoch, bridge_table_epoch,
				   .exists = is_amount),
	[BRIDGE_DAY_LIST] = LIST("days", "day", "Changes of the daily premium", day,
				 bridge_table_day, .exists = is_amount),
	[BRIDGE_LENDER_LIST] = LIST("leverage_pools", "leverage pool", "User leverage pools",
				    lender, bridge_table_lender, .exists = NULL),
};
