/*
 * Types and human-readable items: what is read has a canonical text that reads the same.
 */
#include <stdlib.h>
#include <string.h>

#include "abi/item.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth)
{
	if (!truth)
		abort();
}

static void check_type(struct arena *arena, const char *text)
{
	const struct abi_type *type;
	const struct abi_type *again;
	const char *canonical;
	struct error err;

	if (abi_type_parse(&type, arena, text, &err) != OK) {
		must(err.status == ERR_BAD_DATA && strlen(err.message) < sizeof(err.message));
		return;
	}
	canonical = abi_type_format(arena, type);
	must(abi_type_parse(&again, arena, canonical, &err) == OK);
	must(strcmp(abi_type_format(arena, again), canonical) == 0);
	must(type->is_dynamic == again->is_dynamic && type->head_size == again->head_size);
	must(type->depth == again->depth && type->depth <= ABI_DEPTH_MAX);
}

static void check_item(struct arena *arena, const char *text, enum abi_item_kind fallback)
{
	static const char *const keywords[] = {"function", "event", "error", ""};
	struct abi_item item;
	struct abi_item again;
	const char *canonical;

	if (abi_item_parse(&item, arena, text, fallback, NULL) != OK)
		return;
	canonical =
		arena_printf(arena, "%s %s", keywords[item.kind], abi_item_signature(arena, &item));
	must(abi_item_parse(&again, arena, canonical, fallback, NULL) == OK);
	must(again.kind == item.kind && hash_equal(again.signature_hash, item.signature_hash));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	/* Of exactly this size, so that a step behind the NUL is seen. */
	char *text = xmalloc(size + 1);

	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	check_type(arena, text);
	check_item(arena, text, ABI_ITEM_EVENT);
	check_item(arena, text, ABI_ITEM_CONSTRUCTOR);
	must(arena_used(arena) <= 65536 + 2000 * size);
	free(text);
	arena_free(arena);
	return 0;
}
