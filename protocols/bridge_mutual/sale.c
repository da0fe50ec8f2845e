#include "protocols/bridge_mutual/sale.h"

#include "protocols/bridge_mutual/asked.h"
#include "protocols/bridge_mutual/clocks.h"
#include "protocols/bridge_mutual/handlers.h"

/* ---- terms ---- */

static uint64_t small(u256 value)
{
	uint64_t out;

	return u256_to_u64(&out, value) && out < UINT32_MAX ? out : UINT32_MAX;
}

static void expect_term(struct applying *a, const struct bridge_sold *sold, const char *field,
			u256 expected, u256 actual)
{
	bridge_expect_of(a, BRIDGE_POLICY_TERMS, sold->holder, field, true, expected, actual);
}

uint64_t bridge_check_terms(struct bridge_policy *out, struct applying *a,
			    const struct bridge_sold *sold, const struct bridge_terms *terms)
{
	uint64_t now = a->block->timestamp;
	uint64_t epoch = bridge_epoch_now(a);
	uint64_t end = small(terms->end_epoch);
	uint64_t weeks = end >= epoch ? end - epoch + 1 : 0;
	uint64_t seconds = 0;
	bool ok;

	expect_term(a, sold, "coverTokens", sold->cover.raw, terms->cover);
	expect_term(a, sold, "paid", sold->price.raw, terms->paid);
	expect_term(a, sold, "startEpochNumber", u256_from(epoch), terms->start_epoch);
	expect_term(a, sold, "startTime", u256_from(now), terms->start_time);
	bridge_expect_words_of(a, BRIDGE_POLICY_EPOCHS, sold->holder, "endEpochNumber",
			       weeks >= 1 && weeks <= BRIDGE_MAXIMUM_EPOCHS, "1 to 52 epochs",
			       "none, or more");
	ok = bridge_policy_seconds(&seconds, a->trace,
				   bridge_parameters(a->state, a->pool)->start_time, now, weeks);
	bridge_expect_of(a, BRIDGE_POLICY_TERMS, sold->holder, "endTime", ok,
			 u256_from(now + seconds), terms->end_time);
	out->start_epoch = epoch;
	out->end_epoch = end;
	out->start_time = now;
	out->end_time = bridge_time_of(terms->end_time);
	out->out_epoch = end + bridge_virtual_of_sale(a);
	return weeks;
}

/* ---- price ---- */

struct pricing {
	struct applying *a;
	struct bridge_sale sale;
	u256 price; /* that was paid */
};

static bool price_of(u256 *out, struct trace *trace, const struct pricing *p,
		     const struct bridge_model *model, bool is_safe, u256 leveraged)
{
	struct bridge_sale sale = p->sale;
	struct bridge_pricing pricing;
	struct bridge_quote quote = {.price = assets_of(U256_ZERO)};
	bool ok;

	bridge_pricing_of(&pricing, model);
	sale.leveraged = assets_of(leveraged);
	sale.is_safe = is_safe;
	ok = bridge_quote(&quote, trace, &sale, &pricing);
	*out = quote.price.raw;
	return ok;
}

static bool fits(const struct pricing *p, const struct bridge_model *model, bool is_safe,
		 u256 leveraged)
{
	u256 price;

	return price_of(&price, NULL, p, model, is_safe, leveraged) && u256_equal(price, p->price);
}

/* Each part from either block, or the leverage as events tell it: they change one by one. */
static bool fits_mixed(const struct pricing *p, const struct bridge_models *models, u256 leveraged)
{
	const struct bridge_model *either[] = {&models->now, &models->before};
	u256 amounts[] = {leveraged, models->now.leveraged.raw, models->before.leveraged.raw};

	for (size_t i = 0; i < 2; i++)
		for (size_t k = 0; k < 2; k++)
			for (size_t n = 0; n < 3; n++)
				if (either[i]->is_known && either[k]->is_known &&
				    (n == 0 || either[n - 1]->is_known) &&
				    fits(p, either[i], either[k]->is_safe, amounts[n]))
					return true;
	return false;
}

/*
 * The sale stands between the state of the block before and that at its block's end: the model may
 * change without an event, and leverage in calls that emit nothing. So the price is reconciled with
 * both, and where only one fits, it is said which.
 */
