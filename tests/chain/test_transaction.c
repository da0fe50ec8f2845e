#include "chain/transaction.h"

#include "abi/keccak.h"
#include "chain/rlp.h"
#include "tests/abi/check.h"
#include "tests/chain/transaction_vectors.h"

enum { VECTOR_COUNT = sizeof(transaction_vectors) / sizeof(transaction_vectors[0]) };
enum { ENCODING_MAX = 4096 };

#define ORDER "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"

static int set_up(void **state)
{
	*state = arena_new();
	return 0;
}

static int tear_down(void **state)
{
	arena_free(*state);
	return 0;
}

static struct slice bytes_of(struct arena *arena, const char *hex)
{
	struct slice bytes;
	struct error err;

	must_succeed(hex_parse(&bytes, arena, hex, strlen(hex), ENCODING_MAX, &err), &err);
	return bytes;
}

static struct hash hash(const char *hex)
{
	struct hash value;
	struct error err;

	must_succeed(hash_parse(&value, hex, strlen(hex), &err), &err);
	return value;
}

static struct address address(const char *hex)
{
	struct address value;
	struct error err;

	must_succeed(address_parse(&value, hex, strlen(hex), &err), &err);
	return value;
}

static u256 number(const char *hex)
{
	struct error err;
	u256 value;

	must_succeed(u256_parse_hex(&value, hex, strlen(hex), &err), &err);
	return value;
}

static struct transaction decoded(struct arena *arena, struct slice bytes)
{
	struct transaction transaction;
	struct error err;

	must_succeed(transaction_decode(&transaction, arena, bytes, &err), &err);
	return transaction;
}

static struct transaction vector(struct arena *arena, const char *name)
{
	for (size_t i = 0; i < VECTOR_COUNT; i++) {
		if (strstr(transaction_vectors[i].name, name))
			return decoded(arena, bytes_of(arena, transaction_vectors[i].encoding));
	}
	fail_msg("no vector is named %s", name);
	return (struct transaction){0};
}

static struct slice encoded(struct arena *arena, const struct transaction *transaction)
{
	struct buffer out = buffer_in(arena);

	transaction_encode(&out, transaction);
	return buffer_slice(&out);
}

static void published_transactions(void **state)
{
	struct arena *arena = *state;

	for (size_t i = 0; i < VECTOR_COUNT; i++) {
		const struct transaction_vector *v = &transaction_vectors[i];
		struct slice bytes = bytes_of(arena, v->encoding);
		struct transaction t = decoded(arena, bytes);
		struct address sender;
		struct error err;

		assert_true(slice_equal(encoded(arena, &t), bytes));
		assert_true(hash_equal(transaction_hash(&t, arena), hash(v->hash)));
		if (transaction_sender(&sender, &t, arena, &err) != OK)
			fail_msg("%s: %s", v->name, err.message);
		if (!address_equal(sender, address(v->sender)))
			fail_msg("%s: another sender", v->name);
	}
}

static void the_fields_are_where_they_belong(void **state)
{
	struct transaction t = vector(*state, "EIP-155");

	assert_int_equal(t.type, 0);
	assert_true(t.has_chain_id && t.has_to);
	assert_true(u256_equal(t.chain_id, U256_ONE));
	assert_int_equal(t.nonce, 9);
	assert_true(u256_equal(t.gas_price, u256_from(20000000000)));
	assert_int_equal(t.gas_limit, 21000);
	assert_true(u256_equal(t.value, u256_from(1000000000000000000)));
	assert_int_equal(t.input.size, 0);
	assert_true(hash_equal(
		transaction_signing_hash(&t, *state),
		hash("0xdaf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53")));

	t = vector(*state, "Vitalik_12");
	assert_false(t.has_chain_id || t.has_to);
	assert_int_equal(t.input.size, 21);

	t = vector(*state, "accessListStorage32Bytes");
	assert_int_equal(t.access_count, 1);
	assert_int_equal(t.access_list[0].slot_count, 1);
	assert_int_equal(t.access_list[0].slots[0].bytes[31], 0xff);
	assert_true(address_equal(t.access_list[0].address,
				  address("0xa95e7baea6a6c7c4c2dfeb977efac326af552d87")));

	t = vector(*state, "Sepolia, EIP-4844");
	assert_int_equal(t.blob_count, 5);
	assert_int_equal(t.blob_hashes[4].bytes[0], 1);
	assert_true(u256_equal(t.max_blob_fee, u256_from(20000000000)));
}

/* go-ethereum, cmd/evm/testdata/33: a signed EIP-7702 transaction of a known key, its hash, its
 * transactions root, and the accounts whose code it sets. */
