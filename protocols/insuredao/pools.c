/* What markets, indices and reserves show. */
#include "protocols/insuredao/lists.h"

#include "protocols/insuredao/figures.h"

#include "protocols/insuredao/internal.h"

/* F(name, kind, unit, choices, meaning) */
#define MARKET_FIGURES(F)                                                                          \
	F(market_status, CHOICE, PLAIN, market_states, "")                                         \
	F(total_liquidity, NUMBER, ASSETS, NULL, "own and lent")                                   \
	F(original_liquidity, NUMBER, ASSETS, NULL, "the holders' own")                            \
	F(total_credit, NUMBER, ASSETS, NULL, "lent by indices")                                   \
	F(locked_amount, NUMBER, ASSETS, NULL, "open cover")                                       \
	F(available_balance, NUMBER, ASSETS, NULL, "total liquidity less locked")                  \
	F(utilization_rate, NUMBER, PLAIN, NULL, "locked over total liquidity, 10^6 is 100 %")     \
	F(rate, NUMBER, PLAIN, NULL, "own liquidity a share, times 10^6")                          \
	F(total_supply, NUMBER, SHARES, NULL, "shares")                                            \
	F(attribution_debt, NUMBER, SHARES, NULL, "attributions that indices have earned")         \
	F(reward_per_credit, NUMBER, PLAIN, NULL, "attributions a unit of credit, times 10^6")     \
	F(debts, NUMBER, ASSETS, NULL, "paid out and not yet borne")                               \
	F(paused, FLAG, PLAIN, NULL, "")                                                           \
	F(open_deposit, FLAG, PLAIN, NULL, "whether others than the owner may deposit")            \
	F(all_insurance_count, NUMBER, PLAIN, NULL, "sold so far")                                 \
	F(lender_count, NUMBER, PLAIN, NULL, "indices registered")                                 \
	F(incident_count, NUMBER, PLAIN, NULL, "incidents and bounties so far")                    \
	F(pending_end, NUMBER, TIME, NULL, "from when on it may be resumed")                       \
	F(payout_numerator, NUMBER, PLAIN, NULL, "of the last incident")                           \
	F(payout_denominator, NUMBER, PLAIN, NULL, "")                                             \
	F(incident_timestamp, NUMBER, TIME, NULL, "")                                              \
	F(merkle_root, HASH, PLAIN, NULL, "who lost what")                                         \
	F(fee_rate, NUMBER, PLAIN, NULL, "of premiums, 10^6 is 100 %")                             \
	F(request_duration, NUMBER, SECONDS, NULL, "")                                             \
	F(withdrawable_duration, NUMBER, SECONDS, NULL, "")                                        \
	F(unlock_grace_period, NUMBER, SECONDS, NULL, "")                                          \
	F(max_insure_span, NUMBER, SECONDS, NULL, "")                                              \
	F(min_insure_span, NUMBER, SECONDS, NULL, "")                                              \
	F(premium_model, ADDRESS, PLAIN, NULL, "")                                                 \
	F(premium_rate, NUMBER, PLAIN, NULL, "of the next unit of cover a year, 10^6 is 100 %")    \
	F(premium_kind, CHOICE, PLAIN, premium_kinds, "as it answered last")                       \
	F(base_rate, NUMBER, PLAIN, NULL, "10^6 is 100 % a year; likewise")                        \
	F(rate_slope1, NUMBER, PLAIN, NULL, "likewise")                                            \
	F(rate_slope2, NUMBER, PLAIN, NULL, "likewise")                                            \
	F(optimal_utilize_ratio, NUMBER, PLAIN, NULL, "likewise")

