/* The sums that the pool keeps by differences, added up again from every account. */
#include <stdlib.h>

#include "protocols/api3/claims.h"
#include "protocols/audit.h"

struct delegation {
	struct address delegate;
	u256 shares;
};

struct sums {
	struct audit *audit;
	struct api3_totals totals; /* only its sums and counts */
	uint64_t managers;
	struct delegation *delegations; /* one a delegator, then one a delegate, by address */
	size_t count;
	size_t capacity;
	size_t met; /* delegates that have a row */
};

static bool add_account(void *context, const uint8_t *key, const void *row)
{
	struct sums *sums = context;
	struct api3_totals *t = &sums->totals;
	const struct api3_account *account = row;

	(void)key;
	t->sum_shares.raw = u256_add_wrap(t->sum_shares.raw, account->shares.raw);
	t->sum_unstake_shares.raw =
		u256_add_wrap(t->sum_unstake_shares.raw, account->unstake_shares.raw);
	t->sum_unstaked.raw = u256_add_wrap(t->sum_unstaked.raw, account->unstaked.raw);
	t->sum_vesting.raw = u256_add_wrap(t->sum_vesting.raw, account->vesting.raw);
	t->sum_timelock_remaining.raw =
		u256_add_wrap(t->sum_timelock_remaining.raw, account->timelock_remaining.raw);
	t->holder_count += !u256_is_zero(account->shares.raw);
	t->pending_count += !u256_is_zero(account->unstake_scheduled_for);
	if (address_is_zero(account->delegate) || u256_is_zero(account->shares.raw))
		return true;
	if (sums->count == sums->capacity) {
		sums->capacity = sums->capacity ? sums->capacity * 2 : 64;
		sums->delegations =
			xrealloc(sums->delegations, sums->capacity * sizeof(*sums->delegations));
	}
	sums->delegations[sums->count++] =
		(struct delegation){.delegate = account->delegate, .shares = account->shares.raw};
	return true;
}

static bool count_manager(void *context, const uint8_t *key, const void *row)
{
	struct sums *sums = context;
	const struct api3_manager *manager = row;

	(void)key;
	sums->managers += manager->is_active;
	return true;
}

static int by_delegate(const void *a, const void *b)
{
	const struct delegation *x = a;
	const struct delegation *y = b;

	return memcmp(x->delegate.bytes, y->delegate.bytes, ADDRESS_BYTES);
}

/* From one entry a delegator to one a delegate. */
static void merge(struct sums *sums)
{
	size_t kept = 0;

	if (sums->count)
		qsort(sums->delegations, sums->count, sizeof(*sums->delegations), by_delegate);
	for (size_t i = 0; i < sums->count; i++) {
		struct delegation *last = kept ? &sums->delegations[kept - 1] : NULL;

		if (last && address_equal(last->delegate, sums->delegations[i].delegate))
			last->shares = u256_add_wrap(last->shares, sums->delegations[i].shares);
		else
			sums->delegations[kept++] = sums->delegations[i];
	}
	sums->count = kept;
}

static bool check_account(void *context, const uint8_t *key, const void *row)
{
	struct sums *sums = context;
	const struct api3_account *account = row;
	struct delegation wanted = {.shares = U256_ZERO};
	const struct delegation *found = NULL;

	memcpy(wanted.delegate.bytes, key, ADDRESS_BYTES);
	if (sums->count)
		found = bsearch(&wanted, sums->delegations, sums->count, sizeof(*sums->delegations),
				by_delegate);
	sums->met += found != NULL;
	audit_equal(sums->audit, "delegators_shares", &wanted.delegate,
		    account->delegators_shares.raw, found ? found->shares : U256_ZERO);
	return true;
}

static void compare(struct sums *sums, const struct api3_totals *kept)
{
	const struct api3_totals *t = &sums->totals;
	struct audit *audit = sums->audit;

	audit_equal(audit, "sum_shares", NULL, kept->sum_shares.raw, t->sum_shares.raw);
	audit_equal(audit, "sum_unstake_shares", NULL, kept->sum_unstake_shares.raw,
		    t->sum_unstake_shares.raw);
	audit_equal(audit, "sum_unstaked", NULL, kept->sum_unstaked.raw, t->sum_unstaked.raw);
	audit_equal(audit, "sum_vesting", NULL, kept->sum_vesting.raw, t->sum_vesting.raw);
	audit_equal(audit, "sum_timelock_remaining", NULL, kept->sum_timelock_remaining.raw,
		    t->sum_timelock_remaining.raw);
	audit_equal(audit, "holder_count", NULL, u256_from(kept->holder_count),
		    u256_from(t->holder_count));
	audit_equal(audit, "pending_count", NULL, u256_from(kept->pending_count),
		    u256_from(t->pending_count));
}

void api3_audit(struct audit *audit)
{
	struct applying *a = audit->applying;
	const struct api3_parameters *p = api3_parameters(a->state, a->pool);
	struct sums sums = {.audit = audit};

	state_each(a->state, &api3_table_account, a->pool->id, add_account, &sums);
	state_each(a->state, &api3_table_manager, a->pool->id, count_manager, &sums);
	merge(&sums);
	compare(&sums, api3_totals(a->state, a->pool));
	audit_equal(audit, "manager_count", NULL, u256_from(p->manager_count),
		    u256_from(sums.managers));
	state_each(a->state, &api3_table_account, a->pool->id, check_account, &sums);
	audit_equal(audit, "delegates with an account", NULL, u256_from(sums.met),
		    u256_from(sums.count));
	free(sums.delegations);
	claims_audit(audit);
	if (p->birth_block)
		api3_check_books(a);
}
