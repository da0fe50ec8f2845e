/*
 * internal.h - what the files of this protocol share: rows, roles, checks. Nobody else includes it.
 *
 * Notation, as in docs/protocols/api3.md: T = total stake, S = total shares, both with a phantom
 * unit that belongs to nobody (T = S = 1 at the start); WEEK = 604800 s; ONE = 10^18 = 100 %.
 */
#ifndef PROTOCOLS_API3_INTERNAL_H
#define PROTOCOLS_API3_INTERNAL_H

#include "protocols/api3/api3.h"
#include "protocols/api3/claims_checks.h"
#include "protocols/payout.h"
#include "protocols/tables.h"

enum api3_role {
	API3_POOL,
	API3_TOKEN,
	API3_CLAIMS_MANAGERS,
	API3_TIMELOCK_MANAGER,
	API3_KLEROS_PROXIES
};

/* Totals: nearly every event changes them. */
#define API3_TOTALS_FIELDS(F)                                                                      \
	F(ASSETS, total_stake, "T: staked tokens, with the phantom unit")                          \
	F(SHARES, total_shares, "S: shares, with the phantom share")                               \
	F(U256, apr, "yearly reward rate, 10^18 is 100 %")                                         \
	F(U64, epoch_index_of_last_reward, "epoch of the last reward step")                        \
	F(ASSETS, token_total_supply, "the token's total supply")                                  \
	F(ASSETS, token_balance, "the pool's own token balance")                                   \
	F(SHARES, sum_shares, "sum of all accounts' shares")                                       \
	F(SHARES, sum_unstake_shares, "sum of shares under pending unstakes")                      \
	F(ASSETS, sum_unstaked, "sum of all accounts' unstaked tokens")                            \
	F(ASSETS, sum_vesting, "sum of all accounts' vesting tokens")                              \
	F(ASSETS, sum_timelock_remaining, "sum of what the timelocks still hold")                  \
	F(U64, holder_count, "accounts with shares")                                               \
	F(U64, pending_count, "accounts with a pending unstake")

/* What the DAO sets, and what the creation of the contract fixed. */
#define API3_PARAMETERS_FIELDS(F)                                                                  \
	F(U256, min_apr, "10^18 is 100 %")                                                         \
	F(U256, max_apr, "10^18 is 100 %")                                                         \
	F(U256, apr_update_step, "10^18 is 100 %")                                                 \
	F(U256, stake_target, "share of the supply, 10^18 is 100 %")                               \
	F(U256, unstake_wait_period, "seconds")                                                    \
	F(U256, proposal_voting_power_threshold, "10^18 is 100 %")                                 \
	F(U64, genesis_epoch, "epoch of the contract's creation")                                  \
	F(U64, birth_block, "block of the contract's creation")                                    \
	F(ADDRESS, agent_app_primary, "")                                                          \
	F(ADDRESS, agent_app_secondary, "")                                                        \
	F(ADDRESS, voting_app_primary, "")                                                         \
	F(ADDRESS, voting_app_secondary, "")                                                       \
	F(BOOL, is_minter, "whether the token lets the pool mint")                                 \
	F(U64, minter_since_epoch, "epoch in which it last became a minter")                       \
	F(U64, manager_count, "claims managers with status")

#define API3_ACCOUNT_FIELDS(F)                                                                     \
	F(ASSETS, unstaked, "")                                                                    \
	F(ASSETS, vesting, "")                                                                     \
	F(SHARES, shares, "")                                                                      \
	F(ASSETS, unstake_amount, "")                                                              \
	F(SHARES, unstake_shares, "")                                                              \
	F(U256, unstake_scheduled_for, "seconds since 1970, 0 none pending")                       \
	F(U64, last_delegation_update_timestamp, "")                                               \
	F(U64, last_proposal_timestamp, "")                                                        \
	F(ADDRESS, delegate, "zero: none")                                                         \
	F(SHARES, delegated_to, "shares delegated to this account, from events")                   \
	F(SHARES, delegators_shares, "the same, summed from the delegators' own rows")             \
	F(ASSETS, timelock_total, "")                                                              \
	F(ASSETS, timelock_remaining, "")                                                          \
	F(U256, timelock_start, "seconds since 1970")                                              \
	F(U256, timelock_end, "seconds since 1970")                                                \
	F(U64, precalculated_initial_epoch, "")                                                    \
	F(U64, precalculated_next_epoch, "")                                                       \
	F(ASSETS, precalculated_locked, "")

#define API3_REWARD_FIELDS(F)                                                                      \
	F(U64, block, "block of the reward; 0: no reward in that epoch")                           \
	F(ASSETS, amount, "")                                                                      \
	F(SHARES, total_shares_then, "")                                                           \
	F(ASSETS, total_stake_then, "T before the reward")

/* What the contract was asked, beside what its events tell; undigested. */
#define API3_ASKED_FIELDS(F) F(U64, epoch_index_of_last_reward, "spent without an event")

#define API3_MANAGER_FIELDS(F) F(BOOL, is_active, "")

