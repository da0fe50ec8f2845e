/*
 * Explaining an event: its block is applied once more, up to the event and no further.
 */
#include "reconcile/explain.h"

#include "tests/support/demo_chain.h"
#include "tests/support/pool_script.h"

/* What stood after each event when its block was applied. */
enum { KEPT_MAX = 400 };

struct kept_event {
	uint64_t block;
	uint32_t log_index;
	const char *trace;
	struct posting postings[BOOK_POSTINGS_MAX];
	size_t posting_count;
};

struct keeper {
	struct script script;
	struct kept_event events[KEPT_MAX];
	size_t count;
};

static bool keep(void *context, struct applying *a)
{
	struct keeper *k = context;
	struct kept_event *kept = &k->events[k->count++];

	assert_true(k->count < KEPT_MAX);
	kept->block = a->block->number;
	kept->log_index = a->event->log->log_index;
	kept->trace = trace_format(k->script.arena, a->trace);
	kept->posting_count = a->book->posting_count;
	memcpy(kept->postings, a->book->postings, sizeof(kept->postings));
	return true;
}

static int begin(void **state)
{
	struct keeper *k = calloc(1, sizeof(*k));

	if (!k)
		return -1;
	script_open(&k->script, NULL);
	k->script.after_event = keep;
	k->script.context = k;
	*state = k;
	return 0;
}

static int end(void **state)
{
	struct keeper *k = *state;

	script_close(&k->script);
	free(k);
	return 0;
}

static struct explained explain(struct script *s, uint64_t block, uint32_t log_index)
{
	struct explained e;

	assert_ok(explain_event(&e, s->arena, s->txn, &s->pool, block, log_index, &s->err), s->err);
	return e;
}

static void every_event_is_explained_as_it_was_applied(void **state)
{
	struct keeper *k = *state;

	script_season(&k->script);
	assert_true(k->count > 80);
	for (size_t i = 0; i < k->count; i++) {
		const struct kept_event *kept = &k->events[i];
		struct explained e = explain(&k->script, kept->block, kept->log_index);

		assert_string_equal(trace_format(k->script.arena, &e.trace), kept->trace);
		assert_int_equal(e.posting_count, kept->posting_count);
		for (size_t n = 0; n < e.posting_count; n++) {
			assert_int_equal(e.postings[n].from, kept->postings[n].from);
			assert_int_equal(e.postings[n].to, kept->postings[n].to);
			assert_int_equal(
				assets_compare(e.postings[n].amount, kept->postings[n].amount), 0);
			assert_true(
				address_equal(e.postings[n].subject, kept->postings[n].subject));
		}
		assert_int_equal(e.checks_failed, 0);
		assert_int_equal(e.log.log_index, kept->log_index);
		assert_ptr_equal(e.pool, &k->script.pool);
	}
}

static void the_values_of_the_event_are_there(void **state)
{
	struct keeper *k = *state;
	struct script *s = &k->script;
	struct explained e;
	uint32_t log_index;

	script_deposit(s, BOB, 3);
	script_deposit(s, ALICE, 100);
	log_index = script_last(s, "Deposited")->log_index;
	script_apply(s);
	e = explain(s, 2, log_index);
	assert_string_equal(s->pool.events[e.rule].name, "Deposited");
	assert_true(address_equal(e.values[0].address, script_address(ALICE)));
	assert_true(u256_equal(e.values[1].number, u256_from(100)));
	assert_false(e.is_payout);
	assert_int_equal(e.posting_count, 1);
	assert_int_equal(e.postings[0].to, LEDGER_UNSTAKED);
}

static void explaining_changes_nothing(void **state)
{
	struct keeper *k = *state;
	struct script *s = &k->script;
	struct block_record before;
	struct block_record after;

	script_season(s);
	assert_ok(store_cursor(&before, s->txn, &s->err), s->err);
	(void)explain(s, k->events[20].block, k->events[20].log_index);
	assert_ok(store_cursor(&after, s->txn, &s->err), s->err);
	assert_true(hash_equal(before.digest, after.digest));
	assert_ok(store_check(s->txn, &s->err), s->err);
}

