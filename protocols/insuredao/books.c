/* What must hold after every block, whatever happened in it. */
#include "protocols/insuredao/books.h"

#include "protocols/insuredao/handlers.h"

/* sum + now - before, modulo 2^256: exact as long as the sum of all rows is itself below 2^256. */
static u256 shifted(u256 sum, u256 before, u256 now)
{
	return u256_sub_wrap(u256_add_wrap(sum, now), before);
}

/* ---- sums, by the differences of the rows that the block changed ---- */

static void add_account(void *context, const uint8_t *key, const void *row_before,
			const void *row_now)
{
	struct applying *a = context;
	struct insuredao_totals *t = insuredao_totals(a->state, a->pool);
	const struct insuredao_account *before = row_before;
	const struct insuredao_account *now = row_now;

	(void)key;
	t->sum_attributions.raw =
		shifted(t->sum_attributions.raw, before->attributions.raw, now->attributions.raw);
	t->sum_debts.raw = shifted(t->sum_debts.raw, before->debts.raw, now->debts.raw);
}

static void add_market(void *context, const uint8_t *key, const void *row_before,
		       const void *row_now)
{
	struct applying *a = context;
	struct insuredao_totals *t = insuredao_totals(a->state, a->pool);
	const struct insuredao_market *before = row_before;
	const struct insuredao_market *now = row_now;

	(void)key;
	t->sum_locked.raw =
		shifted(t->sum_locked.raw, before->locked_amount.raw, now->locked_amount.raw);
}

static void add_holding(void *context, const uint8_t *key, const void *row_before,
			const void *row_now)
{
	struct applying *a = context;
	const struct insuredao_holding *before = row_before;
	const struct insuredao_holding *now = row_now;
	struct insuredao_supply *supply;

	supply = insuredao_supply(a->state, a->pool, insuredao_address_in(key + ADDRESS_BYTES));
	supply->sum_balances.raw =
		shifted(supply->sum_balances.raw, before->balance.raw, now->balance.raw);
}

static u256 active_cover(const struct insuredao_policy *policy)
{
	return policy->state == POLICY_ACTIVE ? policy->amount.raw : U256_ZERO;
}

static void add_policy(void *context, const uint8_t *key, const void *row_before,
		       const void *row_now)
{
	struct applying *a = context;
	struct insuredao_market *m = insuredao_market(a->state, a->pool, insuredao_address_in(key));

	m->sum_active.raw =
		shifted(m->sum_active.raw, active_cover(row_before), active_cover(row_now));
}

static void add_credit(void *context, const uint8_t *key, const void *row_before,
		       const void *row_now)
{
	struct applying *a = context;
	const struct insuredao_credit *before = row_before;
	const struct insuredao_credit *now = row_now;
	struct insuredao_market *m = insuredao_market(a->state, a->pool, insuredao_address_in(key));

	m->sum_credit.raw = shifted(m->sum_credit.raw, before->credit.raw, now->credit.raw);
}

/* ---- checks ---- */

static struct subject of(struct address who, const char *field)
{
	return (struct subject){.is_account = true, .account = who, .field = field};
}

static void check_market(struct applying *a, struct address market)
{
	struct insuredao_market m = insuredao_market_at(a->state, a->pool, market);
	struct assets debts = insuredao_account_at(a->state, a->pool, market).debts;

	if (!m.is_there)
		return;
	(void)check_standing_equal(a->checker, INSUREDAO_LOCKED_SUM, of(market, "lockedAmount"),
				   m.sum_active.raw, m.locked_amount.raw);
	(void)check_standing_equal(a->checker, INSUREDAO_CREDIT_SUM, of(market, "totalCredit"),
				   m.sum_credit.raw, m.total_credit.raw);
	if (!insuredao_vault_is_known(a->state, a->pool))
		return;
	(void)check_standing_that(a->checker, INSUREDAO_DEBT_SETTLED, of(market, "debts"),
				  m.status != INSUREDAO_TRADING || u256_is_zero(debts.raw),
				  "no debt while the market trades", "a debt");
}

static void check_supplies(struct applying *a, enum insuredao_role role)
{
	for (size_t i = 0; i < a->pool->setup.contracts[role].count; i++) {
		struct address of_pool = a->pool->setup.contracts[role].addresses[i];
		struct insuredao_supply supply;

		state_row_at(&supply, a->state, &insuredao_table_supply, a->pool->id, of_pool.bytes,
			     UINT64_MAX);
		(void)check_standing_equal(a->checker, INSUREDAO_SHARES_SUM,
					   of(of_pool, "totalSupply"), supply.sum_balances.raw,
					   supply.total_supply.raw);
	}
}

