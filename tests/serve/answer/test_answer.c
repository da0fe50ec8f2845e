/*
 * The documents that HTTP and --json answer, of the recorded chain: their keys, their types, their
 * moments and their pages.
 */
#include "serve/answer/answer.h"

#include <inttypes.h>

#include "tests/support/demo_moment.h"

/* The document, or a failed test. */
static json_t *got(struct demo_moment *f, json_t *document)
{
	if (!document)
		fail_msg("%s: %s", status_name(f->err.status), f->err.message);
	return document;
}

static const char *text_at(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_string(value))
		fail_msg("\"%s\" is no string", key);
	return json_string_value(value);
}

static json_int_t number_at(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_integer(value))
		fail_msg("\"%s\" is no number", key);
	return json_integer_value(value);
}

/* An amount: decimal digits in a string. */
static void assert_amount(const json_t *object, const char *key)
{
	const char *text = text_at(object, key);

	if (!*text || text[strspn(text, "0123456789")])
		fail_msg("\"%s\": \"%s\" is no amount", key, text);
}

static void assert_null_at(const json_t *object, const char *key)
{
	if (!json_is_null(json_object_get(object, key)))
		fail_msg("\"%s\" is not null", key);
}

/* "0x" and that many digits. */
static void assert_hex(const json_t *object, const char *key, size_t bytes)
{
	const char *text = text_at(object, key);

	if (strlen(text) != 2 + 2 * bytes || strspn(text + 2, "0123456789abcdef") != 2 * bytes)
		fail_msg("\"%s\": \"%s\" is no hash or address", key, text);
}

static void assert_ratio(const json_t *object, const char *key)
{
	const char *text = text_at(object, key);
	const char *point = strchr(text, '.');

	if (!point || strlen(point) != 19)
		fail_msg("\"%s\": \"%s\" has not 18 places", key, text);
}

/* ---- documents ---- */

static void status_has_its_keys(void **state)
{
	struct demo_moment *f = *state;
	json_t *status = got(f, answer_status(&f->moment, &f->err));
	const json_t *head = json_object_get(status, "head");
	const json_t *indexed = json_object_get(status, "indexed");
	const json_t *checks = json_object_get(status, "checks");
	const json_t *findings = json_object_get(status, "findings");

	assert_int_equal(number_at(status, "chain_id"), DEMO_CHAIN_ID);
	assert_int_equal(number_at(head, "number"), DEMO_LAST_BLOCK);
	assert_hex(head, "hash", 32);
	assert_true(number_at(head, "timestamp") > 1600000000);
	assert_int_equal(number_at(indexed, "number"), DEMO_LAST_BLOCK);
	assert_hex(indexed, "hash", 32);
	assert_true(json_is_integer(json_object_get(status, "finalized")) ||
		    json_is_null(json_object_get(status, "finalized")));
	assert_true(json_is_array(json_object_get(status, "proved")));
	assert_true(number_at(checks, "passed") > 1000);
	assert_int_equal(number_at(checks, "failed"), 0);
	assert_int_equal(number_at(findings, "error"), 0);
	assert_int_equal(number_at(findings, "warning"), 0);
	assert_int_equal(number_at(findings, "info"), 0);
	assert_hex(status, "digest", 32);
	json_decref(status);
}

static void status_tells_how_the_work_goes(void **state)
{
	struct demo_moment *f = *state;
	json_t *status = got(f, answer_status(&f->moment, &f->err));
	const json_t *head = json_object_get(status, "node_head");
	const json_t *lag = json_object_get(status, "lag");

	/* whoever made the mirror has ended */
	assert_true(json_is_null(json_object_get(status, "daemon")));
	assert_true(json_is_null(json_object_get(status, "rate")));
	assert_int_equal(number_at(head, "number"), DEMO_LAST_BLOCK);
	assert_hex(head, "hash", 32);
	assert_true(number_at(head, "timestamp") > 1600000000);
	assert_true(number_at(head, "seen") > number_at(head, "timestamp"));
	assert_int_equal(number_at(lag, "blocks"), 0);
	assert_int_equal(number_at(lag, "seconds"), 0);
	json_decref(status);

	demo_moment_move(f, "200"); /* it is of now, not of then */
	status = got(f, answer_status(&f->moment, &f->err));
	assert_int_equal(number_at(json_object_get(status, "node_head"), "number"),
			 DEMO_LAST_BLOCK);
	assert_int_equal(number_at(json_object_get(status, "lag"), "blocks"), 0);
	json_decref(status);
}

