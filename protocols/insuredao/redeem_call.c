#include "protocols/insuredao/redeem_call.h"

#include "abi/keccak.h"

enum { WORD = 32, SELECTOR = 4, HEAD_WORDS = 3, PROOF_AT = 2 * WORD };

/* A length or an offset; false where it cannot be one. */
static bool read_size(size_t *out, struct slice words, size_t at)
{
	uint64_t value;

	if (at > words.size || words.size - at < WORD ||
	    !u256_to_u64(&value, u256_from_be(words.data + at)) || value > words.size)
		return false;
	*out = (size_t)value;
	return true;
}

bool redeem_call_parse(struct redeem_call *out, struct slice input)
{
	static const char signature[] = "redeem(uint256,uint256,bytes32[])";
	struct hash selector = keccak256(signature, sizeof(signature) - 1);
	struct slice words;
	size_t offset;
	size_t count;

	if (input.size < SELECTOR + HEAD_WORDS * WORD ||
	    memcmp(input.data, selector.bytes, SELECTOR) != 0)
		return false;
	words = slice_of(input.data + SELECTOR, input.size - SELECTOR);
	if (!read_size(&offset, words, PROOF_AT) || !read_size(&count, words, offset))
		return false;
	offset += WORD;
	if (count > (words.size - offset) / WORD)
		return false;
	out->id = u256_from_be(words.data);
	out->loss = u256_from_be(words.data + WORD);
	out->proof = slice_of(words.data + offset, count * WORD);
	return true;
}

static struct hash hash_of_pair(const uint8_t *a, const uint8_t *b)
{
	uint8_t both[2 * WORD];
	bool is_ordered = memcmp(a, b, WORD) < 0;

	memcpy(both, is_ordered ? a : b, WORD);
	memcpy(both + WORD, is_ordered ? b : a, WORD);
	return keccak256(both, sizeof(both));
}

static bool climbs(const struct redeem_call *call, struct hash root, struct hash target,
		   struct address insured)
{
	uint8_t leaf[WORD + ADDRESS_BYTES + WORD];
	struct hash at;

	memcpy(leaf, target.bytes, WORD);
	memcpy(leaf + WORD, insured.bytes, ADDRESS_BYTES);
	u256_to_be(leaf + WORD + ADDRESS_BYTES, call->loss);
	at = keccak256(leaf, sizeof(leaf));
	for (size_t i = 0; i < call->proof.size; i += WORD)
		at = hash_of_pair(at.bytes, call->proof.data + i);
	return hash_equal(at, root);
}

bool redeem_call_proves(const struct redeem_call *call, struct hash root, struct hash target,
			struct address insured)
{
	static const struct address anybody;

	return climbs(call, root, target, insured) || climbs(call, root, target, anybody);
}

bool redeem_payout(struct assets *out, struct trace *trace, u256 loss, u256 numerator,
		   u256 denominator, struct assets cover)
{
	u256 claim = U256_ZERO;
	bool ok = u256_mul_ok(&claim, loss, numerator) && u256_div_ok(&claim, claim, denominator);

	*out = assets_of(U256_ZERO);
	TRACE(trace, "claim", "loss * payoutNumerator // payoutDenominator", ok, claim,
	      {"loss", loss}, {"payoutNumerator", numerator}, {"payoutDenominator", denominator});
	if (!ok)
		return false;
	*out = u256_less(claim, cover.raw) ? assets_of(claim) : cover;
	TRACE(trace, "payout", "min(cover, claim)", true, out->raw, {"cover", cover.raw},
	      {"claim", claim});
	return true;
}
