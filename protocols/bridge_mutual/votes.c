/*
 * Votes on claims: how each was cast is in an event, its power is asked. So the result is compared
 * with, and kept undigested.
 */
#include "protocols/bridge_mutual/asked.h"
#include "protocols/bridge_mutual/handlers.h"

enum { VOTE_REJECTED = 7 }; /* voteStatus() of one that its voter did not confirm */

/* False where the node cannot tell; the power of a vote that does not count is zero. */
static bool ask_power(u256 *out, struct applying *a, uint64_t claim, struct address voter)
{
	static const uint8_t vote_index[4] = {0x2a, 0xfd, 0x32, 0x18};
	static const uint8_t voting_power[4] = {0x9c, 0x6d, 0x29, 0x76};
	static const uint8_t vote_status[4] = {0x44, 0x11, 0xbf, 0xa9};
	struct address voting = pool_contract(a->pool, BRIDGE_VOTING);
	u256 index;
	u256 status;

	if (!bridge_ask_vote(&index, a, voting, vote_index, claim, voter) ||
	    !bridge_ask_number(out, a, voting, voting_power, index) ||
	    !bridge_ask_number(&status, a, voting, vote_status, index))
		return false;
	if (u256_equal(status, u256_from(VOTE_REJECTED)))
		*out = U256_ZERO;
	return true;
}

/* The running average, as the contract keeps it: each step rounds down. */
static bool add_yes(struct bridge_votes *votes, u256 amount, u256 power)
{
	u256 before;
	u256 total;
	u256 sum;

	if (!u256_add_ok(&total, votes->yes, power) ||
	    !u256_mul_ok(&before, votes->average.raw, votes->yes) ||
	    !u256_mul_ok(&sum, amount, power) || !u256_add_ok(&sum, sum, before) ||
	    !u256_div_ok(&votes->average.raw, sum, total))
		return false;
	votes->yes = total;
	return true;
}

void bridge_on_vote(struct applying *a, const struct pool_event *event)
{
	struct bridge_votes *votes;
	u256 amount = event->values[2].number;
	u256 power = U256_ZERO;
	uint64_t claim;

	if (!u256_to_u64(&claim, event->values[0].number) ||
	    bridge_claim(a->state, a->pool, claim)->submitted == 0 || !a->chain)
		return;
	votes = bridge_numbered(a->state, &bridge_table_votes, a->pool, claim);
	if (!ask_power(&power, a, claim, event->values[1].address))
		votes->is_unknown = true;
	else if (u256_is_zero(power))
		return;
	else if (u256_is_zero(amount))
		votes->no = u256_add_wrap(votes->no, power);
	else if (!add_yes(votes, amount, power))
		votes->is_unknown = true;
}

void bridge_check_votes(struct applying *a, uint64_t index, struct assets granted)
{
	const struct bridge_votes *votes =
		bridge_numbered(a->state, &bridge_table_votes, a->pool, index);
	u256 all = U256_ZERO;
	u256 share = U256_ZERO;
	u256 least = U256_ZERO;
	bool ok;

	if (!a->pool->setup.contracts[BRIDGE_VOTING].count || votes->is_unknown)
		return;
	ok = u256_add_ok(&all, votes->yes, votes->no) &&
	     u256_mul_ok(&share, votes->yes, BRIDGE_PERCENTAGE_100) &&
	     u256_div_ok(&share, share, all) && u256_mul_ok(&least, BRIDGE_PERCENT, u256_from(66));
	TRACE(a->trace, "votes for it", "power for * 10^27 // power of all votes", ok, share,
	      {"power for", votes->yes}, {"power against", votes->no});
	TRACE(a->trace, "granted", "average of the amounts by power", ok, votes->average.raw,
	      {"power for", votes->yes});
	(void)check_that(a->checker, BRIDGE_CLAIM_VOTE, bridge_of_claim(a, index, "votes"),
			 ok && u256_compare(share, least) >= 0, "66 % of the votes' power or more",
			 "less");
	(void)check_equal(a->checker, BRIDGE_CLAIM_VOTE, bridge_of_claim(a, index, "granted"),
			  votes->average.raw, granted.raw);
}
