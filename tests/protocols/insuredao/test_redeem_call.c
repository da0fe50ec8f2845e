/*
 * What a call of redeem() says: its words, its Merkle proof, and what it pays.
 */
#include "protocols/insuredao/redeem_call.h"

#include "abi/keccak.h"
#include "tests/support/test.h"

enum { WORD = 32, CALL_MAX = 4 + 16 * WORD };

struct built {
	uint8_t bytes[CALL_MAX];
	size_t size;
};

static void add_word(struct built *call, u256 word)
{
	u256_to_be(call->bytes + call->size, word);
	call->size += WORD;
}

static struct built call_of(uint64_t id, u256 loss, const struct hash *proof, size_t count)
{
	static const char signature[] = "redeem(uint256,uint256,bytes32[])";
	struct built call = {.size = 4};

	memcpy(call.bytes, keccak256(signature, sizeof(signature) - 1).bytes, 4);
	add_word(&call, u256_from(id));
	add_word(&call, loss);
	add_word(&call, u256_from(3 * WORD));
	add_word(&call, u256_from(count));
	for (size_t i = 0; i < count; i++)
		add_word(&call, u256_from_be(proof[i].bytes));
	return call;
}

static struct slice bytes_of(const struct built *call)
{
	return slice_of(call->bytes, call->size);
}

static struct hash filled(uint8_t byte)
{
	struct hash hash;

	memset(hash.bytes, byte, HASH_BYTES);
	return hash;
}

static struct hash leaf_of(struct hash target, struct address insured, u256 loss)
{
	uint8_t bytes[WORD + ADDRESS_BYTES + WORD];

	memcpy(bytes, target.bytes, WORD);
	memcpy(bytes + WORD, insured.bytes, ADDRESS_BYTES);
	u256_to_be(bytes + WORD + ADDRESS_BYTES, loss);
	return keccak256(bytes, sizeof(bytes));
}

static struct hash pair_of(struct hash a, struct hash b)
{
	uint8_t bytes[2 * WORD];
	bool is_ordered = memcmp(a.bytes, b.bytes, WORD) <= 0;

	memcpy(bytes, is_ordered ? a.bytes : b.bytes, WORD);
	memcpy(bytes + WORD, is_ordered ? b.bytes : a.bytes, WORD);
	return keccak256(bytes, sizeof(bytes));
}

static void a_call_is_read(void **state)
{
	const struct hash proof[2] = {filled(0xaa), filled(0x01)};
	struct built call = call_of(7, u256_from(900), proof, 2);
	struct redeem_call parsed;

	(void)state;
	assert_true(redeem_call_parse(&parsed, bytes_of(&call)));
	assert_true(u256_equal(parsed.id, u256_from(7)));
	assert_true(u256_equal(parsed.loss, u256_from(900)));
	assert_int_equal(parsed.proof.size, 2 * WORD);
	assert_memory_equal(parsed.proof.data, proof, sizeof(proof));
	call = call_of(0, U256_MAX, NULL, 0);
	assert_true(redeem_call_parse(&parsed, bytes_of(&call)));
	assert_int_equal(parsed.proof.size, 0);
}

static void what_is_no_call_is_refused(void **state)
{
	const struct hash proof[2] = {filled(0xaa), filled(0x01)};
	struct built good = call_of(7, u256_from(900), proof, 2);
	struct redeem_call parsed;

	(void)state;
	for (size_t size = 0; size < good.size; size++) /* cut anywhere */
		assert_false(redeem_call_parse(&parsed, slice_of(good.bytes, size)));
	for (size_t i = 0; i < 4; i++) { /* another function */
		struct built other = good;

		other.bytes[i] ^= 1;
		assert_false(redeem_call_parse(&parsed, bytes_of(&other)));
	}
	for (size_t i = 0; i < WORD - 1; i++) { /* an offset, and a count, far too large */
		struct built other = good;

		other.bytes[4 + 2 * WORD + i] = 0xff;
		assert_false(redeem_call_parse(&parsed, bytes_of(&other)));
		other = good;
		other.bytes[4 + 3 * WORD + i] = 0xff;
		assert_false(redeem_call_parse(&parsed, bytes_of(&other)));
	}
}

