/*
 * internal.h - what the files of this protocol share: rows, roles, checks. Nobody else includes it.
 *
 * Amounts have 18 decimals unless they are called coin, which have the stablecoin's own. x-tokens
 * are the book's own ERC-20, its shares. Epochs count weeks from the book's creation, from 1; days
 * are timestamp // 86400.
 */
#ifndef PROTOCOLS_BRIDGE_MUTUAL_INTERNAL_H
#define PROTOCOLS_BRIDGE_MUTUAL_INTERNAL_H

#include "protocols/bridge_mutual/bridge_mutual.h"
#include "protocols/bridge_mutual/days.h"
#include "protocols/bridge_mutual/epochs.h"
#include "protocols/bridge_mutual/premium.h"
#include "protocols/bridge_mutual/split.h"
#include "protocols/payout.h"
#include "protocols/tables.h"

/* V1 has the first of them. */
enum bridge_role {
	BRIDGE_BOOK,
	BRIDGE_REGISTRY,
	BRIDGE_CLAIMS,
	BRIDGE_TOKEN,
	BRIDGE_REINSURANCE,
	BRIDGE_ADMIN,
	BRIDGE_V1_ROLE_COUNT,
	BRIDGE_FACADE = BRIDGE_V1_ROLE_COUNT,
	BRIDGE_CAPITAL,
	BRIDGE_QUOTE,
	BRIDGE_LEVERAGE_POOLS,
	BRIDGE_DISTRIBUTORS,
	BRIDGE_VOTING,
	BRIDGE_ROLE_COUNT
};

#define BRIDGE_TOTALS_FIELDS(F)                                                                    \
	F(ASSETS, liquidity, "totalLiquidity: what the book keeps, behind the days' clock")        \
	F(ASSETS, cover, "totalCoverTokens: what the book keeps, behind the epochs' clock")        \
	F(U64, last_epoch, "lastDistributionEpoch: whose end is not taken into account yet")       \
	F(U64, last_day, "the last day whose premium is in liquidity")                             \
	F(U256, daily_premium, "premium of that day, int256")                                      \
	F(SHARES, supply, "x-tokens")                                                              \
	F(SHARES, sum_balances, "sum of all accounts' x-tokens, the book's own included")          \
	F(SHARES, sum_locked, "sum of x-tokens under withdrawal requests")                         \
	F(ASSETS, booked_cover, "sum of epochAmounts of epochs that were not taken out")           \
	F(ASSETS, locked_cover, "cover under claims, in no epoch's amount")                        \
	F(U256, coverage_coin, "the book's balance with the capital pool, in the coin's decimals") \
	F(ASSETS, virtual_reinsurance, "virtual liquidity deployed by the reinsurance pool")       \
	F(ASSETS, leveraged_reinsurance, "leverage deployed by the reinsurance pool")              \
	F(ASSETS, leveraged_users, "leverage deployed by user leverage pools, together")           \
	F(U64, lender_count, "user leverage pools that deploy any")                                \
	F(ASSETS, reinsurance_liquidity, "totalLiquidity of the reinsurance pool")                 \
	F(U64, policy_count, "policies sold")                                                      \
	F(U64, claim_count, "claims of this book")                                                 \
	F(U64, last_claim, "index of the registry's latest claim, of any book; 0: none yet")

#define BRIDGE_PARAMETERS_FIELDS(F)                                                                \
	F(U64, birth_block, "block of the book's creation")                                        \
	F(U64, start_time, "epochStartTime: its timestamp")                                        \
	F(U64, decimals, "of the stablecoin")

#define BRIDGE_ACCOUNT_FIELDS(F)                                                                   \
	F(SHARES, x_tokens, "balance")                                                             \
	F(U64, policy, "number of the latest policy; 0: none, or it was removed")                  \
	F(U64, claim, "index of the latest claim; 0: none")

#define BRIDGE_WITHDRAWAL_FIELDS(F)                                                                \
	F(SHARES, x_tokens, "asked to be withdrawn, held by the book")                             \
	F(U64, ready, "when it may be done, seconds since 1970")

