#include "chain/header.h"

#include "chain/rlp.h"
#include "tests/abi/check.h"
#include "tests/chain/bytes.h"
#include "tests/chain/mainnet_headers.h"

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

static struct block_header decoded(const char *encoding)
{
	struct block_header header;
	struct error err;

	assert_ok(header_decode(&header, bytes_of(arena, encoding), &err), err);
	return header;
}

static struct slice encoded(const struct block_header *header)
{
	struct buffer out = buffer_in(arena);

	header_encode(&out, header);
	return buffer_slice(&out);
}

static void mainnet_headers_make_their_hashes(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < MAINNET_HEADER_COUNT; i++) {
		const struct mainnet_header *known = &mainnet_headers[i];
		struct block_header header = decoded(known->encoding);

		assert_hash(header_hash(&header, arena), known->hash);
		assert_int_equal(header.number, known->number);
		assert_int_equal(header.fork, known->fork);
		assert_true(slice_equal(encoded(&header), bytes_of(arena, known->encoding)));
	}
}

static const struct mainnet_header *mainnet(uint64_t number)
{
	for (size_t i = 0; i < MAINNET_HEADER_COUNT; i++) {
		if (mainnet_headers[i].number == number)
			return &mainnet_headers[i];
	}
	fail_msg("no such block");
	return NULL;
}

/* The figures of the first block, as every explorer shows them. */
static void fields_are_where_they_belong(void **unused)
{
	struct block_header header = decoded(mainnet(1)->encoding);
	char address[HEX_SIZE(ADDRESS_BYTES)];
	static const uint8_t nonce[8] = {0x53, 0x9b, 0xd4, 0x97, 0x9f, 0xef, 0x1e, 0xc4};

	(void)unused;
	assert_hash(header.parent_hash, mainnet(0)->hash);
	assert_hash(header.uncles_hash,
		    "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347");
	assert_string_equal(address_format(address, header.beneficiary),
			    "0x05a56e2d52c817161883f50c441c3228cfe54d9f");
	assert_hash(header.state_root,
		    "0xd67e4d450343046425ae4271474353857ab860dbc0a1dde64b41b5cd3a532bf3");
	assert_hash(header.transactions_root,
		    "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421");
	assert_hash(header.receipts_root,
		    "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421");
	assert_true(u256_equal(header.difficulty, u256_from(0x3ff800000)));
	assert_int_equal(header.gas_limit, 5000);
	assert_int_equal(header.gas_used, 0);
	assert_int_equal(header.timestamp, 0x55ba4224);
	assert_int_equal(header.extra.size, 25);
	assert_hash(header.mix_hash,
		    "0x969b900de27b6ac6a67742365dd65f55a0526c41fd18e1b16f1a1215c2e66f59");
	assert_memory_equal(header.nonce, nonce, sizeof(nonce));
}

