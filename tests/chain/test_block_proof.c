#include "chain/block_proof.h"

#include "abi/keccak.h"
#include "chain/trie.h"
#include "tests/chain/bytes.h"
#include "tests/chain/whole_blocks.h"

static struct arena *arena;

static int begin(void **unused)
{
	(void)unused;
	arena = arena_new();
	return 0;
}

static int end(void **unused)
{
	(void)unused;
	arena_free(arena);
	return 0;
}

/* ---- blocks as a node would give them ---- */

static struct address address_from(const char *text)
{
	struct address out;
	struct error err;

	assert_ok(address_parse(&out, text, strlen(text), &err), err);
	return out;
}

static void load_transactions(struct block_material *m, const struct whole_block *from)
{
	struct error err;

	m->has_transactions = true;
	m->transactions = arena_array(arena, m->transaction_count, sizeof(*m->transactions));
	for (size_t i = 0; i < m->transaction_count; i++) {
		struct slice bytes = bytes_of(arena, from->transactions[i]);

		assert_ok(transaction_decode(&m->transactions[i], arena, bytes, &err), err);
		m->transaction_hashes[i] = keccak256(bytes.data, bytes.size);
	}
	if (!from->senders[0])
		return;
	m->claimed_senders = arena_array(arena, m->transaction_count, sizeof(struct address));
	for (size_t i = 0; i < m->transaction_count; i++) {
		m->claimed_senders[i] = address_from(from->senders[i]);
		m->receipt_claims[i].from = m->claimed_senders[i];
	}
}

static struct block_material loaded(const struct whole_block *from)
{
	struct block_material m = {.claimed_hash = hash_of(from->hash),
				   .unknown_member = "",
				   .has_receipts = true,
				   .receipt_count = from->receipt_count,
				   .transaction_count = from->receipt_count};
	struct error err;

	assert_ok(header_decode(&m.header, bytes_of(arena, from->header), &err), err);
	m.receipts = arena_array(arena, m.receipt_count, sizeof(*m.receipts));
	m.receipt_claims = arena_array(arena, m.receipt_count, sizeof(*m.receipt_claims));
	m.transaction_hashes = arena_array(arena, m.transaction_count, sizeof(struct hash));
	for (size_t i = 0; i < m.receipt_count; i++)
		assert_ok(receipt_decode(&m.receipts[i], arena, bytes_of(arena, from->receipts[i]),
					 &err),
			  err);
	for (size_t i = 0; i < m.receipt_count && from->transaction_hashes[i]; i++)
		m.transaction_hashes[i] = hash_of(from->transaction_hashes[i]);
	if (from->transactions[0])
		load_transactions(&m, from);
	for (size_t i = 0; i < m.receipt_count; i++)
		m.receipt_claims[i].transaction_hash = m.transaction_hashes[i];
	return m;
}

/* ---- verdicts ---- */

static void header_holds(const struct block_material *m)
{
	struct proof_failure failure;

	if (!prove_header(&failure, m, arena))
		fail_msg("%s: %s, %s", proof_fault_name(failure.fault), failure.expected,
			 failure.actual);
}

static void receipts_hold(struct block_material *m)
{
	struct proof_failure failure;

	if (!prove_receipts(&failure, m, arena))
		fail_msg("%s: %s, %s", proof_fault_name(failure.fault), failure.expected,
			 failure.actual);
}

static void transactions_hold(const struct block_material *m, struct address *senders)
{
	struct proof_failure failure;

	if (!prove_transactions(&failure, senders, m, NULL, arena))
		fail_msg("%s: %s, %s", proof_fault_name(failure.fault), failure.expected,
			 failure.actual);
}

