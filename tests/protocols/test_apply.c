/*
 * One block of a pool: what is matched, in which order, and how a log is kept.
 */
#include "protocols/apply.h"

#include "tests/support/pool_script.h"

static int begin(void **state)
{
	struct script *s = calloc(1, sizeof(*s));

	if (!s)
		return -1;
	script_open(s, NULL);
	*state = s;
	return 0;
}

static int end(void **state)
{
	struct script *s = *state;

	script_close(s);
	free(s);
	return 0;
}

static size_t events_of(struct script *s)
{
	struct apply_options options = {0};
	size_t count = 99;

	assert_ok(apply_block(&count, &s->applying, s->logs, s->log_count, &options, &s->err),
		  s->err);
	return count;
}

static void logs_of_others_are_passed_over(void **state)
{
	struct script *s = *state;

	script_deposit(s, ALICE, 5);
	s->logs[0].address.bytes[0] ^= 1;  /* the reward's Transfer, of another token now */
	assert_int_equal(s->log_count, 5); /* with an Approval */
	assert_int_equal(events_of(s), 3);
}

static void a_block_without_events_counts_none(void **state)
{
	struct script *s = *state;

	assert_int_equal(events_of(s), 0);
}

static void an_event_that_cannot_be_decoded_ends_the_block(void **state)
{
	struct script *s = *state;
	struct apply_options options = {0};
	struct event_log *log;
	size_t count;

	script_deposit(s, ALICE, 5);
	log = script_last(s, "Deposited");
	log->data.size -= 1;
	assert_int_equal(
		apply_block(&count, &s->applying, s->logs, s->log_count, &options, &s->err),
		ERR_BAD_DATA);
	assert_non_null(strstr(s->err.message, "log 4, event Deposited"));
}

static void an_address_with_dirt_above_it_ends_the_block(void **state)
{
	struct script *s = *state;
	struct apply_options options = {0};
	size_t count;

	script_deposit(s, ALICE, 5);
	script_last(s, "Deposited")->topics[1].bytes[3] = 1;
	assert_int_equal(
		apply_block(&count, &s->applying, s->logs, s->log_count, &options, &s->err),
		ERR_BAD_DATA);
}

struct order {
	struct script *script;
	size_t seen;
	size_t stop_at;
	uint32_t last_log;
};

static bool see(void *context, struct applying *a)
{
	struct order *order = context;

	assert_non_null(a->event);
	assert_true(order->seen == 0 || a->event->log->log_index > order->last_log);
	order->last_log = a->event->log->log_index;
	return ++order->seen != order->stop_at;
}

static void events_are_told_in_order_and_the_teller_may_stop(void **state)
{
	struct script *s = *state;
	struct order order = {.script = s};
	struct apply_options options = {.after_event = see, .context = &order};
	uint64_t unstaked;
	size_t count;

	script_deposit(s, ALICE, 5);
	script_deposit(s, BOB, 7);
	order.stop_at = 4; /* Transfer, MintedReward, Transfer, Deposited */
	assert_ok(apply_block(&count, &s->applying, s->logs, s->log_count, &options, &s->err),
		  s->err);
	assert_int_equal(order.seen, 4);
	assert_int_equal(count, 4);
	assert_null(s->applying.event);
	assert_true(u256_to_u64(&unstaked, script_account(s, ALICE)->unstaked.raw));
	assert_int_equal(unstaked, 5);
	assert_true(u256_is_zero(script_account(s, BOB)->unstaked.raw));
}

static bool look_ahead(void *context, struct applying *a)
{
	struct order *order = context;
	const struct event_log *log = &order->script->logs[order->script->log_count];

	/* What follows goes up to the block's last log, those of others among them. */
	assert_ptr_equal(a->following + a->following_count, log);
	assert_int_equal((a->following - 1)->log_index, a->event->log->log_index);
	order->seen++;
	return true;
}

static void the_logs_behind_an_event_can_be_looked_at(void **state)
{
	struct script *s = *state;
	struct order order = {.script = s};
	struct apply_options options = {.after_event = look_ahead, .context = &order};
	size_t count;

	script_deposit(s, ALICE, 5);
	script_deposit(s, BOB, 7);
	assert_ok(apply_block(&count, &s->applying, s->logs, s->log_count, &options, &s->err),
		  s->err);
	assert_int_equal(order.seen, count);
	assert_int_equal(s->applying.following_count, 0);
}

static void only_the_first_failure_is_kept(void **state)
{
	struct script *s = *state;
	struct error err;

	(void)error_set(&err, ERR_SYSTEM, "first");
	applying_fail(&s->applying, ERR_SYSTEM, &err);
	(void)error_set(&err, ERR_AGAIN, "second");
	applying_fail(&s->applying, ERR_AGAIN, &err);
	assert_int_equal(s->applying.status, ERR_SYSTEM);
	assert_string_equal(s->applying.error.message, "first");
	script_deposit(s, ALICE, 5);
	script_apply(s);
	assert_int_equal(s->status, ERR_SYSTEM);
}

