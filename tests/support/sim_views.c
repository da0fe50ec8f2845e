#include "tests/support/sim_views.h"

#include <stddef.h>

#include "abi/keccak.h"

typedef unsigned __int128 wide;

/* Where a view's words stand: `count` numbers one after another. */
struct view {
	const char *signature;
	bool is_of_token;
	bool is_of_user;
	size_t offset;
	size_t count;
};

#define POOL(text, field)                                                                          \
	{                                                                                          \
		text, false, false, offsetof(struct sim_views, field), 1                           \
	}
#define TOKEN(text, field)                                                                         \
	{                                                                                          \
		text, true, false, offsetof(struct sim_views, field), 1                            \
	}
#define USER(text, field, count)                                                                   \
	{                                                                                          \
		text, false, true, offsetof(struct sim_user, field), count                         \
	}

enum { WORDS_OF_USER = 7, WORDS_OF_TIMELOCK = 4 };

/* Those without a place are answered on their own. */
static const struct view views_known[] = {
	POOL("totalStake()", total_stake),
	POOL("totalShares()", total_shares),
	POOL("apr()", apr),
	POOL("minApr()", min_apr),
	POOL("maxApr()", max_apr),
	POOL("aprUpdateStep()", apr_step),
	POOL("stakeTarget()", target),
	POOL("unstakeWaitPeriod()", wait),
	POOL("proposalVotingPowerThreshold()", threshold),
	POOL("epochIndexOfLastReward()", reward_epoch),
	POOL("genesisEpoch()", genesis_epoch),
	{"agentAppPrimary()", false, false, 0, 0},
	{"agentAppSecondary()", false, false, 0, 0},
	{"votingAppPrimary()", false, false, 0, 0},
	{"votingAppSecondary()", false, false, 0, 0},
	TOKEN("totalSupply()", supply),
	TOKEN("balanceOf(address)", balance),
	{"getMinterStatus(address)", true, false, 0, 0},
	USER("userShares(address)", shares, 1),
	USER("userStake(address)", stake, 1),
	USER("userLocked(address)", locked, 1),
	USER("userVotingPower(address)", voting_power, 1),
	{"userDelegate(address)", false, true, 0, 0},
	USER("delegatedToUser(address)", delegated_to, 1),
	{"getUser(address)", false, true, 0, WORDS_OF_USER},
	USER("userToTimelock(address)", timelock_total, WORDS_OF_TIMELOCK),
};
_Static_assert(sizeof(views_known) / sizeof(views_known[0]) == SIM_VIEW_COUNT, "count the views");

static struct sim_user user_of(const struct script *s, const struct sim_names *names, int index)
{
	const struct script_contract *c = &s->contract;
	const struct script_user *u = &c->users[index];
	struct sim_user out = {
		.unstaked = u->unstaked,
		.vesting = u->vesting,
		.shares = u->shares,
		.stake = (uint64_t)((wide)u->shares * c->total_stake / c->total_shares),
		.unstake_amount = u->unstake_amount,
		.unstake_shares = u->unstake_shares,
		.scheduled_for = u->scheduled_for,
		.delegated_at = u->delegated_at,
		.proposed_at = u->proposed_at,
		.delegated_to = u->delegated_to,
		.voting_power = u->delegate < 0 ? u->shares + u->delegated_to : 0,
		.locked = script_locked(s, index),
		.timelock_total = u->timelock_total,
		.timelock_remaining = u->timelock_remaining,
		.timelock_start = u->timelock_start,
		.timelock_end = u->timelock_end,
	};

	if (u->delegate >= 0)
		out.delegate = names->users[u->delegate];
	return out;
}

struct sim_views sim_views_of(const struct script *s, const struct sim_names *names)
{
	const struct script_contract *c = &s->contract;
	struct sim_views out = {
		.has_code = true,
		.total_stake = c->total_stake,
		.total_shares = c->total_shares,
		.apr = c->apr,
		.min_apr = c->min_apr,
		.max_apr = c->max_apr,
		.apr_step = c->apr_step,
		.target = c->target,
		.wait = c->wait,
		.threshold = c->threshold,
		.reward_epoch = c->reward_epoch,
		.genesis_epoch = c->genesis_epoch,
		.supply = c->supply,
		.balance = c->balance,
		.is_minter = c->is_minter,
	};