#define API3_PAYOUT_FIELDS(F)                                                                      \
	F(HASH, transaction, "")                                                                   \
	F(ADDRESS, recipient, "")                                                                  \
	F(ASSETS, amount, "")                                                                      \
	F(ASSETS, total_before, "T before")                                                        \
	F(ASSETS, total_after, "T after")                                                          \
	F(SHARES, total_shares, "S")

struct api3_totals {
	RECORD_STRUCT(API3_TOTALS_FIELDS)
};
struct api3_parameters {
	RECORD_STRUCT(API3_PARAMETERS_FIELDS)
};
struct api3_account {
	RECORD_STRUCT(API3_ACCOUNT_FIELDS)
};
struct api3_reward {
	RECORD_STRUCT(API3_REWARD_FIELDS)
};
struct api3_asked {
	RECORD_STRUCT(API3_ASKED_FIELDS)
};
struct api3_manager {
	RECORD_STRUCT(API3_MANAGER_FIELDS)
};
struct api3_payout {
	RECORD_STRUCT(API3_PAYOUT_FIELDS)
};

extern const struct row_table api3_table_totals;
extern const struct row_table api3_table_parameters;
extern const struct row_table api3_table_account;
extern const struct row_table api3_table_reward;
extern const struct row_table api3_table_asked;
extern const struct row_table api3_table_manager;
extern const struct row_table api3_table_payout;

static inline struct api3_totals *api3_totals(struct state *state, const struct pool *pool)
{
	return state_row(state, &api3_table_totals, pool->id, "");
}

static inline struct api3_parameters *api3_parameters(struct state *state, const struct pool *pool)
{
	return state_row(state, &api3_table_parameters, pool->id, "");
}

static inline struct api3_account *api3_account(struct state *state, const struct pool *pool,
						struct address address)
{
	return state_row(state, &api3_table_account, pool->id, address.bytes);
}

struct api3_reward *api3_reward(struct state *state, const struct pool *pool, uint64_t epoch);

/* F(enumerator, id, severity, level, sentence) */
#define API3_CHECKS(F)                                                                             \
	F(API3_EVENT_FIGURES, "event-figures", ERROR, EVENT,                                       \
	  "each figure in an event follows from the state before it")                              \
	F(API3_REWARD_EPOCH, "reward-epoch", ERROR, EVENT,                                         \
	  "a reward is for its block's epoch and for a later one than the reward before")          \
	F(API3_REWARD_AMOUNT, "reward-amount", ERROR, EVENT,                                       \
	  "a reward is total stake times APR for one week, rounded down")                          \
	F(API3_REWARD_APR, "reward-apr", ERROR, EVENT,                                             \
	  "the new APR moves one step towards the stake target and stays within its limits")       \
	F(API3_REWARD_PRESENT, "reward-present", ERROR, EVENT,                                     \
	  "the first call of a new epoch mints that epoch's reward")                               \
	F(API3_TOKEN_TRANSFER, "token-transfer", ERROR, EVENT,                                     \
	  "each token movement that the pool reports is one Transfer of the same transaction")     \
	F(API3_TOKEN_OUTFLOW, "token-outflow", ERROR, EVENT,                                       \
	  "no tokens leave the pool without an event of the pool")                                 \
	F(API3_TOKEN_SUPPLY, "token-supply", ERROR, EVENT,                                         \
	  "mints and burns keep the token's supply within 256 bits")                               \
	F(API3_DELEGATION_SHARES, "delegation-shares", ERROR, EVENT,                               \
	  "a delegator's stake or unstake is preceded by the same change of its delegate")         \
	F(API3_CLAIMS_MANAGER, "claims-manager", ERROR, RULES,                                     \
	  "a claim is paid only while there is a claims manager")                                  \
	F(API3_PAYOUT_COVERED, "payout-covered", ERROR, RULES,                                     \
	  "a payout is less than the total stake")                                                 \
	F(API3_UNSTAKE_WAITED, "unstake-waited", ERROR, RULES,                                     \
	  "an unstake happens only after the time it was scheduled for")                           \
	F(API3_UNSTAKE_SINGLE, "unstake-single", ERROR, RULES,                                     \
	  "an account has at most one pending unstake")                                            \
	F(API3_UNSTAKE_COVERED, "unstake-covered", ERROR, RULES,                                   \
	  "an unstake is scheduled for no more than the account's stake and for some shares")      \
	F(API3_WITHDRAWAL_COVERED, "withdrawal-covered", ERROR, RULES,                             \
	  "a withdrawal leaves the account its locked rewards and vesting tokens")                 \
	F(API3_DELEGATION_SPACING, "delegation-spacing", ERROR, RULES,                             \
	  "an account changes its delegate at most once a week")                                   \
	F(API3_DELEGATION_ALLOWED, "delegation-allowed", ERROR, RULES,                             \
	  "a delegate is another account, not the present one, and delegates to nobody")           \
	F(API3_TIMELOCK, "timelock", ERROR, RULES,                                                 \
	  "a vesting deposit follows a released timelock and ends after it begins")                \
	F(API3_PARAMETER_LIMITS, "parameter-limits", ERROR, RULES,                                 \
	  "a parameter is set within its limits")                                                  \
	F(API3_SHARES_SUM, "shares-sum", ERROR, BOOKS,                                             \
	  "total shares = 1 + all accounts' shares + shares under pending unstakes")               \
	F(API3_POOL_SOLVENT, "pool-solvent", ERROR, BOOKS,                                         \
	  "the pool's tokens = total stake - 1 + all unstaked tokens + stray tokens")              \
	F(API3_STRAY_GROWS, "stray-grows", ERROR, BOOKS, "stray tokens never decrease")            \
	F(API3_LEDGER_BALANCE, "ledger-balance", ERROR, BOOKS,                                     \
	  "the ledger's staked and unstaked accounts equal the pool's totals")                     \
	F(API3_VESTING_SUM, "vesting-sum", ERROR, BOOKS,                                           \
	  "all vesting tokens = what all timelocks still hold")                                    \
	F(API3_DELEGATION_SUM, "delegation-sum", ERROR, BOOKS,                                     \
	  "shares delegated to an account = its delegators' shares")                               \
	F(API3_STAKE_SUM, "stake-sum", ERROR, BOOKS,                                               \
	  "all stakes and pending unstakes are within total stake, short of it by rounding only")  \
	F(API3_TOTALS_POSITIVE, "totals-positive", ERROR, BOOKS,                                   \
	  "total stake and total shares are at least 1")                                           \
	F(API3_VIEW_POOL, "view-pool", ERROR, STATE,                                               \
	  "the pool's and token's views say what the mirror says")                                 \
	F(API3_VIEW_ACCOUNT, "view-account", ERROR, STATE,                                         \
	  "the account's views say what the mirror says")

