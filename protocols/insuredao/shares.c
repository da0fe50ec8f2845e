/* Shares of markets, indices and reserves: deposits, requests, withdrawals, transfers. */
#include "protocols/insuredao/handlers.h"

/* What a pool's shares are counted against, and what of it may be withdrawn at most. */
struct backing {
	bool is_computable;
	struct assets liquidity;
	bool is_limit_computable;
	struct assets limit;
};

static void read_index(struct backing *out, struct applying *a, struct address index)
{
	struct insuredao_index_row row = insuredao_index_at(a->state, a->pool, index);
	struct insuredao_slice *slices =
		arena_array(a->arena, INSUREDAO_MARKETS_MAX, sizeof(*slices));
	struct insuredao_index as = {.target_leverage = row.target_lev,
				     .total_points = row.total_alloc_point,
				     .total_credit = row.total_allocated_credit};
	size_t count;

	out->is_computable =
		insuredao_index_liquidity(&out->liquidity, a->trace, a->state, a->pool, index);
	as.liquidity = out->liquidity;
	out->is_limit_computable =
		out->is_computable &&
		insuredao_slices(slices, NULL, &count, a->state, a->pool, index) &&
		insuredao_withdrawable(&out->limit, a->trace, slices, count, &as);
}

static void read_reserve(struct backing *out, struct applying *a, struct address reserve)
{
	const struct insuredao_reserve *row = insuredao_reserve(a->state, a->pool, reserve);
	struct insuredao_vault vault = insuredao_vault(a->state, a->pool);

	out->is_computable =
		insuredao_vault_is_known(a->state, a->pool) &&
		insuredao_attributions_value(&out->liquidity, a->trace, "the crowd's value",
					     row->crowd_pool, &vault);
	out->is_limit_computable = out->is_computable;
	out->limit = out->liquidity;
}

static struct backing read_backing(struct applying *a, struct address pool)
{
	struct backing out = {.is_computable = false};
	struct insuredao_liquidity l;

	switch (insuredao_kind(a->pool, pool)) {
	case INSUREDAO_MARKETS:
		out.is_computable =
			insuredao_market_liquidity(&l, a->trace, a->state, a->pool, pool);
		out.liquidity = l.own;
		out.is_limit_computable = out.is_computable && l.is_available_known;
		out.limit = l.available;
		break;
	case INSUREDAO_INDICES:
		read_index(&out, a, pool);
		break;
	case INSUREDAO_RESERVES:
		read_reserve(&out, a, pool);
		break;
	case INSUREDAO_VAULT:
	case INSUREDAO_TOKEN:
	case INSUREDAO_PARAMETERS:
	case INSUREDAO_OWNERSHIP:
	case INSUREDAO_FACTORY:
		break;
	}
	return out;
}

static bool is_paused(struct applying *a, struct address pool)
{
	switch (insuredao_kind(a->pool, pool)) {
	case INSUREDAO_MARKETS:
		return insuredao_market(a->state, a->pool, pool)->is_paused;
	case INSUREDAO_INDICES:
		return insuredao_index(a->state, a->pool, pool)->is_paused;
	case INSUREDAO_RESERVES:
		return insuredao_reserve(a->state, a->pool, pool)->is_paused;
	case INSUREDAO_VAULT:
	case INSUREDAO_TOKEN:
	case INSUREDAO_PARAMETERS:
	case INSUREDAO_OWNERSHIP:
	case INSUREDAO_FACTORY:
		break;
	}
	return false;
}

/* Whether liquidity stands still because of an incident. */
static bool is_stopped(struct applying *a, struct address pool)
{
	switch (insuredao_kind(a->pool, pool)) {
	case INSUREDAO_MARKETS:
		return insuredao_market(a->state, a->pool, pool)->status != INSUREDAO_TRADING;
	case INSUREDAO_INDICES:
		return insuredao_index(a->state, a->pool, pool)->is_locked;
	case INSUREDAO_RESERVES:
	case INSUREDAO_VAULT:
	case INSUREDAO_TOKEN:
	case INSUREDAO_PARAMETERS:
	case INSUREDAO_OWNERSHIP:
	case INSUREDAO_FACTORY:
		break;
	}
	return false;
}

/* ---- deposits ---- */

