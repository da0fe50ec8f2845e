/*
 * A mirror whose digests are right and whose rows are not: a block is appended that changes one row
 * alone, as no contract does, and the audit names what no longer fits.
 */
#include "reconcile/audit.h"

#include "protocols/api3/internal.h"
#include "protocols/apply.h"
#include "reconcile/finding.h"
#include "tests/support/demo_chain.h"

static struct demo demo;
static struct hash demo_tip;

static int sync_once(void **state)
{
	static const struct demo_options options = {0};

	(void)state;
	demo_open(&demo, &options);
	if (demo_sync(&demo, UINT64_MAX) != OK)
		return -1;
	demo_tip = demo_cursor(&demo).ref.hash;
	return 0;
}

static int remove_it(void **state)
{
	(void)state;
	demo_close(&demo);
	return 0;
}

static bool first_holder(void *context, const uint8_t *key, const void *row)
{
	const struct api3_account *account = row;

	if (u256_is_zero(account->shares.raw))
		return true;
	memcpy(((struct address *)context)->bytes, key, ADDRESS_BYTES);
	return false;
}

static struct api3_account *a_holder(struct state *state, const struct pool *pool)
{
	struct address holder = {{0}};

	state_each(state, &api3_table_account, pool->id, first_holder, &holder);
	assert_false(address_is_zero(holder));
	return api3_account(state, pool, holder);
}

static u256 more(u256 value)
{
	return u256_add_wrap(value, U256_ONE);
}

/* ---- what is changed ---- */

static void nothing(struct state *state, const struct pool *pool)
{
	(void)state;
	(void)pool;
}

static void unstaked(struct state *state, const struct pool *pool)
{
	struct api3_account *account = a_holder(state, pool);

	account->unstaked.raw = more(account->unstaked.raw);
}

static void shares(struct state *state, const struct pool *pool)
{
	struct api3_account *account = a_holder(state, pool);

	account->shares.raw = more(account->shares.raw);
}

static void delegators(struct state *state, const struct pool *pool)
{
	struct api3_account *account = a_holder(state, pool);

	account->delegators_shares.raw = more(account->delegators_shares.raw);
}

static void holders(struct state *state, const struct pool *pool)
{
	api3_totals(state, pool)->holder_count++;
}

static void managers(struct state *state, const struct pool *pool)
{
	api3_parameters(state, pool)->manager_count++;
}

static void total_shares(struct state *state, const struct pool *pool)
{
	struct api3_totals *t = api3_totals(state, pool);

	t->total_shares.raw = more(t->total_shares.raw);
}

static void balance(struct state *state, const struct pool *pool)
{
	struct api3_totals *t = api3_totals(state, pool);

	t->token_balance.raw = more(t->token_balance.raw);
}

static void books(struct state *state, const struct pool *pool)
{
	struct book book = book_open(state, pool->id);

	assert_int_equal(book_transfer(&book, LEDGER_UNSTAKED, LEDGER_STAKED, assets_of(U256_ONE),
				       (struct address){{0}}, NULL),
			 OK);
}

static void events(struct state *state, const struct pool *pool)
{
	struct tally *tally = state_row(state, &table_tally, pool->id, "");

	tally->events++;
}

static void comparisons(struct state *state, const struct pool *pool)
{
	struct tally *tally = state_row(state, &table_tally, pool->id, "");

	tally->passed--;
}

static void damaged_counts(struct state *state, const struct pool *pool)
{
	struct tally *tally = state_row(state, &table_tally, pool->id, "");

	tally->by_check = slice_of("\2", 1);
}

/* As a mirror of a version that counted in all only. */
static void no_counts(struct state *state, const struct pool *pool)
{
	struct tally *tally = state_row(state, &table_tally, pool->id, "");
	struct check_order *order = state_row(state, &table_check_order, pool->id, "");

	tally->by_check = order->tags = slice_of(NULL, 0);
}

static void finding(struct state *state, const struct pool *pool)
{
	static const uint8_t key[FINDING_ID_BYTES] = {1};
	struct finding *row = state_row(state, &table_finding, pool->id, key);

	*row = (struct finding){
		.check = "view-pool", .severity = SEVERITY_ERROR, .state = "open", .block = 1};
}

