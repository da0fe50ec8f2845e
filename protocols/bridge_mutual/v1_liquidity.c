/* Liquidity that is asked back and withdrawn of a V1 book, and the coin that it holds itself. */
#include "protocols/bridge_mutual/clocks.h"
#include "protocols/bridge_mutual/v1.h"

enum { NOTICE = 8 * BRIDGE_DAY };

void bridge_v1_on_withdrawal_requested(struct applying *a, const struct pool_event *event)
{
	struct address user = event->values[0].address;
	struct shares x_tokens = shares_of(event->values[1].number);
	u256 ready = u256_from(a->block->timestamp + NOTICE);

	TRACE(a->trace, "readyToWithdrawDate", "timestamp + 691200", true, ready,
	      {"timestamp", u256_from(a->block->timestamp)});
	bridge_expect_of(a, BRIDGE_WITHDRAWAL_READY, user, "readyToWithdrawDate", true, ready,
			 event->values[2].number);
	bridge_request(a, user, x_tokens);
	bridge_set_withdrawal(a, user, x_tokens, bridge_time_of(event->values[2].number));
	bridge_allowed(a->state, a->pool, user)->is_allowed = false;
}

void bridge_v1_on_liquidity_withdrawn(struct applying *a, const struct pool_event *event)
{
	struct address user = event->values[0].address;
	const struct bridge_withdrawal *w = bridge_withdrawal(a->state, a->pool, user);
	struct bridge_allowed *allowed = bridge_allowed(a->state, a->pool, user);
	uint64_t now = a->block->timestamp;

	bridge_distribute_premiums(a);
	bridge_epochs_settled(a);
	bridge_expect_words_of(
		a, BRIDGE_WITHDRAWAL_READY, user, "",
		w->ready != 0 && now >= w->ready && !bridge_has_lapsed(w, allowed->is_allowed, now),
		"a request that became ready less than two days ago, or a rest", "none");
	bridge_withdraw(a, user, assets_of(event->values[1].number), event->values[2].number);
	allowed->is_allowed = !u256_is_zero(w->x_tokens.raw);
}

/* ---- the coin ---- */

static void change_balance(struct applying *a, struct address subject, bool is_out, u256 amount)
{
	struct bridge_v1 *v1 = bridge_v1(a->state, a->pool);
	u256 now;
	bool ok = is_out ? u256_sub_ok(&now, v1->coin_balance, amount)
			 : u256_add_ok(&now, v1->coin_balance, amount);

	bridge_expect_words_of(a, BRIDGE_COIN_TRANSFER, subject, "coin_balance", ok,
			       "no more coin than the book has", "a Transfer of more");
	if (ok)
		v1->coin_balance = now;
}

void bridge_v1_on_coin_transfer(struct applying *a, const struct pool_event *event)
{
	struct address from = event->values[0].address;
	struct address to = event->values[1].address;

	if (bridge_is_ours(a, from))
		change_balance(a, to, true, event->values[2].number);
	if (bridge_is_ours(a, to))
		change_balance(a, from, false, event->values[2].number);
	bridge_on_coin_transfer(a, event);
}

void bridge_v1_settle_coins(struct applying *a)
{
	const struct bridge_scratch *scratch = bridge_scratch(a);

	for (size_t i = 0; i < scratch->coins.count; i++) {
		const struct bridge_transfer *t = &scratch->coins.items[i];

		if (t->is_matched || u256_is_zero(t->amount))
			continue;
		if (bridge_is_ours(a, t->to))
			bridge_post(a, LEDGER_DONORS, LEDGER_STRAY, t->amount, t->from);
		if (!bridge_is_ours(a, t->from))
			continue;
		bridge_post(a, LEDGER_STRAY, LEDGER_DONORS, t->amount, t->to);
		trace_reset(a->trace);
		TRACE(a->trace, "coin that leaves", "a Transfer from the book", true, t->amount,
		      {"coin_balance after it", bridge_v1(a->state, a->pool)->coin_balance});
		bridge_expect_words_of(a, BRIDGE_COIN_TRANSFER, t->to, "coin", false,
				       "a withdrawal or a claim for coin that leaves the book",
				       "a Transfer without one");
	}
}
