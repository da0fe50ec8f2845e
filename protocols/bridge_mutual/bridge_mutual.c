#include "protocols/asset.h"
#include "protocols/bridge_mutual/handlers.h"

#define RECORD_OWNER struct bridge_totals
RECORD_DEFINE(bridge_totals, BRIDGE_TOTALS_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct bridge_parameters
RECORD_DEFINE(bridge_parameters, BRIDGE_PARAMETERS_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct bridge_account
RECORD_DEFINE(bridge_account, BRIDGE_ACCOUNT_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct bridge_withdrawal
RECORD_DEFINE(bridge_withdrawal, BRIDGE_WITHDRAWAL_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct bridge_amount
RECORD_DEFINE(bridge_amount, BRIDGE_AMOUNT_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct bridge_policy
RECORD_DEFINE(bridge_policy, BRIDGE_POLICY_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct bridge_claim
RECORD_DEFINE(bridge_claim, BRIDGE_CLAIM_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct bridge_payout
RECORD_DEFINE(bridge_payout, BRIDGE_PAYOUT_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct bridge_lender
RECORD_DEFINE(bridge_lender, BRIDGE_LENDER_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct bridge_fee
RECORD_DEFINE(bridge_fee, BRIDGE_FEE_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct bridge_model
RECORD_DEFINE(bridge_model, BRIDGE_MODEL_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct bridge_priced
RECORD_DEFINE(bridge_priced, BRIDGE_PRICED_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct bridge_votes
RECORD_DEFINE(bridge_votes, BRIDGE_VOTES_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct bridge_v1
RECORD_DEFINE(bridge_v1, BRIDGE_V1_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct bridge_allowed
RECORD_DEFINE(bridge_allowed, BRIDGE_ALLOWED_FIELDS)
#undef RECORD_OWNER

#define TABLE(n) (TABLE_PROTOCOL_FIRST + (n))

const struct row_table bridge_table_totals = {TABLE(0), 1, &record_bridge_totals};
const struct row_table bridge_table_parameters = {TABLE(1), 1, &record_bridge_parameters};
const struct row_table bridge_table_account = {TABLE(2), ADDRESS_BYTES, &record_bridge_account};
const struct row_table bridge_table_withdrawal = {TABLE(3), ADDRESS_BYTES,
						  &record_bridge_withdrawal};
const struct row_table bridge_table_epoch = {TABLE(4), BRIDGE_NUMBER_KEY, &record_bridge_amount};
const struct row_table bridge_table_day = {TABLE(5), BRIDGE_NUMBER_KEY, &record_bridge_amount};
const struct row_table bridge_table_policy = {TABLE(6), BRIDGE_NUMBER_KEY, &record_bridge_policy};
const struct row_table bridge_table_claim = {TABLE(7), BRIDGE_NUMBER_KEY, &record_bridge_claim};
const struct row_table bridge_table_payout = {TABLE(8), PAYOUT_KEY, &record_bridge_payout};
const struct row_table bridge_table_lender = {TABLE(9), ADDRESS_BYTES, &record_bridge_lender};
const struct row_table bridge_table_fee = {TABLE(10), ADDRESS_BYTES, &record_bridge_fee};
const struct row_table bridge_table_v1 = {TABLE(11), 1, &record_bridge_v1};
const struct row_table bridge_table_allowed = {TABLE(12), ADDRESS_BYTES, &record_bridge_allowed};
const struct row_table bridge_table_model = {TABLE_PROTOCOL_UNDIGESTED, 1, &record_bridge_model};
const struct row_table bridge_table_priced = {TABLE_PROTOCOL_UNDIGESTED + 1, BRIDGE_NUMBER_KEY,
					      &record_bridge_priced};
const struct row_table bridge_table_votes = {TABLE_PROTOCOL_UNDIGESTED + 2, BRIDGE_NUMBER_KEY,
					     &record_bridge_votes};

static const struct contract_role roles[BRIDGE_ROLE_COUNT] = {
	[BRIDGE_BOOK] = {.name = "book", .is_followed_from_birth = true},
	[BRIDGE_FACADE] = {.name = "facade"},
	[BRIDGE_CAPITAL] = {.name = "capital_pool"},
	[BRIDGE_QUOTE] = {.name = "quote"},
	[BRIDGE_REGISTRY] = {.name = "policy_registry"},
	[BRIDGE_CLAIMS] = {.name = "claiming_registry"},
	[BRIDGE_TOKEN] = {.name = "token"},
	[BRIDGE_REINSURANCE] = {.name = "reinsurance_pool"},
	[BRIDGE_LEVERAGE_POOLS] = {.name = "leverage_pools", .is_list = true, .is_optional = true},
	[BRIDGE_ADMIN] = {.name = "admin", .is_optional = true},
	[BRIDGE_DISTRIBUTORS] = {.name = "distributors", .is_list = true, .is_optional = true},
	[BRIDGE_VOTING] = {.name = "claim_voting", .is_optional = true},
};

#define BRIDGE_CHECK_RULE(id, name, severity, level, sentence)                                     \
	[id] = {name, SEVERITY_##severity, LEVEL_##level, sentence},

static const struct check_rule checks[] = {BRIDGE_CHECKS(BRIDGE_CHECK_RULE)};

static const char *const sender_events[] = {"ClaimAccepted", "ClaimWithdrawn", NULL};

/* All logs of the contracts, and of the coin what comes to the capital pool, leaves it, or comes to
 * a distributor. */
static size_t filters(struct log_filter *out, size_t out_max, struct arena *arena,
		      const struct pool *pool)
{
	static const enum bridge_role whole[] = {
		BRIDGE_BOOK,           BRIDGE_FACADE, BRIDGE_CAPITAL,
		BRIDGE_REGISTRY,       BRIDGE_CLAIMS, BRIDGE_REINSURANCE,
		BRIDGE_LEVERAGE_POOLS, BRIDGE_ADMIN,  BRIDGE_VOTING};
	size_t distributors = pool->setup.contracts[BRIDGE_DISTRIBUTORS].count;
	struct hash *ends = arena_array(arena, 1 + distributors, sizeof(*ends));
	const struct bridge_heard heard = {.whole = whole,
					   .whole_count = sizeof(whole) / sizeof(whole[0]),
					   .ends = ends,
					   .end_count = 1 + distributors};

	address_to_word(ends[0].bytes, pool_contract(pool, BRIDGE_CAPITAL));
	for (size_t i = 0; i < distributors; i++)
		address_to_word(ends[1 + i].bytes,
				pool->setup.contracts[BRIDGE_DISTRIBUTORS].addresses[i]);
	return bridge_filters(out, out_max, arena, pool, &heard);
}

bool bridge_is_born(const struct reading *r)
{
	return bridge_parameters(r->state, r->pool)->birth_block != 0;
}

/* Both clocks are read, not wound. */
void bridge_idle_block(struct applying *a)
{
	(void)a;
}

const struct protocol protocol_bridge_mutual = {
	.name = "bridge-mutual-v2",
	.title = "Bridge Mutual V2 coverage book",
	.roles = roles,
	.role_count = BRIDGE_ROLE_COUNT,
	.events = bridge_events,
	.event_count = BRIDGE_EVENT_COUNT,
	.sender_events = sender_events,
	.checks = checks,
	.check_count = BRIDGE_CHECK_COUNT,
	.pool_figures = bridge_pool_figures,
	.pool_figure_count = BRIDGE_POOL_FIGURE_COUNT,
	.account_figures = bridge_account_figures,
	.account_figure_count = BRIDGE_ACCOUNT_FIGURE_COUNT,
	.accounts = &bridge_table_account,
	.lists = bridge_lists,
	.list_count = BRIDGE_LIST_COUNT,
	.views = bridge_views,
	.view_count = BRIDGE_VIEW_COUNT,
	.scratch_size = sizeof(struct bridge_scratch),
	.asset_role = BRIDGE_TOKEN,
	.book_decimals = 18,
	.filters = filters,
	.seed = bridge_seed,
	.birth = bridge_birth,
	.begin_transaction = bridge_begin_transaction,
	.end_transaction = bridge_end_transaction,
	.end_block = bridge_end_block,
	.audit = bridge_audit,
	.idle_block = bridge_idle_block,
	.is_born = bridge_is_born,
	.read_pool = bridge_read_pool,
	.read_account = bridge_read_account,
	.provenance = provenance_read,
	.payouts = &bridge_payouts,
	.quote = &bridge_quotes,
};
