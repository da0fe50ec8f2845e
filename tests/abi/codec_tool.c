/*
 * codec_tool - the codec for codec.test.mjs: one question a line on standard input, one answer a
 * line on standard output, fields separated by tabs.
 *
 *   decode TYPES HEX      value text, and the hexadecimal text of parsing and encoding it again
 *   item TEXT             kind, signature, hash, selector
 *   json TEXT             the same of the document's only item
 *   log EVENT TOPICS HEX  value text; topics separated by commas
 *
 * A refusal is "error" and the message.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/codec.h"

enum { FIELDS_MAX = 4 };

static struct abi_type tuple_of(const struct abi_item *item)
{
	return (struct abi_type){.kind = ABI_TUPLE,
				 .components = item->inputs,
				 .component_count = item->input_count};
}

static enum status answer_decode(struct arena *arena, char *const *field, struct error *err)
{
	struct abi_item item;
	struct abi_type type;
	struct abi_value whole = {.type = &type};
	struct abi_value again;
	struct slice data;
	struct slice back;
	const char *text;
	enum status st = abi_item_parse(&item, arena, arena_printf(arena, "f%s", field[1]),
					ABI_ITEM_FUNCTION, err);

	if (st == OK)
		st = hex_parse(&data, arena, field[2], strlen(field[2]), SIZE_MAX, err);
	if (st == OK)
		st = abi_decode(&whole.list.items, arena, item.inputs, item.input_count, data, err);
	if (st != OK)
		return st;
	type = tuple_of(&item);
	whole.list.count = item.input_count;
	text = abi_value_format(arena, &whole);
	st = abi_value_parse(&again, arena, &type, text, err);
	if (st == OK)
		st = abi_encode(&back, arena, again.list.items, again.list.count, err);
	if (st == OK)
		printf("%s\t%s\n", text, hex_string(arena, back));
	return st;
}

static void print_item(struct arena *arena, const struct abi_item *item)
{
	static const char *const kinds[] = {"function", "event", "error", "constructor"};
	char hash[HEX_SIZE(HASH_BYTES)];
	char selector[HEX_SIZE(4)];
	uint8_t bytes[4];

	abi_item_selector(bytes, item);
	printf("%s\t%s\t%s\t%s\n", kinds[item->kind], abi_item_signature(arena, item),
	       hash_format(hash, item->signature_hash), hex_format(selector, slice_of(bytes, 4)));
}

static enum status answer_item(struct arena *arena, char *const *field, struct error *err)
{
	struct abi_item item;
	enum status st = abi_item_parse(&item, arena, field[1], ABI_ITEM_FUNCTION, err);

	if (st == OK)
		print_item(arena, &item);
	return st;
}

static enum status answer_json(struct arena *arena, char *const *field, struct error *err)
{
	struct abi_item *items;
	size_t count;
	enum status st =
		abi_items_parse_json(&items, &count, arena, field[1], strlen(field[1]), err);

	if (st == OK && count != 1)
		st = error_set(err, ERR_USAGE, "%zu items", count);
	if (st == OK)
		print_item(arena, &items[0]);
	return st;
}

static enum status parse_topics(struct hash topics[4], size_t *count, const char *text,
				struct error *err)
{
	*count = 0;
	while (*text && *count < 4) {
		size_t length = strcspn(text, ",");
		enum status st = hash_parse(&topics[(*count)++], text, length, err);

		if (st != OK)
			return st;
		text += length;
		text += *text == ',';
	}
	return OK;
}

static enum status answer_log(struct arena *arena, char *const *field, struct error *err)
{
	struct hash topics[4];
	struct abi_item event;
	struct abi_type type;
	struct abi_value whole = {.type = &type};
	struct slice data;
	size_t count;
	enum status st = abi_item_parse(&event, arena, field[1], ABI_ITEM_EVENT, err);

	if (st == OK)
		st = parse_topics(topics, &count, field[2], err);
	if (st == OK)
		st = hex_parse(&data, arena, field[3], strlen(field[3]), SIZE_MAX, err);
	if (st == OK)
		st = abi_decode_log(&whole.list.items, arena, &event, topics, count, data, err);
	if (st != OK)
		return st;
	type = tuple_of(&event);
	whole.list.count = event.input_count;
	printf("%s\n", abi_value_format(arena, &whole));
	return OK;
}

struct question {
	const char *name;
	size_t fields;
	enum status (*answer)(struct arena *arena, char *const *field, struct error *err);
};

static const struct question questions[] = {
	{"decode", 3, answer_decode},
	{"item", 2, answer_item},
	{"json", 2, answer_json},
	{"log", 4, answer_log},
};

static enum status answer(struct arena *arena, char *line, struct error *err)
{
	char *field[FIELDS_MAX] = {NULL};
	size_t count = 0;

	while (line && count < FIELDS_MAX)
		field[count++] = strsep(&line, "\t");
	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
		if (strcmp(field[0], questions[i].name) == 0 && count == questions[i].fields)
			return questions[i].answer(arena, field, err);
	return error_set(err, ERR_USAGE, "unknown question");
}

int main(void)
{
	struct arena *arena = arena_new();
	char *line = NULL;
	size_t size = 0;
	ssize_t length;

	while ((length = getline(&line, &size, stdin)) > 0) {
		struct error err;

		if (line[length - 1] == '\n')
			line[length - 1] = '\0';
		if (answer(arena, line, &err) != OK)
			printf("error\t%s\n", err.message);
		arena_reset(arena);
	}
	free(line);
	arena_free(arena);
	return 0;
}
