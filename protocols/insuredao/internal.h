/*
 * internal.h - what the files of this protocol share: rows, roles, checks. Nobody else includes it.
 *
 * Notation, as in docs/protocols/insuredao.md: V = the vault's value, A = all attributions, L0 = a
 * market's own liquidity, L = with the indices' credit; 10^6 = 100 %.
 */
#ifndef PROTOCOLS_INSUREDAO_INTERNAL_H
#define PROTOCOLS_INSUREDAO_INTERNAL_H

#include "protocols/insuredao/allocation.h"
#include "protocols/insuredao/insuredao.h"
#include "protocols/insuredao/market.h"
#include "protocols/insuredao/premium.h"
#include "protocols/insuredao/vault.h"
#include "protocols/payout.h"
#include "protocols/tables.h"

enum insuredao_role {
	INSUREDAO_VAULT,
	INSUREDAO_TOKEN,
	INSUREDAO_PARAMETERS,
	INSUREDAO_OWNERSHIP,
	INSUREDAO_MARKETS,
	INSUREDAO_INDICES,
	INSUREDAO_RESERVES,
	INSUREDAO_FACTORY
};

#define INSUREDAO_TOTALS_FIELDS(F)                                                                 \
	F(U64, birth_block, "block of the vault's creation")                                       \
	F(ASSETS, balance, "the vault's own count of its tokens; lent to debtors included")        \
	F(ASSETS, total_debt, "what was paid out and is not borne by anyone yet")                  \
	F(SHARES, total_attributions, "A")                                                         \
	F(SHARES, dust, "attributions that belong to nobody, from divided premiums")               \
	F(ASSETS, token_balance, "tokens that the vault's contract holds")                         \
	F(ADDRESS, controller, "a strategy that manages tokens of the vault; zero: none")          \
	F(ADDRESS, owner, "of all contracts; receives the fees")                                   \
	F(SHARES, sum_attributions, "of all accounts")                                             \
	F(ASSETS, sum_debts, "of all accounts")                                                    \
	F(ASSETS, sum_locked, "of all markets")                                                    \
	F(U64, market_count, "")                                                                   \
	F(U64, index_count, "")                                                                    \
	F(U64, active_count, "insurances that are neither paid nor unlocked")

/* The vault's word on an address. */
#define INSUREDAO_ACCOUNT_FIELDS(F)                                                                \
	F(SHARES, attributions, "")                                                                \
	F(ASSETS, debts, "")

/* Of one pool, or of all where the key is zero; a zero is not set. */
#define INSUREDAO_SETTING_FIELDS(F)                                                                \
	F(U256, fee_rate, "of premiums, 10^6 is 100 %")                                            \
	F(U256, request_duration, "seconds from a request to a withdrawal")                        \
	F(U256, withdrawable_duration, "seconds that a withdrawal is possible then")               \
	F(U256, unlock_grace_period, "seconds from an insurance's end to its unlocking")           \
	F(U256, max_insure_span, "seconds")                                                        \
	F(U256, min_insure_span, "seconds")                                                        \
	F(U256, upper_slack, "leverage above the target that is let be, 10^6 is 1")                \
	F(U256, lower_slack, "leverage below the target that is let be, 10^6 is 1")                \
	F(ADDRESS, premium_model, "")

/* The shares of a market, an index or a reserve. */
#define INSUREDAO_SUPPLY_FIELDS(F)                                                                 \
	F(SHARES, total_supply, "")                                                                \
	F(SHARES, sum_balances, "of all holders")

#define INSUREDAO_MARKET_FIELDS(F)                                                                 \
	F(BOOL, is_there, "")                                                                      \
	F(U64, status, "0 trading, 1 paying out")                                                  \
	F(BOOL, is_paused, "")                                                                     \
	F(BOOL, is_closed, "the owner's deposits only")                                            \
	F(SHARES, attribution_debt, "of the market's attributions, what indices have earned")      \
	F(ASSETS, locked_amount, "cover of insurances that are not over")                          \
	F(ASSETS, total_credit, "lent by indices")                                                 \
	F(U256, reward_per_credit, "attributions earned by one unit of credit, times 10^6")        \
	F(U64, insurance_count, "sold so far")                                                     \
	F(U256, pending_end, "from when on the market may be resumed")                             \
	F(U256, payout_numerator, "")                                                              \
	F(U256, payout_denominator, "")                                                            \
	F(U256, incident_timestamp, "")                                                            \
	F(HASH, merkle_root, "who lost what")                                                      \
	F(U64, incident_count, "")                                                                 \
	F(U64, lender_count, "indices that are registered")                                        \
	F(ASSETS, sum_active, "cover of active insurances, summed from their own rows")            \
	F(ASSETS, sum_credit, "summed from the indices' own rows")

