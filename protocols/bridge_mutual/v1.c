#include "protocols/bridge_mutual/v1.h"

#include "protocols/asset.h"
#include "protocols/bridge_mutual/asked.h"

enum {
	CONTRACT_TYPE_EXCHANGE = 3, /* contractType(): whose claims are voted on for longer */
	VOTING_DAYS = 7 + 7,        /* hidden votes, and their opening */
	VOTING_DAYS_EXCHANGE = 90 + 7,
};

static u256 percent(unsigned n)
{
	return u256_mul_wrap(BRIDGE_PERCENT, u256_from(n));
}

struct bridge_model bridge_v1_model(bool is_whitelisted)
{
	return (struct bridge_model){.is_known = true,
				     .risky_threshold = percent(80),
				     .risky_minimum = percent(2),
				     .risky_maximum = percent(25),
				     .risky_maximum_full = percent(100),
				     .safe_threshold = percent(80),
				     .safe_minimum = percent(2),
				     .safe_maximum = percent(10),
				     .safe_maximum_full = percent(50),
				     .minimum_cost = u256_from(UINT64_C(10000000000000000000)),
				     .is_safe = is_whitelisted};
}

static const struct contract_role roles[BRIDGE_V1_ROLE_COUNT] = {
	[BRIDGE_BOOK] = {.name = "book", .is_followed_from_birth = true},
	[BRIDGE_REGISTRY] = {.name = "policy_registry"},
	[BRIDGE_CLAIMS] = {.name = "claiming_registry"},
	[BRIDGE_TOKEN] = {.name = "token"},
	[BRIDGE_REINSURANCE] = {.name = "reinsurance_pool"},
	[BRIDGE_ADMIN] = {.name = "admin"},
};

/* The same checks under the same names; some say it for V1. */
enum { CHECK_COUNT = BRIDGE_LOSS_SHARED };