#define BRIDGE_AMOUNT_FIELDS(F) F(U256, amount, "")

#define BRIDGE_POLICY_FIELDS(F)                                                                    \
	F(ADDRESS, holder, "")                                                                     \
	F(ADDRESS, distributor, "zero: none")                                                      \
	F(ASSETS, cover, "")                                                                       \
	F(ASSETS, price, "all that was paid")                                                      \
	F(ASSETS, protocol_part, "of the price, less the distributor's fee")                       \
	F(ASSETS, premium, "of the price, what the book's liquidity gets")                         \
	F(U64, start_epoch, "")                                                                    \
	F(U64, end_epoch, "the last one")                                                          \
	F(U64, start_time, "seconds since 1970")                                                   \
	F(U64, end_time, "seconds since 1970")                                                     \
	F(U64, out_epoch, "with whose end the cover leaves the book; 0: it is in no epoch")        \
	F(U64, lock_count, "claims that hold the cover")                                           \
	F(U64, removal, "enum bridge_removal")                                                     \
	F(U64, block, "of the sale")                                                               \
	F(HASH, transaction, "of the sale")

#define BRIDGE_CLAIM_FIELDS(F)                                                                     \
	F(ADDRESS, claimer, "")                                                                    \
	F(U64, policy, "number")                                                                   \
	F(ASSETS, amount, "asked for: the cover")                                                  \
	F(ASSETS, granted, "by the vote")                                                          \
	F(ASSETS, refund, "of that, not paid yet")                                                 \
	F(ASSETS, paid, "")                                                                        \
	F(U64, submitted, "seconds since 1970")                                                    \
	F(U64, ended, "seconds since 1970")                                                        \
	F(U64, ready, "when it may be withdrawn, seconds since 1970; 0: nothing waits")            \
	F(BOOL, is_appeal, "")                                                                     \
	F(BOOL, is_committed, "the policy was removed for it")                                     \
	F(BOOL, holds_cover, "the policy's cover is in no epoch's amount for it")                  \
	F(U64, status, "enum bridge_claim_status, as the registry keeps it")

#define BRIDGE_PAYOUT_FIELDS(F)                                                                    \
	F(HASH, transaction, "")                                                                   \
	F(ADDRESS, recipient, "zero: a loss that nobody was paid")                                 \
	F(ASSETS, amount, "the book's loss")                                                       \
	F(ASSETS, paid, "to the recipient, the leverage pools' parts included")                    \
	F(ASSETS, liquidity_before, "with the premium up to that day")                             \
	F(ASSETS, liquidity_after, "")                                                             \
	F(SHARES, supply, "x-tokens")                                                              \
	F(U64, claim, "index; 0: no claim was paid")                                               \
	F(U64, policy, "number; 0: none")

#define BRIDGE_LENDER_FIELDS(F)                                                                    \
	F(ASSETS, deployed, "")                                                                    \
	F(U256, target, "targetUR, 10^27 is 100 %")                                                \
	F(U256, d, "d_ProtocolConstant")                                                           \
	F(U256, a, "a_ProtocolConstant")                                                           \
	F(U256, max, "max_ProtocolConstant")

#define BRIDGE_FEE_FIELDS(F) F(U256, fee, "10^27 is 100 %") F(BOOL, is_known, "by an event")

/* The pricing model at the end of a block; what is asked, so undigested. */
#define BRIDGE_MODEL_FIELDS(F)                                                                     \
	F(BOOL, is_known, "")                                                                      \
	F(U256, risky_threshold, "")                                                               \
	F(U256, risky_minimum, "")                                                                 \
	F(U256, risky_maximum, "")                                                                 \
	F(U256, risky_maximum_full, "")                                                            \
	F(U256, safe_threshold, "")                                                                \
	F(U256, safe_minimum, "")                                                                  \
	F(U256, safe_maximum, "")                                                                  \
	F(U256, safe_maximum_full, "")                                                             \
	F(U256, minimum_cost, "")                                                                  \
	F(BOOL, is_safe, "")                                                                       \
	F(ASSETS, leveraged, "totalLeveragedLiquidity")

