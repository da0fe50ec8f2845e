/* Every event of the vault's pools and of what surrounds them, and what it does. */
#include "protocols/insuredao/handlers.h"

#define TRANSFER "event Transfer(address indexed from, address indexed to, uint256 value)"
#define DEPOSIT "event Deposit(address indexed depositor, uint256 amount, uint256 mint)"
#define WITHDRAW_REQUESTED                                                                         \
	"event WithdrawRequested(address indexed withdrawer, uint256 amount, uint256 unlockTime)"
#define WITHDRAW "event Withdraw(address indexed withdrawer, uint256 amount, uint256 retVal)"
#define PAUSED "event Paused(bool paused)"
#define METADATA "event MetadataChanged(string metadata)"
#define COMPENSATED "event Compensated(address indexed index, uint256 amount)"

#define OF_EACH_POOL(role)                                                                         \
	{role, TRANSFER, insuredao_on_share_transfer}, {role, DEPOSIT, insuredao_on_deposit},      \
		{role, WITHDRAW_REQUESTED, insuredao_on_withdraw_requested},                       \
		{role, WITHDRAW, insuredao_on_withdraw}, {role, PAUSED, insuredao_on_paused},      \
	{                                                                                          \
		role, METADATA, NULL                                                               \
	}

const struct event_rule insuredao_events[] = {
	OF_EACH_POOL(INSUREDAO_MARKETS),
	OF_EACH_POOL(INSUREDAO_INDICES),
	OF_EACH_POOL(INSUREDAO_RESERVES),
	{INSUREDAO_MARKETS, "event SetOpenDeposit(bool openDeposit)", insuredao_on_open_deposit},
	{INSUREDAO_MARKETS,
	 "event Insured(uint256 indexed id, uint256 amount, bytes32 target, uint256 startTime, "
	 "uint256 endTime, address insured, address agent, uint256 premium)",
	 insuredao_on_insured},
	{INSUREDAO_MARKETS, "event Unlocked(uint256 indexed id, uint256 amount)",
	 insuredao_on_unlocked},
	{INSUREDAO_MARKETS,
	 "event Redeemed(uint256 indexed id, address insured, bytes32 target, uint256 amount, "
	 "uint256 payout)",
	 insuredao_on_redeemed},
	{INSUREDAO_MARKETS,
	 "event CoverApplied(uint256 pending, uint256 payoutNumerator, uint256 payoutDenominator, "
	 "uint256 incidentTimestamp, bytes32 merkleRoot, string rawdata, string memo)",
	 insuredao_on_cover_applied},
	{INSUREDAO_MARKETS, "event BountyPaid(uint256 amount, address contributor, uint256[] ids)",
	 insuredao_on_bounty_paid},
	{INSUREDAO_MARKETS, "event CreditIncrease(address indexed depositor, uint256 credit)",
	 insuredao_on_credit_increase},
	{INSUREDAO_MARKETS, "event CreditDecrease(address indexed withdrawer, uint256 credit)",
	 insuredao_on_credit_decrease},
	{INSUREDAO_MARKETS, "event MarketStatusChanged(uint8 statusValue)",
	 insuredao_on_status_changed},
	{INSUREDAO_INDICES, COMPENSATED, insuredao_on_index_compensated},
	{INSUREDAO_INDICES, "event Locked()", insuredao_on_locked},
	{INSUREDAO_INDICES, "event Resumed()", insuredao_on_resumed},
	{INSUREDAO_INDICES, "event LeverageSet(uint256 target)", insuredao_on_leverage_set},
	{INSUREDAO_INDICES, "event newAllocation(address market, uint256 allocPoints)",
	 insuredao_on_new_allocation},
	{INSUREDAO_RESERVES, COMPENSATED, insuredao_on_reserve_compensated},
	{INSUREDAO_RESERVES,
	 "event Fund(address indexed depositor, uint256 amount, uint256 attribution)",
	 insuredao_on_fund},
	{INSUREDAO_RESERVES,
	 "event Defund(address indexed depositor, uint256 amount, uint256 attribution)",
	 insuredao_on_defund},
	{INSUREDAO_PARAMETERS, "event FeeRateSet(address indexed pool, uint256 rate)",
	 insuredao_on_fee_rate_set},
	{INSUREDAO_PARAMETERS, "event RequestDurationSet(address indexed pool, uint256 duration)",
	 insuredao_on_request_duration_set},
	{INSUREDAO_PARAMETERS,
	 "event WithdrawableDurationSet(address indexed pool, uint256 duration)",
	 insuredao_on_withdrawable_duration_set},
	{INSUREDAO_PARAMETERS, "event UnlockGracePeriodSet(address indexed market, uint256 period)",
	 insuredao_on_unlock_grace_period_set},
	{INSUREDAO_PARAMETERS, "event MaxInsureSpanSet(address indexed market, uint256 span)",
	 insuredao_on_max_insure_span_set},
	{INSUREDAO_PARAMETERS, "event MinInsureSpanSet(address indexed market, uint256 span)",
	 insuredao_on_min_insure_span_set},
	{INSUREDAO_PARAMETERS, "event UpperSlackSet(address indexed index, uint256 rate)",
	 insuredao_on_upper_slack_set},
	{INSUREDAO_PARAMETERS, "event LowerSlackSet(address indexed index, uint256 rate)",
	 insuredao_on_lower_slack_set},
	{INSUREDAO_PARAMETERS, "event PremiumModelSet(address indexed market, address model)",
	 insuredao_on_premium_model_set},
	{INSUREDAO_PARAMETERS, "event VaultSet(address indexed token, address vault)", NULL},
	{INSUREDAO_PARAMETERS, "event MaxListSet(address pool, uint256 max)", NULL},
	{INSUREDAO_PARAMETERS, "event ConditionSet(bytes32 indexed ref, bytes32 condition)", NULL},
	{INSUREDAO_VAULT, "event ControllerSet(address controller)", insuredao_on_controller_set},
	{INSUREDAO_OWNERSHIP, "event AcceptNewOwnership(address indexed owner)",
	 insuredao_on_new_owner},
	{INSUREDAO_OWNERSHIP, "event CommitNewOwnership(address indexed futureOwner)", NULL},
	{INSUREDAO_FACTORY,
	 "event PoolCreated(address indexed pool, address indexed template, string _metaData, "
	 "uint256[] conditions, address[] references)",
	 insuredao_on_pool_created},
	{INSUREDAO_TOKEN, TRANSFER, insuredao_on_token_transfer},
};

_Static_assert(sizeof(insuredao_events) / sizeof(insuredao_events[0]) == INSUREDAO_EVENT_COUNT,
	       "count the events");
