#include "tests/support/pool_script.h"

#include <inttypes.h>

#include "abi/keccak.h"

typedef unsigned __int128 wide;

static const struct script_names own_names = {
	.pool = SCRIPT_POOL_TEXT,
	.token = SCRIPT_TOKEN_TEXT,
	.timelock = SCRIPT_TIMELOCK_TEXT,
	.manager = SCRIPT_MANAGER_TEXT,
	.users = {"0xa1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1",
		  "0xb2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2",
		  "0xc3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3c3",
		  "0xd4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4",
		  "0xe5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5",
		  "0xf6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6f6"},
};

static struct address address_from(const char *text)
{
	struct address out = {{0}};

	assert_int_equal(address_parse(&out, text, strlen(text), NULL), OK);
	return out;
}

const char *script_user(struct script *s, int user)
{
	return s->names.users[user];
}

struct address script_address(int user)
{
	return address_from(own_names.users[user]);
}

const char *script_number(struct script *s, uint64_t value)
{
	return arena_printf(s->arena, "%" PRIu64, value);
}

/* ---- logs ---- */

void script_transaction(struct script *s)
{
	s->transaction_index++;
}

static struct hash transaction_hash(const struct script *s)
{
	uint8_t seed[12];

	put_be64(seed, s->block.number);
	put_be32(seed + 8, s->transaction_index);
	return keccak256(seed, sizeof(seed));
}

static void word_of(uint8_t out[32], struct script *s, const struct abi_param *param,
		    const char *text)
{
	struct abi_value value;
	struct slice bytes;

	assert_ok(abi_value_parse(&value, s->arena, param->type, text, &s->err), s->err);
	assert_ok(abi_encode(&bytes, s->arena, &value, 1, &s->err), s->err);
	assert_int_equal(bytes.size, 32);
	memcpy(out, bytes.data, 32);
}

static size_t event_index(const struct script *s, const char *event)
{
	for (size_t i = 0; i < s->pool.protocol->event_count; i++)
		if (strcmp(s->pool.events[i].name, event) == 0)
			return i;
	fail_msg("no event %s", event);
	return 0;
}

static void add_one(uint8_t word[32])
{
	for (int i = 31; i >= 0; i--)
		if (++word[i])
			return;
}

/* Whether the log stays. */
static bool spoil(struct script *s, struct event_log *log, uint8_t *data, const char *event)
{
	size_t word = s->spoil_word;

	if (s->emitted++ != s->spoil_log)
		return true;
	(void)snprintf(s->spoiled_event, sizeof(s->spoiled_event), "%s%s", s->label ? s->label : "",
		       event);
	s->was_spoiled = true;
	if (word == SCRIPT_DROP)
		return false;
	if (word + 1 < log->topic_count)
		add_one(log->topics[word + 1].bytes);
	else if (word + 1 - log->topic_count < log->data.size / 32)
		add_one(data + 32 * (word + 1 - log->topic_count));
	else
		s->was_spoiled = false; /* it has no such word */
	return true;
}

void script_emit(struct script *s, size_t role, const char *event, ...)
{
	const struct abi_item *item = &s->pool.events[event_index(s, event)];
	struct event_log *log = &s->logs[s->log_count];
	uint8_t *data = arena_alloc(s->arena, 32 * item->input_count);
	size_t size = 0;
	va_list args;

	assert_true(s->log_count < SCRIPT_LOGS_MAX);
	*log = (struct event_log){.address = s->contracts[role],
				  .topics = {item->signature_hash},
				  .topic_count = 1,
				  .transaction_index = s->transaction_index,
				  .block_number = s->block.number,
				  .block_hash = s->block.hash,
				  .transaction_hash = transaction_hash(s)};
	va_start(args, event);
	for (size_t i = 0; i < item->input_count; i++) {
		const char *text = va_arg(args, const char *);
		uint8_t word[32];

		assert_non_null(text);
		word_of(word, s, &item->inputs[i], text);
		if (item->inputs[i].is_indexed) {
			memcpy(log->topics[log->topic_count++].bytes, word, 32);
		} else {
			memcpy(data + size, word, 32);
			size += 32;
		}
	}
	assert_null(va_arg(args, const char *));
	va_end(args);
	log->data = slice_of(data, size);
	log->log_index = s->next_log_index++;
	if (spoil(s, log, data, event))
		s->log_count++;
}

