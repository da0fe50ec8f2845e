#include "chain/receipt.h"

#include "chain/rlp.h"
#include "chain/trie.h"
#include "tests/abi/check.h"
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

/* go-ethereum's figure: a receipt that failed, with two logs. */
static const char published[] =
	"0xf901c58001b901000000000000001000000000000000000000000000000000000000000000000000000000"
	"0000000000000000000000000000000000000000000000000000000000000000500000000000000000000000"
	"0000000000000140000000000000000000000000000000000000000000000000000000000000000000000000"
	"0001000008000000000000000000000400000000000000000000000000004000000000000000000000000000"
	"0800000000000000000000000000000000000000000000000000000400000000000000000000000000000000"
	"0000000000000000000000000000100000000000000000000000000000000000000000000000000000000000"
	"00f8bef85d940000000000000000000000000000000000000011f842a0000000000000000000000000000000"
	"000000000000000000000000000000deada00000000000000000000000000000000000000000000000000000"
	"00000000beef830100fff85d940000000000000000000000000000000000000111f842a00000000000000000"
	"00000000000000000000000000000000000000000000deada000000000000000000000000000000000000000"
	"0000000000000000000000beef830100ff";

static struct event_log log_with(struct address address)
{
	static const uint8_t data[] = {0x01, 0x00, 0xff};
	struct event_log log = {
		.address = address, .topic_count = 2, .data = slice_of(data, sizeof(data))};

	log.topics[0].bytes[30] = 0xde;
	log.topics[0].bytes[31] = 0xad;
	log.topics[1].bytes[30] = 0xbe;
	log.topics[1].bytes[31] = 0xef;
	return log;
}

/* The receipt of `published`; of that type. */
static struct receipt two_logs(uint8_t type)
{
	struct receipt out = {.type = type, .cumulative_gas_used = 1, .log_count = 2};
	struct address first = {{[19] = 0x11}};
	struct address second = {{[18] = 0x01, [19] = 0x11}};

	out.logs = arena_array(arena, 2, sizeof(*out.logs));
	out.logs[0] = log_with(first);
	out.logs[1] = log_with(second);
	out.bloom = receipt_bloom(&out);
	return out;
}

static struct slice encoded(const struct receipt *receipt)
{
	struct buffer out = buffer_in(arena);

	receipt_encode(&out, receipt);
	return buffer_slice(&out);
}

static struct receipt decoded(struct slice bytes)
{
	struct receipt out;
	struct error err;

	assert_ok(receipt_decode(&out, arena, bytes, &err), err);
	return out;
}

static void a_published_receipt_is_encoded_the_same(void **unused)
{
	struct receipt legacy = two_logs(0);

	(void)unused;
	assert_true(slice_equal(encoded(&legacy), bytes_of(arena, published)));
	/* EIP-2718: the same list after the type. */
	for (uint8_t type = 1; type <= TRANSACTION_TYPE_MAX; type++) {
		struct receipt receipt = two_logs(type);
		struct slice bytes = encoded(&receipt);

		assert_int_equal(bytes.data[0], type);
		assert_true(slice_equal(slice_of(bytes.data + 1, bytes.size - 1),
					bytes_of(arena, published)));
	}
}

static void assert_same_log(const struct event_log *a, const struct event_log *b)
{
	assert_true(address_equal(a->address, b->address));
	assert_int_equal(a->topic_count, b->topic_count);
	for (uint32_t i = 0; i < a->topic_count; i++)
		assert_true(hash_equal(a->topics[i], b->topics[i]));
	assert_true(slice_equal(a->data, b->data));
}

static void assert_same(const struct receipt *a, const struct receipt *b)
{
	assert_int_equal(a->type, b->type);
	assert_int_equal(a->has_post_state, b->has_post_state);
	assert_true(hash_equal(a->post_state, b->post_state));
	assert_int_equal(a->is_success, b->is_success);
	assert_int_equal(a->cumulative_gas_used, b->cumulative_gas_used);
	assert_true(bloom_equal(&a->bloom, &b->bloom));
	assert_int_equal(a->log_count, b->log_count);
	for (size_t i = 0; i < a->log_count; i++)
		assert_same_log(&a->logs[i], &b->logs[i]);
}

static void every_type_comes_back(void **unused)
{
	(void)unused;
	for (uint8_t type = 0; type <= TRANSACTION_TYPE_MAX; type++) {
		for (unsigned success = 0; success < 2; success++) {
			struct receipt receipt = two_logs(type);
			struct receipt again;

			receipt.is_success = success;
			receipt.cumulative_gas_used = UINT64_MAX - type;
			again = decoded(encoded(&receipt));
			assert_same(&receipt, &again);
		}
	}
}

