/* The vault's lists; of their items, insurances, credits, holdings and incidents are read here. */
#include "protocols/insuredao/lists.h"

#include "protocols/insuredao/figures.h"
#include "protocols/insuredao/internal.h"

/* F(name, kind, unit, choices, meaning) */
#define POLICY_FIGURES(F)                                                                          \
	F(state, CHOICE, PLAIN, policy_states, "")                                                 \
	F(is_active, FLAG, PLAIN, NULL, "neither paid nor unlocked, whatever its end")             \
	F(is_unlockable, FLAG, PLAIN, NULL, "active, and its end and the grace period are over")   \
	F(amount, NUMBER, ASSETS, NULL, "cover")                                                   \
	F(open_cover, NUMBER, ASSETS, NULL, "the same while it is active, else 0")                 \
	F(premium, NUMBER, ASSETS, NULL, "paid for it")                                            \
	F(fee_rate, NUMBER, PLAIN, NULL, "of the premium, 10^6 is 100 %")                          \
	F(target, HASH, PLAIN, NULL, "what it insures against")                                    \
	F(start_time, NUMBER, TIME, NULL, "")                                                      \
	F(end_time, NUMBER, TIME, NULL, "")                                                        \
	F(insured, ADDRESS, PLAIN, NULL, "who is paid")                                            \
	F(agent, ADDRESS, PLAIN, NULL, "who may redeem it, too")                                   \
	F(payout, NUMBER, ASSETS, NULL, "")                                                        \
	F(ended_at, NUMBER, TIME, NULL, "when it was paid or unlocked")                            \
	F(block, NUMBER, PLAIN, NULL, "of the sale")                                               \
	F(id_there, NUMBER, PLAIN, NULL, "its number as the contract has it")

#define CREDIT_FIGURES(F)                                                                          \
	F(credit, NUMBER, ASSETS, NULL, "lent")                                                    \
	F(reward_debt, NUMBER, SHARES, NULL, "earned before this credit")                          \
	F(slot, NUMBER, PLAIN, NULL, "place among the market's indices, from 1")                   \
	F(alloc_points, NUMBER, PLAIN, NULL, "")                                                   \
	F(pending_premium, NUMBER, SHARES, NULL, "earned and not yet paid, in attributions")

#define HOLDING_FIGURES(F)                                                                         \
	F(balance, NUMBER, SHARES, NULL, "shares")                                                 \
	F(value, NUMBER, ASSETS, NULL, "what they are worth")                                      \
	F(requested, NUMBER, SHARES, NULL, "to be withdrawn")                                      \
	F(unlocks_at, NUMBER, TIME, NULL, "from when on")                                          \
	F(withdrawable_until, NUMBER, TIME, NULL, "until when")

#define INCIDENT_FIGURES(F)                                                                        \
	F(is_bounty, FLAG, PLAIN, NULL, "paid without an incident")                                \
	F(block, NUMBER, PLAIN, NULL, "")                                                          \
	F(incident_timestamp, NUMBER, TIME, NULL, "")                                              \
	F(pending_end, NUMBER, TIME, NULL, "from when on the market may be resumed")               \
	F(payout_numerator, NUMBER, PLAIN, NULL, "")                                               \
	F(payout_denominator, NUMBER, PLAIN, NULL, "")                                             \
	F(merkle_root, HASH, PLAIN, NULL, "who lost what")                                         \
	F(payout_count, NUMBER, PLAIN, NULL, "")                                                   \
	F(paid, NUMBER, ASSETS, NULL, "to the insured")                                            \
	F(debt, NUMBER, ASSETS, NULL, "of the market when it was borne")                           \
	F(from_market, NUMBER, ASSETS, NULL, "borne by the market itself")                         \
	F(from_indices, NUMBER, ASSETS, NULL, "borne by indices, with the reserves' help")         \
	F(from_reserves, NUMBER, ASSETS, NULL, "that help")                                        \
	F(shortage, NUMBER, ASSETS, NULL, "borne by nobody")                                       \
	F(resumed_at, NUMBER, TIME, NULL, "when it was borne")