/* What the recomputed price of a policy was, and with what; undigested. */
#define BRIDGE_PRICED_FIELDS(F)                                                                    \
	F(ASSETS, price, "")                                                                       \
	F(BOOL, is_computable, "")                                                                 \
	F(U64, basis, "enum bridge_basis")

/* The votes on a claim so far; undigested, as a vote's power is asked. */
#define BRIDGE_VOTES_FIELDS(F)                                                                     \
	F(BOOL, is_unknown, "a vote's power could not be asked")                                   \
	F(U256, yes, "power of the votes for an amount")                                           \
	F(U256, no, "power of the votes for none")                                                 \
	F(ASSETS, average, "of the amounts, by power")

/* What only a V1 book has. */
#define BRIDGE_V1_FIELDS(F)                                                                        \
	F(U64, voting_seconds, "from a claim's submission to its result")                          \
	F(BOOL, is_whitelisted, "its cover is priced by the safe curve")                           \
	F(ASSETS, stranded_cover, "of policies that are gone, which nothing takes off the total")  \
	F(U256, coin_balance, "all that the book has of the coin, in its decimals")

#define BRIDGE_ALLOWED_FIELDS(F) F(BOOL, is_allowed, "the rest of a withdrawal never lapses")

struct bridge_totals {
	RECORD_STRUCT(BRIDGE_TOTALS_FIELDS)
};
struct bridge_parameters {
	RECORD_STRUCT(BRIDGE_PARAMETERS_FIELDS)
};
struct bridge_account {
	RECORD_STRUCT(BRIDGE_ACCOUNT_FIELDS)
};
struct bridge_withdrawal {
	RECORD_STRUCT(BRIDGE_WITHDRAWAL_FIELDS)
};
struct bridge_amount {
	RECORD_STRUCT(BRIDGE_AMOUNT_FIELDS)
};
struct bridge_policy {
	RECORD_STRUCT(BRIDGE_POLICY_FIELDS)
};
struct bridge_claim {
	RECORD_STRUCT(BRIDGE_CLAIM_FIELDS)
};
struct bridge_payout {
	RECORD_STRUCT(BRIDGE_PAYOUT_FIELDS)
};
struct bridge_lender {
	RECORD_STRUCT(BRIDGE_LENDER_FIELDS)
};
struct bridge_fee {
	RECORD_STRUCT(BRIDGE_FEE_FIELDS)
};
struct bridge_model {
	RECORD_STRUCT(BRIDGE_MODEL_FIELDS)
};
struct bridge_priced {
	RECORD_STRUCT(BRIDGE_PRICED_FIELDS)
};
struct bridge_votes {
	RECORD_STRUCT(BRIDGE_VOTES_FIELDS)
};
struct bridge_v1 {
	RECORD_STRUCT(BRIDGE_V1_FIELDS)
};
struct bridge_allowed {
	RECORD_STRUCT(BRIDGE_ALLOWED_FIELDS)
};

enum { BRIDGE_NUMBER_KEY = 8 };

extern const struct row_table bridge_table_totals;
extern const struct row_table bridge_table_parameters;
extern const struct row_table bridge_table_account;    /* by address */
extern const struct row_table bridge_table_withdrawal; /* by address */
extern const struct row_table bridge_table_epoch;      /* epochAmounts by epoch */
extern const struct row_table bridge_table_day;        /* premiumDistributionDeltas by day */
extern const struct row_table bridge_table_policy;     /* by number, from 1 in order of sale */
extern const struct row_table bridge_table_claim;      /* by the registry's index */
extern const struct row_table bridge_table_payout;
extern const struct row_table bridge_table_lender; /* user leverage pools by address */
extern const struct row_table bridge_table_fee;    /* distributors by address */
extern const struct row_table bridge_table_v1;
extern const struct row_table bridge_table_allowed; /* V1's withdrawals by address */
extern const struct row_table bridge_table_model;   /* undigested: the block's, the one before's */
extern const struct row_table bridge_table_priced;  /* undigested: by policy number */
extern const struct row_table bridge_table_votes;   /* undigested: by the claim's index */

