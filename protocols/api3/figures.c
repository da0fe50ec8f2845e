/* What the pool and its accounts show, under the contract's own view names, and those views. */
#include "protocols/api3/claims.h"
#include "protocols/api3/locked.h"
#include "protocols/api3/rules.h"

/* F(name, kind, unit, meaning) */
#define POOL_FIGURES(F)                                                                            \
	F(total_stake, NUMBER, ASSETS, "staked tokens, with the phantom unit")                     \
	F(total_shares, NUMBER, SHARES, "shares, with the phantom share")                          \
	F(apr, NUMBER, PERCENT_18, "yearly reward rate of the next reward")                        \
	F(min_apr, NUMBER, PERCENT_18, "lower limit of the APR")                                   \
	F(max_apr, NUMBER, PERCENT_18, "upper limit of the APR")                                   \
	F(apr_update_step, NUMBER, PERCENT_18, "the APR's step a week")                            \
	F(stake_target, NUMBER, PERCENT_18, "share of the supply at which the APR falls")          \
	F(unstake_wait_period, NUMBER, SECONDS, "from scheduling an unstake to doing it")          \
	F(proposal_voting_power_threshold, NUMBER, PERCENT_18, "voting power to make a proposal")  \
	F(epoch_index_of_last_reward, NUMBER, PLAIN, "week of the last reward step")               \
	F(genesis_epoch, NUMBER, PLAIN, "week of the contract's creation")                         \
	F(token_total_supply, NUMBER, ASSETS, "the token's total supply")                          \
	F(token_balance, NUMBER, ASSETS, "tokens that the pool's contract holds")                  \
	F(agent_app_primary, ADDRESS, PLAIN, "treasury and parameter setter")                      \
	F(agent_app_secondary, ADDRESS, PLAIN, "second treasury")                                  \
	F(voting_app_primary, ADDRESS, PLAIN, "who votes on the first treasury")                   \
	F(voting_app_secondary, ADDRESS, PLAIN, "who votes on the second treasury")                \
	F(is_minter, FLAG, PLAIN, "whether the token lets the pool mint rewards")                  \
	F(share_price, RATIO, PLAIN, "total stake over total shares")                              \
	F(liquidity, NUMBER, ASSETS, "what could be paid out: total stake but for the last unit")  \
	F(cover_usd, NUMBER, FIXED_18, "USD that open policies still cover")                       \
	F(cover, NUMBER, ASSETS, "what the claims managers' converters give for that")             \
	F(utilization, RATIO, PLAIN, "cover over liquidity; null where cover is not known")

#define ACCOUNT_FIGURES(F)                                                                         \
	F(shares, NUMBER, SHARES, "shares of the pool")                                            \
	F(stake, NUMBER, ASSETS, "what the shares are worth: shares * T // S")                     \
	F(unstaked, NUMBER, ASSETS, "deposited and not staked")                                    \
	F(vesting, NUMBER, ASSETS, "not to be withdrawn before their release")                     \
	F(unstake_amount, NUMBER, ASSETS, "of the pending unstake")                                \
	F(unstake_shares, NUMBER, SHARES, "of the pending unstake")                                \
	F(unstake_scheduled_for, NUMBER, TIME, "when the pending unstake may happen")              \
	F(last_delegation_update_timestamp, NUMBER, TIME, "last change of its delegate")           \
	F(last_proposal_timestamp, NUMBER, TIME, "last proposal it made")                          \
	F(delegate, ADDRESS, PLAIN, "who votes with the account's shares")                         \
	F(delegated_to, NUMBER, SHARES, "shares delegated to the account")                         \
	F(voting_power, NUMBER, SHARES,                                                            \
	  "0 if it delegates, else its shares and those delegated to it")                          \
	F(locked, NUMBER, ASSETS, "rewards of the last 52 weeks, not to be withdrawn yet")         \
	F(timelock_total, NUMBER, ASSETS, "deposited with vesting")                                \
	F(timelock_remaining, NUMBER, ASSETS, "of that, not released yet")                         \
	F(timelock_start, NUMBER, TIME, "release begins")                                          \
	F(timelock_end, NUMBER, TIME, "release ends")

