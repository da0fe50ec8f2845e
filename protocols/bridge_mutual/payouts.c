/* Losses of the book, paid for claims or not, and what each cost every account. */
#include "protocols/bridge_mutual/asked.h"
#include "protocols/bridge_mutual/handlers.h"
#include "protocols/payout.h"

static void fill(struct payout *out, const void *row)
{
	const struct bridge_payout *payout = row;

	*out = (struct payout){.transaction = payout->transaction,
			       .recipient = payout->recipient,
			       .amount = payout->amount,
			       .total_before = payout->liquidity_before,
			       .total_after = payout->liquidity_after,
			       .total_shares = payout->supply};
}

static const struct figure_rule figures[] = {
	{"claim", FIGURE_NUMBER, UNIT_PLAIN, "the registry's index; 0: no claim was paid", NULL},
	{"policy", FIGURE_NUMBER, UNIT_PLAIN, "its number", NULL},
	{"claimed_amount", FIGURE_NUMBER, UNIT_ASSETS, "what the claim was for", NULL},
	{"paid", FIGURE_NUMBER, UNIT_ASSETS, "by the book and the pools that lend to it", NULL},
};

/* Which claim it was for is only told by a later event of the transaction. */
static bool read_payout(struct figure *out, const struct reading *r, const struct payout *payout)
{
	uint8_t key[PAYOUT_KEY];
	struct bridge_payout row;
	const struct bridge_claim *claim;

	payout_key(key, payout->block, payout->log_index);
	row = *(const struct bridge_payout *)state_row(r->state, &bridge_table_payout, r->pool->id,
						       key);
	if (row.claim == 0 && !bridge_kept_row(&row, r->arena, r->state, r->pool,
					       &bridge_table_payout, key, payout->block))
		return false;
	claim = bridge_claim(r->state, r->pool, row.claim);
	out[0] = figure_number(u256_from(row.claim));
	out[1] = figure_number(u256_from(row.policy));
	out[2] = row.claim ? figure_number(claim->amount.raw) : figure_null();
	out[3] = figure_number(row.paid.raw);
	return true;
}

struct slash_walk {
	const struct reading *r;
	const struct payout *payout;
	u256 rate_before;
	u256 rate_after;
	bool is_computable;
	void (*visit)(void *context, const struct payout_slash *slash);
	void *context;
};

/* What x-tokens lose between the two rates. */
static bool worth_loss(struct assets *before, struct assets *after, struct assets *loss,
		       const struct slash_walk *walk, struct shares x_tokens)
{
	return walk->is_computable &&
	       bridge_to_coin(before, NULL, "", x_tokens, walk->rate_before) &&
	       bridge_to_coin(after, NULL, "", x_tokens, walk->rate_after) &&
	       assets_sub_ok(loss, *before, *after);
}

/* The book's own x-tokens are those of the requests: they are counted there. */
static bool visit_account(void *context, const uint8_t *key, const void *row)
{
	struct slash_walk *walk = context;
	const struct bridge_account *account = row;
	struct address book = pool_contract(walk->r->pool, BRIDGE_BOOK);
	struct payout_slash slash = {.is_computable = false};
	const struct bridge_withdrawal *w;
	struct shares x_tokens = account->x_tokens;
	struct assets before;
	struct assets after;

	memcpy(slash.account.bytes, key, ADDRESS_BYTES);
	w = bridge_withdrawal(walk->r->state, walk->r->pool, slash.account);
	if (address_equal(slash.account, book)) {
		const struct bridge_totals *t = bridge_totals(walk->r->state, walk->r->pool);

		if (!shares_sub_ok(&x_tokens, x_tokens, t->sum_locked))
			x_tokens = shares_of(U256_ZERO);
	}
	if (u256_is_zero(x_tokens.raw) && u256_is_zero(w->x_tokens.raw))
		return true;
	slash.is_computable = worth_loss(&slash.staked_before, &slash.staked_after,
					 &slash.staked_loss, walk, x_tokens) &&
			      worth_loss(&before, &after, &slash.pending_loss, walk, w->x_tokens) &&
			      assets_add_ok(&slash.loss, slash.staked_loss, slash.pending_loss);
	walk->visit(walk->context, &slash);
	return true;
}

static void each_slash(const struct reading *r, const struct payout *payout,
		       void (*visit)(void *context, const struct payout_slash *slash),
		       void *context)
{
	struct slash_walk walk = {.r = r, .payout = payout, .visit = visit, .context = context};

	walk.is_computable =
		bridge_rate(&walk.rate_before, NULL, payout->total_before, payout->total_shares) &&
		bridge_rate(&walk.rate_after, NULL, payout->total_after, payout->total_shares);
	state_each(r->state, &bridge_table_account, r->pool->id, visit_account, &walk);
}

const struct payout_rules bridge_payouts = {
	.before_name = "liquidity_before",
	.after_name = "liquidity_after",
	.table = &bridge_table_payout,
	.fill = fill,
	.figures = figures,
	.figure_count = sizeof(figures) / sizeof(figures[0]),
	.read = read_payout,
	.each_slash = each_slash,
	.rounding_text = "the rate and each account's worth are rounded down",
};
