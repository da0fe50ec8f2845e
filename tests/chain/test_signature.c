#include "chain/signature.h"

#include "abi/keccak.h"
#include "tests/abi/check.h"

/* digest, r, s, parity and who signed. */
struct recovered {
	const char *digest;
	const char *r;
	const char *s;
	uint8_t y_parity;
	const char *address;
};

static const struct recovered recovered[] = {
	/* go-ethereum, core/vm/testdata/precompiles/ecRecover.json, ValidKey (high s) */
	{"0x18c547e4f7b0f325ad1e56f57e26c745b09a3e503d86e00e5255ff7f715d3d1c",
	 "0x73b1693892219d736caba55bdb67216e485557ea6b6af75f37096c9aa6a5a75f",
	 "0xeeb940b1d03b21e36b0e47e79769f095fe2ab855bd91e3a38756b7d75a9c4549", 1,
	 "0xa94f5374fce5edbc8e2a8697c15331677e6ebf0b"},
	/* EIP-155, the example */
	{"0xdaf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53",
	 "0x28ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276",
	 "0x67cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83", 0,
	 "0x9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f"},
};

/* go-ethereum, crypto/signature_test.go; the public key is given there, not the address. */
static const struct recovered by_key = {
	"0xce0677bb30baa8cf067c88db9811f4333d131bf8bcf12fe7065d211dce971008",
	"0x90f27b8b488db00b00606796d2987f6a5f59ae62ea05effe84fef5b8b0e54998",
	"0x4a691139ad57a3f0b906637673aa2f63d1f55cb1a69199d4009eea23ceaddc93", 1,
	"0xe32df42865e97135acfb65f3bae71bdc86f4d49150ad6a440b6f15878109880a"
	"0a2b2667f7e725ceea70c673093bf67663e0312623c8e091b13cf2c0f11ef652"};

#define ORDER "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"
#define HALF_ORDER "0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0"

static u256 number(const char *hex)
{
	struct error err;
	u256 value;

	must_succeed(u256_parse_hex(&value, hex, strlen(hex), &err), &err);
	return value;
}

static struct hash hash(const char *hex)
{
	struct error err;
	struct hash value;

	must_succeed(hash_parse(&value, hex, strlen(hex), &err), &err);
	return value;
}

static struct signature signature_of(const struct recovered *v)
{
	return (struct signature){.r = number(v->r), .s = number(v->s), .y_parity = v->y_parity};
}

static void recovers(const struct recovered *v, const struct signature *signature)
{
	char text[HEX_SIZE(ADDRESS_BYTES)];
	struct address address;
	struct error err;

	must_succeed(signature_recover(&address, hash(v->digest), signature, false, &err), &err);
	assert_string_equal(address_format(text, address), v->address);
}

static void published_vectors(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(recovered) / sizeof(recovered[0]); i++) {
		struct signature signature = signature_of(&recovered[i]);

		recovers(&recovered[i], &signature);
	}
}

static void the_address_is_the_hash_of_the_published_key(void **unused)
{
	struct signature signature = signature_of(&by_key);
	struct address address;
	struct error err;
	uint8_t key[64];
	struct hash hashed;

	(void)unused;
	must_succeed(
		hex_parse_exact(key, sizeof(key), by_key.address, strlen(by_key.address), &err),
		&err);
	hashed = keccak256(key, sizeof(key));
	must_succeed(signature_recover(&address, hash(by_key.digest), &signature, true, &err),
		     &err);
	assert_memory_equal(address.bytes, hashed.bytes + 12, ADDRESS_BYTES);
}

/* (r, n - s, other parity) is as good a signature, but for EIP-2. */
static void the_mirrored_signature_is_the_same_signer_and_not_low(void **unused)
{
	struct signature signature = signature_of(&recovered[1]);
	struct address address;
	struct error err;

	(void)unused;
	signature.s = u256_sub_wrap(number(ORDER), signature.s);
	signature.y_parity ^= 1;
	recovers(&recovered[1], &signature);
	must_fail(signature_recover(&address, hash(recovered[1].digest), &signature, true, &err),
		  &err, ERR_BAD_DATA, "above half");
}

static void refused(struct signature signature, bool wants_low_s, const char *words)
{
	struct address address;
	struct error err;

	must_fail(signature_recover(&address, hash(recovered[1].digest), &signature, wants_low_s,
				    &err),
		  &err, ERR_BAD_DATA, words);
	assert_int_equal(signature_recover(&address, hash(recovered[1].digest), &signature,
					   wants_low_s, NULL),
			 ERR_BAD_DATA);
}

