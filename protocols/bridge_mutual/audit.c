/* What the pool keeps by differences, added up again from its rows. */
#include "protocols/audit.h"
#include "protocols/bridge_mutual/internal.h"

static bool add_balance(void *context, const uint8_t *key, const void *row)
{
	struct bridge_totals *sums = context;
	const struct bridge_account *account = row;

	(void)key;
	sums->sum_balances.raw = u256_add_wrap(sums->sum_balances.raw, account->x_tokens.raw);
	return true;
}

static bool add_locked(void *context, const uint8_t *key, const void *row)
{
	struct bridge_totals *sums = context;
	const struct bridge_withdrawal *withdrawal = row;

	(void)key;
	sums->sum_locked.raw = u256_add_wrap(sums->sum_locked.raw, withdrawal->x_tokens.raw);
	return true;
}

static bool add_amount(void *context, const uint8_t *key, const void *row)
{
	struct bridge_totals *sums = context;
	const struct bridge_amount *amount = row;

	(void)key;
	sums->booked_cover.raw = u256_add_wrap(sums->booked_cover.raw, amount->amount);
	return true;
}

static bool add_policy(void *context, const uint8_t *key, const void *row)
{
	struct bridge_totals *sums = context;
	const struct bridge_policy *policy = row;

	(void)key;
	sums->policy_count += policy->block != 0;
	return true;
}

static bool add_claim(void *context, const uint8_t *key, const void *row)
{
	struct bridge_totals *sums = context;
	const struct bridge_claim *claim = row;

	(void)key;
	if (claim->holds_cover)
		sums->locked_cover.raw = u256_add_wrap(sums->locked_cover.raw, claim->amount.raw);
	return true;
}

static bool add_lender(void *context, const uint8_t *key, const void *row)
{
	struct bridge_totals *sums = context;
	const struct bridge_lender *lender = row;

	(void)key;
	sums->lender_count += !u256_is_zero(lender->deployed.raw);
	sums->leveraged_users.raw = u256_add_wrap(sums->leveraged_users.raw, lender->deployed.raw);
	return true;
}

void bridge_audit(struct audit *audit)
{
	struct applying *a = audit->applying;
	const struct bridge_totals *kept = bridge_totals(a->state, a->pool);
	struct bridge_totals sums = {.policy_count = 0};

	state_each(a->state, &bridge_table_account, a->pool->id, add_balance, &sums);
	state_each(a->state, &bridge_table_withdrawal, a->pool->id, add_locked, &sums);
	state_each(a->state, &bridge_table_epoch, a->pool->id, add_amount, &sums);
	state_each(a->state, &bridge_table_policy, a->pool->id, add_policy, &sums);
	state_each(a->state, &bridge_table_claim, a->pool->id, add_claim, &sums);
	state_each(a->state, &bridge_table_lender, a->pool->id, add_lender, &sums);
	audit_equal(audit, "sum_balances", NULL, kept->sum_balances.raw, sums.sum_balances.raw);
	audit_equal(audit, "sum_locked", NULL, kept->sum_locked.raw, sums.sum_locked.raw);
	audit_equal(audit, "booked_cover", NULL, kept->booked_cover.raw, sums.booked_cover.raw);
	audit_equal(audit, "locked_cover", NULL, kept->locked_cover.raw, sums.locked_cover.raw);
	audit_equal(audit, "policy_count", NULL, u256_from(kept->policy_count),
		    u256_from(sums.policy_count));
	audit_equal(audit, "lender_count", NULL, u256_from(kept->lender_count),
		    u256_from(sums.lender_count));
	audit_equal(audit, "leveraged_users", NULL, kept->leveraged_users.raw,
		    sums.leveraged_users.raw);
	if (bridge_parameters(a->state, a->pool)->birth_block)
		bridge_check_books(a);
}
