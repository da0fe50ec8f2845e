/*
 * claims.h - API3's ClaimsManager contracts: policies, claims, quotas and what they make the pool
 * pay. Rows and functions that the claims_*.c files share.
 *
 * Amounts in USD have 18 decimals, as the contracts keep them. M, C, A are the response periods of
 * mediator, claimant and arbitrator. Facts: docs/protocols/api3-claims-manager.md.
 *
 * A configured manager that never logs anything is a plain account that may pay by itself: nothing
 * is known of policies then. One that logs ("speaks") is followed from its constructor's events on.
 */
#ifndef PROTOCOLS_API3_CLAIMS_H
#define PROTOCOLS_API3_CLAIMS_H

#include "protocols/api3/internal.h"

enum claims_status {
	CLAIMS_NONE,
	CLAIMS_CREATED,
	CLAIMS_ACCEPTED,
	CLAIMS_SETTLEMENT_PROPOSED,
	CLAIMS_SETTLEMENT_ACCEPTED,
	CLAIMS_DISPUTED,
	CLAIMS_RESOLVED_WITHOUT_PAYOUT,
	CLAIMS_RESOLVED_WITH_CLAIM,
	CLAIMS_RESOLVED_WITH_SETTLEMENT,
};

/* ---- rows ---- */

#define CLAIMS_MANAGER_FIELDS(F)                                                                   \
	F(BOOL, speaks, "it has logged something")                                                 \
	F(ADDRESS, api3_pool, "whom it makes pay")                                                 \
	F(ADDRESS, converter, "who turns USD into API3")                                           \
	F(U64, mediator_period, "M, seconds")                                                      \
	F(U64, claimant_period, "C, seconds")                                                      \
	F(U64, arbitrator_period, "A, seconds")                                                    \
	F(U64, policy_count, "")                                                                   \
	F(U64, claim_count, "")                                                                    \
	F(U256, paid_usd, "")                                                                      \
	F(ASSETS, paid, "")                                                                        \
	F(U256, open_cover, "USD, remaining cover of the policies open at swept_at")               \
	F(U64, open_count, "those of them with any cover")                                         \
	F(U64, swept_at, "up to which time the boundaries are counted in")

#define CLAIMS_POLICY_FIELDS(F)                                                                    \
	F(ADDRESS, claimant, "")                                                                   \
	F(U64, allowed_from, "claims from then on, seconds since 1970")                            \
	F(U64, allowed_until, "claims up to then; 0: there is no such policy")                     \
	F(U256, cover, "USD that remain")                                                          \
	F(U256, granted, "USD: the cover at creation and all that upgrades added")                 \
	F(U256, reduced, "USD that downgrades took away")                                          \
	F(U256, paid_usd, "")                                                                      \
	F(ASSETS, paid, "")                                                                        \
	F(U64, claim_count, "")                                                                    \
	F(BYTES, text, "the policy's address, or itself; empty where it is too long to keep")      \
	F(BYTES, metadata, "as announced last")

#define CLAIMS_CLAIM_FIELDS(F)                                                                     \
	F(HASH, policy, "")                                                                        \
	F(ADDRESS, claimant, "")                                                                   \
	F(U256, amount, "USD claimed")                                                             \
	F(U64, status, "enum claims_status")                                                       \
	F(U64, created_at, "")                                                                     \
	F(U64, updated_at, "of the last step")                                                     \
	F(ADDRESS, arbitrator, "of its dispute")                                                   \
	F(U256, settlement, "USD proposed, 0: none")                                               \
	F(BYTES, evidence, "empty where it is too long to keep")                                   \
	F(U256, paid_usd, "")                                                                      \
	F(ASSETS, paid, "")                                                                        \
	F(BOOL, has_payout, "")                                                                    \
	F(U64, payout_block, "of the pool's PaidOutClaim")                                         \
	F(U64, payout_log, "its index")                                                            \
	F(BOOL, has_dispute, "at a Kleros proxy")                                                  \
	F(U256, dispute_id, "")

/* Where the open cover changes by the passing of time alone: a policy's first second, and the
 * second after its last. */