/* How a policy left the book before its time. */
enum bridge_removal {
	BRIDGE_IN_BOOK,
	BRIDGE_REPLACED, /* ended, and its holder bought another one */
	BRIDGE_SETTLED,  /* its claim was withdrawn, or given up */
};

/* The registry's own numbers. */
enum bridge_claim_status {
	BRIDGE_CAN_CLAIM,
	BRIDGE_UNCLAIMABLE,
	BRIDGE_PENDING,
	BRIDGE_AWAITING_CALCULATION,
	BRIDGE_REJECTED_CAN_APPEAL,
	BRIDGE_REJECTED,
	BRIDGE_ACCEPTED,
	BRIDGE_EXPIRED,
};

/* With which of the states that were asked a policy's price came out. */
enum bridge_basis {
	BRIDGE_BASIS_NONE, /* with none, or nothing could be asked */
	BRIDGE_BASIS_BOTH,
	BRIDGE_BASIS_BLOCK,  /* only with the model and leverage at the end of its block */
	BRIDGE_BASIS_BEFORE, /* only with those of the block before */
	BRIDGE_BASIS_MIXED,  /* only with some of the one, some of the other */
};

static inline struct bridge_totals *bridge_totals(struct state *state, const struct pool *pool)
{
	return state_row(state, &bridge_table_totals, pool->id, "");
}

static inline bool bridge_is_v1(const struct pool *pool)
{
	return pool->protocol == &protocol_bridge_mutual_v1;
}

/* Who holds the coin that liquidity is of. */
static inline struct address bridge_coin_holder(const struct pool *pool)
{
	return pool_contract(pool, bridge_is_v1(pool) ? BRIDGE_BOOK : BRIDGE_CAPITAL);
}

static inline struct bridge_v1 *bridge_v1(struct state *state, const struct pool *pool)
{
	return state_row(state, &bridge_table_v1, pool->id, "");
}

static inline struct bridge_allowed *bridge_allowed(struct state *state, const struct pool *pool,
						    struct address address)
{
	return state_row(state, &bridge_table_allowed, pool->id, address.bytes);
}

static inline struct bridge_parameters *bridge_parameters(struct state *state,
							  const struct pool *pool)
{
	return state_row(state, &bridge_table_parameters, pool->id, "");
}

static inline struct bridge_account *bridge_account(struct state *state, const struct pool *pool,
						    struct address address)
{
	return state_row(state, &bridge_table_account, pool->id, address.bytes);
}

static inline struct bridge_withdrawal *
bridge_withdrawal(struct state *state, const struct pool *pool, struct address address)
{
	return state_row(state, &bridge_table_withdrawal, pool->id, address.bytes);
}

static inline void *bridge_numbered(struct state *state, const struct row_table *table,
				    const struct pool *pool, uint64_t number)
{
	uint8_t key[BRIDGE_NUMBER_KEY];

	put_be64(key, number);
	return state_row(state, table, pool->id, key);
}

static inline struct bridge_amount *bridge_epoch_amount(struct state *state,
							const struct pool *pool, uint64_t epoch)
{
	return bridge_numbered(state, &bridge_table_epoch, pool, epoch);
}

static inline struct bridge_policy *bridge_policy(struct state *state, const struct pool *pool,
						  uint64_t number)
{
	return bridge_numbered(state, &bridge_table_policy, pool, number);
}

static inline struct bridge_claim *bridge_claim(struct state *state, const struct pool *pool,
						uint64_t index)
{
	return bridge_numbered(state, &bridge_table_claim, pool, index);
}

