/*
 * The strict decoder: the input's first line is a list of types "(uint8,string)" or an event, the
 * rest is data (for an event, the words of its indexed parameters come first). What is decoded
 * must encode to the same bytes, directly and by way of its text. Where the first line is "=" and
 * a type, the rest is a value's text.
 */
#include <stdlib.h>
#include <string.h>

#include "abi/codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { WORD = 32, LINE_MAX_SIZE = 2000 };

static void must(bool truth)
{
	if (!truth)
		abort();
}

/* At most a value a level for each word, those without bytes, and the list itself. */
static void check_memory(size_t used, const struct abi_item *item, size_t size)
{
	size_t words = size / WORD + 1;

	must(used <= (item->input_count + 1024 + 2) * 64 + words * (ABI_DEPTH_MAX + 1) * 128);
}

static void check_text(struct arena *arena, const struct abi_value *value, struct slice data)
{
	const char *text = abi_value_format(arena, value);
	struct abi_value back;
	struct slice again;

	must(abi_value_parse(&back, arena, value->type, text, NULL) == OK);
	must(strcmp(abi_value_format(arena, &back), text) == 0);
	must(abi_encode(&again, arena, back.list.items, back.list.count, NULL) == OK);
	must(slice_equal(again, data));
}

static void check_values(struct arena *arena, const struct abi_item *item, struct slice data)
{
	const struct abi_type type = {.kind = ABI_TUPLE,
				      .components = item->inputs,
				      .component_count = item->input_count};
	struct abi_value whole = {.type = &type, .list.count = item->input_count};
	size_t before = arena_used(arena);
	struct slice again;
	struct error err = {0};
	enum status st =
		abi_decode(&whole.list.items, arena, item->inputs, item->input_count, data, &err);

	check_memory(arena_used(arena) - before, item, data.size);
	if (st != OK) {
		must(st == ERR_BAD_DATA && err.status == st && err.message[0]);
		return;
	}
	must(abi_encode(&again, arena, whole.list.items, item->input_count, &err) == OK);
	must(slice_equal(again, data));
	check_text(arena, &whole, data);
}

static void check_log(struct arena *arena, const struct abi_item *event, struct slice data)
{
	const struct abi_value *values;
	struct hash topics[4];
	size_t count = 0;

	if (!event->is_anonymous)
		topics[count++] = event->signature_hash;
	for (size_t i = 0; i < event->input_count && data.size >= WORD; i++) {
		if (!event->inputs[i].is_indexed)
			continue;
		memcpy(topics[count++].bytes, data.data, WORD);
		data = slice_of(data.data + WORD, data.size - WORD);
	}
	if (abi_decode_log(&values, arena, event, topics, count, data, NULL) != OK)
		return;
	for (size_t i = 0; i < event->input_count; i++)
		must(abi_value_format(arena, &values[i])[0] != '\0');
}

/* Text that is read has a canonical form that reads the same, and bytes unless it is a hash. */
static void check_value_text(struct arena *arena, const char *type_text, struct slice rest)
{
	const char *text = arena_string_n(arena, (const char *)rest.data, rest.size);
	const struct abi_type *type;
	struct abi_value value;
	struct slice bytes;
	struct slice again;
	enum status st;

	if (abi_type_parse(&type, arena, type_text, NULL) != OK ||
	    abi_value_parse(&value, arena, type, text, NULL) != OK)
		return;
	text = abi_value_format(arena, &value);
	st = abi_encode(&bytes, arena, &value, 1, NULL);
	must(st == OK || (st == ERR_USAGE && strstr(text, "keccak256:")));
	must(abi_value_parse(&value, arena, type, text, NULL) == OK);
	must(strcmp(abi_value_format(arena, &value), text) == 0);
	if (st != OK)
		return;
	must(abi_encode(&again, arena, &value, 1, NULL) == OK);
	must(slice_equal(bytes, again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *line_end = size ? memchr(data, '\n', size) : NULL;
	struct arena *arena;
	struct abi_item item;
	struct slice rest;
	const char *line;

	if (!line_end || line_end - data > LINE_MAX_SIZE)
		return 0;
	arena = arena_new();
	line = arena_string_n(arena, (const char *)data, (size_t)(line_end - data));
	if (data[0] == '(')
		line = arena_printf(arena, "f%s", line);
	rest = slice_of(line_end + 1, size - (size_t)(line_end + 1 - data));
	if (data[0] == '=') {
		check_value_text(arena, line + 1, rest);
	} else if (abi_item_parse(&item, arena, line, ABI_ITEM_FUNCTION, NULL) == OK) {
		if (item.kind == ABI_ITEM_EVENT)
			check_log(arena, &item, rest);
		else
			check_values(arena, &item, rest);
	}
	arena_free(arena);
	return 0;
}
