/*
 * Votes on claims: how each was cast is in an event, its power is asked. So the result is compared
 * with, and kept undigested.
 */
#include "protocols/bridge_mutual/asked.h"
#include "protocols/bridge_mutual/handlers.h"
#include "protocols/bridge_mutual/tally.h"

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

static void count(struct bridge_votes *votes, struct assets amount, u256 power)
{
	struct bridge_tally tally = {.yes = votes->yes, .no = votes->no, .average = votes->average};

	if (!bridge_tally_add(&tally, amount, power)) {
		votes->is_unknown = true;
		return;
	}
	votes->yes = tally.yes;
	votes->no = tally.no;
	votes->average = tally.average;
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
	else if (!u256_is_zero(power))
		count(votes, assets_of(amount), power);
}

void bridge_check_votes(struct applying *a, uint64_t index, struct assets granted)
{
	const struct bridge_votes *votes =
		bridge_numbered(a->state, &bridge_table_votes, a->pool, index);
	struct bridge_tally tally = {.yes = votes->yes, .no = votes->no, .average = votes->average};
	u256 share;
	bool is_accepted;
	bool ok;

	if (!a->pool->setup.contracts[BRIDGE_VOTING].count || votes->is_unknown)
		return;
	ok = bridge_tally_share(&share, &is_accepted, a->trace, &tally);
	(void)check_that(a->checker, BRIDGE_CLAIM_VOTE, bridge_of_claim(a, index, "votes"),
			 ok && is_accepted, "66 % of the votes' power or more", "less");
	(void)check_equal(a->checker, BRIDGE_CLAIM_VOTE, bridge_of_claim(a, index, "granted"),
			  votes->average.raw, granted.raw);
}