#define CLAIMS_BOUNDARY_FIELDS(F)                                                                  \
	F(U256, begins, "USD of cover that begins")                                                \
	F(U64, begin_count, "")                                                                    \
	F(U256, ends, "USD of cover that ends")                                                    \
	F(U64, end_count, "")

#define CLAIMS_QUOTA_FIELDS(F)                                                                     \
	F(U64, period, "seconds")                                                                  \
	F(U256, amount, "API3 within the period; 0: no quota")                                     \
	F(U64, charge_count, "")

/*
 * One checkpoint of an account's quota usage. A proposed settlement is charged at the price of the
 * moment, which no event tells: its amount has to be asked (claims_asked_total).
 */
#define CLAIMS_CHARGE_FIELDS(F)                                                                    \
	F(U64, time, "")                                                                           \
	F(U256, told, "API3: sum of the charges so far that events tell")                          \
	F(U64, last_untold, "number, from 1, of the last charge so far that none tells; 0: none")  \
	F(U256, settlement, "USD, where this one is such a charge")                                \
	F(BOOL, exists, "")

/* What the contract says that the account's usage was in all at an untold charge; undigested. */
#define CLAIMS_TOTAL_FIELDS(F)                                                                     \
	F(BOOL, is_known, "")                                                                      \
	F(U256, total, "API3")

/* How far a quota's untold charges were asked for; undigested. */
#define CLAIMS_ASKED_FIELDS(F) F(U64, charges, "all before that one are known")

/* Why the pool paid; key: be64 block, be32 log index of its PaidOutClaim. */
#define CLAIMS_PAYOUT_FIELDS(F)                                                                    \
	F(ADDRESS, manager, "")                                                                    \
	F(HASH, policy, "")                                                                        \
	F(HASH, claim, "")                                                                         \
	F(U256, claimed, "USD: the claim or its settlement")                                       \
	F(U256, paid_usd, "USD, clipped to what remained")                                         \
	F(U256, cover_after, "USD that remain")                                                    \
	F(BOOL, exists, "")

/* What a claim's converter said about its payout; undigested. Prices are the feed's. */
#define CLAIMS_RATE_FIELDS(F)                                                                      \
	F(BOOL, has_before, "")                                                                    \
	F(U256, api3_before, "what the converter gives as of the block before")                    \
	F(BOOL, has_after, "")                                                                     \
	F(U256, api3_after, "what it gives as of the block")                                       \
	F(BOOL, has_price_before, "")                                                              \
	F(U256, price_before, "")                                                                  \
	F(BOOL, has_price_after, "")                                                               \
	F(U256, price_after, "")                                                                   \
	F(U64, decimals, "of the price")

/* What a manager's open cover is worth, as its converter said; undigested. */
#define CLAIMS_WORTH_FIELDS(F)                                                                     \
	F(U64, block, "as of which it was asked")                                                  \
	F(U256, open_cover, "USD asked about")                                                     \
	F(BOOL, has_api3, "")                                                                      \
	F(U256, api3, "")                                                                          \
	F(BOOL, has_price, "")                                                                     \
	F(U256, price, "USD for one API3, 18 decimals")

/* A dispute at a Kleros proxy; key: proxy, dispute id. */
#define CLAIMS_DISPUTE_FIELDS(F)                                                                   \
	F(BOOL, exists, "")                                                                        \
	F(ADDRESS, manager, "whose claim")                                                         \
	F(HASH, policy, "")                                                                        \
	F(HASH, claim, "")                                                                         \
	F(ADDRESS, claimant, "")                                                                   \
	F(U256, amount, "USD claimed")                                                             \
	F(U64, created_at, "")                                                                     \
	F(U64, evidence_count, "submissions of mediators")                                         \
	F(U64, appeal_count, "")                                                                   \
	F(BOOL, is_ruled, "")                                                                      \
	F(U256, ruling, "0 do not pay, 1 pay the claim, 2 pay the settlement")