/* Two leaves under each of two nodes. */
static void a_proof_climbs_to_the_root(void **state)
{
	struct hash target = filled(0x11);
	struct address insured = {{0x22}};
	struct address other = {{0x23}};
	struct address nobody = {{0}};
	struct hash mine = leaf_of(target, insured, u256_from(900));
	struct hash anyones = leaf_of(target, nobody, u256_from(5));
	struct hash left = pair_of(mine, filled(0x77));
	struct hash right = pair_of(anyones, filled(0x01));
	struct hash root = pair_of(left, right);
	struct hash path[2] = {filled(0x77), right};
	struct hash path_of_anyone[2] = {filled(0x01), left};
	struct built call = call_of(1, u256_from(900), path, 2);
	struct redeem_call parsed;

	(void)state;
	assert_true(redeem_call_parse(&parsed, bytes_of(&call)));
	assert_true(redeem_call_proves(&parsed, root, target, insured));
	assert_false(redeem_call_proves(&parsed, root, target, other));
	assert_false(redeem_call_proves(&parsed, root, filled(0x12), insured));
	assert_false(redeem_call_proves(&parsed, filled(0), target, insured));
	parsed.loss = u256_from(901);
	assert_false(redeem_call_proves(&parsed, root, target, insured));
	call = call_of(1, u256_from(5), path_of_anyone, 2);
	assert_true(redeem_call_parse(&parsed, bytes_of(&call)));
	assert_true(redeem_call_proves(&parsed, root, target, insured));
	assert_true(redeem_call_proves(&parsed, root, target, other));
	call = call_of(1, u256_from(900), NULL, 0); /* the only leaf is the root */
	assert_true(redeem_call_parse(&parsed, bytes_of(&call)));
	assert_true(redeem_call_proves(&parsed, mine, target, insured));
}

static u256 paid(uint64_t loss, uint64_t numerator, uint64_t denominator, uint64_t cover)
{
	struct assets out;

	assert_true(redeem_payout(&out, NULL, u256_from(loss), u256_from(numerator),
				  u256_from(denominator), assets_of(u256_from(cover))));
	return out.raw;
}

static void the_lesser_of_cover_and_loss_by_ratio_is_paid(void **state)
{
	struct assets out;

	(void)state;
	assert_true(u256_equal(paid(900, 1, 1, 1000), u256_from(900)));
	assert_true(u256_equal(paid(1000, 1, 1, 1000), u256_from(1000)));
	assert_true(u256_equal(paid(1001, 1, 1, 1000), u256_from(1000)));
	assert_true(u256_equal(paid(5, 1, 3, 1000), u256_from(1))); /* rounded down */
	assert_true(u256_equal(paid(1000000, 1, 5, 1000000), u256_from(200000)));
	assert_true(u256_equal(paid(7, 0, 9, 1000), U256_ZERO));
	assert_true(
		redeem_payout(&out, NULL, U256_MAX, U256_ONE, U256_ONE, assets_of(u256_from(3))));
	assert_true(u256_equal(out.raw, u256_from(3)));
	assert_false(redeem_payout(&out, NULL, U256_MAX, u256_from(2), u256_from(2),
				   assets_of(u256_from(3))));
	assert_false(redeem_payout(&out, NULL, u256_from(9), U256_ONE, U256_ZERO,
				   assets_of(u256_from(3))));
	assert_true(u256_is_zero(out.raw));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_is_read),
		cmocka_unit_test(what_is_no_call_is_refused),
		cmocka_unit_test(a_proof_climbs_to_the_root),
		cmocka_unit_test(the_lesser_of_cover_and_loss_by_ratio_is_paid),
	};

	return cmocka_run_group_tests_name("protocols/insuredao/redeem_call", tests, NULL, NULL);
}
