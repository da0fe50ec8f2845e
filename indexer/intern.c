#include "indexer/intern.h"

#include <stdlib.h>
#include <string.h>

/* Eight bytes at a time, multiplied and folded; equality is always checked on the bytes. */
static uint64_t hash_bytes(struct slice bytes)
{
	const uint64_t factor = 0x9e3779b97f4a7c15;
	uint64_t sum = bytes.size * factor;

	for (size_t i = 0; i < bytes.size; i += 8) {
		uint64_t word = 0;
		size_t size = bytes.size - i < 8 ? bytes.size - i : 8;

		memcpy(&word, bytes.data + i, size);
		sum = (sum ^ word) * factor;
		sum ^= sum >> 29;
	}
	return sum;
}

void intern_clear(struct intern *set)
{
	free(set->items);
	free(set->slots);
	*set = intern_in(set->arena);
}

/* The slot that holds the bytes, or the free one where they belong. */
static uint32_t *slot_of(const struct intern *set, struct slice bytes)
{
	uint32_t mask = set->slot_count - 1;
	uint32_t at = (uint32_t)hash_bytes(bytes) & mask;

	while (set->slots[at] && !slice_equal(set->items[set->slots[at] - 1], bytes))
		at = (at + 1) & mask;
	return &set->slots[at];
}

static void grow(struct intern *set)
{
	uint32_t slot_count = set->slot_count ? set->slot_count * 2 : 16;

	if (slot_count < set->slot_count)
		abort(); /* 2^31 different strings: no file that was read can hold them */
	free(set->slots);
	set->slots = xcalloc(slot_count, sizeof(set->slots[0]));
	set->slot_count = slot_count;
	set->items = xrealloc(set->items, (size_t)slot_count / 2 * sizeof(set->items[0]));
	for (uint32_t i = 0; i < set->count; i++)
		*slot_of(set, set->items[i]) = i + 1;
}

uint32_t intern_add(struct intern *set, struct slice bytes)
{
	uint32_t *slot;

	if (set->count >= set->slot_count / 2)
		grow(set);
	slot = slot_of(set, bytes);
	if (!*slot) {
		set->items[set->count] = slice_copy(set->arena, bytes);
		*slot = ++set->count;
	}
	return *slot - 1;
}

bool intern_find(uint32_t *number, const struct intern *set, struct slice bytes)
{
	uint32_t slot = set->slot_count ? *slot_of(set, bytes) : 0;

	if (!slot)
		return false;
	*number = slot - 1;
	return true;
}