static void must_say(const struct proof_failure *failure, const struct block_material *m,
		     enum proof_fault fault, const char *expected, const char *actual)
{
	assert_string_equal(proof_fault_name(failure->fault), proof_fault_name(fault));
	assert_int_equal(failure->block, m->header.number);
	assert_true(hash_equal(failure->block_hash, m->claimed_hash));
	assert_false(failure->has_log);
	assert_string_equal(failure->node, "");
	if (!strstr(failure->expected, expected))
		fail_msg("\"%s\" does not say \"%s\"", failure->expected, expected);
	if (!strstr(failure->actual, actual))
		fail_msg("\"%s\" does not say \"%s\"", failure->actual, actual);
}

static void header_fails(const struct block_material *m, enum proof_fault fault,
			 const char *expected, const char *actual)
{
	struct proof_failure failure;

	memset(&failure, 0xee, sizeof(failure));
	assert_false(prove_header(&failure, m, arena));
	must_say(&failure, m, fault, expected, actual);
}

static struct proof_failure receipts_fail(struct block_material *m, enum proof_fault fault,
					  const char *expected, const char *actual)
{
	struct proof_failure failure;

	memset(&failure, 0xee, sizeof(failure));
	assert_false(prove_receipts(&failure, m, arena));
	must_say(&failure, m, fault, expected, actual);
	return failure;
}

static struct proof_failure transactions_fail(const struct block_material *m,
					      enum proof_fault fault, const char *expected,
					      const char *actual)
{
	struct proof_failure failure;

	memset(&failure, 0xee, sizeof(failure));
	assert_false(prove_transactions(&failure, NULL, m, NULL, arena));
	must_say(&failure, m, fault, expected, actual);
	return failure;
}

/* ---- what holds ---- */

static void true_blocks_hold(void **unused)
{
	static const struct whole_block *const blocks[] = {&first_transaction, &last_of_work,
							   &five_logs, &three_logs};

	(void)unused;
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		struct block_material m = loaded(blocks[i]);

		header_holds(&m);
		receipts_hold(&m);
		if (m.has_transactions)
			transactions_hold(&m, NULL);
	}
}

static void a_failure_is_left_alone_where_all_holds(void **unused)
{
	struct block_material m = loaded(&first_transaction);
	struct proof_failure failure;
	struct proof_failure before;

	(void)unused;
	memset(&before, 0xee, sizeof(before));
	failure = before;
	assert_true(prove_header(&failure, &m, arena));
	assert_true(prove_receipts(&failure, &m, arena));
	assert_true(prove_transactions(&failure, NULL, &m, NULL, arena));
	assert_memory_equal(&failure, &before, sizeof(failure));
}

static void logs_get_their_place(void **unused)
{
	struct block_material m = loaded(&five_logs);
	uint32_t next = 0;

	(void)unused;
	/* What a node said of them is not used. */
	memset(&m.receipts[1].logs[0].block_hash, 0xaa, sizeof(struct hash));
	m.receipts[1].logs[0].log_index = 7;
	m.receipts[1].logs[0].transaction_index = 9;
	receipts_hold(&m);
	for (uint32_t i = 0; i < m.receipt_count; i++) {
		for (size_t j = 0; j < m.receipts[i].log_count; j++) {
			const struct event_log *log = &m.receipts[i].logs[j];

			assert_int_equal(log->block_number, m.header.number);
			assert_true(hash_equal(log->block_hash, m.claimed_hash));
			assert_true(hash_equal(log->transaction_hash, m.transaction_hashes[i]));
			assert_int_equal(log->transaction_index, i);
			assert_int_equal(log->log_index, next++);
		}
	}
	assert_int_equal(next, 5);
}

static void nothing_is_placed_where_nothing_is_proved(void **unused)
{
	struct block_material m = loaded(&five_logs);

	(void)unused;
	m.receipts[1].is_success = !m.receipts[1].is_success;
	(void)receipts_fail(&m, FAULT_RECEIPTS_ROOT, "0x", "0x");
	assert_int_equal(m.receipts[0].logs[0].block_number, 0);
	assert_true(hash_is_zero(m.receipts[0].logs[0].block_hash));
}