static void what_is_no_event_of_the_pool_is_not_explained(void **state)
{
	struct keeper *k = *state;
	struct script *s = &k->script;
	struct explained e;

	script_deposit(s, ALICE, 100);
	script_apply(s);
	assert_int_equal(explain_event(&e, s->arena, s->txn, &s->pool, 2, 99, &s->err),
			 ERR_NOTFOUND);
	assert_non_null(strstr(s->err.message, "block 2 has no event of pool script at log 99"));
	assert_int_equal(explain_event(&e, s->arena, s->txn, &s->pool, 77, 0, &s->err),
			 ERR_NOTFOUND);
}

static void the_checks_are_those_of_the_event_and_no_other(void **state)
{
	struct keeper *k = *state;
	struct script *s = &k->script;
	struct explained e;
	uint32_t transfer_log;
	uint32_t deposit_log;

	script_deposit(s, ALICE, 100);
	script_next(s, 1);
	/* Fails at the end of its transaction, when no event is in hand. */
	script_transfer(s, SCRIPT_POOL_TEXT, script_user(s, BOB), 1);
	transfer_log = script_last(s, "Transfer")->log_index;
	script_transaction(s);
	script_emit(s, API3_POOL, "SetStakeTarget", "5", NULL);
	deposit_log = script_last(s, "SetStakeTarget")->log_index;
	script_apply(s);
	assert_int_equal(script_count(s, "token-outflow"), 1);
	e = explain(s, 3, transfer_log);
	assert_int_equal(e.checks_failed, 0);
	assert_int_equal(e.checks_passed, 2); /* supply and balance */
	e = explain(s, 3, deposit_log);
	assert_int_equal(e.checks_failed, 0);
	assert_int_equal(e.checks_passed, 1); /* its limit */
}

static void a_failed_check_is_told(void **state)
{
	struct keeper *k = *state;
	struct script *s = &k->script;
	struct explained e;
	uint32_t log_index;

	script_schedule(s, ALICE, 0);
	log_index = script_last(s, "ScheduledUnstake")->log_index;
	script_apply(s);
	e = explain(s, 2, log_index);
	assert_int_equal(e.checks_failed, 1);
	assert_true(e.checks_passed > 3);
}

/* ---- payouts ---- */

/* amount = slashes + unclaimed + rounding, and each slash is the sum of its parts. */
static void assert_payout_adds_up(const struct explained *e)
{
	struct assets sum = assets_of(U256_ZERO);
	struct assets unclaimed = assets_of(U256_ZERO);

	assert_true(e->is_payout);
	assert_true(e->is_sum_computable);
	for (size_t i = 0; i < e->slash_count; i++) {
		const struct payout_slash *slash = &e->slashes[i];
		struct assets loss;

		assert_true(assets_add_ok(&loss, slash->staked_loss, slash->pending_loss));
		assert_int_equal(assets_compare(loss, slash->loss), 0);
		assert_true(assets_sub_ok(&loss, slash->staked_before, slash->staked_after));
		assert_int_equal(assets_compare(loss, slash->staked_loss), 0);
		assert_true(assets_add_ok(&sum, sum, slash->loss));
		assert_true(assets_add_ok(&unclaimed, unclaimed, slash->unclaimed_loss));
		if (i == 0)
			continue;
		/* Largest first, then by address. */
		assert_true(assets_compare(slash[-1].loss, slash->loss) >= 0);
		if (assets_compare(slash[-1].loss, slash->loss) == 0)
			assert_true(memcmp(slash[-1].account.bytes, slash->account.bytes,
					   ADDRESS_BYTES) < 0);
	}
	assert_int_equal(assets_compare(sum, e->slash_sum), 0);
	assert_int_equal(assets_compare(unclaimed, e->unclaimed_sum), 0);
	assert_true(assets_add_ok(&sum, sum, unclaimed));
	if (e->is_rounding_negative)
		assert_true(assets_sub_ok(&sum, sum, e->rounding));
	else
		assert_true(assets_add_ok(&sum, sum, e->rounding));
	assert_int_equal(assets_compare(sum, e->payout.amount), 0);
	/* One unit a stake and a pending unstake, and the phantom share's part. */
	assert_true(u256_less(e->rounding.raw, u256_from(2 * e->slash_count + 3)));
}

