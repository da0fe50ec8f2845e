/* What the owner sets for all pools or for one, and who the owner is. */
#include "protocols/asset.h"
#include "protocols/insuredao/handlers.h"

/* The pool shows its settings: in hand, it is compared with the contract's views. */
static struct insuredao_setting *setting(struct applying *a, const struct pool_event *event)
{
	struct address of = event->values[0].address;
	enum insuredao_role kind = insuredao_kind(a->pool, of);

	if (kind == INSUREDAO_MARKETS)
		(void)insuredao_market(a->state, a->pool, of);
	else if (kind == INSUREDAO_INDICES)
		(void)insuredao_index(a->state, a->pool, of);
	return state_row(a->state, &insuredao_table_setting, a->pool->id, of.bytes);
}

#define SETTER(name)                                                                               \
	void insuredao_on_##name##_set(struct applying *a, const struct pool_event *event)         \
	{                                                                                          \
		setting(a, event)->name = event->values[1].number;                                 \
	}

SETTER(fee_rate)
SETTER(request_duration)
SETTER(withdrawable_duration)
SETTER(unlock_grace_period)
SETTER(max_insure_span)
SETTER(min_insure_span)
SETTER(upper_slack)
SETTER(lower_slack)

void insuredao_on_premium_model_set(struct applying *a, const struct pool_event *event)
{
	setting(a, event)->premium_model = event->values[1].address;
	insuredao_scratch(a)->must_ask_rates = true;
}

void insuredao_on_controller_set(struct applying *a, const struct pool_event *event)
{
	insuredao_totals(a->state, a->pool)->controller = event->values[0].address;
}

void insuredao_on_new_owner(struct applying *a, const struct pool_event *event)
{
	insuredao_totals(a->state, a->pool)->owner = event->values[0].address;
}

/* Pools of other vaults come out of the same factory: those of this one name its token. */
void insuredao_on_pool_created(struct applying *a, const struct pool_event *event)
{
	struct address pool = event->values[0].address;
	struct address token = pool_contract(a->pool, INSUREDAO_TOKEN);
	bool is_ours = false;

	for (size_t i = 0; i < event->values[4].list.count; i++)
		is_ours = is_ours || address_equal(event->values[4].list.items[i].address, token);
	if (!is_ours)
		return;
	insuredao_expect_words(a, INSUREDAO_POOL_KNOWN, pool, "",
			       insuredao_kind(a->pool, pool) != INSUREDAO_VAULT,
			       "a pool that is configured",
			       "a new one: add it to the configuration and mirror again");
	insuredao_meet(a, pool);
}
