/*
 * What every registered protocol must be: events that parse, checks and figures with good names,
 * views whose figures exist. And a pool made of one: which logs are its own.
 */
#include "protocols/protocol.h"

#include "tests/abi/api3_signatures.h"
#include "tests/support/test.h"

static const struct address addresses[ROLES_MAX] = {
	{{1, 1}},   {{2, 2}},   {{3, 3}},   {{4, 4}},   {{5, 5}},   {{6, 6}},
	{{7, 7}},   {{8, 8}},   {{9, 9}},   {{10, 10}}, {{11, 11}}, {{12, 12}},
	{{13, 13}}, {{14, 14}}, {{15, 15}}, {{16, 16}},
};

static struct pool_setup setup_of(const struct protocol *protocol)
{
	struct pool_setup setup = {.name = "test", .protocol = protocol->name, .start_block = 5};

	for (size_t i = 0; i < protocol->role_count; i++) {
		setup.contracts[i].addresses = &addresses[i];
		setup.contracts[i].count = 1;
	}
	return setup;
}

struct fixture {
	struct arena *arena;
	struct pool pool; /* of API3 */
	struct error err;
};

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct pool_setup setup = setup_of(protocol_find("api3"));

	if (!f)
		return -1;
	f->arena = arena_new();
	assert_ok(pool_init(&f->pool, f->arena, &setup, 3, &f->err), f->err);
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

/* ---- every protocol ---- */

static void protocols_are_found_by_their_names(void **state)
{
	(void)state;
	assert_true(protocol_count() >= 1);
	for (size_t i = 0; i < protocol_count(); i++) {
		const struct protocol *protocol = protocol_at(i);

		assert_ptr_equal(protocol_find(protocol->name), protocol);
		assert_true(strlen(protocol->title) > 0);
	}
	assert_null(protocol_find("API3"));
	assert_null(protocol_find(""));
}

static void protocols_fit_their_limits(void **state)
{
	(void)state;
	for (size_t i = 0; i < protocol_count(); i++) {
		const struct protocol *protocol = protocol_at(i);

		assert_in_range(protocol->role_count, 1, ROLES_MAX);
		assert_in_range(protocol->event_count, 1, EVENTS_MAX);
		assert_in_range(protocol->pool_figure_count, 1, FIGURES_MAX);
		assert_in_range(protocol->account_figure_count, 1, FIGURES_MAX);
		assert_true(protocol->asset_role < protocol->role_count);
		for (size_t k = 0; k < protocol->event_count; k++)
			assert_true(protocol->events[k].role < protocol->role_count);
	}
}

static void every_protocol_makes_a_pool(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < protocol_count(); i++) {
		const struct protocol *protocol = protocol_at(i);
		struct pool_setup setup = setup_of(protocol);
		struct pool pool;

		assert_ok(pool_init(&pool, f->arena, &setup, 0, &f->err), f->err);
		assert_ptr_equal(pool.protocol, protocol);
		/* No two events of one contract are told apart by nothing. */
		for (size_t k = 0; k < protocol->event_count; k++)
			for (size_t n = 0; n < k; n++)
				assert_false(protocol->events[k].role == protocol->events[n].role &&
					     hash_equal(pool.events[k].signature_hash,
							pool.events[n].signature_hash));
	}
}

/* Lower-case words of letters and digits, parted by `separator`. */
static bool is_worded(const char *text, char separator)
{
	size_t length = strlen(text);

	if (!length || text[0] == separator || text[length - 1] == separator)
		return false;
	for (size_t i = 0; i < length; i++) {
		bool is_word =
			(text[i] >= 'a' && text[i] <= 'z') || (text[i] >= '0' && text[i] <= '9');

		if (!is_word && (text[i] != separator || text[i - 1] == separator))
			return false;
	}
	return true;
}

static void checks_have_kebab_case_ids_that_stand_once(void **state)
{
	(void)state;
	assert_true(is_worded("reward-amount", '-'));
	assert_false(is_worded("reward--amount", '-'));
	assert_false(is_worded("reward_amount", '-'));
	for (size_t i = 0; i < protocol_count(); i++) {
		const struct protocol *protocol = protocol_at(i);

		for (size_t k = 0; k < protocol->check_count; k++) {
			const struct check_rule *rule = &protocol->checks[k];

			if (!is_worded(rule->id, '-'))
				fail_msg("\"%s\" is no id of a check", rule->id);
			assert_true(strlen(rule->sentence) > 10);
			for (size_t n = 0; n < k; n++)
				assert_string_not_equal(rule->id, protocol->checks[n].id);
		}
	}
}