struct event_log *script_last(struct script *s, const char *event)
{
	struct hash topic = s->pool.events[event_index(s, event)].signature_hash;

	for (size_t i = s->log_count; i-- > 0;)
		if (hash_equal(s->logs[i].topics[0], topic))
			return &s->logs[i];
	fail_msg("the block has no %s", event);
	return NULL;
}

void script_put(struct script *s, struct event_log *log, size_t index, uint64_t value)
{
	uint8_t *data = arena_copy(s->arena, log->data.data, log->data.size);

	assert_true(32 * (index + 1) <= log->data.size);
	u256_to_be(data + 32 * index, u256_from(value));
	log->data.data = data;
}

void script_drop(struct script *s, struct event_log *log)
{
	size_t index = (size_t)(log - s->logs);

	memmove(log, log + 1, (s->log_count - index - 1) * sizeof(*log));
	s->log_count--;
}

/* An event that the mirror does not know. */
static void emit_approval(struct script *s)
{
	struct event_log *log = &s->logs[s->log_count];

	assert_true(s->log_count < SCRIPT_LOGS_MAX);
	*log = (struct event_log){.address = s->contracts[API3_TOKEN],
				  .topics = {keccak256("Approval(address,address,uint256)", 33)},
				  .topic_count = 1,
				  .transaction_index = s->transaction_index,
				  .log_index = s->next_log_index++,
				  .block_number = s->block.number,
				  .block_hash = s->block.hash,
				  .transaction_hash = transaction_hash(s)};
	s->log_count++;
}

/* ---- the contracts ---- */

static void transfer(struct script *s, const char *from, const char *to, uint64_t amount)
{
	script_emit(s, API3_TOKEN, "Transfer", from, to, script_number(s, amount), NULL);
	if (strcmp(from, SCRIPT_NOBODY_TEXT) == 0)
		s->contract.supply += amount;
	if (strcmp(to, SCRIPT_NOBODY_TEXT) == 0)
		s->contract.supply -= amount;
	if (strcmp(to, s->names.pool) == 0)
		s->contract.balance += amount;
	if (strcmp(from, s->names.pool) == 0)
		s->contract.balance -= amount;
}

void script_transfer(struct script *s, const char *from, const char *to, uint64_t amount)
{
	script_transaction(s);
	s->label = "bare ";
	transfer(s, from, to, amount);
	s->label = NULL;
}

static uint64_t next_apr(const struct script_contract *c)
{
	uint64_t share = (uint64_t)((wide)c->total_stake * SCRIPT_ONE / c->supply);
	uint64_t apr = c->apr;

	if (share > c->target)
		apr = apr > c->apr_step ? apr - c->apr_step : 0;
	else
		apr += c->apr_step;
	if (apr > c->max_apr)
		return c->max_apr;
	return apr < c->min_apr ? c->min_apr : apr;
}

static void reward_step(struct script *s)
{
	struct script_contract *c = &s->contract;
	uint64_t epoch = s->block.timestamp / SCRIPT_WEEK;
	uint64_t amount;

	if (c->reward_epoch >= epoch)
		return;
	c->reward_epoch = epoch;
	if (!c->is_minter || c->skips_rewards)
		return;
	amount = (uint64_t)((wide)c->total_stake * c->apr * SCRIPT_WEEK / SCRIPT_YEAR / SCRIPT_ONE);
	amount += c->reward_too_much;
	assert_true(c->reward_count < SCRIPT_REWARDS_MAX);
	c->rewards[c->reward_count].epoch = epoch;
	c->rewards[c->reward_count].block = s->block.number;
	c->rewards[c->reward_count].amount = amount;
	c->rewards[c->reward_count++].shares_then = c->total_shares;
	transfer(s, SCRIPT_NOBODY_TEXT, s->names.pool, amount);
	c->total_stake += amount;
	c->apr = next_apr(c) + c->apr_too_high;
	script_emit(s, API3_POOL, "MintedReward", script_number(s, epoch), script_number(s, amount),
		    script_number(s, c->apr), script_number(s, c->total_stake), NULL);
}

