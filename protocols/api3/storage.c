/* Where the pool's contract keeps its figures; the layout is in docs/protocols/api3.md. */
#include "protocols/api3/internal.h"

enum pool_slot {
	SLOT_AGENT_APP_PRIMARY = 0,
	SLOT_AGENT_APP_SECONDARY = 1,
	SLOT_VOTING_APP_PRIMARY = 2,
	SLOT_VOTING_APP_SECONDARY = 3,
	SLOT_EPOCH_INDEX_OF_LAST_REWARD = 6,
	SLOT_TOTAL_STAKE = 7,
	SLOT_STAKE_TARGET = 8,
	SLOT_MIN_APR = 9,
	SLOT_MAX_APR = 10,
	SLOT_APR_UPDATE_STEP = 11,
	SLOT_UNSTAKE_WAIT_PERIOD = 12,
	SLOT_PROPOSAL_VOTING_POWER_THRESHOLD = 13,
	SLOT_APR = 14,
	SLOT_USERS = 15,
	SLOT_POOL_SHARES = 16,
	SLOT_USER_TO_TIMELOCK = 19,
};

static const struct storage_rule pool_rules[] = {
	{"total_stake", STORAGE_WORD, SLOT_TOTAL_STAKE, 0},
	{"total_shares", STORAGE_LAST_NUMBER, SLOT_POOL_SHARES, 0},
	{"apr", STORAGE_WORD, SLOT_APR, 0},
	{"min_apr", STORAGE_WORD, SLOT_MIN_APR, 0},
	{"max_apr", STORAGE_WORD, SLOT_MAX_APR, 0},
	{"apr_update_step", STORAGE_WORD, SLOT_APR_UPDATE_STEP, 0},
	{"stake_target", STORAGE_WORD, SLOT_STAKE_TARGET, 0},
	{"unstake_wait_period", STORAGE_WORD, SLOT_UNSTAKE_WAIT_PERIOD, 0},
	{"proposal_voting_power_threshold", STORAGE_WORD, SLOT_PROPOSAL_VOTING_POWER_THRESHOLD, 0},
	{"epoch_index_of_last_reward", STORAGE_WORD, SLOT_EPOCH_INDEX_OF_LAST_REWARD, 0},
	{"agent_app_primary", STORAGE_WORD, SLOT_AGENT_APP_PRIMARY, 0},
	{"agent_app_secondary", STORAGE_WORD, SLOT_AGENT_APP_SECONDARY, 0},
	{"voting_app_primary", STORAGE_WORD, SLOT_VOTING_APP_PRIMARY, 0},
	{"voting_app_secondary", STORAGE_WORD, SLOT_VOTING_APP_SECONDARY, 0},
};

static const struct storage_rule account_rules[] = {
	{"shares", STORAGE_LAST_NUMBER, SLOT_USERS, 0},
	{"delegated_to", STORAGE_LAST_NUMBER, SLOT_USERS, 1},
	{"delegate", STORAGE_LAST_ADDRESS, SLOT_USERS, 2},
	{"unstaked", STORAGE_WORD, SLOT_USERS, 3},
	{"vesting", STORAGE_WORD, SLOT_USERS, 4},
	{"unstake_amount", STORAGE_WORD, SLOT_USERS, 5},
	{"unstake_shares", STORAGE_WORD, SLOT_USERS, 6},
	{"unstake_scheduled_for", STORAGE_WORD, SLOT_USERS, 7},
	{"last_delegation_update_timestamp", STORAGE_WORD, SLOT_USERS, 8},
	{"last_proposal_timestamp", STORAGE_WORD, SLOT_USERS, 9},
	{"timelock_total", STORAGE_WORD, SLOT_USER_TO_TIMELOCK, 0},
	{"timelock_remaining", STORAGE_WORD, SLOT_USER_TO_TIMELOCK, 1},
	{"timelock_start", STORAGE_WORD, SLOT_USER_TO_TIMELOCK, 2},
	{"timelock_end", STORAGE_WORD, SLOT_USER_TO_TIMELOCK, 3},
};

const struct storage_layout api3_storage = {
	.role = API3_POOL,
	.pool = pool_rules,
	.pool_count = sizeof(pool_rules) / sizeof(pool_rules[0]),
	.account = account_rules,
	.account_count = sizeof(account_rules) / sizeof(account_rules[0]),
};