static void assert_figure_names(const struct figure_rule *figures, size_t count)
{
	for (size_t k = 0; k < count; k++) {
		if (!is_worded(figures[k].name, '_'))
			fail_msg("\"%s\" is no name of a figure", figures[k].name);
		assert_int_equal(figure_find(figures, count, figures[k].name), k);
	}
	assert_int_equal(figure_find(figures, count, "no_such_figure"), -1);
}

static void figures_have_snake_case_names_that_stand_once(void **state)
{
	static const char *const common[] = {"share_price", "liquidity", "cover", "utilization"};

	(void)state;
	for (size_t i = 0; i < protocol_count(); i++) {
		const struct protocol *protocol = protocol_at(i);

		assert_figure_names(protocol->pool_figures, protocol->pool_figure_count);
		assert_figure_names(protocol->account_figures, protocol->account_figure_count);
		for (size_t k = 0; k < 4; k++)
			assert_true(figure_find(protocol->pool_figures, protocol->pool_figure_count,
						common[k]) >= 0);
	}
}

static void assert_parts(const struct item_list *list)
{
	size_t size = 0;

	assert_in_range(list->part_count, 1, ITEM_PARTS_MAX);
	for (size_t k = 0; k < list->part_count; k++) {
		const struct item_part *part = &list->parts[k];

		assert_true(is_worded(part->name, '_'));
		assert_int_equal(figure_find(list->figures, list->figure_count, part->name), -1);
		if (part->kind == FIGURE_ADDRESS)
			assert_int_equal(part->size, ADDRESS_BYTES);
		else if (part->kind == FIGURE_HASH)
			assert_int_equal(part->size, HASH_BYTES);
		else
			assert_true(part->kind == FIGURE_NUMBER && part->size >= 1 &&
				    part->size <= 32);
		size += part->size;
	}
	assert_int_equal(list->table->key_size, size);
}

static void lists_have_keys_of_their_tables_and_figures_with_good_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < protocol_count(); i++) {
		const struct protocol *protocol = protocol_at(i);

		for (size_t k = 0; k < protocol->list_count; k++) {
			const struct item_list *list = &protocol->lists[k];

			assert_ptr_equal(protocol_list(protocol, list->name), list);
			assert_true(is_worded(list->name, '_'));
			assert_true(strlen(list->one) > 0);
			assert_true(strlen(list->title) > 0);
			assert_in_range(list->figure_count, 1, FIGURES_MAX);
			assert_figure_names(list->figures, list->figure_count);
			assert_parts(list);
			for (size_t n = 0; list->columns && list->columns[n]; n++)
				assert_true(figure_find(list->figures, list->figure_count,
							list->columns[n]) >= 0);
			for (size_t n = 0; n < list->figure_count; n++)
				assert_int_equal(list->figures[n].kind == FIGURE_CHOICE,
						 list->figures[n].choices != NULL);
		}
		assert_null(protocol_list(protocol, "no_such_list"));
		for (size_t n = 0; protocol->account_columns && protocol->account_columns[n]; n++)
			assert_true(figure_find(protocol->account_figures,
						protocol->account_figure_count,
						protocol->account_columns[n]) >= 0);
	}
}

static void assert_words(const struct protocol *protocol, const struct view_rule *rule)
{
	const struct item_list *list = NULL;

	assert_in_range(rule->word_count, 0, VIEW_WORDS_MAX);
	if (rule->argument == VIEW_ITEM) {
		assert_true(rule->list < protocol->list_count);
		list = &protocol->lists[rule->list];
	}
	if (rule->contract_part) {
		assert_non_null(list);
		assert_true(rule->contract_part <= list->part_count);
		assert_int_equal(list->parts[rule->contract_part - 1].kind, FIGURE_ADDRESS);
	}
	for (size_t i = 0; i < rule->word_count; i++) {
		const struct view_word *word = &rule->words[i];

		if (word->kind == VIEW_WORD_KEY)
			assert_true(list && word->value < list->part_count);
		if (word->kind == VIEW_WORD_CONTRACT)
			assert_true(word->value < protocol->role_count);
		if (word->kind == VIEW_WORD_ACCOUNT)
			assert_int_equal(rule->argument, VIEW_ACCOUNT);
	}
}

