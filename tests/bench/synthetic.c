/*
 * The pool as its contract would run it, with people who use it. One function an action: it looks
 * whether the contract would let it pass, changes the state and emits the logs in the contract's
 * order; an action that is not possible for the chosen account is simply not taken.
 */
#include "tests/bench/synthetic.h"

#include <assert.h>
#include <stdlib.h>

#include "abi/keccak.h"
#include "protocols/api3/rules.h"

enum {
	EVENTS_PER_BLOCK = 13, /* in halves: what the draw in block_size() comes to on average */
	NOBODY = -1,
	CHECKPOINTS_FIRST = 4,
	TRIES = 64,
	FIRST_USERS = 40,
	SECONDS_PER_SLOT = 12,
	DEFAULT_WEEKS = 208,
};

/* 2021-07-08 00:00 UTC, the genesis epoch of the real pool, and half a day. */
static const uint64_t birth_time = UINT64_C(2688) * API3_WEEK + 43200;

/* ---- events ---- */

enum event_kind {
	DEPOSITED,
	WITHDRAWN,
	STAKED,
	SCHEDULED_UNSTAKE,
	UNSTAKED,
	MINTED_REWARD,
	PAID_OUT_CLAIM,
	DELEGATED,
	UNDELEGATED,
	UPDATED_DELEGATION,
	CALCULATED_USER_LOCKED,
	DEPOSITED_BY_TIMELOCK_MANAGER,
	DEPOSITED_VESTING,
	VESTED_TIMELOCK,
	SET_DAO_APPS,
	SET_CLAIMS_MANAGER_STATUS,
	SET_STAKE_TARGET,
	SET_MAX_APR,
	SET_MIN_APR,
	SET_UNSTAKE_WAIT_PERIOD,
	SET_APR_UPDATE_STEP,
	SET_PROPOSAL_THRESHOLD,
	UPDATED_LAST_PROPOSAL,
	TRANSFER,
	APPROVAL,
	MINTER_STATUS,
	EVENT_KINDS
};

static const char *const signatures[EVENT_KINDS] = {
	[DEPOSITED] = "Deposited(address,uint256,uint256)",
	[WITHDRAWN] = "Withdrawn(address,uint256,uint256)",
	[STAKED] = "Staked(address,uint256,uint256,uint256,uint256,uint256,uint256)",
	[SCHEDULED_UNSTAKE] = "ScheduledUnstake(address,uint256,uint256,uint256,uint256)",
	[UNSTAKED] = "Unstaked(address,uint256,uint256,uint256,uint256)",
	[MINTED_REWARD] = "MintedReward(uint256,uint256,uint256,uint256)",
	[PAID_OUT_CLAIM] = "PaidOutClaim(address,uint256,uint256)",
	[DELEGATED] = "Delegated(address,address,uint256,uint256)",
	[UNDELEGATED] = "Undelegated(address,address,uint256,uint256)",
	[UPDATED_DELEGATION] = "UpdatedDelegation(address,address,bool,uint256,uint256)",
	[CALCULATED_USER_LOCKED] = "CalculatedUserLocked(address,uint256)",
	[DEPOSITED_BY_TIMELOCK_MANAGER] = "DepositedByTimelockManager(address,uint256,uint256)",
	[DEPOSITED_VESTING] = "DepositedVesting(address,uint256,uint256,uint256,uint256,uint256)",
	[VESTED_TIMELOCK] = "VestedTimelock(address,uint256,uint256)",
	[SET_DAO_APPS] = "SetDaoApps(address,address,address,address)",
	[SET_CLAIMS_MANAGER_STATUS] = "SetClaimsManagerStatus(address,bool)",
	[SET_STAKE_TARGET] = "SetStakeTarget(uint256)",
	[SET_MAX_APR] = "SetMaxApr(uint256)",
	[SET_MIN_APR] = "SetMinApr(uint256)",
	[SET_UNSTAKE_WAIT_PERIOD] = "SetUnstakeWaitPeriod(uint256)",
	[SET_APR_UPDATE_STEP] = "SetAprUpdateStep(uint256)",
	[SET_PROPOSAL_THRESHOLD] = "SetProposalVotingPowerThreshold(uint256)",
	[UPDATED_LAST_PROPOSAL] = "UpdatedLastProposalTimestamp(address,uint256,address)",
	[TRANSFER] = "Transfer(address,address,uint256)",
	[APPROVAL] = "Approval(address,address,uint256)",
	[MINTER_STATUS] = "MinterStatusUpdated(address,bool)",
};

/* ---- state ---- */

struct checkpoint {
	uint64_t block;
	u256 shares;
};

