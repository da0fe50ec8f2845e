/* What a V1 book and its accounts show: V2's figures but for lending, and its own; and which views
 * they are. */
#include "protocols/bridge_mutual/figures.h"
#include "protocols/bridge_mutual/v1.h"

/* F(name of V2, kind, unit, meaning in V1) */
#define SHARED(F)                                                                                  \
	F(total_liquidity, NUMBER, ASSETS, "as the book keeps it: premium up to its last call")    \
	F(total_cover_tokens, NUMBER, ASSETS, "as the book keeps it: with cover that ended since") \
	F(total_supply, NUMBER, SHARES, "x-tokens")                                                \
	F(epoch_start_time, NUMBER, TIME, "the book's creation")                                   \
	F(epoch, NUMBER, PLAIN, "week since then, from 1")                                         \
	F(last_distribution_epoch, NUMBER, PLAIN, "up to which cover was taken out")               \
	F(last_premium_distribution_epoch, NUMBER, PLAIN, "day up to which premium came in")       \
	F(last_premium_distribution_amount, NUMBER, ASSETS, "premium of that day")                 \
	F(stbl_decimals, NUMBER, PLAIN, "decimals of the stablecoin; figures have 18")             \
	F(coverage_balance, NUMBER, PLAIN,                                                         \
	  "what the book's events brought and took, in the coin's decimals")                       \
	F(locked_x_tokens, NUMBER, SHARES, "under withdrawal requests")                            \
	F(locked_claims, NUMBER, ASSETS, "cover under claims")                                     \
	F(policies_sold, NUMBER, PLAIN, "since the book's creation")                               \
	F(claims, NUMBER, PLAIN, "appeals included")                                               \
	F(share_price, RATIO, PLAIN, "coin an x-token")                                            \
	F(liquidity, NUMBER, ASSETS, "with the premium up to this day")                            \
	F(cover, NUMBER, ASSETS, "without what ended before this epoch")                           \
	F(utilization, RATIO, PLAIN, "cover over liquidity")                                       \
	F(premium_rate, RATIO, PLAIN, "what cover costs a year at this utilization")               \
	F(locked_withdrawals, NUMBER, ASSETS, "worth of the requests that have not lapsed")

#define OWN(F)                                                                                     \
	F(coin_balance, NUMBER, PLAIN, "all that the book has of the coin, in its decimals")       \
	F(whitelisted, FLAG, PLAIN, "whether cover is priced by the lower curve")                  \
	F(stranded_cover, NUMBER, ASSETS, "of policies that are gone; nothing takes it off")       \
	F(voting_seconds, NUMBER, SECONDS, "from a claim's submission to its result")

#define RULE(member, kind, unit, meaning) {#member, FIGURE_##kind, UNIT_##unit, meaning, NULL},
#define OF_V2(member, kind, unit, meaning) POOL_##member,
#define OWN_ENUM(member, kind, unit, meaning) OWN_##member,

static const size_t of_v2[] = {SHARED(OF_V2)};

enum { SHARED_COUNT = sizeof(of_v2) / sizeof(of_v2[0]) };
enum { OWN_BEFORE = SHARED_COUNT - 1, OWN(OWN_ENUM) POOL_COUNT };

const struct figure_rule bridge_v1_pool_figures[] = {SHARED(RULE) OWN(RULE)};
_Static_assert((int)POOL_COUNT == (int)BRIDGE_V1_POOL_FIGURE_COUNT, "count the figures");

void bridge_v1_read_pool(struct figure *out, const struct reading *r)
{
	struct figure all[POOL_FIGURE_COUNT];
	struct bridge_v1 v1;

	bridge_read_pool(all, r);
	for (size_t i = 0; i < SHARED_COUNT; i++)
		out[i] = all[of_v2[i]];
	for (size_t i = SHARED_COUNT; i < POOL_COUNT; i++)
		out[i] = figure_null();
	if (bridge_parameters(r->state, r->pool)->birth_block == 0)
		return;
	state_row_at(&v1, r->state, &bridge_table_v1, r->pool->id, "", r->block);
	out[OWN_coin_balance] = figure_number(v1.coin_balance);
	out[OWN_whitelisted] = figure_flag(v1.is_whitelisted);
	out[OWN_stranded_cover] = figure_number(v1.stranded_cover.raw);
	out[OWN_voting_seconds] = figure_number(u256_from(v1.voting_seconds));
}