static enum bridge_basis find_basis(const struct pricing *p, const struct bridge_models *models,
				    u256 leveraged)
{
	const struct bridge_model *now = &models->now;
	const struct bridge_model *before = &models->before;
	bool is_now = now->is_known && fits(p, now, now->is_safe, now->leveraged.raw);
	bool is_before =
		before->is_known && fits(p, before, before->is_safe, before->leveraged.raw);

	if (is_now && is_before)
		return BRIDGE_BASIS_BOTH;
	if (is_now)
		return BRIDGE_BASIS_BLOCK;
	if (is_before)
		return BRIDGE_BASIS_BEFORE;
	return fits_mixed(p, models, leveraged) ? BRIDGE_BASIS_MIXED : BRIDGE_BASIS_NONE;
}

static void check_price(struct applying *a, const struct bridge_sold *sold, uint64_t seconds,
			uint64_t number)
{
	struct bridge_models models = bridge_ask_models(a);
	const struct bridge_model *model = models.now.is_known ? &models.now : &models.before;
	struct pricing p = {
		.a = a,
		.price = sold->price.raw,
		.sale = {.duration_seconds = u256_from(seconds), .cover_tokens = sold->cover}};
	struct bridge_priced *row;
	u256 leveraged = U256_ZERO;
	u256 price = U256_ZERO;
	bool ok = bridge_leveraged(&leveraged, a->state, a->pool) &&
		  bridge_cover_at(&p.sale.total_cover, NULL, a->state, a->pool,
				  a->block->timestamp) &&
		  bridge_liquidity_at(&p.sale.total_liquidity, NULL, a->state, a->pool,
				      a->block->timestamp);

	if (!model->is_known)
		return; /* the node keeps no such state: nothing to compare with */
	ok = ok && price_of(&price, a->trace, &p, model, model->is_safe, leveraged);
	row = bridge_numbered(a->state, &bridge_table_priced, a->pool, number);
	row->basis = ok ? find_basis(&p, &models, leveraged) : BRIDGE_BASIS_NONE;
	row->is_computable = ok;
	row->price = assets_of(row->basis == BRIDGE_BASIS_NONE ? price : sold->price.raw);
	bridge_expect_of(a, BRIDGE_POLICY_PRICE, sold->holder, "price", ok, row->price.raw,
			 sold->price.raw);
}

/* ---- the price's parts ---- */

struct lenders {
	struct applying *a;
	u256 utilization;
	uint64_t decimals;
	u256 participated;
	bool is_computable;
};

static bool add_lender(void *context, const uint8_t *key, const void *row)
{
	struct lenders *lenders = context;
	const struct bridge_lender *lender = row;
	struct bridge_multiplier constants = {
		.target = lender->target, .d = lender->d, .a = lender->a, .max = lender->max};
	u256 part = U256_ZERO;
	u256 m;

	(void)key;
	if (u256_is_zero(lender->deployed.raw))
		return true;
	lenders->is_computable =
		lenders->is_computable && bridge_multiplier(&m, &constants, lenders->utilization) &&
		bridge_from_18(&part, lender->deployed.raw, lenders->decimals) &&
		u256_mul_ok(&part, part, m) && u256_div_ok(&part, part, BRIDGE_PERCENTAGE_100) &&
		u256_add_ok(&lenders->participated, lenders->participated, part);
	return lenders->is_computable;
}

/* The premium by who provides liquidity; the cover sold counts already. */
static bool share(u256 *coverage, u256 *reinsurance, struct applying *a,
		  const struct bridge_sold *sold, u256 premium)
{
	const struct bridge_totals *t = bridge_totals(a->state, a->pool);
	struct bridge_shared shared = {.premium = premium, .coverage = t->coverage_coin};
	struct lenders lenders = {.a = a,
				  .decimals = bridge_parameters(a->state, a->pool)->decimals,
				  .is_computable = true};
	u256 cover = U256_ZERO;

	*coverage = premium;
	*reinsurance = U256_ZERO;
	if (!bridge_from_18(&shared.reinsurance, t->virtual_reinsurance.raw, lenders.decimals))
		return false;
	if (u256_is_zero(shared.reinsurance) && t->lender_count == 0)
		return true;
	if (!u256_add_ok(&cover, t->cover.raw, sold->cover.raw) ||
	    !bridge_from_18(&cover, cover, lenders.decimals) ||
	    !u256_mul_ok(&cover, cover, BRIDGE_PERCENTAGE_100) ||
	    !u256_div_ok(&lenders.utilization, cover, t->coverage_coin))
		return false;
	if (t->lender_count)
		state_each(a->state, &bridge_table_lender, a->pool->id, add_lender, &lenders);
	shared.participated = lenders.participated;
	return lenders.is_computable &&
	       bridge_share_premium(coverage, reinsurance, a->trace, &shared);
}

