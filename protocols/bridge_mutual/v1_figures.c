/* What a V1 book and its accounts show: V2's figures but for lending, and its own. */
#include "protocols/bridge_mutual/figures.h"
#include "protocols/bridge_mutual/v1.h"

/* Of V2's figures those that V1 has, with its own meaning where that differs. */
#define SHARED(F)                                                                                  \
	KEPT_FIGURES(F)                                                                            \
	F(coverage_balance, NUMBER, PLAIN,                                                         \
	  "what the book's events brought and took, in the coin's decimals")                       \
	HELD_FIGURES(F)                                                                            \
	WORTH_FIGURES(F)                                                                           \
	F(utilization, RATIO, PLAIN, "cover over liquidity")                                       \
	PRICE_FIGURES(F)

#define OWN(F)                                                                                     \
	F(coin_balance, NUMBER, PLAIN, "all that the book has of the coin, in its decimals")       \
	F(whitelisted, FLAG, PLAIN, "whether cover is priced by the lower curve")                  \
	F(stranded_cover, NUMBER, ASSETS, "of policies that are gone; nothing takes it off")       \
	F(voting_seconds, NUMBER, SECONDS, "from a claim's submission to its result")

#define OF_V2(member, kind, unit, meaning) POOL_##member,
#define OWN_ENUM(member, kind, unit, meaning) OWN_##member,

static const size_t of_v2[] = {SHARED(OF_V2)};

enum { SHARED_COUNT = sizeof(of_v2) / sizeof(of_v2[0]) };
enum { OWN_BEFORE = SHARED_COUNT - 1, OWN(OWN_ENUM) POOL_COUNT };

const struct figure_rule bridge_v1_pool_figures[] = {SHARED(FIGURE_RULE) OWN(FIGURE_RULE)};
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

const struct figure_rule bridge_v1_account_figures[] = {ACCOUNT_FIGURES(FIGURE_RULE){
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