static void status_tells_how_the_nodes_are(void **state)
{
	struct demo_moment *f = *state;
	json_t *status = got(f, answer_status(&f->moment, &f->err));
	const json_t *nodes = json_object_get(status, "nodes");
	const json_t *node = json_array_get(nodes, 0);

	assert_string_equal(text_at(status, "state"), "ok");
	assert_int_equal(json_array_size(nodes), 1);
	assert_non_null(strstr(text_at(node, "node"), "api3-seed1"));
	assert_int_equal(number_at(node, "lies"), 0);
	assert_int_equal(number_at(node, "omissions"), 0);
	assert_int_equal(number_at(node, "troubles"), 0);
	assert_true(number_at(node, "answers") >= 0);
	assert_true(number_at(node, "latency_ms") >= 0);
	assert_true(json_is_false(json_object_get(node, "quarantined")));
	assert_int_equal(number_at(node, "rate_limited"), 0);
	assert_int_equal(number_at(node, "hedges"), 0);
	assert_int_equal(number_at(node, "paused_ms"), 0);
	json_decref(status);
}

static void pools_carry_the_common_figures(void **state)
{
	struct demo_moment *f = *state;
	json_t *pools = got(f, answer_pools(&f->moment, &f->err));
	const json_t *item = json_array_get(json_object_get(pools, "items"), 0);

	assert_int_equal(json_array_size(json_object_get(pools, "items")), 1);
	assert_null_at(pools, "next");
	assert_string_equal(text_at(item, "name"), "api3");
	assert_string_equal(text_at(item, "protocol"), "api3");
	assert_ratio(item, "share_price");
	assert_amount(item, "liquidity");
	assert_null_at(item, "cover");
	assert_null_at(item, "utilization");
	assert_int_equal(number_at(json_object_get(item, "at"), "block"), DEMO_LAST_BLOCK);
	json_decref(pools);
}

static void a_pool_has_its_keys_and_the_types_of_its_figures(void **state)
{
	static const char *const amounts[] = {
		"total_stake",
		"total_shares",
		"apr",
		"min_apr",
		"max_apr",
		"apr_update_step",
		"stake_target",
		"unstake_wait_period",
		"proposal_voting_power_threshold",
		"epoch_index_of_last_reward",
		"genesis_epoch",
		"token_total_supply",
		"token_balance",
		"liquidity",
	};
	struct demo_moment *f = *state;
	json_t *pool = got(f, answer_pool(&f->moment, f->pool, &f->err));
	const json_t *figures = json_object_get(pool, "state");
	const json_t *asset = json_object_get(pool, "asset");
	const json_t *at = json_object_get(pool, "at");

	assert_string_equal(text_at(pool, "name"), "api3");
	assert_string_equal(text_at(pool, "protocol"), "api3");
	assert_string_equal(text_at(asset, "address"), DEMO_TOKEN_TEXT);
	assert_string_equal(text_at(asset, "symbol"), "API3");
	assert_int_equal(number_at(asset, "decimals"), 18);
	assert_int_equal(number_at(at, "block"), DEMO_LAST_BLOCK);
	assert_hex(at, "hash", 32);
	assert_true(number_at(at, "timestamp") > 1600000000);
	for (size_t i = 0; i < sizeof(amounts) / sizeof(amounts[0]); i++)
		assert_amount(figures, amounts[i]);
	assert_ratio(figures, "share_price");
	assert_null_at(figures, "cover");
	assert_null_at(figures, "utilization");
	assert_hex(figures, "agent_app_primary", 20);
	assert_true(json_is_boolean(json_object_get(figures, "is_minter")));
	assert_true(json_array_size(json_object_get(pool, "provenance")) > 5);
	assert_string_equal(text_at(json_object_get(pool, "contracts"), "pool"), DEMO_POOL_TEXT);
	json_decref(pool);
}

