#include "protocols/payout.h"

void payout_key(uint8_t out[PAYOUT_KEY], uint64_t block, uint32_t log_index)
{
	put_be64(out, block);
	put_be32(out + 8, log_index);
}

static struct payout payout_of(const struct payout_rules *rules, const uint8_t *key,
			       const void *row)
{
	struct payout payout = {0};

	rules->fill(&payout, row);
	payout.block = get_be64(key);
	payout.log_index = get_be32(key + 8);
	return payout;
}

struct walk {
	const struct payout_rules *rules;
	bool (*visit)(void *context, const struct payout *payout);
	void *context;
};

static bool visit_row(void *context, const uint8_t *key, const void *row)
{
	struct walk *walk = context;
	struct payout payout = payout_of(walk->rules, key, row);

	return walk->visit(walk->context, &payout);
}

void payout_each(const struct reading *r, const struct event_at *after,
		 bool (*visit)(void *context, const struct payout *payout), void *context)
{
	const struct payout_rules *rules = r->pool->protocol->payouts;
	struct walk walk = {.rules = rules, .visit = visit, .context = context};
	uint8_t key[PAYOUT_KEY];

	if (!rules)
		return;
	if (after)
		payout_key(key, after->block, after->log_index);
	state_each_after(r->state, rules->table, r->pool->id, after ? key : NULL, visit_row, &walk);
}

bool payout_find(struct payout *out, const struct reading *r, uint64_t block, uint32_t log_index)
{
	const struct payout_rules *rules = r->pool->protocol->payouts;
	uint8_t key[PAYOUT_KEY];

	if (!rules)
		return false;
	payout_key(key, block, log_index);
	*out = payout_of(rules, key, state_row(r->state, rules->table, r->pool->id, key));
	return !hash_is_zero(out->transaction);
}
