/*
 * Blocks of a recorded chain, honest and altered: what is proved, and in which words it is not.
 */
#include "tests/indexer/check.h"

#include "indexer/prove_block.h"
#include "indexer/source.h"

#define CHAIN "file:tests/chains/api3-seed1.chain.jsonl.gz"
#define POOL "0xe7f1725e7734ce288f8367e1bb143e90bb3f0512"
#define TOKEN "0x5fbdb2315678afecb367f032d93f642f64180aa3"

/* The block has three logs in one transaction, of token, token and pool. */
enum { BLOCK = 102, WITHOUT_LOGS = 30 };

static struct source *recorded;
static struct address addresses[2];
static struct log_filter both;
static struct log_filter pool_only;

/* All that one block's proof needs. */
struct proving {
	struct arena *arena;
	struct arena *scratch;
	struct block_wish wish;
	struct prover prover;
	struct block_material m;
	struct fetched_block block;
	struct event_log logs[8]; /* reported */
	struct reported_logs reported;
	struct proof_failure failure;
	bool needs;
};

static void begin(struct proving *p, const struct log_filter *filter, uint64_t number)
{
	struct error err;
	struct event_log *logs = NULL;
	struct block_ref ref;

	*p = (struct proving){.arena = arena_new(), .scratch = arena_new()};
	p->wish =
		(struct block_wish){.filters = filter, .filter_count = 1, .proof = PROVE_RECEIPTS};
	p->prover = prover_of(&p->wish, p->arena);
	check_ok(source_material(&p->m, p->arena, recorded, number, NULL,
				 MATERIAL_RECEIPTS | MATERIAL_TRANSACTIONS, &err),
		 err);
	check_ok(source_headers(&ref, recorded, &number, 1, &err), err);
	check_ok(source_block_logs(&logs, &p->reported.count, p->arena, recorded, &ref, filter, 1,
				   &err),
		 err);
	assert_true(p->reported.count <= 8);
	memcpy(p->logs, logs, p->reported.count * sizeof(logs[0]));
	p->reported.logs = p->logs;
	p->reported.was_asked = true;
}

static void end(struct proving *p)
{
	arena_free(p->arena);
	arena_free(p->scratch);
}

static bool header_and_bloom(struct proving *p)
{
	return prove_block_header(&p->failure, &p->block, &p->m, p->scratch) &&
	       prove_block_bloom(&p->failure, &p->needs, &p->block, &p->prover, &p->m, &p->reported,
				 false);
}

static bool logs(struct proving *p)
{
	return prove_block_logs(&p->failure, &p->needs, &p->block, &p->prover, &p->m, &p->reported,
				p->arena, p->scratch);
}

static void an_honest_block_is_proved_step_by_step(void **state)
{
	struct proving p;
	struct block_ref ref;
	struct error err;

	(void)state;
	begin(&p, &both, BLOCK);
	assert_int_equal(p.reported.count, 3);
	assert_true(header_and_bloom(&p));
	assert_true(p.needs);
	assert_int_equal(p.block.level, PROOF_HEADER);
	check_ok(source_headers(&ref, recorded, (const uint64_t[]){BLOCK}, 1, &err), err);
	assert_memory_equal(&p.block.ref, &ref, sizeof(ref));
	assert_memory_equal(&p.block.state_root, &p.m.header.state_root, sizeof(struct hash));
	assert_true(logs(&p));
	assert_false(p.needs);
	assert_int_equal(p.block.level, PROOF_RECEIPTS);
	assert_int_equal(p.block.log_count, 3);
	assert_int_equal(p.block.omitted_count, 0);
	assert_int_equal(p.block.logs[2].log_index, 2);
	end(&p);
}

static void absence_follows_from_the_bloom(void **state)
{
	struct proving p;
	struct proving with;

	(void)state;
	begin(&p, &both, WITHOUT_LOGS);
	assert_true(header_and_bloom(&p));
	assert_false(p.needs);
	assert_int_equal(p.block.level, PROOF_RECEIPTS);
	assert_true(prove_block_bloom(&p.failure, &p.needs, &p.block, &p.prover, &p.m, &p.reported,
				      true));
	assert_true(p.needs);
	/* A log all the same. */
	begin(&with, &both, BLOCK);
	with.logs[0].log_index = 5;
	p.reported = with.reported;
	assert_false(header_and_bloom(&p));
	assert_int_equal(p.failure.fault, FAULT_LOG);
	assert_int_equal(p.failure.block, WITHOUT_LOGS);
	assert_true(p.failure.has_log);
	assert_int_equal(p.failure.log_index, 5);
	assert_non_null(strstr(p.failure.expected, "bloom excludes it"));
	end(&with);
	end(&p);
}