static void a_payout_is_shared_by_all_who_hold_shares(void **state)
{
	struct keeper *k = *state;
	struct script *s = &k->script;
	struct explained e;
	uint32_t log_index;

	script_deposit_and_stake(s, BOB, 3000);
	script_deposit_and_stake(s, ALICE, 3000);
	script_deposit_and_stake(s, CAROL, 5000);
	script_deposit(s, DAVE, 9000); /* not staked: not touched */
	script_next(s, 1);
	script_schedule(s, CAROL, 2000);
	script_payout(s, script_user(s, FRANK), 1100);
	log_index = script_last(s, "PaidOutClaim")->log_index;
	script_apply(s);
	e = explain(s, 3, log_index);
	assert_payout_adds_up(&e);
	assert_int_equal(e.slash_count, 3);
	assert_true(address_equal(e.slashes[0].account, script_address(CAROL)));
	assert_true(address_equal(e.slashes[1].account, script_address(ALICE)));
	assert_true(address_equal(e.slashes[2].account, script_address(BOB)));
	assert_true(address_equal(e.payout.recipient, script_address(FRANK)));
	/* 11001 shares and units: 3000 * 9901 // 11001 = 2700.02 */
	assert_true(u256_equal(e.slashes[1].loss.raw, u256_from(300)));
	assert_true(u256_equal(e.slashes[0].staked_loss.raw, u256_from(300)));
	assert_true(u256_equal(e.slashes[0].pending_loss.raw, u256_from(200)));
}

static void a_payout_in_the_middle_of_a_block_is_explained_from_there(void **state)
{
	struct keeper *k = *state;
	struct script *s = &k->script;
	struct explained first;
	struct explained second;
	uint32_t first_log;
	uint32_t second_log;

	script_deposit_and_stake(s, ALICE, 999);
	script_payout(s, script_user(s, FRANK), 100);
	first_log = script_last(s, "PaidOutClaim")->log_index;
	script_deposit_and_stake(s, BOB, 900);
	script_payout(s, script_user(s, FRANK), 180);
	second_log = script_last(s, "PaidOutClaim")->log_index;
	script_deposit_and_stake(s, CAROL, 5000);
	script_apply(s);
	first = explain(s, 2, first_log);
	second = explain(s, 2, second_log);
	assert_payout_adds_up(&first);
	assert_payout_adds_up(&second);
	assert_int_equal(first.slash_count, 1);
	assert_int_equal(second.slash_count, 2);
	assert_true(u256_equal(first.payout.total_before.raw, u256_from(1000)));
	assert_true(u256_equal(second.payout.total_before.raw, u256_from(1800)));
	assert_true(u256_equal(second.payout.total_after.raw, u256_from(1620)));
}

static void worth_above_a_capped_unstake_is_nobodys_loss(void **state)
{
	struct keeper *k = *state;
	struct script *s = &k->script;
	struct explained e;
	uint32_t log_index;

	script_deposit_and_stake(s, ALICE, 1000000);
	script_schedule(s, ALICE, 500000);
	script_next(s, SCRIPT_WEEK);
	script_deposit(s, BOB, 1); /* a reward: the pending shares are worth more than 500,000 */
	script_payout(s, script_user(s, FRANK), 1000);
	log_index = script_last(s, "PaidOutClaim")->log_index;
	script_apply(s);
	e = explain(s, 3, log_index);
	assert_payout_adds_up(&e);
	assert_true(u256_is_zero(e.slashes[0].pending_loss.raw));
	assert_true(u256_less(u256_from(490), e.unclaimed_sum.raw));
}

