/* The pool's open cover, and what is known of a payout beside its amount. */
#include "protocols/api3/claims_rules.h"
#include "protocols/payout.h"

static bool add_manager(struct claims_open *open, const struct reading *r, struct address manager)
{
	const struct claims_manager m = claims_manager_now(r->state, r->pool, manager);
	struct claims_worth worth;
	uint64_t count;
	u256 usd;

	if (!m.speaks || !address_equal(m.api3_pool, pool_contract(r->pool, API3_POOL)))
		return true;
	open->is_any = true;
	if (!claims_cover_at(&usd, &count, r->state, r->pool, manager, r->time_earliest,
			     r->time_latest) ||
	    !u256_add_ok(&open->usd, open->usd, usd))
		return false;
	if (u256_is_zero(usd))
		return true;
	state_row_at(&worth, r->state, &claims_table_worth, r->pool->id, manager.bytes, r->block);
	open->has_api3 = open->has_api3 && worth.block == r->block && worth.has_api3 &&
			 u256_equal(worth.open_cover, usd) &&
			 assets_add_ok(&open->api3, open->api3, assets_of(worth.api3));
	return true;
}

struct claims_open claims_open(const struct reading *r)
{
	const struct pool_setup *setup = &r->pool->setup;
	struct claims_open open = {.has_usd = true, .has_api3 = true};

	for (size_t i = 0; i < setup->contracts[API3_CLAIMS_MANAGERS].count; i++)
		if (!add_manager(&open, r, setup->contracts[API3_CLAIMS_MANAGERS].addresses[i]))
			open.has_usd = false;
	open.has_usd = open.has_usd && open.is_any;
	open.has_api3 = open.has_api3 && open.has_usd;
	return open;
}

/* ---- payouts ---- */

#define PAYOUT_FIGURES(F)                                                                          \
	F(manager, ADDRESS, PLAIN, "the claims manager that decided")                              \
	F(policy, HASH, PLAIN, "the policy")                                                       \
	F(claim, HASH, PLAIN, "the claim")                                                         \
	F(claimed_amount, NUMBER, FIXED_18, "USD claimed, or settled on")                          \
	F(clipped_amount, NUMBER, FIXED_18, "USD paid: at most what the policy still covered")     \
	F(remaining_cover, NUMBER, FIXED_18, "USD that the policy covers afterwards")              \
	F(price_low, NUMBER, FIXED_18, "lowest price in USD that gives the amount")                \
	F(price_high, NUMBER, FIXED_18, "highest price in USD that gives the amount")              \
	F(converter_before, NUMBER, ASSETS,                                                        \
	  "what the converter gave at the end of the block before")                                \
	F(converter_after, NUMBER, ASSETS, "what the converter gave at the end of the block")      \
	F(feed_price_before, NUMBER, PLAIN, "price of the converter's feed in the block before")   \
	F(feed_price_after, NUMBER, PLAIN, "price of the converter's feed in the block")           \
	F(feed_decimals, NUMBER, PLAIN, "decimals of these two")

#define PAYOUT_ENUM(member, kind, unit, meaning) PAYOUT_##member,
#define PAYOUT_RULE(member, kind, unit, meaning)                                                   \
	{#member, FIGURE_##kind, UNIT_##unit, meaning, NULL},
enum { PAYOUT_FIGURES(PAYOUT_ENUM) PAYOUT_COUNT };
const struct figure_rule claims_payout_figures[] = {PAYOUT_FIGURES(PAYOUT_RULE)};
_Static_assert((int)PAYOUT_COUNT == (int)CLAIMS_PAYOUT_FIGURE_COUNT, "count the figures");

/*
 * What was asked when the block was applied. A replay reads as of the block before, so the block's
 * own rows are read beside it.
 */
static struct claims_rate rate_of(const struct reading *r, const struct claims_payout *row)
{
	struct claims_key key = claims_key_hash(row->manager, row->claim);
	struct state *stored = state_open(state_txn(r->state), r->block);
	struct claims_rate rate = {0};
	struct error err;

	state_row_at(&rate, stored, &claims_table_rate, r->pool->id, key.bytes, r->block);
	if (state_status(stored, &err) != OK)
		rate = (struct claims_rate){0};
	state_close(stored);
	return rate;
}

bool claims_read_payout(struct figure *out, const struct reading *r, const struct payout *payout)
{
	const struct claims_payout *row;
	uint8_t key[PAYOUT_KEY];
	struct claims_rate rate;
	u256 high = U256_ZERO;
	u256 low = U256_ZERO;
	bool ok;

	payout_key(key, payout->block, payout->log_index);
	row = state_row(r->state, &claims_table_payout, r->pool->id, key);
	if (!row->exists)
		return false;
	rate = rate_of(r, row);
	ok = claims_implied_price(&low, &high, row->paid_usd, payout->amount.raw);
	out[PAYOUT_manager] = figure_address(row->manager);
	out[PAYOUT_policy] = figure_hash(row->policy);
	out[PAYOUT_claim] = figure_hash(row->claim);
	out[PAYOUT_claimed_amount] = figure_number(row->claimed);
	out[PAYOUT_clipped_amount] = figure_number(row->paid_usd);
	out[PAYOUT_remaining_cover] = figure_number(row->cover_after);
	out[PAYOUT_price_low] = figure_computed(ok, low);
	out[PAYOUT_price_high] = figure_computed(ok, high);
	out[PAYOUT_converter_before] = figure_computed(rate.has_before, rate.api3_before);
	out[PAYOUT_converter_after] = figure_computed(rate.has_after, rate.api3_after);
	out[PAYOUT_feed_price_before] = figure_computed(rate.has_price_before, rate.price_before);
	out[PAYOUT_feed_price_after] = figure_computed(rate.has_price_after, rate.price_after);
	out[PAYOUT_feed_decimals] = figure_computed(rate.has_price_before || rate.has_price_after,
						    u256_from(rate.decimals));
	return true;
}