/* F(enumerator, id, severity, level, sentence) */
#define BRIDGE_CHECKS(F)                                                                           \
	F(BRIDGE_EVENT_FIGURES, "event-figures", ERROR, EVENT,                                     \
	  "each figure in an event follows from the state before it")                              \
	F(BRIDGE_COVERAGE_CHANGED, "coverage-changed", ERROR, EVENT,                               \
	  "the first call of a new epoch tells the cover that is left, and no other does")         \
	F(BRIDGE_X_TOKEN_RATE, "x-token-rate", ERROR, EVENT,                                       \
	  "x-tokens are minted and burnt at the book's rate")                                      \
	F(BRIDGE_X_TOKEN_SUPPLY, "x-token-supply", ERROR, EVENT,                                   \
	  "x-tokens are minted, burnt and locked by the book's own events only")                   \
	F(BRIDGE_COIN_TRANSFER, "coin-transfer", ERROR, EVENT,                                     \
	  "each movement that the book reports is one transfer of the stablecoin, cut to its "     \
	  "decimals")                                                                              \
	F(BRIDGE_POLICY_PRICE, "policy-price", ERROR, EVENT,                                       \
	  "a policy's price is what the pricing model gives")                                      \
	F(BRIDGE_PRICE_SPLIT, "price-split", ERROR, EVENT,                                         \
	  "20 % of a price, less the distributor's fee, is the protocol's; the pools share the "   \
	  "rest")                                                                                  \
	F(BRIDGE_POLICY_TERMS, "policy-terms", ERROR, EVENT,                                       \
	  "what the contracts keep of a policy is what was sold")                                  \
	F(BRIDGE_POLICY_REGISTERED, "policy-registered", ERROR, EVENT,                             \
	  "a policy is added to the registry when it is sold")                                     \
	F(BRIDGE_POLICY_EPOCHS, "policy-epochs", ERROR, RULES, "a policy is for 1 to 52 epochs")   \
	F(BRIDGE_POLICY_SINGLE, "policy-single", ERROR, RULES,                                     \
	  "a holder has one active policy of a book")                                              \
	F(BRIDGE_COVER_MINIMUM, "cover-minimum", ERROR, RULES, "a policy covers at least 100")     \
	F(BRIDGE_COVER_BACKED, "cover-backed", ERROR, RULES,                                       \
	  "liquidity backs all cover and pending withdrawals when a policy is sold")               \
	F(BRIDGE_WITHDRAWAL_COVERED, "withdrawal-covered", ERROR, RULES,                           \
	  "a withdrawal is asked for out of what is free, and by whom it belongs to")              \
	F(BRIDGE_WITHDRAWAL_READY, "withdrawal-ready", ERROR, RULES,                               \
	  "a withdrawal happens within two days after the time it was asked for")                  \
	F(BRIDGE_CLAIM_ALLOWED, "claim-allowed", ERROR, RULES,                                     \
	  "a claim is of a policy that is active or ended less than a week ago, an appeal of a "   \
	  "claim rejected less than a week ago")                                                   \
	F(BRIDGE_CLAIM_TIMING, "claim-timing", ERROR, RULES,                                       \
	  "a claim's result comes after the votes, and it expires when there is none in time")     \
	F(BRIDGE_CLAIM_COVERED, "claim-covered", ERROR, RULES,                                     \
	  "no more is granted and paid for a claim than the policy covers")                        \
	F(BRIDGE_CLAIM_PAID, "claim-paid", ERROR, RULES,                                           \
	  "what is paid was granted to an accepted claim, and withdrawn in its time")              \
	F(BRIDGE_CLAIM_POLICY, "claim-policy", ERROR, RULES,                                       \
	  "a withdrawn claim removes the policy that it was for")                                  \
	F(BRIDGE_COVER_SUM, "cover-sum", ERROR, BOOKS,                                             \
	  "total cover = all epochs' amounts ahead + cover under claims")                          \
	F(BRIDGE_POLICIES_SUM, "policies-sum", ERROR, BOOKS,                                       \
	  "total cover = the cover of all policies that are in the book")                          \
	F(BRIDGE_SUPPLY_SUM, "supply-sum", ERROR, BOOKS,                                           \
	  "the x-tokens' supply = all accounts' balances")                                         \
	F(BRIDGE_LOCKED_SUM, "locked-sum", ERROR, BOOKS,                                           \
	  "the book holds the x-tokens of all withdrawal requests")                                \
	F(BRIDGE_LEDGER_BALANCE, "ledger-balance", ERROR, BOOKS,                                   \
	  "the ledger's staked account is the book's balance with the capital pool")               \
	F(BRIDGE_VIEW_POOL, "view-pool", ERROR, STATE,                                             \
	  "the contracts' views say what the mirror says")                                         \
	F(BRIDGE_VIEW_ACCOUNT, "view-account", ERROR, STATE,                                       \
	  "the account's views say what the mirror says")                                          \
	F(BRIDGE_VIEW_ITEM, "view-item", ERROR, STATE, "an item's views say what the mirror says") \
	F(BRIDGE_LOSS_SHARED, "loss-shared", ERROR, EVENT,                                         \
	  "the book bears its part of a claim, by what it and the leverage pools deployed")        \
	F(BRIDGE_CLAIM_VOTE, "claim-vote", ERROR, RULES,                                           \
	  "what is granted is the voters' average, by 66 % of their power")