static void an_account_has_its_keys_and_the_types_of_its_figures(void **state)
{
	static const char *const amounts[] = {
		"shares",
		"stake",
		"unstaked",
		"vesting",
		"unstake_amount",
		"unstake_shares",
		"unstake_scheduled_for",
		"last_delegation_update_timestamp",
		"delegated_to",
		"voting_power",
		"locked",
	};
	struct demo_moment *f = *state;
	struct page page = {0};
	json_t *accounts = got(f, answer_accounts(&f->moment, f->pool, &page, &f->err));
	const json_t *items = json_object_get(accounts, "items");
	const json_t *item;
	size_t i;

	assert_true(json_array_size(items) >= 20);
	assert_null_at(accounts, "next");
	json_array_foreach (items, i, item) {
		assert_hex(item, "account", 20);
		assert_hex(item, "delegate", 20);
		for (size_t k = 0; k < sizeof(amounts) / sizeof(amounts[0]); k++)
			if (!json_is_null(json_object_get(item, amounts[k])))
				assert_amount(item, amounts[k]);
		assert_amount(item, "shares");
	}
	json_decref(accounts);
}

static void one_account_is_its_item_with_the_block(void **state)
{
	struct demo_moment *f = *state;
	struct page page = {.limit = 1};
	json_t *accounts = got(f, answer_accounts(&f->moment, f->pool, &page, &f->err));
	json_t *item = json_array_get(json_object_get(accounts, "items"), 0);
	struct address address = {{0}};
	json_t *account;

	assert_ok(address_parse(&address, text_at(item, "account"), 42, &f->err), f->err);
	account = got(f, answer_account(&f->moment, f->pool, address, &f->err));
	assert_int_equal(number_at(json_object_get(account, "at"), "block"), DEMO_LAST_BLOCK);
	assert_int_equal(json_object_del(account, "at"), 0);
	assert_true(json_equal(account, item));
	json_decref(account);
	json_decref(accounts);
}

static void an_account_that_nobody_knows_is_all_zeros(void **state)
{
	struct demo_moment *f = *state;
	struct address stranger = {{0x12, 0x34}};
	json_t *account = got(f, answer_account(&f->moment, f->pool, stranger, &f->err));

	assert_string_equal(text_at(account, "shares"), "0");
	assert_string_equal(text_at(account, "stake"), "0");
	assert_string_equal(text_at(account, "locked"), "0");
	json_decref(account);
}

static void before_its_creation_a_pool_has_no_figures(void **state)
{
	struct demo_moment *f = *state;
	json_t *pool;
	json_t *account;

	demo_moment_move(f, "2");
	pool = got(f, answer_pool(&f->moment, f->pool, &f->err));
	assert_null_at(json_object_get(pool, "state"), "total_stake");
	assert_null_at(json_object_get(pool, "state"), "share_price");
	assert_amount(json_object_get(pool, "state"), "token_total_supply");
	account = got(f, answer_account(&f->moment, f->pool, (struct address){{1}}, &f->err));
	assert_null_at(account, "stake");
	json_decref(account);
	json_decref(pool);
}

static void payouts_add_up(void **state)
{
	struct demo_moment *f = *state;
	struct page page = {0};
	json_t *payouts = got(f, answer_payouts(&f->moment, f->pool, &page, &f->err));
	const json_t *items = json_object_get(payouts, "items");
	const json_t *item;
	size_t i;

	assert_int_equal(json_array_size(items), 18);
	json_array_foreach (items, i, item) {
		assert_true(number_at(item, "block") > 0);
		assert_true(number_at(item, "log_index") >= 0);
		assert_hex(item, "transaction", 32);
		assert_hex(item, "recipient", 20);
		assert_amount(item, "amount");
		assert_amount(item, "total_stake_before");
		assert_amount(item, "total_stake_after");
		assert_ratio(item, "share_price_before");
		assert_ratio(item, "share_price_after");
		assert_amount(item, "slash_sum");
		assert_hex(item, "sender", 20);
	}
	json_decref(payouts);
}

