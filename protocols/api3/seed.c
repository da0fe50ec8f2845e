/*
 * State that no event carries: what the token was before the pool's first block, and what the
 * pool's constructor set. Each figure is kept with where it comes from.
 */
#include "protocols/api3/internal.h"
#include "protocols/api3/rules.h"
#include "protocols/asset.h"

static const uint8_t selector_total_supply[4] = {0x18, 0x16, 0x0d, 0xdd};
static const uint8_t selector_balance_of[4] = {0x70, 0xa0, 0x82, 0x31};
static const uint8_t selector_minter_status[4] = {0xbb, 0xb3, 0x0c, 0x5d};
static const uint8_t selector_last_reward_epoch[4] = {0xdf, 0x60, 0xd8, 0x04};

static struct slice call_data(struct arena *arena, const uint8_t selector[4],
			      const struct address *argument)
{
	uint8_t *data = arena_alloc(arena, 36);

	memcpy(data, selector, 4);
	if (argument)
		address_to_word(data + 4, *argument);
	return slice_of(data, argument ? 36 : 4);
}

static bool word_of(u256 *out, const struct chain_call *call)
{
	if (call->outcome != CALL_RETURNED || call->result.size != 32)
		return false;
	*out = u256_from_be(call->result.data);
	return true;
}

static enum status no_state(const char *what, const struct chain_call *call,
			    const struct block_ref *at, struct error *err)
{
	return error_set(
		err, ERR_NOTFOUND,
		"the node cannot tell %s at block %llu%s%s: use a node that keeps old state "
		"(archive), or a start_block before the token's creation",
		what, (unsigned long long)at->number, *call->reason ? ": " : "", call->reason);
}

static void set_token(struct applying *a, u256 supply, u256 balance, bool is_minter,
		      const char *source)
{
	struct api3_totals *t = api3_totals(a->state, a->pool);
	struct api3_parameters *p = api3_parameters(a->state, a->pool);

	t->token_total_supply = assets_of(supply);
	t->token_balance = assets_of(balance);
	p->is_minter = is_minter;
	provenance_add(a, "token_total_supply", supply, source);
	provenance_add(a, "token_balance", balance, source);
	provenance_add(a, "is_minter", u256_from(is_minter), source);
	if (!u256_is_zero(balance))
		api3_post(a, LEDGER_DONORS, LEDGER_STRAY, assets_of(balance),
			  pool_contract(a->pool, API3_POOL));
}

enum status api3_seed(struct applying *a, const struct block_ref *before, const bool *has_code,
		      struct error *err)
{
	struct address token = pool_contract(a->pool, API3_TOKEN);
	struct address pool = pool_contract(a->pool, API3_POOL);
	struct chain_call calls[3] = {
		{.to = token, .data = call_data(a->arena, selector_total_supply, NULL)},
		{.to = token, .data = call_data(a->arena, selector_balance_of, &pool)},
		{.to = token, .data = call_data(a->arena, selector_minter_status, &pool)},
	};
	u256 supply;
	u256 balance;
	u256 minter;
	enum status st;

	if (!has_code[API3_TOKEN]) {
		set_token(a, U256_ZERO, U256_ZERO, false,
			  arena_printf(a->arena, "no token before block %llu",
				       (unsigned long long)a->block->number));
		return a->status;
	}
	st = a->chain->ask(a->chain->context, calls, 3, a->arena, before, err);
	if (st != OK)
		return st;
	if (!word_of(&supply, &calls[0]))
		return no_state("the token's totalSupply()", &calls[0], before, err);
	if (!word_of(&balance, &calls[1]))
		return no_state("the token's balanceOf(pool)", &calls[1], before, err);
	if (!word_of(&minter, &calls[2]))
		return no_state("the token's getMinterStatus(pool)", &calls[2], before, err);
	set_token(a, supply, balance, !u256_is_zero(minter),
		  arena_printf(a->arena, "eth_call at block %llu",
			       (unsigned long long)before->number));
	return a->status;
}

/*
 * What the constructor sets without an event. Total stake and shares are literals of the contract:
 * asked at the end of the block they could already hold later transactions of it. The parameters
 * are asked: a setter later in the block sets the same value again.
 */
struct literal {
	const char *name;
	uint8_t selector[4];
	uint64_t value; /* the known constructor's, where the node cannot tell */
};