static void what_is_no_signature_is_refused(void **unused)
{
	const struct signature good = signature_of(&recovered[1]);
	struct signature bad = good;

	(void)unused;
	bad.r = U256_ZERO;
	refused(bad, false, "r is zero");
	bad.r = number(ORDER);
	refused(bad, false, "r is not below");
	bad.r = U256_MAX;
	refused(bad, false, "r is not below");
	bad = good;
	bad.s = U256_ZERO;
	refused(bad, false, "s is zero");
	bad.s = number(ORDER);
	refused(bad, false, "s is not below");
	bad.s = u256_add_wrap(number(HALF_ORDER), U256_ONE);
	refused(bad, true, "s is above half");
	bad = good;
	for (unsigned parity = 2; parity <= UINT8_MAX; parity++) {
		bad.y_parity = (uint8_t)parity;
		refused(bad, false, "neither 0 nor 1");
	}
	/* No point of the curve has the x coordinate 5. */
	bad = good;
	bad.r = u256_from(5);
	refused(bad, false, "no public key");
}

static void the_edges_of_the_ranges_are_inside(void **unused)
{
	const struct signature good = signature_of(&recovered[1]);
	struct signature edge = good;
	struct address address;
	struct error err;

	(void)unused;
	edge.s = number(HALF_ORDER);
	must_succeed(signature_recover(&address, hash(recovered[1].digest), &edge, true, &err),
		     &err);
	edge.s = u256_sub_wrap(number(ORDER), U256_ONE);
	must_succeed(signature_recover(&address, hash(recovered[1].digest), &edge, false, &err),
		     &err);
	edge.s = U256_ONE;
	must_succeed(signature_recover(&address, hash(recovered[1].digest), &edge, true, &err),
		     &err);
}

/* The other parity, or one bit of the digest, is another signer. */
static void another_parity_or_digest_is_another_signer(void **unused)
{
	struct signature signature = signature_of(&recovered[1]);
	struct hash digest = hash(recovered[1].digest);
	char text[HEX_SIZE(ADDRESS_BYTES)];
	struct address address;
	struct error err;

	(void)unused;
	digest.bytes[31] ^= 1;
	must_succeed(signature_recover(&address, digest, &signature, true, &err), &err);
	assert_string_not_equal(address_format(text, address), recovered[1].address);
	signature.y_parity ^= 1;
	must_succeed(signature_recover(&address, hash(recovered[1].digest), &signature, true, &err),
		     &err);
	assert_string_not_equal(address_format(text, address), recovered[1].address);
}

/* The key of EIP-155's example: 32 bytes of 0x46. RFC 6979 gives exactly its signature. */
static void signing_gives_the_published_signature(void **unused)
{
	struct signature wanted = signature_of(&recovered[1]);
	char text[HEX_SIZE(ADDRESS_BYTES)];
	struct signature signature;
	struct address address;
	struct error err;
	uint8_t key[32];

	(void)unused;
	memset(key, 0x46, sizeof(key));
	must_succeed(signature_sign(&signature, hash(recovered[1].digest), key, &err), &err);
	assert_true(u256_equal(signature.r, wanted.r) && u256_equal(signature.s, wanted.s));
	assert_int_equal(signature.y_parity, wanted.y_parity);
	must_succeed(signature_address(&address, key, &err), &err);
	assert_string_equal(address_format(text, address), recovered[1].address);
}

static void what_is_signed_recovers_to_the_key_and_is_low(void **unused)
{
	struct address signer;
	struct address address;
	struct signature signature;
	struct error err;

	(void)unused;
	for (uint32_t i = 0; i < 64; i++) {
		struct hash key = keccak256(&i, sizeof(i));
		struct hash digest = keccak256(key.bytes, HASH_BYTES);

		must_succeed(signature_address(&signer, key.bytes, &err), &err);
		must_succeed(signature_sign(&signature, digest, key.bytes, &err), &err);
		must_succeed(signature_recover(&address, digest, &signature, true, &err), &err);
		assert_true(address_equal(address, signer));
	}
}

static void what_is_no_key_is_refused(void **unused)
{
	struct signature signature;
	struct address address;
	struct error err;
	uint8_t key[32] = {0};

	(void)unused;
	must_fail(signature_sign(&signature, hash(ORDER), key, &err), &err, ERR_USAGE, "key");
	must_fail(signature_address(&address, key, &err), &err, ERR_USAGE, "key");
	u256_to_be(key, number(ORDER));
	must_fail(signature_sign(&signature, hash(ORDER), key, &err), &err, ERR_USAGE, "key");
	must_fail(signature_address(&address, key, &err), &err, ERR_USAGE, "key");
	u256_to_be(key, u256_sub_wrap(number(ORDER), U256_ONE));
	must_succeed(signature_address(&address, key, &err), &err);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(published_vectors),
		cmocka_unit_test(the_address_is_the_hash_of_the_published_key),
		cmocka_unit_test(the_mirrored_signature_is_the_same_signer_and_not_low),
		cmocka_unit_test(what_is_no_signature_is_refused),
		cmocka_unit_test(the_edges_of_the_ranges_are_inside),
		cmocka_unit_test(another_parity_or_digest_is_another_signer),
		cmocka_unit_test(signing_gives_the_published_signature),
		cmocka_unit_test(what_is_signed_recovers_to_the_key_and_is_low),
		cmocka_unit_test(what_is_no_key_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
