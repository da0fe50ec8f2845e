/*
 * Quotas of those who decide payouts. The contract keeps an account's usage as a growing total with
 * a checkpoint for each charge; what is used is the total now less the total one period ago. Most
 * charges stand in events. That of a proposed settlement does not: the contract's own checkpoint,
 * which never changes once it is there, is asked for.
 */
#include "protocols/api3/claims_rules.h"

enum { ASKED_AT_ONCE = 64 };

static struct claims_quota *quota_row(struct state *state, const struct pool *pool,
				      struct address manager, struct address account)
{
	struct claims_key key = claims_key_account(manager, account);

	return state_row(state, &claims_table_quota, pool->id, key.bytes);
}

/* To be read: not counted among those that the block touched. */
static struct claims_quota quota_now(struct state *state, const struct pool *pool,
				     struct address manager, struct address account)
{
	struct claims_key key = claims_key_account(manager, account);
	struct claims_quota out;

	state_row_at(&out, state, &claims_table_quota, pool->id, key.bytes, UINT64_MAX);
	return out;
}

static struct claims_charge *charge_row(struct state *state, const struct pool *pool,
					struct address manager, struct address account,
					uint64_t number)
{
	struct claims_key key = claims_key_charge(manager, account, number);

	return state_row(state, &claims_table_charge, pool->id, key.bytes);
}

/* ---- what is used ---- */

/* The number of the last charge not later than `time`; 0: there is none. */
static uint64_t last_not_after(struct state *state, const struct pool *pool, struct address manager,
			       struct address account, uint64_t count, uint64_t time)
{
	uint64_t low = 0;
	uint64_t high = count;