static void any_number_of_topics_comes_back(void **unused)
{
	struct receipt receipt = two_logs(2);

	(void)unused;
	for (uint32_t count = 0; count <= LOG_TOPICS_MAX; count++) {
		struct receipt again;

		receipt.logs[0].topic_count = count;
		receipt.logs[0].data = slice_of(NULL, 0);
		again = decoded(encoded(&receipt));
		assert_same(&receipt, &again);
	}
	receipt.log_count = 0;
	assert_int_equal(decoded(encoded(&receipt)).log_count, 0);
}

static void a_state_root_stands_before_byzantium(void **unused)
{
	struct slice bytes = bytes_of(arena, first_transaction.receipts[0]);
	struct receipt receipt = decoded(bytes);
	struct slice encoding = encoded(&receipt);

	(void)unused;
	assert_true(receipt.has_post_state);
	assert_hash(receipt.post_state,
		    "0x96a8e009d2b88b1483e6941e6812e32263b05683fac202abc622a3e31aed1957");
	assert_int_equal(receipt.cumulative_gas_used, 21000);
	assert_true(slice_equal(encoding, bytes));
	/* The receipts root of block 46147. */
	assert_hash(trie_ordered_root(&encoding, 1, arena),
		    "0xfe2bf2a941abf41d72637e5b91750332a30283efd40c424dc522b77e6f0ed8c4");
	assert_hash(receipts_root(&receipt, 1, arena),
		    "0xfe2bf2a941abf41d72637e5b91750332a30283efd40c424dc522b77e6f0ed8c4");
}

static void no_receipts_make_the_empty_root(void **unused)
{
	(void)unused;
	assert_true(hash_equal(receipts_root(NULL, 0, arena), trie_empty_root));
}

static void all_encodings_are_those_of_each(void **unused)
{
	enum { COUNT = 130 };
	struct receipt receipts[COUNT];
	struct slice *all;

	(void)unused;
	for (size_t i = 0; i < COUNT; i++) {
		receipts[i] = two_logs((uint8_t)(i % 5));
		receipts[i].log_count = i % 3;
		receipts[i].cumulative_gas_used = i * 100000;
	}
	all = receipts_encode(receipts, COUNT, arena);
	for (size_t i = 0; i < COUNT; i++)
		assert_true(slice_equal(all[i], encoded(&receipts[i])));
	assert_true(hash_equal(receipts_root(receipts, COUNT, arena),
			       trie_ordered_root(all, COUNT, arena)));
}

/* The bloom is encoded as it stands: whether it is right is for the proof to say. */
static void a_wrong_bloom_is_kept(void **unused)
{
	struct receipt receipt = two_logs(2);
	struct receipt again;

	(void)unused;
	receipt.bloom.bytes[0] ^= 0x80;
	again = decoded(encoded(&receipt));
	assert_true(bloom_equal(&again.bloom, &receipt.bloom));
	receipt.bloom = receipt_bloom(&again);
	assert_false(bloom_equal(&again.bloom, &receipt.bloom));
}

/* ---- what is refused ---- */

static void refused(struct slice bytes, const char *words)
{
	struct receipt receipt;
	struct error err;

	must_fail(receipt_decode(&receipt, arena, bytes, &err), &err, ERR_BAD_DATA, words);
}

/* A receipt of these elements, given as hexadecimal RLP; the bloom is put in their midst. */
static struct slice made_of(const char *type, const char *status_and_gas, const char *logs)
{
	static const uint8_t zeros[BLOOM_BYTES];
	struct buffer out = buffer_in(arena);
	struct slice bytes = bytes_of(arena, type);
	size_t list;

	buffer_append(&out, bytes.data, bytes.size);
	list = rlp_list_begin(&out);
	bytes = bytes_of(arena, status_and_gas);
	buffer_append(&out, bytes.data, bytes.size);
	rlp_put_bytes(&out, slice_of(zeros, sizeof(zeros)));
	bytes = bytes_of(arena, logs);
	buffer_append(&out, bytes.data, bytes.size);
	rlp_list_end(&out, list);
	return buffer_slice(&out);
}

static void unknown_types_are_named(void **unused)
{
	(void)unused;
	assert_true(decoded(made_of("0x04", "0x0101", "0xc0")).is_success);
	refused(made_of("0x05", "0x0101", "0xc0"), "unknown type 5");
	refused(made_of("0x7e", "0x0101", "0xc0"), "unknown type 126");
	refused(made_of("0x00", "0x0101", "0xc0"), "unknown type 0");
	refused(made_of("0x80", "0x0101", "0xc0"), "unknown type 128");
	refused(slice_of("\x02", 1), "receipt");
	refused(slice_of(NULL, 0), "no bytes");
}

static void only_0_1_and_old_state_roots_are_outcomes(void **unused)
{
	static const char root[] =
		"0xa0000000000000000000000000000000000000000000000000000000000000000001";

	(void)unused;
	assert_false(decoded(made_of("", "0x8001", "0xc0")).is_success);
	assert_true(decoded(made_of("", "0x0101", "0xc0")).is_success);
	assert_true(decoded(made_of("", root, "0xc0")).has_post_state);
	refused(made_of("0x02", root, "0xc0"), "status");
	refused(made_of("", "0x0201", "0xc0"), "status");
	refused(made_of("", "0x0001", "0xc0"), "status");
	refused(made_of("", "0x82000101", "0xc0"), "status");
	refused(made_of("", "0xc001", "0xc0"), "status");
}