static void scratch_memory_is_zeroed_for_each_block(void **state)
{
	struct script *s = *state;
	static const struct api3_scratch zeros;

	script_payout(s, script_user(s, BOB), 0);
	script_apply(s);
	assert_true(api3_scratch(&s->applying)->had_payout);
	script_next(s, 1);
	assert_memory_equal(s->applying.scratch, &zeros, sizeof(zeros));
}

/* ---- logs as the store keeps them ---- */

static void a_log_comes_back_from_its_bytes(void **state)
{
	struct script *s = *state;
	static const uint8_t data[100] = {1, 2, 3};
	struct event_log back;

	for (uint32_t topics = 0; topics <= LOG_TOPICS_MAX; topics++)
		for (size_t size = 0; size <= sizeof(data); size += 50) {
			struct event_log log = {.address = {{9, 8}},
						.topic_count = topics,
						.log_index = 77,
						.transaction_index = 5,
						.data = slice_of(data, size),
						.transaction_hash = {{4, 4}}};
			struct slice bytes;

			for (uint32_t i = 0; i < topics; i++)
				log.topics[i].bytes[i] = (uint8_t)(i + 1);
			bytes = event_encode(s->arena, &log);
			assert_ok(event_decode(&back, bytes, 77, &s->err), s->err);
			assert_true(address_equal(back.address, log.address));
			assert_int_equal(back.topic_count, topics);
			assert_memory_equal(back.topics, log.topics, sizeof(log.topics));
			assert_int_equal(back.log_index, 77);
			assert_int_equal(back.transaction_index, 5);
			assert_true(hash_equal(back.transaction_hash, log.transaction_hash));
			assert_true(slice_equal(back.data, log.data));
		}
}

static void a_proved_sender_is_kept_with_its_log(void **state)
{
	struct script *s = *state;
	static const uint8_t data[] = {7, 6, 5};

	for (uint32_t topics = 0; topics <= LOG_TOPICS_MAX; topics++)
		for (size_t size = 0; size <= sizeof(data); size += sizeof(data)) {
			struct event_log log = {.address = {{9}},
						.topic_count = topics,
						.data = slice_of(data, size)};
			struct slice bare = event_encode(s->arena, &log);
			struct event_log back;
			struct slice bytes;

			log.sender = (struct address){{1, 2, 3}};
			bytes = event_encode(s->arena, &log); /* nobody has proved it */
			assert_true(slice_equal(bytes, bare));
			assert_ok(event_decode(&back, bytes, 0, &s->err), s->err);
			assert_false(back.has_sender);
			log.has_sender = true;
			for (uint32_t i = 0; i < topics; i++)
				log.topics[i].bytes[0] = (uint8_t)(0xf0 + i);
			bytes = event_encode(s->arena, &log);
			assert_int_equal(bytes.size, bare.size + ADDRESS_BYTES);
			assert_ok(event_decode(&back, bytes, 0, &s->err), s->err);
			assert_true(back.has_sender);
			assert_true(address_equal(back.sender, log.sender));
			assert_int_equal(back.topic_count, topics);
			assert_memory_equal(back.topics, log.topics, sizeof(log.topics));
			assert_true(slice_equal(back.data, log.data));
			for (size_t cut = 1; cut <= bytes.size - size; cut++)
				assert_int_equal(
					event_decode(&back,
						     slice_of(bytes.data, bytes.size - size - cut),
						     0, &s->err),
					ERR_CORRUPT);
		}
}

static void damaged_bytes_of_a_log_are_refused(void **state)
{
	struct script *s = *state;
	struct event_log log = {.topic_count = 2};
	struct slice bytes = event_encode(s->arena, &log);
	uint8_t *damaged = arena_copy(s->arena, bytes.data, bytes.size);
	struct event_log back;

	for (size_t size = 0; size < bytes.size; size++)
		assert_int_equal(event_decode(&back, slice_of(bytes.data, size), 0, &s->err),
				 ERR_CORRUPT);
	damaged[4 + ADDRESS_BYTES + HASH_BYTES] = LOG_TOPICS_MAX + 1;
	assert_int_equal(event_decode(&back, slice_of(damaged, bytes.size), 0, &s->err),
			 ERR_CORRUPT);
	damaged[4 + ADDRESS_BYTES + HASH_BYTES] = 255;
	assert_int_equal(event_decode(&back, slice_of(damaged, bytes.size), 0, &s->err),
			 ERR_CORRUPT);
}

#define APPLY_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		APPLY_TEST(logs_of_others_are_passed_over),
		APPLY_TEST(a_block_without_events_counts_none),
		APPLY_TEST(an_event_that_cannot_be_decoded_ends_the_block),
		APPLY_TEST(an_address_with_dirt_above_it_ends_the_block),
		APPLY_TEST(events_are_told_in_order_and_the_teller_may_stop),
		APPLY_TEST(the_logs_behind_an_event_can_be_looked_at),
		APPLY_TEST(only_the_first_failure_is_kept),
		APPLY_TEST(scratch_memory_is_zeroed_for_each_block),
		APPLY_TEST(a_log_comes_back_from_its_bytes),
		APPLY_TEST(a_proved_sender_is_kept_with_its_log),
		APPLY_TEST(damaged_bytes_of_a_log_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