/* The header that belongs to the receipts and transactions as they are, and its hash. */
static void make_header(struct block_material *m)
{
	uint64_t last = m->receipt_count;

	memset(&m->header.bloom, 0, sizeof(m->header.bloom));
	for (size_t i = 0; i < m->receipt_count; i++) {
		struct bloom bloom = receipt_bloom(&m->receipts[i]);

		bloom_merge(&m->header.bloom, &bloom);
	}
	m->header.gas_used = last ? m->receipts[last - 1].cumulative_gas_used : 0;
	m->header.receipts_root = receipts_root(m->receipts, m->receipt_count, arena);
	if (m->has_transactions)
		m->header.transactions_root =
			transactions_root(m->transactions, m->transaction_count, arena);
	m->claimed_hash = header_hash(&m->header, arena);
}

static void an_empty_block_holds(void **unused)
{
	struct block_material m = {.unknown_member = ""};

	(void)unused;
	m.header.fork = HEADER_PRAGUE;
	m.header.receipts_root = trie_empty_root;
	m.header.transactions_root = trie_empty_root;
	m.claimed_hash = header_hash(&m.header, arena);
	header_holds(&m);
	receipts_hold(&m);
	transactions_hold(&m, NULL);
	m.header.gas_used = 21000;
	(void)receipts_fail(&m, FAULT_RECEIPTS_ROOT, "21000 gas", "0 gas");
	m.header.gas_used = 0;
	m.header.bloom.bytes[3] = 1;
	(void)receipts_fail(&m, FAULT_BLOOM, "the header's bloom: 1 bits", "0 bits");
}

static void receipts_of_every_type_hold_together(void **unused)
{
	struct block_material m = loaded(&five_logs);
	struct receipt receipts[TRANSACTION_TYPE_MAX + 1];
	struct hash hashes[TRANSACTION_TYPE_MAX + 1] = {{{0}}};

	(void)unused;
	for (uint8_t type = 0; type <= TRANSACTION_TYPE_MAX; type++) {
		receipts[type] = m.receipts[0];
		receipts[type].type = type;
		receipts[type].cumulative_gas_used = 21000 * (type + UINT64_C(1));
		hashes[type].bytes[0] = type;
	}
	m.receipts = receipts;
	m.receipt_claims = NULL;
	m.receipt_count = m.transaction_count = TRANSACTION_TYPE_MAX + 1;
	m.transaction_hashes = hashes;
	make_header(&m);
	receipts_hold(&m);
	receipts[3].type = 2;
	(void)receipts_fail(&m, FAULT_RECEIPTS_ROOT, "0x", "0x");
}

/* ---- forged headers ---- */

static void another_header_is_caught(void **unused)
{
	struct block_material m = loaded(&last_of_work);

	(void)unused;
	m.header.timestamp++;
	header_fails(&m, FAULT_HEADER_HASH, last_of_work.hash, "0x");
	m.header.timestamp--;
	m.header.fork = HEADER_FRONTIER; /* the base fee left out */
	header_fails(&m, FAULT_HEADER_HASH, last_of_work.hash, "0x");
	m.header.fork = HEADER_SHANGHAI; /* a field too many */
	header_fails(&m, FAULT_HEADER_HASH, last_of_work.hash, "0x");
	m.header.fork = HEADER_LONDON;
	header_holds(&m);
	m.claimed_hash.bytes[31] ^= 1;
	header_fails(&m, FAULT_HEADER_HASH, "0x", last_of_work.hash);
	m.unknown_member = NULL;
	header_fails(&m, FAULT_HEADER_HASH, "0x", last_of_work.hash);
}

static void a_later_forks_member_is_named(void **unused)
{
	struct block_material m = loaded(&last_of_work);
	char many[400];

	(void)unused;
	m.unknown_member = "slotNumber";
	header_holds(&m); /* the hash is right: the member is no part of it */
	m.header.gas_limit++;
	header_fails(&m, FAULT_HEADER_UNKNOWN, last_of_work.hash,
		     "a later fork added slotNumber to headers; this version knows them up to "
		     "Prague");
	m.unknown_member = "a\nb\x1b";
	header_fails(&m, FAULT_HEADER_UNKNOWN, "0x", "added a?b? to");
	memset(many, 'x', sizeof(many) - 1);
	many[sizeof(many) - 1] = '\0';
	m.unknown_member = many;
	header_fails(&m, FAULT_HEADER_UNKNOWN, "0x", "up to Prague");
}

