/* The rows, and the figures that follow from several of them. */
#include "protocols/insuredao/internal.h"

#define RECORD_OWNER struct insuredao_totals
RECORD_DEFINE(insuredao_totals, INSUREDAO_TOTALS_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct insuredao_account
RECORD_DEFINE(insuredao_account, INSUREDAO_ACCOUNT_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct insuredao_setting
RECORD_DEFINE(insuredao_setting, INSUREDAO_SETTING_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct insuredao_supply
RECORD_DEFINE(insuredao_supply, INSUREDAO_SUPPLY_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct insuredao_market
RECORD_DEFINE(insuredao_market, INSUREDAO_MARKET_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct insuredao_index_row
RECORD_DEFINE(insuredao_index_row, INSUREDAO_INDEX_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct insuredao_reserve
RECORD_DEFINE(insuredao_reserve, INSUREDAO_RESERVE_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct insuredao_credit
RECORD_DEFINE(insuredao_credit, INSUREDAO_CREDIT_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct insuredao_policy
RECORD_DEFINE(insuredao_policy, INSUREDAO_POLICY_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct insuredao_holding
RECORD_DEFINE(insuredao_holding, INSUREDAO_HOLDING_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct insuredao_incident
RECORD_DEFINE(insuredao_incident, INSUREDAO_INCIDENT_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct insuredao_payout_row
RECORD_DEFINE(insuredao_payout_row, INSUREDAO_PAYOUT_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct insuredao_rates_row
RECORD_DEFINE(insuredao_rates_row, INSUREDAO_RATES_FIELDS)
#undef RECORD_OWNER

enum {
	TABLE_TOTALS = TABLE_PROTOCOL_FIRST,
	TABLE_ACCOUNT,
	TABLE_SETTING,
	TABLE_SUPPLY,
	TABLE_MARKET,
	TABLE_INDEX,
	TABLE_RESERVE,
	TABLE_CREDIT,
	TABLE_POLICY,
	TABLE_HOLDING,
	TABLE_INCIDENT,
	TABLE_PAYOUT,
	TABLE_RATES = TABLE_PROTOCOL_UNDIGESTED,
};

const struct row_table insuredao_table_totals = {TABLE_TOTALS, 1, &record_insuredao_totals};
const struct row_table insuredao_table_account = {TABLE_ACCOUNT, ADDRESS_BYTES,
						  &record_insuredao_account};
const struct row_table insuredao_table_setting = {TABLE_SETTING, ADDRESS_BYTES,
						  &record_insuredao_setting};
const struct row_table insuredao_table_supply = {TABLE_SUPPLY, ADDRESS_BYTES,
						 &record_insuredao_supply};
const struct row_table insuredao_table_market = {TABLE_MARKET, ADDRESS_BYTES,
						 &record_insuredao_market};
const struct row_table insuredao_table_index = {TABLE_INDEX, ADDRESS_BYTES,
						&record_insuredao_index_row};
const struct row_table insuredao_table_reserve = {TABLE_RESERVE, ADDRESS_BYTES,
						  &record_insuredao_reserve};
const struct row_table insuredao_table_credit = {TABLE_CREDIT, INSUREDAO_PAIR_KEY,
						 &record_insuredao_credit};
const struct row_table insuredao_table_policy = {TABLE_POLICY, INSUREDAO_NUMBER_KEY,
						 &record_insuredao_policy};
const struct row_table insuredao_table_holding = {TABLE_HOLDING, INSUREDAO_PAIR_KEY,
						  &record_insuredao_holding};
const struct row_table insuredao_table_incident = {TABLE_INCIDENT, INSUREDAO_NUMBER_KEY,
						   &record_insuredao_incident};
const struct row_table insuredao_table_payout = {TABLE_PAYOUT, PAYOUT_KEY,
						 &record_insuredao_payout_row};
const struct row_table insuredao_table_rates = {TABLE_RATES, ADDRESS_BYTES,
						&record_insuredao_rates_row};

void insuredao_pair_key(uint8_t out[INSUREDAO_PAIR_KEY], struct address a, struct address b)
{
	memcpy(out, a.bytes, ADDRESS_BYTES);
	memcpy(out + ADDRESS_BYTES, b.bytes, ADDRESS_BYTES);
}

void insuredao_number_key(uint8_t out[INSUREDAO_NUMBER_KEY], struct address a, uint64_t number)
{
	memcpy(out, a.bytes, ADDRESS_BYTES);
	put_be64(out + ADDRESS_BYTES, number);
}

struct insuredao_totals *insuredao_totals(struct state *state, const struct pool *pool)
{
	return state_row(state, &insuredao_table_totals, pool->id, "");
}

struct insuredao_account *insuredao_account(struct state *state, const struct pool *pool,
					    struct address who)
{
	return state_row(state, &insuredao_table_account, pool->id, who.bytes);
}

struct insuredao_supply *insuredao_supply(struct state *state, const struct pool *pool,
					  struct address of)
{
	return state_row(state, &insuredao_table_supply, pool->id, of.bytes);
}

struct insuredao_market *insuredao_market(struct state *state, const struct pool *pool,
					  struct address market)
{
	return state_row(state, &insuredao_table_market, pool->id, market.bytes);
}

struct insuredao_index_row *insuredao_index(struct state *state, const struct pool *pool,
					    struct address index)
{
	return state_row(state, &insuredao_table_index, pool->id, index.bytes);
}

struct insuredao_reserve *insuredao_reserve(struct state *state, const struct pool *pool,
					    struct address reserve)
{
	return state_row(state, &insuredao_table_reserve, pool->id, reserve.bytes);
}

struct insuredao_credit *insuredao_credit(struct state *state, const struct pool *pool,
					  struct address market, struct address index)
{
	uint8_t key[INSUREDAO_PAIR_KEY];

	insuredao_pair_key(key, market, index);
	return state_row(state, &insuredao_table_credit, pool->id, key);
}

struct insuredao_policy *insuredao_policy(struct state *state, const struct pool *pool,
					  struct address market, uint64_t id)
{
	uint8_t key[INSUREDAO_NUMBER_KEY];

	insuredao_number_key(key, market, id);
	return state_row(state, &insuredao_table_policy, pool->id, key);
}

struct insuredao_holding *insuredao_holding(struct state *state, const struct pool *pool,
					    struct address account, struct address of)
{
	uint8_t key[INSUREDAO_PAIR_KEY];

	insuredao_pair_key(key, account, of);
	return state_row(state, &insuredao_table_holding, pool->id, key);
}

struct insuredao_incident *insuredao_incident(struct state *state, const struct pool *pool,
					      struct address market, uint64_t number)
{
	uint8_t key[INSUREDAO_NUMBER_KEY];

	insuredao_number_key(key, market, number);
	return state_row(state, &insuredao_table_incident, pool->id, key);
}

struct insuredao_account insuredao_account_at(struct state *state, const struct pool *pool,
					      struct address who)
{
	struct insuredao_account row;

	state_row_at(&row, state, &insuredao_table_account, pool->id, who.bytes, UINT64_MAX);
	return row;
}

struct insuredao_market insuredao_market_at(struct state *state, const struct pool *pool,
					    struct address market)
{
	struct insuredao_market row;

	state_row_at(&row, state, &insuredao_table_market, pool->id, market.bytes, UINT64_MAX);
	return row;
}

struct insuredao_index_row insuredao_index_at(struct state *state, const struct pool *pool,
					      struct address index)
{
	struct insuredao_index_row row;

	state_row_at(&row, state, &insuredao_table_index, pool->id, index.bytes, UINT64_MAX);
	return row;
}

struct insuredao_credit insuredao_credit_at(struct state *state, const struct pool *pool,
					    struct address market, struct address index)
{
	struct insuredao_credit row;
	uint8_t key[INSUREDAO_PAIR_KEY];

	insuredao_pair_key(key, market, index);
	state_row_at(&row, state, &insuredao_table_credit, pool->id, key, UINT64_MAX);
	return row;
}

struct insuredao_supply insuredao_supply_at(struct state *state, const struct pool *pool,
					    struct address of)
{
	struct insuredao_supply row;

	state_row_at(&row, state, &insuredao_table_supply, pool->id, of.bytes, UINT64_MAX);
	return row;
}

struct address insuredao_address_in(const uint8_t *key)
{
	struct address out;

	memcpy(out.bytes, key, ADDRESS_BYTES);
	return out;
}

static void fall_back(u256 *own, u256 standard)
{
	if (u256_is_zero(*own))
		*own = standard;
}

struct insuredao_setting insuredao_setting(struct state *state, const struct pool *pool,
					   struct address of)
{
	static const struct address everybody;
	struct insuredao_setting own;
	struct insuredao_setting all;

	state_row_at(&own, state, &insuredao_table_setting, pool->id, of.bytes, UINT64_MAX);
	state_row_at(&all, state, &insuredao_table_setting, pool->id, everybody.bytes, UINT64_MAX);
	fall_back(&own.fee_rate, all.fee_rate);
	fall_back(&own.request_duration, all.request_duration);
	fall_back(&own.withdrawable_duration, all.withdrawable_duration);
	fall_back(&own.unlock_grace_period, all.unlock_grace_period);
	fall_back(&own.max_insure_span, all.max_insure_span);
	fall_back(&own.min_insure_span, all.min_insure_span);
	fall_back(&own.upper_slack, all.upper_slack);
	fall_back(&own.lower_slack, all.lower_slack);
	if (address_is_zero(own.premium_model))
		own.premium_model = all.premium_model;
	return own;
}

enum insuredao_role insuredao_kind(const struct pool *pool, struct address of)
{
	static const enum insuredao_role kinds[] = {INSUREDAO_MARKETS, INSUREDAO_INDICES,
						    INSUREDAO_RESERVES};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		for (size_t k = 0; k < pool->setup.contracts[kinds[i]].count; k++)
			if (address_equal(pool->setup.contracts[kinds[i]].addresses[k], of))
				return kinds[i];
	return INSUREDAO_VAULT;
}

bool insuredao_vault_is_known(struct state *state, const struct pool *pool)
{
	return address_is_zero(insuredao_totals(state, pool)->controller);
}

struct insuredao_vault insuredao_vault(struct state *state, const struct pool *pool)
{
	const struct insuredao_totals *t = insuredao_totals(state, pool);

	return (struct insuredao_vault){.value = t->balance, .attributions = t->total_attributions};
}

bool insuredao_underlying(struct assets *out, struct trace *trace, const char *name,
			  struct state *state, const struct pool *pool, struct address who)
{
	struct insuredao_vault vault = insuredao_vault(state, pool);

	*out = assets_of(U256_ZERO);
	return insuredao_vault_is_known(state, pool) &&
	       insuredao_attributions_value(out, trace, name,
					    insuredao_account_at(state, pool, who).attributions,
					    &vault);
}

bool insuredao_market_liquidity(struct insuredao_liquidity *out, struct trace *trace,
				struct state *state, const struct pool *pool, struct address market)
{
	struct insuredao_market m = insuredao_market_at(state, pool, market);
	struct insuredao_vault vault = insuredao_vault(state, pool);
	struct assets held;
	struct assets owed;
	bool ok;

	*out = (struct insuredao_liquidity){.is_available_known = false};
	ok = insuredao_underlying(&held, NULL, "", state, pool, market) &&
	     insuredao_attributions_value(&owed, NULL, "", m.attribution_debt, &vault) &&
	     assets_sub_ok(&out->own, held, owed) &&
	     assets_add_ok(&out->total, out->own, m.total_credit);
	TRACE(trace, "originalLiquidity",
	      "attributions * V // A - attributionDebt * V // A; V, A of the vault", ok,
	      out->own.raw,
	      {"attributions", insuredao_account_at(state, pool, market).attributions.raw},
	      {"attributionDebt", m.attribution_debt.raw}, {"V", vault.value.raw},
	      {"A", vault.attributions.raw});
	TRACE(trace, "totalLiquidity", "originalLiquidity + totalCredit", ok, out->total.raw,
	      {"originalLiquidity", out->own.raw}, {"totalCredit", m.total_credit.raw});
	if (!ok)
		return false;
	out->is_available_known =
		insuredao_available(&out->available, NULL, out->total, m.locked_amount);
	return true;
}

bool insuredao_accrued(struct assets *out, struct state *state, const struct pool *pool,
		       struct address index)
{
	bool ok = true;

	*out = assets_of(U256_ZERO);
	for (size_t i = 0; ok && i < pool->setup.contracts[INSUREDAO_MARKETS].count; i++) {
		struct address market = pool->setup.contracts[INSUREDAO_MARKETS].addresses[i];
		struct insuredao_credit c = insuredao_credit_at(state, pool, market, index);
		struct shares pending = shares_of(U256_ZERO);

		if (u256_is_zero(c.points) || u256_is_zero(c.credit.raw))
			continue;
		ok = insuredao_pending_premium(
			     &pending, NULL, c.credit,
			     insuredao_market_at(state, pool, market).reward_per_credit,
			     c.reward_debt) &&
		     assets_add_ok(out, *out, assets_of(pending.raw));
	}
	return ok;
}

bool insuredao_index_liquidity(struct assets *out, struct trace *trace, struct state *state,
			       const struct pool *pool, struct address index)
{
	struct assets held = assets_of(U256_ZERO);
	struct assets accrued = assets_of(U256_ZERO);
	bool ok;

	*out = assets_of(U256_ZERO);
	ok = insuredao_underlying(&held, trace, "underlyingValue", state, pool, index) &&
	     insuredao_accrued(&accrued, state, pool, index) && assets_add_ok(out, held, accrued);
	TRACE(trace, "totalLiquidity", "underlyingValue + pending premiums", ok, out->raw,
	      {"underlyingValue", held.raw}, {"pending premiums", accrued.raw});
	return ok;
}

bool insuredao_slices(struct insuredao_slice *out, struct address *markets, size_t *count,
		      struct state *state, const struct pool *pool, struct address index)
{
	bool ok = true;

	*count = 0;
	for (size_t i = 0; ok && i < pool->setup.contracts[INSUREDAO_MARKETS].count; i++) {
		struct address market = pool->setup.contracts[INSUREDAO_MARKETS].addresses[i];
		struct insuredao_credit c = insuredao_credit_at(state, pool, market, index);
		struct insuredao_market m = insuredao_market_at(state, pool, market);
		struct insuredao_liquidity l;

		if (c.slot == 0 || *count == INSUREDAO_MARKETS_MAX)
			continue;
		ok = insuredao_market_liquidity(&l, NULL, state, pool, market) &&
		     l.is_available_known;
		if (markets)
			markets[*count] = market;
		out[(*count)++] =
			(struct insuredao_slice){.credit = c.credit,
						 .available = l.available,
						 .points = c.points,
						 .is_paused = m.is_paused,
						 .is_paying = m.status == INSUREDAO_PAYINGOUT};
	}
	return ok;
}