static void keep_checkpoint(struct script *s, struct script_user *u)
{
	assert_true(u->checkpoint_count < SCRIPT_CHECKPOINTS_MAX);
	u->checkpoints[u->checkpoint_count].block = s->block.number;
	u->checkpoints[u->checkpoint_count++].shares = u->shares;
}

static uint64_t shares_at(const struct script_user *u, uint64_t block)
{
	for (size_t i = u->checkpoint_count; i-- > 0;)
		if (u->checkpoints[i].block <= block)
			return u->checkpoints[i].shares;
	return 0;
}

static void deposit(struct script *s, int user, uint64_t amount)
{
	struct script_user *u = &s->contract.users[user];

	reward_step(s);
	u->unstaked += amount;
	transfer(s, s->names.users[user], s->names.pool, amount);
	emit_approval(s);
	script_emit(s, API3_POOL, "Deposited", s->names.users[user], script_number(s, amount),
		    script_number(s, u->unstaked), NULL);
}

void script_deposit(struct script *s, int user, uint64_t amount)
{
	script_transaction(s);
	deposit(s, user, amount);
}

static void move_delegation(struct script *s, int user, bool is_increase, uint64_t shares)
{
	struct script_user *u = &s->contract.users[user];
	struct script_user *d;

	if (u->delegate < 0)
		return;
	d = &s->contract.users[u->delegate];
	d->delegated_to = is_increase ? d->delegated_to + shares : d->delegated_to - shares;
	script_emit(s, API3_POOL, "UpdatedDelegation", s->names.users[user],
		    s->names.users[u->delegate], is_increase ? "true" : "false",
		    script_number(s, shares), script_number(s, d->delegated_to), NULL);
}

static void stake(struct script *s, int user, uint64_t amount)
{
	struct script_contract *c = &s->contract;
	struct script_user *u = &c->users[user];
	uint64_t shares;

	reward_step(s);
	shares = (uint64_t)((wide)amount * c->total_shares / c->total_stake);
	u->unstaked -= amount;
	u->shares += shares;
	c->total_shares += shares;
	c->total_stake += amount;
	keep_checkpoint(s, u);
	move_delegation(s, user, true, shares);
	script_emit(s, API3_POOL, "Staked", s->names.users[user], script_number(s, amount),
		    script_number(s, shares), script_number(s, u->unstaked),
		    script_number(s, u->shares), script_number(s, c->total_shares),
		    script_number(s, c->total_stake), NULL);
}

void script_stake(struct script *s, int user, uint64_t amount)
{
	script_transaction(s);
	stake(s, user, amount);
}

void script_deposit_and_stake(struct script *s, int user, uint64_t amount)
{
	script_transaction(s);
	deposit(s, user, amount);
	stake(s, user, amount);
}

void script_schedule(struct script *s, int user, uint64_t amount)
{
	struct script_contract *c = &s->contract;
	struct script_user *u = &c->users[user];

	script_transaction(s);
	reward_step(s);
	u->unstake_amount = amount;
	u->unstake_shares = (uint64_t)((wide)amount * c->total_shares / c->total_stake);
	u->scheduled_for = s->block.timestamp + c->wait;
	u->shares -= u->unstake_shares;
	keep_checkpoint(s, u);
	move_delegation(s, user, false, u->unstake_shares);
	script_emit(s, API3_POOL, "ScheduledUnstake", s->names.users[user],
		    script_number(s, amount), script_number(s, u->unstake_shares),
		    script_number(s, u->scheduled_for), script_number(s, u->shares), NULL);
}

void script_unstake(struct script *s, int user)
{
	struct script_contract *c = &s->contract;
	struct script_user *u = &c->users[user];
	uint64_t amount;

	script_transaction(s);
	reward_step(s);
	amount = (uint64_t)((wide)u->unstake_shares * c->total_stake / c->total_shares);
	if (u->unstake_amount < amount)
		amount = u->unstake_amount;
	u->unstaked += amount;
	c->total_shares -= u->unstake_shares;
	c->total_stake -= amount;
	u->unstake_amount = 0;
	u->unstake_shares = 0;
	u->scheduled_for = 0;
	script_emit(s, API3_POOL, "Unstaked", s->names.users[user], script_number(s, amount),
		    script_number(s, u->unstaked), script_number(s, c->total_shares),
		    script_number(s, c->total_stake), NULL);
}

