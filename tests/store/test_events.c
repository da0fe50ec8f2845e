#include "tests/store/mirror.h"

/* Blocks 10, 20, 30 with two events each, logs 1 and 5. */
static void append_events(struct mirror *m)
{
	for (uint64_t number = 10; number <= 30; number += 10) {
		char first[16];
		char second[16];
		struct stored_event events[2] = {{.log_index = 1}, {.log_index = 5}};

		(void)snprintf(first, sizeof(first), "%d.1", (int)number);
		(void)snprintf(second, sizeof(second), "%d.5", (int)number);
		events[0].value = text_slice(first);
		events[0].transaction_hash = test_hash(number, 2);
		events[1].value = text_slice(second);
		events[1].transaction_hash = test_hash(number, 3);
		assert_ok(try_append(m, number, NULL, 0, events, 2), m->err);
	}
}

static const char *scan_text(char out[128], struct mirror *m, struct event_at from, uint64_t to,
			     bool is_backward)
{
	struct event_scan scan = {0};
	struct event_at at;
	struct slice value;
	enum status status;
	size_t used = 0;

	out[0] = '\0';
	assert_ok(event_scan_open(&scan, m->txn, from, to, is_backward, &m->err), m->err);
	while ((status = event_scan_next(&at, &value, &scan, &m->err)) == OK)
		used += (size_t)snprintf(out + used, 128 - used, "%.*s ", (int)value.size,
					 (const char *)value.data);
	assert_int_equal(status, ERR_NOTFOUND);
	event_scan_close(&scan);
	return out;
}

static void events_are_walked_forward_and_backward(void **state)
{
	struct mirror *m = *state;
	char text[128];
	static const struct {
		struct event_at from;
		uint64_t to;
		bool is_backward;
		const char *events;
	} cases[] = {
		{{0, 0}, UINT64_MAX, false, "10.1 10.5 20.1 20.5 30.1 30.5 "},
		{{10, 1}, 30, false, "10.1 10.5 20.1 20.5 30.1 30.5 "},
		{{10, 2}, 29, false, "10.5 20.1 20.5 "},
		{{11, 0}, 19, false, ""},
		{{20, 6}, 30, false, "30.1 30.5 "},
		{{30, 6}, 99, false, ""},
		{{20, 0}, 10, false, ""},
		{{UINT64_MAX, UINT32_MAX}, 0, true, "30.5 30.1 20.5 20.1 10.5 10.1 "},
		{{30, 5}, 20, true, "30.5 30.1 20.5 20.1 "},
		{{30, 4}, 30, true, "30.1 "},
		{{25, 0}, 11, true, "20.5 20.1 "},
		{{10, 1}, 0, true, "10.1 "},
		{{10, 0}, 0, true, ""},
		{{20, 5}, 21, true, ""},
	};

	mirror_begin(m);
	assert_string_equal(scan_text(text, m, (struct event_at){0, 0}, 99, false), "");
	assert_string_equal(scan_text(text, m, (struct event_at){99, 0}, 0, true), "");
	append_events(m);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(
			scan_text(text, m, cases[i].from, cases[i].to, cases[i].is_backward),
			cases[i].events);
	mirror_commit(m);
	mirror_check(m);
}

static void a_scan_goes_on_where_a_page_ended(void **state)
{
	struct mirror *m = *state;
	struct event_scan scan = {0};
	struct event_at at = {0, 0};
	struct slice value;
	size_t count = 0;

	event_scan_close(&scan); /* never opened */
	mirror_begin(m);
	append_events(m);
	for (;; count++) {
		enum status status;

		assert_ok(event_scan_open(&scan, m->txn, at, 99, false, &m->err), m->err);
		status = event_scan_next(&at, &value, &scan, &m->err);
		event_scan_close(&scan);
		if (status == ERR_NOTFOUND)
			break;
		assert_ok(status, m->err);
		at.log_index++;
	}
	assert_int_equal(count, 6);
	mirror_commit(m);
}

