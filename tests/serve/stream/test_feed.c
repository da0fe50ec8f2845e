/*
 * What a feed tells: the messages of a block, where it begins, what is wanted of it, how much at
 * once.
 */
#include "tests/serve/stream/feeding.h"

static json_t *document(struct fixture *f, json_t *(*ask)(struct moment *, struct error *),
			uint64_t block)
{
	struct arena *arena = arena_new();
	struct moment m;
	json_t *answer;
	char at[24];

	(void)snprintf(at, sizeof(at), "%" PRIu64, block);
	assert_ok(moment_open(&m, &f->m.config, at, arena, &f->err), f->err);
	answer = ask(&m, &f->err);
	if (!answer)
		fail_msg("%s", f->err.message);
	moment_close(&m);
	arena_free(arena);
	return answer;
}

/* ---- what is told ---- */

static json_t *all_events(struct moment *m, struct error *err)
{
	const struct event_query query = {.to_block = UINT64_MAX};
	const struct page page = {0};

	return answer_events(m, &query, &page, err);
}

static void events_are_those_that_answers_give(void **state)
{
	struct fixture *f = *state;
	struct heard_list heard;
	json_t *events;

	f->m.events_max = 5;
	extend(&f->trunk, 30, 100);
	made_write(&f->m, &f->trunk, 30);
	heard = read_from(f, 0, FEED_EVENT);
	events = document(f, all_events, 30);
	assert_true(heard.count > 20);
	assert_int_equal(heard.count, json_array_size(json_object_get(events, "items")));
	for (size_t i = 0; i < heard.count; i++) {
		json_t *data = data_of(&heard.items[i]);

		assert_string_equal(heard.items[i].event, "event");
		assert_true(json_equal(data, json_array_get(json_object_get(events, "items"), i)));
		json_decref(data);
	}
	json_decref(events);
	heard_free(&heard);
}

/* The account's change in the newest block, or NULL. */
static json_t *last_change(struct fixture *f, const char *table)
{
	struct heard_list heard =
		read_from(f, f->m.branch->blocks[f->m.count - 1].ref.number, FEED_CHANGE);
	json_t *found = NULL;

	for (size_t i = 0; i < heard.count; i++) {
		json_t *data = data_of(&heard.items[i]);
		const char *its = json_string_value(json_object_get(data, "table"));

		if (!found && strcmp(its, table) == 0)
			found = json_incref(data);
		json_decref(data);
	}
	heard_free(&heard);
	return found;
}

/* Whether the list has the changed item, just so, as of its block. */
static bool is_listed(struct fixture *f, const json_t *change)
{
	const struct page page = {0};
	const struct pool *pool =
		&f->m.pools[strcmp(json_string_value(json_object_get(change, "pool")), "first") !=
			    0];
	struct arena *arena = arena_new();
	const struct item_list *list;
	bool is_listed = false;
	struct moment m;
	json_t *items;
	json_t *item;
	char at[24];
	size_t i;

	(void)snprintf(at, sizeof(at), "%lld",
		       (long long)json_integer_value(json_object_get(change, "block")));
	assert_ok(answer_list(&list, pool, "loans", &f->err), f->err);
	assert_ok(moment_open(&m, &f->m.config, at, arena, &f->err), f->err);
	items = answer_items(&m, pool, list, &page, &f->err);
	assert_non_null(items);
	json_array_foreach (json_object_get(items, "items"), i, item)
		is_listed = is_listed || json_equal(item, json_object_get(change, "item"));
	json_decref(items);
	moment_close(&m);
	arena_free(arena);
	return is_listed;
}

static void a_changed_account_is_told_as_it_is(void **state)
{
	static const char key[] = "0x0303030303030303030303030303030303030303";
	struct fixture *f = *state;
	json_t *change;

	extend(&f->trunk, 5, 100);
	made_write(&f->m, &f->trunk, 5);
	made_account(&f->m, &f->trunk, 3, 77);
	change = last_change(f, "accounts");
	assert_non_null(change);
	assert_string_equal(json_string_value(json_object_get(change, "pool")), "first");
	assert_int_equal(json_integer_value(json_object_get(change, "block")), 6);
	assert_string_equal(json_string_value(json_object_get(change, "key")), key);
	assert_string_equal(
		json_string_value(json_object_get(json_object_get(change, "item"), "account")),
		key);
	assert_string_equal(
		json_string_value(json_object_get(json_object_get(change, "item"), "amount")),
		"77");
	json_decref(change);
	change = last_change(f, "pool");
	assert_non_null(change);
	assert_true(json_is_null(json_object_get(change, "key")));
	assert_non_null(json_object_get(json_object_get(change, "item"), "total"));
	json_decref(change);

	made_account(&f->m, &f->trunk, 3, 0);
	change = last_change(f, "accounts");
	assert_non_null(change);
	assert_string_equal(
		json_string_value(json_object_get(json_object_get(change, "item"), "amount")), "0");
	json_decref(change);
}

