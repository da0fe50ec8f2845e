/*
 * JSON ABI: whatever is read has a signature that reads the same as text.
 */
#include <stdlib.h>

#include "abi/item.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_item(struct arena *arena, const struct abi_item *item)
{
	static const char *const keywords[] = {"function", "event", "error", ""};
	struct abi_item again;
	const char *text =
		arena_printf(arena, "%s %s", keywords[item->kind], abi_item_signature(arena, item));

	if (abi_item_parse(&again, arena, text, ABI_ITEM_CONSTRUCTOR, NULL) != OK ||
	    again.kind != item->kind || !hash_equal(again.signature_hash, item->signature_hash))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct abi_item *items;
	struct error err = {0};
	size_t count;

	if (abi_items_parse_json(&items, &count, arena, (const char *)data, size, &err) == OK) {
		for (size_t i = 0; i < count; i++)
			check_item(arena, &items[i]);
	} else if (err.status != ERR_BAD_DATA || !err.message[0]) {
		abort();
	}
	arena_free(arena);
	return 0;
}
