/* Questions to the managers and their converters. What they answer decides no digested row. */
#include "abi/keccak.h"
#include "protocols/api3/claims.h"

struct chain_call claims_call(struct applying *a, struct address to, const char *signature,
			      const u256 *arguments, size_t count)
{
	struct hash selector = keccak256(signature, strlen(signature));
	uint8_t *data = arena_alloc(a->arena, 4 + 32 * count);

	memcpy(data, selector.bytes, 4);
	for (size_t i = 0; i < count; i++)
		u256_to_be(data + 4 + 32 * i, arguments[i]);
	return (struct chain_call){.to = to, .data = slice_of(data, 4 + 32 * count), .reason = ""};
}

bool claims_ask(struct applying *a, struct chain_call *calls, size_t count, bool is_before)
{
	struct block_ref at = *a->block;
	struct error err;
	enum status st;

	if (!a->chain || a->status != OK || (is_before && !at.number))
		return false;
	if (is_before)
		at = (struct block_ref){.number = at.number - 1, .hash = at.parent_hash};
	st = a->chain->ask(a->chain->context, calls, count, a->arena, &at, &err);
	if (st != OK)
		applying_fail(a, st, &err);
	return st == OK;
}

bool claims_word(u256 *out, const struct chain_call *call, size_t index)
{
	if (call->outcome != CALL_RETURNED || call->result.size < 32 * (index + 1))
		return false;
	*out = u256_from_be(call->result.data + 32 * index);
	return true;
}
