/* Liquidity that is added, asked back and withdrawn. */
#include "protocols/bridge_mutual/asked.h"
#include "protocols/bridge_mutual/clocks.h"
#include "protocols/bridge_mutual/handlers.h"
#include "protocols/bridge_mutual/withdrawal.h"

enum {
	READY_SECONDS = 2 * BRIDGE_DAY,             /* in which a withdrawal may be done */
	SHORTEST_WAIT = BRIDGE_DAY,                 /* the capital pool's period: a day and */
	LONGEST_WAIT = 7 * BRIDGE_DAY + BRIDGE_DAY, /* its rebalancing, of at most seven */
};

void bridge_set_withdrawal(struct applying *a, struct address user, struct shares x_tokens,
			   uint64_t ready)
{
	struct bridge_totals *t = bridge_totals(a->state, a->pool);
	struct bridge_withdrawal *w = bridge_withdrawal(a->state, a->pool, user);

	t->sum_locked.raw =
		u256_sub_wrap(u256_add_wrap(t->sum_locked.raw, x_tokens.raw), w->x_tokens.raw);
	w->x_tokens = x_tokens;
	w->ready = ready;
}

void bridge_on_liquidity_added(struct applying *a, const struct pool_event *event)
{
	struct address holder = event->values[0].address;
	struct assets amount = assets_of(event->values[1].number);
	u256 new_total = event->values[2].number;
	struct bridge_totals *t = bridge_totals(a->state, a->pool);
	struct address holder_of_coin = bridge_coin_holder(a->pool);
	struct address nobody = {{0}};
	const struct bridge_transfer *mint;
	struct shares before = t->supply;
	struct shares expected = shares_of(U256_ZERO);
	u256 rate = U256_ZERO;
	u256 coin = U256_ZERO;
	bool ok;

	bridge_distribute_premiums(a);
	bridge_epochs_settled(a);
	ok = bridge_from_18(&coin, amount.raw, bridge_parameters(a->state, a->pool)->decimals);
	/* Who pays for a V2 book is not told. */
	bridge_take_coin(a, bridge_is_v1(a->pool) ? &holder : NULL, &holder_of_coin, holder,
			 "amount", ok, coin);
	if (ok) {
		t->coverage_coin = u256_add_wrap(t->coverage_coin, coin);
		bridge_post(a, LEDGER_DEPOSITORS, LEDGER_STAKED, coin, holder);
	}
	mint = bridge_take(&bridge_scratch(a)->x_tokens, &nobody, &holder, NULL);
	if (mint)
		before.raw = u256_sub_wrap(before.raw, mint->amount);
	ok = bridge_rate_at(&rate, a->trace, a->state, a->pool, before, a->block->timestamp) &&
	     bridge_to_x(&expected, a->trace, "minted", amount, rate);
	bridge_expect_of(a, BRIDGE_X_TOKEN_RATE, holder, "minted", ok, expected.raw,
			 mint ? mint->amount : U256_ZERO);
	bridge_expect_sum(a, holder, "newTotalLiquidity", "totalLiquidity + amount",
			  (struct trace_input){"totalLiquidity", t->liquidity.raw},
			  (struct trace_input){"amount", amount.raw}, new_total);
	t->liquidity = assets_of(new_total);
}

bool bridge_has_lapsed(const struct bridge_withdrawal *w, bool is_allowed, uint64_t time)
{
	return time >= w->ready && time - w->ready >= READY_SECONDS && !is_allowed;
}

struct pending {
	struct state *state;
	const struct pool *pool;
	uint64_t time;
	const struct address *but;
	u256 rate;
	struct assets sum;
	bool is_computable;
};

static bool add_pending(void *context, const uint8_t *key, const void *row)
{
	struct pending *p = context;
	const struct bridge_withdrawal *w = row;
	struct address user;
	struct assets worth;

	memcpy(user.bytes, key, ADDRESS_BYTES);
	if (u256_is_zero(w->x_tokens.raw) ||
	    bridge_has_lapsed(w, bridge_allowed(p->state, p->pool, user)->is_allowed, p->time) ||
	    (p->but && address_equal(user, *p->but)))
		return true;
	p->is_computable = p->is_computable &&
			   bridge_to_coin(&worth, NULL, "", w->x_tokens, p->rate) &&
			   assets_add_ok(&p->sum, p->sum, worth);
	return p->is_computable;
}