struct claims_manager {
	RECORD_STRUCT(CLAIMS_MANAGER_FIELDS)
};
struct claims_policy {
	RECORD_STRUCT(CLAIMS_POLICY_FIELDS)
};
struct claims_claim {
	RECORD_STRUCT(CLAIMS_CLAIM_FIELDS)
};
struct claims_boundary {
	RECORD_STRUCT(CLAIMS_BOUNDARY_FIELDS)
};
struct claims_quota {
	RECORD_STRUCT(CLAIMS_QUOTA_FIELDS)
};
struct claims_charge {
	RECORD_STRUCT(CLAIMS_CHARGE_FIELDS)
};
struct claims_total {
	RECORD_STRUCT(CLAIMS_TOTAL_FIELDS)
};
struct claims_asked {
	RECORD_STRUCT(CLAIMS_ASKED_FIELDS)
};
struct claims_payout {
	RECORD_STRUCT(CLAIMS_PAYOUT_FIELDS)
};
struct claims_rate {
	RECORD_STRUCT(CLAIMS_RATE_FIELDS)
};
struct claims_worth {
	RECORD_STRUCT(CLAIMS_WORTH_FIELDS)
};
struct claims_dispute {
	RECORD_STRUCT(CLAIMS_DISPUTE_FIELDS)
};

enum {
	CLAIMS_MANAGER_KEY = ADDRESS_BYTES,
	CLAIMS_HASH_KEY = ADDRESS_BYTES + HASH_BYTES,    /* manager, policy or claim */
	CLAIMS_BOUNDARY_KEY = ADDRESS_BYTES + 8,         /* manager, time */
	CLAIMS_QUOTA_KEY = 2 * ADDRESS_BYTES,            /* manager, account */
	CLAIMS_CHARGE_KEY = 2 * ADDRESS_BYTES + 8,       /* manager, account, number from 1 */
	CLAIMS_DISPUTE_KEY = ADDRESS_BYTES + HASH_BYTES, /* proxy, dispute id */
	CLAIMS_TEXT_MAX =
		1024, /* bytes of a text that are kept; a longer one is left to its event */
};

extern const struct row_table claims_table_manager;
extern const struct row_table claims_table_policy;
extern const struct row_table claims_table_claim;
extern const struct row_table claims_table_boundary;
extern const struct row_table claims_table_quota;
extern const struct row_table claims_table_charge;
extern const struct row_table claims_table_total;
extern const struct row_table claims_table_asked;
extern const struct row_table claims_table_payout;
extern const struct row_table claims_table_rate;
extern const struct row_table claims_table_worth;
extern const struct row_table claims_table_dispute;

/* A key of a manager's address and what follows it. */
struct claims_key {
	uint8_t bytes[ROW_KEY_MAX];
};
struct claims_key claims_key_hash(struct address manager, struct hash hash);
struct claims_key claims_key_time(struct address manager, uint64_t time);
struct claims_key claims_key_account(struct address manager, struct address account);
struct claims_key claims_key_charge(struct address manager, struct address account,
				    uint64_t number);
struct claims_key claims_key_dispute(struct address proxy, u256 dispute_id);

struct claims_manager *claims_manager(struct state *state, const struct pool *pool,
				      struct address manager);
/* The manager's row to be read: not counted among those that the block touched. */
struct claims_manager claims_manager_now(struct state *state, const struct pool *pool,
					 struct address manager);
struct claims_policy *claims_policy(struct applying *a, struct address manager, struct hash policy);
struct claims_claim *claims_claim(struct applying *a, struct address manager, struct hash claim);

/* claims_settings.c: the manager whose event is at hand; it speaks from now on. The first that it
 * says must be its constructor's (check claims-history). */
struct claims_manager *claims_speaker(struct applying *a, bool is_constructors);

/* A word that the ABI holds to 64 bits or less. */
static inline uint64_t claims_u64(u256 word)
{
	uint64_t value;

	return u256_to_u64(&value, word) ? value : UINT64_MAX;
}

/* Addresses and hashes in a trace, whose values are numbers. */
static inline u256 claims_number_of_address(struct address address)
{
	uint8_t word[32];

	address_to_word(word, address);
	return u256_from_be(word);
}

static inline u256 claims_number_of_hash(struct hash hash)
{
	return u256_from_be(hash.bytes);
}

/* A text as it is kept: empty where it is too long. In the state's arena. */
struct slice claims_text(struct applying *a, struct slice text);

/* ---- what checks say whom they are about; keys live as long as the block ---- */

