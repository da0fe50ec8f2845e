/* Every event of the pool, its token and its claims managers, and what it does. */
#include "protocols/api3/claims.h"
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
	{API3_CLAIMS_MANAGERS,
	 "event CreatedPolicy(address indexed claimant, bytes32 indexed policyHash, uint224 "
	 "coverageAmountInUsd, uint32 claimsAllowedFrom, uint32 claimsAllowedUntil, string policy, "
	 "address sender)",
	 claims_on_created_policy},
	{API3_CLAIMS_MANAGERS,
	 "event UpgradedPolicy(address indexed claimant, bytes32 indexed policyHash, uint224 "
	 "coverageAmountInUsd, uint32 claimsAllowedFrom, uint32 claimsAllowedUntil, string policy, "
	 "address sender)",
	 claims_on_upgraded_policy},
	{API3_CLAIMS_MANAGERS,
	 "event DowngradedPolicy(address indexed claimant, bytes32 indexed policyHash, uint224 "
	 "coverageAmountInUsd, uint32 claimsAllowedFrom, uint32 claimsAllowedUntil, string policy, "
	 "address sender)",
	 claims_on_downgraded_policy},
	{API3_CLAIMS_MANAGERS,
	 "event AnnouncedPolicyMetadata(address indexed claimant, bytes32 indexed policyHash, "
	 "string metadata, address sender)",
	 claims_on_announced_metadata},
	{API3_CLAIMS_MANAGERS,
	 "event CreatedClaim(address indexed claimant, bytes32 indexed policyHash, bytes32 indexed "
	 "claimHash, uint32 claimsAllowedFrom, string policy, uint224 claimAmountInUsd, string "
	 "evidence, uint32 claimCreationTime)",
	 claims_on_created_claim},
	{API3_CLAIMS_MANAGERS,
	 "event AcceptedClaim(address indexed claimant, bytes32 indexed policyHash, bytes32 "
	 "indexed claimHash, uint224 clippedPayoutAmountInUsd, uint224 clippedPayoutAmountInApi3, "
	 "address sender)",
	 claims_on_accepted_claim},
	{API3_CLAIMS_MANAGERS,
	 "event ProposedSettlement(address indexed claimant, bytes32 indexed policyHash, bytes32 "
	 "indexed claimHash, uint224 settlementAmountInUsd, address sender)",
	 claims_on_proposed_settlement},
	{API3_CLAIMS_MANAGERS,
	 "event AcceptedSettlement(address indexed claimant, bytes32 indexed policyHash, bytes32 "
	 "indexed claimHash, uint224 clippedAmountInUsd, uint224 clippedAmountInApi3)",
	 claims_on_accepted_settlement},
	{API3_CLAIMS_MANAGERS,
	 "event CreatedDispute(address indexed claimant, bytes32 indexed policyHash, bytes32 "
	 "indexed claimHash, address arbitrator)",
	 claims_on_created_dispute},
	{API3_CLAIMS_MANAGERS,
	 "event ResolvedDisputeByRejectingClaim(address indexed claimant, bytes32 indexed "
	 "policyHash, bytes32 indexed claimHash, address arbitrator)",
	 claims_on_rejected},
	{API3_CLAIMS_MANAGERS,
	 "event ResolvedDisputeByAcceptingClaim(address indexed claimant, bytes32 indexed "
	 "policyHash, bytes32 indexed claimHash, uint224 clippedPayoutAmountInUsd, uint224 "
	 "clippedPayoutAmountInApi3, address arbitrator)",
	 claims_on_resolved_with_claim},
	{API3_CLAIMS_MANAGERS,
	 "event ResolvedDisputeByAcceptingSettlement(address indexed claimant, bytes32 indexed "
	 "policyHash, bytes32 indexed claimHash, uint224 clippedPayoutAmountInUsd, uint224 "
	 "clippedPayoutAmountInApi3, address arbitrator)",
	 claims_on_resolved_with_settlement},
	{API3_CLAIMS_MANAGERS,
	 "event SetApi3UsdAmountConverter(address api3UsdAmountConverter, address sender)",
	 claims_on_set_converter},
	{API3_CLAIMS_MANAGERS, "event SetApi3Pool(address api3Pool, address sender)",
	 claims_on_set_pool},
	{API3_CLAIMS_MANAGERS,
	 "event SetMediatorResponsePeriod(uint32 mediatorResponsePeriod, address sender)",
	 claims_on_set_mediator_period},
	{API3_CLAIMS_MANAGERS,
	 "event SetClaimantResponsePeriod(uint32 claimantResponsePeriod, address sender)",
	 claims_on_set_claimant_period},
	{API3_CLAIMS_MANAGERS,
	 "event SetArbitratorResponsePeriod(uint32 arbitratorResponsePeriod, address sender)",
	 claims_on_set_arbitrator_period},
	{API3_CLAIMS_MANAGERS,
	 "event SetQuota(address indexed account, uint32 period, uint224 amountInApi3, address "
	 "sender)",
	 claims_on_set_quota},
	{API3_CLAIMS_MANAGERS, "event ResetQuota(address indexed account, address sender)",
	 claims_on_reset_quota},
	{API3_KLEROS_PROXIES,
	 "event CreatedDispute(address indexed claimant, uint256 indexed disputeId, bytes32 "
	 "indexed claimHash)",
	 claims_on_kleros_dispute},
	{API3_KLEROS_PROXIES,
	 "event SubmittedEvidenceToKlerosArbitrator(address indexed sender, uint256 indexed "
	 "disputeId, string evidence)",
	 claims_on_kleros_evidence},
	{API3_KLEROS_PROXIES,
	 "event AppealedKlerosArbitratorRuling(address indexed sender, uint256 indexed disputeId, "
	 "bytes32 indexed claimHash)",
	 claims_on_kleros_appeal},
	{API3_KLEROS_PROXIES,
	 "event Ruling(address indexed _arbitrator, uint256 indexed _disputeID, uint256 _ruling)",
	 claims_on_kleros_ruling},
	{API3_KLEROS_PROXIES,
	 "event Dispute(address indexed _arbitrator, uint256 indexed _disputeID, uint256 "
	 "_metaEvidenceID, uint256 _evidenceGroupID)",
	 NULL},
	{API3_KLEROS_PROXIES,
	 "event Evidence(address indexed _arbitrator, uint256 indexed _evidenceGroupID, address "
	 "indexed _party, string _evidence)",
	 NULL},
	{API3_KLEROS_PROXIES,
	 "event MetaEvidence(uint256 indexed _metaEvidenceID, string _evidence)", NULL},
};

_Static_assert(sizeof(api3_events) / sizeof(api3_events[0]) == API3_EVENT_COUNT,
	       "count the events");