static void later_fields_are_where_they_belong(void **unused)
{
	struct block_header header = decoded(mainnet(22431084)->encoding);

	(void)unused;
	assert_hash(header.parent_hash,
		    "0x28fb2c1d988435955e569451c6ad772f7fb5e61cddd7463c7b60e933ed5ff237");
	assert_true(u256_is_zero(header.difficulty));
	assert_true(!u256_is_zero(header.base_fee));
	/* Blobs come in units of 2^17 gas. */
	assert_int_equal(header.blob_gas_used % 131072, 0);
	assert_int_equal(header.excess_blob_gas % 131072, 0);
	assert_false(hash_is_zero(header.withdrawals_root));
	assert_false(hash_is_zero(header.parent_beacon_root));
	/* EIP-7685: sha256 of nothing, as the block has no requests. */
	assert_hash(header.requests_hash,
		    "0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

/* The fields of a header as elements, to be put together in another way. */
enum { FIELDS_MAX = 24 };

struct parts {
	struct slice fields[FIELDS_MAX];
	size_t count;
};

static struct parts parts_of(const char *encoding)
{
	struct parts out = {.count = 0};
	struct rlp_item item;
	struct rlp_reader r;
	struct error err;

	assert_ok(rlp_decode(&item, bytes_of(arena, encoding), &err), err);
	rlp_open(&r, &item);
	while (rlp_next(&item, &r))
		out.fields[out.count++] = item.encoding;
	return out;
}

static struct slice joined(const struct parts *parts)
{
	struct buffer out = buffer_in(arena);
	size_t list = rlp_list_begin(&out);

	for (size_t i = 0; i < parts->count; i++)
		buffer_append(&out, parts->fields[i].data, parts->fields[i].size);
	rlp_list_end(&out, list);
	return buffer_slice(&out);
}

static void refused(const struct parts *parts, const char *words)
{
	struct block_header header;
	struct error err;

	must_fail(header_decode(&header, joined(parts), &err), &err, ERR_BAD_DATA, words);
}

static void a_later_forks_header_is_refused_and_named_so(void **unused)
{
	struct parts parts = parts_of(mainnet(22431084)->encoding);

	(void)unused;
	assert_int_equal(parts.count, 21);
	parts.fields[parts.count++] = slice_of("\x80", 1);
	refused(&parts, "a later fork added to headers");
	refused(&parts, "up to Prague");
}

static void every_count_of_fields_is_a_fork_or_is_refused(void **unused)
{
	struct parts all = parts_of(mainnet(22431084)->encoding);

	(void)unused;
	for (size_t count = 0; count <= all.count; count++) {
		struct parts parts = all;
		struct block_header header;
		struct error err;
		bool known =
			count == 15 || count == 16 || count == 17 || count == 20 || count == 21;

		parts.count = count;
		if (known) {
			assert_ok(header_decode(&header, joined(&parts), &err), err);
			assert_true(slice_equal(encoded(&header), joined(&parts)));
		} else {
			must_fail(header_decode(&header, joined(&parts), &err), &err, ERR_BAD_DATA,
				  "missing");
		}
	}
}

static void a_wrong_field_is_named(void **unused)
{
	static const char *const names[] = {
		"parent hash",
		"uncles hash",
		"beneficiary",
		"state root",
		"transactions root",
		"receipts root",
		"logs bloom",
		"difficulty",
		"number",
		"gas limit",
		"gas used",
		"timestamp",
		"extra data",
		"mix hash",
		"nonce",
		"base fee",
		"withdrawals root",
		"blob gas used",
		"excess blob gas",
		"parent beacon block root",
		"requests hash",
	};

	(void)unused;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct parts parts = parts_of(mainnet(22431084)->encoding);

		parts.fields[i] = slice_of("\xc0", 1); /* a list */
		refused(&parts, names[i]);
	}
}

static void integers_have_no_leading_zeros_and_their_size(void **unused)
{
	struct parts parts = parts_of(mainnet(1)->encoding);
	struct parts wrong = parts;

	(void)unused;
	wrong.fields[8] = slice_of("\x82\x00\x01", 3);
	refused(&wrong, "number");
	wrong = parts;
	wrong.fields[11] = slice_of("\x89\x01\x02\x03\x04\x05\x06\x07\x08\x09", 10);
	refused(&wrong, "timestamp");
	wrong = parts;
	wrong.fields[14] = slice_of("\x87\x01\x02\x03\x04\x05\x06\x07", 8);
	refused(&wrong, "nonce");
}

static void long_extra_data_is_refused(void **unused)
{
	struct parts parts = parts_of(mainnet(1)->encoding);
	uint8_t many[HEADER_EXTRA_MAX + 1] = {1};
	struct buffer extra = buffer_in(arena);
	struct block_header header;
	struct error err;

	(void)unused;
	rlp_put_bytes(&extra, slice_of(many, sizeof(many)));
	parts.fields[12] = buffer_slice(&extra);
	refused(&parts, "extra data");
	extra = buffer_in(arena);
	rlp_put_bytes(&extra, slice_of(many, HEADER_EXTRA_MAX));
	parts.fields[12] = buffer_slice(&extra);
	assert_ok(header_decode(&header, joined(&parts), &err), err);
	assert_int_equal(header.extra.size, HEADER_EXTRA_MAX);
}

static void what_is_no_header_is_refused(void **unused)
{
	struct slice whole = bytes_of(arena, mainnet(1)->encoding);
	struct buffer longer = buffer_in(arena);
	struct block_header header;
	struct error err;

	(void)unused;
	must_fail(header_decode(&header, slice_of(NULL, 0), &err), &err, ERR_BAD_DATA, "header");
	must_fail(header_decode(&header, slice_of("\x80", 1), &err), &err, ERR_BAD_DATA, "header");
	for (size_t size = 1; size < whole.size; size++)
		assert_int_equal(header_decode(&header, slice_of(whole.data, size), NULL),
				 ERR_BAD_DATA);
	buffer_append(&longer, whole.data, whole.size);
	buffer_byte(&longer, 0);
	must_fail(header_decode(&header, buffer_slice(&longer), &err), &err, ERR_BAD_DATA,
		  "more bytes");
}

/* Each bit of every field counts. */
static void any_changed_byte_makes_another_hash(void **unused)
{
	const struct mainnet_header *known = mainnet(22431084);
	struct slice whole = bytes_of(arena, known->encoding);
	uint8_t *bytes = arena_copy(arena, whole.data, whole.size);

	(void)unused;
	for (size_t i = 0; i < whole.size; i++) {
		struct block_header header;

		bytes[i] ^= 1;
		if (header_decode(&header, slice_of(bytes, whole.size), NULL) == OK)
			assert_false(hash_equal(header_hash(&header, arena), hash_of(known->hash)));
		bytes[i] ^= 1;
	}
}

static void forks_have_names(void **unused)
{
	(void)unused;
	assert_string_equal(header_fork_name(HEADER_FRONTIER), "Frontier");
	assert_string_equal(header_fork_name(HEADER_LONDON), "London");
	assert_string_equal(header_fork_name(HEADER_SHANGHAI), "Shanghai");
	assert_string_equal(header_fork_name(HEADER_CANCUN), "Cancun");
	assert_string_equal(header_fork_name(HEADER_PRAGUE), "Prague");
	assert_string_equal(header_fork_name((enum header_fork)99), "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mainnet_headers_make_their_hashes),
		cmocka_unit_test(fields_are_where_they_belong),
		cmocka_unit_test(later_fields_are_where_they_belong),
		cmocka_unit_test(a_later_forks_header_is_refused_and_named_so),
		cmocka_unit_test(every_count_of_fields_is_a_fork_or_is_refused),
		cmocka_unit_test(a_wrong_field_is_named),
		cmocka_unit_test(integers_have_no_leading_zeros_and_their_size),
		cmocka_unit_test(long_extra_data_is_refused),
		cmocka_unit_test(what_is_no_header_is_refused),
		cmocka_unit_test(any_changed_byte_makes_another_hash),
		cmocka_unit_test(forks_have_names),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