struct person {
	struct address address;
	u256 wallet;
	u256 unstaked;
	u256 vesting;
	u256 shares;
	u256 unstake_amount;
	u256 unstake_shares;
	uint64_t scheduled_for; /* 0: none pending */
	uint64_t last_delegation;
	int32_t delegate;
	u256 delegated_to;
	u256 timelock_total;
	u256 timelock_remaining;
	uint64_t timelock_start;
	uint64_t timelock_end;
	uint64_t precalculated_epoch;
	/* Shares over time, as far as a reward's block can ask for them. */
	struct checkpoint *checkpoints;
	uint32_t checkpoint_count;
	uint32_t checkpoint_capacity;
};

struct reward {
	uint64_t epoch;
	uint64_t block;
	u256 amount;
	u256 shares_then;
};

struct synthetic {
	struct synthetic_options options;
	struct arena *arena; /* of the block */
	uint64_t random;
	struct hash topics[EVENT_KINDS];

	struct person *people;
	uint32_t *pending; /* a ring of accounts with a scheduled unstake, oldest first */
	uint32_t pending_first;
	uint32_t pending_count;
	struct reward *rewards;
	size_t reward_count;
	size_t reward_capacity;

	u256 total_stake;
	u256 total_shares;
	u256 supply;
	u256 apr;
	u256 min_apr;
	u256 max_apr;
	u256 apr_step;
	u256 stake_target;
	uint64_t wait_period;
	uint64_t last_reward_epoch;

	struct block_ref ref; /* the block at hand */
	uint64_t event_count; /* pool events so far */
	uint64_t block_index;
	uint64_t transaction_count; /* of the whole chain */
	struct event_log *logs;
	size_t log_count;
	size_t log_capacity;
	struct hash *transactions; /* of the block */
	size_t block_transactions;
	size_t transaction_capacity;
	bool has_transaction;
};

/* ---- small helps ---- */

