/* What no event carries: what was there before the book, and what its creation set. */
#include "protocols/asset.h"
#include "protocols/bridge_mutual/asked.h"

static const uint8_t total_liquidity[4] = {0x15, 0x77, 0x0f, 0x92};

enum status bridge_seed(struct applying *a, const struct block_ref *before, const bool *has_code,
			struct error *err)
{
	struct bridge_totals *t = bridge_totals(a->state, a->pool);
	u256 liquidity = U256_ZERO;
	const char *source = "no reinsurance pool before the first block";

	if (has_code[BRIDGE_REINSURANCE]) {
		if (!bridge_ask_word(&liquidity, a, pool_contract(a->pool, BRIDGE_REINSURANCE),
				     total_liquidity, NULL, before)) {
			if (a->status != OK) {
				*err = a->error;
				return a->status;
			}
			return error_set(
				err, ERR_NOTFOUND,
				"the node cannot tell the reinsurance pool's totalLiquidity() at "
				"block %llu: use a node that keeps old state (archive)",
				(unsigned long long)before->number);
		}
		source = arena_printf(a->arena, "eth_call at block %llu",
				      (unsigned long long)before->number);
	}
	t->reinsurance_liquidity = assets_of(liquidity);
	provenance_add(a, "reinsurance_liquidity", liquidity, source);
	return a->status;
}

/* calcM's constants of a leverage pool; setProtocolConstant() logs nothing, so they are those of
 * the book's creation, or the ones that every pool begins with. */
struct constant {
	size_t offset;
	uint8_t selector[4];
	unsigned percent; /* at the pool's own creation */
};

static const struct constant constants[] = {
	{offsetof(struct bridge_lender, target), {0x24, 0x4f, 0x15, 0x73}, 45},
	{offsetof(struct bridge_lender, d), {0x29, 0x5a, 0xd6, 0xd2}, 5},
	{offsetof(struct bridge_lender, a), {0x06, 0x06, 0x6a, 0x81}, 100},
	{offsetof(struct bridge_lender, max), {0x86, 0x3a, 0x23, 0x47}, 100},
};

static bool seed_lender(struct applying *a, struct address pool)
{
	struct bridge_lender *lender =
		state_row(a->state, &bridge_table_lender, a->pool->id, pool.bytes);

	for (size_t i = 0; i < sizeof(constants) / sizeof(constants[0]); i++) {
		u256 value = U256_ZERO;

		if (!bridge_ask_word(&value, a, pool, constants[i].selector, NULL, a->block) &&
		    !u256_mul_ok(&value, BRIDGE_PERCENT, u256_from(constants[i].percent)))
			return false;
		memcpy((uint8_t *)lender + constants[i].offset, &value, sizeof(value));
	}
	return a->status == OK;
}

bool bridge_seed_decimals(struct applying *a)
{
	static const uint8_t decimals[4] = {0x31, 0x3c, 0xe5, 0x67};
	struct bridge_parameters *p = bridge_parameters(a->state, a->pool);
	u256 value;

	return bridge_ask_word(&value, a, pool_contract(a->pool, BRIDGE_TOKEN), decimals, NULL,
			       a->block) &&
	       u256_to_u64(&p->decimals, value);
}

void bridge_begin_clocks(struct applying *a)
{
	struct bridge_totals *t = bridge_totals(a->state, a->pool);
	struct bridge_parameters *p = bridge_parameters(a->state, a->pool);

	p->birth_block = a->block->number;
	p->start_time = a->block->timestamp;
	t->last_epoch = 1;
	t->last_day = bridge_day(a->block->timestamp);
	provenance_add(a, "stbl_decimals", u256_from(p->decimals),
		       arena_printf(a->arena, "eth_call at block %llu",
				    (unsigned long long)a->block->number));
	provenance_add(a, "epoch_start_time", u256_from(p->start_time),
		       "the creation block's timestamp");
}

enum status bridge_birth(struct applying *a, struct error *err)
{
	bool ok = bridge_seed_decimals(a);

	for (size_t i = 0; i < a->pool->setup.contracts[BRIDGE_LEVERAGE_POOLS].count; i++)
		ok = ok &&
		     seed_lender(a, a->pool->setup.contracts[BRIDGE_LEVERAGE_POOLS].addresses[i]);
	if (a->status != OK) {
		*err = a->error;
		return a->status;
	}
	if (!ok)
		return error_set(err, ERR_NOTFOUND,
				 "the node cannot tell the coin's decimals() at block %llu: use a "
				 "node that keeps old state (archive)",
				 (unsigned long long)a->block->number);
	bridge_begin_clocks(a);
	(void)bridge_ask_models(a);
	return a->status == OK ? asset_seed(a, err) : a->status;
}