#define RULE(id, name, severity, level, sentence)                                                  \
	[id] = {name, SEVERITY_##severity, LEVEL_##level, sentence}

static const struct check_rule checks[CHECK_COUNT] = {
	RULE(BRIDGE_EVENT_FIGURES, "event-figures", ERROR, EVENT,
	     "each figure in an event follows from the state before it"),
	RULE(BRIDGE_COVERAGE_CHANGED, "coverage-changed", ERROR, EVENT,
	     "the first call of a new epoch and a claim's result tell the cover that is left, and "
	     "no other call does"),
	RULE(BRIDGE_X_TOKEN_RATE, "x-token-rate", ERROR, EVENT,
	     "x-tokens are minted and burnt at the book's rate"),
	RULE(BRIDGE_X_TOKEN_SUPPLY, "x-token-supply", ERROR, EVENT,
	     "x-tokens are minted, burnt and locked by the book's own events only"),
	RULE(BRIDGE_COIN_TRANSFER, "coin-transfer", ERROR, EVENT,
	     "each movement that the book reports is one transfer of the stablecoin, cut to its "
	     "decimals, and none leaves it unreported"),
	RULE(BRIDGE_POLICY_PRICE, "policy-price", ERROR, EVENT,
	     "a policy's price is what the pricing model gives"),
	RULE(BRIDGE_PRICE_SPLIT, "price-split", ERROR, EVENT,
	     "20 % of a price go to the reinsurance pool, the rest to the book"),
	RULE(BRIDGE_POLICY_TERMS, "policy-terms", ERROR, EVENT,
	     "what the contracts keep of a policy is what was sold"),
	RULE(BRIDGE_POLICY_REGISTERED, "policy-registered", ERROR, EVENT,
	     "a policy is added to the registry when it is sold"),
	RULE(BRIDGE_POLICY_EPOCHS, "policy-epochs", ERROR, RULES, "a policy is for 1 to 52 epochs"),
	RULE(BRIDGE_POLICY_SINGLE, "policy-single", ERROR, RULES,
	     "a holder has one policy of a book that may be claimed"),
	RULE(BRIDGE_COVER_MINIMUM, "cover-minimum", ERROR, RULES, "a policy covers at least 100"),
	RULE(BRIDGE_COVER_BACKED, "cover-backed", ERROR, RULES,
	     "liquidity backs all cover when a policy is sold"),
	RULE(BRIDGE_WITHDRAWAL_COVERED, "withdrawal-covered", ERROR, RULES,
	     "a withdrawal is asked for out of what is free"),
	RULE(BRIDGE_WITHDRAWAL_READY, "withdrawal-ready", ERROR, RULES,
	     "a withdrawal happens eight to ten days after it was asked for, its rest at any time"),
	RULE(BRIDGE_CLAIM_ALLOWED, "claim-allowed", ERROR, RULES,
	     "a claim is of a policy that is active or ended less than a week ago, an appeal of a "
	     "claim rejected less than a week ago"),
	RULE(BRIDGE_CLAIM_TIMING, "claim-timing", ERROR, RULES,
	     "a claim's result comes after the votes"),
	RULE(BRIDGE_CLAIM_COVERED, "claim-covered", ERROR, RULES,
	     "no more is paid for a claim than the policy covers"),
	RULE(BRIDGE_CLAIM_PAID, "claim-paid", ERROR, RULES,
	     "an accepted claim is paid at once, of the cover and of the liquidity"),
	RULE(BRIDGE_CLAIM_POLICY, "claim-policy", ERROR, RULES,
	     "a policy is removed when its claim was paid, and not otherwise"),
	RULE(BRIDGE_COVER_SUM, "cover-sum", ERROR, BOOKS,
	     "total cover = all epochs' amounts ahead + cover under claims + stranded cover"),
	RULE(BRIDGE_POLICIES_SUM, "policies-sum", ERROR, BOOKS,
	     "total cover = the cover of all policies that are in the book + stranded cover"),
	RULE(BRIDGE_SUPPLY_SUM, "supply-sum", ERROR, BOOKS,
	     "the x-tokens' supply = all accounts' balances"),
	RULE(BRIDGE_LOCKED_SUM, "locked-sum", ERROR, BOOKS,
	     "the book holds the x-tokens of all withdrawal requests"),
	RULE(BRIDGE_LEDGER_BALANCE, "ledger-balance", ERROR, BOOKS,
	     "the ledger's staked account is what the book's events brought and took"),
	RULE(BRIDGE_VIEW_POOL, "view-pool", ERROR, STATE,
	     "the contracts' views say what the mirror says"),
	RULE(BRIDGE_VIEW_ACCOUNT, "view-account", ERROR, STATE,
	     "the account's views say what the mirror says"),
	RULE(BRIDGE_VIEW_ITEM, "view-item", ERROR, STATE,
	     "an item's views say what the mirror says"),
};

/* A claim is paid where CoverageChanged tells it, in the transaction of ClaimAccepted. */
static const char *const sender_events[] = {"ClaimAccepted", "CoverageChanged", NULL};

/* All logs of the contracts, and of the coin what comes to the book, leaves it, or comes to the
 * reinsurance pool. */
static size_t filters(struct log_filter *out, size_t out_max, struct arena *arena,
		      const struct pool *pool)
{
	static const enum bridge_role whole[] = {BRIDGE_BOOK, BRIDGE_REGISTRY, BRIDGE_CLAIMS,
						 BRIDGE_ADMIN};
	enum { END_COUNT = 2 };
	struct hash *ends = arena_array(arena, END_COUNT, sizeof(*ends));
	const struct bridge_heard heard = {.whole = whole,
					   .whole_count = sizeof(whole) / sizeof(whole[0]),
					   .ends = ends,
					   .end_count = END_COUNT};

	address_to_word(ends[0].bytes, pool_contract(pool, BRIDGE_BOOK));
	address_to_word(ends[1].bytes, pool_contract(pool, BRIDGE_REINSURANCE));
	return bridge_filters(out, out_max, arena, pool, &heard);
}

/* ---- the beginning ---- */

/* Nothing is older than the book that its figures depend on. */
static enum status seed(struct applying *a, const struct block_ref *before, const bool *has_code,
			struct error *err)
{
	(void)before;
	(void)has_code;
	(void)err;
	return a->status;
}

static bool seed_voting(struct applying *a)
{
	static const uint8_t contract_type[4] = {0xcb, 0x2e, 0xf6, 0xf7};
	struct bridge_v1 *v1 = bridge_v1(a->state, a->pool);
	u256 type;

	if (!bridge_ask_word(&type, a, pool_contract(a->pool, BRIDGE_BOOK), contract_type, NULL,
			     a->block))
		return false;
	v1->voting_seconds =
		(uint64_t)BRIDGE_DAY * (u256_equal(type, u256_from(CONTRACT_TYPE_EXCHANGE))
						? VOTING_DAYS_EXCHANGE
						: VOTING_DAYS);
	return true;
}

/* What somebody sent to the address before there was a book. */
static bool seed_coin(struct applying *a)
{
	static const uint8_t balance_of[4] = {0x70, 0xa0, 0x82, 0x31};
	struct bridge_v1 *v1 = bridge_v1(a->state, a->pool);
	struct address book = pool_contract(a->pool, BRIDGE_BOOK);
	struct address nobody = {{0}};
	struct block_ref before = {.number = a->block->number - 1, .hash = a->block->parent_hash};

	if (!bridge_ask_word(&v1->coin_balance, a, pool_contract(a->pool, BRIDGE_TOKEN), balance_of,
			     &book, &before))
		return false;
	if (!u256_is_zero(v1->coin_balance))
		bridge_post(a, LEDGER_DONORS, LEDGER_STRAY, v1->coin_balance, nobody);
	return a->status == OK;
}

static enum status birth(struct applying *a, struct error *err)
{
	bool ok = bridge_seed_decimals(a) && seed_voting(a) && seed_coin(a);

	if (a->status != OK) {
		*err = a->error;
		return a->status;
	}
	if (!ok)
		return error_set(err, ERR_NOTFOUND,
				 "the node cannot tell the coin's decimals(), its balanceOf() and "
				 "the book's contractType() at block %llu: use a node that keeps "
				 "old state (archive)",
				 (unsigned long long)a->block->number);
	bridge_begin_clocks(a);
	provenance_add(a, "voting_seconds", u256_from(bridge_v1(a->state, a->pool)->voting_seconds),
		       arena_printf(a->arena, "eth_call at block %llu",
				    (unsigned long long)a->block->number));
	return asset_seed(a, err);
}

static void end_transaction(struct applying *a)
{
	const struct bridge_scratch *scratch = bridge_scratch(a);

	bridge_settle_x_tokens(a);
	bridge_v1_settle_coins(a);
	bridge_v1_settle_results(a);
	if (scratch->has_added)
		bridge_expect_words_of(a, BRIDGE_POLICY_REGISTERED, scratch->added_holder, "",
				       false, "a PolicyAdded after PolicyBought",
				       "none in the transaction");
}

const struct protocol protocol_bridge_mutual_v1 = {
	.name = "bridge-mutual-v1",
	.title = "Bridge Mutual V1 coverage book",
	.roles = roles,
	.role_count = BRIDGE_V1_ROLE_COUNT,
	.events = bridge_v1_events,
	.event_count = BRIDGE_V1_EVENT_COUNT,
	.sender_events = sender_events,
	.checks = checks,
	.check_count = CHECK_COUNT,
	.pool_figures = bridge_v1_pool_figures,
	.pool_figure_count = BRIDGE_V1_POOL_FIGURE_COUNT,
	.account_figures = bridge_v1_account_figures,
	.account_figure_count = BRIDGE_V1_ACCOUNT_FIGURE_COUNT,
	.accounts = &bridge_table_account,
	.lists = bridge_lists,
	.list_count = BRIDGE_LENDER_LIST, /* all but who lends */
	.views = bridge_v1_views,
	.view_count = BRIDGE_V1_VIEW_COUNT,
	.scratch_size = sizeof(struct bridge_scratch),
	.asset_role = BRIDGE_TOKEN,
	.book_decimals = 18,
	.filters = filters,
	.seed = seed,
	.birth = birth,
	.begin_transaction = bridge_begin_transaction,
	.end_transaction = end_transaction,
	.end_block = bridge_end_block,
	.audit = bridge_audit,
	.idle_block = bridge_idle_block,
	.is_born = bridge_is_born,
	.read_pool = bridge_v1_read_pool,
	.read_account = bridge_v1_read_account,
	.provenance = provenance_read,
	.payouts = &bridge_payouts,
	.quote = &bridge_quotes,
};
