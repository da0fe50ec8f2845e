/* What the pool and its accounts show, under the contracts' own view names. */
#include "protocols/bridge_mutual/figures.h"
#include "protocols/bridge_mutual/asked.h"
#include "protocols/bridge_mutual/clocks.h"
#include "protocols/bridge_mutual/handlers.h"

const char *const bridge_withdrawal_states[] = {"none", "pending", "ready", "expired", NULL};

const struct figure_rule bridge_pool_figures[] = {POOL_FIGURES(FIGURE_RULE)};
const struct figure_rule bridge_account_figures[] = {ACCOUNT_FIGURES(FIGURE_RULE)};
_Static_assert((int)POOL_FIGURE_COUNT == (int)BRIDGE_POOL_FIGURE_COUNT &&
		       (int)ACCOUNT_FIGURE_COUNT == (int)BRIDGE_ACCOUNT_FIGURE_COUNT,
	       "count the figures");

/* Where the mirror does not know the block's time, it may still know its day and its epoch. */
static bool time_of(uint64_t *time, const struct reading *r)
{
	uint64_t start = bridge_parameters(r->state, r->pool)->start_time;
	uint64_t earliest;
	uint64_t latest;

	*time = r->time_earliest;
	return bridge_day(r->time_earliest) == bridge_day(r->time_latest) &&
	       bridge_epoch(&earliest, start, r->time_earliest) &&
	       bridge_epoch(&latest, start, r->time_latest) && earliest == latest;
}

static void read_kept(struct figure *out, const struct reading *r, const struct bridge_totals *t)
{
	const struct bridge_parameters *p = bridge_parameters(r->state, r->pool);
	u256 leveraged = U256_ZERO;
	bool ok = bridge_leveraged(&leveraged, r->state, r->pool);

	out[POOL_total_liquidity] = figure_number(t->liquidity.raw);
	out[POOL_total_cover_tokens] = figure_number(t->cover.raw);
	out[POOL_total_supply] = figure_number(t->supply.raw);
	out[POOL_epoch_start_time] = figure_number(u256_from(p->start_time));
	out[POOL_last_distribution_epoch] = figure_number(u256_from(t->last_epoch));
	out[POOL_last_premium_distribution_epoch] = figure_number(u256_from(t->last_day));
	out[POOL_last_premium_distribution_amount] = figure_number(t->daily_premium);
	out[POOL_stbl_decimals] = figure_number(u256_from(p->decimals));
	out[POOL_coverage_balance] = figure_number(t->coverage_coin);
	out[POOL_locked_x_tokens] = figure_number(t->sum_locked.raw);
	out[POOL_locked_claims] = figure_number(t->locked_cover.raw);
	out[POOL_policies_sold] = figure_number(u256_from(t->policy_count));
	out[POOL_claims] = figure_number(u256_from(t->claim_count));
	out[POOL_total_leveraged_liquidity] = figure_computed(ok, leveraged);
	out[POOL_virtual_reinsurance] = figure_number(t->virtual_reinsurance.raw);
	out[POOL_leveraged_reinsurance] = figure_number(t->leveraged_reinsurance.raw);
	out[POOL_user_leverage_pools] = figure_number(u256_from(t->lender_count));
	out[POOL_reinsurance_liquidity] = figure_number(t->reinsurance_liquidity.raw);
}

static void read_model(struct figure *out, const struct reading *r)
{
	struct bridge_model model = bridge_model_kept(r->state, r->pool);

	out[POOL_pricing_known] = figure_flag(model.is_known);
	if (!model.is_known)
		return;
	out[POOL_safe_pricing_model] = figure_flag(model.is_safe);
	out[POOL_risky_threshold] = figure_number(model.risky_threshold);
	out[POOL_risky_minimum] = figure_number(model.risky_minimum);
	out[POOL_risky_maximum] = figure_number(model.risky_maximum);
	out[POOL_risky_maximum_full] = figure_number(model.risky_maximum_full);
	out[POOL_safe_threshold] = figure_number(model.safe_threshold);
	out[POOL_safe_minimum] = figure_number(model.safe_minimum);
	out[POOL_safe_maximum] = figure_number(model.safe_maximum);
	out[POOL_safe_maximum_full] = figure_number(model.safe_maximum_full);
	out[POOL_minimum_cost] = figure_number(model.minimum_cost);
}

/* What both clocks say of the block, whether or not the contracts were called since. */
static void read_clocks(struct figure *out, const struct reading *r, uint64_t time,
			const struct bridge_totals *t)
{
	struct shares one = shares_of(u256_from(UINT64_C(1000000000000000000)));
	struct assets liquidity = assets_of(U256_ZERO);
	struct assets cover = assets_of(U256_ZERO);
	struct assets price = assets_of(U256_ZERO);
	struct assets pending = assets_of(U256_ZERO);
	u256 capital = U256_ZERO;
	u256 rate = U256_ZERO;
	u256 utilization = U256_ZERO;
	uint64_t epoch = 0;
	bool ok = bridge_liquidity_at(&liquidity, NULL, r->state, r->pool, time);

	out[POOL_liquidity] = figure_computed(ok, liquidity.raw);
	ok = ok && bridge_rate(&rate, NULL, liquidity, t->supply) &&
	     bridge_to_coin(&price, NULL, "", one, rate);
	out[POOL_share_price] = figure_computed(ok, price.raw);
	ok = bridge_cover_at(&cover, NULL, r->state, r->pool, time);
	out[POOL_cover] = figure_computed(ok, cover.raw);
	ok = ok && !out[POOL_liquidity].is_null && bridge_leveraged(&capital, r->state, r->pool) &&
	     u256_add_ok(&capital, capital, liquidity.raw) &&
	     u256_mul_div_ok(&utilization, cover.raw, one.raw, capital);
	out[POOL_utilization] = figure_computed(ok, utilization);
	ok = bridge_pending(&pending, r->state, r->pool, time, NULL);
	out[POOL_locked_withdrawals] =
		figure_computed(ok && r->time_earliest == r->time_latest, pending.raw);
	ok = bridge_epoch(&epoch, bridge_parameters(r->state, r->pool)->start_time, time);
	out[POOL_epoch] = figure_computed(ok, u256_from(epoch));
}

