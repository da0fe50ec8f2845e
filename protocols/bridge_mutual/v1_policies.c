/* Cover that a V1 book sells: its price by the model in the code, and who gets what of it. */
#include "protocols/bridge_mutual/clocks.h"
#include "protocols/bridge_mutual/sale.h"
#include "protocols/bridge_mutual/v1.h"

void bridge_v1_on_whitelisted(struct applying *a, const struct pool_event *event)
{
	if (bridge_is_ours(a, event->values[0].address))
		bridge_v1(a->state, a->pool)->is_whitelisted = event->values[1].boolean;
}

static void check_price(struct applying *a, const struct bridge_sold *sold, uint64_t seconds,
			uint64_t number)
{
	struct bridge_model model = bridge_model_kept(a->state, a->pool);
	struct bridge_sale sale = {.duration_seconds = u256_from(seconds),
				   .cover_tokens = sold->cover,
				   .is_safe = model.is_safe};
	struct bridge_quote quote = {.price = assets_of(U256_ZERO)};
	struct bridge_priced *row;
	struct bridge_pricing pricing;
	bool ok;

	bridge_pricing_of(&pricing, &model);
	ok = bridge_cover_at(&sale.total_cover, NULL, a->state, a->pool, a->block->timestamp) &&
	     bridge_liquidity_at(&sale.total_liquidity, NULL, a->state, a->pool,
				 a->block->timestamp) &&
	     bridge_quote(&quote, a->trace, &sale, &pricing);
	row = bridge_numbered(a->state, &bridge_table_priced, a->pool, number);
	row->is_computable = ok;
	row->price = quote.price;
	row->basis = ok && assets_compare(quote.price, sold->price) == 0 ? BRIDGE_BASIS_BOTH
									 : BRIDGE_BASIS_NONE;
	bridge_expect_of(a, BRIDGE_POLICY_PRICE, sold->holder, "price", ok, quote.price.raw,
			 sold->price.raw);
}

static void check_coin(struct applying *a, struct address holder, const char *field,
		       enum bridge_role role, bool ok, u256 amount)
{
	struct address to = pool_contract(a->pool, role);
	bool is_found = ok && (u256_is_zero(amount) || bridge_take(&bridge_scratch(a)->coins,
								   &holder, &to, &amount) != NULL);

	bridge_expect_words_of(a, BRIDGE_PRICE_SPLIT, holder, field, is_found,
			       "one Transfer of the coin of that amount before this event",
			       "no such Transfer in the transaction");
}

static void check_split(struct bridge_policy *out, struct applying *a,
			const struct bridge_sold *sold)
{
	struct bridge_totals *t = bridge_totals(a->state, a->pool);
	struct bridge_v1_split s;
	bool ok = bridge_v1_split(&s, a->trace, sold->price.raw,
				  bridge_parameters(a->state, a->pool)->decimals);

	check_coin(a, sold->holder, "protocol's part", BRIDGE_REINSURANCE, ok, s.protocol_coin);
	check_coin(a, sold->holder, "book's part", BRIDGE_BOOK, ok, s.premium_coin);
	out->protocol_part = assets_of(ok ? s.protocol : U256_ZERO);
	out->premium = assets_of(ok ? s.premium : U256_ZERO);
	if (!ok)
		return;
	t->coverage_coin = u256_add_wrap(t->coverage_coin, s.premium_coin);
	bridge_post(a, LEDGER_PREMIUMS, LEDGER_STAKED, s.premium_coin, sold->holder);
}

void bridge_v1_on_policy_bought(struct applying *a, const struct pool_event *event)
{
	struct bridge_scratch *scratch = bridge_scratch(a);
	struct bridge_sold sold = {.holder = event->values[0].address,
				   .cover = assets_of(event->values[1].number),
				   .price = assets_of(event->values[2].number)};
	uint64_t number = bridge_totals(a->state, a->pool)->policy_count + 1;
	u256 new_total = event->values[3].number;
	struct bridge_policy policy = bridge_policy_sold(a, &sold);
	struct bridge_terms terms;
	uint64_t seconds = 0;
	uint64_t weeks;

	bridge_distribute_premiums(a);
	bridge_epochs_settled(a);
	bridge_check_cover(a, &sold, new_total);
	bridge_check_single(a, &sold);
	if (!bridge_ask_terms(&terms, a, number, sold.holder))
		return;
	weeks = bridge_check_terms(&policy, a, &sold, &terms);
	bridge_expect_of(a, BRIDGE_POLICY_TERMS, sold.holder, "premium", true, sold.price.raw,
			 terms.premium);
	if (bridge_policy_seconds(&seconds, NULL, bridge_parameters(a->state, a->pool)->start_time,
				  a->block->timestamp, weeks))
		check_price(a, &sold, seconds, number);
	check_split(&policy, a, &sold);
	bridge_keep_policy(a, &policy, number, new_total);
	scratch->has_added = true;
	scratch->added_holder = sold.holder;
	scratch->added_cover = sold.cover.raw;
}

/* The registry hears of a sale after its event. */
void bridge_v1_on_policy_added(struct applying *a, const struct pool_event *event)
{
	struct bridge_scratch *scratch = bridge_scratch(a);
	struct address holder = event->values[0].address;

	if (!bridge_is_ours(a, event->values[1].address))
		return;
	bridge_expect_words_of(a, BRIDGE_POLICY_REGISTERED, holder, "coverTokens",
			       scratch->has_added && address_equal(scratch->added_holder, holder) &&
				       u256_equal(scratch->added_cover, event->values[2].number),
			       "a PolicyBought of the same holder and cover before this event",
			       "none");
	scratch->has_added = false;
}
