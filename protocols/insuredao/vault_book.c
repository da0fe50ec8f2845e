/* What the vault does when a pool calls it: nothing is logged, all of it follows. */
#include "protocols/insuredao/handlers.h"

static void may(struct applying *a, struct address who, const char *field, bool ok,
		const char *expected)
{
	if (!ok && !insuredao_vault_is_known(a->state, a->pool))
		return;
	insuredao_expect_words(a, INSUREDAO_VAULT_RULE, who, field, ok, expected,
			       "the vault would have reverted");
}

static struct shares exchange(struct applying *a, struct address who, struct assets amount)
{
	struct insuredao_vault vault = insuredao_vault(a->state, a->pool);
	struct shares n;
	bool ok = insuredao_attributions_for(&n, a->trace, amount, &vault) &&
		  insuredao_vault_is_known(a->state, a->pool);

	may(a, who, "addValue", ok, "attributions for the amount");
	return n;
}

static void grow(struct applying *a, struct assets amount, struct shares n)
{
	struct insuredao_totals *t = insuredao_totals(a->state, a->pool);

	insuredao_add(&t->balance.raw, amount.raw);
	insuredao_add(&t->total_attributions.raw, n.raw);
}

struct shares insuredao_vault_add(struct applying *a, struct address to, struct assets amount)
{
	struct shares n = exchange(a, to, amount);

	grow(a, amount, n);
	insuredao_add(&insuredao_account(a->state, a->pool, to)->attributions.raw, n.raw);
	return n;
}

void insuredao_vault_add_batch(struct applying *a, struct address market, struct assets amount,
			       u256 fee_rate, struct shares *to_market)
{
	struct insuredao_totals *t = insuredao_totals(a->state, a->pool);
	struct shares n = exchange(a, market, amount);
	struct shares fee = shares_of(U256_ZERO);
	struct shares dust = n;
	u256 rest = U256_ZERO;
	bool ok =
		u256_sub_ok(&rest, u256_from(INSUREDAO_ONE), fee_rate) &&
		insuredao_attributions_part(to_market, a->trace, "market's attributions", rest,
					    n) &&
		insuredao_attributions_part(&fee, a->trace, "owner's attributions", fee_rate, n) &&
		shares_sub_ok(&dust, dust, *to_market) && shares_sub_ok(&dust, dust, fee);

	may(a, market, "addValueBatch", ok, "a fee rate of at most 100 %");
	if (!ok) {
		*to_market = shares_of(U256_ZERO);
		fee = shares_of(U256_ZERO);
		dust = n;
	}
	grow(a, amount, n);
	insuredao_add(&insuredao_account(a->state, a->pool, market)->attributions.raw,
		      to_market->raw);
	insuredao_add(&insuredao_account(a->state, a->pool, t->owner)->attributions.raw, fee.raw);
	insuredao_add(&t->dust.raw, dust.raw);
}

/* What an amount costs the holder; where the vault refuses, all that it could take. */
static struct shares cost(struct applying *a, struct address holder, struct assets amount,
			  const char *field)
{
	struct insuredao_vault vault = insuredao_vault(a->state, a->pool);
	struct shares held = insuredao_account(a->state, a->pool, holder)->attributions;
	struct shares n;
	bool ok = insuredao_attributions_cost(&n, a->trace, amount, held, &vault) &&
		  insuredao_vault_is_known(a->state, a->pool);

	may(a, holder, field, ok, "an amount that the holder's attributions are worth");
	if (!ok && (!shares_from_assets_down(&n, amount, vault.attributions, vault.value) ||
		    u256_less(held.raw, n.raw)))
		n = held;
	return n;
}

static void burn(struct applying *a, struct address holder, struct shares n, struct assets amount)
{
	struct insuredao_totals *t = insuredao_totals(a->state, a->pool);

	insuredao_take(&insuredao_account(a->state, a->pool, holder)->attributions.raw, n.raw);
	insuredao_take(&t->total_attributions.raw, n.raw);
	insuredao_take(&t->balance.raw, amount.raw);
}

struct shares insuredao_vault_withdraw(struct applying *a, struct address from,
				       struct assets amount)
{
	struct shares n = cost(a, from, amount, "withdrawValue");

	burn(a, from, n, amount);
	return n;
}

struct shares insuredao_vault_transfer_value(struct applying *a, struct address from,
					     struct address to, struct assets amount)
{
	struct shares n = cost(a, from, amount, "transferValue");

	insuredao_vault_transfer(a, from, to, n);
	return n;
}

void insuredao_vault_transfer(struct applying *a, struct address from, struct address to,
			      struct shares attributions)
{
	struct insuredao_account *giver = insuredao_account(a->state, a->pool, from);
	struct insuredao_account *taker = insuredao_account(a->state, a->pool, to);
	struct shares left;

	if (!shares_sub_ok(&left, giver->attributions, attributions)) {
		may(a, from, "transferAttribution", false, "no more than the holder has");
		attributions = giver->attributions;
	}
	insuredao_take(&giver->attributions.raw, attributions.raw);
	insuredao_add(&taker->attributions.raw, attributions.raw);
}

void insuredao_vault_borrow(struct applying *a, struct address debtor, struct assets amount)
{
	struct insuredao_totals *t = insuredao_totals(a->state, a->pool);
	struct assets available = assets_of(U256_ZERO);
	bool ok = assets_sub_ok(&available, t->balance, t->total_debt) &&
		  assets_compare(available, amount) >= 0;

	may(a, debtor, "borrowValue", ok, "an amount that the vault has");
	insuredao_add(&insuredao_account(a->state, a->pool, debtor)->debts.raw, amount.raw);
	insuredao_add(&t->total_debt.raw, amount.raw);
}

static void lower_debt(struct applying *a, struct address debtor, struct assets amount,
		       const char *field)
{
	struct insuredao_account *account = insuredao_account(a->state, a->pool, debtor);

	may(a, debtor, field, assets_compare(account->debts, amount) >= 0,
	    "no more than the debtor owes");
	insuredao_take(&account->debts.raw, amount.raw);
}

void insuredao_vault_offset(struct applying *a, struct address from, struct address debtor,
			    struct assets amount)
{
	struct insuredao_totals *t = insuredao_totals(a->state, a->pool);
	struct shares n = cost(a, from, amount, "offsetDebt");

	burn(a, from, n, amount);
	lower_debt(a, debtor, amount, "offsetDebt");
	insuredao_take(&t->total_debt.raw, amount.raw);
}

void insuredao_vault_transfer_debt(struct applying *a, struct address debtor, struct assets amount)
{
	static const struct address nobody;

	lower_debt(a, debtor, amount, "transferDebt");
	insuredao_add(&insuredao_account(a->state, a->pool, nobody)->debts.raw, amount.raw);
}

void insuredao_vault_repay(struct applying *a, struct address debtor, struct assets amount)
{
	lower_debt(a, debtor, amount, "repayDebt");
	insuredao_take(&insuredao_totals(a->state, a->pool)->total_debt.raw, amount.raw);
}