#define INDEX_FIGURES(F)                                                                           \
	F(total_liquidity, NUMBER, ASSETS, NULL, "value in the vault and pending premium")         \
	F(accrued_premiums, NUMBER, SHARES, NULL, "earned at markets, in attributions")            \
	F(total_supply, NUMBER, SHARES, NULL, "shares")                                            \
	F(rate, NUMBER, PLAIN, NULL, "liquidity a share, times 10^6")                              \
	F(total_allocated_credit, NUMBER, ASSETS, NULL, "lent to all markets")                     \
	F(leverage, NUMBER, PLAIN, NULL, "credit over liquidity, 10^6 is 1")                       \
	F(target_lev, NUMBER, PLAIN, NULL, "10^6 is 1")                                            \
	F(total_alloc_point, NUMBER, PLAIN, NULL, "")                                              \
	F(withdrawable, NUMBER, ASSETS, NULL, "what locked credit leaves free")                    \
	F(locked, FLAG, PLAIN, NULL, "a market that it lends to pays out")                         \
	F(paused, FLAG, PLAIN, NULL, "")                                                           \
	F(upper_slack, NUMBER, PLAIN, NULL, "")                                                    \
	F(lower_slack, NUMBER, PLAIN, NULL, "")

#define RESERVE_FIGURES(F)                                                                         \
	F(total_liquidity, NUMBER, ASSETS, NULL, "value in the vault")                             \
	F(crowd_pool, NUMBER, SHARES, NULL, "attributions of the holders of shares")               \
	F(surplus_pool, NUMBER, SHARES, NULL, "attributions of nobody's shares")                   \
	F(total_supply, NUMBER, SHARES, NULL, "shares")                                            \
	F(rate, NUMBER, PLAIN, NULL, "the crowd's value a share, times 10^6")                      \
	F(paused, FLAG, PLAIN, NULL, "")

static const char *const market_states[] = {"trading", "payingout", NULL};
static const char *const premium_kinds[] = {"unknown", "flat", "slope", NULL};