static void the_bytes_of_an_event_come_back_unchanged(void **state)
{
	struct mirror *m = *state;
	static uint8_t bytes[70000];
	static const size_t sizes[] = {0, 1, 7, 8, 9, 2000, 4096, 70000};
	struct stored_event events[8];
	struct event_scan scan = {0};
	struct event_at at;
	struct slice value;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i % 251);
	for (size_t i = 0; i < 8; i++)
		events[i] = (struct stored_event){.log_index = (uint32_t)(i * 536870911u),
						  .transaction_hash = test_hash(i / 2, 2),
						  .value = slice_of(bytes, sizes[i])};
	mirror_begin(m);
	assert_ok(try_append(m, 1, NULL, 0, events, 8), m->err);
	mirror_commit(m);
	mirror_begin(m);
	assert_ok(event_scan_open(&scan, m->txn, (struct event_at){0, 0}, 9, false, &m->err),
		  m->err);
	for (size_t i = 0; i < 8; i++) {
		assert_ok(event_scan_next(&at, &value, &scan, &m->err), m->err);
		assert_int_equal(at.log_index, i * 536870911u);
		assert_true(slice_equal(value, slice_of(bytes, sizes[i])));
	}
	event_scan_close(&scan);
	mirror_commit(m);
	mirror_check(m);
}

static bool is_block_20(void *context, uint64_t block)
{
	unsigned *asked = context;

	++*asked;
	return block == 20;
}

static void a_transaction_is_found_among_look_alikes(void **state)
{
	struct mirror *m = *state;
	struct hash alike = test_hash(20, 2);
	struct stored_event event = {.log_index = 9, .value = text_slice("alike")};
	uint64_t block = 0;
	unsigned asked = 0;

	mirror_begin(m);
	append_events(m);
	alike.bytes[31] ^= 1;
	event.transaction_hash = alike;
	assert_ok(try_append(m, 40, NULL, 0, &event, 1), m->err);
	assert_ok(store_transaction_block(&block, m->txn, test_hash(30, 3), NULL, NULL, &m->err),
		  m->err);
	assert_int_equal(block, 30);
	assert_ok(store_transaction_block(&block, m->txn, alike, is_block_20, &asked, &m->err),
		  m->err);
	assert_int_equal(block, 20);
	assert_int_equal(asked, 1);
	asked = 0;
	assert_int_equal(store_transaction_block(&block, m->txn, test_hash(10, 2), is_block_20,
						 &asked, &m->err),
			 ERR_NOTFOUND);
	assert_int_equal(asked, 1);
	assert_int_equal(store_transaction_block(&block, m->txn, test_hash(99, 2), is_block_20,
						 &asked, &m->err),
			 ERR_NOTFOUND);
	assert_int_equal(asked, 1);
	assert_non_null(strstr(m->err.message, "the mirror keeps no event of transaction 0x"));
	mirror_check(m);
	mirror_commit(m);
}

/* `holds` may read the events of the block through the same transaction. */
static bool reads_in_between(void *context, uint64_t block)
{
	struct mirror *m = context;
	char text[128];
	uint64_t other;

	(void)scan_text(text, m, (struct event_at){block, 0}, block, false);
	(void)!store_transaction_block(&other, m->txn, test_hash(10, 2), NULL, NULL, &m->err);
	return strncmp(text, "alike", 5) == 0;
}

static void a_candidate_may_be_examined_in_the_same_transaction(void **state)
{
	struct mirror *m = *state;
	struct stored_event event = {
		.log_index = 9, .transaction_hash = test_hash(20, 2), .value = text_slice("alike")};
	uint64_t block;

	mirror_begin(m);
	append_events(m);
	assert_ok(try_append(m, 40, NULL, 0, &event, 1), m->err);
	assert_ok(store_transaction_block(&block, m->txn, test_hash(20, 2), reads_in_between, m,
					  &m->err),
		  m->err);
	assert_int_equal(block, 40);
	mirror_commit(m);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, mirror_setup, mirror_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(events_are_walked_forward_and_backward),
		TEST(a_scan_goes_on_where_a_page_ended),
		TEST(the_bytes_of_an_event_come_back_unchanged),
		TEST(a_transaction_is_found_among_look_alikes),
		TEST(a_candidate_may_be_examined_in_the_same_transaction),
	};

	return cmocka_run_group_tests_name("store/events", tests, NULL, NULL);
}