/* ---- forged receipts ---- */

static void altered_logs_are_caught(void **unused)
{
	struct block_material m = loaded(&five_logs);
	char root[HEX_SIZE(HASH_BYTES)];
	struct proof_failure failure;
	uint8_t *data;

	(void)unused;
	(void)hash_format(root, m.header.receipts_root);
	data = arena_copy(arena, m.receipts[1].logs[0].data.data, m.receipts[1].logs[0].data.size);
	data[0] ^= 1;
	m.receipts[1].logs[0].data.data = data;
	failure = receipts_fail(&m, FAULT_RECEIPTS_ROOT, root, "0x");
	assert_true(hash_is_zero(failure.transaction)); /* nothing shows which */

	m = loaded(&five_logs);
	m.receipts[1].logs[0].address.bytes[0] ^= 1;
	failure = receipts_fail(&m, FAULT_RECEIPTS_ROOT, root,
				"; the bloom of receipt 1 is not its logs'");
	assert_true(hash_equal(failure.transaction, m.transaction_hashes[1]));

	m = loaded(&five_logs);
	m.receipts[0].logs[2].topics[0].bytes[9] ^= 1;
	(void)receipts_fail(&m, FAULT_RECEIPTS_ROOT, root, "; the bloom of receipt 0");
	m.receipts[0].bloom = receipt_bloom(&m.receipts[0]); /* forged as well */
	(void)receipts_fail(&m, FAULT_RECEIPTS_ROOT, root, "0x");
}

static void omitted_invented_and_moved_logs_are_caught(void **unused)
{
	struct block_material m = loaded(&five_logs);
	struct event_log logs[4];
	struct event_log log;

	(void)unused;
	m.receipts[1].log_count--;
	(void)receipts_fail(&m, FAULT_RECEIPTS_ROOT, "0x", "0x");

	m = loaded(&five_logs);
	memcpy(logs, m.receipts[0].logs, 3 * sizeof(logs[0]));
	logs[3] = logs[2];
	m.receipts[0].logs = logs;
	m.receipts[0].log_count = 4;
	(void)receipts_fail(&m, FAULT_RECEIPTS_ROOT, "0x", "0x");

	m = loaded(&five_logs);
	log = m.receipts[0].logs[0];
	m.receipts[0].logs[0] = m.receipts[0].logs[1];
	m.receipts[0].logs[1] = log;
	(void)receipts_fail(&m, FAULT_RECEIPTS_ROOT, "0x", "0x");
}

static void altered_receipts_are_caught(void **unused)
{
	struct block_material m = loaded(&five_logs);
	struct proof_failure failure;
	struct receipt first = m.receipts[0];

	(void)unused;
	m.receipts[0].is_success = false;
	(void)receipts_fail(&m, FAULT_RECEIPTS_ROOT, "0x", "0x");

	m = loaded(&five_logs);
	m.receipts[0].bloom.bytes[7] ^= 0x10;
	(void)receipts_fail(&m, FAULT_RECEIPTS_ROOT, "0x", "bloom of receipt 0");

	m = loaded(&five_logs);
	m.receipts[1].cumulative_gas_used++;
	(void)receipts_fail(&m, FAULT_RECEIPTS_ROOT, "0x", "gas");
	m.receipts[1].cumulative_gas_used = m.receipts[0].cumulative_gas_used - 1;
	failure = receipts_fail(&m, FAULT_RECEIPTS_ROOT, "0x", "falls at receipt 1");
	assert_true(hash_equal(failure.transaction, m.transaction_hashes[1]));

	m = loaded(&five_logs);
	m.receipts[0] = m.receipts[1];
	m.receipts[1] = first;
	(void)receipts_fail(&m, FAULT_RECEIPTS_ROOT, "0x", "0x");
}

