#include "protocols/api3/locked.h"

#include "protocols/api3/handlers.h"
#include "protocols/api3/rules.h"

uint64_t api3_oldest_locked_epoch(const struct api3_parameters *parameters, uint64_t epoch)
{
	uint64_t first = parameters->genesis_epoch + 1;
	uint64_t oldest = epoch >= API3_REWARD_VESTING_EPOCHS - 1
				  ? epoch - (API3_REWARD_VESTING_EPOCHS - 1)
				  : 0;

	return oldest > first ? oldest : first;
}

/* An account's shares at the end of past blocks, asked from the newest to the oldest. */
struct past_shares {
	bool is_known;
	uint64_t since; /* from this block on, up to the block asked last, they were: */
	struct shares shares;
};

static struct shares shares_at(struct past_shares *past, struct state *state,
			       const struct pool *pool, struct address account, uint64_t block)
{
	struct api3_account then;

	if (!past->is_known || block < past->since) {
		state_row_since(&then, &past->since, state, &api3_table_account, pool->id,
				account.bytes, block);
		past->shares = then.shares;
		past->is_known = true;
	}
	return past->shares;
}

/* One epoch's part; nothing where it had no reward. */
static bool locked_in_epoch(struct assets *out, struct past_shares *past, struct state *state,
			    const struct pool *pool, struct address account, uint64_t block,
			    uint64_t epoch, bool is_view)
{
	uint8_t key[8];
	struct api3_reward reward;

	put_be64(key, epoch);
	state_row_at(&reward, state, &api3_table_reward, pool->id, key, block);
	*out = assets_of(U256_ZERO);
	return reward.block == 0 ||
	       api3_locked_part(out, reward.amount,
				shares_at(past, state, pool, account, reward.block),
				reward.total_shares_then, is_view);
}

bool api3_locked(struct assets *out, struct state *state, const struct pool *pool,
		 struct address account, uint64_t block, uint64_t epoch)
{
	struct past_shares past = {.is_known = false};
	struct api3_parameters parameters;
	struct assets sum = assets_of(U256_ZERO);
	uint64_t oldest;

	state_row_at(&parameters, state, &api3_table_parameters, pool->id, "", block);
	oldest = api3_oldest_locked_epoch(&parameters, epoch);
	for (uint64_t e = epoch; e >= oldest; e--) {
		struct assets part;

		if (!locked_in_epoch(&part, &past, state, pool, account, block, e, true) ||
		    !assets_add_ok(&sum, sum, part))
			return false;
	}
	*out = sum;
	return true;
}

/* The contract keeps the slices' sum, and forgets it when the epoch changes. */
static void add_slice(struct applying *a, struct address user, uint64_t epoch, uint64_t stop)
{
	struct api3_account *account = api3_account(a->state, a->pool, user);
	struct past_shares past = {.is_known = false};
	uint64_t next;

	if (account->precalculated_initial_epoch != epoch) {
		account->precalculated_initial_epoch = epoch;
		account->precalculated_next_epoch = epoch;
		account->precalculated_locked = assets_of(U256_ZERO);
	}
	next = account->precalculated_next_epoch;
	for (; next > stop; next--) {
		struct assets part;

		if (!locked_in_epoch(&part, &past, a->state, a->pool, user, a->block->number, next,
				     false) ||
		    !assets_add_ok(&account->precalculated_locked, account->precalculated_locked,
				   part))
			break; /* the figure will differ from the event's */
	}
	account->precalculated_next_epoch = next;
}

void api3_on_calculating_locked(struct applying *a, const struct pool_event *event)
{
	struct address user = event->values[0].address;
	uint64_t epoch = api3_epoch(a->block->timestamp);
	uint64_t oldest;
	uint64_t next;

	api3_reward_step_ran(a);
	oldest = api3_oldest_locked_epoch(api3_parameters(a->state, a->pool), epoch);
	api3_expect(a, user, "oldestLockedEpoch", true, u256_from(oldest), event->values[2].number);
	if (!u256_to_u64(&next, event->values[1].number) || next < oldest || next > epoch) {
		api3_expect_words(a, API3_EVENT_FIGURES, user, "nextIndEpoch", false,
				  "an epoch between the oldest locked and the present one",
				  "another one");
		return;
	}
	add_slice(a, user, epoch, next);
}

void api3_on_calculated_locked(struct applying *a, const struct pool_event *event)
{
	struct address user = event->values[0].address;
	struct api3_account *account = api3_account(a->state, a->pool, user);
	uint64_t epoch = api3_epoch(a->block->timestamp);
	uint64_t oldest;

	api3_reward_step_ran(a);
	oldest = api3_oldest_locked_epoch(api3_parameters(a->state, a->pool), epoch);
	add_slice(a, user, epoch, oldest - 1);
	TRACE(a->trace, "locked",
	      "sum over epochs of reward * shares at its block // totalShares then", true,
	      account->precalculated_locked.raw, {"oldestLockedEpoch", u256_from(oldest)},
	      {"epoch", u256_from(epoch)});
	api3_expect(a, user, "amount", true, account->precalculated_locked.raw,
		    event->values[1].number);
	account->precalculated_locked = assets_of(event->values[1].number);
}
