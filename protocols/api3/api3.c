#include "protocols/api3/claims.h"
#include "protocols/asset.h"
#include "protocols/payout.h"

#define RECORD_OWNER struct api3_totals
RECORD_DEFINE(api3_totals, API3_TOTALS_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct api3_parameters
RECORD_DEFINE(api3_parameters, API3_PARAMETERS_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct api3_account
RECORD_DEFINE(api3_account, API3_ACCOUNT_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct api3_reward
RECORD_DEFINE(api3_reward, API3_REWARD_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct api3_asked
RECORD_DEFINE(api3_asked, API3_ASKED_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct api3_manager
RECORD_DEFINE(api3_manager, API3_MANAGER_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct api3_payout
RECORD_DEFINE(api3_payout, API3_PAYOUT_FIELDS)
#undef RECORD_OWNER

const struct row_table api3_table_totals = {TABLE_PROTOCOL_FIRST, 1, &record_api3_totals};
const struct row_table api3_table_parameters = {TABLE_PROTOCOL_FIRST + 1, 1,
						&record_api3_parameters};
const struct row_table api3_table_account = {TABLE_PROTOCOL_FIRST + 2, ADDRESS_BYTES,
					     &record_api3_account};
const struct row_table api3_table_reward = {TABLE_PROTOCOL_FIRST + 3, 8, &record_api3_reward};
const struct row_table api3_table_asked = {TABLE_PROTOCOL_UNDIGESTED, 1, &record_api3_asked};
const struct row_table api3_table_manager = {TABLE_PROTOCOL_FIRST + 4, ADDRESS_BYTES,
					     &record_api3_manager};
const struct row_table api3_table_payout = {TABLE_PROTOCOL_FIRST + 5, PAYOUT_KEY,
					    &record_api3_payout};

struct api3_reward *api3_reward(struct state *state, const struct pool *pool, uint64_t epoch)
{
	uint8_t key[8];

	put_be64(key, epoch);
	return state_row(state, &api3_table_reward, pool->id, key);
}

static const struct contract_role roles[] = {
	[API3_POOL] = {.name = "pool", .is_followed_from_birth = true},
	[API3_TOKEN] = {.name = "token"},
	[API3_CLAIMS_MANAGERS] = {.name = "claims_managers", .is_list = true, .is_optional = true},
	[API3_TIMELOCK_MANAGER] = {.name = "timelock_manager", .is_optional = true},
	[API3_KLEROS_PROXIES] = {.name = "kleros_proxies", .is_list = true, .is_optional = true},
};

#define API3_CHECK_RULE(id, name, severity, level, sentence)                                       \
	[id] = {name, SEVERITY_##severity, LEVEL_##level, sentence},

static const struct check_rule checks[] = {API3_CHECKS(API3_CHECK_RULE)
						   CLAIMS_CHECKS(API3_CHECK_RULE)};

static const char *const account_columns[] = {
	"shares", "stake", "unstaked", "locked", "voting_power", "unstake_amount", NULL};

static const char *const sender_events[] = {"PaidOutClaim", NULL};

/*
 * All logs of the pool (and of the timelock manager, the claims managers and the Kleros proxies,
 * where configured); of the token who may mint and burn, and only those transfers that are mints,
 * burns, or come to or leave the pool: a busy token has millions of others.
 */
enum { FILTER_COUNT = 4 };

static const struct hash *topic0_of(const struct pool *pool, const char *event)
{
	for (size_t i = 0; i < pool->protocol->event_count; i++)
		if (strcmp(pool->events[i].name, event) == 0)
			return &pool->events[i].signature_hash;
	return NULL;
}

/* The pool's contract first. */
static struct address *own_contracts(size_t *count, struct arena *arena, const struct pool *pool)
{
	static const size_t own[] = {API3_POOL, API3_TIMELOCK_MANAGER, API3_CLAIMS_MANAGERS,
				     API3_KLEROS_PROXIES};
	const struct pool_setup *setup = &pool->setup;
	struct address *addresses;
	size_t most = 0;

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		most += setup->contracts[own[i]].count;
	addresses = arena_array(arena, most, sizeof(*addresses));
	*count = 0;
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		for (size_t k = 0; k < setup->contracts[own[i]].count; k++)
			addresses[(*count)++] = setup->contracts[own[i]].addresses[k];
	return addresses;
}

static size_t filters(struct log_filter *out, size_t out_max, struct arena *arena,
		      const struct pool *pool)
{
	size_t address_count;
	struct address *addresses = own_contracts(&address_count, arena, pool);
	struct hash *ends = arena_array(arena, 2, sizeof(*ends)); /* the zero address, the pool */
	struct hash *status = arena_array(arena, 2, sizeof(*status));

	if (out_max < FILTER_COUNT)
		return 0;
	address_to_word(ends[1].bytes, addresses[0]);
	status[0] = *topic0_of(pool, "MinterStatusUpdated");
	status[1] = *topic0_of(pool, "BurnerStatusUpdated");
	memset(out, 0, FILTER_COUNT * sizeof(*out));
	out[0].addresses = addresses;
	out[0].address_count = address_count;
	for (size_t i = 1; i < FILTER_COUNT; i++) {
		out[i].addresses = pool->setup.contracts[API3_TOKEN].addresses;
		out[i].address_count = 1;
		out[i].topics[0].values = topic0_of(pool, "Transfer");
		out[i].topics[0].count = 1;
	}
	for (size_t i = 1; i <= 2; i++) { /* from, then to */
		out[i].topics[i].values = ends;
		out[i].topics[i].count = 2;
	}
	out[3].topics[0].values = status;
	out[3].topics[0].count = 2;
	return FILTER_COUNT;
}

static bool is_born(const struct reading *r)
{
	return api3_parameters(r->state, r->pool)->birth_block != 0;
}

const struct protocol protocol_api3 = {
	.name = "api3",
	.title = "API3 DAO pool",
	.roles = roles,
	.role_count = sizeof(roles) / sizeof(roles[0]),
	.events = api3_events,
	.event_count = API3_EVENT_COUNT,
	.sender_events = sender_events,
	.checks = checks,
	.check_count = API3_CHECK_COUNT,
	.pool_figures = api3_pool_figures,
	.pool_figure_count = API3_POOL_FIGURE_COUNT,
	.account_figures = api3_account_figures,
	.account_figure_count = API3_ACCOUNT_FIGURE_COUNT,
	.accounts = &api3_table_account,
	.account_columns = account_columns,
	.lists = claims_lists,
	.list_count = CLAIMS_LIST_COUNT,
	.views = api3_views,
	.view_count = API3_VIEW_COUNT,
	.storage = &api3_storage,
	.scratch_size = sizeof(struct claims_block),
	.asset_role = API3_TOKEN,
	.filters = filters,
	.seed = api3_seed,
	.birth = api3_birth,
	.begin_transaction = api3_begin_transaction,
	.end_transaction = api3_end_transaction,
	.end_block = api3_end_block,
	.audit = api3_audit,
	.idle_block = api3_follow_silent_epoch,
	.is_born = is_born,
	.read_pool = api3_read_pool,
	.read_account = api3_read_account,
	.provenance = provenance_read,
	.payouts = &api3_payouts,
};