static void check_reserve(struct applying *a, struct address reserve)
{
	struct insuredao_reserve row;
	u256 sum = U256_ZERO;
	bool ok;

	state_row_at(&row, a->state, &insuredao_table_reserve, a->pool->id, reserve.bytes,
		     UINT64_MAX);
	ok = u256_add_ok(&sum, row.crowd_pool.raw, row.surplus_pool.raw);
	(void)check_standing_equal_or_null(
		a->checker, INSUREDAO_RESERVE_SUM, of(reserve, "attributions"), ok, sum, true,
		insuredao_account_at(a->state, a->pool, reserve).attributions.raw);
}

static void check_vault(struct applying *a, const struct insuredao_totals *t)
{
	struct assets stray = assets_of(U256_ZERO);
	u256 sum = U256_ZERO;
	u256 held = U256_ZERO;
	bool ok = u256_add_ok(&sum, t->sum_attributions.raw, t->dust.raw);

	TRACE(a->trace, "A", "sum of attributions + dust", ok, sum,
	      {"sum of attributions", t->sum_attributions.raw}, {"dust", t->dust.raw});
	(void)check_standing_equal_or_null(a->checker, INSUREDAO_ATTRIBUTIONS_SUM,
					   (struct subject){.field = ""}, ok, sum, true,
					   t->total_attributions.raw);
	(void)check_standing_equal(a->checker, INSUREDAO_DEBTS_SUM, (struct subject){.field = ""},
				   t->sum_debts.raw, t->total_debt.raw);
	ok = book_balance(&stray, a->book, LEDGER_STRAY) &&
	     u256_sub_ok(&held, t->balance.raw, t->total_debt.raw) &&
	     u256_add_ok(&held, held, stray.raw);
	TRACE(a->trace, "tokens of the vault", "balance - totalDebt + stray", ok, held,
	      {"balance", t->balance.raw}, {"totalDebt", t->total_debt.raw}, {"stray", stray.raw});
	(void)check_standing_equal_or_null(a->checker, INSUREDAO_VAULT_SOLVENT,
					   (struct subject){.field = ""}, ok, held, true,
					   t->token_balance.raw);
}

static void check_ledger(struct applying *a, const struct insuredao_totals *t)
{
	struct assets pooled = assets_of(U256_ZERO);
	struct assets held = assets_of(U256_ZERO);
	u256 free = U256_ZERO;
	bool is_free_known = u256_sub_ok(&free, t->balance.raw, t->total_debt.raw);
	bool ok = book_balance(&pooled, a->book, LEDGER_STAKED);

	(void)check_standing_equal_or_null(a->checker, INSUREDAO_LEDGER_BALANCE,
					   (struct subject){.field = "staked"}, ok, pooled.raw,
					   is_free_known, free);
	ok = book_held(&held, a->book);
	(void)check_standing_equal_or_null(a->checker, INSUREDAO_LEDGER_BALANCE,
					   (struct subject){.field = "held"}, ok, held.raw, true,
					   t->token_balance.raw);
}

void insuredao_check_books(struct applying *a)
{
	const struct insuredao_totals *t = insuredao_totals(a->state, a->pool);

	trace_reset(a->trace);
	(void)check_standing_that(a->checker, INSUREDAO_NO_CONTROLLER,
				  (struct subject){.field = "controller"},
				  address_is_zero(t->controller), "no strategy",
				  "one, so that what depends on the vault's value is not known");
	if (address_is_zero(t->controller)) {
		check_vault(a, t);
		check_ledger(a, t);
		for (size_t i = 0; i < a->pool->setup.contracts[INSUREDAO_RESERVES].count; i++)
			check_reserve(a, a->pool->setup.contracts[INSUREDAO_RESERVES].addresses[i]);
	}
	for (size_t i = 0; i < a->pool->setup.contracts[INSUREDAO_MARKETS].count; i++)
		check_market(a, a->pool->setup.contracts[INSUREDAO_MARKETS].addresses[i]);
	check_supplies(a, INSUREDAO_MARKETS);
	check_supplies(a, INSUREDAO_INDICES);
	check_supplies(a, INSUREDAO_RESERVES);
}

void insuredao_end_block(struct applying *a, bool is_thorough)
{
	(void)is_thorough; /* no check walks all accounts */
	state_each_touched(a->state, &insuredao_table_holding, a->pool->id, add_holding, a);
	state_each_touched(a->state, &insuredao_table_policy, a->pool->id, add_policy, a);
	state_each_touched(a->state, &insuredao_table_credit, a->pool->id, add_credit, a);
	state_each_touched(a->state, &insuredao_table_account, a->pool->id, add_account, a);
	state_each_touched(a->state, &insuredao_table_market, a->pool->id, add_market, a);
	if (insuredao_totals(a->state, a->pool)->birth_block == 0)
		return;
	insuredao_follow_rates(a, insuredao_scratch(a)->must_ask_rates);
	insuredao_check_books(a);
}