static void there_are_no_findings(void **state)
{
	struct demo_moment *f = *state;
	struct finding_query query = {0};
	struct page page = {0};
	json_t *findings = got(f, answer_findings(&f->moment, &query, &page, &f->err));

	assert_int_equal(json_array_size(json_object_get(findings, "items")), 0);
	assert_null_at(findings, "next");
	json_decref(findings);
	query.check = "no-such-check";
	assert_null(answer_findings(&f->moment, &query, &page, &f->err));
	assert_int_equal(f->err.status, ERR_USAGE);
	query.check = NULL;
	page.after = "00112233445566778899aabbccddeeff";
	assert_null(answer_findings(&f->moment, &query, &page, &f->err));
	assert_int_equal(f->err.status, ERR_USAGE);
}

/* ---- events ---- */

static struct event_query all_events(struct demo_moment *f)
{
	return (struct event_query){.pool = f->pool, .to_block = UINT64_MAX};
}

static void events_have_their_keys_and_stand_in_order(void **state)
{
	struct demo_moment *f = *state;
	struct event_query query = all_events(f);
	struct page page = {0};
	json_t *events = got(f, answer_events(&f->moment, &query, &page, &f->err));
	const json_t *items = json_object_get(events, "items");
	json_int_t block = 0;
	json_int_t log_index = -1;
	const json_t *item;
	size_t i;

	assert_true(json_array_size(items) > 500);
	json_array_foreach (items, i, item) {
		json_int_t next = number_at(item, "block");

		assert_true(next > block ||
			    (next == block && number_at(item, "log_index") > log_index));
		block = next;
		log_index = number_at(item, "log_index");
		assert_string_equal(text_at(item, "pool"), "api3");
		assert_hex(item, "transaction", 32);
		assert_hex(item, "contract", 20);
		assert_true(strlen(text_at(item, "event")) > 3);
		assert_true(json_is_object(json_object_get(item, "arguments")));
	}
	json_decref(events);
}

static void arguments_of_events_are_amounts_addresses_and_flags(void **state)
{
	struct demo_moment *f = *state;
	struct event_query query = all_events(f);
	struct page page = {.limit = 1};
	const json_t *arguments;
	json_t *events;

	query.event = "UpdatedDelegation";
	events = got(f, answer_events(&f->moment, &query, &page, &f->err));
	arguments =
		json_object_get(json_array_get(json_object_get(events, "items"), 0), "arguments");
	assert_hex(arguments, "user", 20);
	assert_hex(arguments, "delegate", 20);
	assert_true(json_is_boolean(json_object_get(arguments, "delta")));
	assert_amount(arguments, "shares");
	json_decref(events);
}

static size_t count_events(struct demo_moment *f, const struct event_query *query)
{
	struct page page = {0};
	json_t *events = got(f, answer_events(&f->moment, query, &page, &f->err));
	size_t count = json_array_size(json_object_get(events, "items"));

	json_decref(events);
	return count;
}

static void events_are_chosen_by_name_account_and_block(void **state)
{
	struct demo_moment *f = *state;
	struct event_query query = all_events(f);
	size_t all = count_events(f, &query);
	size_t parts;

	query.event = "MintedReward";
	assert_int_equal(count_events(f, &query), 58);
	query.event = "PaidOutClaim";
	assert_int_equal(count_events(f, &query), 18);
	query.event = "paidoutclaim";
	assert_null(answer_events(&f->moment, &query, &(struct page){0}, &f->err));
	assert_int_equal(f->err.status, ERR_USAGE);
	query.event = NULL;
	query.to_block = 150;
	parts = count_events(f, &query);
	query.from_block = 151;
	query.to_block = UINT64_MAX;
	assert_int_equal(parts + count_events(f, &query), all);
	query.from_block = 0;
	query.has_account = true;
	query.account = (struct address){{0x12}};
	assert_int_equal(count_events(f, &query), 0);
	assert_ok(address_parse(&query.account, "0xfabb0ac9d68b0b445fb7357272ff202c5651694a", 42,
				&f->err),
		  f->err);
	parts = count_events(f, &query);
	assert_true(parts > 5 && parts < all);
}