#define INSUREDAO_INDEX_FIELDS(F)                                                                  \
	F(BOOL, is_there, "")                                                                      \
	F(BOOL, is_paused, "")                                                                     \
	F(BOOL, is_locked, "a market that it lends to pays out")                                   \
	F(ASSETS, total_allocated_credit, "")                                                      \
	F(U256, total_alloc_point, "")                                                             \
	F(U256, target_lev, "10^6 is 1")

#define INSUREDAO_RESERVE_FIELDS(F)                                                                \
	F(BOOL, is_there, "")                                                                      \
	F(BOOL, is_paused, "")                                                                     \
	F(SHARES, crowd_pool, "attributions of the holders of shares")                             \
	F(SHARES, surplus_pool, "attributions of nobody's shares")

/* An index at a market. */
#define INSUREDAO_CREDIT_FIELDS(F)                                                                 \
	F(U256, points, "")                                                                        \
	F(ASSETS, credit, "")                                                                      \
	F(U256, reward_debt, "")                                                                   \
	F(U64, slot, "place among the market's indices, from 1; 0: not registered")

#define INSUREDAO_POLICY_FIELDS(F)                                                                 \
	F(U64, state, "enum insuredao_policy_state")                                               \
	F(ASSETS, amount, "cover")                                                                 \
	F(ASSETS, premium, "")                                                                     \
	F(U256, fee_rate, "at the sale")                                                           \
	F(HASH, target, "what it insures against")                                                 \
	F(U64, start, "")                                                                          \
	F(U64, end, "")                                                                            \
	F(ADDRESS, insured, "")                                                                    \
	F(ADDRESS, agent, "who else may redeem it")                                                \
	F(ASSETS, payout, "")                                                                      \
	F(U64, block, "of the sale")                                                               \
	F(U64, ended_at, "when it was paid or unlocked")

/* An account at a pool. */
#define INSUREDAO_HOLDING_FIELDS(F)                                                                \
	F(SHARES, balance, "")                                                                     \
	F(SHARES, requested, "to be withdrawn")                                                    \
	F(U64, unlocks_at, "of that request")

/* An incident or a bounty: what was paid and who bore it. */
#define INSUREDAO_INCIDENT_FIELDS(F)                                                               \
	F(BOOL, is_there, "")                                                                      \
	F(BOOL, is_bounty, "")                                                                     \
	F(U64, block, "")                                                                          \
	F(U256, incident_timestamp, "")                                                            \
	F(U256, pending_end, "")                                                                   \
	F(U256, payout_numerator, "")                                                              \
	F(U256, payout_denominator, "")                                                            \
	F(HASH, merkle_root, "")                                                                   \
	F(U64, payout_count, "")                                                                   \
	F(ASSETS, paid, "sum of its payouts")                                                      \
	F(ASSETS, debt, "of the market when it was settled")                                       \
	F(ASSETS, from_market, "borne by the market's own liquidity")                              \
	F(ASSETS, from_indices, "borne by indices, what the reserves gave them included")          \
	F(ASSETS, from_reserves, "")                                                               \
	F(ASSETS, shortage, "borne by nobody: the zero address's debt")                            \
	F(U64, resumed_at, "when it was settled; 0: not yet")                                      \
	F(BOOL, is_unknown, "who bore it is not known, because of a strategy")

#define INSUREDAO_PAYOUT_FIELDS(F)                                                                 \
	F(HASH, transaction, "")                                                                   \
	F(ADDRESS, recipient, "")                                                                  \
	F(ADDRESS, market, "")                                                                     \
	F(U64, policy, "")                                                                         \
	F(BOOL, is_bounty, "of no policy")                                                         \
	F(U64, incident, "number of the market's incident")                                        \
	F(ASSETS, amount, "")                                                                      \
	F(ASSETS, cover, "")                                                                       \
	F(ASSETS, available_before, "tokens of the vault that may leave it")                       \
	F(ASSETS, available_after, "")

