/* What the vault and its accounts show, under the contracts' own view names. */
#include "protocols/insuredao/figures.h"

#include "protocols/insuredao/internal.h"

/* F(name, kind, unit, meaning) */
#define POOL_FIGURES(F)                                                                            \
	F(share_price, RATIO, PLAIN, "the vault's value over all attributions")                    \
	F(liquidity, NUMBER, ASSETS, "what could be paid out: the vault's available tokens")       \
	F(cover, NUMBER, ASSETS, "open cover of all markets")                                      \
	F(utilization, RATIO, PLAIN, "cover over liquidity; above 1 with leverage")                \
	F(premium_rate, RATIO, PLAIN, "of markets by their liquidity, a year; as asked last")      \
	F(value_all, NUMBER, ASSETS, "V: what all attributions are worth")                         \
	F(balance, NUMBER, ASSETS, "the vault's count of its tokens, debts included")              \
	F(total_debt, NUMBER, ASSETS, "paid out and not yet borne by a pool")                      \
	F(system_debt, NUMBER, ASSETS, "of that, what no pool could bear")                         \
	F(available, NUMBER, ASSETS, "balance less debt")                                          \
	F(total_attributions, NUMBER, SHARES, "A: shares of the vault")                            \
	F(dust, NUMBER, SHARES, "attributions of nobody, from divided premiums")                   \
	F(token_balance, NUMBER, ASSETS, "tokens that the vault's contract holds")                 \
	F(controller, ADDRESS, PLAIN, "strategy of the vault; zero is none")                       \
	F(owner, ADDRESS, PLAIN, "receives the fees, sets parameters, reports incidents")          \
	F(fee_rate, NUMBER, PLAIN, "of premiums, 10^6 is 100 %; where a pool has none of its own") \
	F(request_duration, NUMBER, SECONDS, "from a request to its withdrawal; likewise")         \
	F(withdrawable_duration, NUMBER, SECONDS, "how long a withdrawal is possible; likewise")   \
	F(unlock_grace_period, NUMBER, SECONDS,                                                    \
	  "from the end of cover to its unlocking; likewise")                                      \
	F(max_insure_span, NUMBER, SECONDS, "longest cover; likewise")                             \
	F(min_insure_span, NUMBER, SECONDS, "shortest cover; likewise")                            \
	F(upper_slack, NUMBER, PLAIN, "leverage above target that is let be; likewise")            \
	F(lower_slack, NUMBER, PLAIN, "leverage below target that is let be; likewise")            \
	F(premium_model, ADDRESS, PLAIN, "what prices cover; likewise")                            \
	F(total_liquidity, NUMBER, ASSETS, "of all markets, lent credit included")                 \
	F(total_credit, NUMBER, ASSETS, "lent to all markets")                                     \
	F(market_count, NUMBER, PLAIN, "markets that are there")                                   \
	F(index_count, NUMBER, PLAIN, "indices that are there")                                    \
	F(active_count, NUMBER, PLAIN, "insurances that are neither paid nor unlocked")            \
	F(paying_count, NUMBER, PLAIN, "markets that pay out an incident")

#define ACCOUNT_FIGURES(F)                                                                         \
	F(attributions, NUMBER, SHARES, "shares of the vault")                                     \
	F(underlying_value, NUMBER, ASSETS, "what they are worth")                                 \
	F(debts, NUMBER, ASSETS, "paid out for it and not yet borne")

