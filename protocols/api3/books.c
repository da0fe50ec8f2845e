/* What must hold after every block, whatever happened in it. */
#include "protocols/api3/claims.h"
#include "protocols/api3/rules.h"

/* sum + now - before, modulo 2^256: exact as long as the sum of all rows is itself below 2^256. */
static u256 shifted(u256 sum, u256 before, u256 now)
{
	return u256_sub_wrap(u256_add_wrap(sum, now), before);
}

static uint64_t counted(uint64_t count, bool before, bool now)
{
	return count + (now ? 1 : 0) - (before ? 1 : 0);
}

/* Sums over all accounts, kept by the differences of the rows that this block changed. */
static void add_to_sums(void *context, const uint8_t *key, const void *row_before,
			const void *row_now)
{
	struct applying *a = context;
	struct api3_totals *t = api3_totals(a->state, a->pool);
	const struct api3_account *before = row_before;
	const struct api3_account *now = row_now;

	(void)key;
	t->sum_shares.raw = shifted(t->sum_shares.raw, before->shares.raw, now->shares.raw);
	t->sum_unstake_shares.raw = shifted(t->sum_unstake_shares.raw, before->unstake_shares.raw,
					    now->unstake_shares.raw);
	t->sum_unstaked.raw = shifted(t->sum_unstaked.raw, before->unstaked.raw, now->unstaked.raw);
	t->sum_vesting.raw = shifted(t->sum_vesting.raw, before->vesting.raw, now->vesting.raw);
	t->sum_timelock_remaining.raw =
		shifted(t->sum_timelock_remaining.raw, before->timelock_remaining.raw,
			now->timelock_remaining.raw);
	t->holder_count = counted(t->holder_count, !u256_is_zero(before->shares.raw),
				  !u256_is_zero(now->shares.raw));
	t->pending_count = counted(t->pending_count, !u256_is_zero(before->unstake_scheduled_for),
				   !u256_is_zero(now->unstake_scheduled_for));
}

/*
 * delegators_shares of a delegate is summed here from its delegators' own rows, independently of
 * the events' totals.
 */
static void add_to_delegates(void *context, const uint8_t *key, const void *row_before,
			     const void *row_now)
{
	struct applying *a = context;
	const struct api3_account *before = row_before;
	const struct api3_account *now = row_now;

	(void)key;
	if (address_equal(before->delegate, now->delegate) &&
	    u256_equal(before->shares.raw, now->shares.raw))
		return;
	if (!address_is_zero(before->delegate)) {
		struct api3_account *d = api3_account(a->state, a->pool, before->delegate);

		d->delegators_shares.raw =
			u256_sub_wrap(d->delegators_shares.raw, before->shares.raw);
	}
	if (!address_is_zero(now->delegate)) {
		struct api3_account *d = api3_account(a->state, a->pool, now->delegate);

		d->delegators_shares.raw = u256_add_wrap(d->delegators_shares.raw, now->shares.raw);
	}
}

static void check_delegate(void *context, const uint8_t *key, const void *row_before,
			   const void *row_now)
{
	struct applying *a = context;
	const struct api3_account *now = row_now;
	struct subject subject = {.is_account = true, .field = "delegatedTo"};

	(void)row_before;
	memcpy(subject.account.bytes, key, ADDRESS_BYTES);
	(void)check_standing_equal(a->checker, API3_DELEGATION_SUM, subject,
				   now->delegators_shares.raw, now->delegated_to.raw);
}

static void check_shares_sum(struct applying *a, const struct api3_totals *t)
{
	u256 sum = U256_ZERO;
	bool ok = u256_add_ok(&sum, t->sum_shares.raw, t->sum_unstake_shares.raw) &&
		  u256_add_ok(&sum, sum, U256_ONE);

	TRACE(a->trace, "totalShares", "1 + sum of shares + sum of unstakeShares", ok, sum,
	      {"sum of shares", t->sum_shares.raw},
	      {"sum of unstakeShares", t->sum_unstake_shares.raw});
	(void)check_standing_equal_or_null(a->checker, API3_SHARES_SUM,
					   (struct subject){.field = ""}, ok, sum, true,
					   t->total_shares.raw);
}

/* What the pool holds against what it owes; stray tokens are the ledger's word. */
static void check_solvency(struct applying *a, const struct api3_totals *t)
{
	struct assets stray = assets_of(U256_ZERO);
	u256 owed = U256_ZERO;
	bool ok = book_balance(&stray, a->book, LEDGER_STRAY) &&
		  u256_sub_ok(&owed, t->total_stake.raw, U256_ONE) &&
		  u256_add_ok(&owed, owed, t->sum_unstaked.raw) &&
		  u256_add_ok(&owed, owed, stray.raw);

	TRACE(a->trace, "tokens of the pool", "totalStake - 1 + sum of unstaked + stray", ok, owed,
	      {"totalStake", t->total_stake.raw}, {"sum of unstaked", t->sum_unstaked.raw},
	      {"stray", stray.raw});
	(void)check_standing_equal_or_null(a->checker, API3_POOL_SOLVENT,
					   (struct subject){.field = ""}, ok, owed, true,
					   t->token_balance.raw);
}