void script_withdraw(struct script *s, int user, uint64_t amount)
{
	struct script_user *u = &s->contract.users[user];

	script_transaction(s);
	reward_step(s);
	u->unstaked -= amount;
	transfer(s, s->names.pool, s->names.users[user], amount);
	script_emit(s, API3_POOL, "Withdrawn", s->names.users[user], script_number(s, amount),
		    script_number(s, u->unstaked), NULL);
}

void script_payout(struct script *s, const char *recipient, uint64_t amount)
{
	struct script_contract *c = &s->contract;

	script_transaction(s);
	reward_step(s);
	c->total_stake -= amount;
	transfer(s, s->names.pool, recipient, amount);
	script_emit(s, API3_POOL, "PaidOutClaim", recipient, script_number(s, amount),
		    script_number(s, c->total_stake), NULL);
}

void script_delegate(struct script *s, int user, int to)
{
	struct script_contract *c = &s->contract;
	struct script_user *u = &c->users[user];

	script_transaction(s);
	reward_step(s);
	if (u->delegate >= 0)
		c->users[u->delegate].delegated_to -= u->shares;
	u->delegate = to;
	u->delegated_at = s->block.timestamp;
	c->users[to].delegated_to += u->shares;
	script_emit(s, API3_POOL, "Delegated", s->names.users[user], s->names.users[to],
		    script_number(s, u->shares), script_number(s, c->users[to].delegated_to), NULL);
}

void script_undelegate(struct script *s, int user)
{
	struct script_contract *c = &s->contract;
	struct script_user *u = &c->users[user];
	int from = u->delegate;

	script_transaction(s);
	reward_step(s);
	c->users[from].delegated_to -= u->shares;
	u->delegate = -1;
	u->delegated_at = s->block.timestamp;
	script_emit(s, API3_POOL, "Undelegated", s->names.users[user], s->names.users[from],
		    script_number(s, u->shares), script_number(s, c->users[from].delegated_to),
		    NULL);
}

void script_manager_deposit(struct script *s, int user, uint64_t amount)
{
	struct script_user *u = &s->contract.users[user];

	script_transaction(s);
	u->unstaked += amount;
	s->label = "timelock manager's ";
	transfer(s, s->names.timelock, s->names.pool, amount);
	s->label = NULL;
	script_emit(s, API3_POOL, "DepositedByTimelockManager", s->names.users[user],
		    script_number(s, amount), script_number(s, u->unstaked), NULL);
	script_emit(s, API3_TIMELOCK_MANAGER, "WithdrawnToPool", s->names.users[user],
		    s->names.pool, s->names.users[user], NULL);
}

void script_vesting_deposit(struct script *s, int user, uint64_t amount, uint64_t start,
			    uint64_t end)
{
	struct script_user *u = &s->contract.users[user];

	script_transaction(s);
	u->unstaked += amount;
	u->vesting += amount;
	u->timelock_total = amount;
	u->timelock_remaining = amount;
	u->timelock_start = start;
	u->timelock_end = end;
	s->label = "timelock manager's ";
	transfer(s, s->names.timelock, s->names.pool, amount);
	s->label = NULL;
	script_emit(s, API3_POOL, "DepositedVesting", s->names.users[user],
		    script_number(s, amount), script_number(s, start), script_number(s, end),
		    script_number(s, u->unstaked), script_number(s, u->vesting), NULL);
}

void script_vest(struct script *s, int user)
{
	struct script_user *u = &s->contract.users[user];
	uint64_t now = s->block.timestamp;
	uint64_t unlocked = u->timelock_total;
	uint64_t amount;

	script_transaction(s);
	if (now < u->timelock_end)
		unlocked = (uint64_t)((wide)u->timelock_total * (now - u->timelock_start) /
				      (u->timelock_end - u->timelock_start));
	amount = unlocked - (u->timelock_total - u->timelock_remaining);
	u->vesting -= amount;
	u->timelock_remaining -= amount;
	script_emit(s, API3_POOL, "VestedTimelock", s->names.users[user], script_number(s, amount),
		    script_number(s, u->vesting), NULL);
}