static void events_end_with_the_moment(void **state)
{
	struct demo_moment *f = *state;
	struct event_query query = all_events(f);
	size_t all = count_events(f, &query);
	size_t then;

	demo_moment_move(f, "100");
	then = count_events(f, &query);
	assert_true(then > 50 && then < all);
	query.to_block = 100;
	demo_moment_move(f, NULL);
	assert_int_equal(count_events(f, &query), then);
}

/* ---- pages ---- */

typedef json_t *(*ask_page)(struct demo_moment *f, const struct page *page);

static json_t *accounts_page(struct demo_moment *f, const struct page *page)
{
	return answer_accounts(&f->moment, f->pool, page, &f->err);
}

static json_t *payouts_page(struct demo_moment *f, const struct page *page)
{
	return answer_payouts(&f->moment, f->pool, page, &f->err);
}

static json_t *events_page(struct demo_moment *f, const struct page *page)
{
	struct event_query query = all_events(f);

	return answer_events(&f->moment, &query, page, &f->err);
}

/* All pages of `limit` items, joined. */
static json_t *join_pages(struct demo_moment *f, ask_page ask, size_t limit)
{
	json_t *all = json_array();
	struct page page = {.limit = limit};
	char cursor[200];

	for (;;) {
		json_t *document = got(f, ask(f, &page));
		const json_t *items = json_object_get(document, "items");
		const json_t *next = json_object_get(document, "next");

		assert_true(json_array_size(items) <= limit);
		assert_int_equal(json_array_extend(all, json_object_get(document, "items")), 0);
		if (json_is_null(next)) {
			json_decref(document);
			return all;
		}
		assert_int_equal(json_array_size(items), limit);
		(void)snprintf(cursor, sizeof(cursor), "%s", json_string_value(next));
		page = page_after(limit, cursor, f->arena);
		json_decref(document);
	}
}

static void assert_pages(struct demo_moment *f, ask_page ask)
{
	static const size_t limits[] = {1, 2, 7, 100, 100000};
	struct page whole = {0};
	json_t *document = got(f, ask(f, &whole));
	const json_t *wanted = json_object_get(document, "items");

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		json_t *joined = join_pages(f, ask, limits[i]);

		if (!json_equal(joined, wanted))
			fail_msg("pages of %zu are not the list", limits[i]);
		json_decref(joined);
	}
	/* A page that ends with the last item has no next one. */
	whole.limit = json_array_size(wanted);
	json_decref(document);
	document = got(f, ask(f, &whole));
	assert_null_at(document, "next");
	json_decref(document);
}

static void pages_of_accounts_join_to_the_list(void **state)
{
	assert_pages(*state, accounts_page);
}

static void pages_of_payouts_join_to_the_list(void **state)
{
	assert_pages(*state, payouts_page);
}

static void pages_of_events_join_to_the_list(void **state)
{
	assert_pages(*state, events_page);
}

static json_t *all_pools_page(struct demo_moment *f, const struct page *page)
{
	struct event_query query = {.to_block = UINT64_MAX};

	return answer_events(&f->moment, &query, page, &f->err);
}

/* Two pools of one token: each of its logs is an event of both. */
static void pages_lose_no_event_that_two_pools_share(void **state)
{
	static const size_t limits[] = {1, 2, 3, 7};
	struct demo_moment *f = *state;
	struct pool pools[2] = {f->demo->config.pools[0], f->demo->config.pools[0]};
	struct config config = f->demo->config;
	struct page page = {0};
	json_t *whole;

	pools[1].setup.name = "twin";
	config.pools = pools;
	config.pool_count = 2;
	f->moment.config = &config;
	whole = got(f, all_pools_page(f, &page));
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		json_t *all = json_array();
		json_t *document = NULL;
		char cursor[100];

		for (page = (struct page){.limit = limits[i]};;
		     page = page_after(limits[i], cursor, f->arena)) {
			json_decref(document);
			document = got(f, all_pools_page(f, &page));
			assert_int_equal(json_array_extend(all, json_object_get(document, "items")),
					 0);
			if (json_is_null(json_object_get(document, "next")))
				break;
			(void)snprintf(cursor, sizeof(cursor), "%s", text_at(document, "next"));
		}
		if (!json_equal(all, json_object_get(whole, "items")))
			fail_msg("pages of %zu lose events", limits[i]);
		json_decref(document);
		json_decref(all);
	}
	json_decref(whole);
	f->moment.config = &f->demo->config;
}