static void a_published_transaction_that_sets_code(void **state)
{
	struct authorization authorizations[] = {
		{.chain_id = U256_ONE,
		 .address = address("0x000000000000000000000000000000000000aaaa"),
		 .nonce = 1,
		 .signature = {number("0xf7e3e597fc097e71ed6c26b14b25e5395bc8510d58b9136af439e12715"
				      "f2d721"),
			       number("0x6cf7c3d7939bfdb784373effc0ebb0bd7549691a513f395e3cdabf8602"
				      "724987"),
			       1}},
		{.chain_id = U256_ZERO,
		 .address = address("0x000000000000000000000000000000000000bbbb"),
		 .nonce = 0,
		 .signature = {number("0x5011890f198f0356a887b0779bde5afa1ed04e6acb1e3f37f8f18c7b6f"
				      "521b98"),
			       number("0x56c3fa3456b103f3ef4a0acb4b647b9cab9ec4bc68fbcdf1e10b49fb2b"
				      "cbcf61"),
			       1}},
	};
	static const char *const authorities[] = {"0x71562b71999873db5b286df957af199ec94617f7",
						  "0x703c4b2bd70c169f5717101caee543299fc946c7"};
	struct transaction t = {.type = 4,
				.has_chain_id = true,
				.chain_id = U256_ONE,
				.max_priority_fee = u256_from(2),
				.max_fee = u256_from(0x12a05f200),
				.gas_limit = 0x7a120,
				.has_to = true,
				.to = address(authorities[0]),
				.authorizations = authorizations,
				.authorization_count = 2};
	struct hash key =
		hash("0xb71c71a67e1177ad4e901695e1b4b9ee17ae16c6668d313eac2f96dbcda3f291");
	struct transaction back;
	struct address who;
	struct error err;

	must_succeed(
		signature_sign(&t.signature, transaction_signing_hash(&t, *state), key.bytes, &err),
		&err);
	assert_true(hash_equal(
		transaction_hash(&t, *state),
		hash("0x0417aab7c1d8a3989190c3167c132876ce9b8afd99262c5a0f9d06802de3d7ef")));
	assert_true(hash_equal(
		transactions_root(&t, 1, *state),
		hash("0x5d13a0b074e80388dc754da92b22922313a63417b3e25a10f324935e09697a53")));
	back = decoded(*state, encoded(*state, &t));
	assert_int_equal(back.authorization_count, 2);
	for (size_t i = 0; i < 2; i++) {
		must_succeed(authorization_authority(&who, &back.authorizations[i], *state, &err),
			     &err);
		assert_true(address_equal(who, address(authorities[i])));
	}
	must_succeed(transaction_sender(&who, &back, *state, &err), &err);
	assert_true(address_equal(who, address(authorities[0])));
}

/* An authorization with a bad signature is part of a valid transaction, and says nothing. */
static void a_bad_authorization_is_carried_and_refused(void **state)
{
	struct authorization a = {.signature = {U256_ONE, U256_ONE, 27}};
	struct transaction t = vector(*state, "Goerli");
	struct transaction back;
	struct address who;
	struct error err;

	t.type = 4;
	t.authorizations = &a;
	t.authorization_count = 1;
	back = decoded(*state, encoded(*state, &t));
	assert_int_equal(back.authorizations[0].signature.y_parity, 27);
	must_fail(authorization_authority(&who, &back.authorizations[0], *state, &err), &err,
		  ERR_BAD_DATA, "parity");
	a.signature.y_parity = 0;
	a.signature.s = u256_sub_wrap(number(ORDER), U256_ONE);
	must_fail(authorization_authority(&who, &a, *state, &err), &err, ERR_BAD_DATA,
		  "above half");
}

/* v = 35 + 2 * chain_id + parity needs more than 64 bits for the largest of chain ids. */
static void chain_ids_to_the_largest(void **state)
{
	static const uint64_t ids[] = {0,         1, 110, 111, 31337, UINT32_MAX, UINT64_MAX / 2,
				       UINT64_MAX};

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct transaction t = vector(*state, "EIP-155");
		struct transaction back;

		t.chain_id = u256_from(ids[i]);
		for (uint8_t parity = 0; parity < 2; parity++) {
			t.signature.y_parity = parity;
			back = decoded(*state, encoded(*state, &t));
			assert_true(back.has_chain_id && u256_equal(back.chain_id, t.chain_id));
			assert_int_equal(back.signature.y_parity, parity);
		}
	}
}