static uint64_t locked_part(const struct script *s, const struct script_user *u, uint64_t epoch)
{
	const struct script_contract *c = &s->contract;

	for (size_t i = 0; i < c->reward_count; i++)
		if (c->rewards[i].epoch == epoch)
			return (uint64_t)((wide)c->rewards[i].amount *
					  shares_at(u, c->rewards[i].block) /
					  c->rewards[i].shares_then);
	return 0;
}

static uint64_t oldest_locked(const struct script *s)
{
	uint64_t oldest = s->block.timestamp / SCRIPT_WEEK - 51;
	uint64_t first = s->contract.genesis_epoch + 1;

	return oldest > first ? oldest : first;
}

uint64_t script_locked(const struct script *s, int user)
{
	uint64_t sum = 0;

	for (uint64_t epoch = s->block.timestamp / SCRIPT_WEEK; epoch >= oldest_locked(s); epoch--)
		sum += locked_part(s, &s->contract.users[user], epoch);
	return sum;
}

void script_precalculate(struct script *s, int user, uint64_t epochs)
{
	struct script_contract *c = &s->contract;
	struct script_user *u = &c->users[user];
	uint64_t now = s->block.timestamp / SCRIPT_WEEK;
	uint64_t oldest = oldest_locked(s);

	script_transaction(s);
	reward_step(s);
	if (u->locked_epoch != now) {
		u->locked_epoch = now;
		u->locked_next = now;
		u->locked = 0;
	}
	for (; epochs && u->locked_next >= oldest; epochs--)
		u->locked += locked_part(s, u, u->locked_next--);
	if (u->locked_next >= oldest)
		script_emit(s, API3_POOL, "CalculatingUserLocked", s->names.users[user],
			    script_number(s, u->locked_next), script_number(s, oldest), NULL);
	else
		script_emit(s, API3_POOL, "CalculatedUserLocked", s->names.users[user],
			    script_number(s, u->locked), NULL);
}

void script_propose(struct script *s, int user)
{
	script_transaction(s);
	s->contract.users[user].proposed_at = s->block.timestamp;
	script_emit(s, API3_POOL, "UpdatedLastProposalTimestamp", s->names.users[user],
		    script_number(s, s->block.timestamp), s->names.manager, NULL);
}

void script_set(struct script *s, const char *event, uint64_t value)
{
	struct script_contract *c = &s->contract;

	script_transaction(s);
	script_emit(s, API3_POOL, event, script_number(s, value), NULL);
	if (strcmp(event, "SetStakeTarget") == 0)
		c->target = value;
	else if (strcmp(event, "SetMaxApr") == 0)
		c->max_apr = value;
	else if (strcmp(event, "SetMinApr") == 0)
		c->min_apr = value;
	else if (strcmp(event, "SetUnstakeWaitPeriod") == 0)
		c->wait = value;
	else if (strcmp(event, "SetAprUpdateStep") == 0)
		c->apr_step = value;
	else if (strcmp(event, "SetProposalVotingPowerThreshold") == 0)
		c->threshold = value;
}

void script_set_manager(struct script *s, bool is_active)
{
	script_transaction(s);
	script_emit(s, API3_POOL, "SetClaimsManagerStatus", s->names.manager,
		    is_active ? "true" : "false", NULL);
}

void script_set_minter(struct script *s, bool is_minter)
{
	script_transaction(s);
	s->contract.is_minter = is_minter;
	script_emit(s, API3_TOKEN, "MinterStatusUpdated", s->names.pool,
		    is_minter ? "true" : "false", NULL);
}

/* ---- the mirror ---- */

static void begin_block(struct script *s, uint64_t seconds)
{
	uint8_t number[8];

	arena_reset(s->block_arena);
	s->is_applied = false;
	s->block.parent_hash = s->block.hash;
	s->block.number++;
	s->block.timestamp += seconds;
	put_be64(number, s->block.number);
	s->block.hash = keccak256(number, sizeof(number));
	s->log_count = 0;
	s->next_log_index = 0;
	s->transaction_index = 0;
	if (s->is_bare)
		return;
	state_next_block(s->state, s->block.number);
	s->applying.status = OK;
	apply_begin_block(&s->applying);
}

