#include "protocols/insuredao/insuredao.h"

#include "protocols/asset.h"
#include "protocols/insuredao/audit.h"
#include "protocols/insuredao/books.h"
#include "protocols/insuredao/figures.h"
#include "protocols/insuredao/handlers.h"
#include "protocols/insuredao/seed.h"

static const struct contract_role roles[] = {
	[INSUREDAO_VAULT] = {.name = "vault", .is_followed_from_birth = true},
	[INSUREDAO_TOKEN] = {.name = "token"},
	[INSUREDAO_PARAMETERS] = {.name = "parameters"},
	[INSUREDAO_OWNERSHIP] = {.name = "ownership"},
	[INSUREDAO_MARKETS] = {.name = "markets", .is_list = true},
	[INSUREDAO_INDICES] = {.name = "indices", .is_list = true, .is_optional = true},
	[INSUREDAO_RESERVES] = {.name = "reserves", .is_list = true, .is_optional = true},
	[INSUREDAO_FACTORY] = {.name = "factory", .is_optional = true},
};

#define CHECK_RULE(id, name, severity, level, sentence)                                            \
	[id] = {name, SEVERITY_##severity, LEVEL_##level, sentence},

static const struct check_rule checks[] = {INSUREDAO_CHECKS(CHECK_RULE)};

static const char *const sender_events[] = {"Redeemed", "BountyPaid", "CoverApplied", NULL};

/* ---- logs ---- */

enum { FILTER_COUNT = 3 };

static const struct hash *topic0_of(const struct pool *pool, size_t role)
{
	for (size_t i = 0; i < pool->protocol->event_count; i++)
		if (pool->protocol->events[i].role == role)
			return &pool->events[i].signature_hash;
	return NULL;
}

/* All logs of the vault, its pools and what surrounds them; of the token, Transfers from or to the
 * vault: a busy token has millions of others. */
static size_t filters(struct log_filter *out, size_t out_max, struct arena *arena,
		      const struct pool *pool)
{
	static const enum insuredao_role whole[] = {
		INSUREDAO_VAULT,   INSUREDAO_PARAMETERS, INSUREDAO_OWNERSHIP, INSUREDAO_MARKETS,
		INSUREDAO_INDICES, INSUREDAO_RESERVES,   INSUREDAO_FACTORY};
	struct hash *vault = arena_array(arena, 1, sizeof(*vault));
	struct address *addresses;
	size_t count = 0;

	if (out_max < FILTER_COUNT)
		return 0;
	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
		count += pool->setup.contracts[whole[i]].count;
	addresses = arena_array(arena, count, sizeof(*addresses));
	count = 0;
	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
		for (size_t k = 0; k < pool->setup.contracts[whole[i]].count; k++)
			addresses[count++] = pool->setup.contracts[whole[i]].addresses[k];
	memset(out, 0, FILTER_COUNT * sizeof(*out));
	address_to_word(vault->bytes, pool_contract(pool, INSUREDAO_VAULT));
	out[0].addresses = addresses;
	out[0].address_count = count;
	for (size_t i = 1; i < FILTER_COUNT; i++) { /* from, then to */
		out[i].addresses = pool->setup.contracts[INSUREDAO_TOKEN].addresses;
		out[i].address_count = 1;
		out[i].topics[0].values = topic0_of(pool, INSUREDAO_TOKEN);
		out[i].topics[0].count = 1;
		out[i].topics[i].values = vault;
		out[i].topics[i].count = 1;
	}
	return FILTER_COUNT;
}

static bool is_born(const struct reading *r)
{
	return insuredao_totals(r->state, r->pool)->birth_block != 0;
}

static void idle_block(struct applying *a)
{
	if (insuredao_totals(a->state, a->pool)->birth_block != 0)
		insuredao_follow_rates(a, false);
}

const struct protocol protocol_insuredao = {
	.name = "insuredao",
	.title = "InsureDAO vault",
	.roles = roles,
	.role_count = sizeof(roles) / sizeof(roles[0]),
	.events = insuredao_events,
	.event_count = INSUREDAO_EVENT_COUNT,
	.sender_events = sender_events,
	.checks = checks,
	.check_count = INSUREDAO_CHECK_COUNT,
	.pool_figures = insuredao_pool_figures,
	.pool_figure_count = INSUREDAO_POOL_FIGURE_COUNT,
	.account_figures = insuredao_account_figures,
	.account_figure_count = INSUREDAO_ACCOUNT_FIGURE_COUNT,
	.accounts = &insuredao_table_account,
	.lists = insuredao_lists,
	.list_count = INSUREDAO_LIST_COUNT,
	.views = insuredao_views,
	.view_count = INSUREDAO_VIEW_COUNT,
	.scratch_size = sizeof(struct insuredao_scratch),
	.asset_role = INSUREDAO_TOKEN,
	.filters = filters,
	.seed = insuredao_seed,
	.birth = insuredao_birth,
	.begin_transaction = insuredao_begin_transaction,
	.end_transaction = insuredao_end_transaction,
	.end_block = insuredao_end_block,
	.audit = insuredao_audit,
	.idle_block = idle_block,
	.is_born = is_born,
	.read_pool = insuredao_read_pool,
	.read_account = insuredao_read_account,
	.provenance = provenance_read,
	.payouts = &insuredao_payouts,
	.quote = &insuredao_quote,
};
