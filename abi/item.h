/*
 * item.h - events, functions and errors: from human-readable or JSON ABI to topic0 and selector.
 */
#ifndef ABI_ITEM_H
#define ABI_ITEM_H

#include "abi/type.h"
#include "abi/types.h"

enum abi_item_kind { ABI_ITEM_FUNCTION, ABI_ITEM_EVENT, ABI_ITEM_ERROR, ABI_ITEM_CONSTRUCTOR };

struct abi_item {
	enum abi_item_kind kind;
	const char *name;
	const struct abi_param *inputs;
	size_t input_count;
	const struct abi_param *outputs; /* functions */
	size_t output_count;
	bool is_anonymous;            /* events */
	const char *state_mutability; /* functions: "view", "pure", "payable" or "nonpayable" */
	struct hash signature_hash;   /* keccak256 of the canonical signature; an event's topic0 */
};

/*
 * One line of human-readable ABI:
 *   event Staked(address indexed user, uint256 amount)
 *   function payOutClaim(address recipient, uint256 amount) external view returns (uint256 x)
 *   error Insufficient(uint256 wanted)
 * Without a leading keyword the line is read as `fallback` (decode's bare
 * "Staked(address,uint256)"). Data locations (memory, calldata, storage), visibility words and a
 * final ';' are accepted. "tuple(…)" and "(…)" both begin a tuple. More than 3 indexed parameters
 * (4 if anonymous) are refused. The arena owns the result.
 */
enum status abi_item_parse(struct abi_item *out, struct arena *arena, const char *text,
			   enum abi_item_kind fallback, struct error *err) MUST_CHECK;

/*
 * A JSON ABI: an array of entries, one entry, or a compiler's artifact with an "abi" member.
 * Unknown entry types (fallback, receive) are skipped. Errors name the entry and the member.
 */
enum status abi_items_parse_json(struct abi_item **out, size_t *count, struct arena *arena,
				 const char *text, size_t length, struct error *err) MUST_CHECK;

/* "Staked(address,uint256)". */
char *abi_item_signature(struct arena *arena, const struct abi_item *item);

/* The first four bytes of the signature's hash. */
void abi_item_selector(uint8_t out[4], const struct abi_item *item);

#endif