static void missing_and_added_receipts_are_caught(void **unused)
{
	struct block_material m = loaded(&five_logs);

	(void)unused;
	m.receipt_count--;
	(void)receipts_fail(&m, FAULT_RECEIPTS_ROOT, "2 receipts", "1 receipts");
	m.transaction_count--; /* and the transaction with it */
	(void)receipts_fail(&m, FAULT_RECEIPTS_ROOT, "0x", "0x");
	m.receipt_count = m.transaction_count = 0;
	(void)receipts_fail(&m, FAULT_RECEIPTS_ROOT, "0x",
			    "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421");
	m = loaded(&five_logs);
	m.transaction_count--;
	(void)receipts_fail(&m, FAULT_RECEIPTS_ROOT, "1 receipts", "2 receipts");
}

static void a_header_of_another_bloom_is_caught(void **unused)
{
	struct block_material m = loaded(&five_logs);

	(void)unused;
	memset(&m.header.bloom, 0xff, sizeof(m.header.bloom));
	(void)receipts_fail(&m, FAULT_BLOOM, "the header's bloom: 2048 bits, keccak256 0x",
			    "the logs' bloom: ");
	m.header.bloom = m.receipts[0].bloom;
	m.header.bloom.bytes[0] ^= 1;
	(void)receipts_fail(&m, FAULT_BLOOM, "bits", "bits");
}

/* A chain that somebody made up: all roots fit, and the receipts contradict themselves. */
static void consistent_nonsense_is_caught(void **unused)
{
	struct block_material m = loaded(&five_logs);
	struct proof_failure failure;

	(void)unused;
	m.receipts[1].bloom.bytes[7] ^= 0x10;
	make_header(&m);
	header_holds(&m);
	failure = receipts_fail(&m, FAULT_BLOOM, "receipt 1's bloom", "its logs' bloom");
	assert_true(hash_equal(failure.transaction, m.transaction_hashes[1]));

	m = loaded(&five_logs);
	m.receipts[1].cumulative_gas_used = m.receipts[0].cumulative_gas_used - 1;
	make_header(&m);
	(void)receipts_fail(&m, FAULT_RECEIPTS_ROOT, "receipt 1: cumulative gas from", "");

	m = loaded(&five_logs);
	m.receipts[0].cumulative_gas_used = 0;
	make_header(&m);
	receipts_hold(&m); /* some chains have transactions that cost no gas */

	m = loaded(&five_logs);
	make_header(&m);
	m.header.gas_used--;
	(void)receipts_fail(&m, FAULT_RECEIPTS_ROOT, "as the header says", "by the receipts");
}

static void a_receipt_of_another_transaction_is_caught(void **unused)
{
	struct block_material m = loaded(&five_logs);
	struct proof_failure failure;

	(void)unused;
	m.receipt_claims[1].transaction_hash = m.transaction_hashes[0];
	failure = receipts_fail(&m, FAULT_TRANSACTIONS_ROOT, "receipt 1: transaction 0x",
				five_logs.transaction_hashes[0]);
	assert_true(hash_equal(failure.transaction, m.transaction_hashes[1]));
	m.receipt_claims = NULL; /* nothing claimed */
	receipts_hold(&m);
}

/* ---- transactions ---- */

enum { SIGNED_COUNT = 5 };

static struct transaction signed_transaction(uint8_t type, uint8_t key_byte)
{
	struct transaction out = {.type = type,
				  .has_chain_id = true,
				  .chain_id = u256_from(1),
				  .gas_price = u256_from(9),
				  .max_fee = u256_from(9),
				  .gas_limit = 21000,
				  .has_to = true,
				  .value = u256_from(type)};
	uint8_t key[32] = {[31] = key_byte};
	struct error err;

	assert_ok(signature_sign(&out.signature, transaction_signing_hash(&out, arena), key, &err),
		  err);
	return out;
}

/* One of each type (a type 3 or 4 here has no blobs or authorisations, which no rule of encoding
 * forbids), each by another sender; and no receipts. */
