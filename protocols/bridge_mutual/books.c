/* What must hold after every block, whatever happened in it. */
#include "protocols/bridge_mutual/asked.h"
#include "protocols/bridge_mutual/handlers.h"

/* The sum of all balances, kept by the differences of the rows that this block changed. */
static void add_to_sums(void *context, const uint8_t *key, const void *row_before,
			const void *row_now)
{
	struct applying *a = context;
	struct bridge_totals *t = bridge_totals(a->state, a->pool);
	const struct bridge_account *before = row_before;
	const struct bridge_account *now = row_now;

	(void)key;
	t->sum_balances.raw = u256_sub_wrap(u256_add_wrap(t->sum_balances.raw, now->x_tokens.raw),
					    before->x_tokens.raw);
}

static void check_cover(struct applying *a, const struct bridge_totals *t)
{
	u256 stranded = bridge_v1(a->state, a->pool)->stranded_cover.raw;
	u256 sum = U256_ZERO;
	bool ok = u256_add_ok(&sum, t->booked_cover.raw, t->locked_cover.raw) &&
		  u256_add_ok(&sum, sum, stranded);

	if (bridge_is_v1(a->pool))
		TRACE(a->trace, "totalCoverTokens",
		      "sum of epochAmounts ahead + cover under claims + stranded cover", ok, sum,
		      {"sum of epochAmounts ahead", t->booked_cover.raw},
		      {"cover under claims", t->locked_cover.raw}, {"stranded cover", stranded});
	else
		TRACE(a->trace, "totalCoverTokens",
		      "sum of epochAmounts ahead + cover under claims", ok, sum,
		      {"sum of epochAmounts ahead", t->booked_cover.raw},
		      {"cover under claims", t->locked_cover.raw});
	(void)check_standing_equal_or_null(a->checker, BRIDGE_COVER_SUM,
					   (struct subject){.field = ""}, ok, sum, true,
					   t->cover.raw);
}

/* More than the requests ask for is there where somebody sent x-tokens to the book. */
static void check_locked(struct applying *a, const struct bridge_totals *t)
{
	const struct bridge_account *book =
		bridge_account(a->state, a->pool, pool_contract(a->pool, BRIDGE_BOOK));

	(void)check_standing_that(a->checker, BRIDGE_LOCKED_SUM, (struct subject){.field = ""},
				  u256_compare(book->x_tokens.raw, t->sum_locked.raw) >= 0,
				  "a balance of the book for all requests", "a smaller one");
}

static void check_ledger(struct applying *a, const struct bridge_totals *t)
{
	struct assets staked = assets_of(U256_ZERO);
	bool ok = book_balance(&staked, a->book, LEDGER_STAKED);

	(void)check_standing_equal_or_null(a->checker, BRIDGE_LEDGER_BALANCE,
					   (struct subject){.field = "staked"}, ok, staked.raw,
					   true, t->coverage_coin);
}

void bridge_check_books(struct applying *a)
{
	const struct bridge_totals *t = bridge_totals(a->state, a->pool);

	trace_reset(a->trace);
	check_cover(a, t);
	(void)check_standing_equal(a->checker, BRIDGE_SUPPLY_SUM, (struct subject){.field = ""},
				   t->sum_balances.raw, t->supply.raw);
	check_locked(a, t);
	check_ledger(a, t);
}

struct cover_walk {
	const struct bridge_totals *totals;
	u256 sum;
	bool is_computable;
};

static bool add_policy(void *context, const uint8_t *key, const void *row)
{
	struct cover_walk *walk = context;
	const struct bridge_policy *policy = row;

	(void)key;
	if (policy->lock_count > 0 || policy->out_epoch >= walk->totals->last_epoch)
		walk->is_computable = walk->is_computable &&
				      u256_add_ok(&walk->sum, walk->sum, policy->cover.raw);
	return true;
}

/* Every policy that is in the book, by its own row. */
static void check_policies(struct applying *a)
{
	const struct bridge_totals *t = bridge_totals(a->state, a->pool);
	struct cover_walk walk = {.totals = t,
				  .sum = bridge_v1(a->state, a->pool)->stranded_cover.raw,
				  .is_computable = true};

	state_each(a->state, &bridge_table_policy, a->pool->id, add_policy, &walk);
	TRACE(a->trace, "totalCoverTokens",
	      bridge_is_v1(a->pool)
		      ? "sum of the cover of all policies in the book + stranded cover"
		      : "sum of the cover of all policies in the book",
	      walk.is_computable, walk.sum, {"policies sold", u256_from(t->policy_count)});
	(void)check_standing_equal_or_null(a->checker, BRIDGE_POLICIES_SUM,
					   (struct subject){.field = ""}, walk.is_computable,
					   walk.sum, true, t->cover.raw);
}

void bridge_end_block(struct applying *a, bool is_thorough)
{
	state_each_touched(a->state, &bridge_table_account, a->pool->id, add_to_sums, a);
	if (bridge_parameters(a->state, a->pool)->birth_block == 0)
		return;
	bridge_check_books(a);
	if (is_thorough || bridge_scratch(a)->had_loss)
		check_policies(a);
	if (is_thorough && a->chain && !bridge_is_v1(a->pool))
		(void)bridge_ask_models(a);
}