static void wrong_elements_are_named(void **unused)
{
	(void)unused;
	refused(made_of("", "0x0100", "0xc0"), "cumulative gas used");
	refused(made_of("", "0x0189010000000000000000", "0xc0"), "cumulative gas used");
	refused(made_of("", "0x01", "0xc0"), "cumulative gas used");
	refused(made_of("", "0x010180", "0xc0"), "logs bloom");
	refused(made_of("", "0x0101", "0x80"), "logs");
	refused(made_of("", "0x0101", ""), "logs");
	refused(made_of("", "0x0101", "0xc001"), "more elements");
}

/* A list of logs with one, of these elements. */
static struct slice with_log(const char *elements)
{
	struct slice bytes = bytes_of(arena, elements);
	struct buffer out = buffer_in(arena);
	size_t logs = rlp_list_begin(&out);
	size_t log = rlp_list_begin(&out);

	buffer_append(&out, bytes.data, bytes.size);
	rlp_list_end(&out, log);
	rlp_list_end(&out, logs);
	return made_of("0x02", "0x0101", hex_string(arena, buffer_slice(&out)));
}

#define SOME_ADDRESS "0x940000000000000000000000000000000000000011"
#define SOME_TOPIC "a0000000000000000000000000000000000000000000000000000000000000dead"

static void wrong_logs_are_named(void **unused)
{
	(void)unused;
	assert_int_equal(decoded(with_log(SOME_ADDRESS "c080")).log_count, 1);
	refused(with_log("0x93000000000000000000000000000000000000118080808080"), "log 0: address");
	refused(with_log(SOME_ADDRESS "8080"), "log 0: topics");
	refused(with_log(SOME_ADDRESS "c101820000"), "log 0: topic");
	refused(with_log(SOME_ADDRESS "c0c0"), "log 0: data");
	refused(with_log(SOME_ADDRESS "c08080"), "log 0");
	refused(with_log(SOME_ADDRESS), "too short");
	refused(with_log(SOME_ADDRESS "f8a5" SOME_TOPIC SOME_TOPIC SOME_TOPIC SOME_TOPIC SOME_TOPIC
				      "80"),
		"more than 4 topics");
	refused(made_of("", "0x0101", "0xc18080"), "more elements");
	refused(made_of("", "0x0101", "0xc180"), "logs");
	refused(made_of("", "0x0101", "0xc1c0"), "log 0 is too short");
}

/* However many bytes, the memory taken stays in proportion. */
static void many_small_elements_take_no_memory(void **unused)
{
	enum { MANY = 1 << 20 };
	struct arena *own = arena_new();
	uint8_t *lists = arena_alloc(arena, MANY);
	struct buffer out = buffer_in(arena);
	struct receipt receipt;
	size_t list;
	size_t logs;

	(void)unused;
	memset(lists, 0xc0, MANY);
	list = rlp_list_begin(&out);
	buffer_append(&out, "\x01\x01", 2);
	rlp_put_bytes(&out, slice_of((const uint8_t[BLOOM_BYTES]){0}, BLOOM_BYTES));
	logs = rlp_list_begin(&out);
	buffer_append(&out, lists, MANY);
	rlp_list_end(&out, logs);
	rlp_list_end(&out, list);
	assert_int_equal(receipt_decode(&receipt, own, buffer_slice(&out), NULL), ERR_BAD_DATA);
	assert_true(arena_used(own) < 1024);
	arena_free(own);
}

static void any_shorter_bytes_are_refused(void **unused)
{
	struct slice whole = bytes_of(arena, published);
	struct receipt receipt;

	(void)unused;
	for (size_t size = 0; size < whole.size; size++)
		assert_int_equal(receipt_decode(&receipt, arena, slice_of(whole.data, size), NULL),
				 ERR_BAD_DATA);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_published_receipt_is_encoded_the_same),
		cmocka_unit_test(every_type_comes_back),
		cmocka_unit_test(any_number_of_topics_comes_back),
		cmocka_unit_test(a_state_root_stands_before_byzantium),
		cmocka_unit_test(no_receipts_make_the_empty_root),
		cmocka_unit_test(all_encodings_are_those_of_each),
		cmocka_unit_test(a_wrong_bloom_is_kept),
		cmocka_unit_test(unknown_types_are_named),
		cmocka_unit_test(only_0_1_and_old_state_roots_are_outcomes),
		cmocka_unit_test(wrong_elements_are_named),
		cmocka_unit_test(wrong_logs_are_named),
		cmocka_unit_test(many_small_elements_take_no_memory),
		cmocka_unit_test(any_shorter_bytes_are_refused),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