static void headers_and_parents_are_checked(void **state)
{
	struct proving p;
	struct block_ref below;

	(void)state;
	begin(&p, &both, BLOCK);
	p.m.header.timestamp++;
	assert_false(header_and_bloom(&p));
	assert_int_equal(p.failure.fault, FAULT_HEADER_HASH);
	p.m.header.timestamp--;
	assert_true(header_and_bloom(&p));
	below = (struct block_ref){.number = BLOCK - 1, .hash = p.block.ref.parent_hash};
	assert_true(prove_block_parent(&p.failure, &below, &p.block.ref));
	below.hash.bytes[3] ^= 1;
	assert_false(prove_block_parent(&p.failure, &below, &p.block.ref));
	assert_int_equal(p.failure.fault, FAULT_PARENT);
	assert_int_equal(p.failure.block, BLOCK - 1);
	below.number--;
	assert_true(prove_block_parent(&p.failure, &below, &p.block.ref));
	end(&p);
}

/* One change of what was reported, and how it is told. */
static void add_data(struct proving *p)
{
	uint8_t *data = arena_copy(p->arena, p->logs[1].data.data, p->logs[1].data.size);

	data[p->logs[1].data.size - 1] ^= 1;
	p->logs[1].data.data = data;
}

static void shorten_data(struct proving *p)
{
	p->logs[1].data.size = 0;
}

static void other_topic(struct proving *p)
{
	p->logs[1].topics[1].bytes[31] ^= 1;
}

static void less_topics(struct proving *p)
{
	p->logs[1].topic_count--;
}

static void other_address(struct proving *p)
{
	p->logs[1].address = addresses[0];
}

static void other_transaction(struct proving *p)
{
	p->logs[1].transaction_hash.bytes[0] ^= 1;
}

static void other_block(struct proving *p)
{
	p->logs[1].block_hash.bytes[0] ^= 1;
}

static void behind_all(struct proving *p)
{
	p->logs[2].log_index = 9;
}

static void swapped(struct proving *p)
{
	struct event_log log = p->logs[2];

	p->logs[2] = p->logs[1];
	p->logs[1] = log;
	p->logs[1].log_index = 1;
	p->logs[2].log_index = 2;
}

static void one_more(struct proving *p)
{
	p->logs[3] = p->logs[2];
	p->logs[3].log_index = 3;
	p->logs[3].topics[0].bytes[5] ^= 1;
	p->reported.count = 4;
}