enum api3_check {
#define API3_CHECK_ENUM(id, name, severity, level, sentence) id,
	API3_CHECKS(API3_CHECK_ENUM) CLAIMS_CHECKS(API3_CHECK_ENUM)
#undef API3_CHECK_ENUM
		API3_CHECK_COUNT
};

/* Events: their table is in events.c. */
enum { API3_EVENT_COUNT = 55 };
extern const struct event_rule api3_events[API3_EVENT_COUNT];

/* A token movement of the transaction at hand that touches the pool. */
struct api3_transfer {
	struct address from;
	struct address to;
	struct assets amount;
	bool is_matched;
};

/* Between the events of one transaction; zeroed when a block begins. */
struct api3_scratch {
	struct api3_transfer *transfers;
	size_t transfer_count;
	size_t transfer_capacity;
	bool has_delegation_update; /* an UpdatedDelegation waits for its Staked or ScheduledUnstake
				     */
	bool is_delegation_increase;
	struct address delegation_user;
	struct shares delegation_shares;
	bool had_payout; /* in this block */
};

static inline struct api3_scratch *api3_scratch(struct applying *a)
{
	return a->scratch;
}

/* transfers.c */
void api3_on_transfer(struct applying *a, const struct pool_event *event);
/*
 * Matches the event at hand with one Transfer of its transaction before it: into or out of the
 * pool, the same amount, and `other` at the far end where it is not NULL. Reports token-transfer.
 */
void api3_take_transfer(struct applying *a, bool is_into_pool, const struct address *other,
			struct assets amount);
void api3_begin_transaction(struct applying *a, const struct hash *transaction);
void api3_end_transaction(struct applying *a);

/* books.c */
void api3_end_block(struct applying *a, bool is_thorough);
/* The standing checks that need no walk over the accounts: they hold or fail after every block. */
void api3_check_books(struct applying *a);

/* audit.c */
struct audit;
void api3_audit(struct audit *audit);

/* figures.c */
enum { API3_POOL_FIGURE_COUNT = 23, API3_ACCOUNT_FIGURE_COUNT = 17, API3_VIEW_COUNT = 37 };
extern const struct figure_rule api3_pool_figures[API3_POOL_FIGURE_COUNT];
extern const struct figure_rule api3_account_figures[API3_ACCOUNT_FIGURE_COUNT];
extern const struct view_rule api3_views[API3_VIEW_COUNT];
void api3_read_pool(struct figure *out, const struct reading *r);
void api3_read_account(struct figure *out, const struct reading *r, struct address account);

/* storage.c */
extern const struct storage_layout api3_storage;

/* payouts.c */
extern const struct payout_rules api3_payouts;

/* seed.c */
enum status api3_seed(struct applying *a, const struct block_ref *before, const bool *has_code,
		      struct error *err);
enum status api3_birth(struct applying *a, struct error *err);
/*
 * While the pool is no minter a reward step leaves no event: asks the contract for the epoch. What
 * it says depends on the blocks that are visited and on the node, so it is shown but not digested.
 */
void api3_follow_silent_epoch(struct applying *a);
/* The later of what events tell and what the contract said. */
uint64_t api3_last_reward_epoch(struct state *state, const struct pool *pool);

/* Keeps a system failure of a book posting. */
void api3_post(struct applying *a, enum ledger_account from, enum ledger_account to,
	       struct assets amount, struct address subject);

#endif