/* An index allocates where its leverage fell below the target by more than the lower slack. */
static void allocate_after_deposit(struct applying *a, struct address index,
				   const struct backing *before, struct assets amount)
{
	const struct insuredao_index_row *row = insuredao_index(a->state, a->pool, index);
	u256 slack = insuredao_setting(a->state, a->pool, index).lower_slack;
	struct assets after = assets_of(U256_ZERO);
	u256 least = U256_ZERO;
	u256 leverage = U256_ZERO;
	bool ok = before->is_computable && assets_add_ok(&after, before->liquidity, amount) &&
		  u256_sub_ok(&least, row->target_lev, slack) &&
		  insuredao_ratio(&leverage, row->total_allocated_credit.raw, after.raw);

	TRACE(a->trace, "leverage", "totalAllocatedCredit * 10^6 // liquidity", ok, leverage,
	      {"totalAllocatedCredit", row->total_allocated_credit.raw}, {"liquidity", after.raw},
	      {"targetLev", row->target_lev}, {"lowerSlack", slack});
	if (ok && u256_less(leverage, least))
		insuredao_allocate_now(a, index, after);
}

void insuredao_on_deposit(struct applying *a, const struct pool_event *event)
{
	struct address pool = event->log->address;
	struct address who = event->values[0].address;
	struct assets amount = assets_of(event->values[1].number);
	struct shares minted = shares_of(event->values[2].number);
	struct insuredao_scratch *s = insuredao_scratch(a);
	enum insuredao_role kind = insuredao_kind(a->pool, pool);
	struct backing backing = read_backing(a, pool);
	struct shares computed = shares_of(U256_ZERO);
	struct shares n;
	bool ok;

	insuredao_meet(a, pool);
	insuredao_expect_words(a, INSUREDAO_MARKET_STATE, pool, "deposit",
			       !is_paused(a, pool) && !is_stopped(a, pool) &&
				       !u256_is_zero(amount.raw),
			       "an amount, at a pool that is neither paused nor paying out",
			       "none, or one that is");
	if (kind == INSUREDAO_MARKETS && insuredao_market(a->state, a->pool, pool)->is_closed)
		insuredao_expect_words(
			a, INSUREDAO_MARKET_STATE, who, "depositor",
			address_equal(who, insuredao_totals(a->state, a->pool)->owner),
			"the owner, at a market that is closed to others", "somebody else");
	insuredao_take_transfer(a, true, &who, amount);
	ok = backing.is_computable &&
	     insuredao_minted(&computed, a->trace, amount,
			      insuredao_supply(a->state, a->pool, pool)->total_supply,
			      backing.liquidity);
	insuredao_expect(a, INSUREDAO_EVENT_FIGURES, who, "mint", ok, computed.raw, minted.raw);
	n = insuredao_vault_add(a, pool, amount);
	if (kind == INSUREDAO_RESERVES)
		insuredao_add(&insuredao_reserve(a->state, a->pool, pool)->crowd_pool.raw, n.raw);
	insuredao_post(a, LEDGER_DEPOSITORS, LEDGER_STAKED, amount, who);
	s->has_mint = !u256_is_zero(minted.raw);
	s->mint_pool = pool;
	s->mint_to = who;
	s->mint_amount = minted;
	if (kind == INSUREDAO_INDICES)
		allocate_after_deposit(a, pool, &backing, amount);
}

/* ---- the shares themselves ---- */

static void mint(struct applying *a, struct address pool, struct address to, struct shares amount)
{
	struct insuredao_scratch *s = insuredao_scratch(a);

	insuredao_expect_words(a, INSUREDAO_SHARE_TRANSFER, to, "mint",
			       s->has_mint && address_equal(s->mint_pool, pool) &&
				       address_equal(s->mint_to, to) &&
				       u256_equal(s->mint_amount.raw, amount.raw),
			       "the mint that the Deposit before it reports", "another one");
	s->has_mint = false;
	insuredao_add(&insuredao_supply(a->state, a->pool, pool)->total_supply.raw, amount.raw);
	insuredao_add(&insuredao_holding(a->state, a->pool, to, pool)->balance.raw, amount.raw);
}

static void allocate_after_burn(struct applying *a, struct address index,
				const struct backing *before, struct assets worth)
{
	const struct insuredao_index_row *row = insuredao_index(a->state, a->pool, index);
	u256 slack = insuredao_setting(a->state, a->pool, index).upper_slack;
	struct assets after = assets_of(U256_ZERO);
	u256 most = U256_ZERO;
	u256 leverage = U256_ZERO;
	bool ok = assets_sub_ok(&after, before->liquidity, worth) &&
		  u256_add_ok(&most, row->target_lev, slack) &&
		  insuredao_ratio(&leverage, row->total_allocated_credit.raw, after.raw);

	TRACE(a->trace, "leverage", "totalAllocatedCredit * 10^6 // liquidity", ok, leverage,
	      {"totalAllocatedCredit", row->total_allocated_credit.raw}, {"liquidity", after.raw},
	      {"targetLev", row->target_lev}, {"upperSlack", slack});
	if (ok && (u256_is_zero(after.raw) || u256_less(most, leverage)))
		insuredao_allocate_now(a, index, after);
}