bool bridge_pending(struct assets *out, struct state *state, const struct pool *pool, uint64_t time,
		    const struct address *but)
{
	const struct bridge_totals *t = bridge_totals(state, pool);
	struct pending p = {.state = state, .pool = pool, .time = time, .but = but};

	p.is_computable = bridge_rate_at(&p.rate, NULL, state, pool, t->supply, time);
	if (p.is_computable && !u256_is_zero(t->sum_locked.raw))
		state_each(state, &bridge_table_withdrawal, pool->id, add_pending, &p);
	*out = p.sum;
	return p.is_computable;
}

/* Free is what backs no cover, and in V2 no request. */
static void check_free(struct applying *a, struct address user, struct shares x_tokens)
{
	const struct bridge_totals *t = bridge_totals(a->state, a->pool);
	struct assets pending = assets_of(U256_ZERO);
	struct assets worth = assets_of(U256_ZERO);
	struct assets needed = assets_of(U256_ZERO);
	u256 rate = U256_ZERO;
	bool ok = bridge_rate_at(&rate, NULL, a->state, a->pool, t->supply, a->block->timestamp) &&
		  bridge_to_coin(&worth, NULL, "", x_tokens, rate) &&
		  (bridge_is_v1(a->pool) ||
		   bridge_pending(&pending, a->state, a->pool, a->block->timestamp, &user)) &&
		  bridge_needed(&needed, a->trace, t->cover, worth, pending);

	bridge_expect_words_of(a, BRIDGE_WITHDRAWAL_COVERED, user, "",
			       ok && assets_compare(t->liquidity, needed) >= 0,
			       "liquidity for all cover and withdrawals", "less");
}

static void check_ready_date(struct applying *a, struct address user, uint64_t ready)
{
	uint64_t now = a->block->timestamp;

	bridge_expect_words_of(a, BRIDGE_WITHDRAWAL_READY, user, "readyToWithdrawDate",
			       ready >= now + SHORTEST_WAIT && ready <= now + LONGEST_WAIT &&
				       bridge_is_period(a, ready - now),
			       "after the capital pool's period, of one to eight days",
			       "another time");
}

/* The request moves the difference to what is locked already, in one transfer or none. */
void bridge_request(struct applying *a, struct address user, struct shares x_tokens)
{
	struct bridge_transfers *list = &bridge_scratch(a)->x_tokens;
	struct address book = pool_contract(a->pool, BRIDGE_BOOK);
	const struct bridge_withdrawal *w = bridge_withdrawal(a->state, a->pool, user);
	const struct bridge_transfer *in = bridge_take(list, &user, &book, NULL);
	const struct bridge_transfer *out = bridge_take(list, &book, &user, NULL);
	u256 locked = w->x_tokens.raw;

	bridge_distribute_premiums(a);
	bridge_epochs_settled(a);
	if (in)
		locked = u256_add_wrap(locked, in->amount);
	if (out)
		locked = u256_sub_wrap(locked, out->amount);
	bridge_expect(a, user, "xTokens", true, locked, x_tokens.raw);
	check_free(a, user, x_tokens);
}

void bridge_on_withdrawal_requested(struct applying *a, const struct pool_event *event)
{
	struct address user = event->values[0].address;
	struct shares x_tokens = shares_of(event->values[1].number);
	uint64_t ready = bridge_time_of(event->values[2].number);
	struct address book = pool_contract(a->pool, BRIDGE_BOOK);
	struct bridge_transfers *list = &bridge_scratch(a)->x_tokens;
	struct address nobody = {{0}};
	const struct bridge_transfer *burn = NULL;

	/* A burn before it: a withdrawal that could not pay all asks for the rest. */
	for (size_t i = list->count; i-- > 0 && !burn;)
		if (!list->items[i].is_matched && address_equal(list->items[i].from, book) &&
		    address_equal(list->items[i].to, nobody))
			burn = &list->items[i];
	check_ready_date(a, user, ready);
	if (burn) {
		const struct bridge_withdrawal *w = bridge_withdrawal(a->state, a->pool, user);

		bridge_expect_difference(a, user, "xTokens", "locked - burnt",
					 (struct trace_input){"locked", w->x_tokens.raw},
					 (struct trace_input){"burnt", burn->amount}, x_tokens.raw);
		/* Until LiquidityWithdrawn the whole request stands: it is what was withdrawn of.
		 */
		bridge_withdrawal(a->state, a->pool, user)->ready = ready;
		return;
	}
	bridge_request(a, user, x_tokens);
	bridge_set_withdrawal(a, user, x_tokens, ready);
}