uint64_t synthetic_random(uint64_t *state)
{
	uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

static uint64_t below(struct synthetic *s, uint64_t limit)
{
	return synthetic_random(&s->random) % limit;
}

static u256 plus(u256 a, u256 b)
{
	u256 out;
	bool ok = u256_add_ok(&out, a, b);

	assert(ok);
	return out;
}

static u256 minus(u256 a, u256 b)
{
	u256 out;
	bool ok = u256_sub_ok(&out, a, b);

	assert(ok);
	return out;
}

/* a - b, or 0. */
static u256 excess(u256 a, u256 b)
{
	return u256_less(b, a) ? minus(a, b) : U256_ZERO;
}

static u256 least(u256 a, u256 b)
{
	return u256_less(a, b) ? a : b;
}

/* amount * numerator / denominator. */
static u256 part(u256 amount, uint64_t numerator, uint64_t denominator)
{
	u256 out;
	bool ok = u256_mul_div_ok(&out, amount, u256_from(numerator), u256_from(denominator));

	assert(ok);
	return out;
}

static u256 tokens(uint64_t count)
{
	return part(API3_ONE, count, 1);
}

/* A random part of an amount: any, or all of it now and then. */
static u256 random_part(struct synthetic *s, u256 amount)
{
	uint64_t draw = synthetic_random(&s->random);

	return draw % 10 == 0 ? amount : part(amount, draw >> 32, UINT64_C(1) << 32);
}

static struct hash hash_of(const char *what, uint64_t seed, uint64_t number)
{
	uint8_t text[24] = {0};

	memcpy(text, what, strlen(what) < 8 ? strlen(what) : 8);
	put_be64(text + 8, seed);
	put_be64(text + 16, number);
	return keccak256(text, sizeof(text));
}

static struct address address_named(const char *what, uint64_t seed, uint64_t number)
{
	struct hash hash = hash_of(what, seed, number);
	struct address address;

	memcpy(address.bytes, hash.bytes + 12, ADDRESS_BYTES);
	return address;
}

struct address synthetic_account(const struct synthetic_options *options, uint32_t index)
{
	return address_named("account", options->seed, index);
}

struct address synthetic_pool(void)
{
	return (struct address){{0x6d, 0xd6, [18] = 0x6d, [19] = 0x76}};
}

struct address synthetic_token(void)
{
	return (struct address){{0x0b, 0x38, [18] = 0xb8, [19] = 0x8a}};
}

struct address synthetic_timelock_manager(void)
{
	return (struct address){{0xfa, 0xef, [18] = 0x2b, [19] = 0xaa}};
}

u256 synthetic_initial_supply(void)
{
	return tokens(UINT64_C(100000000));
}

/* Seconds from one block number to the next, so that the whole history takes options.weeks. */
static uint64_t spacing(const struct synthetic_options *options)
{
	uint64_t weeks = options->weeks ? options->weeks : DEFAULT_WEEKS;
	uint64_t every = options->every ? options->every : 1;
	uint64_t halves = options->block_events ? 2 * options->block_events : EVENTS_PER_BLOCK;
	uint64_t numbers = (options->events * 2 / halves + 1) * every;
	uint64_t slots = weeks * API3_WEEK / numbers / SECONDS_PER_SLOT;

	return (slots ? slots : 1) * SECONDS_PER_SLOT;
}

static struct hash block_hash(const struct synthetic_options *options, uint64_t number)
{
	struct hash hash = hash_of("block", options->seed, number);

	put_be64(hash.bytes + 24, number);
	return hash;
}

struct block_ref synthetic_ref(const struct synthetic_options *options, uint64_t number)
{
	uint64_t length = spacing(options);
	struct block_ref ref = {.number = number, .hash = block_hash(options, number)};

	if (number)
		ref.parent_hash = block_hash(options, number - 1);
	ref.timestamp = number >= SYNTHETIC_BIRTH
				? birth_time + (number - SYNTHETIC_BIRTH) * length
				: birth_time - (SYNTHETIC_BIRTH - number) * SECONDS_PER_SLOT;
	return ref;
}

/* ---- logs ---- */

static struct hash topic_of_address(struct address address)
{
	struct hash topic;

	address_to_word(topic.bytes, address);
	return topic;
}

static struct hash topic_of_number(u256 number)
{
	struct hash topic;

	u256_to_be(topic.bytes, number);
	return topic;
}

static void begin_transaction(struct synthetic *s)
{
	s->has_transaction = false;
}

/* A transaction counts as one of the block with its first log. */
static void need_transaction(struct synthetic *s)
{
	if (s->has_transaction)
		return;
	if (s->block_transactions == s->transaction_capacity) {
		s->transaction_capacity =
			s->transaction_capacity ? s->transaction_capacity * 2 : 64;
		s->transactions = xrealloc(s->transactions,
					   s->transaction_capacity * sizeof(s->transactions[0]));
	}
	s->transactions[s->block_transactions++] =
		hash_of("tx", s->options.seed, s->transaction_count++);
	s->has_transaction = true;
}

static void emit(struct synthetic *s, enum event_kind kind, const struct hash *topics,
		 size_t topic_count, const u256 *words, size_t word_count)
{
	struct event_log *log;
	uint8_t *data = arena_alloc(s->arena, word_count * 32);

	need_transaction(s);
	if (s->log_count == s->log_capacity) {
		s->log_capacity = s->log_capacity ? s->log_capacity * 2 : 64;
		s->logs = xrealloc(s->logs, s->log_capacity * sizeof(s->logs[0]));
	}
	log = &s->logs[s->log_count];
	*log = (struct event_log){
		.address = kind >= TRANSFER ? synthetic_token() : synthetic_pool(),
		.topic_count = (uint32_t)topic_count + 1,
		.log_index = (uint32_t)s->log_count,
		.transaction_index = (uint32_t)s->block_transactions - 1,
		.data = slice_of(data, word_count * 32),
		.block_number = s->ref.number,
		.block_hash = s->ref.hash,
		.transaction_hash = s->transactions[s->block_transactions - 1],
	};
	log->topics[0] = s->topics[kind];
	for (size_t i = 0; i < topic_count; i++)
		log->topics[i + 1] = topics[i];
	for (size_t i = 0; i < word_count; i++)
		u256_to_be(data + i * 32, words[i]);
	s->log_count++;
	if (kind < TRANSFER)
		s->event_count++;
}

#define WORDS(...) (const u256[]){__VA_ARGS__}, sizeof((const u256[]){__VA_ARGS__}) / sizeof(u256)

static void emit_of(struct synthetic *s, enum event_kind kind, struct address who,
		    const u256 *words, size_t word_count)
{
	struct hash topic = topic_of_address(who);

	emit(s, kind, &topic, 1, words, word_count);
}

static void emit_pair(struct synthetic *s, enum event_kind kind, struct address from,
		      struct address to, const u256 *words, size_t word_count)
{
	struct hash topics[2] = {topic_of_address(from), topic_of_address(to)};

	emit(s, kind, topics, 2, words, word_count);
}

static u256 word_of_address(struct address address)
{
	struct hash topic = topic_of_address(address);

	return u256_from_be(topic.bytes);
}

static void transfer(struct synthetic *s, struct address from, struct address to, u256 amount)
{
	emit_pair(s, TRANSFER, from, to, WORDS(amount));
}

/* transferFrom by the pool: the token logs what is left of the allowance, too. */
static void pull(struct synthetic *s, struct address from, u256 amount)
{
	transfer(s, from, synthetic_pool(), amount);
	emit_pair(s, APPROVAL, from, synthetic_pool(), WORDS(excess(U256_MAX, amount)));
}

/* ---- the pool's rules ---- */

static u256 shares_for(const struct synthetic *s, u256 amount)
{
	struct shares out;
	bool ok = api3_shares_of(&out, NULL, "", assets_of(amount), shares_of(s->total_shares),
				 assets_of(s->total_stake));

	assert(ok);
	return out.raw;
}

static u256 stake_of(const struct synthetic *s, u256 shares)
{
	struct assets out;
	bool ok = api3_stake_of(&out, NULL, "", shares_of(shares), assets_of(s->total_stake),
				shares_of(s->total_shares));

	assert(ok);
	return out.raw;
}

static uint64_t now(const struct synthetic *s)
{
	return s->ref.timestamp;
}

static void reward_step(struct synthetic *s)
{
	const struct address nobody = {{0}};
	uint64_t epoch = api3_epoch(now(s));
	struct assets amount;
	struct hash topic = topic_of_number(u256_from(epoch));
	bool ok;

	if (s->last_reward_epoch >= epoch)
		return;
	ok = api3_reward_amount(&amount, NULL, assets_of(s->total_stake), s->apr);
	assert(ok);
	if (s->reward_count == s->reward_capacity) {
		s->reward_capacity = s->reward_capacity ? s->reward_capacity * 2 : 256;
		s->rewards = xrealloc(s->rewards, s->reward_capacity * sizeof(s->rewards[0]));
	}
	s->rewards[s->reward_count++] = (struct reward){.epoch = epoch,
							.block = s->ref.number,
							.amount = amount.raw,
							.shares_then = s->total_shares};
	s->last_reward_epoch = epoch;
	transfer(s, nobody, synthetic_pool(), amount.raw);
	s->supply = plus(s->supply, amount.raw);
	s->total_stake = plus(s->total_stake, amount.raw);
	ok = api3_next_apr(&s->apr, NULL, s->apr, assets_of(s->total_stake), assets_of(s->supply),
			   s->stake_target, s->apr_step, s->min_apr, s->max_apr);
	assert(ok);
	emit(s, MINTED_REWARD, &topic, 1, WORDS(amount.raw, s->apr, s->total_stake));
}

/* Only a reward's block can be asked for: between two rewards the newest value is enough. */
static void set_shares(struct synthetic *s, struct person *p, u256 shares)
{
	struct checkpoint *last =
		p->checkpoint_count ? &p->checkpoints[p->checkpoint_count - 1] : NULL;
	uint64_t last_reward = s->reward_count ? s->rewards[s->reward_count - 1].block : 0;

	p->shares = shares;
	if (last && (last->block == s->ref.number || last->block > last_reward)) {
		*last = (struct checkpoint){.block = s->ref.number, .shares = shares};
		return;
	}
	if (p->checkpoint_count == p->checkpoint_capacity) {
		p->checkpoint_capacity =
			p->checkpoint_capacity ? p->checkpoint_capacity * 2 : CHECKPOINTS_FIRST;
		p->checkpoints = xrealloc(p->checkpoints,
					  p->checkpoint_capacity * sizeof(p->checkpoints[0]));
	}
	p->checkpoints[p->checkpoint_count++] =
		(struct checkpoint){.block = s->ref.number, .shares = shares};
}

static u256 locked(const struct synthetic *s, const struct person *p)
{
	uint64_t epoch = api3_epoch(now(s));
	uint32_t at = p->checkpoint_count;
	u256 sum = U256_ZERO;

	for (size_t i = s->reward_count; i-- > 0;) {
		const struct reward *reward = &s->rewards[i];
		struct assets share;
		bool ok;

		if (reward->epoch + API3_REWARD_VESTING_EPOCHS <= epoch)
			break;
		while (at > 0 && p->checkpoints[at - 1].block > reward->block)
			at--;
		if (at == 0)
			break;
		ok = api3_locked_part(&share, assets_of(reward->amount),
				      shares_of(p->checkpoints[at - 1].shares),
				      shares_of(reward->shares_then), true);
		assert(ok);
		sum = plus(sum, share.raw);
	}
	return sum;
}

/* The most that the account may withdraw now. */
static u256 withdrawable(const struct synthetic *s, const struct person *p)
{
	u256 have = plus(p->unstaked, stake_of(s, p->shares));
	u256 kept = plus(locked(s, p), p->vesting);

	return least(p->unstaked, excess(have, kept));
}

/* ---- what people do; false where the contract would not let them ---- */

static uint32_t active_count(const struct synthetic *s)
{
	uint64_t grown = FIRST_USERS +
			 s->options.accounts * s->event_count * 8 / (s->options.events * 5 + 1);

	return grown < s->options.accounts ? (uint32_t)grown : s->options.accounts;
}

/* Somebody, rather an early user than a late one. */
static struct person *somebody(struct synthetic *s)
{
	uint64_t draw = below(s, UINT64_C(1) << 32);
	uint64_t other = below(s, 3) ? UINT64_C(1) << 32 : below(s, UINT64_C(1) << 32);

	return &s->people[(draw * (other >> 16) >> 16) * active_count(s) >> 32];
}

static bool deposit_amount(struct synthetic *s, struct person *p, u256 *amount)
{
	if (u256_is_zero(p->wallet))
		return false;
	*amount = random_part(s, p->wallet);
	return true;
}

static void do_deposit(struct synthetic *s, struct person *p, u256 amount)
{
	reward_step(s);
	p->wallet = minus(p->wallet, amount);
	p->unstaked = plus(p->unstaked, amount);
	pull(s, p->address, amount);
	emit_of(s, DEPOSITED, p->address, WORDS(amount, p->unstaked));
}

static void update_delegation(struct synthetic *s, struct person *p, bool is_increase, u256 shares)
{
	struct person *delegate;

	if (p->delegate == NOBODY)
		return;
	delegate = &s->people[p->delegate];
	delegate->delegated_to = is_increase ? plus(delegate->delegated_to, shares)
					     : minus(delegate->delegated_to, shares);
	emit_pair(s, UPDATED_DELEGATION, p->address, delegate->address,
		  WORDS(u256_from(is_increase), shares, delegate->delegated_to));
}

static void do_stake(struct synthetic *s, struct person *p, u256 amount)
{
	u256 minted;

	reward_step(s);
	minted = shares_for(s, amount);
	p->unstaked = minus(p->unstaked, amount);
	set_shares(s, p, plus(p->shares, minted));
	s->total_shares = plus(s->total_shares, minted);
	s->total_stake = plus(s->total_stake, amount);
	update_delegation(s, p, true, minted);
	emit_of(s, STAKED, p->address,
		WORDS(amount, minted, p->unstaked, p->shares, s->total_shares, s->total_stake));
}

static bool deposit(struct synthetic *s)
{
	struct person *p = somebody(s);
	u256 amount;

	if (!deposit_amount(s, p, &amount))
		return false;
	do_deposit(s, p, amount);
	return true;
}

static bool deposit_and_stake(struct synthetic *s)
{
	struct person *p = somebody(s);
	u256 amount;

	if (!deposit_amount(s, p, &amount))
		return false;
	do_deposit(s, p, amount);
	do_stake(s, p, amount);
	return true;
}

static bool stake(struct synthetic *s)
{
	struct person *p = somebody(s);

	if (u256_is_zero(p->unstaked))
		return false;
	do_stake(s, p, random_part(s, p->unstaked));
	return true;
}

static bool schedule_unstake(struct synthetic *s)
{
	struct person *p = somebody(s);
	u256 amount;
	u256 shares;

	if (p->scheduled_for || u256_is_zero(p->shares))
		return false;
	/* Rewards that this very call mints only raise what the shares are worth. */
	amount = random_part(s, stake_of(s, p->shares));
	if (u256_bit_length(amount) < 40)
		return false;
	reward_step(s);
	shares = shares_for(s, amount);
	p->unstake_amount = amount;
	p->unstake_shares = shares;
	p->scheduled_for = now(s) + s->wait_period;
	set_shares(s, p, minus(p->shares, shares));
	update_delegation(s, p, false, shares);
	emit_of(s, SCHEDULED_UNSTAKE, p->address,
		WORDS(amount, shares, u256_from(p->scheduled_for), p->shares));
	s->pending[(s->pending_first + s->pending_count++) % s->options.accounts] =
		(uint32_t)(p - s->people);
	return true;
}

/* The one who has waited longest, if it was long enough; gives the amount. */
static struct person *do_unstake(struct synthetic *s, u256 *amount)
{
	struct person *p;
	struct assets paid;
	bool ok;

	if (!s->pending_count)
		return NULL;
	p = &s->people[s->pending[s->pending_first]];
	if (p->scheduled_for >= now(s))
		return NULL;
	s->pending_first = (s->pending_first + 1) % s->options.accounts;
	s->pending_count--;
	reward_step(s);
	ok = api3_unstake_amount(&paid, NULL, assets_of(p->unstake_amount),
				 shares_of(p->unstake_shares), assets_of(s->total_stake),
				 shares_of(s->total_shares));
	assert(ok);
	*amount = paid.raw;
	p->unstaked = plus(p->unstaked, *amount);
	s->total_shares = minus(s->total_shares, p->unstake_shares);
	s->total_stake = minus(s->total_stake, *amount);
	p->unstake_amount = U256_ZERO;
	p->unstake_shares = U256_ZERO;
	p->scheduled_for = 0;
	emit_of(s, UNSTAKED, p->address,
		WORDS(*amount, p->unstaked, s->total_shares, s->total_stake));
	return p;
}

static bool unstake(struct synthetic *s)
{
	u256 amount;

	return do_unstake(s, &amount) != NULL;
}

static void do_withdraw(struct synthetic *s, struct person *p, u256 amount)
{
	p->unstaked = minus(p->unstaked, amount);
	p->wallet = plus(p->wallet, amount);
	transfer(s, synthetic_pool(), p->address, amount);
	emit_of(s, WITHDRAWN, p->address, WORDS(amount, p->unstaked));
}

static bool unstake_and_withdraw(struct synthetic *s)
{
	u256 amount;
	struct person *p = do_unstake(s, &amount);

	if (!p)
		return false;
	/* Else the contract reverts the whole, and the account only unstakes. */
	if (u256_compare(amount, withdrawable(s, p)) <= 0)
		do_withdraw(s, p, amount);
	return true;
}

static bool withdraw(struct synthetic *s)
{
	struct person *p = somebody(s);
	u256 amount;

	if (u256_is_zero(p->unstaked) || u256_is_zero(withdrawable(s, p)))
		return false;
	reward_step(s);
	amount = random_part(s, withdrawable(s, p)); /* the step may have locked all: 0 is legal */
	do_withdraw(s, p, amount);
	return true;
}

static bool may_change_delegate(const struct synthetic *s, const struct person *p)
{
	return p->last_delegation + API3_WEEK < now(s);
}

static bool delegate(struct synthetic *s)
{
	struct person *p = somebody(s);
	struct person *to = somebody(s);

	if (u256_is_zero(p->shares) || to == p || to->delegate != NOBODY ||
	    p->delegate == to - s->people || !may_change_delegate(s, p))
		return false;
	reward_step(s);
	if (p->delegate != NOBODY) {
		struct person *previous = &s->people[p->delegate];

		previous->delegated_to = minus(previous->delegated_to, p->shares);
	}
	to->delegated_to = plus(to->delegated_to, p->shares);
	p->delegate = (int32_t)(to - s->people);
	p->last_delegation = now(s);
	emit_pair(s, DELEGATED, p->address, to->address, WORDS(p->shares, to->delegated_to));
	return true;
}

static bool undelegate(struct synthetic *s)
{
	struct person *p = somebody(s);
	struct person *from;

	if (p->delegate == NOBODY || !may_change_delegate(s, p))
		return false;
	reward_step(s);
	from = &s->people[p->delegate];
	from->delegated_to = minus(from->delegated_to, p->shares);
	p->delegate = NOBODY;
	p->last_delegation = now(s);
	emit_pair(s, UNDELEGATED, p->address, from->address, WORDS(p->shares, from->delegated_to));
	return true;
}

/* The timelock manager deposits what is released and the rest with its schedule. */
static bool vesting_deposit(struct synthetic *s)
{
	struct person *p = somebody(s);
	u256 released;
	u256 rest;

	if (!u256_is_zero(p->timelock_remaining) || u256_bit_length(p->wallet) < 64)
		return false;
	released = part(p->wallet, below(s, 8), 16);
	rest = part(p->wallet, 1 + below(s, 7), 16);
	p->wallet = minus(p->wallet, plus(released, rest));
	if (!u256_is_zero(released)) {
		p->unstaked = plus(p->unstaked, released);
		pull(s, synthetic_timelock_manager(), released);
		emit_of(s, DEPOSITED_BY_TIMELOCK_MANAGER, p->address, WORDS(released, p->unstaked));
	}
	p->unstaked = plus(p->unstaked, rest);
	p->vesting = plus(p->vesting, rest);
	p->timelock_total = rest;
	p->timelock_remaining = rest;
	p->timelock_start = now(s);
	p->timelock_end = now(s) + (4 + below(s, 48)) * API3_WEEK;
	pull(s, synthetic_timelock_manager(), rest);
	emit_of(s, DEPOSITED_VESTING, p->address,
		WORDS(rest, u256_from(p->timelock_start), u256_from(p->timelock_end), p->unstaked,
		      p->vesting));
	return true;
}

static bool vesting_release(struct synthetic *s)
{
	struct person *p = somebody(s);
	struct assets unlocked;
	u256 newly;
	bool ok;

	if (u256_is_zero(p->timelock_remaining) || p->timelock_start >= now(s))
		return false;
	ok = api3_released(&unlocked, NULL, assets_of(p->timelock_total),
			   u256_from(p->timelock_start), u256_from(p->timelock_end),
			   u256_from(now(s)));
	assert(ok);
	newly = minus(unlocked.raw, minus(p->timelock_total, p->timelock_remaining));
	p->vesting = minus(p->vesting, newly);
	p->timelock_remaining = minus(p->timelock_remaining, newly);
	emit_of(s, VESTED_TIMELOCK, p->address, WORDS(newly, p->vesting));
	return true;
}

/* precalculateUserLocked with enough epochs to finish in one call. */
static bool precalculate(struct synthetic *s)
{
	struct person *p = somebody(s);
	uint64_t epoch = api3_epoch(now(s));

	if (p->precalculated_epoch == epoch)
		return false;
	p->precalculated_epoch = epoch;
	reward_step(s);
	emit_of(s, CALCULATED_USER_LOCKED, p->address, WORDS(locked(s, p)));
	return true;
}

static bool propose(struct synthetic *s)
{
	reward_step(s); /* not the contract's doing: somebody called mintReward() before */
	begin_transaction(s);
	emit_of(s, UPDATED_LAST_PROPOSAL, somebody(s)->address,
		WORDS(u256_from(now(s)), word_of_address(address_named("voting", 0, 0))));
	return true;
}

static u256 ratio(uint64_t thousandths)
{
	return part(API3_ONE, thousandths, 1000);
}

static bool set_parameter(struct synthetic *s)
{
	switch (below(s, 6)) {
	case 0:
		s->stake_target = ratio(300 + below(s, 400));
		emit(s, SET_STAKE_TARGET, NULL, 0, WORDS(s->stake_target));
		break;
	case 1:
		s->max_apr = ratio(500 + below(s, 300));
		emit(s, SET_MAX_APR, NULL, 0, WORDS(s->max_apr));
		break;
	case 2:
		s->min_apr = ratio(10 + below(s, 40));
		emit(s, SET_MIN_APR, NULL, 0, WORDS(s->min_apr));
		break;
	case 3:
		s->wait_period = API3_WEEK + below(s, API3_WEEK / 4);
		emit(s, SET_UNSTAKE_WAIT_PERIOD, NULL, 0, WORDS(u256_from(s->wait_period)));
		break;
	case 4:
		s->apr_step = ratio(5 + below(s, 15));
		emit(s, SET_APR_UPDATE_STEP, NULL, 0, WORDS(s->apr_step));
		break;
	default:
		emit(s, SET_PROPOSAL_THRESHOLD, NULL, 0, WORDS(ratio(1 + below(s, 99))));
		break;
	}
	return true;
}

static bool set_manager(struct synthetic *s)
{
	/* Manager 0 keeps its status; others come and go. */
	struct hash topics[2] = {
		topic_of_address(address_named("claims", 0, 1 + below(s, 3))),
		topic_of_number(u256_from(below(s, 2))),
	};

	emit(s, SET_CLAIMS_MANAGER_STATUS, topics, 2, NULL, 0);
	return true;
}

static bool set_apps(struct synthetic *s)
{
	uint64_t version = below(s, 1000);

	emit(s, SET_DAO_APPS, NULL, 0,
	     WORDS(word_of_address(address_named("agent1", 0, version)),
		   word_of_address(address_named("agent2", 0, version)),
		   word_of_address(address_named("voting1", 0, version)),
		   word_of_address(address_named("voting2", 0, version))));
	return true;
}

/* A payout of at most one percent of the stake. */
static bool pay_claim(struct synthetic *s)
{
	struct person *p = somebody(s);
	u256 amount;

	if (u256_bit_length(s->total_stake) < 70)
		return false;
	reward_step(s);
	amount = part(s->total_stake, 1 + below(s, 1000), 100000);
	s->total_stake = minus(s->total_stake, amount);
	p->wallet = plus(p->wallet, amount);
	transfer(s, synthetic_pool(), p->address, amount);
	emit_of(s, PAID_OUT_CLAIM, p->address, WORDS(amount, s->total_stake));
	return true;
}

/* Token logs without an event of the pool: a gift to it, a burn, a transfer between strangers. */
static bool token_only(struct synthetic *s)
{
	struct person *p = somebody(s);
	struct person *to = somebody(s);
	uint64_t kind = below(s, 40);
	u256 amount = part(p->wallet, 1 + below(s, 100), 4096);

	if (to == p)
		return false;
	p->wallet = minus(p->wallet, amount);
	if (kind == 0) {
		transfer(s, p->address, synthetic_pool(), amount);
	} else if (kind == 1) {
		transfer(s, p->address, (struct address){{0}}, amount);
		s->supply = minus(s->supply, amount);
	} else {
		to->wallet = plus(to->wallet, amount);
		transfer(s, p->address, to->address, amount);
	}
	return true;
}

static const struct action {
	bool (*act)(struct synthetic *s);
	unsigned weight; /* of 100,000, and the last takes the rest */
} actions[] = {
	{pay_claim, 1},
	{set_apps, 2},
	{set_manager, 4},
	{set_parameter, 20},
	{propose, 200},
	{precalculate, 300},
	{vesting_deposit, 700},
	{undelegate, 1200},
	{vesting_release, 2000},
	{delegate, 3500},
	{token_only, 4000},
	{deposit, 9000},
	{withdraw, 12000},
	{unstake, 10000},
	{unstake_and_withdraw, 6000},
	{schedule_unstake, 16000},
	{stake, 15000},
	{deposit_and_stake, 20073},
};

static void act(struct synthetic *s)
{
	for (unsigned i = 0; i < TRIES; i++) {
		uint64_t draw = below(s, 100000);
		size_t n = 0;

		while (n + 1 < sizeof(actions) / sizeof(actions[0]) && draw >= actions[n].weight)
			draw -= actions[n++].weight;
		begin_transaction(s);
		if (actions[n].act(s))
			return;
	}
	begin_transaction(s);
	(void)propose(s); /* always possible */
}

/* ---- blocks ---- */

/* 1 to 20 events where no other number is wished, small blocks more often than big ones. */
static uint64_t block_size(struct synthetic *s)
{
	uint64_t draw;

	if (s->options.block_events)
		return s->options.block_events;
	draw = below(s, 1024);
	return 1 + draw * draw * draw * 20 / (UINT64_C(1) << 30);
}

/* The DAO makes the pool a minter, sets its apps and a claims manager. */
static void setup_transactions(struct synthetic *s)
{
	struct hash topics[2] = {topic_of_address(address_named("claims", 0, 0)),
				 topic_of_number(U256_ONE)};

	begin_transaction(s);
	emit_of(s, MINTER_STATUS, synthetic_pool(), WORDS(U256_ONE));
	begin_transaction(s);
	(void)set_apps(s);
	begin_transaction(s);
	emit(s, SET_CLAIMS_MANAGER_STATUS, topics, 2, NULL, 0);
}

bool synthetic_next(struct synthetic_block *out, struct synthetic *s)
{
	uint64_t before = s->event_count;
	uint64_t enough;

	if (s->event_count >= s->options.events)
		return false;
	arena_reset(s->arena);
	s->log_count = 0;
	s->block_transactions = 0;
	s->block_index++;
	s->ref = synthetic_ref(&s->options, SYNTHETIC_BIRTH + s->block_index * s->options.every);
	if (s->block_index == 1)
		setup_transactions(s);
	enough = s->event_count + block_size(s);
	while (s->event_count < enough)
		act(s);
	*out = (struct synthetic_block){.ref = s->ref,
					.logs = s->logs,
					.log_count = s->log_count,
					.transactions = s->transactions,
					.transaction_count = s->block_transactions,
					.pool_event_count = s->event_count - before};
	return true;
}

struct synthetic *synthetic_open(const struct synthetic_options *options)
{
	struct synthetic *s = xcalloc(1, sizeof(*s));

	s->options = *options;
	if (s->options.accounts < FIRST_USERS)
		s->options.accounts = FIRST_USERS;
	if (!s->options.every)
		s->options.every = 1;
	s->arena = arena_new();
	s->random = options->seed;
	for (size_t i = 0; i < EVENT_KINDS; i++)
		s->topics[i] = keccak256(signatures[i], strlen(signatures[i]));
	s->people = xcalloc(s->options.accounts, sizeof(s->people[0]));
	s->pending = xcalloc(s->options.accounts, sizeof(s->pending[0]));
	s->supply = synthetic_initial_supply();
	for (uint32_t i = 0; i < s->options.accounts; i++) {
		uint64_t draw = below(s, 4096);
		u256 mean = part(s->supply, 4, UINT64_C(5) * s->options.accounts);

		s->people[i].address = synthetic_account(options, i);
		s->people[i].delegate = NOBODY;
		/* Fourth powers: few rich, many poor; their mean is a fifth. */
		s->people[i].wallet = part(mean, draw * draw * draw * draw * 5, UINT64_C(1) << 48);
	}
	s->total_stake = U256_ONE;
	s->total_shares = U256_ONE;
	s->min_apr = ratio(25);
	s->max_apr = ratio(750);
	s->apr = part(plus(s->min_apr, s->max_apr), 1, 2);
	s->apr_step = ratio(10);
	s->stake_target = ratio(500);
	s->wait_period = API3_WEEK;
	s->last_reward_epoch = api3_epoch(birth_time);
	return s;
}

void synthetic_close(struct synthetic *s)
{
	if (!s)
		return;
	for (uint32_t i = 0; i < s->options.accounts; i++)
		free(s->people[i].checkpoints);
	free(s->people);
	free(s->pending);
	free(s->rewards);
	free(s->logs);
	free(s->transactions);
	arena_free(s->arena);
	free(s);
}