struct subject claims_about_policy(struct applying *a, struct address manager, struct hash policy,
				   const char *field);
struct subject claims_about_claim(struct applying *a, struct address manager, struct hash claim,
				  const char *field);
struct subject claims_about_quota(struct applying *a, struct address manager,
				  struct address account, const char *field);
struct subject claims_about_dispute(struct applying *a, struct address proxy, u256 dispute_id,
				    const char *field);

/* ---- claims_cover.c: open cover, kept as it changes ---- */

/* The policy's part of the manager's open cover, taken out before the policy changes and put in
 * again afterwards. */
void claims_cover_take(struct applying *a, struct address manager,
		       const struct claims_policy *policy);
void claims_cover_put(struct applying *a, struct address manager,
		      const struct claims_policy *policy);

/*
 * Σ remaining cover of the manager's policies that are open at a time, and how many have any. The
 * time is somewhere from `earliest` to `latest`: false where it changes in between, or where
 * `earliest` is before the manager's newest event.
 */
bool claims_cover_at(u256 *cover, uint64_t *count, struct state *state, const struct pool *pool,
		     struct address manager, uint64_t earliest, uint64_t latest) MUST_CHECK;

/* ---- claims_quota.c ---- */

/* Charges the account with what an event tells; or with a proposed settlement of so much USD, which
 * is asked: `charged` then gets its API3, false where that is not known. */
void claims_charge(struct applying *a, struct address manager, struct address account, u256 api3);
bool claims_charge_settlement(u256 *charged, struct applying *a, struct address manager,
			      struct address account, u256 settlement_usd) MUST_CHECK;

/* How much of its quota an account has used. */
struct claims_usage {
	bool is_known;      /* false: a charge whose amount could not be asked is among them */
	bool is_computable; /* false: the contract reverts, as the period is longer than time */
	u256 usage;         /* exact where known, else what is known of it: a lower bound */
};
struct claims_usage claims_usage(struct state *state, const struct pool *pool,
				 struct address manager, struct address account, uint64_t time);

/* Asks for the totals of untold charges that are not known yet. */
void claims_ask_totals(struct applying *a);

/* ---- claims_ask.c: questions to contracts; false where there is nobody to ask ---- */

struct chain_call claims_call(struct applying *a, struct address to, const char *signature,
			      const u256 *arguments, size_t count);
bool claims_ask(struct applying *a, struct chain_call *calls, size_t count, bool is_before);
/* The answer's word by position; false where it was not given. */
bool claims_word(u256 *out, const struct chain_call *call, size_t index) MUST_CHECK;

/* ---- claims_price.c: what the converter says; decides no digested row ---- */

/* Asks what the manager's converter gives for so much USD, as of the block and of the one before.
 */
struct claims_rate claims_ask_rate(struct applying *a, struct address manager, u256 usd);
/* Whether that much API3 may be what it gave (check claims-rate); unchecked where it did not say.
 */
void claims_check_rate(struct applying *a, const struct subject *subject,
		       const struct claims_rate *rate, u256 usd, u256 api3);
/* Whether the contract says that the account may mediate, now or a block before; true where it
 * cannot be asked. */
bool claims_may_mediate(struct applying *a, struct address manager, struct address account);
/* Asks for what the managers' open cover is worth at the block in hand. */
void claims_ask_worth(struct applying *a);

/* ---- claims_payout.c: the pool's payouts and who caused them ---- */

/* A claim that pays, until its PaidOutClaim comes. */
struct claims_pending {
	bool is_set;
	struct address manager;
	struct hash policy;
	struct hash claim;
	struct address recipient;
	struct assets amount;
	struct claims_payout payout;
};

/* Between the events of one transaction; zeroed when a block begins. */
struct claims_scratch {
	struct claims_pending pending;
	bool has_kleros_dispute; /* a proxy's CreatedDispute waits for its manager's */
	struct address dispute_proxy;
	u256 dispute_id;
	struct address dispute_claimant;
	struct hash dispute_claim;
	bool has_kleros_ruling; /* a proxy's Ruling waits for the claim's resolution */
	struct address ruling_proxy;
	u256 ruling_id;
	u256 ruling;
	bool is_touched; /* in this block a manager has logged something */
};

