/* The weekly reward and the payout: the two events that change everybody's stake at once. */
#include "protocols/api3/claims.h"
#include "protocols/api3/handlers.h"
#include "protocols/api3/rules.h"

static const struct address nobody;

void api3_on_minted_reward(struct applying *a, const struct pool_event *event)
{
	struct api3_totals *t = api3_totals(a->state, a->pool);
	const struct api3_parameters *p = api3_parameters(a->state, a->pool);
	uint64_t epoch = api3_epoch(a->block->timestamp);
	struct assets amount = assets_of(event->values[1].number);
	u256 new_apr = event->values[2].number;
	struct assets total_after = assets_of(event->values[3].number);
	struct subject none = {.field = ""};
	struct api3_reward *reward;
	struct assets computed;
	u256 next_apr;
	bool ok;

	(void)check_equal(a->checker, API3_REWARD_EPOCH, (struct subject){.field = "epochIndex"},
			  u256_from(epoch), event->values[0].number);
	(void)check_that(a->checker, API3_REWARD_EPOCH, (struct subject){.field = "order"},
			 t->epoch_index_of_last_reward < epoch,
			 "an epoch after that of the last reward step",
			 "a second reward step in one epoch");
	(void)check_that(a->checker, API3_REWARD_PRESENT, (struct subject){.field = "minter"},
			 p->is_minter, "the pool is a minter of the token", "it is not");
	ok = api3_reward_amount(&computed, a->trace, t->total_stake, t->apr);
	(void)check_equal_or_null(a->checker, API3_REWARD_AMOUNT, none, ok, computed.raw, true,
				  amount.raw);
	api3_take_transfer(a, true, &nobody, amount);
	api3_expect_sum(a, nobody, "totalStake", "totalStake + amount",
			(struct trace_input){"totalStake", t->total_stake.raw},
			(struct trace_input){"amount", amount.raw}, total_after.raw);
	ok = api3_next_apr(&next_apr, a->trace, t->apr, total_after, t->token_total_supply,
			   p->stake_target, p->apr_update_step, p->min_apr, p->max_apr);
	(void)check_equal_or_null(a->checker, API3_REWARD_APR, none, ok, next_apr, true, new_apr);

	reward = api3_reward(a->state, a->pool, epoch);
	reward->block = a->block->number;
	reward->amount = amount;
	reward->total_shares_then = t->total_shares;
	reward->total_stake_then = t->total_stake;
	t->total_stake = total_after;
	t->apr = new_apr;
	t->epoch_index_of_last_reward = epoch;
	api3_post(a, LEDGER_REWARDS, LEDGER_STAKED, amount, nobody);
}

void api3_on_paid_out_claim(struct applying *a, const struct pool_event *event)
{
	struct api3_totals *t = api3_totals(a->state, a->pool);
	const struct api3_parameters *p = api3_parameters(a->state, a->pool);
	struct address recipient = event->values[0].address;
	struct assets amount = assets_of(event->values[1].number);
	struct assets total_after = assets_of(event->values[2].number);
	struct api3_payout *payout;
	uint8_t key[PAYOUT_KEY];
	u256 price_before = U256_ZERO;
	u256 price_after = U256_ZERO;
	bool ok;

	api3_reward_step_ran(a);
	api3_expect_words(a, API3_CLAIMS_MANAGER, recipient, "", p->manager_count > 0,
			  "at least one claims manager with status", "none has it");
	api3_expect_words(a, API3_PAYOUT_COVERED, recipient, "",
			  assets_compare(t->total_stake, amount) > 0,
			  "an amount below the total stake", "a higher one");
	api3_take_transfer(a, false, &recipient, amount);
	api3_expect_difference(a, recipient, "totalStake", "totalStake - amount",
			       (struct trace_input){"totalStake", t->total_stake.raw},
			       (struct trace_input){"amount", amount.raw}, total_after.raw);
	ok = share_price_18(&price_before, t->total_stake, t->total_shares);
	TRACE(a->trace, "share price before", "totalStake * 10^18 // totalShares", ok, price_before,
	      {"totalStake", t->total_stake.raw}, {"totalShares", t->total_shares.raw});
	ok = share_price_18(&price_after, total_after, t->total_shares);
	TRACE(a->trace, "share price after", "totalStake * 10^18 // totalShares", ok, price_after,
	      {"totalStake", total_after.raw}, {"totalShares", t->total_shares.raw});

	payout_key(key, a->block->number, event->log->log_index);
	payout = state_row(a->state, &api3_table_payout, a->pool->id, key);
	payout->transaction = event->log->transaction_hash;
	payout->recipient = recipient;
	payout->amount = amount;
	payout->total_before = t->total_stake;
	payout->total_after = total_after;
	payout->total_shares = t->total_shares;
	t->total_stake = total_after;
	claims_on_payout(a, recipient, amount);
	api3_scratch(a)->had_payout = true;
	/* Paid to the pool itself, the tokens stay and belong to nobody. */
	if (address_equal(recipient, pool_contract(a->pool, API3_POOL)))
		api3_post(a, LEDGER_STAKED, LEDGER_STRAY, amount, recipient);
	else
		api3_post(a, LEDGER_STAKED, LEDGER_CLAIMS, amount, recipient);
}
