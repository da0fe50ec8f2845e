/* Payouts and what each cost every account. */
#include "protocols/api3/claims.h"
#include "protocols/api3/rules.h"
#include "protocols/payout.h"

static void fill(struct payout *out, const void *row)
{
	const struct api3_payout *payout = row;

	*out = (struct payout){.transaction = payout->transaction,
			       .recipient = payout->recipient,
			       .amount = payout->amount,
			       .total_before = payout->total_before,
			       .total_after = payout->total_after,
			       .total_shares = payout->total_shares};
}

struct slash_walk {
	const struct payout *payout;
	void (*visit)(void *context, const struct payout_slash *slash);
	void *context;
};

/* A pending unstake at a total stake of `total`: what its shares are worth, what it would pay. */
static bool pending_at(struct assets *worth, struct assets *paid,
		       const struct api3_account *account, const struct payout *payout,
		       struct assets total)
{
	return api3_stake_of(worth, NULL, "", account->unstake_shares, total,
			     payout->total_shares) &&
	       api3_unstake_amount(paid, NULL, account->unstake_amount, account->unstake_shares,
				   total, payout->total_shares);
}

static bool pending_slash(struct payout_slash *slash, const struct api3_account *account,
			  const struct payout *p)
{
	struct assets worth_before;
	struct assets worth_after;
	struct assets paid_before;
	struct assets paid_after;
	struct assets worth_loss;

	return pending_at(&worth_before, &paid_before, account, p, p->total_before) &&
	       pending_at(&worth_after, &paid_after, account, p, p->total_after) &&
	       assets_sub_ok(&worth_loss, worth_before, worth_after) &&
	       assets_sub_ok(&slash->pending_loss, paid_before, paid_after) &&
	       assets_sub_ok(&slash->unclaimed_loss, worth_loss, slash->pending_loss);
}

static bool visit_account(void *context, const uint8_t *key, const void *row)
{
	struct slash_walk *walk = context;
	const struct payout *p = walk->payout;
	const struct api3_account *account = row;
	struct payout_slash slash = {.is_computable = true};

	if (u256_is_zero(account->shares.raw) && u256_is_zero(account->unstake_shares.raw))
		return true;
	memcpy(slash.account.bytes, key, ADDRESS_BYTES);
	slash.is_computable =
		api3_stake_of(&slash.staked_before, NULL, "", account->shares, p->total_before,
			      p->total_shares) &&
		api3_stake_of(&slash.staked_after, NULL, "", account->shares, p->total_after,
			      p->total_shares) &&
		assets_sub_ok(&slash.staked_loss, slash.staked_before, slash.staked_after) &&
		pending_slash(&slash, account, p) &&
		assets_add_ok(&slash.loss, slash.staked_loss, slash.pending_loss);
	walk->visit(walk->context, &slash);
	return true;
}

static void each_slash(const struct reading *r, const struct payout *payout,
		       void (*visit)(void *context, const struct payout_slash *slash),
		       void *context)
{
	struct slash_walk walk = {.payout = payout, .visit = visit, .context = context};

	state_each(r->state, &api3_table_account, r->pool->id, visit_account, &walk);
}

const struct payout_rules api3_payouts = {
	.before_name = "total_stake_before",
	.after_name = "total_stake_after",
	.figures = claims_payout_figures,
	.figure_count = CLAIMS_PAYOUT_FIGURE_COUNT,
	.read = claims_read_payout,
	.table = &api3_table_payout,
	.fill = fill,
	.each_slash = each_slash,
	.rounding_text = "the phantom share's part, and at most one unit an account and a pending "
			 "unstake, because each figure is rounded down",
};