static void append(struct script *s)
{
	struct stored_event *events = arena_array(s->arena, s->log_count, sizeof(*events));
	struct block_write write = {.ref = s->block, .events = events};

	for (size_t i = 0; i < s->log_count; i++)
		if (pool_match(&s->pool, &s->logs[i]) >= 0)
			events[write.event_count++] = (struct stored_event){
				.log_index = s->logs[i].log_index,
				.transaction_hash = s->logs[i].transaction_hash,
				.value = event_encode(s->arena, &s->logs[i])};
	state_changes(&write.rows, &write.row_count, s->state);
	assert_ok(store_append(s->txn, NULL, &write, &s->err), s->err);
}

void script_apply(struct script *s)
{
	struct apply_options options = {
		.is_thorough = !s->is_brief, .after_event = s->after_event, .context = s->context};
	size_t count = 0;

	if (s->status != OK || s->is_applied)
		return;
	s->is_applied = true;
	if (s->is_bare)
		return;
	s->status = apply_block(&count, &s->applying, s->logs, s->log_count, &options, &s->err);
	if (s->status == OK && s->after_block)
		s->after_block(s, s->context);
	if (s->status != OK)
		return;
	recorder_end_block(&s->recorder, count);
	append(s);
}

void script_next(struct script *s, uint64_t seconds)
{
	script_apply(s);
	begin_block(s, seconds);
}

static void open_pool(struct script *s, const struct protocol *protocol)
{
	struct pool_setup setup = {.name = "script", .protocol = "api3", .start_block = 1};

	s->contracts[API3_POOL] = address_from(s->names.pool);
	s->contracts[API3_TOKEN] = address_from(s->names.token);
	s->contracts[API3_CLAIMS_MANAGERS] = address_from(s->names.manager);
	s->contracts[API3_TIMELOCK_MANAGER] = address_from(s->names.timelock);
	for (size_t i = 0; i < 4; i++) {
		setup.contracts[i].addresses = &s->contracts[i];
		setup.contracts[i].count = 1;
	}
	assert_ok(pool_init(&s->pool, s->arena, &setup, 0, &s->err), s->err);
	if (protocol)
		s->pool.protocol = protocol;
}

static void begin_mirror(struct script *s)
{
	assert_ok(store_begin(&s->txn, s->store, STORE_WRITE, &s->err), s->err);
	s->state = state_open(s->txn, 0);
	s->book = book_open(s->state, 0);
	s->applying = (struct applying){.pool = &s->pool,
					.state = s->state,
					.arena = s->block_arena,
					.block = &s->block,
					.checker = &s->recorder.checker,
					.trace = &s->trace,
					.book = &s->book};
	recorder_init(&s->recorder, &s->applying);
}

static void begin_contract(struct script *s)
{
	struct script_contract *c = &s->contract;
	uint64_t epoch = s->block.timestamp / SCRIPT_WEEK;

	*c = (struct script_contract){.total_stake = 1,
				      .total_shares = 1,
				      .apr = UINT64_C(387500000000000000),
				      .min_apr = UINT64_C(25000000000000000),
				      .max_apr = UINT64_C(750000000000000000),
				      .apr_step = UINT64_C(10000000000000000),
				      .target = SCRIPT_ONE / 2,
				      .wait = SCRIPT_WEEK,
				      .threshold = UINT64_C(1000000000000000),
				      .reward_epoch = epoch,
				      .genesis_epoch = epoch};
	for (int i = 0; i < SCRIPT_USERS; i++)
		c->users[i].delegate = -1;
}

static void set_up_contracts(struct script *s)
{
	script_transfer(s, SCRIPT_NOBODY_TEXT, s->names.manager, SCRIPT_SUPPLY);
	script_set_minter(s, true);
	script_transaction(s);
	script_emit(s, API3_POOL, "SetDaoApps", s->names.manager, s->names.manager,
		    s->names.timelock, s->names.timelock, NULL);
	script_set_manager(s, true);
}

static void create(struct script *s)
{
	static const bool nothing_there[ROLES_MAX] = {false};
	struct block_ref before = {0};

	s->block.number = 0;
	s->block.timestamp = (uint64_t)SCRIPT_FIRST_EPOCH * SCRIPT_WEEK;
	begin_block(s, 1000);
	begin_contract(s);
	assert_ok(s->pool.protocol->seed(&s->applying, &before, nothing_there, &s->err), s->err);
	assert_ok(s->pool.protocol->birth(&s->applying, &s->err), s->err);
	set_up_contracts(s);
	script_next(s, SCRIPT_WEEK);
}