/* The same signature mirrored: Frontier's blocks have such, later ones do not. */
static void a_high_s_is_frontiers(void **state)
{
	static const struct {
		const char *name;
		enum status status;
	} cases[] = {{"46147", OK}, {"EIP-155", ERR_BAD_DATA}, {"Goerli", ERR_BAD_DATA}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct transaction t = vector(*state, cases[i].name);
		struct address before;
		struct address after;
		struct error err;

		must_succeed(transaction_sender(&before, &t, *state, &err), &err);
		t.signature.s = u256_sub_wrap(number(ORDER), t.signature.s);
		t.signature.y_parity ^= 1;
		assert_int_equal(transaction_sender(&after, &t, *state, &err), cases[i].status);
		if (cases[i].status == OK)
			assert_true(address_equal(before, after));
	}
}

static void refused(struct arena *arena, struct slice bytes, const char *words)
{
	struct transaction t;
	struct error err;

	must_fail(transaction_decode(&t, arena, bytes, &err), &err, ERR_BAD_DATA, words);
	assert_int_equal(transaction_decode(&t, arena, bytes, NULL), ERR_BAD_DATA);
}

/* Published as invalid by ethereum/tests. */
static void published_as_invalid(void **state)
{
	static const struct {
		const char *encoding;
		const char *words;
	} cases[] = {
		/* accessListAddressGreaterThan20 */
		{"0x01f8be018001826a4094095e7baea6a6c7c4c2dfeb977efac326af552d878080f85cf85a95b94f"
		 "5374fce5edbc8e2a8697c15331677e6ebf0b1cf842a0000000000000000000000000000000000000"
		 "0000000000000000000000000000a000000000000000000000000000000000000000000000000000"
		 "0000000000000180a05cbd172231fc0735e0fb994dd5b1a4939170a260b36f0427a8a80866b063b9"
		 "48a07c230f7f578dd61785c93361b9871c0706ebfa6d06e3f4491dc9558c5202ed36",
		 "access_list"},
		/* accessListStoragePrefix00 */
		{"0x01f89c018001826a4094095e7baea6a6c7c4c2dfeb977efac326af552d878080f83af83894a95e"
		 "7baea6a6c7c4c2dfeb977efac326af552d87e2a10000000000000000000000000000000000000000"
		 "0000000000000000000000000180a05cbd172231fc0735e0fb994dd5b1a4939170a260b36f0427a8"
		 "a80866b063b948a07c230f7f578dd61785c93361b9871c0706ebfa6d06e3f4491dc9558c5202ed36",
		 "access_list"},
		/* maxFeePerGas00prefix */
		{"0x02f88701808477359400a100ffffffffffffffffffffffffffffffffffffffffffffffffffffff"
		 "ffffffffff82520894095e7baea6a6c7c4c2dfeb977efac326af552d878080c080a05cbd172231fc"
		 "0735e0fb994dd5b1a4939170a260b36f0427a8a80866b063b948a07c230f7f578dd61785c93361b9"
		 "871c0706ebfa6d06e3f4491dc9558c5202ed36",
		 "max_fee"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		refused(*state, bytes_of(*state, cases[i].encoding), cases[i].words);
}

static void what_is_no_transaction_is_refused(void **state)
{
	struct arena *arena = *state;

	refused(arena, slice_of(NULL, 0), "no bytes");
	refused(arena, bytes_of(arena, "0x00c0"), "unknown type 0");
	refused(arena, bytes_of(arena, "0x05c0"), "unknown type 5");
	refused(arena, bytes_of(arena, "0x7fc0"), "unknown type 127");
	refused(arena, bytes_of(arena, "0x80"), "neither a list nor a type");
	refused(arena, bytes_of(arena, "0xc0"), "nonce");
	refused(arena, bytes_of(arena, "0x02"), "transaction");
	refused(arena, bytes_of(arena, "0x0280"), "transaction");
	refused(arena, bytes_of(arena, "0x02c0"), "chain_id");
	refused(arena, bytes_of(arena, "0x01c101"), "nonce");
	refused(arena, bytes_of(arena, "0xc100"), "nonce"); /* zero is the empty string */
	refused(arena, bytes_of(arena, "0xc3820001"), "nonce");
	refused(arena, bytes_of(arena, "0xc1c0"), "nonce");
}

/* Every vector cut short, or followed by a byte, is none. */
static void cut_or_followed_is_refused(void **state)
{
	struct arena *arena = *state;

	for (size_t i = 0; i < VECTOR_COUNT; i++) {
		struct slice bytes = bytes_of(arena, transaction_vectors[i].encoding);
		struct buffer longer = buffer_in(arena);

		for (size_t size = 0; size < bytes.size; size++)
			refused(arena, slice_of(bytes.data, size), "transaction");
		buffer_append(&longer, bytes.data, bytes.size);
		buffer_byte(&longer, 0x80);
		refused(arena, buffer_slice(&longer), "transaction");
	}
}

/* One field more, inside of the list. */
static void an_extra_field_is_refused(void **state)
{
	struct arena *arena = *state;
	struct error err;

	for (size_t i = 0; i < VECTOR_COUNT; i++) {
		struct slice bytes = bytes_of(arena, transaction_vectors[i].encoding);
		bool is_typed = bytes.data[0] < 0xc0;
		struct buffer longer = buffer_in(arena);
		struct rlp_item item;
		size_t list;

		if (is_typed)
			buffer_byte(&longer, bytes.data[0]);
		must_succeed(rlp_decode(&item,
					slice_of(bytes.data + is_typed, bytes.size - is_typed),
					&err),
			     &err);
		list = rlp_list_begin(&longer);
		buffer_append(&longer, item.payload.data, item.payload.size);
		rlp_put_u64(&longer, 1);
		rlp_list_end(&longer, list);
		refused(arena, buffer_slice(&longer), "transaction");
	}
}

static void fields_out_of_range_are_refused(void **state)
{
	struct arena *arena = *state;
	struct transaction t = vector(arena, "Goerli");

	t.signature.y_parity = 2;
	refused(arena, encoded(arena, &t), "y_parity");
	t = vector(arena, "Sepolia");
	t.has_to = false;
	refused(arena, encoded(arena, &t), "to: a transaction of this type cannot create");
	t = vector(arena, "Vitalik_1");
	t.has_chain_id = false;
	t.signature.y_parity = 2; /* v is 29 */
	refused(arena, encoded(arena, &t), "v: neither 27 nor 28");
}

/* Wrong signatures decode (their form is right) and have no sender. */
static void a_wrong_signature_has_no_sender(void **state)
{
	struct arena *arena = *state;
	struct transaction t;
	struct address who;
	struct error err;

	t = vector(arena, "Goerli");
	t.signature.r = U256_ZERO;
	t = decoded(arena, encoded(arena, &t));
	must_fail(transaction_sender(&who, &t, arena, &err), &err, ERR_BAD_DATA, "r is zero");
	t = vector(arena, "Goerli");
	t.signature.s = number(ORDER);
	t = decoded(arena, encoded(arena, &t));
	must_fail(transaction_sender(&who, &t, arena, &err), &err, ERR_BAD_DATA, "s is not below");
	t = vector(arena, "46147");
	t.signature.r = U256_MAX;
	t = decoded(arena, encoded(arena, &t));
	must_fail(transaction_sender(&who, &t, arena, &err), &err, ERR_BAD_DATA, "r is not below");
}

/* Every one of a transaction's bytes is signed, or is the signature. */
static void any_changed_byte_is_another_hash_and_another_sender(void **state)
{
	struct arena *arena = *state;
	struct transaction whole = vector(arena, "Goerli");
	struct slice bytes = encoded(arena, &whole);
	struct address sender = address("0x001e2b7de757ba469a57bf6b23d982458a07efce");
	struct hash before = keccak256(bytes.data, bytes.size);
	uint8_t *changed = arena_copy(arena, bytes.data, bytes.size);

	for (size_t i = 0; i < bytes.size; i++) {
		struct transaction t;
		struct address who;

		changed[i] ^= 1;
		if (transaction_decode(&t, arena, slice_of(changed, bytes.size), NULL) == OK) {
			assert_false(hash_equal(transaction_hash(&t, arena), before));
			if (transaction_sender(&who, &t, arena, NULL) == OK)
				assert_false(address_equal(who, sender));
		}
		changed[i] ^= 1;
	}
}

static void an_empty_block_has_the_empty_root(void **state)
{
	assert_true(hash_equal(
		transactions_root(NULL, 0, *state),
		hash("0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421")));
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(published_transactions),
		test(the_fields_are_where_they_belong),
		test(a_published_transaction_that_sets_code),
		test(a_bad_authorization_is_carried_and_refused),
		test(chain_ids_to_the_largest),
		test(a_high_s_is_frontiers),
		test(published_as_invalid),
		test(what_is_no_transaction_is_refused),
		test(cut_or_followed_is_refused),
		test(an_extra_field_is_refused),
		test(fields_out_of_range_are_refused),
		test(a_wrong_signature_has_no_sender),
		test(any_changed_byte_is_another_hash_and_another_sender),
		test(an_empty_block_has_the_empty_root),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