/* Shares are burnt before the Withdraw that says what they paid, and an index allocates between. */
static void burn(struct applying *a, struct address pool, struct address from, struct shares amount)
{
	struct insuredao_scratch *s = insuredao_scratch(a);
	struct insuredao_supply *supply = insuredao_supply(a->state, a->pool, pool);
	struct insuredao_holding *holding = insuredao_holding(a->state, a->pool, from, pool);
	struct backing backing = read_backing(a, pool);

	s->has_burn = true;
	s->burn_pool = pool;
	s->burn_from = from;
	s->burn_amount = amount;
	s->is_burn_computable = backing.is_computable &&
				insuredao_shares_worth(&s->burn_worth, a->trace, "retVal", amount,
						       backing.liquidity, supply->total_supply);
	s->burn_liquidity = backing.liquidity;
	s->burn_supply = supply->total_supply;
	s->is_burn_limit_computable = backing.is_limit_computable;
	s->burn_limit = backing.limit;
	insuredao_expect_words(a, INSUREDAO_SHARE_TRANSFER, from, "burn",
			       u256_compare(holding->balance.raw, amount.raw) >= 0,
			       "no more than the holder has", "more");
	insuredao_take(&supply->total_supply.raw, amount.raw);
	insuredao_take(&holding->balance.raw, amount.raw);
	if (s->is_burn_computable && insuredao_kind(a->pool, pool) == INSUREDAO_INDICES)
		allocate_after_burn(a, pool, &backing, s->burn_worth);
}

/* Shares sent away shrink a request to what is left. */
static void move(struct applying *a, struct address pool, struct address from, struct address to,
		 struct shares amount)
{
	struct insuredao_holding *giver = insuredao_holding(a->state, a->pool, from, pool);

	insuredao_expect_words(a, INSUREDAO_SHARE_TRANSFER, from, "transfer",
			       u256_compare(giver->balance.raw, amount.raw) >= 0,
			       "no more than the holder has", "more");
	insuredao_take(&giver->balance.raw, amount.raw);
	if (u256_less(giver->balance.raw, giver->requested.raw))
		giver->requested = giver->balance;
	insuredao_add(&insuredao_holding(a->state, a->pool, to, pool)->balance.raw, amount.raw);
}

void insuredao_on_share_transfer(struct applying *a, const struct pool_event *event)
{
	struct address pool = event->log->address;
	struct address from = event->values[0].address;
	struct address to = event->values[1].address;
	struct shares amount = shares_of(event->values[2].number);

	insuredao_meet(a, pool);
	if (address_is_zero(from))
		mint(a, pool, to, amount);
	else if (address_is_zero(to))
		burn(a, pool, from, amount);
	else
		move(a, pool, from, to, amount);
}

/* ---- withdrawals ---- */

void insuredao_on_withdraw_requested(struct applying *a, const struct pool_event *event)
{
	struct address pool = event->log->address;
	struct address who = event->values[0].address;
	struct shares amount = shares_of(event->values[1].number);
	u256 now = u256_from(a->block->timestamp);
	u256 duration = insuredao_setting(a->state, a->pool, pool).request_duration;
	struct insuredao_holding *holding = insuredao_holding(a->state, a->pool, who, pool);
	u256 at = U256_ZERO;
	bool ok = u256_add_ok(&at, now, duration);

	insuredao_meet(a, pool);
	TRACE(a->trace, "unlockTime", "timestamp + requestDuration", ok, at, {"timestamp", now},
	      {"requestDuration", duration});
	insuredao_expect(a, INSUREDAO_EVENT_FIGURES, who, "unlockTime", ok, at,
			 event->values[2].number);
	insuredao_expect_words(a, INSUREDAO_WITHDRAWAL_WINDOW, who, "amount",
			       !u256_is_zero(amount.raw) &&
				       u256_compare(amount.raw, holding->balance.raw) <= 0,
			       "some shares, at most the holder's", "none, or more");
	holding->requested = amount;
	holding->unlocks_at = insuredao_u64(event->values[2].number);
}

static void check_window(struct applying *a, struct address pool, struct address who,
			 struct shares amount, const struct insuredao_holding *holding)
{
	u256 now = u256_from(a->block->timestamp);
	u256 unlock = u256_from(holding->unlocks_at);
	u256 window = insuredao_setting(a->state, a->pool, pool).withdrawable_duration;
	u256 end = U256_ZERO;
	bool ok = u256_add_ok(&end, unlock, window);