/* What a premium model was asked; undigested. */
#define INSUREDAO_RATES_FIELDS(F)                                                                  \
	F(U64, kind, "enum insuredao_model")                                                       \
	F(ADDRESS, model, "")                                                                      \
	F(U256, base, "")                                                                          \
	F(U256, slope1, "")                                                                        \
	F(U256, slope2, "")                                                                        \
	F(U256, optimal, "")                                                                       \
	F(U64, asked_at, "of the zero address: time of the block at which all were asked last")

enum insuredao_policy_state { POLICY_NONE, POLICY_ACTIVE, POLICY_UNLOCKED, POLICY_REDEEMED };
enum insuredao_model { MODEL_UNKNOWN, MODEL_FLAT, MODEL_SLOPE };
enum { INSUREDAO_TRADING, INSUREDAO_PAYINGOUT };

struct insuredao_totals {
	RECORD_STRUCT(INSUREDAO_TOTALS_FIELDS)
};
struct insuredao_account {
	RECORD_STRUCT(INSUREDAO_ACCOUNT_FIELDS)
};
struct insuredao_setting {
	RECORD_STRUCT(INSUREDAO_SETTING_FIELDS)
};
struct insuredao_supply {
	RECORD_STRUCT(INSUREDAO_SUPPLY_FIELDS)
};
struct insuredao_market {
	RECORD_STRUCT(INSUREDAO_MARKET_FIELDS)
};
struct insuredao_index_row {
	RECORD_STRUCT(INSUREDAO_INDEX_FIELDS)
};
struct insuredao_reserve {
	RECORD_STRUCT(INSUREDAO_RESERVE_FIELDS)
};
struct insuredao_credit {
	RECORD_STRUCT(INSUREDAO_CREDIT_FIELDS)
};
struct insuredao_policy {
	RECORD_STRUCT(INSUREDAO_POLICY_FIELDS)
};
struct insuredao_holding {
	RECORD_STRUCT(INSUREDAO_HOLDING_FIELDS)
};
struct insuredao_incident {
	RECORD_STRUCT(INSUREDAO_INCIDENT_FIELDS)
};
struct insuredao_payout_row {
	RECORD_STRUCT(INSUREDAO_PAYOUT_FIELDS)
};
struct insuredao_rates_row {
	RECORD_STRUCT(INSUREDAO_RATES_FIELDS)
};

/* F(table, key size); struct and record have the table's name, but for the two below */
extern const struct row_table insuredao_table_totals;
extern const struct row_table insuredao_table_account;
extern const struct row_table insuredao_table_setting; /* pool */
extern const struct row_table insuredao_table_supply;  /* pool */
extern const struct row_table insuredao_table_market;
extern const struct row_table insuredao_table_index;
extern const struct row_table insuredao_table_reserve;
extern const struct row_table insuredao_table_credit;   /* market, index */
extern const struct row_table insuredao_table_policy;   /* market, be64 id */
extern const struct row_table insuredao_table_holding;  /* account, pool */
extern const struct row_table insuredao_table_incident; /* market, be64 number from 1 */
extern const struct row_table insuredao_table_payout;   /* be64 block, be32 log index */
extern const struct row_table insuredao_table_rates;    /* market */

enum {
	INSUREDAO_PAIR_KEY = 2 * ADDRESS_BYTES,
	INSUREDAO_NUMBER_KEY = ADDRESS_BYTES + 8,
};

/* ---- rows: state.c ---- */

/*
 * The functions of this block give the row in hand, to be read and changed. What a reader needs
 * without touching (which would make views ask for it) is copied by the _at forms: as the row is
 * now.
 */
struct insuredao_totals *insuredao_totals(struct state *state, const struct pool *pool);
struct insuredao_account *insuredao_account(struct state *state, const struct pool *pool,
					    struct address who);
struct insuredao_supply *insuredao_supply(struct state *state, const struct pool *pool,
					  struct address of);
