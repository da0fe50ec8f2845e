#include "abi/types.h"

#include "tests/abi/check.h"

/* The vectors of EIP-55: two all upper, two all lower, four mixed. */
static const char *const checksummed[] = {
	"0x52908400098527886E0F7030069857D2E4169EE7", "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
	"0xde709f2102306220921060314715629080e2fb77", "0x27b1fdb04752bbc536007a920d24acb045561c26",
	"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
	"0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB", "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
};

static struct address address(const char *text)
{
	struct address out;
	struct error err;

	must_succeed(address_parse(&out, text, strlen(text), &err), &err);
	return out;
}

static void checksums_are_those_of_eip_55(void **unused)
{
	char text[HEX_SIZE(ADDRESS_BYTES)];

	(void)unused;
	for (size_t i = 0; i < sizeof(checksummed) / sizeof(checksummed[0]); i++)
		assert_string_equal(address_format_checksum(text, address(checksummed[i])),
				    checksummed[i]);
}

static void one_wrong_case_is_refused_and_shown(void **unused)
{
	struct address out;
	struct error err = {0};

	(void)unused;
	assert_int_equal(
		address_parse(&out, "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1Beaed", 42, &err),
		ERR_BAD_DATA);
	assert_non_null(strstr(err.message, "character 39 is a, not A"));
	assert_int_equal(
		address_parse(&out, "0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed", 42, NULL),
		ERR_BAD_DATA);
}

static void one_case_only_needs_no_checksum(void **unused)
{
	struct address lower = address("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed");
	struct address upper = address("0x5AAEB6053F3E94C9B9A09F33669435E7EF1BEAED");
	char text[HEX_SIZE(ADDRESS_BYTES)];

	(void)unused;
	assert_true(address_equal(lower, upper));
	assert_string_equal(address_format(text, upper),
			    "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed");
}

static void refuses_address(const char *text)
{
	struct error err = {0};
	struct address out;

	assert_int_equal(address_parse(&out, text, strlen(text), &err), ERR_BAD_DATA);
	assert_true(err.message[0] != '\0');
}

static void addresses_are_strict(void **unused)
{
	(void)unused;
	refuses_address("");
	refuses_address("0x");
	refuses_address("5aaeb6053f3e94c9b9a09f33669435e7ef1beaed");
	refuses_address("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beae");
	refuses_address("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaedd");
	refuses_address("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaeg");
	refuses_address(" 0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed");
	refuses_address("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed ");
	refuses_address("0x0x5aaeb6053f3e94c9b9a09f33669435e7ef1bea");
}

static void hashes_are_strict(void **unused)
{
	const char *text = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";
	char back[HEX_SIZE(HASH_BYTES)];
	struct hash out;
	struct error err;

	(void)unused;
	must_succeed(hash_parse(&out, text, strlen(text), &err), &err);
	assert_string_equal(hash_format(back, out), text);
	assert_true(hash_equal(out, out));
	assert_false(hash_is_zero(out));
	assert_int_equal(hash_parse(&out, text, strlen(text) - 1, &err), ERR_BAD_DATA);
	assert_int_equal(hash_parse(&out, text + 2, strlen(text) - 2, &err), ERR_BAD_DATA);
}

static void words_must_have_twelve_zero_bytes(void **unused)
{
	struct address in = address(checksummed[4]);
	struct address out;
	uint8_t word[32];

	(void)unused;
	address_to_word(word, in);
	assert_true(address_from_word(&out, word));
	assert_true(address_equal(in, out));
	for (unsigned i = 0; i < 12; i++) {
		word[i] = 1;
		assert_false(address_from_word(&out, word));
		word[i] = 0;
	}
	assert_true(address_from_word(&out, word));
}

static void zero_is_told_from_every_single_bit(void **unused)
{
	struct address a = {{0}};
	struct hash h = {{0}};

	(void)unused;
	assert_true(address_is_zero(a));
	assert_true(hash_is_zero(h));
	for (unsigned i = 0; i < ADDRESS_BYTES; i++) {
		a.bytes[i] = 0x80;
		assert_false(address_is_zero(a));
		a.bytes[i] = 0;
	}
	for (unsigned i = 0; i < HASH_BYTES; i++) {
		h.bytes[i] = 1;
		assert_false(hash_is_zero(h));
		h.bytes[i] = 0;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checksums_are_those_of_eip_55),
		cmocka_unit_test(one_wrong_case_is_refused_and_shown),
		cmocka_unit_test(one_case_only_needs_no_checksum),
		cmocka_unit_test(addresses_are_strict),
		cmocka_unit_test(hashes_are_strict),
		cmocka_unit_test(words_must_have_twelve_zero_bytes),
		cmocka_unit_test(zero_is_told_from_every_single_bit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
