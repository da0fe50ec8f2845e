#include "tests/support/pool_views.h"

static void put(uint8_t *word, uint64_t value)
{
	u256_to_be(word, u256_from(value));
}

static void put_address(uint8_t *word, const char *text)
{
	struct address address;

	assert_int_equal(address_parse(&address, text, strlen(text), NULL), OK);
	address_to_word(word, address);
}

/* The words of a pool's view; how many there are. */
static size_t answer_pool(uint8_t *out, const struct script *s, const char *signature)
{
	const struct script_contract *c = &s->contract;
	const struct {
		const char *signature;
		uint64_t value;
	} numbers[] = {
		{"totalStake()", c->total_stake},
		{"totalShares()", c->total_shares},
		{"apr()", c->apr},
		{"minApr()", c->min_apr},
		{"maxApr()", c->max_apr},
		{"aprUpdateStep()", c->apr_step},
		{"stakeTarget()", c->target},
		{"unstakeWaitPeriod()", c->wait},
		{"proposalVotingPowerThreshold()", c->threshold},
		{"epochIndexOfLastReward()", c->reward_epoch},
		{"genesisEpoch()", c->genesis_epoch},
		{"totalSupply()", c->supply},
		{"balanceOf(address)", c->balance},
		{"getMinterStatus(address)", c->is_minter},
	};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (strcmp(numbers[i].signature, signature) == 0) {
			put(out, numbers[i].value);
			return 1;
		}
	if (strncmp(signature, "agentApp", 8) == 0)
		put_address(out, SCRIPT_MANAGER_TEXT);
	else if (strncmp(signature, "votingApp", 9) == 0)
		put_address(out, SCRIPT_TIMELOCK_TEXT);
	else
		return 0;
	return 1;
}

static const struct script_user *user_of(const struct script *s, const uint8_t *word, int *index)
{
	static const struct script_user stranger = {.delegate = -1};

	for (*index = 0; *index < SCRIPT_USERS; (*index)++)
		if (memcmp(word + 12, script_address(*index).bytes, ADDRESS_BYTES) == 0)
			return &s->contract.users[*index];
	return &stranger;
}

static size_t answer_account(uint8_t *out, struct script *s, const char *signature,
			     const uint8_t *argument)
{
	const struct script_contract *c = &s->contract;
	int index;
	const struct script_user *u = user_of(s, argument, &index);
	size_t n = 0;

	if (strcmp(signature, "userShares(address)") == 0) {
		put(out, u->shares);
	} else if (strcmp(signature, "userStake(address)") == 0) {
		put(out,
		    (uint64_t)((unsigned __int128)u->shares * c->total_stake / c->total_shares));
	} else if (strcmp(signature, "userLocked(address)") == 0) {
		put(out, index < SCRIPT_USERS ? script_locked(s, index) : 0);
	} else if (strcmp(signature, "userVotingPower(address)") == 0) {
		put(out, u->delegate < 0 ? u->shares + u->delegated_to : 0);
	} else if (strcmp(signature, "userDelegate(address)") == 0) {
		put_address(out,
			    u->delegate < 0 ? SCRIPT_NOBODY_TEXT : script_user(s, u->delegate));
	} else if (strcmp(signature, "delegatedToUser(address)") == 0) {
		put(out, u->delegated_to);
	} else if (strcmp(signature, "getUser(address)") == 0) {
		const uint64_t words[] = {u->unstaked,       u->vesting,       u->unstake_amount,
					  u->unstake_shares, u->scheduled_for, u->delegated_at,
					  u->proposed_at};

		for (; n < 7; n++)
			put(out + 32 * n, words[n]);
		return n;
	} else if (strcmp(signature, "userToTimelock(address)") == 0) {
		const uint64_t words[] = {u->timelock_total, u->timelock_remaining,
					  u->timelock_start, u->timelock_end};

		for (; n < 4; n++)
			put(out + 32 * n, words[n]);
		return n;
	} else {
		return 0;
	}
	return 1;
}

static const struct view_rule *rule_of(const struct pool *pool, const struct chain_call *call)
{
	for (size_t i = 0; i < pool->protocol->view_count; i++)
		if (memcmp(pool->views[i].selector, call->data.data, 4) == 0)
			return &pool->protocol->views[i];
	fail_msg("a call of an unknown view");
	return NULL;
}

const struct view_rule *pool_views_answer(uint8_t **out, struct chain_call *call, struct script *s,
					  struct arena *arena)
{
	const struct view_rule *rule = rule_of(&s->pool, call);
	uint8_t *words = arena_alloc(arena, 8 * 32);
	size_t count;

	assert_true(address_equal(call->to, s->contracts[rule->role]));
	assert_int_equal(call->data.size, rule->argument == VIEW_NOTHING ? 4 : 36);
	count = rule->argument == VIEW_ACCOUNT
			? answer_account(words, s, rule->signature, call->data.data + 4)
			: answer_pool(words, s, rule->signature);
	if (!count)
		fail_msg("the script does not know %s", rule->signature);
	call->outcome = CALL_RETURNED;
	call->result = slice_of(words, 32 * count);
	if (out)
		*out = words;
	return rule;
}