	TRACE(a->trace, "window ends", "unlockTime + withdrawableDuration", ok, end,
	      {"unlockTime", unlock}, {"withdrawableDuration", window}, {"timestamp", now});
	insuredao_expect_words(a, INSUREDAO_WITHDRAWAL_WINDOW, who, "time",
			       ok && u256_less(unlock, now) && u256_less(now, end),
			       "after the request's unlock time and before its window ends",
			       "outside of that window");
	insuredao_expect_words(a, INSUREDAO_WITHDRAWAL_WINDOW, who, "requested",
			       u256_compare(amount.raw, holding->requested.raw) <= 0,
			       "no more than was requested", "more");
}

static void check_burn(struct applying *a, struct address pool, struct address who,
		       struct shares amount, struct assets paid)
{
	struct insuredao_scratch *s = insuredao_scratch(a);
	bool is_burnt = s->has_burn && address_equal(s->burn_pool, pool) &&
			address_equal(s->burn_from, who) &&
			u256_equal(s->burn_amount.raw, amount.raw);

	insuredao_expect_words(a, INSUREDAO_SHARE_TRANSFER, who, "burn", is_burnt,
			       "as many shares burnt before", "another number, or none");
	s->has_burn = false;
	if (!is_burnt)
		return;
	TRACE(a->trace, "retVal", "shares * liquidity // supply, both before the shares were burnt",
	      s->is_burn_computable, s->burn_worth.raw, {"shares", amount.raw},
	      {"liquidity", s->burn_liquidity.raw}, {"supply", s->burn_supply.raw});
	TRACE(a->trace, "withdrawable", "what was not locked then", s->is_burn_limit_computable,
	      s->burn_limit.raw, {"liquidity", s->burn_liquidity.raw});
	insuredao_expect(a, INSUREDAO_EVENT_FIGURES, who, "retVal", s->is_burn_computable,
			 s->burn_worth.raw, paid.raw);
	if (s->is_burn_limit_computable)
		insuredao_expect_words(a, INSUREDAO_COVER_AVAILABLE, who, "retVal",
				       assets_compare(paid, s->burn_limit) <= 0,
				       "no more than what is not locked", "more");
}

void insuredao_on_withdraw(struct applying *a, const struct pool_event *event)
{
	struct address pool = event->log->address;
	struct address who = event->values[0].address;
	struct shares amount = shares_of(event->values[1].number);
	struct assets paid = assets_of(event->values[2].number);
	struct insuredao_holding *holding = insuredao_holding(a->state, a->pool, who, pool);
	enum insuredao_role kind = insuredao_kind(a->pool, pool);
	struct shares n;

	insuredao_expect_words(a, INSUREDAO_MARKET_STATE, pool, "withdraw",
			       !is_stopped(a, pool) &&
				       (kind != INSUREDAO_RESERVES || !is_paused(a, pool)),
			       "a pool that no incident stops, and no paused reserve",
			       "one that pays out, or is paused");
	insuredao_take_transfer(a, false, &who, paid);
	check_window(a, pool, who, amount, holding);
	check_burn(a, pool, who, amount, paid);
	insuredao_take(&holding->requested.raw, amount.raw);
	if (u256_less(holding->balance.raw, holding->requested.raw))
		holding->requested = holding->balance;
	n = insuredao_vault_withdraw(a, pool, paid);
	if (kind == INSUREDAO_RESERVES)
		insuredao_take(&insuredao_reserve(a->state, a->pool, pool)->crowd_pool.raw, n.raw);
	insuredao_post(a, LEDGER_STAKED, LEDGER_DEPOSITORS, paid, who);
}

/* ---- what the owner sets ---- */

void insuredao_on_paused(struct applying *a, const struct pool_event *event)
{
	struct address pool = event->log->address;
	bool is_on = event->values[0].boolean;

	insuredao_meet(a, pool);
	switch (insuredao_kind(a->pool, pool)) {
	case INSUREDAO_MARKETS:
		insuredao_market(a->state, a->pool, pool)->is_paused = is_on;
		break;
	case INSUREDAO_INDICES:
		insuredao_index(a->state, a->pool, pool)->is_paused = is_on;
		break;
	case INSUREDAO_RESERVES:
		insuredao_reserve(a->state, a->pool, pool)->is_paused = is_on;
		break;
	case INSUREDAO_VAULT:
	case INSUREDAO_TOKEN:
	case INSUREDAO_PARAMETERS:
	case INSUREDAO_OWNERSHIP:
	case INSUREDAO_FACTORY:
		break;
	}
}

void insuredao_on_open_deposit(struct applying *a, const struct pool_event *event)
{
	insuredao_meet(a, event->log->address);
	insuredao_market(a->state, a->pool, event->log->address)->is_closed =
		!event->values[0].boolean;
}