static const struct literal literals[] = {
	{"min_apr", {0x78, 0x4b, 0x3c, 0x5d}, UINT64_C(25000000000000000)},
	{"max_apr", {0x92, 0x09, 0x3b, 0x36}, UINT64_C(750000000000000000)},
	{"apr_update_step", {0xdb, 0x6f, 0x16, 0x2e}, UINT64_C(10000000000000000)},
	{"stake_target", {0x4e, 0xb0, 0x5c, 0x47}, UINT64_C(500000000000000000)},
	{"unstake_wait_period", {0xe7, 0x46, 0x0a, 0x52}, API3_WEEK},
	{"proposal_voting_power_threshold", {0xb3, 0x60, 0x9b, 0x53}, UINT64_C(1000000000000000)},
	{"apr", {0x57, 0xde, 0xd9, 0xc9}, UINT64_C(387500000000000000)},
};

enum { LITERAL_COUNT = sizeof(literals) / sizeof(literals[0]) };

enum status api3_birth(struct applying *a, struct error *err)
{
	struct api3_totals *t = api3_totals(a->state, a->pool);
	struct api3_parameters *p = api3_parameters(a->state, a->pool);
	u256 *const targets[LITERAL_COUNT] = {&p->min_apr,
					      &p->max_apr,
					      &p->apr_update_step,
					      &p->stake_target,
					      &p->unstake_wait_period,
					      &p->proposal_voting_power_threshold,
					      &t->apr};
	struct chain_call calls[LITERAL_COUNT] = {0};
	const char *asked = arena_printf(a->arena, "eth_call at block %llu",
					 (unsigned long long)a->block->number);
	enum status st = OK;

	for (size_t i = 0; i < LITERAL_COUNT; i++) {
		calls[i].to = pool_contract(a->pool, API3_POOL);
		calls[i].data = call_data(a->arena, literals[i].selector, NULL);
		calls[i].outcome = CALL_UNAVAILABLE;
	}
	if (a->chain)
		st = a->chain->ask(a->chain->context, calls, LITERAL_COUNT, a->arena, a->block,
				   err);
	if (st != OK)
		return st;
	for (size_t i = 0; i < LITERAL_COUNT; i++) {
		bool is_told = word_of(targets[i], &calls[i]);

		if (!is_told)
			*targets[i] = u256_from(literals[i].value);
		provenance_add(a, literals[i].name, *targets[i],
			       is_told ? asked : "literal of the contract's constructor");
	}
	t->total_stake = assets_of(U256_ONE);
	t->total_shares = shares_of(U256_ONE);
	p->genesis_epoch = api3_epoch(a->block->timestamp);
	p->birth_block = a->block->number;
	t->epoch_index_of_last_reward = p->genesis_epoch;
	provenance_add(a, "total_stake", U256_ONE, "literal of the contract's constructor");
	provenance_add(a, "total_shares", U256_ONE, "literal of the contract's constructor");
	provenance_add(a, "genesis_epoch", u256_from(p->genesis_epoch),
		       "the creation block's timestamp // 604800");
	return asset_seed(a, err);
}

static struct api3_asked *asked(struct state *state, const struct pool *pool)
{
	return state_row(state, &api3_table_asked, pool->id, "");
}

uint64_t api3_last_reward_epoch(struct state *state, const struct pool *pool)
{
	uint64_t told = api3_totals(state, pool)->epoch_index_of_last_reward;
	uint64_t said = asked(state, pool)->epoch_index_of_last_reward;

	return said > told ? said : told;
}

void api3_follow_silent_epoch(struct applying *a)
{
	const struct api3_parameters *p = api3_parameters(a->state, a->pool);
	uint64_t epoch = api3_epoch(a->block->timestamp);
	struct chain_call call = {.to = pool_contract(a->pool, API3_POOL)};
	struct error err;
	uint64_t last;
	u256 word;
	enum status st;

	if (!a->chain || p->birth_block == 0 || p->is_minter ||
	    api3_last_reward_epoch(a->state, a->pool) >= epoch)
		return;
	call.data = call_data(a->arena, selector_last_reward_epoch, NULL);
	st = a->chain->ask(a->chain->context, &call, 1, a->arena, a->block, &err);
	if (st != OK) {
		applying_fail(a, st, &err);
		return;
	}
	/* A node without that state leaves what the events tell. */
	if (word_of(&word, &call) && u256_to_u64(&last, word) && last <= epoch)
		asked(a->state, a->pool)->epoch_index_of_last_reward = last;
}