	for (int i = 0; i < SCRIPT_USERS; i++)
		out.users[i] = user_of(s, names, i);
	return out;
}

static u256 word_of_address(struct address address)
{
	uint8_t word[U256_BYTES];

	address_to_word(word, address);
	return u256_from_be(word);
}

static bool argument_of(struct address *out, struct slice data)
{
	return data.size == 4 + U256_BYTES && address_from_word(out, data.data + 4);
}

static void take(u256 *out, const void *base, size_t offset, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t value;

		memcpy(&value, (const uint8_t *)base + offset + i * sizeof(value), sizeof(value));
		out[i] = u256_from(value);
	}
}

static size_t answer_user(u256 *out, const struct view *view, const struct sim_user *u)
{
	const uint64_t words[WORDS_OF_USER] = {
		u->unstaked,      u->vesting,      u->unstake_amount, u->unstake_shares,
		u->scheduled_for, u->delegated_at, u->proposed_at};

	if (!view->count) {
		out[0] = word_of_address(u->delegate);
		return 1;
	}
	if (view->count == WORDS_OF_USER)
		take(out, words, 0, WORDS_OF_USER);
	else
		take(out, u, view->offset, view->count);
	return view->count;
}

/* The pool's own balance and right to mint; nobody else has any. */
static size_t answer_token(u256 *out, const struct view *view, const struct sim_views *v,
			   const struct sim_names *names, struct slice data)
{
	struct address who;
	bool is_pool;

	if (strcmp(view->signature, "totalSupply()") == 0) {
		out[0] = u256_from(v->supply);
		return 1;
	}
	if (!argument_of(&who, data))
		return 0;
	is_pool = address_equal(who, names->pool);
	out[0] = u256_from(is_pool ? (view->count ? v->balance : v->is_minter) : 0);
	return 1;
}

static size_t answer_pool(u256 *out, const struct view *view, const struct sim_views *v,
			  const struct sim_names *names, struct slice data)
{
	static const struct sim_user stranger;
	struct address who;

	if (!view->is_of_user && view->count) {
		take(out, v, view->offset, 1);
		return 1;
	}
	if (!view->is_of_user) {
		out[0] = word_of_address(view->signature[0] == 'a' ? names->manager
								   : names->timelock);
		return 1;
	}
	if (!argument_of(&who, data))
		return 0;
	for (int i = 0; i < SCRIPT_USERS; i++)
		if (address_equal(names->users[i], who))
			return answer_user(out, view, &v->users[i]);
	return answer_user(out, view, &stranger);
}

size_t sim_view_answer(u256 out[SIM_WORDS_MAX], size_t *view, const struct sim_views *views,
		       const struct sim_names *names, struct address to, struct slice data)
{
	bool is_token = address_equal(to, names->token);

	*view = SIM_VIEW_COUNT;
	if ((!is_token && !address_equal(to, names->pool)) || data.size < 4)
		return 0;
	for (size_t i = 0; i < SIM_VIEW_COUNT; i++) {
		const struct view *known = &views_known[i];
		struct hash hash = keccak256(known->signature, strlen(known->signature));

		if (known->is_of_token != is_token || memcmp(hash.bytes, data.data, 4) != 0)
			continue;
		*view = i;
		return is_token ? answer_token(out, known, views, names, data)
				: answer_pool(out, known, views, names, data);
	}
	return 0;
}

size_t sim_view_number(const char *signature)
{
	for (size_t i = 0; i < SIM_VIEW_COUNT; i++)
		if (strcmp(views_known[i].signature, signature) == 0)
			return i;
	fail_msg("no view %s", signature);
	return SIM_VIEW_COUNT;
}
