/*
 * Where the figures stand in the contract's storage: against slots that are widely known, slots
 * that another program computed, and the layout of the real contract.
 */
#include "protocols/protocol.h"

#include "tests/support/test.h"

struct fixture {
	struct arena *arena;
	struct pool pool;
	struct error err;
};

static int begin(void **state)
{
	static const struct address contract = {{1}};
	struct pool_setup setup = {.name = "test", .protocol = "api3", .start_block = 5};
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	for (size_t i = 0; i < 2; i++) {
		setup.contracts[i].addresses = &contract;
		setup.contracts[i].count = 1;
	}
	f->arena = arena_new();
	assert_ok(pool_init(&f->pool, f->arena, &setup, 0, &f->err), f->err);
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;

	arena_free(f->arena);
	free(f);
	return 0;
}

static void assert_slot(struct hash slot, const char *expected)
{
	char text[HEX_SIZE(HASH_BYTES)];

	assert_string_equal(hash_format(text, slot), expected);
}

static struct hash number_slot(uint64_t number)
{
	struct hash slot;

	u256_to_be(slot.bytes, u256_from(number));
	return slot;
}

static u256 number_of(const char *hex)
{
	struct error err;
	u256 number;

	assert_ok(u256_parse_hex(&number, hex, strlen(hex), &err), err);
	return number;
}

static void a_pools_word_stands_at_its_variables_slot(void **state)
{
	(void)state;
	assert_slot(storage_slot(&(struct storage_rule){.slot = 7}, NULL),
		    "0x0000000000000000000000000000000000000000000000000000000000000007");
}

/* keccak256 of 64 zero bytes, and of 63 and a one: in every book on the EVM. */
static void a_mappings_value_stands_at_the_hash_of_key_and_slot(void **state)
{
	struct address zero = {{0}};

	(void)state;
	assert_slot(storage_slot(&(struct storage_rule){.slot = 0}, &zero),
		    "0xad3228b676f7d3cd4284a5443f17f1962b36e491b30a40b2405849e597ba5fb5");
	assert_slot(storage_slot(&(struct storage_rule){.slot = 1}, &zero),
		    "0xa6eef7e35abe7026729641147f7915573c7e97b47efa546f5f6e3230263bcb49");
	assert_slot(storage_slot(&(struct storage_rule){.slot = 1, .member = 9}, &zero),
		    "0xa6eef7e35abe7026729641147f7915573c7e97b47efa546f5f6e3230263bcb52");
}

static void an_arrays_elements_stand_from_the_hash_of_its_slot_on(void **state)
{
	(void)state;
	assert_slot(storage_last_element(number_slot(0), U256_ONE),
		    "0x290decd9548b62a8d60345a988386fc84ba6bc95484008f6362f93160ef3e563");
	assert_slot(storage_last_element(number_slot(1), u256_from(11)),
		    "0xb10e2d527612073b26eecdfd717e6a320cf44b4afac2b0732d9fcbe2b7fa0d00");
}

static void a_length_beyond_all_storage_goes_round(void **state)
{
	(void)state;
	assert_slot(storage_last_element(number_slot(0), U256_MAX),
		    "0x290decd9548b62a8d60345a988386fc84ba6bc95484008f6362f93160ef3e561");
}

static void a_checkpoints_block_is_no_part_of_its_value(void **state)
{
	struct storage_rule number = {.kind = STORAGE_LAST_NUMBER};
	struct storage_rule address = {.kind = STORAGE_LAST_ADDRESS};
	struct storage_rule word = {.kind = STORAGE_WORD};
	u256 full = number_of("0x1111222233334444555566667777888899990000aaaabbbbccccddddeeeeffff");

	(void)state;
	assert_true(u256_equal(storage_value(&word, full), full));
	assert_true(u256_equal(
		storage_value(&number, full),
		number_of("0x1111222233334444555566667777888899990000aaaabbbbccccdddd")));
	assert_true(u256_equal(storage_value(&address, full),
			       number_of("0x555566667777888899990000aaaabbbbccccdddd")));
	assert_true(u256_is_zero(storage_value(&number, u256_from(UINT32_MAX))));
}

static const struct storage_rule *rule_of(const struct fixture *f, bool is_account,
					  const char *figure)
{
	const struct storage_layout *layout = f->pool.protocol->storage;
	const struct storage_rule *rules = is_account ? layout->account : layout->pool;
	size_t count = is_account ? layout->account_count : layout->pool_count;

	for (size_t i = 0; i < count; i++)
		if (strcmp(rules[i].figure, figure) == 0)
			return &rules[i];
	return NULL;
}

/* Computed with ethers' AbiCoder and keccak256. */
static void an_accounts_figures_stand_where_the_contract_has_them(void **state)
{
	struct fixture *f = *state;
	struct address alice;
	struct hash shares;

	memset(alice.bytes, 0xa1, sizeof(alice.bytes));
	shares = storage_slot(rule_of(f, true, "shares"), &alice);
	assert_slot(shares, "0x3dd46d34726f959c02075a5f1e689c897f5b4ed89ca2e09b1a9ba945dcf97160");
	assert_slot(storage_last_element(shares, u256_from(2)),
		    "0xc2fb90d657e066a43e654a4946a2ad0f74931810390f3186309b515d8c9b7cd5");
	assert_slot(storage_slot(rule_of(f, true, "unstaked"), &alice),
		    "0x3dd46d34726f959c02075a5f1e689c897f5b4ed89ca2e09b1a9ba945dcf97163");
	assert_slot(storage_slot(rule_of(f, true, "timelock_end"), &alice),
		    "0x60dd7f19674090917dbcc9dad0b580161a6bc7f0f20c292d885fd13c5c31a7f3");
	assert_slot(storage_last_element(storage_slot(rule_of(f, false, "total_shares"), NULL),
					 U256_ONE),
		    "0x1b6847dc741a1b0cd08d278845f9d819d87b734759afb55fe2de5cb82a9ae672");
}