#define RULE(member, kind, unit, choices, meaning)                                                 \
	{#member, FIGURE_##kind, UNIT_##unit, meaning, choices},
#define MARKET_ENUM(member, kind, unit, choices, meaning) MARKET_##member,
#define INDEX_ENUM(member, kind, unit, choices, meaning) INDEX_##member,
#define RESERVE_ENUM(member, kind, unit, choices, meaning) RESERVE_##member,

enum { MARKET_FIGURES(MARKET_ENUM) MARKET_FIGURE_COUNT };
enum { INDEX_FIGURES(INDEX_ENUM) INDEX_FIGURE_COUNT };
enum { RESERVE_FIGURES(RESERVE_ENUM) RESERVE_FIGURE_COUNT };

const struct figure_rule insuredao_market_figures[] = {MARKET_FIGURES(RULE)};
const struct figure_rule insuredao_index_figures[] = {INDEX_FIGURES(RULE)};
const struct figure_rule insuredao_reserve_figures[] = {RESERVE_FIGURES(RULE)};
_Static_assert((int)MARKET_FIGURE_COUNT == (int)INSUREDAO_MARKET_FIGURE_COUNT &&
		       (int)INDEX_FIGURE_COUNT == (int)INSUREDAO_INDEX_FIGURE_COUNT &&
		       (int)RESERVE_FIGURE_COUNT == (int)INSUREDAO_RESERVE_FIGURE_COUNT,
	       "count the figures");

/* ---- markets ---- */

static void read_market_settings(struct figure *out, const struct reading *r, struct address market)
{
	struct insuredao_setting s = insuredao_setting(r->state, r->pool, market);
	struct insuredao_rates_row rates;
	u256 rate;
	bool known;

	state_row_at(&rates, r->state, &insuredao_table_rates, r->pool->id, market.bytes,
		     UINT64_MAX);
	out[MARKET_fee_rate] = figure_number(s.fee_rate);
	out[MARKET_request_duration] = figure_number(s.request_duration);
	out[MARKET_withdrawable_duration] = figure_number(s.withdrawable_duration);
	out[MARKET_unlock_grace_period] = figure_number(s.unlock_grace_period);
	out[MARKET_max_insure_span] = figure_number(s.max_insure_span);
	out[MARKET_min_insure_span] = figure_number(s.min_insure_span);
	out[MARKET_premium_model] = figure_address(s.premium_model);
	known = insuredao_premium_rate(&rate, &rates, r->state, r->pool, market);
	out[MARKET_premium_rate] = known ? figure_number(rate) : figure_null();
	out[MARKET_premium_kind] = figure_choice(rates.kind);
	out[MARKET_base_rate] = figure_computed(rates.kind != MODEL_UNKNOWN, rates.base);
	out[MARKET_rate_slope1] = figure_computed(rates.kind == MODEL_SLOPE, rates.slope1);
	out[MARKET_rate_slope2] = figure_computed(rates.kind == MODEL_SLOPE, rates.slope2);
	out[MARKET_optimal_utilize_ratio] =
		figure_computed(rates.kind == MODEL_SLOPE, rates.optimal);
}

void insuredao_read_market(struct figure *out, const struct reading *r, const uint8_t *key)
{
	struct address market = insuredao_address_in(key);
	struct insuredao_market m = insuredao_market_at(r->state, r->pool, market);
	struct insuredao_supply supply = insuredao_supply_at(r->state, r->pool, market);
	struct insuredao_liquidity l;
	bool ok = insuredao_market_liquidity(&l, NULL, r->state, r->pool, market);
	u256 x = U256_ZERO;
	bool is_ratio;

	out[MARKET_market_status] = figure_choice(m.status);
	out[MARKET_total_liquidity] = insuredao_worth(r, ok, l.total.raw);
	out[MARKET_original_liquidity] = insuredao_worth(r, ok, l.own.raw);
	out[MARKET_total_credit] = figure_number(m.total_credit.raw);
	out[MARKET_locked_amount] = figure_number(m.locked_amount.raw);
	out[MARKET_available_balance] =
		insuredao_worth(r, ok && l.is_available_known, l.available.raw);
	is_ratio = ok && insuredao_ratio(&x, m.locked_amount.raw, l.total.raw);
	out[MARKET_utilization_rate] = insuredao_worth(r, is_ratio, x);
	is_ratio = ok && insuredao_ratio(&x, l.own.raw, supply.total_supply.raw);
	out[MARKET_rate] = insuredao_worth(r, is_ratio, x);
	out[MARKET_total_supply] = figure_number(supply.total_supply.raw);
	out[MARKET_attribution_debt] = insuredao_worth(r, true, m.attribution_debt.raw);
	out[MARKET_reward_per_credit] = insuredao_worth(r, true, m.reward_per_credit);
	out[MARKET_debts] =
		insuredao_worth(r, true, insuredao_account_at(r->state, r->pool, market).debts.raw);
	out[MARKET_paused] = figure_flag(m.is_paused);
	out[MARKET_open_deposit] = figure_flag(!m.is_closed);
	out[MARKET_all_insurance_count] = figure_number(u256_from(m.insurance_count));
	out[MARKET_lender_count] = figure_number(u256_from(m.lender_count));
	out[MARKET_incident_count] = figure_number(u256_from(m.incident_count));
	out[MARKET_pending_end] = figure_number(m.pending_end);
	out[MARKET_payout_numerator] = figure_number(m.payout_numerator);
	out[MARKET_payout_denominator] = figure_number(m.payout_denominator);
	out[MARKET_incident_timestamp] = figure_number(m.incident_timestamp);
	out[MARKET_merkle_root] = figure_hash(m.merkle_root);
	read_market_settings(out, r, market);
}

bool insuredao_is_market(const void *row)
{
	return ((const struct insuredao_market *)row)->is_there;
}

/* ---- indices ---- */

static struct figure withdrawable(const struct reading *r, struct address index,
				  struct assets liquidity)
{
	struct insuredao_index_row row = insuredao_index_at(r->state, r->pool, index);
	struct insuredao_slice *slices =
		arena_array(r->arena, INSUREDAO_MARKETS_MAX, sizeof(*slices));
	struct insuredao_index as = {.liquidity = liquidity, .target_leverage = row.target_lev};
	struct assets out = assets_of(U256_ZERO);
	size_t count;
	bool ok = true;

	if (!u256_is_zero(liquidity.raw))
		ok = insuredao_slices(slices, NULL, &count, r->state, r->pool, index) &&
		     insuredao_withdrawable(&out, NULL, slices, count, &as);
	return insuredao_worth(r, ok, out.raw);
}

void insuredao_read_index(struct figure *out, const struct reading *r, const uint8_t *key)
{
	struct address index = insuredao_address_in(key);
	struct insuredao_index_row row = insuredao_index_at(r->state, r->pool, index);
	struct insuredao_setting setting = insuredao_setting(r->state, r->pool, index);
	struct insuredao_supply supply = insuredao_supply_at(r->state, r->pool, index);
	struct assets liquidity;
	struct assets accrued;
	bool ok = insuredao_index_liquidity(&liquidity, NULL, r->state, r->pool, index);
	bool is_accrued = insuredao_accrued(&accrued, r->state, r->pool, index);
	u256 x = U256_ZERO;
	bool is_ratio;

	out[INDEX_total_liquidity] = insuredao_worth(r, ok, liquidity.raw);
	out[INDEX_accrued_premiums] = insuredao_worth(r, is_accrued, accrued.raw);
	out[INDEX_total_supply] = figure_number(supply.total_supply.raw);
	is_ratio = ok && insuredao_ratio(&x, liquidity.raw, supply.total_supply.raw);
	out[INDEX_rate] = insuredao_worth(r, is_ratio, x);
	out[INDEX_total_allocated_credit] = figure_number(row.total_allocated_credit.raw);
	is_ratio = ok && insuredao_ratio(&x, row.total_allocated_credit.raw, liquidity.raw);
	out[INDEX_leverage] = insuredao_worth(r, is_ratio, x);
	out[INDEX_target_lev] = figure_number(row.target_lev);
	out[INDEX_total_alloc_point] = figure_number(row.total_alloc_point);
	out[INDEX_withdrawable] =
		ok ? withdrawable(r, index, liquidity) : insuredao_worth(r, false, U256_ZERO);
	out[INDEX_locked] = figure_flag(row.is_locked);
	out[INDEX_paused] = figure_flag(row.is_paused);
	out[INDEX_upper_slack] = figure_number(setting.upper_slack);
	out[INDEX_lower_slack] = figure_number(setting.lower_slack);
}

bool insuredao_is_index(const void *row)
{
	return ((const struct insuredao_index_row *)row)->is_there;
}

/* ---- reserves ---- */

static struct insuredao_reserve reserve_at(const struct reading *r, struct address reserve)
{
	struct insuredao_reserve row;

	state_row_at(&row, r->state, &insuredao_table_reserve, r->pool->id, reserve.bytes,
		     UINT64_MAX);
	return row;
}

/* What the holders of shares have in the vault. */
bool insuredao_crowd_value(struct assets *out, const struct reading *r, struct address reserve)
{
	struct insuredao_vault vault = insuredao_vault(r->state, r->pool);

	return insuredao_attributions_value(out, NULL, "", reserve_at(r, reserve).crowd_pool,
					    &vault) &&
	       insuredao_vault_is_known(r->state, r->pool);
}

void insuredao_read_reserve(struct figure *out, const struct reading *r, const uint8_t *key)
{
	struct address reserve = insuredao_address_in(key);
	struct insuredao_reserve row = reserve_at(r, reserve);
	struct insuredao_supply supply = insuredao_supply_at(r->state, r->pool, reserve);
	struct assets value;
	struct assets crowd;
	u256 x = U256_ZERO;
	bool ok = insuredao_underlying(&value, NULL, "", r->state, r->pool, reserve);

	out[RESERVE_total_liquidity] = insuredao_worth(r, ok, value.raw);
	out[RESERVE_crowd_pool] = insuredao_worth(r, true, row.crowd_pool.raw);
	out[RESERVE_surplus_pool] = insuredao_worth(r, true, row.surplus_pool.raw);
	out[RESERVE_total_supply] = figure_number(supply.total_supply.raw);
	ok = insuredao_crowd_value(&crowd, r, reserve) &&
	     insuredao_ratio(&x, crowd.raw, supply.total_supply.raw);
	out[RESERVE_rate] = insuredao_worth(r, ok, x);
	out[RESERVE_paused] = figure_flag(row.is_paused);
}

bool insuredao_is_reserve(const void *row)
{
	return ((const struct insuredao_reserve *)row)->is_there;
}