static void check_ledger(struct applying *a, const struct api3_totals *t)
{
	struct assets received;
	struct assets given;
	struct assets staked = assets_of(U256_ZERO);
	struct assets unstaked = assets_of(U256_ZERO);
	struct assets held = assets_of(U256_ZERO);
	u256 stake = U256_ZERO;
	bool is_stake_ok = u256_sub_ok(&stake, t->total_stake.raw, U256_ONE);
	bool ok;

	ok = book_balance(&staked, a->book, LEDGER_STAKED);
	(void)check_standing_equal_or_null(a->checker, API3_LEDGER_BALANCE,
					   (struct subject){.field = "staked"}, ok, staked.raw,
					   is_stake_ok, stake);
	ok = book_balance(&unstaked, a->book, LEDGER_UNSTAKED);
	(void)check_standing_equal_or_null(a->checker, API3_LEDGER_BALANCE,
					   (struct subject){.field = "unstaked"}, ok, unstaked.raw,
					   true, t->sum_unstaked.raw);
	ok = book_held(&held, a->book);
	(void)check_standing_equal_or_null(a->checker, API3_LEDGER_BALANCE,
					   (struct subject){.field = "held"}, ok, held.raw, true,
					   t->token_balance.raw);
	book_totals(&received, &given, a->book, LEDGER_STRAY);
	(void)check_standing_that(a->checker, API3_STRAY_GROWS, (struct subject){.field = ""},
				  u256_is_zero(given.raw), "nothing taken from stray tokens",
				  "some were");
}

/* Check 11: who could take what if all left at once. */
struct claims {
	const struct api3_totals *totals;
	u256 sum;
	uint64_t claimants;
	bool is_computable;
};

static bool add_claims(void *context, const uint8_t *key, const void *row)
{
	struct claims *claims = context;
	const struct api3_account *account = row;
	struct assets part;

	(void)key;
	if (!u256_is_zero(account->shares.raw)) {
		claims->claimants++;
		claims->is_computable =
			claims->is_computable &&
			api3_stake_of(&part, NULL, "", account->shares, claims->totals->total_stake,
				      claims->totals->total_shares) &&
			u256_add_ok(&claims->sum, claims->sum, part.raw);
	}
	if (!u256_is_zero(account->unstake_shares.raw)) {
		claims->claimants++;
		claims->is_computable =
			claims->is_computable &&
			api3_stake_of(&part, NULL, "", account->unstake_shares,
				      claims->totals->total_stake, claims->totals->total_shares) &&
			u256_add_ok(&claims->sum, claims->sum, part.raw);
	}
	return true;
}

static void check_stake_sum(struct applying *a, const struct api3_totals *t)
{
	struct claims claims = {.totals = t, .is_computable = true};
	u256 shortfall = U256_ZERO;
	u256 allowed = U256_ZERO;
	bool ok;

	state_each(a->state, &api3_table_account, a->pool->id, add_claims, &claims);
	if (!claims.is_computable) /* after a near-total payout views revert: nothing to compare */
		return;
	ok = u256_sub_ok(&shortfall, t->total_stake.raw, claims.sum) &&
	     u256_div_ok(&allowed, t->total_stake.raw, t->total_shares.raw) &&
	     u256_add_ok(&allowed, allowed, u256_from(claims.claimants + 1));
	TRACE(a->trace, "rounding allowed", "claimants + totalStake // totalShares + 1", ok,
	      allowed, {"claimants", u256_from(claims.claimants)},
	      {"totalStake", t->total_stake.raw}, {"totalShares", t->total_shares.raw});
	TRACE(a->trace, "shortfall", "totalStake - sum of stakes and pending unstakes", ok,
	      shortfall, {"totalStake", t->total_stake.raw}, {"sum", claims.sum});
	(void)check_standing_that(a->checker, API3_STAKE_SUM, (struct subject){.field = ""},
				  ok && u256_compare(shortfall, allowed) <= 0,
				  "a sum within total stake, short by rounding only",
				  ok ? "a larger shortfall" : "a sum above total stake");
}

void api3_check_books(struct applying *a)
{
	const struct api3_totals *t = api3_totals(a->state, a->pool);

	trace_reset(a->trace);
	check_shares_sum(a, t);
	check_solvency(a, t);
	check_ledger(a, t);
	(void)check_standing_equal(a->checker, API3_VESTING_SUM, (struct subject){.field = ""},
				   t->sum_timelock_remaining.raw, t->sum_vesting.raw);
	(void)check_standing_that(a->checker, API3_TOTALS_POSITIVE, (struct subject){.field = ""},
				  !u256_is_zero(t->total_stake.raw) &&
					  !u256_is_zero(t->total_shares.raw),
				  "total stake and total shares of at least 1", "a zero");
}

void api3_end_block(struct applying *a, bool is_thorough)
{
	const struct api3_parameters *p = api3_parameters(a->state, a->pool);

	state_each_touched(a->state, &api3_table_account, a->pool->id, add_to_sums, a);
	state_each_touched(a->state, &api3_table_account, a->pool->id, add_to_delegates, a);
	if (p->birth_block == 0)
		return; /* only the token exists yet */
	api3_follow_silent_epoch(a);
	state_each_touched(a->state, &api3_table_account, a->pool->id, check_delegate, a);
	api3_check_books(a);
	if (is_thorough || api3_scratch(a)->had_payout)
		check_stake_sum(a, api3_totals(a->state, a->pool));
	claims_end_block(a, is_thorough);
}