/* A year's cost at the utilization of now, by the model that was asked last, in 10^18ths. */
static void read_rate(struct figure *out, const struct reading *r)
{
	struct bridge_model model = bridge_model_kept(r->state, r->pool);
	struct bridge_pricing pricing;
	u256 leveraged = U256_ZERO;
	u256 utilization;
	u256 rate = U256_ZERO;
	bool ok;

	bridge_pricing_of(&pricing, &model);
	ok = model.is_known && !out[POOL_cover].is_null && !out[POOL_liquidity].is_null &&
	     bridge_leveraged(&leveraged, r->state, r->pool) &&
	     bridge_utilization(&utilization, NULL, assets_of(out[POOL_cover].number),
				assets_of(out[POOL_liquidity].number), assets_of(leveraged)) &&
	     bridge_annual_cost(&rate, NULL, utilization,
				model.is_safe ? &pricing.safe : &pricing.risky) &&
	     u256_div_ok(&rate, rate, u256_from(1000000000));
	out[POOL_premium_rate] = figure_computed(ok, rate);
}

void bridge_read_pool(struct figure *out, const struct reading *r)
{
	const struct bridge_totals *t = bridge_totals(r->state, r->pool);
	uint64_t time;

	for (int i = 0; i < POOL_FIGURE_COUNT; i++)
		out[i] = figure_null();
	if (bridge_parameters(r->state, r->pool)->birth_block == 0)
		return;
	read_kept(out, r, t);
	read_model(out, r);
	if (!time_of(&time, r))
		return;
	read_clocks(out, r, time, t);
	read_rate(out, r);
}

static uint64_t withdrawal_status(const struct bridge_withdrawal *w, bool is_allowed, uint64_t time)
{
	if (w->ready == 0)
		return 0;
	if (time < w->ready)
		return 1;
	return bridge_has_lapsed(w, is_allowed, time) ? 3 : 2;
}

static void read_policy(struct figure *out, const struct bridge_policy *policy)
{
	out[ACCOUNT_policy_cover] = figure_number(policy->cover.raw);
	out[ACCOUNT_policy_start_epoch] = figure_number(u256_from(policy->start_epoch));
	out[ACCOUNT_policy_end_epoch] = figure_number(u256_from(policy->end_epoch));
	out[ACCOUNT_policy_paid] = figure_number(policy->price.raw);
	out[ACCOUNT_policy_protocol_part] = figure_number(policy->protocol_part.raw);
	out[ACCOUNT_policy_premium] = figure_number(policy->premium.raw);
	out[ACCOUNT_policy_start_time] = figure_number(u256_from(policy->start_time));
	out[ACCOUNT_policy_end_time] = figure_number(u256_from(policy->end_time));
}

void bridge_read_account(struct figure *out, const struct reading *r, struct address address)
{
	const struct bridge_totals *t = bridge_totals(r->state, r->pool);
	struct bridge_policy policy = {.start_epoch = 0};
	struct bridge_account account;
	struct bridge_allowed allowed;
	struct bridge_withdrawal w;
	struct assets worth = assets_of(U256_ZERO);
	u256 rate = U256_ZERO;
	uint64_t status;
	uint64_t time;
	bool ok;

	for (int i = 0; i < ACCOUNT_FIGURE_COUNT; i++)
		out[i] = figure_null();
	if (bridge_parameters(r->state, r->pool)->birth_block == 0)
		return;
	state_row_at(&account, r->state, &bridge_table_account, r->pool->id, address.bytes,
		     r->block);
	state_row_at(&w, r->state, &bridge_table_withdrawal, r->pool->id, address.bytes, r->block);
	state_row_at(&allowed, r->state, &bridge_table_allowed, r->pool->id, address.bytes,
		     r->block);
	if (account.policy)
		policy = *bridge_policy(r->state, r->pool, account.policy);
	out[ACCOUNT_x_tokens] = figure_number(account.x_tokens.raw);
	ok = time_of(&time, r) && bridge_rate_at(&rate, NULL, r->state, r->pool, t->supply, time) &&
	     bridge_to_coin(&worth, NULL, "", account.x_tokens, rate);
	out[ACCOUNT_worth] = figure_computed(ok, worth.raw);
	out[ACCOUNT_withdrawal_amount] = figure_number(w.x_tokens.raw);
	out[ACCOUNT_ready_to_withdraw_date] = figure_number(u256_from(w.ready));
	status = withdrawal_status(&w, allowed.is_allowed, r->time_earliest);
	if (status == withdrawal_status(&w, allowed.is_allowed, r->time_latest))
		out[ACCOUNT_withdrawal_status] = figure_choice(status);
	out[ACCOUNT_policy] = figure_number(u256_from(account.policy));
	read_policy(out, &policy);
}