static bool taken(struct shares *x_tokens, struct assets *worth, struct applying *a,
		  struct shares before, struct shares locked, const struct bridge_transfer *paid)
{
	const struct bridge_totals *t = bridge_totals(a->state, a->pool);
	struct bridge_taking taking = {.liquidity = t->liquidity,
				       .cover = t->cover,
				       .asked = locked,
				       .paid_coin = paid ? &paid->amount : NULL,
				       .decimals = bridge_parameters(a->state, a->pool)->decimals};

	return bridge_rate_at(&taking.rate, a->trace, a->state, a->pool, before,
			      a->block->timestamp) &&
	       bridge_taken(x_tokens, worth, a->trace, &taking);
}

void bridge_withdraw(struct applying *a, struct address user, struct assets amount, u256 new_total)
{
	struct bridge_totals *t = bridge_totals(a->state, a->pool);
	struct bridge_scratch *scratch = bridge_scratch(a);
	struct address book = pool_contract(a->pool, BRIDGE_BOOK);
	struct address holder = bridge_coin_holder(a->pool);
	struct address nobody = {{0}};
	const struct bridge_withdrawal *w = bridge_withdrawal(a->state, a->pool, user);
	const struct bridge_transfer *burn = bridge_take(&scratch->x_tokens, &book, &nobody, NULL);
	const struct bridge_transfer *paid = bridge_take(&scratch->coins, &holder, &user, NULL);
	struct shares burnt = shares_of(burn ? burn->amount : U256_ZERO);
	struct shares before = shares_of(u256_add_wrap(t->supply.raw, burnt.raw));
	struct shares x_tokens = shares_of(U256_ZERO);
	struct assets worth = assets_of(U256_ZERO);
	struct shares rest = shares_of(U256_ZERO);
	u256 cut = U256_ZERO;
	bool ok;

	/* A V1 book pays what it owes. */
	ok = taken(&x_tokens, &worth, a, before, w->x_tokens, bridge_is_v1(a->pool) ? NULL : paid);
	bridge_expect_of(a, BRIDGE_X_TOKEN_RATE, user, "burnt", ok, x_tokens.raw, burnt.raw);
	bridge_expect(a, user, "amount", ok, worth.raw, amount.raw);
	ok = bridge_from_18(&cut, amount.raw, bridge_parameters(a->state, a->pool)->decimals);
	bridge_expect_of(a, BRIDGE_COIN_TRANSFER, user, "amount", ok, cut,
			 paid ? paid->amount : U256_ZERO);
	if (paid) {
		t->coverage_coin = u256_sub_wrap(t->coverage_coin, paid->amount);
		bridge_post(a, LEDGER_STAKED, LEDGER_DEPOSITORS, paid->amount, user);
	}
	if (!shares_sub_ok(&rest, w->x_tokens, burnt))
		rest = shares_of(U256_ZERO);
	bridge_set_withdrawal(a, user, rest, u256_is_zero(rest.raw) ? 0 : w->ready);
	bridge_expect_difference(a, user, "newTotalLiquidity", "totalLiquidity - amount",
				 (struct trace_input){"totalLiquidity", t->liquidity.raw},
				 (struct trace_input){"amount", amount.raw}, new_total);
	t->liquidity = assets_of(new_total);
}

/* When the request that is being withdrawn was ready; a rest asked for anew has another time. */
static uint64_t ready_before(struct applying *a, struct address user)
{
	const struct bridge_withdrawal *w = bridge_withdrawal(a->state, a->pool, user);
	const struct bridge_withdrawal *before =
		state_row_before(a->state, &bridge_table_withdrawal, a->pool->id, user.bytes);

	return w->ready > a->block->timestamp && before->ready ? before->ready : w->ready;
}

void bridge_on_liquidity_withdrawn(struct applying *a, const struct pool_event *event)
{
	struct address user = event->values[0].address;
	struct assets amount = assets_of(event->values[1].number);
	uint64_t now = a->block->timestamp;
	uint64_t ready;

	if (address_equal(user, pool_contract(a->pool, BRIDGE_CAPITAL))) {
		bridge_on_loss(a, amount, assets_of(event->values[2].number));
		return;
	}
	ready = ready_before(a, user);
	bridge_distribute_premiums(a);
	bridge_epochs_settled(a);
	bridge_expect_words_of(a, BRIDGE_WITHDRAWAL_READY, user, "",
			       ready != 0 && now >= ready && now - ready < READY_SECONDS,
			       "a request that became ready less than two days ago", "none");
	bridge_withdraw(a, user, amount, event->values[2].number);
}