static const char *const policy_states[] = {"none", "active", "unlocked", "redeemed", NULL};
#define RULE(member, kind, unit, choices, meaning)                                                 \
	{#member, FIGURE_##kind, UNIT_##unit, meaning, choices},
#define POLICY_ENUM(member, kind, unit, choices, meaning) POLICY_FIGURE_##member,
#define CREDIT_ENUM(member, kind, unit, choices, meaning) CREDIT_##member,
#define HOLDING_ENUM(member, kind, unit, choices, meaning) HOLDING_##member,
#define INCIDENT_ENUM(member, kind, unit, choices, meaning) INCIDENT_##member,

enum { POLICY_FIGURES(POLICY_ENUM) POLICY_FIGURE_COUNT };
enum { CREDIT_FIGURES(CREDIT_ENUM) CREDIT_FIGURE_COUNT };
enum { HOLDING_FIGURES(HOLDING_ENUM) HOLDING_FIGURE_COUNT };
enum { INCIDENT_FIGURES(INCIDENT_ENUM) INCIDENT_FIGURE_COUNT };

static const struct figure_rule policy_figures[] = {POLICY_FIGURES(RULE)};
static const struct figure_rule credit_figures[] = {CREDIT_FIGURES(RULE)};
static const struct figure_rule holding_figures[] = {HOLDING_FIGURES(RULE)};
static const struct figure_rule incident_figures[] = {INCIDENT_FIGURES(RULE)};

/* ---- insurances ---- */

static struct figure is_unlockable(const struct reading *r, struct address market,
				   const struct insuredao_policy *p)
{
	u256 grace = insuredao_setting(r->state, r->pool, market).unlock_grace_period;
	u256 end = U256_ZERO;
	bool ok = u256_add_ok(&end, u256_from(p->end), grace);
	bool early = ok && u256_less(end, u256_from(r->time_earliest));
	bool late = ok && u256_less(end, u256_from(r->time_latest));

	if (p->state != POLICY_ACTIVE || early == late)
		return figure_flag(p->state == POLICY_ACTIVE && early);
	return figure_null();
}

static void read_policy(struct figure *out, const struct reading *r, const uint8_t *key)
{
	struct insuredao_policy p;

	state_row_at(&p, r->state, &insuredao_table_policy, r->pool->id, key, UINT64_MAX);
	out[POLICY_FIGURE_state] = figure_choice(p.state);
	out[POLICY_FIGURE_is_active] = figure_flag(p.state == POLICY_ACTIVE);
	out[POLICY_FIGURE_is_unlockable] = is_unlockable(r, insuredao_address_in(key), &p);
	out[POLICY_FIGURE_amount] = figure_number(p.amount.raw);
	out[POLICY_FIGURE_open_cover] =
		figure_number(p.state == POLICY_ACTIVE ? p.amount.raw : U256_ZERO);
	out[POLICY_FIGURE_premium] = figure_number(p.premium.raw);
	out[POLICY_FIGURE_fee_rate] = figure_number(p.fee_rate);
	out[POLICY_FIGURE_target] = figure_hash(p.target);
	out[POLICY_FIGURE_start_time] = figure_number(u256_from(p.start));
	out[POLICY_FIGURE_end_time] = figure_number(u256_from(p.end));
	out[POLICY_FIGURE_insured] = figure_address(p.insured);
	out[POLICY_FIGURE_agent] = figure_address(p.agent);
	out[POLICY_FIGURE_payout] = figure_number(p.payout.raw);
	out[POLICY_FIGURE_ended_at] = figure_number(u256_from(p.ended_at));
	out[POLICY_FIGURE_block] = figure_number(u256_from(p.block));
	out[POLICY_FIGURE_id_there] = figure_number(
		u256_from(p.state == POLICY_NONE ? 0 : get_be64(key + ADDRESS_BYTES)));
}

static bool is_policy(const void *row)
{
	return ((const struct insuredao_policy *)row)->state != POLICY_NONE;
}

/* ---- credits ---- */

static void read_credit(struct figure *out, const struct reading *r, const uint8_t *key)
{
	struct address market = insuredao_address_in(key);
	struct insuredao_credit c = insuredao_credit_at(r->state, r->pool, market,
							insuredao_address_in(key + ADDRESS_BYTES));
	struct shares pending = shares_of(U256_ZERO);
	bool ok = u256_is_zero(c.credit.raw) ||
		  insuredao_pending_premium(
			  &pending, NULL, c.credit,
			  insuredao_market_at(r->state, r->pool, market).reward_per_credit,
			  c.reward_debt);

	out[CREDIT_credit] = figure_number(c.credit.raw);
	out[CREDIT_reward_debt] = insuredao_worth(r, true, c.reward_debt);
	out[CREDIT_slot] = figure_number(u256_from(c.slot));
	out[CREDIT_alloc_points] = figure_number(c.points);
	out[CREDIT_pending_premium] = insuredao_worth(r, ok, pending.raw);
}

static bool is_credit(const void *row)
{
	return ((const struct insuredao_credit *)row)->slot != 0;
}

/* ---- holdings ---- */

static struct figure holding_value(const struct reading *r, struct address pool,
				   struct shares balance)
{
	struct insuredao_supply supply = insuredao_supply_at(r->state, r->pool, pool);
	struct insuredao_liquidity l;
	struct assets backing = assets_of(U256_ZERO);
	struct assets worth = assets_of(U256_ZERO);
	bool ok = false;

	if (u256_is_zero(supply.total_supply.raw))
		return insuredao_worth(r, true, U256_ZERO);
	switch (insuredao_kind(r->pool, pool)) {
	case INSUREDAO_MARKETS:
		ok = insuredao_market_liquidity(&l, NULL, r->state, r->pool, pool);
		backing = l.own;
		break;
	case INSUREDAO_INDICES:
		ok = insuredao_index_liquidity(&backing, NULL, r->state, r->pool, pool);
		break;
	case INSUREDAO_RESERVES:
		ok = insuredao_crowd_value(&backing, r, pool);
		break;
	case INSUREDAO_VAULT:
	case INSUREDAO_TOKEN:
	case INSUREDAO_PARAMETERS:
	case INSUREDAO_OWNERSHIP:
	case INSUREDAO_FACTORY:
		break;
	}
	ok = ok && insuredao_shares_worth(&worth, NULL, "", balance, backing, supply.total_supply);
	return insuredao_worth(r, ok, worth.raw);
}

static void read_holding(struct figure *out, const struct reading *r, const uint8_t *key)
{
	struct address pool = insuredao_address_in(key + ADDRESS_BYTES);
	struct insuredao_setting setting = insuredao_setting(r->state, r->pool, pool);
	struct insuredao_holding row;
	u256 until = U256_ZERO;
	bool ok;

	state_row_at(&row, r->state, &insuredao_table_holding, r->pool->id, key, UINT64_MAX);
	ok = u256_add_ok(&until, u256_from(row.unlocks_at), setting.withdrawable_duration);
	out[HOLDING_balance] = figure_number(row.balance.raw);
	out[HOLDING_value] = holding_value(r, pool, row.balance);
	out[HOLDING_requested] = figure_number(row.requested.raw);
	out[HOLDING_unlocks_at] = figure_number(u256_from(row.unlocks_at));
	out[HOLDING_withdrawable_until] = figure_computed(ok, row.unlocks_at ? until : U256_ZERO);
}

static bool is_holding(const void *row)
{
	const struct insuredao_holding *holding = row;

	return !u256_is_zero(holding->balance.raw) || holding->unlocks_at;
}

static bool is_withdrawal(const void *row)
{
	return !u256_is_zero(((const struct insuredao_holding *)row)->requested.raw);
}

/* ---- incidents ---- */

static void read_incident(struct figure *out, const struct reading *r, const uint8_t *key)
{
	struct insuredao_incident i;
	bool is_borne;

	state_row_at(&i, r->state, &insuredao_table_incident, r->pool->id, key, UINT64_MAX);
	is_borne = i.resumed_at && !i.is_unknown;
	out[INCIDENT_is_bounty] = figure_flag(i.is_bounty);
	out[INCIDENT_block] = figure_number(u256_from(i.block));
	out[INCIDENT_incident_timestamp] = figure_number(i.incident_timestamp);
	out[INCIDENT_pending_end] = figure_number(i.pending_end);
	out[INCIDENT_payout_numerator] = figure_number(i.payout_numerator);
	out[INCIDENT_payout_denominator] = figure_number(i.payout_denominator);
	out[INCIDENT_merkle_root] = figure_hash(i.merkle_root);
	out[INCIDENT_payout_count] = figure_number(u256_from(i.payout_count));
	out[INCIDENT_paid] = figure_number(i.paid.raw);
	out[INCIDENT_debt] = figure_computed(is_borne, i.debt.raw);
	out[INCIDENT_from_market] = figure_computed(is_borne, i.from_market.raw);
	out[INCIDENT_from_indices] = figure_computed(is_borne, i.from_indices.raw);
	out[INCIDENT_from_reserves] = figure_computed(is_borne, i.from_reserves.raw);
	out[INCIDENT_shortage] = figure_computed(is_borne, i.shortage.raw);
	out[INCIDENT_resumed_at] = figure_number(u256_from(i.resumed_at));
}

static bool is_incident(const void *row)
{
	return ((const struct insuredao_incident *)row)->is_there;
}

/* ---- the lists ---- */

static const struct item_part policy_parts[] = {
	{"market", FIGURE_ADDRESS, ADDRESS_BYTES, ""},
	{"id", FIGURE_NUMBER, 8, "counted by the market, from 0"},
};
static const struct item_part market_parts[] = {{"market", FIGURE_ADDRESS, ADDRESS_BYTES, ""}};
static const struct item_part index_parts[] = {{"index", FIGURE_ADDRESS, ADDRESS_BYTES, ""}};
static const struct item_part reserve_parts[] = {{"reserve", FIGURE_ADDRESS, ADDRESS_BYTES, ""}};
static const struct item_part credit_parts[] = {
	{"market", FIGURE_ADDRESS, ADDRESS_BYTES, ""},
	{"index", FIGURE_ADDRESS, ADDRESS_BYTES, ""},
};
static const struct item_part holding_parts[] = {
	{"account", FIGURE_ADDRESS, ADDRESS_BYTES, ""},
	{"pool", FIGURE_ADDRESS, ADDRESS_BYTES, "a market, index or reserve"},
};
static const struct item_part incident_parts[] = {
	{"market", FIGURE_ADDRESS, ADDRESS_BYTES, ""},
	{"number", FIGURE_NUMBER, 8, "from 1"},
};

static const char *const policy_columns[] = {"state",    "amount", "premium", "start_time",
					     "end_time", "payout", NULL};
static const char *const market_columns[] = {"market_status", "total_liquidity",  "total_credit",
					     "locked_amount", "utilization_rate", NULL};
static const char *const index_columns[] = {
	"total_liquidity", "total_allocated_credit", "leverage", "withdrawable", "locked", NULL};
static const char *const incident_columns[] = {
	"paid", "debt", "from_market", "from_indices", "from_reserves", "shortage", NULL};

#define POOL_FIGURES(name, NAME)                                                                   \
	.figures = insuredao_##name##_figures, .figure_count = INSUREDAO_##NAME##_FIGURE_COUNT
#define PARTS(name)                                                                                \
	.parts = name##_parts, .part_count = sizeof(name##_parts) / sizeof(name##_parts[0])
#define FIGURES(name)                                                                              \
	.figures = name##_figures,                                                                 \
	.figure_count = sizeof(name##_figures) / sizeof(name##_figures[0])

const struct item_list insuredao_lists[INSUREDAO_LIST_COUNT] = {
	[INSUREDAO_LIST_POLICIES] = {.name = "policies",
				     .one = "policy",
				     .title = "Insurances",
				     PARTS(policy),
				     FIGURES(policy),
				     .columns = policy_columns,
				     .table = &insuredao_table_policy,
				     .exists = is_policy,
				     .read = read_policy},
	[INSUREDAO_LIST_MARKETS] = {.name = "markets",
				    .one = "market",
				    .title = "Markets",
				    PARTS(market),
				    POOL_FIGURES(market, MARKET),
				    .columns = market_columns,
				    .table = &insuredao_table_market,
				    .exists = insuredao_is_market,
				    .read = insuredao_read_market},
	[INSUREDAO_LIST_INDICES] = {.name = "indices",
				    .one = "index",
				    .title = "Index pools",
				    PARTS(index),
				    POOL_FIGURES(index, INDEX),
				    .columns = index_columns,
				    .table = &insuredao_table_index,
				    .exists = insuredao_is_index,
				    .read = insuredao_read_index},
	[INSUREDAO_LIST_RESERVES] = {.name = "reserves",
				     .one = "reserve",
				     .title = "Reserves",
				     PARTS(reserve),
				     POOL_FIGURES(reserve, RESERVE),
				     .table = &insuredao_table_reserve,
				     .exists = insuredao_is_reserve,
				     .read = insuredao_read_reserve},
	[INSUREDAO_LIST_CREDITS] = {.name = "credits",
				    .one = "credit",
				    .title = "What indices lend to markets",
				    PARTS(credit),
				    FIGURES(credit),
				    .table = &insuredao_table_credit,
				    .exists = is_credit,
				    .read = read_credit},
	[INSUREDAO_LIST_HOLDINGS] = {.name = "holdings",
				     .one = "holding",
				     .title = "Shares of markets, indices and reserves",
				     PARTS(holding),
				     FIGURES(holding),
				     .table = &insuredao_table_holding,
				     .exists = is_holding,
				     .read = read_holding},
	[INSUREDAO_LIST_WITHDRAWALS] = {.name = "withdrawals",
					.one = "withdrawal",
					.title = "Holdings of which something is to be withdrawn",
					PARTS(holding),
					FIGURES(holding),
					.table = &insuredao_table_holding,
					.exists = is_withdrawal,
					.read = read_holding},
	[INSUREDAO_LIST_INCIDENTS] = {.name = "incidents",
				      .one = "incident",
				      .title = "Incidents and bounties, and who bore them",
				      PARTS(incident),
				      FIGURES(incident),
				      .columns = incident_columns,
				      .table = &insuredao_table_incident,
				      .exists = is_incident,
				      .read = read_incident},
};