/* Each as the list has it as of that block; null where the list has it no more. */
static void changed_items_are_told_as_their_lists_have_them(void **state)
{
	struct fixture *f = *state;
	struct heard_list heard;
	size_t there = 0;
	size_t gone = 0;

	extend(&f->trunk, 40, 100);
	made_write(&f->m, &f->trunk, 40);
	heard = read_from(f, 0, FEED_CHANGE);
	for (size_t i = 0; i < heard.count; i++) {
		json_t *data = data_of(&heard.items[i]);
		const json_t *item = json_object_get(data, "item");

		if (strcmp(json_string_value(json_object_get(data, "table")), "loans") == 0) {
			bool is_there = is_listed(f, data);

			there += is_there;
			gone += !is_there;
			assert_true(is_there == json_is_object(item));
		}
		json_decref(data);
	}
	assert_true(there > 5 && gone > 5);
	heard_free(&heard);
}

static void a_block_comes_behind_all_that_belongs_to_it(void **state)
{
	struct fixture *f = *state;
	struct heard_list heard;
	json_int_t block = 1;

	extend(&f->trunk, 20, 100);
	made_write(&f->m, &f->trunk, 20);
	heard = read_from(f, 0, FEED_ALL);
	for (size_t i = 0; i < heard.count; i++) {
		if (strcmp(heard.items[i].event, "block") == 0)
			assert_int_equal(number_of(&heard.items[i], "number"), block++);
		else if (strcmp(heard.items[i].event, "finding") != 0)
			assert_int_equal(number_of(&heard.items[i], "block"), block);
	}
	assert_int_equal(block, 21);
	heard_free(&heard);
}

static void a_block_names_its_digest_and_what_is_in_it(void **state)
{
	struct fixture *f = *state;
	struct heard_list heard;
	struct block_record record;
	struct store_txn *txn;
	char text[HEX_SIZE(HASH_BYTES)];
	struct arena *arena = arena_new();
	struct row_key *keys;
	size_t key_count;
	size_t digested = 0;
	json_t *data;

	extend(&f->trunk, 9, 100);
	made_write(&f->m, &f->trunk, 9);
	heard = read_from(f, 9, FEED_BLOCK);
	assert_int_equal(heard.count, 1);
	assert_ok(store_begin(&txn, f->m.store, STORE_READ, &f->err), f->err);
	assert_ok(store_cursor(&record, txn, &f->err), f->err);
	assert_ok(store_changes(&keys, &key_count, arena, txn, record.ref.number, &f->err), f->err);
	store_abort(txn);
	/* The others may differ from one time to the next that the block is applied. */
	for (size_t i = 0; i < key_count; i++)
		digested += keys[i].table < TABLE_UNDIGESTED;
	assert_true(digested > 0 && digested < record.row_count);
	arena_free(arena);
	data = data_of(&heard.items[0]);
	assert_string_equal(json_string_value(json_object_get(data, "hash")),
			    hash_format(text, record.ref.hash));
	assert_string_equal(json_string_value(json_object_get(data, "digest")),
			    hash_format(text, record.digest));
	assert_int_equal(json_integer_value(json_object_get(data, "timestamp")),
			 record.ref.timestamp);
	assert_int_equal(json_integer_value(json_object_get(data, "events")), record.event_count);
	assert_int_equal(json_integer_value(json_object_get(data, "changes")), digested);
	json_decref(data);
	heard_free(&heard);
}

/* ---- where it begins ---- */

static void a_feed_of_now_tells_what_comes(void **state)
{
	struct feed_options options = wanting(*state, FEED_BLOCK);
	struct fixture *f = *state;
	struct heard_list heard;
	struct feed *feed;

	extend(&f->trunk, 9, 100);
	made_write(&f->m, &f->trunk, 6);
	assert_ok(feed_open_now(&feed, &options, &f->err), f->err);
	read_all(&heard, f, feed);
	assert_int_equal(heard.count, 0);
	made_write(&f->m, &f->trunk, 9);
	read_all(&heard, f, feed);
	assert_int_equal(heard.count, 3);
	assert_int_equal(number_of(&heard.items[0], "number"), 7);
	heard_free(&heard);
	feed_close(feed);
}