#define FIGURE_RULE(member, kind, unit, meaning)                                                   \
	{#member, FIGURE_##kind, UNIT_##unit, meaning, NULL},
#define POOL_ENUM(member, kind, unit, meaning) POOL_##member,
#define ACCOUNT_ENUM(member, kind, unit, meaning) ACCOUNT_##member,

enum { POOL_FIGURES(POOL_ENUM) POOL_FIGURE_COUNT };
enum { ACCOUNT_FIGURES(ACCOUNT_ENUM) ACCOUNT_kind, ACCOUNT_FIGURE_COUNT };

static const char *const kinds[] = {"other", "market", "index", "reserve", "owner", NULL};

const struct figure_rule insuredao_pool_figures[] = {POOL_FIGURES(FIGURE_RULE)};
const struct figure_rule insuredao_account_figures[] = {ACCOUNT_FIGURES(FIGURE_RULE){
	"kind", FIGURE_CHOICE, UNIT_PLAIN, "what the account is", kinds}};
_Static_assert((int)POOL_FIGURE_COUNT == (int)INSUREDAO_POOL_FIGURE_COUNT &&
		       (int)ACCOUNT_FIGURE_COUNT == (int)INSUREDAO_ACCOUNT_FIGURE_COUNT,
	       "count the figures");

struct figure insuredao_worth(const struct reading *r, bool is_computable, u256 value)
{
	return insuredao_vault_is_known(r->state, r->pool) ? figure_computed(is_computable, value)
							   : figure_unknown();
}

static void read_totals(struct figure *out, const struct reading *r)
{
	static const struct address nobody;
	const struct insuredao_totals *t = insuredao_totals(r->state, r->pool);
	struct assets available = assets_of(U256_ZERO);
	bool ok = assets_sub_ok(&available, t->balance, t->total_debt);
	u256 x = U256_ZERO;

	out[POOL_balance] = insuredao_worth(r, true, t->balance.raw);
	out[POOL_total_debt] = insuredao_worth(r, true, t->total_debt.raw);
	out[POOL_system_debt] =
		insuredao_worth(r, true, insuredao_account_at(r->state, r->pool, nobody).debts.raw);
	out[POOL_available] = insuredao_worth(r, ok, available.raw);
	out[POOL_liquidity] = insuredao_worth(r, ok, available.raw);
	out[POOL_cover] = figure_number(t->sum_locked.raw);
	ok = ok && share_price_18(&x, t->sum_locked, shares_of(available.raw));
	out[POOL_utilization] = insuredao_worth(r, ok, x);
	out[POOL_value_all] = insuredao_worth(r, true, t->balance.raw);
	out[POOL_total_attributions] = insuredao_worth(r, true, t->total_attributions.raw);
	out[POOL_dust] = insuredao_worth(r, true, t->dust.raw);
	x = U256_ZERO;
	ok = share_price_18(&x, t->balance, t->total_attributions);
	out[POOL_share_price] = insuredao_worth(r, ok, x);
	out[POOL_controller] = figure_address(t->controller);
	out[POOL_market_count] = figure_number(u256_from(t->market_count));
	out[POOL_index_count] = figure_number(u256_from(t->index_count));
	out[POOL_active_count] = figure_number(u256_from(t->active_count));
}

/* Of the markets whose model told its rates, the mean by total liquidity; for people. */
struct mean_rate {
	u256 sum; /* of rate * liquidity, rates in 10^18ths */
	u256 weight;
	bool is_computable;
};

static void add_rate(struct mean_rate *mean, const struct reading *r, struct address market,
		     struct assets liquidity)
{
	struct insuredao_rates_row rates;
	u256 x;

	state_row_at(&rates, r->state, &insuredao_table_rates, r->pool->id, market.bytes,
		     UINT64_MAX);
	if (!insuredao_premium_rate(&x, &rates, r->state, r->pool, market))
		return;
	mean->is_computable =
		mean->is_computable && u256_mul_ok(&x, x, u256_from(UINT64_C(1000000000000))) &&
		u256_mul_ok(&x, x, liquidity.raw) && u256_add_ok(&mean->sum, mean->sum, x) &&
		u256_add_ok(&mean->weight, mean->weight, liquidity.raw);
}

static void read_markets(struct figure *out, const struct reading *r)
{
	struct assets liquidity = assets_of(U256_ZERO);
	struct assets credit = assets_of(U256_ZERO);
	struct mean_rate mean = {.is_computable = true};
	uint64_t paying = 0;
	bool ok = true;

	for (size_t i = 0; i < r->pool->setup.contracts[INSUREDAO_MARKETS].count; i++) {
		struct address market = r->pool->setup.contracts[INSUREDAO_MARKETS].addresses[i];
		struct insuredao_market m = insuredao_market_at(r->state, r->pool, market);
		struct insuredao_liquidity l;

		ok = ok && insuredao_market_liquidity(&l, NULL, r->state, r->pool, market) &&
		     assets_add_ok(&liquidity, liquidity, l.total);
		if (ok)
			add_rate(&mean, r, market, l.total);
		insuredao_add(&credit.raw, m.total_credit.raw);
		paying += m.status == INSUREDAO_PAYINGOUT;
	}
	out[POOL_total_liquidity] = insuredao_worth(r, ok, liquidity.raw);
	ok = ok && mean.is_computable && u256_div_ok(&mean.sum, mean.sum, mean.weight);
	out[POOL_premium_rate] = insuredao_worth(r, ok, mean.sum);
	out[POOL_total_credit] = figure_number(credit.raw);
	out[POOL_paying_count] = figure_number(u256_from(paying));
}

/* The parameters contract is older than the vault. */
static void read_settings(struct figure *out, const struct reading *r)
{
	static const struct address everybody;
	struct insuredao_setting s = insuredao_setting(r->state, r->pool, everybody);

	out[POOL_fee_rate] = figure_number(s.fee_rate);
	out[POOL_request_duration] = figure_number(s.request_duration);
	out[POOL_withdrawable_duration] = figure_number(s.withdrawable_duration);
	out[POOL_unlock_grace_period] = figure_number(s.unlock_grace_period);
	out[POOL_max_insure_span] = figure_number(s.max_insure_span);
	out[POOL_min_insure_span] = figure_number(s.min_insure_span);
	out[POOL_upper_slack] = figure_number(s.upper_slack);
	out[POOL_lower_slack] = figure_number(s.lower_slack);
	out[POOL_premium_model] = figure_address(s.premium_model);
}

void insuredao_read_pool(struct figure *out, const struct reading *r)
{
	const struct insuredao_totals *t = insuredao_totals(r->state, r->pool);

	for (int i = 0; i < POOL_FIGURE_COUNT; i++)
		out[i] = figure_null();
	out[POOL_token_balance] = figure_number(t->token_balance.raw);
	if (t->birth_block == 0)
		return;
	out[POOL_owner] = figure_address(t->owner);
	read_totals(out, r);
	read_markets(out, r);
	read_settings(out, r);
}

static uint64_t kind_of(const struct reading *r, struct address who)
{
	switch (insuredao_kind(r->pool, who)) {
	case INSUREDAO_MARKETS:
		return 1;
	case INSUREDAO_INDICES:
		return 2;
	case INSUREDAO_RESERVES:
		return 3;
	case INSUREDAO_VAULT:
	case INSUREDAO_TOKEN:
	case INSUREDAO_PARAMETERS:
	case INSUREDAO_OWNERSHIP:
	case INSUREDAO_FACTORY:
		break;
	}
	return address_equal(insuredao_totals(r->state, r->pool)->owner, who) ? 4 : 0;
}

void insuredao_read_account(struct figure *out, const struct reading *r, struct address account)
{
	const struct insuredao_totals *t = insuredao_totals(r->state, r->pool);
	struct insuredao_account row = insuredao_account_at(r->state, r->pool, account);
	struct assets value;
	bool ok;

	for (int i = 0; i < ACCOUNT_FIGURE_COUNT; i++)
		out[i] = figure_null();
	if (t->birth_block == 0)
		return;
	ok = insuredao_underlying(&value, NULL, "", r->state, r->pool, account);
	out[ACCOUNT_attributions] = insuredao_worth(r, true, row.attributions.raw);
	out[ACCOUNT_underlying_value] = insuredao_worth(r, ok, value.raw);
	out[ACCOUNT_debts] = insuredao_worth(r, true, row.debts.raw);
	out[ACCOUNT_kind] = figure_choice(kind_of(r, account));
}
