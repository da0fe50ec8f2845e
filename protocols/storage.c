#include "protocols/storage.h"

#include "abi/keccak.h"

enum { BLOCK_BITS = 32 };

static u256 hash_to_number(struct hash hash)
{
	return u256_from_be(hash.bytes);
}

static struct hash slot_of(u256 number)
{
	struct hash slot = {{0}};

	u256_to_be(slot.bytes, number);
	return slot;
}

struct hash storage_slot(const struct storage_rule *rule, const struct address *account)
{
	uint8_t key_and_slot[64];
	u256 base;

	if (!account)
		return slot_of(u256_from(rule->slot));
	address_to_word(key_and_slot, *account);
	u256_to_be(key_and_slot + 32, u256_from(rule->slot));
	base = hash_to_number(keccak256(key_and_slot, sizeof(key_and_slot)));
	return slot_of(u256_add_wrap(base, u256_from(rule->member)));
}

struct hash storage_last_element(struct hash slot, u256 length)
{
	u256 first = hash_to_number(keccak256(slot.bytes, sizeof(slot.bytes)));

	return slot_of(u256_add_wrap(first, u256_sub_wrap(length, U256_ONE)));
}

u256 storage_value(const struct storage_rule *rule, u256 word)
{
	u256 above = u256_shift_right(word, BLOCK_BITS);

	switch (rule->kind) {
	case STORAGE_WORD:
		return word;
	case STORAGE_LAST_NUMBER:
		return above;
	case STORAGE_LAST_ADDRESS:
		return u256_shift_right(u256_shift_left(above, 256 - 8 * ADDRESS_BYTES),
					256 - 8 * ADDRESS_BYTES);
	}
	return word;
}