static void each_way_to_report_a_wrong_log_is_told(void **state)
{
	static const struct {
		void (*change)(struct proving *p);
		uint32_t log;
		const char *expected;
		const char *actual;
	} cases[] = {
		{add_data, 1, "data of 32 bytes, from byte 31 on 0x", "data of 32 bytes, from"},
		{shorten_data, 1, "data of 32 bytes, from byte 0 on 0x", "data of 0 bytes"},
		{other_topic, 1, "topic 1 0x", "topic 1 0x"},
		{less_topics, 1, "topics", "topics"},
		{other_address, 1, "a log of " TOKEN, "a log of " POOL},
		{other_transaction, 1, "transaction 0 0x", "transaction 0 0x"},
		{other_block, 1, "block 0x", "block 0x"},
		{behind_all, 9, "this log as log 2 of the block", "moved to log 9"},
		{swapped, 1, "this log as log 2 of the block", "moved to log 1"},
		{one_more, 3, "no log of this index", "a log of " POOL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct proving p;

		begin(&p, &both, BLOCK);
		cases[i].change(&p);
		assert_true(header_and_bloom(&p));
		assert_false(logs(&p));
		assert_int_equal(p.failure.fault, FAULT_LOG);
		assert_int_equal(p.failure.log_index, cases[i].log);
		if (!strstr(p.failure.expected, cases[i].expected) ||
		    !strstr(p.failure.actual, cases[i].actual))
			fail_msg("case %zu: %s / %s", i, p.failure.expected, p.failure.actual);
		assert_int_equal(p.block.level, PROOF_HEADER);
		end(&p);
	}
}

static void logs_that_were_left_out_are_named(void **state)
{
	struct proving p;

	(void)state;
	begin(&p, &both, BLOCK);
	p.logs[0] = p.logs[1];
	p.reported.count = 1;
	assert_true(header_and_bloom(&p) && logs(&p));
	assert_int_equal(p.block.log_count, 3);
	assert_int_equal(p.block.omitted_count, 2);
	assert_int_equal(p.block.omitted[0], 0);
	assert_int_equal(p.block.omitted[1], 2);
	end(&p);
	/* Who did not ask was not cheated; and of others' logs nobody speaks. */
	begin(&p, &pool_only, BLOCK);
	p.reported = (struct reported_logs){.was_asked = false};
	assert_true(header_and_bloom(&p) && logs(&p));
	assert_int_equal(p.block.log_count, 1);
	assert_int_equal(p.block.logs[0].log_index, 2);
	assert_int_equal(p.block.omitted_count, 0);
	end(&p);
}

static void senders_are_those_of_the_signatures(void **state)
{
	struct proving p;

	(void)state;
	begin(&p, &both, BLOCK);
	p.wish.sender_filters = &pool_only;
	p.wish.sender_filter_count = 1;
	assert_true(header_and_bloom(&p) && logs(&p));
	assert_true(p.needs);
	assert_true(p.m.has_transactions);
	assert_true(prove_block_senders(&p.failure, &p.block, &p.prover, &p.m, p.arena, p.scratch));
	assert_int_equal(p.block.level, PROOF_TRANSACTIONS);
	assert_false(p.block.logs[0].has_sender);
	assert_true(p.block.logs[2].has_sender);
	assert_memory_equal(&p.block.logs[2].sender, &p.m.receipt_claims[0].from,
			    sizeof(struct address));
	assert_int_equal(p.block.logs[0].input.size, 0);
	assert_true(slice_equal(p.block.logs[2].input, p.m.transactions[0].input));
	assert_true(address_equal(p.block.logs[2].called, p.m.transactions[0].to));
	p.m.receipt_claims[0].from.bytes[7] ^= 1;
	assert_false(
		prove_block_senders(&p.failure, &p.block, &p.prover, &p.m, p.arena, p.scratch));
	assert_int_equal(p.failure.fault, FAULT_SENDER);
	end(&p);
}

static void bodies_may_be_missing_but_not_others(void **state)
{
	struct proving p;
	struct block_material bodies;

	(void)state;
	begin(&p, &both, BLOCK);
	p.wish.sender_filters = &pool_only;
	p.wish.sender_filter_count = 1;
	assert_true(header_and_bloom(&p) && logs(&p));
	bodies = p.m;
	bodies.has_transactions = false;
	assert_true(prove_block_bodies(&p.failure, &p.m, &bodies));
	assert_true(prove_block_senders(&p.failure, &p.block, &p.prover, &p.m, p.arena, p.scratch));
	assert_int_equal(p.block.level, PROOF_RECEIPTS);
	assert_false(p.block.logs[2].has_sender);
	bodies.has_transactions = true;
	bodies.transaction_count++;
	assert_false(prove_block_bodies(&p.failure, &p.m, &bodies));
	assert_int_equal(p.failure.fault, FAULT_TRANSACTIONS_ROOT);
	end(&p);
}

static void a_failure_is_one_line_of_words(void **state)
{
	struct proof_failure failure = {.fault = FAULT_LOG,
					.block = 12,
					.has_log = true,
					.log_index = 3,
					.expected = "this",
					.actual = "that",
					.node = "http://node"};
	struct error err;

	(void)state;
	check_fails(proof_error(&err, &failure), ERR_BAD_DATA, err,
		    "http://node: block 12, log 3: eth_getLogs is not what the receipts hold: "
		    "expected this, got that");
	for (int fault = FAULT_NONE + 1; fault < FAULT_COUNT; fault++) {
		failure.fault = (enum proof_fault)fault;
		assert_int_equal(proof_error(&err, &failure), ERR_BAD_DATA);
		assert_null(strstr(err.message, "not proved"));
	}
}

static int open_chain(void **state)
{
	struct error err;

	(void)state;
	addresses[0] = address_of(POOL);
	addresses[1] = address_of(TOKEN);
	both = (struct log_filter){.addresses = addresses, .address_count = 2};
	pool_only = (struct log_filter){.addresses = addresses, .address_count = 1};
	check_ok(source_open(&recorded, CHAIN, NULL, NULL, &err), err);
	return 0;
}

static int close_chain(void **state)
{
	(void)state;
	source_close(recorded);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_honest_block_is_proved_step_by_step),
		cmocka_unit_test(absence_follows_from_the_bloom),
		cmocka_unit_test(headers_and_parents_are_checked),
		cmocka_unit_test(each_way_to_report_a_wrong_log_is_told),
		cmocka_unit_test(logs_that_were_left_out_are_named),
		cmocka_unit_test(senders_are_those_of_the_signatures),
		cmocka_unit_test(bodies_may_be_missing_but_not_others),
		cmocka_unit_test(a_failure_is_one_line_of_words),
	};

	return cmocka_run_group_tests(tests, open_chain, close_chain);
}