static void a_page_as_of_a_block_stays_what_it_is(void **state)
{
	struct demo_moment *f = *state;
	struct page page = {.limit = 3, .after = "100:0"};
	json_t *then;
	json_t *now;

	demo_moment_move(f, "200");
	then = got(f, events_page(f, &page));
	demo_moment_move(f, "latest");
	now = got(f, events_page(f, &page));
	assert_true(json_equal(json_object_get(then, "items"), json_object_get(now, "items")));
	json_decref(then);
	json_decref(now);
}

/* A list of block 200 is read to its end while the mirror's newest block is another. */
static void pages_after_the_first_are_of_its_block(void **state)
{
	static const ask_page asks[] = {accounts_page, payouts_page, events_page};
	struct demo_moment *f = *state;

	for (size_t i = 0; i < sizeof(asks) / sizeof(asks[0]); i++) {
		struct page page = {.limit = 3};
		json_t *joined = json_array();
		json_t *document;
		json_t *whole;

		demo_moment_move(f, "200");
		whole = got(f, asks[i](f, &(struct page){0}));
		document = got(f, asks[i](f, &page));
		(void)json_array_extend(joined, json_object_get(document, "items"));
		while (json_is_string(json_object_get(document, "next"))) {
			page = page_after(3, text_at(document, "next"), f->arena);
			json_decref(document);
			demo_moment_move(f, page_at(&page, NULL));
			assert_int_equal(f->moment.number, 200);
			assert_string_equal(page_at(&page, "latest"), page_at(&page, NULL));
			document = got(f, asks[i](f, &page));
			(void)json_array_extend(joined, json_object_get(document, "items"));
		}
		assert_true(json_array_size(joined) > 3 || asks[i] == payouts_page);
		assert_true(json_equal(joined, json_object_get(whole, "items")));
		json_decref(joined);
		json_decref(document);
		json_decref(whole);
	}
}

static void a_cursor_of_another_block_is_refused(void **state)
{
	static const ask_page asks[] = {accounts_page, payouts_page, events_page};
	struct demo_moment *f = *state;
	struct page page = {.limit = 1};

	for (size_t i = 0; i < sizeof(asks) / sizeof(asks[0]); i++) {
		json_t *document;

		demo_moment_move(f, "200");
		document = got(f, asks[i](f, &(struct page){.limit = 1}));
		page = page_after(1, text_at(document, "next"), f->arena);
		json_decref(document);
		assert_string_equal(page_at(&page, "199"), "199");
		demo_moment_move(f, "199");
		assert_null(asks[i](f, &page));
		assert_int_equal(f->err.status, ERR_USAGE);
		assert_non_null(strstr(f->err.message, "the cursor is of block 0x"));
	}
}

static void cursors_that_are_none_are_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"5",
		"5:",
		":5",
		"a:1",
		"1:a",
		"1:2:3",
		"-1:2",
		"1:-2",
		" 1:2",
		"1: 2",
		"1:2 ",
		"+1:2",
		"1:4294967296",
		"18446744073709551616:0",
		"99999999999999999999999999:1",
		"1:99999999999999999999999999",
	};
	struct demo_moment *f = *state;
	struct event_at at;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct page page = {.after = bad[i]};

		if (cursor_parse(&at, bad[i], &f->err) != ERR_USAGE)
			fail_msg("\"%s\" is taken for a cursor", bad[i]);
		assert_null(events_page(f, &page));
		assert_null(payouts_page(f, &page));
		assert_null(accounts_page(f, &page));
		assert_int_equal(f->err.status, ERR_USAGE);
	}
	assert_ok(cursor_parse(&at, "12786500:4294967295", &f->err), f->err);
	assert_true(at.block == 12786500);
	assert_true(at.log_index == UINT32_MAX);
	assert_ok(cursor_parse(&at, "18446744073709551615:0", &f->err), f->err);
	assert_true(at.block == UINT64_MAX);
}