#define ACCOUNT_RULE(member, kind, unit, meaning)                                                  \
	{#member, FIGURE_##kind, UNIT_##unit, meaning, CHOICES_##kind},
#define CHOICES_NUMBER NULL
#define CHOICES_FLAG NULL
#define CHOICES_CHOICE bridge_withdrawal_states

const struct figure_rule bridge_v1_account_figures[] = {ACCOUNT_FIGURES(ACCOUNT_RULE){
	"withdrawal_allowed", FIGURE_FLAG, UNIT_PLAIN, "a rest, which never lapses", NULL}};
_Static_assert(ACCOUNT_FIGURE_COUNT + 1 == (int)BRIDGE_V1_ACCOUNT_FIGURE_COUNT,
	       "count the figures");

void bridge_v1_read_account(struct figure *out, const struct reading *r, struct address account)
{
	struct bridge_allowed allowed;

	bridge_read_account(out, r, account);
	out[ACCOUNT_FIGURE_COUNT] = figure_null();
	if (bridge_parameters(r->state, r->pool)->birth_block == 0)
		return;
	state_row_at(&allowed, r->state, &bridge_table_allowed, r->pool->id, account.bytes,
		     r->block);
	out[ACCOUNT_FIGURE_COUNT] = figure_flag(allowed.is_allowed);
}

/* ---- views ---- */

#define POOL_VIEW(text, ...)                                                                       \
	{                                                                                          \
		.role = BRIDGE_BOOK, .signature = text, .check = BRIDGE_VIEW_POOL,                 \
		.figures = {__VA_ARGS__},                                                          \
		.count = sizeof((const char *[]){__VA_ARGS__}) / sizeof(const char *)              \
	}
#define ACCOUNT_VIEW(text, ...)                                                                    \
	{                                                                                          \
		.role = BRIDGE_BOOK, .signature = text, .argument = VIEW_ACCOUNT,                  \
		.check = BRIDGE_VIEW_ACCOUNT, .figures = {__VA_ARGS__},                            \
		.count = sizeof((const char *[]){__VA_ARGS__}) / sizeof(const char *)              \
	}
#define ITEM_VIEW(contract, text, which, ...)                                                      \
	{                                                                                          \
		.role = contract, .signature = text, .argument = VIEW_ITEM, .list = which,         \
		.words = {{VIEW_WORD_KEY, 0}}, .word_count = 1, .check = BRIDGE_VIEW_ITEM,         \
		.figures = {__VA_ARGS__},                                                          \
		.count = sizeof((const char *[]){__VA_ARGS__}) / sizeof(const char *)              \
	}

const struct view_rule bridge_v1_views[] = {
	POOL_VIEW("totalLiquidity()", "total_liquidity"),
	POOL_VIEW("totalCoverTokens()", "total_cover_tokens"),
	POOL_VIEW("getNewCoverAndLiquidity()", "cover", "liquidity"),
	POOL_VIEW("totalSupply()", "total_supply"),
	POOL_VIEW("epochStartTime()", "epoch_start_time"),
	POOL_VIEW("lastDistributionEpoch()", "last_distribution_epoch"),
	POOL_VIEW("lastPremiumDistributionEpoch()", "last_premium_distribution_epoch"),
	POOL_VIEW("lastPremiumDistributionAmount()", "last_premium_distribution_amount"),
	POOL_VIEW("stblDecimals()", "stbl_decimals"),
	POOL_VIEW("whitelisted()", "whitelisted"),
	{.role = BRIDGE_BOOK,
	 .signature = "convertBMIXToSTBL(uint256)",
	 .words = {{VIEW_WORD_NUMBER, UINT64_C(1000000000000000000)}},
	 .word_count = 1,
	 .check = BRIDGE_VIEW_POOL,
	 .figures = {"share_price"},
	 .count = 1},
	{.role = BRIDGE_TOKEN,
	 .signature = "balanceOf(address)",
	 .argument = VIEW_CONTRACT,
	 .argument_role = BRIDGE_BOOK,
	 .check = BRIDGE_VIEW_POOL,
	 .figures = {"coin_balance"},
	 .count = 1},
	ACCOUNT_VIEW("balanceOf(address)", "x_tokens"),
	ACCOUNT_VIEW("withdrawalsInfo(address)", "withdrawal_amount", "ready_to_withdraw_date",
		     "withdrawal_allowed"),
	ACCOUNT_VIEW("getWithdrawalStatus(address)", "withdrawal_status"),
	ACCOUNT_VIEW("policyHolders(address)", "policy_cover", "policy_start_epoch",
		     "policy_end_epoch", "policy_paid"),
	{.role = BRIDGE_REGISTRY,
	 .signature = "policyInfos(address,address)",
	 .argument = VIEW_ACCOUNT,
	 .words = {{VIEW_WORD_ACCOUNT, 0}, {VIEW_WORD_CONTRACT, BRIDGE_BOOK}},
	 .word_count = 2,
	 .check = BRIDGE_VIEW_ACCOUNT,
	 .figures = {"policy_cover", "policy_paid", "policy_start_time", "policy_end_time"},
	 .count = 4},
	ITEM_VIEW(BRIDGE_CLAIMS, "claimStatus(uint256)", BRIDGE_CLAIM_LIST, "status"),
	ITEM_VIEW(BRIDGE_BOOK, "epochAmounts(uint256)", BRIDGE_EPOCH_LIST, "amount"),
	ITEM_VIEW(BRIDGE_BOOK, "premiumDistributionDeltas(uint256)", BRIDGE_DAY_LIST, "delta"),
};

_Static_assert(sizeof(bridge_v1_views) / sizeof(bridge_v1_views[0]) == BRIDGE_V1_VIEW_COUNT,
	       "count the views");