/* A failing check that its finding tells of is no damage; nor is it counted twice. */
static void shares_with_a_finding(struct state *state, const struct pool *pool)
{
	static const uint8_t key[FINDING_ID_BYTES] = {2};
	struct finding *row = state_row(state, &table_finding, pool->id, key);
	struct tally *tally = state_row(state, &table_tally, pool->id, "");

	total_shares(state, pool);
	*row = (struct finding){
		.check = "shares-sum", .severity = SEVERITY_ERROR, .state = "open", .block = 1};
	tally->open_error++;
}

static const struct {
	void (*change)(struct state *state, const struct pool *pool);
	const char *words; /* NULL: it is whole */
} cases[] = {
	{nothing, NULL},
	{unstaked, "pool api3: sum_unstaked is kept as"},
	{shares, "pool api3: sum_shares is kept as"},
	{delegators, "delegators_shares of 0x"},
	{holders, "holder_count is kept as"},
	{managers, "manager_count is kept as"},
	{total_shares, "shares-sum fails"},
	{balance, "pool-solvent fails"},
	{books, "ledger-balance staked fails"},
	{events, "the count of events is kept as"},
	{comparisons,
	 "the count of comparisons is kept as 5512 and 0 failed, its checks give 5513"},
	{damaged_counts, "the counts of its checks are damaged"},
	{no_counts, NULL},
	{finding, "the count of open errors is kept as 0, its rows give 1"},
	{shares_with_a_finding, NULL},
};

/* ---- changing and looking ---- */

static struct store_txn *begin(struct store **store)
{
	struct store_identity identity = {.chain_id = demo.config.chain_id,
					  .pool_set = demo.config.pool_set};
	struct store_txn *txn;

	assert_ok(store_open(store, demo.folder, STORE_WRITE, &identity, &demo.err), demo.err);
	assert_ok(store_begin(&txn, *store, STORE_WRITE, &demo.err), demo.err);
	return txn;
}

static enum status append(struct store_txn *txn, struct state *state,
			  const struct stored_event *event)
{
	struct block_write write = {.ref = {.number = DEMO_LAST_BLOCK + 1},
				    .events = event,
				    .event_count = event != NULL};

	write.ref.hash.bytes[0] = 7;
	write.ref.parent_hash = demo_tip;
	if (state)
		state_changes(&write.rows, &write.row_count, state);
	return store_append(txn, NULL, &write, &demo.err);
}

static enum status look(struct audit_counts *counts, struct store_txn *txn)
{
	return audit_mirror(counts, txn, demo.config.pools, demo.config.pool_count, &demo.err);
}

static void a_row_that_was_changed_alone_is_found(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct audit_counts counts;
		struct store *store;
		struct store_txn *txn = begin(&store);
		struct state *state = state_open(txn, DEMO_LAST_BLOCK);
		enum status st;

		state_next_block(state, DEMO_LAST_BLOCK + 1);
		cases[i].change(state, &demo.config.pools[0]);
		assert_ok(append(txn, state, NULL), demo.err);
		state_close(state);
		st = look(&counts, txn);
		if (!cases[i].words)
			assert_ok(st, demo.err);
		else if (st != ERR_CORRUPT || !strstr(demo.err.message, cases[i].words))
			fail_msg("case %zu: %s: %s (expected %s)", i, status_name(st),
				 demo.err.message, cases[i].words);
		assert_true(counts.figures > 20);
		assert_int_equal(counts.events, 847);
		store_abort(txn);
		store_close(store);
	}
}

static void a_log_that_does_not_belong_is_found(void **unused)
{
	struct event_log foreign = {.address = {{9}}, .topic_count = 1};
	const struct {
		struct slice value;
		const char *words;
	} logs[] = {
		{slice_of("short", 5), "a stored event of 5 bytes"},
		{event_encode(demo.arena, &foreign), "block 310: its log 4 is of no pool"},
	};

	(void)unused;
	for (size_t i = 0; i < 2; i++) {
		struct stored_event event = {.log_index = 4, .value = logs[i].value};
		struct audit_counts counts;
		struct store *store;
		struct store_txn *txn = begin(&store);

		assert_ok(append(txn, NULL, &event), demo.err);
		assert_int_equal(look(&counts, txn), ERR_CORRUPT);
		assert_non_null(strstr(demo.err.message, logs[i].words));
		store_abort(txn);
		store_close(store);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_that_was_changed_alone_is_found),
		cmocka_unit_test(a_log_that_does_not_belong_is_found),
	};

	return cmocka_run_group_tests_name("reconcile/audit", tests, sync_once, remove_it);
}