static void the_highest_cursor_of_a_block_goes_on_with_the_next_one(void **state)
{
	struct demo_moment *f = *state;
	struct page page = {.limit = 1, .after = "100:4294967295"};
	json_t *events = got(f, events_page(f, &page));

	assert_true(number_at(json_array_get(json_object_get(events, "items"), 0), "block") > 100);
	json_decref(events);
}

/* ---- explain ---- */

static struct hash transaction_of(struct demo_moment *f, const char *event, json_int_t *log_index)
{
	struct event_query query = all_events(f);
	struct page page = {.limit = 1};
	struct hash hash = {{0}};
	const json_t *item;
	json_t *events;

	query.event = event;
	events = got(f, answer_events(&f->moment, &query, &page, &f->err));
	item = json_array_get(json_object_get(events, "items"), 0);
	assert_ok(hash_parse(&hash, text_at(item, "transaction"), 66, &f->err), f->err);
	*log_index = number_at(item, "log_index");
	json_decref(events);
	return hash;
}

static void a_transaction_is_explained_event_by_event(void **state)
{
	struct demo_moment *f = *state;
	json_int_t log_index;
	struct hash transaction = transaction_of(f, "PaidOutClaim", &log_index);
	json_t *all = got(f, answer_explain(&f->moment, transaction, -1, &f->err));
	json_t *one = got(f, answer_explain(&f->moment, transaction, log_index, &f->err));
	const json_t *events = json_object_get(one, "events");
	const json_t *event = json_array_get(events, 0);
	const json_t *figure = json_array_get(json_object_get(event, "figures"), 0);
	const json_t *posting = json_array_get(json_object_get(event, "postings"), 0);

	assert_true(json_array_size(json_object_get(all, "events")) >= 2);
	assert_hex(all, "transaction", 32);
	assert_true(number_at(all, "block") > 0);
	assert_int_equal(json_array_size(events), 1);
	assert_string_equal(text_at(event, "event"), "PaidOutClaim");
	assert_true(json_is_string(json_object_get(figure, "name")));
	assert_true(json_is_string(json_object_get(figure, "expression")));
	assert_true(json_is_object(json_object_get(figure, "inputs")));
	assert_amount(figure, "value");
	assert_string_equal(text_at(posting, "from"), "staked");
	assert_amount(posting, "amount");
	assert_int_equal(number_at(json_object_get(event, "checks"), "failed"), 0);
	assert_true(number_at(json_object_get(event, "checks"), "passed") > 0);
	assert_true(json_is_object(json_object_get(event, "payout")));
	assert_true(json_is_array(json_object_get(json_object_get(event, "payout"), "slashes")));
	json_decref(one);
	json_decref(all);
}

static void what_the_mirror_does_not_hold_is_not_explained(void **state)
{
	struct demo_moment *f = *state;
	json_int_t log_index;
	struct hash transaction = transaction_of(f, "PaidOutClaim", &log_index);
	struct hash unknown = {{1, 2, 3}};

	assert_null(answer_explain(&f->moment, unknown, -1, &f->err));
	assert_int_equal(f->err.status, ERR_NOTFOUND);
	assert_null(answer_explain(&f->moment, transaction, 9999, &f->err));
	assert_int_equal(f->err.status, ERR_NOTFOUND);
	demo_moment_move(f, "10"); /* not yet, then */
	assert_null(answer_explain(&f->moment, transaction, -1, &f->err));
	assert_int_equal(f->err.status, ERR_NOTFOUND);
}

/* ---- small pieces ---- */