	while (low < high) {
		uint64_t middle = high - (high - low) / 2;

		if (charge_row(state, pool, manager, account, middle)->time <= time)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

/* All that was charged up to a charge; false where an untold amount is not known. */
static bool total_at(u256 *out, struct state *state, const struct pool *pool,
		     struct address manager, struct address account, uint64_t number)
{
	const struct claims_charge *charge;
	const struct claims_total *asked;
	struct claims_key key;
	u256 since;

	*out = U256_ZERO;
	if (!number)
		return true;
	charge = charge_row(state, pool, manager, account, number);
	*out = charge->told;
	if (!charge->last_untold)
		return true;
	key = claims_key_charge(manager, account, charge->last_untold);
	asked = state_row(state, &claims_table_total, pool->id, key.bytes);
	return asked->is_known &&
	       u256_sub_ok(&since, charge->told,
			   charge_row(state, pool, manager, account, charge->last_untold)->told) &&
	       u256_add_ok(out, asked->total, since);
}

static uint64_t untold_at(struct state *state, const struct pool *pool, struct address manager,
			  struct address account, uint64_t number)
{
	return number ? charge_row(state, pool, manager, account, number)->last_untold : 0;
}

static u256 told_at(struct state *state, const struct pool *pool, struct address manager,
		    struct address account, uint64_t number)
{
	return number ? charge_row(state, pool, manager, account, number)->told : U256_ZERO;
}

struct claims_usage claims_usage(struct state *state, const struct pool *pool,
				 struct address manager, struct address account, uint64_t time)
{
	const struct claims_quota quota = quota_now(state, pool, manager, account);
	struct claims_usage out = {.is_known = true, .is_computable = true};
	uint64_t last = quota.charge_count;
	uint64_t then;
	u256 now;
	u256 before;

	time = (uint32_t)time;
	if (quota.period > time) {
		out.is_computable = false;
		return out;
	}
	then = last_not_after(state, pool, manager, account, last, time - quota.period);
	out.usage = u256_sub_wrap(told_at(state, pool, manager, account, last),
				  told_at(state, pool, manager, account, then));
	if (untold_at(state, pool, manager, account, last) ==
	    untold_at(state, pool, manager, account, then))
		return out;
	out.is_known = total_at(&now, state, pool, manager, account, last) &&
		       total_at(&before, state, pool, manager, account, then) &&
		       u256_sub_ok(&now, now, before);
	if (out.is_known)
		out.usage = now;
	return out;
}

/* ---- charging ---- */

static void check_quota(struct applying *a, struct address manager, struct address account)
{
	const struct claims_quota *quota = quota_row(a->state, a->pool, manager, account);
	struct claims_usage usage =
		claims_usage(a->state, a->pool, manager, account, a->block->timestamp);

	TRACE(a->trace, "quota usage", "charged in all - charged in all a period ago",
	      usage.is_computable, usage.usage, {"period", u256_from(quota->period)},
	      {"timestamp", u256_from(a->block->timestamp)}, {"quota", quota->amount});
	(void)check_that(a->checker, CLAIMS_CHECK_QUOTA,
			 claims_about_quota(a, manager, account, "usage"),
			 usage.is_computable && u256_compare(usage.usage, quota->amount) <= 0,
			 "at most the quota", usage.is_computable ? "more" : "not computable");
}

/* The next charge of the account; what it adds is the caller's to fill. */
static struct claims_charge *next_charge(struct applying *a, struct address manager,
					 struct address account, uint64_t *number)
{
	struct claims_quota *quota = quota_row(a->state, a->pool, manager, account);
	struct claims_charge *charge;

	*number = quota->charge_count + 1;
	charge = charge_row(a->state, a->pool, manager, account, *number);
	if (quota->charge_count)
		*charge = *charge_row(a->state, a->pool, manager, account, quota->charge_count);
	quota->charge_count = *number;
	charge->time = (uint32_t)a->block->timestamp;
	charge->settlement = U256_ZERO;
	charge->exists = true;
	return charge;
}

void claims_charge(struct applying *a, struct address manager, struct address account, u256 api3)
{
	uint64_t number;
	struct claims_charge *charge = next_charge(a, manager, account, &number);

	if (!u256_add_ok(&charge->told, charge->told, api3)) {
		struct error err;

		error_fill(&err, ERR_BAD_DATA, "the charges of a quota pass 256 bits in all");
		applying_fail(a, ERR_BAD_DATA, &err);
		return;
	}
	check_quota(a, manager, account);
}

/* ---- what no event tells ---- */

static struct chain_call question(struct applying *a, struct address manager,
				  struct address account, uint64_t number)
{
	/* The contract counts from 0. */
	const u256 arguments[2] = {claims_number_of_address(account), u256_from(number - 1)};

	return claims_call(a, manager, "accountToAccumulatedQuotaUsageCheckpoints(address,uint256)",
			   arguments, 2);
}

/* A checkpoint of another time is not that charge's. */
static bool take_answer(struct applying *a, struct address manager, struct address account,
			uint64_t number, const struct chain_call *call)
{
	const struct claims_charge *charge =
		charge_row(a->state, a->pool, manager, account, number);
	struct claims_key key = claims_key_charge(manager, account, number);
	struct claims_total *total;
	u256 time;
	u256 value;

	if (!claims_word(&time, call, 0) || !claims_word(&value, call, 1) ||
	    !u256_equal(time, u256_from(charge->time)))
		return false;
	total = state_row(a->state, &claims_table_total, a->pool->id, key.bytes);
	total->is_known = true;
	total->total = value;
	return true;
}

bool claims_charge_settlement(u256 *charged, struct applying *a, struct address manager,
			      struct address account, u256 settlement_usd)
{
	uint64_t number;
	struct claims_charge *charge = next_charge(a, manager, account, &number);
	struct chain_call call = question(a, manager, account, number);
	u256 before;
	u256 after;
	bool ok;

	charge->settlement = settlement_usd;
	charge->last_untold = number;
	ok = claims_ask(a, &call, 1, false) && take_answer(a, manager, account, number, &call);
	check_quota(a, manager, account);
	return ok && total_at(&after, a->state, a->pool, manager, account, number) &&
	       total_at(&before, a->state, a->pool, manager, account, number - 1) &&
	       u256_sub_ok(charged, after, before);
}

struct to_ask {
	struct applying *a;
	struct claims_key *keys;
	size_t count;
	size_t capacity;
};

static bool note_quota(void *context, const uint8_t *key, const void *row)
{
	struct to_ask *list = context;
	const struct claims_quota *quota = row;

	if (!quota->charge_count)
		return true;
	if (list->count == list->capacity) {
		size_t capacity = list->capacity ? list->capacity * 2 : 16;
		struct claims_key *grown = arena_array(list->a->arena, capacity, sizeof(*grown));

		if (list->count)
			memcpy(grown, list->keys, list->count * sizeof(*grown));
		list->keys = grown;
		list->capacity = capacity;
	}
	memcpy(list->keys[list->count++].bytes, key, CLAIMS_QUOTA_KEY);
	return true;
}

/* From where it was left: told charges are passed over, untold ones are asked for until one is not
 * answered. */
static void ask_account(struct applying *a, const struct claims_key *key)
{
	struct claims_asked *asked =
		state_row(a->state, &claims_table_asked, a->pool->id, key->bytes);
	struct address manager;
	struct address account;
	uint64_t count;

	memcpy(manager.bytes, key->bytes, ADDRESS_BYTES);
	memcpy(account.bytes, key->bytes + ADDRESS_BYTES, ADDRESS_BYTES);
	count = quota_now(a->state, a->pool, manager, account).charge_count;
	for (int i = 0; asked->charges < count && i < ASKED_AT_ONCE; i++) {
		uint64_t number = asked->charges + 1;
		const struct claims_charge *charge =
			charge_row(a->state, a->pool, manager, account, number);
		struct claims_key total_key = claims_key_charge(manager, account, number);
		const struct claims_total *total =
			state_row(a->state, &claims_table_total, a->pool->id, total_key.bytes);

		if (charge->last_untold == number && !total->is_known) {
			struct chain_call call = question(a, manager, account, number);

			if (!claims_ask(a, &call, 1, false) ||
			    !take_answer(a, manager, account, number, &call))
				return;
		}
		asked->charges = number;
	}
}

void claims_ask_totals(struct applying *a)
{
	struct to_ask list = {.a = a};

	if (!a->chain)
		return;
	state_each(a->state, &claims_table_quota, a->pool->id, note_quota, &list);
	for (size_t i = 0; i < list.count; i++)
		ask_account(a, &list.keys[i]);
}
