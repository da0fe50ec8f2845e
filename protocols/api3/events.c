/* Every event of the pool and its token, and what it does. */
#include "protocols/api3/handlers.h"
#include "protocols/api3/locked.h"

const struct event_rule api3_events[] = {
	{API3_POOL, "event Deposited(address indexed user, uint256 amount, uint256 userUnstaked)",
	 api3_on_deposited},
	{API3_POOL, "event Withdrawn(address indexed user, uint256 amount, uint256 userUnstaked)",
	 api3_on_withdrawn},
	{API3_POOL,
	 "event Staked(address indexed user, uint256 amount, uint256 mintedShares, "
	 "uint256 userUnstaked, uint256 userShares, uint256 totalShares, uint256 totalStake)",
	 api3_on_staked},
	{API3_POOL,
	 "event ScheduledUnstake(address indexed user, uint256 amount, uint256 shares, "
	 "uint256 scheduledFor, uint256 userShares)",
	 api3_on_scheduled_unstake},
	{API3_POOL,
	 "event Unstaked(address indexed user, uint256 amount, uint256 userUnstaked, "
	 "uint256 totalShares, uint256 totalStake)",
	 api3_on_unstaked},
	{API3_POOL,
	 "event MintedReward(uint256 indexed epochIndex, uint256 amount, uint256 newApr, "
	 "uint256 totalStake)",
	 api3_on_minted_reward},
	{API3_POOL,
	 "event PaidOutClaim(address indexed recipient, uint256 amount, uint256 totalStake)",
	 api3_on_paid_out_claim},
	{API3_POOL,
	 "event Delegated(address indexed user, address indexed delegate, uint256 shares, "
	 "uint256 totalDelegatedTo)",
	 api3_on_delegated},
	{API3_POOL,
	 "event Undelegated(address indexed user, address indexed delegate, uint256 shares, "
	 "uint256 totalDelegatedTo)",
	 api3_on_undelegated},
	{API3_POOL,
	 "event UpdatedDelegation(address indexed user, address indexed delegate, bool delta, "
	 "uint256 shares, uint256 totalDelegatedTo)",
	 api3_on_updated_delegation},
	{API3_POOL,
	 "event CalculatingUserLocked(address indexed user, uint256 nextIndEpoch, "
	 "uint256 oldestLockedEpoch)",
	 api3_on_calculating_locked},
	{API3_POOL, "event CalculatedUserLocked(address indexed user, uint256 amount)",
	 api3_on_calculated_locked},
	{API3_POOL,
	 "event DepositedByTimelockManager(address indexed user, uint256 amount, "
	 "uint256 userUnstaked)",
	 api3_on_deposited_by_timelock_manager},
	{API3_POOL,
	 "event DepositedVesting(address indexed user, uint256 amount, uint256 start, "
	 "uint256 end, uint256 userUnstaked, uint256 userVesting)",
	 api3_on_deposited_vesting},
	{API3_POOL,
	 "event VestedTimelock(address indexed user, uint256 amount, uint256 userVesting)",
	 api3_on_vested_timelock},
	{API3_POOL,
	 "event SetDaoApps(address agentAppPrimary, address agentAppSecondary, "
	 "address votingAppPrimary, address votingAppSecondary)",
	 api3_on_set_dao_apps},
	{API3_POOL,
	 "event SetClaimsManagerStatus(address indexed claimsManager, bool indexed status)",
	 api3_on_set_claims_manager_status},
	{API3_POOL, "event SetStakeTarget(uint256 stakeTarget)", api3_on_set_stake_target},
	{API3_POOL, "event SetMaxApr(uint256 maxApr)", api3_on_set_max_apr},
	{API3_POOL, "event SetMinApr(uint256 minApr)", api3_on_set_min_apr},
	{API3_POOL, "event SetUnstakeWaitPeriod(uint256 unstakeWaitPeriod)",
	 api3_on_set_unstake_wait_period},
	{API3_POOL, "event SetAprUpdateStep(uint256 aprUpdateStep)", api3_on_set_apr_update_step},
	{API3_POOL, "event SetProposalVotingPowerThreshold(uint256 proposalVotingPowerThreshold)",
	 api3_on_set_proposal_threshold},
	{API3_POOL,
	 "event UpdatedLastProposalTimestamp(address indexed user, "
	 "uint256 lastProposalTimestamp, address votingApp)",
	 api3_on_updated_last_proposal},
	{API3_TOKEN, "event Transfer(address indexed from, address indexed to, uint256 value)",
	 api3_on_transfer},
	{API3_TOKEN, "event MinterStatusUpdated(address indexed minterAddress, bool minterStatus)",
	 api3_on_minter_status},
	{API3_TOKEN, "event BurnerStatusUpdated(address indexed burnerAddress, bool burnerStatus)",
	 NULL},
	{API3_TIMELOCK_MANAGER,
	 "event WithdrawnToPool(address indexed recipient, address api3PoolAddress, "
	 "address beneficiary)",
	 NULL},
	{API3_TIMELOCK_MANAGER,
	 "event TransferredAndLocked(address source, address indexed recipient, uint256 amount, "
	 "uint256 releaseStart, uint256 releaseEnd)",
	 NULL},
};

_Static_assert(sizeof(api3_events) / sizeof(api3_events[0]) == API3_EVENT_COUNT,
	       "count the events");
