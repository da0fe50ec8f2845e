/* Liquidity that the capital pool books off: a claim's part, or what was lost elsewhere. */
#include "protocols/bridge_mutual/clocks.h"
#include "protocols/bridge_mutual/handlers.h"

/* The coin that left the capital pool for a claim, before the book was told of the loss. */
static struct bridge_transfer *claim_payment(struct applying *a)
{
	struct address capital = pool_contract(a->pool, BRIDGE_CAPITAL);

	return bridge_take(&bridge_scratch(a)->coins, &capital, NULL, NULL);
}

/* Who bears a claim: by the stored liquidity, which the days' clock has not touched. */
static void check_share(struct applying *a, struct assets claim, struct assets amount)
{
	const struct bridge_totals *t = bridge_totals(a->state, a->pool);
	struct address nobody = {{0}};
	u256 leveraged = U256_ZERO;
	u256 loss = U256_ZERO;
	bool ok = bridge_leveraged(&leveraged, a->state, a->pool) &&
		  bridge_loss(&loss, a->trace, claim.raw, t->liquidity.raw, leveraged);

	bridge_expect_of(a, BRIDGE_LOSS_SHARED, nobody, "amount", ok, loss, amount.raw);
}

static void keep(struct applying *a, struct assets amount, const struct bridge_transfer *payment,
		 struct assets claim)
{
	const struct bridge_totals *t = bridge_totals(a->state, a->pool);
	struct bridge_payout *payout;
	uint8_t key[PAYOUT_KEY];
	bool ok;

	payout_key(key, a->block->number, a->event->log->log_index);
	payout = state_row(a->state, &bridge_table_payout, a->pool->id, key);
	payout->transaction = a->event->log->transaction_hash;
	payout->amount = amount;
	payout->paid = claim;
	payout->supply = t->supply;
	if (payment)
		payout->recipient = payment->to;
	/* The loss is not booked yet. */
	ok = bridge_liquidity_at(&payout->liquidity_before, NULL, a->state, a->pool,
				 a->block->timestamp) &&
	     assets_sub_ok(&payout->liquidity_after, payout->liquidity_before, amount);
	if (!ok)
		payout->liquidity_after = assets_of(U256_ZERO);
}

void bridge_on_loss(struct applying *a, struct assets amount, struct assets new_total)
{
	struct bridge_totals *t = bridge_totals(a->state, a->pool);
	struct bridge_scratch *scratch = bridge_scratch(a);
	uint64_t decimals = bridge_parameters(a->state, a->pool)->decimals;
	struct address nobody = {{0}};
	const struct bridge_transfer *payment;
	struct assets claim = assets_of(U256_ZERO);
	u256 coin = U256_ZERO;

	bridge_epochs_settled(a);
	payment = claim_payment(a);
	if (payment && bridge_to_18(&claim.raw, payment->amount, decimals)) {
		check_share(a, claim, amount);
		scratch->has_loss = true;
		scratch->loss_log = a->event->log->log_index;
		scratch->loss_claim = claim;
	}
	keep(a, amount, payment, claim);
	scratch->had_loss = true;
	bridge_expect_difference(a, nobody, "newTotalLiquidity", "totalLiquidity - amount",
				 (struct trace_input){"totalLiquidity", t->liquidity.raw},
				 (struct trace_input){"amount", amount.raw}, new_total.raw);
	t->liquidity = new_total;
	if (bridge_from_18(&coin, amount.raw, decimals)) {
		t->coverage_coin = u256_sub_wrap(t->coverage_coin, coin);
		bridge_post(a, LEDGER_STAKED, LEDGER_CLAIMS, coin, payment ? payment->to : nobody);
	}
}
