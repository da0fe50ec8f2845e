/* What the DAO sets. */
#include "protocols/api3/handlers.h"
#include "protocols/api3/rules.h"

static const struct address nobody;

static void set(struct applying *a, u256 *parameter, const char *field, u256 value, bool is_within,
		const char *limits)
{
	api3_expect_words(a, API3_PARAMETER_LIMITS, nobody, field, is_within, limits, "beyond");
	*parameter = value;
}

void api3_on_set_dao_apps(struct applying *a, const struct pool_event *event)
{
	struct api3_parameters *p = api3_parameters(a->state, a->pool);

	p->agent_app_primary = event->values[0].address;
	p->agent_app_secondary = event->values[1].address;
	p->voting_app_primary = event->values[2].address;
	p->voting_app_secondary = event->values[3].address;
}

void api3_on_set_claims_manager_status(struct applying *a, const struct pool_event *event)
{
	struct api3_parameters *p = api3_parameters(a->state, a->pool);
	struct api3_manager *manager = state_row(a->state, &api3_table_manager, a->pool->id,
						 event->values[0].address.bytes);
	bool is_active = event->values[1].boolean;

	if (is_active && !manager->is_active)
		p->manager_count++;
	if (!is_active && manager->is_active)
		p->manager_count--;
	manager->is_active = is_active;
}

void api3_on_set_stake_target(struct applying *a, const struct pool_event *event)
{
	u256 value = event->values[0].number;

	set(a, &api3_parameters(a->state, a->pool)->stake_target, "stakeTarget", value,
	    u256_compare(value, API3_ONE) <= 0, "at most 10^18");
}

void api3_on_set_max_apr(struct applying *a, const struct pool_event *event)
{
	struct api3_parameters *p = api3_parameters(a->state, a->pool);
	u256 value = event->values[0].number;

	set(a, &p->max_apr, "maxApr", value, u256_compare(value, p->min_apr) >= 0,
	    "at least minApr");
}

void api3_on_set_min_apr(struct applying *a, const struct pool_event *event)
{
	struct api3_parameters *p = api3_parameters(a->state, a->pool);
	u256 value = event->values[0].number;

	set(a, &p->min_apr, "minApr", value, u256_compare(value, p->max_apr) <= 0,
	    "at most maxApr");
}

void api3_on_set_unstake_wait_period(struct applying *a, const struct pool_event *event)
{
	u256 value = event->values[0].number;

	set(a, &api3_parameters(a->state, a->pool)->unstake_wait_period, "unstakeWaitPeriod", value,
	    u256_compare(value, u256_from(API3_WEEK)) >= 0, "at least one week");
}

void api3_on_set_apr_update_step(struct applying *a, const struct pool_event *event)
{
	api3_parameters(a->state, a->pool)->apr_update_step = event->values[0].number;
}

void api3_on_set_proposal_threshold(struct applying *a, const struct pool_event *event)
{
	u256 value = event->values[0].number;
	u256 least = u256_from(UINT64_C(1000000000000000));
	u256 most = u256_from(UINT64_C(100000000000000000));

	set(a, &api3_parameters(a->state, a->pool)->proposal_voting_power_threshold,
	    "proposalVotingPowerThreshold", value,
	    u256_compare(value, least) >= 0 && u256_compare(value, most) <= 0,
	    "between 10^15 and 10^17");
}

void api3_on_updated_last_proposal(struct applying *a, const struct pool_event *event)
{
	struct address user = event->values[0].address;
	struct api3_account *account = api3_account(a->state, a->pool, user);

	api3_expect(a, user, "lastProposalTimestamp", true, u256_from(a->block->timestamp),
		    event->values[1].number);
	account->last_proposal_timestamp = a->block->timestamp;
}

void api3_on_minter_status(struct applying *a, const struct pool_event *event)
{
	struct api3_parameters *p = api3_parameters(a->state, a->pool);
	bool is_minter = event->values[1].boolean;

	if (!address_equal(event->values[0].address, pool_contract(a->pool, API3_POOL)))
		return;
	if (is_minter && !p->is_minter)
		p->minter_since_epoch = api3_epoch(a->block->timestamp);
	p->is_minter = is_minter;
}