#define FIGURE_RULE(member, kind, unit, meaning)                                                   \
	{#member, FIGURE_##kind, UNIT_##unit, meaning, NULL},
#define POOL_ENUM(member, kind, unit, meaning) POOL_##member,
#define ACCOUNT_ENUM(member, kind, unit, meaning) ACCOUNT_##member,

enum { POOL_FIGURES(POOL_ENUM) POOL_FIGURE_COUNT };
enum { ACCOUNT_FIGURES(ACCOUNT_ENUM) ACCOUNT_FIGURE_COUNT };

const struct figure_rule api3_pool_figures[] = {POOL_FIGURES(FIGURE_RULE)};
const struct figure_rule api3_account_figures[] = {ACCOUNT_FIGURES(FIGURE_RULE)};
_Static_assert((int)POOL_FIGURE_COUNT == (int)API3_POOL_FIGURE_COUNT &&
		       (int)ACCOUNT_FIGURE_COUNT == (int)API3_ACCOUNT_FIGURE_COUNT,
	       "count the figures");

#define POOL_VIEW(signature_text, figure)                                                          \
	{                                                                                          \
		.role = API3_POOL, .signature = signature_text, .check = API3_VIEW_POOL,           \
		.figures = {figure}, .count = 1                                                    \
	}
#define TOKEN_VIEW(signature_text, figure)                                                         \
	{                                                                                          \
		.role = API3_TOKEN, .signature = signature_text, .argument = VIEW_CONTRACT,        \
		.argument_role = API3_POOL, .check = API3_VIEW_POOL, .figures = {figure},          \
		.count = 1                                                                         \
	}
#define ACCOUNT_VIEW(signature_text, figure)                                                       \
	{                                                                                          \
		.role = API3_POOL, .signature = signature_text, .argument = VIEW_ACCOUNT,          \
		.check = API3_VIEW_ACCOUNT, .figures = {figure}, .count = 1                        \
	}

#define MANAGER_VIEW(signature_text, figure)                                                       \
	{                                                                                          \
		.role = API3_CLAIMS_MANAGERS, .signature = signature_text, .argument = VIEW_ITEM,  \
		.list = CLAIMS_MANAGERS, .contract_part = 1, .check = CLAIMS_CHECK_VIEW,           \
		.figures = {figure}, .count = 1                                                    \
	}
/* Asked of the contract that the item's key begins with, about the key's second part. */
#define ITEM_VIEW(of_list, signature_text, figure_count, ...)                                      \
	{                                                                                          \
		.role = API3_CLAIMS_MANAGERS, .signature = signature_text, .argument = VIEW_ITEM,  \
		.list = of_list, .contract_part = 1, .words = {{VIEW_WORD_KEY, 1}},                \
		.word_count = 1, .check = CLAIMS_CHECK_VIEW, .figures = {__VA_ARGS__},             \
		.count = figure_count                                                              \
	}

const struct view_rule api3_views[] = {
	POOL_VIEW("totalStake()", "total_stake"),
	POOL_VIEW("totalShares()", "total_shares"),
	POOL_VIEW("apr()", "apr"),
	POOL_VIEW("minApr()", "min_apr"),
	POOL_VIEW("maxApr()", "max_apr"),
	POOL_VIEW("aprUpdateStep()", "apr_update_step"),
	POOL_VIEW("stakeTarget()", "stake_target"),
	POOL_VIEW("unstakeWaitPeriod()", "unstake_wait_period"),
	POOL_VIEW("proposalVotingPowerThreshold()", "proposal_voting_power_threshold"),
	POOL_VIEW("epochIndexOfLastReward()", "epoch_index_of_last_reward"),
	POOL_VIEW("genesisEpoch()", "genesis_epoch"),
	POOL_VIEW("agentAppPrimary()", "agent_app_primary"),
	POOL_VIEW("agentAppSecondary()", "agent_app_secondary"),
	POOL_VIEW("votingAppPrimary()", "voting_app_primary"),
	POOL_VIEW("votingAppSecondary()", "voting_app_secondary"),
	{.role = API3_TOKEN,
	 .signature = "totalSupply()",
	 .check = API3_VIEW_POOL,
	 .figures = {"token_total_supply"},
	 .count = 1},
	TOKEN_VIEW("balanceOf(address)", "token_balance"),
	TOKEN_VIEW("getMinterStatus(address)", "is_minter"),
	ACCOUNT_VIEW("userShares(address)", "shares"),
	ACCOUNT_VIEW("userStake(address)", "stake"),
	ACCOUNT_VIEW("userLocked(address)", "locked"),
	ACCOUNT_VIEW("userVotingPower(address)", "voting_power"),
	ACCOUNT_VIEW("userDelegate(address)", "delegate"),
	ACCOUNT_VIEW("delegatedToUser(address)", "delegated_to"),
	/* The interface files name words 3 and 4 the other way round; this is what is returned. */
	{.role = API3_POOL,
	 .signature = "getUser(address)",
	 .argument = VIEW_ACCOUNT,
	 .check = API3_VIEW_ACCOUNT,
	 .figures = {"unstaked", "vesting", "unstake_amount", "unstake_shares",
		     "unstake_scheduled_for", "last_delegation_update_timestamp",
		     "last_proposal_timestamp"},
	 .count = 7},
	{.role = API3_POOL,
	 .signature = "userToTimelock(address)",
	 .argument = VIEW_ACCOUNT,
	 .check = API3_VIEW_ACCOUNT,
	 .figures = {"timelock_total", "timelock_remaining", "timelock_start", "timelock_end"},
	 .count = 4},
	MANAGER_VIEW("api3Pool()", "api3_pool"),
	MANAGER_VIEW("api3UsdAmountConverter()", "api3_usd_amount_converter"),
	MANAGER_VIEW("mediatorResponsePeriod()", "mediator_response_period"),
	MANAGER_VIEW("claimantResponsePeriod()", "claimant_response_period"),
	MANAGER_VIEW("arbitratorResponsePeriod()", "arbitrator_response_period"),
	ITEM_VIEW(CLAIMS_POLICIES, "policyHashToState(bytes32)", 2, "claims_allowed_until",
		  "coverage_amount_in_usd"),
	ITEM_VIEW(CLAIMS_CLAIMS, "claimHashToState(bytes32)", 3, "status", "update_time",
		  "arbitrator"),
	ITEM_VIEW(CLAIMS_CLAIMS, "claimHashToProposedSettlementAmountInUsd(bytes32)", 1,
		  "settlement_amount_in_usd"),
	ITEM_VIEW(CLAIMS_QUOTAS, "accountToQuota(address)", 2, "period", "amount_in_api3"),
	ITEM_VIEW(CLAIMS_QUOTAS, "getQuotaUsage(address)", 1, "usage"),
	ITEM_VIEW(CLAIMS_DISPUTES, "disputeIdToClaimDetails(uint256)", 3, "policy_hash", "claimant",
		  "claim_amount_in_usd"),
};
_Static_assert(sizeof(api3_views) / sizeof(api3_views[0]) == API3_VIEW_COUNT, "count the views");

static void read_contract(struct figure *out, const struct reading *r, const struct api3_totals *t,
			  const struct api3_parameters *p)
{
	u256 x = U256_ZERO;
	bool ok;

	out[POOL_total_stake] = figure_number(t->total_stake.raw);
	out[POOL_total_shares] = figure_number(t->total_shares.raw);
	out[POOL_apr] = figure_number(t->apr);
	out[POOL_min_apr] = figure_number(p->min_apr);
	out[POOL_max_apr] = figure_number(p->max_apr);
	out[POOL_apr_update_step] = figure_number(p->apr_update_step);
	out[POOL_stake_target] = figure_number(p->stake_target);
	out[POOL_unstake_wait_period] = figure_number(p->unstake_wait_period);
	out[POOL_proposal_voting_power_threshold] =
		figure_number(p->proposal_voting_power_threshold);
	out[POOL_epoch_index_of_last_reward] =
		figure_number(u256_from(api3_last_reward_epoch(r->state, r->pool)));
	out[POOL_genesis_epoch] = figure_number(u256_from(p->genesis_epoch));
	out[POOL_agent_app_primary] = figure_address(p->agent_app_primary);
	out[POOL_agent_app_secondary] = figure_address(p->agent_app_secondary);
	out[POOL_voting_app_primary] = figure_address(p->voting_app_primary);
	out[POOL_voting_app_secondary] = figure_address(p->voting_app_secondary);
	ok = share_price_18(&x, t->total_stake, t->total_shares);
	out[POOL_share_price] = figure_computed(ok, x);
	ok = u256_sub_ok(&x, t->total_stake.raw, U256_ONE);
	out[POOL_liquidity] = figure_computed(ok, x);
}

/* Where no claims manager logs what it does, nothing is known. */
static void read_cover(struct figure *out, const struct reading *r, const struct api3_totals *t)
{
	struct claims_open open = claims_open(r);
	u256 liquidity;
	u256 utilization = U256_ZERO;
	bool ok = open.has_api3 && u256_sub_ok(&liquidity, t->total_stake.raw, U256_ONE) &&
		  u256_mul_div_ok(&utilization, open.api3.raw, API3_ONE, liquidity);

	out[POOL_cover_usd] = figure_computed(open.has_usd, open.usd);
	out[POOL_cover] = figure_computed(open.has_api3, open.api3.raw);
	out[POOL_utilization] = figure_computed(ok, utilization);
}

void api3_read_pool(struct figure *out, const struct reading *r)
{
	const struct api3_parameters *p = api3_parameters(r->state, r->pool);
	const struct api3_totals *t = api3_totals(r->state, r->pool);

	for (int i = 0; i < POOL_FIGURE_COUNT; i++)
		out[i] = figure_null();
	if (p->birth_block != 0)
		read_contract(out, r, t, p);
	out[POOL_token_total_supply] = figure_number(t->token_total_supply.raw);
	out[POOL_token_balance] = figure_number(t->token_balance.raw);
	out[POOL_is_minter] = figure_flag(p->is_minter);
	if (p->birth_block != 0)
		read_cover(out, r, t);
}

/* Depends on the block's week; where the mirror cannot tell the week, it cannot tell this. */
static struct figure read_locked(const struct reading *r, struct address account)
{
	uint64_t epoch = api3_epoch(r->time_earliest);
	struct assets locked = assets_of(U256_ZERO);
	bool ok;

	if (epoch != api3_epoch(r->time_latest))
		return figure_null();
	ok = api3_locked(&locked, r->state, r->pool, account, r->block, epoch);
	return figure_computed(ok, locked.raw);
}

void api3_read_account(struct figure *out, const struct reading *r, struct address address)
{
	const struct api3_parameters *p = api3_parameters(r->state, r->pool);
	const struct api3_totals *t = api3_totals(r->state, r->pool);
	struct api3_account account;
	struct assets stake = assets_of(U256_ZERO);
	u256 power = U256_ZERO;
	bool ok;

	for (int i = 0; i < ACCOUNT_FIGURE_COUNT; i++)
		out[i] = figure_null();
	if (p->birth_block == 0)
		return;
	state_row_at(&account, r->state, &api3_table_account, r->pool->id, address.bytes, r->block);
	ok = api3_stake_of(&stake, NULL, "", account.shares, t->total_stake, t->total_shares);
	out[ACCOUNT_shares] = figure_number(account.shares.raw);
	out[ACCOUNT_stake] = figure_computed(ok, stake.raw);
	out[ACCOUNT_unstaked] = figure_number(account.unstaked.raw);
	out[ACCOUNT_vesting] = figure_number(account.vesting.raw);
	out[ACCOUNT_unstake_amount] = figure_number(account.unstake_amount.raw);
	out[ACCOUNT_unstake_shares] = figure_number(account.unstake_shares.raw);
	out[ACCOUNT_unstake_scheduled_for] = figure_number(account.unstake_scheduled_for);
	out[ACCOUNT_last_delegation_update_timestamp] =
		figure_number(u256_from(account.last_delegation_update_timestamp));
	out[ACCOUNT_last_proposal_timestamp] =
		figure_number(u256_from(account.last_proposal_timestamp));
	out[ACCOUNT_delegate] = figure_address(account.delegate);
	out[ACCOUNT_delegated_to] = figure_number(account.delegated_to.raw);
	ok = true;
	if (address_is_zero(account.delegate))
		ok = u256_add_ok(&power, account.shares.raw, account.delegated_to.raw);
	out[ACCOUNT_voting_power] = figure_computed(ok, power);
	out[ACCOUNT_locked] = read_locked(r, address);
	out[ACCOUNT_timelock_total] = figure_number(account.timelock_total.raw);
	out[ACCOUNT_timelock_remaining] = figure_number(account.timelock_remaining.raw);
	out[ACCOUNT_timelock_start] = figure_number(account.timelock_start);
	out[ACCOUNT_timelock_end] = figure_number(account.timelock_end);
}