/* X and Y stake 500 tokens each, 3.4 are paid out: both hold 498.3, both lost 1.7. */
static void the_documented_example_is_explained_to_the_unit(void **state)
{
	static const char stake[] = "500000000000000000000";
	struct keeper *k = *state;
	struct script *s = &k->script;
	const char *x = script_user(s, ALICE);
	const char *y = script_user(s, BOB);
	struct figure figures[API3_ACCOUNT_FIGURE_COUNT];
	struct reading reading;
	struct explained e;
	uint32_t log_index;
	char text[U256_DECIMAL_SIZE];
	int stake_index;

	script_transfer(s, SCRIPT_NOBODY_TEXT, x, 5); /* the supply need not be large */
	script_deposit(s, FRANK, 0);                  /* the epoch's reward, of nothing */
	for (int i = 0; i < 2; i++) {
		const char *who = i ? y : x;
		const char *total = i ? "1000000000000000000001" : "500000000000000000001";

		script_transaction(s);
		script_emit(s, API3_TOKEN, "Transfer", who, SCRIPT_POOL_TEXT, stake, NULL);
		script_emit(s, API3_POOL, "Deposited", who, stake, stake, NULL);
		script_emit(s, API3_POOL, "Staked", who, stake, stake, "0", stake, total, total,
			    NULL);
	}
	script_next(s, 1);
	script_transaction(s);
	script_emit(s, API3_TOKEN, "Transfer", SCRIPT_POOL_TEXT, script_user(s, FRANK),
		    "3400000000000000000", NULL);
	script_emit(s, API3_POOL, "PaidOutClaim", script_user(s, FRANK), "3400000000000000000",
		    "996600000000000000001", NULL);
	log_index = script_last(s, "PaidOutClaim")->log_index;
	script_apply(s);
	script_expect(s, NULL);
	e = explain(s, 3, log_index);
	assert_payout_adds_up(&e);
	assert_int_equal(e.slash_count, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_string_equal(u256_format(text, e.slashes[i].staked_before.raw), stake);
		assert_string_equal(u256_format(text, e.slashes[i].staked_after.raw),
				    "498300000000000000000");
		assert_string_equal(u256_format(text, e.slashes[i].loss.raw),
				    "1700000000000000000");
	}
	assert_true(u256_is_zero(e.rounding.raw));
	reading = script_reading(s);
	stake_index = figure_find(s->pool.protocol->account_figures,
				  s->pool.protocol->account_figure_count, "stake");
	s->pool.protocol->read_account(figures, &reading, script_address(BOB));
	assert_string_equal(u256_format(text, figures[stake_index].number),
			    "498300000000000000000");
}

struct payouts {
	struct demo *demo;
	struct store_txn *txn;
	size_t count;
};

static bool explain_one(void *context, const struct payout *payout)
{
	struct payouts *all = context;
	struct explained e;
	struct demo *demo = all->demo;

	assert_ok(explain_event(&e, demo->arena, all->txn, &demo->config.pools[0], payout->block,
				payout->log_index, &demo->err),
		  demo->err);
	assert_payout_adds_up(&e);
	assert_int_equal(assets_compare(e.payout.amount, payout->amount), 0);
	assert_int_equal(e.checks_failed, 0);
	all->count++;
	return true;
}

static void every_payout_of_the_real_contract_adds_up(void **state)
{
	struct demo_options options = {0};
	struct demo demo;
	struct payouts all = {.demo = &demo};
	struct reading reading;
	struct store *store;

	(void)state;
	demo_open(&demo, &options);
	assert_ok(demo_sync(&demo, UINT64_MAX), demo.err);
	assert_ok(store_open(&store, demo.folder, STORE_READ, NULL, &demo.err), demo.err);
	assert_ok(store_begin(&all.txn, store, STORE_READ, &demo.err), demo.err);
	reading = (struct reading){.pool = &demo.config.pools[0],
				   .state = state_open(all.txn, DEMO_LAST_BLOCK),
				   .arena = demo.arena,
				   .block = DEMO_LAST_BLOCK};
	payout_each(&reading, NULL, explain_one, &all);
	assert_int_equal(all.count, 18);
	state_close(reading.state);
	store_abort(all.txn);
	store_close(store);
	demo_close(&demo);
}

#define EXPLAIN_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EXPLAIN_TEST(every_event_is_explained_as_it_was_applied),
		EXPLAIN_TEST(the_values_of_the_event_are_there),
		EXPLAIN_TEST(explaining_changes_nothing),
		EXPLAIN_TEST(what_is_no_event_of_the_pool_is_not_explained),
		EXPLAIN_TEST(the_checks_are_those_of_the_event_and_no_other),
		EXPLAIN_TEST(a_failed_check_is_told),
		EXPLAIN_TEST(a_payout_is_shared_by_all_who_hold_shares),
		EXPLAIN_TEST(a_payout_in_the_middle_of_a_block_is_explained_from_there),
		EXPLAIN_TEST(worth_above_a_capped_unstake_is_nobodys_loss),
		EXPLAIN_TEST(the_documented_example_is_explained_to_the_unit),
		cmocka_unit_test(every_payout_of_the_real_contract_adds_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