static void views_lead_to_figures_and_checks(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < protocol_count(); i++) {
		const struct protocol *protocol = protocol_at(i);
		struct pool_setup setup = setup_of(protocol);
		struct pool pool;

		assert_ok(pool_init(&pool, f->arena, &setup, 0, &f->err), f->err);
		for (size_t k = 0; k < protocol->view_count; k++) {
			const struct view_rule *rule = &protocol->views[k];

			assert_true(rule->role < protocol->role_count);
			assert_in_range(rule->count, 1, VIEW_FIGURES_MAX);
			assert_true(rule->check < protocol->check_count);
			assert_int_equal(protocol->checks[rule->check].level, LEVEL_STATE);
			assert_words(protocol, rule);
			for (size_t n = 0; n < rule->count; n++)
				assert_int_equal(pool.views[k].figures[n] >= 0,
						 rule->figures[n] != NULL);
		}
	}
}

/* ---- API3 ---- */

static const struct event_signature *signature_of(const struct abi_item *item, struct arena *arena)
{
	const char *signature = abi_item_signature(arena, item);

	for (size_t i = 0; i < sizeof(api3_events) / sizeof(api3_events[0]); i++)
		if (strcmp(api3_events[i].signature, signature) == 0)
			return &api3_events[i];
	fail_msg("the contracts have no event %s", signature);
	return NULL;
}

static void the_events_of_api3_are_those_of_the_deployed_contracts(void **state)
{
	struct fixture *f = *state;
	char text[HEX_SIZE(HASH_BYTES)];

	for (size_t i = 0; i < f->pool.protocol->event_count; i++) {
		const struct abi_item *item = &f->pool.events[i];
		const struct event_signature *wanted = signature_of(item, f->arena);
		struct abi_item theirs;

		assert_string_equal(hash_format(text, item->signature_hash), wanted->topic);
		/* The topic says nothing of what is indexed: compare with the ABI. */
		assert_ok(abi_item_parse(&theirs, f->arena, wanted->text, ABI_ITEM_EVENT, &f->err),
			  f->err);
		assert_int_equal(item->input_count, theirs.input_count);
		for (size_t k = 0; k < item->input_count; k++) {
			assert_int_equal(item->inputs[k].is_indexed, theirs.inputs[k].is_indexed);
			assert_string_equal(item->inputs[k].name, theirs.inputs[k].name);
		}
	}
}