static void a_feed_of_an_empty_mirror_tells_all(void **state)
{
	struct feed_options options = wanting(*state, FEED_BLOCK);
	struct fixture *f = *state;
	struct heard_list heard;
	struct slice text;
	struct feed *feed;

	assert_int_equal(feed_open_from(&feed, &options, 5, &f->err), ERR_NOTFOUND);
	assert_null(feed);
	assert_ok(feed_open_now(&feed, &options, &f->err), f->err);
	options.kinds = FEED_ALL;
	assert_ok(feed_status(&text, feed, 3000, &f->err), f->err);
	assert_memory_equal(text.data, "retry: 3000\nid: start-0\n\n", text.size);
	read_all(&heard, f, feed);
	assert_int_equal(heard.count, 0);
	extend(&f->trunk, 3, 100);
	made_write(&f->m, &f->trunk, 3);
	read_all(&heard, f, feed);
	assert_int_equal(heard.count, 3);
	heard_free(&heard);
	feed_close(feed);
}

static void a_block_that_is_not_there_yet_is_no_beginning(void **state)
{
	struct feed_options options = wanting(*state, FEED_BLOCK);
	struct fixture *f = *state;
	struct heard_list heard;
	struct feed *feed;

	extend(&f->trunk, 4, 100);
	made_write(&f->m, &f->trunk, 4);
	assert_int_equal(feed_open_from(&feed, &options, 5, &f->err), ERR_NOTFOUND);
	assert_non_null(strstr(f->err.message, "not yet to 5"));
	heard = read_from(f, 4, FEED_BLOCK);
	assert_int_equal(heard.count, 1);
	heard_free(&heard);
}

static void a_block_of_an_answer_is_a_beginning(void **state)
{
	struct fixture *f = *state;
	struct heard_list heard;
	char hash[HEX_SIZE(HASH_BYTES)];
	char id[128];

	extend(&f->trunk, 8, 100);
	made_write(&f->m, &f->trunk, 8);
	made_refuse(&f->m);
	(void)snprintf(id, sizeof(id), "6-%s", hash_format(hash, f->trunk.blocks[5].ref.hash));
	heard = read_after(f, id, FEED_ALL & ~FEED_CHANGE & ~FEED_EVENT);
	for (size_t i = 0; i < heard.count; i++)
		if (strcmp(heard.items[i].event, "block") == 0)
			assert_true(number_of(&heard.items[i], "number") >= 7);
		else /* what was refused before counts as known */
			assert_null(strstr(heard.items[i].data, "source-"));
	heard_free(&heard);
	/* One that is not the mirror's: nothing is certain. */
	id[10] = id[10] == '0' ? '1' : '0';
	heard = read_after(f, id, FEED_BLOCK);
	assert_int_equal(rewound_to(&heard.items[0]), -1);
	assert_int_equal(heard.count, 9);
	heard_free(&heard);
}

static void an_id_that_is_none_is_refused(void **state)
{
	struct feed_options options = wanting(*state, FEED_ALL);
	struct fixture *f = *state;
	struct feed *feed;

	assert_int_equal(feed_open_after(&feed, &options, "309", &f->err), ERR_USAGE);
	assert_null(feed);
}

static void kinds_are_read_by_their_names(void **state)
{
	struct fixture *f = *state;
	unsigned kinds;

	assert_ok(feed_kinds_parse(&kinds, "block,finding", &f->err), f->err);
	assert_int_equal(kinds, FEED_BLOCK | FEED_FINDING);
	assert_ok(feed_kinds_parse(&kinds, "status,change,event,block,finding", &f->err), f->err);
	assert_int_equal(kinds, FEED_ALL);
	assert_int_equal(feed_kinds_parse(&kinds, "", &f->err), ERR_USAGE);
	assert_int_equal(feed_kinds_parse(&kinds, "block,", &f->err), ERR_USAGE);
	assert_int_equal(feed_kinds_parse(&kinds, "blocks", &f->err), ERR_USAGE);
	assert_non_null(strstr(f->err.message, "\"blocks\""));
}

/* ---- how much at once ---- */

