/* The rules are those of the contract's require statements, as the checks of protocols/api3 have
 * them; what would revert is not played. */
#include "tests/support/sim_play.h"

typedef unsigned __int128 wide;

enum {
	AMOUNT_MAX = 200000,
	CHECKPOINTS_LEFT = 8, /* an action uses one */
	REWARDS_LEFT = 2,
	LOGS_LEFT = 12, /* no action logs more */
	SLOT = 12,
	DAY = 86400,
};

static bool may_change_delegate(const struct script *s, const struct script_user *u)
{
	return u->delegated_at + SCRIPT_WEEK < s->block.timestamp;
}

static bool play_stake(struct script *s, int user, struct sim_random *random)
{
	const struct script_user *u = &s->contract.users[user];

	if (!u->unstaked)
		return false;
	script_stake(s, user, 1 + sim_below(random, u->unstaked));
	return true;
}

static bool play_schedule(struct script *s, int user, struct sim_random *random)
{
	const struct script_contract *c = &s->contract;
	const struct script_user *u = &c->users[user];
	uint64_t worth = (uint64_t)((wide)u->shares * c->total_stake / c->total_shares);

	if (u->scheduled_for || worth < 2)
		return false;
	script_schedule(s, user, 1 + sim_below(random, worth / 2));
	return true;
}

static bool play_unstake(struct script *s, int user)
{
	const struct script_user *u = &s->contract.users[user];

	if (!u->scheduled_for || u->scheduled_for >= s->block.timestamp)
		return false;
	script_unstake(s, user);
	return true;
}

static bool play_withdraw(struct script *s, int user, struct sim_random *random)
{
	const struct script_user *u = &s->contract.users[user];
	uint64_t held = u->vesting + script_locked(s, user);

	/* The reward step that comes first may lock more: leave it twice the room. */
	if (u->unstaked < 2 * held + 10)
		return false;
	script_withdraw(s, user, 1 + sim_below(random, (u->unstaked - 2 * held) / 2));
	return true;
}

static bool play_payout(struct script *s, int user, struct sim_random *random)
{
	uint64_t most = s->contract.total_stake / 30;

	if (!most)
		return false;
	script_payout(s, script_user(s, user), sim_below(random, most));
	return true;
}

static bool play_delegate(struct script *s, int user, struct sim_random *random)
{
	const struct script_user *u = &s->contract.users[user];
	int to = (int)sim_below(random, SCRIPT_USERS);

	if (!may_change_delegate(s, u) || !u->shares || to == user || to == u->delegate ||
	    s->contract.users[to].delegate >= 0)
		return false;
	script_delegate(s, user, to);
	return true;
}

static bool play_undelegate(struct script *s, int user)
{
	const struct script_user *u = &s->contract.users[user];

	if (!may_change_delegate(s, u) || u->delegate < 0)
		return false;
	script_undelegate(s, user);
	return true;
}

static bool play_vesting(struct script *s, int user, struct sim_random *random)
{
	const struct script_user *u = &s->contract.users[user];
	uint64_t now = s->block.timestamp;

	if (u->timelock_remaining)
		return false;
	script_vesting_deposit(s, user, 1 + sim_below(random, AMOUNT_MAX), now,
			       now + DAY + sim_below(random, 30 * DAY));
	return true;
}

static bool play_vest(struct script *s, int user)
{
	const struct script_user *u = &s->contract.users[user];

	if (!u->timelock_remaining || s->block.timestamp <= u->timelock_start)
		return false;
	script_vest(s, user);
	return true;
}

static bool play_propose(struct script *s, int user)
{
	if (s->contract.users[user].proposed_at + SCRIPT_WEEK >= s->block.timestamp)
		return false;
	script_propose(s, user);
	return true;
}

static bool play_parameter(struct script *s, struct sim_random *random)
{
	const uint64_t percent = SCRIPT_ONE / 100;

	switch (sim_below(random, 5)) {
	case 0:
		script_set(s, "SetStakeTarget", sim_below(random, 100) * percent);
		return true;
	case 1:
		script_set(s, "SetMaxApr", s->contract.min_apr + sim_below(random, 50) * percent);
		return true;
	case 2:
		script_set(s, "SetAprUpdateStep", sim_below(random, 3) * percent);
		return true;
	case 3:
		script_set(s, "SetUnstakeWaitPeriod", SCRIPT_WEEK + sim_below(random, SCRIPT_WEEK));
		return true;
	default:
		if (!sim_percent(random, 20))
			return false;
		script_set_minter(s, !s->contract.is_minter);
		return true;
	}
}

static bool play_transfer(struct script *s, int user, struct sim_random *random)
{
	uint64_t amount = sim_below(random, 1000);

	switch (sim_below(random, 3)) {
	case 0:
		script_transfer(s, script_user(s, user), s->names.pool, amount);
		break;
	case 1:
		script_transfer(s, script_user(s, user), SCRIPT_NOBODY_TEXT, amount);
		break;
	default:
		script_transfer(s, SCRIPT_NOBODY_TEXT, script_user(s, user), amount);
		break;
	}
	return true;
}

static bool play_small(struct script *s, int user, struct sim_random *random)
{
	switch (sim_below(random, 6)) {
	case 0:
		return play_vesting(s, user, random);
	case 1:
		return play_vest(s, user);
	case 2:
		return play_propose(s, user);
	case 3:
		script_precalculate(s, user, 100);
		return true;
	case 4:
		script_manager_deposit(s, user, 1 + sim_below(random, AMOUNT_MAX));
		return true;
	default:
		return play_transfer(s, user, random);
	}
}

int sim_play(struct script *s, struct sim_random *random)
{
	int user = (int)sim_below(random, SCRIPT_USERS);
	uint64_t amount = 1 + sim_below(random, AMOUNT_MAX);

	if (s->log_count + LOGS_LEFT > SCRIPT_LOGS_MAX ||
	    s->contract.users[user].checkpoint_count + CHECKPOINTS_LEFT > SCRIPT_CHECKPOINTS_MAX ||
	    s->contract.reward_count + REWARDS_LEFT > SCRIPT_REWARDS_MAX)
		return -1;
	switch (sim_below(random, 12)) {
	case 0:
		script_deposit(s, user, amount);
		return user;
	case 1:
	case 2:
		script_deposit_and_stake(s, user, amount);
		return user;
	case 3:
		return play_stake(s, user, random) ? user : -1;
	case 4:
		return play_schedule(s, user, random) ? user : -1;
	case 5:
		return play_unstake(s, user) ? user : -1;
	case 6:
		return play_withdraw(s, user, random) ? user : -1;
	case 7:
		return play_payout(s, user, random) ? SIM_ACTOR_MANAGER : -1;
	case 8:
		return play_delegate(s, user, random) ? user : -1;
	case 9:
		return play_undelegate(s, user) ? user : -1;
	case 10:
		return play_parameter(s, random) ? SIM_ACTOR_OUTSIDER : -1;
	default:
		return play_small(s, user, random) ? user : -1;
	}
}

uint64_t sim_pause(const struct script *s, struct sim_random *random)
{
	bool has_room = s->contract.reward_count + 3 * REWARDS_LEFT < SCRIPT_REWARDS_MAX;
	uint64_t draw = sim_below(random, 100);

	if (draw < 10 && has_room)
		return SCRIPT_WEEK + sim_below(random, 100);
	if (draw < 25 && has_room)
		return DAY + sim_below(random, DAY);
	return SLOT * (1 + sim_below(random, 3));
}