enum bridge_check {
#define BRIDGE_CHECK_ENUM(id, name, severity, level, sentence) id,
	BRIDGE_CHECKS(BRIDGE_CHECK_ENUM)
#undef BRIDGE_CHECK_ENUM
		BRIDGE_CHECK_COUNT
};

/* events.c */
enum { BRIDGE_EVENT_COUNT = 33 };
extern const struct event_rule bridge_events[BRIDGE_EVENT_COUNT];

/* figures.c, views.c, items.c */
enum {
	BRIDGE_POOL_FIGURE_COUNT = 36,
	BRIDGE_ACCOUNT_FIGURE_COUNT = 14,
	BRIDGE_VIEW_COUNT = 26,
};
extern const struct figure_rule bridge_pool_figures[BRIDGE_POOL_FIGURE_COUNT];
extern const struct figure_rule bridge_account_figures[BRIDGE_ACCOUNT_FIGURE_COUNT];
extern const struct view_rule bridge_views[BRIDGE_VIEW_COUNT];
extern const char *const bridge_withdrawal_states[];
void bridge_read_pool(struct figure *out, const struct reading *r);
void bridge_read_account(struct figure *out, const struct reading *r, struct address account);
enum {
	BRIDGE_POLICIES,
	BRIDGE_CLAIM_LIST,
	BRIDGE_EPOCH_LIST,
	BRIDGE_DAY_LIST,
	BRIDGE_LENDER_LIST,
	BRIDGE_LIST_COUNT
};
extern const struct item_list bridge_lists[BRIDGE_LIST_COUNT];

/* payouts.c, quote.c */
extern const struct payout_rules bridge_payouts;
extern const struct quote_rules bridge_quotes;

/* seed.c */
enum status bridge_seed(struct applying *a, const struct block_ref *before, const bool *has_code,
			struct error *err);
enum status bridge_birth(struct applying *a, struct error *err);
/* Of a birth: the coin's decimals (false where the node cannot tell), and both clocks' beginning.
 */
bool bridge_seed_decimals(struct applying *a) MUST_CHECK;
void bridge_begin_clocks(struct applying *a);

/* filters.c */
struct bridge_heard {
	const enum bridge_role *whole; /* contracts all of whose logs are needed */
	size_t whole_count;
	/* Of the coin: what leaves the first of these, as a topic, and what comes to any. They live
	 * as long as the filters. */
	const struct hash *ends;
	size_t end_count;
};
/* A protocol's `filters`. */
size_t bridge_filters(struct log_filter *out, size_t out_max, struct arena *arena,
		      const struct pool *pool, const struct bridge_heard *heard);

/* bridge_mutual.c: a protocol's `is_born` and `idle_block`, which changes no row. */
bool bridge_is_born(const struct reading *r);
void bridge_idle_block(struct applying *a);

/* books.c, audit.c */
void bridge_end_block(struct applying *a, bool is_thorough);
void bridge_check_books(struct applying *a);
void bridge_audit(struct audit *audit);

#endif