static void a_large_block_comes_in_pieces(void **state)
{
	enum { LIMIT = 4000, LARGEST = 2000 };
	struct feed_options options = wanting(*state, FEED_ALL);
	struct fixture *f = *state;
	struct heard_list whole;
	struct heard_list pieces = {0};
	bool is_at_end = false;
	struct feed *feed;
	size_t calls = 0;

	f->m.events_max = 2000;
	f->m.rows_max = 2000;
	extend(&f->trunk, 2, 104);
	made_write(&f->m, &f->trunk, 2);
	whole = read_from(f, 0, FEED_ALL);
	assert_true(whole.count > 500);
	options.buffer_bytes = LIMIT;
	assert_ok(feed_open_from(&feed, &options, 0, &f->err), f->err);
	for (; !is_at_end; calls++) {
		struct slice text;

		assert_ok(feed_next(&text, &is_at_end, feed, &f->err), f->err);
		assert_true(text.size < LIMIT + LARGEST);
		heard_add(&pieces, text);
	}
	assert_true(calls > 50);
	assert_int_equal(pieces.count, whole.count);
	for (size_t i = 0; i < whole.count; i++)
		assert_true(heard_same(&pieces.items[i], &whole.items[i]));
	heard_free(&pieces);
	heard_free(&whole);
	feed_close(feed);
}

static void many_blocks_of_nothing_are_passed_in_steps(void **state)
{
	struct feed_options options = wanting(*state, FEED_STATUS);
	struct fixture *f = *state;
	bool is_at_end = false;
	struct heard_list heard = {0};
	struct slice text;
	struct feed *feed;

	f->m.rows_max = 0;
	f->m.events_max = 0;
	extend(&f->trunk, 590, 1);
	made_write(&f->m, &f->trunk, 590);
	assert_ok(feed_open_from(&feed, &options, 0, &f->err), f->err);
	assert_ok(feed_next(&text, &is_at_end, feed, &f->err), f->err);
	assert_false(is_at_end);
	heard_add(&heard, text); /* an id, so that it need not be walked again */
	assert_int_equal(heard.count, 1);
	assert_null(heard.items[0].event);
	assert_true(feed_block(feed) > 100);
	assert_ok(feed_next(&text, &is_at_end, feed, &f->err), f->err);
	assert_true(is_at_end);
	assert_int_equal(text.size, 0);
	heard_free(&heard);
	feed_close(feed);
}

static void a_heartbeat_has_the_id_and_how_the_mirror_is(void **state)
{
	struct feed_options options = wanting(*state, FEED_ALL);
	struct fixture *f = *state;
	struct heard_list heard = {0};
	struct slice text;
	struct feed *feed;
	char *id;

	extend(&f->trunk, 4, 100);
	made_write(&f->m, &f->trunk, 4);
	id = newest_id(f);
	assert_ok(feed_open_now(&feed, &options, &f->err), f->err);
	assert_ok(feed_status(&text, feed, 0, &f->err), f->err);
	heard_add(&heard, text);
	text = feed_dropped(feed, "a \"reason\"");
	heard_add(&heard, text);
	assert_int_equal(heard.count, 2);
	assert_string_equal(heard.items[0].event, "status");
	assert_string_equal(heard.items[0].id, id);
	assert_non_null(strstr(heard.items[0].data, "\"state\":\"ok\""));
	assert_non_null(strstr(heard.items[0].data, "\"number\":4"));
	assert_string_equal(heard.items[1].event, "dropped");
	assert_string_equal(heard.items[1].data, "{\"reason\":\"a \\\"reason\\\"\"}");
	assert_string_equal(heard.items[1].id, id);
	heard_free(&heard);
	feed_close(feed);
	free(id);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(events_are_those_that_answers_give, begin, end),
		cmocka_unit_test_setup_teardown(a_changed_account_is_told_as_it_is, begin, end),
		cmocka_unit_test_setup_teardown(changed_items_are_told_as_their_lists_have_them,
						begin, end),
		cmocka_unit_test_setup_teardown(a_block_comes_behind_all_that_belongs_to_it, begin,
						end),
		cmocka_unit_test_setup_teardown(a_block_names_its_digest_and_what_is_in_it, begin,
						end),
		cmocka_unit_test_setup_teardown(a_feed_of_now_tells_what_comes, begin, end),
		cmocka_unit_test_setup_teardown(a_feed_of_an_empty_mirror_tells_all, begin, end),
		cmocka_unit_test_setup_teardown(a_block_that_is_not_there_yet_is_no_beginning,
						begin, end),
		cmocka_unit_test_setup_teardown(a_block_of_an_answer_is_a_beginning, begin, end),
		cmocka_unit_test_setup_teardown(an_id_that_is_none_is_refused, begin, end),
		cmocka_unit_test_setup_teardown(kinds_are_read_by_their_names, begin, end),
		cmocka_unit_test_setup_teardown(a_large_block_comes_in_pieces, begin, end),
		cmocka_unit_test_setup_teardown(many_blocks_of_nothing_are_passed_in_steps, begin,
						end),
		cmocka_unit_test_setup_teardown(a_heartbeat_has_the_id_and_how_the_mirror_is, begin,
						end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