static void the_views_of_api3_have_the_selectors_of_the_deployed_contracts(void **state)
{
	static const struct {
		const char *signature;
		uint8_t selector[4];
	} wanted[] = {
		{"totalStake()", {0x8b, 0x0e, 0x9f, 0x3f}},
		{"totalShares()", {0x3a, 0x98, 0xef, 0x39}},
		{"apr()", {0x57, 0xde, 0xd9, 0xc9}},
		{"minApr()", {0x78, 0x4b, 0x3c, 0x5d}},
		{"maxApr()", {0x92, 0x09, 0x3b, 0x36}},
		{"aprUpdateStep()", {0xdb, 0x6f, 0x16, 0x2e}},
		{"stakeTarget()", {0x4e, 0xb0, 0x5c, 0x47}},
		{"unstakeWaitPeriod()", {0xe7, 0x46, 0x0a, 0x52}},
		{"proposalVotingPowerThreshold()", {0xb3, 0x60, 0x9b, 0x53}},
		{"epochIndexOfLastReward()", {0xdf, 0x60, 0xd8, 0x04}},
		{"genesisEpoch()", {0xb7, 0x0e, 0x6b, 0xe6}},
		{"agentAppPrimary()", {0x68, 0x1a, 0x9a, 0xd7}},
		{"agentAppSecondary()", {0x34, 0x49, 0x65, 0xe2}},
		{"votingAppPrimary()", {0x00, 0x60, 0x91, 0x87}},
		{"votingAppSecondary()", {0xe6, 0x85, 0xde, 0xe0}},
		{"totalSupply()", {0x18, 0x16, 0x0d, 0xdd}},
		{"balanceOf(address)", {0x70, 0xa0, 0x82, 0x31}},
		{"getMinterStatus(address)", {0xbb, 0xb3, 0x0c, 0x5d}},
		{"userShares(address)", {0xde, 0x69, 0xb3, 0xaa}},
		{"userStake(address)", {0x68, 0xe5, 0x58, 0x5d}},
		{"userLocked(address)", {0xbb, 0xa0, 0x53, 0x84}},
		{"userVotingPower(address)", {0x36, 0xb1, 0xb6, 0xa4}},
		{"userDelegate(address)", {0xb3, 0x30, 0xfc, 0x53}},
		{"delegatedToUser(address)", {0xa4, 0xfb, 0x6f, 0xf7}},
		{"getUser(address)", {0x6f, 0x77, 0x92, 0x6b}},
		{"userToTimelock(address)", {0x8b, 0x8e, 0x39, 0xd6}},
		{"api3Pool()", {0x6f, 0xe2, 0xa2, 0xd7}},
		{"api3UsdAmountConverter()", {0x39, 0xc4, 0x3f, 0x4b}},
		{"mediatorResponsePeriod()", {0x47, 0x66, 0x46, 0x4a}},
		{"claimantResponsePeriod()", {0xc1, 0x69, 0x7b, 0xc7}},
		{"arbitratorResponsePeriod()", {0xf1, 0x20, 0x81, 0xf7}},
		{"policyHashToState(bytes32)", {0x0f, 0x7b, 0x7c, 0x50}},
		{"claimHashToState(bytes32)", {0x6a, 0xdc, 0xa0, 0x77}},
		{"claimHashToProposedSettlementAmountInUsd(bytes32)", {0x25, 0x0e, 0xcf, 0x51}},
		{"accountToQuota(address)", {0x76, 0x68, 0x52, 0x4a}},
		{"getQuotaUsage(address)", {0x0d, 0x0a, 0x5e, 0x8c}},
		{"disputeIdToClaimDetails(uint256)", {0x7d, 0x06, 0x35, 0x6b}},
	};
	struct fixture *f = *state;
	const struct protocol *protocol = f->pool.protocol;

	assert_int_equal(protocol->view_count, sizeof(wanted) / sizeof(wanted[0]));
	for (size_t i = 0; i < protocol->view_count; i++) {
		size_t k = 0;

		while (strcmp(wanted[k].signature, protocol->views[i].signature) != 0)
			assert_true(++k < sizeof(wanted) / sizeof(wanted[0]));
		assert_memory_equal(f->pool.views[i].selector, wanted[k].selector, 4);
	}
}

static struct event_log log_of(const struct fixture *f, size_t rule, struct address address)
{
	return (struct event_log){.address = address,
				  .topics = {f->pool.events[rule].signature_hash},
				  .topic_count = 1};
}

static void a_log_is_matched_by_contract_and_topic(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < f->pool.protocol->event_count; i++) {
		size_t role = f->pool.protocol->events[i].role;

		for (size_t k = 0; k < f->pool.protocol->role_count; k++) {
			struct event_log log = log_of(f, i, addresses[k]);

			assert_int_equal(pool_match(&f->pool, &log), k == role ? (int)i : -1);
		}
	}
}

static void a_log_of_nobody_is_not_matched(void **state)
{
	struct fixture *f = *state;
	struct event_log log = log_of(f, 0, (struct address){{0}});

	assert_int_equal(pool_match(&f->pool, &log), -1);
	log = log_of(f, 0, addresses[0]);
	log.topic_count = 0; /* an anonymous log may hold anything */
	assert_int_equal(pool_match(&f->pool, &log), -1);
	log.topic_count = 1;
	log.topics[0].bytes[31] ^= 1;
	assert_int_equal(pool_match(&f->pool, &log), -1);
}

static void a_role_may_have_several_contracts_or_none(void **state)
{
	struct fixture *f = *state;
	struct event_log log = log_of(f, 0, addresses[4]);

	f->pool.setup.contracts[0].count = 5;
	assert_int_equal(pool_match(&f->pool, &log), 0);
	assert_true(address_equal(pool_contract(&f->pool, 0), addresses[0]));
	f->pool.setup.contracts[0].count = 0;
	assert_int_equal(pool_match(&f->pool, &log), -1);
	assert_true(address_is_zero(pool_contract(&f->pool, 0)));
}