static void open_empty(struct script *s, const struct script_names *names)
{
	memset(s, 0, sizeof(*s));
	s->names = *names;
	s->spoil_log = SIZE_MAX;
	s->arena = arena_new();
	s->block_arena = arena_new();
}

void script_open(struct script *s, const struct protocol *protocol)
{
	static const struct store_identity identity = {.chain_id = 1, .pool_set = "script"};

	open_empty(s, &own_names);
	scratch_make(s->folder);
	assert_ok(store_open(&s->store, s->folder, STORE_WRITE, &identity, &s->err), s->err);
	open_pool(s, protocol);
	begin_mirror(s);
	create(s);
}

void script_open_bare(struct script *s, const struct script_names *names,
		      const struct block_ref *before)
{
	open_empty(s, names);
	s->is_bare = true;
	open_pool(s, NULL);
	s->block = *before;
	begin_block(s, 12);
	begin_contract(s);
	set_up_contracts(s);
}

void script_restart(struct script *s, size_t spoil_log, size_t spoil_word)
{
	struct script old = *s;

	state_close(s->state);
	store_abort(s->txn);
	arena_reset(s->arena);
	arena_reset(s->block_arena);
	memset(s, 0, sizeof(*s));
	memcpy(s->folder, old.folder, sizeof(s->folder));
	s->names = old.names;
	s->arena = old.arena;
	s->block_arena = old.block_arena;
	s->store = old.store;
	s->spoil_log = spoil_log;
	s->spoil_word = spoil_word;
	open_pool(s, old.pool.protocol);
	begin_mirror(s);
	create(s);
}

void script_close(struct script *s)
{
	if (!s->is_bare) {
		state_close(s->state);
		store_abort(s->txn);
		store_close(s->store);
		scratch_remove(s->folder);
	}
	arena_free(s->block_arena);
	arena_free(s->arena);
	memset(s, 0, sizeof(*s));
}

struct api3_totals *script_totals(struct script *s)
{
	return api3_totals(s->state, &s->pool);
}

struct api3_account *script_account(struct script *s, int user)
{
	return api3_account(s->state, &s->pool, script_address(user));
}

struct reading script_reading(struct script *s)
{
	return (struct reading){.pool = &s->pool,
				.state = s->state,
				.arena = s->arena,
				.block = s->block.number,
				.time_earliest = s->block.timestamp,
				.time_latest = s->block.timestamp};
}

/* ---- findings ---- */

struct tally_walk {
	const char *check;
	bool is_open_only;
	size_t count;
};

static bool count_finding(void *context, const uint8_t *key, const struct finding *finding)
{
	struct tally_walk *walk = context;
	bool is_open = strcmp(finding->state, "open") == 0;

	(void)key;
	if (*finding->state == '\0') /* touched, never made */
		return true;
	if ((!walk->check || strcmp(walk->check, finding->check) == 0) &&
	    (is_open || !walk->is_open_only))
		walk->count++;
	return true;
}

static size_t count(struct script *s, const char *check, bool is_open_only)
{
	struct tally_walk walk = {.check = check, .is_open_only = is_open_only};
	struct reading reading = script_reading(s);

	findings_each(&reading, count_finding, &walk);
	return walk.count;
}

size_t script_count(struct script *s, const char *check)
{
	return count(s, check, false);
}

size_t script_count_open(struct script *s, const char *check)
{
	return count(s, check, true);
}

static bool name_finding(void *context, const uint8_t *key, const struct finding *finding)
{
	struct buffer *text = context;

	(void)key;
	if (*finding->state)
		buffer_printf(text, "\n%s, block %" PRIu64 " log %" PRIu64 ": %s: %s, not %s",
			      finding->check, finding->block, finding->log_index, finding->subject,
			      finding->actual, finding->expected);
	return true;
}

