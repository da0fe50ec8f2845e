#include "protocols/insuredao/audit.h"

#include <stdlib.h>

#include "protocols/audit.h"
#include "protocols/insuredao/books.h"
#include "protocols/insuredao/internal.h"

/* Sums of one pool's rows. */
struct part {
	struct address of;
	u256 balances;
	u256 active;
	u256 credit;
};

struct sums {
	struct audit *audit;
	struct insuredao_totals totals; /* only its sums and counts */
	struct part *parts;
	size_t count;
	u256 beyond; /* of pools that are not configured */
};

static struct part *part_of(struct sums *sums, const uint8_t *address)
{
	for (size_t i = 0; i < sums->count; i++)
		if (memcmp(sums->parts[i].of.bytes, address, ADDRESS_BYTES) == 0)
			return &sums->parts[i];
	return NULL;
}

static void add(u256 *sum, u256 x)
{
	*sum = u256_add_wrap(*sum, x);
}

static bool add_account(void *context, const uint8_t *key, const void *row)
{
	struct sums *sums = context;
	const struct insuredao_account *account = row;

	(void)key;
	add(&sums->totals.sum_attributions.raw, account->attributions.raw);
	add(&sums->totals.sum_debts.raw, account->debts.raw);
	return true;
}

static bool add_market(void *context, const uint8_t *key, const void *row)
{
	struct sums *sums = context;
	const struct insuredao_market *m = row;

	(void)key;
	add(&sums->totals.sum_locked.raw, m->locked_amount.raw);
	sums->totals.market_count += m->is_there;
	return true;
}

static bool add_index(void *context, const uint8_t *key, const void *row)
{
	struct sums *sums = context;

	(void)key;
	sums->totals.index_count += ((const struct insuredao_index_row *)row)->is_there;
	return true;
}

static bool add_policy(void *context, const uint8_t *key, const void *row)
{
	struct sums *sums = context;
	const struct insuredao_policy *policy = row;
	struct part *part = part_of(sums, key);

	if (policy->state != POLICY_ACTIVE)
		return true;
	sums->totals.active_count++;
	add(part ? &part->active : &sums->beyond, policy->amount.raw);
	return true;
}

static bool add_credit(void *context, const uint8_t *key, const void *row)
{
	struct sums *sums = context;
	struct part *part = part_of(sums, key);

	add(part ? &part->credit : &sums->beyond,
	    ((const struct insuredao_credit *)row)->credit.raw);
	return true;
}

static bool add_holding(void *context, const uint8_t *key, const void *row)
{
	struct sums *sums = context;
	struct part *part = part_of(sums, key + ADDRESS_BYTES);

	add(part ? &part->balances : &sums->beyond,
	    ((const struct insuredao_holding *)row)->balance.raw);
	return true;
}

static void compare_part(struct sums *sums, const struct part *part)
{
	const struct applying *a = sums->audit->applying;
	struct insuredao_supply supply = insuredao_supply_at(a->state, a->pool, part->of);
	struct insuredao_market m;

	audit_equal(sums->audit, "sum_balances", &part->of, supply.sum_balances.raw,
		    part->balances);
	if (insuredao_kind(a->pool, part->of) != INSUREDAO_MARKETS)
		return;
	m = insuredao_market_at(a->state, a->pool, part->of);
	audit_equal(sums->audit, "sum_active", &part->of, m.sum_active.raw, part->active);
	audit_equal(sums->audit, "sum_credit", &part->of, m.sum_credit.raw, part->credit);
}

static void compare(struct sums *sums, const struct insuredao_totals *kept)
{
	const struct insuredao_totals *t = &sums->totals;

	audit_equal(sums->audit, "sum_attributions", NULL, kept->sum_attributions.raw,
		    t->sum_attributions.raw);
	audit_equal(sums->audit, "sum_debts", NULL, kept->sum_debts.raw, t->sum_debts.raw);
	audit_equal(sums->audit, "sum_locked", NULL, kept->sum_locked.raw, t->sum_locked.raw);
	audit_equal(sums->audit, "market_count", NULL, u256_from(kept->market_count),
		    u256_from(t->market_count));
	audit_equal(sums->audit, "index_count", NULL, u256_from(kept->index_count),
		    u256_from(t->index_count));
	audit_equal(sums->audit, "active_count", NULL, u256_from(kept->active_count),
		    u256_from(t->active_count));
	audit_equal(sums->audit, "rows of unknown pools", NULL, U256_ZERO, sums->beyond);
}

void insuredao_audit(struct audit *audit)
{
	static const enum insuredao_role kinds[] = {INSUREDAO_MARKETS, INSUREDAO_INDICES,
						    INSUREDAO_RESERVES};
	struct applying *a = audit->applying;
	struct sums sums = {.audit = audit};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		sums.count += a->pool->setup.contracts[kinds[i]].count;
	sums.parts = xcalloc(sums.count, sizeof(*sums.parts));
	sums.count = 0;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		for (size_t k = 0; k < a->pool->setup.contracts[kinds[i]].count; k++)
			sums.parts[sums.count++].of =
				a->pool->setup.contracts[kinds[i]].addresses[k];
	state_each(a->state, &insuredao_table_account, a->pool->id, add_account, &sums);
	state_each(a->state, &insuredao_table_market, a->pool->id, add_market, &sums);
	state_each(a->state, &insuredao_table_index, a->pool->id, add_index, &sums);
	state_each(a->state, &insuredao_table_policy, a->pool->id, add_policy, &sums);
	state_each(a->state, &insuredao_table_credit, a->pool->id, add_credit, &sums);
	state_each(a->state, &insuredao_table_holding, a->pool->id, add_holding, &sums);
	compare(&sums, insuredao_totals(a->state, a->pool));
	for (size_t i = 0; i < sums.count; i++)
		compare_part(&sums, &sums.parts[i]);
	free(sums.parts);
	if (insuredao_totals(a->state, a->pool)->birth_block)
		insuredao_check_books(a);
}