static void an_unknown_protocol_is_refused(void **state)
{
	struct fixture *f = *state;
	struct pool_setup setup = {.name = "mine", .protocol = "ap13"};
	struct pool pool;

	assert_int_equal(pool_init(&pool, f->arena, &setup, 0, &f->err), ERR_USAGE);
	assert_string_equal(f->err.message, "pool mine: no protocol \"ap13\"");
}

static bool lets_through(const struct log_filter *filter, const struct event_log *log)
{
	bool is_ours = false;

	for (size_t i = 0; i < filter->address_count; i++)
		is_ours = is_ours || address_equal(filter->addresses[i], log->address);
	for (size_t t = 0; t < LOG_TOPICS_MAX && is_ours; t++) {
		bool is_wanted = filter->topics[t].count == 0;

		for (size_t i = 0; i < filter->topics[t].count; i++)
			is_wanted = is_wanted ||
				    (t < log->topic_count &&
				     hash_equal(filter->topics[t].values[i], log->topics[t]));
		is_ours = is_wanted;
	}
	return is_ours;
}

static bool is_asked_for(struct fixture *f, const struct event_log *log)
{
	struct log_filter filters[8];
	size_t count = f->pool.protocol->filters(filters, 8, f->arena, &f->pool);
	bool is_wanted = false;

	assert_true(count > 0);
	for (size_t i = 0; i < count; i++)
		is_wanted = is_wanted || lets_through(&filters[i], log);
	return is_wanted;
}

static void the_filters_ask_for_every_event_of_the_pool(void **state)
{
	struct fixture *f = *state;
	struct log_filter filters[8];
	struct event_log log;

	assert_int_equal(f->pool.protocol->filters(filters, 1, f->arena, &f->pool), 0);
	for (size_t i = 0; i < f->pool.protocol->event_count; i++) {
		size_t role = f->pool.protocol->events[i].role;

		log = log_of(f, i, addresses[role]);
		log.topic_count = 3; /* from the zero address to the zero address */
		assert_true(is_asked_for(f, &log));
	}
}

static void of_the_token_only_what_concerns_the_pool_is_asked_for(void **state)
{
	struct fixture *f = *state;
	size_t transfer = 0;
	struct event_log log;

	while (strcmp(f->pool.events[transfer].name, "Transfer") != 0)
		assert_true(++transfer < f->pool.protocol->event_count);
	log = log_of(f, transfer, addresses[1]);
	log.topic_count = 3;
	address_to_word(log.topics[1].bytes, (struct address){{0xaa}});
	address_to_word(log.topics[2].bytes, (struct address){{0xbb}});
	assert_false(is_asked_for(f, &log)); /* a busy token has millions of these */
	address_to_word(log.topics[2].bytes, addresses[0]);
	assert_true(is_asked_for(f, &log));
	address_to_word(log.topics[1].bytes, addresses[0]);
	address_to_word(log.topics[2].bytes, (struct address){{0xbb}});
	assert_true(is_asked_for(f, &log));
	address_to_word(log.topics[1].bytes, (struct address){{0}}); /* a mint */
	assert_true(is_asked_for(f, &log));
	address_to_word(log.topics[1].bytes, (struct address){{0xaa}});
	address_to_word(log.topics[2].bytes, (struct address){{0}}); /* a burn */
	assert_true(is_asked_for(f, &log));
}

#define POOL_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(protocols_are_found_by_their_names),
		cmocka_unit_test(protocols_fit_their_limits),
		POOL_TEST(every_protocol_makes_a_pool),
		cmocka_unit_test(checks_have_kebab_case_ids_that_stand_once),
		cmocka_unit_test(figures_have_snake_case_names_that_stand_once),
		cmocka_unit_test(lists_have_keys_of_their_tables_and_figures_with_good_names),
		POOL_TEST(views_lead_to_figures_and_checks),
		POOL_TEST(the_events_of_api3_are_those_of_the_deployed_contracts),
		POOL_TEST(the_views_of_api3_have_the_selectors_of_the_deployed_contracts),
		POOL_TEST(a_log_is_matched_by_contract_and_topic),
		POOL_TEST(a_log_of_nobody_is_not_matched),
		POOL_TEST(a_role_may_have_several_contracts_or_none),
		POOL_TEST(an_unknown_protocol_is_refused),
		POOL_TEST(the_filters_ask_for_every_event_of_the_pool),
		POOL_TEST(of_the_token_only_what_concerns_the_pool_is_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