static struct block_material signed_block(void)
{
	struct block_material m = {
		.unknown_member = "", .has_transactions = true, .transaction_count = SIGNED_COUNT};
	struct error err;

	m.transactions = arena_array(arena, SIGNED_COUNT, sizeof(*m.transactions));
	m.transaction_hashes = arena_array(arena, SIGNED_COUNT, sizeof(struct hash));
	m.claimed_senders = arena_array(arena, SIGNED_COUNT, sizeof(struct address));
	m.header.fork = HEADER_PRAGUE;
	for (uint8_t i = 0; i < SIGNED_COUNT; i++) {
		uint8_t key[32] = {[31] = (uint8_t)(i + 1)};

		m.transactions[i] = signed_transaction(i, (uint8_t)(i + 1));
		m.transaction_hashes[i] = transaction_hash(&m.transactions[i], arena);
		assert_ok(signature_address(&m.claimed_senders[i], key, &err), err);
	}
	make_header(&m);
	return m;
}

static void senders_are_recovered(void **unused)
{
	struct block_material m = signed_block();
	struct address senders[SIGNED_COUNT] = {{{0}}};
	struct block_material first = loaded(&first_transaction);

	(void)unused;
	transactions_hold(&m, senders);
	for (size_t i = 0; i < SIGNED_COUNT; i++)
		assert_true(address_equal(senders[i], m.claimed_senders[i]));
	transactions_hold(&first, senders);
	assert_true(address_equal(senders[0], address_from(first_transaction.senders[0])));
}

static void only_wanted_senders_are_looked_at(void **unused)
{
	struct block_material m = signed_block();
	struct address senders[SIGNED_COUNT] = {{{0}}};
	bool wanted[SIGNED_COUNT] = {[2] = true};
	struct proof_failure failure;

	(void)unused;
	m.claimed_senders[1].bytes[0] ^= 1;
	assert_true(prove_transactions(&failure, senders, &m, wanted, arena));
	for (size_t i = 0; i < SIGNED_COUNT; i++)
		assert_int_equal(address_is_zero(senders[i]), i != 2);
	wanted[1] = true;
	assert_false(prove_transactions(&failure, senders, &m, wanted, arena));
	must_say(&failure, &m, FAULT_SENDER, "transaction 1: sender 0x", "by its transaction");
	assert_true(hash_equal(failure.transaction, m.transaction_hashes[1]));
}

static void altered_transactions_are_caught(void **unused)
{
	struct block_material m = signed_block();
	struct transaction first = m.transactions[0];
	struct proof_failure failure;

	(void)unused;
	m.transactions[3].value = u256_from(77);
	failure = transactions_fail(&m, FAULT_TRANSACTIONS_ROOT, "0x",
				    "; transaction 3 does not make its hash");
	assert_true(hash_equal(failure.transaction, m.transaction_hashes[3]));
	/* Where the hash is altered as well, only the root shows it. */
	m.transaction_hashes[3] = transaction_hash(&m.transactions[3], arena);
	(void)transactions_fail(&m, FAULT_TRANSACTIONS_ROOT, "0x", "0x");

	m = signed_block();
	m.transactions[0] = m.transactions[1];
	m.transactions[1] = first;
	(void)transactions_fail(&m, FAULT_TRANSACTIONS_ROOT, "0x", "transaction 0 does not");

	m = signed_block();
	m.transaction_count--;
	(void)transactions_fail(&m, FAULT_TRANSACTIONS_ROOT, "0x", "0x");
}

static void wrong_hashes_are_caught(void **unused)
{
	struct block_material m = signed_block();
	char true_hash[HEX_SIZE(HASH_BYTES)];
	char false_hash[HEX_SIZE(HASH_BYTES)];

	(void)unused;
	(void)hash_format(true_hash, m.transaction_hashes[4]);
	m.transaction_hashes[4].bytes[0] ^= 1;
	(void)hash_format(false_hash, m.transaction_hashes[4]);
	(void)transactions_fail(&m, FAULT_TRANSACTIONS_ROOT, true_hash, false_hash);
}