struct insuredao_market *insuredao_market(struct state *state, const struct pool *pool,
					  struct address market);
struct insuredao_index_row *insuredao_index(struct state *state, const struct pool *pool,
					    struct address index);
struct insuredao_reserve *insuredao_reserve(struct state *state, const struct pool *pool,
					    struct address reserve);
struct insuredao_credit *insuredao_credit(struct state *state, const struct pool *pool,
					  struct address market, struct address index);
struct insuredao_policy *insuredao_policy(struct state *state, const struct pool *pool,
					  struct address market, uint64_t id);
struct insuredao_holding *insuredao_holding(struct state *state, const struct pool *pool,
					    struct address account, struct address of);
struct insuredao_incident *insuredao_incident(struct state *state, const struct pool *pool,
					      struct address market, uint64_t number);

struct insuredao_account insuredao_account_at(struct state *state, const struct pool *pool,
					      struct address who);
struct insuredao_market insuredao_market_at(struct state *state, const struct pool *pool,
					    struct address market);
struct insuredao_index_row insuredao_index_at(struct state *state, const struct pool *pool,
					      struct address index);
struct insuredao_credit insuredao_credit_at(struct state *state, const struct pool *pool,
					    struct address market, struct address index);

struct insuredao_supply insuredao_supply_at(struct state *state, const struct pool *pool,
					    struct address of);

/* The address that a key, or the rest of one, begins with. */
struct address insuredao_address_in(const uint8_t *key);
void insuredao_pair_key(uint8_t out[INSUREDAO_PAIR_KEY], struct address a, struct address b);
void insuredao_number_key(uint8_t out[INSUREDAO_NUMBER_KEY], struct address a, uint64_t number);

/* A pool's settings, each zero among them replaced by the default's. */
struct insuredao_setting insuredao_setting(struct state *state, const struct pool *pool,
					   struct address of);

/* Which list of the configuration the address stands in: INSUREDAO_MARKETS, _INDICES, _RESERVES;
 * another role where in none. */
enum insuredao_role insuredao_kind(const struct pool *pool, struct address of);

/* *sum += x, *sum -= x; at the ends of the range it stands still, which the books' checks tell. */
void insuredao_add(u256 *sum, u256 x);
void insuredao_take(u256 *sum, u256 x);

/* ---- figures that follow: state.c ---- */

/* False: a strategy manages tokens of the vault, and what it earns no log tells. */
bool insuredao_vault_is_known(struct state *state, const struct pool *pool);
struct insuredao_vault insuredao_vault(struct state *state, const struct pool *pool);

/* underlyingValue(who). */
bool insuredao_underlying(struct assets *out, struct trace *trace, const char *name,
			  struct state *state, const struct pool *pool, struct address who);

struct insuredao_liquidity {
	struct assets own;       /* L0 */
	struct assets total;     /* L */
	struct assets available; /* L - locked */
	bool is_available_known; /* false where more is locked than there is */
};
bool insuredao_market_liquidity(struct insuredao_liquidity *out, struct trace *trace,
				struct state *state, const struct pool *pool,
				struct address market);

/* What the next unit of cover would cost a year, 10^6 is 100 %, at those rates; false where they or
 * the liquidity are not known, or the model reverts. */
bool insuredao_premium_rate(u256 *out, const struct insuredao_rates_row *rates, struct state *state,
			    const struct pool *pool, struct address market);

/* Premium that an index has earned at markets with points, in attributions, which the contract
 * adds to a value of tokens as they are. */
bool insuredao_accrued(struct assets *out, struct state *state, const struct pool *pool,
		       struct address index);
bool insuredao_index_liquidity(struct assets *out, struct trace *trace, struct state *state,
			       const struct pool *pool, struct address index);

/* The index's markets as it sees them; false where the contract reverts. `markets` (may be NULL)
 * gets their addresses. Both have room for INSUREDAO_MARKETS_MAX. */
bool insuredao_slices(struct insuredao_slice *out, struct address *markets, size_t *count,
		      struct state *state, const struct pool *pool, struct address index);

