/*
 * pool_script.h - an API3 pool and its token played in memory: what the contracts would log,
 * applied block by block to a mirror in a temporary store.
 *
 * The script keeps the contracts' books itself, in 128-bit arithmetic on small amounts, so what it
 * logs is right without asking the code under test. A test then spoils one thing: a word of a log,
 * a log that is missing, a contract that breaks one of its rules.
 */
#ifndef TESTS_SUPPORT_POOL_SCRIPT_H
#define TESTS_SUPPORT_POOL_SCRIPT_H

#include "protocols/api3/internal.h"
#include "protocols/apply.h"
#include "reconcile/finding.h"
#include "tests/support/scratch.h"
#include "tests/support/test.h"

enum {
	SCRIPT_WEEK = 604800,
	SCRIPT_YEAR = 31536000,
	SCRIPT_USERS = 6,
	SCRIPT_LOGS_MAX = 64,
	SCRIPT_REWARDS_MAX = 80,
	SCRIPT_CHECKPOINTS_MAX = 256,
	SCRIPT_FIRST_EPOCH = 2700,
	SCRIPT_SUPPLY = 10000000,
};

#define SCRIPT_ONE UINT64_C(1000000000000000000)

enum script_name { ALICE, BOB, CAROL, DAVE, ERIN, FRANK };

struct script_user {
	uint64_t unstaked;
	uint64_t vesting;
	uint64_t shares;
	uint64_t unstake_amount;
	uint64_t unstake_shares;
	uint64_t scheduled_for;
	uint64_t delegated_to;
	int delegate; /* -1: none */
	uint64_t delegated_at;
	uint64_t proposed_at;
	uint64_t timelock_total;
	uint64_t timelock_remaining;
	uint64_t timelock_start;
	uint64_t timelock_end;
	uint64_t locked_epoch; /* scratch of precalculateUserLocked */
	uint64_t locked_next;
	uint64_t locked;
	struct {
		uint64_t block;
		uint64_t shares;
	} checkpoints[SCRIPT_CHECKPOINTS_MAX];
	size_t checkpoint_count;
};

struct script_contract {
	uint64_t total_stake;
	uint64_t total_shares;
	uint64_t apr;
	uint64_t min_apr;
	uint64_t max_apr;
	uint64_t apr_step;
	uint64_t target;
	uint64_t wait;
	uint64_t threshold;
	uint64_t reward_epoch;
	uint64_t genesis_epoch;
	bool is_minter;
	uint64_t supply;
	uint64_t balance; /* the pool's */
	struct script_user users[SCRIPT_USERS];
	struct {
		uint64_t epoch;
		uint64_t block;
		uint64_t amount;
		uint64_t shares_then;
	} rewards[SCRIPT_REWARDS_MAX];
	size_t reward_count;
	/* A contract that breaks its rules, and is consistent about it. */
	uint64_t reward_too_much;
	uint64_t apr_too_high;
	bool skips_rewards;
};

/* Addresses as lower-case texts. */
struct script_names {
	const char *pool;
	const char *token;
	const char *timelock;
	const char *manager; /* of claims; also the DAO's agent */
	const char *users[SCRIPT_USERS];
};

struct script {
	char folder[SCRATCH_PATH_SIZE];
	struct script_names names;
	bool is_bare;        /* no mirror: whoever plays takes the logs */
	struct arena *arena; /* of the whole script */
	struct arena *block_arena;
	struct store *store;
	struct store_txn *txn;
	struct state *state;
	struct pool pool;
	struct address contracts[4];
	struct trace trace;
	struct book book;
	struct applying applying;
	struct recorder recorder;
	struct error err;
	enum status status; /* of the first block that could not be applied */
	bool is_brief;      /* no checks that walk all accounts */
	bool is_applied;    /* the block in hand */

	/* Called when a block's checks are done and its rows not yet taken; may be NULL. */
	void (*after_block)(struct script *s, void *context);
	/* As in struct apply_options; may be NULL. */
	bool (*after_event)(void *context, struct applying *a);
	void *context; /* of both */

	struct block_ref block;
	struct event_log logs[SCRIPT_LOGS_MAX];
	size_t log_count;
	uint32_t next_log_index;
	uint32_t transaction_index;
	struct script_contract contract;