/* The layout as the contract's source orders it, written down a second time. */
static void the_layout_is_the_real_contracts(void **state)
{
	static const struct {
		const char *figure;
		uint64_t slot;
	} pool[] = {
		{"agent_app_primary", 0},
		{"agent_app_secondary", 1},
		{"voting_app_primary", 2},
		{"voting_app_secondary", 3},
		{"epoch_index_of_last_reward", 6},
		{"total_stake", 7},
		{"stake_target", 8},
		{"min_apr", 9},
		{"max_apr", 10},
		{"apr_update_step", 11},
		{"unstake_wait_period", 12},
		{"proposal_voting_power_threshold", 13},
		{"apr", 14},
		{"total_shares", 16},
	};
	static const char *const user[] = {
		"shares",
		"delegated_to",
		"delegate",
		"unstaked",
		"vesting",
		"unstake_amount",
		"unstake_shares",
		"unstake_scheduled_for",
		"last_delegation_update_timestamp",
		"last_proposal_timestamp",
	};
	static const char *const timelock[] = {"timelock_total", "timelock_remaining",
					       "timelock_start", "timelock_end"};
	struct fixture *f = *state;
	const struct storage_layout *layout = f->pool.protocol->storage;

	assert_int_equal(layout->pool_count, sizeof(pool) / sizeof(pool[0]));
	for (size_t i = 0; i < layout->pool_count; i++)
		assert_int_equal(rule_of(f, false, pool[i].figure)->slot, pool[i].slot);
	assert_int_equal(layout->account_count, 10 + 4);
	for (size_t i = 0; i < 10; i++) {
		const struct storage_rule *rule = rule_of(f, true, user[i]);

		assert_int_equal(rule->slot, 15);
		assert_int_equal(rule->member, i);
		assert_true(storage_is_array(rule) == (i < 3));
	}
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(rule_of(f, true, timelock[i])->slot, 19);
		assert_int_equal(rule_of(f, true, timelock[i])->member, i);
	}
}

static void assert_places(const struct fixture *f, bool is_account)
{
	const struct protocol *protocol = f->pool.protocol;
	const struct storage_rule *rules =
		is_account ? protocol->storage->account : protocol->storage->pool;
	const struct storage_place *places =
		is_account ? f->pool.account_storage : f->pool.pool_storage;
	const struct figure_rule *figures =
		is_account ? protocol->account_figures : protocol->pool_figures;
	size_t count =
		is_account ? protocol->storage->account_count : protocol->storage->pool_count;

	for (size_t i = 0; i < count; i++) {
		assert_string_equal(figures[places[i].figure].name, rules[i].figure);
		assert_string_equal(protocol->checks[places[i].check].id,
				    is_account ? "view-account" : "view-pool");
	}
}

static void each_rule_has_its_figure_and_the_check_of_its_view(void **state)
{
	assert_places(*state, false);
	assert_places(*state, true);
}

static void views_know_which_of_their_figures_can_be_proved(void **state)
{
	struct fixture *f = *state;
	const struct protocol *protocol = f->pool.protocol;

	for (size_t i = 0; i < protocol->view_count; i++) {
		const struct view_rule *rule = &protocol->views[i];

		for (size_t k = 0; k < rule->count; k++)
			assert_true(f->pool.views[i].has_storage[k] ==
				    (rule_of(f, rule->argument == VIEW_ACCOUNT, rule->figures[k]) !=
				     NULL));
	}
}

/* So a subject has no more slots than figures, and one question has room for it. */
static void no_figure_has_two_rules(void **state)
{
	struct fixture *f = *state;
	const struct protocol *protocol = f->pool.protocol;
	unsigned seen[2][FIGURES_MAX] = {{0}};

	for (size_t i = 0; i < protocol->storage->pool_count; i++)
		assert_int_equal(seen[0][f->pool.pool_storage[i].figure]++, 0);
	for (size_t i = 0; i < protocol->storage->account_count; i++)
		assert_int_equal(seen[1][f->pool.account_storage[i].figure]++, 0);
}

#define STORAGE_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pools_word_stands_at_its_variables_slot),
		cmocka_unit_test(a_mappings_value_stands_at_the_hash_of_key_and_slot),
		cmocka_unit_test(an_arrays_elements_stand_from_the_hash_of_its_slot_on),
		cmocka_unit_test(a_length_beyond_all_storage_goes_round),
		cmocka_unit_test(a_checkpoints_block_is_no_part_of_its_value),
		STORAGE_TEST(an_accounts_figures_stand_where_the_contract_has_them),
		STORAGE_TEST(the_layout_is_the_real_contracts),
		STORAGE_TEST(each_rule_has_its_figure_and_the_check_of_its_view),
		STORAGE_TEST(no_figure_has_two_rules),
		STORAGE_TEST(views_know_which_of_their_figures_can_be_proved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
