/*
 * State that no event carries: who the owner was and what the vault's address held before the
 * first block, and the strategy that the vault was created with.
 */
#include "protocols/insuredao/seed.h"

#include "protocols/asset.h"
#include "protocols/insuredao/handlers.h"

static const uint8_t selector_owner[4] = {0x8d, 0xa5, 0xcb, 0x5b};      /* owner() */
static const uint8_t selector_balance_of[4] = {0x70, 0xa0, 0x82, 0x31}; /* balanceOf(address) */
static const uint8_t selector_controller[4] = {0xf7, 0x7c, 0x47, 0x91}; /* controller() */

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

static struct address address_of(u256 word)
{
	uint8_t bytes[32];
	struct address out;

	u256_to_be(bytes, word);
	memcpy(out.bytes, bytes + 32 - ADDRESS_BYTES, ADDRESS_BYTES);
	return out;
}

static enum status no_state(const char *what, const struct chain_call *call,
			    const struct block_ref *at, struct error *err)
{
	return error_set(
		err, ERR_NOTFOUND,
		"the node cannot tell %s at block %llu%s%s: use a node that keeps old state "
		"(archive), or a start_block before that contract's creation",
		what, (unsigned long long)at->number, *call->reason ? ": " : "", call->reason);
}

static enum status seed_token(struct applying *a, const struct block_ref *before,
			      const char *source, struct error *err)
{
	struct address vault = pool_contract(a->pool, INSUREDAO_VAULT);
	struct chain_call call = {.to = pool_contract(a->pool, INSUREDAO_TOKEN),
				  .data = call_data(a->arena, selector_balance_of, &vault),
				  .reason = ""};
	u256 balance;
	enum status st = a->chain->ask(a->chain->context, &call, 1, a->arena, before, err);

	if (st != OK)
		return st;
	if (!word_of(&balance, &call))
		return no_state("the token's balanceOf(vault)", &call, before, err);
	insuredao_totals(a->state, a->pool)->token_balance = assets_of(balance);
	provenance_add(a, "token_balance", balance, source);
	if (!u256_is_zero(balance))
		insuredao_post(a, LEDGER_DONORS, LEDGER_STRAY, assets_of(balance), vault);
	return a->status;
}

static enum status seed_owner(struct applying *a, const struct block_ref *before,
			      const char *source, struct error *err)
{
	struct chain_call call = {.to = pool_contract(a->pool, INSUREDAO_OWNERSHIP),
				  .data = call_data(a->arena, selector_owner, NULL),
				  .reason = ""};
	u256 owner;
	enum status st = a->chain->ask(a->chain->context, &call, 1, a->arena, before, err);

	if (st != OK)
		return st;
	if (!word_of(&owner, &call))
		return no_state("the owner()", &call, before, err);
	insuredao_totals(a->state, a->pool)->owner = address_of(owner);
	provenance_add(a, "owner", owner, source);
	return OK;
}

enum status insuredao_seed(struct applying *a, const struct block_ref *before, const bool *has_code,
			   struct error *err)
{
	const char *asked = arena_printf(a->arena, "eth_call at block %llu",
					 (unsigned long long)before->number);
	enum status st = OK;

	if (has_code[INSUREDAO_PARAMETERS])
		return error_set(err, ERR_USAGE,
				 "pool %s: the parameters contract is older than start_block "
				 "%llu, and what was set before is in no log behind it. Set "
				 "start_block to its creation or lower",
				 a->pool->setup.name, (unsigned long long)a->block->number);
	if (has_code[INSUREDAO_TOKEN])
		st = seed_token(a, before, asked, err);
	if (st == OK && has_code[INSUREDAO_OWNERSHIP])
		st = seed_owner(a, before, asked, err);
	return st;
}

enum status insuredao_birth(struct applying *a, struct error *err)
{
	struct insuredao_totals *t = insuredao_totals(a->state, a->pool);
	struct chain_call call = {.to = pool_contract(a->pool, INSUREDAO_VAULT),
				  .data = call_data(a->arena, selector_controller, NULL),
				  .outcome = CALL_UNAVAILABLE,
				  .reason = ""};
	u256 controller = U256_ZERO;
	enum status st = OK;
	bool is_told;

	t->birth_block = a->block->number;
	if (a->chain)
		st = a->chain->ask(a->chain->context, &call, 1, a->arena, a->block, err);
	if (st != OK)
		return st;
	is_told = word_of(&controller, &call);
	t->controller = address_of(controller);
	provenance_add(a, "controller", controller,
		       is_told ? arena_printf(a->arena, "eth_call at block %llu",
					      (unsigned long long)a->block->number)
			       : "the known deployments have none at first");
	return asset_seed(a, err);
}