	/* The log with this number (from 0, over the whole script) gets 1 added to this word: its
	 * topics behind topic0 first, then its data. SCRIPT_DROP leaves the log out. */
	size_t emitted;
	const char *label; /* of logs that are none of the pool's own doing */
	size_t spoil_log;  /* SIZE_MAX: none */
	size_t spoil_word;
	bool was_spoiled;
	char spoiled_event[64];
};

enum { SCRIPT_DROP = 1000 };

/* Block 1 with the contracts' creation, the first supply, the pool as minter and a claims manager.
 * `protocol` NULL is the registered one. */
void script_open(struct script *s, const struct protocol *protocol);
void script_close(struct script *s);

/* Only the contracts, no mirror: the block behind `before` with their creation is in hand, and each
 * block's logs are there until script_next. */
void script_open_bare(struct script *s, const struct script_names *names,
		      const struct block_ref *before);

/* From the start again, in the same empty store, with one log spoiled. */
void script_restart(struct script *s, size_t spoil_log, size_t spoil_word);

/* Applies the block in hand, and keeps it. */
void script_apply(struct script *s);
/* Applies it unless that was done, and begins the next one, `seconds` later. */
void script_next(struct script *s, uint64_t seconds);

/* Each is one transaction of the block in hand. */
void script_deposit(struct script *s, int user, uint64_t amount);
void script_stake(struct script *s, int user, uint64_t amount);
void script_deposit_and_stake(struct script *s, int user, uint64_t amount);
void script_schedule(struct script *s, int user, uint64_t amount);
void script_unstake(struct script *s, int user);
void script_withdraw(struct script *s, int user, uint64_t amount);
void script_payout(struct script *s, const char *recipient, uint64_t amount);
void script_delegate(struct script *s, int user, int to);
void script_undelegate(struct script *s, int user);
void script_manager_deposit(struct script *s, int user, uint64_t amount);
void script_vesting_deposit(struct script *s, int user, uint64_t amount, uint64_t start,
			    uint64_t end);
void script_vest(struct script *s, int user);
/* The user's locked rewards, at most `epochs` of them in this call. */
void script_precalculate(struct script *s, int user, uint64_t epochs);
/* What userLocked() answers at the block in hand. */
uint64_t script_locked(const struct script *s, int user);
void script_propose(struct script *s, int user);
void script_set(struct script *s, const char *event, uint64_t value);
void script_set_manager(struct script *s, bool is_active);
void script_set_minter(struct script *s, bool is_minter);
/* A bare token transfer. */
void script_transfer(struct script *s, const char *from, const char *to, uint64_t amount);

/* Some months with every event that the pool knows; nothing in it is wrong. */
void script_season(struct script *s);

/* Pieces for transactions of a test's own. Arguments are texts, ended by NULL. */
void script_transaction(struct script *s);
void script_emit(struct script *s, size_t role, const char *event, ...);
const char *script_number(struct script *s, uint64_t value);
const char *script_user(struct script *s, int user);
struct address script_address(int user);
#define SCRIPT_POOL_TEXT "0x1111111111111111111111111111111111111111"
#define SCRIPT_TOKEN_TEXT "0x2222222222222222222222222222222222222222"
#define SCRIPT_TIMELOCK_TEXT "0x3333333333333333333333333333333333333333"
#define SCRIPT_MANAGER_TEXT "0x4444444444444444444444444444444444444444"
#define SCRIPT_NOBODY_TEXT "0x0000000000000000000000000000000000000000"

/* The block's last log of that event, for spoiling. Its data word `index` is set, it is left out.
 */
struct event_log *script_last(struct script *s, const char *event);
void script_put(struct script *s, struct event_log *log, size_t index, uint64_t value);
void script_drop(struct script *s, struct event_log *log);

struct api3_totals *script_totals(struct script *s);
struct api3_account *script_account(struct script *s, int user);
struct reading script_reading(struct script *s);

/* Findings of that check, or of any where it is NULL; and those that are open. */
size_t script_count(struct script *s, const char *check);
size_t script_count_open(struct script *s, const char *check);

/* The checks that have findings are exactly these (ended by NULL), else the test fails and says
 * which ones are. */
void script_expect(struct script *s, ...);

#endif