/* F(enumerator, id, severity, level, sentence) */
#define INSUREDAO_CHECKS(F)                                                                        \
	F(INSUREDAO_EVENT_FIGURES, "event-figures", ERROR, EVENT,                                  \
	  "each figure in an event follows from the state before it")                              \
	F(INSUREDAO_PREMIUM, "premium", ERROR, EVENT,                                              \
	  "a premium is what the market's model says of amount, span, liquidity and locked cover") \
	F(INSUREDAO_TOKEN_TRANSFER, "token-transfer", ERROR, EVENT,                                \
	  "each token movement that a pool reports is one Transfer of the same transaction")       \
	F(INSUREDAO_TOKEN_OUTFLOW, "token-outflow", ERROR, EVENT,                                  \
	  "what leaves the vault without an event of a pool is within somebody's attributions")    \
	F(INSUREDAO_SHARE_TRANSFER, "share-transfer", ERROR, EVENT,                                \
	  "shares are minted and burnt as the pool reports, and moved by their holders")           \
	F(INSUREDAO_CREDIT_STEPS, "credit-steps", ERROR, EVENT,                                    \
	  "an index's credit moves as its allocation says, each step logged by the market")        \
	F(INSUREDAO_COMPENSATION, "compensation", ERROR, EVENT,                                    \
	  "indices and reserves bear their parts of a debt, and no more than they have")           \
	F(INSUREDAO_VAULT_RULE, "vault-rule", ERROR, EVENT,                                        \
	  "the vault's own conditions let each movement of attributions happen")                   \
	F(INSUREDAO_MARKET_STATE, "market-state", ERROR, RULES,                                    \
	  "a pool acts only in the state in which it may: trading, paying out, not paused")        \
	F(INSUREDAO_COVER_AVAILABLE, "cover-available", ERROR, RULES,                              \
	  "cover is sold and liquidity withdrawn only as far as it is available")                  \
	F(INSUREDAO_INSURE_SPAN, "insure-span", ERROR, RULES,                                      \
	  "an insurance begins with its sale and lasts as long as the settings allow")             \
	F(INSUREDAO_WITHDRAWAL_WINDOW, "withdrawal-window", ERROR, RULES,                          \
	  "a withdrawal was requested, and happens within its window")                             \
	F(INSUREDAO_UNLOCK_TIME, "unlock-time", ERROR, RULES,                                      \
	  "an insurance is unlocked once, after its end and the grace period")                     \
	F(INSUREDAO_POLICY_ACTIVE, "policy-active", ERROR, RULES,                                  \
	  "an insurance that is paid or unlocked is known and was neither before")                 \
	F(INSUREDAO_PAYOUT_COVERED, "payout-covered", ERROR, RULES,                                \
	  "a payout is not above the cover")                                                       \
	F(INSUREDAO_PAYOUT_LOSS, "payout-loss", ERROR, RULES,                                      \
	  "a payout is the lesser of the cover and the proved loss by the incident's ratio")       \
	F(INSUREDAO_PAYOUT_WINDOW, "payout-window", ERROR, RULES,                                  \
	  "a payout is made while the market pays out an incident")                                \
	F(INSUREDAO_PAYOUT_INCIDENT, "payout-incident", ERROR, RULES,                              \
	  "a paid insurance was running at the time of the incident")                              \
	F(INSUREDAO_INCIDENT_TIME, "incident-time", ERROR, RULES,                                  \
	  "an incident lies before the block that reports it")                                     \
	F(INSUREDAO_RESUME_TIME, "resume-time", ERROR, RULES,                                      \
	  "a market is resumed only after the pending time")                                       \
	F(INSUREDAO_POOL_KNOWN, "pool-known", WARNING, RULES,                                      \
	  "each pool that the factory makes for this token is configured")                         \
	F(INSUREDAO_NO_CONTROLLER, "no-controller", WARNING, RULES,                                \
	  "the vault has no strategy, whose earnings no log tells")                                \
	F(INSUREDAO_ATTRIBUTIONS_SUM, "attributions-sum", ERROR, BOOKS,                            \
	  "total attributions = all accounts' attributions + dust of divided premiums")            \
	F(INSUREDAO_DEBTS_SUM, "debts-sum", ERROR, BOOKS, "total debt = all accounts' debts")      \
	F(INSUREDAO_SHARES_SUM, "shares-sum", ERROR, BOOKS,                                        \
	  "a pool's supply = all holders' balances")                                               \
	F(INSUREDAO_LOCKED_SUM, "locked-sum", ERROR, BOOKS,                                        \
	  "a market's locked amount = the cover of its active insurances")                         \
	F(INSUREDAO_CREDIT_SUM, "credit-sum", ERROR, BOOKS,                                        \
	  "a market's credit = what its indices lend")                                             \
	F(INSUREDAO_RESERVE_SUM, "reserve-sum", ERROR, BOOKS,                                      \
	  "a reserve's attributions = crowd + surplus")                                            \
	F(INSUREDAO_VAULT_SOLVENT, "vault-solvent", ERROR, BOOKS,                                  \
	  "the vault's tokens = balance - total debt + stray tokens")                              \
	F(INSUREDAO_LEDGER_BALANCE, "ledger-balance", ERROR, BOOKS,                                \
	  "the ledger's accounts equal the vault's balance less debt, and its tokens")             \
	F(INSUREDAO_DEBT_SETTLED, "debt-settled", ERROR, BOOKS,                                    \
	  "no market has a debt while it trades")                                                  \
	F(INSUREDAO_VIEW_POOL, "view-pool", ERROR, STATE,                                          \
	  "the vault's, token's and parameters' views say what the mirror says")                   \
	F(INSUREDAO_VIEW_ACCOUNT, "view-account", ERROR, STATE,                                    \
	  "the vault's views of an account say what the mirror says")                              \
	F(INSUREDAO_VIEW_ITEM, "view-item", ERROR, STATE,                                          \
	  "the views of markets, indices, reserves, insurances and holdings say what the mirror "  \
	  "says")