/* All of the protocol's scratch memory: the pool's part first, as api3_scratch takes it. */
struct claims_block {
	struct api3_scratch pool;
	struct claims_scratch claims;
};

static inline struct claims_scratch *claims_scratch(struct applying *a)
{
	return &((struct claims_block *)a->scratch)->claims;
}

/* The event at hand makes the pool pay. */
void claims_expect_payout(struct applying *a, const struct claims_pending *pending);
/* The pool's PaidOutClaim at hand: ties it to the claim before it, checks payout-claim. */
void claims_on_payout(struct applying *a, struct address recipient, struct assets amount);

void claims_begin_transaction(struct applying *a);
void claims_end_transaction(struct applying *a);
void claims_end_block(struct applying *a, bool is_thorough);

/* ---- claims_kleros.c ---- */

/* A manager's CreatedDispute, and a resolution, by an arbitrator that may be a Kleros proxy. */
void claims_take_dispute(struct applying *a, struct address manager, struct hash claim_hash,
			 struct address arbitrator);
void claims_take_ruling(struct applying *a, struct address manager, struct hash claim_hash,
			struct address arbitrator, enum claims_status outcome);
void claims_end_kleros(struct applying *a);

/* ---- claims_lists.c, claims_figures.c ---- */

enum { CLAIMS_POLICIES, CLAIMS_CLAIMS, CLAIMS_QUOTAS, CLAIMS_MANAGERS, CLAIMS_DISPUTES };
enum { CLAIMS_LIST_COUNT = 5 };
extern const struct item_list claims_lists[CLAIMS_LIST_COUNT];

/* Σ open cover of the managers that point to this pool. `is_any`: one of them speaks. */
struct claims_open {
	bool is_any;
	bool has_usd; /* false where the block's time is not known well enough */
	u256 usd;
	bool has_api3; /* the converters were asked at that very block */
	struct assets api3;
};
struct claims_open claims_open(const struct reading *r);

/* The payout's further figures, for payout_rules. */
enum { CLAIMS_PAYOUT_FIGURE_COUNT = 13 };
extern const struct figure_rule claims_payout_figures[CLAIMS_PAYOUT_FIGURE_COUNT];
struct payout;
bool claims_read_payout(struct figure *out, const struct reading *r, const struct payout *payout);

/* claims_audit.c */
struct audit;
void claims_audit(struct audit *audit);

/* ---- handlers ---- */

void claims_on_created_policy(struct applying *a, const struct pool_event *event);
void claims_on_upgraded_policy(struct applying *a, const struct pool_event *event);
void claims_on_downgraded_policy(struct applying *a, const struct pool_event *event);
void claims_on_announced_metadata(struct applying *a, const struct pool_event *event);
void claims_on_created_claim(struct applying *a, const struct pool_event *event);
void claims_on_accepted_claim(struct applying *a, const struct pool_event *event);
void claims_on_proposed_settlement(struct applying *a, const struct pool_event *event);
void claims_on_accepted_settlement(struct applying *a, const struct pool_event *event);
void claims_on_created_dispute(struct applying *a, const struct pool_event *event);
void claims_on_rejected(struct applying *a, const struct pool_event *event);
void claims_on_resolved_with_claim(struct applying *a, const struct pool_event *event);
void claims_on_resolved_with_settlement(struct applying *a, const struct pool_event *event);
void claims_on_set_converter(struct applying *a, const struct pool_event *event);
void claims_on_set_pool(struct applying *a, const struct pool_event *event);
void claims_on_set_mediator_period(struct applying *a, const struct pool_event *event);
void claims_on_set_claimant_period(struct applying *a, const struct pool_event *event);
void claims_on_set_arbitrator_period(struct applying *a, const struct pool_event *event);
void claims_on_set_quota(struct applying *a, const struct pool_event *event);
void claims_on_reset_quota(struct applying *a, const struct pool_event *event);
void claims_on_kleros_dispute(struct applying *a, const struct pool_event *event);
void claims_on_kleros_evidence(struct applying *a, const struct pool_event *event);
void claims_on_kleros_appeal(struct applying *a, const struct pool_event *event);
void claims_on_kleros_ruling(struct applying *a, const struct pool_event *event);

#endif