void script_expect(struct script *s, ...)
{
	struct buffer text = buffer_in(s->arena);
	struct reading reading = script_reading(s);
	const char *wanted;
	size_t named = 0;
	va_list args;

	if (s->status != OK)
		fail_msg("%s: %s", status_name(s->status), s->err.message);
	findings_each(&reading, name_finding, &text);
	va_start(args, s);
	while ((wanted = va_arg(args, const char *))) {
		size_t found = script_count(s, wanted);

		if (!found)
			fail_msg("no finding of %s among:%s", wanted, buffer_string(&text));
		named += found;
	}
	va_end(args);
	if (named != script_count(s, NULL))
		fail_msg("other findings, too:%s", buffer_string(&text));
}

/* ---- a season ---- */

static void season_begins(struct script *s)
{
	uint64_t now = s->block.timestamp;

	script_deposit(s, ALICE, 1000000);
	script_stake(s, ALICE, 900000);
	script_deposit_and_stake(s, BOB, 500000);
	script_next(s, 600);
	script_manager_deposit(s, CAROL, 70000);
	script_vesting_deposit(s, CAROL, 30000, now, now + 3000);
	script_stake(s, CAROL, 90000);
	script_transfer(s, s->names.users[DAVE], s->names.pool, 77); /* stray */
	script_next(s, 600);
	script_vest(s, CAROL);
	script_next(s, SCRIPT_WEEK);
	script_delegate(s, BOB, ALICE);
	script_delegate(s, CAROL, DAVE);
	script_deposit_and_stake(s, BOB, 123456);
	script_next(s, SCRIPT_WEEK);
	script_schedule(s, BOB, 200001);
	script_schedule(s, ALICE, 333333);
	script_propose(s, ALICE);
	script_next(s, 60);
}

static void season_parameters(struct script *s)
{
	script_set(s, "SetStakeTarget", SCRIPT_ONE / 20);
	script_set(s, "SetMaxApr", UINT64_C(400000000000000000));
	script_set(s, "SetMinApr", UINT64_C(380000000000000000));
	script_set(s, "SetAprUpdateStep", UINT64_C(12000000000000000));
	script_set(s, "SetProposalVotingPowerThreshold", UINT64_C(2000000000000000));
	script_set(s, "SetUnstakeWaitPeriod", 2 * SCRIPT_WEEK);
	script_transaction(s);
	script_emit(s, API3_TOKEN, "BurnerStatusUpdated", s->names.users[ERIN], "true", NULL);
	script_next(s, SCRIPT_WEEK);
}

static void season_payouts(struct script *s)
{
	script_payout(s, s->names.users[FRANK], 250000);
	script_precalculate(s, ALICE, 2);
	script_precalculate(s, ALICE, 100);
	script_next(s, 5);
	script_unstake(s, BOB);
	script_unstake(s, ALICE);
	script_next(s, 5);
	script_payout(s, s->names.pool, 1234);
	script_vest(s, CAROL);
	script_transfer(s, s->names.users[ERIN], SCRIPT_NOBODY_TEXT, 5000);
	script_next(s, SCRIPT_WEEK);
	script_delegate(s, BOB, ERIN);
	script_undelegate(s, CAROL);
	script_stake(s, CAROL, 1);
	script_schedule(s, BOB, 1000);
	script_withdraw(s, ALICE, 60000);
	script_next(s, 2 * SCRIPT_WEEK + 1);
	script_payout(s, s->names.users[ALICE], 0);
	script_unstake(s, BOB);
	script_next(s, SCRIPT_WEEK);
}

void script_season(struct script *s)
{
	season_begins(s);
	season_parameters(s);
	season_payouts(s);
	script_set_minter(s, false);
	script_next(s, SCRIPT_WEEK);
	script_deposit_and_stake(s, DAVE, 4000);
	script_next(s, SCRIPT_WEEK);
	script_set_minter(s, true);
	script_deposit(s, DAVE, 3);
	script_next(s, SCRIPT_WEEK);
	script_stake(s, DAVE, 3);
	script_precalculate(s, DAVE, 100);
	script_precalculate(s, BOB, 100);
	script_set_manager(s, false);
	script_next(s, 14 * SCRIPT_WEEK);
	script_deposit(s, CAROL, 10);
	script_next(s, 10);
	script_withdraw(s, CAROL, 5);
	script_next(s, 10);
}