enum insuredao_check {
#define INSUREDAO_CHECK_ENUM(id, name, severity, level, sentence) id,
	INSUREDAO_CHECKS(INSUREDAO_CHECK_ENUM)
#undef INSUREDAO_CHECK_ENUM
		INSUREDAO_CHECK_COUNT
};

/* ---- between the events of one transaction: zeroed when a block begins ---- */

/* A token movement that touches the vault. */
struct insuredao_transfer {
	struct address from;
	struct address to;
	struct assets amount;
	bool is_matched;
};

/* A step of credit that a simulated allocation makes the market log. */
struct insuredao_step {
	struct address market;
	struct address index;
	struct assets amount;
	bool is_increase;
	bool is_met;
};

enum { INSUREDAO_STEPS_MAX = 1024 };

struct insuredao_scratch {
	struct insuredao_transfer *transfers;
	size_t transfer_count;
	size_t transfer_capacity;

	/* A Deposit waits for its mint. */
	bool has_mint;
	struct address mint_pool;
	struct address mint_to;
	struct shares mint_amount;

	/* A burn waits for its Withdraw; what an index pays is known from before its allocation. */
	bool has_burn;
	struct address burn_pool;
	struct address burn_from;
	struct shares burn_amount;
	bool is_burn_computable;
	struct assets burn_worth;
	struct assets burn_liquidity;
	struct shares burn_supply;
	bool is_burn_limit_computable;
	struct assets burn_limit; /* what may be withdrawn at most */

	/* A debt being borne. */
	bool is_settling;
	bool is_bounty;
	struct address settling_market;
	struct assets debt;
	struct assets lenders_debt;
	struct assets lenders_paid;
	struct assets reserves_paid;
	struct assets bounty;
	size_t outstanding;    /* indices that are still to pay */
	bool has_reserve_paid; /* to the index that pays next */
	struct address reserve_paid_index;
	/* The market whose debt was borne last in this transaction. */
	bool is_settled;
	struct address settled_market;

	struct insuredao_step *steps;
	size_t step_count;
	/* What an index's allocation in this transaction was for, when its events came first. */
	bool has_early;
	struct address early_index;
	uint64_t early_log; /* the log that closes it */

	/* In this block. */
	bool must_ask_rates;
};

static inline struct insuredao_scratch *insuredao_scratch(struct applying *a)
{
	return a->scratch;
}

/* Events: their table is in events.c. */
enum { INSUREDAO_EVENT_COUNT = 52 };
extern const struct event_rule insuredao_events[];

#endif
