/* Voting power: shares that count for another account. It never moves money. */
#include "protocols/api3/handlers.h"
#include "protocols/api3/rules.h"

/* Shares leave a delegate without an event of it; below zero only when events were left out. */
static void take_back(struct api3_account *delegate, struct shares shares)
{
	if (!shares_sub_ok(&delegate->delegated_to, delegate->delegated_to, shares))
		delegate->delegated_to = shares_of(U256_ZERO);
}

void api3_on_delegated(struct applying *a, const struct pool_event *event)
{
	struct address user = event->values[0].address;
	struct address to = event->values[1].address;
	struct shares shares = shares_of(event->values[2].number);
	struct api3_account *account = api3_account(a->state, a->pool, user);
	struct api3_account *delegate = api3_account(a->state, a->pool, to);
	uint64_t last = account->last_delegation_update_timestamp;

	api3_reward_step_ran(a);
	api3_expect(a, user, "shares", true, account->shares.raw, shares.raw);
	api3_expect_words(a, API3_DELEGATION_SPACING, user, "",
			  last + API3_WEEK < a->block->timestamp,
			  "more than a week since the last change", "less");
	api3_expect_words(a, API3_DELEGATION_ALLOWED, user, "",
			  !address_is_zero(to) && !address_equal(to, user) &&
				  !address_equal(to, account->delegate) &&
				  address_is_zero(delegate->delegate) && !u256_is_zero(shares.raw),
			  "some shares, to another account that delegates to nobody",
			  "another delegate or no shares");
	if (!address_is_zero(account->delegate))
		take_back(api3_account(a->state, a->pool, account->delegate), account->shares);
	api3_expect_sum(a, to, "totalDelegatedTo", "delegatedTo + shares",
			(struct trace_input){"delegatedTo", delegate->delegated_to.raw},
			(struct trace_input){"shares", shares.raw}, event->values[3].number);
	delegate->delegated_to = shares_of(event->values[3].number);
	account->delegate = to;
	account->last_delegation_update_timestamp = a->block->timestamp;
}

void api3_on_undelegated(struct applying *a, const struct pool_event *event)
{
	struct address user = event->values[0].address;
	struct address from = event->values[1].address;
	struct shares shares = shares_of(event->values[2].number);
	struct api3_account *account = api3_account(a->state, a->pool, user);
	struct api3_account *delegate = api3_account(a->state, a->pool, from);

	api3_reward_step_ran(a);
	api3_expect(a, user, "shares", true, account->shares.raw, shares.raw);
	api3_expect_words(a, API3_DELEGATION_ALLOWED, user, "",
			  address_equal(from, account->delegate), "the present delegate",
			  "another account");
	api3_expect_difference(a, from, "totalDelegatedTo", "delegatedTo - shares",
			       (struct trace_input){"delegatedTo", delegate->delegated_to.raw},
			       (struct trace_input){"shares", shares.raw}, event->values[3].number);
	delegate->delegated_to = shares_of(event->values[3].number);
	account->delegate = (struct address){{0}};
	account->last_delegation_update_timestamp = a->block->timestamp;
}

void api3_on_updated_delegation(struct applying *a, const struct pool_event *event)
{
	struct address user = event->values[0].address;
	struct address to = event->values[1].address;
	bool is_increase = event->values[2].boolean;
	struct shares shares = shares_of(event->values[3].number);
	u256 total = event->values[4].number;
	struct api3_account *account = api3_account(a->state, a->pool, user);
	struct api3_account *delegate = api3_account(a->state, a->pool, to);
	struct trace_input before = {"delegatedTo", delegate->delegated_to.raw};
	struct trace_input change = {"shares", shares.raw};
	struct api3_scratch *scratch = api3_scratch(a);

	api3_expect_words(a, API3_DELEGATION_ALLOWED, user, "",
			  address_equal(to, account->delegate), "the present delegate",
			  "another account");
	if (is_increase)
		api3_expect_sum(a, to, "totalDelegatedTo", "delegatedTo + shares", before, change,
				total);
	else
		api3_expect_difference(a, to, "totalDelegatedTo", "delegatedTo - shares", before,
				       change, total);
	delegate->delegated_to = shares_of(total);
	scratch->has_delegation_update = true;
	scratch->is_delegation_increase = is_increase;
	scratch->delegation_user = user;
	scratch->delegation_shares = shares;
}

void api3_take_delegation_update(struct applying *a, struct address user, bool is_increase,
				 struct shares shares)
{
	const struct api3_account *account = api3_account(a->state, a->pool, user);
	struct api3_scratch *scratch = api3_scratch(a);
	bool holds;

	if (address_is_zero(account->delegate))
		return;
	holds = scratch->has_delegation_update && scratch->is_delegation_increase == is_increase &&
		address_equal(scratch->delegation_user, user) &&
		u256_equal(scratch->delegation_shares.raw, shares.raw);
	api3_expect_words(a, API3_DELEGATION_SHARES, user, "", holds,
			  "an UpdatedDelegation of the same shares before it",
			  "none, or of other shares");
	scratch->has_delegation_update = false;
}