static void figures_become_json_by_their_kind(void **state)
{
	static const struct figure_rule number = {.kind = FIGURE_NUMBER};
	static const struct figure_rule ratio = {.kind = FIGURE_RATIO};
	static const struct figure_rule address = {.kind = FIGURE_ADDRESS};
	static const struct figure_rule flag = {.kind = FIGURE_FLAG};
	static const char *const names[] = {"none", "open", NULL};
	static const struct figure_rule hash = {.kind = FIGURE_HASH};
	static const struct figure_rule choice = {.kind = FIGURE_CHOICE, .choices = names};
	static const struct figure_rule words = {.kind = FIGURE_TEXT};
	struct demo_moment *f = *state;
	const struct {
		const struct figure_rule *rule;
		struct figure figure;
		const char *wanted;
	} cases[] = {
		{&number, figure_number(U256_ZERO), "\"0\""},
		{&number, figure_number(U256_MAX),
		 "\"1157920892373161954235709850086879078532699846656405640394575840079131296399"
		 "35\""},
		{&number, figure_null(), "null"},
		{&ratio, figure_number(U256_ONE), "\"0.000000000000000001\""},
		{&ratio, figure_number(u256_from(UINT64_C(12500000000000000000))),
		 "\"12.500000000000000000\""},
		{&ratio, figure_null(), "null"},
		{&address, figure_address((struct address){{0xab}}),
		 "\"0xab00000000000000000000000000000000000000\""},
		{&flag, figure_flag(true), "true"},
		{&flag, figure_flag(false), "false"},
		{&hash, figure_hash((struct hash){{0xab}}),
		 "\"0xab00000000000000000000000000000000000000000000000000000000000000\""},
		{&choice, figure_choice(1), "\"open\""},
		{&choice, figure_choice(2), "\"2\""},
		{&words, figure_text(slice_of((const uint8_t *)"a\"\0", 3)), "\"a\\\"\\u0000\""},
		{&words, figure_text(slice_of((const uint8_t *)"\xc0\x80", 2)), "\"0xc080\""},
		{&words, figure_null(), "null"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *value = json_figure(cases[i].rule, &cases[i].figure, f->arena);
		char *text = json_dumps(value, JSON_ENCODE_ANY);

		assert_string_equal(text, cases[i].wanted);
		free(text);
		json_decref(value);
	}
}

#define ANSWER_TEST(name) cmocka_unit_test_setup_teardown(name, demo_moment_begin, demo_moment_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ANSWER_TEST(status_has_its_keys),
		ANSWER_TEST(status_tells_how_the_work_goes),
		ANSWER_TEST(status_tells_how_the_nodes_are),
		ANSWER_TEST(pools_carry_the_common_figures),
		ANSWER_TEST(a_pool_has_its_keys_and_the_types_of_its_figures),
		ANSWER_TEST(an_account_has_its_keys_and_the_types_of_its_figures),
		ANSWER_TEST(one_account_is_its_item_with_the_block),
		ANSWER_TEST(an_account_that_nobody_knows_is_all_zeros),
		ANSWER_TEST(before_its_creation_a_pool_has_no_figures),
		ANSWER_TEST(payouts_add_up),
		ANSWER_TEST(there_are_no_findings),
		ANSWER_TEST(events_have_their_keys_and_stand_in_order),
		ANSWER_TEST(arguments_of_events_are_amounts_addresses_and_flags),
		ANSWER_TEST(events_are_chosen_by_name_account_and_block),
		ANSWER_TEST(events_end_with_the_moment),
		ANSWER_TEST(pages_of_accounts_join_to_the_list),
		ANSWER_TEST(pages_of_payouts_join_to_the_list),
		ANSWER_TEST(pages_of_events_join_to_the_list),
		ANSWER_TEST(pages_lose_no_event_that_two_pools_share),
		ANSWER_TEST(a_page_as_of_a_block_stays_what_it_is),
		ANSWER_TEST(pages_after_the_first_are_of_its_block),
		ANSWER_TEST(a_cursor_of_another_block_is_refused),
		ANSWER_TEST(cursors_that_are_none_are_refused),
		ANSWER_TEST(the_highest_cursor_of_a_block_goes_on_with_the_next_one),
		ANSWER_TEST(a_transaction_is_explained_event_by_event),
		ANSWER_TEST(what_the_mirror_does_not_hold_is_not_explained),
		ANSWER_TEST(figures_become_json_by_their_kind),
	};

	return cmocka_run_group_tests(tests, demo_moment_sync, demo_moment_remove);
}