static void wrong_senders_are_caught(void **unused)
{
	struct block_material m = loaded(&first_transaction);
	struct proof_failure failure;

	(void)unused;
	m.receipt_claims[0].from.bytes[0] ^= 1;
	failure =
		transactions_fail(&m, FAULT_SENDER, first_transaction.senders[0], "by its receipt");
	assert_true(hash_equal(failure.transaction, m.transaction_hashes[0]));
	m = loaded(&first_transaction);
	m.claimed_senders[0].bytes[19] ^= 1;
	(void)transactions_fail(&m, FAULT_SENDER, first_transaction.senders[0],
				"by its transaction");
	m.claimed_senders = NULL; /* nothing claimed but by the receipt */
	transactions_hold(&m, NULL);
}

/* The root holds, and the signature is none. */
static void no_signature_is_caught(void **unused)
{
	struct block_material m = signed_block();

	(void)unused;
	m.transactions[2].signature.r = U256_ZERO;
	m.transaction_hashes[2] = transaction_hash(&m.transactions[2], arena);
	make_header(&m);
	(void)transactions_fail(&m, FAULT_SENDER, "transaction 2: a signature", "");
}

static void pruned_bodies_prove_nothing(void **unused)
{
	struct block_material m = signed_block();

	(void)unused;
	m.has_transactions = false;
	m.transactions = NULL;
	(void)transactions_fail(&m, FAULT_TRANSACTIONS_ROOT, "5 transactions", "hashes only");
}

static void levels_and_faults_have_names(void **unused)
{
	static const char *const levels[] = {"none", "header", "receipts", "transactions"};
	static const char *const faults[] = {
		"none",  "header-hash",       "header-unknown", "parent", "receipts-root",
		"bloom", "transactions-root", "sender",         "log",    "log-omitted",
		"state", "disagreement"};

	(void)unused;
	for (int i = 0; i <= PROOF_TRANSACTIONS; i++)
		assert_string_equal(proof_level_name((enum proof_level)i), levels[i]);
	assert_string_equal(proof_level_name((enum proof_level)77), "unknown");
	assert_int_equal(sizeof(faults) / sizeof(faults[0]), FAULT_COUNT);
	for (int i = 0; i < FAULT_COUNT; i++)
		assert_string_equal(proof_fault_name((enum proof_fault)i), faults[i]);
	assert_string_equal(proof_fault_name(FAULT_COUNT), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(true_blocks_hold),
		cmocka_unit_test(a_failure_is_left_alone_where_all_holds),
		cmocka_unit_test(logs_get_their_place),
		cmocka_unit_test(nothing_is_placed_where_nothing_is_proved),
		cmocka_unit_test(an_empty_block_holds),
		cmocka_unit_test(receipts_of_every_type_hold_together),
		cmocka_unit_test(another_header_is_caught),
		cmocka_unit_test(a_later_forks_member_is_named),
		cmocka_unit_test(altered_logs_are_caught),
		cmocka_unit_test(omitted_invented_and_moved_logs_are_caught),
		cmocka_unit_test(altered_receipts_are_caught),
		cmocka_unit_test(missing_and_added_receipts_are_caught),
		cmocka_unit_test(a_header_of_another_bloom_is_caught),
		cmocka_unit_test(consistent_nonsense_is_caught),
		cmocka_unit_test(a_receipt_of_another_transaction_is_caught),
		cmocka_unit_test(senders_are_recovered),
		cmocka_unit_test(only_wanted_senders_are_looked_at),
		cmocka_unit_test(altered_transactions_are_caught),
		cmocka_unit_test(wrong_hashes_are_caught),
		cmocka_unit_test(wrong_senders_are_caught),
		cmocka_unit_test(no_signature_is_caught),
		cmocka_unit_test(pruned_bodies_prove_nothing),
		cmocka_unit_test(levels_and_faults_have_names),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