/* The distributor's fee: as the admin's events told it, else as it was before the block. */
static bool fee_of(u256 *out, struct applying *a, struct address distributor)
{
	const struct bridge_fee *row;

	*out = U256_ZERO;
	if (address_is_zero(distributor))
		return true;
	row = state_row(a->state, &bridge_table_fee, a->pool->id, distributor.bytes);
	*out = row->fee;
	return row->is_known || bridge_ask_fee(out, a, distributor);
}

static bool is_watched(const struct applying *a, struct address distributor)
{
	for (size_t i = 0; i < a->pool->setup.contracts[BRIDGE_DISTRIBUTORS].count; i++)
		if (address_equal(a->pool->setup.contracts[BRIDGE_DISTRIBUTORS].addresses[i],
				  distributor))
			return true;
	return false;
}

static void check_coins(struct applying *a, const struct bridge_sold *sold,
			const struct bridge_split *s, u256 reinsurance)
{
	struct bridge_scratch *scratch = bridge_scratch(a);
	struct address capital = pool_contract(a->pool, BRIDGE_CAPITAL);
	u256 protocol = U256_ZERO;
	bool ok = u256_add_ok(&protocol, reinsurance, s->protocol_coin) &&
		  bridge_to_18(&protocol, protocol, bridge_parameters(a->state, a->pool)->decimals);

	bridge_take_coin(a, NULL, &capital, sold->holder, "price", true, s->pools_coin);
	if (!address_is_zero(sold->distributor) && is_watched(a, sold->distributor))
		bridge_take_coin(a, NULL, &sold->distributor, sold->holder, "distributor's fee",
				 true, s->distributor_coin);
	bridge_expect_of(a, BRIDGE_PRICE_SPLIT, sold->holder, "reinsurance pool's premium", ok,
			 protocol, scratch->has_premium ? scratch->premium : U256_ZERO);
	scratch->has_premium = false;
}

static void check_split(struct bridge_policy *out, struct applying *a,
			const struct bridge_sold *sold, const struct bridge_terms *terms)
{
	struct bridge_totals *t = bridge_totals(a->state, a->pool);
	uint64_t decimals = bridge_parameters(a->state, a->pool)->decimals;
	struct bridge_split s = {.protocol = U256_ZERO};
	u256 fee = U256_ZERO;
	u256 coverage = U256_ZERO;
	u256 reinsurance = U256_ZERO;
	u256 premium_coin = U256_ZERO;
	u256 premium = U256_ZERO;

	if (fee_of(&fee, a, sold->distributor)) {
		bool ok = bridge_split(&s, a->trace, sold->price.raw, fee, decimals);

		bridge_expect_of(a, BRIDGE_PRICE_SPLIT, sold->holder, "protocol's part", ok,
				 s.protocol, terms->protocol_part);
		ok = ok && share(&coverage, &reinsurance, a, sold, s.premium_coin) &&
		     bridge_to_18(&premium, coverage, decimals);
		bridge_expect_of(a, BRIDGE_PRICE_SPLIT, sold->holder, "coverage pool's premium", ok,
				 premium, terms->premium);
		check_coins(a, sold, &s, reinsurance);
	}
	out->protocol_part = assets_of(terms->protocol_part);
	out->premium = assets_of(terms->premium);
	if (bridge_from_18(&premium_coin, terms->premium, decimals)) {
		t->coverage_coin = u256_add_wrap(t->coverage_coin, premium_coin);
		bridge_post(a, LEDGER_PREMIUMS, LEDGER_STAKED, premium_coin, sold->holder);
	}
}

struct bridge_policy bridge_policy_sold(const struct applying *a, const struct bridge_sold *sold)
{
	return (struct bridge_policy){.holder = sold->holder,
				      .distributor = sold->distributor,
				      .cover = sold->cover,
				      .price = sold->price,
				      .block = a->block->number,
				      .transaction = a->event->log->transaction_hash};
}

bool bridge_check_sale(struct bridge_policy *out, struct applying *a,
		       const struct bridge_sold *sold, uint64_t number)
{
	struct bridge_terms terms;
	uint64_t seconds = 0;
	uint64_t weeks;

	*out = bridge_policy_sold(a, sold);
	if (!bridge_ask_terms(&terms, a, number, sold->holder))
		return false;
	weeks = bridge_check_terms(out, a, sold, &terms);
	if (bridge_policy_seconds(&seconds, NULL, bridge_parameters(a->state, a->pool)->start_time,
				  a->block->timestamp, weeks))
		check_price(a, sold, seconds, number);
	check_split(out, a, sold, &terms);
	return true;
}
